/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/fleet/fleet_launch.h"

#include "mqtt/broker/broker.h"
#include "service/client_id.h"
#include "service/clock.h"
#include "service/event_loop.h"
#include "service/file.h"
#include "service/startup.h"
#include "service/timer.h"
#include "tools/fleet/fleet_json.h"
#include "tools/fleet/fleet_launcher.h"
#include "tools/fleet/fleet_process.h"
#include "tools/fleet/fleet_retained.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEEPALIVE_S     20
#define STOP_TIMEOUT_MS 2000
#define ERROR_MAX       2048
#define STATUS_SIZE     8192
#define STATUS_US       200000u
#define RETAINED_US     300000u /* what the broker has retained comes in a row, without such a gap */

static const char dead[] = "{\"status\":\"Dead\"}";

/* A keeper that was started from here. */
struct keeper {
	pid_t pid; /* 0: this place is free */
	char id[FLEET_ID_SIZE];
};

struct launch {
	const struct fleet_options *options;
	struct event_base *base;
	struct broker *broker;
	struct event *timer;
	struct event *signals[3];
	struct fleet_launcher *launcher;
	struct fleet_setup *setup; /* the one that is being read or written; the first one is there from the start */
	bool has_setup;            /* it is to be started once it is known which stations live */
	uint64_t ready_us;         /* when that is known, as far as is known now; 0: not connected yet */
	bool is_ready;
	bool failed;
	bool changed; /* the status */
	uint64_t told_us;
	char by[FLEET_BY_SIZE];
	char own_program[FLEET_PATH_SIZE];
	struct keeper keepers[FLEET_STATIONS_MAX];
};

static void turn(struct launch *launch);

/* --- what it tells --- */

static size_t build_status(const struct launch *launch, char *out, size_t size)
{
	static char names[FLEET_SETUPS_MAX][FLEET_NAME_SIZE];
	const size_t count = fleet_setup_names(launch->options->setup_directory, names);
	struct json_object *object = json_object_new_object(), *setups = json_object_new_array();

	for (size_t i = 0; i < count; i++)
		json_object_array_add(setups, json_object_new_string(names[i]));
	fleet_json_add_text(object, "status", "Alive");
	fleet_json_add_text(object, "version", SLACD_VERSION);
	json_object_object_add(object, "stations", json_object_new_int64((int64_t)launch->launcher->count));
	json_object_object_add(object, "max_stations", json_object_new_int64((int64_t)launch->launcher->max));
	json_object_object_add(object, "setups", setups);
	fleet_json_add_text(object, "by", launch->by);
	return fleet_json_write(object, out, size);
}

static void tell_status(struct launch *launch)
{
	char payload[STATUS_SIZE];
	const size_t len = build_status(launch, payload, sizeof(payload));

	if (len > 0)
		broker_publish_retained(launch->broker, FLEET_LAUNCHER_STATUS, payload, len);
	launch->changed = false;
	launch->told_us = clock_now_us();
}

static void tell_error(struct launch *launch, const char *error, const char *topic, const char *payload, size_t len)
{
	char text[ERROR_MAX];
	const size_t used = fleet_error_build(error, topic, payload, len, text, sizeof(text));

	/* Whoever sends wrong commands without an end is answered over the broker alone. */
	if (*topic == '\0')
		fprintf(stderr, "cs-fleet: %s\n", error);
	if (used > 0)
		broker_publish(launch->broker, BROKER_NOW, FLEET_LAUNCHER_ERROR, text, used);
}

/* --- what fleet_launcher.h asks for --- */

static struct keeper *free_place(struct launch *launch)
{
	for (size_t i = 0; i < FLEET_STATIONS_MAX; i++)
		if (launch->keepers[i].pid == 0)
			return &launch->keepers[i];
	return NULL;
}

static pid_t start_keeper(const struct launch *launch, const struct fleet_identity *identity)
{
	const struct fleet_options *options = launch->options;
	char connectors[16], port[16], complaints[FLEET_PATH_SIZE];
	char *argv[32] = {"cs-fleet",
			  "--keeper",
			  (char *)identity->id,
			  "--connectors",
			  connectors,
			  "--link",
			  (char *)fleet_link_text(identity->link),
			  "--directory",
			  (char *)options->directory,
			  "--slacd",
			  (char *)options->slacd,
			  "--cs-sim",
			  (char *)options->station,
			  "--slac-ev",
			  (char *)options->car,
			  "--mqtt-host",
			  (char *)options->mqtt_host};
	size_t count = 17;

	snprintf(connectors, sizeof(connectors), "%d", identity->connectors);
	snprintf(port, sizeof(port), "%u", options->mqtt_port);
	if (options->mqtt_port != 0) {
		argv[count++] = "--mqtt-port";
		argv[count++] = port;
	}
	if (options->slacd_config != NULL) {
		argv[count++] = "--slacd-config";
		argv[count++] = (char *)options->slacd_config;
	}
	fleet_place_path(options->directory, identity->id, "complaints", complaints);
	return fleet_process_detach(launch->own_program, argv, complaints);
}

