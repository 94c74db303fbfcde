/* SPDX-License-Identifier: Apache-2.0 */
/* The client on the event loop: attempts to connect, the turns of a connection, the end. */
#include "mqtt/broker/broker.h"
#include "mqtt/broker/broker_attempt.h"
#include "mqtt/broker/broker_session.h"
#include "mqtt/broker/broker_shared.h"

#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define STOP_MARGIN_MAX_MS 50u

uint64_t broker_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t broker_now_ms(void)
{
	return broker_now_us() / 1000;
}

bool broker_connected(const struct broker *broker)
{
	return broker->up;
}

uint64_t broker_dropped(const struct broker *broker, enum broker_drop what)
{
	return broker->dropped[what];
}

/* It comes behind all that is active by now, such as frames, and no round of the loop is made for it. */
void broker_want_turn(struct broker *broker)
{
	if (!broker->in_turn)
		event_active(broker->turn, 0, 0);
}

void broker_hold(struct broker *broker)
{
	broker->holding = true;
	broker_want_turn(broker);
}

void broker_acknowledge(struct broker *broker)
{
	broker->holding = false;
	broker->told_held = false;
	broker->unsafe = false;
	/* What the socket has shown meanwhile, it shows no more. */
	broker->socket_is_ready = true;
	broker_want_turn(broker);
}

/* --- Attempts --- */

static void wait_for_next_attempt(struct broker *broker, const struct broker_session_end *end)
{
	if (end->was_up && end->up_ms >= BROKER_BACKOFF_RESET_MS)
		broker->back_off_ms = BROKER_BACKOFF_MIN_MS;
	broker->again_ms = broker_now_ms() + broker->back_off_ms;
	broker->back_off_ms =
		broker->back_off_ms * 2 < BROKER_BACKOFF_MAX_MS ? broker->back_off_ms * 2 : BROKER_BACKOFF_MAX_MS;
}

/* Counts connections that were taken away soon, and tells when there are too many. */
static void watch_displacement(struct broker *broker, const struct broker_session_end *end)
{
	unsigned *times = &broker->times_displaced;

	if (end->up_ms >= BROKER_DISPLACED_MS) {
		*times = 0;
		return;
	}
	if (!(end->lost || end->taken_over) || *times == BROKER_DISPLACED_TIMES)
		return;
	*times = end->taken_over ? BROKER_DISPLACED_TIMES : *times + 1;
	if (*times == BROKER_DISPLACED_TIMES)
		broker_tell_displaced(broker);
}

static void on_socket(evutil_socket_t fd, short what, void *context)
{
	struct broker *broker = context;

	(void)fd;
	(void)what;
	broker->socket_is_ready = true;
	broker_want_turn(broker);
}

/* Takes over what the thread has connected. */
static void begin_session(struct broker *broker, struct broker_session *session)
{
	broker->session = session;
	broker_session_begin(session, broker);
	broker->socket = event_new(broker->base, broker_session_fd(session), EV_READ | EV_PERSIST, on_socket, broker);
	broker->socket_events = 0;
	broker->socket_is_ready = true; /* libssl may have read more than the thread has taken */
	if (broker->socket == NULL)
		broker_session_fail(session, strerror(ENOMEM));
	if (!session->broken)
		broker_tell_connected(broker);
}

static void on_attempt_over(evutil_socket_t fd, short what, void *context)
{
	struct broker *broker = context;
	struct broker_session_end end;
	struct broker_session *session;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) < 0 || broker->attempt == NULL)
		return;
	session = broker_attempt_finish(broker->attempt, &end);
	broker->attempt = NULL;
	if (session != NULL) {
		begin_session(broker, session);
	} else {
		broker_tell_failed(broker, end.reason);
		wait_for_next_attempt(broker, &end);
	}
	broker_want_turn(broker);
}

static void try_again(struct broker *broker)
{
	const struct broker_session_end none = {0};

	broker->attempt = broker_attempt_new(broker->settings, broker->attempt_over);
	if (broker->attempt != NULL)
		return;
	broker_tell_failed(broker, strerror(errno));
	wait_for_next_attempt(broker, &none);
}

/* --- A connection --- */

