/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/modem/modem_identity.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* In the version of a Qualcomm modem that has started without its firmware. */
#define BOOT_LOADER "BootLoader"

/* --- asking --- */

static void ask_as(enum modem_family family, struct modem_turn *turn)
{
	if (family == MODEM_AUTO || family == MODEM_QUALCOMM)
		modem_ask(turn, MODEM_VS_SW_VER_REQ);
	if (family == MODEM_AUTO || family == MODEM_LUMISSIL)
		modem_ask(turn, MODEM_NSCM_GET_VERSION_REQ);
}

void modem_identity_ask(struct modem_turn *turn)
{
	ask_as(turn->config->family, turn);
}

void modem_identity_ask_version(const struct modem_identity *identity, struct modem_turn *turn)
{
	ask_as(identity->family, turn);
}

/* A modem that has not answered is taken for what it was configured as, or else for a standard one. */
static void assume_family(struct modem_identity *identity, const struct modem_config *config)
{
	if (identity->family == MODEM_AUTO)
		identity->family = config->family == MODEM_AUTO ? MODEM_STANDARD : config->family;
}

static void say_unidentified(struct modem_identity *identity, struct modem_turn *turn)
{
	identity->said.family = MODEM_AUTO;
	if (!identity->unidentified_said)
		modem_append(turn, MODEM_UNIDENTIFIED);
	identity->unidentified_said = true;
}

void modem_identity_end(struct modem_identity *identity)
{
	identity->asking = false;
	identity->deadline_us = MODEM_NEVER;
}

enum modem_told modem_identity_begin(struct modem_identity *identity, struct modem_turn *turn)
{
	identity->passed_over.family = MODEM_AUTO;
	if (turn->config->family == MODEM_STANDARD) {
		assume_family(identity, turn->config);
		return MODEM_TOLD_IDENTIFICATION_OVER;
	}
	modem_identity_ask(turn);
	identity->asking = true;
	identity->deadline_us = modem_await_answer(turn, turn->config->identify_ms);
	return MODEM_TOLD_NOTHING;
}

enum modem_told modem_identity_tick(struct modem_identity *identity, struct modem_turn *turn)
{
	modem_identity_end(identity);
	assume_family(identity, turn->config);
	if (identity->has_mac && !identity->identified)
		say_unidentified(identity, turn);
	return MODEM_TOLD_IDENTIFICATION_OVER;
}

/* --- answers --- */

static enum modem_family family_of(const struct modem_mme *version)
{
	return version->message == MODEM_VS_SW_VER_CNF ? MODEM_QUALCOMM : MODEM_LUMISSIL;
}

static void describe(struct modem_description *description, const struct modem_mme *message)
{
	memset(description, 0, sizeof(*description));
	description->family = family_of(message);
	memcpy(description->mac, message->src, MAC_LEN);
	if (description->family == MODEM_QUALCOMM) {
		memcpy(description->version, message->vs_sw_ver_cnf.version, sizeof(description->version));
		description->version[sizeof(description->version) - 1] = '\0';
		return;
	}
	const uint16_t *version = message->nscm_get_version_cnf.version;
	(void)snprintf(description->version, sizeof(description->version),
		       "%" PRIu16 ".%" PRIu16 ".%" PRIu16 ".%" PRIu16 ".%" PRIu16, version[0], version[1], version[2],
		       version[3], version[4]);
}

static bool is_news(const struct modem_description *said, const struct modem_description *now)
{
	return said->family != now->family || !mac_equal(said->mac, now->mac) ||
	       strcmp(said->version, now->version) != 0;
}

static void take_description(struct modem_identity *identity, const struct modem_description *description,
			     struct modem_turn *turn)
{
	identity->family = description->family;
	identity->identified = true;
	memcpy(identity->version, description->version, sizeof(identity->version));
	identity->has_mac = true;
	memcpy(identity->mac, description->mac, MAC_LEN);
	identity->unidentified_said = false;
	if (is_news(&identity->said, description))
		modem_append(turn, MODEM_IDENTIFIED);
	identity->said = *description;
}

