# SPDX-License-Identifier: Apache-2.0
"""How the service ends, and what the station hears of it."""
import signal
import time

import harness
from harness import Bench

STOP_WITHIN_S = 2.0


class Stop(Bench):
    def assert_stops_in_time(self, number=signal.SIGTERM):
        asked = time.monotonic()
        self.slacd.signal(number)
        self.assertEqual(self.slacd.exit_code(), 0)
        took_s = time.monotonic() - asked
        print(f"stopped after {took_s * 1e3:.0f} ms")
        self.assertLess(took_s, STOP_WITHIN_S + self.stalls.worst_s)

    def test_sigterm_reports_stopping_and_exits_with_0(self):
        self.start_all()
        self.assert_stops_in_time()
        self.observer.wait_service("stopping")
        self.observer.messages.never(lambda message: message.service == "error", "the last will", 0.5)

    def test_sigint_ends_it_too(self):
        self.start_all()
        self.assert_stops_in_time(signal.SIGINT)
        self.observer.wait_service("stopping")

    def test_sigterm_in_the_middle_of_a_match_ends_it_in_time(self):
        self.start_all(ev=("--rsp-to-match-ms", "5000"))
        self.plug()
        self.ev.say("plug")
        self.observer.wait_slac("matching")
        self.assert_stops_in_time()
        self.observer.wait_service("stopping")

    def test_sigterm_with_a_dead_broker_ends_it_in_time(self):
        self.start_all()
        self.broker.kill()
        self.slacd.wait_line("No connection")
        self.assert_stops_in_time()

    def test_sigterm_with_a_hanging_broker_ends_it_in_time(self):
        self.start_all()
        self.broker.signal(signal.SIGSTOP)
        self.assert_stops_in_time()

    def test_sigterm_before_the_broker_was_ever_there_ends_it_in_time(self):
        self.slacd = self.start_slacd()
        self.slacd.wait_line("No connection")
        self.assert_stops_in_time()

    def test_kill_makes_the_broker_report_error(self):
        self.start_all()
        self.slacd.kill()
        self.observer.wait_service("error")

    def test_service_that_was_killed_starts_again_and_serves_the_car_that_is_still_plugged_in(self):
        self.start_all()
        self.assert_matches()
        self.slacd.kill()
        mark = self.observer.mark()
        self.slacd = self.start_slacd()
        self.observer.wait_service("ready", after=mark)
        self.slacd.wait_line("Vehicle is connected")
        self.ev.say("unplug", "plug")
        self.observer.wait_slac("matched", after=mark)


if __name__ == "__main__":
    harness.main()
