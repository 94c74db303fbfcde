/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/history_row.h"

#include "homeplug/mme/cursor.h"

#include <string.h>

/* --- octets, bounded --- */

static void put_number(struct writer *writer, uint64_t number, size_t octets)
{
	for (size_t i = 0; i < octets; i++)
		write_u8(writer, (uint8_t)(number >> (8 * i)));
}

static void put_double(struct writer *writer, double number)
{
	uint64_t octets;

	memcpy(&octets, &number, sizeof(octets));
	put_number(writer, octets, sizeof(octets));
}

static void put_octets(struct writer *writer, const void *octets, size_t len)
{
	put_number(writer, len, 2);
	write_bytes(writer, octets, len);
}

static void put_text(struct writer *writer, const char *text)
{
	put_octets(writer, text, strlen(text));
}

static uint64_t get_number(struct reader *reader, size_t octets)
{
	uint64_t number = 0;

	for (size_t i = 0; i < octets; i++)
		number |= (uint64_t)read_u8(reader) << (8 * i);
	return number;
}

static double get_double(struct reader *reader)
{
	const uint64_t octets = get_number(reader, sizeof(octets));
	double number;

	memcpy(&number, &octets, sizeof(number));
	return number;
}

static bool get_bool(struct reader *reader)
{
	const uint8_t number = read_u8(reader);

	reader->failed = reader->failed || number > 1;
	return number == 1;
}

static size_t get_octets(struct reader *reader, void *out, size_t max)
{
	const size_t len = read_le16(reader);

	if (len > max || !reader_has(reader, len)) {
		reader->failed = true;
		return 0;
	}
	read_bytes(reader, out, len);
	return len;
}

static void get_text(struct reader *reader, char *out, size_t size)
{
	const size_t len = get_octets(reader, out, size - 1);

	out[len] = '\0';
	reader->failed = reader->failed || strlen(out) != len;
}

/* --- rows --- */

static void put_telemetry(struct writer *writer, const struct history_telemetry *row)
{
	put_number(writer, (uint64_t)row->sampling_us, 8);
	write_u8(writer, row->has_number);
	put_double(writer, row->has_number ? row->number : 0);
	write_u8(writer, row->has_text);
	put_text(writer, row->has_text ? row->text : "");
	put_text(writer, row->station);
	put_text(writer, row->evse_id);
	put_text(writer, row->name);
}

static void get_telemetry(struct reader *reader, struct history_telemetry *row)
{
	row->sampling_us = (int64_t)get_number(reader, 8);
	row->has_number = get_bool(reader);
	row->number = get_double(reader);
	row->has_text = get_bool(reader);
	get_text(reader, row->text, sizeof(row->text));
	get_text(reader, row->station, sizeof(row->station));
	get_text(reader, row->evse_id, sizeof(row->evse_id));
	get_text(reader, row->name, sizeof(row->name));
}

static void put_status(struct writer *writer, const struct history_status *row)
{
	put_number(writer, (uint64_t)row->sampling_us, 8);
	put_number(writer, (uint64_t)row->received_us, 8);
	write_u8(writer, row->has_attenuation);
	put_double(writer, row->has_attenuation ? row->attenuation_db : 0);
	put_text(writer, row->station);
	put_text(writer, row->message_id);
	put_text(writer, row->evse_id);
	put_text(writer, row->status);
	put_text(writer, row->reason);
	put_text(writer, row->run_id);
	put_text(writer, row->ev_mac);
	put_text(writer, row->record);
}

static void get_status(struct reader *reader, struct history_status *row)
{
	row->sampling_us = (int64_t)get_number(reader, 8);
	row->received_us = (int64_t)get_number(reader, 8);
	row->has_attenuation = get_bool(reader);
	row->attenuation_db = get_double(reader);
	get_text(reader, row->station, sizeof(row->station));
	get_text(reader, row->message_id, sizeof(row->message_id));
	get_text(reader, row->evse_id, sizeof(row->evse_id));
	get_text(reader, row->status, sizeof(row->status));
	get_text(reader, row->reason, sizeof(row->reason));
	get_text(reader, row->run_id, sizeof(row->run_id));
	get_text(reader, row->ev_mac, sizeof(row->ev_mac));
	get_text(reader, row->record, sizeof(row->record));
}

