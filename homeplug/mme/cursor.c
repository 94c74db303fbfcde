/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/cursor.h"

#include <string.h>

void reader_init(struct reader *r, const uint8_t *data, size_t len)
{
	r->pos = data;
	r->end = data + len;
	r->failed = false;
}

size_t reader_left(const struct reader *r)
{
	return (size_t)(r->end - r->pos);
}

static bool reader_has(struct reader *r, size_t n)
{
	if (r->failed || n > reader_left(r))
		r->failed = true;
	return !r->failed;
}

uint8_t read_u8(struct reader *r)
{
	return reader_has(r, 1) ? *r->pos++ : 0;
}

uint16_t read_le16(struct reader *r)
{
	if (!reader_has(r, 2))
		return 0;
	uint16_t value = (uint16_t)(r->pos[0] | r->pos[1] << 8);
	r->pos += 2;
	return value;
}

void read_bytes(struct reader *r, void *out, size_t n)
{
	if (!reader_has(r, n)) {
		memset(out, 0, n);
		return;
	}
	memcpy(out, r->pos, n);
	r->pos += n;
}

void read_skip(struct reader *r, size_t n)
{
	if (reader_has(r, n))
		r->pos += n;
}

void writer_init(struct writer *w, uint8_t *buf, size_t size)
{
	w->start = buf;
	w->pos = buf;
	w->end = buf + size;
	w->failed = false;
}

size_t writer_len(const struct writer *w)
{
	return (size_t)(w->pos - w->start);
}

static bool writer_has(struct writer *w, size_t n)
{
	if (w->failed || n > (size_t)(w->end - w->pos))
		w->failed = true;
	return !w->failed;
}

void write_u8(struct writer *w, uint8_t value)
{
	if (writer_has(w, 1))
		*w->pos++ = value;
}

void write_le16(struct writer *w, uint16_t value)
{
	write_u8(w, (uint8_t)(value & 0xff));
	write_u8(w, (uint8_t)(value >> 8));
}

void write_bytes(struct writer *w, const void *data, size_t n)
{
	if (!writer_has(w, n))
		return;
	memcpy(w->pos, data, n);
	w->pos += n;
}

void write_zeros(struct writer *w, size_t n)
{
	if (!writer_has(w, n))
		return;
	memset(w->pos, 0, n);
	w->pos += n;
}
