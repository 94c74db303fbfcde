/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/car/modem_sim_fault.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS         86400000u
#define TEXT_SIZE      256
#define REBOOT_AWAY_MS 1000

/* What follows the colon. */
enum fault_value {
	VALUE_NONE,
	VALUE_MS,
	VALUE_MS_OPTIONAL, /* the flag is set, the time stays 0 without a value */
	VALUE_FOREIGN,
	VALUE_REBOOT
};

struct fault {
	const char *name;
	const char *help_name;
	enum fault_value value;
	size_t flag; /* offset of the bool */
	size_t ms;   /* offset of the time */
	const char *help;
};

#define AT(member) offsetof(struct modem_faults, member)

static const struct fault faults_known[] = {
	{"silent", "silent", VALUE_NONE, AT(silent), 0, "answers nothing"},
	{"slow", "slow:MS", VALUE_MS, 0, AT(slow_ms), "answers everything so much later"},
	{"refuse", "refuse", VALUE_NONE, AT(refuse), 0, "keeps its key and answers CM_SET_KEY with 0x00"},
	{"no-set-key", "no-set-key", VALUE_NONE, AT(no_set_key), 0, "takes no key and does not answer CM_SET_KEY"},
	{"no-get-key", "no-get-key", VALUE_NONE, AT(no_get_key), 0, "does not tell its key"},
	{"boot-loader", "boot-loader", VALUE_NONE, AT(boot_loader), 0,
	 "has no firmware: tells its version, and no more"},
	{"no-network-info", "no-network-info", VALUE_NONE, AT(no_network_info), 0,
	 "does not tell its network (VS_NW_INFO)"},
	{"no-echo", "no-echo", VALUE_NONE, AT(no_echo), 0,
	 "confirms and tells its key without the nonce of the request"},
	{"double-answers", "double-answers", VALUE_NONE, AT(double_answers), 0, "answers everything twice"},
	{"foreign-answers", "foreign-answers[:first|:only]", VALUE_FOREIGN, 0, 0,
	 "another modem answers too, first, or instead; it says that it has a link"},
	{"lose-key", "lose-key[:MS]", VALUE_MS_OPTIONAL, AT(lose_key), AT(lose_key_ms),
	 "falls back to its factory key, once, so long after it has taken one"},
	{"refuse-reset", "refuse-reset", VALUE_NONE, AT(refuse_reset), 0, "does not reset when told to"},
	{"reset-loses-key", "reset-loses-key", VALUE_NONE, AT(reset_loses_key), 0, "has its factory key after a reset"},
	{"reboot-at", "reboot-at:STEP[:MS][:...]", VALUE_REBOOT, 0, 0,
	 "once, at now, parm, start, sound, match or matched, away for MS [1000]; :lose-key, :new-mac, :announce"},
	{"no-link-status", "no-link-status", VALUE_NONE, AT(no_link_status), 0,
	 "does not tell whether there is a link"},
	{"no-vendor-link-status", "no-vendor-link-status", VALUE_NONE, AT(no_vendor_link_status), 0,
	 "tells it with CM_NW_STATS only"},
	{"no-link", "no-link", VALUE_NONE, AT(no_link), 0, "the cars' modems never join"},
	{"flapping", "flapping:MS", VALUE_MS, 0, AT(flapping_ms), "the link goes and comes all so many ms"},
	{"link-lost", "link-lost[:MS]", VALUE_MS_OPTIONAL, AT(link_lost), AT(link_lost_ms),
	 "the link is gone so long after it came up"},
	{"no-groups", "no-groups", VALUE_NONE, AT(no_groups), 0, "reports profiles without groups"},
	{"no-profiles", "no-profiles", VALUE_NONE, AT(no_profiles), 0, "reports no profiles"},
	{"profiles-late", "profiles-late:MS", VALUE_MS, 0, AT(profiles_late_ms),
	 "reports each so long after its sound"},
	{"profiles-double", "profiles-double", VALUE_NONE, AT(profiles_double), 0, "reports each twice"},
	{"profiles-doubled-value", "profiles-doubled-value", VALUE_NONE, AT(profiles_doubled_value), 0,
	 "reports twice the attenuation"},
	{"twins", "twins", VALUE_NONE, AT(twins), 0, "adds VS_ATTEN_CHAR.IND (0xA14E) to each profile"},
	{"neighbour-twins", "neighbour-twins", VALUE_NONE, AT(neighbour_twins), 0,
	 "a neighbour's modem reports the sounds too, both ways, with other values"},
	{"network-info-mmv1", "network-info-mmv1", VALUE_NONE, AT(network_info_mmv1), 0,
	 "answers VS_NW_INFO in the layout of MMV 1"},
};

