/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/tests/exploration_configurations.h"

#define BIT(move)  WORLD_BIT(WORLD_##move)
#define ROOT(root) (1u << WORLD_FROM_##root)

#define RUNS        (BIT(TIME) | BIT(DELIVER) | BIT(HEAR))
#define PLUGS       (BIT(PLUG) | BIT(UNPLUG))
#define S2          (BIT(CLOSE_S2) | BIT(OPEN_S2))
#define CAR         (BIT(CAR_SPEAKS) | BIT(CAR_MATCHES))
#define PORT        (BIT(PORT_GOES) | BIT(PORT_COMES))
#define FAULTS      (BIT(FAULT) | BIT(FAULT_ENDS))
#define REFUSALS    (BIT(REFUSE) | BIT(LOSE))
#define LOSSES      (BIT(DELIVER_MUTE) | BIT(LOSE))
#define RESTARTS    (BIT(RESTART) | BIT(TELL))
#define BROKER      (BIT(BROKER_GOES) | BIT(BROKER_COMES) | BIT(TELL))
#define HOLDING     (BIT(BROKER_GOES_HOLDS) | BROKER)
#define CLIENT      (BIT(CLIENT_FULL) | BIT(CLIENT_TAKES))
#define LIMITS      (BIT(LIMIT_0) | BIT(LIMIT_16))
#define MORE_LIMITS (LIMITS | BIT(LIMIT_6) | BIT(LIMIT_L2_0) | BIT(LIMIT_UNREADABLE))
#define SERVICE     (BIT(READY) | BIT(NOT_READY) | BIT(OUT_OF_ORDER))
#define EIM         (BIT(EIM) | BIT(EIM_WITHDRAWN))
#define HLC         (BIT(HLC) | BIT(HLC_ENDS))

/*
 * Short, told apart, so that one in place of another is noticed, and multiples of a second, as slacd repeats some
 * things after two. Where slacd waits for a tenth of a second all times are a tenth, so that few distances exist.
 */
#define STEPS   .step_f_ms = 3000, .step_x1_ms = 1000, .step_x1_hlc_ms = 2000
#define TIMES   .request_timeout_ms = 2000, .request_backoff_max_ms = 2000, STEPS
#define BACKOFF .request_timeout_ms = 1000, .request_backoff_max_ms = 2000, STEPS
#define FAST                                                                                                           \
	.request_timeout_ms = 200, .request_backoff_max_ms = 200, .step_f_ms = 300, .step_x1_ms = 100,                 \
	.step_x1_hlc_ms = 200
#define AC .has_ac = true, .hlc_at_start = true, TIMES
#define DC .has_ac = false, .hlc_at_start = true, TIMES