/* One before that has not been reaped yet: its end is not that of the next one. */
static void forget_keeper(struct launch *launch, const char *id)
{
	for (size_t i = 0; i < FLEET_STATIONS_MAX; i++)
		if (strcmp(launch->keepers[i].id, id) == 0)
			launch->keepers[i].id[0] = '\0';
}

static bool spawn(void *context, const struct fleet_identity *identity, char error[FLEET_ERROR_SIZE])
{
	struct launch *launch = context;
	struct keeper *keeper = free_place(launch);
	char path[FLEET_PATH_SIZE];

	fleet_place_of_station(launch->options->directory, identity->id, path);
	if (keeper == NULL || !fleet_place_make(launch->options->directory, error) || !fleet_place_make(path, error)) {
		if (keeper == NULL)
			snprintf(error, FLEET_ERROR_SIZE, "too many keepers");
		return false;
	}
	forget_keeper(launch, identity->id);
	keeper->pid = start_keeper(launch, identity);
	snprintf(keeper->id, sizeof(keeper->id), "%s", identity->id);
	if (keeper->pid == 0)
		snprintf(error, FLEET_ERROR_SIZE, "no keeper: %s", strerror(errno));
	return keeper->pid != 0;
}

/* A keeper that was started from here and has not been reaped; 0: there is none. */
static pid_t own_keeper(const struct launch *launch, const char *id)
{
	for (size_t i = 0; i < FLEET_STATIONS_MAX; i++)
		if (launch->keepers[i].pid != 0 && strcmp(launch->keepers[i].id, id) == 0)
			return launch->keepers[i].pid;
	return 0;
}

/* The lock names the keeper, also one that another launcher has started. One that begins has no lock yet. */
static bool kill_keeper(void *context, const char *id)
{
	const struct launch *launch = context;
	char path[FLEET_PATH_SIZE];

	fleet_place_path(launch->options->directory, id, "lock", path);
	pid_t keeper = fleet_place_holder(path);
	if (keeper == 0)
		keeper = own_keeper(launch, id);
	return keeper > 1 && kill(keeper, SIGKILL) == 0;
}

static void forward(void *context, const char *id, enum fleet_command_kind kind)
{
	struct launch *launch = context;
	const char *text = fleet_station_command_text(kind);
	char topic[FLEET_TOPIC_SIZE];

	fleet_station_topic(id, "cmd", topic);
	broker_publish(launch->broker, BROKER_KEEP, topic, text, strlen(text));
}

static void tell_dead(void *context, const struct fleet_identity *identity)
{
	struct launch *launch = context;
	const struct fleet_station_status status = {.life = FLEET_DEAD};
	char topic[FLEET_TOPIC_SIZE], payload[1024];
	const size_t len = fleet_status_build(identity, &status, payload, sizeof(payload));

	fleet_station_topic(identity->id, "status", topic);
	if (len > 0)
		broker_publish_retained(launch->broker, topic, payload, len);
}

/* The status is taken back last. A keeper of which the broker knows nothing may be there all the same. */
static void take_back(void *context, const struct fleet_identity *identity, unsigned connector)
{
	struct launch *launch = context;
	char path[FLEET_PATH_SIZE];

	fleet_place_path(launch->options->directory, identity->id, "lock", path);
	if (connector == 0 && fleet_place_holder(path) == 0)
		fleet_place_clean(launch->options->directory, identity->id);
	fleet_retained_take_back(launch->broker, identity->id, connector);
}

static void complain(void *context, const char *error)
{
	tell_error(context, error, "", "", 0);
}

static const struct fleet_doing doing = {.spawn = spawn,
					 .kill = kill_keeper,
					 .forward = forward,
					 .tell_dead = tell_dead,
					 .clear = take_back,
					 .complain = complain};

/* --- commands --- */

