/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/api/api_text.h"
#include "mqtt/api/api.h"

#include <stdint.h>
#include <string.h>

/* --- Words of the enums --- */

#define TEXTS(name)                                                                                                    \
	{                                                                                                              \
		name, sizeof(name) / sizeof((name)[0])                                                                 \
	}

static const char *const kinds[] = {
	[API_SERVICE_STATUS] = "service_status",
	[API_CS_PARAMETERS] = "cs_parameters",
	[API_CS_STATUS_AND_LIMITS] = "cs_status_and_limits",
	[API_CP_PWM] = "cp_pwm",
	[API_CP_STATUS] = "cp_status",
	[API_SLAC_DATA_LINK] = "slac_data_link",
	[API_SLAC_LINK_STATUS] = "slac_link_status",
	[API_SLAC_NETWORK_INFO] = "slac_network_info",
	[API_HLC_CHARGING] = "hlc_charging",
	[API_AUTHORIZATION] = "authorization",
	[API_SLAC_RESET] = "slac_reset",
	[API_RESET] = "reset",
};

static const char *const types[] = {
	[API_REQUEST] = "request",
	[API_RESPONSE] = "response",
	[API_UPDATE] = "update",
};

static const char *const service_states[] = {
	[API_SERVICE_STARTING] = "starting", [API_SERVICE_READY] = "ready", [API_SERVICE_STOPPING] = "stopping",
	[API_SERVICE_ERROR] = "error",       [API_SERVICE_BUSY] = "busy",
};

static const char *const evse_statuses[] = {
	[API_EVSE_NOT_READY] = "evse_not_ready",
	[API_EVSE_READY] = "evse_ready",
	[API_EVSE_SHUTDOWN] = "evse_shutdown",
	[API_EVSE_UTILITY_INTERRUPT_EVENT] = "evse_utility_interrupt_event",
	[API_EVSE_ISOLATION_MONITORING_ACTIVE] = "evse_isolation_monitoring_active",
	[API_EVSE_EMERGENCY_SHUTDOWN] = "evse_emergency_shutdown",
	[API_EVSE_MALFUNCTION] = "evse_malfunction",
};

static const char *const cp_states[] = {
	[API_CP_A1] = "A1", [API_CP_A2] = "A2", [API_CP_B1] = "B1", [API_CP_B2] = "B2", [API_CP_C1] = "C1",
	[API_CP_C2] = "C2", [API_CP_D1] = "D1", [API_CP_D2] = "D2", [API_CP_E] = "E",   [API_CP_F] = "F",
};

static const char *const cp_pwm_statuses[] = {
	[API_CP_PWM_VALID] = "valid",
	[API_CP_PWM_INVALID] = "invalid",
	[API_CP_PWM_ERROR] = "error",
};

static const char *const data_link_actions[] = {
	[API_DATA_LINK_TERMINATE] = "terminate",
	[API_DATA_LINK_PAUSE] = "pause",
	[API_DATA_LINK_RESUME] = "resume",
};

static const char *const slac_states[] = {
	[API_SLAC_MATCHING] = "matching",
	[API_SLAC_MATCHED] = "matched",
	[API_SLAC_FAILED] = "failed",
	[API_SLAC_UNMATCHED] = "unmatched",
	[API_SLAC_BASIC_CHARGING] = "basic_charging",
};

static const char *const link_states[] = {
	[API_LINK_CONNECTED] = "connected",
	[API_LINK_UNKNOWN] = "unknown",
};

static const char *const reset_statuses[] = {
	[API_RESET_ACCEPTED] = "accepted",
	[API_RESET_REJECTED] = "rejected",
};

static const char *const slac_status_names[] = {
	[API_NAME_SLAC_SERVICE_STATUS] = "slac_service_status",
	[API_NAME_SLAC_STATUS] = "slac_status",
};

static const struct api_texts api_texts_kind = TEXTS(kinds);
static const struct api_texts api_texts_slac_status_name = TEXTS(slac_status_names);
const struct api_texts api_texts_type = TEXTS(types);
const struct api_texts api_texts_service_state = TEXTS(service_states);
const struct api_texts api_texts_evse_status = TEXTS(evse_statuses);
const struct api_texts api_texts_cp_state = TEXTS(cp_states);
const struct api_texts api_texts_cp_pwm_status = TEXTS(cp_pwm_statuses);
const struct api_texts api_texts_data_link_action = TEXTS(data_link_actions);
const struct api_texts api_texts_slac_state = TEXTS(slac_states);
const struct api_texts api_texts_link_state = TEXTS(link_states);
const struct api_texts api_texts_reset_status = TEXTS(reset_statuses);

