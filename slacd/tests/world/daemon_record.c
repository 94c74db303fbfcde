/* SPDX-License-Identifier: Apache-2.0 */
/*
 * daemon-record: the record of scripts.
 *
 *   daemon-record SCRIPT...              to standard output
 *   daemon-record --out DIR SCRIPT...    each to a file DIR/NAME.log; a file may hold several scripts, each behind a
 *                                        line "== NAME"
 *   daemon-record --out DIR --random FIRST COUNT       sequences of random inputs from these seeds
 *   daemon-record --out DIR --traces                   the captures of $SLACD_TRACES, as an EVSE's host received them
 *   daemon-record --script-of SEED                     the script of a sequence
 */
#include "slacd/tests/world/record.h"
#include "slacd/tests/world/script.h"
#include "slacd/tests/world/sequence.h"
#include "slacd/tests/world/trace_script.h"
#include "slacd/tests/world/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_USAGE 2
#define SECTION    "== "

static const char *folder; /* NULL: standard output */
static bool failed;

static void write_record(const char *name)
{
	char path[4096];
	FILE *out = stdout;

	snprintf(path, sizeof(path), "%s/%s.log", folder, name);
	if (folder != NULL && (out = fopen(path, "we")) == NULL) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	for (size_t i = 0; i < record_count(); i++)
		fprintf(out, "%s\n", record_text(i));
	if (folder != NULL)
		fclose(out);
}

static void play(const char *name, const char *text)
{
	world_open();
	script_run(text);
	write_record(name);
	if (!world_close())
		fprintf(stderr, "%s: something was left open\n", name);
}

/* In a process of its own: what ends one script does not end the others. */
static void play_alone(const char *name, const char *text)
{
	int status = 0;

	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		play(name, text);
		exit(EXIT_SUCCESS);
	}
	waitpid(child, &status, 0);
	if (status == 0)
		return;
	fprintf(stderr, "%s: the world ended with status 0x%x\n", name, (unsigned)status);
	failed = true;
}

/* Each section of a file, or all of it where there is none. */
static void play_sections(const char *name, char *text)
{
	char *section = strncmp(text, SECTION, strlen(SECTION)) == 0 ? text : strstr(text, "\n" SECTION);

	if (section == NULL) {
		play_alone(name, text);
		return;
	}
	while (section != NULL) {
		char *title = section + strspn(section, "\n") + strlen(SECTION);
		char *body = title + strcspn(title, "\n");
		section = strstr(body, "\n" SECTION);
		*body++ = '\0';
		if (section != NULL)
			*section++ = '\0';
		play_alone(title, body);
	}
}

static void play_file(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *text = NULL;
	size_t size = 0;
	FILE *in = fopen(path, "re");
	ssize_t len = in != NULL ? getdelim(&text, &size, '\0', in) : -1;

	if (len < 0) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	fclose(in);
	play_sections(slash != NULL ? slash + 1 : path, text);
	free(text);
}

static void play_sequences(uint64_t first, uint64_t count)
{
	char name[32];

	for (uint64_t seed = first; seed < first + count; seed++) {
		char *text = sequence_new(seed);
		snprintf(name, sizeof(name), "random-%05llu", (unsigned long long)seed);
		play_alone(name, text);
		free(text);
	}
}

static void print_script(uint64_t seed)
{
	char *text = sequence_new(seed);

	fputs(text, stdout);
	free(text);
}

int main(int argc, char **argv)
{
	int i = 1;

	if (i + 1 < argc && strcmp(argv[i], "--out") == 0) {
		folder = argv[i + 1];
		i += 2;
	}
	if (i + 2 < argc && strcmp(argv[i], "--random") == 0) {
		play_sequences(strtoull(argv[i + 1], NULL, 10), strtoull(argv[i + 2], NULL, 10));
		i += 3;
	} else if (i + 1 < argc && strcmp(argv[i], "--script-of") == 0) {
		print_script(strtoull(argv[i + 1], NULL, 10));
		i += 2;
	} else if (i < argc && strcmp(argv[i], "--traces") == 0) {
		trace_scripts(play_alone);
		i++;
	} else if (i == argc) {
		fprintf(stderr, "daemon-record: a script is missing\n");
		return EXIT_USAGE;
	}
	for (; i < argc; i++)
		play_file(argv[i]);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
