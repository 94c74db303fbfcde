/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/settings/settings.h"

#include "cp/duty_cycle.h"
#include "mqtt/api/telemetry/api_telemetry.h"
#include "service/http_server.h"
#include "slacd/settings/settings_table.h"

#include <string.h>
#include <sys/un.h>

static void set_text(struct settings_text *text, const char *value)
{
	snprintf(text->text, sizeof(text->text), "%s", value);
}

void settings_defaults(struct settings *settings, enum settings_profile profile)
{
	bool strict = profile == SETTINGS_STRICT;

	memset(settings, 0, offsetof(struct settings, outlets));
	set_text(&settings->mqtt_host, "localhost");
	settings->mqtt_port = 1883;
	settings->mqtt_keepalive_s = 60;
	settings->topics_to_station.count = 1;
	set_text(&settings->topics_to_station.topic[0], "josev/cs");
	set_text(&settings->topic_from_station, "cs/josev");
	set_text(&settings->topic_from_iso15118, "iso15118/slac");
	settings->topics_from_services.count = 2;
	set_text(&settings->topics_from_services.topic[0], "josev/cs");
	set_text(&settings->topics_from_services.topic[1], "iso15118/ocpp");
	settings->everest_heartbeat_ms = 1000;
	settings->everest_check_s = 5;
	settings->everest_check_ends = true;
	settings->status_message = API_NAME_SLAC_SERVICE_STATUS;
	settings->busy_after_ms = 10000;
	settings->link_retry_ms = 1000;
	settings->log_level = LOG_LEVEL_INFO;
	settings->record_memory_kib = 256;
	settings->record_files = 100;
	settings->record_disk_mib = 32;
	settings->profile = profile;
	slac_evse_defaults(&settings->outlet.slac, strict);
	modem_defaults(&settings->outlet.modem, strict);
	control_pilot_defaults(&settings->outlet.pilot, strict);
	amp_map_defaults(&settings->outlet.amp_map);
}

void settings_apply_profile(struct settings *settings)
{
	struct settings defaults;

	settings_defaults(&defaults, settings->profile);
	for (size_t i = 0; i < settings_table_count; i++) {
		const struct setting *setting = &settings_table[i];
		if (!settings->given[i])
			memcpy((char *)settings + setting->offset, setting_value(&defaults, setting), setting->size);
	}
	/* The services speak to the station where slacd does. */
	if (!settings->given[setting_find("mqtt.topics_from_services") - settings_table])
		settings->topics_from_services.topic[0] = settings->topics_to_station.topic[0];
	if (strcmp(settings->topics_from_services.topic[0].text, settings->topics_from_services.topic[1].text) == 0)
		settings->topics_from_services.count = 1;
}

bool settings_set(struct settings *settings, const char *path, const char *value, const char *source,
		  char error[SETTINGS_ERROR_SIZE])
{
	char expected[API_EXPECTED_MAX];

	if (setting_give(settings, setting_find(path), value, expected, sizeof(expected)))
		return true;
	snprintf(error, SETTINGS_ERROR_SIZE, "%s: '%.100s' is not valid, expected %s", source, value, expected);
	return false;
}

static bool is_of_outlet(const struct setting *setting)
{
	const size_t begin = offsetof(struct settings, outlet);

	return !setting_is_for_benches(setting) &&
	       (setting->offset == offsetof(struct settings, profile) ||
		(setting->offset >= begin && setting->offset < begin + sizeof(struct outlet_config)));
}

/* What else than its words is tried of a setting, as text. */
static size_t list_numbers(const struct setting *setting, char numbers[3][16])
{
	const bool has_standard = setting->standard_max != 0;

	switch (setting->type) {
	case SETTING_WHOLE:
		snprintf(numbers[0], 16, "%u", has_standard ? setting->standard_min : setting->min);
		snprintf(numbers[1], 16, "%u", has_standard ? setting->standard_max : setting->max);
		return 2;
	case SETTING_FAIL_OR_DB:
		snprintf(numbers[0], 16, "fail");
		snprintf(numbers[1], 16, "0");
		snprintf(numbers[2], 16, "%d", UINT8_MAX);
		return 3;
	case SETTING_CURRENT:
		snprintf(numbers[0], 16, "0");
		snprintf(numbers[1], 16, "%g", PILOT_CURRENT_MIN / 10.0);
		snprintf(numbers[2], 16, "%g", PILOT_CURRENT_MAX / 10.0);
		return 3;
	case SETTING_GROUPS: /* it changes what the car is told, and no decision of the outlet */
	case SETTING_BOOL:
	case SETTING_CHOICE:
	case SETTING_TEXT:
	case SETTING_TOPIC:
	case SETTING_TOPICS:
	case SETTING_INTERFACES:
		break; /* words, or nothing that could be tried one by one */
	}
	return 0;
}

