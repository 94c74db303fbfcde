/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The side of the smart-charging service in the messages of mqtt/api/api.h: what it hears of the station, of slacd and of
 * OCPP, and what it says. Same rules as there: pure, bounded, copies only. Names and members are those of the public
 * Josev API (doc/smart-charging.md).
 */
#ifndef MQTT_API_API_CHARGING_H
#define MQTT_API_API_CHARGING_H

#include "mqtt/api/api.h"

#define API_CHARGING_SERVICE "smart_charging" /* the service name that service_status carries */

/* Bounds. Schedules and periods that are above them are counted, but not kept: whoever judges the profile refuses it. */
#define API_CHARGING_SCHEDULES_MAX   3
#define API_CHARGING_PERIODS_MAX     96
#define API_CHARGING_TRANSACTION_MAX 64  /* transaction_id, with its NUL */
#define API_CHARGING_CODE_MAX        32  /* reason_code */
#define API_CHARGING_TEXT_MAX        512 /* additional_info */

/* A buffer of this size takes every message that is built here. */
#define API_CHARGING_BUILD_MAX 24576

enum api_charging_kind {
	API_CHARGING_SERVICE_STATUS,     /* request for this service */
	API_CHARGING_SLAC_SERVICE,       /* service_status update or response of slacd */
	API_CHARGING_PARAMETERS,         /* cs_parameters response, update */
	API_CHARGING_LIMITS,             /* cs_status_and_limits response, update */
	API_CHARGING_CP_PWM,             /* response */
	API_CHARGING_CP_PWM_REQUEST,     /* request of another service */
	API_CHARGING_CP_STATUS,          /* update */
	API_CHARGING_SLAC_STATUS,        /* update, under either name */
	API_CHARGING_HLC_CHARGING,       /* update */
	API_CHARGING_CABLE_INFO,         /* update */
	API_CHARGING_TRANSACTION_STATUS, /* update */
	API_CHARGING_SET_PROFILE,        /* set_charging_profile request */
	API_CHARGING_CLEAR_PROFILE,      /* clear_charging_profile request */
	API_CHARGING_COMPOSITE           /* get_composite_schedule request */
};

struct api_slac_state_told {
	char evse_id[API_EVSE_ID_MAX];
	enum api_slac_state state;
	enum api_slac_status_name name; /* under which it was told */
};

struct api_cable_info {
	char evse_id[API_EVSE_ID_MAX];
	bool is_connected; /* connection_status: the rated current is that of a cable */
	bool has_rated_current;
	double rated_current_a; /* 0 ... 1000 */
};

enum api_transaction_state { API_TRANSACTION_STARTED, API_TRANSACTION_IN_PROGRESS, API_TRANSACTION_ENDED };

struct api_transaction_status {
	char evse_id[API_EVSE_ID_MAX]; /* "": it names none */
	char transaction_id[API_CHARGING_TRANSACTION_MAX];
	enum api_transaction_state state;
};

enum api_rate_unit { API_RATE_W, API_RATE_A };

enum api_profile_purpose {
	API_PROFILE_EXTERNAL_CONSTRAINTS, /* ChargingStationExternalConstraints */
	API_PROFILE_STATION_MAX,          /* ChargingStationMaxProfile */
	API_PROFILE_TX_DEFAULT,           /* TxDefaultProfile */
	API_PROFILE_TX                    /* TxProfile */
};

enum api_profile_kind { API_PROFILE_ABSOLUTE, API_PROFILE_RECURRING, API_PROFILE_RELATIVE };

enum api_profile_recurrency { API_PROFILE_DAILY, API_PROFILE_WEEKLY };

struct api_profile_period {
	uint32_t start_s;
	double limit;         /* 0 ... 4000000, A per phase or W */
	uint8_t phases;       /* number_phases, 0: absent */
	uint8_t phase_to_use; /* 0: absent */
};

/* Times are seconds since 1970, UTC; what is below a second is left out. */
struct api_profile_schedule {
	enum api_rate_unit unit;
	bool has_start;
	int64_t start_s;
	bool has_duration;
	uint32_t duration_s;
	size_t period_count; /* as sent; periods has the first API_CHARGING_PERIODS_MAX */
	struct api_profile_period periods[API_CHARGING_PERIODS_MAX];
};

struct api_profile {
	int32_t id;
	uint32_t stack_level;
	enum api_profile_purpose purpose;
	enum api_profile_kind kind;
	bool has_recurrency;
	enum api_profile_recurrency recurrency;
	bool has_valid_from;
	int64_t valid_from_s;
	bool has_valid_to;
	int64_t valid_to_s;
	char transaction_id[API_CHARGING_TRANSACTION_MAX]; /* "": absent */
	size_t schedule_count; /* as sent; schedules has the first API_CHARGING_SCHEDULES_MAX */
	struct api_profile_schedule schedules[API_CHARGING_SCHEDULES_MAX];
};

