/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/trace/trace_record.h"

#include "tools/replay/mme_summary.h"

#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
/* IEC 61851-1: 3 to 7 % is 5 %, digital communication. In 1/100 %. */
#define FIVE_PERCENT_LEAST 300
#define FIVE_PERCENT_MOST  700

struct row_reader {
	struct trace_record *record;
	struct trace_sessions *sessions;
	uint64_t begin_us;
	uint64_t number; /* of the item, as Wireshark counts */
	bool has_begun;
	bool failed; /* no memory */
};

/* --- words --- */

const char *trace_row_kind_text(enum trace_row_kind kind)
{
	static const char *const texts[TRACE_ROW_KINDS] = {"frame",  "pilot",   "request", "answer",
							   "status", "outside", "note",    "gap"};

	return (size_t)kind < TRACE_ROW_KINDS ? texts[kind] : "?";
}

const char *trace_row_direction(const struct trace_row *row)
{
	if (row->kind != TRACE_ROW_FRAME)
		return "";
	return row->is_sent ? "sent " : "received ";
}

enum trace_pilot_band trace_pilot_band_of(const struct outlet_cp_status *pilot)
{
	const bool has_pwm = pilot->state == CP_STATE_B2 || pilot->state == CP_STATE_C2 || pilot->state == CP_STATE_D2;

	if (cp_state_is_unplugged(pilot->state))
		return TRACE_PILOT_A;
	if (cp_state_is_fault(pilot->state))
		return pilot->state == CP_STATE_E ? TRACE_PILOT_E : TRACE_PILOT_F;
	if (!has_pwm)
		return TRACE_PILOT_X1;
	if (!pilot->has_duty || (pilot->duty >= FIVE_PERCENT_LEAST && pilot->duty <= FIVE_PERCENT_MOST))
		return TRACE_PILOT_5_PERCENT;
	return TRACE_PILOT_NOMINAL;
}

const char *trace_pilot_band_text(enum trace_pilot_band band)
{
	static const char *const texts[] = {"A", "X1", "5 %", "nominal", "E", "F"};

	return (size_t)band < COUNT_OF(texts) ? texts[band] : "?";
}

/* The word behind `key` in a line, e.g. " reason="; false: the line does not have it. */
static bool find_word(const char *text, const char *key, char out[32])
{
	const char *place = strstr(text, key);

	if (place == NULL)
		return false;
	snprintf(out, 32, "%.*s", (int)strcspn(place + strlen(key), " "), place + strlen(key));
	return true;
}

static enum slac_reason reason_of_word(const char *word)
{
	for (int reason = 1; reason < SLAC_REASON_COUNT; reason++)
		if (strcmp(slac_reason_text((enum slac_reason)reason), word) == 0)
			return (enum slac_reason)reason;
	return SLAC_REASON_NONE;
}

static enum slac_reason reason_in(const char *text)
{
	char word[32];

	return find_word(text, " reason=", word) ? reason_of_word(word) : SLAC_REASON_NONE;
}

static bool begins_with(const char *text, const char *begin)
{
	return strncmp(text, begin, strlen(begin)) == 0;
}

/* --- rows --- */

static struct trace_row *new_row(struct row_reader *reader, enum trace_row_kind kind, uint64_t time_us)
{
	static struct trace_row spare;
	struct trace_record *record = reader->record;

	if (record->row_count == TRACE_ROWS_MAX) {
		record->rows_left_out++;
		return &spare;
	}
	if (record->row_count == record->row_room) {
		const size_t room = record->row_room == 0 ? 256 : 2 * record->row_room;
		struct trace_row *rows = realloc(record->rows, room * sizeof(*rows));
		if (rows == NULL) {
			reader->failed = true;
			return &spare;
		}
		record->rows = rows;
		record->row_room = room;
	}
	struct trace_row *row = &record->rows[record->row_count++];
	memset(row, 0, sizeof(*row));
	row->kind = kind;
	row->number = reader->number;
	row->time_us = time_us;
	return row;
}

/* Without the word that the row's kind says. */
static void add_row(struct row_reader *reader, enum trace_row_kind kind, uint64_t time_us, const char *text)
{
	const char *word = trace_row_kind_text(kind);

	if (begins_with(text, word) && text[strlen(word)] == ' ')
		text += strlen(word) + 1;
	snprintf(new_row(reader, kind, time_us)->text, TRACE_ROW_TEXT, "%.*s", TRACE_ROW_TEXT - 1, text);
}

