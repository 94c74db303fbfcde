/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/tests/modem_fields.h"

#include <stdio.h>
#include <string.h>

#define OUI_AT_MMV_0 17
#define OUI_AT_MMV_1 19

/* clang-format off */
#define SIZE_OF(message, field) sizeof(((struct modem_mme *)NULL)->message.field)
#define MEMBER(message, field)  offsetof(struct modem_mme, message.field)
#define OCTETS(message, field, at) \
	{#field, MODEM_FIELD_OCTETS, SIZE_OF(message, field), MEMBER(message, field), at, 0}
#define COUNT(message, field, at, value) \
	{#field, MODEM_FIELD_OCTETS, 1, MEMBER(message, field), at, value}
#define LE16(message, field, at) {#field, MODEM_FIELD_LE16, 2, MEMBER(message, field), at, 0}
#define TEXT(message, field, at, size)  {#field, MODEM_FIELD_TEXT, size, MEMBER(message, field), at, 0}
/* An element of an array, under a name of its own. */
#define PART(name, kind, size, message, field, at) {name, kind, size, MEMBER(message, field), at, 0}

#define STATION(n) \
	PART("mac_" #n, MODEM_FIELD_OCTETS, 6, nw_stats_cnf, stations[n].mac, 20 + 8 * n), \
	PART("avg_phydr_tx_" #n, MODEM_FIELD_OCTETS, 1, nw_stats_cnf, stations[n].avg_phydr_tx, 26 + 8 * n), \
	PART("avg_phydr_rx_" #n, MODEM_FIELD_OCTETS, 1, nw_stats_cnf, stations[n].avg_phydr_rx, 27 + 8 * n)

static const struct modem_field nw_stats_cnf[] = {
	COUNT(nw_stats_cnf, num_stas, 19, NW_STATS_STATIONS),
	STATION(0), STATION(1), STATION(2), STATION(3), STATION(4), STATION(5), STATION(6), STATION(7),
};

static const struct modem_field vs_sw_ver_cnf[] = {
	OCTETS(vs_sw_ver_cnf, mstatus, 20),
	OCTETS(vs_sw_ver_cnf, device_id, 21),
	PART("length", MODEM_FIELD_TEXT_LENGTH, 1, vs_sw_ver_cnf, version, 22),
	TEXT(vs_sw_ver_cnf, version, 23, 40),
};

static const struct modem_field vs_rs_dev_cnf[] = {
	OCTETS(vs_rs_dev_cnf, mstatus, 20),
};

static const struct modem_field vs_pl_lnk_status_cnf[] = {
	OCTETS(vs_pl_lnk_status_cnf, mstatus, 20),
	OCTETS(vs_pl_lnk_status_cnf, link_status, 21),
};

static const struct modem_field vs_hst_action_ind[] = {
	OCTETS(vs_hst_action, action, 20),
	OCTETS(vs_hst_action, session_id, 21),
	LE16(vs_hst_action, retries, 22),
};

static const struct modem_field vs_hst_action_rsp[] = {
	OCTETS(vs_hst_action, status, 20),
	OCTETS(vs_hst_action, action, 21),
	OCTETS(vs_hst_action, session_id, 22),
	LE16(vs_hst_action, retries, 23),
};

static const struct modem_field vs_atten_char_ind[] = {
	OCTETS(vs_atten_char_ind, pev_mac, 20),
	COUNT(vs_atten_char_ind, num_groups, 26, SLAC_GROUPS),
	OCTETS(vs_atten_char_ind, carriers_per_group, 28),
	OCTETS(vs_atten_char_ind, aag_db, 36),
};

static const struct modem_field nscm_request[] = {
	OCTETS(nscm_request, request_id, 28),
};

static const struct modem_field nscm_get_version_cnf[] = {
	OCTETS(nscm_get_version_cnf, request_id, 28),
	PART("major", MODEM_FIELD_LE16, 2, nscm_get_version_cnf, version[0], 41),
	PART("minor", MODEM_FIELD_LE16, 2, nscm_get_version_cnf, version[1], 43),
	PART("sub", MODEM_FIELD_LE16, 2, nscm_get_version_cnf, version[2], 45),
	PART("build", MODEM_FIELD_LE16, 2, nscm_get_version_cnf, version[3], 47),
	PART("patch", MODEM_FIELD_LE16, 2, nscm_get_version_cnf, version[4], 49),
};

static const struct modem_field nscm_reset_device_req[] = {
	OCTETS(nscm_reset_device_req, request_id, 28),
	OCTETS(nscm_reset_device_req, mode, 41),
};

static const struct modem_field nscm_get_d_link_status_cnf[] = {
	OCTETS(nscm_link_status, request_id, 28),
	OCTETS(nscm_link_status, link, 41),
};

static const struct modem_field nscm_d_link_ready_ind[] = {
	OCTETS(nscm_link_status, link, 22),
};

static const uint8_t qualcomm_oui[OUI_LEN] = {0x00, 0xb0, 0x52};
static const uint8_t lumissil_oui[OUI_LEN] = {0x00, 0x16, 0xe8};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define STANDARD  1, NULL
#define QUALCOMM  0, qualcomm_oui
#define LUMISSIL  1, lumissil_oui
#define NO_FIELDS NULL, 0
#define FIELDS(table) table, COUNT_OF(table)

const struct modem_layout modem_layouts[MODEM_MESSAGE_COUNT] = {
	[MODEM_NW_STATS_REQ] =
		{"nw_stats_req", "CM_NW_STATS.REQ", 0x6048, STANDARD, NO_FIELDS, 19, 19},
	[MODEM_NW_STATS_CNF] =
		{"nw_stats_cnf", "CM_NW_STATS.CNF", 0x6049, STANDARD, FIELDS(nw_stats_cnf), 84, 84},
	[MODEM_VS_SW_VER_REQ] =
		{"vs_sw_ver_req", "VS_SW_VER.REQ", 0xa000, QUALCOMM, NO_FIELDS, 20, 20},
	/* The text is all of it that is needed; modems send more. */
	[MODEM_VS_SW_VER_CNF] =
		{"vs_sw_ver_cnf", "VS_SW_VER.CNF", 0xa001, QUALCOMM, FIELDS(vs_sw_ver_cnf), 297, 63},
	[MODEM_VS_RS_DEV_REQ] =
		{"vs_rs_dev_req", "VS_RS_DEV.REQ", 0xa01c, QUALCOMM, NO_FIELDS, 20, 20},
	[MODEM_VS_RS_DEV_CNF] =
		{"vs_rs_dev_cnf", "VS_RS_DEV.CNF", 0xa01d, QUALCOMM, FIELDS(vs_rs_dev_cnf), 21, 21},
	[MODEM_VS_PL_LNK_STATUS_REQ] =
		{"vs_pl_lnk_status_req", "VS_PL_LNK_STATUS.REQ", 0xa0b8, QUALCOMM, NO_FIELDS, 20, 20},
	[MODEM_VS_PL_LNK_STATUS_CNF] =
		{"vs_pl_lnk_status_cnf", "VS_PL_LNK_STATUS.CNF", 0xa0b9, QUALCOMM, FIELDS(vs_pl_lnk_status_cnf),
		 22, 22},
	/* Older firmware and hosts end after the first octet, or after some of the others. */
	[MODEM_VS_HST_ACTION_IND] =
		{"vs_hst_action_ind", "VS_HST_ACTION.IND", 0xa062, QUALCOMM, FIELDS(vs_hst_action_ind), 24, 21},
	[MODEM_VS_HST_ACTION_RSP] =
		{"vs_hst_action_rsp", "VS_HST_ACTION.RSP", 0xa063, QUALCOMM, FIELDS(vs_hst_action_rsp), 25, 21},
	[MODEM_VS_ATTEN_CHAR_IND] =
		{"vs_atten_char_ind", "VS_ATTEN_CHAR.IND", 0xa14e, QUALCOMM, FIELDS(vs_atten_char_ind), 94, 94},
	[MODEM_NSCM_GET_VERSION_REQ] =
		{"nscm_get_version_req", "NSCM_GET_VERSION.REQ", 0xac6c, LUMISSIL, FIELDS(nscm_request), 41, 41},
	[MODEM_NSCM_GET_VERSION_CNF] =
		{"nscm_get_version_cnf", "NSCM_GET_VERSION.CNF", 0xac6d, LUMISSIL, FIELDS(nscm_get_version_cnf),
		 51, 51},
	[MODEM_NSCM_RESET_DEVICE_REQ] =
		{"nscm_reset_device_req", "NSCM_RESET_DEVICE.REQ", 0xac70, LUMISSIL,
		 FIELDS(nscm_reset_device_req), 42, 42},
	[MODEM_NSCM_GET_D_LINK_STATUS_REQ] =
		{"nscm_get_d_link_status_req", "NSCM_GET_D_LINK_STATUS.REQ", 0xac9c, LUMISSIL,
		 FIELDS(nscm_request), 41, 41},
	[MODEM_NSCM_GET_D_LINK_STATUS_CNF] =
		{"nscm_get_d_link_status_cnf", "NSCM_GET_D_LINK_STATUS.CNF", 0xac9d, LUMISSIL,
		 FIELDS(nscm_get_d_link_status_cnf), 42, 42},
	[MODEM_NSCM_D_LINK_READY_IND] =
		{"nscm_d_link_ready_ind", "NSCM_D_LINK_READY.IND", 0xa002, LUMISSIL,
		 FIELDS(nscm_d_link_ready_ind), 23, 23},
};
/* clang-format on */

static void fill_field(const struct modem_field *field, uint8_t *member, uint8_t *next)
{
	if (field->kind == MODEM_FIELD_TEXT_LENGTH)
		return;
	if (field->kind == MODEM_FIELD_TEXT) {
		/* as modems name themselves, as far as the field goes */
		snprintf((char *)member, field->size + 1, "%cAC-QCA7000-1.1.0.727-02-20130826-FINAL", 'A' + *next % 26);
		*next = (uint8_t)(*next + 1);
		return;
	}
	for (size_t i = 0; i < field->size; i++)
		member[i] = (*next)++;
	if (field->value != 0)
		*member = field->value;
}

void modem_fill(enum modem_message message, struct modem_mme *out)
{
	const struct modem_layout *layout = &modem_layouts[message];
	uint8_t next = 0x11;

	memset(out, 0, sizeof(*out));
	/* Unicast, locally administered, as the host's addresses are. */
	memcpy(out->dst, (const uint8_t[MAC_LEN]){0x02, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5}, MAC_LEN);
	memcpy(out->src, (const uint8_t[MAC_LEN]){0x06, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5}, MAC_LEN);
	out->message = message;
	for (size_t i = 0; i < layout->count; i++)
		fill_field(&layout->fields[i], (uint8_t *)out + layout->fields[i].member, &next);
}

static void write_field(const struct modem_field *field, const uint8_t *member, uint8_t *at)
{
	uint16_t number16;

	switch (field->kind) {
	case MODEM_FIELD_OCTETS:
		memcpy(at, member, field->size);
		break;
	case MODEM_FIELD_LE16:
		memcpy(&number16, member, sizeof(number16));
		for (size_t i = 0; i < 2; i++)
			at[i] = (uint8_t)(number16 >> 8 * i);
		break;
	case MODEM_FIELD_TEXT:
		memcpy(at, member, strnlen((const char *)member, field->size));
		break;
	case MODEM_FIELD_TEXT_LENGTH:
		*at = (uint8_t)(strlen((const char *)member) + 1);
		break;
	}
}

size_t modem_frame(const struct modem_mme *in, uint8_t mmv, uint8_t frame[MODEM_FRAME_MAX + 2])
{
	const struct modem_layout *layout = &modem_layouts[in->message];
	const size_t own_start = layout->mmv == 0 ? OUI_AT_MMV_0 : OUI_AT_MMV_1;
	const size_t start = mmv == 0 ? OUI_AT_MMV_0 : OUI_AT_MMV_1;

	memset(frame, 0, MODEM_FRAME_MAX + 2);
	memcpy(frame, in->dst, MAC_LEN);
	memcpy(frame + 6, in->src, MAC_LEN);
	frame[12] = 0x88;
	frame[13] = 0xe1;
	frame[14] = mmv;
	frame[15] = (uint8_t)(layout->mmtype & 0xff);
	frame[16] = (uint8_t)(layout->mmtype >> 8);
	if (layout->oui != NULL)
		memcpy(frame + start, layout->oui, OUI_LEN);
	for (size_t i = 0; i < layout->count; i++) {
		const struct modem_field *field = &layout->fields[i];

		write_field(field, (const uint8_t *)in + field->member, frame + field->wire + start - own_start);
	}
	return layout->len + start - own_start;
}

static size_t member_size(const struct modem_field *field, const void *member)
{
	if (field->kind == MODEM_FIELD_TEXT || field->kind == MODEM_FIELD_TEXT_LENGTH)
		return strlen(member) + 1;
	return field->size;
}

const char *modem_difference(const struct modem_mme *a, const struct modem_mme *b)
{
	const struct modem_layout *layout = &modem_layouts[a->message];

	if (!mac_equal(a->dst, b->dst))
		return "dst";
	if (!mac_equal(a->src, b->src))
		return "src";
	if (a->message != b->message)
		return "message";
	for (size_t i = 0; i < layout->count; i++) {
		const struct modem_field *field = &layout->fields[i];
		const uint8_t *of_a = (const uint8_t *)a + field->member;
		const uint8_t *of_b = (const uint8_t *)b + field->member;

		if (memcmp(of_a, of_b, member_size(field, of_a)) != 0)
			return field->name;
	}
	return NULL;
}
