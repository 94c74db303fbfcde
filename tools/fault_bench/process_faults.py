# SPDX-License-Identifier: Apache-2.0
"""The faults around the real program: broker, interface, host."""
import os
import re
import resource
import signal
import subprocess
import threading
import time

import harness
from harness import EVSE, ip

from fault_bench.allocations import fail_each_allocation
from fault_bench.dut import address_space, descriptors
from fault_bench.process import Fault

MINUTES_BACK_S, YEAR_S = -3600, 365 * 86400
FLOOD_FRAMES, FLOOD_MESSAGES = 20000, 20000
LOG_CHUNK, LOG_CHUNK_S = 100, 0.1  # 1 kB/s


# --- the broker ---

def broker_killed(site):
    site.save_subscriptions(site.broker)
    site.broker.kill()
    yield
    site.restart_broker()


def broker_frozen(site):
    site.broker.signal(signal.SIGSTOP)
    yield
    site.broker.signal(signal.SIGCONT)


def through_proxy(mode):
    def act(site):
        site.proxy.mode = mode
        if mode == "refuse":
            site.proxy.drop()
        yield
        site.proxy.mode = "pass"
    return act


def broker_resets(site):
    for _ in range(5):
        site.proxy.drop()
        time.sleep(0.3)  # long enough to connect again, at 250 ms
    yield


def broker_flood(site):
    text = '{"id":"1","name":"cp_pwm","type":"request","data":{"evse_id":"%s"}}\n' % EVSE
    flood = site.add(harness.Program("publisher", "mosquitto_pub", "-p", harness.BROKER_PORT, "-q", "1", "-t", "cs/josev",
                                     "-l"))
    flood.process.stdin.write(text * FLOOD_MESSAGES)
    flood.process.stdin.flush()
    yield
    flood.kill()
    site.programs.remove(flood)


def broker_large(site):
    subprocess.run(["mosquitto_pub", "-p", str(harness.BROKER_PORT), "-t", "cs/josev", "-s"],
                   input=b'{"id":"1","name":"cp_status","x":"' + b"x" * 5000000 + b'"}', check=True)
    yield


# --- the interface ---

def interface_down(site):
    ip("link", "set", "evse0", "down")
    yield
    ip("link", "set", "evse0", "up")


def interface_renamed(site):
    ip("link", "set", "evse0", "down")
    ip("link", "set", "evse0", "name", "other0")
    ip("link", "set", "other0", "up")
    yield
    ip("link", "set", "other0", "down")
    ip("link", "set", "other0", "name", "evse0")
    ip("link", "set", "evse0", "up")


def interface_moved(site):
    holder = site.add(harness.Program("holder", "unshare", "--net", "sh", "-c", "echo here; exec sleep 1000"))
    holder.wait_line("here")
    ip("link", "set", "evse0", "netns", str(holder.process.pid))
    yield
    subprocess.run(["nsenter", "-t", str(holder.process.pid), "-n", "ip", "link", "set", "evse0", "netns", "1"], check=True)
    ip("link", "set", "evse0", "up")
    holder.kill()
    site.programs.remove(holder)


def interface_in_bridge(site):
    ip("link", "add", "br7", "type", "bridge")
    ip("link", "set", "evse0", "master", "br7")
    yield
    ip("link", "set", "evse0", "nomaster")
    ip("link", "del", "br7")


def interface_small_mtu(site):
    ip("link", "set", "evse0", "mtu", "68")
    yield
    ip("link", "set", "evse0", "mtu", "1500")


def interface_new_mac(site):
    site.macs = getattr(site, "macs", 0) + 1
    ip("link", "set", "evse0", "address", f"02:00:00:00:be:{site.macs:02x}")
    yield


def interface_peer_down(site):
    """The carrier goes, the interface stays up: as with a modem without supply."""
    ip("link", "set", "plc0", "down")
    yield
    ip("link", "set", "plc0", "up")
    site.restart_ev()  # the simulator does not outlive its interface


def interface_flood(site):
    frame = bytes.fromhex("ffffffffffff 02bad0000001 88e1 01 6460 0000").ljust(60, b"\0")
    harness.send_frames("plc0", (frame[:21] + i.to_bytes(8, "big") + frame[29:] for i in range(FLOOD_FRAMES)))
    yield