static void path_of_setup(const struct launch *launch, const char *name, char path[FLEET_PATH_SIZE])
{
	snprintf(path, FLEET_PATH_SIZE, "%.180s/%s.json", launch->options->setup_directory, name);
}

static bool save(struct launch *launch, const char *name, char *error)
{
	char path[FLEET_PATH_SIZE];

	path_of_setup(launch, name, path);
	fleet_launcher_write_setup(launch->launcher, launch->setup);
	return fleet_place_make_all(launch->options->setup_directory, error) &&
	       fleet_setup_save(path, launch->setup, error);
}

static bool load(struct launch *launch, const char *name, char *error)
{
	char path[FLEET_PATH_SIZE];

	path_of_setup(launch, name, path);
	return fleet_setup_load(path, launch->setup, error) &&
	       fleet_launcher_start_setup(launch->launcher, launch->setup, error);
}

static bool obey(struct launch *launch, const struct fleet_command *command, char *error)
{
	switch (command->kind) {
	case FLEET_SAVE:
		return save(launch, command->name, error);
	case FLEET_LOAD:
		return load(launch, command->name, error);
	case FLEET_CLOSE_LAUNCHER:
		event_base_loopbreak(launch->base);
		return true;
	default:
		return fleet_launcher_obey(launch->launcher, command, error);
	}
}

static void hear_command(struct launch *launch, const char *payload, size_t len)
{
	struct fleet_command command;
	char error[FLEET_ERROR_SIZE] = "";

	if (!fleet_launcher_command_read(payload, len, &command, error) || !obey(launch, &command, error))
		tell_error(launch, error, FLEET_LAUNCHER_CMD, payload, len);
}

/* --- the broker --- */

/* What the broker has retained has come: now it is known which stations there are. */
static void become_ready(struct launch *launch)
{
	char error[FLEET_ERROR_SIZE] = "";

	launch->is_ready = true;
	if (launch->has_setup && !fleet_launcher_start_setup(launch->launcher, launch->setup, error))
		tell_error(launch, error, "", "", 0);
	printf("cs-fleet: ready\n");
	fflush(stdout);
}

static void hear_status(struct launch *launch, const char *topic, const char *payload, size_t len)
{
	struct fleet_topic read;

	if (!fleet_topic_read(topic, &read) || read.connector != 0 || strcmp(read.what, "status") != 0)
		return;
	fleet_launcher_hear(launch->launcher, read.id, payload, len);
}

/* Another launcher, or what is left of one. */
static void hear_rival(struct launch *launch, const char *payload, size_t len)
{
	switch (fleet_rival_read(payload, len, launch->by)) {
	case FLEET_RIVAL_NONE:
		return;
	case FLEET_RIVAL_DEAD:
	case FLEET_RIVAL_OLDER:
		launch->changed = true;
		return;
	case FLEET_RIVAL_NEWER:
		fprintf(stderr, "cs-fleet: another launcher has come: this one ends, the stations live on\n");
		launch->failed = true;
		event_base_loopbreak(launch->base);
	}
}

static void on_message(void *context, const char *topic, const char *payload, size_t len)
{
	struct launch *launch = context;
	const size_t count = launch->launcher->count;

	if (strcmp(topic, FLEET_LAUNCHER_STATUS) == 0) {
		hear_rival(launch, payload, len);
	} else if (strcmp(topic, FLEET_LAUNCHER_CMD) == 0) {
		hear_command(launch, payload, len);
		launch->changed = true;
	} else {
		hear_status(launch, topic, payload, len);
	}
	launch->changed |= launch->launcher->count != count;
	turn(launch);
}

/* A command that was retained is not obeyed: nobody knows how old it is. */
static void on_retained(void *context, const char *topic, const char *payload, size_t len)
{
	struct launch *launch = context;

	hear_status(launch, topic, payload, len);
	launch->changed = true;
	if (!launch->is_ready)
		launch->ready_us = clock_now_us() + RETAINED_US;
	turn(launch);
}

static void on_connected(void *context)
{
	struct launch *launch = context;

	fleet_launcher_connected(launch->launcher, clock_now_us());
	launch->ready_us = clock_now_us() + RETAINED_US;
	tell_status(launch);
	turn(launch);
}

static void on_disconnected(void *context, const char *reason)
{
	(void)context;
	fprintf(stderr, "cs-fleet: no connection to the MQTT broker: %s\n", reason);
}

static void on_refused(void *context, const char *topic)
{
	(void)context;
	fprintf(stderr, "cs-fleet: the broker refuses the subscription to '%s'\n", topic);
}

