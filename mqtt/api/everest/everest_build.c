/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/api/api_writer.h"
#include "mqtt/api/everest/everest_api.h"

#include <stdio.h>
#include <string.h>

static const char *const states[] = {
	[EVEREST_UNMATCHED] = "UNMATCHED", [EVEREST_MATCHING] = "MATCHING", [EVEREST_MATCHED] = "MATCHED"};
static const char *const types[] = {[EVEREST_COMMUNICATION_FAULT] = "CommunicationFault",
				    [EVEREST_VENDOR_ERROR] = "VendorError",
				    [EVEREST_VENDOR_WARNING] = "VendorWarning"};

const char *everest_state_text(enum everest_state state)
{
	return (size_t)state < sizeof(states) / sizeof(states[0]) ? states[state] : "?";
}

static size_t take(char *out, size_t size, int len)
{
	if (len >= 0 && (size_t)len < size)
		return (size_t)len;
	if (size > 0)
		out[0] = '\0';
	return 0;
}

size_t everest_build_state(char *out, size_t size, enum everest_state state)
{
	return take(out, size, snprintf(out, size, "\"%s\"", everest_state_text(state)));
}

size_t everest_build_flag(char *out, size_t size, bool flag)
{
	return take(out, size, snprintf(out, size, "%s", flag ? "true" : "false"));
}

size_t everest_build_null(char *out, size_t size)
{
	return take(out, size, snprintf(out, size, "null"));
}

size_t everest_build_mac(char *out, size_t size, const uint8_t mac[6])
{
	return take(out, size,
		    snprintf(out, size, "\"%02X:%02X:%02X:%02X:%02X:%02X\"", mac[0], mac[1], mac[2], mac[3], mac[4],
			     mac[5]));
}

size_t everest_build_error(char *out, size_t size, enum everest_error_type type, const char *sub_type,
			   const char *message)
{
	struct api_writer writer;

	api_writer_begin_object(&writer, out, size);
	api_writer_text(&writer, writer.root, "type", types[type]);
	api_writer_text(&writer, writer.root, "sub_type", sub_type);
	if (message != NULL)
		api_writer_text(&writer, writer.root, "message", message);
	return api_writer_finish(&writer);
}

size_t everest_build_query(char *out, size_t size, const char *reply_topic)
{
	struct api_writer writer;

	api_writer_begin_object(&writer, out, size);
	api_writer_text(&writer, api_writer_object(&writer, writer.root, "headers"), "replyTo", reply_topic);
	return api_writer_finish(&writer);
}
