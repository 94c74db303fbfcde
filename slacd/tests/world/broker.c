/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/tests/world/broker.h"

#include "mqtt/api/api.h"
#include "mqtt/broker/broker.h"
#include "slacd/tests/world/loop.h"
#include "slacd/tests/world/record.h"

#include <mosquitto.h>
#include <stdlib.h>
#include <string.h>

#define CLIENTS 4

struct letter {
	struct letter *next;
	struct broker *from; /* NULL: nobody of ours */
	enum broker_publish_kind kind;
	char *topic;
	char *payload;
	size_t len;
};

struct broker {
	enum loop_owner owner;
	struct broker_callbacks callbacks;
	void *context;
	bool connected;
	bool killed;
	bool told_lost; /* `disconnected` was called since it was connected */
	unsigned retry_ms;
	enum broker_worth (*worth)(const void *context, const char *topic, const char *payload, size_t len);
	const void *worth_context;
	size_t subscription_count;
	char *subscriptions[BROKER_SUBSCRIPTIONS_MAX];
	struct letter *will;
	size_t kept_count;
	struct letter *kept; /* until it is connected */
	uint64_t dropped;
	uint64_t too_large;
	size_t values_max;
	size_t values_waiting; /* while the broker stands still */
	bool value_refused;
};

static struct {
	bool up;
	bool hangs;
	bool is_full;
	struct broker *clients[CLIENTS];
	struct letter *flying; /* oldest first: each is posted */
} site;

static void *allocate(size_t size)
{
	void *memory = calloc(1, size);

	if (memory == NULL)
		abort();
	return memory;
}

static struct letter *letter_new(struct broker *from, enum broker_publish_kind kind, const char *topic,
				 const char *payload, size_t len)
{
	struct letter *letter = allocate(sizeof(*letter));

	letter->from = from;
	letter->kind = kind;
	letter->topic = strdup(topic);
	letter->payload = allocate(len + 1);
	memcpy(letter->payload, payload, len);
	letter->len = len;
	return letter;
}

static void letter_free(struct letter *letter)
{
	if (letter == NULL)
		return;
	free(letter->topic);
	free(letter->payload);
	free(letter);
}

static void append(struct letter **list, struct letter *letter)
{
	while (*list != NULL)
		list = &(*list)->next;
	letter->next = NULL;
	*list = letter;
}

static struct letter *take_first(struct letter **list)
{
	struct letter *letter = *list;

	*list = letter->next;
	letter->next = NULL;
	return letter;
}

static void free_all(struct letter **list)
{
	while (*list != NULL)
		letter_free(take_first(list));
}

void broker_world_open(void)
{
	memset(&site, 0, sizeof(site));
	site.up = true;
}

bool broker_world_close(void)
{
	bool clean = true;

	for (size_t i = 0; i < CLIENTS; i++) {
		clean = clean && site.clients[i] == NULL;
		if (site.clients[i] != NULL)
			broker_stop(site.clients[i], 0);
	}
	free_all(&site.flying);
	return clean;
}

/* --- the way of a letter --- */

static bool has_subscribed(const struct broker *client, const char *topic)
{
	bool matches = false;

	for (size_t i = 0; i < client->subscription_count && !matches; i++)
		mosquitto_topic_matches_sub(client->subscriptions[i], topic, &matches);
	return matches;
}

/* It speaks MQTT 3.1.1: what a client has published itself comes back to it. */
static void hand_over(struct broker *client, const struct letter *letter)
{
	enum loop_owner before;

	if (client->worth != NULL &&
	    client->worth(client->worth_context, letter->topic, letter->payload, letter->len) == BROKER_WORTHLESS)
		return;
	before = loop_become(client->owner);

	if (letter->len <= API_PAYLOAD_MAX) {
		if (client->callbacks.message != NULL)
			client->callbacks.message(client->context, letter->topic, letter->payload, letter->len);
	} else if (client->too_large++ == 0 && client->callbacks.dropped != NULL) {
		client->callbacks.dropped(client->context, BROKER_DROP_INBOUND_TOO_LARGE, 1);
	}
	loop_become(before);
}

