/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/replay/slac_replay_options.h"

#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GAP_DEFAULT_MS 5000
#define DAY_MS         86400000u

enum option_id { ID_EVSE_MAC = 256, ID_PROFILE, ID_MISSING, ID_ATTN_RX, ID_KEY, ID_WRITE, ID_CONNECTED_AT, ID_GAP };

/* The NMK of the homeplug-mme document's worked examples. */
static const uint8_t default_nmk[NMK_LEN] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
					     0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};

void replay_options_help(void)
{
	printf("Plays a capture to slacd's matching on virtual time and prints what the EVSE does with it\n\n"
	       "Usage: slac-replay [OPTIONS] FILE.pcap\n\n"
	       "  --evse-mac MAC          the EVSE's host [source of the first CM_SLAC_PARM.CNF of the "
	       "file]\n"
	       "  --profile NAME          field or strict (as ISO 15118-3 says) [field]\n"
	       "  --missing-profile-db N  attenuation where the modem reports none, 0 to 255 [such a run "
	       "fails]\n"
	       "  --attn-rx-db N          attenuation of the outlet's own receive path, -255 to 255 [0];\n"
	       "                          the means measured and reported are printed\n"
	       "  --key HEX32             NMK of the first vehicle, counted up for each next one\n"
	       "                          [00112233445566778899aabbccddeeff]\n"
	       "  --connected-at MS       the vehicle is connected this long after the first frame [0]\n"
	       "  --disconnect-gap MS     a longer pause is an unplug and a replug, 0: never [%d]\n"
	       "  --write FILE.pcap       write the EVSE's frames (they contain the NMK)\n"
	       "  -h, --help              this help\n"
	       "  -V, --version           the version\n\n"
	       "One line for each frame and decision, times in ms from the first frame:\n"
	       "  <-        a frame the EVSE receives     ->       a frame the EVSE sends\n"
	       "  recorded  sent by the EVSE of the file  pilot    vehicle connected, left; time-outs\n"
	       "  run       a run's step, with reason     status   what slacd reports\n"
	       "  refused   a message, with reason        odd      taken, though a field is unusual\n\n"
	       "Exit code: 0 replayed, 1 the file cannot be read or written, 2 wrong usage\n",
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

static bool parse_missing(const char *text, int *out)
{
	unsigned long db;

	if (!parse_number(text, UINT8_MAX, &db))
		return false;
	*out = (int)db;
	return true;
}

static bool parse_attn_rx(const char *text, struct replay_options *out)
{
	const bool gain = text[0] == '-';
	unsigned long db;

	if (!parse_number(gain ? text + 1 : text, UINT8_MAX, &db))
		return false;
	out->has_attn_rx = true;
	out->attn_rx_db = (int16_t)(gain ? -(int)db : (int)db);
	return true;
}

static bool parse_profile(const char *text, bool *strict)
{
	*strict = strcmp(text, "strict") == 0;
	return *strict || strcmp(text, "field") == 0;
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

static bool apply(int id, const char *value, struct replay_options *out)
{
	switch (id) {
	case ID_EVSE_MAC:
		out->has_evse_mac = true;
		return mac_parse(value, out->evse_mac);
	case ID_PROFILE:
		return parse_profile(value, &out->strict);
	case ID_MISSING:
		return parse_missing(value, &out->missing_profile_db);
	case ID_ATTN_RX:
		return parse_attn_rx(value, out);
	case ID_KEY:
		return parse_key(value, out->nmk);
	case ID_CONNECTED_AT:
		return parse_ms(value, &out->connected_at_us);
	case ID_GAP:
		return parse_ms(value, &out->disconnect_gap_us);
	default:
		out->write = value;
		return true;
	}
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
		{"evse-mac", required_argument, NULL, ID_EVSE_MAC},
		{"profile", required_argument, NULL, ID_PROFILE},
		{"missing-profile-db", required_argument, NULL, ID_MISSING},
		{"attn-rx-db", required_argument, NULL, ID_ATTN_RX},
		{"key", required_argument, NULL, ID_KEY},
		{"write", required_argument, NULL, ID_WRITE},
		{"connected-at", required_argument, NULL, ID_CONNECTED_AT},
		{"disconnect-gap", required_argument, NULL, ID_GAP},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	int id, index = 0;

	*out = (struct replay_options){.missing_profile_db = -1, .disconnect_gap_us = GAP_DEFAULT_MS * 1000u};
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
		if (!apply(id, optarg, out))
			return bad_value(error, options[index].name);
	}
	if (optind >= argc)
		return bad(error, "no capture", "FILE.pcap");
	if (optind + 1 < argc)
		return bad(error, "more than one capture:", argv[optind + 1]);
	out->capture = argv[optind];
	return REPLAY_RUN;
}
