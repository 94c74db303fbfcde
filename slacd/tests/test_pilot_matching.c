/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The abstraction of matching that the exploration of the pilot logic uses answers as the matching it stands
 * for: every sequence of inputs up to a depth goes to both, and their statuses, init time-outs and deadlines
 * are compared.
 */
#include "homeplug/slac/tests/slac_car.h"
#include "slacd/tests/pilot_matching.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define INPUTS     (MATCHING_TICK + 1)
#define DEPTH      6
#define DEPTH_SLOW 3
#define START_US   UINT64_C(1000000000)

struct both {
	struct slac_evse real;
	struct matching model;
	struct slac_car car;
	uint64_t now_us;
};

struct said {
	char text[128];
};

static const struct network_key some_key = {.nmk = {1}, .nid = {2}};

static void add(struct said *said, const char *word)
{
	size_t len = strlen(said->text);

	snprintf(said->text + len, sizeof(said->text) - len, "%s ", word);
}

static void real_takes(struct both *both, const struct slac_evse_input *input, struct said *said)
{
	struct slac_evse_outputs out;

	slac_evse_input(&both->real, input, both->now_us, &out);
	for (size_t i = 0; i < out.count; i++)
		if (out.items[i].kind == SLAC_EVSE_STATUS)
			add(said, slac_status_text(out.items[i].status));
		else if (out.items[i].kind == SLAC_EVSE_INIT_TIMEOUT)
			add(said, "init_timeout");
}

static void car_says(struct both *both, enum mmtype type, struct said *said)
{
	const struct mme frame = slac_car_message(&both->car, type);

	real_takes(both, &(struct slac_evse_input){.kind = SLAC_EVSE_FRAME, .frame = &frame}, said);
}

/* Everything from CM_START_ATTEN_CHAR.IND to CM_SLAC_MATCH.REQ at once; not answered where no run waits for
 * it. */
static void car_goes_through(struct both *both, struct said *said)
{
	car_says(both, CM_START_ATTEN_CHAR_IND, said);
	for (int i = 0; i < SLAC_NUM_SOUNDS; i++) {
		car_says(both, CM_MNBC_SOUND_IND, said);
		car_says(both, CM_ATTEN_PROFILE_IND, said);
	}
	car_says(both, CM_ATTEN_CHAR_RSP, said);
	car_says(both, CM_SLAC_MATCH_REQ, said);
}

static void real_input(struct both *both, enum slac_evse_input_kind kind, enum slac_reason reason, struct said *said)
{
	real_takes(both, &(struct slac_evse_input){.kind = kind, .reason = reason}, said);
}

static void real_step(struct both *both, enum matching_input input, struct said *said)
{
	switch (input) {
	case MATCHING_CONNECTED:
		real_input(both, SLAC_EVSE_CONNECTED, SLAC_REASON_NONE, said);
		break;
	case MATCHING_LEFT:
		real_input(both, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT, said);
		break;
	case MATCHING_STOPPED:
		real_input(both, SLAC_EVSE_DISCONNECTED, SLAC_REASON_PILOT_FAULT, said);
		break;
	case MATCHING_TERMINATE:
		real_input(both, SLAC_EVSE_TERMINATE, SLAC_REASON_NONE, said);
		break;
	case MATCHING_PAUSE:
		real_input(both, SLAC_EVSE_PAUSE, SLAC_REASON_NONE, said);
		break;
	case MATCHING_LISTEN:
		real_input(both, SLAC_EVSE_LISTEN, SLAC_REASON_NONE, said);
		break;
	case MATCHING_KEY_LOST:
		real_input(both, SLAC_EVSE_KEY_LOST, SLAC_REASON_VEHICLE_LEFT, said);
		real_takes(both, &(struct slac_evse_input){.kind = SLAC_EVSE_KEY_SET, .key = &some_key}, said);
		break;
	case MATCHING_PARM_REQ:
		both->car = slac_car_again(&both->car);
		car_says(both, CM_SLAC_PARM_REQ, said);
		break;
	case MATCHING_MATCH_REQ:
		car_goes_through(both, said);
		break;
	case MATCHING_LINK_LOST:
		real_input(both, SLAC_EVSE_LINK_LOST, SLAC_REASON_NONE, said);
		break;
	case MATCHING_RUN_FAILED:
	case MATCHING_TICK:
		real_input(both, SLAC_EVSE_TICK, SLAC_REASON_NONE, said);
		break;
	}
}

static void model_step(struct both *both, const struct matching_config *config, enum matching_input input,
		       struct said *said)
{
	struct matching_outputs out;

