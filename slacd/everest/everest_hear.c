/* SPDX-License-Identifier: Apache-2.0 */
/* What EVerest says: each message becomes an input of its outlet, or is said in the log and dropped. */
#include "service/clock.h"
#include "slacd/everest/everest_internal.h"

#include <string.h>

static void log_start(struct everest_outlet *outlet)
{
	struct log_burst *starts = &outlet->starts;

	if (!log_burst_pass(starts, clock_now_us()))
		return;
	if (starts->count < LOG_BURST_LOUD)
		log_line(LOG_LEVEL_INFO, "EVerest has started anew. evse_id=%s module=%s", outlet->evse_id,
			 outlet->module);
	else
		log_line(
			LOG_LEVEL_WARN,
			"EVerest starts anew again and again. Does another one have the same module? evse_id=%s module=%s count=%llu",
			outlet->evse_id, outlet->module, (unsigned long long)starts->count);
}

void everest_log_news(struct everest_outlet *outlet, enum everest_news news)
{
	switch (news) {
	case EVEREST_NEWS_NONE:
		break;
	case EVEREST_NEWS_FIRST:
		log_line(LOG_LEVEL_INFO, "EVerest is heard. evse_id=%s module=%s", outlet->evse_id, outlet->module);
		break;
	case EVEREST_NEWS_BACK:
		log_line(LOG_LEVEL_INFO, "EVerest's heartbeat is back. evse_id=%s module=%s", outlet->evse_id,
			 outlet->module);
		break;
	case EVEREST_NEWS_RESTARTED:
		log_start(outlet);
		break;
	case EVEREST_NEWS_SILENT:
		log_line(LOG_LEVEL_WARN, "EVerest's heartbeat has stopped. evse_id=%s module=%s heartbeat_ms=%u",
			 outlet->evse_id, outlet->module, outlet->watch.interval_ms);
		break;
	case EVEREST_NEWS_UNHEARD:
		log_line(
			LOG_LEVEL_WARN,
			"EVerest is not heard. Is it running, and outlets.%s.everest_module its module? evse_id=%s module=%s heartbeat_ms=%u",
			outlet->evse_id, outlet->evse_id, outlet->module, outlet->watch.interval_ms);
		break;
	}
}

/* --- of one outlet --- */

/* Which of them the pilot is in is not told. 5 % is EVerest's to set, and is there while it lets slacd match. */
static void tell_pilot(struct evse *evse, enum api_cp_state state)
{
	struct api_cp_status status = {.state = state};

	snprintf(status.evse_id, sizeof(status.evse_id), "%s", evse_id(evse));
	evse_cp_status(evse, &status);
}

static void take_reset(struct evse *evse, bool flag)
{
	if (flag)
		log_line(LOG_LEVEL_INFO, "reset true ignored, EVerest means nothing by it. evse_id=%s", evse_id(evse));
	else
		evse_reset(evse);
}

static void take_command(struct evse *evse, const struct everest_message *message)
{
	switch (message->kind) {
	case EVEREST_ENTER_BCD:
		tell_pilot(evse, API_CP_B2);
		break;
	case EVEREST_LEAVE_BCD:
		tell_pilot(evse, API_CP_A1);
		break;
	case EVEREST_RESET:
		take_reset(evse, message->flag);
		break;
	case EVEREST_DLINK_TERMINATE:
	case EVEREST_DLINK_ERROR: /* EVerest does the E/F step itself */
		evse_data_link(evse, API_DATA_LINK_TERMINATE);
		break;
	case EVEREST_DLINK_PAUSE:
		evse_data_link(evse, API_DATA_LINK_PAUSE);
		break;
	case EVEREST_HEARTBEAT:
	case EVEREST_READY_BEACON:
	case EVEREST_MODULES:
	case EVEREST_KINDS:
		break; /* not for the outlet itself */
	}
}

static void take_heartbeat(struct everest *everest, struct everest_outlet *outlet, uint64_t count, uint64_t now_us)
{
	bool repeat;
	const enum everest_news news = everest_watch_heartbeat(&outlet->watch, count, now_us, &repeat);

	everest_log_news(outlet, news);
	/* A lower count may be of a second EVerest: then the one that has an error still has it. */
	if (count == 0)
		everest_voice_forgotten(&outlet->voice);
	else if (!repeat && news != EVEREST_NEWS_RESTARTED)
		everest_voice_heard(&outlet->voice);
	if (!repeat)
		return;
	outlet->must_repeat = true;
	everest_repeat(everest, now_us);
}

static void log_heard(struct everest *everest, const struct everest_outlet *outlet, const char *topic,
		      const char *payload, size_t len)
{
	struct message_about about = {
		.name = everest_kind_text(everest->message.kind), .type = "e2m", .evse_id = outlet->evse_id};

	if (everest->message.kind == EVEREST_RESET)
		message_about_add(&about, " payload=%s", everest->message.flag ? "true" : "false");
	message_log_add(&everest->inbound_log, topic, &about, payload, len, clock_now_us());
}

static void say_foreign(struct everest *everest, const char *topic, uint64_t now_us)
{
	if (everest->message.kind == EVEREST_HEARTBEAT)
		return;
	if (log_limit_pass(&everest->foreign, now_us))
		log_line(LOG_LEVEL_WARN,
			 "Message of a module of EVerest that no outlet has ignored. topic=%s module=%s count=%llu",
			 topic, everest->message.module, (unsigned long long)everest->foreign.count);
}

static void hear_module(struct everest *everest, const char *topic, const char *payload, size_t len, uint64_t now_us)
{
	const struct everest_message *message = &everest->message;
	struct everest_outlet *outlet = everest_outlet_with(everest, message->module);

	if (outlet == NULL) {
		say_foreign(everest, topic, now_us);
		return;
	}
	if (message->kind == EVEREST_HEARTBEAT) {
		take_heartbeat(everest, outlet, message->count, now_us);
		return;
	}
	log_heard(everest, outlet, topic, payload, len);
	struct evse *evse = everest->find(everest->find_context, outlet->evse_id);
	if (evse != NULL)
		take_command(evse, message);
}

/* --- of all --- */

static void hear_beacon(struct everest *everest, uint64_t now_us)
{
	if (log_burst_pass(&everest->beacons, now_us))
		log_line(LOG_LEVEL_INFO, "EVerest is ready. count=%llu", (unsigned long long)everest->beacons.count);
	for (size_t i = 0; i < everest->count; i++) {
		struct everest_outlet *outlet = &everest->outlets[i];
		everest_voice_forgotten(&outlet->voice);
		if (everest_watch_beacon(&outlet->watch, now_us))
			outlet->must_repeat = true;
	}
	everest_repeat(everest, now_us);
	everest_discovery_begin(everest, now_us);
}

void everest_hear(struct everest *everest, const char *topic, const char *payload, size_t len)
{
	const uint64_t now_us = clock_now_us();
	struct everest_message *message = &everest->message;

	if (message->kind == EVEREST_READY_BEACON)
		hear_beacon(everest, now_us);
	else if (message->kind == EVEREST_MODULES)
		everest_discovery_take(everest, message, now_us);
	else
		hear_module(everest, topic, payload, len, now_us);
}
