# SPDX-License-Identifier: Apache-2.0
"""mosquitto, PostgreSQL and slac-history for a test, on Unix sockets in a directory of its own, and who publishes."""
import functools
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "slacd/tests/netns"))

import waiting  # noqa: E402
from sandbox import require_programs, skip  # noqa: E402

PATIENCE_S = 20.0
CONNECT, CONNACK, PUBLISH, PUBACK = 1, 2, 3, 4
POSTGRES_PROGRAMS = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1:]


def program():
    path = os.environ.get("SLAC_HISTORY", "")
    if not os.access(path, os.X_OK):
        skip("the environment variable SLAC_HISTORY names no program")
    return path


await_true = functools.partial(waiting.await_true, within=PATIENCE_S)


def kill(process):
    process.kill()
    process.wait()


class Mosquitto:
    """Kept sessions and queues outlive it; nothing of a queue is dropped."""

    def __init__(self, directory):
        self.socket = f"{directory}/mosquitto.sock"
        self.saved = pathlib.Path(directory, "mosquitto.db")
        self.config = pathlib.Path(directory, "mosquitto.conf")
        self.config.write_text(
            f"listener 0 {self.socket}\nallow_anonymous true\npersistence true\npersistence_location {directory}/\n"
            "max_queued_messages 0\nmax_inflight_messages 0\nlog_type error\n"
            + ("user root\n" if os.geteuid() == 0 else ""))
        self.process = None

    def start(self):
        pathlib.Path(self.socket).unlink(missing_ok=True)
        self.process = subprocess.Popen(["mosquitto", "-c", self.config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        await_true(lambda: os.path.exists(self.socket), "mosquitto listens")

    def save(self):
        """What it does every half an hour, and where it is told to."""
        self.saved.unlink(missing_ok=True)
        self.process.send_signal(signal.SIGUSR1)
        await_true(self.saved.exists, "mosquitto saves its sessions")

    def kill_when_it_has_sent_all(self):
        """Stopped first: what it has acknowledged and not sent yet it would lose, whoever listens."""
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(0.3)
        kill(self.process)


class Postgres:
    """Owned by the user postgres where the test is root, which PostgreSQL does not run as."""

    def __init__(self, directory, fsync="off"):
        """fsync: in tests nobody cuts the power."""
        self.fsync = fsync
        self.directory = f"{os.path.abspath(directory)}/postgres"
        self.url = f"postgresql:///history?host={self.directory}&user=postgres"
        self.bin = POSTGRES_PROGRAMS[0]
        self.as_user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        self.process = None
        os.mkdir(self.directory)
        if self.as_user:
            os.chmod(directory, 0o755)
            shutil.chown(self.directory, **self.as_user)
        self._run(self.bin / "initdb", "-D", f"{self.directory}/data", "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8",
                  "--locale=C")
        self.start()
        self.sql("CREATE DATABASE history", "postgres")

    def _run(self, *command):
        return subprocess.run(command, check=True, capture_output=True, text=True, cwd=self.directory, **self.as_user).stdout

    def start(self):
        self.process = subprocess.Popen(
            [self.bin / "postgres", "-D", f"{self.directory}/data", "-k", self.directory, "-c", "listen_addresses=", "-c", f"fsync={self.fsync}",
             "-c", "allow_system_table_mods=on"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.directory, **self.as_user)
        await_true(self.answers, "PostgreSQL answers")

    def answers(self):
        return subprocess.run([self.bin / "pg_isready", "-h", self.directory, "-q"], check=False).returncode == 0

    def sql(self, text, database="history"):
        return self._run(self.bin / "psql", "-h", self.directory, "-U", "postgres", "-d", database, "-qAt", "-v", "ON_ERROR_STOP=1", "-c",
                         text).strip()

    def kill(self):
        kill(self.process)
        shutil.rmtree(f"{self.directory}/.s.PGSQL.5432", ignore_errors=True)


class Publisher(threading.Thread):
    """
    Publishes numbered values with QoS 1, again after each loss of the connection, until they are acknowledged. At most
    `window` wait for that at a time, and none is published while `lag` says so.
    """

    def __init__(self, path, rate, window=32):
        super().__init__(daemon=True)
        self.path, self.pause_s, self.window = path, 1 / rate, window
        self.lag = lambda: False
        self.ending = False
        self.next = 0
        self.waiting = {}  # packet id: number
        self.acknowledged = set()
        self.connection = None

    def run(self):
        while not self.ending or self.waiting:
            try:
                self._connect()
                for packet_id, number in list(self.waiting.items()):
                    self._publish(packet_id, number)
                self._go_on()
            except OSError:
                time.sleep(0.05)
        self.connection.close()

    def finish(self):
        self.ending = True
        self.join(PATIENCE_S)
        if self.is_alive():
            raise AssertionError("the broker does not acknowledge")

    def _connect(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.settimeout(1)
        self.connection.connect(self.path)
        body = b"\x00\x04MQTT\x04\x02\x00\x00\x00\x03pub"
        self.connection.sendall(bytes([CONNECT << 4, len(body)]) + body)
        self._exactly(4)

    def _exactly(self, count):
        octets = b""
        while len(octets) < count:
            more = self.connection.recv(count - len(octets))
            if not more:
                raise ConnectionError
            octets += more
        return octets

    def _publish(self, packet_id, number):
        at = f"2026-11-27T09:{number // 60000 % 60:02}:{number // 1000 % 60:02}.{number % 1000:03}Z"
        topic = f"telemetry/S{number % 7}/DE*SIM*E{number % 3}/sessions_matched".encode()
        payload = json.dumps({"value": number, "sampling_time": at}).encode()
        body = len(topic).to_bytes(2, "big") + topic + packet_id.to_bytes(2, "big") + payload
        length = bytes([len(body) % 128 | 0x80, len(body) // 128])
        self.connection.sendall(bytes([PUBLISH << 4 | 2]) + length + body)

    def _take_acknowledgement(self):
        octets = self._exactly(4)
        if octets[0] == PUBACK << 4:
            self.acknowledged.add(self.waiting.pop(int.from_bytes(octets[2:], "big")))

    def _go_on(self):
        due = time.monotonic()
        while not self.ending or self.waiting:
            if self.ending or len(self.waiting) >= self.window:
                self._take_acknowledgement()
                continue
            while self.waiting and self._is_readable():
                self._take_acknowledgement()
            if self.lag():
                time.sleep(0.005)
                continue
            packet_id = self.next % 65535 + 1
            number = self.waiting[packet_id] = self.next
            self.next += 1
            self._publish(packet_id, number)
            due = max(due + self.pause_s, time.monotonic() - 0.1)
            time.sleep(max(0, due - time.monotonic()))

    def _is_readable(self):
        self.connection.setblocking(False)
        try:
            return bool(self.connection.recv(1, socket.MSG_PEEK))
        except BlockingIOError:
            return False
        finally:
            self.connection.settimeout(1)


class Bench(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="slac-history-test-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.broker = Mosquitto(self.directory)
        self.broker.start()
        self.addCleanup(lambda: kill(self.broker.process))
        self.log_path = pathlib.Path(self.directory, "log")
        self.history = None

    def start_history(self, database, *options):
        with open(self.log_path, "ab") as log:
            self.history = subprocess.Popen(
                [program(), "--mqtt-host", self.broker.socket, "--database", database, "--spool", f"{self.directory}/spool", *options],
                stdout=log, stderr=log)
        self.addCleanup(kill, self.history)

    def stop_history(self):
        self.history.terminate()
        self.assertEqual(self.history.wait(PATIENCE_S), 0, self.log())

    def log(self):
        return self.log_path.read_text()

    def await_log(self, text, count=1):
        try:
            await_true(lambda: self.log().count(text) >= count, f"{count} times in the log: {text}")
        except AssertionError:
            print(self.log())
            raise

    def publish(self, topic, payload):
        subprocess.run(["mosquitto_pub", "--unix", self.broker.socket, "-q", "1", "-t", topic, "-m", payload], check=True)


def main():
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    program()
    require_programs(["mosquitto", "mosquitto_pub"])
    unittest.main(verbosity=2)


def require_postgres():
    if not POSTGRES_PROGRAMS:
        skip("PostgreSQL is not installed")
    if os.geteuid() == 0:
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            skip("there is no user postgres")
