# SPDX-License-Identifier: Apache-2.0
"""Fields of each message the EVSE sends, octet by octet, and the general rules behind all purposes."""
import time

from conformance.frames import (
    BROADCAST, CM_ATTEN_PROFILE_IND, CM_SLAC_MATCH_REQ, CM_SLAC_PARM_REQ, GROUPS, LOCAL_MODEM, encode, nid_of)
from conformance.modem import MAC as MODEM_MAC
from conformance.timing import (
    PILOT_S, T_STEP_EF_MAX_S, TT_EV_ATTEN_RESULTS_S,
    TT_EVSE_MATCH_MNBC_S, TT_EVSE_SLAC_INIT_MAX_S, TT_EVSE_SLAC_INIT_MIN_S, TT_MATCH_SEQUENCE_S)
from conformance.verdict import Failed, case

SILENCE_S = 0.6
# Some of the modem's groups are below it, some above.
RECEIVE_PATH_DB = 25
NEIGHBOUR_MAC = bytes.fromhex("02a1b2c3d4ff")
NEIGHBOUR_MODEM_MAC = bytes.fromhex("0211223344cc")


@case(seconds=5)
def Fields_PARM_CNF(bench):
    """CM_SLAC_PARM.CNF: M-SOUND_TARGET FF × 6, NUM_SOUNDS 10, TIME_OUT 6, RESP_TYPE 1, FORWARDING_STA = EV MAC,
    types 0, run id byte for byte (also 0, FF and text), padding zero."""
    bench.plug()
    for run_id in (bytes(8), b"\xff" * 8, b"TESLA EV", bytes.fromhex("a1b2c3d4e5f60000")):
        bench.car(run_id=run_id).initialize()
        time.sleep(0.1)


@case(seconds=5)
def Fields_ATTEN_CHAR_IND(bench):
    """CM_ATTEN_CHAR.IND: SOURCE_ADDRESS = EV MAC, run id, ids 17 zero octets, NumSounds 10, NumGroups 58, each of 58
    different groups the mean of ten profiles."""
    bench.modem.attenuation_db = bytes([group * 4 % 251 for group in range(GROUPS)])
    bench.plug()
    car = bench.car()
    car.initialize()
    first = car.announce()
    # A mean without a fraction: it can be rounded in one way only.
    car.make_sounds(levels=(0, 4))
    car.expect_atten_char(first)
    car.respond()
    time.sleep(0.2)


