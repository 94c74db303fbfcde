/* SPDX-License-Identifier: Apache-2.0 */
/* The amplitude-map exchange on virtual time (doc/conformance.md, CmAmpMap_001 ... 008). */
#include "homeplug/slac/amp_map_exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MS       UINT64_C(1000)
#define START_US UINT64_C(5000000)

static const uint8_t evse_mac[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x44, 0xaa};
static const uint8_t ev_mac[MAC_LEN] = {0x02, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5};
static const uint8_t other_mac[MAC_LEN] = {0x02, 0xa1, 0xb2, 0xc3, 0xd4, 0xe6};

struct bench {
	struct amp_map_exchange exchange;
	struct amp_map_outputs out;
	uint64_t now_us;
};

static void set_up(struct bench *bench, bool initiate)
{
	struct amp_map_config config;

	memset(bench, 0xa5, sizeof(*bench));
	bench->now_us = START_US;
	amp_map_defaults(&config);
	memcpy(config.evse_mac, evse_mac, MAC_LEN);
	config.initiate = initiate;
	amp_map_init(&bench->exchange, &config);
}

static void set_up_linked(struct bench *bench, bool initiate)
{
	set_up(bench, initiate);
	amp_map_begin(&bench->exchange, ev_mac);
	amp_map_link_up(&bench->exchange, bench->now_us, &bench->out);
}

static void ev_says(struct bench *bench, struct amp_map_mme message)
{
	memcpy(message.src, ev_mac, MAC_LEN);
	memcpy(message.dst, evse_mac, MAC_LEN);
	amp_map_frame(&bench->exchange, &message, bench->now_us, &bench->out);
}

static const struct amp_map_mme req = {.carriers = AMP_MAP_CARRIERS};
static const struct amp_map_mme cnf = {.is_cnf = true, .result = AMP_MAP_SUCCESS};

static void expect(const struct bench *bench, enum amp_map_output_kind kind)
{
	assert_int_equal(bench->out.count, 1);
	assert_int_equal(bench->out.items[0].kind, kind);
}

static void expect_cnf(const struct bench *bench)
{
	const struct amp_map_mme *sent = &bench->out.items[0].message;

	expect(bench, AMP_MAP_SEND);
	assert_true(sent->is_cnf);
	assert_int_equal(sent->result, AMP_MAP_SUCCESS);
	assert_memory_equal(sent->src, evse_mac, MAC_LEN);
	assert_memory_equal(sent->dst, ev_mac, MAC_LEN);
}

static void expect_req(const struct bench *bench)
{
	expect(bench, AMP_MAP_SEND);
	assert_false(bench->out.items[0].message.is_cnf);
	assert_int_equal(bench->out.items[0].message.carriers, AMP_MAP_CARRIERS);
	assert_memory_equal(bench->out.items[0].message.dst, ev_mac, MAC_LEN);
}

static void expect_refusal(const struct bench *bench, enum slac_reason reason, enum mme_error error)
{
	expect(bench, AMP_MAP_IGNORED);
	assert_int_equal(bench->out.items[0].reason, reason);
	assert_int_equal(bench->out.items[0].error, error);
}

static void tick_at(struct bench *bench, uint64_t now_us)
{
	bench->now_us = now_us;
	amp_map_tick(&bench->exchange, now_us, &bench->out);
}

/* Nothing demands silence after TT_amp_map_exchange. */
static void request_is_answered_at_any_time_while_matched(void **state)
{
	static const uint64_t after_ms[] = {0, 199, 200, 650, 15000, 86400000};
	struct bench bench;

	(void)state;
	for (int initiate = 0; initiate <= 1; initiate++) {
		set_up_linked(&bench, initiate != 0);
		for (size_t i = 0; i < sizeof(after_ms) / sizeof(after_ms[0]); i++) {
			tick_at(&bench, START_US + after_ms[i] * MS);
			ev_says(&bench, req);
			expect_cnf(&bench);
		}
		assert_int_equal(amp_map_deadline(&bench.exchange), AMP_MAP_NEVER);
	}
}

static void request_before_we_see_the_link_is_answered(void **state)
{
	struct bench bench;

	(void)state;
	set_up(&bench, false);
	amp_map_begin(&bench.exchange, ev_mac);
	ev_says(&bench, req);
	expect_cnf(&bench);
}

static void repeated_request_is_answered_again(void **state)
{
	struct bench bench;

	(void)state;
	set_up_linked(&bench, false);
	bench.now_us += 150 * MS;
	for (int i = 0; i < 3; i++) {
		ev_says(&bench, req);
		expect_cnf(&bench);
		bench.now_us += 200 * MS;
	}
}

static void request_of_no_carriers_is_not_answered(void **state)
{
	struct bench bench;

	(void)state;
	set_up_linked(&bench, false);
	for (int i = 0; i < 3; i++) {
		ev_says(&bench, (struct amp_map_mme){.carriers = 0});
		expect_refusal(&bench, SLAC_REASON_FIELD, MME_ERR_AMLEN);
		bench.now_us += 200 * MS;
	}
	ev_says(&bench, req);
	expect_cnf(&bench);
}

