// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The stack on which a DWARF expression is run: trees, and the operations
 * that only move them about.  In: trees.  Out: a reason in place of any that
 * the expression has no right to.
 */
#include "debuginfo/place_eval.h"

#include <dwarf.h>

/* ---- trees, as expressions make them ---- */

const struct node *eval_deref(struct eval *e, const struct node *addr,
				unsigned size, bool is_signed)
{
	if (e->in_entry && !e->env->at_entry) {
		tree_fail(&e->t, "it was in memory at the function's entry");
		return &tree_zero;
	}
	if (size != 1 && size != 2 && size != 4 && size != 8) {
		tree_fail(&e->t, "its location expression reads an odd size");
		return &tree_zero;
	}
	return tree_keep(&e->t, (struct node){ .code = PLACE_DEREF,
					       .a = addr,
					       .size = size,
					       .is_signed = is_signed });
}

/* x cut to a type, and extended from it. */
const struct node *eval_into_type(struct eval *e, const struct node *x,
				    unsigned size, bool is_signed)
{
	struct node n;

	if (size && size < 8) {
		unsigned shift = 64 - 8 * size;
		const struct node *by = tree_leaf(&e->t, PLACE_CONST, shift);

		if (is_signed)
			x = tree_binary(&e->t, PLACE_SAR,
					tree_binary(&e->t, PLACE_SHL, x, by),
					by);
		else
			x = tree_binary(&e->t, PLACE_AND, x,
					tree_leaf(&e->t, PLACE_CONST,
						  UINT64_MAX >> shift));
	}
	n = *x;
	n.type_size = size;
	n.type_signed = is_signed;
	return tree_keep(&e->t, n);
}

/* ---- the stack ---- */

void eval_push(struct eval *e, struct state *s, const struct node *n)
{
	if (s->depth == EVAL_STACK_MAX) {
		tree_fail(&e->t,
			  "its location expression needs too deep a stack");
		return;
	}
	s->stack[s->depth++] = n;
}

const struct node *eval_pop(struct eval *e, struct state *s)
{
	if (!s->depth) {
		tree_fail(&e->t, "its location expression is broken");
		return &tree_zero;
	}
	return s->stack[--s->depth];
}

static void pick(struct eval *e, struct state *s, uint64_t i)
{
	if (i >= s->depth) {
		tree_fail(&e->t, "its location expression is broken");
		return;
	}
	eval_push(e, s, s->stack[s->depth - 1 - i]);
}

static void swap_or_rotate(struct eval *e, struct state *s, unsigned n)
{
	const struct node *top;

	if (s->depth < n) {
		tree_fail(&e->t, "its location expression is broken");
		return;
	}
	top = s->stack[s->depth - 1];
	memmove(&s->stack[s->depth - n + 1], &s->stack[s->depth - n],
		(n - 1) * sizeof top);
	s->stack[s->depth - n] = top;
}

bool eval_stack(struct eval *e, struct state *s, const Dwarf_Op *op)
{
	switch (op->atom) {
	case DW_OP_dup:
		pick(e, s, 0);
		return true;
	case DW_OP_over:
		pick(e, s, 1);
		return true;
	case DW_OP_pick:
		pick(e, s, op->number);
		return true;
	case DW_OP_drop:
		eval_pop(e, s);
		return true;
	case DW_OP_swap:
		swap_or_rotate(e, s, 2);
		return true;
	case DW_OP_rot:
		swap_or_rotate(e, s, 3);
		return true;
	case DW_OP_nop:
		return true;
	}
	return false;
}
