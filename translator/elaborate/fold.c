// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Constants.  In: a typed expression.  Out: the same with what is known
 * computed; what would fail when it runs (division by zero) is left to run.
 */
#include "elaborate/effects.h"
#include "elaborate/optimize.h"

static bool is_number(const struct expr *x)
{
	return x->kind == EXPR_NUMBER;
}

static bool is_text(const struct expr *x)
{
	return x->kind == EXPR_STRING;
}

static void look_failing(struct visitor *v, struct expr **pe)
{
	const struct expr *x = *pe;
	bool *fails = v->arg;

	*fails |= x->kind == EXPR_LOAD || x->kind == EXPR_CALL ||
		  x->kind == EXPR_RAW ||
		  (x->kind == EXPR_BINARY && (x->binary.op == OP_DIV ||
					      x->binary.op == OP_MOD));
	if (!*fails)
		ast_walk_expr(v, *pe);
}

/* The script might end, or be caught, by what would go unnoticed. */
static bool may_fail(const struct expr *x)
{
	bool fails = false;
	struct visitor v = { .expr = look_failing, .arg = &fails };
	struct expr *e = (struct expr *)x;

	look_failing(&v, &e);
	return fails;
}

/* Long arithmetic wraps around, as it does at run time. */
static bool fold_arith(enum op op, int64_t a, int64_t b, int64_t *out)
{
	uint64_t x = (uint64_t)a, y = (uint64_t)b;

	if ((op == OP_DIV || op == OP_MOD) && (!b || b == -1))
		return false;
	if (op == OP_ADD)
		*out = (int64_t)(x + y);
	else if (op == OP_SUB)
		*out = (int64_t)(x - y);
	else if (op == OP_MUL)
		*out = (int64_t)(x * y);
	else if (op == OP_DIV)
		*out = a / b;
	else if (op == OP_MOD)
		*out = a % b;
	else if (op == OP_AND)
		*out = a & b;
	else if (op == OP_OR)
		*out = a | b;
	else if (op == OP_XOR)
		*out = a ^ b;
	else if (op == OP_SHL)
		*out = (int64_t)(x << (y & 63));
	else if (op == OP_SHR)
		*out = a >> (y & 63);
	else if (op == OP_LSHR)
		*out = (int64_t)(x >> (y & 63));
	else
		return false;
	return true;
}

static bool fold_compare(enum op op, int order, int64_t *out)
{
	if (op == OP_EQ)
		*out = order == 0;
	else if (op == OP_NE)
		*out = order != 0;
	else if (op == OP_LT)
		*out = order < 0;
	else if (op == OP_GT)
		*out = order > 0;
	else if (op == OP_LE)
		*out = order <= 0;
	else if (op == OP_GE)
		*out = order >= 0;
	else
		return false;
	return true;
}

static bool fold_binary(struct opt *o, struct expr **px)
{
	struct expr *x = *px, *a = x->binary.a, *b = x->binary.b;
	const struct regex *re;
	enum op op = x->binary.op;
	int64_t n, m, value;

	if (is_number(a) && is_number(b)) {
		n = a->number.value;
		m = b->number.value;
		if (!fold_arith(op, n, m, &value) &&
		    !fold_compare(op, n < m ? -1 : n > m, &value))
			return false;
		*px = mk_number(o->e->a, x->loc, value);
		return true;
	}
	if (!is_text(a) || !is_text(b))
		return false;
	if (op == OP_CAT) {
		if ((int64_t)(a->string.len + b->string.len) >=
		    o->e->p->limits.maxstringlen)
			return false;
		*px = mk_string(o->e->a, x->loc,
				arena_printf(o->e->a, "%s%s", a->string.s,
					     b->string.s));
		return true;
	}
	if (op == OP_MATCH || op == OP_NMATCH) {
		re = program_regex(o->e->s, o->e->p, x, NULL);
		if (!re || x->binary.keeps_match)
			return false;
		value = regex_matches(re, a->string.s) == (op == OP_MATCH);
	} else if (!fold_compare(op, strcmp(a->string.s, b->string.s),
				 &value)) {
		return false;
	}
	*px = mk_number(o->e->a, x->loc, value);
	return true;
}

