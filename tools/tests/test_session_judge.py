#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The judge of tools/soak sees a session that is not ended, or ended twice, and nothing else."""
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from fault_bench.session_judge import NO_RUN, SessionJudge  # noqa: E402

RUN = "0x0102030405060708"


class Sessions(unittest.TestCase):
    def wrong(self, *story):
        """Upper case is a pilot state, lower case a status of RUN."""
        judge = SessionJudge("E1")
        for word in story:
            if word[0].isupper():
                judge.shows(word)
            else:
                status, _, run_id = word.partition(" ")
                judge.says(status, run_id or RUN)
        judge.end()
        return judge.wrong

    def test_one_end_for_each_vehicle_is_right(self):
        session = ("B1", "B2", "matching", "matched", "C2", "B2", "A1", "unmatched")
        self.assertEqual(self.wrong(*session, *session), [])
        self.assertEqual(self.wrong("B1", "matching", "failed", "matching", "matched", "A1", "unmatched"), [])
        self.assertEqual(self.wrong("B1", "matching", "failed", "basic_charging", "F", "B1", "A1", "unmatched"), [])

    def test_vehicle_that_leaves_is_told_whatever_was_said_of_it(self):
        self.assertEqual(self.wrong("B1", "matching", "failed", "A1", "unmatched"), [])
        self.assertEqual(self.wrong("B1", "A1", f"unmatched {NO_RUN}", "B1", "A1", f"unmatched {NO_RUN}"), [])
        self.assertEqual(self.wrong("B1", "matching", "matched", "A1", "unmatched", f"unmatched {NO_RUN}"), [])

    def test_vehicle_that_has_said_nothing_needs_no_end(self):
        self.assertEqual(self.wrong("B1", "A1", "B1", f"failed {NO_RUN}", "A1", "B1", f"failed {NO_RUN}", "A1"), [])

    def test_end_that_comes_when_the_next_vehicle_is_there_is_right(self):
        self.assertEqual(self.wrong("B1", "matching", "matched", "A1", "B1", "unmatched", "matching", "failed", "A1"), [])

    def test_missing_end_in_the_middle_is_wrong(self):
        found = self.wrong("B1", "matching", "matched", "A1", "B1", "matching", "matched", "A1", "unmatched")
        self.assertEqual(len(found), 1)
        self.assertIn("never ended", found[0])

    def test_missing_end_of_the_last_one_is_wrong(self):
        self.assertIn("never ended", self.wrong("B1", "matching", "matched", "A1")[0])

    def test_second_end_is_wrong(self):
        told_of_the_leaving = ("B1", "matching", "matched", "A1", "unmatched")
        for story in ((*told_of_the_leaving, "unmatched"), (*told_of_the_leaving, "failed"),
                      ("B1", "matching", "failed", "failed", "A1", "unmatched")):
            found = self.wrong(*story)
            self.assertEqual(len(found), 1, story)
            self.assertIn("ended twice", found[0])


if __name__ == "__main__":
    unittest.main(verbosity=2)
