/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/modem/modem_internal.h"

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
struct modem_mme *modem_nscm_request(struct modem *modem, enum modem_message message, struct modem_outputs *out)
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
	modem->answers_get_key = false;
}

/* Whoever has not answered is what it was configured as. */
static void assume_family(struct modem *modem)
{
	if (modem->family == MODEM_AUTO)
		modem->family = modem->config.family == MODEM_AUTO ? MODEM_STANDARD : modem->config.family;
}

void modem_identify(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	modem->refused = false;
	modem->identity_answered = false;
	modem->passed_over.family = MODEM_AUTO;
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

static void describe(struct modem_identity *identity, enum modem_family family, const struct modem_mme *message)
{
	memset(identity, 0, sizeof(*identity));
	identity->family = family;
	memcpy(identity->mac, message->src, MAC_LEN);
	if (message->message == MODEM_VS_SW_VER_CNF) {
		memcpy(identity->version, message->vs_sw_ver_cnf.version, sizeof(identity->version));
		identity->version[sizeof(identity->version) - 1] = '\0';
		return;
	}
	const uint16_t *version = message->nscm_get_version_cnf.version;
	(void)snprintf(identity->version, sizeof(identity->version),
		       "%" PRIu16 ".%" PRIu16 ".%" PRIu16 ".%" PRIu16 ".%" PRIu16, version[0], version[1], version[2],
		       version[3], version[4]);
}

static bool is_news(const struct modem *modem, const struct modem_identity *identity)
{
	return modem->said.family != identity->family || !mac_equal(modem->said.mac, identity->mac) ||
	       strcmp(modem->said.version, identity->version) != 0;
}

static void take_identity(struct modem *modem, const struct modem_identity *identity, struct modem_outputs *out)
{
	if (modem->family != identity->family) {
		modem->tells_vendor_link = false;
		if (modem->state == MODEM_IDENTIFY) /* another modem than before */
			modem->tells_nw_stats = false;
	}
	modem->family = identity->family;
	modem->identified = true;
	memcpy(modem->version, identity->version, sizeof(modem->version));
	modem->has_mac = true;
	memcpy(modem->mac, identity->mac, MAC_LEN);
	modem->unidentified_said = false;
	if (is_news(modem, identity))
		modem_append(out, MODEM_IDENTIFIED);
	modem->said = *identity;
}

void modem_learn_mac(struct modem *modem, const uint8_t src[MAC_LEN], struct modem_outputs *out)
{
	if (modem->has_mac)
		return;
	if (modem->passed_over.family != MODEM_AUTO && mac_equal(src, modem->passed_over.mac)) {
		take_identity(modem, &modem->passed_over, out);
		return;
	}
	assume_family(modem);
	modem->has_mac = true;
	memcpy(modem->mac, src, MAC_LEN);
	modem->said.family = MODEM_AUTO;
	if (!modem->unidentified_said)
		modem_append(out, MODEM_UNIDENTIFIED);
	modem->unidentified_said = true;
}

/* It has refused the key: what it says is kept for the case that it takes it in the end. */
static bool pass_over(struct modem *modem, const struct modem_identity *identity)
{
	if (!modem->passes_over || !mac_equal(identity->mac, modem->passed_over.mac))
		return false;
	modem->passed_over = *identity;
	return true;
}

void modem_on_version(struct modem *modem, const struct modem_mme *message, uint64_t now_us, struct modem_outputs *out)
{
	const enum modem_family family = message->message == MODEM_VS_SW_VER_CNF ? MODEM_QUALCOMM : MODEM_LUMISSIL;
	struct modem_identity identity;

	if (modem->config.family != MODEM_AUTO && modem->config.family != family)
		return;
	modem->identity_answered = modem->state != MODEM_READY;
	modem_is_alive(modem);
	if (modem->identified && modem->state != MODEM_IDENTIFY) {
		if (family == modem->family)
			modem_answers_after_reset(modem, now_us, out);
		return;
	}
	describe(&identity, family, message);
	if (pass_over(modem, &identity))
		return;
	take_identity(modem, &identity, out);
	if (modem->state == MODEM_IDENTIFY)
		modem_send_set_key(modem, now_us, out);
	else
		modem_answers_after_reset(modem, now_us, out);
	modem_probe_link(modem, out);
}
