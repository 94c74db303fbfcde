/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/trace/trace_record_verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What slacd means by its word, where the frames do not tell it with more numbers. */
static const char *const sentences[SLAC_REASON_COUNT] = {
	[SLAC_REASON_NO_PARM_REQ] = "No CM_SLAC_PARM.REQ came while slacd waited for one in this record.",
	[SLAC_REASON_PARM_REQ_REFUSED] = "The car spoke, and each of its CM_SLAC_PARM.REQ had a wrong field.",
	[SLAC_REASON_NO_MATCH_IN_TIME] = "Cars were heard, and none was matched in time.",
	[SLAC_REASON_NO_START_ATTEN_CHAR] = "The car went silent after the station's first answer.",
	[SLAC_REASON_START_ATTEN_CHAR_LOST] = "Sounds arrived, and none of the three announcements before them.",
	[SLAC_REASON_START_ATTEN_CHAR_REFUSED] = "The car's announcements had a wrong field.",
	[SLAC_REASON_NO_SOUNDS] = "The car announced its sounds, and not one arrived.",
	[SLAC_REASON_SOUNDS_REFUSED] = "The car's sounds had a wrong field.",
	[SLAC_REASON_NO_PROFILES] = "Sounds arrived, and the modem reported no attenuation for them.",
	[SLAC_REASON_NO_GROUPS] = "The modem's profiles have no attenuation groups.",
	[SLAC_REASON_NO_ATTEN_CHAR_RSP] = "The car did not answer the result.",
	[SLAC_REASON_ATTEN_CHAR_RSP_REFUSED] = "The car's answer to the result had a wrong field.",
	[SLAC_REASON_NO_MATCH_REQ] = "The car did not choose this station.",
	[SLAC_REASON_MATCH_REQ_REFUSED] = "The car chose this station, and a field of its request was wrong.",
	[SLAC_REASON_NO_VALIDATE_REQ] = "The car asked for a validation, and did not go on with it.",
	[SLAC_REASON_VALIDATE_REQ_REFUSED] = "The car asked for a validation, and a field of its request was wrong.",
	[SLAC_REASON_VALIDATION_ENDED] = "The car asked for a validation, and gave it up.",
	[SLAC_REASON_VALIDATION_PUT_OFF] = "The car asked for a validation while another car was validating.",
	[SLAC_REASON_NO_JOIN] = "The car has the key, and the power-line link did not come up.",
	[SLAC_REASON_JOIN_LOST] = "The power-line link was up, and is lost.",
	[SLAC_REASON_OTHER_EV_MATCHED] = "Another car won the outlet.",
	[SLAC_REASON_DISPLACED] = "Its place went to a car that asked again.",
	[SLAC_REASON_NEW_RUN] = "The car began another attempt.",
	[SLAC_REASON_VEHICLE_LEFT] = "The vehicle left.",
	[SLAC_REASON_PILOT_FAULT] = "The station reported state E or F that slacd had not asked for.",
	[SLAC_REASON_EVSE_NOT_READY] = "The station took the outlet out of service.",
	[SLAC_REASON_TERMINATED] = "The ISO 15118 side ended the data link.",
	[SLAC_REASON_RESET] = "A reset was asked for, settings changed, or slacd ended.",
	[SLAC_REASON_LINK_LOST] = "The interface to the modem went away.",
	[SLAC_REASON_MODEM_RESTARTED] = "The modem restarted, or was found with another key.",
	[SLAC_REASON_AUTHORIZED_BY_EIM] = "Basic charging, since an EIM authorization was accepted.",
	[SLAC_REASON_TAKEN_OVER] = "Basic charging was found going on when slacd started.",
	[SLAC_REASON_PILOT_REFUSED] = "The station refused F.",
	[SLAC_REASON_PILOT_UNCONFIRMED] = "Nothing shows that the station carries out F.",
	[SLAC_REASON_FIELD] = "A field of the car's request was wrong.",
	[SLAC_REASON_NO_VEHICLE] = "The car asked while the pilot was not in B, C or D.",
	[SLAC_REASON_KEY_NOT_SET] = "The modem had not confirmed its key.",
	[SLAC_REASON_PAUSED] = "The car asked while the pilot was in F, or at a nominal duty.",
	[SLAC_REASON_INIT_EXPIRED] = "The car asked when its time was over.",
	[SLAC_REASON_ALREADY_MATCHED] = "The car asked while the outlet was matched with another attempt.",
	[SLAC_REASON_RUN_FAILED] = "The car asked again in an attempt that had failed.",
	[SLAC_REASON_UNKNOWN_RUN] = "The car went on with an attempt that slacd did not know.",
	[SLAC_REASON_TABLE_FULL] = "The car asked while the outlet listened to as many cars as it can.",
};

__attribute__((format(printf, 2, 3))) static void append(struct trace_verdict *out, const char *format, ...)
{
	const size_t len = strlen(out->cause);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(out->cause + len, sizeof(out->cause) - len, format, arguments);
	va_end(arguments);
}

