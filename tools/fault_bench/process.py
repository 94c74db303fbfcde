# SPDX-License-Identifier: Apache-2.0
"""Faults around the real program: slacd, a broker, a station and two outlets in a network namespace.

A round is that of fault_bench/virtual.py. Before the first one is a round without a fault: what slacd holds then
(descriptors, memory) is what it must hold at the end.
"""
import dataclasses
import json
import re
import time

import harness
from harness import EVSE, FAST_EV, OTHER, Bench

from fault_bench.dut import descriptors, finish, resident_kib, sanitizer_words
from fault_bench.judge import Judge
from fault_bench.outcome import Outcome
from fault_bench.proxy import PORT, Proxy

CONFIGURATION = {
    "slac": {"allow_nonstandard_timers": True, "tt_evse_slac_init_ms": 6000},
    "pilot": {"step_f_ms": 600, "step_x1_ms": 300, "step_x1_hlc_ms": 900},
    "modem": {"response_ms": 150, "reset_ms": 1500, "link_retry_ms": 200},
    "bench": {"identify_ms": 100, "poll_ms": 50, "join_poll_max_ms": 50, "supervise_ms": 100, "tt_match_join_ms": 2000},
    "mqtt": {"request_timeout_ms": 500, "request_backoff_max_ms": 2000},
}
GAP_S = 0.85  # F and X1, or X1, as configured above, less what a message may be late
MEMORY_GROWTH_KIB = 256
# Of the log, and for the record of each outlet: touched when it is needed first.
BUFFER_KIB = 256
SETTLE_S = 2.0  # what a record that is being written still holds
MATCH_S = 5.0
RECOVER_S = 20.0
ENDED = r"slac_service_status update  %s (unmatched|failed)"
STATION_LINE = re.compile(r"^ *([0-9.]+) ms  (?:slacd -> cs|cs -> slacd)  (\S+) (\S+)  (.*)$")


@dataclasses.dataclass
class Fault:
    """`act` is a generator of the site: up to its yield the fault begins, behind it the fault ends."""
    name: str
    text: str
    act: object = None
    when: str = "idle"  # when it begins: idle, plugged, matching or matched
    proxy: bool = False
    wrapper: object = None  # of the site: the words before slacd's
    settings: dict = dataclasses.field(default_factory=dict)
    lasts_s: float = 1.0  # at least
    hold_s: float = MATCH_S
    must_match: bool = False  # under the fault; otherwise it is enough that the car after it is matched
    other: str = "meanwhile"  # when the other outlet matches: meanwhile or after
    known: str = ""  # the defect of somebody else by which it fails today
    alone: object = None  # runs the fault without rounds: of the site and the outcome
    unavailable: object = None  # of the site: why it cannot be run here, or ""
    kind: str = "process"


def is_said(program, pattern, within, mark):
    try:
        program.wait_line(pattern, within, mark)
        return True
    except AssertionError:
        return False


