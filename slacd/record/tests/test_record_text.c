/* SPDX-License-Identifier: Apache-2.0 */
/* Each input is the same after it was written and read, and what says none is refused. */
#include "slacd/record/record_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *text;
	struct outlet_input input;
} examples[] = {
	{"start", {.kind = OUTLET_START}},
	{"stop", {.kind = OUTLET_STOP}},
	{"port_up mac=02:45:76:00:00:01", {.kind = OUTLET_PORT_UP, .port_mac = {0x02, 0x45, 0x76, 0, 0, 1}}},
	{"port_down", {.kind = OUTLET_PORT_DOWN}},
	{"cp_status state=B2 duty=500",
	 {.kind = OUTLET_CP_STATUS, .cp_status = {.state = CP_STATE_B2, .has_duty = true, .duty = 500}}},
	{"cp_status state=F", {.kind = OUTLET_CP_STATUS, .cp_status = {.state = CP_STATE_F}}},
	{"pilot_answer number=7 answer=invalid",
	 {.kind = OUTLET_PILOT_ANSWER, .pilot = {.number = 7, .answer = OUTLET_ANSWER_INVALID}}},
	{"pilot_not_sent active=1", {.kind = OUTLET_PILOT_NOT_SENT, .active = true}},
	{"broker_connected", {.kind = OUTLET_BROKER_CONNECTED}},
	{"limits has_ac=1 rcd_error=0 l1=160 l2=0 l3=4294967295 availability=not_ready",
	 {.kind = OUTLET_LIMITS,
	  .limits = {.current = {.has_ac = true, .phase_da = {160, 0, UINT32_MAX}},
		     .availability = CONTROL_PILOT_NOT_READY}}},
	{"limits_unreadable", {.kind = OUTLET_LIMITS_UNREADABLE}},
	{"authorization active=0", {.kind = OUTLET_AUTHORIZATION}},
	{"hlc_charging active=1", {.kind = OUTLET_HLC_CHARGING, .active = true}},
	{"link_terminate", {.kind = OUTLET_LINK_TERMINATE}},
	{"link_pause", {.kind = OUTLET_LINK_PAUSE}},
	{"link_resume", {.kind = OUTLET_LINK_RESUME}},
	{"other_request hlc=0 current=160", {.kind = OUTLET_OTHER_REQUEST, .other = {.current_da = 160}}},
	{"reset", {.kind = OUTLET_RESET}},
	{"network_question question=4", {.kind = OUTLET_NETWORK_QUESTION, .question = 4}},
	{"tick", {.kind = OUTLET_TICK}},
};

static void each_input_comes_back(void **state)
{
	bool seen[OUTLET_TICK + 1] = {[OUTLET_FRAME] = true}; /* a frame is a packet */

	(void)state;
	for (size_t i = 0; i < COUNT_OF(examples); i++) {
		char text[RECORD_TEXT_MAX];
		struct outlet_input input;
		assert_string_equal(record_input_text(&examples[i].input, text), examples[i].text);
		assert_true(record_input_read(text, &input));
		assert_memory_equal(&input, &examples[i].input, sizeof(input));
		seen[input.kind] = true;
	}
	for (size_t i = 0; i < COUNT_OF(seen); i++)
		assert_true(seen[i]);
}

static void what_says_no_input_is_refused(void **state)
{
	static const char *const texts[] = {"",
					    "frame",
					    "tic",
					    "ticks",
					    "cp_status",
					    "cp_status state=B3",
					    "cp_status xstate=B2",
					    "pilot_answer number=7",
					    "pilot_answer number=-1 answer=valid",
					    "pilot_answer number=4294967296 answer=valid",
					    "pilot_answer number=1 answer=maybe",
					    "authorization active=2",
					    "port_up mac=02:45:76:00:00",
					    "network_question question=",
					    "limits has_ac=1 rcd_error=0 l1=1 l2=2 l3=3 availability=soon"};
	struct outlet_input input;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (record_input_read(texts[i], &input))
			fail_msg("\"%s\" was read", texts[i]);
}

static void the_words_of_effects_are_those_of_the_status(void **state)
{
	const struct outlet_effect failed = {.kind = OUTLET_STATUS,
					     .status = {.kind = OUTLET_FAILED,
							.reason = SLAC_REASON_NO_MATCH_REQ,
							.has_ev = true,
							.run_id = {1, 2, 3, 4, 5, 6, 7, 8},
							.ev_mac = {0x00, 0x18, 0x87, 0x00, 0xa1, 0xd6},
							.has_attenuation = true,
							.attenuation_ddb = 125}};
	const struct outlet_effect request = {
		.kind = OUTLET_PILOT_REQUEST,
		.pilot = {.request = {.kind = PILOT_X2, .current_da = 165}, .number = 4, .sendings = 2}};
	char text[RECORD_TEXT_MAX];

	(void)state;
	assert_string_equal(record_effect_text(&failed, text),
			    "status failed reason=no_match_req run_id=0x0102030405060708 ev=00:18:87:00:a1:d6 "
			    "attenuation_db=12.5");
	assert_string_equal(record_effect_text(&request, text), "pilot_request X2 current=16.5A number=4 sendings=2");
}

/* A modem may call itself anything: a message stays one line. */
static void a_text_is_one_line(void **state)
{
	struct outlet_effect effect = {.kind = OUTLET_NOTE, .note = {.kind = OUTLET_NOTE_MODEM_IDENTITY}};
	char text[RECORD_TEXT_MAX];

	(void)state;
	memset(effect.note.version, '\n', QUALCOMM_VERSION_SIZE - 1);
	record_effect_text(&effect, text);
	assert_null(strchr(text, '\n'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_input_comes_back),
		cmocka_unit_test(what_says_no_input_is_refused),
		cmocka_unit_test(the_words_of_effects_are_those_of_the_status),
		cmocka_unit_test(a_text_is_one_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
