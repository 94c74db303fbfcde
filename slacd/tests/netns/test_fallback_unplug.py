# SPDX-License-Identifier: Apache-2.0
"""A car that leaves, or speaks late, in the middle of the way to basic charging (shortened timers)."""
import harness
from harness import Bench, SHORT_TIMERS, with_settings

# Each step is long enough for the unplug to fall into it, on a machine that stands still for a moment, too.
TIMERS = with_settings(SHORT_TIMERS, pilot={"step_f_ms": 1000, "step_x1_ms": 1000})
# Longer than all that could follow with these timers.
WHOLE_SEQUENCE_S = 3.0
X2 = ("x2", 32.0)


class FallbackUnplug(Bench):
    def setUp(self):
        super().setUp()
        self.start_all(TIMERS)
        self.start = self.observer.mark()
        self.plug()

    def assert_unplug_ends_it(self, requests_before):
        mark = self.observer.mark()
        self.station.say("unplug")
        self.observer.wait_slac("unmatched", after=mark)
        self.observer.wait_pilot("hlc", after=mark)
        self.observer.never_pilot(("f", "x1", "x2"), WHOLE_SEQUENCE_S, mark)
        self.assertEqual(self.observer.pilots(self.start), requests_before + ["hlc"])
        self.assert_matches()

    def test_unplug_before_the_time_out_asks_for_high_level_charging_only(self):
        self.assert_unplug_ends_it([])

    def test_unplug_in_f_returns_to_high_level_charging(self):
        self.observer.wait_pilot("f")
        self.assert_unplug_ends_it(["f"])

    def test_unplug_in_x1_returns_to_high_level_charging(self):
        self.observer.wait_pilot("x1")
        self.assert_unplug_ends_it(["f", "x1"])

    def test_unplug_in_x2_returns_to_high_level_charging(self):
        self.observer.wait_pilot(X2)
        self.assert_unplug_ends_it(["f", "x1", X2])

    def test_reported_f_is_no_unplug(self):
        self.observer.wait_state("F")
        self.observer.wait_pilot(X2)
        self.assertEqual(self.observer.slac_statuses(self.start), ["basic_charging"])
        self.assertEqual(self.observer.pilots(self.start), ["f", "x1", X2])

    def test_car_that_speaks_in_time_stops_the_fallback(self):
        self.ev.say("plug")
        self.observer.wait_slac("matched")
        self.observer.never_pilot(("f", "x1", "x2"), WHOLE_SEQUENCE_S, self.start)


if __name__ == "__main__":
    harness.main()
