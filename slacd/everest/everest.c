/* SPDX-License-Identifier: Apache-2.0 */
#include "service/clock.h"
#include "slacd/everest/everest_internal.h"
#include "service/timer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

/* Each repetition is a few messages, of which the broker client keeps 256. */
#define REPEATS_AT_ONCE 32
#define REPEAT_GAP_US   20000u
/* Between two repetitions of one outlet. */
#define REPEAT_EACH_US 500000u

/* --- outlets --- */

void everest_parameters(const struct settings *settings, struct api_parameters *out)
{
	for (size_t i = 0; i < settings->outlet_count; i++) {
		struct api_evse_parameters entry = {0};
		memcpy(entry.evse_id, settings->outlets[i].evse_id, sizeof(entry.evse_id));
		entry.has_ac = entry.has_dc = true; /* EVerest knows, and does not tell */
		api_parameters_add(out, &entry);
	}
}

static const char *module_at(const void *list, size_t place)
{
	return ((const struct everest_outlet *)list)[place].module;
}

void everest_set_module(struct everest *everest, size_t place, const char *module)
{
	memcpy(everest->outlets[place].module, module, EVEREST_MODULE_MAX);
	text_index_add(&everest->by_module, place, module_at, everest->outlets);
}

struct everest_outlet *everest_outlet_with(struct everest *everest, const char *module)
{
	const size_t place = text_index_find(&everest->by_module, module, module_at, everest->outlets);

	return place != TEXT_INDEX_NONE ? &everest->outlets[place] : NULL;
}

static void add_outlets(struct everest *everest)
{
	const struct settings *settings = everest->settings;

	everest->count = settings->outlet_count;
	for (size_t i = 0; i < everest->count; i++) {
		struct everest_outlet *outlet = &everest->outlets[i];
		memcpy(outlet->evse_id, settings->outlets[i].evse_id, sizeof(outlet->evse_id));
		if (settings->outlets[i].everest_module[0] != '\0')
			everest_set_module(everest, i, settings->outlets[i].everest_module);
		outlet->watch.interval_ms = settings->everest_heartbeat_ms;
	}
}

/* The settings keep the place of an outlet, also when they are read again. */
static struct everest_outlet *outlet_of(struct everest *everest, const struct evse *evse)
{
	const struct settings_outlet *own = settings_outlet(everest->settings, evse_id(evse));
	const size_t place = own != NULL ? (size_t)(own - everest->settings->outlets) : everest->count;

	return place < everest->count ? &everest->outlets[place] : NULL;
}

static void on_changed(void *context, const struct evse *evse)
{
	struct everest *everest = context;
	struct everest_outlet *outlet = outlet_of(everest, evse);

	if (outlet == NULL)
		return;
	everest_say_new(everest, outlet, evse);
	if (outlet->must_repeat)
		everest_arm(everest);
}

static void on_e_f_wanted(void *context, const struct evse *evse)
{
	struct everest_outlet *outlet = outlet_of(context, evse);

	if (outlet != NULL)
		everest_say_error_routine(context, outlet);
}

/* --- time --- */

void everest_set_check_period(struct everest *everest, uint32_t check_s)
{
	const uint64_t period_us = (uint64_t)check_s * 1000000 / 3;

	/* One timer for all: where they differ the shortest one holds. */
	if (period_us != 0 && (everest->check_period_us == 0 || period_us < everest->check_period_us))
		everest->check_period_us = period_us;
}

static uint64_t deadline(const struct everest *everest)
{
	uint64_t next_us = everest_discovery_deadline(everest);

	if (everest->check_us < next_us)
		next_us = everest->check_us;
	if (everest->repeat_us < next_us)
		next_us = everest->repeat_us;
	for (size_t i = 0; i < everest->count; i++) {
		const struct everest_outlet *outlet = &everest->outlets[i];
		const uint64_t silent_us = everest_watch_deadline(&outlet->watch);
		if (outlet->module[0] != '\0' && silent_us < next_us)
			next_us = silent_us;
	}
	return everest->has_ended ? TIMER_NEVER : next_us;
}

void everest_arm(struct everest *everest)
{
	timer_arm(everest->timer, deadline(everest));
}