static bool is_passed_over(const struct modem_identity *identity, const struct modem_description *description)
{
	return identity->passes_over && mac_equal(description->mac, identity->passed_over.mac);
}

static bool names_boot_loader(const char version[QUALCOMM_VERSION_SIZE])
{
	return memmem(version, strnlen(version, QUALCOMM_VERSION_SIZE), BOOT_LOADER, strlen(BOOT_LOADER)) != NULL;
}

bool modem_identity_in_boot_loader(const struct modem_identity *identity)
{
	return names_boot_loader(identity->version);
}

bool modem_identity_is_boot_loader(const struct modem_mme *version)
{
	return version->message == MODEM_VS_SW_VER_CNF && names_boot_loader(version->vs_sw_ver_cnf.version);
}

bool modem_identity_expects(const struct modem_config *config, const struct modem_mme *version)
{
	return config->family == MODEM_AUTO || config->family == family_of(version);
}

enum modem_told modem_identity_take_version(struct modem_identity *identity, const struct modem_mme *version,
					    struct modem_turn *turn)
{
	struct modem_description description;

	if (identity->identified && !identity->asking)
		return family_of(version) == identity->family ? MODEM_TOLD_IDENTIFIED_AGAIN : MODEM_TOLD_NOTHING;
	describe(&description, version);
	if (is_passed_over(identity, &description)) {
		identity->passed_over = description; /* it may take the key after all */
		return MODEM_TOLD_NOTHING;
	}
	take_description(identity, &description, turn);
	if (!identity->asking)
		return MODEM_TOLD_IDENTIFIED;
	modem_identity_end(identity);
	return MODEM_TOLD_IDENTIFICATION_OVER;
}

void modem_identity_learn_mac(struct modem_identity *identity, const uint8_t src[MAC_LEN], struct modem_turn *turn)
{
	if (identity->has_mac)
		return;
	if (identity->passed_over.family != MODEM_AUTO && mac_equal(src, identity->passed_over.mac)) {
		modem_identity_end(identity);
		take_description(identity, &identity->passed_over, turn);
		return;
	}
	identity->has_mac = true;
	memcpy(identity->mac, src, MAC_LEN);
	if (identity->asking)
		return;
	assume_family(identity, turn->config);
	say_unidentified(identity, turn);
}

/* --- others --- */

void modem_identity_pass_over(struct modem_identity *identity, const uint8_t mac[MAC_LEN])
{
	identity->passes_over = true;
	memset(&identity->passed_over, 0, sizeof(identity->passed_over));
	memcpy(identity->passed_over.mac, mac, MAC_LEN);
}

void modem_identity_forgive(struct modem_identity *identity)
{
	identity->passes_over = false;
}

void modem_identity_ignore(const struct modem_identity *identity, const uint8_t from[MAC_LEN], enum mme_error error,
			   struct modem_turn *turn)
{
	struct modem_output *item = modem_append(turn, MODEM_IGNORED);

	item->error = error;
	memcpy(item->from, from, MAC_LEN);
	memcpy(item->ours, identity->mac, MAC_LEN);
}

bool modem_identity_turn_away(struct modem_identity *identity, const uint8_t src[MAC_LEN], struct modem_turn *turn)
{
	if (!identity->has_mac || mac_equal(src, identity->mac))
		return false;
	identity->foreign_answers++;
	identity->foreign_heard = true;
	memcpy(identity->foreign_mac, src, MAC_LEN);
	modem_identity_ignore(identity, src, MME_ERR_SOURCE_MAC, turn);
	return true;
}

void modem_identity_listen_anew(struct modem_identity *identity)
{
	identity->foreign_heard = false;
}

/* --- forgetting --- */

void modem_identity_forget(struct modem_identity *identity)
{
	identity->family = MODEM_AUTO;
	identity->identified = false;
	memset(identity->version, 0, sizeof(identity->version));
	identity->has_mac = false;
	memset(identity->mac, 0, MAC_LEN);
}

void modem_identity_forget_all(struct modem_identity *identity)
{
	modem_identity_forget(identity);
	modem_identity_end(identity);
	memset(&identity->said, 0, sizeof(identity->said));
	identity->unidentified_said = false;
}
