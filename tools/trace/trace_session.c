/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/trace/trace_session.h"

#include "homeplug/mme/modem_mme.h"
#include "homeplug/network_key.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Keys that are known to have been given, to see one that is given twice. */
#define NIDS_KEPT 256

struct open_session {
	bool used;
	struct trace_session session;
};

struct trace_sessions {
	trace_session_done done;
	void *context;
	struct open_session open[TRACE_OPEN_MAX];
	size_t latest;        /* the place of the car that was found last: the next frame is most likely its own */
	uint64_t quiet_at_us; /* no session is quiet for too long before */
	struct trace_session unfollowed; /* of cars for which there is no room: told nowhere */
	struct mme mme;
	uint8_t nids[NIDS_KEPT][NID_LEN];
	size_t nid_count;
	uint64_t modem_frames;
	bool has_profiles; /* of any car */
};

/* --- open sessions --- */

struct trace_sessions *trace_sessions_new(trace_session_done done, void *context)
{
	struct trace_sessions *sessions = calloc(1, sizeof(*sessions));

	if (sessions != NULL) {
		sessions->done = done;
		sessions->context = context;
	}
	return sessions;
}

void trace_sessions_free(struct trace_sessions *sessions)
{
	if (sessions != NULL)
		explicit_bzero(sessions, sizeof(*sessions)); /* a frame held the key */
	free(sessions);
}

uint64_t trace_sessions_modem_frames(const struct trace_sessions *sessions)
{
	return sessions->modem_frames;
}

static void finish(struct trace_sessions *sessions, struct open_session *open)
{
	open->session.profiles_are_shown = sessions->has_profiles;
	sessions->done(sessions->context, &open->session);
	open->used = false;
}

void trace_sessions_end(struct trace_sessions *sessions, uint64_t time_us)
{
	struct open_session *first;

	do {
		first = NULL;
		for (size_t i = 0; i < TRACE_OPEN_MAX; i++) {
			struct open_session *open = &sessions->open[i];
			if (open->used && (first == NULL || open->session.first_us < first->session.first_us))
				first = open;
		}
		if (first != NULL) {
			first->session.capture_end_us = time_us;
			finish(sessions, first);
		}
	} while (first != NULL);
}

static void finish_quiet(struct trace_sessions *sessions, uint64_t now_us)
{
	if (now_us <= sessions->quiet_at_us)
		return;
	sessions->quiet_at_us = UINT64_MAX;
	for (size_t i = 0; i < TRACE_OPEN_MAX; i++) {
		struct open_session *open = &sessions->open[i];
		if (open->used && now_us - open->session.last_us > TRACE_QUIET_US)
			finish(sessions, open);
		else if (open->used && open->session.last_us + TRACE_QUIET_US < sessions->quiet_at_us)
			sessions->quiet_at_us = open->session.last_us + TRACE_QUIET_US;
	}
}

/* Whoever asks without end must push out neither a car that has gone on, nor one that still may. */
enum leaving { LEAVES_LAST, LEAVES_AFTER_ASKING, LEAVES_AFTER_MATCH };

static enum leaving leaving_of(const struct trace_session *session)
{
	if (session->count[TRACE_MATCH_CNF] > 0)
		return LEAVES_AFTER_MATCH;
	if (session->count[TRACE_START] + session->count[TRACE_SOUND] + session->count[TRACE_IND] +
		    session->count[TRACE_RSP] + session->count[TRACE_MATCH_REQ] ==
	    0)
		return LEAVES_AFTER_ASKING;
	return LEAVES_LAST;
}

/* The one that is quiet for longest, of those that leave first. */
static struct open_session *first_to_leave(struct trace_sessions *sessions)
{
	struct open_session *first = &sessions->open[0];

	for (size_t i = 1; i < TRACE_OPEN_MAX; i++) {
		struct open_session *open = &sessions->open[i];
		const enum leaving leaving = leaving_of(&open->session), of_first = leaving_of(&first->session);
		if (leaving > of_first || (leaving == of_first && open->session.last_us < first->session.last_us))
			first = open;
	}
	return first;
}

