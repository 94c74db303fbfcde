# SPDX-License-Identifier: Apache-2.0
"""The key: nothing is said to a car before the modem has it, and no two cars are given the same."""
import time

from conformance.frames import CM_SET_KEY_REQ, name_of
from conformance.timing import PILOT_S, TP_MATCH_LEAVE_S, TT_MATCH_JOIN_S, TT_MATCH_SEQUENCE_S
from conformance.verdict import Failed, Skipped, case

DETECTION = {"modem": {"link_detection": "on"}}
SILENCE_S = 0.6
# How long a matching lasts until CM_SLAC_MATCH.REQ is awaited; an EVSE may give its question for the key up later.
SOON_S = 0.1
LINK_AFTER_S = 3.0


@case(seconds=10)
def General_no_answer_before_the_key(bench):
    """The modem does not confirm its new key after a vehicle has left: CM_SLAC_PARM.REQ of the next vehicle is not
    answered, whether it is the same or another; once it has, a matching works, with the key it confirmed."""
    bench.plug()
    bench.car().reach_matched()
    bench.modem.confirms = False
    bench.replug()
    for number in (0, 1, 0, 1):
        car = bench.car(number)
        car.parm_req()
        car.silence(SILENCE_S, why="CM_SLAC_PARM.REQ before the modem has confirmed its key")
    bench.modem.confirm_key()
    time.sleep(PILOT_S)
    cnf = bench.car(1).reach_matched()
    if cnf.nmk != bench.key().nmk:
        raise Failed("CM_SLAC_MATCH.CNF", f"the modem's {bench.key()}", f"{cnf}")


@case(seconds=7)
def General_no_match_while_the_key_is_set_again(bench):
    """The modem says in the middle of the matching that it has another key, and does not confirm the one it is given
    then: CM_SLAC_MATCH.REQ is not answered; once it has, a new matching works."""
    bench.modem.tells_key = False
    bench.station.vehicle_state("B")
    # Its question says that the EVSE has seen the vehicle.
    limit = time.monotonic() + bench.options["ready_s"]
    while bench.modem.key_question is None and time.monotonic() < limit:
        time.sleep(0.005)
    car = bench.car()
    car.reach_match()
    if bench.modem.key_question is None:
        raise Skipped("the EVSE does not ask its modem for the key when a vehicle is plugged in")
    bench.modem.confirms = False
    mark = bench.modem.keys.mark()
    bench.modem.lose_key()
    if bench.modem.keys.wait(lambda _: True, time.monotonic() + SILENCE_S, mark) is None:
        raise Failed("key", f"{name_of(CM_SET_KEY_REQ)} when the modem says that it has another key", "none")
    car.match_req()
    car.silence(SILENCE_S, why="CM_SLAC_MATCH.REQ before the modem has confirmed its key")
    bench.modem.confirm_key()
    time.sleep(PILOT_S)
    bench.car().reach_matched()


@case(seconds=9, settings=DETECTION, strict_only=True)
def General_joining_car_is_not_answered_again(bench):
    """CM_SLAC_PARM.REQ of the car that has its key and joins, of the same and of a new run: silence; the match stays
    and succeeds."""
    bench.modem.link_after_s = LINK_AFTER_S
    bench.plug()
    car = bench.car()
    cnf = car.reach_matched()
    key = bench.key()
    for run_id in (car.run_id, bytes(8)):
        car.parm_req(run_id=run_id)
        car.silence(SILENCE_S, why="CM_SLAC_PARM.REQ while the car joins")
    bench.expect_status("matched", cnf.time, TT_MATCH_JOIN_S, LINK_AFTER_S)
    if bench.key() is not key:
        raise Failed("key", f"it stays {key} while the car joins", f"{bench.key()}")
    bench.check_statuses(["matching", "matched"])


@case(seconds=9)
def Field_second_car_has_another_key(bench):
    """A matched car begins again and its new attempt fails: a fresh NMK within 1 s. Another car gets no answer as long
    as the modem has the key that the first one knows; then it is matched with its own."""
    bench.plug()
    first, second = bench.car(0), bench.car(1)
    cnf = first.reach_matched()
    bench.expect_status("matched", cnf.time, TT_MATCH_JOIN_S)
    time.sleep(1.0)
    began_again = bench.car(0).initialize().time
    second.parm_req()
    answer = second.inbox.wait(lambda _: True, began_again + TT_MATCH_SEQUENCE_S - SOON_S)
    if answer is not None and bench.key().nmk == cnf.nmk:
        raise Failed("CM_SLAC_PARM.REQ of another car", "silence while the modem has the first car's key", f"{answer}")
    second.judged = second.inbox.mark()
    bench.expect_new_key(cnf.time, began_again - cnf.time + TT_MATCH_SEQUENCE_S + TP_MATCH_LEAVE_S)
    time.sleep(PILOT_S)
    other = bench.car(1).reach_matched()
    if other.nmk == cnf.nmk:
        raise Failed("NMK of the second car", "not the first car's", f"{other}")
