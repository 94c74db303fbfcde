/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/car/trace.h"
#include "tools/replay/mme_summary.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

/* ANSI colours: who speaks, what happened, what was lost. */
#define COLOUR_EVENT "\033[1m"
#define COLOUR_FRAME "\033[36m"
#define COLOUR_LOST  "\033[33m"
#define COLOUR_OFF   "\033[0m"

uint64_t trace_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void trace_init(struct trace *trace, bool colour, bool quiet)
{
	*trace = (struct trace){.start_us = trace_now_us(), .colour = colour, .quiet = quiet};
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
}

static void line_begin(const struct trace *trace, const char *colour)
{
	printf("%s%10.3f ms  ", trace->colour ? colour : "", (double)(trace_now_us() - trace->start_us) / 1000);
}

static void line_end(const struct trace *trace)
{
	printf("%s\n", trace->colour ? COLOUR_OFF : "");
}

void trace_frame(const struct trace *trace, const char *from, const char *to, const struct mme *mme,
		 enum mme_error error)
{
	char summary[MME_SUMMARY_SIZE];

	if (trace->quiet)
		return;
	line_begin(trace, COLOUR_FRAME);
	printf("%-8s -> %-8s  %-23s %s%s", from, to, mme_name(mme->mmtype),
	       error == MME_OK ? "" : "wrong: ", error == MME_OK ? mme_summary(mme, summary) : mme_error_text(error));
	line_end(trace);
}

void trace_lost(const struct trace *trace, const char *from, const struct mme *mme, const char *reason)
{
	if (trace->quiet)
		return;
	line_begin(trace, COLOUR_LOST);
	printf("%-8s -> %-8s  %-23s 0x%04x %s", from, "nobody", mme_name(mme->mmtype), mme->mmtype, reason);
	line_end(trace);
}

void trace_event(const struct trace *trace, const char *who, const char *format, ...)
{
	va_list arguments;

	line_begin(trace, COLOUR_EVENT);
	printf("%-8s ", who);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	line_end(trace);
}
