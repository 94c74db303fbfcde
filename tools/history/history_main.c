/* SPDX-License-Identifier: Apache-2.0 */
/* slac-history: what stations say over MQTT, stored and reported. */
#include "tools/history/history_collect.h"
#include "tools/history/report.h"

#include <string.h>

int main(int argc, char **argv)
{
	static char report[] = "slac-history report";

	if (!startup_open_standard_descriptors())
		return EXIT_CODE_FAILURE;
	if (argc > 1 && strcmp(argv[1], "report") == 0) {
		argv[1] = report; /* the name that a wrong option is told with */
		return (int)history_report(argc - 1, argv + 1);
	}
	if (argc > 1 && strcmp(argv[1], "collect") == 0) {
		argv[1] = argv[0];
		argv++;
		argc--;
	}
	return (int)history_collect(argc, argv);
}
