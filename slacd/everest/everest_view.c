/* SPDX-License-Identifier: Apache-2.0 */
/* How an outlet is, for EVerest. */
#include "slacd/everest/everest_internal.h"
#include "slacd/evse_internal.h"

#include <string.h>

/* With the first request MATCHING begins when a car was answered. */
static bool is_matching(const struct outlet *outlet, bool at_parm_req)
{
	const enum slac_evse_state state = outlet->slac.state;

	if (at_parm_req)
		return state == SLAC_EVSE_MATCHING || state == SLAC_EVSE_JOINING;
	return outlet_is_matching(outlet);
}

void everest_look(const struct evse *evse, bool matching_at_parm_req, struct everest_view *out)
{
	memset(out, 0, sizeof(*out));
	if (evse == NULL)
		return;
	const struct outlet *outlet = &evse->outlet;
	out->is_matched = outlet_is_matched(outlet);
	out->is_matching = is_matching(outlet, matching_at_parm_req);
	out->has_ev = slac_evse_is_given_away(&outlet->slac);
	memcpy(out->ev_mac, outlet->slac.ev_mac, MAC_LEN);
	out->serves = evse_available(evse);
	out->words = evse_trouble(evse);
	out->trouble = evse->port == NULL ? EVEREST_TROUBLE_INTERFACE : EVEREST_TROUBLE_MODEM;
	if (evse->stopping) { /* it has given its port up, and nothing is wrong with that */
		out->words = NULL;
		out->serves = false;
	}
}
