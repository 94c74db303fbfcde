/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The MQTT broker, and the broker client (mqtt/broker/broker.h) that is linked instead of the real one. A message
 * takes BROKER_DELAY_US from one client to the others that have subscribed to its topic.
 */
#ifndef SLACD_TESTS_WORLD_BROKER_H
#define SLACD_TESTS_WORLD_BROKER_H

#include <stdbool.h>

#define BROKER_DELAY_US   400u
#define BROKER_CONNECT_US 1000u

void broker_world_open(void);
/* False when a client was not stopped. */
bool broker_world_close(void);

/* It is killed: what is on its way is lost, but for status updates, which their sender still has. */
void broker_world_down(void);
/* It is there (again): each client connects with its next attempt. */
void broker_world_up(void);
/* It stands still: nothing gets through, nobody notices; values wait, as many as may. Then it goes on. */
void broker_world_hang(void);
void broker_world_go(void);
/*
 * The clients take no message for a slot, as without memory, none that is refused where others wait, and no value; or
 * they do again.
 */
void broker_world_full(void);
void broker_world_room(void);

/* The client of slacd is killed: the broker publishes its last will. */
void broker_world_kill_slacd(void);

/* Anybody else publishes. */
void broker_world_publish(const char *topic, const char *payload);

#endif
