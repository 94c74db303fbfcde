# SPDX-License-Identifier: Apache-2.0
"""Faults on virtual time: slacd, station, cars and modems in one process (slacd/tests/world), two outlets.

A round: the fault begins, a car comes to each outlet; the fault ends; both leave, and the next car comes. A session under
the fault is matched, recovered when it or the next one is matched after the fault, or lost.
"""
import dataclasses
import json
import os
import re
import subprocess
import tempfile

from fault_bench.judge import Judge
from fault_bench.outcome import Outcome

FIRST, OTHER = "DE*TST*E1", "DE*TST*E2"
LINE = re.compile(r"^ *([0-9.]+) (\S+) +(.*)$")
MESSAGE = re.compile(r"^(?:\((?:kept|refused)\) )?(\S+) (\{.*\})$")
# The time of the standard between 5 % and a nominal duty: F for 5 s and X1 for 0.5 s, or X1 for 3 s.
GAP_S = 3.0
# For so long the pilot may be the one that another service has asked for.
OTHERS_S = 1.0
# Longer than a session with every time-out of the standard.
PATIENCE_S = 120


@dataclasses.dataclass
class Fault:
    """`on` and `off` are lines of a script (slacd/tests/world/script.h), or functions of the round that give some."""
    name: str
    text: str
    on: object = ""
    off: object = ""
    when: str = "idle"  # when it begins: idle, plugged, matching (0.5 s on) or matched
    hold_ms: int = 6000
    settle_ms: int = 8000
    settings: str = ""
    station: str = ""
    ev: str = ""  # of the first outlet's modem and car, from the start
    watch: str = ""
    silent: bool = False  # the first car does not speak: basic charging
    other: str = "meanwhile"  # when the other outlet matches: meanwhile, or after (the fault is not one of an outlet)
    kind: str = "virtual"

    def script_of(self, text, number):
        return text(number) if callable(text) else text


def lines(*texts):
    return "\n".join(text for text in texts if text) + "\n"


def begin(fault):
    return lines(
        *(f"set {setting}" for setting in fault.settings.split("\n") if setting), fault.watch,
        "wire-jitter", "wire evse0 plc0", "wire evse1 plc1",
        f"station --evse {FIRST}=evse0 --evse {OTHER}=evse1 {fault.station}", "run 10",
        f"ev plc0 {fault.ev}", "ev plc1 --ev-mac 02:45:56:00:00:02 --modem-mac 02:50:4c:00:00:02",
        "slacd start", "run 2000")


def leave():
    return lines(f"cs unplug {FIRST}", f"cs unplug {OTHER}", "car plc0 unplug", "car plc1 unplug", "run 4000")


def one_round(fault, number):
    on = fault.script_of(fault.on, number)
    offset_ms = {"matching": 500, "matched": 5000}.get(fault.when)
    return lines(
        f"publish mark on {number}", on if fault.when == "idle" else "",
        f"cs plug {FIRST}", f"cs plug {OTHER}", "car plc1 plug", "run 20",
        on if fault.when == "plugged" else "", "" if fault.silent else "car plc0 plug",
        f"run {offset_ms}" if offset_ms else "", on if offset_ms else "",
        f"run {fault.hold_ms}", f"publish mark off {number}", fault.script_of(fault.off, number),
        f"run {fault.settle_ms}", f"publish mark again {number}", leave(),
        f"cs plug {FIRST}", f"cs plug {OTHER}", "run 20", "car plc0 plug", "car plc1 plug", "run 6000",
        f"publish mark left {number}", leave())


def script(fault, rounds):
    return lines(begin(fault), *(one_round(fault, number) for number in range(rounds)), "run 30000", "slacd stop", "run 10")


