# SPDX-License-Identifier: Apache-2.0
"""Started as root slacd becomes the user slacd and keeps CAP_NET_RAW alone; with that it serves as before."""
import glob
import os
import shutil
import subprocess
import unittest

import harness
from harness import Bench, EVSE, FAST_EV, ip

UID = 64999
NET_RAW = 1 << 13
# Only for the program that follows: the files of the machine stay as they are.
WITH_USERS = ("unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/passwd && mount --bind "$1" /etc/group && shift && '
              'exec "$@"')
NET_ADMIN_TOO = ("--inh-caps=-all,+net_raw,+net_admin", "--ambient-caps=-all,+net_raw,+net_admin")


def why_not():
    """Why this cannot be tested here, or None."""
    with open("/proc/self/uid_map", encoding="ascii") as file:
        if int(file.read().split()[2]) <= UID:
            return "this user namespace has one user only"
    tried = subprocess.run(["unshare", "--mount", "mount", "--bind", "/etc/passwd", "/etc/passwd"], capture_output=True,
                           text=True, check=False)
    return f"no permission for a mount: {tried.stderr.strip()}" if tried.returncode != 0 else None


def status_of(path):
    with open(path, encoding="ascii") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


@unittest.skipIf(why_not(), f"only where root may become another user: {why_not()}")
class Privileges(Bench):
    def users(self, *lines):
        """Runs a program that finds root and these in /etc/passwd."""
        return (*WITH_USERS, self.write("passwd", "\n".join(["root:x:0:0::/:/bin/sh", *lines, ""])),
                self.write("group", f"root:x:0:\nslacd:x:{UID}:\nbroker:x:{UID + 1}:slacd\n"))

    def with_slacd(self):
        return self.users(f"slacd:x:{UID}:{UID}::/nonexistent:/usr/sbin/nologin")

    def as_user(self, *capabilities):
        """As systemd does it with User= and AmbientCapabilities=."""
        return ("setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups", *capabilities)

    def public_slacd(self):
        """A copy that another user can start, wherever the sources are."""
        os.chmod(self.directory, 0o755)
        copy = shutil.copy(os.environ["SLACD"], self.path("slacd"))
        os.chmod(copy, 0o755)
        return copy

    def start_as_user(self, *capabilities):
        return self.add(harness.Program("slacd", *self.as_user(*capabilities), self.public_slacd()))

    def assert_serves(self):
        self.slacd.wait_line("Modem has confirmed its key")
        self.observer.wait_state_after_request()
        self.assert_matches()

    def assert_has_net_raw_only(self):
        pid = self.slacd.process.pid
        paths = glob.glob(f"/proc/{pid}/task/*/status")
        self.assertGreater(len(paths), 1)  # the broker's thread, too
        for path in paths:
            status = status_of(path)
            self.assertEqual(status["Uid"].split(), [str(UID)] * 4)
            self.assertEqual(status["Gid"].split(), [str(UID)] * 4)
            self.assertEqual(int(status["CapEff"], 16), NET_RAW)
            self.assertEqual(int(status["CapPrm"], 16), NET_RAW)
            self.assertEqual(status["NoNewPrivs"], "1")
        # What a process that may not be dumped has in /proc belongs to root.
        self.assertEqual(os.stat(f"/proc/{pid}/environ").st_uid, 0)
        with open(f"/proc/{pid}/limits", encoding="ascii") as file:
            self.assertRegex(file.read(), r"Max core file size +0 +0 ")

    def test_root_becomes_slacd_and_serves_an_interface_that_comes_and_goes(self):
        self.start_others(ev=FAST_EV)
        # Files that root alone can read: the directory of the test is one.
        limits = {"evses": [{"evse_id": EVSE, "status_code": "evse_ready"}]}
        limits_file = self.write("limits.json", limits)
        os.chmod(limits_file, 0o600)
        os.chown(self.records, UID, UID)
        self.slacd = self.start_slacd({"modem": {"link_retry_ms": 100}}, "--cs-limits-file", limits_file,
                                      wrapper=self.with_slacd(), rights=())
        self.assert_serves()
        self.assert_has_net_raw_only()
        self.assertEqual(status_of(f"/proc/{self.slacd.process.pid}/status")["Groups"].split(),
                         [str(UID), str(UID + 1)])
        self.ev.kill()
        log = self.slacd.mark()
        ip("link", "del", "evse0")
        self.slacd.wait_line("ERROR .*Interface is lost", after=log)
        self.observer.wait_slac("unmatched")
        self.station.say("unplug")
        self.link()
        self.slacd.wait_line("Interface is open", after=log)
        self.ev = self.start_ev(*FAST_EV)
        self.slacd.wait_line("Modem has confirmed its key", after=log)
        self.assert_matches()
        self.assert_has_net_raw_only()

    def test_root_without_a_user_slacd_is_refused_with_the_remedies(self):
        slacd = self.start_slacd(None, wrapper=self.users(), rights=())
        self.assertEqual(slacd.exit_code(), 2)
        for remedy in ("There is no user slacd", "useradd --system", "AmbientCapabilities=CAP_NET_RAW", "--no-drop"):
            self.assertIn(remedy, slacd.text())

    def test_user_slacd_that_is_root_is_refused(self):
        slacd = self.start_slacd(None, wrapper=self.users("slacd:x:0:0::/:/bin/sh"), rights=())
        self.assertEqual(slacd.exit_code(), 2)
        self.assertIn("slacd is root itself", slacd.text())

    def test_root_stays_root_only_where_asked_for(self):
        slacd = self.start_slacd(None, wrapper=self.users())
        slacd.wait_line("WARN .*slacd stays root")
        slacd.wait_line("Service status. status=starting")
        status = status_of(f"/proc/{slacd.process.pid}/status")
        self.assertEqual(status["Uid"].split(), ["0"] * 4)
        self.assertEqual(status["NoNewPrivs"], "1")

    def test_another_user_with_the_capability_serves_and_gives_up_any_other(self):
        self.start_others(ev=FAST_EV)
        self.slacd = self.start_as_user(*NET_ADMIN_TOO)
        self.assert_serves()
        self.assert_has_net_raw_only()

    def test_another_user_without_the_capability_is_told_how_to_get_it(self):
        self.start_others(ev=FAST_EV)
        self.slacd = self.start_as_user()
        self.slacd.wait_line("ERROR .*CAP_NET_RAW is missing .*setcap cap_net_raw.*AmbientCapabilities=CAP_NET_RAW")


if __name__ == "__main__":
    harness.main(["setpriv"])
