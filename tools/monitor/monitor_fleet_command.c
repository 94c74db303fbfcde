/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/monitor/monitor_fleet_command.h"

#include "mqtt/api/api_json.h"
#include "tools/monitor/monitor_fleet_topic.h"
#include "tools/monitor/monitor_json.h"

#include <stdio.h>
#include <string.h>

#define COUNT(array)   (sizeof(array) / sizeof((array)[0]))
#define TAG_MAX        36 /* characters, as OCPP 2.0.1 has them */
#define ID_EXPECTED    "an id of 1 to 32 of the characters A-Z a-z 0-9 _ -"
#define TAG_EXPECTED   "1 to 36 of the characters A-Z a-z 0-9 - _ : . *"
#define TAG_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_:.*"
#define NAME_EXPECTED  "a name of 1 to 64 of the characters A-Z a-z 0-9 _ -"

/* A member that a request may have. */
enum input_kind {
	INPUT_FLAG,
	INPUT_NUMBER,
	INPUT_WHOLE,
	INPUT_TAG,
	INPUT_ID,
	INPUT_ID_OR_ALL,
	INPUT_SETUP,
	INPUT_WORD,
	INPUT_BEHAVIOUR
};

struct input {
	const char *name;
	enum input_kind kind;
	bool is_required;
	double min, max;               /* of a number */
	const char *unit;              /* of a number */
	const struct api_texts *words; /* of a word */
};

static const char *const link_words[] = {"unix", "veth"};
static const struct api_texts links = {link_words, COUNT(link_words)};

/* Each status_code but the one that says that nothing is wrong. */
static const char *const fault_words[] = {
	"evse_malfunction", "evse_emergency_shutdown",          "evse_utility_interrupt_event",
	"evse_shutdown",    "evse_isolation_monitoring_active", "evse_not_ready"};
static const struct api_texts faults = {fault_words, COUNT(fault_words)};

static const struct input of_start[] = {
	{.name = "id", .kind = INPUT_ID},
	{.name = "connectors", .kind = INPUT_WHOLE, .is_required = true, .min = 1, .max = MONITOR_FLEET_CONNECTORS_MAX},
	{.name = "link", .kind = INPUT_WORD, .words = &links}};
static const struct input of_station[] = {{.name = "id", .kind = INPUT_ID_OR_ALL, .is_required = true}};
static const struct input of_setup[] = {{.name = "name", .kind = INPUT_SETUP, .is_required = true}};
static const struct input of_car[] = {{.name = "plugged", .kind = INPUT_FLAG},
				      {.name = "cable", .kind = INPUT_WHOLE, .max = 1000},
				      {.name = "ready", .kind = INPUT_FLAG},
				      {.name = "consumption_l1", .kind = INPUT_NUMBER, .max = 1000, .unit = "A"},
				      {.name = "consumption_l2", .kind = INPUT_NUMBER, .max = 1000, .unit = "A"},
				      {.name = "consumption_l3", .kind = INPUT_NUMBER, .max = 1000, .unit = "A"},
				      {.name = "behaviour", .kind = INPUT_BEHAVIOUR},
				      {.name = "attenuation", .kind = INPUT_WHOLE, .max = 127}};
static const struct input of_faulted[] = {{.name = "faulted", .kind = INPUT_FLAG, .is_required = true},
					  {.name = "status_code", .kind = INPUT_WORD, .words = &faults}};
static const struct input of_id_tag[] = {{.name = "id_tag", .kind = INPUT_TAG, .is_required = true}};

/* What may be posted to a connector, by the last part of its path. */
static const struct {
	const char *path;
	const struct input *inputs;
	size_t count;
} of_connector[] = {{"/car", of_car, COUNT(of_car)},
		    {"/faulted", of_faulted, COUNT(of_faulted)},
		    {"/id_tag", of_id_tag, COUNT(of_id_tag)}};

static const struct command {
	const char *name;
	const struct input *inputs;
	size_t count;
} commands[] = {{"start", of_start, COUNT(of_start)},       {"kill", of_station, COUNT(of_station)},
		{"restart", of_station, COUNT(of_station)}, {"close", of_station, COUNT(of_station)},
		{"save", of_setup, COUNT(of_setup)},        {"load", of_setup, COUNT(of_setup)}};

/* --- one member --- */

static bool fail_behaviour(const struct api_node *node, const char *why)
{
	char expected[API_EXPECTED_MAX];

	snprintf(expected, sizeof(expected), "what slac-ev --print-behaviours names, not %.130s", why);
	return api_json_fail(node, "behaviour", expected);
}

static bool is_all(const char *id)
{
	return strcmp(id, "*") == 0;
}

static bool add_text(const struct monitor_fleet *fleet, const struct input *input, const struct api_node *node,
		     struct monitor_json *out)
{
	char text[MONITOR_FLEET_TEXT_SIZE], why[MONITOR_FLEET_TEXT_SIZE];

