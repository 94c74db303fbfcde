# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: a private network, programs that are awaited, not slept for, and frames.

A test file ends with harness.main(). It starts itself again inside a network and process namespace of its
own, so everything it makes (interfaces, broker, daemons) vanishes with it. Without the permission, or without
a program, it exits with 77: skipped. The programs under test are named by SLACD, SLAC_EV, CS_SIM.
"""
import errno
import json
import os
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from schema import violation

SKIPPED = 77
NAMESPACE_MARK = "SLACD_TEST_NAMESPACE"
BROKER_PORT = 1883
EVSE = "DE*TST*E1"
OTHER = "DE*TST*E2"
# What slacd reads; everything else on the broker is slacd's and must follow its schema.
STATION_TOPICS = ("cs/josev", "iso15118/slac")
# An awaited event comes within milliseconds; this is for a machine that is busy with other tests.
PATIENCE_S = 10.0
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
    "slac": {"allow_nonstandard_timers": True, "tt_match_join_ms": 900},
    "pilot": {"step_f_ms": 400},
    "modem": {"identify_ms": 100, "response_ms": 150, "poll_ms": 50, "supervise_ms": 100, "reset_ms": 1500},
}
# A car and a line that lose no time.
FAST_EV = ("--sound-spacing-ms", "5", "--parm-to-start-ms", "5", "--rsp-to-match-ms", "5", "--join-ms", "50")


def with_settings(base, **groups):
    """A configuration with some settings changed: with_settings(MODEM_TIMERS, slac={"amp_map": True})."""
    return {group: {**base.get(group, {}), **groups.get(group, {})} for group in {**base, **groups}}


# --- Starting the test file in a namespace of its own ---


def skip(reason):
    print("skipped:", reason)
    sys.exit(SKIPPED)


def unshare_command():
    """The first way that is permitted here. A /proc of its own is for the leak sanitizer."""
    command = ["unshare", "--net", "--pid", "--fork", "--kill-child"]
    if os.geteuid() != 0:
        command += ["--user", "--map-root-user"]
    for attempt in ([*command, "--mount-proc"], command):
        allowed = subprocess.run([*attempt, "true"], capture_output=True, text=True)
        if allowed.returncode == 0:
            return attempt
    skip(f"no permission for a network namespace: {allowed.stderr.strip()}")


def require_programs(names):
    for name in names:
        if shutil.which(name) is None:
            skip(f"the program {name} is not installed")


def main(programs=()):
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    require_programs(["unshare", "ip", "mosquitto", "mosquitto_sub", "mosquitto_pub", *programs])
    for variable in ("SLACD", "SLAC_EV", "CS_SIM"):
        if not os.access(os.environ.get(variable, ""), os.X_OK):
            skip(f"the environment variable {variable} names no program")
    if NAMESPACE_MARK not in os.environ:
        os.environ[NAMESPACE_MARK] = "1"
        os.execvp("unshare", [*unshare_command(), sys.executable, *sys.argv])
    ip("link", "set", "lo", "up")
    unittest.main(verbosity=2)


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


def await_true(condition, what, within=PATIENCE_S):
    """For the few things that tell nobody when they change."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what}")
        time.sleep(0.005)


# --- Things that arrive over time ---


class Stream:
    """A growing list of items, each with the time of its arrival, that can be waited for."""

    def __init__(self):
        self.items = []
        self.grown = threading.Condition()

    def append(self, item):
        with self.grown:
            self.items.append(item)
            self.grown.notify_all()

    def mark(self):
        """For `after`: only what arrives from now on."""
        with self.grown:
            return len(self.items)

    def since(self, after=0):
        with self.grown:
            return self.items[after:]

    def wait(self, wanted, what, within=PATIENCE_S, after=0):
        """The first item for which wanted(item) is true."""
        deadline = time.monotonic() + within
        with self.grown:
            while True:
                for item in self.items[after:]:
                    if wanted(item):
                        return item
                after = max(after, len(self.items))
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"not within {within} s: {what}")
                self.grown.wait(left)

    def never(self, wanted, what, during, after=0):
        """Watches for a while, and fails as soon as such an item arrives."""
        try:
            item = self.wait(wanted, what, during, after)
        except AssertionError:
            return
        raise AssertionError(f"must not happen: {what}: {item}")


class Line:
    def __init__(self, text):
        self.time = time.monotonic()
        self.text = text

    def __repr__(self):
        return self.text


