/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/statistics.h"

#include "service/log.h"

#include <string.h>

static void add(uint64_t *total, const uint64_t *more, size_t count)
{
	for (size_t i = 0; i < count; i++)
		total[i] += more[i];
}

void statistics_add(struct statistics *total, const struct statistics *more)
{
	total->matched += more->matched;
	total->foreign_modem_answers += more->foreign_modem_answers;
	total->steps_not_logged += more->steps_not_logged;
	add(total->failed, more->failed, SLAC_REASON_COUNT);
	add(total->unmatched, more->unmatched, SLAC_REASON_COUNT);
	add(total->basic_charging, more->basic_charging, SLAC_REASON_COUNT);
	add(total->malformed, more->malformed, MME_ERR_COUNT);
	add(total->refused, more->refused, SLAC_REASON_COUNT);
	add(total->wrong_field, more->wrong_field, MME_ERR_COUNT);
}

static void line(const char *evse_id, const char *what, const char *why, uint64_t count)
{
	const char *space = *why != '\0' ? " " : "";

	if (count == 0)
		return;
	if (evse_id != NULL)
		log_line(LOG_LEVEL_INFO, "Statistics: %s%s%s. evse_id=%s count=%llu", what, space, why, evse_id,
			 (unsigned long long)count);
	else
		log_line(LOG_LEVEL_INFO, "Statistics: %s%s%s. service count=%llu", what, space, why,
			 (unsigned long long)count);
}

static void say_nothing_was_counted(const char *evse_id)
{
	if (evse_id != NULL)
		log_line(LOG_LEVEL_INFO, "Statistics: nothing was counted. evse_id=%s", evse_id);
	else
		log_line(LOG_LEVEL_INFO, "Statistics: nothing was counted. service");
}

void statistics_log(const struct statistics *statistics, const char *evse_id)
{
	static const struct statistics nothing;

	if (memcmp(statistics, &nothing, sizeof(nothing)) == 0)
		say_nothing_was_counted(evse_id);
	line(evse_id, "sessions matched", "", statistics->matched);
	for (int i = 0; i < SLAC_REASON_COUNT; i++)
		line(evse_id, "sessions failed:", slac_reason_text((enum slac_reason)i), statistics->failed[i]);
	for (int i = 0; i < SLAC_REASON_COUNT; i++)
		line(evse_id, "sessions ended:", slac_reason_text((enum slac_reason)i), statistics->unmatched[i]);
	for (int i = 0; i < SLAC_REASON_COUNT; i++)
		line(evse_id, "basic charging:", slac_reason_text((enum slac_reason)i), statistics->basic_charging[i]);
	for (int i = 0; i < MME_ERR_COUNT; i++)
		line(evse_id, "frames not decoded:", mme_error_text((enum mme_error)i), statistics->malformed[i]);
	for (int i = 0; i < SLAC_REASON_COUNT; i++)
		line(evse_id, "messages refused:", slac_reason_text((enum slac_reason)i), statistics->refused[i]);
	for (int i = 0; i < MME_ERR_COUNT; i++)
		line(evse_id, "messages with a wrong field:", mme_error_text((enum mme_error)i),
		     statistics->wrong_field[i]);
	line(evse_id, "steps of SLAC runs not logged", "", statistics->steps_not_logged);
	line(evse_id, "answers of foreign modems", "", statistics->foreign_modem_answers);
}
