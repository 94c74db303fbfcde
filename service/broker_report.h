/* SPDX-License-Identifier: Apache-2.0 */
/* What the log has about the connection to the broker. */
#ifndef SERVICE_BROKER_REPORT_H
#define SERVICE_BROKER_REPORT_H

#include "mqtt/broker/broker.h"

void broker_report_connected(const char *host, unsigned port, const char *client_id);
void broker_report_disconnected(const char *host, unsigned port, const char *reason);
/* As struct broker_callbacks has them; the context is not used. */
void broker_report_dropped(void *context, enum broker_drop what, uint64_t total);
void broker_report_subscription_refused(void *context, const char *topic);
/* `setting` is how the user gives a client id. */
void broker_report_displaced(const char *client_id, const char *setting);

#endif
