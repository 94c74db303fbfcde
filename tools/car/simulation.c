/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/car/simulation.h"

#include <stdio.h>
#include <string.h>

#define ALL "slac-ev"
/* The EVSE host asks its modem for the link every now and then. */
#define FINISH_AFTER_MS 1000

static void timer_arm(struct event *timer, uint32_t ms)
{
	struct timeval delay = {.tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000) * 1000};

	evtimer_add(timer, &delay);
}

/* The loop ends after the events at hand, so that whoever called is done with its objects. */
static void finish(struct simulation *sim)
{
	event_base_loopexit(sim->base, NULL);
}

/* --- rounds --- */

static uint32_t cars_in(const struct simulation *sim, enum ev_car_state state)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < sim->options->cars; i++)
		count += sim->cars[i].state == state;
	return count;
}

static void on_start(evutil_socket_t fd, short what, void *ctx)
{
	struct simulation *sim = ctx;

	(void)fd;
	(void)what;
	power_line_plug(&sim->line, &sim->behaviour);
	for (uint32_t i = 0; i < sim->options->cars; i++) {
		ev_car_unplug(&sim->cars[i]);
		if (!ev_car_plug(&sim->cars[i], &sim->behaviour)) {
			fprintf(stderr, "slac-ev: no random octets for a run_id\n");
			sim->failed = true;
			finish(sim);
			return;
		}
	}
}

static void round_over(struct simulation *sim)
{
	const struct slac_ev_options *options = sim->options;
	const uint32_t expected = slac_ev_options_expected(options, &sim->line.behaviour);
	uint32_t up = cars_in(sim, CAR_LINK_UP);

	sim->rounds_over++;
	if (up != expected || cars_in(sim, CAR_KEYS_DIFFER) > 0)
		sim->failed = true;
	if (options->cars > 1 || options->rounds > 1)
		trace_event(&sim->trace, ALL, "round %u: %u of %u cars matched, %u expected", sim->rounds_over, up,
			    options->cars, expected);
	if (options->wait)
		return;
	if (sim->rounds_over < options->rounds)
		timer_arm(sim->start_timer, options->round_pause_ms);
	else if (!options->stay && up > 0)
		timer_arm(sim->finish_timer, FINISH_AFTER_MS);
	else if (!options->stay)
		finish(sim);
}

static void on_car_ended(void *ctx)
{
	struct simulation *sim = ctx;

	if (cars_in(sim, CAR_MATCHING) + cars_in(sim, CAR_JOINING) + cars_in(sim, CAR_SILENT) == 0)
		round_over(sim);
}

static void plug(struct simulation *sim)
{
	sim->started = true;
	timer_arm(sim->start_timer, sim->options->start_delay_ms);
}

static void unplug(struct simulation *sim)
{
	evtimer_del(sim->start_timer);
	for (uint32_t i = 0; i < sim->options->cars; i++)
		ev_car_unplug(&sim->cars[i]);
}

/* --- what the line tells --- */

static void on_frame(void *ctx, const struct mme *mme)
{
	struct simulation *sim = ctx;

	for (uint32_t i = 0; i < sim->options->cars; i++)
		ev_car_frame(&sim->cars[i], mme);
}

static void on_connected(void *ctx, bool connected)
{
	struct simulation *sim = ctx;

	if (connected && !sim->started && !sim->options->wait)
		plug(sim);
}

static void on_amp_map(void *ctx, const struct amp_map_mme *message)
{
	struct simulation *sim = ctx;

	for (uint32_t i = 0; i < sim->options->cars; i++)
		ev_car_amp_map(&sim->cars[i], message);
}

static void on_link(void *ctx, bool up)
{
	struct simulation *sim = ctx;

	for (uint32_t i = 0; up && i < sim->options->cars; i++)
		ev_car_link_up(&sim->cars[i]);
}

static void on_told_link(void *ctx)
{
	struct simulation *sim = ctx;

	if (evtimer_pending(sim->finish_timer, NULL))
		finish(sim);
}

/* An external EV shows that it matched by giving its modem the EVSE's key, and that it left by taking
 * another. */
static void on_key_set(void *ctx, bool by_ev)
{
	struct simulation *sim = ctx;
	bool joined = power_line_ev_joined(&sim->line);

	for (uint32_t i = 0; i < sim->options->cars; i++)
		ev_car_check_link(&sim->cars[i]);
	if (joined && !sim->ev_joined) {
		trace_event(&sim->trace, sim->line.ev.host, "link up");
		sim->ev_joins++;
	} else if (!joined && sim->ev_joined) {
		trace_event(&sim->trace, sim->line.ev.host, "link down");
		sim->line.ev_confirmed = false;
	} else if (by_ev && !joined && sim->line.ev_confirmed) {
		trace_event(&sim->trace, sim->line.ev.host, "link: keys differ");
		sim->failed = true;
	}
	if (by_ev && !joined && sim->ev_joined && sim->ev_joins >= sim->options->rounds && !sim->options->stay)
		finish(sim);
	sim->ev_joined = joined;
}

static void on_broken(void *ctx)
{
	finish(ctx);
}

static void on_finish(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	finish(ctx);
}

static void on_timeout(evutil_socket_t fd, short what, void *ctx)
{
	struct simulation *sim = ctx;

	(void)fd;
	(void)what;
	trace_event(&sim->trace, ALL, "time-out after %u ms", sim->options->timeout_ms);
	finish(sim);
}

/* --- commands --- */

