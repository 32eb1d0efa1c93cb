// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a variable is at a pc.  In: its DIE and the function around it.  Out:
 * a place.  This file reads the location lists, refer.c what the expression
 * refers to; place.c does the thinking.
 */
#include "debuginfo/internal.h"

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

	if (!dwarf_formblock(at, &block)) {
		if (block.length > 8)
			return place_none(di->a,
					  "it is a constant of %zu bytes",
					  (size_t)block.length);
		u = 0;
		for (size_t i = 0; i < block.length; i++)
			u |= (uint64_t)block.data[di->f.big_endian ?
							  block.length - 1 - i :
							  i]
			     << (8 * i);
		return constant(di, u);
	}
	if (v->type->is_signed && !dwarf_formsdata(at, &s))
		return constant(di, s);
	if (!dwarf_formudata(at, &u))
		return constant(di, u);
	return place_none(di->a, "its constant value cannot be read");
}

/* "optimised away here; it lives at +0x12..+0x40, …" */
static struct place not_here(struct debuginfo *di, Dwarf_Attribute *at,
			     const struct dbg_inst *inst, uint64_t pc)
{
	Dwarf_Addr base, lo, hi;
	Dwarf_Op *ops;
	size_t n, shown = 0;
	ptrdiff_t off = 0;
	struct buf b = {0};
	uint64_t from = inst ? inst->pc : 0, near = 0;
	struct place p;

	while ((off = dwarf_getlocations(at, off, &base, &lo, &hi, &ops, &n)) >
	       0) {
		if (!n || lo >= hi || lo < from)
			continue;
		/* Later ones first: where it is known next. */
		if (!near || (near < pc && lo > near))
			near = lo;
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
	p.near = near;
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
		return not_here(di, &at, inst, pc);
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
