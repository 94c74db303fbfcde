# SPDX-License-Identifier: Apache-2.0
"""A CA, its certificates and two brokers as doc/cloud.md and packaging/mosquitto say it, with a test's names and paths."""
import os
import re
import shutil
import subprocess

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
SAMPLES = os.path.join(ROOT, "packaging", "mosquitto")
STATION = "DE-ABC-0017"
BROKER = "cloud.example.com"


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def write(text, *path):
    with open(os.path.join(*path), "w", encoding="utf-8") as file:
        file.write(text)


def commands(title):
    """The commands of doc/cloud.md below the mark "run: TITLE"."""
    block = re.search(rf"<!-- run: {title} -->\n((?: {{4}}.*\n)+)", read(ROOT, "doc", "cloud.md"))
    assert block, f"doc/cloud.md has no commands of this title: {title}"
    return re.sub("(?m)^ {4}", "", block[1])


class StationsAuthority:
    """The CA of doc/cloud.md; what it has made is in its directory."""

    def __init__(self, directory, broker_address):
        self.directory = directory
        shutil.copy(os.path.join(SAMPLES, "ca.cnf"), directory)
        self.run("ca")
        for title in ("broker request", "broker certificate"):
            self.run(title, (f"DNS:{BROKER}", f"IP:{broker_address}"))

    def path(self, name):
        return os.path.join(self.directory, name)

    def run(self, title, *replaced, options=""):
        """options: of the command "openssl ca"."""
        text = commands(title).replace("openssl ca ", f"openssl ca {options}")
        for old, new in replaced:
            text = text.replace(old, new)
        done = subprocess.run(["sh", "-ec", text], cwd=self.directory, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"doc/cloud.md, {title}: {done.stdout}{done.stderr}"

    def issue(self, name, options=""):
        self.run("station request", (STATION, name))
        self.run("station certificate", (STATION, name), options=options)

    def revoke(self, name):
        self.run("revoke", (STATION, name))

    def client(self, name):
        """Options of mosquitto_pub and mosquitto_sub."""
        return ("--cafile", self.path("ca.pem"), "--cert", self.path(f"{name}.pem"), "--key", self.path(f"{name}.key"))


def paste(directory, sample, replaced):
    """A directory conf.d with the sample, and a mosquitto.conf beside it as Debian has it; returns the path of that."""
    text = read(SAMPLES, sample)
    for old, new in replaced:
        assert old in text, f"{sample} has no {old}"
        text = text.replace(old, new)
    parts = os.path.join(directory, "conf.d")
    os.makedirs(parts)
    write(text, parts, sample)
    write("\n".join(["persistence true", f"persistence_location {directory}/", "log_dest stderr", "log_type all", "user root",
                     f"include_dir {parts}", ""]), directory, "mosquitto.conf")
    return os.path.join(directory, "mosquitto.conf")
