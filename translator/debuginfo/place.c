// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a DWARF expression to a place.  In: ops as libdw decodes them, and what
 * they may refer to.  Out: a place whose program has neither stack juggling
 * nor references left.  Pure, and safe for any ops whatever.
 *
 * The expression is run on a stack of trees.  Values of a DWARF 5 typed
 * expression are kept extended to 64 bits by their own type, and brought back
 * into range after each operation.
 */
#include "debuginfo/place_tree.h"

#include <dwarf.h>

#define MAX_STACK 64
#define MAX_STEPS 4096
#define MAX_NESTING 8 /* calls, entry values, frame base in CFA … */
#define MAX_FORKS 6

/* What an expression has said so far about where, not how much. */
enum loc_kind {
	LOC_MEMORY,   /* top of stack is an address */
	LOC_REGISTER,
	LOC_VALUE,    /* DW_OP_stack_value */
	LOC_IMPLICIT, /* DW_OP_implicit_value: bytes */
	LOC_POINTER,  /* DW_OP_implicit_pointer: a DIE */
};

struct state {
	const struct node *stack[MAX_STACK];
	unsigned depth;
	enum loc_kind loc;
	const struct node *reg;
	const uint8_t *bytes;
	size_t nbytes;
	uint64_t die;
	int64_t offset;
	bool touched; /* some op since the last piece */
};

struct eval {
	struct trees t;
	const struct place_env *env;
	unsigned steps, nesting, forks;
	bool in_entry; /* inside DW_OP_entry_value */
	VEC(struct place_piece) pieces;
	unsigned bits; /* of all pieces so far */
};

/* ---- trees, as expressions make them ---- */

