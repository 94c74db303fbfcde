/* SPDX-License-Identifier: Apache-2.0 */
/* A run that failed stays silent for its run_id (doc/conformance.md): each run since the vehicle was plugged in. */
#include "homeplug/slac/tests/slac_evse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct slac_car attempt(uint8_t number)
{
	struct slac_car car = slac_car(1);

	memset(car.run_id, number, RUN_ID_LEN);
	return car;
}

static void fail_attempts(struct bench *bench, unsigned count)
{
	for (unsigned i = 1; i <= count; i++) {
		const struct slac_car car = attempt((uint8_t)i);
		bench_bring_to(bench, &car, SLAC_RUN_FAILED);
	}
}

static void strict_every_failed_run_id_stays_silent_not_only_the_last(void **state)
{
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	fail_attempts(&bench, SLAC_FAILED_RUNS);
	for (uint8_t i = 1; i <= SLAC_FAILED_RUNS; i++) {
		const struct slac_car car = attempt(i);
		bench_say(&bench, &car, CM_SLAC_PARM_REQ);
		bench_expect(&bench, "!CM_SLAC_PARM.REQ run_failed");
	}
}

static void strict_the_run_id_that_failed_first_is_forgotten_first(void **state)
{
	const struct slac_car first = attempt(1), second = attempt(2);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	fail_attempts(&bench, SLAC_FAILED_RUNS + 1);
	bench_say(&bench, &second, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "!CM_SLAC_PARM.REQ run_failed");
	bench_say(&bench, &first, CM_SLAC_PARM_REQ);
	bench_expect_run(&bench, &first, SLAC_RUN_WAIT_START);
}

static void strict_another_cars_run_id_is_its_own(void **state)
{
	struct slac_car other = slac_car(2);
	const struct slac_car car = attempt(1);
	struct bench bench;

	(void)state;
	memcpy(other.run_id, car.run_id, RUN_ID_LEN);
	bench_ready_as(&bench, STRICT);
	fail_attempts(&bench, 1);
	bench_say(&bench, &other, CM_SLAC_PARM_REQ);
	bench_expect_run(&bench, &other, SLAC_RUN_WAIT_START);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strict_every_failed_run_id_stays_silent_not_only_the_last),
		cmocka_unit_test(strict_the_run_id_that_failed_first_is_forgotten_first),
		cmocka_unit_test(strict_another_cars_run_id_is_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
