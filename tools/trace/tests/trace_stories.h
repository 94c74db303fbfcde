/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For each verdict that a capture can lead to, the frames that do: one story each, in invented addresses and on a clock of
 * its own. The unit test judges them, and trace-vectors writes them as captures.
 */
#ifndef TOOLS_TRACE_TESTS_TRACE_STORIES_H
#define TOOLS_TRACE_TESTS_TRACE_STORIES_H

#include "tools/trace/trace_catalogue.h"
#include "tools/trace/trace_file.h"

/* The first frame is sent then, or later. */
#define STORY_BEGIN_US UINT64_C(1702478600000000)

struct trace_story {
	enum slac_reason word; /* its verdict */
	const char *name;      /* of its file; NULL: the word */
	void (*tell)(void);
	size_t session;    /* the one that is meant, from 0 */
	uint64_t after_ms; /* so long after the last frame the capture ends */
};

extern const struct trace_story trace_stories[];
extern const size_t trace_story_count;

/* The frames of a story, one after the other; then the time at which the capture ends. Returns that. */
uint64_t trace_story_tell(const struct trace_story *story, void (*take)(void *context, const struct trace_frame *frame),
			  void *context);
const char *trace_story_name(const struct trace_story *story);

#endif
