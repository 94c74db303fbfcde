/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EVerest, as a provider of its slac interface sees it: API modules with an EvseManager behind each, on an MQTT broker.
 * Everything that the provider publishes is checked (everest_rules.h).
 */
#ifndef TOOLS_EVEREST_EVEREST_SIM_H
#define TOOLS_EVEREST_EVEREST_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVEREST_SIM_MODULES 8

struct everest_sim_options {
	const char *mqtt_host;
	int mqtt_port;
	const char *prefix;
	size_t module_count;
	const char *modules[EVEREST_SIM_MODULES]; /* their ids */
	uint32_t heartbeat_ms;                    /* 0: none */
	uint32_t check_s;                         /* 0: none is wanted */
	uint32_t f_ms;                            /* of the E/F step */
	bool matching_at_parm_req;
	bool waits; /* EVerest starts with the command `start` */
};

struct everest_sim;

/* NULL, with the reason on stderr, when it cannot be begun. */
struct everest_sim *everest_sim_new(const struct everest_sim_options *options);
void everest_sim_free(struct everest_sim *sim);

/* Runs until `quit`, the end of the input or a broken rule. True when no rule was broken. */
bool everest_sim_run(struct everest_sim *sim);

#endif