void everest_repeat(struct everest *everest, uint64_t now_us)
{
	uint64_t *next_us = &everest->repeat_us;
	size_t said = 0;

	*next_us = TIMER_NEVER;
	for (size_t i = 0; i < everest->count; i++) {
		struct everest_outlet *outlet = &everest->outlets[i];
		if (!outlet->must_repeat || !everest_can_say(everest, outlet))
			continue;
		const uint64_t soonest_us = outlet->repeated_us != 0 ? outlet->repeated_us + REPEAT_EACH_US : 0;
		if (soonest_us > now_us) {
			*next_us = soonest_us < *next_us ? soonest_us : *next_us;
			continue;
		}
		if (said == REPEATS_AT_ONCE) {
			*next_us = now_us + REPEAT_GAP_US;
			return;
		}
		everest_say_again(everest, outlet);
		said++;
	}
}

void everest_repeat_later(struct everest *everest, struct everest_outlet *outlet, uint64_t now_us)
{
	outlet->must_repeat = true;
	if (now_us + REPEAT_EACH_US < everest->repeat_us)
		everest->repeat_us = now_us + REPEAT_EACH_US;
}

/* What could not be said goes with it. */
static void check(struct everest *everest, uint64_t now_us)
{
	if (!outbox_is_connected(everest->outbox)) {
		everest->check_us = TIMER_NEVER;
		return;
	}
	everest->check_us = everest->check_period_us != 0 ? now_us + everest->check_period_us : TIMER_NEVER;
	if (everest->check_period_us != 0)
		everest_say_check(everest, true);
	everest_repeat(everest, now_us);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct everest *everest = context;
	const uint64_t now_us = clock_now_us();

	(void)fd;
	(void)what;
	if (everest->check_us <= now_us)
		check(everest, now_us);
	if (everest->repeat_us <= now_us)
		everest_repeat(everest, now_us);
	everest_discovery_tick(everest, now_us);
	for (size_t i = 0; i < everest->count; i++)
		if (everest->outlets[i].module[0] != '\0')
			everest_log_news(&everest->outlets[i], everest_watch_tick(&everest->outlets[i].watch, now_us));
	everest_arm(everest);
}

/* --- the broker --- */

/* What comes too fast is dropped where it comes again by itself. */
static enum broker_worth worth_of(const void *context, const char *topic, const char *payload, size_t len)
{
	const struct everest_hearing *hearing = context;
	struct everest_topic about;

	(void)payload;
	(void)len;
	if (!everest_topic_read(hearing->prefix, hearing->reply_topic, topic, &about))
		return BROKER_WORTHLESS;
	return about.kind == EVEREST_HEARTBEAT || about.kind == EVEREST_MODULES ? BROKER_DROPPABLE : BROKER_PRECIOUS;
}

void everest_listen(struct everest *everest, const char *client_id, struct broker_options *options)
{
	struct everest_hearing *hearing = &everest->hearing;
	size_t count = 0;

	/* EVerest may put its prefix before the topic that it is given. */
	snprintf(hearing->reply_topic, sizeof(hearing->reply_topic), "slacd/%.64s/everest", client_id);
	everest_topic_of_modules(hearing->prefix, everest->topics[count++]);
	everest_topic_of_beacon(hearing->prefix, everest->topics[count++]);
	snprintf(everest->topics[count++], EVEREST_TOPIC_MAX, "%s", hearing->reply_topic);
	if (hearing->prefix[0] != '\0')
		snprintf(everest->topics[count++], EVEREST_TOPIC_MAX, "%s%s", hearing->prefix, hearing->reply_topic);
	for (size_t i = 0; i < count; i++)
		everest->subscriptions[i] = everest->topics[i];
	options->subscriptions = everest->subscriptions;
	options->subscription_count = count;
	options->will_topic = NULL; /* the communication check tells EVerest that slacd is gone */
	options->will_payload = NULL;
	options->will_len = 0;
	options->worth = worth_of;
	options->worth_context = hearing;
}

/* Who may have missed nothing is told nothing: dlink_ready goes straight to EVerest's ISO 15118 stack. */
static bool must_hear_all(const struct everest_outlet *outlet)
{
	return outlet->must_repeat || !outlet->voice.has_said_state || outlet->watch.interval_ms == 0;
}

