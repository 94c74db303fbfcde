# SPDX-License-Identifier: Apache-2.0
"""A bridge from a station to a cloud (cloud.py) whose ends die: what was said meanwhile arrives, at a reader and in the
database of slac-history."""
import contextlib
import os
import signal
import sqlite3

import harness
from cloud import CLOUD, LINE_TOPIC, TLS_PORT, Cloud, value
from cloud_files import STATION
from harness import EVSE, Program

# As station.conf has it.
SAVED_AFTER = 20
# What the test tells itself, many and fast, and what slacd tells.
COUNTED = f"telemetry/{STATION}/E1/sessions_matched"
OF_SLACD = f"telemetry/{STATION}/{EVSE}/"


class Ends(Cloud):
    def start_store(self):
        """slac-history, which learns what it has missed when the broker is back. Not everywhere can it store in a file."""
        self.stores = bool(os.environ.get("SLAC_HISTORY"))
        if not self.stores:
            print("skipped: what is in the database of slac-history")
            return
        self.database = self.path("history.sqlite")
        files = {"ca": "ca.pem", "certificate": "slac-history.pem", "key": "slac-history.key"}
        options = [word for what, name in files.items() for word in (f"--mqtt-tls-{what}", self.ca.path(name))]
        store = self.add(Program("slac-history", *self.in_cloud(
            os.environ["SLAC_HISTORY"], "--database", self.database, "--mqtt-host", CLOUD, "--mqtt-port", TLS_PORT, *options)))
        store.wait_line("Connected to the MQTT broker")
        self.cloud.wait_line("Sending SUBACK to slac-history")

    def stored(self, what):
        with contextlib.closing(sqlite3.connect(self.database)) as database:
            return database.execute(f"SELECT {what}").fetchall()

    def assert_all_is_stored(self):
        """Each status and each value once."""
        statuses = sorted((status,) for status in self.local.statuses())
        harness.await_true(lambda: sorted(self.stored("status FROM status")) == statuses, "all statuses")
        for topic in [topic for topic in self.local.topics() if topic.startswith(OF_SLACD)]:
            name = topic.rpartition("/")[2]
            harness.await_true(lambda name=name, topic=topic: self.stored(f"count(*) FROM telemetry WHERE name='{name}'")
                               == [(len(self.local.of(topic)),)], f"all values {name}")

    def test_cloud_that_dies_gets_what_it_missed(self):
        self.start_site()
        self.start_store()
        self.start_matching()
        self.tell("state", "A")
        self.session()
        self.history.wait_all_of(self.local)
        self.assertIn(OF_SLACD + "state", self.history.topics())
        self.save_cloud()
        mark = self.local.mark()
        self.cloud.kill()
        self.local.wait(LINE_TOPIC, "0", after=mark)
        self.session()
        self.tell("state", "B")
        self.tell("sessions_matched", *range(30))
        self.start_cloud()
        self.start_history()
        self.history.wait_all_of(self.local)
        self.assert_same_retained()
        if self.stores:
            self.assert_all_is_stored()

    def test_station_that_restarts_keeps_what_waits_for_the_line(self):
        self.start_site()
        self.start_matching()
        self.cut_line()
        self.session()
        self.tell("state", "A", "B")
        # In good order: mosquitto saves at its end.
        self.broker.signal(signal.SIGTERM)
        self.assertEqual(self.broker.exit_code(), 0)
        self.restart_station_broker()
        self.session()
        # Without warning: what it has saved after each SAVED_AFTER changes is there.
        told = 2 * SAVED_AFTER
        self.tell("sessions_matched", *range(told))
        self.local.wait(COUNTED, value(told - 1))
        self.broker.kill()
        self.restart_station_broker()
        self.mend_line()
        self.tell("state", "last")
        self.history.wait(f"telemetry/{STATION}/E1/state", value("last"))
        for topic in self.local.topics():
            here, there = self.local.of(topic), self.history.of(topic)
            if topic == COUNTED:
                self.assertGreaterEqual(len(there), told - SAVED_AFTER)
                here = here[:len(there)]
            elif topic.startswith(OF_SLACD):
                # It tells all anew to a broker that came back; of what was lost it has had the last one only.
                self.history.wait(topic, here[-1])
                continue
            self.assertEqual(there, here, topic)

    def restart_station_broker(self):
        log = self.slacd.mark()
        self.start_station_broker()
        self.broker.wait_line("Sending SUBACK to local|CONNACK to local")
        self.slacd.wait_line("Connected to the MQTT broker", after=log)


if __name__ == "__main__":
    harness.main(["openssl", "nsenter"])
