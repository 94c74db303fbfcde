/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints frames of each message type as the codec encodes them, with the value of every field, for
 * test_dissectors.py, which has other programs decode them:
 *
 *   message CM_SLAC_PARM.REQ distinct 6064 29 <frame>    name, values, MMTYPE, unpadded length, frame in hex
 *   field run_id 21 131415161718191a                     name, offset in the frame, octets in order
 *   number prn 29 1c1b                                   the same for a number of two octets, highest first
 *
 * Values are "distinct" (every octet another) and, where the message has one of these fields, "plain": the
 * same with application, security and signal type 0, as every real message has them.
 */
#include "homeplug/tests/message_fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_hex(const uint8_t *octets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("%02x", octets[i]);
	printf("\n");
}

static void print_field(const struct message_field *field, const struct mme *mme)
{
	const uint8_t *member = (const uint8_t *)mme + field->member;

	if (field->kind == FIELD_LE16) {
		uint16_t number;

		memcpy(&number, member, sizeof(number));
		printf("number %s %zu %04x\n", field->name, field->wire, number);
		return;
	}
	printf("field %s %zu ", field->name, field->wire);
	print_hex(member, field->size);
}

static bool is_a_type(const struct message_field *field)
{
	return strcmp(field->name, "application_type") == 0 || strcmp(field->name, "security_type") == 0 ||
	       strcmp(field->name, "signal_type") == 0;
}

static bool zero_the_types(const struct message_layout *layout, struct mme *mme)
{
	bool found = false;

	for (size_t i = 0; i < layout->count; i++) {
		if (!is_a_type(&layout->fields[i]))
			continue;
		*((uint8_t *)mme + layout->fields[i].member) = 0;
		found = true;
	}
	return found;
}

static bool print_message(const struct message_layout *layout, const struct mme *mme, const char *values)
{
	uint8_t frame[MME_FRAME_MAX];
	size_t len;
	enum mme_error error = mme_encode(mme, frame, sizeof(frame), &len);

	if (error != MME_OK) {
		fprintf(stderr, "%s: %s\n", layout->name, mme_error_text(error));
		return false;
	}
	printf("message %s %s %04x %zu ", layout->name, values, layout->mmtype, layout->len);
	print_hex(frame, len);
	for (size_t i = 0; i < layout->count; i++)
		print_field(&layout->fields[i], mme);
	return true;
}

int main(void)
{
	bool ok = true;

	for (size_t i = 0; i < MESSAGE_TYPES; i++) {
		struct mme mme;

		message_fill(&message_layouts[i], &mme);
		ok = print_message(&message_layouts[i], &mme, "distinct") && ok;
		if (zero_the_types(&message_layouts[i], &mme))
			ok = print_message(&message_layouts[i], &mme, "plain") && ok;
	}
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
