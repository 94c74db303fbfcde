/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/car/car_behaviour.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LIST_SIZE  512
#define WORD_SIZE  64
#define DAY_MS     86400000u
#define MODEM      "modem-"
#define NORMAL     "normal"
#define STEP_NAMES 6

/* What a value is, and where it goes. */
enum value_kind { VALUE_FLAG, VALUE_OCTET, VALUE_NUMBER, VALUE_STEP };

struct word {
	const char *name;
	const char *argument; /* NULL: none */
	enum value_kind kind;
	uint32_t max;
	size_t at;
	const char *help;
};

#define AT(member) offsetof(struct car_behaviour, member)

static const struct word words[] = {
	{"silent", NULL, VALUE_FLAG, 0, AT(silent), "the cars never speak"},
	{"stop-at", "STEP", VALUE_STEP, 0, AT(stop_at),
	 "fall silent after this step: parm, start, sound, rsp or match"},
	{"no-match", NULL, VALUE_FLAG, 0, AT(car.chooses_none), "choose no EVSE, as if another one was nearer"},
	{"parm-repeats", "N", VALUE_NUMBER, UINT32_MAX - 1, AT(car.parm_repeats), "repeats of CM_SLAC_PARM.REQ [100]"},
	{"double-parm", NULL, VALUE_FLAG, 0, AT(car.double_parm_req), "send each CM_SLAC_PARM.REQ twice"},
	{"parm-to-start-ms", "MS", VALUE_NUMBER, DAY_MS, AT(car.parm_to_start_ms),
	 "CM_SLAC_PARM.CNF to CM_START_ATTEN_CHAR.IND [50]"},
	{"sound-spacing-ms", "MS", VALUE_NUMBER, DAY_MS, AT(car.batch_msg_interval_ms),
	 "between the STARTs and sounds [20]"},
	{"sounds", "N", VALUE_OCTET, UINT8_MAX, AT(car.num_sounds), "sounds announced and sent [10]"},
	{"rsp-to-match-ms", "MS", VALUE_NUMBER, DAY_MS, AT(car.rsp_to_match_ms),
	 "CM_ATTEN_CHAR.RSP to CM_SLAC_MATCH.REQ [50]"},
	{"wait-for-all", NULL, VALUE_FLAG, 0, AT(car.wait_for_all_evses),
	 "wait for all EVSEs that may answer, then take the nearest"},
	{"signalattn-direct", "DB", VALUE_NUMBER, UINT8_MAX, AT(car.signalattn_direct_db),
	 "validate an EVSE whose mean is above, 0: match any without validation [0]"},
	{"signalattn-indirect", "DB", VALUE_NUMBER, UINT8_MAX, AT(car.signalattn_indirect_db),
	 "match no EVSE above this and direct, 0: no limit [0]"},
	{"toggles", "N", VALUE_OCTET, 3, AT(car.vald_nb_toggles),
	 "B-C-B toggles of a validation, 0: 1 to 3 at random [0]"},
	{"amp-map", NULL, VALUE_FLAG, 0, AT(amp_map), "send CM_AMP_MAP.REQ when the link is up"},
	{"amp-map-result", "N", VALUE_OCTET, UINT8_MAX, AT(amp_map_result),
	 "result of the answer to the EVSE's, 0 is success [0]"},
	{"join-ms", "MS", VALUE_NUMBER, DAY_MS, AT(join_ms),
	 "CM_SLAC_MATCH.CNF to the link, as the modem tells it [300]"},
	{"lose-sounds", "N", VALUE_NUMBER, UINT8_MAX, AT(lose_sounds), "lose the first sounds of each run [0]"},
	{"modem-delay-ms", "MS", VALUE_NUMBER, DAY_MS, AT(modem_delay_ms),
	 "the EVSE's modem, before it answers a key command [0]"},
	{"modem-result", "N", VALUE_OCTET, UINT8_MAX, AT(modem_result), "result in its CM_SET_KEY.CNF [1]"},
};

#define WORDS (sizeof(words) / sizeof(words[0]))
_Static_assert(WORDS <= CAR_BEHAVIOURS_MAX, "who counts on that bound has room for all");

void car_behaviour_init(struct car_behaviour *behaviour)
{
	*behaviour = (struct car_behaviour){.join_ms = 300, .modem_result = SET_KEY_RESULT_TAKEN};
	slac_ev_defaults(&behaviour->car);
}

bool car_behaviour_may_match(const struct car_behaviour *behaviour)
{
	return !behaviour->silent && behaviour->stop_at == STOP_NEVER && !behaviour->car.chooses_none;
}

const char *car_behaviour_name(size_t index)
{
	return index < WORDS ? words[index].name : NULL;
}

const char *car_behaviour_argument(size_t index)
{
	return words[index].argument;
}

const char *car_behaviour_help(size_t index)
{
	return words[index].help;
}

/* --- one word --- */

bool car_number_read(const char *text, uint32_t max, uint32_t *out)
{
	char *end;

	errno = 0;
	unsigned long value = strtoul(text, &end, 0);
	if (!isdigit((unsigned char)text[0]) || *end != '\0' || errno != 0 || value > max)
		return false;
	*out = (uint32_t)value;
	return true;
}

