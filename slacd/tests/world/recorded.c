/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/tests/world/recorded.h"

#include "slacd/tests/world/daemon.h"
#include "slacd/tests/world/names.h"
#include "slacd/tests/world/record.h"
#include "slacd/tests/world/world.h"
#include "tools/replay/record_play.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* The log has no more statuses from here on. */
#define LEFT_OUT "events of the pilot and statuses in a minute"

static char folder[64];
static struct recorded_total total;

/* --- one record --- */

uint8_t *recorded_take(const char *name, size_t *len)
{
	char path[4096];
	char *octets = NULL;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(path, "re");
	FILE *memory = open_memstream(&octets, len);
	if (file == NULL || memory == NULL)
		fail_msg("%s cannot be read", path);
	for (int c; (c = fgetc(file)) != EOF;)
		fputc(c, memory);
	fclose(file);
	fclose(memory);
	unlink(path);
	return (uint8_t *)octets;
}

static const char *what(const struct record_decisions *decisions, size_t at)
{
	if (at >= decisions->count)
		return "(nothing)";
	return decisions->items[at].text != NULL ? decisions->items[at].text : "(a frame)";
}

static void holds_no_key_as_text(const char *name, const uint8_t *octets, size_t len)
{
	/* Hex digits are octets, too. */
	uint8_t *values = calloc(1, len);
	for (size_t odd = 0; odd < 2; odd++) {
		size_t count = 0;
		for (size_t i = odd; i + 1 < len; i += 2) {
			const char digits[] = {(char)octets[i], (char)octets[i + 1], '\0'};
			char *end;
			const unsigned long value = strtoul(digits, &end, 16);
			values[count++] = *end == '\0' ? (uint8_t)value : 0;
		}
		if (names_hold_key(values, count, 6))
			fail_msg("%s: a key in hex digits", name);
	}
	free(values);
}

/* "failed no_match_req" of outlet 1 is in the log: "SLAC status. evse_id=1 status=failed reason=no_match_req". */
static void is_told(const char *name, const struct record_play *play)
{
	char pattern[1024], outcome[RECORD_NAME_MAX];
	char *reason;

	snprintf(outcome, sizeof(outcome), "%s", play->about.outcome);
	reason = strchr(outcome, ' ');
	if (reason != NULL)
		*reason++ = '\0';
	snprintf(pattern, sizeof(pattern), "SLAC status. evse_id=%s status=%s%s%s", play->about.evse_id, outcome,
		 reason != NULL ? " reason=" : "", reason != NULL ? reason : "");
	/* Only these are warnings: a script may turn the log down, and what slacd says while it is killed is not told. */
	if (strcmp(outcome, "failed") != 0 && strcmp(outcome, "basic_charging") != 0)
		return;
	for (size_t line = 0; line < record_count(); line++)
		if (strstr(record_text(line), pattern) != NULL || strstr(record_text(line), LEFT_OUT) != NULL)
			return;
	fail_msg("%s: the log has no \"%s\"", name, pattern);
}

static void is_reproduced(const char *name)
{
	struct record_play play;
	size_t len, recorded, played;
	uint8_t *octets = recorded_take(name, &len);

	if (names_hold_key(octets, len, 6))
		fail_msg("%s: a key", name);
	holds_no_key_as_text(name, octets, len);
	if (!record_play(octets, len, name, NULL, 0, &play))
		fail_msg("%s: %s", name, play.error);
	if (record_play_difference(&play, 0, &recorded, &played))
		fail_msg("%s: recorded %s, now %s", name, what(&play.recorded, recorded), what(&play.played, played));
	if (play.unknown > 0 || play.missing_draws > 0 || record_play_other_notes(&play) > 0)
		fail_msg("%s: %zu unknown values (%s), %zu draws missing, %zu other notes", name, play.unknown,
			 play.first_unknown, play.missing_draws, record_play_other_notes(&play));
	is_told(name, &play);
	total.records++;
	total.inputs += play.inputs;
	total.decisions += play.played.count;
	total.with_gap += play.left_out > 0;
	total.octets += len;
	record_play_free(&play);
	free(octets);
}

/* --- one world --- */

void recorded_begin(void)
{
	/* In memory where that is possible: virtual time does not wait for a disk. */
	snprintf(folder, sizeof(folder), "%s/slacd-sessions-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (mkdtemp(folder) == NULL)
		fail_msg("%s cannot be made", folder);
	daemon_set("record.when", "always");
	daemon_set("record.directory", folder);
	daemon_set("record.files", "1000");
}

const char *recorded_folder(void)
{
	return folder;
}

void recorded_end(const char *who)
{
	struct dirent **names = NULL;

	daemon_kill();
	const int count = scandir(folder, &names, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		if (names[i]->d_name[0] != '.')
			is_reproduced(names[i]->d_name);
		else if (strlen(names[i]->d_name) > 2)
			fail_msg("%s: %s is left over", who, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	if (rmdir(folder) != 0)
		fail_msg("%s: %s cannot be removed", who, folder);
}

const struct recorded_total *recorded_total(void)
{
	return &total;
}
