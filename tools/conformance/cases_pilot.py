# SPDX-License-Identifier: Apache-2.0
"""AC CmSlacParm: the pilot around matching on an AC outlet."""
import time

from conformance.bench import ALL_SIGNALS, RETRY_SIGNALS
from conformance.station import HLC, X1
from conformance.timing import (
    C_SEQU_RETRY, T_CONN_MAX_COMM_S, T_STEP_EF_MAX_S, T_STEP_EF_MIN_S, T_STEP_X1_S, TT_EVSE_SLAC_INIT_MAX_S,
    TT_EVSE_SLAC_INIT_MIN_S, TT_MATCH_JOIN_S)
from conformance.verdict import Failed, case

EIM = {"pilot": {"basic_charging_on_eim": True}, "modem": {"link_detection": "on"}}
EIM_AT_X1 = {**EIM, "pilot": {**EIM["pilot"], "hlc_at_start": False}}
NOMINAL = "nominal"
AT_ONCE_S = 1.0
EF_BEGINS_S = 2.0
STEP_LIMIT_S = 8.0


def nominal_is_legal(bench, message):
    """IEC 61851-1: from 6 A (10 %) on, and never above what the station lets the outlet offer."""
    if not 6 <= message.signal[1] <= bench.station.limit_a:
        raise Failed("nominal duty cycle", f"6 … {bench.station.limit_a:g} A", f"{message.signal[1]} A")


def at_x1(bench):
    if bench.station.signal != X1:
        raise Failed("pilot before the plug-in", "X1 (100 %)", str(bench.station.signal))


def matched_at_nominal(bench):
    """A whole matching, from CM_SLAC_PARM.REQ to the link, changes nothing of the nominal duty cycle."""
    since = time.monotonic()
    cnf = bench.car().reach_matched()
    bench.expect_status("matched", cnf.time, TT_MATCH_JOIN_S)
    bench.no_signal((*RETRY_SIGNALS, HLC, X1), AT_ONCE_S, since)


def eim_after_plug_in(bench):
    """E/F, then a nominal duty cycle, and a whole matching at it."""
    bench.need_mqtt("pilot requests")
    bench.plug()
    authorized = bench.station.authorize()
    pulse = bench.expect_signal(RETRY_SIGNALS, authorized, EF_BEGINS_S, what="EIM while nobody speaks")
    after = bench.expect_signal((X1, NOMINAL), pulse.time, T_STEP_EF_MAX_S, T_STEP_EF_MIN_S, "end of E/F")
    if after.signal == X1:
        after = bench.expect_signal((NOMINAL,), after.time, STEP_LIMIT_S, what="X2 after X1")
    nominal_is_legal(bench, after)
    time.sleep(bench.options["ready_s"])
    matched_at_nominal(bench)


@case(seconds=12, settings=EIM, limit_a=16.0)
def AC_CmSlacParm_001(bench):
    """AC at 5 %, EIM after plug-in, before the first CM_SLAC_PARM.REQ: E/F for T_step_EF (4 … 8 s), then a nominal duty
    cycle, not above the station's limit of 16 A ([V2G3-M06-05], [V2G3-M06-08]); then a whole matching succeeds."""
    eim_after_plug_in(bench)


def windows_with_retries(bench):
    """C_sequ_retry times a window without a word and E/F; returns when the last window begins."""
    bench.need_mqtt("pilot requests")
    begun = bench.plug()
    for number in range(1, C_SEQU_RETRY + 1):
        pulse = bench.expect_signal(RETRY_SIGNALS, begun, TT_EVSE_SLAC_INIT_MAX_S, TT_EVSE_SLAC_INIT_MIN_S,
                                    f"end of window {number}")
        again = bench.expect_signal((HLC,), pulse.time, T_STEP_EF_MAX_S, T_STEP_EF_MIN_S, f"end of E/F {number}")
        begun = again.time
    return begun


