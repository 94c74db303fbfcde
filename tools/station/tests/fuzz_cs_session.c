/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer: the lines of the input are messages on the topics in turn; station and played services hear all of them. */
#include "tools/station/cs_iso15118.h"
#include "tools/station/cs_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 64

static const char evse_ids[][API_EVSE_ID_MAX] = {"DE*SIM*E1", "DE*ABC*E1"};

static struct cs_session session;
static struct cs_ocpp ocpp;
static struct cs_iso15118 iso15118;

static void new_id(char id[API_UUID_MAX])
{
	strcpy(id, "1");
}

static void build(const struct cs_outbox *out)
{
	static char text[API_BUILD_MAX];

	for (size_t i = 0; i < out->count; i++) {
		const struct api_session_message *message = &out->items[i].message;
		if (message->kind != API_SESSION_CP_STATUS && api_session_build(text, sizeof(text), message) == 0)
			abort();
	}
}

static void hear(enum cs_topic topic, const char *text, size_t size, uint64_t now_us)
{
	static struct cs_session_effects effects;
	static struct cs_outbox out;
	struct api_session_message message;
	struct api_error error;
	const enum api_result result = api_session_parse(text, size, &message, &error);

	memset(&effects, 0, sizeof(effects));
	memset(&out, 0, sizeof(out));
	if (result == API_OK) {
		cs_session_heard(&session, &message, now_us, "2025-01-06T22:50:00Z", &effects);
		cs_ocpp_heard(&ocpp, topic, &message, "2025-01-06T22:50:00Z", &out);
		cs_iso15118_heard(&iso15118, topic, &message, now_us, &out);
	} else if (result == API_INVALID) {
		cs_session_refuse(&session, &message, &effects);
	}
	cs_session_tick(&session, now_us, &effects.out);
	cs_iso15118_tick(&iso15118, now_us, &out);
	build(&effects.out);
	build(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const bool dc[] = {false, true};
	static struct cs_outbox out;
	const char *text = (const char *)data;
	const char *const end = text + size;

	memset(&session, 0, sizeof(session));
	memset(&out, 0, sizeof(out));
	session.count = 2;
	for (size_t i = 0; i < 2; i++) {
		cs_outlet_init(&session.outlets[i], evse_ids[i]);
		session.outlets[i].dc = dc[i];
		cs_outlet_limit(&session.outlets[i], 32, 3, 0, &out);
		cs_outlet_car(&session.outlets[i], 16, 3, 0, &out);
		cs_outlet_plug(&session.outlets[i], 0, &out);
	}
	cs_ocpp_init(&ocpp, new_id);
	cs_ocpp_boot(&ocpp, evse_ids, 2, &out);
	cs_iso15118_init(&iso15118, new_id);
	cs_iso15118_boot(&iso15118, evse_ids, dc, 2);
	for (unsigned line = 0; line < LINES_MAX && text < end; line++) {
		const char *const newline = memchr(text, '\n', (size_t)(end - text));
		const char *const stop = newline != NULL ? newline : end;
		hear((enum cs_topic)(line % CS_TOPICS), text, (size_t)(stop - text), line * UINT64_C(150000));
		text = stop + 1;
	}
	return 0;
}
