/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/tests/trace_replay.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Qualcomm's twin of CM_ATTEN_PROFILE.IND (homeplug-mme document, 2.5). */
#define TWIN_MMTYPE 0xa14e
#define TWIN_LEN    94

/*
 * Captures without CM_ATTEN_PROFILE.IND: the charger's modem told its host the same on a wire that was not
 * recorded. Its twins, which crossed the power line, are taken for them.
 */
static const struct twin {
	const char *file;
	const char *modem;
} twins[] = {
	{"ioniq-alpitronic-hyc150-spi-matched-neighbour-crosstalk.pcap", "bc:f2:af:f1:86:ce"},
};

#define TWINS (sizeof(twins) / sizeof(twins[0]))

static bool is_twin_of_capture(const char *file, const struct mme *frame)
{
	uint8_t modem[MAC_LEN];

	for (size_t i = 0; i < TWINS; i++)
		if (strcmp(twins[i].file, file) == 0)
			return mac_parse(twins[i].modem, modem) && mac_equal(frame->src, modem);
	return false;
}

/* `frame` has the header of a message that did not decode. */
static bool profile_of_twin(const char *file, const uint8_t *octets, size_t len, struct mme *frame)
{
	uint8_t modem[MAC_LEN];

	if (frame->mmtype != TWIN_MMTYPE || len < TWIN_LEN || octets[26] != SLAC_GROUPS ||
	    !is_twin_of_capture(file, frame))
		return false;
	memcpy(modem, frame->src, MAC_LEN);
	mme_init(frame, CM_ATTEN_PROFILE_IND, modem, mac_broadcast);
	memcpy(frame->atten_profile_ind.pev_mac, octets + 20, MAC_LEN);
	frame->atten_profile_ind.num_groups = octets[26];
	memcpy(frame->atten_profile_ind.aag_db, octets + 36, SLAC_GROUPS);
	return true;
}

const char *trace_folder(void)
{
	const char *path = getenv("SLACD_TRACES");
	DIR *folder = path == NULL ? NULL : opendir(path);

	if (folder == NULL)
		return NULL;
	closedir(folder);
	return path;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

size_t trace_list(char names[TRACE_FILES][TRACE_NAME_SIZE])
{
	const char *path = trace_folder();
	DIR *folder = path == NULL ? NULL : opendir(path);
	size_t count = 0;

	if (folder == NULL)
		return 0;
	for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
		const char *dot = strrchr(entry->d_name, '.');
		if (dot == NULL || strcmp(dot, ".pcap") != 0 || count == TRACE_FILES)
			continue;
		snprintf(names[count++], TRACE_NAME_SIZE, "%.*s", TRACE_NAME_SIZE - 1, entry->d_name);
	}
	closedir(folder);
	qsort(names, count, TRACE_NAME_SIZE, by_name);
	return count;
}

bool trace_note_match(struct trace_matches *matches, const uint8_t ev_mac[MAC_LEN],
		      const uint8_t run_id[RUN_ID_LEN])
{
	if (matches->count == TRACE_MATCHES)
		return false;
	memcpy(matches->items[matches->count].ev_mac, ev_mac, MAC_LEN);
	memcpy(matches->items[matches->count].run_id, run_id, RUN_ID_LEN);
	matches->count++;
	return true;
}

/* False when there is no room. */
static bool take_frame(struct trace *trace, const uint8_t *octets, size_t len, uint64_t time_us)
{
	if (trace->count == TRACE_FRAMES)
		return false;
	struct trace_frame *item = &trace->frames[trace->count++];
	struct mme *frame = &item->frame;
	item->time_us = time_us;
	item->received =
		mme_decode(octets, len, frame) == MME_OK || profile_of_twin(trace->file, octets, len, frame);
	if (item->received && frame->mmtype == CM_SLAC_PARM_CNF)
		memcpy(trace->evse_mac, frame->src, MAC_LEN);
	if (item->received && frame->mmtype == CM_SLAC_MATCH_CNF)
		return trace_note_match(&trace->recorded, frame->slac_match_cnf.pev_mac,
					frame->slac_match_cnf.run_id);
	return true;
}

static bool take_all(struct trace *trace, struct capture_reader *reader, char error[LINK_ERROR_SIZE])
{
	enum link_result result;
	const uint8_t *octets;
	uint64_t time_us;
	size_t len;

	while ((result = capture_next(reader, &octets, &len, &time_us)) == LINK_FRAME) {
		if (take_frame(trace, octets, len, time_us))
			continue;
		snprintf(error, LINK_ERROR_SIZE, "%s: more than fits", trace->file);
		return false;
	}
	if (result != LINK_END)
		snprintf(error, LINK_ERROR_SIZE, "%s: %s", trace->file, capture_error(reader));
	return result == LINK_END;
}

bool trace_load(struct trace *trace, const char *file, char error[LINK_ERROR_SIZE])
{
	char path[4096];

	memset(trace, 0, sizeof(*trace));
	trace->file = file;
	snprintf(path, sizeof(path), "%s/%s", trace_folder(), file);
	struct capture_reader *reader = capture_open(path, error);
	if (reader == NULL)
		return false;
	const bool taken = take_all(trace, reader, error);
	capture_close(reader);
	/* What the recorded EVSE's host sent itself. */
	for (size_t i = 0; i < trace->count; i++)
		if (mac_equal(trace->frames[i].frame.src, trace->evse_mac))
			trace->frames[i].received = false;
	return taken;
}
