# SPDX-License-Identifier: Apache-2.0
"""Two outlets whose cars come at the same time; what happens at one is of no concern to the other."""
import harness
from harness import Bench, EVSE, OTHER, SHORT_TIMERS

X2 = ("x2", 32.0)


class TwoOutlets(Bench):
    def start_two(self, configuration=None, *, station=(), ev=(), other_ev=()):
        self.start_two_sites(station=station, ev=ev, other_ev=other_ev)
        self.slacd = self.start_slacd(configuration)
        self.observer.wait_service("ready")
        for evse in (EVSE, OTHER):
            self.slacd.wait_line("Modem has confirmed its key.*" + evse.replace("*", r"\*"))
            self.observer.wait_state_after_request(evse)
        self.start = self.observer.mark()

    def plug_both(self):
        self.station.say(f"plug {EVSE}", f"plug {OTHER}")
        self.ev.say("plug")
        self.other_ev.say("plug")

    def test_two_matches_at_the_same_time_are_reported_for_their_own_outlet(self):
        self.start_two()
        self.plug_both()
        for evse in (EVSE, OTHER):
            self.observer.wait_slac("matched", after=self.start, evse=evse)
            self.assertEqual(self.observer.slac_statuses(self.start, evse), ["matching", "matched"])
        runs = {evse: {message.data["run_id"] for message in self.observer.messages.since(self.start)
                       if message.slac and message.data["evse_id"] == evse} for evse in (EVSE, OTHER)}
        self.assertEqual([len(run) for run in runs.values()], [1, 1])
        self.assertNotEqual(runs[EVSE], runs[OTHER])

    def test_one_matches_while_the_other_falls_back(self):
        self.start_two(SHORT_TIMERS, other_ev=("--silent",))
        self.plug_both()
        self.observer.wait_pilot(X2, after=self.start, evse=OTHER)
        self.observer.wait_slac("matched", after=self.start)
        self.assertEqual(self.observer.slac_statuses(self.start), ["matching", "matched"])
        self.assertEqual(self.observer.pilots(self.start), [])
        self.assertEqual(self.observer.slac_statuses(self.start, OTHER), ["basic_charging"])
        self.assertEqual(self.observer.pilots(self.start, OTHER), ["f", "x1", X2])

    def test_both_fall_back_each_in_its_own_order_and_time(self):
        self.start_two(SHORT_TIMERS, ev=("--silent",), other_ev=("--silent",))
        self.station.say(f"plug {EVSE}")
        self.observer.wait_pilot("f", after=self.start)
        self.station.say(f"plug {OTHER}")
        self.observer.wait_pilot(X2, after=self.start, evse=OTHER)
        for evse in (EVSE, OTHER):
            self.assertEqual(self.observer.pilots(self.start, evse), ["f", "x1", X2])
        mark = self.observer.mark()
        self.station.say(f"unplug {EVSE}", f"limit 10 {OTHER}")
        self.observer.wait_slac("unmatched", after=mark)
        self.observer.wait_pilot(("x2", 10.0), after=mark, evse=OTHER)
        self.assertEqual(self.observer.pilots(mark), ["hlc"])
        self.assertEqual(self.observer.pilots(mark, OTHER), [("x2", 10.0)])

    def test_unavailable_and_reset_are_for_one_outlet_only(self):
        self.start_two()
        self.plug_both()
        for evse in (EVSE, OTHER):
            self.observer.wait_slac("matched", after=self.start, evse=evse)
        mark = self.observer.mark()
        self.station.say(f"status_code evse_malfunction {OTHER}")
        self.observer.wait_pilot("f", after=mark, evse=OTHER)
        self.station.say(f"request reset {OTHER}", f"data_link terminate {OTHER}", f"unplug {OTHER}",
                         f"request link_status {EVSE}")
        answer = self.observer.messages.wait(lambda message: message.name == "slac_link_status"
                                             and message.type == "response", "slac_link_status", after=mark)
        self.assertEqual(answer.data, {"evse_id": EVSE, "status": "connected"})
        self.assertEqual(self.observer.slac_statuses(mark), [])
        self.assertEqual(self.observer.pilots(mark), [])

    def test_slow_station_never_sees_the_requests_of_an_outlet_swapped(self):
        self.start_two({**SHORT_TIMERS, "mqtt": {"request_timeout_ms": 150, "request_backoff_max_ms": 5000}},
                       station=("--answer-delay-ms", "400"), ev=("--silent",), other_ev=("--silent",))
        self.plug_both()
        for evse in (EVSE, OTHER):
            self.observer.wait_pilot(X2, after=self.start, evse=evse)
        self.station.say(f"limit 20 {EVSE}", f"limit 10 {OTHER}")
        self.observer.wait_pilot(("x2", 20.0), after=self.start)
        self.observer.wait_pilot(("x2", 10.0), after=self.start, evse=OTHER)
        # Repetitions of what is in force are left out by pilots(); an older request would show up.
        for evse, current in ((EVSE, 20.0), (OTHER, 10.0)):
            requests = self.observer.pilots(self.start, evse)
            self.assertEqual(requests[requests.index("f"):], ["f", "x1", X2, ("x2", current)])


if __name__ == "__main__":
    harness.main()
