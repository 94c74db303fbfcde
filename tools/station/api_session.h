/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The messages of a charging session beside slacd's own: what the OCPP, ISO 15118 and smart-charging services and the
 * station say to each other (doc/cs-sim.md has an example of each). For the station simulator and for tests; the daemon
 * does not use it. Same rules as mqtt/api.h: pure, bounded, copies only, the builder returns the length or 0.
 */
#ifndef TOOLS_STATION_API_SESSION_H
#define TOOLS_STATION_API_SESSION_H

#include "mqtt/api/api.h"

#define API_TOKEN_MAX       64
#define API_TRANSACTION_MAX 40
#define API_SESSION_INFO    64
#define API_TIMESTAMP_MAX   48

enum api_session_kind {
	API_SESSION_AUTHORIZATION,          /* request, response, update */
	API_SESSION_AUTHORIZED_TOKEN,       /* process_authorized_token: request, response */
	API_SESSION_ISO15118_AUTHORIZATION, /* request, response */
	API_SESSION_CABLE_CHECK,            /* request, response */
	API_SESSION_CABLE_INFO,             /* update */
	API_SESSION_AVAILABILITY,           /* change_availability: request, response, update */
	API_SESSION_CHARGE_LIMIT,           /* iso15118_charge_limit: update */
	API_SESSION_CLEAR_PROFILE,          /* clear_charging_profile: request, response */
	API_SESSION_COMPOSITE,              /* get_composite_schedule: request, response */
	API_SESSION_CONNECTOR,              /* cs_connector: request, response */
	API_SESSION_CONTACTOR,              /* cs_contactor_status: request, response, update */
	API_SESSION_CP_STATUS,              /* update; built by api_station.h */
	API_SESSION_DATA_LINK,              /* slac_data_link: update */
	API_SESSION_DEVICE_MODEL,           /* request; response, of which nothing is read */
	API_SESSION_HLC,                    /* hlc_charging: update */
	API_SESSION_LIMITS,                 /* cs_status_and_limits: request; response, of which nothing is read */
	API_SESSION_METER,                  /* meter_values: request, response, update */
	API_SESSION_PARAMETERS,             /* cs_parameters: request; response, of which nothing is read */
	API_SESSION_PROFILE,                /* set_charging_profile: request, response */
	API_SESSION_RESET,                  /* request, response */
	API_SESSION_SERVICE_STATUS,         /* update */
	API_SESSION_SETPOINT,               /* power_electronics_setpoint: request, response */
	API_SESSION_SLAC_STATUS,            /* update, under either name; only read */
	API_SESSION_STATE_INFO,             /* iso15118_state_info: update */
	API_SESSION_STOP,                   /* stop_charging: request, response */
	API_SESSION_TRANSACTION,            /* transaction_status: update */
	API_SESSION_BOOT_STATUS,            /* update */
	API_SESSION_WEBSOCKET,              /* websocket_status: update */
	API_SESSION_KINDS
};

/* `status` of most answers. */
enum api_verdict { API_ACCEPTED, API_REJECTED, API_DEAUTHORIZED, API_DISCARDED, API_UNKNOWN };

enum api_token_type {
	API_TOKEN_ISO14443,
	API_TOKEN_ISO15693,
	API_TOKEN_KEY_CODE,
	API_TOKEN_LOCAL,
	API_TOKEN_NO_AUTHORIZATION,
	API_TOKEN_MAC_ADDRESS,
	API_TOKEN_CENTRAL,
	API_TOKEN_E_MAID
};

struct api_token {
	char id[API_TOKEN_MAX]; /* "": none */
	enum api_token_type type;
};

enum api_contactor { API_CONTACTOR_CLOSED, API_CONTACTOR_OPENED, API_CONTACTOR_ERROR };
enum api_connector_action { API_CONNECTOR_LOCK, API_CONNECTOR_UNLOCK, API_CONNECTOR_STATUS };
enum api_connector_lock { API_LOCKED, API_UNLOCKED, API_LOCK_ERROR, API_LOCK_UNKNOWN };
enum api_operational { API_OPERATIVE, API_INOPERATIVE };
enum api_cable_check_action { API_CABLE_CHECK_START, API_CABLE_CHECK_STATUS };
enum api_cable_check_status { API_CABLE_CHECK_ONGOING, API_CABLE_CHECK_FINISHED };
enum api_cable_connection { API_CABLE_CONNECTED, API_CABLE_DISCONNECTED };
enum api_tx_status { API_TX_STARTED, API_TX_IN_PROGRESS, API_TX_ENDED };
enum api_hlc_action { API_HLC_NO_ACTION, API_HLC_PAUSE, API_HLC_RESUME };
enum api_payment { API_PAYMENT_NONE, API_PAYMENT_EIM, API_PAYMENT_PNC };
enum api_stop_action { API_STOP_NONE, API_STOP_PAUSE, API_STOP_TERMINATE };