class Reader:
    """Reads a record: what the outlets' last status is at each mark, and what the station has carried out."""

    def __init__(self, outcome):
        self.outcome = outcome
        self.judge = Judge(GAP_S)
        self.asked = {}
        self.others_until = 0.0
        self.status = {}
        self.at = {}  # (mark, round) -> the statuses of that moment

    def read(self, record):
        for line in record.splitlines():
            match = LINE.match(line)
            if not match:
                continue
            now, who, rest = float(match[1]), match[2], match[3]
            if who == "other" and rest.startswith("mark "):
                _, mark, number = rest.split()
                self.at[mark, int(number)] = dict(self.status)
            elif who in ("slacd", "station"):
                self.message(now, who, rest)
            elif who == "other" and '"cp_pwm","type":"request"' in rest:
                # What another service has asked the station for is not slacd's.
                self.others_until = now + OTHERS_S

    def message(self, now, who, rest):
        match = MESSAGE.match(rest)
        if not match:
            return
        try:
            message = json.loads(match[2])
        except ValueError:
            if who == "slacd":
                self.outcome.wrong.append(f"{now:.3f}: slacd's message is no JSON: {rest}")
            return
        data, name, kind = message.get("data", {}), message.get("name"), message.get("type")
        delivered = not rest.startswith("(")
        if who == "slacd" and name in ("slac_service_status", "slac_status"):
            self.status[data["evse_id"]] = data["status"]
        elif who == "slacd" and name == "cp_pwm" and kind == "request" and delivered:
            self.asked[message["id"]] = (now, data)
        elif who == "station":
            self.station_says(now, name, kind, message, delivered)

    def station_says(self, now, name, kind, message, delivered):
        data = message["data"]
        if name == "cs_status_and_limits" and delivered:
            for entry in data["evses"]:
                ac = entry.get("ac")
                self.judge.limit(entry["evse_id"], min(ac["max_current"].values()) if ac else 0.0, now)
        elif name == "cp_pwm" and kind == "response" and data["status"] == "valid" and message["id"] in self.asked:
            asked_at, request = self.asked[message["id"]]
            signal = "hlc" if request["hlc"] else "f" if request["fault_state"] else "e" if request["error_state"] \
                else "x2" if request.get("current", 0) > 0 else "x1"
            self.judge.sets(data["evse_id"], signal, request.get("current", 0.0), now, asked_at)
        elif name == "cp_status" and now > self.others_until:
            self.judge.shows(data["evse_id"], data["state"], data.get("duty_cycle"), now)


def judge_rounds(fault, rounds, reader, outcome):
    for number in range(rounds):
        def status(mark, evse=FIRST, number=number):
            return reader.at.get((mark, number), {}).get(evse)
        if status("left") != "matched":
            outcome.lost += 1
            outcome.wrong.append(f"round {number}: the car after the fault is {status('left')}")
        elif status("off") == "matched":
            outcome.matched += 1
        else:
            outcome.recovered += 1
        mark = "off" if fault.other == "meanwhile" else "again" if fault.other == "after" else "left"
        if status(mark, OTHER) != "matched" or status("left", OTHER) != "matched":
            outcome.wrong.append(f"round {number}: the other outlet is {status(mark, OTHER)}, "
                                 f"then {status('left', OTHER)}")


def run(fault, rounds, programs):
    outcome = Outcome(fault)
    with tempfile.TemporaryDirectory(prefix="slacd-faults-") as directory:
        path = os.path.join(directory, fault.name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(script(fault, rounds))
        try:
            done = subprocess.run([programs["DAEMON_RECORD"], path], capture_output=True, text=True, errors="replace",
                                  timeout=PATIENCE_S, check=False)
        except subprocess.TimeoutExpired:
            outcome.wrong.append(f"slacd spins: the world did not end within {PATIENCE_S} s")
            return outcome
    outcome.log = done.stdout
    reader = Reader(outcome)
    reader.read(done.stdout)
    judge_rounds(fault, rounds, reader, outcome)
    for evse in (FIRST, OTHER):
        reader.judge.settled(evse, float("inf"))
    outcome.wrong += [f"wrong pilot: {wrong}" for wrong in reader.judge.wrong]
    if reader.judge.carried_out == 0:
        outcome.wrong.append("the judge has seen no pilot")
    outcome.wrong += [f"crash or leak: {line}" for line in done.stderr.splitlines()]
    if done.returncode != 0:
        outcome.wrong.append(f"the world ended with {done.returncode}")
    return outcome