class Site(Bench):
    """A bench without a test: opened with setUp, closed with close."""

    reads_log = False  # a fault may be that of the log

    def __init__(self):
        self.endings = []
        super().__init__("run")

    def addCleanup(self, function, /, *arguments, **named):
        self.endings.append((function, arguments, named))

    def close(self):
        """Everything that was started ends; returns what went wrong with that."""
        wrong = []
        for function, arguments, named in reversed(self.endings):
            try:
                function(*arguments, **named)
            except (AssertionError, OSError) as error:
                wrong.append(f"{type(error).__name__}: {error}")
        self.endings.clear()
        return wrong

    def begin(self, fault):
        self.proxy = None
        self.start_two_sites(ev=FAST_EV, other_ev=FAST_EV)
        arguments = []
        if fault.proxy:
            self.proxy = Proxy(harness.BROKER_PORT)
            self.addCleanup(self.proxy.close)
            arguments = ["--mqtt-port", str(PORT)]
        configuration = harness.with_settings(CONFIGURATION, **fault.settings)
        mark = self.observer.mark()
        self.slacd = self.start_slacd(configuration, *arguments,
                                      wrapper=fault.wrapper(self) if fault.wrapper else ())
        for evse in (EVSE, OTHER):
            self.observer.wait_pilot("hlc", after=mark, evse=evse)
        self.observer.wait_service("ready", after=mark)

    def pid(self):
        return self.slacd.process.pid

    def kill_programs(self):
        """Also those that have ended by themselves, with a word for them still in the pipe."""
        for program in reversed(self.programs):
            try:
                program.kill()
            except BrokenPipeError:
                pass

    def restart_ev(self):
        """The first outlet's car and modem, where they have not survived the fault."""
        self.programs.remove(self.ev)
        self.ev = self.start_ev(*FAST_EV)

    def restart_broker(self):
        self.broker = self.start_broker()

    # --- cars ---

    def plug_cars(self):
        self.station.say(f"plug {EVSE}", f"plug {OTHER}")

    def marks(self):
        return self.ev.mark(), self.other_ev.mark(), self.station.mark()

    def leave(self):
        """Both cars; slacd has seen it."""
        mark = self.station.mark()
        self.station.say(f"unplug {EVSE}", f"unplug {OTHER}")
        self.ev.say("unplug")
        self.other_ev.say("unplug")
        for evse in (EVSE, OTHER):
            is_said(self.station, ENDED % re.escape(evse), 3.0, mark)  # never where the fault had ended it before

    def links_up(self, program, mark, within):
        return is_said(program, "link up", within, mark)

    def is_told(self, evse, mark):
        """The station has heard of the match."""
        return is_said(self.station, f"slac_service_status update  {re.escape(evse)} matched", MATCH_S, mark)


def linked_cars(site, within):
    """A car comes to each outlet: (the first outlet matches, the other one does)."""
    ev, other, station = site.marks()
    site.plug_cars()
    site.ev.say("plug")
    site.other_ev.say("plug")
    first = site.links_up(site.ev, ev, within)
    second = site.links_up(site.other_ev, other, within)
    return (first and site.is_told(EVSE, station), second and site.is_told(OTHER, station))


def play_round(site, fault, number, outcome):
    act = fault.act(site)
    ev, other, _ = site.marks()
    began = time.monotonic()
    if fault.when == "idle":
        next(act)
    site.plug_cars()
    site.other_ev.say("plug")
    if fault.when == "plugged":
        time.sleep(0.1)  # the station's word is on its way
        next(act)
    site.ev.say("plug")
    if fault.when == "matching":
        site.ev.wait_line("CM_SLAC_PARM.CNF", after=ev)
        next(act)
    elif fault.when == "matched":
        site.ev.wait_line("link up", MATCH_S, ev)
        site.other_ev.wait_line("link up", MATCH_S, other)
        next(act)
    matched = site.links_up(site.ev, ev, fault.hold_s)
    beside = site.links_up(site.other_ev, other, fault.hold_s)
    time.sleep(max(0.0, began + fault.lasts_s - time.monotonic()))
    next(act, None)
    if not matched:
        site.links_up(site.ev, ev, 1.0)
    site.leave()
    next_one, next_other = recovered(site)
    site.leave()
    outcome.matched += next_one and matched
    outcome.recovered += next_one and not matched
    outcome.lost += not next_one
    if fault.must_match and not matched:
        outcome.wrong.append(f"round {number}: the car is not matched within {fault.hold_s:.0f} s under the fault")
    if not next_one:
        outcome.wrong.append(f"round {number}: the car after the fault is not matched within {RECOVER_S:.0f} s")
    if not next_other or (fault.other == "meanwhile" and not beside):
        outcome.wrong.append(f"round {number}: the other outlet's cars: {beside} under the fault, {next_other} after it")


def recovered(site):
    """Whether the next car is matched, at each outlet: it is unplugged and comes again until it is."""
    deadline = time.monotonic() + RECOVER_S
    while True:
        both = linked_cars(site, MATCH_S)
        if all(both) or time.monotonic() > deadline:
            return both
        site.leave()


