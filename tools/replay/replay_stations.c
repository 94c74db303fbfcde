/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/replay/replay_stations.h"

#include "homeplug/mme/modem_mme.h"
#include "tools/replay/capture.h"

#include <inttypes.h>
#include <string.h>

/* Further hosts and modems of a file are not looked at. */
#define HOSTS  16
#define MODEMS 8

struct host {
	uint8_t mac[MAC_LEN];
	bool speaks;       /* as a station does */
	bool is_addressed; /* by a car, as a station is */
	bool confirms;     /* sends CM_SLAC_MATCH.CNF */
	bool measures;     /* sends CM_ATTEN_CHAR.IND */
	bool sets_keys;    /* asks a modem of its own */
	bool has_key_modem, has_modem;
	uint8_t key_modem[MAC_LEN]; /* the first that answers it about a key, */
	uint8_t modem[MAC_LEN];     /* or about anything */
};

struct search {
	struct host hosts[HOSTS];
	size_t host_count;
	uint8_t modems[MODEMS][MAC_LEN]; /* that report profiles */
	size_t modem_count;
	uint64_t frames;
	uint64_t requests; /* CM_SLAC_PARM.REQ */
	uint64_t car_frames;
	uint64_t sounds;
};

/* --- one frame --- */

/* The entry of this MAC; where there is no room, one that nobody looks at. */
static struct host *host_of(struct search *search, const uint8_t mac[MAC_LEN])
{
	static struct host none;

	for (size_t i = 0; i < search->host_count; i++)
		if (mac_equal(search->hosts[i].mac, mac))
			return &search->hosts[i];
	if (search->host_count == HOSTS)
		return &none;
	memcpy(search->hosts[search->host_count].mac, mac, MAC_LEN);
	return &search->hosts[search->host_count++];
}

static void note_first(bool *has, uint8_t mac[MAC_LEN], const uint8_t src[MAC_LEN])
{
	if (!*has)
		memcpy(mac, src, MAC_LEN);
	*has = true;
}

static void note_profile(struct search *search, const uint8_t modem[MAC_LEN])
{
	for (size_t i = 0; i < search->modem_count; i++)
		if (mac_equal(search->modems[i], modem))
			return;
	if (search->modem_count < MODEMS)
		memcpy(search->modems[search->modem_count++], modem, MAC_LEN);
}

static void note_modem_answer(struct search *search, const uint8_t host[MAC_LEN], const uint8_t modem[MAC_LEN],
			      bool is_of_key)
{
	struct host *entry = host_of(search, host);

	note_first(&entry->has_modem, entry->modem, modem);
	if (is_of_key)
		note_first(&entry->has_key_modem, entry->key_modem, modem);
}

/* Telemetry of other programs is broadcast: a station speaks to one car. */
static void note_station_message(struct search *search, const struct mme *frame)
{
	if (!mac_is_a_stations(frame->dst))
		return;
	struct host *host = host_of(search, frame->src);
	host->speaks = true;
	host->measures = host->measures || frame->mmtype == CM_ATTEN_CHAR_IND;
	host->confirms = host->confirms || frame->mmtype == CM_SLAC_MATCH_CNF;
}

static void note_car_message(struct search *search, const struct mme *frame)
{
	search->car_frames++;
	search->requests += frame->mmtype == CM_SLAC_PARM_REQ;
	search->sounds += frame->mmtype == CM_MNBC_SOUND_IND;
	/* That of its first message can be anything. */
	if (frame->mmtype != CM_SLAC_PARM_REQ && mac_is_a_stations(frame->dst))
		host_of(search, frame->dst)->is_addressed = true;
}

static void note_message(struct search *search, const struct mme *frame)
{
	switch (frame->mmtype) {
	case CM_SET_KEY_REQ:
	case CM_GET_KEY_REQ:
		host_of(search, frame->src)->sets_keys = true;
		break;
	case CM_SET_KEY_CNF:
	case CM_GET_KEY_CNF:
		note_modem_answer(search, frame->dst, frame->src, true);
		break;
	case CM_ATTEN_PROFILE_IND:
		note_profile(search, frame->src);
		break;
	case CM_SLAC_PARM_CNF:
	case CM_ATTEN_CHAR_IND:
	case CM_VALIDATE_CNF:
	case CM_SLAC_MATCH_CNF:
		note_station_message(search, frame);
		break;
	case CM_SLAC_PARM_REQ:
	case CM_START_ATTEN_CHAR_IND:
	case CM_MNBC_SOUND_IND:
	case CM_ATTEN_CHAR_RSP:
	case CM_VALIDATE_REQ:
	case CM_SLAC_MATCH_REQ:
		note_car_message(search, frame);
		break;
	default:
		break;
	}
}

static void note_frame(struct search *search, const uint8_t *octets, size_t len)
{
	struct modem_mme message;
	struct mme frame;

	search->frames++;
	if (modem_mme_decode(octets, len, &message) == MME_OK)
		note_modem_answer(search, message.dst, message.src, false);
	else if (mme_decode(octets, len, &frame) == MME_OK)
		note_message(search, &frame);
}

/* --- the station --- */

static bool is_station(const struct host *host)
{
	return host->speaks || host->is_addressed;
}

