/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/replay/slac_replay_options.h"

#include "tools/replay/record_load.h"

#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GAP_DEFAULT_MS 5000
#define DAY_MS         86400000u

enum option_id {
	ID_CONFIG = 256,
	ID_EVSE_ID,
	ID_DC_ONLY,
	ID_EVSE_MAC,
	ID_MODEM_MAC,
	ID_RECORDED_AT,
	ID_MODEM_SILENT,
	ID_KEY,
	ID_WRITE,
	ID_CONNECTED_AT,
	ID_GAP,
	ID_WHAT_IF,
	ID_SEARCH
};

/* The NMK of test-vectors/slac_match_cnf-example.hex. */
static const uint8_t default_nmk[NMK_LEN] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
					     0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};

void replay_options_help(void)
{
	printf("Plays a capture to an outlet of slacd on virtual time and prints all that the outlet does with it;\n"
	       "or a session record of slacd (doc/records.md), and tells whether it comes to the same\n\n"
	       "Usage: slac-replay [OPTIONS] FILE.pcap\n"
	       "       slac-replay [--what-if PATH=VALUE ... | --search] RECORD.pcapng\n\n"
	       "  --what-if PATH=VALUE    the record with another setting, e.g. slac.profile=strict; may be repeated\n"
	       "  --search                each other word, least and greatest number of each setting, one at a time:\n"
	       "                          which lead to other statuses\n\n"
	       "  --config FILE           slacd's configuration file [the defaults]\n"
	       "  --evse-id ID            the outlet whose own settings in that file hold [none]\n"
	       "  --dc-only               the outlet has no basic charging\n"
	       "  --evse-mac MAC          the EVSE's host [of those that speak as one, or that a car speaks to, the one\n"
	       "                          that sets a modem's key, or else confirms a match, or else comes first]\n"
	       "  --modem-mac MAC         the host's own modem [the first that answers the host about its key, or\n"
	       "                          else about anything, or else that reports a profile]\n"
	       "  --recorded-at PLACE     station or car [car where no modem reports a profile, the EVSE reports the\n"
	       "                          attenuation all the same, and does not set a key]\n"
	       "  --modem-silent          nothing is answered for the modem\n"
	       "  --key HEX32             the first NMK, counted up for each next one\n"
	       "                          [00112233445566778899aabbccddeeff]\n"
	       "  --connected-at MS       the vehicle is connected this long after the first frame [0]\n"
	       "  --disconnect-gap MS     a longer pause is an unplug and a replug, 0: never [%d]\n"
	       "  --write FILE.pcap       write the EVSE's frames (they contain the NMK)\n"
	       "  -h, --help              this help\n"
	       "  -V, --version           the version\n\n"
	       "The service begins 1 s before the first frame. The file has no answers to what slacd asks, so two\n"
	       "stand-ins answer at once: the station takes each pilot request, reports the pilot state that\n"
	       "follows, and allows 16 A; the modem confirms its key, and answers nothing else. The modem's frames\n"
	       "of the file are given as they were recorded.\n\n"
	       "A capture from the car holds no profiles, and its EVSE answered when it was ready. There the EVSE of\n"
	       "the file is followed: a CM_SLAC_PARM.REQ is given when it answers, one that it left unanswered is left\n"
	       "out, and its CM_ATTEN_CHAR.IND stands for the profiles. What is not in a file is told on stderr.\n\n"
	       "One line for each frame and decision, times in ms from the first frame:\n"
	       "  <-        a frame the EVSE receives     ->       a frame the EVSE sends\n"
	       "  stand-in  an answer for the modem, which is not in the file\n"
	       "  recorded  sent by the EVSE of the file  pilot    its states and phases; vehicle; time-outs\n"
	       "  run       a run's step, with reason     request  what is asked of the pilot\n"
	       "  refused   a message, with reason        status   what slacd reports\n"
	       "  odd       taken, though unusual         modem, key, link  what is found out about them\n"
	       "  put off   a validation                  serving  whether a car could be matched\n"
	       "  left out  a request that the EVSE of a car's capture did not answer\n\n"
	       "Exit code: 0 replayed; of a record: reproduced, or the what-if was told\n"
	       "           1 the file cannot be read or written; the record is not reproduced\n"
	       "           2 wrong usage or configuration\n",
	       GAP_DEFAULT_MS);
}

static bool parse_number(const char *text, unsigned long max, unsigned long *out)
{
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return false;
	unsigned long value = strtoul(text, &end, 10);
	if (*end != '\0' || value > max)
		return false;
	*out = value;
	return true;
}

static bool parse_ms(const char *text, uint64_t *out_us)
{
	unsigned long ms;

	if (!parse_number(text, DAY_MS, &ms))
		return false;
	*out_us = (uint64_t)ms * 1000;
	return true;
}

