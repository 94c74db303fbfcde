/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/settings/settings_table.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AT(member) offsetof(struct settings, member)

/* A switch of homeplug/slac_profile.h: false in the strict profile, true in the field. */
#define SWITCH(member, help)                                                                                           \
	{                                                                                                              \
		"slac", #member, SETTING_BOOL, AT(member), "true", "false", 0, 0, 0, 0, NULL, "", help                 \
	}

const struct setting settings_table[] = {
	{"mqtt", "host", SETTING_TEXT, AT(mqtt_host), "localhost", NULL, 0, 0, 0, 0, NULL, "",
	 "name or address of the broker"},
	{"mqtt", "port", SETTING_UINT, AT(mqtt_port), "1883", NULL, 1, 65535, 0, 0, NULL, "", "TCP port of the broker"},
	{"mqtt", "keepalive_s", SETTING_UINT, AT(mqtt_keepalive_s), "60", NULL, 5, 3600, 0, 0, NULL, "s",
	 "MQTT keep-alive"},
	{"mqtt", "client_id", SETTING_TEXT, AT(mqtt_client_id), "", NULL, 0, 0, 0, 0, NULL, "",
	 "MQTT client id; empty: slacd-<process id>"},
	{"mqtt", "username", SETTING_TEXT, AT(mqtt_username), "", NULL, 0, 0, 0, 0, NULL, "", "empty: no login"},
	{"mqtt", "password", SETTING_TEXT, AT(mqtt_password), "", NULL, 0, 0, 0, 0, NULL, "", "never printed"},
	{"mqtt", "topics_to_station", SETTING_TOPICS, 0, "josev/cs", NULL, 0, 0, 0, 0, NULL, "",
	 "requests go to the first, status updates to all (at most 4)"},
	{"mqtt", "topic_from_station", SETTING_TEXT, AT(topic_from_station), "cs/josev", NULL, 0, 0, 0, 0, NULL, "",
	 "responses, cp_status, limits"},
	{"mqtt", "topic_from_iso15118", SETTING_TEXT, AT(topic_from_iso15118), "iso15118/slac", NULL, 0, 0, 0, 0, NULL,
	 "", "slac_data_link"},
	{"mqtt", "status_message", SETTING_CHOICE, AT(status_message), "slac_service_status", NULL, 0, 0, 0, 0,
	 "slac_service_status|slac_status", "",
	 "name of the status update; slac_status is the Josev API's, without reason"},
	{"mqtt", "request_timeout_ms", SETTING_UINT, AT(request_timeout_ms), "2000", NULL, 50, 60000, 0, 0, NULL, "ms",
	 "wait for a response before a request is repeated"},
	{"mqtt", "request_backoff_max_ms", SETTING_UINT, AT(request_backoff_max_ms), "30000", NULL, 50, 600000, 0, 0,
	 NULL, "ms", "the wait doubles with each repetition up to this"},
	{"mqtt", "busy_after_ms", SETTING_UINT, AT(busy_after_ms), "10000", NULL, 100, 600000, 0, 0, NULL, "ms",
	 "no outlet can serve for this long: service_status busy"},
	{"slac", "profile", SETTING_CHOICE, AT(slac_profile), "field", NULL, 0, 0, 0, 0, "field|strict", "",
	 "field: kind to real cars; strict: ISO 15118-3 to the letter"},
	{"slac", "tt_evse_slac_init_ms", SETTING_UINT, AT(tt_evse_slac_init_ms), "20000", NULL, 100, 600000, 20000,
	 50000, NULL, "ms", "plug-in to the first CM_SLAC_PARM.REQ"},
	{"slac", "tt_match_sequence_ms", SETTING_UINT, AT(tt_match_sequence_ms), "400", NULL, 10, 60000, 400, 400, NULL,
	 "ms", "CM_SLAC_PARM.CNF to CM_START_ATTEN_CHAR.IND"},
	{"slac", "tt_evse_match_mnbc_ms", SETTING_UINT, AT(tt_evse_match_mnbc_ms), "600", NULL, 10, 60000, 600, 600,
	 NULL, "ms", "the window for sounds"},
	{"slac", "tt_match_response_ms", SETTING_UINT, AT(tt_match_response_ms), "200", NULL, 10, 60000, 200, 200, NULL,
	 "ms", "CM_ATTEN_CHAR.IND to its RSP"},
	{"slac", "tt_evse_match_session_ms", SETTING_UINT, AT(tt_evse_match_session_ms), "10000", NULL, 10, 600000,
	 10000, 10000, NULL, "ms", "CM_ATTEN_CHAR.RSP to CM_SLAC_MATCH.REQ"},
	{"slac", "tt_match_join_ms", SETTING_UINT, AT(tt_match_join_ms), "12000", NULL, 10, 600000, 12000, 12000, NULL,
	 "ms", "CM_SLAC_MATCH.CNF to the power-line link, where the modem can tell it"},
	{"slac", "parallel_runs", SETTING_UINT, AT(parallel_runs), "5", NULL, 1, 5, 0, 0, NULL, "",
	 "cars an outlet listens to at once (C_EVSE_match_parallel)"},
	{"slac", "validation", SETTING_BOOL, AT(validation), "true", NULL, 0, 0, 0, 0, NULL, "",
	 "carry out CM_VALIDATE: count the car's B-C-B toggles; false: refuse it"},
	{"slac", "link_loss", SETTING_CHOICE, AT(link_loss), "wait", NULL, 0, 0, 0, 0, "wait|retry", "",
	 "power-line link, or the interface, lost while matched: wait for the car, or F for step_f_ms first, each time"},
	SWITCH(any_sound_counts, "take other than 10 sounds and 600 ms, if not 0"),
	SWITCH(any_ids, "take a PEV_ID and an EVSE_ID other than zero"),
	SWITCH(rematch_matched_ev, "the matched car may begin again"),
	SWITCH(listen_after_failure, "a new initialization time-out after a failure, for any run_id"),
	SWITCH(dc_listens_after_init, "a DC-only outlet still answers after the initialization time-out"),
	SWITCH(validation_not_required, "without validation answer 'not required' (4), not 'failure' (3)"),
	{"slac", "attn_rx_db", SETTING_GROUPS, AT(attn_rx), "0", NULL, 0, 0, 0, 0, NULL, "dB",
	 "attenuation of the outlet's own receive path, subtracted: one value, or 58"},
	{"slac", "amp_map", SETTING_BOOL, AT(amp_map), "false", NULL, 0, 0, 0, 0, NULL, "",
	 "send CM_AMP_MAP.REQ once the link is up; the car's own is always answered"},
	{"slac", "amp_map_carriers", SETTING_UINT, AT(amp_map_carriers), "917", NULL, 1, 2986, 0, 0, NULL, "",
	 "carriers in it"},
	{"slac", "amp_map_amplitude", SETTING_UINT, AT(amp_map_amplitude), "0", NULL, 0, 15, 0, 0, NULL, "",
	 "amplitude code of each carrier in it"},
	{"slac", "missing_profile", SETTING_FAIL_OR_DB, AT(missing_profile_db), "fail", NULL, 0, 255, 0, 0, NULL, "dB",
	 "the modem reports no attenuation: fail, or report this value (one-to-one set-ups only)"},
	{"slac", "allow_nonstandard_timers", SETTING_BOOL, AT(allow_nonstandard_timers), "false", NULL, 0, 0, 0, 0,
	 NULL, "", "accept timers outside the standard, for benches and tests; warned about at every start"},
	{"pilot", "hlc_at_start", SETTING_BOOL, AT(hlc_at_start), "true", NULL, 0, 0, 0, 0, NULL, "",
	 "request high-level charging (5 %) for each outlet at start"},
	{"pilot", "step_f_ms", SETTING_UINT, AT(step_f_ms), "5000", NULL, 50, 60000, 4000, 60000, NULL, "ms",
	 "state F before basic charging (T_step_EF, at least 4 s)"},
	{"pilot", "step_x1_ms", SETTING_UINT, AT(step_x1_ms), "500", NULL, 50, 60000, 0, 0, NULL, "ms",
	 "X1 between F and basic charging"},
	{"pilot", "step_x1_hlc_ms", SETTING_UINT, AT(step_x1_hlc_ms), "3000", NULL, 50, 60000, 3000, 60000, NULL, "ms",
	 "X1 between 5 % and basic charging while matching runs (T_step_X1, at least 3 s)"},
	{"pilot", "slac_init_retries", SETTING_UINT, AT(slac_init_retries), "0", "2", 0, 2, 0, 0, NULL, "",
	 "F pulses with a new initialization window each before basic charging (C_sequ_retry, [V2G3-M06-07])"},
	{"pilot", "failed_pulses", SETTING_UINT, AT(failed_pulses), "0", NULL, 0, 10, 0, 0, NULL, "",
	 "F pulses with a new window after a failed matching, for each vehicle"},
	{"pilot", "nominal_needs_eim", SETTING_BOOL, AT(nominal_needs_eim), "false", "true", 0, 0, 0, 0, NULL, "",
	 "basic charging stays at X1 until an authorization is accepted by EIM ([V2G2-852], -853)"},
	{"pilot", "basic_charging_on_eim", SETTING_BOOL, AT(basic_charging_on_eim), "false", NULL, 0, 0, 0, 0, NULL, "",
	 "an authorization accepted by EIM leads to basic charging ([V2G3-M06-05], -06, -08)"},
	{"pilot", "nominal_current_a", SETTING_CURRENT, AT(nominal_current_a), "0", NULL, 0, 80, 0, 0, NULL, "A",
	 "cap on the station's limit in basic charging; 0: none"},
	{"modem", "family", SETTING_CHOICE, AT(modem_family), "auto", NULL, 0, 0, 0, 0,
	 "auto|qualcomm|lumissil|standard", "", "auto: find out by asking; standard: no vendor messages"},
	{"modem", "link_detection", SETTING_CHOICE, AT(link_detection), "auto", NULL, 0, 0, 0, 0, "auto|on|off", "",
	 "report matched when the link is up: where the modem can tell, always, never"},
	{"modem", "key_result_0", SETTING_CHOICE, AT(key_result_0), "verify", NULL, 0, 0, 0, 0, "verify|taken", "",
	 "what result 0 of CM_SET_KEY.CNF means: unclear, ask with CM_GET_KEY; or success"},
	{"modem", "reset_after_key", SETTING_BOOL, AT(reset_after_key), "false", NULL, 0, 0, 0, 0, NULL, "",
	 "reset the modem each time it has taken a key"},
	{"modem", "reset_after_session", SETTING_BOOL, AT(reset_after_session), "false", NULL, 0, 0, 0, 0, NULL, "",
	 "reset the modem with the new key after a session"},
	{"modem", "identify_ms", SETTING_UINT, AT(modem_identify_ms), "300", NULL, 10, 60000, 0, 0, NULL, "ms",
	 "wait for the modem to say what it is; then it is used without vendor messages"},
	{"modem", "reset_ms", SETTING_UINT, AT(modem_reset_ms), "10000", NULL, 100, 600000, 0, 0, NULL, "ms",
	 "a modem that does not answer for so long after a reset is said to be silent"},
	{"modem", "poll_ms", SETTING_UINT, AT(modem_poll_ms), "200", NULL, 20, 10000, 0, 0, NULL, "ms",
	 "ask again: after a reset, and for the link until it is up"},
	{"modem", "supervise_ms", SETTING_UINT, AT(modem_supervise_ms), "1000", NULL, 20, 60000, 0, 0, NULL, "ms",
	 "ask for the link while it is up"},
	{"modem", "link_lost_polls", SETTING_UINT, AT(link_lost_polls), "3", NULL, 1, 100, 0, 0, NULL, "",
	 "the link is lost after so many questions in a row with no (poll_ms apart) or no answer (response_ms)"},
	{"modem", "response_ms", SETTING_UINT, AT(modem_response_ms), "1000", NULL, 10, 60000, 0, 0, NULL, "ms",
	 "wait for a confirmation before the question is sent again"},
	{"modem", "link_retry_ms", SETTING_UINT, AT(link_retry_ms), "1000", NULL, 10, 60000, 0, 0, NULL, "ms",
	 "least time from losing an interface to opening it again; how often it is looked at where the kernel does not tell"},
	{"service", "log_level", SETTING_CHOICE, AT(log_level), "INFO", NULL, 0, 0, 0, 0, "TRACE|DEBUG|INFO|WARN|ERROR",
	 "", "least level that is logged"},
	{"service", "cs_config_file", SETTING_TEXT, AT(cs_config_file), "", NULL, 0, 0, 0, 0, NULL, "",
	 "data of cs_parameters, instead of asking the station"},
	{"service", "cs_limits_file", SETTING_TEXT, AT(cs_limits_file), "", NULL, 0, 0, 0, 0, NULL, "",
	 "data of cs_status_and_limits, instead of asking the station"},
};

