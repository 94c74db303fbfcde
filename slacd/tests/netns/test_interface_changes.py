# SPDX-License-Identifier: Apache-2.0
"""Each way an interface can go and come back: said once, served again by itself, never noticed by another outlet."""
import glob
import os
import re
import socket
import subprocess
import sys
import time

import harness
from harness import Bench, EVSE, OTHER, ip

# Long enough that only a notification of the kernel can have been the reason for what comes earlier.
NEVER_MS = 60000
QUICK = {"modem": {"link_retry_ms": 200}}
# log.h: of an interface that comes and goes so many losses are said, then one a minute.
LOUD = 3
NEW_MAC = "02:00:00:00:be:ef"

# Runs a program that may not have netlink sockets, as under systemd's RestrictAddressFamilies.
WITHOUT_NETLINK = """
import ctypes, os, platform, struct, sys
SOCKET = {"x86_64": 41, "aarch64": 198}[platform.machine()]
ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}[platform.machine()]
AF_NETLINK, EAFNOSUPPORT = 16, 97
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
program = [(LOAD, 0, 0, 4), (EQUAL, 0, 5, ARCH), (LOAD, 0, 0, 0), (EQUAL, 0, 3, SOCKET),
           (LOAD, 0, 0, 16), (EQUAL, 0, 1, AF_NETLINK), (RETURN, 0, 0, ERRNO | EAFNOSUPPORT), (RETURN, 0, 0, ALLOW)]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
filter_ = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program), ctypes.addressof(code)))
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(38, 1, 0, 0, 0) != 0 or libc.prctl(22, 2, filter_, 0, 0) != 0:
    sys.exit(os.strerror(ctypes.get_errno()))
os.execv(sys.argv[1], sys.argv[1:])
"""


def about(evse):
    return "evse_id=" + re.escape(evse)


def sleeps(program):
    """How often each of its threads has gone to sleep so far. A thread may end meanwhile, as the one that connects
    does."""
    counts = {}
    for path in glob.glob(f"/proc/{program.process.pid}/task/*/status"):
        try:
            with open(path, encoding="ascii") as file:
                status = file.read()
        except (FileNotFoundError, ProcessLookupError):
            continue
        counts[path] = int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", status, re.MULTILINE).group(1))
    return counts


def listens(interface):
    """Whether a packet socket for HomePlug frames is bound to it."""
    index = str(socket.if_nametoindex(interface))
    with open("/proc/net/packet", encoding="ascii") as file:
        return any(line.split()[3:5] == [f"{harness.HOMEPLUG:04x}", index] for line in file)


