#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The judge of tools/faults sees a wrong pilot where there is one, and none where there is none."""
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from fault_bench.judge import Judge  # noqa: E402
from fault_bench.outcome import Outcome  # noqa: E402
from fault_bench.virtual import Reader, judge_rounds  # noqa: E402
from fault_bench.virtual_faults import FAULTS  # noqa: E402

E1 = "DE*TST*E1"
MATCHED = {E1: "matched", "DE*TST*E2": "matched"}


class PilotJudge(unittest.TestCase):
    def setUp(self):
        self.judge = Judge(gap_s=3.0)
        self.judge.limit(E1, 16.0, 0.0)

    def sets(self, *signals):
        for now, signal, current_a in signals:
            self.judge.sets(E1, signal, current_a, now)

    def test_sequence_of_the_standard_is_right(self):
        self.sets((1, "hlc", 0), (21, "f", 0), (26, "x1", 0), (26.5, "x2", 16))
        self.assertEqual(self.judge.wrong, [])

    def test_nominal_duty_straight_after_five_percent_is_wrong(self):
        self.sets((1, "hlc", 0), (21, "x2", 16))
        self.assertIn("after 5 %", self.judge.wrong[0])

    def test_nominal_duty_too_soon_after_five_percent_is_wrong(self):
        self.sets((1, "hlc", 0), (21, "x1", 0), (23.9, "x2", 16))
        self.assertEqual(len(self.judge.wrong), 1)

    def test_another_current_needs_no_gap(self):
        self.sets((1, "x1", 0), (2, "x2", 16), (3, "x2", 10))
        self.assertEqual(self.judge.wrong, [])

    def test_more_than_the_limit_is_wrong(self):
        self.sets((1, "x1", 0), (2, "x2", 16.5))
        self.assertIn("the limit is 16.0 A", self.judge.wrong[0])

    def test_limit_that_was_lowered_a_moment_ago_binds_the_next_request(self):
        self.judge.limit(E1, 10.0, 5.0)
        self.sets((5.2, "x2", 16))
        self.assertEqual(self.judge.wrong, [])
        self.judge.settled(E1, 60)
        self.assertIn("16.0 A stay", self.judge.wrong[0])

    def test_limit_that_was_lowered_long_ago_binds(self):
        self.judge.limit(E1, 10.0, 5.0)
        self.sets((6.5, "x2", 16))
        self.assertEqual(len(self.judge.wrong), 1)

    def test_what_the_station_shows_is_judged_without_its_answer(self):
        self.judge.shows(E1, "B2", 5.0, 1)
        self.judge.shows(E1, "B2", 26.7, 2)
        self.assertEqual(len(self.judge.wrong), 1)


class Rounds(unittest.TestCase):
    def outcome(self, **at):
        reader = Reader(outcome := Outcome(FAULTS[0]))
        reader.at = {(mark, 0): statuses for mark, statuses in at.items()}
        judge_rounds(FAULTS[0], 1, reader, outcome)
        return outcome

    def test_car_that_is_not_matched_after_the_fault_is_lost(self):
        outcome = self.outcome(off=MATCHED, again=MATCHED, left={**MATCHED, E1: "failed"})
        self.assertEqual((outcome.lost, outcome.failed()), (1, True))

    def test_car_that_is_matched_only_after_the_fault_has_recovered(self):
        outcome = self.outcome(off={**MATCHED, E1: "failed"}, again=MATCHED, left=MATCHED)
        self.assertEqual((outcome.recovered, outcome.failed()), (1, False))

    def test_other_outlet_that_suffers_is_told(self):
        outcome = self.outcome(off=MATCHED, again={E1: "matched"}, left=MATCHED)
        self.assertTrue(outcome.failed())


class Catalogue(unittest.TestCase):
    def test_every_fault_has_a_name_of_its_own_and_a_description(self):
        names = [fault.name for fault in FAULTS]
        self.assertEqual(len(names), len(set(names)))
        self.assertTrue(all(fault.text for fault in FAULTS))


if __name__ == "__main__":
    unittest.main()
