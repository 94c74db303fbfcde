/* SPDX-License-Identifier: Apache-2.0 */
/* Settings that the user has given and that do nothing for an outlet. */
#include "slacd/settings/settings_table.h"

#include <string.h>

static bool has_no_ac(const struct outlet_config *config)
{
	return !config->pilot.has_ac;
}

static bool has_ac(const struct outlet_config *config)
{
	return config->pilot.has_ac;
}

static bool has_no_pilot(const struct outlet_config *config)
{
	return config->pilot.is_elsewhere;
}

static bool does_not_refuse_validation(const struct outlet_config *config)
{
	return config->slac.validation != SLAC_VALIDATION_OFF;
}

static bool refuses_validation(const struct outlet_config *config)
{
	return config->slac.validation == SLAC_VALIDATION_OFF;
}

static bool asks_for_no_link(const struct outlet_config *config)
{
	return config->modem.link_detection == MODEM_LINK_OFF;
}

static bool has_a_standard_modem(const struct outlet_config *config)
{
	return config->modem.family == MODEM_STANDARD;
}

static bool resets_with_each_key(const struct outlet_config *config)
{
	return config->modem.reset_after_key && !has_a_standard_modem(config);
}

#define EVEREST_OWNS_IT     "mqtt.dialect is everest: EVerest owns the pilot"
#define FOR_EVEREST_ONLY    "mqtt.dialect is josev, and not everest"
#define EVEREST_HAS_ITS_OWN "mqtt.dialect is everest: it has messages and topics of its own"

static const struct rule {
	const char *path;
	bool (*is_idle)(const struct outlet_config *config);
	const char *why;
} rules[] = {
	{"slac.rematch_from_basic", has_no_ac, "the outlet has no AC"},
	{"pilot.nominal_needs_eim", has_no_ac, "the outlet has no AC"},
	{"pilot.basic_charging_on_eim", has_no_ac, "the outlet has no AC"},
	{"pilot.nominal_current_a", has_no_ac, "the outlet has no AC"},
	{"pilot.step_x1_ms", has_no_ac, "the outlet has no AC"},
	{"slac.tt_fallback_ms", has_no_ac, "the outlet has no AC"},
	{"pilot.step_f_ms", has_no_pilot, EVEREST_OWNS_IT},
	{"pilot.step_x1_ms", has_no_pilot, EVEREST_OWNS_IT},
	{"pilot.step_x1_hlc_ms", has_no_pilot, EVEREST_OWNS_IT},
	{"pilot.nominal_needs_eim", has_no_pilot, EVEREST_OWNS_IT},
	{"pilot.basic_charging_on_eim", has_no_pilot, EVEREST_OWNS_IT},
	{"pilot.nominal_current_a", has_no_pilot, EVEREST_OWNS_IT},
	{"slac.rematch_from_basic", has_no_pilot, EVEREST_OWNS_IT},
	{"slac.dc_listens_after_init", has_ac, "the outlet has AC"},
	{"slac.refuse_as_not_required", does_not_refuse_validation, "slac.validation is not off"},
	{"slac.slow_after_validation", refuses_validation, "slac.validation is off"},
	{"slac.amp_map", asks_for_no_link, "modem.link_detection is off, so that nobody tells when the link is up"},
	{"modem.reset_after_key", has_a_standard_modem, "modem.family is standard: such a modem is never reset"},
	{"modem.reset_after_session", has_a_standard_modem, "modem.family is standard: such a modem is never reset"},
	{"modem.reset_after_session", resets_with_each_key, "modem.reset_after_key resets it with each key"},
};

static bool is_given(const struct settings *settings, const char *path)
{
	return settings->given[setting_find(path) - settings_table];
}

/* Given, and to something: what is switched off is not missed. */
static bool is_wanted(const struct settings *settings, const char *path)
{
	const struct setting *setting = setting_find(path);

	return is_given(settings, path) && !octets_are_zero(setting_value(settings, setting), setting->size);
}

/* A list of settings_without_effect while it is made. */
struct list {
	struct settings_idle *items;
	size_t count;
};

static void add(struct list *list, const char *path, const char *why)
{
	list->items[list->count++] = (struct settings_idle){.path = path, .why = why};
}

