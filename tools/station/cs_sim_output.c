/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/station/cs_sim_output.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define COLOUR_RECEIVED "\033[36m"
#define COLOUR_SENT     "\033[32m"
#define COLOUR_OTHERS   "\033[35m"
#define COLOUR_EVENT    "\033[1m"
#define COLOUR_ERROR    "\033[31m"
#define COLOUR_OFF      "\033[0m"

static struct {
	struct timespec start;
	bool colour;
	bool quiet;
} output;

void cs_output_init(bool colour, bool quiet)
{
	clock_gettime(CLOCK_MONOTONIC, &output.start);
	output.colour = colour;
	output.quiet = quiet;
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
}

static double elapsed_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - output.start.tv_sec) * 1e3 + (double)(now.tv_nsec - output.start.tv_nsec) / 1e6;
}

static void begin(FILE *file, const char *colour)
{
	fprintf(file, "%s%10.3f ms  ", output.colour ? colour : "", elapsed_ms());
}

static void end(FILE *file, const char *format, va_list arguments)
{
	vfprintf(file, format, arguments);
	fprintf(file, "%s\n", output.colour ? COLOUR_OFF : "");
}

void cs_output_received(const char *name, const char *type, const char *format, ...)
{
	va_list arguments;

	if (output.quiet)
		return;
	begin(stdout, COLOUR_RECEIVED);
	printf("slacd -> cs  %s %s  ", name, type);
	va_start(arguments, format);
	end(stdout, format, arguments);
	va_end(arguments);
}

void cs_output_sent(const char *name, const char *type, const char *format, ...)
{
	va_list arguments;

	if (output.quiet)
		return;
	begin(stdout, COLOUR_SENT);
	printf("cs -> slacd  %s %s  ", name, type);
	va_start(arguments, format);
	end(stdout, format, arguments);
	va_end(arguments);
}

void cs_output_message(const char *sender, const char *receiver, const char *name, const char *type, const char *format,
		       ...)
{
	va_list arguments;

	if (output.quiet)
		return;
	if (strcmp(receiver, "cs") == 0)
		begin(stdout, COLOUR_RECEIVED);
	else
		begin(stdout, strcmp(sender, "cs") == 0 ? COLOUR_SENT : COLOUR_OTHERS);
	printf("%s -> %s  %s %s  ", sender, receiver, name, type);
	va_start(arguments, format);
	end(stdout, format, arguments);
	va_end(arguments);
}

void cs_output_event(const char *format, ...)
{
	va_list arguments;

	if (output.quiet)
		return;
	begin(stdout, COLOUR_EVENT);
	printf("cs           ");
	va_start(arguments, format);
	end(stdout, format, arguments);
	va_end(arguments);
}

void cs_output_error(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	begin(stderr, COLOUR_ERROR);
	fprintf(stderr, "cs-sim: ");
	va_start(arguments, format);
	end(stderr, format, arguments);
	va_end(arguments);
}
