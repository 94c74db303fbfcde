#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The Debian packages in a small Debian of their own: installed, used for a match, removed, purged, and nothing left."""
import contextlib
import hashlib
import os
import pathlib
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = pathlib.Path(os.environ["SLACD_SOURCE"])
CACHE = SOURCE / "build" / "debian-root.tar"
SKIPPED = 77
NAMESPACE_MARK = "SLACD_PACKAGE_NAMESPACE"
TOOLS = ("slac-ev", "cs-sim", "cs-fleet", "slac-replay", "slac-trace", "slac-monitor", "slac-history", "smart-charging-service", "slac-conformance", "slac-bench",
         "slac-sequence-diagram")
CONFIG = "etc/slacd/slacd.json"
# What dpkg and ldconfig write about themselves, and the copies that the programs for users keep of their files.
NOT_OURS = re.compile(r"(var/lib/dpkg|var/log|var/cache|var/lib/systemd/deb-systemd-helper-(en|dis)abled)(/|$)"
                      r"|etc/(passwd|group|shadow|gshadow)-$|etc/\.pwd\.lock$|etc/ld\.so\.cache$|etc/subuid-?$|etc/subgid-?$")
PATIENCE_S = 30


def skip(reason):
    print("skipped:", reason)
    sys.exit(SKIPPED)


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          **options)
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def field(package, name):
    return run("dpkg-deb", "--field", package, name).strip()


def dependencies(packages):
    """The first of each alternative, but a small one for systemd. passwd is in every Debian, though not essential."""
    names = {"passwd"}
    for package in packages:
        for entry in field(package, "Depends").split(","):
            names.add("systemd-standalone-sysusers" if "sysusers" in entry else re.split(r"[ :|(]", entry.strip())[0])
    return sorted(names)


def packages():
    return sorted((SOURCE / "build" / "package").glob("*.deb"))


def make_root_archive():
    """A small Debian from this machine's mirror. It is kept, as long as the packages need the same others."""
    include = ",".join(dependencies(packages()))
    mark = CACHE.with_suffix(".packages")
    if not CACHE.exists() or not mark.exists() or mark.read_text() != include:
        script = f'set -e; . {SOURCE}/tools/mirror.sh; make_debian "$@"'
        run("bash", "-c", script, "make_debian", CACHE, "--variant=essential", f"--include={include}",
            "--dpkgopt=force-unsafe-io", "--dpkgopt=path-exclude=/usr/share/locale/*")
        mark.write_text(include)


def snapshot(root):
    """Each path with its kind, owner, mode and content."""
    found = {}
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = pathlib.Path(folder, name)
            relative = str(path.relative_to(root))
            if NOT_OURS.match(relative) or relative.startswith(("proc/", "dev/")):
                continue
            status = path.lstat()
            content = ""
            if stat.S_ISLNK(status.st_mode):
                content = os.readlink(path)
            elif stat.S_ISREG(status.st_mode):
                content = hashlib.sha256(path.read_bytes()).hexdigest()
            found[relative] = (oct(status.st_mode), status.st_uid, status.st_gid, content)
    return found


def await_line(path, text, since=0):
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        log = path.read_text()[since:]
        if text in log:
            return
        time.sleep(0.02)
    raise AssertionError(f"'{text}' did not come within {PATIENCE_S} s:\n{path.read_text()}")


