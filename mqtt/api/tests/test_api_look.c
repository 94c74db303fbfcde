/* SPDX-License-Identifier: Apache-2.0 */
/* What a look at a payload tells, and that no message that api_parse takes is called foreign. */
#include "mqtt/api/tests/api_parse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CHANGED_MESSAGES 200000

static enum api_look look(const char *payload)
{
	return api_look(payload, strlen(payload), EVERYWHERE, NULL);
}

static enum api_look look_from(unsigned from, const char *payload)
{
	return api_look(payload, strlen(payload), from, "00cf4fc964ff");
}

static void messages_that_slacd_receives_are_told_from_questions(void **state)
{
	(void)state;
	assert_int_equal(look(CP_STATUS_UPDATE), API_LOOK_NEWS);
	assert_int_equal(look(CP_PWM_RESPONSE), API_LOOK_NEWS);
	assert_int_equal(look(LIMITS_RESPONSE), API_LOOK_NEWS);
	assert_int_equal(look(PARAMETERS_RESPONSE), API_LOOK_NEWS);
	assert_int_equal(look(DATA_LINK_UPDATE), API_LOOK_NEWS);
	assert_int_equal(look(HLC_CHARGING_UPDATE), API_LOOK_NEWS);
	assert_int_equal(look(RESET_REQUEST), API_LOOK_NEWS);
	assert_int_equal(look(ENVELOPE("reset", "request", "{}")), API_LOOK_NEWS);
	assert_int_equal(look(ENVELOPE("authorization", "update", "{}")), API_LOOK_NEWS);
	assert_int_equal(look(SERVICE_STATUS_REQUEST), API_LOOK_QUESTION);
	assert_int_equal(look(LINK_STATUS_REQUEST), API_LOOK_QUESTION);
	assert_int_equal(look(NETWORK_INFO_REQUEST), API_LOOK_QUESTION);
}

static void other_names_are_foreign_wherever_they_stand(void **state)
{
	(void)state;
	assert_int_equal(look(ENVELOPE("meter_values", "update", "{\"name\":\"cp_status\"}")), API_LOOK_FOREIGN);
	assert_int_equal(look("{\"data\":{\"name\":\"cp_status\"},\"name\":\"session\"}"), API_LOOK_FOREIGN);
	assert_int_equal(look(" {\n\"name\"\t:\r\"cp_statu\" } "), API_LOOK_FOREIGN);
	assert_int_equal(look("{\"name\":\"cp_status_\"}"), API_LOOK_FOREIGN);
	assert_int_equal(look("{\"name\":\"\"}"), API_LOOK_FOREIGN);
	assert_int_equal(look("{\"x\":\"\\\"name\\\":\\\"cp_status\\\"\",\"name\":\"x\"}"), API_LOOK_FOREIGN);
}

static void last_of_two_names_counts(void **state)
{
	(void)state;
	assert_int_equal(look("{\"name\":\"x\",\"name\":\"cp_status\"}"), API_LOOK_NEWS);
	assert_int_equal(look("{\"name\":\"cp_status\",\"name\":\"x\"}"), API_LOOK_FOREIGN);
}

static void what_only_a_parser_can_read_is_unclear(void **state)
{
	static const char *const cases[] = {"",
					    "not json",
					    "{",
					    "}",
					    "{}",
					    "[\"name\"]",
					    "{\"name\"",
					    "{\"name\":",
					    "{\"name\":\"",
					    "{\"name\":\"x\\",
					    "{\"name\":5}",
					    "{\"name\":null}",
					    "{\"name\":\"x\"",
					    "{\"name\":\"cp\\u005fstatus\"}",
					    "{\"n\\u0061me\":\"cp_status\",\"name\":\"x\"}",
					    "{\"name\":\"x\"}}"};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (look(cases[i]) != API_LOOK_UNCLEAR)
			fail_msg("%s", cases[i]);
	assert_int_equal(api_look("{\"name\":\"x\"\0}", 13, EVERYWHERE, NULL), API_LOOK_FOREIGN);
}

/* josev/cs and iso15118/ocpp are full of what the services say to the station and to each other. */
static void among_the_services_only_sessions_authorizations_and_the_pilot_are_news(void **state)
{
	static const char *const messages[] = INBOUND_MESSAGES;

	(void)state;
	for (size_t i = 0; i < COUNT(messages); i++) {
		bool wanted = strstr(messages[i], "hlc_charging") != NULL ||
			      strstr(messages[i], "authorization") != NULL ||
			      strstr(messages[i], "cp_pwm") != NULL; /* of the requests of others for the pilot */
		if (strstr(messages[i], "service_status") != NULL)
			continue;
		assert_int_equal(api_look(messages[i], strlen(messages[i]), API_FROM_SERVICES, NULL),
				 wanted ? API_LOOK_NEWS : API_LOOK_UNCLEAR);
	}
	assert_int_equal(look_from(API_FROM_SERVICES, ENVELOPE("reset", "request", "{}")), API_LOOK_FOREIGN);
	assert_int_equal(look_from(API_FROM_SERVICES, ENVELOPE("cs_parameters", "request", "{}")), API_LOOK_FOREIGN);
	/* Whose it is only a parser can tell. A flood of them may be dropped. */
	assert_int_equal(api_look(SERVICE_STATUS_UPDATE, strlen(SERVICE_STATUS_UPDATE), API_FROM_SERVICES, NULL),
			 API_LOOK_QUESTION);
}

