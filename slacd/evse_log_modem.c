/* SPDX-License-Identifier: Apache-2.0 */
/* What the log says of the outlet's modem. */
#include "slacd/evse_log_internal.h"

#include <stdio.h>
#include <string.h>

/* Said once, not with the next vehicle's key again. */
static void say_cannot_serve(struct evse_log *log, const char *why)
{
	bool news = strcmp(log->not_serving_why, why) != 0;

	log_line(news ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG,
		 "Outlet cannot serve: %s. Trying again. evse_id=%s interface=%s", why, log->evse_id, log->interface);
	snprintf(log->not_serving_why, sizeof(log->not_serving_why), "%s", why);
}

static void say_silent(struct evse_log *log, const struct outlet_note *note)
{
	char why[EVSE_LOG_WHY_SIZE];
	char from[MAC_TEXT_SIZE];
	char ours[MAC_TEXT_SIZE];

	if (note->error == MME_ERR_SOURCE_MAC)
		snprintf(why, sizeof(why), "another modem answers instead of ours: from=%s ours=%s",
			 mac_text(note->from, from), mac_text(note->ours, ours));
	else
		snprintf(why, sizeof(why), "no answer within %u ms from a modem", note->modem.waited_ms);
	say_cannot_serve(log, why);
}

static void say_refuses_key(struct evse_log *log, uint8_t result)
{
	char why[EVSE_LOG_WHY_SIZE];

	snprintf(why, sizeof(why), "the modem refuses its key with result %u%s", result,
		 result == SET_KEY_RESULT_UNCLEAR ? " (where that means success: modem.key_result_0)" : "");
	say_cannot_serve(log, why);
}

static void say_identity(struct evse_log *log, const struct outlet_note *note)
{
	char mac[MAC_TEXT_SIZE];

	log->not_reset_said = false;
	log->not_echoed_said = false;
	log->unverified_said = false;
	log_line(evse_log_recovery_level(log), "Modem is identified. evse_id=%s family=%s version=%s modem=%s",
		 log->evse_id, modem_family_text((enum modem_family)note->value),
		 note->version[0] != '\0' ? note->version : "?", mac_text(note->from, mac));
}

static void say_key_set(struct evse_log *log, const struct outlet_note *note)
{
	char mac[MAC_TEXT_SIZE];
	char nid[NID_TEXT_SIZE];
	char after[32] = "";

	if (note->value > 1)
		snprintf(after, sizeof(after), " after_ms=%u", note->other_value);
	log_line(evse_log_recovery_level(log), "Modem has confirmed its key. evse_id=%s modem=%s nid=%s attempts=%u%s",
		 log->evse_id, mac_text(note->from, mac), nid_text(note->nid, nid), note->value, after);
	if (!log_burst_is_quiet(&log->port_losses))
		log->not_serving_why[0] = '\0';
}

static void say_foreign_answer(struct evse_log *log, const struct outlet_note *note, uint64_t now_us)
{
	bool loud = log_limit_pass(&log->foreign_answers, now_us);
	char from[MAC_TEXT_SIZE];
	char ours[MAC_TEXT_SIZE];

	log_line(loud ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG,
		 "Modem answer ignored. evse_id=%s from=%s ours=%s count=%llu reason=not from our modem", log->evse_id,
		 mac_text(note->from, from), mac_text(note->ours, ours),
		 (unsigned long long)log->foreign_answers.count);
}

static void say_not_reset(struct evse_log *log, enum mme_error error)
{
	log_line(log->not_reset_said ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARN, "The modem was not reset: %s. evse_id=%s",
		 error == MME_ERR_RESULT ? "it refuses" : "it does not confirm it, or is not known to be one that can",
		 log->evse_id);
	log->not_reset_said = true;
}

static void say_not_echoed(struct evse_log *log)
{
	log_line(log->not_echoed_said ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARN,
		 "The modem answers CM_SET_KEY without the nonce of the request, its keys are verified. evse_id=%s",
		 log->evse_id);
	log->not_echoed_said = true;
}

static void say_unverified(struct evse_log *log)
{
	log_line(
		log->unverified_said ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARN,
		"The modem does not tell its key, it is taken as set (modem.unverified_key). If no car finds the network, set this to refused. evse_id=%s",
		log->evse_id);
	log->unverified_said = true;
}

static void say_restarted(struct evse_log *log, uint64_t now_us)
{
	if (log_limit_pass(&log->modem_restarts, now_us))
		log_line(LOG_LEVEL_WARN, "The modem has restarted, its key is set again. evse_id=%s count=%llu",
			 log->evse_id, (unsigned long long)log->modem_restarts.count);
}

