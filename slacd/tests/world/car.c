/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/tests/world/car.h"

#include "slacd/tests/world/loop.h"
#include "slacd/tests/world/record.h"
#include "slacd/tests/world/words.h"
#include "tools/car/simulation.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct site {
	enum loop_owner owner;
	struct words words;
	struct slac_ev_options options;
	struct simulation simulation;
};

static struct site *sites[LOOP_CARS];

/* --- their account: frames are recorded by the wire --- */

uint64_t trace_now_us(void)
{
	return loop_now_us();
}

void trace_init(struct trace *trace, bool colour, bool quiet)
{
	*trace = (struct trace){.start_us = loop_now_us(), .colour = colour, .quiet = quiet};
}

void trace_frame(const struct trace *trace, const char *from, const char *to, const struct mme *mme,
		 enum mme_error error)
{
	(void)trace;
	(void)from;
	(void)to;
	(void)mme;
	(void)error;
}

void trace_lost(const struct trace *trace, const char *from, const struct mme *mme, const char *reason)
{
	(void)trace;
	(void)from;
	(void)mme;
	(void)reason;
}

static const char *interface_of(const struct trace *trace)
{
	for (size_t i = 0; i < LOOP_CARS; i++)
		if (sites[i] != NULL && &sites[i]->simulation.trace == trace)
			return sites[i]->options.interface;
	return "?";
}

void trace_event(const struct trace *trace, const char *who, const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (strncmp(text, "-> ", 3) != 0) /* a frame */
		record_line(interface_of(trace), "%s: %s", who, text);
}

/* --- the whole --- */

static void give_up(const char *what)
{
	fprintf(stderr, "slac-ev: %s\n", what);
	abort();
}

static size_t place_of(const char *interface)
{
	for (size_t i = 0; i < LOOP_CARS; i++)
		if (interface == NULL ? sites[i] == NULL
				      : sites[i] != NULL && strcmp(sites[i]->options.interface, interface) == 0)
			return i;
	give_up(interface != NULL ? interface : "no place for another one");
	return 0;
}

void car_open(const char *interface, const char *options)
{
	size_t place = place_of(NULL);
	enum loop_owner before = loop_become((enum loop_owner)(LOOP_CAR + place));
	struct site *site = calloc(1, sizeof(*site));
	char error[OPTIONS_ERROR_SIZE + PORT_ERROR_SIZE];
	char line[1024];

	if (site == NULL)
		abort();
	sites[place] = site;
	snprintf(line, sizeof(line), "--wait --interface %s %s", interface, options);
	site->owner = loop_owner();
	words_split(&site->words, "slac-ev", line);
	optind = 0;
	if (slac_ev_options_parse(&site->options, site->words.count, site->words.items, error) != OPTIONS_RUN)
		give_up(error);
	if (!simulation_open(&site->simulation, &site->options, loop_base(), error))
		give_up(error);
	loop_become(before);
}

static void close_at(size_t place)
{
	simulation_close(&sites[place]->simulation);
	words_free(&sites[place]->words);
	free(sites[place]);
	sites[place] = NULL;
}

void car_close(const char *interface)
{
	close_at(place_of(interface));
}

void car_close_all(void)
{
	for (size_t i = 0; i < LOOP_CARS; i++)
		if (sites[i] != NULL)
			close_at(i);
}

void car_say(const char *interface, const char *command)
{
	struct site *site = sites[place_of(interface)];
	enum loop_owner before = loop_become(site->owner);
	char error[SIMULATION_ERROR_SIZE];

	if (!simulation_obey(&site->simulation, command, error))
		give_up(error);
	loop_become(before);
}
