# SPDX-License-Identifier: Apache-2.0
"""Times: allowances, the machine's own stalls, and lists of what arrived that can be waited for."""
import threading
import time

# What transmission and the pilot may add to every limit.
ALLOWANCE_S = 0.25

# ISO 15118-3 table A.1 and table 3, in seconds.
TT_EVSE_SLAC_INIT_MIN_S, TT_EVSE_SLAC_INIT_MAX_S = 20.0, 50.0
TT_MATCH_RESPONSE_S = 0.2
TT_MATCH_SEQUENCE_S = 0.4
# 20 … 50 ms; the shorter, the more a machine that stands still for a while may catch up.
TP_EV_BATCH_MSG_INTERVAL_S = 0.022
TT_EV_ATTEN_RESULTS_S = 1.2
TT_EVSE_MATCH_MNBC_S = 0.6
TT_EVSE_MATCH_SESSION_S = 10.0
TT_MATCH_JOIN_S = 12.0
TP_MATCH_LEAVE_S = 1.0
TT_AMP_MAP_EXCHANGE_S = 0.2
TT_EVSE_VALD_TOGGLE_MAX_S = 3.5
T_STEP_EF_MIN_S, T_STEP_EF_MAX_S = 4.0, 8.0
T_STEP_X1_S = 3.0
T_CONN_MAX_COMM_S = 8.0
T_CONN_RESUME_S = 6.0
C_EV_MATCH_RETRY = 2
C_SEQU_RETRY = 2
# The pilot's own time: a state must last this long to be seen.
PILOT_S = 0.2


def earliest(limit_s):
    """Not before: the allowance, but never so much that a short time would not be checked at all."""
    return limit_s - min(ALLOWANCE_S, limit_s / 4)


class StallWatch:
    """A heartbeat that measures how late this machine wakes it: nobody can be more punctual than that."""

    PERIOD_S = 0.02

    def __init__(self):
        self.beats = []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def _watch(self):
        due = time.monotonic() + self.PERIOD_S
        while not self.ended.wait(max(0.0, due - time.monotonic())):
            now = time.monotonic()
            if now - due > 0.005:
                self.beats.append((now, now - due))
            due = now + self.PERIOD_S

    def worst(self, since=0.0):
        return max((late for when, late in list(self.beats) if when >= since), default=0.0)

    def stop(self):
        self.ended.set()
        self.thread.join()


class Stream:
    """A growing list of items with a `time` each."""

    def __init__(self):
        self.items = []
        self.grown = threading.Condition()

    def append(self, item):
        with self.grown:
            self.items.append(item)
            self.grown.notify_all()

    def mark(self):
        with self.grown:
            return len(self.items)

    def since(self, mark=0):
        with self.grown:
            return self.items[mark:]

    def wait(self, wanted, until, mark=0):
        """The first item from `mark` on for which wanted(item) is true, or None when `until` has come."""
        with self.grown:
            while True:
                for item in self.items[mark:]:
                    if wanted(item):
                        return item
                mark = max(mark, len(self.items))
                left = until() - time.monotonic() if callable(until) else until - time.monotonic()
                if left <= 0:
                    return None
                self.grown.wait(min(left, 0.5))
