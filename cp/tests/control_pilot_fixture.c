/* SPDX-License-Identifier: Apache-2.0 */
#include "cp/tests/control_pilot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define START_US (9000 * MS)

const enum control_pilot_phase bench_fallback_phases[BENCH_FALLBACK_PHASES] = {
	CONTROL_PILOT_F_STEP,
	CONTROL_PILOT_X1_STEP,
	CONTROL_PILOT_BASIC,
};

/* --- a pilot --- */

struct control_pilot_config bench_config_ac(void)
{
	struct control_pilot_config config;

	control_pilot_defaults(&config, false);
	config.has_ac = true;
	return config;
}

struct control_pilot_config bench_config_eim(void)
{
	struct control_pilot_config config = bench_config_ac();

	config.basic_charging_on_eim = true;
	return config;
}

struct control_pilot_config bench_config_retries(uint32_t retries)
{
	struct control_pilot_config config = bench_config_ac();

	config.init_retries = retries;
	return config;
}

void bench_init(struct bench *bench, const struct control_pilot_config *config)
{
	memset(bench, 0xa5, sizeof(*bench)); /* nothing may depend on what was there */
	bench->now_us = START_US;
	bench->station = BENCH_OBEYS;
	bench->said_count = bench->sent_count = 0;
	control_pilot_init(&bench->pilot, config);
}

void bench_with_vehicle(struct bench *bench, const struct control_pilot_config *config, uint32_t limit_da)
{
	bench_init(bench, config);
	bench_input(bench, CONTROL_PILOT_START);
	bench_limit_is(bench, limit_da);
	bench_state_is(bench, CP_STATE_B2);
	bench_expect(bench, "connected");
}

void bench_in_fallback(struct bench *bench, enum control_pilot_phase phase, uint32_t limit_da)
{
	const struct control_pilot_config config = bench_config_ac();

	bench_with_vehicle(bench, &config, limit_da);
	bench_input(bench, CONTROL_PILOT_INIT_TIMEOUT);
	while (bench->pilot.phase != phase) {
		assert_true(control_pilot_deadline(&bench->pilot) != CONTROL_PILOT_NEVER);
		bench->now_us = control_pilot_deadline(&bench->pilot);
		bench_input(bench, CONTROL_PILOT_TICK);
	}
}

/* --- a step --- */

static void give(struct bench *bench, const struct control_pilot_input *input)
{
	struct control_pilot_outputs out;

	control_pilot_input(&bench->pilot, input, bench->now_us, &out);
	for (size_t i = 0; i < out.count; i++) {
		assert_true(bench->said_count < BENCH_STEP_OUTPUTS);
		bench->said[bench->said_count++] = out.items[i];
	}
}

static void let_station_act(struct bench *bench)
{
	struct control_pilot_input reaction = {.number = bench->last_sent.number};

	switch (bench->station) {
	case BENCH_SILENT:
		return;
	case BENCH_OBEYS:
	case BENCH_REFUSES:
		reaction.kind = CONTROL_PILOT_ANSWER;
		reaction.active = bench->station == BENCH_OBEYS;
		break;
	case BENCH_BUSY:
	case BENCH_UNREACHABLE:
		reaction.kind = CONTROL_PILOT_NOT_SENT;
		reaction.active = bench->station == BENCH_BUSY;
		break;
	}
	give(bench, &reaction);
}

static void step(struct bench *bench, struct control_pilot_input input)
{
	bench->said_count = bench->sent_count = 0;
	give(bench, &input);
	while (control_pilot_send(&bench->pilot, bench->now_us, &bench->last_sent)) {
		assert_true(bench->sent_count < BENCH_STEP_SENT); /* otherwise a loop of messages */
		bench->sent[bench->sent_count++] = bench->last_sent;
		let_station_act(bench);
	}
}

void bench_input(struct bench *bench, enum control_pilot_input_kind kind)
{
	step(bench, (struct control_pilot_input){.kind = kind});
}

void bench_state_is(struct bench *bench, enum cp_state state)
{
	step(bench, (struct control_pilot_input){.kind = CONTROL_PILOT_STATE, .state = state});
}

void bench_state_with_duty_is(struct bench *bench, enum cp_state state, uint32_t duty)
{
	step(bench,
	     (struct control_pilot_input){.kind = CONTROL_PILOT_STATE, .state = state, .has_duty = true, .duty = duty});
}

void bench_limit_is(struct bench *bench, uint32_t limit_da)
{
	bench_phase_limits_are(bench, limit_da, 0, 0);
}

void bench_phase_limits_are(struct bench *bench, uint32_t l1_da, uint32_t l2_da, uint32_t l3_da)
{
	const struct control_pilot_limits limits = {.has_ac = true, .phase_da = {l1_da, l2_da, l3_da}};

	bench_limits_are(bench, &limits);
}

void bench_limits_are(struct bench *bench, const struct control_pilot_limits *limits)
{
	step(bench, (struct control_pilot_input){.kind = CONTROL_PILOT_LIMIT, .limits = *limits});
}

void bench_availability_is(struct bench *bench, enum control_pilot_availability availability)
{
	step(bench, (struct control_pilot_input){.kind = CONTROL_PILOT_AVAILABILITY, .availability = availability});
}

