/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/port/port_filter.h"
#include "homeplug/mme/mme.h"
#include "homeplug/mme/nw_info.h"

#include <linux/if_packet.h>
#include <sys/socket.h>

/* An MMTYPE as a load of two octets gives it: on the wire its lower octet is the first. */
#define ON_WIRE(mmtype) ((((mmtype)&0xffU) << 8) | ((mmtype) >> 8))
/* Goes to the pass where it is this one; `left` further ones stand between. */
#define PASS(mmtype, left) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ON_WIRE(mmtype), (left), 0)

/* As libpcap compiles the text: a constant, so that neither start nor memory pay for a compiler. */
const struct sock_filter port_filter_quiet[PORT_FILTER_QUIET_LEN] = {
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 2 * MAC_LEN),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HOMEPLUG_ETHERTYPE, 0, 14),
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 2 * MAC_LEN + 3),
	PASS(CM_SET_KEY_CNF, 11),
	PASS(CM_GET_KEY_CNF, 10),
	PASS(0x6049, 9), /* CM_NW_STATS.CNF */
	PASS(CM_SLAC_PARM_REQ, 8),
	PASS(0xa001, 7), /* VS_SW_VER.CNF */
	PASS(0xa002, 6), /* NSCM_D_LINK_READY.IND */
	PASS(0xa01d, 5), /* VS_RS_DEV.CNF */
	PASS(VS_NW_INFO_CNF, 4),
	PASS(0xa062, 3),                                            /* VS_HST_ACTION.IND */
	PASS(0xa0b9, 2),                                            /* VS_PL_LNK_STATUS.CNF */
	PASS(0xac6d, 1),                                            /* NSCM_GET_VERSION.CNF */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ON_WIRE(0xac9d), 0, 1), /* NSCM_GET_D_LINK_STATUS.CNF */
	BPF_STMT(BPF_RET | BPF_K, MME_FRAME_MAX),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

/* Besides what is in the frame the kernel tells of it: for whom it is, and whether a VLAN's tag was taken off. */
#define LOAD_TOLD(what) BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (uint32_t)(SKF_AD_OFF + (what)))
#define LOAD_OCTET(at)  BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (at))
#define LOAD_BOTH(at)   BPF_STMT(BPF_LD | BPF_H | BPF_ABS, (at))
/* So many statements further on where it is this, and where it is not. */
#define IS(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))

#define SPLIT(link_up, rest)                                                                                           \
	LOAD_TOLD(SKF_AD_PKTTYPE), IS(PACKET_HOST, 0, 13), LOAD_TOLD(SKF_AD_VLAN_TAG_PRESENT), IS(0, 0, 11),           \
		LOAD_BOTH(2 * MAC_LEN + 3), IS(ON_WIRE(0xa0b9), 2, 0), /* VS_PL_LNK_STATUS.CNF */                      \
		IS(ON_WIRE(0x6049), 3, 0),                             /* CM_NW_STATS.CNF */                           \
		IS(ON_WIRE(0xac9d), 4, 7),                             /* NSCM_GET_D_LINK_STATUS.CNF */                \
		LOAD_BOTH(20), IS(1, 4, 5),                            /* mstatus and link_status */                   \
		LOAD_OCTET(19), IS(0, 3, 2),                           /* num_stas */                                  \
		LOAD_OCTET(41), IS(1, 0, 1),                           /* link */                                      \
		BPF_STMT(BPF_RET | BPF_K, (link_up)), BPF_STMT(BPF_RET | BPF_K, (rest))

const struct sock_filter port_filter_link_up[PORT_FILTER_LINK_LEN] = {SPLIT(MME_FRAME_MAX, 0)};
const struct sock_filter port_filter_changes[PORT_FILTER_LINK_LEN] = {SPLIT(0, MME_FRAME_MAX)};

bool port_filter_attach(int fd, const struct sock_filter *steps, unsigned short len)
{
	const struct sock_fprog filter = {.len = len, .filter = (struct sock_filter *)steps}; /* it is only read */

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) == 0;
}