void settings_each_outlet_value(void (*value)(void *context, const char *what), void *context)
{
	static const char *const flags[] = {"false", "true", NULL};

	for (size_t i = 0; i < settings_table_count; i++) {
		const struct setting *setting = &settings_table[i];
		const char *const *words = setting->type == SETTING_BOOL ? flags : setting->choices;
		char what[SETTINGS_NAME_MAX + SETTINGS_NAME_MAX];
		char numbers[3][16];
		if (!is_of_outlet(setting))
			continue;
		const size_t count = list_numbers(setting, numbers);
		for (size_t j = 0; j < count; j++) {
			snprintf(what, sizeof(what), "%s=%s", setting->path, numbers[j]);
			value(context, what);
		}
		for (; words != NULL && *words != NULL; words++) {
			snprintf(what, sizeof(what), "%s=%s", setting->path, *words);
			value(context, what);
		}
	}
}

bool settings_has(const char *path)
{
	return setting_find(path) != NULL;
}

void settings_mark_given(struct settings *settings, const char *path)
{
	const struct setting *setting = setting_find(path);

	if (setting != NULL)
		settings->given[setting - settings_table] = true;
}

static bool is_outside_standard(const struct settings *settings, const struct setting *setting)
{
	if (setting->standard_max == 0)
		return false;
	uint32_t value = setting_number(settings, setting);
	return value < setting->standard_min || value > setting->standard_max;
}

static const struct setting *nonstandard_timer(const struct settings *settings)
{
	for (size_t i = 0; i < settings_table_count; i++)
		if (is_outside_standard(settings, &settings_table[i]))
			return &settings_table[i];
	return NULL;
}

bool settings_nonstandard_timer(const struct settings *settings, const char **which)
{
	const struct setting *setting = nonstandard_timer(settings);

	if (setting != NULL)
		*which = setting->path;
	return setting != NULL;
}

const char *settings_mqtt_socket(const struct settings *settings)
{
	const char *host = settings->mqtt_host.text;

	if (strncmp(host, "unix:", strlen("unix:")) == 0)
		return host + strlen("unix:");
	return *host == '/' || settings->mqtt_port == 0 ? host : NULL;
}

static bool check_socket(const struct settings *settings, const char *source, char error[SETTINGS_ERROR_SIZE])
{
	const char *path = settings_mqtt_socket(settings);
	const size_t most = sizeof(((struct sockaddr_un *)0)->sun_path) - 1;

	if (path == NULL || (*path == '/' && strlen(path) <= most))
		return true;
	snprintf(error, SETTINGS_ERROR_SIZE,
		 "%.200s: mqtt.host: expected the absolute path of a Unix socket, of at most %zu octets%s", source,
		 most, settings->mqtt_port == 0 ? ", as mqtt.port is 0" : "");
	return false;
}

static bool check_metrics(const struct settings *settings, const char *source, char error[SETTINGS_ERROR_SIZE])
{
	const char *where = settings->metrics.text;

	if (*where == '\0' || http_server_is_address(where))
		return true;
	snprintf(error, SETTINGS_ERROR_SIZE,
		 "%.200s: service.metrics: '%.100s' is not valid, expected ADDRESS:PORT with the address in digits "
		 "([ADDRESS]:PORT for IPv6), or the absolute path of a Unix socket",
		 source, where);
	return false;
}

static bool check_telemetry(const struct settings *settings, const char *source, char error[SETTINGS_ERROR_SIZE])
{
	const char *prefix = settings->telemetry.text;

	if (*prefix == '\0' || api_telemetry_prefix_is_valid(prefix))
		return true;
	snprintf(
		error, SETTINGS_ERROR_SIZE,
		"%.200s: mqtt.telemetry: '%.100s' is not valid, expected ROOT/STATION: levels that are not empty, without + "
		"and #, the last one of at most %d octets",
		source, prefix, API_TELEMETRY_STATION_MAX - 1);
	return false;
}