static bool parse_key(const char *text, uint8_t nmk[NMK_LEN])
{
	if (strlen(text) != (size_t)2 * NMK_LEN || strspn(text, "0123456789abcdefABCDEF") != (size_t)2 * NMK_LEN)
		return false;
	for (size_t i = 0; i < NMK_LEN; i++) {
		const char digits[3] = {text[2 * i], text[2 * i + 1], '\0'};
		nmk[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return true;
}

/* What is needed until everything has been read. */
struct parse {
	const char *config_file; /* NULL: the defaults */
	const char *evse_id;
	struct replay_options *out;
};

static bool apply(int id, const char *value, struct parse *parse)
{
	struct replay_options *out = parse->out;

	switch (id) {
	case ID_CONFIG:
		parse->config_file = value;
		return true;
	case ID_EVSE_ID:
		parse->evse_id = value;
		return true;
	case ID_DC_ONLY:
		out->dc_only = true;
		return true;
	case ID_EVSE_MAC:
		out->has_evse_mac = true;
		return mac_parse(value, out->evse_mac);
	case ID_MODEM_MAC:
		out->has_modem_mac = true;
		return mac_parse(value, out->modem_mac);
	case ID_RECORDED_AT:
		out->place = strcmp(value, "car") == 0 ? REPLAY_PLACE_CAR : REPLAY_PLACE_STATION;
		return strcmp(value, "car") == 0 || strcmp(value, "station") == 0;
	case ID_MODEM_SILENT:
		out->modem_is_silent = true;
		return true;
	case ID_KEY:
		return parse_key(value, out->nmk);
	case ID_CONNECTED_AT:
		return parse_ms(value, &out->connected_at_us);
	case ID_GAP:
		return parse_ms(value, &out->disconnect_gap_us);
	case ID_SEARCH:
		out->search = true;
		return true;
	case ID_WHAT_IF:
		if (out->what_if_count == REPLAY_WHAT_IFS)
			return false;
		out->what_if[out->what_if_count++] = value;
		return true;
	default:
		out->write = value;
		return true;
	}
}

/* A record has its own settings, stations and times. */
static bool check_record(const struct replay_options *out, bool has_other, char error[REPLAY_ERROR_SIZE])
{
	if (out->is_record && has_other)
		snprintf(error, REPLAY_ERROR_SIZE,
			 "a session record takes no other options than --what-if and --search");
	else if (!out->is_record && (out->what_if_count > 0 || out->search))
		snprintf(error, REPLAY_ERROR_SIZE, "%s is for session records, '%.200s' is none",
			 out->search ? "--search" : "--what-if", out->capture);
	else if (out->search && out->what_if_count > 0)
		snprintf(error, REPLAY_ERROR_SIZE, "--search takes no --what-if");
	else
		return true;
	return false;
}

/* As slacd reads it, without a command line and environment of its own. */
static bool read_config(const struct parse *parse, char error[REPLAY_ERROR_SIZE])
{
	const char *file = parse->config_file;
	struct settings *settings = calloc(1, sizeof(*settings));
	bool ok;

	if (settings == NULL) {
		snprintf(error, REPLAY_ERROR_SIZE, "no memory for the settings");
		return false;
	}
	settings_defaults(settings, SETTINGS_FIELD);
	ok = file == NULL || settings_read_file(settings, file, error);
	if (ok) {
		settings_apply_profile(settings);
		ok = settings_check(settings, file != NULL ? file : "configuration", error);
		settings_outlet_config(settings, parse->evse_id, !parse->out->dc_only, &parse->out->config);
	}
	free(settings);
	return ok;
}

static enum replay_action bad(char error[REPLAY_ERROR_SIZE], const char *what, const char *which)
{
	snprintf(error, REPLAY_ERROR_SIZE, "%s '%.200s'", what, which);
	return REPLAY_BAD;
}

/* The value itself is not repeated: it may be a key. */
static enum replay_action bad_value(char error[REPLAY_ERROR_SIZE], const char *option)
{
	snprintf(error, REPLAY_ERROR_SIZE, "wrong value of --%s", option);
	return REPLAY_BAD;
}

enum replay_action replay_options_parse(int argc, char **argv, struct replay_options *out,
					char error[REPLAY_ERROR_SIZE])
{
	static const struct option options[] = {
		{"config", required_argument, NULL, ID_CONFIG},
		{"evse-id", required_argument, NULL, ID_EVSE_ID},
		{"dc-only", no_argument, NULL, ID_DC_ONLY},
		{"evse-mac", required_argument, NULL, ID_EVSE_MAC},
		{"modem-mac", required_argument, NULL, ID_MODEM_MAC},
		{"recorded-at", required_argument, NULL, ID_RECORDED_AT},
		{"modem-silent", no_argument, NULL, ID_MODEM_SILENT},
		{"key", required_argument, NULL, ID_KEY},
		{"write", required_argument, NULL, ID_WRITE},
		{"connected-at", required_argument, NULL, ID_CONNECTED_AT},
		{"disconnect-gap", required_argument, NULL, ID_GAP},
		{"what-if", required_argument, NULL, ID_WHAT_IF},
		{"search", no_argument, NULL, ID_SEARCH},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	struct parse parse = {.evse_id = "", .out = out};
	bool has_other = false;
	int id, index = 0;

	*out = (struct replay_options){.disconnect_gap_us = GAP_DEFAULT_MS * 1000u};
	memcpy(out->nmk, default_nmk, NMK_LEN);
	opterr = 0;
	while ((id = getopt_long(argc, argv, ":hV", options, &index)) != -1) {
		if (id == 'h')
			return REPLAY_HELP;
		if (id == 'V')
			return REPLAY_VERSION;
		if (id == ':')
			return bad(error, "value missing after", argv[optind - 1]);
		if (id == '?')
			return bad(error, "unknown option", argv[optind - 1]);
		if (!apply(id, optarg, &parse))
			return bad_value(error, options[index].name);
		has_other = has_other || (id != ID_WHAT_IF && id != ID_SEARCH);
	}
	if (optind >= argc)
		return bad(error, "no capture", "FILE.pcap");
	if (optind + 1 < argc)
		return bad(error, "more than one capture:", argv[optind + 1]);
	out->capture = argv[optind];
	out->is_record = record_is_one(out->capture);
	if (!check_record(out, has_other, error))
		return REPLAY_BAD;
	return read_config(&parse, error) ? REPLAY_RUN : REPLAY_BAD;
}
