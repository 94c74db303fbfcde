/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/everest/everest_rules.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static bool broken(struct rules *rules, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(rules->why, sizeof(rules->why), format, arguments);
	va_end(arguments);
	return false;
}

void rules_begin(struct rules *rules, uint64_t check_period_us, uint64_t now_us)
{
	const bool at_parm_req = rules->matching_at_parm_req;

	memset(rules, 0, sizeof(*rules));
	rules->matching_at_parm_req = at_parm_req;
	rules->check_period_us = check_period_us;
	rules->ready_due_us = rules->unmatched_due_us = rules->matching_due_us = RULES_NEVER;
	rules->repeat_due_us = RULES_NEVER;
	rules->check_due_us = check_period_us != 0 ? now_us + check_period_us : RULES_NEVER;
}

void rules_restart(struct rules *rules, uint64_t now_us)
{
	rules->repeat_count = rules->error_count;
	memcpy(rules->repeats, rules->errors, sizeof(rules->repeats));
	rules->error_count = 0;
	rules->state_repeated = rules->ready_repeated = rules->check_has_ended = false;
	rules->repeat_due_us = now_us + RULES_SOON_US;
	rules->check_due_us = rules->check_period_us != 0 ? now_us + rules->check_period_us : RULES_NEVER;
}

void rules_give_time(struct rules *rules, uint64_t until_us)
{
	uint64_t *const dues[] = {&rules->check_due_us, &rules->ready_due_us, &rules->unmatched_due_us,
				  &rules->matching_due_us, &rules->repeat_due_us};

	for (size_t i = 0; i < sizeof(dues) / sizeof(dues[0]); i++)
		if (*dues[i] < until_us)
			*dues[i] = until_us;
}

/* --- what EVerest says --- */

void rules_say(struct rules *rules, enum rules_command command, uint64_t now_us)
{
	const bool is_unmatched = rules->state == RULES_UNMATCHED;

	switch (command) {
	case RULES_ENTER:
		if (!rules->in_bcd && is_unmatched && !rules->matching_at_parm_req)
			rules->matching_due_us = now_us + RULES_SOON_US;
		rules->in_bcd = true;
		break;
	case RULES_LEAVE:
		rules->in_bcd = false;
		/* fall through */
	case RULES_RESET:
	case RULES_TERMINATE:
	case RULES_DLINK_ERROR:
		rules->matching_due_us = RULES_NEVER;
		if (!is_unmatched && rules->state != RULES_UNTOLD)
			rules->unmatched_due_us = now_us + RULES_SOON_US;
		break;
	case RULES_PAUSE:
		break;
	}
}

/* --- what it hears --- */

static bool hear_state(struct rules *rules, struct json_object *value, uint64_t now_us)
{
	static const char *const names[] = {
		[RULES_UNMATCHED] = "UNMATCHED", [RULES_MATCHING] = "MATCHING", [RULES_MATCHED] = "MATCHED"};
	const char *text = json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";
	enum rules_state state = RULES_MATCHED;

	while (state != RULES_UNTOLD && strcmp(names[state], text) != 0)
		state--;
	if (state == RULES_UNTOLD)
		return broken(rules, "state is none of UNMATCHED, MATCHING and MATCHED");
	if (state != RULES_MATCHED && rules->is_ready)
		return broken(rules, "state %s while dlink_ready is true", text);
	if (rules->state == RULES_MATCHED && state == RULES_MATCHING)
		return broken(rules, "MATCHED is left without UNMATCHED");
	if (state == RULES_MATCHED && rules->state != RULES_MATCHED && !rules->has_mac)
		return broken(rules, "MATCHED without the car's MAC");
	if (state != RULES_UNMATCHED && !rules->in_bcd && rules->repeat_due_us == RULES_NEVER)
		return broken(rules, "state %s while the pilot is not in B, C or D", text);
	if (state == RULES_MATCHED)
		rules->ready_due_us = now_us + RULES_SOON_US;
	if (state == RULES_UNMATCHED) {
		rules->has_mac = false;
		rules->unmatched_due_us = RULES_NEVER;
	}
	if (state != RULES_UNMATCHED)
		rules->matching_due_us = RULES_NEVER;
	rules->state = state;
	rules->state_repeated = true;
	return true;
}

