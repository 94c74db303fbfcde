/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the messages of a charging session. */
#include "tools/station/api_session.h"

#include "mqtt/api/api_envelope.h"
#include "tools/station/api_session_texts.h"

#include <string.h>

/* Bounds that no station of this world exceeds. */
#define CURRENT_MAX_A    5000
#define VOLTAGE_MAX_V    5000
#define POWER_MAX_W      10e6
#define CONNECTOR_ID_MAX 1000000

static bool read_word(const struct api_node *data, const char *member, const struct api_texts *texts, int *value)
{
	return api_json_enum_any_case(data, member, texts, value);
}

/* The outlet is optional: without it the message is for the whole station. */
static bool read_any_outlet(const struct api_node *data, struct api_session_message *out)
{
	return !api_json_has(data, "evse_id") || api_json_evse_id(data, out->evse_id);
}

static bool read_verdict(const struct api_node *data, struct api_session_message *out)
{
	int verdict;

	if (!read_word(data, "status", &api_texts_verdict, &verdict))
		return false;
	out->verdict = (enum api_verdict)verdict;
	return true;
}

static bool read_token(const struct api_node *data, struct api_token *token)
{
	int type;

	if (api_json_has(data, "id_token") && !api_json_text(data, "id_token", token->id, sizeof(token->id)))
		return false;
	if (!read_word(data, "token_type", &api_texts_token_type, &type))
		return false;
	token->type = (enum api_token_type)type;
	return true;
}

static bool read_amount(const struct api_node *data, const char *member, double max, const char *unit,
			struct api_amount *amount)
{
	amount->has = api_json_has(data, member);
	return !amount->has || api_json_number(data, member, 0, max, unit, &amount->value);
}

static enum api_result read_nothing(const struct api_node *data, void *out)
{
	(void)data;
	(void)out;
	return API_OK;
}

static enum api_result read_outlet(const struct api_node *data, void *out)
{
	struct api_session_message *message = out;

	return api_json_evse_id(data, message->evse_id) ? API_OK : API_INVALID;
}

static enum api_result read_reset(const struct api_node *data, void *out)
{
	return read_any_outlet(data, out) ? API_OK : API_INVALID;
}

static enum api_result read_answer(const struct api_node *data, void *out)
{
	return read_any_outlet(data, out) && read_verdict(data, out) ? API_OK : API_INVALID;
}

static enum api_result read_token_request(const struct api_node *data, void *out)
{
	struct api_session_message *message = out;

	return read_any_outlet(data, message) && read_token(data, &message->data.token) ? API_OK : API_INVALID;
}

/* One that takes an authorization back need not say which kind of token that was. */
static enum api_result read_authorization_update(const struct api_node *data, void *out)
{
	struct api_session_message *message = out;

	if (!api_json_evse_id(data, message->evse_id) || !read_verdict(data, message))
		return API_INVALID;
	if (message->verdict != API_ACCEPTED && !api_json_has(data, "token_type"))
		return API_OK;
	return read_token(data, &message->data.token) ? API_OK : API_INVALID;
}

static enum api_result read_cable_check_request(const struct api_node *data, void *out)
{
	struct api_session_message *message = out;
	int action;

	if (!api_json_evse_id(data, message->evse_id) ||
	    !read_word(data, "cable_check_action", &api_texts_cable_check_action, &action))
		return API_INVALID;
	message->data.cable_check.action = (enum api_cable_check_action)action;
	return API_OK;
}

static enum api_result read_cable_check_answer(const struct api_node *data, void *out)
{
	struct api_session_message *message = out;
	int status;

	if (!api_json_evse_id(data, message->evse_id) ||
	    !read_word(data, "cable_check_status", &api_texts_cable_check_status, &status))
		return API_INVALID;
	message->data.cable_check.status = (enum api_cable_check_status)status;
	return API_OK;
}

static enum api_result read_availability(const struct api_node *data, void *out)
{
	struct api_session_message *message = out;
	int operational;

	if (!read_any_outlet(data, message) ||
	    !read_word(data, "operational_status", &api_texts_operational, &operational))
		return API_INVALID;
	message->data.operational = (enum api_operational)operational;
	return API_OK;
}

static enum api_result read_charge_limit(const struct api_node *data, void *out)
{
	static const char *const units[] = {"A", "W"};
	static const struct api_texts texts = {units, 2};
	struct api_session_message *message = out;
	int unit;

	if (!api_json_evse_id(data, message->evse_id) ||
	    !api_json_number(data, "limit", -POWER_MAX_W, POWER_MAX_W, "A or W", &message->data.charge_limit.limit) ||
	    !read_word(data, "unit", &texts, &unit))
		return API_INVALID;
	message->data.charge_limit.watt = unit == 1;
	return API_OK;
}

static enum api_result read_connector(const struct api_node *data, void *out)
{
	struct api_session_message *message = out;
	int action;

