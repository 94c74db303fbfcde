# SPDX-License-Identifier: Apache-2.0
"""A car comes, is matched, leaves, and the next one comes."""
import re
import socket

import harness
from harness import Bench


def leaks(key, text):
    """Whether any six octets of the key in a row stand in the text as hex, however they are separated."""
    digits = re.sub(r"0x|[\s:,;.\-]", "", text.lower())
    return any(key[i:i + 6].hex() in digits for i in range(len(key) - 5))


class Match(Bench):
    def match_one_car(self):
        """Returns the NMK that the car was given."""
        frames = self.capture.frames.mark()
        self.assert_matches()
        return self.capture.wait(harness.CM_SLAC_MATCH_CNF, after=frames).octets[harness.MATCH_CNF_NMK]

    def leave(self):
        mark = self.observer.mark()
        frames = self.capture.frames.mark()
        self.station.say("unplug")
        self.ev.say("unplug")
        unmatched = self.observer.wait_slac("unmatched", after=mark)
        self.capture.wait(harness.CM_SET_KEY_CNF, after=frames)
        return unmatched

    def test_statuses_carry_the_cars_run_id_in_order_until_it_leaves(self):
        self.start_all()
        self.match_one_car()
        self.leave()
        self.assertEqual(self.observer.slac_statuses(), ["matching", "matched", "unmatched"])
        run_id = "0x" + self.capture.wait(harness.CM_SLAC_PARM_REQ).octets[21:29].hex().upper()
        said = [message.data["run_id"] for message in self.observer.messages.since() if message.slac]
        self.assertEqual(said, [run_id] * 3)

    def test_metrics_tell_of_the_match(self):
        self.start_all(harness.with_settings({}, service={"metrics": self.path("metrics")}))
        self.match_one_car()
        page = self.metrics(socket.AF_UNIX, self.path("metrics"))
        self.assertIn(f'slacd_sessions_total{{evse_id="{harness.EVSE}",outcome="matched",reason=""}} 1\n', page)
        self.assertIn(f'slacd_answers_total{{evse_id="{harness.EVSE}",message="CM_SLAC_MATCH.CNF"}} 1\n', page)
        self.assertIn(f'slacd_outlet_matched{{evse_id="{harness.EVSE}"}} 1\n', page)
        self.assertIn(f'slacd_pilot_confirmed_total{{evse_id="{harness.EVSE}"}} 1\n', page)

    def test_metrics_that_cannot_be_served_are_said_and_keep_no_car_away(self):
        self.start_all(harness.with_settings({}, service={"metrics": "192.0.2.1:9470"}))
        self.slacd.wait_line("ERROR .*metrics cannot be served.*192.0.2.1:9470: Cannot assign requested address")
        self.match_one_car()

    def test_pilot_is_asked_for_high_level_charging_only(self):
        self.start_all()
        self.match_one_car()
        self.leave()
        self.assertEqual(self.observer.pilots(), ["hlc"])

    def test_every_car_gets_a_new_key_that_the_modem_confirmed_before(self):
        self.start_all()
        keys = []
        for _ in range(3):
            keys.append(self.match_one_car())
            self.leave()
        self.assertEqual(len(set(keys)), 3)
        confirmed = None
        pending = None
        answers = 0
        for frame in self.capture.frames.since():
            if frame.mmtype == harness.CM_SET_KEY_REQ:
                pending, confirmed = frame.octets[harness.SET_KEY_REQ_KEY], None
            elif frame.mmtype == harness.CM_SET_KEY_CNF:
                confirmed = pending
            elif frame.mmtype == harness.CM_SLAC_PARM_CNF:
                self.assertIsNotNone(confirmed, "a car was answered before the modem confirmed its key")
            elif frame.mmtype == harness.CM_SLAC_MATCH_CNF:
                self.assertEqual(frame.octets[harness.MATCH_CNF_NMK], confirmed)
                answers += 1
        self.assertEqual(answers, 3)

    def test_key_is_in_no_log_and_no_message_even_at_trace(self):
        self.start_all(None, "--log-level", "TRACE")
        key = self.match_one_car()
        self.leave()
        self.slacd.signal(harness.signal.SIGTERM)
        self.assertEqual(self.slacd.exit_code(), 0)
        for program in self.programs:
            self.assertFalse(leaks(key, program.text()), f"the key is in the output of {program.name}")

    def test_search_for_the_key_finds_it_in_any_notation(self):
        key = bytes(range(0xA0, 0xB0))
        for text in (key.hex(), key.hex(":").upper(), "key " + key.hex("-"), "nmk=" + key[4:10].hex(),
                     " ".join(f"0x{octet:02x}" for octet in key)):
            self.assertTrue(leaks(key, text), text)
        self.assertFalse(leaks(key, "run_id=0xa0a1a2a3a4 nid=aaabacadae"))

    def test_unplugged_car_is_reported_and_its_key_replaced_within_a_second(self):
        self.start_all()
        self.match_one_car()
        frames = self.capture.frames.mark()
        mark = self.observer.mark()
        self.station.say("unplug")
        left = self.observer.wait_state("A2", after=mark)
        self.assertLess(self.observer.wait_slac("unmatched", after=mark).time - left.time, 1.0)
        self.assertLess(self.capture.wait(harness.CM_SET_KEY_CNF, after=frames).time - left.time, 1.0)

    def test_car_is_not_answered_while_the_modem_takes_its_new_key(self):
        self.start_all(ev=("--modem-delay-ms", "700"))
        self.match_one_car()
        frames = self.capture.frames.mark()
        self.station.say("unplug")
        self.ev.say("unplug")
        self.observer.wait_slac("unmatched")
        self.plug()
        mark = self.ev.mark()
        self.ev.say("plug")
        self.ev.wait_line("link up", after=mark)
        came = self.capture.frames.since(frames)
        order = [frame.mmtype for frame in came]
        asked = order.index(harness.CM_SLAC_PARM_REQ)
        given = order.index(harness.CM_SET_KEY_REQ)
        # slacd repeats what is not confirmed: a second answer of the modem to the key before may still come.
        nonce = came[given].octets[harness.SET_KEY_REQ_MY_NONCE]
        taken = next(i for i, frame in enumerate(came) if frame.mmtype == harness.CM_SET_KEY_CNF
                     and frame.octets[harness.SET_KEY_CNF_YOUR_NONCE] == nonce)
        self.assertLess(given, asked)
        self.assertLess(asked, taken)
        self.assertLess(taken, order.index(harness.CM_SLAC_PARM_CNF))

    def test_car_is_not_answered_before_it_is_plugged_in_nor_after(self):
        self.start_all()
        self.ev.say("plug")
        self.capture.wait(harness.CM_SLAC_PARM_REQ)
        self.capture.never(harness.CM_SLAC_PARM_CNF, during=0.5)
        self.plug()
        self.ev.wait_line("link up")
        self.leave()
        frames = self.capture.frames.mark()
        self.ev.say("plug")
        self.capture.wait(harness.CM_SLAC_PARM_REQ, after=frames)
        self.capture.never(harness.CM_SLAC_PARM_CNF, during=0.5, after=frames)


if __name__ == "__main__":
    harness.main()