static bool hear_ready(struct rules *rules, struct json_object *value)
{
	if (!json_object_is_type(value, json_type_boolean))
		return broken(rules, "dlink_ready is not true or false");
	const bool is_ready = json_object_get_boolean(value);
	if (is_ready && rules->state != RULES_MATCHED)
		return broken(rules, "dlink_ready true before state MATCHED");
	rules->is_ready = is_ready;
	rules->ready_due_us = RULES_NEVER;
	rules->ready_repeated = true;
	return true;
}

static bool is_mac(const char *text)
{
	if (strlen(text) != 17)
		return false;
	for (size_t i = 0; i < 17; i++)
		if (i % 3 == 2 ? text[i] != ':' : strchr("0123456789ABCDEF", text[i]) == NULL)
			return false;
	return true;
}

static bool hear_mac(struct rules *rules, struct json_object *value)
{
	if (!json_object_is_type(value, json_type_string) || !is_mac(json_object_get_string(value)))
		return broken(rules, "ev_mac_address is not ^[A-F0-9]{2}(:[A-F0-9]{2}){5}$");
	const char *mac = json_object_get_string(value);
	if (rules->has_mac && (strcmp(rules->mac, mac) == 0 || rules->state == RULES_MATCHED))
		return broken(rules, "ev_mac_address more than once a match");
	snprintf(rules->mac, sizeof(rules->mac), "%s", mac);
	rules->has_mac = true;
	return true;
}

/* "type/sub_type"; false where the value is no error. */
static bool key_of(struct json_object *value, bool has_message, char key[RULES_KEY_MAX])
{
	struct json_object *type, *sub_type, *message;

	if (!json_object_is_type(value, json_type_object) || !json_object_object_get_ex(value, "type", &type) ||
	    !json_object_is_type(type, json_type_string))
		return false;
	const char *text = json_object_get_string(type);
	if (strcmp(text, "CommunicationFault") != 0 && strcmp(text, "VendorError") != 0 &&
	    strcmp(text, "VendorWarning") != 0)
		return false;
	const bool has_sub = json_object_object_get_ex(value, "sub_type", &sub_type);
	if (has_sub && !json_object_is_type(sub_type, json_type_string))
		return false;
	const bool has_text = json_object_object_get_ex(value, "message", &message);
	if (has_text && (!has_message || !json_object_is_type(message, json_type_string)))
		return false;
	snprintf(key, RULES_KEY_MAX, "%s/%s", text, has_sub ? json_object_get_string(sub_type) : "");
	return json_object_object_length(value) == 1 + has_sub + has_text;
}

static bool remove_key(char keys[RULES_ERRORS_MAX][RULES_KEY_MAX], size_t *count, const char *key)
{
	for (size_t i = 0; i < *count; i++) {
		if (strcmp(keys[i], key) != 0)
			continue;
		(*count)--;
		memmove(keys[i], keys[*count], RULES_KEY_MAX);
		return true;
	}
	return false;
}

static bool hear_raise(struct rules *rules, struct json_object *value)
{
	char key[RULES_KEY_MAX];

	if (!key_of(value, true, key))
		return broken(rules, "raise_error is no error");
	for (size_t i = 0; i < rules->error_count; i++)
		if (strcmp(rules->errors[i], key) == 0)
			return broken(rules, "raise_error %s which is active", key);
	if (rules->error_count == RULES_ERRORS_MAX)
		return broken(rules, "too many errors are active");
	memcpy(rules->errors[rules->error_count++], key, sizeof(key));
	remove_key(rules->repeats, &rules->repeat_count, key);
	return true;
}

static bool hear_clear(struct rules *rules, struct json_object *value)
{
	char key[RULES_KEY_MAX];

	if (!key_of(value, true, key))
		return broken(rules, "clear_error is no error");
	/* One that is not active may be cleared: slacd cannot know what an earlier slacd has raised. */
	remove_key(rules->repeats, &rules->repeat_count, key);
	remove_key(rules->errors, &rules->error_count, key);
	return true;
}

