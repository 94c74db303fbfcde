/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/trace/trace_file.h"

#include "homeplug/mme/cursor.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>

#ifdef TRACE_HAS_ZLIB
#include <zlib.h>
#endif

#define NS_PER_US    1000
#define US_PER_SEC   1000000u
#define HEADER_LEN   14
#define SLL_LEN      16
#define SLL2_LEN     20
#define TAG_CUSTOMER 0x8100
#define TAG_SERVICE  0x88a8
#define TAGS_MAX     4
/* A port mirror delivers a frame twice: when it comes in and when it goes out. */
#define DOUBLED_US 1000
/* Packets of several interfaces are in disorder by less. */
#define SET_BACK_US 1000000

struct trace_file {
	pcap_t *pcap;
	int link_type;
	char path[TRACE_ERROR_SIZE / 2];
	char error[TRACE_ERROR_SIZE];
	struct trace_file_counts counts;
	uint64_t end_us;
	uint64_t set_back_us; /* in all */
	struct trace_frame last;
};

/* --- opening --- */

static void fail(char error[TRACE_ERROR_SIZE], const char *path, const char *what)
{
	snprintf(error, TRACE_ERROR_SIZE, "%.120s: %.120s", path, what);
}

bool trace_file_understands_gzip(void)
{
#ifdef TRACE_HAS_ZLIB
	return true;
#else
	return false;
#endif
}

#ifdef TRACE_HAS_ZLIB
static ssize_t read_gzip(void *cookie, char *buffer, size_t size)
{
	const int got = gzread(cookie, buffer, (unsigned)(size < 65536 ? size : 65536));

	if (got < 0)
		errno = EIO;
	return got;
}

static int close_gzip(void *cookie)
{
	return gzclose(cookie);
}

/* zlib reads a file that is not compressed as it is. */
static FILE *open_stream(const char *path)
{
	const cookie_io_functions_t functions = {.read = read_gzip, .close = close_gzip};
	gzFile gzip = strcmp(path, "-") == 0 ? gzdopen(0, "rb") : gzopen(path, "rb");
	FILE *stream;

	if (gzip == NULL)
		return NULL;
	stream = fopencookie(gzip, "rb", functions);
	if (stream == NULL)
		gzclose(gzip);
	return stream;
}
#else
static FILE *open_stream(const char *path)
{
	return strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
}
#endif

static bool is_known(int link_type)
{
	return link_type == DLT_EN10MB || link_type == DLT_LINUX_SLL || link_type == DLT_LINUX_SLL2;
}

struct trace_file *trace_file_open(const char *path, char error[TRACE_ERROR_SIZE])
{
	char text[PCAP_ERRBUF_SIZE] = "";
	struct trace_file *file = calloc(1, sizeof(*file));
	FILE *stream = file != NULL ? open_stream(path) : NULL;

	if (stream == NULL) {
		fail(error, path, strerror(errno != 0 ? errno : ENOMEM));
		free(file);
		return NULL;
	}
	snprintf(file->path, sizeof(file->path), "%s", path);
	__fsetlocking(stream, FSETLOCKING_BYCALLER); /* one thread reads */
	file->pcap = pcap_fopen_offline(stream, text);
	if (file->pcap == NULL) {
		fail(error, path, text);
		fclose(stream);
		free(file);
		return NULL;
	}
	file->link_type = pcap_datalink(file->pcap);
	if (!is_known(file->link_type)) {
		snprintf(text, sizeof(text), "link type %s, expected Ethernet or Linux cooked (SLL, SLL2)",
			 pcap_datalink_val_to_name(file->link_type) != NULL ? pcap_datalink_val_to_name(file->link_type)
									    : "unknown");
		fail(error, path, text);
		trace_file_close(file);
		return NULL;
	}
	return file;
}

const char *trace_file_error(const struct trace_file *file)
{
	return file->error;
}

const struct trace_file_counts *trace_file_counts(const struct trace_file *file)
{
	return &file->counts;
}

uint64_t trace_file_end_us(const struct trace_file *file)
{
	return file->end_us;
}

void trace_file_close(struct trace_file *file)
{
	if (file == NULL)
		return;
	pcap_close(file->pcap); /* and the stream */
	free(file);
}

/* --- link layers --- */

static uint16_t be16(const uint8_t octets[2])
{
	return (uint16_t)(octets[0] << 8 | octets[1]);
}

/* The addresses, and where the EtherType stands; false for a packet that is too short, or not from Ethernet. */
static bool read_link_header(const struct trace_file *file, const uint8_t *packet, size_t len, uint8_t header[12],
			     size_t *type_at)
{
	memset(header, 0, 2 * MAC_LEN);
	if (file->link_type == DLT_EN10MB) {
		if (len < HEADER_LEN)
			return false;
		memcpy(header, packet, 2 * MAC_LEN);
		*type_at = 2 * MAC_LEN;
		return true;
	}
	const bool is_second = file->link_type == DLT_LINUX_SLL2;
	const size_t address_len_at = is_second ? 11 : 4, address_at = is_second ? 12 : 6;
	if (len < (size_t)(is_second ? SLL2_LEN : SLL_LEN))
		return false;
	/* SLL has two octets for the length of the address, SLL2 has one. */
	const unsigned address_len = is_second ? packet[address_len_at] : be16(packet + address_len_at);
	if (address_len == MAC_LEN)
		memcpy(header + MAC_LEN, packet + address_at, MAC_LEN);
	*type_at = is_second ? 0 : 14;
	return true;
}

