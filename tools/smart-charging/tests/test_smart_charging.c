/* SPDX-License-Identifier: Apache-2.0 */
/* The service around the core: boot, messages in and out, time. The test plays broker, clocks and everybody else. */
#include "tools/smart-charging/smart_charging_internal.h"

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- in the place of broker client and clocks --- */

static struct {
	struct broker_callbacks callbacks;
	void *context;
	char will[1024];
	bool is_connected;
	bool has_no_memory;
	size_t count;
	char topics[64][64];
	char said[64][2048];
} client;

static uint64_t now_us;
static int64_t wall_us;

uint64_t __wrap_clock_now_us(void);
uint64_t __wrap_clock_wall_us(void);
struct broker *__wrap_broker_open(struct event_base *base, const struct broker_options *options,
				  const struct broker_callbacks *callbacks, void *context);
bool __wrap_broker_publish(struct broker *broker, enum broker_publish_kind kind, const char *topic, const char *payload,
			   size_t len);
bool __wrap_broker_publish_latest(struct broker *broker, size_t slot, const char *topic, const char *payload,
				  size_t len);
bool __wrap_broker_connected(const struct broker *broker);
bool __wrap_broker_stop(struct broker *broker, unsigned timeout_ms);

uint64_t __wrap_clock_now_us(void)
{
	return now_us;
}

uint64_t __wrap_clock_wall_us(void)
{
	return (uint64_t)wall_us;
}

struct broker *__wrap_broker_open(struct event_base *base, const struct broker_options *options,
				  const struct broker_callbacks *callbacks, void *context)
{
	(void)base;
	client.callbacks = *callbacks;
	client.context = context;
	snprintf(client.will, sizeof(client.will), "%.*s", (int)options->will_len, options->will_payload);
	return (struct broker *)(void *)&client;
}

bool __wrap_broker_publish(struct broker *broker, enum broker_publish_kind kind, const char *topic, const char *payload,
			   size_t len)
{
	(void)broker;
	if (kind == BROKER_NOW && !client.is_connected)
		return false;
	assert_true(client.count < 64 && len < sizeof(client.said[0]));
	snprintf(client.topics[client.count], sizeof(client.topics[0]), "%s", topic);
	snprintf(client.said[client.count++], sizeof(client.said[0]), "%s", payload);
	return true;
}

bool __wrap_broker_publish_latest(struct broker *broker, size_t slot, const char *topic, const char *payload,
				  size_t len)
{
	assert_true(slot < CHARGING_OUTBOX_SLOTS);
	if (client.has_no_memory)
		return false;
	return __wrap_broker_publish(broker, BROKER_NOW, topic, payload, len);
}

bool __wrap_broker_connected(const struct broker *broker)
{
	(void)broker;
	return client.is_connected;
}

bool __wrap_broker_stop(struct broker *broker, unsigned timeout_ms)
{
	(void)broker;
	(void)timeout_ms;
	return true;
}

/* --- the bench --- */

static struct event_base *base;
static struct smart_charging *service;
static struct smart_charging_options options;

static void connect_broker(void)
{
	client.is_connected = true;
	client.callbacks.connected(client.context);
}

/* What is due by now is done, as libevent would. */
static void pass(uint64_t us)
{
	now_us += us;
	wall_us += (int64_t)us;
	event_active(service->timer, EV_TIMEOUT, 0);
	event_base_loop(base, EVLOOP_NONBLOCK);
}