/* `session_status`, in the order of a session. */
enum api_session_step {
	API_STEP_IDLE,
	API_STEP_SUPPORTED_APP_PROTOCOL,
	API_STEP_SESSION_SETUP,
	API_STEP_SERVICE_DISCOVERY,
	API_STEP_SERVICE_DETAIL,
	API_STEP_CERTIFICATE_INSTALLATION,
	API_STEP_SERVICE_SELECTION,
	API_STEP_AUTHORIZATION_SETUP,
	API_STEP_AUTHORIZATION,
	API_STEP_CHARGE_PARAMETER_DISCOVERY,
	API_STEP_SCHEDULE_EXCHANGE,
	API_STEP_CABLE_CHECK,
	API_STEP_PRE_CHARGE,
	API_STEP_POWER_DELIVERY,
	API_STEP_CHARGING_LOOP,
	API_STEP_METERING_RECEIPT,
	API_STEP_WELDING_DETECTION,
	API_STEP_SESSION_STOP
};

/* A current or power that may be absent. */
struct api_amount {
	bool has;
	double value;
};

struct api_setpoint {
	bool precharge;
	double ev_maximum_voltage_v;
	struct api_amount ac_current_a; /* charge_current */
	struct api_amount ac_power_w;   /* charge_active_power */
	struct api_amount dc_voltage_v; /* present exactly with the object `dc` */
	struct api_amount dc_current_a; /* charge_current */
};

struct api_meter_values {
	char timestamp[API_TIMESTAMP_MAX];
	double voltage_v[3];
	double current_a[3];
	double energy_wh;               /* total_active_energy_imported */
	struct api_amount dc_voltage_v; /* with it dc_current_a */
	double dc_current_a;
};

/* One schedule with one period. */
struct api_profile {
	unsigned id;
	const char *purpose; /* TxProfile, TxDefaultProfile; a literal */
	char transaction_id[API_TRANSACTION_MAX];
	char start[API_TIMESTAMP_MAX]; /* "": kind Relative */
	double limit_a;
};

struct api_session_message {
	enum api_session_kind kind;
	enum api_type type;
	char id[API_ID_MAX];
	char evse_id[API_EVSE_ID_MAX]; /* "": none, the whole station */
	enum api_verdict verdict;      /* of the answers that have one, and of an authorization update */
	char info[API_SESSION_INFO];   /* "": none; reason_code where there is one */
	union {
		struct api_token token; /* AUTHORIZATION, AUTHORIZED_TOKEN, ISO15118_AUTHORIZATION */
		struct {
			enum api_cable_check_action action;
			enum api_cable_check_status status;
		} cable_check;
		struct {
			enum api_cable_connection connection;
			unsigned rated_a;
			enum api_connector_lock lock;
		} cable;
		enum api_operational operational;
		struct {
			double limit;
			bool watt; /* else ampere */
		} charge_limit;
		struct {
			uint32_t id;
			enum api_connector_action action;
			enum api_connector_lock lock;
		} connector;
		enum api_contactor contactor;
		enum api_cp_state cp_state;
		enum api_data_link_action data_link;
		struct {
			bool active;
			enum api_hlc_action action;
		} hlc;
		struct api_meter_values meter;
		struct api_profile profile; /* PROFILE; CLEAR_PROFILE: its id */
		uint32_t duration_s;        /* COMPOSITE request */
		struct {
			const char *service; /* a literal */
			enum api_service_state state;
		} service;
		struct api_setpoint setpoint;
		enum api_slac_state slac;
		struct {
			enum api_session_step step;
			enum api_payment payment;
			enum api_stop_action stop;
		} state_info;
		struct {
			char id[API_TRANSACTION_MAX];
			enum api_tx_status status;
			struct api_token token;
		} transaction;
	} data;
};

/*
 * Reads one message; results and *error as api_parse. API_IGNORED: none of these. API_INVALID: *out has kind, type, id
 * and, where it could be read, evse_id, so that a request can be answered as one that is refused; where already its type
 * is none it has no id ("") and nothing else. Neither *out nor *error is changed otherwise.
 */
enum api_result api_session_parse(const char *payload, size_t len, struct api_session_message *out,
				  struct api_error *error);

/* Builds a message of any kind and type above that is not said to be built elsewhere, or to be only read. */
size_t api_session_build(char *out, size_t size, const struct api_session_message *message);

/* Its name on the wire. Never NULL. */
const char *api_session_name(enum api_session_kind kind);
/* What a line of an account says of it beside name and outlet: "accepted", "closed", "PowerDelivery". */
void api_session_gist(const struct api_session_message *message, char *out, size_t size);

/* Words of the wire, never NULL. */
const char *api_verdict_text(enum api_verdict verdict);
const char *api_contactor_text(enum api_contactor contactor);
const char *api_tx_text(enum api_tx_status status);
const char *api_session_step_text(enum api_session_step step);

#endif