static const struct node *deref(struct eval *e, const struct node *addr,
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
static const struct node *into_type(struct eval *e, const struct node *x,
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

static void push(struct eval *e, struct state *s, const struct node *n)
{
	if (s->depth == MAX_STACK) {
		tree_fail(&e->t,
			  "its location expression needs too deep a stack");
		return;
	}
	s->stack[s->depth++] = n;
}

static const struct node *pop(struct eval *e, struct state *s)
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
	push(e, s, s->stack[s->depth - 1 - i]);
}

static const struct node *caller_reg(struct eval *e, unsigned n);

static const struct node *reg_node(struct eval *e, uint64_t n)
{
	if (n > 1024) {
		tree_fail(&e->t,
			  "its location expression names an unknown register");
		return &tree_zero;
	}
	if (e->env->callee)
		return caller_reg(e, (unsigned)n);
	return tree_leaf(&e->t,
			 e->in_entry && !e->env->at_entry ? PLACE_ENTRY_REG
							  : PLACE_REG,
			 n);
}

/* ---- expressions within expressions ---- */

static void run(struct eval *e, struct state *s, const Dwarf_Op *ops, size_t n,
		size_t from);

static bool run_nested(struct eval *e, struct state *s, const Dwarf_Op *ops,
		       size_t n)
{
	if (e->nesting == MAX_NESTING) {
		tree_fail(&e->t, "its location expression is nested too deep");
		return false;
	}
	e->nesting++;
	run(e, s, ops, n, 0);
	e->nesting--;
	return true;
}

/* The value an expression of its own leaves: frame base, CFA, entry value.  A
 * register location stands for the register's contents. */
static const struct node *sub_value(struct eval *e, const Dwarf_Op *ops,
				    size_t n)
{
	struct state s = {0};
	const struct node *v;

	if (!run_nested(e, &s, ops, n))
		return &tree_zero;
	if (s.loc == LOC_REGISTER)
		return s.reg;
	if (s.loc == LOC_IMPLICIT || s.loc == LOC_POINTER) {
		tree_fail(&e->t, "its location expression is broken");
		return &tree_zero;
	}
	v = pop(e, &s);
	return e->t.why ? &tree_zero : v;
}

/* What is at a location, a word of it. */
static const struct node *contents(struct eval *e, const Dwarf_Op *ops,
				   size_t n)
{
	struct state s = { 0 };

	if (!run_nested(e, &s, ops, n))
		return &tree_zero;
	if (s.loc == LOC_REGISTER)
		return s.reg;
	if (s.loc == LOC_VALUE)
		return pop(e, &s);
	if (s.loc == LOC_MEMORY)
		return deref(e, pop(e, &s), e->env->addr_size, false);
	tree_fail(&e->t, "its location expression is broken");
	return &tree_zero;
}

static const struct node *caller_reg(struct eval *e, unsigned n)
{
	const struct place_env *outer = e->env;
	const struct node *v = &tree_zero;
	const Dwarf_Op *ops = NULL;
	size_t nops = 0;

	if (!outer->unwind(outer->ctx, n, &ops, &nops)) {
		tree_fail(&e->t, "the caller's registers are not kept");
		return &tree_zero;
	}
	e->env = outer->callee;
	v = contents(e, ops, nops);
	e->env = outer;
	return v;
}

static const struct node *cfa_value(struct eval *e)
{
	if (e->in_entry && !e->env->at_entry) {
		tree_fail(&e->t,
			  "it depends on the frame at the function's entry");
		return &tree_zero;
	}
	if (!e->env->ncfa || e->env->is_cfa) {
		tree_fail(&e->t, "the frame's address is not known here");
		return &tree_zero;
	}
	return sub_value(e, e->env->cfa, e->env->ncfa);
}

static const struct node *frame_base_value(struct eval *e)
{
	if (!e->env->nframe_base) {
		tree_fail(&e->t, "the function's frame base is not known");
		return &tree_zero;
	}
	return sub_value(e, e->env->frame_base, e->env->nframe_base);
}

static const struct node *entry_value(struct eval *e, const Dwarf_Op *op)
{
	const Dwarf_Op *ops = NULL;
	const struct node *v;
	size_t n = 0;
	bool outer = e->in_entry;

	if (!e->env->nested || !e->env->nested(e->env->ctx, op, &ops, &n)) {
		tree_fail(&e->t,
			  "its value at the function's entry is not described");
		return &tree_zero;
	}
	e->in_entry = true;
	v = sub_value(e, ops, n);
	e->in_entry = outer;
	return v;
}

/* A parameter that this copy of the function does not take any more. */
static const struct node *parameter_ref(struct eval *e, const Dwarf_Op *op)
{
	uint64_t die;

	if (!e->env->die || !e->env->die(e->env->ctx, op, &die)) {
		tree_fail(&e->t, "it is a parameter that is optimised away");
		return &tree_zero;
	}
	return tree_leaf(&e->t, PLACE_ENTRY_PARAM, die);
}

static void call_other(struct eval *e, struct state *s, const Dwarf_Op *op)
{
	const Dwarf_Op *ops = NULL;
	size_t n = 0;

	if (!e->env->call || !e->env->call(e->env->ctx, op, &ops, &n) ||
	    e->nesting == MAX_NESTING) {
		tree_fail(&e->t, "its location expression refers elsewhere");
		return;
	}
	e->nesting++;
	run(e, s, ops, n, 0);
	e->nesting--;
}

/* ---- operators ---- */

static const struct node *flip_sign(struct eval *e, const struct node *x)
{
	return tree_binary(&e->t, PLACE_XOR, x,
			   tree_leaf(&e->t, PLACE_CONST, 1ull << 63));
}

static void compare(struct eval *e, struct state *s, enum place_code code)
{
	const struct node *b = pop(e, s), *a = pop(e, s);

	/* The generic type compares signed (DWARF5 2.5.1.5), and so do values
	 * of shorter types once extended. */
	if (a->type_size == 8 && !a->type_signed) {
		a = flip_sign(e, a);
		b = flip_sign(e, b);
	}
	push(e, s, tree_binary(&e->t, code, a, b));
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
	const struct node *b = pop(e, s), *a = pop(e, s), *r;

	if (code == PLACE_DIV && a->type_size == 8 && !a->type_signed)
		r = divide(e, a, b);
	else if (code == PLACE_MOD)
		r = modulo(e, a, b);
	else if (a->type_size && a->type_signed && code == PLACE_SHR)
		r = tree_binary(&e->t, code,
				into_type(e, a, a->type_size, false), b);
	else
		r = tree_binary(&e->t, code, a, b);
	if (a->type_size)
		r = into_type(e, r, a->type_size, a->type_signed);
	push(e, s, r);
}

static void one_operand(struct eval *e, struct state *s, enum place_code code)
{
	const struct node *a = pop(e, s), *r = tree_unary(&e->t, code, a);

	if (a->code == PLACE_CONST && code != PLACE_ABS && !a->type_size)
		r = tree_leaf(&e->t, PLACE_CONST,
			      code == PLACE_NEG ? -a->n : ~a->n);
	if (a->type_size)
		r = into_type(e, r, a->type_size, a->type_signed);
	push(e, s, r);
}

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
	return into_type(e, tree_leaf(&e->t, PLACE_CONST, v), size, is_signed);
}

