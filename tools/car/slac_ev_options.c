/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/car/slac_ev_options.h"

#include <ctype.h>
#include <errno.h>
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
	ID_STOP_AT,
	ID_SILENT,
	ID_START_DELAY,
	ID_ROUNDS,
	ID_ROUND_PAUSE,
	ID_TIMEOUT,
	ID_PARM_REPEATS,
	ID_DOUBLE_PARM,
	ID_PARM_TO_START,
	ID_SOUND_SPACING,
	ID_SOUNDS,
	ID_RSP_TO_MATCH,
	ID_WAIT_ALL,
	ID_SIGNALATTN_DIRECT,
	ID_SIGNALATTN_INDIRECT,
	ID_TOGGLES,
	ID_MODEM_MAC,
	ID_MODEM_RESULT,
	ID_MODEM_REFUSES,
	ID_MODEM_SILENT,
	ID_MODEM_DELAY,
	ID_MODEM_FAMILY,
	ID_MODEM_RESET,
	ID_MODEM_FAULT,
	ID_JOIN,
	ID_AMP_MAP,
	ID_AMP_MAP_RESULT,
	ID_PROFILE,
	ID_PROFILE_GROUPS,
	ID_LOSE_SOUNDS
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
	 "obey the lines \"plug\", \"unplug\", \"fault LIST\", \"fault none\" and \"quit\" on stdin"},
	{ID_STAY, "stay", NULL, "go on as modem after the last round, until SIGINT, SIGTERM or the time-out"},
	{ID_START_DELAY, "start-delay-ms", "MS", "from the trigger to the cars' first message [0]"},
	{ID_ROUNDS, "rounds", "N", "matchings one after the other [1]"},
	{ID_ROUND_PAUSE, "round-pause-ms", "MS", "between two rounds [1000]"},
	{ID_TIMEOUT, "timeout-ms", "MS", "end with exit code 1 after this time, 0: never [0]"},
	{ID_QUIET, "quiet", NULL, "no frame lines"},
	{ID_COLOR, "color", "WHEN", "always, never or auto [auto]"},
	{0, NULL, NULL, "Cars"},
	{ID_CARS, "cars", "N", "cars on the line, 0 to 32 [1]"},
	{ID_EXPECT, "expect", "N", "cars that shall match in each round [1; 0 with --silent or --stop-at]"},
	{ID_EV_MAC, "ev-mac", "MAC", "of the first car, the next ones count up [02:45:56:00:00:01]"},
	{ID_RUN_ID, "run-id", "KIND", "random, mac, tesla or 16 hexadecimal digits [random]"},
	{ID_SILENT, "silent", NULL, "the cars never speak"},
	{ID_STOP_AT, "stop-at", "STEP", "fall silent after this step: parm, start, sound, rsp or match"},
	{ID_PARM_REPEATS, "parm-repeats", "N", "repeats of CM_SLAC_PARM.REQ [100]"},
	{ID_DOUBLE_PARM, "double-parm", NULL, "send each CM_SLAC_PARM.REQ twice"},
	{ID_PARM_TO_START, "parm-to-start-ms", "MS", "CM_SLAC_PARM.CNF to CM_START_ATTEN_CHAR.IND [50]"},
	{ID_SOUND_SPACING, "sound-spacing-ms", "MS", "between the STARTs and sounds [20]"},
	{ID_SOUNDS, "sounds", "N", "sounds announced and sent [10]"},
	{ID_RSP_TO_MATCH, "rsp-to-match-ms", "MS", "CM_ATTEN_CHAR.RSP to CM_SLAC_MATCH.REQ [50]"},
	{ID_WAIT_ALL, "wait-for-all", NULL, "wait for all EVSEs that may answer, then take the nearest"},
	{ID_SIGNALATTN_DIRECT, "signalattn-direct", "DB",
	 "validate an EVSE whose mean is above, 0: match any without validation [0]"},
	{ID_SIGNALATTN_INDIRECT, "signalattn-indirect", "DB", "match no EVSE above this and direct, 0: no limit [0]"},
	{ID_TOGGLES, "toggles", "N", "B-C-B toggles of a validation, 0: 1 to 3 at random [0]"},
	{ID_AMP_MAP, "amp-map", NULL, "send CM_AMP_MAP.REQ when the link is up"},
	{ID_AMP_MAP_RESULT, "amp-map-result", "N", "result of the answer to the EVSE's, 0 is success [0]"},
	{0, NULL, NULL, "The EVSE's modem and the line"},
	{ID_MODEM_FAMILY, "modem-family", "NAME", "qualcomm (a QCA7005), lumissil (a CG5317) or standard [qualcomm]"},
	{ID_JOIN, "join-ms", "MS", "CM_SLAC_MATCH.CNF to the link, as the modem tells it [300]"},
	{ID_PROFILE, "profile", "DB", "attenuation: one value, a list of 58 or a file with 58 values [20]"},
	{ID_PROFILE_GROUPS, "profile-groups", "N", "groups reported, 0: an adapter without SLAC [58]"},
	{ID_LOSE_SOUNDS, "lose-sounds", "N", "lose the first sounds of each run [0]"},
	{ID_MODEM_MAC, "modem-mac", "MAC", "of the EVSE's modem [02:50:4c:00:00:01]"},
	{ID_MODEM_DELAY, "modem-delay-ms", "MS", "before it answers a key command [0]"},
	{ID_MODEM_RESET, "modem-reset-ms", "MS", "it is away after a reset [1000]"},
	{ID_MODEM_SILENT, "modem-silent", NULL, "it never answers (the fault \"silent\")"},
	{ID_MODEM_RESULT, "modem-result", "N", "result in its CM_SET_KEY.CNF [1]"},
	{ID_MODEM_REFUSES, "modem-refuses", NULL, "it keeps its old key and answers with result 0"},
	{ID_MODEM_FAULT, "modem-fault", "FAULT[,FAULT...]", "how it misbehaves, see below; may be repeated"},
	{0, NULL, NULL, "Other"},
	{'h', "help", NULL, "this help"},
	{'V', "version", NULL, "the version"},
};

