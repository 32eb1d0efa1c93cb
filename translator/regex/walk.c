// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The walk: an automaton over lists of nodes in order of preference.  Each
 * transition says of every entry it reaches which entry it came from and
 * which groups opened or closed on the way; so the groups of a match are found
 * by going back over the states that led to it.  All entries are kept, also
 * those behind one that matches: a later end is a longer match.
 */
#include <stdlib.h>

#include "regex/internal.h"

/* Lists of equal-sized things, each list once. */
struct list {
	size_t place, n;	/* in things */
};
struct pool {
	VEC(uint8_t) bytes;
	size_t size;		/* of a thing */
	VEC(struct list) lists;
	uint32_t *slots;	/* 1 + number of the list */
	size_t nslots;
};

struct walk {
	struct regex_run *r;
	struct nfa nfa;
	struct closure c;
	struct states states;
	struct pool steps, paths;
	VEC(uint16_t) next, label;
	VEC(uint32_t) mark;
	uint16_t first[2];
};

static uint32_t *pool_slot(const struct pool *p, const void *things, size_t n)
{
	uint64_t h = hash_bytes(things, n * p->size, n) % p->nslots;
	const struct list *l;

	for (; p->slots[h]; h = (h + 1) % p->nslots) {
		l = &p->lists.v[p->slots[h] - 1];
		if (l->n == n && !memcmp(p->bytes.v + l->place * p->size,
					 things, n * p->size))
			break;
	}
	return &p->slots[h];
}

/* Never more than half full. */
static void pool_grow(struct arena *a, struct pool *p)
{
	if (2 * p->lists.n < p->nslots)
		return;
	p->nslots = 4 * p->lists.n + 61;
	p->slots = arena_array(a, p->nslots, uint32_t);
	vec_for(i, &p->lists) {
		const struct list *l = &p->lists.v[i];

		*pool_slot(p, p->bytes.v + l->place * p->size, l->n) =
			(uint32_t)i + 1;
	}
}

/* The place of n things in the pool, added where they are not in it. */
static uint16_t pool_place(struct walk *w, struct pool *p, const void *things,
			   size_t n)
{
	struct list l = { .place = p->bytes.n / p->size, .n = n };
	uint32_t *slot;

	pool_grow(w->r->a, p);
	slot = pool_slot(p, things, n);
	if (*slot)
		return (uint16_t)p->lists.v[*slot - 1].place;
	if (l.place + n > REGEX_TABLE_MAX) {
		regex_fail(w->r, REGEX_ANYWHERE, "too complex: more than %d "
			   "steps of groups", REGEX_TABLE_MAX);
		return 0;
	}
	for (size_t i = 0; i < n * p->size; i++)
		vec_push(w->r->a, &p->bytes, ((const uint8_t *)things)[i]);
	vec_push(w->r->a, &p->lists, l);
	*slot = (uint32_t)p->lists.n;
	return (uint16_t)l.place;
}

/* The last tag comes first, as going back meets them. */
static uint16_t path_place(struct walk *w, const struct tag_path *path)
{
	uint8_t tags[2 * REGEX_NODES_MAX];
	size_t n = 0;

	for (; path && n < sizeof tags - 1; path = path->before)
		tags[n++] = path->tag;
	tags[n++] = STP_REGEX_STOP;
	return pool_place(w, &w->paths, tags, n);
}

/* The step to the first match among what the closure reached. */
static struct stp_regex_step match_step(struct walk *w)
{
	struct stp_regex_step step = { 0 };

	for (size_t i = 0; i < w->c.out.n && !step.from; i++) {
		const struct nfa_entry *e = &w->c.out.v[i];

		if (w->nfa.nodes.v[e->node].kind != NFA_MATCH)
			continue;
		step.from = (uint16_t)(e->from + 1);
		step.path = path_place(w, e->path);
	}
	return step;
}

/* The steps of all that the closure reached, behind the one at the edge. */
static uint16_t steps_place(struct walk *w, struct stp_regex_step edge)
{
	struct entry_vec *out = &w->c.out;
	struct stp_regex_step *s = arena_array(w->r->a, out->n + 1,
					       struct stp_regex_step);

	s[0] = edge;
	for (size_t i = 0; i < out->n; i++) {
		s[i + 1].from = out->v[i].from;
		s[i + 1].path = path_place(w, out->v[i].path);
	}
	return pool_place(w, &w->steps, s, out->n + 1);
}

