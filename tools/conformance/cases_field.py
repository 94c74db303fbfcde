# SPDX-License-Identifier: Apache-2.0
"""Beyond the list: what the field and common sense ask, and where the field profile may be kinder than the list."""
import time

from conformance.car import NOT_REQUIRED, OWN_S, SOUNDS
from conformance.frames import BROADCAST, CM_ATTEN_CHAR_IND, CM_MNBC_SOUND_IND, CM_SLAC_PARM_REQ, GROUPS
from conformance.timing import (
    TP_EV_BATCH_MSG_INTERVAL_S, TP_MATCH_LEAVE_S, TT_EVSE_MATCH_MNBC_S, TT_EV_ATTEN_RESULTS_S, TT_MATCH_JOIN_S,
    TT_MATCH_RESPONSE_S, TT_MATCH_SEQUENCE_S)
from conformance.verdict import Disturbed, Failed, case

SILENCE_S = 0.6
PARALLEL = 5
FILLED_ID = b"\xaa" * 17
NEIGHBOUR_EVERY_S = 15.0
# 4 × 20 s of TT_EVSE_SLAC_init, T_step_EF and T_step_X1 at their longest.
BASIC_CHARGING_S = 100.0


def sound_together(cars, more_db):
    """All cars announce and sound in turn; returns the time of each first START."""
    bench = cars[0].bench
    begun = time.monotonic()
    firsts = [car.start_atten_char() for car in cars]
    for turn in range(1, 3):
        bench.sleep_until(begun + turn * TP_EV_BATCH_MSG_INTERVAL_S)
        for car in cars:
            car.start_atten_char()
    for number in range(SOUNDS):
        bench.sleep_until(begun + (3 + number) * TP_EV_BATCH_MSG_INTERVAL_S)
        for car, more in zip(cars, more_db):
            car.sound(SOUNDS - 1 - number, more)
    took = time.monotonic() - begun
    if took > TT_EVSE_MATCH_MNBC_S - OWN_S:
        raise Disturbed(f"the last sound came {took:.3f} s after the first START")
    return firsts


def parallel_runs(bench, count):
    """Cars that all hear this outlet: each is answered with its own figures; the last one chooses it."""
    bench.plug()
    cars = [bench.car(number) for number in range(count)]
    for car in cars:
        car.initialize()
    firsts = sound_together(cars, [3 * number for number in range(count)])
    for car, first in zip(cars, firsts):
        car.expect_atten_char(first)
        car.respond()
    time.sleep(0.3)
    chosen = cars[-1]
    chosen.match()
    for car in cars[:-1]:
        car.match_req()
        car.silence(0.3, why="CM_SLAC_MATCH.REQ when another car has matched")
    chosen.match()
    bench.check_statuses(["matching", "matched"])


@case(seconds=6)
def Field_two_cars_interleaved(bench):
    """Two cars at once on one outlet, message by message in turn: each gets its own answers and means; the one that
    asks first is matched, the other one gets nothing."""
    parallel_runs(bench, 2)


@case(seconds=8)
def Field_five_parallel_runs(bench):
    """C_EVSE_match_parallel = 5 cars at once: each gets its own answers and means; one is matched."""
    parallel_runs(bench, PARALLEL)


@case(seconds=6)
def Field_double_parm_req(bench):
    """The same CM_SLAC_PARM.REQ twice within 7 … 20 ms (Ioniq): answered twice alike, and the run goes on."""
    bench.plug()
    for gap_s in (0.007, 0.02):
        car = bench.car()
        first = car.parm_req()
        time.sleep(gap_s)
        second = car.parm_req()
        answers = [car.expect_parm_cnf(asked) for asked in (first, second)]
        if answers[0].octets != answers[1].octets:
            raise Failed("second CM_SLAC_PARM.CNF", answers[0].octets.hex(), answers[1].octets.hex())
        car.characterize()
        car.respond()
        time.sleep(0.1)
    car.match()


@case(seconds=5)
def Field_same_run_id_again(bench):
    """CM_SLAC_PARM.REQ with the same run id in the middle of a run ([V2G3-A09-16]): that run begins anew."""
    bench.plug()
    car = bench.car()
    car.initialize()
    car.characterize()
    car.reach_matched()


@case(seconds=6)
def Field_run_after_failed_run(bench):
    """A complete run right after one that failed, with a new run id: matched."""
    bench.plug()
    car = bench.car()
    cnf = car.initialize()
    bench.expect_status("failed", cnf.time, TT_MATCH_SEQUENCE_S, TT_MATCH_SEQUENCE_S)
    if not bench.has_mqtt:
        bench.sleep_until(cnf.time + TT_MATCH_SEQUENCE_S + 0.25)
    bench.car().reach_matched()
    bench.check_statuses(["matching", "failed", "matching", "matched"])


