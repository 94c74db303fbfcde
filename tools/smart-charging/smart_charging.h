/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smart-charging service as a whole: boots (asks the station for its parameters and limits), tells the core
 * (charging_station.h) what it hears and carries out what that says. It keeps nothing across a restart.
 */
#ifndef TOOLS_SMART_CHARGING_SMART_CHARGING_H
#define TOOLS_SMART_CHARGING_SMART_CHARGING_H

#include "mqtt/api/api_charging.h"
#include "tools/smart-charging/smart_charging_options.h"

struct event_base;
struct smart_charging;

/* NULL without memory. base and options must outlive it. */
struct smart_charging *smart_charging_new(struct event_base *base, const struct smart_charging_options *options);

/* Connects to the broker in the background and boots. False, with the reason logged, when that cannot be begun. */
bool smart_charging_start(struct smart_charging *service);

/* Reports `stopping` and ends the event loop. The pilots stay as they are. */
void smart_charging_begin_stop(struct smart_charging *service);

/* Waits until the broker has taken the last messages, at most a second. NULL is allowed. */
void smart_charging_free(struct smart_charging *service);

/* Calls `changed` now, and whenever smart_charging_state or smart_charging_describe may say something else. */
void smart_charging_observe(struct smart_charging *service, void (*changed)(void *context), void *context);
enum api_service_state smart_charging_state(const struct smart_charging *service);
/* One line for people. */
void smart_charging_describe(const struct smart_charging *service, char *out, size_t size);

#endif
