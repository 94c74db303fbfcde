/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel drops before a raw socket hears of it. Only port_raw.c and its test include this. */
#ifndef HOMEPLUG_PORT_PORT_RAW_H
#define HOMEPLUG_PORT_PORT_RAW_H

#include <linux/filter.h>

#define PORT_RAW_FILTER_LEN 4

/* Gives frames of EtherType 0x88E1, and drops all others. */
extern const struct sock_filter port_raw_filter[PORT_RAW_FILTER_LEN];

#endif
