// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a variable is at a pc.  In: its DIE and the function around it.  Out:
 * a place.  This file fetches what the expression refers to from the DWARF
 * (location lists, frame base, CFA, types); place.c does the thinking.
 */
#include "debuginfo/internal.h"

#include <stdlib.h>

/* The location being read: what place_env's callbacks work on. */
struct locating {
	struct debuginfo *di;
	Dwarf_Attribute *at;
	uint64_t pc;
	bool at_entry;
};

/* ---- what an expression may refer to ---- */

static bool get_nested(void *ctx, const Dwarf_Op *op, const Dwarf_Op **ops,
		       size_t *n)
{
	struct locating *l = ctx;
	Dwarf_Attribute inner;
	Dwarf_Op *got;

	if (dwarf_getlocation_attr(l->at, op, &inner) ||
	    dwarf_getlocation(&inner, &got, n))
		return false;
	*ops = got;
	return true;
}

static bool get_bytes(void *ctx, const Dwarf_Op *op, const uint8_t **p,
		      size_t *n)
{
	struct locating *l = ctx;
	Dwarf_Attribute inner;
	Dwarf_Block block;

	if (op->atom == DW_OP_implicit_value) {
		if (dwarf_getlocation_implicit_value(l->at, op, &block))
			return false;
	} else if (dwarf_getlocation_attr(l->at, op, &inner) ||
		   dwarf_formblock(&inner, &block)) {
		return false;
	}
	*p = block.data;
	*n = block.length;
	return true;
}

static bool get_addrx(void *ctx, const Dwarf_Op *op, uint64_t *value)
{
	struct locating *l = ctx;
	Dwarf_Attribute inner;

	if (dwarf_getlocation_attr(l->at, op, &inner))
		return false;
	return !dwarf_formaddr(&inner, value) ||
	       !dwarf_formudata(&inner, value);
}

static bool get_call(void *ctx, const Dwarf_Op *op, const Dwarf_Op **ops,
		     size_t *n)
{
	struct locating *l = ctx;
	Dwarf_Attribute at;
	Dwarf_Die die;
	Dwarf_Op *got;

	if (dwarf_getlocation_die(l->at, op, &die) ||
	    !dwarf_attr(&die, DW_AT_location, &at) ||
	    dwarf_getlocation_addr(&at, l->pc, &got, n, 1) != 1)
		return false;
	*ops = got;
	return true;
}

static bool get_base_type(void *ctx, const Dwarf_Op *op, unsigned *size,
			  bool *is_signed)
{
	struct locating *l = ctx;
	bool converts = op->atom == DW_OP_convert ||
			op->atom == DW_OP_GNU_convert ||
			op->atom == DW_OP_reinterpret ||
			op->atom == DW_OP_GNU_reinterpret;
	Dwarf_Die die;
	Dwarf_Attribute at;
	Dwarf_Word enc;
	int bytes;

	*size = 0;
	*is_signed = false;
	if (converts && !op->number) /* the generic type */
		return true;
	if (dwarf_getlocation_die(l->at, op, &die))
		return false;
	bytes = dwarf_bytesize(&die);
	if (bytes < 1 || bytes > 8 ||
	    dwarf_formudata(dwarf_attr(&die, DW_AT_encoding, &at), &enc) ||
	    enc == DW_ATE_float || enc == DW_ATE_complex_float)
		return false;
	*size = bytes;
	*is_signed = enc == DW_ATE_signed || enc == DW_ATE_signed_char;
	return true;
}

/* ---- frames ---- */

static bool uses(const Dwarf_Op *ops, size_t n, uint8_t atom)
{
	for (size_t i = 0; i < n; i++)
		if (ops[i].atom == atom)
			return true;
	return false;
}

static void open_cfi(struct debuginfo *di)
{
	GElf_Addr bias;

	if (di->cfi_tried)
		return;
	di->cfi_tried = true;
	if (di->f.dwfl) {
		/* These belong to the module's handle. */
		di->cfi_debug = dwfl_module_dwarf_cfi(di->f.mod, &bias);
		di->cfi_eh = dwfl_module_eh_cfi(di->f.mod, &bias);
		return;
	}
	di->cfi_debug = dwarf_getcfi(di->dw);
	di->cfi_eh = dwarf_getcfi_elf(di->f.elf);
}

/* The CFA's rule; the frame holds it until freed, so it is copied. */
static void cfa_at(struct debuginfo *di, uint64_t pc, struct place_env *env)
{
	Dwarf_CFI *tables[2];
	Dwarf_Frame *frame = NULL;
	Dwarf_Op *ops;
	size_t n;

	open_cfi(di);
	tables[0] = di->cfi_debug;
	tables[1] = di->cfi_eh;
	for (size_t i = 0; i < ARRAY_SIZE(tables) && !env->ncfa; i++) {
		if (!tables[i] || dwarf_cfi_addrframe(tables[i], pc, &frame))
			continue;
		if (!dwarf_frame_cfa(frame, &ops, &n) && n) {
			env->cfa = arena_dup(di->a, ops, n * sizeof *ops);
			env->ncfa = n;
		}
		free(frame);
	}
}

