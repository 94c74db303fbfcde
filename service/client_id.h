/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client id for the broker where none is configured. A broker ends the older of two connections with one id, so
 * that two services must not share it, not even two that are process 1 of a container each.
 */
#ifndef SERVICE_CLIENT_ID_H
#define SERVICE_CLIENT_ID_H

#include <stddef.h>
#include <stdint.h>

#define CLIENT_ID_SIZE        24 /* a broker must take 23 octets (MQTT 3.1.1, section 3.1.3.1), and a NUL */
#define CLIENT_ID_SERVICE_MAX 6
#define CLIENT_ID_RANDOM      8
#define MACHINE_ID_SIZE       33
#define CLIENT_ID_MACHINE_ID  "/etc/machine-id"

/*
 * The service, which has at most CLIENT_ID_SERVICE_MAX octets, '-' and 16 hex digits. Where machine and outlet are known it is the same at each start, so that the broker ends
 * a connection of the process before at once; otherwise (NULL or "") it is made of the random octets. The machine-id
 * itself, which is confidential (machine-id(5)), cannot be told from it.
 */
void client_id_make(const char *service, const char *machine_id, const char *outlet,
		    const uint8_t random[CLIENT_ID_RANDOM], char out[CLIENT_ID_SIZE]);

/* Reads a machine-id; "" when the file has none. */
void client_id_read_machine_id(const char *path, char out[MACHINE_ID_SIZE]);

#endif
