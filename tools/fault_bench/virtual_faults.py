# SPDX-License-Identifier: Apache-2.0
"""The faults on virtual time: station, broker, interface, modem, car."""
import json
import random

from fault_bench.virtual import FIRST, Fault

BROADCAST = "ffffffffffff"
CAR = "024556000001"
CM_SLAC_PARM_REQ, CM_START_ATTEN_CHAR_IND, CM_MNBC_SOUND_IND = 0x6064, 0x606A, 0x6076
CM_ATTEN_CHAR_RSP, CM_VALIDATE_REQ, CM_SLAC_MATCH_REQ = 0x606F, 0x6078, 0x607C
TYPES = (CM_SLAC_PARM_REQ, CM_START_ATTEN_CHAR_IND, CM_MNBC_SOUND_IND, CM_ATTEN_CHAR_RSP, CM_VALIDATE_REQ, CM_SLAC_MATCH_REQ,
         0x6008, 0x6009, 0x600D, 0x601C, 0x6049, 0x6079, 0x6086, 0xA001, 0xA039, 0xA0B9, 0xA14E, 0xAC6D)
# A session with a fallback: 20 s for the car's first word, F, X1, X2.
FALLBACK_MS = 32000
SHORT_MODEM = "modem.reset_ms 1500\nmodem.link_retry_ms 500"


def frame(mmtype, payload, source=CAR, version=1):
    """A script's line: somebody at the first outlet sends this frame."""
    header = bytes.fromhex(BROADCAST + source + "88e1") + bytes([version]) + mmtype.to_bytes(2, "little") + b"\0\0"
    return f"frame plc0 {(header + payload).ljust(60, bytes(1)).hex()}"


def garbage(number, count=400):
    """Known and unknown types, any content and length."""
    source = random.Random(15118 + number)
    made = []
    for _ in range(count):
        mmtype = source.choice(TYPES) if source.random() < 0.8 else source.randrange(0x10000)
        made.append(frame(mmtype, source.randbytes(source.randrange(200)), source.randbytes(6).hex(),
                          source.choice((0, 1, 1, 1, 2))))
    return "\n".join(made)


def cut_frames(number):
    """Frames of every length from nothing to a whole one."""
    whole = bytes.fromhex(frame(TYPES[number % len(TYPES)], bytes(60)).split()[2])
    return "\n".join(f"frame plc0 {whole[:length].hex()}" for length in range(1, len(whole)))


def wrong_fields(number):
    """A car's messages of the right form with random fields."""
    source = random.Random(number)
    return "\n".join(frame(mmtype, source.randbytes(120)) for mmtype in TYPES[:6] for _ in range(20))


def parm_flood(count, cars):
    def text(number):
        return "\n".join(frame(CM_SLAC_PARM_REQ, b"\0\0" + (number * count + i).to_bytes(8, "big"),
                               f"02bad00000{i % cars:02x}") for i in range(count))
    return text


def publish(name, kind, data, topic="cs/josev", message_id="x"):
    return f"publish {topic} " + json.dumps({"id": message_id, "name": name, "type": kind, "data": data},
                                            separators=(",", ":"))


def cp_status(state, evse=FIRST, **more):
    return publish("cp_status", "update", {"evse_id": evse, "connector_id": "1", "state": state, **more})


def repeat(count, *texts):
    return "\n".join(texts * count)


def leave_after(*offsets_ms):
    """The car leaves so long after its first word, and comes again at once."""
    def text(number):
        leave = offsets_ms[number % len(offsets_ms)]
        return "\n".join((f"run {leave}", f"cs unplug {FIRST}", "car plc0 unplug", "run 700", f"cs plug {FIRST}",
                          "run 20", "car plc0 plug"))
    return text


def other_car(options):
    """Modem and car are one program here: the interface goes with it, so that slacd gives the new one a key."""
    return f"wire-down evse0\ncar plc0 kill\nrun 50\nwire-up evse0\nev plc0 {options}\nrun 700"