/* KEEP messages that the broker did not acknowledge go back to the front of the queue, in order. */
static void take_back(struct broker *broker, struct broker_queue *inflight)
{
	struct broker_message *message;

	while ((message = TAILQ_LAST(&inflight->messages, broker_messages))) {
		broker_queue_remove(inflight, message);
		message->mid = 0;
		if (message->kind == BROKER_KEEP)
			broker_queue_prepend(&broker->outbound, message);
		else
			broker_release(broker, message);
	}
}

/* A value may be what the broker has ended the connection for: requests for a pilot must not suffer from it again and again. */
static void pause_values(struct broker *broker)
{
	const struct broker_session *session = broker->session;
	const bool is_unanswered = session->value_inflight > 0 && !session->value_taken;
	const uint64_t twice_ms = broker->values_pause_ms * 2;

	if (!session->value_denied && session->value_taken)
		broker->values_pause_ms = 0;
	if (!session->value_denied && !is_unanswered)
		return;
	broker->end.pauses_values = broker->values_pause_ms == 0;
	broker->values_pause_ms = twice_ms < BROKER_VALUES_PAUSE_MS ? BROKER_VALUES_PAUSE_MS : twice_ms;
	if (broker->values_pause_ms > BROKER_VALUES_PAUSE_MAX_MS)
		broker->values_pause_ms = BROKER_VALUES_PAUSE_MAX_MS;
	broker->values_after_ms = broker_now_ms() + broker->values_pause_ms;
}

/*
 * The library has closed the socket, or does so here. What still waits for its callback goes before that of the end.
 */
static void end_session(struct broker *broker)
{
	struct broker_session *session = broker->session;

	if (broker->socket != NULL)
		event_free(broker->socket);
	broker->socket = NULL;
	broker->end = session->end;
	broker->end.was_up = broker->up;
	broker->end.up_ms = broker_now_ms() - session->up_since_ms;
	broker->ended = true;
	broker->up = false;
	pause_values(broker);
	take_back(broker, &session->inflight);
	broker_drop_now(broker);
	broker_session_free(session);
	broker->session = NULL;
}

static void tell_end(struct broker *broker)
{
	broker->ended = false;
	if (broker->end.was_up) {
		broker_tell_disconnected(broker, broker->end.reason);
		watch_displacement(broker, &broker->end);
		if (broker->end.pauses_values)
			broker_tell_values_paused(broker);
	} else {
		broker_tell_failed(broker, broker->end.reason);
	}
	wait_for_next_attempt(broker, &broker->end);
}

/*
 * Reads before anything is written: acknowledgements that came before the connection broke must count, or the messages
 * would be sent twice.
 */
static enum broker_received read_packets(struct broker *broker, uint64_t until_us)
{
	struct broker_session *session = broker->session;
	enum broker_received received = BROKER_RECEIVED_PACKET;

	broker_session_look_again(session);
	for (int i = 0; i < BROKER_TURN_PACKETS && !session->broken && received == BROKER_RECEIVED_PACKET; i++) {
		received = broker_has_room(broker) ? broker_session_receive(session) : BROKER_RECEIVED_NOTHING;
		if (broker_now_us() >= until_us)
			break;
	}
	return received;
}

/* Whether reading is of use: while nothing can be written, acknowledgements of what is read would pile up. */
static bool may_read(struct broker *broker)
{
	const struct broker_session *session = broker->session;
	/* Of a message that was thrown away, and goes behind what is held back. */
	const bool waits = session->acknowledge_mid != 0 && broker_is_unsafe(broker);

	return broker_has_room(broker) && !waits && !broker_session_wants_write(session);
}

/* Lets the socket wake the event loop for what is of use now. */
static void watch_socket(struct broker *broker)
{
	struct broker_session *session = broker->session;
	const bool reads = !broker->is_cut && may_read(broker);
	const short events = (short)((reads ? EV_READ : 0) | (broker_session_wants_write(session) ? EV_WRITE : 0));

	if (events == broker->socket_events)
		return;
	event_del(broker->socket);
	broker->socket_events = events;
	if (events == 0)
		return;
	event_assign(broker->socket, broker->base, broker_session_fd(session), (short)(events | EV_PERSIST), on_socket,
		     broker);
	if (event_add(broker->socket, NULL) != 0)
		broker_session_fail(session, strerror(ENOMEM));
}

/* No callback runs between the end of a session and this: it might be given the number of the descriptor. */
static void notice_end(struct broker *broker)
{
	if (broker->session->broken)
		end_session(broker);
}

