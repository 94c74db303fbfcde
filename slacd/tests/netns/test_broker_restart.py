# SPDX-License-Identifier: Apache-2.0
"""A broker that is killed (kill -9) and started again in a match and in a fallback; each step: test_world_broker.

Asserted after each: the SLAC statuses arrive, each once and in order; the pilot request in force at the end is the
right one. "Once" counts message ids: QoS 1 sends a message again, with its id, when the broker dies before its PUBACK
arrived. That takes less than a millisecond here; a status that was seen longer than 0.1 s before the kill must not come
again, with whatever id.
"""
import re
import signal
import time

import harness
from harness import Bench

X2 = ("x2", 32.0)
# A car and timers slow enough for a broker to be killed within each step.
SLOW_CAR = ("--parm-to-start-ms", "300", "--sound-spacing-ms", "50", "--rsp-to-match-ms", "1500")
FALLBACK = {"slac": {"allow_nonstandard_timers": True, "tt_evse_slac_init_ms": 700},
            "pilot": {"step_f_ms": 1500, "step_x1_ms": 1500}}
MATCH = {"slac": {"allow_nonstandard_timers": True},
         "bench": {"tt_match_sequence_ms": 2000, "tt_evse_match_mnbc_ms": 2000}}


class BrokerRestart(Bench):
    def start_bench(self, configuration, *, silent_station=False):
        self.link()
        self.capture = self.capture_on("evse0")
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.save_subscriptions(self.broker)
        self.station = self.start_station(*(("--answer", "none") if silent_station else ()))
        self.station.wait_line("connected to the broker")
        self.ev = self.start_ev(*SLOW_CAR)
        self.slacd = self.start_slacd({**configuration, "mqtt": {"request_timeout_ms": 300}})

    def boot(self, configuration=MATCH):
        self.start_bench(configuration)
        self.observer.wait_service("ready")
        self.slacd.wait_line("Modem has confirmed its key")
        self.observer.wait_state_after_request()

    def kill_broker(self):
        self.killed_at = time.monotonic()
        self.broker.kill()

    def restart_broker(self):
        """Kills it now; returns when slacd and the station are back."""
        slacd = self.slacd.mark()
        station = self.station.mark()
        if self.broker.runs():
            self.kill_broker()
        self.broker = self.start_broker()
        self.slacd.wait_line("Connected to the MQTT broker", after=slacd)
        self.station.wait_line("connected to the broker", after=station)

    def assert_statuses(self, expected):
        self.observer.messages.wait(lambda _: len(self.observer.slac_statuses()) >= len(expected), f"{expected}")
        self.assertEqual(self.observer.slac_statuses(), expected)
        for again in self.observer.doubled:
            first = next(message for message in self.observer.messages.since() if message.id == again.id)
            self.assertTrue(first.time > self.killed_at - 0.1, f"doubled: {again}")

    def assert_pilot_in_force(self, request):
        """slacd's last word is this one, and the station has done it."""
        requests = [message for message in self.observer.messages.since() if message.pilot]
        self.assertEqual(requests[-1].pilot, request)
        signal = re.escape(request if isinstance(request, str) else f"x2 {request[1]} A")
        self.station.wait_line(f"cp_pwm request .* {signal}$")

    def assert_match_goes_on(self):
        self.observer.wait_slac("matched")
        self.ev.wait_line("link up")
        self.assert_statuses(["matching", "matched"])
        self.assert_pilot_in_force("hlc")
        self.station.say("unplug")
        self.observer.wait_slac("unmatched")
        self.assert_statuses(["matching", "matched", "unmatched"])

    def begin_match(self):
        self.boot()
        self.plug()
        self.ev.say("plug")

    def assert_fallback_goes_on(self):
        self.observer.wait_pilot(X2)
        self.observer.wait_state("B2", after=self.observer.messages.items.index(self.observer.wait_pilot(X2)))
        self.assert_statuses(["basic_charging"])
        self.assert_pilot_in_force(X2)
        known = [request for request in self.observer.pilots() if request != "hlc"]
        # What came and went while there was no broker is not said afterwards.
        self.assertEqual(known, [request for request in ("f", "x1", X2) if request in known])
        self.station.say("unplug")
        self.observer.wait_slac("unmatched")
        self.assert_statuses(["basic_charging", "unmatched"])

    def begin_fallback(self):
        self.boot(FALLBACK)
        self.plug()

    def test_at_the_first_request_for_high_level_charging(self):
        self.start_bench(MATCH)
        self.observer.wait_pilot("hlc")
        self.restart_broker()
        self.plug()
        self.ev.say("plug")
        self.assert_match_goes_on()

    def test_plug_that_happens_without_a_broker_is_told_later(self):
        self.boot()
        self.kill_broker()
        self.station.wait_line("no connection to the broker")
        self.station.say("plug")
        self.restart_broker()
        self.slacd.wait_line("Vehicle is connected")
        self.ev.say("plug")
        self.assert_match_goes_on()

    def test_unplug_that_the_station_tells_before_slacd_is_back_is_learned(self):
        self.begin_match()
        self.observer.wait_slac("matched")
        self.slacd.signal(signal.SIGSTOP)
        self.kill_broker()
        self.station.wait_line("no connection to the broker")
        self.station.say("unplug")
        mark = self.observer.mark()
        self.broker = self.start_broker()
        self.observer.wait_state("A2", after=mark)
        self.slacd.signal(signal.SIGCONT)
        self.observer.wait_slac("unmatched")
        self.assert_statuses(["matching", "matched", "unmatched"])

    def test_at_matching(self):
        self.begin_match()
        self.observer.wait_slac("matching")
        self.restart_broker()
        self.assert_match_goes_on()

    def test_at_f(self):
        self.begin_fallback()
        self.observer.wait_state("F")
        self.restart_broker()
        self.assert_fallback_goes_on()

    def test_service_status_is_told_to_the_new_broker(self):
        self.boot()
        mark = self.observer.mark()
        self.restart_broker()
        self.observer.wait_service("ready", after=mark)


if __name__ == "__main__":
    harness.main()
