#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""slac-conformance against slacd, each session of which leaves a record: each is replayed to the same decisions.

Usage: test_conformance.py SLAC-CONFORMANCE NETNS-TESTS [OPTION...], with SLACD, SLAC_REPLAY and SLAC_TRACE in the environment.
"""
import subprocess
import sys
import tempfile

sys.path.insert(0, sys.argv[2])

import records  # noqa: E402

# More than the cases leave: none makes room for another.
FILES = 100000


def main(program, options):
    with tempfile.TemporaryDirectory(prefix="slacd-records-") as directory:
        kept = {"record.when": records.KEPT["when"], "record.directory": directory, "record.files": FILES}
        settings = [word for path, value in kept.items() for word in ("--set", f"{path}={value}")]
        code = subprocess.run([program, *settings, *options], check=False).returncode
        reproduced = records.check(directory, None)
    print(f"session records reproduced: {reproduced}")
    if code == 0 and reproduced == 0:
        sys.exit("no session has left a record, although record.when is " + kept["record.when"])
    return code


sys.exit(main(sys.argv[1], sys.argv[3:]))
