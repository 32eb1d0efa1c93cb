// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a DWARF expression to a place.  In: ops as libdw decodes them, and what
 * they may refer to.  Out: a place whose program has neither stack juggling
 * nor references left.  Pure, and safe for any ops whatever.
 *
 * The expression is run on a stack of trees: place_operand.c pushes,
 * place_operator.c computes, place_stack.c moves.  Here are the order in which
 * ops come, and what ends a location or a piece of one.
 */
#include "debuginfo/place_eval.h"

#include <dwarf.h>

#define MAX_STEPS 4096
#define MAX_FORKS 6

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
	const struct node *cond = eval_pop(e, s), *v[2];
	struct state way[2] = {*s, *s};

	if (cond->code == PLACE_CONST) {
		eval_run(e, s, ops, n, cond->n ? target : next);
		return;
	}
	if (++e->forks > MAX_FORKS || e->pieces.n) {
		tree_fail(&e->t, "its location expression branches too much");
		return;
	}
	eval_run(e, &way[0], ops, n, target);
	eval_run(e, &way[1], ops, n, next);
	if (way[0].loc != way[1].loc || e->pieces.n ||
	    (way[0].loc != LOC_MEMORY && way[0].loc != LOC_VALUE))
		tree_fail(&e->t, "its location expression branches too much");
	v[0] = eval_pop(e, &way[0]);
	v[1] = eval_pop(e, &way[1]);
	if (e->t.why)
		return;
	*s = way[0];
	eval_push(e, s,
	     tree_keep(&e->t, (struct node){ .code = PLACE_SELECT,
					     .a = cond,
					     .b = v[0],
					     .c = v[1] }));
}

static void call_other(struct eval *e, struct state *s, const Dwarf_Op *op)
{
	const Dwarf_Op *ops = NULL;
	size_t n = 0;

	if (!e->env->call || !e->env->call(e->env->ctx, op, &ops, &n))
		tree_fail(&e->t, "its location expression refers elsewhere");
	else
		eval_nested(e, s, ops, n);
}

/* ---- one op ---- */

/* What ends a location or a piece of one (DWARF5 2.6.1). */
static bool step_location(struct eval *e, struct state *s, const Dwarf_Op *op)
{
	uint8_t atom = op->atom;

	if ((atom >= DW_OP_reg0 && atom <= DW_OP_reg31) || atom == DW_OP_regx) {
		s->reg = eval_reg(e, atom == DW_OP_regx ? op->number :
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
	if (!eval_operand(e, s, op) && !eval_operator(e, s, op) &&
	    !eval_stack(e, s, op) && !step_location(e, s, op))
		tree_fail(
			&e->t,
			arena_printf(e->t.a,
				     "its location uses operation 0x%x, which "
				     "is not known here",
				     op->atom));
}

void eval_run(struct eval *e, struct state *s, const Dwarf_Op *ops,
	      size_t n, size_t from)
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

bool eval_nested(struct eval *e, struct state *s, const Dwarf_Op *ops,
		       size_t n)
{
	if (e->nesting == EVAL_NESTING_MAX) {
		tree_fail(&e->t, "its location expression is nested too deep");
		return false;
	}
	e->nesting++;
	eval_run(e, s, ops, n, 0);
	e->nesting--;
	return true;
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
		return tree_place(e->t.a, PLACE_VALUE, eval_pop(e, s));
	case LOC_POINTER:
		return (struct place){ .kind = PLACE_POINTER,
				       .die = s->die,
				       .offset = s->offset };
	case LOC_MEMORY:
		break;
	}
	return tree_place(e->t.a, PLACE_ADDRESS, eval_pop(e, s));
}

struct place place_eval(struct arena *a, const Dwarf_Op *ops, size_t n,
			const struct place_env *env)
{
	struct eval e = { .t = { .a = a }, .env = env };
	struct state s = {0};
	struct place p;

	if (!n)
		return place_none(a, "optimised away");
	eval_run(&e, &s, ops, n, 0);
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

	return only_value(&e, eval_value(&e, ops, n));
}

struct place place_eval_contents(struct arena *a, const Dwarf_Op *ops, size_t n,
				 const struct place_env *env)
{
	struct eval e = { .t = { .a = a }, .env = env };

	return only_value(&e, eval_contents(&e, ops, n));
}
