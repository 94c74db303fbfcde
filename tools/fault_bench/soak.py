# SPDX-License-Identifier: Apache-2.0
"""Sessions without end at several outlets of the real program, with random cars and broker restarts.

A session is one vehicle, from the plug-in to the unplug. What was begun (matching, matched, basic_charging) must be ended
by exactly one terminal status (failed, unmatched) before the next vehicle's first status, and nothing may be ended twice.
"""
import argparse
import random
import re
import signal
import statistics
import sys
import threading
import time

import harness
from harness import FAST_EV

from fault_bench.dut import finish, sanitizer_words
from fault_bench.outcome import Outcome
from fault_bench.process import CONFIGURATION, Holdings, Site, compare, settled
from fault_bench.session_judge import SessionJudge

OUTLETS = 4
WARM_UP = 100
PATIENCE_S = 10.0
# A fallback in a second or two: F and X1 are as short as in tools/faults.
SETTINGS = {"slac": {"tt_evse_slac_init_ms": 2500}}
BROKER_EVERY_S = (10, 40)
# How often of 100 a car does what: it matches; it leaves somewhere in the match; it never speaks; its modem is in trouble.
MATCHES, LEAVES, SILENT = 80, 12, 3
MODEM_FAULTS = ("slow:30", "double-answers", "lose-key", "reboot-at:sound:100:lose-key:announce", "profiles-double",
                "link-lost:100")


class Outlet(threading.Thread):
    """One outlet's cars, one after the other."""

    def __init__(self, soak, index):
        super().__init__(daemon=True)
        self.soak = soak
        self.evse = f"DE*TST*E{index + 1}"
        self.random = random.Random(f"{soak.seed} {index}")
        self.ev = soak.site.start_ev(*FAST_EV, "--modem-mac", f"02:50:4c:00:00:{index + 1:02x}", "--ev-mac",
                                     f"02:45:56:00:00:{index + 1:02x}", interface=f"plc{index}")
        self.sessions = 0
        self.counts = {}
        self.times_s = []
        self.paused = threading.Event()
        self.go = threading.Event()
        self.go.set()
        self.error = ""

    def run(self):
        try:
            while not self.soak.over():
                if not self.go.is_set():
                    self.paused.set()
                    self.go.wait()
                    self.paused.clear()
                self.session()
        except (AssertionError, OSError, ValueError) as error:
            self.error = f"{self.evse}: {type(error).__name__}: {error}"
        self.paused.set()

    def session(self):
        restarts, away = self.soak.restarts, self.soak.broker_is_away
        draw = self.random.randrange(100)
        fault = ""
        if draw >= MATCHES + LEAVES + SILENT:
            fault = self.random.choice(MODEM_FAULTS)
            self.ev.say(f"fault {fault}")
        self.soak.say(f"plug {self.evse}")
        if draw < MATCHES:
            what = self.drive(None)
        elif draw < MATCHES + LEAVES:
            what = self.drive(self.random.uniform(0, 0.8))
        elif draw < MATCHES + LEAVES + SILENT:
            what = self.stay_silent()
        else:
            what = self.drive(2.0)
        self.leave(fault)
        if what == "not matched" and restarts == self.soak.restarts and not away:
            self.soak.outcome.wrong.append(f"{self.evse}: session {self.sessions}: an ordinary car is not matched")
        self.counts[what] = self.counts.get(what, 0) + 1
        self.sessions += 1

    def drive(self, leaves_after_s):
        """The car speaks, and stays until the link is up or its time is over."""
        mark, told = self.ev.mark(), self.soak.observer.mark()
        began = time.monotonic()
        self.ev.say("plug")
        try:
            self.ev.wait_line("link up", PATIENCE_S if leaves_after_s is None else max(leaves_after_s, 0.001), mark)
        except AssertionError:
            return "not matched" if leaves_after_s is None else "left early"
        self.times_s.append(time.monotonic() - began)
        if leaves_after_s is not None:
            return "matched"
        try:
            self.soak.observer.wait_slac("matched", PATIENCE_S, told, self.evse)
        except AssertionError:
            return "not matched"
        return "matched"

    def stay_silent(self):
        try:
            self.soak.observer.wait_slac("basic_charging", 6.0, self.soak.observer.mark(), self.evse)
        except AssertionError:
            return "no basic charging"
        return "basic charging"

    def leave(self, fault):
        mark = self.soak.observer.mark()
        self.soak.say(f"unplug {self.evse}")
        self.ev.say("unplug")
        if fault:
            self.ev.say("fault none")
        try:
            self.soak.observer.wait_slac("unmatched", 1.5, mark, self.evse)
        except AssertionError:
            pass  # the vehicle had said nothing, or slacd was not told of it