static void say_not_restarted(struct evse_log *log, uint64_t now_us)
{
	const bool loud = log_limit_pass(&log->untrue_restarts, now_us);

	log_line(
		loud ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG,
		"VS_HST_ACTION says that the modem has restarted, and the modem still has its key: ignored. evse_id=%s count=%llu",
		log->evse_id, (unsigned long long)log->untrue_restarts.count);
}

/* A modem that is always slow is so with each car's key. */
static void say_key_slow(struct evse_log *log, uint32_t waited_ms, uint64_t now_us)
{
	const bool loud = log_limit_pass(&log->slow_keys, now_us);

	log_line(
		loud ? evse_log_recovery_level(log) : LOG_LEVEL_DEBUG,
		"The modem has not confirmed its key within %u ms, it is given again; until then no car is answered. evse_id=%s count=%llu",
		waited_ms, log->evse_id, (unsigned long long)log->slow_keys.count);
}

static void say_trouble(struct evse_log *log, const struct outlet_note *note)
{
	switch (note->modem.trouble) {
	case MODEM_TROUBLE_NONE:
		break;
	case MODEM_TROUBLE_SILENT:
		say_silent(log, note);
		break;
	case MODEM_TROUBLE_UNANSWERED:
		say_cannot_serve(log, "the modem answers, but does not confirm its key");
		break;
	case MODEM_TROUBLE_REFUSED:
		say_refuses_key(log, note->modem.result);
		break;
	case MODEM_TROUBLE_RESTARTS:
		say_cannot_serve(log, "the modem restarts again and again before it has its key");
		break;
	case MODEM_TROUBLE_BOOT_LOADER:
		say_cannot_serve(log,
				 "the modem is in its boot loader, it has no firmware: load one, or repair its flash");
		break;
	}
}

static void say_modem(struct evse_log *log, const struct outlet_note *note, uint64_t now_us)
{
	char mac[MAC_TEXT_SIZE];

	switch (note->modem.kind) {
	case MODEM_TROUBLE:
		say_trouble(log, note);
		break;
	case MODEM_RESTARTED:
		say_restarted(log, now_us);
		break;
	case MODEM_NOT_RESTARTED:
		say_not_restarted(log, now_us);
		break;
	case MODEM_KEY_LOST:
		log_line(LOG_LEVEL_WARN, "The modem has another key than it was given, it is set again. evse_id=%s",
			 log->evse_id);
		break;
	case MODEM_KEY_UNNAMED:
		log_line(
			LOG_LEVEL_WARN,
			"The modem refuses to tell its key and names no network, so whether it still has its key is not known. If it has lost it, the match ends with no_power_line_link and it gets a fresh one. evse_id=%s",
			log->evse_id);
		break;
	case MODEM_NOT_ECHOED:
		say_not_echoed(log);
		break;
	case MODEM_UNVERIFIED:
		say_unverified(log);
		break;
	case MODEM_KEY_SLOW:
		say_key_slow(log, note->modem.waited_ms, now_us);
		break;
	case MODEM_UNIDENTIFIED:
		log_line(evse_log_recovery_level(log),
			 "The modem does not say what it is, it is used without vendor messages%s. evse_id=%s",
			 note->modem.configured ? " (modem.family is configured)" : "", log->evse_id);
		break;
	case MODEM_RESETTING:
		log_line(evse_log_recovery_level(log), "The modem is being reset. evse_id=%s", log->evse_id);
		break;
	case MODEM_NOT_RESET:
		say_not_reset(log, note->error);
		break;
	case MODEM_IGNORED:
		log_line(LOG_LEVEL_DEBUG, "Modem answer ignored. evse_id=%s from=%s reason=%s", log->evse_id,
			 mac_text(note->from, mac), mme_error_text(note->error));
		break;
	default:
		break;
	}
}

static void say_network_untold(struct evse_log *log, uint64_t now_us)
{
	bool loud = log_limit_pass(&log->network_untold, now_us);

	log_line(loud ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG,
		 "The modem does not tell its network (VS_NW_INFO). evse_id=%s count=%llu", log->evse_id,
		 (unsigned long long)log->network_untold.count);
}

bool evse_log_modem_note(struct evse_log *log, const struct outlet_note *note, uint64_t now_us)
{
	switch (note->kind) {
	case OUTLET_NOTE_MODEM:
		say_modem(log, note, now_us);
		break;
	case OUTLET_NOTE_MODEM_IDENTITY:
		say_identity(log, note);
		break;
	case OUTLET_NOTE_KEY_SET:
		say_key_set(log, note);
		break;
	case OUTLET_NOTE_FOREIGN_ANSWER:
		say_foreign_answer(log, note, now_us);
		break;
	case OUTLET_NOTE_NETWORK_UNTOLD:
		say_network_untold(log, now_us);
		break;
	default:
		return false;
	}
	return true;
}
