/* SPDX-License-Identifier: Apache-2.0 */
/* The thread that writes records: whole files or none, within their limits, and nobody waits for the disk. */
#include "slacd/record/record_writer.h"

#include "service/clock.h"
#include "service/log.h"
#include "slacd/outlet/outlet_state.h"
#include "slacd/record/tests/recorded_session.h"

#include <dirent.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define WAIT_MS 10000

static const struct record_limits plenty = {.files = 2 * RECORD_JOBS, .octets = 1 << 24};
static struct recorded_session session; /* too large for the stack */
static char folder[64];

/* --- a disk that hangs, and a log that is read --- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool disk_hangs;
static size_t errors_said;
static size_t recoveries_said;

int __real_fsync(int fd);
int __wrap_fsync(int fd);

int __wrap_fsync(int fd)
{
	pthread_mutex_lock(&lock);
	while (disk_hangs)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	return __real_fsync(fd);
}

static void let_disk_hang(bool hang)
{
	pthread_mutex_lock(&lock);
	disk_hangs = hang;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

__attribute__((format(printf, 2, 3))) void __wrap_log_line(enum log_level level, const char *format, ...);

void __wrap_log_line(enum log_level level, const char *format, ...)
{
	(void)format;
	pthread_mutex_lock(&lock);
	errors_said += level == LOG_LEVEL_ERROR;
	recoveries_said += level == LOG_LEVEL_INFO;
	pthread_mutex_unlock(&lock);
}

/* --- a folder --- */

static int open_folder(void **state)
{
	(void)state;
	errors_said = recoveries_said = 0;
	snprintf(folder, sizeof(folder), "/tmp/slacd-writer-XXXXXX");
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static void path_of(const char *name, char path[512])
{
	snprintf(path, 512, "%s/%s", folder, name);
}

static int count_files(bool (*counts)(const char *name))
{
	DIR *directory = opendir(folder);
	int count = 0;

	assert_non_null(directory);
	for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && counts(entry->d_name);
	closedir(directory);
	return count;
}

static bool any(const char *name)
{
	(void)name;
	return true;
}

static int close_folder(void **state)
{
	DIR *directory = opendir(folder);
	char path[512];

	(void)state;
	assert_non_null(directory);
	for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
		path_of(entry->d_name, path);
		unlink(path);
	}
	closedir(directory);
	return rmdir(folder);
}

static void make_file(const char *name)
{
	char path[512];

	path_of(name, path);
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	fputs("something\n", file);
	fclose(file);
}

static bool is_there(const char *name)
{
	char path[512];

	path_of(name, path);
	return access(path, F_OK) == 0;
}

/* --- records --- */

static const char *name_of(unsigned number)
{
	static char name[64];

	snprintf(name, sizeof(name), "20231213T1500%02u.000000Z-E%u-failed-no_sounds.pcapng", number % 60, number);
	return name;
}

static struct record_job *new_job(unsigned number)
{
	struct record_job *job = calloc(1, sizeof(*job));

	assert_non_null(job);
	recorded_session_open(&session, RECORD_MEMORY_MIN);
	recorded_session_play(&session);
	snprintf(job->name, sizeof(job->name), "%s", name_of(number));
	snprintf(job->about.evse_id, sizeof(job->about.evse_id), "E%u", number);
	job->about.state_version = OUTLET_STATE_VERSION;
	job->settings = strdup("{}");
	job->ring = session.ring;
	job->memory = session.memory;
	return job;
}

static void is_whole(const char *name)
{
	static uint8_t octets[1 << 20];
	struct record_file record;
	struct record_item item;
	struct stat status;
	char path[512];
	enum record_read result;

	path_of(name, path);
	FILE *file = fopen(path, "re");
	assert_non_null(file);
	const size_t len = fread(octets, 1, sizeof(octets), file);
	assert_int_equal(fstat(fileno(file), &status), 0);
	fclose(file);
	assert_int_equal(status.st_mode & 07777 & ~0640U, 0);
	assert_true(record_file_open(&record, octets, len));
	while ((result = record_file_next(&record, &item)) == RECORD_READ_ITEM)
		;
	assert_int_equal(result, RECORD_READ_END);
}

