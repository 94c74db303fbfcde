/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/tests/world/trace_script.h"

#include "homeplug/mme/mme.h"
#include "tools/replay/tests/trace_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A longer pause is an unplug and a replug. */
#define UNPLUG_US UINT64_C(5000000)

struct capture {
	uint8_t evse_mac[MAC_LEN];  /* the source of CM_SLAC_PARM.CNF */
	uint8_t modem_mac[MAC_LEN]; /* of CM_ATTEN_PROFILE.IND */
	uint64_t last_us;           /* of the frame before; 0: there is none */
	FILE *out;
};

static void learn(const uint8_t *octets, size_t len, uint64_t time_us, void *ctx)
{
	struct capture *capture = ctx;
	struct mme header;

	(void)time_us;
	mme_decode(octets, len, &header);
	if (header.mmtype == CM_SLAC_PARM_CNF)
		memcpy(capture->evse_mac, header.src, MAC_LEN);
	if (header.mmtype == CM_ATTEN_PROFILE_IND)
		memcpy(capture->modem_mac, header.src, MAC_LEN);
}

static void replay(const uint8_t *octets, size_t len, uint64_t time_us, void *ctx)
{
	struct capture *capture = ctx;
	uint64_t pause_us = capture->last_us != 0 && time_us > capture->last_us ? time_us - capture->last_us : 0;

	capture->last_us = time_us;
	if (pause_us > UNPLUG_US) {
		fprintf(capture->out, "run 2000\ncs unplug\nrun 2000\ncs plug\n");
		pause_us = UNPLUG_US / 5;
	}
	fprintf(capture->out, "run %llu.%03u\n", (unsigned long long)(pause_us / 1000), (unsigned)(pause_us % 1000));
	if (len < 2 * MAC_LEN || mac_equal(octets + MAC_LEN, capture->evse_mac))
		return;
	fprintf(capture->out, "frame plc0 ");
	for (size_t i = 0; i < len; i++)
		fprintf(capture->out, "%02x", octets[i]);
	fprintf(capture->out, "\n");
}

static void play_capture(const char *file, void (*play)(const char *name, const char *text))
{
	struct capture capture = {.modem_mac = {0x02, 0x50, 0x4c, 0, 0, 1}};
	char error[PORT_ERROR_SIZE];
	char evse[MAC_TEXT_SIZE];
	char modem[MAC_TEXT_SIZE];
	char *text = NULL;
	size_t size = 0;

	capture.out = open_memstream(&text, &size);
	if (capture.out == NULL)
		abort();
	bool ok = trace_each_frame(file, learn, &capture, error);
	fprintf(capture.out,
		"log DEBUG\nset slac.missing_profile 20\nset modem.link_detection off\nwire evse0 plc0\nwire-mac evse0 %s\nstation --evse DE*TST*E1=evse0\n"
		"ev plc0 --cars 0 --modem-mac %s\nrun 10\nslacd start\nrun 2000\ncs plug\nrun 10\n",
		mac_text(capture.evse_mac, evse), mac_text(capture.modem_mac, modem));
	ok = ok && trace_each_frame(file, replay, &capture, error);
	fprintf(capture.out, "run 40000\n");
	fclose(capture.out);
	if (ok)
		play(file, text);
	else
		fprintf(stderr, "%s\n", error);
	free(text);
}

void trace_scripts(void (*play)(const char *name, const char *text))
{
	char files[TRACE_FILES][TRACE_NAME_SIZE];

	if (trace_folder() == NULL)
		fprintf(stderr, "SKIP: SLACD_TRACES names no folder of captures\n");
	size_t count = trace_list(files);
	for (size_t i = 0; i < count; i++)
		play_capture(files[i], play);
}
