# SPDX-License-Identifier: Apache-2.0
"""A broker that dies, hangs or is not there yet must never keep a car waiting."""
import signal

import harness
from harness import Bench

WHOLE_SEQUENCE_S = 1.5
# TP_match_response of ISO 15118-3.
ANSWER_WITHIN_S = 0.1


class BrokerAway(Bench):
    def answer_time(self, frames):
        request = self.capture.wait(harness.CM_SLAC_PARM_REQ, after=frames)
        return self.capture.wait(harness.CM_SLAC_PARM_CNF, after=frames).time - request.time

    def test_broker_that_dies_in_a_match_gets_the_statuses_in_order_when_it_is_back(self):
        self.start_all(ev=("--rsp-to-match-ms", "500"))
        self.save_subscriptions(self.broker)
        self.plug()
        self.ev.say("plug")
        self.observer.wait_slac("matching")
        self.broker.kill()
        self.slacd.wait_line("SLAC status.*status=matched")
        self.ev.wait_line("link up")
        mark = self.ev.mark()
        self.ev.say("unplug", "plug")  # the car starts over while nobody hears of it
        self.ev.wait_line("link up", after=mark)
        self.broker = self.start_broker()
        self.observer.messages.wait(lambda _: self.observer.slac_statuses().count("matched") == 2,
                                    "both matches")
        self.assertEqual(self.observer.slac_statuses(), ["matching", "matched", "matching", "matched"])
        self.station.say("unplug")
        self.observer.wait_slac("unmatched")

    def test_service_status_is_told_again_to_a_broker_that_came_back(self):
        self.start_all()
        self.save_subscriptions(self.broker)
        self.broker.kill()
        self.slacd.wait_line("WARN .*No connection to the MQTT broker")
        mark = self.observer.mark()
        self.broker = self.start_broker()
        self.observer.wait_service("ready", after=mark)
        self.assert_matches()

    def test_hanging_broker_does_not_delay_the_answer_to_a_car(self):
        self.start_all()
        self.plug()
        self.broker.signal(signal.SIGSTOP)
        frames = self.capture.frames.mark()
        self.ev.say("plug")
        took_s = self.answer_time(frames)
        print(f"CM_SLAC_PARM.CNF after {took_s * 1e3:.3f} ms with the broker stopped")
        self.assertLess(took_s, ANSWER_WITHIN_S)
        self.ev.wait_line("link up")
        self.broker.signal(signal.SIGCONT)
        self.observer.wait_slac("matched")
        self.assertEqual(self.observer.slac_statuses(), ["matching", "matched"])

    def test_fallback_waits_for_a_station_that_did_not_hear_of_f(self):
        self.start_all(harness.SHORT_TIMERS)
        self.save_subscriptions(self.broker)
        self.plug()
        mark = self.observer.mark()
        self.broker.kill()
        self.slacd.wait_line("HLC to F_STEP")
        self.slacd.never_line("F_STEP to X1_STEP", WHOLE_SEQUENCE_S, self.slacd.mark())
        self.broker = self.start_broker()
        self.observer.wait_pilot(("x2", 32.0), after=mark)
        self.assertEqual(self.observer.pilots(mark), ["f", "x1", ("x2", 32.0)])
        self.assertEqual(self.observer.slac_statuses(mark), ["basic_charging"])

    def test_missing_broker_is_said_once_not_at_every_attempt(self):
        self.start_all()
        mark = self.slacd.mark()
        self.broker.kill()
        self.slacd.wait_line("No connection to the MQTT broker", after=mark)
        self.slacd.never_line("Connected to", 3.0, mark)  # several attempts
        lines = self.slacd.lines("No connection to the MQTT broker", mark)
        self.assertEqual(len({line.text.split("reason=")[1] for line in lines}), len(lines))


if __name__ == "__main__":
    harness.main()