/* DWARF5 2.5.1.6 and its GNU ancestors. */
static void typed_op(struct eval *e, struct state *s, const Dwarf_Op *op)
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
		v = into_type(e, reg_node(e, op->number), size, is_signed);
		break;
	case DW_OP_deref_type:
	case DW_OP_GNU_deref_type:
		v = deref(e, pop(e, s), op->number, is_signed);
		v = into_type(e, v, size, is_signed);
		break;
	default: /* convert, reinterpret */
		v = into_type(e, pop(e, s), size, is_signed);
	}
	push(e, s, v);
}

/* ---- pieces ---- */

static struct place finish(struct eval *e, struct state *s);

static void take_piece(struct eval *e, struct state *s, uint64_t bits,
		       uint64_t bit_offset)
{
	struct place_piece piece = {.bit_size = bits, .bit_offset = bit_offset};

	if (e->nesting || !bits || bits > 1 << 20 || bit_offset > 1 << 20 ||
	    e->pieces.n == PLACE_MAX_PIECES) {
		tree_fail(&e->t, "its location is broken into pieces that make "
				 "no sense");
		return;
	}
	if (s->touched)
		piece.place = finish(e, s);
	else
		piece.place = place_none(e->t.a, "this part is optimised away");
	if (piece.place.kind == PLACE_POINTER)
		piece.place = place_none(e->t.a, "what it points to is "
					 "optimised away");
	if (piece.place.kind == PLACE_PIECES) {
		tree_fail(&e->t, "its location expression is broken");
		return;
	}
	vec_push(e->t.a, &e->pieces, piece);
	*s = (struct state){0};
}

/* ---- control flow ---- */

/* Where a branch leads: the op at that byte offset.  Only forward, so that
 * every expression ends. */
static bool branch_target(const Dwarf_Op *ops, size_t n, size_t i, size_t *to)
{
	/* libdw leaves the operand as it stands: from the op's end, which is
	 * three bytes after its start. */
	uint64_t off = ops[i].offset + 3 + (int64_t)(int16_t)ops[i].number;

	for (size_t k = i + 1; k < n; k++)
		if (ops[k].offset == off) {
			*to = k;
			return true;
		}
	*to = n;
	return n && off > ops[n - 1].offset;
}

/* Both ways of a branch, each to the end; only a plain value or address can
 * be chosen between. */
