/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the messages that the smart-charging service hears. */
#include "mqtt/api/api_charging.h"
#include "mqtt/api/api_charging_text.h"
#include "mqtt/api/api_envelope.h"
#include "mqtt/api/api_read.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define CURRENT_MAX_A 1000
#define LIMIT_MAX     4000000    /* of a period, A or W */
#define SECONDS_MAX   1000000000 /* 31 years */
#define ID_MAX        INT32_MAX

/* --- what slacd hears as well --- */

static struct api_message *station_of(void *out, enum api_kind kind)
{
	struct api_message *station = &((struct api_charging_message *)out)->station;

	api_read_begin(station);
	station->kind = kind;
	return station;
}

static enum api_result read_parameters(const struct api_node *data, void *out)
{
	return api_read_cs_parameters(data, station_of(out, API_CS_PARAMETERS));
}

static enum api_result read_limits(const struct api_node *data, void *out)
{
	return api_read_cs_limits(data, station_of(out, API_CS_STATUS_AND_LIMITS));
}

static enum api_result read_cp_pwm(const struct api_node *data, void *out)
{
	return api_read_cp_pwm(data, station_of(out, API_CP_PWM));
}

static enum api_result read_cp_pwm_request(const struct api_node *data, void *out)
{
	return api_read_cp_pwm_request(data, station_of(out, API_CP_PWM));
}

static enum api_result read_cp_status(const struct api_node *data, void *out)
{
	return api_read_cp_status(data, station_of(out, API_CP_STATUS));
}

static enum api_result read_hlc_charging(const struct api_node *data, void *out)
{
	return api_read_hlc_charging(data, station_of(out, API_HLC_CHARGING));
}

/* --- services --- */

static enum api_result read_service(const struct api_node *data, const char *wanted)
{
	char service[API_VERSION_MAX];

	if (!api_json_text(data, "service", service, sizeof(service)))
		return API_INVALID;
	return strcmp(service, wanted) == 0 ? API_OK : API_IGNORED;
}

static enum api_result read_service_status(const struct api_node *data, void *out)
{
	(void)out;
	return read_service(data, API_CHARGING_SERVICE);
}

static enum api_result read_slac_service(const struct api_node *data, void *out)
{
	struct api_charging_message *message = out;
	enum api_result result = read_service(data, API_SERVICE);
	int state;

	if (result != API_OK)
		return result;
	if (!api_json_enum_any_case(data, "status", &api_texts_service_state, &state))
		return API_INVALID;
	message->data.slac_service = (enum api_service_state)state;
	return API_OK;
}

static enum api_result read_slac_status(const struct api_node *data, void *out)
{
	struct api_slac_state_told *told = &((struct api_charging_message *)out)->data.slac_status;
	int state;

	if (!api_json_evse_id(data, told->evse_id) ||
	    !api_json_enum_any_case(data, "status", &api_texts_slac_state, &state))
		return API_INVALID;
	told->state = (enum api_slac_state)state;
	told->name = API_NAME_SLAC_SERVICE_STATUS;
	return API_OK;
}

/* As the Josev API calls it. */
static enum api_result read_josev_slac_status(const struct api_node *data, void *out)
{
	const enum api_result result = read_slac_status(data, out);

	((struct api_charging_message *)out)->data.slac_status.name = API_NAME_SLAC_STATUS;
	return result;
}

/* --- cable, transaction --- */

static enum api_result read_cable_info(const struct api_node *data, void *out)
{
	static const char *const words[] = {"disconnected", "connected", "unknown"};
	static const struct api_texts states = {words, sizeof(words) / sizeof(words[0])};
	struct api_cable_info *cable = &((struct api_charging_message *)out)->data.cable;
	int state;

	if (!api_json_evse_id(data, cable->evse_id) ||
	    !api_json_enum_any_case(data, "connection_status", &states, &state))
		return API_INVALID;
	cable->is_connected = state == 1;
	cable->has_rated_current = api_json_has(data, "rated_cable_current");
	if (cable->has_rated_current &&
	    !api_json_number(data, "rated_cable_current", 0, CURRENT_MAX_A, "A", &cable->rated_current_a))
		return API_INVALID;
	return API_OK;
}

