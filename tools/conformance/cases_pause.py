# SPDX-License-Identifier: Apache-2.0
"""The pause of a session (D-LINK_PAUSE): the pilot rests at X1 until the car or the EVSE wakes the other one."""
import time

from conformance.bench import ALL_SIGNALS, RETRY_SIGNALS
from conformance.station import HLC, X1
from conformance.timing import (
    PILOT_S, T_CONN_MAX_COMM_S, T_CONN_RESUME_S, T_STEP_EF_MAX_S, T_STEP_EF_MIN_S, T_STEP_X1_S, TT_MATCH_JOIN_S)
from conformance.verdict import Failed, case

DETECTION = {"modem": {"link_detection": "on"}}
NOMINAL = "nominal"
AT_ONCE_S = 1.0
# Longer than T_step_X1: what follows is due to the wake-up alone.
SLEEP_S = T_STEP_X1_S + 0.5
# From the oscillator to the car's modem being awake.
AWAKE_S = 0.7
# What E/F may be later than T_conn_max_comm when the car is not found.
EF_LATER_S = 2.0


def paused(bench):
    """Matched, paused, and the car's modem asleep; returns its CM_SLAC_MATCH.CNF and the request for X1."""
    bench.need_mqtt("slac_data_link")
    bench.plug()
    cnf = bench.car().reach_matched()
    bench.expect_status("matched", cnf.time, TT_MATCH_JOIN_S)
    x1 = bench.expect_signal((X1,), bench.station.data_link("pause"), AT_ONCE_S, what="pause")
    bench.modem.lose_link()
    return cnf, x1


def asleep(bench):
    """As paused(), and for longer than T_step_X1 nothing is asked of the pilot."""
    cnf, x1 = paused(bench)
    bench.no_signal(ALL_SIGNALS, SLEEP_S, x1.time, "pause")
    return cnf


def wake_by_car(bench):
    """One B-C-B; returns its end."""
    bench.toggle(1)
    return time.monotonic()


def expect_oscillator(bench, since, within=T_CONN_MAX_COMM_S, not_before=0.0):
    signals = (HLC,) if bench.case.services == "dc" else (HLC, NOMINAL)
    return bench.expect_signal(signals, since, within, not_before, "wake-up")


def link_is_found_again(bench, cnf, woken):
    """5 % (AC: or nominal), and with the same key the link within T_conn_resume."""
    oscillator = expect_oscillator(bench, woken)
    bench.sleep_until(oscillator.time + AWAKE_S)
    bench.modem.wake_up(cnf)
    bench.expect_status("matched", woken, T_CONN_RESUME_S)
    if bench.key().nmk != cnf.nmk:
        raise Failed("key", f"that of {cnf}", f"{bench.key()}")
    if not bench.modem.has_link():
        raise Failed("link", "that of the car that woke up", "none")
    bench.no_signal(ALL_SIGNALS, AT_ONCE_S, oscillator.time, "after the wake-up")
    bench.check_statuses(["matching", "matched", "matched"])


def car_wakes_and_is_found(bench):
    cnf = asleep(bench)
    link_is_found_again(bench, cnf, wake_by_car(bench))


@case(seconds=9, settings=DETECTION)
def AC_002(bench):
    """AC, the session is paused: X1 and nothing else while it sleeps; the car wakes with one B-C-B: the oscillator comes
    on, the link is found again within T_conn_resume (6 s), with the same key."""
    car_wakes_and_is_found(bench)


@case(seconds=9, services="dc", settings=DETECTION)
def DC_001(bench):
    """As AC_002 on DC, where the oscillator is 5 %."""
    car_wakes_and_is_found(bench)


def evse_wakes_and_finds(bench):
    cnf = asleep(bench)
    link_is_found_again(bench, cnf, bench.station.data_link("resume"))


@case(seconds=9, settings=DETECTION)
def AC_003(bench):
    """AC, paused; the EVSE wakes the car (resume): X1 to X2, the link is found again within T_conn_resume (6 s), with
    the same key."""
    evse_wakes_and_finds(bench)


@case(seconds=9, services="dc", settings=DETECTION)
def DC_002(bench):
    """As AC_003 on DC, where the oscillator is 5 %."""
    evse_wakes_and_finds(bench)


def car_wakes_in_another_network(bench):
    asleep(bench)
    woken = wake_by_car(bench)
    oscillator = expect_oscillator(bench, woken)
    pulse = bench.expect_signal(RETRY_SIGNALS, oscillator.time,
                                woken + T_CONN_MAX_COMM_S + EF_LATER_S - oscillator.time, what="no link after B-C-B")
    after = bench.expect_signal((X1, HLC, NOMINAL), pulse.time, T_STEP_EF_MAX_S, T_STEP_EF_MIN_S, "end of E/F")
    if after.signal == X1:
        bench.pause_unless_signalled((HLC, NOMINAL), after.time, T_CONN_MAX_COMM_S)
    time.sleep(bench.options["ready_s"])
    bench.check_statuses(["matching", "matched", "failed"])
    bench.car().reach_matched()


@case(seconds=20, settings=DETECTION)
def AC_004(bench):
    """AC, paused; B-C-B, but the car's modem is in another network: E/F for T_step_EF (4 … 8 s) begins within
    T_conn_max_comm + 2 s of the B-C-B; then a new matching works."""
    car_wakes_in_another_network(bench)


@case(seconds=20, services="dc", settings=DETECTION)
def DC_003(bench):
    """As AC_004 on DC."""
    car_wakes_in_another_network(bench)


def car_switches_oscillator_on(bench):
    asleep(bench)
    expect_oscillator(bench, wake_by_car(bench))


@case(seconds=8, settings=DETECTION)
def AC_010(bench):
    """AC, paused (X1) for longer than T_step_X1; B-C-B: the oscillator comes on again within T_conn_max_comm (8 s)."""
    car_switches_oscillator_on(bench)


@case(seconds=8, services="dc", settings=DETECTION)
def DC_006(bench):
    """As AC_010 on DC, where the oscillator is 5 %."""
    car_switches_oscillator_on(bench)


def car_wakes_at_once(bench):
    _, x1 = paused(bench)
    bench.sleep_until(x1.time + PILOT_S)
    woken = wake_by_car(bench)
    expect_oscillator(bench, x1.time, woken + T_CONN_MAX_COMM_S - x1.time, T_STEP_X1_S)


@case(seconds=7, settings=DETECTION)
def AC_012(bench):
    """As AC_010, B-C-B earlier than T_step_X1 (3 s) after X1: on again, but not before T_step_X1."""
    car_wakes_at_once(bench)


@case(seconds=7, services="dc", settings=DETECTION)
def DC_007(bench):
    """As AC_012 on DC, where the oscillator is 5 %."""
    car_wakes_at_once(bench)
