/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the messages that slacd receives (doc/mqtt.md). */
#include "mqtt/api/api.h"
#include "mqtt/api/api_envelope.h"
#include "mqtt/api/api_read.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* --- Arrays with an entry for each outlet --- */

/* The outlet that the entry is about, whatever else is wrong with it; unchanged when that cannot be read. */
static void read_subject(const struct api_node *list, size_t index, char evse_id[API_EVSE_ID_MAX])
{
	struct api_error unread;
	struct api_node quiet = *list;
	struct api_node entry;

	quiet.error = &unread;
	if (api_json_element(&quiet, index, &entry))
		api_json_evse_id(&entry, evse_id);
}

static const char *bad_id(const void *list, size_t place)
{
	return ((const struct api_bad_entry *)list)[place].evse_id;
}

bool api_message_is_bad(const struct api_message *message, const char *evse_id)
{
	return message->bad_count > 0 &&
	       text_index_find(&message->bad_by_id, evse_id, bad_id, message->bad) != TEXT_INDEX_NONE;
}

/* Makes the last bad entry one that is found, if it is the first one of its outlet. */
static void index_bad(struct api_message *message)
{
	const size_t place = message->bad_count - 1;

	if (place == 0)
		memset(&message->bad_by_id, 0, sizeof(message->bad_by_id));
	if (text_index_find(&message->bad_by_id, message->bad[place].evse_id, bad_id, message->bad) == TEXT_INDEX_NONE)
		text_index_add(&message->bad_by_id, place, bad_id, message->bad);
}

/* Reads what is right of data.<member>, and notes what is not. */
static enum api_result read_entries(const struct api_node *data, const char *member,
				    bool (*read)(const struct api_node *entry, struct api_message *message),
				    struct api_message *message)
{
	struct api_node list;
	struct api_node entry;
	size_t count;

	if (!api_json_array(data, member, API_EVSES_MAX, &list, &count))
		return API_INVALID;
	for (size_t i = 0; i < count; i++) {
		struct api_bad_entry *bad = &message->bad[message->bad_count];
		if (api_json_element(&list, i, &entry) && read(&entry, message))
			continue;
		memset(bad, 0, sizeof(*bad));
		read_subject(&list, i, bad->evse_id);
		memcpy(bad->member, data->error->member, sizeof(bad->member));
		memcpy(bad->expected, data->error->expected, sizeof(bad->expected));
		message->bad_count++;
		index_bad(message);
	}
	return API_OK;
}

/* --- Numbers that slacd has no use for, and others do --- */

/* 0 where it is absent, or no such number: a message must not be lost for its sake. */
static double read_leniently(const struct api_node *node, const char *member, double max)
{
	struct api_error unread;
	struct api_node quiet = *node;
	double value = 0;

	quiet.error = &unread;
	api_json_number(&quiet, member, 0, max, "", &value);
	return value;
}

/* --- cs_parameters: the outlets of the station, their interfaces and services --- */

#define CONNECTORS_MAX 16

enum connector_type { AC_SINGLE_PHASE_CORE, AC_THREE_PHASE_CORE, DC_CORE, DC_EXTENDED, DC_COMBO_CORE, DC_UNIQUE };

static const char *const connector_types[] = {
	[AC_SINGLE_PHASE_CORE] = "AC_single_phase_core",
	[AC_THREE_PHASE_CORE] = "AC_three_phase_core",
	[DC_CORE] = "DC_core",
	[DC_EXTENDED] = "DC_extended",
	[DC_COMBO_CORE] = "DC_combo_core",
	[DC_UNIQUE] = "DC_unique",
};
static const struct api_texts connector_type_texts = {connector_types,
						      sizeof(connector_types) / sizeof(connector_types[0])};

#define VOLTAGE_MAX_V 100000

/* The voltage of the first service that tells one. */
static void read_nominal_voltage(const struct api_node *service, struct api_evse_parameters *evse)
{
	if (evse->nominal_voltage_v == 0)
		evse->nominal_voltage_v = read_leniently(service, "nominal_voltage", VOLTAGE_MAX_V);
}