static bool step(const char *text, enum stop_at *out)
{
	static const char *const steps[STEP_NAMES] = {"", "parm", "start", "sound", "rsp", "match"};

	for (unsigned i = STOP_PARM; i <= STOP_MATCH; i++) {
		if (strcmp(text, steps[i]) == 0) {
			*out = (enum stop_at)i;
			return true;
		}
	}
	return false;
}

bool car_behaviour_set(struct car_behaviour *behaviour, size_t index, const char *value)
{
	const struct word *word = &words[index];
	void *at = (char *)behaviour + word->at;
	uint32_t given = 0;

	if ((value != NULL) != (word->argument != NULL))
		return false;
	switch (word->kind) {
	case VALUE_FLAG:
		*(bool *)at = true;
		return true;
	case VALUE_STEP:
		return step(value, at);
	case VALUE_OCTET:
		if (!car_number_read(value, word->max, &given))
			return false;
		*(uint8_t *)at = (uint8_t)given;
		return true;
	case VALUE_NUMBER:
		return car_number_read(value, word->max, at);
	}
	return false;
}

/* --- a list --- */

static bool wrong(const char *word, const char *name, const char *argument, const char *help, char *error)
{
	snprintf(error, CAR_BEHAVIOUR_ERROR_SIZE, "'%.48s': expected %s%s%s (%s)", word, name,
		 argument != NULL ? ":" : "", argument != NULL ? argument : "", help);
	return false;
}

static size_t find(const char *name, size_t len)
{
	size_t i = 0;

	while (i < WORDS && (strlen(words[i].name) != len || strncmp(words[i].name, name, len) != 0))
		i++;
	return i;
}

/* The fault that such a word may mean, to say what was expected of it. */
static size_t find_fault(const char *fault)
{
	const size_t len = strcspn(fault, ":");

	for (size_t i = 0; modem_fault_name(i) != NULL; i++)
		if (strcspn(modem_fault_name(i), ":[") == len && strncmp(modem_fault_name(i), fault, len) == 0)
			return i;
	return SIZE_MAX;
}

static bool take_fault(const char *word, struct car_behaviour *behaviour, char *error)
{
	const char *fault = word + strlen(MODEM);
	const size_t known = find_fault(fault);
	char name[WORD_SIZE];

	if (modem_faults_parse(fault, &behaviour->faults))
		return true;
	if (known == SIZE_MAX) {
		snprintf(error, CAR_BEHAVIOUR_ERROR_SIZE, "'%.48s': no such fault of the modem, see --print-behaviours",
			 word);
		return false;
	}
	snprintf(name, sizeof(name), MODEM "%s", modem_fault_name(known));
	return wrong(word, name, NULL, modem_fault_help(known), error);
}

static bool take_word(const char *word, struct car_behaviour *behaviour, char *error)
{
	const char *colon = strchr(word, ':');
	const size_t known = find(word, strcspn(word, ":"));

	if (strcmp(word, NORMAL) == 0) {
		car_behaviour_init(behaviour);
		return true;
	}
	if (known < WORDS)
		return car_behaviour_set(behaviour, known, colon != NULL ? colon + 1 : NULL) ||
		       wrong(word, words[known].name, words[known].argument, words[known].help, error);
	if (strncmp(word, MODEM, strlen(MODEM)) == 0)
		return take_fault(word, behaviour, error);
	snprintf(error, CAR_BEHAVIOUR_ERROR_SIZE, "'%.48s': no such behaviour, see --print-behaviours", word);
	return false;
}

bool car_behaviour_parse(const char *list, struct car_behaviour *behaviour, char error[CAR_BEHAVIOUR_ERROR_SIZE])
{
	struct car_behaviour parsed = *behaviour;
	char copy[LIST_SIZE];
	char *rest = copy;
	char *word;

	if (strlen(list) >= sizeof(copy)) {
		snprintf(error, CAR_BEHAVIOUR_ERROR_SIZE, "a list of at most %d characters expected", LIST_SIZE - 1);
		return false;
	}
	strcpy(copy, list);
	while ((word = strsep(&rest, ",")) != NULL)
		if (!take_word(word, &parsed, error))
			return false;
	*behaviour = parsed;
	return true;
}

/* --- the table --- */

static void print_word(FILE *out, const char *name, const char *argument, const char *help)
{
	char word[WORD_SIZE];

	snprintf(word, sizeof(word), "%s%s%s", name, argument != NULL ? ":" : "", argument != NULL ? argument : "");
	fprintf(out, "%-36s %s\n", word, help);
}

void car_behaviour_print(FILE *out)
{
	char name[WORD_SIZE];

	print_word(out, NORMAL, NULL, "nobody misbehaves");
	for (size_t i = 0; i < WORDS; i++)
		print_word(out, words[i].name, words[i].argument, words[i].help);
	for (size_t i = 0; modem_fault_name(i) != NULL; i++) {
		snprintf(name, sizeof(name), MODEM "%s", modem_fault_name(i));
		print_word(out, name, NULL, modem_fault_help(i));
	}
}
