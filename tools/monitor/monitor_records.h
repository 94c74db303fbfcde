/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The session records of a directory (doc/records.md): their list, and one of them as a page. Only regular files with
 * names of slacd's are seen. Reads the disk, and blocks as long as that does.
 */
#ifndef TOOLS_MONITOR_MONITOR_RECORDS_H
#define TOOLS_MONITOR_MONITOR_RECORDS_H

#include <stdbool.h>
#include <stddef.h>

#include <event2/buffer.h>

#define MONITOR_RECORDS_MAX      500                 /* listed: the latest ones */
#define MONITOR_RECORD_SIZE_MAX  (64u * 1024 * 1024) /* of a file that is opened */
#define MONITOR_RECORD_ERROR_MAX 320

/* Whether the directory can be read; false with `error`, which names it. */
bool monitor_records_check(const char *directory, char error[MONITOR_RECORD_ERROR_MAX]);

/*
 * Appends {"records":[{"name":…,"size":…}],"more":…}: the latest first, and the number of those that are not listed.
 * False with `error`.
 */
bool monitor_records_list(const char *directory, struct evbuffer *out, char error[MONITOR_RECORD_ERROR_MAX]);

enum monitor_record_result {
	MONITOR_RECORD_WRITTEN,
	MONITOR_RECORD_MISSING,   /* no such record */
	MONITOR_RECORD_UNREADABLE /* with `error` */
};

/* Appends the record as an HTML page that needs nothing else. */
enum monitor_record_result monitor_records_open(const char *directory, const char *name, struct evbuffer *out,
						char error[MONITOR_RECORD_ERROR_MAX]);

#endif
