/* SPDX-License-Identifier: Apache-2.0 */
/* A keeper's programs: how they are started, what they say, and how they end. */
#include "service/file.h"
#include "tools/fleet/fleet_keeper_internal.h"
#include "tools/fleet/fleet_network.h"
#include "tools/fleet/fleet_slacd_config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENTS_MAX 32
#define TEXT_SIZE     320
/* Two pipes of each program; broker, log, relay, and the other ends while one starts. */
#define DESCRIPTORS_EACH    2
#define DESCRIPTORS_BESIDES 32

unsigned fleet_keeper_connectors(const struct fleet_keeper *keeper)
{
	return (unsigned)keeper->identity.connectors;
}

static unsigned connector_of(size_t program)
{
	return program < FLEET_PROGRAM_CAR ? 0 : (unsigned)(program - FLEET_PROGRAM_CAR + 1);
}

/* --- what they say --- */

/* cs-sim tells what flows: "  12.345 ms  cs           DE*SIM*ES1*1 draws 16.0 A: l1 16.0, l2 0.0, l3 0.0" */
static void hear_current(struct fleet_keeper *keeper, const char *line)
{
	const char *draws = strstr(line, " draws ");
	double drawn_a[FLEET_PHASES], most_a;

	if (draws == NULL || sscanf(draws, " draws %lf A", &most_a) != 1)
		return;
	if (sscanf(draws, " draws %*f A: l1 %lf, l2 %lf, l3 %lf", &drawn_a[0], &drawn_a[1], &drawn_a[2]) !=
	    FLEET_PHASES)
		drawn_a[0] = drawn_a[1] = drawn_a[2] = most_a;
	for (unsigned i = 0; i < fleet_keeper_connectors(keeper); i++) {
		const size_t len = strlen(keeper->connectors[i].evse_id);
		if ((size_t)(draws - line) > len && draws[-1 - (ptrdiff_t)len] == ' ' &&
		    strncmp(draws - len, keeper->connectors[i].evse_id, len) == 0)
			fleet_connector_hear_drawn(&keeper->connectors[i], drawn_a);
	}
}

static void take_line(struct fleet_channel *channel)
{
	channel->line[channel->line_len] = '\0';
	fleet_log_line(channel->keeper->log, fleet_program_name(channel->program), connector_of(channel->program),
		       channel->line, channel->line_len);
	if (channel->program == FLEET_PROGRAM_STATION)
		hear_current(channel->keeper, channel->line);
	channel->line_len = 0;
}

/* A line that is too long is cut in two. */
static void take_octets(struct fleet_channel *channel, const char *octets, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (octets[i] != '\n')
			channel->line[channel->line_len++] = octets[i];
		if (octets[i] == '\n' || channel->line_len == sizeof(channel->line) - 1)
			take_line(channel);
	}
}

static void close_event(struct event **event)
{
	if (*event == NULL)
		return;
	const int fd = (int)event_get_fd(*event);
	event_free(*event);
	close(fd);
	*event = NULL;
}