/* What may be anything, as long as it is there. */
static void read_dc_service(const struct api_node *services, const char *name, struct api_evse_parameters *evse)
{
	struct api_error unread;
	struct api_node quiet = *services;
	struct api_node service;

	quiet.error = &unread;
	evse->has_dc = evse->has_dc || api_json_has(services, name);
	if (!evse->has_ac && api_json_object(&quiet, name, &service))
		read_nominal_voltage(&service, evse);
}

/* Of an AC service only the connector type must be right, of a DC service nothing but that it is there. */
static bool read_ac_service(const struct api_node *services, const char *name, struct api_evse_parameters *evse)
{
	struct api_node service;
	int type = AC_THREE_PHASE_CORE;

	if (!api_json_object(services, name, &service))
		return false;
	if (api_json_has(&service, "connector_type") &&
	    !api_json_enum(&service, "connector_type", &connector_type_texts, &type))
		return false;
	evse->ac_single_phase = (evse->ac_single_phase || !evse->has_ac) && type == AC_SINGLE_PHASE_CORE;
	evse->has_ac = true;
	read_nominal_voltage(&service, evse);
	return true;
}

static bool read_connector(const struct api_node *connector, struct api_evse_parameters *evse)
{
	static const char *const ac_names[] = {"ac", "ac_bpt"};
	static const char *const dc_names[] = {"dc", "dc_bpt"};
	struct api_node services;

	if (!api_json_object(connector, "services", &services))
		return false;
	for (size_t i = 0; i < sizeof(ac_names) / sizeof(ac_names[0]); i++)
		if (api_json_has(&services, ac_names[i]) && !read_ac_service(&services, ac_names[i], evse))
			return false;
	for (size_t i = 0; i < sizeof(dc_names) / sizeof(dc_names[0]); i++)
		read_dc_service(&services, dc_names[i], evse);
	return true;
}

static bool read_connectors(const struct api_node *entry, struct api_evse_parameters *evse)
{
	struct api_node connectors;
	struct api_node connector;
	size_t count;

	if (!api_json_array(entry, "connectors", CONNECTORS_MAX, &connectors, &count))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!api_json_element(&connectors, i, &connector) || !read_connector(&connector, evse))
			return false;
	return true;
}

/* The name is given to the kernel, and becomes part of paths under /sys/class/net. */
static bool read_interface(const struct api_node *entry, struct api_evse_parameters *evse)
{
	char *name = evse->network_interface;

	if (!api_json_text(entry, "network_interface", name, API_INTERFACE_MAX))
		return false;
	if (strpbrk(name, "/ ") || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return api_json_fail(entry, "network_interface", "the name of a network interface");
	return true;
}

static const char *parameters_id(const void *list, size_t place)
{
	return ((const struct api_evse_parameters *)list)[place].evse_id;
}

const struct api_evse_parameters *api_parameters_find(const struct api_parameters *list, const char *evse_id)
{
	const size_t place = text_index_find(&list->by_id, evse_id, parameters_id, list->evses);

	return place != TEXT_INDEX_NONE ? &list->evses[place] : NULL;
}

bool api_parameters_add(struct api_parameters *list, const struct api_evse_parameters *entry)
{
	if (list->count == API_EVSES_MAX || api_parameters_find(list, entry->evse_id) != NULL)
		return false;
	list->evses[list->count] = *entry;
	text_index_add(&list->by_id, list->count++, parameters_id, list->evses);
	return true;
}

void api_parameters_copy(struct api_parameters *to, const struct api_parameters *from)
{
	memcpy(to, from, offsetof(struct api_parameters, evses) + from->count * sizeof(from->evses[0]));
}

static bool read_parameters(const struct api_node *entry, struct api_message *message)
{
	struct api_parameters *parameters = &message->data.parameters;
	struct api_evse_parameters *evse = &parameters->evses[parameters->count];
	char expected[API_EXPECTED_MAX];

	memset(evse, 0, sizeof(*evse));
	if (!api_json_evse_id(entry, evse->evse_id) || !read_interface(entry, evse) || !read_connectors(entry, evse))
		return false;
	const size_t same = text_index_find(&parameters->by_id, evse->evse_id, parameters_id, parameters->evses);
	if (same != TEXT_INDEX_NONE) {
		snprintf(expected, sizeof(expected), "another evse_id than that of parameters[%zu], %s", same,
			 evse->evse_id);
		return api_json_fail(entry, "evse_id", expected);
	}
	text_index_add(&parameters->by_id, parameters->count++, parameters_id, parameters->evses);
	return true;
}

enum api_result api_read_cs_parameters(const struct api_node *data, void *out)
{
	return read_entries(data, "parameters", read_parameters, out);
}

/* --- cs_status_and_limits: the state of each outlet and what it may deliver; a wrong `dc` refuses nothing --- */

#define CURRENT_MAX_A 1000
#define POWER_MAX_W   4000000

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
	if (!api_json_object(entry, "ac", &ac) || !read_current(&ac, evse) ||
	    !api_json_bool(&ac, "rcd_error", &evse->rcd_error))
		return false;
	evse->nominal_voltage_v = read_leniently(&ac, "nominal_voltage", VOLTAGE_MAX_V);
	return true;
}

