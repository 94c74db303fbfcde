/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/api/api_json.h"
#include "mqtt/api/everest/everest_api.h"

#include <stdio.h>
#include <string.h>

/* More than EVerest will ever count, and no overflow. */
#define DIGITS_MAX 18

/* APIs of all kinds that an answer may list. */
#define APIS_MAX 1024

/* Periods beyond these mean nothing. */
#define PERIOD_MAX 1000000000.0

static enum api_result refuse(struct api_error *error, enum api_result result, const char *expected)
{
	error->member[0] = '\0';
	snprintf(error->expected, sizeof(error->expected), "%s", expected);
	return result;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* JSON's own white space is left out at both ends. */
static void trim(const char **text, size_t *len)
{
	while (*len > 0 && is_blank((*text)[0])) {
		(*text)++;
		(*len)--;
	}
	while (*len > 0 && is_blank((*text)[*len - 1]))
		(*len)--;
}

static bool is_word(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(text, word, len) == 0;
}

static enum api_result read_flag(const char *text, size_t len, bool *out, struct api_error *error)
{
	trim(&text, &len);
	if (!is_word(text, len, "true") && !is_word(text, len, "false"))
		return refuse(error, API_MALFORMED, "true or false");
	*out = len == strlen("true");
	return API_OK;
}

static enum api_result read_count(const char *text, size_t len, uint64_t *out, struct api_error *error)
{
	uint64_t count = 0;
	size_t i = 0;

	trim(&text, &len);
	for (; i < len && len <= DIGITS_MAX && text[i] >= '0' && text[i] <= '9'; i++)
		count = count * 10 + (uint64_t)(text[i] - '0');
	if (len == 0 || i < len || (len > 1 && text[0] == '0'))
		return refuse(error, API_MALFORMED, "an unsigned whole number");
	*out = count;
	return API_OK;
}

/* A later version may have members: they are skipped. */
static enum api_result read_nothing(const char *text, size_t len, struct api_error *error)
{
	struct json_object *root;
	enum api_result result = api_json_parse(text, len, &root, error);

	if (result == API_OK)
		json_object_put(root);
	return result;
}

/* A period of 0 or less: there is none. */
static bool read_period(const struct api_node *node, const char *member, uint32_t *out)
{
	double period = 0;

	if (!api_json_has(node, member))
		return true;
	if (!api_json_number(node, member, -PERIOD_MAX, PERIOD_MAX, "", &period))
		return false;
	*out = period > 0 ? (uint32_t)period : 0;
	return true;
}

static bool read_periods(const struct api_node *entry, struct everest_module *out)
{
	struct api_node periods;

	if (!api_json_has(entry, "communication_monitoring"))
		return true;
	out->has_periods = true;
	return api_json_object(entry, "communication_monitoring", &periods) &&
	       read_period(&periods, "heartbeat_period_ms", &out->heartbeat_ms) &&
	       read_period(&periods, "communication_check_period_s", &out->check_s);
}

static bool read_module(const struct api_node *entry, struct everest_message *out)
{
	struct everest_module module = {0};
	char type[EVEREST_MODULE_MAX];
	char id[EVEREST_MODULE_MAX];
	double version;

	if (!api_json_text(entry, "type", type, sizeof(type)) ||
	    !api_json_number(entry, "version", 0, PERIOD_MAX, "", &version))
		return false;
	if (strcmp(type, "slac") != 0 || version < 1 || version > 1)
		return true;
	if (!api_json_text(entry, "module_id", id, sizeof(id)) || !read_periods(entry, &module))
		return false;
	if (!everest_take_module(module.id, id))
		return api_json_fail(entry, "module_id", "letters, digits, '_', '.' and '-'");
	if (out->module_count < EVEREST_MODULES_MAX)
		out->modules[out->module_count++] = module;
	return true;
}

static bool read_modules(const struct api_node *root, struct everest_message *out)
{
	struct api_node apis, entry;
	size_t count;

	if (!api_json_array(root, "apis", APIS_MAX, &apis, &count))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!api_json_element(&apis, i, &entry) || !read_module(&entry, out))
			out->bad_count++;
	return out->bad_count == 0 || out->module_count > 0;
}

static enum api_result read_answer(const char *text, size_t len, struct everest_message *out, struct api_error *error)
{
	struct json_object *object;
	enum api_result result = api_json_parse(text, len, &object, error);

	if (result != API_OK)
		return result;
	const struct api_node root = {.value = object, .error = error};
	out->module_count = out->bad_count = 0;
	result = read_modules(&root, out) ? API_OK : API_INVALID;
	json_object_put(object);
	return result;
}

static enum api_result read_payload(const char *payload, size_t len, struct everest_message *out,
				    struct api_error *error)
{
	switch (out->kind) {
	case EVEREST_RESET:
		return read_flag(payload, len, &out->flag, error);
	case EVEREST_HEARTBEAT:
		return read_count(payload, len, &out->count, error);
	case EVEREST_MODULES:
		return read_answer(payload, len, out, error);
	default:
		return read_nothing(payload, len, error);
	}
}

enum api_result everest_parse(const struct everest_topic *topic, const char *payload, size_t len,
			      struct everest_message *out, struct api_error *error)
{
	enum api_result result = API_TOO_LARGE;

	memset(error, 0, sizeof(*error));
	out->kind = topic->kind;
	memcpy(out->module, topic->module, sizeof(out->module));
	if (len <= API_PAYLOAD_MAX)
		result = read_payload(payload, len, out, error);
	else
		snprintf(error->expected, sizeof(error->expected), "at most %d octets", API_PAYLOAD_MAX);
	snprintf(error->name, sizeof(error->name), "%s", everest_kind_text(topic->kind));
	return result;
}