/* Where slacd speaks, nobody but the services may be listened to: whoever may hear it there could also send. */
static bool check_topics(const struct settings *settings, const char *source, char error[SETTINGS_ERROR_SIZE])
{
	const struct {
		const char *path;
		const struct settings_text *topic;
	} heard[] = {{"mqtt.topic_from_station", &settings->topic_from_station},
		     {"mqtt.topic_from_iso15118", &settings->topic_from_iso15118}};

	for (size_t i = 0; i < settings->topics_to_station.count; i++) {
		for (size_t j = 0; j < sizeof(heard) / sizeof(heard[0]); j++) {
			if (strcmp(settings->topics_to_station.topic[i].text, heard[j].topic->text) != 0)
				continue;
			snprintf(error, SETTINGS_ERROR_SIZE,
				 "%.200s: %s: expected a topic that is not among mqtt.topics_to_station", source,
				 heard[j].path);
			return false;
		}
	}
	return true;
}

bool settings_check_timers(const struct settings *settings, const char *source, char error[SETTINGS_ERROR_SIZE])
{
	const struct setting *setting = nonstandard_timer(settings);

	if (setting == NULL || settings->allow_nonstandard_timers)
		return true;
	snprintf(error, SETTINGS_ERROR_SIZE,
		 "%.200s: %s: %u ms is outside the standard's %u ... %u ms; for a bench set "
		 "slac.allow_nonstandard_timers",
		 source, setting->path, setting_number(settings, setting), setting->standard_min,
		 setting->standard_max);
	return false;
}

bool settings_check(const struct settings *settings, const char *source, char error[SETTINGS_ERROR_SIZE])
{
	return check_socket(settings, source, error) && check_topics(settings, source, error) &&
	       check_metrics(settings, source, error) && check_telemetry(settings, source, error) &&
	       settings_check_dialect(settings, source, error) && settings_check_credentials(settings, source, error) &&
	       settings_check_timers(settings, source, error);
}

bool settings_bench_used(const struct settings *settings, char out[SETTINGS_BENCH_SIZE])
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < settings_table_count; i++) {
		const struct setting *setting = &settings_table[i];
		if (settings->given[i] && setting_is_for_benches(setting) && len < SETTINGS_BENCH_SIZE)
			len += (size_t)snprintf(out + len, SETTINGS_BENCH_SIZE - len, "%s%s", len == 0 ? "" : ",",
						setting->path);
	}
	return len != 0;
}

static const char *outlet_id(const void *list, size_t place)
{
	return ((const struct settings_outlet *)list)[place].evse_id;
}

const struct settings_outlet *settings_outlet(const struct settings *settings, const char *evse_id)
{
	const size_t place = text_index_find(&settings->outlet_by_id, evse_id, outlet_id, settings->outlets);

	return place != TEXT_INDEX_NONE ? &settings->outlets[place] : NULL;
}

struct settings_outlet *settings_add_outlet(struct settings *settings, const char *evse_id)
{
	struct settings_outlet *outlet = &settings->outlets[settings->outlet_count];

	if (settings->outlet_count == API_EVSES_MAX)
		return NULL;
	memset(outlet, 0, sizeof(*outlet));
	snprintf(outlet->evse_id, sizeof(outlet->evse_id), "%s", evse_id);
	text_index_add(&settings->outlet_by_id, settings->outlet_count++, outlet_id, settings->outlets);
	return outlet;
}

void settings_outlet_config(const struct settings *settings, const char *evse_id, bool has_ac,
			    struct outlet_config *out)
{
	const struct settings_outlet *own = settings_outlet(settings, evse_id);

	*out = settings->outlet;
	out->slac.dc_only = !has_ac;
	out->slac.await_link = out->modem.link_detection != MODEM_LINK_OFF;
	out->pilot.has_ac = has_ac;
	if (settings->dialect == SETTINGS_EVEREST) {
		/* EVerest owns the pilot, and tells no B-C-B toggles. */
		out->pilot.is_elsewhere = true;
		out->slac.validation = SLAC_VALIDATION_OFF;
	}
	/* What `wait` of slac.link_loss leaves out is the standard's choice, which is no setting. */
	out->pilot.pulse_unless_nominal = settings->profile == SETTINGS_STRICT;
	out->amp_map.tt_match_response_ms = out->slac.tt_match_response_ms;
	/* TT_amp_map_exchange runs from the link. */
	if (out->amp_map.initiate && out->modem.join_poll_max_ms > out->modem.poll_ms)
		out->modem.join_poll_max_ms = out->modem.poll_ms;
	if (own != NULL && own->has_nominal_current)
		out->pilot.nominal_current_da = own->nominal_current_da;
	if (own != NULL && own->has_attn_rx)
		memcpy(out->slac.attn_rx_db, own->attn_rx_db, sizeof(out->slac.attn_rx_db));
}
