/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/car/modem_sim_port.h"

#include "tools/car/modem_sim_vendor.h"
#include "tools/car/trace.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

/* Told apart from the modem by one bit each. */
#define STRANGER_BIT  0x20
#define NEIGHBOUR_BIT 0x10
#define NEW_MAC_BIT   0x40
/* A neighbour's modem hears the car through the wall. */
#define NEIGHBOUR_DB 60
#define NOT_TOLD     "(the modem does not tell)"

static struct timeval after_us(uint64_t us)
{
	return (struct timeval){.tv_sec = (time_t)(us / 1000000), .tv_usec = (suseconds_t)(us % 1000000)};
}

static void arm(struct event *timer, uint64_t us)
{
	const struct timeval delay = after_us(us);

	evtimer_add(timer, &delay);
}

/* --- frames to the host --- */

static struct modem_port_frame *next_frame(struct modem_port *port)
{
	struct modem_port_frame *next = NULL;

	for (size_t i = 0; i < MODEM_PORT_WAITING; i++) {
		struct modem_port_frame *frame = &port->waiting[i];
		if (frame->due_us == 0)
			continue;
		if (next == NULL || frame->due_us < next->due_us ||
		    (frame->due_us == next->due_us && frame->order < next->order))
			next = frame;
	}
	return next;
}

static void send_now(struct modem_port *port, struct modem_port_frame *frame)
{
	const bool tells_link = frame->tells_link;

	port->hooks.send(port->hooks.ctx, frame->from, frame->octets, frame->len);
	OPENSSL_cleanse(frame, sizeof(*frame));
	if (tells_link)
		port->hooks.told_link(port->hooks.ctx);
}

static void send_due(struct modem_port *port)
{
	struct modem_port_frame *next;

	while ((next = next_frame(port)) != NULL) {
		const uint64_t now_us = trace_now_us();
		if (next->due_us > now_us) {
			arm(port->send_timer, next->due_us - now_us);
			return;
		}
		send_now(port, next);
	}
}

static void on_send_due(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	send_due(ctx);
}

/* A place in the queue, or NULL; send_due sends it. */
static struct modem_port_frame *place(struct modem_port *port, const char *from, uint32_t delay_ms)
{
	for (size_t i = 0; i < MODEM_PORT_WAITING; i++) {
		struct modem_port_frame *frame = &port->waiting[i];
		if (frame->due_us != 0)
			continue;
		frame->due_us = trace_now_us() + (uint64_t)delay_ms * 1000;
		frame->order = port->frames++;
		frame->from = from;
		return frame;
	}
	return NULL;
}

static void put(struct modem_port *port, const struct modem_port_frame *content, const char *from, uint32_t delay_ms)
{
	const unsigned copies = port->faults.double_answers ? 2 : 1;

	for (unsigned i = 0; i < copies; i++) {
		struct modem_port_frame *frame = place(port, from, delay_ms);
		if (frame == NULL)
			return;
		frame->tells_link = content->tells_link;
		frame->key_command = content->key_command;
		frame->len = content->len;
		memcpy(frame->octets, content->octets, content->len);
	}
}

static void put_mme(struct modem_port *port, const struct mme *mme, const char *from, uint32_t delay_ms)
{
	struct modem_port_frame *frame = place(port, from, delay_ms);

	if (frame != NULL && mme_encode(mme, frame->octets, sizeof(frame->octets), &frame->len) != MME_OK)
		frame->due_us = 0;
}

static void put_message(struct modem_port *port, const struct modem_mme *mme, const char *from, uint32_t delay_ms)
{
	struct modem_port_frame *frame = place(port, from, delay_ms);

	if (frame != NULL && modem_mme_encode(mme, frame->octets, sizeof(frame->octets), &frame->len) != MME_OK)
		frame->due_us = 0;
}

/* --- restarts --- */

