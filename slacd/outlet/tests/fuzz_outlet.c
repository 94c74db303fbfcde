/* SPDX-License-Identifier: Apache-2.0 */
/* Arbitrary octets as inputs of an outlet; the first eight choose its configuration. Every rule of outlet_watch holds. */
#include "slacd/outlet/tests/outlet_player.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct outlet_player player;

	if (size < PLAYER_CHOICE)
		return 0;
	outlet_player_init(&player, data, 1);
	const char *broken = outlet_player_play(&player, data + PLAYER_CHOICE, size - PLAYER_CHOICE);
	if (broken != NULL) {
		fprintf(stderr, "broken rule: %s\n", broken);
		abort();
	}
	return 0;
}
