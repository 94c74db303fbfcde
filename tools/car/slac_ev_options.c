/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/car/slac_ev_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY_MS 86400000u

enum option_id {
	ID_INTERFACE = 256,
	ID_EV_INTERFACE,
	ID_CAPTURE,
	ID_WAIT,
	ID_STAY,
	ID_QUIET,
	ID_COLOR,
	ID_CARS,
	ID_EXPECT,
	ID_EV_MAC,
	ID_RUN_ID,
	ID_START_DELAY,
	ID_ROUNDS,
	ID_ROUND_PAUSE,
	ID_TIMEOUT,
	ID_MODEM_MAC,
	ID_MODEM_REFUSES,
	ID_MODEM_SILENT,
	ID_MODEM_FAMILY,
	ID_MODEM_RESET,
	ID_MODEM_FAULT,
	ID_PROFILE,
	ID_PROFILE_GROUPS,
	ID_BEHAVIOUR,
	ID_PRINT_BEHAVIOURS,
	ID_WORD /* and what follows: those of car_behaviour.h */
};

/* One option: its name, its argument (NULL: none) and its line of --help; a title has no name. */
struct option_text {
	int id;
	const char *name;
	const char *argument;
	const char *help;
};

static const struct option_text texts[] = {
	{0, NULL, NULL, "Links"},
	{ID_INTERFACE, "interface", "NAME", "faces the EVSE host: an interface, unix:PATH or unix-listen:PATH"},
	{ID_EV_INTERFACE, "ev-interface", "NAME", "faces an external EV host (such as pev); implies --cars 0"},
	{ID_CAPTURE, "capture", "FILE", "write every frame of --interface to a pcap file (it contains the NMK)"},
	{0, NULL, NULL, "Run"},
	{ID_WAIT, "wait", NULL,
	 "obey the lines \"plug\", \"unplug\", \"behaviour LIST\", \"attenuation DB\", \"fault LIST\", \"fault none\" and "
	 "\"quit\" on stdin"},
	{ID_STAY, "stay", NULL, "go on as modem after the last round, until SIGINT, SIGTERM or the time-out"},
	{ID_START_DELAY, "start-delay-ms", "MS", "from the trigger to the cars' first message [0]"},
	{ID_ROUNDS, "rounds", "N", "matchings one after the other [1]"},
	{ID_ROUND_PAUSE, "round-pause-ms", "MS", "between two rounds [1000]"},
	{ID_TIMEOUT, "timeout-ms", "MS", "end with exit code 1 after this time, 0: never [0]"},
	{ID_QUIET, "quiet", NULL, "no frame lines"},
	{ID_COLOR, "color", "WHEN", "always, never or auto [auto]"},
	{0, NULL, NULL, "Cars"},
	{ID_CARS, "cars", "N", "cars on the line, 0 to 32 [1]"},
	{ID_EXPECT, "expect", "N", "cars that shall match in each round [1; 0 with --silent, --stop-at or --no-match]"},
	{ID_EV_MAC, "ev-mac", "MAC", "of the first car, the next ones count up [02:45:56:00:00:01]"},
	{ID_RUN_ID, "run-id", "KIND", "random, mac, tesla or 16 hexadecimal digits [random]"},
	{0, NULL, NULL, "The EVSE's modem and the line"},
	{ID_MODEM_FAMILY, "modem-family", "NAME", "qualcomm (a QCA7005), lumissil (a CG5317) or standard [qualcomm]"},
	{ID_PROFILE, "profile", "DB", "attenuation: one value, a list of 58 or a file with 58 values [20]"},
	{ID_PROFILE_GROUPS, "profile-groups", "N", "groups reported, 0: an adapter without SLAC [58]"},
	{ID_MODEM_MAC, "modem-mac", "MAC", "of the EVSE's modem [02:50:4c:00:00:01]"},
	{ID_MODEM_RESET, "modem-reset-ms", "MS", "it is away after a reset [1000]"},
	{ID_MODEM_SILENT, "modem-silent", NULL, "it never answers (the fault \"silent\")"},
	{ID_MODEM_REFUSES, "modem-refuses", NULL, "it keeps its old key and answers with result 0"},
	{ID_MODEM_FAULT, "modem-fault", "FAULT[,FAULT...]", "how it misbehaves, see below; may be repeated"},
	{0, NULL, NULL, "How they behave: the options below, or in words"},
	{ID_BEHAVIOUR, "behaviour", "NAME[:VALUE][,...]", "the same and modem-FAULT in words; may be repeated"},
	{0, NULL, NULL, "Other"},
	{ID_PRINT_BEHAVIOURS, "print-behaviours", NULL, "every such word with its meaning"},
	{'h', "help", NULL, "this help"},
	{'V', "version", NULL, "the version"},
};

