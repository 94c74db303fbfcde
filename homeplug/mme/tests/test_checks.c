/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The *_check functions, each from one table: which fields it looks at, in which order, what is right, and
 * which error a wrong value gives. Whatever is not in the table must not matter.
 */
#include "homeplug/mme/tests/message_fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const uint8_t zeros[SLAC_ID_LEN];
static const uint8_t ev_mac[MAC_LEN] = {0x02, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5};
static const uint8_t evse_mac[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x44, 0xaa};
static const uint8_t run_id[RUN_ID_LEN] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08};
static const uint8_t my_nonce[NONCE_LEN] = {0x51, 0x62, 0x73, 0x84};
static const uint8_t one = 1;
static const uint8_t four = 4;
static const uint8_t six = 6;
static const uint8_t ten = 10;
static const uint8_t all_groups = 58;
static const uint16_t req_mvf_length = 62;
static const uint16_t cnf_mvf_length = 86;

enum wrong {
	ANY_OTHER, /* every value but the right one is wrong */
	ONLY_ZERO  /* every value but zero is right */
};

struct rule {
	const char *field;
	enum mme_error error;
	const void *right;
	enum wrong wrong;
};

struct check {
	const char *name;
	uint16_t mmtype;
	enum mme_error (*run)(const struct mme *mme);
	struct rule rules[8]; /* in the order of the checks, ended by a rule without field */
};

static enum mme_error check_slac_parm_req(const struct mme *mme)
{
	return slac_parm_req_check(&mme->slac_parm_req);
}

static enum mme_error check_slac_parm_cnf(const struct mme *mme)
{
	return slac_parm_cnf_check(&mme->slac_parm_cnf, run_id);
}

static enum mme_error check_start_exact(const struct mme *mme)
{
	return start_atten_char_ind_check(&mme->start_atten_char_ind, run_id, true);
}

static enum mme_error check_start_tolerant(const struct mme *mme)
{
	return start_atten_char_ind_check(&mme->start_atten_char_ind, run_id, false);
}

static enum mme_error check_mnbc_sound_ind(const struct mme *mme)
{
	return mnbc_sound_ind_check(&mme->mnbc_sound_ind, run_id);
}

static enum mme_error check_atten_profile_ind(const struct mme *mme)
{
	return atten_profile_ind_check(&mme->atten_profile_ind, ev_mac);
}

static enum mme_error check_atten_char_ind(const struct mme *mme)
{
	return atten_char_ind_check(&mme->atten_char_ind, ev_mac, run_id);
}

static enum mme_error check_atten_char_rsp(const struct mme *mme)
{
	return atten_char_rsp_check(&mme->atten_char_rsp, ev_mac, run_id);
}

static enum mme_error check_match_req_strict(const struct mme *mme)
{
	return slac_match_req_check(&mme->slac_match_req, ev_mac, evse_mac, run_id, false);
}

static enum mme_error check_match_req_any_ids(const struct mme *mme)
{
	return slac_match_req_check(&mme->slac_match_req, ev_mac, evse_mac, run_id, true);
}

static enum mme_error check_slac_match_cnf(const struct mme *mme)
{
	return slac_match_cnf_check(&mme->slac_match_cnf, ev_mac, evse_mac, run_id);
}

static enum mme_error check_validate_req(const struct mme *mme)
{
	return validate_req_check(&mme->validate_req);
}

static enum mme_error check_set_key_req(const struct mme *mme)
{
	return set_key_req_check(&mme->set_key_req);
}

static enum mme_error check_set_key_cnf(const struct mme *mme)
{
	return set_key_cnf_check(&mme->set_key_cnf, my_nonce);
}

static enum mme_error check_get_key_cnf(const struct mme *mme)
{
	return get_key_cnf_check(&mme->get_key_cnf, my_nonce);
}

/* clang-format off */
#define APPLICATION_TYPE {"application_type", MME_ERR_APPLICATION_TYPE, zeros, ANY_OTHER}
#define SECURITY_TYPE    {"security_type", MME_ERR_SECURITY_TYPE, zeros, ANY_OTHER}
#define THIS_RUN_ID      {"run_id", MME_ERR_RUN_ID, run_id, ANY_OTHER}
/* clang-format on */

