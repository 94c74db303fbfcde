/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/tests/message_fields.h"

#include <string.h>

/* clang-format off */
#define SIZE_OF(message, field)    sizeof(((struct mme *)NULL)->message.field)
#define PLACE(kind, message, field, at) \
	{#field, kind, SIZE_OF(message, field), offsetof(struct mme, message.field), at}
#define OCTETS(message, field, at) PLACE(FIELD_OCTETS, message, field, at)
#define LE16(message, field, at)   PLACE(FIELD_LE16, message, field, at)
#define NUM_GROUPS(message, at)    PLACE(FIELD_NUM_GROUPS, message, num_groups, at)
#define GROUPS(message, at)        PLACE(FIELD_GROUPS, message, aag_db, at)

static const struct message_field set_key_req[] = {
	OCTETS(set_key_req, key_type, 19),
	OCTETS(set_key_req, my_nonce, 20),
	OCTETS(set_key_req, your_nonce, 24),
	OCTETS(set_key_req, pid, 28),
	LE16(set_key_req, prn, 29),
	OCTETS(set_key_req, pmn, 31),
	OCTETS(set_key_req, cco_capability, 32),
	OCTETS(set_key_req, nid, 33),
	OCTETS(set_key_req, new_eks, 40),
	OCTETS(set_key_req, new_key, 41),
};

static const struct message_field set_key_cnf[] = {
	OCTETS(set_key_cnf, result, 19),
	OCTETS(set_key_cnf, my_nonce, 20),
	OCTETS(set_key_cnf, your_nonce, 24),
	OCTETS(set_key_cnf, pid, 28),
	LE16(set_key_cnf, prn, 29),
	OCTETS(set_key_cnf, pmn, 31),
	OCTETS(set_key_cnf, cco_capability, 32),
};

static const struct message_field get_key_req[] = {
	OCTETS(get_key_req, request_type, 19),
	OCTETS(get_key_req, key_type, 20),
	OCTETS(get_key_req, nid, 21),
	OCTETS(get_key_req, my_nonce, 28),
	OCTETS(get_key_req, pid, 32),
	LE16(get_key_req, prn, 33),
	OCTETS(get_key_req, pmn, 35),
};

static const struct message_field get_key_cnf[] = {
	OCTETS(get_key_cnf, result, 19),
	OCTETS(get_key_cnf, key_type, 20),
	OCTETS(get_key_cnf, my_nonce, 21),
	OCTETS(get_key_cnf, your_nonce, 25),
	OCTETS(get_key_cnf, nid, 29),
	OCTETS(get_key_cnf, eks, 36),
	OCTETS(get_key_cnf, pid, 37),
	LE16(get_key_cnf, prn, 38),
	OCTETS(get_key_cnf, pmn, 40),
	OCTETS(get_key_cnf, key, 41),
};

static const struct message_field slac_parm_req[] = {
	OCTETS(slac_parm_req, application_type, 19),
	OCTETS(slac_parm_req, security_type, 20),
	OCTETS(slac_parm_req, run_id, 21),
};

static const struct message_field slac_parm_cnf[] = {
	OCTETS(slac_parm_cnf, m_sound_target, 19),
	OCTETS(slac_parm_cnf, num_sounds, 25),
	OCTETS(slac_parm_cnf, time_out, 26),
	OCTETS(slac_parm_cnf, resp_type, 27),
	OCTETS(slac_parm_cnf, forwarding_sta, 28),
	OCTETS(slac_parm_cnf, application_type, 34),
	OCTETS(slac_parm_cnf, security_type, 35),
	OCTETS(slac_parm_cnf, run_id, 36),
};

static const struct message_field start_atten_char_ind[] = {
	OCTETS(start_atten_char_ind, application_type, 19),
	OCTETS(start_atten_char_ind, security_type, 20),
	OCTETS(start_atten_char_ind, num_sounds, 21),
	OCTETS(start_atten_char_ind, time_out, 22),
	OCTETS(start_atten_char_ind, resp_type, 23),
	OCTETS(start_atten_char_ind, forwarding_sta, 24),
	OCTETS(start_atten_char_ind, run_id, 30),
};

static const struct message_field atten_char_ind[] = {
	OCTETS(atten_char_ind, application_type, 19),
	OCTETS(atten_char_ind, security_type, 20),
	OCTETS(atten_char_ind, source_address, 21),
	OCTETS(atten_char_ind, run_id, 27),
	OCTETS(atten_char_ind, source_id, 35),
	OCTETS(atten_char_ind, resp_id, 52),
	OCTETS(atten_char_ind, num_sounds, 69),
	NUM_GROUPS(atten_char_ind, 70),
	GROUPS(atten_char_ind, 71),
};

static const struct message_field atten_char_rsp[] = {
	OCTETS(atten_char_rsp, application_type, 19),
	OCTETS(atten_char_rsp, security_type, 20),
	OCTETS(atten_char_rsp, source_address, 21),
	OCTETS(atten_char_rsp, run_id, 27),
	OCTETS(atten_char_rsp, source_id, 35),
	OCTETS(atten_char_rsp, resp_id, 52),
	OCTETS(atten_char_rsp, result, 69),
};

static const struct message_field mnbc_sound_ind[] = {
	OCTETS(mnbc_sound_ind, application_type, 19),
	OCTETS(mnbc_sound_ind, security_type, 20),
	OCTETS(mnbc_sound_ind, sender_id, 21),
	OCTETS(mnbc_sound_ind, cnt, 38),
	OCTETS(mnbc_sound_ind, run_id, 39),
	OCTETS(mnbc_sound_ind, rnd, 55),
};

static const struct message_field validate_req[] = {
	OCTETS(validate_req, signal_type, 19),
	OCTETS(validate_req, timer, 20),
	OCTETS(validate_req, result, 21),
};

static const struct message_field validate_cnf[] = {
	OCTETS(validate_cnf, signal_type, 19),
	OCTETS(validate_cnf, toggle_num, 20),
	OCTETS(validate_cnf, result, 21),
};

static const struct message_field slac_match_req[] = {
	OCTETS(slac_match_req, application_type, 19),
	OCTETS(slac_match_req, security_type, 20),
	LE16(slac_match_req, mvf_length, 21),
	OCTETS(slac_match_req, pev_id, 23),
	OCTETS(slac_match_req, pev_mac, 40),
	OCTETS(slac_match_req, evse_id, 46),
	OCTETS(slac_match_req, evse_mac, 63),
	OCTETS(slac_match_req, run_id, 69),
};

static const struct message_field slac_match_cnf[] = {
	OCTETS(slac_match_cnf, application_type, 19),
	OCTETS(slac_match_cnf, security_type, 20),
	LE16(slac_match_cnf, mvf_length, 21),
	OCTETS(slac_match_cnf, pev_id, 23),
	OCTETS(slac_match_cnf, pev_mac, 40),
	OCTETS(slac_match_cnf, evse_id, 46),
	OCTETS(slac_match_cnf, evse_mac, 63),
	OCTETS(slac_match_cnf, run_id, 69),
	OCTETS(slac_match_cnf, nid, 85),
	OCTETS(slac_match_cnf, nmk, 93),
};

static const struct message_field atten_profile_ind[] = {
	OCTETS(atten_profile_ind, pev_mac, 19),
	NUM_GROUPS(atten_profile_ind, 25),
	GROUPS(atten_profile_ind, 27),
};

#define LAYOUT(type, id, name, len) {type, #id, name, id, sizeof(id) / sizeof(id[0]), len}

const struct message_layout message_layouts[MESSAGE_TYPES] = {
	LAYOUT(0x6008, set_key_req, "CM_SET_KEY.REQ", 57),
	LAYOUT(0x6009, set_key_cnf, "CM_SET_KEY.CNF", 33),
	LAYOUT(0x600c, get_key_req, "CM_GET_KEY.REQ", 36),
	LAYOUT(0x600d, get_key_cnf, "CM_GET_KEY.CNF", 57),
	LAYOUT(0x6064, slac_parm_req, "CM_SLAC_PARM.REQ", 29),
	LAYOUT(0x6065, slac_parm_cnf, "CM_SLAC_PARM.CNF", 44),
	LAYOUT(0x606a, start_atten_char_ind, "CM_START_ATTEN_CHAR.IND", 38),
	LAYOUT(0x606e, atten_char_ind, "CM_ATTEN_CHAR.IND", 129),
	LAYOUT(0x606f, atten_char_rsp, "CM_ATTEN_CHAR.RSP", 70),
	LAYOUT(0x6076, mnbc_sound_ind, "CM_MNBC_SOUND.IND", 71),
	LAYOUT(0x6078, validate_req, "CM_VALIDATE.REQ", 22),
	LAYOUT(0x6079, validate_cnf, "CM_VALIDATE.CNF", 22),
	LAYOUT(0x607c, slac_match_req, "CM_SLAC_MATCH.REQ", 85),
	LAYOUT(0x607d, slac_match_cnf, "CM_SLAC_MATCH.CNF", 109),
	LAYOUT(0x6086, atten_profile_ind, "CM_ATTEN_PROFILE.IND", 85),
};
/* clang-format on */

const struct message_layout *message_layout(uint16_t mmtype)
{
	for (size_t i = 0; i < MESSAGE_TYPES; i++)
		if (message_layouts[i].mmtype == mmtype)
			return &message_layouts[i];
	return NULL;
}

/* Counts up and leaves out the number of groups, which is given. */
static void fill(uint8_t *octets, size_t n, uint8_t *next)
{
	for (size_t i = 0; i < n; i++) {
		if (*next == SLAC_GROUPS)
			++*next;
		octets[i] = (*next)++;
	}
}

void message_fill(const struct message_layout *layout, struct mme *out)
{
	uint8_t next = 0x11;

	memset(out, 0, sizeof(*out));
	/* Unicast, locally administered, as the host's addresses are. */
	memcpy(out->dst, (const uint8_t[MAC_LEN]){0x02, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5}, MAC_LEN);
	memcpy(out->src, (const uint8_t[MAC_LEN]){0x06, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5}, MAC_LEN);
	out->mmv = MME_MMV_1_1;
	out->mmtype = layout->mmtype;
	for (size_t i = 0; i < layout->count; i++) {
		const struct message_field *field = &layout->fields[i];
		uint8_t *member = (uint8_t *)out + field->member;

		if (field->kind == FIELD_NUM_GROUPS)
			*member = SLAC_GROUPS;
		else
			fill(member, field->size, &next);
	}
}

size_t message_frame(const struct mme *in, uint8_t frame[MESSAGE_MAX])
{
	const struct message_layout *layout = message_layout(in->mmtype);
	size_t len = layout->len;
	size_t groups = 0;

	memset(frame, 0, MESSAGE_MAX);
	memcpy(frame, in->dst, MAC_LEN);
	memcpy(frame + 6, in->src, MAC_LEN);
	frame[12] = 0x88;
	frame[13] = 0xe1;
	frame[14] = 0x01;
	frame[15] = (uint8_t)(in->mmtype & 0xff);
	frame[16] = (uint8_t)(in->mmtype >> 8);
	for (size_t i = 0; i < layout->count; i++) {
		const struct message_field *field = &layout->fields[i];
		const uint8_t *member = (const uint8_t *)in + field->member;
		uint16_t number;

		switch (field->kind) {
		case FIELD_LE16:
			memcpy(&number, member, sizeof(number));
			frame[field->wire] = (uint8_t)(number & 0xff);
			frame[field->wire + 1] = (uint8_t)(number >> 8);
			break;
		case FIELD_NUM_GROUPS:
			groups = *member;
			frame[field->wire] = *member;
			break;
		case FIELD_GROUPS:
			memcpy(frame + field->wire, member, groups);
			len = field->wire + groups;
			break;
		case FIELD_OCTETS:
			memcpy(frame + field->wire, member, field->size);
			break;
		}
	}
	return len;
}

const char *message_difference(const struct mme *a, const struct mme *b)
{
	const struct message_layout *layout = message_layout(a->mmtype);

	if (!mac_equal(a->dst, b->dst))
		return "dst";
	if (!mac_equal(a->src, b->src))
		return "src";
	if (a->mmv != b->mmv)
		return "mmv";
	if (a->mmtype != b->mmtype)
		return "mmtype";
	for (size_t i = 0; layout != NULL && i < layout->count; i++) {
		const struct message_field *field = &layout->fields[i];

		if (memcmp((const uint8_t *)a + field->member, (const uint8_t *)b + field->member, field->size) != 0)
			return field->name;
	}
	return NULL;
}