static void lose_key(struct modem_port *port)
{
	modem_sim_lose_key(&port->modem);
	port->hooks.say(port->hooks.ctx, "has lost its key");
	port->hooks.changed(port->hooks.ctx);
}

static void on_lose_key(evutil_socket_t fd, short what, void *ctx)
{
	struct modem_port *port = ctx;

	(void)fd;
	(void)what;
	port->faults.lose_key = false;
	lose_key(port);
}

static void come_back(struct modem_port *port)
{
	const struct modem_reboot *reboot = &port->reboot;
	struct modem_mme ind;

	port->away = false;
	if (reboot->loses_key)
		modem_sim_lose_key(&port->modem);
	if (reboot->new_mac)
		port->modem.mac[MAC_LEN - 1] ^= NEW_MAC_BIT;
	port->hooks.say(port->hooks.ctx, "is back");
	if (reboot->announces && !octets_are_zero(port->host, MAC_LEN)) {
		modem_sim_announce(&port->modem, port->host, &ind);
		put_message(port, &ind, port->name, 0);
		send_due(port);
	}
	port->hooks.changed(port->hooks.ctx);
}

static void on_back(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	come_back(ctx);
}

static void go_away(struct modem_port *port, const struct modem_reboot *reboot)
{
	port->away = true;
	port->reboot = *reboot;
	OPENSSL_cleanse(port->waiting, sizeof(port->waiting));
	evtimer_del(port->send_timer);
	port->hooks.say(port->hooks.ctx, "restarts");
	port->hooks.changed(port->hooks.ctx);
	if (reboot->away_ms == 0)
		come_back(port);
	else
		arm(port->back_timer, (uint64_t)reboot->away_ms * 1000);
}

void modem_port_step(struct modem_port *port, enum modem_step step)
{
	const struct modem_reboot reboot = port->faults.reboot;

	if (port->away || reboot.at == MODEM_STEP_NONE || reboot.at != step)
		return;
	port->faults.reboot.at = MODEM_STEP_NONE;
	go_away(port, &reboot);
}

/* --- answers --- */

struct question {
	const struct mme *mme; /* a key command, or NULL */
	bool is_message;
	struct modem_mme message;
	const uint8_t *octets;
	size_t len;
};

/* What a modem answers; false: nothing. */
static bool answer_of(const struct modem_port *port, struct modem_sim *modem, const struct question *question,
		      struct modem_port_frame *out)
{
	struct modem_mme message;
	struct mme cnf;
	bool encoded = false;

	if (question->mme != NULL) {
		encoded = modem_sim_answer(modem, question->mme, &cnf) &&
			  mme_encode(&cnf, out->octets, sizeof(out->octets), &out->len) == MME_OK;
		OPENSSL_cleanse(&cnf, sizeof(cnf));
		return encoded;
	}
	if (!question->is_message)
		return modem_sim_tell_network(modem, question->octets, question->len, port->faults.network_info_mmv1,
					      out->octets, &out->len);
	return modem_sim_tell(modem, &question->message, &message) &&
	       modem_mme_encode(&message, out->octets, sizeof(out->octets), &out->len) == MME_OK;
}

static bool is_kept_back(const struct modem_port *port, const struct question *question)
{
	const struct modem_faults *faults = &port->faults;

	if (faults->boot_loader)
		return !question->is_message || question->message.message != MODEM_VS_SW_VER_REQ;
	if (question->mme != NULL)
		return question->mme->mmtype == CM_SET_KEY_REQ ? faults->no_set_key : faults->no_get_key;
	if (!question->is_message)
		return faults->no_network_info;
	if (!(faults->no_link_status || faults->no_vendor_link_status))
		return false;
	return modem_sim_asks_link(&question->message, faults->no_link_status);
}