#define TEXTS (sizeof(texts) / sizeof(texts[0]))

void slac_ev_options_help(void)
{
	printf("Simulates an EV, the EVSE's modem and the power line between them (ISO 15118-3 SLAC)\n\n"
	       "Usage: slac-ev --interface NAME [OPTIONS]\n");
	for (size_t i = 0; i < TEXTS; i++) {
		char option[48];
		if (texts[i].name == NULL) {
			printf("\n%s:\n", texts[i].help);
			continue;
		}
		snprintf(option, sizeof(option), "--%s%s%s", texts[i].name, texts[i].argument != NULL ? " " : "",
			 texts[i].argument != NULL ? texts[i].argument : "");
		printf("  %-24s %s\n", option, texts[i].help);
	}
	printf("\nFaults of the EVSE's modem:\n");
	for (size_t i = 0; modem_fault_name(i) != NULL; i++)
		printf("  %-24s %s\n", modem_fault_name(i), modem_fault_help(i));
	printf("\nExit codes: 0 every car that should match matched and its link is up, 1 otherwise, 2 "
	       "usage\n");
}

static void defaults(struct slac_ev_options *options)
{
	static const uint8_t ev_mac[MAC_LEN] = {0x02, 0x45, 0x56, 0x00, 0x00, 0x01};
	static const uint8_t modem_mac[MAC_LEN] = {0x02, 0x50, 0x4c, 0x00, 0x00, 0x01};

	*options = (struct slac_ev_options){
		.cars = 1,
		.expect = UINT32_MAX,
		.rounds = 1,
		.round_pause_ms = 1000,
		.modem_family = MODEM_QUALCOMM,
		.modem_result = SET_KEY_RESULT_TAKEN,
		.modem_reset_ms = 1000,
		.join_ms = 300,
		.colour = isatty(STDOUT_FILENO) == 1,
		.attenuation.num_groups = SLAC_GROUPS,
	};
	slac_ev_defaults(&options->car);
	memcpy(options->car.ev_mac, ev_mac, MAC_LEN);
	memcpy(options->modem_mac, modem_mac, MAC_LEN);
	memset(options->attenuation.aag_db, 20, SLAC_GROUPS);
}

/* --- values; each false when the text is not what is expected --- */

static bool number(const char *text, uint32_t max, uint32_t *out)
{
	char *end;

	errno = 0;
	unsigned long value = strtoul(text, &end, 0);
	if (!isdigit((unsigned char)text[0]) || *end != '\0' || errno != 0 || value > max)
		return false;
	*out = (uint32_t)value;
	return true;
}

static bool octet(const char *text, uint8_t max, uint8_t *out)
{
	uint32_t value;

	if (!number(text, max, &value))
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
		memcpy(options->car.run_id, "TESLA EV", RUN_ID_LEN);
	else
		return run_id_hex(text, options->car.run_id);
	return true;
}

static bool stop_at(const char *text, enum stop_at *out)
{
	static const char *const steps[] = {"", "parm", "start", "sound", "rsp", "match"};

	for (unsigned i = STOP_PARM; i <= STOP_MATCH; i++) {
		if (strcmp(text, steps[i]) == 0) {
			*out = (enum stop_at)i;
			return true;
		}
	}
	return false;
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
	case ID_SILENT:
		return options->silent = true;
	case ID_DOUBLE_PARM:
		return options->car.double_parm_req = true;
	case ID_WAIT_ALL:
		return options->car.wait_for_all_evses = true;
	case ID_MODEM_SILENT:
		return options->faults.silent = true;
	case ID_AMP_MAP:
		return options->amp_map = true;
	case ID_MODEM_REFUSES:
		return options->faults.refuse = true;
	}
	return false;
}

