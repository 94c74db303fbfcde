# SPDX-License-Identifier: Apache-2.0
"""The modem restarts by itself, in the middle of each step of a match, with its key or without."""
import harness
from harness import Bench, FAST_EV, MODEM_TIMERS

JOIN_LOST = "power_line_link_lost"
RESTARTED = "modem_restarted"


class ModemReboot(Bench):
    def start_and_reboot(self, fault, *ev):
        """A car comes and the modem restarts on its way; returns the observer's mark from before."""
        self.start_all(MODEM_TIMERS, ev=("--modem-fault", fault, *ev))
        mark = self.plug_both()
        self.ev.wait_line("modem +is back")
        return mark

    def assert_no_harm(self, step):
        mark = self.start_and_reboot(f"reboot-at:{step}:120")
        self.observer.wait_slac("matched", after=mark)
        self.assertEqual(self.outcome(mark), [("matching", ""), ("matched", "")])
        self.assertEqual(len(self.key_requests()), 1)
        self.assert_next_car_matches()
        self.assertEqual(self.complaints(), [])

    def test_restart_after_parm_req_is_bridged_by_the_cars_repetition(self):
        self.assert_no_harm("parm")

    def test_restart_after_the_first_start_atten_char_costs_sounds_only(self):
        self.assert_no_harm("start")

    def test_restart_between_the_sounds_costs_sounds_only(self):
        self.assert_no_harm("sound")

    def test_restart_after_match_req_is_bridged_by_the_cars_repetition(self):
        self.assert_no_harm("match")

    def test_short_restart_of_a_linked_modem_is_no_loss_of_the_link(self):
        mark = self.start_and_reboot("reboot-at:matched:60", "--join-ms", "30")
        self.observer.wait_slac("matched", after=mark)
        self.observer.messages.never(lambda message: message.slac in ("failed", "unmatched"), "a loss", 0.6, mark)
        self.assert_next_car_matches()

    def test_long_restart_of_a_linked_modem_ends_the_session_once(self):
        self.start_all(MODEM_TIMERS)
        self.assert_matches()
        mark = self.observer.mark()
        log = self.slacd.mark()
        self.fault("reboot-at:now:400")
        self.observer.wait_slac("unmatched", after=mark)
        self.slacd.wait_line("Modem has confirmed its key", after=log)
        self.assertEqual(self.outcome(mark), [("unmatched", JOIN_LOST)])
        self.assertEqual(len(set(self.key_requests())), 2)
        self.ev.say("plug")
        self.observer.wait_slac("matched", after=mark)
        self.assert_next_car_matches()

    def test_announced_restart_without_the_key_ends_the_match_and_the_cars_repetition_begins_another(self):
        mark = self.start_and_reboot("reboot-at:parm:120:lose-key:announce")
        self.observer.wait_slac("matched", after=mark)
        self.assertEqual(self.outcome(mark),
                         [("matching", ""), ("failed", RESTARTED), ("matching", ""), ("matched", "")])
        self.assertEqual(len(set(self.key_requests())), 1)
        self.assert_said_once("WARN .*The modem has restarted, its key is set again")
        self.assert_next_car_matches()

    def test_announced_restart_during_the_sounds_ends_the_match(self):
        mark = self.start_and_reboot("reboot-at:sound:50:lose-key:announce")
        self.observer.wait_slac("failed", after=mark)
        self.assertEqual(self.outcome(mark), [("matching", ""), ("failed", RESTARTED)])
        harness.await_true(lambda: len(self.slacd.lines("Modem has confirmed its key")) == 2, "the key is set again")
        self.assert_next_car_matches()

    def test_announced_restart_after_match_req_gives_the_modem_the_cars_key_again(self):
        mark = self.start_and_reboot("reboot-at:match:120:lose-key:announce")
        self.observer.wait_slac("matched", after=mark)
        self.assertEqual(self.outcome(mark), [("matching", ""), ("matched", "")])
        keys = self.key_requests()
        self.assertEqual((len(keys), len(set(keys))), (2, 1))
        self.assert_next_car_matches()

    def test_announced_restart_of_a_linked_modem_gives_it_the_cars_key_again(self):
        mark = self.start_and_reboot("reboot-at:matched:40:lose-key:announce", "--join-ms", "30")
        self.observer.wait_slac("matched", after=mark)
        self.observer.messages.never(lambda message: message.slac in ("failed", "unmatched"), "a loss", 0.6, mark)
        keys = self.key_requests()
        self.assertEqual((len(keys), len(set(keys))), (2, 1))
        self.assert_next_car_matches()

    def test_unannounced_loss_of_the_key_shows_as_no_link(self):
        mark = self.start_and_reboot("reboot-at:sound:50:lose-key")
        failed = self.observer.wait_slac("failed", after=mark)
        self.assertEqual(self.outcome(mark), [("matching", ""), ("failed", "no_power_line_link")])
        harness.await_true(lambda: len(set(self.key_requests())) == 2, "a fresh key", within=1.0)
        self.assertLess(self.frames_of(harness.CM_SET_KEY_REQ)[-1].time - failed.time, 1.0)
        self.assert_next_car_matches()

    def test_restart_without_a_car_is_mended_before_the_next_one_is_answered(self):
        self.start_all(MODEM_TIMERS)
        log = self.slacd.mark()
        self.fault("reboot-at:now:100:lose-key:announce")
        self.slacd.wait_line("The modem has restarted", after=log)
        self.slacd.wait_line("Modem has confirmed its key", after=log)
        self.assert_matches()

    def assert_found_within(self, log, begin_s):
        """It left two questions unanswered and was identified by its own MAC."""
        response_s = MODEM_TIMERS["modem"]["response_ms"] / 1000
        found = self.slacd.wait_line("Modem is identified.*modem=02:50:4c:00:00:41", after=log)
        self.assertLess(found.time - begin_s, 2 * response_s + harness.TOLERANCE_S + self.stalls.worst_s)
        self.slacd.wait_line("Modem has confirmed its key.*modem=02:50:4c:00:00:41", after=log)

    def test_modem_exchanged_for_another_is_found_at_the_plug_in_and_the_car_matches_when_it_tries_again(self):
        self.start_all(MODEM_TIMERS, ev=FAST_EV)
        self.fault("reboot-at:now:50:lose-key:new-mac")
        self.ev.wait_line("modem +is back")
        log = self.slacd.mark()
        mark = self.plug_both()
        self.assert_found_within(log, self.slacd.wait_line("Vehicle is connected", after=log).time)
        # What the car has said before fell on the new modem's deaf host.
        self.assertEqual(self.observer.wait_slac("failed", after=mark).data["reason"], "no_profiles_from_modem")
        self.ev.say("plug")
        self.observer.wait_slac("matched", after=mark)
        self.assertEqual(self.observer.slac_statuses(mark), ["matching", "failed", "matching", "matched"])
        self.assertEqual(set(self.observer.pilots(mark)), set())
        self.assert_next_car_matches()

    def test_modem_exchanged_for_another_that_announces_itself_is_found_without_a_car(self):
        self.start_all(MODEM_TIMERS, ev=FAST_EV)
        log = self.slacd.mark()
        self.fault("reboot-at:now:50:lose-key:new-mac:announce")
        self.assert_found_within(log, self.ev.wait_line("modem +is back").time)
        self.assert_matches()
        self.assert_next_car_matches()


if __name__ == "__main__":
    harness.main()
