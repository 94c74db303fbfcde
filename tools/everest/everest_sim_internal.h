/* SPDX-License-Identifier: Apache-2.0 */
/* EVerest's simulator, shared by everest_sim*.c only. */
#ifndef TOOLS_EVEREST_EVEREST_SIM_INTERNAL_H
#define TOOLS_EVEREST_EVEREST_SIM_INTERNAL_H

#include "tools/everest/everest_rules.h"
#include "tools/everest/everest_sim.h"

#include <mosquitto.h>

struct everest_sim_module {
	const char *id;
	struct rules rules;
	uint64_t heartbeat; /* the next one's count */
	uint64_t enter_us;  /* when the E/F step ends, RULES_NEVER: there is none */
};

struct everest_sim {
	struct everest_sim_options options;
	struct mosquitto *mosquitto;
	struct everest_sim_module modules[EVEREST_SIM_MODULES];
	bool is_running; /* EVerest is there */
	bool has_run;
	bool heeds; /* EvseManager does the E/F step that is asked for */
	bool beats;
	bool has_quit;
	bool has_failed;
	uint64_t beat_us;      /* when the next heartbeat is due */
	uint64_t reconnect_us; /* RULES_NEVER: connected, or waiting for it */
	char line[512];        /* the command that is being read */
	size_t line_len;
};

uint64_t everest_sim_now_us(void);
__attribute__((format(printf, 1, 2))) void everest_sim_print(const char *format, ...);

/* One command of a line, which is changed. Says what is wrong with one that is none. */
void everest_sim_command(struct everest_sim *sim, char *line);

/* EVerest says it. */
void everest_sim_say(struct everest_sim *sim, struct everest_sim_module *module, const char *name, const char *payload);
void everest_sim_order(struct everest_sim *sim, struct everest_sim_module *module, enum rules_command command);
void everest_sim_start(struct everest_sim *sim);
void everest_sim_publish(struct everest_sim *sim, const char *topic, const char *payload, size_t len, bool retained);

#endif
