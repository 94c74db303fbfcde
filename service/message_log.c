/* SPDX-License-Identifier: Apache-2.0 */
#include "service/message_log.h"

#include "service/log_ring.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void message_about_add(struct message_about *about, const char *format, ...)
{
	const size_t used = strlen(about->details);
	va_list args;

	va_start(args, format);
	vsnprintf(about->details + used, sizeof(about->details) - used, format, args);
	va_end(args);
}

/* Of several outlets only how many there are: what changes for each is logged by it. */
static void tell_limits(const struct api_limits *limits, size_t bad_count, struct message_about *about)
{
	const struct api_evse_limits *only = &limits->evses[0];

	if (limits->count == 1 && bad_count == 0) {
		about->evse_id = only->evse_id;
		message_about_add(about, " status_code=%s", api_evse_status_text(only->status_code));
		if (only->has_ac)
			message_about_add(about, " max_current=%.1f/%.1f/%.1f rcd_error=%s", only->max_current_a[0],
					  only->max_current_a[1], only->max_current_a[2],
					  only->rcd_error ? "true" : "false");
		return;
	}
	message_about_add(about, " outlets=%zu wrong=%zu", limits->count, bad_count);
}

static void tell_cp_pwm(const struct api_cp_pwm_response *response, struct message_about *about)
{
	about->evse_id = response->evse_id;
	message_about_add(about, " status=%s", api_cp_pwm_status_text(response->status));
	if (response->info[0] != '\0')
		message_about_add(about, " info=\"%s\"", response->info);
}

static void tell_cp_pwm_request(const struct api_cp_pwm *request, struct message_about *about)
{
	about->evse_id = request->evse_id;
	message_about_add(about, " hlc=%s", request->hlc ? "true" : "false");
	if (!request->hlc)
		message_about_add(about, " current=%u.%u error_state=%s fault_state=%s",
				  request->current_deciampere / 10, request->current_deciampere % 10,
				  request->error_state ? "true" : "false", request->fault_state ? "true" : "false");
}

static void tell_cp_status(const struct api_cp_status *status, struct message_about *about)
{
	about->evse_id = status->evse_id;
	message_about_add(about, " state=%s", api_cp_state_text(status->state));
	if (status->has_duty_cycle)
		message_about_add(about, " duty_cycle=%.1f", status->duty_cycle_percent);
}

static void tell_authorization(enum api_type type, const struct api_authorization *authorization,
			       struct message_about *about)
{
	if (authorization->evse_id[0] != '\0')
		about->evse_id = authorization->evse_id;
	if (type != API_RESPONSE)
		message_about_add(about, " eim=%s", authorization->by_eim ? "true" : "false");
	if (type != API_REQUEST)
		message_about_add(about, " accepted=%s", authorization->accepted ? "true" : "false");
}

void message_about_inbound(const struct api_message *message, struct message_about *about)
{
	*about = (struct message_about){.name = api_kind_text(message->kind), .type = api_type_text(message->type)};
	switch (message->kind) {
	case API_SERVICE_STATUS:
		if (message->type == API_UPDATE)
			message_about_add(about, " service=smart_charging status=ready");
		break;
	case API_CS_PARAMETERS:
		message_about_add(about, " outlets=%zu wrong=%zu", message->data.parameters.count, message->bad_count);
		break;
	case API_CS_STATUS_AND_LIMITS:
		tell_limits(&message->data.limits, message->bad_count, about);
		break;
	case API_CP_PWM:
		if (message->type == API_REQUEST)
			tell_cp_pwm_request(&message->data.cp_pwm_request, about);
		else
			tell_cp_pwm(&message->data.cp_pwm, about);
		break;
	case API_CP_STATUS:
		tell_cp_status(&message->data.cp_status, about);
		break;
	case API_SLAC_DATA_LINK:
		about->evse_id = message->data.data_link.evse_id;
		message_about_add(about, " action=%s", api_data_link_action_text(message->data.data_link.action));
		break;
	case API_HLC_CHARGING:
		about->evse_id = message->data.hlc_charging.evse_id;
		message_about_add(about, " active=%s", message->data.hlc_charging.active ? "true" : "false");
		break;
	case API_AUTHORIZATION:
		tell_authorization(message->type, &message->data.authorization, about);
		break;
	case API_SLAC_LINK_STATUS:
	case API_SLAC_NETWORK_INFO:
	case API_SLAC_RESET:
	case API_RESET:
		if (message->data.request.evse_id[0] != '\0')
			about->evse_id = message->data.request.evse_id;
		break;
	}
}

/* INFO, or what is not logged by default when the budget is used up. */
static enum log_level level_of_next(struct message_log *log, uint64_t now_us)
{
	const uint64_t left_out = log_budget_renew(&log->lines, MESSAGE_LOG_LINES, now_us);

	if (left_out > 0)
		log_line(LOG_LEVEL_WARN, "MQTT messages were not logged. direction=%s count=%llu", log->direction,
			 (unsigned long long)left_out);
	if (log_budget_pass(&log->lines, MESSAGE_LOG_LINES))
		return LOG_LEVEL_INFO;
	if (log->lines.lines == MESSAGE_LOG_LINES + 1)
		log_line(LOG_LEVEL_WARN,
			 "More than %d MQTT messages in a minute, further ones are not logged for %llu s. direction=%s",
			 MESSAGE_LOG_LINES, (unsigned long long)(log->lines.began_us + LOG_LIMIT_US - now_us) / 1000000,
			 log->direction);
	return LOG_LEVEL_DEBUG;
}

void message_log_add(struct message_log *log, const char *topic, const struct message_about *about, const char *payload,
		     size_t len, uint64_t now_us)
{
	const enum log_level level = level_of_next(log, now_us);
	char line[LOG_TEXT_MAX];

	if (about->evse_id != NULL)
		log_line(level, "%s MQTT message. topic=%s name=%s type=%s evse_id=%s%s", log->direction, topic,
			 about->name, about->type, about->evse_id, about->details);
	else
		log_line(level, "%s MQTT message. topic=%s name=%s type=%s%s", log->direction, topic, about->name,
			 about->type, about->details);
	if (!log_enabled(LOG_LEVEL_DEBUG))
		return;
	api_compact(payload, len, line, sizeof(line));
	log_line(LOG_LEVEL_DEBUG, "%s MQTT message as it is. topic=%s message=%s", log->direction, topic, line);
}
