/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/modem_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *modem_family_text(enum modem_family family)
{
	switch (family) {
	case MODEM_QUALCOMM:
		return "qualcomm";
	case MODEM_LUMISSIL:
		return "lumissil";
	case MODEM_STANDARD:
		return "standard";
	case MODEM_AUTO:
		break;
	}
	return "auto";
}

/* The request_id is for traces only: whether firmware echoes it is not confirmed, so no answer is held
 * against it. */
struct modem_mme *modem_nscm_request(struct modem *modem, enum modem_message message,
				     struct modem_outputs *out)
{
	struct modem_mme *request = modem_request(modem, message, out);

	modem->request_id++;
	if (message == MODEM_NSCM_RESET_DEVICE_REQ)
		request->nscm_reset_device_req.request_id = modem->request_id;
	else
		request->nscm_request.request_id = modem->request_id;
	return request;
}

static void ask(struct modem *modem, enum modem_family family, struct modem_outputs *out)
{
	if (family == MODEM_AUTO || family == MODEM_QUALCOMM)
		modem_request(modem, MODEM_VS_SW_VER_REQ, out);
	if (family == MODEM_AUTO || family == MODEM_LUMISSIL)
		modem_nscm_request(modem, MODEM_NSCM_GET_VERSION_REQ, out);
}

void modem_ask_identity(struct modem *modem, struct modem_outputs *out)
{
	ask(modem, modem->config.family, out);
}

void modem_ask_version(struct modem *modem, struct modem_outputs *out)
{
	ask(modem, modem->family, out);
}

void modem_forget(struct modem *modem)
{
	modem->family = MODEM_AUTO;
	modem->identified = false;
	memset(modem->version, 0, sizeof(modem->version));
	modem->has_mac = false;
	memset(modem->mac, 0, MAC_LEN);
	modem->tells_vendor_link = false;
	modem->tells_nw_stats = false;
}

/* Whoever has not answered is what it was configured as. */
static void assume_family(struct modem *modem)
{
	if (modem->family == MODEM_AUTO)
		modem->family = modem->config.family == MODEM_AUTO ? MODEM_STANDARD : modem->config.family;
}

void modem_identify(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	modem->link_probed = false;
	if (modem->config.family == MODEM_STANDARD) {
		assume_family(modem);
		modem_send_set_key(modem, now_us, out);
		return;
	}
	modem_ask_identity(modem, out);
	modem_enter(modem, MODEM_IDENTIFY, modem->config.identify_ms, now_us);
}

void modem_identify_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	assume_family(modem);
	modem_send_set_key(modem, now_us, out);
}

static void take_mac(struct modem *modem, const uint8_t src[MAC_LEN], struct modem_outputs *out)
{
	modem->has_mac = true;
	memcpy(modem->mac, src, MAC_LEN);
	modem_append(out, MODEM_IDENTIFIED);
}

void modem_learn_mac(struct modem *modem, const uint8_t src[MAC_LEN], struct modem_outputs *out)
{
	if (modem->has_mac)
		return;
	assume_family(modem);
	take_mac(modem, src, out);
}

static void take_version(struct modem *modem, const struct modem_mme *message)
{
	if (message->message == MODEM_VS_SW_VER_CNF) {
		memcpy(modem->version, message->vs_sw_ver_cnf.version, sizeof(modem->version));
		modem->version[sizeof(modem->version) - 1] = '\0';
		return;
	}
	const uint16_t *version = message->nscm_get_version_cnf.version;
	(void)snprintf(modem->version, sizeof(modem->version),
		       "%" PRIu16 ".%" PRIu16 ".%" PRIu16 ".%" PRIu16 ".%" PRIu16, version[0], version[1],
		       version[2], version[3], version[4]);
}

static void take_identity(struct modem *modem, enum modem_family family, const struct modem_mme *message,
			  struct modem_outputs *out)
{
	if (modem->family != family) {
		modem->tells_vendor_link = false;
		modem->link_probed = false;
	}
	modem->family = family;
	modem->identified = true;
	take_version(modem, message);
	take_mac(modem, message->src, out);
}

void modem_on_version(struct modem *modem, const struct modem_mme *message, uint64_t now_us,
		      struct modem_outputs *out)
{
	const enum modem_family family =
		message->message == MODEM_VS_SW_VER_CNF ? MODEM_QUALCOMM : MODEM_LUMISSIL;

	if (modem->config.family != MODEM_AUTO && modem->config.family != family)
		return;
	if (modem->identified && modem->state != MODEM_IDENTIFY) {
		if (family == modem->family)
			modem_answers_after_reset(modem, now_us, out);
		return;
	}
	take_identity(modem, family, message, out);
	if (modem->state == MODEM_IDENTIFY)
		modem_send_set_key(modem, now_us, out);
	else
		modem_answers_after_reset(modem, now_us, out);
	modem_probe_link(modem, out);
}