def car(name, text, options, hold_ms=FALLBACK_MS, **more):
    """Another car comes, with its own ways; then an ordinary one."""
    return Fault(f"car-{name}", text, other_car(options), other_car(""),
                 **{"hold_ms": hold_ms, "settle_ms": 4000, "settings": SHORT_MODEM, **more})


def modem(name, text, fault, **more):
    return Fault(f"modem-{name}", text, f"car plc0 fault {fault}", "car plc0 fault none",
                 **{"settings": SHORT_MODEM, "settle_ms": 15000, **more})


def next_key(name, text, fault):
    """The matched car leaves and another one comes while the modem, which needs its next key, is in trouble."""
    return Fault(f"modem-{name}", text, "\n".join((f"car plc0 fault {fault}", f"cs unplug {FIRST}", "car plc0 unplug",
                 "run 700", f"cs plug {FIRST}", "run 20", "car plc0 plug")), "car plc0 fault none", when="matched",
                 settings=SHORT_MODEM, settle_ms=15000)


def station(name, text, on, off="", **more):
    return Fault(f"station-{name}", text, on, off, **{"other": "last", **more})


BROKER = [
    Fault("broker-down", "the broker is gone when the car comes and back 6 s later", "broker down", "broker up",
          when="plugged", other="after"),
    Fault("broker-down-in-match", "the broker dies in the middle of the match", "broker down", "broker up",
          when="matching", other="meanwhile"),
    Fault("broker-down-in-session", "the broker dies while the car is matched", "broker down", "broker up", when="matched"),
    Fault("broker-down-long", "the broker is away for 10 minutes", "broker down", "broker up", when="plugged",
          hold_ms=600000, settle_ms=40000, other="after"),
    Fault("broker-hangs", "the broker stands still for 6 s and goes on", "broker hang", "broker go", when="plugged",
          other="after"),
    Fault("broker-flaps", "the broker dies and comes back every second", repeat(5, "broker down", "run 700", "broker up",
          "run 300"), "broker up", when="plugged", other="after"),
    Fault("broker-down-at-change", "the silent car is exchanged for another one while the broker is away", "run 15000\n"
          f"broker down\nrun 6000\ncs unplug {FIRST}\nrun 100\ncs plug {FIRST}\nrun 100", "broker up", when="plugged", silent=True,
          settle_ms=60000, other="after"),
    Fault("broker-down-in-fallback", "the broker dies between F and X2",
          "run 22000\nbroker down", "broker up", when="plugged", silent=True, settle_ms=60000, other="after"),
]

