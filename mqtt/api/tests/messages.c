/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/api/tests/messages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

const char *message_changed(const char *valid, const char *from, const char *to)
{
	static char changed[4096];
	const char *at = strstr(valid, from);

	assert_non_null(at);
	snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - valid), valid, to, at + strlen(from));
	return changed;
}
