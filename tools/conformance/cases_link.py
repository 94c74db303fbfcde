# SPDX-License-Identifier: Apache-2.0
"""PLCLinkStatus: the logical network after CM_SLAC_MATCH.CNF, and how it is left."""
import time

from conformance.bench import ALL_SIGNALS, RETRY_SIGNALS
from conformance.cases_field import PARALLEL, parallel_runs
from conformance.frames import nid_of
from conformance.station import HLC, X1
from conformance.timing import (
    ALLOWANCE_S, PILOT_S, T_STEP_EF_MAX_S, T_STEP_EF_MIN_S, T_STEP_X1_S, TP_MATCH_LEAVE_S, TT_MATCH_JOIN_S)
from conformance.verdict import Failed, case

DETECTION = {"modem": {"link_detection": "on"}}
OPTION_A = {**DETECTION, "slac": {"link_loss": "retry"}}
OPTION_B = {**DETECTION, "slac": {"link_loss": "wait"}}
EIM_SETTINGS = {"pilot": {"basic_charging_on_eim": True}}
AT_X1_SETTINGS = {"pilot": {"hlc_at_start": False}}
NOMINAL = "nominal"
SILENCE_S = 0.6
AT_ONCE_S = 1.0
STEP_LIMIT_S = 8.0
LINK_AFTER_S = 2.0
# How long an EVSE that polls its modem may take to see a change. For a lost link slacd takes up to 1.8 s (it asks every
# 1.2 s, and "no" counts three times): that is within this and the second for what follows.
SEEN_S = 2.0


def to_linked(bench, letter="B"):
    """A car that is matched and has a link for a while; returns it and its CM_SLAC_MATCH.CNF."""
    bench.plug(letter)
    car = bench.car()
    cnf = car.reach_matched()
    bench.expect_status("matched", cnf.time, TT_MATCH_JOIN_S)
    time.sleep(2.0)
    return car, cnf


@case(seconds=6, settings=DETECTION)
def PLCLinkStatus_001(bench):
    """After CM_SLAC_MATCH.CNF: its NMK and NID are those of the local modem, and the link comes up; `matched` when it
    does (here after 2 s, within TT_match_join of 12 s)."""
    bench.modem.link_after_s = LINK_AFTER_S
    bench.plug()
    car = bench.car()
    cnf = car.reach_matched()
    key = bench.key()
    if (cnf.nmk, cnf.nid) != (key.nmk, key.nid) or key.nid != nid_of(key.nmk):
        raise Failed("key of CM_SLAC_MATCH.CNF", f"the modem's {key}, NID derived from the NMK", f"{cnf}")
    bench.expect_status("matched", cnf.time, LINK_AFTER_S + SEEN_S, LINK_AFTER_S)
    car.silence(SILENCE_S, why="the link is up")
    if bench.key() is not key:
        raise Failed("key", f"it stays {key} while matched", f"{bench.key()}")


@case(seconds=7, settings=DETECTION)
def PLCLinkStatus_002(bench):
    """Matched, then A: the logical network is left: a fresh NMK for the modem within TP_match_leave (1 s)."""
    to_linked(bench)
    left = bench.station.vehicle_state("A")
    bench.expect_new_key(left, TP_MATCH_LEAVE_S)
    bench.expect_status("unmatched", left, TP_MATCH_LEAVE_S)
    bench.check_statuses(["matching", "matched", "unmatched"])


@case(seconds=8, settings=DETECTION, strict_only=True)
def PLCLinkStatus_003(bench):
    """Matched, then CM_SLAC_PARM.REQ, of the matched car and of another: silence, and the key stays."""
    car, _ = to_linked(bench)
    key = bench.key()
    other = bench.car(1)
    for run_id in (car.run_id, bytes(8)):
        car.parm_req(run_id=run_id)
        other.parm_req()
        car.silence(SILENCE_S, why="CM_SLAC_PARM.REQ while matched")
        other.silence(0.1, why="CM_SLAC_PARM.REQ of another car while matched")
    if bench.key() is not key:
        raise Failed("key", f"it stays {key} while matched", f"{bench.key()}")
    bench.check_statuses(["matching", "matched"])


def leaves_when_link_is_lost(bench):
    """The link is lost and the logical network is left; returns when it was lost and when it was left."""
    lost = bench.modem.lose_link()
    left = bench.expect_new_key(lost, SEEN_S + TP_MATCH_LEAVE_S)
    if bench.has_mqtt:
        bench.expect_status(("unmatched", "failed"), lost, SEEN_S + TP_MATCH_LEAVE_S)
    return lost, left.time


