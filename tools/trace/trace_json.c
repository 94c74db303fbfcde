/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/trace/trace_report.h"
#include "tools/trace/trace_report_parts.h"

void trace_json_add(struct json_object *object, const char *name, struct json_object *value)
{
	json_object_object_add(object, name, value);
}

static struct json_object *of_ddb(unsigned ddb)
{
	char text[16];

	snprintf(text, sizeof(text), "%u.%u", ddb / 10, ddb % 10);
	return json_object_new_double_s(ddb / 10.0, text);
}

struct json_object *trace_json_us(uint64_t us)
{
	char text[32];

	snprintf(text, sizeof(text), "%.6f", (double)us / 1e6);
	return json_object_new_double_s((double)us / 1e6, text);
}

void trace_json_add_event(struct json_object *item, const struct trace_event *event, uint64_t origin_us)
{
	char mac[MAC_TEXT_SIZE];

	trace_json_add(item, "frame", json_object_new_int64((int64_t)event->number));
	trace_json_add(item, "time_s", trace_json_us(event->time_us - origin_us));
	trace_json_add(item, "message", json_object_new_string(trace_kind_text(event->kind)));
	trace_json_add(item, "from", json_object_new_string(mac_text(event->from, mac)));
	if (event->error != MME_OK)
		trace_json_add(item, "wrong_field", json_object_new_string(mme_error_text(event->error)));
	if (event->kind == TRACE_PROFILE || event->kind == TRACE_IND)
		trace_json_add(item, "mean_db", of_ddb(event->mean_ddb));
}

static struct json_object *of_events(const struct trace_session *session, uint64_t origin_us)
{
	struct json_object *events = json_object_new_array();

	for (size_t i = 0; i < session->event_count; i++) {
		struct json_object *item = json_object_new_object();
		trace_json_add_event(item, &session->events[i], origin_us);
		json_object_array_add(events, item);
	}
	return events;
}

struct json_object *trace_json_stations(const struct trace_session *session)
{
	struct json_object *stations = json_object_new_array();
	char mac[MAC_TEXT_SIZE];

	for (size_t i = 0; i < session->evse_count; i++) {
		const struct trace_evse *evse = &session->evses[i];
		struct json_object *item = json_object_new_object();
		trace_json_add(item, "mac", json_object_new_string(mac_text(evse->mac, mac)));
		if (evse->inds > 0) {
			struct json_object *groups = json_object_new_array();
			for (uint8_t group = 0; group < evse->num_groups; group++)
				json_object_array_add(groups, json_object_new_int(evse->groups_db[group]));
			trace_json_add(item, "mean_db", of_ddb(evse->mean_ddb));
			trace_json_add(item, "groups_db", groups);
		}
		json_object_array_add(stations, item);
	}
	return stations;
}

void trace_json_add_verdict(struct json_object *root, const struct trace_verdict *verdict, bool is_match)
{
	struct json_object *frames = json_object_new_array();

	trace_json_add(root, "matched", json_object_new_boolean(is_match));
	trace_json_add(root, "verdict", json_object_new_string(slac_reason_text(verdict->word)));
	trace_json_add(root, "cause", json_object_new_string(verdict->cause));
	trace_json_add(root, "remedy", json_object_new_string(trace_remedy(verdict->word)));
	trace_json_add(root, "lies_with", json_object_new_string(trace_fault_text(trace_fault_of(verdict->word))));
	trace_json_add(root, "reason", json_object_new_string(slac_reason_text(trace_daemon_word(verdict->word))));
	for (size_t i = 0; i < verdict->proof_count; i++)
		json_object_array_add(frames, json_object_new_int64((int64_t)verdict->proofs[i]));
	trace_json_add(root, "frames", frames);
	trace_json_add(root, "not_known", json_object_new_string(verdict->unknown));
}

void trace_json_print(FILE *out, struct json_object *root)
{
	fprintf(out, "%s\n",
		json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(root);
}

void trace_report_json(FILE *out, const struct trace_session *session, const struct trace_verdict *verdict,
		       uint64_t origin_us, const char *file)
{
	struct json_object *root = json_object_new_object();
	char mac[MAC_TEXT_SIZE], run_id[RUN_ID_TEXT_SIZE];

	trace_json_add(root, "file", json_object_new_string(file));
	trace_json_add(root, "ev_mac", json_object_new_string(mac_text(session->ev_mac, mac)));
	trace_json_add(root, "run_id", json_object_new_string(run_id_text(session->run_id, run_id)));
	trace_json_add(root, "begin_s", trace_json_us(session->first_us - origin_us));
	trace_json_add_verdict(root, verdict, trace_word_is_match(verdict->word));
	trace_json_add(root, "stations", trace_json_stations(session));
	trace_json_add(root, "events", of_events(session, origin_us));
	trace_json_print(out, root);
}
