/* SPDX-License-Identifier: Apache-2.0 */
/* What slacd makes of the messages it reads, the right ones and the wrong ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first. */
#include <cmocka.h>

#include "messages.h"
#include "mqtt/api.h"

static struct api_message message;
static struct api_error error;

static enum api_result parse(const char *payload)
{
	return api_parse(payload, strlen(payload), &message, &error);
}

/* Parses `valid` with its first `from` replaced by `to`. */
static enum api_result parse_changed(const char *valid, const char *from, const char *to)
{
	static char changed[4096];
	const char *at = strstr(valid, from);

	assert_non_null(at);
	snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - valid), valid, to, at + strlen(from));
	return parse(changed);
}

/* --- each message --- */

static void service_status_request_for_slac_is_read(void **state)
{
	(void)state;
	assert_int_equal(parse(SERVICE_STATUS_REQUEST), API_OK);
	assert_int_equal(message.kind, API_SERVICE_STATUS);
	assert_int_equal(message.type, API_REQUEST);
	assert_string_equal(message.id, MESSAGE_ID);
}

static void service_status_request_for_another_service_is_ignored(void **state)
{
	(void)state;
	assert_int_equal(parse_changed(SERVICE_STATUS_REQUEST, "\"slac\"", "\"iso15118\""), API_IGNORED);
}

static void cs_parameters_response_and_update_are_read(void **state)
{
	const struct api_parameters *p = &message.data.parameters;

	(void)state;
	assert_int_equal(parse(PARAMETERS_RESPONSE), API_OK);
	assert_int_equal(message.kind, API_CS_PARAMETERS);
	assert_int_equal(p->count, 2);
	assert_string_equal(p->evses[0].evse_id, EVSE_1);
	assert_string_equal(p->evses[0].network_interface, "eth1");
	assert_true(p->evses[0].supports_eim);
	assert_true(p->evses[0].has_ac && !p->evses[0].has_dc);
	assert_false(p->evses[1].supports_eim);
	assert_true(!p->evses[1].has_ac && p->evses[1].has_dc);
	assert_int_equal(parse_changed(PARAMETERS_RESPONSE, "response", "update"), API_OK);
	assert_int_equal(message.type, API_UPDATE);
}

static void every_service_of_a_connector_counts(void **state)
{
	static const struct {
		const char *services;
		bool ac;
		bool dc;
	} cases[] = {
		{"{\"ac\":{}}", true, false},	       {"{\"ac_bpt\":{}}", true, false},
		{"{\"dc\":{}}", false, true},	       {"{\"dc_bpt\":{}}", false, true},
		{"{\"ac\":{},\"dc\":{}}", true, true}, {"{}", false, false},
		{"{\"ac\":null}", false, false},       {"{\"inductive\":5}", false, false},
	};
	char text[512];
	struct api_parameters p;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(text, sizeof(text),
			 "{\"parameters\":[{\"evse_id\":\"E\",\"supports_eim\":true,\"network_interface\":"
			 "\"e\","
			 "\"connectors\":[{\"services\":%s}]}]}",
			 cases[i].services);
		assert_int_equal(api_parse_parameters_data(text, strlen(text), &p, &error), API_OK);
		assert_int_equal(p.evses[0].has_ac, cases[i].ac);
		assert_int_equal(p.evses[0].has_dc, cases[i].dc);
	}
}

static void cs_status_and_limits_response_and_update_are_read(void **state)
{
	const struct api_limits *l = &message.data.limits;

	(void)state;
	assert_int_equal(parse(LIMITS_RESPONSE), API_OK);
	assert_int_equal(message.kind, API_CS_STATUS_AND_LIMITS);
	assert_int_equal(l->count, 2);
	assert_int_equal(l->evses[0].status_code, API_EVSE_READY);
	assert_true(l->evses[0].has_ac);
	assert_true(l->evses[0].max_current_a[0] == 16 && l->evses[0].max_current_a[1] == 15.5 &&
		    l->evses[0].max_current_a[2] == 0);
	assert_true(l->evses[0].nominal_voltage_v == 230);
	assert_false(l->evses[0].rcd_error);
	assert_int_equal(l->evses[1].status_code, API_EVSE_MALFUNCTION);
	assert_false(l->evses[1].has_ac);
	assert_int_equal(parse_changed(LIMITS_RESPONSE, "response", "update"), API_OK);
}

