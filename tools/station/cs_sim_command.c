/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/station/cs_sim_command.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r\n"

/* The next word of *rest, or NULL; *rest moves behind it. */
static char *word(char **rest)
{
	return strtok_r(NULL, BLANKS, rest);
}

static bool number(const char *text, double max, double *value)
{
	char *end;

	if (text == NULL)
		return false;
	*value = strtod(text, &end);
	return end != text && *end == '\0' && isfinite(*value) && *value >= 0 && *value <= max;
}

static bool milliseconds(const char *text, uint32_t *ms)
{
	double value;

	if (!number(text, 1e9, &value))
		return false;
	*ms = (uint32_t)value;
	return true;
}

static bool outlet(const char *text, char evse_id[API_EVSE_ID_MAX])
{
	if (text == NULL)
		return true;
	if (strlen(text) >= API_EVSE_ID_MAX)
		return false;
	strcpy(evse_id, text);
	return true;
}

static bool parse_outlet(char **rest, struct cs_command *command)
{
	return outlet(word(rest), command->evse_id);
}

static bool parse_state(char **rest, struct cs_command *command)
{
	const char *state = word(rest);

	return state != NULL && api_station_cp_state(state, &command->state) && parse_outlet(rest, command);
}

static bool parse_limit(char **rest, struct cs_command *command)
{
	return number(word(rest), 1000, &command->ampere) && parse_outlet(rest, command);
}

static bool parse_wait(char **rest, struct cs_command *command)
{
	return milliseconds(word(rest), &command->ms);
}

static bool find_value(struct cs_event *event, const char *text)
{
	int count = event->is_status ? API_SLAC_BASIC_CHARGING + 1 : CS_SIGNAL_F + 1;

	for (int i = 0; i < count; i++) {
		const char *candidate = event->is_status ? api_slac_state_text((enum api_slac_state)i)
							 : cs_signal_text((enum cs_signal)i);
		if (strcmp(candidate, text) == 0) {
			event->value = i;
			return true;
		}
	}
	return false;
}

static bool parse_expect(char **rest, struct cs_command *command)
{
	const char *name = word(rest);
	const char *value = word(rest);

	if (name == NULL || value == NULL || (strcmp(name, "cp_pwm") != 0 && strcmp(name, "status") != 0))
		return false;
	command->expected.is_status = strcmp(name, "status") == 0;
	command->ms = CS_EXPECT_WITHIN_MS;
	if (!find_value(&command->expected, value))
		return false;
	const char *next = word(rest);
	if (next != NULL && strcmp(next, "within") != 0) {
		if (!outlet(next, command->expected.evse_id))
			return false;
		next = word(rest);
	}
	return next == NULL || (strcmp(next, "within") == 0 && milliseconds(word(rest), &command->ms));
}

static bool parse_answer(char **rest, struct cs_command *command)
{
	const char *answer = word(rest);

	const char *signal = word(rest);

	command->has_signal = signal != NULL;
	return answer != NULL && cs_answer_parse(answer, &command->answer) &&
	       (signal == NULL || cs_signal_parse(signal, &command->signal));
}

static bool parse_report(char **rest, struct cs_command *command)
{
	const char *value = word(rest);

	command->on = value != NULL && strcmp(value, "on") == 0;
	return value != NULL && (command->on || strcmp(value, "off") == 0);
}

static bool parse_raw(char **rest, struct cs_command *command)
{
	command->topic = word(rest);
	command->text = strtok_r(NULL, "\r\n", rest);
	return command->topic != NULL && command->text != NULL;
}

static bool parse_text(char **rest, struct cs_command *command)
{
	command->text = word(rest);
	return command->text != NULL;
}

/* parameters FILE | add EVSE=INTERFACE[:ac|dc|acdc] | remove EVSE */
static bool parse_parameters(char **rest, struct cs_command *command)
{
	if (!parse_text(rest, command))
		return false;
	if (strcmp(command->text, "remove") == 0) {
		command->kind = CS_COMMAND_REMOVE;
		return parse_outlet(rest, command) && command->evse_id[0] != '\0';
	}
	if (strcmp(command->text, "add") != 0)
		return true;
	command->kind = CS_COMMAND_ADD;
	return parse_text(rest, command);
}

static bool parse_status_code(char **rest, struct cs_command *command)
{
	const char *code = word(rest);

	for (int i = 0; code != NULL && i <= (int)API_EVSE_MALFUNCTION; i++) {
		if (strcmp(api_evse_status_text((enum api_evse_status)i), code) == 0) {
			command->status_code = (enum api_evse_status)i;
			return parse_outlet(rest, command);
		}
	}
	return false;
}

static bool parse_hlc_charging(char **rest, struct cs_command *command)
{
	const char *value = word(rest);

	command->on = value != NULL && strcmp(value, "on") == 0;
	return value != NULL && (command->on || strcmp(value, "off") == 0) && parse_outlet(rest, command);
}

static bool parse_data_link(char **rest, struct cs_command *command)
{
	const char *action = word(rest);

	for (int i = 0; action != NULL && i <= (int)API_DATA_LINK_RESUME; i++) {
		if (strcmp(api_data_link_action_text((enum api_data_link_action)i), action) == 0) {
			command->action = (enum api_data_link_action)i;
			return parse_outlet(rest, command);
		}
	}
	return false;
}

static bool parse_authorize(char **rest, struct cs_command *command)
{
	command->on = true;
	return parse_outlet(rest, command);
}

static bool parse_tap(char **rest, struct cs_command *command)
{
	const char *answer = word(rest);

	command->on = answer != NULL && strcmp(answer, "accepted") == 0;
	return answer != NULL && (command->on || strcmp(answer, "rejected") == 0) && parse_outlet(rest, command);
}

