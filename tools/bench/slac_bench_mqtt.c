/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_internal.h"

#include <mosquitto.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOPIC       "cs/josev"
#define KEEPALIVE_S 600
#define MATCHES     20
#define LARGE       (1024 * 1024)
#define PAYLOAD_MAX (LARGE + 1)

/* Messages that others publish, `count` at once every `every_us`. */
static const struct kind {
	const char *name;
	const char *text; /* %u is another number each time */
	size_t len;       /* of a payload that is longer than its text; 0: as the text */
	unsigned count;
	unsigned every_us;
} kinds[] = {
#define FOREIGN_STATUS                                                                                                 \
	"{\"id\":\"%u\",\"name\":\"cp_status\",\"type\":\"update\",\"data\":{\"evse_id\":\"DE*OTHER*E%u\","            \
	"\"connector_id\":\"1\",\"state\":\"B2\"}}"
#define OWN_NAME                                                                                                       \
	"{\"id\":\"%u\",\"name\":\"slac_service_status\",\"type\":\"update\",\"data\":{\"evse_id\":\"DE*SLA*E1\","     \
	"\"run_id\":\"0x%u\",\"state\":\"matched\"}}"
	{"status of foreign EVSEs, 2 k/s", FOREIGN_STATUS, 0, 20, 10000},
	{"status of foreign EVSEs, 1000 at once", FOREIGN_STATUS, 0, 1000, 1000000},
	{"garbage, 2 k/s", "\x01{\"%u\":[[[%u", 0, 20, 10000},
	{"garbage, 1000 at once", "\x01{\"%u\":[[[%u", 0, 1000, 1000000},
	{"slacd's own names, 2 k/s", OWN_NAME, 0, 20, 10000},
	{"slacd's own names, 1000 at once", OWN_NAME, 0, 1000, 1000000},
	{"payloads of 1 MiB, 10/s", "{\"%u\":%u", LARGE, 1, 100000},
	{"payloads of 1 MiB, 10 at once", "{\"%u\":%u", LARGE, 10, 1000000},
};

struct publisher {
	const struct kind *kind;
	struct mosquitto *mosquitto;
	char *payload;
	pthread_t thread;
	atomic_bool stop;
};

static void *publish_all(void *context)
{
	struct publisher *publisher = context;
	const struct kind *kind = publisher->kind;

	for (unsigned number = 0; !atomic_load(&publisher->stop);) {
		for (unsigned i = 0; i < kind->count; i++, number++) {
			memset(publisher->payload, ' ', kind->len);
			/* NOLINTNEXTLINE(clang-diagnostic-format-nonliteral) ; of the table above */
			int len = snprintf(publisher->payload, PAYLOAD_MAX, kind->text, number, number);
			size_t size = kind->len > 0 ? kind->len : (size_t)len;
			mosquitto_publish(publisher->mosquitto, NULL, TOPIC, (int)size, publisher->payload, 0, false);
		}
		bench_sleep_us(kind->every_us);
	}
	return NULL;
}

static bool publisher_begin(struct publisher *publisher, int port)
{
	publisher->payload = malloc(PAYLOAD_MAX);
	publisher->mosquitto = mosquitto_new("slac-bench-flood", true, NULL);
	return (publisher->payload != NULL && publisher->mosquitto != NULL &&
		mosquitto_connect(publisher->mosquitto, "127.0.0.1", port, KEEPALIVE_S) == MOSQ_ERR_SUCCESS &&
		mosquitto_loop_start(publisher->mosquitto) == MOSQ_ERR_SUCCESS &&
		pthread_create(&publisher->thread, NULL, publish_all, publisher) == 0) ||
	       bench_fail("no connection for the flood");
}

static void publisher_end(struct publisher *publisher)
{
	atomic_store(&publisher->stop, true);
	pthread_join(publisher->thread, NULL);
	mosquitto_disconnect(publisher->mosquitto);
	mosquitto_loop_stop(publisher->mosquitto, true);
	mosquitto_destroy(publisher->mosquitto);
	free(publisher->payload);
}

static bool measure(struct bench *bench, const struct kind *kind)
{
	struct publisher publisher = {.kind = kind};
	struct bench_memory memory;
	char name[80];

	if (!bench_times_begin(bench, bench_matches(bench, MATCHES)) ||
	    !publisher_begin(&publisher, bench->options->port))
		return false;
	bench_sleep_us(BENCH_SETTLE_US);
	unsigned failed = bench_count_failures(bench, bench_matches(bench, MATCHES), BENCH_SETTLE_US / 10);
	publisher_end(&publisher);
	bench_matches_print(bench, kind->name, failed);
	if (!process_memory(&bench->slacd, &memory))
		return bench_fail("cannot read slacd's memory");
	snprintf(name, sizeof(name), "%s, anonymous memory", kind->name);
	table_add(&bench->table,
		  &(const struct bench_figure){.name = name, .unit = "KiB", .slacd = (double)memory.anonymous_kib});
	return true;
}

bool bench_mqtt(struct bench *bench)
{
	bench->car.alone = true;
	if (!bench_boot_slacd(bench, NULL))
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!measure(bench, &kinds[i]))
			return false;
	return true;
}
