# SPDX-License-Identifier: Apache-2.0
"""The power-line link after CM_SLAC_MATCH.CNF: it does not come, it goes, it flaps, it sleeps."""
import os

import harness
from harness import Bench, FAST_EV, MODEM_TIMERS, with_settings

RETRY = with_settings(MODEM_TIMERS, slac={"link_loss": "retry"})
JOIN_LOST = "power_line_link_lost"
NO_JOIN = "no_power_line_link"


class ModemLink(Bench):
    def key(self):
        return self.frames_of(harness.CM_SET_KEY_REQ)[-1].octets[harness.SET_KEY_REQ_KEY]

    def assert_fresh_key_after(self, status, frames, old):
        """TP_match_leave: the modem has left the network a second later."""
        confirmed = self.capture.wait(harness.CM_SET_KEY_CNF, after=frames)
        self.assertLess(confirmed.time - status.time, 1.0)
        self.assertNotEqual(self.key(), old)

    def matched(self, configuration=MODEM_TIMERS):
        self.start_all(configuration, ev=FAST_EV)
        self.assert_matches()
        return self.key()

    def test_car_that_gets_no_link_has_failed_and_the_outlet_listens_with_a_fresh_key(self):
        self.start_all(MODEM_TIMERS, ev=(*FAST_EV, "--modem-fault", "no-link"))
        key = self.key()
        frames = self.capture.frames.mark()
        mark = self.plug_both()
        cnf = self.capture.wait(harness.CM_SLAC_MATCH_CNF, after=frames)
        failed = self.observer.wait_slac("failed", after=mark)
        self.assert_time(failed.time, cnf.time + 0.9, "TT_match_join")
        self.assertEqual(self.outcome(mark), [("matching", ""), ("failed", NO_JOIN)])
        self.assert_fresh_key_after(failed, frames, key)
        self.assertEqual(self.observer.pilots(mark), [])
        self.assert_said_once(f"WARN .*SLAC status.*status=failed reason={NO_JOIN}")
        self.fault("none")
        self.ev.say("plug")
        self.observer.wait_slac("matched", after=mark)
        self.assert_next_car_matches()

    def test_simulator_of_one_match_stays_until_its_host_knows_of_the_link(self):
        self.link()
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.station = self.start_station()
        self.station.wait_line("connected to the broker")
        once = self.add(harness.Program("slac-ev once", os.environ["SLAC_EV"], "--interface", "plc0",
                                        "--start-delay-ms", "500", *FAST_EV))
        self.slacd = self.start_slacd(MODEM_TIMERS)
        self.observer.wait_state_after_request()
        self.plug()
        self.assertEqual(once.exit_code(), 0)
        self.observer.wait_slac("matched")

    def test_match_cnf_is_repeated_while_the_link_is_awaited(self):
        self.start_all(MODEM_TIMERS, ev=(*FAST_EV, "--join-ms", "600"))
        mark = self.plug_both()
        cnf = self.capture.wait(harness.CM_SLAC_MATCH_CNF)
        request = self.capture.wait(harness.CM_SLAC_MATCH_REQ)
        frames = self.capture.frames.mark()
        harness.send_frames("plc0", [request.octets])
        self.assertEqual(self.capture.wait(harness.CM_SLAC_MATCH_CNF, after=frames).octets, cnf.octets)
        self.observer.wait_slac("matched", after=mark)
        self.assertEqual(self.observer.slac_statuses(mark), ["matching", "matched"])

    def test_lost_link_ends_the_session_once_and_the_car_may_come_back_by_itself(self):
        key = self.matched()
        mark = self.observer.mark()
        frames = self.capture.frames.mark()
        self.fault("link-lost")
        lost = self.observer.wait_slac("unmatched", after=mark)
        self.assert_fresh_key_after(lost, frames, key)
        self.observer.messages.never(lambda message: message.slac or message.pilot, "more about it", 0.6,
                                     self.observer.messages.items.index(lost) + 1)
        self.assertEqual(self.outcome(mark), [("unmatched", JOIN_LOST)])
        self.assertEqual(self.observer.pilots(mark), [])
        self.assert_said_once(f"WARN .*SLAC status.*status=unmatched reason={JOIN_LOST} .*next=wait")
        self.fault("none")
        self.ev.say("plug")
        self.observer.wait_slac("matched", after=mark)
        self.assert_next_car_matches()

    def test_link_that_comes_up_for_a_while_only_is_lost_then(self):
        lasts_s = 0.5
        self.start_all(MODEM_TIMERS, ev=(*FAST_EV, "--modem-fault", f"link-lost:{lasts_s * 1000:.0f}"))
        key = self.key()
        frames = self.capture.frames.mark()
        mark = self.plug_both()
        up = self.ev.wait_line("modem +hears the EV's modem")
        lost = self.observer.wait_slac("unmatched", after=mark)
        self.assertEqual(self.outcome(mark), [("matching", ""), ("matched", ""), ("unmatched", JOIN_LOST)])
        # The last "up" may be supervise_ms old, then three questions are answered with no, poll_ms apart.
        self.assertGreater(lost.time - up.time, lasts_s)
        self.assertLess(lost.time - up.time, lasts_s + 0.1 + 3 * 0.05 + harness.TOLERANCE_S + self.stalls.worst_s)
        self.assert_fresh_key_after(lost, frames, key)
        self.fault("none")
        self.ev.say("plug")
        self.observer.wait_slac("matched", after=self.observer.messages.items.index(lost))

    def test_lost_link_wakes_the_car_with_f_where_configured(self):
        key = self.matched(RETRY)
        mark = self.observer.mark()
        frames = self.capture.frames.mark()
        self.fault("link-lost")
        lost = self.observer.wait_slac("unmatched", after=mark)
        self.assert_fresh_key_after(lost, frames, key)
        x1 = self.observer.wait_pilot("x1", after=mark)
        f = self.observer.wait_pilot("f", after=mark)
        self.assert_time(f.time, x1.time + 0.3, "step_x1_hlc_ms")
        hlc = self.observer.wait_pilot("hlc", after=mark)
        self.assert_time(hlc.time, f.time + 0.4, "step_f_ms")
        self.assertEqual(self.observer.pilots(mark), ["x1", "f", "hlc"])
        self.assertEqual(self.outcome(mark), [("unmatched", JOIN_LOST)])
        self.assert_said_once(f"WARN .*SLAC status.*status=unmatched reason={JOIN_LOST} .*next=F")
        self.fault("none")
        self.ev.say("plug")
        self.observer.wait_slac("matched", after=mark)
        self.assert_next_car_matches()

    def test_link_that_is_lost_during_an_iso15118_session_is_not_cut_by_f(self):
        self.matched(RETRY)
        mark = self.observer.mark()
        self.station.say("hlc_charging on")
        self.slacd.wait_line("Inbound MQTT message.*hlc_charging")
        self.fault("link-lost")
        self.observer.wait_slac("unmatched", after=mark)
        self.observer.never_pilot(("f", "hlc", "x1", "x2"), 0.8, mark)

    def test_gaps_shorter_than_the_polls_are_not_seen(self):
        # So many that a machine standing still, whose modem answers late, gives no lost link by itself.
        self.matched(with_settings(MODEM_TIMERS, bench={"link_lost_polls": 10}))
        mark = self.observer.mark()
        frames = self.capture.frames.mark()
        self.fault("flapping:70")
        self.observer.messages.never(lambda message: message.slac or message.pilot, "a status", 1.5, mark)
        self.assertEqual(self.frames_of(harness.CM_SET_KEY_REQ, frames), [])
        self.assertEqual(self.complaints(), [])

    def test_link_that_comes_and_goes_is_reported_once_for_each_match(self):
        self.start_all(MODEM_TIMERS, ev=(*FAST_EV, "--modem-fault", "flapping:400"))
        mark = self.plug_both()
        for _ in range(2):
            self.observer.wait_slac("unmatched", after=mark)
            self.assertEqual(self.outcome(mark), [("matching", ""), ("matched", ""), ("unmatched", JOIN_LOST)])
            mark = self.observer.mark()
            self.ev.say("plug")
        self.observer.wait_slac("unmatched", after=mark)
        self.fault("none")
        self.assert_next_car_matches()
        self.assertEqual(len(self.slacd.lines("SLAC status.*" + JOIN_LOST)), 3)

    def test_link_that_sleeps_is_not_lost_and_is_awaited_after_resume(self):
        key = self.matched()
        mark = self.observer.mark()
        self.data_link("pause")
        self.frames_of(())  # a question from before is on record now
        frames = self.capture.frames.mark()
        self.fault("no-link")
        self.observer.messages.never(lambda message: message.slac, "a status", 0.6, mark)
        self.assertEqual(self.frames_of(harness.LINK_QUESTIONS, frames), [])
        self.assertEqual(self.observer.pilots(mark), ["x1"])
        self.data_link("resume")
        self.observer.wait_pilot("hlc", after=mark)
        self.capture.wait(harness.CM_SET_KEY_CNF, after=frames)
        self.assertEqual(self.key(), key)
        self.observer.messages.never(lambda message: message.slac, "a status before the link is up", 0.3, mark)
        self.fault("none")
        self.observer.wait_slac("matched", after=mark)
        self.assertEqual(self.outcome(mark), [("matched", "")])
        self.assertEqual(self.observer.pilots(mark), ["x1", "hlc"])

    def test_link_that_does_not_wake_up_has_failed_and_f_follows(self):
        key = self.matched()
        mark = self.observer.mark()
        self.data_link("pause")
        self.fault("no-link")
        frames = self.capture.frames.mark()
        self.data_link("resume")
        failed = self.observer.wait_slac("failed", after=mark)
        self.assertEqual(self.outcome(mark), [("failed", NO_JOIN)])
        harness.await_true(lambda: self.key() != key, "a fresh key", within=1.0)
        self.assertLess(self.frames_of(harness.CM_SET_KEY_REQ)[-1].time - failed.time, 1.0)
        self.assertEqual(len(self.frames_of(harness.CM_SET_KEY_REQ, frames)), 2)
        f = self.observer.wait_pilot("f", after=mark)
        self.observer.wait_pilot("hlc", after=self.observer.messages.items.index(f))
        self.assertEqual(self.observer.pilots(mark), ["x1", "hlc", "f", "hlc"])
        self.fault("none")
        self.assert_next_car_matches()


if __name__ == "__main__":
    harness.main()
