# SPDX-License-Identifier: Apache-2.0
"""A modem that dies, is exchanged, contradicted or half deaf: the outlet finds it out, says so and serves again."""
import signal
import time

import harness
from harness import Bench, FAST_EV, MODEM_TIMERS, with_settings

SILENT = "WARN .*Outlet cannot serve: no answer within"
UNANSWERED = "WARN .*Outlet cannot serve: the modem answers, but does not confirm its key"
REFUSES = "WARN .*Outlet cannot serve: the modem refuses its key"
RESTARTS = "WARN .*Outlet cannot serve: the modem restarts again and again before it has its key"
RESTARTED = "WARN .*The modem has restarted, its key is set again"
NOT_RESTARTED = "WARN .*VS_HST_ACTION says that the modem has restarted, and the modem still has its key"
WINDOW_OVER = "WARN .*No CM_SLAC_PARM.REQ was answered within TT_EVSE_SLAC_init.*reason=key_not_set"
IDENTIFIED = "Modem is identified"
OWN = f"{IDENTIFIED}.*modem=02:50:4c:00:00:01"
CONFIRMED = "Modem has confirmed its key"
NO_JOIN = "no_power_line_link"
RESPONSE_S = MODEM_TIMERS["modem"]["response_ms"] / 1000
WINDOW_S = 1.0
SHORT_WINDOW = with_settings(
    MODEM_TIMERS, slac={"tt_evse_slac_init_ms": int(WINDOW_S * 1000)}, pilot={"step_x1_ms": 200},
    bench={"busy_after_ms": 200})
OTHER_CAR = bytes.fromhex("02455600aa01")
RUN_ID = slice(19 + 2, 19 + 10)


def with_modem(**settings):
    return with_settings(MODEM_TIMERS, modem=settings)


