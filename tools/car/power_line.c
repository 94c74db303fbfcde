/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/car/power_line_internal.h"

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

/* --- frames out --- */

/* Only the EVSE's side is captured; the time is the wall clock's, as in every capture file. */
void line_side_capture(struct line_side *side, const uint8_t *frame, size_t len)
{
	struct timespec now;

	if (side->line->capture == NULL || side != &side->line->evse)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	capture_write(side->line->capture, frame, len, (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
}

/* `error` is the shape of a message that is carried on as it came. */
void line_side_transmit(struct line_side *side, const char *from, const struct mme *mme, enum mme_error error,
			const uint8_t *frame, size_t len)
{
	const struct trace *trace = side->line->trace;

	if (port_send(side->link, frame, len)) {
		line_side_capture(side, frame, len);
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
		line_side_transmit(side, from, mme, MME_OK, frame, len);
	OPENSSL_cleanse(frame, sizeof(frame));
}

/* --- the line --- */

/* Delivered to the EVSE's host: its modem reports a sound, and may choose this moment to misbehave. */
static void delivered(struct power_line *line, const struct mme *mme)
{
	struct modem_port *port = &line->evse.port;

	switch (mme->mmtype) {
	case CM_SLAC_PARM_REQ:
		modem_port_step(port, MODEM_STEP_PARM);
		break;
	case CM_START_ATTEN_CHAR_IND:
		modem_port_step(port, MODEM_STEP_START);
		break;
	case CM_MNBC_SOUND_IND:
		modem_port_sound(port, &line->attenuation, mme->src);
		modem_port_step(port, MODEM_STEP_SOUND);
		break;
	case CM_SLAC_MATCH_REQ:
		modem_port_step(port, MODEM_STEP_MATCH);
		break;
	}
}

/* A lost sound reaches neither host nor modem. CNT counts down: a car's first sounds are the high ones. */
static bool is_lost(const struct power_line *line, const struct mme *mme)
{
	return mme->mmtype == CM_MNBC_SOUND_IND &&
	       mme->mnbc_sound_ind.cnt + line->behaviour.lose_sounds >= line->behaviour.car.num_sounds;
}

void power_line_send(struct power_line *line, const char *car, const struct mme *mme)
{
	if (line->evse.port.away || is_lost(line, mme)) {
		trace_lost(line->trace, car, mme, line->evse.port.away ? "(the modem is away)" : "(lost on the line)");
		return;
	}
	side_send(&line->evse, car, mme);
	delivered(line, mme);
}

static const char *amp_map_name(const struct amp_map_mme *message)
{
	return message->is_cnf ? "CM_AMP_MAP.CNF" : "CM_AMP_MAP.REQ";
}

void power_line_send_amp_map(struct power_line *line, const char *car, const struct amp_map_mme *message)
{
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	if (line->evse.port.away || amp_map_encode(message, 0, frame, sizeof(frame), &len) != MME_OK)
		return;
	if (!line->trace->quiet)
		trace_event(line->trace, car, "-> %-8s  %s", line->evse.host, amp_map_name(message));
	if (port_send(line->evse.link, frame, len))
		line_side_capture(&line->evse, frame, len);
}

static void from_evse(struct power_line *line, const struct mme *mme, enum mme_error error, const uint8_t *frame,
		      size_t len)
{
	if (line->ev.link != NULL) {
		line->ev_confirmed = line->ev_confirmed || mme->mmtype == CM_SLAC_MATCH_CNF;
		line_side_transmit(&line->ev, line->evse.host, mme, error, frame, len);
	} else {
		trace_frame(line->trace, line->evse.host, line->options->cars > 1 ? "cars" : "EV", mme, error);
	}
	if (error == MME_OK)
		line->hooks.frame(line->hooks.ctx, mme);
}

/* An external EV's sounds are counted here: pev sends them shorter than they should be. */
static void from_ev(struct power_line *line, const struct mme *mme, enum mme_error error, const uint8_t *frame,
		    size_t len)
{
	bool sound = mme->mmtype == CM_MNBC_SOUND_IND;

	if (mme->mmtype == CM_SLAC_PARM_REQ) {
		line->ev_confirmed = false;
		line->ev_sounds = 0;
	}
	if (sound && line->ev_sounds++ < line->behaviour.lose_sounds) {
		trace_lost(line->trace, line->ev.host, mme, "(lost on the line)");
		return;
	}
	line_side_transmit(&line->evse, line->ev.host, mme, error, frame, len);
	if (error == MME_OK || sound)
		delivered(line, mme);
}

/* What the line carries: SLAC messages, whatever their shape. Key commands and vendor messages stay at home.
 */
static bool is_carried(const struct mme *mme, enum mme_error error)
{
	return error != MME_ERR_MMTYPE && mme->mmtype >= CM_SLAC_PARM_REQ && mme->mmtype <= CM_SLAC_MATCH_CNF;
}

/* CM_AMP_MAP goes from host to host like SLAC messages; false when the frame is none. */
static bool carry_amp_map(struct line_side *side, const uint8_t *frame, size_t len)
{
	struct power_line *line = side->line;
	struct line_side *other = side == &line->evse ? &line->ev : &line->evse;
	struct amp_map_mme message;

	if (amp_map_decode(frame, len, &message) != MME_OK)
		return false;
	if (!line->trace->quiet)
		trace_event(line->trace, side->host, "-> %-8s  %s", other->host, amp_map_name(&message));
	if (other->link != NULL) {
		port_send(other->link, frame, len);
		line_side_capture(other, frame, len);
	}
	if (side == &line->evse)
		line->hooks.amp_map(line->hooks.ctx, &message);
	return true;
}

/* A question to the modem of this side; NULL, or why it is not answered. */
static const char *side_ask(struct line_side *side, const struct mme *mme, enum mme_error error, const uint8_t *frame,
			    size_t len)
{
	const char *lost = modem_port_deaf(&side->port, mme, error);

	if (lost != NULL)
		return lost;
	if (error == MME_OK)
		trace_frame(side->line->trace, side->host, side->port.name, mme, MME_OK);
	return modem_port_take(&side->port, mme, error, frame, len);
}

static void side_frame(struct line_side *side, const uint8_t *frame, size_t len)
{
	struct power_line *line = side->line;
	struct mme mme;
	enum mme_error error = mme_decode(frame, len, &mme);

	const bool carried = is_carried(&mme, error);
	const char *lost = NULL;

	line_side_capture(side, frame, len);
	if (carried && line->evse.port.away)
		lost = "(the modem is away)";
	else if (carried && side == &line->evse)
		from_evse(line, &mme, error, frame, len);
	else if (carried)
		from_ev(line, &mme, error, frame, len);
	else if (error != MME_OK && error != MME_ERR_MMTYPE)
		lost = mme_error_text(error);
	else if (line->evse.port.away || !carry_amp_map(side, frame, len))
		lost = side_ask(side, &mme, error, frame, len);
	if (lost != NULL)
		trace_lost(line->trace, side->host, &mme, lost);
	OPENSSL_cleanse(&mme, sizeof(mme));
}

/* --- the links --- */

static void side_follow_peer(struct line_side *side)
{
	struct power_line *line = side->line;
	bool connected = port_connected(side->link);

	if (connected == side->connected)
		return;
	side->connected = connected;
	trace_event(line->trace, side->host, connected ? "connected" : "disconnected");
	if (side == &line->evse)
		line->hooks.connected(line->hooks.ctx, connected);
}

/* A listening socket waits for the next peer; every other link is over. */
static void side_ended(struct line_side *side, enum port_result result)
{
	const struct power_line *line = side->line;

	if (result == PORT_END && !port_connected(side->link))
		return;
	trace_event(line->trace, side->host, "link lost: %s",
		    result == PORT_END ? "the peer closed it" : strerror(errno));
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
		enum port_result result = port_recv(side->link, frame, sizeof(frame), &len);
		side_follow_peer(side);
		if (result == PORT_EMPTY)
			break;
		if (result == PORT_FRAME)
			side_frame(side, frame, len);
		else {
			side_ended(side, result);
			break;
		}
	}
	OPENSSL_cleanse(frame, sizeof(frame));
}

/* The line has stations of many MACs, a network card passes its own only. A Unix socket passes everything. */
static void hear_all_stations(struct port *link, const char *name)
{
	struct packet_mreq request = {.mr_ifindex = (int)if_nametoindex(name), .mr_type = PACKET_MR_PROMISC};

	if (request.mr_ifindex != 0)
		setsockopt(port_fd(link), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof(request));
}

static bool side_open(struct line_side *side, const char *name, struct event_base *base, char *error)
{
	side->link = port_open(name, error);
	if (side->link == NULL)
		return false;
	hear_all_stations(side->link, name);
	side->connected = port_connected(side->link);
	side->readable = event_new(base, port_fd(side->link), EV_READ | EV_PERSIST, on_readable, side);
	if (side->readable == NULL || event_add(side->readable, NULL) < 0) {
		snprintf(error, PORT_ERROR_SIZE, "no event for the link %.100s", name);
		return false;
	}
	return true;
}

static void side_close(struct line_side *side)
{
	if (side->readable != NULL)
		event_free(side->readable);
	port_close(side->link);
}

bool power_line_open(struct power_line *line, const struct slac_ev_options *options, struct event_base *base,
		     const struct trace *trace, const struct power_line_hooks *hooks, char error[PORT_ERROR_SIZE])
{
	*line = (struct power_line){
		.options = options,
		.trace = trace,
		.hooks = *hooks,
		.attenuation = options->attenuation,
		.behaviour = options->behaviour,
		.evse = {.line = line, .host = "EVSE"},
		.ev = {.line = line, .host = "EV"},
	};
	if (!line_modems_open(line, base)) {
		snprintf(error, PORT_ERROR_SIZE, "no memory for timers");
		return false;
	}
	if (options->capture != NULL && (line->capture = capture_create(options->capture, error)) == NULL)
		return false;
	return side_open(&line->evse, options->interface, base, error) &&
	       (options->ev_interface == NULL || side_open(&line->ev, options->ev_interface, base, error));
}

bool power_line_close(struct power_line *line)
{
	side_close(&line->ev);
	side_close(&line->evse);
	line_modems_close(line);
	return line->capture == NULL || capture_finish(line->capture);
}
