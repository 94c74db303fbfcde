/* SPDX-License-Identifier: Apache-2.0 */
/* One short line for each message that is heard. */
#include "tools/smart-charging/smart_charging_internal.h"

#include <inttypes.h>

/* NULL for the whole station. */
static const char *given(const char *evse_id)
{
	return evse_id[0] != '\0' ? evse_id : NULL;
}

static void tell_set(const struct api_charging_message *message, struct message_about *about)
{
	const struct api_set_profile *set = &message->data.set_profile;

	if (message->is_refused)
		return;
	about->evse_id = given(set->evse_id);
	message_about_add(about, " id=%" PRId32 " purpose=%s stack_level=%" PRIu32, set->profile.id,
			  api_profile_purpose_text(set->profile.purpose), set->profile.stack_level);
}

static void tell_clear(const struct api_charging_message *message, struct message_about *about)
{
	const struct api_clear_profile *clear = &message->data.clear_profile;

	about->evse_id = given(clear->evse_id);
	if (clear->has_id)
		message_about_add(about, " id=%" PRId32, clear->id);
}

void smart_charging_about(const struct api_charging_message *message, struct message_about *about)
{
	*about = (struct message_about){.name = api_charging_kind_text(message->kind),
					.type = api_type_text(message->type)};
	switch (message->kind) {
	case API_CHARGING_PARAMETERS:
	case API_CHARGING_LIMITS:
	case API_CHARGING_CP_PWM:
	case API_CHARGING_CP_PWM_REQUEST:
	case API_CHARGING_CP_STATUS:
	case API_CHARGING_HLC_CHARGING:
		message_about_inbound(&message->station, about);
		break;
	case API_CHARGING_SERVICE_STATUS:
		break;
	case API_CHARGING_SLAC_SERVICE:
		message_about_add(about, " service=slac status=%s", api_service_state_text(message->data.slac_service));
		break;
	case API_CHARGING_SLAC_STATUS:
		about->name = api_slac_status_name_text(message->data.slac_status.name);
		about->evse_id = message->data.slac_status.evse_id;
		message_about_add(about, " status=%s", api_slac_state_text(message->data.slac_status.state));
		break;
	case API_CHARGING_CABLE_INFO:
		about->evse_id = message->data.cable.evse_id;
		if (message->data.cable.has_rated_current)
			message_about_add(about, " rated_cable_current=%.1f", message->data.cable.rated_current_a);
		break;
	case API_CHARGING_TRANSACTION_STATUS:
		about->evse_id = given(message->data.transaction.evse_id);
		message_about_add(about, " transaction_id=%s status=%s", message->data.transaction.transaction_id,
				  api_transaction_state_text(message->data.transaction.state));
		break;
	case API_CHARGING_SET_PROFILE:
		tell_set(message, about);
		break;
	case API_CHARGING_CLEAR_PROFILE:
		tell_clear(message, about);
		break;
	case API_CHARGING_COMPOSITE:
		about->evse_id = given(message->data.composite.evse_id);
		message_about_add(about, " duration=%" PRIu32, message->data.composite.duration_s);
		break;
	}
}
