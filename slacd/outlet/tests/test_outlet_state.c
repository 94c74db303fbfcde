/* SPDX-License-Identifier: Apache-2.0 */
/* An outlet that is written down and read again in the middle of anything goes on as if nothing had happened. */
#include "slacd/outlet/outlet_state.h"
#include "slacd/outlet/tests/outlet_player.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OCTETS 3000
#define PIECE  30 /* octets of the sequence between two times of writing */

static struct outlet_player player; /* too large for the stack */
static unsigned long values;

static void read_line(void *context, const char *name, const char *value)
{
	values++;
	if (!outlet_state_read(context, name, value))
		fail_msg("%s=%s is not read", name, value);
}

/* Through text and back. */
static void renew(struct outlet *outlet)
{
	static struct outlet read;

	if (outlet->slac.any_refused)
		return; /* those are not kept */
	memset(&read, 0, sizeof(read));
	outlet_init(&read, &player.config, outlet_watch_fill, &player.watch);
	assert_true(outlet_state_write(outlet, read_line, &read));
	memset(outlet, 0xa5, sizeof(*outlet));
	*outlet = read;
}

static uint64_t play(uint64_t seed, bool renewed)
{
	uint8_t octets[PLAYER_CHOICE + OCTETS];

	outlet_player_octets(seed, octets, sizeof(octets));
	outlet_player_init(&player, octets, seed);
	for (size_t at = PLAYER_CHOICE; at < sizeof(octets); at += PIECE) {
		const char *broken = outlet_player_play(&player, octets + at, PIECE);
		if (broken != NULL)
			fail_msg("seed %llu: %s", (unsigned long long)seed, broken);
		if (renewed)
			renew(&player.outlet);
	}
	return player.watch.digest;
}

static void one_that_is_written_and_read_goes_on_the_same(void **state)
{
	const uint64_t seeds = getenv("SLACD_VALGRIND") == NULL ? 60 : 1;

	(void)state;
	for (uint64_t seed = 1; seed <= seeds; seed++)
		if (play(seed, false) != play(seed, true))
			fail_msg("seed %llu: another way from there on", (unsigned long long)seed);
	assert_true(values > 1000);
}

/* What is not state: the configuration, where random octets come from, and the queue, which is empty between inputs. */
static void mark_the_rest(uint8_t marks[sizeof(struct outlet)])
{
#define MARK(member) memset(marks + offsetof(struct outlet, member), 1, sizeof(((struct outlet *)0)->member))
	MARK(slac.config);
	MARK(modem.config);
	MARK(pilot.config);
	MARK(pilot.asking.timeout_ms);
	MARK(pilot.asking.backoff_max_ms);
	MARK(amp_map.config);
	MARK(slac.any_refused);
	MARK(slac.refused);
	MARK(fill);
	MARK(fill_context);
	MARK(errand_first);
	MARK(errand_count);
	MARK(errands);
#undef MARK
}

static void no_member_is_forgotten(void **state)
{
	static uint8_t marks[sizeof(struct outlet)];
	size_t gap = 0;

	(void)state;
	outlet_state_mark(marks);
	mark_the_rest(marks);
	for (size_t i = 0; i < sizeof(marks); i++) {
		gap = marks[i] ? 0 : gap + 1;
		if (gap >= sizeof(uint64_t)) /* more than padding */
			fail_msg("a member near octet %zu is neither state nor known not to be", i);
	}
}

static void what_is_not_known_is_refused(void **state)
{
	static struct outlet outlet;

	(void)state;
	outlet_init(&outlet, &player.config, outlet_watch_fill, &player.watch);
	assert_true(outlet_state_read(&outlet, "slac.runs[4].sounds", "255"));
	assert_int_equal(outlet.slac.runs[4].sounds, 255);
	assert_true(outlet_state_read(&outlet, "modem.key.sent_us", "1,18446744073709551615"));
	assert_true(outlet.modem.key.sent_us[1] == UINT64_MAX);
	assert_true(outlet_state_read(&outlet, "init_reason", "no_parm_req"));
	assert_int_equal(outlet.init_reason, SLAC_REASON_NO_PARM_REQ);
	assert_false(outlet_state_read(&outlet, "slac.runs[64].sounds", "1"));
	assert_false(outlet_state_read(&outlet, "slac.runs[4].sounds", "256"));
	assert_false(outlet_state_read(&outlet, "slac.runs[4].sounds", ""));
	assert_false(outlet_state_read(&outlet, "slac.runs[4].sounds", "-1"));
	assert_false(outlet_state_read(&outlet, "slac.runs[].sounds", "1"));
	assert_false(outlet_state_read(&outlet, "slac.runs[4]", "1"));
	assert_false(outlet_state_read(&outlet, "slac.runs[4].state", "9"));
	assert_false(outlet_state_read(&outlet, "port_is_up", "2"));
	assert_false(outlet_state_read(&outlet, "modem.key.sent_us", "1"));
	assert_false(outlet_state_read(&outlet, "modem.key.sent_us", "1,2,3"));
	assert_false(outlet_state_read(&outlet, "init_reason", "because"));
	assert_false(outlet_state_read(&outlet, "slac.run_id", "0102"));
	assert_false(outlet_state_read(&outlet, "slac.run_id", "01020304050607zz"));
	assert_false(outlet_state_read(&outlet, "nothing", "1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_is_written_and_read_goes_on_the_same),
		cmocka_unit_test(no_member_is_forgotten),
		cmocka_unit_test(what_is_not_known_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
