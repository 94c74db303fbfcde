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

static const struct rule {
	const char *path;
	bool (*is_idle)(const struct outlet_config *config);
	const char *why;
} rules[] = {
	{"slac.rematch_from_basic", has_no_ac, "the outlet has no AC"},
	{"pilot.nominal_needs_eim", has_no_ac, "the outlet has no AC"},
	{"pilot.basic_charging_on_eim", has_no_ac, "the outlet has no AC"},
	{"pilot.nominal_current_a", has_no_ac, "the outlet has no AC"},
	{"slac.tt_fallback_ms", has_no_ac, "the outlet has no AC"},
	{"slac.dc_listens_after_init", has_ac, "the outlet has AC"},
	{"slac.refuse_as_not_required", does_not_refuse_validation, "slac.validation is not off"},
	{"slac.slow_after_validation", refuses_validation, "slac.validation is off"},
	{"slac.amp_map", asks_for_no_link, "modem.link_detection is off, so that nobody tells when the link is up"},
	{"modem.reset_after_key", has_a_standard_modem, "modem.family is standard: such a modem is never reset"},
	{"modem.reset_after_session", has_a_standard_modem, "modem.family is standard: such a modem is never reset"},
	{"modem.reset_after_session", resets_with_each_key, "modem.reset_after_key resets it with each key"},
};

/* Given, and to something: what is switched off is not missed. */
static bool is_wanted(const struct settings *settings, const char *path)
{
	const struct setting *setting = setting_find(path);

	return settings->given[setting - settings_table] &&
	       !octets_are_zero(setting_value(settings, setting), setting->size);
}

size_t settings_without_effect(const struct settings *settings, const char *evse_id, bool outlet_has_ac,
			       struct settings_idle out[SETTINGS_MAX])
{
	const struct settings_outlet *own = settings_outlet(settings, evse_id);
	struct outlet_config config;
	size_t count = 0;

	settings_outlet_config(settings, evse_id, outlet_has_ac, &config);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (is_wanted(settings, rules[i].path) && rules[i].is_idle(&config))
			out[count++] = (struct settings_idle){.path = rules[i].path, .why = rules[i].why};
	if (own != NULL && own->has_nominal_current && own->nominal_current_da != 0 && has_no_ac(&config))
		out[count++] = (struct settings_idle){.path = "outlets.<evse_id>.nominal_current_a",
						      .why = "the outlet has no AC"};
	return count;
}
