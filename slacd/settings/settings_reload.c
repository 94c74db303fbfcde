/* SPDX-License-Identifier: Apache-2.0 */
/* What of a configuration that was read again can be used without a restart. */
#include "slacd/settings/settings_table.h"

#include <string.h>

/* Settings that nothing has kept a copy of, or of which each outlet takes a new one when no vehicle is there. */
static bool is_live(const struct setting *setting)
{
	static const char *const begins[] = {"service.log_level", "slac.", "pilot.", "bench.tt_", "bench.amp_map_"};

	if (strcmp(setting->path, "pilot.hlc_at_start") == 0) /* the outlets have started */
		return false;
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (strncmp(setting->path, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

static bool same_topics(const struct settings_topics *a, const struct settings_topics *b)
{
	bool same = a->count == b->count;

	for (size_t i = 0; same && i < a->count; i++)
		same = strcmp(a->topic[i].text, b->topic[i].text) == 0;
	return same;
}

static bool is_same(const struct settings *a, const struct settings *b, const struct setting *setting)
{
	const void *left = setting_value(a, setting);
	const void *right = setting_value(b, setting);

	/* What stands behind the end of a text means nothing. */
	if (setting->type == SETTING_TEXT || setting->type == SETTING_TOPIC)
		return strcmp(((const struct settings_text *)left)->text,
			      ((const struct settings_text *)right)->text) == 0;
	if (setting->type == SETTING_TOPICS)
		return same_topics(left, right);
	return memcmp(left, right, setting->size) == 0;
}

static void tell_outlet(const char *evse_id, const char *name, bool live, settings_told *told, void *context)
{
	char path[SETTINGS_NAME_MAX + API_EVSE_ID_MAX];

	snprintf(path, sizeof(path), "outlets.%s.%s", evse_id, name);
	told(context, path, live);
}

static bool same_current(const struct settings_outlet *a, const struct settings_outlet *b)
{
	return a->has_nominal_current == b->has_nominal_current && a->nominal_current_da == b->nominal_current_da;
}

static bool same_receive_path(const struct settings_outlet *a, const struct settings_outlet *b)
{
	return a->has_attn_rx == b->has_attn_rx && memcmp(a->attn_rx_db, b->attn_rx_db, sizeof(a->attn_rx_db)) == 0;
}

/* Makes *outlet what the fresh file says of it, but for its interface and its module of EVerest. */
static void take_outlet(struct settings_outlet *outlet, const struct settings_outlet *fresh, settings_told *told,
			void *context)
{
	const struct settings_outlet before = *outlet;

	*outlet = *fresh;
	memcpy(outlet->interface, before.interface, sizeof(outlet->interface));
	if (strcmp(before.interface, fresh->interface) != 0)
		tell_outlet(fresh->evse_id, "interface", false, told, context);
	memcpy(outlet->everest_module, before.everest_module, sizeof(outlet->everest_module));
	if (strcmp(before.everest_module, fresh->everest_module) != 0)
		tell_outlet(fresh->evse_id, "everest_module", false, told, context);
	if (!same_current(&before, fresh))
		tell_outlet(fresh->evse_id, "nominal_current_a", true, told, context);
	if (!same_receive_path(&before, fresh))
		tell_outlet(fresh->evse_id, "attn_rx_db", true, told, context);
}

static struct settings_outlet nothing_said_of(const char *evse_id)
{
	struct settings_outlet outlet = {0};

	snprintf(outlet.evse_id, sizeof(outlet.evse_id), "%s", evse_id);
	return outlet;
}

/* An outlet that either file names is in the list. Where there is no more room, a new one waits for the restart. */
static void take_outlets(struct settings *settings, const struct settings *fresh, settings_told *told, void *context)
{
	for (size_t i = 0; i < settings->outlet_count; i++) {
		struct settings_outlet *outlet = &settings->outlets[i];
		const struct settings_outlet *now = settings_outlet(fresh, outlet->evse_id);
		const struct settings_outlet nothing = nothing_said_of(outlet->evse_id);
		take_outlet(outlet, now != NULL ? now : &nothing, told, context);
	}
	for (size_t i = 0; i < fresh->outlet_count; i++) {
		const struct settings_outlet *now = &fresh->outlets[i];
		if (settings_outlet(settings, now->evse_id) != NULL)
			continue;
		struct settings_outlet *outlet = settings_add_outlet(settings, now->evse_id);
		if (outlet != NULL)
			take_outlet(outlet, now, told, context);
		else
			tell_outlet(now->evse_id, "*", false, told, context);
	}
}

void settings_take_live(struct settings *settings, const struct settings *fresh, settings_told *told, void *context)
{
	for (size_t i = 0; i < settings_table_count; i++) {
		const struct setting *setting = &settings_table[i];
		const bool live = is_live(setting);
		if (!is_same(settings, fresh, setting))
			told(context, setting->path, live);
		if (!live)
			continue;
		memcpy((char *)settings + setting->offset, setting_value(fresh, setting), setting->size);
		settings->given[i] = fresh->given[i];
	}
	take_outlets(settings, fresh, told, context);
}