static void serve_session(struct broker *broker, uint64_t began_us)
{
	enum broker_received received = BROKER_RECEIVED_NOTHING;
	const bool is_ready = broker->socket_is_ready || broker_session_has_octets_waiting(broker->session);

	broker->socket_is_ready = false;
	if (is_ready && may_read(broker))
		received = read_packets(broker, began_us + BROKER_TURN_READ_US);
	broker->is_cut = received == BROKER_RECEIVED_CUT;
	notice_end(broker);
	broker_tell_inbound(broker, began_us + BROKER_TURN_US);
	if (broker->session == NULL)
		return;
	broker_session_send(broker->session, BROKER_TURN_PACKETS);
	broker_session_keep_alive(broker->session, broker_now_ms());
	broker_session_flush(broker->session);
	if (!broker->session->broken)
		watch_socket(broker);
	notice_end(broker);
}

/* --- Turns --- */

static bool has_more_to_do(struct broker *broker)
{
	const struct broker_session *session = broker->session;

	if (broker->inbound.count > 0 || broker->ended)
		return true;
	return session != NULL &&
	       (broker_session_can_send(session) || (broker_session_has_octets_waiting(session) && may_read(broker)));
}

static uint64_t session_deadline_ms(const struct broker *broker, uint64_t now_ms)
{
	const uint64_t deadline_ms = broker_session_deadline_ms(broker->session);

	if (broker->is_cut)
		return now_ms + BROKER_CUT_WAIT_MS;
	if (broker->value_refused && broker->values_after_ms > now_ms && broker->values_after_ms < deadline_ms)
		return broker->values_after_ms;
	return deadline_ms;
}

/* The one timer: for what is to be done without an event. */
static void arm(struct broker *broker)
{
	const uint64_t now_ms = broker_now_ms();
	uint64_t due_ms = now_ms;
	struct timeval wait;

	if (!has_more_to_do(broker)) {
		if (broker->session != NULL)
			due_ms = session_deadline_ms(broker, now_ms);
		else if (broker->attempt == NULL)
			due_ms = broker->again_ms;
		else
			return;
	}
	due_ms = due_ms > now_ms ? due_ms - now_ms : 0;
	wait = (struct timeval){.tv_sec = (time_t)(due_ms / 1000), .tv_usec = (suseconds_t)(due_ms % 1000 * 1000)};
	event_add(broker->turn, &wait);
}

static void on_turn(evutil_socket_t fd, short what, void *context)
{
	struct broker *broker = context;
	const uint64_t began_us = broker_now_us();

	(void)fd;
	(void)what;
	broker->in_turn = true;
	/* The octets whose rest was waited for. */
	broker->socket_is_ready = broker->socket_is_ready || broker->is_cut;
	if (broker->session != NULL)
		serve_session(broker, began_us);
	else
		broker_tell_inbound(broker, began_us + BROKER_TURN_US);
	if (broker->ended && broker->inbound.count == 0)
		tell_end(broker);
	else if (broker->session == NULL && broker->attempt == NULL && !broker->ended &&
		 broker_now_ms() >= broker->again_ms)
		try_again(broker);
	broker_tell_drops(broker, false);
	broker_tell_values_room(broker);
	broker->in_turn = false;
	arm(broker);
}

/* --- Begin and end --- */

static void free_broker(struct broker *broker)
{
	if (broker->turn != NULL)
		event_free(broker->turn);
	if (broker->socket != NULL)
		event_free(broker->socket);
	if (broker->attempt_event != NULL)
		event_free(broker->attempt_event);
	if (broker->attempt_over >= 0)
		close(broker->attempt_over);
	broker_session_free(broker->session);
	broker_queue_clear(&broker->outbound);
	broker_queue_clear(&broker->latest);
	broker_queue_clear(&broker->values);
	broker_queue_clear(&broker->inbound);
	free(broker->slots);
	if (broker->settings != NULL) {
		broker_settings_free(broker->settings);
		broker_library_release();
	}
	free(broker);
}