static void mark(const struct row_reader *reader, struct trace_moment *moment, uint64_t time_us)
{
	if (moment->number == 0)
		*moment = (struct trace_moment){.number = reader->number, .time_us = time_us};
}

/* --- what the outlet was given --- */

static void take_frame(struct row_reader *reader, const struct record_item *item, uint64_t time_us, bool is_sent)
{
	struct trace_row *row = new_row(reader, TRACE_ROW_FRAME, time_us);
	struct trace_frame frame = {.number = reader->number, .time_us = time_us, .len = item->len};
	struct frame_text text;

	frame_describe(item->octets, item->len, &text);
	row->is_sent = is_sent;
	snprintf(row->text, sizeof(row->text), "%s%s%s", text.name, text.summary[0] == '\0' ? "" : "  ", text.summary);
	memcpy(frame.octets, item->octets, item->len);
	trace_sessions_take(reader->sessions, &frame);
}

static void take_pilot(struct row_reader *reader, const struct record_item *item, uint64_t time_us)
{
	struct trace_row *row = new_row(reader, TRACE_ROW_PILOT, time_us);
	struct trace_record *record = reader->record;
	const struct outlet_cp_status *pilot = &item->input.cp_status;

	row->tells_pilot = true;
	row->pilot = *pilot;
	snprintf(row->text, sizeof(row->text), "%.*s", TRACE_ROW_TEXT - 1, item->text);
	if (cp_state_has_vehicle(pilot->state) && record->connected.number == 0)
		record->is_plugged_in = record->left.number != 0 ||
					(record->pilot_is_known && cp_state_is_unplugged(record->pilot.state));
	if (cp_state_has_vehicle(pilot->state))
		mark(reader, &record->connected, time_us);
	if (cp_state_is_unplugged(pilot->state))
		mark(reader, &record->left, time_us);
	if (trace_pilot_band_of(pilot) == TRACE_PILOT_5_PERCENT)
		mark(reader, &record->five_percent, time_us);
}

static void take_input(struct row_reader *reader, const struct record_item *item, uint64_t time_us)
{
	struct trace_record *record = reader->record;

	switch (item->input.kind) {
	case OUTLET_FRAME:
		take_frame(reader, item, time_us, false);
		break;
	case OUTLET_CP_STATUS:
		take_pilot(reader, item, time_us);
		break;
	case OUTLET_PILOT_ANSWER:
	case OUTLET_PILOT_NOT_SENT:
		add_row(reader, TRACE_ROW_ANSWER, time_us, item->text);
		break;
	case OUTLET_TICK:
		break; /* only time has passed */
	case OUTLET_PORT_UP:
		record->port_was_up = true;
		add_row(reader, TRACE_ROW_OUTSIDE, time_us, item->text);
		break;
	case OUTLET_PORT_DOWN:
		mark(reader, &record->port_down, time_us);
		add_row(reader, TRACE_ROW_OUTSIDE, time_us, item->text);
		break;
	default:
		add_row(reader, TRACE_ROW_OUTSIDE, time_us, item->text);
		break;
	}
}

/* --- what it did --- */

static void take_note(struct row_reader *reader, const char *text, uint64_t time_us)
{
	struct trace_record *record = reader->record;

	add_row(reader, TRACE_ROW_NOTE, time_us, text);
	if (begins_with(text, "note pilot_unreported"))
		mark(reader, &record->unreported, time_us);
	else if (begins_with(text, "note pilot_contradicted"))
		mark(reader, &record->contradicted, time_us);
	else if (begins_with(text, "note modem trouble ") && record->modem_trouble.number == 0) {
		mark(reader, &record->modem_trouble, time_us);
		find_word(text, " trouble ", record->modem_trouble_text);
	}
}

static void take_status(struct row_reader *reader, const char *text, uint64_t time_us)
{
	struct trace_record *record = reader->record;

	add_row(reader, TRACE_ROW_STATUS, time_us, text);
	if (begins_with(text, "status matched")) {
		mark(reader, &record->matched, time_us);
	} else if (!begins_with(text, "status matching") && record->ended.number == 0) {
		mark(reader, &record->ended, time_us);
		record->reason = reason_in(text);
	}
}

