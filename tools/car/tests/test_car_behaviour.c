/* SPDX-License-Identifier: Apache-2.0 */
/* The words for how cars and modem behave: what each sets, what is refused, and that what is printed is the grammar. */
#include "tools/car/car_behaviour.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char error[CAR_BEHAVIOUR_ERROR_SIZE];

static struct car_behaviour read_list(const char *list)
{
	struct car_behaviour behaviour;

	memset(&behaviour, 0, sizeof(behaviour));
	car_behaviour_init(&behaviour);
	if (!car_behaviour_parse(list, &behaviour, error))
		fail_msg("%s: %s", list, error);
	return behaviour;
}

static void words_set_what_they_name(void **state)
{
	const struct car_behaviour behaviour = read_list(
		"silent,stop-at:sound,double-parm,parm-repeats:3,sounds:7,toggles:2,no-match,lose-sounds:0x2,"
		"join-ms:0,modem-delay-ms:40,modem-result:0,amp-map,modem-no-link,modem-reboot-at:now:5:new-mac");

	(void)state;
	assert_true(behaviour.silent);
	assert_int_equal(behaviour.stop_at, STOP_SOUND);
	assert_true(behaviour.car.double_parm_req);
	assert_int_equal(behaviour.car.parm_repeats, 3);
	assert_int_equal(behaviour.car.num_sounds, 7);
	assert_int_equal(behaviour.car.vald_nb_toggles, 2);
	assert_true(behaviour.car.chooses_none);
	assert_int_equal(behaviour.lose_sounds, 2);
	assert_int_equal(behaviour.join_ms, 0);
	assert_int_equal(behaviour.modem_delay_ms, 40);
	assert_int_equal(behaviour.modem_result, 0);
	assert_true(behaviour.amp_map);
	assert_true(behaviour.faults.no_link);
	assert_int_equal(behaviour.faults.reboot.at, MODEM_STEP_NOW);
	assert_true(behaviour.faults.reboot.new_mac);
}

static void normal_begins_anew_and_lists_add_up(void **state)
{
	const struct car_behaviour normal = read_list("normal");
	const struct car_behaviour again = read_list("silent,modem-twins,stop-at:rsp,normal");
	struct car_behaviour both = read_list("silent");

	(void)state;
	assert_true(!again.silent && !again.faults.twins && again.stop_at == STOP_NEVER);
	assert_int_equal(again.join_ms, normal.join_ms);
	assert_int_equal(again.car.parm_repeats, normal.car.parm_repeats);
	assert_true(car_behaviour_parse("modem-twins", &both, error));
	assert_true(both.silent && both.faults.twins);
	assert_true(car_behaviour_may_match(&normal));
	assert_false(car_behaviour_may_match(&both));
}

static void wrong_words_are_refused_with_what_was_expected_and_change_nothing(void **state)
{
	static const struct {
		const char *list;
		const char *expected;
	} wrong[] = {
		{"", "''"},
		{"silent,", "''"},
		{"silence", "'silence': no such behaviour"},
		{"silent:1", "expected silent ("},
		{"stop-at", "expected stop-at:STEP"},
		{"stop-at:never", "parm, start, sound, rsp or match"},
		{"toggles:4", "expected toggles:N"},
		{"sounds:256", "expected sounds:N"},
		{"parm-repeats:-1", "expected parm-repeats:N"},
		{"parm-repeats:4294967295", "expected parm-repeats:N"},
		{"modem-", "no such fault"},
		{"modem-silence", "'modem-silence': no such fault of the modem"},
		{"modem-slow:x", "expected modem-slow:MS"},
		{"no-link", "no such behaviour"},
	};
	char too_long[600];

	(void)state;
	memset(too_long, ',', sizeof(too_long));
	too_long[sizeof(too_long) - 1] = '\0';
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct car_behaviour behaviour = read_list("double-parm");
		assert_false(car_behaviour_parse(wrong[i].list, &behaviour, error));
		if (strstr(error, wrong[i].expected) == NULL)
			fail_msg("'%s': %s", wrong[i].list, error);
		assert_true(behaviour.car.double_parm_req && !behaviour.silent && !behaviour.faults.silent);
	}
	assert_false(car_behaviour_parse(too_long, &(struct car_behaviour){0}, error));
	assert_non_null(strstr(error, "characters"));
}

/* Every printed word, with a value that suits it, is one of the grammar; and none is there twice. */
static void printed_table_is_the_grammar(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	unsigned lines = 0;
	char *rest;

	(void)state;
	assert_non_null(out);
	car_behaviour_print(out);
	fclose(out);
	for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest), lines++) {
		const size_t len = strcspn(line, " :[");
		const char *argument = line[len] == ':' ? line + len + 1 : "";
		char word[80];
		assert_true(len > 0 && strlen(line) > 37);
		snprintf(word, sizeof(word), "%.*s%s%s", (int)len, line, *argument != '\0' ? ":" : "",
			 *argument == '\0'                   ? ""
			 : strstr(line, "reboot") != NULL    ? "now"
			 : strncmp(argument, "STEP", 4) == 0 ? "parm"
							     : "1");
		read_list(word);
	}
	assert_true(lines > 40);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_set_what_they_name),
		cmocka_unit_test(normal_begins_anew_and_lists_add_up),
		cmocka_unit_test(wrong_words_are_refused_with_what_was_expected_and_change_nothing),
		cmocka_unit_test(printed_table_is_the_grammar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
