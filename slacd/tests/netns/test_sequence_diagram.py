# SPDX-License-Identifier: Apache-2.0
"""The sequence diagrams in doc/mqtt.md are what happens: slacd's, recorded with the timers of the standard, and that of
whole charging sessions, recorded as tools/quickstart --session plays them.

Each side's messages are the drawn ones, in this order. Times, and the order between the sides, may differ by what this
machine itself was late: two programs that wait for one processor run in either order.

With SLACD_UPDATE_DIAGRAM=1 in the environment the diagrams in doc/mqtt.md are replaced by the recorded ones.
"""
import datetime
import importlib.machinery
import importlib.util
import json
import math
import os
import pathlib
import re
import subprocess
import time
import unittest

import harness
from harness import Bench

ROOT = pathlib.Path(__file__).resolve().parents[3]
PAGE = ROOT / "doc" / "mqtt.md"
TOOL = ROOT / "tools" / "sequence-diagram"
BEGIN = "<!-- sequence diagram: recorded by netns_sequence_diagram, do not edit -->\n"
END = "<!-- end of the sequence diagram -->\n"
SESSION_BEGIN = "<!-- session diagram: recorded by netns_sequence_diagram, do not edit -->\n"
SESSION_END = "<!-- end of the session diagram -->\n"
# As quickstart says them to the station.
ISO15118_SESSION = (
    "car draws 16", "plug", "expect status matched", "expect session Authorization", "card 04A2B1C8",
    "expect authorization accepted", "expect contactor closed", "expect current 16.0", "expect session ChargingLoop",
    "csms limit 10", "expect profile accepted", "expect current 10.0", "csms clear", "expect current 16.0",
    "card 04A2B1C8", "expect session SessionStop",
    "expect status unmatched", "expect state B2", "unplug", "expect state A2")
BASIC_SESSION = (
    "plug", "expect status basic_charging", "expect cp_pwm x2", "expect state B2", "expect state C2", "csms start",
    "expect current 16.0", "csms limit 10", "expect profile accepted", "expect current 10.0", "csms limit 5",
    "expect offer 0.0", "expect state B1", "csms clear", "expect current 16.0", "expect transaction in_progress",
    "csms stop", "expect request stop_charging",
    "expect state C1", "expect contactor opened", "expect transaction ended", "expect state B1", "unplug",
    "expect status unmatched", "expect cp_pwm hlc", "csms reset", "expect request reset")
NOTES = {harness.CM_SLAC_PARM_CNF: "CM_SLAC_PARM.REQ answered", harness.CM_SLAC_MATCH_CNF: "CM_SLAC_MATCH.CNF sent"}
# A frame is stamped by this script, up to this much later than it was sent; what it causes must stand below it.
STAMP_S = 0.01
WHOLE_FALLBACK_S = 40.0


def load_tool():
    """The tool reads recordings; its file has no ending that Python imports."""
    loader = importlib.machinery.SourceFileLoader("sequence_diagram", str(TOOL))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


DIAGRAM = load_tool()
WIDTH = DIAGRAM.WIDTH
TIME = re.compile(r"│    ([0-9.]+) s +│")


def column(shown, place, width=WIDTH):
    """The drawn lines of one recording, without its heading and the empty ones below."""
    start = 4 + place * (width + 2 + DIAGRAM.SEPARATION)
    lines = [line[start:start + width + 2] for line in shown.strip("\n").splitlines()[1:]]
    return [line for line in lines if line.strip("│ ")]


def is_time(line):
    return TIME.fullmatch(line) is not None


def is_slacd(line):
    return line.endswith("▶│")


def is_station(line):
    return line.startswith("│ ◀")


def is_note(line):
    return not is_slacd(line) and not is_station(line)


def times_between(shown):
    """For each line but the first: the seconds drawn before it, or None."""
    times, drawn = [], None
    for line in shown:
        if is_time(line):
            drawn = float(TIME.fullmatch(line)[1])
        else:
            times.append(drawn)
            drawn = None
    return times[1:]


def half_a_digit(seconds):
    """How far a time that is drawn as this one may be from it."""
    return 10 ** math.floor(math.log10(seconds)) / 2