def modem_restart_is_played(site):
    """Somebody on the line says again and again, in the modem's name, that it has restarted."""
    opened = site.slacd.wait_line("Interface is open.*interface=evse0 mac=").text
    evse = re.search("mac=([0-9a-f:]+)", opened)[1]
    loader_ready = bytes.fromhex(evse.replace(":", "")) + bytes.fromhex("02504c000001 88e1 00 62a0 00b052")
    ended = threading.Event()

    def play():
        while not ended.wait(0.005):
            harness.send_frames("plc0", [loader_ready.ljust(60, b"\0")])
    player = threading.Thread(target=play)
    player.start()
    yield
    ended.set()
    player.join()


def netem_loss(site):
    subprocess.run(["tc", "qdisc", "add", "dev", "plc0", "root", "netem", "loss", "2%", "delay", "5ms", "2ms"], check=True)
    yield
    subprocess.run(["tc", "qdisc", "del", "dev", "plc0", "root"], check=True)


def no_netem(site):
    done = subprocess.run(["tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"], capture_output=True,
                          text=True, check=False)
    if done.returncode == 0:
        subprocess.run(["tc", "qdisc", "del", "dev", "lo", "root"], check=False)
    return "" if done.returncode == 0 else "this kernel has no netem"


# --- the host ---

def stopped(site):
    site.slacd.signal(signal.SIGSTOP)
    time.sleep(3)
    site.slacd.signal(signal.SIGCONT)
    yield


def unread_pipe(site):
    """The log goes to a pipe that somebody holds open and nobody reads."""
    path = site.path("unread")
    os.mkfifo(path)
    holder = os.open(path, os.O_RDWR)
    site.addCleanup(os.close, holder)
    return ("sh", "-c", f'exec "$0" "$@" 2> {path}')


def slow_pipe(site):
    """The log goes to a pipe that is read, at 1 kB/s."""
    path = site.path("slow")
    os.mkfifo(path)
    reader = os.open(path, os.O_RDWR)
    ended = threading.Event()

    def read():
        while not ended.wait(LOG_CHUNK_S):
            os.read(reader, LOG_CHUNK)

    def close():
        ended.set()
        os.write(reader, b"\n")  # where it waits for a line
        thread.join()
        os.close(reader)
    thread = threading.Thread(target=read)
    thread.start()
    site.addCleanup(close)
    return ("sh", "-c", f'exec "$0" "$@" 2> {path}')


def log_to(path):
    return lambda site: ("sh", "-c", f'exec "$0" "$@" 2> {path}')


def many_lines(site):
    """Far more than a pipe takes: 64 KiB."""
    for _ in range(400):
        site.slacd.signal(signal.SIGUSR1)
        time.sleep(0.001)
    yield


def closed_log(site):
    return ("sh", "-c", 'exec "$0" "$@" 2>&-')


def nothing(site):
    yield


def clock_preloaded(site):
    site.write("clock", "0")
    return ("env", f"LD_PRELOAD={os.environ['CLOCK_FAULT']}", f"CLOCK_FAULT_FILE={site.path('clock')}")


def not_preloaded(name):
    return lambda site: "" if os.path.exists(os.environ[name]) else "nothing can be preloaded in this build tree"


def clock_steps(offset_s):
    def act(site):
        site.write("clock", str(offset_s))
        yield
        site.write("clock", "0")
    return act


def no_descriptors(site):
    """slacd gets no further descriptor while its connection and an interface come and go."""
    soft, hard = resource.prlimit(site.pid(), resource.RLIMIT_NOFILE)
    highest = max(int(number) for number in descriptors(site.pid()))
    resource.prlimit(site.pid(), resource.RLIMIT_NOFILE, (highest + 1, hard))
    ip("link", "set", "evse0", "down")
    time.sleep(0.3)
    ip("link", "set", "evse0", "up")
    site.proxy.drop()
    yield
    resource.prlimit(site.pid(), resource.RLIMIT_NOFILE, (soft, hard))


def no_memory(site):
    """No further memory from the kernel, while frames and messages pour in."""
    soft, hard = resource.prlimit(site.pid(), resource.RLIMIT_AS)
    resource.prlimit(site.pid(), resource.RLIMIT_AS, (address_space(site.pid()), hard))
    flood = broker_flood(site)
    next(flood)
    yield
    next(flood, None)
    resource.prlimit(site.pid(), resource.RLIMIT_AS, (soft, hard))


def signals(site):
    for _ in range(300):
        site.slacd.signal(signal.SIGUSR1)
        site.slacd.signal(signal.SIGPIPE)
    yield


def traced(site):
    return ("env", "LOG_LEVEL=TRACE")


