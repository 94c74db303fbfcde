# SPDX-License-Identifier: Apache-2.0
"""A log that nobody reads: cars match, the service ends in time, and what was lost is said to whoever reads again."""
import fcntl
import os
import re
import signal
import socket
import time

import harness
from harness import Bench

PAGE = 4096
FRAMES = 6000  # each is a line at TRACE: several times what is kept
BROADCAST = b"\xff" * 6
STOP_WITHIN_S = 2.5
METRICS = ("127.0.0.1", 9470)
LOST = b"were dropped. count="


def foreign_frames(count):
    """What other modems on the power line say to each other."""
    for i in range(count):
        yield (BROADCAST + b"\x02\0\0\0\0\1" + b"\x88\xe1\x01" + b"\x10\xa0\0\0" + i.to_bytes(8, "big")).ljust(60, b"\0")


class LogUnread(Bench):
    reads_log = False

    def start_unread(self):
        """The whole bench; the log of slacd goes into a pipe of one page, which is full after a few lines."""
        os.mkfifo(self.path("log"))
        self.log = os.open(self.path("log"), os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, self.log)
        fcntl.fcntl(self.log, fcntl.F_SETPIPE_SZ, PAGE)
        self.start_others(ev=harness.FAST_EV)
        self.slacd = self.start_slacd({"service": {"metrics": f"{METRICS[0]}:{METRICS[1]}"}}, "--log-level", "TRACE",
                                      wrapper=("sh", "-c", f'exec "$0" "$@" 2>"{self.path("log")}"'))
        self.observer.wait_service("ready")
        self.observer.wait_state_after_request()
        self.capture.wait(harness.CM_SET_KEY_CNF)
        harness.send_frames("plc0", foreign_frames(FRAMES))

    def assert_car_matches(self):
        mark = self.observer.mark()
        self.station.say("plug")
        self.ev.say("plug")
        self.ev.wait_line("link up")
        self.observer.wait_slac("matched", after=mark)

    def assert_stops_in_time(self):
        asked = time.monotonic()
        self.slacd.signal(signal.SIGTERM)
        self.assertEqual(self.slacd.exit_code(), 0)
        self.assertLess(time.monotonic() - asked, STOP_WITHIN_S + self.stalls.worst_s)
        self.observer.wait_service("stopping")
        self.observer.messages.never(lambda message: message.service == "error", "the last will", 0.2)

    def test_car_matches_and_the_service_ends_in_time_although_nobody_reads_the_log(self):
        self.start_unread()
        self.assert_car_matches()
        self.assertEqual(self.link_status(), "connected")
        lost = re.search(r"^slacd_log_lines_dropped_total (\d+)$", self.metrics(socket.AF_INET, METRICS), re.MULTILINE)
        self.assertGreater(int(lost.group(1)), 100)
        self.assert_stops_in_time()

    def test_reader_that_comes_back_is_told_how_many_lines_were_lost(self):
        self.start_unread()
        self.assert_car_matches()
        os.set_blocking(self.log, True)
        text = b""
        while LOST not in text:
            text += os.read(self.log, 65536)
        self.slacd.signal(signal.SIGTERM)
        while piece := os.read(self.log, 65536):
            text += piece
        self.assertEqual(self.slacd.exit_code(), 0)
        before, after = text.split(LOST)
        self.assertIn(b"slacd: slacd ", before.splitlines()[0])  # how it began is kept
        self.assertGreater(int(after.split()[0]), 100)  # the kernel drops frames that come too fast
        self.assertIn(b"Stopping. signal=TERM", after)


if __name__ == "__main__":
    harness.main()
