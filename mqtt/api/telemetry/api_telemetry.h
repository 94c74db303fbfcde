/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Telemetry (doc/telemetry.md): single values of an outlet, each retained under a topic of its own
 *
 *     <prefix>/<evse_id>/<value>     prefix: <root>/<station>, e.g. telemetry/DE-ABC-0017
 *
 * with the payload {"value":...,"sampling_time":"2026-11-27T09:10:11.123Z"}. slacd builds them; who stores them reads
 * them. Pure; structs hold no pointer into topic or payload.
 */
#ifndef MQTT_API_TELEMETRY_API_TELEMETRY_H
#define MQTT_API_TELEMETRY_API_TELEMETRY_H

#include "mqtt/api/api.h"

/* Bounds. Sizes of text include the terminating NUL. */
#define API_TELEMETRY_PREFIX_MAX  256
#define API_TELEMETRY_STATION_MAX 64 /* the last level of a prefix */
#define API_TELEMETRY_NAME_MAX    32
#define API_TELEMETRY_TEXT_MAX    64   /* a value that is a text */
#define API_TELEMETRY_PAYLOAD_MAX 1024 /* octets of a payload that is read */
#define API_TELEMETRY_BUILD_MAX   512  /* a buffer of this size takes every payload that is built */
/* Likewise every topic: each octet of an evse_id may be written as three. */
#define API_TELEMETRY_TOPIC_MAX (API_TELEMETRY_PREFIX_MAX + 3 * API_EVSE_ID_MAX + API_TELEMETRY_NAME_MAX + 2)

enum api_telemetry_kind {
	API_TELEMETRY_STATE,            /* text: a word of slac_service_status */
	API_TELEMETRY_REASON,           /* text; "": none */
	API_TELEMETRY_PILOT,            /* text: A1 ... F; "": not told */
	API_TELEMETRY_EV_MAC,           /* text: 00:18:87:00:A1:D6; "": none */
	API_TELEMETRY_ATTENUATION,      /* number, dB; null: unknown */
	API_TELEMETRY_MODEM_VERSION,    /* text; "": unknown */
	API_TELEMETRY_SESSIONS_MATCHED, /* whole number */
	API_TELEMETRY_SESSIONS_FAILED,  /* whole number */
	API_TELEMETRY_LAST_MATCH,       /* whole number, ms; null: none */
	API_TELEMETRY_OFFERED_CURRENT,  /* number, A; null: unknown */

	API_TELEMETRY_KINDS,
	API_TELEMETRY_UNKNOWN = API_TELEMETRY_KINDS /* of a later version */
};

enum api_telemetry_type { API_TELEMETRY_NULL, API_TELEMETRY_NUMBER, API_TELEMETRY_TEXT };

struct api_telemetry_value {
	enum api_telemetry_type type;
	double number;                     /* NUMBER; otherwise 0 */
	char text[API_TELEMETRY_TEXT_MAX]; /* TEXT; otherwise "" */
};

/* A value with the time since when it holds, in milliseconds since 1970, UTC. */
struct api_telemetry_sample {
	struct api_telemetry_value value;
	int64_t sampling_ms;
};

/* What a topic is about. */
struct api_telemetry_topic {
	char station[API_TELEMETRY_STATION_MAX];
	char evse_id[API_EVSE_ID_MAX];
	char name[API_TELEMETRY_NAME_MAX]; /* of the value */
	enum api_telemetry_kind kind;      /* API_TELEMETRY_UNKNOWN where the name is none of ours */
};

/* "state", "attenuation_db" ... : the last level of a topic. Never NULL. */
const char *api_telemetry_name(enum api_telemetry_kind kind);

/*
 * Whether topics can begin with it: two levels or more, none empty, without wildcards, control characters and a `$` at
 * the beginning; the last one, the station's name, has at most 63 octets and the whole at most 255.
 */
bool api_telemetry_prefix_is_valid(const char *prefix);

/*
 * The topic of a value. The octets / + # % of evse_id are written %2F %2B %23 %25. Returns its length, or 0 (and out is
 * "" if size > 0) when it does not fit.
 */
size_t api_telemetry_topic(char *out, size_t size, const char *prefix, const char *evse_id,
			   enum api_telemetry_kind kind);

/*
 * Reads a topic of at least three levels: the last but two is the station. False, and *out unchanged, when station or
 * evse_id is empty, too long, no UTF-8 or has a control character; when evse_id has a % that api_telemetry_topic would
 * not have written; and for a name that has other characters than a-z, 0-9 and _.
 */
bool api_telemetry_topic_read(const char *topic, struct api_telemetry_topic *out);

/*
 * Writes one line of JSON with its NUL to out[0 ... size-1] and returns its length without it, or 0 (and out is "" if
 * size > 0) when it does not fit or the text is no UTF-8. Attenuation and current have one decimal, other numbers
 * none.
 */
size_t api_telemetry_build(char *out, size_t size, enum api_telemetry_kind kind,
			   const struct api_telemetry_sample *sample);

/*
 * Reads a payload of `len` octets (no NUL needed) of this kind; of API_TELEMETRY_UNKNOWN any null or text is taken, and a
 * number up to 2^53 - 1 either way: beyond, a double is not what was told. Only with API_OK *out is written. API_IGNORED:
 * it is empty, by which a value is cleared. API_TOO_LARGE; API_MALFORMED for what is no JSON object; API_INVALID, and the
 * error names the member, for anything else. The error has the kind's name. Unknown members are skipped.
 */
enum api_result api_telemetry_parse(enum api_telemetry_kind kind, const char *payload, size_t len,
				    struct api_telemetry_sample *out, struct api_error *error);

#endif
