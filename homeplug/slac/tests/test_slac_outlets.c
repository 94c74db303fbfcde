/* SPDX-License-Identifier: Apache-2.0 */
/* One power line, two outlets: a car is heard at both and matched at the one it chooses. */
#include "homeplug/slac/tests/slac_evse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t far_evse_mac[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x55, 0xaa};
static const uint8_t far_modem_mac[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x55, 0xbb};

#define NEAR_DB 15
#define FAR_DB  55

struct outlets {
	struct bench near;
	struct bench far;
};

static void both_ready(struct outlets *outlets, bool strict)
{
	struct slac_evse_config config = bench_config(strict);
	struct network_key key;
	const struct slac_evse_input input = {.kind = SLAC_EVSE_KEY_SET, .key = &key, .modem_mac = far_modem_mac};

	bench_ready(&outlets->near, &config);
	memcpy(config.evse_mac, far_evse_mac, MAC_LEN);
	bench_ready(&outlets->far, &config);
	memset(key.nmk, BENCH_NMK(9), NMK_LEN);
	memset(key.nid, BENCH_NID(9), NID_LEN);
	slac_evse_input(&outlets->far.evse, &input, outlets->far.now_us, &outlets->far.out);
}

static void both_hear(struct outlets *outlets, const struct slac_car *car, enum mmtype type)
{
	bench_say(&outlets->near, car, type);
	bench_say(&outlets->far, car, type);
}

/* Each modem measures the sound; both reports cross the power line and are heard at both outlets. */
static void both_measure(struct outlets *outlets, const struct slac_car *car)
{
	const struct mme near = slac_car_profile(car, SLAC_GROUPS, NEAR_DB);
	struct mme far = slac_car_profile(car, SLAC_GROUPS, FAR_DB);

	memcpy(far.src, far_modem_mac, MAC_LEN);
	both_hear(outlets, car, CM_MNBC_SOUND_IND);
	bench_frame(&outlets->near, &far);
	bench_expect(&outlets->near, "!CM_ATTEN_PROFILE.IND other_modem");
	bench_frame(&outlets->far, &near);
	bench_expect(&outlets->far, "!CM_ATTEN_PROFILE.IND other_modem");
	bench_frame(&outlets->near, &near);
	bench_frame(&outlets->far, &far);
}

static void expect_reported(const struct bench *bench, const struct slac_car *car, uint8_t db)
{
	const struct atten_char_ind *ind = &bench_sent(bench, car, CM_ATTEN_CHAR_IND)->atten_char_ind;

	assert_int_equal(ind->num_sounds, SLAC_NUM_SOUNDS);
	for (size_t i = 0; i < SLAC_GROUPS; i++)
		assert_int_equal(ind->aag_db[i], db);
}

/* Until the car has heard both outlets' attenuation. */
static void both_sounded(struct outlets *outlets, const struct slac_car *car, bool strict)
{
	both_ready(outlets, strict);
	both_hear(outlets, car, CM_SLAC_PARM_REQ);
	bench_sent(&outlets->near, car, CM_SLAC_PARM_CNF);
	bench_sent(&outlets->far, car, CM_SLAC_PARM_CNF);
	both_hear(outlets, car, CM_START_ATTEN_CHAR_IND);
	for (unsigned i = 0; i < SLAC_NUM_SOUNDS; i++)
		both_measure(outlets, car);
	expect_reported(&outlets->near, car, NEAR_DB);
	expect_reported(&outlets->far, car, FAR_DB);
	both_hear(outlets, car, CM_ATTEN_CHAR_RSP);
}

static void a_car_heard_at_two_outlets_is_matched_at_the_one_it_chooses(void **state)
{
	const struct slac_car car = slac_car(1);
	struct outlets outlets;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		both_sounded(&outlets, &car, strict != 0);
		const struct mme to_near = slac_car_message(&car, CM_SLAC_MATCH_REQ);
		bench_frame(&outlets.far, &to_near);
		bench_expect(&outlets.far, "!CM_SLAC_MATCH.REQ not_for_evse");
		bench_frame(&outlets.near, &to_near);
		bench_expect(&outlets.near, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, matched");
		bench_expect_key(&outlets.near, &car, 0);
		bench_expect_after_ms(&outlets.far, 10000, "WAIT_MATCH>FAILED no_match_req, failed no_match_req");
		bench_expect_listens_or_stays_failed(&outlets.far, strict != 0);
	}
}

static void the_outlet_not_chosen_serves_its_own_car_afterwards(void **state)
{
	const struct slac_car car = slac_car(1), other = slac_car(2);
	struct outlets outlets;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		both_sounded(&outlets, &car, strict != 0);
		bench_tick_at(&outlets.far, slac_evse_deadline(&outlets.far.evse));
		bench_say(&outlets.far, &other, CM_SLAC_PARM_REQ);
		bench_expect(&outlets.far, "CM_SLAC_PARM.CNF@2, FREE>WAIT_START@2, matching@2");
		bench_say(&outlets.far, &other, CM_START_ATTEN_CHAR_IND);
		struct mme profile = slac_car_profile(&other, SLAC_GROUPS, NEAR_DB);
		memcpy(profile.src, far_modem_mac, MAC_LEN);
		for (unsigned i = 0; i < SLAC_NUM_SOUNDS; i++)
			bench_frame(&outlets.far, &profile);
		expect_reported(&outlets.far, &other, NEAR_DB);
		bench_say(&outlets.far, &other, CM_ATTEN_CHAR_RSP);
		bench_say(&outlets.far, &other, CM_SLAC_MATCH_REQ);
		bench_expect(&outlets.far, "CM_SLAC_MATCH.CNF@2, WAIT_MATCH>MATCHED@2, matched@2");
		bench_expect_key(&outlets.far, &other, 9);
	}
}

/* Both have a car of their own plugged in, and each hears the other's too. */
static void two_cars_heard_at_two_outlets_each_find_their_own(void **state)
{
	const struct slac_car car = slac_car(1), other = slac_car(2);
	struct outlets outlets;

	(void)state;
	both_ready(&outlets, STRICT);
	both_hear(&outlets, &car, CM_SLAC_PARM_REQ);
	both_hear(&outlets, &other, CM_SLAC_PARM_REQ);
	both_hear(&outlets, &other, CM_START_ATTEN_CHAR_IND);
	both_hear(&outlets, &car, CM_START_ATTEN_CHAR_IND);
	for (unsigned i = 0; i < SLAC_NUM_SOUNDS; i++) {
		both_measure(&outlets, &car);
		both_measure(&outlets, &other);
	}
	both_hear(&outlets, &car, CM_ATTEN_CHAR_RSP);
	both_hear(&outlets, &other, CM_ATTEN_CHAR_RSP);
	bench_say(&outlets.near, &car, CM_SLAC_MATCH_REQ);
	bench_expect(&outlets.near, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, WAIT_MATCH>FAILED other_ev_matched@2, "
				    "matched");
	bench_say(&outlets.far, &other, CM_SLAC_MATCH_REQ);
	bench_expect(&outlets.far, "CM_SLAC_MATCH.CNF@2, WAIT_MATCH>MATCHED@2, WAIT_MATCH>FAILED other_ev_matched, "
				   "matched@2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_car_heard_at_two_outlets_is_matched_at_the_one_it_chooses),
		cmocka_unit_test(the_outlet_not_chosen_serves_its_own_car_afterwards),
		cmocka_unit_test(two_cars_heard_at_two_outlets_each_find_their_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
