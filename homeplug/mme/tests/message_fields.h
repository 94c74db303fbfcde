/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The messages of the codec a second time, as tables for the tests: every field with its place in struct mme and its
 * place on the wire. The offsets are those of doc/protocol.md (from the first octet of the Ethernet frame). Nothing
 * here calls the codec, so that a test that holds the two against each other compares the code with the document.
 */
#ifndef HOMEPLUG_MME_TESTS_MESSAGE_FIELDS_H
#define HOMEPLUG_MME_TESTS_MESSAGE_FIELDS_H

#include "homeplug/mme/mme.h"

#define MESSAGE_TYPES 15
/* The longest message: CM_ATTEN_CHAR.IND with 58 groups. */
#define MESSAGE_MAX 129

enum field_kind {
	FIELD_OCTETS,     /* a number of one octet or a string of octets */
	FIELD_LE16,       /* a uint16_t, little endian on the wire */
	FIELD_NUM_GROUPS, /* one octet: how many octets FIELD_GROUPS has on the wire */
	FIELD_GROUPS      /* 58 octets in struct mme, the last field */
};

struct message_field {
	const char *name;
	enum field_kind kind;
	size_t size;   /* octets, in the struct and on the wire */
	size_t member; /* offset in struct mme */
	size_t wire;   /* offset in the frame */
};

struct message_layout {
	uint16_t mmtype;
	const char *id;   /* "slac_parm_req" */
	const char *name; /* "CM_SLAC_PARM.REQ" */
	const struct message_field *fields;
	size_t count;
	size_t len; /* unpadded, with 58 groups where there are groups */
};

extern const struct message_layout message_layouts[MESSAGE_TYPES];

/* The layout of a type, NULL for an unknown one. */
const struct message_layout *message_layout(uint16_t mmtype);

/* A message in which every octet of addresses and fields has a value of its own, none zero; 58 groups. */
void message_fill(const struct message_layout *layout, struct mme *out);

/* Writes the unpadded frame by the table, reserved octets zero, and returns its length. */
size_t message_frame(const struct mme *in, uint8_t frame[MESSAGE_MAX]);

/* The name of the first header member or field in which a and b differ, NULL when they are the same. */
const char *message_difference(const struct mme *a, const struct mme *b);

#endif