static void read_dc(const struct api_node *entry, struct api_evse_limits *evse)
{
	struct api_error unread;
	struct api_node quiet = *entry;
	struct api_node dc;

	quiet.error = &unread;
	if (!api_json_object(&quiet, "dc", &dc))
		return;
	evse->has_dc = true;
	evse->dc_max_current_a = read_leniently(&dc, "max_current", POWER_MAX_W);
	evse->dc_max_voltage_v = read_leniently(&dc, "max_voltage", VOLTAGE_MAX_V);
	evse->dc_max_power_w = read_leniently(&dc, "max_power", POWER_MAX_W);
}

static const char *limits_id(const void *list, size_t place)
{
	return ((const struct api_evse_limits *)list)[place].evse_id;
}

static bool read_limits(const struct api_node *entry, struct api_message *message)
{
	struct api_limits *limits = &message->data.limits;
	struct api_evse_limits *evse = &limits->evses[limits->count];
	char expected[API_EXPECTED_MAX];
	int status;

	memset(evse, 0, sizeof(*evse));
	if (!api_json_evse_id(entry, evse->evse_id) ||
	    !api_json_enum(entry, "status_code", &api_texts_evse_status, &status) || !read_ac(entry, evse))
		return false;
	evse->status_code = (enum api_evse_status)status;
	read_dc(entry, evse);
	const size_t same = text_index_find(&limits->by_id, evse->evse_id, limits_id, limits->evses);
	if (same != TEXT_INDEX_NONE) {
		snprintf(expected, sizeof(expected), "another evse_id than that of evses[%zu], %s", same,
			 evse->evse_id);
		return api_json_fail(entry, "evse_id", expected);
	}
	text_index_add(&limits->by_id, limits->count++, limits_id, limits->evses);
	return true;
}

enum api_result api_read_cs_limits(const struct api_node *data, void *out)
{
	return read_entries(data, "evses", read_limits, out);
}

/* --- The control pilot: cp_status updates and the answers to cp_pwm requests --- */

/* Only the log has a use for it: an answer must not be lost for its sake. */
static void read_info(const struct api_node *data, char info[API_INFO_MAX])
{
	struct api_error unread;
	struct api_node quiet = *data;

	quiet.error = &unread;
	if (!api_json_text_cut(&quiet, "info", info, API_INFO_MAX))
		info[0] = '\0';
}

enum api_result api_read_cp_pwm(const struct api_node *data, void *out)
{
	struct api_cp_pwm_response *response = &((struct api_message *)out)->data.cp_pwm;
	int status;

	if (!api_json_evse_id(data, response->evse_id) ||
	    !api_json_enum(data, "status", &api_texts_cp_pwm_status, &status))
		return API_INVALID;
	response->status = (enum api_cp_pwm_status)status;
	read_info(data, response->info);
	return API_OK;
}

static bool read_flag(const struct api_node *data, const char *member, bool *value)
{
	*value = false;
	return !api_json_has(data, member) || api_json_bool(data, member, value);
}

/* What another service asks for. Rounded up: it is compared with a limit. */
enum api_result api_read_cp_pwm_request(const struct api_node *data, void *out)
{
	struct api_cp_pwm *request = &((struct api_message *)out)->data.cp_pwm_request;
	double current_a = 0;

