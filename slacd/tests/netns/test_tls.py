# SPDX-License-Identifier: Apache-2.0
"""A broker with TLS, certificates of clients and rights: a match under them, who is refused, and what is said of a
connection that does not come about."""
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile

import harness
from harness import BROKER_PORT, EVSE, FAST_EV
from relay import Relay
from tls_files import Authority

PACKAGING = os.path.join(os.path.dirname(__file__), "..", "..", "..", "packaging", "mosquitto")
TLS_PORT = 8883
STATION_PORT = 1884
ATTACKER = "attacker"
ROLES = ("slacd", "station", "iso15118", "ocpp", "smart-charging", "observer")
OUTLET = {"evse_id": EVSE}
NO_TLS_1_3 = """openssl_conf = configuration
[configuration]
ssl_conf = parts
[parts]
system_default = limits
[limits]
MaxProtocol = TLSv1.2
"""


def message(name, kind, data):
    return json.dumps({"id": ATTACKER, "name": name, "type": kind, "data": data})


LIMITS = message("cs_status_and_limits", "update", {"evses": [{"evse_id": EVSE, "status_code": "evse_ready"}]})
PARAMETERS = message("cs_parameters", "update", {"parameters": []})
PILOT = message("cp_status", "update", {"connector_id": "1", "state": "C2", **OUTLET})
ANSWER = message("cp_pwm", "response", {"status": "valid", **OUTLET})
RESET = message("slac_reset", "request", {})
TERMINATE = message("slac_data_link", "update", {"action": "terminate", **OUTLET})


class Tunnel(Relay):
    """Lets a program without TLS speak to the broker with the certificate of a role."""

    def __init__(self, port, context):
        self.context = context
        super().__init__(port)

    def serve(self, client):
        broker = socket.create_connection(("127.0.0.1", TLS_PORT))
        self.pass_on(client, self.context.wrap_socket(broker, server_hostname="localhost"))