static void deliver_oldest(void *context)
{
	(void)context;
	if (site.hangs || site.flying == NULL)
		return;
	struct letter *letter = take_first(&site.flying);
	for (size_t i = 0; i < CLIENTS; i++) {
		struct broker *client = site.clients[i];
		if (client != NULL && client->connected && !client->killed && has_subscribed(client, letter->topic))
			hand_over(client, letter);
	}
	letter_free(letter);
}

static void fly(struct letter *letter)
{
	append(&site.flying, letter);
	loop_post(BROKER_DELAY_US, LOOP_WORLD, deliver_oldest, &site);
}

static const char *who_is(const struct broker *client)
{
	if (client == NULL)
		return "other";
	return client->owner == LOOP_SLACD ? "slacd" : "station";
}

void broker_world_publish(const char *topic, const char *payload)
{
	record_line("other", "%s %s", topic, payload);
	if (site.up)
		fly(letter_new(NULL, BROKER_NOW, topic, payload, strlen(payload)));
}

/* --- connecting --- */

static void attempt(void *context);

static void try_later(struct broker *client)
{
	loop_post((uint64_t)client->retry_ms * 1000, client->owner, attempt, client);
	client->retry_ms = client->retry_ms * 2 < BROKER_BACKOFF_MAX_MS ? client->retry_ms * 2 : BROKER_BACKOFF_MAX_MS;
}

static void tell_lost(struct broker *client, const char *reason)
{
	if (!client->told_lost && client->callbacks.disconnected != NULL)
		client->callbacks.disconnected(client->context, reason);
	client->told_lost = true;
}

static void attempt(void *context)
{
	struct broker *client = context;

	if (!site.up || site.hangs) {
		tell_lost(client, "Connection refused");
		try_later(client);
		return;
	}
	client->connected = true;
	client->told_lost = false;
	client->retry_ms = BROKER_BACKOFF_MIN_MS;
	while (client->kept != NULL)
		fly(take_first(&client->kept));
	client->kept_count = 0;
	if (client->callbacks.connected != NULL)
		client->callbacks.connected(client->context);
}

static void notice_loss(void *context)
{
	struct broker *client = context;

	tell_lost(client, "The connection was lost.");
	if (client->values_waiting > 0 && client->callbacks.values_paused != NULL)
		client->callbacks.values_paused(client->context);
	client->values_waiting = 0;
	try_later(client);
}

/* Status updates that were not acknowledged are still their sender's. */
static void return_letters(void)
{
	loop_cancel(&site);
	while (site.flying != NULL) {
		struct letter *letter = take_first(&site.flying);
		if (letter->from == NULL || letter->kind != BROKER_KEEP) {
			letter_free(letter);
			continue;
		}
		append(&letter->from->kept, letter);
		letter->from->kept_count++;
	}
}

void broker_world_down(void)
{
	site.up = false;
	return_letters();
	for (size_t i = 0; i < CLIENTS; i++) {
		struct broker *client = site.clients[i];
		if (client == NULL || !client->connected)
			continue;
		client->connected = false;
		client->value_refused = false;
		loop_post(BROKER_CONNECT_US, client->owner, notice_loss, client);
	}
}

void broker_world_up(void)
{
	site.up = true;
}

void broker_world_hang(void)
{
	site.hangs = true;
}

void broker_world_full(void)
{
	site.is_full = true;
}

static void tell_values_room(void *context)
{
	struct broker *client = context;

	if (client->value_refused && client->connected && client->callbacks.values_room != NULL) {
		client->value_refused = false;
		client->callbacks.values_room(client->context);
	}
}

static void make_room_for_values(void)
{
	for (size_t i = 0; i < CLIENTS; i++) {
		struct broker *client = site.clients[i];
		if (client == NULL)
			continue;
		client->values_waiting = 0;
		loop_post(0, client->owner, tell_values_room, client);
	}
}

void broker_world_room(void)
{
	site.is_full = false;
	make_room_for_values();
}

void broker_world_go(void)
{
	site.hangs = false;
	loop_cancel(&site);
	for (struct letter *letter = site.flying; letter != NULL; letter = letter->next)
		loop_post(BROKER_DELAY_US, LOOP_WORLD, deliver_oldest, &site);
	make_room_for_values();
}

void broker_world_kill_slacd(void)
{
	for (size_t i = 0; i < CLIENTS; i++) {
		struct broker *client = site.clients[i];
		if (client == NULL || client->owner != LOOP_SLACD)
			continue;
		if (client->connected && client->will != NULL) {
			record_line("will", "%s %s", client->will->topic, client->will->payload);
			fly(client->will);
			client->will = NULL;
		}
		client->killed = true;
	}
}

