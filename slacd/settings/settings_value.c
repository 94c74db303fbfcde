/* SPDX-License-Identifier: Apache-2.0 */
/* One setting's value from text, and to text. */
#include "slacd/settings/settings_table.h"

#include "cp/duty_cycle.h"
#include "mqtt/broker/broker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void *value_of(struct settings *settings, const struct setting *setting)
{
	return (char *)settings + setting->offset;
}

const void *setting_value(const struct settings *settings, const struct setting *setting)
{
	return (const char *)settings + setting->offset;
}

uint32_t setting_number(const struct settings *settings, const struct setting *setting)
{
	const void *value = setting_value(settings, setting);
	uint8_t octet;
	uint16_t word;
	uint32_t number;

	switch (setting->size) {
	case sizeof(octet):
		memcpy(&octet, value, sizeof(octet));
		return octet;
	case sizeof(word):
		memcpy(&word, value, sizeof(word));
		return word;
	default:
		memcpy(&number, value, sizeof(number));
		return number;
	}
}

static void set_number(struct settings *settings, const struct setting *setting, uint32_t number)
{
	void *value = value_of(settings, setting);
	const uint8_t octet = (uint8_t)number;
	const uint16_t word = (uint16_t)number;

	switch (setting->size) {
	case sizeof(octet):
		memcpy(value, &octet, sizeof(octet));
		break;
	case sizeof(word):
		memcpy(value, &word, sizeof(word));
		break;
	default:
		memcpy(value, &number, sizeof(number));
		break;
	}
}

/* A whole number from min to max, and nothing after it. */
static bool take_whole(const char *text, int64_t min, int64_t max, int64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoll(text, &end, 10);
	return end != text && *end == '\0' && errno == 0 && *number >= min && *number <= max;
}

static bool give_whole(struct settings *settings, const struct setting *setting, const char *text)
{
	int64_t number;

	if (!take_whole(text, setting->min, setting->max, &number))
		return false;
	set_number(settings, setting, (uint32_t)number);
	return true;
}

static bool give_bool(bool *value, const char *text)
{
	*value = strcmp(text, "true") == 0;
	return *value || strcmp(text, "false") == 0;
}

