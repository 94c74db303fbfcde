#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""slac-trace with session records, as its user meets it: test_trace_record.py SLAC-TRACE VECTORS"""
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import unittest

TRACE, VECTORS = sys.argv[1], pathlib.Path(sys.argv[2])
MATCHED = VECTORS / "trace/matched_link_up-record.pcapng"
LOST = VECTORS / "records/power_line_link_lost.pcapng"
SILENT = VECTORS / "trace/no_parm_req.pcapng"
JOURNAL = 9
# enum cp_state
STATE_A2, STATE_B2 = b"STATE=pilot.state 1\n", b"STATE=pilot.state 3\n"


def run(*arguments, **options):
    return subprocess.run([TRACE, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def blocks(octets):
    at = 0
    while at < len(octets):
        length = struct.unpack_from("<I", octets, at + 4)[0]
        yield octets[at:at + length]
        at += length


def gap_at(block):
    """At the time of that block slacd has left 17 inputs out."""
    time = next(line for line in block[8:-4].split(b"\n") if line.startswith(b"__REALTIME"))
    body = b"\n".join([time, b"MESSAGE=17 inputs were left out here", b"SLACD=gap", b""])
    body += b"\n" * (-len(body) % 4)
    length = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", JOURNAL) + length + body + length


def with_gap(octets):
    parts = list(blocks(octets))
    first = next(i for i, block in enumerate(parts) if b"MESSAGE=status " in block)
    state = next(block for block in parts if b"SLACD=state" in block)
    return b"".join([*parts[:first + 1], gap_at(parts[first]), state, *parts[first + 1:]])


def with_gap_instead_of_5_percent(octets):
    """The station's report of 5 % is among what slacd has left out; the state behind it has what it said."""
    parts = list(blocks(octets))
    report = next(i for i, block in enumerate(parts) if b"MESSAGE=cp_status state=B2" in block)
    state = next(block for block in parts if b"SLACD=state" in block)
    return b"".join([*parts[:report], gap_at(parts[report]), state.replace(STATE_A2, STATE_B2), *parts[report + 1:]])


def with_foreign_text(octets):
    """Every text of a record has octets in it that command a terminal, are no UTF-8, or are HTML; no length changes."""
    evil = b"<b>\x1b[1m\xff"
    for before in (b"evse_id=DE*TST*E1", b"outcome=unmatched", b"slacd 0.1.0", b"note pilot_state"):
        octets = octets.replace(before, before[:-len(evil)] + evil)
    return octets.replace(b'"always"', b'"\\u001b"')


class Records(unittest.TestCase):
    def test_json_has_all_of_it(self):
        told = run("--json", MATCHED)
        self.assertEqual(told.returncode, 0, told.stderr)
        record = json.loads(told.stdout)
        self.assertEqual(record["record"]["evse_id"], "DE*TST*E1")
        self.assertEqual(record["record"]["outcome"], "unmatched vehicle_left")
        self.assertEqual(record["record"]["given"]["record.when"], "always")
        self.assertIn("tt_evse_slac_init_ms", record["record"]["settings"]["slac"])
        self.assertEqual((record["verdict"], record["reason"], record["matched"]), ("vehicle_left", "vehicle_left", True))
        self.assertEqual([attempt["verdict"] for attempt in record["attempts"]], ["matched_link_up"])
        kinds = {event["kind"] for event in record["events"]}
        self.assertLessEqual({"frame", "pilot", "status", "note"}, kinds)
        pilots = [(event["state"], event["duty"]) for event in record["events"] if event["kind"] == "pilot"]
        self.assertEqual(pilots, [("B2", 500), ("A2", 500)])
        times = [event["time_s"] for event in record["events"]]
        self.assertEqual(times, sorted(times))
        messages = [event["message"] for event in record["events"] if event["kind"] == "frame"]
        self.assertIn("CM_SLAC_MATCH.CNF", messages)

    def test_failure_is_told_by_the_exit_code(self):
        self.assertEqual(run("-q", LOST).returncode, 3)
        self.assertEqual(run("-q", MATCHED, LOST).returncode, 3)

    def test_request_and_answer_stand_at_their_times(self):
        told = run(VECTORS / "trace/pilot_not_obeyed.pcapng").stdout.splitlines()
        rows = [line.split()[4:] for line in told if " #" in line and "frames:" not in line]
        request = next(i for i, row in enumerate(rows) if row[0] == "request")
        self.assertEqual(rows[request], ["request", "pilot_request", "F", "number=3", "sendings=1"])
        self.assertEqual(rows[request + 1], ["answer", "pilot_answer", "number=3", "answer=valid"])

    def test_times_count_from_the_plug_in_only_where_the_record_shows_it(self):
        for name, begin in (("vehicle_left", "plug-in"), ("taken_over", "begin of the record"),
                            ("no_vehicle", "begin of the record")):
            told = run("-q", VECTORS / f"trace/{name}.pcapng").stdout
            self.assertRegex(told, rf"The session ended [0-9.]+ s after the {begin}\.")

    def test_gap_is_told(self):
        with tempfile.NamedTemporaryFile(suffix=".pcapng") as file:
            file.write(with_gap(LOST.read_bytes()))
            file.flush()
            told = run(file.name).stdout
            events = json.loads(run("--json", file.name).stdout)["events"]
        self.assertEqual([event["state"] for event in events if event["kind"] == "gap"], ["A2"])
        self.assertRegex(told, r"#\d+ +gap     17 inputs were left out here\n")
        self.assertIn("not known: What 17 inputs were that slacd left out of the record.", told)

    def test_pilot_that_is_known_behind_a_gap_counts(self):
        with tempfile.NamedTemporaryFile(suffix=".pcapng") as file:
            file.write(with_gap_instead_of_5_percent(SILENT.read_bytes()))
            file.flush()
            record = json.loads(run("--json", file.name).stdout)
        self.assertEqual([event["kind"] for event in record["events"] if "duty" in event], ["gap"])
        self.assertEqual(record["verdict"], "no_parm_req")

    def test_damaged_record_is_read_up_to_there(self):
        with tempfile.NamedTemporaryFile(suffix=".pcapng") as file:
            file.write(LOST.read_bytes()[:-1000])
            file.flush()
            told = run(file.name)
        self.assertEqual(told.returncode, 1)
        self.assertIn("the file is damaged, or cut off, at octet", told.stderr)
        self.assertIn("CM_SLAC_PARM.REQ", told.stdout)

    def test_foreign_text_commands_no_terminal_and_is_no_html(self):
        with tempfile.TemporaryDirectory() as folder:
            path, page = pathlib.Path(folder) / "evil\x1b[1m\n\udcff.pcapng", pathlib.Path(folder) / "page.html"
            path.write_bytes(with_foreign_text(MATCHED.read_bytes()))
            told = [subprocess.run([TRACE, *form, path], stdout=subprocess.PIPE).stdout
                    for form in ((), ("-q",), ("--json",), ("--html", page))]
            json.loads(told[2].decode())
            told.append(page.read_bytes())
        for text in told:
            self.assertIsNone(re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text.decode()), text[:2000])
        self.assertEqual([text.count(b"\n") for text in told[1:3]], [1, 1])
        self.assertNotIn(b"<b>", told[-1])

    def test_standard_input_is_a_capture(self):
        with open(MATCHED, "rb") as file:
            told = run("-", stdin=file)
        self.assertIn("session 1: car 02:45:56:00:00:01", told.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
