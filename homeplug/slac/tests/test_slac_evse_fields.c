/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every field an EVSE checks (doc/conformance.md: CmSlacParm_005 and _006, AttenuationCharacterization_005
 * ... _011, _013 ... _018 and _021, CmSlacMatch_007 ... _022): a message with that field wrong does nothing,
 * restarts no timer and consumes no repeat; a valid one within the original time still counts, later not.
 */
#include "homeplug/slac/tests/slac_evse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct wrong_field {
	enum mmtype type;
	const char *error; /* "field ..." or another reason */
	size_t octet;      /* offset in struct mme */
	uint8_t flip;      /* bits of the octet that are turned over */
	bool field_takes;  /* the field profile accepts it */
};

#define WRONG(type, text, member, flip)                                                                                \
	{                                                                                                              \
		type, text, offsetof(struct mme, member), flip, false                                                  \
	}
#define TOLERATED(type, text, member, flip)                                                                            \
	{                                                                                                              \
		type, text, offsetof(struct mme, member), flip, true                                                   \
	}

#define START CM_START_ATTEN_CHAR_IND
#define RSP   CM_ATTEN_CHAR_RSP
#define MATCH CM_SLAC_MATCH_REQ

static const struct wrong_field wrong_fields[] = {
	WRONG(CM_SLAC_PARM_REQ, "field application_type", slac_parm_req.application_type, 1),
	WRONG(CM_SLAC_PARM_REQ, "field security_type", slac_parm_req.security_type, 1),

	WRONG(START, "field application_type", start_atten_char_ind.application_type, 1),
	WRONG(START, "field security_type", start_atten_char_ind.security_type, 1),
	WRONG(START, "field num_sounds", start_atten_char_ind.num_sounds, SLAC_NUM_SOUNDS), /* 0 */
	WRONG(START, "field time_out", start_atten_char_ind.time_out, SLAC_TIME_OUT),       /* 0 */
	WRONG(START, "field resp_type", start_atten_char_ind.resp_type, 1),                 /* 0 */
	WRONG(START, "field resp_type", start_atten_char_ind.resp_type, 2),
	WRONG(START, "field run_id", start_atten_char_ind.run_id[0], 0x80),
	WRONG(START, "field run_id", start_atten_char_ind.run_id[7], 1),
	TOLERATED(START, "field num_sounds", start_atten_char_ind.num_sounds, 1), /* 11 */
	TOLERATED(START, "field time_out", start_atten_char_ind.time_out, 12),    /* 10, as pyPLC once */

	WRONG(RSP, "field application_type", atten_char_rsp.application_type, 1),
	WRONG(RSP, "field security_type", atten_char_rsp.security_type, 1),
	WRONG(RSP, "field source_address", atten_char_rsp.source_address[5], 1),
	WRONG(RSP, "field run_id", atten_char_rsp.run_id[0], 1),
	WRONG(RSP, "field run_id", atten_char_rsp.run_id[7], 1),
	WRONG(RSP, "field source_id", atten_char_rsp.source_id[0], 1),
	WRONG(RSP, "field source_id", atten_char_rsp.source_id[16], 1),
	WRONG(RSP, "field resp_id", atten_char_rsp.resp_id[0], 1),
	WRONG(RSP, "field resp_id", atten_char_rsp.resp_id[16], 1),
	WRONG(RSP, "field result", atten_char_rsp.result, 1),

	WRONG(CM_VALIDATE_REQ, "field signal_type", validate_req.signal_type, 1),
	WRONG(CM_VALIDATE_REQ, "field result", validate_req.result, 3),

	WRONG(MATCH, "field application_type", slac_match_req.application_type, 1),
	WRONG(MATCH, "field security_type", slac_match_req.security_type, 1),
	WRONG(MATCH, "field mvf_length", slac_match_req.mvf_length, 1),
	TOLERATED(MATCH, "field pev_id", slac_match_req.pev_id[0], 0xaa),
	TOLERATED(MATCH, "field pev_id", slac_match_req.pev_id[16], 1),
	WRONG(MATCH, "field pev_mac", slac_match_req.pev_mac[5], 1),
	TOLERATED(MATCH, "field evse_id", slac_match_req.evse_id[0], 0xbb),
	TOLERATED(MATCH, "field evse_id", slac_match_req.evse_id[16], 1),
	WRONG(MATCH, "field evse_mac", slac_match_req.evse_mac[5], 1),
	WRONG(MATCH, "field run_id", slac_match_req.run_id[0], 1),
	WRONG(MATCH, "field run_id", slac_match_req.run_id[7], 1),

	/* Not a field, but as wrong: sent by or to another station. */
	WRONG(START, "unknown_run", src[0], 4),
	WRONG(RSP, "unknown_run", src[0], 4),
	WRONG(MATCH, "unknown_run", src[0], 4),
	WRONG(RSP, "not_for_evse", dst[0], 4),
	WRONG(MATCH, "not_for_evse", dst[0], 4),
};
#define WRONG_FIELDS (sizeof(wrong_fields) / sizeof(wrong_fields[0]))

