# SPDX-License-Identifier: Apache-2.0
"""CmValidate: is the car that speaks the one that is plugged in? It proves it by B-C-B toggles of the pilot."""
import time

from conformance.car import FAILURE, NOT_READY, NOT_REQUIRED, READY, SUCCESS
from conformance.timing import (
    C_EV_MATCH_RETRY, TT_EVSE_VALD_TOGGLE_MAX_S, TT_MATCH_RESPONSE_S, TT_MATCH_SEQUENCE_S)
from conformance.verdict import case

VALIDATION = {"slac": {"validation": "on"}}
NO_VALIDATION = {"slac": {"validation": "off"}}
NOT_REQUIRED_HERE = {"slac": {"validation": "not_required"}}
SILENCE_S = 0.6
STEPS_ONE = 5
# CM_VALIDATE.REQ, step 2: (Timer + 1) × 100 ms.
ONE_SECOND, TWO_SECONDS, SIX_SECONDS = 9, 19, 60


def to_step_one(bench):
    bench.plug()
    car = bench.car()
    car.reach_match()
    return car


def to_step_two(bench):
    car = to_step_one(bench)
    car.expect_validate_cnf(car.validate_req(), (READY,), what="answer to CM_VALIDATE.REQ, step 1")
    return car


def expect_count(car, asked, timer, toggles, results=(SUCCESS,)):
    """The second CNF comes when the time of the request is over, not before."""
    limit = (timer + 1) * 0.1
    return car.expect_validate_cnf(asked, results, toggles, limit + TT_MATCH_RESPONSE_S, limit,
                                   "answer to CM_VALIDATE.REQ, step 2")


def over(car):
    """The process has failed: nothing is answered any more."""
    car.match_req()
    car.silence(SILENCE_S, why="CM_SLAC_MATCH.REQ after a failed validation")


def toggles_are_counted(bench, count):
    car = to_step_two(bench)
    asked = car.validate_req(timer=TWO_SECONDS)
    bench.toggle(count)
    expect_count(car, asked, TWO_SECONDS, count)
    car.match()


@case(seconds=7, settings=VALIDATION)
def CmValidate_001(bench):
    """Step 1: CM_VALIDATE.CNF with SignalType 0, ToggleNum 0, Ready within TT_match_response. Step 2 with Timer 2.0 s
    and 1 B-C-B toggle: when the time is over Success, ToggleNum 1; matching works."""
    toggles_are_counted(bench, 1)


@case(seconds=7, settings=VALIDATION)
def General_validate_two_toggles(bench):
    """As CmValidate_001 with 2 toggles."""
    toggles_are_counted(bench, 2)


@case(seconds=7, settings=VALIDATION)
def General_validate_three_toggles(bench):
    """As CmValidate_001 with 3 toggles."""
    toggles_are_counted(bench, 3)


@case(seconds=7, settings=VALIDATION)
def General_validate_no_toggle(bench):
    """As CmValidate_001 without any toggle: ToggleNum 0 (Success or Failure: the car compares the number)."""
    car = to_step_two(bench)
    asked = car.validate_req(timer=TWO_SECONDS)
    expect_count(car, asked, TWO_SECONDS, 0, (SUCCESS, FAILURE))


@case(seconds=7, settings=VALIDATION)
def General_validate_half_a_toggle(bench):
    """As CmValidate_001, but the car goes to C and stays: ToggleNum 0."""
    car = to_step_two(bench)
    asked = car.validate_req(timer=TWO_SECONDS)
    time.sleep(0.1)
    bench.station.vehicle_state("C")
    expect_count(car, asked, TWO_SECONDS, 0, (SUCCESS, FAILURE))


@case(seconds=8, settings=VALIDATION)
def CmValidate_002(bench):
    """Step 1 again and again, each 0.2 s after the CM_VALIDATE.CNF: Ready each time. Step 2 works."""
    car = to_step_one(bench)
    for number in range(1, STEPS_ONE + 1):
        cnf = car.expect_validate_cnf(car.validate_req(), (READY,), what=f"step 1, time {number}")
        bench.sleep_until(cnf.time + TT_MATCH_SEQUENCE_S / 2)
    asked = car.validate_req(timer=ONE_SECOND)
    bench.toggle(1)
    expect_count(car, asked, ONE_SECOND, 1)
    car.match()


