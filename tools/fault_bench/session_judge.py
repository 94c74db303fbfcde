# SPDX-License-Identifier: Apache-2.0
"""Judges the statuses of one outlet: what was begun for a vehicle is ended, and nothing is ended twice.

A vehicle that leaves is told by `unmatched`, whether it has spoken or not, and whether its last attempt has failed or not.
Vehicle and statuses are told in the order in which the broker has them. A status may come late: the next vehicle may be
there already. It is then the very next one of this outlet.
"""

NO_RUN = "0x0000000000000000"


class SessionJudge:
    def __init__(self, evse):
        self.evse = evse
        self.is_plugged = False
        self.vehicles = 0  # that have come, and whose end was not told; one that left at once was perhaps not seen
        self.begun = ""  # the status that was not ended yet
        self.owes_end = False  # the vehicle that it was said of has left
        self.failed_run = NO_RUN
        self.ended = 0
        self.wrong = []

    def shows(self, state):
        """The pilot state of a cp_status. E and F say nothing about the vehicle."""
        if state[0] == "A":
            self.owes_end = bool(self.begun)
            self.is_plugged = False
        elif state[0] in "BCD":
            self.vehicles += not self.is_plugged
            self.is_plugged = True

    def says(self, status, run_id):
        if status in ("failed", "unmatched"):
            self._ends(status, run_id)
            return
        if self.owes_end and self.is_plugged:
            self.wrong.append(f"{self.evse}: a session was never ended: {status} of the next vehicle follows {self.begun}")
        # What is said now is of the vehicle that is there, or of the one before it.
        self.vehicles = min(self.vehicles, 2)
        self.begun, self.owes_end, self.failed_run = status, False, NO_RUN

    def _ends(self, status, run_id):
        self.ended += 1
        # The coming of a vehicle that has not spoken may be missed while the broker is away.
        is_of_nobody = status == "unmatched" and self.vehicles == 0 and run_id != NO_RUN
        is_again = status == "failed" and not self.begun and run_id == self.failed_run != NO_RUN
        if is_of_nobody or is_again:
            self.wrong.append(f"{self.evse}: session {run_id} ended twice: {status}")
        if status == "unmatched":
            self.vehicles = max(self.vehicles - 1, 0)
        self.begun, self.owes_end, self.failed_run = "", False, run_id

    def end(self):
        if self.begun:
            self.wrong.append(f"{self.evse}: a session was never ended: {self.begun} is the last status")