/* At most 16 KiB a turn: a program that floods does not delay the others. */
static void on_output(evutil_socket_t fd, short what, void *context)
{
	struct fleet_channel *channel = context;
	char octets[16384];
	const ssize_t n = read(fd, octets, sizeof(octets));

	(void)what;
	if (n > 0)
		take_octets(channel, octets, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		close_event(&channel->output);
	fleet_keeper_turn(channel->keeper);
}

/* --- what they are told --- */

/* A program that has died takes nothing any more, and is about to be reaped. */
static void flush(struct fleet_channel *channel)
{
	const ssize_t n = write((int)event_get_fd(channel->input), channel->waiting, channel->waits);

	if (n > 0) {
		channel->waits -= (size_t)n;
		memmove(channel->waiting, channel->waiting + n, channel->waits);
	} else if (errno != EAGAIN && errno != EINTR) {
		channel->waits = 0;
	}
	if (channel->waits > 0)
		event_add(channel->input, NULL);
}

static void on_input(evutil_socket_t fd, short what, void *context)
{
	struct fleet_channel *channel = context;

	(void)fd;
	(void)what;
	flush(channel);
	fleet_keeper_turn(channel->keeper);
}

bool fleet_keeper_can_tell(const struct fleet_keeper *keeper, size_t program)
{
	const struct fleet_channel *channel = &keeper->channels[program];

	return fleet_program_runs(&keeper->programs, program) && channel->input != NULL && channel->waits == 0;
}

void fleet_keeper_tell(struct fleet_keeper *keeper, size_t program, const char *text)
{
	struct fleet_channel *channel = &keeper->channels[program];
	const size_t len = strlen(text);

	if (channel->input == NULL || len > sizeof(channel->waiting) - channel->waits)
		return;
	memcpy(channel->waiting + channel->waits, text, len);
	channel->waits += len;
	flush(channel);
}

/* --- start --- */

/* Texts of a command line, in one place. */
struct words {
	char *argv[ARGUMENTS_MAX + 2 * FLEET_CONNECTORS_MAX];
	size_t count;
	char texts[FLEET_CONNECTORS_MAX + 8][TEXT_SIZE];
	size_t used;
};

static void add(struct words *words, const char *text)
{
	words->argv[words->count++] = (char *)text;
}

static char *new_text(struct words *words)
{
	return words->texts[words->used++];
}

static void add_broker(struct words *words, const struct fleet_options *options)
{
	char *port = new_text(words);

	add(words, "--mqtt-host");
	add(words, options->mqtt_host);
	if (options->mqtt_port == 0)
		return;
	snprintf(port, TEXT_SIZE, "%u", options->mqtt_port);
	add(words, "--mqtt-port");
	add(words, port);
}

static void add_topic(struct words *words, const char *option, const char *id, const char *what)
{
	char *topic = new_text(words);

	snprintf(topic, TEXT_SIZE, FLEET_STATIONS "%s/%s", id, what);
	add(words, option);
	add(words, topic);
}

static const char *station_words(const struct fleet_keeper *keeper, struct words *words)
{
	const char *id = keeper->identity.id;

	add(words, "cs-sim");
	add_broker(words, keeper->options);
	add_topic(words, "--topic-to-station", id, "josev/cs");
	add_topic(words, "--topic-from-station", id, "cs/josev");
	add_topic(words, "--topic-iso15118", id, "iso15118/slac");
	add_topic(words, "--topic-prefix", id, "");
	add(words, "--play");
	char *played = new_text(words);
	snprintf(played, TEXT_SIZE, "ocpp,iso15118");
	add(words, played);
	add(words, "--color");
	add(words, "never");
	for (unsigned i = 0; i < fleet_keeper_connectors(keeper); i++) {
		char *outlet = new_text(words);
		snprintf(outlet, TEXT_SIZE, "%s=c%u:ac", keeper->connectors[i].evse_id, i + 1);
		add(words, "--evse");
		add(words, outlet);
	}
	return keeper->options->station;
}

/* Addresses of their own for each connector of a fleet: of the id, and the connector. */
static void make_mac(const char *id, unsigned connector, const char *maker, char *out)
{
	unsigned hash = 2166136261u; /* FNV-1a */

	for (; *id != '\0'; id++)
		hash = (hash ^ (unsigned char)*id) * 16777619u;
	snprintf(out, TEXT_SIZE, "%s:%02x:%02x:%02x", maker, hash >> 8 & 0xff, hash & 0xff, connector & 0xff);
}

static const char *car_words(const struct fleet_keeper *keeper, unsigned connector, struct words *words)
{
	const char *id = keeper->identity.id;
	char *port = new_text(words), *ev_mac = new_text(words), *modem_mac = new_text(words);

	fleet_network_car_port(keeper, connector, port, TEXT_SIZE);
	make_mac(id, connector, "02:45:56", ev_mac);
	make_mac(id, connector, "02:50:4c", modem_mac);
	add(words, "slac-ev");
	add(words, "--interface");
	add(words, port);
	add(words, "--wait");
	add(words, "--stay");
	add(words, "--color");
	add(words, "never");
	add(words, "--ev-mac");
	add(words, ev_mac);
	add(words, "--modem-mac");
	add(words, modem_mac);
	return keeper->options->car;
}

static const char *slacd_words(const struct fleet_keeper *keeper, struct words *words)
{
	char *config = new_text(words);

	fleet_place_path(keeper->options->directory, keeper->identity.id, "slacd.json", config);
	add(words, "slacd");
	add(words, "--no-drop");
	add(words, "--config");
	add(words, config);
	return keeper->options->slacd;
}

static bool begin_channel(struct fleet_keeper *keeper, size_t program, const struct fleet_child *child)
{
	struct fleet_channel *channel = &keeper->channels[program];

	close_event(&channel->output);
	channel->waits = 0;
	channel->line_len = 0;
	channel->input = event_new(keeper->base, child->input, EV_WRITE, on_input, channel);
	channel->output = event_new(keeper->base, child->output, EV_READ | EV_PERSIST, on_output, channel);
	return channel->input != NULL && channel->output != NULL && event_add(channel->output, NULL) == 0;
}

/* It knows nothing of what its predecessor was told, and what that has said holds no more. */
static void forget(struct fleet_keeper *keeper, size_t program)
{
	if (program >= FLEET_PROGRAM_CAR) {
		fleet_connector_new_car(&keeper->connectors[program - FLEET_PROGRAM_CAR]);
		return;
	}
	for (unsigned i = 0; i < fleet_keeper_connectors(keeper); i++) {
		if (program == FLEET_PROGRAM_STATION)
			fleet_connector_new_station(&keeper->connectors[i]);
		else
			fleet_connector_new_slacd(&keeper->connectors[i]);
	}
	if (program == FLEET_PROGRAM_SLACD)
		keeper->slacd[0] = '\0';
}

static void start(struct fleet_keeper *keeper, size_t program, uint64_t now_us)
{
	struct words *words = calloc(1, sizeof(*words));
	const bool is_outside = program == FLEET_PROGRAM_STATION;
	struct fleet_child child = {.pid = 0};
	const char *path = NULL;

	if (words != NULL) {
		if (program == FLEET_PROGRAM_SLACD)
			path = slacd_words(keeper, words);
		else if (program == FLEET_PROGRAM_STATION)
			path = station_words(keeper, words);
		else
			path = car_words(keeper, connector_of(program), words);
		if (!fleet_process_start(path, words->argv, is_outside ? -1 : keeper->network, &child))
			child.pid = 0;
	}
	if (child.pid == 0) {
		char error[FLEET_ERROR_SIZE];
		snprintf(error, sizeof(error), "%s cannot be started: %s", fleet_program_name(program),
			 strerror(errno));
		fleet_keeper_complain(keeper, error, "", "", 0);
	} else if (!begin_channel(keeper, program, &child)) {
		kill(child.pid, SIGKILL);
	}
	free(words);
	forget(keeper, program);
	fleet_programs_started(&keeper->programs, program, child.pid, now_us);
	keeper->changed = true;
}

/* --- end --- */

static void ask_to_end(struct fleet_keeper *keeper, size_t program)
{
	/* The others end with their standard input. */
	if (program == FLEET_PROGRAM_SLACD || keeper->channels[program].input == NULL)
		kill(keeper->programs.items[program].pid, SIGTERM);
	else
		fleet_keeper_tell(keeper, program, "quit\n");
}

bool fleet_keeper_run_programs(struct fleet_keeper *keeper, uint64_t now_us)
{
	for (;;) {
		const struct fleet_action action = fleet_programs_next(&keeper->programs, now_us);
		switch (action.kind) {
		case FLEET_ACTION_NONE:
			return false;
		case FLEET_ACTION_ENDED:
			return true;
		case FLEET_ACTION_START:
			start(keeper, action.program, now_us);
			break;
		case FLEET_ACTION_ASK:
			ask_to_end(keeper, action.program);
			break;
		case FLEET_ACTION_KILL:
			kill(keeper->programs.items[action.program].pid, SIGKILL);
			break;
		}
	}
}

static void note_end(struct fleet_keeper *keeper, size_t program, bool by_itself, int status)
{
	char how[64], error[FLEET_ERROR_SIZE];

	close_event(&keeper->channels[program].input);
	fleet_process_end_text(status, how, sizeof(how));
	fleet_log_line(keeper->log, fleet_program_name(program), connector_of(program), how, strlen(how));
	if (!by_itself)
		return;
	snprintf(error, sizeof(error), "%s%.0u has ended by itself: %s; it is started again",
		 fleet_program_name(program), connector_of(program), how);
	fleet_keeper_complain(keeper, error, "", "", 0);
}

void fleet_keeper_reap(struct fleet_keeper *keeper)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) > 0) {
		struct fleet_programs *programs = &keeper->programs;
		keeper->changed = true;
		if (WIFSTOPPED(status) || WIFCONTINUED(status)) {
			fleet_programs_stopped(programs, pid, WIFSTOPPED(status));
			continue;
		}
		const unsigned deaths = programs->restarts;
		const size_t program = fleet_programs_exited(programs, pid, clock_now_us());
		if (program < programs->count)
			note_end(keeper, program, programs->restarts > deaths, status);
	}
}