class Tls(harness.Bench):
    @classmethod
    def setUpClass(cls):
        cls.files = tempfile.mkdtemp(prefix="slacd-tls-")
        cls.addClassCleanup(shutil.rmtree, cls.files)
        ca = Authority(cls.files, "ca")
        ca.issue("broker", "broker", "DNS:localhost,IP:127.0.0.1")
        ca.issue("elsewhere", "elsewhere", "DNS:elsewhere.example,DNS:other.example")
        ca.issue("expired", "broker", "DNS:localhost", -3, -2)
        ca.issue("tomorrow", "broker", "DNS:localhost", 1, 2)
        for role in ROLES:
            ca.issue(role, role)
        other = Authority(cls.files, "other-ca")
        other.issue("stranger", "broker", "DNS:localhost")
        other.issue("foreign", "slacd")

    @classmethod
    def of(cls, name):
        return os.path.join(cls.files, name)

    def start_tls_broker(self, certificate="broker", wrapper=()):
        """As packaging/mosquitto/slacd.conf says, with these files."""
        with open(os.path.join(PACKAGING, "slacd.conf"), encoding="ascii") as file:
            configuration = file.read()
        with open(os.path.join(PACKAGING, "slacd.acl"), encoding="ascii") as file:
            rights = file.read() + "\nuser observer\ntopic read #\n"
        for setting, path in (("cafile", self.of("ca.pem")), ("certfile", self.of(f"{certificate}.pem")),
                              ("keyfile", self.of(f"{certificate}.key")),
                              ("acl_file", self.write("acl", rights))):
            configuration, count = re.subn(f"(?m)^{setting} .*$", f"{setting} {path}", configuration)
            self.assertEqual(count, 1)
        path = self.write("mosquitto.conf", configuration + "\n".join(
            ["user root", "log_type all", "log_dest stderr", ""]))
        return self.start_mosquitto(path, wrapper=wrapper)

    def client(self, role):
        """Options of mosquitto_pub and mosquitto_sub."""
        return ("-h", "localhost", "-p", TLS_PORT, "--cafile", self.of("ca.pem"), "--cert", self.of(f"{role}.pem"),
                "--key", self.of(f"{role}.key"))

    def publish(self, role, topic, text, *options, qos=1):
        command = ["mosquitto_pub", *self.client(role), "-V", "mqttv311", "-q", qos, "-t", topic, "-m", text, *options]
        subprocess.run([str(word) for word in command], check=True)

    def configuration(self, role="slacd", **mqtt):
        own = {"tls_certificate": self.of(f"{role}.pem"), "tls_key": self.of(f"{role}.key")} if role else {}
        return {"mqtt": {"host": "localhost", "port": TLS_PORT, "tls_ca": self.of("ca.pem"), **own, **mqtt}}

    def start_site(self):
        """The whole bench, each with the certificate of its role."""
        self.link()
        self.capture = self.capture_on("evse0")
        self.broker = self.start_tls_broker()
        self.observer = self.add(harness.Observer(*self.client("observer")))
        self.broker.wait_line("Sending SUBACK to observer")
        context = ssl.create_default_context(cafile=self.of("ca.pem"))
        context.load_cert_chain(self.of("station.pem"), self.of("station.key"))
        tunnel = Tunnel(STATION_PORT, context)
        self.addCleanup(tunnel.close)
        self.station = self.start_station("--mqtt-port", str(STATION_PORT))
        self.station.wait_line("connected to the broker")
        self.ev = self.start_ev(*FAST_EV)
        # What the broker has stored is not obeyed, whatever its QoS.
        self.publish("iso15118", "iso15118/slac", TERMINATE, "-r", qos=2)
        self.slacd = self.start_slacd(self.configuration())
        self.observer.wait_service("ready")
        self.slacd.wait_line("Modem has confirmed its key")
        self.observer.wait_state_after_request()

    def test_match_under_rights_that_nobody_else_has(self):
        self.start_site()
        self.slacd.wait_line("WARN .*Retained MQTT message ignored.*topic=iso15118/slac name=slac_data_link")
        self.assert_matches()
        mark = self.observer.mark()
        log = self.slacd.mark()
        for role in ("iso15118", "ocpp", "smart-charging"):
            for text in (PILOT, ANSWER, LIMITS, PARAMETERS, RESET):
                denied = self.broker.mark()
                self.publish(role, "cs/josev", text)
                self.broker.wait_line(f"Denied PUBLISH from .*'cs/josev'", after=denied)
            for topic in ("iso15118/slac",) if role != "iso15118" else ():
                denied = self.broker.mark()
                self.publish(role, topic, TERMINATE)
                self.broker.wait_line(f"Denied PUBLISH from .*'{topic}'", after=denied)
        self.assertEqual(self.slacd.lines("cs/josev", log), [])
        # Where they may write slacd listens, too, but not to this.
        for role, topic, text, name in (
                ("iso15118", "iso15118/slac", PILOT, "cp_status"), ("iso15118", "iso15118/ocpp", ANSWER, "cp_pwm"),
                ("ocpp", "josev/cs", LIMITS, "cs_status_and_limits"),
                ("ocpp", "josev/cs", PARAMETERS, "cs_parameters"), ("ocpp", "josev/cs", RESET, "slac_reset"),
                ("smart-charging", "josev/cs", TERMINATE, "slac_data_link")):
            self.publish(role, topic, text)
            self.slacd.wait_line(f"WARN .*MQTT message refused. topic={topic} name={name} member=topic ", after=log)
        self.publish("ocpp", "josev/cs", PILOT)  # the second one in a minute
        # What is theirs to say arrives, of any QoS.
        self.publish("iso15118", "josev/cs", message("hlc_charging", "update", {"status": True, **OUTLET}), qos=2)
        self.slacd.wait_line("Inbound MQTT message. topic=josev/cs .*hlc_charging", after=log)
        self.assertEqual(len(self.slacd.lines("MQTT message refused.*name=cp_status", log)), 1)
        self.assertEqual(self.observer.slac_statuses(mark), [])
        self.assertEqual(self.slacd.lines("No connection|MQTT message dropped|ERROR"), [])
        # The attackers' messages are no messages of slacd.
        self.observer.violations = [line for line in self.observer.violations if ATTACKER not in line]
        self.publish("iso15118", "iso15118/slac", TERMINATE, qos=2)
        self.observer.wait_slac("unmatched", after=mark)

    def test_slacd_without_the_right_to_speak_says_so(self):
        self.start_tls_broker()
        slacd = self.start_slacd(self.configuration("observer"))
        slacd.wait_line("WARN .*MQTT message dropped: one that the broker does not let slacd publish")

    def assert_reason(self, slacd, reason, after=0):
        slacd.wait_line(f"WARN .*No connection to the MQTT broker.*reason=.*port {TLS_PORT}: {reason}", after=after)

    def test_certificate_that_is_not_taken_is_named_and_one_that_is_mended_is_found(self):
        slacd = None
        for certificate, reason in (
                ("expired", r"the broker's certificate has expired: \d{4}-\d\d-\d\d \d\d:\d\d UTC"),
                ("tomorrow", r"the broker's certificate is not yet valid, not before \d{4}-"),
                ("elsewhere", r"the broker's certificate is not for localhost, it names elsewhere\.example, other\."),
                ("stranger", r"the broker's certificate is of an unknown CA")):
            broker = self.start_tls_broker(certificate)
            slacd = slacd or self.start_slacd(self.configuration())
            self.assert_reason(slacd, reason)
            broker.kill()
        self.start_tls_broker()
        slacd.wait_line("Connected to the MQTT broker", within=2 * harness.PATIENCE_S)

    def test_broker_is_known_by_its_address_too(self):
        self.start_tls_broker()
        self.start_slacd(self.configuration(host="127.0.0.1")).wait_line("Connected to the MQTT broker")

    def test_client_certificate_that_is_missing_or_foreign_is_named(self):
        for wrapper in ((), ("env", "OPENSSL_CONF=" + self.write("openssl.cnf", NO_TLS_1_3))):
            broker = self.start_tls_broker(wrapper=wrapper)
            slacd = self.start_slacd(self.configuration(role=None))
            self.assert_reason(slacd, "the broker requires a client certificate")
            slacd.kill()
            broker.kill()
        self.start_tls_broker()
        self.assert_reason(self.start_slacd(self.configuration("foreign")), "the broker refuses the client certificate: ")

    def test_broker_without_tls_and_a_port_where_nobody_listens_are_named(self):
        self.start_broker()
        slacd = self.start_slacd(self.configuration(port=BROKER_PORT))
        slacd.wait_line(f"WARN .*No connection .*port {BROKER_PORT}: the broker speaks no TLS on this port")
        self.assert_reason(self.start_slacd(self.configuration()), "Connection refused")

    def test_file_that_cannot_be_used_ends_the_start(self):
        for mqtt, parts in (
                ({"tls_key": self.of("station.key")}, ("mqtt.tls_key", "station.key: does not fit the client")),
                ({"tls_certificate": self.of("none.pem")}, ("mqtt.tls_certificate", "none.pem", "No such file")),
                ({"tls_certificate": self.of("slacd.key")}, ("mqtt.tls_certificate", "holds no certificate")),
                ({"tls_ca": self.of("slacd.key")}, ("mqtt.tls_ca", "holds no certificate")),
                ({"tls_key": self.files}, ("mqtt.tls_key", "is no file")),
                ({"username": "slacd", "password_file": self.files}, ("mqtt.password_file", "it is a directory"))):
            slacd = self.start_slacd(self.configuration(**mqtt))
            self.assertEqual(slacd.exit_code(), 2)
            for part in ("slacd.json", *parts):
                self.assertIn(part, slacd.text())

    def test_files_are_read_anew_at_each_connection(self):
        for kind in ("pem", "key"):
            shutil.copy(self.of(f"slacd.{kind}"), self.path(f"own.{kind}"))
        broker = self.start_tls_broker()
        slacd = self.start_slacd(self.configuration(tls_certificate=self.path("own.pem"), tls_key=self.path("own.key")))
        slacd.wait_line("Connected to the MQTT broker")
        shutil.copy(self.of("ocpp.key"), self.path("own.key"))
        broker.kill()
        slacd.wait_line("No connection")
        self.start_tls_broker()
        self.assert_reason(slacd, "key .*own.key: does not fit the client certificate")
        mark = slacd.mark()
        shutil.copy(self.of("slacd.key"), self.path("own.key"))
        slacd.wait_line("Connected to the MQTT broker", after=mark)

    def test_password_of_a_file_is_shown_to_the_broker(self):
        users = self.path("users")
        subprocess.run(["mosquitto_passwd", "-c", "-b", users, "slacd", "a secret"], check=True, capture_output=True)
        self.start_mosquitto(self.write("plain.conf", "\n".join([
            f"listener {BROKER_PORT} 127.0.0.1", "allow_anonymous false", f"password_file {users}", "user root",
            "log_dest stderr", ""])))
        for content, said in (("a secret\n", "Connected to the MQTT broker"), ("another\n", "No connection.*[Nn]ot auth")):
            slacd = self.start_slacd({"mqtt": {"username": "slacd", "password_file": self.write("password", content)}})
            slacd.wait_line(said)
            self.assertNotIn("secret", slacd.text())


if __name__ == "__main__":
    harness.main(["openssl", "mosquitto_passwd"])
