/* SPDX-License-Identifier: Apache-2.0 */
/* Builders of the messages that the smart-charging service sends. */
#include "mqtt/api/api_charging.h"
#include "mqtt/api/api_time.h"
#include "mqtt/api/api_writer.h"

#include <inttypes.h>
#include <stdio.h>

size_t api_charging_build_service_status(char *out, size_t size, const char *id, enum api_type type,
					 const char *software_version, enum api_service_state state)
{
	struct api_writer writer;

	api_writer_service_status(&writer, out, size, id, type, API_CHARGING_SERVICE, software_version, state);
	return api_writer_finish(&writer);
}

/* Tenths of A, or whole W, where there are no more digits: 16.0, 6900, 8.125. */
static void write_limit(struct api_writer *writer, unsigned place, uint64_t milli, enum api_rate_unit unit)
{
	char text[48];
	int digits = 3;
	uint64_t fraction = milli % 1000;

	for (; digits > (unit == API_RATE_A ? 1 : 0) && fraction % 10 == 0; digits--)
		fraction /= 10;
	if (digits == 0)
		snprintf(text, sizeof(text), "%" PRIu64, milli / 1000);
	else
		snprintf(text, sizeof(text), "%" PRIu64 ".%0*" PRIu64, milli / 1000, digits, fraction);
	api_writer_json(writer, place, "limit", text);
}

size_t api_charging_build_charge_limit(char *out, size_t size, const char *id, const char *evse_id,
				       enum api_rate_unit unit, uint64_t limit_milli)
{
	struct api_writer writer;

	api_writer_begin(&writer, out, size, id, "iso15118_charge_limit", API_UPDATE);
	api_writer_text(&writer, writer.data, "evse_id", evse_id);
	write_limit(&writer, writer.data, limit_milli, unit);
	api_writer_text(&writer, writer.data, "unit", api_rate_unit_text(unit));
	return api_writer_finish(&writer);
}

static void write_reason(struct api_writer *writer, const struct api_charging_reason *reason)
{
	if (reason->code[0] == '\0')
		return;
	const unsigned info = api_writer_object(writer, writer->data, "status_info");
	api_writer_text(writer, info, "reason_code", reason->code);
	if (reason->text[0] != '\0')
		api_writer_text(writer, info, "additional_info", reason->text);
}

static size_t build_answer(char *out, size_t size, const char *id, const char *name, const char *status,
			   const struct api_charging_reason *reason)
{
	struct api_writer writer;

	api_writer_begin(&writer, out, size, id, name, API_RESPONSE);
	api_writer_text(&writer, writer.data, "status", status);
	write_reason(&writer, reason);
	return api_writer_finish(&writer);
}

size_t api_charging_build_set_profile(char *out, size_t size, const char *id, bool accepted,
				      const struct api_charging_reason *reason)
{
	return build_answer(out, size, id, "set_charging_profile", accepted ? "accepted" : "rejected", reason);
}

size_t api_charging_build_clear_profile(char *out, size_t size, const char *id, bool cleared,
					const struct api_charging_reason *reason)
{
	return build_answer(out, size, id, "clear_charging_profile", cleared ? "accepted" : "unknown", reason);
}

static void write_period(struct api_writer *writer, unsigned list, const struct api_composite_period *period,
			 enum api_rate_unit unit)
{
	const unsigned object = api_writer_object(writer, list, NULL);

	api_writer_integer(writer, object, "start_period", period->start_s);
	write_limit(writer, object, period->limit_milli, unit);
	if (period->phases > 0)
		api_writer_integer(writer, object, "number_of_phases_available", period->phases);
}

static void write_schedule(struct api_writer *writer, const struct api_composite_schedule *schedule)
{
	const unsigned object = api_writer_object(writer, writer->data, "schedule");
	char start[API_TIME_SIZE];

	api_time_write(schedule->start_s, start);
	if (schedule->evse_id[0] != '\0')
		api_writer_text(writer, object, "evse_id", schedule->evse_id);
	api_writer_integer(writer, object, "duration", schedule->duration_s);
	api_writer_text(writer, object, "schedule_start", start);
	api_writer_text(writer, object, "charging_rate_unit", api_rate_unit_text(schedule->unit));
	const unsigned list = api_writer_array(writer, object, "charging_schedule_period");
	for (size_t i = 0; i < schedule->count; i++)
		write_period(writer, list, &schedule->periods[i], schedule->unit);
}

/* These words alone begin with a capital: so they stand in the Josev API. */
size_t api_charging_build_composite(char *out, size_t size, const char *id,
				    const struct api_composite_schedule *schedule,
				    const struct api_charging_reason *reason)
{
	struct api_writer writer;

	api_writer_begin(&writer, out, size, id, "get_composite_schedule", API_RESPONSE);
	api_writer_text(&writer, writer.data, "status", schedule != NULL ? "Accepted" : "Rejected");
	if (schedule != NULL)
		write_schedule(&writer, schedule);
	write_reason(&writer, reason);
	return api_writer_finish(&writer);
}
