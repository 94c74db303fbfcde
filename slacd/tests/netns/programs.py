# SPDX-License-Identifier: Apache-2.0
"""Programs that are awaited, not slept for, and the MQTT messages that one of them sees."""
import json
import re
import subprocess
import threading
import time

from schema import telemetry_violation, violation
from waiting import PATIENCE_S, Stream

BROKER_PORT = 1883
EVSE = "DE*TST*E1"
OTHER = "DE*TST*E2"
# What slacd reads; everything else on the broker is slacd's and must follow its schema, but for what other services say
# to the station where slacd does.
STATION_TOPICS = ("cs/josev", "iso15118/slac", "iso15118/ocpp", "ocpp/smart_charging")
OF_OTHERS = (("hlc_charging", "update"), ("authorization", "response"), ("authorization", "update"), ("reset", "request"),
             ("transaction_status", "update"))
# Where values of telemetry are: a test that wants them sets mqtt.telemetry to something below.
TELEMETRY = "telemetry/"
# What OCPP and ISO 15118 say to the station, as cs-sim plays them.
OF_SESSION = ("boot_status", "cable_check", "change_availability", "cs_connector", "cs_contactor_status", "device_model",
              "iso15118_state_info", "meter_values", "power_electronics_setpoint", "stop_charging", "websocket_status")


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


def is_of_others(message):
    if message.name == "service_status":
        return message.data.get("service") == "ocpp"
    return (message.topic == "ocpp/iso15118" or message.name in OF_SESSION
            or (message.name, message.type) in OF_OTHERS)


class Observer(Program):
    """Sees every message on the broker once, also those of a time when it was not connected itself."""

    def __init__(self, *connection):
        """connection: options of mosquitto_sub, where it is not the usual one."""
        self.messages = Stream()
        self.delivered = set()
        self.doubled = []
        self.violations = []
        self.values = Stream()
        super().__init__("observer", "mosquitto_sub", *(connection or ("-p", BROKER_PORT)), "-i", "observer", "-c", "-q", "1",
                         "-t", "#", "-F", "%t %p")

    def _read(self):
        for line in self.process.stdout:
            now = time.monotonic()
            self.output.append(Line(line.rstrip("\n")))
            topic, _, payload = line.rstrip("\n").partition(" ")
            if topic.startswith(TELEMETRY):
                wrong = telemetry_violation(payload)
                self.violations += [f"{wrong}: {line}"] if wrong else []
                self.values.append((now, topic, payload))
                continue
            message = Message(now, topic, payload)
            others = topic in STATION_TOPICS or is_of_others(message)
            wrong = None if others else violation(payload)
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
