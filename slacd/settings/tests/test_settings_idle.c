/* SPDX-License-Identifier: Apache-2.0 */
/* Settings that a user has given and that do nothing for an outlet: each is named, and no other. */
#include "slacd/settings/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct settings settings;

static int begin(void **state)
{
	(void)state;
	settings_defaults(&settings, SETTINGS_FIELD);
	return 0;
}

static void give(const char *path, const char *value)
{
	char error[SETTINGS_ERROR_SIZE];

	if (!settings_set(&settings, path, value, "test", error))
		fail_msg("%s", error);
	settings_apply_profile(&settings);
}

/* The paths, separated by spaces. */
static void are_idle(bool has_ac, const char *expected)
{
	struct settings_idle idle[SETTINGS_MAX];
	const size_t count = settings_without_effect(&settings, "E1", has_ac, idle);
	char said[512] = "";

	for (size_t i = 0; i < count; i++) {
		snprintf(said + strlen(said), sizeof(said) - strlen(said), "%s%s", i > 0 ? " " : "", idle[i].path);
		assert_true(strlen(idle[i].why) > 0);
	}
	assert_string_equal(said, expected);
}

static void defaults_are_not_named(void **state)
{
	(void)state;
	for (int profile = SETTINGS_FIELD; profile <= SETTINGS_STRICT; profile++)
		for (int has_ac = 0; has_ac <= 1; has_ac++) {
			settings_defaults(&settings, (enum settings_profile)profile);
			are_idle(has_ac == 1, "");
		}
}

static void settings_of_the_pilot_are_idle_where_everest_owns_it(void **state)
{
	(void)state;
	give("pilot.step_f_ms", "4000");
	give("pilot.nominal_current_a", "16");
	give("pilot.slac_init_retries", "2");
	are_idle(true, "");
	give("mqtt.dialect", "everest");
	are_idle(true, "pilot.step_f_ms pilot.nominal_current_a");
	give("slac.validation", "off"); /* which it is */
	are_idle(true, "pilot.step_f_ms pilot.nominal_current_a");
	give("slac.validation", "on");
	are_idle(true, "pilot.step_f_ms pilot.nominal_current_a slac.validation");
}

/* A value that is 0 is a choice where the other one is as good, and is missed as any other. */
static void choices_of_the_pilot_are_idle_where_everest_owns_it(void **state)
{
	(void)state;
	give("pilot.hlc_at_start", "false");
	give("pilot.at_exit", "x1");
	give("slac.tt_fallback_ms", "0");
	are_idle(true, "");
	give("mqtt.dialect", "everest");
	are_idle(true, "pilot.hlc_at_start pilot.at_exit");
	give("pilot.hlc_at_start", "true");
	give("pilot.at_exit", "keep");
	are_idle(true, "pilot.hlc_at_start pilot.at_exit");
}

static void messages_of_the_other_dialect_are_idle_beside_everest(void **state)
{
	struct settings_outlet *outlet = settings_add_outlet(&settings, "E1");

	(void)state;
	outlet->has_nominal_current = true;
	outlet->nominal_current_da = 160;
	give("mqtt.topic_from_station", "a/b");
	give("mqtt.status_message", "slac_status");
	give("mqtt.status_extra", "true");
	give("mqtt.request_timeout_ms", "3000");
	are_idle(true, "");
	give("mqtt.status_message", "slac_service_status");
	give("mqtt.dialect", "everest");
	are_idle(true, "mqtt.request_timeout_ms mqtt.topic_from_station mqtt.status_message mqtt.status_extra "
		       "outlets.<evse_id>.nominal_current_a");
}

static void what_is_meant_for_everest_is_idle_beside_the_josev_api(void **state)
{
	struct settings_outlet *outlet = settings_add_outlet(&settings, "E1");

	(void)state;
	strcpy(outlet->everest_module, "slac_api_1");
	strcpy(settings_add_outlet(&settings, "E2")->everest_module, "slac_api_2");
	give("mqtt.everest_prefix", "site/");
	give("mqtt.everest_check_ends", "false");
	are_idle(true, "mqtt.everest_prefix mqtt.everest_check_ends outlets.<evse_id>.everest_module");
	outlet->everest_module[0] = '\0';
	are_idle(true, "mqtt.everest_prefix mqtt.everest_check_ends");
	give("mqtt.dialect", "everest");
	are_idle(true, "");
}

static void settings_for_basic_charging_are_idle_without_ac(void **state)
{
	(void)state;
	give("pilot.slac_init_retries", "2");
	give("pilot.step_f_ms", "4000");
	give("pilot.step_x1_hlc_ms", "3000");
	give("slac.rematch_from_basic", "true");
	give("pilot.nominal_needs_eim", "true");
	give("pilot.basic_charging_on_eim", "true");
	give("pilot.nominal_current_a", "16");
	give("pilot.step_x1_ms", "600");
	give("slac.tt_fallback_ms", "70000");
	are_idle(true, "");
	are_idle(false, "slac.rematch_from_basic pilot.nominal_needs_eim pilot.basic_charging_on_eim "
			"pilot.nominal_current_a pilot.step_x1_ms slac.tt_fallback_ms");
}

