/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/station/cs_sim_scripts.h"

#include <stddef.h>
#include <string.h>

const char *cs_builtin_script(const char *name)
{
	for (const struct cs_builtin_script *script = cs_builtin_scripts; script->name != NULL; script++)
		if (strcmp(script->name, name) == 0)
			return script->text;
	return NULL;
}
