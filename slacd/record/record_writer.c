/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/record/record_writer.h"

#include "slacd/log.h"
#include "slacd/record/record_directory.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct record_writer {
	char directory[RECORD_DIRECTORY_MAX];
	struct record_limits limits;
	pthread_t thread;
	pthread_mutex_t lock; /* of all that follows */
	pthread_cond_t changed;
	struct record_job *jobs[RECORD_JOBS]; /* the oldest first */
	size_t count;                         /* the one that is being written is among them */
	bool stopping;
	bool ended;
	bool abandoned; /* nobody waits for the thread any more: it frees the writer */
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

	pthread_mutex_lock(&writer->lock);
	while (writer->count == 0 && !writer->stopping)
		pthread_cond_wait(&writer->changed, &writer->lock);
	if (writer->count > 0)
		job = writer->jobs[0];
	pthread_mutex_unlock(&writer->lock);
	return job;
}

static void remove_job(struct record_writer *writer)
{
	pthread_mutex_lock(&writer->lock);
	writer->count--;
	for (size_t i = 0; i < writer->count; i++)
		writer->jobs[i] = writer->jobs[i + 1];
	pthread_cond_broadcast(&writer->changed);
	pthread_mutex_unlock(&writer->lock);
}

static void destroy(struct record_writer *writer)
{
	pthread_cond_destroy(&writer->changed);
	pthread_mutex_destroy(&writer->lock);
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
	pthread_mutex_lock(&writer->lock);
	writer->ended = true;
	const bool abandoned = writer->abandoned;
	pthread_cond_broadcast(&writer->changed);
	pthread_mutex_unlock(&writer->lock);
	if (abandoned)
		destroy(writer);
	return NULL;
}

/* --- the owner's side --- */

/* Signals are for the event loop. */
static bool start_thread(struct record_writer *writer)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	const int error = pthread_create(&writer->thread, NULL, run, writer);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error == 0;
}

struct record_writer *record_writer_new(const char *directory, const struct record_limits *limits)
{
	struct record_writer *writer = calloc(1, sizeof(*writer));
	pthread_condattr_t monotonic;

	if (writer == NULL)
		return NULL;
	snprintf(writer->directory, sizeof(writer->directory), "%s", directory);
	writer->limits = *limits;
	pthread_mutex_init(&writer->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&writer->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (start_thread(writer))
		return writer;
	free(writer);
	return NULL;
}

bool record_writer_has_room(struct record_writer *writer)
{
	pthread_mutex_lock(&writer->lock);
	const bool has_room = writer->count < RECORD_JOBS;
	pthread_mutex_unlock(&writer->lock);
	return has_room;
}

bool record_writer_give(struct record_writer *writer, struct record_job *job)
{
	pthread_mutex_lock(&writer->lock);
	const bool taken = writer->count < RECORD_JOBS;
	if (taken)
		writer->jobs[writer->count++] = job;
	pthread_cond_broadcast(&writer->changed);
	pthread_mutex_unlock(&writer->lock);
	if (!taken)
		record_job_free(job);
	return taken;
}

/* False: it is abandoned. */
static bool await_end(struct record_writer *writer, unsigned wait_ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(wait_ms / 1000);
	until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_mutex_lock(&writer->lock);
	writer->stopping = true;
	pthread_cond_broadcast(&writer->changed);
	while (!writer->ended)
		if (pthread_cond_timedwait(&writer->changed, &writer->lock, &until) != 0)
			break;
	const bool ended = writer->ended;
	writer->abandoned = !ended;
	if (!ended)
		pthread_detach(writer->thread); /* the disk hangs, and so does the thread */
	pthread_mutex_unlock(&writer->lock);
	return ended;
}

bool record_writer_free(struct record_writer *writer, unsigned wait_ms)
{
	if (writer == NULL)
		return true;
	if (!await_end(writer, wait_ms))
		return false;
	pthread_join(writer->thread, NULL);
	destroy(writer);
	return true;
}
