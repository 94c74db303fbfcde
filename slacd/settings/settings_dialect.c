/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold when slacd speaks to EVerest: nobody but the configuration tells of outlets then. */
#include "slacd/settings/settings.h"

#include <stdarg.h>
#include <string.h>

__attribute__((format(printf, 3, 4))) static bool wrong(const char *source, char error[SETTINGS_ERROR_SIZE],
							const char *format, ...)
{
	char what[SETTINGS_ERROR_SIZE / 2];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	snprintf(error, SETTINGS_ERROR_SIZE, "%.200s: %s", source, what);
	return false;
}

static const struct settings_outlet *earlier_with_module(const struct settings *settings, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(settings->outlets[i].everest_module, settings->outlets[index].everest_module) == 0)
			return &settings->outlets[i];
	return NULL;
}

static bool check_outlet(const struct settings *settings, size_t index, const char *source,
			 char error[SETTINGS_ERROR_SIZE])
{
	const struct settings_outlet *outlet = &settings->outlets[index];
	const struct settings_outlet *other = earlier_with_module(settings, index);

	if (outlet->interface[0] == '\0')
		return wrong(source, error,
			     "outlets.%s.interface: expected the name of an interface, as mqtt.dialect is everest",
			     outlet->evse_id);
	if (other == NULL)
		return true;
	if (outlet->everest_module[0] == '\0')
		return wrong(source, error,
			     "outlets.%s.everest_module: expected an id, as outlets.%s has none either and one at most "
			     "can be found by asking",
			     outlet->evse_id, other->evse_id);
	return wrong(source, error,
		     "outlets.%s.everest_module: expected a module of its own, outlets.%s has the same one",
		     outlet->evse_id, other->evse_id);
}

static bool check_prefix(const struct settings *settings, const char *source, char error[SETTINGS_ERROR_SIZE])
{
	const char *prefix = settings->everest_prefix.text;

	if (everest_prefix_is_valid(prefix))
		return true;
	return wrong(source, error,
		     "mqtt.everest_prefix: '%.100s' is not valid, expected at most %d octets without + and #", prefix,
		     EVEREST_PREFIX_MAX - 1);
}

bool settings_check_dialect(const struct settings *settings, const char *source, char error[SETTINGS_ERROR_SIZE])
{
	if (settings->dialect != SETTINGS_EVEREST)
		return true;
	if (settings->cs_config_file.text[0] != '\0' || settings->cs_limits_file.text[0] != '\0')
		return wrong(
			source, error,
			"service.%s: expected none, as mqtt.dialect is everest: the section outlets has the outlets",
			settings->cs_config_file.text[0] != '\0' ? "cs_config_file" : "cs_limits_file");
	if (settings->outlet_count == 0)
		return wrong(source, error,
			     "outlets: expected at least one outlet with its interface, as mqtt.dialect is everest");
	for (size_t i = 0; i < settings->outlet_count; i++)
		if (!check_outlet(settings, i, source, error))
			return false;
	return check_prefix(settings, source, error);
}
