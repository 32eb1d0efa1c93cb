// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The search: an automaton that says of a text whether some part of it
 * matches.  Forward it stops at the first end of a match; backward it goes on
 * to the text's beginning, and each place where it accepts is one where a
 * match begins.  Order and groups play no part here.
 */
#include <stdlib.h>

#include "regex/internal.h"

struct search {
	struct regex_run *r;
	struct nfa nfa;
	struct closure c;
	struct states states;
	bool backward;
	VEC(uint16_t) next;
	VEC(uint32_t) mark;
};

static int by_node(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

static bool is_match(const struct search *s, uint16_t node)
{
	return s->nfa.nodes.v[node].kind == NFA_MATCH;
}

/* The state of what the closure reached. */
static uint16_t number(struct search *s, bool begin)
{
	struct entry_vec *out = &s->c.out;
	uint16_t *nodes = malloc((out->n + 1) * sizeof *nodes), n;
	size_t len = out->n;

	if (!nodes)
		fatal("out of memory");
	for (size_t i = 0; i < len; i++) {
		nodes[i] = out->v[i].node;
		if (!s->backward && is_match(s, nodes[i])) {
			nodes[0] = nodes[i];	/* nothing else counts now */
			len = 1;
			begin = false;
		}
	}
	qsort(nodes, len, sizeof *nodes, by_node);
	n = state_number(s->r, &s->states, nodes, len, begin);
	free(nodes);
	return n;
}

static uint32_t mark_of(struct search *s, uint16_t state)
{
	struct state st = s->states.list.v[state];
	uint32_t mark = 0;

	for (size_t i = 0; i < st.n; i++)
		if (is_match(s, st.nodes[i]))
			mark |= STP_REGEX_HERE;
	closure_clear(&s->c);
	for (size_t i = 0; i < st.n; i++)
		closure_add(&s->c, st.nodes[i], 0, CLOSURE_END |
			    (st.begin ? CLOSURE_BEGIN : 0));
	for (size_t i = 0; i < s->c.out.n; i++)
		if (is_match(s, s->c.out.v[i].node))
			mark |= STP_REGEX_AT_EDGE;
	return mark;
}

static uint16_t target(struct search *s, uint16_t state, unsigned byte)
{
	struct state st = s->states.list.v[state];

	if (!s->backward && st.n == 1 && is_match(s, st.nodes[0]))
		return state;
	closure_clear(&s->c);
	for (size_t i = 0; i < st.n; i++) {
		const struct nfa_node *n = &s->nfa.nodes.v[st.nodes[i]];

		if (n->kind == NFA_BYTE && set_has(n->set, byte))
			closure_add(&s->c, n->a, 0, 0);
	}
	closure_add(&s->c, s->nfa.start, 0, 0);
	return number(s, false);
}

static void fill(struct search *s)
{
	struct regex_run *r = s->r;

	for (size_t i = 0; i < s->states.list.n && !r->failed; i++) {
		bool dead = i == STP_REGEX_DEAD;

		vec_push(r->a, &s->mark, dead ? 0 : mark_of(s, (uint16_t)i));
		for (size_t c = 0; c < r->classes && !r->failed; c++)
			vec_push(r->a, &s->next, dead ? STP_REGEX_DEAD :
				 target(s, (uint16_t)i,
					r->representative[c]));
		regex_check_limits(r, s->next.n);
	}
}

bool search_build(struct regex_run *r, bool backward, struct table *t)
{
	struct search s = { .r = r, .backward = backward };

	nfa_build(r, &s.nfa, backward);
	if (r->failed)
		return false;
	closure_init(&s.c, r, &s.nfa);
	states_init(r->a, &s.states);
	closure_add(&s.c, s.nfa.start, 0, CLOSURE_BEGIN);
	t->start[0] = t->start[1] = number(&s, true);
	fill(&s);
	if (r->failed)
		return false;
	t->states = s.states.list.n;
	t->classes = r->classes;
	t->next = s.next.v;
	t->label = NULL;
	t->mark = s.mark.v;
	table_minimize(r->a, t);
	return true;
}
