/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The messages of EVerest's API module slac_API, version 1, on the side of the provider: topics and JSON text in, structs
 * out, and back (doc/everest.md). One module of EVerest is one outlet. Topics are
 *
 *     <prefix>everest_api/1/slac/<module_id>/e2m/<name>   EVerest to slacd
 *     <prefix>everest_api/1/slac/<module_id>/m2e/<name>   slacd to EVerest
 *     <prefix>everest_api/ready_beacon                    EVerest is ready
 *     <prefix>everest_api/query-modules/slac              which modules are there? Answered where the question says
 *
 * Each payload is one JSON text and nothing is converted: 0 is not false. Pure; structs hold no pointer into the payload.
 */
#ifndef MQTT_API_EVEREST_EVEREST_API_H
#define MQTT_API_EVEREST_EVEREST_API_H

#include "mqtt/api/api.h"

/* Sizes of text include the terminating NUL. */
#define EVEREST_MODULE_MAX  64
#define EVEREST_PREFIX_MAX  128
#define EVEREST_TOPIC_MAX   256
#define EVEREST_MODULES_MAX API_EVSES_MAX
/* A buffer of this size takes every payload that is built. */
#define EVEREST_BUILD_MAX 1024

enum everest_kind {
	EVEREST_ENTER_BCD,
	EVEREST_LEAVE_BCD,
	EVEREST_RESET, /* flag */
	EVEREST_DLINK_TERMINATE,
	EVEREST_DLINK_ERROR,
	EVEREST_DLINK_PAUSE,
	EVEREST_HEARTBEAT,    /* count */
	EVEREST_READY_BEACON, /* of no module */
	EVEREST_MODULES,      /* modules; of no module */

	EVEREST_KINDS
};

/* What EVerest tells of one of its modules. */
struct everest_module {
	char id[EVEREST_MODULE_MAX];
	bool has_periods;      /* it told how it is watched, and watches: */
	uint32_t heartbeat_ms; /* 0: it sends none */
	uint32_t check_s;      /* 0: it wants none */
};

struct everest_message {
	enum everest_kind kind;
	char module[EVEREST_MODULE_MAX]; /* "": of no module */
	bool flag;
	uint64_t count;
	size_t module_count;
	struct everest_module modules[EVEREST_MODULES_MAX];
	size_t bad_count; /* entries of an answer about modules that were left out */
};

/* A module's id: letters, digits, '_', '.' and '-'. False, and *out unchanged, for anything else. */
bool everest_take_module(char out[EVEREST_MODULE_MAX], const char *id);
/* Whether topics can begin with it; it may be empty. */
bool everest_prefix_is_valid(const char *prefix);

/* The topic of a message of ours for this module. The texts are valid ones. Returns out. */
const char *everest_topic_to(const char *prefix, const char *module, const char *name, char out[EVEREST_TOPIC_MAX]);
/* What to subscribe: the messages of all modules, and the ready beacon. And where the question for modules goes. */
const char *everest_topic_of_modules(const char *prefix, char out[EVEREST_TOPIC_MAX]);
const char *everest_topic_of_beacon(const char *prefix, char out[EVEREST_TOPIC_MAX]);
const char *everest_topic_of_query(const char *prefix, char out[EVEREST_TOPIC_MAX]);

/* What a topic is about. */
struct everest_topic {
	enum everest_kind kind;
	char module[EVEREST_MODULE_MAX]; /* "": of no module */
};

/*
 * False for a topic that is none of EVerest's messages to a provider. reply_topic is where modules are told of: itself,
 * and with the prefix before it.
 */
bool everest_topic_read(const char *prefix, const char *reply_topic, const char *topic, struct everest_topic *out);

/*
 * Reads the payload of a message with this topic. API_OK; API_TOO_LARGE or API_MALFORMED for what is no JSON text of the
 * kind's type; API_INVALID for an answer about modules with a wrong member. The error has the message's name and says
 * what was expected. Of modules the first EVEREST_MODULES_MAX of the API slac, version 1, are taken. A wrong entry is
 * left out where others are taken: with a bad_count the error is about the last one of these.
 */
enum api_result everest_parse(const struct everest_topic *topic, const char *payload, size_t len,
			      struct everest_message *out, struct api_error *error);

/* "enter_bcd" ... : the names in topics, and "modules". Never NULL. */
const char *everest_kind_text(enum everest_kind kind);

/* --- to EVerest --- */

enum everest_state { EVEREST_UNMATCHED, EVEREST_MATCHING, EVEREST_MATCHED };
enum everest_error_type { EVEREST_COMMUNICATION_FAULT, EVEREST_VENDOR_ERROR, EVEREST_VENDOR_WARNING };

/* "UNMATCHED" ... Never NULL. */
const char *everest_state_text(enum everest_state state);

/*
 * Each writes one line of JSON with its NUL to out[0 ... size-1] and returns its length without it, or 0 when it does not
 * fit or a text is not UTF-8.
 */
size_t everest_build_state(char *out, size_t size, enum everest_state state);
size_t everest_build_flag(char *out, size_t size, bool flag);
size_t everest_build_null(char *out, size_t size);
size_t everest_build_mac(char *out, size_t size, const uint8_t mac[6]);
/* message: NULL: left out, as it is of no use to clear an error. */
size_t everest_build_error(char *out, size_t size, enum everest_error_type type, const char *sub_type,
			   const char *message);
size_t everest_build_query(char *out, size_t size, const char *reply_topic);

#endif
