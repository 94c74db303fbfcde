/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/modem/modem_turn.h"

#include <assert.h>
#include <string.h>

#define WAIT_MS_MAX 30000

struct modem_output *modem_append(struct modem_turn *turn, enum modem_output_kind kind)
{
	assert(turn->out->count < MODEM_OUTPUTS);
	struct modem_output *item = &turn->out->items[turn->out->count++];
	memset(item, 0, sizeof(*item));
	item->kind = kind;
	return item;
}

struct mme *modem_ask_standard(struct modem_turn *turn, enum mmtype type)
{
	struct mme *request = &modem_append(turn, MODEM_SEND)->frame;

	mme_init(request, type, turn->config->host_mac, mac_local_modem);
	return request;
}

/* The request id is for traces only: it is not confirmed that firmware echoes it, so no answer is held against it. */
struct modem_mme *modem_ask(struct modem_turn *turn, enum modem_message message)
{
	struct modem_mme *request = &modem_append(turn, MODEM_SEND_MESSAGE)->message;

	modem_mme_init(request, message, turn->config->host_mac, mac_local_modem);
	if (message == MODEM_NSCM_RESET_DEVICE_REQ)
		request->nscm_reset_device_req.request_id = ++*turn->request_id;
	else if (message == MODEM_NSCM_GET_VERSION_REQ || message == MODEM_NSCM_GET_D_LINK_STATUS_REQ)
		request->nscm_request.request_id = ++*turn->request_id;
	return request;
}

uint64_t modem_await_answer(struct modem_turn *turn, uint32_t wait_ms)
{
	turn->has_asked = true;
	return turn->now_us + modem_us(wait_ms);
}

uint32_t modem_wait_longer_ms(const struct modem_config *config, uint32_t *times)
{
	uint32_t wait_ms = config->response_ms;

	for (uint32_t i = 0; i < *times && wait_ms < WAIT_MS_MAX; i++)
		wait_ms = wait_ms < WAIT_MS_MAX / 2 ? wait_ms * 2 : WAIT_MS_MAX;
	if (wait_ms < WAIT_MS_MAX)
		++*times;
	return wait_ms;
}
