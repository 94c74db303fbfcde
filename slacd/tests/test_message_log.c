/* SPDX-License-Identifier: Apache-2.0 */
/* What the log says of MQTT messages, and how much of it. */
#include "slacd/message_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define MINUTE_US UINT64_C(60000000)
#define START_US  UINT64_C(5000000)
#define SAID_MAX  (1024 * 1024)
#define ANYWHERE  (API_FROM_STATION | API_FROM_ISO15118 | API_FROM_SERVICES)

static int file = -1;
static int saved_stderr;

/* Standard error goes into a file until said(). */
static void listen(void)
{
	file = memfd_create("log", 0);
	saved_stderr = dup(STDERR_FILENO);
	dup2(file, STDERR_FILENO);
}

static const char *said(void)
{
	static char text[SAID_MAX];

	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	lseek(file, 0, SEEK_SET);
	const ssize_t len = read(file, text, sizeof(text) - 1);
	text[len > 0 ? len : 0] = '\0';
	close(file);
	return text;
}

static void take(struct message_log *log, const char *payload, uint64_t now_us)
{
	static struct api_message message;
	struct message_about about;
	struct api_error error;

	assert_int_equal(api_parse(payload, strlen(payload), ANYWHERE, &message, &error), API_OK);
	message_about_inbound(&message, &about);
	message_log_add(log, "cs/josev", &about, payload, strlen(payload), now_us);
}

#define MESSAGE(name, type, data) "{\"id\":\"7\",\"name\":\"" name "\",\"type\":\"" type "\",\"data\":" data "}"
#define CARD                      "\"id_token\":\"04A2B1C8\",\"token_type\":\"ISO14443\""

static void each_message_is_one_short_line(void **state)
{
	static const struct {
		const char *message;
		const char *line;
	} cases[] = {
		{MESSAGE("service_status", "request", "{\"service\":\"slac\"}"), "name=service_status type=request"},
		{MESSAGE("cs_parameters", "update",
			 "{\"parameters\":[{\"evse_id\":\"E1\",\"network_interface\":\"a\",\"connectors\":[]},{}]}"),
		 "name=cs_parameters type=update outlets=1 wrong=1"},
		{MESSAGE("cs_status_and_limits", "response",
			 "{\"evses\":[{\"evse_id\":\"E1\",\"status_code\":\"evse_ready\",\"ac\":{\"max_current\":{\"l1\":16,"
			 "\"l2\":10.5},\"rcd_error\":false}}]}"),
		 "name=cs_status_and_limits type=response evse_id=E1 status_code=evse_ready max_current=16.0/10.5/0.0 "
		 "rcd_error=false"},
		{MESSAGE("cp_pwm", "response", "{\"evse_id\":\"E1\",\"status\":\"valid\"}"),
		 "name=cp_pwm type=response evse_id=E1 status=valid"},
		{MESSAGE("cp_pwm", "response", "{\"evse_id\":\"E1\",\"status\":\"error\",\"info\":\"is closed\"}"),
		 "name=cp_pwm type=response evse_id=E1 status=error info=\"is closed\""},
		{MESSAGE("cp_pwm", "request",
			 "{\"evse_id\":\"E1\",\"hlc\":false,\"current\":16.5,\"error_state\":false,\"fault_state\":false}"),
		 "name=cp_pwm type=request evse_id=E1 hlc=false current=16.5 error_state=false fault_state=false"},
		{MESSAGE("cp_status", "update", "{\"evse_id\":\"E1\",\"state\":\"B2\",\"duty_cycle\":5}"),
		 "name=cp_status type=update evse_id=E1 state=B2 duty_cycle=5.0"},
		{MESSAGE("slac_data_link", "update", "{\"evse_id\":\"E1\",\"action\":\"pause\"}"),
		 "name=slac_data_link type=update evse_id=E1 action=pause"},
		{MESSAGE("slac_link_status", "request", "{\"evse_id\":\"E1\"}"),
		 "name=slac_link_status type=request evse_id=E1"},
		{MESSAGE("hlc_charging", "update", "{\"evse_id\":\"E1\",\"status\":true}"),
		 "name=hlc_charging type=update evse_id=E1 active=true"},
		{MESSAGE("authorization", "request", "{\"evse_id\":\"E1\"," CARD "}"),
		 "name=authorization type=request evse_id=E1 eim=true"},
		{MESSAGE("authorization", "response", "{\"status\":\"accepted\"}"),
		 "name=authorization type=response accepted=true"},
		{MESSAGE("authorization", "update", "{\"evse_id\":\"E1\",\"status\":\"rejected\"," CARD "}"),
		 "name=authorization type=update evse_id=E1 eim=true accepted=false"},
		{MESSAGE("slac_reset", "request", "{}"), "name=slac_reset type=request"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct message_log log = {.direction = "Inbound"};
		char expected[512];

		listen();
		take(&log, cases[i].message, START_US);
		const char *line = said();
		snprintf(expected, sizeof(expected), " INFO slacd: Inbound MQTT message. topic=cs/josev %s\n",
			 cases[i].line);
		assert_non_null(strchr(line, ' '));
		assert_string_equal(strchr(line, ' ') + 1, expected);
		assert_null(strstr(line, "04A2B1C8"));
	}
}

static void debug_has_the_whole_message_without_the_room_in_it(void **state)
{
	struct message_log log = {.direction = "Inbound"};

	(void)state;
	log_set_level(LOG_LEVEL_DEBUG);
	listen();
	take(&log, MESSAGE("cp_status", "update", "{ \"evse_id\": \"E1\",\n\t\"state\":\"B2\"}"), START_US);
	const char *lines = said();
	log_set_level(LOG_LEVEL_INFO);
	assert_non_null(strstr(lines, "DEBUG slacd: Inbound MQTT message as it is. topic=cs/josev message=" MESSAGE(
					      "cp_status", "update", "{\"evse_id\":\"E1\",\"state\":\"B2\"}") "\n"));
}

static unsigned lines_with(const char *text, const char *word)
{
	unsigned count = 0;

	for (const char *at = text; (at = strstr(at, word)) != NULL; at++)
		count++;
	return count;
}

static void a_flood_is_cut_after_what_64_outlets_need_and_its_size_is_told(void **state)
{
	struct message_log log = {.direction = "Inbound"};

	(void)state;
	listen();
	for (unsigned i = 0; i < 20000; i++)
		take(&log, MESSAGE("service_status", "request", "{\"service\":\"slac\"}"), START_US + i * 250);
	const char *flood = said();
	assert_int_equal(lines_with(flood, "\n"), MESSAGE_LOG_LINES + 1);
	assert_int_equal(lines_with(flood, "WARN slacd: More than 1920 MQTT messages in a minute"), 1);
	listen();
	take(&log, MESSAGE("service_status", "request", "{\"service\":\"slac\"}"), START_US + MINUTE_US);
	const char *after = said();
	assert_int_equal(
		lines_with(after, "WARN slacd: MQTT messages were not logged. direction=Inbound count=18080\n"), 1);
	assert_int_equal(lines_with(after, "INFO slacd: Inbound"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_message_is_one_short_line),
		cmocka_unit_test(debug_has_the_whole_message_without_the_room_in_it),
		cmocka_unit_test(a_flood_is_cut_after_what_64_outlets_need_and_its_size_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