STATION = [
    station("silent", "the station answers no request", "cs answer none", "cs answer valid", hold_ms=FALLBACK_MS),
    station("refuses", "the station answers `invalid` to everything", "cs answer invalid", "cs answer valid",
            hold_ms=FALLBACK_MS),
    station("errors", "the station answers `error` to everything", "cs answer error", "cs answer valid",
            hold_ms=FALLBACK_MS),
    station("loses-answers", "the station does as asked and its answers are lost", "cs answer lost", "cs answer valid"),
    station("mute", "the station reports no pilot state", "cs report off", "cs report on", when="plugged"),
    station("mute-in-fallback", "no pilot state and no answer while a silent car falls back",
            "run 19000\ncs report off\ncs answer none", "cs report on\ncs answer valid", when="plugged", silent=True,
            hold_ms=FALLBACK_MS, settle_ms=60000),
    station("late", "every answer is 1.5 s late", "", station="--answer-delay-ms 1500", settle_ms=15000),
    station("very-late", "every answer comes after slacd has asked again", "", station="--answer-delay-ms 2500",
            settle_ms=20000),
    station("late-in-fallback", "answers are 1.5 s late while a silent car falls back",
            "", station="--answer-delay-ms 1500", silent=True, hold_ms=FALLBACK_MS, settle_ms=60000),
    station("restarts", "the station restarts when the car comes", "cs restart", when="plugged"),
    station("restarts-in-match", "the station restarts in the middle of the match", "cs restart", when="matching"),
    station("restarts-in-fallback", "the station restarts during basic charging",
            "run 28000\ncs restart", when="plugged", silent=True, settle_ms=60000),
    station("lies-x2", "it reports a nominal duty that nobody asked for", repeat(5, cp_status("C2", duty_cycle=53.0),
            "run 200"), when="matching"),
    station("lies-fault", "it reports E and F that are not there", repeat(3, cp_status("E"), "run 100", cp_status("F"),
            "run 100", cp_status("B2", duty_cycle=5.0), "run 100"), when="matching", settle_ms=40000),
    station("lies-gone", "it reports that the car has left, and that it is there again", repeat(4, cp_status("A2"),
            "run 50", cp_status("B2", duty_cycle=5.0), "run 50"), when="matched", settle_ms=40000),
    station("lies-answers", "it answers requests that were never made",
            repeat(50, publish("cp_pwm", "response", {"evse_id": FIRST, "status": "valid"}, message_id="never")), ""),
    station("doubles", "each of its messages comes twice", repeat(20, cp_status("B2", duty_cycle=5.0),
            cp_status("B2", duty_cycle=5.0)), when="matching"),
    station("floods", "5000 pilot states at once", repeat(2500, cp_status("B2", duty_cycle=5.0),
            cp_status("C2", duty_cycle=5.0)), when="plugged"),
    station("toggles", "the pilot toggles between B and C 200 times", repeat(200, f"cs state C2 {FIRST}", "run 10",
            f"cs state B2 {FIRST}", "run 10"), when="matching"),
    station("no-json", "what it says is no JSON", repeat(100, "publish cs/josev not json",
            'publish cs/josev {"id":"1","name":"cp_status"', "publish cs/josev [[[[", "publish cs/josev {}"), ""),
    station("wrong-types", "every member has a wrong type", "\n".join(publish(name, kind, data) for name in
            ("cp_status", "cs_parameters", "cs_status_and_limits", "cp_pwm", "slac_reset", "authorization", "slac_data_link")
            for kind in ("update", "response", "request", "rubbish")
            for data in (None, 7, [], {"evse_id": 7}, {"evses": 1}, {"parameters": {}}, {"evse_id": FIRST, "state": "B9"})),
            ""),
    station("deep-json", "15000 levels of nesting", "publish cs/josev " + "[" * 15000 + "\npublish cs/josev " +
            '{"a":' * 3000, ""),
    station("large-message", "a message of 260 KiB", publish("cp_status", "update", {"evse_id": "x" * 266000}), ""),
    station("unknown-outlet", "states of an outlet that it never told of", repeat(200, cp_status("B2", "DE*TST*E9")), ""),
    station("limits-flap", "the limit jumps between 0 and 32 A", repeat(20, f"cs limit 0 {FIRST}", "run 40",
            f"cs limit 32 {FIRST}", "run 40"), when="matching"),
    station("limits-flap-in-fallback", "the limit jumps while a silent car has basic charging", "run 27000\n" +
            repeat(20, f"cs limit 0 {FIRST}", "run 300", f"cs limit 32 {FIRST}", "run 300", f"cs limit 7.3 {FIRST}",
                   "run 300"), f"cs limit 32 {FIRST}", when="plugged", silent=True,
            settle_ms=60000),
    station("out-of-service", "it takes the outlet out of service and back", f"cs status_code evse_malfunction {FIRST}",
            f"cs status_code evse_ready {FIRST}", when="matching", other="meanwhile", settle_ms=40000),
    station("emergency", "emergency shutdown during basic charging", "run 28000\n"
            f"cs status_code evse_emergency_shutdown {FIRST}", f"cs status_code evse_ready {FIRST}", when="plugged", silent=True,
            other="meanwhile", settle_ms=60000),
    station("forgets-outlet", "it takes the outlet away and gives it back",
            f"cs parameters remove {FIRST}", f"cs parameters add {FIRST}=evse0", when="matching", other="meanwhile",
            settle_ms=40000),
    station("other-master", "another service asks for 5 % and for 40 A", repeat(10, publish("cp_pwm", "request",
            {"evse_id": FIRST, "hlc": True, "error_state": False, "fault_state": False}, "josev/cs"), "run 100",
            publish("cp_pwm", "request", {"evse_id": FIRST, "hlc": False, "current": 40.0, "error_state": False,
                                          "fault_state": False}, "josev/cs"), "run 100"), when="matching",
            settle_ms=40000),
    station("terminates", "the ISO 15118 side ends each data link", repeat(5, f"cs data_link terminate {FIRST}", "run 300"),
            "", when="matching", other="meanwhile"),
    station("resets", "slac_reset again and again", repeat(10, f"cs request reset {FIRST}", "run 100"), "",
            when="matching", other="meanwhile", settle_ms=40000),
    station("pauses", "pause and resume without end", repeat(10, f"cs data_link pause {FIRST}", "run 200",
            f"cs data_link resume {FIRST}", "run 200"), when="matched", other="meanwhile", settle_ms=40000),
    station("fault", "the pilot is shorted to E for 6 s", f"cs state E {FIRST}", f"cs state B2 {FIRST}", when="matching",
            other="meanwhile", settle_ms=40000),
]

