/* SPDX-License-Identifier: Apache-2.0 */
/* cs_status_and_limits: the state of each outlet and what its AC side may deliver. `dc` is not read. */
#include "mqtt/api/api_envelope.h"

#include <stdio.h>
#include <string.h>

#define CURRENT_MAX_A 1000
#define VOLTAGE_MAX_V 1500

static bool read_current(const struct api_node *ac, struct api_evse_limits *evse)
{
	static const char *const phases[] = {"l1", "l2", "l3"};
	struct api_node current;

	if (!api_json_object(ac, "max_current", &current))
		return false;
	for (size_t i = 0; i < 3; i++) {
		if (i > 0 && !api_json_has(&current, phases[i]))
			continue;
		if (!api_json_number(&current, phases[i], 0, CURRENT_MAX_A, "A", &evse->max_current_a[i]))
			return false;
	}
	return true;
}

static bool read_ac(const struct api_node *entry, struct api_evse_limits *evse)
{
	struct api_node ac;

	if (!api_json_has(entry, "ac"))
		return true;
	evse->has_ac = true;
	return api_json_object(entry, "ac", &ac) && read_current(&ac, evse) &&
	       api_json_number(&ac, "nominal_voltage", 0, VOLTAGE_MAX_V, "V", &evse->nominal_voltage_v) &&
	       api_json_bool(&ac, "rcd_error", &evse->rcd_error);
}

static bool read_entry(const struct api_node *entry, struct api_limits *limits)
{
	struct api_evse_limits *evse = &limits->evses[limits->count];
	char expected[API_EXPECTED_MAX];
	int status;

	if (!api_json_evse_id(entry, evse->evse_id) ||
	    !api_json_enum(entry, "status_code", &api_texts_evse_status, &status) || !read_ac(entry, evse))
		return false;
	evse->status_code = (enum api_evse_status)status;
	for (size_t i = 0; i < limits->count; i++) {
		if (strcmp(limits->evses[i].evse_id, evse->evse_id) != 0)
			continue;
		snprintf(expected, sizeof(expected), "another evse_id than that of evses[%zu], %s", i, evse->evse_id);
		return api_json_fail(entry, "evse_id", expected);
	}
	limits->count++;
	return true;
}

enum api_result api_read_cs_limits(const struct api_node *data, void *out)
{
	struct api_limits *limits = out;
	struct api_node list;
	struct api_node entry;
	size_t count;

	if (!api_json_array(data, "evses", API_EVSES_MAX, &list, &count))
		return API_INVALID;
	for (size_t i = 0; i < count; i++) {
		if (!api_json_element(&list, i, &entry) || !read_entry(&entry, limits))
			return API_INVALID;
	}
	return API_OK;
}
