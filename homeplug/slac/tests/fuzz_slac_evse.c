/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arbitrary octets as events of an outlet: time, frames, vehicles, keys. The first octet chooses the profile
 * and its switches. Every rule of slac_evse_watch must hold at every step.
 */
#include "homeplug/slac/tests/slac_car.h"
#include "homeplug/slac/tests/slac_evse_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slac_evse_config config;
	struct slac_watch watch;

	if (size == 0)
		return 0;
	slac_evse_defaults(&config, (data[0] & 1) != 0);
	config.dc_only = config.dc_listens_after_init = (data[0] & 2) != 0;
	config.rematch_matched_ev = (data[0] & 4) != 0;
	config.missing_profile_db = (data[0] & 8) != 0 ? data[0] : -1;
	config.await_link = (data[0] & 16) != 0;
	config.validation = (enum slac_validation_mode)(data[0] / 32 % 3);
	config.parallel_runs = (data[0] & 64) != 0 ? SLAC_WATCH_RUNS : 1;
	memcpy(config.evse_mac, test_evse_mac, MAC_LEN);
	slac_watch_init(&watch, &config);
	const char *broken = slac_watch_play(&watch, data + 1, size - 1);
	if (broken != NULL) {
		fprintf(stderr, "broken rule: %s\n", broken);
		abort();
	}
	return 0;
}