static int begin(void **state)
{
	char *argv[] = {(char *)"test", NULL};

	(void)state;
	memset(&client, 0, sizeof(client));
	now_us = 1000000;
	wall_us = INT64_C(4260726000) * 1000000; /* 2105-01-06T23:00:00Z: the kernel's own timer is not due */
	assert_int_equal(smart_charging_options_read(1, argv, &options), COMMAND_LINE_RUN);
	base = event_base_new();
	service = smart_charging_new(base, &options);
	assert_non_null(service);
	assert_true(smart_charging_start(service));
	connect_broker();
	pass(0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	smart_charging_free(service);
	event_base_free(base);
	return 0;
}

static void hear(const char *topic, const char *text)
{
	client.callbacks.message(client.context, topic, text, strlen(text));
}

#define HEAR(topic, name, type, data)                                                                                  \
	hear(topic, "{\"id\":\"7\",\"name\":\"" name "\",\"type\":\"" type "\",\"data\":" data "}")

/* The last message said, which must be of this name; "" when nothing was said since the last call. */
static const char *last(const char *name)
{
	static char text[2048];

	if (client.count == 0)
		return "";
	snprintf(text, sizeof(text), "%s", client.said[client.count - 1]);
	client.count = 0;
	assert_non_null(strstr(text, name));
	return text;
}

static void answer_last(const char *name, const char *data)
{
	char id[API_UUID_MAX] = "";
	char text[2048];

	assert_int_equal(sscanf(last(name), "{\"id\":\"%36[0-9a-f-]", id), 1);
	snprintf(text, sizeof(text), "{\"id\":\"%s\",\"name\":\"%s\",\"type\":\"response\",\"data\":%s}", id, name,
		 data);
	hear("cs/josev", text);
}

#define OUTLET(id)                                                                                                     \
	"{\"evse_id\":\"" id "\",\"network_interface\":\"a\",\"connectors\":[{\"services\":{\"ac\":{"                  \
	"\"nominal_voltage\":230}}}]}"
#define LIMIT(id, ampere)                                                                                              \
	"{\"evse_id\":\"" id "\",\"status_code\":\"evse_ready\",\"ac\":{\"max_current\":{\"l1\":" ampere               \
	",\"l2\":" ampere ",\"l3\":" ampere "},\"nominal_voltage\":230,\"rcd_error\":false}}"

static void boot(void)
{
	answer_last("cs_parameters", "{\"parameters\":[" OUTLET("E1") "," OUTLET("E2") "]}");
	answer_last("cs_status_and_limits", "{\"evses\":[" LIMIT("E1", "32") "," LIMIT("E2", "32") "]}");
	assert_non_null(strstr(last("service_status"), "\"status\":\"ready\""));
}

#define BASIC_CHARGING                                                                                                 \
	HEAR("josev/cs", "slac_service_status", "update", "{\"evse_id\":\"E1\",\"status\":\"basic_charging\"}")
#define CHARGING_AT(duty)                                                                                              \
	HEAR("cs/josev", "cp_status", "update", "{\"evse_id\":\"E1\",\"state\":\"C2\",\"duty_cycle\":" duty "}")

/* A car in basic charging: slacd has asked for its X2. */
static void begin_basic_charging(void)
{
	HEAR("cs/josev", "cp_status", "update", "{\"evse_id\":\"E1\",\"state\":\"A1\"}");
	BASIC_CHARGING;
	assert_string_equal(last("cp_pwm"), "");
	CHARGING_AT("53.3");
}

static bool asks(const char *ampere)
{
	char wanted[64];

	snprintf(wanted, sizeof(wanted), "\"hlc\":false,\"current\":%s,", ampere);
	return strstr(last("cp_pwm"), wanted) != NULL;
}

/* A TxDefaultProfile for E1 of 13 A, and of 10 A from 23:10 on. */
#define SET_PROFILE                                                                                                    \
	HEAR("ocpp/smart_charging", "set_charging_profile", "request",                                                 \
	     "{\"evse_id\":\"E1\",\"charging_profile\":{\"id\":1,\"stack_level\":0,"                                   \
	     "\"charging_profile_purpose\":\"TxDefaultProfile\",\"charging_profile_kind\":\"Absolute\","               \
	     "\"charging_schedule\":[{\"id\":1,\"start_schedule\":\"2105-01-06T22:00:00Z\",\"charging_rate_unit\":"    \
	     "\"A\",\"charging_schedule_period\":[{\"start_period\":0,\"limit\":13},{\"start_period\":4200,"           \
	     "\"limit\":10}]}]}}")

/* --- tests --- */

static void it_boots_with_two_questions(void **state)
{
	(void)state;
	assert_int_equal(client.count, 2);
	assert_string_equal(client.topics[0], "josev/cs");
	assert_non_null(strstr(client.said[0], "\"service\":\"smart_charging\""));
	assert_non_null(strstr(client.said[0], "\"status\":\"starting\""));
	assert_non_null(strstr(client.will, "\"status\":\"error\""));
	/* An answer to somebody else's question is none. */
	HEAR("cs/josev", "cs_parameters", "response", "{\"parameters\":[" OUTLET("E9") "]}");
	assert_int_equal(client.count, 2);
	pass(2100000);
	boot();
	assert_int_equal(service->station.evses.count, 2);
	assert_int_equal(smart_charging_state(service), API_SERVICE_READY);
}

static void profile_before_the_boot_is_rejected(void **state)
{
	(void)state;
	SET_PROFILE;
	const char *answer = last("set_charging_profile");
	assert_non_null(strstr(answer, "\"status\":\"rejected\",\"status_info\":{\"reason_code\":\"InternalError\""));
}

static void request_that_is_refused_is_repeated_under_another_id(void **state)
{
	char first[API_UUID_MAX], again[API_UUID_MAX];

	(void)state;
	boot();
	begin_basic_charging();
	assert_int_equal(sscanf(client.said[client.count - 1], "{\"id\":\"%36s", first), 1);
	answer_last("cp_pwm", "{\"evse_id\":\"E1\",\"status\":\"invalid\"}");
	pass(30000000);
	assert_int_equal(sscanf(client.said[client.count - 1], "{\"id\":\"%36s", again), 1);
	assert_string_not_equal(first, again);
	answer_last("cp_pwm", "{\"evse_id\":\"E1\",\"status\":\"valid\"}");
	pass(300000000);
	assert_int_equal(client.count, 0);
}

/* It may run at less than the station gives, by a profile that nobody has sent again yet. */
static void session_that_ran_before_the_service_is_left_alone_until_a_profile_is_in_force(void **state)
{
	(void)state;
	boot();
	BASIC_CHARGING;
	CHARGING_AT("16.7");
	pass(30000000);
	assert_int_equal(client.count, 0);
	SET_PROFILE; /* its answer is said first */
	assert_true(asks("13.0"));
}

/* The pilot may be at 5 % again, for all that was heard: the way to a current is X1 (section 8 of the document). */
static void session_whose_pilot_was_not_told_goes_by_x1(void **state)
{
	(void)state;
	boot();
	SET_PROFILE;
	client.count = 0;
	BASIC_CHARGING;
	assert_int_equal(client.count, 0);
	pass(6500000);
	assert_non_null(strstr(client.said[client.count - 1], "\"current\":0.0,"));
	answer_last("cp_pwm", "{\"evse_id\":\"E1\",\"status\":\"valid\"}");
	pass(3000000);
	assert_true(asks("13.0"));
}

static void session_15118_that_ran_before_the_service_is_told_no_limit_of_the_station(void **state)
{
	(void)state;
	boot();
	HEAR("josev/cs", "slac_service_status", "update", "{\"evse_id\":\"E1\",\"status\":\"matched\"}");
	assert_int_equal(client.count, 0);
	SET_PROFILE;
	assert_non_null(strstr(last("iso15118_charge_limit"), "\"limit\":13.0,"));
}

/* slacd says it once more when some smart-charging service has begun, maybe another one. */
static void status_that_is_said_once_more_changes_nothing(void **state)
{
	(void)state;
	boot();
	begin_basic_charging();
	answer_last("cp_pwm", "{\"evse_id\":\"E1\",\"status\":\"valid\"}");
	BASIC_CHARGING;
	pass(30000000);
	assert_int_equal(client.count, 0);
}

static void answer_to_somebody_else_confirms_nothing(void **state)
{
	(void)state;
	boot();
	begin_basic_charging();
	assert_true(asks("32.0"));
	HEAR("cs/josev", "cp_pwm", "response", "{\"evse_id\":\"E1\",\"status\":\"valid\"}");
	pass(30000000);
	assert_true(asks("32.0"));
}

static void schedule_follows_the_wall_clock_also_when_that_is_set(void **state)
{
	(void)state;
	boot();
	begin_basic_charging();
	answer_last("cp_pwm", "{\"evse_id\":\"E1\",\"status\":\"valid\"}");
	SET_PROFILE;
	answer_last("cp_pwm", "{\"evse_id\":\"E1\",\"status\":\"valid\"}");
	assert_int_equal(charging_station_next(&service->station).wall_s, wall_us / 1000000 + 600);
	pass(599000000);
	assert_int_equal(client.count, 0);
	pass(1000000);
	assert_true(asks("10.0"));
	/* Half an hour back. */
	wall_us -= INT64_C(1800) * 1000000;
	pass(0);
	assert_true(asks("13.0"));
}

static void limit_that_cannot_be_read_is_no_permission(void **state)
{
	(void)state;
	boot();
	begin_basic_charging();
	answer_last("cp_pwm", "{\"evse_id\":\"E1\",\"status\":\"valid\"}");
	HEAR("cs/josev", "cs_status_and_limits", "update",
	     "{\"evses\":[" LIMIT("E1", "\"16\"") "," LIMIT("E2", "32") "]}");
	assert_true(asks("0.0"));
	/* Of a message that is wrong as a whole nobody knows whom it is about: the station is asked. */
	HEAR("cs/josev", "cs_status_and_limits", "update", "{\"evses\":7}");
	pass(0);
	answer_last("cs_status_and_limits", "{\"evses\":[" LIMIT("E1", "16") "]}");
	assert_true(asks("16.0"));
}

static void what_was_not_sent_goes_out_when_the_broker_is_back(void **state)
{
	(void)state;
	boot();
	client.is_connected = false;
	begin_basic_charging();
	assert_int_equal(client.count, 0);
	connect_broker();
	assert_non_null(strstr(client.said[0], "\"status\":\"ready\""));
	/* The vehicle may be another one by now, at 5 %: the current goes by X1, which is held for 3 s. */
	assert_non_null(strstr(client.said[client.count - 1], "\"hlc\":false,\"current\":0.0,"));
	answer_last("cp_pwm", "{\"evse_id\":\"E1\",\"status\":\"valid\"}");
	pass(0);
	pass(2999999);
	assert_int_equal(client.count, 2); /* the question for the limits, and again */
	assert_non_null(strstr(client.said[0], "cs_status_and_limits"));
	assert_non_null(strstr(client.said[1], "cs_status_and_limits"));
	pass(1);
	assert_int_equal(client.count, 3);
	assert_non_null(strstr(client.said[2], "\"hlc\":false,\"current\":32.0,"));
	client.count = 2;
	answer_last("cs_status_and_limits", "{\"evses\":[" LIMIT("E1", "8") "]}");
	assert_true(asks("8.0"));
}

static void what_the_client_does_not_take_is_tried_again_soon(void **state)
{
	(void)state;
	boot();
	client.has_no_memory = true;
	begin_basic_charging();
	assert_int_equal(client.count, 0);
	client.has_no_memory = false;
	pass(100000);
	assert_true(asks("32.0"));
}

static void other_evses_are_those_of_another_station(void **state)
{
	(void)state;
	boot();
	begin_basic_charging();
	client.count = 0;
	HEAR("cs/josev", "cs_parameters", "update", "{\"parameters\":[" OUTLET("E1") "," OUTLET("E2") "]}");
	pass(0);
	assert_int_equal(service->station.limits[0].slac, CURRENT_LIMIT_SLAC_BASIC_CHARGING);
	HEAR("cs/josev", "cs_parameters", "update", "{\"parameters\":[" OUTLET("E2") "," OUTLET("E3") "]}");
	client.count = 0;
	pass(0);
	answer_last("cs_status_and_limits", "{\"evses\":[" LIMIT("E3", "16") "]}");
	assert_int_equal(client.count, 0);
	assert_int_equal(service->station.limits[0].slac, CURRENT_LIMIT_SLAC_NONE);
	assert_true(service->station.limits[1].hardware_is_known);
}

static void slacd_that_starts_knows_of_no_session(void **state)
{
	(void)state;
	boot();
	begin_basic_charging();
	answer_last("cp_pwm", "{\"evse_id\":\"E1\",\"status\":\"valid\"}");
	HEAR("josev/cs", "service_status", "update", "{\"service\":\"slac\",\"status\":\"starting\"}");
	SET_PROFILE;
	assert_non_null(strstr(last("set_charging_profile"), "accepted"));
	assert_int_equal(client.count, 0);
}

static void stored_message_is_not_obeyed(void **state)
{
	static const char text[] =
		"{\"id\":\"7\",\"name\":\"cs_status_and_limits\",\"type\":\"update\",\"data\":{\"evses\":[" LIMIT(
			"E1", "6") "]}}";

	(void)state;
	boot();
	client.callbacks.retained(client.context, "cs/josev", text, strlen(text));
	assert_int_equal(service->station.limits[0].hardware.phase_ma[0], 32000);
}

/* --- the timer of the wall clock, as the kernel has it --- */

static void count(void *context)
{
	(*(int *)context)++;
}

static void wall_timer_is_due_at_once_for_what_has_passed(void **state)
{
	struct event_base *own = event_base_new();
	int due = 0;
	struct wall_timer *timer = wall_timer_new(own, count, &due);

	(void)state;
	assert_non_null(timer);
	event_base_loop(own, EVLOOP_NONBLOCK);
	wall_timer_arm(timer, INT64_C(1) << 40);
	event_base_loop(own, EVLOOP_NONBLOCK);
	assert_int_equal(due, 0);
	wall_timer_arm(timer, 5);
	event_base_loop(own, EVLOOP_ONCE);
	assert_int_equal(due, 1);
	event_base_loop(own, EVLOOP_NONBLOCK);
	assert_int_equal(due, 1);
	wall_timer_free(timer);
	event_base_free(own);
}

int main(void)
{
#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest tests[] = {
		WITH_BENCH(it_boots_with_two_questions),
		WITH_BENCH(profile_before_the_boot_is_rejected),
		WITH_BENCH(request_that_is_refused_is_repeated_under_another_id),
		WITH_BENCH(session_that_ran_before_the_service_is_left_alone_until_a_profile_is_in_force),
		WITH_BENCH(session_whose_pilot_was_not_told_goes_by_x1),
		WITH_BENCH(session_15118_that_ran_before_the_service_is_told_no_limit_of_the_station),
		WITH_BENCH(status_that_is_said_once_more_changes_nothing),
		WITH_BENCH(answer_to_somebody_else_confirms_nothing),
		WITH_BENCH(schedule_follows_the_wall_clock_also_when_that_is_set),
		WITH_BENCH(limit_that_cannot_be_read_is_no_permission),
		WITH_BENCH(what_was_not_sent_goes_out_when_the_broker_is_back),
		WITH_BENCH(what_the_client_does_not_take_is_tried_again_soon),
		WITH_BENCH(other_evses_are_those_of_another_station),
		WITH_BENCH(slacd_that_starts_knows_of_no_session),
		WITH_BENCH(stored_message_is_not_obeyed),
		cmocka_unit_test(wall_timer_is_due_at_once_for_what_has_passed),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