/* It was never handed over, so nobody knows its topic. */
static void on_dropped(void *context, enum broker_drop what, uint64_t total)
{
	(void)total;
	if (what == BROKER_DROP_INBOUND_TOO_LARGE)
		tell_error(context, FLEET_TOO_LARGE, "", "", 0);
}

static bool open_broker(struct launch *launch)
{
	static const char *const topics[] = {FLEET_LAUNCHER_CMD, FLEET_ALL_STATUSES, FLEET_LAUNCHER_STATUS};
	const struct broker_callbacks callbacks = {.connected = on_connected,
						   .disconnected = on_disconnected,
						   .message = on_message,
						   .retained = on_retained,
						   .dropped = on_dropped,
						   .subscription_refused = on_refused};
	uint8_t random[CLIENT_ID_RANDOM] = {0};
	char client_id[CLIENT_ID_SIZE];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return false;
	client_id_make("fleet", NULL, NULL, random, client_id);
	const struct broker_options options = {
		.host = launch->options->mqtt_host,
		.port = launch->options->mqtt_port,
		.keepalive_s = KEEPALIVE_S,
		.client_id = client_id,
		.subscriptions = topics,
		.subscription_count = sizeof(topics) / sizeof(topics[0]),
		.no_local = true,
		/* All that a new launcher knows. */
		.needs_retained = true,
		.will_topic = FLEET_LAUNCHER_STATUS,
		.will_payload = dead,
		.will_len = strlen(dead),
		.will_retained = true,
		/* All stations tell their statuses at once, and may be closed at once. */
		.bounds = {.keep_max = BROKER_BOUND_LIMIT, .inbound_max = BROKER_BOUND_LIMIT},
	};

	launch->broker = broker_open(launch->base, &options, &callbacks, launch);
	return launch->broker != NULL;
}

/* --- events --- */

static void turn(struct launch *launch)
{
	const uint64_t now_us = clock_now_us();
	uint64_t due_us;

	if (!launch->is_ready && launch->ready_us > 0 && now_us >= launch->ready_us)
		become_ready(launch);
	if (launch->is_ready)
		fleet_launcher_tick(launch->launcher, now_us);
	if (launch->changed && now_us >= launch->told_us + STATUS_US)
		tell_status(launch);
	due_us = launch->ready_us > 0 ? launch->ready_us : TIMER_NEVER;
	if (launch->is_ready)
		due_us = fleet_launcher_due(launch->launcher, now_us);
	if (launch->changed && launch->told_us + STATUS_US < due_us)
		due_us = launch->told_us + STATUS_US;
	timer_arm(launch->timer, due_us);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	turn(context);
}

static void read_complaint(const struct launch *launch, const char *id, int status, char *out, size_t size)
{
	char path[FLEET_PATH_SIZE];

	fleet_process_end_text(status, out, size);
	fleet_place_path(launch->options->directory, id, "complaints", path);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return;
	char line[256];
	if (fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		snprintf(out, size, "%s", line);
	}
	fclose(file);
}

static void on_child(evutil_socket_t number, short what, void *context)
{
	struct launch *launch = context;
	int status;
	pid_t pid;

	(void)number;
	(void)what;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (size_t i = 0; i < FLEET_STATIONS_MAX; i++) {
			char why[256];
			if (launch->keepers[i].pid != pid)
				continue;
			launch->keepers[i].pid = 0;
			read_complaint(launch, launch->keepers[i].id, status, why, sizeof(why));
			fleet_launcher_keeper_ended(launch->launcher, launch->keepers[i].id, why);
		}
	}
	turn(launch);
}

static void on_signal(evutil_socket_t number, short what, void *context)
{
	struct launch *launch = context;

	(void)number;
	(void)what;
	event_base_loopbreak(launch->base);
}

/* --- the start --- */

static void add_stations(struct launch *launch)
{
	for (unsigned i = 0; i < launch->options->stations; i++) {
		struct fleet_setup_station *station = &launch->setup->stations[launch->setup->count++];
		*station = (struct fleet_setup_station){.connectors = launch->options->connectors};
		snprintf(station->id, sizeof(station->id), "S%u", i + 1);
	}
}

