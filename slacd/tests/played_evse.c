/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/tests/played_evse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct evse played[PLAYED_MAX];
size_t played_count;
bool played_stop_at_once;

/* --- the services, in the place of evse.c --- */

struct evse *evse_new(const struct evse_shared *shared, size_t slot, const struct api_evse_parameters *parameters,
		      const struct api_evse_limits *limits, const struct api_cp_status *status)
{
	struct evse *evse = &played[played_count++];

	assert_true(played_count <= PLAYED_MAX);
	*evse = (struct evse){.shared = shared, .slot = slot, .parameters = *parameters, .has_limits = limits != NULL};
	if (limits != NULL)
		evse->limits = *limits;
	if (status != NULL) {
		evse->state = status->state;
		evse->states_told++;
	}
	return evse;
}

/* They are given no frames. */
void evse_report(struct evse *evse, const struct outlet_effect *effect, uint64_t now_us)
{
	(void)evse;
	(void)effect;
	(void)now_us;
}

void played_stop(struct evse *evse)
{
	evse->stopped = true;
	evse->shared->stopped(evse->shared->context);
}

void evse_stop(struct evse *evse)
{
	assert_false(evse->freed);
	evse->told_to_stop = true;
	if (played_stop_at_once)
		played_stop(evse);
}

bool evse_is_stopped(const struct evse *evse)
{
	assert_false(evse->freed);
	return evse->stopped;
}

void evse_free(struct evse *evse)
{
	assert_false(evse->freed);
	evse->freed = true;
}

const char *evse_id(const struct evse *evse)
{
	assert_false(evse->freed);
	return evse->parameters.evse_id;
}

size_t evse_slot(const struct evse *evse)
{
	assert_false(evse->freed);
	return evse->slot;
}

bool evse_available(const struct evse *evse)
{
	return !evse->told_to_stop && !evse->silent;
}

void evse_take_settings(struct evse *evse)
{
	(void)evse;
}

const char *evse_trouble(const struct evse *evse)
{
	return evse->silent ? "its modem is silent" : "";
}

void evse_cp_status(struct evse *evse, const struct api_cp_status *status)
{
	evse->state = status->state;
	evse->states_told++;
}

void evse_cp_pwm_response(struct evse *evse, const char *id, const struct api_cp_pwm_response *response)
{
	(void)id;
	(void)response;
	evse->pilot_answers++;
}

void evse_limits(struct evse *evse, const struct api_evse_limits *limits)
{
	evse->has_limits = true;
	evse->limits = *limits;
	evse->limits_told++;
}

void evse_limits_unreadable(struct evse *evse)
{
	evse->unreadable++;
}

void evse_authorization(struct evse *evse, bool accepted)
{
	(void)evse;
	(void)accepted;
}

void evse_hlc_charging(struct evse *evse, bool active)
{
	(void)evse;
	(void)active;
}

void evse_other_request(struct evse *evse, const struct api_cp_pwm *request)
{
	(void)evse;
	(void)request;
}

void evse_data_link(struct evse *evse, enum api_data_link_action action)
{
	(void)evse;
	(void)action;
}

enum api_link_state evse_link_state(const struct evse *evse)
{
	(void)evse;
	return API_LINK_UNKNOWN;
}

void evse_network_info(struct evse *evse, const char *id)
{
	(void)evse;
	(void)id;
}

void evse_reset(struct evse *evse)
{
	(void)evse;
}

uint64_t evse_validation_waits_since(const struct evse *evse, const uint8_t ev_mac[MAC_LEN])
{
	(void)evse;
	(void)ev_mac;
	return 0;
}

bool evse_blocks_validation(const struct evse *evse, const uint8_t ev_mac[MAC_LEN], uint64_t since_us)
{
	(void)evse;
	(void)ev_mac;
	(void)since_us;
	return false;
}

