/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/everest/everest_voice.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static struct everest_saying *say(struct everest_sayings *out, enum everest_saying_kind kind)
{
	assert(out->count < EVEREST_SAYINGS);
	struct everest_saying *saying = &out->items[out->count++];
	memset(saying, 0, sizeof(*saying));
	saying->kind = kind;
	return saying;
}

static void say_state(struct everest_voice *voice, enum everest_state state, struct everest_sayings *out)
{
	voice->state = state;
	voice->has_said_state = true;
	voice->has_said_mac = voice->has_said_mac && state != EVEREST_UNMATCHED;
	say(out, EVEREST_SAY_STATE)->state = state;
}

static void say_dlink_ready(bool is_ready, struct everest_sayings *out)
{
	say(out, EVEREST_SAY_DLINK_READY)->flag = is_ready;
}

static void say_matched(struct everest_voice *voice, struct everest_sayings *out)
{
	say_state(voice, EVEREST_MATCHED, out);
	say_dlink_ready(true, out);
}

/* --- the car --- */

/* A car that was told the key, did not join and tries again is still that car. */
static void take_car(struct everest_voice *voice, const struct everest_view *view, struct everest_sayings *out)
{
	const bool is_said = voice->has_said_mac && memcmp(voice->ev_mac, view->ev_mac, sizeof(view->ev_mac)) == 0;

	if (!view->has_ev || is_said)
		return;
	memcpy(voice->ev_mac, view->ev_mac, sizeof(view->ev_mac));
	memcpy(say(out, EVEREST_SAY_EV_MAC)->ev_mac, view->ev_mac, sizeof(view->ev_mac));
	voice->has_said_mac = true;
}

/* --- errors --- */

static void clear(struct everest_voice *voice, size_t trouble, struct everest_sayings *out)
{
	say(out, EVEREST_SAY_CLEAR)->trouble = (enum everest_trouble)trouble;
	voice->faults[trouble] = EVEREST_FAULT_CLEARED;
}

static bool may_be_active(const struct everest_voice *voice, size_t trouble, bool is_repetition)
{
	const enum everest_fault fault = voice->faults[trouble];

	return fault == EVEREST_FAULT_RAISED || fault == EVEREST_FAULT_UNKNOWN ||
	       (fault == EVEREST_FAULT_CLEARED && is_repetition);
}

static void raise_error(struct everest_voice *voice, enum everest_trouble trouble, struct everest_sayings *out)
{
	struct everest_saying *saying = say(out, EVEREST_SAY_RAISE);

	saying->trouble = trouble;
	saying->words = voice->words[trouble];
}

static void take_trouble(struct everest_voice *voice, const struct everest_view *view, bool is_repetition,
			 struct everest_sayings *out)
{
	const bool is_known = !view->serves && view->words != NULL && *view->words != '\0';

	if (is_known && voice->faults[view->trouble] != EVEREST_FAULT_RAISED) {
		snprintf(voice->words[view->trouble], EVEREST_WORDS_MAX, "%s", view->words);
		voice->faults[view->trouble] = EVEREST_FAULT_RAISED;
		raise_error(voice, view->trouble, out);
	}
	for (size_t i = 0; i < EVEREST_TROUBLES; i++)
		if ((view->serves || (is_known && i != view->trouble)) && may_be_active(voice, i, is_repetition))
			clear(voice, i, out);
}

/* --- all of it --- */

static enum everest_state state_of(const struct everest_view *view)
{
	if (view->is_matched)
		return EVEREST_MATCHED;
	return view->is_matching ? EVEREST_MATCHING : EVEREST_UNMATCHED;
}

static bool has_left_match(const struct everest_voice *voice, const struct everest_view *view)
{
	return voice->state == EVEREST_MATCHED && !view->is_matched;
}