	if (!api_json_evse_id(data, request->evse_id) || !api_json_bool(data, "hlc", &request->hlc) ||
	    !read_flag(data, "error_state", &request->error_state) ||
	    !read_flag(data, "fault_state", &request->fault_state))
		return API_INVALID;
	if (!request->hlc && api_json_has(data, "current") &&
	    !api_json_number(data, "current", 0, CURRENT_MAX_A, "A", &current_a))
		return API_INVALID;
	request->current_deciampere = (uint32_t)(current_a * 10 + 0.999);
	return API_OK;
}

enum api_result api_read_cp_status(const struct api_node *data, void *out)
{
	struct api_cp_status *status = &((struct api_message *)out)->data.cp_status;
	int state;

	if (!api_json_evse_id(data, status->evse_id) || !api_json_enum(data, "state", &api_texts_cp_state, &state))
		return API_INVALID;
	status->state = (enum api_cp_state)state;
	status->has_duty_cycle = api_json_has(data, "duty_cycle");
	if (status->has_duty_cycle && !api_json_number(data, "duty_cycle", 0, 100, "%", &status->duty_cycle_percent))
		return API_INVALID;
	return API_OK;
}

/* --- The service: its state, link and network of an outlet, sessions, reset --- */

static enum api_result read_service_status(const struct api_node *data, void *out)
{
	char service[API_VERSION_MAX];

	(void)out;
	if (!api_json_text(data, "service", service, sizeof(service)))
		return API_INVALID;
	return strcmp(service, API_SERVICE) == 0 ? API_OK : API_IGNORED;
}

/* Of another service. Only one that may have missed what slacd said is of interest, and only when it can hear again. */
static enum api_result read_other_service(const struct api_node *data, void *out)
{
	char service[API_VERSION_MAX];
	int state;

	(void)out;
	if (!api_json_text(data, "service", service, sizeof(service)) || strcmp(service, "smart_charging") != 0)
		return API_IGNORED;
	if (!api_json_enum_any_case(data, "status", &api_texts_service_state, &state) || state != API_SERVICE_READY)
		return API_IGNORED;
	return API_OK;
}

static enum api_result read_data_link(const struct api_node *data, void *out)
{
	struct api_data_link *link = &((struct api_message *)out)->data.data_link;
	int action;

	if (!api_json_evse_id(data, link->evse_id) ||
	    !api_json_enum(data, "action", &api_texts_data_link_action, &action))
		return API_INVALID;
	link->action = (enum api_data_link_action)action;
	return API_OK;
}

enum api_result api_read_hlc_charging(const struct api_node *data, void *out)
{
	enum { ACTION_PAUSE, ACTION_RESUME };
	static const char *const words[] = {[ACTION_PAUSE] = "pause", [ACTION_RESUME] = "resume"};
	static const struct api_texts actions = {words, sizeof(words) / sizeof(words[0])};
	struct api_hlc_charging *hlc = &((struct api_message *)out)->data.hlc_charging;
	int action = ACTION_RESUME;

	if (!api_json_evse_id(data, hlc->evse_id) || !api_json_bool(data, "status", &hlc->active))
		return API_INVALID;
	if (api_json_has(data, "action") && !api_json_enum(data, "action", &actions, &action))
		return API_INVALID;
	/* A session that pauses is not over. */
	hlc->active = hlc->active || action == ACTION_PAUSE;
	return API_OK;
}

/* --- authorization: by what the driver shows (EIM), by the car's contract (e_maid), or by nothing --- */

static const char *const token_types[] = {"ISO14443", "ISO15693",    "key_code",         "local",
					  "central",  "mac_address", "no_authorization", "e_maid"};
static const struct api_texts token_type_texts = {token_types, sizeof(token_types) / sizeof(token_types[0])};

static bool read_token_type(const struct api_node *data, bool *by_eim)
{
	int type;

	if (!api_json_enum_any_case(data, "token_type", &token_type_texts, &type))
		return false;
	*by_eim = strcmp(token_types[type], "no_authorization") != 0 && strcmp(token_types[type], "e_maid") != 0;
	return true;
}

