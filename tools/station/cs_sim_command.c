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

static const char *signal_word(int value)
{
	return value <= (int)CS_SIGNAL_F ? cs_signal_text((enum cs_signal)value) : NULL;
}

static const char *slac_word(int value)
{
	return value <= (int)API_SLAC_BASIC_CHARGING ? api_slac_state_text((enum api_slac_state)value) : NULL;
}

static const char *pilot_word(int value)
{
	return value <= (int)API_CP_F ? api_cp_state_text((enum api_cp_state)value) : NULL;
}

static const char *contactor_word(int value)
{
	return value <= (int)API_CONTACTOR_OPENED ? api_contactor_text((enum api_contactor)value) : NULL;
}

static const char *verdict_word(int value)
{
	return value <= (int)API_UNKNOWN ? api_verdict_text((enum api_verdict)value) : NULL;
}

static const char *transaction_word(int value)
{
	return value <= (int)API_TX_ENDED ? api_tx_text((enum api_tx_status)value) : NULL;
}

static const char *step_word(int value)
{
	return value <= (int)API_STEP_SESSION_STOP ? api_session_step_text((enum api_session_step)value) : NULL;
}

static const char *hlc_word(int value)
{
	return value == 0 ? "off" : value == 1 ? "on" : NULL;
}

static const char *message_word(int value)
{
	return value < (int)API_SESSION_KINDS ? api_session_name((enum api_session_kind)value) : NULL;
}

/* What can be waited for. Without words: a current. */
static const struct {
	const char *name;
	const char *(*word_of)(int value);
} events[] = {
	{"cp_pwm", signal_word},
	{"status", slac_word},
	{"state", pilot_word},
	{"contactor", contactor_word},
	{"current", NULL},
	{"offer", NULL},
	{"authorization", verdict_word},
	{"transaction", transaction_word},
	{"session", step_word},
	{"hlc_charging", hlc_word},
	{"request", message_word},
	{"profile", verdict_word},
};

void cs_event_current(struct cs_event *event, double ampere)
{
	snprintf(event->value, sizeof(event->value), "%.1f", ampere);
}

static bool find_event(struct cs_event *event, const char *name, const char *value)
{
	double ampere;

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		if (strcmp(events[i].name, name) != 0)
			continue;
		event->name = events[i].name;
		if (events[i].word_of == NULL && number(value, 1000, &ampere)) {
			cs_event_current(event, ampere);
			return true;
		}
		for (int each = 0; events[i].word_of != NULL && events[i].word_of(each) != NULL; each++)
			if (strcmp(events[i].word_of(each), value) == 0) {
				snprintf(event->value, sizeof(event->value), "%s", value);
				return true;
			}
	}
	return false;
}

