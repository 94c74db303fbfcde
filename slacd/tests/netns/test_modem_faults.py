# SPDX-License-Identifier: Apache-2.0
"""A modem that is silent, slow, loses its key, resets, or is not the only one that answers."""
import os
import re
import signal

import harness
from harness import Bench, FAST_EV, MODEM_TIMERS, with_settings

SILENT = f"WARN .*Outlet cannot serve: no answer within {MODEM_TIMERS['modem']['response_ms']} ms"
REFUSES = "WARN .*Outlet cannot serve: the modem refuses its key with result"
OWN = "02:50:4c:00:00:01"
STRANGER = "02:50:4c:00:00:21"
FOREIGN = f"WARN .*Modem answer ignored.*from={STRANGER} ours={OWN} count=1 .*not from our modem"
RESET_AFTER_KEY = with_settings(MODEM_TIMERS, modem={"reset_after_key": True})
RESET_AFTER_SESSION = with_settings(MODEM_TIMERS, modem={"reset_after_session": True})
RESET_S = 0.3
KEYS_AND_PARM = (harness.CM_GET_KEY_REQ, harness.CM_SET_KEY_REQ, harness.CM_SET_KEY_CNF, harness.CM_SLAC_PARM_CNF)


class ModemFaults(Bench):
    def resets(self, after=0):
        return self.frames_of((harness.VS_RS_DEV_REQ, harness.NSCM_RESET_DEVICE_REQ), after)

    def foreign_answers_counted(self):
        """Ends slacd."""
        self.slacd.signal(signal.SIGTERM)
        self.assertEqual(self.slacd.exit_code(), 0)
        lines = self.slacd.lines("Statistics: answers of foreign modems.*evse_id=")
        return int(re.search(r"count=(\d+)", lines[0].text).group(1)) if lines else 0

    def test_silent_modem_is_said_once_and_used_as_soon_as_it_speaks(self):
        self.start_unserved(MODEM_TIMERS, "--modem-fault", "silent")
        self.slacd.wait_line(SILENT)
        for _ in range(4):
            self.capture.wait(harness.CM_SET_KEY_REQ, after=self.capture.frames.mark())
        self.assertEqual(len(self.complaints()), 1)
        mark = self.plug_both()
        self.capture.never(harness.CM_SLAC_PARM_CNF, 0.3)
        self.fault("none")
        self.observer.wait_slac("matched", after=mark)
        self.assertEqual(self.observer.slac_statuses(mark), ["matching", "matched"])
        self.assert_next_car_matches()
        self.assertEqual(len(self.complaints()), 1)

    def test_refusing_modem_is_said_once_and_serves_when_it_takes_the_key(self):
        self.start_unserved(MODEM_TIMERS, "--modem-fault", "refuse")
        self.slacd.wait_line(f"{REFUSES} 0 .*modem.key_result_0")
        for _ in range(3):
            self.capture.wait(harness.CM_SET_KEY_REQ, after=self.capture.frames.mark())
        self.assertEqual(len(self.complaints()), 1)
        self.assertEqual(len(set(self.key_requests())), 1)
        self.fault("none")
        self.slacd.wait_line("Modem has confirmed its key")
        self.assert_matches()
        self.assertEqual(len(self.complaints()), 1)

    def test_refusal_with_a_result_that_cannot_mean_success_is_said_without_a_hint(self):
        self.start_unserved(MODEM_TIMERS, "--modem-result", "2")
        self.slacd.wait_line(f"{REFUSES} 2\\. ")
        self.assertEqual(self.slacd.lines("key_result_0"), [])

    def test_what_is_said_last_of_a_modem_is_true_also_when_it_has_been_said_before(self):
        self.start_unserved(MODEM_TIMERS, "--modem-fault", "refuse")
        self.slacd.wait_line(REFUSES)
        for fault, said in (("silent", SILENT), ("refuse", REFUSES)):
            log = self.slacd.mark()
            self.fault(fault)
            self.slacd.wait_line(said, after=log)
        self.assertEqual(len(self.complaints()), 3)
        self.fault("none")
        self.slacd.wait_line("Modem has confirmed its key")
        self.assert_matches()

    def test_modem_that_takes_the_key_with_the_standards_result_is_verified(self):
        self.start_all(MODEM_TIMERS, ev=(*FAST_EV, "--modem-result", "0"))
        self.assertEqual(len(self.frames_of(harness.CM_GET_KEY_CNF)), 1)
        self.assertEqual(len(self.key_requests()), 1)
        self.assert_matches()
        self.assertEqual(self.complaints(), [])

    def test_slow_modem_serves_as_well_as_a_quick_one(self):
        """Its answers need longer than two questions for a link that is not up are apart."""
        configuration = with_settings(MODEM_TIMERS, modem={"response_ms": 300}, bench={"link_lost_polls": 2})
        self.start_all(configuration, ev=(*FAST_EV, "--modem-fault", "slow:120"))
        self.capture.wait(harness.CM_NW_STATS_CNF)  # it can tell that there is a link
        self.assert_matches()
        self.assert_stays_matched(5)
        self.assert_next_car_matches()
        self.assertEqual(self.complaints(), [])

    def test_answers_given_twice_count_once(self):
        self.start_all(RESET_AFTER_KEY, ev=(*FAST_EV, "--modem-fault", "double-answers", "--modem-reset-ms", "200"))
        self.assert_matches()
        self.unplug_both()
        self.assertEqual(len(self.key_requests()), 2)
        self.assertEqual(len(self.resets()), 2)
        self.assert_said_once("Modem is identified")
        self.assert_matches()
        self.assertEqual(self.complaints(), [])

    def test_other_modems_answers_are_ignored_and_counted(self):
        self.start_all(MODEM_TIMERS, ev=(*FAST_EV, "--modem-fault", "foreign-answers"))
        self.assert_matches()
        self.assert_next_car_matches()
        self.assert_said_once("Modem is identified.*modem=02:50:4c:00:00:01")
        self.assert_said_once(FOREIGN)
        self.assertEqual(len(self.complaints()), 1)
        self.assertGreater(self.foreign_answers_counted(), 5)

    def test_link_of_another_modem_is_not_ours(self):
        self.start_all(MODEM_TIMERS, ev=(*FAST_EV, "--modem-fault", "foreign-answers,no-link"))
        mark = self.plug_both()
        self.assertEqual(self.observer.wait_slac("failed", after=mark).data["reason"], "no_power_line_link")
        self.assertEqual(self.observer.slac_statuses(mark), ["matching", "failed"])

    def test_modem_that_was_replaced_is_found_by_its_silence(self):
        """Nothing of the old one is kept; the new one answers to every question."""
        self.start_all(MODEM_TIMERS, ev=FAST_EV)
        self.assert_matches()
        self.fault("foreign-answers:only")
        mark = self.observer.mark()
        log = self.slacd.mark()
        self.station.say("unplug")
        self.ev.say("unplug")
        self.observer.wait_slac("unmatched", after=mark)
        self.slacd.wait_line(f"WARN .*Outlet cannot serve: another modem answers instead of ours: "
                             f"from={STRANGER} ours={OWN}", after=log)
        self.slacd.wait_line(f"Modem is identified.*modem={STRANGER}", after=log)
        self.fault("none")
        self.slacd.wait_line(f"Modem is identified.*modem={OWN}", after=log)
        self.slacd.wait_line("Modem has confirmed its key", after=log)
        self.assert_matches()

    def test_key_lost_while_no_car_was_there_is_set_again_before_the_match(self):
        self.start_all(MODEM_TIMERS, ev=FAST_EV)
        given = self.key_requests()[-1]
        self.fault("lose-key")
        self.ev.wait_line("modem +has lost its key")
        frames = self.capture.frames.mark()
        mark = self.observer.mark()
        self.plug()
        self.capture.wait(harness.CM_SET_KEY_CNF, after=frames)  # no car speaks within a millisecond of the plug-in
        self.ev.say("plug")
        self.observer.wait_slac("matched", after=mark)
        self.assertEqual(self.observer.slac_statuses(mark), ["matching", "matched"])
        self.assertEqual(self.key_requests(frames), [given])
        order = [frame.mmtype for frame in self.frames_of(KEYS_AND_PARM, frames)]
        self.assertLess(order.index(harness.CM_GET_KEY_REQ), order.index(harness.CM_SET_KEY_REQ))
        self.assertLess(order.index(harness.CM_SET_KEY_CNF), order.index(harness.CM_SLAC_PARM_CNF))
        self.assert_said_once("WARN .*The modem has another key than it was given")
        self.assert_next_car_matches()

    def test_car_that_speaks_before_the_lost_key_is_noticed_is_matched_with_the_key_set_again(self):
        self.start_all(MODEM_TIMERS, ev=FAST_EV)
        given = self.key_requests()[-1]
        self.fault("lose-key,slow:20")
        self.ev.wait_line("modem +has lost its key")
        frames = self.capture.frames.mark()
        mark = self.observer.mark()
        self.plug()
        self.ev.say("plug")
        self.observer.wait_slac("matched", after=mark)
        self.assertEqual(self.observer.slac_statuses(mark), ["matching", "matched"])
        self.assertEqual(self.key_requests(frames), [given])
        order = [frame.mmtype for frame in self.frames_of((harness.CM_SET_KEY_CNF, harness.CM_SLAC_MATCH_CNF), frames)]
        self.assertEqual(order, [harness.CM_SET_KEY_CNF, harness.CM_SLAC_MATCH_CNF])

    def check_reset(self, family, *faults):
        """The next key's reset; returns slacd's frames of it."""
        self.start_all(RESET_AFTER_KEY, ev=(*FAST_EV, "--modem-family", family, "--modem-reset-ms", int(RESET_S * 1000),
                                            *(("--modem-fault", faults[0]) if faults else ())))
        self.assert_matches()
        frames = self.capture.frames.mark()
        self.unplug_both()
        self.assertEqual(len(self.resets(frames)), 1)
        return frames

    def assert_found_up_by_asking(self, frames):
        """Not by waiting for reset_ms: ready a poll or two after it is back."""
        reset = self.resets(frames)[0].time
        confirmed = self.slacd.lines("Modem has confirmed its key")[-1].time
        self.assertGreater(confirmed - reset, RESET_S - 0.02)
        self.assertLess(confirmed - reset, RESET_S + 0.2 + harness.TOLERANCE_S + self.stalls.worst_s)

    def test_reset_after_each_key_is_over_when_the_modem_answers_again(self):
        for family in ("qualcomm", "lumissil"):
            with self.subTest(family=family):
                frames = self.check_reset(family)
                self.assert_found_up_by_asking(frames)
                self.assertEqual(len(self.key_requests(frames)), 1)
                self.assertEqual(len(self.frames_of(harness.CM_GET_KEY_CNF, frames)), 1)
                self.assert_matches()
                self.assertEqual(self.complaints(), [])
                self.stop_programs()

    def test_key_that_a_reset_lost_is_set_again_without_a_second_reset(self):
        frames = self.check_reset("qualcomm", "reset-loses-key")
        keys = self.key_requests(frames)
        self.assertEqual((len(keys), len(set(keys))), (2, 1))
        self.assertEqual(len(self.resets(frames)), 1)
        self.assert_matches()

    def lose_interface(self):
        """Returns slacd's mark from before it is back."""
        harness.ip("link", "set", "evse0", "down")
        self.slacd.wait_line("Interface is lost")
        log = self.slacd.mark()
        harness.ip("link", "set", "evse0", "up")
        return log

    def test_interface_that_is_gone_while_its_modem_resets_is_no_fault_and_no_reason_to_reset_again(self):
        """As Linux' driver for a modem on SPI does it; the interface is back before the modem answers."""
        configuration = with_settings(RESET_AFTER_KEY, modem={"link_retry_ms": 200, "reset_ms": 3000})
        self.start_unserved(configuration, "--modem-reset-ms", "1200")
        self.capture.wait(harness.VS_RS_DEV_REQ)
        log = self.lose_interface()
        self.slacd.wait_line("Modem has confirmed its key", after=log)
        self.assert_matches()
        self.assertEqual(len(self.resets()), 1)
        self.assert_said_once("INFO .*Interface is lost, the modem is being reset")
        self.assertEqual(self.complaints(), [])

    def test_session_that_ends_without_random_octets_for_a_key_leaves_no_key_and_a_reset_due(self):
        if "RANDOM_FAULT" not in os.environ:
            self.skipTest("the environment variable RANDOM_FAULT names no library")
        fault = self.path("fault")
        self.start_all(RESET_AFTER_SESSION, ev=(*FAST_EV, "--modem-reset-ms", "200"),
                       wrapper=("env", f"LD_PRELOAD={os.environ['RANDOM_FAULT']}", f"RANDOM_FAULT_FILE={fault}"))
        self.assert_matches()
        given = self.key_requests()
        self.write("fault", "")
        self.station.say("unplug")
        self.ev.say("unplug")
        self.slacd.wait_line("ERROR .*Outlet cannot serve: no random octets for a nonce")
        self.plug()  # the modem still has the key that the car before was given: nobody asks it
        self.assertEqual(self.key_requests(), given)
        os.remove(fault)
        log = self.slacd.mark()
        self.station.say("unplug")
        self.slacd.wait_line("Modem has confirmed its key", after=log)
        self.assertEqual(len(self.resets()), 1)
        self.assertNotIn(self.key_requests()[-1], given)
        self.assert_matches()

    def test_session_that_ends_with_the_interface_is_followed_by_a_reset(self):
        for unplugged in (False, True):
            with self.subTest(unplugged=unplugged):
                self.start_all(with_settings(RESET_AFTER_SESSION, modem={"link_retry_ms": 300}),
                               ev=(*FAST_EV, "--modem-reset-ms", "200"))
                self.assert_matches()
                self.assertEqual(self.resets(), [])
                mark = self.observer.mark()
                harness.ip("link", "set", "evse0", "down")
                self.observer.wait_slac("unmatched", after=mark)
                if unplugged:
                    self.station.say("unplug")
                    self.slacd.wait_line("Vehicle has left")
                log = self.slacd.mark()
                harness.ip("link", "set", "evse0", "up")
                self.slacd.wait_line("Modem has confirmed its key", after=log)
                self.assertEqual(len(self.resets()), 1)
                self.stop_programs()

    def test_modem_that_refuses_to_reset_keeps_serving(self):
        frames = self.check_reset("qualcomm", "refuse-reset")
        self.assertEqual(len(self.key_requests(frames)), 1)
        self.assert_matches()

    def test_reset_after_a_session_only(self):
        self.start_all(RESET_AFTER_SESSION, ev=(*FAST_EV, "--modem-reset-ms", "200"))
        self.assertEqual(self.resets(), [])
        mark = self.observer.mark()
        self.plug()
        self.station.say("unplug")
        self.observer.wait_slac("unmatched", after=mark)
        self.assertEqual(len(self.key_requests()), 1)  # no car was told it: it stays
        self.assertEqual(self.resets(), [])
        self.assert_matches()
        self.unplug_both()
        self.assertEqual(len(self.resets()), 1)
        self.assert_matches()


if __name__ == "__main__":
    harness.main()