static void say(struct trace_verdict *out, enum slac_reason word, const char *cause)
{
	out->word = word;
	out->cause[0] = '\0';
	append(out, "%s", cause);
}

static void say_as_slacd(struct trace_verdict *out, enum slac_reason word)
{
	say(out, word, sentences[word] != NULL ? sentences[word] : "");
}

static void prove(struct trace_verdict *out, uint64_t number)
{
	for (size_t i = 0; i < out->proof_count; i++)
		if (out->proofs[i] == number)
			return;
	if (number != 0 && out->proof_count < TRACE_PROOFS_MAX)
		out->proofs[out->proof_count++] = number;
}

/* --- attempts --- */

static bool was_answered(const struct trace_session *session)
{
	return session->count[TRACE_PARM_CNF] > 0;
}

static double seconds_between(const struct trace_moment *from, uint64_t to_us)
{
	return from->number != 0 && to_us > from->time_us ? (double)(to_us - from->time_us) / 1e6 : 0;
}

/* What is a match for a capture, slacd calls one when the link is up. */
static bool is_before_link(const struct trace_record *record, const struct trace_verdict *verdict)
{
	return trace_word_is_match(verdict->word) && record->matched.number == 0 && record->ended.number != 0 &&
	       record->gap == 0;
}

static void say_before_link(const struct trace_record *record, const struct trace_session *session,
			    struct trace_verdict *out)
{
	const struct trace_moment given = {.number = session->first_number[TRACE_MATCH_CNF],
					   .time_us = session->first_at_us[TRACE_MATCH_CNF]};

	say(out, SLAC_CAUSE_CAPTURE_ENDED, "The car was given its key, and slacd had seen no power-line link");
	append(out, " when the session ended %.2f s later.", seconds_between(&given, record->ended.time_us));
	out->unknown[0] = '\0';
}

void trace_judge_attempt(const struct trace_record *record, const struct trace_attempt *attempt,
			 struct trace_verdict *out)
{
	struct trace_session session = attempt->session;
	enum slac_reason said = attempt->ended;

	session.profiles_are_shown = true; /* slacd records what its modem says */
	if (said == SLAC_REASON_NONE && !was_answered(&session))
		said = attempt->refused;
	if (said != SLAC_REASON_FIELD && !trace_catalogue_has(said))
		said = SLAC_REASON_NONE; /* the refusal of a single message */
	if (said != SLAC_REASON_NONE) {
		/* slacd has waited for as long as it had to, whatever follows in the file. */
		session.capture_end_us = 0;
		session.next_begin_us = said == SLAC_REASON_NEW_RUN ? session.next_begin_us : 0;
	}
	trace_judge(&session, out);
	if (out->word == SLAC_REASON_JOIN_LOST)
		out->unknown[0] = '\0'; /* a record shows the pilot */
	if (said == SLAC_REASON_NO_VEHICLE && record->unreported.number != 0) {
		say(out, SLAC_CAUSE_NO_PILOT_STATE, "The car speaks, and the station has reported no pilot state.");
		prove(out, record->unreported.number);
	} else if (said == SLAC_REASON_FIELD && out->word == SLAC_REASON_PARM_REQ_REFUSED) {
		return; /* each of them was refused so */
	} else if (said != SLAC_REASON_NONE && trace_daemon_word(out->word) != said) {
		say_as_slacd(out, said);
		out->unknown[0] = '\0';
	} else if (is_before_link(record, out)) {
		say_before_link(record, &session, out);
	}
}

/* The last attempt that ended as the record did, or for no reason of the record the last one at all. */
static bool find_attempt(const struct trace_record *record, enum slac_reason reason, struct trace_verdict *out)
{
	for (size_t i = record->attempt_count; i > 0; i--) {
		trace_judge_attempt(record, &record->attempts[i - 1], out);
		if (reason == SLAC_REASON_NONE || trace_daemon_word(out->word) == reason)
			return true;
	}
	memset(out, 0, sizeof(*out));
	return false;
}

/* --- what only the record shows --- */

/* No frame has come from the modem, and none of a car through it. */
static bool is_silent(const struct trace_record *record)
{
	for (size_t i = 0; i < record->row_count; i++)
		if (record->rows[i].kind == TRACE_ROW_FRAME && !record->rows[i].is_sent)
			return false;
	return true;
}

static void judge_key(const struct trace_record *record, struct trace_verdict *out)
{
	if (!record->port_was_up) {
		say(out, SLAC_CAUSE_PORT_REFUSED, "slacd had no interface to the modem in all of this record.");
	} else if (is_silent(record)) {
		say(out, SLAC_CAUSE_MODEM_SILENT, "Nothing was heard of the modem, and it had not confirmed its key.");
	} else {
		say_as_slacd(out, SLAC_REASON_KEY_NOT_SET);
		if (record->modem_trouble.number != 0)
			append(out, " It is: %s.", record->modem_trouble_text);
	}
	prove(out, record->modem_trouble.number);
	prove(out, record->port_down.number);
}

