# SPDX-License-Identifier: Apache-2.0
"""The charging station around the EVSE program: it owns the control pilot and answers what it is asked over MQTT."""
import json
import shlex
import subprocess
import threading
import time
import uuid

from conformance.mqtt import Client
from conformance.timing import Stream
from conformance.verdict import Unusable

EVSE_ID = "DE*CNF*E1"
FROM_STATION = "cs/josev"
FROM_ISO15118 = "iso15118/slac"
VOLTS = {"A": 12, "B": 9, "C": 6, "D": 3, "E": 0, "F": -12}
# Signals the EVSE program may ask for; ("x2", ampere) is the one with a value.
HLC, X1, E, F = "5 %", "X1", "E", "F"


def parameters(services, interface):
    types = {"ac": {"connector_type": "AC_three_phase_core", "nominal_voltage": 230, "control_mode": "scheduled"},
             "dc": {"connector_type": "DC_combo_core", "nominal_voltage": 400, "control_mode": "scheduled"}}
    return {"sw_version": "conformance", "hw_version": "none", "number_of_evses": 1, "parameters": [{
        "evse_id": EVSE_ID, "supports_eim": True, "network_interface": interface,
        "connectors": [{"id": 1, "services": {name: types[name] for name in services.split("+")}}]}]}


def limits(services, limit_a):
    entry = {"evse_id": EVSE_ID, "status_code": "evse_ready"}
    if "ac" in services:
        phases = {phase: limit_a for phase in ("l1", "l2", "l3")}
        entry["ac"] = {"max_current": phases, "nominal_voltage": 230, "rcd_error": False}
    return {"evses": [entry]}


def duty_percent(signal):
    if signal == HLC:
        return 5.0
    if isinstance(signal, tuple):
        ampere = min(signal[1], 80.0)
        return round(ampere / 0.6 if ampere <= 51 else ampere / 2.5 + 64, 2)
    return 100.0


def run_pilot_command(command):
    try:
        ended = subprocess.run(shlex.split(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    except (OSError, ValueError) as error:
        raise Unusable(f"--pilot-command '{command}' cannot be run: {error}") from None
    if ended.returncode != 0:
        said = ended.stdout[-300:].strip()
        raise Unusable(f"--pilot-command '{command}' ended with exit code {ended.returncode}: {said}")


class Message:
    """One MQTT message; `text` is the payload as it came."""

    def __init__(self, topic, text, when):
        self.topic, self.text, self.time = topic, text, when
        try:
            envelope = json.loads(text)
        except ValueError:
            envelope = None
        envelope = envelope if isinstance(envelope, dict) else {}
        self.id, self.name, self.type = (envelope.get(key) for key in ("id", "name", "type"))
        self.data = envelope.get("data") if isinstance(envelope.get("data"), dict) else {}

    @property
    def signal(self):
        """What a cp_pwm request asks for."""
        if self.name != "cp_pwm" or self.type != "request":
            return None
        if self.data.get("hlc"):
            return HLC
        if self.data.get("fault_state"):
            return F
        if self.data.get("error_state"):
            return E
        return ("x2", self.data.get("current")) if self.data.get("current") else X1

    @property
    def slac(self):
        return self.data.get("status") if self.name in ("slac_service_status", "slac_status") else None

    @property
    def service(self):
        return self.data.get("status") if self.name == "service_status" and self.type != "request" else None

    def __str__(self):
        return f"{self.name} {self.type} {json.dumps(self.data)}"


class Station:
    """Without MQTT (`pilot_command`) it cannot see requests: the pilot is then 5 % from the start."""

    def __init__(self, services, interface, limit_a, pilot_command=None):
        self.parameters = parameters(services, interface)
        self.limit_a = limit_a
        self.limits = limits(services, limit_a)
        self.pilot_command = pilot_command
        self.client = None
        self.vehicle = "A"
        self.fault = None
        self.signal = HLC if pilot_command else X1
        self.messages = Stream()
        self.states = []
        self.telling = threading.Lock()  # a state must not overtake another one

    def connect(self, host, port):
        self.client = Client(host, port, "conformance", "#", self._on_message)
        self.show_pilot()

    def close(self):
        if self.client:
            self.client.close()

    # The control pilot

    def state(self):
        if self.fault or self.signal in (E, F):
            return self.fault or self.signal
        return self.vehicle + ("2" if self.signal == HLC or isinstance(self.signal, tuple) else "1")

    def show_pilot(self):
        """Tells the EVSE program the state of the pilot; returns when it was told."""
        with self.telling:
            return self._tell_pilot(self.state())

    def _tell_pilot(self, state):
        if self.pilot_command:
            when = time.monotonic()
            run_pilot_command(self.pilot_command.replace("{state}", state))
        else:
            volts = VOLTS[state[0]]
            oscillates = state.endswith("2")
            duty = duty_percent(self.signal) if oscillates else 100.0
            when = self.publish("cp_status", "update", {
                "evse_id": EVSE_ID, "connector_id": "1", "state": state, "max_voltage": volts,
                "min_voltage": -12 if oscillates else volts, "duty_cycle": duty})
        self.states.append((when, state))
        return when

    def vehicle_state(self, letter):
        """The car changes to A, B, C or D."""
        self.vehicle = letter
        return self.show_pilot()

    def show_fault(self, letter):
        """State E or F that nobody asked for, until None."""
        self.fault = letter
        return self.show_pilot()

    # Messages

    def publish(self, name, kind, data, message_id=None, topic=FROM_STATION):
        text = json.dumps({"id": message_id or str(uuid.uuid4()), "name": name, "type": kind, "data": data},
                          separators=(",", ":"))
        return self.client.publish(topic, text)

    def authorize(self):
        """An external identification means (EIM) has accepted the user."""
        return self.publish("authorization", "update", {"evse_id": EVSE_ID, "token_type": "ISO14443", "status": "accepted"})

    def data_link(self, action):
        """The ISO 15118 side terminates, pauses or resumes the data link."""
        return self.publish("slac_data_link", "update", {"evse_id": EVSE_ID, "action": action}, topic=FROM_ISO15118)

    def _on_message(self, topic, text, when):
        message = Message(topic, text, when)
        self.messages.append(message)
        if topic == FROM_STATION or message.type != "request":
            return
        if message.name == "cs_parameters":
            self.publish("cs_parameters", "response", self.parameters, message.id)
        elif message.name == "cs_status_and_limits":
            self.publish("cs_status_and_limits", "response", self.limits, message.id)
        elif message.name == "cp_pwm":
            self.publish("cp_pwm", "response", {"evse_id": EVSE_ID, "status": "valid"}, message.id)
            self.signal = message.signal
            self.show_pilot()
