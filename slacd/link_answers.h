/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What modems answer while their link is up, for all outlets (homeplug/port/port_link_up.h): it waits until an outlet looks
 * for it, before what is due there is done. Knows of which interface is which outlet's; as many may be known as there are
 * outlets.
 */
#ifndef SLACD_LINK_ANSWERS_H
#define SLACD_LINK_ANSWERS_H

#include "homeplug/port/port.h"

struct evse;
struct link_answers;

/* NULL without memory. Opens nothing yet. */
struct link_answers *link_answers_new(void);
/* No outlet has a port any more, nor will have one: closes the socket, which takes the kernel a moment. */
void link_answers_close(struct link_answers *answers);
/* NULL is allowed. */
void link_answers_free(struct link_answers *answers);

/*
 * From now on what the modem at this interface answers is given to `evse`. False: there is no memory, or the kernel gives no
 * socket for it, and the answers must come as all other frames do. Nothing where it is known already.
 */
bool link_answers_join(struct link_answers *answers, struct evse *evse, int ifindex);
/* Nothing where it is not known. */
void link_answers_leave(struct link_answers *answers, const struct evse *evse);

/* Takes an answer. *evse: whose it is, NULL: of nobody who is known. False: there is none at the moment. */
bool link_answers_next(struct link_answers *answers, struct evse **evse, uint8_t *octets, size_t size, size_t *len);

#endif