/*
 * Makes the frame of a packet. False where it is none of HomePlug. In SLL2 the EtherType stands at the beginning and the
 * payload after 20 octets; everywhere else the payload follows the EtherType.
 */
static bool take_packet(const struct trace_file *file, const uint8_t *packet, size_t len, struct trace_frame *frame)
{
	uint8_t header[2 * MAC_LEN];
	size_t type_at;

	if (!read_link_header(file, packet, len, header, &type_at))
		return false;
	uint16_t type = be16(packet + type_at);
	size_t at = file->link_type == DLT_LINUX_SLL2 ? SLL2_LEN : type_at + 2;
	for (int tags = 0; (type == TAG_CUSTOMER || type == TAG_SERVICE) && tags < TAGS_MAX; tags++) {
		if (at + 4 > len)
			return false;
		frame->is_tagged = true;
		frame->vlan = be16(packet + at) & 0x0fff;
		type = be16(packet + at + 2);
		at += 4;
	}
	if (type != HOMEPLUG_ETHERTYPE)
		return false;
	size_t payload = len - at;
	if (payload > MME_FRAME_MAX - HEADER_LEN)
		payload = MME_FRAME_MAX - HEADER_LEN;
	memcpy(frame->octets, header, sizeof(header));
	frame->octets[12] = HOMEPLUG_ETHERTYPE >> 8;
	frame->octets[13] = HOMEPLUG_ETHERTYPE & 0xff;
	memcpy(frame->octets + HEADER_LEN, packet + at, payload);
	frame->len = HEADER_LEN + payload;
	frame->has_no_address = file->link_type != DLT_EN10MB;
	return true;
}

/* --- frames --- */

static bool is_doubled(const struct trace_frame *last, const struct trace_frame *frame)
{
	return frame->len == last->len && frame->time_us - last->time_us < DOUBLED_US && last->number != 0 &&
	       memcmp(frame->octets, last->octets, frame->len) == 0;
}

static void count(struct trace_file *file, const struct trace_frame *frame)
{
	file->counts.frames++;
	file->counts.tagged += frame->is_tagged;
	file->counts.cut += frame->missing > 0;
}

/*
 * A packet's time on a clock that is never set back. On the capture's own, all that follows a step back would stand at
 * one moment, and a car's repeats would be taken for doubled frames.
 */
static uint64_t time_of(struct trace_file *file, const struct pcap_pkthdr *header)
{
	uint64_t time_us = (uint64_t)header->ts.tv_sec * US_PER_SEC + (uint64_t)header->ts.tv_usec + file->set_back_us;

	if (time_us < file->end_us && file->end_us - time_us > SET_BACK_US) {
		file->set_back_us += file->end_us - time_us;
		file->counts.set_back++;
		file->last.number = 0; /* how much time went by is not known */
		time_us = file->end_us;
	}
	if (time_us > file->end_us)
		file->end_us = time_us;
	return time_us;
}

/* The octets that are there: the others of the array are never looked at. */
static void keep_last(struct trace_file *file, const struct trace_frame *frame)
{
	file->last.number = frame->number;
	file->last.time_us = frame->time_us;
	file->last.len = frame->len;
	memcpy(file->last.octets, frame->octets, frame->len);
}

static bool take_frame(struct trace_file *file, const struct pcap_pkthdr *header, const uint8_t *packet,
		       struct trace_frame *frame)
{
	frame->is_tagged = false;
	frame->vlan = 0;
	frame->number = ++file->counts.packets;
	frame->time_us = time_of(file, header);
	if (!take_packet(file, packet, header->caplen, frame))
		return false;
	frame->missing = header->len > header->caplen ? header->len - header->caplen : 0;
	if (frame->time_us < file->last.time_us) {
		frame->time_us = file->last.time_us;
		file->counts.backward++;
	}
	if (is_doubled(&file->last, frame)) {
		file->counts.doubled++;
		return false;
	}
	count(file, frame);
	keep_last(file, frame);
	return true;
}

enum trace_file_result trace_file_next(struct trace_file *file, struct trace_frame *frame)
{
	struct pcap_pkthdr *header;
	const u_char *packet;
	int result;

	while ((result = pcap_next_ex(file->pcap, &header, &packet)) == 1)
		if (take_frame(file, header, packet, frame))
			return TRACE_FILE_FRAME;
	if (result == PCAP_ERROR_BREAK)
		return TRACE_FILE_END;
	fail(file->error, file->path, pcap_geterr(file->pcap));
	return TRACE_FILE_DAMAGED;
}