/* A mistake of the station's is read, so that it is said; it may be dropped when there are too many. */
static void message_on_a_topic_that_it_does_not_belong_to_is_unclear(void **state)
{
	(void)state;
	assert_int_equal(api_look(DATA_LINK_UPDATE, strlen(DATA_LINK_UPDATE), API_FROM_STATION, NULL),
			 API_LOOK_UNCLEAR);
	assert_int_equal(api_look(CP_STATUS_UPDATE, strlen(CP_STATUS_UPDATE), API_FROM_ISO15118, NULL),
			 API_LOOK_UNCLEAR);
	assert_int_equal(look_from(API_FROM_STATION, ENVELOPE("meter_values", "update", "{}")), API_LOOK_FOREIGN);
}

static void own_messages_are_known_by_their_id_and_answers_to_them_are_not_own(void **state)
{
	static const char own[] = ENVELOPE("hlc_charging", "update", "{}");

	(void)state;
	assert_int_equal(look_from(API_FROM_SERVICES, own), API_LOOK_OWN);
	assert_int_equal(look_from(EVERYWHERE, ENVELOPE("cp_pwm", "request", "{}")), API_LOOK_OWN);
	assert_int_equal(look_from(EVERYWHERE, CP_PWM_RESPONSE), API_LOOK_NEWS);
	assert_int_equal(look_from(API_FROM_STATION, LIMITS_RESPONSE), API_LOOK_NEWS);
	assert_int_equal(look_from(API_FROM_SERVICES, message_changed(own, "00cf4fc964ff", "00cf4fc964fe")),
			 API_LOOK_NEWS);
	assert_int_equal(look_from(API_FROM_SERVICES, message_changed(own, "\"id\"", "\"ID\"")), API_LOOK_NEWS);
	assert_int_equal(look_from(API_FROM_SERVICES, message_changed(own, MESSAGE_ID, "ff")), API_LOOK_NEWS);
	assert_int_equal(api_look(own, strlen(own), API_FROM_SERVICES, NULL), API_LOOK_NEWS);
	assert_int_equal(look_from(API_FROM_SERVICES, ENVELOPE("hlc_charging", "update", "{\"id\":\"x\"}")),
			 API_LOOK_OWN);
}

/* The same ones every time (a linear congruential generator, Knuth's constants). */
static uint32_t next_random(void)
{
	static uint64_t value = 15118;

	value = value * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(value >> 33);
}

/* Replaces, doubles or removes a few octets. Returns the new length. */
static size_t change(char *text, size_t len)
{
	static const char octets[] = "\"\\{}[],: \nname0u\0\x80\xff";

	for (uint32_t left = next_random() % 4 + 1; left > 0 && len > 1; left--) {
		size_t at = next_random() % len;
		switch (next_random() % 3) {
		case 0:
			text[at] = octets[next_random() % (sizeof(octets) - 1)];
			break;
		case 1:
			memmove(text + at + 1, text + at, len - at);
			len++;
			break;
		default:
			memmove(text + at, text + at + 1, len - at - 1);
			len--;
			break;
		}
	}
	return len;
}

static void nothing_that_api_parse_takes_is_foreign(void **state)
{
	static const char *const messages[] = INBOUND_MESSAGES;
	unsigned taken = 0;

	(void)state;
	for (int i = 0; i < (getenv("SLACD_VALGRIND") != NULL ? CHANGED_MESSAGES / 100 : CHANGED_MESSAGES); i++) {
		const char *valid = messages[next_random() % COUNT(messages)];
		char *text = malloc(strlen(valid) + 8);
		memcpy(text, valid, strlen(valid));
		size_t len = change(text, strlen(valid));
		/* In a block of its own length, so that a look beyond its end is seen. */
		text = realloc(text, len);
		unsigned from = next_random() % EVERYWHERE + 1;
		enum api_result result = api_parse(text, len, from, &parsed, &parse_error);
		enum api_look seen = api_look(text, len, from, NULL);
		if ((result == API_OK || result == API_INVALID || result == API_ELSEWHERE) && seen == API_LOOK_FOREIGN)
			fail_msg("%.*s", (int)len, text);
		taken += result == API_OK;
		free(text);
	}
	assert_true(taken > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_that_slacd_receives_are_told_from_questions),
		cmocka_unit_test(other_names_are_foreign_wherever_they_stand),
		cmocka_unit_test(last_of_two_names_counts),
		cmocka_unit_test(what_only_a_parser_can_read_is_unclear),
		cmocka_unit_test(among_the_services_only_sessions_authorizations_and_the_pilot_are_news),
		cmocka_unit_test(message_on_a_topic_that_it_does_not_belong_to_is_unclear),
		cmocka_unit_test(own_messages_are_known_by_their_id_and_answers_to_them_are_not_own),
		cmocka_unit_test(nothing_that_api_parse_takes_is_foreign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