	matching_input(&both->model, config, input, both->now_us, &out);
	for (size_t i = 0; i < out.count; i++)
		add(said, out.items[i].init_timeout ? "init_timeout" : slac_status_text(out.items[i].status));
}

/* The time at which the input comes: a run fails, and a window ends, at its deadline. False: it cannot. */
static bool come_to_its_time(struct both *both, enum matching_input input)
{
	bool runs = both->model.state == SLAC_EVSE_MATCHING;

	if (input == MATCHING_RUN_FAILED ? !runs
					 : input == MATCHING_TICK && (runs || both->model.deadline_us == SLAC_NEVER))
		return false;
	if (input == MATCHING_RUN_FAILED)
		both->now_us = slac_evse_deadline(&both->real);
	else if (input == MATCHING_TICK)
		both->now_us = both->model.deadline_us;
	return true;
}

static void compare(const struct both *both, const struct said *real, const struct said *model, const char *way)
{
	bool runs = both->model.state == SLAC_EVSE_MATCHING;

	if (strcmp(real->text, model->text) != 0)
		fail_msg("after%s: matching says \"%s\", its abstraction \"%s\"", way, real->text, model->text);
	if (both->real.state != both->model.state || both->real.vehicle_connected != both->model.connected ||
	    both->real.paused != both->model.paused)
		fail_msg("after%s: matching is %s, its abstraction %s", way, slac_evse_state_text(both->real.state),
			 slac_evse_state_text(both->model.state));
	/* A run has deadlines of its own, one after the other. */
	if (runs ? slac_evse_deadline(&both->real) == SLAC_NEVER
		 : slac_evse_deadline(&both->real) != both->model.deadline_us)
		fail_msg("after%s: the deadlines differ", way);
}

static size_t explore_both(const struct both *here, const struct matching_config *config, unsigned depth,
			   const char *way)
{
	static const char *const names[INPUTS] = {"connected", "left",      "stopped",   "terminate",
						  "pause",     "listen",    "key lost",  "parm req",
						  "match req", "run fails", "link lost", "window ends"};
	size_t steps = 0;

	for (int input = 0; depth > 0 && input < INPUTS; input++) {
		struct both both = *here;
		struct said real = {""}, model = {""};
		char further[256];
		if (!come_to_its_time(&both, (enum matching_input)input))
			continue;
		snprintf(further, sizeof(further), "%s, %s", way, names[input]);
		real_step(&both, (enum matching_input)input, &real);
		model_step(&both, config, (enum matching_input)input, &model);
		compare(&both, &real, &model, further);
		steps += 1 + explore_both(&both, config, depth - 1, further);
	}
	return steps;
}

static void explore_profile(bool strict, bool dc)
{
	struct slac_evse_config real_config;
	struct said said = {""};
	struct both both = {.now_us = START_US, .car = slac_car(1)};
	bool slow = getenv("SLACD_VALGRIND") != NULL;

	slac_evse_defaults(&real_config, strict);
	memcpy(real_config.evse_mac, test_evse_mac, MAC_LEN);
	real_config.dc_only = dc;
	slac_evse_init(&both.real, &real_config);
	matching_init(&both.model);
	real_takes(&both, &(struct slac_evse_input){.kind = SLAC_EVSE_KEY_SET, .key = &some_key}, &said);
	const struct matching_config config = {
		.listen_after_failure = !strict,
		.listen_after_init = !strict && dc,
		.init_ms = real_config.tt_evse_slac_init_ms,
		.session_ms = 600000,
	};
	size_t steps = explore_both(&both, &config, slow ? DEPTH_SLOW : DEPTH, "");
	printf("%s, %s: %zu steps compared\n", strict ? "strict" : "field", dc ? "DC only" : "AC", steps);
	assert_true(steps > 100);
}

static void abstraction_of_the_field_profile_answers_as_matching_does(void **state)
{
	(void)state;
	explore_profile(false, false);
}

static void abstraction_of_a_dc_outlet_in_the_field_profile_answers_as_matching_does(void **state)
{
	(void)state;
	explore_profile(false, true);
}

static void abstraction_of_the_strict_profile_answers_as_matching_does(void **state)
{
	(void)state;
	explore_profile(true, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(abstraction_of_the_field_profile_answers_as_matching_does),
		cmocka_unit_test(abstraction_of_a_dc_outlet_in_the_field_profile_answers_as_matching_does),
		cmocka_unit_test(abstraction_of_the_strict_profile_answers_as_matching_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
