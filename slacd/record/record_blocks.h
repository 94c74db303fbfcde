/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers and words of the file, shared by record_file*.c only. */
#ifndef SLACD_RECORD_RECORD_BLOCKS_H
#define SLACD_RECORD_RECORD_BLOCKS_H

/* draft-ietf-opsawg-pcapng */
#define RECORD_BLOCK_SECTION   0x0a0d0d0aU
#define RECORD_BLOCK_INTERFACE 1U
#define RECORD_BLOCK_PACKET    6U
#define RECORD_BLOCK_JOURNAL   9U
#define RECORD_BYTE_ORDER      0x1a2b3c4dU
#define RECORD_LINK_ETHERNET   1
#define RECORD_OPTION_COMMENT  1
#define RECORD_OPTION_NAME     2 /* of an interface */
#define RECORD_OPTION_FLAGS    2 /* of a packet */
#define RECORD_OPTION_PROGRAM  4
#define RECORD_OPTION_MAX      65535
#define RECORD_INBOUND         1U
#define RECORD_OUTBOUND        2U

#define RECORD_TITLE     "slacd session record "
#define RECORD_NEIGHBOUR "neighbour_validates"
/* Before hex digits, or "failed". */
#define RECORD_RANDOM_TEXT "random "

/* Of a state. */
#define RECORD_STATE_WHOLE   "the outlet, as it is here"
#define RECORD_STATE_PARTIAL "the outlet, as it is here, but for the cars that were refused"

/* What SLACD= says. */
static const char *const record_words[] = {"state", "input", "random", "effect", "cut", "gap"};

#endif
