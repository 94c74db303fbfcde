# SPDX-License-Identifier: Apache-2.0
"""CmSlacMatch: CM_SLAC_MATCH.REQ and its confirmation. Even numbers are the odd ones after a validation."""
import time

from conformance.car import OWN_S
from conformance.cases_validate import VALIDATION
from conformance.timing import TT_EVSE_MATCH_SESSION_S, TT_MATCH_JOIN_S, TT_MATCH_SEQUENCE_S
from conformance.verdict import Disturbed, Failed, case

SILENCE_S = 0.6
FOREIGN_MAC = bytes.fromhex("02a1b2c3d4ff")
FOREIGN_RUN = bytes.fromhex("00ff00ff00ff00ff")
FILLED_ID = b"\xaa" * 17
# Behind a limit: what transmission and this machine may add to it.
LATE_S = 0.3


def to_match(bench, validated):
    """A car that the EVSE expects CM_SLAC_MATCH.REQ of; returns it and when that began."""
    car = bench.car()
    car.reach_match()
    began = car.rsp_time
    if validated:
        began = car.validate().time
    return car, began


def match(bench, validated):
    bench.plug()
    car, _ = to_match(bench, validated)
    cnf = car.match()
    if cnf.nmk != bench.key().nmk:
        raise Failed("CM_SLAC_MATCH.CNF", f"the modem's {bench.key()}", f"{cnf}")
    car.silence(SILENCE_S, why="one CM_SLAC_MATCH.CNF for one REQ")


@case(seconds=5)
def CmSlacMatch_001(bench):
    """CM_SLAC_MATCH.REQ after the CM_ATTEN_CHAR.RSP: correct CM_SLAC_MATCH.CNF within TT_match_response."""
    match(bench, validated=False)


@case(seconds=6, settings=VALIDATION)
def CmSlacMatch_002(bench):
    """As 001 after validation."""
    match(bench, validated=True)


def confirmed_again(bench, validated):
    bench.plug()
    car, _ = to_match(bench, validated)
    first = car.match()
    time.sleep(0.2)
    bench_cnf = [first]
    for what in ("CM_SLAC_MATCH.REQ again at once", "CM_SLAC_MATCH.REQ again after `matched`"):
        bench_cnf.append(car.expect_match_cnf(car.match_req(), what))
        bench.expect_status("matched", first.time, TT_MATCH_JOIN_S)
    time.sleep(1.0)
    bench_cnf.append(car.expect_match_cnf(car.match_req(), "CM_SLAC_MATCH.REQ again when linked"))
    for cnf in bench_cnf[1:]:
        if (cnf.nid, cnf.nmk) != (first.nid, first.nmk):
            raise Failed("repeated CM_SLAC_MATCH.CNF", f"the NID and NMK of the first: {first}", f"{cnf}")
    car.silence(SILENCE_S, why="one CM_SLAC_MATCH.CNF for one REQ")
    bench.check_statuses(["matching", "matched"])


@case(seconds=7)
def CmSlacMatch_003(bench):
    """The CM_SLAC_MATCH.CNF is lost, CM_SLAC_MATCH.REQ again: confirmed again with the same NID and NMK, also when
    the EVSE already counts as matched."""
    confirmed_again(bench, validated=False)


@case(seconds=8, settings=VALIDATION)
def CmSlacMatch_004(bench):
    """As 003 after validation."""
    confirmed_again(bench, validated=True)


def too_late(bench, validated, limit_s):
    bench.plug()
    car, began = to_match(bench, validated)
    car.silence(until=began + limit_s + LATE_S, why="nothing is asked")
    for _ in range(3):
        car.match_req()
        car.silence(SILENCE_S, why="CM_SLAC_MATCH.REQ that is too late")
    bench.check_statuses(["matching", "failed"])


@case(seconds=16)
def CmSlacMatch_005(bench):
    """CM_SLAC_MATCH.REQ after TT_EVSE_match_session (10 s): silence."""
    too_late(bench, False, TT_EVSE_MATCH_SESSION_S)


@case(seconds=8, settings=VALIDATION, strict_only=True)
def CmSlacMatch_006(bench):
    """After validation CM_SLAC_MATCH.REQ later than TT_match_sequence (400 ms) after the result of step 2: silence."""
    too_late(bench, True, TT_MATCH_SEQUENCE_S)


def wrong_req(bench, **wrong):
    """A wrong CM_SLAC_MATCH.REQ is ignored. A right one 9 s into TT_EVSE_match_session is answered; with a second
    car, after the end of the original 10 s, it is not."""
    bench.plug()
    car, _ = to_match(bench, validated=False)
    car.match_req(**wrong)
    car.silence(until=car.rsp_time + TT_EVSE_MATCH_SESSION_S - 1, why="wrong CM_SLAC_MATCH.REQ")
    car.match()
    bench.replug()
    car, began = to_match(bench, validated=False)
    car.silence(until=began + TT_EVSE_MATCH_SESSION_S / 2, why="nothing is asked")
    car.match_req(**wrong)
    car.silence(until=began + TT_EVSE_MATCH_SESSION_S + 0.5, why="wrong CM_SLAC_MATCH.REQ")
    car.match_req()
    car.silence(SILENCE_S, why="CM_SLAC_MATCH.REQ after the original TT_EVSE_match_session")


