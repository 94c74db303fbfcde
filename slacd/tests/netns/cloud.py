# SPDX-License-Identifier: Apache-2.0
"""A station's broker, bridged to a cloud's on another machine with certificates on both sides: made from the files of
packaging/mosquitto and the commands of doc/cloud.md."""
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile

import cloud_files
import harness
from cloud_files import STATION, StationsAuthority
from harness import BROKER_PORT, FAST_EV, Program, Stream, ip

CLOUD = "10.77.0.2"
TLS_PORT = 8883
NEIGHBOUR = "DE-ABC-0018"
STATUS_TOPIC = f"stations/{STATION}/josev/cs"
LINE_TOPIC = f"stations/{STATION}/bridge"
# The least that mosquitto takes.
KEEPALIVE_S = 5
OF_THE_TEST = (("restart_timeout 5 60", "restart_timeout 1 1"), ("keepalive_interval 60", f"keepalive_interval {KEEPALIVE_S}"))


def value(content):
    return json.dumps({"value": content})


class Reader(Program):
    """Follows a broker; QoS 1 may deliver a message twice."""

    def __init__(self, name, *command, messages=None):
        self.messages = messages or Stream()
        super().__init__(name, *command, "-q", "1", "-c", "-i", name, "-t", "telemetry/#", "-t", "stations/#", "-F", "%t %p")

    def _read(self):
        for line in self.process.stdout:
            topic, _, payload = line.rstrip("\n").partition(" ")
            self.messages.append((topic, payload))
            self.output.append(harness.Line(line.rstrip("\n")))

    def wait(self, topic, payload, within=harness.PATIENCE_S, after=0):
        self.messages.wait(lambda message: message == (topic, payload), f"{self.name} sees {topic} {payload}", within, after)

    def mark(self):
        return self.messages.mark()

    def of(self, topic):
        """Payloads, each once, in the order of their first arrival."""
        return list(dict.fromkeys(payload for named, payload in self.messages.since() if named == topic))

    def statuses(self):
        return [message["data"]["status"] for message in map(json.loads, self.of(STATUS_TOPIC))
                if message["name"] == "slac_service_status"]

    def wait_statuses(self, expected):
        self.messages.wait(lambda _: len(self.statuses()) >= len(expected), f"{self.name} sees {expected}")
        assert self.statuses() == expected, f"{self.name} sees {self.statuses()}, not {expected}"

    def topics(self):
        return {topic for topic, _ in self.messages.since()} - {LINE_TOPIC}

    def wait_all_of(self, other):
        """What the other has seen, all and in its order."""
        for topic in other.topics():
            wanted = other.of(topic)
            self.messages.wait(lambda _, topic=topic, wanted=wanted: len(self.of(topic)) >= len(wanted),
                               f"{self.name} sees {len(wanted)} of {topic}")
            assert self.of(topic) == wanted, f"{self.name} sees {self.of(topic)} of {topic}, not {wanted}"


