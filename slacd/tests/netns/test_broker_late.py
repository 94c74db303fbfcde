# SPDX-License-Identifier: Apache-2.0
"""slacd starts at boot, the broker ten seconds later."""
import time

import harness
from harness import Bench

BROKER_LATE_S = 10.0


class BrokerLate(Bench):
    def test_everything_works_when_the_broker_starts_ten_seconds_after_slacd(self):
        self.link()
        self.slacd = self.start_slacd()
        started = time.monotonic()
        self.station = self.start_station()
        self.ev = self.start_ev()
        self.slacd.wait_line("No connection to the MQTT broker")
        self.slacd.never_line("Connected", BROKER_LATE_S - (time.monotonic() - started))
        self.assertLessEqual(len(self.slacd.lines("No connection")), 2)
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.slacd.wait_line("status=ready")
        self.assert_matches()


if __name__ == "__main__":
    harness.main()