/* NULL: there is no room for a car that was not heard from its first message on. */
static struct open_session *place(struct trace_sessions *sessions, bool is_asking)
{
	for (size_t i = 0; i < TRACE_OPEN_MAX; i++)
		if (!sessions->open[i].used)
			return &sessions->open[i];
	struct open_session *first = first_to_leave(sessions);
	if (!is_asking && leaving_of(&first->session) != LEAVES_AFTER_MATCH)
		return NULL;
	first->session.is_pushed_out = true;
	finish(sessions, first);
	return first;
}

static struct trace_session *begin(struct trace_sessions *sessions, const uint8_t ev_mac[MAC_LEN],
				   const uint8_t run_id[RUN_ID_LEN], uint64_t now_us, bool is_asking)
{
	struct open_session *open = place(sessions, is_asking);
	struct trace_session *session = open != NULL ? &open->session : &sessions->unfollowed;

	memset(session, 0, sizeof(*session));
	if (open != NULL)
		open->used = true;
	memcpy(session->ev_mac, ev_mac, MAC_LEN);
	memcpy(session->run_id, run_id, RUN_ID_LEN);
	session->first_us = session->last_us = now_us;
	if (now_us + TRACE_QUIET_US < sessions->quiet_at_us)
		sessions->quiet_at_us = now_us + TRACE_QUIET_US;
	return session;
}

/* A car has one session that is open. */
static struct open_session *find_car(struct trace_sessions *sessions, const uint8_t ev_mac[MAC_LEN])
{
	for (size_t i = 0; i < TRACE_OPEN_MAX; i++) {
		const size_t at = (sessions->latest + i) % TRACE_OPEN_MAX;
		struct open_session *open = &sessions->open[at];
		if (!open->used || !mac_equal(open->session.ev_mac, ev_mac))
			continue;
		sessions->latest = at;
		return open;
	}
	return NULL;
}

/* The car's session, also of a car whose own frames are not in the file. */
static struct trace_session *session_of(struct trace_sessions *sessions, const uint8_t ev_mac[MAC_LEN],
					const uint8_t run_id[RUN_ID_LEN], uint64_t now_us)
{
	struct open_session *open = find_car(sessions, ev_mac);

	return open != NULL ? &open->session : begin(sessions, ev_mac, run_id, now_us, false);
}

/* --- what is kept of a frame --- */

static struct trace_event *note(struct trace_session *session, enum trace_kind kind, const struct trace_frame *frame,
				const uint8_t from[MAC_LEN], enum mme_error error)
{
	static struct trace_event spare;
	const bool is_room = session->event_count < TRACE_EVENTS_MAX;
	struct trace_event *event = is_room ? &session->events[session->event_count] : &spare;

	if (session->count[kind]++ == 0) {
		session->first_at_us[kind] = frame->time_us;
		session->first_number[kind] = frame->number;
	}
	session->last_at_us[kind] = session->last_us = frame->time_us;
	session->tagged += frame->is_tagged;
	session->cut += frame->missing > 0;
	if (error != MME_OK) {
		session->error[kind] = error;
		session->error_number[kind] = frame->number;
		session->wrong[kind]++;
	}
	session->event_count += is_room;
	session->events_left_out += !is_room;
	*event = (struct trace_event){.kind = kind, .number = frame->number, .time_us = frame->time_us, .error = error};
	memcpy(event->from, from, MAC_LEN);
	return event;
}

static uint16_t mean_ddb(const uint8_t *db, size_t groups)
{
	unsigned sum = 0;

	for (size_t i = 0; i < groups; i++)
		sum += db[i];
	if (groups == 0)
		return 0;
	return (uint16_t)((sum * 10 + groups / 2) / groups);
}

static struct trace_evse *evse_of(struct trace_session *session, const uint8_t mac[MAC_LEN])
{
	session->evse_seen = true;
	for (size_t i = 0; i < session->evse_count; i++)
		if (mac_equal(session->evses[i].mac, mac))
			return &session->evses[i];
	if (session->evse_count == TRACE_EVSES_MAX)
		return &session->evses[TRACE_EVSES_MAX - 1];
	memcpy(session->evses[session->evse_count].mac, mac, MAC_LEN);
	return &session->evses[session->evse_count++];
}

