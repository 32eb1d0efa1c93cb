// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The variables of a function instance, and globals.  In: an instance and a
 * pc.  Out: names and types, in the order of their blocks.
 *
 * A copy of an inline function names its parameters by reference to the
 * abstract function, and leaves out those the compiler dropped; those are
 * taken from the abstract one, so that a script gets "optimised away" and not
 * "no such variable".
 */
#include "debuginfo/internal.h"

#define MAX_DEPTH 256

uint64_t dwarf_origin_of(Dwarf_Die *die)
{
	Dwarf_Attribute at;
	Dwarf_Die origin;

	if (!dwarf_formref_die(dwarf_attr(die, DW_AT_abstract_origin, &at),
			       &origin))
		return 0;
	return dwarf_dieoffset(&origin);
}

bool dwarf_has_address(Dwarf_Attribute *at)
{
	Dwarf_Block block;

	return at && !dwarf_formblock(at, &block) && block.length &&
	       (block.data[0] == DW_OP_addr || block.data[0] == DW_OP_addrx);
}

/* False for what has no name. */
static bool read_var(struct debuginfo *di, Dwarf_Die *die, uint64_t scope,
		     struct dbg_var *v)
{
	const char *name = dwarf_diename(die);
	Dwarf_Attribute at;
	Dwarf_Word line = 0;

	if (!name)
		return false;
	if (dwarf_attr_integrate(die, DW_AT_decl_line, &at))
		dwarf_formudata(&at, &line);
	*v = (struct dbg_var){
		.name = name,
		.type = debuginfo_type_of(di, die),
		.is_param = dwarf_tag(die) == DW_TAG_formal_parameter,
		.is_global = !scope,
		.file = debuginfo_decl_file(di, die),
		.line = line,
		.die = dwarf_dieoffset(die),
		.scope_die = scope,
	};
	return true;
}

static bool is_declaration(Dwarf_Die *die)
{
	Dwarf_Attribute at;
	bool flag;

	return dwarf_attr(die, DW_AT_declaration, &at) &&
	       !dwarf_formflag(&at, &flag) && flag;
}

/* The child of parent that is an instance of the abstract DIE at origin. */
static bool instance_of(Dwarf_Die *parent, uint64_t origin, Dwarf_Die *out)
{
	if (dwarf_child(parent, out))
		return false;
	do {
		int tag = dwarf_tag(out);

		/* A dropped parameter may come back as a variable. */
		if ((tag == DW_TAG_formal_parameter ||
		     tag == DW_TAG_variable) &&
		    dwarf_origin_of(out) == origin)
			return true;
	} while (!dwarf_siblingof(out, out));
	return false;
}

static void add_params(struct debuginfo *di, Dwarf_Die *list, Dwarf_Die *own,
		       uint64_t scope, dbg_vars *out)
{
	Dwarf_Die die, mine;

	if (dwarf_child(list, &die))
		return;
	do {
		struct dbg_var v;

		if (dwarf_tag(&die) != DW_TAG_formal_parameter)
			continue;
		if (!own || !instance_of(own, dwarf_dieoffset(&die), &mine))
			mine = die;
		if (!read_var(di, &mine, scope, &v))
			continue;
		v.is_param = true;
		vec_push(di->a, out, v);
	} while (!dwarf_siblingof(&die, &die));
}

void dbg_inst_params(struct debuginfo *di, const struct dbg_inst *inst,
		     dbg_vars *out)
{
	Dwarf_Die die, abstract;
	uint64_t origin;

	if (di->btf) {
		btf_params(di, inst, out);
		return;
	}
	if (!debuginfo_die(di, inst->die, &die))
		return;
	origin = dwarf_origin_of(&die);
	if (origin && debuginfo_die(di, origin, &abstract))
		add_params(di, &abstract, &die, inst->die, out);
	else
		add_params(di, &die, NULL, inst->die, out);
}

static bool is_known(const dbg_vars *vars, uint64_t die)
{
	vec_for(i, vars)
		if (vars->v[i].die == die)
			return true;
	return false;
}

/* A copy of an inline function says nothing of its static variables: they are
 * the same in every copy, and told where the function itself is. */
static void add_statics(struct debuginfo *di, Dwarf_Die *block, uint64_t scope,
			dbg_vars *out)
{
	uint64_t origin = dwarf_origin_of(block);
	Dwarf_Die abstract, die, mine;

	if (!origin || !debuginfo_die(di, origin, &abstract) ||
	    dwarf_child(&abstract, &die))
		return;
	do {
		Dwarf_Attribute at;
		struct dbg_var v;

		if (dwarf_tag(&die) != DW_TAG_variable ||
		    !dwarf_has_address(dwarf_attr(&die, DW_AT_location, &at)) ||
		    instance_of(block, dwarf_dieoffset(&die), &mine) ||
		    !read_var(di, &die, scope, &v))
			continue;
		v.is_inherited = true;
		vec_push(di->a, out, v);
	} while (!dwarf_siblingof(&die, &die));
}

