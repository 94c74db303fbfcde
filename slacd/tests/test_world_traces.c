/* SPDX-License-Identifier: Apache-2.0 */
/* The captures of real cars, as an EVSE's host received them, through slacd as a whole. */
#include "slacd/tests/world/record.h"
#include "slacd/tests/world/script.h"
#include "slacd/tests/world/story.h"
#include "slacd/tests/world/trace_script.h"
#include "tools/replay/tests/trace_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static size_t played;

/* As many matches as the name promises, of the captures that hold what the EVSE's modem measured or whose was none. */
static const struct {
	const char *file;
	size_t matches;
} expected[] = {
	{"audi-q4-pyplc-foccicape-three-sessions-matched.pcap", 3},
	{"evsim-openplcutils-phytec-stale-buffers-matched.pcap", 1},
	{"ioniq-pyplc-foccicape-two-sessions-matched.pcap", 2},
	{"ioniq-pyplc-home-2022-11-09-matched.pcap", 1},
	{"ioniq-pyplc-home-2023-04-16-matched.pcap", 1},
	{"ioniq-pyplc-home-2023-04-24-three-sessions-matched.pcap", 3},
	{"polestar2-pyplc-2024-06-11-matched-then-telemetry.pcap", 1},
	{"taycan-right-pyplc-wrong-runid-failed.pcap", 0},
	{"tesla-model-y-pyplc-matched.pcap", 1},
};

static void play_trace(const char *name, const char *text)
{
	void *state = NULL;

	story_begin(&state);
	script_run(text);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		if (strcmp(expected[i].file, name) == 0)
			assert_count(0, "slacd *\"matched\"", expected[i].matches);
	assert_int_equal(story_end(&state), 0);
	played++;
}

static void captures_match_as_often_as_their_cars_did(void **state)
{
	(void)state;
	trace_scripts(play_trace);
	assert_true(played > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(captures_match_as_often_as_their_cars_did)};

	if (trace_folder() == NULL) {
		print_message("skipped: SLACD_TRACES names no folder of captures\n");
		return TRACE_SKIPPED;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