class Soak:
    def __init__(self, seed, seconds):
        self.seed = seed
        self.random = random.Random(seed)
        self.outcome = Outcome(None)
        self.site = Site()
        self.site.setUp()
        self.talk = threading.Lock()
        self.restarts = 0
        self.broker_is_away = False
        self.seconds = seconds
        self.warm = 0
        self.ends = None

    def say(self, line):
        with self.talk:
            self.site.station.say(line)

    def over(self):
        return time.monotonic() > self.ends or bool(self.outcome.wrong)

    def begin(self):
        site = self.site
        for index in range(OUTLETS):
            site.link(f"evse{index}", f"plc{index}")
        site.broker = site.start_broker()
        self.observer = site.observer = site.start_observer(site.broker)
        site.station = site.start_station(evses=[f"DE*TST*E{index + 1}=evse{index}" for index in range(OUTLETS)])
        site.station.wait_line("connected to the broker")
        self.outlets = [Outlet(self, index) for index in range(OUTLETS)]
        site.slacd = site.start_slacd(harness.with_settings(CONFIGURATION, **SETTINGS))
        self.observer.wait_service("ready")
        for outlet in self.outlets:
            site.slacd.wait_line(f"Modem has confirmed its key.*{re.escape(outlet.evse)}")

    def sessions(self):
        return sum(outlet.sessions for outlet in self.outlets)

    def held(self):
        if not self.site.slacd.runs():
            raise AssertionError(f"slacd has ended with {self.site.slacd.process.returncode}")
        return Holdings(self.site.pid())

    def holdings(self):
        """While no car is there."""
        for outlet in self.outlets:
            outlet.go.clear()
        for outlet in self.outlets:
            outlet.paused.wait(60)
        held = self.held()
        for outlet in self.outlets:
            outlet.go.set()
        return held

    def restart_broker(self):
        """It keeps what its subscribers have not had yet."""
        self.broker_is_away = True
        self.restarts += 1
        self.site.broker.signal(signal.SIGTERM)
        self.site.broker.exit_code()
        time.sleep(self.random.uniform(0, 2))
        log = self.site.slacd.mark()
        self.site.restart_broker()
        self.site.slacd.wait_line("Connected to the MQTT broker", after=log)
        time.sleep(1)
        self.broker_is_away = False

    def drive(self):
        self.ends = time.monotonic() + self.seconds
        warm_up_ends = time.monotonic() + self.seconds / 3
        for outlet in self.outlets:
            outlet.start()
        before = None
        broker_due = time.monotonic() + min(self.random.uniform(*BROKER_EVERY_S), self.seconds / 2)
        while not self.over():
            time.sleep(0.05)
            if before is None and (self.sessions() >= WARM_UP or time.monotonic() > warm_up_ends):
                self.warm, before = self.sessions(), self.holdings()
            if time.monotonic() > broker_due and before is not None:
                self.restart_broker()
                broker_due = time.monotonic() + self.random.uniform(*BROKER_EVERY_S)
        for outlet in self.outlets:
            outlet.join(60)
        time.sleep(0.3)
        after = settled(self.site.pid(), before) if before else self.held()
        return before or after, after  # what went wrong may have ended it before it was warm

    def judge_statuses(self):
        """Every outlet's vehicles and statuses in their order. How many terminal statuses there were."""
        judges = {outlet.evse: SessionJudge(outlet.evse) for outlet in self.outlets}
        for message in self.observer.messages.since():
            if message.pilot_state:
                judges[message.data["evse_id"]].shows(message.pilot_state)
            elif message.slac:
                judges[message.data["evse_id"]].says(message.slac, message.data["run_id"])
        for judge in judges.values():
            judge.end()
            self.outcome.wrong += judge.wrong
        return sum(judge.ended for judge in judges.values())

    def keep_log(self, path):
        lines = sorted((line.time, program.name, line.text) for program in self.site.programs
                       for line in program.output.since())
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(f"{when - self.site.started:9.3f} {name}: {text}\n" for when, name, text in lines)

    def report(self, before, after, terminal):
        counts = {}
        times_s = sorted(time_s for outlet in self.outlets for time_s in outlet.times_s)
        for outlet in self.outlets:
            for what, number in outlet.counts.items():
                counts[what] = counts.get(what, 0) + number
        print(f"seed {self.seed}: {self.sessions()} sessions at {OUTLETS} outlets, {self.restarts} broker restarts: " +
              ", ".join(f"{number} {what}" for what, number in sorted(counts.items())))
        print(f"statuses: {len(self.observer.messages.since())} messages, {terminal} terminal statuses, none twice or missing"
              if not self.outcome.wrong else f"WRONG: {self.outcome.wrong[:5]}")
        if times_s:
            print(f"from the plug to the link: p50 {statistics.median(times_s) * 1e3:.0f} ms, "
                  f"p99 {times_s[int(len(times_s) * 0.99)] * 1e3:.0f} ms, most {times_s[-1] * 1e3:.0f} ms")
        print(f"descriptors: {before.descriptors} after {self.warm} sessions, {after.descriptors} at the end")
        print(f"memory: {before.kib} KiB after {self.warm} sessions, {after.kib} KiB at the end")


def soak(seed, seconds, log):
    sys.stdout.reconfigure(line_buffering=True)
    run = Soak(seed, seconds)
    wrong = run.outcome.wrong
    try:
        run.begin()
        before, after = run.drive()
        wrong += [outlet.error for outlet in run.outlets if outlet.error]
        terminal = run.judge_statuses()
        compare(before, after, False, run.outcome, OUTLETS)
        finish(run.site.slacd, run.outcome)
        wrong += sanitizer_words(run.site.programs)
        wrong += run.observer.violations[:3]
        run.report(before, after, terminal)
    except AssertionError as error:
        wrong.append(str(error))
    if wrong:
        print("\n".join(f"WRONG: {text}" for text in wrong[:10]))
    if log:
        run.keep_log(log)
    wrong += run.site.close()
    return 1 if wrong else 0


def arguments_of(words, build):
    parser = argparse.ArgumentParser(prog="soak", description="Sessions without end: random cars, broker restarts. Fails "
                                     "when a session is not ended by one status, or when slacd grows.")
    parser.add_argument("--minutes", type=float, default=10.0, metavar="N", help="[10]")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the cars [1]")
    parser.add_argument("--build", default=build, metavar="DIR", help="build tree of slacd [build/gcc]")
    parser.add_argument("--log", metavar="FILE", help="write what happened there")
    return parser.parse_args(words)
