/* SPDX-License-Identifier: Apache-2.0 */
#include "service/clock.h"

#include <string.h>
#include <time.h>

uint64_t clock_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t clock_wall_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

#define SECOND_LEN strlen("2023-12-13T15:58:19")

/* A year of more than four digits is not shown. */
static void print_second(time_t second, char out[CLOCK_TEXT_SIZE])
{
	struct tm utc;

	if (gmtime_r(&second, &utc) == NULL || strftime(out, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &utc) != SECOND_LEN)
		memset(out, '?', SECOND_LEN);
}

const char *clock_utc_text(uint64_t wall_us, char out[CLOCK_TEXT_SIZE])
{
	static _Thread_local char kept[CLOCK_TEXT_SIZE];
	static _Thread_local uint64_t kept_second = UINT64_MAX;
	const uint64_t second = wall_us / 1000000;
	uint32_t rest = (uint32_t)(wall_us % 1000000);

	if (second != kept_second)
		print_second((time_t)second, kept);
	kept_second = second;
	memcpy(out, kept, SECOND_LEN);
	out[SECOND_LEN] = '.';
	for (size_t i = 6; i > 0; i--, rest /= 10)
		out[SECOND_LEN + i] = (char)('0' + rest % 10);
	out[SECOND_LEN + 7] = 'Z';
	out[SECOND_LEN + 8] = '\0';
	return out;
}
