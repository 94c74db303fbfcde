/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the man page slacd.json(5), made of the table of settings. Runs when slacd is built. */
#include "slacd/settings/settings_table.h"
#include "slacd/version.h"

#include <stdio.h>
#include <string.h>

/* As it is, also where a line begins with a dot, and with the signs that programs know. */
static void print_text(const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '\\':
			fputs("\\e", stdout);
			break;
		case '-':
			fputs("\\-", stdout);
			break;
		case '\'':
			fputs("\\(aq", stdout);
			break;
		case '`':
			fputs("\\(ga", stdout);
			break;
		default:
			putchar(*text);
		}
	}
}

static void print_value(const struct setting *setting, const char *value)
{
	print_text(*value != '\0' ? value : "empty");
	if (setting->unit != NULL)
		printf(" %s", setting->unit);
}

static void print_defaults(const struct setting *setting)
{
	char field[SETTING_FORMAT_SIZE];
	char strict[SETTING_FORMAT_SIZE];
	const bool differ = setting_format_defaults(setting, field, strict);

	printf(".\nDefault: ");
	print_value(setting, field);
	if (differ) {
		printf("; in the profile strict: ");
		print_value(setting, strict);
	}
	printf(".\n");
}

static void print_setting(const struct setting *setting)
{
	char expected[SETTINGS_ERROR_SIZE];

	setting_expectation(setting, expected, sizeof(expected));
	printf(".TP\n.B ");
	print_text(setting->path);
	printf("\n\\&");
	print_text(setting->help);
	printf(".\nExpected: ");
	print_text(expected);
	if (setting->standard_max != 0)
		printf("; outside of %u to %u only with slac.allow_nonstandard_timers", setting->standard_min,
		       setting->standard_max);
	print_defaults(setting);
}

static void print_introduction(void)
{
	printf(".\\\" Made of the table of settings when slacd was built.\n"
	       ".TH SLACD.JSON 5 \"\" \"slacd %s\" \"File Formats\"\n"
	       ".SH NAME\nslacd.json \\- settings of slacd\n"
	       ".SH DESCRIPTION\n"
	       "The file that \\fBslacd \\-\\-config\\fP reads: one JSON object, with a section for each first part of a "
	       "setting's name. Every setting has a default. Comments are allowed, // to the end of the line and "
	       "/* ... */.\n.PP\n"
	       "The command line goes before the environment, the environment before this file, and the file before the "
	       "default. A wrong value ends the start with exit code 2 and one line that names the setting and what was "
	       "expected. \\fBslacd \\-\\-print\\-config\\fP prints what is in force.\n",
	       SLACD_VERSION);
}

static void print_outlets(void)
{
	printf(".SH OUTLETS\n"
	       ".TP\n.B outlets.<evse_id>.interface\nThe outlet's interface, instead of the station's network_interface.\n"
	       ".TP\n.B outlets.<evse_id>.everest_module\nThe id of EVerest\\(aqs slac_API module of this outlet. One "
	       "outlet may be without, which is found by asking.\n"
	       ".TP\n.B outlets.<evse_id>.nominal_current_a\nInstead of pilot.nominal_current_a.\n"
	       ".TP\n.B outlets.<evse_id>.attn_rx_db\nInstead of slac.attn_rx_db.\n");
}

static void print_end(void)
{
	printf(".SH EXAMPLE\n.nf\n{\n"
	       "  // The station\\(aqs broker runs on another machine.\n"
	       "  \"mqtt\":    {\"host\": \"10.0.0.1\"},\n"
	       "  \"outlets\": {\"DE*ABC*E1\": {\"interface\": \"qca0\"},\n"
	       "              \"DE*ABC*E2\": {\"interface\": \"qca1\", \"nominal_current_a\": 16}}\n"
	       "}\n.fi\n.SH SEE ALSO\n.BR slacd (8)\n");
}

/* One section of the page for all settings with the same first part of the name: they stand together in the table. */
int main(void)
{
	size_t section_len = 0;

	print_introduction();
	for (size_t i = 0; i < settings_table_count; i++) {
		const struct setting *setting = &settings_table[i];
		size_t len = strcspn(setting->path, ".");
		if (i == 0 || len != section_len || strncmp(setting->path, settings_table[i - 1].path, len) != 0) {
			if (setting_is_for_benches(setting))
				print_outlets();
			printf(".SH SECTION %.*s\n", (int)len, setting->path);
			if (setting_is_for_benches(setting))
				printf("For benches and tests only: a start with one of them warns.\n");
		}
		section_len = len;
		print_setting(setting);
	}
	print_end();
	return ferror(stdout) || fflush(stdout) != 0;
}
