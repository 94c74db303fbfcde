# SPDX-License-Identifier: Apache-2.0
"""A private network for a test file: it starts itself again inside a network and process namespace of its own."""
import os
import shutil
import subprocess
import sys
import unittest

SKIPPED = 77
NAMESPACE_MARK = "SLACD_TEST_NAMESPACE"


def skip(reason):
    print("skipped:", reason)
    sys.exit(SKIPPED)


def unshare_command():
    """The first way that is permitted here. A /proc of its own is for the leak sanitizer."""
    command = ["unshare", "--net", "--pid", "--fork", "--kill-child"]
    if os.geteuid() != 0:
        command += ["--user", "--map-root-user"]
    for attempt in ([*command, "--mount-proc"], command):
        allowed = subprocess.run([*attempt, "true"], capture_output=True, text=True)
        if allowed.returncode == 0:
            return attempt
    skip(f"no permission for a network namespace: {allowed.stderr.strip()}")


def require_programs(names):
    for name in names:
        if shutil.which(name) is None:
            skip(f"the program {name} is not installed")


def main(programs=()):
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    require_programs(["unshare", "ip", "mosquitto", "mosquitto_sub", "mosquitto_pub", *programs])
    for variable in ("SLACD", "SLAC_EV", "CS_SIM"):
        if not os.access(os.environ.get(variable, ""), os.X_OK):
            skip(f"the environment variable {variable} names no program")
    if NAMESPACE_MARK not in os.environ:
        os.environ[NAMESPACE_MARK] = "1"
        os.execvp("unshare", [*unshare_command(), sys.executable, *sys.argv])
    ip("link", "set", "lo", "up")
    unittest.main(verbosity=2)


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)
