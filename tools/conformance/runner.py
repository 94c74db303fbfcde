# SPDX-License-Identifier: Apache-2.0
"""Command line: chooses the cases, runs each in namespaces of its own, prints the verdicts."""
import argparse
import concurrent.futures
import contextlib
import fnmatch
import importlib
import json
import os
import pathlib
import pkgutil
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback

import conformance
from conformance.bench import Bench
from conformance.verdict import CASES, Disturbed, Failed, Skipped, Unusable

TOOLS = pathlib.Path(__file__).resolve().parents[1]
DEFAULT_COMMAND = ["--no-drop", "--config", "{config}", "--mqtt-host", "{mqtt_host}", "--mqtt-port", "{mqtt_port}"]
PROGRAMS = ("unshare", "ip", "mosquitto")
PASS, FAIL, SKIP = "PASS", "FAIL", "SKIP"
# A failure on a machine that stood still for longer than this says nothing: the case is run again.
STALL_S = 0.1
ATTEMPTS = 3
NICE = -10
ALL_SKIPPED = 77
STOPPED = 130
EXAMPLES = """\
EVSE_COMMAND starts the EVSE program; in its words these are replaced:
  {interface}   the network interface behind which its modem is
  {mqtt_host} {mqtt_port}   the broker: messages as in slacd's doc/mqtt.md
  {config}      slacd's JSON configuration, as the case needs it
  {cs_config} {cs_limits}   data of cs_parameters and cs_status_and_limits, as files

examples:
  slac-conformance                                        slacd, all cases
  slac-conformance --only 'CmSlacMatch_*,Field_*' --json result.json
  slac-conformance -- ./my-evse --if {interface} --broker {mqtt_host}:{mqtt_port}
  slac-conformance --pilot-command './set-pilot {state}' -- ./my-evse --if {interface}

exit code: 0 no case failed; 1 one did; 2 wrong use, or no permission; 77 every case was skipped, see why behind each
"""


def load_cases():
    for module in pkgutil.iter_modules(conformance.__path__):
        if module.name.startswith("cases_"):
            importlib.import_module(f"conformance.{module.name}")


