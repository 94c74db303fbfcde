/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The modem messages a second time, as message_fields.h has the others: every field with its place in struct modem_mme
 * and on the wire. The offsets are those of doc/protocol.md (from the first octet of the Ethernet frame, with the MMV the
 * message is sent with). Nothing here calls the codec.
 */
#ifndef HOMEPLUG_MME_TESTS_MODEM_FIELDS_H
#define HOMEPLUG_MME_TESTS_MODEM_FIELDS_H

#include "homeplug/mme/modem_mme.h"

/* The longest message: VS_SW_VER.CNF. */
#define MODEM_FRAME_MAX 297

enum modem_field_kind {
	MODEM_FIELD_OCTETS,     /* a number of one octet or a string of octets */
	MODEM_FIELD_LE16,       /* a uint16_t, little endian on the wire */
	MODEM_FIELD_TEXT,       /* a text; the wire has `size` octets of it, zeros after its end */
	MODEM_FIELD_TEXT_LENGTH /* one octet: the length of the text `member`, its NUL included */
};

struct modem_field {
	const char *name;
	enum modem_field_kind kind;
	size_t size;   /* octets on the wire */
	size_t member; /* offset in struct modem_mme */
	size_t wire;   /* offset in the frame */
	uint8_t value; /* of a field that says how much follows; 0: any */
};

struct modem_layout {
	const char *id;   /* "vs_sw_ver_cnf" */
	const char *name; /* "VS_SW_VER.CNF" */
	uint16_t mmtype;
	uint8_t mmv;
	const uint8_t *oui; /* NULL in a message of the standard */
	const struct modem_field *fields;
	size_t count;
	size_t len;      /* unpadded, of the message that modem_fill makes */
	size_t shortest; /* what a decoder must take */
};

/* By enum modem_message. */
extern const struct modem_layout modem_layouts[MODEM_MESSAGE_COUNT];

/* A message in which every octet of addresses and fields has a value of its own, but for what follows from
 * counts. */
void modem_fill(enum modem_message message, struct modem_mme *out);

/* Writes the unpadded frame by the table, reserved octets zero, with this MMV, and returns its length. */
size_t modem_frame(const struct modem_mme *in, uint8_t mmv, uint8_t frame[MODEM_FRAME_MAX + 2]);

/* The name of the first member in which a and b differ, NULL when they are the same. */
const char *modem_difference(const struct modem_mme *a, const struct modem_mme *b);

#endif
