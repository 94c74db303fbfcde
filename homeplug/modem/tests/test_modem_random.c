/* SPDX-License-Identifier: Apache-2.0 */
/* What must be true of a local modem whatever is said to it, and when. The sequences are the same in every
 * run. */
#include "homeplug/modem/modem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SEQUENCES 600
#define STEPS     600

static const uint8_t host_mac[MAC_LEN] = {0x02, 0, 0, 0, 0, 0xaa};
static const uint8_t macs[3][MAC_LEN] = {{0x02, 0, 0, 0, 0, 0xb1}, {0x02, 0, 0, 0, 0, 0xb2}, {0x02, 0, 0, 0, 0, 0xb3}};

struct watch {
	uint64_t random;
	struct modem modem;
	struct modem before; /* at the last input */
	struct modem_outputs out;
	uint64_t now_us;
	bool boots;                 /* the modem restarts again and again */
	bool echoes;                /* it echoes nonces */
	uint8_t keys;               /* given so far; the number of the present one, 0: none */
	bool confirmed;             /* the present key, since it was given or lost */
	enum modem_trouble trouble; /* said last since the key was given or set */
	uint64_t change_us;         /* the last change of the trouble, 0: none */
	bool reset_said;            /* done or not, since the key was given */
	bool identity_said;
	struct modem_description said;
	uint8_t sent; /* the number of the key in the last CM_SET_KEY.REQ */
	bool unconfirmed;
	uint32_t unconfirmed_count; /* CM_SET_KEY.REQ since the key was given, or one was confirmed */
	bool unechoed;              /* since the key was given or set, a confirmation without its nonce counted */
	bool slow_said;             /* of the present key, since it was given or confirmed */
	uint64_t sent_us[2];        /* the last but one, and the last */
	size_t sent_count;
	bool has_restarted;
	uint64_t restarted_us;
	bool check_asked;
	bool watched;
	bool up;
	bool asked[MODEM_MESSAGE_COUNT]; /* since the link is watched */
	uint64_t asked_us[MODEM_MESSAGE_COUNT];
	unsigned long count[MODEM_IGNORED + 1];                /* outputs of each kind */
	unsigned long troubles[MODEM_TROUBLE_BOOT_LOADER + 1]; /* likewise */
	size_t outputs_max;
};

/* xorshift64: the same numbers on every machine. */
static uint64_t draw(struct watch *watch, uint64_t limit)
{
	watch->random ^= watch->random << 13;
	watch->random ^= watch->random >> 7;
	watch->random ^= watch->random << 17;
	return (watch->random >> 20) % limit;
}

static bool one_in(struct watch *watch, uint64_t n)
{
	return draw(watch, n) == 0;
}

/* --- what is fed --- */

static struct network_key key_number(uint8_t n)
{
	struct network_key key;

	memset(key.nmk, n, NMK_LEN);
	memset(key.nid, n, NID_LEN);
	return key;
}

/* Mostly the first modem, to the host. */
static void draw_addresses(struct watch *watch, const uint8_t **src, const uint8_t **dst)
{
	*src = macs[one_in(watch, 8) ? draw(watch, 3) : 0];
	*dst = one_in(watch, 20) ? macs[1] : host_mac;
}

static bool is_taken(const struct watch *watch, const uint8_t *src, const uint8_t *dst)
{
	const struct modem *modem = &watch->modem;

	return mac_equal(dst, host_mac) && (!modem->identity.has_mac || mac_equal(src, modem->identity.mac));
}

static uint8_t draw_number(struct watch *watch)
{
	return one_in(watch, 8) ? (uint8_t)draw(watch, 256) : watch->keys;
}

static void feed_set_key_cnf(struct watch *watch)
{
	static const uint8_t results[] = {1, 1, 1, 0, 0, 2, 0xff};
	const uint8_t *src, *dst, echoed = one_in(watch, 3) ? watch->sent : draw_number(watch);
	const uint8_t number = watch->echoes ? echoed : 0xff;
	struct mme frame;

	draw_addresses(watch, &src, &dst);
	mme_init(&frame, CM_SET_KEY_CNF, src, dst);
	frame.set_key_cnf.result = results[draw(watch, sizeof(results))];
	memset(frame.set_key_cnf.your_nonce, number, NONCE_LEN);
	const bool success = frame.set_key_cnf.result == 1 ||
			     (frame.set_key_cnf.result == 0 && watch->modem.config.unclear_key_is_taken);
	if (is_taken(watch, src, dst) && number == watch->sent && watch->keys != 0) {
		watch->unconfirmed = false;
		watch->unconfirmed_count = 0;
		watch->slow_said = false;
		if (number == watch->keys && success)
			watch->confirmed = true;
	}
	modem_frame(&watch->modem, &frame, watch->now_us, &watch->out);
}

