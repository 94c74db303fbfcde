/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/slac/slac_validation.h"

#include <string.h>

static bool is_waiting(const struct slac_validation *validation, uint64_t now_us)
{
	return validation->waiting_until_us > now_us;
}

void slac_validation_reserve(struct slac_validation *validation, const uint8_t ev_mac[MAC_LEN], uint64_t now_us,
			     uint32_t ms)
{
	memcpy(validation->ev_mac, ev_mac, MAC_LEN);
	validation->until_us = now_us + (uint64_t)ms * 1000;
	if (mac_equal(validation->waiting_mac, ev_mac))
		validation->waiting_until_us = 0;
}

void slac_validation_release(struct slac_validation *validation, const uint8_t ev_mac[MAC_LEN])
{
	if (mac_equal(validation->ev_mac, ev_mac))
		validation->until_us = 0;
}

void slac_validation_put_off(struct slac_validation *validation, const uint8_t ev_mac[MAC_LEN], uint64_t now_us)
{
	bool has_its_place = mac_equal(validation->waiting_mac, ev_mac);

	if (is_waiting(validation, now_us) && !has_its_place)
		return;
	if (!is_waiting(validation, now_us))
		validation->waiting_since_us = now_us;
	memcpy(validation->waiting_mac, ev_mac, MAC_LEN);
	validation->waiting_until_us = now_us + SLAC_VALIDATION_PATIENCE_MS * UINT64_C(1000);
}

uint64_t slac_validation_waits_since(const struct slac_validation *validation, const uint8_t ev_mac[MAC_LEN],
				     uint64_t now_us)
{
	bool waits = is_waiting(validation, now_us) && mac_equal(validation->waiting_mac, ev_mac);

	return waits ? validation->waiting_since_us : SLAC_VALIDATION_NOT_WAITING;
}

bool slac_validation_blocks(const struct slac_validation *validation, const uint8_t ev_mac[MAC_LEN], uint64_t since_us,
			    uint64_t now_us)
{
	if (validation->until_us > now_us && !mac_equal(validation->ev_mac, ev_mac))
		return true;
	return is_waiting(validation, now_us) && validation->waiting_since_us < since_us &&
	       !mac_equal(validation->waiting_mac, ev_mac);
}