/* Whatever is not accepted is no permission, a word that slacd does not know as well. */
static bool read_authorization_status(const struct api_node *data, bool *accepted)
{
	char text[API_VERSION_MAX];

	if (!api_json_text(data, "status", text, sizeof(text)))
		return false;
	*accepted = strcasecmp(text, "accepted") == 0;
	return true;
}

/* Before the plug-in a token may be shown for no outlet in particular. */
static enum api_result read_authorization_request(const struct api_node *data, void *out)
{
	struct api_authorization *request = &((struct api_message *)out)->data.authorization;

	if (api_json_has(data, "evse_id") && !api_json_evse_id(data, request->evse_id))
		return API_INVALID;
	return read_token_type(data, &request->by_eim) ? API_OK : API_INVALID;
}

static enum api_result read_authorization_response(const struct api_node *data, void *out)
{
	struct api_authorization *response = &((struct api_message *)out)->data.authorization;

	return read_authorization_status(data, &response->accepted) ? API_OK : API_INVALID;
}

static enum api_result read_authorization_update(const struct api_node *data, void *out)
{
	struct api_authorization *update = &((struct api_message *)out)->data.authorization;

	if (!api_json_evse_id(data, update->evse_id) || !read_authorization_status(data, &update->accepted))
		return API_INVALID;
	/* An end without a token type ends whatever there is. */
	update->by_eim = true;
	if ((update->accepted || api_json_has(data, "token_type")) && !read_token_type(data, &update->by_eim))
		return API_INVALID;
	return API_OK;
}

static enum api_result read_evse_request(const struct api_node *data, void *out)
{
	struct api_evse_request *request = &((struct api_message *)out)->data.request;

	return api_json_evse_id(data, request->evse_id) ? API_OK : API_INVALID;
}

static enum api_result read_reset(const struct api_node *data, void *out)
{
	return api_json_has(data, "evse_id") ? read_evse_request(data, out) : API_OK;
}

/* The station answers a backend that has reset it. */
static enum api_result leave_to_others(const struct api_node *data, void *out)
{
	(void)data;
	(void)out;
	return API_IGNORED;
}

/* --- The table --- */

#define STATION  API_FROM_STATION
#define ISO15118 API_FROM_ISO15118
#define SERVICES API_FROM_SERVICES

static const struct api_row rows[] = {
	{"service_status", API_REQUEST, API_SERVICE_STATUS, STATION | API_ROW_QUESTION, read_service_status},
	{"service_status", API_UPDATE, API_SERVICE_STATUS, SERVICES | API_ROW_QUESTION, read_other_service},
	{"cs_parameters", API_RESPONSE, API_CS_PARAMETERS, STATION, api_read_cs_parameters},
	{"cs_parameters", API_UPDATE, API_CS_PARAMETERS, STATION, api_read_cs_parameters},
	{"cs_status_and_limits", API_RESPONSE, API_CS_STATUS_AND_LIMITS, STATION, api_read_cs_limits},
	{"cs_status_and_limits", API_UPDATE, API_CS_STATUS_AND_LIMITS, STATION, api_read_cs_limits},
	{"cp_pwm", API_RESPONSE, API_CP_PWM, STATION, api_read_cp_pwm},
	{"cp_pwm", API_REQUEST, API_CP_PWM, SERVICES, api_read_cp_pwm_request},
	{"cp_status", API_UPDATE, API_CP_STATUS, STATION, api_read_cp_status},
	{"slac_data_link", API_UPDATE, API_SLAC_DATA_LINK, ISO15118, read_data_link},
	{"slac_link_status", API_REQUEST, API_SLAC_LINK_STATUS, STATION | API_ROW_QUESTION, read_evse_request},
	{"slac_network_info", API_REQUEST, API_SLAC_NETWORK_INFO, STATION | API_ROW_QUESTION, read_evse_request},
	{"hlc_charging", API_UPDATE, API_HLC_CHARGING, STATION | SERVICES, api_read_hlc_charging},
	{"authorization", API_REQUEST, API_AUTHORIZATION, STATION | API_ROW_SERVICES_TOO, read_authorization_request},
	{"authorization", API_RESPONSE, API_AUTHORIZATION, SERVICES, read_authorization_response},
	{"authorization", API_UPDATE, API_AUTHORIZATION, STATION | SERVICES, read_authorization_update},
	{"slac_reset", API_REQUEST, API_SLAC_RESET, STATION, read_reset},
	{"reset", API_REQUEST, API_RESET, STATION | API_ROW_SERVICES_TOO, read_reset},
	{"reset", API_RESPONSE, API_RESET, STATION, leave_to_others},
};
const struct api_rows api_rows_of_slacd = {rows, sizeof(rows) / sizeof(rows[0])};

