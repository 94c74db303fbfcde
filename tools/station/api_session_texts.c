/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/station/api_session_texts.h"

#include "tools/station/api_session.h"

#include <stdio.h>

#define TEXTS(name, ...)                                                                                               \
	static const char *const name##_words[] = {__VA_ARGS__};                                                       \
	const struct api_texts api_texts_##name = {name##_words, sizeof(name##_words) / sizeof(name##_words[0])}

TEXTS(verdict, "accepted", "rejected", "deauthorized", "discarded", "unknown");
TEXTS(token_type, "ISO14443", "ISO15693", "key_code", "local", "no_authorization", "mac_address", "central", "e_maid");
TEXTS(contactor, "closed", "opened", "error");
TEXTS(connector_action, "lock", "unlock", "status");
TEXTS(connector_lock, "locked", "unlocked", "error", "unknown");
TEXTS(operational, "operative", "inoperative");
TEXTS(cable_check_action, "start", "status");
TEXTS(cable_check_status, "ongoing", "finished");
TEXTS(cable_connection, "connected", "disconnected");
TEXTS(transaction_status, "started", "in_progress", "ended");
TEXTS(hlc_action, "", "pause", "resume");
TEXTS(payment, "", "EIM", "PNC");
TEXTS(stop_action, "", "Pause", "Terminate");
TEXTS(session_step, "Idle", "SupportedAppProtocol", "SessionSetup", "ServiceDiscovery", "ServiceDetail",
      "CertificateInstallation", "ServiceSelection", "AuthorizationSetup", "Authorization", "ChargeParameterDiscovery",
      "ScheduleExchange", "CableCheck", "PreCharge", "PowerDelivery", "ChargingLoop", "MeteringReceipt",
      "WeldingDetection", "SessionStop");

static const char *const names[API_SESSION_KINDS] = {
	[API_SESSION_AUTHORIZATION] = "authorization",
	[API_SESSION_AUTHORIZED_TOKEN] = "process_authorized_token",
	[API_SESSION_ISO15118_AUTHORIZATION] = "iso15118_authorization",
	[API_SESSION_CABLE_CHECK] = "cable_check",
	[API_SESSION_CABLE_INFO] = "cable_info",
	[API_SESSION_AVAILABILITY] = "change_availability",
	[API_SESSION_CHARGE_LIMIT] = "iso15118_charge_limit",
	[API_SESSION_CLEAR_PROFILE] = "clear_charging_profile",
	[API_SESSION_COMPOSITE] = "get_composite_schedule",
	[API_SESSION_CONNECTOR] = "cs_connector",
	[API_SESSION_CONTACTOR] = "cs_contactor_status",
	[API_SESSION_CP_STATUS] = "cp_status",
	[API_SESSION_DATA_LINK] = "slac_data_link",
	[API_SESSION_DEVICE_MODEL] = "device_model",
	[API_SESSION_HLC] = "hlc_charging",
	[API_SESSION_LIMITS] = "cs_status_and_limits",
	[API_SESSION_METER] = "meter_values",
	[API_SESSION_PARAMETERS] = "cs_parameters",
	[API_SESSION_PROFILE] = "set_charging_profile",
	[API_SESSION_RESET] = "reset",
	[API_SESSION_SERVICE_STATUS] = "service_status",
	[API_SESSION_SETPOINT] = "power_electronics_setpoint",
	[API_SESSION_SLAC_STATUS] = "slac_status",
	[API_SESSION_STATE_INFO] = "iso15118_state_info",
	[API_SESSION_STOP] = "stop_charging",
	[API_SESSION_TRANSACTION] = "transaction_status",
	[API_SESSION_BOOT_STATUS] = "boot_status",
	[API_SESSION_WEBSOCKET] = "websocket_status",
};

const char *api_session_name(enum api_session_kind kind)
{
	return (size_t)kind < API_SESSION_KINDS ? names[kind] : "?";
}

static const char *text_of(const struct api_texts *texts, int value)
{
	return (size_t)value < texts->count ? texts->texts[value] : "?";
}

const char *api_verdict_text(enum api_verdict verdict)
{
	return text_of(&api_texts_verdict, (int)verdict);
}

const char *api_contactor_text(enum api_contactor contactor)
{
	return text_of(&api_texts_contactor, (int)contactor);
}

const char *api_tx_text(enum api_tx_status status)
{
	return text_of(&api_texts_transaction_status, (int)status);
}

const char *api_session_step_text(enum api_session_step step)
{
	return text_of(&api_texts_session_step, (int)step);
}

static void meter_gist(const struct api_meter_values *meter, char *out, size_t size)
{
	if (meter->dc_voltage_v.has)
		snprintf(out, size, "%.1f A at %.0f V DC, %.3f Wh", meter->dc_current_a, meter->dc_voltage_v.value,
			 meter->energy_wh);
	else
		snprintf(out, size, "%.1f/%.1f/%.1f A, %.3f Wh", meter->current_a[0], meter->current_a[1],
			 meter->current_a[2], meter->energy_wh);
}

