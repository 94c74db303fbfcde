/* SPDX-License-Identifier: Apache-2.0 */
/* The modems at both ends of the line: what they send to their hosts, and whether they are in one network. */
#include "tools/car/power_line_internal.h"

#include "tools/car/modem_sim_link.h"

#include <openssl/crypto.h>
#include <string.h>

/* --- frames to the hosts --- */

static void modem_sends(void *ctx, const char *from, const uint8_t *frame, size_t len)
{
	struct line_side *side = ctx;
	const struct trace *trace = side->line->trace;
	struct modem_mme message;
	struct mme mme;

	if (mme_decode(frame, len, &mme) == MME_OK) {
		line_side_transmit(side, from, &mme, MME_OK, frame, len);
		OPENSSL_cleanse(&mme, sizeof(mme));
		return;
	}
	if (!port_send(side->link, frame, len))
		return;
	line_side_capture(side, frame, len);
	if (!trace->quiet)
		trace_event(trace, from, "-> %-8s  %s", side->host,
			    modem_mme_decode(frame, len, &message) == MME_OK ? modem_message_text(message.message)
									     : "VS_NW_INFO.CNF");
}

/* --- who is in one network --- */

static bool same_key(const struct network_key *a, const struct network_key *b)
{
	return CRYPTO_memcmp(a->nmk, b->nmk, NMK_LEN) == 0 && memcmp(a->nid, b->nid, NID_LEN) == 0;
}

bool power_line_has_key(const struct power_line *line, const struct network_key *key)
{
	return line->evse.port.modem.has_key && same_key(&line->evse.port.modem.key, key);
}

bool power_line_modem_is_lost(const struct power_line *line)
{
	return line->evse.port.away || modem_sim_has_factory_key(&line->evse.port.modem);
}

bool power_line_ev_joined(const struct power_line *line)
{
	const struct modem_sim *modem = &line->ev.port.modem;

	return line->ev_confirmed && modem->has_key && power_line_has_key(line, &modem->key);
}

static bool is_together(const struct power_line *line)
{
	const bool joined = line->car_joined && power_line_has_key(line, &line->car_key);

	return !line->evse.port.away && (joined || power_line_ev_joined(line));
}

/* Whatever may have changed the link did: finds out, tells, and comes back when it will change by itself. */
static void link_follow(struct power_line *line)
{
	const struct modem_faults *faults = &line->evse.port.faults;
	const uint32_t join_ms = line->behaviour.join_ms;
	struct modem_sim *modem = &line->evse.port.modem;
	const uint64_t now_us = trace_now_us();

	if (!is_together(line))
		line->together_us = MODEM_SIM_APART;
	else if (line->together_us == MODEM_SIM_APART)
		line->together_us = now_us;
	const bool up = modem_sim_link_is_up(faults, join_ms, line->together_us, now_us);
	const uint64_t next_us = modem_sim_link_changes(faults, join_ms, line->together_us, now_us);
	evtimer_del(line->link_timer);
	if (next_us != MODEM_SIM_APART) {
		const uint64_t wait_us = next_us - now_us;
		const struct timeval wait = {.tv_sec = (time_t)(wait_us / 1000000),
					     .tv_usec = (suseconds_t)(wait_us % 1000000)};
		evtimer_add(line->link_timer, &wait);
	}
	if (up == modem->linked)
		return;
	modem->linked = up;
	trace_event(line->trace, line->evse.port.name, up ? "hears the EV's modem" : "hears no other modem any more");
	line->hooks.link(line->hooks.ctx, up);
	if (up)
		modem_port_step(&line->evse.port, MODEM_STEP_MATCHED);
}

static void on_link_due(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	link_follow(ctx);
}

static void modem_key_set(void *ctx)
{
	struct line_side *side = ctx;
	struct power_line *line = side->line;

	line->hooks.key_set(line->hooks.ctx, side == &line->ev);
	link_follow(line);
}

static void modem_changed(void *ctx)
{
	struct line_side *side = ctx;

	link_follow(side->line);
}

static void modem_told_link(void *ctx)
{
	struct line_side *side = ctx;

	if (side == &side->line->evse)
		side->line->hooks.told_link(side->line->hooks.ctx);
}

static void modem_says(void *ctx, const char *what)
{
	const struct line_side *side = ctx;

	trace_event(side->line->trace, side->port.name, "%s", what);
}

void power_line_join(struct power_line *line, const uint8_t ev_mac[MAC_LEN], const struct network_key *key)
{
	line->car_joined = true;
	line->car_key = *key;
	memcpy(line->car_mac, ev_mac, MAC_LEN);
	memcpy(line->evse.port.modem.peer_mac, ev_mac, MAC_LEN);
	line->together_us = MODEM_SIM_APART; /* it joins anew */
	link_follow(line);
}

void power_line_leave(struct power_line *line, const uint8_t ev_mac[MAC_LEN])
{
	if (!line->car_joined || !mac_equal(ev_mac, line->car_mac))
		return;
	line->car_joined = false;
	network_key_wipe(&line->car_key);
	link_follow(line);
}

void power_line_plug(struct power_line *line, const struct car_behaviour *behaviour)
{
	line->behaviour = *behaviour;
}

void power_line_misbehave(struct power_line *line, const struct car_behaviour *behaviour)
{
	line->evse.port.set_key_result = behaviour->modem_result;
	line->evse.port.key_delay_ms = behaviour->modem_delay_ms;
	modem_port_misbehave(&line->evse.port, &behaviour->faults);
}

/* --- the whole --- */

static bool open_port(struct line_side *side, struct event_base *base)
{
	const struct modem_port_hooks hooks = {
		.ctx = side,
		.send = modem_sends,
		.key_set = modem_key_set,
		.changed = modem_changed,
		.told_link = modem_told_link,
		.say = modem_says,
	};

	return modem_port_open(&side->port, base, &hooks);
}

/* The faults are the EVSE's modem's only: the other one belongs to a car that is not under test. */
static void modems_init(struct power_line *line, const struct slac_ev_options *options)
{
	struct modem_port *evse = &line->evse.port;
	struct modem_port *ev = &line->ev.port;

	evse->name = "modem";
	evse->reset_ms = options->modem_reset_ms;
	evse->modem.family = options->modem_family;
	memcpy(evse->modem.mac, options->modem_mac, MAC_LEN);
	ev->name = "EV modem";
	ev->modem.family = MODEM_QUALCOMM;
	ev->modem.set_key_result = SET_KEY_RESULT_TAKEN;
	memcpy(ev->modem.mac, options->modem_mac, MAC_LEN);
	ev->modem.mac[MAC_LEN - 1] ^= 0x80;
}

bool line_modems_open(struct power_line *line, struct event_base *base)
{
	line->together_us = MODEM_SIM_APART;
	modems_init(line, line->options);
	line->link_timer = evtimer_new(base, on_link_due, line);
	if (line->link_timer == NULL || !open_port(&line->evse, base) || !open_port(&line->ev, base))
		return false;
	power_line_misbehave(line, &line->options->behaviour);
	return true;
}

void line_modems_close(struct power_line *line)
{
	modem_port_close(&line->evse.port);
	modem_port_close(&line->ev.port);
	if (line->link_timer != NULL)
		event_free(line->link_timer);
	network_key_wipe(&line->car_key);
}
