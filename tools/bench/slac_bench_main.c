/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slac-bench-driver: car, modem and station around a real slacd, with a clock. Prints figures, judges
 * nothing. Started by tools/slac-bench, which makes the namespace, the interfaces and the broker.
 */
#include "tools/bench/slac_bench_figures.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#define MATCHES_MAX 1000000
/* Two gaps, one for each responder, stay within TT_match_response, 200 ms. */
#define GAP_US_MAX 50000

static int usage(void)
{
	fprintf(stderr, "usage: slac-bench-driver --slacd PROGRAM --malloc-count LIBRARY --directory "
			"DIRECTORY --port PORT\n"
			"                         --interface IFNAME --bare IFNAME --echo IFNAME\n"
			"                         [--matches N] [--gap-us N] [--starts N] [--idle-s N] "
			"[--unplaced]\n");
	return 2;
}

static unsigned number(const char *text, unsigned max)
{
	unsigned long value = strtoul(text, NULL, 10);

	return value > max ? max : (unsigned)value;
}

static bool read_options(int argc, char **argv, struct bench_options *options)
{
	static const struct option known[] = {
		{"slacd", required_argument, NULL, 's'},
		{"malloc-count", required_argument, NULL, 'l'},
		{"directory", required_argument, NULL, 'd'},
		{"port", required_argument, NULL, 'p'},
		{"interface", required_argument, NULL, 'i'},
		{"bare", required_argument, NULL, 'b'},
		{"echo", required_argument, NULL, 'e'},
		{"matches", required_argument, NULL, 'm'},
		{"starts", required_argument, NULL, 'n'},
		{"idle-s", required_argument, NULL, 't'},
		{"gap-us", required_argument, NULL, 'g'},
		{"unplaced", no_argument, NULL, 'u'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 's':
			options->slacd = optarg;
			break;
		case 'l':
			options->malloc_count = optarg;
			break;
		case 'd':
			options->directory = optarg;
			break;
		case 'p':
			options->port = (int)strtol(optarg, NULL, 10);
			break;
		case 'i':
			options->interface = optarg;
			break;
		case 'b':
			options->bare_interface = optarg;
			break;
		case 'e':
			options->echo_interface = optarg;
			break;
		case 'm':
			options->matches = number(optarg, MATCHES_MAX);
			break;
		case 'n':
			options->starts = number(optarg, MATCHES_MAX);
			break;
		case 't':
			options->idle_s = number(optarg, 3600);
			break;
		case 'g':
			options->gap_us = number(optarg, GAP_US_MAX);
			break;
		case 'u':
			options->unplaced = true;
			break;
		default:
			return false;
		}
	}
	return optind == argc && options->slacd != NULL && options->malloc_count != NULL &&
	       options->directory != NULL && options->port > 0 && options->interface != NULL &&
	       options->bare_interface != NULL && options->echo_interface != NULL && options->matches > 0 &&
	       options->starts > 0;
}

int main(int argc, char **argv)
{
	struct bench_options options = {.matches = 1000, .gap_us = 1000, .starts = 31, .idle_s = 10};

	if (!read_options(argc, argv, &options))
		return usage();
	return bench_run(&options) ? EXIT_SUCCESS : EXIT_FAILURE;
}
