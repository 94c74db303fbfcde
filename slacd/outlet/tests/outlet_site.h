/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An outlet with its modem, its station and a car, for tests in which each input is given by hand. The effects of an input
 * are kept as text. The rules of outlet_watch hold at every input.
 */
#ifndef SLACD_OUTLET_TESTS_OUTLET_SITE_H
#define SLACD_OUTLET_TESTS_OUTLET_SITE_H

#include "homeplug/slac/tests/slac_car.h"
#include "slacd/outlet/tests/outlet_watch.h"
#include "tools/car/modem_sim.h"

#define MS     UINT64_C(1000)
#define SECOND UINT64_C(1000000)

struct site {
	struct outlet_config config;
	struct outlet outlet;
	struct outlet_watch watch;
	struct outlet_effects out;
	uint64_t now_us;
	struct modem_sim modem;
	struct slac_car car;
	uint32_t request_number;
	uint8_t key[NMK_LEN]; /* of the last CM_SET_KEY.REQ */
	size_t question_len;  /* the last question to the modem, which it has not answered yet */
	uint8_t question[MME_FRAME_MAX];
	char said[512]; /* the effects of the last input */
};

/* The only one: it is too large for the stack. */
extern struct site site;

/* Inputs. What the outlet sends is heard by the modem, whose answer waits for site_answer_of_modem. */
void site_give(const struct outlet_input *input);
void site_give_kind(enum outlet_input_kind kind);
void site_give_active(enum outlet_input_kind kind, bool active);
void site_give_frame(const struct mme *frame);
void site_open_port(void);
void site_show(enum cp_state state);
void site_answer_request(uint32_t number, enum outlet_answer answer);
/* The limit of l1 and l3; l2 is not connected. */
void site_tell_limit(uint32_t limit_da, enum control_pilot_availability availability);
void site_ask_network(uint32_t question);
/* The modem answers the last question. */
void site_answer_of_modem(void);
void site_tick_after(uint64_t us);
/* At the next deadline, which is `us` away. */
void site_tick_due(uint64_t us);

/* All effects of the last input but for the notes, e.g. "CM_SLAC_PARM.CNF, matching". */
void site_expect(const char *said);
/* The last input has had this note. */
void site_expect_note(enum outlet_note_kind kind);

/* The usual beginnings. Each test begins with site_set_up. */
/* A standard modem that is not asked for its link, and an AC outlet. Its configuration may be changed until it begins. */
void site_set_up(void);
/* The link is awaited, and the modem tells it. */
void site_await_link(void);
/* The outlet is there, and knows its limit. */
void site_begin(void);
/* Begins: the port is open, the modem has its key, and the station has carried out the first request. */
void site_serve(void);
/* Serves: a vehicle is plugged in, and the modem has said that it still has its key. */
void site_plug(void);
void site_car_says(enum mmtype type);
/* All sounds, each with the modem's profile of 12 dB. */
void site_car_sounds(void);
/* Up to CM_SLAC_MATCH.REQ, which is still to come. */
void site_match_until_request(void);
/* Plugs, and matches. */
void site_match(void);
/* The modem's next poll comes, and says that the link is up, or not. */
void site_poll_says(bool linked);
/* Likewise with a link that is awaited, and is there. */
void site_match_with_link(void);
/* Or of which the modem says no until TT_match_join is over. */
void site_match_without_link(void);

#endif