/* Before the message in question: WAIT_START for START_ATTEN_CHAR and so on. */
static void bring_before(struct bench *bench, const struct slac_car *car, enum mmtype type, bool strict)
{
	bench_ready_as(bench, strict);
	switch (type) {
	case CM_SLAC_PARM_REQ:
		break;
	case START:
		bench_bring_to(bench, car, SLAC_RUN_WAIT_START);
		break;
	case RSP:
		bench_bring_to(bench, car, SLAC_RUN_WAIT_RSP);
		break;
	default:
		bench_bring_to(bench, car, SLAC_RUN_WAIT_MATCH);
	}
}

static const char *taken_text(enum mmtype type)
{
	switch (type) {
	case CM_SLAC_PARM_REQ:
		return "CM_SLAC_PARM.CNF, FREE>WAIT_START, matching";
	case START:
		return "WAIT_START>SOUNDING";
	case RSP:
		return "WAIT_RSP>WAIT_MATCH";
	case CM_VALIDATE_REQ:
		return "CM_VALIDATE.CNF, WAIT_MATCH>WAIT_TOGGLE";
	default:
		return "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, matched";
	}
}

static struct mme wrong_message(const struct slac_car *car, const struct wrong_field *wrong)
{
	struct mme frame = slac_car_message(car, wrong->type);

	((uint8_t *)&frame)[wrong->octet] ^= wrong->flip;
	return frame;
}

/* The wrong message, half-way through the time-out: refused, with nothing else changed. */
static void refused(struct bench *bench, const struct slac_car *car, const struct wrong_field *wrong)
{
	const struct mme frame = wrong_message(car, wrong);
	char text[64];

	bench->now_us = (bench->now_us + slac_evse_deadline(&bench->evse)) / 2;
	const struct slac_evse before = bench_without_diagnosis(bench);
	bench_frame(bench, &frame);
	assert_int_equal(bench->out.count, 1);
	const struct slac_evse_output *item = &bench->out.items[0];
	assert_int_equal(item->kind, SLAC_EVSE_IGNORED);
	assert_int_equal(item->message.mmtype, wrong->type);
	assert_memory_equal(item->ev_mac, frame.src, MAC_LEN);
	snprintf(text, sizeof(text), "%s%s%s", slac_reason_text(item->reason),
		 item->reason == SLAC_REASON_FIELD ? " " : "",
		 item->reason == SLAC_REASON_FIELD ? mme_error_text(item->message.error) : "");
	assert_string_equal(text, wrong->error);
	const struct slac_evse after = bench_without_diagnosis(bench);
	assert_memory_equal(&after, &before, sizeof(before));
}

