/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/fleet/fleet_input.h"

#include "mqtt/api/api_text.h"
#include "tools/car/car_behaviour.h"
#include "tools/fleet/fleet_json.h"

#include <stdio.h>
#include <string.h>

#define EXPECTED_BEHAVIOUR "words of slac-ev --print-behaviours with commas between, at most 255 characters"
#define EXPECTED_TOKEN     "1 to 36 of the characters A-Z, a-z, 0-9, -, _, :, . and *"
#define EXPECTED_CODE                                                                                                  \
	"not_ready, shutdown, utility_interrupt_event, isolation_monitoring_active, emergency_shutdown or "            \
	"malfunction, each behind evse_"

static const char *const consumption[FLEET_PHASES] = {"consumption_l1", "consumption_l2", "consumption_l3"};

void fleet_car_init(struct fleet_car *car)
{
	*car = (struct fleet_car){
		.ready = true, .consumption_a = {16, 0, 0}, .behaviour = "normal", .attenuation_db = 20};
}

static bool is_one_line(const char *text)
{
	return *text != '\0' && strpbrk(text, " \r\n") == NULL;
}

/* It becomes a word of a line for cs-sim. */
static bool is_token(const char *text)
{
	const size_t len = strlen(text);

	return len > 0 && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:*-") == len;
}

/* It becomes a line for slac-ev, which reads it in the same way. */
static void read_behaviour(const struct fleet_json *json, struct fleet_car *car)
{
	char why[CAR_BEHAVIOUR_ERROR_SIZE];
	char expected[CAR_BEHAVIOUR_ERROR_SIZE + 64];
	struct car_behaviour behaviour;
	char text[FLEET_BEHAVIOUR_SIZE];

	if (!fleet_json_text(json, "behaviour", is_one_line, EXPECTED_BEHAVIOUR, text, sizeof(text)))
		return;
	if (car_behaviour_parse(text, &behaviour, why)) {
		memcpy(car->behaviour, text, sizeof(text));
		return;
	}
	snprintf(expected, sizeof(expected), "words of slac-ev --print-behaviours (%s)", why);
	fleet_json_fail(json, "behaviour", expected);
}

bool fleet_car_read(const char *payload, size_t len, struct fleet_car *car, char error[FLEET_ERROR_SIZE])
{
	static const char *const members[] = {"plugged",        "cable",          "ready",
					      "consumption_l1", "consumption_l2", "consumption_l3",
					      "behaviour",      "attenuation",    NULL};
	struct fleet_json json = {.object = fleet_json_parse(payload, len, error), .path = "", .error = error};
	struct fleet_car read = *car;

	if (json.object == NULL)
		return false;
	fleet_json_members(&json, members);
	fleet_json_bool(&json, "plugged", &read.plugged);
	fleet_json_whole(&json, "cable", 0, FLEET_CURRENT_MAX_A, &read.cable_a);
	fleet_json_bool(&json, "ready", &read.ready);
	for (size_t i = 0; i < FLEET_PHASES; i++)
		fleet_json_number(&json, consumption[i], 0, FLEET_CURRENT_MAX_A, &read.consumption_a[i]);
	read_behaviour(&json, &read);
	fleet_json_whole(&json, "attenuation", 0, FLEET_ATTENUATION_MAX, &read.attenuation_db);
	json_object_put(json.object);
	if (*error != '\0')
		return false;
	*car = read;
	return true;
}

bool fleet_fault_read(const char *payload, size_t len, struct fleet_fault *fault, char error[FLEET_ERROR_SIZE])
{
	static const char *const members[] = {"faulted", "status_code", NULL};
	struct fleet_json json = {.object = fleet_json_parse(payload, len, error), .path = "", .error = error};
	struct fleet_fault read = {.code = API_EVSE_MALFUNCTION};
	char code[API_REASON_MAX] = "";
	int value = API_EVSE_MALFUNCTION;

	if (json.object == NULL)
		return false;
	fleet_json_members(&json, members);
	if (!fleet_json_bool(&json, "faulted", &read.faulted))
		fleet_json_fail(&json, "faulted", "true or false");
	if (fleet_json_text(&json, "status_code", NULL, EXPECTED_CODE, code, sizeof(code)) &&
	    (!api_texts_find(&api_texts_evse_status, code, &value) || value == API_EVSE_READY))
		fleet_json_fail(&json, "status_code", EXPECTED_CODE);
	json_object_put(json.object);
	if (*error != '\0')
		return false;
	read.code = (enum api_evse_status)value;
	*fault = read;
	return true;
}

bool fleet_card_read(const char *payload, size_t len, char token[FLEET_TOKEN_SIZE], char error[FLEET_ERROR_SIZE])
{
	static const char *const members[] = {"id_tag", NULL};
	struct fleet_json json = {.object = fleet_json_parse(payload, len, error), .path = "", .error = error};
	char read[FLEET_TOKEN_SIZE] = "";

	if (json.object == NULL)
		return false;
	fleet_json_members(&json, members);
	if (!fleet_json_text(&json, "id_tag", is_token, EXPECTED_TOKEN, read, sizeof(read)))
		fleet_json_fail(&json, "id_tag", EXPECTED_TOKEN);
	json_object_put(json.object);
	if (*error != '\0')
		return false;
	memcpy(token, read, sizeof(read));
	return true;
}
