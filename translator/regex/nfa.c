// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tree as an automaton with choices, each in order of preference, and
 * what can be reached in it without reading.  An automaton that reads
 * backward has the parts of a sequence in the other order and ^ for $; it
 * keeps the nodes of groups, so that both have one limit.
 */
#include "regex/internal.h"

struct builder {
	struct regex_run *r;
	struct nfa *n;
	bool backward;
};

static uint16_t add(struct builder *b, enum nfa_kind kind, uint16_t to)
{
	struct nfa_node node = { .kind = kind, .a = to };

	if (b->n->nodes.n >= REGEX_NODES_MAX) {
		regex_fail(b->r, REGEX_ANYWHERE, "too long when its "
			   "repetitions are written out: more than %d nodes",
			   REGEX_NODES_MAX);
		return to;
	}
	vec_push(b->r->a, &b->n->nodes, node);
	return (uint16_t)(b->n->nodes.n - 1);
}

static uint16_t add_split(struct builder *b, uint16_t first, uint16_t second)
{
	uint16_t i = add(b, NFA_SPLIT, first);

	b->n->nodes.v[i].b = second;
	return i;
}

static uint16_t build(struct builder *b, const struct re_node *t,
		      uint16_t to);

static uint16_t build_parts(struct builder *b, const struct re_node *t,
			    uint16_t to)
{
	for (size_t i = 0; i < t->parts.n; i++)
		to = build(b, t->parts.v[b->backward ? i :
					 t->parts.n - 1 - i], to);
	return to;
}

static uint16_t build_alternatives(struct builder *b, const struct re_node *t,
				   uint16_t to)
{
	size_t i = t->parts.n - 1;
	uint16_t at = build(b, t->parts.v[i], to);

	while (i-- > 0)
		at = add_split(b, build(b, t->parts.v[i], to), at);
	return at;
}

static uint16_t build_group(struct builder *b, const struct re_node *t,
			    uint16_t to)
{
	uint16_t at = add(b, NFA_TAG, to);

	b->n->nodes.v[at].tag = (uint8_t)(2 * t->group + 1);
	at = add(b, NFA_TAG, build(b, t->parts.v[0], at));
	b->n->nodes.v[at].tag = (uint8_t)(2 * t->group);
	return at;
}

/* Once, and again as often as there is more. */
static uint16_t build_plus(struct builder *b, const struct re_node *part,
			   uint16_t to)
{
	uint16_t again = add_split(b, to, to), body = build(b, part, again);

	b->n->nodes.v[again].a = body;
	return body;
}

/* Up to n times: the way in leads to each of n copies in a row. */
static uint16_t build_optional(struct builder *b, const struct re_node *part,
			       int n, uint16_t to)
{
	uint16_t way_in = to, copy = to;

	for (int i = 0; i < n && !b->r->failed; i++) {
		copy = build(b, part, copy);
		way_in = add_split(b, copy, way_in);
	}
	return way_in;
}

static uint16_t build_repeat(struct builder *b, const struct re_node *t,
			     uint16_t to)
{
	const struct re_node *part = t->parts.v[0];
	int copies = t->min;

	if (t->max >= 0) {
		to = build_optional(b, part, t->max - t->min, to);
	} else if (!t->min) {
		to = add_split(b, build_plus(b, part, to), to);
	} else {
		to = build_plus(b, part, to);
		copies--;
	}
	for (int i = 0; i < copies && !b->r->failed; i++)
		to = build(b, part, to);
	return to;
}

static uint16_t build(struct builder *b, const struct re_node *t, uint16_t to)
{
	if (b->r->failed || ++b->r->work > REGEX_WORK_MAX)
		return to;
	switch (t->kind) {
	case RE_SET:
		to = add(b, NFA_BYTE, to);
		b->n->nodes.v[to].set = &t->set;
		return to;
	case RE_BOL:
		return add(b, b->backward ? NFA_END : NFA_BEGIN, to);
	case RE_EOL:
		return add(b, b->backward ? NFA_BEGIN : NFA_END, to);
	case RE_CAT:
		return build_parts(b, t, to);
	case RE_ALT:
		return build_alternatives(b, t, to);
	case RE_REPEAT:
		return build_repeat(b, t, to);
	case RE_GROUP:
		return build_group(b, t, to);
	}
	return to;
}

void nfa_build(struct regex_run *r, struct nfa *n, bool backward)
{
	struct builder b = { r, n, backward };

	n->start = build(&b, r->tree, add(&b, NFA_MATCH, 0));
}

/* ---- what is reached without reading ---- */

void closure_init(struct closure *c, struct regex_run *r,
		  const struct nfa *nfa)
{
	*c = (struct closure){ .r = r, .nfa = nfa };
	c->seen = arena_array(r->a, nfa->nodes.n, uint32_t);
	c->round = 1;
}

void closure_clear(struct closure *c)
{
	c->round++;
	c->out.n = 0;
}

static void push(struct closure *c, uint16_t node, struct nfa_entry e)
{
	e.node = node;
	vec_push(c->r->a, &c->stack, e);
}

static const struct tag_path *longer_path(struct closure *c,
					  const struct tag_path *before,
					  uint8_t tag)
{
	struct tag_path *p = arena_new(c->r->a, struct tag_path);

	p->before = before;
	p->tag = tag;
	return p;
}

static void visit(struct closure *c, struct nfa_entry e, int edges)
{
	const struct nfa_node *n = &c->nfa->nodes.v[e.node];

	switch (n->kind) {
	case NFA_MATCH:
	case NFA_BYTE:
		vec_push(c->r->a, &c->out, e);
		return;
	case NFA_SPLIT:
		push(c, n->b, e);
		push(c, n->a, e);
		return;
	case NFA_TAG:
		if (c->paths)
			e.path = longer_path(c, e.path, n->tag);
		push(c, n->a, e);
		return;
	case NFA_BEGIN:
		if (edges & CLOSURE_BEGIN)
			push(c, n->a, e);
		return;
	case NFA_END:
		if (edges & CLOSURE_END)
			push(c, n->a, e);
		else
			vec_push(c->r->a, &c->out, e);
		return;
	}
}

void closure_add(struct closure *c, uint16_t node, uint16_t from, int edges)
{
	struct nfa_entry e = { .from = from };

	push(c, node, e);
	while (c->stack.n) {
		e = c->stack.v[--c->stack.n];
		c->r->work++;
		if (c->seen[e.node] == c->round)
			continue;
		c->seen[e.node] = c->round;
		visit(c, e, edges);
	}
}
