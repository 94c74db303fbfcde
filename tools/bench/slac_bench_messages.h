/* SPDX-License-Identifier: Apache-2.0 */
/* What the benchmark's cars and their modems say. Pure. The number of a run makes its run_id. */
#ifndef TOOLS_BENCH_SLAC_BENCH_MESSAGES_H
#define TOOLS_BENCH_SLAC_BENCH_MESSAGES_H

#include "tools/car/modem_sim.h"

#define MESSAGE_ATTENUATION 20 /* dB in each group of a profile */

void message_run_id(uint64_t number, uint8_t run_id[RUN_ID_LEN]);
struct mme message_parm_req(const uint8_t ev[MAC_LEN], uint64_t number);
struct mme message_start_ind(const uint8_t ev[MAC_LEN], uint64_t number);
struct mme message_sound_ind(const uint8_t ev[MAC_LEN], uint64_t number, uint8_t remaining);
/* Of the modem beside the EVSE, of one sound of that EV. */
struct mme message_profile_ind(const struct modem_sim *modem, const uint8_t ev[MAC_LEN]);
struct mme message_atten_char_rsp(const uint8_t ev[MAC_LEN], const uint8_t evse[MAC_LEN], uint64_t number);
struct mme message_match_req(const uint8_t ev[MAC_LEN], const uint8_t evse[MAC_LEN], uint64_t number);

#endif
