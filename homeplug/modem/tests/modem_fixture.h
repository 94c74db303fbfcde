/* SPDX-License-Identifier: Apache-2.0 */
/* One local modem's state machine on virtual time: no test sleeps. What it did is compared as text, in order.
 */
#ifndef HOMEPLUG_MODEM_TESTS_MODEM_FIXTURE_H
#define HOMEPLUG_MODEM_TESTS_MODEM_FIXTURE_H

#include "homeplug/modem/modem.h"

#define MS UINT64_C(1000)

extern const uint8_t bench_host_mac[MAC_LEN];
extern const uint8_t bench_modem_mac[MAC_LEN];
extern const uint8_t bench_other_mac[MAC_LEN];

struct bench {
	struct modem modem;
	struct modem_outputs out; /* of the last call */
	uint64_t now_us;
	uint8_t src[MAC_LEN]; /* who answers: the modem */
	uint8_t dst[MAC_LEN]; /* to whom: the host */
};

/*
 * The defaults, with the host's MAC. A key is given once in response_ms: test_modem_key_repeat.c has the repeats. A link is
 * asked for every poll_ms until it is up, as test_modem_link.c has how the time grows, and then every response_ms.
 */
struct modem_config bench_config(enum modem_family family);
void bench_init(struct bench *bench, const struct modem_config *config);
/* A modem of this family has key 1 (MODEM_STANDARD: it answers no identification) and told nothing of its
 * link. */
void bench_ready(struct bench *bench, const struct modem_config *config, enum modem_family family);

/* Key number n, nonce n n n n. */
struct network_key bench_key(uint8_t n);
void bench_set_key(struct bench *bench, uint8_t n);
void bench_set_key_after_session(struct bench *bench, uint8_t n);

/* CM_SET_KEY.CNF to nonce n. */
void bench_confirm(struct bench *bench, uint8_t n, uint8_t result);
/* CM_GET_KEY.CNF to nonce n: the NID of key `nid_of` (0: zeros) and, where granted, the NMK of key `nmk_of`.
 */
void bench_tell_key(struct bench *bench, uint8_t n, uint8_t nid_of, uint8_t nmk_of, enum get_key_result result);
/* VS_NW_INFO.CNF: the modem is in the network of this key, 0: in none. */
void bench_tell_network(struct bench *bench, uint8_t nid_of);
/* A message with zeros in its fields. */
void bench_say(struct bench *bench, enum modem_message message);
/* A confirmation of a link question, or NSCM_D_LINK_READY.IND. */
void bench_say_link(struct bench *bench, enum modem_message message, bool up);
/* Its version, as the family does; a standard modem says nothing. */
void bench_say_version(struct bench *bench, enum modem_family family);
/* The version of a modem without a firmware. */
void bench_say_boot_loader(struct bench *bench);
void bench_say_reset_cnf(struct bench *bench, uint8_t mstatus);
void bench_say_host_action(struct bench *bench, uint8_t action);
/* The same from a modem that has its key: it is asked for it, and names another network. bench->out: what follows. */
void bench_restart(struct bench *bench, uint8_t action);
void bench_message(struct bench *bench, const struct modem_mme *message);

/*
 * The outputs of the last call, in order, separated by ", ": the message sent, else the kind of the output,
 * e.g. "IDENTIFIED qualcomm, CM_SET_KEY.REQ", "UNIDENTIFIED standard", "NOT_RESET result" or "IGNORED your_nonce".
 */
void bench_expect(const struct bench *bench, const char *text);
void bench_expect_state(const struct bench *bench, enum modem_state state);
/* The next deadline is `ms` from now; nothing happens a microsecond before it; at it `text` does. */
void bench_expect_after_ms(struct bench *bench, uint64_t ms, const char *text);
/* Nothing is waited for. */
void bench_expect_rest(const struct bench *bench);
/* A second passes, so that keys may be sent again; nobody asks whether anything is due. */
void bench_let_be(struct bench *bench);
/* A vehicle is connected. */
void bench_check_key(struct bench *bench);
/* Time passes without anything due. */
void bench_wait_ms(struct bench *bench, uint64_t ms);

#endif