static void wrong_field_is_refused_and_the_valid_message_still_counts(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < WRONG_FIELDS; i++)
		for (int strict = 0; strict <= 1; strict++) {
			if (!strict && wrong_fields[i].field_takes)
				continue;
			bring_before(&bench, &car, wrong_fields[i].type, strict != 0);
			const uint64_t deadline_us = slac_evse_deadline(&bench.evse);
			refused(&bench, &car, &wrong_fields[i]);
			bench.now_us = deadline_us - 1;
			bench_say(&bench, &car, wrong_fields[i].type);
			bench_expect(&bench, taken_text(wrong_fields[i].type));
		}
}

/* Deadlines run out until the car's run has failed; the time it took. */
static uint64_t time_to_failure(struct bench *bench)
{
	const uint64_t start_us = bench->now_us;

	while (bench->evse.state == SLAC_EVSE_WAIT_PARM || bench->evse.state == SLAC_EVSE_MATCHING)
		bench_tick_at(bench, slac_evse_deadline(&bench->evse));
	return bench->now_us - start_us;
}

static void wrong_field_neither_prolongs_nor_shortens_the_wait(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < WRONG_FIELDS; i++) {
		bring_before(&bench, &car, wrong_fields[i].type, true);
		const uint64_t undisturbed_us = time_to_failure(&bench);
		bring_before(&bench, &car, wrong_fields[i].type, true);
		const uint64_t start_us = bench.now_us;
		refused(&bench, &car, &wrong_fields[i]);
		time_to_failure(&bench);
		assert_int_equal(bench.now_us - start_us, undisturbed_us);
		bench_say(&bench, &car, wrong_fields[i].type);
		bench_expect_silence(&bench);
	}
}

static void field_profile_takes_what_the_document_lets_it(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;
	size_t tolerated = 0;

	(void)state;
	for (size_t i = 0; i < WRONG_FIELDS; i++) {
		if (!wrong_fields[i].field_takes)
			continue;
		bring_before(&bench, &car, wrong_fields[i].type, false);
		const struct mme frame = wrong_message(&car, &wrong_fields[i]);
		bench_frame(&bench, &frame);
		bench_expect(&bench, taken_text(wrong_fields[i].type));
		tolerated++;
	}
	assert_int_equal(tolerated, 6);
}

static void each_switch_of_the_field_profile_works_alone(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < WRONG_FIELDS; i++) {
		if (!wrong_fields[i].field_takes)
			continue;
		bring_before(&bench, &car, wrong_fields[i].type, true);
		bench.evse.config.any_sound_counts = wrong_fields[i].type == START;
		bench.evse.config.any_ids = wrong_fields[i].type == MATCH;
		const struct mme frame = wrong_message(&car, &wrong_fields[i]);
		bench_frame(&bench, &frame);
		bench_expect(&bench, taken_text(wrong_fields[i].type));
		bring_before(&bench, &car, wrong_fields[i].type, true);
		bench.evse.config.any_sound_counts = wrong_fields[i].type != START;
		bench.evse.config.any_ids = wrong_fields[i].type != MATCH;
		refused(&bench, &car, &wrong_fields[i]);
	}
}

static void sounds_with_wrong_fields_are_not_counted(void **state)
{
	static const size_t octets[] = {
		offsetof(struct mme, mnbc_sound_ind.application_type),
		offsetof(struct mme, mnbc_sound_ind.security_type),
		offsetof(struct mme, mnbc_sound_ind.run_id),
	};
	static const char *const refusals[] = {
		"!CM_MNBC_SOUND.IND field application_type",
		"!CM_MNBC_SOUND.IND field security_type",
		"!CM_MNBC_SOUND.IND field run_id",
	};
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, false);
	bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
	for (size_t i = 0; i < sizeof(octets) / sizeof(octets[0]); i++) {
		struct mme frame = slac_car_message(&car, CM_MNBC_SOUND_IND);
		((uint8_t *)&frame)[octets[i]] ^= 0x40;
		bench_frame(&bench, &frame);
		bench_expect(&bench, refusals[i]);
	}
	bench_tick_at(&bench, slac_evse_deadline(&bench.evse));
	bench_expect(&bench, "SOUNDING>FAILED sounds_refused, failed sounds_refused");
}

