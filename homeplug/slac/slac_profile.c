/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/slac/slac_profile.h"

#define AT(member) offsetof(struct slac_evse_config, member)

const struct slac_switch slac_switches[] = {
	/* name, member, strict, field, meaning of true */
	{"any_sound_counts", AT(any_sound_counts), false, true,
	 "CM_START_ATTEN_CHAR.IND may announce other than 10 sounds and 600 ms, if not 0"},
	{"any_ids", AT(any_ids), false, true, "CM_SLAC_MATCH.REQ may carry a PEV_ID and an EVSE_ID other than zero"},
	{"rematch_matched_ev", AT(rematch_matched_ev), false, true,
	 "CM_SLAC_PARM.REQ of the matched EV starts a new matching"},
	{"listen_after_failure", AT(listen_after_failure), false, true,
	 "after a failure or a lost link TT_EVSE_SLAC_init starts again, and a known run_id may retry"},
	{"dc_listens_after_init", AT(dc_listens_after_init), false, true,
	 "a DC-only outlet still answers a CM_SLAC_PARM.REQ after TT_EVSE_SLAC_init"},
	{"validation_not_required", AT(validation_not_required), false, true,
	 "CM_VALIDATE is refused as not required (4), so that the EV goes on, instead of failure (3)"},
};

const size_t slac_switches_count = sizeof(slac_switches) / sizeof(slac_switches[0]);

void slac_profile_apply(struct slac_evse_config *config, bool strict)
{
	for (size_t i = 0; i < slac_switches_count; i++) {
		const struct slac_switch *entry = &slac_switches[i];
		*(bool *)((char *)config + entry->offset) = strict ? entry->strict : entry->field;
	}
}
