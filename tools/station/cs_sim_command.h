/* SPDX-License-Identifier: Apache-2.0 */
/* One line of the station simulator's script as a struct. Pure. */
#ifndef TOOLS_STATION_CS_SIM_COMMAND_H
#define TOOLS_STATION_CS_SIM_COMMAND_H

#include "tools/station/cs_iso15118.h"
#include "tools/station/cs_meter.h"
#include "tools/station/cs_sim_pilot.h"

#define CS_COMMAND_LINE_MAX   (API_PAYLOAD_MAX + 512)
#define CS_COMMAND_ERROR_SIZE 320
#define CS_EXPECT_WITHIN_MS   30000u

enum cs_command_kind {
	CS_COMMAND_NOTHING, /* an empty line or a comment */
	CS_COMMAND_PLUG,
	CS_COMMAND_UNPLUG,
	CS_COMMAND_STATE,
	CS_COMMAND_LIMIT,
	CS_COMMAND_LIMITS,
	CS_COMMAND_STATUS_CODE,
	CS_COMMAND_PARAMETERS,
	CS_COMMAND_ADD,
	CS_COMMAND_REMOVE,
	CS_COMMAND_HLC_CHARGING,
	CS_COMMAND_DATA_LINK,
	CS_COMMAND_AUTHORIZE,
	CS_COMMAND_TAP,
	CS_COMMAND_OTHER_PWM,
	CS_COMMAND_REQUEST,
	CS_COMMAND_CARD,
	CS_COMMAND_CABLE,
	CS_COMMAND_METER,
	CS_COMMAND_AVAILABILITY,
	CS_COMMAND_CAR_CONSUMES,
	CS_COMMAND_CAR_READY,
	CS_COMMAND_CAR,
	CS_COMMAND_CSMS,
	CS_COMMAND_RESTART,
	CS_COMMAND_WAIT,
	CS_COMMAND_EXPECT,
	CS_COMMAND_ANSWER,
	CS_COMMAND_REPORT,
	CS_COMMAND_RAW,
	CS_COMMAND_QUIT
};

enum cs_answer {
	CS_ANSWER_VALID,
	CS_ANSWER_INVALID,
	CS_ANSWER_ERROR,
	CS_ANSWER_LOST, /* the pilot request is carried out and reported, its answer is lost */
	CS_ANSWER_NONE  /* no request at all is answered */
};

#define CS_EVENT_VALUE_MAX 32

/* What `expect` waits for, and what comes in. */
struct cs_event {
	const char *name;               /* one of those that `expect` knows, e.g. "cp_pwm" */
	char value[CS_EVENT_VALUE_MAX]; /* e.g. "hlc"; a current is "16.0" */
	char evse_id[API_EVSE_ID_MAX];  /* "" in an expectation: any outlet; in an event: the whole station */
};

struct cs_command {
	enum cs_command_kind kind;
	char evse_id[API_EVSE_ID_MAX];   /* "": the first outlet */
	enum api_cp_state state;         /* STATE */
	double ampere;                   /* LIMIT, OTHER_PWM, CABLE; CSMS: of a limit, or seconds */
	double phase_a[CS_METER_PHASES]; /* CAR_CONSUMES */
	uint32_t ms;                     /* WAIT, EXPECT: at most this long */
	struct cs_event expected;        /* EXPECT */
	enum cs_answer answer;           /* ANSWER */
	bool has_signal;                 /* ANSWER: only to requests for this one: */
	enum cs_signal signal;
	enum api_evse_status status_code; /* STATUS_CODE */
	enum api_data_link_action action; /* DATA_LINK */
	enum api_kind requested;          /* REQUEST */
	bool on;                 /* HLC_CHARGING, AUTHORIZE, TAP, REPORT, AVAILABILITY, CAR_READY; OTHER_PWM: 5 % */
	enum cs_car_order car;   /* CAR */
	enum cs_csms_order csms; /* CSMS */
	const char *topic;       /* RAW: both point into the parsed line */
	const char *text;        /* RAW; a file of PARAMETERS and LIMITS, the outlet of ADD, the token of CARD */
};

/*
 * Reads one line, which is changed in the course of it. False, with `error` saying what was expected, when it
 * is no command.
 */
bool cs_command_parse(char *line, struct cs_command *command, char error[CS_COMMAND_ERROR_SIZE]);

bool cs_answer_parse(const char *text, enum cs_answer *answer);
/* A current as the value of an event. */
void cs_event_current(struct cs_event *event, double ampere);
/* Whether `seen` is what `expected` waits for. */
bool cs_event_matches(const struct cs_event *expected, const struct cs_event *seen);
/* "cp_pwm f", "status matched DE*SIM*E1". */
void cs_event_text(const struct cs_event *event, char *out, size_t size);

#endif
