/* SPDX-License-Identifier: Apache-2.0 */
/* From the settings to the configuration of an outlet's parts. */
#include "slacd/evse_setup.h"

#include <math.h>
#include <string.h>

static const struct settings_groups *attn_rx(const struct settings *settings, const struct settings_outlet *outlet)
{
	return outlet != NULL && outlet->has_attn_rx ? &outlet->attn_rx : &settings->attn_rx;
}

static void slac_config(const struct settings *settings, const struct settings_outlet *outlet,
			struct slac_evse_config *config)
{
	slac_evse_defaults(config, strcmp(settings->slac_profile.text, "strict") == 0);
	config->tt_evse_slac_init_ms = settings->tt_evse_slac_init_ms;
	config->tt_match_sequence_ms = settings->tt_match_sequence_ms;
	config->tt_evse_match_mnbc_ms = settings->tt_evse_match_mnbc_ms;
	config->tt_match_response_ms = settings->tt_match_response_ms;
	config->tt_evse_match_session_ms = settings->tt_evse_match_session_ms;
	config->tt_match_join_ms = settings->tt_match_join_ms;
	config->parallel_runs = settings->parallel_runs;
	config->validation = settings->validation;
	config->await_link = strcmp(settings->link_detection.text, "off") != 0;
	config->missing_profile_db = settings->missing_profile_db;
	config->any_sound_counts = settings->any_sound_counts;
	config->any_ids = settings->any_ids;
	config->rematch_matched_ev = settings->rematch_matched_ev;
	config->listen_after_failure = settings->listen_after_failure;
	config->dc_listens_after_init = settings->dc_listens_after_init;
	config->validation_not_required = settings->validation_not_required;
	memcpy(config->attn_rx_db, attn_rx(settings, outlet)->db, sizeof(config->attn_rx_db));
}

static enum modem_family family_of(const char *text)
{
	for (enum modem_family family = MODEM_AUTO; family <= MODEM_STANDARD; family++)
		if (strcmp(text, modem_family_text(family)) == 0)
			return family;
	return MODEM_AUTO;
}

static enum modem_link_detection link_detection_of(const char *text)
{
	if (strcmp(text, "on") == 0)
		return MODEM_LINK_ON;
	return strcmp(text, "off") == 0 ? MODEM_LINK_OFF : MODEM_LINK_AUTO;
}

static void setup_modem(const struct settings *settings, struct modem_config *config)
{
	modem_defaults(config);
	config->family = family_of(settings->modem_family.text);
	config->link_detection = link_detection_of(settings->link_detection.text);
	config->identify_ms = settings->modem_identify_ms;
	config->response_ms = settings->modem_response_ms;
	config->unclear_key_is_taken = strcmp(settings->key_result_0.text, "taken") == 0;
	config->reset_after_key = settings->reset_after_key;
	config->reset_after_session = settings->reset_after_session;
	config->reset_ms = settings->modem_reset_ms;
	config->poll_ms = settings->modem_poll_ms;
	config->supervise_ms = settings->modem_supervise_ms;
	config->link_lost_polls = settings->link_lost_polls;
}

static void setup_amp_map(const struct settings *settings, struct amp_map_config *config)
{
	amp_map_defaults(config);
	config->initiate = settings->amp_map;
	config->carriers = (uint16_t)settings->amp_map_carriers;
	config->amplitude = (uint8_t)settings->amp_map_amplitude;
	config->tt_match_join_ms = settings->tt_match_join_ms;
	config->tt_match_response_ms = settings->tt_match_response_ms;
}

static uint32_t deciampere(double ampere)
{
	return (uint32_t)floor(ampere * 10 + 1e-6);
}

static void setup_pilot(const struct settings *settings, const struct settings_outlet *outlet, bool has_ac,
			struct control_pilot_config *config)
{
	bool own_current = outlet != NULL && outlet->nominal_current_a >= 0;
	*config = (struct control_pilot_config){
		.has_ac = has_ac,
		.hlc_at_start = settings->hlc_at_start,
		.step_f_ms = settings->step_f_ms,
		.step_x1_ms = settings->step_x1_ms,
		.step_x1_hlc_ms = settings->step_x1_hlc_ms,
		.init_retries = settings->slac_init_retries,
		.failed_pulses = settings->failed_pulses,
		.pulse_on_link_loss = strcmp(settings->link_loss.text, "retry") == 0,
		.nominal_needs_eim = settings->nominal_needs_eim,
		.basic_charging_on_eim = settings->basic_charging_on_eim,
		.nominal_current_da = deciampere(own_current ? outlet->nominal_current_a : settings->nominal_current_a),
	};
}

void settings_outlet_config(const struct settings *settings, const char *evse_id, bool has_ac,
			    struct outlet_config *config)
{
	const struct settings_outlet *outlet = settings_outlet(settings, evse_id);

	slac_config(settings, outlet, &config->slac);
	config->slac.dc_only = !has_ac;
	setup_modem(settings, &config->modem);
	setup_amp_map(settings, &config->amp_map);
	setup_pilot(settings, outlet, has_ac, &config->pilot);
	config->request_timeout_ms = settings->request_timeout_ms;
	config->request_backoff_max_ms = settings->request_backoff_max_ms;
}
