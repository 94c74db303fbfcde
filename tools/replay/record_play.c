/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/replay/record_play.h"

#include "service/log_text.h"
#include "slacd/outlet/outlet_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ticks of a what-if in all: a record that lasts for a day has fewer, a damaged time in one has centuries of them. */
#define TICKS_MAX 250000

/* One draw of random octets; len 0: it failed. */
struct draw {
	size_t len;
	uint8_t octets[RECORD_RANDOM_MAX];
};

struct player {
	struct record_play *out;
	struct outlet_config config;
	bool is_what_if;
	struct outlet outlet;
	bool has_state;
	struct draw *draws;
	size_t draw_count;
	size_t next_draw;
	size_t recorded_before; /* decisions when the present input was given */
	size_t played_before;
	size_t ticks; /* that the record does not have */
	bool is_cut;  /* its effects */
};

/* A tool has no use for what cannot be kept. */
static void *keep(void *memory)
{
	if (memory == NULL)
		abort();
	return memory;
}

/* --- decisions --- */

static struct record_decision *add(struct record_decisions *decisions)
{
	if (decisions->count == decisions->room) {
		decisions->room = decisions->room == 0 ? 256 : 2 * decisions->room;
		decisions->items = keep(realloc(decisions->items, decisions->room * sizeof(decisions->items[0])));
	}
	struct record_decision *decision = &decisions->items[decisions->count++];
	memset(decision, 0, sizeof(*decision));
	return decision;
}

static void add_frame(struct player *player, struct record_decisions *decisions, const uint8_t *octets, size_t len,
		      uint64_t time_us)
{
	struct record_decision *decision = add(decisions);

	decision->time_us = time_us;
	decision->input = player->out->inputs;
	decision->reaches_others = true;
	decision->len = len;
	decision->octets = keep(malloc(len + 1));
	memcpy(decision->octets, octets, len);
}

static bool begins_with(const char *text, const char *begin)
{
	return strncmp(text, begin, strlen(begin)) == 0;
}

static void add_text(struct player *player, struct record_decisions *decisions, const char *text, uint64_t time_us)
{
	struct record_decision *decision = add(decisions);

	decision->time_us = time_us;
	decision->input = player->out->inputs;
	decision->is_note = begins_with(text, "note ");
	decision->reaches_others = begins_with(text, "pilot_request ") || strcmp(text, "wants_e_f") == 0;
	decision->is_status = begins_with(text, "status ");
	decision->text = keep(strdup(text));
}

static void shorten(struct record_decisions *decisions, size_t count)
{
	while (decisions->count > count) {
		struct record_decision *last = &decisions->items[--decisions->count];
		free(last->octets);
		free(last->text);
	}
}

/* --- the outlet --- */

/* The recorded draws in their order; where another one is wanted, the next of its length. */
static bool fill(void *context, uint8_t *out, size_t n)
{
	struct player *player = context;
	size_t i = player->next_draw;

	if (i < player->draw_count && player->draws[i].len == 0) {
		player->next_draw++;
		return false;
	}
	while (i < player->draw_count && player->draws[i].len != n)
		i++;
	if (i == player->draw_count) {
		memset(out, 0, n);
		for (size_t octet = 0; octet < n && octet < sizeof(size_t); octet++)
			out[octet] = (uint8_t)(++player->out->missing_draws >> 8 * octet);
		return true;
	}
	memcpy(out, player->draws[i].octets, n);
	player->next_draw = i + 1;
	return true;
}

static bool read_value(void *context, const char *name, const char *value)
{
	struct player *player = context;

	if (outlet_state_read(&player->outlet, name, value))
		return true;
	if (player->out->unknown++ == 0)
		log_text_line(player->out->first_unknown, sizeof(player->out->first_unknown), name, strlen(name));
	return true;
}

static bool take_state(struct player *player, const struct record_item *item)
{
	memset(&player->outlet, 0, sizeof(player->outlet));
	outlet_init(&player->outlet, &player->config, fill, player);
	player->has_state = true;
	player->out->partial += item->is_partial;
	return record_item_state(item, read_value, player);
}

static void give(struct player *player, const struct outlet_input *input, uint64_t time_us)
{
	static struct outlet_effects effects; /* too large for the stack */
	char text[RECORD_TEXT_MAX];

	outlet_input(&player->outlet, input, time_us, &effects);
	for (size_t i = 0; i < effects.count; i++) {
		const struct outlet_effect *effect = &effects.items[i];
		if (effect->kind == OUTLET_SEND)
			add_frame(player, &player->out->played, effect->frame.octets, effect->frame.len, time_us);
		else if (record_ring_keeps(effect))
			add_text(player, &player->out->played, record_effect_text(effect, text), time_us);
	}
	outlet_effects_wipe(&effects);
}

