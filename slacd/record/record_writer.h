/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes session records to a directory, in a thread of its own: a disk that is slow, full or hangs delays nobody. A
 * file has another name until it is whole and on the disk. Files are bounded in number and in size together: the oldest
 * ones make room. So is what waits: while RECORD_JOBS records wait, no further one is taken. Each holds as much memory as
 * its session did (record.memory_kib at most).
 */
#ifndef SLACD_RECORD_RECORD_WRITER_H
#define SLACD_RECORD_RECORD_WRITER_H

#include "slacd/record/record_file.h"

#define RECORD_JOBS          256 /* one for each outlet: all may end at the same moment */
#define RECORD_DIRECTORY_MAX 256
#define RECORD_FILE_NAME_MAX 192

struct record_writer;

/* One record to be written. */
struct record_job {
	char name[RECORD_FILE_NAME_MAX]; /* of the file; record_writer_is_name */
	struct record_about about;
	char *settings;          /* allocated */
	struct record_ring ring; /* on: */
	uint8_t *memory;         /* allocated */
	uint8_t secret[RECORD_SECRET_LEN];
};

/* What the files may take. */
struct record_limits {
	uint32_t files;
	uint64_t octets;
};

/*
 * Starts the thread. The directory need not be there yet. NULL without memory or without a thread. To be called when the
 * process has given up the rights that it does not keep.
 */
struct record_writer *record_writer_new(const char *directory, const struct record_limits *limits);
/* Waits until everything is written, `wait_ms` at most, and ends the thread. False: something was not written. */
bool record_writer_free(struct record_writer *writer, unsigned wait_ms);

/* Whether record_writer_give would take one more. */
bool record_writer_has_room(struct record_writer *writer);
/* Takes the job over, which malloc has made. Without room it is freed, and false. */
bool record_writer_give(struct record_writer *writer, struct record_job *job);
/* Overwrites and frees. NULL is allowed. */
void record_job_free(struct record_job *job);

/* "20231213T155819.979904Z-...pcapng": a file that this program has made, and may remove. */
bool record_writer_is_name(const char *name);

#endif