@case(seconds=6)
def Field_same_run_id_after_failed_run(bench):
    """A complete run with the same run id after one that failed (Ioniq and Tesla have one run id for ever):
    matched."""
    bench.plug()
    car = bench.car(run_id=b"TESLA EV")
    cnf = car.initialize()
    bench.sleep_until(cnf.time + TT_MATCH_SEQUENCE_S + 0.25)
    car.reach_matched()


@case(seconds=7)
def Field_garbage_between(bench):
    """HomePlug frames with octets of any value between the valid messages: no harm."""
    bench.plug()
    car = bench.car()

    stranger = bench.car(31)

    def garbage():
        for mmtype in (CM_SLAC_PARM_REQ, CM_MNBC_SOUND_IND, CM_ATTEN_CHAR_IND, 0x6078, 0x607C, 0xA14E, 0xFFFF, 0x0000):
            for fill in (b"\xff", b"\x55"):
                for size in (1, 3, 40, 400, 1480):
                    stranger.send_raw(mmtype, BROADCAST, fill * size, mmv=fill[0] & 3)

    garbage()
    car.initialize()
    garbage()
    car.characterize()
    car.respond()
    garbage()
    time.sleep(0.2)
    car.match()


@case(seconds=12)
def Field_next_session_other_nmk(bench):
    """Three sessions, one after the other: each is confirmed with an NMK of its own, which the modem has."""
    nmks = []
    for _ in range(3):
        bench.plug()
        nmks.append(bench.car().reach_matched().nmk)
        if nmks[-1] != bench.key().nmk:
            raise Failed("NMK of CM_SLAC_MATCH.CNF", f"the modem's {bench.key()}", nmks[-1].hex())
        left = bench.unplug()
        bench.expect_new_key(left, TP_MATCH_LEAVE_S)
        time.sleep(1.5)
    if len(set(nmks)) != len(nmks):
        raise Failed("NMKs of three sessions", "all different", " ".join(nmk.hex() for nmk in nmks))


@case(seconds=5)
def Field_status_order(bench):
    """`matching`, then `matched`, nothing before, between or after."""
    bench.need_mqtt("statuses")
    bench.plug()
    car = bench.car()
    time.sleep(0.3)
    bench.check_statuses([])
    cnf = car.initialize()
    bench.expect_status("matching", cnf.time, 0.1)
    car.characterize()
    car.respond()
    time.sleep(0.1)
    cnf = car.match()
    bench.expect_status("matched", cnf.time, TT_MATCH_JOIN_S)
    time.sleep(1.0)
    bench.check_statuses(["matching", "matched"])


@case(seconds=6)
def Field_slow_car(bench):
    """A car that takes 210 ms to its first START and 1 s to CM_SLAC_MATCH.REQ, as real ones do: matched."""
    bench.plug()
    car = bench.car()
    cnf = car.initialize()
    bench.sleep_until(cnf.time + 0.21)
    car.characterize()
    car.respond()
    time.sleep(1.01)
    car.match()


@case(seconds=5)
def Field_one_start_only(bench):
    """Two of the three CM_START_ATTEN_CHAR.IND are lost: the run goes on."""
    bench.plug()
    car = bench.car()
    car.initialize()
    first = car.start_atten_char()
    time.sleep(0.09)
    car.make_sounds()
    car.expect_atten_char(first)
    car.respond()
    time.sleep(0.1)
    car.match()


@case(seconds=5)
def Field_sounds_after_the_result(bench):
    """Two sounds are lost, and the car sounds on while CM_ATTEN_CHAR.IND comes and is repeated; its RSP comes after
    the first repetition: matched, NumSounds does not grow."""
    bench.plug()
    car = bench.car()
    car.initialize()
    first = car.announce()
    car.make_sounds(8)
    ind = car.expect_atten_char(first, not_before=TT_EVSE_MATCH_MNBC_S, sounds=8)
    counted = list(car.heard_sounds)
    for _ in range(3):
        car.sound()
    car.heard_sounds = counted
    car.expect_atten_char(ind.time, TT_MATCH_RESPONSE_S, TT_MATCH_RESPONSE_S, sounds=8)
    car.respond()
    car.silence(SILENCE_S, why="CM_ATTEN_CHAR.RSP after a repetition")
    car.match()


@case(seconds=5)
def Field_modem_without_groups(bench):
    """A modem that reports profiles without groups (a power-line adapter): no CM_ATTEN_CHAR.IND with invented
    figures; the run fails, the next car is served when the modem measures again."""
    bench.modem.groups = 0
    bench.plug()
    car = bench.car()
    car.initialize()
    car.announce()
    car.make_sounds()
    car.silence(TT_EV_ATTEN_RESULTS_S, why="profiles without groups")
    bench.check_statuses(["matching", "failed"])
    bench.modem.groups = GROUPS
    bench.car().reach_matched()