static void phases_that_are_absent_are_not_connected(void **state)
{
	(void)state;
	assert_int_equal(parse_changed(LIMITS_RESPONSE, ",\"l2\":15.5,\"l3\":null", ""), API_OK);
	assert_true(message.data.limits.evses[0].max_current_a[0] == 16);
	assert_true(message.data.limits.evses[0].max_current_a[1] == 0);
	assert_true(message.data.limits.evses[0].max_current_a[2] == 0);
}

static void cp_pwm_response_is_read(void **state)
{
	(void)state;
	assert_int_equal(parse(CP_PWM_RESPONSE), API_OK);
	assert_int_equal(message.kind, API_CP_PWM);
	assert_string_equal(message.data.cp_pwm.evse_id, EVSE_1);
	assert_int_equal(message.data.cp_pwm.status, API_CP_PWM_INVALID);
	assert_string_equal(message.data.cp_pwm.info, "too high");
	assert_int_equal(parse_changed(CP_PWM_RESPONSE, ",\"info\":\"too high\"", ""), API_OK);
	assert_string_equal(message.data.cp_pwm.info, "");
}

static void long_info_is_cut_between_characters(void **state)
{
	char info[400] = "x";

	(void)state;
	for (int i = 0; i < 90; i++)
		strcat(info, "\xc3\xa4");
	assert_int_equal(parse_changed(CP_PWM_RESPONSE, "too high", info), API_OK);
	assert_int_equal(strlen(message.data.cp_pwm.info), API_INFO_MAX - 1);
	info[0] = 'x';
	memmove(info + 2, info + 1, strlen(info + 1) + 1);
	info[1] = 'x';
	assert_int_equal(parse_changed(CP_PWM_RESPONSE, "too high", info), API_OK);
	assert_int_equal(strlen(message.data.cp_pwm.info), API_INFO_MAX - 2);
}

static void cp_status_is_read(void **state)
{
	const struct api_cp_status *cp = &message.data.cp_status;

	(void)state;
	assert_int_equal(parse(CP_STATUS_UPDATE), API_OK);
	assert_int_equal(message.kind, API_CP_STATUS);
	assert_string_equal(cp->evse_id, EVSE_1);
	assert_string_equal(cp->connector_id, "1");
	assert_int_equal(cp->state, API_CP_B2);
	assert_true(cp->has_max_voltage && cp->max_voltage_v == 9.1);
	assert_true(cp->has_min_voltage && cp->min_voltage_v == -11.9);
	assert_true(cp->has_duty_cycle && cp->duty_cycle_percent == 5);
}

static void cp_status_needs_no_measurements(void **state)
{
	(void)state;
	assert_int_equal(
		parse(ENVELOPE(
			"cp_status", "update",
			"{\"evse_id\":\"E\",\"connector_id\":7,\"state\":\"A1\",\"duty_cycle\":null}")),
		API_OK);
	assert_string_equal(message.data.cp_status.connector_id, "7");
	assert_false(message.data.cp_status.has_max_voltage || message.data.cp_status.has_min_voltage ||
		     message.data.cp_status.has_duty_cycle);
}

static void every_pilot_state_has_its_text(void **state)
{
	static const char *const texts[] = {"A1", "A2", "B1", "B2", "C1", "C2", "D1", "D2", "E", "F"};
	char quoted[8];

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		snprintf(quoted, sizeof(quoted), "\"%s\"", texts[i]);
		assert_int_equal(parse_changed(CP_STATUS_UPDATE, "\"B2\"", quoted), API_OK);
		assert_int_equal(message.data.cp_status.state, i);
		assert_string_equal(api_cp_state_text(message.data.cp_status.state), texts[i]);
	}
}

static void slac_data_link_is_read(void **state)
{
	(void)state;
	assert_int_equal(parse(DATA_LINK_UPDATE), API_OK);
	assert_int_equal(message.kind, API_SLAC_DATA_LINK);
	assert_string_equal(message.data.data_link.evse_id, EVSE_1);
	assert_int_equal(message.data.data_link.action, API_DATA_LINK_PAUSE);
	assert_int_equal(parse_changed(DATA_LINK_UPDATE, "pause", "terminate"), API_OK);
	assert_int_equal(message.data.data_link.action, API_DATA_LINK_TERMINATE);
	assert_int_equal(parse_changed(DATA_LINK_UPDATE, "pause", "resume"), API_OK);
	assert_int_equal(message.data.data_link.action, API_DATA_LINK_RESUME);
}