	if (!api_json_text(node, input->name, text, sizeof(text)))
		return false;
	if (input->kind == INPUT_TAG && (strlen(text) > TAG_MAX || text[strspn(text, TAG_CHARACTERS)] != '\0'))
		return api_json_fail(node, input->name, TAG_EXPECTED);
	if (input->kind == INPUT_ID && !monitor_fleet_is_id(text))
		return api_json_fail(node, input->name, ID_EXPECTED);
	if (input->kind == INPUT_ID_OR_ALL && !is_all(text) && !monitor_fleet_is_id(text))
		return api_json_fail(node, input->name, ID_EXPECTED ", or * for all stations");
	if (input->kind == INPUT_SETUP && !monitor_fleet_is_setup(text))
		return api_json_fail(node, input->name, NAME_EXPECTED);
	if (input->kind == INPUT_BEHAVIOUR && !fleet->behaviours->check(text, why))
		return fail_behaviour(node, why);
	monitor_json_add_text(out, input->name, text);
	return true;
}

static bool add_number(const struct input *input, const struct api_node *node, struct monitor_json *out)
{
	double number;

	if (!api_json_number(node, input->name, input->min, input->max, input->unit, &number))
		return false;
	monitor_json_add_decimal(out, input->name, number);
	return true;
}

static bool add_whole(const struct input *input, const struct api_node *node, struct monitor_json *out)
{
	uint32_t number;

	if (!api_json_whole(node, input->name, (uint32_t)input->min, (uint32_t)input->max, &number))
		return false;
	monitor_json_add_number(out, input->name, number);
	return true;
}

static bool add_word(const struct input *input, const struct api_node *node, struct monitor_json *out)
{
	int word;

	if (!api_json_enum(node, input->name, input->words, &word))
		return false;
	monitor_json_add_text(out, input->name, input->words->texts[word]);
	return true;
}

static bool add_flag(const struct input *input, const struct api_node *node, struct monitor_json *out)
{
	bool flag;

	if (!api_json_bool(node, input->name, &flag))
		return false;
	monitor_json_add_bool(out, input->name, flag);
	return true;
}

static bool add_input(const struct monitor_fleet *fleet, const struct input *input, const struct api_node *node,
		      struct monitor_json *out)
{
	switch (input->kind) {
	case INPUT_FLAG:
		return add_flag(input, node, out);
	case INPUT_NUMBER:
		return add_number(input, node, out);
	case INPUT_WHOLE:
		return add_whole(input, node, out);
	case INPUT_WORD:
		return add_word(input, node, out);
	default:
		return add_text(fleet, input, node, out);
	}
}

/* --- all members --- */

static bool fail_unknown(const struct api_node *node, const char *member, const struct input *inputs, size_t count)
{
	char expected[API_EXPECTED_MAX] = "no other member than";
	char name[API_MEMBER_MAX];

	for (size_t i = 0; i < count; i++) {
		const size_t used = strlen(expected);
		snprintf(expected + used, sizeof(expected) - used, "%s %s", i > 0 ? "," : "", inputs[i].name);
	}
	snprintf(name, sizeof(name), "%.64s", member);
	return api_json_fail(node, name, expected);
}

static bool has_unknown(const struct api_node *node, const struct input *inputs, size_t count)
{
	json_object_object_foreach(node->value, member, value)
	{
		bool is_known = strcmp(member, "command") == 0;
		(void)value;
		for (size_t i = 0; i < count && !is_known; i++)
			is_known = strcmp(member, inputs[i].name) == 0;
		if (!is_known)
			return !fail_unknown(node, member, inputs, count);
	}
	return false;
}

/* Adds the checked values of all inputs that there are: at least one. */
static bool add_inputs(const struct monitor_fleet *fleet, const struct input *inputs, size_t count,
		       const struct api_node *node, struct monitor_json *out)
{
	size_t added = 0;

	if (has_unknown(node, inputs, count))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!inputs[i].is_required && !api_json_has(node, inputs[i].name))
			continue;
		if (!add_input(fleet, &inputs[i], node, out))
			return false;
		added++;
	}
	return added > 0 || api_json_fail(node, inputs[0].name, "it, or another input of the car");
}

/* --- requests --- */

static enum monitor_fleet_result fail(enum monitor_fleet_result result, const char *why, struct api_error *error)
{
	*error = (struct api_error){.is_missing = true};
	snprintf(error->expected, sizeof(error->expected), "%s", why);
	return result;
}

static enum monitor_fleet_result write_payload(struct monitor_json *json, struct monitor_fleet_command *out,
					       struct api_error *error)
{
	struct json_object *object = monitor_json_finish(json);
	const char *text = object != NULL ? json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN) : NULL;
	const bool fits = text != NULL && strlen(text) < sizeof(out->payload);

	if (fits)
		memcpy(out->payload, text, strlen(text) + 1);
	json_object_put(object);
	return fits ? MONITOR_FLEET_DONE : fail(MONITOR_FLEET_NOT_NOW, "there is no memory for it", error);
}

