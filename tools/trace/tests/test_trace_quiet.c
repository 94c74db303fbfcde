/* SPDX-License-Identifier: Apache-2.0 */
/* A session ends when its car was quiet for TRACE_QUIET_US: not a frame earlier, however many others speak. */
#include "tools/trace/trace_session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct trace_sessions *sessions;
static unsigned ended[3]; /* by the last octet of the car's MAC */

static void on_done(void *context, const struct trace_session *session)
{
	(void)context;
	ended[session->ev_mac[MAC_LEN - 1]]++;
}

/* The car asks. */
static void ask(uint8_t car, uint64_t time_us)
{
	const uint8_t mac[MAC_LEN] = {0x02, 0, 0, 0, 0, car};
	struct trace_frame frame = {.number = 1, .time_us = time_us};
	struct mme mme;

	mme_init(&mme, CM_SLAC_PARM_REQ, mac, mac_broadcast);
	mme.slac_parm_req.run_id[0] = car;
	assert_int_equal(mme_encode(&mme, frame.octets, sizeof(frame.octets), &frame.len), MME_OK);
	trace_sessions_take(sessions, &frame);
}

static int set_up(void **state)
{
	(void)state;
	memset(ended, 0, sizeof(ended));
	sessions = trace_sessions_new(on_done, NULL);
	return sessions != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	trace_sessions_free(sessions);
	return 0;
}

static void a_quiet_car_ends_with_the_first_frame_after_its_time(void **state)
{
	const uint64_t begin_us = 1000;

	(void)state;
	ask(0, begin_us);
	ask(1, begin_us + 5);
	ask(1, begin_us + TRACE_QUIET_US);
	assert_int_equal(ended[0], 0);
	ask(1, begin_us + TRACE_QUIET_US + 1);
	assert_int_equal(ended[0], 1);
	assert_int_equal(ended[1], 0);
}

static void one_that_speaks_again_is_not_quiet(void **state)
{
	(void)state;
	ask(0, 1);
	ask(1, 2);
	for (uint64_t i = 1; i <= 4; i++)
		ask(0, i * (TRACE_QUIET_US / 2));
	assert_int_equal(ended[0], 0);
	assert_int_equal(ended[1], 1);
}

static void each_ends_in_its_own_time(void **state)
{
	(void)state;
	ask(0, 1);
	ask(1, 1000);
	ask(2, 2000);
	ask(2, TRACE_QUIET_US + 2);
	assert_int_equal(ended[0], 1);
	assert_int_equal(ended[1], 0);
	ask(2, TRACE_QUIET_US + 1001);
	assert_int_equal(ended[1], 1);
	ask(0, 2 * TRACE_QUIET_US + 1002);
	assert_int_equal(ended[2], 1);
	assert_int_equal(ended[0], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_quiet_car_ends_with_the_first_frame_after_its_time, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(one_that_speaks_again_is_not_quiet, set_up, tear_down),
		cmocka_unit_test_setup_teardown(each_ends_in_its_own_time, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
