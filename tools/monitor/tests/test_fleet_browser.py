# SPDX-License-Identifier: Apache-2.0
"""The fleet's page of slac-monitor in a real browser, worked by mouse and keyboard, beside a fleet of 200 stations that
is played (fake_fleet.py). How fast it answers meanwhile is printed.

Leaves pictures of the page in the folder SLACD_PICTURES.
"""
import os
import pathlib
import shutil
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "slacd/tests/netns"), str(ROOT / "tools/tests")]

import browser  # noqa: E402
import fake_fleet  # noqa: E402
import harness  # noqa: E402
from harness import BROKER_PORT, PATIENCE_S, Bench, Program  # noqa: E402

ADDRESS = "127.0.0.1:8015"
PAGE = f"http://{ADDRESS}/fleet"
STATIONS = 200
CHANGES_PER_S = 400
SIZES = {"desk": (1280, 900), "phone": (390, 844)}
ROWS = "document.querySelectorAll('#stations li:not([hidden])')"
CARD = "#cards .card:nth-child(2)"  # the second outlet of the chosen station
DOUBLE_IDS = ("[...document.querySelectorAll('[id]')].map(({id}) => id)"
              ".filter((id, index, all) => all.indexOf(id) < index)")
NOTICES = "document.getElementById('notices').innerText"
HOSTILE = "<img src=x onerror=document.title=1>"
LONG = "W" * 300
# What reaches out of the card or the row that it is in, or out of the page.
OUTSIDE = """[...document.querySelectorAll('.card *, #stations li *, #station-head *')].filter(part => {
  const box = part.closest('.card, #stations li, #station-head');
  return part.offsetParent !== null && part.getBoundingClientRect().right > box.getBoundingClientRect().right + 1;
}).map(({outerHTML}) => outerHTML.slice(0, 120))"""
# How long the page's thread does something else than it is asked: gaps of a timer of 10 ms.
WATCH = """
window.gaps = [];
window.last = performance.now();
window.watching = setInterval(() => {
  const now = performance.now();
  window.gaps.push(now - window.last);
  window.last = now;
}, 10);
"""
# From the click on a row to the frame that shows the station.
CLICK_ROW = """new Promise(resolve => {
  const row = document.querySelectorAll('#stations li')[%d];
  const begin = performance.now();
  row.click();
  requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begin)));
})"""


def chosen(name):
    return (f"document.getElementById('station-title').innerText === 'Station {name}'"
            " && !document.getElementById('station').hidden")


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def setUpModule():
    """One browser for all: it takes seconds to start."""
    folder = tempfile.mkdtemp(prefix="slacd-browser-")
    unittest.addModuleCleanup(shutil.rmtree, folder)
    FleetPage.page = browser.Browser(folder)
    unittest.addModuleCleanup(FleetPage.page.close)


class FleetPage(Bench):
    """The page beside whatever fleet there is at the broker."""

    def setUp(self):
        super().setUp()
        self.page.open("about:blank")
        self.page.resize(*SIZES["desk"])
        self.page.complaints.clear()

    def start_monitor(self, *arguments):
        monitor = self.add(Program("slac-monitor", os.environ["SLAC_MONITOR"], "--fleet", *arguments))
        monitor.wait_line(f"slac-monitor: http://{ADDRESS}/")
        return monitor

    def shows(self, condition):
        self.page.wait(condition, PATIENCE_S)

    def says(self, selector, text):
        self.shows(f"document.querySelector('{selector}').textContent.includes('{text}')")

    def fill(self, selector, text):
        """By mouse and keyboard: what is there is replaced."""
        self.page.click(selector)
        self.page.evaluate(f"document.querySelector('{selector}').select()")
        self.page.type(text)
        self.page.press("Tab")

    def select(self, selector, value):
        self.page.evaluate(f"""(select => {{
            select.value = '{value}';
            select.dispatchEvent(new Event('change'));
        }})(document.querySelector('{selector}'))""")

    def choose(self, name):
        self.page.click(f"#row-{name}")
        self.shows(chosen(name))

    def answer(self, button, title, answer):
        """Clicks the button and gives this answer to its question."""
        self.page.click(button)
        self.shows("document.getElementById('question').open")
        self.says("#question-title", title)
        self.page.click(answer)
        self.shows("!document.getElementById('question').open")

    def take_pictures(self, name, schemes=("light", "dark")):
        folder = os.environ.get("SLACD_PICTURES", self.directory)
        for size, (width, height) in SIZES.items():
            for scheme in schemes:
                self.page.resize(width, height, scheme)
                picture = self.page.picture(os.path.join(folder, f"{name}-{size}-{scheme}.png"), whole=size == "phone")
                self.assertGreater(len(picture), 5000)
                # Nobody has to scroll to the side.
                self.assertLessEqual(self.page.evaluate("document.documentElement.scrollWidth"), width)
        self.page.resize(*SIZES["desk"])

    def go_back_on_a_phone(self):
        """There is the list, or the station."""
        self.page.resize(*SIZES["phone"])
        name = self.page.evaluate("chosen")
        self.shows("document.getElementById('stations').offsetParent === null")
        self.page.click("#back")
        self.shows("document.activeElement.id === 'stations'")
        top = self.page.evaluate(f"document.getElementById('row-{name}').getBoundingClientRect().top")
        self.assertTrue(0 < top < SIZES["phone"][1], top)
        self.page.click(f"#row-{name}")
        self.shows(chosen(name))
        self.shows("document.activeElement.id === 'station-title'")
        self.page.resize(*SIZES["desk"])


