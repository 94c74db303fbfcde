# SPDX-License-Identifier: Apache-2.0
"""slacd as a service of the system: what it is started with, and what the service manager hears of it."""
import os

import harness
from harness import Bench


class Service(Bench):
    def test_closed_descriptors_are_opened_before_anything_can_get_their_numbers(self):
        self.broker = self.start_broker()
        slacd = self.start_slacd(wrapper=("sh", "-c", 'exec "$0" "$@" <&- >&- 2>&-'))
        self.broker.wait_line("New client connected .* as slacd-")
        opened = [os.readlink(f"/proc/{slacd.process.pid}/fd/{fd}") for fd in (0, 1, 2)]
        self.assertEqual(opened, ["/dev/null"] * 3)


if __name__ == "__main__":
    harness.main()
