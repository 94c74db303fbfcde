/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/modem/tests/modem_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

const uint8_t bench_host_mac[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x44, 0xaa};
const uint8_t bench_modem_mac[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x44, 0xbb};
const uint8_t bench_other_mac[MAC_LEN] = {0x02, 0x99, 0x22, 0x33, 0x44, 0xcc};

struct modem_config bench_config(enum modem_family family)
{
	struct modem_config config;

	memset(&config, 0xa5, sizeof(config));
	modem_defaults(&config, true);
	config.family = family;
	config.key_repeat_ms = config.response_ms;
	config.supervise_ms = config.response_ms;
	config.join_poll_ms = config.poll_ms;
	config.join_poll_max_ms = config.poll_ms;
	memcpy(config.host_mac, bench_host_mac, MAC_LEN);
	return config;
}

void bench_init(struct bench *bench, const struct modem_config *config)
{
	memset(bench, 0xa5, sizeof(*bench)); /* nothing may depend on what was there */
	bench->now_us = 3000 * MS;
	memcpy(bench->src, bench_modem_mac, MAC_LEN);
	memcpy(bench->dst, bench_host_mac, MAC_LEN);
	modem_init(&bench->modem, config);
}

void bench_ready(struct bench *bench, const struct modem_config *config, enum modem_family family)
{
	bench_init(bench, config);
	bench_set_key(bench, 1);
	bench_say_version(bench, family);
	if (bench->modem.identity.asking) {
		bench->now_us = bench->modem.identity.deadline_us;
		modem_tick(&bench->modem, bench->now_us, &bench->out);
	}
	bench_confirm(bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect_state(bench, MODEM_READY);
}

struct network_key bench_key(uint8_t n)
{
	struct network_key key;

	memset(key.nmk, 0xc0 + n, NMK_LEN);
	memset(key.nid, n == 0 ? 0 : 0x10 + n, NID_LEN);
	return key;
}

static void set_key(struct bench *bench, uint8_t n, bool after_session)
{
	const struct network_key key = bench_key(n);
	uint8_t nonce[NONCE_LEN];

	memset(nonce, n, NONCE_LEN);
	modem_set_key(&bench->modem, &key, nonce, after_session, bench->now_us, &bench->out);
}

void bench_set_key(struct bench *bench, uint8_t n)
{
	set_key(bench, n, false);
}

void bench_set_key_after_session(struct bench *bench, uint8_t n)
{
	set_key(bench, n, true);
}

void bench_confirm(struct bench *bench, uint8_t n, uint8_t result)
{
	struct mme frame;

	mme_init(&frame, CM_SET_KEY_CNF, bench->src, bench->dst);
	frame.set_key_cnf.result = result;
	memset(frame.set_key_cnf.your_nonce, n, NONCE_LEN);
	modem_frame(&bench->modem, &frame, bench->now_us, &bench->out);
}

void bench_tell_key(struct bench *bench, uint8_t n, uint8_t nid_of, uint8_t nmk_of, enum get_key_result result)
{
	const struct network_key key = bench_key(nid_of), other = bench_key(nmk_of);
	struct mme frame;

	mme_init(&frame, CM_GET_KEY_CNF, bench->src, bench->dst);
	frame.get_key_cnf.result = (uint8_t)result;
	frame.get_key_cnf.key_type = KEY_TYPE_NMK;
	memset(frame.get_key_cnf.your_nonce, n, NONCE_LEN);
	memcpy(frame.get_key_cnf.nid, key.nid, NID_LEN);
	if (result == GET_KEY_GRANTED)
		memcpy(frame.get_key_cnf.key, other.nmk, NMK_LEN);
	modem_frame(&bench->modem, &frame, bench->now_us, &bench->out);
}

void bench_tell_network(struct bench *bench, uint8_t nid_of)
{
	const struct network_key key = bench_key(nid_of);
	struct nw_info info = {.in_network = nid_of != 0};

	memcpy(info.modem_mac, bench->src, MAC_LEN);
	memcpy(info.nid, key.nid, NID_LEN);
	modem_network(&bench->modem, &info, bench->now_us, &bench->out);
}

void bench_message(struct bench *bench, const struct modem_mme *message)
{
	modem_message(&bench->modem, message, bench->now_us, &bench->out);
}

static struct modem_mme prepared(const struct bench *bench, enum modem_message kind)
{
	struct modem_mme message;

	modem_mme_init(&message, kind, bench->src, bench->dst);
	return message;
}

void bench_say(struct bench *bench, enum modem_message kind)
{
	const struct modem_mme message = prepared(bench, kind);

	bench_message(bench, &message);
}

void bench_say_link(struct bench *bench, enum modem_message kind, bool up)
{
	struct modem_mme message = prepared(bench, kind);

	if (kind == MODEM_NW_STATS_CNF)
		message.nw_stats_cnf.num_stas = up;
	else if (kind == MODEM_VS_PL_LNK_STATUS_CNF)
		message.vs_pl_lnk_status_cnf.link_status = up;
	else
		message.nscm_link_status.link = up;
	bench_message(bench, &message);
}

void bench_say_version(struct bench *bench, enum modem_family family)
{
	struct modem_mme message;

	if (family == MODEM_QUALCOMM) {
		message = prepared(bench, MODEM_VS_SW_VER_CNF);
		message.vs_sw_ver_cnf.device_id = 0x22;
		strcpy(message.vs_sw_ver_cnf.version, "MAC-QCA7005-1.2.5");
	} else if (family == MODEM_LUMISSIL) {
		message = prepared(bench, MODEM_NSCM_GET_VERSION_CNF);
		for (uint16_t i = 0; i < 5; i++)
			message.nscm_get_version_cnf.version[i] = (uint16_t)(i + 1);
	} else {
		return;
	}
	bench_message(bench, &message);
}

void bench_say_boot_loader(struct bench *bench)
{
	struct modem_mme message = prepared(bench, MODEM_VS_SW_VER_CNF);

	message.vs_sw_ver_cnf.device_id = 0x22;
	strcpy(message.vs_sw_ver_cnf.version, "QCA7000 BootLoader-1");
	bench_message(bench, &message);
}

void bench_say_reset_cnf(struct bench *bench, uint8_t mstatus)
{
	struct modem_mme message = prepared(bench, MODEM_VS_RS_DEV_CNF);

	message.vs_rs_dev_cnf.mstatus = mstatus;
	bench_message(bench, &message);
}

void bench_say_host_action(struct bench *bench, uint8_t action)
{
	struct modem_mme message = prepared(bench, MODEM_VS_HST_ACTION_IND);

	message.vs_hst_action.action = action;
	message.vs_hst_action.session_id = 7;
	message.vs_hst_action.retries = 0x1234;
	bench_message(bench, &message);
}

void bench_restart(struct bench *bench, uint8_t action)
{
	bench_say_host_action(bench, action);
	assert_int_equal(bench->out.count, 2);
	assert_int_equal(bench->out.items[1].kind, MODEM_SEND);
	assert_int_equal(bench->out.items[1].frame.mmtype, CM_GET_KEY_REQ);
	bench_tell_key(bench, bench->modem.key.sent_nonce[0], 9, 9, GET_KEY_GRANTED);
}

static void describe(const struct bench *bench, const struct modem_output *item, char *text, size_t size)
{
	static const char *const kinds[] = {
		[MODEM_KEY_SET] = "KEY_SET",
		[MODEM_RESTARTED] = "RESTARTED",
		[MODEM_NOT_RESTARTED] = "NOT_RESTARTED",
		[MODEM_KEY_LOST] = "KEY_LOST",
		[MODEM_KEY_UNNAMED] = "KEY_UNNAMED",
		[MODEM_LINK_UP] = "LINK_UP",
		[MODEM_LINK_LOST] = "LINK_LOST",
		[MODEM_LINK_UNKNOWN] = "LINK_UNKNOWN",
		[MODEM_IDENTIFIED] = "IDENTIFIED ",
		[MODEM_UNIDENTIFIED] = "UNIDENTIFIED ",
		[MODEM_RESETTING] = "RESETTING",
		[MODEM_NOT_RESET] = "NOT_RESET",
		[MODEM_IGNORED] = "IGNORED ",
		[MODEM_KEY_SLOW] = "KEY_SLOW",
		[MODEM_NOT_ECHOED] = "NOT_ECHOED",
		[MODEM_UNVERIFIED] = "UNVERIFIED",
		[MODEM_ASK_NETWORK] = "VS_NW_INFO.REQ",
	};
	static const char *const troubles[] = {
		[MODEM_TROUBLE_NONE] = "NO TROUBLE",   [MODEM_TROUBLE_SILENT] = "SILENT",
		[MODEM_TROUBLE_REFUSED] = "REFUSED",   [MODEM_TROUBLE_UNANSWERED] = "KEY_UNANSWERED",
		[MODEM_TROUBLE_RESTARTS] = "RESTARTS", [MODEM_TROUBLE_BOOT_LOADER] = "BOOT_LOADER",
	};

	if (item->kind == MODEM_SEND)
		(void)snprintf(text, size, "%s", mme_name(item->frame.mmtype));
	else if (item->kind == MODEM_SEND_MESSAGE)
		(void)snprintf(text, size, "%s", modem_message_text(item->message.message));
	else if (item->kind == MODEM_TROUBLE)
		(void)snprintf(text, size, "%s", troubles[item->trouble]);
	else if (item->kind == MODEM_IDENTIFIED || item->kind == MODEM_UNIDENTIFIED)
		(void)snprintf(text, size, "%s%s", kinds[item->kind], modem_family_text(bench->modem.identity.family));
	else if (item->kind == MODEM_NOT_RESET && item->error != MME_OK)
		(void)snprintf(text, size, "%s %s", kinds[item->kind], mme_error_text(item->error));
	else if (item->kind == MODEM_IGNORED)
		(void)snprintf(text, size, "%s%s", kinds[item->kind], mme_error_text(item->error));
	else
		(void)snprintf(text, size, "%s", kinds[item->kind]);
}

void bench_expect(const struct bench *bench, const char *wanted)
{
	char text[512] = "";
	char one[64];

	for (size_t i = 0; i < bench->out.count; i++) {
		describe(bench, &bench->out.items[i], one, sizeof(one));
		if (i > 0)
			strcat(text, ", ");
		strcat(text, one);
	}
	assert_string_equal(text, wanted);
}

void bench_expect_state(const struct bench *bench, enum modem_state state)
{
	assert_int_equal(modem_state(&bench->modem), state);
}

void bench_expect_after_ms(struct bench *bench, uint64_t ms, const char *text)
{
	const uint64_t due_us = bench->now_us + ms * MS;

	assert_int_equal(modem_deadline(&bench->modem), due_us);
	modem_tick(&bench->modem, due_us - 1, &bench->out);
	bench_expect(bench, "");
	bench->now_us = due_us;
	modem_tick(&bench->modem, due_us, &bench->out);
	bench_expect(bench, text);
}

void bench_expect_rest(const struct bench *bench)
{
	assert_true(modem_deadline(&bench->modem) == MODEM_NEVER);
}

void bench_let_be(struct bench *bench)
{
	bench->now_us += 1000 * MS;
}

void bench_check_key(struct bench *bench)
{
	modem_check_key(&bench->modem, bench->now_us, &bench->out);
}

void bench_wait_ms(struct bench *bench, uint64_t ms)
{
	bench->now_us += ms * MS;
	assert_true(modem_deadline(&bench->modem) > bench->now_us);
}