/* What the record has no room for cannot be held against it. */
static void end_input(struct player *player)
{
	struct record_play *out = player->out;
	const size_t known = out->recorded.count - player->recorded_before;

	if (player->is_cut && out->played.count - player->played_before > known)
		shorten(&out->played, player->played_before + known);
	out->cut += player->is_cut;
	player->is_cut = false;
}

/* Other settings have other deadlines, at which nobody gave a tick. False: there is no end of them. */
static bool tick_until(struct player *player, uint64_t time_us)
{
	const struct outlet_input tick = {.kind = OUTLET_TICK};

	while (outlet_deadline(&player->outlet) < time_us) {
		if (player->ticks++ == TICKS_MAX) {
			snprintf(player->out->error, sizeof(player->out->error),
				 "%d time-outs pass without an input: a time in the record is damaged", TICKS_MAX);
			return false;
		}
		give(player, &tick, outlet_deadline(&player->outlet));
	}
	return true;
}

static bool take_input(struct player *player, const struct record_item *item)
{
	struct record_play *out = player->out;

	end_input(player);
	out->inputs++;
	if (player->is_what_if && !tick_until(player, item->time_us))
		return false;
	player->recorded_before = out->recorded.count;
	player->played_before = out->played.count;
	out->end_us = item->time_us;
	if (out->inputs == 1)
		out->begin_us = item->time_us;
	give(player, &item->input, item->time_us);
	return true;
}

static void take_effect(struct player *player, const struct record_item *item)
{
	if (item->octets != NULL)
		add_frame(player, &player->out->recorded, item->octets, item->len, item->time_us);
	else
		add_text(player, &player->out->recorded, item->text, item->time_us);
}

static bool take_item(struct player *player, const struct record_item *item)
{
	if (!player->has_state && item->kind != RECORD_STATE)
		return false;
	switch (item->kind) {
	case RECORD_STATE:
		return take_state(player, item);
	case RECORD_INPUT:
		return take_input(player, item);
	case RECORD_EFFECT:
		take_effect(player, item);
		break;
	case RECORD_CUT:
		player->is_cut = true;
		break;
	case RECORD_GAP:
		player->out->left_out += item->left_out;
		break;
	case RECORD_RANDOM:
		break; /* collected before */
	}
	return true;
}

/* --- the record --- */

static bool collect_draws(struct player *player, struct record_file file)
{
	struct record_item item;
	enum record_read result;

	while ((result = record_file_next(&file, &item)) == RECORD_READ_ITEM) {
		if (item.kind != RECORD_RANDOM)
			continue;
		player->draws = keep(realloc(player->draws, (player->draw_count + 1) * sizeof(player->draws[0])));
		struct draw *draw = &player->draws[player->draw_count++];
		draw->len = item.octets != NULL ? item.len : 0;
		memcpy(draw->octets, item.random, sizeof(draw->octets));
	}
	snprintf(player->out->error, sizeof(player->out->error), "%s", file.error);
	return result == RECORD_READ_END;
}

static bool play_items(struct player *player, struct record_file *file)
{
	struct record_item item;
	enum record_read result;

	while ((result = record_file_next(file, &item)) == RECORD_READ_ITEM) {
		if (!take_item(player, &item)) {
			if (player->out->error[0] == '\0')
				snprintf(player->out->error, sizeof(player->out->error),
					 "the outlet's state before octet %zu cannot be read", file->offset);
			return false;
		}
	}
	end_input(player);
	return result == RECORD_READ_END;
}

/* --- settings --- */

/* Those that the user had given, so that another profile changes the others. */
static void restore_given(struct settings *settings, const char *given)
{
	char paths[RECORD_GIVEN_MAX];
	char *rest = paths;
	char *path;

	memset(settings->given, 0, sizeof(settings->given));
	snprintf(paths, sizeof(paths), "%s", given);
	while ((path = strsep(&rest, ",")) != NULL)
		settings_mark_given(settings, path);
}

/*
 * "outlets.EVSE_ID.NAME" of the record's outlet: the setting that it stands in for, which then holds for the outlet; the
 * record has no other. NULL: it is none.
 */
