/* SPDX-License-Identifier: Apache-2.0 */
/* Builders of the messages that slacd sends. */
#include "mqtt/api/api.h"
#include "mqtt/api/api_time.h"
#include "mqtt/api/api_writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

size_t api_build_service_status(char *out, size_t size, const char *id, enum api_type type,
				const char *software_version, enum api_service_state state)
{
	struct api_writer writer;

	api_writer_service_status(&writer, out, size, id, type, API_SERVICE, software_version, state);
	return api_writer_finish(&writer);
}

size_t api_build_cs_parameters_request(char *out, size_t size, const char *id)
{
	struct api_writer writer;

	api_writer_begin(&writer, out, size, id, "cs_parameters", API_REQUEST);
	return api_writer_finish(&writer);
}

size_t api_build_cs_limits_request(char *out, size_t size, const char *id)
{
	struct api_writer writer;

	api_writer_begin(&writer, out, size, id, "cs_status_and_limits", API_REQUEST);
	return api_writer_finish(&writer);
}

/* Tenths are kept as an integer and printed as text: a double would sometimes print as 15.999999. */
static void write_tenths(struct api_writer *writer, const char *key, uint32_t tenths)
{
	char text[16];

	snprintf(text, sizeof(text), "%" PRIu32 ".%" PRIu32, tenths / 10, tenths % 10);
	api_writer_json(writer, writer->data, key, text);
}

size_t api_build_cp_pwm_request(char *out, size_t size, const char *id, const struct api_cp_pwm *pwm)
{
	struct api_writer writer;

	api_writer_begin(&writer, out, size, id, "cp_pwm", API_REQUEST);
	api_writer_text(&writer, writer.data, "evse_id", pwm->evse_id);
	api_writer_bool(&writer, "hlc", pwm->hlc);
	if (!pwm->hlc)
		write_tenths(&writer, "current", pwm->current_deciampere);
	api_writer_bool(&writer, "error_state", pwm->error_state);
	api_writer_bool(&writer, "fault_state", pwm->fault_state);
	return api_writer_finish(&writer);
}

static void write_extra(struct api_writer *writer, const struct api_slac_status *status)
{
	char time[API_TIME_MS_SIZE];

	if (status->reason != NULL && status->reason[0] != '\0')
		api_writer_text(writer, writer->data, "reason", status->reason);
	if (status->has_ev_mac)
		api_writer_capital_hex(writer, writer->data, "ev_mac", "", ":", status->ev_mac, sizeof(status->ev_mac));
	if (status->has_attenuation)
		write_tenths(writer, "attenuation_db", status->attenuation_ddb);
	if (status->record != NULL)
		api_writer_text(writer, writer->data, "record", status->record);
	if (status->has_sampling_time) {
		api_time_write_ms(status->sampling_ms, time);
		api_writer_text(writer, writer->data, "sampling_time", time);
	}
}

size_t api_build_slac_status(char *out, size_t size, const char *id, enum api_slac_status_name name,
			     const char *evse_id, const struct api_slac_status *status, bool extra)
{
	struct api_writer writer;

	api_writer_begin(&writer, out, size, id, api_slac_status_name_text(name), API_UPDATE);
	api_writer_text(&writer, writer.data, "evse_id", evse_id);
	api_writer_capital_hex(&writer, writer.data, "run_id", "0x", "", status->run_id, API_RUN_ID_LEN);
	api_writer_text(&writer, writer.data, "status", api_slac_state_text(status->state));
	if (extra)
		write_extra(&writer, status);
	return api_writer_finish(&writer);
}

size_t api_build_link_status_response(char *out, size_t size, const char *id, const char *evse_id,
				      enum api_link_state state)
{
	struct api_writer writer;

	api_writer_begin(&writer, out, size, id, "slac_link_status", API_RESPONSE);
	api_writer_text(&writer, writer.data, "evse_id", evse_id);
	api_writer_text(&writer, writer.data, "status", api_link_state_text(state));
	return api_writer_finish(&writer);
}

static void write_network(struct api_writer *writer, unsigned list, const struct api_network *network)
{
	static const char *const roles[] = {"sta", "pco", "cco"};
	const unsigned object = api_writer_object(writer, list, NULL);
	char number[8];

	api_writer_hex(writer, object, "network_id", "", "", network->nid, sizeof(network->nid));
	snprintf(number, sizeof(number), "%u", network->snid);
	api_writer_text(writer, object, "snid", number);
	snprintf(number, sizeof(number), "%u", network->tei);
	api_writer_text(writer, object, "tei", number);
	api_writer_text(writer, object, "role", network->role < 3 ? roles[network->role] : "unknown");
	api_writer_hex(writer, object, "cco_mac", "", ":", network->cco_mac, sizeof(network->cco_mac));
}

size_t api_build_network_info_response(char *out, size_t size, const char *id, const char *evse_id,
				       const struct api_network *networks, size_t count)
{
	struct api_writer writer;

	api_writer_begin(&writer, out, size, id, "slac_network_info", API_RESPONSE);
	api_writer_text(&writer, writer.data, "evse_id", evse_id);
	const unsigned list = api_writer_array(&writer, writer.data, "networks");
	for (size_t i = 0; i < count && i < API_NETWORKS_MAX; i++)
		write_network(&writer, list, &networks[i]);
	return api_writer_finish(&writer);
}

size_t api_build_reset_response(char *out, size_t size, const char *id, enum api_kind kind,
				enum api_reset_status status)
{
	struct api_writer writer;

	api_writer_begin(&writer, out, size, id, api_kind_text(kind), API_RESPONSE);
	api_writer_text(&writer, writer.data, "status", api_reset_status_text(status));
	return api_writer_finish(&writer);
}

void api_own_ids(const uint8_t last[6], char out[API_OWN_IDS_SIZE])
{
	for (size_t i = 0; i < 6; i++)
		snprintf(out + 2 * i, 3, "%02x", last[i]);
}

void api_uuid_v4(const uint8_t random[16], char out[API_UUID_MAX])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t octets[16];
	char *p = out;

	memcpy(octets, random, sizeof(octets));
	octets[6] = (uint8_t)((octets[6] & 0x0f) | 0x40); /* version 4 */
	octets[8] = (uint8_t)((octets[8] & 0x3f) | 0x80); /* variant of RFC 4122 */
	for (size_t i = 0; i < sizeof(octets); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = digits[octets[i] >> 4];
		*p++ = digits[octets[i] & 0x0f];
	}
	*p = '\0';
}
