# SPDX-License-Identifier: Apache-2.0
"""Which modem it is, and how each kind tells that the power-line link is up."""
import harness
from harness import Bench, EVSE, FAST_EV, MODEM_TIMERS, with_settings

JOIN_S = 0.5
VENDOR_QUESTION = {"qualcomm": harness.VS_PL_LNK_STATUS_REQ, "lumissil": harness.NSCM_GET_D_LINK_STATUS_REQ}
VERSION = {"qualcomm": "MAC-QCA7005-1.1.0.730-04-20140815-CS", "lumissil": "1.2.3.4.5"}
UNIDENTIFIED = "INFO .*The modem does not say what it is, it is used without vendor messages"


class ModemFamilies(Bench):
    def start(self, family, *ev, **settings):
        self.start_all(with_settings(MODEM_TIMERS, **settings), ev=(*FAST_EV, "--modem-family", family, *ev))

    def questions(self, after=0):
        return {frame.mmtype for frame in self.frames_of(harness.LINK_QUESTIONS, after)}

    def assert_matched_at(self, delay_s):
        """`matched` comes so long after CM_SLAC_MATCH.CNF: after the link, by a poll's time at most."""
        cnf = self.capture.wait(harness.CM_SLAC_MATCH_CNF)
        matched = self.observer.wait_slac("matched")
        poll_s = MODEM_TIMERS["bench"]["poll_ms"] / 1000
        self.assertGreater(matched.time - cnf.time, delay_s - 0.02)
        self.assertLess(matched.time - cnf.time, delay_s + poll_s + harness.TOLERANCE_S + self.stalls.worst_s)

    def check_family(self, family):
        self.start(family, "--join-ms", int(JOIN_S * 1000))
        said = UNIDENTIFIED
        if family in VERSION:
            said = f"Modem is identified.*family={family} version={VERSION[family]} modem=02:50:4c"
        self.slacd.wait_line(said)
        self.assert_matches()
        self.assert_matched_at(JOIN_S)
        known = {VENDOR_QUESTION[family]} if family in VENDOR_QUESTION else set()
        # Once probed, a modem is asked what it answers and nothing else.
        self.capture.wait(harness.CM_NW_STATS_REQ, after=self.capture.frames.mark())
        self.assertEqual(self.questions(), known | {harness.CM_NW_STATS_REQ})
        self.assert_next_car_matches()
        self.assert_said_once("Modem is identified|does not say what it is")
        self.assertEqual(self.complaints(), [])

    def test_qualcomm_modem_is_identified_and_matched_follows_its_link(self):
        self.check_family("qualcomm")

    def test_lumissil_modem_is_identified_and_matched_follows_its_link(self):
        self.check_family("lumissil")

    def test_modem_without_vendor_messages_tells_its_link_with_the_standards(self):
        self.check_family("standard")

    def test_configured_family_is_the_only_one_asked_for(self):
        for family, others in (("qualcomm", {harness.NSCM_GET_VERSION_REQ}), ("lumissil", {harness.VS_SW_VER_REQ}),
                               ("standard", {harness.VS_SW_VER_REQ, harness.NSCM_GET_VERSION_REQ})):
            with self.subTest(family=family):
                self.start(family, modem={"family": family})
                self.assert_matches()
                self.assertEqual(self.frames_of(tuple(others)), [])
                self.stop_programs()

    def test_modem_without_the_vendors_link_status_is_asked_the_standards_way(self):
        self.start("qualcomm", "--modem-fault", "no-vendor-link-status", "--join-ms", int(JOIN_S * 1000))
        self.assert_matches()
        self.assert_matched_at(JOIN_S)

    def test_modem_that_cannot_tell_counts_as_linked_at_once(self):
        self.start("qualcomm", "--modem-fault", "no-link-status", "--join-ms", int(JOIN_S * 1000))
        self.assert_matches()
        self.assert_matched_at(0)
        frames = self.capture.frames.mark()
        self.observer.messages.never(lambda message: message.slac, "another status", 0.5, self.observer.mark())
        self.assertEqual(self.questions(frames), set())

    def test_modem_that_cannot_tell_fails_the_match_where_the_link_is_insisted_on(self):
        self.start("qualcomm", "--modem-fault", "no-link-status", modem={"link_detection": "on"})
        mark = self.plug_both()
        self.assertEqual(self.observer.wait_slac("failed", after=mark).data["reason"], "no_power_line_link")
        self.fault("none")
        self.ev.say("plug")
        self.observer.wait_slac("matched", after=mark)

    def test_link_is_never_asked_for_where_that_is_switched_off(self):
        self.start("qualcomm", "--modem-fault", "no-link", modem={"link_detection": "off"})
        mark = self.plug_both()
        self.observer.wait_slac("matched", after=mark)
        self.assert_matched_at(0)
        self.observer.messages.never(lambda message: message.slac, "another status", 1.2, self.observer.mark())
        self.assertEqual(self.questions(), set())

    def test_network_information_is_read_in_both_layouts(self):
        self.start("qualcomm")
        self.assert_matches()
        nid = self.frames_of(harness.CM_SET_KEY_REQ)[-1].octets[19 + 14:19 + 21].hex()
        for layout in ("none", "network-info-mmv1"):
            with self.subTest(layout=layout):
                self.fault(layout)
                mark = self.observer.mark()
                self.station.say("request network_info")
                answer = self.observer.messages.wait(
                    lambda message: message.name == "slac_network_info" and message.type == "response",
                    "slac_network_info", after=mark)
                self.assertEqual(answer.data["evse_id"], EVSE)
                self.assertEqual([network["network_id"] for network in answer.data["networks"]],
                                 [nid])


if __name__ == "__main__":
    harness.main()