@case(seconds=105, strict_only=True)
def AC_CmSlacParm_002(bench):
    """AC at 5 %, the car never speaks: window (20 … 50 s), E/F 4 … 8 s, window, E/F, window, then X1 (C_sequ_retry
    = 2), no further E/F, and no nominal duty cycle as long as nobody is authorized by EIM ([V2G2-852], -853)."""
    begun = windows_with_retries(bench)
    end = bench.expect_signal((X1,), begun, TT_EVSE_SLAC_INIT_MAX_S, TT_EVSE_SLAC_INIT_MIN_S, "end of window 3")
    bench.no_signal((*RETRY_SIGNALS, HLC, NOMINAL), T_STEP_EF_MAX_S, end.time, "after X1, without EIM")


@case(seconds=90, services="dc", strict_only=True)
def General_DC_silent_car(bench):
    """DC, the car never speaks: window (20 … 50 s), E/F 4 … 8 s, window, E/F, window, then `failed` at 5 %, and never a
    nominal duty cycle; a car that speaks after all is matched."""
    begun = windows_with_retries(bench)
    bench.expect_status("failed", begun, TT_EVSE_SLAC_INIT_MAX_S, TT_EVSE_SLAC_INIT_MIN_S)
    bench.no_signal(ALL_SIGNALS, AT_ONCE_S, begun, "after `failed`")
    bench.car().reach_matched()


@case(seconds=12, settings=EIM_AT_X1)
def AC_CmSlacParm_003(bench):
    """As AC_CmSlacParm_001 from 100 % (X1), with a limit of 32 A."""
    at_x1(bench)
    eim_after_plug_in(bench)


@case(seconds=5, settings=EIM)
def AC_CmSlacParm_004(bench):
    """AC, EIM before plug-in: nominal duty cycle, not above the station's limit of 32 A, within T_conn_max_comm (8 s)
    of it; then a whole matching succeeds."""
    bench.need_mqtt("pilot requests")
    bench.station.authorize()
    time.sleep(0.5)
    plugged = bench.station.vehicle_state("B")
    mark = 0
    while True:
        message = bench.station.messages.wait(lambda m: m.signal is not None, plugged + T_CONN_MAX_COMM_S +
                                              bench.slack(plugged), mark)
        if message is None:
            raise Failed("pilot", f"a nominal duty cycle within {T_CONN_MAX_COMM_S:.0f} s of plug-in",
                         f"{bench.station.signal}")
        mark = bench.station.messages.items.index(message) + 1
        if message.signal in RETRY_SIGNALS:
            raise Failed("pilot", "neither E nor F: the user came first", message.signal)
        if isinstance(message.signal, tuple):
            break
    nominal_is_legal(bench, message)
    time.sleep(bench.options["ready_s"])
    matched_at_nominal(bench)


def eim_while_matching(bench, held_s):
    """X1, held for so long, then a nominal duty cycle; the matching goes on meanwhile."""
    bench.need_mqtt("pilot requests")
    bench.plug()
    car = bench.car()
    car.initialize()
    authorized = bench.station.authorize()
    car.characterize()
    car.respond()
    x1 = bench.expect_signal((X1,), authorized, AT_ONCE_S, what="EIM while matching runs")
    time.sleep(0.5)
    cnf = car.match()
    nominal = bench.expect_signal((NOMINAL,), x1.time, STEP_LIMIT_S, held_s, "end of X1")
    nominal_is_legal(bench, nominal)
    bench.expect_status("matched", cnf.time, TT_MATCH_JOIN_S)
    bench.no_signal((*RETRY_SIGNALS, HLC, X1), AT_ONCE_S, nominal.time)
    bench.check_statuses(["matching", "matched"])


@case(seconds=10, settings=EIM)
def AC_PLCLinkStatus_001(bench):
    """AC at 5 %, EIM while matching runs: X1 for at least T_step_X1 (3 s), then a nominal duty cycle, not above the
    station's limit of 32 A, neither E nor F; the matching goes on, link within TT_match_join ([V2G3-M06-06])."""
    eim_while_matching(bench, T_STEP_X1_S)


@case(seconds=10, settings=EIM_AT_X1)
def AC_PLCLinkStatus_009(bench):
    """AC at 100 % (X1), EIM while matching runs: X1, then a nominal duty cycle, neither E nor F; the matching goes on,
    link within TT_match_join."""
    at_x1(bench)
    eim_while_matching(bench, 0.0)