/* What tells most comes first: its host's own keys, the car's choice, its words. */
static int weight(const struct host *host)
{
	return 8 * host->speaks + 4 * host->sets_keys + 2 * host->confirms + host->is_addressed;
}

static const struct host *find_station(const struct search *search, const struct replay_options *options)
{
	const struct host *found = NULL;

	for (size_t i = 0; i < search->host_count; i++) {
		const struct host *host = &search->hosts[i];
		if (options->has_evse_mac ? mac_equal(host->mac, options->evse_mac)
					  : is_station(host) && (found == NULL || weight(host) > weight(found)))
			found = host;
	}
	return found;
}

static void say_not_found(const struct search *search, const char *path, char error[REPLAY_ERROR_SIZE])
{
	if (search->frames == 0)
		snprintf(error, REPLAY_ERROR_SIZE, "capture file %.180s: no frame of HomePlug (EtherType 0x88E1) in it",
			 path);
	else if (search->car_frames == 0)
		snprintf(error, REPLAY_ERROR_SIZE,
			 "capture file %.180s: %" PRIu64
			 " frames of HomePlug, and none of SLAC between a car and a station",
			 path, search->frames);
	else
		snprintf(error, REPLAY_ERROR_SIZE,
			 "capture file %.180s: which station it is cannot be found: none answers the %" PRIu64
			 " CM_SLAC_PARM.REQ, and no car speaks to one; --evse-mac is needed",
			 path, search->requests);
}

static void take_station(const struct search *search, const struct replay_options *options, const struct host *evse,
			 struct replay_stations *out)
{
	static const struct host unseen;
	const struct host *host = evse != NULL ? evse : &unseen;

	memcpy(out->evse, evse != NULL ? evse->mac : options->evse_mac, MAC_LEN);
	out->has_modem = true;
	if (host->has_key_modem)
		memcpy(out->modem, host->key_modem, MAC_LEN);
	else if (host->has_modem)
		memcpy(out->modem, host->modem, MAC_LEN);
	else if (search->modem_count > 0)
		memcpy(out->modem, search->modems[0], MAC_LEN);
	else
		out->has_modem = false;
	for (size_t i = 0; i < search->host_count; i++)
		out->evses += is_station(&search->hosts[i]);
	out->modems = search->modem_count;
	out->car_frames = search->car_frames;
	out->evse_speaks = host->speaks;
	out->at_car = search->modem_count == 0 && search->sounds > 0 && host->measures && !host->sets_keys;
	if (options->place != REPLAY_PLACE_FOUND)
		out->at_car = options->place == REPLAY_PLACE_CAR;
}

bool replay_stations_find(const struct replay_options *options, struct replay_stations *out,
			  char error[REPLAY_ERROR_SIZE])
{
	struct capture_reader *reader = capture_open(options->capture, error);
	struct search search = {.frames = 0};
	const uint8_t *octets;
	uint64_t time_us;
	size_t len;

	memset(out, 0, sizeof(*out));
	if (reader == NULL)
		return false;
	while (capture_next(reader, &octets, &len, &time_us) == PORT_FRAME)
		note_frame(&search, octets, len);
	capture_close(reader);
	const struct host *evse = find_station(&search, options);
	if (evse == NULL && !options->has_evse_mac) {
		say_not_found(&search, options->capture, error);
		return false;
	}
	take_station(&search, options, evse, out);
	return true;
}

/* --- telling --- */

static void tell_modem(const struct replay_stations *stations, const struct replay_options *options, FILE *out)
{
	char mac[MAC_TEXT_SIZE];

	if (options->has_modem_mac || stations->at_car)
		return;
	if (!stations->has_modem)
		fprintf(out,
			"slac-replay: note: the station's modem is not in the file (no answer to CM_SET_KEY.REQ, no "
			"CM_ATTEN_PROFILE.IND): a stand-in is taken; --modem-mac names it\n");
	else if (stations->modems > 1)
		fprintf(out,
			"slac-replay: note: %zu modems report profiles, %s is taken for the station's own; --modem-mac names it\n",
			stations->modems, mac_text(stations->modem, mac));
}

void replay_stations_tell(const struct replay_stations *stations, const struct replay_options *options, FILE *out)
{
	char mac[MAC_TEXT_SIZE];

	if (stations->evses > 1 && !options->has_evse_mac)
		fprintf(out, "slac-replay: note: %zu stations in the file, %s is taken; --evse-mac names another\n",
			stations->evses, mac_text(stations->evse, mac));
	if (stations->car_frames == 0)
		fprintf(out,
			"slac-replay: note: only the station's half is in the file: no message of a car is given to the outlet\n");
	else if (!stations->evse_speaks)
		fprintf(out, "slac-replay: note: only the car's half is in the file: what it answers is not seen\n");
	if (stations->at_car)
		fprintf(out,
			"slac-replay: note: recorded at the car (no CM_ATTEN_PROFILE.IND): the station of the file is followed; its\n"
			"slac-replay: note: CM_ATTEN_CHAR.IND stands for the profiles, and a request that it left unanswered is left "
			"out\n");
	tell_modem(stations, options, out);
}
