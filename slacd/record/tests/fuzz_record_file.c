/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any octets as a record. The first octet of the input chooses: the octets as they are, or a true record in which the
 * others are written over it (place, length, octets), so that the fuzzer need not guess the blocks.
 */
#include "slacd/outlet/outlet_state.h"
#include "slacd/record/record_file.h"
#include "slacd/record/tests/recorded_session.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct outlet outlet;

static bool read_line(void *context, const char *name, const char *value)
{
	(void)context;
	outlet_state_read(&outlet, name, value);
	return true;
}

static void read_all(const uint8_t *octets, size_t len)
{
	const struct outlet_config config = {0};
	struct record_file file;
	struct record_item item;
	enum record_read result;

	if (!record_file_open(&file, octets, len)) {
		if (file.error[0] == '\0')
			abort();
		return;
	}
	outlet_init(&outlet, &config, NULL, NULL);
	while ((result = record_file_next(&file, &item)) == RECORD_READ_ITEM) {
		char text[RECORD_TEXT_MAX];
		if (item.kind == RECORD_STATE)
			record_item_state(&item, read_line, NULL);
		if (item.kind == RECORD_INPUT)
			record_input_text(&item.input, text);
		if (item.len > MME_FRAME_MAX)
			abort();
	}
	if ((result == RECORD_READ_BAD) == (file.error[0] == '\0'))
		abort();
}

static const struct record_octets *true_record(void)
{
	static const uint8_t secret[RECORD_SECRET_LEN];
	static const struct record_about about = {.program = "slacd", .evse_id = "E", .state_version = 1};
	static struct recorded_session session;
	static struct record_octets octets;

	if (octets.octets == NULL) {
		recorded_session_open(&session, RECORD_MEMORY_MIN);
		recorded_session_play(&session);
		if (!record_file_build(&about, "{}", &session.ring, secret, &octets))
			abort();
		recorded_session_close(&session);
	}
	return &octets;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0 && data[0] % 2 == 0) {
		read_all(data + 1, size - 1);
		return 0;
	}
	const struct record_octets *record = true_record();
	uint8_t *octets = malloc(record->len);
	if (octets == NULL)
		return 0;
	memcpy(octets, record->octets, record->len);
	for (size_t at = 1; at + 4 < size;) {
		const size_t place = (size_t)(data[at] << 8 | data[at + 1]) * 3 % record->len;
		size_t len = data[at + 2] % 16;
		at += 3;
		len = len < size - at ? len : size - at;
		len = len < record->len - place ? len : record->len - place;
		memcpy(octets + place, data + at, len);
		at += len;
	}
	read_all(octets, record->len);
	free(octets);
	return 0;
}
