/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the log has about MQTT messages: one short line for each message that slacd uses or sends at INFO, and the whole
 * message at DEBUG. The short line names what matters and nothing more; it never has an id_token.
 */
#ifndef SERVICE_MESSAGE_LOG_H
#define SERVICE_MESSAGE_LOG_H

#include "mqtt/api/api.h"
#include "service/log_budget.h"

/*
 * Short lines in a minute, of each direction; further ones are logged at DEBUG. 256 outlets that start at once, each
 * with a car that charges at once, need about 4000.
 */
#define MESSAGE_LOG_LINES 7680

/* What a message says, for its short line. */
struct message_about {
	const char *name;
	const char *type;
	const char *evse_id; /* NULL: it is not about one outlet */
	char details[224];   /* " key=value ...", or "" */
};

/* One direction. The name is a text that stays; the rest is zeroed at the start. */
struct message_log {
	const char *direction; /* "Inbound", "Outbound" */
	struct log_budget lines;
};

/* *about points into *message. */
void message_about_inbound(const struct api_message *message, struct message_about *about);

/* Appends to the details; what does not fit is cut. */
__attribute__((format(printf, 2, 3))) void message_about_add(struct message_about *about, const char *format, ...);

/* Logs one message of `len` octets. */
void message_log_add(struct message_log *log, const char *topic, const struct message_about *about, const char *payload,
		     size_t len, uint64_t now_us);

#endif
