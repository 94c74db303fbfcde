/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/evse_internal.h"

#include <errno.h>
#include <string.h>

static void not_sent(struct evse *evse, const char *name, const char *why)
{
	if (log_limit_pass(&evse->send_failures, clock_now_us()))
		log_line(LOG_LEVEL_WARN, "Frame was not sent: %s. evse_id=%s interface=%s frame=%s count=%llu", why,
			 evse->parameters.evse_id, evse->interface, name,
			 (unsigned long long)evse->send_failures.count);
}

void evse_link_send_octets(struct evse *evse, const char *name, const uint8_t *frame, size_t len)
{
	if (evse->link == NULL)
		return;
	if (port_send(evse->link, frame, len)) {
		log_line(LOG_LEVEL_DEBUG, "Sent %s. evse_id=%s", name, evse->parameters.evse_id);
		return;
	}
	int send_errno = errno;
	if (port_result_of_errno(send_errno) ==
	    PORT_DOWN) /* the loss says it; from the timer: this may be a core's output */
		evse->link_retry_us = clock_now_us();
	else
		not_sent(evse, name, strerror(send_errno));
}

void evse_link_send(struct evse *evse, const struct mme *frame)
{
	uint8_t octets[256];
	size_t len;
	enum mme_error error = mme_encode(frame, octets, sizeof(octets), &len);

	if (error == MME_OK)
		evse_link_send_octets(evse, mme_name(frame->mmtype), octets, len);
	else
		not_sent(evse, mme_name(frame->mmtype), mme_error_text(error));
	explicit_bzero(octets, sizeof(octets)); /* CM_SLAC_MATCH.CNF and CM_SET_KEY.REQ carry the NMK */
}
