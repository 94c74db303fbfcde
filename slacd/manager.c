/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/manager_internal.h"

#include "homeplug/port/port.h"
#include "service/clock.h"
#include "service/precise_timer.h"
#include "service/timer.h"
#include "slacd/everest/everest.h"
#include "slacd/link_answers.h"
#include "slacd/record/record_writer.h"
#include "slacd/version.h"

#include <stdlib.h>
#include <string.h>

void manager_arm(struct manager *manager)
{
	uint64_t next_us = request_retry_deadline(&manager->question.retry);

	if (manager->busy_us < next_us)
		next_us = manager->busy_us;
	if (manager_reap_deadline(manager) < next_us)
		next_us = manager_reap_deadline(manager);
	if (manager->repeat_us < next_us)
		next_us = manager->repeat_us;
	timer_arm(manager->timer, next_us);
}

void manager_report(const struct manager *manager)
{
	report_queue_flush(manager->shared.reports);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct manager *manager = context;
	uint64_t now_us = clock_now_us();

	(void)fd;
	(void)what;
	manager_report(manager);
	if (manager_reap_deadline(manager) <= now_us)
		manager_reap(manager, now_us);
	manager_repeat(manager, now_us);
	if (request_retry_due(&manager->question.retry, now_us))
		manager_ask_station(manager);
	if (manager->busy_us <= now_us) {
		manager->busy_us = REQUEST_NEVER;
		log_line(LOG_LEVEL_WARN, "No outlet can serve.");
		manager_set_service_state(manager, API_SERVICE_BUSY);
	}
	manager_arm(manager);
}

void manager_set_service_state(struct manager *manager, enum api_service_state state)
{
	manager->service_state = state;
	log_line(LOG_LEVEL_INFO, "Service status. status=%s", api_service_state_text(state));
	if (manager->everest == NULL) /* which nobody asks for it */
		outbox_service_status(&manager->outbox, state);
	manager_tell_changed(manager);
}

static bool any_available(const struct manager *manager)
{
	for (size_t i = 0; i < manager->evse_count; i++)
		if (evse_available(manager->evses[i]))
			return true;
	return manager->evse_count == 0; /* nothing is configured, so nothing is missing */
}

void manager_availability_changed(void *context)
{
	struct manager *manager = context;

	manager_tell_changed(manager);
	/* While the services are being started the list is not complete. */
	if (manager->service_state != API_SERVICE_READY && manager->service_state != API_SERVICE_BUSY)
		return;
	if (any_available(manager)) {
		manager->busy_us = REQUEST_NEVER;
		if (manager->service_state == API_SERVICE_BUSY)
			manager_set_service_state(manager, API_SERVICE_READY);
	} else if (manager->busy_us == REQUEST_NEVER && manager->service_state == API_SERVICE_READY) {
		manager->busy_us = clock_now_us() + (uint64_t)manager->settings->busy_after_ms * 1000;
	}
	manager_arm(manager);
}

void manager_take_settings(struct manager *manager)
{
	for (size_t i = 0; i < manager->evse_count; i++)
		evse_take_settings(manager->evses[i]);
}

static void trouble_changed(void *context)
{
	manager_tell_changed(context);
}

static bool neighbour_validates(void *context, const struct evse *evse, const uint8_t ev_mac[MAC_LEN])
{
	const struct manager *manager = context;
	uint64_t since_us = evse_validation_waits_since(evse, ev_mac);

	for (size_t i = 0; i < manager->evse_count; i++)
		if (manager->evses[i] != evse && evse_blocks_validation(manager->evses[i], ev_mac, since_us))
			return true;
	return false;
}

static const char *id_at(const void *list, size_t place)
{
	return evse_id(((struct evse *const *)list)[place]);
}

struct evse *manager_find(const struct manager *manager, const char *id)
{
	const size_t place = text_index_find(&manager->evse_by_id, id, id_at, manager->evses);

	return place != TEXT_INDEX_NONE ? manager->evses[place] : NULL;
}

void manager_add_evse(struct manager *manager, struct evse *evse)
{
	manager->evses[manager->evse_count] = evse;
	text_index_add(&manager->evse_by_id, manager->evse_count++, id_at, manager->evses);
}

void manager_clear_evses(struct manager *manager)
{
	manager->evse_count = 0;
	memset(&manager->evse_by_id, 0, sizeof(manager->evse_by_id));
}

void manager_log_statistics(const struct manager *manager)
{
	struct statistics service = manager->ended;

	manager_report(manager);
	for (size_t i = 0; i < manager->evse_count; i++) {
		evse_log_counters(manager->evses[i]);
		evse_statistics(manager->evses[i], &service);
	}
	statistics_log(&service, NULL);
}

bool manager_write_metrics(const void *context, struct evbuffer *out)
{
	const struct manager *manager = context;
	const struct metrics_service service = {
		.version = SLACD_VERSION,
		.is_ready = manager->service_state == API_SERVICE_READY,
		.broker_is_connected = outbox_is_connected(&manager->outbox),
		.log_lines_dropped = log_dropped(),
	};
	struct metrics_outlet *outlets = calloc(manager->evse_count + 1, sizeof(*outlets));
	bool written;

	if (outlets == NULL)
		return false;
	manager_report(manager);
	for (size_t i = 0; i < manager->evse_count; i++)
		evse_metrics(manager->evses[i], &outlets[i]);
	written = metrics_write(out, &service, outlets, manager->evse_count);
	free(outlets);
	return written;
}