class Cloud(harness.Bench):
    @classmethod
    def setUpClass(cls):
        cls.files = tempfile.mkdtemp(prefix="slacd-cloud-")
        cls.addClassCleanup(shutil.rmtree, cls.files)
        cls.ca = StationsAuthority(cls.files, CLOUD)
        for name in (STATION, NEIGHBOUR, "history", "second-history", "slac-history", "curious"):
            cls.ca.issue(name)

    def setUp(self):
        super().setUp()
        self.history = None

    def lay_line(self):
        """To a machine of its own for the cloud."""
        self.machine = self.add(Program("machine", "unshare", "--net", "sh", "-c", "echo there; exec cat"))
        self.machine.wait_line("there")
        ip("link", "add", "up0", "type", "veth", "peer", "name", "down0", "netns", str(self.machine.process.pid))
        self.addCleanup(subprocess.run, ["ip", "link", "del", "up0"], stderr=subprocess.DEVNULL)
        ip("addr", "add", "10.77.0.1/24", "dev", "up0")
        ip("link", "set", "up0", "up")
        self.there("ip", "addr", "add", f"{CLOUD}/24", "dev", "down0")
        self.there("ip", "link", "set", "lo", "up")
        self.there("ip", "link", "set", "down0", "up")

    def in_cloud(self, *command):
        return ("nsenter", f"--net=/proc/{self.machine.process.pid}/ns/net", *map(str, command))

    def there(self, *command):
        subprocess.run(self.in_cloud(*command), check=True)

    def cut_line(self):
        """Packets vanish; nobody is told."""
        self.there("ip", "link", "set", "down0", "down")

    def mend_line(self):
        self.there("ip", "link", "set", "down0", "up")

    def configure_cloud(self):
        os.makedirs(self.path("cloud"))
        certificates = "/etc/mosquitto/certs/"
        rights = cloud_files.read(cloud_files.SAMPLES, "cloud.acl") + "".join(
            f"\nuser {name}\ntopic read #\n" for name in ("second-history", "slac-history"))
        return cloud_files.paste(self.path("cloud"), "cloud.conf", (
            (certificates, self.files + "/"), ("/etc/mosquitto/cloud.acl", self.write("cloud.acl", rights))))

    def start_cloud(self, configuration=None):
        self.cloud_configuration = configuration or self.cloud_configuration
        self.cloud = self.start_mosquitto(self.cloud_configuration, name="cloud", wrapper=self.in_cloud())

    def save_cloud(self):
        self.cloud.signal(signal.SIGUSR1)
        harness.await_true(lambda: os.path.exists(self.path("cloud/mosquitto.db")), "the cloud saves")

    def start_history(self, said="Sending SUBACK to history"):
        """Its session at the broker outlives it: one that comes again learns what it has missed."""
        command = self.in_cloud("mosquitto_sub", "-h", CLOUD, "-p", TLS_PORT, *self.ca.client("history"))
        self.history = self.add(Reader("history", *command, messages=self.history and self.history.messages))
        self.cloud.wait_line(said)

    def configure_station(self, replaced=()):
        """replaced: further pairs of a text of the sample and what stands there instead."""
        os.makedirs(self.path("station"))
        return cloud_files.paste(self.path("station"), "station.conf", (
            ("cloud.example.com:8883", f"{CLOUD}:{TLS_PORT}"), ("/etc/mosquitto/certs/", self.files + "/"),
            *OF_THE_TEST, *replaced))

    def start_station_broker(self, configuration=None):
        self.station_configuration = configuration or self.station_configuration
        self.broker = self.start_mosquitto(self.station_configuration)

    def start_site(self):
        """Cloud, line, station, a car; all are connected."""
        self.lay_line()
        self.start_cloud(self.configure_cloud())
        self.start_history()
        self.start_station_broker(self.configure_station())
        self.local = self.add(Reader("local", "mosquitto_sub", "-p", BROKER_PORT))
        self.broker.wait_line("Sending SUBACK to local")
        self.history.wait(LINE_TOPIC, "1")

    def start_matching(self, mqtt=None):
        """mqtt: of slacd.json, instead of what station.conf says."""
        self.link()
        self.station = self.start_station()
        self.station.wait_line("connected to the broker")
        self.ev = self.start_ev(*FAST_EV)
        self.slacd = self.start_slacd({"mqtt": mqtt or self.mqtt_of_sample()})
        self.slacd.wait_line("Modem has confirmed its key")

    @staticmethod
    def mqtt_of_sample():
        """What station.conf says of slacd.json."""
        return json.loads("{" + re.search('(?m)^#   ("mqtt": .*)$', cloud_files.read(cloud_files.SAMPLES, "station.conf"))[1] + "}")["mqtt"]

    def tell(self, name, *values):
        """As telemetry of the station, retained."""
        lines = "".join(value(one) + "\n" for one in values)
        subprocess.run(["mosquitto_pub", "-p", str(BROKER_PORT), "-q", "1", "-r", "-l", "-t", f"telemetry/{STATION}/E1/{name}"],
                       input=lines, text=True, check=True)

    def retained(self, *command):
        """What a broker tells whoever comes now."""
        count = len([topic for topic in self.local.topics() if topic.startswith("telemetry/")])
        said = subprocess.run([*map(str, command), "-t", "telemetry/#", "-F", "%r %t %p", "-C", str(count)],
                              capture_output=True, text=True, check=True, timeout=harness.PATIENCE_S).stdout
        return sorted(said.splitlines())

    def assert_same_retained(self):
        """What the station's broker tells whoever comes now the cloud's tells, too; slacd may be about to tell more."""
        def same():
            here = self.retained("mosquitto_sub", "-p", BROKER_PORT)
            there = self.retained(*self.in_cloud("mosquitto_sub", "-h", CLOUD, "-p", TLS_PORT, *self.ca.client("second-history")))
            return here == there and all(line.startswith("1 ") for line in here)
        harness.await_true(same, "the same retained values at both brokers")

    def session(self):
        """A car comes and leaves."""
        before = len(self.local.statuses())
        self.plug()
        self.ev.say("plug")
        self.local.wait_statuses(self.local.statuses()[:before] + ["matching", "matched"])
        self.station.say("unplug")
        self.ev.say("unplug")
        self.local.wait_statuses(self.local.statuses()[:before] + ["matching", "matched", "unmatched"])
