#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every fuzz target that is built is run, too, and from seeds."""
import importlib.machinery
import importlib.util
import pathlib
import re
import sys
import unittest

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
LOADER = importlib.machinery.SourceFileLoader("fuzz", str(ROOT / "tools/fuzz"))
SPEC = importlib.util.spec_from_loader("fuzz", LOADER)
FUZZ = importlib.util.module_from_spec(SPEC)
LOADER.exec_module(FUZZ)


def built_targets():
    for folder in ("homeplug", "cp", "mqtt", "service", "slacd", "tools"):
        for path in (ROOT / folder).rglob("CMakeLists.txt"):
            yield from re.findall(r"^ *slacd_fuzz_target\((\w+)", path.read_text(), re.MULTILINE)


class FuzzList(unittest.TestCase):
    def test_each_target_is_run(self):
        self.assertEqual(sorted(built_targets()), sorted(FUZZ.SEEDS))

    def test_each_target_has_seeds_that_fit(self):
        for target, seeds in FUZZ.SEEDS.items():
            octets = list(seeds())
            self.assertTrue(octets, target)
            self.assertLessEqual(max(map(len, octets)), FUZZ.INPUT_MAX.get(target, 65536), target)


if __name__ == "__main__":
    unittest.main(verbosity=2)
