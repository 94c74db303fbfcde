/* SPDX-License-Identifier: Apache-2.0 */
/* What the pilot logic is told when matching reports a status. Pure: the service and its model in tests share it. */
#ifndef SLACD_TESTS_PILOT_NEWS_H
#define SLACD_TESTS_PILOT_NEWS_H

#include "cp/control_pilot.h"
#include "homeplug/slac/slac_evse.h"

/* The input that follows from `status` and its reason: whether matching runs decides what may be done to the pilot. */
struct control_pilot_input pilot_news_of(enum slac_status status, enum slac_reason reason);

/* A matched car's link is lost, on the power line or with the interface to the modem: to the car it is the same. */
bool pilot_news_is_link_loss(enum slac_status status, enum slac_reason reason);

#endif
