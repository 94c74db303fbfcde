/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/tests/world/world.h"

#include "service/log.h"
#include "slacd/tests/world/broker.h"
#include "slacd/tests/world/car.h"
#include "slacd/tests/world/daemon.h"
#include "slacd/tests/world/loop.h"
#include "slacd/tests/world/record.h"
#include "slacd/tests/world/script.h"
#include "slacd/tests/world/station.h"
#include "slacd/tests/world/wire.h"

#include <fnmatch.h>
#include <stdio.h>

#define PATTERN_MAX 1024

static struct {
	size_t awaited; /* lines before this one are not looked at again */
} world;

void world_open(void)
{
	loop_open();
	record_open();
	wire_open();
	broker_world_open();
	daemon_world_open();
	log_set_level(LOG_LEVEL_INFO);
	world.awaited = 0;
}

bool world_close(void)
{
	daemon_world_close();
	car_close_all();
	station_close();
	bool clean = broker_world_close();
	clean = wire_close() && clean;
	clean = loop_close() && clean;
	record_close();
	return clean;
}

void world_run_ms(double ms)
{
	loop_run(loop_now_us() + (uint64_t)(ms * 1000), NULL, NULL);
}

size_t world_find(const char *pattern, size_t from)
{
	char whole[PATTERN_MAX];
	size_t line = from;

	snprintf(whole, sizeof(whole), "*%s*", pattern);
	while (line < record_count() && fnmatch(whole, record_text(line), FNM_NOESCAPE) != 0)
		line++;
	return line;
}

struct search {
	const char *pattern;
	size_t from;
};

static bool is_found(void *context)
{
	struct search *search = context;

	search->from = world_find(search->pattern, search->from);
	return search->from < record_count();
}

bool world_await(const char *pattern)
{
	struct search search = {.pattern = pattern, .from = world.awaited};

	if (!loop_run(loop_now_us() + SCRIPT_AWAIT_S * UINT64_C(1000000), is_found, &search)) {
		record_line("script", "did not see: %s", pattern);
		return false;
	}
	world.awaited = search.from + 1;
	return true;
}

size_t world_awaited_line(void)
{
	return world.awaited - 1;
}
