/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/evse_internal.h"

#include <errno.h>
#include <string.h>

/* Frames taken per wake-up, so that a flood on one link leaves time for the others. */
#define FRAMES_PER_WAKE 32

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	struct evse *evse = context;
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	(void)fd;
	(void)what;
	for (int i = 0; i < FRAMES_PER_WAKE && evse->link != NULL; i++) {
		enum link_result result = link_recv(evse->link, frame, sizeof(frame), &len);
		if (result == LINK_EMPTY)
			break;
		if (result == LINK_FRAME)
			evse_frame(evse, frame, len);
		else
			evse_link_lost(evse, result == LINK_END ? "closed by its peer" : strerror(errno));
	}
	evse_arm(evse);
}

static void try_later(struct evse *evse)
{
	evse->link_retry_us = clock_now_us() + (uint64_t)evse->shared->settings->link_retry_ms * 1000;
}

static bool watch(struct evse *evse)
{
	evse->readable = event_new(evse->shared->base, link_fd(evse->link), EV_READ | EV_PERSIST, on_readable, evse);
	return evse->readable != NULL && event_add(evse->readable, NULL) == 0;
}

void evse_link_open(struct evse *evse)
{
	char error[LINK_ERROR_SIZE];
	char mac[MAC_TEXT_SIZE];

	evse->link_retry_us = SLAC_NEVER;
	evse->link = link_open(evse->interface, error);
	if (evse->link != NULL && !watch(evse)) {
		snprintf(error, sizeof(error), "no memory to watch interface %.100s", evse->interface);
		evse_link_close(evse);
	}
	if (evse->link == NULL) {
		if (strcmp(error, evse->link_error) != 0)
			log_line(LOG_LEVEL_ERROR, "Outlet cannot serve: %s. Trying again. evse_id=%s", error,
				 evse->parameters.evse_id);
		snprintf(evse->link_error, sizeof(evse->link_error), "%s", error);
		try_later(evse);
		return;
	}
	evse->link_error[0] = '\0';
	link_mac(evse->link, evse->slac.config.evse_mac);
	link_mac(evse->link, evse->modem.config.host_mac);
	log_line(LOG_LEVEL_INFO, "Interface is open. evse_id=%s interface=%s mac=%s", evse->parameters.evse_id,
		 evse->interface, mac_text(evse->slac.config.evse_mac, mac));
	evse_new_key(evse);
}

void evse_link_close(struct evse *evse)
{
	if (evse->readable != NULL)
		event_free(evse->readable);
	evse->readable = NULL;
	link_close(evse->link);
	evse->link = NULL;
}

void evse_link_lost(struct evse *evse, const char *why)
{
	const struct slac_evse_input input = {.kind = SLAC_EVSE_KEY_LOST, .reason = SLAC_REASON_LINK_LOST};

	log_line(LOG_LEVEL_ERROR, "Interface is lost: %s. Trying again. evse_id=%s interface=%s", why,
		 evse->parameters.evse_id, evse->interface);
	evse_link_close(evse);
	modem_reset(&evse->modem);
	evse_set_serving(evse, false);
	evse_slac_input(evse, &input);
	try_later(evse);
}

static bool means_interface_gone(int error)
{
	return error == ENETDOWN || error == ENXIO || error == ENODEV;
}

void evse_link_send(struct evse *evse, const struct mme *frame)
{
	uint8_t octets[256];
	size_t len;
	char mac[MAC_TEXT_SIZE];

	if (evse->link == NULL)
		return;
	enum mme_error error = mme_encode(frame, octets, sizeof(octets), &len);
	bool sent = error == MME_OK && link_send(evse->link, octets, len);
	int send_errno = errno;
	explicit_bzero(octets, sizeof(octets)); /* CM_SLAC_MATCH.CNF and CM_SET_KEY.REQ carry the NMK */
	if (sent) {
		log_line(LOG_LEVEL_DEBUG, "Sent %s. evse_id=%s to=%s", mme_name(frame->mmtype),
			 evse->parameters.evse_id, mac_text(frame->dst, mac));
		return;
	}
	if (log_limit_pass(&evse->send_failures, clock_now_us()))
		log_line(LOG_LEVEL_WARN, "Frame was not sent: %s. evse_id=%s interface=%s frame=%s count=%llu",
			 error != MME_OK ? mme_error_text(error) : strerror(send_errno), evse->parameters.evse_id,
			 evse->interface, mme_name(frame->mmtype), (unsigned long long)evse->send_failures.count);
	if (error == MME_OK && means_interface_gone(send_errno))
		evse->link_retry_us = clock_now_us(); /* closed from the timer: we may be inside the core's outputs */
}