@case(seconds=5)
def Field_START_other_counts(bench):
    """CM_START_ATTEN_CHAR.IND with NUM_SOUNDS 8 and TIME_OUT 10: accepted; the result comes within
    TT_EV_atten_results."""
    bench.plug()
    car = bench.car()
    car.initialize()
    first = car.announce(num_sounds=8, time_out=10)
    car.make_sounds(8)
    car.expect_atten_char(first, sounds=8)
    car.respond()
    time.sleep(0.1)
    car.match()


def filled_ids(bench, **ids):
    bench.plug()
    car = bench.car()
    car.reach_match()
    car.expect_match_cnf(car.match_req(**ids), **ids)


@case(seconds=5)
def Field_MATCH_REQ_PEV_id(bench):
    """CM_SLAC_MATCH.REQ with a PEV id that is not 0: accepted."""
    filled_ids(bench, pev_id=FILLED_ID)


@case(seconds=5)
def Field_MATCH_REQ_EVSE_id(bench):
    """CM_SLAC_MATCH.REQ with an EVSE id that is not 0: accepted."""
    filled_ids(bench, evse_id=FILLED_ID)


@case(seconds=5, settings={"slac": {"validation": "off"}})
def Field_VALIDATE_not_required(bench):
    """CM_VALIDATE.REQ to an EVSE without validation: result NotRequired, exactly 4 (3 makes cars drop the outlet); the
    car goes on to match."""
    bench.plug()
    car = bench.car()
    car.reach_match()
    car.expect_validate_cnf(car.validate_req(), (NOT_REQUIRED,))
    car.match()


@case(seconds=9, settings={"slac": {"validation": "on"}})
def Field_slow_after_validation(bench):
    """CM_SLAC_MATCH.REQ 3 s after the result of the validation: confirmed, cars are slow."""
    bench.plug()
    car = bench.car()
    car.reach_match()
    result = car.validate()
    car.silence(until=result.time + 3.0, why="nothing is asked")
    car.match()


@case(seconds=5)
def Field_START_foreign_forwarding_sta(bench):
    """CM_START_ATTEN_CHAR.IND with a FORWARDING_STA that is not the car's MAC: accepted."""
    bench.plug()
    car = bench.car()
    car.initialize()
    first = car.announce(forwarding_sta=bytes(6))
    car.make_sounds()
    car.expect_atten_char(first)
    car.respond()
    time.sleep(0.1)
    car.match()


@case(seconds=9)
def Field_matched_car_begins_again(bench):
    """Matched, then CM_SLAC_PARM.REQ: of the matched EV's own MAC it restarts matching, because cars do that; of
    another MAC: silence."""
    bench.plug()
    car = bench.car()
    cnf = car.reach_matched()
    bench.expect_status("matched", cnf.time, TT_MATCH_JOIN_S)
    time.sleep(1.0)
    other = bench.car(1)
    other.parm_req()
    other.silence(SILENCE_S, why="CM_SLAC_PARM.REQ of another car while matched")
    asked = time.monotonic()
    bench.car().reach_matched()
    bench.expect_status("matching", asked, 1.0)
    time.sleep(1.5)
    if bench.has_mqtt and bench.statuses()[-1] != "matched":
        raise Failed("last status", "matched", str(bench.statuses()))


@case(seconds=8)
def Field_B_C_B_is_no_new_vehicle(bench):
    """The car changes between B and C while matching and afterwards: nothing begins anew, the key stays."""
    bench.plug()
    car = bench.car()
    car.initialize()
    bench.station.vehicle_state("C")
    car.characterize()
    bench.station.vehicle_state("B")
    car.respond()
    time.sleep(0.1)
    car.match()
    key = bench.key()
    bench.toggle(2)
    time.sleep(1.0)
    if bench.key() is not key:
        raise Failed("key", f"it stays {key} while matched", f"{bench.key()}")
    bench.check_statuses(["matching", "matched"])


@case(seconds=102, settings={"slac": {"tt_fallback_ms": 0}})  # with it the wait would be shorter
def Field_silent_car_beside_a_neighbour(bench):
    """AC, the car never speaks, but a neighbour's CM_SLAC_PARM.REQ is heard every 15 s and each of its runs fails: a
    nominal duty cycle comes all the same, within 100 s: four times TT_EVSE_SLAC_init of 20 s and the steps to it."""
    bench.need_mqtt("pilot requests")
    plugged = bench.plug()
    neighbour = bench.car(1)
    while True:
        neighbour.parm_req()
        nominal = bench.pause_unless_signalled(("nominal",), plugged, NEIGHBOUR_EVERY_S)
        neighbour.judged = neighbour.inbox.mark()
        neighbour = bench.car(1)
        if nominal is not None:
            break
        if time.monotonic() > plugged + BASIC_CHARGING_S + bench.slack(plugged):
            raise Failed("pilot", f"a nominal duty cycle within {BASIC_CHARGING_S:.0f} s of plug-in", "none")
    if "basic_charging" not in bench.statuses():
        raise Failed("statuses", "basic_charging", ", ".join(bench.statuses()))