BROKER = [
    Fault("process-broker-killed", "the broker is killed when the car comes, and started again", broker_killed, "plugged"),
    Fault("process-broker-killed-in-match", "the broker is killed in the middle of the match", broker_killed, "matching"),
    Fault("process-broker-killed-in-session", "the broker is killed while matched", broker_killed, "matched"),
    Fault("process-broker-frozen", "the broker is frozen (SIGSTOP)", broker_frozen, "plugged"),
    Fault("process-broker-black-hole", "the connection is up and nobody reads it", through_proxy("stall"), "plugged", True),
    Fault("process-broker-black-hole-long", "the same for longer than two keep-alives", through_proxy("stall"), "plugged", True,
          settings={"mqtt": {"keepalive_s": 5}}, lasts_s=14.0),
    Fault("process-broker-slow", "seven octets of MQTT at a time", through_proxy("slow"), "plugged", True),
    Fault("process-broker-garbage", "the broker sends 2000 random octets", through_proxy("garbage"), "plugged", True,
          settings={"mqtt": {"keepalive_s": 5}}),  # what looks like the head of a large message ends with the keep-alive
    Fault("process-broker-unknown-property", "the broker sends a property that MQTT 5 does not know", through_proxy("property"),
          "plugged", True, known="libmosquitto 2.0.11 ends the process (log__printf: Assertion `mosq' failed)"),
    Fault("process-broker-half-messages", "the connection ends within a message", through_proxy("half"), "plugged", True),
    Fault("process-broker-no-acks", "no PUBACK reaches slacd", through_proxy("no-acks"), "idle", True),
    Fault("process-broker-refuses", "connections are accepted and closed at once", through_proxy("refuse"), "plugged", True),
    Fault("process-broker-resets", "five connections are reset one after the other", broker_resets, "plugged", True),
    Fault("process-broker-flood", "20000 messages of slacd's own names", broker_flood, "plugged"),
    Fault("process-broker-large", "a message of 5 MB", broker_large, "plugged"),
]

INTERFACE = [
    Fault("process-interface-down", "the interface is down when the car comes", interface_down),
    Fault("process-interface-down-in-match", "the interface goes down within the match", interface_down, "matching"),
    Fault("process-interface-renamed", "the interface has another name for a while", interface_renamed),
    Fault("process-interface-moved", "the interface is moved to another namespace and back", interface_moved),
    Fault("process-interface-in-bridge", "a bridge takes the interface", interface_in_bridge),
    Fault("process-interface-small-mtu", "the MTU is 68 octets", interface_small_mtu),
    Fault("process-interface-new-mac", "its MAC address changes within the match", interface_new_mac, "matching"),
    Fault("process-interface-no-carrier", "the carrier is lost within the match", interface_peer_down, "matching"),
    Fault("process-car-flood", "20000 frames of runs that begin", interface_flood, "plugged"),
    Fault("process-modem-played", "somebody says each 5 ms that the modem has restarted", modem_restart_is_played, "plugged",
          must_match=True),
    Fault("process-netem", "tc netem: 2 % loss and 5 ms delay", netem_loss, unavailable=no_netem),
]

HOST = [
    Fault("process-stopped", "slacd stands still for 3 s (SIGSTOP, SIGCONT)", stopped, "plugged", hold_s=8.0),
    Fault("process-log-unread", "its log is a pipe that nobody reads", many_lines, "plugged", wrapper=unread_pipe,
          must_match=True),
    Fault("process-log-slow", "its log is a pipe that is read at 1 kB/s", many_lines, "plugged", wrapper=slow_pipe,
          must_match=True),
    Fault("process-log-disk-full", "each write of the log fails: no space", nothing, wrapper=log_to("/dev/full")),
    Fault("process-log-closed", "standard error is closed from the start", nothing, wrapper=closed_log),
    Fault("process-log-trace", "everything is logged", nothing, wrapper=traced),
    Fault("process-clock-back", "the wall clock is set back by an hour", clock_steps(MINUTES_BACK_S), "matching",
          wrapper=clock_preloaded, unavailable=not_preloaded("CLOCK_FAULT")),
    Fault("process-clock-forward", "the wall clock is set forward by a year", clock_steps(YEAR_S), "matching",
          wrapper=clock_preloaded, unavailable=not_preloaded("CLOCK_FAULT")),
    Fault("process-no-descriptors", "no further descriptor is to be had", no_descriptors, "plugged", True),
    Fault("process-no-memory", "no further memory is to be had", no_memory, "plugged"),
    Fault("process-signals", "600 signals at once", signals, "matching"),
    Fault("process-allocations", "at the start each allocation fails once", alone=fail_each_allocation,
          unavailable=not_preloaded("ALLOC_FAULT")),
]

FAULTS = BROKER + INTERFACE + HOST