const size_t settings_table_count = sizeof(settings_table) / sizeof(settings_table[0]);
_Static_assert(sizeof(settings_table) / sizeof(settings_table[0]) <= SETTINGS_MAX, "settings.given is large enough");

void *setting_member(struct settings *settings, const struct setting *setting)
{
	return (char *)settings + setting->offset;
}

const void *setting_value(const struct settings *settings, const struct setting *setting)
{
	return (const char *)settings + setting->offset;
}

static bool number_in_range(const struct setting *setting, const char *value, double *number)
{
	char *end;

	errno = 0;
	*number = strtod(value, &end);
	return end != value && *end == '\0' && errno == 0 && isfinite(*number) && *number >= setting->min &&
	       *number <= setting->max;
}

static bool choice_is_valid(const char *choices, const char *value)
{
	size_t len = strlen(value);

	for (const char *choice = choices; choice != NULL; choice = strchr(choice, '|')) {
		if (*choice == '|')
			choice++;
		if (len > 0 && strncmp(choice, value, len) == 0 && (choice[len] == '|' || choice[len] == '\0'))
			return true;
	}
	return false;
}

static bool assign_text(struct settings_text *member, const char *value, char *expected, size_t expected_size)
{
	if (strlen(value) >= SETTINGS_TEXT_MAX) {
		snprintf(expected, expected_size, "a text of at most %d octets", SETTINGS_TEXT_MAX - 1);
		return false;
	}
	strcpy(member->text, value);
	return true;
}