/* The stranger is across the power line: it refuses keys, and is linked, to somebody else. */
static void put_stranger(struct modem_port *port, const struct question *question, uint32_t delay_ms)
{
	struct modem_port_frame frame = {0};

	port->stranger.family = port->modem.family;
	if (answer_of(port, &port->stranger, question, &frame))
		put(port, &frame, "stranger", delay_ms);
}

static const char *answer(struct modem_port *port, const struct question *question)
{
	const bool key_command = question->mme != NULL;
	const bool resets = question->is_message && modem_sim_resets(&port->modem, &question->message);
	const enum modem_foreign foreign = port->faults.foreign;
	const uint32_t slow_ms = resets ? 0 : port->faults.slow_ms; /* it must be said before it is away */
	const uint32_t delay_ms = slow_ms + (key_command ? port->key_delay_ms : 0);
	struct modem_port_frame frame = {.key_command = key_command};

	if (foreign == MODEM_FOREIGN_FIRST || foreign == MODEM_FOREIGN_ONLY)
		put_stranger(port, question, delay_ms);
	bool answered = foreign != MODEM_FOREIGN_ONLY && answer_of(port, &port->modem, question, &frame);
	frame.tells_link = port->modem.linked && question->is_message && modem_sim_asks_link(&question->message, true);
	if (answered)
		put(port, &frame, port->name, delay_ms);
	OPENSSL_cleanse(&frame, sizeof(frame));
	if (foreign == MODEM_FOREIGN_TOO)
		put_stranger(port, question, delay_ms);
	send_due(port);
	return answered || foreign == MODEM_FOREIGN_ONLY ? NULL : "(the modem does not understand)";
}

static bool is_busy(const struct modem_port *port)
{
	for (size_t i = 0; i < MODEM_PORT_WAITING; i++)
		if (port->waiting[i].due_us != 0 && port->waiting[i].key_command)
			return true;
	return false;
}

static const char *take_key_command(struct modem_port *port, const struct question *question)
{
	const char *lost = is_kept_back(port, question) ? NOT_TOLD : answer(port, question);

	if (lost != NULL || question->mme->mmtype != CM_SET_KEY_REQ || port->faults.foreign == MODEM_FOREIGN_ONLY)
		return lost;
	port->hooks.key_set(port->hooks.ctx);
	if (port->faults.lose_key)
		arm(port->lose_key_timer, (uint64_t)port->faults.lose_key_ms * 1000);
	return NULL;
}

static const char *take_message(struct modem_port *port, const struct question *question)
{
	const struct modem_reboot reset = {.away_ms = port->reset_ms, .loses_key = port->faults.reset_loses_key};

	if (is_kept_back(port, question))
		return NOT_TOLD;
	const char *lost = answer(port, question);
	if (!modem_sim_resets(&port->modem, &question->message))
		return lost;
	go_away(port, &reset);
	return NULL;
}

const char *modem_port_deaf(const struct modem_port *port, const struct mme *mme, enum mme_error error)
{
	if (port->away)
		return "(the modem is away)";
	if (port->faults.silent)
		return "(the modem is silent)";
	if (error != MME_OK)
		return NULL;
	if (!modem_sim_is_meant(&port->modem, mme))
		return "(not for this modem)";
	return is_busy(port) ? "(the modem is busy)" : NULL;
}

const char *modem_port_take(struct modem_port *port, const struct mme *mme, enum mme_error error, const uint8_t *frame,
			    size_t len)
{
	struct question question = {.octets = frame, .len = len};

	memcpy(port->host, mme->src, MAC_LEN);
	if (error == MME_OK) {
		question.mme = mme;
		return take_key_command(port, &question);
	}
	question.is_message = modem_mme_decode(frame, len, &question.message) == MME_OK;
	if (question.is_message)
		return take_message(port, &question);
	return is_kept_back(port, &question) ? NOT_TOLD : answer(port, &question);
}

/* --- sounds --- */

