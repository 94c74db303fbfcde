/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints frames of each message type as the codec encodes them, with the value of every field, for
 * test_dissectors.py, which has other programs decode them:
 *
 *   message CM_SLAC_PARM.REQ distinct 6064 29 <frame>    name, values, MMTYPE, unpadded length, frame in hex
 *   field run_id 21 131415161718191a                     name, offset in the frame, octets in order
 *   number prn 29 1c1b                                   the same for a number of two or four, highest first
 *
 * Values are "distinct" (every octet another) and, where the message has one of these fields, "plain": the
 * same with application, security and signal type 0, as every real message has them. Messages of the modem
 * and CM_AMP_MAP come after the others.
 */
#include "homeplug/mme/amp_map.h"
#include "homeplug/mme/tests/message_fields.h"
#include "homeplug/mme/tests/modem_fields.h"

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

static void print_modem_field(const struct modem_field *field, const struct modem_mme *mme)
{
	const uint8_t *member = (const uint8_t *)mme + field->member;
	uint8_t octets[QUALCOMM_VERSION_SIZE] = {0};
	uint16_t number16;

	switch (field->kind) {
	case MODEM_FIELD_LE16:
		memcpy(&number16, member, sizeof(number16));
		printf("number %s %zu %04x\n", field->name, field->wire, number16);
		return;
	case MODEM_FIELD_TEXT_LENGTH:
		octets[0] = (uint8_t)(strlen((const char *)member) + 1);
		break;
	case MODEM_FIELD_TEXT:
	case MODEM_FIELD_OCTETS:
		memcpy(octets, member, field->size);
		break;
	}
	printf("field %s %zu ", field->name, field->wire);
	print_hex(octets, field->size);
}

static bool print_modem_message(enum modem_message message)
{
	const struct modem_layout *layout = &modem_layouts[message];
	uint8_t frame[MME_FRAME_MAX];
	struct modem_mme mme;
	size_t len;

	modem_fill(message, &mme);
	enum mme_error error = modem_mme_encode(&mme, frame, sizeof(frame), &len);
	if (error != MME_OK) {
		fprintf(stderr, "%s: %s\n", layout->name, mme_error_text(error));
		return false;
	}
	printf("message %s distinct %04x %zu ", layout->name, layout->mmtype, layout->len);
	print_hex(frame, len);
	for (size_t i = 0; i < layout->count; i++)
		print_modem_field(&layout->fields[i], &mme);
	return true;
}

static bool print_amp_map(const char *name, const struct amp_map_mme *mme, size_t unpadded)
{
	uint8_t frame[MME_FRAME_MAX];
	size_t len;
	enum mme_error error = amp_map_encode(mme, 0x0c, frame, sizeof(frame), &len);

	if (error != MME_OK) {
		fprintf(stderr, "%s: %s\n", name, mme_error_text(error));
		return false;
	}
	printf("message %s distinct %04x %zu ", name, mme->is_cnf ? CM_AMP_MAP_CNF : CM_AMP_MAP_REQ, unpadded);
	print_hex(frame, len);
	if (mme->is_cnf)
		printf("field result 19 %02x\n", mme->result);
	else
		printf("number carriers 19 %04x\n", mme->carriers);
	return true;
}

static bool print_amp_maps(void)
{
	const struct amp_map_mme req = {.dst = {0x02}, .src = {0x06}, .carriers = AMP_MAP_CARRIERS};
	const struct amp_map_mme cnf = {.dst = {0x06}, .src = {0x02}, .is_cnf = true, .result = AMP_MAP_FAILURE};
	const bool ok = print_amp_map("CM_AMP_MAP.REQ", &req, 480);

	return print_amp_map("CM_AMP_MAP.CNF", &cnf, 20) && ok;
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
	for (size_t i = 0; i < MODEM_MESSAGE_COUNT; i++)
		ok = print_modem_message((enum modem_message)i) && ok;
	ok = print_amp_maps() && ok;
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
