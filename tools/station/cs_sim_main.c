/* SPDX-License-Identifier: Apache-2.0 */
/* cs-sim: the charging station, as slacd sees it over MQTT. */
#include "tools/station/cs_sim_options.h"
#include "tools/station/cs_sim_output.h"
#include "tools/station/cs_sim_script.h"
#include "tools/station/cs_sim_scripts.h"

#include <event2/event.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>

enum exit_code { EXIT_CODE_OK = 0, EXIT_CODE_FAILURE = 1, EXIT_CODE_USAGE = 2 };

struct simulator {
	struct event_base *base;
	struct cs_data data;
	struct cs_script *script;
	struct cs_station *station;
};

static void on_signal(evutil_socket_t number, short what, void *context)
{
	(void)number;
	(void)what;
	event_base_loopbreak(context);
}

static void on_connected(void *context)
{
	struct simulator *simulator = context;

	cs_script_start(simulator->script, simulator->station);
}

static void on_seen(void *context, const struct cs_event *event)
{
	struct simulator *simulator = context;

	cs_script_seen(simulator->script, event);
}

static bool make_data(struct cs_data *data, const struct cs_options *options)
{
	char error[CS_DATA_ERROR_SIZE];
	bool ok = true;

	for (size_t i = 0; ok && i < options->evse_count; i++)
		ok = cs_data_add_evse(data, options->evses[i], options->station.max_current_a, error);
	if (ok && options->config_file != NULL)
		ok = cs_data_read_parameters(data, options->config_file, error);
	if (ok && options->limits_file != NULL)
		ok = cs_data_read_limits(data, options->limits_file, error);
	if (ok && options->device_model_file != NULL)
		ok = cs_data_read_device_model(data, options->device_model_file, error);
	if (!ok)
		cs_output_error("%s", error);
	return ok;
}

static int dispatch(struct simulator *simulator, const struct cs_options *options)
{
	const struct cs_station_callbacks callbacks = {.connected = on_connected, .seen = on_seen};

	simulator->station =
		cs_station_new(simulator->base, &options->station, &simulator->data, &callbacks, simulator);
	if (simulator->station == NULL)
		return EXIT_CODE_FAILURE;
	int result = event_base_dispatch(simulator->base);
	cs_station_free(simulator->station);
	return result < 0 || cs_script_failed(simulator->script) ? EXIT_CODE_FAILURE : EXIT_CODE_OK;
}

static int run(struct simulator *simulator, const struct cs_options *options)
{
	struct event *interrupt = evsignal_new(simulator->base, SIGINT, on_signal, simulator->base);
	struct event *terminate = evsignal_new(simulator->base, SIGTERM, on_signal, simulator->base);
	int code = EXIT_CODE_FAILURE;

	if (interrupt != NULL && terminate != NULL && event_add(interrupt, NULL) == 0 &&
	    event_add(terminate, NULL) == 0)
		code = dispatch(simulator, options);
	if (interrupt != NULL)
		event_free(interrupt);
	if (terminate != NULL)
		event_free(terminate);
	return code;
}

static int print_script(const char *name)
{
	const char *text = cs_builtin_script(name);

	if (text != NULL) {
		fputs(text, stdout);
		return EXIT_CODE_OK;
	}
	fprintf(stderr, "cs-sim: --print-script '%s': expected one of", name);
	for (const struct cs_builtin_script *script = cs_builtin_scripts; script->name != NULL; script++)
		fprintf(stderr, " %s", script->name);
	fputs("\n", stderr);
	return EXIT_CODE_USAGE;
}

int main(int argc, char **argv)
{
	struct cs_options options;
	struct simulator simulator = {0};
	enum command_line_action action = cs_options_read(argc, argv, &options);
	int code = EXIT_CODE_USAGE;

	if (action != COMMAND_LINE_RUN)
		return action == COMMAND_LINE_EXIT ? EXIT_CODE_OK : EXIT_CODE_USAGE;
	if (options.print_script != NULL)
		return print_script(options.print_script);
	cs_output_init(options.colour, options.quiet);
	cs_data_init(&simulator.data);
	simulator.base = event_base_new();
	if (make_data(&simulator.data, &options))
		simulator.script = cs_script_new(simulator.base, options.script);
	if (simulator.script != NULL)
		code = run(&simulator, &options);
	cs_script_free(simulator.script);
	cs_data_free(&simulator.data);
	event_base_free(simulator.base);
	libevent_global_shutdown();
	return code;
}