class FleetInBrowser(FleetPage):
    def start_fleet(self):
        self.fleet = fake_fleet.FakeFleet(BROKER_PORT)
        self.addCleanup(self.fleet.close)

    def asked(self, topic, **body):
        """This is what the page asks for next."""
        command = self.fleet.commands.wait(lambda _: True, f"{topic} {body}", after=self.seen)
        self.assertEqual((command.topic, command.body), (topic, body))
        self.seen += 1

    def asked_launcher(self, **body):
        self.asked("fleet/launcher/cmd", **body)

    def asked_car(self, name, what, **body):
        self.asked(f"fleet/stations/{name}/connectors/2/{what}", **body)

    def assert_readable_without_eyes(self):
        accessible = self.page.accessible()
        for wanted in (("listbox", "Stations"), ("heading", "Stations"), ("heading", "Station S3"),
                       ("heading", "Outlet 2"), ("button", "Kill …"), ("spinbutton", "Own cable, A"),
                       ("checkbox", "Ready"), ("combobox", "Behaviour, from the next plug-in on")):
            self.assertIn(wanted, accessible)
        self.assertIn(("option", "S3 Alive 2 outlets 2 unmatched"),
                      [(role, " ".join(name.replace("·", " ").split())) for role, name in accessible])

    def touched_by(self, change, condition):
        """What of the list and the chosen station the page touches for this change: ids."""
        self.page.evaluate("""
            window.touched = new Set();
            window.observer = new MutationObserver(list => list.forEach(({target}) => window.touched.add(
              (target.nodeType === 1 ? target : target.parentElement).closest('#stations li, #stations, #station').id)));
            window.observer.observe(document.getElementById('panes'),
              {subtree: true, childList: true, attributes: true, characterData: true});""")
        change()
        self.shows(condition)
        return self.page.evaluate("window.observer.disconnect(), [...window.touched]")

    def touch_changed_rows_only(self):
        self.assertEqual(self.touched_by(lambda: self.fleet.set_state("S5", 1, "matched", "", "C2"),
                                         "document.getElementById('row-S5').textContent.includes('1 matched')"),
                         ["row-S5"])
        self.fleet.start_station("title", 1)  # an id as another element of the page has it
        self.shows(f"{ROWS}.length === {STATIONS + 1}")
        self.assertEqual(self.page.evaluate(DOUBLE_IDS), [])
        # After this one slac-monitor sends all of them.
        self.assertEqual(self.touched_by(lambda: self.fleet.clear_station("title"), f"{ROWS}.length === {STATIONS}"),
                         ["stations"])

    def work_by_keyboard(self):
        self.page.press_until("document.activeElement.id === 'stations'")
        for key, name in (("ArrowDown", "S1"), ("ArrowDown", "S2"), ("End", f"S{STATIONS}"), ("ArrowDown", f"S{STATIONS}"),
                          ("PageUp", f"S{STATIONS - 10}"), ("Home", "S1"), ("ArrowDown", "S2"), ("ArrowDown", "S3")):
            self.page.press(key)
            self.shows(chosen(name))
        self.assertEqual(self.page.evaluate("document.activeElement.getAttribute('aria-activedescendant')"), "row-S3")
        self.assertEqual(self.page.evaluate("location.hash"), "#S3")

    def filter_list(self):
        self.page.click("#filter")
        self.page.type("s19 UNMATCHED")
        self.shows(f"{ROWS}.length === 11")  # S19, S190 to S199
        self.assertEqual(self.page.text("#shown"), [f"11 of {STATIONS}"])
        self.fill("#filter", "no such")
        self.shows(f"{ROWS}.length === 0")
        self.fill("#filter", "")
        self.shows(f"{ROWS}.length === {STATIONS}")

    def drive_car(self):
        """Everything that can be asked of an outlet, and what comes back of it."""
        self.choose("S7")
        self.page.click(f"{CARD} fieldset button")
        self.asked_car("S7", "car", plugged=True)
        self.says(f"{CARD} fieldset button", "Unplug")
        self.says(f"{CARD} dl", "matched")
        self.says("#row-S7", "1 matched")
        self.fill(f"{CARD} [data-name=consumption_l3]", "12.5")
        self.asked_car("S7", "car", consumption_l3=12.5)
        self.fill(f"{CARD} [data-name=cable]", "-1")
        self.says(f"{CARD} .said", "Own cable, A: expected a number from 0 to 1000")
        self.fill(f"{CARD} [data-name=cable]", "20")
        self.asked_car("S7", "car", cable=20)
        self.page.click(f"{CARD} [data-name=ready]")
        self.asked_car("S7", "car", ready=False)
        self.select(f"{CARD} [data-name=behaviour]", "stop-at")
        self.says(f"{CARD} .hint", "fall silent after this step")
        self.page.click(f"{CARD} [data-name=behaviour] ~ button")
        self.says(f"{CARD} .said", "behaviour: expected what slac-ev --print-behaviours names")
        self.fill(f"{CARD} [data-name=behaviour-value]", "sound")
        self.page.click(f"{CARD} [data-name=behaviour] ~ button")
        self.asked_car("S7", "car", behaviour="stop-at:sound")
        self.shows(f"document.querySelector('{CARD} [data-name=behaviour]').value === 'stop-at:sound'")
        self.page.click(f"{CARD} [data-name=tag]")
        self.page.type("04A2B1C8")
        self.page.press("Enter")
        self.asked_car("S7", "id_tag", id_tag="04A2B1C8")
        self.select(f"{CARD} [data-name=fault]", "evse_shutdown")
        self.page.click(f"{CARD} [data-name=fault] ~ button")
        self.asked_car("S7", "faulted", faulted=True, status_code="evse_shutdown")
        self.says(f"{CARD} [data-name=fault] ~ button", "Clear fault")
        self.page.click(f"{CARD} [data-name=fault] ~ button")
        self.asked_car("S7", "faulted", faulted=False)

    def end_stations(self):
        """What destroys is asked for first; who says no has destroyed nothing."""
        self.answer("#kill", "Kill station S7?", "#question-no")
        self.page.click("#kill")
        self.page.press("Escape")
        self.shows("!document.getElementById('question').open")
        self.answer("#restart", "Restart station S7?", "#question-yes")
        self.asked_launcher(command="restart", id="S7")  # and not kill
        self.says("#station-facts", "restarted once")
        self.answer("#kill", "Kill station S7?", "#question-yes")
        self.asked_launcher(command="kill", id="S7")
        self.says("#station-badge", "Dead")
        self.says("#row-S7", "Dead")
        self.assertTrue(self.page.evaluate(f"document.querySelector('{CARD} fieldset').disabled"))
        self.answer("#close", "Remove station S7?", "#question-yes")
        self.asked_launcher(command="close", id="S7")
        self.shows(f"{ROWS}.length === {STATIONS - 1} && document.getElementById('station').hidden")

    def change_fleet(self):
        self.fill("#new-connectors", "3")
        self.page.click("#add")
        self.asked_launcher(command="start", connectors=3)
        self.says("#row-S7", "3 outlets")  # the place that is free
        self.assertEqual(self.page.evaluate(
            "document.getElementById('row-S7').previousElementSibling.id"), "row-S6")
        self.page.click("#save")
        self.page.evaluate("document.getElementById('question-name').select()")
        self.page.type("a/b")
        self.page.press("Enter")
        self.says("#question-error", "expected 1 to 64 of the characters")
        self.page.evaluate("document.getElementById('question-name').select()")
        self.page.type("tests")
        self.page.press("Enter")
        self.asked_launcher(command="save", name="tests")
        self.shows("[...document.getElementById('setups').options].some(({value}) => value === 'tests')")
        self.select("#setups", "tests")
        self.page.click("#load")
        self.asked_launcher(command="load", name="tests")
        self.says("#row-tests-1", "1 outlet")
        self.answer("#all", f"Restart all {STATIONS + 1} stations?", "#question-no")
        self.answer("#all", f"Restart all {STATIONS + 1} stations?", "#question-yes")
        self.asked_launcher(command="restart", id="*")
        self.says("#tools-said", "All stations are asked to restart.")

    def show_refusals(self):
        """Of launcher and keepers, politely, and whoever may write to the broker does not reach into the page."""
        self.assertTrue(self.page.evaluate("document.getElementById('errors-part').hidden"))
        self.fleet.refuse(f"id {HOSTILE}: expected an id", "fleet/launcher/cmd", HOSTILE)
        self.says("#errors", f"launcher: id {HOSTILE}")
        self.says("#news", "Refused by the launcher: id")
        self.fleet.client.publish("fleet/stations/S1/error", {"error": "cable -1: expected A"}, retain=False)
        self.says("#errors li", "S1: cable -1: expected A")
        self.page.click("#dismiss")
        self.shows("document.getElementById('errors-part').hidden")
        self.fleet.stations["S1"]["connectors"][1].update(evse_id=HOSTILE, reason=HOSTILE, behaviour=HOSTILE)
        self.fleet.tell_connector("S1", 1)
        self.choose("S1")
        self.says("#cards", HOSTILE)
        self.assertEqual(self.page.evaluate("document.images.length"), 0)
        self.fleet.client.publish("fleet/stations/S1/status", "no object")
        self.shows(f"{NOTICES}.includes('could not be read: 1. The last one: fleet/stations/S1/status: expected a JSON')")

    def keep_long_words_inside(self):
        """Whatever somebody at the broker says: nothing reaches out of its card, row or page."""
        self.fleet.stations["S2"].update(status="W" * 31)
        self.fleet.tell_station("S2")
        self.fleet.stations["S2"]["connectors"][1].update(
            {name: LONG for name in ("evse_id", "state", "reason", "pilot", "ev_mac", "behaviour", "id_tag", "status_code")})
        self.fleet.tell_connector("S2", 1)
        self.choose("S2")
        self.says("#cards", "W" * 63)
        for size in SIZES.values():
            self.page.resize(*size)
            self.assertEqual(self.page.evaluate(OUTSIDE), [])
            self.assertLessEqual(self.page.evaluate("document.documentElement.scrollWidth"), size[0])
        self.page.resize(*SIZES["desk"])
        self.fleet.stations["S2"].update(status="Alive")
        self.fleet.set_state("S2", 1, "unmatched", "", "A1")
        self.fleet.stations["S2"]["connectors"][1].update(evse_id="DE*SIM*ES2*1", behaviour="normal", id_tag="", status_code="")
        self.fleet.tell_station("S2")
        self.fleet.tell_connector("S2", 1)

    def thread_s(self):
        """What the page's thread has computed: not how busy the machine is with other things."""
        metrics = self.page.command("Performance.getMetrics")["metrics"]
        return next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")

    def stay_fast(self):
        """While all stations change; what somebody types stays, and so does the focus."""
        self.page.click(f"{CARD} [data-name=cable]")
        self.page.evaluate(f"document.querySelector('{CARD} [data-name=cable]').select()")
        self.page.type("17")
        self.page.evaluate(WATCH)
        self.page.command("Performance.enable", timeDomain="threadTicks")
        began, computed = time.monotonic(), self.thread_s()
        self.fleet.change_all_the_time(CHANGES_PER_S)
        mark = self.page.evaluate("state.change")
        self.shows(f"state.change > {mark} + {CHANGES_PER_S // 2}")
        # What the keeper tells meanwhile waits.
        with self.fleet.lock:
            self.fleet.stations["S1"]["connectors"][2]["cable"] = 25
            self.fleet.tell_connector("S1", 2)
        self.shows("stations.get('S1').connectors.get(2).data.cable === 25")
        self.assertEqual(self.page.evaluate("document.activeElement.value"), "17")
        self.page.press("Escape")
        self.assertEqual(self.page.evaluate("document.activeElement.value"), "25")
        clicks = [self.page.evaluate(CLICK_ROW % number) for number in range(20, 40)]
        gaps = self.page.evaluate("clearInterval(window.watching), window.gaps")
        share = (self.thread_s() - computed) / (time.monotonic() - began)
        print(f"{STATIONS} stations, {CHANGES_PER_S} changes/s: click to the next frame p50 {percentile(clicks, .5):.1f} ms, "
              f"max {max(clicks):.1f} ms; a timer of 10 ms: p50 {percentile(gaps, .5):.1f} ms, p99 {percentile(gaps, .99):.1f} ms, "
              f"max {max(gaps):.1f} ms; the page's thread computes {share:.0%} of the time, load of the machine "
              f"{os.getloadavg()[0]:.1f}", flush=True)

    def survive(self, monitor):
        """The broker, the monitor (with another token) and the launcher go and come."""
        self.fleet.close()
        self.broker.kill()
        self.shows(f"{NOTICES}.includes('No connection to the MQTT broker') && document.body.classList.contains('old')")
        self.broker = self.start_broker(quiet=True)
        self.start_fleet()
        self.seen = 0
        self.fleet.start_stations(2, connectors=2)
        self.shows("!document.body.classList.contains('old')")
        monitor.kill()
        self.shows(f"{NOTICES}.includes('No connection to slac-monitor since')")
        self.start_monitor()
        self.shows(f"{NOTICES} === '' && {ROWS}.length === 2")  # what was not heard of again is gone
        self.fleet.refuse("id S9: expected one that is there", "fleet/launcher/cmd", "{}")
        self.says("#errors", "id S9: expected one that is there")  # though the new monitor counts from 1
        self.choose("S2")
        self.page.click(f"{CARD} fieldset button")
        self.asked_car("S2", "car", plugged=True)
        self.fleet.tell_launcher("Dead")
        self.shows(f"{NOTICES}.includes('The launcher (cs-fleet) ended') && document.getElementById('add').disabled")
        self.answer("#restart", "Restart station S2?", "#question-yes")
        self.fleet.commands.wait(lambda command: command.topic == "fleet/stations/S2/cmd", "its keeper is told")

    def refuse_other_sites(self):
        mark = self.fleet.commands.mark()
        self.page.open("about:blank")
        self.page.evaluate(f"""fetch('{PAGE}/launcher', {{method: 'POST', mode: 'no-cors',
            body: '{{"command":"kill","id":"S1"}}'}}).then(() => 0, () => 0)""")
        self.page.open(PAGE)
        self.shows(f"{ROWS}.length === 2")
        self.choose("S1")
        self.page.click(f"{CARD} fieldset button")
        self.fleet.commands.wait(lambda command: "plugged" in command.body, "the page itself may ask", after=mark)
        self.assertEqual(len(self.fleet.commands.since(mark)), 1)

    def test_200_stations_are_worked_by_mouse_and_keyboard(self):
        self.seen = 0
        monitor = self.start_monitor()
        self.page.open(f"http://{ADDRESS}/")  # which leads to the fleet: there is no other station
        self.shows(f"{NOTICES}.includes('No connection to the MQTT broker localhost:1883 since')")
        self.broker = self.start_broker(quiet=True)
        self.shows(f"{NOTICES}.includes('No launcher (cs-fleet) is at the broker')")
        self.start_fleet()
        self.fleet.start_stations(STATIONS, connectors=2)
        self.shows(f"{NOTICES} === '' && {ROWS}.length === {STATIONS}")
        self.shows("document.getElementById('summary').innerText.startsWith('200 stations, 200 Alive · 400 outlets')")
        self.touch_changed_rows_only()
        self.work_by_keyboard()
        self.assert_readable_without_eyes()
        self.filter_list()
        self.drive_car()
        self.end_stations()
        self.change_fleet()
        self.show_refusals()
        self.keep_long_words_inside()
        self.choose("S1")
        self.assertEqual([text for text in self.page.complaints if "400 (Bad Request)" not in text], [])
        self.stay_fast()
        self.take_pictures("fleet")
        self.go_back_on_a_phone()
        self.survive(monitor)
        self.refuse_other_sites()