static void report(struct modem_port *port, const struct mme *profile, bool twin, const char *from)
{
	const uint32_t late_ms = port->faults.profiles_late_ms;
	struct modem_mme message;

	put_mme(port, profile, from, late_ms);
	if (twin) {
		modem_sim_twin(profile, &message);
		put_message(port, &message, from, late_ms);
	}
}

static void report_neighbour(struct modem_port *port, const uint8_t ev_mac[MAC_LEN])
{
	struct attenuation far = {.num_groups = SLAC_GROUPS};
	struct modem_sim neighbour = port->modem;
	struct mme profile;

	memset(far.aag_db, NEIGHBOUR_DB, SLAC_GROUPS);
	neighbour.mac[MAC_LEN - 1] ^= NEIGHBOUR_BIT;
	modem_sim_profile(&neighbour, &far, ev_mac, &profile);
	report(port, &profile, true, "neighbour");
}

void modem_port_sound(struct modem_port *port, const struct attenuation *attenuation, const uint8_t ev_mac[MAC_LEN])
{
	const struct modem_faults *faults = &port->faults;
	struct attenuation measured = *attenuation;
	struct mme profile;

	if (port->away)
		return;
	if (faults->neighbour_twins)
		report_neighbour(port, ev_mac);
	if (faults->no_groups)
		measured.num_groups = 0;
	for (size_t i = 0; faults->profiles_doubled_value && i < SLAC_GROUPS; i++)
		measured.aag_db[i] = (uint8_t)(measured.aag_db[i] > 127 ? 255 : measured.aag_db[i] * 2);
	port->measured = measured;
	modem_sim_profile(&port->modem, &measured, ev_mac, &profile);
	for (unsigned i = 0; !faults->no_profiles && !faults->boot_loader && i < (faults->profiles_double ? 2u : 1u);
	     i++)
		report(port, &profile, faults->twins, port->name);
	send_due(port);
}

/* --- the whole --- */

void modem_port_misbehave(struct modem_port *port, const struct modem_faults *faults)
{
	port->faults = *faults;
	port->modem.refuses = faults->refuse;
	port->modem.set_key_result = faults->refuse ? SET_KEY_RESULT_UNCLEAR : port->set_key_result;
	port->modem.refuses_reset = faults->refuse_reset;
	port->modem.no_echo = faults->no_echo;
	port->modem.boot_loader = faults->boot_loader;
	evtimer_del(port->lose_key_timer);
	if (faults->lose_key && port->modem.has_key)
		arm(port->lose_key_timer, (uint64_t)faults->lose_key_ms * 1000);
	modem_port_step(port, MODEM_STEP_NOW);
	port->hooks.changed(port->hooks.ctx);
}

bool modem_port_open(struct modem_port *port, struct event_base *base, const struct modem_port_hooks *hooks)
{
	port->hooks = *hooks;
	port->stranger = (struct modem_sim){
		.set_key_result = SET_KEY_RESULT_UNCLEAR, .refuses = true, .refuses_reset = true, .linked = true};
	memcpy(port->stranger.mac, port->modem.mac, MAC_LEN);
	port->stranger.mac[MAC_LEN - 1] ^= STRANGER_BIT;
	memcpy(port->stranger.peer_mac, port->modem.mac, MAC_LEN);
	modem_sim_lose_key(&port->stranger);
	port->send_timer = evtimer_new(base, on_send_due, port);
	port->back_timer = evtimer_new(base, on_back, port);
	port->lose_key_timer = evtimer_new(base, on_lose_key, port);
	return port->send_timer != NULL && port->back_timer != NULL && port->lose_key_timer != NULL;
}

void modem_port_close(struct modem_port *port)
{
	struct event *const timers[] = {port->send_timer, port->back_timer, port->lose_key_timer};

	for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
		if (timers[i] != NULL)
			event_free(timers[i]);
	OPENSSL_cleanse(port->waiting, sizeof(port->waiting));
	network_key_wipe(&port->modem.key);
}
