# SPDX-License-Identifier: Apache-2.0
"""Messages and octets of a charging session and of a station at rest, counted on the line to the cloud."""
import json
import subprocess
import time

import bench
import cloud
from cloud_files import STATION
from harness import BROKER_PORT, EVSE

SESSIONS = 10
# A car that stays and changes its state no faster than a driver does: each value of telemetry may then be told.
STEP_S = 2.5
ALL_TO_STATION = (f"topic {cloud.STATUS_TOPIC} out 1", f'topic josev/cs out 1 "" stations/{STATION}/')
TELEMETRY = {"telemetry": f"telemetry/{STATION}"}
STATUSES = {"topics_to_station": ["josev/cs", cloud.STATUS_TOPIC]}


def line_counters():
    """Octets of Ethernet frames up and down the line, and their number."""
    said = subprocess.run(["ip", "-s", "-j", "link", "show", "up0"], capture_output=True, check=True).stdout
    counted = json.loads(said)[0]["stats64"]
    return [counted[way][what] for way in ("tx", "rx") for what in ("bytes", "packets")]


class Listener(cloud.Program):
    """Counts what goes through the station's broker."""

    def __init__(self):
        self.counts = {}
        super().__init__("listener", "mosquitto_sub", "-p", BROKER_PORT, "-q", "1", "-t", "#", "-F", "%t %l")

    def _read(self):
        for line in self.process.stdout:
            topic, length = line.split()
            number, octets = self.counts.get(topic, (0, 0))
            self.counts[topic] = (number + 1, octets + int(length))

    def total(self, prefix):
        found = [count for topic, count in self.counts.items() if topic.startswith(prefix)]
        return [sum(one) for one in zip(*found)] if found else [0, 0]


class Session(bench.Site):
    def one(self):
        for step in ("plug", "C2", "B2", "unplug"):
            if step in ("plug", "unplug"):
                self.station.say(step)
                self.ev.say(step)
            else:
                self.station.say(f"state {step} {EVSE}")
            time.sleep(STEP_S)

    def measure(self, mqtt, replaced):
        self.lay_line()
        self.start_cloud(self.configure_cloud())
        self.start_history()
        self.start_station_broker(self.configure_station(replaced=(*replaced, ("keepalive_interval 5", "keepalive_interval 3600"))))
        listener = self.add(Listener())
        self.start_matching(mqtt)
        self.one()
        before, heard = line_counters(), [listener.total(prefix) for prefix in ("", "telemetry/", "stations/")]
        history = self.history.mark()
        for _ in range(SESSIONS):
            self.one()
        octets = [(b - a) / SESSIONS for a, b in zip(before, line_counters())]
        inside = [[(b - a) / SESSIONS for a, b in zip(old, listener.total(prefix))]
                  for old, prefix in zip(heard, ("", "telemetry/", "stations/"))]
        arrived = self.history.messages.since(history)
        return {"arrived": len(arrived) / SESSIONS, "payload": sum(len(payload) for _, payload in arrived) / SESSIONS,
                "topics": sum(len(topic) for topic, _ in arrived) / SESSIONS, "up": octets[0], "down": octets[2],
                "frames": octets[1] + octets[3], "inside": inside[0]}


def sessions():
    print(f"{SESSIONS} sessions, {4 * STEP_S} s each: plug, match, C, B, unplug.\n")
    print("| what goes up | messages | payload | topics | octets up | octets down | frames | messages in the station | their payload |")
    print("|---|---|---|---|---|---|---|---|---|")
    kinds = [("statuses", STATUSES, ()), ("all of josev/cs", {"topics_to_station": ["josev/cs"]}, (ALL_TO_STATION,))]
    if bench.slacd_knows("mqtt.telemetry"):
        kinds.append(("statuses and telemetry", {**STATUSES, **TELEMETRY}, ()))
    for name, mqtt, replaced in kinds:
        got = bench.run(Session, mqtt, replaced)
        print(f"| {name} | {got['arrived']:.1f} | {got['payload']:.0f} | {got['topics']:.0f} | {got['up']:.0f} | {got['down']:.0f} | "
              f"{got['frames']:.0f} | {got['inside'][0]:.1f} | {got['inside'][1]:.0f} |", flush=True)


class Rest(bench.Site):
    def measure(self):
        """Octets of a connection, and of each keep-alive (5 s here) while nobody speaks."""
        self.lay_line()
        self.start_cloud(self.configure_cloud())
        self.start_history()
        before = line_counters()
        self.start_station_broker(self.configure_station())
        self.history.wait(cloud.LINE_TOPIC, "1")
        time.sleep(1)
        connected = line_counters()
        pings = self.cloud.mark()
        time.sleep(31)
        rested = line_counters()
        count = len(self.cloud.lines("Received PINGREQ", pings))
        return ([b - a for a, b in zip(before, connected)], [(b - a) / count for a, b in zip(connected, rested)])


def rest():
    print("| | octets up | frames up | octets down | frames down |\n|---|---|---|---|---|")
    for name, counted in zip(("a connection", "a keep-alive"), bench.run(Rest)):
        print(f"| {name} | " + " | ".join(f"{count:.0f}" for count in counted) + " |", flush=True)