	if (!api_json_evse_id(data, message->evse_id) ||
	    !api_json_whole(data, "connector_id", 0, CONNECTOR_ID_MAX, &message->data.connector.id) ||
	    !read_word(data, "action", &api_texts_connector_action, &action))
		return API_INVALID;
	message->data.connector.action = (enum api_connector_action)action;
	return API_OK;
}

static enum api_result read_contactor(const struct api_node *data, void *out)
{
	struct api_session_message *message = out;
	int contactor;

	if (!api_json_evse_id(data, message->evse_id) || !read_word(data, "status", &api_texts_contactor, &contactor))
		return API_INVALID;
	message->data.contactor = (enum api_contactor)contactor;
	return API_OK;
}

static enum api_result read_cp_status(const struct api_node *data, void *out)
{
	struct api_session_message *message = out;
	int state;

	if (!api_json_evse_id(data, message->evse_id) || !api_json_enum(data, "state", &api_texts_cp_state, &state))
		return API_INVALID;
	message->data.cp_state = (enum api_cp_state)state;
	return API_OK;
}

static enum api_result read_hlc(const struct api_node *data, void *out)
{
	struct api_session_message *message = out;
	int action = API_HLC_NO_ACTION;

	if (!api_json_evse_id(data, message->evse_id) || !api_json_bool(data, "status", &message->data.hlc.active))
		return API_INVALID;
	if (api_json_has(data, "action") && !read_word(data, "action", &api_texts_hlc_action, &action))
		return API_INVALID;
	message->data.hlc.action = (enum api_hlc_action)action;
	return API_OK;
}

static enum api_result read_meter_request(const struct api_node *data, void *out)
{
	struct api_session_message *message = out;
	struct api_meter_values *meter = &message->data.meter;

	return read_any_outlet(data, message) &&
			       api_json_text(data, "timestamp", meter->timestamp, sizeof(meter->timestamp))
		       ? API_OK
		       : API_INVALID;
}

static bool read_ac_setpoint(const struct api_node *data, struct api_setpoint *setpoint)
{
	struct api_node ac;

	return !api_json_has(data, "ac") ||
	       (api_json_object(data, "ac", &ac) &&
		read_amount(&ac, "charge_current", CURRENT_MAX_A, "A", &setpoint->ac_current_a) &&
		read_amount(&ac, "charge_active_power", POWER_MAX_W, "W", &setpoint->ac_power_w));
}

static bool read_dc_setpoint(const struct api_node *data, struct api_setpoint *setpoint)
{
	struct api_node dc;

	setpoint->dc_voltage_v.has = api_json_has(data, "dc");
	return !setpoint->dc_voltage_v.has ||
	       (api_json_object(data, "dc", &dc) &&
		api_json_number(&dc, "voltage", 0, VOLTAGE_MAX_V, "V", &setpoint->dc_voltage_v.value) &&
		read_amount(&dc, "charge_current", CURRENT_MAX_A, "A", &setpoint->dc_current_a));
}

static enum api_result read_setpoint(const struct api_node *data, void *out)
{
	struct api_session_message *message = out;
	struct api_setpoint *setpoint = &message->data.setpoint;
	struct api_node limits;

	if (!api_json_evse_id(data, message->evse_id) || !api_json_object(data, "ev_limits", &limits) ||
	    !api_json_number(&limits, "maximum_voltage", 0, VOLTAGE_MAX_V, "V", &setpoint->ev_maximum_voltage_v))
		return API_INVALID;
	if (api_json_has(data, "is_precharge") && !api_json_bool(data, "is_precharge", &setpoint->precharge))
		return API_INVALID;
	return read_ac_setpoint(data, setpoint) && read_dc_setpoint(data, setpoint) ? API_OK : API_INVALID;
}

static enum api_result read_slac_status(const struct api_node *data, void *out)
{
	struct api_session_message *message = out;
	int state;

	if (!api_json_evse_id(data, message->evse_id) || !api_json_enum(data, "status", &api_texts_slac_state, &state))
		return API_INVALID;
	message->data.slac = (enum api_slac_state)state;
	return API_OK;
}

/* Of `info` only what a station needs; one variant of the service writes it in camel case. */
static enum api_result read_state_info(const struct api_node *data, void *out)
{
	struct api_session_message *message = out;
	struct api_node info;
	int step;
	int payment = API_PAYMENT_NONE;

	if (!api_json_evse_id(data, message->evse_id) ||
	    !read_word(data, "session_status", &api_texts_session_step, &step))
		return API_INVALID;
	message->data.state_info.step = (enum api_session_step)step;
	if (!api_json_has(data, "info"))
		return API_OK;
	if (!api_json_object(data, "info", &info))
		return API_INVALID;
	const char *member =
		api_json_has(&info, "selectedPaymentOption") ? "selectedPaymentOption" : "selected_payment_option";
	if (api_json_has(&info, member) && !read_word(&info, member, &api_texts_payment, &payment))
		return API_INVALID;
	message->data.state_info.payment = (enum api_payment)payment;
	return API_OK;
}

static enum api_result read_transaction(const struct api_node *data, void *out)
{
	struct api_session_message *message = out;
	int status;

