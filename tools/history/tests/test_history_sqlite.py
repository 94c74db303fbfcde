# SPDX-License-Identifier: Apache-2.0
"""Real mosquitto and SQLite: what the broker has acknowledged to the publisher is stored, whoever is killed."""
import contextlib
import os
import pathlib
import resource
import signal
import sqlite3
import subprocess
import time

from history_bench import Bench, Publisher, await_true, kill, main, program


class Sqlite(Bench):
    def setUp(self):
        super().setUp()
        self.database = f"{self.directory}/h.sqlite"

    def ask(self, sql):
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            return database.execute(sql).fetchall()

    def numbers(self):
        return {number for number, in self.ask("SELECT number FROM telemetry")}

    def await_subscription(self):
        """A value comes through; it is put away again."""
        self.await_log("The database is there.")
        self.await_log("Connected to the MQTT broker")
        self.publish("telemetry/S1/E1/state", '{"value":"matched","sampling_time":"2026-11-27T08:00:00.000Z"}')
        await_true(lambda: self.ask("SELECT 1 FROM telemetry"), "the value is there")
        with contextlib.closing(sqlite3.connect(self.database)) as database:
            database.execute("DELETE FROM telemetry")
            database.commit()

    def test_killed_under_load(self):
        """SIGKILL at any moment: what was not stored was not acknowledged, and comes again."""
        self.start_history(self.database)
        self.await_subscription()
        publisher = Publisher(self.broker.socket, rate=2000)
        publisher.start()
        for _ in range(5):
            time.sleep(0.3)
            kill(self.history)
            self.start_history(self.database)
        time.sleep(0.4)
        publisher.finish()
        self.assertGreater(len(publisher.acknowledged), 1000)
        await_true(lambda: len(self.numbers()) >= len(publisher.acknowledged), "all rows are there")
        self.assertEqual(self.numbers(), publisher.acknowledged)
        self.stop_history()

    def test_what_was_said_while_it_was_away(self):
        self.start_history(self.database)
        self.await_subscription()
        self.stop_history()
        publisher = Publisher(self.broker.socket, rate=5000)
        publisher.start()
        await_true(lambda: len(publisher.acknowledged) > 1500, "messages are acknowledged")
        publisher.finish()
        self.assertEqual(self.numbers(), set())
        self.start_history(self.database)
        await_true(lambda: len(self.numbers()) >= len(publisher.acknowledged), "all rows are there")
        self.assertEqual(self.numbers(), publisher.acknowledged)
        # At its end it stores what it has read.
        self.stop_history()
        self.assertIn("Counters. rows=", self.log())

    def test_broker_and_history_killed(self):
        """mosquitto has saved the session; what it had acknowledged and not sent yet is its own to lose."""
        self.start_history(self.database)
        self.await_subscription()
        self.broker.save()
        publisher = Publisher(self.broker.socket, rate=400)
        publisher.lag = lambda: len(publisher.acknowledged) - len(self.numbers()) > 100
        publisher.start()
        for _ in range(2):
            time.sleep(0.4)
            self.broker.kill_when_it_has_sent_all()
            self.broker.start()
            time.sleep(0.3)
            kill(self.history)
            self.start_history(self.database)
        time.sleep(0.3)
        publisher.finish()
        self.assertGreater(len(publisher.acknowledged), 200)
        await_true(lambda: publisher.acknowledged <= self.numbers(), "all rows are there")
        self.assertEqual(self.numbers(), publisher.acknowledged)

    def test_disk_that_is_full(self):
        """No file may grow beyond some octets, neither database nor spool: what comes then waits at the broker."""
        self.start_history(self.database)
        self.await_subscription()
        resource.prlimit(self.history.pid, resource.RLIMIT_FSIZE, (40000, resource.RLIM_INFINITY))
        publisher = Publisher(self.broker.socket, rate=5000)
        publisher.start()
        self.await_log("The database is away, rows wait in the spool.")
        self.await_log("Rows cannot be kept, and wait at the broker")
        before = len(publisher.acknowledged)
        await_true(lambda: len(publisher.acknowledged) > before + 200, "the broker goes on")
        publisher.finish()
        resource.prlimit(self.history.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await_true(lambda: len(self.numbers()) >= len(publisher.acknowledged), "all rows are there")
        self.assertEqual(self.numbers(), publisher.acknowledged)
        self.assertEqual(self.log().count("Rows cannot be kept, and"), 1)
        self.await_log("Rows can be kept again.")
        self.stop_history()

    def test_bad_payloads_and_statuses(self):
        self.start_history(self.database, "--status", "GARAGE=josev/cs", "--refused-max", "2")
        self.await_log("Connected to the MQTT broker")
        self.await_log("The database is there.")
        for payload in ("{", "\x01", "[]", "{}"):
            self.publish("telemetry/S1/E1/state", payload)
        self.publish("josev/cs", '{"id":"1","name":"slac_service_status","type":"update","data":{"evse_id":"E1",'
                                 '"run_id":"0x0011223344556677","status":"failed","reason":"no_sounds"}}')
        await_true(lambda: self.ask("SELECT 1 FROM status"), "the status is there")
        self.assertEqual(self.ask("SELECT station, message_id, evse_id, status, reason FROM status"),
                         [("GARAGE", "1", "E1", "failed", "no_sounds")])
        self.assertEqual(self.ask("SELECT topic, payload FROM refused ORDER BY id"),
                         [("telemetry/S1/E1/state", b"[]"), ("telemetry/S1/E1/state", b"{}")])
        self.assertEqual(self.log().count("Payload put aside"), 1)
        self.stop_history()
        self.assertIn("refused=4", self.log())

    def test_without_options(self):
        """The usual topics, and a file and a spool in this directory."""
        with open(self.log_path, "ab") as log:
            self.history = subprocess.Popen([program()], cwd=self.directory, env={**os.environ, "MQTT_HOST": self.broker.socket},
                                            stdout=log, stderr=log)
        self.addCleanup(kill, self.history)
        self.database = f"{self.directory}/slac-history.sqlite"
        self.await_subscription()
        self.publish("stations/S1/josev/cs", '{"id":"1","name":"slac_service_status","type":"update","data":{"evse_id":"E1",'
                                             '"run_id":"0x0011223344556677","status":"matching","ev_mac":"00:18:87:00:A1:D6"}}')
        await_true(lambda: self.ask("SELECT station, status FROM status") == [("S1", "matching")], "the status is there")
        self.assertTrue(os.path.isdir(f"{self.database}.spool"))
        self.stop_history()

    def test_second_process_on_the_spool(self):
        self.start_history(self.database)
        self.await_log("The database is there.")
        done = subprocess.run([program(), "--mqtt-host", self.broker.socket, "--database", self.database, "--spool",
                               f"{self.directory}/spool"], capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("another slac-history uses it", done.stderr)

    def test_wrong_use(self):
        for options, said in ((["--batch", "0"], "--batch '0': expected 1 to 4096 (rows)"),
                              (["--telemetry", "a/#"], "expected a filter"), (["nonsense"], "unexpected argument"),
                              (["--status", "josev/cs"], "STATION=TOPIC"), (["--mqtt-password-file", "x"], "--mqtt-user"),
                              *((["--database", text], "--database (SLAC_HISTORY_DATABASE): expected the path of a SQLite file")
                                for text in ("host=db dbname=history", "postgresql:/history", "mysql://db/history", ":memory:"))):
            done = subprocess.run([program(), "collect", *options], capture_output=True, text=True, timeout=20, check=False)
            self.assertEqual((done.returncode, said in done.stderr), (2, True), done.stderr)

    def test_database_that_is_away(self):
        """A directory in its place: rows wait, and follow when it is gone."""
        os.mkdir(self.database)
        self.start_history(self.database)
        self.await_log("Connected to the MQTT broker")
        self.await_log("The database is away, rows wait in the spool.")
        self.publish("telemetry/S1/E1/state", '{"value":"matched","sampling_time":"2026-11-27T09:10:11.123Z"}')
        spool = pathlib.Path(self.directory, "spool")
        await_true(lambda: any(path.stat().st_size > 0 for path in spool.glob("*.rows")), "the row is in the spool")
        self.history.send_signal(signal.SIGKILL)
        self.history.wait()
        os.rmdir(self.database)
        self.start_history(self.database)
        self.await_log("The spool is empty.")
        self.assertEqual(self.ask("SELECT station, name, text FROM telemetry"), [("S1", "state", "matched")])
        self.assertEqual(self.log().count("is away"), 1)
        self.stop_history()


if __name__ == "__main__":
    main()
