# SPDX-License-Identifier: Apache-2.0
"""A relay between slacd and its broker that misbehaves as it is told."""
import random
import select
import socket
import struct
import threading
import time

PORT = 1884
PUBACK = 4
CHUNK = 4096
# A PUBLISH to the topic "t" with a property of a number that MQTT 5 does not know.
UNKNOWN_PROPERTY = bytes((0x30, 6, 0, 1, 0x74, 2, 0x7F, 0))
SLOW_CHUNK = 7
SLOW_S = 0.004


class MqttPackets:
    """Cuts a stream of octets into MQTT packets."""

    def __init__(self):
        self.octets = b""

    def take(self, octets):
        self.octets += octets
        packets = []
        while True:
            length = self._packet_length()
            if length is None or len(self.octets) < length:
                return packets
            packets.append(self.octets[:length])
            self.octets = self.octets[length:]

    def _packet_length(self):
        value, shift = 0, 0
        for at in range(1, min(5, len(self.octets))):
            value |= (self.octets[at] & 0x7F) << shift
            shift += 7
            if not self.octets[at] & 0x80:
                return value + at + 1
        return None


class Proxy:
    """`mode` is one of: pass, stall (reads nothing), slow, garbage, property, half (these once), no-acks, refuse."""

    def __init__(self, broker_port):
        self.broker_port = broker_port
        self.mode = "pass"
        self.random = random.Random(1883)
        self.closed = False
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", PORT))
        self.listener.listen()
        self.connections = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.closed = True
        self.listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self.listener.close()
        self.drop()

    def drop(self):
        """Every connection ends, with a reset."""
        for side in list(self.connections):
            try:
                side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                side.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _accept(self):
        while not self.closed:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.mode == "refuse":
                client.close()
                continue
            try:
                broker = socket.create_connection(("127.0.0.1", self.broker_port))
            except OSError:
                client.close()
                continue
            self.connections += [client, broker]
            threading.Thread(target=self._relay, args=(client, broker), daemon=True).start()

    def _relay(self, client, broker):
        packets = {client: MqttPackets(), broker: MqttPackets()}
        try:
            while not self.closed:
                if self.mode == "stall":
                    time.sleep(0.01)
                    continue
                for side in select.select([client, broker], [], [], 0.05)[0]:
                    octets = side.recv(SLOW_CHUNK if self.mode == "slow" else CHUNK)
                    if not octets:
                        return
                    self._pass(packets[side].take(octets), octets, client, broker if side is client else client)
        except OSError:
            pass
        finally:
            for side in (client, broker):
                side.close()
                if side in self.connections:
                    self.connections.remove(side)

    def _pass(self, packets, octets, client, other):
        to_slacd = other is client
        if self.mode == "slow":
            time.sleep(SLOW_S)
        if self.mode == "garbage" and to_slacd:
            self.mode = "pass"
            octets = self.random.randbytes(2000)
        elif self.mode == "property" and to_slacd:
            self.mode = "pass"
            octets = UNKNOWN_PROPERTY
        elif self.mode == "half" and to_slacd:
            self.mode = "pass"
            other.sendall(octets[:len(octets) // 2])
            raise OSError("cut")
        elif self.mode == "no-acks" and to_slacd:
            octets = b"".join(packet for packet in packets if packet[0] >> 4 != PUBACK)
        other.sendall(octets)
