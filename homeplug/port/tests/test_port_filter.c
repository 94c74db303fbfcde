/* SPDX-License-Identifier: Apache-2.0 */
/* The constant filters of raw sockets: one is what libpcap makes of its text, two share everything between them. */
#include "homeplug/mme/modem_mme.h"
#include "homeplug/port/port_filter.h"
#include "homeplug/port/tests/filter_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <pcap/pcap.h>

static void constant_is_what_libpcap_compiles(void **state)
{
	pcap_t *compiler = pcap_open_dead(DLT_EN10MB, MME_FRAME_MAX);
	struct bpf_program program;

	(void)state;
	assert_non_null(compiler);
	assert_int_equal(pcap_compile(compiler, &program, PORT_FILTER_QUIET_TEXT, 1, PCAP_NETMASK_UNKNOWN), 0);
	assert_int_equal(program.bf_len, PORT_FILTER_QUIET_LEN);
	for (unsigned i = 0; i < PORT_FILTER_QUIET_LEN; i++) {
		assert_int_equal(port_filter_quiet[i].code, program.bf_insns[i].code);
		assert_int_equal(port_filter_quiet[i].jt, program.bf_insns[i].jt);
		assert_int_equal(port_filter_quiet[i].jf, program.bf_insns[i].jf);
		assert_int_equal(port_filter_quiet[i].k, program.bf_insns[i].k);
	}
	pcap_freecode(&program);
	pcap_close(compiler);
}

static size_t answer(enum modem_message message, uint8_t value, uint8_t frame[MME_FRAME_MAX])
{
	static const uint8_t host[MAC_LEN] = {0x02, 1}, modem[MAC_LEN] = {0x02, 2};
	struct modem_mme in;
	size_t len;

	modem_mme_init(&in, message, modem, host);
	switch (message) {
	case MODEM_NW_STATS_CNF:
		in.nw_stats_cnf.num_stas = value;
		break;
	case MODEM_VS_PL_LNK_STATUS_CNF:
		in.vs_pl_lnk_status_cnf.link_status = value;
		break;
	default:
		in.nscm_link_status.link = value;
		break;
	}
	assert_int_equal(modem_mme_encode(&in, frame, MME_FRAME_MAX, &len), MME_OK);
	return len;
}

/* One of the two sockets has it, and no frame is in both. */
static void expect_up(bool up, const uint8_t *frame, size_t len)
{
	assert_int_equal(filter_run(port_filter_link_up, frame, len), up ? len : 0);
	assert_int_equal(filter_run(port_filter_changes, frame, len), up ? 0 : len);
}

static void answers_that_the_link_is_up_are_split_from_the_rest(void **state)
{
	static const enum modem_message answers[] = {MODEM_NW_STATS_CNF, MODEM_VS_PL_LNK_STATUS_CNF,
						     MODEM_NSCM_GET_D_LINK_STATUS_CNF};
	uint8_t frame[MME_FRAME_MAX];
	struct mme parm;
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		for (uint8_t value = 0; value <= 1; value++) {
			len = answer(answers[i], value, frame);
			expect_up(value == 1, frame, len);
		}
	len = answer(MODEM_NW_STATS_CNF, 2, frame);
	expect_up(true, frame, len); /* two peers */
	len = answer(MODEM_VS_PL_LNK_STATUS_CNF, 1, frame);
	frame[20] = 1; /* mstatus: an error */
	expect_up(false, frame, len);
	len = answer(MODEM_NSCM_D_LINK_READY_IND, 1, frame);
	expect_up(false, frame, len);
	mme_init(&parm, CM_SLAC_PARM_REQ, frame, frame);
	assert_int_equal(mme_encode(&parm, frame, sizeof(frame), &len), MME_OK);
	expect_up(false, frame, len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(constant_is_what_libpcap_compiles),
		cmocka_unit_test(answers_that_the_link_is_up_are_split_from_the_rest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