class InterfaceChanges(Bench):
    def start_two(self, configuration, *, other_link=True, other_interface="evse1", wrapper=(), arguments=()):
        """Two outlets; it is the second one's interface that will change."""
        self.keys = set()
        self.link()
        if other_link:
            self.link("evse1", "plc1")
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.station = self.start_station(evses=(f"{EVSE}=evse0", f"{OTHER}={other_interface}"))
        self.station.wait_line("connected to the broker")
        self.ev = self.start_ev()
        self.capture = self.capture_on("plc0")
        if other_link:
            self.new_plc1()
        self.slacd = self.start_slacd(configuration, *arguments, wrapper=wrapper)
        self.observer.wait_service("ready")
        self.slacd.wait_line("Modem has confirmed its key.*" + about(EVSE))
        self.capture.wait(harness.CM_SET_KEY_CNF)  # the first key is on record: any further one would be news
        self.observer.wait_state_after_request(EVSE)
        self.observer.wait_state_after_request(OTHER)
        if other_link:
            self.take_key()

    def new_plc1(self):
        """A new one, or one that was down: slac-ev has ended with it, and starts when the carrier is there."""
        ip("link", "set", "plc1", "up")
        self.other_capture = self.capture_on("plc1")
        self.frames = 0
        ip("link", "set", "evse1", "up")
        self.start_other_ev()

    def start_other_ev(self):
        self.other_ev = self.start_ev("--modem-mac", "02:50:4c:00:00:02", "--ev-mac", "02:45:56:00:00:02",
                                      interface="plc1")
        harness.await_true(lambda: listens("plc1"), "slac-ev listens on plc1")

    def take_key(self):
        """The modem of the second outlet has taken a key that was never seen before."""
        key = self.other_capture.wait(harness.CM_SET_KEY_REQ, after=self.frames).octets[harness.SET_KEY_REQ_KEY]
        self.other_capture.wait(harness.CM_SET_KEY_CNF, after=self.frames)
        self.assertNotIn(key, self.keys)
        self.keys.add(key)

    def change(self, *commands):
        """Carries out `ip` commands on the second outlet's interface while a car is being matched at the first."""
        self.observer_mark = self.observer.mark()
        self.capture_mark = self.capture.frames.mark()
        self.plug_first()
        self.observer.wait_slac("matching", after=self.observer_mark)
        self.log = self.slacd.mark()
        for command in commands:
            ip(*command.split())

    def plug_first(self):
        self.station.say(f"plug {EVSE}")
        self.slacd.wait_line("Vehicle is connected.*" + about(EVSE))
        self.ev.say("plug")

    def assert_first_matches(self):
        """The first outlet's car gets its link, and nothing else happened there."""
        self.observer.wait_slac("matched", after=self.observer_mark)
        self.assertEqual(self.observer.slac_statuses(self.observer_mark), ["matching", "matched"])
        self.assertEqual(self.capture.all(harness.CM_SET_KEY_REQ, self.capture_mark), [])
        self.assertEqual(self.slacd.lines("(WARN|ERROR) .*" + about(EVSE), self.log), [])

    def other_complaints(self):
        """A modem that is not yet there when its interface is, is another matter."""
        lines = self.slacd.lines("(WARN|ERROR) .*" + about(OTHER), self.log)
        return [line for line in lines if "no answer within" not in line.text]

    def assert_lost_once(self, reason):
        self.slacd.wait_line(f"ERROR .*Interface is lost: {reason}.*" + about(OTHER), after=self.log)
        self.assert_first_matches()
        self.assertEqual(len(self.other_complaints()), 1, self.other_complaints())

    def mark_return(self):
        self.frames = self.other_capture.frames.mark()

    def assert_serves_again(self, complaints=1):
        """It opened by itself, its modem has a fresh key, a car is matched; no further line complains."""
        self.slacd.wait_line("Interface is open.*" + about(OTHER), after=self.log)
        self.take_key()
        self.slacd.wait_line("Modem has confirmed its key.*" + about(OTHER), after=self.log)
        mark = self.observer.mark()
        self.station.say(f"plug {OTHER}")
        self.slacd.wait_line("Vehicle is connected.*" + about(OTHER), after=self.log)
        self.other_ev.say("plug")
        self.observer.wait_slac("matched", after=mark, evse=OTHER)
        self.assertEqual(self.observer.slac_statuses(mark, OTHER), ["matching", "matched"])
        self.assertEqual(len(self.other_complaints()), complaints, self.other_complaints())
        self.assert_first_matches()

    def assert_sleeps(self):
        """Hardly a wake-up in 3 s: trying again every 100 ms would be thirty."""
        before = sleeps(self.slacd)
        time.sleep(3)
        after = sleeps(self.slacd)
        self.assertGreater(len(after), 0)
        self.assertLess(sum(count - before.get(thread, 0) for thread, count in after.items()), 6)

    def test_interface_missing_at_the_start_is_opened_as_soon_as_it_is_there(self):
        self.start_two({"modem": {"link_retry_ms": NEVER_MS}}, other_link=False)
        self.slacd.wait_line("ERROR .*interface evse1 does not exist.*" + about(OTHER))
        self.change("link add evse1 type veth peer name plc1")
        self.addCleanup(subprocess.run, ["ip", "link", "del", "plc1"], stderr=subprocess.DEVNULL)
        self.new_plc1()
        self.assert_serves_again(complaints=0)

    def test_interface_that_goes_down(self):
        self.start_two(QUICK)
        self.change("link set evse1 down")
        self.assert_lost_once("it (is|was) down")
        self.mark_return()
        ip("link", "set", "evse1", "up")
        self.assert_serves_again()

    def test_interface_that_loses_its_carrier(self):
        self.start_two(QUICK)
        self.change("link set plc1 down")
        self.assert_lost_once("no carrier")
        self.other_ev.kill()
        self.new_plc1()
        self.assert_serves_again()

    def assert_rename_is_noticed(self):
        renames = subprocess.run(["ip", "link", "set", "plc0", "name", "plcx"], stderr=subprocess.DEVNULL)
        if renames.returncode != 0:
            self.skipTest("this kernel renames no interface that is up")
        ip("link", "set", "plcx", "name", "plc0")
        self.change("link set evse1 name foo1")
        self.assert_lost_once("renamed to foo1")
        self.mark_return()
        ip("link", "set", "foo1", "name", "evse1")
        self.assert_serves_again()

    def test_interface_that_is_renamed(self):
        self.start_two(QUICK)
        self.assert_rename_is_noticed()

    def test_interface_whose_mac_changes_is_opened_with_the_new_one(self):
        self.start_two(QUICK)
        self.mark_return()
        self.change(f"link set evse1 address {NEW_MAC}")
        self.assert_lost_once("its MAC changed")
        self.assert_serves_again()
        answer = self.other_capture.all(harness.CM_SLAC_PARM_CNF)[-1]
        self.assertEqual(answer.octets[6:12].hex(":"), NEW_MAC)

    def test_interface_that_is_deleted_and_made_again(self):
        self.start_two(QUICK)
        self.other_ev.kill()
        self.change("link del evse1")
        # It goes down first: which of the two is noticed depends on the moment.
        self.assert_lost_once("(it was removed|it is down|it was down)")
        ip("link", "add", "evse1", "type", "veth", "peer", "name", "plc1")
        self.new_plc1()
        self.assert_serves_again()

    def test_interface_known_by_an_alternative_name_is_no_renamed_one(self):
        self.start_two({"modem": {"link_retry_ms": NEVER_MS}}, other_link=False, other_interface="modem1")
        self.slacd.wait_line("ERROR .*interface modem1 does not exist.*" + about(OTHER))
        self.link("evse1", "plc1")
        self.new_plc1()
        self.change("link property add dev evse1 altname modem1")
        self.slacd.wait_line("Interface is open.*" + about(OTHER))
        ip("link", "set", "evse1", "txqueuelen", "500")  # the kernel tells its state once more
        self.assert_serves_again(complaints=0)

    def test_waiting_costs_no_wakeup(self):
        self.start_two({"modem": {"link_retry_ms": 100}}, other_link=False)
        self.slacd.wait_line("ERROR .*interface evse1 does not exist")
        self.assert_sleeps()
        self.link("evse1", "plc1")
        self.new_plc1()
        self.slacd.wait_line("Modem has confirmed its key.*" + about(OTHER))
        self.log = self.slacd.mark()
        ip("link", "set", "evse1", "down")
        self.slacd.wait_line("ERROR .*Interface is lost", after=self.log)
        self.assert_sleeps()
        self.assertEqual(len(self.other_complaints()), 1, self.other_complaints())

    def test_flapping_interface_is_opened_once_a_second_at_most(self):
        self.start_two({"modem": {"link_retry_ms": 1000}}, arguments=("--log-level", "DEBUG"))
        self.change()
        began = time.monotonic()
        batch = self.write("flap", "link set evse1 down\nlink set evse1 up\n" * 20)
        flaps = 0
        while time.monotonic() - began < 2.5:
            ip("-batch", batch)
            flaps += 20
        lasted = time.monotonic() - began
        self.mark_return()
        lost = len(self.slacd.lines("Interface is lost", self.log))
        self.assertGreater(flaps, 40)
        self.assertLessEqual(lost, lasted + 1)
        self.assertGreaterEqual(lost, 1)
        self.assert_first_matches()
        # Whether it had just been opened or is opened later: in the end it serves.
        other = about(OTHER)
        harness.await_true(lambda: re.search("Modem has confirmed its key.*" + other,
                                             self.slacd.lines("(Interface is|Modem has).*" + other)[-1].text),
                           "the outlet serves after the flapping")
        self.assertLessEqual(len(self.other_complaints()), LOUD + 1)  # and once that a frame was not sent

    def flap(self):
        ip("link", "set", "evse1", "down")
        harness.await_true(lambda: not listens("evse1"), "slacd closes evse1")
        self.mark_return()
        ip("link", "set", "evse1", "up")
        harness.await_true(lambda: listens("evse1"), "slacd opens evse1")

    def test_interface_that_comes_and_goes_is_said_three_times_and_when_it_stays(self):
        self.start_two({"modem": {"link_retry_ms": 100}})
        self.change()
        for _ in range(LOUD + 7):
            self.flap()
        self.assert_first_matches()
        self.take_key()
        losses = self.slacd.lines("ERROR .*Interface is lost.*" + about(OTHER), self.log)
        self.assertEqual(len(losses), LOUD)
        self.assertRegex(losses[-1].text, "logged once a minute.* count=3")
        self.assertEqual(len(self.slacd.lines("Interface is open", self.log)), LOUD)
        self.assertLessEqual(len(self.slacd.lines("Modem is identified", self.log)), LOUD)
        self.assertLessEqual(len(self.slacd.lines("Modem has confirmed its key", self.log)), LOUD)
        self.slacd.wait_line("INFO .*Interface has stayed for a minute, the modem has its key.*" + about(OTHER) +
                             f".* losses={LOUD + 7}$", 70, self.log)
        self.assertLessEqual(len(self.other_complaints()), LOUD + 1)
        self.log = self.slacd.mark()
        self.flap()
        self.assert_serves_again()

    def test_receive_error_closes_and_opens_it_once(self):
        if "RECEIVE_FAULT" not in os.environ:
            self.skipTest("the environment variable RECEIVE_FAULT names no library")
        fault = self.path("fault")
        self.start_two(QUICK, wrapper=("env", f"LD_PRELOAD={os.environ['RECEIVE_FAULT']}",
                                       f"RECEIVE_FAULT_FILE={fault}", "RECEIVE_FAULT_INTERFACE=evse1"))
        self.change()
        self.mark_return()
        self.write("fault", "")
        harness.send_frames("plc1", [bytes.fromhex("ffffffffffff 0200000000fe 88e1 01 ff1f 0000") + bytes(41)])
        self.assert_lost_once("receiving failed: Input/output error")
        self.assert_serves_again()

    def start_without_netlink(self, *inside):
        program = [sys.executable, self.write("without_netlink.py", WITHOUT_NETLINK)]
        self.start_two({"modem": {"link_retry_ms": 100}}, wrapper=[*inside, *program])

    def test_without_netlink_a_bridge_is_noticed(self):
        """By /sys, which shows the interfaces of the namespace that mounted it."""
        ip("link", "add", "br7", "type", "bridge")
        self.addCleanup(ip, "link", "del", "br7")
        self.start_without_netlink("unshare", "--mount", "sh", "-c", 'mount -t sysfs sysfs /sys && exec "$@"', "sh")
        self.change("link set evse1 master br7")
        self.assert_lost_once("it is a port of the bridge br7, which takes its frames")
        self.mark_return()
        ip("link", "set", "evse1", "nomaster")
        self.assert_serves_again()

    def test_without_netlink_a_lost_carrier_and_another_mac_are_noticed(self):
        self.start_without_netlink()
        self.change("link set plc1 down")
        self.assert_lost_once("no carrier")
        self.other_ev.kill()
        self.new_plc1()
        self.assert_serves_again()
        self.log = self.slacd.mark()
        ip("link", "set", "evse1", "address", NEW_MAC)
        self.slacd.wait_line("ERROR .*Interface is lost: its MAC changed.*" + about(OTHER), after=self.log)
        self.slacd.wait_line(f"Interface is open.*mac={NEW_MAC}", after=self.log)

    def test_without_netlink_an_address_is_noticed(self):
        self.start_without_netlink()
        self.change("addr add 10.7.0.1/24 dev evse1")
        self.assert_lost_once("it has the address 10.7.0.1; ")
        self.log = self.slacd.mark()
        ip("addr", "add", "2001:db8::1/64", "dev", "evse1", "nodad")
        ip("addr", "del", "10.7.0.1/24", "dev", "evse1")
        self.slacd.wait_line("WARN .*refused: it has the address 2001:db8::1; .*" + about(OTHER), after=self.log)
        self.mark_return()
        ip("addr", "del", "2001:db8::1/64", "dev", "evse1")
        self.assert_serves_again()

    def test_without_netlink_a_rename_is_noticed(self):
        self.start_without_netlink()
        self.assert_rename_is_noticed()

    def test_without_netlink_it_looks_again_and_again_and_says_so(self):
        self.start_without_netlink()
        self.assert_said_once("WARN .*kernel does not tell about interfaces: .*100 ms")
        self.change("link set evse1 down")
        self.assert_lost_once("it (is|was) down")
        self.mark_return()
        ip("link", "set", "evse1", "up")
        self.assert_serves_again()


if __name__ == "__main__":
    harness.main()
