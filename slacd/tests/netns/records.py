# SPDX-License-Identifier: Apache-2.0
"""Each record that slacd leaves in a test: replayed to the same decisions, explained, and of one word with the log."""
import json
import os
import re
import subprocess

# What start_slacd sets where a test has no settings of its own for records; "directory" comes from the bench.
KEPT = {"when": "always"}
# Whether slac-trace tells of each record as such, with slacd's reason. Where it does not, it has to read it: the one place
# to switch.
TRACE_TELLS_RECORDS = True

STATUS = re.compile(r"SLAC status\. evse_id=(\S+) status=(failed|basic_charging|unmatched)(?: reason=(\w+))?")
RECORD = re.compile(r"Session record\. evse_id=\S+ file=(\S+)")
LOST = "Session record is lost"
FILES = 100  # record.files
# From here on slacd leaves statuses out of the log.
HIDDEN = "events of the pilot and statuses in a minute"
OUTLET = re.compile(r"^outlet +(\S+)  (\w+)(?: (\w+))?  by slacd", re.MULTILINE)
SUFFIX = ".pcapng"


def run(program, *arguments):
    return subprocess.run([os.environ[program], *arguments], capture_output=True, text=True, check=False)


def replay(path):
    """What slac-replay says of a record, which it must reproduce."""
    done = run("SLAC_REPLAY", path)
    said = done.stdout + done.stderr
    if done.returncode != 0 or "\nreproduced, " not in said or "notes for the log" in said:
        raise AssertionError(f"{os.path.basename(path)} is not reproduced:\n{said}")
    return said


def explain(path, reason):
    """slac-trace reads it, and what it tells of it as a record has the same reason."""
    done = run("SLAC_TRACE", "--json", path)
    if done.returncode not in (0, 3):
        raise AssertionError(f"{os.path.basename(path)}: slac-trace exits with {done.returncode}: {done.stderr}")
    sessions = [json.loads(line) for line in done.stdout.splitlines()]
    reasons = [session["reason"] for session in sessions if "record" in session]
    if reasons != [reason] and (reasons or TRACE_TELLS_RECORDS):
        raise AssertionError(f"{os.path.basename(path)}: slac-trace says {reasons}, slacd says {reason}")


def outcome_of(path):
    """Outlet, status and reason by the record itself; its file has the same words in its name."""
    evse, status, reason = OUTLET.search(replay(path)).groups("")
    words = "-".join(word for word in (status, reason) if word)
    if not path.endswith(f"-{words}{SUFFIX}"):
        raise AssertionError(f"{os.path.basename(path)} holds {words}")
    explain(path, reason)
    return evse, (status, reason)


def is_subsequence(part, whole):
    rest = iter(whole)
    return all(item in rest for item in part)


def check(directory, log):
    """All records of a directory, which slacd has written with this log (None: not read); returns how many there are."""
    kept, said = {}, {}
    # What slacd did in the moment when it was killed may have no line in the log.
    named = set(RECORD.findall(log or ""))
    # The time of its begin comes first in the name of a record.
    names = sorted(name for name in os.listdir(directory) if name.endswith(SUFFIX) and not name.startswith("."))
    for name in names:
        evse, outcome = outcome_of(os.path.join(directory, name))
        if name in named:
            kept.setdefault(evse, []).append(outcome)
    if log is None or HIDDEN in log:
        return len(names)
    for evse, status, reason in STATUS.findall(log):
        said.setdefault(evse, []).append((status, reason))
    for evse, outcomes in kept.items():
        if not is_subsequence(outcomes, said.get(evse, [])):
            raise AssertionError(f"{evse}: records of {outcomes}, but in the log {said.get(evse)}")
    return len(names)


def all_written(directory, log):
    """Each failure in the log has left a record, and each record that it names is there, or the newest FILES are."""
    names = RECORD.findall(log)
    recorded = sum("-failed-" in name for name in names) + log.count(LOST)
    failed = sum(status == "failed" for _, status, _ in STATUS.findall(log))
    there = sum(os.path.exists(os.path.join(directory, name)) for name in names)
    return failed <= recorded and there >= min(len(names), FILES)
