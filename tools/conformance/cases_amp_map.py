# SPDX-License-Identifier: Apache-2.0
"""CmAmpMap: the exchange of amplitude maps after the link is up. A setting makes the EVSE start one."""
import time

from conformance.frames import CM_AMP_MAP_CNF, CM_AMP_MAP_REQ
from conformance.timing import C_EV_MATCH_RETRY, TT_AMP_MAP_EXCHANGE_S, TT_MATCH_JOIN_S, TT_MATCH_RESPONSE_S
from conformance.verdict import Failed, case

LINK = {"modem": {"link_detection": "on"}}
EV_STARTS = {**LINK, "slac": {"amp_map": False}}
EVSE_STARTS = {**LINK, "slac": {"amp_map": True}}
SILENCE_S = 0.8
MOST_CARRIERS = 1155


def to_link(bench):
    """Matched, and the EVSE has been told by its modem that the link is up; returns the car and that time."""
    bench.plug()
    car = bench.car()
    cnf = car.reach_matched()
    limit = cnf.time + TT_MATCH_JOIN_S
    while bench.modem.link_told_at is None:
        if time.monotonic() > limit:
            raise Failed("link", f"the EVSE asks its modem for it within TT_match_join ({TT_MATCH_JOIN_S:.0f} s)",
                         "neither VS_PL_LNK_STATUS, nor VS_NW_INFO nor CM_NW_STATS")
        time.sleep(0.005)
    return car, bench.modem.link_told_at


def expect_cnf(car, since):
    car.check(car.expect(CM_AMP_MAP_CNF, since, TT_MATCH_RESPONSE_S, what="answer to CM_AMP_MAP.REQ"), result=0)


def expect_req(car, since, within=TT_AMP_MAP_EXCHANGE_S, not_before=0.0, what="CM_AMP_MAP.REQ of the EVSE"):
    """Its own: at least one carrier, no more than HomePlug has, no amplitude beyond a nibble left over."""
    req = car.expect(CM_AMP_MAP_REQ, since, within, not_before, what)
    if not 1 <= req.am_len <= MOST_CARRIERS:
        raise Failed(what, f"AMLEN 1 … {MOST_CARRIERS}", f"{req}")
    if req.am_len % 2 and req.am_data[-1] >> 4:
        raise Failed(what, "the unused high nibble of the last octet 0", f"{req}")
    return req


@case(seconds=5, settings=EV_STARTS)
def CmAmpMap_001(bench):
    """The EV asks: CM_AMP_MAP.REQ after the link with 917 carriers: CM_AMP_MAP.CNF with result 0 within
    TT_match_response; the EVSE starts none itself."""
    car, _ = to_link(bench)
    expect_cnf(car, car.amp_map_req())
    car.silence(SILENCE_S, why="one CM_AMP_MAP.CNF for one REQ")


@case(seconds=5, settings=EVSE_STARTS)
def CmAmpMap_002(bench):
    """The EVSE's own CM_AMP_MAP.REQ within TT_amp_map_exchange (200 ms) of the link; once confirmed, it is not
    repeated."""
    car, linked = to_link(bench)
    expect_req(car, linked)
    car.amp_map_cnf()
    car.silence(2 * SILENCE_S, why="CM_AMP_MAP.REQ was confirmed")


def repeated_twice(bench, answer):
    car, linked = to_link(bench)
    before = expect_req(car, linked)
    for number in range(1, C_EV_MATCH_RETRY + 1):
        answer(car)
        again = expect_req(car, before.time, TT_MATCH_RESPONSE_S, TT_MATCH_RESPONSE_S,
                           f"CM_AMP_MAP.REQ, repetition {number}")
        if again.octets != before.octets:
            raise Failed("repetition of CM_AMP_MAP.REQ", f"the same octets {before.octets.hex()}", again.octets.hex())
        before = again
    answer(car)
    car.silence(2 * SILENCE_S, why=f"{C_EV_MATCH_RETRY} repetitions are over")
    bench.check_statuses(["matching", "matched"])


@case(seconds=6, settings=EVSE_STARTS)
def CmAmpMap_003(bench):
    """No CM_AMP_MAP.CNF to the EVSE's CM_AMP_MAP.REQ: repeated exactly twice, 200 ms apart; the match stays."""
    repeated_twice(bench, lambda car: None)


@case(seconds=6, settings=EVSE_STARTS)
def CmAmpMap_004(bench):
    """CM_AMP_MAP.CNF with result 0xFF to each CM_AMP_MAP.REQ of the EVSE: as 003."""
    repeated_twice(bench, lambda car: car.amp_map_cnf(0xFF))


@case(seconds=6, settings=EVSE_STARTS)
def General_amp_map_failure_is_no_confirmation(bench):
    """As CmAmpMap_004 with result 1."""
    repeated_twice(bench, lambda car: car.amp_map_cnf(1))


