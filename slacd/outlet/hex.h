/* SPDX-License-Identifier: Apache-2.0 */
/* Octets as hex digits in lower case, two each, and back: "0039f4". For states and records, keys among them. Pure. */
#ifndef SLACD_OUTLET_HEX_H
#define SLACD_OUTLET_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes 2 * len digits and a NUL. */
void hex_write(const uint8_t *octets, size_t len, char *out);
/* False where the text is not 2 * len such digits; some octets may have been written then. */
bool hex_read(const char *text, uint8_t *octets, size_t len);

#endif
