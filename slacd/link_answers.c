/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/link_answers.h"

#include "homeplug/port/port_link_up.h"

#include <stdlib.h>

struct member {
	struct evse *evse;
	int ifindex;
};

struct link_answers {
	struct port_link_up *port; /* NULL: not needed yet, or refused */
	bool refused;
	struct member *members;
	size_t count;
	size_t room;
	size_t last; /* found last: answers come in the order of the questions */
};

struct link_answers *link_answers_new(void)
{
	return calloc(1, sizeof(struct link_answers));
}

void link_answers_close(struct link_answers *answers)
{
	port_link_up_close(answers->port);
	answers->port = NULL;
}

void link_answers_free(struct link_answers *answers)
{
	if (answers == NULL)
		return;
	link_answers_close(answers);
	free(answers->members);
	free(answers);
}

/* Once refused it stays so: each outlet would be refused again with each match. */
static bool is_open(struct link_answers *answers)
{
	if (answers->port == NULL && !answers->refused)
		answers->port = port_link_up_open();
	answers->refused = answers->port == NULL;
	return answers->port != NULL;
}

static struct member *find(struct link_answers *answers, const struct evse *evse)
{
	for (size_t i = 0; i < answers->count; i++)
		if (answers->members[i].evse == evse)
			return &answers->members[i];
	return NULL;
}

static struct member *add(struct link_answers *answers)
{
	if (answers->count == answers->room) {
		const size_t room = answers->room * 2 + 1;
		struct member *members = reallocarray(answers->members, room, sizeof(*members));
		if (members == NULL)
			return NULL;
		answers->members = members;
		answers->room = room;
	}
	return &answers->members[answers->count++];
}

bool link_answers_join(struct link_answers *answers, struct evse *evse, int ifindex)
{
	if (!is_open(answers))
		return false;
	struct member *member = find(answers, evse);
	if (member == NULL)
		member = add(answers);
	if (member == NULL)
		return false;
	*member = (struct member){.evse = evse, .ifindex = ifindex};
	return true;
}

void link_answers_leave(struct link_answers *answers, const struct evse *evse)
{
	struct member *member = find(answers, evse);

	if (member != NULL)
		*member = answers->members[--answers->count];
}

static struct evse *outlet_at(struct link_answers *answers, int ifindex)
{
	for (size_t i = 1; i <= answers->count; i++) {
		const size_t place = (answers->last + i) % answers->count;
		if (answers->members[place].ifindex != ifindex)
			continue;
		answers->last = place;
		return answers->members[place].evse;
	}
	return NULL;
}

bool link_answers_next(struct link_answers *answers, struct evse **evse, uint8_t *octets, size_t size, size_t *len)
{
	int ifindex;

	if (answers->port == NULL || port_link_up_recv(answers->port, octets, size, len, &ifindex) != PORT_FRAME)
		return false;
	*evse = outlet_at(answers, ifindex);
	return true;
}