/* x with a number that leaves it as it is, or decides the value. */
static bool is_neutral(enum op op, int64_t n, bool on_the_left)
{
	if (op == OP_ADD || op == OP_OR || op == OP_XOR)
		return n == 0;
	if (op == OP_MUL)
		return n == 1;
	if (op == OP_AND)
		return n == -1;
	if (on_the_left)
		return false;
	if (op == OP_SUB || op == OP_SHL || op == OP_SHR || op == OP_LSHR)
		return n == 0;
	return op == OP_DIV && n == 1;
}

static bool fold_neutral(struct opt *o, struct expr **px)
{
	struct expr *x = *px, *a = x->binary.a, *b = x->binary.b;
	bool left = is_number(a) || is_text(a);
	struct expr *constant = left ? a : b, *other = left ? b : a;
	enum op op = x->binary.op;

	if (op == OP_CAT && is_text(constant) && !constant->string.len) {
		*px = other;
		return true;
	}
	if (!is_number(constant))
		return false;
	if (is_neutral(op, constant->number.value, left)) {
		*px = other;
		return true;
	}
	if ((op != OP_MUL && op != OP_AND) || constant->number.value ||
	    !expr_is_pure(other) || may_fail(other))
		return false;
	*px = mk_number(o->e->a, x->loc, 0);
	return true;
}

static bool fold_unary(struct opt *o, struct expr **px)
{
	struct expr *x = *px;
	int64_t n;

	if (!is_number(x->unary.a))
		return false;
	n = x->unary.a->number.value;
	if (x->unary.op == OP_NEG)
		n = (int64_t)(0 - (uint64_t)n);
	else if (x->unary.op == OP_NOT)
		n = !n;
	else if (x->unary.op == OP_BITNOT)
		n = ~n;
	*px = mk_number(o->e->a, x->loc, n);
	return true;
}

static bool fold_logical(struct opt *o, struct expr **px)
{
	struct expr *x = *px, *a = x->logical.a, *b = x->logical.b;
	bool or = x->logical.op == OP_OROR, truth;

	if (!is_number(a))
		return false;
	truth = a->number.value != 0;
	if (truth == or)
		*px = mk_number(o->e->a, x->loc, truth);
	else if (is_number(b))
		*px = mk_number(o->e->a, x->loc, b->number.value != 0);
	else
		return false;
	return true;
}

bool fold_expr(struct opt *o, struct expr **px)
{
	struct expr *x = *px;

	if (x->kind == EXPR_BINARY)
		return fold_binary(o, px) || fold_neutral(o, px);
	if (x->kind == EXPR_UNARY)
		return fold_unary(o, px);
	if (x->kind == EXPR_LOGICAL)
		return fold_logical(o, px);
	if (x->kind == EXPR_TERNARY && is_number(x->ternary.cond)) {
		*px = x->ternary.cond->number.value ? x->ternary.a :
						      x->ternary.b;
		return true;
	}
	return false;
}

/* ---- conditions that @defined decides, whatever -u says ---- */

static bool truth_of(const struct expr *x, bool *value)
{
	if (!is_number(x))
		return false;
	*value = x->number.value != 0;
	return true;
}

bool fold_truth(struct arena *a, struct expr **px, bool *value)
{
	struct expr *x = *px;
	bool left, right;

	if (x->kind == EXPR_UNARY && x->unary.op == OP_NOT &&
	    fold_truth(a, &x->unary.a, value)) {
		*value = !*value;
		*px = mk_number(a, x->loc, *value);
	} else if (x->kind == EXPR_LOGICAL) {
		bool or = x->logical.op == OP_OROR;
		bool l = fold_truth(a, &x->logical.a, &left);
		bool r = fold_truth(a, &x->logical.b, &right);

		if (l && left == or)
			*px = mk_number(a, x->loc, or);
		else if (l && r)
			*px = mk_number(a, x->loc, right);
	}
	return truth_of(*px, value);
}

static void look_for(struct visitor *v, struct expr **pe)
{
	int *want = v->arg;

	if ((int)(*pe)->kind == *want)
		*want = -1;
	if (*want >= 0)
		ast_walk_expr(v, *pe);
}

bool expr_has(const struct expr *x, enum expr_kind kind)
{
	int want = (int)kind;
	struct visitor v = { .expr = look_for, .arg = &want };
	struct expr *e = (struct expr *)x;

	look_for(&v, &e);
	return want < 0;
}
