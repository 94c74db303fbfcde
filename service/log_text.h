/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text for the log that may hold what others have sent: it must neither break a line, nor command a terminal, nor show
 * in another order than it is written in.
 */
#ifndef SERVICE_LOG_TEXT_H
#define SERVICE_LOG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Copies `len` octets of `text` to `out`, as far as they fit in `room` octets, and returns how many octets were written;
 * there is no NUL. Well-formed UTF-8 stays as it is, but for
 *   - control characters below 0x20, each a '?': JSON of several lines has many;
 *   - DEL, the control characters 0x80 ... 0x9f (C1), and the marks that turn the direction of writing (U+061C, U+200E,
 *     U+200F, U+202A ... U+202E, U+2066 ... U+2069): \u202e;
 *   - octets that are no UTF-8: \x9b.
 * An escape that does not fit ends the text.
 */
size_t log_text_copy(char *out, size_t room, const char *text, size_t len);
/* Printable ASCII: log_text_copy leaves it as it is. */
bool log_text_is_plain(const char *text, size_t len);
/* log_text_copy with a NUL behind it, in `size` octets. */
void log_text_line(char *out, size_t size, const char *text, size_t len);

#endif
