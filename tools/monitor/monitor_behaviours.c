/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/monitor/monitor_behaviours.h"

#include "tools/car/car_behaviour.h"
#include "tools/car/modem_sim_fault.h"

#include <stdio.h>
#include <string.h>

#define WORDS_MAX 128 /* further ones are not offered */
#define WORD_SIZE 64
#define MODEM     "modem-"

static struct monitor_fleet_behaviour words[WORDS_MAX];
static char texts[WORDS_MAX][WORD_SIZE]; /* the names */
static struct monitor_fleet_behaviours behaviours = {.words = words};

static bool check(const char *list, char error[MONITOR_FLEET_TEXT_SIZE])
{
	char why[CAR_BEHAVIOUR_ERROR_SIZE];
	struct car_behaviour behaviour;

	car_behaviour_init(&behaviour);
	if (car_behaviour_parse(list, &behaviour, why))
		return true;
	snprintf(error, MONITOR_FLEET_TEXT_SIZE, "%.*s", MONITOR_FLEET_TEXT_SIZE - 1, why);
	return false;
}

static void add(const char *prefix, const char *name, const char *argument, const char *help)
{
	if (behaviours.count == WORDS_MAX)
		return;
	char *text = texts[behaviours.count];
	const size_t len = (size_t)snprintf(text, WORD_SIZE, "%s%s", prefix, name);
	struct monitor_fleet_behaviour *word = &words[behaviours.count++];

	/* Of a fault the argument is behind its name: "slow:MS", "link-lost[:MS]". */
	const size_t end = strcspn(text, ":[");
	*word = (struct monitor_fleet_behaviour){.name = text, .argument = argument, .help = help};
	if (end >= len)
		return;
	word->argument = name + end - strlen(prefix) + (text[end] == ':');
	text[end] = '\0';
}

const struct monitor_fleet_behaviours *monitor_behaviours(void)
{
	if (behaviours.count > 0)
		return &behaviours;
	behaviours.check = check;
	add("", "normal", NULL, "nobody misbehaves");
	for (size_t i = 0; car_behaviour_name(i) != NULL; i++)
		add("", car_behaviour_name(i), car_behaviour_argument(i), car_behaviour_help(i));
	for (size_t i = 0; modem_fault_name(i) != NULL; i++)
		add(MODEM, modem_fault_name(i), NULL, modem_fault_help(i));
	return &behaviours;
}