class Program:
    """A running program; its output is read line by line as it comes."""

    def __init__(self, name, *command, cwd=None):
        self.name = name
        self.output = Stream()
        self.process = subprocess.Popen(
            [str(word) for word in command], cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", bufsize=1)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.output.append(Line(line.rstrip("\n")))

    def say(self, *lines):
        for line in lines:
            self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def mark(self):
        return self.output.mark()

    def wait_line(self, pattern, within=PATIENCE_S, after=0):
        return self.output.wait(lambda line: re.search(pattern, line.text), f"{self.name} says '{pattern}'",
                                within, after)

    def never_line(self, pattern, during, after=0):
        self.output.never(lambda line: re.search(pattern, line.text), f"{self.name} says '{pattern}'",
                          during, after)

    def lines(self, pattern, after=0):
        return [line for line in self.output.since(after) if re.search(pattern, line.text)]

    def signal(self, number):
        self.process.send_signal(number)

    def exit_code(self, within=PATIENCE_S):
        """Waits for its end."""
        try:
            code = self.process.wait(within)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} still runs after {within} s") from None
        self.reader.join(PATIENCE_S)
        return code

    def runs(self):
        return self.process.poll() is None

    def kill(self):
        if self.runs():
            self.process.kill()
        self.exit_code()
        self.process.stdin.close()
        self.process.stdout.close()

    def text(self):
        return "\n".join(line.text for line in self.output.since())


class Message:
    """One MQTT message of the josev/cs and cs/josev topics."""

    def __init__(self, when, topic, payload):
        self.time = when
        self.topic = topic
        self.payload = payload
        try:
            envelope = json.loads(payload)
        except (ValueError, RecursionError):
            envelope = None
        envelope = envelope if isinstance(envelope, dict) else {}
        self.envelope = envelope
        self.id = envelope.get("id")
        self.name = envelope.get("name")
        self.type = envelope.get("type")
        self.data = envelope.get("data", {})

    def __repr__(self):
        return f"{self.topic} {self.payload}"

    @property
    def pilot(self):
        """What a cp_pwm request asks for: "hlc", "f", "x1" or ("x2", ampere)."""
        if self.name != "cp_pwm" or self.type != "request":
            return None
        if self.data["hlc"]:
            return "hlc"
        if self.data["fault_state"]:
            return "f"
        return ("x2", self.data["current"]) if self.data["current"] > 0 else "x1"

    @property
    def pilot_state(self):
        return self.data["state"] if self.name == "cp_status" else None

    @property
    def slac(self):
        return self.data["status"] if self.name in ("slac_service_status", "slac_status") else None

    @property
    def service(self):
        return self.data["status"] if self.name == "service_status" and self.type != "request" else None


class Observer(Program):
    """Sees every message on the broker once, also those of a time when it was not connected itself."""

    def __init__(self):
        self.messages = Stream()
        self.delivered = set()
        self.doubled = []
        self.violations = []
        super().__init__("observer", "mosquitto_sub", "-p", BROKER_PORT, "-i", "observer", "-c", "-q", "1", "-t", "#",
                         "-F", "%t %p")

    def _read(self):
        for line in self.process.stdout:
            now = time.monotonic()
            self.output.append(Line(line.rstrip("\n")))
            topic, _, payload = line.rstrip("\n").partition(" ")
            message = Message(now, topic, payload)
            wrong = violation(payload) if topic not in STATION_TOPICS else None
            if wrong:
                self.violations.append(f"{wrong}: {message}")
            # QoS 1 may deliver a message twice; each has an id of its own, so an equal one is the same one.
            if line in self.delivered:
                self.doubled.append(message)
            else:
                self.messages.append(message)
            self.delivered.add(line)

    def mark(self):
        return self.messages.mark()

    def wait_pilot(self, request, within=PATIENCE_S, after=0, evse=EVSE):
        def wanted(message):
            return message.pilot == request and message.data["evse_id"] == evse
        return self.messages.wait(wanted, f"cp_pwm request {request}", within, after)

    def wait_state(self, state, within=PATIENCE_S, after=0):
        return self.messages.wait(lambda message: message.pilot_state == state, f"cp_status {state}",
                                  within, after)

    def wait_state_after_request(self, evse=EVSE):
        """What the station reports when it has carried out slacd's first pilot request."""
        answer = self.messages.wait(lambda message: message.name == "cp_pwm" and message.type == "response"
                                    and message.data["evse_id"] == evse, "cp_pwm response")
        return self.messages.wait(lambda message: message.pilot_state and message.data["evse_id"] == evse, "cp_status",
                                  after=self.messages.items.index(answer))

    def wait_slac(self, status, within=PATIENCE_S, after=0, evse=EVSE):
        def wanted(message):
            return message.slac == status and message.data["evse_id"] == evse
        return self.messages.wait(wanted, f"SLAC status {status}", within, after)

    def wait_service(self, status, within=PATIENCE_S, after=0):
        return self.messages.wait(lambda message: message.service == status, f"service status {status}",
                                  within, after)

    def wait_request(self, name, within=PATIENCE_S, after=0):
        return self.messages.wait(lambda message: message.name == name and message.type == "request",
                                  f"request {name}", within, after)

    def wait_response(self, request_id, within=PATIENCE_S, after=0):
        return self.messages.wait(lambda message: message.id == request_id and message.type == "response",
                                  f"response {request_id}", within, after)

    def slac_statuses(self, after=0, evse=EVSE):
        return [message.slac for message in self.messages.since(after)
                if message.slac and message.data["evse_id"] == evse]

    def pilots(self, after=0, evse=EVSE):
        """Pilot requests in order, repetitions of the same one left out."""
        requests = []
        for message in self.messages.since(after):
            request = message.pilot
            if request and message.data["evse_id"] == evse and (not requests or requests[-1] != request):
                requests.append(request)
        return requests

    def never_pilot(self, requests, during, after=0):
        def wanted(message):
            kind = message.pilot[0] if isinstance(message.pilot, tuple) else message.pilot
            return kind in requests
        self.messages.never(wanted, f"cp_pwm request of {requests}", during, after)


