/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of a program that has options only, and says itself what is wrong with them. */
#ifndef TOOLS_COMMAND_LINE_H
#define TOOLS_COMMAND_LINE_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>

enum command_line_action {
	COMMAND_LINE_RUN,
	COMMAND_LINE_EXIT, /* --help or --version was printed */
	COMMAND_LINE_BAD   /* said on stderr */
};

/* An environment variable that gives an option. */
struct command_line_variable {
	const char *name;
	int option;
};

struct command_line {
	const char *name; /* of the program */
	const char *help; /* the whole text of --help */
	/* As getopt_long takes them; --help is 'h', --version 'V', and no other option has a short form. */
	const struct option *options;
	/* Takes the value of an option, NULL for one without; returns what was expected instead, or NULL. */
	const char *(*take)(void *context, int option, char *value);
};

/* Reads options up to the end of argv, in their order. */
enum command_line_action command_line_read(const struct command_line *line, int argc, char **argv, void *context);

/*
 * Likewise, after the environment variables, so that an option wins; an empty variable counts as unset. The variables end
 * with a name NULL. With --help or --version none is looked at: the command line is read once before, into `unread`, which
 * is a copy of `context`.
 */
enum command_line_action command_line_read_with_environment(const struct command_line *line,
							    const struct command_line_variable *variables, int argc,
							    char **argv, void *context, void *unread);

/* Values as `take` gets them. A whole number is written in decimal digits. */
bool command_line_take_whole(const char *text, uint32_t min, uint32_t max, uint32_t *number);

/* These return what was expected instead, or NULL, as `take` does. A text must not be empty. */
const char *command_line_take_port(const char *text, uint16_t *port);
const char *command_line_take_text(const char *text, const char **out);

#endif