static const struct check checks[] = {
	{"slac_parm_req", CM_SLAC_PARM_REQ, check_slac_parm_req, {APPLICATION_TYPE, SECURITY_TYPE}},
	{"slac_parm_cnf", CM_SLAC_PARM_CNF, check_slac_parm_cnf, {APPLICATION_TYPE, SECURITY_TYPE, THIS_RUN_ID}},
	{"start_atten_char_ind_with_exact_counts",
	 CM_START_ATTEN_CHAR_IND,
	 check_start_exact,
	 {APPLICATION_TYPE,
	  SECURITY_TYPE,
	  {"num_sounds", MME_ERR_NUM_SOUNDS, &ten, ANY_OTHER},
	  {"time_out", MME_ERR_TIME_OUT, &six, ANY_OTHER},
	  {"resp_type", MME_ERR_RESP_TYPE, &one, ANY_OTHER},
	  THIS_RUN_ID}},
	{"start_atten_char_ind_with_any_counts",
	 CM_START_ATTEN_CHAR_IND,
	 check_start_tolerant,
	 {APPLICATION_TYPE,
	  SECURITY_TYPE,
	  {"num_sounds", MME_ERR_NUM_SOUNDS, &ten, ONLY_ZERO},
	  {"time_out", MME_ERR_TIME_OUT, &ten, ONLY_ZERO},
	  {"resp_type", MME_ERR_RESP_TYPE, &one, ANY_OTHER},
	  THIS_RUN_ID}},
	{"mnbc_sound_ind", CM_MNBC_SOUND_IND, check_mnbc_sound_ind, {APPLICATION_TYPE, SECURITY_TYPE, THIS_RUN_ID}},
	{"atten_profile_ind",
	 CM_ATTEN_PROFILE_IND,
	 check_atten_profile_ind,
	 {{"pev_mac", MME_ERR_PEV_MAC, ev_mac, ANY_OTHER},
	  {"num_groups", MME_ERR_GROUPS_MISSING, &all_groups, ANY_OTHER}}},
	{"atten_char_ind",
	 CM_ATTEN_CHAR_IND,
	 check_atten_char_ind,
	 {APPLICATION_TYPE,
	  SECURITY_TYPE,
	  {"source_address", MME_ERR_SOURCE_ADDRESS, ev_mac, ANY_OTHER},
	  THIS_RUN_ID,
	  {"num_groups", MME_ERR_GROUPS_MISSING, &all_groups, ANY_OTHER}}},
	{"atten_char_rsp",
	 CM_ATTEN_CHAR_RSP,
	 check_atten_char_rsp,
	 {APPLICATION_TYPE,
	  SECURITY_TYPE,
	  {"source_address", MME_ERR_SOURCE_ADDRESS, ev_mac, ANY_OTHER},
	  THIS_RUN_ID,
	  {"source_id", MME_ERR_SOURCE_ID, zeros, ANY_OTHER},
	  {"resp_id", MME_ERR_RESP_ID, zeros, ANY_OTHER},
	  {"result", MME_ERR_RESULT, zeros, ANY_OTHER}}},
	{"slac_match_req_with_zero_ids",
	 CM_SLAC_MATCH_REQ,
	 check_match_req_strict,
	 {APPLICATION_TYPE,
	  SECURITY_TYPE,
	  {"mvf_length", MME_ERR_MVF_LENGTH, &req_mvf_length, ANY_OTHER},
	  {"pev_id", MME_ERR_PEV_ID, zeros, ANY_OTHER},
	  {"pev_mac", MME_ERR_PEV_MAC, ev_mac, ANY_OTHER},
	  {"evse_id", MME_ERR_EVSE_ID, zeros, ANY_OTHER},
	  {"evse_mac", MME_ERR_EVSE_MAC, evse_mac, ANY_OTHER},
	  THIS_RUN_ID}},
	{"slac_match_req_with_any_ids",
	 CM_SLAC_MATCH_REQ,
	 check_match_req_any_ids,
	 {APPLICATION_TYPE,
	  SECURITY_TYPE,
	  {"mvf_length", MME_ERR_MVF_LENGTH, &req_mvf_length, ANY_OTHER},
	  {"pev_mac", MME_ERR_PEV_MAC, ev_mac, ANY_OTHER},
	  {"evse_mac", MME_ERR_EVSE_MAC, evse_mac, ANY_OTHER},
	  THIS_RUN_ID}},
	{"slac_match_cnf",
	 CM_SLAC_MATCH_CNF,
	 check_slac_match_cnf,
	 {APPLICATION_TYPE,
	  SECURITY_TYPE,
	  {"mvf_length", MME_ERR_MVF_LENGTH, &cnf_mvf_length, ANY_OTHER},
	  {"pev_mac", MME_ERR_PEV_MAC, ev_mac, ANY_OTHER},
	  {"evse_mac", MME_ERR_EVSE_MAC, evse_mac, ANY_OTHER},
	  THIS_RUN_ID}},
	{"validate_req",
	 CM_VALIDATE_REQ,
	 check_validate_req,
	 {{"signal_type", MME_ERR_SIGNAL_TYPE, zeros, ANY_OTHER}, {"result", MME_ERR_RESULT, &one, ANY_OTHER}}},
	{"set_key_req",
	 CM_SET_KEY_REQ,
	 check_set_key_req,
	 {{"key_type", MME_ERR_KEY_TYPE, &one, ANY_OTHER}, {"pid", MME_ERR_PID, &four, ANY_OTHER}}},
	{"set_key_cnf", CM_SET_KEY_CNF, check_set_key_cnf, {{"your_nonce", MME_ERR_YOUR_NONCE, my_nonce, ANY_OTHER}}},
	{"get_key_cnf",
	 CM_GET_KEY_CNF,
	 check_get_key_cnf,
	 {{"key_type", MME_ERR_KEY_TYPE, &one, ANY_OTHER}, {"your_nonce", MME_ERR_YOUR_NONCE, my_nonce, ANY_OTHER}}},
};

