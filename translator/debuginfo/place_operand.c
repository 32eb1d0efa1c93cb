// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What DWARF expressions push (DWARF5 2.5.1.1, 2.5.1.2): constants, addresses,
 * registers, and the values of expressions within them: frame base, CFA, what
 * a register held at the function's entry or in the caller.
 */
#include "debuginfo/place_eval.h"

#include <dwarf.h>

static const struct node *caller_reg(struct eval *e, unsigned n);

const struct node *eval_reg(struct eval *e, uint64_t n)
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

const struct node *eval_value(struct eval *e, const Dwarf_Op *ops,
				    size_t n)
{
	struct state s = {0};
	const struct node *v;

	if (!eval_nested(e, &s, ops, n))
		return &tree_zero;
	if (s.loc == LOC_REGISTER)
		return s.reg;
	if (s.loc == LOC_IMPLICIT || s.loc == LOC_POINTER) {
		tree_fail(&e->t, "its location expression is broken");
		return &tree_zero;
	}
	v = eval_pop(e, &s);
	return e->t.why ? &tree_zero : v;
}

const struct node *eval_contents(struct eval *e, const Dwarf_Op *ops,
				   size_t n)
{
	struct state s = { 0 };

	if (!eval_nested(e, &s, ops, n))
		return &tree_zero;
	if (s.loc == LOC_REGISTER)
		return s.reg;
	if (s.loc == LOC_VALUE)
		return eval_pop(e, &s);
	if (s.loc == LOC_MEMORY)
		return eval_deref(e, eval_pop(e, &s), e->env->addr_size, false);
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
	v = eval_contents(e, ops, nops);
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
	return eval_value(e, e->env->cfa, e->env->ncfa);
}

static const struct node *frame_base_value(struct eval *e)
{
	if (!e->env->nframe_base) {
		tree_fail(&e->t, "the function's frame base is not known");
		return &tree_zero;
	}
	return eval_value(e, e->env->frame_base, e->env->nframe_base);
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
	v = eval_value(e, ops, n);
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

/* ---- one op ---- */

static void push_addrx(struct eval *e, struct state *s, const Dwarf_Op *op,
		       enum place_code code)
{
	uint64_t v;

	if (!e->env->addrx || !e->env->addrx(e->env->ctx, op, &v)) {
		tree_fail(&e->t,
			  "its address is in a table that cannot be read");
		return;
	}
	eval_push(e, s, tree_leaf(&e->t, code, v));
}

bool eval_operand(struct eval *e, struct state *s, const Dwarf_Op *op)
{
	uint8_t atom = op->atom;

	if (atom >= DW_OP_lit0 && atom <= DW_OP_lit31) {
		eval_push(e, s, tree_leaf(&e->t, PLACE_CONST, atom - DW_OP_lit0));
		return true;
	}
	if (atom >= DW_OP_breg0 && atom <= DW_OP_breg31) {
		eval_push(e, s,
		     tree_add(&e->t, eval_reg(e, atom - DW_OP_breg0),
			      op->number));
		return true;
	}
	switch (atom) {
	case DW_OP_addr:
		eval_push(e, s, tree_leaf(&e->t, PLACE_ADDR, op->number));
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
		eval_push(e, s, tree_leaf(&e->t, PLACE_CONST, op->number));
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
		eval_push(e, s,
		     tree_add(&e->t, eval_reg(e, op->number), op->number2));
		return true;
	case DW_OP_fbreg:
		eval_push(e, s, tree_add(&e->t, frame_base_value(e), op->number));
		return true;
	case DW_OP_call_frame_cfa:
		eval_push(e, s, cfa_value(e));
		return true;
	case DW_OP_entry_value:
	case DW_OP_GNU_entry_value:
		eval_push(e, s, entry_value(e, op));
		return true;
	case DW_OP_GNU_parameter_ref:
		eval_push(e, s, parameter_ref(e, op));
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
		eval_typed(e, s, op);
		return true;
	}
	return false;
}