static bool behave(struct simulation *sim, const char *list, char *error)
{
	char why[CAR_BEHAVIOUR_ERROR_SIZE];
	struct car_behaviour behaviour;

	car_behaviour_init(&behaviour);
	if (!car_behaviour_parse(list, &behaviour, why)) {
		snprintf(error, SIMULATION_ERROR_SIZE, "behaviour %s", why);
		return false;
	}
	sim->behaviour = behaviour;
	trace_event(&sim->trace, ALL, "behaviour: %s", list);
	power_line_misbehave(&sim->line, &behaviour);
	return true;
}

static bool attenuate(struct simulation *sim, const char *profile, char *error)
{
	if (!attenuation_parse(profile, sim->line.attenuation.aag_db)) {
		snprintf(error, SIMULATION_ERROR_SIZE,
			 "attenuation '%.48s': expected one value in dB, 0 to 255, or a list or file of 58", profile);
		return false;
	}
	trace_event(&sim->trace, ALL, "attenuation: %.32s dB", profile);
	return true;
}

static bool misbehave(struct simulation *sim, const char *list, char *error)
{
	struct modem_faults faults = {0};

	if (strcmp(list, "none") != 0 && !modem_faults_parse(list, &faults)) {
		snprintf(error, SIMULATION_ERROR_SIZE, "fault '%.48s': expected none, or faults of --help", list);
		return false;
	}
	sim->behaviour.faults = faults;
	trace_event(&sim->trace, sim->line.evse.port.name, "misbehaves: %s", list);
	power_line_misbehave(&sim->line, &sim->behaviour);
	return true;
}

static bool plug_in(struct simulation *sim, const char *none, char *error)
{
	(void)none;
	(void)error;
	plug(sim);
	return true;
}

static bool pull_out(struct simulation *sim, const char *none, char *error)
{
	(void)none;
	(void)error;
	unplug(sim);
	return true;
}

static const struct {
	const char *name;
	bool has_argument;
	bool (*obey)(struct simulation *sim, const char *argument, char *error);
} commands[] = {
	{"plug", false, plug_in},         {"unplug", false, pull_out}, {"behaviour", true, behave},
	{"attenuation", true, attenuate}, {"fault", true, misbehave},
};

bool simulation_obey(struct simulation *sim, const char *command, char error[SIMULATION_ERROR_SIZE])
{
	const size_t len = strcspn(command, " ");
	const char *argument = command + len + strspn(command + len, " ");

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strlen(commands[i].name) == len && strncmp(commands[i].name, command, len) == 0 &&
		    commands[i].has_argument == (*argument != '\0'))
			return commands[i].obey(sim, argument, error);
	snprintf(error, SIMULATION_ERROR_SIZE,
		 "unknown command '%.100s': expected plug, unplug, behaviour LIST, attenuation DB, fault LIST or quit",
		 command);
	return false;
}

/* --- the whole --- */

static bool cars_init(struct simulation *sim)
{
	for (uint32_t i = 0; i < sim->options->cars; i++) {
		struct ev_car *car = &sim->cars[i];
		if (!ev_car_init(car, i, sim->options, &sim->line, sim->base))
			return false;
		car->ended = on_car_ended;
		car->ctx = sim;
	}
	return true;
}

bool simulation_open(struct simulation *sim, const struct slac_ev_options *options, struct event_base *base,
		     char error[PORT_ERROR_SIZE])
{
	struct power_line_hooks hooks = {
		.ctx = sim,
		.frame = on_frame,
		.connected = on_connected,
		.amp_map = on_amp_map,
		.key_set = on_key_set,
		.link = on_link,
		.told_link = on_told_link,
		.broken = on_broken,
	};

	memset(sim, 0, sizeof(*sim));
	sim->options = options;
	sim->base = base;
	sim->behaviour = options->behaviour;
	trace_init(&sim->trace, options->colour, options->quiet);
	sim->start_timer = evtimer_new(base, on_start, sim);
	sim->timeout_timer = evtimer_new(base, on_timeout, sim);
	sim->finish_timer = evtimer_new(base, on_finish, sim);
	if (!power_line_open(&sim->line, options, base, &sim->trace, &hooks, error))
		return false;
	if (sim->start_timer == NULL || sim->timeout_timer == NULL || sim->finish_timer == NULL || !cars_init(sim)) {
		snprintf(error, PORT_ERROR_SIZE, "no memory for timers");
		return false;
	}
	if (options->timeout_ms > 0)
		timer_arm(sim->timeout_timer, options->timeout_ms);
	on_connected(sim, sim->line.evse.connected);
	return true;
}

/* Cars that were never meant to speak, and a line without cars, cannot fall short. */
static bool rounds_complete(const struct simulation *sim)
{
	const struct slac_ev_options *options = sim->options;

	if (options->wait || options->behaviour.silent)
		return true;
	if (options->cars > 0)
		return sim->rounds_over >= options->rounds;
	return options->ev_interface == NULL || sim->ev_joins >= options->rounds;
}

bool simulation_close(struct simulation *sim)
{
	for (uint32_t i = 0; i < sim->options->cars; i++)
		ev_car_free(&sim->cars[i]);
	struct event *const timers[] = {sim->start_timer, sim->timeout_timer, sim->finish_timer};
	for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
		if (timers[i] != NULL)
			event_free(timers[i]);
	if (!power_line_close(&sim->line)) {
		fprintf(stderr, "slac-ev: capture file %s: not written completely\n", sim->options->capture);
		sim->failed = true;
	}
	return !sim->failed && rounds_complete(sim);
}