/* False: a wrong setup. */
static bool read_setup(struct launch *launch)
{
	char error[FLEET_ERROR_SIZE];

	launch->has_setup = launch->options->setup != NULL || launch->options->stations > 0;
	if (launch->options->setup == NULL) {
		add_stations(launch);
		return true;
	}
	if (!fleet_setup_load(launch->options->setup, launch->setup, error)) {
		fprintf(stderr, "cs-fleet: --setup %s\n", error);
		return false;
	}
	if (launch->setup->count > launch->options->max_stations) {
		fprintf(stderr, "cs-fleet: --setup %s: expected at most %u stations (--max-stations), not %zu\n",
			launch->options->setup, (unsigned)launch->options->max_stations, launch->setup->count);
		return false;
	}
	return true;
}

static bool settings_are_good(const char *path, char *error)
{
	char why[FLEET_ERROR_SIZE];
	size_t len = 0;
	char *text = file_read(path, &len, error, FLEET_ERROR_SIZE);

	if (text == NULL)
		return false;
	struct json_object *settings = fleet_json_parse(text, len, why);
	if (settings == NULL)
		snprintf(error, FLEET_ERROR_SIZE, "%.160s: %.300s", path, why);
	free(text);
	json_object_put(settings);
	return settings != NULL;
}

/* What each keeper needs. False: a wrong option. */
static bool can_be_used(const struct fleet_options *options)
{
	const char *option = "--directory";
	char error[FLEET_ERROR_SIZE];
	bool is_good = fleet_place_make(options->directory, error);

	if (is_good && options->slacd_config != NULL) {
		option = "--slacd-config";
		is_good = settings_are_good(options->slacd_config, error);
	}
	if (!is_good)
		fprintf(stderr, "cs-fleet: %s: %s\n", option, error);
	return is_good;
}

static bool watch(struct launch *launch)
{
	launch->timer = event_new(launch->base, -1, 0, on_timer, launch);
	launch->signals[0] = event_loop_watch_signal(launch->base, SIGCHLD, on_child, launch);
	launch->signals[1] = event_loop_watch_signal(launch->base, SIGTERM, on_signal, launch);
	launch->signals[2] = event_loop_watch_signal(launch->base, SIGINT, on_signal, launch);
	return launch->timer != NULL && launch->signals[0] != NULL && launch->signals[1] != NULL &&
	       launch->signals[2] != NULL;
}

static bool prepare(struct launch *launch)
{
	const struct fleet_options *options = launch->options;
	char started[CLOCK_TEXT_SIZE];

	launch->launcher = fleet_launcher_new(&doing, launch, options->max_stations);
	if (launch->launcher == NULL || !fleet_place_own_program(launch->own_program))
		return false;
	launch->launcher->connectors = options->connectors;
	launch->launcher->link = options->link;
	gethostname(launch->launcher->host, sizeof(launch->launcher->host) - 1);
	clock_utc_text(clock_wall_us(), started);
	fleet_by_make(started, launch->launcher->host, (long)getpid(), launch->by);
	return watch(launch) && open_broker(launch);
}

static void tell_end(struct launch *launch)
{
	/* Of the one that has come the status is right. */
	if (!launch->failed)
		broker_publish_retained(launch->broker, FLEET_LAUNCHER_STATUS, dead, strlen(dead));
	broker_stop(launch->broker, STOP_TIMEOUT_MS);
}

static void release(struct launch *launch)
{
	if (launch->broker != NULL)
		tell_end(launch);
	for (size_t i = 0; i < sizeof(launch->signals) / sizeof(launch->signals[0]); i++)
		event_loop_unwatch_signal(launch->signals[i]);
	if (launch->timer != NULL)
		event_free(launch->timer);
	fleet_launcher_free(launch->launcher);
	event_base_free(launch->base);
}

static int run(struct launch *launch)
{
	bool done = false;

	launch->base = event_loop_new();
	if (launch->base == NULL)
		return EXIT_CODE_FAILURE;
	if (prepare(launch))
		done = event_base_dispatch(launch->base) >= 0 && !launch->failed;
	else
		fprintf(stderr, "cs-fleet: the launcher cannot be started: %s\n", strerror(errno));
	release(launch);
	return done ? EXIT_CODE_OK : EXIT_CODE_FAILURE;
}

int fleet_launch_run(const struct fleet_options *options)
{
	struct launch *launch = calloc(1, sizeof(*launch));
	int code = EXIT_CODE_FAILURE;

	if (launch == NULL)
		return code;
	launch->options = options;
	launch->setup = calloc(1, sizeof(*launch->setup));
	if (launch->setup != NULL)
		code = read_setup(launch) && can_be_used(options) ? run(launch) : EXIT_CODE_USAGE;
	free(launch->setup);
	free(launch);
	return code;
}
