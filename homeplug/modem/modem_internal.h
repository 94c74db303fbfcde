/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the modem's state machine share:
 *   modem.c           where inputs come in                modem_key.c      setting and verifying the key
 *   modem_identify.c  what modem it is                    modem_restart.c  resets, ours and its own
 *   modem_link.c      watching the link
 */
#ifndef HOMEPLUG_MODEM_MODEM_INTERNAL_H
#define HOMEPLUG_MODEM_MODEM_INTERNAL_H

#include "homeplug/modem/modem.h"

static inline uint64_t modem_us(uint32_t ms)
{
	return (uint64_t)ms * 1000;
}

/* A key was given that has not been sent yet. */
static inline bool modem_newer_key_waits(const struct modem *modem)
{
	return modem->attempts == 0;
}

/* modem.c */
struct modem_output *modem_append(struct modem_outputs *out, enum modem_output_kind kind);
void modem_ignore(const struct modem *modem, const uint8_t from[MAC_LEN], enum mme_error error,
		  struct modem_outputs *out);
/* Appends a request to the local modem. */
struct modem_mme *modem_request(const struct modem *modem, enum modem_message message, struct modem_outputs *out);
/* Enters `state` until wait_ms from now; ends a check. */
void modem_enter(struct modem *modem, enum modem_state state, uint32_t wait_ms, uint64_t now_us);

/* modem_key.c */
/* Enters MODEM_SET_KEY, or MODEM_RETRY until it may be sent. */
void modem_send_set_key(struct modem *modem, uint64_t now_us, struct modem_outputs *out);
void modem_send_get_key(const struct modem *modem, struct modem_outputs *out);
/* Enters MODEM_VERIFY. */
void modem_verify(struct modem *modem, bool after_reset, uint64_t now_us, struct modem_outputs *out);
/* In MODEM_VERIFY: no answer. */
void modem_verify_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out);
/* In MODEM_SET_KEY: no confirmation. */
void modem_set_key_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out);
/* In MODEM_RETRY: it is time. */
void modem_retry_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out);
/* Enters MODEM_READY. */
void modem_key_is_set(struct modem *modem, struct modem_outputs *out);
/* Nothing answers in waited_ms: forgets which modem it was and begins with its identification. */
void modem_is_silent(struct modem *modem, uint32_t waited_ms, uint64_t now_us, struct modem_outputs *out);
/* Appends why the key is not set, where that is to be said; NULL where not. */
struct modem_output *modem_say_trouble(struct modem *modem, enum modem_output_kind kind, uint64_t now_us,
				       struct modem_outputs *out);
/* What was said of the present key may be said again, and the modem that refused it may take the next. */
void modem_forgive(struct modem *modem);
void modem_on_set_key_cnf(struct modem *modem, const struct mme *frame, uint64_t now_us, struct modem_outputs *out);
void modem_on_get_key_cnf(struct modem *modem, const struct mme *frame, uint64_t now_us, struct modem_outputs *out);

/* modem_check.c */
/* In MODEM_READY: begins to ask whether the modem is there and has its key, if it is not being asked. */
void modem_begin_check(struct modem *modem, uint64_t now_us, struct modem_outputs *out);
/* No answer to the check. */
void modem_check_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out);
/* It has answered one of the check's questions. */
void modem_is_alive(struct modem *modem);

/* modem_identify.c */
void modem_forget(struct modem *modem);
/* Enters MODEM_IDENTIFY, or with a standard modem MODEM_SET_KEY. What is known stays so until there is an answer. */
void modem_identify(struct modem *modem, uint64_t now_us, struct modem_outputs *out);
/* In MODEM_IDENTIFY: no answer. */
void modem_identify_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out);
/* Appends a request with Lumissil's header, under a new request_id. */
struct modem_mme *modem_nscm_request(struct modem *modem, enum modem_message message, struct modem_outputs *out);
/* Sends the questions; none to a standard modem. */
void modem_ask_identity(struct modem *modem, struct modem_outputs *out);
/* Asks the family that is known, Qualcomm's or Lumissil's question. */
void modem_ask_version(struct modem *modem, struct modem_outputs *out);
/* Its CM_SET_KEY.CNF tells the MAC of a modem that has not answered the identification, or was passed over in it. */
void modem_learn_mac(struct modem *modem, const uint8_t src[MAC_LEN], struct modem_outputs *out);
void modem_on_version(struct modem *modem, const struct modem_mme *message, uint64_t now_us, struct modem_outputs *out);

/* modem_restart.c */
/* A reset is due, and the modem has not said what it is: it is to be asked, once for each key. */
bool modem_asks_before_reset(struct modem *modem);
/* The modem has taken the present key: it is to be reset now. Says so where that cannot be done. */
bool modem_wants_reset(struct modem *modem, struct modem_outputs *out);
void modem_begin_reset(struct modem *modem, uint64_t now_us, struct modem_outputs *out);
/* After a reset that was cut short: its silence, and that it tells of a restart, are our doing. */
bool modem_may_be_starting(const struct modem *modem, uint64_t now_us);
/* In MODEM_RESET: no confirmation. */
void modem_reset_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out);
/* In MODEM_WAIT_UP: the next question, or no answer for too long. */
void modem_wait_up_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out);
/* It has told its version; does nothing but in MODEM_WAIT_UP. */
void modem_answers_after_reset(struct modem *modem, uint64_t now_us, struct modem_outputs *out);
void modem_on_reset_cnf(struct modem *modem, const struct vs_rs_dev_cnf *cnf, uint64_t now_us,
			struct modem_outputs *out);
void modem_on_host_action(struct modem *modem, const struct modem_mme *ind, uint64_t now_us, struct modem_outputs *out);

/* modem_link.c */
/* It has answered any link question. */
bool modem_can_tell_link(const struct modem *modem);
/* In MODEM_READY: asks the link questions that it has never answered. */
void modem_probe_link(struct modem *modem, struct modem_outputs *out);
void modem_link_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out);
/* Any confirmation of a link question, or NSCM_D_LINK_READY.IND. */
void modem_on_link(struct modem *modem, const struct modem_mme *message, uint64_t now_us, struct modem_outputs *out);

#endif