static void feed_get_key_cnf(struct watch *watch)
{
	const uint8_t *src, *dst, number = draw_number(watch), nmk = draw_number(watch);
	const uint8_t nid = one_in(watch, 3) ? 0 : draw_number(watch);
	struct mme frame;

	draw_addresses(watch, &src, &dst);
	mme_init(&frame, CM_GET_KEY_CNF, src, dst);
	frame.get_key_cnf.result = (uint8_t)draw(watch, 3);
	frame.get_key_cnf.key_type = one_in(watch, 20) ? 2 : KEY_TYPE_NMK;
	memset(frame.get_key_cnf.your_nonce, number, NONCE_LEN);
	memset(frame.get_key_cnf.nid, nid, NID_LEN);
	memset(frame.get_key_cnf.key, nmk, NMK_LEN);
	if (is_taken(watch, src, dst) && frame.get_key_cnf.key_type == KEY_TYPE_NMK &&
	    (number == watch->keys || watch->unechoed) && nid == watch->keys &&
	    (nmk == watch->keys || frame.get_key_cnf.result != GET_KEY_GRANTED))
		watch->confirmed = true;
	modem_frame(&watch->modem, &frame, watch->now_us, &watch->out);
}

static void feed_network(struct watch *watch)
{
	struct nw_info info = {.in_network = !one_in(watch, 4)};
	const uint8_t *src, *dst, nid = draw_number(watch);

	draw_addresses(watch, &src, &dst);
	memcpy(info.modem_mac, src, MAC_LEN);
	memset(info.nid, nid, NID_LEN);
	if (info.in_network && nid == watch->keys && is_taken(watch, src, host_mac))
		watch->confirmed = true;
	modem_network(&watch->modem, &info, watch->now_us, &watch->out);
}

static void feed_message(struct watch *watch)
{
	static const enum modem_message likely[] = {
		MODEM_VS_SW_VER_CNF,
		MODEM_NSCM_GET_VERSION_CNF,
		MODEM_VS_RS_DEV_CNF,
		MODEM_VS_HST_ACTION_IND,
		MODEM_NW_STATS_CNF,
		MODEM_VS_PL_LNK_STATUS_CNF,
		MODEM_NSCM_GET_D_LINK_STATUS_CNF,
		MODEM_NSCM_D_LINK_READY_IND,
	};
	enum modem_message kind = likely[draw(watch, sizeof(likely) / sizeof(*likely))];
	const uint8_t *src, *dst;
	struct modem_mme message;

	if (watch->boots && one_in(watch, 4))
		kind = MODEM_VS_HST_ACTION_IND;
	else if (kind == MODEM_VS_HST_ACTION_IND && !one_in(watch, 4))
		kind = MODEM_VS_SW_VER_CNF;
	if (one_in(watch, 20))
		kind = (enum modem_message)draw(watch, MODEM_MESSAGE_COUNT);
	draw_addresses(watch, &src, &dst);
	modem_mme_init(&message, kind, src, dst);
	const uint8_t value = one_in(watch, 6) ? (uint8_t)draw(watch, 256) : (uint8_t)draw(watch, 2);
	if (kind == MODEM_NW_STATS_CNF) {
		message.nw_stats_cnf.num_stas = value;
	} else if (kind == MODEM_VS_PL_LNK_STATUS_CNF) {
		message.vs_pl_lnk_status_cnf.mstatus = one_in(watch, 8);
		message.vs_pl_lnk_status_cnf.link_status = value;
	} else if (kind == MODEM_NSCM_GET_D_LINK_STATUS_CNF || kind == MODEM_NSCM_D_LINK_READY_IND) {
		message.nscm_link_status.link = value;
	} else if (kind == MODEM_VS_RS_DEV_CNF) {
		message.vs_rs_dev_cnf.mstatus = one_in(watch, 4);
	} else if (kind == MODEM_VS_SW_VER_CNF) {
		memset(message.vs_sw_ver_cnf.version, 'x', sizeof(message.vs_sw_ver_cnf.version));
		if (one_in(watch, 6))
			strcpy(message.vs_sw_ver_cnf.version + draw(watch, 20), "BootLoader");
	} else if (kind == MODEM_VS_HST_ACTION_IND) {
		message.vs_hst_action.action = (uint8_t)draw(watch, 7);
	}
	modem_message(&watch->modem, &message, watch->now_us, &watch->out);
}

