/* SPDX-License-Identifier: Apache-2.0 */
/* The manager where EVerest takes the place of the station: no boot over MQTT, and the configuration tells of outlets. */
#include "slacd/everest/everest.h"
#include "slacd/manager_internal.h"

static struct evse *find_outlet(void *context, const char *id)
{
	return manager_find(context, id);
}

bool manager_begin_everest(struct manager *manager)
{
	if (manager->settings->dialect != SETTINGS_EVEREST)
		return true;
	manager->everest = everest_new(manager->base, manager->settings, &manager->outbox, find_outlet, manager);
	if (manager->everest == NULL)
		return false;
	manager->shared.listener = everest_listener(manager->everest);
	everest_parameters(manager->settings, &manager->parameters);
	manager_index_interfaces(manager);
	manager->boot = BOOT_DONE;
	return true;
}

static void on_message(void *context, const char *topic, const char *payload, size_t len)
{
	const struct manager *manager = context;

	manager_report(manager);
	everest_message(manager->everest, topic, payload, len);
}

static void on_retained(void *context, const char *topic, const char *payload, size_t len)
{
	const struct manager *manager = context;

	manager_report(manager);
	everest_retained(manager->everest, topic, payload, len);
}

void manager_listen_to_everest(struct manager *manager, struct broker_options *options,
			       struct broker_callbacks *callbacks)
{
	everest_listen(manager->everest, manager->client_id, options);
	callbacks->message = on_message;
	callbacks->retained = on_retained;
}
