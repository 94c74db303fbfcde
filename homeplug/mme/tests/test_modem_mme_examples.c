/* SPDX-License-Identifier: Apache-2.0 */
/* The codec of the modem messages against frames written out by hand from doc/protocol.md. */
#include "homeplug/mme/tests/modem_mme_fixture.h"

#include <string.h>

/* Their frames have 60 octets, zeros where none are written here. */
/* clang-format off */
#define LOCAL 0x00, 0xb0, 0x52, 0x00, 0x00, 0x01
#define HEADER(to, from, ...) .frame = {to, from, 0x88, 0xe1, __VA_ARGS__}, \
	.mme.dst = {to}, .mme.src = {from}
/* clang-format on */

static const struct example {
	uint8_t frame[MME_FRAME_MIN];
	struct modem_mme mme;
} examples[] = {
	{HEADER(LOCAL, HOST, 0x01, 0x48, 0x60), .mme.message = MODEM_NW_STATS_REQ},
	{HEADER(LOCAL, HOST, 0x00, 0x00, 0xa0, QCA), .mme.message = MODEM_VS_SW_VER_REQ},
	{HEADER(LOCAL, HOST, 0x00, 0x1c, 0xa0, QCA), .mme.message = MODEM_VS_RS_DEV_REQ},
	{HEADER(LOCAL, HOST, 0x00, 0xb8, 0xa0, QCA), .mme.message = MODEM_VS_PL_LNK_STATUS_REQ},
	{HEADER(HOST, MODEM, 0x00, 0xb9, 0xa0, QCA, 0x00, 0x01), .mme.message = MODEM_VS_PL_LNK_STATUS_CNF,
	 .mme.vs_pl_lnk_status_cnf = {.mstatus = VS_MSTATUS_OK, .link_status = 1}},
	{HEADER(HOST, MODEM, 0x00, 0x62, 0xa0, QCA, 0x04), .mme.message = MODEM_VS_HST_ACTION_IND,
	 .mme.vs_hst_action = {.action = VS_HOST_CONFIGURE_MEMORY}},
	{HEADER(MODEM, HOST, 0x00, 0x63, 0xa0, QCA, 0x00), .mme.message = MODEM_VS_HST_ACTION_RSP},
	{HEADER(LOCAL, HOST, 0x01, 0x6c, 0xac, 0x00, 0x00, CG, 0, 0, 0, 0, 0, 0, 0x07),
	 .mme.message = MODEM_NSCM_GET_VERSION_REQ, .mme.nscm_request = {.request_id = 7}},
	{HEADER(LOCAL, HOST, 0x01, 0x70, 0xac, 0x00, 0x00, CG, 0, 0, 0, 0, 0, 0, 0x07),
	 .mme.message = MODEM_NSCM_RESET_DEVICE_REQ,
	 .mme.nscm_reset_device_req = {.request_id = 7, .mode = NSCM_RESET_NORMAL}},
	{HEADER(HOST, MODEM, 0x01, 0x9d, 0xac, 0x00, 0x00, CG, 0, 0, 0, 0, 0, 0, 0x07, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0x01),
	 .mme.message = MODEM_NSCM_GET_D_LINK_STATUS_CNF, .mme.nscm_link_status = {.request_id = 7, .link = 1}},
};

static void an_example_decodes_and_encodes_octet_for_octet(void **state)
{
	const struct example *example = *state;
	uint8_t again[MME_FRAME_MAX];
	struct modem_mme got;
	size_t len;

	assert_error(decode_exact(example->frame, sizeof(example->frame), &got), MME_OK);
	assert_same_message(&got, &example->mme);
	assert_error(modem_mme_encode(&example->mme, again, sizeof(again), &len), MME_OK);
	assert_int_equal(len, sizeof(example->frame));
	assert_memory_equal(again, example->frame, len);
}

int main(void)
{
	static const struct CMUnitTest per_example = cmocka_unit_test(an_example_decodes_and_encodes_octet_for_octet);
	struct CMUnitTest tests[COUNT_OF(examples)];

	for (size_t i = 0; i < COUNT_OF(examples); i++)
		tests[i] = test_of(modem_layouts[examples[i].mme.message].id, &per_example, &examples[i]);
	return cmocka_run_group_tests_name("modem_mme_examples", tests, NULL, NULL);
}