/* --- broker.h --- */

static void keep_copies(struct broker *client, const struct broker_options *options)
{
	client->worth = options->worth;
	client->worth_context = options->worth_context;
	client->values_max = options->bounds.values;
	client->subscription_count = options->subscription_count;
	for (size_t i = 0; i < options->subscription_count; i++)
		client->subscriptions[i] = strdup(options->subscriptions[i]);
	if (options->will_topic != NULL)
		client->will =
			letter_new(NULL, BROKER_NOW, options->will_topic, options->will_payload, options->will_len);
}

struct broker *broker_open(struct event_base *base, const struct broker_options *options,
			   const struct broker_callbacks *callbacks, void *context)
{
	size_t place = 0;

	(void)base;
	while (site.clients[place] != NULL)
		if (++place == CLIENTS)
			abort();
	struct broker *client = allocate(sizeof(*client));
	client->owner = loop_owner();
	client->callbacks = *callbacks;
	client->context = context;
	client->retry_ms = BROKER_BACKOFF_MIN_MS;
	keep_copies(client, options);
	site.clients[place] = client;
	loop_post(BROKER_CONNECT_US, client->owner, attempt, client);
	return client;
}

static void keep(struct broker *client, struct letter *letter)
{
	append(&client->kept, letter);
	if (client->kept_count < BROKER_KEEP_MAX) {
		client->kept_count++;
		return;
	}
	letter_free(take_first(&client->kept));
	if (client->dropped++ == 0 && client->callbacks.dropped != NULL)
		client->callbacks.dropped(client->context, BROKER_DROP_OUTBOUND_FULL, 1);
}

bool broker_publish(struct broker *client, enum broker_publish_kind kind, const char *topic, const char *payload,
		    size_t len)
{
	const bool is_kept = kind != BROKER_NOW;
	const char *how = client->connected ? "" : is_kept ? "(kept) " : "(refused) ";

	if (client->killed || len > BROKER_OUTBOUND_BYTES_MAX / 4)
		return false;
	if (kind == BROKER_KEEP_OR_REFUSE && site.is_full)
		return false;
	record_line(who_is(client), "%s%s %s", how, topic, payload);
	if (client->connected)
		fly(letter_new(client, is_kept ? BROKER_KEEP : BROKER_NOW, topic, payload, len));
	else if (is_kept)
		keep(client, letter_new(client, BROKER_KEEP, topic, payload, len));
	return client->connected || is_kept;
}

bool broker_publish_latest(struct broker *client, size_t slot, const char *topic, const char *payload, size_t len)
{
	(void)slot; /* everything is sent at once here, so that nothing takes another one's place */
	return !site.is_full && broker_publish(client, BROKER_NOW, topic, payload, len);
}

/* Nobody here subscribes to values: they are only recorded. */
bool broker_publish_value(struct broker *client, const char *topic, const char *payload, size_t len)
{
	if (client->killed || !client->connected || len > BROKER_VALUE_BYTES_MAX)
		return false;
	client->value_refused = site.is_full || client->values_waiting >= client->values_max;
	if (client->value_refused)
		return false;
	client->values_waiting += site.hangs;
	record_line(who_is(client), "(retained) %s %s", topic, payload);
	return true;
}

bool broker_connected(const struct broker *client)
{
	return client->connected;
}

uint64_t broker_dropped(const struct broker *client, enum broker_drop what)
{
	return what == BROKER_DROP_OUTBOUND_FULL ? client->dropped : 0;
}

bool broker_stop(struct broker *client, unsigned timeout_ms)
{
	bool sent = client->connected && !site.hangs;

	(void)timeout_ms;
	loop_cancel(client);
	for (struct letter *letter = site.flying; letter != NULL; letter = letter->next)
		if (letter->from == client)
			letter->from = NULL;
	for (size_t i = 0; i < CLIENTS; i++)
		if (site.clients[i] == client)
			site.clients[i] = NULL;
	for (size_t i = 0; i < client->subscription_count; i++)
		free(client->subscriptions[i]);
	letter_free(client->will);
	free_all(&client->kept);
	free(client);
	return sent;
}