static void fork_branch(struct eval *e, struct state *s, const Dwarf_Op *ops,
			size_t n, size_t next, size_t target)
{
	const struct node *cond = pop(e, s), *v[2];
	struct state way[2] = {*s, *s};

	if (cond->code == PLACE_CONST) {
		run(e, s, ops, n, cond->n ? target : next);
		return;
	}
	if (++e->forks > MAX_FORKS || e->pieces.n) {
		tree_fail(&e->t, "its location expression branches too much");
		return;
	}
	run(e, &way[0], ops, n, target);
	run(e, &way[1], ops, n, next);
	if (way[0].loc != way[1].loc || e->pieces.n ||
	    (way[0].loc != LOC_MEMORY && way[0].loc != LOC_VALUE))
		tree_fail(&e->t, "its location expression branches too much");
	v[0] = pop(e, &way[0]);
	v[1] = pop(e, &way[1]);
	if (e->t.why)
		return;
	*s = way[0];
	push(e, s,
	     tree_keep(&e->t, (struct node){ .code = PLACE_SELECT,
					     .a = cond,
					     .b = v[0],
					     .c = v[1] }));
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

static bool step_operator(struct eval *e, struct state *s, const Dwarf_Op *op)
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
		push(e, s, tree_add(&e->t, pop(e, s), op->number));
		return true;
	case DW_OP_deref:
		push(e, s, deref(e, pop(e, s), e->env->addr_size, false));
		return true;
	case DW_OP_deref_size:
		push(e, s, deref(e, pop(e, s), op->number, false));
		return true;
	}
	return false;
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

static bool step_stack(struct eval *e, struct state *s, const Dwarf_Op *op)
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
		pop(e, s);
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

static void push_addrx(struct eval *e, struct state *s, const Dwarf_Op *op,
		       enum place_code code)
{
	uint64_t v;

	if (!e->env->addrx || !e->env->addrx(e->env->ctx, op, &v)) {
		tree_fail(&e->t,
			  "its address is in a table that cannot be read");
		return;
	}
	push(e, s, tree_leaf(&e->t, code, v));
}

static bool step_operand(struct eval *e, struct state *s, const Dwarf_Op *op)
{
	uint8_t atom = op->atom;

	if (atom >= DW_OP_lit0 && atom <= DW_OP_lit31) {
		push(e, s, tree_leaf(&e->t, PLACE_CONST, atom - DW_OP_lit0));
		return true;
	}
	if (atom >= DW_OP_breg0 && atom <= DW_OP_breg31) {
		push(e, s,
		     tree_add(&e->t, reg_node(e, atom - DW_OP_breg0),
			      op->number));
		return true;
	}
	switch (atom) {
	case DW_OP_addr:
		push(e, s, tree_leaf(&e->t, PLACE_ADDR, op->number));
		return true;
	case DW_OP_const1u:
	case DW_OP_const1s:
	case DW_OP_const2u:
	case DW_OP_const2s:
	case DW_OP_const4u:
	case DW_OP_const4s:
	case DW_OP_const8u:
	case DW_OP_const8s:
	case DW_OP_constu:
	case DW_OP_consts:
		push(e, s, tree_leaf(&e->t, PLACE_CONST, op->number));
		return true;
	case DW_OP_addrx:
	case DW_OP_GNU_addr_index:
		push_addrx(e, s, op, PLACE_ADDR);
		return true;
	case DW_OP_constx:
	case DW_OP_GNU_const_index:
		push_addrx(e, s, op, PLACE_CONST);
		return true;
	case DW_OP_bregx:
		push(e, s,
		     tree_add(&e->t, reg_node(e, op->number), op->number2));
		return true;
	case DW_OP_fbreg:
		push(e, s, tree_add(&e->t, frame_base_value(e), op->number));
		return true;
	case DW_OP_call_frame_cfa:
		push(e, s, cfa_value(e));
		return true;
	case DW_OP_entry_value:
	case DW_OP_GNU_entry_value:
		push(e, s, entry_value(e, op));
		return true;
	case DW_OP_GNU_parameter_ref:
		push(e, s, parameter_ref(e, op));
		return true;
	case DW_OP_const_type:
	case DW_OP_GNU_const_type:
	case DW_OP_regval_type:
	case DW_OP_GNU_regval_type:
	case DW_OP_deref_type:
	case DW_OP_GNU_deref_type:
	case DW_OP_convert:
	case DW_OP_GNU_convert:
	case DW_OP_reinterpret:
	case DW_OP_GNU_reinterpret:
		typed_op(e, s, op);
		return true;
	}
	return false;
}