static const char *take_own(struct settings *settings, const char *path, const char *evse_id)
{
	const size_t count = settings->outlet_count;
	char begin[sizeof("outlets..") + RECORD_NAME_MAX];

	snprintf(begin, sizeof(begin), "outlets.%s.", evse_id);
	if (!begins_with(path, begin))
		return NULL;
	const char *name = path + strlen(begin);
	if (strcmp(name, "attn_rx_db") == 0) {
		for (size_t i = 0; i < count; i++)
			settings->outlets[i].has_attn_rx = false;
		return "slac.attn_rx_db";
	}
	if (strcmp(name, "nominal_current_a") == 0) {
		for (size_t i = 0; i < count; i++)
			settings->outlets[i].has_nominal_current = false;
		return "pilot.nominal_current_a";
	}
	return NULL;
}

static bool apply_one(struct settings *settings, const struct record_about *about, const char *what_if,
		      char error[SETTINGS_ERROR_SIZE])
{
	char path[2 * SETTINGS_NAME_MAX + RECORD_NAME_MAX];
	const char *value = strchr(what_if, '=');

	if (value == NULL) {
		snprintf(error, SETTINGS_ERROR_SIZE, "--what-if %.100s: expected PATH=VALUE, e.g. slac.profile=strict",
			 what_if);
		return false;
	}
	snprintf(path, sizeof(path), "%.*s", (int)(value - what_if), what_if);
	const char *setting = settings_has(path) ? path : take_own(settings, path, about->evse_id);
	if (setting != NULL)
		return settings_set(settings, setting, value + 1, path, error);
	if (begins_with(path, "outlets."))
		snprintf(error, SETTINGS_ERROR_SIZE,
			 "--what-if: %.160s: no such setting, expected outlets.%.64s.attn_rx_db or .nominal_current_a",
			 path, about->evse_id);
	else
		settings_no_such(path, "--what-if", error);
	return false;
}

static bool apply_what_if(struct settings *settings, const struct record_about *about, const char *const *what_if,
			  size_t count, char error[SETTINGS_ERROR_SIZE])
{
	for (size_t i = 0; i < count; i++)
		if (begins_with(what_if[i], "slac.profile="))
			restore_given(settings, about->given);
	for (size_t i = 0; i < count; i++)
		if (!apply_one(settings, about, what_if[i], error))
			return false;
	return true;
}

static void take_config(struct settings *settings, const struct record_about *about, struct outlet_config *config)
{
	settings_apply_profile(settings);
	settings_outlet_config(settings, about->evse_id, about->has_ac, config);
	config->pilot.single_phase = about->single_phase;
}

/* Both were made alike, from zero: what lies between their members is the same, too. */
static bool same_octets(const void *a, const void *b, size_t len)
{
	return memcmp(a, b, len) == 0;
}

static bool read_settings(struct player *player, const struct record_file *file, const char *source,
			  const char *const *what_if, size_t count)
{
	struct settings *settings = keep(calloc(1, sizeof(*settings)));
	char *text = keep(calloc(1, file->settings_len + 1));
	struct record_play *out = player->out;
	struct outlet_config recorded = {0};

	memcpy(text, file->settings, file->settings_len);
	settings_defaults(settings, SETTINGS_FIELD);
	bool ok = settings_read_text(settings, source, text, file->settings_len, out->error);
	if (ok) {
		take_config(settings, &file->about, &recorded);
		ok = apply_what_if(settings, &file->about, what_if, count, out->error);
		out->bad_what_if = !ok;
		take_config(settings, &file->about, &player->config);
		settings_check_timers(settings, "slacd would refuse it", out->refused);
		out->same_config = same_octets(&recorded, &player->config, sizeof(recorded));
	}
	free(text);
	free(settings);
	return ok;
}

static bool open_record(struct player *player, struct record_file *file, const uint8_t *octets, size_t len)
{
	char *error = player->out->error;

	if (!record_file_open(file, octets, len)) {
		snprintf(error, SETTINGS_ERROR_SIZE, "%s", file->error);
		return false;
	}
	player->out->about = file->about;
	if (file->about.state_version != OUTLET_STATE_VERSION) {
		snprintf(error, SETTINGS_ERROR_SIZE, "the outlet's state is of version %u (%s), expected %d",
			 file->about.state_version, file->about.program, OUTLET_STATE_VERSION);
		return false;
	}
	if (file->settings == NULL)
		snprintf(error, SETTINGS_ERROR_SIZE, "the settings are missing: they were too long for a record");
	return file->settings != NULL && collect_draws(player, *file);
}

