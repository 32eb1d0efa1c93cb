// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a variable is at a pc.  In: its DIE and the function around it.  Out:
 * a place.  This file reads the location lists, refer.c what the expression
 * refers to; place.c does the thinking.
 */
#include "debuginfo/internal.h"

#include <limits.h>

static struct place constant(struct debuginfo *di, uint64_t v)
{
	struct place_op *op = arena_new(di->a, struct place_op);

	*op = (struct place_op){.code = PLACE_CONST, .n = v};
	return (struct place){.kind = PLACE_VALUE, .ops = op, .nops = 1};
}

static struct place const_value(struct debuginfo *di, Dwarf_Attribute *at,
				const struct dbg_var *v)
{
	Dwarf_Block block;
	Dwarf_Sword s;
	Dwarf_Word u;

	if (!dwarf_formblock(at, &block))
		return place_of_bytes(di->a, block.data, block.length,
				      di->f.big_endian);
	if (v->type->is_signed && !dwarf_formsdata(at, &s))
		return constant(di, s);
	if (!dwarf_formudata(at, &u))
		return constant(di, u);
	return place_none(di->a, "its constant value cannot be read");
}

/* "optimised away here; it lives at +0x12..+0x40, …" */
static struct place not_here(struct debuginfo *di, Dwarf_Attribute *at,
			     const struct dbg_inst *inst)
{
	Dwarf_Addr base, lo, hi;
	Dwarf_Op *ops;
	size_t n, shown = 0;
	ptrdiff_t off = 0;
	struct buf b = {0};
	uint64_t from = inst ? inst->pc : 0;
	struct place p;

	while ((off = dwarf_getlocations(at, off, &base, &lo, &hi, &ops, &n)) >
	       0) {
		if (!n || lo >= hi || lo < from)
			continue;
		if (++shown > 4) {
			buf_puts(&b, ", …");
			break;
		}
		buf_printf(&b, "%s+%#llx..+%#llx", shown > 1 ? ", " : "",
			   (unsigned long long)(lo - from),
			   (unsigned long long)(hi - from));
	}
	if (b.n)
		p = place_none(di->a, "optimised away here; it lives at %s",
			       buf_str(&b));
	else
		p = place_none(di->a, "optimised away");
	buf_free(&b);
	return p;
}

struct place dwarf_var_place(struct debuginfo *di, const struct dbg_inst *inst,
			     const struct dbg_var *v, uint64_t pc, bool *fixed)
{
	Dwarf_Attribute at;
	Dwarf_Die die;
	Dwarf_Op *ops;
	size_t n;
	struct locating l = {.di = di, .at = &at, .pc = pc};
	struct place_env env;

	if (inst && debuginfo_die(di, inst->die, &die)) {
		l.at_entry = !inst->is_inline && pc == inst->pc;
		l.pc = pc = inst_code_pc(inst, &die, pc);
	}
	if (!debuginfo_die(di, v->die, &die))
		return place_none(di->a, "its description cannot be read");
	if (!dwarf_attr_integrate(&die, DW_AT_location, &at)) {
		if (dwarf_attr_integrate(&die, DW_AT_const_value, &at))
			return const_value(di, &at, v);
		return place_none(di->a, "optimised away");
	}
	if (v->is_global && !inst) {
		if (dwarf_getlocation(&at, &ops, &n))
			return place_none(di->a,
					  "its location cannot be read");
	} else if (dwarf_getlocation_addr(&at, pc, &ops, &n, 1) != 1 || !n) {
		return not_here(di, &at, inst);
	}
	*fixed = inst && dwarf_whatform(&at) == DW_FORM_exprloc;
	if (*fixed && !l.at_entry && frame_is_from_stack(di, ops) &&
	    !frame_is_made(di, inst, pc))
		return place_none(di->a, "the function's frame is not whole "
				  "here; probe another statement");
	fill_env(&l, v->is_global ? NULL : inst, ops, n, &env);
	return place_eval(di->a, ops, n, &env);
}

/* Of a parameter that has one location for the whole function, DWARF leaves
 * out from where to where that holds. */
static struct place checked(struct debuginfo *di, const struct dbg_inst *inst,
			    const struct dbg_var *v, uint64_t pc,
			    struct place p)
{
	struct place by_abi;