def wrong_req_after_validation(bench, **wrong):
    """A wrong CM_SLAC_MATCH.REQ at once is ignored. A right one within TT_match_sequence is answered; with a second
    car, after TT_match_sequence, it is not."""
    bench.plug()
    car, began = to_match(bench, validated=True)
    car.match_req(**wrong)
    car.silence(0.1, why="wrong CM_SLAC_MATCH.REQ")
    asked = car.match_req()
    if asked > began + TT_MATCH_SEQUENCE_S - OWN_S:
        raise Disturbed(f"CM_SLAC_MATCH.REQ came {asked - began:.3f} s after CM_VALIDATE.CNF")
    car.expect_match_cnf(asked)
    bench.replug()
    car, began = to_match(bench, validated=True)
    car.match_req(**wrong)
    car.silence(until=began + TT_MATCH_SEQUENCE_S + LATE_S, why="wrong CM_SLAC_MATCH.REQ")
    car.match_req()
    car.silence(SILENCE_S, why="CM_SLAC_MATCH.REQ after TT_match_sequence")


@case(seconds=29)
def CmSlacMatch_007(bench):
    """CM_SLAC_MATCH.REQ with a wrong application type: ignored; a right one within the original 10 s is answered,
    later not."""
    wrong_req(bench, application_type=1)


@case(seconds=14, settings=VALIDATION, strict_only=True)
def CmSlacMatch_008(bench):
    """After validation a CM_SLAC_MATCH.REQ with a wrong application type at once, a right one after TT_match_sequence
    (400 ms): neither is answered; a right one within it is."""
    wrong_req_after_validation(bench, application_type=1)


@case(seconds=29)
def CmSlacMatch_009(bench):
    """As 007 with a wrong security type."""
    wrong_req(bench, security_type=1)


@case(seconds=14, settings=VALIDATION, strict_only=True)
def CmSlacMatch_010(bench):
    """As 008 with what is wrong in 009."""
    wrong_req_after_validation(bench, security_type=1)


@case(seconds=29)
def CmSlacMatch_011(bench):
    """As 007 with a wrong MVFLength (62 in big endian)."""
    wrong_req(bench, mvf_length=0x3E00)


@case(seconds=14, settings=VALIDATION, strict_only=True)
def CmSlacMatch_012(bench):
    """As 008 with MVFLength 61."""
    wrong_req_after_validation(bench, mvf_length=61)


@case(seconds=29, strict_only=True)
def CmSlacMatch_013(bench):
    """As 007 with a PEV id that is not 0."""
    wrong_req(bench, pev_id=FILLED_ID)


@case(seconds=14, settings=VALIDATION, strict_only=True)
def CmSlacMatch_014(bench):
    """As 008 with what is wrong in 013."""
    wrong_req_after_validation(bench, pev_id=FILLED_ID)


@case(seconds=29)
def CmSlacMatch_015(bench):
    """As 007 with a PEV MAC that is not the sender's."""
    wrong_req(bench, pev_mac=FOREIGN_MAC)


@case(seconds=14, settings=VALIDATION, strict_only=True)
def CmSlacMatch_016(bench):
    """As 008 with what is wrong in 015."""
    wrong_req_after_validation(bench, pev_mac=FOREIGN_MAC)


@case(seconds=29, strict_only=True)
def CmSlacMatch_017(bench):
    """As 007 with an EVSE id that is not 0."""
    wrong_req(bench, evse_id=FILLED_ID)


@case(seconds=14, settings=VALIDATION, strict_only=True)
def CmSlacMatch_018(bench):
    """As 008 with what is wrong in 017."""
    wrong_req_after_validation(bench, evse_id=FILLED_ID)


@case(seconds=29)
def CmSlacMatch_019(bench):
    """As 007 with an EVSE MAC that is not the EVSE's."""
    wrong_req(bench, evse_mac=FOREIGN_MAC)


@case(seconds=14, settings=VALIDATION, strict_only=True)
def CmSlacMatch_020(bench):
    """As 008 with what is wrong in 019."""
    wrong_req_after_validation(bench, evse_mac=FOREIGN_MAC)


@case(seconds=29)
def CmSlacMatch_021(bench):
    """As 007 with a wrong run id."""
    wrong_req(bench, run_id=FOREIGN_RUN)


@case(seconds=14, settings=VALIDATION, strict_only=True)
def CmSlacMatch_022(bench):
    """As 008 with what is wrong in 021."""
    wrong_req_after_validation(bench, run_id=FOREIGN_RUN)


def in_state_a(bench, validated):
    bench.plug()
    car, _ = to_match(bench, validated)
    bench.unplug()
    for _ in range(3):
        car.match_req()
        car.silence(SILENCE_S, why="CM_SLAC_MATCH.REQ in state A")
    bench.check_statuses(["matching", "unmatched"])


@case(seconds=6)
def CmSlacMatch_023(bench):
    """State A, then CM_SLAC_MATCH.REQ: silence."""
    in_state_a(bench, validated=False)


@case(seconds=7, settings=VALIDATION)
def CmSlacMatch_024(bench):
    """As 023 after validation."""
    in_state_a(bench, validated=True)