/* --- messages of the car --- */

/* Two attempts of one car are seldom so near to each other. */
#define MIXED_US UINT64_C(3000000)

/* What is kept of the attempt before. */
struct before {
	uint8_t run_id[RUN_ID_LEN];
	uint8_t before_run_id[RUN_ID_LEN];
	uint32_t mixed;
	bool is_recent;
};

static struct before before_of(const struct trace_session *session, uint64_t now_us)
{
	struct before before = {.mixed = session->mixed, .is_recent = now_us - session->last_us < MIXED_US};

	memcpy(before.run_id, session->run_id, RUN_ID_LEN);
	memcpy(before.before_run_id, session->before_run_id, RUN_ID_LEN);
	return before;
}

/* Another CM_SLAC_PARM.REQ is a repeat as long as the car has not gone on; with another run_id it never is. */
static bool begins_anew(const struct trace_session *session, const uint8_t run_id[RUN_ID_LEN], uint64_t now_us)
{
	if (memcmp(session->run_id, run_id, RUN_ID_LEN) != 0)
		return true;
	if (session->count[TRACE_START] + session->count[TRACE_SOUND] + session->count[TRACE_IND] +
		    session->count[TRACE_MATCH_CNF] >
	    0)
		return true;
	/* Unanswered repeats of one attempt are 200 ms apart; attempts with the same run_id are one long try. */
	return session->count[TRACE_PARM_CNF] > 0 && now_us - session->last_at_us[TRACE_PARM_CNF] > UINT64_C(2000000);
}

/* An attempt that a car goes back to at once, with another one between, is that of a second car with the same MAC. */
static void follow(struct trace_session *session, const struct before *before, const struct trace_frame *frame)
{
	const bool goes_back = memcmp(session->run_id, before->before_run_id, RUN_ID_LEN) == 0 &&
			       memcmp(session->run_id, before->run_id, RUN_ID_LEN) != 0;

	memcpy(session->before_run_id, before->run_id, RUN_ID_LEN);
	session->mixed = before->is_recent ? before->mixed + goes_back : 0;
	if (goes_back)
		session->mixed_number = frame->number;
}

/* A message of the attempt that this one has put an end to. */
static void note_mixed(struct trace_session *session, const uint8_t run_id[RUN_ID_LEN], const struct trace_frame *frame)
{
	if (octets_are_zero(session->before_run_id, RUN_ID_LEN) || memcmp(session->run_id, run_id, RUN_ID_LEN) == 0 ||
	    memcmp(session->before_run_id, run_id, RUN_ID_LEN) != 0)
		return;
	session->mixed++;
	session->mixed_number = frame->number;
}

static void take_parm_req(struct trace_sessions *sessions, const struct trace_frame *frame)
{
	const struct mme *mme = &sessions->mme;
	const struct slac_parm_req req = mme->slac_parm_req;
	struct open_session *open = find_car(sessions, mme->src);

	struct trace_session *session;

	if (open != NULL && begins_anew(&open->session, req.run_id, frame->time_us)) {
		const struct before before = before_of(&open->session, frame->time_us);
		open->session.next_begin_us = frame->time_us;
		finish(sessions, open);
		session = begin(sessions, mme->src, req.run_id, frame->time_us, true);
		follow(session, &before, frame);
	} else if (open != NULL) {
		session = &open->session;
	} else {
		session = begin(sessions, mme->src, req.run_id, frame->time_us, true);
	}
	session->car_seen = true;
	note(session, TRACE_PARM_REQ, frame, mme->src, slac_parm_req_check(&req));
}

static void take_start(struct trace_sessions *sessions, const struct trace_frame *frame)
{
	const struct mme *mme = &sessions->mme;
	const struct start_atten_char_ind *ind = &mme->start_atten_char_ind;
	struct trace_session *session = session_of(sessions, mme->src, ind->run_id, frame->time_us);

	session->car_seen = true;
	note_mixed(session, ind->run_id, frame);
	session->num_sounds = ind->num_sounds;
	note(session, TRACE_START, frame, mme->src, start_atten_char_ind_check(ind, session->run_id, false));
}

