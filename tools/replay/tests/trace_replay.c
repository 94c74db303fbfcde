/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/replay/tests/trace_replay.h"

#include "homeplug/mme/modem_mme.h"

#include <stdio.h>
#include <string.h>

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
	struct modem_mme twin;

	if (!is_twin_of_capture(file, frame) || modem_mme_decode(octets, len, &twin) != MME_OK ||
	    twin.message != MODEM_VS_ATTEN_CHAR_IND || twin.vs_atten_char_ind.num_groups != SLAC_GROUPS)
		return false;
	mme_init(frame, CM_ATTEN_PROFILE_IND, twin.src, mac_broadcast);
	memcpy(frame->atten_profile_ind.pev_mac, twin.vs_atten_char_ind.pev_mac, MAC_LEN);
	frame->atten_profile_ind.num_groups = SLAC_GROUPS;
	memcpy(frame->atten_profile_ind.aag_db, twin.vs_atten_char_ind.aag_db, SLAC_GROUPS);
	return true;
}

bool trace_note_match(struct trace_matches *matches, const uint8_t ev_mac[MAC_LEN], const uint8_t run_id[RUN_ID_LEN])
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
	item->received = mme_decode(octets, len, frame) == MME_OK || profile_of_twin(trace->file, octets, len, frame);
	if (item->received && frame->mmtype == CM_SLAC_PARM_CNF)
		memcpy(trace->evse_mac, frame->src, MAC_LEN);
	if (item->received && frame->mmtype == CM_SLAC_MATCH_CNF)
		return trace_note_match(&trace->recorded, frame->slac_match_cnf.pev_mac, frame->slac_match_cnf.run_id);
	return true;
}

struct loading {
	struct trace *trace;
	bool fits;
};

static void take_next(const uint8_t *octets, size_t len, uint64_t time_us, void *ctx)
{
	struct loading *loading = ctx;

	loading->fits = loading->fits && take_frame(loading->trace, octets, len, time_us);
}

bool trace_load(struct trace *trace, const char *file, char error[PORT_ERROR_SIZE])
{
	struct loading loading = {.trace = trace, .fits = true};

	memset(trace, 0, sizeof(*trace));
	trace->file = file;
	if (!trace_each_frame(file, take_next, &loading, error))
		return false;
	if (!loading.fits)
		snprintf(error, PORT_ERROR_SIZE, "%s: more than fits", file);
	/* What the recorded EVSE's host sent itself. */
	for (size_t i = 0; i < trace->count; i++)
		if (mac_equal(trace->frames[i].frame.src, trace->evse_mac))
			trace->frames[i].received = false;
	return loading.fits;
}