static size_t rules_count(const struct check *check)
{
	size_t n = 0;

	while (n < COUNT_OF(check->rules) && check->rules[n].field != NULL)
		n++;
	return n;
}

static const struct rule *rule_of(const struct check *check, const char *field)
{
	for (size_t i = 0; i < rules_count(check); i++)
		if (strcmp(check->rules[i].field, field) == 0)
			return &check->rules[i];
	return NULL;
}

static const struct message_field *field_of(const struct check *check, const char *name)
{
	const struct message_layout *layout = message_layout(check->mmtype);

	for (size_t i = 0; i < layout->count; i++)
		if (strcmp(layout->fields[i].name, name) == 0)
			return &layout->fields[i];
	fail_msg("%s has no field %s", layout->name, name);
	return NULL;
}

static uint8_t *member(struct mme *mme, const struct message_field *field)
{
	return (uint8_t *)mme + field->member;
}

/* Fields of the table right, all others filled with something. */
static void right_message(const struct check *check, struct mme *mme)
{
	message_fill(message_layout(check->mmtype), mme);
	for (size_t i = 0; i < rules_count(check); i++) {
		const struct message_field *field = field_of(check, check->rules[i].field);

		memcpy(member(mme, field), check->rules[i].right, field->size);
	}
}

static void assert_check(const struct check *check, const struct mme *mme, enum mme_error wanted)
{
	assert_string_equal(mme_error_text(check->run(mme)), mme_error_text(wanted));
	assert_int_equal(check->run(mme), wanted);
}

static void accepts_the_right_message(void **state)
{
	const struct check *check = *state;
	struct mme mme;

	right_message(check, &mme);
	assert_check(check, &mme, MME_OK);
}

/* Each bit of each field of the table flipped on its own, and the field all zero where that is wrong. */
static void gives_each_wrong_field_its_error(void **state)
{
	const struct check *check = *state;

	for (size_t i = 0; i < rules_count(check); i++) {
		const struct rule *rule = &check->rules[i];
		const struct message_field *field = field_of(check, rule->field);
		const enum mme_error flipped = rule->wrong == ANY_OTHER ? rule->error : MME_OK;
		struct mme mme;

		right_message(check, &mme);
		for (size_t octet = 0; octet < field->size; octet++) {
			for (int bit = 0; bit < 8; bit++) {
				member(&mme, field)[octet] ^= (uint8_t)(1 << bit);
				assert_check(check, &mme, flipped);
				member(&mme, field)[octet] ^= (uint8_t)(1 << bit);
			}
		}
		const bool zero_is_right = octets_are_zero(member(&mme, field), field->size);
		memset(member(&mme, field), 0, field->size);
		assert_check(check, &mme, zero_is_right ? MME_OK : rule->error);
	}
}