void fleet_keeper_kill_all(void)
{
	for (;;) /* the programs die with this process */
		kill(getpid(), SIGKILL);
}

/* --- before the first start --- */

static bool write_file(const char *path, const char *text, char *error)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	const bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (!done)
		snprintf(error, FLEET_ERROR_SIZE, "%.200s: cannot be written: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return done;
}

static bool write_slacd_config(struct fleet_keeper *keeper, char *error)
{
	const struct fleet_options *options = keeper->options;
	char prefix[FLEET_PATH_SIZE + 16], path[FLEET_PATH_SIZE], broker[FLEET_PATH_SIZE];
	char *settings = NULL, *text;
	size_t len = 0;

	if (options->slacd_config != NULL &&
	    (settings = file_read(options->slacd_config, &len, error, FLEET_ERROR_SIZE)) == NULL)
		return false;
	fleet_network_slacd_port(keeper, prefix, sizeof(prefix));
	const bool has_relay = fleet_network_broker(keeper, broker);
	const struct fleet_slacd slacd = {.id = keeper->identity.id,
					  .connectors = fleet_keeper_connectors(keeper),
					  .mqtt_host = has_relay ? broker : options->mqtt_host,
					  .mqtt_port = has_relay ? 0 : options->mqtt_port,
					  .port_prefix = prefix};
	text = fleet_slacd_config(&slacd, settings, len, error);
	free(settings);
	fleet_place_path(options->directory, keeper->identity.id, "slacd.json", path);
	const bool done = text != NULL && write_file(path, text, error);
	free(text);
	return done;
}

