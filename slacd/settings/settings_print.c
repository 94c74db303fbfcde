/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/settings/settings.h"

#include "slacd/settings/settings_table.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

static struct json_object *topics_json(const struct settings *settings)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < settings->topics_to_station_count; i++)
		json_object_array_add(array, json_object_new_string(settings->topics_to_station[i].text));
	return array;
}

static struct json_object *groups_json(const struct settings_groups *groups)
{
	char text[SETTINGS_GROUPS_TEXT_SIZE];

	if (strchr(settings_groups_text(groups, text), ',') == NULL)
		return json_object_new_int(groups->db[0]);
	struct json_object *array = json_object_new_array();
	for (size_t i = 0; i < SLAC_GROUPS; i++)
		json_object_array_add(array, json_object_new_int(groups->db[i]));
	return array;
}

static struct json_object *setting_json(const struct settings *settings, const struct setting *setting)
{
	char text[SETTINGS_TEXT_MAX];

	setting_format(settings, setting, text, sizeof(text));
	switch (setting->type) {
	case SETTING_UINT:
		return json_object_new_int64(atoll(text));
	case SETTING_BOOL:
		return json_object_new_boolean(strcmp(text, "true") == 0);
	case SETTING_CURRENT:
		return json_object_new_double_s(*(const double *)setting_value(settings, setting), text);
	case SETTING_TOPICS:
		return topics_json(settings);
	case SETTING_GROUPS:
		return groups_json(setting_value(settings, setting));
	case SETTING_FAIL_OR_DB:
		if (strcmp(text, "fail") != 0)
			return json_object_new_int64(atoll(text));
		break;
	case SETTING_TEXT:
	case SETTING_CHOICE:
		break;
	}
	return json_object_new_string(text);
}

static struct json_object *section_json(struct json_object *root, const char *section)
{
	struct json_object *object;

	if (!json_object_object_get_ex(root, section, &object)) {
		object = json_object_new_object();
		json_object_object_add(root, section, object);
	}
	return object;
}

static struct json_object *outlets_json(const struct settings *settings)
{
	struct json_object *outlets = json_object_new_object();

	for (size_t i = 0; i < settings->outlet_count; i++) {
		const struct settings_outlet *outlet = &settings->outlets[i];
		struct json_object *object = json_object_new_object();
		if (outlet->interface[0] != '\0')
			json_object_object_add(object, "interface", json_object_new_string(outlet->interface));
		if (outlet->nominal_current_a >= 0)
			json_object_object_add(object, "nominal_current_a",
					       json_object_new_double(outlet->nominal_current_a));
		if (outlet->has_attn_rx)
			json_object_object_add(object, "attn_rx_db", groups_json(&outlet->attn_rx));
		json_object_object_add(outlets, outlet->evse_id, object);
	}
	return outlets;
}

void settings_print(const struct settings *settings, FILE *out)
{
	struct json_object *root = json_object_new_object();

	for (size_t i = 0; i < settings_table_count; i++) {
		const struct setting *setting = &settings_table[i];
		if (strcmp(setting->name, "password") != 0)
			json_object_object_add(section_json(root, setting->section), setting->name,
					       setting_json(settings, setting));
	}
	json_object_object_add(root, "outlets", outlets_json(settings));
	fprintf(out, "%s\n",
		json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
							     JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(root);
}

void settings_print_help(FILE *out)
{
	for (size_t i = 0; i < settings_table_count; i++) {
		const struct setting *setting = &settings_table[i];
		char path[64];
		snprintf(path, sizeof(path), "%s.%s", setting->section, setting->name);
		fprintf(out, "  %-32s %s%s%s [%s%s%s%s%s]\n", path, setting->help, setting->choices != NULL ? ": " : "",
			setting->choices != NULL ? setting->choices : "",
			*setting->initial != '\0' ? setting->initial : "empty", *setting->unit != '\0' ? " " : "",
			setting->unit, setting->strict != NULL ? "; strict: " : "",
			setting->strict != NULL ? setting->strict : "");
	}
	fprintf(out, "  %-32s %s\n", "outlets.<evse_id>.interface", "instead of the station's network_interface");
	fprintf(out, "  %-32s %s\n", "outlets.<evse_id>.nominal_current_a", "instead of pilot.nominal_current_a");
	fprintf(out, "  %-32s %s\n", "outlets.<evse_id>.attn_rx_db", "instead of slac.attn_rx_db");
}
