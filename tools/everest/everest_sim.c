/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/everest/everest_sim_internal.h"

#include <json-c/json.h>
#include <mqtt_protocol.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TOPIC_SIZE   512
#define RECONNECT_US 100000u
/* A broker that has been away: the provider has to connect, too. */
#define AFTER_BROKER_US 4000000u

uint64_t everest_sim_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void everest_sim_print(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	fflush(stdout);
}

static void fail(struct everest_sim *sim, const char *who, const char *why)
{
	everest_sim_print("VIOLATION %s: %s", who, why);
	sim->has_failed = true;
}

/* --- what EVerest says --- */

void everest_sim_publish(struct everest_sim *sim, const char *topic, const char *payload, size_t len, bool retained)
{
	if (mosquitto_publish(sim->mosquitto, NULL, topic, (int)len, payload, 2, retained) != MOSQ_ERR_SUCCESS)
		everest_sim_print("cannot publish to %s", topic);
}

void everest_sim_say(struct everest_sim *sim, struct everest_sim_module *module, const char *name, const char *payload)
{
	char topic[TOPIC_SIZE];

	snprintf(topic, sizeof(topic), "%severest_api/1/slac/%s/e2m/%s", sim->options.prefix, module->id, name);
	everest_sim_publish(sim, topic, payload, strlen(payload), false);
	if (strcmp(name, "heartbeat") != 0)
		everest_sim_print("%s > %s %s", module->id, name, payload);
}

void everest_sim_order(struct everest_sim *sim, struct everest_sim_module *module, enum rules_command command)
{
	static const char *const names[] = {[RULES_ENTER] = "enter_bcd",
					    [RULES_LEAVE] = "leave_bcd",
					    [RULES_RESET] = "reset",
					    [RULES_TERMINATE] = "dlink_terminate",
					    [RULES_DLINK_ERROR] = "dlink_error",
					    [RULES_PAUSE] = "dlink_pause"};

	rules_say(&module->rules, command, everest_sim_now_us());
	everest_sim_say(sim, module, names[command], command == RULES_RESET ? "false" : "{}");
}

static void beat(struct everest_sim *sim, uint64_t now_us)
{
	sim->beat_us = now_us + (uint64_t)sim->options.heartbeat_ms * 1000;
	for (size_t i = 0; i < sim->options.module_count; i++) {
		char count[24];
		snprintf(count, sizeof(count), "%llu", (unsigned long long)sim->modules[i].heartbeat++);
		everest_sim_say(sim, &sim->modules[i], "heartbeat", count);
	}
}

void everest_sim_start(struct everest_sim *sim)
{
	const uint64_t now_us = everest_sim_now_us();
	char topic[TOPIC_SIZE];

	for (size_t i = 0; i < sim->options.module_count; i++) {
		struct everest_sim_module *module = &sim->modules[i];
		module->heartbeat = 0;
		module->enter_us = RULES_NEVER;
		if (sim->has_run) {
			rules_restart(&module->rules, now_us);
			continue;
		}
		module->rules.matching_at_parm_req = sim->options.matching_at_parm_req;
		rules_begin(&module->rules, (uint64_t)sim->options.check_s * 1000000, now_us);
	}
	sim->is_running = sim->has_run = true;
	snprintf(topic, sizeof(topic), "%severest_api/ready_beacon", sim->options.prefix);
	everest_sim_publish(sim, topic, "{}", 2, false);
	everest_sim_print("EVerest is ready");
	sim->beat_us = now_us;
}

/* --- what it hears --- */

static void answer_query(struct everest_sim *sim, const char *payload)
{
	struct json_object *question = json_tokener_parse(payload);
	struct json_object *headers, *reply_to;
	char answer[2048];
	size_t len = (size_t)snprintf(answer, sizeof(answer), "{\"apis\":[");

	if (!json_object_object_get_ex(question, "headers", &headers) ||
	    !json_object_object_get_ex(headers, "replyTo", &reply_to)) {
		fail(sim, "query", "there is no headers.replyTo");
		json_object_put(question);
		return;
	}
	for (size_t i = 0; i < sim->options.module_count; i++)
		len += (size_t)snprintf(answer + len, sizeof(answer) - len,
					"%s{\"type\":\"slac\",\"module_id\":\"%s\",\"version\":1,"
					"\"communication_monitoring\":{\"heartbeat_period_ms\":%u,"
					"\"communication_check_period_s\":%u}}",
					i > 0 ? "," : "", sim->modules[i].id, sim->options.heartbeat_ms,
					sim->options.check_s);
	len += (size_t)snprintf(answer + len, sizeof(answer) - len, "]}");
	everest_sim_publish(sim, json_object_get_string(reply_to), answer, len, false);
	everest_sim_print("answered the question for modules");
	json_object_put(question);
}