/* With the fields from the i-th on all wrong, the error is that of the i-th. */
static void gives_the_first_wrong_field(void **state)
{
	const struct check *check = *state;

	for (size_t first = 0; first < rules_count(check); first++) {
		struct mme mme;

		right_message(check, &mme);
		for (size_t i = first; i < rules_count(check); i++) {
			const struct message_field *field = field_of(check, check->rules[i].field);

			if (check->rules[i].wrong == ONLY_ZERO)
				memset(member(&mme, field), 0, field->size);
			else
				*member(&mme, field) ^= 1;
		}
		assert_check(check, &mme, check->rules[first].error);
	}
}

static void ignores_every_other_field(void **state)
{
	const struct check *check = *state;
	const struct message_layout *layout = message_layout(check->mmtype);

	for (size_t i = 0; i < layout->count; i++) {
		const struct message_field *field = &layout->fields[i];
		struct mme mme;

		if (rule_of(check, field->name) != NULL)
			continue;
		right_message(check, &mme);
		memset(member(&mme, field), 0x00, field->size);
		assert_check(check, &mme, MME_OK);
		memset(member(&mme, field), 0xff, field->size);
		assert_check(check, &mme, MME_OK);
	}
}

static const struct {
	const char *does;
	CMUnitTestFunction run;
} per_check[] = {
	{"accepts_the_right_message", accepts_the_right_message},
	{"gives_each_wrong_field_its_error", gives_each_wrong_field_its_error},
	{"gives_the_first_wrong_field", gives_the_first_wrong_field},
	{"ignores_every_other_field", ignores_every_other_field},
};

static void every_error_has_a_text_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < MME_ERR_COUNT; i++) {
		const char *text = mme_error_text((enum mme_error)i);

		assert_non_null(text);
		assert_int_not_equal(strlen(text), 0);
		assert_int_equal(strspn(text, "abcdefghijklmnopqrstuvwxyz_ "), strlen(text));
		for (int j = 0; j < i; j++)
			assert_string_not_equal(text, mme_error_text((enum mme_error)j));
	}
}

static void a_number_that_is_no_error_has_another_text(void **state)
{
	static const unsigned int others[] = {MME_ERR_COUNT, MME_ERR_COUNT + 1, 255, 65536};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		const char *text = mme_error_text((enum mme_error)others[i]);

		assert_non_null(text);
		for (int j = 0; j < MME_ERR_COUNT; j++)
			assert_string_not_equal(text, mme_error_text((enum mme_error)j));
	}
}

static const struct CMUnitTest single_tests[] = {
	cmocka_unit_test(every_error_has_a_text_of_its_own),
	cmocka_unit_test(a_number_that_is_no_error_has_another_text),
};

#define PER_CHECK (COUNT_OF(checks) * COUNT_OF(per_check))

static struct CMUnitTest tests[PER_CHECK + COUNT_OF(single_tests)];
static char names[PER_CHECK][96];

int main(void)
{
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(checks); i++) {
		const bool has_others = rules_count(&checks[i]) < message_layout(checks[i].mmtype)->count;

		for (size_t j = 0; j < COUNT_OF(per_check); j++) {
			if (per_check[j].run == ignores_every_other_field && !has_others)
				continue;
			snprintf(names[n], sizeof(names[n]), "%s_check_%s", checks[i].name, per_check[j].does);
			/* cmocka hands the state on as it is; no test writes to it */
			tests[n] = (struct CMUnitTest){.name = names[n],
						       .test_func = per_check[j].run,
						       .initial_state = (void *)(uintptr_t)&checks[i]};
			n++;
		}
	}
	memcpy(tests + n, single_tests, sizeof(single_tests));
	return cmocka_run_group_tests_name("checks", tests, NULL, NULL);
}