static void take_effect(struct row_reader *reader, const struct record_item *item, uint64_t time_us)
{
	if (item->octets != NULL)
		take_frame(reader, item, time_us, true);
	else if (begins_with(item->text, "status "))
		take_status(reader, item->text, time_us);
	else if (begins_with(item->text, "pilot_request "))
		add_row(reader, TRACE_ROW_REQUEST, time_us, item->text);
	else
		take_note(reader, item->text, time_us);
}

/* --- how the outlet was at the begin, and behind a gap --- */

/* What a state says of the outlet, as far as it is shown. */
struct state {
	bool pilot_is_known;
	struct outlet_cp_status pilot;
	bool port_is_up;
};

static bool take_state_line(void *context, const char *name, const char *value)
{
	struct state *state = context;
	const unsigned long number = strtoul(value, NULL, 10);

	if (strcmp(name, "pilot.state_is_known") == 0)
		state->pilot_is_known = number == 1;
	else if (strcmp(name, "pilot.state") == 0 && number < CP_STATE_COUNT)
		state->pilot.state = (enum cp_state)number;
	else if (strcmp(name, "pilot.duty_is_known") == 0)
		state->pilot.has_duty = number == 1;
	else if (strcmp(name, "pilot.duty") == 0)
		state->pilot.duty = (uint32_t)number;
	else if (strcmp(name, "port_is_up") == 0)
		state->port_is_up = number == 1;
	return true;
}

static void take_state(struct row_reader *reader, const struct record_item *item, uint64_t time_us)
{
	struct trace_record *record = reader->record;
	struct trace_row *last = record->row_count > 0 ? &record->rows[record->row_count - 1] : NULL;
	struct state state = {0};

	record_item_state(item, take_state_line, &state);
	if (last != NULL && last->kind == TRACE_ROW_GAP) {
		last->tells_pilot = state.pilot_is_known;
		last->pilot = state.pilot;
	}
	if (reader->number == 1) {
		record->pilot_is_known = state.pilot_is_known;
		record->pilot = state.pilot;
	}
	record->port_was_up = record->port_was_up || state.port_is_up;
	if (state.pilot_is_known && cp_state_has_vehicle(state.pilot.state)) {
		mark(reader, &record->connected, time_us);
		if (trace_pilot_band_of(&state.pilot) == TRACE_PILOT_5_PERCENT)
			mark(reader, &record->five_percent, time_us);
	}
}

/* --- attempts --- */

static void on_attempt(void *context, const struct trace_session *session)
{
	struct trace_record *record = ((struct row_reader *)context)->record;

	if (record->attempt_count == TRACE_ATTEMPTS_MAX) {
		record->attempt_count--;
		record->attempts_left_out++;
	}
	record->attempts[record->attempt_count++] = (struct trace_attempt){.session = *session};
}

static int by_begin(const void *a, const void *b)
{
	const struct trace_attempt *first = a, *second = b;

	return (first->session.first_us > second->session.first_us) -
	       (first->session.first_us < second->session.first_us);
}

static int by_number(const void *a, const void *b)
{
	const struct trace_row *first = a, *second = b;

	return (first->number > second->number) - (first->number < second->number);
}

/* Each frame that an attempt has noted is that of a row. */
static void join_events(struct trace_record *record, const struct trace_session *session)
{
	for (size_t i = 0; i < session->event_count; i++) {
		const struct trace_row key = {.number = session->events[i].number};
		struct trace_row *row = bsearch(&key, record->rows, record->row_count, sizeof(key), by_number);
		if (row != NULL)
			row->event = &session->events[i];
	}
}

/* The attempt that a note speaks of: the last one of this car that had begun by then; any run_id where it names none. */
static struct trace_attempt *attempt_of(struct trace_record *record, const struct trace_row *row)
{
	char mac[32], run_id[32], own_mac[MAC_TEXT_SIZE], own_run_id[RUN_ID_TEXT_SIZE];
	const bool has_run_id = find_word(row->text, " run_id=", run_id);
	struct trace_attempt *found = NULL;

