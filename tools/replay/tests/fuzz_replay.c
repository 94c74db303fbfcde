/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any octets as a capture file for slac-replay, whose account goes nowhere. Its length says where it was
 * recorded, and whether the station is named.
 */
#include "tools/replay/replay.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct replay_options options;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static char program[] = "slac-replay", evse[] = "--evse-mac", mac[] = "02:00:00:00:00:10", file[] = "capture";
	char *arguments[] = {program, evse, mac, file, NULL};
	char error[REPLAY_ERROR_SIZE];

	(void)argc;
	(void)argv;
	if (replay_options_parse(4, arguments, &options, error) != REPLAY_RUN ||
	    freopen("/dev/null", "w", stdout) == NULL)
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	char error[REPLAY_ERROR_SIZE] = "";
	int file = memfd_create("capture", 0);

	if (file < 0 || write(file, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	options.capture = path;
	options.place = (enum replay_place)(size % 3);
	options.has_evse_mac = size % 2 == 0;
	if (!replay_run(&options, stdout, error) && error[0] == '\0')
		abort();
	close(file);
	return 0;
}
