/* SPDX-License-Identifier: Apache-2.0 */
/* cs_parameters: which outlets the station has, on which interface, with which services. */
#include "mqtt/api/api_envelope.h"

#include <stdio.h>
#include <string.h>

#define CONNECTORS_MAX 16

static const char *const connector_types[] = {"AC_single_phase_core", "AC_three_phase_core", "DC_core",
					      "DC_extended",          "DC_combo_core",       "DC_unique"};
static const struct api_texts connector_type_texts = {connector_types,
						      sizeof(connector_types) / sizeof(connector_types[0])};

/* One service object is checked although only its presence counts: a mistyped one is a mistake of the
 * station. */
static bool check_service(const struct api_node *services, const char *name)
{
	struct api_node service;
	char control_mode[API_INFO_MAX];
	double voltage_v;
	int type;

	if (!api_json_object(services, name, &service))
		return false;
	if (api_json_has(&service, "connector_type") &&
	    !api_json_enum(&service, "connector_type", &connector_type_texts, &type))
		return false;
	if (api_json_has(&service, "nominal_voltage") &&
	    !api_json_number(&service, "nominal_voltage", 0, 1500, "V", &voltage_v))
		return false;
	return !api_json_has(&service, "control_mode") ||
	       api_json_text_cut(&service, "control_mode", control_mode, sizeof(control_mode));
}

static bool read_connector(const struct api_node *connector, struct api_evse_parameters *evse)
{
	static const char *const names[] = {"ac", "ac_bpt", "dc", "dc_bpt"};
	struct api_node services;

	if (!api_json_object(connector, "services", &services))
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!api_json_has(&services, names[i]))
			continue;
		if (!check_service(&services, names[i]))
			return false;
		if (names[i][0] == 'a')
			evse->has_ac = true;
		else
			evse->has_dc = true;
	}
	return true;
}

static bool read_connectors(const struct api_node *entry, struct api_evse_parameters *evse)
{
	struct api_node connectors;
	struct api_node connector;
	size_t count;

	if (!api_json_array(entry, "connectors", CONNECTORS_MAX, &connectors, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!api_json_element(&connectors, i, &connector) || !read_connector(&connector, evse))
			return false;
	}
	return true;
}

/* The name goes to the kernel and into paths under /sys/class/net. */
static bool read_interface(const struct api_node *entry, struct api_evse_parameters *evse)
{
	char *name = evse->network_interface;

	if (!api_json_text(entry, "network_interface", name, API_INTERFACE_MAX))
		return false;
	if (strpbrk(name, "/ ") || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return api_json_fail(entry, "network_interface", "the name of a network interface");
	return true;
}

static bool read_entry(const struct api_node *entry, struct api_parameters *parameters)
{
	struct api_evse_parameters *evse = &parameters->evses[parameters->count];
	char expected[API_EXPECTED_MAX];

	if (!api_json_evse_id(entry, evse->evse_id) || !api_json_bool(entry, "supports_eim", &evse->supports_eim) ||
	    !read_interface(entry, evse) || !read_connectors(entry, evse))
		return false;
	for (size_t i = 0; i < parameters->count; i++) {
		if (strcmp(parameters->evses[i].evse_id, evse->evse_id) != 0)
			continue;
		snprintf(expected, sizeof(expected), "another evse_id than that of parameters[%zu], %s", i,
			 evse->evse_id);
		return api_json_fail(entry, "evse_id", expected);
	}
	parameters->count++;
	return true;
}

enum api_result api_read_cs_parameters(const struct api_node *data, void *out)
{
	struct api_parameters *parameters = out;
	struct api_node list;
	struct api_node entry;
	size_t count;

	if (!api_json_array(data, "parameters", API_EVSES_MAX, &list, &count))
		return API_INVALID;
	for (size_t i = 0; i < count; i++) {
		if (!api_json_element(&list, i, &entry) || !read_entry(&entry, parameters))
			return API_INVALID;
	}
	return API_OK;
}