def expect_pulse(bench, lost, left, from_x1=False):
    """X1, in which the network is left, then E/F; returns its request. At 100 % it is X1 already."""
    before = bench.expect_signal((X1, *RETRY_SIGNALS) if from_x1 else (X1,), lost, SEEN_S + AT_ONCE_S,
                                 what="lost link: X1")
    pulse = before
    if before.signal == X1:
        pulse = bench.expect_signal(RETRY_SIGNALS, before.time, STEP_LIMIT_S, what="lost link: E/F after X1")
    if left > pulse.time + bench.slack(lost):
        raise Failed("lost link", "the network is left before E/F", f"a fresh NMK {left - pulse.time:.2f} s after it")
    return pulse


def retry_after_lost_link(bench, from_x1=False):
    """To E/F for T_step_EF and beyond, where a new matching works."""
    bench.need_mqtt("pilot requests")
    pulse = expect_pulse(bench, *leaves_when_link_is_lost(bench), from_x1)
    after = bench.expect_signal((X1, HLC, NOMINAL), pulse.time, T_STEP_EF_MAX_S, T_STEP_EF_MIN_S, "end of E/F")
    if after.signal == X1:
        bench.pause_unless_signalled((HLC, NOMINAL), after.time, STEP_LIMIT_S)
    time.sleep(bench.options["ready_s"])
    bench.car().reach_matched()


def pilot_stays(bench):
    """The link is lost, and nothing is asked of the pilot; a new matching works."""
    lost, _ = leaves_when_link_is_lost(bench)
    if bench.has_mqtt:
        bench.no_signal(ALL_SIGNALS, SEEN_S + T_STEP_EF_MIN_S, lost, "option B: the pilot stays")
    bench.car().reach_matched()


@case(seconds=8, settings=DETECTION)
def PLCLinkStatus_004(bench):
    """C_EVSE_match_parallel = 5 cars at once: each gets its CM_ATTEN_CHAR.IND; the first that matches gets its
    link."""
    parallel_runs(bench, PARALLEL)
    if not bench.modem.has_link():
        raise Failed("link", "that of the car that was matched", "none")


@case(seconds=18, settings=OPTION_A)
def PLCLinkStatus_005(bench):
    """Link lost while matched: the logical network is left. A car that takes the old key again does not find it; a
    new matching works, after what the pilot does at 5 %."""
    _, cnf = to_linked(bench)
    lost, left = leaves_when_link_is_lost(bench)
    bench.modem.match_confirmed(cnf)
    time.sleep(2.0)
    if bench.modem.has_link():
        raise Failed("link with the old key", "none: the logical network was left", "the car finds the network again")
    bench.check_statuses(["matching", "matched", "unmatched"])
    if bench.has_mqtt:
        pulse = expect_pulse(bench, lost, left)
        bench.pause_unless_signalled((HLC,), pulse.time, T_STEP_EF_MAX_S + STEP_LIMIT_S)
        time.sleep(bench.options["ready_s"])
    bench.car().reach_matched()


def terminated(bench):
    bench.need_mqtt("slac_data_link")
    to_linked(bench)
    ended = bench.station.data_link("terminate")
    bench.expect_new_key(ended, TP_MATCH_LEAVE_S)
    bench.expect_status("unmatched", ended, TP_MATCH_LEAVE_S)
    bench.check_statuses(["matching", "matched", "unmatched"])


@case(seconds=7, settings=DETECTION)
def AC_008(bench):
    """AC, the session is terminated while matched: the logical network is left, a fresh NMK for the modem within
    TP_match_leave (1 s)."""
    terminated(bench)


@case(seconds=7, services="dc", settings=DETECTION)
def DC_005(bench):
    """As AC_008 on DC."""
    terminated(bench)


@case(seconds=15, settings=DETECTION, strict_only=True)
def AC_005(bench):
    """AC at 5 %, link lost while matched: X1, in which the logical network is left, E/F for T_step_EF (4 … 8 s), then X1
    or X2, and a new matching works."""
    to_linked(bench)
    retry_after_lost_link(bench)


@case(seconds=15, services="dc", settings=DETECTION, strict_only=True)
def DC_004(bench):
    """As AC_005 on DC."""
    to_linked(bench)
    retry_after_lost_link(bench)


