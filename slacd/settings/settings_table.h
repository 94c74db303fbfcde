/* SPDX-License-Identifier: Apache-2.0 */
/* The table of settings, shared by the file parser and the printers. Internal to settings*.c. */
#ifndef SLACD_SETTINGS_SETTINGS_TABLE_H
#define SLACD_SETTINGS_SETTINGS_TABLE_H

#include "slacd/settings/settings.h"

enum setting_type {
	SETTING_UINT,
	SETTING_BOOL,
	SETTING_TEXT,
	SETTING_CHOICE,    /* text, one of `choices` */
	SETTING_CURRENT,   /* A, 0 or 6 ... 80, one decimal */
	SETTING_TOPICS,    /* array of texts */
	SETTING_GROUPS,    /* dB: one number, or an array of 58 */
	SETTING_FAIL_OR_DB /* "fail" (an int of -1), or 0 ... 255 dB */
};

struct setting {
	const char *section;
	const char *name;
	enum setting_type type;
	size_t offset;
	const char *initial; /* in the notation of the file; of the field profile */
	const char *strict;  /* of the strict profile, where it differs; else NULL */
	double min;
	double max;
	double standard_min; /* the standard's own range; 0 and 0: none */
	double standard_max;
	const char *choices; /* "a|b" */
	const char *unit;
	const char *help;
};

extern const struct setting settings_table[];
extern const size_t settings_table_count;

/* Gives one setting a value in text form; false with what was expected in `expected`. */
bool setting_assign(struct settings *settings, const struct setting *setting, const char *value, char *expected,
		    size_t expected_size);

/* The same as the user's choice, which the profile does not change. */
bool setting_give(struct settings *settings, const struct setting *setting, const char *value, char *expected,
		  size_t expected_size);

/* A pointer to the setting's own member. */
void *setting_member(struct settings *settings, const struct setting *setting);
const void *setting_value(const struct settings *settings, const struct setting *setting);

/* Formats the value in the notation of the file (without quotes for text). */
void setting_format(const struct settings *settings, const struct setting *setting, char *out, size_t size);

#endif