static void nobody_but_the_matched_ev_is_answered(void **state)
{
	struct bench bench;
	struct amp_map_mme foreign = req;

	(void)state;
	memcpy(foreign.dst, evse_mac, MAC_LEN);
	memcpy(foreign.src, other_mac, MAC_LEN);
	set_up(&bench, false);
	ev_says(&bench, req);
	expect_refusal(&bench, SLAC_REASON_UNKNOWN_RUN, MME_OK);
	set_up_linked(&bench, false);
	amp_map_frame(&bench.exchange, &foreign, bench.now_us, &bench.out);
	expect_refusal(&bench, SLAC_REASON_UNKNOWN_RUN, MME_OK);
	memcpy(foreign.src, ev_mac, MAC_LEN);
	memcpy(foreign.dst, other_mac, MAC_LEN);
	amp_map_frame(&bench.exchange, &foreign, bench.now_us, &bench.out);
	expect_refusal(&bench, SLAC_REASON_NOT_FOR_EVSE, MME_OK);
	amp_map_end(&bench.exchange);
	ev_says(&bench, req);
	expect_refusal(&bench, SLAC_REASON_UNKNOWN_RUN, MME_OK);
}

/* Our request has just been sent; nobody confirms it. */
static void expect_two_repeats_and_no_more(struct bench *bench)
{
	expect_req(bench);
	for (int i = 0; i < 2; i++) {
		uint64_t due_us = bench->now_us + 200 * MS;
		assert_int_equal(amp_map_deadline(&bench->exchange), due_us);
		tick_at(bench, due_us - 1);
		assert_int_equal(bench->out.count, 0);
		tick_at(bench, due_us);
		expect_req(bench);
	}
	tick_at(bench, bench->now_us + 200 * MS);
	expect(bench, AMP_MAP_NOT_CONFIRMED);
	assert_int_equal(amp_map_deadline(&bench->exchange), AMP_MAP_NEVER);
}

static void our_request_goes_out_with_the_link_and_is_repeated_twice(void **state)
{
	struct bench bench;

	(void)state;
	set_up_linked(&bench, true);
	expect_two_repeats_and_no_more(&bench);
	ev_says(&bench, cnf);
	expect_refusal(&bench, SLAC_REASON_UNEXPECTED, MME_OK);
}

static void each_exchange_has_its_own_two_repeats(void **state)
{
	struct bench bench;

	(void)state;
	set_up(&bench, true);
	for (int i = 0; i < 2; i++) {
		amp_map_begin(&bench.exchange, ev_mac);
		amp_map_link_up(&bench.exchange, bench.now_us, &bench.out);
		expect_two_repeats_and_no_more(&bench);
		amp_map_end(&bench.exchange);
	}
}

static void confirmation_of_success_ends_it_and_one_of_failure_does_not(void **state)
{
	struct bench bench;

	(void)state;
	set_up_linked(&bench, true);
	ev_says(&bench, (struct amp_map_mme){.is_cnf = true, .result = 0xff});
	expect_refusal(&bench, SLAC_REASON_FIELD, MME_ERR_RESULT);
	ev_says(&bench, (struct amp_map_mme){.is_cnf = true, .result = AMP_MAP_FAILURE});
	expect_refusal(&bench, SLAC_REASON_FIELD, MME_ERR_RESULT);
	assert_int_equal(amp_map_deadline(&bench.exchange), START_US + 200 * MS);
	ev_says(&bench, cnf);
	expect(&bench, AMP_MAP_CONFIRMED);
	assert_int_equal(amp_map_deadline(&bench.exchange), AMP_MAP_NEVER);
	ev_says(&bench, cnf);
	expect_refusal(&bench, SLAC_REASON_UNEXPECTED, MME_OK);
}

static void unplug_ends_our_request(void **state)
{
	struct bench bench;

	(void)state;
	set_up_linked(&bench, true);
	amp_map_end(&bench.exchange);
	assert_int_equal(amp_map_deadline(&bench.exchange), AMP_MAP_NEVER);
	amp_map_link_up(&bench.exchange, bench.now_us, &bench.out);
	assert_int_equal(bench.out.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_is_answered_at_any_time_while_matched),
		cmocka_unit_test(request_before_we_see_the_link_is_answered),
		cmocka_unit_test(repeated_request_is_answered_again),
		cmocka_unit_test(request_of_no_carriers_is_not_answered),
		cmocka_unit_test(nobody_but_the_matched_ev_is_answered),
		cmocka_unit_test(our_request_goes_out_with_the_link_and_is_repeated_twice),
		cmocka_unit_test(each_exchange_has_its_own_two_repeats),
		cmocka_unit_test(confirmation_of_success_ends_it_and_one_of_failure_does_not),
		cmocka_unit_test(unplug_ends_our_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
