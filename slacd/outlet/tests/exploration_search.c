/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/tests/exploration_search.h"

#include "slacd/outlet/tests/exploration_invariants.h"
#include "slacd/outlet/tests/exploration_key.h"

#include <stdlib.h>
#include <string.h>

#define NONE    UINT32_MAX
#define WAY_MAX 256
/* Instead of a move: it goes on by itself from here. */
#define GOES_ON UINT8_MAX

struct seen {
	struct world_key key;
	uint32_t parent;
	uint8_t move; /* that led here from the parent; without a parent the root */
	uint8_t ends; /* 0: not known; what follows by itself ends well, in ends - 1 steps */
};

/* In the hash table. */
struct place {
	uint32_t state; /* index into seen, NONE: free */
	uint32_t tag;   /* of its key */
};

struct explorer {
	const struct world_config *config;
	struct exploration *result;
	FILE *report;
	size_t most;
	struct outlet template;
	struct world keys; /* of the template */
	struct seen *seen;
	size_t count, room;
	struct place *table; /* open addressing */
	size_t table_size;
	bool full;
};

/* --- the set of states --- */

static void *grown(void *memory, size_t size)
{
	void *result = realloc(memory, size);

	if (result == NULL)
		abort();
	return result;
}

static uint64_t hash_of(const struct world_key *key)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < KEY_WORDS; i++) {
		hash = (hash ^ key->words[i]) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	return hash;
}

/* Where the key is, or the free place for it. */
static struct place *find(const struct explorer *explorer, const struct world_key *key)
{
	const uint64_t hash = hash_of(key);
	const uint32_t tag = (uint32_t)(hash >> 32);
	size_t slot = (size_t)hash & (explorer->table_size - 1);

	for (;; slot = (slot + 1) & (explorer->table_size - 1)) {
		struct place *place = &explorer->table[slot];
		if (place->state == NONE)
			return place;
		if (place->tag == tag && memcmp(&explorer->seen[place->state].key, key, sizeof(*key)) == 0)
			return place;
	}
}

static void put(struct explorer *explorer, struct place *place, uint32_t state)
{
	place->state = state;
	place->tag = (uint32_t)(hash_of(&explorer->seen[state].key) >> 32);
}

static void grow_table(struct explorer *explorer)
{
	explorer->table_size = explorer->table_size == 0 ? 1024 : explorer->table_size * 2;
	explorer->table = grown(explorer->table, explorer->table_size * sizeof(*explorer->table));
	memset(explorer->table, 0xff, explorer->table_size * sizeof(*explorer->table));
	for (size_t i = 0; i < explorer->count; i++)
		put(explorer, find(explorer, &explorer->seen[i].key), (uint32_t)i);
}

static void add(struct explorer *explorer, const struct world_key *key, uint32_t parent, unsigned move)
{
	if ((explorer->count + 1) * 2 > explorer->table_size)
		grow_table(explorer);
	struct place *place = find(explorer, key);
	if (place->state != NONE)
		return;
	if (explorer->count == explorer->most) {
		explorer->full = true;
		return;
	}
	if (explorer->count == explorer->room) {
		explorer->room = explorer->room == 0 ? 1024 : explorer->room * 2;
		explorer->seen = grown(explorer->seen, explorer->room * sizeof(*explorer->seen));
	}
	explorer->seen[explorer->count] = (struct seen){.key = *key, .parent = parent, .move = (uint8_t)move};
	put(explorer, place, (uint32_t)explorer->count++);
}

static void visit(const struct explorer *explorer, uint32_t state, struct world *world)
{
	world_of_key(world, explorer->config, &explorer->template, &explorer->seen[state].key);
}

/* --- the way to a violation --- */

static size_t way_to(const struct explorer *explorer, uint32_t state, uint8_t way[WAY_MAX], enum world_root *root)
{
	size_t length = 0;
	uint32_t i = state;

	for (; explorer->seen[i].parent != NONE && length < WAY_MAX; i = explorer->seen[i].parent)
		length++;
	*root = (enum world_root)explorer->seen[i].move;
	size_t at = length;
	for (i = state; at > 0; i = explorer->seen[i].parent)
		way[--at] = explorer->seen[i].move;
	return length;
}

static void go_on_and_print(struct world *world, FILE *report)
{
	fputs("  from here nothing else comes, and all that is sent arrives:\n", report);
	for (unsigned i = 0; i < EXPLORATION_STEPS_TO_END && world->violation == NULL; i++) {
		if (invariants_is_settled(world)) {
			invariants_settled(world);
			return;
		}
		if (i == 40)
			fputs("      ... and so on\n", report);
		world->trace = i < 40 ? report : NULL;
		if (!world_go_on(world))
			return;
	}
}

/* Once more from the start, with everything that happens. */
static void print_way(const struct explorer *explorer, uint32_t state, unsigned last_move)
{
	uint8_t way[WAY_MAX];
	enum world_root root;
	size_t length = way_to(explorer, state, way, &root);
	FILE *report = explorer->report;
	static struct world world;

	fprintf(report, "%s: %s\n", explorer->config->name, explorer->result->violation);
	fprintf(report, "   0. slacd starts: %s\n", world_root_text(root));
	world_begin(&world, explorer->config, root);
	for (size_t i = 0; i <= length; i++) {
		const unsigned move = i < length ? way[i] : last_move;
		world.trace = report;
		if (move == GOES_ON) {
			go_on_and_print(&world, report);
			break;
		}
		fprintf(report, "  %2zu. %s\n", i + 1, world_move_text((enum world_move)move));
		world_step(&world, (enum world_move)move);
	}
	fflush(report);
}

