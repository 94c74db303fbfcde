# SPDX-License-Identifier: Apache-2.0
"""A car that others wrote: pev of Debian's plc-utils-extra. slac-ev is both modems and the line between."""
import harness
from harness import Bench

# pev's own template, with shorter waits for its modem.
PEV_INI = """[default]
vehicle identifier = 0000000000000000000000000000000000
network membership key = 50D3E4933F855B7040784DF815AA8DB7
network identifier = B0F2E695666B03
attenuation threshold = 40
msound pause = 20
charge time = 1
settle time = 1
"""


class Pev(Bench):
    def start_bench_for_pev(self):
        self.link("ev0", "plc1")
        self.start_all(ev=("--ev-interface", "plc1"))

    def start_pev(self):
        profile = self.write("pev.ini", PEV_INI)
        return self.add(harness.Program("pev", "pev", "-i", "ev0", "-p", profile, "-v"))

    def test_pev_is_matched_and_its_modem_joins_the_network(self):
        self.start_bench_for_pev()
        self.plug()
        self.start_pev()
        self.observer.wait_slac("matched")
        self.assertEqual(self.observer.slac_statuses(), ["matching", "matched"])
        self.ev.wait_line("link up")
        self.station.say("unplug")
        self.observer.wait_slac("unmatched")


if __name__ == "__main__":
    harness.main(["pev"])
