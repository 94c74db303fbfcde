/* SPDX-License-Identifier: Apache-2.0 */
/* What a page is told, as JSON in one line, and questions about it. For the tests. */
#ifndef TOOLS_MONITOR_TESTS_PAGE_VIEW_H
#define TOOLS_MONITOR_TESTS_PAGE_VIEW_H

#include <json-c/json.h>
#include <stddef.h>

/* What all others look at from now on; frees the line. */
void see(char *line, size_t len);
/* Frees what is looked at. */
void see_nothing(void);

/* The place of a path such as "outlets.0.slac.status", or NULL. */
struct json_object *at(const char *path);
void is(const char *path, const char *expected);
void is_not_there(const char *path);
/* Of an array. */
size_t count(const char *path);

#endif