static void forget_link(struct watch *watch)
{
	watch->watched = false;
	watch->up = false;
	memset(watch->asked, 0, sizeof(watch->asked));
}

static void give_key(struct watch *watch)
{
	uint8_t nonce[NONCE_LEN];

	watch->keys = (uint8_t)(watch->keys % 250 + 1);
	const struct network_key key = key_number(watch->keys);
	memset(nonce, watch->keys, NONCE_LEN);
	watch->confirmed = false;
	watch->trouble = MODEM_TROUBLE_NONE;
	watch->change_us = 0;
	watch->reset_said = false;
	watch->check_asked = false;
	watch->unconfirmed_count = 0;
	watch->slow_said = false;
	watch->unechoed = false;
	forget_link(watch);
	modem_set_key(&watch->modem, &key, nonce, one_in(watch, 2), watch->now_us, &watch->out);
}

static void tick(struct watch *watch)
{
	const uint64_t deadline_us = modem_deadline(&watch->modem);

	if (deadline_us == MODEM_NEVER)
		watch->now_us += draw(watch, 3000000);
	else if (one_in(watch, 8))
		watch->now_us = deadline_us + draw(watch, 3000000); /* late */
	else if (one_in(watch, 8) && deadline_us > watch->now_us)
		watch->now_us = deadline_us - 1; /* early */
	else if (deadline_us > watch->now_us)
		watch->now_us = deadline_us;
	modem_tick(&watch->modem, watch->now_us, &watch->out);
}

static void call(struct watch *watch)
{
	switch (draw(watch, 40)) {
	case 0:
		modem_forget(&watch->modem);
		watch->keys = 0;
		watch->confirmed = false;
		watch->check_asked = false;
		watch->unconfirmed = false;
		watch->sent_count = 0;
		watch->has_restarted = false;
		watch->identity_said = false;
		forget_link(watch);
		break;
	case 1:
	case 2:
	case 3:
		give_key(watch);
		break;
	case 4:
	case 5:
		modem_unwatch_link(&watch->modem);
		forget_link(watch);
		break;
	case 6:
	case 7:
	case 8:
	case 9:
	case 10:
		modem_check_key(&watch->modem, watch->now_us, &watch->out);
		break;
	default:
		modem_watch_link(&watch->modem, watch->now_us, &watch->out);
		watch->watched = watch->modem.link.state != MODEM_LINK_UNWATCHED;
		break;
	}
}

static void feed(struct watch *watch)
{
	watch->before = watch->modem;
	watch->out.count = 0;
	watch->now_us += draw(watch, 2) * draw(watch, 50000);
	switch (draw(watch, 10)) {
	case 0:
	case 1:
		feed_set_key_cnf(watch);
		break;
	case 2:
		if (one_in(watch, 3))
			feed_network(watch);
		else
			feed_get_key_cnf(watch);
		break;
	case 3:
	case 4:
	case 5:
		feed_message(watch);
		break;
	case 6:
		call(watch);
		break;
	default:
		tick(watch);
		break;
	}
}

/* --- what must be true --- */

static const char *check_set_key(struct watch *watch, const struct set_key_req *req)
{
	const uint64_t repeat_us = watch->modem.config.key_repeat_ms * UINT64_C(1000);

	if (memcmp(req->new_key, key_number(watch->keys).nmk, NMK_LEN) != 0)
		return "an older key is sent";
	if (watch->unconfirmed && watch->sent_count > 0 && watch->now_us - watch->sent_us[1] < repeat_us)
		return "a second CM_SET_KEY.REQ before the first is confirmed or its wait is over";
	if (watch->sent_count > 1 && watch->now_us - watch->sent_us[0] < repeat_us)
		return "a third CM_SET_KEY.REQ in its time";
	watch->sent = watch->keys;
	watch->unconfirmed = true;
	watch->unconfirmed_count++;
	watch->sent_us[0] = watch->sent_us[1];
	watch->sent_us[1] = watch->now_us;
	watch->sent_count++;
	return NULL;
}

