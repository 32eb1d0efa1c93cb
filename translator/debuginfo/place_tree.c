// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Trees of operations, and places made of them.  In: operands and operators.
 * Out: trees in which constants are worked out, and their postfix programs.
 */
#include "debuginfo/place_tree.h"

#include <stdarg.h>

struct place place_none(struct arena *a, const char *fmt, ...)
{
	struct place p = {.kind = PLACE_NONE};
	va_list ap;

	va_start(ap, fmt);
	p.why = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return p;
}

bool place_equal(const struct place *a, const struct place *b)
{
	if (a->kind != b->kind || a->nops != b->nops ||
	    a->npieces != b->npieces || a->die != b->die ||
	    a->offset != b->offset)
		return false;
	for (size_t i = 0; i < a->nops; i++)
		if (a->ops[i].code != b->ops[i].code ||
		    a->ops[i].n != b->ops[i].n ||
		    a->ops[i].size != b->ops[i].size ||
		    a->ops[i].is_signed != b->ops[i].is_signed)
			return false;
	for (size_t i = 0; i < a->npieces; i++)
		if (a->pieces[i].bit_size != b->pieces[i].bit_size ||
		    !place_equal(&a->pieces[i].place, &b->pieces[i].place))
			return false;
	return true;
}

void tree_fail(struct trees *t, const char *why)
{
	if (!t->why)
		t->why = why;
}

const struct node tree_zero = {.code = PLACE_CONST, .count = 1};

const struct node *tree_keep(struct trees *t, struct node n)
{
	n.count = 1 + (n.a ? n.a->count : 0) + (n.b ? n.b->count : 0) +
		  (n.c ? n.c->count : 0);
	if (n.count > PLACE_MAX_OPS) {
		tree_fail(t, "its location expression is too long");
		return &tree_zero;
	}
	return arena_dup(t->a, &n, sizeof n);
}

const struct node *tree_leaf(struct trees *t, enum place_code code, uint64_t n)
{
	return tree_keep(t, (struct node){.code = code, .n = n});
}

const struct node *tree_add(struct trees *t, const struct node *x, uint64_t v)
{
	if (!v)
		return x;
	if (x->code == PLACE_CONST || x->code == PLACE_ADDR)
		return tree_leaf(t, x->code, x->n + v);
	if (x->code == PLACE_ADD && x->b->code == PLACE_CONST)
		return tree_add(t, x->a, x->b->n + v);
	return tree_keep(t, (struct node){.code = PLACE_ADD,
				     .a = x,
				     .b = tree_leaf(t, PLACE_CONST, v)});
}

const struct node *tree_binary(struct trees *t, enum place_code code,
			       const struct node *a, const struct node *b)
{
	uint64_t v;

	if (code == PLACE_ADD && b->code == PLACE_CONST)
		return tree_add(t, a, b->n);
	if (code == PLACE_ADD && a->code == PLACE_CONST)
		return tree_add(t, b, a->n);
	if (code == PLACE_SUB && b->code == PLACE_CONST &&
	    a->code != PLACE_CONST)
		return tree_add(t, a, -b->n);
	if (a->code == PLACE_CONST && b->code == PLACE_CONST &&
	    place_compute(code, a->n, b->n, &v))
		return tree_leaf(t, PLACE_CONST, v);
	return tree_keep(t, (struct node){.code = code, .a = a, .b = b});
}

const struct node *tree_unary(struct trees *t, enum place_code code,
			      const struct node *a)
{
	return tree_keep(t, (struct node){.code = code, .a = a});
}

static void flatten(const struct node *n, struct place_op *ops, size_t *count,
		    bool *at_entry)
{
	if (n->a)
		flatten(n->a, ops, count, at_entry);
	if (n->b)
		flatten(n->b, ops, count, at_entry);
	if (n->c)
		flatten(n->c, ops, count, at_entry);
	if (n->code == PLACE_ENTRY_REG || n->code == PLACE_ENTRY_PARAM)
		*at_entry = true;
	ops[(*count)++] =
		(struct place_op){n->code, n->size, n->is_signed, n->n};
}

struct place tree_place(struct arena *a, enum place_kind kind,
			const struct node *n)
{
	struct place p = {.kind = kind};
	struct place_op *ops = arena_array(a, n->count, struct place_op);

	flatten(n, ops, &p.nops, &p.at_entry);
	p.ops = ops;
	return p;
}
