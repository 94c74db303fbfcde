/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any octets as what happens to the whole daemon, on virtual time: messages on each of its topics, frames, a car and a
 * station that move, a broker and an interface that go and come. Nothing may be left open.
 *
 * An input is a row of happenings: what, how many octets (in two, the high one first), and the octets. With an odd number
 * of octets the daemon has telemetry.
 */
#include "slacd/tests/world/broker.h"
#include "slacd/tests/world/script.h"
#include "slacd/tests/world/wire.h"
#include "slacd/tests/world/world.h"

#include <stdlib.h>
#include <string.h>

#define HAPPENINGS_MAX 40
#define STEP_MS        7
#define HEAD           3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const topics[] = {"cs/josev", "iso15118/slac", "josev/cs", "other/topic"};

static const char *const commands[] = {
	"cs plug",
	"cs unplug",
	"car plc0 plug",
	"car plc0 unplug",
	"broker down",
	"broker up",
	"broker hang",
	"broker go",
	"wire-down evse0",
	"wire-up evse0",
	"cs restart",
	"cs request reset",
	"cs authorize",
	"cs limit 0",
	"cs limit 16",
	"cs data_link pause",
	"cs data_link resume",
	"cs data_link terminate",
	"cs parameters remove DE*TST*E1",
	"cs parameters add DE*TST*E1=evse0",
	"slacd statistics",
	"run 21000",
	"random fail",
	"random work",
	"broker full",
	"broker room",
};

enum happening { MESSAGE, MESSAGE_ISO15118, MESSAGE_OTHERS, MESSAGE_FOREIGN, FRAME, TIME, COMMAND, HAPPENINGS };

static void publish(enum happening what, const uint8_t *octets, size_t len)
{
	char *text = malloc(len + 1);

	if (text == NULL)
		abort();
	if (len > 0)
		memcpy(text, octets, len);
	text[len] = '\0';
	broker_world_publish(topics[what - MESSAGE], text);
	free(text);
}

static void happen(enum happening what, const uint8_t *octets, size_t len)
{
	switch (what) {
	case FRAME:
		if (len <= 1500)
			wire_send("plc0", octets, len);
		break;
	case TIME:
		world_run_ms(len > 0 ? octets[0] * STEP_MS : STEP_MS);
		break;
	case COMMAND:
		if (len > 0)
			script_run(commands[octets[0] % (sizeof(commands) / sizeof(commands[0]))]);
		break;
	default:
		publish(what, octets, len);
		break;
	}
	world_run_ms(1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	world_open();
	if (size % 2 != 0)
		script_run("set mqtt.telemetry telemetry/S1");
	script_run("boot / --sound-spacing-ms 5 --parm-to-start-ms 5 --rsp-to-match-ms 5 --join-ms 50");
	for (unsigned i = 0; i < HAPPENINGS_MAX && size >= HEAD; i++) {
		size_t len = (size_t)data[1] << 8 | data[2];
		len = len < size - HEAD ? len : size - HEAD;
		happen((enum happening)(data[0] % HAPPENINGS), data + HEAD, len);
		data += HEAD + len;
		size -= HEAD + len;
	}
	script_run("random work\nbroker room\nslacd stop\nrun 10");
	if (!world_close())
		abort();
	return 0;
}