static bool hear_check(struct rules *rules, struct json_object *value, uint64_t now_us)
{
	if (!json_object_is_type(value, json_type_boolean))
		return broken(rules, "communication_check is not true or false");
	const bool goes_on = json_object_get_boolean(value);
	if (!goes_on && !rules->may_end)
		return broken(rules, "communication_check false, and nobody wants the end");
	rules->check_has_ended = !goes_on;
	if (!goes_on || rules->check_period_us == 0)
		rules->check_due_us = RULES_NEVER;
	else
		rules->check_due_us = now_us + rules->check_period_us;
	return true;
}

static bool hear_value(struct rules *rules, const char *name, struct json_object *value, uint64_t now_us)
{
	if (strcmp(name, "state") == 0)
		return hear_state(rules, value, now_us);
	if (strcmp(name, "dlink_ready") == 0)
		return hear_ready(rules, value);
	if (strcmp(name, "ev_mac_address") == 0)
		return hear_mac(rules, value);
	if (strcmp(name, "raise_error") == 0)
		return hear_raise(rules, value);
	if (strcmp(name, "clear_error") == 0)
		return hear_clear(rules, value);
	if (strcmp(name, "communication_check") == 0)
		return hear_check(rules, value, now_us);
	return broken(rules, "nobody in EVerest subscribes to %.64s", name);
}

bool rules_hear(struct rules *rules, const char *name, const char *payload, bool retained, uint64_t now_us)
{
	struct json_tokener *tokener;
	struct json_object *value;
	bool ok;

	if (retained)
		return broken(rules, "%.64s is retained", name);
	tokener = json_tokener_new();
	if (tokener == NULL)
		return broken(rules, "no memory");
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	value = json_tokener_parse_ex(tokener, payload, (int)strlen(payload) + 1);
	if (json_tokener_get_error(tokener) != json_tokener_success)
		ok = broken(rules, "%.64s is no strict JSON: %.64s", name, payload);
	else if (strcmp(name, "request_error_routine") == 0)
		ok = value == NULL || broken(rules, "request_error_routine is not null");
	else
		ok = hear_value(rules, name, value, now_us);
	rules->routines += ok && strcmp(name, "request_error_routine") == 0;
	json_object_put(value);
	json_tokener_free(tokener);
	return ok;
}

/* --- time --- */

static bool is_repeated(const struct rules *rules)
{
	return rules->state_repeated && rules->ready_repeated && rules->repeat_count == 0;
}

bool rules_tick(struct rules *rules, uint64_t now_us)
{
	if (is_repeated(rules))
		rules->repeat_due_us = RULES_NEVER;
	if (rules->check_due_us <= now_us)
		return broken(rules, "no communication_check true within %llu ms",
			      (unsigned long long)rules->check_period_us / 1000);
	if (rules->ready_due_us <= now_us)
		return broken(rules, "MATCHED is not followed by dlink_ready true");
	if (rules->unmatched_due_us <= now_us)
		return broken(rules, "no UNMATCHED after leave_bcd, reset, dlink_terminate or dlink_error");
	if (rules->matching_due_us <= now_us)
		return broken(rules, "no MATCHING after enter_bcd");
	if (rules->repeat_due_us <= now_us)
		return broken(rules, "after a start of EVerest %s not said again",
			      !rules->state_repeated   ? "the state is"
			      : !rules->ready_repeated ? "dlink_ready is"
						       : "an active error is");
	return true;
}

uint64_t rules_deadline(const struct rules *rules)
{
	const uint64_t dues_us[] = {rules->check_due_us, rules->ready_due_us, rules->unmatched_due_us,
				    rules->matching_due_us, rules->repeat_due_us};
	uint64_t first_us = RULES_NEVER;

	for (size_t i = 0; i < sizeof(dues_us) / sizeof(dues_us[0]); i++)
		if (dues_us[i] < first_us)
			first_us = dues_us[i];
	return first_us;
}
