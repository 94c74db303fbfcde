/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members of a JSON object by a table: read with their bounds into a struct, and written again. Which of them there were
 * is a bit each, in the order of the table.
 */
#ifndef TOOLS_MONITOR_MONITOR_FIELD_H
#define TOOLS_MONITOR_MONITOR_FIELD_H

#include "mqtt/api/api_json.h"
#include "tools/monitor/monitor_json.h"

enum monitor_field_kind {
	MONITOR_FIELD_TEXT,   /* char[size]: without control characters; longer ones are cut */
	MONITOR_FIELD_QUOTE,  /* likewise, with whatever there is in it */
	MONITOR_FIELD_BOOL,   /* bool */
	MONITOR_FIELD_NUMBER, /* double */
	MONITOR_FIELD_WHOLE,  /* uint32_t */
	MONITOR_FIELD_PHASES, /* double[3]: an array of three numbers */
	MONITOR_FIELD_WORDS /* char[size]: an array of texts; those that fit, with ", " between, written as one text */
};

struct monitor_field {
	const char *name;
	enum monitor_field_kind kind;
	size_t offset, size; /* in the struct */
	double min, max;     /* of numbers */
	const char *unit;
};

/* A table's entry for the member of the same name in `type`. */
#define MONITOR_FIELD(type, member, kind, min, max, unit)                                                              \
	{                                                                                                              \
#member, kind, offsetof(type, member), sizeof(((type *)0)->member), min, max, unit                     \
	}

/* At most 32 fields. Absent and null members are left as they are; false with the node's error for a wrong one. */
bool monitor_fields_read(const struct monitor_field *fields, size_t count, const struct api_node *node, void *out,
			 uint32_t *known);
/* Adds those that are known. */
void monitor_fields_write(const struct monitor_field *fields, size_t count, const void *in, uint32_t known,
			  struct monitor_json *object);

#endif
