/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/replay/record_report.h"

#include "service/log_text.h"
#include "tools/replay/mme_summary.h"
#include "tools/replay/record_load.h"
#include "tools/replay/record_play.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A timer of the recorded outlet fired a little late, one of the what-if is on time. */
#define SLACK_US 20000

static void print_time(const struct record_play *play, uint64_t time_us)
{
	const bool before = time_us < play->begin_us;
	const uint64_t us = before ? play->begin_us - time_us : time_us - play->begin_us;

	printf("%s%" PRIu64 ".%03" PRIu64 " ms", before ? "-" : "", us / 1000, us % 1000);
}

static void print_frame(const struct record_decision *decision)
{
	struct frame_text text;
	char mac[MAC_TEXT_SIZE];

	frame_describe(decision->octets, decision->len, &text);
	printf("sends %s to %s%s%s", text.name, mac_text(text.dst, mac), text.summary[0] == '\0' ? "" : "  ",
	       text.summary);
}

static void print_decision(const struct record_play *play, const struct record_decisions *decisions, size_t at)
{
	if (at >= decisions->count) {
		printf("nothing more\n");
		return;
	}
	const struct record_decision *decision = &decisions->items[at];
	print_time(play, decision->time_us);
	printf("  ");
	if (decision->text == NULL)
		print_frame(decision);
	else
		printf("%s", decision->text);
	printf("\n");
}

/* Two frames of the same kind: where they part. */
static void print_octets(const struct record_decision *a, const struct record_decision *b)
{
	size_t at = 0;

	if (a->text != NULL || b->text != NULL)
		return;
	while (at < a->len && at < b->len && a->octets[at] == b->octets[at])
		at++;
	if (at < a->len && at < b->len)
		printf("  octet %zu: 0x%02x in the record, 0x%02x now\n", at, a->octets[at], b->octets[at]);
	else if (a->len != b->len)
		printf("  %zu octets in the record, %zu now\n", a->len, b->len);
}

static void print_difference(const struct record_play *play, const char *now, size_t recorded, size_t played)
{
	printf("first difference\n  recorded  ");
	print_decision(play, &play->recorded, recorded);
	printf("  %-8s  ", now);
	print_decision(play, &play->played, played);
	if (recorded < play->recorded.count && played < play->played.count)
		print_octets(&play->recorded.items[recorded], &play->played.items[played]);
}

static void print_head(const struct record_play *play, const char *path)
{
	printf("record    %s\n", path);
	printf("outlet    %s  %s  by %s\n", play->about.evse_id, play->about.outcome, play->about.program);
	printf("inputs    %zu in ", play->inputs);
	print_time(play, play->end_us);
	if (play->left_out > 0)
		printf(", and %" PRIu64 " left out in the middle", play->left_out);
	if (play->cut > 0)
		printf(", the effects of %zu not complete", play->cut);
	printf("\n");
	if (play->partial > 0)
		printf("state     without the cars that were refused: what they did later may be decided otherwise\n");
	if (play->unknown > 0)
		printf("state     values that this version does not know: %zu, first %s\n", play->unknown,
		       play->first_unknown);
}

/* --- replay --- */

static size_t count_decisions(const struct record_decisions *decisions)
{
	size_t count = 0;

	for (size_t i = 0; i < decisions->count; i++)
		count += !decisions->items[i].is_note;
	return count;
}

static enum record_verdict tell_replay(const struct record_play *play)
{
	const size_t other_notes = record_play_other_notes(play);
	size_t recorded, played;

	if (record_play_difference(play, 0, &recorded, &played)) {
		print_difference(play, "now", recorded, played);
		return RECORD_DIFFERS;
	}
	printf("reproduced, %zu decisions\n", count_decisions(&play->recorded));
	if (other_notes > 0)
		printf("notes for the log differ: %zu\n", other_notes);
	return RECORD_REPRODUCED;
}

/* --- what-if --- */

static void print_statuses(const struct record_play *play, const char *who, const struct record_decisions *decisions)
{
	size_t count = 0;

	for (size_t i = 0; i < decisions->count; i++) {
		if (!decisions->items[i].is_status)
			continue;
		printf("  %-8s  ", count++ == 0 ? who : "");
		print_decision(play, decisions, i);
	}
	if (count == 0)
		printf("  %-8s  none\n", who);
}

static void print_uncertain(const struct record_play *play, size_t recorded, size_t played)
{
	const uint64_t noticed_us = record_play_noticed_us(play, recorded, played);

	if (noticed_us != OUTLET_NEVER) {
		printf("uncertain from ");
		print_time(play, noticed_us);
		printf(" on: car, modem and station answered what was recorded, and could have answered otherwise\n");
	}
	if (play->left_out > 0)
		printf("uncertain after the inputs that were left out: the what-if goes on as the recorded outlet was\n");
	if (play->missing_draws > 0)
		printf("uncertain: %zu random numbers were drawn that are not in the record\n", play->missing_draws);
}

