/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The MQTT messages of slacd as typed structs: JSON text in, struct out, and back.
 *
 * The messages are those of doc/mqtt.md (and of the public Josev API). Each MQTT message is one JSON object on one
 * line:
 *
 *     {"id":"<uuid v4>","name":"<message>","type":"request|response|update","data":{...}}
 *
 * Pure: no socket, clock, log or global. Structs are plain copies owned by the caller and hold no pointer into the
 * payload. All text in them is valid UTF-8 without control characters and NUL-terminated.
 *
 * This header is the side of slacd. The side of the station is tools/station/api_station.h.
 */
#ifndef MQTT_API_API_H
#define MQTT_API_API_H

#include "mqtt/api/text_index.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define API_VERSION "3.11" /* the api_version that service_status reports */
#define API_SERVICE "slac" /* the service name that service_status carries */

/* Bounds. Sizes of text include the terminating NUL. */
#define API_PAYLOAD_MAX   262144 /* octets of one inbound payload: 1 KiB for each outlet */
#define API_DEPTH_MAX     16     /* nesting of objects and arrays */
#define API_EVSES_MAX     256    /* entries of parameters[] and evses[] */
#define API_NETWORKS_MAX  16     /* entries of networks[] */
#define API_ID_MAX        64     /* envelope id */
#define API_EVSE_ID_MAX   64
#define API_INTERFACE_MAX 16  /* as the kernel's IFNAMSIZ */
#define API_INFO_MAX      128 /* cp_pwm response info; longer text is cut, not refused */
#define API_VERSION_MAX   64  /* software_version, api_version */
#define API_REASON_MAX    64  /* reason of a slac status */
#define API_MEMBER_MAX    96
#define API_EXPECTED_MAX  192
#define API_UUID_MAX      37
#define API_RUN_ID_LEN    8  /* octets */
#define API_OWN_IDS_SIZE  13 /* the last group of a UUID */

/* A buffer of this size takes every built message (builders say when a buffer is too small). */
#define API_BUILD_MAX 4096

enum api_result {
	API_OK,
	API_IGNORED,   /* a message that is not for slacd, on a topic shared with others: not an error */
	API_ELSEWHERE, /* a message for slacd, which takes it from another topic only; error.expected says from which */
	API_MALFORMED, /* not JSON, trailing octets, not an object, or no text `name`; error.expected says which */
	API_INVALID,   /* a message for slacd with a wrong member; error names it */
	API_TOO_LARGE  /* more than API_PAYLOAD_MAX octets; not parsed */
};

/*
 * Why a message was refused. `name` is the name of the message ("" when unknown), `member` the path of the member
 * from the envelope, e.g. "data.parameters[1].evse_id" ("" for the message as a whole), `expected` what should be
 * there. For one line of the log: "<name>: <member>: expected <expected>".
 */
struct api_error {
	char name[32];
	char member[API_MEMBER_MAX];
	char expected[API_EXPECTED_MAX];
	bool is_missing; /* the member is not there, or null */
};

enum api_type { API_REQUEST, API_RESPONSE, API_UPDATE };

/*
 * Whose topic a message was heard on. Each message is taken from certain ones only: the `reset` of a backend to the
 * station must not reset slacd. Bits: one topic may serve several.
 */
enum api_from {
	API_FROM_STATION = 1,  /* where the station speaks to the services (cs/josev) */
	API_FROM_ISO15118 = 2, /* where the ISO 15118 service speaks to slacd (iso15118/slac) */
	API_FROM_SERVICES = 4, /* where the services speak to the station and to each other (josev/cs, iso15118/ocpp) */
	API_FROM_OCPP = 8      /* where OCPP speaks to the smart-charging service (ocpp/smart_charging) */
};

enum api_kind {
	API_SERVICE_STATUS,       /* request; update: the smart-charging service has become ready */
	API_CS_PARAMETERS,        /* response, update */
	API_CS_STATUS_AND_LIMITS, /* response, update */
	API_CP_PWM,               /* response; request of another service */
	API_CP_STATUS,            /* update */
	API_SLAC_DATA_LINK,       /* update */
	API_SLAC_LINK_STATUS,     /* request */
	API_SLAC_NETWORK_INFO,    /* request */
	API_HLC_CHARGING,         /* update */
	API_AUTHORIZATION,        /* request, response, update */
	API_SLAC_RESET,           /* request */
	API_RESET                 /* request: the former name of slac_reset */
};

#define API_KINDS (API_RESET + 1)

enum api_service_state {
	API_SERVICE_STARTING,
	API_SERVICE_READY,
	API_SERVICE_STOPPING,
	API_SERVICE_ERROR,
	API_SERVICE_BUSY
};

