/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/record/record_writer.h"

#include "service/log.h"
#include "service/worker.h"
#include "slacd/record/record_directory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct record_writer {
	char directory[RECORD_DIRECTORY_MAX];
	struct record_limits limits;
	struct worker worker;
	/* behind the worker's lock */
	struct record_job *jobs[RECORD_JOBS]; /* a ring */
	size_t first;                         /* the oldest */
	size_t count;                         /* the one that is being written is among them */
	/* of the thread alone */
	char trouble[RECORD_TROUBLE_MAX]; /* said last, "": none */
};

void record_job_free(struct record_job *job)
{
	if (job == NULL)
		return;
	if (job->memory != NULL)
		record_ring_wipe(&job->ring);
	free(job->memory);
	free(job->settings);
	explicit_bzero(job, sizeof(*job));
	free(job);
}

/* --- the thread --- */

/* Once for each cause, not for each file. */
static void say(struct record_writer *writer, const char *name, const char *trouble)
{
	if (strcmp(writer->trouble, trouble) == 0)
		return;
	if (*trouble != '\0')
		log_line(LOG_LEVEL_ERROR, "Session records are not written: %s. directory=%s file=%s", trouble,
			 writer->directory, name);
	else
		log_line(LOG_LEVEL_INFO, "Session records are written again. directory=%s file=%s", writer->directory,
			 name);
	snprintf(writer->trouble, sizeof(writer->trouble), "%s", trouble);
}

static void write_record(struct record_writer *writer, const struct record_job *job)
{
	char trouble[RECORD_TROUBLE_MAX] = "";
	struct record_octets file;

	if (!record_file_build(&job->about, job->settings, &job->ring, job->secret, &file)) {
		say(writer, job->name, "no memory");
		return;
	}
	record_directory_write(writer->directory, &writer->limits, job->name, file.octets, file.len, trouble);
	say(writer, job->name, trouble);
	record_octets_free(&file);
}

static struct record_job *await_job(struct record_writer *writer)
{
	struct record_job *job = NULL;

	pthread_mutex_lock(&writer->worker.lock);
	while (writer->count == 0 && !writer->worker.stopping)
		pthread_cond_wait(&writer->worker.changed, &writer->worker.lock);
	if (writer->count > 0)
		job = writer->jobs[writer->first];
	pthread_mutex_unlock(&writer->worker.lock);
	return job;
}

static void remove_job(struct record_writer *writer)
{
	pthread_mutex_lock(&writer->worker.lock);
	writer->first = (writer->first + 1) % RECORD_JOBS;
	writer->count--;
	pthread_mutex_unlock(&writer->worker.lock);
}

static void destroy(struct record_writer *writer)
{
	worker_destroy(&writer->worker);
	free(writer);
}

static void *run(void *context)
{
	struct record_writer *writer = context;
	char trouble[RECORD_TROUBLE_MAX] = "";
	struct record_job *job;

	record_directory_check(writer->directory, trouble);
	say(writer, "none yet", trouble);
	record_directory_clean(writer->directory);
	while ((job = await_job(writer)) != NULL) {
		write_record(writer, job);
		record_job_free(job);
		remove_job(writer);
	}
	if (worker_finish(&writer->worker))
		destroy(writer);
	return NULL;
}

/* --- the owner's side --- */

struct record_writer *record_writer_new(const char *directory, const struct record_limits *limits)
{
	struct record_writer *writer = calloc(1, sizeof(*writer));

	if (writer == NULL)
		return NULL;
	snprintf(writer->directory, sizeof(writer->directory), "%s", directory);
	writer->limits = *limits;
	worker_init(&writer->worker);
	if (worker_start(&writer->worker, "record", run, writer))
		return writer;
	destroy(writer);
	return NULL;
}

bool record_writer_has_room(struct record_writer *writer)
{
	pthread_mutex_lock(&writer->worker.lock);
	const bool has_room = writer->count < RECORD_JOBS;
	pthread_mutex_unlock(&writer->worker.lock);
	return has_room;
}

bool record_writer_give(struct record_writer *writer, struct record_job *job)
{
	pthread_mutex_lock(&writer->worker.lock);
	const bool taken = writer->count < RECORD_JOBS;
	if (taken)
		writer->jobs[(writer->first + writer->count++) % RECORD_JOBS] = job;
	pthread_cond_signal(&writer->worker.changed);
	pthread_mutex_unlock(&writer->worker.lock);
	if (!taken)
		record_job_free(job);
	return taken;
}

bool record_writer_free(struct record_writer *writer, unsigned wait_ms)
{
	if (writer == NULL)
		return true;
	if (!worker_stop(&writer->worker, wait_ms))
		return false; /* the disk hangs, and so does the thread */
	destroy(writer);
	return true;
}
