/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_placement.h"

#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

static cpu_set_t allowed;

bool placement_init(void)
{
	return sched_getaffinity(0, sizeof(allowed), &allowed) == 0;
}

bool placement_possible(enum bench_placement placement)
{
	return placement != PLACEMENT_TWO_CPUS || CPU_COUNT(&allowed) > 1;
}

/* The index'th CPU that is ours. */
static cpu_set_t one_cpu(int index)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &allowed) || index-- > 0)
			continue;
		CPU_SET(cpu, &set);
		break;
	}
	return set;
}

static bool place_threads(pid_t process, const cpu_set_t *set)
{
	char path[64];
	const struct dirent *entry;
	bool ok = true;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)process);
	DIR *directory = opendir(path);
	if (directory == NULL)
		return false;
	while ((entry = readdir(directory)) != NULL)
		if (entry->d_name[0] != '.')
			ok = sched_setaffinity((pid_t)strtol(entry->d_name, NULL, 10), sizeof(*set), set) == 0 && ok;
	closedir(directory);
	return ok;
}

bool placement_set(enum bench_placement placement, pid_t slacd, pid_t floor)
{
	bool free = placement == PLACEMENT_FREE;
	cpu_set_t responders = free ? allowed : one_cpu(0);
	cpu_set_t car = placement == PLACEMENT_TWO_CPUS ? one_cpu(1) : responders;
	const struct sched_param priority = {.sched_priority = free ? 0 : 1};

	if (sched_setscheduler(0, (free ? SCHED_OTHER : SCHED_FIFO) | SCHED_RESET_ON_FORK, &priority) != 0 && !free)
		printf("Real-time priority is not permitted: the car may have to wait for its CPU.\n");
	return sched_setaffinity(0, sizeof(car), &car) == 0 && place_threads(slacd, &responders) &&
	       place_threads(floor, &responders);
}

const char *placement_text(enum bench_placement placement)
{
	static const char *const texts[] = {"any CPU", "one CPU", "two CPUs"};

	return texts[placement];
}
