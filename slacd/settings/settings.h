/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything a user can configure. One table (settings_table.c) holds each setting's path, range, unit and help, and
 * where its value lies in struct settings; the file parser, the command line, --print-config and --help work from it.
 * A default exists once: in the defaults of the part that the setting is for, or in settings_defaults.
 * doc/configuration.md tells users about each.
 */
#ifndef SLACD_SETTINGS_SETTINGS_H
#define SLACD_SETTINGS_SETTINGS_H

#include "mqtt/api/api.h"
#include "mqtt/api/everest/everest_api.h"
#include "service/log.h"
#include "slacd/outlet/outlet_config.h"

#include <stddef.h>
#include <stdio.h>

#define SETTINGS_TEXT_MAX       256
#define SETTINGS_TOPICS_MAX     4
#define SETTINGS_INTERFACES_MAX 16
#define SETTINGS_ERROR_SIZE     512
#define SETTINGS_BENCH_SIZE     512
#define SETTINGS_NAME_MAX       64 /* of a path, e.g. "mqtt.port", with its NUL */
#define SETTINGS_MAX            96 /* more than there are settings */
#define SETTINGS_RECEIVE_DB_MAX 255

struct settings_text {
	char text[SETTINGS_TEXT_MAX];
};

struct settings_topics {
	size_t count;
	struct settings_text topic[SETTINGS_TOPICS_MAX];
};

/* Which interfaces are believed when the station names them (interface_rule.h). */
struct settings_interfaces {
	bool is_listed; /* those like one of the patterns; otherwise those that the host uses for nothing else */
	size_t count;
	struct settings_text pattern[SETTINGS_INTERFACES_MAX]; /* of a shell */
};

enum settings_profile { SETTINGS_FIELD, SETTINGS_STRICT };

/* Which sessions leave a record (slacd/record). */
enum settings_record_when { SETTINGS_RECORD_FAILED, SETTINGS_RECORD_ALWAYS, SETTINGS_RECORD_NEVER };

/* Whose messages slacd speaks over MQTT. */
enum settings_dialect { SETTINGS_JOSEV, SETTINGS_EVEREST };

/* When an EVerest outlet says MATCHING. */
enum settings_matching_at { SETTINGS_MATCHING_AT_ENTER_BCD, SETTINGS_MATCHING_AT_PARM_REQ };

/* What the configuration file says of one outlet, instead of what it says of all. */
struct settings_outlet {
	char evse_id[API_EVSE_ID_MAX];
	char interface[SETTINGS_TEXT_MAX];       /* "": the station's network_interface */
	char everest_module[EVEREST_MODULE_MAX]; /* "": it is found by asking */
	bool has_nominal_current;
	uint32_t nominal_current_da; /* 0.1 A */
	bool has_attn_rx;
	int16_t attn_rx_db[SLAC_GROUPS];
};

/* Times in milliseconds where their name says so. */
struct settings {
	struct settings_text mqtt_host;
	uint32_t mqtt_port;
	uint32_t mqtt_keepalive_s;
	struct settings_text mqtt_client_id; /* "": client_id.h makes one */
	struct settings_text mqtt_username;
	struct settings_text mqtt_password; /* once settings_read_credentials has been called, that of the file, too */
	struct settings_text mqtt_password_file;
	struct settings_text mqtt_tls_ca; /* "": no TLS */
	struct settings_text mqtt_tls_certificate;
	struct settings_text mqtt_tls_key;
	struct settings_topics topics_to_station; /* requests go to the first, status to all */
	struct settings_text topic_from_station;
	struct settings_text topic_from_iso15118;
	struct settings_topics topics_from_services;
	enum api_slac_status_name status_message;
	bool status_extra;
	enum settings_dialect dialect;
	struct settings_text everest_prefix;
	uint32_t everest_heartbeat_ms; /* 0: EVerest sends none */
	uint32_t everest_check_s;      /* 0: EVerest wants none */
	bool everest_check_ends;       /* an orderly end ends the checking */
	enum settings_matching_at everest_matching_at;
	bool reset_has_former_name;     /* a `reset` is answered with a `reset` */
	struct settings_text telemetry; /* where its topics begin; "": off */
	uint32_t busy_after_ms;
	uint32_t link_retry_ms;

	enum log_level log_level;
	struct settings_text metrics; /* "": none */
	struct settings_text cs_config_file;
	struct settings_text cs_limits_file;

	enum settings_record_when record_when;
	struct settings_text record_directory; /* "": $STATE_DIRECTORY; without both there are no records */
	uint32_t record_memory_kib;
	uint32_t record_files;
	uint32_t record_disk_mib;

	enum settings_profile profile;
	bool allow_nonstandard_timers;

	struct settings_interfaces interfaces;
	struct outlet_config outlet; /* of all outlets: settings_outlet_config makes it that of one */

	bool stays_root; /* --no-drop; of the command line only */

	bool given[SETTINGS_MAX]; /* set by the user: the profile does not change it */

	/* The last members: what lies behind `outlet_count` outlets means nothing, and is not touched. */
	size_t outlet_count;
	struct text_index outlet_by_id;
	struct settings_outlet outlets[API_EVSES_MAX];
};

/* Octets of the settings without the outlets. */
#define SETTINGS_HEAD_SIZE offsetof(struct settings, outlet_count)

/* The documented defaults of a profile. */
void settings_defaults(struct settings *settings, enum settings_profile profile);

