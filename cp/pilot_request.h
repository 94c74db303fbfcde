/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request for the control pilot on its way from wanted over sent to confirmed. Pure.
 *
 * Each sending has a number of its own. A repeat asks for the same thing, so that an answer to any sending of the
 * present request confirms it, however late it comes. An answer that says "valid" to an older request after the
 * present one was confirmed tells that the station has carried out the older one last: the present one is asked for
 * again. Between different requests the order is never swapped: a newer one takes the place of an older one.
 *
 * A request that may lower the current, or that leaves a nominal duty (X1, F, a lower X2, 5 % after X2), is repeated
 * every PILOT_REPEAT_MS for ever; any other one with a wait that doubles. Without a way to the station nothing is sent;
 * when there is one again, the present request goes out, confirmed or not.
 */
#ifndef CP_PILOT_REQUEST_H
#define CP_PILOT_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#define PILOT_REQUEST_NEVER UINT64_MAX
/* The longest time between two sendings of a request that may lower the current. */
#define PILOT_REPEAT_MS 2000
/* A sending that could not be handed over is tried again after this time. */
#define PILOT_HAND_OVER_MS 100

enum pilot_request_kind {
	PILOT_HLC, /* 5 % */
	PILOT_F,   /* -12 V */
	PILOT_X1,  /* oscillator off */
	PILOT_X2   /* duty for current_da */
};

struct pilot_request {
	enum pilot_request_kind kind;
	uint32_t current_da; /* PILOT_X2: 60 ... 800 (0.1 A); otherwise 0 */
};

struct pilot_asking {
	uint32_t timeout_ms;     /* wait for an answer, the first time */
	uint32_t backoff_max_ms; /* and at most */
	bool wanted;             /* there is a request; false before the first */
	struct pilot_request request;
	bool confirmed;             /* the station has carried it out, as far as is known */
	uint32_t number;            /* of the last sending of any request */
	uint32_t first_number;      /* of the first sending of the present one */
	uint32_t answered;          /* the last sending that was answered: it is answered once */
	unsigned older_kinds;       /* sent before the present one, or by others: they may still be carried out */
	uint32_t sendings;          /* of the present one since it was wanted, or was found not to be in force */
	bool contradicted;          /* it was found not to be in force since it was wanted */
	uint32_t wait_ms;           /* after the last sending */
	uint64_t due_us;            /* when it is to be sent (again), PILOT_REQUEST_NEVER: not */
	uint32_t offered_da;        /* the most that the station may be offering: confirmed, and sent or shown since */
	uint32_t offered_before_da; /* the same before the last sending */
};

/* What an answer means. */
enum pilot_answer {
	PILOT_ANSWER_CONFIRMED,
	PILOT_ANSWER_REFUSED,
	PILOT_ANSWER_OVERTAKEN, /* an older request was carried out after the present one, which is asked for again */
	PILOT_ANSWER_LATE       /* to an older request, or the same once more; means nothing */
};

/* Nothing is wanted yet. */
void pilot_asking_init(struct pilot_asking *asking, uint32_t timeout_ms, uint32_t backoff_max_ms);
/* From now on `request` is wanted, due at once, even if it is the same as before. */
void pilot_asking_want(struct pilot_asking *asking, struct pilot_request request, uint64_t now_us);
/* Nothing is wanted any more, until something is. What was sent may still be answered, and means nothing. */
void pilot_asking_drop(struct pilot_asking *asking);
/* It is not repeated any more, as somebody else has asked for something since. It may still be confirmed. */
void pilot_asking_rest(struct pilot_asking *asking);
/* Whether the two ask for the same pilot. */
bool pilot_request_equals(struct pilot_request a, struct pilot_request b);
/* The request is sent now, under the number that is returned. */
uint32_t pilot_asking_send(struct pilot_asking *asking, uint64_t now_us);
/* The last sending was not handed over: again in PILOT_HAND_OVER_MS, or when the station is reachable again. */
void pilot_asking_undo_send(struct pilot_asking *asking, bool reachable, uint64_t now_us);
enum pilot_answer pilot_asking_take_answer(struct pilot_asking *asking, uint32_t number, bool valid, uint64_t now_us);
/*
 * Whether a cp_status that shows what the request asks for is no sign that it was carried out: an older request for the
 * same may be on its way, and others behind it; or an older one for a current, which must not come last. Anything but F
 * may also be what was there before an older one that is on its way. (F as well, but 5 %, which is asked for before it,
 * is often not shown.)
 */
bool pilot_asking_is_ambiguous(const struct pilot_asking *asking);
/* cp_status shows F: where F is not wanted it was an older one, which is not on its way any more. */
void pilot_asking_see_f(struct pilot_asking *asking);
/* cp_status shows that the request is in force. */
void pilot_asking_confirm(struct pilot_asking *asking);
/* cp_status shows an offer of current_da. */
void pilot_asking_expect_offer(struct pilot_asking *asking, uint32_t current_da);
/*
 * Another service has asked the station for this. It may be carried out after all that was sent so far: neither an answer
 * to that nor a cp_status confirms any more. Where it is what is wanted here an answer does: whichever of the two is carried
 * out last, the pilot is that one.
 */
void pilot_asking_expect_other(struct pilot_asking *asking, struct pilot_request request);
/*
 * cp_status shows that the confirmed request is not in force (any more): asks again, the first time at once, then after
 * PILOT_REPEAT_MS.
 */
void pilot_asking_contradict(struct pilot_asking *asking, uint64_t now_us);
/* The station can be reached (again): the present request goes out at once. */
void pilot_asking_reach(struct pilot_asking *asking, uint64_t now_us);

/* "high-level charging", "F", "X1", "X2". Never NULL. */
const char *pilot_request_text(enum pilot_request_kind kind);

#endif
