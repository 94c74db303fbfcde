/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/station/cs_sim_data.h"

#include "tools/station/api_station.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

static struct json_object *member(struct json_object *object, const char *name)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(object, name, &value);
	return value;
}

static void add_text(struct json_object *object, const char *name, const char *text)
{
	json_object_object_add(object, name, json_object_new_string(text));
}

void cs_data_init(struct cs_data *data)
{
	memset(data, 0, sizeof(*data));
	data->parameters = json_object_new_object();
	add_text(data->parameters, "sw_version", "cs-sim");
	add_text(data->parameters, "hw_version", "simulated");
	json_object_object_add(data->parameters, "number_of_evses", json_object_new_int(0));
	json_object_object_add(data->parameters, "parameters", json_object_new_array());
	data->limits = json_object_new_object();
	json_object_object_add(data->limits, "evses", json_object_new_array());
}

void cs_data_free(struct cs_data *data)
{
	json_object_put(data->parameters);
	json_object_put(data->limits);
	json_object_put(data->device_model);
	data->parameters = data->limits = data->device_model = NULL;
}

static struct json_object *service(const char *connector_type, int voltage_v)
{
	struct json_object *object = json_object_new_object();

	add_text(object, "connector_type", connector_type);
	json_object_object_add(object, "nominal_voltage", json_object_new_int(voltage_v));
	add_text(object, "control_mode", "scheduled");
	return object;
}

static struct json_object *connectors(bool ac, bool dc)
{
	struct json_object *services = json_object_new_object();
	struct json_object *connector = json_object_new_object();
	struct json_object *array = json_object_new_array();

	if (ac)
		json_object_object_add(services, "ac", service("AC_three_phase_core", 230));
	if (dc)
		json_object_object_add(services, "dc", service("DC_combo_core", 400));
	json_object_object_add(connector, "id", json_object_new_int(1));
	json_object_object_add(connector, "services", services);
	json_object_array_add(array, connector);
	return array;
}

static struct json_object *phase_currents(double current_a)
{
	static const char *const phases[] = {"l1", "l2", "l3"};
	struct json_object *object = json_object_new_object();

	for (size_t i = 0; i < 3; i++)
		json_object_object_add(object, phases[i], api_station_number(current_a));
	return object;
}

static void add_number(struct json_object *object, const char *name, int value)
{
	json_object_object_add(object, name, json_object_new_int(value));
}

static struct json_object *ac_limits(double current_a)
{
	struct json_object *ac = json_object_new_object();

	json_object_object_add(ac, "max_current", phase_currents(current_a));
	add_number(ac, "nominal_voltage", 230);
	json_object_object_add(ac, "rcd_error", json_object_new_boolean(0));
	return ac;
}

static struct json_object *dc_limits(void)
{
	struct json_object *dc = json_object_new_object();

	add_number(dc, "present_voltage", 0);
	add_number(dc, "present_current", 0);
	add_number(dc, "max_current", 200);
	add_number(dc, "min_current", 0);
	add_number(dc, "max_voltage", 920);
	add_number(dc, "min_voltage", 150);
	add_number(dc, "max_power", 150000);
	add_number(dc, "peak_current_ripple", 1);
	return dc;
}

static void add_limits(struct cs_data *data, const char *evse_id, bool ac, bool dc, double current_a)
{
	struct json_object *entry = json_object_new_object();

	add_text(entry, "evse_id", evse_id);
	add_text(entry, "status_code", "evse_ready");
	if (ac)
		json_object_object_add(entry, "ac", ac_limits(current_a));
	if (dc)
		json_object_object_add(entry, "dc", dc_limits());
	json_object_array_add(member(data->limits, "evses"), entry);
}

static void add_parameters(struct cs_data *data, const char *evse_id, const char *interface, bool ac, bool dc)
{
	struct json_object *entry = json_object_new_object();

	add_text(entry, "evse_id", evse_id);
	json_object_object_add(entry, "supports_eim", json_object_new_boolean(1));
	add_text(entry, "network_interface", interface);
	json_object_object_add(entry, "connectors", connectors(ac, dc));
	json_object_array_add(member(data->parameters, "parameters"), entry);
	json_object_set_int(member(data->parameters, "number_of_evses"), (int)data->evse_count);
}