static void what_is_switched_off_is_not_missed(void **state)
{
	(void)state;
	give("pilot.slac_init_retries", "0");
	give("pilot.nominal_current_a", "0");
	give("pilot.nominal_needs_eim", "false");
	give("slac.rematch_from_basic", "false");
	give("slac.tt_fallback_ms", "0");
	are_idle(false, "");
}

/* In strict it holds at a nominal duty only. */
static void waiting_after_a_lost_link_is_idle_in_strict_without_ac(void **state)
{
	(void)state;
	give("slac.link_loss", "wait");
	are_idle(false, "");
	give("slac.profile", "strict");
	are_idle(true, "");
	are_idle(false, "slac.link_loss");
	give("slac.link_loss", "retry");
	are_idle(false, "");
}

static void members_that_a_status_always_has_are_not_added_to_it(void **state)
{
	(void)state;
	give("mqtt.status_extra", "true");
	are_idle(true, "mqtt.status_extra");
	give("mqtt.status_extra", "false");
	are_idle(true, "");
	give("mqtt.status_extra", "true");
	give("mqtt.status_message", "slac_status");
	are_idle(true, "");
}

/* Confirmed keys are not given a third time within modem.key_repeat_ms, however long that is. */
static void time_to_repeat_a_key_has_an_effect_above_that_of_a_response_as_well(void **state)
{
	(void)state;
	give("modem.response_ms", "500");
	give("modem.key_repeat_ms", "2000");
	are_idle(true, "");
}

static void current_of_the_outlet_itself_is_idle_without_ac(void **state)
{
	struct settings_outlet *outlet = settings_add_outlet(&settings, "E1");

	(void)state;
	outlet->has_nominal_current = true;
	outlet->nominal_current_da = 160;
	are_idle(true, "");
	are_idle(false, "outlets.<evse_id>.nominal_current_a");
	settings_defaults(&settings, SETTINGS_FIELD);
	outlet = settings_add_outlet(&settings, "E2");
	outlet->has_nominal_current = true;
	are_idle(false, "");
}

static void settings_for_dc_only_are_idle_with_ac(void **state)
{
	(void)state;
	give("slac.dc_listens_after_init", "true");
	are_idle(true, "slac.dc_listens_after_init");
	are_idle(false, "");
}

static void settings_for_another_way_of_validation_are_idle(void **state)
{
	(void)state;
	give("slac.refuse_as_not_required", "true");
	give("slac.slow_after_validation", "true");
	are_idle(true, "slac.refuse_as_not_required");
	give("slac.validation", "not_required");
	are_idle(true, "slac.refuse_as_not_required");
	give("slac.validation", "off");
	are_idle(true, "slac.slow_after_validation");
}

static void setting_that_needs_the_link_is_idle_where_it_is_not_asked_for(void **state)
{
	(void)state;
	give("slac.amp_map", "true");
	are_idle(true, "");
	give("modem.link_detection", "off");
	are_idle(true, "slac.amp_map");
}

static void settings_for_resets_are_idle_where_there_are_none(void **state)
{
	(void)state;
	give("modem.reset_after_session", "true");
	are_idle(true, "");
	give("modem.reset_after_key", "true");
	are_idle(true, "modem.reset_after_session");
	give("modem.family", "standard");
	are_idle(true, "modem.reset_after_key modem.reset_after_session");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(defaults_are_not_named, begin),
		cmocka_unit_test_setup(settings_of_the_pilot_are_idle_where_everest_owns_it, begin),
		cmocka_unit_test_setup(choices_of_the_pilot_are_idle_where_everest_owns_it, begin),
		cmocka_unit_test_setup(messages_of_the_other_dialect_are_idle_beside_everest, begin),
		cmocka_unit_test_setup(what_is_meant_for_everest_is_idle_beside_the_josev_api, begin),
		cmocka_unit_test_setup(settings_for_basic_charging_are_idle_without_ac, begin),
		cmocka_unit_test_setup(what_is_switched_off_is_not_missed, begin),
		cmocka_unit_test_setup(waiting_after_a_lost_link_is_idle_in_strict_without_ac, begin),
		cmocka_unit_test_setup(members_that_a_status_always_has_are_not_added_to_it, begin),
		cmocka_unit_test_setup(time_to_repeat_a_key_has_an_effect_above_that_of_a_response_as_well, begin),
		cmocka_unit_test_setup(current_of_the_outlet_itself_is_idle_without_ac, begin),
		cmocka_unit_test_setup(settings_for_dc_only_are_idle_with_ac, begin),
		cmocka_unit_test_setup(settings_for_another_way_of_validation_are_idle, begin),
		cmocka_unit_test_setup(setting_that_needs_the_link_is_idle_where_it_is_not_asked_for, begin),
		cmocka_unit_test_setup(settings_for_resets_are_idle_where_there_are_none, begin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
