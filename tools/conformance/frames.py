# SPDX-License-Identifier: Apache-2.0
"""HomePlug Green PHY frames, from the published layouts: a table, an encoder, and a decoder that sees each octet."""
import hashlib

ETHERTYPE = b"\x88\xe1"
MIN_LENGTH = 60
BROADCAST = b"\xff" * 6
LOCAL_MODEM = bytes.fromhex("00b052000001")
QUALCOMM = bytes.fromhex("00b052")
GROUPS = 58

CM_SET_KEY_REQ, CM_SET_KEY_CNF = 0x6008, 0x6009
CM_GET_KEY_REQ, CM_GET_KEY_CNF = 0x600C, 0x600D
CM_AMP_MAP_REQ, CM_AMP_MAP_CNF = 0x601C, 0x601D
CM_NW_STATS_REQ, CM_NW_STATS_CNF = 0x6048, 0x6049
CM_SLAC_PARM_REQ, CM_SLAC_PARM_CNF = 0x6064, 0x6065
CM_START_ATTEN_CHAR_IND = 0x606A
CM_ATTEN_CHAR_IND, CM_ATTEN_CHAR_RSP = 0x606E, 0x606F
CM_MNBC_SOUND_IND = 0x6076
CM_VALIDATE_REQ, CM_VALIDATE_CNF = 0x6078, 0x6079
CM_SLAC_MATCH_REQ, CM_SLAC_MATCH_CNF = 0x607C, 0x607D
CM_ATTEN_PROFILE_IND = 0x6086
VS_SW_VER_REQ, VS_SW_VER_CNF = 0xA000, 0xA001
VS_RS_DEV_REQ, VS_RS_DEV_CNF = 0xA01C, 0xA01D
VS_NW_INFO_REQ, VS_NW_INFO_CNF = 0xA038, 0xA039
VS_PL_LNK_STATUS_REQ, VS_PL_LNK_STATUS_CNF = 0xA0B8, 0xA0B9

