/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For how long an outlet answers no car because of its modem's key, whatever the contacts do: on virtual time, a
 * millisecond a step, with a modem that confirms each key after a time, or not at all.
 */
#include "homeplug/slac/tests/slac_car.h"
#include "slacd/outlet/outlet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MS      UINT64_C(1000)
#define PENDING 16

struct confirmation {
	uint64_t due_us; /* 0: a free place */
	uint8_t nonce[NONCE_LEN];
};

struct site {
	struct outlet outlet;
	struct outlet_effects out;
	uint64_t now_us;
	uint8_t octet; /* of the next random octets */
	uint32_t latency_ms;
	unsigned lost; /* confirmations to come that nobody hears */
	struct confirmation pending[PENDING];
	unsigned keys; /* different ones sent */
	uint8_t last_nonce[NONCE_LEN];
	bool car_answered; /* CM_SLAC_PARM.CNF was sent by the last input */
	unsigned slow_notes;
	struct slac_car car;
};

static struct site site; /* too large for the stack */

static bool fill(void *context, uint8_t *out, size_t len)
{
	(void)context;
	memset(out, ++site.octet, len);
	return true;
}

static void hear_key(const struct set_key_req *req)
{
	if (site.keys == 0 || memcmp(req->my_nonce, site.last_nonce, NONCE_LEN) != 0)
		site.keys++;
	memcpy(site.last_nonce, req->my_nonce, NONCE_LEN);
	if (site.lost > 0) {
		site.lost--;
		return;
	}
	for (size_t i = 0; i < PENDING; i++) {
		struct confirmation *place = &site.pending[i];
		if (place->due_us != 0)
			continue;
		place->due_us = site.now_us + site.latency_ms * MS;
		memcpy(place->nonce, req->my_nonce, NONCE_LEN);
		return;
	}
	fail_msg("the modem is asked too often");
}

static void carry_out(const struct outlet_effect *effect)
{
	struct mme frame;

	if (effect->kind == OUTLET_NOTE && effect->note.kind == OUTLET_NOTE_MODEM)
		site.slow_notes += effect->note.modem.kind == MODEM_KEY_SLOW;
	if (effect->kind != OUTLET_SEND || mme_decode(effect->frame.octets, effect->frame.len, &frame) != MME_OK)
		return;
	if (frame.mmtype == CM_SET_KEY_REQ)
		hear_key(&frame.set_key_req);
	else if (frame.mmtype == CM_SLAC_PARM_CNF)
		site.car_answered = true;
}

static void give(const struct outlet_input *input)
{
	site.car_answered = false;
	outlet_input(&site.outlet, input, site.now_us, &site.out);
	for (size_t i = 0; i < site.out.count; i++)
		carry_out(&site.out.items[i]);
}

static void give_frame(const struct mme *frame)
{
	uint8_t octets[256];
	struct outlet_input input = {.kind = OUTLET_FRAME, .frame = {.octets = octets}};

	assert_int_equal(mme_encode(frame, octets, sizeof(octets), &input.frame.len), MME_OK);
	give(&input);
}

static void confirm(struct confirmation *confirmation)
{
	struct mme frame;

	mme_init(&frame, CM_SET_KEY_CNF, test_modem_mac, test_evse_mac);
	frame.set_key_cnf.result = SET_KEY_RESULT_TAKEN;
	memcpy(frame.set_key_cnf.your_nonce, confirmation->nonce, NONCE_LEN);
	confirmation->due_us = 0;
	give_frame(&frame);
}

static void pass_ms(unsigned ms)
{
	const struct outlet_input tick = {.kind = OUTLET_TICK};

	for (unsigned i = 0; i < ms; i++) {
		site.now_us += MS;
		for (size_t k = 0; k < PENDING; k++)
			if (site.pending[k].due_us != 0 && site.pending[k].due_us <= site.now_us)
				confirm(&site.pending[k]);
		if (outlet_deadline(&site.outlet) <= site.now_us)
			give(&tick);
	}
}

static void show(enum cp_state state)
{
	const struct outlet_input input = {.kind = OUTLET_CP_STATUS, .cp_status = {.state = state}};

	give(&input);
}

static void car_says(enum mmtype type)
{
	const struct mme frame = slac_car_message(&site.car, type);

	give_frame(&frame);
}

/* The car speaks each millisecond: how many pass until it is answered. */
static unsigned deaf_ms(void)
{
	unsigned ms = 0;

	for (car_says(CM_SLAC_PARM_REQ); !site.car_answered; car_says(CM_SLAC_PARM_REQ)) {
		assert_true(ms < 20000);
		pass_ms(1);
		ms++;
	}
	return ms;
}

static void begin(uint32_t latency_ms)
{
	struct outlet_config config = {0};
	struct outlet_input up = {.kind = OUTLET_PORT_UP};
	const struct outlet_input start = {.kind = OUTLET_START};

	memset(&site, 0, sizeof(site));
	site.now_us = 5000 * MS;
	site.latency_ms = latency_ms;
	site.car = slac_car(1);
	slac_evse_defaults(&config.slac, true);
	modem_defaults(&config.modem, true);
	amp_map_defaults(&config.amp_map);
	control_pilot_defaults(&config.pilot, true);
	config.modem.family = MODEM_STANDARD;
	config.modem.link_detection = MODEM_LINK_OFF;
	config.pilot.has_ac = true;
	outlet_init(&site.outlet, &config, fill, NULL);
	memcpy(up.port_mac, test_evse_mac, MAC_LEN);
	give(&start);
	give(&up);
	for (unsigned ms = 0; !site.outlet.serving; ms++) {
		assert_true(ms < 5000);
		pass_ms(1);
	}
	pass_ms(2000);
	site.slow_notes = 0;
}