void everest_connected(struct everest *everest)
{
	const uint64_t now_us = clock_now_us();

	for (size_t i = 0; i < everest->count; i++) {
		struct everest_outlet *outlet = &everest->outlets[i];
		everest_watch_begin(&outlet->watch, now_us);
		outlet->must_repeat = must_hear_all(outlet);
	}
	check(everest, now_us);
	everest_discovery_begin(everest, now_us);
	everest_arm(everest);
}

void everest_disconnected(struct everest *everest)
{
	for (size_t i = 0; i < everest->count; i++)
		everest_watch_pause(&everest->outlets[i].watch);
	everest_arm(everest);
}

static void say_wrong(struct everest *everest, enum everest_kind kind, const char *what, const char *topic,
		      const struct api_error *error)
{
	struct log_limit *limit = &everest->refused[kind];

	if (log_limit_pass(limit, clock_now_us()) || log_enabled(LOG_LEVEL_DEBUG))
		log_line(LOG_LEVEL_WARN, "%s. topic=%s name=%s member=%s expected=\"%s\" count=%llu", what, topic,
			 error->name, error->member, error->expected, (unsigned long long)limit->count);
}

void everest_message(struct everest *everest, const char *topic, const char *payload, size_t len)
{
	struct everest_topic about;
	struct api_error error;

	if (!everest_topic_read(everest->hearing.prefix, everest->hearing.reply_topic, topic, &about))
		return;
	if (everest_parse(&about, payload, len, &everest->message, &error) != API_OK) {
		say_wrong(everest, about.kind, "MQTT message refused", topic, &error);
		return;
	}
	if (about.kind == EVEREST_MODULES && everest->message.bad_count > 0)
		say_wrong(everest, about.kind, "Entry of an MQTT message left out", topic, &error);
	everest_hear(everest, topic, payload, len);
	everest_arm(everest);
}

void everest_retained(struct everest *everest, const char *topic, const char *payload, size_t len)
{
	struct everest_topic about;

	(void)payload;
	(void)len;
	if (!everest_topic_read(everest->hearing.prefix, everest->hearing.reply_topic, topic, &about))
		return;
	if (log_limit_pass(&everest->retained, clock_now_us()))
		log_line(
			LOG_LEVEL_WARN,
			"Retained MQTT message ignored, it may be old and EVerest retains none. Clear it with an empty retained message. topic=%s count=%llu",
			topic, (unsigned long long)everest->retained.count);
}

/* --- life --- */

struct everest *everest_new(struct event_base *base, const struct settings *settings, struct outbox *outbox,
			    everest_find *find, void *find_context)
{
	struct everest *everest = calloc(1, sizeof(*everest));

	if (everest != NULL)
		everest->timer = evtimer_new(base, on_timer, everest);
	if (everest == NULL || everest->timer == NULL) {
		log_line(LOG_LEVEL_ERROR, "No memory for the messages of EVerest.");
		free(everest);
		return NULL;
	}
	everest->settings = settings;
	everest->outbox = outbox;
	everest->find = find;
	everest->find_context = find_context;
	everest->listener =
		(struct evse_listener){.changed = on_changed, .wants_e_f = on_e_f_wanted, .context = everest};
	snprintf(everest->hearing.prefix, EVEREST_PREFIX_MAX, "%.*s", EVEREST_PREFIX_MAX - 1,
		 settings->everest_prefix.text);
	everest->inbound_log.direction = "Inbound";
	everest->check_us = everest->repeat_us = everest->question.ask_us = everest->question.decide_us = TIMER_NEVER;
	everest_set_check_period(everest, settings->everest_check_s);
	add_outlets(everest);
	log_line(LOG_LEVEL_INFO, "EVerest owns the pilot and tells no B-C-B toggles: validation (CM_VALIDATE) is off.");
	return everest;
}

void everest_free(struct everest *everest)
{
	if (everest == NULL)
		return;
	event_free(everest->timer);
	free(everest);
}

const struct evse_listener *everest_listener(const struct everest *everest)
{
	return &everest->listener;
}

void everest_end(struct everest *everest)
{
	if (everest->settings->everest_check_ends) {
		for (size_t i = 0; i < everest->count; i++)
			everest_say_end(everest, &everest->outlets[i]);
		if (everest->check_period_us != 0)
			everest_say_check(everest, false);
	}
	everest->has_ended = true;
	everest_arm(everest);
}
