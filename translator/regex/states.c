// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * States of an automaton without choices: lists of nodes, each list once,
 * numbered as they are found.
 */
#include <stdlib.h>

#include "regex/internal.h"

#define SLOTS (4 * REGEX_STATES_MAX)	/* never more than half full */

void states_init(struct arena *a, struct states *s)
{
	struct state dead = { 0 };

	*s = (struct states){ .nslots = SLOTS };
	s->slots = arena_array(a, s->nslots, uint32_t);
	vec_push(a, &s->list, dead);
}

static bool same(const struct state *s, const uint16_t *nodes, size_t n,
		 bool begin)
{
	return s->n == n && s->begin == begin &&
	       !memcmp(s->nodes, nodes, n * sizeof *nodes);
}

uint16_t state_number(struct regex_run *r, struct states *s,
		      const uint16_t *nodes, size_t n, bool begin)
{
	struct state new = { .n = n, .begin = begin };
	uint64_t h;

	if (!n && !begin)
		return STP_REGEX_DEAD;
	h = hash_bytes(nodes, n * sizeof *nodes, begin) % s->nslots;
	for (; s->slots[h]; h = (h + 1) % s->nslots)
		if (same(&s->list.v[s->slots[h] - 1], nodes, n, begin))
			return (uint16_t)(s->slots[h] - 1);
	if (s->list.n >= REGEX_STATES_MAX) {
		regex_fail(r, REGEX_ANYWHERE, "too complex: more than %d "
			   "states", REGEX_STATES_MAX);
		return STP_REGEX_DEAD;
	}
	new.nodes = arena_dup(r->a, nodes, n * sizeof *nodes);
	vec_push(r->a, &s->list, new);
	s->slots[h] = (uint32_t)s->list.n;
	return (uint16_t)(s->list.n - 1);
}
