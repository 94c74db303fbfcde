/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/statistics.h"

#include "slacd/log.h"

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

static void line(const char *who, const char *what, const char *why, uint64_t count)
{
	if (count > 0)
		log_line(LOG_LEVEL_INFO, "Statistics: %s%s%s. %s count=%llu", what, *why != '\0' ? " " : "", why, who,
			 (unsigned long long)count);
}

void statistics_log(const struct statistics *statistics, const char *who)
{
	static const struct statistics nothing;

	if (memcmp(statistics, &nothing, sizeof(nothing)) == 0)
		log_line(LOG_LEVEL_INFO, "Statistics: nothing was counted. %s", who);
	line(who, "sessions matched", "", statistics->matched);
	for (int i = 0; i < SLAC_REASON_COUNT; i++)
		line(who, "sessions failed:", slac_reason_text((enum slac_reason)i), statistics->failed[i]);
	for (int i = 0; i < SLAC_REASON_COUNT; i++)
		line(who, "sessions ended:", slac_reason_text((enum slac_reason)i), statistics->unmatched[i]);
	for (int i = 0; i < SLAC_REASON_COUNT; i++)
		line(who, "basic charging:", slac_reason_text((enum slac_reason)i), statistics->basic_charging[i]);
	for (int i = 0; i < MME_ERR_COUNT; i++)
		line(who, "frames not decoded:", mme_error_text((enum mme_error)i), statistics->malformed[i]);
	for (int i = 0; i < SLAC_REASON_COUNT; i++)
		line(who, "messages refused:", slac_reason_text((enum slac_reason)i), statistics->refused[i]);
	for (int i = 0; i < MME_ERR_COUNT; i++)
		line(who, "messages with a wrong field:", mme_error_text((enum mme_error)i),
		     statistics->wrong_field[i]);
	line(who, "steps of SLAC runs not logged", "", statistics->steps_not_logged);
	line(who, "answers of foreign modems", "", statistics->foreign_modem_answers);
}
