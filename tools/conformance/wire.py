# SPDX-License-Identifier: Apache-2.0
"""The far end of the power line: one raw socket on which the tester plays modem and cars."""
import socket
import struct
import threading
import time

from conformance.frames import Frame

ETH_P_HOMEPLUG = 0x88E1
SO_TIMESTAMPNS = 35
PCAP_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)


def _arrival(ancillary):
    """The kernel's time stamp on the monotonic clock: how late this program reads does not count."""
    # In this order: a pause between the two makes a frame seem later than it was, never earlier.
    wall, now = time.time(), time.monotonic()
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
            seconds, nanoseconds = struct.unpack("@ll", data[:16])
            return now - max(0.0, wall - (seconds + nanoseconds * 1e-9))
    return now


class Wire:
    """receive(frame) is called on the wire's own thread for each HomePlug frame of the EVSE."""

    def __init__(self, interface, receive):
        self.receive = receive
        self.log = []
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.bind((interface, ETH_P_HOMEPLUG))
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        while True:
            try:
                octets, ancillary, _, _ = self.socket.recvmsg(2048, 64)
            except OSError:
                if self.socket.fileno() < 0:
                    return
                time.sleep(0.01)  # the interface is down for a moment
                continue
            if len(octets) < 17:
                continue
            frame = Frame(octets, _arrival(ancillary))
            self.log.append((frame.time, "EVSE", octets))
            self.receive(frame)

    def send(self, octets, sender):
        now = time.monotonic()
        self.log.append((now, sender, octets))
        self.socket.send(octets)
        return now

    def write_pcap(self, path):
        offset = time.time() - time.monotonic()
        with open(path, "wb") as file:
            file.write(PCAP_HEADER)
            for when, _, octets in sorted(self.log, key=lambda entry: entry[0]):
                seconds, fraction = divmod(when + offset, 1)
                file.write(struct.pack("<IIII", int(seconds), int(fraction * 1e6), len(octets), len(octets)) + octets)

    def close(self):
        self.socket.close()