static void requests_about_one_outlet_are_read(void **state)
{
	(void)state;
	assert_int_equal(parse(LINK_STATUS_REQUEST), API_OK);
	assert_int_equal(message.kind, API_SLAC_LINK_STATUS);
	assert_string_equal(message.data.request.evse_id, EVSE_1);
	assert_int_equal(parse(NETWORK_INFO_REQUEST), API_OK);
	assert_int_equal(message.kind, API_SLAC_NETWORK_INFO);
	assert_string_equal(message.data.request.evse_id, EVSE_1);
}

static void hlc_charging_is_read(void **state)
{
	(void)state;
	assert_int_equal(parse(HLC_CHARGING_UPDATE), API_OK);
	assert_int_equal(message.kind, API_HLC_CHARGING);
	assert_true(message.data.hlc_charging.active);
	assert_int_equal(parse_changed(HLC_CHARGING_UPDATE, "true", "false"), API_OK);
	assert_false(message.data.hlc_charging.active);
}

static void reset_is_for_one_outlet_or_for_all(void **state)
{
	(void)state;
	assert_int_equal(parse(RESET_REQUEST), API_OK);
	assert_int_equal(message.kind, API_RESET);
	assert_string_equal(message.data.request.evse_id, EVSE_1);
	assert_int_equal(parse(ENVELOPE("reset", "request", "{}")), API_OK);
	assert_string_equal(message.data.request.evse_id, "");
}

/* --- refused members --- */

struct wrong {
	const char *valid;
	const char *from;
	const char *to;
	const char *member;
};

static void assert_refused(const struct wrong *w)
{
	struct api_message before;

	memset(&message, 0x5a, sizeof(message));
	before = message;
	if (parse_changed(w->valid, w->from, w->to) != API_INVALID || strcmp(error.member, w->member) != 0)
		fail_msg("%s -> %s: got member '%s', expected '%s'", w->from, w->to, error.member, w->member);
	assert_true(error.name[0] && error.expected[0]);
	/* A refused message changes nothing. */
	assert_memory_equal(&message, &before, sizeof(message));
}

