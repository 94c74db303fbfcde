/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What recording a session costs the event loop: memory is taken when the vehicle comes, and then no more for any frame.
 * And what is said of the records that are not written.
 */
#include "slacd/record/recorder.h"

#include "homeplug/slac/tests/slac_car.h"
#include "service/log.h"
#include "slacd/record/record_writer.h"
#include "tools/replay/replay_site.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define BEGIN_US  UINT64_C(5000000000)
#define SECOND_US UINT64_C(1000000)
#define SOUND_US  20000
#define WAIT_MS   10000

/* --- allocations of our own code; the C library's behind it are counted as theirs --- */

static _Thread_local bool counting; /* the writer's thread is not meant */
static size_t allocations;

#define COUNTED(type, name, parameters, arguments)                                                                     \
	type __real_##name parameters;                                                                                 \
	type __wrap_##name parameters;                                                                                 \
	type __wrap_##name parameters                                                                                  \
	{                                                                                                              \
		allocations += counting;                                                                               \
		return __real_##name arguments;                                                                        \
	}

COUNTED(void *, malloc, (size_t size), (size))
COUNTED(void *, calloc, (size_t n, size_t size), (n, size))
COUNTED(void *, realloc, (void *old, size_t size), (old, size))
COUNTED(char *, strdup, (const char *text), (text))
COUNTED(FILE *, open_memstream, (char **text, size_t *len), (text, len))

/* --- what the log is told --- */

static size_t left_out_said;
static char last_said[512];

__attribute__((format(printf, 2, 3))) void __wrap_log_line(enum log_level level, const char *format, ...);

void __wrap_log_line(enum log_level level, const char *format, ...)
{
	char line[sizeof(last_said)];
	va_list values;

	va_start(values, format);
	vsnprintf(line, sizeof(line), format, values);
	va_end(values);
	if (strncmp(line, "Session record is left out", strlen("Session record is left out")) != 0)
		return;
	assert_int_equal(level, LOG_LEVEL_INFO);
	left_out_said++;
	memcpy(last_said, line, sizeof(last_said));
}

/* --- an outlet that is recorded --- */

static struct {
	struct replay_site site; /* too large for the stack */
	struct settings settings;
	struct record_writer *writer;
	struct recorder *recorder;
	char folder[64];
	size_t statuses;
} test;

static void record_input(void *context, struct outlet *outlet, const struct outlet_input *input, uint64_t now_us,
			 struct outlet_effects *out)
{
	(void)context;
	counting = true;
	recorder_input(test.recorder, outlet, input, now_us);
	counting = false;
	outlet_input(outlet, input, now_us, out);
	counting = true;
	for (size_t i = 0; i < out->count; i++) {
		if (out->items[i].kind != OUTLET_STATUS)
			continue;
		recorder_status(test.recorder, &out->items[i].status);
		test.statuses++;
	}
	recorder_effects(test.recorder, out, now_us);
	counting = false;
}

static bool fill(void *context, uint8_t *out, size_t n)
{
	(void)context;
	counting = true;
	const bool filled = recorder_fill(test.recorder, out, n);
	counting = false;
	return filled;
}

static void begin_outlet(void)
{
	static const struct outlet_limits limits = {.current = {.has_ac = true, .phase_da = {160, 160, 160}},
						    .availability = CONTROL_PILOT_READY};
	const struct replay_listener listener = {.input = record_input};
	struct outlet_config config = {0};

	settings_outlet_config(&test.settings, "DE*TST*E1", true, &config);
	replay_site_init(&test.site, &config, test_modem_mac, fill, NULL, &listener);
	replay_site_start(&test.site, &limits, test_evse_mac, BEGIN_US);
	replay_site_run(&test.site, BEGIN_US + 2 * SECOND_US);
}

static int set_up(void **state)
{
	static const struct record_limits plenty = {.files = 100, .octets = 1 << 24};
	static const struct recorder_outlet outlet = {.evse_id = "DE*TST*E1", .interface = "evse0", .has_ac = true};

	(void)state;
	memset(&test, 0, sizeof(test));
	left_out_said = 0;
	snprintf(test.folder, sizeof(test.folder), "/tmp/slacd-recorder-XXXXXX");
	if (mkdtemp(test.folder) == NULL)
		return -1;
	settings_defaults(&test.settings, SETTINGS_FIELD);
	test.settings.record_when = SETTINGS_RECORD_ALWAYS;
	test.writer = record_writer_new(test.folder, &plenty);
	test.recorder = recorder_new(test.writer, &test.settings, &outlet);
	if (test.recorder == NULL)
		return -1;
	begin_outlet();
	return 0;
}

