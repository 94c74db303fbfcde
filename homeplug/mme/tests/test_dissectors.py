#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
Has the codec's frames decoded by two programs that others wrote, tshark and scapy, and compares every field
they know with the value that was put in: test_dissectors.py <path of the program dissect>.

Where a dissector is wrong, or shows a field only in part, that is listed here with the reason, and checked to
be still so: a new version that does better fails the test and the entry goes. Checked with tshark 4.0 and
scapy 2.5.
"""
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

SKIPPED = 77

try:
    import logging
    logging.getLogger("scapy").setLevel(logging.ERROR)
    import scapy.contrib.homeplugav
    import scapy.contrib.homepluggp
    from scapy.layers.l2 import Ether
    from scapy.packet import NoPayload, Raw
except ImportError:
    scapy = None

# Our field -> tshark's, or (tshark's, mask) where it shows some bits of the octet only.
TSHARK_KEYS = {
    "my_nonce": "nw_info.my_nonce", "your_nonce": "nw_info.your_nonce", "prn": "nw_info.prn",
    "pmn": "nw_info.pmn", "pid": ("nw_info.pid", 0x07), "nid": "nw_info.nid",
    "cco_capability": ("nw_info.cco_cap", 0x03),
}
TSHARK_PARM = {"application_type": "gp.cm_slac_parm.apptype", "security_type": "gp.cm_slac_parm.sectype",
               "run_id": "gp.cm_slac_parm.runid"}
TSHARK_ATTEN = {
    "application_type": "gp.cm_atten_char.apptype", "security_type": "gp.cm_atten_char.sectype",
    "source_address": "gp.cm_atten_char.source_mac", "run_id": "gp.cm_atten_char.runid",
    "source_id": "gp.cm_atten_char.source_id", "resp_id": "gp.cm_atten_char.resp_id",
}
TSHARK_MATCH = {
    "application_type": "gp.cm_slac_match.apptype", "security_type": "gp.cm_slac_match.sectype",
    "mvf_length": "gp.cm_slac_match.length", "pev_id": "gp.cm_slac_match.pev_id",
    "pev_mac": "gp.cm_slac_match.pev_mac", "evse_id": "gp.cm_slac_match.evse_id",
    "evse_mac": "gp.cm_slac_match.evse_mac", "run_id": "gp.cm_slac_match.runid",
}
TSHARK = {
    "CM_SET_KEY.REQ": {**TSHARK_KEYS, "key_type": ("nw_info.key_type", 0x07),
                       "new_eks": ("nw_info.peks", 0x0f), "new_key": "cm_set_key_req.nw_key"},
    "CM_SET_KEY.CNF": {**{k: v for k, v in TSHARK_KEYS.items() if k != "nid"},
                       "result": ("cm_set_key_cnf.result", 0x03)},
    "CM_GET_KEY.REQ": {**{k: v for k, v in TSHARK_KEYS.items() if k not in ("your_nonce", "cco_capability")},
                       "request_type": ("cm_get_key_req.type", 0x01), "key_type": ("nw_info.key_type", 0x07)},
    "CM_GET_KEY.CNF": {**{k: v for k, v in TSHARK_KEYS.items() if k != "cco_capability"},
                       "result": ("cm_get_key_cnf.result", 0x03), "key_type": ("cm_get_key_cnf.rtype", 0x07),
                       "eks": ("nw_info.peks", 0x0f), "key": "cm_get_key_cnf.key"},
    "CM_SLAC_PARM.REQ": TSHARK_PARM,
    "CM_SLAC_PARM.CNF": {**TSHARK_PARM, "m_sound_target": "gp.cm_slac_parm.sound_target",
                         "num_sounds": "gp.cm_slac_parm.sound_count", "time_out": "gp.cm_slac_parm.time_out",
                         "resp_type": "gp.cm_slac_parm.resptype",
                         "forwarding_sta": "gp.cm_slac_parm.forwarding_sta"},
    "CM_START_ATTEN_CHAR.IND": {"application_type": "gp.cm_atten_char.apptype",
                                "security_type": "gp.cm_atten_char.sectype",
                                "num_sounds": "gp.cm_start_atten_char.sounds_count",
                                "time_out": "gp.cm_start_atten_char.time_out",
                                "resp_type": "gp.cm_start_atten_char.resptype",
                                "forwarding_sta": "gp.cm_start_atten_char.sound_forwarding_sta",
                                "run_id": "gp.cm_start_atten_char.runid"},
    "CM_ATTEN_CHAR.IND": {**TSHARK_ATTEN, "num_sounds": "gp.cm_atten_char.sounds_count",
                          "num_groups": "gp.cm_atten_char.groups_count", "aag_db": "gp.cm_atten_char.aag"},
    "CM_ATTEN_CHAR.RSP": {**TSHARK_ATTEN, "result": "gp.cm_atten_char.result"},
    "CM_MNBC_SOUND.IND": {"application_type": "gp.cm_mnbc_sound.apptype",
                          "security_type": "gp.cm_mnbc_sound.sectype",
                          "sender_id": "gp.cm_mnbc_sound.sender_id", "cnt": "gp.cm_mnbc_sound.countdown",
                          "run_id": "gp.cm_mnbc_sound.runid", "rnd": "gp.cm_mnbc_sound.rnd"},
    "CM_VALIDATE.REQ": {"signal_type": "gp.cm_validate.signaltype", "timer": "gp.cm_validate.timer",
                        "result": "gp.cm_validate.result"},
    "CM_VALIDATE.CNF": {"signal_type": "gp.cm_validate.signaltype", "toggle_num": "gp.cm_validate.togglenum",
                        "result": "gp.cm_validate.result"},
    "CM_SLAC_MATCH.REQ": TSHARK_MATCH,
    "CM_SLAC_MATCH.CNF": {**TSHARK_MATCH, "nid": "gp.cm_slac_match.nid", "nmk": "gp.cm_slac_match.nmk"},
    "CM_ATTEN_PROFILE.IND": {"pev_mac": "gp.cm_atten_profile_ind.pev_mac",
                             "num_groups": "gp.cm_atten_profile_ind.groups_count",
                             "aag_db": "gp.cm_atten_profile_ind.aag"},
}
# What tshark shows besides: the header, the boxes around fields, reserved octets (with offset and size).
TSHARK_HEADER = ("mmhdr", "public.frag_")
TSHARK_BOXES = ("cm_set_key_req", "cm_set_key_cnf", "cm_get_key_req", "cm_get_key_cnf",
                "gp.cm_atten_char.profile")
TSHARK_RESERVED = {"CM_MNBC_SOUND.IND": {("gp.cm_mnbc_sound.reserved", 47, 8)},
                   "CM_SLAC_MATCH.REQ": {("gp.cm_slac_match.rsvd", 77, 8)},
                   "CM_SLAC_MATCH.CNF": {("gp.cm_slac_match.rsvd", 77, 8), ("gp.cm_slac_match.rsvd", 92, 1)}}
# (message, values): the fields tshark does not show, and why.
TSHARK_MISSING = {
    ("CM_MNBC_SOUND.IND", "distinct"): (("sender_id", "cnt", "run_id", "rnd"),
                                        "stops after a security type other than 0"),
    ("CM_VALIDATE.REQ", "distinct"): (("timer", "result"), "stops after a signal type other than 0"),
    ("CM_VALIDATE.CNF", "distinct"): (("toggle_num", "result"), "stops after a signal type other than 0"),
}
# (message, field): octets that tshark counts into the field although they are padding.
TSHARK_TOO_LONG = {("CM_GET_KEY.CNF", "key"): (3, "takes the key to the end of the frame")}

# Our field -> scapy's.
SCAPY_KEYS = {"my_nonce": "MyNonce", "your_nonce": "YourNonce", "pid": "PID", "prn": "ProtoRunNumber",
              "pmn": "ProtoMessNumber", "cco_capability": "CCoCapability"}
SCAPY_TYPES = {"application_type": "ApplicationType", "security_type": "SecurityType"}
SCAPY_ATTEN = {**SCAPY_TYPES, "source_address": "SourceAdress", "run_id": "RunID", "source_id": "SourceID",
               "resp_id": "ResponseID"}
SCAPY_MATCH = {**SCAPY_TYPES, "mvf_length": "MatchVariableFieldLen", "pev_id": "EVID", "pev_mac": "EVMAC",
               "evse_id": "EVSEID", "evse_mac": "EVSEMAC", "run_id": "RunID"}
SCAPY = {
    "CM_SET_KEY.REQ": ("CM_SET_KEY_REQ", {**SCAPY_KEYS, "key_type": "KeyType", "nid": "NetworkID",
                                          "new_eks": "NewEncKeySelect", "new_key": "NewKey"}),
    "CM_SET_KEY.CNF": ("CM_SET_KEY_CNF", {**SCAPY_KEYS, "result": "Result"}),
    "CM_SLAC_PARM.REQ": ("CM_SLAC_PARM_REQ", {**SCAPY_TYPES, "run_id": "RunID"}),
    "CM_SLAC_PARM.CNF": ("CM_SLAC_PARM_CNF", {**SCAPY_TYPES, "m_sound_target": "MSoundTargetMAC",
                                              "num_sounds": "NumberMSounds", "time_out": "TimeOut",
                                              "resp_type": "ResponseType", "forwarding_sta": "ForwardingSTA",
                                              "run_id": "RunID"}),
    "CM_START_ATTEN_CHAR.IND": ("CM_START_ATTEN_CHAR_IND", {**SCAPY_TYPES, "num_sounds": "NumberOfSounds",
                                                            "time_out": "TimeOut",
                                                            "resp_type": "ResponseType",
                                                            "forwarding_sta": "ForwardingSTA",
                                                            "run_id": "RunID"}),
    "CM_ATTEN_CHAR.IND": ("CM_ATTEN_CHAR_IND", {**SCAPY_ATTEN, "num_sounds": "NumberOfSounds",
                                                "num_groups": "NumberOfGroups", "aag_db": "Groups"}),
    "CM_ATTEN_CHAR.RSP": ("CM_ATTEN_CHAR_RSP", {**SCAPY_ATTEN, "result": "Result"}),
    "CM_MNBC_SOUND.IND": ("CM_MNBC_SOUND_IND", {**SCAPY_TYPES, "sender_id": "SenderID", "cnt": "Countdown",
                                                "run_id": "RunID", "rnd": "RandomValue"}),
    "CM_SLAC_MATCH.REQ": ("CM_SLAC_MATCH_REQ", SCAPY_MATCH),
    "CM_SLAC_MATCH.CNF": ("CM_SLAC_MATCH_CNF", {**SCAPY_MATCH, "nid": "NetworkID", "nmk": "NMK"}),
    "CM_ATTEN_PROFILE.IND": ("CM_ATTENUATION_CHARACTERISTICS_MME",
                             {"pev_mac": "EVMACAddress", "num_groups": "NumberOfGroups", "aag_db": "Groups"}),
}
SCAPY_UNKNOWN = {"CM_GET_KEY.REQ": "no layer", "CM_GET_KEY.CNF": "no layer", "CM_VALIDATE.REQ": "no layer",
                 "CM_VALIDATE.CNF": "no layer"}
# scapy's fields that are none of ours: reserved octets, all zero.
SCAPY_RESERVED = {
    "CM_MNBC_SOUND.IND": {"RSVD": 8}, "CM_SLAC_MATCH.REQ": {"RSVD": 8},
    "CM_SLAC_MATCH.CNF": {"RSVD": 8, "Reserved": 1},
    # "number of carriers per group": the octet is reserved, modems send 0
    "CM_ATTEN_PROFILE.IND": {"NumberOfCarrierPerGroupe": 1},
}
# (message, field): scapy reads the number with the highest octet first, HomePlug sends it last.
SCAPY_SWAPPED = {("CM_SET_KEY.REQ", "prn"), ("CM_SET_KEY.CNF", "prn")}

# The modem's messages and CM_AMP_MAP: tshark's name of the type, and of our fields that it shows.
TSHARK_MODEM = {
    "CM_NW_STATS.REQ": ("CM_NW_STATS.REQ", {}),
    "CM_NW_STATS.CNF": ("CM_NW_STATS.CNF", {
        "num_stas": "nw_info_cnf.num_stas",
        **{f"mac_{n}": "nw_info_cnf.sta_info.da" for n in range(8)},
        **{f"avg_phydr_tx_{n}": "nw_info_cnf.sta_indo.phy_dr_tx" for n in range(8)},
        **{f"avg_phydr_rx_{n}": "nw_info_cnf.sta_indo.phy_dr_rx" for n in range(8)}}),
    "CM_AMP_MAP.REQ": ("CM_AMP_MAP.REQ", {}),
    "CM_AMP_MAP.CNF": ("CM_AMP_MAP.CNF", {}),
    "VS_SW_VER.REQ": ("GET_SW.REQ", {}),
    "VS_SW_VER.CNF": ("GET_SW.CNF", {"mstatus": "get_sw_cnf.status", "device_id": "get_sw_cnf.dev_id",
                                     "length": "get_sw_cnf.ver_len", "version": "get_sw_cnf.ver_str"}),
    "VS_RS_DEV.REQ": ("RS_DEV.REQ", {}),
    "VS_RS_DEV.CNF": ("RS_DEV.CNF", {"mstatus": "rs_dev_cnf.status"}),
    "VS_PL_LNK_STATUS.REQ": ("LINK_STATUS.REQ", {}),
    "VS_PL_LNK_STATUS.CNF": ("LINK_STATUS.CNF", {}),
    "VS_HST_ACTION.IND": ("HOST_ACTION.IND", {"action": "host_action_ind.action"}),
    "VS_HST_ACTION.RSP": ("HOST_ACTION.RSP", {"status": ("host_action_rsp.status", 0x03)}),
    "VS_ATTEN_CHAR.IND": ("Unknown", {}),
    "NSCM_GET_VERSION.REQ": ("Unknown", {}),
    "NSCM_GET_VERSION.CNF": ("Unknown", {}),
    "NSCM_RESET_DEVICE.REQ": ("Unknown", {}),
    "NSCM_GET_D_LINK_STATUS.REQ": ("Unknown", {}),
    "NSCM_GET_D_LINK_STATUS.CNF": ("Unknown", {}),
    "NSCM_D_LINK_READY.IND": ("Unknown", {}),
}
TSHARK_MODEM_BOXES = ("nw_stats_cnf", "nw_info_cnf.sta_info", "get_sw_cnf", "rs_dev_cnf", "host_action_ind", "host_action_rsp", "vendor",
                      "vendor.oui")
# Fields of tshark's that are none of ours, with offset and size: what slacd does not read of a message.
TSHARK_MODEM_MORE = {
    "VS_SW_VER.CNF": {("get_sw_cnf.upg", 87, 1)},
}
# (message, field): octets that tshark counts into the field besides, here zeros.
TSHARK_MODEM_TOO_LONG = {("VS_SW_VER.CNF", "version"): (24, "takes the text for 64 octets whatever its length")}
# scapy's layer and its names of our fields; all other messages have no layer.
SCAPY_MODEM = {
    "VS_SW_VER.CNF": ("GetDeviceVersion", {"mstatus": "Status", "device_id": "DeviceID", "length": "VersionLen",
                                           "version": "DeviceVersion"}),
    "VS_RS_DEV.REQ": ("ResetDeviceRequest", {}),
    "VS_RS_DEV.CNF": ("ResetDeviceConfirmation", {"mstatus": "Status"}),
    "VS_HST_ACTION.IND": ("HostActionRequired", {"action": "ActionRequired"}),
    "VS_ATTEN_CHAR.IND": ("VS_ATTENUATION_CHARACTERISTICS_MME", {"pev_mac": "EVMACAddress",
                                                                 "num_groups": "NumberOfGroups"}),
}


class Message:
    """One frame of `dissect` with its fields: name -> (offset, octets as they are on the wire)."""

    def __init__(self, name, values, mmtype, length, frame):
        self.name, self.values = name, values
        self.mmtype, self.length = int(mmtype, 16), int(length)
        self.frame = bytes.fromhex(frame)
        self.fields = {}
        self.numbers = set()

    def __str__(self):
        return f"{self.name} ({self.values})"


def encoded_messages(program):
    messages = []
    output = subprocess.run([program], stdout=subprocess.PIPE, check=True, text=True).stdout
    for line in output.splitlines():
        kind, *words = line.split()
        if kind == "message":
            messages.append(Message(*words))
            continue
        octets = bytes.fromhex(words[2])
        if kind == "number":
            messages[-1].numbers.add(words[0])
            octets = octets[::-1]
        messages[-1].fields[words[0]] = (int(words[1]), octets)
    return messages


def write_pcap(path, messages):
    with open(path, "wb") as pcap:
        pcap.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i, message in enumerate(messages):
            pcap.write(struct.pack("<IIII", i, 0, len(message.frame), len(message.frame)) + message.frame)


def tshark_packets(messages):
    """Each packet's protocols (names) and the fields of its HomePlug AV part."""
    with tempfile.TemporaryDirectory() as folder:
        pcap = os.path.join(folder, "frames.pcap")
        write_pcap(pcap, messages)
        # no settings of the user's, and a home of its own
        environment = {**os.environ, "HOME": folder, "XDG_CONFIG_HOME": folder,
                       "WIRESHARK_CONFIG_DIR": folder}
        pdml = subprocess.run(["tshark", "-n", "-r", pcap, "-T", "pdml"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=True, env=environment).stdout
    for packet in xml.etree.ElementTree.fromstring(pdml):
        protocols = {proto.get("name"): proto for proto in packet}
        fields = list(protocols["homeplug-av"].iter("field")) if "homeplug-av" in protocols else []
        yield packet, set(protocols), fields


class Encoded(unittest.TestCase):
    """The program's output as it should be, whatever dissectors are installed."""

    def test_each_type_has_a_frame_and_its_fields_are_in_it(self):
        self.assertEqual({m.name for m in MESSAGES}, set(TSHARK))
        self.assertEqual(set(SCAPY) | set(SCAPY_UNKNOWN), set(TSHARK))
        self.assertEqual({m.name for m in MODEM_MESSAGES}, set(TSHARK_MODEM))
        for message in MESSAGES + MODEM_MESSAGES:
            for name, (offset, octets) in message.fields.items():
                with self.subTest(message=str(message), field=name):
                    self.assertEqual(message.frame[offset:offset + len(octets)], octets)


@unittest.skipUnless(shutil.which("tshark"), "tshark is not installed")
class Tshark(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.packets = list(zip(MESSAGES, tshark_packets(MESSAGES)))

    @staticmethod
    def shown(fields, name):
        return [f for f in fields if f.get("name") == "homeplug_av." + name]

    def test_all_packets_came_back(self):
        self.assertEqual(len(self.packets), len(MESSAGES))
        for message, (_, protocols, _) in self.packets:
            with self.subTest(message=str(message)):
                self.assertEqual(protocols, {"geninfo", "frame", "eth", "homeplug-av"})

    def test_no_expert_info(self):
        for message, (packet, _, _) in self.packets:
            with self.subTest(message=str(message)):
                names = [element.get("name", "") for element in packet.iter()]
                self.assertEqual([n for n in names if n.startswith(("_ws.expert", "_ws.malformed"))], [])

    def test_header(self):
        for message, (_, _, fields) in self.packets:
            with self.subTest(message=str(message)):
                mmtype, = self.shown(fields, "mmhdr.mmtype")
                version, = self.shown(fields, "mmhdr.mmver")
                fragment, = self.shown(fields, "mmhdr.fmi")
                self.assertEqual(int(mmtype.get("show"), 16), message.mmtype)
                self.assertEqual(mmtype.get("showname").split()[:2], ["Type:", message.name])
                self.assertEqual(version.get("show"), "1")
                self.assertEqual(fragment.get("value"), "0000")

    def test_every_field(self):
        compared = 0
        for message, (_, _, fields) in self.packets:
            self.assertEqual(set(message.fields), set(TSHARK[message.name]))
            missing, _ = TSHARK_MISSING.get((message.name, message.values), ((), ""))
            for name, (offset, octets) in message.fields.items():
                with self.subTest(message=str(message), field=name):
                    theirs, mask = TSHARK[message.name][name], None
                    if isinstance(theirs, tuple):
                        theirs, mask = theirs
                    found = self.shown(fields, theirs)
                    if name in missing:
                        self.assertEqual(found, [])
                        continue
                    self.compare(message, name, found, offset, octets, mask)
                    compared += 1
        self.assertGreater(compared, 100)

    def compare(self, message, name, found, offset, octets, mask):
        if name == "aag_db":  # one field for each group
            self.assertEqual([int(f.get("pos")) for f in found], list(range(offset, offset + 58)))
            self.assertEqual(bytes(int(f.get("show")) for f in found), octets)
            return
        self.assertEqual(len(found), 1)
        extra, _ = TSHARK_TOO_LONG.get((message.name, name), (0, ""))
        self.assertEqual(int(found[0].get("pos")), offset)
        self.assertEqual(int(found[0].get("size")), len(octets) + extra)
        if mask is not None:
            self.assertEqual(int(found[0].get("value"), 16), octets[0] & mask)
            return
        self.assertEqual(bytes.fromhex(found[0].get("value")), octets + bytes(extra))
        if name in message.numbers:
            self.assertEqual(int(found[0].get("show"), 0), int.from_bytes(octets, "little"))

    def test_nothing_else_is_shown(self):
        for message, (_, _, fields) in self.packets:
            with self.subTest(message=str(message)):
                ours = {t[0] if isinstance(t, tuple) else t for t in TSHARK[message.name].values()}
                reserved = set()
                for field in fields:
                    name = field.get("name").removeprefix("homeplug_av.")
                    if name in ours or name in TSHARK_BOXES or name.startswith(TSHARK_HEADER):
                        continue
                    reserved.add((name, int(field.get("pos")), int(field.get("size"))))
                if (message.name, message.values) in TSHARK_MISSING:
                    self.assertEqual(reserved, set())
                else:
                    self.assertEqual(reserved, TSHARK_RESERVED.get(message.name, set()))

    def test_calls_set_key_result_1_a_failure(self):
        """HomePlug AV 1.1's reading. Real modems answer 1 when they took the key."""
        message, = [m for m in MESSAGES if m.name == "CM_SET_KEY.CNF"]
        fields, = [f for m, (_, _, f) in self.packets if m is message]
        result, = self.shown(fields, "cm_set_key_cnf.result")
        self.assertEqual(int(result.get("show"), 16), 1)
        self.assertIn("Failure", result.get("showname"))


@unittest.skipUnless(shutil.which("tshark"), "tshark is not installed")
class TsharkModem(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.packets = list(zip(MODEM_MESSAGES, tshark_packets(MODEM_MESSAGES)))

    @staticmethod
    def shown(fields, name, offset):
        return [f for f in fields if f.get("name") == "homeplug_av." + name and int(f.get("pos")) == offset]

    def test_all_packets_came_back_without_complaint(self):
        self.assertEqual(len(self.packets), len(MODEM_MESSAGES))
        for message, (packet, protocols, _) in self.packets:
            with self.subTest(message=str(message)):
                self.assertEqual(protocols, {"geninfo", "frame", "eth", "homeplug-av"})
                names = [element.get("name", "") for element in packet.iter()]
                self.assertEqual([n for n in names if n.startswith(("_ws.expert", "_ws.malformed"))], [])

    def test_header(self):
        for message, (_, _, fields) in self.packets:
            with self.subTest(message=str(message)):
                mmv = message.frame[14]
                version, = self.shown(fields, "mmhdr.mmver", 14)
                self.assertEqual(version.get("show"), str(mmv))
                mmtype, = self.shown(fields, "mmhdr.mmtype" if mmv else "mmhdr.mmtype.qualcomm", 15)
                self.assertEqual(int(mmtype.get("show"), 16), message.mmtype)
                self.assertEqual(mmtype.get("showname").split()[:2], ["Type:", TSHARK_MODEM[message.name][0]])
                self.assertEqual(len(self.shown(fields, "mmhdr.fmi", 17)), mmv)
                oui = self.shown(fields, "vendor.oui", 19 if mmv else 17)
                self.assertEqual([f.get("value") for f in oui], self.oui_of(message))

    @staticmethod
    def oui_of(message):
        if message.name.startswith("CM_"):
            return []
        return ["00b052" if message.name.startswith("VS_") else "0016e8"]

    def test_every_field_it_knows(self):
        compared = 0
        for message, (_, _, fields) in self.packets:
            for name, theirs in TSHARK_MODEM[message.name][1].items():
                with self.subTest(message=str(message), field=name):
                    self.compare(message, name, fields, theirs)
                    compared += 1
        self.assertEqual(compared, 32)

    def compare(self, message, name, fields, theirs):
        theirs, mask = theirs if isinstance(theirs, tuple) else (theirs, None)
        offset, octets = message.fields[name]
        extra, _ = TSHARK_MODEM_TOO_LONG.get((message.name, name), (0, ""))
        found, = self.shown(fields, theirs, offset)
        self.assertEqual(int(found.get("size")), len(octets) + extra)
        if mask is not None:
            self.assertEqual(int(found.get("value"), 16), int.from_bytes(octets, "little") & mask)
            return
        self.assertEqual(bytes.fromhex(found.get("value")), octets + bytes(extra))
        if name in message.numbers:
            self.assertEqual(int(found.get("show"), 0), int.from_bytes(octets, "little"))

    def test_nothing_else_is_shown(self):
        for message, (_, _, fields) in self.packets:
            with self.subTest(message=str(message)):
                names = TSHARK_MODEM[message.name][1].values()
                ours = {t[0] if isinstance(t, tuple) else t for t in names}
                more = set()
                for field in fields:
                    name = field.get("name").removeprefix("homeplug_av.")
                    if name in ours or name in TSHARK_MODEM_BOXES or name.startswith(TSHARK_HEADER):
                        continue
                    more.add((name, int(field.get("pos")), int(field.get("size"))))
                self.assertEqual(more, TSHARK_MODEM_MORE.get(message.name, set()))


def scapy_values(layer):
    """Fields of a layer by name, those of the variable field of the match messages included."""
    values = {}
    for field in layer.fields_desc:
        value = layer.getfieldval(field.name)
        if field.name == "VariableField":
            values.update(scapy_values(value))
        else:
            values[field.name] = (field, value)
    return values


def scapy_octets(name, field, value):
    """The octets a scapy value stands for, a number as scapy would send it."""
    if name == "aag_db":
        return bytes(group.group for group in value)
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return bytes.fromhex(value.replace(":", ""))
    return int(value).to_bytes(field.sz, "little" if field.fmt.startswith("<") else "big")


@unittest.skipIf(scapy is None, "scapy is not installed")
class Scapy(unittest.TestCase):
    @staticmethod
    def layers(message):
        packet = Ether(message.frame)
        header = packet.payload
        return packet, header, header.payload

    def test_header(self):
        for message in MESSAGES:
            with self.subTest(message=str(message)):
                packet, header, _ = self.layers(message)
                self.assertEqual(bytes.fromhex(packet.dst.replace(":", "")), message.frame[0:6])
                self.assertEqual(bytes.fromhex(packet.src.replace(":", "")), message.frame[6:12])
                self.assertEqual(type(header).__name__, "HomePlugAV")
                self.assertEqual((header.version, header.HPtype, header.FragmentInfo), (1, message.mmtype, 0))

    def test_unknown_messages_are_still_unknown(self):
        for message in MESSAGES:
            if message.name in SCAPY_UNKNOWN:
                with self.subTest(message=str(message)):
                    _, _, layer = self.layers(message)
                    self.assertIs(type(layer), Raw)

    def test_every_field(self):
        compared = 0
        for message in MESSAGES:
            if message.name in SCAPY_UNKNOWN:
                continue
            _, _, layer = self.layers(message)
            name_of_layer, names = SCAPY[message.name]
            self.assertEqual(type(layer).__name__, name_of_layer)
            self.assertEqual(set(names), set(message.fields))
            values = scapy_values(layer)
            for name, (_, octets) in message.fields.items():
                with self.subTest(message=str(message), field=name):
                    field, value = values[names[name]]
                    if name in message.numbers:
                        swapped = (message.name, name) in SCAPY_SWAPPED
                        self.assertNotEqual(octets, octets[::-1])
                        self.assertEqual(value, int.from_bytes(octets, "big" if swapped else "little"))
                    self.assertEqual(scapy_octets(name, field, value), octets)
                    compared += 1
        self.assertGreater(compared, 100)

    def test_nothing_else_is_shown_but_zeros(self):
        for message in MESSAGES:
            if message.name in SCAPY_UNKNOWN:
                continue
            with self.subTest(message=str(message)):
                _, _, layer = self.layers(message)
                names = set(SCAPY[message.name][1].values())
                reserved = {}
                for name, (field, value) in scapy_values(layer).items():
                    if name not in names:
                        octets = scapy_octets(name, field, value)
                        self.assertEqual(octets, bytes(len(octets)))
                        reserved[name] = len(octets)
                self.assertEqual(reserved, SCAPY_RESERVED.get(message.name, {}))

    def test_what_follows_the_message_is_the_padding(self):
        for message in MESSAGES:
            if message.name in SCAPY_UNKNOWN:
                continue
            with self.subTest(message=str(message)):
                _, _, layer = self.layers(message)
                rest = layer.payload
                self.assertIn(type(rest), (Raw, NoPayload))
                self.assertEqual(bytes(rest), bytes(len(message.frame) - message.length))


@unittest.skipIf(scapy is None, "scapy is not installed")
class ScapyModem(unittest.TestCase):
    def test_header(self):
        for message in MODEM_MESSAGES:
            with self.subTest(message=str(message)):
                header = Ether(message.frame).payload
                self.assertEqual(type(header).__name__, "HomePlugAV")
                self.assertEqual((header.version, header.HPtype), (message.frame[14], message.mmtype))
                if header.version == 0:
                    self.assertEqual(header.VendorField[0].OUI, 0x00b052)
                else:
                    self.assertEqual(header.FragmentInfo, 0)

    def test_unknown_messages_are_still_unknown(self):
        unknown = [m for m in MODEM_MESSAGES if m.name not in SCAPY_MODEM]
        self.assertEqual(len(unknown), len(TSHARK_MODEM) - len(SCAPY_MODEM))
        for message in unknown:
            with self.subTest(message=str(message)):
                self.assertIs(type(Ether(message.frame).payload.payload), Raw)

    def test_every_field_it_knows(self):
        compared = 0
        for message in MODEM_MESSAGES:
            if message.name not in SCAPY_MODEM:
                continue
            layer = Ether(message.frame).payload.payload
            name_of_layer, names = SCAPY_MODEM[message.name]
            self.assertEqual(type(layer).__name__, name_of_layer)
            values = scapy_values(layer)
            for name, theirs in names.items():
                with self.subTest(message=str(message), field=name):
                    field, value = values[theirs]
                    self.assertEqual(scapy_octets(name, field, value), message.fields[name][1])
                    compared += 1
        self.assertEqual(compared, 8)

    def test_atten_char_is_still_one_octet_short(self):
        """Its carriers per group and groups lie one octet before those of real modems."""
        message, = [m for m in MODEM_MESSAGES if m.name == "VS_ATTEN_CHAR.IND"]
        layer = Ether(message.frame).payload.payload
        offset, octets = message.fields["aag_db"]
        groups = bytes(group.group for group in layer.Groups)
        self.assertEqual(groups, message.frame[offset - 1:offset - 1 + len(octets)])
        self.assertNotEqual(groups, octets)
        offset, octets = message.fields["carriers_per_group"]
        self.assertEqual(layer.NumberOfCarrierPerGroupe, message.frame[offset - 1])
        self.assertNotEqual(layer.NumberOfCarrierPerGroupe, octets[0])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: test_dissectors.py <path of the program dissect>")
    ENCODED = encoded_messages(sys.argv.pop())
    MODEM_MESSAGES = [m for m in ENCODED if m.name in TSHARK_MODEM]
    MESSAGES = [m for m in ENCODED if m.name not in TSHARK_MODEM]
    outcome = unittest.main(verbosity=2, exit=False).result
    if not outcome.wasSuccessful():
        sys.exit(1)
    for test, reason in outcome.skipped:
        print(f"skipped: {test}: {reason}")
    sys.exit(SKIPPED if outcome.skipped else 0)