static void wrong_members_of_the_envelope_are_named(void **state)
{
	static const struct wrong cases[] = {
		{CP_STATUS_UPDATE, "\"" MESSAGE_ID "\"", "5", "id"},
		{CP_STATUS_UPDATE, "\"" MESSAGE_ID "\"", "\"\"", "id"},
		{CP_STATUS_UPDATE, "\"id\":", "\"ID\":", "id"},
		{CP_STATUS_UPDATE, "\"update\"", "\"event\"", "type"},
		{CP_STATUS_UPDATE, "\"update\"", "\"update\\u0000\"", "type"},
		{CP_STATUS_UPDATE, "\"update\"", "null", "type"},
		{CP_STATUS_UPDATE, "\"type\":", "\"kind\":", "type"},
		{CP_STATUS_UPDATE, "\"data\":", "\"payload\":", "data"},
		{CP_STATUS_UPDATE, "\"data\":", "\"data\":[],\"x\":", "data"},
		{SERVICE_STATUS_REQUEST, "\"slac\"", "[]", "data.service"},
		{SERVICE_STATUS_REQUEST, "\"service\"", "\"Service\"", "data.service"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(&cases[i]);
}

static void wrong_members_of_cs_parameters_are_named(void **state)
{
	static const struct wrong cases[] = {
		{PARAMETERS_RESPONSE, "\"parameters\":", "\"evses\":", "data.parameters"},
		{PARAMETERS_RESPONSE, "\"parameters\":[", "\"parameters\":{},\"x\":[", "data.parameters"},
		{PARAMETERS_RESPONSE, "\"parameters\":[", "\"parameters\":[5,", "data.parameters[0]"},
		{PARAMETERS_RESPONSE, "\"parameters\":[", "\"parameters\":[null,", "data.parameters[0]"},
		{PARAMETERS_RESPONSE, "\"DE*ABC*E2\"", "17", "data.parameters[1].evse_id"},
		{PARAMETERS_RESPONSE, "\"DE*ABC*E2\"", "\"\"", "data.parameters[1].evse_id"},
		{PARAMETERS_RESPONSE, "\"DE*ABC*E2\"", "\"a\\nb\"", "data.parameters[1].evse_id"},
		{PARAMETERS_RESPONSE, "\"DE*ABC*E2\"", "\"a\\u0000b\"", "data.parameters[1].evse_id"},
		{PARAMETERS_RESPONSE, "DE*ABC*E2",
		 "0123456789012345678901234567890123456789012345678901234567890123",
		 "data.parameters[1].evse_id"},
		{PARAMETERS_RESPONSE, "DE*ABC*E2", "DE*ABC*E1", "data.parameters[1].evse_id"},
		{PARAMETERS_RESPONSE, "true", "\"true\"", "data.parameters[0].supports_eim"},
		{PARAMETERS_RESPONSE, "true", "1", "data.parameters[0].supports_eim"},
		{PARAMETERS_RESPONSE, "\"supports_eim\"", "\"eim\"", "data.parameters[0].supports_eim"},
		{PARAMETERS_RESPONSE, "\"eth1\"", "null", "data.parameters[0].network_interface"},
		{PARAMETERS_RESPONSE, "eth1", "an-interface-16b", "data.parameters[0].network_interface"},
		{PARAMETERS_RESPONSE, "eth1", "../eth1", "data.parameters[0].network_interface"},
		{PARAMETERS_RESPONSE, "eth1", "..", "data.parameters[0].network_interface"},
		{PARAMETERS_RESPONSE, "\"connectors\"", "\"plugs\"", "data.parameters[0].connectors"},
		{PARAMETERS_RESPONSE, "\"connectors\":[", "\"connectors\":[[],",
		 "data.parameters[0].connectors[0]"},
		{PARAMETERS_RESPONSE, "\"services\"", "\"s\"", "data.parameters[0].connectors[0].services"},
		{PARAMETERS_RESPONSE, "\"services\":{", "\"services\":[],\"x\":{",
		 "data.parameters[0].connectors[0].services"},
		{PARAMETERS_RESPONSE, "\"ac\":{", "\"ac\":true,\"x\":{",
		 "data.parameters[0].connectors[0].services.ac"},
		{PARAMETERS_RESPONSE, "\"AC_three_phase_core\"", "\"Schuko\"",
		 "data.parameters[0].connectors[0].services.ac.connector_type"},
		{PARAMETERS_RESPONSE, "230", "-1",
		 "data.parameters[0].connectors[0].services.ac.nominal_voltage"},
		{PARAMETERS_RESPONSE, "400", "\"400\"",
		 "data.parameters[1].connectors[0].services.dc.nominal_voltage"},
		{PARAMETERS_RESPONSE, "\"scheduled\"", "3",
		 "data.parameters[0].connectors[0].services.ac.control_mode"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(&cases[i]);
}

static void wrong_members_of_cs_status_and_limits_are_named(void **state)
{
	static const struct wrong cases[] = {
		{LIMITS_RESPONSE, "\"evses\":", "\"parameters\":", "data.evses"},
		{LIMITS_RESPONSE, "\"evses\":[", "\"evses\":[\"\",", "data.evses[0]"},
		{LIMITS_RESPONSE, "\"DE*ABC*E1\"", "{}", "data.evses[0].evse_id"},
		{LIMITS_RESPONSE, "DE*ABC*E2", "DE*ABC*E1", "data.evses[1].evse_id"},
		{LIMITS_RESPONSE, "\"status_code\"", "\"status\"", "data.evses[0].status_code"},
		{LIMITS_RESPONSE, "\"evse_ready\"", "\"EVSE_Ready\"", "data.evses[0].status_code"},
		{LIMITS_RESPONSE, "\"evse_ready\"", "1", "data.evses[0].status_code"},
		{LIMITS_RESPONSE, "\"ac\":{", "\"ac\":[],\"x\":{", "data.evses[0].ac"},
		{LIMITS_RESPONSE, "\"max_current\"", "\"current\"", "data.evses[0].ac.max_current"},
		{LIMITS_RESPONSE, "\"max_current\":{", "\"max_current\":16,\"x\":{",
		 "data.evses[0].ac.max_current"},
		{LIMITS_RESPONSE, "\"l1\"", "\"L1\"", "data.evses[0].ac.max_current.l1"},
		{LIMITS_RESPONSE, "16", "null", "data.evses[0].ac.max_current.l1"},
		{LIMITS_RESPONSE, "16", "\"16\"", "data.evses[0].ac.max_current.l1"},
		{LIMITS_RESPONSE, "16", "-0.1", "data.evses[0].ac.max_current.l1"},
		{LIMITS_RESPONSE, "16", "1000.1", "data.evses[0].ac.max_current.l1"},
		{LIMITS_RESPONSE, "16", "NaN", "data.evses[0].ac.max_current.l1"},
		{LIMITS_RESPONSE, "16", "Infinity", "data.evses[0].ac.max_current.l1"},
		{LIMITS_RESPONSE, "16", "-Infinity", "data.evses[0].ac.max_current.l1"},
		{LIMITS_RESPONSE, "16", "1e400", "data.evses[0].ac.max_current.l1"},
		{LIMITS_RESPONSE, "16", "99999999999999999999999999", "data.evses[0].ac.max_current.l1"},
		{LIMITS_RESPONSE, "16", "-99999999999999999999999999", "data.evses[0].ac.max_current.l1"},
		{LIMITS_RESPONSE, "15.5", "true", "data.evses[0].ac.max_current.l2"},
		{LIMITS_RESPONSE, "\"l3\":null", "\"l3\":{}", "data.evses[0].ac.max_current.l3"},
		{LIMITS_RESPONSE, "230", "1501", "data.evses[0].ac.nominal_voltage"},
		{LIMITS_RESPONSE, "\"nominal_voltage\"", "\"voltage\"", "data.evses[0].ac.nominal_voltage"},
		{LIMITS_RESPONSE, "false", "0", "data.evses[0].ac.rcd_error"},
		{LIMITS_RESPONSE, "\"rcd_error\"", "\"rcd\"", "data.evses[0].ac.rcd_error"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(&cases[i]);
}

static void wrong_members_of_the_pilot_messages_are_named(void **state)
{
	static const struct wrong cases[] = {
		{CP_PWM_RESPONSE, "\"evse_id\"", "\"evse\"", "data.evse_id"},
		{CP_PWM_RESPONSE, "\"invalid\"", "\"refused\"", "data.status"},
		{CP_PWM_RESPONSE, "\"status\"", "\"state\"", "data.status"},
		{CP_PWM_RESPONSE, "\"too high\"", "5", "data.info"},
		{CP_PWM_RESPONSE, "\"too high\"", "\"a\\u001bb\"", "data.info"},
		{CP_STATUS_UPDATE, "\"DE*ABC*E1\"", "null", "data.evse_id"},
		{CP_STATUS_UPDATE, "\"connector_id\":\"1\"", "\"connector_id\":1.5", "data.connector_id"},
		{CP_STATUS_UPDATE, "\"connector_id\":\"1\"", "\"connector_id\":\"\"", "data.connector_id"},
		{CP_STATUS_UPDATE, "\"connector_id\"", "\"connector\"", "data.connector_id"},
		{CP_STATUS_UPDATE, "\"B2\"", "\"B\"", "data.state"},
		{CP_STATUS_UPDATE, "\"B2\"", "\"b2\"", "data.state"},
		{CP_STATUS_UPDATE, "\"B2\"", "\"B2\\u0000\"", "data.state"},
		{CP_STATUS_UPDATE, "\"B2\"", "2", "data.state"},
		{CP_STATUS_UPDATE, "\"state\"", "\"status\"", "data.state"},
		{CP_STATUS_UPDATE, "9.1", "9100", "data.max_voltage"},
		{CP_STATUS_UPDATE, "9.1", "NaN", "data.max_voltage"},
		{CP_STATUS_UPDATE, "-11.9", "\"low\"", "data.min_voltage"},
		{CP_STATUS_UPDATE, "-11.9", "-Infinity", "data.min_voltage"},
		{CP_STATUS_UPDATE, "\"duty_cycle\":5", "\"duty_cycle\":100.5", "data.duty_cycle"},
		{CP_STATUS_UPDATE, "\"duty_cycle\":5", "\"duty_cycle\":-1", "data.duty_cycle"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(&cases[i]);
}

static void wrong_members_of_the_service_messages_are_named(void **state)
{
	static const struct wrong cases[] = {
		{DATA_LINK_UPDATE, "\"evse_id\"", "\"evse\"", "data.evse_id"},
		{DATA_LINK_UPDATE, "\"pause\"", "\"stop\"", "data.action"},
		{DATA_LINK_UPDATE, "\"pause\"", "false", "data.action"},
		{LINK_STATUS_REQUEST, "\"DE*ABC*E1\"", "1", "data.evse_id"},
		{LINK_STATUS_REQUEST, "\"evse_id\"", "\"evse\"", "data.evse_id"},
		{NETWORK_INFO_REQUEST, "\"DE*ABC*E1\"", "[]", "data.evse_id"},
		{HLC_CHARGING_UPDATE, "true", "\"true\"", "data.status"},
		{HLC_CHARGING_UPDATE, "\"status\"", "\"active\"", "data.status"},
		{HLC_CHARGING_UPDATE, "\"evse_id\"", "\"evse\"", "data.evse_id"},
		{RESET_REQUEST, "\"DE*ABC*E1\"", "1", "data.evse_id"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(&cases[i]);
}

/* --- the document as a whole --- */

static void every_truncation_of_every_message_is_malformed(void **state)
{
	static const char *const messages[] = INBOUND_MESSAGES;

	(void)state;
	for (size_t i = 0; i < COUNT(messages); i++) {
		size_t len = strlen(messages[i]);

		for (size_t cut = 0; cut < len; cut++) {
			/* A buffer of exactly this size lets the sanitizers see one octet too many. */
			char *exact = malloc(cut ? cut : 1);

			memcpy(exact, messages[i], cut);
			assert_int_equal(api_parse(exact, cut, &message, &error), API_MALFORMED);
			free(exact);
		}
		assert_int_equal(parse(messages[i]), API_OK);
	}
}

static void every_octet_flipped_never_crashes(void **state)
{
	static const char *const messages[] = INBOUND_MESSAGES;

	(void)state;
	for (size_t i = 0; i < COUNT(messages); i++) {
		size_t len = strlen(messages[i]);
		char *copy = malloc(len);

		for (size_t at = 0; at < len; at++) {
			memcpy(copy, messages[i], len);
			copy[at] = (char)(copy[at] ^ 0x21);
			api_parse(copy, len, &message, &error);
			copy[at] = (char)0xff;
			assert_int_equal(api_parse(copy, len, &message, &error), API_MALFORMED);
		}
		free(copy);
	}
}

static void what_is_no_json_object_is_malformed(void **state)
{
	static const char *const texts[] = {
		"",
		" ",
		"5",
		"null",
		"[]",
		"\"cp_status\"",
		"{",
		"{}",
		"{\"name\":5}",
		"{\"id\":\"1\",\"type\":\"update\",\"data\":{}}",
		CP_STATUS_UPDATE "x",
		CP_STATUS_UPDATE CP_STATUS_UPDATE,
		"/* comment */" CP_STATUS_UPDATE,
		"{'name':'cp_status'}",
		"\xef\xbb\xbf" CP_STATUS_UPDATE,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		if (parse(texts[i]) != API_MALFORMED)
			fail_msg("taken: %s", texts[i]);
		assert_true(error.expected[0]);
	}
}

static void white_space_around_is_fine(void **state)
{
	(void)state;
	assert_int_equal(parse(" \t" CP_STATUS_UPDATE "\r\n "), API_OK);
}

static void nul_octets_are_malformed(void **state)
{
	static const char after[] = CP_STATUS_UPDATE "\0";
	static const char inside[] = "{\"name\":\"cp\0_status\"}";

	(void)state;
	assert_int_equal(api_parse(after, sizeof(after) - 1, &message, &error), API_MALFORMED);
	assert_int_equal(api_parse(inside, sizeof(inside) - 1, &message, &error), API_MALFORMED);
}

static void invalid_utf8_is_malformed(void **state)
{
	static const char *const texts[] = {
		"\x80",
		"\xc3",
		"\xc0\x80",
		"\xc1\xbf",
		"\xe0\x80\x80",
		"\xed\xa0\x80",
		"\xf0\x80\x80\x80",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xff",
		"\xe2\x82",
		"\xf0\x9f\x98",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		assert_int_equal(parse_changed(CP_STATUS_UPDATE, "DE*ABC*E1", texts[i]), API_MALFORMED);
}

static void characters_outside_ascii_are_read(void **state)
{
	(void)state;
	assert_int_equal(
		parse_changed(CP_STATUS_UPDATE, "DE*ABC*E1", "S\xc3\xa4ule \xe2\x82\xac \xf0\x9f\x98\x80"),
		API_OK);
	assert_string_equal(message.data.cp_status.evse_id, "S\xc3\xa4ule \xe2\x82\xac \xf0\x9f\x98\x80");
	assert_int_equal(parse_changed(CP_STATUS_UPDATE, "DE*ABC*E1", "S\\u00e4ule"), API_OK);
	assert_string_equal(message.data.cp_status.evse_id, "S\xc3\xa4ule");
}

static void nesting_above_the_bound_is_malformed(void **state)
{
	char deep[2 * 5000 + 1];

	(void)state;
	assert_int_equal(parse_changed(CP_STATUS_UPDATE, "\"B2\"", "\"B2\",\"x\":[[[[[[[[[[[[5]]]]]]]]]]]]"),
			 API_OK);
	memset(deep, '[', 5000);
	memset(deep + 5000, ']', 5000);
	deep[10000] = '\0';
	assert_int_equal(parse(deep), API_MALFORMED);
	memset(deep, '[', 50);
	memset(deep + 50, ']', 50);
	deep[100] = '\0';
	assert_int_equal(
		parse_changed(CP_STATUS_UPDATE, "5}", "5,\"x\":[[[[[[[[[[[[[[[[[[5]]]]]]]]]]]]]]]]]]}"),
		API_MALFORMED);
}

static void payload_above_the_bound_is_too_large(void **state)
{
	const size_t len = 1024 * 1024;
	char *big = malloc(len);

	(void)state;
	memset(big, ' ', len);
	memcpy(big, CP_STATUS_UPDATE, strlen(CP_STATUS_UPDATE));
	assert_int_equal(api_parse(big, len, &message, &error), API_TOO_LARGE);
	assert_int_equal(api_parse(big, API_PAYLOAD_MAX + 1, &message, &error), API_TOO_LARGE);
	assert_int_equal(api_parse(big, API_PAYLOAD_MAX, &message, &error), API_OK);
	free(big);
}

static void unknown_names_are_ignored_whatever_else_they_carry(void **state)
{
	(void)state;
	memset(&error, 0, sizeof(error));
	assert_int_equal(parse(ENVELOPE("stop_charging", "update", "{\"evse_id\":5}")), API_IGNORED);
	assert_int_equal(parse("{\"name\":\"hello\"}"), API_IGNORED);
	assert_int_equal(parse("{\"name\":\"cp_status\\u0000\"}"), API_IGNORED);
	assert_int_equal(parse("{\"name\":\"\",\"data\":NaN}"), API_IGNORED);
	assert_string_equal(error.expected, "");
}

static void messages_in_the_other_direction_are_ignored(void **state)
{
	static const char *const outbound[] = OUTBOUND_MESSAGES;

	(void)state;
	for (size_t i = 0; i < COUNT(outbound); i++)
		assert_int_equal(parse(outbound[i]), API_IGNORED);
}

static void unknown_members_are_skipped(void **state)
{
	(void)state;
	assert_int_equal(
		parse_changed(CP_STATUS_UPDATE, "\"evse_id\"", "\"future\":{\"a\":[1,NaN]},\"evse_id\""),
		API_OK);
	assert_int_equal(parse_changed(CP_STATUS_UPDATE, "\"type\"", "\"version\":2,\"type\""), API_OK);
}

/* --- tables --- */

/* A parameters[] or evses[] of `count` entries, as data. */
static char *list(const char *member, const char *rest, size_t count)
{
	const size_t size = 64 + count * 256;
	char *text = malloc(size);
	size_t used = (size_t)snprintf(text, size, "{\"%s\":[", member);

	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, size - used, "%s{\"evse_id\":\"E%zu\",%s}",
					 i ? "," : "", i, rest);
	snprintf(text + used, size - used, "]}");
	return text;
}

static void sixty_four_outlets_are_taken_and_one_more_is_refused(void **state)
{
	static const char parameters[] =
		"\"supports_eim\":true,\"network_interface\":\"e\",\"connectors\":[]";
	static const char limits[] = "\"status_code\":\"evse_ready\"";
	static struct api_parameters p;
	static struct api_limits l;
	char *text;

	(void)state;
	for (size_t more = 0; more < 2; more++) {
		text = list("parameters", parameters, API_EVSES_MAX + more);
		assert_int_equal(api_parse_parameters_data(text, strlen(text), &p, &error),
				 more ? API_INVALID : API_OK);
		free(text);
		text = list("evses", limits, API_EVSES_MAX + more);
		assert_int_equal(api_parse_limits_data(text, strlen(text), &l, &error),
				 more ? API_INVALID : API_OK);
		free(text);
	}
	assert_int_equal(p.count, API_EVSES_MAX);
	assert_int_equal(l.count, API_EVSES_MAX);
	assert_string_equal(error.member, "data.evses");
	assert_string_equal(error.expected, "an array of at most 64 entries");
}

static void data_files_are_read_with_the_same_checks(void **state)
{
	static const char wrong[] = "{\"parameters\":[{\"evse_id\":5}]}";
	struct api_parameters p;
	struct api_limits l;

	(void)state;
	assert_int_equal(
		api_parse_parameters_data(PARAMETERS_DATA "\n", strlen(PARAMETERS_DATA "\n"), &p, &error),
		API_OK);
	assert_int_equal(p.count, 2);
	assert_int_equal(api_parse_limits_data(LIMITS_DATA, strlen(LIMITS_DATA), &l, &error), API_OK);
	assert_int_equal(l.count, 2);
	assert_int_equal(api_parse_parameters_data(wrong, strlen(wrong), &p, &error), API_INVALID);
	assert_string_equal(error.name, "cs_parameters");
	assert_string_equal(error.member, "data.parameters[0].evse_id");
	assert_int_equal(p.count, 2);
	assert_int_equal(api_parse_limits_data("", 0, &l, &error), API_MALFORMED);
	assert_int_equal(api_parse_limits_data("[]", 2, &l, &error), API_MALFORMED);
	assert_int_equal(api_parse_limits_data("{}", 2, &l, &error), API_INVALID);
	assert_string_equal(error.member, "data.evses");
}

static void expectation_names_every_value_of_an_enum(void **state)
{
	(void)state;
	parse_changed(LIMITS_RESPONSE, "\"evse_ready\"", "\"x\"");
	assert_non_null(strstr(error.expected, "evse_not_ready"));
	assert_non_null(strstr(error.expected, "evse_malfunction"));
	parse_changed(LIMITS_RESPONSE, "16", "2000");
	assert_string_equal(error.expected, "a number from 0 to 1000 A");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(service_status_request_for_slac_is_read),
		cmocka_unit_test(service_status_request_for_another_service_is_ignored),
		cmocka_unit_test(cs_parameters_response_and_update_are_read),
		cmocka_unit_test(every_service_of_a_connector_counts),
		cmocka_unit_test(cs_status_and_limits_response_and_update_are_read),
		cmocka_unit_test(phases_that_are_absent_are_not_connected),
		cmocka_unit_test(cp_pwm_response_is_read),
		cmocka_unit_test(long_info_is_cut_between_characters),
		cmocka_unit_test(cp_status_is_read),
		cmocka_unit_test(cp_status_needs_no_measurements),
		cmocka_unit_test(every_pilot_state_has_its_text),
		cmocka_unit_test(slac_data_link_is_read),
		cmocka_unit_test(requests_about_one_outlet_are_read),
		cmocka_unit_test(hlc_charging_is_read),
		cmocka_unit_test(reset_is_for_one_outlet_or_for_all),
		cmocka_unit_test(wrong_members_of_the_envelope_are_named),
		cmocka_unit_test(wrong_members_of_cs_parameters_are_named),
		cmocka_unit_test(wrong_members_of_cs_status_and_limits_are_named),
		cmocka_unit_test(wrong_members_of_the_pilot_messages_are_named),
		cmocka_unit_test(wrong_members_of_the_service_messages_are_named),
		cmocka_unit_test(every_truncation_of_every_message_is_malformed),
		cmocka_unit_test(every_octet_flipped_never_crashes),
		cmocka_unit_test(what_is_no_json_object_is_malformed),
		cmocka_unit_test(white_space_around_is_fine),
		cmocka_unit_test(nul_octets_are_malformed),
		cmocka_unit_test(invalid_utf8_is_malformed),
		cmocka_unit_test(characters_outside_ascii_are_read),
		cmocka_unit_test(nesting_above_the_bound_is_malformed),
		cmocka_unit_test(payload_above_the_bound_is_too_large),
		cmocka_unit_test(unknown_names_are_ignored_whatever_else_they_carry),
		cmocka_unit_test(messages_in_the_other_direction_are_ignored),
		cmocka_unit_test(unknown_members_are_skipped),
		cmocka_unit_test(sixty_four_outlets_are_taken_and_one_more_is_refused),
		cmocka_unit_test(data_files_are_read_with_the_same_checks),
		cmocka_unit_test(expectation_names_every_value_of_an_enum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
