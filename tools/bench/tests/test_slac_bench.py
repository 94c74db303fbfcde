# SPDX-License-Identifier: Apache-2.0
"""slac-bench measures, in few matches, what it says: programs of the build tree, a real broker, a network namespace."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SKIPPED = 77
TOOL = str(pathlib.Path(__file__).resolve().parents[2] / "slac-bench")
UNSHARE = ["unshare", "--net", "--map-root-user"]


def bench(*arguments):
    return subprocess.run([*UNSHARE, TOOL, *arguments], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "SLAC_BENCH_INSIDE": "1"})


class SlacBench(unittest.TestCase):
    def test_figures_are_measured_printed_and_written(self):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "figures.json")
            done = bench("--matches", "3", "--part", "paced,memory,black-hole", "--json", path)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            written = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        figures = {figure["part"] + ": " + figure["name"].split(", ")[-1]: figure for figure in written["figures"]}
        for exchange in ("PARM", "ATTEN", "MATCH"):
            figure = figures[f"paced: {exchange} p50"]
            self.assertGreater(figure["slacd"], 0)
            self.assertGreater(figure["floor"], 0)
            self.assertAlmostEqual(figure["ratio"], figure["slacd"] / figure["floor"])
            self.assertEqual(figure["met"], figure["ratio"] <= figure["goal"])
        self.assertGreater(figures["memory: anonymous memory after start"]["slacd"], 0)
        self.assertIn("traffic to it dropped, PARM p50", done.stdout)

    def test_a_part_that_does_not_exist_is_a_usage_error(self):
        done = bench("--part", "latency,speed")
        self.assertEqual(done.returncode, 2)
        self.assertIn('there is no part "speed"', done.stderr)


if __name__ == "__main__":
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    if subprocess.run([*UNSHARE, "sh", "-c", "command -v mosquitto && command -v ip"], capture_output=True).returncode != 0:
        print("skipped: no permission for a network namespace, or mosquitto or ip is not installed")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