	if (!read_any_outlet(data, message) ||
	    !api_json_text(data, "transaction_id", message->data.transaction.id,
			   sizeof(message->data.transaction.id)) ||
	    !read_word(data, "status", &api_texts_transaction_status, &status))
		return API_INVALID;
	message->data.transaction.status = (enum api_tx_status)status;
	return API_OK;
}

static const struct api_row rows[] = {
	{"authorization", API_REQUEST, API_SESSION_AUTHORIZATION, 0, read_token_request},
	{"authorization", API_RESPONSE, API_SESSION_AUTHORIZATION, 0, read_answer},
	{"authorization", API_UPDATE, API_SESSION_AUTHORIZATION, 0, read_authorization_update},
	{"process_authorized_token", API_REQUEST, API_SESSION_AUTHORIZED_TOKEN, 0, read_token_request},
	{"iso15118_authorization", API_REQUEST, API_SESSION_ISO15118_AUTHORIZATION, 0, read_token_request},
	{"iso15118_authorization", API_RESPONSE, API_SESSION_ISO15118_AUTHORIZATION, 0, read_answer},
	{"cable_check", API_REQUEST, API_SESSION_CABLE_CHECK, 0, read_cable_check_request},
	{"cable_check", API_RESPONSE, API_SESSION_CABLE_CHECK, 0, read_cable_check_answer},
	{"change_availability", API_REQUEST, API_SESSION_AVAILABILITY, 0, read_availability},
	{"change_availability", API_RESPONSE, API_SESSION_AVAILABILITY, 0, read_answer},
	{"change_availability", API_UPDATE, API_SESSION_AVAILABILITY, 0, read_availability},
	{"iso15118_charge_limit", API_UPDATE, API_SESSION_CHARGE_LIMIT, 0, read_charge_limit},
	{"set_charging_profile", API_RESPONSE, API_SESSION_PROFILE, 0, read_answer},
	{"clear_charging_profile", API_RESPONSE, API_SESSION_CLEAR_PROFILE, 0, read_answer},
	{"get_composite_schedule", API_RESPONSE, API_SESSION_COMPOSITE, 0, read_answer},
	{"cs_connector", API_REQUEST, API_SESSION_CONNECTOR, 0, read_connector},
	{"cs_contactor_status", API_REQUEST, API_SESSION_CONTACTOR, 0, read_outlet},
	{"cs_contactor_status", API_RESPONSE, API_SESSION_CONTACTOR, 0, read_contactor},
	{"cs_contactor_status", API_UPDATE, API_SESSION_CONTACTOR, 0, read_contactor},
	{"cp_status", API_UPDATE, API_SESSION_CP_STATUS, 0, read_cp_status},
	{"device_model", API_REQUEST, API_SESSION_DEVICE_MODEL, 0, read_nothing},
	{"device_model", API_RESPONSE, API_SESSION_DEVICE_MODEL, 0, read_nothing},
	{"cs_status_and_limits", API_RESPONSE, API_SESSION_LIMITS, 0, read_nothing},
	{"cs_parameters", API_RESPONSE, API_SESSION_PARAMETERS, 0, read_nothing},
	{"hlc_charging", API_UPDATE, API_SESSION_HLC, 0, read_hlc},
	{"iso15118_state_info", API_UPDATE, API_SESSION_STATE_INFO, 0, read_state_info},
	{"meter_values", API_REQUEST, API_SESSION_METER, 0, read_meter_request},
	{"power_electronics_setpoint", API_REQUEST, API_SESSION_SETPOINT, 0, read_setpoint},
	{"power_electronics_setpoint", API_RESPONSE, API_SESSION_SETPOINT, 0, read_answer},
	{"reset", API_REQUEST, API_SESSION_RESET, 0, read_reset},
	{"slac_service_status", API_UPDATE, API_SESSION_SLAC_STATUS, 0, read_slac_status},
	{"slac_status", API_UPDATE, API_SESSION_SLAC_STATUS, 0, read_slac_status},
	{"stop_charging", API_REQUEST, API_SESSION_STOP, 0, read_outlet},
	{"stop_charging", API_RESPONSE, API_SESSION_STOP, 0, read_answer},
	{"transaction_status", API_UPDATE, API_SESSION_TRANSACTION, 0, read_transaction},
};
static const struct api_rows rows_of_session = {rows, sizeof(rows) / sizeof(rows[0])};

enum api_result api_session_parse(const char *payload, size_t len, struct api_session_message *out,
				  struct api_error *error)
{
	struct api_envelope envelope = {0};
	struct api_session_message message;
	enum api_result result;

	memset(&message, 0, sizeof(message));
	result = api_envelope_parse(payload, len, 0, &rows_of_session, &envelope, &message, error);
	if (result != API_OK && result != API_INVALID)
		return result;
	if (envelope.row != NULL) {
		message.kind = (enum api_session_kind)envelope.row->kind;
		message.type = envelope.row->type;
		memcpy(message.id, envelope.id, sizeof(message.id));
	}
	*out = message;
	return result;
}
