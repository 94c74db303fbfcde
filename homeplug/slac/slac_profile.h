/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the standard and the field differ, as one table of named switches. `strict` does as ISO 15118-3 says, for
 * conformance testing; `field` is kind to real cars (conformance document, the remarks marked "field").
 */
#ifndef HOMEPLUG_SLAC_SLAC_PROFILE_H
#define HOMEPLUG_SLAC_SLAC_PROFILE_H

#include "homeplug/slac/slac_evse.h"

struct slac_switch {
	const char *name;
	size_t offset; /* of its bool in struct slac_evse_config */
	bool strict;
	bool field;
	const char *meaning; /* what true does */
};

extern const struct slac_switch slac_switches[];
extern const size_t slac_switches_count;

/* Sets every switch of *config to its value in the profile. */
void slac_profile_apply(struct slac_evse_config *config, bool strict);

#endif
