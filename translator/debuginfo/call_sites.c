// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a function was called with, where its own code has forgotten it.  In:
 * an instance, a pc and a register at its entry.  Out: for each call whose
 * caller's DWARF says so (DW_TAG_call_site_parameter, DWARF5 3.4.2), the
 * address it returns to and the value, as a place over the registers at pc.
 *
 * Never a wrong one.  A call counts when its instruction leads to the very
 * instruction where the function begins, so a function reached by a jump at
 * another's end returns to no address given here.  One that could be reached
 * so from itself is left alone: it would return to the address of the first
 * call with the values of the second.
 */
#include "debuginfo/internal.h"

#define CALLS_MAX 256 /* of one function */
#define JUMPS_MAX 64  /* functions followed from jump to jump */
#define MAX_DEPTH 64

/* ---- the DIEs of call sites ---- */

typedef bool (*visit)(struct debuginfo *di, Dwarf_Die *site, void *arg);

/* Those of a function's code, what is inlined included; true: f said so. */
static bool each_site(struct debuginfo *di, Dwarf_Die *parent, int depth,
		      visit f, void *arg)
{
	Dwarf_Die die;

	if (depth > MAX_DEPTH || dwarf_child(parent, &die))
		return false;
	do {
		switch (dwarf_tag(&die)) {
		case DW_TAG_call_site:
		case DW_TAG_GNU_call_site:
			if (f(di, &die, arg))
				return true;
			break;
		case DW_TAG_lexical_block:
		case DW_TAG_inlined_subroutine:
			if (each_site(di, &die, depth + 1, f, arg))
				return true;
			break;
		}
	} while (!dwarf_siblingof(&die, &die));
	return false;
}

static bool flag_of(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute at;
	bool flag = false;

	return dwarf_attr(die, name, &at) && !dwarf_formflag(&at, &flag) &&
	       flag;
}

static bool is_jump(Dwarf_Die *site)
{
	return flag_of(site, DW_AT_call_tail_call) ||
	       flag_of(site, DW_AT_GNU_tail_call);
}

static bool returns_of(Dwarf_Die *site, uint64_t *pc)
{
	Dwarf_Attribute at;
	Dwarf_Addr addr;

	if ((!dwarf_attr(site, DW_AT_call_return_pc, &at) ||
	     dwarf_formaddr(&at, &addr)) &&
	    dwarf_lowpc(site, &addr))
		return false;
	*pc = addr;
	return true;
}

/* ---- a function that may jump back to its own start ---- */

struct jumps {
	uint64_t pc, code_pc; /* of the function that may not be reached */
	uint32_t cu;	      /* of the one looked at */
	VEC(uint64_t) dies;   /* functions reached */
	const char *why;
};

static bool tells_all_jumps(Dwarf_Die *die)
{
	return flag_of(die, DW_AT_call_all_calls) ||
	       flag_of(die, DW_AT_call_all_tail_calls) ||
	       flag_of(die, DW_AT_GNU_all_call_sites) ||
	       flag_of(die, DW_AT_GNU_all_tail_call_sites);
}

static void reach(struct debuginfo *di, struct jumps *j, uint64_t die)
{
	vec_for(i, &j->dies)
		if (j->dies.v[i] == die)
			return;
	if (j->dies.n >= JUMPS_MAX)
		j->why = "too many functions jump on from there";
	else
		vec_push(di->a, &j->dies, die);
}

/* All copies of the function that a jump names. */
static bool take_jump(struct debuginfo *di, Dwarf_Die *site, void *arg)
{
	struct jumps *j = arg;
	struct dbg_func f;
	struct dbg_inst x;
	Dwarf_Attribute at;
	Dwarf_Die to;
	const char *name;

	if (!is_jump(site))
		return false;
	if ((!dwarf_attr(site, DW_AT_call_origin, &at) &&
	     !dwarf_attr(site, DW_AT_abstract_origin, &at)) ||
	    !dwarf_formref_die(&at, &to) || !(name = dwarf_diename(&to)) ||
	    !callee_named(di, name, j->cu, &f)) {
		j->why = "it may be jumped to from its own end";
		return true;
	}
	for (unsigned i = 0; i < f.copies; i++) {
		if (!dbg_func_inst(di, &f, i, &x))
			continue;
		if (x.pc == j->pc) {
			j->why = "it is jumped to from its own end";
			return true;
		}
		reach(di, j, x.die);
	}
	return j->why != NULL;
}

