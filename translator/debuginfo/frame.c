// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames: what .debug_frame and .eh_frame say at a pc.  In: a pc, an instance.
 * Out: the rules, as expressions over the registers there, and the function
 * whose frame it is.
 */
#include "debuginfo/internal.h"

#include <stdlib.h>

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

/* The frame holds its rules until freed, so they are copied. */
void frame_cfa(struct debuginfo *di, uint64_t pc, const Dwarf_Op **rule,
	       size_t *nrule)
{
	Dwarf_CFI *tables[2];
	Dwarf_Frame *frame = NULL;
	Dwarf_Op *ops;
	size_t n;

	*nrule = 0;
	open_cfi(di);
	tables[0] = di->cfi_debug;
	tables[1] = di->cfi_eh;
	for (size_t i = 0; i < ARRAY_SIZE(tables) && !*nrule; i++) {
		if (!tables[i] || dwarf_cfi_addrframe(tables[i], pc, &frame))
			continue;
		if (!dwarf_frame_cfa(frame, &ops, &n) && n) {
			*rule = arena_dup(di->a, ops, n * sizeof *ops);
			*nrule = n;
		}
		free(frame);
	}
}

/* What a function has to preserve, and arm64's return address, has no rule
 * where it is as the call left it. */
static bool is_kept(const struct debuginfo *di, int reg)
{
	switch (di->f.machine) {
	case EM_X86_64:
		return reg == 3 || reg == 6 || (reg >= 12 && reg <= 15);
	case EM_AARCH64:
		return reg >= 19 && reg <= 30;
	}
	return false;
}

static bool rule_of(struct debuginfo *di, Dwarf_CFI *table, uint64_t pc,
		    int reg, struct frame_rule *out)
{
	Dwarf_Op same = {.atom = DW_OP_regx}, mem[3], *ops;
	Dwarf_Frame *frame;
	bool found = false;
	int ra;
	size_t n;

	if (!table || dwarf_cfi_addrframe(table, pc, &frame))
		return false;
	ra = dwarf_frame_info(frame, NULL, NULL, NULL);
	if (reg == FRAME_RETURN)
		reg = ra;
	same.number = (Dwarf_Word)reg;
	if (reg >= 0 && !dwarf_frame_register(frame, reg, mem, &ops, &n) &&
	    (n || ops || is_kept(di, reg))) {
		/* No ops, but a place for them: the register is as it was. */
		*out = (struct frame_rule){
			arena_dup(di->a, n ? ops : &same,
				  MAX(n, (size_t)1) * sizeof *ops),
			MAX(n, (size_t)1),
		};
		found = true;
	}
	free(frame);
	return found;
}

bool frame_register(struct debuginfo *di, uint64_t pc, int reg,
		    struct frame_rule *out)
{
	if (!debuginfo_dwarf(di))
		return false;
	open_cfi(di);
	return rule_of(di, di->cfi_debug, pc, reg, out) ||
	       rule_of(di, di->cfi_eh, pc, reg, out);
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

bool frame_is_from_stack(const struct debuginfo *di, const Dwarf_Op *ops)
{
	return ops[0].atom >= DW_OP_breg0 && ops[0].atom <= DW_OP_breg31 &&
	       ops[0].atom - DW_OP_breg0 == abi_stack_reg(di);
}

#define FRAME_STEPS 256 /* changes of the frame looked at in a function */

bool frame_is_made(struct debuginfo *di, const struct dbg_inst *inst,
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

bool frame_owner(struct debuginfo *di, const struct dbg_inst *inst,
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