bool fleet_keeper_prepare_programs(struct fleet_keeper *keeper, char error[FLEET_ERROR_SIZE])
{
	const unsigned connectors = fleet_keeper_connectors(keeper);

	fleet_programs_init(&keeper->programs, connectors);
	keeper->connectors = calloc(connectors, sizeof(*keeper->connectors));
	keeper->channels = calloc(keeper->programs.count, sizeof(*keeper->channels));
	if (keeper->connectors == NULL || keeper->channels == NULL) {
		snprintf(error, FLEET_ERROR_SIZE, "no memory");
		return false;
	}
	for (unsigned i = 0; i < connectors; i++)
		fleet_connector_init(&keeper->connectors[i], keeper->identity.id, i + 1);
	for (size_t i = 0; i < keeper->programs.count; i++)
		keeper->channels[i] = (struct fleet_channel){.keeper = keeper, .program = i};
	return fleet_process_allow_descriptors(DESCRIPTORS_EACH * keeper->programs.count + DESCRIPTORS_BESIDES,
					       error) &&
	       fleet_network_open(keeper, error) && write_slacd_config(keeper, error);
}

void fleet_keeper_free_programs(struct fleet_keeper *keeper)
{
	for (size_t i = 0; keeper->channels != NULL && i < keeper->programs.count; i++) {
		close_event(&keeper->channels[i].input);
		close_event(&keeper->channels[i].output);
	}
	fleet_network_close(keeper);
	free(keeper->channels);
	free(keeper->connectors);
}