bool api_texts_find(const struct api_texts *texts, const char *text, int *value)
{
	for (size_t i = 0; i < texts->count; i++) {
		if (strcmp(texts->texts[i], text) == 0) {
			*value = (int)i;
			return true;
		}
	}
	return false;
}

const char *api_texts_word(const struct api_texts *texts, unsigned value)
{
	return value < texts->count ? texts->texts[value] : "unknown";
}

const char *api_kind_text(enum api_kind kind)
{
	return api_texts_word(&api_texts_kind, kind);
}

const char *api_type_text(enum api_type type)
{
	return api_texts_word(&api_texts_type, type);
}

const char *api_service_state_text(enum api_service_state state)
{
	return api_texts_word(&api_texts_service_state, state);
}

const char *api_evse_status_text(enum api_evse_status status)
{
	return api_texts_word(&api_texts_evse_status, status);
}

const char *api_cp_state_text(enum api_cp_state state)
{
	return api_texts_word(&api_texts_cp_state, state);
}

const char *api_cp_pwm_status_text(enum api_cp_pwm_status status)
{
	return api_texts_word(&api_texts_cp_pwm_status, status);
}

const char *api_data_link_action_text(enum api_data_link_action action)
{
	return api_texts_word(&api_texts_data_link_action, action);
}

const char *api_slac_state_text(enum api_slac_state state)
{
	return api_texts_word(&api_texts_slac_state, state);
}

const char *api_link_state_text(enum api_link_state state)
{
	return api_texts_word(&api_texts_link_state, state);
}

const char *api_reset_status_text(enum api_reset_status status)
{
	return api_texts_word(&api_texts_reset_status, status);
}

const char *api_slac_status_name_text(enum api_slac_status_name name)
{
	return api_texts_word(&api_texts_slac_status_name, name);
}

/* --- UTF-8 --- */

/* The length of the character at p; 0 when it is malformed or longer than `left`. */
static size_t character_len(const uint8_t *p, size_t left)
{
	uint8_t low = 0x80;
	uint8_t high = 0xbf;
	size_t n;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (n > left)
		return 0;
	/* RFC 3629, section 4: these four first octets narrow the second one. */
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

bool api_utf8_valid(const char *text, size_t len)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t at = 0;

	while (at < len) {
		size_t n = character_len(p + at, len - at);
		if (n == 0)
			return false;
		at += n;
	}
	return true;
}

size_t api_utf8_cut(const char *text, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max > 0 && ((uint8_t)text[max] & 0xc0) == 0x80)
		max--;
	return max;
}

/* --- control characters --- */

/* UTF-8 of the control characters 0x80 ... 0x9f, and of the marks that turn the direction of writing. */
static const struct {
	const char *begin;
	unsigned char from, to; /* last octet */
} controls[] = {
	{"\xc2", 0x80, 0x9f},     /* U+0080 ... U+009F */
	{"\xd8", 0x9c, 0x9c},     /* U+061C */
	{"\xe2\x80", 0x8e, 0x8f}, /* U+200E, U+200F */
	{"\xe2\x80", 0xaa, 0xae}, /* U+202A ... U+202E */
	{"\xe2\x81", 0xa6, 0xa9}, /* U+2066 ... U+2069 */
};

/* The text is UTF-8. */
static bool begins_with_control(const char *text, size_t left)
{
	if ((unsigned char)text[0] < 0x20 || text[0] == 0x7f)
		return true;
	for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++) {
		const size_t len = strlen(controls[i].begin);
		if (left <= len || strncmp(text, controls[i].begin, len) != 0)
			continue;
		const unsigned char last = (unsigned char)text[len];
		if (last >= controls[i].from && last <= controls[i].to)
			return true;
	}
	return false;
}

bool api_text_printable(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const bool is_plain = text[i] >= 0x20 && text[i] < 0x7f;
		if (!is_plain && begins_with_control(text + i, len - i))
			return false;
	}
	return true;
}
