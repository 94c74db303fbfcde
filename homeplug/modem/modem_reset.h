/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resets of the modem: those that slacd is configured to do, and restarts of the modem's own.
 *
 * Only a modem that has identified itself is reset. The reset is over when the modem answers after it left a question
 * unanswered, or when it has answered every question for a fifth of reset_ms (it resets faster than it is asked). A
 * modem that refuses to reset, or does not confirm that it will, keeps its key and goes on unreset. Some interfaces
 * have no carrier while their modem resets: after a reset that was cut short (modem_forget) there is no other until a
 * key is set, and until reset_ms are over neither the modem's silence nor its announcement of the restart is said.
 */
#ifndef HOMEPLUG_MODEM_MODEM_RESET_H
#define HOMEPLUG_MODEM_MODEM_RESET_H

#include "homeplug/modem/modem_turn.h"

enum modem_reset_state {
	MODEM_RESET_NONE,
	MODEM_RESET_ASKED, /* VS_RS_DEV.REQ sent */
	MODEM_RESET_AWAY   /* the modem resets: asked for its version every poll_ms */
};

struct modem_reset {
	enum modem_reset_state state;
	uint64_t deadline_us;
	bool after_session;  /* the present key follows a session */
	bool done;           /* for the present key, or not possible */
	bool identity_asked; /* for the present key: what the modem is was asked once more, as a reset needs to know */
	bool cut_short;      /* the last one, and no key set since */
	bool answered;       /* MODEM_RESET_AWAY: the last question was */
	bool silence_seen;   /* MODEM_RESET_AWAY: it left a question unanswered */
	uint64_t over_us;    /* a modem that has not answered by then is silent */
	uint64_t restart_us; /* VS_HST_ACTION.IND may tell a restart again */
	bool restarted;      /* by itself, since the present key was given, or last set */
};

/*
 * A key was given. `after_session`: a car knows the key before it. `was_ready`: that one was set; else the reset that
 * should have followed it is still due.
 */
void modem_reset_plan(struct modem_reset *reset, bool after_session, bool was_ready);
/* A car knows the last key: the next one follows a session. */
void modem_reset_owe(struct modem_reset *reset);
/* A reset is to follow the present key. */
bool modem_reset_is_due(const struct modem_reset *reset, const struct modem_config *config);
/* The modem has taken the present key: begins the reset that is due, or tells why not. */
enum modem_told modem_reset_begin(struct modem_reset *reset, enum modem_family family, bool identified,
				  struct modem_turn *turn);
/* VS_RS_DEV.CNF. */
enum modem_told modem_reset_take_confirmation(struct modem_reset *reset, const struct vs_rs_dev_cnf *cnf,
					      struct modem_turn *turn);
/* The modem has told its version. */
enum modem_told modem_reset_take_version(struct modem_reset *reset, struct modem_turn *turn);
/* The deadline. */
enum modem_told modem_reset_tick(struct modem_reset *reset, struct modem_turn *turn);
/* It has restarted: what it says of that in the next response_ms has this cause. */
void modem_reset_explain(struct modem_reset *reset, const struct modem_turn *turn);
/* VS_HST_ACTION.IND: answers it. It repeats, so a restart is told once per response_ms. */
enum modem_told modem_reset_take_host_action(struct modem_reset *reset, const struct modem_mme *ind,
					     struct modem_turn *turn);
/* A modem that has its key says that it is in its boot loader: it has restarted without a word. */
enum modem_told modem_reset_take_boot_loader(struct modem_reset *reset, const struct modem_turn *turn);
/* After a reset that was cut short: the modem's silence and its restart are our doing. */
bool modem_reset_may_go_on(const struct modem_reset *reset, uint64_t now_us);
/* A key is set: the modem has come through. */
void modem_reset_settle(struct modem_reset *reset);
/* Notes a restart that was not our doing; false where it is not the first. */
bool modem_reset_note_restart(struct modem_reset *reset);
/* The next restart is the first again. */
void modem_reset_forgive(struct modem_reset *reset);
/*
 * The interface is gone. `cuts_short`: during a reset, or before the modem was asked for its key after one. `was_ready`
 * as in modem_reset_plan.
 */
void modem_reset_forget(struct modem_reset *reset, bool cuts_short, bool was_ready);

#endif