static void judge_silence(const struct trace_record *record, struct trace_verdict *out)
{
	if (record->five_percent.number == 0) {
		say(out, SLAC_CAUSE_NO_5_PERCENT,
		    "The pilot never had 5 % in this record, and no CM_SLAC_PARM.REQ came while slacd waited for one.");
	} else {
		say_as_slacd(out, SLAC_REASON_NO_PARM_REQ);
		prove(out, record->five_percent.number);
	}
}

static void judge_unconfirmed(const struct trace_record *record, struct trace_verdict *out)
{
	if (record->contradicted.number != 0)
		say(out, SLAC_CAUSE_PILOT_NOT_OBEYED,
		    "The station was asked for a pilot, confirmed it, and shows another one.");
	else
		say_as_slacd(out, SLAC_REASON_PILOT_UNCONFIRMED);
	prove(out, record->contradicted.number);
}

/* And what the last attempt was at, where it was not matched. */
static void judge_end(const struct trace_record *record, struct trace_verdict *out)
{
	struct trace_verdict last = {0};

	say_as_slacd(out, record->reason);
	if (record->matched.number != 0 || !find_attempt(record, SLAC_REASON_NONE, &last))
		return;
	if (last.word != record->reason && !trace_word_is_match(last.word))
		append(out, " The last attempt before: %s. %s", slac_reason_text(last.word), last.cause);
}

/* How many questions slacd has sent to its modem; 0 where one of them was answered. */
static unsigned unanswered_questions(const struct trace_record *record)
{
	unsigned questions = 0;

	for (size_t i = 0; i < record->row_count; i++) {
		const struct trace_row *row = &record->rows[i];
		if (row->kind != TRACE_ROW_FRAME)
			continue;
		if (!row->is_sent && strstr(row->text, ".CNF") != NULL)
			return 0;
		questions += row->is_sent && strstr(row->text, ".REQ") != NULL;
	}
	return questions;
}

/* Frames of the car came through it, and yet it has not told slacd of a link. */
static void judge_no_link(const struct trace_record *record, struct trace_verdict *out)
{
	const unsigned questions = record->gap == 0 ? unanswered_questions(record) : 0;

	if (!find_attempt(record, SLAC_REASON_NO_JOIN, out))
		judge_end(record, out);
	if (questions == 0)
		return;
	say(out, SLAC_CAUSE_LINK_UNANSWERED, "The car has the key, and the station's modem answered");
	append(out, " none of slacd's %u questions.", questions);
	out->unknown[0] = '\0';
}

static void judge_without_word(const struct trace_record *record, struct trace_verdict *out)
{
	if (find_attempt(record, SLAC_REASON_NONE, out))
		return;
	if (record->unreported.number != 0) {
		say(out, SLAC_CAUSE_NO_PILOT_STATE, "A car speaks, and the station has reported no pilot state.");
		prove(out, record->unreported.number);
	} else {
		say(out, SLAC_CAUSE_CAPTURE_ENDED, "The record ends, and no status in it says why.");
	}
}

static void tell_times(const struct trace_record *record, struct trace_verdict *out)
{
	const char *begin = record->is_plugged_in ? "plug-in" : "begin of the record";
	const struct trace_moment from = record->is_plugged_in ? record->connected : (struct trace_moment){.number = 1};

	if (record->matched.number != 0)
		append(out, " It was matched %.2f s after the %s.", seconds_between(&from, record->matched.time_us),
		       begin);
	if (record->ended.number != 0)
		append(out, " The session ended %.2f s after the %s.", seconds_between(&from, record->ended.time_us),
		       begin);
}

void trace_judge_record(const struct trace_record *record, struct trace_verdict *out)
{
	memset(out, 0, sizeof(*out));
	switch (record->reason) {
	case SLAC_REASON_NONE:
		judge_without_word(record, out);
		break;
	case SLAC_REASON_KEY_NOT_SET:
		judge_key(record, out);
		break;
	case SLAC_REASON_NO_JOIN:
		judge_no_link(record, out);
		break;
	case SLAC_REASON_NO_PARM_REQ:
		judge_silence(record, out);
		break;
	case SLAC_REASON_PILOT_UNCONFIRMED:
		judge_unconfirmed(record, out);
		break;
	default:
		if (!find_attempt(record, record->reason, out))
			judge_end(record, out);
		break;
	}
	tell_times(record, out);
	prove(out, record->ended.number);
	if (record->gap > 0)
		snprintf(out->unknown, sizeof(out->unknown), "What %llu inputs were that slacd left out of the record.",
			 (unsigned long long)record->gap);
}

bool trace_record_is_match(const struct trace_record *record)
{
	switch (record->reason) {
	case SLAC_REASON_NONE:
	case SLAC_REASON_VEHICLE_LEFT:
	case SLAC_REASON_TERMINATED:
	case SLAC_REASON_RESET:
		return record->matched.number != 0;
	default:
		return false;
	}
}