def positive(text):
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def setting(text):
    """section.name=value, the value as JSON or as text."""
    path, _, value = text.partition("=")
    section, _, name = path.partition(".")
    if not value or not name:
        raise ValueError
    try:
        return section, name, json.loads(value)
    except ValueError:
        return section, name, value


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="slac-conformance", usage="%(prog)s [OPTIONS] [-- EVSE_COMMAND ...]", epilog=EXAMPLES,
        description="Black-box conformance tests of an EVSE's SLAC (ISO 15118-3), after the purposes of ISO 15118-5.",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="PATTERN[,PATTERN]", help="cases whose id matches (shell wildcards)")
    parser.add_argument("--json", metavar="FILE", help="write the results as JSON")
    parser.add_argument("--jobs", metavar="N", type=positive, default=16, help="cases at a time [16]; they mostly wait")
    parser.add_argument("--attempts", metavar="N", type=positive, default=ATTEMPTS,
                        help=f"how often a case is tried that failed while this machine stood still [{ATTEMPTS}]")
    parser.add_argument("--profile", choices=("strict", "field"), default="strict",
                        help="slacd's profile in the cases of the list [strict]; the Field_ cases run with field. "
                             "With field, cases in which it rightly differs are skipped")
    parser.add_argument("--list", action="store_true", help="print the ids and what each does, and exit")
    parser.add_argument("--keep-logs", metavar="DIR", help="keep the frames, messages and output of each case")
    parser.add_argument("--pilot-command", metavar="CMD",
                        help="no MQTT: this command sets the pilot, {state} is A1 ... D2, E, F")
    parser.add_argument("--ready-s", metavar="S", type=float, default=0.5, help="plug-in to the car's first word [0.5]")
    parser.add_argument("--receive-path-db", metavar="DB", type=float, default=0.0,
                        help="what the EVSE subtracts from its modem's attenuation [0]")
    parser.add_argument("--set", metavar="SECTION.NAME=VALUE", type=setting, action="append", default=[],
                        help="a setting for {config} in all cases")
    parser.add_argument("--inside", metavar="FILE", help=argparse.SUPPRESS)
    parser.add_argument("command", nargs="*", metavar="EVSE_COMMAND", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if not options.inside and not options.list:
        complete(parser, options)
    return options


def slacd_program():
    """$SLACD, or that of the source tree in which this is, or the installed one."""
    built = TOOLS.parent / "build" / "gcc" / "slacd" / "slacd"
    if "SLACD" in os.environ or built.exists():
        return os.environ.get("SLACD", str(built))
    return shutil.which("slacd", path=os.environ.get("PATH", os.defpath) + ":/usr/sbin") or "slacd"


def complete(parser, options):
    if not options.command:
        options.command = [slacd_program(), *DEFAULT_COMMAND]
    program = shutil.which(options.command[0])
    if program is None:
        parser.error(f"{options.command[0]}: no such program; build it, or name another after --")
    options.command[0] = os.path.abspath(program)
    options.chosen = choose(options.only)
    if not options.chosen:
        parser.error(f"--only {options.only}: no case has such an id")
    if options.json:
        try:
            with open(options.json, "a", encoding="utf-8"):
                pass
        except OSError as error:
            parser.error(f"--json {options.json}: {error.strerror}")
    for name in PROGRAMS:
        if shutil.which(name) is None:
            parser.error(f"the program {name} is not installed")


def choose(patterns):
    wanted = (patterns or "*").split(",")
    return [case for case in CASES.values() if any(fnmatch.fnmatchcase(case.id, pattern) for pattern in wanted)]


# --- One case, inside its namespaces ---


def judge(options, case):
    """Runs the case; returns verdict, message, expected and observed, notes and the worst stall."""
    result = {"verdict": PASS, "message": "", "expected": case.text, "observed": "as expected"}
    bench = Bench(options, case)
    try:
        bench.start()
        case.function(bench)
        bench.finish()
    except Failed as failure:
        result.update(verdict=FAIL, message=str(failure), expected=failure.expected, observed=failure.observed)
    except Skipped as reason:
        result.update(verdict=SKIP, message=str(reason), observed="not run to its end")
    except Unusable as reason:
        result.update(verdict=FAIL, message=str(reason), observed=str(reason))
    except Disturbed as reason:
        result.update(verdict=FAIL, message=f"this machine is too slow: {reason}", observed=str(reason), disturbed=True)
    except Exception as error:  # the tester's own fault, or a machine that does not let it work
        result.update(verdict=FAIL, message=f"the tester itself: {error!r}", observed=traceback.format_exc())
    finally:
        bench.close()
    result.update(notes=bench.notes, stall=bench.stalls.worst())
    return result


def run_inside(path):
    with contextlib.suppress(PermissionError):  # only root may; the times of the standard do not wait
        os.nice(NICE)
    options = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    result = judge(options, CASES[options["id"]])
    pathlib.Path(options["directory"], "result.json").write_text(json.dumps(result), encoding="utf-8")
    return 0


# --- All cases ---


def unshare_command():
    """The first way that is permitted here; None when none is."""
    command = ["unshare", "--net", "--pid", "--fork", "--kill-child"]
    if os.geteuid() != 0:
        command += ["--user", "--map-root-user"]
    for attempt in ([*command, "--mount-proc"], command):
        if subprocess.run([*attempt, "true"], capture_output=True, check=False).returncode == 0:
            return attempt
    return None


class Run:
    def __init__(self, options, unshare):
        self.options = options
        self.unshare = unshare
        self.directory = options.keep_logs or tempfile.mkdtemp(prefix="slac-conformance-")
        self.settings = {}
        for section, name, value in options.set:
            self.settings.setdefault(section, {})[name] = value
        self.printing = threading.Lock()
        self.children = set()
        self.stopped = False

    def one(self, case):
        started = time.monotonic()
        notes = []
        if case.strict_only and self.options.profile != "strict":
            return self.skipped(case, "only for the strict profile")
        for number in range(1, self.options.attempts + 1):
            result = self.attempt(case, case.id if number == 1 else f"{case.id}.{number}")
            if result["verdict"] != FAIL or not (result.get("disturbed") or result["stall"] > STALL_S):
                break
            notes.append(f"attempt {number}, the machine stalled for {result['stall']:.2f} s: "
                         f"{result['message'][:120]}")
        if result["verdict"] != FAIL:
            result["notes"] += notes
        result.update(id=case.id, seconds=round(time.monotonic() - started, 1))
        self.show(result)
        return result

    def skipped(self, case, why):
        result = {"verdict": SKIP, "message": why, "expected": case.text, "observed": "not run", "notes": [],
                  "stall": 0.0, "id": case.id, "seconds": 0.0}
        self.show(result)
        return result

    def attempt(self, case, name):
        directory = pathlib.Path(self.directory, name)
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        options = {"id": case.id, "directory": str(directory.resolve()), "command": self.options.command,
                   "profile": "field" if case.is_field else self.options.profile, "settings": self.settings,
                   "pilot_command": self.options.pilot_command, "ready_s": self.options.ready_s,
                   "receive_path_db": self.options.receive_path_db}
        path = directory / "options.json"
        path.write_text(json.dumps(options), encoding="utf-8")
        command = [*self.unshare, sys.executable, str(TOOLS / "slac-conformance"), "--inside", str(path)]
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 text=True, errors="replace")
        self.children.add(child)
        try:
            output, _ = child.communicate(timeout=case.seconds * 3 + 60)
        except subprocess.TimeoutExpired:
            child.kill()
            output, _ = child.communicate()
        self.children.discard(child)
        try:
            return json.loads((directory / "result.json").read_text(encoding="utf-8"))
        except OSError:
            return {"verdict": FAIL, "message": f"the tester itself ended: {output[-500:].strip()!r}", "notes": [],
                    "expected": case.text, "observed": output, "stall": 0.0}

    def show(self, result):
        notes = f" ({'; '.join(result['notes'])})" if result["notes"] else ""
        with self.printing:
            if not self.stopped:
                line = f"{result['verdict']} {result['id']:44} {result['seconds']:6.1f}  {result['message']}{notes}"
                print(line.rstrip(), flush=True)

    def all(self):
        """The longest first: they decide when everything is done."""
        order = sorted(self.options.chosen, key=lambda case: -case.seconds)
        with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
            return list(pool.map(self.one, order))

    def stop(self, *_):
        self.stopped = True
        for child in self.children.copy():
            child.kill()
        self.clean()
        os._exit(STOPPED)

    def clean(self):
        if not self.options.keep_logs:
            shutil.rmtree(self.directory, ignore_errors=True)