def ready_is_repeated_twice(bench, between=None):
    """`between` is said after each Ready. Then the run is dead."""
    car = to_step_one(bench)
    before = car.expect_validate_cnf(car.validate_req(), (READY,))
    for number in range(1, C_EV_MATCH_RETRY + 1):
        if between:
            between(car)
        before = car.expect_validate_cnf(before.time, (READY,), 0, TT_MATCH_SEQUENCE_S, TT_MATCH_SEQUENCE_S,
                                         f"CM_VALIDATE.CNF, repetition {number}")
    if between:
        between(car)
    car.silence(until=before.time + 2 * TT_MATCH_SEQUENCE_S + 0.25, why=f"{C_EV_MATCH_RETRY} repetitions are over")
    car.validate_req(timer=ONE_SECOND)
    bench.toggle(1)
    car.silence(ONE_SECOND * 0.1 + SILENCE_S, why="step 2 after the end of the run")
    over(car)
    bench.check_statuses(["matching", "failed"])


@case(seconds=10, settings=VALIDATION)
def CmValidate_003(bench):
    """Step 2 does not come: the CM_VALIDATE.CNF of step 1 is repeated exactly twice, each after TT_match_sequence
    (400 ms), then the run is dead: step 2 with a toggle gets nothing."""
    ready_is_repeated_twice(bench)


@case(seconds=10, settings=VALIDATION)
def CmValidate_004(bench):
    """After each Ready a step 2 with SignalType 0xFF: dropped, as 003."""
    ready_is_repeated_twice(bench, lambda car: car.validate_req(timer=ONE_SECOND, signal_type=0xFF))


def step_two_ends_it(bench, result):
    car = to_step_two(bench)
    car.validate_req(timer=TWO_SECONDS, result=result)
    bench.toggle(1)
    car.silence(3 * TT_MATCH_SEQUENCE_S + (TWO_SECONDS + 1) * 0.1, why=f"step 2 with result {result}")
    over(car)
    bench.check_statuses(["matching", "failed"])


@case(seconds=9, settings=VALIDATION)
def CmValidate_005(bench):
    """Step 2 with result NotReady (0): the matching ends. No CM_VALIDATE.CNF any more, Ready is not repeated."""
    step_two_ends_it(bench, NOT_READY)


@case(seconds=9, settings=VALIDATION)
def CmValidate_006(bench):
    """As 005 with result Success (2)."""
    step_two_ends_it(bench, SUCCESS)


@case(seconds=9, settings=VALIDATION)
def CmValidate_007(bench):
    """As 005 with result Failure (3)."""
    step_two_ends_it(bench, FAILURE)


@case(seconds=9, settings=VALIDATION)
def CmValidate_008(bench):
    """As 005 with result NotRequired (4)."""
    step_two_ends_it(bench, NOT_REQUIRED)


def step_one_ignored(bench, **wrong):
    car = to_step_one(bench)
    car.validate_req(**wrong)
    car.silence(3 * TT_MATCH_SEQUENCE_S + 0.25, why="wrong CM_VALIDATE.REQ, step 1")
    car.match()


@case(seconds=6, settings=VALIDATION)
def General_validate_step_1_wrong_signal_type(bench):
    """Step 1 with a SignalType that is not 0: no CM_VALIDATE.CNF; matching works."""
    step_one_ignored(bench, signal_type=1)


@case(seconds=6, settings=VALIDATION)
def General_validate_step_1_wrong_result(bench):
    """Step 1 with a result that is not Ready: no CM_VALIDATE.CNF; matching works."""
    step_one_ignored(bench, result=SUCCESS)


@case(seconds=9, settings=VALIDATION)
def CmValidate_009(bench):
    """A second car asks step 1 while the first validates: NotReady (0), since both would watch the same pilot. When
    the first has its result, the second is Ready, validated and matched."""
    bench.plug()
    first, second = bench.car(0), bench.car(1)
    first.reach_match()
    second.reach_match()
    first.expect_validate_cnf(first.validate_req(), (READY,))
    for _ in range(2):
        second.expect_validate_cnf(second.validate_req(), (NOT_READY,), what="step 1 of a second car")
    asked = first.validate_req(timer=ONE_SECOND)
    second.expect_validate_cnf(second.validate_req(), (NOT_READY,), what="step 1 of a second car")
    bench.toggle(1)
    expect_count(first, asked, ONE_SECOND, 1)
    second.validate()
    second.match()