static bool assign_whole(struct settings *settings, const struct setting *setting, const char *value, char *expected,
			 size_t expected_size)
{
	double number;

	if (!number_in_range(setting, value, &number) || number != floor(number)) {
		snprintf(expected, expected_size, "a whole number from %g to %g%s%s", setting->min, setting->max,
			 *setting->unit != '\0' ? " " : "", setting->unit);
		return false;
	}
	*(unsigned *)setting_member(settings, setting) = (unsigned)number;
	return true;
}

static bool assign_fail_or_db(int *member, const struct setting *setting, const char *value, char *expected,
			      size_t expected_size)
{
	double number = -1;
	bool fail = strcmp(value, "fail") == 0;

	if (!fail && (!number_in_range(setting, value, &number) || number != floor(number))) {
		snprintf(expected, expected_size, "\"fail\", or a whole number from %g to %g dB", setting->min,
			 setting->max);
		return false;
	}
	*member = (int)number;
	return true;
}

static bool assign_current(double *member, const struct setting *setting, const char *value, char *expected,
			   size_t expected_size)
{
	double number;

	if (!number_in_range(setting, value, &number) || (number != 0 && number < 6)) {
		snprintf(expected, expected_size, "0, or a current from 6 to 80 A");
		return false;
	}
	*member = number;
	return true;
}

