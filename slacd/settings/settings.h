/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything a user can configure. One table (settings.c) holds each setting's JSON path, type, default,
 * range, unit and help; the file parser, --print-config and --help-config all work from it.
 */
#ifndef SLACD_SETTINGS_SETTINGS_H
#define SLACD_SETTINGS_SETTINGS_H

#include "homeplug/mme/address.h"
#include "mqtt/api/api.h"
#include "slacd/log.h"

#include <stddef.h>
#include <stdio.h>

#define SETTINGS_TEXT_MAX   256
#define SETTINGS_TOPICS_MAX 4
#define SETTINGS_ERROR_SIZE 512

struct settings_text {
	char text[SETTINGS_TEXT_MAX];
};

/* More than there are settings. */
#define SETTINGS_MAX 96

/* Attenuation of an outlet's receive path for each group of carriers. */
struct settings_groups {
	int16_t db[SLAC_GROUPS];
};

/* What the configuration file says of one outlet; "" and -1: nothing. */
struct settings_outlet {
	char evse_id[API_EVSE_ID_MAX];
	char interface[SETTINGS_TEXT_MAX]; /* instead of the station's network_interface */
	double nominal_current_a;          /* instead of pilot.nominal_current_a */
	bool has_attn_rx;
	struct settings_groups attn_rx; /* instead of slac.attn_rx_db */
};

struct settings {
	struct settings_text mqtt_host;
	unsigned mqtt_port;
	unsigned mqtt_keepalive_s;
	struct settings_text mqtt_client_id; /* "": slacd-<pid> */
	struct settings_text mqtt_username;
	struct settings_text mqtt_password;
	struct settings_text topics_to_station[SETTINGS_TOPICS_MAX]; /* requests go to the first, status to all */
	size_t topics_to_station_count;
	struct settings_text topic_from_station;
	struct settings_text topic_from_iso15118;
	struct settings_text status_message; /* slac_service_status or slac_status */
	unsigned request_timeout_ms;
	unsigned request_backoff_max_ms;
	unsigned busy_after_ms;

	struct settings_text log_level;
	struct settings_text cs_config_file;
	struct settings_text cs_limits_file;

	struct settings_text slac_profile; /* field or strict */
	unsigned tt_evse_slac_init_ms;
	unsigned tt_match_sequence_ms;
	unsigned tt_evse_match_mnbc_ms;
	unsigned tt_match_response_ms;
	unsigned tt_evse_match_session_ms;
	unsigned tt_match_join_ms;
	unsigned parallel_runs;
	bool validation;
	struct settings_text link_loss; /* wait or retry */
	int missing_profile_db;
	struct settings_groups attn_rx;
	bool amp_map;
	unsigned amp_map_carriers;
	unsigned amp_map_amplitude;
	bool allow_nonstandard_timers;
	/* The profile's switches (homeplug/slac_profile.h). */
	bool any_sound_counts;
	bool any_ids;
	bool rematch_matched_ev;
	bool listen_after_failure;
	bool dc_listens_after_init;
	bool validation_not_required;

	bool hlc_at_start;
	unsigned step_f_ms;
	unsigned step_x1_ms;
	unsigned step_x1_hlc_ms;
	unsigned slac_init_retries;
	unsigned failed_pulses;
	bool nominal_needs_eim;
	bool basic_charging_on_eim;
	double nominal_current_a; /* 0: the station's limit alone */

	struct settings_text modem_family;
	struct settings_text link_detection;
	unsigned modem_identify_ms;
	unsigned modem_response_ms;
	struct settings_text key_result_0; /* verify or taken */
	bool reset_after_key;
	bool reset_after_session;
	unsigned modem_reset_ms;
	unsigned modem_poll_ms;
	unsigned modem_supervise_ms;
	unsigned link_lost_polls;
	unsigned link_retry_ms;

	struct settings_outlet outlets[API_EVSES_MAX];
	size_t outlet_count;

	bool given[SETTINGS_MAX]; /* set by the user: the profile does not change it */
};

/* The documented defaults. */
void settings_defaults(struct settings *settings);

/*
 * Reads a JSON configuration file over *settings. False, and `error` names the file, the JSON path and what was
 * expected there, when the file cannot be read, is no JSON, or has an unknown or wrong member.
 */
bool settings_read_file(struct settings *settings, const char *path, char error[SETTINGS_ERROR_SIZE]);

/*
 * Sets one text or number setting from a command line or environment value. `path` is the JSON path, e.g.
 * "mqtt.port"; `source` names where the value came from, for the error. False with `error` filled in.
 */
bool settings_set(struct settings *settings, const char *path, const char *value, const char *source,
		  char error[SETTINGS_ERROR_SIZE]);

/*
 * Gives every setting that differs between the profiles and was not set by the user the value of slac.profile. To be
 * called when everything has been read.
 */
void settings_apply_profile(struct settings *settings);

/*
 * Checks what spans several settings: a timer outside the standard without allow_nonstandard_timers. False, and
 * `error` begins with `source`, the name of the configuration file.
 */
bool settings_check(const struct settings *settings, const char *source, char error[SETTINGS_ERROR_SIZE]);

/* True when a timer is outside the standard's range (allowed by allow_nonstandard_timers); `which` gets its path. */
bool settings_nonstandard_timer(const struct settings *settings, const char **which);

/* The effective configuration as JSON, one setting a line, in the form settings_read_file reads. No password. */
void settings_print(const struct settings *settings, FILE *out);

/* Path, unit, default and help of each setting, for --help. */
void settings_print_help(FILE *out);

/* 58 values as text, one where all are the same: "0", or "0,1, ..."; SETTINGS_GROUPS_TEXT_SIZE holds every text. */
#define SETTINGS_GROUPS_TEXT_SIZE (SLAC_GROUPS * 5)
const char *settings_groups_text(const struct settings_groups *groups, char out[SETTINGS_GROUPS_TEXT_SIZE]);
/* Reads one value for all, or 58 separated by commas, each -255 ... 255. */
bool settings_groups_parse(const char *text, struct settings_groups *out);

/* The outlet's own entry, or NULL. */
const struct settings_outlet *settings_outlet(const struct settings *settings, const char *evse_id);

#endif
