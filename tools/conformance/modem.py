# SPDX-License-Identifier: Apache-2.0
"""The EVSE's local modem, a QCA7000: takes keys, tells versions and link, and reports the attenuation of sounds."""
import time

from conformance import frames
from conformance.frames import (
    BROADCAST, CM_ATTEN_PROFILE_IND, CM_GET_KEY_CNF, CM_GET_KEY_REQ, CM_NW_STATS_CNF, CM_NW_STATS_REQ,
    CM_SET_KEY_CNF, CM_SET_KEY_REQ, GROUPS, LOCAL_MODEM, QUALCOMM, VS_NW_INFO_CNF, VS_NW_INFO_REQ,
    VS_PL_LNK_STATUS_CNF, VS_PL_LNK_STATUS_REQ, VS_RS_DEV_CNF, VS_RS_DEV_REQ, VS_SW_VER_CNF, VS_SW_VER_REQ)
from conformance.timing import Stream

MAC = bytes.fromhex("0211223344bb")
PEER_MODEM = bytes.fromhex("02a1b2c3d4ee")
VERSION = b"MAC-QCA7000-1.1.0.727-02-20130826-FINAL\x00"
QCA7000 = 0x22


class Key:
    """One CM_SET_KEY.REQ."""

    def __init__(self, request):
        self.time = request.time
        self.request = request
        self.nid, self.nmk = request.nid, request.nmk

    def __str__(self):
        return f"NID {self.nid.hex()} NMK {self.nmk.hex()}"