# --- Frames ---

ETH_P_ALL = 0x0003
SO_TIMESTAMPNS = 35
HOMEPLUG = 0x88E1
CM_SET_KEY_REQ = 0x6008
CM_SET_KEY_CNF = 0x6009
CM_SLAC_PARM_REQ = 0x6064
CM_SLAC_PARM_CNF = 0x6065
CM_START_ATTEN_CHAR_IND = 0x606A
CM_ATTEN_CHAR_IND = 0x606E
CM_SLAC_MATCH_REQ = 0x607C
CM_SLAC_MATCH_CNF = 0x607D
CM_GET_KEY_REQ = 0x600C
CM_GET_KEY_CNF = 0x600D
CM_AMP_MAP_REQ = 0x601C
CM_AMP_MAP_CNF = 0x601D
CM_NW_STATS_REQ = 0x6048
CM_NW_STATS_CNF = 0x6049
CM_ATTEN_PROFILE_IND = 0x6086
VS_SW_VER_REQ = 0xA000
VS_RS_DEV_REQ = 0xA01C
VS_HST_ACTION_RSP = 0xA063
VS_PL_LNK_STATUS_REQ = 0xA0B8
VS_ATTEN_CHAR_IND = 0xA14E
NSCM_GET_VERSION_REQ = 0xAC6C
NSCM_RESET_DEVICE_REQ = 0xAC70
NSCM_GET_D_LINK_STATUS_REQ = 0xAC9C
LINK_QUESTIONS = (CM_NW_STATS_REQ, VS_PL_LNK_STATUS_REQ, NSCM_GET_D_LINK_STATUS_REQ)
# Offsets in the frame: 19 octets of headers, then as the homeplug headers say.
SET_KEY_REQ_KEY = slice(19 + 22, 19 + 38)
MATCH_CNF_NMK = slice(19 + 74, 19 + 90)
ATTEN_CHAR_IND_NUM_SOUNDS = 19 + 50
ATTEN_CHAR_IND_AAG = slice(19 + 52, 19 + 110)


class Frame:
    def __init__(self, octets, when):
        self.time = when
        self.octets = octets
        self.mmtype = int.from_bytes(octets[15:17], "little")

    def __repr__(self):
        return f"0x{self.mmtype:04x} {self.octets[6:12].hex(':')} -> {self.octets[0:6].hex(':')}"


class Capture:
    """Every HomePlug frame on an interface, both directions."""

    def __init__(self, interface):
        self.frames = Stream()
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.bind((interface, ETH_P_ALL))
        self.ended, self.end = os.pipe()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        while True:
            if self.ended in select.select([self.socket, self.ended], [], [])[0]:
                return
            try:
                octets, stamps, _, _ = self.socket.recvmsg(2048, 64)
            except OSError:  # interface down
                continue
            if int.from_bytes(octets[12:14], "big") == HOMEPLUG:
                self.frames.append(Frame(octets, self._when(stamps)))

    @staticmethod
    def _when(stamps):
        """The kernel's time stamp on the monotonic clock: how late this thread reads does not count."""
        wall, now = time.time(), time.monotonic()
        for level, kind, data in stamps:
            if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
                seconds, nanoseconds = struct.unpack("@ll", data[:struct.calcsize("@ll")])
                return now - (wall - (seconds + nanoseconds * 1e-9))
        return now

    def wait(self, mmtype, within=PATIENCE_S, after=0):
        return self.frames.wait(lambda frame: frame.mmtype == mmtype, f"frame 0x{mmtype:04x}", within, after)

    def all(self, mmtype, after=0):
        return [frame for frame in self.frames.since(after) if frame.mmtype == mmtype]

    def never(self, mmtype, during, after=0):
        self.frames.never(lambda frame: frame.mmtype == mmtype, f"frame 0x{mmtype:04x}", during, after)

    def close(self):
        """Not under a waiting reader, which might take a frame of the next capture with the same descriptor."""
        if self.socket.fileno() < 0:
            return
        os.close(self.end)
        self.reader.join()
        os.close(self.ended)
        self.socket.close()