#define TEXTS (sizeof(texts) / sizeof(texts[0]))

static void print_option(const char *name, const char *argument, const char *help)
{
	char option[48];

	snprintf(option, sizeof(option), "--%s%s%s", name, argument != NULL ? " " : "",
		 argument != NULL ? argument : "");
	printf("  %-24s %s\n", option, help);
}

void slac_ev_options_help(void)
{
	printf("Simulates an EV, the EVSE's modem and the power line between them (ISO 15118-3 SLAC)\n\n"
	       "Usage: slac-ev --interface NAME [OPTIONS]\n");
	for (size_t i = 0; i < TEXTS; i++) {
		if (texts[i].name == NULL)
			printf("\n%s:\n", texts[i].help);
		else
			print_option(texts[i].name, texts[i].argument, texts[i].help);
		for (size_t word = 0; texts[i].id == ID_BEHAVIOUR && car_behaviour_name(word) != NULL; word++)
			print_option(car_behaviour_name(word), car_behaviour_argument(word), car_behaviour_help(word));
	}
	printf("\nFaults of the EVSE's modem:\n");
	for (size_t i = 0; modem_fault_name(i) != NULL; i++)
		printf("  %-24s %s\n", modem_fault_name(i), modem_fault_help(i));
	printf("\nA line \"behaviour LIST\" on stdin begins anew, \"behaviour normal\" ends all of it: the modem changes at "
	       "once, the\ncars and the line with the next plug-in. \"attenuation\" takes what --profile takes, and "
	       "holds from the next\nsound on.\n");
	printf("\nExit codes: 0 every car that should match matched and its link is up, 1 otherwise, 2 "
	       "usage\n");
}

static void defaults(struct slac_ev_options *options)
{
	static const uint8_t ev_mac[MAC_LEN] = {0x02, 0x45, 0x56, 0x00, 0x00, 0x01};
	static const uint8_t modem_mac[MAC_LEN] = {0x02, 0x50, 0x4c, 0x00, 0x00, 0x01};

	*options = (struct slac_ev_options){
		.cars = 1,
		.expect = EXPECT_BY_BEHAVIOUR,
		.rounds = 1,
		.round_pause_ms = 1000,
		.modem_family = MODEM_QUALCOMM,
		.modem_reset_ms = 1000,
		.colour = isatty(STDOUT_FILENO) == 1,
		.attenuation.num_groups = SLAC_GROUPS,
	};
	car_behaviour_init(&options->behaviour);
	memcpy(options->ev_mac, ev_mac, MAC_LEN);
	memcpy(options->modem_mac, modem_mac, MAC_LEN);
	memset(options->attenuation.aag_db, 20, SLAC_GROUPS);
}

/* --- values; each false when the text is not what is expected --- */

static bool octet(const char *text, uint8_t max, uint8_t *out)
{
	uint32_t value;

	if (!car_number_read(text, max, &value))
		return false;
	*out = (uint8_t)value;
	return true;
}