static bool start(struct broker *broker, struct event_base *base)
{
	broker->base = base;
	broker->slots = calloc(broker->settings->bounds.slots, sizeof(void *));
	broker->attempt_over = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (broker->slots == NULL || broker->attempt_over < 0)
		return false;
	broker->turn = evtimer_new(base, on_turn, broker);
	broker->attempt_event = event_new(base, broker->attempt_over, EV_READ | EV_PERSIST, on_attempt_over, broker);
	if (broker->turn == NULL || broker->attempt_event == NULL || event_add(broker->attempt_event, NULL) != 0) {
		errno = ENOMEM;
		return false;
	}
	broker->attempt = broker_attempt_new(broker->settings, broker->attempt_over);
	return broker->attempt != NULL;
}

struct broker *broker_open(struct event_base *base, const struct broker_options *options,
			   const struct broker_callbacks *callbacks, void *context)
{
	struct broker_settings *settings = broker_settings_new(options);
	struct broker *broker = settings != NULL ? calloc(1, sizeof(*broker)) : NULL;
	int error;

	if (broker == NULL) {
		broker_settings_free(settings);
		return NULL;
	}
	broker_library_use();
	broker->settings = settings;
	broker->callbacks = *callbacks;
	broker->context = context;
	broker->back_off_ms = BROKER_BACKOFF_MIN_MS;
	broker->attempt_over = -1;
	broker_queue_init(&broker->outbound);
	broker_queue_init(&broker->latest);
	broker_queue_init(&broker->values);
	broker_queue_init(&broker->inbound);
	if (start(broker, base))
		return broker;
	error = errno;
	free_broker(broker);
	errno = error;
	return NULL;
}

static bool is_all_acknowledged(const struct broker *broker)
{
	return !broker_has_outbound(broker) && broker->session->inflight.count == 0;
}

/* Sends what is left, until all of it was acknowledged, or the deadline. */
static void drain(struct broker *broker, uint64_t deadline_ms)
{
	struct broker_session *session = broker->session;
	uint64_t now_ms;

	while (!session->broken && !is_all_acknowledged(broker) && (now_ms = broker_now_ms()) < deadline_ms) {
		enum broker_received received = BROKER_RECEIVED_PACKET;
		broker_session_send(session, BROKER_TURN_PACKETS);
		broker_session_flush(session);
		struct pollfd fd = {.fd = broker_session_fd(session),
				    .events = (short)(POLLIN | (broker_session_wants_write(session) ? POLLOUT : 0))};
		if (!broker_session_has_octets_waiting(session) && !broker_session_can_send(session))
			poll(&fd, 1, (int)(deadline_ms - now_ms));
		broker_session_look_again(session);
		for (int i = 0; i < BROKER_TURN_PACKETS && !session->broken && received == BROKER_RECEIVED_PACKET; i++)
			received = broker_session_receive(session);
		if (received == BROKER_RECEIVED_CUT)
			poll(NULL, 0, BROKER_CUT_WAIT_MS);
	}
}

/* Takes what an attempt under way has come to. False: it has come to nothing in this time, and is left behind. */
static bool await_attempt(struct broker *broker, uint64_t deadline_ms, uint64_t until_ms)
{
	struct broker_session_end end;
	struct broker_session *session;

	broker_attempt_stop(broker->attempt, deadline_ms);
	if (!broker_attempt_await(broker->attempt, until_ms)) {
		broker->settings = NULL; /* it needs them */
		return false;
	}
	session = broker_attempt_finish(broker->attempt, &end);
	if (session != NULL) {
		broker->session = session;
		broker_session_begin(session, broker);
	}
	return true;
}

bool broker_stop(struct broker *broker, unsigned timeout_ms)
{
	/* An attempt gives up a little earlier, so that it can be waited for within the time-out. */
	const unsigned margin_ms = timeout_ms / 4 < STOP_MARGIN_MAX_MS ? timeout_ms / 4 : STOP_MARGIN_MAX_MS;
	const uint64_t until_ms = broker_now_ms() + timeout_ms;
	bool flushed = false;

	broker->stopping = true;
	broker->in_turn = true; /* no other one */
	if (broker->attempt != NULL && !await_attempt(broker, until_ms - margin_ms, until_ms)) {
		free_broker(broker);
		return false;
	}
	if (broker->socket != NULL)
		event_free(broker->socket);
	broker->socket = NULL;
	if (broker->session != NULL) {
		drain(broker, until_ms - margin_ms);
		if (!broker->session->broken) {
			flushed = is_all_acknowledged(broker);
			flushed = broker_session_say_goodbye(broker->session, until_ms - margin_ms) && flushed;
		}
	}
	free_broker(broker);
	return flushed;
}
