/* SPDX-License-Identifier: Apache-2.0 */
/* What the log says of MQTT messages, and how much of it. */
#include "service/message_log.h"

#include "slacd/outbox.h"

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
#define SAID_MAX  (2 * 1024 * 1024)
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

/* --- what slacd says --- */

/* In the place of the broker client: it takes what it is given, or does not. */
static bool client_takes;

bool __wrap_broker_publish(struct broker *broker, enum broker_publish_kind kind, const char *topic, const char *payload,
			   size_t len);
bool __wrap_broker_publish_latest(struct broker *broker, size_t slot, const char *topic, const char *payload,
				  size_t len);
bool __wrap_broker_connected(const struct broker *broker);

bool __wrap_broker_publish(struct broker *broker, enum broker_publish_kind kind, const char *topic, const char *payload,
			   size_t len)
{
	(void)broker;
	(void)kind;
	(void)topic;
	assert_int_equal(strlen(payload), len);
	return client_takes;
}

bool __wrap_broker_publish_latest(struct broker *broker, size_t slot, const char *topic, const char *payload,
				  size_t len)
{
	(void)slot;
	return __wrap_broker_publish(broker, BROKER_NOW, topic, payload, len);
}

bool __wrap_broker_connected(const struct broker *broker)
{
	(void)broker;
	return true;
}

static struct settings settings;
static struct outbox outbox;

static int open_outbox(void **state)
{
	static char client; /* only its address is used */

	(void)state;
	settings_defaults(&settings, SETTINGS_FIELD);
	outbox_init(&outbox, &settings);
	outbox.out.broker = (struct broker *)(void *)&client;
	client_takes = true;
	return 0;
}

/* These lines were said since listen(), each behind its time, and no other; a NULL ends them. */
static void are_said(const char *const *expected)
{
	char *rest = NULL, *text = strdup(said());

	for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		assert_non_null(*expected);
		assert_string_equal(strchr(line, ' ') + 1, *expected++);
	}
	assert_null(*expected);
	free(text);
}

#define SENT(topic, rest) " INFO slacd: Outbound MQTT message. topic=" topic " " rest

static void each_request_is_one_short_line(void **state)
{
	static const struct pilot_request requests[] = {{.kind = PILOT_HLC}, {.kind = PILOT_X2, .current_da = 165}};
	char id[API_UUID_MAX];

	(void)state;
	listen();
	assert_true(outbox_request_parameters(&outbox, id));
	assert_true(outbox_request_limits(&outbox, id));
	assert_true(outbox_request_pilot(&outbox, 0, "E1", &requests[0], id));
	assert_true(outbox_request_pilot(&outbox, 0, "E1", &requests[1], id));
	are_said((const char *[]){
		SENT("josev/cs", "name=cs_parameters type=request"),
		SENT("josev/cs", "name=cs_status_and_limits type=request"),
		SENT("josev/cs", "name=cp_pwm type=request evse_id=E1 pilot=\"high-level charging\""),
		SENT("josev/cs", "name=cp_pwm type=request evse_id=E1 pilot=X2 current=16.5"),
		NULL,
	});
}

static void each_status_is_a_line_for_each_topic_it_goes_to(void **state)
{
	const struct api_slac_status failed = {.state = API_SLAC_FAILED, .reason = "no_match_req"};

	(void)state;
	settings.topics_to_station.count = 2;
	strcpy(settings.topics_to_station.topic[1].text, "site/slac");
	listen();
	outbox_service_status(&outbox, API_SERVICE_READY);
	outbox_slac_status(&outbox, "E1", &failed, (char[API_UUID_MAX]){0});
	settings.status_message = API_NAME_SLAC_STATUS;
	outbox_slac_status(&outbox, "E1", &failed, (char[API_UUID_MAX]){0});
	are_said((const char *[]){
		SENT("josev/cs", "name=service_status type=update status=ready"),
		SENT("site/slac", "name=service_status type=update status=ready"),
		SENT("josev/cs", "name=slac_service_status type=update evse_id=E1 status=failed reason=no_match_req"),
		SENT("site/slac", "name=slac_service_status type=update evse_id=E1 status=failed reason=no_match_req"),
		SENT("josev/cs", "name=slac_status type=update evse_id=E1 status=failed"),
		SENT("site/slac", "name=slac_status type=update evse_id=E1 status=failed"),
		NULL,
	});
}