static const char *check_frame(struct watch *watch, const struct mme *frame)
{
	uint8_t octets[256];
	size_t len;

	if (watch->keys == 0)
		return "a frame without a key";
	if (!mac_equal(frame->src, host_mac) || !mac_equal(frame->dst, mac_local_modem))
		return "a frame from or to a wrong address";
	if (mme_encode(frame, octets, sizeof(octets), &len) != MME_OK)
		return "a frame that cannot be encoded";
	if (frame->mmtype == CM_SET_KEY_REQ)
		return check_set_key(watch, &frame->set_key_req);
	watch->check_asked = modem_state(&watch->modem) == MODEM_READY;
	return NULL;
}

static bool is_link_question(enum modem_message message)
{
	return message == MODEM_NW_STATS_REQ || message == MODEM_VS_PL_LNK_STATUS_REQ ||
	       message == MODEM_NSCM_GET_D_LINK_STATUS_REQ;
}

static const char *check_message(struct watch *watch, const struct modem_mme *message)
{
	const bool response = message->message == MODEM_VS_HST_ACTION_RSP;
	uint8_t octets[1100];
	size_t len;

	if (watch->keys == 0 && !response)
		return "a question without a key";
	if (!mac_equal(message->src, host_mac) || (!response && !mac_equal(message->dst, mac_local_modem)))
		return "a message from or to a wrong address";
	if (modem_mme_encode(message, octets, sizeof(octets), &len) != MME_OK)
		return "a message that cannot be encoded";
	if (!watch->watched || !is_link_question(message->message))
		return NULL;
	if (watch->asked[message->message] &&
	    watch->now_us - watch->asked_us[message->message] < watch->modem.config.join_poll_ms * UINT64_C(1000))
		return "a link question before its time";
	watch->asked[message->message] = true;
	watch->asked_us[message->message] = watch->now_us;
	return NULL;
}

static const char *check_key_set(struct watch *watch)
{
	if (!watch->confirmed)
		return "KEY_SET without a confirmation of this key";
	if (modem_state(&watch->modem) != MODEM_READY)
		return "KEY_SET but not ready";
	watch->trouble = MODEM_TROUBLE_NONE;
	watch->change_us = 0;
	watch->check_asked = false;
	watch->unechoed = false;
	return NULL;
}

static const char *check_identity(struct watch *watch)
{
	const struct modem *modem = &watch->modem;
	struct modem_description now = {.family = modem->identity.family};

	if (!modem->identity.identified || !modem->identity.has_mac || modem->identity.family == MODEM_AUTO)
		return "identified as nothing";
	memcpy(now.version, modem->identity.version, sizeof(now.version));
	memcpy(now.mac, modem->identity.mac, MAC_LEN);
	if (watch->identity_said && now.family == watch->said.family && mac_equal(now.mac, watch->said.mac) &&
	    strcmp(now.version, watch->said.version) == 0)
		return "the same identity is said again";
	watch->identity_said = true;
	watch->said = now;
	return NULL;
}

static const char *check_unidentified(struct watch *watch)
{
	watch->identity_said = false;
	return watch->modem.identity.has_mac && !watch->modem.identity.identified &&
			       watch->modem.identity.family != MODEM_AUTO
		       ? NULL
		       : "unidentified, but known";
}

static const char *check_restart(struct watch *watch)
{
	const uint64_t response_us = watch->modem.config.response_ms * UINT64_C(1000);
	const bool soon = watch->has_restarted && watch->now_us - watch->restarted_us < response_us;

	watch->confirmed = false;
	watch->has_restarted = true;
	watch->restarted_us = watch->now_us;
	return soon ? "two restarts in a second" : NULL;
}

static const char *said_twice(bool *said, const char *broken)
{
	if (*said)
		return broken;
	*said = true;
	return NULL;
}

static const char *check_not_echoed(struct watch *watch)
{
	if (!watch->unconfirmed || watch->sent != watch->keys)
		return "a confirmation that nobody waits for counts without the nonce";
	watch->unconfirmed = false;
	watch->unconfirmed_count = 0;
	watch->slow_said = false;
	watch->unechoed = true;
	return NULL;
}

