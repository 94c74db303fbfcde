/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/power_line.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* Frames handled before the event loop looks at its timers again. */
#define FRAMES_PER_EVENT 64

static bool same_key(const struct network_key *a, const struct network_key *b)
{
	return CRYPTO_memcmp(a->nmk, b->nmk, NMK_LEN) == 0 && memcmp(a->nid, b->nid, NID_LEN) == 0;
}

bool power_line_has_key(const struct power_line *line, const struct network_key *key)
{
	return line->evse.modem.has_key && same_key(&line->evse.modem.key, key);
}

bool power_line_ev_joined(const struct power_line *line)
{
	return line->ev_confirmed && line->ev.modem.has_key && power_line_has_key(line, &line->ev.modem.key);
}

/* --- frames out --- */

/* Only the EVSE's side is captured; the time is the wall clock's, as in every capture file. */
static void capture(const struct line_side *side, const uint8_t *frame, size_t len)
{
	struct timespec now;

	if (side->line->capture == NULL || side != &side->line->evse)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	capture_write(side->line->capture, frame, len,
		      (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
}

/* `error` is the shape of a message that is carried on as it came. */
static void side_transmit(struct line_side *side, const char *from, const struct mme *mme,
			  enum mme_error error, const uint8_t *frame, size_t len)
{
	const struct trace *trace = side->line->trace;

	if (link_send(side->link, frame, len)) {
		capture(side, frame, len);
		trace_frame(trace, from, side->host, mme, error);
	} else {
		trace_lost(trace, from, mme, strerror(errno));
	}
}

static void side_send(struct line_side *side, const char *from, const struct mme *mme)
{
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	if (mme_encode(mme, frame, sizeof(frame), &len) == MME_OK)
		side_transmit(side, from, mme, MME_OK, frame, len);
	OPENSSL_cleanse(frame, sizeof(frame));
}

/* --- the modems --- */

static void answer_send(struct line_side *side)
{
	side_send(side, side->modem_name, &side->answer);
	OPENSSL_cleanse(&side->answer, sizeof(side->answer));
}

static void on_answer_due(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	answer_send(ctx);
}

/* The delay is the EVSE's modem's only: the other one belongs to a car that is not under test. */
static void answer_later(struct line_side *side)
{
	uint32_t ms = side->line->options->modem_delay_ms;
	struct timeval delay = {.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};

	if (ms == 0 || side != &side->line->evse)
		answer_send(side);
	else
		evtimer_add(side->answer_timer, &delay);
}

static void modem_obey(struct line_side *side, const struct mme *req)
{
	const struct power_line *line = side->line;

	if (side == &line->evse && line->options->modem_silent) {
		trace_lost(line->trace, side->host, req, "(the modem is silent)");
		return;
	}
	if (evtimer_pending(side->answer_timer, NULL)) {
		trace_lost(line->trace, side->host, req, "(the modem is busy)");
		return;
	}
	trace_frame(line->trace, side->host, side->modem_name, req, MME_OK);
	if (!modem_sim_answer(&side->modem, req, &side->answer)) {
		trace_lost(line->trace, side->host, req, "(the modem does not understand)");
		return;
	}
	answer_later(side);
	if (req->mmtype == CM_SET_KEY_REQ)
		line->hooks.key_set(line->hooks.ctx, side == &line->ev);
}

/* --- the line --- */

static void report_sound(struct power_line *line, const struct mme *sound)
{
	struct mme ind;

	modem_sim_profile(&line->evse.modem, &line->options->attenuation, sound->src, &ind);
	side_send(&line->evse, line->evse.modem_name, &ind);
}

/* A lost sound reaches neither host nor modem. CNT counts down: a car's first sounds are the high ones. */
static bool is_lost(const struct power_line *line, const struct mme *mme)
{
	return mme->mmtype == CM_MNBC_SOUND_IND &&
	       mme->mnbc_sound_ind.cnt + line->options->lose_sounds >= line->options->car.num_sounds;
}

void power_line_send(struct power_line *line, const char *car, const struct mme *mme)
{
	if (is_lost(line, mme)) {
		trace_lost(line->trace, car, mme, "(lost on the line)");
		return;
	}
	side_send(&line->evse, car, mme);
	if (mme->mmtype == CM_MNBC_SOUND_IND)
		report_sound(line, mme);
}

static void from_evse(struct power_line *line, const struct mme *mme, enum mme_error error,
		      const uint8_t *frame, size_t len)
{
	if (line->ev.link != NULL) {
		line->ev_confirmed = line->ev_confirmed || mme->mmtype == CM_SLAC_MATCH_CNF;
		side_transmit(&line->ev, line->evse.host, mme, error, frame, len);
	} else {
		trace_frame(line->trace, line->evse.host, line->options->cars > 1 ? "cars" : "EV", mme,
			    error);
	}
	if (error == MME_OK)
		line->hooks.frame(line->hooks.ctx, mme);
}

/* An external EV's sounds are counted here: pev sends them shorter than they should be. */
static void from_ev(struct power_line *line, const struct mme *mme, enum mme_error error,
		    const uint8_t *frame, size_t len)
{
	bool sound = mme->mmtype == CM_MNBC_SOUND_IND;

	if (mme->mmtype == CM_SLAC_PARM_REQ) {
		line->ev_confirmed = false;
		line->ev_sounds = 0;
	}
	if (sound && line->ev_sounds++ < line->options->lose_sounds) {
		trace_lost(line->trace, line->ev.host, mme, "(lost on the line)");
		return;
	}
	side_transmit(&line->evse, line->ev.host, mme, error, frame, len);
	if (sound)
		report_sound(line, mme);
}

/* What the line carries: SLAC messages, whatever their shape. Key commands and vendor messages stay at home.
 */
static bool is_carried(const struct mme *mme, enum mme_error error)
{
	return error != MME_ERR_MMTYPE && mme->mmtype >= CM_SLAC_PARM_REQ && mme->mmtype <= CM_SLAC_MATCH_CNF;
}

/* VS_NW_INFO, which only Qualcomm's modems know: this one is alone in its network, as its coordinator. */
static bool modem_tell_network(struct line_side *side, const uint8_t *frame, size_t len)
{
	const struct modem_sim *modem = &side->modem;
	struct nw_info info = {.in_network = modem->has_key, .tei = 1, .role = NW_INFO_COORDINATOR};
	uint8_t host[MAC_LEN];
	uint8_t answer[MME_FRAME_MAX];
	size_t answer_len;

	if (!nw_info_req_decode(frame, len, host))
		return false;
	memcpy(info.modem_mac, modem->mac, MAC_LEN);
	memcpy(info.nid, modem->key.nid, NID_LEN);
	memcpy(info.cco_mac, modem->mac, MAC_LEN);
	bool silent = side == &side->line->evse && side->line->options->modem_silent;
	if (!silent && nw_info_cnf_encode(&info, host, answer, sizeof(answer), &answer_len) == MME_OK)
		link_send(side->link, answer, answer_len);
	trace_event(side->line->trace, side->host, "asked its modem for the network%s", silent ? " (silent)" : "");
	return true;
}

static void side_frame(struct line_side *side, const uint8_t *frame, size_t len)
{
	struct power_line *line = side->line;
	struct mme mme;
	enum mme_error error = mme_decode(frame, len, &mme);

	capture(side, frame, len);
	if (is_carried(&mme, error) && side == &line->evse)
		from_evse(line, &mme, error, frame, len);
	else if (is_carried(&mme, error))
		from_ev(line, &mme, error, frame, len);
	else if (error == MME_ERR_MMTYPE && modem_tell_network(side, frame, len))
		; /* answered */
	else if (error != MME_OK)
		trace_lost(line->trace, side->host, &mme, mme_error_text(error));
	else if (modem_sim_is_meant(&side->modem, &mme))
		modem_obey(side, &mme);
	else
		trace_lost(line->trace, side->host, &mme, "(not for this modem)");
	OPENSSL_cleanse(&mme, sizeof(mme));
}

/* --- the links --- */

static void side_follow_peer(struct line_side *side)
{
	struct power_line *line = side->line;
	bool connected = link_connected(side->link);

	if (connected == side->connected)
		return;
	side->connected = connected;
	trace_event(line->trace, side->host, connected ? "connected" : "disconnected");
	if (side == &line->evse)
		line->hooks.connected(line->hooks.ctx, connected);
}

/* A listening socket waits for the next peer; every other link is over. */
static void side_ended(struct line_side *side, enum link_result result)
{
	const struct power_line *line = side->line;

	if (result == LINK_END && !link_connected(side->link))
		return;
	trace_event(line->trace, side->host, "link lost: %s",
		    result == LINK_END ? "the peer closed it" : strerror(errno));
	event_del(side->readable);
	line->hooks.broken(line->hooks.ctx);
}

static void on_readable(evutil_socket_t fd, short what, void *ctx)
{
	struct line_side *side = ctx;
	uint8_t frame[MME_FRAME_MAX];

	(void)fd;
	(void)what;
	for (int i = 0; i < FRAMES_PER_EVENT; i++) {
		size_t len;
		enum link_result result = link_recv(side->link, frame, sizeof(frame), &len);
		side_follow_peer(side);
		if (result == LINK_EMPTY)
			break;
		if (result == LINK_FRAME)
			side_frame(side, frame, len);
		else {
			side_ended(side, result);
			break;
		}
	}
	OPENSSL_cleanse(frame, sizeof(frame));
}

/* The line has stations of many MACs, a network card passes its own only. A Unix socket passes everything. */
static void hear_all_stations(struct link *link, const char *name)
{
	struct packet_mreq request = {.mr_ifindex = (int)if_nametoindex(name), .mr_type = PACKET_MR_PROMISC};

	if (request.mr_ifindex != 0)
		setsockopt(link_fd(link), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof(request));
}

static bool side_open(struct line_side *side, const char *name, struct event_base *base, char *error)
{
	side->link = link_open(name, error);
	if (side->link == NULL)
		return false;
	hear_all_stations(side->link, name);
	side->connected = link_connected(side->link);
	side->readable = event_new(base, link_fd(side->link), EV_READ | EV_PERSIST, on_readable, side);
	side->answer_timer = evtimer_new(base, on_answer_due, side);
	if (side->readable == NULL || side->answer_timer == NULL || event_add(side->readable, NULL) < 0) {
		snprintf(error, LINK_ERROR_SIZE, "no event for the link %.100s", name);
		return false;
	}
	return true;
}

static void side_close(struct line_side *side)
{
	if (side->readable != NULL)
		event_free(side->readable);
	if (side->answer_timer != NULL)
		event_free(side->answer_timer);
	link_close(side->link);
	network_key_wipe(&side->modem.key);
}

bool power_line_open(struct power_line *line, const struct slac_ev_options *options, struct event_base *base,
		     const struct trace *trace, const struct power_line_hooks *hooks,
		     char error[LINK_ERROR_SIZE])
{
	*line = (struct power_line){
		.options = options,
		.trace = trace,
		.hooks = *hooks,
		.evse = {.line = line, .host = "EVSE", .modem_name = "modem"},
		.ev = {.line = line, .host = "EV", .modem_name = "EV modem"},
	};
	line->evse.modem.set_key_result = options->modem_result;
	line->evse.modem.refuses = options->modem_refuses;
	memcpy(line->evse.modem.mac, options->modem_mac, MAC_LEN);
	line->ev.modem.set_key_result = SET_KEY_RESULT_TAKEN;
	memcpy(line->ev.modem.mac, options->modem_mac, MAC_LEN);
	line->ev.modem.mac[MAC_LEN - 1] ^= 0x80;
	if (options->capture != NULL && (line->capture = capture_create(options->capture, error)) == NULL)
		return false;
	return side_open(&line->evse, options->interface, base, error) &&
	       (options->ev_interface == NULL || side_open(&line->ev, options->ev_interface, base, error));
}

bool power_line_close(struct power_line *line)
{
	side_close(&line->ev);
	side_close(&line->evse);
	return line->capture == NULL || capture_finish(line->capture);
}
