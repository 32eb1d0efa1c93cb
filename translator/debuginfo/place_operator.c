// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Operators of DWARF expressions (DWARF5 2.5.1.4), and those of typed values
 * (2.5.1.6).  In: trees on the stack.  Out: the tree of what they compute.
 * Values of a type are kept extended to 64 bits by it, and brought back into
 * its range after each operation.
 */
#include "debuginfo/place_eval.h"

#include <dwarf.h>

static const struct node *flip_sign(struct eval *e, const struct node *x)
{
	return tree_binary(&e->t, PLACE_XOR, x,
			   tree_leaf(&e->t, PLACE_CONST, 1ull << 63));
}

static void compare(struct eval *e, struct state *s, enum place_code code)
{
	const struct node *b = eval_pop(e, s), *a = eval_pop(e, s);

	/* The generic type compares signed (DWARF5 2.5.1.5), and so do values
	 * of shorter types once extended. */
	if (a->type_size == 8 && !a->type_signed) {
		a = flip_sign(e, a);
		b = flip_sign(e, b);
	}
	eval_push(e, s, tree_binary(&e->t, code, a, b));
}

/* Surely below 2^63. */
static bool is_small(const struct node *x)
{
	switch ((int)x->code) {
	case PLACE_CONST:
		return (int64_t)x->n >= 0;
	case PLACE_AND:
		return is_small(x->a) || is_small(x->b);
	case PLACE_SHR:
		return x->b->code == PLACE_CONST && x->b->n > 0;
	case PLACE_DEREF:
		return x->size < 8 && !x->is_signed;
	case PLACE_MOD:
		return true;
	}
	return false;
}

static const struct node *below(struct eval *e, const struct node *a,
				const struct node *b)
{
	return tree_binary(&e->t, PLACE_LT, flip_sign(e, a), flip_sign(e, b));
}

/* Unsigned, of what has signed division only: half of a, divided, doubled, is
 * the quotient or one less. */
static const struct node *divide(struct eval *e, const struct node *a,
				 const struct node *b)
{
	const struct node *one = tree_leaf(&e->t, PLACE_CONST, 1), *q, *rest;

	if (is_small(a) && is_small(b))
		return tree_binary(&e->t, PLACE_DIV, a, b);
	if (!is_small(b)) {
		tree_fail(&e->t, "its location expression divides by what may "
			  "be too large");
		return &tree_zero;
	}
	q = tree_binary(&e->t, PLACE_SHL,
			tree_binary(&e->t, PLACE_DIV,
				    tree_binary(&e->t, PLACE_SHR, a, one), b),
			one);
	rest = tree_binary(&e->t, PLACE_SUB, a,
			   tree_binary(&e->t, PLACE_MUL, q, b));
	return tree_binary(&e->t, PLACE_SUB,
			   tree_binary(&e->t, PLACE_ADD, q, one),
			   below(e, rest, b));
}

/* DW_OP_mod is unsigned for the generic type (GCC, LLDB; not told in DWARF5
 * 2.5.1.4); of a signed type it has the dividend's sign. */
static const struct node *modulo(struct eval *e, const struct node *a,
				 const struct node *b)
{
	bool is_signed = a->type_size && a->type_signed;

	if (is_signed || (is_small(a) && is_small(b)))
		return tree_binary(&e->t, PLACE_MOD, a, b);
	return tree_binary(&e->t, PLACE_SUB, a,
			   tree_binary(&e->t, PLACE_MUL, divide(e, a, b), b));
}

static void arithmetic(struct eval *e, struct state *s, enum place_code code)
{
	const struct node *b = eval_pop(e, s), *a = eval_pop(e, s), *r;

	if (code == PLACE_DIV && a->type_size == 8 && !a->type_signed)
		r = divide(e, a, b);
	else if (code == PLACE_MOD)
		r = modulo(e, a, b);
	else if (a->type_size && a->type_signed && code == PLACE_SHR)
		r = tree_binary(&e->t, code,
				eval_into_type(e, a, a->type_size, false), b);
	else
		r = tree_binary(&e->t, code, a, b);
	if (a->type_size)
		r = eval_into_type(e, r, a->type_size, a->type_signed);
	eval_push(e, s, r);
}

static void one_operand(struct eval *e, struct state *s, enum place_code code)
{
	const struct node *a = eval_pop(e, s), *r = tree_unary(&e->t, code, a);

	if (a->code == PLACE_CONST && code != PLACE_ABS && !a->type_size)
		r = tree_leaf(&e->t, PLACE_CONST,
			      code == PLACE_NEG ? -a->n : ~a->n);
	if (a->type_size)
		r = eval_into_type(e, r, a->type_size, a->type_signed);
	eval_push(e, s, r);
}