static bool parse_expect(char **rest, struct cs_command *command)
{
	const char *name = word(rest);
	const char *value = word(rest);

	command->ms = CS_EXPECT_WITHIN_MS;
	if (name == NULL || value == NULL || !find_event(&command->expected, name, value))
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

/* on | off */
static bool parse_switch(char **rest, struct cs_command *command)
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
	return parse_switch(rest, command) && parse_outlet(rest, command);
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

static bool parse_card(char **rest, struct cs_command *command)
{
	return parse_text(rest, command) && strlen(command->text) < API_TOKEN_MAX && parse_outlet(rest, command);
}

static bool parse_cable(char **rest, struct cs_command *command)
{
	return number(word(rest), 1000, &command->ampere) && command->ampere >= 1 && parse_outlet(rest, command);
}

static bool parse_availability(char **rest, struct cs_command *command)
{
	const char *value = word(rest);

	command->on = value != NULL && strcmp(value, "operative") == 0;
	return value != NULL && (command->on || strcmp(value, "inoperative") == 0) && parse_outlet(rest, command);
}

/* draws AMPERE [1|2|3] [EVSE]: so much in each of the first phases */
static bool parse_car_draws(char **rest, struct cs_command *command)
{
	unsigned phases = CS_METER_PHASES;
	const char *next;
	double ampere;

	command->kind = CS_COMMAND_CAR_CONSUMES;
	if (!number(word(rest), 1000, &ampere))
		return false;
	next = word(rest);
	if (next != NULL && strlen(next) == 1 && *next >= '1' && *next <= '3') {
		phases = (unsigned)(*next - '0');
		next = word(rest);
	}
	for (unsigned i = 0; i < phases; i++)
		command->phase_a[i] = ampere;
	return outlet(next, command->evse_id);
}

/* consumes L1 L2 L3 [EVSE] */
static bool parse_car_consumes(char **rest, struct cs_command *command)
{
	command->kind = CS_COMMAND_CAR_CONSUMES;
	for (unsigned i = 0; i < CS_METER_PHASES; i++)
		if (!number(word(rest), 1000, &command->phase_a[i]))
			return false;
	return parse_outlet(rest, command);
}

static bool parse_car_ready(char **rest, struct cs_command *command)
{
	command->kind = CS_COMMAND_CAR_READY;
	return parse_switch(rest, command) && parse_outlet(rest, command);
}

static bool parse_car(char **rest, struct cs_command *command)
{
	static const char *const orders[] = {"eim", "contract", "stop", "pause", "resume"};
	const char *order = word(rest);

	if (order != NULL && strcmp(order, "draws") == 0)
		return parse_car_draws(rest, command);
	if (order != NULL && strcmp(order, "consumes") == 0)
		return parse_car_consumes(rest, command);
	if (order != NULL && strcmp(order, "ready") == 0)
		return parse_car_ready(rest, command);
	for (size_t i = 0; order != NULL && i < sizeof(orders) / sizeof(orders[0]); i++) {
		if (strcmp(orders[i], order) == 0) {
			command->car = (enum cs_car_order)i;
			return parse_outlet(rest, command);
		}
	}
	return false;
}

static bool parse_csms(char **rest, struct cs_command *command)
{
	static const char *const orders[] = {"start", "stop",     "reset", "operative", "inoperative", "limit",
					     "clear", "schedule", "meter", "accept",    "reject"};
	const char *order = word(rest);

	for (size_t i = 0; order != NULL && i < sizeof(orders) / sizeof(orders[0]); i++) {
		if (strcmp(orders[i], order) != 0)
			continue;
		command->csms = (enum cs_csms_order)i;
		if (command->csms == CS_CSMS_LIMIT && !number(word(rest), 1000, &command->ampere))
			return false;
		if (command->csms == CS_CSMS_SCHEDULE && !number(word(rest), 1e6, &command->ampere))
			return false;
		return parse_outlet(rest, command);
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
	{"card", CS_COMMAND_CARD, parse_card, "card TOKEN [EVSE], TOKEN of at most 63 characters"},
	{"cable", CS_COMMAND_CABLE, parse_cable, "cable AMPERE [EVSE], 1 A at least"},
	{"meter", CS_COMMAND_METER, parse_outlet, "meter [EVSE]"},
	{"availability", CS_COMMAND_AVAILABILITY, parse_availability, "availability operative|inoperative [EVSE]"},
	{"car", CS_COMMAND_CAR, parse_car,
	 "car draws AMPERE [1|2|3] [EVSE] or car consumes L1 L2 L3 [EVSE] or car ready on|off [EVSE] or car eim|contract or "
	 "car stop|pause|resume [EVSE]"},
	{"csms", CS_COMMAND_CSMS, parse_csms,
	 "csms start|stop|reset|operative|inoperative|clear|meter [EVSE] or csms limit AMPERE [EVSE] or "
	 "csms schedule SECONDS [EVSE] or csms accept|reject"},
	{"restart", CS_COMMAND_RESTART, parse_nothing, "restart"},
	{"wait", CS_COMMAND_WAIT, parse_wait, "wait MS"},
	{"expect", CS_COMMAND_EXPECT, parse_expect,
	 "expect cp_pwm hlc|f|x1|x2|e, expect status matching|matched|failed|unmatched|basic_charging, or expect "
	 "state|contactor|current|offer|authorization|transaction|session|hlc_charging|request|profile VALUE; "
	 "then [EVSE] [within MS]"},
	{"answer", CS_COMMAND_ANSWER, parse_answer, "answer valid|invalid|error|lost|none [hlc|f|x1|x2|e]"},
	{"report", CS_COMMAND_REPORT, parse_switch, "report on|off"},
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
	return strcmp(expected->name, seen->name) == 0 && strcmp(expected->value, seen->value) == 0 &&
	       (expected->evse_id[0] == '\0' || strcmp(expected->evse_id, seen->evse_id) == 0);
}

void cs_event_text(const struct cs_event *event, char *out, size_t size)
{
	snprintf(out, size, "%s %s%s%s", event->name, event->value, event->evse_id[0] != '\0' ? " " : "",
		 event->evse_id);
}
