/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An outlet (slacd/outlet) on virtual time, with stand-ins for what a capture does not hold. Pure.
 *
 *   station  answers each pilot request with "valid" at once, and reports the pilot state that follows from the request
 *            and the plug
 *   modem    confirms CM_SET_KEY.REQ and answers CM_GET_KEY.REQ at once. It answers no other question, so that nothing
 *            is made up about its kind and its link: slacd takes it for one without vendor messages.
 *
 * All decisions are the outlet's.
 */
#ifndef TOOLS_REPLAY_REPLAY_SITE_H
#define TOOLS_REPLAY_REPLAY_SITE_H

#include "slacd/outlet/outlet.h"
#include "tools/car/modem_sim.h"

/* More than an outlet asks its modem in one input. */
#define REPLAY_ANSWERS     8
#define REPLAY_ANSWER_SIZE 512

/* What a site tells its owner while it runs, in order. Each may be NULL. */
struct replay_listener {
	void *context;
	void (*effect)(void *context, const struct outlet_effect *effect);
	/* The modem's stand-in answers: the frame is given to the outlet next. */
	void (*answer)(void *context, const uint8_t *octets, size_t len);
	/* The station's stand-in reports another pilot state: it is given to the outlet next. */
	void (*pilot)(void *context, enum cp_state state);
	/* Gives an input to the outlet instead of outlet_input, e.g. to hold it against rules. */
	void (*input)(void *context, struct outlet *outlet, const struct outlet_input *input, uint64_t now_us,
		      struct outlet_effects *out);
};

struct replay_answer {
	size_t len;
	uint8_t octets[REPLAY_ANSWER_SIZE];
};

struct replay_site {
	struct outlet outlet;
	uint64_t now_us;
	struct replay_listener listener;
	struct modem_sim modem;
	bool modem_is_silent; /* no stand-in: only the frames of the capture */
	bool has_vehicle;     /* plugged in */
	enum cp_state state;  /* reported last */
	enum pilot_request_kind request;
	bool asked; /* a pilot request waits for its answer: */
	uint32_t request_number;
	size_t answer_count;
	struct replay_answer answers[REPLAY_ANSWERS];
};

/* The config and the listener are copied. The modem's MAC is `modem_mac`. */
void replay_site_init(struct replay_site *site, const struct outlet_config *config, const uint8_t modem_mac[MAC_LEN],
		      random_fill fill, void *fill_context, const struct replay_listener *listener);
/* As slacd begins: the station's limits, the port with its MAC, the service. */
void replay_site_start(struct replay_site *site, const struct outlet_limits *limits, const uint8_t port_mac[MAC_LEN],
		       uint64_t now_us);

/* One input now, and all that the stand-ins answer to what follows from it. */
void replay_site_give(struct replay_site *site, const struct outlet_input *input);
void replay_site_frame(struct replay_site *site, const uint8_t *octets, size_t len);
/* The plug is put in or pulled: the station reports the state that follows. */
void replay_site_plug(struct replay_site *site, bool plugged);
/* Time passes. Every deadline up to and at `until_us` is kept on its microsecond. */
void replay_site_run(struct replay_site *site, uint64_t until_us);

#endif
