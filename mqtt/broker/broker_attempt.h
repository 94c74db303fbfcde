/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One attempt to connect, on a thread of its own ("mqtt"): the look-up of the name, every address of it, TCP, TLS,
 * CONNECT. All of these can wait. The thread ends with the attempt. Internal to mqtt/broker.
 */
#ifndef MQTT_BROKER_BROKER_ATTEMPT_H
#define MQTT_BROKER_BROKER_ATTEMPT_H

#include "mqtt/broker/broker_session.h"

struct broker_attempt;

/*
 * Starts the thread. `over` is an eventfd, which is readable once the attempt is over; it and the settings must outlive
 * the attempt. NULL with errno set when it cannot.
 */
struct broker_attempt *broker_attempt_new(struct broker_settings *settings, int over);

/*
 * Waits for the thread, which is over or about to be, and frees the attempt. Returns the session that the broker has
 * accepted, or NULL with how the last one ended.
 */
struct broker_session *broker_attempt_finish(struct broker_attempt *attempt, struct broker_session_end *end);

/* The attempt has until then; it ends no later, unless it is stuck in a look-up. */
void broker_attempt_stop(struct broker_attempt *attempt, uint64_t deadline_ms);

/*
 * Waits until the attempt is over. False when it is not at until_ms: then it is left behind, owns the settings and
 * the use of the library, and frees them with itself whenever the look-up returns.
 */
bool broker_attempt_await(struct broker_attempt *attempt, uint64_t until_ms);

/* --- On the thread --- */

/* Waits for the events of fd, or that the attempt is told to stop, or until until_ms. Returns the events. */
short broker_attempt_wait(struct broker_attempt *attempt, int fd, short events, uint64_t until_ms);

/* Whether the attempt was told to stop, and its time is over. */
bool broker_attempt_is_out_of_time(struct broker_attempt *attempt);

/* --- The library, which counts its users without a lock of its own --- */

void broker_library_use(void);
void broker_library_release(void);

#endif
