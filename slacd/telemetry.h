/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What telemetry has to say of outlets (doc/telemetry.md): the last value of each kind, and which of them the broker is
 * to be told. Pure: who publishes asks telemetry_next again and again, and says what the broker client has taken.
 *
 *     telemetry_take_status, telemetry_look -> the last values -> telemetry_next -> the broker client -> telemetry_said
 *
 * A value is told when it is other than the broker was told on this connection, at most once in TELEMETRY_EACH_US; of
 * what it was in between the last one counts. While there is no connection, or the broker client has no room, nothing
 * is due, and the last values wait here: nothing is queued.
 *
 * API_EVSES_MAX outlets, as many as a service has. Of as many that were removed it is remembered that their values are to
 * be cleared, again on each connection, as nobody knows whether the broker has heard; one more makes the oldest of them
 * forgotten, whose last values stay at the broker.
 */
#ifndef SLACD_TELEMETRY_H
#define SLACD_TELEMETRY_H

#include "mqtt/api/telemetry/api_telemetry.h"
#include "slacd/outlet/outlet.h"
#include "slacd/outlet_places.h"

#define TELEMETRY_NEVER   UINT64_MAX
#define TELEMETRY_EACH_US 1000000u

/* When something happened, on both clocks. */
struct telemetry_time {
	uint64_t now_us;  /* monotonic */
	uint64_t wall_us; /* since 1970, UTC */
};

/* What is read of an outlet; its statuses are told by telemetry_take_status. */
struct telemetry_view {
	bool has_pilot; /* the station has told a state; otherwise the value stays */
	enum api_cp_state pilot;
	const char *modem_version; /* "": unknown */
	bool has_offered;          /* the station has confirmed the present request; otherwise the value stays */
	uint32_t offered_da;       /* 0.1 A */
};

struct telemetry_cell {
	int64_t now;      /* the last value, encoded as its kind says (telemetry.c) */
	int64_t said;     /* what the broker was told last */
	uint64_t wall_us; /* since when `now` holds */
	uint64_t next_us; /* not to be told earlier */
};

struct telemetry_outlet {
	uint16_t told;         /* of each kind a bit: `said` was told on this connection */
	uint16_t waiting;      /* likewise: `now` is to be told */
	uint64_t connected_us; /* of the vehicle whose match has been timed */
	char version[QUALCOMM_VERSION_SIZE];
	struct telemetry_cell cells[API_TELEMETRY_KINDS];
};

/* An outlet that is no more. */
struct telemetry_gone {
	uint16_t waiting;  /* kinds to be cleared */
	uint64_t next_us;  /* not earlier */
	uint64_t again_us; /* not to be cleared or told again earlier */
};

/* Zeroed it is empty and without a connection. About 170 KiB, of which an outlet touches about 600 octets. */
struct telemetry {
	bool is_connected;
	bool has_room;   /* in the broker client */
	bool is_ending;  /* what waits is due at once */
	uint64_t due_us; /* nothing is earlier; means nothing where nothing waits */
	size_t waiting;  /* values, those to be cleared too */
	size_t next;     /* place of the outlet that has its turn */
	size_t next_gone;
	struct outlet_places places;
	struct telemetry_outlet outlets[API_EVSES_MAX];
	struct outlet_places gone_places;
	struct telemetry_gone gone[API_EVSES_MAX];
};

/* A value that is to be told now. */
struct telemetry_news {
	const char *evse_id;
	enum api_telemetry_kind kind;
	bool is_cleared; /* with an empty message; otherwise: */
	struct api_telemetry_sample sample;
	size_t place; /* of telemetry.c */
};

/*
 * The service has this outlet from now on. One that it had before keeps its values; otherwise it is unmatched, without a
 * session.
 */
void telemetry_add(struct telemetry *telemetry, const char *evse_id, const struct telemetry_time *at);
/* Whether the station still has this outlet. */
typedef bool telemetry_stays(const void *context, const char *evse_id);
/* Values of the outlets that do not stay are cleared. What is still told of these is ignored. */
void telemetry_keep(struct telemetry *telemetry, telemetry_stays *stays, const void *context);

/* A status of this outlet. connected_us: when its vehicle was plugged in. */
void telemetry_take_status(struct telemetry *telemetry, const char *evse_id, const struct outlet_status *status,
			   uint64_t connected_us, const struct telemetry_time *at);
/* How the outlet is now. */
void telemetry_look(struct telemetry *telemetry, const char *evse_id, const struct telemetry_view *view,
		    const struct telemetry_time *at);

/* A new connection: all is to be told again. */
void telemetry_connected(struct telemetry *telemetry);
void telemetry_disconnected(struct telemetry *telemetry);
/* The broker client has refused a value, or has room again. */
void telemetry_set_room(struct telemetry *telemetry, bool has_room);
/* The service ends: what waits is due at once. */
void telemetry_end(struct telemetry *telemetry);

/* True, and *news is to be told now. It stays so until telemetry_said. */
bool telemetry_next(struct telemetry *telemetry, uint64_t now_us, struct telemetry_news *news);
/* The broker client has taken it. */
void telemetry_said(struct telemetry *telemetry, const struct telemetry_news *news, uint64_t now_us);
/* When telemetry_next may have something, or TELEMETRY_NEVER. */
uint64_t telemetry_deadline(const struct telemetry *telemetry);

#endif
