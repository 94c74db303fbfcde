/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/replay/record_report.h"
#include "tools/replay/replay.h"

#include <stdio.h>

#define EXIT_RUNTIME 1
#define EXIT_USAGE   2

static int play_record(const struct replay_options *options, char error[REPLAY_ERROR_SIZE])
{
	switch (record_report(options, error)) {
	case RECORD_REPRODUCED:
	case RECORD_WHAT_IF:
		return 0;
	case RECORD_MISUSED:
		return EXIT_USAGE;
	case RECORD_DIFFERS:
	case RECORD_UNREAD:
		break;
	}
	return EXIT_RUNTIME;
}

static int play_capture(const struct replay_options *options, char error[REPLAY_ERROR_SIZE])
{
	return replay_run(options, stderr, error) ? 0 : EXIT_RUNTIME;
}

int main(int argc, char **argv)
{
	char error[REPLAY_ERROR_SIZE] = "";
	struct replay_options options;

	switch (replay_options_parse(argc, argv, &options, error)) {
	case REPLAY_HELP:
		replay_options_help();
		return 0;
	case REPLAY_VERSION:
		printf("slac-replay %s\n", SLACD_VERSION);
		return 0;
	case REPLAY_BAD:
		fprintf(stderr, "slac-replay: %s (see slac-replay --help)\n", error);
		return EXIT_USAGE;
	case REPLAY_RUN:
		break;
	}
	const int code = options.is_record ? play_record(&options, error) : play_capture(&options, error);
	if (fflush(stdout) != 0 && code == 0) {
		perror("slac-replay: standard output");
		return EXIT_RUNTIME;
	}
	if (error[0] != '\0')
		fprintf(stderr, "slac-replay: %s\n", error);
	return code;
}
