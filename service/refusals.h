/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MQTT messages that are not taken: each mistake is said once, and then at most once in LOG_LIMIT_US, unless DEBUG is
 * logged. A mistake that is often repeated does not hide another one.
 */
#ifndef SERVICE_REFUSALS_H
#define SERVICE_REFUSALS_H

#include "mqtt/api/api.h"
#include "service/log.h"

/* Members that are refused, each with a log limit of its own; further ones share the last. */
#define REFUSALS_MAX 16

struct refusal {
	struct api_error error; /* name and member tell them apart */
	struct log_limit limit;
};

/* Zeroed at the start. */
struct refusals {
	size_t count;
	struct refusal refusals[REFUSALS_MAX];
	struct log_limit malformed;
};

/* A message for which api_parse or its like had another result than API_OK and API_IGNORED. */
void refusals_message(struct refusals *refusals, const char *topic, enum api_result result,
		      const struct api_error *error, uint64_t now_us);
/* Which entries of a message called `name`, which was taken, were not. */
void refusals_entries(struct refusals *refusals, const char *topic, const char *name, const struct api_bad_entry *bad,
		      size_t bad_count, uint64_t now_us);
/*
 * A message that the broker had stored. A broker delivers it at each subscription, and nothing says how old it is: limits
 * of yesterday, or a reset, must not be obeyed. `name` is "" where it could not be read.
 */
void refusals_retained(struct refusals *refusals, const char *topic, const char *name, uint64_t now_us);

#endif
