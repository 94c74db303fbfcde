/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a configuration file: it is read, or an error names the file; what was read can be printed. */
#include "slacd/settings/settings.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct settings settings;
	static FILE *nowhere;
	char error[SETTINGS_ERROR_SIZE] = "";
	char *text = malloc(size + 1);

	if (nowhere == NULL)
		nowhere = fopen("/dev/null", "we");
	if (text == NULL || nowhere == NULL)
		abort();
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	settings_defaults(&settings, SETTINGS_FIELD);
	if (settings_read_text(&settings, "file", text, size, error))
		settings_print(&settings, nowhere);
	else if (strncmp(error, "file: ", strlen("file: ")) != 0)
		abort();
	free(text);
	return 0;
}