static bool assign_bool(bool *member, const char *value, char *expected, size_t expected_size)
{
	if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0) {
		snprintf(expected, expected_size, "true or false");
		return false;
	}
	*member = strcmp(value, "true") == 0;
	return true;
}

bool setting_assign(struct settings *settings, const struct setting *setting, const char *value, char *expected,
		    size_t expected_size)
{
	void *member = setting_member(settings, setting);

	switch (setting->type) {
	case SETTING_UINT:
		return assign_whole(settings, setting, value, expected, expected_size);
	case SETTING_BOOL:
		return assign_bool(member, value, expected, expected_size);
	case SETTING_CHOICE:
		if (!choice_is_valid(setting->choices, value)) {
			snprintf(expected, expected_size, "one of %s", setting->choices);
			return false;
		}
		return assign_text(member, value, expected, expected_size);
	case SETTING_TEXT:
		return assign_text(member, value, expected, expected_size);
	case SETTING_CURRENT:
		return assign_current(member, setting, value, expected, expected_size);
	case SETTING_TOPICS:
		settings->topics_to_station_count = 1;
		return assign_text(&settings->topics_to_station[0], value, expected, expected_size);
	case SETTING_FAIL_OR_DB:
		return assign_fail_or_db(member, setting, value, expected, expected_size);
	case SETTING_GROUPS:
		snprintf(expected, expected_size, "a whole number from -255 to 255 dB, or %d of them", SLAC_GROUPS);
		return settings_groups_parse(value, member);
	}
	return false;
}

bool setting_give(struct settings *settings, const struct setting *setting, const char *value, char *expected,
		  size_t expected_size)
{
	settings->given[setting - settings_table] = true;
	return setting_assign(settings, setting, value, expected, expected_size);
}

void settings_apply_profile(struct settings *settings)
{
	bool strict = strcmp(settings->slac_profile.text, "strict") == 0;
	char expected[API_EXPECTED_MAX];

	for (size_t i = 0; i < settings_table_count; i++) {
		const struct setting *setting = &settings_table[i];
		if (setting->strict != NULL && !settings->given[i])
			setting_assign(settings, setting, strict ? setting->strict : setting->initial, expected,
				       sizeof(expected));
	}
}

void setting_format(const struct settings *settings, const struct setting *setting, char *out, size_t size)
{
	const void *value = setting_value(settings, setting);

	switch (setting->type) {
	case SETTING_UINT:
		snprintf(out, size, "%u", *(const unsigned *)value);
		break;
	case SETTING_FAIL_OR_DB:
		if (*(const int *)value < 0)
			snprintf(out, size, "fail");
		else
			snprintf(out, size, "%d", *(const int *)value);
		break;
	case SETTING_BOOL:
		snprintf(out, size, "%s", *(const bool *)value ? "true" : "false");
		break;
	case SETTING_CURRENT:
		snprintf(out, size, "%g", *(const double *)value);
		break;
	case SETTING_CHOICE:
	case SETTING_TEXT:
		snprintf(out, size, "%s", ((const struct settings_text *)value)->text);
		break;
	case SETTING_TOPICS:
	case SETTING_GROUPS:
		out[0] = '\0'; /* an array: the printer writes it */
		break;
	}
}