static void print_after_end(const struct record_play *play)
{
	if (play->deadline_us == OUTLET_NEVER)
		printf("after the end of the record the what-if waits for others\n");
	else {
		printf("after the end of the record the what-if acts at ");
		print_time(play, play->deadline_us);
		printf(": what would have come until then is not known\n");
	}
}

static enum record_verdict tell_what_if(const struct replay_options *options, const struct record_play *play)
{
	size_t recorded, played;

	for (size_t i = 0; i < options->what_if_count; i++)
		printf("what if   %s\n", options->what_if[i]);
	if (play->refused[0] != '\0')
		printf("%s\n", play->refused);
	if (play->same_config)
		printf("the outlet's settings are those of the record\n");
	const bool differs = record_play_difference(play, SLACK_US, &recorded, &played);
	if (differs) {
		print_difference(play, "what if", recorded, played);
		print_uncertain(play, recorded, played);
	} else {
		printf("no difference\n");
	}
	printf("statuses\n");
	print_statuses(play, "recorded", &play->recorded);
	print_statuses(play, "what if", &play->played);
	if (differs) /* else both are where the session has ended, and what follows is another one */
		print_after_end(play);
	return RECORD_WHAT_IF;
}

/* --- search --- */

struct search {
	const uint8_t *octets;
	size_t len;
	const char *path;
	size_t tried;
	size_t found;
};

static void print_last_status(const struct record_play *play, const struct record_decisions *decisions)
{
	const struct record_decision *last = NULL;

	for (size_t i = 0; i < decisions->count; i++)
		if (decisions->items[i].is_status)
			last = &decisions->items[i];
	if (last == NULL) {
		printf("no status");
		return;
	}
	print_time(play, last->time_us);
	/* The words of the car are the same everywhere. */
	const char *end = strstr(last->text, " run_id=");
	printf("  %.*s", end == NULL ? (int)strlen(last->text) : (int)(end - last->text), last->text);
}

/* Such a match says nothing about the link, which may have been what was missing. */
static bool is_match_without_link(const struct record_play *play, const char *what)
{
	if (strcmp(what, "modem.link_detection=off") != 0)
		return false;
	for (size_t i = 0; i < play->played.count; i++) {
		const struct record_decision *decision = &play->played.items[i];
		if (decision->is_status && strncmp(decision->text, "status matched", strlen("status matched")) == 0)
			return true;
	}
	return false;
}

static void try_value(void *context, const char *what)
{
	struct search *search = context;
	size_t recorded, played;
	struct record_play play;

	if (record_play(search->octets, search->len, search->path, &what, 1, &play) && !play.same_config) {
		search->tried++;
		if (!record_play_same_statuses(&play) && record_play_difference(&play, SLACK_US, &recorded, &played)) {
			search->found++;
			printf("  %-44s  ", what);
			print_last_status(&play, &play.played);
			if (is_match_without_link(&play, what))
				printf(", without looking at the link");
			if (record_play_noticed_us(&play, recorded, played) != OUTLET_NEVER) {
				printf("  (uncertain from ");
				print_time(&play, record_play_noticed_us(&play, recorded, played));
				printf(" on)");
			}
			printf("\n");
		}
	}
	record_play_free(&play);
}

static enum record_verdict tell_search(const struct record_play *play, const char *path, const uint8_t *octets,
				       size_t len)
{
	struct search search = {.octets = octets, .len = len, .path = path};

	printf("recorded  ");
	print_last_status(play, &play->recorded);
	printf("\nother statuses with\n");
	settings_each_outlet_value(try_value, &search);
	printf("%zu of %zu values lead to other statuses\n", search.found, search.tried);
	return RECORD_WHAT_IF;
}

/* --- the file --- */

enum record_verdict record_report(const struct replay_options *options, char error[REPLAY_ERROR_SIZE])
{
	enum record_verdict verdict = RECORD_UNREAD;
	struct record_play play = {0};
	size_t len;
	uint8_t *octets = record_load(options->capture, &len);

	if (octets == NULL) {
		snprintf(error, REPLAY_ERROR_SIZE, "record %.200s: %s", options->capture, strerror(errno));
		return RECORD_UNREAD;
	}
	if (record_play(octets, len, options->capture, options->what_if, options->what_if_count, &play)) {
		print_head(&play, options->capture);
		if (options->search)
			verdict = tell_search(&play, options->capture, octets, len);
		else
			verdict = options->what_if_count > 0 ? tell_what_if(options, &play) : tell_replay(&play);
	} else {
		verdict = play.bad_what_if ? RECORD_MISUSED : RECORD_UNREAD;
		char text[281]; /* a setting in it may be of the record */
		log_text_line(text, sizeof(text), play.error, strlen(play.error));
		snprintf(error, REPLAY_ERROR_SIZE, "record %.200s: %s", options->capture, text);
	}
	record_play_free(&play);
	free(octets);
	return verdict;
}
