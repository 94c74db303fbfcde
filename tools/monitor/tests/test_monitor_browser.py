# SPDX-License-Identifier: Apache-2.0
"""slac-monitor in a real browser, beside a real slacd, station and car: what the page shows, and when it says it is old.

Leaves pictures of the page in the folder SLACD_PICTURES.
"""
import json
import os
import pathlib
import socket
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "slacd/tests/netns"), str(ROOT / "tools/tests")]

import browser  # noqa: E402
import harness  # noqa: E402
from harness import EVSE, FAST_EV, PATIENCE_S, Bench, Program  # noqa: E402

PAGE = "http://127.0.0.1:8015/"
EV_MAC = "02:45:56:00:00:01"
SIZES = {"desk": (1280, 800), "phone": (390, 844)}
# What a test of the page says in JavaScript.
NOTICES = "document.getElementById('notices').innerText"
ROWS = "document.querySelectorAll('#outlets tbody tr')"
ROW = f"{ROWS}[0].innerText"


class MonitorInBrowser(Bench):
    def setUp(self):
        super().setUp()
        self.records = self.path("records")
        os.mkdir(self.records)
        profile = self.path("browser")
        os.mkdir(profile)
        self.page = browser.Browser(profile)
        self.addCleanup(self.page.close)

    def start_monitor(self):
        monitor = self.add(Program("slac-monitor", os.environ["SLAC_MONITOR"], "--records", self.records))
        monitor.wait_line(f"slac-monitor: {PAGE}")
        return monitor

    def start_station_and_slacd(self):
        self.link()
        self.observer = self.start_observer(self.broker)
        self.station = self.start_station()
        self.station.wait_line("connected to the broker")
        self.ev = self.start_ev(*FAST_EV)
        self.slacd = self.start_slacd({"record": {"when": "always", "directory": self.records}})
        self.observer.wait_service("ready")

    def shows(self, condition):
        self.page.wait(condition, PATIENCE_S)

    def notices(self):
        return self.page.evaluate(NOTICES)

    def take_pictures(self):
        folder = os.environ.get("SLACD_PICTURES", self.directory)
        for size, (width, height) in SIZES.items():
            for scheme in ("light", "dark"):
                self.page.resize(width, height, scheme)
                picture = self.page.picture(os.path.join(folder, f"monitor-{size}-{scheme}.png"))
                self.assertGreater(len(picture), 5000)
                # Nobody has to scroll to the side.
                self.assertLessEqual(self.page.evaluate("document.documentElement.scrollWidth"), width)
        self.page.resize(*SIZES["desk"])

    def assert_readable_without_eyes(self):
        accessible = self.page.accessible()
        self.assertIn(("table", "Outlets"), accessible)
        headers = [name for role, name in accessible if role == "columnheader"]
        self.assertEqual(headers[:3], ["Outlet", "Matching", "Car"])
        self.assertTrue(any(role == "rowheader" and name.startswith(EVSE) for role, name in accessible), accessible)

    def match(self):
        """Shown as it happens: the page is not loaded again."""
        self.page.evaluate("window.notLoadedAgain = true")
        self.assert_matches()
        self.shows(f"{ROW}.includes('matched') && {ROW}.includes('{EV_MAC}') && {ROW}.includes(' dB')")
        self.assertIn("1 matched", self.page.text("#summary")[0])
        self.assertRegex(self.page.text("#news")[0], f"^{EVSE.replace('*', '.')}: matched")
        self.assertTrue(self.page.evaluate("window.notLoadedAgain"))

    def show_hostile_text(self):
        """Whoever may write to the broker must not reach into the page."""
        evse_id = "<img src=x onerror=document.title=1>"
        message = {"id": "1", "name": "cp_status", "type": "update", "data": {"evse_id": evse_id, "state": "F"}}
        self.station.say(f"raw cs/josev {json.dumps(message)}")
        self.shows(f"{ROWS}.length === 2 && {ROW}.includes('{evse_id}')")
        self.assertEqual(self.page.evaluate("document.images.length"), 0)
        self.station.say("parameters add DE*TST*E9=none0:dc", "parameters remove DE*TST*E9")
        self.shows(f"{ROWS}.length === 1")

    def open_record(self):
        """The car has left: by keyboard alone to the picture of its session, and back."""
        self.station.say("unplug")
        self.shows(f"{ROW}.includes('vehicle_left') && !{ROW}.includes('{EV_MAC}')")
        self.shows("document.querySelectorAll('#records tbody tr').length === 1")
        self.assertRegex(self.page.text("#records tbody tr")[0], "DE_TST_E1\\s+unmatched\\s+vehicle_left")
        self.page.press_until("document.activeElement.tagName === 'SUMMARY'")
        self.page.press("Enter")
        self.assertIn(EV_MAC, self.page.text("#outlets details li")[0])
        self.page.press_until("document.activeElement.closest('#records') !== null && document.activeElement.innerText === 'Open'")
        self.take_pictures()
        self.page.loaded = False
        self.page.press("Enter")
        self.page.await_load()
        self.assertIn("CM_SLAC_MATCH.CNF", self.page.evaluate("document.body.textContent"))
        self.assertEqual(self.page.evaluate("document.querySelectorAll('script').length"), 0)

    def lose_broker(self):
        """What is shown is old until the station has told its pilot again."""
        stale = f"{ROWS}[0].classList.contains('stale')"
        self.broker.kill()
        self.shows(f"{NOTICES}.includes('No connection to the MQTT broker') && {stale}")
        self.broker = self.start_broker()
        self.shows(f"!{NOTICES}.includes('No connection')")
        self.station.say("report on")
        self.shows(f"{NOTICES} === '' && !{stale}")

    def be_one_page_too_many(self):
        self.page.open("about:blank")
        for _ in range(32):
            other = socket.create_connection(("127.0.0.1", 8015))
            self.addCleanup(other.close)
            other.sendall(b"GET /events HTTP/1.0\r\n\r\n")
            while b"event: state" not in other.recv(65536):
                pass
        self.page.open(PAGE)
        self.shows(f"{NOTICES}.includes('serves 32 pages already')")

    def test_a_station_is_shown_from_before_its_broker_runs_to_after_its_slacd_has_died(self):
        monitor = self.start_monitor()
        self.page.open(PAGE)
        self.shows(f"{NOTICES}.includes('No connection to the MQTT broker localhost:1883 since')")
        self.assertTrue(self.page.evaluate("!document.getElementById('no-outlets').hidden"))

        self.broker = self.start_broker()
        self.shows(f"!{NOTICES}.includes('MQTT broker') && {NOTICES}.includes('slacd has not told its state')")
        self.start_station_and_slacd()
        self.shows(f"{NOTICES} === '' && {ROWS}.length === 1 && {ROW}.includes('A2') && {ROW}.includes('5 %')")
        self.assertTrue(self.page.text("#outlets tbody th")[0].startswith(f"{EVSE}\nevse0"))
        self.assert_readable_without_eyes()
        self.show_hostile_text()
        self.match()
        self.open_record()
        self.page.open(PAGE)
        self.shows(f"{ROWS}.length === 1")
        self.lose_broker()
        self.assertEqual(self.page.complaints, [])

        # One octet more than slacd takes (API_PAYLOAD_MAX), and more than cs-sim says.
        publisher = self.add(Program("publisher", "mosquitto_pub", "-p", harness.BROKER_PORT, "-t", "cs/josev", "-s"))
        publisher.process.stdin.write("x" * 262145)
        publisher.process.stdin.close()
        self.shows(f"{NOTICES}.includes('could not be read: 1. The last one was from somebody at the broker')")

        self.slacd.kill()
        self.shows(f"{NOTICES}.includes('slacd ended without a good-bye') && {ROWS}[0].classList.contains('stale')")
        self.be_one_page_too_many()
        monitor.kill()
        self.shows(f"{NOTICES}.includes('No connection to slac-monitor since')")
        self.start_monitor()
        self.shows(f"!{NOTICES}.includes('No connection') && {ROWS}.length === 0")


if __name__ == "__main__":
    browser.skip_without()
    harness.main()
