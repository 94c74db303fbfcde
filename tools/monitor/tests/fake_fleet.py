# SPDX-License-Identifier: Apache-2.0
"""Plays launcher and keepers of a fleet as doc/fleet.md has them, hundreds of stations in one process. Standard library
only, with as much MQTT 3.1.1 as that needs.

    fleet = FakeFleet(1883)
    fleet.start_stations(200, connectors=2)
    fleet.change_all_the_time(per_s=400)
    fleet.commands.wait(lambda command: command.body.get("command") == "kill", "a station is killed")
"""
import json
import random
import socket
import struct
import sys
import threading
import time

from waiting import Stream

CONNECT, CONNACK, PUBLISH, SUBSCRIBE, PINGREQ = 0x10, 0x20, 0x30, 0x82, 0xc0
KEEP_ALIVE_S = 60
HEARD = ("fleet/launcher/cmd", "fleet/stations/+/cmd", "fleet/stations/+/connectors/+/car",
         "fleet/stations/+/connectors/+/faulted", "fleet/stations/+/connectors/+/id_tag")
STATES = (("unmatched", "", "A1"), ("matching", "", "B2"), ("matched", "", "C2"), ("failed", "sounding_timeout", "B2"),
          ("basic_charging", "no_parm_req", "C2"))


def text(octets):
    return struct.pack(">H", len(octets)) + octets


def packet(kind, body):
    length = b""
    left = len(body)
    while True:
        left, digit = left >> 7, left & 127
        length += bytes([digit | 128 if left else digit])
        if not left:
            return bytes([kind]) + length + body


class Client:
    """Publishes with QoS 0; hears with QoS 0, on a thread of its own."""

    def __init__(self, port, name, take):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.lock = threading.Lock()
        self.take = take
        self.file = self.socket.makefile("rb")
        self.send(CONNECT, text(b"MQTT") + b"\4\2" + struct.pack(">H", KEEP_ALIVE_S) + text(name.encode()))
        if self.receive()[0] != CONNACK:
            raise ConnectionError("the broker does not accept the fake fleet")
        for topic in HEARD:
            self.send(SUBSCRIBE, b"\0\1" + text(topic.encode()) + b"\0")
        threading.Thread(target=self._hear, daemon=True).start()

    def send(self, kind, body):
        with self.lock:
            self.socket.sendall(packet(kind, body))

    def receive(self):
        kind = self.file.read(1)[0]
        length = shift = 0
        while True:
            digit = self.file.read(1)[0]
            length |= (digit & 127) << shift
            shift += 7
            if not digit & 128:
                return kind, self.file.read(length)

    def publish(self, topic, body, retain=True):
        payload = b"" if body is None else json.dumps(body).encode()
        self.send(PUBLISH | retain, text(topic.encode()) + payload)

    def _hear(self):
        try:
            while True:
                kind, body = self.receive()
                if kind & 0xf0 != PUBLISH:
                    continue
                end = 2 + int.from_bytes(body[:2], "big")
                self.take(body[2:end].decode(), body[end:])
        except (OSError, IndexError, ValueError):
            return  # the connection has ended

    def close(self):
        self.socket.close()


class Command:
    """What the page has asked for."""

    def __init__(self, topic, body):
        self.topic = topic
        self.body = body

    def __repr__(self):
        return f"{self.topic} {self.body}"


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + ".000Z"


