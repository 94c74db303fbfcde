/* SPDX-License-Identifier: Apache-2.0 */
/* The constant filter of raw sockets is the one that libpcap makes of its text. */
#include "homeplug/mme/mme.h"
#include "homeplug/port/port_filter.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(constant_is_what_libpcap_compiles),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