void bench_slac_is(struct bench *bench, enum control_pilot_slac slac)
{
	step(bench, (struct control_pilot_input){.kind = CONTROL_PILOT_SLAC, .slac = slac});
}

void bench_switched(struct bench *bench, enum control_pilot_input_kind kind, bool active)
{
	step(bench, (struct control_pilot_input){.kind = kind, .active = active});
}

void bench_other_asks(struct bench *bench, bool hlc, uint32_t current_da)
{
	step(bench, (struct control_pilot_input){
			    .kind = CONTROL_PILOT_OTHER_REQUEST, .active = hlc, .current_da = current_da});
}

void bench_answer(struct bench *bench, uint32_t number, bool valid)
{
	step(bench, (struct control_pilot_input){.kind = CONTROL_PILOT_ANSWER, .number = number, .active = valid});
}

uint32_t bench_last_number(const struct bench *bench)
{
	return bench->last_sent.number;
}

void bench_pass_ms(struct bench *bench, uint64_t ms)
{
	const uint64_t end_us = bench->now_us + ms * MS;

	while (control_pilot_deadline(&bench->pilot) <= end_us) {
		assert_true(control_pilot_deadline(&bench->pilot) >= bench->now_us);
		bench->now_us = control_pilot_deadline(&bench->pilot);
		bench_input(bench, CONTROL_PILOT_TICK);
	}
	bench->now_us = end_us;
}

/* --- what came of it --- */

static const char *said_text(enum control_pilot_output_kind kind)
{
	static const char *const texts[] = {
		[CONTROL_PILOT_VEHICLE_CONNECTED] = "connected",
		[CONTROL_PILOT_VEHICLE_LEFT] = "left",
		[CONTROL_PILOT_FAULT] = "fault",
		[CONTROL_PILOT_STOPPED] = "stopped",
		[CONTROL_PILOT_PAUSE_LISTENING] = "pause",
		[CONTROL_PILOT_LISTEN] = "listen",
		[CONTROL_PILOT_BASIC_CHARGING] = "basic charging",
		[CONTROL_PILOT_BASIC_CHARGING_EIM] = "basic charging by EIM",
		[CONTROL_PILOT_TAKEN_OVER] = "taken over",
		[CONTROL_PILOT_NO_BASIC_CHARGING] = "no basic charging",
		[CONTROL_PILOT_F_REFUSED] = "F refused",
		[CONTROL_PILOT_F_UNCONFIRMED] = "F unconfirmed",
		[CONTROL_PILOT_WANTS_E_F] = "wants E/F",
		[CONTROL_PILOT_BCD_AGAIN] = "B, C or D again",
		[CONTROL_PILOT_ENDED] = "ended",
		[CONTROL_PILOT_PULSE_GIVEN_UP] = "pulse given up",
		[CONTROL_PILOT_REFUSED] = "refused",
		[CONTROL_PILOT_CONTRADICTED] = "contradicted",
		[CONTROL_PILOT_OVERTAKEN] = "overtaken",
		[CONTROL_PILOT_ANSWER_LATE] = "late",
		[CONTROL_PILOT_A_BELONGS_TO_F] = "A belongs to F",
		[CONTROL_PILOT_LISTEN_ON] = "listen on",
		[CONTROL_PILOT_WOKEN] = "woken",
		[CONTROL_PILOT_LETS_LATE_CAR_IN] = "lets late car in",
		[CONTROL_PILOT_HANDED_OVER] = "handed over",
		[CONTROL_PILOT_OTHER_MASTER] = "other master",
	};

	return texts[kind];
}

static size_t request_text(const struct pilot_request *request, char *text, size_t size)
{
	const char *name = pilot_request_text(request->kind);

	if (request->kind == PILOT_X2)
		return (size_t)snprintf(text, size, "%s(%u.%u)", name, request->current_da / 10,
					request->current_da % 10);
	assert_int_equal(request->current_da, 0);
	return (size_t)snprintf(text, size, "%s", name);
}

void bench_expect(const struct bench *bench, const char *wanted)
{
	char text[512] = "";
	size_t len = 0;

	for (size_t i = 0; i < bench->said_count; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", len > 0 ? ", " : "",
					said_text(bench->said[i]));
	for (size_t i = 0; i < bench->sent_count; i++) {
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s", len > 0 ? ", " : "");
		len += request_text(&bench->sent[i].request, text + len, sizeof(text) - len);
	}
	assert_string_equal(text, wanted);
}

void bench_expect_after_ms(struct bench *bench, uint64_t ms, const char *text)
{
	const uint64_t due_us = bench->now_us + ms * MS;

	assert_int_equal(control_pilot_deadline(&bench->pilot), due_us);
	bench->now_us = due_us - 1;
	bench_input(bench, CONTROL_PILOT_TICK);
	bench_expect(bench, "");
	bench->now_us = due_us;
	bench_input(bench, CONTROL_PILOT_TICK);
	bench_expect(bench, text);
}

void bench_expect_rest(const struct bench *bench)
{
	assert_true(control_pilot_deadline(&bench->pilot) == CONTROL_PILOT_NEVER);
}

void bench_expect_phase(const struct bench *bench, enum control_pilot_phase phase)
{
	assert_string_equal(control_pilot_phase_text(bench->pilot.phase), control_pilot_phase_text(phase));
}
