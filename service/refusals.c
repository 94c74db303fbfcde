/* SPDX-License-Identifier: Apache-2.0 */
#include "service/refusals.h"

#include <stdio.h>
#include <string.h>

/* The limit for this name and member. */
static struct log_limit *limit_of(struct refusals *refusals, const struct api_error *error)
{
	for (size_t i = 0; i < refusals->count; i++) {
		const struct api_error *known = &refusals->refusals[i].error;
		if (strcmp(known->name, error->name) == 0 && strcmp(known->member, error->member) == 0)
			return &refusals->refusals[i].limit;
	}
	if (refusals->count == REFUSALS_MAX)
		return &refusals->refusals[REFUSALS_MAX - 1].limit;
	refusals->refusals[refusals->count].error = *error;
	return &refusals->refusals[refusals->count++].limit;
}

static bool is_said(struct log_limit *limit, uint64_t now_us)
{
	return log_limit_pass(limit, now_us) || log_enabled(LOG_LEVEL_DEBUG);
}

void refusals_message(struct refusals *refusals, const char *topic, enum api_result result,
		      const struct api_error *error, uint64_t now_us)
{
	struct log_limit *limit =
		result == API_INVALID || result == API_ELSEWHERE ? limit_of(refusals, error) : &refusals->malformed;

	if (is_said(limit, now_us))
		log_line(LOG_LEVEL_WARN, "MQTT message refused. topic=%s name=%s member=%s expected=\"%s\" count=%llu",
			 topic, error->name, error->member, error->expected, (unsigned long long)limit->count);
}

void refusals_entries(struct refusals *refusals, const char *topic, const char *name, const struct api_bad_entry *bad,
		      size_t bad_count, uint64_t now_us)
{
	for (size_t i = 0; i < bad_count; i++) {
		struct api_error error = {0};
		snprintf(error.name, sizeof(error.name), "%s", name);
		snprintf(error.member, sizeof(error.member), "%s", bad[i].member);
		struct log_limit *limit = limit_of(refusals, &error);
		if (is_said(limit, now_us))
			log_line(
				LOG_LEVEL_WARN,
				"Entry of an MQTT message refused. topic=%s name=%s member=%s expected=\"%s\" evse_id=%s count=%llu",
				topic, error.name, bad[i].member, bad[i].expected,
				bad[i].evse_id[0] != '\0' ? bad[i].evse_id : "?", (unsigned long long)limit->count);
	}
}

void refusals_retained(struct refusals *refusals, const char *topic, const char *name, uint64_t now_us)
{
	struct api_error error = {.member = "retain flag"};

	snprintf(error.name, sizeof(error.name), "%s", name);
	struct log_limit *limit = limit_of(refusals, &error);
	if (log_limit_pass(limit, now_us))
		log_line(
			LOG_LEVEL_WARN,
			"Retained MQTT message ignored, it may be old. Publish it without the retain flag, and clear the stored one with an empty retained message. topic=%s name=%s count=%llu",
			topic, error.name, (unsigned long long)limit->count);
}