@unittest.skipUnless(os.access(os.environ.get("CS_FLEET", ""), os.X_OK), "there is no cs-fleet: CS_FLEET names none")
class RealFleetInBrowser(FleetPage):
    """What the page asks for happens: cs-fleet, with slacd, cs-sim and slac-ev of each station."""

    def start_fleet(self):
        launcher = self.add(Program(
            "cs-fleet", os.environ["CS_FLEET"], "--mqtt-host", "127.0.0.1", "--stations", "2", "--directory", self.path("d"),
            "--setup-directory", self.path("setups"), "--slacd", os.environ["SLACD"], "--cs-sim", os.environ["CS_SIM"],
            "--slac-ev", os.environ["SLAC_EV"]))
        launcher.wait_line("cs-fleet: ready")
        self.addCleanup(self.end_fleet)

    def end_fleet(self):
        """The stations would live on."""
        self.select("#all-order", "close")
        self.answer("#all", "Remove all", "#question-yes")
        self.shows(f"{ROWS}.length === 0")

    def match_and_charge(self):
        self.choose("S1")
        self.page.click(f"{CARD} fieldset button")
        self.says(f"{CARD} dl", "matched")
        self.says(f"{CARD} dl", "B2, 5 %")
        self.says(f"{CARD} dl", "1 matched, 0 failed")
        self.fill(f"{CARD} [data-name=consumption_l2]", "12.5")
        self.page.click(f"{CARD} [data-name=tag]")
        self.page.type("04A2B1C8")
        self.page.press("Enter")
        self.says(f"{CARD} dl", "C2, 5 %")
        self.says(f"{CARD} dl", "16 · 12.5 · 0 A")
        self.says("#row-S1", "1 matched")

    def misbehave(self):
        self.page.click(f"{CARD} fieldset button")
        self.says(f"{CARD} dl", "vehicle_left")
        self.select(f"{CARD} [data-name=behaviour]", "stop-at")
        self.fill(f"{CARD} [data-name=behaviour-value]", "start")
        self.page.click(f"{CARD} [data-name=behaviour] ~ button")
        self.shows(f"document.querySelector('{CARD} [data-name=behaviour]').value === 'stop-at:start'")
        self.page.click(f"{CARD} fieldset button")
        self.says(f"{CARD} dl", "failed")
        self.page.click(f"{CARD} [data-name=fault] ~ button")
        self.says(f"{CARD} dl", "F")
        self.says(f"{CARD} [data-name=fault] ~ button", "Clear fault")

    def end_and_begin(self):
        self.choose("S2")
        self.answer("#kill", "Kill station S2?", "#question-yes")
        self.says("#row-S2", "Dead")
        self.answer("#restart", "Restart station S2?", "#question-yes")
        self.says("#row-S2", "Alive")
        self.page.click("#add")
        self.says("#row-S3", "Alive")
        self.page.click("#save")
        self.page.type("desk")
        self.page.press("Enter")
        self.shows("document.getElementById('setups').value === 'desk'")
        self.answer("#close", "Remove station S2?", "#question-yes")
        self.shows("document.getElementById('row-S2') === null")
        self.page.click("#load")
        self.says("#row-S2", "Alive")

    def test_two_stations_do_what_is_asked_of_them(self):
        self.broker = self.start_broker(quiet=True)
        self.start_monitor()
        self.start_fleet()
        self.page.open(PAGE)
        self.shows(f"{NOTICES} === '' && {ROWS}.length === 2")
        self.says("#row-S1", "Alive")
        self.match_and_charge()
        self.misbehave()
        self.take_pictures("real-fleet", schemes=("light",))
        self.end_and_begin()
        self.assertEqual(self.page.complaints, [])


if __name__ == "__main__":
    browser.skip_without()
    harness.main()