class FakeFleet:
    def __init__(self, port):
        self.commands = Stream()
        self.lock = threading.RLock()
        self.stations = {}  # by id: {status, connectors by number}
        self.setups = ["demo"]
        self.ended = threading.Event()
        self.client = Client(port, "fake-fleet", self._take)
        self.tell_launcher()

    def close(self):
        self.ended.set()
        self.client.close()

    # --- what is told ---

    def tell_launcher(self, status="Alive"):
        self.client.publish("fleet/launcher/status", {
            "status": status, "version": "0.1.0", "stations": len(self.stations), "max_stations": 256,
            "setups": self.setups})

    def tell_station(self, name):
        station = self.stations[name]
        self.client.publish(f"fleet/stations/{name}/status", {
            "status": station["status"], "id": name, "connectors": len(station["connectors"]), "link": "unix",
            "slacd": "ready", "pids": {"slacd": 1}, "restarts": station["restarts"], "started": station["started"]})

    def tell_connector(self, name, number):
        self.client.publish(f"fleet/stations/{name}/connectors/{number}/status",
                            self.stations[name]["connectors"][number])

    def refuse(self, error, topic, payload):
        self.client.publish("fleet/launcher/error", {"error": error, "topic": topic, "payload": payload}, retain=False)

    # --- what happens ---

    def start_station(self, name, connectors):
        self.stations[name] = {"status": "Alive", "restarts": 0, "started": now(), "connectors": {
            number: {"evse_id": f"DE*SIM*E{name}*{number}", "plugged": False, "cable": 32, "ready": True,
                     "consumption_l1": 16.0, "consumption_l2": 16.0, "consumption_l3": 0, "behaviour": "normal",
                     "attenuation": 20, "faulted": False, "id_tag": "", "state": "unmatched", "reason": "",
                     "pilot": "A1", "offered_current_a": 0, "drawn_a": [0, 0, 0], "ev_mac": "", "run_id": "",
                     "attenuation_db": None, "sessions_matched": 0, "sessions_failed": 0, "at": now()}
            for number in range(1, connectors + 1)}}
        self.tell_station(name)
        for number in range(1, connectors + 1):
            self.tell_connector(name, number)

    def start_stations(self, count, connectors):
        for number in range(1, count + 1):
            self.start_station(f"S{number}", connectors)
        self.tell_launcher()

    def clear_station(self, name):
        for number in self.stations.pop(name)["connectors"]:
            self.client.publish(f"fleet/stations/{name}/connectors/{number}/status", None)
        self.client.publish(f"fleet/stations/{name}/status", None)

    def set_state(self, name, number, state, reason, pilot):
        connector = self.stations[name]["connectors"][number]
        current = 16.0 if pilot == "C2" else 0
        connector.update(
            state=state, reason=reason, pilot=pilot, plugged=pilot != "A1", offered_current_a=current,
            drawn_a=[current if connector[f"consumption_l{phase}"] else 0 for phase in (1, 2, 3)],
            ev_mac="" if pilot == "A1" else f"00:18:87:{number:02X}:{len(name):02X}:D6", at=now(),
            run_id="" if state == "unmatched" else "0x0102030405060708",
            attenuation_db=20.0 if state == "matched" else None)
        if pilot == "A1":
            connector.pop("duty_percent", None)
        else:
            connector["duty_percent"] = 26.7 if state == "basic_charging" else 5.0
        connector["sessions_matched"] += state == "matched"
        connector["sessions_failed"] += state == "failed"
        self.tell_connector(name, number)

    def change_all_the_time(self, per_s):
        threading.Thread(target=self._change, args=(per_s,), daemon=True).start()

    def change_one(self, dice):
        with self.lock:
            name = dice.choice([name for name, station in self.stations.items() if station["status"] == "Alive"])
            number = dice.choice(list(self.stations[name]["connectors"]))
            self.set_state(name, number, *dice.choice(STATES))

    def _change(self, per_s):
        dice = random.Random(1)
        due = time.monotonic()
        while not self.ended.is_set():
            try:
                self.change_one(dice)
            except OSError:
                return
            due += 1 / per_s
            self.ended.wait(max(0.0, due - time.monotonic()))

    # --- what is asked for ---

    def _take(self, topic, payload):
        body = json.loads(payload)
        with self.lock:
            if topic == "fleet/launcher/cmd":
                self._obey_launcher(topic, payload.decode(), **body)
            elif topic.endswith("/cmd"):
                self._obey_launcher(topic, payload.decode(), id=topic.split("/")[2], **body)
            else:
                self._obey_connector(topic.split("/"), body)
        self.commands.append(Command(topic, body))

    def _obey_launcher(self, topic, payload, command, id=None, connectors=0, name=None):
        if id == "*":
            return
        if command == "start":
            taken = {int(known[1:]) for known in self.stations if known[1:].isdigit()}
            free = next(number for number in range(1, 10000) if number not in taken)
            self.start_station(id or f"S{free}", connectors)
        elif command == "kill":
            self.stations[id]["status"] = "Dead"
            self.tell_station(id)
        elif command == "restart":
            self.stations[id].update(status="Starting", restarts=self.stations[id]["restarts"] + 1)
            self.tell_station(id)
            self.stations[id]["status"] = "Alive"
            self.tell_station(id)
        elif command == "close":
            self.clear_station(id)
        elif command == "save" and name != "full":
            self.setups = sorted({*self.setups, name})
        elif command == "load":
            self.start_station(f"{name}-1", 1)
        else:
            self.refuse(f"{command} {name}: expected room on the disk", topic, payload)
        self.tell_launcher()

    def _obey_connector(self, parts, body):
        _, _, name, _, number, what = parts
        connector = self.stations[name]["connectors"][int(number)]
        if what == "faulted":
            connector["faulted"] = body["faulted"]
        else:
            connector.update(body)
        if "plugged" in body:
            self.set_state(name, int(number), *(STATES[2] if body["plugged"] else STATES[0]))
        else:
            self.tell_connector(name, int(number))


if __name__ == "__main__":
    fleet = FakeFleet(int(sys.argv[1]))
    fleet.start_stations(int(sys.argv[2]), 2)
    fleet.change_all_the_time(int(sys.argv[3]))
    threading.Event().wait()
