/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/station/cs_sim_options.h"

#include "mqtt/broker/broker.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
	"Charging station simulator: answers slacd's requests over MQTT and reports its pilots' states\n\n"
	"Usage: cs-sim [OPTIONS]\n\nOptions:\n"
	"      --mqtt-host HOST            MQTT broker [localhost]\n"
	"      --mqtt-port PORT            its TCP port [1883]\n"
	"      --topic-to-station TOPIC    where slacd speaks [josev/cs]\n"
	"      --topic-from-station TOPIC  where the station speaks [cs/josev]\n"
	"      --topic-iso15118 TOPIC      where the ISO 15118 service speaks [iso15118/slac]\n"
	"      --topic-prefix TEXT         stands before the topics between the services of --play []\n"
	"      --evse ID=INTERFACE[:ac|dc|acdc]\n"
	"                                  an outlet; may be repeated [DE*SIM*E1=veth-evse]\n"
	"      --max-current AMPERE        AC limit of each phase [32]\n"
	"      --config FILE               data of cs_parameters, instead of --evse\n"
	"      --limits FILE               data of cs_status_and_limits, instead of --max-current\n"
	"      --device-model FILE         data of device_model, instead of one that is made from the outlets\n"
	"      --play LIST                 play these services, too: ocpp (with the backend), iso15118 (with the car), or both\n"
	"                                  with a comma between\n"
	"      --answer valid|invalid|error|lost|none\n"
	"                                  how cp_pwm is answered; lost: it is carried out, but not answered;\n"
	"                                  none: nothing at all is answered [valid]\n"
	"      --answer-delay-ms MS        every answer is this late [0]\n"
	"      --script NAME               commands, carried out once the broker is connected: a file, or one of session-eim,\n"
	"                                  session-pnc, session-dc, session-remote-stop, session-paused (these need\n"
	"                                  --play ocpp,iso15118),\n"
	"                                  basic-charging (--play ocpp) and smart-charging (likewise, and that service)\n"
	"      --print-script NAME         print one of these and exit\n"
	"      --quiet                     only errors\n"
	"      --color WHEN                auto, always or never [auto]\n"
	"  -h, --help                      print this help and exit\n"
	"  -V, --version                   print the version and exit\n\n"
	"Commands, one a line, from the script and then from standard input (EVSE: the first outlet by "
	"default):\n"
	"  plug [EVSE]                     a vehicle is connected: B1, or B2 with PWM\n"
	"  unplug [EVSE]                   it leaves: A1 or A2\n"
	"  state STATE [EVSE]              report any pilot state, e.g. C2 when the vehicle is ready, or F "
	"for a fault\n"
	"  limit AMPERE [EVSE]             report new AC limits\n"
	"  limits FILE                     report the limits of a file\n"
	"  status_code CODE [EVSE]         report it with the limits, e.g. evse_malfunction or evse_ready\n"
	"  parameters FILE                 report the outlets of a file, or changed ones:\n"
	"  parameters add EVSE=INTERFACE[:ac|dc|acdc]\n"
	"  parameters remove EVSE          each is a cs_parameters update, and one of the limits where they change\n"
	"  hlc_charging on|off [EVSE]      a 15118 session runs, or ended\n"
	"  data_link terminate|pause|resume [EVSE]\n"
	"                                  slac_data_link, as the ISO 15118 service sends it\n"
	"  authorize [EVSE], deauthorize [EVSE]\n"
	"                                  the station accepts a card by itself, or takes that back\n"
	"  tap accepted|rejected [EVSE]    a card is shown: the station asks for it, and the backend has answered\n"
	"  other_pwm hlc|AMPERE [EVSE]     cp_pwm request of another service, smart charging for one; 0: X1\n"
	"  request link_status|network_info|reset|service_status [EVSE]\n"
	"                                  ask slacd; reset without EVSE: the whole service\n"
	"  card TOKEN [EVSE]               a card is shown: the station asks for it, and waits for OCPP\n"
	"  car draws AMPERE [1|2|3] [EVSE] the car can draw so much, of so many phases, and moves by itself from now on: to C\n"
	"                                  when it is offered a current, and back to B\n"
	"  car consumes L1 L2 L3 [EVSE]    likewise, so much (A) in each phase\n"
	"  car ready on|off [EVSE]         whether it goes to C at all: off, it stays in B, or goes back there [on]\n"
	"  car eim|contract                how cars pay from now on (--play iso15118)\n"
	"  car stop|pause|resume [EVSE]    the car ends its 15118 session, lets it sleep, wakes it up (--play iso15118)\n"
	"  csms start|stop [EVSE]          remote start and stop by the backend (all of csms: --play ocpp)\n"
	"  csms limit AMPERE [EVSE]        set_charging_profile: of the running transaction, otherwise by default\n"
	"  csms clear [EVSE]               clear_charging_profile\n"
	"  csms schedule SECONDS [EVSE]    get_composite_schedule\n"
	"  csms meter [EVSE]               meter_values request\n"
	"  csms operative|inoperative [EVSE], csms reset [EVSE]\n"
	"                                  change_availability and reset requests; without EVSE for the whole station\n"
	"  csms accept|reject              how cards are answered from now on [accept]\n"
	"  cable AMPERE [EVSE]             the driver's own cable is in the socket: cable_info\n"
	"  meter [EVSE]                    meter_values update\n"
	"  availability operative|inoperative [EVSE]\n"
	"                                  the station itself takes the outlet out of service, or back\n"
	"  restart                         the station loses its connection and its pilot signals, not the vehicles\n"
	"  wait MS\n"
	"  expect cp_pwm hlc|f|x1|x2|e [EVSE] [within MS]\n"
	"  expect status matching|matched|failed|unmatched|basic_charging [EVSE] [within MS]\n"
	"                                  wait until slacd has said so, 30000 ms by default; otherwise exit "
	"code 1\n"
	"  expect state STATE, offer AMPERE, current AMPERE, contactor closed|opened, request MESSAGE,\n"
	"         authorization accepted|rejected|deauthorized, transaction started|in_progress|ended,\n"
	"         session STEP, hlc_charging on|off, profile accepted|rejected|unknown\n"
	"                                  likewise, until the station has reported it, carried it out, or heard it\n"
	"  answer valid|invalid|error|lost|none [hlc|f|x1|x2|e]\n"
	"                                  from now on; with a pilot only to requests for that one\n"
	"  report on|off                   whether cp_status is reported; on: the states are reported at once\n"
	"  raw TOPIC TEXT                  publish any text\n"
	"  quit\n\n"
	"It runs until `quit` or a signal. A wrong command on standard input is answered with an error, and the next one is\n"
	"taken. Exit codes: 0, 1 an expectation was not met, or a command of the script could not be carried out, 2 wrong use\n"
	"or a wrong line in the script.\n";