static void each_response_is_one_short_line(void **state)
{
	const struct api_network network = {.snid = 1};

	(void)state;
	listen();
	outbox_service_status_response(&outbox, "7", API_SERVICE_BUSY);
	outbox_link_status(&outbox, "7", "E1", API_LINK_CONNECTED);
	outbox_network_info(&outbox, "7", "E1", &network, 1);
	outbox_reset(&outbox, "7", API_RESET, API_RESET_ACCEPTED);
	are_said((const char *[]){
		SENT("josev/cs", "name=service_status type=response status=busy"),
		SENT("josev/cs", "name=slac_link_status type=response evse_id=E1 status=connected"),
		SENT("josev/cs", "name=slac_network_info type=response evse_id=E1 networks=1"),
		SENT("josev/cs", "name=slac_reset type=response status=accepted"),
		NULL,
	});
}

static void what_the_broker_client_does_not_take_is_not_said_as_sent(void **state)
{
	const struct pilot_request f = {.kind = PILOT_F};
	char id[API_UUID_MAX];

	(void)state;
	client_takes = false;
	listen();
	assert_false(outbox_request_pilot(&outbox, 0, "E1", &f, id));
	outbox_link_status(&outbox, "7", "E1", API_LINK_UNKNOWN);
	outbox_service_status(&outbox, API_SERVICE_READY);
	are_said((const char *[]){
		" WARN slacd: Request was not taken by the broker client. topic=josev/cs name=cp_pwm evse_id=E1 "
		"pilot=F count=1",
		" WARN slacd: Response is lost: too many wait to be sent. topic=josev/cs name=slac_link_status "
		"evse_id=E1 status=unknown count=1",
		"ERROR slacd: Status update is lost, the broker client did not take it. topic=josev/cs",
		NULL,
	});
}

/* --- how much --- */

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

static void a_flood_is_cut_after_what_256_outlets_need_and_its_size_is_told(void **state)
{
	struct message_log log = {.direction = "Inbound"};

	(void)state;
	listen();
	for (unsigned i = 0; i < 20000; i++)
		take(&log, MESSAGE("service_status", "request", "{\"service\":\"slac\"}"), START_US + i * 250);
	const char *flood = said();
	assert_int_equal(lines_with(flood, "\n"), MESSAGE_LOG_LINES + 1);
	assert_int_equal(lines_with(flood, "WARN slacd: More than 7680 MQTT messages in a minute"), 1);
	listen();
	take(&log, MESSAGE("service_status", "request", "{\"service\":\"slac\"}"), START_US + MINUTE_US);
	const char *after = said();
	assert_int_equal(
		lines_with(after, "WARN slacd: MQTT messages were not logged. direction=Inbound count=12320\n"), 1);
	assert_int_equal(lines_with(after, "INFO slacd: Inbound"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_message_is_one_short_line),
		cmocka_unit_test_setup(each_request_is_one_short_line, open_outbox),
		cmocka_unit_test_setup(each_status_is_a_line_for_each_topic_it_goes_to, open_outbox),
		cmocka_unit_test_setup(each_response_is_one_short_line, open_outbox),
		cmocka_unit_test_setup(what_the_broker_client_does_not_take_is_not_said_as_sent, open_outbox),
		cmocka_unit_test(debug_has_the_whole_message_without_the_room_in_it),
		cmocka_unit_test(a_flood_is_cut_after_what_256_outlets_need_and_its_size_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
