/* SPDX-License-Identifier: Apache-2.0 */
/* The table of settings, and the text form of a value. Internal to settings*.c and their tests. */
#ifndef SLACD_SETTINGS_SETTINGS_TABLE_H
#define SLACD_SETTINGS_SETTINGS_TABLE_H

#include "slacd/settings/settings.h"

enum setting_type {
	SETTING_WHOLE, /* uint8_t, uint16_t or uint32_t, by its size */
	SETTING_BOOL,
	SETTING_TEXT,
	SETTING_CHOICE,     /* an enum or a bool: the place of its word in `choices` */
	SETTING_CURRENT,    /* uint32_t of 0.1 A; written in A, 0 or 6 ... 80 */
	SETTING_TOPIC,      /* struct settings_text */
	SETTING_TOPICS,     /* struct settings_topics, each once; written as an array of texts */
	SETTING_GROUPS,     /* int16_t[SLAC_GROUPS] of dB; written as one number for all, or an array of 58 */
	SETTING_INTERFACES, /* struct settings_interfaces; written "auto", or as an array of patterns */
	SETTING_FAIL_OR_DB  /* int: -1 is written "fail", 0 ... 255 dB */
};

/* Written by the typed macros of settings_table.c; a member that a type has no use for is zero. */
struct setting {
	const char *path; /* "section.name" */
	const char *help;
	const char *unit; /* NULL: none */
	enum setting_type type;
	size_t offset; /* of its value in struct settings */
	size_t size;
	uint32_t min; /* what is taken at all */
	uint32_t max;
	uint32_t standard_min; /* the standard's own range; 0 and 0: the standard says nothing */
	uint32_t standard_max;
	const char *const *choices; /* words, in the order of their values; NULL at the end */
};

extern const struct setting settings_table[];
extern const size_t settings_table_count;

/* NULL: there is no such setting. */
const struct setting *setting_find(const char *path);
/* A setting for benches and tests: a start with it set warns. */
bool setting_is_for_benches(const struct setting *setting);

/* The setting's value. */
const void *setting_value(const struct settings *settings, const struct setting *setting);
/* The same as a whole number; for SETTING_WHOLE, SETTING_CHOICE and SETTING_CURRENT only. */
uint32_t setting_number(const struct settings *settings, const struct setting *setting);

/*
 * Gives one setting the user's value in text form, which the profile does not change any more. False with what was
 * expected in `expected`.
 */
bool setting_give(struct settings *settings, const struct setting *setting, const char *value, char *expected,
		  size_t expected_size);
/* What a value of this setting must be, e.g. "a whole number from 1 to 65535". */
void setting_expectation(const struct setting *setting, char *expected, size_t expected_size);

/* The value in the notation of the file, without quotes; of topics, of patterns and of groups the first one. */
#define SETTING_FORMAT_SIZE SETTINGS_TEXT_MAX
const char *setting_format(const struct settings *settings, const struct setting *setting,
			   char out[SETTING_FORMAT_SIZE]);

/*
 * Its defaults in the profiles, each in the notation of setting_format. True when they differ, as that of the profile
 * itself is not said to do.
 */
bool setting_format_defaults(const struct setting *setting, char field[SETTING_FORMAT_SIZE],
			     char strict[SETTING_FORMAT_SIZE]);

/* 0x00 to 0x1f, or 0x7f: it would break a line of the log, and no name or path is meant to have one. */
bool setting_has_control_character(const char *text);
/* False for a text that is too long or has a control character. */
bool setting_take_text(char out[SETTINGS_TEXT_MAX], const char *text);
/* False for what is no topic (broker_topic_is_valid), or too long. */
bool setting_take_topic(struct settings_text *topic, const char *text);

/* 0, or 6 ... 80 A, in 0.1 A and rounded down. False for anything else. */
bool setting_take_current(double ampere, uint32_t *current_da);

#endif
