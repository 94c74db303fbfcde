# SPDX-License-Identifier: Apache-2.0
"""Who may speak at the cloud's broker (cloud.py), and who is refused: another's name, no certificate, an expired one, one that
is revoked, also while its bridge is connected."""
import shutil
import signal
import subprocess

import harness
from cloud import CLOUD, LINE_TOPIC, NEIGHBOUR, TLS_PORT, Cloud, value
from cloud_files import STATION, commands
from harness import Program

NOT_TAKEN = "OpenSSL Error.*certificate verify failed"
LONG_AGO = "-startdate 20250101000000Z -enddate 20260101000000Z "
CRL_OF_LONG_AGO = ("-gencrl", "-gencrl -crl_lastupdate 20250101000000Z -crl_nextupdate 20250201000000Z")


class Speaking(Cloud):
    def say(self, name, topic, *tls):
        """With the certificate of this name; returns whether the connection came about."""
        tls = tls or self.ca.client(name)
        command = self.in_cloud("mosquitto_pub", "-h", CLOUD, "-p", TLS_PORT, *tls, "-q", "1", "-t", topic, "-m", "said")
        return subprocess.run(command, capture_output=True, timeout=harness.PATIENCE_S, check=False).returncode == 0

    def assert_refused(self, reason, name, *tls):
        mark = self.cloud.mark()
        self.assertFalse(self.say(name, f"telemetry/{name}/E1/state", *tls))
        self.cloud.wait_line(reason, after=mark)

    def reload(self):
        mark = self.cloud.mark()
        self.cloud.signal(signal.SIGHUP)
        self.cloud.wait_line("Loading config file", after=mark)


class Rights(Speaking):
    def test_station_speaks_under_its_own_name_and_reads_nothing(self):
        self.start_site()
        curious = self.add(Program("curious", *self.in_cloud("mosquitto_sub", "-h", CLOUD, "-p", TLS_PORT,
                                                             *self.ca.client("curious"), "-t", "#", "-v")))
        self.cloud.wait_line("Sending SUBACK to curious")
        for topic in (f"telemetry/{STATION}/E1/state", f"stations/{STATION}/josev/cs", LINE_TOPIC, "cs/josev",
                      f"stations/{NEIGHBOUR}/cs/josev"):
            mark = self.cloud.mark()
            self.say(NEIGHBOUR, topic)
            self.cloud.wait_line(f"Denied PUBLISH from {NEIGHBOUR} .*'{topic}'", after=mark)
        own = f"telemetry/{NEIGHBOUR}/E1/state"
        self.say(NEIGHBOUR, own)
        self.history.wait(own, "said")
        self.tell("state", "A", "B")
        self.history.wait(f"telemetry/{STATION}/E1/state", value("B"))
        self.assertEqual(self.history.topics(), {own, f"telemetry/{STATION}/E1/state"})
        self.assertEqual(self.cloud.lines("Sending PUBLISH to curious"), [])
        self.assertEqual(curious.lines(""), [])

    def test_certificates_that_are_not_taken(self):
        self.lay_line()
        self.start_cloud(self.configure_cloud())
        self.ca.issue("expired", LONG_AGO)
        self.ca.issue("revoked")
        self.assertTrue(self.say("revoked", "telemetry/revoked/E1/state"))
        self.ca.revoke("revoked")
        self.reload()
        self.assert_refused("peer did not return a certificate", "nobody", "--cafile", self.ca.path("ca.pem"))
        self.assert_refused(NOT_TAKEN, "expired")
        self.assert_refused(NOT_TAKEN, "revoked")
        # A broker's is not for clients.
        self.assert_refused(NOT_TAKEN, "broker")
        self.assertTrue(self.say(NEIGHBOUR, f"telemetry/{NEIGHBOUR}/E1/state"))
        # Whoever forgets the CRL loses all stations, and has them back with the next one.
        self.ca.run("new crl", CRL_OF_LONG_AGO)
        self.reload()
        self.assert_refused(NOT_TAKEN, NEIGHBOUR)
        self.ca.run("new crl")
        self.reload()
        self.assertTrue(self.say(NEIGHBOUR, f"telemetry/{NEIGHBOUR}/E1/state"))
        self.assert_refused(NOT_TAKEN, "revoked")


class RevokedStation(Speaking):
    def test_certificate_that_is_revoked_while_its_bridge_is_connected(self):
        self.start_site()
        topic = f"telemetry/{STATION}/E1/state"
        self.ca.revoke(STATION)
        self.reload()
        # A connection that stands is not looked at again.
        self.tell("state", "revoked")
        self.history.wait(topic, value("revoked"))
        # Rights are.
        with open(self.path("cloud.acl"), "a", encoding="ascii") as file:
            file.write(f"\nuser {STATION}\ntopic deny #\n")
        self.reload()
        mark = self.cloud.mark()
        self.tell("state", "denied")
        self.cloud.wait_line(f"Denied PUBLISH from {STATION} .*'{topic}'", after=mark)
        # Another one under its name, made for this, ends the connection; the bridge does not get in again.
        self.run_takeover()
        self.cloud.wait_line(f"Client {STATION} already connected, closing old connection", after=mark)
        self.cloud.wait_line(NOT_TAKEN, after=mark)
        self.tell("state", "refused")
        self.assertEqual(self.history.of(topic), [value("revoked")])

    def run_takeover(self):
        directory = self.path("takeover")
        shutil.copytree(self.files, directory)
        text = commands("take over").replace("cloud.example.com", CLOUD)
        done = subprocess.run(self.in_cloud("sh", "-ec", text), cwd=directory, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    harness.main(["openssl", "nsenter"])
