# SPDX-License-Identifier: Apache-2.0
"""What the kernel knows of a running slacd, and what its end must look like."""
import os
import re
import signal

SANITIZER = re.compile(r"ERROR: \w*Sanitizer|runtime error:|SUMMARY: \w*Sanitizer|Assertion .* failed")
END_S = 10.0


def descriptors(pid):
    return os.listdir(f"/proc/{pid}/fd")


def resident_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(next(line for line in file if line.startswith("VmRSS")).split()[1])


def address_space(pid):
    """In octets."""
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def finish(program, outcome):
    """SIGTERM ends it, with exit code 0."""
    program.signal(signal.SIGTERM)
    try:
        code = program.exit_code(END_S)
    except AssertionError as error:
        outcome.wrong.append(str(error))
        return
    if code != 0:
        outcome.wrong.append(f"exit code {code} after SIGTERM")


def sanitizer_words(programs):
    return [f"{program.name}: {line.text}" for program in programs for line in program.output.since()
            if SANITIZER.search(line.text)][:5]
