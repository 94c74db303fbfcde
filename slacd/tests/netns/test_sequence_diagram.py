# SPDX-License-Identifier: Apache-2.0
"""The sequence diagram in README.md is what slacd does, recorded with the timers of the standard.

With SLACD_UPDATE_README=1 in the environment the diagram in README.md is replaced by the recorded one.
"""
import datetime
import json
import os
import pathlib
import subprocess
import time

import harness
from harness import Bench

ROOT = pathlib.Path(__file__).resolve().parents[3]
README = ROOT / "README.md"
BEGIN = "<!-- sequence diagram: recorded by netns_sequence_diagram, do not edit -->\n"
END = "<!-- end of the sequence diagram -->\n"
NOTES = {harness.CM_SLAC_PARM_CNF: "CM_SLAC_PARM.REQ answered", harness.CM_SLAC_MATCH_CNF: "CM_SLAC_MATCH.CNF sent"}
# A frame is stamped by this script, up to this much later than it was sent; what it causes must stand below it.
STAMP_S = 0.01
WHOLE_FALLBACK_S = 40.0


class SequenceDiagram(Bench):
    def record(self, name):
        recorder = self.add(harness.Program("recorder", "mosquitto_sub", "-p", harness.BROKER_PORT, "-i", name, "-q", "1",
                                            "-t", "#", "-F", "%j"))
        self.broker.wait_line(f"Sending SUBACK to {name}")
        return recorder

    def finish(self, recorder, name, last):
        """Writes the recording up to `last`, with the frames that belong to it."""
        recorder.wait_line(last.id)
        wall = datetime.datetime.now().timestamp() - time.monotonic()
        notes = [{"tst": datetime.datetime.fromtimestamp(frame.time - STAMP_S + wall).isoformat(timespec="microseconds"),
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

    def diagram(self):
        recordings = [self.record_match(), self.record_fallback()]
        drawn = subprocess.run([str(ROOT / "tools" / "sequence-diagram"), *recordings], capture_output=True, text=True)
        self.assertEqual(drawn.returncode, 0, drawn.stderr)
        return "".join(f"    {line}\n" for line in drawn.stdout.splitlines())

    def test_diagram_in_the_readme_is_the_recorded_one(self):
        drawn = self.diagram()
        text = README.read_text(encoding="utf-8")
        before, _, rest = text.partition(BEGIN)
        shown, _, after = rest.partition(END)
        if "SLACD_UPDATE_README" in os.environ:
            README.write_text(f"{before}{BEGIN}\n{drawn}\n{END}{after}", encoding="utf-8")
            return
        self.assertEqual(shown, f"\n{drawn}\n")

    def test_line_that_is_no_record_ends_the_drawing_with_a_word(self):
        for text in ("{}", "not json", '{"tst":"2026-01-01T00:00:00.000000Z","topic":"a","payload":"{}"}'):
            drawn = subprocess.run([str(ROOT / "tools" / "sequence-diagram"), self.write("bad.jsonl", text)],
                                   capture_output=True, text=True)
            self.assertEqual(drawn.returncode, 1, text)
            self.assertIn("no record of an MQTT message", drawn.stderr)


if __name__ == "__main__":
    harness.main()