static void remove_records(void)
{
	struct dirent **names = NULL;
	const int count = scandir(test.folder, &names, NULL, NULL);

	for (int i = 0; i < count; i++) {
		char path[512];
		snprintf(path, sizeof(path), "%s/%s", test.folder, names[i]->d_name);
		if (names[i]->d_name[0] != '.')
			unlink(path);
		free(names[i]);
	}
	free(names);
}

static int tear_down(void **state)
{
	(void)state;
	recorder_free(test.recorder);
	record_writer_free(test.writer, WAIT_MS);
	remove_records();
	return rmdir(test.folder);
}

static void say(const struct slac_car *car, enum mmtype type)
{
	const struct mme message = slac_car_message(car, type);
	uint8_t octets[256];
	size_t len;

	assert_int_equal(mme_encode(&message, octets, sizeof(octets), &len), MME_OK);
	replay_site_frame(&test.site, octets, len);
	replay_site_run(&test.site, test.site.now_us + SOUND_US);
}

static void match(const struct slac_car *car)
{
	say(car, CM_SLAC_PARM_REQ);
	for (int i = 0; i < 3; i++)
		say(car, CM_START_ATTEN_CHAR_IND);
	for (int i = 0; i < SLAC_NUM_SOUNDS; i++) {
		say(car, CM_MNBC_SOUND_IND);
		say(car, CM_ATTEN_PROFILE_IND);
	}
	replay_site_run(&test.site, test.site.now_us + SECOND_US / 2);
	say(car, CM_ATTEN_CHAR_RSP);
	say(car, CM_SLAC_MATCH_REQ);
}

static size_t allocations_of_plug(bool plugged)
{
	allocations = 0;
	replay_site_plug(&test.site, plugged);
	return allocations;
}

/* --- tests --- */

static void a_frame_costs_no_allocation(void **state)
{
	struct slac_car car = slac_car(1);

	(void)state;
	for (int session = 0; session < 3; session++) {
		assert_int_equal(allocations_of_plug(true), 1); /* the ring: the one before went to the writer */
		allocations = test.statuses = 0;
		match(&car);
		assert_int_equal(allocations, 0);
		assert_int_equal(test.statuses, 2);          /* matching, matched */
		assert_true(allocations_of_plug(false) > 0); /* it is written */
		replay_site_run(&test.site, test.site.now_us + 2 * SECOND_US);
		car = slac_car_again(&car);
	}
}

static void a_session_that_is_not_written_keeps_its_memory_for_the_next(void **state)
{
	const struct slac_car car = slac_car(1);

	(void)state;
	test.settings.record_when = SETTINGS_RECORD_FAILED;
	assert_int_equal(allocations_of_plug(true), 1);
	allocations = 0;
	match(&car);
	assert_int_equal(allocations, 0);
	assert_int_equal(allocations_of_plug(false), 0);
	assert_int_equal(allocations_of_plug(true), 0);
}

/* The vehicle comes, and the session ends so. */
static const char *end_session(enum outlet_status_kind kind, enum slac_reason reason)
{
	static const struct outlet_effects none = {0};
	const struct outlet_status status = {.kind = kind, .reason = reason};

	replay_site_plug(&test.site, true);
	const char *name = recorder_status(test.recorder, &status);
	recorder_status(test.recorder, &status); /* what a status is followed by is no other session */
	recorder_effects(test.recorder, &none, test.site.now_us);
	replay_site_plug(&test.site, false);
	replay_site_run(&test.site, test.site.now_us + 2 * SECOND_US);
	return name;
}

static void each_record_that_is_left_out_is_said_once(void **state)
{
	(void)state;
	test.settings.record_when = SETTINGS_RECORD_FAILED;
	for (int i = 0; i < 3; i++)
		assert_non_null(end_session(OUTLET_FAILED, SLAC_REASON_NO_SOUNDS));
	assert_int_equal(left_out_said, 0);
	assert_null(end_session(OUTLET_UNMATCHED, SLAC_REASON_RESET)); /* it is none of those that are written */
	assert_int_equal(left_out_said, 0);
	assert_null(end_session(OUTLET_FAILED, SLAC_REASON_NO_SOUNDS));
	assert_int_equal(left_out_said, 1);
	assert_string_equal(
		last_said,
		"Session record is left out: of sessions that end badly in quick succession record.when=failed writes "
		"3, then one a minute. evse_id=DE*TST*E1 status=failed reason=no_sounds");
	assert_null(end_session(OUTLET_BASIC_CHARGING, SLAC_REASON_NO_PARM_REQ));
	assert_int_equal(left_out_said, 2);
	test.settings.record_when = SETTINGS_RECORD_ALWAYS;
	assert_non_null(end_session(OUTLET_FAILED, SLAC_REASON_NO_SOUNDS));
	assert_int_equal(left_out_said, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_frame_costs_no_allocation, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_session_that_is_not_written_keeps_its_memory_for_the_next, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(each_record_that_is_left_out_is_said_once, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
