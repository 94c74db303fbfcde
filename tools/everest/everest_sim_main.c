/* SPDX-License-Identifier: Apache-2.0 */
/* everest-sim: EVerest, as slacd sees it over MQTT. */
#include "tools/command_line.h"
#include "tools/everest/everest_sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"EVerest simulator: plays EVerest's API module slac_API with an EvseManager behind it, and checks what slacd says\n\n"
	"Usage: everest-sim [OPTIONS]\n\nOptions:\n"
	"      --mqtt-host HOST     MQTT broker [localhost]\n"
	"      --mqtt-port PORT     its TCP port [1883]\n"
	"      --prefix TEXT        what stands before every topic []\n"
	"      --module ID          a module; may be repeated [slac_api]\n"
	"      --heartbeat-ms MS    time between two heartbeats; 0: none [1000]\n"
	"      --check-s S          a communication_check is wanted so often; 0: none is [5]\n"
	"      --f-ms MS            how long F lasts when the E/F step is asked for [4000]\n"
	"      --parm-req           MATCHING need not follow enter_bcd (mqtt.everest_matching_at parm_req)\n"
	"      --wait               EVerest is not there before the command `start`\n"
	"  -h, --help               print this help and exit\n"
	"  -V, --version            print the version and exit\n\n"
	"Commands, one a line from standard input (ID: the first module by default):\n"
	"  enter [ID], leave [ID]   enter_bcd, leave_bcd\n"
	"  unplug [ID]              leave_bcd, and reset where the last state was not UNMATCHED\n"
	"  reset [ID], terminate [ID], error [ID], pause [ID]\n"
	"  start                    EVerest starts, or starts anew: the ready beacon, and heartbeats from 0\n"
	"  stop                     EVerest is gone\n"
	"  heartbeat on|off\n"
	"  heed on|off              whether EvseManager does the E/F step that is asked for [on]\n"
	"  may-end                  an end of slacd is wanted: it may say communication_check false\n"
	"  time MS                  slacd, or its way, is away: no rule is broken for so long\n"
	"  raw TOPIC TEXT           publish any text; retained TOPIC TEXT likewise, to be stored by the broker\n"
	"  large TOPIC OCTETS       publish so many blanks\n"
	"  quit\n\n"
	"Each message is printed, but for heartbeats and checks. A rule that slacd breaks is printed as VIOLATION and ends it.\n"
	"Exit codes: 0, 1 a rule was broken or there is no broker, 2 wrong use.\n";

enum option_id {
	OPTION_HOST = 256,
	OPTION_PORT,
	OPTION_PREFIX,
	OPTION_MODULE,
	OPTION_HEARTBEAT,
	OPTION_CHECK,
	OPTION_F,
	OPTION_PARM_REQ,
	OPTION_WAIT
};

static const struct option long_options[] = {
	{"mqtt-host", required_argument, NULL, OPTION_HOST},
	{"mqtt-port", required_argument, NULL, OPTION_PORT},
	{"prefix", required_argument, NULL, OPTION_PREFIX},
	{"module", required_argument, NULL, OPTION_MODULE},
	{"heartbeat-ms", required_argument, NULL, OPTION_HEARTBEAT},
	{"check-s", required_argument, NULL, OPTION_CHECK},
	{"f-ms", required_argument, NULL, OPTION_F},
	{"parm-req", no_argument, NULL, OPTION_PARM_REQ},
	{"wait", no_argument, NULL, OPTION_WAIT},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static bool read_number(const char *text, unsigned long max, uint32_t *out)
{
	char *end;
	const unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || value > max)
		return false;
	*out = (uint32_t)value;
	return true;
}

static const char *take_module(struct everest_sim_options *options, const char *id)
{
	if (options->module_count == EVEREST_SIM_MODULES)
		return "at most 8 modules";
	options->modules[options->module_count++] = id;
	return NULL;
}

/* What the option's value should be, or NULL when it is. */
static const char *take(void *context, int option, char *value)
{
	struct everest_sim_options *options = context;
	uint32_t number = 0;

	switch (option) {
	case OPTION_HOST:
		options->mqtt_host = value;
		return NULL;
	case OPTION_PORT:
		if (!read_number(value, 65535, &number) || number == 0)
			return "a port from 1 to 65535";
		options->mqtt_port = (int)number;
		return NULL;
	case OPTION_PREFIX:
		options->prefix = value;
		return NULL;
	case OPTION_MODULE:
		return take_module(options, value);
	case OPTION_HEARTBEAT:
		return read_number(value, 600000, &options->heartbeat_ms) ? NULL : "0 to 600000 ms";
	case OPTION_CHECK:
		return read_number(value, 3600, &options->check_s) ? NULL : "0 to 3600 s";
	case OPTION_F:
		return read_number(value, 600000, &options->f_ms) ? NULL : "0 to 600000 ms";
	case OPTION_PARM_REQ:
		options->matching_at_parm_req = true;
		return NULL;
	case OPTION_WAIT:
		options->waits = true;
		return NULL;
	default:
		return "another option";
	}
}

int main(int argc, char **argv)
{
	const struct command_line line = {.name = "everest-sim", .help = help, .options = long_options, .take = take};
	struct everest_sim_options options = {.mqtt_host = "localhost",
					      .mqtt_port = 1883,
					      .prefix = "",
					      .heartbeat_ms = 1000,
					      .check_s = 5,
					      .f_ms = 4000};
	const enum command_line_action action = command_line_read(&line, argc, argv, &options);

	if (action != COMMAND_LINE_RUN)
		return action == COMMAND_LINE_EXIT ? 0 : 2;
	if (options.module_count == 0)
		options.modules[options.module_count++] = "slac_api";
	struct everest_sim *sim = everest_sim_new(&options);
	if (sim == NULL)
		return 1;
	const bool ok = everest_sim_run(sim);
	everest_sim_free(sim);
	return ok ? 0 : 1;
}