class ModemRecovery(Bench):
    def slack_s(self):
        return harness.TOLERANCE_S + self.stalls.worst_s

    def await_key_requests(self, count):
        for _ in range(count):
            self.capture.wait(harness.CM_SET_KEY_REQ, after=self.capture.frames.mark())

    def assert_basic_charging_without_key(self, mark, plugged_s):
        reported = self.observer.wait_slac("basic_charging", after=mark)
        self.assertEqual(self.outcome(mark), [("basic_charging", "key_not_set")])
        self.assert_time(reported.time, plugged_s + WINDOW_S, "TT_EVSE_SLAC_init")
        self.slacd.wait_line(WINDOW_OVER)
        self.assert_said_once(WINDOW_OVER)

    # --- it dies, or never lived ---

    def test_modem_that_died_while_idle_is_missed_at_the_plug_in_and_serves_when_it_is_back(self):
        self.start_all(SHORT_WINDOW, ev=FAST_EV)
        self.fault("silent")
        frames = self.capture.frames.mark()
        log = self.slacd.mark()
        mark = self.observer.mark()
        self.plug()
        plugged_s = self.observer.wait_state("B2", after=mark).time
        missed = self.slacd.wait_line(SILENT, after=log)
        self.ev.say("plug")
        self.assert_time(missed.time, plugged_s + 2 * RESPONSE_S, "two questions without an answer")
        self.assertEqual(len(self.frames_of(harness.CM_GET_KEY_REQ, frames)), 2)
        busy = self.observer.wait_service("busy", after=mark)
        self.assert_time(busy.time, missed.time + 0.2, "busy_after_ms")
        self.assert_basic_charging_without_key(mark, plugged_s)
        self.assertEqual(self.frames_of(harness.CM_SLAC_PARM_CNF, frames), [])
        self.assert_said_once(SILENT)
        frames = self.capture.frames.mark()
        log = self.slacd.mark()
        self.fault("none")
        self.slacd.wait_line(CONFIRMED, after=log)
        self.assertGreater(len(self.frames_of(harness.VS_SW_VER_REQ, frames)), 0)
        self.observer.wait_service("ready", after=mark)
        self.assert_next_car_matches()
        self.assertEqual(len(self.complaints()), 4)  # silent, busy, the window is over, basic charging

    def test_words_of_a_car_that_meet_a_silent_modem_end_as_key_not_set(self):
        self.start_unserved(SHORT_WINDOW, "--modem-fault", "silent")
        self.slacd.wait_line(SILENT)
        mark = self.plug_both()
        self.assert_basic_charging_without_key(mark, self.observer.wait_state("B2", after=mark).time)
        self.assertGreater(len(self.frames_of(harness.CM_SLAC_PARM_REQ)), 1)
        self.assertEqual(self.frames_of(harness.CM_SLAC_PARM_CNF), [])
        self.fault("none")
        self.slacd.wait_line(CONFIRMED)
        self.assert_next_car_matches()
        self.assert_said_once(SILENT)

    def check_resume(self, fault, said):
        """Of a link that slept, with a modem that cannot bring it back."""
        self.start_all(MODEM_TIMERS, ev=FAST_EV)
        self.assert_matches()
        given = self.key_requests()[-1]
        mark = self.observer.mark()
        self.data_link("pause")
        self.fault(fault)
        frames = self.capture.frames.mark()
        self.data_link("resume")
        resumed = self.capture.wait(harness.CM_SET_KEY_REQ, after=frames)
        self.assertEqual(self.link_status(), "unknown")
        failed = self.observer.wait_slac("failed", after=mark)
        self.assertEqual(self.outcome(mark), [("failed", NO_JOIN)])
        self.assert_time(failed.time, resumed.time + 0.9, "T_conn_resume")
        self.assertEqual(self.key_requests(frames)[0], given)
        # The fresh key that follows is another matter.
        self.assertEqual(len([line for line in self.slacd.lines(said) if line.time < failed.time - 0.1]), 1)
        log = self.slacd.mark()
        self.fault("none")
        self.slacd.wait_line(CONFIRMED, after=log)
        self.assertNotEqual(self.key_requests()[-1], given)
        self.ev.say("plug")
        self.observer.wait_slac("matched", after=mark)
        self.assertEqual(self.link_status(), "connected")
        self.assert_next_car_matches()

    def test_modem_that_died_while_the_link_slept_fails_the_resume(self):
        self.check_resume("silent", SILENT)

    def test_modem_that_refuses_the_key_of_a_link_that_slept_fails_the_resume(self):
        self.check_resume("lose-key,refuse", REFUSES)

    # --- it restarts, or is exchanged ---

    def test_restarts_announced_again_and_again_are_answered_but_do_not_flood_the_modem_or_the_log(self):
        """Somebody says so in the modem's name: the modem is asked at times, and has its key."""
        indications, spacing_s, response_s = 40, 0.05, 0.4
        self.start_all(with_modem(response_ms=int(response_s * 1000)), ev=FAST_EV)
        request = self.frames_of(harness.CM_SET_KEY_REQ)[0].octets
        modem = self.frames_of(harness.CM_SET_KEY_CNF)[0].octets[6:12]
        frames = self.capture.frames.mark()
        for session in range(indications):
            loader_ready = bytes([0, session, 0, 0, 0, 0])
            indication = request[6:12] + modem + bytes.fromhex("88e1 00 62a0 00b052") + loader_ready
            harness.send_frames("plc0", [indication.ljust(60, b"\0")])
            time.sleep(spacing_s)
        harness.await_true(lambda: len(self.frames_of(harness.VS_HST_ACTION_RSP, frames)) >= indications, "answers")
        answers = self.frames_of(harness.VS_HST_ACTION_RSP, frames)
        self.assertEqual([(answer.octets[0:6], answer.octets[22]) for answer in answers],
                         [(modem, session) for session in range(indications)])
        questions = [frame.time for frame in self.frames_of(harness.CM_GET_KEY_REQ, frames)]
        self.assertGreater(len(questions), 1)
        for earlier, later in zip(questions, questions[1:]):
            self.assertGreater(later - earlier, response_s - 0.05)
        self.assert_said_once(NOT_RESTARTED)
        self.assertEqual(len(self.complaints()), 1)
        self.assertEqual(self.frames_of(harness.CM_SET_KEY_REQ, frames), [])
        self.assert_matches()

    def test_modem_that_comes_no_further_than_its_announcement_is_said_once_and_serves_when_it_does(self):
        """It announces itself before the time to confirm its key is over, and answers nothing."""
        settings = with_settings(MODEM_TIMERS, modem={"response_ms": 500}, bench={"identify_ms": 400})
        self.start_all(settings, ev=FAST_EV)
        request = self.frames_of(harness.CM_SET_KEY_REQ)[0].octets
        modem = self.frames_of(harness.CM_SET_KEY_CNF)[0].octets[6:12]
        indication = request[6:12] + modem + bytes.fromhex("88e1 00 62a0 00b052") + bytes(6)
        self.fault("silent")
        mark = self.observer.mark()
        for _ in range(4):
            harness.send_frames("plc0", [indication.ljust(60, b"\0")])
            time.sleep(0.7)
        self.slacd.wait_line(RESTARTS)
        self.observer.wait_service("busy", after=mark)
        self.assert_said_once(RESTARTS)
        self.assert_said_once(RESTARTED)
        log = self.slacd.mark()
        self.fault("none")
        self.slacd.wait_line(CONFIRMED, after=log)
        self.assert_matches()

    def test_stranger_that_answers_first_and_refuses_is_not_taken_for_the_modem_again(self):
        self.start_unserved(MODEM_TIMERS, "--modem-fault", "foreign-answers:first")
        self.slacd.wait_line(REFUSES)
        self.slacd.wait_line(OWN)
        self.slacd.wait_line(CONFIRMED + ".*modem=02:50:4c:00:00:01")
        self.assert_matches()
        self.assert_next_car_matches()
        self.assert_said_once(OWN)
        self.assert_said_once(f"{IDENTIFIED}.*modem=02:50:4c:00:00:21")
        self.assert_said_once(REFUSES)

    # --- it answers some things and not others ---

    def test_modem_that_never_confirms_its_key_is_told_from_a_silent_one(self):
        self.start_unserved(MODEM_TIMERS, "--modem-fault", "no-set-key")
        self.slacd.wait_line(UNANSWERED)
        self.await_key_requests(5)
        self.assertEqual(len(self.complaints()), 1)
        self.assert_said_once(IDENTIFIED)
        self.fault("none")
        self.slacd.wait_line(CONFIRMED)
        self.assert_matches()
        self.assert_next_car_matches()
        self.assert_said_once(IDENTIFIED)
        self.assertEqual(len(self.complaints()), 1)

    # --- contacts that bounce ---

    def bounce(self, times, spacing_ms):
        log = self.slacd.mark()
        self.station.say(*["plug", f"wait {spacing_ms}", "unplug", f"wait {spacing_ms}"] * times)
        harness.await_true(lambda: len(self.slacd.lines("Vehicle has left", log)) == times, "it has left")

    def test_contact_that_bounces_without_a_match_leaves_the_key_and_the_outlet_as_they_are(self):
        self.start_all(with_modem(response_ms=1000), ev=FAST_EV)
        self.capture.wait(harness.CM_SET_KEY_CNF)  # that of the start
        frames = self.capture.frames.mark()
        log = self.slacd.mark()
        self.bounce(8, 100)
        self.assertEqual(self.key_requests(frames), [])
        self.assert_matches()
        self.assertEqual(self.slacd.lines(CONFIRMED, log), [])
        self.assertEqual(self.complaints(), [])

    def bounce_after_a_match(self, fault):
        """Returns slacd's mark and the capture's from before the car left."""
        self.start_all(with_modem(response_ms=1000), ev=FAST_EV)
        self.assert_matches()
        self.fault(fault)
        frames = self.capture.frames.mark()
        log = self.slacd.mark()
        self.ev.say("unplug")
        self.station.say("unplug")
        self.slacd.wait_line("Vehicle has left", after=log)
        self.bounce(3, 30)
        return log, frames

    def deaf_s(self, log):
        """From the end of the match to the confirmation of the next key."""
        return self.slacd.wait_line(CONFIRMED, after=log).time - self.slacd.lines("Vehicle has left", log)[0].time

    def test_contact_that_bounces_after_a_match_gives_one_key(self):
        log, frames = self.bounce_after_a_match("none")
        self.assertEqual(len(self.key_requests(frames)), 1)
        self.assertLess(self.deaf_s(log), 0.1 + self.stalls.worst_s)
        self.assert_matches()
        self.assertEqual(self.complaints(), [])

    def test_slow_modem_is_given_the_same_key_less_and_less_often_and_the_outlet_is_deaf_for_its_own_time(self):
        slow_s = 0.4
        log, frames = self.bounce_after_a_match(f"slow:{int(slow_s * 1000)}")
        self.assert_time(self.deaf_s(log), slow_s, "the modem's own time")
        self.slacd.wait_line("INFO .*The modem has not confirmed its key within 1[0-9][0-9] ms, it is given again; "
                             "until then no car is answered", after=log)
        requests = self.frames_of(harness.CM_SET_KEY_REQ, frames)
        self.assertEqual(len({frame.octets for frame in requests}), 1)
        self.assertEqual(len(requests), 3)
        for request, due_s in zip(requests, (0, 0.1, 0.3)):
            self.assert_time(request.time - requests[0].time, due_s, "the repeat")
        self.fault("none")
        self.assert_matches()
        self.assertEqual(self.complaints(), [])

    def assert_matches_with_the_link(self, join_s):
        frames = self.capture.frames.mark()
        mark = self.observer.mark()
        self.assert_matches()
        given = self.capture.wait(harness.CM_SLAC_MATCH_CNF, after=frames)
        self.assertGreater(self.observer.wait_slac("matched", after=mark).time - given.time, join_s - 0.02)

    def test_link_question_that_was_unanswered_at_first_is_asked_again(self):
        """When a vehicle is plugged in, and with the next key."""
        join_s = 0.5
        for asked_with in ("plug-in", "key"):
            with self.subTest(asked_with=asked_with):
                self.start_all(MODEM_TIMERS, ev=(*FAST_EV, "--modem-fault", "no-link-status", "--join-ms",
                                                 int(join_s * 1000)))
                if asked_with == "key":
                    self.assert_matches()
                self.fault("none")
                frames = self.capture.frames.mark()
                if asked_with == "key":
                    self.unplug_both()
                    self.capture.wait(harness.CM_NW_STATS_REQ, after=frames)
                self.assert_matches_with_the_link(join_s)
                self.stop_programs()

    def test_link_that_a_slow_modem_confirms_in_time_is_good(self):
        self.start_all(with_modem(response_ms=1000), ev=FAST_EV)
        self.assert_matches()
        for fault in ("slow:650", "slow:900"):
            with self.subTest(fault=fault):
                self.fault(fault)
                self.assert_stays_matched(4)  # three whole cycles
        self.assertEqual(self.complaints(), [])

    def test_modem_of_another_family_than_configured_is_not_reset_and_serves_at_once(self):
        self.start_all(with_modem(reset_after_key=True, family="lumissil"), ev=FAST_EV)
        opened = self.slacd.wait_line("Interface is open")
        confirmed = self.slacd.wait_line(CONFIRMED)
        self.assertLess(confirmed.time - opened.time, 0.3 + self.slack_s())  # it is asked twice, identify_ms each
        self.assert_said_once("WARN .*The modem was not reset")
        self.assert_matches()
        self.assertEqual(self.frames_of((harness.VS_RS_DEV_REQ, harness.NSCM_RESET_DEVICE_REQ)), [])
        self.assertEqual(len(self.complaints()), 1)
        self.assert_next_car_matches()

    def test_result_zero_of_a_modem_that_does_not_tell_its_key_is_taken_where_configured(self):
        modem = ("--modem-result", "0", "--modem-fault", "no-get-key")
        self.start_all(with_modem(key_result_0="taken"), ev=(*FAST_EV, *modem))
        self.assert_matches()
        self.assert_next_car_matches()
        self.assertEqual(self.complaints(), [])

    def test_result_zero_of_a_modem_that_does_not_tell_its_key_is_a_refusal_otherwise(self):
        self.start_unserved(MODEM_TIMERS, "--modem-result", "0", "--modem-fault", "no-get-key,no-network-info")
        refused = self.slacd.wait_line(REFUSES)
        self.slacd.never_line(CONFIRMED, 4.0 - (time.monotonic() - refused.time))
        times = [frame.time for frame in self.frames_of(harness.CM_SET_KEY_REQ)]
        self.assertIn(len(times), (4, 5, 6))
        gaps = [later - earlier for earlier, later in zip(times, times[1:])]
        for shorter, longer in zip(gaps, gaps[1:]):
            self.assertGreater(longer, shorter - harness.TOLERANCE_S - self.stalls.worst_s, gaps)
        self.assertGreater(gaps[-1], gaps[0] + 0.5)
        self.assertEqual(len(self.complaints()), 1)
        self.fault("none")
        mark = self.observer.mark()
        self.station.say("plug", "wait 100", "unplug")
        self.observer.wait_slac("unmatched", after=mark)
        self.slacd.wait_line(CONFIRMED, within=1.0)  # the next key is not held back
        self.assert_matches()

    # --- a match that begins again ---

    def send_parm_req(self, ev_mac):
        octets = bytearray(self.capture.wait(harness.CM_SLAC_PARM_REQ).octets)
        octets[6:12] = ev_mac
        octets[RUN_ID] = b"anew%04d" % len(self.capture.frames.since())
        harness.send_frames("plc0", [bytes(octets)])

    def answered(self, after):
        return [frame.octets[0:6] for frame in self.frames_of(harness.CM_SLAC_PARM_CNF, after)]

    def test_matched_car_that_begins_again_and_falls_silent_has_failed_and_its_key_is_gone(self):
        self.start_all(with_modem(response_ms=1000), ev=FAST_EV)
        self.assert_matches()
        given = self.key_requests()[-1]
        car = self.capture.wait(harness.CM_SLAC_PARM_REQ).octets[6:12]
        mark = self.observer.mark()
        log = self.slacd.mark()
        frames = self.capture.frames.mark()
        self.fault("slow:600")  # the time in which the new key is not confirmed
        self.send_parm_req(car)
        self.capture.wait(harness.CM_SLAC_PARM_CNF, after=frames)
        self.send_parm_req(OTHER_CAR)
        failed = self.observer.wait_slac("failed", after=mark)
        fresh = self.capture.wait(harness.CM_SET_KEY_REQ, after=frames)
        self.send_parm_req(OTHER_CAR)
        self.assertEqual(self.outcome(mark), [("matching", ""), ("failed", "no_start_atten_char")])
        self.assertNotEqual(fresh.octets[harness.SET_KEY_REQ_KEY], given)
        self.assertLess(fresh.time - failed.time, 1.0)
        self.slacd.wait_line(CONFIRMED, after=log)
        self.assertEqual(self.answered(frames), [car])
        frames = self.capture.frames.mark()
        self.send_parm_req(OTHER_CAR)
        self.assertEqual(self.capture.wait(harness.CM_SLAC_PARM_CNF, after=frames).octets[0:6], OTHER_CAR)

    # --- what it has counted ---

    def test_statistics_are_logged_when_asked_for_also_when_nothing_was_counted(self):
        self.start_all(MODEM_TIMERS, ev=FAST_EV)
        evse = r"evse_id=DE\*TST\*E1"
        self.slacd.signal(signal.SIGUSR1)
        self.slacd.wait_line(f"Statistics: nothing was counted. {evse}")
        self.assertEqual(self.slacd.lines(f"Statistics: (?!nothing).*{evse}"), [])
        self.assert_matches()
        log = self.slacd.mark()
        self.slacd.signal(signal.SIGUSR1)
        self.slacd.wait_line(f"Statistics: sessions matched. {evse} count=1", after=log)
        self.slacd.wait_line("Statistics: sessions matched. service count=1", after=log)
        self.assertEqual(self.slacd.lines(f"Statistics: nothing.*{evse}", log), [])
        self.assert_next_car_matches()


if __name__ == "__main__":
    harness.main()
