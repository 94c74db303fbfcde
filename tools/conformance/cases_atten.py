# SPDX-License-Identifier: Apache-2.0
"""AttenuationCharacterization: from CM_START_ATTEN_CHAR.IND to CM_ATTEN_CHAR.RSP."""
import time

from conformance.timing import (
    C_EV_MATCH_RETRY, TT_EV_ATTEN_RESULTS_S, TT_EVSE_MATCH_MNBC_S, TT_MATCH_RESPONSE_S, TT_MATCH_SEQUENCE_S)
from conformance.verdict import Failed, case

SILENCE_S = 0.6
FOREIGN_MAC = bytes.fromhex("02a1b2c3d4ff")
FOREIGN_RUN = bytes.fromhex("00ff00ff00ff00ff")
FILLED_ID = b"\xaa" * 17
RISE_DB = 10
LEAST_RISE_DB = 5


def mean(ind):
    return sum(ind.aag) / len(ind.aag)


@case(seconds=4)
def AttenuationCharacterization_001(bench):
    """3 × CM_START_ATTEN_CHAR.IND, 10 × CM_MNBC_SOUND.IND: correct CM_ATTEN_CHAR.IND within TT_EV_atten_results
    (1.2 s) of the first START; after the RSP silence."""
    bench.plug()
    car = bench.car()
    car.initialize()
    car.characterize()
    car.respond()
    car.silence(SILENCE_S, why="CM_ATTEN_CHAR.RSP was sent")


@case(seconds=5)
def AttenuationCharacterization_002(bench):
    """CM_SLAC_PARM.REQ with a new run id after the CM_ATTEN_CHAR.IND: answered, and the new run goes through."""
    bench.plug()
    car = bench.car()
    car.initialize()
    car.characterize()
    bench.car().reach_matched()


@case(seconds=4)
def AttenuationCharacterization_003(bench):
    """Only 9 sounds: CM_ATTEN_CHAR.IND still sent when TT_EVSE_match_MNBC (600 ms) is over, NumSounds 9."""
    bench.plug()
    car = bench.car()
    car.initialize()
    first = car.announce()
    car.make_sounds(9)
    car.expect_atten_char(first, not_before=TT_EVSE_MATCH_MNBC_S, sounds=9)
    car.respond()
    car.silence(SILENCE_S, why="CM_ATTEN_CHAR.RSP was sent")


def ind_repeated_twice_then_over(car, answer):
    """CM_ATTEN_CHAR.IND three times in all, 200 ms apart, then nothing helps any more; `answer` is sent to each."""
    before = car.ind
    for number in range(1, C_EV_MATCH_RETRY + 1):
        answer()
        ind = car.expect_atten_char(before.time, TT_MATCH_RESPONSE_S, TT_MATCH_RESPONSE_S,
                                    what=f"CM_ATTEN_CHAR.IND, repetition {number}")
        if ind.octets != before.octets:
            raise Failed("repetition of CM_ATTEN_CHAR.IND", f"the same octets {before.octets.hex()}", ind.octets.hex())
        before = ind
    answer()
    car.silence(3 * TT_MATCH_RESPONSE_S + 0.25, why=f"{C_EV_MATCH_RETRY} repetitions are over")
    car.respond()
    car.silence(SILENCE_S, why="late CM_ATTEN_CHAR.RSP")
    car.match_req()
    car.silence(SILENCE_S, why="CM_SLAC_MATCH.REQ of a run that failed")


@case(seconds=5)
def AttenuationCharacterization_004(bench):
    """No CM_ATTEN_CHAR.RSP: CM_ATTEN_CHAR.IND repeated exactly twice, 200 ms apart, then the run is over: a late
    RSP and a CM_SLAC_MATCH.REQ get nothing."""
    bench.plug()
    car = bench.car()
    car.initialize()
    car.characterize()
    ind_repeated_twice_then_over(car, lambda: None)
    bench.check_statuses(["matching", "failed"])


def wrong_rsp(bench, **wrong):
    """Each IND gets a wrong RSP: as 004. Then a new car whose wrong RSP is followed by the right one in time."""
    bench.plug()
    car = bench.car()
    car.initialize()
    car.characterize()
    ind_repeated_twice_then_over(car, lambda: car.atten_char_rsp(**wrong))
    bench.replug()
    car = bench.car()
    car.initialize()
    car.characterize()
    car.atten_char_rsp(**wrong)
    time.sleep(TT_MATCH_RESPONSE_S / 4)
    car.respond()
    car.silence(SILENCE_S, why="a right CM_ATTEN_CHAR.RSP within TT_match_response after a wrong one")
    car.match()


@case(seconds=10)
def AttenuationCharacterization_005(bench):
    """CM_ATTEN_CHAR.RSP with a wrong application type: ignored, as 004; a right one in time still counts."""
    wrong_rsp(bench, application_type=1)


@case(seconds=10)
def AttenuationCharacterization_006(bench):
    """CM_ATTEN_CHAR.RSP with a wrong security type: ignored, as 004; a right one in time still counts."""
    wrong_rsp(bench, security_type=1)


@case(seconds=10)
def AttenuationCharacterization_007(bench):
    """CM_ATTEN_CHAR.RSP with a wrong source address: ignored, as 004; a right one in time still counts."""
    wrong_rsp(bench, source_address=FOREIGN_MAC)


@case(seconds=10)
def AttenuationCharacterization_008(bench):
    """CM_ATTEN_CHAR.RSP with a wrong run id: ignored, as 004; a right one in time still counts."""
    wrong_rsp(bench, run_id=FOREIGN_RUN)


