/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/api/api_text.h"
#include "mqtt/api/everest/everest_api.h"

#include <stdio.h>
#include <string.h>

#define ROOT    "everest_api/"
#define MODULES ROOT "1/slac/"

static const char *const names[EVEREST_KINDS] = {
	[EVEREST_ENTER_BCD] = "enter_bcd",
	[EVEREST_LEAVE_BCD] = "leave_bcd",
	[EVEREST_RESET] = "reset",
	[EVEREST_DLINK_TERMINATE] = "dlink_terminate",
	[EVEREST_DLINK_ERROR] = "dlink_error",
	[EVEREST_DLINK_PAUSE] = "dlink_pause",
	[EVEREST_HEARTBEAT] = "heartbeat",
	[EVEREST_READY_BEACON] = "ready_beacon",
	[EVEREST_MODULES] = "modules",
};

const char *everest_kind_text(enum everest_kind kind)
{
	return (size_t)kind < EVEREST_KINDS ? names[kind] : "?";
}

static size_t id_length(const char *text)
{
	return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");
}

bool everest_take_module(char out[EVEREST_MODULE_MAX], const char *id)
{
	const size_t len = id_length(id);

	if (len == 0 || len >= EVEREST_MODULE_MAX || id[len] != '\0')
		return false;
	memcpy(out, id, len + 1);
	return true;
}

bool everest_prefix_is_valid(const char *prefix)
{
	const size_t len = strlen(prefix);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)prefix[i] < ' ' || prefix[i] == 0x7f)
			return false;
	return len < EVEREST_PREFIX_MAX && strpbrk(prefix, "+#") == NULL && prefix[0] != '$' &&
	       api_utf8_valid(prefix, len);
}

/* The prefix is a setting of bounded length, and so is the module. */
static const char *join(char out[EVEREST_TOPIC_MAX], const char *prefix, const char *root, const char *module,
			const char *rest)
{
	snprintf(out, EVEREST_TOPIC_MAX, "%s%s%s%s", prefix, root, module, rest);
	return out;
}

const char *everest_topic_to(const char *prefix, const char *module, const char *name, char out[EVEREST_TOPIC_MAX])
{
	char rest[32];

	snprintf(rest, sizeof(rest), "/m2e/%s", name);
	return join(out, prefix, MODULES, module, rest);
}

const char *everest_topic_of_modules(const char *prefix, char out[EVEREST_TOPIC_MAX])
{
	return join(out, prefix, MODULES, "+", "/e2m/+");
}

const char *everest_topic_of_beacon(const char *prefix, char out[EVEREST_TOPIC_MAX])
{
	return join(out, prefix, ROOT, "", "ready_beacon");
}

const char *everest_topic_of_query(const char *prefix, char out[EVEREST_TOPIC_MAX])
{
	return join(out, prefix, ROOT, "", "query-modules/slac");
}

/* What follows `begin`, or NULL. */
static const char *after(const char *text, const char *begin)
{
	const size_t len = strlen(begin);

	return strncmp(text, begin, len) == 0 ? text + len : NULL;
}

static bool read_module(const char *rest, struct everest_topic *out)
{
	const size_t len = id_length(rest);
	const char *name = after(rest + len, "/e2m/");

	if (len == 0 || len >= EVEREST_MODULE_MAX || name == NULL)
		return false;
	memcpy(out->module, rest, len);
	out->module[len] = '\0';
	for (size_t i = EVEREST_ENTER_BCD; i <= EVEREST_HEARTBEAT; i++) {
		if (strcmp(name, names[i]) != 0)
			continue;
		out->kind = (enum everest_kind)i;
		return true;
	}
	return false;
}

bool everest_topic_read(const char *prefix, const char *reply_topic, const char *topic, struct everest_topic *out)
{
	const char *rest = after(topic, prefix);

	out->module[0] = '\0';
	out->kind = EVEREST_MODULES;
	if (strcmp(topic, reply_topic) == 0 || (rest != NULL && strcmp(rest, reply_topic) == 0))
		return true;
	if (rest == NULL)
		return false;
	out->kind = EVEREST_READY_BEACON;
	if (strcmp(rest, ROOT "ready_beacon") == 0)
		return true;
	rest = after(rest, MODULES);
	return rest != NULL && read_module(rest, out);
}
