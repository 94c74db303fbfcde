/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an outlet has to hear. While no vehicle is there its port may drop in the kernel what cars say (port_filter_quiet):
 * nothing of that may change anything at the outlet, and what its modem tells must pass.
 */
#include "homeplug/port/port_filter.h"
#include "homeplug/port/tests/filter_run.h"
#include "slacd/outlet/tests/outlet_site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void cars_are_heard_unless_the_station_has_reported_that_none_is_there(void **state)
{
	(void)state;
	site_set_up();
	site_begin();
	assert_true(outlet_hears_cars(&site.outlet)); /* nothing was reported */
	site_serve();
	site_show(CP_STATE_A1);
	assert_false(outlet_hears_cars(&site.outlet));
	for (enum cp_state shown = CP_STATE_A1; shown <= CP_STATE_F; shown++) {
		site_show(shown);
		assert_int_equal(outlet_hears_cars(&site.outlet), !cp_state_is_unplugged(shown));
		site_show(CP_STATE_A1);
		assert_false(outlet_hears_cars(&site.outlet));
	}
}

/* Any frame of this kind, as far as its length and its vendor decide. */
static size_t make_any_frame(uint8_t frame[60], uint16_t mmtype, const uint8_t *oui)
{
	memset(frame, 0, 60);
	memcpy(frame, mac_broadcast, MAC_LEN);
	frame[6] = 0x02;
	frame[12] = HOMEPLUG_ETHERTYPE >> 8;
	frame[13] = HOMEPLUG_ETHERTYPE & 0xff;
	frame[14] = oui[2] != 0x52;
	frame[15] = (uint8_t)mmtype;
	frame[16] = (uint8_t)(mmtype >> 8);
	memcpy(frame + (frame[14] == 0 ? 17 : 19), oui, 3);
	return 60;
}

static void hear_in_vain(const uint8_t *octets, size_t len)
{
	static struct outlet before;

	memcpy(&before, &site.outlet, sizeof(before));
	site_give(&(struct outlet_input){.kind = OUTLET_FRAME, .frame = {.octets = octets, .len = len}});
	site_expect("");
	assert_memory_equal(&before, &site.outlet, sizeof(before));
}

static void hear_dropped_kinds(uint16_t mmtype, const uint8_t ouis[3][3])
{
	uint8_t frame[60];

	for (size_t i = 0; i < 3; i++) {
		const size_t len = make_any_frame(frame, mmtype, ouis[i]);
		if (filter_run(port_filter_quiet, frame, len) == 0)
			hear_in_vain(frame, len);
	}
}

static void what_a_quiet_port_drops_changes_nothing_at_an_outlet_without_a_vehicle(void **state)
{
	static const uint8_t ouis[3][3] = {{0, 0, 0}, {0x00, 0xb0, 0x52}, {0x00, 0x16, 0xe8}};
	/* The upper octets of all messages that there are, and some more. */
	static const uint8_t pages[] = {0x00, 0x60, 0x61, 0xa0, 0xa1, 0xac, 0xff};
	unsigned passed = 0;
	uint8_t frame[60];

	(void)state;
	site_set_up();
	site_serve();
	site_show(CP_STATE_A1);
	for (size_t i = 0; i < sizeof(pages); i++) {
		for (unsigned low = 0; low <= UINT8_MAX; low++) {
			const uint16_t mmtype = (uint16_t)((unsigned)pages[i] << 8 | low);
			passed += filter_run(port_filter_quiet, frame, make_any_frame(frame, mmtype, ouis[0])) != 0;
			hear_dropped_kinds(mmtype, ouis);
		}
	}
	assert_int_equal(passed, 12);
}

static bool passes(const uint8_t *octets, size_t len)
{
	return filter_run(port_filter_quiet, octets, len) == len;
}

static void what_modems_tell_a_host_passes_but_for_measurements(void **state)
{
	static const enum mmtype keys[] = {CM_SET_KEY_CNF, CM_GET_KEY_CNF};
	uint8_t octets[MME_FRAME_MAX];
	size_t len;

	(void)state;
	for (enum modem_message i = 0; i < MODEM_MESSAGE_COUNT; i++) {
		const char *kind = strrchr(modem_message_text(i), '.');
		struct modem_mme message;
		modem_mme_init(&message, i, mac_broadcast, mac_broadcast);
		assert_int_equal(modem_mme_encode(&message, octets, sizeof(octets), &len), MME_OK);
		assert_int_equal(passes(octets, len), i != MODEM_VS_ATTEN_CHAR_IND && strcmp(kind, ".REQ") != 0 &&
							      strcmp(kind, ".RSP") != 0);
	}
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		assert_true(passes(octets, make_any_frame(octets, (uint16_t)keys[i], mac_broadcast)));
	assert_true(passes(octets, make_any_frame(octets, VS_NW_INFO_CNF, mac_broadcast)));
}

static void what_a_car_says_after_its_first_word_changes_nothing_without_a_vehicle(void **state)
{
	static const enum mmtype types[] = {CM_START_ATTEN_CHAR_IND, CM_MNBC_SOUND_IND, CM_ATTEN_PROFILE_IND,
					    CM_ATTEN_CHAR_RSP,       CM_VALIDATE_REQ,   CM_SLAC_MATCH_REQ};
	uint8_t octets[256];
	size_t len;

	(void)state;
	site_set_up();
	site_serve();
	site_show(CP_STATE_A1);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		const struct mme frame = slac_car_message(&site.car, types[i]);
		assert_int_equal(mme_encode(&frame, octets, sizeof(octets), &len), MME_OK);
		assert_int_equal(filter_run(port_filter_quiet, octets, len), 0);
		hear_in_vain(octets, len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cars_are_heard_unless_the_station_has_reported_that_none_is_there),
		cmocka_unit_test(what_a_quiet_port_drops_changes_nothing_at_an_outlet_without_a_vehicle),
		cmocka_unit_test(what_modems_tell_a_host_passes_but_for_measurements),
		cmocka_unit_test(what_a_car_says_after_its_first_word_changes_nothing_without_a_vehicle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
