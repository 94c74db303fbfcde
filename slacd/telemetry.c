/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/telemetry.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * Values as whole numbers: an enum (state, reason, pilot), a MAC, tenths (attenuation, current), or the number itself. Of
 * the modem's version, whose text is the outlet's, it is a hash.
 */
#define NONE INT64_C(-1)

/* FNV-1a. */
#define HASH_BEGIN UINT64_C(0xcbf29ce484222325)
#define HASH_PRIME UINT64_C(0x100000001b3)

#define ALL_KINDS ((1u << API_TELEMETRY_KINDS) - 1u)

_Static_assert(API_TELEMETRY_KINDS <= 16, "each kind has a bit");
_Static_assert(QUALCOMM_VERSION_SIZE <= API_TELEMETRY_TEXT_MAX, "a version is a value");

static unsigned bit(size_t kind)
{
	return 1u << kind;
}

static uint64_t later_of(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static int64_t hash(const char *text)
{
	uint64_t value = HASH_BEGIN;

	for (; *text != '\0'; text++)
		value = (value ^ (uint8_t)*text) * HASH_PRIME;
	return (int64_t)(value >> 1);
}

/* --- what waits --- */

static void await(struct telemetry *telemetry, uint16_t *waiting, unsigned kinds, uint64_t due_us)
{
	telemetry->waiting += (size_t)__builtin_popcount(kinds & ~(unsigned)*waiting);
	*waiting = (uint16_t)(*waiting | kinds);
	if (due_us < telemetry->due_us)
		telemetry->due_us = due_us;
}

static void await_no_more(struct telemetry *telemetry, uint16_t *waiting, unsigned kinds)
{
	telemetry->waiting -= (size_t)__builtin_popcount(kinds & *waiting);
	*waiting = (uint16_t)(*waiting & ~kinds);
	if (telemetry->waiting == 0)
		telemetry->due_us = TELEMETRY_NEVER;
}

/* --- the last values --- */

/* What is again as the broker was told needs no telling. */
static void set(struct telemetry *telemetry, struct telemetry_outlet *outlet, enum api_telemetry_kind kind,
		int64_t value, const struct telemetry_time *at)
{
	struct telemetry_cell *cell = &outlet->cells[kind];

	if (cell->now == value)
		return;
	cell->now = value;
	cell->wall_us = at->wall_us;
	if ((outlet->told & bit(kind)) != 0 && cell->said == value)
		await_no_more(telemetry, &outlet->waiting, bit(kind));
	else
		await(telemetry, &outlet->waiting, bit(kind), cell->next_us);
}

static struct telemetry_outlet *find(struct telemetry *telemetry, const char *evse_id)
{
	const size_t place = outlet_places_find(&telemetry->places, evse_id);

	return place != OUTLET_NO_PLACE ? &telemetry->outlets[place] : NULL;
}

static void begin(struct telemetry_outlet *outlet, uint64_t next_us, uint64_t wall_us)
{
	memset(outlet, 0, sizeof(*outlet));
	for (size_t i = 0; i < API_TELEMETRY_KINDS; i++)
		outlet->cells[i] = (struct telemetry_cell){.now = NONE, .wall_us = wall_us, .next_us = next_us};
	outlet->cells[API_TELEMETRY_STATE].now = OUTLET_UNMATCHED;
	outlet->cells[API_TELEMETRY_REASON].now = SLAC_REASON_NONE;
	outlet->cells[API_TELEMETRY_MODEM_VERSION].now = hash("");
	outlet->cells[API_TELEMETRY_SESSIONS_MATCHED].now = 0;
	outlet->cells[API_TELEMETRY_SESSIONS_FAILED].now = 0;
}

/* When values of an outlet that was removed may be told again; it is removed no more. */
static uint64_t take_back(struct telemetry *telemetry, const char *evse_id)
{
	const size_t place = outlet_places_find(&telemetry->gone_places, evse_id);

	if (place == OUTLET_NO_PLACE)
		return 0;
	struct telemetry_gone *gone = &telemetry->gone[place];
	await_no_more(telemetry, &gone->waiting, ALL_KINDS);
	outlet_places_forget(&telemetry->gone_places, place);
	return later_of(gone->next_us, gone->again_us);
}

void telemetry_add(struct telemetry *telemetry, const char *evse_id, const struct telemetry_time *at)
{
	if (outlet_places_find(&telemetry->places, evse_id) != OUTLET_NO_PLACE)
		return;
	const size_t place = outlet_places_renew(&telemetry->places, evse_id);
	if (place == OUTLET_NO_PLACE) /* a service has no more outlets */
		return;
	const uint64_t next_us = take_back(telemetry, evse_id);
	struct telemetry_outlet *outlet = &telemetry->outlets[place];
	begin(outlet, next_us, at->wall_us);
	await(telemetry, &outlet->waiting, ALL_KINDS, next_us);
}

static void add_gone(struct telemetry *telemetry, const char *evse_id, uint64_t next_us)
{
	struct outlet_places *places = &telemetry->gone_places;

	if (places->count == API_EVSES_MAX) {
		const size_t oldest = outlet_places_oldest(places);
		await_no_more(telemetry, &telemetry->gone[oldest].waiting, ALL_KINDS);
		outlet_places_forget(places, oldest);
	}
	struct telemetry_gone *gone = &telemetry->gone[outlet_places_renew(places, evse_id)];
	*gone = (struct telemetry_gone){.next_us = next_us};
	await(telemetry, &gone->waiting, ALL_KINDS, next_us);
}

static void remove_at(struct telemetry *telemetry, size_t place)
{
	struct telemetry_outlet *outlet = &telemetry->outlets[place];
	char evse_id[API_EVSE_ID_MAX];
	uint64_t next_us = 0;

	memcpy(evse_id, telemetry->places.places[place].evse_id, sizeof(evse_id));
	for (size_t i = 0; i < API_TELEMETRY_KINDS; i++)
		next_us = later_of(next_us, outlet->cells[i].next_us);
	await_no_more(telemetry, &outlet->waiting, ALL_KINDS);
	outlet_places_forget(&telemetry->places, place);
	add_gone(telemetry, evse_id, next_us);
}

void telemetry_keep(struct telemetry *telemetry, telemetry_stays *stays, const void *context)
{
	const struct outlet_places *places = &telemetry->places;
	size_t next;

	for (size_t i = outlet_places_oldest(places); i != OUTLET_NO_PLACE; i = next) {
		next = outlet_places_newer(places, i);
		if (!stays(context, places->places[i].evse_id))
			remove_at(telemetry, i);
	}
}

static int64_t mac_number(const uint8_t mac[MAC_LEN])
{
	int64_t number = 0;

	for (size_t i = 0; i < MAC_LEN; i++)
		number = number << 8 | mac[i];
	return number;
}

/* The first match after a plug-in counts. */
static void time_match(struct telemetry *telemetry, struct telemetry_outlet *outlet, uint64_t connected_us,
		       const struct telemetry_time *at)
{
	if (connected_us == outlet->connected_us || connected_us > at->now_us)
		return;
	outlet->connected_us = connected_us;
	set(telemetry, outlet, API_TELEMETRY_LAST_MATCH, (int64_t)((at->now_us - connected_us) / 1000), at);
}

void telemetry_take_status(struct telemetry *telemetry, const char *evse_id, const struct outlet_status *status,
			   uint64_t connected_us, const struct telemetry_time *at)
{
	struct telemetry_outlet *outlet = find(telemetry, evse_id);

	if (outlet == NULL)
		return;
	const int64_t matched = outlet->cells[API_TELEMETRY_SESSIONS_MATCHED].now;
	const int64_t failed = outlet->cells[API_TELEMETRY_SESSIONS_FAILED].now;
	set(telemetry, outlet, API_TELEMETRY_STATE, status->kind, at);
	set(telemetry, outlet, API_TELEMETRY_REASON, status->reason, at);
	set(telemetry, outlet, API_TELEMETRY_EV_MAC, status->has_ev ? mac_number(status->ev_mac) : NONE, at);
	set(telemetry, outlet, API_TELEMETRY_ATTENUATION, status->has_attenuation ? status->attenuation_ddb : NONE, at);
	if (status->kind == OUTLET_MATCHED) {
		set(telemetry, outlet, API_TELEMETRY_SESSIONS_MATCHED, matched + 1, at);
		time_match(telemetry, outlet, connected_us, at);
	}
	if (status->kind == OUTLET_FAILED)
		set(telemetry, outlet, API_TELEMETRY_SESSIONS_FAILED, failed + 1, at);
}

void telemetry_look(struct telemetry *telemetry, const char *evse_id, const struct telemetry_view *view,
		    const struct telemetry_time *at)
{
	struct telemetry_outlet *outlet = find(telemetry, evse_id);

	if (outlet == NULL)
		return;
	if (view->has_pilot)
		set(telemetry, outlet, API_TELEMETRY_PILOT, view->pilot, at);
	if (view->has_offered)
		set(telemetry, outlet, API_TELEMETRY_OFFERED_CURRENT, view->offered_da, at);
	if (strcmp(outlet->version, view->modem_version) != 0) {
		snprintf(outlet->version, sizeof(outlet->version), "%s", view->modem_version);
		set(telemetry, outlet, API_TELEMETRY_MODEM_VERSION, hash(outlet->version), at);
	}
}

/* --- the broker --- */

static uint64_t soonest_of(const struct telemetry_outlet *outlet)
{
	uint64_t soonest_us = TELEMETRY_NEVER;

	for (size_t i = 0; i < API_TELEMETRY_KINDS; i++)
		if (outlet->cells[i].next_us < soonest_us)
			soonest_us = outlet->cells[i].next_us;
	return soonest_us;
}

void telemetry_connected(struct telemetry *telemetry)
{
	telemetry->is_connected = true;
	telemetry->has_room = true;
	for (size_t i = outlet_places_oldest(&telemetry->places); i != OUTLET_NO_PLACE;
	     i = outlet_places_newer(&telemetry->places, i)) {
		struct telemetry_outlet *outlet = &telemetry->outlets[i];
		outlet->told = 0;
		await(telemetry, &outlet->waiting, ALL_KINDS, soonest_of(outlet));
	}
	for (size_t i = outlet_places_oldest(&telemetry->gone_places); i != OUTLET_NO_PLACE;
	     i = outlet_places_newer(&telemetry->gone_places, i)) {
		struct telemetry_gone *gone = &telemetry->gone[i];
		gone->next_us = later_of(gone->next_us, gone->again_us);
		await(telemetry, &gone->waiting, ALL_KINDS, gone->next_us);
	}
}

void telemetry_disconnected(struct telemetry *telemetry)
{
	telemetry->is_connected = false;
}

void telemetry_set_room(struct telemetry *telemetry, bool has_room)
{
	telemetry->has_room = has_room;
}

void telemetry_end(struct telemetry *telemetry)
{
	telemetry->is_ending = true;
}

static bool is_due(const struct telemetry *telemetry, uint64_t due_us, uint64_t now_us, uint64_t *soonest_us)
{
	if (due_us < *soonest_us)
		*soonest_us = due_us;
	return telemetry->is_ending || due_us <= now_us;
}

static double tenths(int64_t value)
{
	return (double)value / 10.0;
}

static void write_text(struct api_telemetry_value *out, const char *text)
{
	out->type = API_TELEMETRY_TEXT;
	snprintf(out->text, sizeof(out->text), "%s", text);
}

static void write_mac(struct api_telemetry_value *out, int64_t mac)
{
	const uint64_t octets = (uint64_t)mac;
	char text[18] = "";

	if (mac != NONE)
		snprintf(text, sizeof(text), "%02X:%02X:%02X:%02X:%02X:%02X", (unsigned)(octets >> 40 & 0xff),
			 (unsigned)(octets >> 32 & 0xff), (unsigned)(octets >> 24 & 0xff),
			 (unsigned)(octets >> 16 & 0xff), (unsigned)(octets >> 8 & 0xff), (unsigned)(octets & 0xff));
	write_text(out, text);
}

static void write_number(struct api_telemetry_value *out, int64_t value, double number)
{
	if (value == NONE)
		return;
	out->type = API_TELEMETRY_NUMBER;
	out->number = number;
}

static void write_value(const struct telemetry_outlet *outlet, enum api_telemetry_kind kind,
			struct api_telemetry_value *out)
{
	const int64_t value = outlet->cells[kind].now;

	switch (kind) {
	case API_TELEMETRY_STATE:
		write_text(out, outlet_status_text((enum outlet_status_kind)value));
		break;
	case API_TELEMETRY_REASON:
		write_text(out, slac_reason_text((enum slac_reason)value));
		break;
	case API_TELEMETRY_PILOT:
		write_text(out, value != NONE ? api_cp_state_text((enum api_cp_state)value) : "");
		break;
	case API_TELEMETRY_EV_MAC:
		write_mac(out, value);
		break;
	case API_TELEMETRY_MODEM_VERSION:
		write_text(out, outlet->version);
		break;
	case API_TELEMETRY_ATTENUATION:
	case API_TELEMETRY_OFFERED_CURRENT:
		write_number(out, value, tenths(value));
		break;
	case API_TELEMETRY_SESSIONS_MATCHED:
	case API_TELEMETRY_SESSIONS_FAILED:
	case API_TELEMETRY_LAST_MATCH:
	case API_TELEMETRY_UNKNOWN:
		write_number(out, value, (double)value);
		break;
	}
}

static bool find_due(const struct telemetry *telemetry, size_t place, uint64_t now_us, uint64_t *soonest_us,
		     struct telemetry_news *news)
{
	const struct telemetry_outlet *outlet = &telemetry->outlets[place];

	for (size_t i = 0; outlet->waiting != 0 && i < API_TELEMETRY_KINDS; i++) {
		const struct telemetry_cell *cell = &outlet->cells[i];
		if ((outlet->waiting & bit(i)) == 0 || !is_due(telemetry, cell->next_us, now_us, soonest_us))
			continue;
		*news = (struct telemetry_news){.evse_id = telemetry->places.places[place].evse_id,
						.kind = (enum api_telemetry_kind)i,
						.sample.sampling_ms = (int64_t)(cell->wall_us / 1000),
						.place = place};
		write_value(outlet, news->kind, &news->sample.value);
		return true;
	}
	return false;
}

static bool find_gone(const struct telemetry *telemetry, size_t place, uint64_t now_us, uint64_t *soonest_us,
		      struct telemetry_news *news)
{
	const struct telemetry_gone *gone = &telemetry->gone[place];

	if (gone->waiting == 0 || !is_due(telemetry, gone->next_us, now_us, soonest_us))
		return false;
	*news = (struct telemetry_news){.evse_id = telemetry->gone_places.places[place].evse_id,
					.kind = (enum api_telemetry_kind)__builtin_ctz(gone->waiting),
					.is_cleared = true,
					.place = place};
	return true;
}

/* Outlets take turns: one of which all has been told leaves its turn to the next one. */
static bool search(const struct telemetry *telemetry, size_t *turn, size_t count,
		   bool (*find_at)(const struct telemetry *telemetry, size_t place, uint64_t now_us,
				   uint64_t *soonest_us, struct telemetry_news *news),
		   uint64_t now_us, uint64_t *soonest_us, struct telemetry_news *news)
{
	for (size_t i = 0; i < count; i++) {
		const size_t place = (*turn + i) % count;
		if (!find_at(telemetry, place, now_us, soonest_us, news))
			continue;
		*turn = place;
		return true;
	}
	return false;
}

bool telemetry_next(struct telemetry *telemetry, uint64_t now_us, struct telemetry_news *news)
{
	uint64_t soonest_us = TELEMETRY_NEVER;

	if (telemetry_deadline(telemetry) > now_us)
		return false;
	if (search(telemetry, &telemetry->next, telemetry->places.touched, find_due, now_us, &soonest_us, news) ||
	    search(telemetry, &telemetry->next_gone, telemetry->gone_places.touched, find_gone, now_us, &soonest_us,
		   news))
		return true;
	telemetry->due_us = soonest_us;
	return false;
}

void telemetry_said(struct telemetry *telemetry, const struct telemetry_news *news, uint64_t now_us)
{
	const uint64_t again_us = now_us + TELEMETRY_EACH_US;

	if (news->is_cleared) {
		struct telemetry_gone *gone = &telemetry->gone[news->place];
		gone->again_us = again_us;
		await_no_more(telemetry, &gone->waiting, bit(news->kind));
		return;
	}
	struct telemetry_outlet *outlet = &telemetry->outlets[news->place];
	struct telemetry_cell *cell = &outlet->cells[news->kind];
	cell->said = cell->now;
	cell->next_us = again_us;
	outlet->told = (uint16_t)(outlet->told | bit(news->kind));
	await_no_more(telemetry, &outlet->waiting, bit(news->kind));
	if (outlet->waiting == 0)
		telemetry->next = news->place + 1;
}

uint64_t telemetry_deadline(const struct telemetry *telemetry)
{
	if (!telemetry->is_connected || !telemetry->has_room || telemetry->waiting == 0)
		return TELEMETRY_NEVER;
	return telemetry->is_ending ? 0 : telemetry->due_us;
}
