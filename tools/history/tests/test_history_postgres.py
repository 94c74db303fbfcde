# SPDX-License-Identifier: Apache-2.0
"""Real mosquitto and PostgreSQL: what the broker has acknowledged to the publisher is stored, whoever is killed."""
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time

import report_rows
from history_bench import Bench, Postgres, Publisher, await_true, kill, main, program, require_postgres

STATE = '{"value":%s,"sampling_time":"2026-11-27T08:00:00.00%dZ"}'


class Server(Bench):
    """One server for all tests; each has a database of its own."""
    postgres = None
    databases = 0

    def setUp(self):
        super().setUp()
        if Server.postgres is None:
            Server.home = tempfile.mkdtemp(prefix="slac-history-test-")
            Server.postgres = Postgres(Server.home)
        Server.databases += 1
        self.name = f"history{Server.databases}"
        self.url = self.postgres.url.replace("/history?", f"/{self.name}?")
        self.postgres.sql(f"CREATE DATABASE {self.name}", "postgres")

    def sql(self, text):
        return self.postgres.sql(text, self.name)

    def numbers(self):
        try:
            return {int(line) for line in self.sql("SELECT number FROM telemetry WHERE number IS NOT NULL").split()}
        except subprocess.CalledProcessError:
            return set()  # PostgreSQL is away

    def await_subscription(self):
        self.await_log("The database is there.")
        self.await_log("Connected to the MQTT broker")
        self.publish("telemetry/S1/E1/state", STATE % ('"matched"', 0))
        await_true(lambda: self.sql("SELECT 1 FROM telemetry"), "the value is there")


class Killed(Server):
    def test_all_killed_under_load(self):
        self.start_history(self.url)
        self.await_subscription()
        self.broker.save()
        publisher = Publisher(self.broker.socket, rate=400)
        publisher.start()
        for _ in range(2):
            time.sleep(0.4)
            self.postgres.kill()
            time.sleep(0.4)
            kill(self.history)  # with rows in the spool
            self.start_history(self.url)
            time.sleep(0.2)
            self.postgres.start()
            # mosquitto loses what it has acknowledged and not sent: it is given the time to send it.
            publisher.lag = lambda: len(publisher.acknowledged) - len(self.numbers()) > 100
            await_true(lambda: not publisher.lag(), "the spool follows")
            time.sleep(0.2)
            self.broker.kill_when_it_has_sent_all()
            self.broker.start()
            publisher.lag = lambda: False
        time.sleep(0.3)
        publisher.finish()
        self.assertGreater(len(publisher.acknowledged), 300)
        await_true(lambda: publisher.acknowledged <= self.numbers(), "all rows are there")
        self.assertEqual(self.numbers(), publisher.acknowledged)
        self.assertIn("rows wait in the spool", self.log())
        self.assertIn("The spool is empty.", self.log())
        self.assertNotIn("given up. total", self.log())

    def test_server_that_restarts_is_said_once(self):
        self.start_history(self.url)
        self.await_subscription()
        self.postgres.kill()
        self.publish("telemetry/S1/E1/state", STATE % ('"failed"', 1))
        self.await_log("rows wait in the spool")
        self.postgres.start()
        await_true(lambda: self.sql("SELECT count(*) FROM telemetry") == "2", "the row of the spool is there")
        self.stop_history()
        reasons = re.findall("is away.* reason=(.*)", self.log())  # it is lost, then not there, then starts
        self.assertEqual(len(reasons), len(set(reasons)), reasons)