static const char *check_key_slow(struct watch *watch)
{
	if (!watch->unconfirmed || watch->sent != watch->keys)
		return "a key that is confirmed or not sent is slow";
	return said_twice(&watch->slow_said, "the same key is slow again");
}

static const char *check_trouble(struct watch *watch, enum modem_trouble trouble)
{
	const uint64_t response_us = watch->modem.config.response_ms * UINT64_C(1000);

	if (trouble == MODEM_TROUBLE_NONE)
		return "a trouble that is none";
	watch->troubles[trouble]++;
	if (watch->trouble == trouble)
		return "the same trouble is said again";
	if (watch->change_us != 0 && watch->now_us - watch->change_us < response_us)
		return "a second change of the trouble in its time";
	if (watch->trouble != MODEM_TROUBLE_NONE)
		watch->change_us = watch->now_us;
	watch->trouble = trouble;
	return NULL;
}

static const char *check_link_output(struct watch *watch, enum modem_output_kind kind)
{
	const bool was_up = watch->up;

	if (kind == MODEM_LINK_UP) {
		watch->up = true;
		return watch->watched && !was_up ? NULL : "LINK_UP of a link that is up or not watched";
	}
	if (kind == MODEM_LINK_UNKNOWN)
		return watch->watched ? "LINK_UNKNOWN of a watched link" : NULL;
	forget_link(watch);
	return was_up ? NULL : "LINK_LOST without LINK_UP before";
}

static const char *check_output(struct watch *watch, const struct modem_output *item)
{
	switch (item->kind) {
	case MODEM_SEND:
		return check_frame(watch, &item->frame);
	case MODEM_SEND_MESSAGE:
		return check_message(watch, &item->message);
	case MODEM_IDENTIFIED:
		return check_identity(watch);
	case MODEM_UNIDENTIFIED:
		return check_unidentified(watch);
	case MODEM_KEY_SET:
		return check_key_set(watch);
	case MODEM_RESTARTED:
		return check_restart(watch);
	case MODEM_NOT_RESTARTED:
		return watch->modem.key.state == MODEM_KEY_READY ? NULL : "a key that is not set is not doubted";
	case MODEM_KEY_LOST:
		watch->confirmed = false;
		return watch->check_asked ? NULL : "KEY_LOST but nobody asked";
	case MODEM_KEY_UNNAMED:
		return watch->check_asked ? NULL : "KEY_UNNAMED but nobody asked";
	case MODEM_TROUBLE:
		return check_trouble(watch, item->trouble);
	case MODEM_RESETTING:
		if (!watch->modem.identity.identified)
			return "a modem that never said what it is resets";
		return said_twice(&watch->reset_said, "a second reset for one key");
	case MODEM_NOT_RESET:
		return NULL;
	case MODEM_ASK_NETWORK:
		return NULL;
	case MODEM_NOT_ECHOED:
		return check_not_echoed(watch);
	case MODEM_UNVERIFIED:
		watch->confirmed = true;
		return watch->unechoed && watch->modem.config.unverified_key_is_taken
			       ? NULL
			       : "a key counts as taken without proof";
	case MODEM_KEY_SLOW:
		return check_key_slow(watch);
	case MODEM_LINK_UP:
	case MODEM_LINK_LOST:
	case MODEM_LINK_UNKNOWN:
		return check_link_output(watch, item->kind);
	case MODEM_IGNORED:
		if ((item->error == MME_ERR_SOURCE_MAC) !=
		    (watch->modem.identity.foreign_answers == watch->before.identity.foreign_answers + 1))
			return "another station's answer is not counted, or another is";
		return NULL;
	}
	return "an unknown output";
}

static const char *check_deadline(const struct watch *watch)
{
	const struct modem *modem = &watch->modem;
	const bool rests = modem_state(modem) == MODEM_IDLE || modem_state(modem) == MODEM_READY;
	const bool checks =
		modem_state(modem) == MODEM_READY && (modem->check.deadline_us != MODEM_NEVER || modem->key.doubted);
	const bool wanted = !rests || checks || modem->identity.asking || modem->link.state != MODEM_LINK_UNWATCHED;

	if (wanted != (modem_deadline(modem) != MODEM_NEVER))
		return wanted ? "nobody wakes the modem" : "a deadline without a reason";
	return NULL;
}