static uint16_t number(struct walk *w)
{
	struct entry_vec *out = &w->c.out;
	uint16_t *nodes = arena_array(w->r->a, out->n + 1, uint16_t);

	for (size_t i = 0; i < out->n; i++)
		nodes[i] = out->v[i].node;
	return state_number(w->r, &w->states, nodes, out->n, false);
}

static uint32_t match_entry(const struct walk *w, const struct state *st)
{
	for (size_t i = 0; i < st->n; i++)
		if (w->nfa.nodes.v[st->nodes[i]].kind == NFA_MATCH)
			return (uint32_t)i + 1;
	return 0;
}

/* All that a byte leads to, and there on to edges. */
static void close_over(struct walk *w, const struct state *st, unsigned byte,
		       int edges)
{
	closure_clear(&w->c);
	for (size_t i = 0; i < st->n; i++) {
		const struct nfa_node *n = &w->nfa.nodes.v[st->nodes[i]];

		if (n->kind == NFA_BYTE && set_has(n->set, byte))
			closure_add(&w->c, n->a, (uint16_t)i, edges);
	}
}

static void add_transition(struct walk *w, uint16_t state, unsigned byte)
{
	struct state st = w->states.list.v[state];
	struct stp_regex_step edge;

	close_over(w, &st, byte, CLOSURE_END);
	edge = match_step(w);
	close_over(w, &st, byte, 0);
	vec_push(w->r->a, &w->label, steps_place(w, edge));
	vec_push(w->r->a, &w->next, number(w));
}

static void fill(struct walk *w)
{
	struct regex_run *r = w->r;

	for (size_t i = 0; i < w->states.list.n && !r->failed; i++) {
		vec_push(r->a, &w->mark,
			 match_entry(w, &w->states.list.v[i]));
		for (size_t c = 0; c < r->classes && !r->failed; c++)
			add_transition(w, (uint16_t)i, r->representative[c]);
		regex_check_limits(r, w->next.n);
	}
}

static uint16_t start_state(struct walk *w, int edges)
{
	struct stp_regex_step edge;

	closure_clear(&w->c);
	closure_add(&w->c, w->nfa.start, 0, edges | CLOSURE_END);
	edge = match_step(w);
	closure_clear(&w->c);
	closure_add(&w->c, w->nfa.start, 0, edges);
	w->first[!edges] = steps_place(w, edge);
	return number(w);
}

static void finish(struct walk *w, struct table *t, struct regex *out)
{
	unsigned short *match = arena_array(w->r->a, t->states,
					    unsigned short);

	for (size_t i = 0; i < t->states; i++)
		match[i] = (unsigned short)t->mark[i];
	out->walk_states = t->states;
	out->nsteps = w->steps.bytes.n / w->steps.size;
	out->npaths = w->paths.bytes.n;
	for (int i = 0; i < 2; i++) {
		out->r.walk_start[i] = t->start[i];
		out->r.first_steps[i] = w->first[i];
	}
	out->r.walk_next = t->next;
	out->r.walk_steps = t->label;
	out->r.walk_match = match;
	out->r.steps = (const struct stp_regex_step *)w->steps.bytes.v;
	out->r.paths = w->paths.bytes.v;
}

void walk_build(struct regex_run *r, struct regex *out)
{
	struct walk w = { .r = r };
	struct table t = { .classes = r->classes };

	nfa_build(r, &w.nfa, false);
	if (r->failed)
		return;
	closure_init(&w.c, r, &w.nfa);
	w.c.paths = true;
	states_init(r->a, &w.states);
	w.steps.size = sizeof(struct stp_regex_step);
	w.paths.size = 1;
	t.start[0] = start_state(&w, CLOSURE_BEGIN);
	t.start[1] = start_state(&w, 0);
	fill(&w);
	if (r->failed)
		return;
	t.states = w.states.list.n;
	t.next = w.next.v;
	t.label = w.label.v;
	t.mark = w.mark.v;
	table_minimize(r->a, &t);
	finish(&w, &t, out);
}