static enum api_result read_transaction_status(const struct api_node *data, void *out)
{
	struct api_transaction_status *transaction = &((struct api_charging_message *)out)->data.transaction;
	int state;

	if (api_json_has(data, "evse_id") && !api_json_evse_id(data, transaction->evse_id))
		return API_INVALID;
	if (!api_json_text(data, "transaction_id", transaction->transaction_id, sizeof(transaction->transaction_id)) ||
	    !api_json_enum_any_case(data, "status", &api_texts_transaction_state, &state))
		return API_INVALID;
	transaction->state = (enum api_transaction_state)state;
	return API_OK;
}

/* --- set_charging_profile --- */

static bool read_optional_evse_id(const struct api_node *node, char evse_id[API_EVSE_ID_MAX])
{
	return !api_json_has(node, "evse_id") || api_json_evse_id(node, evse_id);
}

static bool read_optional_time(const struct api_node *node, const char *member, bool *has, int64_t *value)
{
	*has = api_json_has(node, member);
	return !*has || api_json_time(node, member, value);
}

static bool read_optional_whole(const struct api_node *node, const char *member, uint32_t max, bool *has,
				uint32_t *value)
{
	*has = api_json_has(node, member);
	return !*has || api_json_whole(node, member, 0, max, value);
}

/* 1 ... 3; 0 where it is absent. */
static bool read_phase(const struct api_node *node, const char *member, uint8_t *phase)
{
	uint32_t value = 0;

	if (api_json_has(node, member) && !api_json_whole(node, member, 1, 3, &value))
		return false;
	*phase = (uint8_t)value;
	return true;
}

static bool read_id(const struct api_node *node, const char *member, int32_t *id)
{
	double number;

	if (!api_json_number(node, member, -(double)ID_MAX, ID_MAX, "", &number) || number != (int32_t)number)
		return api_json_fail(node, member, "a whole number");
	*id = (int32_t)number;
	return true;
}

static bool read_purpose(const struct api_node *node, enum api_profile_purpose *purpose)
{
	int value;

	if (!api_json_enum_any_case(node, "charging_profile_purpose", &api_texts_profile_purpose, &value))
		return false;
	*purpose = (enum api_profile_purpose)value;
	return true;
}

static bool read_unit(const struct api_node *node, enum api_rate_unit *unit)
{
	int value;

	if (!api_json_enum_any_case(node, "charging_rate_unit", &api_texts_rate_unit, &value))
		return false;
	*unit = (enum api_rate_unit)value;
	return true;
}

static bool read_period(const struct api_node *node, struct api_profile_period *period)
{
	memset(period, 0, sizeof(*period));
	return api_json_whole(node, "start_period", 0, SECONDS_MAX, &period->start_s) &&
	       api_json_number(node, "limit", 0, LIMIT_MAX, "A or W", &period->limit) &&
	       read_phase(node, "number_phases", &period->phases) &&
	       read_phase(node, "phase_to_use", &period->phase_to_use);
}

/* A list that is longer than `most` is counted: whoever judges the profile refuses it. */
static bool read_list(const struct api_node *node, const char *member, size_t most, struct api_node *list,
		      size_t *count)
{
	char expected[API_EXPECTED_MAX];

	if (api_json_array(node, member, API_PAYLOAD_MAX, list, count))
		return true;
	snprintf(expected, sizeof(expected), "an array of at most %zu entries", most);
	return api_json_fail(node, member, expected);
}

static bool read_periods(const struct api_node *node, struct api_profile_schedule *schedule)
{
	struct api_node list;
	struct api_node entry;

	if (!read_list(node, "charging_schedule_period", API_CHARGING_PERIODS_MAX, &list, &schedule->period_count))
		return false;
	for (size_t i = 0; i < schedule->period_count && i < API_CHARGING_PERIODS_MAX; i++)
		if (!api_json_element(&list, i, &entry) || !read_period(&entry, &schedule->periods[i]))
			return false;
	return true;
}