static const char *check(struct watch *watch)
{
	const struct modem *modem = &watch->modem;

	if (watch->out.count > MODEM_OUTPUTS)
		return "too many outputs";
	if (watch->out.count > watch->outputs_max)
		watch->outputs_max = watch->out.count;
	for (size_t i = 0; i < watch->out.count; i++) {
		const char *broken = check_output(watch, &watch->out.items[i]);
		if (broken != NULL)
			return broken;
		watch->count[watch->out.items[i].kind]++;
	}
	if ((modem_state(modem) == MODEM_IDLE) != (watch->keys == 0))
		return "idle with a key, or not idle without";
	if (modem_state(modem) == MODEM_READY && !watch->confirmed)
		return "ready with a key that nobody confirmed";
	if (watch->up != (modem->link.state == MODEM_LINK_IS_UP) ||
	    watch->watched != (modem->link.state != MODEM_LINK_UNWATCHED))
		return "the link is not what was said of it";
	if (memchr(modem->identity.version, '\0', sizeof(modem->identity.version)) == NULL)
		return "a version without an end";
	return check_deadline(watch);
}

/* After a tick at its deadline the modem wants a later one: it never spins. */
static const char *check_rest(struct watch *watch)
{
	struct modem modem = watch->modem;
	struct modem_outputs out;
	const uint64_t deadline_us = modem_deadline(&modem);

	if (deadline_us == MODEM_NEVER)
		return NULL;
	const uint64_t now_us = deadline_us > watch->now_us ? deadline_us : watch->now_us;
	modem_tick(&modem, now_us, &out);
	return modem_deadline(&modem) > now_us ? NULL : "the modem spins";
}

static void init(struct watch *watch, uint64_t seed)
{
	struct modem_config config;

	memset(watch, 0, sizeof(*watch));
	watch->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	modem_defaults(&config, true);
	memcpy(config.host_mac, host_mac, MAC_LEN);
	config.key_repeat_ms = one_in(watch, 3) ? config.response_ms : config.key_repeat_ms;
	config.family = (enum modem_family)draw(watch, 4);
	config.link_detection = (enum modem_link_detection)draw(watch, 3);
	config.unclear_key_is_taken = one_in(watch, 4);
	config.unverified_key_is_taken = one_in(watch, 2);
	config.reset_after_key = one_in(watch, 3);
	config.reset_after_session = one_in(watch, 2);
	watch->boots = one_in(watch, 4);
	watch->echoes = !one_in(watch, 4);
	watch->now_us = draw(watch, 1000000000);
	modem_init(&watch->modem, &config);
}

static void no_sequence_of_messages_and_times_breaks_a_rule(void **state)
{
	unsigned long count[MODEM_IGNORED + 1] = {0};
	unsigned long troubles[MODEM_TROUBLE_BOOT_LOADER + 1] = {0};
	size_t outputs_max = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEQUENCES; seed++) {
		struct watch watch;
		init(&watch, seed);
		for (int step = 0; step < STEPS; step++) {
			feed(&watch);
			const char *broken = check(&watch);
			if (broken == NULL)
				broken = check_rest(&watch);
			if (broken != NULL)
				fail_msg("seed %llu step %d: %s", (unsigned long long)seed, step, broken);
		}
		for (size_t kind = 0; kind <= MODEM_IGNORED; kind++)
			count[kind] += watch.count[kind];
		for (size_t trouble = 0; trouble <= MODEM_TROUBLE_BOOT_LOADER; trouble++)
			troubles[trouble] += watch.troubles[trouble];
		if (watch.outputs_max > outputs_max)
			outputs_max = watch.outputs_max;
	}
	printf("%d steps: %lu keys set, %lu links up, %lu lost, at most %zu outputs\n", SEQUENCES * STEPS,
	       count[MODEM_KEY_SET], count[MODEM_LINK_UP], count[MODEM_LINK_LOST], outputs_max);
	/* The sequences prove something only if they reach every output and every trouble. */
	for (size_t kind = 0; kind <= MODEM_IGNORED; kind++)
		assert_true(count[kind] >= 50);
	for (size_t trouble = MODEM_TROUBLE_SILENT; trouble <= MODEM_TROUBLE_BOOT_LOADER; trouble++)
		assert_true(troubles[trouble] >= 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_sequence_of_messages_and_times_breaks_a_rule),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
