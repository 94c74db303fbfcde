/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/report.h"

#include <stdio.h>

enum exit_code history_report(int argc, char **argv)
{
	(void)argc;
	fprintf(stderr, "slac-history: %s: not in this version\n", argv[0]);
	return EXIT_CODE_FAILURE;
}