static void setpoint_gist(const struct api_setpoint *setpoint, char *out, size_t size)
{
	if (setpoint->dc_voltage_v.has)
		snprintf(out, size, "%.0f V, %.1f A DC%s", setpoint->dc_voltage_v.value, setpoint->dc_current_a.value,
			 setpoint->precharge ? " (precharge)" : "");
	else if (setpoint->ac_power_w.has)
		snprintf(out, size, "%.0f W", setpoint->ac_power_w.value);
	else
		snprintf(out, size, "%.1f A", setpoint->ac_current_a.value);
}

/* Of what the station tells of itself. */
static bool station_gist(const struct api_session_message *message, char *out, size_t size)
{
	const bool request = message->type == API_REQUEST;

	switch (message->kind) {
	case API_SESSION_AVAILABILITY:
		if (message->type == API_RESPONSE)
			return false;
		snprintf(out, size, "%s", text_of(&api_texts_operational, (int)message->data.operational));
		return true;
	case API_SESSION_CABLE_CHECK:
		snprintf(out, size, "%s",
			 request ? text_of(&api_texts_cable_check_action, (int)message->data.cable_check.action)
				 : text_of(&api_texts_cable_check_status, (int)message->data.cable_check.status));
		return true;
	case API_SESSION_CABLE_INFO:
		snprintf(out, size, "%s %u A",
			 text_of(&api_texts_cable_connection, (int)message->data.cable.connection),
			 message->data.cable.rated_a);
		return true;
	case API_SESSION_CONNECTOR:
		snprintf(out, size, "%s",
			 request ? text_of(&api_texts_connector_action, (int)message->data.connector.action)
				 : text_of(&api_texts_connector_lock, (int)message->data.connector.lock));
		return true;
	case API_SESSION_CONTACTOR:
		snprintf(out, size, "%s", request ? "" : api_contactor_text(message->data.contactor));
		return true;
	case API_SESSION_METER:
		if (request)
			snprintf(out, size, "%s", message->data.meter.timestamp);
		else
			meter_gist(&message->data.meter, out, size);
		return true;
	case API_SESSION_DEVICE_MODEL:
	case API_SESSION_LIMITS:
	case API_SESSION_PARAMETERS:
		out[0] = '\0';
		return true;
	default:
		return false;
	}
}

/* Of what the services tell, but for verdicts. */
static bool service_gist(const struct api_session_message *message, char *out, size_t size)
{
	switch (message->kind) {
	case API_SESSION_CHARGE_LIMIT:
		snprintf(out, size, "%.1f %s", message->data.charge_limit.limit,
			 message->data.charge_limit.watt ? "W" : "A");
		return true;
	case API_SESSION_DATA_LINK:
		snprintf(out, size, "%s", api_data_link_action_text(message->data.data_link));
		return true;
	case API_SESSION_HLC:
		snprintf(out, size, "%s%s%s", message->data.hlc.active ? "true" : "false",
			 message->data.hlc.action != API_HLC_NO_ACTION ? " " : "",
			 text_of(&api_texts_hlc_action, (int)message->data.hlc.action));
		return true;
	case API_SESSION_STATE_INFO:
		snprintf(out, size, "%s", api_session_step_text(message->data.state_info.step));
		return true;
	case API_SESSION_TRANSACTION:
		snprintf(out, size, "%s %s", api_tx_text(message->data.transaction.status),
			 message->data.transaction.id);
		return true;
	case API_SESSION_SERVICE_STATUS:
		snprintf(out, size, "%s %s", message->data.service.service,
			 api_service_state_text(message->data.service.state));
		return true;
	case API_SESSION_WEBSOCKET:
		snprintf(out, size, "connected");
		return true;
	default:
		return false;
	}
}

void api_session_gist(const struct api_session_message *message, char *out, size_t size)
{
	if (station_gist(message, out, size) || service_gist(message, out, size))
		return;
	if (message->type != API_REQUEST)
		snprintf(out, size, "%s%s%s", api_verdict_text(message->verdict), message->info[0] != '\0' ? ": " : "",
			 message->info);
	else if (message->kind == API_SESSION_AUTHORIZATION || message->kind == API_SESSION_ISO15118_AUTHORIZATION ||
		 message->kind == API_SESSION_AUTHORIZED_TOKEN)
		snprintf(out, size, "%s", text_of(&api_texts_token_type, (int)message->data.token.type));
	else if (message->kind == API_SESSION_PROFILE)
		snprintf(out, size, "%s %.1f A", message->data.profile.purpose, message->data.profile.limit_a);
	else if (message->kind == API_SESSION_SETPOINT)
		setpoint_gist(&message->data.setpoint, out, size);
	else
		out[0] = '\0';
}
