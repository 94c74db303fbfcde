# SPDX-License-Identifier: Apache-2.0
"""An authorization by EIM leads to basic charging when it is configured; a running 15118 session forbids it."""
import harness
from harness import Bench

X2 = ("x2", 32.0)
X1_HLC_S = 0.8
CONFIGURATION = {
    "slac": {"allow_nonstandard_timers": True, "tt_evse_slac_init_ms": 1000},
    "pilot": {"basic_charging_on_eim": True, "step_f_ms": 400, "step_x1_ms": 200, "step_x1_hlc_ms": 800}}
# Time enough for a car to be in the middle of its matching for a while.
SLOW_CAR = ("--rsp-to-match-ms", "600")
WHOLE_SEQUENCE_S = 2.0


class PilotEim(Bench):
    def start_with(self, configuration=None, **options):
        self.start_all(configuration or CONFIGURATION, **options)
        self.start = self.observer.mark()

    def after(self, message):
        return self.observer.messages.items.index(message)

    def test_authorization_before_plug_in_goes_to_x1_then_to_nominal_and_slac_is_still_answered(self):
        self.start_with()
        self.station.say("authorize")
        x1 = self.observer.wait_pilot("x1", after=self.start)
        self.station.say("plug")
        x2 = self.observer.wait_pilot(X2, after=self.start)
        self.assert_time(x2.time, x1.time + X1_HLC_S, "step_x1_hlc_ms")
        reported = self.observer.wait_slac("basic_charging", after=self.start)
        self.assertEqual(reported.data["reason"], "authorized_by_eim")
        self.ev.say("plug")
        self.observer.wait_slac("matched", after=self.start)
        self.assertEqual(self.observer.slac_statuses(self.start), ["basic_charging", "matching", "matched"])
        self.assertEqual(self.observer.pilots(self.start), ["x1", X2])

    def test_vehicle_that_comes_when_x1_was_held_gets_nominal_at_once(self):
        self.start_with()
        self.station.say("authorize")
        x1 = self.observer.wait_pilot("x1", after=self.start)
        self.observer.never_pilot(("f", "x2"), X1_HLC_S + 0.2, self.after(x1))
        self.station.say("plug")
        plugged = self.observer.wait_state("B1", after=self.start)
        x2 = self.observer.wait_pilot(X2, after=self.start)
        self.assert_time(x2.time, plugged.time, "nominal with the plug")

    def test_authorization_while_waiting_goes_by_f_and_x1(self):
        self.start_with()
        self.plug()
        self.station.say("authorize")
        last = self.observer.wait_pilot("f", after=self.start)
        for request, due_s in (("x1", 0.4), (X2, 0.2)):
            message = self.observer.wait_pilot(request, after=self.start)
            self.assert_time(message.time, last.time + due_s, f"request {request}")
            last = message
        self.assertEqual(self.observer.pilots(self.start), ["f", "x1", X2])
        self.assertEqual(self.observer.slac_statuses(self.start), ["basic_charging"])
        self.assertEqual(self.observer.wait_slac("basic_charging").data["reason"], "authorized_by_eim")

    def test_authorization_while_matching_goes_by_x1_and_the_match_goes_on(self):
        self.start_with(ev=SLOW_CAR)
        self.plug()
        self.ev.say("plug")
        self.observer.wait_slac("matching", after=self.start)
        self.station.say("authorize")
        x1 = self.observer.wait_pilot("x1", after=self.start)
        x2 = self.observer.wait_pilot(X2, after=self.start)
        self.assert_time(x2.time, x1.time + X1_HLC_S, "step_x1_hlc_ms")
        self.observer.wait_slac("matched", after=self.start)
        self.ev.wait_line("link up")
        self.assertEqual(self.observer.pilots(self.start), ["x1", X2])
        self.assertEqual(self.observer.slac_statuses(self.start), ["matching", "matched"])

    def test_authorization_after_the_match_goes_by_x1_too(self):
        self.start_with()
        self.assert_matches()
        self.station.say("authorize")
        self.observer.wait_pilot(X2, after=self.start)
        self.assertEqual(self.observer.pilots(self.start), ["x1", X2])
        self.assertEqual(self.observer.slac_statuses(self.start), ["matching", "matched"])

    def test_authorization_ends_with_its_vehicle(self):
        self.start_with()
        self.station.say("authorize", "plug")
        self.observer.wait_pilot(X2, after=self.start)
        self.station.say("unplug")
        self.observer.wait_pilot("hlc", after=self.start)
        mark = self.observer.mark()
        self.plug()
        self.observer.wait_state("B2", after=mark)
        self.observer.never_pilot(("f", "x1", "x2"), 0.6, mark)

    def test_rejected_or_withdrawn_authorization_and_other_means_lead_to_no_current(self):
        self.start_with()
        self.station.say("authorize", "deauthorize",
                         'raw cs/josev {"id":"1","name":"authorization","type":"update","data":{"evse_id":"%s",'
                         '"token_type":"e_maid","status":"accepted"}}' % harness.EVSE)
        self.observer.wait_pilot("hlc", after=self.start)
        mark = self.observer.mark()
        self.plug()
        self.observer.never_pilot(("f", "x1", "x2"), 0.6, mark)

    def test_authorization_is_of_no_consequence_unless_configured(self):
        pilot = {**CONFIGURATION["pilot"], "basic_charging_on_eim": False}
        self.start_with({**CONFIGURATION, "pilot": pilot})
        self.station.say("authorize")
        self.plug()
        self.station.say("authorize")
        self.observer.never_pilot(("f", "x1", "x2"), 0.6, self.start)

    def test_strict_profile_stays_at_x1_until_an_authorization_is_accepted(self):
        pilot = {**CONFIGURATION["pilot"], "basic_charging_on_eim": False, "slac_init_retries": 0}
        self.start_with({"slac": {**CONFIGURATION["slac"], "profile": "strict"}, "pilot": pilot})
        self.plug()
        x1 = self.observer.wait_pilot("x1", after=self.start)
        self.assertEqual(self.outcome(self.start), [("basic_charging", "no_parm_req")])
        self.observer.never_pilot(("x2",), 1.0, self.after(x1))
        self.station.say("authorize")
        self.observer.wait_pilot(X2, after=self.after(x1))
        self.assertEqual(self.observer.pilots(self.start), ["f", "x1", X2])

    def test_running_session_is_cut_neither_by_the_time_out_nor_by_an_authorization(self):
        self.start_with()
        self.plug()
        self.station.say("hlc_charging on", "authorize")
        self.observer.never_pilot(("f", "x1", "x2"), WHOLE_SEQUENCE_S, self.start)
        self.assertEqual(self.observer.slac_statuses(self.start), [])
        self.station.say("hlc_charging off")
        self.observer.wait_pilot(X2, after=self.start)
        self.assertEqual(self.observer.pilots(self.start), ["f", "x1", X2])

    def test_session_that_ends_with_its_vehicle_does_not_bind_the_next_one(self):
        self.start_with({**CONFIGURATION, "pilot": {**CONFIGURATION["pilot"], "basic_charging_on_eim": False}})
        self.plug()
        self.station.say("hlc_charging on", "unplug")
        self.observer.wait_slac("unmatched", after=self.start)
        mark = self.observer.mark()
        self.plug()
        self.observer.wait_pilot(X2, after=mark)


if __name__ == "__main__":
    harness.main()
