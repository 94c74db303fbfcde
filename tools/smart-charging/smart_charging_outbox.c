/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/smart-charging/smart_charging_outbox.h"

#include "homeplug/network_key.h"
#include "slacd/version.h"

#include <inttypes.h>
#include <stdio.h>

/* Behind the slot of each EVSE: what the station as a whole is asked. */
#define STATION_SLOT CHARGING_EVSES_MAX

void charging_outbox_init(struct charging_outbox *outbox, const struct smart_charging_options *options)
{
	outbox->options = options;
	outbound_init(&outbox->out, random_fill_csprng);
}

static struct message_about about(const char *name, enum api_type type)
{
	return (struct message_about){.name = name, .type = api_type_text(type)};
}

/* --- to the station --- */

bool charging_outbox_ask_parameters(struct charging_outbox *outbox, char id[API_UUID_MAX])
{
	const struct message_about told = about("cs_parameters", API_REQUEST);
	char payload[API_BUILD_MAX];

	outbound_new_id(&outbox->out, id);
	return outbound_request(&outbox->out, STATION_SLOT, outbox->options->topic_to_station, &told, payload,
				api_build_cs_parameters_request(payload, sizeof(payload), id));
}

bool charging_outbox_ask_limits(struct charging_outbox *outbox, char id[API_UUID_MAX])
{
	const struct message_about told = about("cs_status_and_limits", API_REQUEST);
	char payload[API_BUILD_MAX];

	outbound_new_id(&outbox->out, id);
	return outbound_request(&outbox->out, STATION_SLOT, outbox->options->topic_to_station, &told, payload,
				api_build_cs_limits_request(payload, sizeof(payload), id));
}

bool charging_outbox_ask_current(struct charging_outbox *outbox, size_t evse, const char *evse_id, uint32_t current_da,
				 char id[API_UUID_MAX])
{
	struct message_about told = about("cp_pwm", API_REQUEST);
	struct api_cp_pwm pwm = {.current_deciampere = current_da};
	char payload[API_BUILD_MAX];

	told.evse_id = evse_id;
	message_about_add(&told, " current=%" PRIu32 ".%" PRIu32, current_da / 10, current_da % 10);
	snprintf(pwm.evse_id, sizeof(pwm.evse_id), "%s", evse_id);
	outbound_new_id(&outbox->out, id);
	return outbound_request(&outbox->out, evse, outbox->options->topic_to_station, &told, payload,
				api_build_cp_pwm_request(payload, sizeof(payload), id, &pwm));
}

static struct message_about about_service(enum api_type type, enum api_service_state state)
{
	struct message_about told = about("service_status", type);

	message_about_add(&told, " status=%s", api_service_state_text(state));
	return told;
}

void charging_outbox_service_status(struct charging_outbox *outbox, enum api_service_state state)
{
	const struct message_about told = about_service(API_UPDATE, state);
	char id[API_UUID_MAX];
	char payload[API_BUILD_MAX];

	outbound_new_id(&outbox->out, id);
	outbound_update(
		&outbox->out, outbox->options->topic_to_station, &told, payload,
		api_charging_build_service_status(payload, sizeof(payload), id, API_UPDATE, SLACD_VERSION, state));
}

void charging_outbox_answer_service_status(struct charging_outbox *outbox, const char *id, enum api_service_state state)
{
	const struct message_about told = about_service(API_RESPONSE, state);
	char payload[API_BUILD_MAX];

	outbound_response(
		&outbox->out, outbox->options->topic_to_station, &told, payload,
		api_charging_build_service_status(payload, sizeof(payload), id, API_RESPONSE, SLACD_VERSION, state));
}

size_t charging_outbox_build_will(const struct charging_outbox *outbox, char *payload, size_t size)
{
	char id[API_UUID_MAX];

	outbound_new_id(&outbox->out, id);
	return api_charging_build_service_status(payload, size, id, API_UPDATE, SLACD_VERSION, API_SERVICE_ERROR);
}

/* --- to the ISO 15118 service --- */

void charging_outbox_tell_limit(struct charging_outbox *outbox, const char *evse_id, enum charging_unit unit,
				uint64_t limit)
{
	const enum api_rate_unit rate_unit = unit == CHARGING_A ? API_RATE_A : API_RATE_W;
	struct message_about told = about("iso15118_charge_limit", API_UPDATE);
	char id[API_UUID_MAX];
	char payload[API_BUILD_MAX];

	told.evse_id = evse_id;
	message_about_add(&told, " limit=%" PRIu64 ".%03" PRIu64 " unit=%s", limit / 1000, limit % 1000,
			  api_rate_unit_text(rate_unit));
	outbound_new_id(&outbox->out, id);
	outbound_update(&outbox->out, outbox->options->topic_to_iso15118, &told, payload,
			api_charging_build_charge_limit(payload, sizeof(payload), id, evse_id, rate_unit, limit));
}

/* --- to OCPP --- */

static struct message_about about_answer(const char *name, const char *status, const struct api_charging_reason *reason)
{
	struct message_about told = about(name, API_RESPONSE);

	message_about_add(&told, " status=%s", status);
	if (reason->code[0] != '\0')
		message_about_add(&told, " reason_code=%s info=\"%s\"", reason->code, reason->text);
	return told;
}

void charging_outbox_answer_set(struct charging_outbox *outbox, const char *id, bool accepted,
				const struct api_charging_reason *reason)
{
	const struct message_about told =
		about_answer("set_charging_profile", accepted ? "accepted" : "rejected", reason);
	char payload[API_BUILD_MAX];

	outbound_response(&outbox->out, outbox->options->topic_to_ocpp, &told, payload,
			  api_charging_build_set_profile(payload, sizeof(payload), id, accepted, reason));
}

void charging_outbox_answer_clear(struct charging_outbox *outbox, const char *id, bool cleared,
				  const struct api_charging_reason *reason)
{
	const struct message_about told =
		about_answer("clear_charging_profile", cleared ? "accepted" : "unknown", reason);
	char payload[API_BUILD_MAX];

	outbound_response(&outbox->out, outbox->options->topic_to_ocpp, &told, payload,
			  api_charging_build_clear_profile(payload, sizeof(payload), id, cleared, reason));
}

void charging_outbox_answer_composite(struct charging_outbox *outbox, const char *id,
				      const struct api_composite_schedule *schedule,
				      const struct api_charging_reason *reason)
{
	struct message_about told =
		about_answer("get_composite_schedule", schedule != NULL ? "Accepted" : "Rejected", reason);
	char payload[API_CHARGING_BUILD_MAX];

	if (schedule != NULL && schedule->evse_id[0] != '\0')
		told.evse_id = schedule->evse_id;
	if (schedule != NULL)
		message_about_add(&told, " periods=%zu", schedule->count);
	outbound_response(&outbox->out, outbox->options->topic_to_ocpp, &told, payload,
			  api_charging_build_composite(payload, sizeof(payload), id, schedule, reason));
}
