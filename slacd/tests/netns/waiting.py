# SPDX-License-Identifier: Apache-2.0
"""Waiting for what comes over time, and how late this machine itself is."""
import os
import threading
import time

# An awaited event comes within milliseconds; this is for a machine that is busy with other tests.
PATIENCE_S = 10.0


def await_true(condition, what, within=PATIENCE_S):
    """For the few things that tell nobody when they change."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what}")
        time.sleep(0.005)


class Stream:
    """A growing list of items, each with the time of its arrival, that can be waited for."""

    def __init__(self):
        self.items = []
        self.grown = threading.Condition()

    def append(self, item):
        with self.grown:
            self.items.append(item)
            self.grown.notify_all()

    def mark(self):
        """For `after`: only what arrives from now on."""
        with self.grown:
            return len(self.items)

    def since(self, after=0):
        with self.grown:
            return self.items[after:]

    def wait(self, wanted, what, within=PATIENCE_S, after=0):
        """The first item for which wanted(item) is true."""
        deadline = time.monotonic() + within
        with self.grown:
            while True:
                for item in self.items[after:]:
                    if wanted(item):
                        return item
                after = max(after, len(self.items))
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"not within {within} s: {what}")
                self.grown.wait(left)

    def never(self, wanted, what, during, after=0):
        """Watches for a while, and fails as soon as such an item arrives."""
        try:
            item = self.wait(wanted, what, during, after)
        except AssertionError:
            return
        raise AssertionError(f"must not happen: {what}: {item}")


class StallWatch:
    """How late the machine itself wakes a sleeper, on each processor: no message can be more punctual than that."""

    def __init__(self):
        self.worst_s = 0.0
        self.ended = threading.Event()
        for processor in os.sched_getaffinity(0):
            threading.Thread(target=self._watch, args=(processor,), daemon=True).start()

    def _watch(self, processor):
        os.sched_setaffinity(threading.get_native_id(), {processor})
        period_s = 0.01
        due = time.monotonic() + period_s
        while not self.ended.wait(max(0.0, due - time.monotonic())):
            self.worst_s = max(self.worst_s, time.monotonic() - due)
            due = time.monotonic() + period_s