enum api_evse_status {
	API_EVSE_NOT_READY,
	API_EVSE_READY,
	API_EVSE_SHUTDOWN,
	API_EVSE_UTILITY_INTERRUPT_EVENT,
	API_EVSE_ISOLATION_MONITORING_ACTIVE,
	API_EVSE_EMERGENCY_SHUTDOWN,
	API_EVSE_MALFUNCTION
};

enum api_cp_state {
	API_CP_A1,
	API_CP_A2,
	API_CP_B1,
	API_CP_B2,
	API_CP_C1,
	API_CP_C2,
	API_CP_D1,
	API_CP_D2,
	API_CP_E,
	API_CP_F
};

enum api_cp_pwm_status { API_CP_PWM_VALID, API_CP_PWM_INVALID, API_CP_PWM_ERROR };

enum api_data_link_action { API_DATA_LINK_TERMINATE, API_DATA_LINK_PAUSE, API_DATA_LINK_RESUME };

enum api_slac_state {
	API_SLAC_MATCHING,
	API_SLAC_MATCHED,
	API_SLAC_FAILED,
	API_SLAC_UNMATCHED,
	API_SLAC_BASIC_CHARGING
};

enum api_link_state { API_LINK_CONNECTED, API_LINK_UNKNOWN };

enum api_reset_status { API_RESET_ACCEPTED, API_RESET_REJECTED };

/* The name under which the slac status is published. */
enum api_slac_status_name {
	API_NAME_SLAC_SERVICE_STATUS, /* "slac_service_status", the default */
	API_NAME_SLAC_STATUS          /* "slac_status", as stations written for the Josev API know it */
};

/* One outlet of cs_parameters. has_ac: any connector offers ac or ac_bpt; has_dc: dc or dc_bpt. */
struct api_evse_parameters {
	char evse_id[API_EVSE_ID_MAX];
	char network_interface[API_INTERFACE_MAX];
	bool has_ac;
	bool ac_single_phase; /* each AC service has the connector type AC_single_phase_core: there is l1 alone */
	bool has_dc;
	double nominal_voltage_v; /* of the first AC service that tells one, without AC of a DC service; 0: none does */
};

/* The data of cs_parameters. evse_ids are unique. Zeroed it is empty; what lies behind `count` entries means nothing. */
struct api_parameters {
	size_t count; /* 0 ... API_EVSES_MAX */
	struct text_index by_id;
	struct api_evse_parameters evses[API_EVSES_MAX];
};

/* The entry of this outlet, or NULL. */
const struct api_evse_parameters *api_parameters_find(const struct api_parameters *list, const char *evse_id);
/* Appends an entry. False: there is one of this outlet, or no room. */
bool api_parameters_add(struct api_parameters *list, const struct api_evse_parameters *entry);
/* Makes *to the same list. What lies behind its entries is not touched, and takes no memory. */
void api_parameters_copy(struct api_parameters *to, const struct api_parameters *from);

/* One outlet of cs_status_and_limits. Without has_ac the AC members are 0, without has_dc those of DC. */
struct api_evse_limits {
	char evse_id[API_EVSE_ID_MAX];
	enum api_evse_status status_code;
	bool has_ac;
	bool rcd_error;
	double max_current_a[3];  /* l1, l2, l3 in A, 0 ... 1000; 0 is a phase that is not connected */
	double nominal_voltage_v; /* of a phase; this and what follows is 0 where it is not told, or is no such number */
	bool has_dc;
	double dc_max_current_a;
	double dc_max_voltage_v;
	double dc_max_power_w;
};

/* The data of cs_status_and_limits, as struct api_parameters. */
struct api_limits {
	size_t count; /* 0 ... API_EVSES_MAX */
	struct text_index by_id;
	struct api_evse_limits evses[API_EVSES_MAX];
};

struct api_cp_pwm_response {
	char evse_id[API_EVSE_ID_MAX];
	enum api_cp_pwm_status status;
	char info[API_INFO_MAX]; /* for the log; "" when it is absent, or no text that fits into one */
};

/* What a cp_pwm request asks of the pilot. */
struct api_cp_pwm {
	char evse_id[API_EVSE_ID_MAX];
	bool hlc;
	bool error_state; /* state E */
	bool fault_state; /* state F */
	uint32_t
		current_deciampere; /* 0.1 A; written in A with exactly one decimal: 160 -> 16.0; not when hlc is true */
};

struct api_cp_status {
	char evse_id[API_EVSE_ID_MAX];
	enum api_cp_state state;
	bool has_duty_cycle;
	double duty_cycle_percent; /* 0 ... 100 */
};

struct api_data_link {
	char evse_id[API_EVSE_ID_MAX];
	enum api_data_link_action action;
};

struct api_hlc_charging {
	char evse_id[API_EVSE_ID_MAX];
	bool active; /* a session runs, or is paused */
};