static bool is_violated(struct explorer *explorer, const struct world *world, uint32_t state, unsigned last_move)
{
	if (world->violation == NULL)
		return false;
	explorer->result->violation = world->violation;
	if (explorer->report != NULL)
		print_way(explorer, state, last_move);
	return true;
}

/* --- every move from every state --- */

static bool try_move(struct explorer *explorer, const struct world *here, uint32_t state, unsigned move)
{
	static struct world world;
	struct world_key key;

	memcpy(&world, here, WORLD_SIZE);
	world.outlet.fill_context = &world.keys;
	if (!world_step(&world, (enum world_move)move))
		return true;
	explorer->result->transitions++;
	if (world.violation == NULL) {
		const char *wrong = key_take(&world, &key);
		if (wrong != NULL)
			world_violate(&world, wrong);
	}
	if (is_violated(explorer, &world, state, move))
		return false;
	add(explorer, &key, state, move);
	return true;
}

static bool leave(struct explorer *explorer, uint32_t state)
{
	static struct world here;

	visit(explorer, state, &here);
	for (unsigned move = 0; move < WORLD_MOVES; move++)
		if ((explorer->config->moves & WORLD_BIT(move)) && !try_move(explorer, &here, state, move))
			return false;
	return true;
}

/* All states that are equally far away, seen[from] ... seen[to - 1]. False: there is no more to do. */
static bool leave_level(struct explorer *explorer, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (!leave(explorer, (uint32_t)i))
			return false;
	return !explorer->full;
}

static void leave_levels(struct explorer *explorer)
{
	struct exploration *result = explorer->result;
	size_t from = 0;

	while (from < explorer->count) {
		size_t to = explorer->count;
		if (!leave_level(explorer, from, to))
			return;
		from = to;
		if (explorer->count > to)
			result->depth++;
	}
	result->closed = true;
}

/* --- what happens by itself --- */

/* Notes for the `count` states that were passed on the way to an end that is `rest` steps behind the last one. */
static void note_end(struct explorer *explorer, const uint32_t *passed, size_t count, unsigned rest)
{
	for (size_t i = 0; i < count; i++) {
		const unsigned steps = (unsigned)(count - 1 - i) + rest;
		if (steps > explorer->result->steps_to_end)
			explorer->result->steps_to_end = steps;
		if (passed[i] != NONE)
			explorer->seen[passed[i]].ends = (uint8_t)(steps < UINT8_MAX - 1 ? steps + 1 : UINT8_MAX);
	}
}

/* One step further; *state is what it leads to, NONE where it was not seen. False: a violation. */
static bool go_on(struct explorer *explorer, struct world *world, uint32_t from, uint32_t *state)
{
	struct world_key key;

	if (!world_go_on(world))
		world_violate(world, "what was begun never ends");
	const char *wrong = world->violation == NULL ? key_of(world, &key) : NULL;
	if (wrong != NULL)
		world_violate(world, wrong);
	if (is_violated(explorer, world, from, GOES_ON))
		return false;
	*state = find(explorer, &key)->state;
	return true;
}

static bool end_from(struct explorer *explorer, uint32_t state)
{
	static struct world world;
	uint32_t passed[EXPLORATION_STEPS_TO_END + 1];
	size_t count = 0;
	uint32_t next = state;

	visit(explorer, state, &world);
	passed[count++] = state;
	while (!invariants_is_settled(&world)) {
		if (count > EXPLORATION_STEPS_TO_END)
			world_violate(&world, "what was begun never ends");
		if (!go_on(explorer, &world, state, &next))
			return false;
		if (next != NONE && explorer->seen[next].ends > 0) {
			note_end(explorer, passed, count, explorer->seen[next].ends);
			return true;
		}
		passed[count++] = next;
	}
	invariants_settled(&world);
	if (is_violated(explorer, &world, state, GOES_ON))
		return false;
	note_end(explorer, passed, count, 0);
	return true;
}

static void end_from_everywhere(struct explorer *explorer)
{
	for (size_t i = 0; i < explorer->count; i++)
		if (explorer->seen[i].ends == 0 && !end_from(explorer, (uint32_t)i))
			return;
}

/* --- from the roots --- */

static bool begin(struct explorer *explorer, enum world_root root)
{
	static struct world world;
	struct world_key key;

	world_begin(&world, explorer->config, root);
	const char *wrong = key_of(&world, &key);
	if (wrong != NULL)
		world_violate(&world, wrong);
	if (world.violation == NULL) {
		add(explorer, &key, NONE, root);
		return true;
	}
	explorer->result->violation = world.violation;
	if (explorer->report != NULL)
		fprintf(explorer->report, "%s: at the start, %s: %s\n", explorer->config->name, world_root_text(root),
			world.violation);
	return false;
}

void explore(const struct world_config *config, size_t states, FILE *report, struct exploration *result)
{
	static struct explorer explorer;
	bool goes = true;

	memset(result, 0, sizeof(*result));
	memset(&explorer, 0, sizeof(explorer));
	explorer.config = config;
	explorer.result = result;
	explorer.report = report;
	explorer.most = states;
	world_template(&explorer.template, config, &explorer.keys);
	for (unsigned root = 0; root < WORLD_ROOTS && goes; root++)
		if (config->roots & 1u << root)
			goes = begin(&explorer, (enum world_root)root);
	if (goes)
		leave_levels(&explorer);
	if (result->violation == NULL)
		end_from_everywhere(&explorer);
	result->states = explorer.count;
	free(explorer.seen);
	free(explorer.table);
}