static void take_sound(struct trace_sessions *sessions, const struct trace_frame *frame)
{
	const struct mme *mme = &sessions->mme;
	const struct mnbc_sound_ind *ind = &mme->mnbc_sound_ind;
	struct trace_session *session = session_of(sessions, mme->src, ind->run_id, frame->time_us);

	session->car_seen = true;
	note_mixed(session, ind->run_id, frame);
	note(session, TRACE_SOUND, frame, mme->src, mnbc_sound_ind_check(ind, session->run_id))->detail = ind->cnt;
}

static void take_rsp(struct trace_sessions *sessions, const struct trace_frame *frame)
{
	const struct mme *mme = &sessions->mme;
	struct trace_session *session = session_of(sessions, mme->src, mme->atten_char_rsp.run_id, frame->time_us);

	session->car_seen = true;
	note_mixed(session, mme->atten_char_rsp.run_id, frame);
	session->rsp_result = mme->atten_char_rsp.result;
	note(session, TRACE_RSP, frame, mme->src,
	     atten_char_rsp_check(&mme->atten_char_rsp, session->ev_mac, session->run_id))
		->detail = mme->atten_char_rsp.result;
}

static void take_match_req(struct trace_sessions *sessions, const struct trace_frame *frame)
{
	const struct mme *mme = &sessions->mme;
	const struct slac_match_req *req = &mme->slac_match_req;
	struct trace_session *session = session_of(sessions, mme->src, req->run_id, frame->time_us);

	session->car_seen = true;
	if (!session->has_chosen)
		memcpy(session->first_chosen_mac, req->evse_mac, MAC_LEN);
	if (!mac_equal(session->first_chosen_mac, req->evse_mac)) {
		session->has_chosen_two = true;
		session->mixed_number = frame->number;
	}
	session->has_chosen = true;
	memcpy(session->chosen_mac, req->evse_mac, MAC_LEN);
	/* Whether it was meant for this station is another question than whether it is well made. */
	note(session, TRACE_MATCH_REQ, frame, mme->src,
	     slac_match_req_check(req, session->ev_mac, req->evse_mac, session->run_id, true));
}

static void take_validate_req(struct trace_sessions *sessions, const struct trace_frame *frame)
{
	const struct mme *mme = &sessions->mme;
	struct open_session *open = find_car(sessions, mme->src);

	if (open == NULL)
		return;
	open->session.car_seen = true;
	open->session.asked_result = mme->validate_req.result;
	note(&open->session, TRACE_VALIDATE_REQ, frame, mme->src, validate_req_check(&mme->validate_req))->detail =
		mme->validate_req.result;
}

/* --- messages of a station --- */

static void take_parm_cnf(struct trace_sessions *sessions, const struct trace_frame *frame)
{
	const struct mme *mme = &sessions->mme;
	const uint8_t *ev_mac = frame->has_no_address ? mme->slac_parm_cnf.forwarding_sta : mme->dst;
	struct trace_session *session = session_of(sessions, ev_mac, mme->slac_parm_cnf.run_id, frame->time_us);

	evse_of(session, mme->src)->answers++;
	if (memcmp(session->run_id, mme->slac_parm_cnf.run_id, RUN_ID_LEN) != 0)
		memcpy(session->cnf_run_id, mme->slac_parm_cnf.run_id, RUN_ID_LEN);
	note(session, TRACE_PARM_CNF, frame, mme->src, slac_parm_cnf_check(&mme->slac_parm_cnf, session->run_id));
}

/* pyPLC broadcasts other data in this message: it is for no car. */
static void take_ind(struct trace_sessions *sessions, const struct trace_frame *frame)
{
	const struct mme *mme = &sessions->mme;
	const struct atten_char_ind *ind = &mme->atten_char_ind;

	if (mac_equal(ind->source_address, mac_broadcast))
		return;
	const uint8_t *ev_mac =
		frame->has_no_address || mac_equal(mme->dst, mac_broadcast) ? ind->source_address : mme->dst;
	struct trace_session *session = session_of(sessions, ev_mac, ind->run_id, frame->time_us);
	struct trace_evse *evse = evse_of(session, mme->src);
	evse->inds++;
	evse->num_sounds = ind->num_sounds;
	evse->num_groups = ind->num_groups;
	evse->mean_ddb = mean_ddb(ind->aag_db, ind->num_groups);
	memcpy(evse->groups_db, ind->aag_db, sizeof(evse->groups_db));
	struct trace_event *event =
		note(session, TRACE_IND, frame, mme->src, atten_char_ind_check(ind, session->ev_mac, session->run_id));
	event->detail = ind->num_sounds;
	event->mean_ddb = evse->mean_ddb;
}