/* What ends a location or a piece of one (DWARF5 2.6.1). */
static bool step_location(struct eval *e, struct state *s, const Dwarf_Op *op)
{
	uint8_t atom = op->atom;

	if ((atom >= DW_OP_reg0 && atom <= DW_OP_reg31) || atom == DW_OP_regx) {
		s->reg = reg_node(e, atom == DW_OP_regx ? op->number :
							  (uint64_t)atom -
								  DW_OP_reg0);
		s->loc = LOC_REGISTER;
		return true;
	}
	switch (atom) {
	case DW_OP_stack_value:
		s->loc = LOC_VALUE;
		return true;
	case DW_OP_implicit_value:
		s->loc = LOC_IMPLICIT;
		if (!e->env->bytes ||
		    !e->env->bytes(e->env->ctx, op, &s->bytes, &s->nbytes))
			tree_fail(&e->t, "its constant value cannot be read");
		return true;
	case DW_OP_call2:
	case DW_OP_call4:
	case DW_OP_call_ref:
		call_other(e, s, op);
		return true;
	case DW_OP_implicit_pointer:
	case DW_OP_GNU_implicit_pointer:
		s->loc = LOC_POINTER;
		s->offset = (int64_t)op->number2;
		if (!e->env->die ||
		    !e->env->die(e->env->ctx, op, &s->die))
			tree_fail(&e->t, "what it points to is optimised away");
		return true;
	case DW_OP_form_tls_address:
	case DW_OP_GNU_push_tls_address:
		tree_fail(&e->t, "it is thread-local");
		return true;
	case DW_OP_GNU_uninit:
		return true;
	}
	return false;
}

static void step(struct eval *e, struct state *s, const Dwarf_Op *op)
{
	if (op->atom == DW_OP_piece) {
		take_piece(e, s,
			   op->number > 1 << 17 ? 0 : op->number * 8, 0);
		return;
	}
	if (op->atom == DW_OP_bit_piece) {
		take_piece(e, s, op->number, op->number2);
		return;
	}
	if (s->loc != LOC_MEMORY && op->atom != DW_OP_nop &&
	    op->atom != DW_OP_GNU_uninit) {
		tree_fail(&e->t, "its location expression is broken");
		return;
	}
	s->touched = true;
	if (!step_operand(e, s, op) && !step_operator(e, s, op) &&
	    !step_stack(e, s, op) && !step_location(e, s, op))
		tree_fail(
			&e->t,
			arena_printf(e->t.a,
				     "its location uses operation 0x%x, which "
				     "is not known here",
				     op->atom));
}

static void run(struct eval *e, struct state *s, const Dwarf_Op *ops, size_t n,
		size_t from)
{
	for (size_t i = from; i < n && !e->t.why; i++) {
		size_t target;

		if (++e->steps > MAX_STEPS) {
			tree_fail(&e->t, "its location expression is too long");
			return;
		}
		if (ops[i].atom != DW_OP_bra && ops[i].atom != DW_OP_skip) {
			step(e, s, &ops[i]);
			continue;
		}
		if (!branch_target(ops, n, i, &target)) {
			tree_fail(&e->t, "its location expression loops");
			return;
		}
		if (ops[i].atom == DW_OP_bra) {
			fork_branch(e, s, ops, n, i + 1, target);
			return;
		}
		i = target - 1;
	}
}

/* ---- the result ---- */

