/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EVerest instead of the station (mqtt.dialect everest, doc/everest.md): its messages become inputs of the outlets, and
 * what an outlet does is told to its module of EVerest. One module is one outlet. EVerest owns the pilot.
 *
 * One timer serves all outlets: the communication checks, the heartbeats that are missing, and the question for modules.
 */
#ifndef SLACD_EVEREST_EVEREST_H
#define SLACD_EVEREST_EVEREST_H

#include "mqtt/broker/broker.h"
#include "slacd/evse.h"

struct everest;

/* The service of an outlet, or NULL while it has none. */
typedef struct evse *everest_find(void *context, const char *evse_id);

/*
 * With the outlets that the settings have. NULL, with the reason logged, without memory. `settings` and `outbox`, which
 * publishes, must outlive it. The caller owns it; NULL may be freed.
 */
struct everest *everest_new(struct event_base *base, const struct settings *settings, struct outbox *outbox,
			    everest_find *find, void *find_context);
void everest_free(struct everest *everest);

/* Told by the outlets. */
const struct evse_listener *everest_listener(const struct everest *everest);

/* Adds the outlets, as cs_parameters would have them, to an empty list. */
void everest_parameters(const struct settings *settings, struct api_parameters *out);

/*
 * What it subscribes and how it judges what arrives, into the options of the broker client, whose other members stay. The
 * texts are of `everest`. client_id makes the topic unique at which modules are told of.
 */
void everest_listen(struct everest *everest, const char *client_id, struct broker_options *options);

/* Callbacks of the broker client. */
void everest_connected(struct everest *everest);
void everest_disconnected(struct everest *everest);
void everest_message(struct everest *everest, const char *topic, const char *payload, size_t len);
void everest_retained(struct everest *everest, const char *topic, const char *payload, size_t len);

/* An orderly end, after the outlets have stopped: the last that EVerest hears. */
void everest_end(struct everest *everest);

#endif
