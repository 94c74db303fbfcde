/* SPDX-License-Identifier: Apache-2.0 */
/* The frame codec against the examples in test-vectors/. */
#include "homeplug/mme/tests/mme_fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Frames written out by hand from doc/protocol.md. */
/* clang-format off */
#define ALL    {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
#define LOCAL  {0x00, 0xb0, 0x52, 0x00, 0x00, 0x01}
#define EV     {0x02, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5}
#define EVSE   {0x02, 0x11, 0x22, 0x33, 0x44, 0xaa}
#define MODEM  {0x02, 0x11, 0x22, 0x33, 0x44, 0xbb}
#define RUN_ID {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08}
#define NID    {0x00, 0x39, 0xf4, 0x5c, 0x3f, 0x6a, 0x02}
#define NMK    {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, \
		0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}
#define RND    {0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, \
		0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f}
/* 29 groups of 20 dB, 29 of 21 dB. */
#define TEN(db)  db, db, db, db, db, db, db, db, db, db
#define NINE(db) db, db, db, db, db, db, db, db, db
#define GROUPS   {TEN(20), TEN(20), NINE(20), TEN(21), TEN(21), NINE(21)}
/* clang-format on */

static const struct example {
	const char *file;
	size_t len; /* of the frame in the file */
	struct mme mme;
} examples[] = {
	{"slac_parm_req-example.hex",
	 60,
	 {.dst = ALL, .src = EV, .mmv = 1, .mmtype = CM_SLAC_PARM_REQ, .slac_parm_req = {.run_id = RUN_ID}}},
	{"slac_parm_cnf-example.hex",
	 60,
	 {.dst = EV,
	  .src = EVSE,
	  .mmv = 1,
	  .mmtype = CM_SLAC_PARM_CNF,
	  .slac_parm_cnf = {.m_sound_target = ALL,
			    .num_sounds = 10,
			    .time_out = 6,
			    .resp_type = 1,
			    .forwarding_sta = EV,
			    .run_id = RUN_ID}}},
	{"start_atten_char_ind-example.hex",
	 60,
	 {.dst = ALL,
	  .src = EV,
	  .mmv = 1,
	  .mmtype = CM_START_ATTEN_CHAR_IND,
	  .start_atten_char_ind =
		  {.num_sounds = 10, .time_out = 6, .resp_type = 1, .forwarding_sta = EV, .run_id = RUN_ID}}},
	{"mnbc_sound_ind-example.hex",
	 71,
	 {.dst = ALL,
	  .src = EV,
	  .mmv = 1,
	  .mmtype = CM_MNBC_SOUND_IND,
	  .mnbc_sound_ind = {.cnt = 9, .run_id = RUN_ID, .rnd = RND}}},
	{"atten_profile_ind-example.hex",
	 85,
	 {.dst = ALL,
	  .src = MODEM,
	  .mmv = 1,
	  .mmtype = CM_ATTEN_PROFILE_IND,
	  .atten_profile_ind = {.pev_mac = EV, .num_groups = 58, .aag_db = GROUPS}}},
	{"atten_char_ind-example.hex",
	 129,
	 {.dst = EV,
	  .src = EVSE,
	  .mmv = 1,
	  .mmtype = CM_ATTEN_CHAR_IND,
	  .atten_char_ind =
		  {.source_address = EV, .run_id = RUN_ID, .num_sounds = 10, .num_groups = 58, .aag_db = GROUPS}}},
	{"atten_char_rsp-example.hex",
	 70,
	 {.dst = EVSE,
	  .src = EV,
	  .mmv = 1,
	  .mmtype = CM_ATTEN_CHAR_RSP,
	  .atten_char_rsp = {.source_address = EV, .run_id = RUN_ID}}},
	{"validate_req-example.hex",
	 60,
	 {.dst = EVSE, .src = EV, .mmv = 1, .mmtype = CM_VALIDATE_REQ, .validate_req = {.result = VALIDATE_READY}}},
	{"validate_cnf-example.hex",
	 60,
	 {.dst = EV,
	  .src = EVSE,
	  .mmv = 1,
	  .mmtype = CM_VALIDATE_CNF,
	  .validate_cnf = {.result = VALIDATE_NOT_REQUIRED}}},
	{"slac_match_req-example.hex",
	 85,
	 {.dst = EVSE,
	  .src = EV,
	  .mmv = 1,
	  .mmtype = CM_SLAC_MATCH_REQ,
	  .slac_match_req = {.mvf_length = 62, .pev_mac = EV, .evse_mac = EVSE, .run_id = RUN_ID}}},
	{"slac_match_cnf-example.hex",
	 109,
	 {.dst = EV,
	  .src = EVSE,
	  .mmv = 1,
	  .mmtype = CM_SLAC_MATCH_CNF,
	  .slac_match_cnf =
		  {.mvf_length = 86, .pev_mac = EV, .evse_mac = EVSE, .run_id = RUN_ID, .nid = NID, .nmk = NMK}}},
	{"set_key_req-example.hex",
	 60,
	 {.dst = LOCAL,
	  .src = EVSE,
	  .mmv = 1,
	  .mmtype = CM_SET_KEY_REQ,
	  .set_key_req = {.key_type = 1, .pid = 4, .nid = NID, .new_eks = 1, .new_key = NMK}}},
	{"set_key_cnf-example.hex",
	 60,
	 {.dst = EVSE,
	  .src = MODEM,
	  .mmv = 1,
	  .mmtype = CM_SET_KEY_CNF,
	  .set_key_cnf = {.result = 1, .my_nonce = {0xde, 0xad, 0xbe, 0xef}, .pid = 4, .pmn = 0xff}}},
	{"get_key_req-example.hex",
	 60,
	 {.dst = LOCAL,
	  .src = EVSE,
	  .mmv = 1,
	  .mmtype = CM_GET_KEY_REQ,
	  .get_key_req = {.key_type = 1, .nid = NID, .my_nonce = {0xaa, 0xaa, 0xaa, 0xaa}, .pid = 4}}},
	/* An answer to the frame above, as long as modems send it. */
	{"get_key_cnf-example.hex",
	 425,
	 {.dst = EVSE,
	  .src = MODEM,
	  .mmv = 1,
	  .mmtype = CM_GET_KEY_CNF,
	  .get_key_cnf = {.result = GET_KEY_GRANTED,
			  .key_type = 1,
			  .my_nonce = {0xde, 0xad, 0xbe, 0xef},
			  .your_nonce = {0xaa, 0xaa, 0xaa, 0xaa},
			  .nid = NID,
			  .eks = 1,
			  .pid = 4,
			  .pmn = 0xff,
			  .key = NMK}}},
};