enum option_id {
	OPTION_HOST = 256,
	OPTION_PORT,
	OPTION_TO,
	OPTION_FROM,
	OPTION_ISO15118,
	OPTION_PREFIX,
	OPTION_EVSE,
	OPTION_CURRENT,
	OPTION_CONFIG,
	OPTION_LIMITS,
	OPTION_DEVICE_MODEL,
	OPTION_PLAY,
	OPTION_ANSWER,
	OPTION_DELAY,
	OPTION_SCRIPT,
	OPTION_PRINT_SCRIPT,
	OPTION_QUIET,
	OPTION_COLOUR
};

static const struct option long_options[] = {
	{"mqtt-host", required_argument, NULL, OPTION_HOST},
	{"mqtt-port", required_argument, NULL, OPTION_PORT},
	{"topic-to-station", required_argument, NULL, OPTION_TO},
	{"topic-from-station", required_argument, NULL, OPTION_FROM},
	{"topic-iso15118", required_argument, NULL, OPTION_ISO15118},
	{"topic-prefix", required_argument, NULL, OPTION_PREFIX},
	{"evse", required_argument, NULL, OPTION_EVSE},
	{"max-current", required_argument, NULL, OPTION_CURRENT},
	{"config", required_argument, NULL, OPTION_CONFIG},
	{"limits", required_argument, NULL, OPTION_LIMITS},
	{"device-model", required_argument, NULL, OPTION_DEVICE_MODEL},
	{"play", required_argument, NULL, OPTION_PLAY},
	{"answer", required_argument, NULL, OPTION_ANSWER},
	{"answer-delay-ms", required_argument, NULL, OPTION_DELAY},
	{"script", required_argument, NULL, OPTION_SCRIPT},
	{"print-script", required_argument, NULL, OPTION_PRINT_SCRIPT},
	{"quiet", no_argument, NULL, OPTION_QUIET},
	{"color", required_argument, NULL, OPTION_COLOUR},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static bool read_number(const char *text, double min, double max, double *value)
{
	char *end;

	*value = strtod(text, &end);
	return end != text && *end == '\0' && isfinite(*value) && *value >= min && *value <= max;
}

static bool read_colour(const char *text, bool *colour)
{
	bool automatic = strcmp(text, "auto") == 0;

	*colour = automatic ? isatty(STDOUT_FILENO) == 1 : strcmp(text, "always") == 0;
	return automatic || *colour || strcmp(text, "never") == 0;
}

static bool read_played(char *text, struct cs_station_options *station)
{
	char *rest;

	for (char *each = strtok_r(text, ",", &rest); each != NULL; each = strtok_r(NULL, ",", &rest)) {
		if (strcmp(each, "ocpp") == 0)
			station->play_ocpp = true;
		else if (strcmp(each, "iso15118") == 0)
			station->play_iso15118 = true;
		else
			return false;
	}
	return station->play_ocpp || station->play_iso15118;
}

/* What the option's value should be, or NULL when it is. */
static const char *read_value(void *context, int option, char *value)
{
	struct cs_options *options = context;
	double number = 0;

	switch (option) {
	case OPTION_HOST:
		options->station.mqtt_host = value;
		return NULL;
	case OPTION_PORT:
		if (!read_number(value, 1, 65535, &number))
			return "a port from 1 to 65535";
		options->station.mqtt_port = (uint16_t)number;
		return NULL;
	case OPTION_TO:
		options->station.topic_to_station = value;
		return NULL;
	case OPTION_FROM:
		options->station.topic_from_station = value;
		return NULL;
	case OPTION_ISO15118:
		options->station.topic_iso15118 = value;
		return NULL;
	case OPTION_PREFIX:
		options->station.topic_prefix = value;
		return strlen(value) <= CS_TOPIC_PREFIX_MAX && (*value == '\0' || broker_topic_is_valid(value))
			       ? NULL
			       : "at most 200 octets without wildcards";
	case OPTION_EVSE:
		if (options->evse_count == API_EVSES_MAX)
			return "at most 256 outlets";
		options->evses[options->evse_count++] = value;
		return NULL;
	case OPTION_CURRENT:
		return read_number(value, 0, 1000, &options->station.max_current_a) ? NULL
										    : "a current from 0 to 1000 A";
	case OPTION_CONFIG:
		options->config_file = value;
		return NULL;
	case OPTION_LIMITS:
		options->limits_file = value;
		return NULL;
	case OPTION_DEVICE_MODEL:
		options->device_model_file = value;
		return NULL;
	case OPTION_PLAY:
		return read_played(value, &options->station) ? NULL : "ocpp, iso15118 or ocpp,iso15118";
	case OPTION_ANSWER:
		return cs_answer_parse(value, &options->station.answer) ? NULL : "valid, invalid, error, lost or none";
	case OPTION_DELAY:
		if (!read_number(value, 0, 1e9, &number))
			return "milliseconds";
		options->station.answer_delay_ms = (uint32_t)number;
		return NULL;
	case OPTION_SCRIPT:
		options->script = value;
		return NULL;
	case OPTION_PRINT_SCRIPT:
		options->print_script = value;
		return NULL;
	case OPTION_QUIET:
		options->quiet = true;
		return NULL;
	default:
		return read_colour(value, &options->colour) ? NULL : "auto, always or never";
	}
}

_Static_assert(API_EVSES_MAX == 256, "the text of OPTION_EVSE says so");
_Static_assert(CS_TOPIC_PREFIX_MAX == 200, "the text of OPTION_PREFIX says so");

static void set_defaults(struct cs_options *options)
{
	*options = (struct cs_options){
		.station = {.mqtt_host = "localhost",
			    .mqtt_port = 1883,
			    .topic_to_station = "josev/cs",
			    .topic_from_station = "cs/josev",
			    .topic_iso15118 = "iso15118/slac",
			    .topic_prefix = "",
			    .max_current_a = 32},
		.colour = isatty(STDOUT_FILENO) == 1,
	};
}

enum command_line_action cs_options_read(int argc, char **argv, struct cs_options *options)
{
	static const struct command_line line = {"cs-sim", help, long_options, read_value};

	set_defaults(options);
	const enum command_line_action action = command_line_read(&line, argc, argv, options);
	if (options->evse_count == 0)
		options->evses[options->evse_count++] = "DE*SIM*E1=veth-evse";
	return action;
}
