/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounds-checked reading and writing of octets. Errors are sticky: after the first access past the
 * end every further read yields zeros, every further write does nothing, and `failed` stays true.
 * A codec therefore reads a whole message in a row and looks at `failed` once.
 */
#ifndef HOMEPLUG_MME_CURSOR_H
#define HOMEPLUG_MME_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
void reader_init(struct reader *r, const uint8_t *data, size_t len);
/* Octets that are left. */
size_t reader_left(const struct reader *r);
uint8_t read_u8(struct reader *r);
/* 16 bit, little endian, as HomePlug sends every number of more than one octet. */
uint16_t read_le16(struct reader *r);
/* Copies n octets to out; zeros when fewer are left. */
void read_bytes(struct reader *r, void *out, size_t n);
void read_skip(struct reader *r, size_t n);

/* Starts writing into `buf` of `size` octets. The writer owns nothing. */
void writer_init(struct writer *w, uint8_t *buf, size_t size);
/* Octets written so far. */
size_t writer_len(const struct writer *w);
void write_u8(struct writer *w, uint8_t value);
void write_le16(struct writer *w, uint16_t value);
void write_bytes(struct writer *w, const void *data, size_t n);
void write_zeros(struct writer *w, size_t n);

#endif
