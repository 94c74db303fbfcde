/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/everest/everest_watch.h"

void everest_watch_begin(struct everest_watch *watch, uint64_t now_us)
{
	watch->has_gap = watch->was_heard;
	watch->is_on = true;
	watch->since_us = now_us;
}

void everest_watch_pause(struct everest_watch *watch)
{
	watch->is_on = false;
}

void everest_watch_say(struct everest_watch *watch)
{
	watch->has_said = true;
}

/*
 * One of the two signs of a start has come. True when it is the second one: the other came shortly before. A further sign
 * is another start.
 */
static bool completes_start(uint64_t *other_us, uint64_t *own_us, uint64_t now_us)
{
	const bool completes = *other_us != 0 && now_us - *other_us < (uint64_t)EVEREST_WATCH_ONE_START_MS * 1000;

	*own_us = completes ? 0 : now_us;
	*other_us = 0;
	return completes;
}

static enum everest_news news_of(const struct everest_watch *watch, bool restarted)
{
	if (!watch->was_heard)
		return EVEREST_NEWS_FIRST;
	if (restarted)
		return EVEREST_NEWS_RESTARTED;
	return watch->is_silent ? EVEREST_NEWS_BACK : EVEREST_NEWS_NONE;
}

enum everest_news everest_watch_heartbeat(struct everest_watch *watch, uint64_t count, uint64_t now_us, bool *repeat)
{
	const bool restarted = count == 0 || (watch->was_heard && count < watch->count);
	const enum everest_news news = news_of(watch, restarted);

	if (restarted)
		*repeat = !completes_start(&watch->beacon_us, &watch->started_us, now_us);
	else
		*repeat = watch->has_gap && watch->has_said;
	watch->was_heard = true;
	watch->is_silent = watch->has_gap = watch->has_said = false;
	watch->since_us = now_us;
	watch->count = count;
	return news;
}

bool everest_watch_beacon(struct everest_watch *watch, uint64_t now_us)
{
	return !completes_start(&watch->started_us, &watch->beacon_us, now_us);
}

uint64_t everest_watch_deadline(const struct everest_watch *watch)
{
	uint64_t wait_ms = (uint64_t)watch->interval_ms * EVEREST_WATCH_MISSING;

	if (watch->interval_ms == 0 || watch->is_silent || !watch->is_on)
		return EVEREST_WATCH_NEVER;
	if (!watch->was_heard && wait_ms < EVEREST_WATCH_FIRST_MS)
		wait_ms = EVEREST_WATCH_FIRST_MS;
	return watch->since_us + wait_ms * 1000;
}

enum everest_news everest_watch_tick(struct everest_watch *watch, uint64_t now_us)
{
	if (everest_watch_deadline(watch) > now_us)
		return EVEREST_NEWS_NONE;
	watch->is_silent = watch->has_gap = true;
	return watch->was_heard ? EVEREST_NEWS_SILENT : EVEREST_NEWS_UNHEARD;
}
