/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/slac/amp_map_exchange.h"

#include "homeplug/slac/slac_evse.h"

#include <assert.h>
#include <string.h>

static struct amp_map_output *append(struct amp_map_outputs *out, enum amp_map_output_kind kind)
{
	assert(out->count < AMP_MAP_OUTPUTS);
	struct amp_map_output *item = &out->items[out->count++];
	memset(item, 0, sizeof(*item));
	item->kind = kind;
	return item;
}

static uint64_t after_ms(uint64_t now_us, uint32_t ms)
{
	return now_us + (uint64_t)ms * 1000;
}

void amp_map_defaults(struct amp_map_config *config)
{
	*config = (struct amp_map_config){
		.carriers = AMP_MAP_CARRIERS,
		.tt_match_response_ms = SLAC_TT_MATCH_RESPONSE_MS,
		.c_ev_match_retry = SLAC_C_EV_MATCH_RETRY,
	};
}

void amp_map_init(struct amp_map_exchange *exchange, const struct amp_map_config *config)
{
	memset(exchange, 0, sizeof(*exchange));
	exchange->config = *config;
	exchange->deadline_us = AMP_MAP_NEVER;
}

void amp_map_begin(struct amp_map_exchange *exchange, const uint8_t ev_mac[MAC_LEN])
{
	memcpy(exchange->ev_mac, ev_mac, MAC_LEN);
	exchange->matched = true;
	exchange->deadline_us = AMP_MAP_NEVER;
}

void amp_map_end(struct amp_map_exchange *exchange)
{
	exchange->matched = false;
	exchange->deadline_us = AMP_MAP_NEVER;
}

static struct amp_map_mme *send_to_ev(const struct amp_map_exchange *exchange, struct amp_map_outputs *out)
{
	struct amp_map_mme *message = &append(out, AMP_MAP_SEND)->message;

	memcpy(message->src, exchange->config.evse_mac, MAC_LEN);
	memcpy(message->dst, exchange->ev_mac, MAC_LEN);
	return message;
}

static void send_req(struct amp_map_exchange *exchange, uint64_t now_us, struct amp_map_outputs *out)
{
	send_to_ev(exchange, out)->carriers = exchange->config.carriers;
	exchange->deadline_us = after_ms(now_us, exchange->config.tt_match_response_ms);
}

void amp_map_link_up(struct amp_map_exchange *exchange, uint64_t now_us, struct amp_map_outputs *out)
{
	out->count = 0;
	if (!exchange->matched || !exchange->config.initiate)
		return;
	exchange->repeats = 0;
	send_req(exchange, now_us, out);
}

static void ignore(enum slac_reason reason, enum mme_error error, struct amp_map_outputs *out)
{
	struct amp_map_output *item = append(out, AMP_MAP_IGNORED);

	item->reason = reason;
	item->error = error;
}

static void on_req(const struct amp_map_exchange *exchange, const struct amp_map_mme *req, struct amp_map_outputs *out)
{
	if (req->carriers == 0) {
		ignore(SLAC_REASON_FIELD, MME_ERR_AMLEN, out);
		return;
	}
	struct amp_map_mme *cnf = send_to_ev(exchange, out);
	cnf->is_cnf = true;
	cnf->result = AMP_MAP_SUCCESS;
}

static void on_cnf(struct amp_map_exchange *exchange, const struct amp_map_mme *cnf, struct amp_map_outputs *out)
{
	if (exchange->deadline_us == AMP_MAP_NEVER) {
		ignore(SLAC_REASON_UNEXPECTED, MME_OK, out);
	} else if (cnf->result != AMP_MAP_SUCCESS) {
		ignore(SLAC_REASON_FIELD, MME_ERR_RESULT, out);
	} else {
		exchange->deadline_us = AMP_MAP_NEVER;
		append(out, AMP_MAP_CONFIRMED);
	}
}

void amp_map_frame(struct amp_map_exchange *exchange, const struct amp_map_mme *message, uint64_t now_us,
		   struct amp_map_outputs *out)
{
	out->count = 0;
	amp_map_tick(exchange, now_us, out);
	if (!mac_equal(message->dst, exchange->config.evse_mac))
		ignore(SLAC_REASON_NOT_FOR_EVSE, MME_OK, out);
	else if (!exchange->matched || !mac_equal(message->src, exchange->ev_mac))
		ignore(SLAC_REASON_UNKNOWN_RUN, MME_OK, out);
	else if (message->is_cnf)
		on_cnf(exchange, message, out);
	else
		on_req(exchange, message, out);
}

void amp_map_tick(struct amp_map_exchange *exchange, uint64_t now_us, struct amp_map_outputs *out)
{
	out->count = 0;
	if (exchange->deadline_us > now_us)
		return;
	if (exchange->repeats >= exchange->config.c_ev_match_retry) {
		exchange->deadline_us = AMP_MAP_NEVER;
		append(out, AMP_MAP_NOT_CONFIRMED);
		return;
	}
	exchange->repeats++;
	send_req(exchange, now_us, out);
}

uint64_t amp_map_deadline(const struct amp_map_exchange *exchange)
{
	return exchange->deadline_us;
}