/* EvseManager heeds it only while it waits for an authorization or prepares charging: with a car. */
static void do_error_routine(struct everest_sim *sim, struct everest_sim_module *module)
{
	if (!sim->heeds || !module->rules.in_bcd)
		return;
	everest_sim_order(sim, module, RULES_RESET);
	everest_sim_order(sim, module, RULES_LEAVE);
	module->enter_us = everest_sim_now_us() + (uint64_t)sim->options.f_ms * 1000;
}

static void hear(struct everest_sim *sim, struct everest_sim_module *module, const char *name, const char *payload,
		 bool retained)
{
	const bool is_check = strcmp(name, "communication_check") == 0;

	if (!is_check || strcmp(payload, "true") != 0)
		everest_sim_print("%s < %s %s", module->id, name, payload);
	if (!rules_hear(&module->rules, name, payload, retained, everest_sim_now_us()))
		fail(sim, module->id, module->rules.why);
	else if (strcmp(name, "request_error_routine") == 0)
		do_error_routine(sim, module);
}

static struct everest_sim_module *module_in(struct everest_sim *sim, const char *rest, const char **name)
{
	for (size_t i = 0; i < sim->options.module_count; i++) {
		const size_t len = strlen(sim->modules[i].id);
		if (strncmp(rest, sim->modules[i].id, len) != 0 || strncmp(rest + len, "/m2e/", 5) != 0)
			continue;
		*name = rest + len + 5;
		return &sim->modules[i];
	}
	return NULL;
}

static const char *after(const char *text, const char *begin)
{
	return text != NULL && strncmp(text, begin, strlen(begin)) == 0 ? text + strlen(begin) : NULL;
}

/* EVerest's own messages come back, and others' for other modules are not its business. */
static void on_message(struct mosquitto *mosquitto, void *context, const struct mosquitto_message *message,
		       const mosquitto_property *properties)
{
	struct everest_sim *sim = context;
	const char *api = after(after(message->topic, sim->options.prefix), "everest_api/");
	const char *payload = message->payload != NULL ? message->payload : ""; /* the library ends it with a NUL */
	const char *name;

	(void)mosquitto;
	(void)properties;
	if (sim->has_failed)
		return;
	if (strstr(payload, "cp_pwm") != NULL || strstr(message->topic, "josev") != NULL) {
		fail(sim, message->topic, "EVerest owns the pilot, and nothing else is spoken");
		return;
	}
	if (!sim->is_running || api == NULL)
		return;
	if (strcmp(api, "query-modules/slac") == 0) {
		answer_query(sim, payload);
		return;
	}
	const char *rest = after(api, "1/slac/");
	struct everest_sim_module *module = rest != NULL ? module_in(sim, rest, &name) : NULL;
	if (module != NULL)
		hear(sim, module, name, payload, message->retain);
	else if (strstr(message->topic, "/m2e/") != NULL)
		fail(sim, message->topic, "there is no such module");
}

/* --- the broker --- */

static void on_connect(struct mosquitto *mosquitto, void *context, int reason, int flags,
		       const mosquitto_property *properties)
{
	struct everest_sim *sim = context;

	(void)flags;
	(void)properties;
	if (reason != 0)
		return;
	/* The flag shows what the provider has published. EVerest itself subscribes without that, and with QoS 0. */
	mosquitto_subscribe_v5(mosquitto, NULL, "#", 0, MQTT_SUB_OPT_RETAIN_AS_PUBLISHED, NULL);
	for (size_t i = 0; i < sim->options.module_count; i++)
		if (sim->has_run)
			rules_give_time(&sim->modules[i].rules, everest_sim_now_us() + AFTER_BROKER_US);
}

static void on_subscribe(struct mosquitto *mosquitto, void *context, int mid, int count, const int *granted,
			 const mosquitto_property *properties)
{
	struct everest_sim *sim = context;

	(void)mosquitto;
	(void)mid;
	(void)count;
	(void)granted;
	(void)properties;
	everest_sim_print("connected to the broker");
	if (!sim->has_run && !sim->options.waits)
		everest_sim_start(sim);
}

static void on_disconnect(struct mosquitto *mosquitto, void *context, int reason, const mosquitto_property *properties)
{
	struct everest_sim *sim = context;

	(void)mosquitto;
	(void)reason;
	(void)properties;
	everest_sim_print("no connection to the broker");
	sim->reconnect_us = everest_sim_now_us() + RECONNECT_US;
}

static void connect_again(struct everest_sim *sim, uint64_t now_us)
{
	sim->reconnect_us = RULES_NEVER;
	if (mosquitto_reconnect(sim->mosquitto) != MOSQ_ERR_SUCCESS)
		sim->reconnect_us = now_us + RECONNECT_US;
}

/* --- running --- */