# name, then the fields after FMI and FMSN in wire order: name, octets. More than 2 octets are a byte string, fewer an
# integer (little endian). A size given as a function depends on the fields before it.
LAYOUTS = {
    CM_SET_KEY_REQ: ("CM_SET_KEY.REQ", (
        ("key_type", 1), ("my_nonce", 4), ("your_nonce", 4), ("pid", 1), ("prn", 2), ("pmn", 1),
        ("cco_capability", 1), ("nid", 7), ("new_eks", 1), ("nmk", 16))),
    CM_SET_KEY_CNF: ("CM_SET_KEY.CNF", (
        ("result", 1), ("my_nonce", 4), ("your_nonce", 4), ("pid", 1), ("prn", 2), ("pmn", 1), ("cco_capability", 1))),
    CM_GET_KEY_REQ: ("CM_GET_KEY.REQ", (
        ("request_type", 1), ("key_type", 1), ("nid", 7), ("my_nonce", 4), ("pid", 1), ("prn", 2), ("pmn", 1))),
    CM_GET_KEY_CNF: ("CM_GET_KEY.CNF", (
        ("result", 1), ("key_type", 1), ("my_nonce", 4), ("your_nonce", 4), ("nid", 7), ("eks", 1), ("pid", 1),
        ("prn", 2), ("pmn", 1), ("key", 384))),
    CM_AMP_MAP_REQ: ("CM_AMP_MAP.REQ", (
        ("am_len", 2), ("am_data", lambda fields: (fields["am_len"] + 1) // 2))),
    CM_AMP_MAP_CNF: ("CM_AMP_MAP.CNF", (("result", 1),)),
    CM_NW_STATS_REQ: ("CM_NW_STATS.REQ", ()),
    CM_SLAC_PARM_REQ: ("CM_SLAC_PARM.REQ", (("application_type", 1), ("security_type", 1), ("run_id", 8))),
    CM_SLAC_PARM_CNF: ("CM_SLAC_PARM.CNF", (
        ("msound_target", 6), ("num_sounds", 1), ("time_out", 1), ("resp_type", 1), ("forwarding_sta", 6),
        ("application_type", 1), ("security_type", 1), ("run_id", 8))),
    CM_START_ATTEN_CHAR_IND: ("CM_START_ATTEN_CHAR.IND", (
        ("application_type", 1), ("security_type", 1), ("num_sounds", 1), ("time_out", 1), ("resp_type", 1),
        ("forwarding_sta", 6), ("run_id", 8))),
    CM_MNBC_SOUND_IND: ("CM_MNBC_SOUND.IND", (
        ("application_type", 1), ("security_type", 1), ("sender_id", 17), ("cnt", 1), ("run_id", 8), ("rsvd", 8),
        ("rnd", 16))),
    CM_ATTEN_PROFILE_IND: ("CM_ATTEN_PROFILE.IND", (
        ("pev_mac", 6), ("num_groups", 1), ("rsvd", 1), ("aag", lambda fields: fields["num_groups"]))),
    CM_ATTEN_CHAR_IND: ("CM_ATTEN_CHAR.IND", (
        ("application_type", 1), ("security_type", 1), ("source_address", 6), ("run_id", 8), ("source_id", 17),
        ("resp_id", 17), ("num_sounds", 1), ("num_groups", 1), ("aag", lambda fields: fields["num_groups"]))),
    CM_ATTEN_CHAR_RSP: ("CM_ATTEN_CHAR.RSP", (
        ("application_type", 1), ("security_type", 1), ("source_address", 6), ("run_id", 8), ("source_id", 17),
        ("resp_id", 17), ("result", 1))),
    CM_VALIDATE_REQ: ("CM_VALIDATE.REQ", (("signal_type", 1), ("timer", 1), ("result", 1))),
    CM_VALIDATE_CNF: ("CM_VALIDATE.CNF", (("signal_type", 1), ("toggle_num", 1), ("result", 1))),
    CM_SLAC_MATCH_REQ: ("CM_SLAC_MATCH.REQ", (
        ("application_type", 1), ("security_type", 1), ("mvf_length", 2), ("pev_id", 17), ("pev_mac", 6),
        ("evse_id", 17), ("evse_mac", 6), ("run_id", 8), ("rsvd", 8))),
    CM_SLAC_MATCH_CNF: ("CM_SLAC_MATCH.CNF", (
        ("application_type", 1), ("security_type", 1), ("mvf_length", 2), ("pev_id", 17), ("pev_mac", 6),
        ("evse_id", 17), ("evse_mac", 6), ("run_id", 8), ("rsvd", 8), ("nid", 7), ("rsvd_after_nid", 1), ("nmk", 16))),
}
VENDOR_NAMES = {VS_SW_VER_REQ: "VS_SW_VER.REQ", VS_RS_DEV_REQ: "VS_RS_DEV.REQ", VS_NW_INFO_REQ: "VS_NW_INFO.REQ",
                VS_PL_LNK_STATUS_REQ: "VS_PL_LNK_STATUS.REQ"}
# What a station may not say to a car unasked.
SLAC = frozenset((CM_SLAC_PARM_REQ, CM_SLAC_PARM_CNF, CM_START_ATTEN_CHAR_IND, CM_ATTEN_CHAR_IND, CM_ATTEN_CHAR_RSP,
                  CM_MNBC_SOUND_IND, CM_VALIDATE_REQ, CM_VALIDATE_CNF, CM_SLAC_MATCH_REQ, CM_SLAC_MATCH_CNF,
                  CM_AMP_MAP_REQ, CM_AMP_MAP_CNF))


def name_of(mmtype):
    if mmtype in LAYOUTS:
        return LAYOUTS[mmtype][0]
    return VENDOR_NAMES.get(mmtype, f"MMTYPE 0x{mmtype:04x}")


def mac_text(mac):
    return mac.hex(":")


def _octets(value, size):
    if isinstance(value, int):
        return value.to_bytes(size, "little")
    if len(value) != size:
        raise ValueError(f"{len(value)} octets instead of {size}")
    return bytes(value)


def encode(mmtype, dst, src, mmv=1, **values):
    """A frame with these field values, zero where none is given; padded to 60 octets."""
    payload = b""
    fields = {}
    for name, size in LAYOUTS[mmtype][1]:
        size = size(fields) if callable(size) else size
        fields[name] = values.pop(name, 0 if size <= 2 else bytes(size))
        payload += _octets(fields[name], size)
    if values:
        raise ValueError(f"{name_of(mmtype)} has no {', '.join(values)}")
    return raw(mmtype, dst, src, payload, mmv)


def raw(mmtype, dst, src, payload, mmv=1):
    """A frame with any payload; FMI and FMSN (0) exist from MMV 1 on."""
    fragment = b"" if mmv == 0 else b"\x00\x00"
    frame = dst + src + ETHERTYPE + bytes([mmv]) + mmtype.to_bytes(2, "little") + fragment + payload
    return frame.ljust(MIN_LENGTH, b"\x00")


class Frame:
    """A received frame: header, fields (empty when the frame is too short for them) and what is wrong with it."""

    def __init__(self, octets, when):
        self.time = when
        self.octets = octets
        self.dst, self.src = octets[0:6], octets[6:12]
        self.mmv = octets[14]
        self.mmtype = int.from_bytes(octets[15:17], "little")
        self.payload = octets[17:] if self.mmv == 0 else octets[19:]
        self.fields = {}
        self.faults = []
        self._decode()

    def _decode(self):
        position = 0
        for name, size in LAYOUTS.get(self.mmtype, ("", ()))[1]:
            is_number = not callable(size) and size <= 2
            size = size(self.fields) if callable(size) else size
            octets = self.payload[position:position + size]
            if len(octets) < size:
                self.faults.append(f"too short: {name} needs {size} octets, {len(octets)} are there")
                return
            self.fields[name] = int.from_bytes(octets, "little") if is_number else octets
            position += size
        self.rest = self.payload[position:]

    def check_wire(self):
        """The rules for each frame between station and car: MMV, fragments, length and padding."""
        faults = list(self.faults)
        if self.mmv != 1:
            faults.append(f"MMV expected 1, came {self.mmv}")
        if self.octets[17:19] != b"\x00\x00":
            faults.append(f"FMI and FMSN expected 0, came {self.octets[17:19].hex(' ')}")
        if len(self.octets) < MIN_LENGTH:
            faults.append(f"length expected at least {MIN_LENGTH}, came {len(self.octets)}")
        if not self.faults:
            if any(self.rest):
                faults.append(f"padding expected zero, came {self.rest.hex(' ')}")
            if self.rest and len(self.octets) > MIN_LENGTH:
                faults.append(f"{len(self.rest)} octets too many behind the last field")
        return faults

    def __getattr__(self, name):
        try:
            return self.__dict__["fields"][name]
        except KeyError:
            raise AttributeError(f"{name_of(self.mmtype)} has no {name}") from None

    def __str__(self):
        fields = " ".join(f"{name}={value.hex() if isinstance(value, bytes) else value}"
                          for name, value in self.fields.items())
        head = f"{name_of(self.mmtype)} {mac_text(self.src)} -> {mac_text(self.dst)}"
        return f"{head} {fields}" if fields else f"{head} [{self.octets[14:].hex()}]"


def nid_of(nmk):
    """The NID that belongs to an NMK, security level 0 (HomePlug AV: five times SHA-256)."""
    digest = nmk
    for _ in range(5):
        digest = hashlib.sha256(digest).digest()
    return digest[:6] + bytes([digest[6] >> 4])
