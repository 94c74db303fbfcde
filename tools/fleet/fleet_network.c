/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/fleet/fleet_network.h"

#include "tools/fleet/fleet_keeper_internal.h"
#include "tools/fleet/fleet_relay.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAMESPACE  "/proc/thread-self/ns/net"
#define BATCH_LINE 128

static bool is_veth(const struct fleet_keeper *keeper)
{
	return keeper->identity.link == FLEET_LINK_VETH;
}

void fleet_network_slacd_port(const struct fleet_keeper *keeper, char *out, size_t size)
{
	if (is_veth(keeper))
		snprintf(out, size, "evse");
	else
		snprintf(out, size, "unix:%s/%s/line", keeper->options->directory, keeper->identity.id);
}

void fleet_network_car_port(const struct fleet_keeper *keeper, unsigned connector, char *out, size_t size)
{
	if (is_veth(keeper))
		snprintf(out, size, "ev%u", connector);
	else
		snprintf(out, size, "unix-listen:%s/%s/line%u", keeper->options->directory, keeper->identity.id,
			 connector);
}

bool fleet_network_broker(const struct fleet_keeper *keeper, char path[FLEET_PATH_SIZE])
{
	if (!is_veth(keeper) || keeper->options->mqtt_port == 0)
		return false;
	fleet_place_path(keeper->options->directory, keeper->identity.id, "broker", path);
	return true;
}

/* The commands of `ip -batch`. */
static char *batch_of(unsigned connectors)
{
	char *batch = calloc(connectors + 1, 3 * BATCH_LINE);
	size_t used = 0;

	if (batch == NULL)
		return NULL;
	used += (size_t)snprintf(batch, BATCH_LINE, "link set lo up\n");
	for (unsigned n = 1; n <= connectors; n++)
		used += (size_t)snprintf(
			batch + used, 3 * BATCH_LINE,
			"link add evse%u type veth peer name ev%u\nlink set evse%u up\nlink set ev%u up\n", n, n, n, n);
	return batch;
}

/* This thread goes into the new namespace only to have it. */
static int new_namespace(void)
{
	const int own = open(NAMESPACE, O_RDONLY | O_CLOEXEC);
	int made = -1;

	if (own < 0)
		return -1;
	if (unshare(CLONE_NEWNET) == 0) {
		made = open(NAMESPACE, O_RDONLY | O_CLOEXEC);
		if (setns(own, CLONE_NEWNET) != 0)
			abort(); /* the broker cannot be reached from here */
	}
	const int why = errno;
	close(own);
	errno = why;
	return made;
}

static bool make_links(struct fleet_keeper *keeper, char *error)
{
	char *argv[] = {"ip", "-batch", "-", NULL};
	char *batch = batch_of(fleet_keeper_connectors(keeper));

	const bool done = batch != NULL && fleet_process_run(argv, keeper->network, batch);
	free(batch);
	if (!done)
		snprintf(error, FLEET_ERROR_SIZE, "the veth pairs cannot be made: expected the program ip");
	return done;
}

bool fleet_network_open(struct fleet_keeper *keeper, char error[FLEET_ERROR_SIZE])
{
	char path[FLEET_PATH_SIZE];

	keeper->network = -1;
	if (!is_veth(keeper))
		return true;
	keeper->network = new_namespace();
	if (keeper->network < 0) {
		snprintf(error, FLEET_ERROR_SIZE, "link veth: expected root, or CAP_SYS_ADMIN and CAP_NET_ADMIN: %s",
			 strerror(errno));
		return false;
	}
	if (!make_links(keeper, error))
		return false;
	if (!fleet_network_broker(keeper, path))
		return true;
	keeper->relay =
		fleet_relay_new(keeper->base, path, keeper->options->mqtt_host, keeper->options->mqtt_port, error);
	return keeper->relay != NULL;
}

void fleet_network_close(struct fleet_keeper *keeper)
{
	fleet_relay_free(keeper->relay);
	if (keeper->network >= 0)
		close(keeper->network);
	keeper->network = -1;
}