@case(seconds=5, settings=NO_VALIDATION, strict_only=True)
def CmValidate_010(bench):
    """CM_VALIDATE.REQ to an EVSE without validation: CM_VALIDATE.CNF with result Failure, exactly 3; matching still
    works."""
    car = to_step_one(bench)
    car.expect_validate_cnf(car.validate_req(), (FAILURE,))
    time.sleep(0.1)
    car.match()


@case(seconds=7, settings=NOT_REQUIRED_HERE)
def CmValidate_011(bench):
    """An EVSE whose architecture needs no validation: step 1 gets NotRequired (4). The car goes on with step 2 and 2
    toggles all the same: Success, ToggleNum 2; matching works."""
    car = to_step_one(bench)
    car.expect_validate_cnf(car.validate_req(), (NOT_REQUIRED,))
    time.sleep(0.1)
    asked = car.validate_req(timer=TWO_SECONDS)
    bench.toggle(2)
    expect_count(car, asked, TWO_SECONDS, 2)
    car.match()


@case(seconds=5, settings=NOT_REQUIRED_HERE)
def CmValidate_012(bench):
    """As 011, but the car goes on with CM_SLAC_MATCH.REQ after NotRequired: confirmed."""
    car = to_step_one(bench)
    car.expect_validate_cnf(car.validate_req(), (NOT_REQUIRED,))
    time.sleep(0.1)
    car.match()


@case(seconds=5, settings=VALIDATION)
def CmValidate_013(bench):
    """State A after the CM_ATTEN_CHAR.RSP, then step 1: silence."""
    car = to_step_one(bench)
    bench.unplug()
    for _ in range(2):
        car.validate_req()
        car.silence(SILENCE_S, why="CM_VALIDATE.REQ in state A")


@case(seconds=8, settings=VALIDATION)
def General_validate_no_longer_than_3500_ms(bench):
    """Step 2 with Timer 6.1 s, longer than the standard allows: CM_VALIDATE.CNF after TT_EVSE_vald_toggle (3.5 s at
    most), with the toggle there was; matching works."""
    car = to_step_two(bench)
    asked = car.validate_req(timer=SIX_SECONDS)
    bench.toggle(1)
    car.expect_validate_cnf(asked, (SUCCESS,), 1, TT_EVSE_VALD_TOGGLE_MAX_S, what="answer to CM_VALIDATE.REQ, step 2")
    car.match()


@case(seconds=7, settings=VALIDATION)
def General_validate_waiting_car_comes_first(bench):
    """A car that asks for a further validation at once with its result does not keep the one that was put off from its
    turn: NotReady for the first, Ready for the second."""
    bench.plug()
    first, second = bench.car(0), bench.car(1)
    first.reach_match()
    second.reach_match()
    first.expect_validate_cnf(first.validate_req(), (READY,))
    asked = first.validate_req(timer=ONE_SECOND)
    bench.sleep_until(asked + 0.7)
    second.expect_validate_cnf(second.validate_req(), (NOT_READY,), what="step 1 of a second car")
    expect_count(first, asked, ONE_SECOND, 0, (SUCCESS, FAILURE))
    first.expect_validate_cnf(first.validate_req(), (NOT_READY,), what="step 1 of the first car again")
    second.validate()
    second.match()


@case(seconds=7, settings=VALIDATION)
def General_validate_three_times_at_most(bench):
    """A car that validates again and again keeps others from the pilot: three times (C_EV_match_retry repetitions) it
    is Ready, then step 1 is not answered; matching works."""
    car = to_step_one(bench)
    for number in range(1, C_EV_MATCH_RETRY + 2):
        car.expect_validate_cnf(car.validate_req(), (READY,), what=f"step 1 of validation {number}")
        expect_count(car, car.validate_req(timer=1), 1, 0, (SUCCESS, FAILURE))
    car.validate_req()
    car.silence(TT_MATCH_SEQUENCE_S / 2, why=f"step 1 of validation {C_EV_MATCH_RETRY + 2}")
    car.match()


@case(seconds=6, settings=VALIDATION)
def General_validate_state_A(bench):
    """State A while toggles are counted: silence."""
    car = to_step_two(bench)
    car.validate_req(timer=TWO_SECONDS)
    bench.toggle(1)
    bench.unplug()
    car.silence(2.5, why="state A while toggles are counted")
    car.match_req()
    car.silence(SILENCE_S, why="CM_SLAC_MATCH.REQ in state A")
