# SPDX-License-Identifier: Apache-2.0
"""A line to the cloud (cloud.py) on which packets vanish: nobody is told, and what was said meanwhile arrives. It waits for
mosquitto's keep-alive, which is 5 s at least."""
import harness
from cloud import KEEPALIVE_S, LINE_TOPIC, Cloud


class Silence(Cloud):
    def test_line_on_which_packets_vanish(self):
        self.start_site()
        self.start_matching()
        self.session()
        self.history.wait_all_of(self.local)
        mark = self.local.mark()
        self.cut_line()
        self.session()
        self.tell("state", "A")
        self.local.wait(LINE_TOPIC, "0", within=6 * KEEPALIVE_S, after=mark)
        up = self.local.mark()
        self.tell("state", "B")
        self.mend_line()
        # An attempt that began while the line was down has to end first.
        self.local.wait(LINE_TOPIC, "1", within=6 * KEEPALIVE_S, after=up)
        self.history.wait_all_of(self.local)
        self.assert_same_retained()


if __name__ == "__main__":
    harness.main(["openssl", "nsenter"])