static bool read_schedule(const struct api_node *node, struct api_profile_schedule *schedule)
{
	memset(schedule, 0, offsetof(struct api_profile_schedule, periods));
	return read_unit(node, &schedule->unit) &&
	       read_optional_time(node, "start_schedule", &schedule->has_start, &schedule->start_s) &&
	       read_optional_whole(node, "duration", SECONDS_MAX, &schedule->has_duration, &schedule->duration_s) &&
	       read_periods(node, schedule);
}

static bool read_schedules(const struct api_node *node, struct api_profile *profile)
{
	struct api_node list;
	struct api_node entry;

	if (!read_list(node, "charging_schedule", API_CHARGING_SCHEDULES_MAX, &list, &profile->schedule_count))
		return false;
	for (size_t i = 0; i < profile->schedule_count && i < API_CHARGING_SCHEDULES_MAX; i++)
		if (!api_json_element(&list, i, &entry) || !read_schedule(&entry, &profile->schedules[i]))
			return false;
	return true;
}

static bool read_kind(const struct api_node *node, struct api_profile *profile)
{
	int value;

	if (!api_json_enum_any_case(node, "charging_profile_kind", &api_texts_profile_kind, &value))
		return false;
	profile->kind = (enum api_profile_kind)value;
	profile->has_recurrency = api_json_has(node, "recurrency_kind");
	if (!profile->has_recurrency)
		return true;
	if (!api_json_enum_any_case(node, "recurrency_kind", &api_texts_profile_recurrency, &value))
		return false;
	profile->recurrency = (enum api_profile_recurrency)value;
	return true;
}

static bool read_transaction_id(const struct api_node *node, char id[API_CHARGING_TRANSACTION_MAX])
{
	return !api_json_has(node, "transaction_id") ||
	       api_json_text(node, "transaction_id", id, API_CHARGING_TRANSACTION_MAX);
}

static bool read_profile(const struct api_node *data, struct api_profile *profile)
{
	struct api_node node;

	return api_json_object(data, "charging_profile", &node) && read_id(&node, "id", &profile->id) &&
	       api_json_whole(&node, "stack_level", 0, ID_MAX, &profile->stack_level) &&
	       read_purpose(&node, &profile->purpose) && read_kind(&node, profile) &&
	       read_optional_time(&node, "valid_from", &profile->has_valid_from, &profile->valid_from_s) &&
	       read_optional_time(&node, "valid_to", &profile->has_valid_to, &profile->valid_to_s) &&
	       read_transaction_id(&node, profile->transaction_id) && read_schedules(&node, profile);
}

/* Whoever asks gets an answer: what is wrong goes with the message, also where that is that there is no data. */
static enum api_result refuse_unless(bool right, const struct api_node *data, struct api_charging_message *message)
{
	message->is_refused = !right;
	if (!right)
		message->fault = *data->error;
	return API_OK;
}

static enum api_result read_set_profile(const struct api_node *data, void *out)
{
	struct api_charging_message *message = out;
	struct api_set_profile *set = &message->data.set_profile;

	return refuse_unless(data->value != NULL && read_optional_evse_id(data, set->evse_id) &&
				     read_profile(data, &set->profile),
			     data, message);
}

/* --- clear_charging_profile, get_composite_schedule --- */

static bool read_criteria(const struct api_node *data, struct api_clear_profile *clear)
{
	struct api_node node;

	clear->has_criteria = api_json_has(data, "charging_profile_criteria");
	if (!clear->has_criteria)
		return true;
	if (!api_json_object(data, "charging_profile_criteria", &node))
		return false;
	clear->has_purpose = api_json_has(&node, "charging_profile_purpose");
	return read_optional_evse_id(&node, clear->evse_id) &&
	       (!clear->has_purpose || read_purpose(&node, &clear->purpose)) &&
	       read_optional_whole(&node, "stack_level", ID_MAX, &clear->has_stack_level, &clear->stack_level);
}

static enum api_result read_clear_profile(const struct api_node *data, void *out)
{
	struct api_charging_message *message = out;
	struct api_clear_profile *clear = &message->data.clear_profile;

