/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/outlet_state.h"

#include "slacd/outlet/hex.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind {
	NUMBER, /* an unsigned integer, an enum or a bool; up to `max` */
	REASON, /* enum slac_reason, by its word */
	ERROR,  /* enum mme_error, likewise */
	OCTETS,
	TEXT /* likewise, and a NUL comes last */
};

/* `items` values of `size` octets each (OCTETS: one of that length), and all of that in each of `rows` structs. */
struct field {
	const char *name; /* "[]" stands for the row */
	enum kind kind;
	size_t offset;
	size_t size;
	size_t items;
	size_t rows;
	size_t stride; /* from one row to the next */
	uint64_t max;
};

#define OF(member) (((struct outlet *)0)->member)
#define MOST(value)                                                                                                    \
	_Generic((value), bool : 1, uint8_t                                                                            \
		 : UINT8_MAX, uint16_t                                                                                 \
		 : UINT16_MAX, uint64_t                                                                                \
		 : UINT64_MAX, default                                                                                 \
		 : UINT32_MAX)
#define ONE(what, member, most)                                                                                        \
	{                                                                                                              \
#member, what, offsetof(struct outlet, member), sizeof(OF(member)), 1, 1, 0, most                      \
	}
#define N(member)       ONE(NUMBER, member, MOST(OF(member)))
#define UPTO(member, m) ONE(NUMBER, member, m)
#define BYTES(member)   ONE(OCTETS, member, 0)
#define STRING(member)  ONE(TEXT, member, 0)
#define LIST(member)                                                                                                   \
	{                                                                                                              \
#member, NUMBER, offsetof(struct outlet, member), sizeof(OF(member)[0]),                               \
			sizeof(OF(member)) / sizeof(OF(member)[0]), 1, 0, MOST(OF(member)[0])                          \
	}
#define ROW(array, what, member, most)                                                                                 \
	{                                                                                                              \
#array "[]." #member, what, offsetof(struct outlet, array[0].member), sizeof(OF(array)[0].member), 1,  \
			sizeof(OF(array)) / sizeof(OF(array)[0]), sizeof(OF(array)[0]), most                           \
	}
#define RUN(member)       ROW(slac.runs, NUMBER, member, MOST(OF(slac.runs)[0].member))
#define RUN_BYTES(member) ROW(slac.runs, OCTETS, member, 0)

