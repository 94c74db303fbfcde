/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/manager_internal.h"

#include "service/clock.h"
#include "service/file.h"
#include "service/json_text.h"
#include "service/startup.h"

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

/* What a message cannot tell: where the text is no JSON, and what is given twice. */
static bool is_proper_json(const char *path, const char *text, size_t len)
{
	char error[JSON_TEXT_ERROR_SIZE];
	struct json_object *root = json_text_parse(text, len, error);

	if (root == NULL)
		log_line(LOG_LEVEL_ERROR, "%s: %s", path, error);
	json_object_put(root);
	return root != NULL;
}

static bool parse_data(const char *path, const char *text, size_t len, parse_function *parse, void *out)
{
	struct api_error error = {0};

	if (!is_proper_json(path, text, len))
		return false;
	if (parse(text, len, out, &error) == API_OK)
		return true;
	log_line(LOG_LEVEL_ERROR, "%s: %s: expected %s", path, error.member[0] != '\0' ? error.member : "the file",
		 error.expected);
	return false;
}

static bool read_file(const char *path, parse_function *parse, void *out)
{
	char error[SETTINGS_ERROR_SIZE];
	size_t len;
	char *text = file_read(path, &len, error, sizeof(error));
	bool ok = text != NULL && parse_data(path, text, len, parse, out);

	if (text == NULL)
		log_line(LOG_LEVEL_ERROR, "%s", error);
	free(text);
	return ok;
}

bool manager_read_files(struct manager *manager)
{
	const char *parameters_file = manager->settings->cs_config_file.text;
	const char *limits_file = manager->settings->cs_limits_file.text;
	struct api_limits limits;

	limits.count = 0;
	manager->boot = BOOT_PARAMETERS;
	if (*limits_file != '\0' && !read_file(limits_file, parse_limits, &limits))
		return false;
	manager_remember_limits(manager, &limits);
	if (*parameters_file == '\0')
		return true;
	if (!read_file(parameters_file, parse_parameters, &manager->local_parameters))
		return false;
	api_parameters_copy(&manager->parameters, &manager->local_parameters);
	manager_index_interfaces(manager);
	manager->boot = *limits_file != '\0' ? BOOT_DONE : BOOT_LIMITS;
	return true;
}

void manager_ask_station(struct manager *manager)
{
	struct request_retry *retry = &manager->question.retry;
	bool parameters = manager->boot == BOOT_PARAMETERS;

	if (retry->waiting)
		log_line(LOG_LEVEL_WARN, "The station does not answer, repeating the request. request=%s attempt=%u",
			 parameters ? "cs_parameters" : "cs_status_and_limits", retry->attempts);
	bool sent = parameters ? outbox_request_parameters(&manager->outbox, manager->question.id)
			       : outbox_request_limits(&manager->outbox, manager->question.id);
	/* Without memory it is tried again like a request that is not answered. */
	if (!sent && !outbox_is_connected(&manager->outbox)) {
		request_retry_unsent(retry);
		return;
	}
	question_sent(&manager->question, manager->settings->outlet.pilot.request_timeout_ms,
		      manager->settings->outlet.pilot.request_backoff_max_ms, clock_now_us());
}

void manager_boot(struct manager *manager)
{
	if (manager->boot != BOOT_DONE) {
		request_retry_begin(&manager->question.retry, clock_now_us());
		manager_ask_station(manager);
		return;
	}
	request_retry_end(&manager->question.retry);
	startup_give_back();
	manager_check_known_limits(manager);
	manager_update_outlets(manager);
	manager_set_service_state(manager, API_SERVICE_READY);
	manager_availability_changed(manager);
}

static bool is_answer(struct manager *manager, const struct api_message *message, enum boot_phase phase)
{
	return manager->boot == phase && message->type == API_RESPONSE &&
	       question_answered(&manager->question, message->id);
}

/*
 * Whether a message that answers no open request changes what is known: updates do, and responses that the station
 * sends by itself later. An answer to an earlier request of ours may be out of date, during the boot any other one.
 */
static bool is_change(const struct manager *manager, const struct api_message *message)
{
	const bool late = message->type == API_RESPONSE &&
			  (manager->boot != BOOT_DONE || question_was_asked(&manager->question, message->id));

	if (late)
		log_line(LOG_LEVEL_DEBUG, "Late or foreign %s response ignored. id=%s", api_kind_text(message->kind),
			 message->id);
	return !late;
}

/* An answer with `good` right entries and only wrong ones besides says nothing: it is asked for again. */
static bool is_useless(const struct api_message *message, size_t good)
{
	return good == 0 && message->bad_count > 0;
}

void manager_take_parameters(struct manager *manager, const struct api_message *message)
{
	if (manager->boot == BOOT_PARAMETERS && is_useless(message, message->data.parameters.count))
		return;
	if (is_answer(manager, message, BOOT_PARAMETERS)) {
		manager_set_parameters(manager, message);
		manager->boot = *manager->settings->cs_limits_file.text != '\0' ? BOOT_DONE : BOOT_LIMITS;
		manager_boot(manager);
		return;
	}
	if (manager->boot == BOOT_PARAMETERS || !is_change(manager, message))
		return;
	manager_set_parameters(manager, message);
	if (manager->boot != BOOT_DONE)
		return;
	manager_update_outlets(manager);
	manager_availability_changed(manager);
}

void manager_take_limits(struct manager *manager, const struct api_message *message)
{
	if (manager->boot == BOOT_LIMITS && is_useless(message, message->data.limits.count))
		return;
	if (is_answer(manager, message, BOOT_LIMITS)) {
		manager_apply_limits(manager, message);
		manager->boot = BOOT_DONE;
		manager_boot(manager);
	} else if (manager->boot == BOOT_DONE &&
		   (is_answer(manager, message, BOOT_DONE) || is_change(manager, message))) {
		manager_check_limits(manager, &message->data.limits);
		manager_apply_limits(manager, message);
	}
}

void manager_ask_limits_again(struct manager *manager)
{
	/* Where a file has the limits, nobody need answer. */
	if (manager->boot == BOOT_DONE && *manager->settings->cs_limits_file.text == '\0')
		request_retry_begin(&manager->question.retry, clock_now_us());
}
