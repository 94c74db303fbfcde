/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/slac/slac_displace.h"

/* CM_SLAC_PARM.CNF was sent, and nothing came of it so far. */
static bool is_only_answered(const struct slac_run *run, uint64_t now_us)
{
	return run->state == SLAC_RUN_WAIT_START && run->kept_until_us <= now_us;
}

/* It could have chosen this outlet by now. */
static bool goes_elsewhere(const struct slac_run *run, uint64_t now_us)
{
	return run->state == SLAC_RUN_WAIT_MATCH && !run->validated &&
	       now_us - run->since_us >= SLAC_KEPT_FOR_MATCH_MS * UINT64_C(1000);
}

static struct slac_run *longest(struct slac_run *runs, size_t count, uint64_t now_us,
				bool (*is_meant)(const struct slac_run *run, uint64_t now_us))
{
	struct slac_run *found = NULL;

	for (size_t i = 0; i < count; i++)
		if (is_meant(&runs[i], now_us) && (found == NULL || runs[i].since_us < found->since_us))
			found = &runs[i];
	return found;
}

struct slac_run *slac_run_to_displace(struct slac_run *runs, size_t count, uint64_t now_us)
{
	struct slac_run *run = longest(runs, count, now_us, is_only_answered);

	return run != NULL ? run : longest(runs, count, now_us, goes_elsewhere);
}