def conclude(options, results):
    if options.json:
        order = {case_id: place for place, case_id in enumerate(CASES)}
        results.sort(key=lambda result: order[result["id"]])
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"command": options.command, "profile": options.profile, "results": results}, file, indent=1)
    counts = {verdict: sum(result["verdict"] == verdict for result in results) for verdict in (PASS, FAIL, SKIP)}
    print(f"{counts[PASS]} passed, {counts[FAIL]} failed, {counts[SKIP]} skipped", flush=True)
    if counts[FAIL]:
        return 1
    if not counts[PASS]:
        print(f"every case was skipped: {'; '.join(sorted({result['message'] for result in results}))}", flush=True)
        return ALL_SKIPPED
    return 0


def list_cases(patterns):
    for case in choose(patterns):
        text = re.sub(r"\s+", " ", case.text)
        print(f"{case.id:44} {text}")
    return 0


def main(arguments):
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    load_cases()
    options = parse(arguments)
    if options.inside:
        return run_inside(options.inside)
    if options.list:
        return list_cases(options.only)
    unshare = unshare_command()
    if unshare is None:
        print("slac-conformance: no permission for a network namespace (run as root)", file=sys.stderr)
        return 2
    run = Run(options, unshare)
    signal.signal(signal.SIGINT, run.stop)
    signal.signal(signal.SIGTERM, run.stop)
    results = run.all()
    run.clean()
    return conclude(options, results)
