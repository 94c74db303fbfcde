/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of slac_ev share. Internal to them; programs use slac_ev.h. */
#ifndef TOOLS_CAR_SLAC_EV_INTERNAL_H
#define TOOLS_CAR_SLAC_EV_INTERNAL_H

#include "tools/car/slac_ev.h"

#define US_PER_MS 1000u

/* --- slac_ev.c --- */

struct slac_ev_output *slac_ev_output_add(struct slac_ev_outputs *out, enum slac_ev_output_kind kind);
/* Enters a state; `sent` starts at 0. */
void slac_ev_enter(struct slac_ev *ev, enum slac_ev_state state, const char *text, struct slac_ev_outputs *out);
/* The deadline is `ms` from now. */
void slac_ev_wait(struct slac_ev *ev, uint32_t ms, uint64_t now_us);
/* The run is over: another one after TT_matching_rate, or FAILED. */
void slac_ev_fail(struct slac_ev *ev, const char *text, uint64_t now_us, struct slac_ev_outputs *out);
/* The chosen EVSE is the right one: the match comes next. */
void slac_ev_to_match(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out);
/* The chosen EVSE is not the right one: the next candidate, or the end of the run. */
void slac_ev_drop(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out);

/* --- slac_ev_messages.c: each appends one message --- */

void slac_ev_send_parm_req(const struct slac_ev *ev, struct slac_ev_outputs *out);
void slac_ev_send_start_atten_char(const struct slac_ev *ev, struct slac_ev_outputs *out);
/* False when there are no random octets. */
bool slac_ev_send_sound(const struct slac_ev *ev, uint8_t remaining, struct slac_ev_outputs *out);
void slac_ev_send_atten_char_rsp(const struct slac_ev *ev, const uint8_t evse_mac[MAC_LEN],
				 struct slac_ev_outputs *out);
/* `timer`: 0 in step 1, n for (n + 1) x 100 ms in step 2. */
void slac_ev_send_validate_req(const struct slac_ev *ev, uint8_t timer, struct slac_ev_outputs *out);
void slac_ev_send_match_req(const struct slac_ev *ev, struct slac_ev_outputs *out);

/* --- slac_ev_validate.c --- */

/* The chosen EVSE must be validated. */
void slac_ev_validate_begin(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out);
/* The deadline of one of the states BEFORE_VALIDATE ... WAIT_VALIDATE_RESULT is due. */
void slac_ev_validate_expire(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out);
/* CM_VALIDATE.CNF for this car. */
void slac_ev_validate_cnf(struct slac_ev *ev, const struct mme *frame, uint64_t now_us, struct slac_ev_outputs *out);

#endif
