/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/smart-charging/charging_profile.h"

#include "tools/smart-charging/charging_check.h"

#include <string.h>

/* A public grid of Europe, where the station does not tell. */
#define NOMINAL_MV 230000u

/* --- the store --- */

void charging_profiles_init(struct charging_profiles *profiles)
{
	memset(profiles, 0, sizeof(*profiles));
}

/* The last one takes its place. */
static void remove_entry(struct charging_profiles *profiles, size_t index)
{
	profiles->count--;
	if (index != profiles->count)
		profiles->entries[index] = profiles->entries[profiles->count];
}

static struct charging_entry *find(struct charging_profiles *profiles, int32_t id)
{
	for (size_t i = 0; i < profiles->count; i++) {
		if (profiles->entries[i].profile.id == id)
			return &profiles->entries[i];
	}
	return NULL;
}

/* --- setting --- */

static bool overlap_in_validity(const struct charging_profile *a, const struct charging_profile *b)
{
	const bool a_is_over = a->has_valid_to && b->has_valid_from && a->valid_to_s <= b->valid_from_s;
	const bool b_is_over = b->has_valid_to && a->has_valid_from && b->valid_to_s <= a->valid_from_s;

	return !a_is_over && !b_is_over;
}

/* Two profiles of different ids that cannot both be there. */
static enum charging_verdict compare(size_t evse, const struct charging_profile *profile,
				     const struct charging_entry *other)
{
	const bool is_same_scope = evse == other->evse;

	if (profile->purpose != other->profile.purpose || profile->stack_level != other->profile.stack_level)
		return CHARGING_ACCEPTED;
	if (profile->purpose == CHARGING_TX)
		return strcmp(profile->transaction_id, other->profile.transaction_id) == 0 ? CHARGING_DUPLICATE_TX
											   : CHARGING_ACCEPTED;
	if (is_same_scope)
		return overlap_in_validity(profile, &other->profile) ? CHARGING_DUPLICATE : CHARGING_ACCEPTED;
	if (profile->purpose == CHARGING_TX_DEFAULT &&
	    (evse == CHARGING_WHOLE_STATION || other->evse == CHARGING_WHOLE_STATION))
		return CHARGING_DUPLICATE_SCOPE;
	return CHARGING_ACCEPTED;
}

static enum charging_verdict compare_with_others(const struct charging_profiles *profiles, size_t evse,
						 const struct charging_profile *profile)
{
	enum charging_verdict verdict = CHARGING_ACCEPTED;

	for (size_t i = 0; verdict == CHARGING_ACCEPTED && i < profiles->count; i++) {
		const struct charging_entry *other = &profiles->entries[i];
		const bool is_external = other->profile.purpose == CHARGING_EXTERNAL_CONSTRAINTS;

		if (other->profile.id != profile->id)
			verdict = compare(evse, profile, other);
		else if (is_external != (profile->purpose == CHARGING_EXTERNAL_CONSTRAINTS))
			verdict = CHARGING_ID_TAKEN;
	}
	return verdict;
}

static void drop_those_that_are_over(struct charging_profiles *profiles, int64_t now_s)
{
	for (size_t i = profiles->count; i-- > 0;) {
		const struct charging_profile *profile = &profiles->entries[i].profile;

		if (profile->has_valid_to && profile->valid_to_s <= now_s)
			remove_entry(profiles, i);
	}
}

enum charging_verdict charging_profiles_set(struct charging_profiles *profiles, const struct charging_evses *evses,
					    enum charging_source source, size_t evse,
					    const struct charging_profile *profile, int64_t now_s)
{
	struct charging_entry *entry = find(profiles, profile->id);
	enum charging_verdict verdict = charging_check(evses, source, evse, profile);

	if (verdict == CHARGING_ACCEPTED)
		verdict = compare_with_others(profiles, evse, profile);
	if (verdict != CHARGING_ACCEPTED)
		return verdict;
	if (entry == NULL && profiles->count == CHARGING_PROFILES_MAX)
		drop_those_that_are_over(profiles, now_s);
	if (entry == NULL && profiles->count == CHARGING_PROFILES_MAX)
		return CHARGING_TOO_MANY_PROFILES;
	if (entry == NULL)
		entry = &profiles->entries[profiles->count++];
	entry->evse = evse;
	entry->profile = *profile;
	return CHARGING_ACCEPTED;
}

/* --- clearing --- */

static bool meets_criteria(const struct charging_entry *entry, const struct charging_clearing *clearing)
{
	const struct charging_profile *profile = &entry->profile;
	const bool is_any_given = clearing->has_evse || clearing->has_purpose || clearing->has_stack_level;

	return is_any_given && profile->purpose != CHARGING_EXTERNAL_CONSTRAINTS &&
	       (!clearing->has_evse || entry->evse == clearing->evse) &&
	       (!clearing->has_purpose || profile->purpose == clearing->purpose) &&
	       (!clearing->has_stack_level || profile->stack_level == clearing->stack_level);
}

static bool is_meant(const struct charging_entry *entry, const struct charging_clearing *clearing)
{
	if (clearing->has_id)
		return entry->profile.id == clearing->id;
	return !clearing->has_criteria || meets_criteria(entry, clearing);
}

size_t charging_profiles_clear(struct charging_profiles *profiles, const struct charging_clearing *clearing)
{
	const size_t before = profiles->count;

	for (size_t i = profiles->count; i-- > 0;) {
		if (is_meant(&profiles->entries[i], clearing))
			remove_entry(profiles, i);
	}
	return before - profiles->count;
}

size_t charging_profiles_end_transaction(struct charging_profiles *profiles, size_t evse)
{
	const size_t before = profiles->count;

	for (size_t i = profiles->count; i-- > 0;) {
		const struct charging_entry *entry = &profiles->entries[i];

		if (entry->profile.purpose == CHARGING_TX && entry->evse == evse)
			remove_entry(profiles, i);
	}
	return before - profiles->count;
}

/* --- units --- */

unsigned charging_phases(const struct charging_evse *evse)
{
	if (evse->is_dc)
		return 1;
	return evse->phases == 0 ? 3 : evse->phases;
}

static uint64_t voltage_mv(const struct charging_evse *evse)
{
	return evse->voltage_mv > 0 || evse->is_dc ? evse->voltage_mv : NOMINAL_MV;
}

uint32_t charging_ma_from_mw(const struct charging_evse *evse, uint64_t mw)
{
	const uint64_t mv = voltage_mv(evse) * charging_phases(evse);

	if (mv == 0 || mw > UINT64_MAX / 1000 || mw * 1000 / mv > UINT32_MAX)
		return UINT32_MAX;
	return (uint32_t)(mw * 1000 / mv);
}

uint64_t charging_mw_from_ma(const struct charging_evse *evse, uint64_t ma)
{
	const uint64_t mv = voltage_mv(evse) * charging_phases(evse);

	if (mv == 0 || ma > UINT64_MAX / mv)
		return UINT64_MAX;
	return ma * mv / 1000;
}
