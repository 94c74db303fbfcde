/* SPDX-License-Identifier: Apache-2.0 */
/* NMK and NID against the worked values of the homeplug-mme document, section 7. */
#include "homeplug/network_key.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct vector {
	uint8_t nmk[NMK_LEN];
	uint8_t nid[NID_LEN];
};

/* 7.1 */
static const struct vector worked_example = {
	{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff},
	{0x00, 0x39, 0xf4, 0x5c, 0x3f, 0x6a, 0x02}};
/* 7.2, password "HomePlugAV" */
static const struct vector factory_default = {
	{0x50, 0xd3, 0xe4, 0x93, 0x3f, 0x85, 0x5b, 0x70, 0x40, 0x78, 0x4d, 0xf8, 0x15, 0xaa, 0x8d, 0xb7},
	{0xb0, 0xf2, 0xe6, 0x95, 0x66, 0x6b, 0x03}};
/* 7.2, password "HomePlugAV0123" */
static const struct vector demo_evse = {
	{0xb5, 0x93, 0x19, 0xd7, 0xe8, 0x15, 0x7b, 0xa0, 0x01, 0xb0, 0x18, 0x66, 0x9c, 0xce, 0xe3, 0x0d},
	{0x02, 0x6b, 0xcb, 0xa5, 0x35, 0x4e, 0x08}};

static void assert_nid(const struct vector *vector)
{
	uint8_t nid[NID_LEN];

	memset(nid, 0xa5, sizeof(nid));
	assert_true(nid_from_nmk(vector->nmk, nid));
	assert_memory_equal(nid, vector->nid, NID_LEN);
}

static void nid_of_the_worked_example(void **state)
{
	(void)state;
	assert_nid(&worked_example);
}

static void nid_of_the_factory_default_key(void **state)
{
	(void)state;
	assert_nid(&factory_default);
}

static void nid_of_the_demo_evse_key(void **state)
{
	(void)state;
	assert_nid(&demo_evse);
}

static void nid_has_security_level_0(void **state)
{
	uint8_t nmk[NMK_LEN] = {0};
	uint8_t low_bits = 0;

	(void)state;
	for (unsigned int i = 0; i <= UINT8_MAX; i++) {
		uint8_t nid[NID_LEN];

		nmk[0] = (uint8_t)i;
		assert_true(nid_from_nmk(nmk, nid));
		assert_int_equal(nid[NID_LEN - 1] & 0xf0, 0);
		low_bits |= nid[NID_LEN - 1];
	}
	assert_int_equal(low_bits, 0x0f);
}

/* A random source that gives a fixed NMK and notes how it was asked; `fail` gives octets, but reports
 * failure. */
struct source {
	const uint8_t *octets;
	bool fail;
	int calls;
	size_t asked;
};

static bool source_fill(void *ctx, uint8_t *out, size_t n)
{
	struct source *source = ctx;

	source->calls++;
	source->asked += n;
	memcpy(out, source->octets, n <= NMK_LEN ? n : NMK_LEN);
	return !source->fail;
}

static void new_key_takes_its_nmk_from_the_random_source(void **state)
{
	struct source source = {.octets = worked_example.nmk};
	struct network_key key;

	(void)state;
	memset(&key, 0xa5, sizeof(key));
	assert_true(network_key_new(&key, source_fill, &source));
	assert_int_equal(source.calls, 1);
	assert_int_equal(source.asked, NMK_LEN);
	assert_memory_equal(key.nmk, worked_example.nmk, NMK_LEN);
	assert_memory_equal(key.nid, worked_example.nid, NID_LEN);
}

static void random_failure_leaves_the_key_unchanged(void **state)
{
	struct source source = {.octets = worked_example.nmk, .fail = true};
	struct network_key key, before;

	(void)state;
	memset(&before, 0xa5, sizeof(before));
	key = before;
	assert_false(network_key_new(&key, source_fill, &source));
	assert_int_equal(source.calls, 1);
	assert_memory_equal(key.nmk, before.nmk, NMK_LEN);
	assert_memory_equal(key.nid, before.nid, NID_LEN);
}

static void csprng_keys_differ_and_have_their_nid(void **state)
{
	struct network_key a, b;
	uint8_t nid[NID_LEN];

	(void)state;
	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	assert_true(network_key_new(&a, random_fill_csprng, NULL));
	assert_true(network_key_new(&b, random_fill_csprng, NULL));
	assert_memory_not_equal(a.nmk, b.nmk, NMK_LEN);
	assert_memory_not_equal(a.nid, b.nid, NID_LEN);
	assert_true(nid_from_nmk(a.nmk, nid));
	assert_memory_equal(a.nid, nid, NID_LEN);
	assert_true(nid_from_nmk(b.nmk, nid));
	assert_memory_equal(b.nid, nid, NID_LEN);
}

/* Each octet of 64 draws becomes other than zero at least once: nothing stays unfilled. */
static void csprng_fills_every_octet_and_no_more(void **state)
{
	uint8_t seen[NMK_LEN] = {0};

	(void)state;
	for (int i = 0; i < 64; i++) {
		uint8_t octets[NMK_LEN + 1] = {[NMK_LEN] = 0xc3};

		assert_true(random_fill_csprng(NULL, octets, NMK_LEN));
		assert_int_equal(octets[NMK_LEN], 0xc3);
		for (size_t j = 0; j < NMK_LEN; j++)
			seen[j] |= octets[j];
	}
	for (size_t j = 0; j < NMK_LEN; j++)
		assert_int_not_equal(seen[j], 0);
}

static void csprng_refuses_more_than_comes_at_once(void **state)
{
	uint8_t all[RANDOM_FILL_MAX];
	uint8_t octet = 0xc3;

	(void)state;
	assert_true(random_fill_csprng(NULL, all, sizeof(all)));
	assert_false(random_fill_csprng(NULL, &octet, RANDOM_FILL_MAX + 1));
	assert_false(random_fill_csprng(NULL, &octet, SIZE_MAX));
	assert_int_equal(octet, 0xc3);
}

static void wipe_zeroes_the_key(void **state)
{
	struct network_key key;

	(void)state;
	memset(&key, 0xa5, sizeof(key));
	network_key_wipe(&key);
	assert_true(octets_are_zero(key.nmk, NMK_LEN));
	assert_true(octets_are_zero(key.nid, NID_LEN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nid_of_the_worked_example),
		cmocka_unit_test(nid_of_the_factory_default_key),
		cmocka_unit_test(nid_of_the_demo_evse_key),
		cmocka_unit_test(nid_has_security_level_0),
		cmocka_unit_test(new_key_takes_its_nmk_from_the_random_source),
		cmocka_unit_test(random_failure_leaves_the_key_unchanged),
		cmocka_unit_test(csprng_keys_differ_and_have_their_nid),
		cmocka_unit_test(csprng_fills_every_octet_and_no_more),
		cmocka_unit_test(csprng_refuses_more_than_comes_at_once),
		cmocka_unit_test(wipe_zeroes_the_key),
	};

	return cmocka_run_group_tests_name("network_key", tests, NULL, NULL);
}