/* Nothing is made of it where it is off. False without memory. */
static bool begin_telemetry(struct manager *manager)
{
	const char *prefix = manager->settings->telemetry.text;

	if (*prefix == '\0')
		return true;
	manager->shared.telemetry = telemetry_publisher_new(manager->base, prefix, &manager->outbox.out);
	return manager->shared.telemetry != NULL;
}

static void forget(struct manager *manager)
{
	if (manager->timer != NULL)
		event_free(manager->timer);
	report_queue_free(manager->shared.reports);
	precise_timers_free(manager->shared.timers);
	link_answers_free(manager->shared.link_answers);
	telemetry_publisher_free(manager->shared.telemetry);
	everest_free(manager->everest);
	free(manager);
}

struct manager *manager_new(struct event_base *base, const struct settings *settings, bool *bad_file)
{
	struct manager *manager = calloc(1, sizeof(*manager));

	*bad_file = false;
	if (manager == NULL)
		return NULL;
	manager->base = base;
	manager->settings = settings;
	manager->inbound_log.direction = "Inbound";
	outbox_init(&manager->outbox, settings);
	manager->shared = (struct evse_shared){
		.base = base,
		.timers = precise_timers_new(base),
		.settings = settings,
		.outbox = &manager->outbox,
		.reports = report_queue_new(base, evse_report),
		.link_answers = link_answers_new(),
		.local_parameters = &manager->local_parameters,
		.availability_changed = manager_availability_changed,
		.trouble_changed = trouble_changed,
		.neighbour_validates = neighbour_validates,
		.stopped = manager_outlet_stopped,
		.context = manager,
	};
	manager->busy_us = REQUEST_NEVER;
	manager->repeat_us = REQUEST_NEVER;
	request_retry_end(&manager->question.retry);
	manager->timer = evtimer_new(base, on_timer, manager);
	const bool has_memory = manager->timer != NULL && manager->shared.reports != NULL &&
				manager->shared.timers != NULL && manager->shared.link_answers != NULL &&
				begin_telemetry(manager);
	*bad_file = has_memory && !manager_read_files(manager);
	if (!has_memory || *bad_file || !manager_begin_everest(manager)) {
		forget(manager);
		return NULL;
	}
	return manager;
}

/* Where records go, or "": there are none. Of systemd's directories the first. */
static void find_record_directory(const struct settings *settings, char out[RECORD_DIRECTORY_MAX])
{
	const char *state = getenv("STATE_DIRECTORY");

	if (settings->record_when == SETTINGS_RECORD_NEVER)
		out[0] = '\0';
	else if (settings->record_directory.text[0] != '\0' || state == NULL)
		snprintf(out, RECORD_DIRECTORY_MAX, "%s", settings->record_directory.text);
	else
		snprintf(out, RECORD_DIRECTORY_MAX, "%.*s", (int)strcspn(state, ":"), state);
}

static void open_records(struct manager *manager)
{
	const struct settings *settings = manager->settings;
	const struct record_limits limits = {.files = settings->record_files,
					     .octets = (uint64_t)settings->record_disk_mib * 1024 * 1024};
	char directory[RECORD_DIRECTORY_MAX];

	find_record_directory(settings, directory);
	if (directory[0] == '\0') {
		if (settings->record_when == SETTINGS_RECORD_ALWAYS)
			log_line(LOG_LEVEL_WARN, "There are no session records: record.directory is not set.");
		return;
	}
	manager->shared.record_writer = record_writer_new(directory, &limits);
	if (manager->shared.record_writer == NULL)
		log_line(LOG_LEVEL_ERROR, "There are no session records: their thread cannot be started.");
}

bool manager_start(struct manager *manager)
{
	if (!manager_open_broker(manager))
		return false;
	open_records(manager);
	manager_watch_ports(manager);
	manager_set_service_state(manager, API_SERVICE_STARTING);
	manager_boot(manager);
	manager_arm(manager);
	return true;
}

void manager_begin_stop(struct manager *manager)
{
	const size_t count = manager->evse_count;

	manager->stopping = true;
	manager_set_service_state(manager, API_SERVICE_STOPPING);
	request_retry_end(&manager->question.retry);
	manager->busy_us = manager->repeat_us = REQUEST_NEVER;
	manager_clear_evses(manager);
	for (size_t i = 0; i < count; i++)
		manager_end_outlet(manager, manager->evses[i]);
	link_answers_close(manager->shared.link_answers);
	if (manager->everest != NULL)
		everest_end(manager->everest);
	manager_reap(manager, clock_now_us());
	manager_arm(manager);
}

void manager_free(struct manager *manager)
{
	if (manager == NULL)
		return;
	if (manager->outbox.out.broker == NULL) { /* it has never started */
		forget(manager);
		return;
	}
	if (!manager->stopping)
		manager_begin_stop(manager);
	manager_reap_all(manager);
	manager_log_statistics(manager);
	telemetry_publisher_end(manager->shared.telemetry);
	manager_unwatch_ports(manager);
	if (!record_writer_free(manager->shared.record_writer, STOP_TIMEOUT_MS))
		log_line(LOG_LEVEL_WARN, "The disk did not take the last session records in time.");
	if (!broker_stop(manager->outbox.out.broker, STOP_TIMEOUT_MS))
		log_line(LOG_LEVEL_WARN, "The MQTT broker did not take the last messages in time.");
	(void)port_await_closed(STOP_TIMEOUT_MS);
	forget(manager);
}