bool cs_data_add_evse(struct cs_data *data, const char *text, double max_current_a, char error[CS_DATA_ERROR_SIZE])
{
	char evse_id[API_EVSE_ID_MAX];
	char interface[API_INTERFACE_MAX];
	char services[8] = "ac";
	int end = 0;

	int fields = sscanf(text, "%63[^=]=%15[^:]%n:%7[a-z]%n", evse_id, interface, &end, services, &end);
	bool ac = strcmp(services, "ac") == 0 || strcmp(services, "acdc") == 0;
	bool dc = strcmp(services, "dc") == 0 || strcmp(services, "acdc") == 0;
	if (fields < 2 || text[end] != '\0' || (!ac && !dc) || data->evse_count == API_EVSES_MAX) {
		snprintf(error, CS_DATA_ERROR_SIZE,
			 "--evse '%.100s': expected EVSE_ID=INTERFACE[:ac|dc|acdc], at most %d times", text,
			 API_EVSES_MAX);
		return false;
	}
	strcpy(data->evse_ids[data->evse_count++], evse_id);
	add_parameters(data, evse_id, interface, ac, dc);
	add_limits(data, evse_id, ac, dc, max_current_a);
	return true;
}

static struct json_object *read_object(const char *path, char error[CS_DATA_ERROR_SIZE])
{
	struct json_object *object = json_object_from_file(path);

	if (object == NULL || !json_object_is_type(object, json_type_object)) {
		const char *why = json_util_get_last_err();
		snprintf(error, CS_DATA_ERROR_SIZE, "%.150s: not a JSON object%s%.80s", path, why != NULL ? ": " : "",
			 why != NULL ? why : "");
		error[strcspn(error, "\n")] = '\0';
		json_object_put(object);
		return NULL;
	}
	return object;
}

static void collect_ids(struct cs_data *data)
{
	struct json_object *list = member(data->parameters, "parameters");

	data->evse_count = 0;
	if (!json_object_is_type(list, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(list) && data->evse_count < API_EVSES_MAX; i++) {
		const char *id = json_object_get_string(member(json_object_array_get_idx(list, i), "evse_id"));
		if (id != NULL && strlen(id) < API_EVSE_ID_MAX)
			strcpy(data->evse_ids[data->evse_count++], id);
	}
}

bool cs_data_read_parameters(struct cs_data *data, const char *path, char error[CS_DATA_ERROR_SIZE])
{
	struct json_object *object = read_object(path, error);

	if (object == NULL)
		return false;
	json_object_put(data->parameters);
	data->parameters = object;
	collect_ids(data);
	return true;
}

bool cs_data_read_limits(struct cs_data *data, const char *path, char error[CS_DATA_ERROR_SIZE])
{
	struct json_object *object = read_object(path, error);

	if (object == NULL)
		return false;
	json_object_put(data->limits);
	data->limits = object;
	return true;
}

bool cs_data_read_device_model(struct cs_data *data, const char *path, char error[CS_DATA_ERROR_SIZE])
{
	struct json_object *object = read_object(path, error);

	if (object == NULL)
		return false;
	json_object_put(data->device_model);
	data->device_model = object;
	return true;
}

/* Index of the outlet's entry in a list, or -1. */
static int entry_of(struct json_object *list, const char *evse_id)
{
	if (!json_object_is_type(list, json_type_array))
		return -1;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		const char *id = json_object_get_string(member(json_object_array_get_idx(list, i), "evse_id"));
		if (id != NULL && strcmp(id, evse_id) == 0)
			return (int)i;
	}
	return -1;
}

static bool remove_entry(struct json_object *list, const char *evse_id)
{
	int index = entry_of(list, evse_id);

	return index >= 0 && json_object_array_del_idx(list, (size_t)index, 1) == 0;
}

bool cs_data_remove_evse(struct cs_data *data, const char *evse_id)
{
	if (!remove_entry(member(data->parameters, "parameters"), evse_id))
		return false;
	remove_entry(member(data->limits, "evses"), evse_id);
	collect_ids(data);
	json_object_object_add(data->parameters, "number_of_evses", json_object_new_int((int)data->evse_count));
	return true;
}

bool cs_data_set_limit(struct cs_data *data, const char *evse_id, double current_a)
{
	struct json_object *list = member(data->limits, "evses");
	int index = entry_of(list, evse_id);
	struct json_object *ac = index >= 0 ? member(json_object_array_get_idx(list, (size_t)index), "ac") : NULL;

	if (!json_object_is_type(ac, json_type_object))
		return false;
	json_object_object_add(ac, "max_current", phase_currents(current_a));
	return true;
}