class Packages(unittest.TestCase):
    """The tests run in the order of their names: each is a step of a package's life."""

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory(prefix="slacd-package.")
        cls.work = pathlib.Path(cls.directory.name)
        cls.root = cls.work / "root"
        cls.root.mkdir()
        run("tar", "-C", cls.root, "-xf", CACHE)
        run("mount", "-t", "proc", "proc", cls.root / "proc")
        for package in packages():
            shutil.copy(package, cls.root / "tmp")
        (cls.root / "etc" / "hosts").write_text("127.0.0.1 localhost\n") # the installer writes it, not a package
        cls.before = snapshot(cls.root)
        cls.running = []

    @classmethod
    def tearDownClass(cls):
        for process in reversed(cls.running):
            process.kill()
            process.communicate()
        run("umount", cls.root / "proc")
        cls.directory.cleanup()

    def inside(self, *command, **options):
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"}
        return run("chroot", self.root, *command, env=environment, **options)

    def start(self, name, *command, **options):
        log = self.work / f"{name}.log"
        with log.open("w") as out:
            process = subprocess.Popen([str(word) for word in command], stdout=out, stderr=subprocess.STDOUT, **options)
        self.running.append(process)
        return process, log

    def install(self, *options):
        return self.inside("dpkg", *options, "--install", *("/tmp/" + package.name for package in packages()))

    def test_0_lintian_finds_nothing(self):
        if shutil.which("lintian") is None:
            self.skipTest("lintian is not installed")
        # There is no bug of Debian's that a first package closes.
        run("lintian", "--no-cfg", "--allow-root", "--fail-on", "error,warning",
            "--suppress-tags", "initial-upload-closes-no-bugs", *packages())

    def test_1_install(self):
        self.install()
        self.assertIn("slacd ", self.inside("slacd", "--version"))
        for tool in TOOLS:
            self.assertIn("--", self.inside(tool, "--help"), tool)
            self.assertTrue((self.root / f"usr/share/man/man1/{tool}.1.gz").exists(), tool)
        for service in ("smart-charging-service", "slac-history"):
            self.assertFalse((self.root / f"etc/systemd/system/multi-user.target.wants/{service}.service").is_symlink())
        for page in ("man5/slacd.json.5", "man8/slacd.8"):
            self.assertTrue((self.root / f"usr/share/man/{page}.gz").exists(), page)
        user = self.inside("getent", "passwd", "slacd").split(":")
        config = (self.root / CONFIG).stat()
        self.assertEqual((oct(config.st_mode & 0o777), config.st_uid, config.st_gid), ("0o640", 0, int(user[3])))
        self.assertTrue((self.root / "etc/systemd/system/multi-user.target.wants/slacd.service").is_symlink())
        folder = (self.root / CONFIG).parent.stat()
        self.assertEqual((oct(folder.st_mode & 0o777), folder.st_uid, folder.st_gid), ("0o750", 0, int(user[3])))
        for name in ("slacd.acl", "slacd.conf", "station.conf", "cloud.conf", "cloud.acl", "ca.cnf"):
            self.assertTrue((self.root / "usr/share/doc/slacd/examples/mosquitto" / name).exists(), name)

    def place_certificates(self):
        """Of the broker and of slacd, each signed by itself. slacd's are where the shipped configuration suggests."""
        folder = (self.root / CONFIG).parent
        for path, name in ((self.work / "broker", "localhost"), (folder / "slacd", "slacd")):
            run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", f"{path}.key", "-out", f"{path}.pem")
        shutil.copy(self.work / "broker.pem", folder / "ca.pem")
        return folder / "slacd.key"

    def start_broker(self):
        config = self.work / "mosquitto.conf"
        config.write_text("per_listener_settings true\nuser root\nlistener 1883 127.0.0.1\nallow_anonymous true\n"
                          "listener 8883 127.0.0.1\nuse_identity_as_username true\nrequire_certificate true\n"
                          f"cafile {self.root}/etc/slacd/slacd.pem\ncertfile {self.work}/broker.pem\n"
                          f"keyfile {self.work}/broker.key\n")
        _, log = self.start("mosquitto", "mosquitto", "-c", config)
        await_line(log, "running")

    def take_suggestions(self):
        """What the shipped configuration suggests about TLS and metrics, in force."""
        config = self.root / CONFIG
        text = config.read_text().replace('"port": 1883', '"port": 8883')
        used = config.with_name("used.json")
        used.write_text(re.sub(r'^(\s*)// ("(?:tls_\w+|metrics)": .*)$', r"\1\2", text, flags=re.M))
        return "/etc/slacd/used.json"

    def read_metrics(self):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(self.root / "run/slacd/metrics"))
            client.sendall(b"GET /metrics HTTP/1.1\r\nHost: slacd\r\nConnection: close\r\n\r\n")
            return b"".join(iter(lambda: client.recv(65536), b"")).decode()

    def heard_ready(self):
        self.manager.settimeout(0)
        said = []
        with contextlib.suppress(BlockingIOError):
            while True:
                said.append(self.manager.recv(4096).decode())
        return any("READY=1" in text for text in said)

    def test_2_a_match_with_what_the_configuration_suggests_and_the_rights_of_the_unit(self):
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "veth-evse", "type", "veth", "peer", "name", "veth-ev")
        run("ip", "link", "set", "veth-evse", "up")
        run("ip", "link", "set", "veth-ev", "up")
        key = self.place_certificates()
        self.start_broker()
        config = self.take_suggestions()
        # What the unit has made by systemd, and where systemd hears of slacd.
        self.inside("install", "-d", "-o", "slacd", "-g", "slacd", "-m", "0750", "/run/slacd")
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.manager.close)
        self.manager.bind("\0slacd-package")
        car, _ = self.start("car", "chroot", self.root, "slac-ev", "--interface", "veth-ev", "--wait", "--stay",
                            stdin=subprocess.PIPE, text=True)
        calls = self.work / "calls"
        # As the unit starts it: the user slacd, CAP_NET_RAW, no way to more.
        as_unit = ("chroot", self.root, "setpriv", "--reuid=slacd", "--regid=slacd", "--clear-groups", "--no-new-privs",
                   "--bounding-set=-all,+net_raw", "--inh-caps=-all,+net_raw", "--ambient-caps=-all,+net_raw",
                   "slacd", "--config", config)
        refused, log = self.start("refused", *as_unit) # a key is root's alone, as openssl makes it
        self.assertEqual(refused.wait(PATIENCE_S), 2, log.read_text())
        self.assertIn("mqtt.tls_key", log.read_text())
        self.inside("chown", "root:slacd", "/etc/slacd/slacd.key")
        key.chmod(0o640)
        slacd, log = self.start("slacd", "strace", "--follow-forks", "--quiet=all", "--output", calls, *as_unit,
                                env={**os.environ, "NOTIFY_SOCKET": "@slacd-package"})
        await_line(log, "starts. config=" + config)
        station, heard = self.start("station", "chroot", self.root, "cs-sim", "--evse", "DE*SIM*E1=veth-evse:ac",
                                    "--color", "never", stdin=subprocess.PIPE, text=True)
        await_line(log, "status=ready")
        station.stdin.write("plug\n")
        station.stdin.flush()
        await_line(log, "Vehicle is connected")
        car.stdin.write("plug\n")
        car.stdin.flush()
        station.stdin.write("expect status matched within 20000\nunplug\nexpect status unmatched within 5000\nquit\n")
        station.stdin.flush()
        self.assertEqual(station.wait(PATIENCE_S), 0, heard.read_text() + log.read_text())
        self.assertIn('slacd_sessions_total{evse_id="DE*SIM*E1",outcome="matched"', self.read_metrics())
        children = pathlib.Path(f"/proc/{slacd.pid}/task/{slacd.pid}/children").read_text().split()
        os.kill(int(children[0]), signal.SIGTERM)
        self.assertEqual(slacd.wait(PATIENCE_S), 0, log.read_text())
        unit = (self.root / "lib/systemd/system/slacd.service").read_text()
        if re.search(r"^(Type=notify|NotifyAccess=|WatchdogSec=)", unit, re.M):
            self.assertTrue(self.heard_ready(), "systemd would wait for slacd's word, and end it")
        self.check_calls(calls.read_text(), unit)
        for path in key.parent.iterdir():
            if path.name != "slacd.json":
                path.unlink()
        (self.root / "run/slacd").rmdir() # as systemd does, and its socket is gone

    def check_calls(self, calls, unit):
        """Every system call that slacd made is one that the unit permits."""
        permitted = set()
        for groups in re.findall(r"^SystemCallFilter=(.*)$", unit, re.M):
            names = set().union(*(self.calls_of(group) for group in groups.lstrip("~").split()))
            permitted = permitted - names if groups.startswith("~") else permitted | names
        families = re.search(r"^RestrictAddressFamilies=(.*)$", unit, re.M)[1].split()
        own = calls[re.search(r'execve\("[^"]*/slacd"[^\n]* = 0\n', calls).end():]
        made = set(re.findall(r"^\d+ +([a-z0-9_]+)\(", own, re.M))
        self.assertIn("epoll_wait", made)
        self.assertEqual(sorted(made - permitted), [])
        self.assertEqual(sorted(set(re.findall(r" socket(?:pair)?\((AF_\w+)", own)) - set(families)), [])
        self.assertNotRegex(own, r"PROT_\w+\|PROT_WRITE\|PROT_EXEC|PROT_WRITE\|PROT_EXEC")

    def calls_of(self, group):
        if not group.startswith("@"):
            return {group}
        names = set()
        for line in run("systemd-analyze", "--no-pager", "syscall-filter", group).splitlines()[1:]:
            word = line.strip()
            if word and not word.startswith("#"):
                names |= self.calls_of(word)
        return names

    def test_3_another_installation_keeps_a_changed_configuration(self):
        config = self.root / CONFIG
        config.write_text(config.read_text().replace('"port": 1883', '"port": 18830'))
        changed = config.read_text()
        config.chmod(0o600)
        self.install("--force-confold")
        self.assertEqual(config.read_text(), changed)
        self.assertEqual(oct(config.stat().st_mode & 0o777), "0o600")

    def test_4_removal_leaves_the_configuration_and_the_state_only(self):
        (self.root / "var/lib/slacd").mkdir() # systemd makes it when the service starts
        (self.root / "var/lib/slacd" / "record").write_text("")
        self.inside("dpkg", "--remove", "slacd-tools", "slacd")
        left = set(snapshot(self.root)) - set(self.before)
        wants = "etc/systemd/system/multi-user.target.wants"
        self.assertEqual(left, {"etc/slacd", CONFIG, "var/lib/slacd", "var/lib/slacd/record", wants,
                                f"{wants}/slacd.service"})

    def test_5_purge_leaves_nothing_but_what_others_have_put_there(self):
        key = self.root / "etc/slacd/slacd.key"
        key.write_text("")
        self.inside("dpkg", "--purge", "slacd-tools", "slacd")
        folder = key.parent.stat()
        self.assertEqual((oct(folder.st_mode & 0o777), folder.st_uid, folder.st_gid), ("0o750", 0, 0))
        key.unlink()
        key.parent.rmdir()
        after = snapshot(self.root)
        self.assertEqual(sorted(set(after) - set(self.before)), [])
        changed = [path for path, what in self.before.items() if after.get(path) != what]
        self.assertEqual(changed, [])


def main():
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    if os.geteuid() != 0:
        skip("only root can install packages in a root directory of their own")
    for program in ("mmdebstrap", "dpkg-shlibdeps", "help2man", "mosquitto", "openssl", "strace", "systemd-analyze", "ip"):
        if shutil.which(program) is None:
            skip(f"the program {program} is not installed")
    if NAMESPACE_MARK not in os.environ:
        unshare = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        allowed = subprocess.run([*unshare, "true"], capture_output=True, text=True)
        if allowed.returncode != 0:
            skip(f"no permission for a namespace: {allowed.stderr.strip()}")
        run(SOURCE / "tools" / "package")
        make_root_archive()
        os.environ[NAMESPACE_MARK] = "1"
        os.execvp("unshare", [*unshare, sys.executable, *sys.argv])
    unittest.main(verbosity=2, failfast=True)


if __name__ == "__main__":
    main()