static void everything_given_is_written_before_the_end(void **state)
{
	struct record_writer *writer = record_writer_new(folder, &plenty);

	(void)state;
	assert_non_null(writer);
	for (unsigned i = 0; i < 3; i++)
		assert_true(record_writer_give(writer, new_job(i)));
	assert_true(record_writer_free(writer, WAIT_MS));
	assert_int_equal(count_files(any), 3);
	for (unsigned i = 0; i < 3; i++)
		is_whole(name_of(i));
	assert_int_equal(errors_said, 0);
}

static void a_disk_that_hangs_delays_nobody(void **state)
{
	struct record_writer *writer = record_writer_new(folder, &plenty);
	struct record_job *jobs[RECORD_JOBS + 2];

	(void)state;
	for (unsigned i = 0; i < RECORD_JOBS + 2; i++)
		jobs[i] = new_job(i);
	let_disk_hang(true);
	const uint64_t begin_us = clock_now_us();
	for (unsigned i = 0; i < RECORD_JOBS; i++) {
		assert_true(record_writer_has_room(writer));
		assert_true(record_writer_give(writer, jobs[i]));
	}
	assert_false(record_writer_has_room(writer));
	assert_false(record_writer_give(writer, jobs[RECORD_JOBS])); /* freed, as the sanitizers see */
	assert_true(clock_now_us() - begin_us < 500000);
	assert_int_equal(count_files(record_writer_is_name), 0); /* nothing half written has a record's name */
	let_disk_hang(false);
	assert_true(record_writer_free(writer, WAIT_MS));
	assert_int_equal(count_files(record_writer_is_name), RECORD_JOBS);
	record_job_free(jobs[RECORD_JOBS + 1]);
}

/* The thread frees what is left when the disk goes on. */
static void the_end_does_not_wait_for_a_disk_that_hangs(void **state)
{
	struct record_writer *writer = record_writer_new(folder, &plenty);

	(void)state;
	let_disk_hang(true);
	assert_true(record_writer_give(writer, new_job(1)));
	const uint64_t begin_us = clock_now_us();
	assert_false(record_writer_free(writer, 50));
	assert_true(clock_now_us() - begin_us < 2000000);
	let_disk_hang(false);
	while (count_files(record_writer_is_name) == 0)
		usleep(1000);
	usleep(20000);
}

/* So many in the end, not one more. */
static void await_errors(size_t count)
{
	size_t said = 0;

	for (unsigned ms = 0; said < count && ms < WAIT_MS; ms++) {
		usleep(1000);
		pthread_mutex_lock(&lock);
		said = errors_said;
		pthread_mutex_unlock(&lock);
	}
	assert_int_equal(said, count);
}

static void a_directory_that_is_not_there_is_said_once_and_so_is_its_return(void **state)
{
	struct record_writer *writer;
	char missing[256];

	(void)state;
	snprintf(missing, sizeof(missing), "%s/missing", folder);
	writer = record_writer_new(missing, &plenty);
	assert_non_null(writer);
	await_errors(1); /* before there is a record */
	for (unsigned i = 0; i < 3; i++)
		assert_true(record_writer_give(writer, new_job(i)));
	assert_true(record_writer_free(writer, WAIT_MS));
	await_errors(1);
	writer = record_writer_new(missing, &plenty);
	await_errors(2);
	assert_int_equal(mkdir(missing, 0755), 0);
	assert_true(record_writer_give(writer, new_job(4)));
	assert_true(record_writer_free(writer, WAIT_MS));
	assert_int_equal(errors_said, 2);
	assert_int_equal(recoveries_said, 1);
	snprintf(missing, sizeof(missing), "%s/missing/%s", folder, name_of(4));
	assert_int_equal(unlink(missing), 0);
	*strrchr(missing, '/') = '\0';
	assert_int_equal(rmdir(missing), 0);
}