	if (p.kind == PLACE_NONE || !v->is_param ||
	    !param_at_entry(di, inst, v, &by_abi))
		return p;
	if (place_equal(&p, &by_abi) && v->type->size > 0 &&
	    (v->type->kind == DBG_STRUCT || v->type->kind == DBG_UNION) &&
	    abi_slot(di, &by_abi) == ABI_SLOT_NONE)
		return place_none(di->a, "it came in registers, which may be "
				  "in use for something else by now; probe "
				  "the function's entry");
	if (p.kind == PLACE_ADDRESS && !param_is_stored(di, inst, &by_abi, pc))
		return place_none(di->a, "it may not be in its place in the "
				  "frame yet; probe the function's entry or a "
				  "later statement");
	return p;
}

/* ---- pointers to what is not in memory (DWARF5 2.6.1.1.4) ---- */

struct place dbg_pointee_place(struct debuginfo *di,
			       const struct dbg_inst *inst,
			       const struct place *p,
			       const struct dbg_type *type, uint64_t pc)
{
	struct dbg_var v = {.die = p->die, .type = type};
	bool fixed = false;

	return dwarf_var_place(di, inst, &v, pc, &fixed);
}

/* Where it is in memory after all, its address is the pointer's value. */
static struct place pointer(struct debuginfo *di, const struct dbg_inst *inst,
			    const struct place *p, uint64_t pc)
{
	struct place to = dbg_pointee_place(di, inst, p, di->void_type, pc);
	struct place_op *ops;

	switch (to.kind) {
	case PLACE_VALUE:
	case PLACE_PIECES:
	case PLACE_POINTER:
		return *p;
	case PLACE_NONE:
		return place_none(di->a, "what it points to is %s", to.why);
	case PLACE_ADDRESS:
		break;
	}
	if (to.nops + 2 > PLACE_MAX_OPS)
		return *p;
	ops = arena_array(di->a, to.nops + 2, struct place_op);
	memcpy(ops, to.ops, to.nops * sizeof *ops);
	ops[to.nops] = (struct place_op){.code = PLACE_CONST,
					 .n = (uint64_t)p->offset};
	ops[to.nops + 1] = (struct place_op){.code = PLACE_ADD};
	to.kind = PLACE_VALUE;
	to.ops = ops;
	to.nops += p->offset ? 2 : 0;
	return to;
}

/* A location that is one for the whole function holds only once the first
 * instructions have stored the parameter there; one that begins later leaves
 * the entry to the calling convention. */
struct place dbg_var_place(struct debuginfo *di, const struct dbg_inst *inst,
			   const struct dbg_var *v, uint64_t pc)
{
	bool fixed = false;
	struct place p, by_abi;
	enum abi_slot slot;

	if (di->btf && inst)
		return btf_param_place(di, inst, v, pc);
	p = dwarf_var_place(di, inst, v, pc, &fixed);
	if (p.kind == PLACE_POINTER)
		p = pointer(di, inst, &p, pc);
	if (!inst || inst->is_inline)
		return p;
	if (pc != inst->pc)
		return fixed ? checked(di, inst, v, pc, p) : p;
	slot = abi_slot(di, &p);
	if (slot == ABI_SLOT_NONE && p.kind != PLACE_NONE)
		return p;
	if (v->is_param && param_at_entry(di, inst, v, &by_abi))
		return by_abi;
	if (slot == ABI_SLOT_OWN)
		return place_none(di->a, "its place in the frame is not made "
				  "yet; probe a later statement");
	return p;
}

/* ---- where else ---- */

#define NEAREST_LOOKED 2000 /* at so many statements */

bool dbg_var_nearest(struct debuginfo *di, const struct dbg_inst *inst,
		     const struct dbg_func *f, const struct dbg_var *v,
		     uint64_t pc, struct dbg_stmt *out)
{
	const struct dbg_stmt *all;
	size_t n = dbg_inst_statements(di, inst, f->file, 1, UINT_MAX, false,
				       &all);
	uint64_t best = UINT64_MAX;

	for (size_t i = 0; i < MIN(n, (size_t)NEAREST_LOOKED); i++) {
		uint64_t at = all[i].pc, far = at < pc ? pc - at : at - pc;

		if (far >= best ||
		    dbg_var_place(di, inst, v, at).kind == PLACE_NONE)
			continue;
		best = far;
		*out = all[i];
	}
	return best != UINT64_MAX;
}
