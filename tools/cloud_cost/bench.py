# SPDX-License-Identifier: Apache-2.0
"""The bench of netns_cloud, for measuring: a run is one test of one class."""
import os
import subprocess
import sys
import unittest

import cloud


class Site(cloud.Cloud):
    arguments = ()
    result = None

    def runTest(self):
        type(self).result = self.measure(*self.arguments)

    def measure(self, *arguments):
        """For the kinds of it to say."""
        raise NotImplementedError


def run(kind, *arguments):
    class Run(kind):
        pass

    Run.arguments = arguments
    with open(os.devnull, "w", encoding="ascii") as nowhere:
        result = unittest.TextTestRunner(stream=nowhere).run(unittest.TestSuite([Run()]))
    if not result.wasSuccessful():
        sys.exit(f"cloud-cost: {(result.failures + result.errors)[0][1]}")
    return Run.result


def slacd_knows(setting):
    section, name = setting.split(".")
    said = subprocess.run([os.environ["SLACD"], "--help"], capture_output=True, text=True, check=False).stdout
    return f"--{section}-{name}" in said or setting in said


def cpu_s(pid):
    """User and system time of a process so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(next(line for line in file if line.startswith("VmRSS:")).split()[1])
