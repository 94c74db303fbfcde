/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounds-checked reading and writing of octets. Errors are sticky: after the first access past the
 * end every further read yields zeros, every further write does nothing, and `failed` stays true.
 * A codec therefore reads a whole message in a row and looks at `failed` once. Each is a few instructions, and a frame has
 * dozens of them: they become a part of their caller.
 */
#ifndef HOMEPLUG_MME_CURSOR_H
#define HOMEPLUG_MME_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct reader {
	const uint8_t *pos;
	const uint8_t *end;
	bool failed;
};

struct writer {
	uint8_t *start;
	uint8_t *pos;
	uint8_t *end;
	bool failed;
};

/* Starts reading `len` octets at `data`. The reader keeps pointers into `data`, it owns nothing. */
static inline void reader_init(struct reader *r, const uint8_t *data, size_t len)
{
	r->pos = data;
	r->end = data + len;
	r->failed = false;
}

/* Octets that are left. */
static inline size_t reader_left(const struct reader *r)
{
	return (size_t)(r->end - r->pos);
}

/* Whether n more are left; the reader has failed where not. */
static inline bool reader_has(struct reader *r, size_t n)
{
	if (r->failed || n > reader_left(r))
		r->failed = true;
	return !r->failed;
}

static inline uint8_t read_u8(struct reader *r)
{
	return reader_has(r, 1) ? *r->pos++ : 0;
}

/* 16 bit, little endian, as HomePlug sends every number of more than one octet. */
static inline uint16_t read_le16(struct reader *r)
{
	if (!reader_has(r, 2))
		return 0;
	uint16_t value = (uint16_t)(r->pos[0] | r->pos[1] << 8);
	r->pos += 2;
	return value;
}

/* Copies n octets to out; zeros when fewer are left. */
static inline void read_bytes(struct reader *r, void *out, size_t n)
{
	if (!reader_has(r, n)) {
		memset(out, 0, n);
		return;
	}
	memcpy(out, r->pos, n);
	r->pos += n;
}

static inline void read_skip(struct reader *r, size_t n)
{
	if (reader_has(r, n))
		r->pos += n;
}

/* Starts writing into `buf` of `size` octets. The writer owns nothing. */
static inline void writer_init(struct writer *w, uint8_t *buf, size_t size)
{
	w->start = buf;
	w->pos = buf;
	w->end = buf + size;
	w->failed = false;
}

/* Octets written so far. */
static inline size_t writer_len(const struct writer *w)
{
	return (size_t)(w->pos - w->start);
}

/* Whether there is room for n more; the writer has failed where not. */
static inline bool writer_has(struct writer *w, size_t n)
{
	if (w->failed || n > (size_t)(w->end - w->pos))
		w->failed = true;
	return !w->failed;
}

static inline void write_u8(struct writer *w, uint8_t value)
{
	if (writer_has(w, 1))
		*w->pos++ = value;
}

static inline void write_le16(struct writer *w, uint16_t value)
{
	write_u8(w, (uint8_t)(value & 0xff));
	write_u8(w, (uint8_t)(value >> 8));
}

static inline void write_bytes(struct writer *w, const void *data, size_t n)
{
	if (!writer_has(w, n))
		return;
	memcpy(w->pos, data, n);
	w->pos += n;
}

static inline void write_zeros(struct writer *w, size_t n)
{
	if (!writer_has(w, n))
		return;
	memset(w->pos, 0, n);
	w->pos += n;
}

#endif
