# SPDX-License-Identifier: Apache-2.0
"""What a connection with certificates and a message cost the cloud's broker, and how many connections it takes."""
import concurrent.futures
import contextlib
import json
import os
import re
import socket
import ssl
import subprocess
import time

import bench
import cloud
from cloud import CLOUD, NEIGHBOUR, TLS_PORT

CONNECTIONS, AT_ONCE = 800, 64
MESSAGES = 20000
# What telemetry of an attenuation has.
PAYLOAD = json.dumps({"value": 20.5, "sampling_time": "2026-11-27T09:10:11.123Z"}, separators=(",", ":"))
SUBSCRIBED = "history 1 stations/#"
TOPIC = f"telemetry/{NEIGHBOUR}/DE*ABC*E1/attenuation_db"


class Broker(bench.Site):
    def start_measured_cloud(self, *wrapper):
        """With the log that mosquitto has by default, subscriptions beside it, and any number of connections with one certificate."""
        configuration = self.configure_cloud()
        sample = os.path.join(os.path.dirname(configuration), "conf.d", "cloud.conf")
        log = "".join(f"log_type {kind}\n" for kind in ("error", "warning", "notice", "information", "subscribe"))
        for path, pattern, instead in ((configuration, "(?m)^log_type all\n", log),
                                       (sample, "(?m)^use_username_as_clientid.*\n", "")):
            with open(path, encoding="ascii") as file:
                text, count = re.subn(pattern, instead, file.read())
            assert count == 1, f"{path} has no {pattern}"
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
        self.cloud_configuration = configuration
        self.cloud = self.add(cloud.Program("cloud", *self.in_cloud(*wrapper, "mosquitto", "-c", configuration)))
        self.cloud.wait_line("mosquitto version .* running")

    def tls(self):
        context = ssl.create_default_context(cafile=self.ca.path("ca.pem"))
        context.load_cert_chain(self.ca.path(f"{NEIGHBOUR}.pem"), self.ca.path(f"{NEIGHBOUR}.key"))
        return context

    @staticmethod
    def connect(context, number):
        """A connection of MQTT 3.1.1 that has been accepted."""
        name = f"client-{number}".encode()
        packet = b"\x00\x04MQTT\x04\x02\x0e\x10" + len(name).to_bytes(2, "big") + name
        connection = context.wrap_socket(socket.create_connection((CLOUD, TLS_PORT), timeout=20), server_hostname=CLOUD)
        connection.sendall(b"\x10" + bytes([len(packet)]) + packet)
        if connection.recv(4) != b"\x20\x02\x00\x00":
            raise OSError("the connection was not accepted")
        return connection


class Connections(Broker):
    def measure(self):
        self.lay_line()
        self.start_measured_cloud()
        pid = self.cloud.process.pid
        context = self.tls()
        memory, cpu, began = bench.memory_kib(pid), bench.cpu_s(pid), time.monotonic()
        with contextlib.ExitStack() as connections:
            with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
                for connection in pool.map(lambda number: self.connect(context, number), range(CONNECTIONS)):
                    connections.enter_context(connection)
            took = time.monotonic() - began
            return {"CPU of a connection, ms": (bench.cpu_s(pid) - cpu) / CONNECTIONS * 1e3,
                    "memory of a connection, KiB": (bench.memory_kib(pid) - memory) / CONNECTIONS,
                    f"connections a second, {AT_ONCE} at once": CONNECTIONS / took}


class Messages(Broker):
    def measure(self):
        self.lay_line()
        self.start_measured_cloud()
        pid = self.cloud.process.pid
        return {**self.waiting(pid), **self.read(pid)}

    def publish(self, lines):
        subprocess.run(self.in_cloud("mosquitto_pub", "-h", CLOUD, "-p", TLS_PORT, *self.ca.client(NEIGHBOUR), "-q", "1", "-t",
                                     TOPIC, "-l"), input="\n".join(lines) + "\n", text=True, check=True)

    def waiting(self, pid):
        """Messages that wait for a reader that is away."""
        self.start_history(SUBSCRIBED)
        self.history.kill()
        memory = bench.memory_kib(pid)
        self.publish([PAYLOAD] * MESSAGES)
        grown = (bench.memory_kib(pid) - memory) * 1024 / MESSAGES
        self.save_cloud()
        database = self.path("cloud/mosquitto.db")
        cloud.harness.await_true(lambda: os.path.getsize(database) > MESSAGES * len(PAYLOAD), "the cloud saves what waits")
        return {"memory of a message that waits, octets": grown,
                "disk of a message that waits, octets": os.path.getsize(database) / MESSAGES}

    def read(self, pid):
        self.start_history(SUBSCRIBED)
        self.publish(["first"])
        self.history.wait(TOPIC, "first")
        cpu, began = bench.cpu_s(pid), time.monotonic()
        self.publish([PAYLOAD] * MESSAGES + ["last"])
        self.history.wait(TOPIC, "last", within=120)
        took = time.monotonic() - began
        return {"CPU of a message, in and out to one reader, us": (bench.cpu_s(pid) - cpu) / MESSAGES * 1e6,
                "messages a second, one publisher, one reader": MESSAGES / took}


def costs():
    print("| | |\n|---|---|")
    for kind in (Connections, Messages):
        for what, figure in bench.run(kind).items():
            print(f"| {what} | {figure:.3g} |", flush=True)


class Descriptors(Broker):
    def measure(self):
        self.lay_line()
        self.start_measured_cloud("prlimit", "--nofile=1024:")
        context = self.tls()
        with contextlib.ExitStack() as connections:
            for number in range(1100):
                try:
                    connections.enter_context(self.connect(context, number))
                except OSError as error:
                    said = [line.text for line in self.cloud.output.since()[-3:]]
                    return f"{number} connections with a limit of 1024 descriptors, then: {error}; the broker: {said}"
        return "1100 connections with a limit of 1024 descriptors"


def descriptors():
    print(bench.run(Descriptors))