static void vector_path(const char *file, char *path, size_t size)
{
	const char *folder = getenv("SLACD_VECTORS");

	if (folder == NULL)
		fail_msg("SLACD_VECTORS does not name the folder test-vectors");
	snprintf(path, size, "%s/%s", folder, file);
}

/* Reads a hex file: lines of octets, lines that begin with # are comments. */
static size_t read_vector(const char *file, uint8_t frame[MME_FRAME_MAX])
{
	char path[4096], line[256];
	size_t len = 0;

	vector_path(file, path, sizeof(path));
	FILE *hex = fopen(path, "r");
	if (hex == NULL)
		fail_msg("%s cannot be opened", path);
	while (fgets(line, sizeof(line), hex) != NULL) {
		const char *rest = line;
		unsigned int octet;
		int used;

		while (line[0] != '#' && len < MME_FRAME_MAX && sscanf(rest, "%2x%n", &octet, &used) == 1) {
			frame[len++] = (uint8_t)octet;
			rest += used;
		}
	}
	fclose(hex);
	return len;
}

static void example_decodes_and_encodes_octet_for_octet(void **state)
{
	const struct example *example = *state;
	uint8_t frame[MME_FRAME_MAX], again[MME_FRAME_MAX];
	size_t again_len;
	struct mme got;

	size_t len = read_vector(example->file, frame);
	assert_int_equal(len, example->len);
	assert_error(decode_exact(frame, len, &got), MME_OK);
	assert_same_message(&got, &example->mme);
	assert_error(mme_encode(&example->mme, again, sizeof(again), &again_len), MME_OK);
	assert_true(again_len <= len);
	assert_memory_equal(again, frame, again_len);
	assert_true(octets_are_zero(frame + again_len, len - again_len));
	/* Only the modem's CM_GET_KEY.CNF is longer than its fields. */
	if (example->mme.mmtype != CM_GET_KEY_CNF)
		assert_int_equal(again_len, len);
}

static void every_message_has_an_example(void **state)
{
	(void)state;
	assert_int_equal(COUNT_OF(examples), MESSAGE_TYPES);
	for (size_t i = 0; i < MESSAGE_TYPES; i++) {
		size_t found = 0;

		for (size_t j = 0; j < COUNT_OF(examples); j++)
			found += examples[j].mme.mmtype == message_layouts[i].mmtype;
		assert_int_equal(found, 1);
	}
}

static bool is_example(const char *file)
{
	for (size_t i = 0; i < COUNT_OF(examples); i++)
		if (strcmp(examples[i].file, file) == 0)
			return true;
	return false;
}

static void every_example_file_is_tested_and_in_the_readme(void **state)
{
	static char readme[65536];
	char path[4096];
	size_t files = 0;

	(void)state;
	vector_path("README.md", path, sizeof(path));
	FILE *text = fopen(path, "r");
	assert_non_null(text);
	readme[fread(readme, 1, sizeof(readme) - 1, text)] = '\0';
	fclose(text);

	vector_path(".", path, sizeof(path));
	DIR *folder = opendir(path);
	assert_non_null(folder);
	for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
		if (strstr(entry->d_name, "-example.hex") == NULL)
			continue;
		files++;
		if (!is_example(entry->d_name))
			fail_msg("%s is not tested", entry->d_name);
		if (strstr(readme, entry->d_name) == NULL)
			fail_msg("%s is not in README.md", entry->d_name);
	}
	closedir(folder);
	assert_int_equal(files, COUNT_OF(examples));
}

int main(void)
{
	static const struct CMUnitTest per_example = cmocka_unit_test(example_decodes_and_encodes_octet_for_octet);
	static const struct CMUnitTest single_tests[] = {
		cmocka_unit_test(every_message_has_an_example),
		cmocka_unit_test(every_example_file_is_tested_and_in_the_readme),
	};
	struct CMUnitTest tests[COUNT_OF(examples) + COUNT_OF(single_tests)];

	for (size_t i = 0; i < COUNT_OF(examples); i++)
		tests[i] = test_of(message_layout(examples[i].mme.mmtype)->id, &per_example, &examples[i]);
	memcpy(tests + COUNT_OF(examples), single_tests, sizeof(single_tests));
	return cmocka_run_group_tests_name("mme_examples", tests, NULL, NULL);
}
