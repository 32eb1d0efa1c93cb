/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a script may ask of a file's debug information, asked of all that is in
 * it: for the harnesses that open damaged files.
 */
#ifndef FUZZ_ASK_H
#define FUZZ_ASK_H

#include "debuginfo/debuginfo.h"

#define ASKED 100 /* of each kind */

static volatile size_t ask_sum; /* so that nothing is optimised away */

static void ask_type(const struct dbg_type *t, int depth)
{
	dbg_members members = {0}, flat = {0};
	dbg_enumerators values = {0};
	struct dbg_member m;
	uint64_t n;

	if (!t || depth > 4)
		return;
	ask_sum += strlen(t->name) + t->size;
	ask_type(dbg_type_target(t), depth + 1);
	ask_type(dbg_type_result(t), depth + 1);
	ask_sum += dbg_type_count(t, &n) + dbg_type_is_string(t) +
		   (dbg_type_strip(t) != NULL) + dbg_type_member(t, "a", &m);
	dbg_type_members(t, false, &members);
	dbg_type_members(t, true, &flat);
	dbg_type_enumerators(t, &values);
	for (size_t i = 0; i < members.n && i < ASKED && depth < 2; i++)
		ask_type(members.v[i].type, depth + 1);
}

/* Behind a place: what callers passed, what a pointer points to. */
static void ask_behind(struct debuginfo *di, const struct dbg_inst *inst,
		       const struct dbg_var *v, uint64_t pc,
		       const struct place *p)
{
	struct dbg_entry_value entry;
	struct place to;

	for (size_t i = 0; i < p->nops; i++)
		if ((p->ops[i].code == PLACE_ENTRY_REG ||
		     p->ops[i].code == PLACE_ENTRY_PARAM) &&
		    dbg_entry_value(di, inst, pc, &p->ops[i], &entry))
			ask_sum += entry.cases.n;
	if (p->kind != PLACE_POINTER)
		return;
	to = dbg_pointee_place(di, inst, p, v->type, pc);
	ask_sum += to.nops + to.npieces;
}

static void ask_places(struct debuginfo *di, const struct dbg_inst *inst,
		       uint64_t pc)
{
	dbg_vars vars = {0};

	dbg_inst_vars(di, inst, pc, &vars);
	for (size_t k = 0; k < vars.n && k < ASKED; k++) {
		struct place p = dbg_var_place(di, inst, &vars.v[k], pc);

		ask_sum += p.nops + p.npieces;
		ask_behind(di, inst, &vars.v[k], pc, &p);
		ask_type(vars.v[k].type, 0);
	}
}

static void ask_funcs(struct debuginfo *di)
{
	const struct dbg_query q = {.name = "*"};
	dbg_funcs funcs = {0};

	debuginfo_funcs(di, &q, &funcs);
	for (size_t i = 0; i < funcs.n && i < ASKED; i++) {
		struct dbg_inst inst;
		const struct dbg_range *r;
		struct place p;

		if (!dbg_func_inst(di, &funcs.v[i], 0, &inst))
			continue;
		ask_places(di, &inst, inst.pc);
		if (dbg_inst_ranges(di, &inst, &r))
			ask_places(di, &inst, r[0].lo + (r[0].hi - r[0].lo) / 2);
		ask_type(dbg_inst_return(di, &inst, &p), 0);
	}
}

static void ask_tracepoints(struct debuginfo *di)
{
	dbg_tracepoints all = {0};

	debuginfo_tracepoints(di, NULL, "*", &all);
	for (size_t i = 0; i < all.n && i < ASKED; i++)
		ask_places(di, &all.v[i].inst, all.v[i].inst.pc);
}

static void ask_names(struct debuginfo *di)
{
	const struct dbg_kallsyms *k = debuginfo_kallsyms(di);
	struct dbg_range r = k ? kallsyms_range(k) : (struct dbg_range){0};
	struct dbg_kallsym sym;

	for (unsigned i = 0; k && i < ASKED; i++)
		if (kallsyms_find(k, r.lo + (r.hi - r.lo) / ASKED * i, &sym))
			ask_sum += strlen(sym.name) + sym.size;
}

static void ask_all(struct debuginfo *di)
{
	ask_funcs(di);
	ask_names(di);
	ask_tracepoints(di);
	ask_type(debuginfo_type(di, "a"), 0);
}

#endif
