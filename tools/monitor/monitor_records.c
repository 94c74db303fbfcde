/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/monitor/monitor_records.h"

#include "slacd/record/record_writer.h"
#include "tools/replay/record_load.h"
#include "tools/trace/trace_html.h"
#include "tools/trace/trace_record_html.h"

#include <dirent.h>
#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LIST_FORM (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

static bool fail(char error[MONITOR_RECORD_ERROR_MAX], const char *what, const char *why)
{
	snprintf(error, MONITOR_RECORD_ERROR_MAX, "%s: %s", what, why);
	return false;
}

static int is_record(const struct dirent *entry)
{
	return record_writer_is_name(entry->d_name);
}

static void free_names(struct dirent **names, int count)
{
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

bool monitor_records_check(const char *directory, char error[MONITOR_RECORD_ERROR_MAX])
{
	DIR *opened = opendir(directory);

	if (opened == NULL)
		return fail(error, directory, strerror(errno));
	closedir(opened);
	return true;
}

/* The path of a regular file with such a name; false where there is none. */
static bool find_file(const char *directory, const char *name, char path[PATH_MAX], off_t *size)
{
	struct stat status;

	if (!record_writer_is_name(name) || snprintf(path, PATH_MAX, "%s/%s", directory, name) >= PATH_MAX ||
	    lstat(path, &status) != 0 || !S_ISREG(status.st_mode))
		return false;
	*size = status.st_size;
	return true;
}

/* --- the list --- */

static void append_record(struct json_object *array, const char *name, off_t size)
{
	struct json_object *record = json_object_new_object();

	json_object_object_add(record, "name", json_object_new_string(name));
	json_object_object_add(record, "size", json_object_new_int64((int64_t)size));
	json_object_array_add(array, record);
}

bool monitor_records_list(const char *directory, struct evbuffer *out, char error[MONITOR_RECORD_ERROR_MAX])
{
	struct dirent **names = NULL;
	const int count = scandir(directory, &names, is_record, alphasort);
	struct json_object *list, *array;
	char path[PATH_MAX];
	off_t size;

	if (count < 0)
		return fail(error, directory, strerror(errno));
	list = json_object_new_object();
	array = json_object_new_array();
	/* A name begins with the time. */
	for (int i = count; i-- > 0 && json_object_array_length(array) < MONITOR_RECORDS_MAX;)
		if (find_file(directory, names[i]->d_name, path, &size))
			append_record(array, names[i]->d_name, size);
	json_object_object_add(list, "records", array);
	json_object_object_add(list, "more",
			       json_object_new_int(count > MONITOR_RECORDS_MAX ? count - MONITOR_RECORDS_MAX : 0));
	free_names(names, count);
	const char *text = json_object_to_json_string_ext(list, LIST_FORM);
	const bool done = evbuffer_add_printf(out, "%s", text) > 0;
	json_object_put(list);
	return done || fail(error, directory, strerror(ENOMEM));
}

/* --- one record --- */

static bool write_page(FILE *out, const char *path, const char *name, char error[MONITOR_RECORD_ERROR_MAX])
{
	char why[RECORD_ERROR_MAX] = "";
	struct trace_record record;
	size_t len;
	uint8_t *octets = record_load(path, &len);

	if (octets == NULL)
		return fail(error, name, strerror(errno));
	const bool is_whole = trace_record_read(&record, octets, len, why);
	const bool is_shown = is_whole || record.row_count > 0;
	if (is_shown) {
		trace_html_begin(out);
		trace_record_html(out, &record, name, 1);
		if (!is_whole)
			fputs("<p>The file is damaged; it was read up to there.</p>\n", out);
		trace_html_end(out);
	} else {
		fail(error, name, why);
	}
	trace_record_free(&record);
	free(octets);
	return is_shown;
}

enum monitor_record_result monitor_records_open(const char *directory, const char *name, struct evbuffer *out,
						char error[MONITOR_RECORD_ERROR_MAX])
{
	char path[PATH_MAX];
	char *text = NULL;
	size_t len = 0;
	off_t size;

	if (!find_file(directory, name, path, &size))
		return MONITOR_RECORD_MISSING;
	if (size > MONITOR_RECORD_SIZE_MAX) {
		fail(error, name, "larger than 64 MiB: slac-trace --html makes a page of it");
		return MONITOR_RECORD_UNREADABLE;
	}
	FILE *file = open_memstream(&text, &len);
	bool is_whole = file != NULL && write_page(file, path, name, error);
	if (file == NULL || ferror(file) != 0)
		is_whole = fail(error, name, strerror(ENOMEM));
	if (file != NULL)
		is_whole = fclose(file) == 0 && is_whole;
	is_whole = is_whole && evbuffer_add(out, text, len) == 0;
	free(text);
	return is_whole ? MONITOR_RECORD_WRITTEN : MONITOR_RECORD_UNREADABLE;
}
