# SPDX-License-Identifier: Apache-2.0
"""The EVSE program under test as a process, and what its output may not contain."""
import re
import signal
import subprocess
import threading
import time

from conformance.timing import Stream
from conformance.verdict import Failed

STOP_S = 5.0
CRASH_SIGNALS = (signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)
CRASH = re.compile(r"ERROR: \w*Sanitizer|runtime error:|SUMMARY: \w*Sanitizer|Assertion .* failed|assertion failed"
                   r"|[Ss]egmentation fault|core dumped|stack smashing|terminate called|Traceback|panicked at")


class Dut:
    """The EVSE program under test; its output is kept line by line."""

    def __init__(self, command, path):
        self.lines = Stream()
        self.path = path
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, errors="replace")
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        with open(self.path, "w", encoding="utf-8") as file:
            for line in self.process.stdout:
                file.write(f"{time.monotonic():.6f} {line}")
                file.flush()
                self.lines.append(line.rstrip("\n"))

    def text(self):
        return "\n".join(self.lines.since())

    def tail(self):
        return " | ".join(self.lines.since()[-3:])

    def how_it_ended(self):
        self.thread.join(STOP_S)
        return f"exit code {self.process.returncode}: {self.tail()}"

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.thread.join(STOP_S)

    def check_end(self):
        """After stop(): neither a signal nor a word of a crash."""
        if -self.process.returncode in CRASH_SIGNALS:
            raise Failed("end of the EVSE program", "no crash", self.how_it_ended())
        text = self.text()
        crash = CRASH.search(text)
        if crash:
            raise Failed("output of the EVSE program", "no sign of a crash",
                         text[crash.start():][:400].replace("\n", " | "))


def leaks(key, text):
    """Whether any six octets of the key in a row stand in the text as hex, however they are separated."""
    digits = re.sub(r"0x|[\s:,;.\-]", "", text.lower())
    return any(key[i:i + 6].hex() in digits for i in range(len(key) - 5))
