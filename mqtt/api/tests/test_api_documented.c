/* SPDX-License-Identifier: Apache-2.0 */
/* The examples of doc/mqtt.md: what others send is taken as it stands there, what slacd sends is not for slacd. */
#include "mqtt/api/tests/api_parse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define PLACEHOLDER "<uuid"

/* Chapters of the page that hold examples. */
static const char *const from_slacd = "## 5 Messages to the station";
static const char *const to_slacd = "## 6 Messages to slacd";

static bool seen[API_KINDS];

static void assert_taken(const char *message)
{
	if (parse(message) != API_OK)
		fail_msg("%s: %s: expected %s", message, parse_error.member, parse_error.expected);
	seen[parsed.kind] = true;
}

static void assert_not_for_slacd(const char *message)
{
	/* The requests for the pilot are those of other services as well: one's own are known by their ids. */
	if (parse(message) != API_IGNORED && parsed.kind != API_CP_PWM)
		fail_msg("slacd would take its own message: %s", message);
}

static void every_message_to_slacd_has_an_example_that_is_taken(void **state)
{
	(void)state;
	messages_of_page(SLACD_DOC_MQTT, to_slacd, PLACEHOLDER, assert_taken);
	for (int kind = 0; kind < API_KINDS; kind++)
		if (!seen[kind])
			fail_msg("doc/mqtt.md has no example of %s", api_kind_text((enum api_kind)kind));
}

static void examples_of_messages_to_the_station_are_not_for_slacd(void **state)
{
	(void)state;
	assert_true(messages_of_page(SLACD_DOC_MQTT, from_slacd, PLACEHOLDER, assert_not_for_slacd) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_to_slacd_has_an_example_that_is_taken),
		cmocka_unit_test(examples_of_messages_to_the_station_are_not_for_slacd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