/* ---- typed values ---- */

static bool base_type(struct eval *e, const Dwarf_Op *op, unsigned *size,
		      bool *is_signed)
{
	*size = 0;
	*is_signed = false;
	if (!e->env->base_type ||
	    !e->env->base_type(e->env->ctx, op, size, is_signed) || *size > 8) {
		tree_fail(&e->t,
			  "its location expression computes with another kind "
			  "of number than integers");
		return false;
	}
	return true;
}

static const struct node *const_type(struct eval *e, const Dwarf_Op *op,
				     unsigned size, bool is_signed)
{
	const uint8_t *p;
	size_t n;
	uint64_t v = 0;

	if (!e->env->bytes || !e->env->bytes(e->env->ctx, op, &p, &n) ||
	    n > 8) {
		tree_fail(
			&e->t,
			"its location expression holds a constant that cannot "
			"be read");
		return &tree_zero;
	}
	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)p[e->env->big_endian ? n - 1 - i : i] << (8 * i);
	return eval_into_type(e, tree_leaf(&e->t, PLACE_CONST, v), size, is_signed);
}

/* DWARF5 2.5.1.6 and its GNU ancestors. */
void eval_typed(struct eval *e, struct state *s, const Dwarf_Op *op)
{
	unsigned size;
	bool is_signed;
	const struct node *v;

	if (!base_type(e, op, &size, &is_signed))
		return;
	switch (op->atom) {
	case DW_OP_const_type:
	case DW_OP_GNU_const_type:
		v = const_type(e, op, size, is_signed);
		break;
	case DW_OP_regval_type:
	case DW_OP_GNU_regval_type:
		v = eval_into_type(e, eval_reg(e, op->number), size, is_signed);
		break;
	case DW_OP_deref_type:
	case DW_OP_GNU_deref_type:
		v = eval_deref(e, eval_pop(e, s), op->number, is_signed);
		v = eval_into_type(e, v, size, is_signed);
		break;
	default: /* convert, reinterpret */
		v = eval_into_type(e, eval_pop(e, s), size, is_signed);
	}
	eval_push(e, s, v);
}

/* ---- one op ---- */

static const struct {
	uint8_t atom;
	enum place_code code;
} arithmetics[] = {
	{DW_OP_and, PLACE_AND}, {DW_OP_div, PLACE_DIV},
	{DW_OP_minus, PLACE_SUB}, {DW_OP_mod, PLACE_MOD},
	{DW_OP_mul, PLACE_MUL}, {DW_OP_or, PLACE_OR},
	{DW_OP_plus, PLACE_ADD}, {DW_OP_shl, PLACE_SHL},
	{DW_OP_shr, PLACE_SHR}, {DW_OP_shra, PLACE_SAR},
	{DW_OP_xor, PLACE_XOR},
}, comparisons[] = {
	{DW_OP_eq, PLACE_EQ}, {DW_OP_ne, PLACE_NE}, {DW_OP_lt, PLACE_LT},
	{DW_OP_le, PLACE_LE}, {DW_OP_gt, PLACE_GT}, {DW_OP_ge, PLACE_GE},
};

bool eval_operator(struct eval *e, struct state *s, const Dwarf_Op *op)
{
	for (size_t i = 0; i < ARRAY_SIZE(arithmetics); i++)
		if (arithmetics[i].atom == op->atom) {
			arithmetic(e, s, arithmetics[i].code);
			return true;
		}
	for (size_t i = 0; i < ARRAY_SIZE(comparisons); i++)
		if (comparisons[i].atom == op->atom) {
			compare(e, s, comparisons[i].code);
			return true;
		}
	switch (op->atom) {
	case DW_OP_abs:
		one_operand(e, s, PLACE_ABS);
		return true;
	case DW_OP_neg:
		one_operand(e, s, PLACE_NEG);
		return true;
	case DW_OP_not:
		one_operand(e, s, PLACE_NOT);
		return true;
	case DW_OP_plus_uconst:
		eval_push(e, s, tree_add(&e->t, eval_pop(e, s), op->number));
		return true;
	case DW_OP_deref:
		eval_push(e, s, eval_deref(e, eval_pop(e, s), e->env->addr_size, false));
		return true;
	case DW_OP_deref_size:
		eval_push(e, s, eval_deref(e, eval_pop(e, s), op->number, false));
		return true;
	}
	return false;
}
