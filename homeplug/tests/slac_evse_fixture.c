/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/tests/slac_evse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define START_US  UINT64_C(7000000)
#define TEXT_SIZE 2048

struct slac_evse_config bench_config(bool strict)
{
	struct slac_evse_config config;

	slac_evse_defaults(&config, strict);
	memcpy(config.evse_mac, test_evse_mac, MAC_LEN);
	return config;
}

void bench_init(struct bench *bench, const struct slac_evse_config *config)
{
	memset(bench, 0xa5, sizeof(*bench)); /* nothing may depend on what was there */
	bench->now_us = START_US;
	slac_evse_init(&bench->evse, config);
}

void bench_ready(struct bench *bench, const struct slac_evse_config *config)
{
	bench_init(bench, config);
	bench_key_set(bench, 0);
	bench_input(bench, SLAC_EVSE_CONNECTED, SLAC_REASON_NONE);
}

void bench_ready_as(struct bench *bench, bool strict)
{
	const struct slac_evse_config config = bench_config(strict);

	bench_ready(bench, &config);
}

void bench_input(struct bench *bench, enum slac_evse_input_kind kind, enum slac_reason reason)
{
	const struct slac_evse_input input = {.kind = kind, .reason = reason};

	slac_evse_input(&bench->evse, &input, bench->now_us, &bench->out);
}

void bench_key_set(struct bench *bench, uint8_t number)
{
	struct network_key key;
	const struct slac_evse_input input = {.kind = SLAC_EVSE_KEY_SET, .key = &key, .modem_mac = test_modem_mac};

	memset(key.nmk, BENCH_NMK(number), NMK_LEN);
	memset(key.nid, BENCH_NID(number), NID_LEN);
	slac_evse_input(&bench->evse, &input, bench->now_us, &bench->out);
}

void bench_tick_at(struct bench *bench, uint64_t now_us)
{
	bench->now_us = now_us;
	bench_input(bench, SLAC_EVSE_TICK, SLAC_REASON_NONE);
}

void bench_frame(struct bench *bench, const struct mme *frame)
{
	const struct slac_evse_input input = {.kind = SLAC_EVSE_FRAME, .frame = frame};

	slac_evse_input(&bench->evse, &input, bench->now_us, &bench->out);
}

void bench_say(struct bench *bench, const struct slac_car *car, enum mmtype type)
{
	struct mme frame = slac_car_message(car, type);

	if (!mac_equal(frame.dst, mac_broadcast))
		memcpy(frame.dst, bench->evse.config.evse_mac, MAC_LEN);
	if (type == CM_SLAC_MATCH_REQ)
		memcpy(frame.slac_match_req.evse_mac, bench->evse.config.evse_mac, MAC_LEN);
	bench_frame(bench, &frame);
}

void bench_validate(struct bench *bench, const struct slac_car *car, uint8_t timer)
{
	const struct mme frame = slac_car_validate(car, timer);

	bench_frame(bench, &frame);
}

void bench_toggle(struct bench *bench, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		bench_input(bench, SLAC_EVSE_S2_CLOSED, SLAC_REASON_NONE);
		bench_expect(bench, "");
		bench_input(bench, SLAC_EVSE_S2_OPEN, SLAC_REASON_NONE);
		bench_expect(bench, "");
	}
}

void bench_sounds(struct bench *bench, const struct slac_car *car, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		bench_say(bench, car, CM_MNBC_SOUND_IND);
		bench_say(bench, car, CM_ATTEN_PROFILE_IND);
	}
}

void bench_bring_to(struct bench *bench, const struct slac_car *car, enum slac_run_state state)
{
	bench_say(bench, car, CM_SLAC_PARM_REQ);
	if (state == SLAC_RUN_FAILED)
		bench_tick_at(bench, slac_evse_deadline(&bench->evse));
	if (state >= SLAC_RUN_SOUNDING && state != SLAC_RUN_FAILED)
		bench_say(bench, car, CM_START_ATTEN_CHAR_IND);
	if (state >= SLAC_RUN_WAIT_RSP && state != SLAC_RUN_FAILED)
		bench_sounds(bench, car, SLAC_NUM_SOUNDS);
	if (state >= SLAC_RUN_WAIT_MATCH && state != SLAC_RUN_FAILED)
		bench_say(bench, car, CM_ATTEN_CHAR_RSP);
	if (state == SLAC_RUN_WAIT_TOGGLE || state == SLAC_RUN_TOGGLING)
		bench_validate(bench, car, 0);
	if (state == SLAC_RUN_TOGGLING)
		bench_validate(bench, car, BENCH_TIMER);
	if (state == SLAC_RUN_MATCHED)
		bench_say(bench, car, CM_SLAC_MATCH_REQ);
	bench_expect_run(bench, car, state);
}

static void message_text(const struct slac_evse_output *item, char *text, size_t size)
{
	const char *error = item->reason == SLAC_REASON_FIELD ? mme_error_text(item->message.error) : "";

	snprintf(text, size, "%c%s %s%s%s", item->kind == SLAC_EVSE_ODD ? '?' : '!',
		 mme_name(item->message.mmtype), slac_reason_text(item->reason), error[0] == '\0' ? "" : " ",
		 error);
}