@case(seconds=10)
def AttenuationCharacterization_009(bench):
    """CM_ATTEN_CHAR.RSP with a wrong source id: ignored, as 004; a right one in time still counts."""
    wrong_rsp(bench, source_id=FILLED_ID)


@case(seconds=10)
def AttenuationCharacterization_010(bench):
    """CM_ATTEN_CHAR.RSP with a wrong resp id: ignored, as 004; a right one in time still counts."""
    wrong_rsp(bench, resp_id=FILLED_ID)


@case(seconds=10)
def AttenuationCharacterization_011(bench):
    """CM_ATTEN_CHAR.RSP with a result that is not 0: ignored, as 004; a right one in time still counts."""
    wrong_rsp(bench, result=1)


def late_start_gets_nothing(car):
    """Start and sounds after TT_match_sequence."""
    car.announce()
    car.make_sounds()
    car.silence(TT_EV_ATTEN_RESULTS_S + 0.25, why="CM_START_ATTEN_CHAR.IND after TT_match_sequence")


@case(seconds=6)
def AttenuationCharacterization_012(bench):
    """CM_START_ATTEN_CHAR.IND later than TT_match_sequence (400 ms) after CM_SLAC_PARM.CNF: no CM_ATTEN_CHAR.IND."""
    bench.plug()
    car = bench.car()
    cnf = car.initialize()
    bench.sleep_until(cnf.time + TT_MATCH_SEQUENCE_S + 0.25)
    late_start_gets_nothing(car)
    bench.check_statuses(["matching", "failed"])


def wrong_start(bench, **wrong):
    """Only wrong STARTs: no IND, and TT_match_sequence is not restarted. Then a new car whose right START comes after
    wrong ones, in time."""
    bench.plug()
    car = bench.car()
    cnf = car.initialize()
    bench.sleep_until(cnf.time + 0.25)
    car.announce(**wrong)
    bench.sleep_until(cnf.time + TT_MATCH_SEQUENCE_S + 0.25)
    late_start_gets_nothing(car)
    bench.check_statuses(["matching", "failed"])
    bench.replug()
    car = bench.car()
    car.initialize()
    car.announce(**wrong)
    car.characterize()
    car.respond()
    car.silence(SILENCE_S, why="CM_ATTEN_CHAR.RSP was sent")


@case(seconds=10)
def AttenuationCharacterization_013(bench):
    """CM_START_ATTEN_CHAR.IND with a wrong application type: ignored; a right one in time still counts."""
    wrong_start(bench, application_type=1)


@case(seconds=10)
def AttenuationCharacterization_014(bench):
    """CM_START_ATTEN_CHAR.IND with a wrong security type: ignored; a right one in time still counts."""
    wrong_start(bench, security_type=1)


@case(seconds=10)
def AttenuationCharacterization_015(bench):
    """CM_START_ATTEN_CHAR.IND with NUM_SOUNDS 0: ignored; a right one in time still counts."""
    wrong_start(bench, num_sounds=0)


@case(seconds=10)
def AttenuationCharacterization_016(bench):
    """CM_START_ATTEN_CHAR.IND with Time_Out 0: ignored; a right one in time still counts."""
    wrong_start(bench, time_out=0)


@case(seconds=10)
def AttenuationCharacterization_017(bench):
    """CM_START_ATTEN_CHAR.IND with RESP_TYPE other than 1: ignored; a right one in time still counts."""
    wrong_start(bench, resp_type=0)


@case(seconds=10)
def AttenuationCharacterization_018(bench):
    """CM_START_ATTEN_CHAR.IND with a wrong run id: ignored; a right one in time still counts."""
    wrong_start(bench, run_id=FOREIGN_RUN)


@case(seconds=5)
def AttenuationCharacterization_019(bench):
    """State A before CM_START_ATTEN_CHAR.IND: silence."""
    bench.plug()
    car = bench.car()
    car.initialize()
    bench.unplug()
    car.announce()
    car.make_sounds()
    car.silence(TT_EV_ATTEN_RESULTS_S + 0.25, why="sounds in state A")


@case(seconds=8)
def AttenuationCharacterization_020(bench):
    """The same EV again with 10 dB more attenuation: the reported mean rises accordingly (by 5 dB at least)."""
    means = []
    for more_db in (0, RISE_DB):
        bench.plug()
        car = bench.car()
        car.initialize()
        means.append(mean(car.characterize(more_db)))
        car.respond()
        time.sleep(0.1)
        bench.unplug()
        time.sleep(1.5)
    if means[1] - means[0] < LEAST_RISE_DB:
        raise Failed("mean of CM_ATTEN_CHAR.IND", f"at least {LEAST_RISE_DB} dB more than {means[0]:.1f} dB",
                     f"{means[1]:.1f} dB")


@case(seconds=10, strict_only=True)
def AttenuationCharacterization_021(bench):
    """All three CM_START_ATTEN_CHAR.IND carry a FORWARDING_STA that is not the car's MAC, then 10 sounds: no
    CM_ATTEN_CHAR.IND until TT_EV_atten_results (1.2 s) is over; a right one in time still counts."""
    bench.plug()
    car = bench.car()
    car.initialize()
    first = car.announce(forwarding_sta=FOREIGN_MAC)
    car.make_sounds()
    car.silence(until=first + TT_EV_ATTEN_RESULTS_S + 0.25, why="CM_START_ATTEN_CHAR.IND of a foreign FORWARDING_STA")
    bench.check_statuses(["matching", "failed"])
    bench.replug()
    car = bench.car()
    car.initialize()
    car.announce(forwarding_sta=FOREIGN_MAC)
    car.characterize()
