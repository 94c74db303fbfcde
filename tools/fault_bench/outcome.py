# SPDX-License-Identifier: Apache-2.0
"""What came of the rounds under one fault."""


class Outcome:
    def __init__(self, fault):
        self.fault = fault
        self.matched = 0
        self.recovered = 0
        self.lost = 0
        self.skipped = ""  # why it was not run
        self.notes = []
        self.wrong = []
        self.log = ""

    def failed(self):
        return bool(self.lost or self.wrong) and not getattr(self.fault, "known", "")

    def verdict(self):
        if self.skipped:
            return f"skipped: {self.skipped}"
        if self.failed():
            return "FAILED"
        if self.lost or self.wrong:
            return f"FAILS, known: {self.fault.known}"
        return ", ".join(["ok", *self.notes])