static void event_text(const struct slac_evse_output *item, char *text, size_t size)
{
	const char *reason = slac_reason_text(item->reason);
	const char *blank = reason[0] == '\0' ? "" : " ";

	if (item->kind == SLAC_EVSE_STATUS)
		snprintf(text, size, "%s%s%s", slac_status_text(item->status), blank, reason);
	else
		snprintf(text, size, "%s>%s%s%s", slac_run_state_text(item->step.from),
			 slac_run_state_text(item->step.to), blank, reason);
}

static void output_text(const struct slac_evse_output *item, char *text, size_t size)
{
	switch (item->kind) {
	case SLAC_EVSE_SEND:
		assert_true(item->has_run_id);
		assert_int_equal(item->reason, SLAC_REASON_NONE);
		snprintf(text, size, "%s", mme_name(item->frame.mmtype));
		break;
	case SLAC_EVSE_RUN_STEP:
		assert_true(item->has_run_id);
		event_text(item, text, size);
		break;
	case SLAC_EVSE_STATUS:
		event_text(item, text, size);
		break;
	case SLAC_EVSE_INIT_TIMEOUT:
		assert_false(item->has_run_id);
		snprintf(text, size, "init_timeout%s%s", item->reason != SLAC_REASON_NO_PARM_REQ ? " " : "",
			 item->reason != SLAC_REASON_NO_PARM_REQ ? slac_reason_text(item->reason) : "");
		break;
	case SLAC_EVSE_WATCH_LINK:
		assert_false(item->has_run_id);
		snprintf(text, size, "watch_link");
		break;
	case SLAC_EVSE_IGNORED:
	case SLAC_EVSE_ODD:
		assert_false(item->has_run_id);
		message_text(item, text, size);
		break;
	}
}

static void outputs_text(const struct slac_evse_outputs *out, char text[TEXT_SIZE])
{
	const struct slac_car first = slac_car(1);
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < out->count; i++) {
		const struct slac_evse_output *item = &out->items[i];
		bool other =
			memcmp(item->ev_mac, first.mac, MAC_LEN - 1) == 0 && item->ev_mac[MAC_LEN - 1] != 1;
		char one[128], at[8] = "";

		output_text(item, one, sizeof(one));
		if (other)
			snprintf(at, sizeof(at), "@%u", item->ev_mac[MAC_LEN - 1]);
		len += (size_t)snprintf(text + len, TEXT_SIZE - len, "%s%s%s", i == 0 ? "" : ", ", one, at);
		assert_true(len < TEXT_SIZE);
	}
}

void bench_expect(const struct bench *bench, const char *text)
{
	char got[TEXT_SIZE];

	outputs_text(&bench->out, got);
	assert_string_equal(got, text);
}

void bench_expect_silence(const struct bench *bench)
{
	char got[TEXT_SIZE];

	outputs_text(&bench->out, got);
	for (size_t i = 0; i < bench->out.count; i++)
		if (bench->out.items[i].kind != SLAC_EVSE_IGNORED)
			fail_msg("not silent: %s", got);
}

void bench_expect_after_ms(struct bench *bench, uint64_t ms, const char *text)
{
	const uint64_t due_us = bench->now_us + ms * MS;

	assert_int_equal(slac_evse_deadline(&bench->evse), due_us);
	bench_tick_at(bench, due_us - 1);
	bench_expect(bench, "");
	bench_tick_at(bench, due_us);
	bench_expect(bench, text);
}

void bench_expect_run(const struct bench *bench, const struct slac_car *car, enum slac_run_state state)
{
	enum slac_run_state found = SLAC_RUN_FREE;

	for (size_t i = 0; i < SLAC_EVSE_RUNS; i++)
		if (mac_equal(bench->evse.runs[i].ev_mac, car->mac))
			found = bench->evse.runs[i].state;
	assert_string_equal(slac_run_state_text(found), slac_run_state_text(state));
}

void bench_expect_state(const struct bench *bench, enum slac_evse_state state)
{
	assert_string_equal(slac_evse_state_text(bench->evse.state), slac_evse_state_text(state));
}

const struct mme *bench_sent(const struct bench *bench, const struct slac_car *car, enum mmtype type)
{
	const struct mme *frame = NULL;

	for (size_t i = 0; i < bench->out.count; i++) {
		if (bench->out.items[i].kind != SLAC_EVSE_SEND)
			continue;
		assert_null(frame);
		frame = &bench->out.items[i].frame;
	}
	assert_non_null(frame);
	assert_string_equal(mme_name(frame->mmtype), mme_name((uint16_t)type));
	assert_memory_equal(frame->src, bench->evse.config.evse_mac, MAC_LEN);
	assert_memory_equal(frame->dst, car->mac, MAC_LEN);
	assert_int_equal(frame->mmv, MME_MMV_1_1);
	return frame;
}

void bench_expect_validate_cnf(const struct bench *bench, const struct slac_car *car, enum validate_result result,
			       unsigned toggles)
{
	const struct validate_cnf *cnf = &bench_sent(bench, car, CM_VALIDATE_CNF)->validate_cnf;

	assert_int_equal(cnf->signal_type, 0);
	assert_int_equal(cnf->result, result);
	assert_int_equal(cnf->toggle_num, toggles);
}