/* How far the stack pointer is below the CFA at pc, and up to where that
 * holds; *by_sp false: the CFA is known by another register. */
static bool stack_depth(struct debuginfo *di, uint64_t pc, bool *by_sp,
			uint64_t *depth, uint64_t *end)
{
	Dwarf_CFI *tables[2];
	Dwarf_Frame *frame;
	Dwarf_Addr lo, hi;
	Dwarf_Op *ops;
	bool found = false;
	size_t n;

	open_cfi(di);
	tables[0] = di->cfi_debug;
	tables[1] = di->cfi_eh;
	for (size_t i = 0; i < ARRAY_SIZE(tables) && !found; i++) {
		if (!tables[i] || dwarf_cfi_addrframe(tables[i], pc, &frame))
			continue;
		if (dwarf_frame_info(frame, &lo, &hi, NULL) >= 0 &&
		    !dwarf_frame_cfa(frame, &ops, &n) && n == 1) {
			*by_sp = ops[0].atom == DW_OP_bregx &&
				 (int)ops[0].number == abi_stack_reg(di);
			*depth = ops[0].number2;
			*end = hi;
			found = true;
		}
		free(frame);
	}
	return found;
}

/* Counted from the stack pointer: for a whole function, that holds only where
 * it is as far down as it goes. */
static bool is_from_stack(const struct debuginfo *di, const Dwarf_Op *ops)
{
	return ops[0].atom >= DW_OP_breg0 && ops[0].atom <= DW_OP_breg31 &&
	       ops[0].atom - DW_OP_breg0 == abi_stack_reg(di);
}

#define FRAME_STEPS 256 /* changes of the frame looked at in a function */

static bool frame_is_made(struct debuginfo *di, const struct dbg_inst *inst,
			  uint64_t pc)
{
	const struct dbg_range *r;
	size_t n = dbg_inst_ranges(di, inst, &r), steps = 0;
	uint64_t here, depth, end;
	bool by_sp;

	if (!stack_depth(di, pc, &by_sp, &here, &end) || !by_sp)
		return true;
	for (size_t i = 0; i < n; i++)
		for (uint64_t at = r[i].lo; at < r[i].hi; at = end) {
			if (++steps > FRAME_STEPS ||
			    !stack_depth(di, at, &by_sp, &depth, &end) ||
			    end <= at)
				return true;
			if (!by_sp || depth > here)
				return false;
		}
	return true;
}

/* The out-of-line function around an inline instance, where the index knows
 * it; libdw looks for it through the whole unit. */
static bool indexed_owner(struct debuginfo *di, const struct dbg_inst *inst,
			  Dwarf_Die *out)
{
	struct dbg_inst around;
	struct dbg_func f;
	Dwarf_Die next;

	return debuginfo_func_at(di, inst->pc, false, &f, &around) &&
	       debuginfo_die(di, around.die, out) &&
	       dwarf_tag(out) == DW_TAG_subprogram && inst->die > around.die &&
	       !dwarf_siblingof(out, &next) &&
	       inst->die < dwarf_dieoffset(&next);
}

/* The subprogram whose frame the instance's code runs in. */
static bool frame_owner(struct debuginfo *di, const struct dbg_inst *inst,
			Dwarf_Die *out)
{
	Dwarf_Die die, *scopes = NULL;
	bool found = false;
	int n;

	if (!debuginfo_die(di, inst->die, &die))
		return false;
	if (!inst->is_inline) {
		*out = die;
		return true;
	}
	if (indexed_owner(di, inst, out))
		return true;
	n = dwarf_getscopes_die(&die, &scopes);
	for (int i = 0; i < n && !found; i++)
		if (dwarf_tag(&scopes[i]) == DW_TAG_subprogram) {
			*out = scopes[i];
			found = true;
		}
	free(scopes);
	return found;
}

static void fill_env(struct locating *l, const struct dbg_inst *inst,
		     const Dwarf_Op *ops, size_t n, struct place_env *env)
{
	bool fbreg = uses(ops, n, DW_OP_fbreg);
	Dwarf_Attribute at;
	Dwarf_Die owner;
	Dwarf_Op *base;

	*env = (struct place_env){
		.addr_size = l->di->f.addr_size,
		.big_endian = l->di->f.big_endian,
		.ctx = l,
		.nested = get_nested,
		.bytes = get_bytes,
		.addrx = get_addrx,
		.call = get_call,
		.base_type = get_base_type,
		.at_entry = l->at_entry,
	};
	if (!inst)
		return;
	if (fbreg && frame_owner(l->di, inst, &owner) &&
	    dwarf_attr_integrate(&owner, DW_AT_frame_base, &at) &&
	    dwarf_getlocation_addr(&at, l->pc, &base, &env->nframe_base, 1) ==
		    1)
		env->frame_base = base;
	else
		env->nframe_base = 0;
	if (uses(ops, n, DW_OP_call_frame_cfa) ||
	    uses(env->frame_base, env->nframe_base, DW_OP_call_frame_cfa))
		cfa_at(l->di, l->pc, env);
}

/* ---- places ---- */

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
	if (*fixed && !l.at_entry && is_from_stack(di, ops) &&
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