#define FAULTS (sizeof(faults_known) / sizeof(faults_known[0]))

const char *modem_fault_name(size_t index)
{
	return index < FAULTS ? faults_known[index].help_name : NULL;
}

const char *modem_fault_help(size_t index)
{
	return index < FAULTS ? faults_known[index].help : NULL;
}

static bool parse_ms(const char *text, uint32_t *out)
{
	char *end;

	errno = 0;
	unsigned long value = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)text[0]) || *end != '\0' || errno != 0 || value > DAY_MS)
		return false;
	*out = (uint32_t)value;
	return true;
}

static bool parse_foreign(const char *text, enum modem_foreign *out)
{
	if (text == NULL)
		*out = MODEM_FOREIGN_TOO;
	else if (strcmp(text, "first") == 0)
		*out = MODEM_FOREIGN_FIRST;
	else if (strcmp(text, "only") == 0)
		*out = MODEM_FOREIGN_ONLY;
	else
		return false;
	return true;
}

static bool parse_step(const char *text, enum modem_step *out)
{
	static const char *const steps[] = {"", "now", "parm", "start", "sound", "match", "matched"};

	for (unsigned i = MODEM_STEP_NOW; i <= MODEM_STEP_MATCHED; i++) {
		if (strcmp(text, steps[i]) == 0) {
			*out = (enum modem_step)i;
			return true;
		}
	}
	return false;
}

static bool parse_reboot(char *text, struct modem_reboot *out)
{
	struct modem_reboot reboot = {.away_ms = REBOOT_AWAY_MS};
	char *rest = text;
	const char *word = text != NULL ? strsep(&rest, ":") : NULL;

	if (word == NULL || !parse_step(word, &reboot.at))
		return false;
	while ((word = strsep(&rest, ":")) != NULL) {
		if (strcmp(word, "lose-key") == 0)
			reboot.loses_key = true;
		else if (strcmp(word, "new-mac") == 0)
			reboot.new_mac = true;
		else if (strcmp(word, "announce") == 0)
			reboot.announces = true;
		else if (!parse_ms(word, &reboot.away_ms))
			return false;
	}
	*out = reboot;
	return true;
}

static bool parse_value(const struct fault *fault, char *value, struct modem_faults *out)
{
	bool *flag = (bool *)((char *)out + fault->flag);
	uint32_t *ms = (uint32_t *)((char *)out + fault->ms);

	switch (fault->value) {
	case VALUE_NONE:
		return value == NULL && (*flag = true);
	case VALUE_MS:
		return value != NULL && parse_ms(value, ms) && *ms > 0;
	case VALUE_MS_OPTIONAL:
		*flag = true;
		*ms = 0;
		return value == NULL || parse_ms(value, ms);
	case VALUE_FOREIGN:
		return parse_foreign(value, &out->foreign);
	case VALUE_REBOOT:
		return parse_reboot(value, &out->reboot);
	}
	return false;
}

static bool parse_one(char *text, struct modem_faults *out)
{
	char *value = text;
	const char *name = strsep(&value, ":");

	for (size_t i = 0; i < FAULTS; i++)
		if (strcmp(name, faults_known[i].name) == 0)
			return parse_value(&faults_known[i], value, out);
	return false;
}

bool modem_faults_parse(const char *text, struct modem_faults *faults)
{
	struct modem_faults parsed = *faults;
	char copy[TEXT_SIZE];
	char *rest = copy;
	char *one;

	if (strlen(text) >= sizeof(copy))
		return false;
	strcpy(copy, text);
	while ((one = strsep(&rest, ",")) != NULL)
		if (!parse_one(one, &parsed))
			return false;
	*faults = parsed;
	return true;
}
