/* SPDX-License-Identifier: Apache-2.0 */
/* A local modem on its way through a reset. */
#ifndef HOMEPLUG_MODEM_TESTS_MODEM_RESET_FIXTURE_H
#define HOMEPLUG_MODEM_TESTS_MODEM_RESET_FIXTURE_H

#include "homeplug/modem/tests/modem_fixture.h"

/* The family, found by asking, is to be reset after each key; key 1 is sent. */
void bench_with_key_sent(struct bench *bench, enum modem_family family);
/* A Qualcomm modem has taken key 1 and was asked to reset. */
void bench_resetting(struct bench *bench);
/* It confirmed that. */
void bench_waiting(struct bench *bench);
/* It went down for half a second and is asked for its key. */
void bench_verifying(struct bench *bench);

/* The last call did `text`; the modem is ready, nothing is waited for. */
void expect_set(const struct bench *bench, const char *text);

#endif
