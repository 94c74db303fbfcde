/* SPDX-License-Identifier: Apache-2.0 */
/* Rows for tests, and a directory that vanishes with the test. */
#ifndef TOOLS_HISTORY_TESTS_HISTORY_ROWS_H
#define TOOLS_HISTORY_TESTS_HISTORY_ROWS_H

#include "tools/history/history_batch.h"

/* Rows that are told apart by `number`, which is in what their keys are made of. */
struct history_row telemetry_row(unsigned number);
struct history_row status_row(unsigned number);
struct history_row refused_row(unsigned number);
unsigned number_of(const struct history_row *row);

void assert_same_row(const struct history_row *left, const struct history_row *right);

/* An empty batch with room for a few thousand rows. */
struct history_batch new_batch(void);
/* Adds telemetry_row(first) ... telemetry_row(first + count - 1). */
void add_rows(struct history_batch *batch, unsigned first, unsigned count);

#define TEST_PATH_SIZE 128

/* The path of a new, empty directory. */
void make_directory(char path[TEST_PATH_SIZE]);
/* With all that is in it. */
void remove_directory(const char *path);

#endif
