/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/replay/tests/trace_files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *trace_folder(void)
{
	const char *path = getenv("SLACD_TRACES");
	DIR *folder = path == NULL ? NULL : opendir(path);

	if (folder == NULL)
		return NULL;
	closedir(folder);
	return path;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

size_t trace_list(char names[TRACE_FILES][TRACE_NAME_SIZE])
{
	const char *path = trace_folder();
	DIR *folder = path == NULL ? NULL : opendir(path);
	size_t count = 0;

	if (folder == NULL)
		return 0;
	for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
		const char *dot = strrchr(entry->d_name, '.');
		if (dot == NULL || strcmp(dot, ".pcap") != 0 || count == TRACE_FILES)
			continue;
		snprintf(names[count++], TRACE_NAME_SIZE, "%.*s", TRACE_NAME_SIZE - 1, entry->d_name);
	}
	closedir(folder);
	qsort(names, count, TRACE_NAME_SIZE, by_name);
	return count;
}

bool trace_each_frame(const char *file, trace_frame_function *call, void *ctx, char error[PORT_ERROR_SIZE])
{
	char path[4096];
	enum port_result result;
	const uint8_t *octets;
	uint64_t time_us;
	size_t len;

	snprintf(path, sizeof(path), "%s/%s", trace_folder(), file);
	struct capture_reader *reader = capture_open(path, error);
	if (reader == NULL)
		return false;
	while ((result = capture_next(reader, &octets, &len, &time_us)) == PORT_FRAME)
		call(octets, len, time_us, ctx);
	if (result != PORT_END)
		snprintf(error, PORT_ERROR_SIZE, "%s: %s", file, capture_error(reader));
	capture_close(reader);
	return result == PORT_END;
}
