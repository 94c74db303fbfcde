/* SPDX-License-Identifier: Apache-2.0 */
/* A car of which messages are lost or refused: what the log and the status say of it. Its frames are octets here. */
#include "slacd/tests/world/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

/* Of the car 02:45:56:00:00:aa to the outlet 02:45:76:00:00:01, its run_id 0x0102030405060708. */
#define PARM_REQ                                                                                                       \
	"frame plc0 "                                                                                                  \
	"ffffffffffff0245560000aa88e101646000000000010203040506070800000000000000000000000000000000"                   \
	"000000000000000000000000000000"                                                                               \
	"\n"
#define WRONG_PARM_REQ                                                                                                 \
	"frame plc0 "                                                                                                  \
	"ffffffffffff0245560000aa88e101646000000100010203040506070800000000000000000000000000000000"                   \
	"000000000000000000000000000000"                                                                               \
	"\n"
#define START_ATTEN_CHAR                                                                                               \
	"frame plc0 "                                                                                                  \
	"ffffffffffff0245560000aa88e1016a60000000000a06010245560000aa010203040506070800000000000000"                   \
	"000000000000000000000000000000"                                                                               \
	"\n"
#define SOUND                                                                                                          \
	"frame plc0 "                                                                                                  \
	"ffffffffffff0245560000aa88e101766000000000000000000000000000000000000000000009010203040506"                   \
	"0708000000000000000055555555555555555555555555555555"                                                         \
	"\n"
#define ATTEN_CHAR_RSP                                                                                                 \
	"frame plc0 "                                                                                                  \
	"0245760000010245560000aa88e1016f60000000000245560000aa010203040506070800000000000000000000"                   \
	"00000000000000000000000000000000000000000000000000"                                                           \
	"\n"
/* RESP_TYPE 2 */
#define WRONG_START_ATTEN_CHAR                                                                                         \
	"frame plc0 "                                                                                                  \
	"ffffffffffff0245560000aa88e1016a60000000000a06020245560000aa010203040506070800000000000000"                   \
	"000000000000000000000000000000"                                                                               \
	"\n"
/* SECURITY_TYPE 1 */
#define WRONG_SOUND                                                                                                    \
	"frame plc0 "                                                                                                  \
	"ffffffffffff0245560000aa88e101766000000001000000000000000000000000000000000009010203040506"                   \
	"0708000000000000000055555555555555555555555555555555"                                                         \
	"\n"
/* The result is 1: the car does not take what was measured. */
#define WRONG_ATTEN_CHAR_RSP                                                                                           \
	"frame plc0 "                                                                                                  \
	"0245760000010245560000aa88e1016f60000000000245560000aa010203040506070800000000000000000000"                   \
	"00000000000000000000000000000000000000000000000001"                                                           \
	"\n"
/* Signal type 1 */
#define WRONG_VALIDATE_REQ                                                                                             \
	"frame plc0 "                                                                                                  \
	"0245760000010245560000aa88e10178600000010001000000000000000000000000000000000000000000000000"                 \
	"0000000000000000000000000000"                                                                                 \
	"\n"
/* PEV_MAC is the outlet's. */
#define WRONG_MATCH_REQ                                                                                                \
	"frame plc0 "                                                                                                  \
	"0245760000010245560000aa88e1017c60000000003e0000000000000000000000000000000000000245760000"                   \
	"01000000000000000000000000000000000002457600000101020304050607080000000000000000"                             \
	"\n"
/* As far as the attenuation result; the modem measures nothing, and 20 dB stand for it. */
#define SOUNDED PARM_REQ "run 50\n" START_ATTEN_CHAR "run 20\n" SOUND "run 700\n"

/* APPLICATION_TYPE 1, three times; then TT_EVSE_SLAC_init is over. */
static void car_whose_first_message_is_refused_is_not_said_to_be_silent(void **state)
{
	(void)state;
	play("boot");
	size_t from = mark();
	play("cs plug\nrun 1000\n" WRONG_PARM_REQ WRONG_PARM_REQ "run 1000\n" WRONG_PARM_REQ "run 20000");
	assert_statuses(from, E1, "basic_charging:parm_req_refused");
	assert_count(from,
		     "log      WARN No CM_SLAC_PARM.REQ was answered within TT_EVSE_SLAC_init. evse_id=DE*TST*E1 "
		     "reason=parm_req_refused field=application_type from=02:45:56:00:00:aa",
		     1);
}

