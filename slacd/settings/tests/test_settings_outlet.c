/* SPDX-License-Identifier: Apache-2.0 */
/* What an outlet is told: by the profile, by the settings of all, and by those of its own. */
#include "slacd/settings/tests/settings_site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- profiles --- */

static void switches_follow_the_profile_and_each_can_be_set_on_its_own(void **state)
{
	(void)state;
	read_profile("{}");
	assert_true(settings.outlet.slac.any_ids);
	assert_int_equal(settings.outlet.pilot.init_retries, 0);
	assert_false(settings.outlet.pilot.nominal_needs_eim);
	read_profile("{\"slac\":{\"profile\":\"strict\"}}");
	assert_false(settings.outlet.slac.any_ids);
	assert_int_equal(settings.outlet.pilot.init_retries, 2);
	assert_true(settings.outlet.pilot.nominal_needs_eim);
	read_profile("{\"slac\":{\"any_ids\":true,\"profile\":\"strict\"},\"pilot\":{\"slac_init_retries\":1}}");
	assert_true(settings.outlet.slac.any_ids);
	assert_false(settings.outlet.slac.any_sound_counts);
	assert_int_equal(settings.outlet.pilot.init_retries, 1);
	read_profile("{\"slac\":{\"any_ids\":false}}");
	assert_false(settings.outlet.slac.any_ids);
	assert_true(settings.outlet.slac.any_sound_counts);
}

static void a_profile_leaves_alone_what_the_file_says(void **state)
{
	(void)state;
	read_profile("{\"mqtt\":{\"topics_to_station\":[\"x\",\"y\"]},\"slac\":{\"attn_rx_db\":" DB58
		     ",\"missing_profile\":3,"
		     "\"profile\":\"strict\",\"link_loss\":\"retry\"},\"pilot\":{\"nominal_current_a\":6}}");
	assert_int_equal(settings.topics_to_station.count, 2);
	assert_string_equal(settings.topics_to_station.topic[1].text, "y");
	assert_int_equal(settings.outlet.slac.attn_rx_db[57], -2);
	assert_int_equal(settings.outlet.slac.missing_profile_db, 3);
	assert_true(settings.outlet.pilot.pulse_on_link_loss);
	assert_int_equal(settings.outlet.pilot.nominal_current_da, 60);
}

static void every_switch_of_a_profile_is_a_setting_that_print_config_prints(void **state)
{
	static const char *const lines[] = {"\"any_sound_counts\": true",      "\"any_ids\": true",
					    "\"rematch_matched_ev\": true",    "\"listen_after_failure\": true",
					    "\"dc_listens_after_init\": true", "\"refuse_as_not_required\": true",
					    "\"slow_after_validation\": true", "\"any_forwarding_sta\": true",
					    "\"nominal_needs_eim\": false",    "\"slac_init_retries\": 0"};
	char *text;
	size_t len;

	(void)state;
	read_profile("{}");
	FILE *out = open_memstream(&text, &len);
	settings_print(&settings, out);
	fclose(out);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_non_null(strstr(text, lines[i]));
	free(text);
}

/* --- the configuration of one outlet --- */

static struct outlet_config outlet_of(const char *text, const char *evse_id, bool has_ac)
{
	struct outlet_config config;

	read_profile(text);
	settings_outlet_config(&settings, evse_id, has_ac, &config);
	return config;
}

/* TT_amp_map_exchange, 200 ms, runs from the link. */
static void an_outlet_with_an_amplitude_map_of_its_own_asks_for_the_link_more_often(void **state)
{
	(void)state;
	assert_int_equal(outlet_of("{}", "E1", true).modem.join_poll_max_ms, 500);
	assert_int_equal(outlet_of("{\"slac\":{\"amp_map\":true}}", "E1", true).modem.join_poll_max_ms, 200);
}

static void an_outlet_begins_with_the_defaults_of_its_parts(void **state)
{
	static const char *const texts[] = {"{}", "{\"slac\":{\"profile\":\"strict\"}}"};

	(void)state;
	for (size_t strict = 0; strict < 2; strict++) {
		const struct outlet_config config = outlet_of(texts[strict], "E1", true);
		struct outlet_config parts;
		memset(&parts, 0, sizeof(parts));
		slac_evse_defaults(&parts.slac, strict == 1);
		parts.slac.await_link = true; /* where the modem can tell */
		modem_defaults(&parts.modem, strict == 1);
		control_pilot_defaults(&parts.pilot, strict == 1);
		parts.pilot.has_ac = true;
		amp_map_defaults(&parts.amp_map);
		assert_memory_equal(&config.slac, &parts.slac, sizeof(parts.slac));
		assert_memory_equal(&config.modem, &parts.modem, sizeof(parts.modem));
		assert_memory_equal(&config.pilot, &parts.pilot, sizeof(parts.pilot));
		assert_memory_equal(&config.amp_map, &parts.amp_map, sizeof(parts.amp_map));
		assert_int_equal(config.pilot.request_timeout_ms, 2000);
		assert_int_equal(config.pilot.request_backoff_max_ms, 30000);
	}
}

