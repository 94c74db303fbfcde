/* SPDX-License-Identifier: Apache-2.0 */
#include "cp/pilot_request.h"

#include <stddef.h>
#include <string.h>

/*
 * Among the older kinds: another service has asked for the present request, too. It may still be carried out when this one
 * is confirmed.
 */
#define SAME_BY_OTHER (1U << (PILOT_X2 + 1))

void pilot_asking_init(struct pilot_asking *asking, uint32_t timeout_ms, uint32_t backoff_max_ms)
{
	memset(asking, 0, sizeof(*asking));
	asking->timeout_ms = timeout_ms;
	asking->backoff_max_ms = backoff_max_ms;
	asking->first_number = 1;
	asking->due_us = PILOT_REQUEST_NEVER;
}

bool pilot_request_equals(struct pilot_request a, struct pilot_request b)
{
	return a.kind == b.kind && a.current_da == b.current_da;
}

void pilot_asking_want(struct pilot_asking *asking, struct pilot_request request, uint64_t now_us)
{
	if (!asking->confirmed && asking->sendings > 0)
		asking->older_kinds |= 1U << asking->request.kind;
	asking->older_kinds &= ~SAME_BY_OTHER;
	asking->wanted = true;
	asking->request = request;
	asking->confirmed = false;
	asking->first_number = asking->number + 1;
	asking->sendings = 0;
	asking->contradicted = false;
	asking->wait_ms = 0;
	asking->due_us = now_us;
}

void pilot_asking_drop(struct pilot_asking *asking)
{
	asking->wanted = false;
	asking->confirmed = false;
	asking->first_number = asking->number + 1;
	asking->due_us = PILOT_REQUEST_NEVER;
}

void pilot_asking_rest(struct pilot_asking *asking)
{
	asking->due_us = PILOT_REQUEST_NEVER;
}

void pilot_asking_expect_offer(struct pilot_asking *asking, uint32_t current_da)
{
	if (current_da > asking->offered_da)
		asking->offered_da = current_da;
}

void pilot_asking_expect_other(struct pilot_asking *asking, struct pilot_request request)
{
	pilot_asking_expect_offer(asking, request.current_da);
	asking->older_kinds |= 1U << request.kind;
	if (asking->confirmed)
		return;
	if (asking->wanted && pilot_request_equals(asking->request, request))
		asking->older_kinds |= SAME_BY_OTHER;
	else
		asking->first_number = asking->number + 1;
}

/* Whether somebody may be offered more than the request allows, as long as it is not carried out. */
static bool may_lower(const struct pilot_asking *asking)
{
	switch (asking->request.kind) {
	case PILOT_X1:
	case PILOT_F:
		return true;
	case PILOT_X2:
		return asking->request.current_da < asking->offered_da;
	case PILOT_HLC:
		break;
	}
	return asking->offered_da > 0;
}

static uint32_t next_wait_ms(const struct pilot_asking *asking)
{
	const uint32_t most_ms = asking->backoff_max_ms;

	if (may_lower(asking))
		return asking->timeout_ms < PILOT_REPEAT_MS ? asking->timeout_ms : PILOT_REPEAT_MS;
	if (asking->wait_ms == 0)
		return asking->timeout_ms;
	return asking->wait_ms > most_ms / 2 ? most_ms : asking->wait_ms * 2;
}

uint32_t pilot_asking_send(struct pilot_asking *asking, uint64_t now_us)
{
	asking->wait_ms = next_wait_ms(asking);
	asking->due_us = now_us + (uint64_t)asking->wait_ms * 1000;
	asking->sendings++;
	asking->offered_before_da = asking->offered_da;
	pilot_asking_expect_offer(asking, asking->request.current_da);
	return ++asking->number;
}

void pilot_asking_undo_send(struct pilot_asking *asking, bool reachable, uint64_t now_us)
{
	if (asking->sendings > 0)
		asking->sendings--;
	asking->offered_da = asking->offered_before_da;
	asking->due_us = asking->wanted && reachable ? now_us + PILOT_HAND_OVER_MS * 1000 : PILOT_REQUEST_NEVER;
}

bool pilot_asking_is_ambiguous(const struct pilot_asking *asking)
{
	if (asking->request.kind == PILOT_F)
		return (asking->older_kinds & (1U << PILOT_F | 1U << PILOT_X2)) != 0;
	return asking->older_kinds != 0;
}

void pilot_asking_see_f(struct pilot_asking *asking)
{
	if (asking->request.kind != PILOT_F)
		asking->older_kinds &= ~(1U << PILOT_F);
}

void pilot_asking_confirm(struct pilot_asking *asking)
{
	asking->confirmed = true;
	asking->older_kinds = asking->older_kinds & SAME_BY_OTHER ? 1U << asking->request.kind : 0;
	asking->sendings = 0;
	asking->due_us = PILOT_REQUEST_NEVER;
	asking->offered_da = asking->request.current_da;
}

void pilot_asking_contradict(struct pilot_asking *asking, uint64_t now_us)
{
	asking->confirmed = false;
	if (asking->due_us != PILOT_REQUEST_NEVER)
		return; /* it is on its way already */
	/* A station that confirms each time and shows something else each time must not make a loop of messages. */
	asking->due_us = asking->contradicted ? now_us + PILOT_REPEAT_MS * 1000 : now_us;
	asking->contradicted = true;
	asking->wait_ms = 0;
}

enum pilot_answer pilot_asking_take_answer(struct pilot_asking *asking, uint32_t number, bool valid, uint64_t now_us)
{
	/* Numbers may wrap. */
	const bool present = (int32_t)(number - asking->first_number) >= 0 && (int32_t)(asking->number - number) >= 0;

	if (number == asking->answered)
		return PILOT_ANSWER_LATE;
	if (present)
		asking->answered = number;
	if (present && valid) {
		pilot_asking_confirm(asking);
		return PILOT_ANSWER_CONFIRMED;
	}
	if (present) {
		asking->confirmed = false;
		if (asking->due_us == PILOT_REQUEST_NEVER)
			asking->due_us = now_us + (uint64_t)next_wait_ms(asking) * 1000;
		return PILOT_ANSWER_REFUSED;
	}
	if (!valid || !asking->confirmed)
		return PILOT_ANSWER_LATE;
	pilot_asking_contradict(asking, now_us);
	return PILOT_ANSWER_OVERTAKEN;
}

void pilot_asking_reach(struct pilot_asking *asking, uint64_t now_us)
{
	asking->wait_ms = 0;
	asking->due_us = asking->wanted ? now_us : PILOT_REQUEST_NEVER;
}

const char *pilot_request_text(enum pilot_request_kind kind)
{
	static const char *const texts[] = {"high-level charging", "F", "X1", "X2"};

	return (size_t)kind < sizeof(texts) / sizeof(texts[0]) ? texts[kind] : "?";
}