void everest_voice_take(struct everest_voice *voice, const struct everest_view *view, struct everest_sayings *out)
{
	const enum everest_state state = state_of(view);

	out->count = 0;
	if (has_left_match(voice, view)) {
		say_dlink_ready(false, out);
		say_state(voice, EVEREST_UNMATCHED, out);
	}
	take_car(voice, view, out);
	if (state != voice->state && state == EVEREST_MATCHED)
		say_matched(voice, out);
	else if (state != voice->state)
		say_state(voice, state, out);
	take_trouble(voice, view, false, out);
}

void everest_voice_repeat(struct everest_voice *voice, const struct everest_view *view, struct everest_sayings *out)
{
	const enum everest_state state = state_of(view);
	const bool was_unsure = !voice->has_said_state || voice->state == EVEREST_MATCHED;
	enum everest_fault before[EVEREST_TROUBLES];

	out->count = 0;
	memcpy(before, voice->faults, sizeof(before));
	if (voice->has_left_unheard && state == EVEREST_MATCHED) {
		say_dlink_ready(false, out);
		say_state(voice, EVEREST_UNMATCHED, out);
	}
	voice->has_left_unheard = false;
	take_car(voice, view, out);
	if (state == EVEREST_MATCHED) {
		say_matched(voice, out);
	} else {
		say_dlink_ready(false, out);
		if (state != EVEREST_UNMATCHED && was_unsure)
			say_state(voice, EVEREST_UNMATCHED, out);
		say_state(voice, state, out);
	}
	take_trouble(voice, view, true, out);
	for (size_t i = 0; i < EVEREST_TROUBLES; i++)
		if (before[i] == EVEREST_FAULT_RAISED && voice->faults[i] == EVEREST_FAULT_RAISED)
			raise_error(voice, (enum everest_trouble)i, out);
}

bool everest_voice_miss(struct everest_voice *voice, const struct everest_view *view)
{
	struct everest_voice untold = *voice;
	struct everest_sayings sayings;

	everest_voice_take(&untold, view, &sayings);
	voice->has_left_unheard = voice->has_left_unheard || has_left_match(voice, view);
	return sayings.count > 0;
}

static void lose(struct everest_voice *voice, const struct everest_saying *saying)
{
	switch (saying->kind) {
	case EVEREST_SAY_STATE:
		voice->has_said_state = false;
		break;
	case EVEREST_SAY_DLINK_READY:
		voice->has_left_unheard = voice->has_left_unheard || !saying->flag;
		break;
	case EVEREST_SAY_EV_MAC:
		voice->has_said_mac = false;
		break;
	case EVEREST_SAY_RAISE:
		break; /* while it holds it is raised with each repetition */
	case EVEREST_SAY_CLEAR:
		voice->faults[saying->trouble] = EVEREST_FAULT_UNKNOWN;
		break;
	}
}

void everest_voice_lose(struct everest_voice *voice, const struct everest_sayings *sayings, size_t first)
{
	for (size_t i = first; i < sayings->count; i++)
		lose(voice, &sayings->items[i]);
}

void everest_voice_heard(struct everest_voice *voice)
{
	for (size_t i = 0; i < EVEREST_TROUBLES; i++)
		if (voice->faults[i] == EVEREST_FAULT_CLEARED)
			voice->faults[i] = EVEREST_FAULT_NONE;
}

void everest_voice_forgotten(struct everest_voice *voice)
{
	for (size_t i = 0; i < EVEREST_TROUBLES; i++)
		if (voice->faults[i] != EVEREST_FAULT_RAISED)
			voice->faults[i] = EVEREST_FAULT_NONE;
}

void everest_voice_end(struct everest_voice *voice, struct everest_sayings *out)
{
	out->count = 0;
	for (size_t i = 0; i < EVEREST_TROUBLES; i++)
		if (voice->faults[i] == EVEREST_FAULT_RAISED)
			clear(voice, i, out);
}

const char *everest_trouble_text(enum everest_trouble trouble)
{
	static const char *const texts[EVEREST_TROUBLES] = {
		[EVEREST_TROUBLE_INTERFACE] = "interface", [EVEREST_TROUBLE_MODEM] = "modem"};

	return (size_t)trouble < EVEREST_TROUBLES ? texts[trouble] : "?";
}