static void match(void)
{
	const struct mme profile = slac_car_profile(&site.car, SLAC_GROUPS, 12);

	site.car = slac_car_again(&site.car);
	deaf_ms();
	car_says(CM_START_ATTEN_CHAR_IND);
	for (int i = 0; i < SLAC_NUM_SOUNDS; i++) {
		car_says(CM_MNBC_SOUND_IND);
		give_frame(&profile);
	}
	car_says(CM_ATTEN_CHAR_RSP);
	car_says(CM_SLAC_MATCH_REQ);
	assert_true(outlet_is_connected(&site.outlet));
}

static void a_contact_that_bounces_leaves_no_moment_without_an_answer(void **state)
{
	static const unsigned spacings_ms[] = {1, 10, 50, 100, 300, 970};
	static const uint32_t latencies_ms[] = {1, 20, 500};

	(void)state;
	for (size_t i = 0; i < sizeof(spacings_ms) / sizeof(spacings_ms[0]); i++)
		for (size_t k = 0; k < sizeof(latencies_ms) / sizeof(latencies_ms[0]); k++) {
			begin(latencies_ms[k]);
			for (int bounce = 0; bounce < 3; bounce++) {
				show(CP_STATE_B2);
				pass_ms(spacings_ms[i]);
				show(CP_STATE_A1);
				pass_ms(spacings_ms[i]);
			}
			show(CP_STATE_B2);
			assert_int_equal(deaf_ms(), 0);
			assert_int_equal(site.keys, 1);
		}
}

/* The car was told the key: the next one has another. */
static void a_car_that_comes_back_at_once_waits_for_the_confirmation_of_the_next_key_only(void **state)
{
	(void)state;
	begin(5);
	for (unsigned session = 1; session <= 5; session++) {
		show(CP_STATE_B2);
		pass_ms(50);
		match();
		show(CP_STATE_A1);
		pass_ms(50);
		for (int bounce = 0; bounce < 3; bounce++) {
			show(CP_STATE_B2);
			show(CP_STATE_A1);
		}
		show(CP_STATE_B2);
		assert_int_equal(deaf_ms(), 0);
		assert_int_equal(site.keys, 1 + session);
		show(CP_STATE_A1);
	}
	assert_int_equal(site.slow_notes, 0);
}

/* No car and no contact is that quick. */
static void matches_without_a_pause_are_a_tenth_of_a_second_apart_at_most(void **state)
{
	(void)state;
	begin(1);
	for (unsigned session = 1; session <= 10; session++) {
		show(CP_STATE_B2);
		match();
		show(CP_STATE_A1);
		show(CP_STATE_B2);
		assert_in_range(deaf_ms(), 1, 101);
	}
}

static void a_lost_confirmation_costs_a_tenth_of_a_second_and_is_said(void **state)
{
	static const unsigned deaf[] = {1, 101, 301, 701};

	(void)state;
	for (unsigned lost = 0; lost < 4; lost++) {
		begin(1);
		show(CP_STATE_B2);
		match();
		site.lost = lost;
		show(CP_STATE_A1);
		show(CP_STATE_B2);
		assert_int_equal(deaf_ms(), deaf[lost]);
		assert_int_equal(site.slow_notes, lost > 0);
	}
}

/* It confirms its repeats, too, when the next car is there already. */
static void a_slow_modem_leaves_the_outlet_deaf_for_its_own_time_once(void **state)
{
	(void)state;
	begin(500);
	show(CP_STATE_B2);
	match();
	show(CP_STATE_A1);
	for (int replug = 0; replug < 2; replug++) {
		pass_ms(50);
		show(CP_STATE_B2);
		pass_ms(50);
		show(CP_STATE_A1);
	}
	show(CP_STATE_B2);
	assert_int_equal(deaf_ms(), 300);
	assert_int_equal(site.slow_notes, 1);
	assert_int_equal(site.keys, 2);
	match();
	assert_int_equal(site.keys, 2);
	pass_ms(1000);
	assert_true(outlet_is_connected(&site.outlet));
}

static void a_matched_car_that_leaves_is_followed_by_a_fresh_key_at_once(void **state)
{
	(void)state;
	begin(1);
	show(CP_STATE_B2);
	match();
	assert_int_equal(site.keys, 1);
	show(CP_STATE_A1);
	assert_int_equal(site.keys, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_contact_that_bounces_leaves_no_moment_without_an_answer),
		cmocka_unit_test(a_car_that_comes_back_at_once_waits_for_the_confirmation_of_the_next_key_only),
		cmocka_unit_test(matches_without_a_pause_are_a_tenth_of_a_second_apart_at_most),
		cmocka_unit_test(a_lost_confirmation_costs_a_tenth_of_a_second_and_is_said),
		cmocka_unit_test(a_slow_modem_leaves_the_outlet_deaf_for_its_own_time_once),
		cmocka_unit_test(a_matched_car_that_leaves_is_followed_by_a_fresh_key_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
