# SPDX-License-Identifier: Apache-2.0
"""CM_AMP_MAP after the match, either side beginning; and two outlets of which one has a bad modem."""
import harness
from harness import Bench, EVSE, FAST_EV, MODEM_TIMERS, OTHER, with_settings

JOIN_S = int(FAST_EV[FAST_EV.index("--join-ms") + 1]) / 1000
INITIATE = with_settings(MODEM_TIMERS, slac={"amp_map": True}, bench={"amp_map_carriers": 5, "amp_map_amplitude": 3})


class AmpMap(Bench):
    def requests(self):
        return self.frames_of(harness.CM_AMP_MAP_REQ)

    def confirmations(self):
        return self.frames_of(harness.CM_AMP_MAP_CNF)

    def test_no_amplitude_map_unless_somebody_wants_it(self):
        self.start_all(MODEM_TIMERS, ev=FAST_EV)
        self.assert_matches()
        self.capture.never(harness.CM_AMP_MAP_REQ, 0.4)

    def test_cars_map_is_answered_at_once(self):
        self.start_all(MODEM_TIMERS, ev=(*FAST_EV, "--amp-map"))
        self.assert_matches()
        self.ev.wait_line("amplitude map confirmed")
        self.assertEqual((len(self.requests()), len(self.confirmations())), (1, 1))
        self.assertEqual(self.confirmations()[0].octets[19], 0)
        self.assertEqual(self.complaints(), [])

    def test_our_map_goes_out_when_the_link_is_up_and_is_confirmed(self):
        self.start_all(INITIATE, ev=FAST_EV)
        self.assert_matches()
        self.slacd.wait_line("The EV has confirmed our amplitude map")
        self.assertEqual(len(self.requests()), 1)
        self.assertEqual(self.requests()[0].octets[19:24], bytes([5, 0, 0x33, 0x33, 0x03]))
        given = self.capture.wait(harness.CM_SLAC_MATCH_CNF)
        self.assertGreater(self.requests()[0].time - given.time, JOIN_S - 0.02)
        self.assertEqual(self.complaints(), [])

    def test_both_maps_cross(self):
        self.start_all(INITIATE, ev=(*FAST_EV, "--amp-map"))
        self.assert_matches()
        self.slacd.wait_line("The EV has confirmed our amplitude map")
        self.ev.wait_line("amplitude map confirmed")
        self.assertEqual((len(self.requests()), len(self.confirmations())), (2, 2))

    def test_map_that_is_refused_is_repeated_twice_and_the_match_stays(self):
        self.start_all(INITIATE, ev=(*FAST_EV, "--amp-map-result", "1"))
        self.assert_matches()
        mark = self.observer.mark()
        self.slacd.wait_line("WARN .*The EV does not confirm our amplitude map")
        times = [frame.time for frame in self.requests()]
        self.assertEqual(len(times), 3)
        for earlier, later in zip(times, times[1:]):
            self.assert_time(later, earlier + 0.2, "TT_match_response")
        self.capture.never(harness.CM_AMP_MAP_REQ, 0.3, self.capture.frames.mark())
        self.assertEqual(self.observer.slac_statuses(mark), [])
        self.assert_said_once("The EV does not confirm")
        self.assert_next_car_matches()


class BadModemNextDoor(Bench):
    def start_two(self, *ev):
        self.start_two_sites(ev=FAST_EV, other_ev=(*FAST_EV, *ev))
        self.slacd = self.start_slacd(MODEM_TIMERS)
        self.slacd.wait_line(r"Modem has confirmed its key.*evse_id=DE\*TST\*E1")
        for evse in (EVSE, OTHER):
            self.observer.wait_state_after_request(evse)

    def assert_first_matches(self):
        """Returns the observer's mark from before."""
        mark = self.observer.mark()
        self.station.say(f"plug {EVSE}")
        self.slacd.wait_line(r"Vehicle is connected. evse_id=DE\*TST\*E1")
        self.ev.say("plug")
        self.ev.wait_line("link up", within=1.5)
        self.observer.wait_slac("matched", within=1.5, after=mark)
        self.assertEqual(self.observer.slac_statuses(mark), ["matching", "matched"])
        return mark

    def assert_first_stays_matched(self, mark):
        """Through all that its neighbour did, with the modem it asked for its link."""
        self.assertEqual(self.observer.slac_statuses(mark), ["matching", "matched"])
        self.assertEqual(self.link_status(), "connected")
        self.assertEqual(self.ev.lines("link down"), [])

    def assert_other_matches(self, mark):
        """Its car, with its own modem: both have the same key and slacd says so."""
        self.other_ev.wait_line("link up")
        self.observer.wait_slac("matched", evse=OTHER, after=mark)
        self.assertEqual(self.observer.slac_statuses(mark, OTHER), ["matching", "matched"])

    def test_silent_modem_stops_its_own_outlet_only(self):
        self.start_two("--modem-fault", "silent")
        self.observer.wait_service("ready")
        self.station.say(f"plug {OTHER}")
        self.other_ev.say("plug")
        begin = self.assert_first_matches()
        self.assertEqual(self.observer.slac_statuses(evse=OTHER), [])
        mark = self.observer.mark()
        self.fault("none", self.other_ev)
        self.assert_other_matches(mark)
        self.assert_first_stays_matched(begin)

    def test_link_that_never_comes_fails_its_own_outlet_only(self):
        self.start_two("--modem-fault", "no-link,double-answers,twins,neighbour-twins")
        self.slacd.wait_line(r"Modem has confirmed its key.*evse_id=DE\*TST\*E2")
        self.station.say(f"plug {OTHER}")
        self.slacd.wait_line(r"Vehicle is connected. evse_id=DE\*TST\*E2")
        self.other_ev.say("plug")
        self.observer.wait_slac("matching", evse=OTHER)
        begin = self.assert_first_matches()
        failed = self.observer.wait_slac("failed", evse=OTHER)
        self.assertEqual(failed.data["reason"], "no_power_line_link")
        self.fault("none", self.other_ev)
        mark = self.observer.messages.items.index(failed) + 1
        self.other_ev.say("plug")
        self.assert_other_matches(mark)
        self.assert_first_stays_matched(begin)


if __name__ == "__main__":
    harness.main()