/* The car that has asked last. */
static struct open_session *find_validating(struct trace_sessions *sessions)
{
	struct open_session *latest = NULL;

	for (size_t i = 0; i < TRACE_OPEN_MAX; i++) {
		struct open_session *open = &sessions->open[i];
		if (open->used && open->session.count[TRACE_VALIDATE_REQ] > 0 &&
		    (latest == NULL ||
		     open->session.last_at_us[TRACE_VALIDATE_REQ] > latest->session.last_at_us[TRACE_VALIDATE_REQ]))
			latest = open;
	}
	return latest;
}

/* Nothing in the message itself names the car. */
static void take_validate_cnf(struct trace_sessions *sessions, const struct trace_frame *frame)
{
	const struct mme *mme = &sessions->mme;
	struct open_session *open = frame->has_no_address ? find_validating(sessions) : find_car(sessions, mme->dst);

	if (open == NULL)
		return;
	evse_of(&open->session, mme->src);
	open->session.validate_result = mme->validate_cnf.result;
	note(&open->session, TRACE_VALIDATE_CNF, frame, mme->src, MME_OK)->detail = mme->validate_cnf.result;
}

/* A key is known by the NID that belongs to it: not every station sends that one. */
static bool key_is_known(struct trace_sessions *sessions, const uint8_t nid[NID_LEN])
{
	const size_t kept = sessions->nid_count < NIDS_KEPT ? sessions->nid_count : NIDS_KEPT;

	for (size_t i = 0; i < kept; i++)
		if (memcmp(sessions->nids[i], nid, NID_LEN) == 0)
			return true;
	memcpy(sessions->nids[sessions->nid_count++ % NIDS_KEPT], nid, NID_LEN);
	return false;
}

static void take_match_cnf(struct trace_sessions *sessions, const struct trace_frame *frame)
{
	const struct mme *mme = &sessions->mme;
	const struct slac_match_cnf *cnf = &mme->slac_match_cnf;
	const uint8_t *ev_mac = frame->has_no_address ? cnf->pev_mac : mme->dst;
	struct trace_session *session = session_of(sessions, ev_mac, cnf->run_id, frame->time_us);
	uint8_t nid[NID_LEN];

	evse_of(session, mme->src);
	if (session->has_chosen && !mac_equal(mme->src, session->chosen_mac)) {
		session->foreign_match_cnfs++;
		memcpy(session->match_cnf_mac, mme->src, MAC_LEN);
	}
	if (session->count[TRACE_MATCH_CNF] == 0 && session->count[TRACE_MATCH_REQ] > 0)
		session->match_answer_us = frame->time_us - session->last_at_us[TRACE_MATCH_REQ];
	if (nid_from_nmk(cnf->nmk, nid)) {
		session->nid_is_of_key = memcmp(nid, cnf->nid, NID_LEN) == 0;
		if (session->count[TRACE_MATCH_CNF] == 0)
			session->key_is_reused = key_is_known(sessions, nid);
	}
	note(session, TRACE_MATCH_CNF, frame, mme->src,
	     slac_match_cnf_check(cnf, session->ev_mac, cnf->evse_mac, session->run_id));
}

/* --- messages of modems --- */