	clear->has_id = api_json_has(data, "charging_profile_id");
	return refuse_unless(data->value != NULL &&
				     (!clear->has_id || read_id(data, "charging_profile_id", &clear->id)) &&
				     read_criteria(data, clear),
			     data, message);
}

static enum api_result read_composite(const struct api_node *data, void *out)
{
	struct api_charging_message *message = out;
	struct api_composite_request *request = &message->data.composite;

	request->has_unit = api_json_has(data, "charging_rate_unit");
	return refuse_unless(data->value != NULL && read_optional_evse_id(data, request->evse_id) &&
				     api_json_whole(data, "duration", 1, SECONDS_MAX, &request->duration_s) &&
				     (!request->has_unit || read_unit(data, &request->unit)),
			     data, message);
}

/* --- the table --- */

#define STATION  API_FROM_STATION
#define SERVICES API_FROM_SERVICES
#define OCPP     API_FROM_OCPP

static const struct api_row rows[] = {
	{"service_status", API_REQUEST, API_CHARGING_SERVICE_STATUS, STATION | API_ROW_QUESTION, read_service_status},
	{"service_status", API_UPDATE, API_CHARGING_SLAC_SERVICE, SERVICES, read_slac_service},
	{"cs_parameters", API_RESPONSE, API_CHARGING_PARAMETERS, STATION, read_parameters},
	{"cs_parameters", API_UPDATE, API_CHARGING_PARAMETERS, STATION, read_parameters},
	{"cs_status_and_limits", API_RESPONSE, API_CHARGING_LIMITS, STATION, read_limits},
	{"cs_status_and_limits", API_UPDATE, API_CHARGING_LIMITS, STATION, read_limits},
	{"cp_pwm", API_RESPONSE, API_CHARGING_CP_PWM, STATION, read_cp_pwm},
	{"cp_pwm", API_REQUEST, API_CHARGING_CP_PWM_REQUEST, SERVICES, read_cp_pwm_request},
	{"cp_status", API_UPDATE, API_CHARGING_CP_STATUS, STATION, read_cp_status},
	{"slac_service_status", API_UPDATE, API_CHARGING_SLAC_STATUS, SERVICES, read_slac_status},
	{"slac_status", API_UPDATE, API_CHARGING_SLAC_STATUS, SERVICES, read_josev_slac_status},
	{"hlc_charging", API_UPDATE, API_CHARGING_HLC_CHARGING, STATION | SERVICES, read_hlc_charging},
	{"cable_info", API_UPDATE, API_CHARGING_CABLE_INFO, STATION, read_cable_info},
	{"transaction_status", API_UPDATE, API_CHARGING_TRANSACTION_STATUS, SERVICES, read_transaction_status},
	{"set_charging_profile", API_REQUEST, API_CHARGING_SET_PROFILE, OCPP | API_ROW_ANSWERED, read_set_profile},
	{"clear_charging_profile", API_REQUEST, API_CHARGING_CLEAR_PROFILE, OCPP | API_ROW_ANSWERED,
	 read_clear_profile},
	{"get_composite_schedule", API_REQUEST, API_CHARGING_COMPOSITE, OCPP | API_ROW_ANSWERED, read_composite},
};
static const struct api_rows api_rows_of_charging = {rows, sizeof(rows) / sizeof(rows[0])};

enum api_result api_charging_parse(const char *payload, size_t len, unsigned from, struct api_charging_message *out,
				   struct api_error *error)
{
	struct api_envelope envelope;
	enum api_result result;

	memset(out, 0, offsetof(struct api_charging_message, station));
	memset(&out->data, 0, sizeof(out->data));
	out->station.bad_count = 0;
	result = api_envelope_parse(payload, len, from, &api_rows_of_charging, &envelope, out, error);
	if (result != API_OK)
		return result;
	out->kind = (enum api_charging_kind)envelope.row->kind;
	out->type = out->station.type = envelope.row->type;
	memcpy(out->id, envelope.id, sizeof(out->id));
	return API_OK;
}

enum api_look api_charging_look(const char *payload, size_t len, unsigned from, const char *own_ids)
{
	return api_envelope_look(payload, len, from, &api_rows_of_charging, own_ids);
}