@case(seconds=6, settings=EV_STARTS)
def CmAmpMap_005(bench):
    """CM_AMP_MAP.REQ with AMLEN 0, three times, TT_match_response apart: never answered; a right one afterwards is,
    once."""
    car, _ = to_link(bench)
    for _ in range(3):
        car.amp_map_req(0)
        car.silence(TT_MATCH_RESPONSE_S, why="CM_AMP_MAP.REQ with AMLEN 0")
    car.silence(SILENCE_S, why="CM_AMP_MAP.REQ with AMLEN 0")
    expect_cnf(car, car.amp_map_req())
    car.silence(SILENCE_S, why="one CM_AMP_MAP.CNF for one REQ")


@case(seconds=5, settings=EV_STARTS)
def CmAmpMap_006(bench):
    """The EV asks again after the CM_AMP_MAP.CNF, TT_match_response after it first did: confirmed again."""
    car, _ = to_link(bench)
    asked = car.amp_map_req()
    expect_cnf(car, asked)
    bench.sleep_until(asked + TT_MATCH_RESPONSE_S)
    expect_cnf(car, car.amp_map_req())
    car.silence(SILENCE_S, why="one CM_AMP_MAP.CNF for one REQ")


@case(seconds=5, settings=EV_STARTS)
def CmAmpMap_007(bench):
    """Three CM_AMP_MAP.REQ in a burst: each is confirmed."""
    car, _ = to_link(bench)
    for asked in [car.amp_map_req() for _ in range(3)]:
        expect_cnf(car, asked)
    car.silence(SILENCE_S, why="one CM_AMP_MAP.CNF for one REQ")


@case(seconds=5, settings=EV_STARTS)
def General_amp_map_too_short(bench):
    """CM_AMP_MAP.REQ with fewer octets than AMLEN says: not answered; a right one at once afterwards is, once."""
    car, _ = to_link(bench)
    car.send_raw(CM_AMP_MAP_REQ, bench.evse_mac, (917).to_bytes(2, "little") + bytes(400))
    car.silence(TT_MATCH_RESPONSE_S, why="CM_AMP_MAP.REQ that is too short for its AMLEN")
    expect_cnf(car, car.amp_map_req())
    car.silence(SILENCE_S, why="CM_AMP_MAP.REQ that is too short for its AMLEN")


@case(seconds=5, settings=EVSE_STARTS)
def General_amp_maps_cross(bench):
    """Both start: the EV's CM_AMP_MAP.REQ is confirmed while the EVSE waits for its own CM_AMP_MAP.CNF, which ends
    its repetitions."""
    car, linked = to_link(bench)
    expect_req(car, linked)
    expect_cnf(car, car.amp_map_req())
    car.amp_map_cnf()
    car.silence(SILENCE_S, why="both sides have confirmed")


@case(seconds=5, settings=EV_STARTS)
def Fields_AMP_MAP_CNF(bench):
    """CM_AMP_MAP.REQ with 1, 4 and 1155 carriers: each gets CM_AMP_MAP.CNF, result 0, padding zero."""
    car, _ = to_link(bench)
    for carriers in (1, 4, MOST_CARRIERS):
        expect_cnf(car, car.amp_map_req(carriers))
    car.silence(SILENCE_S, why="one CM_AMP_MAP.CNF for one REQ")


@case(seconds=12, settings=EV_STARTS)
def General_amp_map_any_time(bench):
    """CM_AMP_MAP.REQ of the matched car 1 s and 5 s after the link: confirmed, nothing demands silence. After state A
    it is not."""
    car, linked = to_link(bench)
    for after_s in (1.0, 5.0):
        bench.sleep_until(linked + after_s)
        expect_cnf(car, car.amp_map_req())
        car.silence(TT_MATCH_RESPONSE_S, why="one CM_AMP_MAP.CNF for one REQ")
    bench.check_statuses(["matching", "matched"])
    bench.unplug()
    car.amp_map_req()
    car.silence(SILENCE_S, why="CM_AMP_MAP.REQ in state A")


@case(seconds=5, settings=EV_STARTS)
def General_amp_map_of_another_car(bench):
    """CM_AMP_MAP.REQ of a car that is not the matched one: not answered."""
    to_link(bench)
    other = bench.car(1)
    other.amp_map_req()
    other.silence(SILENCE_S, why="CM_AMP_MAP.REQ of another car")


@case(seconds=6, settings=EVSE_STARTS)
def General_amp_map_goes_on_after_another_match_req(bench):
    """CM_SLAC_MATCH.REQ again while the EVSE waits for CM_AMP_MAP.CNF: confirmed again, and the EVSE's own REQ is still
    repeated exactly twice, 200 ms apart."""
    repeated_twice(bench, lambda car: car.match())
