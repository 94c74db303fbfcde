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
	if (voice->is_raised[trouble])
		say(out, EVEREST_SAY_CLEAR)->trouble = (enum everest_trouble)trouble;
	voice->is_raised[trouble] = false;
}

static void raise_error(struct everest_voice *voice, enum everest_trouble trouble, struct everest_sayings *out)
{
	struct everest_saying *saying = say(out, EVEREST_SAY_RAISE);

	saying->trouble = trouble;
	saying->words = voice->words[trouble];
}

static void take_trouble(struct everest_voice *voice, const struct everest_view *view, struct everest_sayings *out)
{
	const bool is_known = !view->serves && view->words != NULL && *view->words != '\0';

	if (is_known && !voice->is_raised[view->trouble]) {
		snprintf(voice->words[view->trouble], EVEREST_WORDS_MAX, "%s", view->words);
		voice->is_raised[view->trouble] = true;
		raise_error(voice, view->trouble, out);
	}
	for (size_t i = 0; i < EVEREST_TROUBLES; i++)
		if (view->serves || (is_known && i != view->trouble))
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
	take_trouble(voice, view, out);
}

void everest_voice_repeat(struct everest_voice *voice, const struct everest_view *view, struct everest_sayings *out)
{
	const enum everest_state state = state_of(view);
	const bool was_unsure = !voice->has_said_state || voice->state == EVEREST_MATCHED;
	bool was_raised[EVEREST_TROUBLES];

	out->count = 0;
	memcpy(was_raised, voice->is_raised, sizeof(was_raised));
	take_car(voice, view, out);
	if (state == EVEREST_MATCHED) {
		say_matched(voice, out);
	} else {
		say_dlink_ready(false, out);
		if (state != EVEREST_UNMATCHED && was_unsure)
			say_state(voice, EVEREST_UNMATCHED, out);
		say_state(voice, state, out);
	}
	take_trouble(voice, view, out);
	for (size_t i = 0; i < EVEREST_TROUBLES; i++)
		if (was_raised[i] && voice->is_raised[i])
			raise_error(voice, (enum everest_trouble)i, out);
}

const char *everest_trouble_text(enum everest_trouble trouble)
{
	static const char *const texts[EVEREST_TROUBLES] = {
		[EVEREST_TROUBLE_INTERFACE] = "interface", [EVEREST_TROUBLE_MODEM] = "modem"};

	return (size_t)trouble < EVEREST_TROUBLES ? texts[trouble] : "?";
}
