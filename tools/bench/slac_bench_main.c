/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slac-bench-driver: car, modem and station around a real slacd, with a clock. Prints figures and the goals beside them; a
 * goal that is not met is no failure. Started by tools/slac-bench, which makes the namespace, the interfaces and the
 * broker.
 */
#include "tools/bench/slac_bench_figures.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#define MATCHES_MAX 1000000
#define OUTLETS_MAX 256

static int usage(void)
{
	fprintf(stderr,
		"usage: slac-bench-driver --slacd PROGRAM --floor PROGRAM --outlet PROGRAM --malloc-count LIBRARY\n"
		"                         --directory DIRECTORY --port PORT --broker PID --interface IFNAME\n"
		"                         --floor-interface IFNAME --floor-opposite IFNAME --part NAME[,NAME]|all\n"
		"                         [--json FILE] [--matches N] [--starts N] [--idle-s N] [--outlets N] "
		"[--unplaced]\n");
	return 2;
}

static unsigned number(const char *text, unsigned max)
{
	unsigned long value = strtoul(text, NULL, 10);

	return value > max ? max : (unsigned)value;
}

/* False where the option is no text. */
static bool take_text(int option, struct bench_options *options)
{
	const struct {
		int option;
		const char **text;
	} texts[] = {
		{'s', &options->slacd},          {'f', &options->floor},     {'o', &options->outlet},
		{'l', &options->malloc_count},   {'d', &options->directory}, {'P', &options->parts},
		{'j', &options->json},           {'i', &options->interface}, {'F', &options->floor_interface},
		{'O', &options->floor_opposite},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].option == option) {
			*texts[i].text = optarg;
			return true;
		}
	return false;
}

static bool take_number(int option, struct bench_options *options)
{
	if (option == 'p')
		options->port = (int)strtol(optarg, NULL, 10);
	else if (option == 'b')
		options->broker = (pid_t)strtol(optarg, NULL, 10);
	else if (option == 'm')
		options->matches = number(optarg, MATCHES_MAX);
	else if (option == 'n')
		options->starts = number(optarg, MATCHES_MAX);
	else if (option == 't')
		options->idle_s = number(optarg, 3600);
	else if (option == 'N')
		options->outlets_max = number(optarg, OUTLETS_MAX);
	else if (option == 'u')
		options->unplaced = true;
	else
		return false;
	return true;
}

static bool read_options(int argc, char **argv, struct bench_options *options)
{
	static const struct option known[] = {
		{"slacd", required_argument, NULL, 's'},
		{"floor", required_argument, NULL, 'f'},
		{"outlet", required_argument, NULL, 'o'},
		{"malloc-count", required_argument, NULL, 'l'},
		{"directory", required_argument, NULL, 'd'},
		{"port", required_argument, NULL, 'p'},
		{"broker", required_argument, NULL, 'b'},
		{"interface", required_argument, NULL, 'i'},
		{"floor-interface", required_argument, NULL, 'F'},
		{"floor-opposite", required_argument, NULL, 'O'},
		{"part", required_argument, NULL, 'P'},
		{"json", required_argument, NULL, 'j'},
		{"matches", required_argument, NULL, 'm'},
		{"starts", required_argument, NULL, 'n'},
		{"idle-s", required_argument, NULL, 't'},
		{"outlets", required_argument, NULL, 'N'},
		{"unplaced", no_argument, NULL, 'u'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
		if (!take_text(option, options) && !take_number(option, options))
			return false;
	return optind == argc && options->slacd != NULL && options->floor != NULL && options->outlet != NULL &&
	       options->malloc_count != NULL && options->directory != NULL && options->port > 0 &&
	       options->broker > 0 && options->interface != NULL && options->floor_interface != NULL &&
	       options->floor_opposite != NULL && options->parts != NULL && options->starts > 0 && options->idle_s > 0;
}

int main(int argc, char **argv)
{
	struct bench_options options = {.starts = 31, .idle_s = 10, .outlets_max = OUTLETS_MAX};

	if (!read_options(argc, argv, &options))
		return usage();
	if (!bench_parts_exist(options.parts))
		return 2;
	return bench_run(&options) ? EXIT_SUCCESS : EXIT_FAILURE;
}
