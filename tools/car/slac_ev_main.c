/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/car/simulation.h"

#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_RUNTIME 1
#define EXIT_USAGE   2
#define COMMAND_SIZE 1024

/* Lines on stdin, put together from what each read gives. */
struct console {
	struct simulation *sim;
	struct event_base *base;
	char line[COMMAND_SIZE];
	size_t len;
};

static void obey(struct console *console, const char *command)
{
	char error[SIMULATION_ERROR_SIZE];

	if (strcmp(command, "quit") == 0)
		event_base_loopexit(console->base, NULL);
	else if (command[0] != '\0' && !simulation_obey(console->sim, command, error))
		fprintf(stderr, "slac-ev: %s\n", error);
}

static void take_octet(struct console *console, char octet)
{
	if (octet != '\n') {
		if (console->len < COMMAND_SIZE)
			console->line[console->len++] = octet;
		return;
	}
	if (console->len == COMMAND_SIZE) {
		fprintf(stderr, "slac-ev: a line of more than %d characters is dropped\n", COMMAND_SIZE - 1);
	} else {
		console->line[console->len] = '\0';
		obey(console, console->line);
	}
	console->len = 0;
}

static void on_stdin(evutil_socket_t fd, short what, void *ctx)
{
	struct console *console = ctx;
	char octets[256];
	ssize_t n = read(fd, octets, sizeof(octets));

	(void)what;
	if (n <= 0)
		event_base_loopexit(console->base, NULL);
	for (ssize_t i = 0; i < n; i++)
		take_octet(console, octets[i]);
}

static void on_signal(evutil_socket_t signal_number, short what, void *ctx)
{
	(void)signal_number;
	(void)what;
	event_base_loopexit(ctx, NULL);
}

/* Runs the loop until the simulation, a signal or the user ends it; false when it could not begin. */
static bool loop(struct event_base *base, struct simulation *sim)
{
	struct console console = {.sim = sim, .base = base};
	struct event *interrupt = evsignal_new(base, SIGINT, on_signal, base);
	struct event *terminate = evsignal_new(base, SIGTERM, on_signal, base);
	struct event *commands = event_new(base, STDIN_FILENO, EV_READ | EV_PERSIST, on_stdin, &console);
	bool ready = interrupt != NULL && terminate != NULL && commands != NULL && event_add(interrupt, NULL) == 0 &&
		     event_add(terminate, NULL) == 0;

	if (ready && sim->options->wait && event_add(commands, NULL) < 0) {
		fprintf(stderr, "slac-ev: --wait needs a terminal or a pipe as stdin\n");
		ready = false;
	}
	if (ready)
		event_base_dispatch(base);
	if (commands != NULL)
		event_free(commands);
	if (terminate != NULL)
		event_free(terminate);
	if (interrupt != NULL)
		event_free(interrupt);
	return ready;
}

/* Without the precise timer libevent rounds to whole milliseconds. */
static struct event_base *base_new(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config != NULL && event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER) == 0)
		base = event_base_new_with_config(config);
	if (config != NULL)
		event_config_free(config);
	return base;
}

static int simulate(const struct slac_ev_options *options)
{
	char error[PORT_ERROR_SIZE];
	struct simulation sim;
	struct event_base *base = base_new();

	if (base == NULL) {
		fprintf(stderr, "slac-ev: libevent gives no event loop\n");
		return EXIT_RUNTIME;
	}
	bool ok = simulation_open(&sim, options, base, error);
	if (!ok)
		fprintf(stderr, "slac-ev: %s\n", error);
	else
		ok = loop(base, &sim);
	ok = simulation_close(&sim) && ok;
	event_base_free(base);
	return ok ? EXIT_SUCCESS : EXIT_RUNTIME;
}

int main(int argc, char **argv)
{
	struct slac_ev_options options;
	char error[OPTIONS_ERROR_SIZE];

	switch (slac_ev_options_parse(&options, argc, argv, error)) {
	case OPTIONS_HELP:
		slac_ev_options_help();
		return EXIT_SUCCESS;
	case OPTIONS_VERSION:
		puts("slac-ev " SLACD_VERSION);
		return EXIT_SUCCESS;
	case OPTIONS_BEHAVIOURS:
		car_behaviour_print(stdout);
		return EXIT_SUCCESS;
	case OPTIONS_WRONG:
		fprintf(stderr, "slac-ev: %s (see slac-ev --help)\n", error);
		return EXIT_USAGE;
	case OPTIONS_RUN:
		break;
	}
	return simulate(&options);
}