/*
 * Reads a JSON configuration file, which may have comments as in C, over *settings. False, and `error` names the file,
 * the place or the JSON path, and what was expected there, when the file cannot be read, is no JSON, has an unknown or
 * wrong member, or gives one twice.
 */
bool settings_read_file(struct settings *settings, const char *path, char error[SETTINGS_ERROR_SIZE]);
/* The same for the text of such a file: `len` octets with a NUL after them, of which comments are overwritten. */
bool settings_read_text(struct settings *settings, const char *source, char *text, size_t len,
			char error[SETTINGS_ERROR_SIZE]);

/*
 * Sets one setting from a command line or environment value. `path` is the JSON path of a setting, e.g. "mqtt.port";
 * `source` names where the value came from, for the error. False with `error` filled in.
 */
bool settings_set(struct settings *settings, const char *path, const char *value, const char *source,
		  char error[SETTINGS_ERROR_SIZE]);

/*
 * Calls `value` with "PATH=VALUE" for what an outlet may be told: each word of a setting that has words, and the least
 * and the greatest number of one that has numbers (the standard's, where there is a range of the standard). A current
 * of 0 is a word. Settings of benches are left out, and so is slac.attn_rx_db, which changes what the car is told only.
 */
void settings_each_outlet_value(void (*value)(void *context, const char *what), void *context);

/* Whether there is such a setting. */
bool settings_has(const char *path);
/* The error for a path that settings_has does not know: names the setting that has this name in another section. */
void settings_no_such(const char *path, const char *source, char error[SETTINGS_ERROR_SIZE]);
/* The setting counts as set by the user; nothing where there is no such setting. */
void settings_mark_given(struct settings *settings, const char *path);

/*
 * Gives every setting that was not set by the user its default in the profile the user has chosen. To be called when
 * everything has been read.
 */
void settings_apply_profile(struct settings *settings);

/*
 * Checks what spans several settings: a timer outside the standard without allow_nonstandard_timers, a Unix socket, a
 * topic for both directions, a password or TLS settings that do not go together. Reads no file. False, and `error` begins with `source`, the name of the configuration file.
 */
bool settings_check(const struct settings *settings, const char *source, char error[SETTINGS_ERROR_SIZE]);
/* The part of it that is about timers outside the standard's range. */
bool settings_check_timers(const struct settings *settings, const char *source, char error[SETTINGS_ERROR_SIZE]);

/* The part of settings_check that is about the dialect, and what EVerest must know of each outlet. */
bool settings_check_dialect(const struct settings *settings, const char *source, char error[SETTINGS_ERROR_SIZE]);

/* The part of settings_check that is about user, password and TLS. */
bool settings_check_credentials(const struct settings *settings, const char *source, char error[SETTINGS_ERROR_SIZE]);

/* Reads the file with the password, and sees whether those for TLS can be used. False, as settings_check. */
bool settings_read_credentials(struct settings *settings, const char *source, char error[SETTINGS_ERROR_SIZE]);

struct broker_tls;
/* The files for TLS; mqtt_tls_ca is set. They are valid as long as the settings. */
void settings_tls(const struct settings *settings, struct broker_tls *tls);

/* Called for each setting that is not as it was: its path, and whether it is in use from now on. */
typedef void settings_told(void *context, const char *path, bool live);

/*
 * Takes those settings of `fresh`, which has been read and checked, that can change while slacd runs. The others keep
 * their values until a restart.
 */
void settings_take_live(struct settings *settings, const struct settings *fresh, settings_told *told, void *context);

/* True when a timer is outside the standard's range (allowed by allow_nonstandard_timers); `which` gets its path. */
bool settings_nonstandard_timer(const struct settings *settings, const char **which);

/* True when the user has set settings of the section "bench"; `out` gets their paths, separated by commas. */
bool settings_bench_used(const struct settings *settings, char out[SETTINGS_BENCH_SIZE]);

/*
 * What one outlet is told when it begins: the settings of all, what the file says of this outlet instead, and whether
 * it can charge with AC. The MACs in *out are zero.
 */
void settings_outlet_config(const struct settings *settings, const char *evse_id, bool has_ac,
			    struct outlet_config *out);

/* A setting that does nothing for an outlet, and why. */
struct settings_idle {
	const char *path;
	const char *why;
};

/*
 * Those among the settings that the user has given; how many. Nothing is said of one that is switched off (0 or false),
 * but where that is a choice as good as the other.
 */
size_t settings_without_effect(const struct settings *settings, const char *evse_id, bool outlet_has_ac,
			       struct settings_idle out[SETTINGS_MAX]);

/*
 * The path of the broker's Unix socket, or NULL where it is reached over TCP: mqtt.host is an absolute path, perhaps
 * with "unix:" before it.
 */
const char *settings_mqtt_socket(const struct settings *settings);

/* Appends an outlet of which nothing is said yet: evse_id is not in the list. NULL: no room. */
struct settings_outlet *settings_add_outlet(struct settings *settings, const char *evse_id);
/* What the file says of this outlet, or NULL. */
const struct settings_outlet *settings_outlet(const struct settings *settings, const char *evse_id);

/* "field", "strict" */
const char *settings_profile_text(enum settings_profile profile);

/*
 * The effective configuration as JSON, one setting a line, in the form settings_read_file reads. No password, and of
 * the section "bench" only what was set.
 */
void settings_print(const struct settings *settings, FILE *out);

/* The paths of the settings that the user has given, but for the password, separated by commas. Cut to `size`. */
void settings_print_given(const struct settings *settings, char *out, size_t size);

/* Path, help, default and unit of each setting, for --help. */
void settings_print_help(FILE *out);

#endif
