/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/tests/world/names.h"

#include "homeplug/network_key.h"
#include "slacd/tests/world/loop.h"
#include "slacd/version.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define UUID_LEN 36
#define SEED     UINT64_C(0x9e3779b97f4a7c15)
/* Longest octets that have a name. */
#define NAMED_MAX NMK_LEN
/* Zeros at the end of a frame are not written out. */
#define PADDING_MIN 8
/* As it stands in a message. */
#define VERSION_TEXT "\"" SLACD_VERSION "\""

enum name_kind { NAME_NMK, NAME_NID, NAME_NONCE, NAME_ID, NAME_KINDS };

struct name {
	struct name *next; /* with the same first octet */
	enum name_kind kind;
	size_t len;
	uint8_t octets[NAMED_MAX];
	unsigned number; /* 0: has not appeared yet */
};

static struct {
	uint64_t streams[LOOP_OWNERS];
	bool fails;
	struct name *names[256];
	char (*ids)[UUID_LEN + 1]; /* place + 1 is the number */
	size_t id_count;
	size_t id_room;
	unsigned numbers[NAME_KINDS];
} names;

/* slacd has the number that follows those of eight cars, as in the worlds that were recorded (test-vectors/world). */
static uint64_t stream_number(size_t owner)
{
	const size_t ninth_car = LOOP_CAR + 8;

	if (owner == LOOP_SLACD)
		return ninth_car + 1;
	return owner < ninth_car ? owner + 1 : owner + 2;
}

void names_open(void)
{
	memset(&names, 0, sizeof(names));
	for (size_t i = 0; i < LOOP_OWNERS; i++)
		names.streams[i] = UINT64_C(0xd1342543de82ef95) * stream_number(i);
}

void names_close(void)
{
	for (size_t i = 0; i < 256; i++) {
		while (names.names[i] != NULL) {
			struct name *name = names.names[i];
			names.names[i] = name->next;
			free(name);
		}
	}
	free(names.ids);
	memset(&names, 0, sizeof(names));
}

void names_fail_draws(bool fail)
{
	names.fails = fail;
}

/* --- draws --- */

/* splitmix64 */
static uint64_t next_of(uint64_t *stream)
{
	uint64_t z = *stream += SEED;

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static void draw(uint8_t *out, size_t n)
{
	uint64_t *stream = &names.streams[loop_owner()];

	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)next_of(stream);
}

static void remember(enum name_kind kind, const uint8_t *octets, size_t len)
{
	struct name *name = calloc(1, sizeof(*name));

	if (name == NULL)
		abort();
	name->kind = kind;
	name->len = len;
	memcpy(name->octets, octets, len);
	name->next = names.names[octets[0]];
	names.names[octets[0]] = name;
}

/* Instead of libcrypto's: see the link options of the world. */
bool __wrap_random_fill_csprng(void *ctx, uint8_t *out, size_t n);

bool __wrap_random_fill_csprng(void *ctx, uint8_t *out, size_t n)
{
	uint8_t nid[NID_LEN];

	(void)ctx;
	if (names.fails && loop_owner() == LOOP_SLACD)
		return false;
	draw(out, n);
	if (loop_owner() != LOOP_SLACD)
		return true;
	if (n == NONCE_LEN)
		remember(NAME_NONCE, out, n);
	if (n == NMK_LEN && nid_from_nmk(out, nid)) {
		remember(NAME_NMK, out, n);
		remember(NAME_NID, nid, NID_LEN);
	}
	return true;
}

ssize_t __wrap_getrandom(void *out, size_t n, unsigned flags);

ssize_t __wrap_getrandom(void *out, size_t n, unsigned flags)
{
	(void)flags;
	draw(out, n);
	return (ssize_t)n;
}

/* Whether a piece of a key begins here. */
static bool is_piece(const uint8_t *octets, size_t piece)
{
	for (size_t i = 0; i < 256; i++)
		for (const struct name *name = names.names[i]; name != NULL; name = name->next)
			for (size_t at = 0; name->kind == NAME_NMK && at + piece <= name->len; at++)
				if (memcmp(octets, name->octets + at, piece) == 0)
					return true;
	return false;
}