INTERFACE = [
    Fault("interface-down", "the interface is down when the car comes", "wire-down evse0", "wire-up evse0"),
    Fault("interface-down-in-match", "the interface goes down in the middle of the match", "wire-down evse0",
          "wire-up evse0", when="matching"),
    Fault("interface-down-in-session", "the interface goes down while the car is matched", "wire-down evse0",
          "wire-up evse0", when="matched", settle_ms=15000),
    Fault("interface-flaps", "the interface goes down and up 20 times", repeat(20, "wire-down evse0", "run 30",
          "wire-up evse0", "run 70"), when="matching"),
    Fault("interface-renamed", "the interface is renamed, and back", "wire-rename evse0 evsex", "wire-rename evsex evse0",
          when="matching"),
    Fault("interface-new-mac", "its MAC address changes", lambda number: f"wire-mac evse0 02:00:00:00:be:{number:02x}", "",
          when="matching"),
    Fault("interface-full", "the kernel takes no frames (ENOBUFS)", "wire-choke evse0 on", "wire-choke evse0 off",
          when="matching"),
    Fault("interface-full-in-key", "the kernel takes no frames while the modem needs its key", "wire-choke evse0 on",
          "wire-choke evse0 off"),
    Fault("interface-news-lost", "the kernel drops news of interfaces while one goes", "watch miss\nwire-down evse0\n"
          "watch miss", "wire-up evse0\nwatch miss"),
    Fault("interface-watch-broken", "the netlink socket breaks", "watch break\nwire-down evse0", "wire-up evse0"),
    Fault("interface-watch-refused", "netlink is not permitted at all", "wire-down evse0", "wire-up evse0",
          watch="watch refuse", settle_ms=40000),
]