def to_nominal(bench):
    """Matched at 5 %, then by EIM at a nominal duty cycle."""
    bench.need_mqtt("pilot requests")
    bench.plug()
    cnf = bench.car().reach_matched()
    bench.expect_status("matched", cnf.time, TT_MATCH_JOIN_S)
    x1 = bench.expect_signal((X1,), bench.station.authorize(), AT_ONCE_S, what="EIM while matched")
    nominal = bench.expect_signal((NOMINAL,), x1.time, STEP_LIMIT_S, T_STEP_X1_S, "end of X1")
    bench.sleep_until(nominal.time + PILOT_S)


@case(seconds=17, settings={**OPTION_A, **EIM_SETTINGS})
def AC_006(bench):
    """AC at a nominal duty cycle (EIM while matched), link lost, option A: X1, in which the logical network is left,
    E/F for T_step_EF (4 … 8 s), then X1 or X2, and a new matching works."""
    to_nominal(bench)
    retry_after_lost_link(bench)


@case(seconds=14, settings={**OPTION_B, **EIM_SETTINGS})
def AC_007(bench):
    """AC at a nominal duty cycle (EIM while matched), link lost, option B: the network is left, the pilot stays as it
    is, and a new matching is answered."""
    to_nominal(bench)
    pilot_stays(bench)


@case(seconds=15, settings={**OPTION_A, **AT_X1_SETTINGS})
def AC_011(bench):
    """AC matched at 100 % (X1), link lost: the logical network is left, E/F for T_step_EF (4 … 8 s), then X1 or X2, and
    a new matching works."""
    if bench.station.signal != X1:
        raise Failed("pilot before the plug-in", "X1 (100 %)", str(bench.station.signal))
    to_linked(bench)
    retry_after_lost_link(bench, from_x1=True)


@case(seconds=15, settings=OPTION_B, strict_only=True)
def General_link_lost_in_state_C(bench):
    """As AC_005 in state C. Option B is asked for, and is none at 5 %."""
    to_linked(bench, "C")
    retry_after_lost_link(bench)


@case(seconds=18, settings=OPTION_A)
def General_link_lost_and_state_A_in_E_F(bench):
    """Link lost at 5 %, and A while in E/F: silence; the next car is matched."""
    bench.need_mqtt("pilot requests")
    to_linked(bench)
    pulse = expect_pulse(bench, *leaves_when_link_is_lost(bench))
    bench.sleep_until(pulse.time + 1.0)
    car = bench.car()
    car.parm_req()
    car.silence(SILENCE_S, why="CM_SLAC_PARM.REQ in E/F")
    # The station cannot see the plug behind E or F: it tells A when E or F is over.
    bench.station.vehicle = "A"
    bench.expect_signal((HLC,), pulse.time, T_STEP_EF_MAX_S, T_STEP_EF_MIN_S, "end of E/F")
    time.sleep(PILOT_S)
    car.parm_req()
    car.silence(SILENCE_S, why="CM_SLAC_PARM.REQ in state A")
    bench.replug()
    bench.car().reach_matched()


@case(seconds=11, settings=OPTION_B)
def Field_link_lost_option_B(bench):
    """Link lost while matched at 5 %, without a pulse: the logical network is left, the pilot stays as it is, and a
    new matching works."""
    to_linked(bench)
    pilot_stays(bench)


@case(seconds=11, services="dc", settings=OPTION_B)
def Field_DC_link_lost_option_B(bench):
    """As Field_link_lost_option_B on DC; there is no nominal duty cycle on DC."""
    to_linked(bench)
    pilot_stays(bench)


@case(seconds=20, settings=DETECTION)
def General_link_does_not_come(bench):
    """The car's modem does not join: CM_SLAC_MATCH.REQ is confirmed again until TT_match_join (12 s) is over, then
    the matching has failed and the logical network is left; `matched` is never reported."""
    bench.modem.link_after_s = None
    bench.plug()
    car = bench.car()
    cnf = car.reach_matched()
    bench.sleep_until(cnf.time + TT_MATCH_JOIN_S - 1.0)
    car.match()
    bench.expect_new_key(cnf.time, TT_MATCH_JOIN_S + TP_MATCH_LEAVE_S)
    bench.expect_status("failed", cnf.time, TT_MATCH_JOIN_S + TP_MATCH_LEAVE_S, TT_MATCH_JOIN_S)
    bench.sleep_until(cnf.time + TT_MATCH_JOIN_S + TP_MATCH_LEAVE_S + ALLOWANCE_S)
    car.match_req()
    car.silence(SILENCE_S, why="CM_SLAC_MATCH.REQ after TT_match_join")