static void read_input(struct everest_sim *sim)
{
	char octets[4096];
	const ssize_t count = read(STDIN_FILENO, octets, sizeof(octets));

	sim->has_quit = sim->has_quit || count <= 0;
	for (ssize_t i = 0; i < count; i++) {
		if (octets[i] != '\n') {
			if (sim->line_len < sizeof(sim->line) - 1)
				sim->line[sim->line_len++] = octets[i];
			continue;
		}
		sim->line[sim->line_len] = '\0';
		sim->line_len = 0;
		everest_sim_command(sim, sim->line);
	}
}

static void run_due(struct everest_sim *sim)
{
	const uint64_t now_us = everest_sim_now_us();

	if (sim->reconnect_us <= now_us)
		connect_again(sim, now_us);
	if (!sim->is_running)
		return;
	if (sim->beats && sim->options.heartbeat_ms != 0 && sim->beat_us <= now_us)
		beat(sim, now_us);
	for (size_t i = 0; i < sim->options.module_count && !sim->has_failed; i++) {
		struct everest_sim_module *module = &sim->modules[i];
		if (module->enter_us <= now_us) {
			module->enter_us = RULES_NEVER;
			everest_sim_order(sim, module, RULES_ENTER);
		}
		/* While the broker is away nobody can keep a rule. */
		if (mosquitto_socket(sim->mosquitto) >= 0 && !rules_tick(&module->rules, now_us))
			fail(sim, module->id, module->rules.why);
	}
}

static int wait_ms(const struct everest_sim *sim)
{
	const uint64_t now_us = everest_sim_now_us();
	uint64_t next_us = now_us + 500000; /* the library has to be called, too */

	if (sim->reconnect_us < next_us)
		next_us = sim->reconnect_us;
	if (sim->is_running && sim->beats && sim->options.heartbeat_ms != 0 && sim->beat_us < next_us)
		next_us = sim->beat_us;
	for (size_t i = 0; i < sim->options.module_count; i++) {
		if (sim->modules[i].enter_us < next_us)
			next_us = sim->modules[i].enter_us;
		if (sim->is_running && rules_deadline(&sim->modules[i].rules) < next_us)
			next_us = rules_deadline(&sim->modules[i].rules);
	}
	return next_us <= now_us ? 0 : (int)((next_us - now_us) / 1000 + 1);
}

bool everest_sim_run(struct everest_sim *sim)
{
	while (!sim->has_quit && !sim->has_failed) {
		struct pollfd files[] = {{.fd = STDIN_FILENO, .events = POLLIN},
					 {.fd = mosquitto_socket(sim->mosquitto), .events = POLLIN}};
		if (mosquitto_want_write(sim->mosquitto))
			files[1].events |= POLLOUT;
		poll(files, 2, wait_ms(sim));
		if ((files[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
			mosquitto_loop_read(sim->mosquitto, 1);
		if ((files[1].revents & POLLOUT) != 0)
			mosquitto_loop_write(sim->mosquitto, 1);
		mosquitto_loop_misc(sim->mosquitto);
		if (files[0].revents != 0)
			read_input(sim);
		run_due(sim);
	}
	return !sim->has_failed;
}

/* --- life --- */

struct everest_sim *everest_sim_new(const struct everest_sim_options *options)
{
	struct everest_sim *sim = calloc(1, sizeof(*sim));

	if (sim == NULL)
		return NULL;
	sim->options = *options;
	sim->heeds = sim->beats = true;
	sim->reconnect_us = RULES_NEVER;
	for (size_t i = 0; i < options->module_count; i++)
		sim->modules[i] = (struct everest_sim_module){.id = options->modules[i], .enter_us = RULES_NEVER};
	mosquitto_lib_init();
	sim->mosquitto = mosquitto_new(NULL, true, sim);
	if (sim->mosquitto == NULL) {
		free(sim);
		return NULL;
	}
	mosquitto_int_option(sim->mosquitto, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
	mosquitto_int_option(sim->mosquitto, MOSQ_OPT_TCP_NODELAY, 1);
	mosquitto_connect_v5_callback_set(sim->mosquitto, on_connect);
	mosquitto_subscribe_v5_callback_set(sim->mosquitto, on_subscribe);
	mosquitto_disconnect_v5_callback_set(sim->mosquitto, on_disconnect);
	mosquitto_message_v5_callback_set(sim->mosquitto, on_message);
	const int result = mosquitto_connect(sim->mosquitto, options->mqtt_host, options->mqtt_port, 60);
	if (result == MOSQ_ERR_SUCCESS)
		return sim;
	fprintf(stderr, "everest-sim: %s:%d: %s\n", options->mqtt_host, options->mqtt_port, mosquitto_strerror(result));
	everest_sim_free(sim);
	return NULL;
}

void everest_sim_free(struct everest_sim *sim)
{
	mosquitto_destroy(sim->mosquitto);
	mosquitto_lib_cleanup();
	free(sim);
}
