/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every part of the modem's state machine (identity, key, reset, check, link) is given with an input, and what it
 * may tell the others. No part calls another: it returns what it has to tell, and modem.c carries that on.
 */
#ifndef HOMEPLUG_MODEM_MODEM_TURN_H
#define HOMEPLUG_MODEM_MODEM_TURN_H

#include "homeplug/modem/modem_config.h"
#include "homeplug/modem/modem_output.h"

#define MODEM_NEVER UINT64_MAX

/* One input on its way through the parts. */
struct modem_turn {
	const struct modem_config *config;
	uint64_t now_us;
	uint8_t *request_id; /* of the last Lumissil request */
	bool has_asked;      /* a question was asked whose answer is waited for */
	struct modem_outputs *out;
};

enum modem_told {
	MODEM_TOLD_NOTHING,
	MODEM_TOLD_UNKNOWN,              /* key: nobody knows yet what modem the key is for */
	MODEM_TOLD_KEY_TAKEN,            /* key: the modem has the present key */
	MODEM_TOLD_KEY_UNCLEAR,          /* key: its confirmation does not say whether it has taken the key */
	MODEM_TOLD_KEY_REFUSED,          /* key: it has not taken it */
	MODEM_TOLD_KEY_UNANSWERED,       /* key: it does not confirm, but answers other questions */
	MODEM_TOLD_KEY_SILENCE,          /* key: it answers nothing */
	MODEM_TOLD_REFUSAL_OVER,         /* key: time to try again after a refusal */
	MODEM_TOLD_IDENTIFICATION_OVER,  /* identity: the modem has said what it is, or not in time */
	MODEM_TOLD_IDENTIFIED,           /* identity: it has said so later than it was asked to */
	MODEM_TOLD_IDENTIFIED_AGAIN,     /* identity: the modem that is known has answered */
	MODEM_TOLD_RESET_LEFT_OUT,       /* reset: there is none, or none any more: the key stands as it was taken */
	MODEM_TOLD_RESET_NEEDS_IDENTITY, /* reset: it is due, and the modem has not said what it is */
	MODEM_TOLD_RESET_ASKS,           /* reset: the modem is to be asked whether it is up again */
	MODEM_TOLD_RESET_OVER,           /* reset: it is */
	MODEM_TOLD_RESET_SILENCE,        /* reset: it never came back */
	MODEM_TOLD_RESTARTED,            /* reset: it has restarted by itself */
	MODEM_TOLD_KEY_GONE,             /* key: so it has, it does not say that it has its key */
	MODEM_TOLD_CHECK_ASKS,           /* check: the modem is to be asked whether it is there with its key */
	MODEM_TOLD_CHECK_SILENCE         /* check: it answers none of that */
};

static inline uint64_t modem_us(uint32_t ms)
{
	return (uint64_t)ms * 1000;
}

static inline uint32_t modem_ms_since(const struct modem_turn *turn, uint64_t then_us)
{
	return (uint32_t)((turn->now_us - then_us) / 1000);
}

/* Appends an output, zero but for its kind. */
struct modem_output *modem_append(struct modem_turn *turn, enum modem_output_kind kind);
/* Appends a standard request to the local modem, for its fields to be filled in. */
struct mme *modem_ask_standard(struct modem_turn *turn, enum mmtype type);
/* Appends any other request to the local modem; one of Lumissil's under a new request id. */
struct modem_mme *modem_ask(struct modem_turn *turn, enum modem_message message);
/* Until when an answer to what was just asked is waited for. */
uint64_t modem_await_answer(struct modem_turn *turn, uint32_t wait_ms);
/* response_ms, doubled with each of the *times before, up to 30 s; counts this time. */
uint32_t modem_wait_longer_ms(const struct modem_config *config, uint32_t *times);

#endif