static enum monitor_fleet_result give_up(struct monitor_json *json)
{
	json_object_put(json->value);
	return MONITOR_FLEET_BAD;
}

/* What tells the launcher of one station, its keeper does without one. */
static enum monitor_fleet_result address(const struct monitor_fleet *fleet, const struct api_node *node,
					 bool is_station, struct monitor_json *payload,
					 struct monitor_fleet_command *out, struct api_error *error)
{
	char id[MONITOR_FLEET_ID_SIZE] = "";
	const bool is_one = is_station && api_json_text(node, "id", id, sizeof(id)) && !is_all(id);

	if (is_one && monitor_fleet_find(fleet, id) == NULL)
		return fail(MONITOR_FLEET_MISSING, "there is no such station", error);
	snprintf(out->topic, sizeof(out->topic), "fleet/launcher/cmd");
	if (monitor_fleet_has_launcher(fleet))
		return MONITOR_FLEET_DONE;
	if (!is_one)
		return fail(MONITOR_FLEET_NOT_NOW, "there is no launcher (cs-fleet) at the broker", error);
	if (strcmp(monitor_fleet_find(fleet, id)->status, "Dead") == 0)
		return fail(MONITOR_FLEET_NOT_NOW, "the station is dead, and there is no launcher (cs-fleet)", error);
	snprintf(out->topic, sizeof(out->topic), "fleet/stations/%s/cmd", id);
	json_object_object_del(payload->value, "id"); /* which a keeper does not expect */
	return MONITOR_FLEET_DONE;
}

static enum monitor_fleet_result command_launcher(const struct monitor_fleet *fleet, const struct api_node *node,
						  struct monitor_fleet_command *out, struct api_error *error)
{
	const char *names[COUNT(commands)];
	int number;

	for (size_t i = 0; i < COUNT(commands); i++)
		names[i] = commands[i].name;
	const struct api_texts words = {names, COUNT(commands)};
	if (!api_json_enum(node, "command", &words, &number))
		return MONITOR_FLEET_BAD;
	const struct command *command = &commands[number];
	struct monitor_json json = monitor_json_object();
	monitor_json_add_text(&json, "command", command->name);
	if (!add_inputs(fleet, command->inputs, command->count, node, &json))
		return give_up(&json);
	const enum monitor_fleet_result result = address(fleet, node, command->inputs == of_station, &json, out, error);
	if (result != MONITOR_FLEET_DONE) {
		give_up(&json);
		return result;
	}
	return write_payload(&json, out, error);
}

static enum monitor_fleet_result command_connector(const struct monitor_fleet *fleet, const char *path,
						   const struct api_node *node, struct monitor_fleet_command *out,
						   struct api_error *error)
{
	char id[MONITOR_FLEET_ID_SIZE];
	const char *rest = "";
	unsigned number = 0;
	size_t kind = 0;

	if (!monitor_fleet_place_read(path, id, &number, &rest) || number == 0)
		return fail(MONITOR_FLEET_MISSING, "there is no such path", error);
	while (kind < COUNT(of_connector) && strcmp(of_connector[kind].path, rest) != 0)
		kind++;
	if (kind == COUNT(of_connector))
		return fail(MONITOR_FLEET_MISSING, "there is no such path", error);
	const struct monitor_fleet_station *station = monitor_fleet_find(fleet, id);
	if (station == NULL)
		return fail(MONITOR_FLEET_MISSING, "there is no such station", error);
	if (monitor_fleet_find_outlet(station, number) == NULL)
		return fail(MONITOR_FLEET_MISSING, "the station has no such outlet", error);
	if (strcmp(station->status, "Dead") == 0)
		return fail(MONITOR_FLEET_NOT_NOW, "the station is dead", error);
	struct monitor_json json = monitor_json_object();
	if (!add_inputs(fleet, of_connector[kind].inputs, of_connector[kind].count, node, &json))
		return give_up(&json);
	snprintf(out->topic, sizeof(out->topic), "fleet/%s", path);
	return write_payload(&json, out, error);
}

enum monitor_fleet_result monitor_fleet_command(const struct monitor_fleet *fleet, const char *path, const char *body,
						size_t len, struct monitor_fleet_command *out, struct api_error *error)
{
	struct json_object *root = NULL;
	enum monitor_fleet_result result;

	*error = (struct api_error){.is_missing = false};
	if (api_json_parse(body, len, &root, error) != API_OK)
		return MONITOR_FLEET_BAD;
	const struct api_node node = {.value = root, .error = error};
	if (strcmp(path, "launcher") == 0)
		result = command_launcher(fleet, &node, out, error);
	else
		result = command_connector(fleet, path, &node, out, error);
	json_object_put(root);
	return result;
}