/* Why it may be, or NULL. */
static const char *jumps_back(struct debuginfo *di, const struct dbg_inst *inst)
{
	struct jumps j = {.pc = inst->pc};

	reach(di, &j, inst->die);
	for (size_t i = 0; i < j.dies.n && !j.why; i++) {
		struct dbg_func f;
		struct dbg_inst x;
		Dwarf_Die die;

		if (!debuginfo_die(di, j.dies.v[i], &die) ||
		    !tells_all_jumps(&die) || !func_of_die(di, &die, &f, &x))
			return "not all its jumps are described";
		j.cu = x.cu;
		each_site(di, &die, 0, take_jump, &j);
	}
	return j.why;
}

/* ---- the calls of a function ---- */

struct wanted {
	uint64_t returns;
	Dwarf_Die site;
};

static bool is_wanted(struct debuginfo *di, Dwarf_Die *site, void *arg)
{
	struct wanted *w = arg;
	uint64_t pc;

	if (is_jump(site) || !returns_of(site, &pc) || pc != w->returns)
		return false;
	w->site = *site;
	return true;
}

/* The function whose code is at addr, be it a part that stands elsewhere. */
static bool caller_at(struct debuginfo *di, uint64_t addr, struct dbg_inst *out)
{
	static const char cold[] = ".cold";
	struct dbg_func f;
	struct dbg_sym sym;
	const char *dot;

	if (debuginfo_func_at(di, addr, false, &f, out))
		return true;
	if (!debuginfo_sym_at(di, addr, &sym, NULL) ||
	    !(dot = strstr(sym.name, cold)))
		return false;
	return debuginfo_sym(di, arena_strndup(di->a, sym.name,
					       (size_t)(dot - sym.name)),
			     &sym) == 1 &&
	       debuginfo_func_at(di, sym.addr, false, &f, out);
}

static void add_site(struct debuginfo *di, struct callers *c, uint64_t returns)
{
	struct wanted w = {.returns = returns};
	struct call_site site = {.returns = returns};
	Dwarf_Die die;

	if (!caller_at(di, returns - 1, &site.caller) ||
	    !debuginfo_die(di, site.caller.die, &die) ||
	    !each_site(di, &die, 0, is_wanted, &w))
		return;
	site.die = dwarf_dieoffset(&w.site);
	vec_push(di->a, &c->sites, site);
}

static struct callers *callers_of(struct debuginfo *di,
				  const struct dbg_inst *inst)
{
	struct callers *c;
	dbg_addrs calls = {0};
	Dwarf_Die die;

	vec_for(i, &di->callers)
		if (di->callers.v[i].pc == inst->pc)
			return &di->callers.v[i];
	vec_push(di->a, &di->callers, (struct callers){.pc = inst->pc});
	c = &di->callers.v[di->callers.n - 1];
	code_calls_to(di, inst->pc, &calls);
	c->calls = calls.n;
	if (!calls.n)
		c->why = "it is called through pointers only";
	else if (calls.n > CALLS_MAX)
		c->why = arena_printf(di->a, "it is called from %zu places, "
				      "more than %d", calls.n, CALLS_MAX);
	else if (debuginfo_die(di, inst->die, &die))
		c->why = jumps_back(di, inst);
	for (size_t i = 0; i < calls.n && !c->why; i++)
		add_site(di, c, calls.v[i]);
	return c;
}

/* ---- one value ---- */

/* The frame that a caller's registers are found in. */
struct unwinding {
	struct locating l; /* of the caller's expression: first */
	uint64_t pc;	   /* in the function called */
};

static bool get_register(void *ctx, unsigned n, const Dwarf_Op **ops,
			 size_t *nops)
{
	struct unwinding *u = ctx;
	struct frame_rule rule;

	if (!frame_register(u->l.di, u->pc, (int)n, &rule))
		return false;
	*ops = rule.ops;
	*nops = rule.n;
	return true;
}

/* The frame at pc, as far as rules of the CFI need it. */
static void frame_env(struct debuginfo *di, uint64_t pc, struct place_env *env)
{
	*env = (struct place_env){
		.addr_size = di->f.addr_size,
		.big_endian = di->f.big_endian,
	};
	frame_cfa(di, pc, &env->cfa, &env->ncfa);
}

/* Does the parameter of a call site go into the register? */
static bool is_register(Dwarf_Die *param, unsigned reg)
{
	Dwarf_Attribute at;
	Dwarf_Op *ops;
	size_t n;

	if (!dwarf_attr(param, DW_AT_location, &at) ||
	    dwarf_getlocation(&at, &ops, &n) || n != 1)
		return false;
	if (ops[0].atom == DW_OP_regx)
		return ops[0].number == reg;
	return ops[0].atom >= DW_OP_reg0 && ops[0].atom <= DW_OP_reg31 &&
	       ops[0].atom - DW_OP_reg0 == (int)reg;
}

