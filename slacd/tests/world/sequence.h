/* SPDX-License-Identifier: Apache-2.0 */
/* Random sequences: a script in which everything happens that can, in any order, made from a seed. */
#ifndef SLACD_TESTS_WORLD_SEQUENCE_H
#define SLACD_TESTS_WORLD_SEQUENCE_H

#include <stdint.h>

/* The script of this seed, allocated. The same seed gives the same script again. */
char *sequence_new(uint64_t seed);

#endif
