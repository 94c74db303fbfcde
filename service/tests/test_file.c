/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are read whole, and what is refused instead of waited for. */
#include "service/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/slacd-file-XXXXXX";
static char path[sizeof(directory) + 16];
static char error[256];
static size_t len;

static int make_directory(void **state)
{
	(void)state;
	if (mkdtemp(directory) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/file", directory);
	return 0;
}

static int remove_directory(void **state)
{
	(void)state;
	return rmdir(directory);
}

static void write_octets(size_t count)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	for (size_t i = 0; i < count; i++)
		putc('x', file);
	fclose(file);
}

static void a_file_of_the_greatest_size_is_read_whole(void **state)
{
	(void)state;
	write_octets(FILE_SIZE_MAX);
	char *text = file_read(path, &len, error, sizeof(error));
	assert_non_null(text);
	assert_int_equal(len, FILE_SIZE_MAX);
	assert_int_equal(strlen(text), len);
	free(text);
	write_octets(FILE_SIZE_MAX + 1);
	assert_null(file_read(path, &len, error, sizeof(error)));
	assert_non_null(strstr(error, "larger than 1048576 octets"));
	unlink(path);
}

static void assert_refused(const char *name, const char *why)
{
	assert_null(file_read(name, &len, error, sizeof(error)));
	assert_non_null(strstr(error, name));
	assert_non_null(strstr(error, why));
}

/* Nobody writes to the FIFO: a test that waits for it does not end. */
static void what_is_no_regular_file_is_refused_at_once(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_refused(path, "expected a regular file, it is a FIFO");
	assert_refused(directory, "expected a regular file, it is a directory");
	assert_refused("/dev/zero", "expected a regular file, it is a device");
	unlink(path);
	assert_refused(path, "No such file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_of_the_greatest_size_is_read_whole),
		cmocka_unit_test(what_is_no_regular_file_is_refused_at_once),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
