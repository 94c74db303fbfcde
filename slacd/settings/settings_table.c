/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/settings/settings_table.h"

#include <string.h>

/* Never evaluated: for the size and the type of a member. */
#define OF(member) (((struct settings *)0)->member)

/*
 * One macro a type of setting. Its first arguments are the path and the member of struct settings; _Generic refuses a
 * member of another type.
 */
#define MEMBER(where, member) .path = where, .offset = offsetof(struct settings, member), .size = sizeof(OF(member))

#define WHOLE(m) _Generic(OF(m), uint8_t : SETTING_WHOLE, uint16_t : SETTING_WHOLE, uint32_t : SETTING_WHOLE)

#define TEXT(where, member, what)                                                                                      \
	{                                                                                                              \
		MEMBER(where, member), .type = _Generic(OF(member), struct settings_text : SETTING_TEXT), .help = what \
	}
#define NUMBER_OF(where, member, from, to, unit_text, what)                                                            \
	{                                                                                                              \
		MEMBER(where, member), .type = WHOLE(member), .min = from, .max = to, .unit = unit_text, .help = what  \
	}
#define NUMBER(where, member, from, to, what)       NUMBER_OF(where, member, from, to, NULL, what)
#define MILLISECONDS(where, member, from, to, what) NUMBER_OF(where, member, from, to, "ms", what)
/* A time that the standard prescribes: another one needs slac.allow_nonstandard_timers. */
#define TIMER(where, member, from, to, standard_from, standard_to, what)                                               \
	{                                                                                                              \
		MEMBER(where, member), .type = WHOLE(member), .min = from, .max = to, .standard_min = standard_from,   \
				       .standard_max = standard_to, .unit = "ms", .help = what                         \
	}
#define SWITCH(where, member, what)                                                                                    \
	{                                                                                                              \
		MEMBER(where, member), .type = _Generic(OF(member), bool : SETTING_BOOL), .help = what                 \
	}
#define CHOICE(where, member, words, what)                                                                             \
	{                                                                                                              \
		MEMBER(where, member), .type = SETTING_CHOICE, .choices = words, .help = what                          \
	}
#define OTHER(where, member, kind, unit_text, what)                                                                    \
	{                                                                                                              \
		MEMBER(where, member), .type = kind, .unit = unit_text, .help = what                                   \
	}

static const char *const dialects[] = {[SETTINGS_JOSEV] = "josev", [SETTINGS_EVEREST] = "everest", NULL};
static const char *const matching_times[] = {
	[SETTINGS_MATCHING_AT_ENTER_BCD] = "enter_bcd", [SETTINGS_MATCHING_AT_PARM_REQ] = "parm_req", NULL};
static const char *const status_messages[] = {
	[API_NAME_SLAC_SERVICE_STATUS] = "slac_service_status", [API_NAME_SLAC_STATUS] = "slac_status", NULL};
static const char *const reset_messages[] = {[false] = "slac_reset", [true] = "reset", NULL};
static const char *const profiles[] = {[SETTINGS_FIELD] = "field", [SETTINGS_STRICT] = "strict", NULL};
static const char *const record_times[] = {[SETTINGS_RECORD_FAILED] = "failed",
					   [SETTINGS_RECORD_ALWAYS] = "always",
					   [SETTINGS_RECORD_NEVER] = "never",
					   NULL};
static const char *const link_losses[] = {[false] = "wait", [true] = "retry", NULL};
static const char *const families[] = {[MODEM_AUTO] = "auto",
				       [MODEM_QUALCOMM] = "qualcomm",
				       [MODEM_LUMISSIL] = "lumissil",
				       [MODEM_STANDARD] = "standard",
				       NULL};
static const char *const detections[] = {
	[MODEM_LINK_AUTO] = "auto", [MODEM_LINK_ON] = "on", [MODEM_LINK_OFF] = "off", NULL};
static const char *const validations[] = {[SLAC_VALIDATION_ON] = "on",
					  [SLAC_VALIDATION_NOT_REQUIRED] = "not_required",
					  [SLAC_VALIDATION_OFF] = "off",
					  NULL};
