/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/settings/settings.h"

#include "slacd/settings/settings_table.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

static struct json_object *texts_json(const struct settings_text *texts, size_t count)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < count; i++)
		json_object_array_add(array, json_object_new_string(texts[i].text));
	return array;
}

static struct json_object *topics_json(const struct settings_topics *topics)
{
	return texts_json(topics->topic, topics->count);
}

static struct json_object *interfaces_json(const struct settings_interfaces *interfaces)
{
	return interfaces->is_listed ? texts_json(interfaces->pattern, interfaces->count)
				     : json_object_new_string("auto");
}

static struct json_object *groups_json(const int16_t db[SLAC_GROUPS])
{
	bool alike = true;

	for (size_t i = 1; i < SLAC_GROUPS; i++)
		alike = alike && db[i] == db[0];
	if (alike)
		return json_object_new_int(db[0]);
	struct json_object *array = json_object_new_array();
	for (size_t i = 0; i < SLAC_GROUPS; i++)
		json_object_array_add(array, json_object_new_int(db[i]));
	return array;
}

static struct json_object *current_json(uint32_t current_da)
{
	char text[16];

	snprintf(text, sizeof(text), "%g", current_da / 10.0);
	return json_object_new_double_s(current_da / 10.0, text);
}

static struct json_object *setting_json(const struct settings *settings, const struct setting *setting)
{
	const void *value = setting_value(settings, setting);
	char text[SETTING_FORMAT_SIZE];

	switch (setting->type) {
	case SETTING_WHOLE:
		return json_object_new_int64(setting_number(settings, setting));
	case SETTING_BOOL:
		return json_object_new_boolean(*(const bool *)value);
	case SETTING_CURRENT:
		return current_json(setting_number(settings, setting));
	case SETTING_TOPICS:
		return topics_json(value);
	case SETTING_INTERFACES:
		return interfaces_json(value);
	case SETTING_GROUPS:
		return groups_json(value);
	case SETTING_FAIL_OR_DB:
		if (*(const int *)value >= 0)
			return json_object_new_int(*(const int *)value);
		break;
	case SETTING_TEXT:
	case SETTING_TOPIC:
	case SETTING_CHOICE:
		break;
	}
	return json_object_new_string(setting_format(settings, setting, text));
}

static struct json_object *section_of(struct json_object *root, const char *section)
{
	struct json_object *object;

	if (!json_object_object_get_ex(root, section, &object)) {
		object = json_object_new_object();
		json_object_object_add(root, section, object);
	}
	return object;
}

static void add_setting(struct json_object *root, const struct settings *settings, const struct setting *setting)
{
	const char *dot = strchr(setting->path, '.');
	char section[SETTINGS_NAME_MAX];

	snprintf(section, sizeof(section), "%.*s", (int)(dot - setting->path), setting->path);
	struct json_object *object = section_of(root, section);
	json_object_object_add(object, dot + 1, setting_json(settings, setting));
}

static bool is_secret(const struct setting *setting)
{
	return strcmp(setting->path, "mqtt.password") == 0;
}

void settings_print_given(const struct settings *settings, char *out, size_t size)
{
	size_t len = 0;

	*out = '\0';
	for (size_t i = 0; i < settings_table_count && len < size; i++)
		if (settings->given[i] && !is_secret(&settings_table[i]))
			len += (size_t)snprintf(out + len, size - len, "%s%s", len == 0 ? "" : ",",
						settings_table[i].path);
}

static void add_outlets(struct json_object *outlets, const struct settings *settings)
{
	for (size_t i = 0; i < settings->outlet_count; i++) {
		const struct settings_outlet *outlet = &settings->outlets[i];
		struct json_object *object = json_object_new_object();
		if (outlet->interface[0] != '\0')
			json_object_object_add(object, "interface", json_object_new_string(outlet->interface));
		if (outlet->everest_module[0] != '\0')
			json_object_object_add(object, "everest_module",
					       json_object_new_string(outlet->everest_module));
		if (outlet->has_nominal_current)
			json_object_object_add(object, "nominal_current_a", current_json(outlet->nominal_current_da));
		if (outlet->has_attn_rx)
			json_object_object_add(object, "attn_rx_db", groups_json(outlet->attn_rx_db));
		json_object_object_add(outlets, outlet->evse_id, object);
	}
}

void settings_print(const struct settings *settings, FILE *out)
{
	struct json_object *root = json_object_new_object();

	for (size_t i = 0; i < settings_table_count; i++) {
		const struct setting *setting = &settings_table[i];
		if (!is_secret(setting) && (settings->given[i] || !setting_is_for_benches(setting)))
			add_setting(root, settings, setting);
	}
	add_outlets(section_of(root, "outlets"), settings);
	fprintf(out, "%s\n",
		json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
							     JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(root);
}

static void print_choices(const struct setting *setting, FILE *out)
{
	for (size_t i = 0; setting->choices != NULL && setting->choices[i] != NULL; i++)
		fprintf(out, "%s%s", i == 0 ? ": " : "|", setting->choices[i]);
}

static void print_defaults(const struct setting *setting, FILE *out)
{
	char field[SETTING_FORMAT_SIZE];
	char strict[SETTING_FORMAT_SIZE];
	const bool differ = setting_format_defaults(setting, field, strict);

	fprintf(out, " [%s", *field != '\0' ? field : "empty");
	if (setting->unit != NULL)
		fprintf(out, " %s", setting->unit);
	if (differ)
		fprintf(out, "; strict: %s", strict);
	fprintf(out, "]\n");
}

static void print_settings(bool for_benches, FILE *out)
{
	for (size_t i = 0; i < settings_table_count; i++) {
		const struct setting *setting = &settings_table[i];
		if (setting_is_for_benches(setting) != for_benches)
			continue;
		fprintf(out, "  %-32s %s", setting->path, setting->help);
		print_choices(setting, out);
		print_defaults(setting, out);
	}
}

void settings_print_help(FILE *out)
{
	print_settings(false, out);
	fprintf(out, "  %-32s %s\n", "outlets.<evse_id>.interface", "instead of the station's network_interface");
	fprintf(out, "  %-32s %s\n", "outlets.<evse_id>.everest_module",
		"id of EVerest's slac_API module of this outlet; one may be left out, and is found by asking");
	fprintf(out, "  %-32s %s\n", "outlets.<evse_id>.nominal_current_a", "instead of pilot.nominal_current_a");
	fprintf(out, "  %-32s %s\n", "outlets.<evse_id>.attn_rx_db", "instead of slac.attn_rx_db");
	fprintf(out, "\nFor benches and tests only, warned about at every start:\n");
	print_settings(true, out);
}