	if (!find_word(row->text, " from=", mac))
		return NULL;
	for (size_t i = 0; i < record->attempt_count; i++) {
		struct trace_attempt *attempt = &record->attempts[i];
		if (attempt->session.first_us <= row->time_us &&
		    strcmp(mac, mac_text(attempt->session.ev_mac, own_mac)) == 0 &&
		    (!has_run_id || strcmp(run_id, run_id_text(attempt->session.run_id, own_run_id)) == 0))
			found = attempt;
	}
	return found;
}

/* What slacd has noted of the attempts. */
static void join_notes(struct trace_record *record)
{
	for (size_t i = 0; i < record->row_count; i++) {
		const struct trace_row *row = &record->rows[i];
		const bool is_end = begins_with(row->text, "run_step ") && strstr(row->text, " to FAILED ") != NULL;
		const bool is_refusal = begins_with(row->text, "ignored CM_");
		struct trace_attempt *attempt =
			row->kind == TRACE_ROW_NOTE && (is_end || is_refusal) ? attempt_of(record, row) : NULL;
		if (attempt != NULL && is_end)
			attempt->ended = reason_in(row->text);
		else if (attempt != NULL &&
			 (attempt->refused == SLAC_REASON_NONE || strstr(row->text, "_PARM.") != NULL))
			attempt->refused = reason_in(row->text);
	}
}

static void join_attempts(struct trace_record *record)
{
	if (record->attempt_count == 0)
		return;
	qsort(record->attempts, record->attempt_count, sizeof(record->attempts[0]), by_begin);
	for (size_t i = 0; i < record->attempt_count; i++)
		join_events(record, &record->attempts[i].session);
	join_notes(record);
}

/* --- the whole --- */

static void take_item(struct row_reader *reader, const struct record_item *item)
{
	struct trace_record *record = reader->record;

	reader->number++;
	if (!reader->has_begun)
		reader->begin_us = item->time_us;
	reader->has_begun = true;
	const uint64_t time_us = item->time_us > reader->begin_us ? item->time_us - reader->begin_us : 0;
	if (time_us > record->end_us)
		record->end_us = time_us;
	switch (item->kind) {
	case RECORD_STATE:
		take_state(reader, item, time_us);
		break;
	case RECORD_INPUT:
		take_input(reader, item, time_us);
		break;
	case RECORD_EFFECT:
		take_effect(reader, item, time_us);
		break;
	case RECORD_CUT:
		add_row(reader, TRACE_ROW_GAP, time_us, item->text);
		break;
	case RECORD_GAP:
		record->gap += item->left_out;
		add_row(reader, TRACE_ROW_GAP, time_us, item->text);
		break;
	case RECORD_RANDOM:
		break; /* replay needs it; masked, and no reader does */
	}
}

static bool read_items(struct row_reader *reader, struct record_file *file)
{
	struct record_item item;
	enum record_read result;

	while ((result = record_file_next(file, &item)) == RECORD_READ_ITEM && !reader->failed)
		take_item(reader, &item);
	trace_sessions_end(reader->sessions, reader->record->end_us);
	join_attempts(reader->record);
	return result == RECORD_READ_END;
}

bool trace_record_read(struct trace_record *record, const uint8_t *octets, size_t len, char error[RECORD_ERROR_MAX])
{
	struct row_reader reader = {.record = record};
	struct record_file file;
	bool is_read = false;

	memset(record, 0, sizeof(*record));
	if (!record_file_open(&file, octets, len)) {
		snprintf(error, RECORD_ERROR_MAX, "%s", file.error);
		return false;
	}
	record->about = file.about;
	record->attempts = calloc(TRACE_ATTEMPTS_MAX, sizeof(record->attempts[0]));
	reader.sessions = trace_sessions_new(on_attempt, &reader);
	if (file.settings != NULL)
		record->settings = strndup(file.settings, file.settings_len);
	if (record->attempts != NULL && reader.sessions != NULL)
		is_read = read_items(&reader, &file);
	if (record->attempts == NULL || reader.sessions == NULL || reader.failed)
		snprintf(file.error, sizeof(file.error), "no memory");
	trace_sessions_free(reader.sessions);
	snprintf(error, RECORD_ERROR_MAX, "%s", file.error);
	return is_read;
}

void trace_record_free(struct trace_record *record)
{
	free(record->rows);
	free(record->attempts);
	free(record->settings);
	memset(record, 0, sizeof(*record));
}
