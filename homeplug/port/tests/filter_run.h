/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel does with a filter of port_filter.h, for tests without a kernel's socket. */
#ifndef HOMEPLUG_PORT_TESTS_FILTER_RUN_H
#define HOMEPLUG_PORT_TESTS_FILTER_RUN_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

/* So many octets of the frame are given to the socket; 0: it is dropped, also where the filter reads beyond its end. */
static inline size_t filter_run(const struct sock_filter *step, const uint8_t *frame, size_t len)
{
	uint32_t loaded = 0;

	for (;; step++) {
		switch (step->code) {
		case BPF_LD | BPF_H | BPF_ABS:
			if (step->k + 2 > len)
				return 0;
			loaded = (uint32_t)frame[step->k] << 8 | frame[step->k + 1];
			break;
		case BPF_LD | BPF_B | BPF_ABS:
			if (step->k >= (uint32_t)SKF_AD_OFF) {
				loaded = 0; /* it is for this host, and came without a VLAN's tag */
				break;
			}
			if (step->k + 1 > len)
				return 0;
			loaded = frame[step->k];
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			step += loaded == step->k ? step->jt : step->jf;
			break;
		default: /* BPF_RET | BPF_K */
			return step->k < len ? step->k : len;
		}
	}
}

#endif