/*
 * authorization. by_eim: by external identification means, a token that the driver shows; neither a contract in the
 * car (e_maid) nor charging without any (no_authorization).
 */
struct api_authorization {
	char evse_id[API_EVSE_ID_MAX]; /* request: "" when it names no outlet; response: "" */
	bool by_eim;                   /* request, update */
	bool accepted;                 /* response, update: otherwise an authorization ends */
};

/* slac_link_status, slac_network_info: the outlet asked for. slac_reset, reset: "" means the whole service. */
struct api_evse_request {
	char evse_id[API_EVSE_ID_MAX];
};

/*
 * An entry of parameters[] or evses[] that was not taken, while the others were: member and expected as in struct
 * api_error.
 */
struct api_bad_entry {
	char evse_id[API_EVSE_ID_MAX]; /* of the outlet that it is about; "" when that cannot be read */
	char member[API_MEMBER_MAX];
	char expected[API_EXPECTED_MAX];
};

/*
 * One inbound message; `kind` selects the member of `data`. It has about 120 KiB, of which a message touches what it needs:
 * allocate one and reuse it.
 */
struct api_message {
	enum api_kind kind;
	enum api_type type;
	char id[API_ID_MAX]; /* a response repeats the id of its request; of an update it may be "" */
	union {
		struct api_parameters parameters;       /* API_CS_PARAMETERS */
		struct api_limits limits;               /* API_CS_STATUS_AND_LIMITS */
		struct api_cp_pwm_response cp_pwm;      /* API_CP_PWM, response */
		struct api_cp_pwm cp_pwm_request;       /* API_CP_PWM, request */
		struct api_cp_status cp_status;         /* API_CP_STATUS */
		struct api_data_link data_link;         /* API_SLAC_DATA_LINK */
		struct api_hlc_charging hlc_charging;   /* API_HLC_CHARGING */
		struct api_authorization authorization; /* API_AUTHORIZATION */
		struct api_evse_request request;        /* API_SLAC_LINK_STATUS, API_SLAC_NETWORK_INFO, resets */
	} data;                                         /* API_SERVICE_STATUS has none */
	size_t bad_count;            /* API_CS_PARAMETERS, API_CS_STATUS_AND_LIMITS: 0 ... API_EVSES_MAX, otherwise 0 */
	struct text_index bad_by_id; /* means nothing while bad_count is 0 */
	struct api_bad_entry bad[API_EVSES_MAX];
};

/* Whether an entry of this outlet was not taken; "": one that does not say which outlet it is about. */
bool api_message_is_bad(const struct api_message *message, const char *evse_id);

/*
 * Reads one inbound payload of `len` octets (no NUL needed) that was heard on a topic of `from` (enum api_from, at least
 * one). With API_OK *out is complete; with any other result *out is unchanged. *error is not written for API_OK and
 * API_IGNORED. API_IGNORED: the name is unknown, the type is not one that slacd receives and the topic is shared
 * (such as its own request on API_FROM_SERVICES; elsewhere the type is a wrong member), it is a service_status request
 * for another service, or it is the services' own (`reset` and `authorization` requests on a topic of theirs). Unknown
 * members and those that slacd has no use for are skipped, and `null`
 * counts as absent.
 *
 * A wrong entry of parameters[] or evses[] does not spoil the others: with API_OK the good ones are in `data`, the others
 * in `bad`. An evse_id that is there twice makes its second entry a bad one.
 */
enum api_result api_parse(const char *payload, size_t len, unsigned from, struct api_message *out,
			  struct api_error *error);

/* What a payload is, as far as a look at it can tell. */
enum api_look {
	API_LOOK_FOREIGN,  /* it names a message that slacd does not take from there: api_parse would ignore it */
	API_LOOK_OWN,      /* a request or update of one's own that came back */
	API_LOOK_QUESTION, /* service_status, slac_link_status, slac_network_info: who gets no answer asks again */
	API_LOOK_NEWS,     /* any other message that slacd receives: most of them are said once */
	API_LOOK_UNCLEAR   /* no name, one that only api_parse can read, or API_ELSEWHERE */
};

/*
 * Looks for name, type and id of the message and parses nothing else: for a first choice where messages of all the
 * station arrive. `from` as for api_parse. own_ids is the end of the ids of one's own messages, or NULL. Safe for any
 * octets; takes time in proportion to len and no memory.
 */
enum api_look api_look(const char *payload, size_t len, unsigned from, const char *own_ids);

/*
 * A payload that api_parse has read, without the spaces and line ends between its members: one line for a log, cut to
 * out[0 ... size-1] with its NUL. Returns its length.
 */
size_t api_compact(const char *payload, size_t len, char *out, size_t size);

