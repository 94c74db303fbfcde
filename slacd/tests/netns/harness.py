# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: a bench of broker, station, car and slacd in a network of its own.

A test file ends with harness.main(). Everything it makes (interfaces, broker, daemons) vanishes with its namespace.
Without the permission, or without a program, it exits with 77: skipped. The programs under test are named by SLACD,
SLAC_EV, CS_SIM, SLAC_REPLAY, SLAC_TRACE. Each session of slacd leaves a record, and each record is replayed at the end.
"""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import records
from frames import *  # noqa: F401,F403 the tests have all of it from here
from programs import *  # noqa: F401,F403
from sandbox import *  # noqa: F401,F403
from waiting import *  # noqa: F401,F403

TOLERANCE_S = 0.1
# A machine that stands still for so long may spoil what a test tries: a failure is tried again.
STALL_S = 0.05
ATTEMPTS = 3
# Timers that let a fallback be tested in a second.
SHORT_TIMERS = {
    "slac": {"allow_nonstandard_timers": True, "tt_evse_slac_init_ms": 800},
    "pilot": {"step_f_ms": 600, "step_x1_ms": 300},
}
# Timers that let a modem's misbehaviour be over in a second.
MODEM_TIMERS = {
    "slac": {"allow_nonstandard_timers": True},
    "pilot": {"step_f_ms": 400, "step_x1_hlc_ms": 300},
    "modem": {"response_ms": 150, "reset_ms": 1500},
    "bench": {"identify_ms": 100, "poll_ms": 50, "join_poll_max_ms": 50, "supervise_ms": 100, "tt_match_join_ms": 900,
              "t_conn_resume_ms": 900},
}
# A car and a line that lose no time.
FAST_EV = ("--sound-spacing-ms", "5", "--parm-to-start-ms", "5", "--rsp-to-match-ms", "5", "--join-ms", "50")


def with_settings(base, **groups):
    """A configuration with some settings changed: with_settings(MODEM_TIMERS, slac={"amp_map": True})."""
    return {group: {**base.get(group, {}), **groups.get(group, {})} for group in {**base, **groups}}


class Bench(unittest.TestCase):
    """Starts programs for one test, ends them with it and shows their output when it fails."""

    # Whether the log of slacd comes here: what it says of a session is then compared with the session's record.
    reads_log = True
    # Whether start_slacd lets each session leave a record.
    records_sessions = True
    # Who may publish what, as an acl_file of mosquitto; "": everybody everything.
    broker_rights = ""

    def setUp(self):
        self.started = time.monotonic()
        self.programs = []
        self.directory = tempfile.mkdtemp(prefix="slacd-test-")
        # Beside it: a slacd that is another user reaches nothing in the directory of the test.
        self.records = tempfile.mkdtemp(prefix="slacd-records-")
        for directory in (self.directory, self.records):
            self.addCleanup(shutil.rmtree, directory)
        self.addCleanup(self.check_schemas)
        self.addCleanup(self.check_records)
        self.addCleanup(self.kill_programs)
        self.addCleanup(self.await_records)
        self.stalls = StallWatch()
        self.addCleanup(self.stalls.ended.set)

    def run(self, result=None):
        """What fails while this machine stands still says nothing: it is tried again, and says so."""
        for attempt in range(1, ATTEMPTS + 1):
            self.programs = []
            trial = unittest.TestResult()
            super().run(trial)
            if trial.wasSuccessful():
                break
            self.show_programs()
            if self.stalls.worst_s < STALL_S or attempt == ATTEMPTS:
                break
            print(f"{self.id()}: attempt {attempt} failed, the machine stood still for "
                  f"{self.stalls.worst_s * 1e3:.0f} ms; trying again\n{(trial.failures + trial.errors)[0][1]}",
                  flush=True)
        self.report(trial, result)

    def report(self, trial, result):
        result.startTest(self)
        if trial.skipped:
            result.addSkip(self, trial.skipped[0][1])
        elif trial.wasSuccessful():
            result.addSuccess(self)
        else:
            result.failures += trial.failures
            result.errors += trial.errors
            result.stream.writeln("FAIL")
        result.stopTest(self)

    def kill_programs(self):
        for program in reversed(self.programs):
            program.kill()

    def check_schemas(self):
        """Every message of slacd that was seen follows the schema of its name and type."""
        for program in self.programs:
            self.assertEqual(getattr(program, "violations", []), [])

    def await_records(self):
        for program in self.programs:
            if getattr(program, "keeps_records", False) and program.runs():
                await_true(lambda: records.all_written(self.records, program.text()), "each failure leaves a record")

    def check_records(self):
        """Each is replayed to the same, and says the same as the log."""
        log = "\n".join(program.text() for program in self.programs if program.name == "slacd")
        count = records.check(self.records, log if self.reads_log else None)
        if count > 0:
            print(f"session records reproduced: {count}", flush=True)
        for name in os.listdir(self.records):
            os.unlink(os.path.join(self.records, name))

    def show_programs(self):
        print(f"--- worst stall of the machine: {self.stalls.worst_s * 1e3:.0f} ms")
        for program in self.programs:
            print(f"--- {program.name}: {' '.join(program.process.args)}")
            for line in program.output.since():
                print(f"{line.time - self.started:9.3f}  {line.text}")
        sys.stdout.flush()

    def add(self, program):
        self.programs.append(program)
        return program

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, content):
        """A file with text, or with JSON; returns its path."""
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))
        return self.path(name)

    def link(self, evse="evse0", plc="plc0"):
        """Two ends of a power line: slacd's and the car's."""
        ip("link", "add", evse, "type", "veth", "peer", "name", plc)
        self.addCleanup(subprocess.run, ["ip", "link", "del", plc], stderr=subprocess.DEVNULL)
        for name in (evse, plc):
            ip("link", "set", name, "up")

    def capture_on(self, interface):
        capture = Capture(interface)
        self.addCleanup(capture.close)
        return capture

    def start_mosquitto(self, configuration, *, name="mosquitto", wrapper=()):
        """With this configuration file, until it listens."""
        broker = self.add(Program(name, *wrapper, "mosquitto", "-c", configuration))
        broker.wait_line("mosquitto version .* running")
        return broker

    def start_broker(self, *, persistence=True, quiet=False):
        """quiet: without a line for each message."""
        rights = (f"acl_file {self.write('acl', self.broker_rights)}",) if self.broker_rights else ()
        return self.start_mosquitto(self.write("mosquitto.conf", "\n".join([
            f"listener {BROKER_PORT} 127.0.0.1", "allow_anonymous true", "user root", "log_dest stderr",
            *(("log_type error", "log_type information") if quiet else ("log_type all",)),
            "set_tcp_nodelay true", "max_queued_messages 0",
            f"persistence {'true' if persistence else 'false'}", f"persistence_location {self.directory}/", *rights, ""])))

    def save_subscriptions(self, broker):
        """What kill -9 shall leave of the broker's memory: who has subscribed."""
        broker.signal(signal.SIGUSR1)
        await_true(lambda: os.path.exists(self.path("mosquitto.db")), "the broker saves its subscriptions")

    def start_observer(self, broker):
        observer = self.add(Observer())
        broker.wait_line("Sending SUBACK to observer")
        return observer

    def start_station(self, *arguments, evses=(f"{EVSE}=evse0",)):
        outlets = [word for evse in evses for word in ("--evse", evse)]
        return self.add(Program("cs-sim", os.environ["CS_SIM"], *outlets, *arguments))

    def start_slacd(self, configuration=None, *arguments, wrapper=(), rights=("--no-drop",)):
        """As root of the namespace, since the machine need not have a user slacd: test_privileges.py tests that."""
        if configuration is None and not self.records_sessions:
            options = []
        else:
            options = ["--config", self.configure(configuration or {})]
        program = self.add(Program("slacd", *wrapper, os.environ["SLACD"], *rights, *options, *arguments))
        program.keeps_records = self.records_sessions and "record" not in (configuration or {})
        return program

    def configure(self, configuration):
        """The configuration file that start_slacd gives; where the test says nothing of records each session leaves one."""
        recording = {"record": {**records.KEPT, "directory": self.records}} if self.records_sessions else {}
        return self.write("slacd.json", {**recording, **configuration})

    def start_ev(self, *arguments, interface="plc0"):
        """A modem, and a car that waits for "plug"."""
        command = [os.environ["SLAC_EV"], "--interface", interface, "--wait", *arguments]
        program = self.add(Program("slac-ev", *command))
        # It obeys when its modem hears: slacd's first question must not be lost.
        program.say("hello")
        program.wait_line("unknown command 'hello'")
        return program

    def start_others(self, *, station=(), ev=(), evse=f"{EVSE}=evse0"):
        """The bench without slacd."""
        self.link()
        self.capture = self.capture_on("evse0")
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.station = self.start_station(*station, evses=(evse,))
        self.station.wait_line("connected to the broker")
        self.ev = self.start_ev(*ev)

    def start_unserved(self, configuration, *ev):
        """As start_all with a modem that is of no use: up to the station's answer to the first request."""
        self.start_others(ev=(*FAST_EV, *ev))
        self.slacd = self.start_slacd(configuration)
        self.observer.wait_state_after_request()

    def start_all(self, configuration=None, *slacd_arguments, station=(), ev=(), evse=f"{EVSE}=evse0", wrapper=()):
        """The whole bench, up to the point where a car may come."""
        self.start_others(station=station, ev=ev, evse=evse)
        self.slacd = self.start_slacd(configuration, *slacd_arguments, wrapper=wrapper)
        self.observer.wait_service("ready")
        self.slacd.wait_line("Modem has confirmed its key")
        # A car that came before the station has done what it was asked for would be shown without PWM.
        self.observer.wait_state_after_request()

    def start_two_sites(self, *, station=(), ev=(), other_ev=()):
        """Broker and station with two outlets, EVSE and OTHER, and at each a modem and a car: self.ev,
        self.other_ev."""
        self.link()
        self.link("evse1", "plc1")
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.station = self.start_station(*station, evses=(f"{EVSE}=evse0", f"{OTHER}=evse1"))
        self.station.wait_line("connected to the broker")
        self.ev = self.start_ev(*ev)
        self.other_ev = self.start_ev("--modem-mac", "02:50:4c:00:00:02", "--ev-mac", "02:45:56:00:00:02", *other_ev,
                                      interface="plc1")

    def plug(self):
        """The station sees the car; it does not speak yet."""
        mark = self.slacd.mark()
        self.station.say("plug")
        return self.slacd.wait_line("Vehicle is connected", after=mark)

    def assert_time(self, came_s, due_s, what):
        """Within TOLERANCE_S, plus what the machine itself was late."""
        self.assertAlmostEqual(came_s, due_s, delta=TOLERANCE_S + self.stalls.worst_s, msg=what)

    def assert_matches(self, observer_mark=None):
        """A car comes and gets a link."""
        mark = self.observer.mark() if observer_mark is None else observer_mark
        ev_mark = self.ev.mark()
        self.plug()
        self.ev.say("plug")
        self.ev.wait_line("link up", after=ev_mark)
        self.observer.wait_slac("matched", after=mark)
        self.assertEqual(self.observer.slac_statuses(mark), ["matching", "matched"])

    def assert_stays_matched(self, cycles):
        """For so many answered questions for the link; the modem must answer CM_NW_STATS."""
        mark = self.observer.mark()
        keys = len(self.key_requests())
        for _ in range(cycles):
            self.capture.wait(CM_NW_STATS_CNF, after=self.capture.frames.mark())
            self.assertEqual(self.observer.slac_statuses(mark), [])
        self.assertEqual(self.link_status(), "connected")
        self.assertEqual(len(self.key_requests()), keys)

    def fault(self, faults, program=None):
        """The modem misbehaves in this way from now on."""
        program = program or self.ev
        mark = program.mark()
        program.say(f"fault {faults}")
        program.wait_line(f"misbehaves: {re.escape(faults)}", after=mark)

    def stop_programs(self):
        """The bench is as before start_all."""
        self.check_schemas()
        self.await_records()
        self.kill_programs()
        self.check_records()
        self.programs.clear()
        ip("link", "del", "plc0")

    def frames_of(self, mmtypes, after=0):
        """Frames on evse0 so far, of one type or several: a frame sent behind them has been captured too."""
        self.markers = getattr(self, "markers", 0) + 1
        marker = bytes.fromhex("ffffffffffff 0200000000fe 88e1 01 ff1f 0000") + self.markers.to_bytes(41, "big")
        send_frames("plc0", [marker])
        self.capture.frames.wait(lambda frame: frame.octets == marker, "the marker", after=after)
        wanted = mmtypes if isinstance(mmtypes, tuple) else (mmtypes,)
        return [frame for frame in self.capture.frames.since(after) if frame.mmtype in wanted]

    def key_requests(self, after=0):
        """The keys the modem was told to take."""
        return [frame.octets[SET_KEY_REQ_KEY] for frame in self.frames_of(CM_SET_KEY_REQ, after)]

    def outcome(self, mark):
        """What was reported since then, with its reason."""
        return [(message.slac, message.data.get("reason", "")) for message in self.observer.messages.since(mark)
                if message.slac]

    def ask(self, what, name):
        """The station asks; returns slacd's answer."""
        mark = self.observer.mark()
        self.station.say(f"request {what}")
        request = self.observer.wait_request(name, after=mark)
        return self.observer.wait_response(request.id, after=mark)

    @staticmethod
    def metrics(family, where):
        """The page of slacd, served at the address (host, port) or the path."""
        with socket.socket(family) as http:
            http.connect(where)
            http.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            return b"".join(iter(lambda: http.recv(65536), b"")).decode()

    def link_status(self):
        return self.ask("link_status", "slac_link_status").data["status"]

    def data_link(self, action):
        log = self.slacd.mark()
        self.station.say(f"data_link {action}")
        self.slacd.wait_line("Inbound MQTT message.*slac_data_link", after=log)

    def plug_both(self):
        """The station sees the car and it speaks; returns the observer's mark from before."""
        mark = self.observer.mark()
        self.plug()
        self.ev.say("plug")
        return mark

    def unplug_both(self, key_within=PATIENCE_S):
        """The car leaves and, where it was matched, the modem has its next key."""
        matched = self.observer.slac_statuses()[-1:] == ["matched"]
        mark = self.observer.mark()
        log = self.slacd.mark()
        self.station.say("unplug")
        self.ev.say("unplug")
        self.observer.wait_slac("unmatched", after=mark)
        if matched:
            self.slacd.wait_line("Modem has confirmed its key", key_within, log)

    def assert_next_car_matches(self):
        self.unplug_both()
        self.assert_matches()

    def complaints(self):
        """What slacd has warned of; not that the timers are shortened, that a setting is for benches, or of --no-drop."""
        return self.slacd.lines("^[^ ]+ +(WARN|ERROR) (?!.*(Timers outside the standard|Settings for benches|stays root))")

    def assert_said_once(self, pattern):
        self.slacd.wait_line(pattern)  # it may still be on its way when everything else has been seen
        lines = self.slacd.lines(pattern)
        self.assertEqual(len(lines), 1, f"{pattern}: {lines}")