static void put_refused(struct writer *writer, const struct history_refused *row)
{
	put_number(writer, (uint64_t)row->received_us, 8);
	put_octets(writer, row->payload, row->len);
	put_text(writer, row->topic);
	put_text(writer, row->why);
}

static void get_refused(struct reader *reader, struct history_refused *row)
{
	row->received_us = (int64_t)get_number(reader, 8);
	row->len = get_octets(reader, row->payload, sizeof(row->payload));
	get_text(reader, row->topic, sizeof(row->topic));
	get_text(reader, row->why, sizeof(row->why));
}

/* --- records --- */

/* CRC-32 of Ethernet and zip, half an octet at a time. */
static uint32_t checksum(const uint8_t *octets, size_t len)
{
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	uint32_t sum = 0xffffffff;

	for (size_t i = 0; i < len; i++) {
		sum = table[(sum ^ octets[i]) & 15] ^ (sum >> 4);
		sum = table[(sum ^ (uint32_t)(octets[i] >> 4)) & 15] ^ (sum >> 4);
	}
	return ~sum;
}

size_t history_record_write(const struct history_row *row, uint8_t *out, size_t size)
{
	struct writer head;
	struct writer body;

	if (size < HISTORY_RECORD_HEAD)
		return 0;
	writer_init(&head, out, HISTORY_RECORD_HEAD);
	writer_init(&body, out + HISTORY_RECORD_HEAD, size - HISTORY_RECORD_HEAD);
	write_u8(&body, (uint8_t)row->kind);
	if (row->kind == HISTORY_TELEMETRY)
		put_telemetry(&body, &row->as.telemetry);
	else if (row->kind == HISTORY_STATUS)
		put_status(&body, &row->as.status);
	else
		put_refused(&body, &row->as.refused);
	if (body.failed)
		return 0;
	const size_t len = writer_len(&body);
	put_number(&head, len, 4);
	put_number(&head, checksum(out + HISTORY_RECORD_HEAD, len), 4);
	return HISTORY_RECORD_HEAD + len;
}

static bool read_row(struct reader *reader, struct history_row *row)
{
	row->kind = (enum history_kind)read_u8(reader);
	switch (row->kind) {
	case HISTORY_TELEMETRY:
		get_telemetry(reader, &row->as.telemetry);
		break;
	case HISTORY_STATUS:
		get_status(reader, &row->as.status);
		break;
	case HISTORY_REFUSED:
		get_refused(reader, &row->as.refused);
		break;
	default:
		return false;
	}
	return !reader->failed && reader_left(reader) == 0;
}

enum history_record history_record_read(const uint8_t *octets, size_t len, struct history_row *row, size_t *used)
{
	struct reader head;
	struct reader body;

	*used = 0;
	if (len < HISTORY_RECORD_HEAD)
		return HISTORY_RECORD_SHORT;
	reader_init(&head, octets, len);
	const size_t body_len = (size_t)get_number(&head, 4);
	const uint32_t sum = (uint32_t)get_number(&head, 4);
	if (body_len == 0 || body_len > HISTORY_RECORD_MAX)
		return HISTORY_RECORD_BROKEN;
	if (body_len > reader_left(&head))
		return HISTORY_RECORD_SHORT;
	reader_init(&body, head.pos, body_len);
	if (checksum(head.pos, body_len) != sum || !read_row(&body, row))
		return HISTORY_RECORD_BROKEN;
	*used = HISTORY_RECORD_HEAD + body_len;
	return HISTORY_RECORD_OK;
}