class SequenceDiagram(Bench):
    def record(self, name):
        recorder = self.add(harness.Program("recorder", "mosquitto_sub", "-p", harness.BROKER_PORT, "-i", name,
                                            "-q", "1", "-t", "#", "-F", "%j"))
        self.broker.wait_line(f"Sending SUBACK to {name}")
        return recorder

    def finish(self, recorder, name, last):
        """Writes the recording up to `last`, with the frames that belong to it."""
        recorder.wait_line(last.id)
        wall = datetime.datetime.now().timestamp() - time.monotonic()
        notes = [{"tst": datetime.datetime.fromtimestamp(frame.time - STAMP_S + wall)
                         .isoformat(timespec="microseconds"),
                  "note": NOTES[frame.mmtype]} for frame in self.capture.frames.since() if frame.mmtype in NOTES]
        lines = [line.text for line in recorder.lines(r"^\{")] + [json.dumps(note) for note in notes]
        return self.write(name, "\n".join(lines))

    def start_bench(self, name):
        self.link()
        self.capture = self.capture_on("evse0")
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        recorder = self.record(name)
        # A station takes its time: that keeps answers and slacd's next messages apart.
        self.station = self.start_station("--answer-delay-ms", "30")
        self.station.wait_line("connected to the broker")
        self.ev = self.start_ev("--start-delay-ms", "100", "--rsp-to-match-ms", "1600")
        self.slacd = self.start_slacd()
        self.observer.wait_service("ready")
        self.slacd.wait_line("Modem has confirmed its key")
        self.observer.wait_state("A2")
        return recorder

    def leave(self):
        """The car goes; returns the last message of it, slacd's pilot request as the station carried it out."""
        mark = self.observer.mark()
        self.station.say("unplug")
        request = self.observer.wait_pilot("hlc", after=mark)
        return self.observer.wait_state("A2", after=self.observer.messages.items.index(request))

    def record_match(self):
        recorder = self.start_bench("match")
        self.plug()
        self.ev.say("plug")
        self.observer.wait_slac("matched")
        return self.finish(recorder, "match.jsonl", self.leave())

    def record_fallback(self):
        self.ev.say("unplug")
        self.capture.close()
        self.capture = self.capture_on("evse0")
        recorder = self.record("fallback")
        mark = self.observer.mark()
        self.station.say("plug")
        x2 = self.observer.wait_pilot(("x2", 32.0), WHOLE_FALLBACK_S, mark)
        self.observer.wait_state("B2", after=self.observer.messages.items.index(x2))
        return self.finish(recorder, "fallback.jsonl", self.leave())

    def assert_drawn(self, shown, recorded):
        """Holds a column of the page against a recording."""
        lines = [line for line in shown if not is_time(line)]
        items = self.in_drawn_order(lines, recorded)
        slack = harness.TOLERANCE_S + self.stalls.worst_s
        latest = items[0].time
        for line, item in zip(lines, items):
            late = (latest - item.time).total_seconds()
            self.assertLess(late, slack, f"drawn {late:.3f} s too late: {line}")
            latest = max(latest, item.time)
        for drawn, before, item in zip(times_between(shown), items, items[1:]):
            measured = (item.time - before.time).total_seconds()
            if drawn is None:
                self.assertLess(measured, DIAGRAM.GAPS_FROM_S + slack, f"no time is drawn before: {item.text}")
            else:
                self.assertAlmostEqual(measured, drawn, delta=half_a_digit(drawn) + slack, msg=item.text)

    def in_drawn_order(self, lines, recorded):
        """The recorded items in the order of the lines; each side's are the same, in the same order."""
        items = [None] * len(lines)
        for side in (is_slacd, is_station, is_note):
            places = [i for i, line in enumerate(lines) if side(line)]
            of_side = [item for item in recorded if side(item.draw(WIDTH))]
            self.assertEqual([lines[i] for i in places], [item.draw(WIDTH) for item in of_side])
            for i, item in zip(places, of_side):
                items[i] = item
        return items

    @staticmethod
    def shown_or_replaced(begin, end, arguments):
        """The diagram of the page; first replaced by this one, where that is asked for."""
        text = PAGE.read_text(encoding="utf-8")
        before, _, rest = text.partition(begin)
        shown, _, after = rest.partition(end)
        if "SLACD_UPDATE_DIAGRAM" in os.environ:
            drawn = subprocess.run([str(TOOL), *arguments], capture_output=True, text=True, check=True).stdout
            shown = "\n" + "".join(f"    {line}\n" for line in drawn.splitlines()) + "\n"
            PAGE.write_text(f"{before}{begin}{shown}{end}{after}", encoding="utf-8")
        return shown

    # --- whole sessions ---

    def start_session_bench(self):
        """Each service boots when the one before is ready: their questions come one after the other."""
        self.link()
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.ev = self.start_ev(*harness.FAST_EV, "--stay")
        recorder = self.record("iso15118_session")
        self.station = self.start_station("--play", "ocpp,iso15118")
        self.observer.messages.wait(lambda message: message.service == "ready" and message.data["service"] == "ocpp", "OCPP")
        self.slacd = self.start_slacd(harness.SHORT_TIMERS)
        self.slacd.wait_line("Service status.*status=ready")
        self.slacd.wait_line("Modem has confirmed its key")
        self.observer.wait_state("A2")
        smart = self.add(harness.Program("smart-charging", os.environ["SMART_CHARGING"]))
        smart.wait_line("Service status.*status=ready")
        return recorder

    def play(self, lines, recorder, last):
        """Says the lines to the station; the recording up to the message for which last(message) is true."""
        mark = self.observer.mark()
        for line in lines:
            self.station.say(line)
        return lambda name: self.written(recorder, name, self.observer.messages.wait(last, "the end", 20, mark))

    def written(self, recorder, name, last):
        # A request and its answer have the same id.
        recorder.wait_line(f'"topic":"{last.topic}".*{last.id}')
        lines = [line.text for line in recorder.lines(r"^\{")]
        end = max(i for i, line in enumerate(lines) if last.id in line)
        return self.write(name, "\n".join(lines[:end + 1]) + "\n")

    def record_sessions(self):
        recorder = self.start_session_bench()
        finish = self.play(ISO15118_SESSION, recorder, lambda message: message.pilot_state == "A2")
        self.observer.wait_state("B2")
        self.ev.say("plug")
        iso15118 = finish("iso15118.jsonl")
        self.ev.say("unplug")
        recorder = self.record("basic_session")
        finish = self.play(BASIC_SESSION, recorder, lambda message: message.name == "reset" and message.type == "response")
        return [iso15118, finish("basic.jsonl")]

    @staticmethod
    def speaker(item):
        """Who says it; the station answers each service when that asks, whatever the others do."""
        name = item.text.split()[0]
        return name if item.sender == "station" and not name.startswith(("cp_", "cs_contactor")) else item.sender

    def assert_session_drawn(self, shown, recorded, width):
        """Each sender's messages are the drawn ones, in this order; the senders among each other where the times allow."""
        places = {}
        for item in recorded:
            places.setdefault(self.speaker(item), []).append(item)
        items = []
        for line in shown:
            item = next((own[0] for own in places.values() if own and own[0].draw(width) == line), None)
            waiting = [own[0].text for own in places.values() if own]
            self.assertIsNotNone(item, f"was not said, or not in this order: {line}; next of each sender: {waiting}")
            places[self.speaker(item)].pop(0)
            items.append(item)
        self.assertEqual([item.text for own in places.values() for item in own], [], "is not drawn")
        latest = items[0].time
        for item in items:
            late = (latest - item.time).total_seconds()
            self.assertLess(late, harness.TOLERANCE_S + self.stalls.worst_s, f"drawn {late:.3f} s too late: {item.text}")
            latest = max(latest, item.time)

    @unittest.skipUnless(os.environ.get("SMART_CHARGING"), "smart-charging-service is not built")
    def test_session_diagram_in_the_document_is_what_happens(self):
        recordings = self.record_sessions()
        width = DIAGRAM.SERVICES_WIDTH
        shown = self.shown_or_replaced(SESSION_BEGIN, SESSION_END, ["--services", "--gaps-from", "1000", *recordings])
        senders = DIAGRAM.Senders(recordings)
        for place, recording in enumerate(recordings):
            recorded = DIAGRAM.read(recording, DIAGRAM.STATION_TOPICS[:1], senders)
            self.assert_session_drawn(column(shown, place, width), recorded, width)

    def test_diagram_in_the_document_is_what_happens(self):
        recordings = [self.record_match(), self.record_fallback()]
        shown = self.shown_or_replaced(BEGIN, END, recordings)
        for place, recording in enumerate(recordings):
            self.assert_drawn(column(shown, place), DIAGRAM.read(recording, DIAGRAM.STATION_TOPICS))

    def test_tool_draws_what_was_recorded(self):
        message = {"tst": "2026-01-01T00:00:00.000000Z", "topic": "josev/cs",
                   "payload": json.dumps({"type": "update", "name": "service_status", "data": {"status": "ready"}})}
        note = {"tst": "2026-01-01T00:00:20.040000", "note": "a remark"}
        path = self.write("made.jsonl", f"{json.dumps(note)}\n{json.dumps(message)}\n")
        drawn = subprocess.run([str(TOOL), "--width", "28", path], capture_output=True, text=True)
        self.assertEqual(drawn.returncode, 0, drawn.stderr)
        self.assertEqual(drawn.stdout.splitlines(), [
            "slacd" + "station".rjust(25),
            "│ service_status ready ─────▶│",
            "│    20 s                    │",
            "│    a remark                │"])

    def test_line_that_is_no_record_ends_the_drawing_with_a_word(self):
        for text in ("{}", "not json", '{"tst":"2026-01-01T00:00:00.000000Z","topic":"a","payload":"{}"}'):
            drawn = subprocess.run([str(TOOL), self.write("bad.jsonl", text)],
                                   capture_output=True, text=True)
            self.assertEqual(drawn.returncode, 1, text)
            self.assertIn("no record of an MQTT message", drawn.stderr)


if __name__ == "__main__":
    harness.main()