static bool parse_other_pwm(char **rest, struct cs_command *command)
{
	const char *pilot = word(rest);

	command->on = pilot != NULL && strcmp(pilot, "hlc") == 0;
	return (command->on || number(pilot, 80, &command->ampere)) && parse_outlet(rest, command);
}

static bool parse_request(char **rest, struct cs_command *command)
{
	static const struct {
		const char *word;
		enum api_kind kind;
	} requests[] = {
		{"link_status", API_SLAC_LINK_STATUS},
		{"network_info", API_SLAC_NETWORK_INFO},
		{"reset", API_SLAC_RESET},
		{"service_status", API_SERVICE_STATUS},
	};
	const char *name = word(rest);

	for (size_t i = 0; name != NULL && i < sizeof(requests) / sizeof(requests[0]); i++) {
		if (strcmp(requests[i].word, name) == 0) {
			command->requested = requests[i].kind;
			return parse_outlet(rest, command);
		}
	}
	return false;
}

static bool parse_nothing(char **rest, struct cs_command *command)
{
	(void)rest;
	(void)command;
	return true;
}

static const struct {
	const char *name;
	enum cs_command_kind kind;
	bool (*parse)(char **rest, struct cs_command *command);
	const char *usage;
} commands[] = {
	{"plug", CS_COMMAND_PLUG, parse_outlet, "plug [EVSE]"},
	{"unplug", CS_COMMAND_UNPLUG, parse_outlet, "unplug [EVSE]"},
	{"state", CS_COMMAND_STATE, parse_state, "state A1|A2|B1|B2|C1|C2|D1|D2|E|F [EVSE]"},
	{"limit", CS_COMMAND_LIMIT, parse_limit, "limit AMPERE [EVSE]"},
	{"limits", CS_COMMAND_LIMITS, parse_text, "limits FILE"},
	{"status_code", CS_COMMAND_STATUS_CODE, parse_status_code,
	 "status_code evse_ready|evse_not_ready|evse_malfunction|... [EVSE]"},
	{"parameters", CS_COMMAND_PARAMETERS, parse_parameters,
	 "parameters FILE or parameters add EVSE=INTERFACE[:ac|dc|acdc] or parameters remove EVSE"},
	{"hlc_charging", CS_COMMAND_HLC_CHARGING, parse_hlc_charging, "hlc_charging on|off [EVSE]"},
	{"data_link", CS_COMMAND_DATA_LINK, parse_data_link, "data_link terminate|pause|resume [EVSE]"},
	{"authorize", CS_COMMAND_AUTHORIZE, parse_authorize, "authorize [EVSE]"},
	{"deauthorize", CS_COMMAND_AUTHORIZE, parse_outlet, "deauthorize [EVSE]"},
	{"tap", CS_COMMAND_TAP, parse_tap, "tap accepted|rejected [EVSE]"},
	{"other_pwm", CS_COMMAND_OTHER_PWM, parse_other_pwm, "other_pwm hlc|AMPERE [EVSE], 80 A at most"},
	{"request", CS_COMMAND_REQUEST, parse_request, "request link_status|network_info|reset|service_status [EVSE]"},
	{"restart", CS_COMMAND_RESTART, parse_nothing, "restart"},
	{"wait", CS_COMMAND_WAIT, parse_wait, "wait MS"},
	{"expect", CS_COMMAND_EXPECT, parse_expect,
	 "expect cp_pwm hlc|f|x1|x2|e [EVSE] [within MS] or expect status "
	 "matching|matched|failed|unmatched|basic_charging [EVSE] [within MS]"},
	{"answer", CS_COMMAND_ANSWER, parse_answer, "answer valid|invalid|error|lost|none [hlc|f|x1|x2|e]"},
	{"report", CS_COMMAND_REPORT, parse_report, "report on|off"},
	{"raw", CS_COMMAND_RAW, parse_raw, "raw TOPIC TEXT"},
	{"quit", CS_COMMAND_QUIT, parse_nothing, "quit"},
};

bool cs_command_parse(char *line, struct cs_command *command, char error[CS_COMMAND_ERROR_SIZE])
{
	char *rest;
	const char *name = strtok_r(line, BLANKS, &rest);

	memset(command, 0, sizeof(*command));
	if (name == NULL || *name == '#')
		return true;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, name) != 0)
			continue;
		command->kind = commands[i].kind;
		if (commands[i].parse(&rest, command) && word(&rest) == NULL)
			return true;
		snprintf(error, CS_COMMAND_ERROR_SIZE, "expected: %s", commands[i].usage);
		return false;
	}
	snprintf(error, CS_COMMAND_ERROR_SIZE, "unknown command '%.100s'", name);
	return false;
}

bool cs_answer_parse(const char *text, enum cs_answer *answer)
{
	static const char *const texts[] = {"valid", "invalid", "error", "lost", "none"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strcmp(texts[i], text) == 0) {
			*answer = (enum cs_answer)i;
			return true;
		}
	}
	return false;
}

bool cs_event_matches(const struct cs_event *expected, const struct cs_event *seen)
{
	return expected->is_status == seen->is_status && expected->value == seen->value &&
	       (expected->evse_id[0] == '\0' || strcmp(expected->evse_id, seen->evse_id) == 0);
}

void cs_event_text(const struct cs_event *event, char *out, size_t size)
{
	snprintf(out, size, "%s %s%s%s", event->is_status ? "status" : "cp_pwm",
		 event->is_status ? api_slac_state_text((enum api_slac_state)event->value)
				  : cs_signal_text((enum cs_signal)event->value),
		 event->evse_id[0] != '\0' ? " " : "", event->evse_id);
}
