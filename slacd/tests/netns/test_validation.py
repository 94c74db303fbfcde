# SPDX-License-Identifier: Apache-2.0
"""Validation end to end: the car toggles S2, the station reports B and C, slacd counts, the car believes it."""
import itertools
import re
import threading

import harness
from harness import Bench, EVSE, FAST_EV, OTHER, with_settings

# The car wants a proof: the attenuation is above the first limit and below the second.
VALIDATES = (*FAST_EV, "--profile", "15", "--signalattn-direct", "10", "--signalattn-indirect", "20")
COUNTED = "SLAC run: TOGGLING to WAIT_MATCH"
SHORT_SESSION = {"slac": {"allow_nonstandard_timers": True}, "bench": {"tt_evse_match_session_ms": 800}}


class Validation(Bench):
    def wire_s2(self, ev, evse=EVSE):
        """The control pilot between car and station: S2 closed is C or D, in turns, open is B."""
        closed = itertools.cycle(("C2", "D2"))

        def follow():
            seen = 0
            while True:
                try:
                    line = ev.output.wait(lambda line: " S2 " in line.text, "S2", 1.0, seen)
                except AssertionError:
                    if not ev.runs():
                        return
                    continue
                seen = ev.output.items.index(line) + 1
                self.station.say(f"state {next(closed) if 'S2 closed' in line.text else 'B2'} {evse}")
        threading.Thread(target=follow, daemon=True).start()

    def test_a_car_that_toggles_is_counted_and_matched(self):
        self.start_all(ev=(*VALIDATES, "--toggles", "3"))
        self.wire_s2(self.ev)
        self.assert_matches()
        self.assertIn("toggles=3", self.slacd.wait_line(COUNTED).text)
        self.assertEqual(self.observer.pilots(), ["hlc"])
        self.assert_next_car_matches()

    def test_toggles_that_no_station_reports_match_nobody(self):
        self.start_all(SHORT_SESSION, ev=VALIDATES)
        mark = self.plug_both()
        self.assertIn("toggles=0", self.slacd.wait_line(COUNTED).text)
        self.ev.wait_line("validation_failed")
        self.observer.wait_slac("failed", after=mark)
        self.assertEqual(self.outcome(mark), [("matching", ""), ("failed", "no_match_req")])

    def test_validation_that_is_switched_off_is_refused(self):
        self.start_all(with_settings(SHORT_SESSION, slac={"validation": "off"}), ev=VALIDATES)
        mark = self.plug_both()
        self.observer.wait_slac("matched", after=mark)
        self.assertEqual(self.ev.lines(" S2 "), [])

    def test_two_outlets_validate_one_after_the_other(self):
        self.start_two_sites(ev=VALIDATES, other_ev=VALIDATES)
        cars = {EVSE: self.ev, OTHER: self.other_ev}
        self.slacd = self.start_slacd()
        for evse in cars:
            self.slacd.wait_line("Modem has confirmed its key.*" + evse.replace("*", r"\*"))
            self.observer.wait_state_after_request(evse)
        mark = self.observer.mark()
        for evse, car in cars.items():
            self.wire_s2(car, evse)
            self.station.say(f"plug {evse}")
            car.say("plug")
        for evse in cars:
            self.observer.wait_slac("matched", after=mark, evse=evse)
            self.assertEqual(self.observer.slac_statuses(mark, evse), ["matching", "matched"])
        # Two cars that toggle at the same time cannot be told apart.
        steps = [line.text for line in self.slacd.lines("SLAC run: (WAIT_MATCH to WAIT_TOGGLE|TOGGLING to WAIT_MATCH)")]
        outlets = [EVSE if EVSE in step else OTHER for step in steps]
        self.assertEqual(len(steps), 4, steps)
        self.assertEqual(outlets[0], outlets[1], steps)
        self.assertEqual(outlets[2], outlets[3], steps)
        self.assertNotEqual(outlets[0], outlets[2], steps)
        self.slacd.wait_line("INFO .*Put off CM_VALIDATE.REQ.*" + re.escape(outlets[2])
                             + ".*reason=validation_put_off count=1")
        self.assertRegex(steps[1], "put_off=0")
        self.assertRegex(steps[3], "put_off=[1-9]")


if __name__ == "__main__":
    harness.main()