static bool run_id_hex(const char *text, uint8_t run_id[RUN_ID_LEN])
{
	if (strlen(text) != 2 * RUN_ID_LEN || strspn(text, "0123456789abcdefABCDEF") != 2 * RUN_ID_LEN)
		return false;
	for (size_t i = 0; i < RUN_ID_LEN; i++) {
		char digits[3] = {text[2 * i], text[2 * i + 1], '\0'};
		run_id[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return true;
}

static bool run_id(const char *text, struct slac_ev_options *options)
{
	options->run_id_kind = RUN_ID_FIXED;
	if (strcmp(text, "random") == 0)
		options->run_id_kind = RUN_ID_RANDOM;
	else if (strcmp(text, "mac") == 0)
		options->run_id_kind = RUN_ID_MAC;
	else if (strcmp(text, "tesla") == 0)
		memcpy(options->run_id, "TESLA EV", RUN_ID_LEN);
	else
		return run_id_hex(text, options->run_id);
	return true;
}

static bool modem_family(const char *text, enum modem_family *out)
{
	for (unsigned i = MODEM_QUALCOMM; i <= MODEM_STANDARD; i++) {
		if (strcmp(text, modem_family_text((enum modem_family)i)) == 0) {
			*out = (enum modem_family)i;
			return true;
		}
	}
	return false;
}

static bool colour(const char *text, bool *out)
{
	if (strcmp(text, "always") == 0)
		*out = true;
	else if (strcmp(text, "never") == 0)
		*out = false;
	else
		return strcmp(text, "auto") == 0;
	return true;
}

/* --- options --- */

static bool set_flag(struct slac_ev_options *options, int id)
{
	switch (id) {
	case ID_WAIT:
		return options->wait = true;
	case ID_STAY:
		return options->stay = true;
	case ID_QUIET:
		return options->quiet = true;
	case ID_MODEM_SILENT:
		return options->behaviour.faults.silent = true;
	case ID_MODEM_REFUSES:
		return options->behaviour.faults.refuse = true;
	}
	return false;
}

static bool set_car(struct slac_ev_options *options, int id, const char *value)
{
	switch (id) {
	case ID_CARS:
		return car_number_read(value, CARS_MAX, &options->cars);
	case ID_EXPECT:
		return car_number_read(value, CARS_MAX, &options->expect);
	case ID_EV_MAC:
		return mac_parse(value, options->ev_mac);
	case ID_RUN_ID:
		return run_id(value, options);
	}
	return false;
}

static bool set_modem(struct slac_ev_options *options, int id, const char *value)
{
	switch (id) {
	case ID_MODEM_MAC:
		return mac_parse(value, options->modem_mac);
	case ID_MODEM_FAMILY:
		return modem_family(value, &options->modem_family);
	case ID_MODEM_RESET:
		return car_number_read(value, DAY_MS, &options->modem_reset_ms);
	case ID_MODEM_FAULT:
		return modem_faults_parse(value, &options->behaviour.faults);
	case ID_PROFILE:
		return attenuation_parse(value, options->attenuation.aag_db);
	case ID_PROFILE_GROUPS:
		return octet(value, SLAC_GROUPS, &options->attenuation.num_groups);
	}
	return false;
}

static bool set_run(struct slac_ev_options *options, int id, const char *value)
{
	switch (id) {
	case ID_INTERFACE:
		options->interface = value;
		return true;
	case ID_EV_INTERFACE:
		options->ev_interface = value;
		options->cars = 0;
		return true;
	case ID_CAPTURE:
		options->capture = value;
		return true;
	case ID_COLOR:
		return colour(value, &options->colour);
	case ID_START_DELAY:
		return car_number_read(value, DAY_MS, &options->start_delay_ms);
	case ID_ROUNDS:
		return car_number_read(value, UINT32_MAX - 1, &options->rounds) && options->rounds > 0;
	case ID_ROUND_PAUSE:
		return car_number_read(value, DAY_MS, &options->round_pause_ms);
	case ID_TIMEOUT:
		return car_number_read(value, UINT32_MAX - 1, &options->timeout_ms);
	}
	return false;
}

static enum options_result wrong_value(const char *name, const char *argument, const char *help, const char *value,
				       char *error)
{
	snprintf(error, OPTIONS_ERROR_SIZE, "option --%s: %s (%s) expected, got '%.60s'", name, argument, help, value);
	return OPTIONS_WRONG;
}

static enum options_result set_word(struct slac_ev_options *options, size_t word, const char *value, char *error)
{
	if (car_behaviour_set(&options->behaviour, word, value))
		return OPTIONS_RUN;
	return wrong_value(car_behaviour_name(word), car_behaviour_argument(word), car_behaviour_help(word), value,
			   error);
}

static enum options_result set_behaviour(struct slac_ev_options *options, const char *list, char *error)
{
	char why[CAR_BEHAVIOUR_ERROR_SIZE];

	if (car_behaviour_parse(list, &options->behaviour, why))
		return OPTIONS_RUN;
	snprintf(error, OPTIONS_ERROR_SIZE, "option --behaviour: %s", why);
	return OPTIONS_WRONG;
}

static const struct option_text *text_of(int id)
{
	size_t i = 0;

	while (texts[i].id != id)
		i++;
	return &texts[i];
}

static enum options_result set(struct slac_ev_options *options, int id, const char *value, char *error)
{
	if (id == 'h')
		return OPTIONS_HELP;
	if (id == 'V')
		return OPTIONS_VERSION;
	if (id == ID_PRINT_BEHAVIOURS)
		return OPTIONS_BEHAVIOURS;
	if (id == ID_BEHAVIOUR)
		return set_behaviour(options, value, error);
	if (id >= ID_WORD)
		return set_word(options, (size_t)(id - ID_WORD), value, error);
	if (value == NULL ? set_flag(options, id)
			  : set_run(options, id, value) || set_car(options, id, value) || set_modem(options, id, value))
		return OPTIONS_RUN;
	return wrong_value(text_of(id)->name, text_of(id)->argument, text_of(id)->help, value, error);
}

uint32_t slac_ev_options_expected(const struct slac_ev_options *options, const struct car_behaviour *behaviour)
{
	if (options->expect != EXPECT_BY_BEHAVIOUR)
		return options->expect;
	return options->cars > 0 && car_behaviour_may_match(behaviour) ? 1 : 0;
}

/* What only shows when all options are known. */
static enum options_result complete(struct slac_ev_options *options, char *error)
{
	if (options->interface == NULL) {
		snprintf(error, OPTIONS_ERROR_SIZE,
			 "option --interface is missing: it names the link to the EVSE host");
		return OPTIONS_WRONG;
	}
	if (options->expect != EXPECT_BY_BEHAVIOUR && options->expect > options->cars) {
		snprintf(error, OPTIONS_ERROR_SIZE, "option --expect: more cars shall match (%u) than there are (%u)",
			 options->expect, options->cars);
		return OPTIONS_WRONG;
	}
	return OPTIONS_RUN;
}

static void long_options(struct option *out)
{
	size_t n = 0;

	for (size_t i = 0; i < TEXTS; i++)
		if (texts[i].name != NULL)
			out[n++] = (struct option){
				.name = texts[i].name, .has_arg = texts[i].argument != NULL, .val = texts[i].id};
	for (size_t i = 0; car_behaviour_name(i) != NULL; i++)
		out[n++] = (struct option){.name = car_behaviour_name(i),
					   .has_arg = car_behaviour_argument(i) != NULL,
					   .val = ID_WORD + (int)i};
	out[n] = (struct option){0};
}

enum options_result slac_ev_options_parse(struct slac_ev_options *options, int argc, char **argv,
					  char error[OPTIONS_ERROR_SIZE])
{
	struct option all[TEXTS + CAR_BEHAVIOURS_MAX + 1];
	int id;

	defaults(options);
	long_options(all);
	opterr = 0;
	while ((id = getopt_long(argc, argv, ":hV", all, NULL)) != -1) {
		/* optind stands behind the option that getopt_long could not use. */
		if (id == '?' || id == ':') {
			snprintf(error, OPTIONS_ERROR_SIZE, "%s '%.200s'",
				 id == ':' ? "missing argument of option" : "unknown option", argv[optind - 1]);
			return OPTIONS_WRONG;
		}
		enum options_result result = set(options, id, optarg, error);
		if (result != OPTIONS_RUN)
			return result;
	}
	if (optind < argc) {
		snprintf(error, OPTIONS_ERROR_SIZE, "unexpected argument '%.200s'", argv[optind]);
		return OPTIONS_WRONG;
	}
	return complete(options, error);
}
