/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/tests/pilot_explorer.h"

#include "slacd/tests/pilot_invariants.h"

#include <stdlib.h>
#include <string.h>

#define NONE     UINT32_MAX
#define WAY_MAX  256
#define RECOVERY UINT8_MAX /* as the last "input": the checks made from every state */

struct seen {
	struct world_key key;
	uint32_t parent;
	uint8_t input; /* that led here from the parent */
};

struct explorer {
	const struct world_config *config;
	const struct pilot_logic *logic;
	const struct exploration_bounds *bounds;
	struct exploration *result;
	struct seen *seen;
	size_t count, room;
	uint32_t *table; /* indices into seen, open addressing */
	size_t table_size;
	bool full;
};

static void *grown(void *memory, size_t size)
{
	void *result = realloc(memory, size);

	if (result == NULL)
		abort();
	return result;
}

static size_t slot_of(const struct explorer *explorer, const struct world_key *key)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < 4; i++) {
		hash = (hash ^ key->words[i]) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	return (size_t)(hash & (explorer->table_size - 1));
}

/* Where the key is, or the free place for it. */
static uint32_t *find(const struct explorer *explorer, const struct world_key *key)
{
	size_t slot = slot_of(explorer, key);

	while (explorer->table[slot] != NONE &&
	       memcmp(&explorer->seen[explorer->table[slot]].key, key, sizeof(*key)) != 0)
		slot = (slot + 1) & (explorer->table_size - 1);
	return &explorer->table[slot];
}

static void grow_table(struct explorer *explorer)
{
	explorer->table_size = explorer->table_size == 0 ? 1024 : explorer->table_size * 2;
	explorer->table = grown(explorer->table, explorer->table_size * sizeof(*explorer->table));
	memset(explorer->table, 0xff, explorer->table_size * sizeof(*explorer->table));
	for (size_t i = 0; i < explorer->count; i++)
		*find(explorer, &explorer->seen[i].key) = (uint32_t)i;
}

static void add(struct explorer *explorer, const struct world_key *key, uint32_t parent, unsigned input)
{
	if ((explorer->count + 1) * 2 > explorer->table_size)
		grow_table(explorer);
	uint32_t *slot = find(explorer, key);
	if (*slot != NONE)
		return;
	if (explorer->count == explorer->bounds->states) {
		explorer->full = true;
		return;
	}
	if (explorer->count == explorer->room) {
		explorer->room = explorer->room == 0 ? 1024 : explorer->room * 2;
		explorer->seen = grown(explorer->seen, explorer->room * sizeof(*explorer->seen));
	}
	*slot = (uint32_t)explorer->count;
	explorer->seen[explorer->count++] = (struct seen){.key = *key, .parent = parent, .input = (uint8_t)input};
}

/* --- the way to a violation --- */

static size_t way_to(const struct explorer *explorer, uint32_t state, uint8_t way[WAY_MAX])
{
	size_t length = 0;

	for (uint32_t i = state; explorer->seen[i].parent != NONE && length < WAY_MAX; i = explorer->seen[i].parent)
		length++;
	size_t at = length;
	for (uint32_t i = state; at > 0; i = explorer->seen[i].parent)
		way[--at] = explorer->seen[i].input;
	return length;
}

static void replay_input(struct world *world, unsigned number, unsigned input, FILE *report)
{
	char text[96];

	if (input == RECOVERY) {
		fprintf(report, "      checks from here: unplug; end of F; before the deadline\n");
		invariants_recovery(world);
		return;
	}
	fprintf(report, "  %2u. %s\n", number, world_input_text(input, text, sizeof(text)));
	world_step(world, input);
}

