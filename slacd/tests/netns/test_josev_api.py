# SPDX-License-Identifier: Apache-2.0
"""The Josev API over real brokers: of MQTT 5, of 3.1.1 only, on a Unix socket; two daemons on one broker."""
import re
import signal
import socket
import subprocess

import harness
from harness import BROKER_PORT, EVSE, FAST_EV, SHORT_TIMERS, with_settings
from relay import Relay

OLD_PORT = 1884
ON_EIM = with_settings(SHORT_TIMERS, pilot={"basic_charging_on_eim": True, "step_f_ms": 200, "step_x1_ms": 100})


class OldBroker(Relay):
    """In front of a broker: refuses a CONNECT of MQTT 5 as brokers of 3.1.1 do, and passes on everything else."""

    def __init__(self):
        self.refused = 0
        super().__init__(OLD_PORT)

    def serve(self, client):
        connect = client.recv(4096)
        level = connect[connect.index(b"MQTT") + 4]
        if level > 4:
            self.refused += 1
            client.sendall(b"\x20\x02\x00\x01")
            client.close()
            return
        broker = socket.create_connection(("127.0.0.1", BROKER_PORT))
        broker.sendall(connect)
        self.pass_on(client, broker)


class JosevApi(harness.Bench):
    def start_special_broker(self):
        """One that can also be reached over a Unix socket."""
        self.socket = self.path("broker.sock")
        configuration = self.write("special.conf", "\n".join([
            "per_listener_settings true", f"listener {BROKER_PORT} 127.0.0.1", "allow_anonymous true",
            f"listener 0 {self.socket}", "allow_anonymous true", "user root", "log_type all", "log_dest stderr",
            "set_tcp_nodelay true", ""]))
        self.broker = self.start_mosquitto(configuration)
        self.observer = self.start_observer(self.broker)

    def start_old_broker(self):
        old = OldBroker()
        self.addCleanup(old.close)
        return old

    def start_with(self, configuration):
        self.link()
        self.capture = self.capture_on("evse0")
        self.start_special_broker()
        self.station = self.start_station()
        self.station.wait_line("connected to the broker")
        self.ev = self.start_ev(*FAST_EV)
        self.slacd = self.start_slacd(configuration)
        self.observer.wait_service("ready")
        self.observer.wait_pilot("hlc")

    def publish(self, topic, text):
        subprocess.run(["mosquitto_pub", "-p", str(BROKER_PORT), "-q", "1", "-t", topic, "-m", text], check=True)

    def client_ids(self):
        """Of the daemons, as the broker knows them."""
        lines = self.broker.lines(r"New client connected from .* as slacd-")
        return [re.search(r" as (slacd-[0-9a-f]+) ", line.text).group(1) for line in lines]

    def sent_back(self):
        """What the broker passed on to slacd of the topic on which slacd itself speaks."""
        return self.broker.lines(r"Sending PUBLISH to slacd-.*'josev/cs'")

    def heard_from_services(self):
        """The names, in slacd's log."""
        taken = [re.search(r"topic=josev/cs name=(\S+)", line.text) for line in self.slacd.lines("Inbound MQTT message")]
        return [match.group(1) for match in taken if match]

    def assert_services_are_heard(self):
        """A session at first, so that there is no fallback; then a card, which leads to current."""
        mark = self.observer.mark()
        self.station.say("plug", "hlc_charging on")
        self.observer.never_pilot(("f", "x1", "x2"), 1.2, mark)
        self.publish("iso15118/ocpp", '{"id":"1","name":"hlc_charging","type":"update","data":{"evse_id":"%s",'
                                      '"status":false}}' % EVSE)
        self.station.say("tap accepted")
        self.observer.wait_slac("basic_charging", after=mark)
        self.assertEqual(self.observer.slac_statuses(mark), ["basic_charging"])

    def test_services_are_heard_and_own_messages_do_not_come_back(self):
        self.start_with(ON_EIM)
        self.assert_services_are_heard()
        # The station's own words are passed on: hlc_charging and the answer to the card. Of slacd's nothing is.
        harness.await_true(lambda: len(self.sent_back()) >= 2, "the broker says that it has passed them on")
        self.assertEqual(len(self.sent_back()), 2)
        self.assertEqual(self.slacd.lines("WARN MQTT|ERROR"), [])

    def test_broker_of_mqtt_3_1_1_does_as_well(self):
        old = self.start_old_broker()
        self.start_with(with_settings(ON_EIM, mqtt={"port": OLD_PORT}))
        self.assertEqual(old.refused, 1)
        self.assert_services_are_heard()
        # slacd's own ones are, too: it knows them.
        harness.await_true(lambda: len(self.sent_back()) > 2, "the broker passes on what slacd said")
        self.assertEqual(self.slacd.lines("WARN MQTT|No connection|ERROR"), [])
        harness.await_true(lambda: len(self.heard_from_services()) >= 2, "slacd's log says what it has heard")
        self.assertEqual(self.heard_from_services(), ["hlc_charging", "authorization"])

    def test_reset_of_the_station_does_not_reset_slacd(self):
        self.start_with(SHORT_TIMERS)
        self.station.say("plug")
        self.ev.say("plug")
        self.observer.wait_slac("matched")
        mark = self.observer.mark()
        of_station = self.station.mark()
        self.publish("josev/cs", '{"id":"r","name":"reset","type":"request","data":{}}')
        self.station.wait_line("connected to the broker", after=of_station)
        self.station.say("request reset")
        self.observer.messages.wait(lambda message: message.name == "slac_reset" and message.type == "response",
                                    "the answer", after=mark)
        self.assertEqual(self.observer.slac_statuses(mark), ["unmatched"])
        answers = [message for message in self.observer.messages.since(mark)
                   if message.type == "response" and "reset" in message.name]
        self.assertEqual([(message.topic, message.name) for message in answers],
                         [("cs/josev", "reset"), ("josev/cs", "slac_reset")])
        self.assertNotEqual(answers[1].id, "r")

    def test_broker_on_a_unix_socket(self):
        self.start_special_broker()
        for prefix, port in (("", 0), ("", 1883), ("unix:", 1883)):
            with self.subTest(prefix=prefix, port=port):
                mark = self.observer.mark()
                slacd = self.start_slacd({"mqtt": {"host": prefix + self.socket, "port": port}})
                slacd.wait_line("INFO .*Connected to the MQTT broker.*" + re.escape(self.socket))
                self.observer.wait_request("cs_parameters", after=mark)
                slacd.signal(signal.SIGTERM)
                self.observer.wait_service("stopping", after=mark)
                self.assertEqual(slacd.exit_code(), 0)

    def test_missing_unix_socket_is_named(self):
        self.slacd = self.start_slacd({"mqtt": {"host": self.path("none.sock"), "port": 0}})
        self.slacd.wait_line("WARN .*No connection to the MQTT broker.*none.sock: No such file")

    def test_daemons_of_one_machine_do_not_share_a_client_id(self):
        self.start_special_broker()
        for _ in range(2):
            self.start_slacd().wait_line("Connected to the MQTT broker")
        self.assertEqual(len(set(self.client_ids())), 2)
        named = {"outlets": {EVSE: {"interface": "evse0"}}}
        for _ in range(2):  # with an outlet that is known, it is the same at each start
            slacd = self.start_slacd(named)
            slacd.wait_line("Connected to the MQTT broker")
            slacd.kill()
        ids = self.client_ids()
        self.assertEqual(len(set(ids)), 3, ids)
        self.assertEqual(ids[2], ids[3])
        for one in ids:
            self.assertRegex(one, "^slacd-[0-9a-f]{16}$")

    def assert_displaced_is_said(self, port):
        same = {"mqtt": {"client_id": "slacd-twin", "port": port}}
        first = self.start_slacd(same)
        first.wait_line("Connected to the MQTT broker")
        second = self.start_slacd(same)
        line = first.wait_line("ERROR .*same client id.*mqtt.client_id.*client_id=slacd-twin", within=20)
        second.kill()
        self.assertTrue(line)

    def test_daemon_that_is_displaced_says_so_with_the_remedy(self):
        self.start_special_broker()
        self.assert_displaced_is_said(BROKER_PORT)

    def test_displacement_is_recognised_with_mqtt_3_1_1(self):
        self.start_special_broker()
        self.start_old_broker()
        self.assert_displaced_is_said(OLD_PORT)


if __name__ == "__main__":
    harness.main()
