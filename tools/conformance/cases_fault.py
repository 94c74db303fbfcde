# SPDX-License-Identifier: Apache-2.0
"""State E and state F that the EVSE did not ask for: the pilot has failed, or the outlet was put out of service."""
import time

from conformance.station import E, F
from conformance.timing import PILOT_S, TP_MATCH_LEAVE_S, TT_MATCH_JOIN_S
from conformance.verdict import case

SILENCE_S = 0.6


def ends_everything(bench, car, letter, knows_key):
    """Silence, `failed` and, where the car knows the key, a fresh NMK; when the pilot is right again, a new matching
    works."""
    began = bench.fault(letter)
    car.respond()
    car.match_req()
    car.silence(SILENCE_S, why=f"CM_SLAC_MATCH.REQ in state {letter}")
    bench.car().parm_req()
    car.silence(SILENCE_S, why=f"CM_SLAC_PARM.REQ in state {letter}")
    if knows_key:
        bench.expect_new_key(began, TP_MATCH_LEAVE_S)
    bench.expect_status("failed", began, TP_MATCH_LEAVE_S)
    bench.fault(None)
    time.sleep(bench.options["ready_s"])
    bench.car().reach_matched()


def in_matching(bench, letter):
    bench.plug()
    car = bench.car()
    car.initialize()
    car.characterize()
    ends_everything(bench, car, letter, knows_key=False)


def when_matched(bench, letter):
    bench.plug()
    car = bench.car()
    cnf = car.reach_matched()
    bench.expect_status("matched", cnf.time, TT_MATCH_JOIN_S)
    time.sleep(PILOT_S)
    ends_everything(bench, car, letter, knows_key=True)


@case(seconds=7)
def General_state_E_in_matching(bench):
    """State E while CM_ATTEN_CHAR.RSP is awaited: silence, `failed`; in B again a new matching works."""
    in_matching(bench, E)


@case(seconds=7)
def General_state_F_in_matching(bench):
    """As with state E: state F that the EVSE did not ask for."""
    in_matching(bench, F)


@case(seconds=8)
def General_state_E_when_matched(bench):
    """State E while matched: silence, `failed`, a fresh NMK for the modem within 1 s; in B again a new matching
    works."""
    when_matched(bench, E)


@case(seconds=8)
def General_state_F_when_matched(bench):
    """As with state E: state F that the EVSE did not ask for."""
    when_matched(bench, F)
