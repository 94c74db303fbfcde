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

static void feed(struct bench *bench, struct control_pilot_input input)
{
	control_pilot_input(&bench->pilot, &input, bench->now_us, &bench->out);
}

void bench_input(struct bench *bench, enum control_pilot_input_kind kind)
{
	feed(bench, (struct control_pilot_input){.kind = kind});
}

void bench_state_is(struct bench *bench, enum cp_state state)
{
	feed(bench, (struct control_pilot_input){.kind = CONTROL_PILOT_STATE, .state = state});
}

void bench_limit_is(struct bench *bench, uint32_t limit_da)
{
	feed(bench, (struct control_pilot_input){.kind = CONTROL_PILOT_LIMIT, .limit_da = limit_da});
}

void bench_availability_is(struct bench *bench, enum control_pilot_availability availability)
{
	feed(bench, (struct control_pilot_input){.kind = CONTROL_PILOT_AVAILABILITY, .availability = availability});
}

void bench_slac_is(struct bench *bench, enum control_pilot_slac slac)
{
	feed(bench, (struct control_pilot_input){.kind = CONTROL_PILOT_SLAC, .slac = slac});
}

void bench_switched(struct bench *bench, enum control_pilot_input_kind kind, bool active)
{
	feed(bench, (struct control_pilot_input){.kind = kind, .active = active});
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
	static const char *const kinds[] = {"",
					    "connected",
					    "left",
					    "fault",
					    "stopped",
					    "pause",
					    "listen",
					    "basic charging",
					    "basic charging by EIM",
					    "no basic charging"};
	char text[256] = "";
	size_t len = 0;

	for (size_t i = 0; i < bench->out.count; i++) {
		const struct control_pilot_output *item = &bench->out.items[i];
		if (i > 0)
			len += (size_t)snprintf(text + len, sizeof(text) - len, ", ");
		if (item->kind == CONTROL_PILOT_REQUEST)
			len += request_text(&item->request, text + len, sizeof(text) - len);
		else
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s", kinds[item->kind]);
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

void bench_expect_phase(const struct bench *bench, enum control_pilot_phase phase)
{
	assert_string_equal(control_pilot_phase_text(bench->pilot.phase), control_pilot_phase_text(phase));
}
