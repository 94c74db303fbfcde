/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/replay/replay.h"

#include <stdio.h>

#define EXIT_RUNTIME 1
#define EXIT_USAGE   2

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
	bool ok = replay_run(&options, error);
	if (fflush(stdout) != 0 && ok) {
		perror("slac-replay: standard output");
		return EXIT_RUNTIME;
	}
	if (!ok)
		fprintf(stderr, "slac-replay: %s\n", error);
	return ok ? 0 : EXIT_RUNTIME;
}
