# SPDX-License-Identifier: Apache-2.0
"""Certificates for a test, made by the program openssl."""
import datetime
import os
import subprocess

CONFIGURATION = """[ca]
default_ca = ca
[ca]
database = {directory}/{name}.index
new_certs_dir = {directory}
serial = {directory}/{name}.serial
certificate = {directory}/{name}.pem
private_key = {directory}/{name}.key
default_md = sha256
unique_subject = no
policy = policy
copy_extensions = copy
[policy]
commonName = supplied
"""


def moment(days):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


class Authority:
    """A CA. Of each certificate NAME.pem and NAME.key are in its directory."""

    def __init__(self, directory, name):
        self.directory = directory
        self.name = name
        self.configuration = self.path("cnf")
        with open(self.configuration, "w", encoding="ascii") as file:
            file.write(CONFIGURATION.format(directory=directory, name=name))
        with open(self.path("index"), "w", encoding="ascii"):
            pass
        with open(self.path("serial"), "w", encoding="ascii") as file:
            file.write("01\n")
        openssl("req", "-x509", *self.new_key(name), "-days", "2", "-subj", f"/CN={name}", "-out", self.path("pem"))

    def path(self, kind):
        return os.path.join(self.directory, f"{self.name}.{kind}")

    def new_key(self, name):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                os.path.join(self.directory, f"{name}.key"))

    def issue(self, name, common_name, names="", first_day=-1, last_day=1):
        """names: as subjectAltName, e.g. "DNS:localhost"."""
        request = os.path.join(self.directory, f"{name}.csr")
        extension = ("-addext", f"subjectAltName={names}") if names else ()
        openssl("req", "-new", *self.new_key(name), "-subj", f"/CN={common_name}", *extension, "-out", request)
        openssl("ca", "-batch", "-config", self.configuration, "-in", request, "-notext", "-out",
                os.path.join(self.directory, f"{name}.pem"), "-startdate", moment(first_day), "-enddate",
                moment(last_day))
