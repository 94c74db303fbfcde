# SPDX-License-Identifier: Apache-2.0
"""Windows for the car's first word: F pulses between them, what follows the last one, what follows a failure."""
import harness
from harness import Bench, EVSE

TIMERS = {"tt_evse_slac_init_ms": 700, "allow_nonstandard_timers": True}
X2 = ("x2", 32.0)
# Longer than a window and all steps after it.
WHOLE_SEQUENCE_S = 2.0


class PilotWindows(Bench):
    def start_with(self, pilot=None, slac=None, **options):
        self.start_all({"slac": {**TIMERS, **(slac or {})},
                        "pilot": {"step_f_ms": 400, "step_x1_ms": 200, **(pilot or {})},
                        # Some cars come with a modem of their own, which does not know the key.
                        "modem": {"link_detection": "off"}}, **options)
        self.start = self.observer.mark()

    def plug_at(self):
        """When the station said so: the windows count from there."""
        self.plug()
        return self.observer.wait_state("B2", after=self.start).time

    def fail_a_matching(self):
        """The car speaks once and falls silent."""
        self.plug()
        self.ev.say("plug")
        return self.observer.wait_slac("failed", after=self.start)

    def assert_next(self, request, due_s, before):
        """The next pilot request after `before` is this one, so much later."""
        place = self.observer.messages.items.index(before) + 1
        message = self.observer.messages.wait(lambda item: item.pilot is not None, f"request {request}", after=place)
        self.assertEqual(message.pilot, request)
        self.assert_time(message.time, before.time + due_s, f"request {request}")
        return message

    def test_two_pulses_with_a_window_each_then_x1_and_x2(self):
        self.start_with({"slac_init_retries": 2})
        self.plug()
        last = self.observer.wait_state("B2", after=self.start)
        for request, due_s in (("f", 0.7), ("hlc", 0.4), ("f", 0.7), ("hlc", 0.4), ("x1", 0.7), (X2, 0.2)):
            last = self.assert_next(request, due_s, last)
        self.assertEqual(self.observer.slac_statuses(self.start), ["basic_charging"])
        self.observer.never_pilot(("f", "x1", "hlc"), WHOLE_SEQUENCE_S, self.observer.messages.items.index(last) + 1)

    def test_basic_charging_is_reported_before_the_x1_that_begins_it(self):
        self.start_with({"slac_init_retries": 1})
        self.plug()
        x1 = self.observer.wait_pilot("x1", after=self.start)
        reported = self.observer.wait_slac("basic_charging", after=self.start)
        self.assertLess(self.observer.messages.items.index(reported), self.observer.messages.items.index(x1))
        self.assertEqual(reported.data["reason"], "no_parm_req")

    def test_late_car_is_matched_in_the_second_window(self):
        self.start_with({"slac_init_retries": 2})
        self.plug()
        self.observer.wait_pilot("f", after=self.start)
        self.observer.wait_pilot("hlc", after=self.start)
        self.ev.say("plug")
        self.observer.wait_slac("matched", after=self.start)
        self.observer.never_pilot(("f", "x1", "x2"), WHOLE_SEQUENCE_S, self.observer.mark())
        self.assertEqual(self.observer.slac_statuses(self.start), ["matching", "matched"])
        self.assertEqual(self.observer.pilots(self.start), ["f", "hlc"])

    def test_car_that_speaks_during_a_pulse_is_answered_after_it(self):
        self.start_with({"slac_init_retries": 1})
        self.plug()
        self.observer.wait_state("F", after=self.start)
        self.ev.say("plug")
        self.observer.wait_slac("matched", after=self.start)
        hlc = self.observer.wait_pilot("hlc", after=self.start)
        self.assertGreater(self.capture.all(harness.CM_SLAC_PARM_REQ)[0].time, 0)
        self.assertLess(self.capture.all(harness.CM_SLAC_PARM_REQ)[0].time, hlc.time)
        # The station gets the request a moment after slacd made it; an answer at the same moment is right.
        answered = self.capture.wait(harness.CM_SLAC_PARM_CNF)
        self.assertGreater(answered.time, hlc.time - harness.TOLERANCE_S - self.stalls.worst_s)

    def test_next_vehicle_has_all_its_pulses_again(self):
        self.start_with({"slac_init_retries": 1})
        for _ in range(2):
            mark = self.observer.mark()
            self.plug()
            x2 = self.observer.wait_pilot(X2, after=mark)
            self.station.say("unplug")
            self.observer.wait_pilot("hlc", after=self.observer.messages.items.index(x2))
            self.assertEqual(self.observer.pilots(mark), ["f", "hlc", "x1", X2, "hlc"])

    def test_failed_matching_is_followed_by_one_pulse_and_a_new_window(self):
        self.start_with({"failed_pulses": 1}, ev=("--stop-at", "parm"))
        self.fail_a_matching()
        self.observer.wait_pilot(X2, after=self.start)
        self.assertEqual(self.observer.pilots(self.start), ["f", "hlc", "f", "x1", X2])
        self.assertEqual(self.observer.slac_statuses(self.start), ["matching", "failed", "basic_charging"])

    def test_car_that_tries_again_after_the_pulse_is_matched(self):
        self.start_with({"failed_pulses": 1}, ev=("--stop-at", "parm"))
        self.fail_a_matching()
        self.ev.kill()
        self.observer.wait_pilot("hlc", after=self.start)
        self.ev = self.start_ev()
        self.ev.say("plug")
        self.observer.wait_slac("matched", after=self.start)
        self.assertEqual(self.observer.slac_statuses(self.start), ["matching", "failed", "matching", "matched"])
        self.observer.never_pilot(("f", "x1", "x2"), WHOLE_SEQUENCE_S, self.observer.mark())

    def test_field_profile_matches_a_new_run_after_failed(self):
        self.start_with(slac={"tt_evse_slac_init_ms": 3000}, ev=("--stop-at", "parm"))
        failed = self.fail_a_matching()
        self.assertEqual(failed.data["reason"], "no_start_atten_char")
        self.ev.kill()
        self.ev = self.start_ev()
        self.ev.say("plug")
        self.observer.wait_slac("matched", after=self.start)
        self.assertEqual(self.observer.slac_statuses(self.start), ["matching", "failed", "matching", "matched"])
        self.assertEqual(self.observer.pilots(self.start), [])

    def test_field_profile_falls_back_when_nothing_follows_failed(self):
        self.start_with(ev=("--stop-at", "parm"))
        self.fail_a_matching()
        self.observer.wait_pilot(X2, after=self.start)
        self.assertEqual(self.observer.slac_statuses(self.start), ["matching", "failed", "basic_charging"])
        self.assertEqual(self.observer.pilots(self.start), ["f", "x1", X2])

    def test_strict_profile_leaves_failed_as_it_is(self):
        self.start_with(slac={"profile": "strict"}, ev=("--stop-at", "parm"))
        self.fail_a_matching()
        self.observer.never_pilot(("f", "x1", "x2"), WHOLE_SEQUENCE_S, self.start)
        self.assertEqual(self.observer.slac_statuses(self.start), ["matching", "failed"])

    def test_dc_outlet_is_never_asked_for_current_whatever_fails(self):
        self.start_with({"slac_init_retries": 2, "failed_pulses": 1, "basic_charging_on_eim": True},
                        evse=f"{EVSE}=evse0:dc")
        self.plug()
        self.observer.wait_slac("failed", after=self.start)
        self.station.say("authorize", "limit 20")
        self.observer.never_pilot(("x1", "x2"), WHOLE_SEQUENCE_S, self.start)

    def test_x2_follows_the_limits_as_long_as_it_lasts(self):
        self.start_with()
        self.plug()
        self.observer.wait_pilot(X2, after=self.start)
        self.station.say("limit 16.3", "limit 16.3", "limit 0", "limit 100")
        self.observer.wait_pilot(("x2", 80.0), after=self.start)
        self.assertEqual(self.observer.pilots(self.start), ["f", "x1", X2, ("x2", 16.3), "x1", ("x2", 80.0)])
        self.station.say("unplug")
        self.observer.wait_pilot("hlc", after=self.start)
        mark = self.observer.mark()
        self.station.say("limit 10")
        self.observer.never_pilot(("x2",), 0.5, mark)


if __name__ == "__main__":
    harness.main()
