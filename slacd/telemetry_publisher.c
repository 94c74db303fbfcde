/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/telemetry_publisher.h"

#include "service/clock.h"
#include "service/log.h"
#include "service/timer.h"

#include <event2/event.h>
#include <stdlib.h>

struct telemetry_publisher {
	const char *prefix;
	const struct outbound *outbound;
	struct event *turn;
	uint64_t turn_us; /* what it is armed to, TIMER_NEVER: not armed */
	struct telemetry telemetry;
};

/* The time of now_us on both clocks. */
static struct telemetry_time time_of(uint64_t now_us)
{
	return (struct telemetry_time){.now_us = now_us, .wall_us = clock_wall_of(now_us)};
}

static void arm(struct telemetry_publisher *publisher)
{
	const uint64_t deadline_us = telemetry_deadline(&publisher->telemetry);

	if (deadline_us == publisher->turn_us)
		return;
	publisher->turn_us = deadline_us;
	timer_arm(publisher->turn, deadline_us);
}

/* False: the broker client has no room. One that cannot be built is passed over, and said. */
static bool publish(const struct telemetry_publisher *publisher, const struct telemetry_news *news)
{
	char topic[API_TELEMETRY_TOPIC_MAX];
	char payload[API_TELEMETRY_BUILD_MAX] = "";
	size_t len = 0;

	api_telemetry_topic(topic, sizeof(topic), publisher->prefix, news->evse_id, news->kind);
	if (!news->is_cleared) {
		len = api_telemetry_build(payload, sizeof(payload), news->kind, &news->sample);
		if (len == 0) {
			log_line(LOG_LEVEL_ERROR, "MQTT message could not be built. topic=%s", topic);
			return true;
		}
	}
	if (!broker_publish_value(publisher->outbound->broker, topic, payload, len))
		return false;
	log_line(LOG_LEVEL_TRACE, "Telemetry. topic=%s payload=%s", topic, payload);
	return true;
}

/* Hands over what is due, and begins nothing after until_us. */
static void hand_over(struct telemetry_publisher *publisher, uint64_t until_us)
{
	struct telemetry *telemetry = &publisher->telemetry;
	uint64_t now_us = clock_now_us();
	struct telemetry_news news;

	do {
		if (!telemetry_next(telemetry, now_us, &news))
			return;
		if (publish(publisher, &news))
			telemetry_said(telemetry, &news, now_us);
		else
			telemetry_set_room(telemetry, false);
		now_us = clock_now_us();
	} while (now_us < until_us);
}

static void on_turn(evutil_socket_t fd, short what, void *context)
{
	struct telemetry_publisher *publisher = context;

	(void)fd;
	(void)what;
	publisher->turn_us = TIMER_NEVER;
	hand_over(publisher, clock_now_us() + TELEMETRY_TURN_US);
	arm(publisher);
}

struct telemetry_publisher *telemetry_publisher_new(struct event_base *base, const char *prefix,
						    const struct outbound *outbound)
{
	struct telemetry_publisher *publisher = calloc(1, sizeof(*publisher));

	if (publisher == NULL)
		return NULL;
	publisher->prefix = prefix;
	publisher->outbound = outbound;
	publisher->turn_us = TIMER_NEVER;
	publisher->turn = evtimer_new(base, on_turn, publisher);
	if (publisher->turn != NULL)
		return publisher;
	free(publisher);
	return NULL;
}

void telemetry_publisher_free(struct telemetry_publisher *publisher)
{
	if (publisher == NULL)
		return;
	event_free(publisher->turn);
	free(publisher);
}

void telemetry_publisher_add(struct telemetry_publisher *publisher, const char *evse_id)
{
	if (publisher == NULL)
		return;
	const struct telemetry_time at = time_of(clock_now_us());
	telemetry_add(&publisher->telemetry, evse_id, &at);
	arm(publisher);
}

void telemetry_publisher_keep(struct telemetry_publisher *publisher, telemetry_stays *stays, const void *context)
{
	if (publisher == NULL)
		return;
	telemetry_keep(&publisher->telemetry, stays, context);
	arm(publisher);
}

void telemetry_publisher_status(struct telemetry_publisher *publisher, const char *evse_id,
				const struct outlet_status *status, uint64_t connected_us, uint64_t now_us)
{
	if (publisher == NULL)
		return;
	const struct telemetry_time at = time_of(now_us);
	telemetry_take_status(&publisher->telemetry, evse_id, status, connected_us, &at);
	arm(publisher);
}

void telemetry_publisher_look(struct telemetry_publisher *publisher, const char *evse_id,
			      const struct telemetry_view *view)
{
	if (publisher == NULL)
		return;
	const struct telemetry_time at = time_of(clock_now_us());
	telemetry_look(&publisher->telemetry, evse_id, view, &at);
	arm(publisher);
}

void telemetry_publisher_connected(struct telemetry_publisher *publisher)
{
	if (publisher == NULL)
		return;
	telemetry_connected(&publisher->telemetry);
	arm(publisher);
}

void telemetry_publisher_disconnected(struct telemetry_publisher *publisher)
{
	if (publisher == NULL)
		return;
	telemetry_disconnected(&publisher->telemetry);
	arm(publisher);
}

void telemetry_publisher_room(struct telemetry_publisher *publisher)
{
	telemetry_set_room(&publisher->telemetry, true);
	arm(publisher);
}

void telemetry_publisher_paused(const struct telemetry_publisher *publisher)
{
	log_line(
		LOG_LEVEL_WARN,
		"Telemetry pauses for %d s, and twice as long each time: the MQTT broker seems to end the connection over a "
		"value. May %s publish below '%s/', retained? See its rights there, or leave mqtt.telemetry "
		"empty.",
		BROKER_VALUES_PAUSE_MS / 1000, log_name(), publisher->prefix);
}

void telemetry_publisher_end(struct telemetry_publisher *publisher)
{
	if (publisher == NULL)
		return;
	telemetry_end(&publisher->telemetry);
	hand_over(publisher, UINT64_MAX);
}