bool setting_has_control_character(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

bool setting_take_text(char out[SETTINGS_TEXT_MAX], const char *text)
{
	if (strlen(text) >= SETTINGS_TEXT_MAX || setting_has_control_character(text))
		return false;
	strcpy(out, text);
	return true;
}

/* Levels are often written in lower case elsewhere, and LOG_LEVEL is shared with other services. */
static bool is_word(const struct setting *setting, const char *word, const char *text)
{
	return setting->choices == log_level_texts ? strcasecmp(text, word) == 0 : strcmp(text, word) == 0;
}

static bool give_choice(struct settings *settings, const struct setting *setting, const char *text)
{
	for (uint32_t i = 0; setting->choices[i] != NULL; i++) {
		if (is_word(setting, setting->choices[i], text)) {
			set_number(settings, setting, i);
			return true;
		}
	}
	return false;
}

bool setting_take_current(double ampere, uint32_t *current_da)
{
	/* Not-a-number is refused as well. */
	if (!(ampere == 0 || (ampere >= PILOT_CURRENT_MIN / 10.0 && ampere <= PILOT_CURRENT_MAX / 10.0)))
		return false;
	*current_da = pilot_current_from_ampere(ampere);
	return true;
}

static bool give_current(uint32_t *value, const char *text)
{
	char *end;
	double ampere = strtod(text, &end);

	return end != text && *end == '\0' && setting_take_current(ampere, value);
}

bool setting_take_topic(struct settings_text *topic, const char *text)
{
	return broker_topic_is_valid(text) && setting_take_text(topic->text, text);
}

static bool give_topics(struct settings_topics *topics, const char *text)
{
	topics->count = 1;
	return setting_take_topic(&topics->topic[0], text);
}

/* "auto", or one pattern. */
static bool give_interfaces(struct settings_interfaces *interfaces, const char *text)
{
	interfaces->is_listed = strcmp(text, "auto") != 0;
	interfaces->count = interfaces->is_listed ? 1 : 0;
	return !interfaces->is_listed || (*text != '\0' && setting_take_text(interfaces->pattern[0].text, text));
}

/* One value for all. */
static bool give_groups(int16_t db[SLAC_GROUPS], const char *text)
{
	int64_t number;

	if (!take_whole(text, -SETTINGS_RECEIVE_DB_MAX, SETTINGS_RECEIVE_DB_MAX, &number))
		return false;
	for (size_t i = 0; i < SLAC_GROUPS; i++)
		db[i] = (int16_t)number;
	return true;
}

static bool give_fail_or_db(int *value, const char *text)
{
	int64_t number = -1;

	if (strcmp(text, "fail") != 0 && !take_whole(text, 0, UINT8_MAX, &number))
		return false;
	*value = (int)number;
	return true;
}

static bool give(struct settings *settings, const struct setting *setting, const char *text)
{
	void *value = value_of(settings, setting);

	switch (setting->type) {
	case SETTING_WHOLE:
		return give_whole(settings, setting, text);
	case SETTING_BOOL:
		return give_bool(value, text);
	case SETTING_TEXT:
		return setting_take_text(((struct settings_text *)value)->text, text);
	case SETTING_CHOICE:
		return give_choice(settings, setting, text);
	case SETTING_CURRENT:
		return give_current(value, text);
	case SETTING_TOPIC:
		return setting_take_topic(value, text);
	case SETTING_TOPICS:
		return give_topics(value, text);
	case SETTING_GROUPS:
		return give_groups(value, text);
	case SETTING_INTERFACES:
		return give_interfaces(value, text);
	case SETTING_FAIL_OR_DB:
		return give_fail_or_db(value, text);
	}
	return false;
}

static void expect_choice(const struct setting *setting, char *expected, size_t size)
{
	size_t len = (size_t)snprintf(expected, size, "one of ");

	for (size_t i = 0; setting->choices[i] != NULL && len < size; i++)
		len += (size_t)snprintf(expected + len, size - len, "%s%s", i == 0 ? "" : "|", setting->choices[i]);
}

void setting_expectation(const struct setting *setting, char *expected, size_t size)
{
	switch (setting->type) {
	case SETTING_WHOLE:
		snprintf(expected, size, "a whole number from %u to %u%s%s", setting->min, setting->max,
			 setting->unit != NULL ? " " : "", setting->unit != NULL ? setting->unit : "");
		break;
	case SETTING_BOOL:
		snprintf(expected, size, "true or false");
		break;
	case SETTING_TEXT:
		snprintf(expected, size, "a text of at most %d octets without control characters",
			 SETTINGS_TEXT_MAX - 1);
		break;
	case SETTING_CHOICE:
		expect_choice(setting, expected, size);
		break;
	case SETTING_CURRENT:
		snprintf(expected, size, "0, or a current from 6 to 80 A");
		break;
	case SETTING_TOPIC:
		snprintf(expected, size, "a topic of 1 to %d octets without wildcards and control characters",
			 SETTINGS_TEXT_MAX - 1);
		break;
	case SETTING_TOPICS:
		snprintf(
			expected, size,
			"an array of 1 to %d topics of 1 to %d octets, each once, without wildcards and control characters",
			SETTINGS_TOPICS_MAX, SETTINGS_TEXT_MAX - 1);
		break;
	case SETTING_GROUPS:
		snprintf(expected, size, "a whole number from %d to %d dB, or an array of %d", -SETTINGS_RECEIVE_DB_MAX,
			 SETTINGS_RECEIVE_DB_MAX, SLAC_GROUPS);
		break;
	case SETTING_INTERFACES:
		snprintf(expected, size,
			 "\"auto\", or an array of at most %d patterns of 1 to %d octets without control characters",
			 SETTINGS_INTERFACES_MAX, SETTINGS_TEXT_MAX - 1);
		break;
	case SETTING_FAIL_OR_DB:
		snprintf(expected, size, "\"fail\", or a whole number from 0 to %d dB", UINT8_MAX);
		break;
	}
}

bool setting_give(struct settings *settings, const struct setting *setting, const char *text, char *expected,
		  size_t expected_size)
{
	settings->given[setting - settings_table] = true;
	if (give(settings, setting, text))
		return true;
	setting_expectation(setting, expected, expected_size);
	return false;
}

static const char *first_interface(const struct settings_interfaces *interfaces)
{
	if (!interfaces->is_listed)
		return "auto";
	return interfaces->count > 0 ? interfaces->pattern[0].text : "";
}

const char *setting_format(const struct settings *settings, const struct setting *setting,
			   char out[SETTING_FORMAT_SIZE])
{
	const void *value = setting_value(settings, setting);
	const char *text = NULL;

	switch (setting->type) {
	case SETTING_WHOLE:
		snprintf(out, SETTING_FORMAT_SIZE, "%u", setting_number(settings, setting));
		break;
	case SETTING_CURRENT:
		snprintf(out, SETTING_FORMAT_SIZE, "%g", setting_number(settings, setting) / 10.0);
		break;
	case SETTING_GROUPS:
		snprintf(out, SETTING_FORMAT_SIZE, "%d", *(const int16_t *)value);
		break;
	case SETTING_FAIL_OR_DB:
		snprintf(out, SETTING_FORMAT_SIZE, "%d", *(const int *)value);
		if (*(const int *)value < 0)
			text = "fail";
		break;
	case SETTING_BOOL:
		text = *(const bool *)value ? "true" : "false";
		break;
	case SETTING_CHOICE:
		text = setting->choices[setting_number(settings, setting)];
		break;
	case SETTING_TEXT:
	case SETTING_TOPIC:
		text = ((const struct settings_text *)value)->text;
		break;
	case SETTING_TOPICS:
		text = ((const struct settings_topics *)value)->topic[0].text;
		break;
	case SETTING_INTERFACES:
		text = first_interface(value);
		break;
	}
	if (text != NULL)
		snprintf(out, SETTING_FORMAT_SIZE, "%s", text);
	return out;
}

bool setting_format_defaults(const struct setting *setting, char field[SETTING_FORMAT_SIZE],
			     char strict[SETTING_FORMAT_SIZE])
{
	struct settings defaults;

	settings_defaults(&defaults, SETTINGS_FIELD);
	setting_format(&defaults, setting, field);
	settings_defaults(&defaults, SETTINGS_STRICT);
	setting_format(&defaults, setting, strict);
	return setting->offset != offsetof(struct settings, profile) && strcmp(field, strict) != 0;
}
