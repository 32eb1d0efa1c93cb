// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Labels within a function, and the functions that it calls.  In: an instance.
 * Out: what its DIEs say: labels that have code, inline instances directly
 * within, and call sites (DWARF5 3.4) whose callee is known by name.
 */
#include "debuginfo/internal.h"

#define MAX_DEPTH 64

typedef void (*visit)(struct debuginfo *di, Dwarf_Die *die, void *arg);

/* DIEs below parent, blocks entered, inline instances only shown. */
static void each_die(struct debuginfo *di, Dwarf_Die *parent, int depth,
		     visit f, void *arg)
{
	Dwarf_Die die;

	if (depth > MAX_DEPTH || dwarf_child(parent, &die))
		return;
	do {
		f(di, &die, arg);
		if (dwarf_tag(&die) == DW_TAG_lexical_block)
			each_die(di, &die, depth + 1, f, arg);
	} while (!dwarf_siblingof(&die, &die));
}

/* ---- labels ---- */

static void take_label(struct debuginfo *di, Dwarf_Die *die, void *arg)
{
	dbg_labels *out = arg;
	struct dbg_label l = {.name = dwarf_diename(die)};
	Dwarf_Addr pc;
	int line = 0;

	if (dwarf_tag(die) != DW_TAG_label || !l.name ||
	    dwarf_lowpc(die, &pc))
		return;
	dwarf_decl_line(die, &line);
	l.pc = pc;
	l.line = (unsigned)MAX(line, 0);
	vec_push(di->a, out, l);
}

void dbg_inst_labels(struct debuginfo *di, const struct dbg_inst *inst,
		     dbg_labels *out)
{
	Dwarf_Die die;

	if (debuginfo_die(di, inst->die, &die))
		each_die(di, &die, 0, take_label, out);
}

/* ---- callees ---- */

struct calls {
	const struct dbg_inst *caller;
	uint64_t origin; /* the caller's abstract DIE, or its own */
	int depth;	 /* of parts of the caller put back into it */
	dbg_callees *out;
};

static bool flag_of(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute at;
	bool flag = false;

	return dwarf_attr(die, name, &at) && !dwarf_formflag(&at, &flag) &&
	       flag;
}

static bool origin_die(Dwarf_Die *site, Dwarf_Die *out)
{
	Dwarf_Attribute at;

	return (dwarf_attr(site, DW_AT_call_origin, &at) ||
		dwarf_attr(site, DW_AT_abstract_origin, &at)) &&
	       dwarf_formref_die(&at, out);
}

static bool is_in_unit(struct debuginfo *di, const struct dbg_func *f,
		       uint32_t cu)
{
	struct dbg_inst x;

	for (unsigned i = 0; i < f->copies; i++)
		if (dbg_func_inst(di, f, i, &x) && x.cu == cu)
			return true;
	return false;
}

/* Of those with the name: the unit's own, else the one others may call. */
bool callee_named(struct debuginfo *di, const char *name, uint32_t cu,
		  struct dbg_func *out)
{
	dbg_funcs all = {0};
	bool found = false;

	debuginfo_funcs(di, &(struct dbg_query){.name = name}, &all);
	vec_for(i, &all) {
		if (!all.v[i].copies)
			continue;
		if (is_in_unit(di, &all.v[i], cu)) {
			*out = all.v[i];
			return true;
		}
		if ((all.v[i].flags & DBG_EXTERNAL) && !found) {
			*out = all.v[i];
			found = true;
		}
	}
	return found;
}

static struct dbg_callee *callee_of(struct debuginfo *di, dbg_callees *out,
				    const struct dbg_func *f)
{
	vec_for(i, out)
		if (!out->v[i].is_inline && out->v[i].func.first == f->first)
			return &out->v[i];
	vec_push(di->a, out, (struct dbg_callee){.func = *f});
	return &out->v[out->n - 1];
}

static void take_site(struct debuginfo *di, Dwarf_Die *die, struct calls *c)
{
	struct dbg_func f;
	Dwarf_Attribute at;
	Dwarf_Addr pc = 0;
	Dwarf_Die to;
	const char *name;

	/* Behind a jump there is no return to know the caller by. */
	if (flag_of(die, DW_AT_call_tail_call) ||
	    flag_of(die, DW_AT_GNU_tail_call) || !origin_die(die, &to))
		return;
	name = dwarf_diename(&to);
	if (!name || !callee_named(di, name, c->caller->cu, &f))
		return;
	if (!dwarf_attr(die, DW_AT_call_return_pc, &at) ||
	    dwarf_formaddr(&at, &pc))
		if (dwarf_lowpc(die, &pc))
			return;
	vec_push(di->a, &callee_of(di, c->out, &f)->returns, pc);
}

static void take_call(struct debuginfo *di, Dwarf_Die *die, void *arg);

/* What GCC took out of the caller and put back calls for the caller. */
static void take_part(struct debuginfo *di, Dwarf_Die *die, struct calls *c)
{
	if (c->depth++ < MAX_DEPTH)
		each_die(di, die, 0, take_call, c);
	c->depth--;
}

static void take_call(struct debuginfo *di, Dwarf_Die *die, void *arg)
{
	struct calls *c = arg;
	struct dbg_callee x = {.is_inline = true};

	switch (dwarf_tag(die)) {
	case DW_TAG_inlined_subroutine:
		if (dwarf_origin_of(die) == c->origin)
			take_part(di, die, c);
		else if (func_of_inline(di, die, &x.func, &x.inst))
			vec_push(di->a, c->out, x);
		break;
	case DW_TAG_call_site:
	case DW_TAG_GNU_call_site:
		take_site(di, die, c);
		break;
	}
}

void dbg_inst_callees(struct debuginfo *di, const struct dbg_inst *inst,
		      dbg_callees *out)
{
	struct calls c = {.caller = inst, .out = out};
	Dwarf_Die die;

	if (!debuginfo_die(di, inst->die, &die))
		return;
	c.origin = dwarf_origin_of(&die);
	if (!c.origin)
		c.origin = inst->die;
	each_die(di, &die, 0, take_call, &c);
}
