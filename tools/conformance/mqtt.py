# SPDX-License-Identifier: Apache-2.0
"""As much of an MQTT 3.1.1 client as a test needs: connect, subscribe and publish with QoS 1, no reconnection."""
import itertools
import socket
import threading
import time

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK = 1, 2, 3, 4, 8, 9
KEEP_ALIVE_OFF = 0
PATIENCE_S = 10.0


def _text(text):
    octets = text.encode()
    return len(octets).to_bytes(2, "big") + octets


def _length(number):
    octets = b""
    while True:
        number, low = divmod(number, 128)
        octets += bytes([low | (0x80 if number else 0)])
        if not number:
            return octets


class Client:
    """on_message(topic, payload, time) is called on the client's own thread for each message, once."""

    def __init__(self, host, port, client_id, topic, on_message):
        self.on_message = on_message
        self.socket = self._connect(host, port)
        self.file = self.socket.makefile("rb")
        self.sending = threading.Lock()
        self.packet_ids = itertools.cycle(range(1, 0x10000))
        self._send(CONNECT, 0, _text("MQTT") + b"\x04\x02" + KEEP_ALIVE_OFF.to_bytes(2, "big") + _text(client_id))
        kind, _, body = self._receive()
        if kind != CONNACK or body[1] != 0:
            raise ConnectionError(f"the broker refuses the connection: {body.hex()}")
        self._send(SUBSCRIBE, 2, self._next_id() + _text(topic) + b"\x01")
        kind, _, body = self._receive()
        if kind != SUBACK or body[2] > 2:
            raise ConnectionError(f"the broker refuses the subscription: {body.hex()}")
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    @staticmethod
    def _connect(host, port):
        """The broker may be starting."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                connection = socket.create_connection((host, port), timeout=PATIENCE_S)
                connection.settimeout(None)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return connection
            except ConnectionRefusedError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def _next_id(self):
        return next(self.packet_ids).to_bytes(2, "big")

    def _send(self, kind, flags, body):
        with self.sending:
            self.socket.sendall(bytes([kind << 4 | flags]) + _length(len(body)) + body)

    def _octets(self, count):
        octets = self.file.read(count)
        if len(octets) < count:
            raise ConnectionError("the broker closed the connection")
        return octets

    def _receive(self):
        first = self._octets(1)[0]
        length = shift = 0
        while True:
            octet = self._octets(1)[0]
            length |= (octet & 0x7F) << shift
            shift += 7
            if not octet & 0x80:
                return first >> 4, first & 0x0F, self._octets(length)

    def _read(self):
        while True:
            try:
                kind, flags, body = self._receive()
            except (OSError, ValueError):  # closed, here or there
                return
            if kind != PUBLISH:
                continue
            now = time.monotonic()
            end = 2 + int.from_bytes(body[:2], "big")
            topic = body[2:end].decode(errors="replace")
            if flags >> 1 & 3:
                self._send(PUBACK, 0, body[end:end + 2])
                end += 2
            self.on_message(topic, body[end:].decode(errors="replace"), now)

    def publish(self, topic, payload):
        """QoS 1; returns the time at which it was handed over."""
        now = time.monotonic()
        self._send(PUBLISH, 2, _text(topic) + self._next_id() + payload.encode())
        return now

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()
