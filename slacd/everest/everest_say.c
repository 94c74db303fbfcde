/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What slacd says to EVerest. What is not heard now is not said later: EVerest is told how it is then. So nothing is kept
 * while there is no connection, and nothing takes the place of an older message that still waits to be sent.
 */
#include "service/clock.h"
#include "slacd/everest/everest_internal.h"

#include <stdio.h>
#include <string.h>

static void log_said(struct everest *everest, const struct everest_outlet *outlet, const char *topic, const char *name,
		     const char *payload, size_t len)
{
	struct message_about about = {.name = name, .type = "m2e", .evse_id = outlet->evse_id};

	message_about_add(&about, " payload=%s", payload);
	message_log_add(&everest->outbox->out.log, topic, &about, payload, len, clock_now_us());
}

static bool publish(struct everest *everest, struct everest_outlet *outlet, enum broker_publish_kind kind,
		    const char *name, const char *payload, size_t len)
{
	char topic[EVEREST_TOPIC_MAX];

	everest_topic_to(everest->hearing.prefix, outlet->module, name, topic);
	if (len > 0 && broker_publish(everest->outbox->out.broker, kind, topic, payload, len)) {
		everest_watch_say(&outlet->watch);
		log_said(everest, outlet, topic, name, payload, len);
		return true;
	}
	if (log_limit_pass(&everest->lost, clock_now_us()))
		log_line(LOG_LEVEL_WARN, "Message to EVerest is lost. topic=%s evse_id=%s count=%llu", topic,
			 outlet->evse_id, (unsigned long long)everest->lost.count);
	return false;
}

bool everest_can_say(const struct everest *everest, const struct everest_outlet *outlet)
{
	return !everest->has_ended && outlet->module[0] != '\0' && outbox_is_connected(everest->outbox);
}

static size_t build(const struct everest_saying *saying, char *out, size_t size)
{
	switch (saying->kind) {
	case EVEREST_SAY_STATE:
		return everest_build_state(out, size, saying->state);
	case EVEREST_SAY_DLINK_READY:
		return everest_build_flag(out, size, saying->flag);
	case EVEREST_SAY_EV_MAC:
		return everest_build_mac(out, size, saying->ev_mac);
	case EVEREST_SAY_RAISE:
	case EVEREST_SAY_CLEAR:
		break;
	}
	return everest_build_error(out, size, EVEREST_COMMUNICATION_FAULT, everest_trouble_text(saying->trouble),
				   saying->words);
}

static void say(struct everest *everest, struct everest_outlet *outlet, const struct everest_sayings *sayings)
{
	static const char *const names[] = {[EVEREST_SAY_STATE] = "state",
					    [EVEREST_SAY_DLINK_READY] = "dlink_ready",
					    [EVEREST_SAY_EV_MAC] = "ev_mac_address",
					    [EVEREST_SAY_RAISE] = "raise_error",
					    [EVEREST_SAY_CLEAR] = "clear_error"};
	char payload[EVEREST_BUILD_MAX];

	for (size_t i = 0; i < sayings->count; i++) {
		const struct everest_saying *saying = &sayings->items[i];
		const size_t len = build(saying, payload, sizeof(payload));
		if (publish(everest, outlet, BROKER_KEEP_OR_REFUSE, names[saying->kind], payload, len))
			continue;
		everest_voice_lose(&outlet->voice, sayings, i);
		everest_repeat_later(everest, outlet, clock_now_us());
		return;
	}
}

static void look(const struct everest *everest, const struct evse *evse, struct everest_view *view)
{
	everest_look(evse, everest->settings->everest_matching_at == SETTINGS_MATCHING_AT_PARM_REQ, view);
}

void everest_say_new(struct everest *everest, struct everest_outlet *outlet, const struct evse *evse)
{
	struct everest_sayings sayings;
	struct everest_view view;

	look(everest, evse, &view);
	if (outlet->must_repeat && everest_can_say(everest, outlet)) { /* what is new is of it */
		everest_say_again(everest, outlet);
		return;
	}
	if (everest_can_say(everest, outlet)) {
		everest_voice_take(&outlet->voice, &view, &sayings);
		say(everest, outlet, &sayings);
		return;
	}
	if (everest_voice_miss(&outlet->voice, &view))
		outlet->must_repeat = true;
}

void everest_say_again(struct everest *everest, struct everest_outlet *outlet)
{
	struct everest_sayings sayings;
	struct everest_view view;

	outlet->must_repeat = true;
	if (!everest_can_say(everest, outlet))
		return;
	outlet->must_repeat = false;
	outlet->repeated_us = clock_now_us();
	look(everest, everest->find(everest->find_context, outlet->evse_id), &view);
	everest_voice_repeat(&outlet->voice, &view, &sayings);
	say(everest, outlet, &sayings);
}

void everest_say_end(struct everest *everest, struct everest_outlet *outlet)
{
	struct everest_sayings sayings;

	if (!everest_can_say(everest, outlet))
		return;
	everest_voice_end(&outlet->voice, &sayings);
	say(everest, outlet, &sayings);
}

void everest_say_error_routine(struct everest *everest, struct everest_outlet *outlet)
{
	char payload[EVEREST_BUILD_MAX];

	/* It is about this moment: later it is of no use. */
	if (everest_can_say(everest, outlet))
		publish(everest, outlet, BROKER_NOW, "request_error_routine", payload,
			everest_build_null(payload, sizeof(payload)));
}

_Static_assert(API_EVSES_MAX <= OUTBOX_PILOT_SLOTS, "each outlet has a slot, as no pilot request needs them");

/*
 * Each outlet has a slot of the broker client: no burst of other messages holds the check back, and an old one never
 * waits behind a new one.
 */
static void say_check(struct everest *everest, const struct everest_outlet *outlet, size_t slot, bool goes_on)
{
	char topic[EVEREST_TOPIC_MAX];
	char payload[EVEREST_BUILD_MAX];
	const size_t len = everest_build_flag(payload, sizeof(payload), goes_on);

	everest_topic_to(everest->hearing.prefix, outlet->module, "communication_check", topic);
	if (goes_on)
		broker_publish_latest(everest->outbox->out.broker, slot, topic, payload, len);
	else
		broker_publish(everest->outbox->out.broker, BROKER_KEEP, topic, payload, len);
	log_line(LOG_LEVEL_DEBUG, "Outbound communication_check. evse_id=%s payload=%s", outlet->evse_id, payload);
}

void everest_say_check(struct everest *everest, bool goes_on)
{
	for (size_t i = 0; i < everest->count; i++)
		if (everest_can_say(everest, &everest->outlets[i]))
			say_check(everest, &everest->outlets[i], i, goes_on);
}

void everest_say_query(struct everest *everest)
{
	char topic[EVEREST_TOPIC_MAX];
	char payload[EVEREST_BUILD_MAX];
	const size_t len = everest_build_query(payload, sizeof(payload), everest->hearing.reply_topic);

	everest_topic_of_query(everest->hearing.prefix, topic);
	if (len > 0 && outbox_is_connected(everest->outbox))
		broker_publish(everest->outbox->out.broker, BROKER_NOW, topic, payload, len);
	log_line(LOG_LEVEL_DEBUG, "Asking EVerest for its slac modules. topic=%s", topic);
}