/*
 * Read a text that holds only the `data` object of cs_parameters or cs_status_and_limits (the files for the start),
 * with the same checks as for a message, but that one bad entry is API_INVALID. The paths of members begin with "data"
 * here, too. Never API_IGNORED. *out is unchanged on failure.
 */
enum api_result api_parse_parameters_data(const char *text, size_t len, struct api_parameters *out,
					  struct api_error *error);
enum api_result api_parse_limits_data(const char *text, size_t len, struct api_limits *out, struct api_error *error);

/* --- Outbound ---
 *
 * Every builder writes one line of compact JSON and a NUL to out[0 ... size-1] and returns its length without
 * the NUL, or 0 (and out is "" if size > 0) when it does not fit or a text is not valid UTF-8. Members come in
 * the order id, name, type, data, and within data as doc/mqtt.md lists them. `id` is a new one (api_uuid_v4) for a
 * request or update, and that of the request for a response.
 */

/* service_status; type is API_UPDATE or API_RESPONSE. */
size_t api_build_service_status(char *out, size_t size, const char *id, enum api_type type,
				const char *software_version, enum api_service_state state);

/* cs_parameters request. */
size_t api_build_cs_parameters_request(char *out, size_t size, const char *id);

/* cs_status_and_limits request. */
size_t api_build_cs_limits_request(char *out, size_t size, const char *id);

/* cp_pwm request. */
size_t api_build_cp_pwm_request(char *out, size_t size, const char *id, const struct api_cp_pwm *pwm);

/* How matching goes at one outlet. */
struct api_slac_status {
	enum api_slac_state state;
	uint8_t run_id[API_RUN_ID_LEN]; /* wire order, written as "0x" and 16 hex digits in capitals */
	const char *reason;             /* NULL or "": left out */
	bool has_ev_mac;
	uint8_t ev_mac[6]; /* written AA:BB:CC:DD:EE:FF */
	bool has_attenuation;
	uint16_t attenuation_ddb; /* 0.1 dB; written in dB with exactly one decimal */
	const char *record;       /* name of the session's record; NULL: left out */
	bool has_sampling_time;
	int64_t sampling_ms; /* when it happened, since 1970, UTC */
};

/*
 * slac_service_status (or slac_status) update. `extra`: with reason, ev_mac, attenuation_db, record and sampling_time,
 * where there are; otherwise with the members that the Josev API has.
 */
size_t api_build_slac_status(char *out, size_t size, const char *id, enum api_slac_status_name name,
			     const char *evse_id, const struct api_slac_status *status, bool extra);

/* slac_link_status response. */
size_t api_build_link_status_response(char *out, size_t size, const char *id, const char *evse_id,
				      enum api_link_state state);

/* One network as the modem lists it (HomePlug Green PHY network information). */
struct api_network {
	uint8_t nid[7];     /* written as network_id, 14 hex digits, wire order */
	uint8_t snid;       /* short network identifier */
	uint8_t tei;        /* terminal equipment identifier of the modem in it */
	uint8_t role;       /* 0 station, 1 proxy coordinator, 2 central coordinator; others as "unknown" */
	uint8_t cco_mac[6]; /* written aa:bb:cc:dd:ee:ff */
};

/*
 * slac_network_info response, every member of a network a text; count at most API_NETWORKS_MAX (more are not written),
 * networks NULL for 0.
 */
size_t api_build_network_info_response(char *out, size_t size, const char *id, const char *evse_id,
				       const struct api_network *networks, size_t count);

/* slac_reset response, or under its former name: kind is API_SLAC_RESET or API_RESET. */
size_t api_build_reset_response(char *out, size_t size, const char *id, enum api_kind kind,
				enum api_reset_status status);

/* Makes a version 4 UUID (RFC 4122, lower case) from 16 random octets. */
void api_uuid_v4(const uint8_t random[16], char out[API_UUID_MAX]);
/* The end of the UUIDs whose last six random octets are these, for api_look. */
void api_own_ids(const uint8_t last[6], char out[API_OWN_IDS_SIZE]);

/*
 * The words of the enums in messages, for logs and for the builders. "unknown" for a value outside the enum. Never
 * NULL.
 */
const char *api_kind_text(enum api_kind kind); /* the message name */
const char *api_type_text(enum api_type type);
const char *api_service_state_text(enum api_service_state state);
const char *api_evse_status_text(enum api_evse_status status);
const char *api_cp_state_text(enum api_cp_state state);
const char *api_cp_pwm_status_text(enum api_cp_pwm_status status);
const char *api_data_link_action_text(enum api_data_link_action action);
const char *api_slac_state_text(enum api_slac_state state);
const char *api_link_state_text(enum api_link_state state);
const char *api_reset_status_text(enum api_reset_status status);
const char *api_slac_status_name_text(enum api_slac_status_name name);

#endif
