/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the module of the one outlet that has none in the configuration, by asking EVerest which there are. */
#include "service/clock.h"
#include "slacd/everest/everest_internal.h"

#include <string.h>

#define ASK_FIRST_MS 1000
#define ASK_MOST_MS  30000
/* Each of EVerest's API modules may answer by itself. */
#define DECIDE_AFTER_MS 500
/* Then nobody seems to hear it: the fourth question is asked after 7 s. */
#define ASKED_IN_VAIN 3

static struct everest_outlet *without_module(struct everest *everest)
{
	for (size_t i = 0; i < everest->count; i++)
		if (everest->outlets[i].module[0] == '\0')
			return &everest->outlets[i];
	return NULL;
}

void everest_discovery_begin(struct everest *everest, uint64_t now_us)
{
	struct everest_question *question = &everest->question;

	const uint64_t soonest_us = question->asked_us != 0 ? question->asked_us + ASK_FIRST_MS * 1000u : 0;

	question->ask_us = question->decide_us = EVEREST_WATCH_NEVER;
	if (without_module(everest) == NULL || everest->has_ended)
		return;
	question->ask_us = now_us > soonest_us ? now_us : soonest_us;
	question->wait_ms = ASK_FIRST_MS;
	question->in_vain = 0;
	question->count = 0;
}

static bool is_known(struct everest *everest, const char *id)
{
	if (everest_outlet_with(everest, id) != NULL)
		return true;
	for (size_t i = 0; i < everest->question.count; i++)
		if (strcmp(everest->question.modules[i].id, id) == 0)
			return true;
	return false;
}

void everest_discovery_take(struct everest *everest, const struct everest_message *message, uint64_t now_us)
{
	struct everest_question *question = &everest->question;

	if (without_module(everest) == NULL)
		return;
	question->in_vain = 0;
	for (size_t i = 0; i < message->module_count && question->count < EVEREST_MODULES_MAX; i++)
		if (!is_known(everest, message->modules[i].id))
			question->modules[question->count++] = message->modules[i];
	if (question->count > 0 && question->decide_us == EVEREST_WATCH_NEVER)
		question->decide_us = now_us + DECIDE_AFTER_MS * 1000u;
}

static void take_module(struct everest *everest, struct everest_outlet *outlet, const struct everest_module *module,
			uint64_t now_us)
{
	everest_set_module(everest, (size_t)(outlet - everest->outlets), module->id);
	if (module->has_periods) {
		outlet->watch.interval_ms = module->heartbeat_ms;
		everest_set_check_period(everest, module->check_s);
	}
	log_line(LOG_LEVEL_INFO, "EVerest's module was found. evse_id=%s module=%s", outlet->evse_id, outlet->module);
	everest_watch_begin(&outlet->watch, now_us);
	everest_say_again(everest, outlet);
	everest->check_us = now_us;
}

/* With two modules nobody can tell which one belongs to the outlet. */
static void decide(struct everest *everest, struct everest_outlet *outlet, uint64_t now_us)
{
	struct everest_question *question = &everest->question;

	question->decide_us = EVEREST_WATCH_NEVER;
	if (question->count == 1) {
		question->ask_us = EVEREST_WATCH_NEVER;
		take_module(everest, outlet, &question->modules[0], now_us);
	} else if (log_limit_pass(&question->unclear, now_us)) {
		log_line(
			LOG_LEVEL_ERROR,
			"EVerest has %zu slac modules that no outlet names. Set outlets.%s.everest_module. first=%s second=%s",
			question->count, outlet->evse_id, question->modules[0].id, question->modules[1].id);
	}
	question->count = 0;
}

uint64_t everest_discovery_deadline(const struct everest *everest)
{
	const struct everest_question *question = &everest->question;

	if (!outbox_is_connected(everest->outbox))
		return EVEREST_WATCH_NEVER;
	return question->ask_us < question->decide_us ? question->ask_us : question->decide_us;
}

static void say_unanswered(struct everest *everest, const struct everest_outlet *outlet, uint64_t now_us)
{
	struct everest_question *question = &everest->question;
	char topic[EVEREST_TOPIC_MAX];

	if (question->in_vain++ != ASKED_IN_VAIN || !log_limit_pass(&question->unanswered, now_us))
		return;
	everest_topic_of_query(everest->hearing.prefix, topic);
	log_line(
		LOG_LEVEL_WARN,
		"EVerest has not told of its slac modules within 7 s: expected an answer to %s. Is mqtt.everest_prefix "
		"'%s' right? Or set outlets.%s.everest_module.",
		topic, everest->hearing.prefix, outlet->evse_id);
}

void everest_discovery_tick(struct everest *everest, uint64_t now_us)
{
	struct everest_question *question = &everest->question;
	struct everest_outlet *outlet = without_module(everest);

	if (outlet == NULL || everest_discovery_deadline(everest) > now_us)
		return;
	if (question->decide_us <= now_us)
		decide(everest, outlet, now_us);
	if (question->ask_us > now_us)
		return;
	say_unanswered(everest, outlet, now_us);
	everest_say_query(everest);
	question->asked_us = now_us;
	question->ask_us = now_us + (uint64_t)question->wait_ms * 1000;
	question->wait_ms = 2 * question->wait_ms < ASK_MOST_MS ? 2 * question->wait_ms : ASK_MOST_MS;
}
