/* SPDX-License-Identifier: Apache-2.0 */
/* One valid example of every message, for the tests of both directions. */
#ifndef MQTT_API_TESTS_MESSAGES_H
#define MQTT_API_TESTS_MESSAGES_H

#include <stddef.h>

#define ENVELOPE(name, type, data)                                                                                     \
	"{\"id\":\"6f9619ff-8b86-4011-b42d-00cf4fc964ff\",\"name\":\"" name "\",\"type\":\"" type "\",\"data\":" data  \
	"}"

#define PARAMETERS_DATA                                                                                                \
	"{\"sw_version\":\"1.0\",\"hw_version\":\"B\",\"number_of_evses\":2,\"parameters\":["                          \
	"{\"evse_id\":\"DE*ABC*E1\",\"supports_eim\":true,\"network_interface\":\"eth1\",\"connectors\":["             \
	"{\"id\":1,\"services\":{\"ac\":{\"connector_type\":\"AC_three_phase_core\",\"nominal_voltage\":"              \
	"230,"                                                                                                         \
	"\"control_mode\":\"scheduled\"}}}]},"                                                                         \
	"{\"evse_id\":\"DE*ABC*E2\",\"supports_eim\":false,\"network_interface\":\"eth2\",\"connectors\":["            \
	"{\"id\":1,\"services\":{\"dc\":{\"connector_type\":\"DC_extended\",\"nominal_voltage\":400},"                 \
	"\"dc_bpt\":{}}}]}]}"

#define LIMITS_DATA                                                                                                    \
	"{\"evses\":[{\"evse_id\":\"DE*ABC*E1\",\"status_code\":\"evse_ready\",\"ac\":{\"max_current\":"               \
	"{\"l1\":16,\"l2\":15.5,\"l3\":null},\"nominal_voltage\":230,\"rcd_error\":false}},"                           \
	"{\"evse_id\":\"DE*ABC*E2\",\"status_code\":\"evse_malfunction\",\"dc\":{\"max_current\":\"any\"}}]"           \
	"}"

/* What slacd reads. */
#define SERVICE_STATUS_REQUEST ENVELOPE("service_status", "request", "{\"service\":\"slac\"}")
#define PARAMETERS_RESPONSE    ENVELOPE("cs_parameters", "response", PARAMETERS_DATA)
#define LIMITS_RESPONSE        ENVELOPE("cs_status_and_limits", "response", LIMITS_DATA)
#define CP_PWM_RESPONSE                                                                                                \
	ENVELOPE("cp_pwm", "response", "{\"evse_id\":\"DE*ABC*E1\",\"status\":\"invalid\",\"info\":\"too high\"}")
#define CP_STATUS_UPDATE                                                                                               \
	ENVELOPE("cp_status", "update",                                                                                \
		 "{\"evse_id\":\"DE*ABC*E1\",\"connector_id\":\"1\",\"state\":\"B2\",\"max_voltage\":9.1,"             \
		 "\"min_voltage\":-11.9,\"duty_cycle\":5}")
#define DATA_LINK_UPDATE     ENVELOPE("slac_data_link", "update", "{\"evse_id\":\"DE*ABC*E1\",\"action\":\"pause\"}")
#define LINK_STATUS_REQUEST  ENVELOPE("slac_link_status", "request", "{\"evse_id\":\"DE*ABC*E1\"}")
#define NETWORK_INFO_REQUEST ENVELOPE("slac_network_info", "request", "{\"evse_id\":\"DE*ABC*E1\"}")
#define HLC_CHARGING_UPDATE  ENVELOPE("hlc_charging", "update", "{\"evse_id\":\"DE*ABC*E1\",\"status\":true}")
#define RESET_REQUEST        ENVELOPE("slac_reset", "request", "{\"evse_id\":\"DE*ABC*E1\"}")
#define AUTHORIZATION_REQUEST                                                                                          \
	ENVELOPE("authorization", "request",                                                                           \
		 "{\"evse_id\":\"DE*ABC*E1\",\"id_token\":\"04A2B1C8\",\"token_type\":\"ISO14443\"}")