struct api_set_profile {
	char evse_id[API_EVSE_ID_MAX]; /* "": the whole station */
	struct api_profile profile;
};

struct api_clear_profile {
	bool has_id;
	int32_t id;
	bool has_criteria;             /* of these, what is given has to match: */
	char evse_id[API_EVSE_ID_MAX]; /* "": not given */
	bool has_purpose;
	enum api_profile_purpose purpose;
	bool has_stack_level;
	uint32_t stack_level;
};

struct api_composite_request {
	char evse_id[API_EVSE_ID_MAX]; /* "": the whole station */
	uint32_t duration_s;
	bool has_unit;
	enum api_rate_unit unit;
};

/* One inbound message. It is large: allocate one and reuse it. */
struct api_charging_message {
	enum api_charging_kind kind;
	enum api_type type;
	char id[API_ID_MAX];
	/*
	 * Of the three requests about profiles: one with a wrong member is answered with `fault`, which says which, and its
	 * data must not be used.
	 */
	bool is_refused;
	struct api_error fault;
	/* PARAMETERS, LIMITS, CP_PWM, CP_PWM_REQUEST, CP_STATUS and HLC_CHARGING: as api_parse gives it. */
	struct api_message station;
	union {
		enum api_service_state slac_service;       /* API_CHARGING_SLAC_SERVICE */
		struct api_slac_state_told slac_status;    /* API_CHARGING_SLAC_STATUS */
		struct api_cable_info cable;               /* API_CHARGING_CABLE_INFO */
		struct api_transaction_status transaction; /* API_CHARGING_TRANSACTION_STATUS */
		struct api_set_profile set_profile;        /* API_CHARGING_SET_PROFILE */
		struct api_clear_profile clear_profile;    /* API_CHARGING_CLEAR_PROFILE */
		struct api_composite_request composite;    /* API_CHARGING_COMPOSITE */
	} data;
};

/* As api_parse. Where the result is not API_OK, *out may be half-written. */
enum api_result api_charging_parse(const char *payload, size_t len, unsigned from, struct api_charging_message *out,
				   struct api_error *error);

/* As api_look. */
enum api_look api_charging_look(const char *payload, size_t len, unsigned from, const char *own_ids);

/* The name of the message; never NULL. */
const char *api_charging_kind_text(enum api_charging_kind kind);
/* The words of the enums, as in messages. "unknown" for a value outside the enum. */
const char *api_transaction_state_text(enum api_transaction_state state);
const char *api_rate_unit_text(enum api_rate_unit unit);
const char *api_profile_purpose_text(enum api_profile_purpose purpose);

/* --- Outbound: as the builders of mqtt/api/api.h --- */

/* service_status of this service; type is API_UPDATE or API_RESPONSE. */
size_t api_charging_build_service_status(char *out, size_t size, const char *id, enum api_type type,
					 const char *software_version, enum api_service_state state);

/* iso15118_charge_limit update; the limit is in 1/1000 of its unit. */
size_t api_charging_build_charge_limit(char *out, size_t size, const char *id, const char *evse_id,
				       enum api_rate_unit unit, uint64_t limit_milli);

/* What an answer says of why: status_info. */
struct api_charging_reason {
	const char *code; /* "": there is no status_info */
	const char *text; /* additional_info; "": left out */
};

/* set_charging_profile response: accepted or rejected. */
size_t api_charging_build_set_profile(char *out, size_t size, const char *id, bool accepted,
				      const struct api_charging_reason *reason);

/* clear_charging_profile response: accepted, or unknown. */
size_t api_charging_build_clear_profile(char *out, size_t size, const char *id, bool cleared,
					const struct api_charging_reason *reason);

struct api_composite_period {
	uint32_t start_s;
	uint64_t limit_milli;
	unsigned phases; /* number_of_phases_available, 0: left out */
};

struct api_composite_schedule {
	const char *evse_id; /* "": the whole station, left out */
	uint32_t duration_s;
	int64_t start_s;
	enum api_rate_unit unit;
	size_t count;
	const struct api_composite_period *periods;
};

/* get_composite_schedule response: Accepted with the schedule, or (schedule NULL) Rejected. */
size_t api_charging_build_composite(char *out, size_t size, const char *id,
				    const struct api_composite_schedule *schedule,
				    const struct api_charging_reason *reason);

#endif
