// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * States that accept alike and lead alike, by alike transitions, to states
 * that are alike become one.  They begin in blocks by how they accept; blocks
 * are split by where their states lead until none splits.
 */
#include <stdlib.h>

#include "regex/internal.h"

struct blocks {
	const struct table *t;
	uint16_t *of, *was;	/* block of a state, now and the round before */
	uint32_t *slots;	/* 1 + first state of a block */
	size_t nslots, n;
};

static bool alike(const struct blocks *b, size_t x, size_t y)
{
	const struct table *t = b->t;
	const uint16_t *nx = t->next + x * t->classes;
	const uint16_t *ny = t->next + y * t->classes;

	if (t->mark[x] != t->mark[y] || b->was[x] != b->was[y])
		return false;
	for (size_t c = 0; c < t->classes; c++) {
		if (b->was[nx[c]] != b->was[ny[c]])
			return false;
		if (t->label && t->label[x * t->classes + c] !=
				t->label[y * t->classes + c])
			return false;
	}
	return true;
}

static uint64_t hash_state(const struct blocks *b, size_t x)
{
	const struct table *t = b->t;
	uint64_t h = t->mark[x] * 31u + b->was[x];

	for (size_t c = 0; c < t->classes; c++)
		h = (h ^ b->was[t->next[x * t->classes + c]]) *
		    0x100000001b3u;
	return h ^ h >> 29;
}

/* Blocks are numbered by their first states, so the dead one stays 0. */
static void split(struct blocks *b)
{
	size_t x, first, h;

	memset(b->slots, 0, b->nslots * sizeof *b->slots);
	b->n = 0;
	for (x = 0; x < b->t->states; x++) {
		h = hash_state(b, x) % b->nslots;
		for (; b->slots[h]; h = (h + 1) % b->nslots)
			if (alike(b, x, b->slots[h] - 1))
				break;
		if (!b->slots[h]) {
			b->slots[h] = (uint32_t)x + 1;
			b->of[x] = (uint16_t)b->n++;
			continue;
		}
		first = b->slots[h] - 1;
		b->of[x] = b->of[first];
	}
}

/* A block's states are alike: its last one speaks for it. */
static void rewrite(struct arena *a, struct table *t, const struct blocks *b)
{
	size_t cells = b->n * t->classes;
	uint16_t *next = arena_array(a, cells, uint16_t), *label = NULL;
	uint32_t *mark = arena_array(a, b->n, uint32_t);

	if (t->label)
		label = arena_array(a, cells, uint16_t);
	for (size_t x = 0; x < t->states; x++) {
		size_t to = b->of[x] * t->classes, from = x * t->classes;

		mark[b->of[x]] = t->mark[x];
		for (size_t c = 0; c < t->classes; c++) {
			next[to + c] = b->of[t->next[from + c]];
			if (label)
				label[to + c] = t->label[from + c];
		}
	}
	t->states = b->n;
	t->next = next;
	t->label = label;
	t->mark = mark;
	t->start[0] = b->of[t->start[0]];
	t->start[1] = b->of[t->start[1]];
}

void table_minimize(struct arena *a, struct table *t)
{
	struct blocks b = { .t = t, .nslots = 2 * t->states + 1 };
	size_t before;

	b.of = arena_array(a, t->states, uint16_t);
	b.was = arena_array(a, t->states, uint16_t);
	b.slots = arena_array(a, b.nslots, uint32_t);
	do {
		before = b.n;
		memcpy(b.was, b.of, t->states * sizeof *b.of);
		split(&b);
	} while (b.n != before);
	rewrite(a, t, &b);
}
