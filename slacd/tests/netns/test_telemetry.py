# SPDX-License-Identifier: Apache-2.0
"""Telemetry at a real broker: what it has retained is what holds, also after it was started anew, with and without its memory."""
import json
import signal
import subprocess

import harness
from harness import BROKER_PORT, EVSE, FAST_EV, Bench, await_true

NAMES = {"state", "reason", "pilot", "ev_mac", "attenuation_db", "modem_version", "sessions_matched", "sessions_failed",
         "last_match_ms", "offered_current_a"}
PREFIX = "telemetry/S1"


class Telemetry(Bench):
    def retained(self):
        """What somebody is told who subscribes now: the values by their names."""
        done = subprocess.run(["mosquitto_sub", "-p", str(BROKER_PORT), "-t", f"{PREFIX}/#", "-F", "%t %p", "--retained-only",
                               "-C", str(len(NAMES)), "-W", "1"], capture_output=True, text=True, check=False)
        values = {}
        for line in done.stdout.splitlines():
            topic, payload = line.split(" ", 1)
            prefix, evse, name = topic.rsplit("/", 2)
            self.assertEqual((prefix, evse), (PREFIX, EVSE))
            values[name] = json.loads(payload)["value"]
        return values

    def await_value(self, name, value, after=0):
        self.observer.values.wait(lambda told: told[1] == f"{PREFIX}/{EVSE}/{name}" and told[2] and json.loads(told[2])["value"] == value,
                                  f"{name} is {value}", after=after)

    def restart_broker(self, meanwhile, number, **options):
        """Ends it, says something to the station, and starts it again."""
        slacd, station = self.slacd.mark(), self.station.mark()
        self.broker.signal(number)
        self.broker.exit_code()
        self.slacd.wait_line("No connection to the MQTT broker", after=slacd)
        self.station.say(meanwhile)
        mark = self.observer.values.mark()
        self.broker = self.start_broker(**options)
        self.slacd.wait_line("Connected to the MQTT broker", after=slacd)
        self.station.wait_line("connected to the broker", after=station)
        return mark

    def test_what_is_retained_is_what_holds(self):
        self.start_all({"mqtt": {"telemetry": PREFIX}}, ev=FAST_EV)
        mark = self.observer.mark()
        self.assert_matches()
        status = self.observer.wait_slac("matched", after=mark)
        self.await_value("state", "matched")
        await_true(lambda: self.retained().get("pilot") == "B2", "the car's state is retained")
        values = self.retained()
        self.assertEqual(set(values), NAMES)
        self.assertEqual(values["ev_mac"], status.data["ev_mac"])
        self.assertEqual(values["attenuation_db"], status.data["attenuation_db"])
        self.assertEqual((values["reason"], values["sessions_matched"], values["sessions_failed"]), ("", 1, 0))
        self.assertTrue(0 < values["last_match_ms"] < 10000)
        self.assertNotEqual(values["modem_version"], "")
        self.assertRegex(status.data["sampling_time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

        mark = self.restart_broker("unplug", signal.SIGTERM)
        self.await_value("state", "unmatched", after=mark)
        expected = {"state": "unmatched", "reason": "vehicle_left", "pilot": "A2"}
        await_true(lambda: expected.items() <= self.retained().items(), "a broker that has kept the old values has the new ones")

        self.restart_broker("limit 10", signal.SIGKILL, persistence=False)
        await_true(lambda: set(self.retained()) == NAMES, "a broker that has kept nothing has all values again")
        self.assertEqual(self.retained()["sessions_matched"], 1)


class DeniedTelemetry(Bench):
    # This broker ends the connection of who publishes what it may not.
    broker_rights = "topic readwrite #\ntopic deny telemetry/#\n"

    def test_broker_that_denies_values_ends_one_connection_and_no_match(self):
        self.start_all({"mqtt": {"telemetry": PREFIX}}, ev=FAST_EV)
        self.slacd.wait_line(f"WARN .*Telemetry pauses for 60 s.* May slacd publish below '{PREFIX}/'")
        await_true(lambda: len(self.slacd.lines("Connected to the MQTT broker")) == 2, "slacd connects again")
        self.assert_matches()
        self.assertEqual(len(self.slacd.lines("No connection to the MQTT broker")), 1)


if __name__ == "__main__":
    harness.main()