bool record_play(const uint8_t *octets, size_t len, const char *source, const char *const *what_if,
		 size_t what_if_count, struct record_play *out)
{
	struct player *player = keep(calloc(1, sizeof(*player)));
	struct record_file file;

	memset(out, 0, sizeof(*out));
	player->out = out;
	player->is_what_if = what_if_count > 0;
	const bool ok = open_record(player, &file, octets, len) &&
			read_settings(player, &file, source, what_if, what_if_count) && play_items(player, &file);
	if (!ok && out->error[0] == '\0')
		snprintf(out->error, sizeof(out->error), "%s", file.error);
	out->deadline_us = ok && player->has_state ? outlet_deadline(&player->outlet) : OUTLET_NEVER;
	free(player->draws);
	free(player);
	return ok;
}

void record_play_free(struct record_play *play)
{
	shorten(&play->recorded, 0);
	shorten(&play->played, 0);
	free(play->recorded.items);
	free(play->played.items);
}

/* --- what differs --- */

static bool is_same(const struct record_decision *a, const struct record_decision *b)
{
	if ((a->text == NULL) != (b->text == NULL))
		return false;
	if (a->text != NULL)
		return strcmp(a->text, b->text) == 0;
	return a->len == b->len && memcmp(a->octets, b->octets, a->len) == 0;
}

static bool is_at_the_same_time(const struct record_decision *a, const struct record_decision *b, uint64_t slack_us)
{
	const uint64_t apart_us = a->time_us > b->time_us ? a->time_us - b->time_us : b->time_us - a->time_us;

	return slack_us == 0 ? a->input == b->input && apart_us == 0 : apart_us <= slack_us;
}

/* The next one that is a note, or none, from `at` on. */
static size_t next_of(const struct record_decisions *decisions, size_t at, bool is_note)
{
	while (at < decisions->count && decisions->items[at].is_note != is_note)
		at++;
	return at;
}

bool record_play_difference(const struct record_play *play, uint64_t slack_us, size_t *recorded, size_t *played)
{
	*recorded = next_of(&play->recorded, 0, false);
	*played = next_of(&play->played, 0, false);
	while (*recorded < play->recorded.count && *played < play->played.count) {
		const struct record_decision *a = &play->recorded.items[*recorded];
		const struct record_decision *b = &play->played.items[*played];
		if (!is_same(a, b) || !is_at_the_same_time(a, b, slack_us))
			return true;
		*recorded = next_of(&play->recorded, *recorded + 1, false);
		*played = next_of(&play->played, *played + 1, false);
	}
	return *recorded < play->recorded.count || *played < play->played.count;
}

static size_t next_status(const struct record_decisions *decisions, size_t at)
{
	while (at < decisions->count && !decisions->items[at].is_status)
		at++;
	return at;
}

bool record_play_same_statuses(const struct record_play *play)
{
	size_t a = next_status(&play->recorded, 0);
	size_t b = next_status(&play->played, 0);

	while (a < play->recorded.count && b < play->played.count &&
	       is_same(&play->recorded.items[a], &play->played.items[b])) {
		a = next_status(&play->recorded, a + 1);
		b = next_status(&play->played, b + 1);
	}
	return a >= play->recorded.count && b >= play->played.count;
}

static uint64_t first_reaching(const struct record_decisions *decisions, size_t at)
{
	while (at < decisions->count && !decisions->items[at].reaches_others)
		at++;
	return at < decisions->count ? decisions->items[at].time_us : OUTLET_NEVER;
}

uint64_t record_play_noticed_us(const struct record_play *play, size_t recorded, size_t played)
{
	const uint64_t a_us = first_reaching(&play->recorded, recorded);
	const uint64_t b_us = first_reaching(&play->played, played);

	return a_us < b_us ? a_us : b_us;
}

size_t record_play_other_notes(const struct record_play *play)
{
	size_t a = next_of(&play->recorded, 0, true);
	size_t b = next_of(&play->played, 0, true);
	size_t others = 0;

	while (a < play->recorded.count || b < play->played.count) {
		others += a >= play->recorded.count || b >= play->played.count ||
			  !is_same(&play->recorded.items[a], &play->played.items[b]);
		a = next_of(&play->recorded, a + (a < play->recorded.count), true);
		b = next_of(&play->played, b + (b < play->played.count), true);
	}
	return others;
}