def is_sent(sender, frame):
    try:
        sender.send(frame)
    except OSError as error:
        if error.errno != errno.ENOBUFS:  # its queue is full for a moment
            raise
        return False
    return True


def send_frames(interface, frames):
    """As fast as the interface takes them."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
        sender.bind((interface, 0))
        for frame in frames:
            await_true(lambda frame=frame: is_sent(sender, frame), f"{interface} takes a frame")


class StallWatch:
    """How late the machine itself wakes a sleeper, on each processor: no message can be more punctual than that."""

    def __init__(self):
        self.worst_s = 0.0
        self.ended = threading.Event()
        for processor in os.sched_getaffinity(0):
            threading.Thread(target=self._watch, args=(processor,), daemon=True).start()

    def _watch(self, processor):
        os.sched_setaffinity(threading.get_native_id(), {processor})
        period_s = 0.01
        due = time.monotonic() + period_s
        while not self.ended.wait(max(0.0, due - time.monotonic())):
            self.worst_s = max(self.worst_s, time.monotonic() - due)
            due = time.monotonic() + period_s


# --- A bench: broker, daemon, station and car ---


class Bench(unittest.TestCase):
    """Starts programs for one test, ends them with it and shows their output when it fails."""

    def setUp(self):
        self.started = time.monotonic()
        self.programs = []
        self.directory = tempfile.mkdtemp(prefix="slacd-test-")
        self.addCleanup(shutil.rmtree, self.directory)
        self.addCleanup(self.check_schemas)
        self.addCleanup(self.kill_programs)
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

    def start_broker(self):
        configuration = self.write("mosquitto.conf", "\n".join([
            f"listener {BROKER_PORT} 127.0.0.1", "allow_anonymous true", "user root", "log_type all",
            "log_dest stderr", "set_tcp_nodelay true", "max_queued_messages 0", "persistence true",
            f"persistence_location {self.directory}/", ""]))
        broker = self.add(Program("mosquitto", "mosquitto", "-c", configuration))
        broker.wait_line("mosquitto version .* running")
        return broker

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

    def start_slacd(self, configuration=None, *arguments, wrapper=()):
        options = ["--config", self.write("slacd.json", configuration)] if configuration else []
        return self.add(Program("slacd", *wrapper, os.environ["SLACD"], *options, *arguments))

    def start_ev(self, *arguments, interface="plc0"):
        """A modem, and a car that waits for "plug"."""
        command = [os.environ["SLAC_EV"], "--interface", interface, "--wait", *arguments]
        program = self.add(Program("slac-ev", *command))
        # It obeys when its modem hears: slacd's first question must not be lost.
        program.say("hello")
        program.wait_line("unknown command 'hello'")
        return program

    def start_unserved(self, configuration, *ev):
        """As start_all with a modem that is of no use: up to the station's answer to the first request."""
        self.link()
        self.capture = self.capture_on("evse0")
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.station = self.start_station()
        self.station.wait_line("connected to the broker")
        self.ev = self.start_ev(*FAST_EV, *ev)
        self.slacd = self.start_slacd(configuration)
        self.observer.wait_state_after_request()

    def start_all(self, configuration=None, *slacd_arguments, station=(), ev=(), evse=f"{EVSE}=evse0", wrapper=()):
        """The whole bench, up to the point where a car may come."""
        self.link()
        self.capture = self.capture_on("evse0")
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.station = self.start_station(*station, evses=(evse,))
        self.station.wait_line("connected to the broker")
        self.ev = self.start_ev(*ev)
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
        self.kill_programs()
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
        """The car leaves and the modem has its next key."""
        mark = self.observer.mark()
        log = self.slacd.mark()
        self.station.say("unplug")
        self.ev.say("unplug")
        self.observer.wait_slac("unmatched", after=mark)
        self.slacd.wait_line("Modem has confirmed its key", key_within, log)

    def assert_next_car_matches(self):
        self.unplug_both()
        self.assert_matches()

    def complaints(self):
        """What slacd has warned of; not that the timers are shortened."""
        return self.slacd.lines("^[^ ]+ +(WARN|ERROR) (?!.*Timers outside the standard)")

    def assert_said_once(self, pattern):
        self.slacd.wait_line(pattern)  # it may still be on its way when everything else has been seen
        lines = self.slacd.lines(pattern)
        self.assertEqual(len(lines), 1, f"{pattern}: {lines}")