static bool set_car(struct slac_ev_options *options, int id, const char *value)
{
	switch (id) {
	case ID_CARS:
		return number(value, CARS_MAX, &options->cars);
	case ID_EXPECT:
		return number(value, CARS_MAX, &options->expect);
	case ID_EV_MAC:
		return mac_parse(value, options->car.ev_mac);
	case ID_RUN_ID:
		return run_id(value, options);
	case ID_STOP_AT:
		return stop_at(value, &options->stop_at);
	case ID_PARM_REPEATS:
		return number(value, UINT32_MAX - 1, &options->car.parm_repeats);
	case ID_PARM_TO_START:
		return number(value, DAY_MS, &options->car.parm_to_start_ms);
	case ID_SOUND_SPACING:
		return number(value, DAY_MS, &options->car.batch_msg_interval_ms);
	case ID_SOUNDS:
		return octet(value, UINT8_MAX, &options->car.num_sounds);
	case ID_RSP_TO_MATCH:
		return number(value, DAY_MS, &options->car.rsp_to_match_ms);
	case ID_AMP_MAP_RESULT:
		return octet(value, UINT8_MAX, &options->amp_map_result);
	case ID_SIGNALATTN_DIRECT:
		return number(value, UINT8_MAX, &options->car.signalattn_direct_db);
	case ID_SIGNALATTN_INDIRECT:
		return number(value, UINT8_MAX, &options->car.signalattn_indirect_db);
	case ID_TOGGLES:
		return octet(value, 3, &options->car.vald_nb_toggles);
	}
	return false;
}

static bool set_modem(struct slac_ev_options *options, int id, const char *value)
{
	switch (id) {
	case ID_MODEM_MAC:
		return mac_parse(value, options->modem_mac);
	case ID_MODEM_RESULT:
		return octet(value, UINT8_MAX, &options->modem_result);
	case ID_MODEM_DELAY:
		return number(value, DAY_MS, &options->modem_delay_ms);
	case ID_MODEM_FAMILY:
		return modem_family(value, &options->modem_family);
	case ID_MODEM_RESET:
		return number(value, DAY_MS, &options->modem_reset_ms);
	case ID_MODEM_FAULT:
		return modem_faults_parse(value, &options->faults);
	case ID_JOIN:
		return number(value, DAY_MS, &options->join_ms);
	case ID_PROFILE:
		return attenuation_parse(value, options->attenuation.aag_db);
	case ID_PROFILE_GROUPS:
		return octet(value, SLAC_GROUPS, &options->attenuation.num_groups);
	case ID_LOSE_SOUNDS:
		return number(value, UINT8_MAX, &options->lose_sounds);
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
		return number(value, DAY_MS, &options->start_delay_ms);
	case ID_ROUNDS:
		return number(value, UINT32_MAX - 1, &options->rounds) && options->rounds > 0;
	case ID_ROUND_PAUSE:
		return number(value, DAY_MS, &options->round_pause_ms);
	case ID_TIMEOUT:
		return number(value, UINT32_MAX - 1, &options->timeout_ms);
	}
	return false;
}

static enum options_result wrong_value(const struct option_text *text, const char *value, char *error)
{
	snprintf(error, OPTIONS_ERROR_SIZE, "option --%s: %s (%s) expected, got '%.60s'", text->name, text->argument,
		 text->help, value);
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
	if (value == NULL ? set_flag(options, id)
			  : set_run(options, id, value) || set_car(options, id, value) || set_modem(options, id, value))
		return OPTIONS_RUN;
	return wrong_value(text_of(id), value, error);
}

/* What only shows when all options are known. */
static enum options_result complete(struct slac_ev_options *options, char *error)
{
	if (options->interface == NULL) {
		snprintf(error, OPTIONS_ERROR_SIZE,
			 "option --interface is missing: it names the link to the EVSE host");
		return OPTIONS_WRONG;
	}
	if (options->expect == UINT32_MAX)
		options->expect = options->cars > 0 && !options->silent && options->stop_at == STOP_NEVER;
	if (options->expect > options->cars) {
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
	out[n] = (struct option){0};
}

enum options_result slac_ev_options_parse(struct slac_ev_options *options, int argc, char **argv,
					  char error[OPTIONS_ERROR_SIZE])
{
	struct option all[TEXTS + 1];
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