static const char *const unverified_keys[] = {[false] = "refused", [true] = "taken", NULL};
static const char *const key_results[] = {[false] = "verify", [true] = "taken", NULL};

static const char *const exits[] = {[false] = "x1", [true] = "keep", NULL};

const struct setting settings_table[] = {
	TEXT("mqtt.host", mqtt_host, "name or address of the broker, or the path of its Unix socket"),
	NUMBER("mqtt.port", mqtt_port, 0, 65535, "TCP port of the broker; 0: mqtt.host is the path of a Unix socket"),
	NUMBER_OF("mqtt.keepalive_s", mqtt_keepalive_s, 5, 3600, "s", "MQTT keep-alive"),
	TEXT("mqtt.client_id", mqtt_client_id, "MQTT client id; empty: slacd-<of machine and first outlet, or random>"),
	TEXT("mqtt.username", mqtt_username, "empty: no login"),
	TEXT("mqtt.password", mqtt_password, "never printed"),
	TEXT("mqtt.password_file", mqtt_password_file, "file that holds the password, instead of mqtt.password"),
	TEXT("mqtt.tls_ca", mqtt_tls_ca,
	     "CA that the broker's certificate must be of: a PEM file, or a directory; empty: no TLS"),
	TEXT("mqtt.tls_certificate", mqtt_tls_certificate, "PEM file of slacd's own certificate; empty: none"),
	TEXT("mqtt.tls_key", mqtt_tls_key, "PEM file of its key, without a passphrase"),
	OTHER("mqtt.topics_to_station", topics_to_station, SETTING_TOPICS, NULL,
	      "requests go to the first, status updates to all (at most 4)"),
	OTHER("mqtt.topic_from_station", topic_from_station, SETTING_TOPIC, NULL, "responses, cp_status, limits"),
	OTHER("mqtt.topic_from_iso15118", topic_from_iso15118, SETTING_TOPIC, NULL, "slac_data_link"),
	OTHER("mqtt.topics_from_services", topics_from_services, SETTING_TOPICS, NULL,
	      "hlc_charging and authorizations of other services; the first: where slacd speaks"),
	CHOICE("mqtt.status_message", status_message, status_messages,
	       "name of the status update; slac_status is the Josev API's, with its members only"),
	SWITCH("mqtt.status_extra", status_extra, "reason, ev_mac, attenuation_db and record also in slac_status"),
	CHOICE("mqtt.reset_message", reset_has_former_name, reset_messages,
	       "name of the answer to a `reset` request on topic_from_station"),
	TEXT("mqtt.telemetry", telemetry,
	     "ROOT/STATION, where the topics of retained single values begin (doc/telemetry.md); empty: none"),
	CHOICE("mqtt.dialect", dialect, dialects,
	       "josev: the station's messages of doc/mqtt.md; everest: EVerest's slac interface (doc/everest.md)"),
	TEXT("mqtt.everest_prefix", everest_prefix,
	     "what stands before every topic of EVerest's API (mqtt_external_prefix), with its slash; empty: nothing"),
	MILLISECONDS("mqtt.everest_heartbeat_ms", everest_heartbeat_ms, 0, 600000,
		     "time between two heartbeats of EVerest (cfg_heartbeat_interval_ms); 0: it sends none"),
	NUMBER_OF("mqtt.everest_check_s", everest_check_s, 0, 3600, "s",
		  "EVerest wants a communication_check so often (cfg_communication_check_to_s); 0: none"),
	SWITCH("mqtt.everest_check_ends", everest_check_ends,
	       "an orderly end tells EVerest to check no more; otherwise it notices that slacd is gone"),
	CHOICE("mqtt.everest_matching_at", everest_matching_at, matching_times,
	       "EVerest hears MATCHING with its enter_bcd, or with the car's first CM_SLAC_PARM.REQ"),
	MILLISECONDS("mqtt.request_timeout_ms", outlet.pilot.request_timeout_ms, 50, 60000,
		     "wait for a response before a request is repeated"),
	MILLISECONDS("mqtt.request_backoff_max_ms", outlet.pilot.request_backoff_max_ms, 50, 600000,
		     "the wait doubles with each repetition up to this"),

	CHOICE("slac.profile", profile, profiles, "field: kind to real cars; strict: ISO 15118-3 to the letter"),
	TIMER("slac.tt_evse_slac_init_ms", outlet.slac.tt_evse_slac_init_ms, 100, 600000, 20000, 50000,
	      "plug-in to the first CM_SLAC_PARM.REQ"),
	MILLISECONDS("slac.tt_fallback_ms", outlet.slac.tt_fallback_ms, 0, 3600000,
		     "plug-in to basic charging where no car is matched, whatever is heard; 0: no bound"),
	NUMBER("slac.parallel_runs", outlet.slac.parallel_runs, SLAC_C_EVSE_MATCH_PARALLEL, SLAC_EVSE_RUNS,
	       "cars an outlet listens to at once (C_EVSE_match_parallel: at least 5)"),
	CHOICE("slac.validation", outlet.slac.validation, validations,
	       "CM_VALIDATE: count the car's B-C-B toggles; tell it that none are required; or refuse it"),
	CHOICE("slac.link_loss", outlet.pilot.pulse_on_link_loss, link_losses,
	       "power-line link, or the interface, lost while matched: wait for the car, or X1 and F first, each time; "
	       "in strict wait holds at a nominal duty only"),
	SWITCH("slac.rematch_from_basic", outlet.pilot.rematch_from_basic,
	       "a car that goes on asking during basic charging gets X1, 5 % and another window, once a vehicle"),
	SWITCH("slac.any_sound_counts", outlet.slac.any_sound_counts,
	       "CM_START_ATTEN_CHAR.IND may announce other than 10 sounds and 600 ms, if not 0"),
	SWITCH("slac.any_forwarding_sta", outlet.slac.any_forwarding_sta,
	       "CM_START_ATTEN_CHAR.IND may carry a FORWARDING_STA that is not the EV's MAC"),
	SWITCH("slac.any_ids", outlet.slac.any_ids,
	       "CM_SLAC_MATCH.REQ may carry a PEV_ID and an EVSE_ID other than zero"),
	SWITCH("slac.rematch_matched_ev", outlet.slac.rematch_matched_ev,
	       "CM_SLAC_PARM.REQ of the matched EV starts a new matching"),
	SWITCH("slac.listen_after_failure", outlet.slac.listen_after_failure,
	       "after a failure or a lost link TT_EVSE_SLAC_init starts again, and a known run_id may retry"),
	SWITCH("slac.dc_listens_after_init", outlet.slac.dc_listens_after_init,
	       "a DC-only outlet still answers a CM_SLAC_PARM.REQ after TT_EVSE_SLAC_init"),
	SWITCH("slac.refuse_as_not_required", outlet.slac.refuse_as_not_required,
	       "with validation off, CM_VALIDATE is answered NotRequired (4), so that the EV goes on, instead of Failure (3)"),
	SWITCH("slac.slow_after_validation", outlet.slac.slow_after_validation,
	       "after a validation the EV has TT_EVSE_match_session (10 s) for its next message, instead of 400 ms"),
	OTHER("slac.attn_rx_db", outlet.slac.attn_rx_db, SETTING_GROUPS, "dB",
	      "attenuation of the outlet's own receive path, subtracted: one value, or 58"),
	SWITCH("slac.amp_map", outlet.amp_map.initiate,
	       "send CM_AMP_MAP.REQ once the link is up; the car's own is always answered"),
	OTHER("slac.missing_profile", outlet.slac.missing_profile_db, SETTING_FAIL_OR_DB, NULL,
	      "the modem reports no attenuation: fail, or report this value (one-to-one set-ups only)"),
	SWITCH("slac.allow_nonstandard_timers", allow_nonstandard_timers,
	       "accept timers outside the standard, for benches and tests; warned about at every start"),

	SWITCH("pilot.hlc_at_start", outlet.pilot.hlc_at_start,
	       "request high-level charging (5 %) for each outlet at start"),
	TIMER("pilot.step_f_ms", outlet.pilot.step_f_ms, 50, 60000, 4000, 60000,
	      "state F before basic charging (T_step_EF, at least 4 s)"),
	CHOICE("pilot.at_exit", outlet.pilot.keep_at_exit, exits,
	       "pilot that is left behind at the end: X1, or 5 % and a confirmed X2 as they are"),
	MILLISECONDS("pilot.step_x1_ms", outlet.pilot.step_x1_ms, 50, 60000, "X1 between F and basic charging"),
	TIMER("pilot.step_x1_hlc_ms", outlet.pilot.step_x1_hlc_ms, 50, 60000, 3000, 60000,
	      "X1 between 5 % and basic charging while matching runs (T_step_X1, at least 3 s)"),
	NUMBER("pilot.slac_init_retries", outlet.pilot.init_retries, 0, 2,
	       "F pulses with a new initialization window each before basic charging (C_sequ_retry, [V2G3-M06-07])"),
	NUMBER("pilot.failed_pulses", outlet.pilot.failed_pulses, 0, 10,
	       "F pulses with a new window after a failed matching, for each vehicle"),
	SWITCH("pilot.nominal_needs_eim", outlet.pilot.nominal_needs_eim,
	       "basic charging stays at X1 until an authorization is accepted by EIM ([V2G2-852], -853)"),
	SWITCH("pilot.basic_charging_on_eim", outlet.pilot.basic_charging_on_eim,
	       "an authorization accepted by EIM leads to basic charging ([V2G3-M06-05], -06, -08)"),
	OTHER("pilot.nominal_current_a", outlet.pilot.nominal_current_da, SETTING_CURRENT, "A",
	      "cap on the station's limit in basic charging; 0: none"),

	CHOICE("modem.family", outlet.modem.family, families, "auto: find out by asking; standard: no vendor messages"),
	CHOICE("modem.link_detection", outlet.modem.link_detection, detections,
	       "report matched when the link is up: where the modem can tell, always, never"),
	CHOICE("modem.key_result_0", outlet.modem.unclear_key_is_taken, key_results,
	       "what result 0 of CM_SET_KEY.CNF means: unclear, ask with CM_GET_KEY; or success"),
	CHOICE("modem.unverified_key", outlet.modem.unverified_key_is_taken, unverified_keys,
	       "a key that was confirmed without our nonce, and that the modem does not tell when asked for it"),
	SWITCH("modem.reset_after_key", outlet.modem.reset_after_key, "reset the modem each time it has taken a key"),
	SWITCH("modem.reset_after_session", outlet.modem.reset_after_session,
	       "reset the modem with the new key after a session"),
	MILLISECONDS("modem.reset_ms", outlet.modem.reset_ms, 100, 600000,
		     "a modem that does not answer for so long after a reset is said to be silent"),
	MILLISECONDS("modem.response_ms", outlet.modem.response_ms, 10, 60000,
		     "wait for a confirmation before the question is sent again"),
	MILLISECONDS("modem.key_repeat_ms", outlet.modem.key_repeat_ms, 10, 60000,
		     "give an unconfirmed key again after this, then twice as long each time, up to response_ms"),
	MILLISECONDS("modem.link_retry_ms", link_retry_ms, 10, 60000,
		     "least time from losing an interface to opening it again; how often it is looked at where the "
		     "kernel does not tell"),

	CHOICE("service.log_level", log_level, log_level_texts, "least level that is logged"),
	TEXT("service.metrics", metrics, "address and port, or path of a Unix socket, for GET /metrics; empty: none"),
	TEXT("service.cs_config_file", cs_config_file, "data of cs_parameters, instead of asking the station"),
	TEXT("service.cs_limits_file", cs_limits_file, "data of cs_status_and_limits, instead of asking the station"),

	CHOICE("record.when", record_when, record_times,
	       "sessions that leave a record, a file that Wireshark shows and slac-replay replays"),
	TEXT("record.directory", record_directory, "directory of the records; empty: $STATE_DIRECTORY, or no records"),
	NUMBER_OF("record.memory_kib", record_memory_kib, 256, 16384, "KiB",
		  "memory for what a session keeps, of each outlet; when it is full the middle is left out"),
	NUMBER("record.files", record_files, 1, 100000, "records that are kept; the oldest ones make room"),
	NUMBER_OF("record.disk_mib", record_disk_mib, 1, 1000000, "MiB", "what they may take together, likewise"),

	OTHER("outlets.interfaces", interfaces, SETTING_INTERFACES, NULL,
	      "interfaces that the station may name; auto: Ethernet that the host uses for nothing else"),

	TIMER("bench.tt_match_sequence_ms", outlet.slac.tt_match_sequence_ms, 10, 60000, 400, 400,
	      "CM_SLAC_PARM.CNF to CM_START_ATTEN_CHAR.IND"),
	TIMER("bench.tt_evse_match_mnbc_ms", outlet.slac.tt_evse_match_mnbc_ms, 10, 60000, 600, 600,
	      "the window for sounds"),
	TIMER("bench.tt_match_response_ms", outlet.slac.tt_match_response_ms, 10, 60000, 200, 200,
	      "CM_ATTEN_CHAR.IND to its RSP"),
	TIMER("bench.tt_evse_match_session_ms", outlet.slac.tt_evse_match_session_ms, 10, 600000, 10000, 10000,
	      "CM_ATTEN_CHAR.RSP to CM_SLAC_MATCH.REQ"),
	TIMER("bench.tt_match_join_ms", outlet.slac.tt_match_join_ms, 10, 600000, 12000, 12000,
	      "CM_SLAC_MATCH.CNF to the power-line link, where the modem can tell it"),
	TIMER("bench.t_conn_resume_ms", outlet.slac.t_conn_resume_ms, 10, 600000, 6000, 6000,
	      "the end of a pause to the power-line link"),
	MILLISECONDS("bench.identify_ms", outlet.modem.identify_ms, 10, 60000,
		     "wait for the modem to say what it is; then it is used without vendor messages"),
	MILLISECONDS("bench.poll_ms", outlet.modem.poll_ms, 20, 10000,
		     "ask the modem again: after a reset, and for the link that seems to be down"),
	MILLISECONDS("bench.join_poll_ms", outlet.modem.join_poll_ms, 10, 10000,
		     "ask for the link until it is up; twice as long each time"),
	MILLISECONDS("bench.join_poll_max_ms", outlet.modem.join_poll_max_ms, 10, 10000, "up to this long"),
	MILLISECONDS("bench.supervise_ms", outlet.modem.supervise_ms, 20, 60000, "ask for the link while it is up"),
	NUMBER("bench.link_lost_polls", outlet.modem.link_lost_polls, 1, 100,
	       "the link is lost after so many questions in a row with no (poll_ms apart) or no answer (response_ms)"),
	NUMBER("bench.amp_map_carriers", outlet.amp_map.carriers, 1, AMP_MAP_CARRIERS_MAX,
	       "carriers in our CM_AMP_MAP.REQ"),
	NUMBER("bench.amp_map_amplitude", outlet.amp_map.amplitude, 0, 15,
	       "amplitude code of each carrier in our CM_AMP_MAP.REQ"),
	MILLISECONDS("bench.busy_after_ms", busy_after_ms, 100, 600000,
		     "no outlet can serve for this long: service_status busy"),
};

const size_t settings_table_count = sizeof(settings_table) / sizeof(settings_table[0]);
_Static_assert(sizeof(settings_table) / sizeof(settings_table[0]) <= SETTINGS_MAX, "settings.given is large enough");

const struct setting *setting_find(const char *path)
{
	for (size_t i = 0; i < settings_table_count; i++)
		if (strcmp(settings_table[i].path, path) == 0)
			return &settings_table[i];
	return NULL;
}

bool setting_is_for_benches(const struct setting *setting)
{
	return strncmp(setting->path, "bench.", strlen("bench.")) == 0;
}

const char *settings_profile_text(enum settings_profile profile)
{
	return profiles[profile];
}
