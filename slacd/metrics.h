/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What slacd counts for a monitoring system, and its form: the Prometheus text format, version 0.0.4
 * (doc/metrics.md).
 */
#ifndef SLACD_METRICS_H
#define SLACD_METRICS_H

#include "mqtt/api/api.h"
#include "slacd/outlet/outlet.h"
#include "slacd/statistics.h"

#include <event2/buffer.h>

#define METRICS_ANSWERS 5 /* messages that answer a car */
#define METRICS_BUCKETS 8 /* upper bounds of the latency histogram */

/* What one outlet has counted besides its statistics. */
struct metrics_counts {
	uint64_t answers[METRICS_ANSWERS];     /* by message, in the order of metrics.c */
	uint64_t latencies[METRICS_BUCKETS];   /* answers by their latency; slower ones are in none */
	uint64_t latency_count;                /* all of them */
	uint64_t latency_sum_us;               /* likewise */
	uint64_t modem_resets;                 /* by us */
	uint64_t modem_restarts;               /* by itself */
	uint64_t pilot_requests[PILOT_X2 + 1]; /* sent, repeats included */
	uint64_t pilot_confirmed;              /* requests */
	uint64_t pilot_refused;                /* answers of the station */
};

/* One outlet as it is now. */
struct metrics_outlet {
	char evse_id[API_EVSE_ID_MAX];
	bool serving;
	bool matched;
	uint32_t offered_da; /* 0.1 A that the pilot offers as far as the station has confirmed it; 0: none */
	struct statistics statistics;
	struct metrics_counts counts;
};

/* The service as a whole. */
struct metrics_service {
	const char *version;
	bool is_ready;            /* service_status is `ready` */
	bool broker_is_connected; /* the MQTT broker */
	uint64_t log_lines_dropped;
};

/* Counts a frame that was sent. `received_us`: when the frame that it answers was read, 0 where it answers none. */
void metrics_count_sent(struct metrics_counts *counts, const char *name, uint64_t received_us, uint64_t now_us);

/*
 * Appends the whole page. Each family stands once, with one line for each outlet (and each kind that was counted).
 * False without memory; what was appended then is not to be used.
 */
bool metrics_write(struct evbuffer *out, const struct metrics_service *service, const struct metrics_outlet *outlets,
		   size_t count);

#endif