MODEM = [
    modem("silent", "the modem answers nothing", "silent"),
    modem("silent-in-match", "the modem falls silent in the middle of the match", "silent", when="matching"),
    modem("slow", "the modem answers after 120 ms", "slow:120"),
    modem("very-slow", "the modem answers after 3 s", "slow:3000"),
    modem("refuses-key", "the modem refuses each key", "refuse"),
    modem("ignores-key", "the modem does not answer CM_SET_KEY.REQ", "no-set-key"),
    modem("tells-no-key", "the modem does not answer CM_GET_KEY.REQ", "no-get-key"),
    next_key("refuses-next-key", "the modem refuses the key for the next car", "refuse"),
    next_key("ignores-next-key", "the modem does not take the key for the next car", "no-set-key"),
    next_key("silent-at-next-key", "the modem is silent when it needs the next key", "silent"),
    next_key("slow-at-next-key", "the modem takes 3 s for the key for the next car", "slow:3000"),
    next_key("foreign-at-next-key", "another modem answers when ours needs its next key", "foreign-answers:only"),
    modem("boot-loader", "the modem is stuck in its boot loader", "boot-loader"),
    modem("double-answers", "the modem answers twice", "double-answers"),
    modem("foreign-too", "another modem answers as well", "foreign-answers"),
    modem("foreign-first", "another modem answers first", "foreign-answers:first", settle_ms=30000),
    modem("foreign-only", "another modem answers instead", "foreign-answers:only", settle_ms=30000),
    modem("loses-key", "the modem forgets its key", "lose-key"),
    modem("reboots", "the modem reboots before the car", "reboot-at:now:300"),
    modem("reboots-with-new-mac", "the modem comes back with another MAC", "reboot-at:now:300:lose-key:new-mac"),
    modem("reboots-at-parm", "the modem reboots at CM_SLAC_PARM.REQ", "reboot-at:parm:120:lose-key"),
    modem("reboots-at-start", "the modem reboots at CM_START_ATTEN_CHAR.IND", "reboot-at:start:120:lose-key:announce"),
    modem("reboots-at-sound", "the modem reboots at the first sound", "reboot-at:sound:120:lose-key:announce"),
    modem("reboots-at-match", "the modem reboots at CM_SLAC_MATCH.REQ", "reboot-at:match:300:lose-key:announce"),
    modem("reboots-matched", "the modem reboots while matched", "reboot-at:matched:400:lose-key"),
    modem("no-link-status", "the modem tells nothing of its link", "no-link-status"),
    modem("no-link", "the link never comes up", "no-link", hold_ms=20000),
    modem("flapping-link", "the link comes and goes", "flapping:400"),
    modem("link-lost", "the link is lost while matched", "link-lost:500", settle_ms=30000),
    modem("no-profiles", "the modem measures nothing", "no-profiles"),
    modem("late-profiles", "the modem's measurements are late", "profiles-late:700"),
    modem("double-profiles", "each measurement comes twice", "profiles-double"),
    modem("no-groups", "the measurements have no groups", "no-groups"),
    modem("twins", "two modems report the same sounds", "twins,neighbour-twins"),
]

CARS = [
    Fault("car-silent", "the car never speaks: basic charging", silent=True, hold_ms=FALLBACK_MS),
    car("stops-at-parm", "the car falls silent after CM_SLAC_PARM", "--stop-at parm"),
    car("stops-at-start", "the car falls silent after its announcement", "--stop-at start"),
    car("stops-at-sound", "the car falls silent after its sounds", "--stop-at sound"),
    car("stops-at-rsp", "the car falls silent after CM_ATTEN_CHAR.RSP", "--stop-at rsp"),
    car("stops-at-match", "the car falls silent after CM_SLAC_MATCH.REQ", "--stop-at match"),
    car("few-sounds", "half of the sounds are lost", "--lose-sounds 5", 6000),
    car("double-parm", "the car says everything twice", "--double-parm", 6000),
    car("two-heard", "two cars speak, one is plugged in", "--cars 2 --expect 1", 12000),
    Fault("car-garbage", "400 frames of any content during the match", garbage, when="matching"),
    Fault("car-cut-frames", "frames of every length", cut_frames, when="matching"),
    Fault("car-wrong-fields", "messages of the right form, with random fields", wrong_fields, when="matching"),
    Fault("car-run-flood", "2000 runs of one car", parm_flood(2000, 1), when="plugged", settle_ms=40000),
    Fault("car-crowd", "200 strangers ask at once", parm_flood(600, 200), when="plugged", settle_ms=60000),
    Fault("car-leaves-early", "the car leaves within the first messages", leave_after(0, 1, 3, 10, 60, 120), when="matching"),
    Fault("car-leaves-in-sounds", "the car leaves while it sounds", leave_after(150, 200, 250, 300, 400), when="matching"),
    Fault("car-leaves-at-match", "the car leaves around the match", leave_after(700, 900, 1100, 1300, 1500, 1700),
          when="matching"),
    Fault("car-leaves-in-fallback", "the car leaves in F, X1 and X2", leave_after(
          19900, 20100, 22000, 24900, 25100, 25700, 26500), when="plugged", silent=True),
    Fault("car-loose-plug", "the plug loses contact 20 times", repeat(20, f"cs unplug {FIRST}", "run 30",
          f"cs plug {FIRST}", "run 70"), "car plc0 unplug\nrun 20\ncar plc0 plug", when="matching", settle_ms=40000),
    Fault("host-no-random", "the kernel gives no random octets", "random fail", "random work", other="last",
          when="matched", settle_ms=40000),
]

FAULTS = BROKER + STATION + INTERFACE + MODEM + CARS
