# SPDX-License-Identifier: Apache-2.0
"""One test bench: a veth pair, a broker, the EVSE program under test, its modem, its station, and cars."""
import json
import os
import subprocess
import time

from conformance import frames
from conformance.car import Car
from conformance.dut import Dut, leaks
from conformance.frames import CM_SET_KEY_REQ, CM_SLAC_MATCH_CNF, CM_SLAC_PARM_CNF, SLAC
from conformance.modem import Modem
from conformance.station import E, EVSE_ID, F, HLC, X1, Station
from conformance.timing import ALLOWANCE_S, PILOT_S, StallWatch, earliest
from conformance.verdict import Failed, Skipped
from conformance.wire import Wire

INTERFACE, FAR_END = "evse0", "plc0"
EVSE_MAC = bytes.fromhex("0211223344aa")
BROKER_HOST, BROKER_PORT = "127.0.0.1", 1883
BOOT_S = 15.0
# How long after that the first key may take. An EVSE may also set it at plug-in: then it does not come here.
KEY_S = 2.0
# How long a status may take behind the frame it belongs to: the EVSE asks its modem for the link meanwhile.
STATUS_S = 2.0


class Bench:
    def __init__(self, options, case):
        self.options = options
        self.case = case
        self.directory = options["directory"]
        self.evse_mac = EVSE_MAC
        self.receive_path_db = options["receive_path_db"]
        self.cars = []
        self.stray = []
        self.keyless = []
        self.notes = []
        self.stalls = StallWatch()
        self.has_mqtt = options["pilot_command"] is None
        self.broker = self.dut = None

    def path(self, name):
        return os.path.join(self.directory, name)

    # Start and end

    def start(self):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        subprocess.run(["ip", "link", "add", INTERFACE, "address", frames.mac_text(EVSE_MAC), "type", "veth", "peer",
                        "name", FAR_END], check=True)
        for name in (INTERFACE, FAR_END):
            subprocess.run(["ip", "link", "set", name, "up"], check=True)
        self.modem = Modem(lambda octets, sender: self.wire.send(octets, sender))
        self.station = Station(self.case.services, INTERFACE, self.case.limit_a, self.options["pilot_command"])
        self.wire = Wire(FAR_END, self._receive)
        if self.has_mqtt:
            self._start_broker()
            self.station.connect(BROKER_HOST, BROKER_PORT)
        else:
            self.station.show_pilot()
        self.dut = Dut(self._command(), self.path("evse.log"))
        self._await_boot()

    def _start_broker(self):
        with open(self.path("mosquitto.conf"), "w", encoding="utf-8") as file:
            file.write(f"listener {BROKER_PORT} {BROKER_HOST}\nallow_anonymous true\nuser root\n"
                       "set_tcp_nodelay true\nlog_dest stderr\n")
        with open(self.path("broker.log"), "w", encoding="utf-8") as log:
            self.broker = subprocess.Popen(["mosquitto", "-c", self.path("mosquitto.conf")], stdin=subprocess.DEVNULL,
                                           stdout=log, stderr=log)

    def _configuration(self):
        """slacd's JSON configuration: the case's sections, then what --set says."""
        sections = {"mqtt": {"host": BROKER_HOST, "port": BROKER_PORT}, "slac": {"profile": self.options["profile"]},
                    "service": {"log_level": "TRACE"}}
        for source in (self.case.settings, self.options["settings"]):
            for section, values in source.items():
                sections.setdefault(section, {}).update(values)
        return sections

    def _command(self):
        files = {"config": self._configuration(), "cs_config": self.station.parameters,
                 "cs_limits": self.station.limits}
        places = {"interface": INTERFACE, "mqtt_host": BROKER_HOST, "mqtt_port": BROKER_PORT}
        for name, content in files.items():
            places[name] = self.path(f"{name}.json")
            with open(places[name], "w", encoding="utf-8") as file:
                json.dump(content, file, indent=1)
        command = self.options["command"]
        for name, value in places.items():
            command = [word.replace("{" + name + "}", str(value)) for word in command]
        return command

    def _await_boot(self):
        """Ready: it says so and has asked for 5 %; without MQTT its first key is the only sign."""
        if self.has_mqtt and not self._runs_until(self._says_ready, BOOT_S):
            said = len(self.station.messages.since())
            raise Failed("boot", f"ready within {BOOT_S:.0f} s: service_status ready and a cp_pwm request",
                         f"{said} messages; last output: {self.dut.tail()}")
        if not self._runs_until(lambda: self.modem.confirmed, KEY_S if self.has_mqtt else BOOT_S):
            self.notes.append("its modem has no key before the plug-in")
        time.sleep(0.1)

    def _says_ready(self):
        said = self.station.messages.since()
        return any(m.service == "ready" for m in said) and any(m.signal for m in said)

    def _runs_until(self, condition, seconds):
        """Whether it came true in time."""
        deadline = time.monotonic() + seconds
        while not condition():
            if self.dut.process.poll() is not None:
                raise Failed("start of the EVSE program", "it runs", self.dut.how_it_ended())
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def finish(self):
        """What holds at the end of each case."""
        time.sleep(0.1)
        self.check_no_stray()
        if self.dut.process.poll() is not None:
            raise Failed("EVSE program", "it still runs", self.dut.how_it_ended())
        self.dut.stop()
        self.dut.check_end()
        said = self.dut.text() + "\n" + "\n".join(m.text for m in self.station.messages.since())
        for key in self.modem.keys.since():
            if leaks(key.nmk, said):
                raise Failed("secrecy", "no NMK in the log or an MQTT message", f"NMK {key.nmk.hex()} is there")

    def check_no_stray(self):
        for car in self.cars:
            left = car.inbox.since(car.judged)
            if left:
                raise Failed("messages to the EV", "none that the case does not call for", f"{left[0]}")
        if self.keyless:
            raise Failed("key", "CM_SET_KEY.CNF of the modem before an answer that depends on it", f"{self.keyless[0]}")
        if self.stray:
            raise Failed("SLAC messages of the EVSE", "all unicast to the EV", f"{self.stray[0]}")

    def close(self):
        for process in (self.dut and self.dut.process, self.broker):
            if process and process.poll() is None:
                process.kill()
                process.wait()
        self.stalls.stop()
        self._write_logs()

    def _write_logs(self):
        if not hasattr(self, "wire"):
            return
        self.wire.close()
        self.wire.write_pcap(self.path("wire.pcap"))
        events = [(when, f"{sender}: {frames.Frame(octets, when)}") for when, sender, octets in self.wire.log]
        events += [(m.time, f"{m.topic}: {m.text}") for m in self.station.messages.since()]
        events += [(when, f"pilot: {state}") for when, state in self.station.states]
        with open(self.path("events.txt"), "w", encoding="utf-8") as file:
            for when, text in sorted(events):
                file.write(f"{when:.6f} {text}\n")
        self.station.close()

    # What the EVSE program sends

    def _receive(self, frame):
        if self.modem.is_addressed(frame):
            self.modem.take(frame)
            return
        for car in self.cars:
            if frame.dst == car.mac:
                if frame.mmtype in (CM_SLAC_PARM_CNF, CM_SLAC_MATCH_CNF) and not self.modem.confirmed:
                    self.keyless.append(frame)
                if frame.mmtype == CM_SLAC_MATCH_CNF and not frame.faults:
                    self.modem.match_confirmed(frame)
                car.inbox.append(frame)
                return
        if frame.mmtype in SLAC:
            self.stray.append(frame)

    def slack(self, since):
        """What a limit may be exceeded by: the transmission, and the stalls of this machine meanwhile."""
        return ALLOWANCE_S + self.stalls.worst(since)

    def sleep_until(self, when):
        time.sleep(max(0.0, when - time.monotonic()))

    # Cars and pilot

    def car(self, number=0, run_id=None):
        """A car on the power line; the same number is the same car, with a new run when asked again."""
        for car in self.cars:
            if car.mac[5] == 0xE0 + number:
                car.run_id = run_id or os.urandom(8)
                return car
        self.cars.append(Car(self, number, run_id))
        return self.cars[-1]

    def plug(self, letter="B"):
        """The car is plugged in; returns when, after the EVSE had time to see it."""
        when = self.station.vehicle_state(letter)
        time.sleep(self.options["ready_s"])
        return when

    def unplug(self):
        """State A; returns when, after the EVSE had time to see it."""
        when = self.station.vehicle_state("A")
        time.sleep(PILOT_S)
        for car in self.cars:
            car.forget_until(when + PILOT_S)
        return when

    def replug(self, letter="B"):
        """Another car, or the same one again, after the EVSE had time for a new key."""
        self.unplug()
        time.sleep(1.5)
        return self.plug(letter)

    def toggle(self, count, high_s=0.3, low_s=0.3):
        """B-C-B toggles of the car."""
        for number in range(count):
            self.station.vehicle_state("C")
            time.sleep(high_s)
            self.station.vehicle_state("B")
            if number < count - 1:
                time.sleep(low_s)

    def fault(self, letter):
        """State E or F out of itself; returns when, after the EVSE had time to see it."""
        when = self.station.show_fault(letter)
        time.sleep(PILOT_S)
        for car in self.cars:
            car.forget_until(when + PILOT_S)
        return when

    # Pilot requests and statuses

    def need_mqtt(self, what):
        if not self.has_mqtt:
            raise Skipped(f"needs to see {what}, there is no MQTT")

    def mark(self):
        return self.station.messages.mark()

    def expect_signal(self, signals, since, within, not_before=0.0, what="pilot", mark=None):
        """The next pilot request is one of these (HLC, X1, E, F, "nominal"), in time after `since`."""
        self.need_mqtt("pilot requests")
        names = " or ".join(signals)
        expected = f"{names} within {not_before:.2f} … {within:.2f} s (±{ALLOWANCE_S} s)"
        mark = self._index_after(since) if mark is None else mark
        message = self.station.messages.wait(lambda m: m.signal is not None,
                                             lambda: since + within + self.slack(since), mark)
        if message is None:
            raise Failed(what, expected, f"no pilot request in {time.monotonic() - since:.2f} s")
        after = message.time - since
        if kind_of(message.signal) not in signals or after > within + self.slack(since):
            raise Failed(what, expected, f"{signal_text(message.signal)} after {after:.2f} s")
        if after < earliest(not_before) - self.stalls.worst(since):
            raise Failed(what, expected, f"{signal_text(message.signal)} already after {after:.2f} s")
        return message

    def _index_after(self, since):
        messages = self.station.messages.since()
        return next((i for i, m in enumerate(messages) if m.time > since), len(messages))

    def pause_unless_signalled(self, signals, since, seconds):
        """Waits, but no longer than until one of these was requested after `since`; the request, or None."""
        return self.station.messages.wait(lambda m: m.time > since and m.signal is not None and
                                          kind_of(m.signal) in signals, time.monotonic() + seconds)

    def signalled(self, signals, since):
        """Whether one of these was requested after `since`."""
        return self.pause_unless_signalled(signals, since, 0) is not None

    def no_signal(self, signals, seconds, since=None, what="pilot"):
        """None of these is requested from `since` (now) on for a while."""
        self.need_mqtt("pilot requests")
        since = time.monotonic() if since is None else since
        message = self.pause_unless_signalled(signals, since, since + seconds - time.monotonic())
        if message is not None:
            raise Failed(what, f"no {' or '.join(signals)} for {seconds:.1f} s",
                         f"{signal_text(message.signal)} after {message.time - since:.2f} s")

    def expect_status(self, statuses, since, within, not_before=0.0):
        """One of these statuses comes in time; without MQTT it is noted as not checked."""
        statuses = (statuses,) if isinstance(statuses, str) else statuses
        if not self.has_mqtt:
            self.notes.append(f"status {statuses[0]} not checked: no MQTT")
            return None
        expected = f"{' or '.join(statuses)} within {not_before:.2f} … {within:.2f} s (+{ALLOWANCE_S} s)"
        # A status may be told a moment before the frame that belongs to it has crossed the wire.
        mark = self._index_after(since - 0.05)
        message = self.station.messages.wait(lambda m: m.slac in statuses,
                                             lambda: since + within + self.slack(since), mark)
        if message is None:
            came = ", ".join(self.statuses(mark)) or "none"
            raise Failed("status", expected, f"{came} in {time.monotonic() - since:.2f} s")
        after = message.time - since
        early = not_before and after < earliest(not_before) - self.stalls.worst(since)
        if early or after > within + self.slack(since) or message.data.get("evse_id") != EVSE_ID:
            raise Failed("status", expected, f"{message} after {after:.3f} s")
        return message

    def statuses(self, mark=0):
        return [m.slac for m in self.station.messages.since(mark) if m.slac]

    def check_statuses(self, expected):
        """All statuses since the start; the last of them may be on its way."""
        if not self.has_mqtt:
            self.notes.append("statuses not checked: no MQTT")
            return
        end = time.monotonic() + STATUS_S
        while expected and len(self.statuses()) < len(expected) and time.monotonic() < end + self.stalls.worst(end):
            time.sleep(0.02)
        if self.statuses() != expected:
            raise Failed("statuses in order", ", ".join(expected) or "none", ", ".join(self.statuses()) or "none")

    # The modem

    def key(self):
        """The key that the modem has been given last."""
        keys = self.modem.keys.since()
        if not keys:
            raise Failed("key", f"{frames.name_of(CM_SET_KEY_REQ)} to the modem", "none")
        return keys[-1]

    def expect_new_key(self, since, within):
        """The modem is given an NMK that it never had; returns it."""
        old = {key.nmk for key in self.modem.keys.since() if key.time <= since}
        key = self.modem.keys.wait(lambda key: key.time > since, lambda: since + within + self.slack(since))
        if key is None:
            observed = f"none in {time.monotonic() - since:.2f} s"
        elif key.time - since > within + self.slack(since):
            observed = f"it after {key.time - since:.2f} s"
        elif key.nmk in old:
            observed = f"an NMK that was used before: {key}"
        else:
            return key
        expected = f"{frames.name_of(CM_SET_KEY_REQ)} with a fresh NMK within {within:.2f} s (+{ALLOWANCE_S} s)"
        raise Failed("leaving the logical network", expected, observed)

    def check_mean(self, ind, sounds):
        """Each group is the mean of what the modem reported, less the receive path, clamped; rounded either way."""
        if not sounds:
            return
        for group, value in enumerate(ind.aag):
            exact = sum(self.modem.attenuation_db[group] + more for more in sounds) / len(sounds)
            exact = min(255.0, max(0.0, exact - self.receive_path_db))
            if abs(value - exact) >= 1:
                raise Failed("CM_ATTEN_CHAR.IND", f"group {group}: mean {exact:.1f} dB", f"{value} dB in {ind}")


def kind_of(signal):
    """"nominal" for a nominal duty cycle; the others are their own kind."""
    return "nominal" if isinstance(signal, tuple) else signal


def signal_text(signal):
    return f"nominal {signal[1]} A" if isinstance(signal, tuple) else signal


RETRY_SIGNALS = (E, F)
ALL_SIGNALS = (HLC, X1, E, F, "nominal")
