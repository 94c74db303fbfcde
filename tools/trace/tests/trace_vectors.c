/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace-vectors DIR: writes the stories as captures DIR/NAME.pcap, the same octets in every run; and the record that slacd
 * does not leave, since it records a vehicle's session: of a car that speaks where the station has told no pilot state.
 */
#include "slacd/record/record_file.h"
#include "tools/trace/tests/trace_stories.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_USAGE 2
#define SNAPLEN    65535
#define TAG_LEN    4
#define TAG_AT     (2 * MAC_LEN)
#define SHORTEST   60

static void dump(pcap_dumper_t *dumper, uint64_t time_us, const uint8_t *octets, size_t len, size_t missing)
{
	struct pcap_pkthdr header = {.caplen = (bpf_u_int32)len, .len = (bpf_u_int32)(len + missing)};

	header.ts.tv_sec = (time_t)(time_us / 1000000);
	header.ts.tv_usec = (suseconds_t)(time_us % 1000000);
	pcap_dump((u_char *)dumper, &header, octets);
}

static void write_frame(void *context, const struct trace_frame *frame)
{
	uint8_t octets[MME_FRAME_MAX + TAG_LEN];
	const size_t tag_len = frame->is_tagged ? TAG_LEN : 0;
	const uint8_t tag[TAG_LEN] = {0x81, 0x00, (uint8_t)(frame->vlan >> 8), (uint8_t)frame->vlan};

	memcpy(octets, frame->octets, TAG_AT);
	memcpy(octets + TAG_AT, tag, tag_len);
	memcpy(octets + TAG_AT + tag_len, frame->octets + TAG_AT, frame->len - TAG_AT);
	dump(context, frame->time_us, octets, frame->len + tag_len, frame->missing);
}

/* How long the capture went on shows by a packet of something else. */
static void write_end(pcap_dumper_t *dumper, uint64_t time_us)
{
	uint8_t octets[SHORTEST] = {0};

	octets[TAG_AT] = 0x88; /* an experiment's EtherType */
	octets[TAG_AT + 1] = 0xb5;
	dump(dumper, time_us, octets, sizeof(octets), 0);
}

/* --- the record --- */

struct unreported {
	struct outlet outlet;
	struct record_ring ring;
	struct outlet_effects effects;
};

static bool fill(void *context, uint8_t *out, size_t n)
{
	struct unreported *unreported = context;

	memset(out, 0x5a, n);
	record_ring_random(&unreported->ring, out, n);
	return true;
}

static void give(struct unreported *unreported, const struct outlet_input *input, uint64_t now_us)
{
	record_ring_input(&unreported->ring, &unreported->outlet, input, now_us);
	outlet_input(&unreported->outlet, input, now_us, &unreported->effects);
	for (size_t i = 0; i < unreported->effects.count; i++)
		record_ring_effect(&unreported->ring, &unreported->effects.items[i], now_us);
}

static void give_frame(void *context, const struct trace_frame *frame)
{
	const struct outlet_input input = {.kind = OUTLET_FRAME, .frame = {.octets = frame->octets, .len = frame->len}};

	give(context, &input, frame->time_us);
}

static bool write_octets(const char *path, const struct record_octets *octets)
{
	FILE *file = fopen(path, "we");
	const bool is_written = file != NULL && fwrite(octets->octets, 1, octets->len, file) == octets->len;

	return file != NULL && fclose(file) == 0 && is_written;
}

static bool write_unreported(const char *path)
{
	static const struct record_about about = {
		.program = "trace-vectors", .evse_id = "DE*TST*E1", .interface = "evse0", .state_version = 1};
	static const uint8_t secret[RECORD_SECRET_LEN];
	static struct unreported unreported;
	const struct outlet_input start = {.kind = OUTLET_START};
	const struct outlet_input up = {.kind = OUTLET_PORT_UP, .port_mac = {2, 0xee, 0, 0, 0, 1}};
	const struct trace_story *story = &trace_stories[trace_story_count - 1];
	struct outlet_config config = {0};
	struct record_octets octets = {0};
	uint8_t *memory = malloc(RECORD_MEMORY_MIN);

	if (memory == NULL)
		return false;
	slac_evse_defaults(&config.slac, false);
	modem_defaults(&config.modem, false);
	control_pilot_defaults(&config.pilot, false);
	record_ring_init(&unreported.ring, memory, RECORD_MEMORY_MIN);
	outlet_init(&unreported.outlet, &config, fill, &unreported);
	record_ring_begin(&unreported.ring, &unreported.outlet, STORY_BEGIN_US - 1000000);
	give(&unreported, &up, STORY_BEGIN_US - 1000000);
	give(&unreported, &start, STORY_BEGIN_US - 1000000);
	for (size_t i = 0; i < trace_story_count; i++)
		if (trace_stories[i].word == SLAC_CAUSE_PARM_REQ_UNANSWERED)
			story = &trace_stories[i];
	trace_story_tell(story, give_frame, &unreported);
	const bool is_written =
		record_file_build(&about, "{}", &unreported.ring, secret, &octets) && write_octets(path, &octets);
	record_octets_free(&octets);
	free(memory);
	return is_written;
}

int main(int argc, char **argv)
{
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, SNAPLEN);
	char path[4096];

	if (argc != 2 || pcap == NULL) {
		fprintf(stderr, "trace-vectors: expected DIR\n");
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < trace_story_count; i++) {
		snprintf(path, sizeof(path), "%s/%s.pcap", argv[1], trace_story_name(&trace_stories[i]));
		pcap_dumper_t *dumper = pcap_dump_open(pcap, path);
		if (dumper == NULL) {
			fprintf(stderr, "trace-vectors: %s\n", pcap_geterr(pcap));
			return EXIT_FAILURE;
		}
		write_end(dumper, trace_story_tell(&trace_stories[i], write_frame, dumper));
		pcap_dump_close(dumper);
	}
	pcap_close(pcap);
	snprintf(path, sizeof(path), "%s/no_pilot_state.pcapng", argv[1]);
	return write_unreported(path) ? EXIT_SUCCESS : EXIT_FAILURE;
}
