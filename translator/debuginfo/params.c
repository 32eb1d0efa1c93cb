// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A parameter at its function's first instruction, where DWARF has no place
 * for it that holds there.  In: an instance and one of its parameters.  Out:
 * the place that the calling convention gives it, if the function keeps to
 * the convention: the compiler made no copy of it with other parameters, and
 * those that DWARF places in registers are where the convention says.  And
 * whether the first instructions have stored it by a pc, told by their code.
 */
#include "debuginfo/internal.h"

/* Copies that may take other parameters than the source says. */
static bool is_changed_copy(struct debuginfo *di, const struct dbg_inst *inst)
{
	static const char *const marks[] = {".isra.", ".constprop.", ".part.",
					    ".cold"};
	struct dbg_sym sym;

	if (!debuginfo_sym_at(di, inst->pc, &sym, NULL))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (strstr(sym.name, marks[i]))
			return true;
	return false;
}

/* The DIE whose children are all the parameters, in order. */
static bool list_of(struct debuginfo *di, const struct dbg_inst *inst,
		    Dwarf_Die *first)
{
	Dwarf_Die die;
	uint64_t origin;

	if (!debuginfo_die(di, inst->die, &die))
		return false;
	origin = dwarf_origin_of(&die);
	if (origin && !debuginfo_die(di, origin, &die))
		return false;
	return !dwarf_child(&die, first);
}

/* The types of all, those without a name too. */
static bool list_types(struct debuginfo *di, const struct dbg_inst *inst,
		       dbg_types *out)
{
	Dwarf_Die die;

	if (!list_of(di, inst, &die))
		return false;
	do {
		if (dwarf_tag(&die) == DW_TAG_formal_parameter)
			vec_push(di->a, out, debuginfo_type_of(di, &die));
	} while (!dwarf_siblingof(&die, &die));
	return true;
}

static int position_of(struct debuginfo *di, const struct dbg_inst *inst,
		       const struct dbg_var *v)
{
	Dwarf_Die die;
	uint64_t own;
	int i = 0;

	if (!debuginfo_die(di, v->die, &die))
		return -1;
	own = dwarf_origin_of(&die);
	if (!own)
		own = v->die;
	if (!list_of(di, inst, &die))
		return -1;
	do {
		if (dwarf_tag(&die) != DW_TAG_formal_parameter)
			continue;
		if (dwarf_dieoffset(&die) == own)
			return i;
		i++;
	} while (!dwarf_siblingof(&die, &die));
	return -1;
}

static bool in_one_register(const struct place *p)
{
	return p->kind == PLACE_VALUE && p->nops == 1 &&
	       p->ops[0].code == PLACE_REG;
}

/* Where DWARF and the convention both name a register, it is the same. */
static bool agrees(struct debuginfo *di, const struct dbg_inst *inst,
		   const struct place *by_abi)
{
	dbg_vars vars = {0};

	dbg_inst_params(di, inst, &vars);
	vec_for(i, &vars) {
		int at = position_of(di, inst, &vars.v[i]);
		struct place p;
		bool fixed;

		if (at < 0)
			return false;
		p = dwarf_var_place(di, inst, &vars.v[i], inst->pc, &fixed);
		if (in_one_register(&p) && (!in_one_register(&by_abi[at]) ||
					    p.ops[0].n != by_abi[at].ops[0].n))
			return false;
	}
	return true;
}

bool param_at_entry(struct debuginfo *di, const struct dbg_inst *inst,
		    const struct dbg_var *v, struct place *out)
{
	dbg_types types = {0};
	struct place *places;
	Dwarf_Die die;
	int at;

	if (is_changed_copy(di, inst) || !list_types(di, inst, &types) ||
	    !debuginfo_die(di, inst->die, &die))
		return false;
	at = position_of(di, inst, v);
	places = arena_array(di->a, types.n + 1, struct place);
	if (at < 0 || (size_t)at >= types.n ||
	    !abi_params(di, debuginfo_type_of(di, &die), &types, places) ||
	    places[at].kind == PLACE_NONE || !agrees(di, inst, places))
		return false;
	*out = places[at];
	return true;
}

/* ---- stored by now? ---- */

#define PROLOGUE_MAX 512 /* bytes of code that may store parameters */

/* "mov %REG, n(%rsp)" or (%rbp), of any width: [REX] 89 ModRM. */
static bool x86_stores(const uint8_t *p, size_t n, unsigned dwarf_reg)
{
	static const uint8_t number[] = {0, 2, 1, 3, 6, 7, 5, 4, 8, 9};
	unsigned reg = dwarf_reg < sizeof number ? number[dwarf_reg] : 16;

	for (size_t i = 0; i + 2 < n; i++) {
		bool high = i && (p[i - 1] & 0xf5) == 0x44; /* REX.R */
		unsigned mod = p[i + 1] >> 6, base = p[i + 1] & 7;

		if ((p[i] != 0x89 && p[i] != 0x88) ||
		    (p[i + 1] >> 3 & 7) != (reg & 7) || mod == 3)
			continue;
		/* 4: the stack pointer, by a SIB byte; 5: rbp */
		if (!(base == 4 && p[i + 2] == 0x24) && !(base == 5 && mod))
			continue;
		if (high == (reg >= 8))
			return true;
	}
	return false;
}

/* STR, STUR and STP of a general register, Rn being sp or x29. */
static bool arm64_stores(const uint8_t *p, size_t n, unsigned reg)
{
	for (size_t i = 0; i + 4 <= n; i += 4) {
		uint32_t w = p[i] | p[i + 1] << 8 | p[i + 2] << 16 |
			     (uint32_t)p[i + 3] << 24;
		unsigned rn = w >> 5 & 31, rt = w & 31, rt2 = w >> 10 & 31;
		bool pair = (w & 0x7e400000) == 0x28000000 &&
			    (w >> 23 & 3) != 0;
		bool one = (w & 0x3fc00000) == 0x39000000 ||
			   (w & 0x3fe00000) == 0x38000000;

		if ((rn == 31 || rn == 29) &&
		    ((pair && (rt == reg || rt2 == reg)) ||
		     (one && rt == reg)))
			return true;
	}
	return false;
}

static bool stores(const struct debuginfo *di, const uint8_t *p, size_t n,
		   const struct place *reg)
{
	if (!in_one_register(reg))
		return true;
	switch (di->f.machine) {
	case EM_X86_64:
		return x86_stores(p, n, (unsigned)reg->ops[0].n);
	case EM_AARCH64:
		return arm64_stores(p, n, (unsigned)reg->ops[0].n);
	}
	return true;
}

bool param_is_stored(struct debuginfo *di, const struct dbg_inst *inst,
		     const struct place *by_abi, uint64_t pc)
{
	uint8_t code[PROLOGUE_MAX];
	size_t n = pc - inst->pc;

	/* Parts that stand elsewhere are not where it begins. */
	if (pc < inst->pc || n > sizeof code)
		return true;
	if (!debuginfo_read(di, inst->pc, code, n))
		return false;
	for (size_t i = 0; i < by_abi->npieces; i++)
		if (!stores(di, code, n, &by_abi->pieces[i].place))
			return false;
	return by_abi->npieces || stores(di, code, n, by_abi);
}