class Holdings:
    """What slacd holds while no car is there."""

    def __init__(self, pid):
        self.descriptors = len(descriptors(pid))
        self.kib = resident_kib(pid)


def judge_station(station, outcome):
    """The physical pilot, from the simulator's own account."""
    judge = Judge(GAP_S)
    asked = {}
    for line in station.output.since():
        match = STATION_LINE.match(line.text)
        if not match:
            if "restarts" in line.text:
                for evse in list(judge.pilots):
                    judge.sets(evse, "x1", 0.0, line.time)
            continue
        now, name, kind, text = float(match[1]) / 1e3, match[2], match[3], match[4].split()
        if name == "cs_status_and_limits" and kind in ("response", "update"):
            for entry in json.loads(match[4])["evses"]:
                ac = entry.get("ac")
                judge.limit(entry["evse_id"], min(ac["max_current"].values()) if ac else 0.0, now)
        elif name == "cp_pwm" and kind == "request":
            asked.setdefault(text[0], []).append((now, text[1], float(text[2]) if len(text) > 2 else 0.0))
        elif name == "cp_pwm" and kind == "response" and asked.get(text[0]):
            asked_at, signal_name, current_a = asked[text[0]].pop(0)
            if text[1] == "valid":
                judge.sets(text[0], signal_name, current_a, now, asked_at)
    for evse in judge.pilots:
        judge.settled(evse, float("inf"))
    if judge.carried_out == 0:
        outcome.wrong.append("the judge has seen no pilot")
    outcome.wrong += [f"wrong pilot: {wrong}" for wrong in judge.wrong]


# The socket for all answers about links is opened with the first match, and stays (homeplug/port/port_link_up.h).
LATER_DESCRIPTORS = 1


def compare(before, after, sanitized, outcome, outlets=2):
    if after.descriptors > before.descriptors + LATER_DESCRIPTORS:
        outcome.wrong.append(f"descriptors: {before.descriptors} before, {after.descriptors} after")
    grown = after.kib - before.kib
    if grown > MEMORY_GROWTH_KIB + (1 + outlets) * BUFFER_KIB and not sanitized:
        outcome.wrong.append(f"memory: {before.kib} KiB before, {after.kib} KiB after")
    outcome.notes.append(f"{grown:+d} KiB")


def settled(pid, before):
    """What it holds when no record is being written any more."""
    deadline = time.monotonic() + SETTLE_S
    while True:
        after = Holdings(pid)
        if after.descriptors <= before.descriptors or time.monotonic() > deadline:
            return after
        time.sleep(0.02)


def play(site, fault, rounds, sanitized, outcome):
    site.begin(fault)
    if linked_cars(site, 2 * MATCH_S) != (True, True):
        outcome.wrong.append("no match before the fault")
        return
    site.leave()
    before = Holdings(site.pid())
    for number in range(rounds):
        play_round(site, fault, number, outcome)
        if not site.slacd.runs():
            outcome.wrong.append(f"slacd has ended with {site.slacd.process.returncode}")
            return
    judge_station(site.station, outcome)
    compare(before, settled(site.pid(), before), sanitized, outcome)
    finish(site.slacd, outcome)


def run(fault, rounds, sanitized):
    outcome = Outcome(fault)
    site = Site()
    outcome.skipped = fault.unavailable(site) if fault.unavailable else ""
    if outcome.skipped:
        return outcome
    site.setUp()
    try:
        if fault.alone:
            fault.alone(site, outcome, rounds)
        else:
            play(site, fault, rounds, sanitized, outcome)
    except (AssertionError, OSError) as error:
        outcome.wrong.append(f"{type(error).__name__}: {error}")
    outcome.wrong += sanitizer_words(site.programs)
    outcome.log += "\n".join(f"{line.time - site.started:9.3f} {program.name}: {line.text}"
                            for program in site.programs for line in program.output.since())
    outcome.wrong += site.close()
    return outcome