class Modem:
    def __init__(self, send):
        self.send = send
        self.keys = Stream()
        self.link_after_s = 0.3  # from CM_SLAC_MATCH.CNF; None: the car's modem never joins
        self.link_up_at = None
        self.link_told_at = None
        self.peer = None  # the car's host behind its modem
        self.attenuation_db = bytes([20 + group % 7 for group in range(GROUPS)])
        self.groups = GROUPS
        self.confirms = True  # False: CM_SET_KEY.CNF is withheld
        self.confirmed = False  # the key that came last
        self.tells_key = True  # False: CM_GET_KEY.CNF is withheld
        self.key_question = None  # the CM_GET_KEY.REQ that waits for it
        self.answers = {
            CM_SET_KEY_REQ: self._set_key, CM_GET_KEY_REQ: self._get_key, CM_NW_STATS_REQ: self._nw_stats,
            VS_SW_VER_REQ: self._sw_ver, VS_RS_DEV_REQ: self._rs_dev, VS_NW_INFO_REQ: self._nw_info,
            VS_PL_LNK_STATUS_REQ: self._link_status}

    def is_addressed(self, frame):
        return frame.dst in (LOCAL_MODEM, MAC) or (frame.dst == BROADCAST and frame.mmtype in self.answers)

    def take(self, frame):
        answer = self.answers.get(frame.mmtype)
        if answer and not frame.faults:
            answer(frame)

    # The logical network

    def match_confirmed(self, cnf):
        """The car joins with what it was given, if that is this modem's network."""
        self._join(cnf, cnf.time)

    def wake_up(self, cnf):
        """The car's modem has slept, and joins again with what it was given before."""
        self._join(cnf, time.monotonic())

    def _join(self, cnf, begun):
        keys = self.keys.since()
        if self.link_after_s is not None and self.link_up_at is None and keys and keys[-1].nmk == cnf.nmk:
            self.peer = cnf.dst
            self.link_up_at = begun + self.link_after_s
            self.link_told_at = None

    def lose_link(self):
        self.link_up_at = self.link_told_at = None
        return time.monotonic()

    def has_link(self):
        return self.link_up_at is not None and time.monotonic() >= self.link_up_at

    def _tell_link(self):
        up = self.has_link()
        if up and self.link_told_at is None:
            self.link_told_at = time.monotonic()
        return up

    # Answers

    def _reply(self, request, mmtype, **fields):
        self.send(frames.encode(mmtype, request.src, MAC, **fields), "modem")

    def _reply_raw(self, request, mmtype, payload, mmv):
        self.send(frames.raw(mmtype, request.src, MAC, payload, mmv), "modem")

    def _set_key(self, request):
        self.lose_link()
        self.confirmed = False
        self.keys.append(Key(request))
        if self.confirms:
            self._confirm(request)

    def _confirm(self, request):
        self.confirmed = True
        self._reply(request, CM_SET_KEY_CNF, result=1, my_nonce=b"\xde\xad\xbe\xef", your_nonce=request.my_nonce, pid=4,
                    pmn=0xFF)

    def confirm_key(self):
        """The confirmation that was withheld comes now, and those after it at once again."""
        self.confirms = True
        keys = self.keys.since()
        if keys and not self.confirmed:
            self._confirm(keys[-1].request)

    def lose_key(self):
        """Answers the question for the key that was withheld: this modem has another one."""
        request, self.key_question = self.key_question, None
        self.tells_key = True
        self.lose_link()
        self._reply(request, CM_GET_KEY_CNF, result=1, key_type=1, my_nonce=b"\xde\xad\xbe\xef",
                    your_nonce=request.my_nonce, nid=frames.nid_of(b"\x11" * 16), pid=4)

    def _get_key(self, request):
        if not self.tells_key:
            self.key_question = request
            return
        keys = self.keys.since()
        nid, nmk = (keys[-1].nid, keys[-1].nmk) if keys else (bytes(7), bytes(16))
        granted = bool(keys) and request.nid == nid
        self._reply(request, CM_GET_KEY_CNF, result=0 if granted else 1, key_type=1, my_nonce=b"\xde\xad\xbe\xef",
                    your_nonce=request.my_nonce, nid=nid, eks=1 if granted else 0, pid=4, pmn=0xFF if granted else 0,
                    key=(nmk if granted else b"").ljust(384, b"\x00"))

    def _sw_ver(self, request):
        payload = QUALCOMM + bytes([0, QCA7000, len(VERSION)]) + VERSION
        self._reply_raw(request, VS_SW_VER_CNF, payload.ljust(280, b"\x00"), 0)

    def _rs_dev(self, request):
        self.lose_link()
        self._reply_raw(request, VS_RS_DEV_CNF, QUALCOMM + b"\x00", 0)

    def _link_status(self, request):
        self._reply_raw(request, VS_PL_LNK_STATUS_CNF, QUALCOMM + bytes([0, self._tell_link()]), 0)

    def _nw_stats(self, request):
        station = PEER_MODEM + bytes([9, 9]) if self._tell_link() else b""
        self._reply_raw(request, CM_NW_STATS_CNF, bytes([bool(station)]) + station, 1)

    def _nw_info(self, request):
        keys = self.keys.since()
        nid = keys[-1].nid if keys else bytes(7)
        up = self._tell_link()
        if request.mmv == 0:
            station = PEER_MODEM + b"\x02" + self.peer + b"\x09\x09" if up else b""
            payload = QUALCOMM + b"\x01" + nid + b"\x01\x01\x02" + MAC + b"\x01" + bytes([up]) + station
        else:
            station = (PEER_MODEM + b"\x02" + bytes(3) + self.peer + b"\x09\x00\x00\x00\x09\x00" + bytes(2)
                       if up else b"")
            data = (b"\x00\x01" + nid + bytes(2) + b"\x01\x01" + bytes(4) + b"\x02" + MAC + b"\x01" + bytes(3) +
                    bytes([up]) + bytes(5) + station)
            payload = QUALCOMM + b"\x00\x00" + len(data).to_bytes(2, "little") + data
        self._reply_raw(request, VS_NW_INFO_CNF, payload, request.mmv)

    # Sounds

    def heard_sound(self, pev_mac, more_db=0):
        """What this modem measured of one sound; `more_db` on top of the line's attenuation."""
        if self.groups is None:
            return
        aag = bytes(value + more_db for value in self.attenuation_db[:self.groups])
        self.send(frames.encode(CM_ATTEN_PROFILE_IND, BROADCAST, MAC, pev_mac=pev_mac, num_groups=len(aag), aag=aag),
                  "modem")
