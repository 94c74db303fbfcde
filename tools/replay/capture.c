/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/replay/capture.h"
#include "homeplug/port/port_ops.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SNAPLEN    65535
#define US_PER_SEC 1000000u

struct capture_reader {
	pcap_t *pcap;
	char *path;
	char error[PORT_ERROR_SIZE];
};

struct capture_writer {
	pcap_t *pcap;
	pcap_dumper_t *dumper;
};

static void fail(char error[PORT_ERROR_SIZE], const char *path, const char *what)
{
	snprintf(error, PORT_ERROR_SIZE, "capture file %.180s: %s", path, what);
}

/* Ethernet only, and only HomePlug management messages. */
static bool reader_filter(pcap_t *pcap, const char *path, char error[PORT_ERROR_SIZE])
{
	struct bpf_program program;

	if (pcap_datalink(pcap) != DLT_EN10MB) {
		fail(error, path, "its link type is not Ethernet");
		return false;
	}
	if (pcap_compile(pcap, &program, PORT_FILTER, 1, PCAP_NETMASK_UNKNOWN) < 0) {
		fail(error, path, pcap_geterr(pcap));
		return false;
	}
	bool ok = pcap_setfilter(pcap, &program) == 0;
	pcap_freecode(&program);
	if (!ok)
		fail(error, path, pcap_geterr(pcap));
	return ok;
}

static pcap_t *pcap_of_file(const char *path, char error[PORT_ERROR_SIZE])
{
	char text[PCAP_ERRBUF_SIZE] = "";
	FILE *file = fopen(path, "rbe");

	if (file == NULL) {
		fail(error, path, strerror(errno));
		return NULL;
	}
	pcap_t *pcap = pcap_fopen_offline(file, text);
	if (pcap == NULL) {
		fail(error, path, text);
		fclose(file);
	}
	return pcap;
}

struct capture_reader *capture_open(const char *path, char error[PORT_ERROR_SIZE])
{
	struct capture_reader *reader = calloc(1, sizeof(*reader));

	if (reader == NULL || (reader->path = strdup(path)) == NULL) {
		fail(error, path, strerror(errno));
		free(reader);
		return NULL;
	}
	reader->pcap = pcap_of_file(path, error);
	if (reader->pcap == NULL || !reader_filter(reader->pcap, path, error)) {
		capture_close(reader);
		return NULL;
	}
	return reader;
}

enum port_result capture_next(struct capture_reader *reader, const uint8_t **frame, size_t *len, uint64_t *time_us)
{
	struct pcap_pkthdr *header;
	const u_char *data;

	switch (pcap_next_ex(reader->pcap, &header, &data)) {
	case 1:
		*frame = data;
		*len = header->caplen;
		*time_us = (uint64_t)header->ts.tv_sec * US_PER_SEC + (uint64_t)header->ts.tv_usec;
		return PORT_FRAME;
	case PCAP_ERROR_BREAK:
		return PORT_END;
	default:
		fail(reader->error, reader->path, pcap_geterr(reader->pcap));
		return PORT_ERROR;
	}
}

const char *capture_error(const struct capture_reader *reader)
{
	return reader->error;
}

void capture_close(struct capture_reader *reader)
{
	if (reader == NULL)
		return;
	if (reader->pcap != NULL)
		pcap_close(reader->pcap);
	free(reader->path);
	free(reader);
}

struct capture_writer *capture_create(const char *path, char error[PORT_ERROR_SIZE])
{
	struct capture_writer *writer = calloc(1, sizeof(*writer));

	if (writer == NULL || (writer->pcap = pcap_open_dead(DLT_EN10MB, SNAPLEN)) == NULL) {
		fail(error, path, strerror(errno));
		free(writer);
		return NULL;
	}
	FILE *file = fopen(path, "wbe");
	if (file == NULL)
		fail(error, path, strerror(errno));
	else if ((writer->dumper = pcap_dump_fopen(writer->pcap, file)) == NULL)
		fail(error, path, pcap_geterr(writer->pcap));
	if (writer->dumper == NULL) {
		pcap_close(writer->pcap);
		free(writer);
		return NULL;
	}
	return writer;
}

void capture_write(struct capture_writer *writer, const uint8_t *frame, size_t len, uint64_t time_us)
{
	struct pcap_pkthdr header = {
		.ts = {.tv_sec = (time_t)(time_us / US_PER_SEC), .tv_usec = (suseconds_t)(time_us % US_PER_SEC)},
		.caplen = (bpf_u_int32)len,
		.len = (bpf_u_int32)len,
	};

	pcap_dump((u_char *)writer->dumper, &header, frame);
}

bool capture_finish(struct capture_writer *writer)
{
	/* The close itself tells nothing, so everything has to be written before. */
	bool ok = pcap_dump_flush(writer->dumper) == 0 && ferror(pcap_dump_file(writer->dumper)) == 0;

	pcap_dump_close(writer->dumper);
	pcap_close(writer->pcap);
	free(writer);
	return ok;
}
