# SPDX-License-Identifier: Apache-2.0
"""HomePlug frames: captured with the kernel's time, and sent."""
import errno
import os
import select
import socket
import struct
import threading
import time

from waiting import PATIENCE_S, Stream, await_true

ETH_P_ALL = 0x0003
SO_TIMESTAMPNS = 35
HOMEPLUG = 0x88E1
CM_SET_KEY_REQ = 0x6008
CM_SET_KEY_CNF = 0x6009
CM_SLAC_PARM_REQ = 0x6064
CM_SLAC_PARM_CNF = 0x6065
CM_START_ATTEN_CHAR_IND = 0x606A
CM_ATTEN_CHAR_IND = 0x606E
CM_SLAC_MATCH_REQ = 0x607C
CM_SLAC_MATCH_CNF = 0x607D
CM_GET_KEY_REQ = 0x600C
CM_GET_KEY_CNF = 0x600D
CM_AMP_MAP_REQ = 0x601C
CM_AMP_MAP_CNF = 0x601D
CM_NW_STATS_REQ = 0x6048
CM_NW_STATS_CNF = 0x6049
CM_ATTEN_PROFILE_IND = 0x6086
VS_SW_VER_REQ = 0xA000
VS_RS_DEV_REQ = 0xA01C
VS_HST_ACTION_RSP = 0xA063
VS_PL_LNK_STATUS_REQ = 0xA0B8
VS_ATTEN_CHAR_IND = 0xA14E
NSCM_GET_VERSION_REQ = 0xAC6C
NSCM_RESET_DEVICE_REQ = 0xAC70
NSCM_GET_D_LINK_STATUS_REQ = 0xAC9C
LINK_QUESTIONS = (CM_NW_STATS_REQ, VS_PL_LNK_STATUS_REQ, NSCM_GET_D_LINK_STATUS_REQ)
# Offsets in the frame: 19 octets of headers, then as the homeplug headers say.
SET_KEY_REQ_MY_NONCE = slice(19 + 1, 19 + 5)
SET_KEY_REQ_KEY = slice(19 + 22, 19 + 38)
SET_KEY_CNF_YOUR_NONCE = slice(19 + 5, 19 + 9)
MATCH_CNF_NMK = slice(19 + 74, 19 + 90)
ATTEN_CHAR_IND_NUM_SOUNDS = 19 + 50
ATTEN_CHAR_IND_AAG = slice(19 + 52, 19 + 110)


class Frame:
    def __init__(self, octets, when):
        self.time = when
        self.octets = octets
        self.mmtype = int.from_bytes(octets[15:17], "little")

    def __repr__(self):
        return f"0x{self.mmtype:04x} {self.octets[6:12].hex(':')} -> {self.octets[0:6].hex(':')}"


class Capture:
    """Every HomePlug frame on an interface, both directions."""

    def __init__(self, interface):
        self.frames = Stream()
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.bind((interface, ETH_P_ALL))
        self.ended, self.end = os.pipe()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        while True:
            if self.ended in select.select([self.socket, self.ended], [], [])[0]:
                return
            try:
                octets, stamps, _, _ = self.socket.recvmsg(2048, 64)
            except OSError:  # interface down
                continue
            if int.from_bytes(octets[12:14], "big") == HOMEPLUG:
                self.frames.append(Frame(octets, self._when(stamps)))

    @staticmethod
    def _when(stamps):
        """The kernel's time stamp on the monotonic clock: how late this thread reads does not count."""
        wall, now = time.time(), time.monotonic()
        for level, kind, data in stamps:
            if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
                seconds, nanoseconds = struct.unpack("@ll", data[:struct.calcsize("@ll")])
                return now - (wall - (seconds + nanoseconds * 1e-9))
        return now

    def wait(self, mmtype, within=PATIENCE_S, after=0):
        return self.frames.wait(lambda frame: frame.mmtype == mmtype, f"frame 0x{mmtype:04x}", within, after)

    def all(self, mmtype, after=0):
        return [frame for frame in self.frames.since(after) if frame.mmtype == mmtype]

    def never(self, mmtype, during, after=0):
        self.frames.never(lambda frame: frame.mmtype == mmtype, f"frame 0x{mmtype:04x}", during, after)

    def close(self):
        """Not under a waiting reader, which might take a frame of the next capture with the same descriptor."""
        if self.socket.fileno() < 0:
            return
        os.write(self.end, b"\0")  # a process that was forked meanwhile may hold that end open
        self.reader.join()
        os.close(self.end)
        os.close(self.ended)
        self.socket.close()


def is_sent(sender, frame):
    try:
        sender.send(frame)
    except OSError as error:
        if error.errno != errno.ENOBUFS:  # its queue is full for a moment
            raise
        return False
    return True


def send_frames(interface, frames):
    """As fast as the interface takes them."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
        sender.bind((interface, 0))
        for frame in frames:
            await_true(lambda frame=frame: is_sent(sender, frame), f"{interface} takes a frame")