class Rows(Server):
    def test_rows_as_they_are(self):
        self.start_history(self.url, "--status", "GARAGE=josev/cs", "--refused-max", "2")
        self.await_subscription()
        self.publish("telemetry/S1/E1/modem_version", STATE % ('"it\'s {\\"odd\\", \\\\\\\\}"', 1))
        self.publish("telemetry/S1/E1/attenuation_db", STATE % ("20.5", 2))
        self.publish("telemetry/S1/E1/attenuation_db", STATE % ("null", 3))
        self.publish("telemetry/S1/E1/reason", '{"value":"","sampling_time":"9999-12-31T23:59:59.999Z"}')
        for payload in ("{", "[]", "\x01\\'"):
            self.publish("telemetry/S1/E1/state", payload)
        # What comes again is no row of any table.
        self.publish("telemetry/S1/E1/attenuation_db", STATE % ("20.5", 2))
        for _ in range(2):
            self.publish("josev/cs", '{"id":"1","name":"slac_service_status","type":"update","data":{"evse_id":"E1",'
                                     '"run_id":"0x0011223344556677","status":"failed","reason":"no_sounds",'
                                     '"sampling_time":"2026-11-27T08:00:00.123Z"}}')
        await_true(lambda: self.sql("SELECT 1 FROM status"), "the status, which was said last, is there")
        self.stop_history()
        self.sql("SET timezone = 'UTC'; ALTER DATABASE " + self.name + " SET timezone = 'UTC'")
        self.assertEqual(self.sql("SELECT name, sampling_time, number, text FROM telemetry ORDER BY sampling_time").split("\n"),
                         ["state|2026-11-27 08:00:00+00||matched", 'modem_version|2026-11-27 08:00:00.001+00||it\'s {"odd", \\\\}',
                          "attenuation_db|2026-11-27 08:00:00.002+00|20.5|", "attenuation_db|2026-11-27 08:00:00.003+00||",
                          "reason|9999-12-31 23:59:59.999+00||"])
        self.assertEqual(self.sql("SELECT station, message_id, evse_id, sampling_time, status, reason, run_id, ev_mac, attenuation_db,"
                                  " record IS NULL, received_time > '2020-01-01' FROM status"),
                         "GARAGE|1|E1|2026-11-27 08:00:00.123+00|failed|no_sounds|0x0011223344556677|||t|t")
        self.assertEqual(self.sql("SELECT encode(payload, 'hex') FROM refused ORDER BY id").split(), ["5b5d", "015c27"])

    def test_database_that_refuses(self):
        """A wrong user, and tables of a later version: each is said once, and then it goes on."""
        self.start_history(self.url.replace("user=postgres", "user=nobody-of-this-name&password=secret-word"))
        self.await_log('role "nobody-of-this-name" does not exist')
        self.stop_history()
        self.start_history(self.url)
        self.await_subscription()
        self.stop_history()
        self.sql("UPDATE schema_version SET version = 2")
        self.start_history(self.url)
        self.await_log("it has tables of version 2, and this slac-history knows version 1")
        self.publish("telemetry/S1/E1/state", STATE % ('"failed"', 1))
        self.sql("UPDATE schema_version SET version = 1")
        await_true(lambda: self.sql("SELECT count(*) FROM telemetry") == "2", "the row of the spool is there")
        self.stop_history()
        self.assertNotIn("secret-word", self.log())

    def test_address_that_cannot_be_read(self):
        for command in ([], ["report"]):
            done = subprocess.run([program(), *command, "--database", "postgresql://slac:secret-word@[::1/history"], capture_output=True,
                                  text=True, timeout=20, check=False)
            self.assertEqual((done.returncode, "expected the path of a SQLite file" in done.stderr), (2, True), done.stderr)
            self.assertNotIn("secret-word", done.stderr)

    def test_server_that_says_nothing(self):
        """It takes connections, and no more: nobody waits for it longer than 5 s."""
        with socket.socket(socket.AF_UNIX) as silent:
            silent.bind(f"{self.directory}/.s.PGSQL.5432")
            silent.listen()
            self.start_history(f"postgresql:///history?host={self.directory}&user=postgres")
            self.await_log("Connected to the MQTT broker")
            self.publish("telemetry/S1/E1/state", STATE % ('"failed"', 1))
            self.await_log("failed: it does not answer")
            await_true(lambda: any(pathlib.Path(self.directory, "spool").glob("*.rows")), "the row is in the spool")
            self.stop_history()

    def test_row_that_a_trigger_forbids(self):
        self.start_history(self.url)
        self.await_subscription()
        self.sql("ALTER TABLE telemetry ADD CONSTRAINT no_four CHECK (number <> 4)")
        self.sql("CREATE FUNCTION forbid() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF new.number = 6 THEN"
                 " RAISE EXCEPTION 'no six'; END IF; RETURN new; END $$;"
                 "CREATE TRIGGER forbid BEFORE INSERT ON telemetry FOR EACH ROW EXECUTE FUNCTION forbid()")
        for number in (3, 4, 5, 6, 7):
            self.publish("telemetry/S1/E1/sessions_matched", STATE % (number, number))
        await_true(lambda: self.numbers() == {3, 5, 7} and self.sql("SELECT count(*) FROM refused") == "2", "the others are there")
        self.assertIn("S1/E1/sessions_matched|the database: ", self.sql("SELECT topic, reason FROM refused"))
        self.await_log("The database does not take a row, which is put aside.")
        self.stop_history()

    def test_report_is_that_of_a_file_with_the_same_rows(self):
        said = subprocess.run([program(), "report", "--database", "missing"], capture_output=True, text=True, check=False).stderr
        if "was built without SQLite" in said:
            self.skipTest(said.strip())
        rows = report_rows.mess(1500)
        script = pathlib.Path(self.directory, "rows.sql")
        script.write_text(report_rows.postgres_sql(rows))
        os.chmod(self.directory, 0o755)
        self.sql(f"\\i {script}")
        report_rows.sqlite_file(f"{self.directory}/PostgreSQL", rows)

        def report(database, *options):
            return subprocess.run([program(), "report", "--database", database, *options], cwd=self.directory, check=True,
                                  capture_output=True, text=True).stdout
        for options in (["--format", "html"], ["--by", "day,station,reason,maker", "--format", "csv"],
                        ["--from", "2026-11-28", "--to", "2026-11-28", "--station", "S1"]):
            from_server, from_file = report(self.url, *options), report("PostgreSQL", *options)
            self.assertGreater(len(from_server), 500)
            self.assertEqual(from_server, from_file)

    def test_hypertable_is_made_where_timescale_is(self):
        """Debian has no TimescaleDB: what is called is played by a function of that name."""
        self.sql("CREATE TABLE made (said text); CREATE FUNCTION create_hypertable(relation regclass, time_column name) RETURNS void"
                 " LANGUAGE sql AS $$ INSERT INTO made VALUES (relation::text || ' ' || time_column) $$;"
                 " INSERT INTO pg_extension SELECT 99999, 'timescaledb', 10, oid, false, '2.14', NULL, NULL"
                 " FROM pg_namespace WHERE nspname = 'public'")
        self.start_history(self.url)
        self.await_subscription()
        self.stop_history()
        self.assertEqual(self.sql("SELECT said FROM made"), "telemetry sampling_time")


def tearDownModule():
    if Server.postgres is not None:
        kill(Server.postgres.process)
        shutil.rmtree(Server.home, ignore_errors=True)


if __name__ == "__main__":
    require_postgres()
    main()
