# SPDX-License-Identifier: Apache-2.0
"""An electric vehicle's communication controller: says what a case wants it to say and judges each answer."""
import os
import time

from conformance import frames
from conformance.frames import (
    BROADCAST, CM_AMP_MAP_CNF, CM_AMP_MAP_REQ, CM_ATTEN_CHAR_IND, CM_ATTEN_CHAR_RSP, CM_MNBC_SOUND_IND,
    CM_SLAC_MATCH_CNF, CM_SLAC_MATCH_REQ, CM_SLAC_PARM_CNF, CM_SLAC_PARM_REQ, CM_START_ATTEN_CHAR_IND,
    CM_VALIDATE_CNF, CM_VALIDATE_REQ, GROUPS, name_of)
from conformance.timing import (
    ALLOWANCE_S, TP_EV_BATCH_MSG_INTERVAL_S, TT_EV_ATTEN_RESULTS_S, TT_EVSE_MATCH_MNBC_S, TT_MATCH_RESPONSE_S,
    TT_MATCH_SEQUENCE_S, Stream, earliest)
from conformance.verdict import Disturbed, Failed

SOUNDS = 10
STARTS = 3
CARRIERS = 917
# Time stamps of the kernel against this program's clock.
CLOCK_S = 0.005
# A message of our own that is later than this before a limit of the EVSE proves nothing about the EVSE.
OWN_S = 0.03
# dB from one sound to the next
LEVELS = (0, 1, 2)
NOT_READY, READY, SUCCESS, FAILURE, NOT_REQUIRED = 0, 1, 2, 3, 4