/* open-plc-utils fills SenderID; the counter is not relied on. */
static void sender_id_and_counter_of_a_sound_are_not_looked_at(void **state)
{
	const struct slac_car car = slac_car(1);
	struct mme frame = slac_car_message(&car, CM_MNBC_SOUND_IND);
	struct bench bench;

	(void)state;
	memset(frame.mnbc_sound_ind.sender_id, 0xaa, SLAC_ID_LEN);
	frame.mnbc_sound_ind.cnt = 200;
	bench_ready_as(&bench, true);
	bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
	bench_frame(&bench, &frame);
	bench_expect(&bench, "");
	bench_tick_at(&bench, slac_evse_deadline(&bench.evse));
	bench_expect(&bench, "SOUNDING>FAILED no_profiles_from_modem, failed no_profiles_from_modem");
}

/* AttenuationCharacterization_021; a right one in time still counts. */
static void foreign_forwarding_sta_is_refused_or_with_the_switch_taken_and_said(void **state)
{
	const struct slac_car car = slac_car(1);
	struct mme frame = slac_car_message(&car, CM_START_ATTEN_CHAR_IND);
	struct bench bench;

	(void)state;
	memset(frame.start_atten_char_ind.forwarding_sta, 0, MAC_LEN);
	for (int taken = 0; taken <= 1; taken++) {
		struct slac_evse_config config = bench_config(taken != 0);
		config.any_forwarding_sta = taken != 0;
		bench_ready(&bench, &config);
		bench_bring_to(&bench, &car, SLAC_RUN_WAIT_START);
		bench_frame(&bench, &frame);
		bench_expect(&bench, taken ? "?CM_START_ATTEN_CHAR.IND field forwarding_sta, WAIT_START>SOUNDING"
					   : "!CM_START_ATTEN_CHAR.IND field forwarding_sta");
		if (!taken)
			bench_say(&bench, &car, CM_START_ATTEN_CHAR_IND);
		bench_frame(&bench, &frame);
		bench_expect(&bench, taken ? "" : "!CM_START_ATTEN_CHAR.IND field forwarding_sta");
		bench_expect_run(&bench, &car, SLAC_RUN_SOUNDING);
	}
}

static void fewer_announced_sounds_end_the_sounding_earlier_in_the_field_profile(void **state)
{
	const struct slac_car car = slac_car(1);
	struct mme frame = slac_car_message(&car, CM_START_ATTEN_CHAR_IND);
	struct bench bench;

	(void)state;
	frame.start_atten_char_ind.num_sounds = 3;
	bench_ready_as(&bench, false);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_START);
	bench_frame(&bench, &frame);
	bench_sounds(&bench, &car, 3);
	bench_expect(&bench, "CM_ATTEN_CHAR.IND, SOUNDING>WAIT_RSP");
	assert_int_equal(bench_sent(&bench, &car, CM_ATTEN_CHAR_IND)->atten_char_ind.num_sounds, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_field_is_refused_and_the_valid_message_still_counts),
		cmocka_unit_test(wrong_field_neither_prolongs_nor_shortens_the_wait),
		cmocka_unit_test(field_profile_takes_what_the_document_lets_it),
		cmocka_unit_test(each_switch_of_the_field_profile_works_alone),
		cmocka_unit_test(sounds_with_wrong_fields_are_not_counted),
		cmocka_unit_test(sender_id_and_counter_of_a_sound_are_not_looked_at),
		cmocka_unit_test(foreign_forwarding_sta_is_refused_or_with_the_switch_taken_and_said),
		cmocka_unit_test(fewer_announced_sounds_end_the_sounding_earlier_in_the_field_profile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
