# SPDX-License-Identifier: Apache-2.0
"""Command line of tools/faults: runs faults and prints the table."""
import argparse
import fnmatch
import importlib
import os
import pathlib
import shutil
import subprocess
import sys
import time

from fault_bench import virtual
from fault_bench.virtual_faults import FAULTS as VIRTUAL_FAULTS

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = str(ROOT / "build/gcc")
SKIPPED = 77
NAMESPACE_MARK = "SLACD_FAULTS_NAMESPACE"
PROGRAMS = {
    "SLACD": "slacd/slacd",
    "SLAC_EV": "tools/car/slac-ev",
    "CS_SIM": "tools/station/cs-sim",
    "SLAC_REPLAY": "tools/replay/slac-replay",
    "SLAC_TRACE": "tools/trace/slac-trace",
    "DAEMON_RECORD": "slacd/tests/world/daemon-record",
    "ALLOC_FAULT": "tools/fault_bench/liballoc_fault.so",
    "CLOCK_FAULT": "tools/fault_bench/libclock_fault.so",
}
# Not in a tree with the sanitizers, which must come first themselves.
PRELOADED = ("ALLOC_FAULT", "CLOCK_FAULT")
# The ones with a real process that the short run has: one of the broker, of the interface and of the host.
SHORT_PROCESS = ("process-broker-black-hole", "process-log-disk-full", "process-allocations")
SHORT_ROUNDS = 1


def process_module(name):
    """They need the harness of the end-to-end tests."""
    sys.path.insert(0, str(ROOT / "slacd/tests/netns"))
    return importlib.import_module(f"fault_bench.{name}")


def arguments_of(words):
    parser = argparse.ArgumentParser(prog="faults", description="Runs matches under faults and judges what slacd does: "
                                     "matched under the fault, recovered after it without a restart, or lost.")
    parser.add_argument("--list", action="store_true", help="print the faults and exit")
    parser.add_argument("--only", action="append", metavar="NAME", help="this fault, or these (*, ?); may be repeated")
    parser.add_argument("-n", type=int, default=3, metavar="N", help="rounds under each fault [3]")
    parser.add_argument("--short", action="store_true", help="what continuous integration runs")
    parser.add_argument("--build", default=BUILD, metavar="DIR",
                        help="build tree of slacd; one with the sanitizers finds more [build/gcc]")
    parser.add_argument("--log", metavar="DIR", help="write what happened under each fault to a file there")
    arguments = parser.parse_args(words)
    if arguments.n < 1:
        parser.error("-n: at least one round")
    return arguments


def chosen(arguments, faults):
    if arguments.short:
        return [fault for fault in faults if fault.kind == "virtual" or fault.name in SHORT_PROCESS]
    if not arguments.only:
        return faults
    picked = [fault for fault in faults if any(fnmatch.fnmatch(fault.name, name) for name in arguments.only)]
    if not picked:
        sys.exit(f"faults: --only {' '.join(arguments.only)}: no such fault; --list names them")
    return picked


def find_programs(build):
    """Where the build tree has them; those of the environment come first."""
    found = {name: os.environ.get(name, os.path.join(build, path)) for name, path in PROGRAMS.items()}
    missing = [path for name, path in found.items() if name not in PRELOADED and not os.path.exists(path)]
    if missing:
        sys.exit(f"faults: {missing[0]} is missing: build slacd, or name the build tree with --build")
    os.environ.update(found)
    return found


def why_no_namespace():
    for name in ("unshare", "ip", "mosquitto", "mosquitto_sub", "mosquitto_pub"):
        if shutil.which(name) is None:
            return f"the program {name} is not installed"
    sandbox = process_module("process").harness
    try:
        sandbox.unshare_command()
    except SystemExit:
        return "no permission for a network namespace"
    return ""


def enter_namespace():
    """Starts this program again in a network and process namespace of its own, once."""
    if NAMESPACE_MARK in os.environ:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    sys.stdout.flush()
    os.environ[NAMESPACE_MARK] = "1"
    command = process_module("process").harness.unshare_command()
    os.execvp("unshare", [*command, sys.executable, "-B", *sys.argv])


def run_one(fault, arguments, programs, no_namespace):
    if fault.kind == "virtual":
        return virtual.run(fault, arguments.n, programs)
    process = process_module("process")
    if no_namespace:
        outcome = process.Outcome(fault)
        outcome.skipped = no_namespace
        return outcome
    return process.run(fault, arguments.n, is_sanitized(programs["SLACD"]))


def is_sanitized(program):
    with open(program, "rb") as file:
        return b"__asan_init" in file.read()


def show(outcome, seconds):
    print(f"{outcome.fault.name:34} {outcome.matched:7} {outcome.recovered:9} {outcome.lost:5}  {outcome.verdict()}"
          f"  ({seconds:.1f} s)", flush=True)
    for wrong in outcome.wrong[:5]:
        print(f"    {wrong[:400]}")
    if len(outcome.wrong) > 5:
        print(f"    and {len(outcome.wrong) - 5} more")


def keep_log(directory, outcome):
    os.makedirs(directory, exist_ok=True)
    with open(os.path.join(directory, f"{outcome.fault.name}.log"), "w", encoding="utf-8") as file:
        file.write(outcome.log + "\n")


def main(words):
    arguments = arguments_of(words)
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    faults = chosen(arguments, VIRTUAL_FAULTS + process_module("process_faults").FAULTS)
    if arguments.list:
        for fault in faults:
            print(f"{fault.name:34} {fault.text}")
        return 0
    if arguments.short:
        arguments.n = SHORT_ROUNDS
    programs = find_programs(arguments.build)
    no_namespace = ""
    if any(fault.kind == "process" for fault in faults):
        no_namespace = why_no_namespace()
        if not no_namespace:
            enter_namespace()
    print(f"{'fault':34} {'matched':>7} {'recovered':>9} {'lost':>5}  verdict")
    outcomes = []
    for fault in faults:
        began = time.monotonic()
        outcomes.append(run_one(fault, arguments, programs, no_namespace))
        show(outcomes[-1], time.monotonic() - began)
        if arguments.log:
            keep_log(arguments.log, outcomes[-1])
    failed = [outcome.fault.name for outcome in outcomes if outcome.failed()]
    skipped = sum(bool(outcome.skipped) for outcome in outcomes)
    print(f"{len(outcomes)} faults, {len(failed)} failed, {skipped} skipped. " + " ".join(failed))
    return 1 if failed else 0


def soak_main(words):
    """tools/soak: in a namespace of its own, with the programs of the build tree."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    soak = process_module("soak")
    arguments = soak.arguments_of(words, BUILD)
    find_programs(arguments.build)
    if no_namespace := why_no_namespace():
        print(f"skipped: {no_namespace}")
        return SKIPPED
    enter_namespace()
    return soak.soak(arguments.seed, arguments.minutes * 60, arguments.log)