/* What comes before the entries of either list; the data of any other message lies within it. */
#define DATA_HEAD_SIZE    offsetof(struct api_parameters, evses)
#define MESSAGE_HEAD_SIZE (offsetof(struct api_message, data) + DATA_HEAD_SIZE)

_Static_assert(offsetof(struct api_limits, evses) == DATA_HEAD_SIZE, "both lists begin alike");
_Static_assert(sizeof(struct api_cp_pwm_response) <= DATA_HEAD_SIZE && sizeof(struct api_cp_pwm) <= DATA_HEAD_SIZE &&
		       sizeof(struct api_cp_status) <= DATA_HEAD_SIZE,
	       "the head is the larger one");

/* Where a message has no entries they are neither cleared nor copied: there are 120 KiB of them. */
void api_read_begin(struct api_message *message)
{
	memset(message, 0, MESSAGE_HEAD_SIZE);
	message->bad_count = 0;
}

static size_t entries_size(const struct api_message *message)
{
	if (message->kind == API_CS_PARAMETERS)
		return message->data.parameters.count * sizeof(message->data.parameters.evses[0]);
	if (message->kind == API_CS_STATUS_AND_LIMITS)
		return message->data.limits.count * sizeof(message->data.limits.evses[0]);
	return 0;
}

static void copy(struct api_message *to, const struct api_message *from)
{
	memcpy(to, from, MESSAGE_HEAD_SIZE + entries_size(from));
	to->bad_count = from->bad_count;
	if (from->bad_count == 0)
		return;
	to->bad_by_id = from->bad_by_id;
	memcpy(to->bad, from->bad, from->bad_count * sizeof(from->bad[0]));
}

enum api_result api_parse(const char *payload, size_t len, unsigned from, struct api_message *out,
			  struct api_error *error)
{
	struct api_envelope envelope;
	struct api_message message;
	enum api_result result;

	api_read_begin(&message);
	result = api_envelope_parse(payload, len, from, &api_rows_of_slacd, &envelope, &message, error);
	if (result != API_OK)
		return result;
	message.kind = (enum api_kind)envelope.row->kind;
	message.type = envelope.row->type;
	memcpy(message.id, envelope.id, sizeof(message.id));
	copy(out, &message);
	return API_OK;
}

/* Reads data without an envelope; a bad entry is an error. */
static enum api_result parse_data(const char *text, size_t len, const struct api_row *row, struct api_message *message,
				  struct api_error *error)
{
	enum api_result result;

	api_read_begin(message);
	result = api_envelope_parse_data(text, len, row, message, error);
	if (result != API_OK || message->bad_count == 0)
		return result;
	memcpy(error->member, message->bad[0].member, sizeof(error->member));
	memcpy(error->expected, message->bad[0].expected, sizeof(error->expected));
	return API_INVALID;
}

enum api_result api_parse_parameters_data(const char *text, size_t len, struct api_parameters *out,
					  struct api_error *error)
{
	static const struct api_row row = {"cs_parameters", API_RESPONSE, API_CS_PARAMETERS, STATION,
					   api_read_cs_parameters};
	struct api_message message;
	enum api_result result = parse_data(text, len, &row, &message, error);

	if (result == API_OK)
		api_parameters_copy(out, &message.data.parameters);
	return result;
}

enum api_result api_parse_limits_data(const char *text, size_t len, struct api_limits *out, struct api_error *error)
{
	static const struct api_row row = {"cs_status_and_limits", API_RESPONSE, API_CS_STATUS_AND_LIMITS, STATION,
					   api_read_cs_limits};
	struct api_message message;
	enum api_result result = parse_data(text, len, &row, &message, error);

	if (result == API_OK)
		memcpy(out, &message.data.limits,
		       DATA_HEAD_SIZE + message.data.limits.count * sizeof(message.data.limits.evses[0]));
	return result;
}
