/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/slac/tests/slac_evse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define START_US  UINT64_C(7000000)
#define TEXT_SIZE 2048

const enum slac_run_state bench_waiting_states[BENCH_WAITING_STATES] = {
	SLAC_RUN_WAIT_START,
	SLAC_RUN_SOUNDING,
	SLAC_RUN_WAIT_RSP,
	SLAC_RUN_WAIT_MATCH,
};

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

void bench_ready_for_link(struct bench *bench, bool strict)
{
	struct slac_evse_config config = bench_config(strict);

	config.await_link = true;
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

void bench_s2(struct bench *bench, bool closed)
{
	bench_input(bench, closed ? SLAC_EVSE_S2_CLOSED : SLAC_EVSE_S2_OPEN, SLAC_REASON_NONE);
	bench_expect(bench, "");
}

void bench_toggle(struct bench *bench, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		bench_s2(bench, true);
		bench_s2(bench, false);
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

void bench_ready_at(struct bench *bench, const struct slac_car *car, bool strict, enum slac_run_state state)
{
	bench_ready_as(bench, strict);
	bench_bring_to(bench, car, state);
}

static void message_text(const struct slac_evse_output *item, char *text, size_t size)
{
	const char *error = item->reason == SLAC_REASON_FIELD ? mme_error_text(item->message.error) : "";

	snprintf(text, size, "%c%s %s%s%s",
		 item->kind == SLAC_EVSE_ODD       ? '?'
		 : item->kind == SLAC_EVSE_PUT_OFF ? '~'
						   : '!',
		 mme_name(item->message.mmtype), slac_reason_text(item->reason), error[0] == '\0' ? "" : " ", error);
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
	case SLAC_EVSE_PUT_OFF:
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
		bool other = memcmp(item->ev_mac, first.mac, MAC_LEN - 1) == 0 && item->ev_mac[MAC_LEN - 1] != 1;
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

	for (size_t i = 0; i < bench->evse.run_count; i++)
		if (mac_equal(bench->evse.runs[i].ev_mac, car->mac))
			found = bench->evse.runs[i].state;
	assert_string_equal(slac_run_state_text(found), slac_run_state_text(state));
}

void bench_expect_state(const struct bench *bench, enum slac_evse_state state)
{
	assert_string_equal(slac_evse_state_text(bench->evse.state), slac_evse_state_text(state));
}

struct slac_evse bench_without_diagnosis(const struct bench *bench)
{
	struct slac_evse rest = bench->evse;

	rest.parm_req_error = MME_OK;
	memset(rest.parm_req_mac, 0, MAC_LEN);
	for (size_t i = 0; i < rest.run_count; i++) {
		rest.runs[i].refused = SLAC_REASON_NONE;
		rest.runs[i].refused_error = MME_OK;
	}
	/* Slots that were never used say nothing. */
	memset(&rest.runs[rest.run_count], 0, (SLAC_EVSE_RUNS - rest.run_count) * sizeof(rest.runs[0]));
	memset(&rest.refused, 0, sizeof(rest.refused));
	return rest;
}

void bench_expect_listens_or_stays_failed(const struct bench *bench, bool strict)
{
	bench_expect_state(bench, strict ? SLAC_EVSE_FAILED : SLAC_EVSE_WAIT_PARM);
	if (strict)
		assert_true(slac_evse_deadline(&bench->evse) == SLAC_NEVER);
	else
		assert_int_equal(slac_evse_deadline(&bench->evse) - bench->now_us, 20000 * MS);
}

void bench_expect_deaf(struct bench *bench, const struct slac_car *car)
{
	static const enum mmtype types[] = {CM_SLAC_PARM_REQ,     CM_START_ATTEN_CHAR_IND, CM_MNBC_SOUND_IND,
					    CM_ATTEN_PROFILE_IND, CM_ATTEN_CHAR_RSP,       CM_VALIDATE_REQ,
					    CM_SLAC_MATCH_REQ};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		bench_say(bench, car, types[i]);
		bench_expect_silence(bench);
	}
	bench_validate(bench, car, BENCH_TIMER);
	bench_expect_silence(bench);
	bench_toggle(bench, 1);
	bench_input(bench, SLAC_EVSE_LINK_UP, SLAC_REASON_NONE);
	bench_expect(bench, "");
	bench_input(bench, SLAC_EVSE_REJOIN, SLAC_REASON_NONE);
	bench_expect(bench, "");
	bench_input(bench, SLAC_EVSE_LINK_PAUSED, SLAC_REASON_NONE);
	bench_expect(bench, "");
	assert_true(slac_evse_deadline(&bench->evse) == SLAC_NEVER);
	bench_tick_at(bench, bench->now_us + 60000 * MS);
	bench_expect(bench, "");
	assert_true(slac_evse_deadline(&bench->evse) == SLAC_NEVER);
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

void bench_expect_result_after_ms(struct bench *bench, const struct slac_car *car, uint64_t ms, unsigned toggles)
{
	bench_expect_after_ms(bench, ms, "CM_VALIDATE.CNF, TOGGLING>WAIT_MATCH");
	bench_expect_validate_cnf(bench, car, VALIDATE_SUCCESS, toggles);
}

void bench_expect_key(const struct bench *bench, const struct slac_car *car, uint8_t number)
{
	const struct slac_match_cnf *cnf = &bench_sent(bench, car, CM_SLAC_MATCH_CNF)->slac_match_cnf;

	assert_int_equal(cnf->nmk[0], BENCH_NMK(number));
	assert_int_equal(cnf->nid[0], BENCH_NID(number));
}

void bench_expect_whole_run(struct bench *bench, const struct slac_car *car)
{
	assert_memory_equal(bench_sent(bench, car, CM_SLAC_PARM_CNF)->slac_parm_cnf.run_id, car->run_id, RUN_ID_LEN);
	bench_say(bench, car, CM_START_ATTEN_CHAR_IND);
	bench_sounds(bench, car, 10);
	bench_say(bench, car, CM_ATTEN_CHAR_RSP);
	bench_say(bench, car, CM_SLAC_MATCH_REQ);
	bench_expect(bench, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, matched");
	const struct slac_evse_output *status = &bench->out.items[2];
	assert_memory_equal(status->run_id, car->run_id, RUN_ID_LEN);
}