static void add_locals(struct debuginfo *di, Dwarf_Die *block, uint64_t pc,
		       uint64_t scope, int depth, dbg_vars *out)
{
	Dwarf_Die die;

	if (depth > MAX_DEPTH)
		return;
	if (dwarf_child(block, &die)) {
		add_statics(di, block, scope, out);
		return;
	}
	do {
		struct dbg_var v;

		if (dwarf_tag(&die) == DW_TAG_variable &&
		    !is_declaration(&die) &&
		    !is_known(out, dwarf_dieoffset(&die)) &&
		    read_var(di, &die, scope, &v))
			vec_push(di->a, out, v);
	} while (!dwarf_siblingof(&die, &die));
	add_statics(di, block, scope, out);
	dwarf_child(block, &die);
	do {
		if (dwarf_tag(&die) == DW_TAG_lexical_block &&
		    dwarf_haspc(&die, pc) > 0)
			add_locals(di, &die, pc, scope, depth + 1, out);
	} while (!dwarf_siblingof(&die, &die));
}

/* One after the other they are asked for by name. */
static const dbg_vars *vars_at(struct debuginfo *di,
			       const struct dbg_inst *inst, uint64_t pc)
{
	struct vars_memo *m = &di->vars;
	Dwarf_Die die;

	if (m->die == inst->die && m->pc == pc && m->inst_pc == inst->pc)
		return &m->vars;
	*m = (struct vars_memo){inst->die, inst->pc, pc, {0}};
	dbg_inst_params(di, inst, &m->vars);
	if (!di->btf && debuginfo_die(di, inst->die, &die))
		add_locals(di, &die, inst_code_pc(inst, &die, pc), inst->die, 0,
			   &m->vars);
	return &m->vars;
}

void dbg_inst_vars(struct debuginfo *di, const struct dbg_inst *inst,
		   uint64_t pc, dbg_vars *out)
{
	const dbg_vars *vars = vars_at(di, inst, pc);

	vec_for(i, vars)
		if (!vars->v[i].is_inherited)
			vec_push(di->a, out, vars->v[i]);
}

/* ---- globals ---- */

static bool read_global(struct debuginfo *di, const struct index_var *x,
			struct dbg_var *out)
{
	Dwarf_Die die;

	return debuginfo_die(di, x->die, &die) && read_var(di, &die, 0, out);
}

static bool in_file(struct debuginfo *di, const struct index_var *x,
		    const char *file)
{
	const struct index_cu *unit = index_cu(&di->ix, x->cu);

	return !file || file_glob(file, index_str(&di->ix, x->file)) ||
	       (unit && file_glob(file, index_str(&di->ix, unit->name)));
}

/* cu: that unit's comes first (UINT32_MAX: none); then external ones. */
static bool find_global(struct debuginfo *di, const char *name,
			const char *file, uint32_t cu, struct dbg_var *out)
{
	const struct index_var *best = NULL;
	size_t lo, hi;

	index_named(&di->ix, INDEX_VARS, name, true, &lo, &hi);
	for (size_t i = lo; i < hi; i++) {
		const struct index_var *x = index_var(&di->ix, i);

		if (x->flags & INDEX_VAR_LOCAL || !in_file(di, x, file))
			continue;
		if (!best || (x->cu == cu && best->cu != cu) ||
		    (x->flags & INDEX_VAR_EXTERNAL &&
		     !(best->flags & INDEX_VAR_EXTERNAL) && best->cu != cu))
			best = x;
	}
	return best && read_global(di, best, out);
}

bool debuginfo_global(struct debuginfo *di, const char *name, const char *file,
		      struct dbg_var *out)
{
	return find_global(di, name, file, UINT32_MAX, out);
}

void debuginfo_statics(struct debuginfo *di, const char *name,
		       const char *file, dbg_vars *out)
{
	size_t lo, hi;

	index_named(&di->ix, INDEX_VARS, name, true, &lo, &hi);
	for (; lo < hi; lo++) {
		const struct index_var *x = index_var(&di->ix, lo);
		struct dbg_var v;

		if (x->flags & INDEX_VAR_LOCAL && in_file(di, x, file) &&
		    read_global(di, x, &v))
			vec_push(di->a, out, v);
	}
}

bool dbg_inst_var(struct debuginfo *di, const struct dbg_inst *inst,
		  uint64_t pc, const char *name, struct dbg_var *out)
{
	const dbg_vars *vars = vars_at(di, inst, pc);

	for (size_t i = vars->n; i-- > 0;)
		if (!strcmp(vars->v[i].name, name)) {
			*out = vars->v[i];
			return true;
		}
	return find_global(di, name, NULL, inst->cu, out);
}