/* A file may have 4096 octets: as on a full disk, its end is refused. */
static void a_full_disk_leaves_no_half_file_and_is_said_once(void **state)
{
	struct record_writer *writer = record_writer_new(folder, &plenty);
	struct rlimit before, small;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){.rlim_cur = 4096, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (unsigned i = 0; i < 3; i++)
		assert_true(record_writer_give(writer, new_job(i)));
	const bool written = record_writer_free(writer, WAIT_MS);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(written);
	assert_int_equal(count_files(any), 0);
	assert_int_equal(errors_said, 1);
}

static void the_oldest_make_room_and_no_other_file_is_touched(void **state)
{
	const struct record_limits three = {.files = 3, .octets = 1 << 24};
	struct record_writer *writer = record_writer_new(folder, &three);

	(void)state;
	make_file("notes.pcapng");
	make_file("20231213T150000-mine.pcapng");
	for (unsigned i = 0; i < 5; i++)
		assert_true(record_writer_give(writer, new_job(i)));
	assert_true(record_writer_free(writer, WAIT_MS));
	assert_int_equal(count_files(record_writer_is_name), 3);
	assert_false(is_there(name_of(1)));
	assert_true(is_there(name_of(2)));
	assert_true(is_there("notes.pcapng"));
	assert_true(is_there("20231213T150000-mine.pcapng"));
}

static void the_size_is_limited_too(void **state)
{
	struct record_limits limits = {.files = 100, .octets = 1 << 24};
	struct record_writer *writer = record_writer_new(folder, &limits);
	struct stat status;
	char path[512];

	(void)state;
	assert_true(record_writer_give(writer, new_job(0)));
	assert_true(record_writer_free(writer, WAIT_MS));
	path_of(name_of(0), path);
	assert_int_equal(stat(path, &status), 0);
	limits.octets = (uint64_t)status.st_size * 5 / 2;
	writer = record_writer_new(folder, &limits);
	for (unsigned i = 1; i < 4; i++)
		assert_true(record_writer_give(writer, new_job(i)));
	assert_true(record_writer_free(writer, WAIT_MS));
	assert_int_equal(count_files(any), 2);
	assert_true(is_there(name_of(3)));
	limits.octets = 100;
	writer = record_writer_new(folder, &limits);
	assert_true(record_writer_give(writer, new_job(5)));
	assert_true(record_writer_free(writer, WAIT_MS));
	assert_int_equal(errors_said, 1);
	assert_false(is_there(name_of(5)));
}

static void what_a_killed_process_has_left_is_removed(void **state)
{
	struct record_writer *writer;
	char temporary[128];

	(void)state;
	snprintf(temporary, sizeof(temporary), ".%s", name_of(1));
	make_file(temporary);
	make_file(".hidden");
	make_file(name_of(2));
	writer = record_writer_new(folder, &plenty);
	assert_true(record_writer_free(writer, WAIT_MS));
	assert_false(is_there(temporary));
	assert_true(is_there(".hidden"));
	assert_true(is_there(name_of(2)));
}

static void names(void **state)
{
	(void)state;
	assert_true(record_writer_is_name("20231213T155819.979904Z-DE_ABC_E1-failed-no_match_req.pcapng"));
	assert_true(record_writer_is_name("20231213T155819.979904Z-.pcapng"));
	assert_false(record_writer_is_name("20231213T155819.979904Z-E1.pcap"));
	assert_false(record_writer_is_name("20231213T155819.97990 Z-E1.pcapng"));
	assert_false(record_writer_is_name(".20231213T155819.979904Z-E1.pcapng"));
	assert_false(record_writer_is_name("20231213T155819.979904Z-../E1.pcapng"));
	assert_false(record_writer_is_name(""));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_folder, close_folder)
	const struct CMUnitTest tests[] = {
		TEST(everything_given_is_written_before_the_end),
		TEST(a_disk_that_hangs_delays_nobody),
		TEST(the_end_does_not_wait_for_a_disk_that_hangs),
		TEST(a_directory_that_is_not_there_is_said_once_and_so_is_its_return),
		TEST(a_full_disk_leaves_no_half_file_and_is_said_once),
		TEST(the_oldest_make_room_and_no_other_file_is_touched),
		TEST(the_size_is_limited_too),
		TEST(what_a_killed_process_has_left_is_removed),
		cmocka_unit_test(names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