#define AUTHORIZATION_RESPONSE ENVELOPE("authorization", "response", "{\"status\":\"accepted\"}")
#define AUTHORIZATION_UPDATE                                                                                           \
	ENVELOPE("authorization", "update",                                                                            \
		 "{\"evse_id\":\"DE*ABC*E1\",\"token_type\":\"ISO15693\",\"status\":\"accepted\"}")

#define INBOUND_MESSAGES                                                                                               \
	{                                                                                                              \
		SERVICE_STATUS_REQUEST, PARAMETERS_RESPONSE, LIMITS_RESPONSE, CP_PWM_RESPONSE, CP_STATUS_UPDATE,       \
			DATA_LINK_UPDATE, LINK_STATUS_REQUEST, NETWORK_INFO_REQUEST, HLC_CHARGING_UPDATE,              \
			RESET_REQUEST, AUTHORIZATION_REQUEST, AUTHORIZATION_RESPONSE, AUTHORIZATION_UPDATE             \
	}

/* What slacd writes. */
#define SERVICE_STATUS_UPDATE                                                                                          \
	ENVELOPE("service_status", "update",                                                                           \
		 "{\"service\":\"slac\",\"software_version\":\"0.1.0\",\"api_version\":\"3.11\",\"status\":"           \
		 "\"ready\"}")
#define PARAMETERS_REQUEST ENVELOPE("cs_parameters", "request", "{}")
#define LIMITS_REQUEST     ENVELOPE("cs_status_and_limits", "request", "{}")
#define CP_PWM_REQUEST                                                                                                 \
	ENVELOPE("cp_pwm", "request",                                                                                  \
		 "{\"evse_id\":\"DE*ABC*E1\",\"hlc\":false,\"current\":16.0,\"error_state\":false,"                    \
		 "\"fault_state\":false}")
#define SLAC_SERVICE_STATUS_UPDATE                                                                                     \
	ENVELOPE("slac_service_status", "update",                                                                      \
		 "{\"evse_id\":\"DE*ABC*E1\",\"run_id\":\"0x0123456789ABCDEF\",\"status\":\"failed\","                 \
		 "\"reason\":\"sounding_timeout\",\"ev_mac\":\"00:18:87:00:A1:D6\",\"attenuation_db\":12.5,"           \
		 "\"record\":\"20231213T155819.979904Z-E1-failed.pcapng\"}")
#define LINK_STATUS_RESPONSE                                                                                           \
	ENVELOPE("slac_link_status", "response", "{\"evse_id\":\"DE*ABC*E1\",\"status\":\"connected\"}")
#define NETWORK_INFO_RESPONSE                                                                                               \
	ENVELOPE(                                                                                                           \
		"slac_network_info", "response",                                                                            \
		"{\"evse_id\":\"DE*ABC*E1\",\"networks\":[{\"network_id\":\"0102030405060f\",\"snid\":\"7\",\"tei\":\"1\"," \
		"\"role\":\"cco\",\"cco_mac\":\"02:00:00:00:00:aa\"}]}")
#define RESET_RESPONSE ENVELOPE("slac_reset", "response", "{\"status\":\"accepted\"}")

#define OUTBOUND_MESSAGES                                                                                              \
	{                                                                                                              \
		SERVICE_STATUS_UPDATE, PARAMETERS_REQUEST, LIMITS_REQUEST, CP_PWM_REQUEST, SLAC_SERVICE_STATUS_UPDATE, \
			LINK_STATUS_RESPONSE, NETWORK_INFO_RESPONSE, RESET_RESPONSE                                    \
	}

#define MESSAGE_ID   "6f9619ff-8b86-4011-b42d-00cf4fc964ff"
#define EVSE_1       "DE*ABC*E1"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* `valid` with its first `from` replaced by `to`, until the next call. */
const char *message_changed(const char *valid, const char *from, const char *to);

/*
 * Calls `example` with each message that stands as an example in the chapter ("## ...") of a page, but for those with
 * `placeholder` (NULL: none) in them. Returns how many there are.
 */
size_t messages_of_page(const char *path, const char *chapter, const char *placeholder,
			void (*example)(const char *message));

#endif
