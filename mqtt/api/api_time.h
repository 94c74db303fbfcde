/* SPDX-License-Identifier: Apache-2.0 */
/* Times on the wire (RFC 3339) and seconds since 1970, UTC. Internal to the MQTT messages. */
#ifndef MQTT_API_API_TIME_H
#define MQTT_API_API_TIME_H

#include <stdbool.h>
#include <stdint.h>

#define API_TIME_SIZE    24
#define API_TIME_MS_SIZE 28

/*
 * Reads "2023-05-15T17:00:00+01:00", also with a fraction of a second (which is left out), with a space for the T, and
 * with small letters. Years 1970 to 9999. False, and *out unchanged, for anything else.
 */
bool api_time_read(const char *text, int64_t *out);

/* Likewise in milliseconds; what is finer is left out. */
bool api_time_read_ms(const char *text, int64_t *out);

/* Writes "2023-05-15T16:00:00Z"; for what api_time_read gives. */
void api_time_write(int64_t seconds, char out[API_TIME_SIZE]);
/* Writes "2023-05-15T16:00:00.123Z"; for what api_time_read_ms gives. */
void api_time_write_ms(int64_t ms, char out[API_TIME_MS_SIZE]);

#endif
