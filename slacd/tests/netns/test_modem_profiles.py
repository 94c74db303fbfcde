# SPDX-License-Identifier: Apache-2.0
"""What the modem measures, and what the car is told of it."""
import harness
from harness import Bench, FAST_EV, MODEM_TIMERS, with_settings

MISSING = "WARN .*The modem has measured nothing, slac.missing_profile is reported instead"
GROUPS = 58
SOUNDS = 10


class ModemProfiles(Bench):
    def start(self, *ev, **settings):
        self.start_all(with_settings(MODEM_TIMERS, **settings), ev=(*FAST_EV, *ev))

    def reported(self, after=0):
        """NUM_SOUNDS and the values of CM_ATTEN_CHAR.IND."""
        octets = self.capture.wait(harness.CM_ATTEN_CHAR_IND, after=after).octets
        return octets[harness.ATTEN_CHAR_IND_NUM_SOUNDS], list(octets[harness.ATTEN_CHAR_IND_AAG])

    def matched_with(self, fault):
        """Of a car that matches while the modem misbehaves."""
        self.fault(fault)
        frames = self.capture.frames.mark()
        self.assert_matches()
        self.unplug_both()
        return self.reported(frames)

    def failed_with(self, fault):
        self.fault(fault)
        mark = self.plug_both()
        reason = self.observer.wait_slac("failed", after=mark).data["reason"]
        self.assertEqual(self.observer.slac_statuses(mark), ["matching", "failed"])
        self.assertEqual(set(self.observer.pilots(mark)) - {"hlc"}, set())  # as after the last car
        self.unplug_both()
        return reason

    def test_profiles_that_are_missing_fail_the_match_and_the_next_car_matches(self):
        self.start()
        self.assertEqual(self.failed_with("no-groups"), "profiles_without_groups")
        self.assertEqual(self.failed_with("no-profiles"), "no_profiles_from_modem")
        self.assertEqual(self.failed_with("profiles-late:900"), "no_profiles_from_modem")
        self.fault("none")
        self.assert_matches()
        self.assertEqual(self.reported(), (SOUNDS, [20] * GROUPS))

    def test_missing_profiles_are_replaced_where_configured_and_each_session_is_warned_of(self):
        self.start("--modem-fault", "no-groups", slac={"missing_profile": 7, "attn_rx_db": 3})
        for sessions in (1, 2):
            self.assertEqual(self.matched_with("no-groups"), (SOUNDS, [7] * GROUPS))
            self.assertEqual(len(self.slacd.lines(MISSING)), sessions)
        self.assertEqual(self.matched_with("no-profiles"), (SOUNDS, [7] * GROUPS))
        self.assertEqual(len(self.slacd.lines(MISSING)), 3)
        self.assertEqual(self.matched_with("none"), (SOUNDS, [17] * GROUPS))
        self.assertEqual(len(self.slacd.lines(MISSING)), 3)
        self.assertEqual(len(self.complaints()), 3)

    def test_what_others_report_of_the_same_sounds_changes_nothing(self):
        self.start("--profile", ",".join(str(10 + i) for i in range(GROUPS)))
        own = (SOUNDS, [10 + i for i in range(GROUPS)])
        frames = self.capture.frames.mark()
        for fault in ("none", "twins", "neighbour-twins", "twins,neighbour-twins", "profiles-late:150"):
            with self.subTest(fault=fault):
                self.assertEqual(self.matched_with(fault), own)
        self.assertEqual(len(self.frames_of(harness.VS_ATTEN_CHAR_IND, frames)), 4 * SOUNDS)
        self.assertEqual(self.complaints(), [])

    def test_profiles_sent_twice_leave_the_mean_and_the_match_as_they_are(self):
        self.start("--profile", "33")
        self.assertEqual(self.matched_with("profiles-double"), (SOUNDS, [33] * GROUPS))
        self.assertEqual(self.matched_with("profiles-doubled-value"), (SOUNDS, [66] * GROUPS))

    def test_receive_path_is_subtracted_from_each_group_and_clamped(self):
        own = list(range(GROUPS))
        each = [i - 20 for i in own]
        for correction, expected in ((5, [max(0, i - 5) for i in own]), (-240, [min(255, i + 240) for i in own]),
                                     (each, [20] * GROUPS)):
            with self.subTest(correction=correction):
                self.start("--profile", ",".join(map(str, own)), slac={"attn_rx_db": correction})
                self.assert_matches()
                self.assertEqual(self.reported(), (SOUNDS, expected))
                log = self.slacd.wait_line("SOUNDING to WAIT_RSP").text
                self.assertIn(f"measured_db={sum(own) / GROUPS:.1f} mean_attenuation_db="
                              f"{sum(expected) / GROUPS:.1f}", log)
                self.ev.wait_line(f"attenuation measured: mean={sum(own) / GROUPS:.1f} dB groups=58: 0 1 2")
                mean = f"mean={sum(expected) / GROUPS:.1f} dB groups=58"
                self.ev.wait_line(f"attenuation reported: {mean}: {expected[0]} ")
                self.stop_programs()

    def test_receive_path_of_an_outlet_is_its_own(self):
        outlet = {harness.EVSE: {"attn_rx_db": 12}}
        self.start(slac={"attn_rx_db": 2}, outlets=outlet)
        self.assert_matches()
        self.assertEqual(self.reported(), (SOUNDS, [8] * GROUPS))


if __name__ == "__main__":
    harness.main()