bool evse_last_status(const struct evse *evse, struct api_cp_status *status)
{
	memset(status, 0, sizeof(*status));
	snprintf(status->evse_id, sizeof(status->evse_id), "%s", evse->parameters.evse_id);
	status->state = evse->state;
	return true;
}

const char *evse_interface_of(const struct settings *settings, const struct api_evse_parameters *parameters)
{
	(void)settings;
	return parameters->network_interface;
}

const struct api_evse_parameters *evse_parameters(const struct evse *evse)
{
	return &evse->parameters;
}

void evse_broker_connected(struct evse *evse)
{
	evse->connections++;
}

void evse_repeat_status(struct evse *evse)
{
	(void)evse;
}

void evse_port_event(struct evse *evse, const struct port_event *event)
{
	(void)evse;
	(void)event;
}

void evse_check_port(struct evse *evse)
{
	(void)evse;
}

void evse_metrics(const struct evse *evse, struct metrics_outlet *out)
{
	(void)evse;
	*out = (struct metrics_outlet){0};
}

void evse_statistics(const struct evse *evse, struct statistics *total)
{
	(void)evse;
	total->matched++;
}

void evse_log_counters(const struct evse *evse)
{
	(void)evse;
}

/* --- the bench --- */

void bench_begin(struct bench *bench)
{
	bool bad_file;

	memset(bench, 0, sizeof(*bench));
	played_count = 0;
	played_stop_at_once = false;
	log_set_level(LOG_LEVEL_ERROR);
	settings_defaults(&bench->settings, SETTINGS_FIELD);
	bench->settings.mqtt_port = 1; /* nobody listens there */
	bench->base = event_base_new();
	assert_non_null(bench->base);
	bench->manager = manager_new(bench->base, &bench->settings, &bad_file);
	assert_non_null(bench->manager);
	assert_true(manager_start(bench->manager));
	bench->manager->boot = BOOT_DONE;
	manager_boot(bench->manager);
}

void bench_end(struct bench *bench)
{
	manager_free(bench->manager);
	event_base_free(bench->base);
	for (size_t i = 0; i < played_count; i++)
		assert_true(played[i].freed);
}

void bench_tell(struct bench *bench, const char *name, const char *type, const char *data)
{
	static struct api_message message;
	static char payload[API_PAYLOAD_MAX];
	struct api_error error;
	int len = snprintf(payload, sizeof(payload), "{\"id\":\"1\",\"name\":\"%s\",\"type\":\"%s\",\"data\":%s}", name,
			   type, data);

	assert_int_equal(api_parse(payload, (size_t)len, API_FROM_STATION | API_FROM_ISO15118 | API_FROM_SERVICES,
				   &message, &error),
			 API_OK);
	manager_handle(bench->manager, &message);
}

void bench_tell_outlets(struct bench *bench, const char *const *pairs)
{
	static char data[API_PAYLOAD_MAX];
	size_t used = (size_t)snprintf(data, sizeof(data), "{\"parameters\":[");

	for (size_t i = 0; pairs[i] != NULL; i += 2)
		used += (size_t)snprintf(data + used, sizeof(data) - used,
					 "%s{\"evse_id\":\"%s\",\"supports_eim\":true,\"network_interface\":\"%s\","
					 "\"connectors\":[{\"services\":{\"ac\":{}}}]}",
					 i > 0 ? "," : "", pairs[i], pairs[i + 1]);
	snprintf(data + used, sizeof(data) - used, "]}");
	bench_tell(bench, "cs_parameters", "update", data);
}

size_t freed_count(void)
{
	size_t count = 0;

	for (size_t i = 0; i < played_count; i++)
		count += played[i].freed;
	return count;
}

void bench_await_freed(struct bench *bench, size_t count)
{
	for (int i = 0; i < 1000 && freed_count() < count; i++)
		event_base_loop(bench->base, EVLOOP_ONCE);
	assert_true(freed_count() >= count);
}
