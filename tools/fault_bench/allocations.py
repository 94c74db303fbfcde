# SPDX-License-Identifier: Apache-2.0
"""slacd's start with one allocation that fails: it goes on, or ends with 1 and says why; it never crashes.

Outcome: matched are the starts that went on, recovered those that ended as they should.
"""
import os
import signal
import struct
import threading
import time

READY_S = 10.0
# At most so many starts, spread evenly; SLACD_EACH_ALLOCATION=1 tries each.
STARTS = 120
WORKERS = 2
# Crashes of a library by itself, of which slacd is not even told: what a line of the output has, the stack or a word.
KNOWN = (
    ("(getaddrinfo", "glibc 2.36 does not look whether it got memory for a line of nsswitch.conf"),
    ("(json_tokener_parse_ex", "json-c 0.16 does not look whether it got memory for the name of a member"),
    ("(RAND_priv_bytes_ex", "OpenSSL 3.0 does not look whether it got memory for its locks"),
)


def count_allocations(site):
    """Those of a start up to the status `ready`."""
    path = site.path("count")
    with open(path, "wb") as file:
        file.write(bytes(8))
    slacd = site.start_slacd(None, wrapper=("env", f"LD_PRELOAD={os.environ['ALLOC_FAULT']}",
                                            f"ALLOC_FAULT_COUNT={path}"))
    slacd.wait_line("Service status. status=ready")
    with open(path, "rb") as file:
        count = struct.unpack("Q", file.read(8))[0]
    slacd.kill()
    site.programs.remove(slacd)
    return count


def wait_ready_or_end(slacd):
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline and slacd.runs() and not slacd.lines("Service status. status=ready"):
        time.sleep(0.01)
    return bool(slacd.lines("Service status. status=ready"))


def known_defect(said):
    return next((defect for words, defect in KNOWN if any(words in line for line in said)), "")


def start_with(site, number, outcome, guard):
    slacd = site.start_slacd(None, wrapper=("env", f"LD_PRELOAD={os.environ['ALLOC_FAULT']}", f"ALLOC_FAULT_AT={number}"))
    ready = wait_ready_or_end(slacd)
    if slacd.runs():
        slacd.signal(signal.SIGTERM)
    try:
        code = slacd.exit_code(READY_S)
    except AssertionError:
        code = None
    said = [line.text for line in slacd.output.since()]
    with guard:
        site.programs.remove(slacd)
        if ready and code == 0:
            outcome.matched += 1
        elif not ready and said and (code in (1, 127) or (code == 0 and any(" WARN " in line for line in said))):
            # 127: the dynamic loader itself; 0: it went on and said what was missing, such as a name that is not found
            outcome.recovered += 1
        elif defect := known_defect(said):
            note = f"known: {defect}"
            outcome.notes += [note] if note not in outcome.notes else []
        else:
            outcome.lost += 1
            outcome.wrong.append(f"allocation {number}: exit code {code}, "
                                 f"{'ready' if ready else 'not ready'}: {said[-8:]}")
    slacd.kill()


def fail_each_allocation(site, outcome, _):
    site.records_sessions = False  # several start at once, and there is no session
    site.link()
    site.broker = site.start_broker()
    site.station = site.start_station()
    site.station.wait_line("connected to the broker")
    count = count_allocations(site)
    step = 1 if os.environ.get("SLACD_EACH_ALLOCATION") else max(1, count // STARTS)
    numbers = list(range(1, count + 1, step))
    outcome.notes.append(f"{len(numbers)} of {count} allocations")
    guard = threading.Lock()

    def work():
        while True:
            with guard:
                if not numbers:
                    return
                number = numbers.pop(0)
            start_with(site, number, outcome, guard)

    workers = [threading.Thread(target=work) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
