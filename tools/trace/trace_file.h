/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A capture file of any origin, frame by frame: pcap and pcapng of any byte order and time resolution (libpcap), also
 * compressed with gzip (zlib); Ethernet, and Linux "any" captures (SLL, SLL2); with VLAN tags; with frames cut by a
 * snapshot length. Only HomePlug frames are given. Memory does not grow with the file.
 */
#ifndef TOOLS_TRACE_TRACE_FILE_H
#define TOOLS_TRACE_TRACE_FILE_H

#include "homeplug/mme/mme.h"

#include <stdio.h>

#define TRACE_ERROR_SIZE 256

/* A HomePlug frame as on Ethernet: tags taken out, and a header made where the capture has another one. */
struct trace_frame {
	uint64_t number;  /* of the packet in the file, from 1: as Wireshark counts */
	uint64_t time_us; /* since the epoch of the capture */
	uint8_t octets[MME_FRAME_MAX];
	size_t len;
	size_t missing;      /* octets that the snapshot length has cut off */
	bool is_tagged;      /* it had a VLAN tag, with: */
	uint16_t vlan;       /* the last of its VLAN identifiers */
	bool has_no_address; /* a cooked capture: the destination is not known, and is zero */
};

struct trace_file_counts {
	uint64_t packets;  /* all */
	uint64_t frames;   /* of HomePlug, the given ones */
	uint64_t tagged;   /* of these */
	uint64_t cut;      /* of these */
	uint64_t doubled;  /* not given: the same octets once more within 1 ms, as a port mirror delivers them */
	uint64_t backward; /* of these: earlier than the one before, taken as if at the same time */
	uint64_t set_back; /* the capture's clock was set back by more than 1 s: time goes on from there */
};

struct trace_file;

/* NULL and `error` (names the file and what is wrong) on failure. "-" is standard input. */
struct trace_file *trace_file_open(const char *path, char error[TRACE_ERROR_SIZE]);

enum trace_file_result { TRACE_FILE_FRAME, TRACE_FILE_END, TRACE_FILE_DAMAGED };

/* The next frame. At TRACE_FILE_DAMAGED the file ends in the middle of a packet, or worse: trace_file_error says it. */
enum trace_file_result trace_file_next(struct trace_file *file, struct trace_frame *frame);
const char *trace_file_error(const struct trace_file *file);
const struct trace_file_counts *trace_file_counts(const struct trace_file *file);
/* The latest packet so far, of any kind: not earlier than any frame that was given. */
uint64_t trace_file_end_us(const struct trace_file *file);
void trace_file_close(struct trace_file *file);

/* "gzip is not understood" in an error means that the program was built without zlib. */
bool trace_file_understands_gzip(void);

#endif
