/* SPDX-License-Identifier: Apache-2.0 */
/* cs-fleet: many simulated charging stations, started, killed and restarted over MQTT. */
#include "service/log.h"
#include "service/startup.h"
#include "tools/fleet/fleet_keeper.h"
#include "tools/fleet/fleet_launch.h"

#include <event2/event.h>

int main(int argc, char **argv)
{
	static struct fleet_options options;
	int code;

	if (!startup_open_standard_descriptors())
		return EXIT_CODE_FAILURE;
	const enum command_line_action action = fleet_options_read(argc, argv, &options);
	if (action != COMMAND_LINE_RUN)
		return action == COMMAND_LINE_EXIT ? EXIT_CODE_OK : EXIT_CODE_USAGE;
	log_set_name("cs-fleet");
	startup_prepare();
	code = options.keeper != NULL ? fleet_keeper_run(&options) : fleet_launch_run(&options);
	libevent_global_shutdown();
	return code;
}
