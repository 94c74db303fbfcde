/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/manager_internal.h"

#include "slacd/clock.h"
#include "slacd/file.h"

#include <stdlib.h>
#include <string.h>

typedef enum api_result parse_function(const char *text, size_t len, void *out, struct api_error *error);

static enum api_result parse_parameters(const char *text, size_t len, void *out, struct api_error *error)
{
	return api_parse_parameters_data(text, len, out, error);
}

static enum api_result parse_limits(const char *text, size_t len, void *out, struct api_error *error)
{
	return api_parse_limits_data(text, len, out, error);
}

static bool read_file(const char *path, parse_function *parse, void *out)
{
	char error[SETTINGS_ERROR_SIZE];
	struct api_error api_error = {0};
	size_t len;
	char *text = file_read(path, &len, error, sizeof(error));

	if (text == NULL) {
		log_line(LOG_LEVEL_ERROR, "%s", error);
		return false;
	}
	enum api_result result = parse(text, len, out, &api_error);
	free(text);
	if (result == API_OK)
		return true;
	log_line(LOG_LEVEL_ERROR, "%s: %s: expected %s", path, api_error.member[0] != '\0' ? api_error.member : "the file",
		 api_error.expected);
	return false;
}

bool manager_read_files(struct manager *manager)
{
	const char *parameters_file = manager->settings->cs_config_file.text;
	const char *limits_file = manager->settings->cs_limits_file.text;

	manager->boot = BOOT_PARAMETERS;
	if (*limits_file != '\0' && !read_file(limits_file, parse_limits, &manager->limits))
		return false;
	if (*parameters_file == '\0')
		return true;
	if (!read_file(parameters_file, parse_parameters, &manager->parameters))
		return false;
	manager->boot = *limits_file != '\0' ? BOOT_DONE : BOOT_LIMITS;
	return true;
}

const struct api_evse_limits *manager_limits_of(const struct manager *manager, const char *evse_id)
{
	for (size_t i = 0; i < manager->limits.count; i++)
		if (strcmp(manager->limits.evses[i].evse_id, evse_id) == 0)
			return &manager->limits.evses[i];
	return NULL;
}

static struct api_cp_status *find_early(struct manager *manager, const char *evse_id)
{
	for (size_t i = 0; i < manager->early_count; i++)
		if (strcmp(manager->early[i].evse_id, evse_id) == 0)
			return &manager->early[i];
	return NULL;
}

/* A station reports changes only: the car that came during the boot would never be served. */
bool manager_keep_early(struct manager *manager, const struct api_cp_status *status)
{
	struct api_cp_status *early = find_early(manager, status->evse_id);

	if (manager->boot == BOOT_DONE || (early == NULL && manager->early_count == API_EVSES_MAX))
		return false;
	if (early == NULL)
		early = &manager->early[manager->early_count++];
	*early = *status;
	return true;
}

static void start_evse(struct manager *manager, const struct api_evse_parameters *parameters)
{
	const struct api_evse_limits *limits = manager_limits_of(manager, parameters->evse_id);
	struct evse *evse = evse_new(&manager->shared, parameters, limits);

	if (limits == NULL && parameters->has_ac)
		log_line(LOG_LEVEL_WARN, "The station told no limits: basic charging will offer nothing (X1). evse_id=%s",
			 parameters->evse_id);
	if (evse == NULL) {
		log_line(LOG_LEVEL_ERROR, "No memory for an EVSE service. evse_id=%s", parameters->evse_id);
		return;
	}
	manager->evses[manager->evse_count++] = evse;
	const struct api_cp_status *early = find_early(manager, parameters->evse_id);
	if (early != NULL)
		evse_cp_status(evse, early);
}

static void start_evses(struct manager *manager)
{
	for (size_t i = 0; i < manager->parameters.count; i++)
		start_evse(manager, &manager->parameters.evses[i]);
	log_line(LOG_LEVEL_INFO, "EVSE services run. count=%zu", manager->evse_count);
}

void manager_boot_send(struct manager *manager)
{
	struct request_retry *retry = &manager->boot_request;
	bool parameters = manager->boot == BOOT_PARAMETERS;

	if (retry->waiting)
		log_line(LOG_LEVEL_WARN, "The station does not answer, repeating the request. request=%s attempt=%u",
			 parameters ? "cs_parameters" : "cs_status_and_limits", retry->attempts);
	bool sent = parameters ? outbox_request_parameters(&manager->outbox, retry->id)
			       : outbox_request_limits(&manager->outbox, retry->id);
	if (sent)
		request_retry_sent(retry, manager->settings->request_timeout_ms,
				   manager->settings->request_backoff_max_ms, clock_now_us());
	else
		request_retry_unsent(retry);
}

void manager_boot(struct manager *manager)
{
	if (manager->boot != BOOT_DONE) {
		request_retry_begin(&manager->boot_request, clock_now_us());
		manager_boot_send(manager);
		return;
	}
	request_retry_end(&manager->boot_request);
	start_evses(manager);
	manager_set_service_state(manager, API_SERVICE_READY);
	manager_availability_changed(manager);
}

/* During the boot only the answer to our own request counts: an older one may be out of date. */
static bool is_answer(struct manager *manager, const struct api_message *message, enum boot_phase phase)
{
	if (manager->boot != phase || message->type != API_RESPONSE)
		return false;
	if (request_retry_answered(&manager->boot_request, message->id))
		return true;
	log_line(LOG_LEVEL_DEBUG, "Late or foreign %s response ignored. id=%s", api_kind_text(message->kind), message->id);
	return false;
}

void manager_take_parameters(struct manager *manager, const struct api_message *message)
{
	if (is_answer(manager, message, BOOT_PARAMETERS)) {
		manager->parameters = message->data.parameters;
		manager->boot = *manager->settings->cs_limits_file.text != '\0' ? BOOT_DONE : BOOT_LIMITS;
		manager_boot(manager);
	} else if (manager->boot == BOOT_DONE) {
		log_line(LOG_LEVEL_WARN, "New cs_parameters take effect at the next start of the service.");
	}
}

static void apply_limits(struct manager *manager)
{
	for (size_t i = 0; i < manager->limits.count; i++) {
		struct evse *evse = manager_find(manager, manager->limits.evses[i].evse_id);
		if (evse != NULL)
			evse_limits(evse, &manager->limits.evses[i]);
		else
			log_line(LOG_LEVEL_WARN, "Limits for an outlet that is not in cs_parameters ignored. evse_id=%s",
				 manager->limits.evses[i].evse_id);
	}
}

void manager_take_limits(struct manager *manager, const struct api_message *message)
{
	if (is_answer(manager, message, BOOT_LIMITS)) {
		manager->limits = message->data.limits;
		manager->boot = BOOT_DONE;
		manager_boot(manager);
	} else if (manager->boot == BOOT_DONE) {
		manager->limits = message->data.limits;
		apply_limits(manager);
	}
}
