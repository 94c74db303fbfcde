/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_station.h"

#include <mosquitto.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define TOPIC_TO_SLACD   "cs/josev"
#define TOPIC_FROM_SLACD "josev/cs"
#define MESSAGE_ID       "11111111-2222-4333-8444-555555555555"
#define KEEPALIVE_S      600
#define WAIT_S           2

static bool publish(struct bench_station *station, const char *payload, size_t len)
{
	return len > 0 && mosquitto_publish(station->mosquitto, NULL, TOPIC_TO_SLACD, (int)len, payload, 1, false) ==
				  MOSQ_ERR_SUCCESS;
}

bool station_report(struct bench_station *station, const char *evse_id, enum api_cp_state state)
{
	struct api_station_cp_status status = {.status = {.state = state}, .connector_id = 1};
	char payload[API_BUILD_MAX];

	snprintf(status.status.evse_id, sizeof(status.status.evse_id), "%s", evse_id);

	return publish(station, payload, api_station_build_cp_status(payload, sizeof(payload), MESSAGE_ID, &status));
}

static void grant(struct bench_station *station, const char *id, const char *evse_id)
{
	struct api_cp_pwm_response response = {.status = API_CP_PWM_VALID};
	char payload[API_BUILD_MAX];

	snprintf(response.evse_id, sizeof(response.evse_id), "%s", evse_id);

	publish(station, payload, api_station_build_cp_pwm_response(payload, sizeof(payload), id, &response));
}

static void on_message(struct mosquitto *mosquitto, void *context, const struct mosquitto_message *received)
{
	struct bench_station *station = context;
	struct api_station_message message;
	struct api_error error;
	bool plug = false;

	(void)mosquitto;
	if (api_station_parse(received->payload, (size_t)received->payloadlen, &message, &error) != API_OK)
		return;
	bool is_request = message.kind == API_STATION_CP_PWM;
	pthread_mutex_lock(&station->lock);
	if (is_request) {
		plug = station->plug_at_request;
		station->pilot_requests++;
	}
	if (message.kind == API_STATION_SLAC_STATUS && message.data.slac_status.state == API_SLAC_MATCHED)
		station->matched++;
	pthread_cond_broadcast(&station->changed);
	pthread_mutex_unlock(&station->lock);
	if (plug)
		station_report(station, message.data.cp_pwm.evse_id, API_CP_B2);
	if (is_request)
		grant(station, message.id, message.data.cp_pwm.evse_id);
}

static void on_connect(struct mosquitto *mosquitto, void *context, int code)
{
	(void)context;
	if (code == 0)
		mosquitto_subscribe(mosquitto, NULL, TOPIC_FROM_SLACD, 1);
}

static void on_subscribe(struct mosquitto *mosquitto, void *context, int mid, int count, const int *granted)
{
	struct bench_station *station = context;

	(void)mosquitto;
	(void)mid;
	(void)count;
	(void)granted;
	pthread_mutex_lock(&station->lock);
	station->subscribed = true;
	pthread_cond_broadcast(&station->changed);
	pthread_mutex_unlock(&station->lock);
}

/* Waits until *value has reached `least`. */
static bool wait_for(struct bench_station *station, const unsigned *value, const bool *flag, unsigned least)
{
	struct timespec until;
	bool reached;
	int error = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_S;
	pthread_mutex_lock(&station->lock);
	/* cppcheck-suppress nullPointer ; one of the two is given */
	while (!(reached = value != NULL ? *value >= least : *flag) && error == 0)
		error = pthread_cond_timedwait(&station->changed, &station->lock, &until);
	pthread_mutex_unlock(&station->lock);
	return reached;
}

bool station_open(struct bench_station *station, int port)
{
	memset(station, 0, sizeof(*station));
	pthread_mutex_init(&station->lock, NULL);
	pthread_cond_init(&station->changed, NULL);
	mosquitto_lib_init();
	station->mosquitto = mosquitto_new("slac-bench", true, station);
	if (station->mosquitto != NULL) {
		mosquitto_int_option(station->mosquitto, MOSQ_OPT_TCP_NODELAY, 1);
		mosquitto_connect_callback_set(station->mosquitto, on_connect);
		mosquitto_subscribe_callback_set(station->mosquitto, on_subscribe);
		mosquitto_message_callback_set(station->mosquitto, on_message);
		if (mosquitto_connect(station->mosquitto, "127.0.0.1", port, KEEPALIVE_S) == MOSQ_ERR_SUCCESS &&
		    mosquitto_loop_start(station->mosquitto) == MOSQ_ERR_SUCCESS &&
		    wait_for(station, NULL, &station->subscribed, 0))
			return true;
	}
	fprintf(stderr, "slac-bench: no connection to the broker on 127.0.0.1 port %d\n", port);
	return false;
}

void station_close(struct bench_station *station)
{
	if (station->mosquitto == NULL)
		return;
	mosquitto_disconnect(station->mosquitto);
	mosquitto_loop_stop(station->mosquitto, false);
	mosquitto_destroy(station->mosquitto);
	station->mosquitto = NULL;
	mosquitto_lib_cleanup();
	pthread_cond_destroy(&station->changed);
	pthread_mutex_destroy(&station->lock);
}

void station_plug_at_request(struct bench_station *station, bool plug)
{
	pthread_mutex_lock(&station->lock);
	station->plug_at_request = plug;
	pthread_mutex_unlock(&station->lock);
}

bool station_wait_requests(struct bench_station *station, unsigned count)
{
	return wait_for(station, &station->pilot_requests, NULL, count);
}

bool station_wait_matched(struct bench_station *station, unsigned count)
{
	return wait_for(station, &station->matched, NULL, count);
}

unsigned station_requests(struct bench_station *station)
{
	pthread_mutex_lock(&station->lock);
	unsigned count = station->pilot_requests;
	pthread_mutex_unlock(&station->lock);
	return count;
}

unsigned station_matched(struct bench_station *station)
{
	pthread_mutex_lock(&station->lock);
	unsigned count = station->matched;
	pthread_mutex_unlock(&station->lock);
	return count;
}
