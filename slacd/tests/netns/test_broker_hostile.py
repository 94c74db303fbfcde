# SPDX-License-Identifier: Apache-2.0
"""Whatever the broker sends, or does not take, an answer to a car is not late."""
import json
import socket
import threading

import harness
from harness import Bench
from relay import Relay

RELAY_PORT = 1884
# TP_match_response of ISO 15118-3.
ANSWER_WITHIN_S = 0.1
QUESTION = json.dumps({"id": "1", "name": "service_status", "type": "request", "data": {"service": "slac"}}).encode()


def publish(payload, qos=0, topic=b"cs/josev"):
    """A PUBLISH of MQTT 5."""
    rest = len(topic).to_bytes(2, "big") + topic + (b"\0\7" if qos else b"") + b"\0" + payload
    length, left = b"", len(rest)
    while not length or left:
        length += bytes([left & 0x7F | (0x80 if left > 0x7F else 0)])
        left >>= 7
    return bytes([0x30 | qos << 1]) + length + rest


FLOODS = {
    "messages that are none": publish(b"x") * 1000,
    "questions": publish(QUESTION, qos=1) * 200,
    "messages of 64 KiB": publish(b"y" * 65000),
    "messages of 4 MiB": publish(b"z" * 4190000),
    "acknowledgements of nothing": b"\x40\x02\xff\xfe" * 1000,
    "PINGRESP": b"\xd0\0" * 1000,
}


class Hostile(Relay):
    """Passes everything on, until it is told otherwise."""

    def __init__(self, port):
        self.passes = threading.Event()
        self.passes.set()
        self.answers = True
        self.client = None
        self.flooder = None
        self.floods = False
        super().__init__(port)

    def serve(self, client):
        if not self.answers:
            return
        self.client = client
        self.pass_on(client, socket.create_connection(("127.0.0.1", harness.BROKER_PORT)))

    def pass_one_way(self, source, sink):
        try:
            while octets := source.recv(65536):
                self.passes.wait()
                sink.sendall(octets)
        except OSError:
            pass

    def flood(self, octets):
        """Until it is told to pass on again: nothing else is sent meanwhile, and nothing read."""
        self.passes.clear()
        self.floods = True

        def send():
            try:
                while self.floods:
                    self.client.sendall(octets)
            except OSError:
                pass
        self.flooder = threading.Thread(target=send, daemon=True)
        self.flooder.start()

    def end_flood(self):
        self.floods = False
        self.flooder.join(harness.PATIENCE_S)
        self.passes.set()


class BrokerHostile(Bench):
    def start(self):
        self.relay = Hostile(RELAY_PORT)
        self.addCleanup(self.relay.close)
        self.start_all({"mqtt": {"port": RELAY_PORT}}, ev=harness.FAST_EV)

    def assert_answered_in_time(self, what):
        frames, ev_mark = self.capture.frames.mark(), self.ev.mark()
        self.ev.say("plug")
        for request, answer in ((harness.CM_SLAC_PARM_REQ, harness.CM_SLAC_PARM_CNF),
                                (harness.CM_SLAC_MATCH_REQ, harness.CM_SLAC_MATCH_CNF)):
            asked = self.capture.wait(request, after=frames).time
            took_s = self.capture.wait(answer, after=frames).time - asked
            print(f"{what}: answer {answer:#06x} after {took_s * 1e3:.3f} ms")
            self.assertLess(took_s, ANSWER_WITHIN_S)
        self.ev.wait_line("link up", after=ev_mark)

    def test_no_flood_of_the_broker_delays_an_answer(self):
        self.start()
        for what, octets in FLOODS.items():
            with self.subTest(what):
                mark = self.observer.mark()
                self.plug()
                self.relay.flood(octets)
                self.assert_answered_in_time(what)
                self.relay.end_flood()
                self.observer.wait_slac("matched", after=mark)
                self.unplug_both()
        self.assertEqual(self.slacd.lines("No connection"), [])

    def test_broker_that_takes_nothing_and_then_does_not_answer_connect_delays_no_answer(self):
        self.start()
        self.plug()
        self.relay.passes.clear()
        self.assert_answered_in_time("nothing is taken")
        self.ev.say("unplug")
        self.relay.answers = False
        self.relay.client.shutdown(socket.SHUT_RDWR)
        self.slacd.wait_line("No connection")
        self.assert_answered_in_time("CONNECT is not answered")


if __name__ == "__main__":
    harness.main()