@case(seconds=5)
def Fields_ATTEN_CHAR_IND_extremes(bench):
    """CM_ATTEN_CHAR.IND with 0 dB and 255 dB in groups: the mean neither overflows nor wraps."""
    bench.modem.attenuation_db = bytes([0, 255] * (GROUPS // 2))
    bench.plug()
    car = bench.car()
    car.initialize()
    first = car.announce()
    car.make_sounds(levels=(0,))
    car.expect_atten_char(first)
    car.respond()
    time.sleep(0.2)


@case(seconds=5, settings={"slac": {"attn_rx_db": RECEIVE_PATH_DB}})
def Fields_ATTEN_CHAR_IND_receive_path(bench):
    """The attenuation of the EVSE's own receive path (here 25 dB, configured) is subtracted; no group gets below
    0."""
    bench.receive_path_db = RECEIVE_PATH_DB
    bench.plug()
    car = bench.car()
    car.initialize()
    car.characterize()
    car.respond()
    time.sleep(0.2)


@case(seconds=5)
def Fields_ATTEN_CHAR_IND_own_profiles_only(bench):
    """Profiles of another PEV MAC, of a neighbour's modem, with a number of groups other than 58, or from before the
    first START are not counted: NumSounds and mean are those that the EVSE's own modem took of the car."""
    bench.plug()
    car = bench.car()
    car.initialize()
    bench.modem.heard_sound(car.mac, 100)
    first = car.announce()
    bench.modem.heard_sound(NEIGHBOUR_MAC, 100)
    for modem_mac, groups in ((MODEM_MAC, 0), (MODEM_MAC, 57), (NEIGHBOUR_MODEM_MAC, GROUPS)):
        bench.wire.send(encode(CM_ATTEN_PROFILE_IND, BROADCAST, modem_mac, pev_mac=car.mac, num_groups=groups,
                               aag=bytes([100] * groups)), "modem")
    car.make_sounds(8)
    car.expect_atten_char(first, not_before=TT_EVSE_MATCH_MNBC_S, sounds=8)
    car.respond()
    time.sleep(0.2)


@case(seconds=5)
def Fields_MATCH_CNF(bench):
    """CM_SLAC_MATCH.CNF: MVFLength 0x0056 little endian, ids 0, PEV_MAC, EVSE_MAC = ours, run id, reserved octets
    0, NID of the NMK, NMK of the modem. Reserved octets of the REQ are not looked at."""
    bench.plug()
    car = bench.car()
    car.reach_match()
    cnf = car.expect_match_cnf(car.match_req(rsvd=b"\x55" * 8))
    if (cnf.nmk, cnf.nid) != (bench.key().nmk, bench.key().nid):
        raise Failed("CM_SLAC_MATCH.CNF", f"the modem's {bench.key()}", f"{cnf}")
    if len(cnf.octets) != 109:
        raise Failed("CM_SLAC_MATCH.CNF", "109 octets", f"{len(cnf.octets)}: {cnf.octets.hex()}")


@case(seconds=5)
def Fields_SET_KEY_REQ(bench):
    """CM_SET_KEY.REQ to the local modem: key type 1, YourNonce 0, PID 4, PRN and PMN 0, NewEKS 1, NID derived from
    the NMK, padding zero."""
    bench.plug()
    bench.unplug()
    time.sleep(1.0)
    bench.key()
    for key in bench.modem.keys.since():
        request = key.request
        expected = {"key_type": 1, "your_nonce": bytes(4), "pid": 4, "prn": 0, "pmn": 0, "new_eks": 1,
                    "nid": nid_of(key.nmk)}
        wrong = [name for name, value in expected.items() if request.fields[name] != value]
        if wrong or request.check_wire():
            raise Failed("CM_SET_KEY.REQ", f"{expected}, well-formed", f"{request}; {request.check_wire()}")
        if request.dst not in (LOCAL_MODEM, MODEM_MAC):
            raise Failed("CM_SET_KEY.REQ", "unicast to the local modem", f"{request}")


@case(seconds=6, strict_only=True)
def General_failed_run_stays_silent(bench):
    """A run that failed stays silent for its run id; CM_SLAC_PARM.REQ with a new run id starts a new run."""
    bench.plug()
    car = bench.car()
    cnf = car.initialize()
    bench.sleep_until(cnf.time + TT_MATCH_SEQUENCE_S + 0.25)
    for _ in range(2):
        car.parm_req()
        car.silence(SILENCE_S, why="CM_SLAC_PARM.REQ with the run id of a failed run")
    bench.car().reach_matched()


@case(seconds=8, strict_only=True)
def General_failed_runs_stay_silent(bench):
    """Two runs of a car fail one after the other: both stay silent for their run ids, not only the last one."""
    bench.plug()
    failed = (b"failed 1", b"failed 2")
    for run_id in failed:
        cnf = bench.car(run_id=run_id).initialize()
        bench.sleep_until(cnf.time + TT_MATCH_SEQUENCE_S + 0.25)
    for run_id in failed:
        car = bench.car(run_id=run_id)
        car.parm_req()
        car.silence(SILENCE_S, why="CM_SLAC_PARM.REQ with the run id of a failed run")
    bench.car().reach_matched()


@case(seconds=9)
def General_state_A_ends_everything(bench):
    """State A ends everything within 200 ms, repetitions of CM_ATTEN_CHAR.IND too."""
    bench.plug()
    car = bench.car()
    car.initialize()
    car.characterize()
    bench.unplug()
    car.silence(1.0, why="state A while CM_ATTEN_CHAR.RSP is awaited")
    car.respond()
    car.match_req()
    car.silence(SILENCE_S, why="messages in state A")


@case(seconds=6)
def General_state_A_ends_sounding(bench):
    """State A while sounds come: no CM_ATTEN_CHAR.IND."""
    bench.plug()
    car = bench.car()
    car.initialize()
    car.announce()
    car.make_sounds(5)
    bench.unplug()
    car.make_sounds(5)
    car.silence(TT_EV_ATTEN_RESULTS_S, why="state A while sounds come")


@case(seconds=8)
def General_foreign_frames_are_dropped(bench):
    """Frames that are too short, fragmented, of MMV 0, to another station or from the EVSE's own MAC are dropped
    silently and disturb nothing: the match that they are mixed into succeeds."""
    bench.plug()
    car = bench.car()

    def garbage():
        payload = bytes(2) + car.run_id
        header = BROADCAST + car.mac + b"\x88\xe1"
        parm = CM_SLAC_PARM_REQ.to_bytes(2, "little")
        for octets in (header + b"\x01" + parm + b"\x00\x00" + payload[:5],        # too short
                       header + b"\x01" + parm + b"\x10\x00" + payload + bytes(31),  # fragment 1 of 2
                       header + b"\x00" + parm + payload + bytes(33),                # MMV 0
                       header + b"\x01\xff\xff" + bytes(43),                         # no such message
                       header + b"\x01",
                       NEIGHBOUR_MAC + car.mac + b"\x88\xe1\x01" + parm + bytes(2) + payload + bytes(31),
                       BROADCAST + bench.evse_mac + b"\x88\xe1\x01" + parm + bytes(2) + payload + bytes(31)):
            bench.wire.send(octets, "garbage")

    garbage()
    car.silence(0.3, why="garbage before CM_SLAC_PARM.REQ")
    car.initialize()
    first = car.announce()
    garbage()
    car.make_sounds()
    car.expect_atten_char(first)
    garbage()
    car.respond()
    garbage()
    car.send(CM_SLAC_MATCH_REQ, NEIGHBOUR_MAC, mvf_length=62, pev_mac=car.mac, evse_mac=bench.evse_mac,
             run_id=car.run_id)
    car.silence(0.5, why="garbage before CM_SLAC_MATCH.REQ")
    car.match()
    bench.check_statuses(["matching", "matched"])


@case(seconds=6)
def General_second_and_third_START_restart_nothing(bench):
    """The sounding window counts from the first CM_START_ATTEN_CHAR.IND, whatever START comes later."""
    bench.plug()
    car = bench.car()
    car.initialize()
    first = car.announce()
    car.make_sounds(5)
    bench.sleep_until(first + 0.5)
    car.start_atten_char()
    # 600 ms for the window and 100 ms for the mean; a restarted window would end at 1.1 s.
    car.expect_atten_char(first, TT_EVSE_MATCH_MNBC_S + 0.1, TT_EVSE_MATCH_MNBC_S, sounds=5)
    car.respond()
    time.sleep(PILOT_S)


@case(seconds=4)
def General_status_order(bench):
    """`matching` not before the first CM_SLAC_PARM.REQ was answered, then `matched`, then `unmatched`; each with
    the run id."""
    bench.need_mqtt("statuses")
    bench.plug()
    car = bench.car()
    time.sleep(0.5)
    bench.check_statuses([])
    car.reach_matched()
    time.sleep(1.5)
    bench.unplug()
    time.sleep(0.5)
    bench.check_statuses(["matching", "matched", "unmatched"])
    for message in bench.station.messages.since():
        if message.slac and message.data.get("run_id") != "0x" + car.run_id.hex().upper():
            raise Failed("status", f"run_id 0x{car.run_id.hex().upper()}", f"{message}")


@case(seconds=34, services="dc", settings={"pilot": {"slac_init_retries": 0}}, strict_only=True)
def General_DC_has_no_basic_charging(bench):
    """DC without retries, the car never speaks: `failed` after TT_EVSE_SLAC_init (20 … 50 s); a late CM_SLAC_PARM.REQ is not answered,
    and there is never a nominal duty cycle."""
    bench.need_mqtt("pilot requests")
    plugged = bench.plug()
    bench.expect_status("failed", plugged, TT_EVSE_SLAC_INIT_MAX_S, TT_EVSE_SLAC_INIT_MIN_S)
    car = bench.car()
    for _ in range(3):
        car.parm_req()
        car.silence(SILENCE_S, why="CM_SLAC_PARM.REQ after TT_EVSE_SLAC_init")
    bench.no_signal(("nominal",), time.monotonic() - plugged + T_STEP_EF_MAX_S, plugged)
