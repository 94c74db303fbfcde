/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/tests/world/script.h"

#include "homeplug/mme/address.h"
#include "service/log.h"
#include "slacd/tests/world/broker.h"
#include "slacd/tests/world/car.h"
#include "slacd/tests/world/daemon.h"
#include "slacd/tests/world/names.h"
#include "slacd/tests/world/station.h"
#include "slacd/tests/world/wire.h"
#include "slacd/tests/world/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_MAX 2048
/* Of a world that is booted with one command. */
#define OUTLET       "--evse DE*TST*E1=evse0 "
#define CONNECTED_MS 10
#define BOOTED_MS    2000

/* The first word of *rest; *rest moves behind it and the blanks. */
static const char *word(char **rest)
{
	char *begin = *rest;

	*rest += strcspn(*rest, " ");
	if (**rest != '\0')
		*(*rest)++ = '\0';
	*rest += strspn(*rest, " ");
	return begin;
}

static bool set(char *rest)
{
	const char *path = word(&rest);

	daemon_set(path, rest);
	return true;
}

static bool log_from(char *rest)
{
	static const char *const levels[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR"};

	for (int i = LOG_LEVEL_TRACE; i <= LOG_LEVEL_ERROR; i++) {
		if (strcmp(levels[i], rest) != 0)
			continue;
		log_set_level((enum log_level)i);
		return true;
	}
	return false;
}

static bool wire(char *rest)
{
	const char *name = word(&rest);

	wire_add(name, rest);
	return true;
}

static bool wire_gone(char *rest)
{
	wire_remove(rest);
	return true;
}

static bool wire_up(char *rest)
{
	wire_set_up(rest, true);
	return true;
}

static bool wire_down(char *rest)
{
	wire_set_up(rest, false);
	return true;
}

static bool wire_renamed(char *rest)
{
	const char *name = word(&rest);

	wire_rename(name, rest);
	return true;
}

static bool wire_mac(char *rest)
{
	const char *name = word(&rest);
	uint8_t mac[MAC_LEN];

	if (!mac_parse(rest, mac))
		return false;
	wire_set_mac(name, mac);
	return true;
}

static bool jitter(char *rest)
{
	wire_jitter();
	return *rest == '\0';
}

static bool wire_addressed(char *rest)
{
	const char *name = word(&rest);

	wire_set_address(name, strcmp(rest, "none") == 0 ? "" : rest);
	return true;
}

static bool wire_untold(char *rest)
{
	const char *name = word(&rest);

	wire_set_untold(name, strcmp(rest, "on") == 0);
	return true;
}

static bool wire_choked(char *rest)
{
	const char *name = word(&rest);

	wire_choke(name, strcmp(rest, "on") == 0);
	return true;
}

/* The word that is given, and what it does. */
struct deed {
	const char *word;
	void (*action)(void);
};

static bool one_of(const struct deed *deeds, const char *wanted)
{
	while (deeds->word != NULL && strcmp(deeds->word, wanted) != 0)
		deeds++;
	if (deeds->word != NULL)
		deeds->action();
	return deeds->word != NULL;
}

static bool watch(char *rest)
{
	static const struct deed deeds[] = {
		{"refuse", wire_refuse_watch}, {"miss", wire_miss_news}, {"break", wire_break_watch}, {NULL, NULL}};

	return one_of(deeds, rest);
}

static bool broker(char *rest)
{
	static const struct deed deeds[] = {{"down", broker_world_down},
					    {"up", broker_world_up},
					    {"hang", broker_world_hang},
					    {"go", broker_world_go},
					    {"full", broker_world_full},
					    {"room", broker_world_room},
					    {NULL, NULL}};

	return one_of(deeds, rest);
}

static void start(void)
{
	daemon_start();
}

static bool slacd(char *rest)
{
	static const struct deed deeds[] = {{"start", start},
					    {"stop", daemon_stop},
					    {"kill", daemon_kill},
					    {"statistics", daemon_log_statistics},
					    {"reload", daemon_reload},
					    {"metrics", daemon_write_metrics},
					    {NULL, NULL}};

	return one_of(deeds, rest);
}

static bool random_octets(char *rest)
{
	names_fail_draws(strcmp(rest, "fail") == 0);
	return true;
}

static bool station(char *rest)
{
	station_open(rest);
	return true;
}

static bool cs(char *rest)
{
	station_say(rest);
	return true;
}

static bool ev(char *rest)
{
	const char *interface = word(&rest);

	car_open(interface, rest);
	return true;
}

static bool car(char *rest)
{
	const char *interface = word(&rest);

	if (strcmp(rest, "kill") == 0)
		car_close(interface);
	else
		car_say(interface, rest);
	return true;
}

/* Options of cs-sim, and behind a slash those of slac-ev. */
static bool boot(char *rest)
{
	char station_options[512];
	char *slash = strchr(rest, '/');

	if (slash != NULL)
		*slash = '\0';
	snprintf(station_options, sizeof(station_options), "%s%s", strstr(rest, "--evse") != NULL ? "" : OUTLET, rest);
	wire_add("evse0", "plc0");
	station_open(station_options);
	world_run_ms(CONNECTED_MS);
	car_open("plc0", slash != NULL ? slash + 1 : "");
	daemon_start();
	world_run_ms(BOOTED_MS);
	return true;
}

static bool frame(char *rest)
{
	const char *interface = word(&rest);
	uint8_t octets[FRAME_MAX];
	size_t len = 0;

	for (unsigned octet; len < FRAME_MAX && sscanf(rest, "%2x", &octet) == 1; rest += 2)
		octets[len++] = (uint8_t)octet;
	wire_send(interface, octets, len);
	return *rest == '\0';
}

static bool publish(char *rest)
{
	const char *topic = word(&rest);

	broker_world_publish(topic, rest);
	return true;
}

static bool run(char *rest)
{
	char *end;

	world_run_ms(strtod(rest, &end));
	return *end == '\0';
}

static bool await(char *rest)
{
	world_await(rest);
	return true;
}

static const struct {
	const char *name;
	bool (*carry_out)(char *rest);
} commands[] = {
	{"boot", boot},
	{"set", set},
	{"log", log_from},
	{"wire", wire},
	{"wire-remove", wire_gone},
	{"wire-up", wire_up},
	{"wire-down", wire_down},
	{"wire-rename", wire_renamed},
	{"wire-mac", wire_mac},
	{"wire-address", wire_addressed},
	{"wire-untold", wire_untold},
	{"wire-choke", wire_choked},
	{"wire-jitter", jitter},
	{"watch", watch},
	{"broker", broker},
	{"slacd", slacd},
	{"random", random_octets},
	{"station", station},
	{"cs", cs},
	{"ev", ev},
	{"car", car},
	{"frame", frame},
	{"publish", publish},
	{"run", run},
	{"await", await},
};

static bool obey(char *line)
{
	char *rest = line + strspn(line, " \t");
	const char *name = word(&rest);

	if (*name == '\0' || *name == '#')
		return true;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].carry_out(rest);
	return false;
}

void script_run(const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		char *line = strndup(text, len);
		if (line == NULL || !obey(line)) {
			fprintf(stderr, "no command of a script: %.*s\n", (int)len, text);
			abort();
		}
		free(line);
		text += len + (text[len] == '\n');
	}
}
