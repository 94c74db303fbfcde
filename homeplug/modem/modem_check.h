/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the modem is still there, with its key: when that is asked, and when no answer means silence. What is asked
 * is for modem.c to say, as it is a question of the key's, one of the identity's and one of the link's.
 */
#ifndef HOMEPLUG_MODEM_MODEM_CHECK_H
#define HOMEPLUG_MODEM_MODEM_CHECK_H

#include "homeplug/modem/modem_turn.h"

struct modem_check {
	uint64_t deadline_us; /* any answer is due, or MODEM_NEVER */
	bool repeated;        /* asked the second and last time */
	uint64_t exchange_us; /* another modem's VS_HST_ACTION.IND may begin a check again */
};

/* A vehicle was connected. Nothing while a check is going on. */
enum modem_told modem_check_begin(struct modem_check *check, struct modem_turn *turn);
/* Another modem has announced itself: ours may have been exchanged for it. At most once per response_ms. */
enum modem_told modem_check_exchange(struct modem_check *check, struct modem_turn *turn);
/* The questions are sent, and an answer is due in response_ms. */
void modem_check_await(struct modem_check *check, const struct modem_turn *turn);
/* The deadline. */
enum modem_told modem_check_tick(struct modem_check *check);
/* The modem has answered one of the questions, or it is asked otherwise. */
void modem_check_end(struct modem_check *check);
/* The interface is gone. */
void modem_check_forget(struct modem_check *check);

#endif