const struct world_config exploration_configurations[] = {
	{
		.name = "AC, a station that obeys, refuses, does not answer or gets nothing",
		.pilot = {AC},
		.no_port = true,
		.hears = true,
		.requests = 2,
		.roots = ROOT(OFF) | ROOT(F) | ROOT(CHARGING),
		.moves = RUNS | PLUGS | REFUSALS | BIT(DELIVER_MUTE),
	},
	{
		.name = "AC, all limits, a station that does not always answer",
		.pilot = {AC, .nominal_current_da = 100},
		.no_port = true,
		.requests = 1,
		.roots = ROOT(CHARGING),
		.moves = RUNS | PLUGS | MORE_LIMITS | BIT(DELIVER_MUTE),
		.hears = true,
	},
	{
		.name = "AC, a broker that goes and holds back",
		.pilot = {AC},
		.no_port = true,
		.hears = true,
		.requests = 2,
		.roots = ROOT(OFF),
		.moves = RUNS | BIT(PLUG) | BIT(BROKER_GOES_HOLDS) | BIT(BROKER_COMES) | BIT(RESET) | BIT(TELL),
	},
	{
		.name = "AC, a station whose messages arrive late or never",
		.pilot = {AC},
		.no_port = true,
		.prompt = true,
		.messages = 2,
		.roots = ROOT(OFF),
		.moves = RUNS | PLUGS | BIT(MISS) | BIT(TELL),
	},
	{
		.name = "AC, limits, a station whose messages arrive late or never",
		.pilot = {AC},
		.no_port = true,
		.prompt = true,
		.messages = 2,
		.roots = ROOT(CHARGING),
		.moves = RUNS | LIMITS | BIT(MISS) | BIT(TELL),
	},
	{
		.name = "AC, a station that restarts, a car that matches",
		.pilot = {AC},
		.hears = true,
		.requests = 1,
		.roots = ROOT(OFF),
		.moves = RUNS | PLUGS | RESTARTS | BIT(CAR_MATCHES),
	},
	{
		.name = "AC, a station that is at 5 % after a restart, a broker that goes",
		.pilot = {AC},
		.no_port = true,
		.sets_hlc = true,
		.hears = true,
		.requests = 1,
		.roots = ROOT(CHARGING),
		.moves = RUNS | RESTARTS | BIT(BROKER_GOES) | BIT(BROKER_COMES) | LIMITS | BIT(LIMIT_6),
	},
	{
		.name = "AC, the same, nominal duty for EIM only",
		.pilot = {AC, .nominal_needs_eim = true, .basic_charging_on_eim = true},
		.no_port = true,
		.sets_hlc = true,
		.hears = true,
		.requests = 1,
		.roots = ROOT(CHARGING),
		.moves = RUNS | RESTARTS | BIT(BROKER_GOES) | BIT(BROKER_COMES) | EIM,
	},
	{
		.name = "AC, requests that come twice",
		.pilot = {AC},
		.no_port = true,
		.hears = true,
		.requests = 2,
		.roots = ROOT(OFF),
		.moves = RUNS | PLUGS | LIMITS | BIT(DELIVER_TWICE),
	},
	{
		.name = "AC, a full broker client",
		.pilot = {.has_ac = true, .hlc_at_start = true, FAST},
		.fast = true,
		.no_port = true,
		.hears = true,
		.requests = 1,
		.roots = ROOT(CHARGING),
		.moves = RUNS | PLUGS | CLIENT | BIT(LIMIT_0),
	},
	{
		.name = "AC, a car that speaks or not, and little time for it",
		.pilot = {.has_ac = true, .hlc_at_start = true, .init_retries = 1, .failed_pulses = 1, FAST},
		.fast = true,
		.fallback_ms = 600,
		.prompt = true,
		.hears = true,
		.requests = 1,
		.roots = ROOT(OFF),
		.moves = RUNS | PLUGS | CAR | BIT(RESET) | BIT(TERMINATE),
	},
	{
		.name = "AC, a station that restarts, slacd stopped for a while",
		.pilot = {AC},
		.no_port = true,
		.hears = true,
		.requests = 2,
		.roots = ROOT(OFF) | ROOT(CHARGING),
		.moves = RUNS | PLUGS | RESTARTS | BIT(LIMIT_0) | BIT(LATE),
	},
	{
		.name = "AC, 1 init retry, a station that refuses",
		.pilot = {AC, .init_retries = 1},
		.no_port = true,
		.hears = true,
		.counts_f = true,
		.requests = 1,
		.roots = ROOT(OFF),
		.moves = RUNS | PLUGS | REFUSALS | BIT(DELIVER_MUTE),
	},
	{
		.name = "AC, EIM, a car that speaks or not, everything the station tells",
		.pilot = {AC, .basic_charging_on_eim = true},
		.prompt = true,
		.hears = true,
		.requests = 2,
		.roots = ROOT(OFF),
		.moves =
			RUNS | PLUGS | CAR | EIM | HLC | SERVICE | LIMITS | PORT | FAULTS | BIT(RESET) | BIT(TERMINATE),
	},
	{
		.name = "AC, EIM, a station that does not always obey",
		.pilot = {AC, .basic_charging_on_eim = true},
		.hears = true,
		.requests = 1,
		.roots = ROOT(OFF),
		.moves = RUNS | PLUGS | EIM | BIT(CAR_MATCHES) | BIT(DELIVER_MUTE),
	},
	{
		.name = "AC, strict, nominal duty for EIM only, 2 init retries",
		.pilot = {AC, .init_retries = 2, .nominal_needs_eim = true, .basic_charging_on_eim = true},
		.strict = true,
		.prompt = true,
		.hears = true,
		.requests = 2,
		.roots = ROOT(OFF) | ROOT(CHARGING),
		.moves = RUNS | PLUGS | S2 | CAR | EIM | HLC | LIMITS | PORT | BIT(RESET) | BIT(TERMINATE),
	},
	{
		.name = "DC only, EIM, a car that speaks or not",
		.pilot = {DC, .basic_charging_on_eim = true, .failed_pulses = 1, .init_retries = 1},
		.hears = true,
		.requests = 2,
		.roots = ROOT(OFF) | ROOT(CHARGING),
		.moves = RUNS | PLUGS | CAR | EIM | PORT | HLC | BIT(RESET),
		.prompt = true,
	},
	{
		.name = "AC, F after a lost link and after a failed match",
		.pilot = {AC, .failed_pulses = 1, .pulse_on_link_loss = true},
		.hears = true,
		.requests = 2,
		.roots = ROOT(OFF),
		.moves = RUNS | PLUGS | CAR | PORT | HLC | EIM,
		.prompt = true,
	},
	{
		.name = "AC, F after a lost link, a station that does not always obey",
		.pilot = {AC, .pulse_on_link_loss = true},
		.hears = true,
		.requests = 1,
		.roots = ROOT(OFF),
		.moves = RUNS | BIT(PLUG) | BIT(CAR_MATCHES) | PORT | BIT(DELIVER_MUTE) | BIT(REFUSE),
	},
	{
		.name = "DC only, a station that does not always obey",
		.pilot = {DC, .failed_pulses = 1, .init_retries = 1},
		.hears = true,
		.requests = 1,
		.roots = ROOT(OFF) | ROOT(CHARGING),
		.moves = RUNS | PLUGS | CAR | REFUSALS | BIT(DELIVER_MUTE),
	},
	{
		.name = "AC, a broker that goes, slacd stopped for a while",
		.pilot = {.has_ac = true, .hlc_at_start = true, BACKOFF},
		.no_port = true,
		.hears = true,
		.requests = 1,
		.roots = ROOT(OFF),
		.moves = RUNS | PLUGS | BIT(BROKER_GOES) | BIT(BROKER_COMES) | BIT(LATE),
	},
	{
		.name = "AC, a station that answers nothing",
		.pilot = {AC},
		.no_port = true,
		.mute = true,
		.hears = true,
		.requests = 1,
		.roots = ROOT(F) | ROOT(CHARGING),
		.moves = RUNS | PLUGS | LIMITS | BIT(LOSE) | RESTARTS,
	},
	{
		.name = "AC, a station that answers nothing, and nothing is lost",
		.pilot = {AC},
		.no_port = true,
		.mute = true,
		.hears = true,
		.requests = 2,
		.roots = ROOT(OFF),
		.moves = RUNS | PLUGS,
	},
	{
		.name = "AC, a station that answers nothing and tells no duty cycle",
		.pilot = {AC},
		.no_port = true,
		.mute = true,
		.no_duty = true,
		.hears = true,
		.requests = 2,
		.roots = ROOT(OFF) | ROOT(F),
		.moves = RUNS | PLUGS | LIMITS | BIT(LOSE) | RESTARTS,
	},
	{
		.name = "AC, a station that obeys at once and answers nothing",
		.pilot = {AC, .init_retries = 1, .basic_charging_on_eim = true},
		.mute = true,
		.prompt = true,
		.hears = true,
		.requests = 2,
		.roots = ROOT(OFF) | ROOT(F) | ROOT(CHARGING),
		.moves = RUNS | PLUGS | S2 | LIMITS | EIM | BIT(CAR_MATCHES),
	},
	{
		.name = "AC, a station that only answers",
		.pilot = {AC},
		.no_port = true,
		.no_report = true,
		.hears = true,
		.requests = 1,
		.roots = ROOT(OFF) | ROOT(F),
		.moves = RUNS | PLUGS | LIMITS | REFUSALS,
	},
	{
		.name = "AC, EIM, a station that only answers",
		.pilot = {AC, .basic_charging_on_eim = true},
		.no_port = true,
		.no_report = true,
		.hears = true,
		.requests = 1,
		.roots = ROOT(OFF),
		.moves = RUNS | PLUGS | EIM | BIT(LOSE),
	},
	{
		.name = "AC, a station that takes F for A",
		.pilot = {AC, .init_retries = 1},
		.no_port = true,
		.a_in_f = true,
		.hears = true,
		.requests = 2,
		.roots = ROOT(OFF),
		.moves = RUNS | PLUGS | S2 | BIT(DELIVER_MUTE),
	},
	{
		.name = "AC, the end at any time",
		.pilot = {AC},
		.hears = true,
		.requests = 1,
		.roots = ROOT(OFF) | ROOT(F) | ROOT(CHARGING),
		.no_port = true,
		.moves = RUNS | PLUGS | REFUSALS | BIT(STOP) | BIT(DELIVER_MUTE),
	},
	{
		.name = "AC, the end at any time, the pilot is kept",
		.pilot = {AC, .keep_at_exit = true},
		.hears = true,
		.requests = 1,
		.roots = ROOT(F) | ROOT(CHARGING),
		.moves = RUNS | PLUGS | BIT(STOP) | BIT(REFUSE) | BIT(DELIVER_MUTE) | LIMITS,
	},
	{
		.name = "AC, no 5 % at the start",
		.pilot = {.has_ac = true, TIMES},
		.sets_hlc = true,
		.hears = true,
		.requests = 1,
		.roots = ROOT(F) | ROOT(CHARGING),
		.moves = RUNS | PLUGS | BIT(DELIVER_MUTE) | BIT(CAR_MATCHES) | RESTARTS,
	},
	{
		.name = "AC, no 5 % at the start, EIM, not ready at any time",
		.pilot = {.has_ac = true, TIMES, .basic_charging_on_eim = true},
		.no_port = true,
		.sets_hlc = true,
		.hears = true,
		.requests = 1,
		.roots = ROOT(CHARGING),
		.moves = RUNS | PLUGS | EIM | BIT(NOT_READY) | BIT(READY),
	},
	{
		.name = "AC, in E at any time",
		.pilot = {AC},
		.no_port = true,
		.hears = true,
		.requests = 1,
		.roots = ROOT(OFF),
		.moves = RUNS | PLUGS | FAULTS | BIT(DELIVER_MUTE) | BIT(RESET),
	},
	{
		.name = "AC, out of service at any time",
		.pilot = {AC},
		.no_port = true,
		.hears = true,
		.requests = 1,
		.roots = ROOT(F),
		.moves = RUNS | PLUGS | SERVICE | BIT(DELIVER_MUTE),
	},
};

const size_t exploration_configurations_count =
	sizeof(exploration_configurations) / sizeof(exploration_configurations[0]);