/* "wait" is the choice that a zero stands for: it is missed as any other. */
static bool waits_in_vain(const struct settings *settings, const struct outlet_config *config)
{
	const bool waits = !config->pilot.pulse_on_link_loss;

	return is_given(settings, "slac.link_loss") && waits && config->pilot.pulse_unless_nominal && has_no_ac(config);
}

/* These, too, are choices of which either is as good as the other, whatever the zero stands for. */
static void add_choices_beside_everest(struct list *list, const struct settings *settings)
{
	static const struct {
		const char *path;
		const char *why;
	} choices[] = {
		{"pilot.hlc_at_start", EVEREST_OWNS_IT},           {"pilot.at_exit", EVEREST_OWNS_IT},
		{"mqtt.request_timeout_ms", EVEREST_OWNS_IT},      {"mqtt.request_backoff_max_ms", EVEREST_OWNS_IT},
		{"mqtt.topics_to_station", EVEREST_HAS_ITS_OWN},   {"mqtt.topic_from_station", EVEREST_HAS_ITS_OWN},
		{"mqtt.topic_from_iso15118", EVEREST_HAS_ITS_OWN}, {"mqtt.topics_from_services", EVEREST_HAS_ITS_OWN},
		{"mqtt.status_message", EVEREST_HAS_ITS_OWN},      {"mqtt.status_extra", EVEREST_HAS_ITS_OWN},
		{"mqtt.reset_message", EVEREST_HAS_ITS_OWN},
	};

	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
		if (is_given(settings, choices[i].path))
			add(list, choices[i].path, choices[i].why);
}

static bool has_a_current_of_its_own(const struct settings *settings, const char *evse_id)
{
	const struct settings_outlet *own = settings_outlet(settings, evse_id);

	return own != NULL && own->has_nominal_current && own->nominal_current_da != 0;
}

/* The other way round: what is meant for EVerest, while the station is spoken to. */
static void add_choices_of_everest(struct list *list, const struct settings *settings, const char *evse_id)
{
	static const char *const paths[] = {"mqtt.everest_prefix", "mqtt.everest_heartbeat_ms", "mqtt.everest_check_s",
					    "mqtt.everest_matching_at", "mqtt.everest_check_ends"};
	const struct settings_outlet *own = settings_outlet(settings, evse_id);

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (is_given(settings, paths[i]))
			add(list, paths[i], FOR_EVEREST_ONLY);
	if (own != NULL && own->everest_module[0] != '\0')
		add(list, "outlets.<evse_id>.everest_module", FOR_EVEREST_ONLY);
}

static bool validates_in_vain(const struct settings *settings, const struct outlet_config *config)
{
	return has_no_pilot(config) && is_given(settings, "slac.validation") &&
	       settings->outlet.slac.validation != config->slac.validation;
}

size_t settings_without_effect(const struct settings *settings, const char *evse_id, bool outlet_has_ac,
			       struct settings_idle out[SETTINGS_MAX])
{
	struct list list = {.items = out};
	struct outlet_config config;

	settings_outlet_config(settings, evse_id, outlet_has_ac, &config);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (is_wanted(settings, rules[i].path) && rules[i].is_idle(&config))
			add(&list, rules[i].path, rules[i].why);
	if (has_no_pilot(&config))
		add_choices_beside_everest(&list, settings);
	else
		add_choices_of_everest(&list, settings, evse_id);
	if (validates_in_vain(settings, &config))
		add(&list, "slac.validation", "mqtt.dialect is everest: nobody tells of B-C-B toggles");
	if (waits_in_vain(settings, &config))
		add(&list, "slac.link_loss",
		    "the outlet has no AC: with slac.profile strict wait holds at a nominal duty only");
	if (!has_no_pilot(&config) && is_wanted(settings, "mqtt.status_extra") &&
	    settings->status_message == API_NAME_SLAC_SERVICE_STATUS)
		add(&list, "mqtt.status_extra", "mqtt.status_message is slac_service_status, which always has them");
	if (has_a_current_of_its_own(settings, evse_id) && (has_no_ac(&config) || has_no_pilot(&config)))
		add(&list, "outlets.<evse_id>.nominal_current_a",
		    has_no_pilot(&config) ? EVEREST_OWNS_IT : "the outlet has no AC");
	return list.count;
}
