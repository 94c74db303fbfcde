/* SPDX-License-Identifier: Apache-2.0 */
/* From the settings to the configuration of an outlet. */
#ifndef SLACD_EVSE_SETUP_H
#define SLACD_EVSE_SETUP_H

#include "slacd/outlet/outlet_config.h"
#include "slacd/settings/settings.h"

/* What the settings say of this outlet. */
void settings_outlet_config(const struct settings *settings, const char *evse_id, bool has_ac,
			    struct outlet_config *config);

#endif
