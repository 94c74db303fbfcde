/* SPDX-License-Identifier: Apache-2.0 */
/* doc/configuration.md tells of every setting, with the name, the default and the values that the program has. */
#include "service/file.h"
#include "slacd/settings/settings_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CELL_MAX 256
#define ROW_MAX  (3 * CELL_MAX)

static char *page;

static int read_page(void **state)
{
	char error[SETTINGS_ERROR_SIZE];
	size_t len;

	(void)state;
	page = file_read(CONFIGURATION_PAGE, &len, error, sizeof(error));
	return page != NULL ? 0 : -1;
}

static int free_page(void **state)
{
	(void)state;
	free(page);
	return 0;
}

static void default_cell(const struct setting *setting, char cell[CELL_MAX])
{
	char field[SETTING_FORMAT_SIZE];
	char strict[SETTING_FORMAT_SIZE];
	const bool differ = setting_format_defaults(setting, field, strict);

	size_t len = (size_t)snprintf(cell, CELL_MAX, *field != '\0' ? "`%.100s`" : "empty", field);
	if (setting->unit != NULL)
		len += (size_t)snprintf(cell + len, CELL_MAX - len, " %s", setting->unit);
	if (differ)
		snprintf(cell + len, CELL_MAX - len, "; strict: `%.100s`", strict);
}

static void whole_cell(const struct setting *setting, char cell[CELL_MAX])
{
	size_t len = 0;

	if (setting->standard_max != 0 && setting->standard_min == setting->standard_max)
		len = (size_t)snprintf(cell, CELL_MAX, "%u; nonstandard: ", setting->standard_max);
	else if (setting->standard_max != 0)
		len = (size_t)snprintf(cell, CELL_MAX, "%u … %u; nonstandard: ", setting->standard_min,
				       setting->standard_max);
	snprintf(cell + len, CELL_MAX - len, "%u … %u", setting->min, setting->max);
}

static void choice_cell(const struct setting *setting, char cell[CELL_MAX])
{
	size_t len = 0;

	for (size_t i = 0; setting->choices[i] != NULL; i++)
		len += (size_t)snprintf(cell + len, CELL_MAX - len, "%s`%s`", i == 0 ? "" : ", ", setting->choices[i]);
}

static void values_cell(const struct setting *setting, char cell[CELL_MAX])
{
	static const char *const others[] = {
		[SETTING_BOOL] = "`true`, `false`",
		[SETTING_TEXT] = "text",
		[SETTING_CURRENT] = "0, or 6 … 80",
		[SETTING_TOPIC] = "topic",
		[SETTING_TOPICS] = "array of 1 … 4 texts",
		[SETTING_INTERFACES] = "`auto`, or an array of 0 … 16 patterns",
		[SETTING_GROUPS] = "-255 … 255, or an array of 58",
		[SETTING_FAIL_OR_DB] = "`fail`, 0 … 255 dB",
	};

	if (setting->type == SETTING_WHOLE)
		whole_cell(setting, cell);
	else if (setting->type == SETTING_CHOICE)
		choice_cell(setting, cell);
	else
		snprintf(cell, CELL_MAX, "%s", others[setting->type]);
}

static void every_setting_has_a_row_with_its_default_and_its_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < settings_table_count; i++) {
		const struct setting *setting = &settings_table[i];
		char initial[CELL_MAX];
		char values[CELL_MAX];
		char row[ROW_MAX];
		default_cell(setting, initial);
		values_cell(setting, values);
		snprintf(row, sizeof(row), "\n| `%s` | %s | %s | ", setting->path, initial, values);
		const char *found = strstr(page, row);
		if (found == NULL)
			fail_msg("doc/configuration.md has no row that begins with:%s", row);
		assert_null(strstr(found + 1, row)); /* and no second one */
		assert_true(strcspn(found + strlen(row), "|\n") > strlen("What. "));
	}
}

/* The rows are those of the table and in its order, so the section for benches comes last, as in --help. */
static void every_row_is_a_setting_in_the_order_of_help(void **state)
{
	size_t next = 0;

	(void)state;
	for (const char *row = strstr(page, "\n| `"); row != NULL; row = strstr(row + 1, "\n| `")) {
		char name[CELL_MAX];
		row += strlen("\n| `");
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(row, "`"), row);
		if (strncmp(name, "outlets.<", strlen("outlets.<")) == 0)
			continue;
		assert_true(next < settings_table_count);
		assert_string_equal(name, settings_table[next++].path);
	}
	assert_int_equal(next, settings_table_count);
	assert_true(strstr(page, "`outlets.<evse_id>.attn_rx_db`") < strstr(page, "\n## Benches and tests: `bench`"));
	assert_null(strstr(strstr(page, "\n## Benches and tests: `bench`") + 1, "\n## "));
}

static void the_members_of_an_outlet_are_told(void **state)
{
	(void)state;
	assert_non_null(strstr(page, "\n| `outlets.<evse_id>.interface` |"));
	assert_non_null(strstr(page, "\n| `outlets.<evse_id>.everest_module` |"));
	assert_non_null(strstr(page, "\n| `outlets.<evse_id>.nominal_current_a` | `pilot.nominal_current_a` |"));
	assert_non_null(strstr(page, "\n| `outlets.<evse_id>.attn_rx_db` | `slac.attn_rx_db` |"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_setting_has_a_row_with_its_default_and_its_values),
		cmocka_unit_test(every_row_is_a_setting_in_the_order_of_help),
		cmocka_unit_test(the_members_of_an_outlet_are_told),
	};

	return cmocka_run_group_tests(tests, read_page, free_page);
}
