/* SPDX-License-Identifier: Apache-2.0 */
#include "service/log_ring.h"

#include <string.h>

static struct log_record *at(struct log_ring *ring, size_t place)
{
	return (struct log_record *)(void *)(ring->octets + place);
}

static size_t size_of(const struct log_record *record)
{
	const size_t align = _Alignof(struct log_record);

	return (sizeof(*record) + record->len + align - 1) / align * align;
}

/* Where a record of this size fits in one piece; false: nowhere. *wasted: the end of the ring is left out. */
static bool find_room(const struct log_ring *ring, size_t size, size_t *wasted)
{
	const size_t to_end = LOG_RING_OCTETS - ring->next;

	*wasted = size > to_end ? to_end : 0;
	return ring->used + *wasted + size <= LOG_RING_OCTETS;
}

/* There is room for this mark: records and the ring are multiples of the alignment. */
static void leave_out_end(struct log_ring *ring, size_t wasted)
{
	at(ring, ring->next)->size = 0;
	ring->used += wasted;
	ring->next = 0;
}

bool log_ring_add(struct log_ring *ring, const struct log_record *record, const char *text)
{
	const size_t size = size_of(record);
	size_t wasted;

	ring->refusing = ring->refusing && ring->used > LOG_RING_OCTETS / 2;
	if (ring->refusing || !find_room(ring, size, &wasted)) {
		ring->refusing = true;
		ring->lost++;
		return false;
	}
	if (wasted > 0)
		leave_out_end(ring, wasted);
	struct log_record *added = at(ring, ring->next);
	memcpy(added, record, sizeof(*added));
	memcpy(added->text, text, record->len);
	added->size = size;
	added->lost_before = ring->lost;
	ring->lost = 0;
	ring->used += size;
	ring->next = (ring->next + size) % LOG_RING_OCTETS;
	return true;
}

const struct log_record *log_ring_first(const struct log_ring *ring)
{
	return ring->used == 0 ? NULL : (const struct log_record *)(const void *)(ring->octets + ring->first);
}

void log_ring_remove_first(struct log_ring *ring)
{
	const size_t size = at(ring, ring->first)->size;

	ring->used -= size;
	ring->first = (ring->first + size) % LOG_RING_OCTETS;
	if (ring->used == 0) {
		/* Most of the time it is empty: then only its first pages are ever touched. */
		ring->first = 0;
		ring->next = 0;
	} else if (at(ring, ring->first)->size == 0) {
		ring->used -= LOG_RING_OCTETS - ring->first;
		ring->first = 0;
	}
}

uint64_t log_ring_take_lost(struct log_ring *ring)
{
	const uint64_t lost = ring->lost;

	ring->lost = 0;
	return lost;
}
