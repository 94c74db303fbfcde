/* SPDX-License-Identifier: Apache-2.0 */
/* Capture files (classic pcap, Ethernet) through libpcap: reading for replay, writing for evidence. */
#ifndef TOOLS_REPLAY_CAPTURE_H
#define TOOLS_REPLAY_CAPTURE_H

#include "homeplug/port/port.h"

struct capture_reader;
struct capture_writer;

/* Opens a capture file; only frames of EtherType 0x88E1 will be given. NULL and `error` (names the file) on failure. */
struct capture_reader *capture_open(const char *path, char error[PORT_ERROR_SIZE]);
/*
 * Next frame: PORT_FRAME with *frame (valid until the next call), *len and *time_us (microseconds since the
 * epoch of the capture), PORT_END at the end, PORT_ERROR for a damaged file (text through capture_error).
 */
enum port_result capture_next(struct capture_reader *reader, const uint8_t **frame, size_t *len, uint64_t *time_us);
const char *capture_error(const struct capture_reader *reader);
void capture_close(struct capture_reader *reader);

/* Creates a capture file. NULL and `error` on failure. */
struct capture_writer *capture_create(const char *path, char error[PORT_ERROR_SIZE]);
/* Appends one frame with its time; buffered until capture_finish. */
void capture_write(struct capture_writer *writer, const uint8_t *frame, size_t len, uint64_t time_us);
/* Flushes and closes; false when the file could not be written completely. */
bool capture_finish(struct capture_writer *writer);

#endif
