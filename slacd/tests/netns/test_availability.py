# SPDX-License-Identifier: Apache-2.0
"""An outlet that the station takes out of service, a pilot fault, and a vehicle that was there first."""
import harness
from harness import Bench, EVSE, SHORT_TIMERS

X2 = ("x2", 32.0)
OUT_OF_ORDER = ("evse_malfunction", "evse_emergency_shutdown", "evse_shutdown")
NOT_READY = ("evse_not_ready", "evse_utility_interrupt_event")
SLOW_CAR = ("--rsp-to-match-ms", "600")


class Availability(Bench):
    def start_with(self, *arguments, **options):
        self.start_all(*arguments, **options)
        self.start = self.observer.mark()

    def station_says(self, code, request):
        mark = self.observer.mark()
        self.station.say(f"status_code {code}")
        return self.observer.wait_pilot(request, after=mark)

    def test_every_status_code_but_ready_makes_the_outlet_unavailable_until_it_is_ready_again(self):
        self.start_with()
        for codes, request in ((OUT_OF_ORDER, "f"), (NOT_READY, "x1")):
            for code in codes:
                with self.subTest(code=code):
                    self.station_says(code, request)
                    self.station_says("evse_ready", "hlc")
        self.assert_said_once("WARN .*changes the outlet's status.*status_code=evse_malfunction")
        self.assert_matches()

    def test_vehicle_at_an_unavailable_outlet_is_served_when_it_is_ready(self):
        self.start_with(SHORT_TIMERS)
        self.station_says("evse_malfunction", "f")
        mark = self.observer.mark()
        self.station.say("plug")
        self.ev.say("plug")
        self.capture.wait(harness.CM_SLAC_PARM_REQ)
        self.capture.frames.never(lambda frame: frame.mmtype == harness.CM_SLAC_PARM_CNF, "CM_SLAC_PARM.CNF", 1.2)
        self.assertEqual(self.observer.slac_statuses(mark), [])
        self.assertEqual(self.observer.pilots(mark), [])
        self.station_says("evse_ready", "hlc")
        self.observer.wait_slac("matched", after=mark)

    def test_malfunction_ends_a_match_in_progress_and_says_why(self):
        self.start_with(ev=SLOW_CAR)
        self.plug()
        self.ev.say("plug")
        self.observer.wait_slac("matching", after=self.start)
        self.station_says("evse_malfunction", "f")
        failed = self.observer.wait_slac("failed", after=self.start)
        self.assertEqual(failed.data["reason"], "evse_not_ready")
        self.capture.frames.never(lambda frame: frame.mmtype == harness.CM_SLAC_MATCH_CNF, "CM_SLAC_MATCH.CNF", 1.0)

    def test_malfunction_in_basic_charging_takes_the_current_back_and_ready_begins_anew(self):
        self.start_with(SHORT_TIMERS)
        self.plug()
        self.observer.wait_pilot(X2, after=self.start)
        self.station_says("evse_not_ready", "x1")
        mark = self.observer.mark()
        self.station.say("limit 10")
        self.observer.never_pilot(("x2",), 0.5, mark)
        self.station_says("evse_ready", "hlc")
        self.observer.wait_pilot(("x2", 10.0), after=mark)
        self.assertEqual(self.observer.pilots(mark), ["hlc", "f", "x1", ("x2", 10.0)])

    def test_outlet_that_is_not_ready_at_the_start_waits_for_it(self):
        limits = {"evses": [{"evse_id": EVSE, "status_code": "evse_not_ready"}]}
        self.start_all(station=("--limits", self.write("limits.json", limits)))
        self.observer.wait_pilot("x1")
        self.assertEqual(self.observer.pilots(), ["x1"])
        self.station_says("evse_ready", "hlc")
        self.assert_matches()

    def test_f_that_nobody_asked_for_ends_the_match_and_recovery_allows_a_new_one(self):
        self.start_with(ev=SLOW_CAR)
        self.plug()
        self.ev.say("plug")
        self.observer.wait_slac("matching", after=self.start)
        self.station.say("state F")
        failed = self.observer.wait_slac("failed", after=self.start)
        self.assertEqual(failed.data["reason"], "pilot_fault")
        self.slacd.wait_line("ERROR .*pilot fault")
        self.assertEqual(self.observer.pilots(self.start), [])
        self.ev.say("unplug")
        mark = self.observer.mark()
        self.station.say("state B2")
        self.ev.say("plug")
        self.observer.wait_slac("matched", after=mark)
        self.assertEqual(self.observer.slac_statuses(mark), ["matching", "matched"])

    def test_fault_in_basic_charging_does_not_bring_the_current_back_by_itself(self):
        self.start_with(SHORT_TIMERS)
        self.plug()
        self.observer.wait_pilot(X2, after=self.start)
        mark = self.observer.mark()
        self.station.say("state E")
        self.observer.wait_pilot("hlc", after=mark)
        self.observer.never_pilot(("x2",), 1.0, mark)
        self.station.say("state B2")
        self.observer.wait_pilot(X2, after=mark)
        self.assertEqual(self.observer.pilots(mark), ["hlc", "f", "x1", X2])

    def assert_served_at_start(self, state):
        """The vehicle is there before slacd is: the first cp_status says so."""
        self.link()
        self.capture = self.capture_on("evse0")
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.station = self.start_station()
        self.station.wait_line("connected to the broker")
        self.station.say(f"state {state}")
        self.observer.wait_state(state)
        self.ev = self.start_ev()
        self.slacd = self.start_slacd()
        self.slacd.wait_line("Vehicle is connected")
        self.ev.say("plug")
        self.observer.wait_slac("matched")
        self.assertEqual(self.observer.slac_statuses(), ["matching", "matched"])

    def test_vehicle_in_b_at_the_start_is_matched(self):
        self.assert_served_at_start("B1")

    def test_vehicle_in_c_at_the_start_is_matched(self):
        self.assert_served_at_start("C1")

    def test_vehicle_whose_pilot_was_on_already_at_the_start_is_matched(self):
        self.assert_served_at_start("C2")


if __name__ == "__main__":
    harness.main()