static void take_profile(struct trace_sessions *sessions, const struct trace_frame *frame, const uint8_t from[MAC_LEN],
			 const uint8_t ev_mac[MAC_LEN], const uint8_t *db, size_t groups)
{
	struct open_session *open = find_car(sessions, ev_mac);

	sessions->has_profiles = true;
	if (open == NULL) {
		sessions->modem_frames++;
		return;
	}
	struct trace_session *session = &open->session;
	struct trace_event *event = note(session, TRACE_PROFILE, frame, from, MME_OK);
	event->mean_ddb = mean_ddb(db, groups);
	session->profiles_without_groups += groups == 0;
	if (octets_are_zero(session->profile_modem, MAC_LEN))
		memcpy(session->profile_modem, from, MAC_LEN);
	if (!mac_equal(session->profile_modem, from)) {
		session->foreign_profiles++;
	} else if (groups > 0 && session->sound_count < TRACE_SOUNDS_MAX) {
		session->sound_mean_ddb[session->sound_count++] = event->mean_ddb;
	}
}

/* What modem and host say to each other belongs to every session that is open: nothing in it names a car. */
static void note_for_all(struct trace_sessions *sessions, enum trace_kind kind, const struct trace_frame *frame,
			 const uint8_t from[MAC_LEN], uint8_t detail)
{
	sessions->modem_frames++;
	for (size_t i = 0; i < TRACE_OPEN_MAX; i++) {
		struct open_session *open = &sessions->open[i];
		uint64_t last_us = open->session.last_us;
		if (!open->used || frame->time_us - last_us > TRACE_QUIET_US)
			continue;
		note(&open->session, kind, frame, from, MME_OK)->detail = detail;
		if (kind == TRACE_SET_KEY_CNF)
			open->session.key_result = detail;
		open->session.last_us = last_us; /* a modem's frames do not keep a session open */
	}
}

static void take_modem(struct trace_sessions *sessions, const struct trace_frame *frame)
{
	struct modem_mme message;

	if (modem_mme_decode(frame->octets, frame->len, &message) != MME_OK)
		return;
	switch (message.message) {
	case MODEM_VS_ATTEN_CHAR_IND:
		take_profile(sessions, frame, message.src, message.vs_atten_char_ind.pev_mac,
			     message.vs_atten_char_ind.aag_db, message.vs_atten_char_ind.num_groups);
		break;
	case MODEM_VS_PL_LNK_STATUS_CNF:
		note_for_all(sessions, message.vs_pl_lnk_status_cnf.link_status == 1 ? TRACE_LINK_UP : TRACE_LINK_DOWN,
			     frame, message.src, 0);
		break;
	case MODEM_NW_STATS_CNF:
		note_for_all(sessions, message.nw_stats_cnf.num_stas > 0 ? TRACE_LINK_UP : TRACE_LINK_DOWN, frame,
			     message.src, message.nw_stats_cnf.num_stas);
		break;
	case MODEM_NSCM_GET_D_LINK_STATUS_CNF:
	case MODEM_NSCM_D_LINK_READY_IND:
		note_for_all(sessions, message.nscm_link_status.link == 1 ? TRACE_LINK_UP : TRACE_LINK_DOWN, frame,
			     message.src, 0);
		break;
	case MODEM_VS_HST_ACTION_IND:
		note_for_all(sessions, TRACE_RESTART, frame, message.src, 0);
		break;
	default:
		sessions->modem_frames++;
		break;
	}
}

/* --- frames --- */

static void take_decoded(struct trace_sessions *sessions, const struct trace_frame *frame)
{
	const struct mme *mme = &sessions->mme;

	switch ((enum mmtype)mme->mmtype) {
	case CM_SLAC_PARM_REQ:
		take_parm_req(sessions, frame);
		break;
	case CM_SLAC_PARM_CNF:
		take_parm_cnf(sessions, frame);
		break;
	case CM_START_ATTEN_CHAR_IND:
		take_start(sessions, frame);
		break;
	case CM_MNBC_SOUND_IND:
		take_sound(sessions, frame);
		break;
	case CM_ATTEN_PROFILE_IND:
		take_profile(sessions, frame, mme->src, mme->atten_profile_ind.pev_mac, mme->atten_profile_ind.aag_db,
			     mme->atten_profile_ind.num_groups);
		break;
	case CM_ATTEN_CHAR_IND:
		take_ind(sessions, frame);
		break;
	case CM_ATTEN_CHAR_RSP:
		take_rsp(sessions, frame);
		break;
	case CM_VALIDATE_REQ:
		take_validate_req(sessions, frame);
		break;
	case CM_VALIDATE_CNF:
		take_validate_cnf(sessions, frame);
		break;
	case CM_SLAC_MATCH_REQ:
		take_match_req(sessions, frame);
		break;
	case CM_SLAC_MATCH_CNF:
		take_match_cnf(sessions, frame);
		break;
	case CM_SET_KEY_REQ:
		note_for_all(sessions, TRACE_SET_KEY, frame, mme->src, 0);
		break;
	case CM_SET_KEY_CNF:
		note_for_all(sessions, TRACE_SET_KEY_CNF, frame, mme->src, mme->set_key_cnf.result);
		break;
	case CM_GET_KEY_REQ:
	case CM_GET_KEY_CNF:
		sessions->modem_frames++;
		break;
	}
}