static void an_outlet_without_ac_is_dc_only(void **state)
{
	(void)state;
	const struct outlet_config dc = outlet_of("{}", "E1", false);
	assert_true(dc.slac.dc_only);
	assert_false(dc.pilot.has_ac);
	const struct outlet_config ac = outlet_of("{}", "E1", true);
	assert_false(ac.slac.dc_only);
	assert_true(ac.pilot.has_ac);
}

static void a_link_that_is_not_asked_for_is_not_awaited(void **state)
{
	(void)state;
	assert_true(outlet_of("{\"modem\":{\"link_detection\":\"on\"}}", "E1", true).slac.await_link);
	assert_false(outlet_of("{\"modem\":{\"link_detection\":\"off\"}}", "E1", true).slac.await_link);
}

static void the_amplitude_map_keeps_the_times_of_matching(void **state)
{
	(void)state;
	const struct outlet_config config =
		outlet_of("{\"bench\":{\"tt_match_join_ms\":900,\"tt_match_response_ms\":90}}", "E1", true);
	assert_int_equal(config.amp_map.tt_match_response_ms, 90);
}

static void receive_path_is_one_value_or_58_and_an_outlet_may_have_its_own(void **state)
{
	static const char text[] = "{\"slac\":{\"attn_rx_db\":7},\"outlets\":{\"E1\":{\"attn_rx_db\":" DB58 "}}}";

	(void)state;
	const struct outlet_config other = outlet_of(text, "E2", true);
	assert_int_equal(other.slac.attn_rx_db[0], 7);
	assert_int_equal(other.slac.attn_rx_db[57], 7);
	const struct outlet_config own = outlet_of(text, "E1", true);
	assert_int_equal(own.slac.attn_rx_db[0], 1);
	assert_int_equal(own.slac.attn_rx_db[57], -2);
}

static void an_outlet_may_have_its_own_current_also_none(void **state)
{
	static const char text[] =
		"{\"pilot\":{\"nominal_current_a\":16.39},"
		"\"outlets\":{\"E1\":{\"nominal_current_a\":16.3},\"E2\":{\"nominal_current_a\":0}}}";

	(void)state;
	assert_int_equal(outlet_of(text, "E0", true).pilot.nominal_current_da, 163);
	assert_int_equal(outlet_of(text, "E1", true).pilot.nominal_current_da, 163);
	assert_int_equal(outlet_of(text, "E2", true).pilot.nominal_current_da, 0);
}

struct search {
	const char *what;
	size_t found;
};

static void compare_value(void *context, const char *what)
{
	struct search *search = context;

	search->found += strcmp(what, search->what) == 0;
}

static size_t count_tried(const char *what)
{
	struct search search = {.what = what};

	settings_each_outlet_value(compare_value, &search);
	return search.found;
}

static void each_kind_of_value_of_an_outlet_is_tried_once(void **state)
{
	static const char *const tried[] = {
		"slac.profile=strict",       "slac.amp_map=true",         "slac.tt_evse_slac_init_ms=50000",
		"slac.missing_profile=fail", "slac.missing_profile=0",    "slac.missing_profile=255",
		"pilot.nominal_current_a=0", "pilot.nominal_current_a=6", "pilot.nominal_current_a=80",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tried) / sizeof(tried[0]); i++) {
		if (count_tried(tried[i]) != 1)
			fail_msg("%s: tried %zu times", tried[i], count_tried(tried[i]));
	}
	assert_int_equal(count_tried("mqtt.port=0"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_value_of_an_outlet_is_tried_once),
		cmocka_unit_test_setup(switches_follow_the_profile_and_each_can_be_set_on_its_own, clear_environment),
		cmocka_unit_test_setup(a_profile_leaves_alone_what_the_file_says, clear_environment),
		cmocka_unit_test_setup(every_switch_of_a_profile_is_a_setting_that_print_config_prints,
				       clear_environment),
		cmocka_unit_test_setup(an_outlet_begins_with_the_defaults_of_its_parts, clear_environment),
		cmocka_unit_test_setup(an_outlet_with_an_amplitude_map_of_its_own_asks_for_the_link_more_often,
				       clear_environment),
		cmocka_unit_test_setup(an_outlet_without_ac_is_dc_only, clear_environment),
		cmocka_unit_test_setup(a_link_that_is_not_asked_for_is_not_awaited, clear_environment),
		cmocka_unit_test_setup(the_amplitude_map_keeps_the_times_of_matching, clear_environment),
		cmocka_unit_test_setup(receive_path_is_one_value_or_58_and_an_outlet_may_have_its_own,
				       clear_environment),
		cmocka_unit_test_setup(an_outlet_may_have_its_own_current_also_none, clear_environment),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