static uint64_t word_of(const uint8_t *p, size_t n, bool big_endian)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)p[big_endian ? n - 1 - i : i] << (8 * i);
	return v;
}

static struct place constant(struct arena *a, uint64_t v)
{
	struct trees t = { .a = a };

	return tree_place(a, PLACE_VALUE, tree_leaf(&t, PLACE_CONST, v));
}

/* One constant, or as many as it takes. */
struct place place_of_bytes(struct arena *a, const uint8_t *p, size_t n,
			    bool big_endian)
{
	VEC(struct place_piece) v = {0};

	if (n <= 8)
		return constant(a, word_of(p, n, big_endian));
	if (n > 8 * PLACE_MAX_PIECES)
		return place_none(a, "it is a constant of %zu bytes", n);
	for (size_t i = 0; i < n; i += 8) {
		size_t part = MIN(n - i, (size_t)8);

		vec_push(a, &v,
			 (struct place_piece){
				 .place = constant(a, word_of(p + i, part,
							      big_endian)),
				 .bit_size = part * 8 });
	}
	return (struct place){ .kind = PLACE_PIECES,
			       .pieces = v.v,
			       .npieces = v.n };
}

/* Within a piece, only what is one value. */
static struct place implicit(struct eval *e, const struct state *s)
{
	if (s->nbytes > 8 && e->pieces.n) {
		tree_fail(&e->t, "its constant value is too large");
		return (struct place){0};
	}
	return place_of_bytes(e->t.a, s->bytes, s->nbytes, e->env->big_endian);
}

static struct place finish(struct eval *e, struct state *s)
{
	if (e->t.why)
		return (struct place){ .why = e->t.why };
	switch (s->loc) {
	case LOC_REGISTER:
		return tree_place(e->t.a, PLACE_VALUE, s->reg);
	case LOC_IMPLICIT:
		return implicit(e, s);
	case LOC_VALUE:
		return tree_place(e->t.a, PLACE_VALUE, pop(e, s));
	case LOC_POINTER:
		return (struct place){ .kind = PLACE_POINTER,
				       .die = s->die,
				       .offset = s->offset };
	case LOC_MEMORY:
		break;
	}
	return tree_place(e->t.a, PLACE_ADDRESS, pop(e, s));
}

struct place place_eval(struct arena *a, const Dwarf_Op *ops, size_t n,
			const struct place_env *env)
{
	struct eval e = { .t = { .a = a }, .env = env };
	struct state s = {0};
	struct place p;

	if (!n)
		return place_none(a, "optimised away");
	run(&e, &s, ops, n, 0);
	if (!e.t.why && e.pieces.n) {
		if (s.touched)
			tree_fail(&e.t, "its location expression is broken");
		p = (struct place){.kind = PLACE_PIECES,
				   .pieces = e.pieces.v,
				   .npieces = e.pieces.n};
	} else {
		p = finish(&e, &s);
	}
	if (e.t.why)
		return (struct place){ .kind = PLACE_NONE, .why = e.t.why };
	for (size_t i = 0; i < p.npieces; i++)
		p.at_entry |= p.pieces[i].place.at_entry;
	return p;
}

/* What a node says, or why there is none. */
static struct place only_value(struct eval *e, const struct node *v)
{
	if (e->t.why)
		return (struct place){ .kind = PLACE_NONE, .why = e->t.why };
	return tree_place(e->t.a, PLACE_VALUE, v);
}

struct place place_eval_value(struct arena *a, const Dwarf_Op *ops, size_t n,
			      const struct place_env *env)
{
	struct eval e = { .t = { .a = a }, .env = env };

	return only_value(&e, sub_value(&e, ops, n));
}

struct place place_eval_contents(struct arena *a, const Dwarf_Op *ops, size_t n,
				 const struct place_env *env)
{
	struct eval e = { .t = { .a = a }, .env = env };

	return only_value(&e, contents(&e, ops, n));
}