/* Once more from the start, with everything that happens. */
static void print_way(const struct explorer *explorer, uint32_t state, unsigned last_input, FILE *report)
{
	uint8_t way[WAY_MAX];
	size_t length = way_to(explorer, state, way);
	struct world world;

	fprintf(report, "%s: %s\n", explorer->config->name, explorer->result->violation);
	world_init(&world, explorer->config, explorer->logic);
	world.trace = report;
	for (size_t i = 0; i < length; i++)
		replay_input(&world, (unsigned)i + 1, way[i], report);
	replay_input(&world, (unsigned)length + 1, last_input, report);
	fflush(report);
}

static bool violated(struct explorer *explorer, const struct world *world, uint32_t state, unsigned last_input,
		     FILE *report)
{
	if (world->violation == NULL)
		return false;
	explorer->result->violation = world->violation;
	if (report != NULL)
		print_way(explorer, state, last_input, report);
	return true;
}

/* --- the search --- */

/* The key must hold all that matters: what comes out of it is what went in. */
static void pack(struct explorer *explorer, struct world *world, struct world_key *key)
{
	struct world copy;

	if (!world_pack(world, key)) {
		world_violation(world, "a counter or a deadline outside of what is possible");
		return;
	}
	world_unpack(&copy, explorer->config, explorer->logic, key);
	if (!world_equal(world, &copy))
		world_violation(world, "the key of the exploration does not hold the whole state");
}

static bool try_input(struct explorer *explorer, const struct world *here, uint32_t state, unsigned input, FILE *report)
{
	struct world world = *here;
	struct world_key key;

	if (!world_step(&world, input))
		return true;
	explorer->result->transitions++;
	if (world.violation == NULL)
		pack(explorer, &world, &key);
	if (violated(explorer, &world, state, input, report))
		return false;
	add(explorer, &key, state, input);
	return true;
}

static bool leave(struct explorer *explorer, uint32_t state, FILE *report)
{
	struct world here;

	world_unpack(&here, explorer->config, explorer->logic, &explorer->seen[state].key);
	invariants_recovery(&here);
	if (violated(explorer, &here, state, RECOVERY, report))
		return false;
	for (unsigned input = 0; input < WORLD_INPUTS; input++) {
		if (!(explorer->config->inputs >> input & 1))
			continue;
		if (!try_input(explorer, &here, state, input, report))
			return false;
		if (explorer->config->races && input < WORLD_TIME &&
		    !try_input(explorer, &here, state, input | WORLD_RACE, report))
			return false;
	}
	return true;
}

/* All states that are `depth` inputs away, i.e. seen[from] ... seen[to - 1]. False: there is no more to do.
 */
static bool explore_level(struct explorer *explorer, size_t from, size_t to, FILE *report)
{
	for (size_t i = from; i < to; i++)
		if (!leave(explorer, (uint32_t)i, report))
			return false;
	return !explorer->full;
}

static void explore_levels(struct explorer *explorer, FILE *report)
{
	struct exploration *result = explorer->result;
	size_t from = 0;

	while (from < explorer->count) {
		size_t to = explorer->count;
		if (explorer->bounds->depth != 0 && result->depth == explorer->bounds->depth)
			return;
		if (!explore_level(explorer, from, to, report))
			return;
		from = to;
		if (explorer->count > to)
			result->depth++;
	}
	result->closed = true;
}

void explore(const struct world_config *config, const struct pilot_logic *logic,
	     const struct exploration_bounds *bounds, FILE *report, struct exploration *result)
{
	struct explorer explorer = {.config = config, .logic = logic, .bounds = bounds, .result = result};
	struct world world;
	struct world_key key;

	memset(result, 0, sizeof(*result));
	world_init(&world, config, logic);
	pack(&explorer, &world, &key);
	if (world.violation != NULL) {
		result->violation = world.violation;
		if (report != NULL)
			fprintf(report, "%s: at the start: %s\n", config->name, world.violation);
		return;
	}
	add(&explorer, &key, NONE, 0);
	explore_levels(&explorer, report);
	result->states = explorer.count;
	free(explorer.seen);
	free(explorer.table);
}
