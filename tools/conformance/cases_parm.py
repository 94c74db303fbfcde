# SPDX-License-Identifier: Apache-2.0
"""CmSlacParm: from the plug-in to CM_SLAC_PARM.CNF."""
import time

from conformance.bench import RETRY_SIGNALS
from conformance.station import HLC
from conformance.timing import (
    PILOT_S, T_CONN_MAX_COMM_S, T_STEP_EF_MAX_S, T_STEP_EF_MIN_S, TT_EVSE_SLAC_INIT_MAX_S, TT_EVSE_SLAC_INIT_MIN_S)
from conformance.verdict import Failed, case

SILENCE_S = 0.6
REPEAT_S = 0.5
LONG_PAUSE_S = 25.0
WRONG_EVERY_S = 4.0


def answers_in_state(bench, letter):
    bench.plug(letter)
    bench.car().initialize()


@case(seconds=3)
def CmSlacParm_001(bench):
    """Plug in to B, CM_SLAC_PARM.REQ: correct CM_SLAC_PARM.CNF within TT_match_response."""
    answers_in_state(bench, "B")


@case(seconds=3)
def CmSlacParm_002(bench):
    """Plug in to C, CM_SLAC_PARM.REQ: correct CM_SLAC_PARM.CNF within TT_match_response."""
    answers_in_state(bench, "C")


@case(seconds=3)
def CmSlacParm_003(bench):
    """Plug in to D, CM_SLAC_PARM.REQ: correct CM_SLAC_PARM.CNF within TT_match_response."""
    answers_in_state(bench, "D")


def late_req_waits_for_next_window(bench, plugged):
    """TT_EVSE_SLAC_init from the plug-in, then E or F: silence; 5 % again: an answer."""
    car = bench.car()
    pulse = bench.expect_signal(RETRY_SIGNALS, plugged, TT_EVSE_SLAC_INIT_MAX_S, TT_EVSE_SLAC_INIT_MIN_S,
                                "end of TT_EVSE_SLAC_init")
    bench.sleep_until(pulse.time + PILOT_S)
    for _ in range(3):
        car.parm_req()
        car.silence(REPEAT_S, why="CM_SLAC_PARM.REQ after TT_EVSE_SLAC_init")
    again = bench.expect_signal((HLC,), pulse.time, T_STEP_EF_MAX_S, T_STEP_EF_MIN_S, "next window")
    bench.sleep_until(again.time + bench.options["ready_s"])
    car.initialize()


@case(seconds=33, strict_only=True)
def CmSlacParm_004(bench):
    """No CM_SLAC_PARM.REQ until TT_EVSE_SLAC_init (20 … 50 s) is over: a late one is not answered; it is in the next
    window of the retry rule."""
    bench.need_mqtt("pilot requests")
    late_req_waits_for_next_window(bench, bench.plug())


def ignored_while_the_timer_runs(bench, **wrong):
    """Wrong requests every few seconds until the timer is over: one that they restarted would never be."""
    bench.need_mqtt("pilot requests")
    plugged = bench.plug()
    car = bench.car()
    while not bench.signalled(RETRY_SIGNALS, plugged) and time.monotonic() < plugged + TT_EVSE_SLAC_INIT_MAX_S:
        car.parm_req(**wrong)
        car.silence(SILENCE_S, why="wrong CM_SLAC_PARM.REQ")
        bench.pause_unless_signalled(RETRY_SIGNALS, plugged, WRONG_EVERY_S)
    bench.check_statuses([])
    late_req_waits_for_next_window(bench, plugged)


@case(seconds=33, strict_only=True)
def CmSlacParm_005(bench):
    """CM_SLAC_PARM.REQ with an application type that is not 0, every 4 s from the plug-in on: ignored, the
    initialization timer keeps running from the plug-in, then as 004."""
    ignored_while_the_timer_runs(bench, application_type=1)


@case(seconds=33, strict_only=True)
def CmSlacParm_006(bench):
    """As 005 with a security type that is not 0."""
    ignored_while_the_timer_runs(bench, security_type=1)


@case(seconds=5)
def CmSlacParm_007(bench):
    """Plug in to B, then A, then CM_SLAC_PARM.REQ: silence."""
    bench.plug()
    bench.unplug()
    car = bench.car()
    for _ in range(4):
        car.parm_req()
        car.silence(SILENCE_S, why="CM_SLAC_PARM.REQ in state A")


def answered_within_t_conn_max_comm(bench, plugged):
    """CM_SLAC_PARM.REQ again and again until one is answered, as cars do."""
    car = bench.car()
    while time.monotonic() < plugged + T_CONN_MAX_COMM_S:
        asked = car.parm_req()
        if car.inbox.wait(lambda _: True, asked + REPEAT_S, car.judged):
            car.expect_parm_cnf(asked)
            return
    raise Failed("first answer", f"CM_SLAC_PARM.CNF within T_conn_max_comm ({T_CONN_MAX_COMM_S:.0f} s) of plug-in",
                 f"none in {time.monotonic() - plugged:.1f} s")


@case(seconds=32)
def CmSlacParm_008(bench):
    """Plug in after a long pause (longer than any SLAC timer): ready and answering within T_conn_max_comm (8 s)."""
    time.sleep(LONG_PAUSE_S)
    answered_within_t_conn_max_comm(bench, bench.station.vehicle_state("B"))


def five_percent_in_time(bench):
    bench.need_mqtt("pilot requests")
    plugged = bench.station.vehicle_state("B")
    while bench.station.signal != HLC:
        if time.monotonic() > plugged + T_CONN_MAX_COMM_S + bench.slack(plugged):
            raise Failed("pilot", f"5 % within {T_CONN_MAX_COMM_S:.0f} s of plug-in", str(bench.station.signal))
        time.sleep(0.01)
    time.sleep(bench.options["ready_s"])
    bench.car().initialize()


@case(seconds=5)
def CmSlacParm_009(bench):
    """Plug in: 5 % on the pilot within T_conn_max_comm (8 s), and the first CM_SLAC_PARM.REQ is answered."""
    five_percent_in_time(bench)


@case(seconds=5, services="dc")
def DC_CmSlacParm_001(bench):
    """DC, plug in: 5 % on the pilot within T_conn_max_comm (8 s), and the first CM_SLAC_PARM.REQ is answered."""
    five_percent_in_time(bench)
