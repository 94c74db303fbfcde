# SPDX-License-Identifier: Apache-2.0
"""What basic charging offers: the station's limit, never more, and nothing at all on a DC outlet."""
import harness
from harness import Bench, EVSE, SHORT_TIMERS


class FallbackCurrent(Bench):
    def test_current_follows_the_limit_and_is_x1_below_6_a(self):
        self.start_all(SHORT_TIMERS, station=("--max-current", "16"))
        mark = self.observer.mark()
        self.plug()
        self.observer.wait_pilot(("x2", 16.0), after=mark)
        self.station.say("limit 10.5", "limit 5.9", "limit 6", "limit 80")
        self.observer.wait_pilot(("x2", 80.0), after=mark)
        self.assertEqual(self.observer.pilots(mark),
                         ["f", "x1", ("x2", 16.0), ("x2", 10.5), "x1", ("x2", 6.0), ("x2", 80.0)])

    def test_limit_that_changes_during_f_is_the_one_offered(self):
        self.start_all(SHORT_TIMERS, station=("--max-current", "32"))
        mark = self.observer.mark()
        self.plug()
        self.observer.wait_pilot("f", after=mark)
        self.station.say("limit 13")
        self.observer.wait_pilot(("x2", 13.0), after=mark)
        self.assertEqual(self.observer.pilots(mark), ["f", "x1", ("x2", 13.0)])

    def test_configured_current_caps_the_stations_limit(self):
        self.start_all({**SHORT_TIMERS, "outlets": {EVSE: {"nominal_current_a": 8}}})
        mark = self.observer.mark()
        self.plug()
        self.observer.wait_pilot(("x2", 8.0), after=mark)

    def test_smallest_connected_phase_decides(self):
        phases = {"l1": 20, "l2": 0, "l3": 13.4}
        limits = self.write("limits.json", {"evses": [{
            "evse_id": EVSE, "status_code": "evse_ready",
            "ac": {"max_current": phases, "nominal_voltage": 230, "rcd_error": False}}]})
        self.start_all(SHORT_TIMERS, station=("--limits", limits))
        mark = self.observer.mark()
        self.plug()
        self.observer.wait_pilot(("x2", 13.4), after=mark)

    def test_dc_outlet_fails_and_is_asked_for_nothing(self):
        self.start_all(SHORT_TIMERS, evse=f"{EVSE}=evse0:dc")
        mark = self.observer.mark()
        self.plug()
        failed = self.observer.wait_slac("failed", after=mark)
        self.assertEqual(failed.data["reason"], "no_parm_req")
        self.observer.never_pilot(("f", "x1", "x2"), 2.0, mark)
        self.assertEqual(self.observer.slac_statuses(mark), ["failed"])

    def test_late_car_is_still_matched_on_a_dc_outlet(self):
        self.start_all(SHORT_TIMERS, evse=f"{EVSE}=evse0:dc")
        mark = self.observer.mark()
        self.plug()
        self.observer.wait_slac("failed", after=mark)
        self.ev.say("plug")
        self.observer.wait_slac("matched", after=mark)


if __name__ == "__main__":
    harness.main()