/* Is it the one that a DIE stands for, or a copy of it? */
static bool is_param(struct debuginfo *di, Dwarf_Die *param, uint64_t die)
{
	Dwarf_Attribute at;
	Dwarf_Die named, wanted;
	uint64_t origin;

	if ((!dwarf_attr(param, DW_AT_call_parameter, &at) &&
	     !dwarf_attr(param, DW_AT_abstract_origin, &at)) ||
	    !dwarf_formref_die(&at, &named) || !debuginfo_die(di, die, &wanted))
		return false;
	origin = dwarf_origin_of(&wanted);
	return dwarf_dieoffset(&named) == die ||
	       dwarf_dieoffset(&named) == origin ||
	       (dwarf_origin_of(&named) &&
		(dwarf_origin_of(&named) == die ||
		 dwarf_origin_of(&named) == origin));
}

static bool find_param(struct debuginfo *di, Dwarf_Die *site,
		       const struct place_op *what, Dwarf_Die *out)
{
	if (dwarf_child(site, out))
		return false;
	do {
		int tag = dwarf_tag(out);

		if (tag != DW_TAG_call_site_parameter &&
		    tag != DW_TAG_GNU_call_site_parameter)
			continue;
		if (what->code == PLACE_ENTRY_PARAM ?
			    is_param(di, out, what->n) :
			    is_register(out, (unsigned)what->n))
			return true;
	} while (!dwarf_siblingof(out, out));
	return false;
}

static bool site_value(struct debuginfo *di, const struct call_site *site,
		       uint64_t pc, const struct place_op *what,
		       struct place *out)
{
	struct place_env env, callee;
	Dwarf_Attribute at;
	struct unwinding u = {
		/* The call's own frame, not that of what follows it. */
		.l = {.di = di, .at = &at, .pc = site->returns - 1},
		.pc = pc,
	};
	Dwarf_Die die, param;
	Dwarf_Op *ops;
	size_t n;

	if (!debuginfo_die(di, site->die, &die) ||
	    !find_param(di, &die, what, &param) ||
	    (!dwarf_attr(&param, DW_AT_call_value, &at) &&
	     !dwarf_attr(&param, DW_AT_GNU_call_site_value, &at)) ||
	    dwarf_getlocation(&at, &ops, &n) || !n)
		return false;
	fill_env(&u.l, &site->caller, ops, n, &env);
	frame_env(di, pc, &callee);
	env.ctx = &u;
	env.callee = &callee;
	env.unwind = get_register;
	env.nested = NULL; /* what the caller was called with, in its turn */
	env.die = NULL;
	*out = place_eval_value(di->a, ops, n, &env);
	return out->kind == PLACE_VALUE;
}

static void add_case(struct debuginfo *di, struct dbg_entry_value *out,
		     const struct place *value, uint64_t returns)
{
	vec_for(i, &out->cases)
		if (place_equal(&out->cases.v[i].value, value)) {
			vec_push(di->a, &out->cases.v[i].returns, returns);
			return;
		}
	vec_push(di->a, &out->cases, (struct dbg_entry_case){.value = *value});
	vec_push(di->a, &out->cases.v[out->cases.n - 1].returns, returns);
}

static bool return_address(struct debuginfo *di, uint64_t pc,
			   struct place *out)
{
	struct frame_rule rule;
	struct place_env env;

	if (!frame_register(di, pc, FRAME_RETURN, &rule))
		return false;
	frame_env(di, pc, &env);
	*out = place_eval_contents(di->a, rule.ops, rule.n, &env);
	return out->kind == PLACE_VALUE;
}

static bool owner_inst(struct debuginfo *di, const struct dbg_inst *inst,
		       struct dbg_inst *out)
{
	struct dbg_func f;
	Dwarf_Die die;

	if (!inst->is_inline) {
		*out = *inst;
		return true;
	}
	return frame_owner(di, inst, &die) && func_of_die(di, &die, &f, out);
}

bool dbg_entry_value(struct debuginfo *di, const struct dbg_inst *inst,
		     uint64_t pc, const struct place_op *what,
		     struct dbg_entry_value *out)
{
	const struct callers *c;
	struct dbg_inst owner;

	*out = (struct dbg_entry_value){0};
	if (!owner_inst(di, inst, &owner) ||
	    !return_address(di, pc, &out->returns_to)) {
		out->why = "its caller is not known here";
		return false;
	}
	c = callers_of(di, &owner);
	/* It may be signed there, in the bits that are all ones in a kernel's
	 * addresses. */
	if (di->f.machine == EM_AARCH64)
		out->always_set = 0xffffull << 48;
	out->calls = c->calls;
	out->why = c->why;
	for (size_t i = 0; i < c->sites.n && !c->why; i++) {
		struct place value;

		if (site_value(di, &c->sites.v[i], pc, what, &value))
			add_case(di, out, &value, c->sites.v[i].returns);
	}
	if (!out->why && !out->cases.n)
		out->why = "no caller's debug information says what it was "
			   "called with";
	return !out->why;
}