bool cs_data_set_status_code(struct cs_data *data, const char *evse_id, enum api_evse_status code)
{
	struct json_object *list = member(data->limits, "evses");
	int index = entry_of(list, evse_id);

	if (index < 0)
		return false;
	add_text(json_object_array_get_idx(list, (size_t)index), "status_code", api_evse_status_text(code));
	return true;
}

static struct json_object *entry(struct json_object *list, const char *evse_id)
{
	int index = entry_of(list, evse_id);

	return index >= 0 ? json_object_array_get_idx(list, (size_t)index) : NULL;
}

static struct json_object *connectors_of(const struct cs_data *data, const char *evse_id)
{
	struct json_object *outlet = entry(member(data->parameters, "parameters"), evse_id);
	struct json_object *list = outlet != NULL ? member(outlet, "connectors") : NULL;

	return json_object_is_type(list, json_type_array) ? list : NULL;
}

/* Its services are those of its first connector: made from a text, it has one. */
bool cs_data_is_dc(const struct cs_data *data, const char *evse_id)
{
	struct json_object *list = connectors_of(data, evse_id);
	struct json_object *services = NULL;

	if (list != NULL && json_object_array_length(list) > 0)
		services = member(json_object_array_get_idx(list, 0), "services");
	return services != NULL && member(services, "ac") == NULL && member(services, "ac_bpt") == NULL;
}

size_t cs_data_connectors(const struct cs_data *data, const char *evse_id, uint32_t *ids, size_t max)
{
	struct json_object *list = connectors_of(data, evse_id);
	size_t count = 0;

	for (size_t i = 0; list != NULL && i < json_object_array_length(list) && count < max; i++) {
		struct json_object *id = member(json_object_array_get_idx(list, i), "id");
		if (json_object_is_type(id, json_type_int) && json_object_get_int64(id) >= 0)
			ids[count++] = (uint32_t)json_object_get_int64(id);
	}
	return count;
}

void cs_data_limit(const struct cs_data *data, const char *evse_id, double *current_a, unsigned *phases)
{
	static const char *const names[] = {"l1", "l2", "l3"};
	struct json_object *outlet = entry(member(data->limits, "evses"), evse_id);
	struct json_object *ac = outlet != NULL ? member(outlet, "ac") : NULL;
	struct json_object *currents = ac != NULL ? member(ac, "max_current") : NULL;

	*current_a = 0;
	*phases = 0;
	for (size_t i = 0; currents != NULL && i < sizeof(names) / sizeof(names[0]); i++) {
		double each_a = json_object_get_double(member(currents, names[i]));
		if (each_a <= 0)
			continue;
		if (*phases == 0 || each_a < *current_a)
			*current_a = each_a;
		(*phases)++;
	}
}

static struct json_object *model_of_outlet(const struct cs_data *data, size_t index)
{
	const bool dc = cs_data_is_dc(data, data->evse_ids[index]);
	struct json_object *outlet = json_object_new_object();
	struct json_object *connector = json_object_new_object();
	struct json_object *list = json_object_new_array();

	add_number(outlet, "ocpp_id", (int)index + 1);
	add_text(outlet, "iso15118_id", data->evse_ids[index]);
	add_number(outlet, "power_kw", dc ? 150 : 22);
	add_number(outlet, "supply_phases", 3);
	add_number(connector, "id", 1);
	add_text(connector, "connector_type", dc ? "cCCS2" : "cType2");
	json_object_array_add(list, connector);
	json_object_object_add(outlet, "connectors", list);
	return outlet;
}

struct json_object *cs_data_device_model(const struct cs_data *data)
{
	struct json_object *model;
	struct json_object *outlets;

	if (data->device_model != NULL)
		return json_object_get(data->device_model);
	model = json_object_new_object();
	outlets = json_object_new_array();
	add_text(model, "model", "simulated");
	add_text(model, "vendor", "slacd");
	add_text(model, "identity", "cs-sim");
	add_text(model, "basic_auth_password", "simulated");
	add_text(model, "ocpp_csms_url", "ws://localhost:9000");
	add_number(model, "security_profile", 1);
	add_text(model, "serial_number", "1");
	add_text(model, "firmware_version", "1");
	for (size_t i = 0; i < data->evse_count; i++)
		json_object_array_add(outlets, model_of_outlet(data, i));
	json_object_object_add(model, "evses", outlets);
	return model;
}
