/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the parts of an outlet are entered, shared by outlet*.c only. Each outlet_give_* enters one part, and turns its
 * list into effects and errands; it never enters another part.
 */
#ifndef SLACD_OUTLET_OUTLET_INTERNAL_H
#define SLACD_OUTLET_OUTLET_INTERNAL_H

#include "slacd/outlet/outlet.h"

/* outlet.c: the end of the list and of the queue. */
struct outlet_effect *outlet_effect(struct outlet_effects *out, enum outlet_effect_kind kind);
struct outlet_note *outlet_note(struct outlet_effects *out, enum outlet_note_kind kind);
struct outlet_errand *outlet_queue(struct outlet *outlet, enum outlet_errand_kind kind);
void outlet_queue_slac(struct outlet *outlet, enum slac_evse_input_kind kind, enum slac_reason reason);
void outlet_set_serving(struct outlet *outlet, bool serving, struct outlet_effects *out);
/* Sends a message between EV and EVSE, or about the modem's key. */
void outlet_send_mme(struct outlet *outlet, const struct mme *frame, struct outlet_effects *out);
/* Room for one frame of up to `size` octets in the pool, to be filled and then committed with its length. */
uint8_t *outlet_frame_room(struct outlet_effects *out, size_t size);
void outlet_commit_frame(struct outlet_effects *out, const char *name, size_t len);

/* outlet_slac.c: matching, and the amplitude-map exchange of the matched EV. */
void outlet_give_slac(struct outlet *outlet, const struct slac_evse_input *input, uint64_t now_us,
		      struct outlet_effects *out);
/* Adds the EV that spoke last since the plug-in, where one did. */
void outlet_tell_ev(const struct outlet *outlet, struct outlet_status *status);
void outlet_follow_status(struct outlet *outlet, enum slac_status status, uint64_t now_us, struct outlet_effects *out);
void outlet_give_amp_map(struct outlet *outlet, const struct amp_map_mme *message, uint64_t now_us,
			 struct outlet_effects *out);
void outlet_tick_amp_map(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out);

/* outlet_modem.c: the modem, its key, its link, and the question for its network. */
void outlet_give_modem_frame(struct outlet *outlet, const struct mme *frame, uint64_t now_us,
			     struct outlet_effects *out);
void outlet_give_modem_message(struct outlet *outlet, const struct modem_mme *message, uint64_t now_us,
			       struct outlet_effects *out);
void outlet_tick_modem(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out);
void outlet_set_new_key(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out);
void outlet_set_same_key(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out);
void outlet_check_key(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out);
void outlet_watch_link(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out);
void outlet_ask_network(struct outlet *outlet, uint32_t question, uint64_t now_us, struct outlet_effects *out);
void outlet_take_network(struct outlet *outlet, const uint8_t *octets, size_t len, uint64_t now_us,
			 struct outlet_effects *out);
void outlet_expire_questions(struct outlet *outlet, struct outlet_effects *out);

/* outlet_pilot.c: the pilot, and the requests for it. */
void outlet_give_pilot(struct outlet *outlet, const struct control_pilot_input *input, uint64_t now_us,
		       struct outlet_effects *out);
void outlet_take_limits(struct outlet *outlet, const struct outlet_limits *limits, uint64_t now_us,
			struct outlet_effects *out);
void outlet_take_answer(struct outlet *outlet, uint32_t number, enum outlet_answer answer, uint64_t now_us,
			struct outlet_effects *out);
/* The request that is due becomes the last effect. */
void outlet_ask_station(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out);

#endif
