/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a fleet reads from others: commands, inputs, statuses, topics and setups. The first octet says which. What is
 * taken is within its bounds, and what is refused says why.
 */
#include "tools/fleet/fleet_command.h"
#include "tools/fleet/fleet_connector.h"
#include "tools/fleet/fleet_setup.h"
#include "tools/fleet/fleet_status.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static char error[FLEET_ERROR_SIZE];

static void assert_said(bool is_good)
{
	assert(is_good == (error[0] == '\0'));
	assert(strlen(error) < sizeof(error));
}

static void read_command(const char *text, size_t len)
{
	struct fleet_command command;
	char out[4096];

	const bool is_good = fleet_launcher_command_read(text, len, &command, error);
	assert_said(is_good);
	assert(fleet_error_build(error, FLEET_LAUNCHER_CMD, text, len, out, sizeof(out)) > 0);
	if (!is_good)
		return;
	assert(command.connectors >= 0 && command.connectors <= FLEET_CONNECTORS_MAX);
	assert(command.id[0] == '\0' || fleet_id_is_valid(command.id));
	assert(command.name[0] == '\0' || fleet_name_is_valid(command.name));
}

/* Each line for a program is one. */
static void read_inputs(const char *text, size_t len)
{
	struct fleet_commands commands;
	struct fleet_connector connector;
	struct fleet_fault fault;
	struct fleet_car car;
	char token[FLEET_TOKEN_SIZE];

	fleet_connector_init(&connector, "S1", 1);
	car = connector.wanted;
	const bool has_car = fleet_car_read(text, len, &car, error);
	assert_said(has_car);
	if (has_car)
		fleet_connector_set_car(&connector, &car);
	if (fleet_fault_read(text, len, &fault, error))
		fleet_connector_set_fault(&connector, &fault);
	if (fleet_card_read(text, len, token, error))
		fleet_connector_show_card(&connector, token);
	fleet_connector_take_commands(&connector, true, true, 1, &commands);
	for (size_t i = 0; i < commands.count; i++)
		assert(strchr(commands.lines[i].text, '\n') ==
		       commands.lines[i].text + strlen(commands.lines[i].text) - 1);
}

/* What is written of it is read again as the same. */
static void read_setup(const char *text, size_t len)
{
	static struct fleet_setup setup, again;
	const bool is_good = fleet_setup_read(text, len, &setup, error);

	assert_said(is_good);
	if (!is_good)
		return;
	char *written = fleet_setup_write(&setup);
	assert(written != NULL && fleet_setup_read(written, strlen(written), &again, error));
	assert(again.count == setup.count);
	free(written);
}

static void read_rest(const char *text, size_t len)
{
	struct fleet_identity identity;
	struct fleet_topic topic;
	enum fleet_life life;

	assert_said(fleet_status_read(text, len, "S1", &identity, &life, error));
	if (fleet_topic_read(text, &topic))
		assert(fleet_id_is_valid(topic.id) && topic.connector <= FLEET_CONNECTORS_MAX && topic.what != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static void (*const readers[])(const char *text, size_t len) = {read_command, read_inputs, read_setup,
									read_rest};

	if (len == 0)
		return 0;
	char *text = malloc(len);
	memcpy(text, octets + 1, len - 1);
	text[len - 1] = '\0';
	readers[octets[0] % 4](text, len - 1);
	free(text);
	return 0;
}