static void car_whose_announcements_are_lost_is_not_said_to_be_silent(void **state)
{
	(void)state;
	play("boot");
	size_t from = mark();
	play("cs plug\nrun 1000\n" PARM_REQ "run 100\n" SOUND "run 20\n" SOUND "run 1000");
	assert_statuses(from, E1, "matching failed:start_atten_char_lost");
	assert_count(from,
		     "log      WARN SLAC run: WAIT_START to FAILED.*reason=start_atten_char_lost *sounds_heard=2 ", 1);
}

static void car_that_is_refused_is_not_said_to_be_silent(void **state)
{
	static const struct {
		const char *story;
		const char *statuses;
		const char *step;
	} rows[] = {
		{PARM_REQ "run 50\n" WRONG_START_ATTEN_CHAR "run 1000", "matching failed:start_atten_char_refused",
		 "WAIT_START to FAILED.*reason=start_atten_char_refused *start_atten_char_field=resp_type"},
		{PARM_REQ "run 50\n" START_ATTEN_CHAR "run 20\n" WRONG_SOUND WRONG_SOUND "run 1000",
		 "matching failed:sounds_refused",
		 "SOUNDING to FAILED.*reason=sounds_refused *sounds_field=security_type"},
		{SOUNDED WRONG_ATTEN_CHAR_RSP "run 200\n" WRONG_ATTEN_CHAR_RSP "run 1000",
		 "matching failed:atten_char_rsp_refused",
		 "WAIT_RSP to FAILED.*reason=atten_char_rsp_refused *atten_char_rsp_field=result"},
		{SOUNDED ATTEN_CHAR_RSP "run 100\n" WRONG_VALIDATE_REQ "run 11000",
		 "matching failed:validate_req_refused",
		 "WAIT_MATCH to FAILED.*reason=validate_req_refused *validate_req_field=signal_type"},
		{SOUNDED ATTEN_CHAR_RSP "run 100\n" WRONG_MATCH_REQ "run 11000", "matching failed:match_req_refused",
		 "WAIT_MATCH to FAILED.*reason=match_req_refused *match_req_field=pev_mac"},
	};
	char line[256];

	(void)state;
	play("set slac.missing_profile 20\nboot");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t from = mark();
		play("cs plug\nrun 1000");
		play(rows[i].story);
		assert_statuses(from, E1, rows[i].statuses);
		snprintf(line, sizeof(line), "log      WARN SLAC run: %s", rows[i].step);
		assert_count(from, line, 1);
		play("cs unplug\nrun 2000");
	}
}

/* The modem has taken its key when the car speaks: one question is enough. */
#define COMES  "cs plug\nrun 500\ncar plc0 plug\n"
#define LEAVES "cs unplug\ncar plc0 unplug\nrun 2000\n"

/* "behaviour" and "attenuation" of slac-ev: each line begins anew, a car that is plugged in goes on as it began. */
static void car_behaves_as_told_from_its_next_plug_in(void **state)
{
	(void)state;
	play("boot\ncar plc0 behaviour silent\n" COMES "run 1000\ncar plc0 behaviour no-match\nrun 25000");
	assert_statuses(0, E1, "basic_charging:no_parm_req");
	size_t from = mark();
	play(LEAVES COMES "run 12000");
	assert_statuses(from, E1, "unmatched:vehicle_left matching failed:no_match_req");
	from = mark();
	play("car plc0 behaviour modem-no-link,double-parm\n" LEAVES COMES "run 14000");
	assert_statuses(from, E1, "unmatched:vehicle_left matching failed:no_power_line_link");
	assert_count(from, "< CM_SLAC_PARM.REQ", 2);
	from = mark();
	play("car plc0 behaviour normal\ncar plc0 attenuation 35\n" LEAVES COMES "await \"matched\"");
	assert_count(from, "< CM_SLAC_PARM.REQ", 1);
	assert_count(from, "josev/cs *slac_service_status*\"status\":\"matched\"*\"attenuation_db\":35.0", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(car_whose_first_message_is_refused_is_not_said_to_be_silent),
		STORY(car_whose_announcements_are_lost_is_not_said_to_be_silent),
		STORY(car_that_is_refused_is_not_said_to_be_silent),
		STORY(car_behaves_as_told_from_its_next_plug_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