/* False: it is none of a car and a station. */
static bool kind_of(uint16_t mmtype, enum trace_kind *kind)
{
	static const struct {
		enum mmtype mmtype;
		enum trace_kind kind;
	} kinds[] = {
		{CM_SLAC_PARM_REQ, TRACE_PARM_REQ},     {CM_SLAC_PARM_CNF, TRACE_PARM_CNF},
		{CM_START_ATTEN_CHAR_IND, TRACE_START}, {CM_MNBC_SOUND_IND, TRACE_SOUND},
		{CM_ATTEN_CHAR_IND, TRACE_IND},         {CM_ATTEN_CHAR_RSP, TRACE_RSP},
		{CM_VALIDATE_REQ, TRACE_VALIDATE_REQ},  {CM_VALIDATE_CNF, TRACE_VALIDATE_CNF},
		{CM_SLAC_MATCH_REQ, TRACE_MATCH_REQ},   {CM_SLAC_MATCH_CNF, TRACE_MATCH_CNF},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		*kind = kinds[i].kind;
		if ((uint16_t)kinds[i].mmtype == mmtype)
			return true;
	}
	return false;
}

/* A message of SLAC that cannot be read belongs to the car's session where there is one. */
static void take_malformed(struct trace_sessions *sessions, const struct trace_frame *frame, enum mme_error error)
{
	struct open_session *open = find_car(sessions, sessions->mme.src);
	enum trace_kind kind;

	if (open == NULL)
		open = find_car(sessions, sessions->mme.dst);
	if (open == NULL)
		return;
	open->session.bad_mmv += error == MME_ERR_MMV || error == MME_ERR_FRAGMENT;
	open->session.cut += frame->missing > 0;
	if (kind_of(sessions->mme.mmtype, &kind) &&
	    (frame->missing > 0 || error == MME_ERR_MMV || error == MME_ERR_FRAGMENT))
		open->session.unread_number[kind] = frame->number;
}

void trace_sessions_take(struct trace_sessions *sessions, const struct trace_frame *frame)
{
	finish_quiet(sessions, frame->time_us);
	enum mme_error error = mme_decode(frame->octets, frame->len, &sessions->mme);
	if (error == MME_OK)
		take_decoded(sessions, frame);
	else if (error == MME_ERR_MMTYPE)
		take_modem(sessions, frame);
	else
		take_malformed(sessions, frame, error);
	explicit_bzero(&sessions->mme, sizeof(sessions->mme)); /* it may hold the key */
}

const char *trace_kind_text(enum trace_kind kind)
{
	static const char *const texts[TRACE_KINDS] = {
		"CM_SLAC_PARM.REQ",     "CM_SLAC_PARM.CNF",   "CM_START_ATTEN_CHAR.IND", "CM_MNBC_SOUND.IND",
		"CM_ATTEN_PROFILE.IND", "CM_ATTEN_CHAR.IND",  "CM_ATTEN_CHAR.RSP",       "CM_VALIDATE.REQ",
		"CM_VALIDATE.CNF",      "CM_SLAC_MATCH.REQ",  "CM_SLAC_MATCH.CNF",       "CM_SET_KEY.REQ",
		"CM_SET_KEY.CNF",       "power-line link up", "power-line link down",    "modem restarted"};

	return (size_t)kind < TRACE_KINDS ? texts[kind] : "?";
}