class Car:
    def __init__(self, bench, number=0, run_id=None):
        self.bench = bench
        self.mac = bytes.fromhex("02a1b2c3d4") + bytes([0xE0 + number])
        self.run_id = run_id or os.urandom(8)
        self.inbox = Stream()
        self.judged = 0
        self.heard_sounds = []
        self.due = 0.0
        self.first_start = None
        self.parm_cnf = self.ind = None
        self.rsp_time = None

    # Saying something

    def send(self, mmtype, dst, **fields):
        return self.bench.wire.send(frames.encode(mmtype, dst, self.mac, **fields), f"EV {self.mac[5]:02x}")

    def send_raw(self, mmtype, dst, payload, mmv=1):
        return self.bench.wire.send(frames.raw(mmtype, dst, self.mac, payload, mmv), f"EV {self.mac[5]:02x}")

    def parm_req(self, **changes):
        return self.send(CM_SLAC_PARM_REQ, BROADCAST, **{"run_id": self.run_id, **changes})

    def start_atten_char(self, **changes):
        fields = {"num_sounds": SOUNDS, "time_out": 6, "resp_type": 1, "forwarding_sta": self.mac,
                  "run_id": self.run_id}
        return self.send(CM_START_ATTEN_CHAR_IND, BROADCAST, **{**fields, **changes})

    def sound(self, remaining=0, more_db=0, **changes):
        """A sound, and what the EVSE's modem measures of it."""
        fields = {"cnt": remaining, "run_id": self.run_id, "rnd": os.urandom(16)}
        when = self.send(CM_MNBC_SOUND_IND, BROADCAST, **{**fields, **changes})
        self.heard_sounds.append(more_db)
        self.bench.modem.heard_sound(self.mac, more_db)
        return when

    def atten_char_rsp(self, **changes):
        fields = {"source_address": self.mac, "run_id": self.run_id}
        return self.send(CM_ATTEN_CHAR_RSP, self.bench.evse_mac, **{**fields, **changes})

    def match_req(self, **changes):
        fields = {"mvf_length": 62, "pev_mac": self.mac, "evse_mac": self.bench.evse_mac, "run_id": self.run_id}
        return self.send(CM_SLAC_MATCH_REQ, self.bench.evse_mac, **{**fields, **changes})

    def validate_req(self, **changes):
        return self.send(CM_VALIDATE_REQ, self.bench.evse_mac, **{"result": READY, **changes})

    def amp_map_req(self, carriers=CARRIERS):
        return self.send(CM_AMP_MAP_REQ, self.bench.evse_mac, am_len=carriers, am_data=bytes((carriers + 1) // 2))

    def amp_map_cnf(self, result=0):
        return self.send(CM_AMP_MAP_CNF, self.bench.evse_mac, result=result)

    # Judging what comes

    def expect(self, mmtype, since, within, not_before=0.0, what=None):
        """The next message to this car is this one, in time after `since`; returns it, its wire format checked."""
        what = what or name_of(mmtype)
        expected = f"{name_of(mmtype)} within {within:.2f} s (+{ALLOWANCE_S} s)"

        def limit():
            return since + within + self.bench.slack(since)

        frame = self.inbox.wait(lambda _: True, limit, self.judged)
        if frame is None:
            raise Failed(what, expected, f"nothing in {time.monotonic() - since:.3f} s")
        self.judged += 1
        after = frame.time - since
        if frame.mmtype != mmtype or after < -CLOCK_S:
            raise Failed(what, expected, f"{frame} after {after:.3f} s")
        if after > within + self.bench.slack(since):
            raise Failed(what, expected, f"it after {after:.3f} s")
        if not_before and after < earliest(not_before) - self.bench.stalls.worst(since):
            raise Failed(what, f"{name_of(mmtype)} not before {not_before:.2f} s", f"it after {after:.3f} s")
        faults = frame.check_wire()
        if frame.src != self.bench.evse_mac:
            faults.append(f"source expected {frames.mac_text(self.bench.evse_mac)}, came {frames.mac_text(frame.src)}")
        if faults:
            raise Failed(what, "a well-formed frame", f"{'; '.join(faults)} [{frame.octets.hex()}]")
        return frame

    def silence(self, seconds=None, until=None, why="no answer"):
        """Nothing comes to this car for a while."""
        since = time.monotonic()
        end = until if until is not None else since + seconds
        frame = self.inbox.wait(lambda _: True, end, self.judged)
        if frame is not None:
            self.judged += 1
            raise Failed(why, f"silence for {end - since:.2f} s", f"{frame} after {frame.time - since:.3f} s")

    def forget_until(self, when):
        """What was sent before `when` is not judged: it was on its way."""
        while self.judged < self.inbox.mark() and self.inbox.items[self.judged].time <= when:
            self.judged += 1

    def check(self, frame, **expected):
        wrong = [f"{name}={self._show(frame.fields[name])} instead of {self._show(value)}"
                 for name, value in expected.items() if frame.fields[name] != value]
        if wrong:
            raise Failed(name_of(frame.mmtype), " ".join(f"{name}={self._show(expected[name])}" for name in expected),
                         f"{'; '.join(wrong)} in {frame}")
        return frame

    @staticmethod
    def _show(value):
        return value.hex() if isinstance(value, bytes) else value

    # Steps of a matching, each judged

    def expect_parm_cnf(self, since):
        cnf = self.expect(CM_SLAC_PARM_CNF, since, TT_MATCH_RESPONSE_S, what="answer to CM_SLAC_PARM.REQ")
        self.parm_cnf = cnf
        return self.check(cnf, msound_target=BROADCAST, num_sounds=SOUNDS, time_out=6, resp_type=1,
                          forwarding_sta=self.mac, application_type=0, security_type=0, run_id=self.run_id)

    def expect_atten_char(self, since, within=TT_EV_ATTEN_RESULTS_S, not_before=0.0, sounds=None, what=None):
        ind = self.expect(CM_ATTEN_CHAR_IND, since, within, not_before, what)
        self.check(ind, application_type=0, security_type=0, source_address=self.mac, run_id=self.run_id,
                   source_id=bytes(17), resp_id=bytes(17), num_groups=GROUPS,
                   num_sounds=len(self.heard_sounds) if sounds is None else sounds)
        self.bench.check_mean(ind, self.heard_sounds)
        self.ind = ind
        return ind

    def expect_match_cnf(self, since, what="answer to CM_SLAC_MATCH.REQ", **other_ids):
        cnf = self.expect(CM_SLAC_MATCH_CNF, since, TT_MATCH_RESPONSE_S, what=what)
        expected = {"application_type": 0, "security_type": 0, "mvf_length": 0x56, "pev_id": bytes(17),
                    "pev_mac": self.mac, "evse_id": bytes(17), "evse_mac": self.bench.evse_mac, "run_id": self.run_id,
                    "rsvd": bytes(8), "rsvd_after_nid": 0, "nid": frames.nid_of(cnf.nmk)}
        # Whether a station echoes foreign ids or sends zeros is its choice.
        self.check(cnf, **{name: value for name, value in expected.items() if name not in other_ids})
        return cnf

    def expect_validate_cnf(self, since, results, toggle_num=0, within=TT_MATCH_RESPONSE_S, not_before=0.0,
                            what="answer to CM_VALIDATE.REQ"):
        cnf = self.expect(CM_VALIDATE_CNF, since, within, not_before, what)
        self.check(cnf, signal_type=0, toggle_num=toggle_num)
        if cnf.result not in results:
            raise Failed(what, f"result {' or '.join(map(str, results))}", f"{cnf}")
        return cnf

    def initialize(self):
        return self.expect_parm_cnf(self.parm_req())

    def announce(self, **changes):
        """Three CM_START_ATTEN_CHAR.IND; returns the time of the first."""
        self.due = time.monotonic()
        times = [self._in_turn(lambda: self.start_atten_char(**changes)) for _ in range(STARTS)]
        self.first_start = times[0]
        return times[0]

    def make_sounds(self, count=SOUNDS, more_db=0, levels=LEVELS):
        """Sounds whose attenuation differs from one to the next; returns the time of the last."""
        self.heard_sounds = []
        if time.monotonic() - self.due > TT_MATCH_RESPONSE_S:
            self.due = time.monotonic()
        for number in range(count):
            last = self._in_turn(lambda: self.sound(SOUNDS - 1 - number, more_db + levels[number % len(levels)]))
        if self.first_start and last > self.first_start + TT_EVSE_MATCH_MNBC_S - OWN_S:
            raise Disturbed(f"the last sound came {last - self.first_start:.3f} s after the first START")
        return last

    def _in_turn(self, say):
        """A car's steady pace; what this machine was late is caught up."""
        self.bench.sleep_until(self.due)
        self.due += TP_EV_BATCH_MSG_INTERVAL_S
        return say()

    def characterize(self, more_db=0):
        """From CM_START_ATTEN_CHAR.IND to CM_ATTEN_CHAR.IND."""
        first = self.announce()
        if first > self.parm_cnf.time + TT_MATCH_SEQUENCE_S - OWN_S:
            raise Disturbed(f"the first START came {first - self.parm_cnf.time:.3f} s after CM_SLAC_PARM.CNF")
        last = self.make_sounds(more_db=more_db)
        ind = self.expect_atten_char(first)
        if ind.time < last:
            raise Failed("CM_ATTEN_CHAR.IND", "not before the tenth sound", f"{last - ind.time:.3f} s before it")
        return ind

    def respond(self):
        self.rsp_time = self.atten_char_rsp()
        return self.rsp_time

    def reach_match(self):
        """Up to the point where the EVSE waits for CM_VALIDATE.REQ or CM_SLAC_MATCH.REQ."""
        self.initialize()
        self.characterize()
        self.respond()
        time.sleep(0.1)

    def match(self):
        return self.expect_match_cnf(self.match_req())

    def reach_matched(self):
        self.reach_match()
        return self.match()

    def validate(self, toggles=1, timer=9):
        """Both steps of the validation, with B-C-B toggles of 0.3 s for each state; returns the second CNF."""
        self.expect_validate_cnf(self.validate_req(), (READY,), what="answer to CM_VALIDATE.REQ, step 1")
        asked = self.validate_req(timer=timer)
        self.bench.toggle(toggles)
        limit = (timer + 1) * 0.1
        return self.expect_validate_cnf(asked, (SUCCESS,), toggles, limit + TT_MATCH_RESPONSE_S, limit,
                                        what="answer to CM_VALIDATE.REQ, step 2")