static const struct field fields[] = {
	BYTES(slac.config.evse_mac),
	UPTO(slac.state, SLAC_EVSE_EXPIRED),
	N(slac.deadline_us),
	N(slac.fallback_us),
	N(slac.vehicle_connected),
	N(slac.paused),
	N(slac.has_key),
	BYTES(slac.key.nmk),
	BYTES(slac.key.nid),
	N(slac.rejoining),
	N(slac.key_given),
	BYTES(slac.key_holder),
	BYTES(slac.given_nid),
	N(slac.failures),
	ONE(ERROR, slac.parm_req_error, 0),
	BYTES(slac.parm_req_mac),
	N(slac.last_window_us),
	BYTES(slac.modem_mac),
	N(slac.has_run_id),
	BYTES(slac.run_id),
	BYTES(slac.ev_mac),
	N(slac.has_attenuation),
	N(slac.attenuation_ddb),
	BYTES(slac.validation.ev_mac),
	N(slac.validation.until_us),
	BYTES(slac.validation.waiting_mac),
	N(slac.validation.waiting_since_us),
	N(slac.validation.waiting_until_us),
	N(slac.failed_runs.count),
	ROW(slac.failed_runs.items, OCTETS, ev_mac, 0),
	ROW(slac.failed_runs.items, OCTETS, run_id, 0),
	UPTO(slac.run_count, SLAC_EVSE_RUNS),
	ROW(slac.runs, NUMBER, state, SLAC_RUN_FAILED),
	RUN_BYTES(ev_mac),
	RUN_BYTES(run_id),
	RUN(deadline_us),
	RUN(since_us),
	RUN(kept_until_us),
	ROW(slac.runs, REASON, failure, 0),
	RUN(num_sounds),
	RUN(sounds),
	RUN(empty_profiles),
	RUN(profiles),
	RUN(early_profiles),
	RUN(repeats),
	{"slac.runs[].sum_db", NUMBER, offsetof(struct outlet, slac.runs[0].sum_db), sizeof(uint16_t), SLAC_GROUPS,
	 SLAC_EVSE_RUNS, sizeof(struct slac_run), UINT16_MAX},
	RUN_BYTES(measured_db),
	RUN_BYTES(average_db),
	RUN(reported_sounds),
	ROW(slac.runs, REASON, refused, 0),
	ROW(slac.runs, ERROR, refused_error, 0),
	RUN(s2_closed),
	RUN(toggles),
	RUN(validated),
	RUN(excused),
	RUN(step_1_until_us),
	RUN(validations),
	RUN(put_off),

	BYTES(modem.config.host_mac),
	N(modem.identity.asking),
	N(modem.identity.deadline_us),
	UPTO(modem.identity.family, MODEM_STANDARD),
	N(modem.identity.identified),
	STRING(modem.identity.version),
	N(modem.identity.has_mac),
	BYTES(modem.identity.mac),
	UPTO(modem.identity.said.family, MODEM_STANDARD),
	STRING(modem.identity.said.version),
	BYTES(modem.identity.said.mac),
	N(modem.identity.unidentified_said),
	N(modem.identity.passes_over),
	UPTO(modem.identity.passed_over.family, MODEM_STANDARD),
	STRING(modem.identity.passed_over.version),
	BYTES(modem.identity.passed_over.mac),
	N(modem.identity.foreign_answers),
	N(modem.identity.foreign_heard),
	BYTES(modem.identity.foreign_mac),
	UPTO(modem.key.state, MODEM_KEY_READY),
	N(modem.key.deadline_us),
	BYTES(modem.key.given.nmk),
	BYTES(modem.key.given.nid),
	BYTES(modem.key.nonce),
	N(modem.key.attempts),
	BYTES(modem.key.sent_nonce),
	BYTES(modem.key.older_nonce),
	N(modem.key.unconfirmed),
	N(modem.key.unconfirmed_count),
	N(modem.key.first_us),
	LIST(modem.key.sent_us),
	N(modem.key.wait_over_us),
	N(modem.key.silent_us),
	BYTES(modem.key.confirmed_by),
	N(modem.key.result),
	N(modem.key.refusals),
	N(modem.key.modem_heard),
	N(modem.key.after_reset),
	N(modem.key.unechoed),
	N(modem.key.may_be_unverified),
	N(modem.key.contradicted),
	N(modem.key.checked),
	N(modem.key.doubted),
	N(modem.key.get_key_answered),
	N(modem.key.unnamed_said),
	UPTO(modem.reset.state, MODEM_RESET_AWAY),
	N(modem.reset.deadline_us),
	N(modem.reset.after_session),
	N(modem.reset.done),
	N(modem.reset.identity_asked),
	N(modem.reset.cut_short),
	N(modem.reset.answered),
	N(modem.reset.silence_seen),
	N(modem.reset.over_us),
	N(modem.reset.restart_us),
	N(modem.reset.restarted),
	N(modem.check.deadline_us),
	N(modem.check.repeated),
	N(modem.check.exchange_us),
	UPTO(modem.link.state, MODEM_LINK_IS_UP),
	N(modem.link.deadline_us),
	N(modem.link.tells_vendor),
	N(modem.link.tells_nw_stats),
	N(modem.link.poll_us),
	N(modem.link.vendor_open),
	N(modem.link.nw_stats_open),
	N(modem.link.poll_says_up),
	N(modem.link.bad_polls),
	N(modem.link.join_polls),
	UPTO(modem.trouble.said, MODEM_TROUBLE_BOOT_LOADER),
	N(modem.trouble.changes),
	N(modem.trouble.not_before_us),
	N(modem.key_went_ahead),
	N(modem.request_id),

	N(pilot.asking.wanted),
	UPTO(pilot.asking.request.kind, PILOT_X2),
	N(pilot.asking.request.current_da),
	N(pilot.asking.confirmed),
	N(pilot.asking.number),
	N(pilot.asking.first_number),
	N(pilot.asking.answered),
	N(pilot.asking.older_kinds),
	N(pilot.asking.sendings),
	N(pilot.asking.contradicted),
	N(pilot.asking.wait_ms),
	N(pilot.asking.due_us),
	N(pilot.asking.offered_da),
	N(pilot.asking.offered_before_da),
	UPTO(pilot.phase, CONTROL_PILOT_ENDING),
	N(pilot.hold_ms),
	N(pilot.deadline_us),
	N(pilot.nominal_is_open),
	UPTO(pilot.state, CP_STATE_F),
	N(pilot.state_is_known),
	N(pilot.duty_is_known),
	N(pilot.duty),
	N(pilot.vehicle_present),
	N(pilot.session_open),
	N(pilot.faulted),
	N(pilot.f_expected),
	N(pilot.f_was_asked),
	N(pilot.hlc_asked_again),
	N(pilot.pwm_seen),
	N(pilot.owes_x2),
	N(pilot.x2_is_unseen),
	N(pilot.woken),
	N(pilot.resuming),
	N(pilot.b_in_pause),
	N(pilot.c_until_us),
	N(pilot.rematched),
	N(pilot.handed_over),
	N(pilot.other_da),
	N(pilot.hlc_charging),
	N(pilot.authorized),
	N(pilot.a_in_f),
	N(pilot.f_sendings),
	N(pilot.refused),
	UPTO(pilot.slac, CONTROL_PILOT_SLAC_MATCHED),
	UPTO(pilot.availability, CONTROL_PILOT_OUT_OF_ORDER),
	N(pilot.pulses_sent),
	N(pilot.failed_pulses_sent),
	N(pilot.pulse_was_missing),
	N(pilot.e_f_asked_us),
	LIST(pilot.phase_is_connected),
	N(pilot.limit_da),

	BYTES(amp_map.config.evse_mac),
	BYTES(amp_map.ev_mac),
	N(amp_map.matched),
	N(amp_map.deadline_us),
	N(amp_map.repeats),

	N(port_is_up),
	N(serving),
	N(key_given),
	N(link_paused),
	N(unreported_said),
	N(connected_us),
	N(late_car.said),
	BYTES(late_car.mac),
	N(late_car.requests),
	N(late_car.since_us),
	UPTO(answer, OUTLET_ANSWER_ERROR),
	ONE(REASON, init_reason, 0),
	UPTO(question_count, OUTLET_QUESTIONS),
	LIST(questions),
	N(question_deadline_us),
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static const uint8_t *place_of(const struct outlet *outlet, const struct field *field, size_t row)
{
	return (const uint8_t *)outlet + field->offset + row * field->stride;
}

static size_t size_of(const struct field *field)
{
	return field->size * field->items;
}

/* Runs that were not used since the vehicle came are not looked at. */
static size_t rows_of(const struct outlet *outlet, const struct field *field)
{
	return field->stride == sizeof(struct slac_run) ? outlet->slac.run_count : field->rows;
}

size_t outlet_state_size(const struct outlet *outlet)
{
	return offsetof(struct outlet, slac.runs) + outlet->slac.run_count * sizeof(struct slac_run);
}

/* --- writing --- */

static uint64_t number_at(const uint8_t *place, size_t size)
{
	uint64_t value = 0;
	uint32_t word;
	uint16_t half;

	if (size == sizeof(value)) {
		memcpy(&value, place, sizeof(value));
	} else if (size == sizeof(word)) {
		memcpy(&word, place, sizeof(word));
		value = word;
	} else if (size == sizeof(half)) {
		memcpy(&half, place, sizeof(half));
		value = half;
	} else {
		value = *place;
	}
	return value;
}

static void write_numbers(const struct field *field, const uint8_t *place, char out[OUTLET_STATE_VALUE_MAX])
{
	size_t len = 0;

	for (size_t i = 0; i < field->items; i++)
		len += (size_t)snprintf(out + len, OUTLET_STATE_VALUE_MAX - len, "%s%" PRIu64, i == 0 ? "" : ",",
					number_at(place + i * field->size, field->size));
}

static void write_value(const struct field *field, const uint8_t *place, char out[OUTLET_STATE_VALUE_MAX])
{
	switch (field->kind) {
	case NUMBER:
		write_numbers(field, place, out);
		break;
	case REASON:
		snprintf(out, OUTLET_STATE_VALUE_MAX, "%s",
			 slac_reason_text((enum slac_reason)number_at(place, field->size)));
		break;
	case ERROR:
		snprintf(out, OUTLET_STATE_VALUE_MAX, "%s",
			 mme_error_text((enum mme_error)number_at(place, field->size)));
		break;
	case OCTETS:
	case TEXT:
		hex_write(place, field->size, out);
		break;
	}
}

static void write_name(const struct field *field, size_t row, char out[OUTLET_STATE_NAME_MAX])
{
	const char *brackets = strstr(field->name, "[]");

	if (brackets == NULL)
		snprintf(out, OUTLET_STATE_NAME_MAX, "%s", field->name);
	else
		snprintf(out, OUTLET_STATE_NAME_MAX, "%.*s[%zu]%s", (int)(brackets - field->name), field->name, row,
			 brackets + 2);
}

/* As outlet_init made it, before the port told its MAC. NULL without memory. */
static struct outlet *new_one(const struct outlet *outlet)
{
	struct outlet *fresh = calloc(1, sizeof(*fresh));
	struct outlet_config config = {.slac = outlet->slac.config,
				       .modem = outlet->modem.config,
				       .pilot = outlet->pilot.config,
				       .amp_map = outlet->amp_map.config};

	memset(config.slac.evse_mac, 0, MAC_LEN);
	memset(config.modem.host_mac, 0, MAC_LEN);
	memset(config.amp_map.evse_mac, 0, MAC_LEN);
	if (fresh != NULL)
		outlet_init(fresh, &config, NULL, NULL);
	return fresh;
}

bool outlet_state_write(const struct outlet *outlet, outlet_state_line *line, void *context)
{
	struct outlet *fresh = new_one(outlet);
	char name[OUTLET_STATE_NAME_MAX];
	char value[OUTLET_STATE_VALUE_MAX];

	for (size_t i = 0; fresh != NULL && i < FIELDS; i++) {
		for (size_t row = 0; row < rows_of(outlet, &fields[i]); row++) {
			const uint8_t *place = place_of(outlet, &fields[i], row);
			if (memcmp(place, place_of(fresh, &fields[i], row), size_of(&fields[i])) == 0)
				continue;
			write_name(&fields[i], row, name);
			write_value(&fields[i], place, value);
			line(context, name, value);
		}
	}
	explicit_bzero(value, sizeof(value));
	free(fresh);
	return fresh != NULL;
}

/* --- reading --- */

/* "slac.runs[2].state" is field "slac.runs[].state", row 2. */
static bool is_named(const struct field *field, const char *name, size_t *row)
{
	const char *brackets = strstr(field->name, "[]");
	char *end;

	*row = 0;
	if (brackets == NULL)
		return strcmp(field->name, name) == 0;
	const size_t len = (size_t)(brackets - field->name) + 1;
	if (strncmp(field->name, name, len) != 0 || name[len] < '0' || name[len] > '9')
		return false;
	*row = strtoul(name + len, &end, 10);
	return *row < field->rows && strcmp(end, brackets + 1) == 0;
}

static void set_number(uint8_t *place, size_t size, uint64_t value)
{
	const uint32_t word = (uint32_t)value;
	const uint16_t half = (uint16_t)value;

	if (size == sizeof(value))
		memcpy(place, &value, sizeof(value));
	else if (size == sizeof(word))
		memcpy(place, &word, sizeof(word));
	else if (size == sizeof(half))
		memcpy(place, &half, sizeof(half));
	else
		*place = (uint8_t)value;
}

static bool read_numbers(const struct field *field, uint8_t *place, const char *value)
{
	char *end;

	for (size_t i = 0; i < field->items; i++, value = end + 1) {
		if (*value < '0' || *value > '9')
			return false;
		const unsigned long long number = strtoull(value, &end, 10);
		if (number > field->max)
			return false;
		set_number(place + i * field->size, field->size, number);
		if (*end != (i + 1 < field->items ? ',' : '\0'))
			return false;
	}
	return true;
}

static bool read_reason(uint8_t *place, const char *value)
{
	for (int reason = 0; reason < SLAC_REASON_COUNT; reason++)
		if (strcmp(slac_reason_text((enum slac_reason)reason), value) == 0) {
			set_number(place, sizeof(enum slac_reason), (uint64_t)reason);
			return true;
		}
	return false;
}

static bool read_error(uint8_t *place, const char *value)
{
	for (int error = 0; error < MME_ERR_COUNT; error++)
		if (strcmp(mme_error_text((enum mme_error)error), value) == 0) {
			set_number(place, sizeof(enum mme_error), (uint64_t)error);
			return true;
		}
	return false;
}

static bool read_value(const struct field *field, uint8_t *place, const char *value)
{
	switch (field->kind) {
	case NUMBER:
		return read_numbers(field, place, value);
	case REASON:
		return read_reason(place, value);
	case ERROR:
		return read_error(place, value);
	case TEXT:
		return hex_read(value, place, field->size) && place[field->size - 1] == '\0';
	case OCTETS:
		break;
	}
	return hex_read(value, place, field->size);
}

bool outlet_state_read(struct outlet *outlet, const char *name, const char *value)
{
	size_t row;

	for (size_t i = 0; i < FIELDS; i++)
		if (is_named(&fields[i], name, &row))
			return read_value(&fields[i], (uint8_t *)outlet + fields[i].offset + row * fields[i].stride,
					  value);
	return false;
}

void outlet_state_mark(uint8_t marks[sizeof(struct outlet)])
{
	for (size_t i = 0; i < FIELDS; i++)
		for (size_t row = 0; row < fields[i].rows; row++)
			memset(marks + fields[i].offset + row * fields[i].stride, 1, size_of(&fields[i]));
}
