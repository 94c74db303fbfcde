/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/everest/everest_sim_internal.h"

#include <stdlib.h>
#include <string.h>

/* The first word of *rest; *rest moves behind it and the blanks. */
static char *word(char **rest)
{
	char *begin = *rest;

	*rest += strcspn(*rest, " ");
	if (**rest != '\0')
		*(*rest)++ = '\0';
	*rest += strspn(*rest, " ");
	return begin;
}

/* The first one where none is named. NULL, and said: there is none like this. */
static struct everest_sim_module *module_of(struct everest_sim *sim, const char *id)
{
	for (size_t i = 0; i < sim->options.module_count; i++)
		if (*id == '\0' || strcmp(sim->modules[i].id, id) == 0)
			return &sim->modules[i];
	everest_sim_print("unknown module '%s'", id);
	return NULL;
}

static bool order(struct everest_sim *sim, const char *name, char *rest)
{
	static const struct {
		const char *name;
		enum rules_command command;
	} orders[] = {{"enter", RULES_ENTER},         {"leave", RULES_LEAVE},       {"reset", RULES_RESET},
		      {"terminate", RULES_TERMINATE}, {"error", RULES_DLINK_ERROR}, {"pause", RULES_PAUSE}};

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		if (strcmp(orders[i].name, name) != 0)
			continue;
		struct everest_sim_module *module = module_of(sim, word(&rest));
		if (module != NULL)
			everest_sim_order(sim, module, orders[i].command);
		return true;
	}
	return false;
}

/* As EvseManager does it: the reset follows at once where the last state was not UNMATCHED. */
static void unplug(struct everest_sim *sim, const char *id)
{
	struct everest_sim_module *module = module_of(sim, id);

	if (module == NULL)
		return;
	const bool was_unmatched = module->rules.state == RULES_UNMATCHED;
	everest_sim_order(sim, module, RULES_LEAVE);
	if (!was_unmatched)
		everest_sim_order(sim, module, RULES_RESET);
}

static void raw(struct everest_sim *sim, char *rest, bool retained)
{
	const char *topic = word(&rest);

	everest_sim_publish(sim, topic, rest, strlen(rest), retained);
}

static void large(struct everest_sim *sim, char *rest)
{
	const char *topic = word(&rest);
	const size_t octets = strtoul(word(&rest), NULL, 10);
	char *payload = malloc(octets + 1);

	if (payload == NULL)
		return;
	memset(payload, ' ', octets + 1);
	everest_sim_publish(sim, topic, payload, octets, false);
	free(payload);
}

static void give_time(struct everest_sim *sim, const char *ms)
{
	for (size_t i = 0; i < sim->options.module_count; i++)
		rules_give_time(&sim->modules[i].rules, everest_sim_now_us() + strtoull(ms, NULL, 10) * 1000);
}

static void allow_end(struct everest_sim *sim)
{
	for (size_t i = 0; i < sim->options.module_count; i++)
		sim->modules[i].rules.may_end = true;
}

static bool about_everest(struct everest_sim *sim, const char *name, char *rest)
{
	if (strcmp(name, "start") == 0)
		everest_sim_start(sim);
	else if (strcmp(name, "stop") == 0)
		sim->is_running = false;
	else if (strcmp(name, "heartbeat") == 0)
		sim->beats = strcmp(rest, "off") != 0;
	else if (strcmp(name, "heed") == 0)
		sim->heeds = strcmp(rest, "off") != 0;
	else if (strcmp(name, "may-end") == 0)
		allow_end(sim);
	else if (strcmp(name, "time") == 0)
		give_time(sim, rest);
	else
		return false;
	return true;
}

void everest_sim_command(struct everest_sim *sim, char *line)
{
	char *rest = line + strspn(line, " ");
	const char *name = word(&rest);

	if (*name == '\0' || *name == '#' || order(sim, name, rest) || about_everest(sim, name, rest))
		return;
	if (strcmp(name, "unplug") == 0)
		unplug(sim, word(&rest));
	else if (strcmp(name, "raw") == 0)
		raw(sim, rest, false);
	else if (strcmp(name, "retained") == 0)
		raw(sim, rest, true);
	else if (strcmp(name, "large") == 0)
		large(sim, rest);
	else if (strcmp(name, "quit") == 0)
		sim->has_quit = true;
	else
		everest_sim_print("unknown command '%s'", name);
}