bool names_hold_key(const uint8_t *octets, size_t len, size_t piece)
{
	static bool begins[256][256]; /* the first two octets of a piece: most places are none */

	memset(begins, 0, sizeof(begins));
	for (size_t i = 0; i < 256; i++)
		for (const struct name *name = names.names[i]; name != NULL; name = name->next)
			for (size_t at = 0; name->kind == NAME_NMK && at + piece <= name->len; at++)
				begins[name->octets[at]][name->octets[at + 1]] = true;
	for (size_t at = 0; at + piece <= len; at++)
		if (begins[octets[at]][octets[at + 1]] && is_piece(octets + at, piece))
			return true;
	return false;
}

/* --- names --- */

static struct name *find(const uint8_t *octets, size_t len)
{
	for (struct name *name = len > 0 ? names.names[octets[0]] : NULL; name != NULL; name = name->next)
		if (name->len <= len && memcmp(name->octets, octets, name->len) == 0)
			return name;
	return NULL;
}

static void write_name(FILE *out, struct name *name)
{
	static const char *const texts[] = {"nmk", "nid", "nonce"};

	if (name->number == 0)
		name->number = ++names.numbers[name->kind];
	fprintf(out, "<%s%u>", texts[name->kind], name->number);
}

static unsigned number_of_id(const char *id)
{
	for (size_t i = 0; i < names.id_count; i++)
		if (memcmp(names.ids[i], id, UUID_LEN) == 0)
			return (unsigned)i + 1;
	if (names.id_count == names.id_room) {
		names.id_room = names.id_room * 2 + 64;
		names.ids = realloc(names.ids, names.id_room * sizeof(names.ids[0]));
	}
	if (names.ids == NULL)
		abort();
	memcpy(names.ids[names.id_count], id, UUID_LEN);
	return (unsigned)++names.id_count;
}

static bool is_id(const char *text)
{
	for (size_t i = 0; i < UUID_LEN; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return false;
	}
	return true;
}

/* A NID as text: 14 hex digits, or octets with colons between them. The length of it, or 0. */
static size_t nid_text_len(const char *text, uint8_t nid[NID_LEN])
{
	const char *p = text;

	for (size_t i = 0; i < NID_LEN; i++) {
		unsigned octet;
		if (i > 0 && *p == ':')
			p++;
		if (!isxdigit((unsigned char)p[0]) || !isxdigit((unsigned char)p[1]) || sscanf(p, "%2x", &octet) != 1)
			return 0;
		nid[i] = (uint8_t)octet;
		p += 2;
	}
	return (size_t)(p - text);
}

/* Writes what stands at `text` and has another name; how many characters that took. */
static size_t write_named(FILE *out, const char *text, size_t left)
{
	uint8_t nid[NID_LEN];
	size_t len;

	if (left >= UUID_LEN && is_id(text)) {
		fprintf(out, "#%u", number_of_id(text));
		return UUID_LEN;
	}
	if (strncmp(text, VERSION_TEXT, strlen(VERSION_TEXT)) == 0) {
		fprintf(out, "\"<version>\"");
		return strlen(VERSION_TEXT);
	}
	len = left >= 2 * NID_LEN ? nid_text_len(text, nid) : 0;
	struct name *name = len > 0 ? find(nid, NID_LEN) : NULL;
	if (name == NULL || name->kind != NAME_NID)
		return 0;
	write_name(out, name);
	return len;
}

char *names_in_text(const char *text)
{
	size_t left = strlen(text);
	char *named = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&named, &size);

	if (out == NULL)
		abort();
	while (left > 0) {
		size_t taken = write_named(out, text, left);
		if (taken == 0) {
			fputc(*text, out);
			taken = 1;
		}
		text += taken;
		left -= taken;
	}
	fclose(out);
	return named;
}

static size_t padding_of(const uint8_t *octets, size_t len)
{
	size_t zeros = 0;

	while (zeros < len && octets[len - zeros - 1] == 0)
		zeros++;
	return zeros >= PADDING_MIN ? zeros : 0;
}

char *names_in_octets(const uint8_t *octets, size_t len)
{
	size_t padding = padding_of(octets, len);
	char *named = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&named, &size);

	if (out == NULL)
		abort();
	for (size_t i = 0; i < len - padding;) {
		struct name *name = find(octets + i, len - i);
		if (name == NULL) {
			fprintf(out, "%02x", octets[i++]);
			continue;
		}
		write_name(out, name);
		i += name->len;
	}
	if (padding > 0)
		fprintf(out, "(0*%zu)", padding);
	fclose(out);
	return named;
}
