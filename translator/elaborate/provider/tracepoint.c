// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kernel.trace("[SYSTEM:]NAME") and module(…).trace: the arguments are those
 * of the tracepoint's declaration, typed by the debug information.
 *
 * The runtime hands them over as an array of 64-bit slots in the order of the
 * calling convention; the first argument of a probe function is its own.
 */
#include "elaborate/target.h"
#include "sysroots/modules.h"

#define SLOTS_MAX 12		/* as the runtime has (kernel/tracepoint.c) */
#define SLOT_SIZE 8
#define ALTERNATIVES_MAX 8

static const struct pattern patterns[] = {
	{ "kernel.trace(string)", 0 },
	{ "module(string).trace(string)", 0 },
};

struct argument {
	struct dbg_var var;
	int slot;		/* -1: why says so */
	const char *why;
};
struct scope {
	struct sysmod *mod;
	struct dbg_tracepoint tp;
	VEC(struct argument) args;
};

/* ---- arguments ---- */

/* Registers that hold arguments behind the probe's own. */
static unsigned slots_in_registers(const struct elab *e)
{
	return e->arch->nargs - 1;
}

static struct argument place_argument(struct elab *e, struct dbg_var *v,
				      unsigned *next)
{
	struct argument a = { .var = *v, .slot = -1 };
	unsigned regs = slots_in_registers(e);

	if (!v->type || !v->type->size) {
		a.why = "its type is not known";
	} else if (v->type->kind == DBG_FLOAT) {
		a.why = "it is passed in a floating-point register";
	} else if (v->type->size > SLOT_SIZE) {
		/* Where those behind it are depends on it. */
		a.why = "it is a structure that is passed by value";
		*next += v->type->size <= 2 * SLOT_SIZE && *next + 2 <= regs ?
			 2 : SLOTS_MAX;
	} else if (*next >= SLOTS_MAX) {
		a.why = "it is too far back in the list of arguments";
	} else {
		a.slot = (int)(*next)++;
	}
	return a;
}

static void read_arguments(struct elab *e, struct scope *s)
{
	dbg_vars params = { 0 };
	unsigned next = 0;

	dbg_inst_params(s->mod->di, &s->tp.inst, &params);
	/* The first is the probe's data. */
	for (size_t i = 1; i < params.n; i++)
		vec_push(e->a, &s->args,
			 place_argument(e, &params.v[i], &next));
}

/* ---- points ---- */

static const char *full_name(struct arena *a, const struct dbg_tracepoint *tp)
{
	return tp->system ? arena_printf(a, "%s:%s", tp->system, tp->name) :
			    tp->name;
}

static void add_probe(const struct derivation *d, struct sysmod *mod,
		      const struct dbg_tracepoint *tp, bool wild)
{
	bool in_module = strcmp(mod->name, "kernel");
	struct arena *a = d->e->a;
	struct scope *scope;
	struct probe *p;

	p = derive_probe(d, PROBE_TRACEPOINT, in_module ?
			 arena_printf(a, "module(\"%s\").trace(\"%s\")",
				      mod->name, full_name(a, tp)) :
			 arena_printf(a, "kernel.trace(\"%s\")",
				      full_name(a, tp)));
	if (!p)
		return;
	scope = arena_new(a, struct scope);
	*scope = (struct scope){ .mod = mod, .tp = *tp };
	read_arguments(d->e, scope);
	p->info->scope = scope;
	p->module = mod->name;
	p->tracepoint.name = tp->name;
	p->kp.optional |= wild;
	if (in_module)
		program_need_module(d->e, mod->name);
	vlog(d->e->s, 2, 2, "tracepoint %s in %s, declared in %s\n",
	     full_name(a, tp), mod->name, *tp->file ? tp->file : "BTF");
}

/* By name, or as they are asked for: "system:name", "system:*". */
static const char *near_names(struct elab *e, struct sysmod *mod,
			      const char *system, const char *name)
{
	bool systems = system && has_wildcard(name);
	VEC(const char *) names = { 0 };
	dbg_tracepoints all = { 0 };

	debuginfo_tracepoints(mod->di, NULL, "*", &all);
	vec_for(i, &all) {
		const struct dbg_tracepoint *tp = &all.v[i];

		vec_push(e->a, &names, !system || !tp->system ? tp->name :
			 systems ? arena_printf(e->a, "%s:*", tp->system) :
				   full_name(e->a, tp));
	}
	if (system)
		name = arena_printf(e->a, "%s:%s", system,
				    systems ? "*" : name);
	return nearest_names(e->a, name, names.v, names.n, ALTERNATIVES_MAX);
}

static const char *likely_cause(struct elab *e, struct sysmod *mod,
				const char *system, const char *name)
{
	const char *near = near_names(e, mod, system, name);
	bool exit = str_starts(name, "sys_exit_");

	if (exit || str_starts(name, "sys_enter_"))
		return arena_printf(e->a, "; system calls have one for all of "
				    "them: probe tp_syscall.%s%s",
				    name + strlen(exit ? "sys_exit_" :
							 "sys_enter_"),
				    exit ? ".return" : "");
	if (*near)
		return arena_printf(e->a, " (similar: %s)", near);
	if (strcmp(mod->name, "kernel"))
		return arena_printf(e->a, "; see `stap -r %s -l "
				    "'module(\"%s\").trace(\"*\")'`",
				    e->s->sysroot->release, mod->name);
	return "; one of a module is module(\"NAME\").trace(…)";
}

/* The number found in mod. */
static size_t derive_in(const struct derivation *d, struct sysmod *mod,
			const char *system, const char *name, bool wild)
{
	dbg_tracepoints all = { 0 };

	debuginfo_tracepoints(mod->di, system, name, &all);
	vec_for(i, &all)
		add_probe(d, mod, &all.v[i], wild || all.n > 1);
	return all.n;
}

/* The number found in the module of that name; 0: there is no such module, too. */
static size_t derive_in_module(const struct derivation *d, const char *module,
			       const char *system, const char *name)
{
	const char *ko = NULL, *debug = NULL, *why = NULL;
	struct elab *e = d->e;
	struct sysmod *mod;

	if (has_wildcard(module) ||
	    sysroot_module_path(e->a, e->s->sysroot, module, &ko, &debug) ||
	    !ko)
		return 0;
	mod = sysmod_dwarf(e, module, &why);
	return mod ? derive_in(d, mod, system, name, false) : 0;
}

/* kernel.trace finds those of modules, too: the module of a system's name holds
 * its tracepoints as a rule, and without a system their names begin with the
 * module's (kvm:kvm_exit, xfs_iget_hit). */
static size_t derive_of_modules(const struct derivation *d, const char *system,
				const char *name)
{
	const char *end = name;
	size_t found = 0;

	if (system)
		return derive_in_module(d, system, system, name);
	while (!found && (end = strchr(end, '_'))) {
		found = derive_in_module(d, arena_strndup(d->e->a, name,
				(size_t)(end - name)), NULL, name);
		end++;
	}
	return found;
}

static void derive_named(const struct derivation *d, const struct match *m,
			 const char *module, const char *text)
{
	struct elab *e = d->e;
	const char *colon = strchr(text, ':'), *why = NULL;
	const char *system = NULL, *name = text;
	struct sysmod *mod = sysmod_dwarf(e, module, &why);

	if (!mod) {
		derive_cause(d, m->point->loc, "%s", why);
		return;
	}
	if (colon) {
		system = arena_strndup(e->a, text, (size_t)(colon - text));
		name = colon + 1;
	}
	if (derive_in(d, mod, system, name, has_wildcard(text)) ||
	    (!strcmp(module, "kernel") && derive_of_modules(d, system, name)))
		return;
	if (system && debuginfo_facts(mod->di)->has_btf) {
		derive_cause(d, match_loc(m, "trace"), "BTF does not tell which "
			     "tracepoints '%s' has; leave it out: "
			     "trace(\"%s\")", system, name);
		return;
	}
	derive_cause(d, match_loc(m, "trace"), "no tracepoint '%s' in %s%s",
		     text, module, likely_cause(e, mod, system, name));
}

static void derive_all(const struct derivation *d, const struct match *m,
		       const char *module)
{
	struct names names = { 0 };

	expand_braces(d->e->a, match_string(m, "trace"), &names);
	for (size_t i = 0; i < names.n; i++)
		derive_named(d, m, module, names.v[i]);
}

static void derive_trace(const struct derivation *d, const struct match *m)
{
	const char *module = match_string(m, "module");
	struct module_list all = { 0 };

	if (!module || !has_wildcard(module)) {
		derive_all(d, m, module ? module : "kernel");
		return;
	}
	if (d->e->s->sysroot)
		sysroot_modules_list(d->e->a, d->e->s->sysroot, module, &all);
	vec_for(i, &all.list)
		derive_all(d, m, all.list.v[i].name);
	if (!all.list.n)
		derive_cause(d, match_loc(m, "module"),
			     "no module matches '%s'", module);
}

/* ---- $variables ---- */

static void trace_variables(struct lower *l, struct target_names *out)
{
	struct scope *s = l->probe->info->scope;

	vec_for(i, &s->args) {
		const struct dbg_var *v = &s->args.v[i].var;

		vec_push(l->e->a, out, (struct target_name){
			 v->name, true, v->type ? v->type->name : "" });
	}
}

static const char *alternatives(struct lower *l)
{
	struct scope *s = l->probe->info->scope;
	const char *text = "";

	vec_for(i, &s->args)
		text = arena_printf(l->e->a, "%s$%s, ", text,
				    s->args.v[i].var.name);
	return arena_printf(l->e->a, "%s$$vars, $$parms, $$name, $$system",
			    text);
}

static struct expr *mk_argument(struct lower *l, const struct expr *at, int n)
{
	struct expr *e = arena_new(l->e->a, struct expr);

	e->kind = EXPR_CALLCTX;
	e->type = TYPE_LONG;
	e->loc = at->loc;
	e->token = at->token;
	e->callctx.what = CALLCTX_ARGUMENT;
	e->callctx.n = n;
	return e;
}

static bool trace_variable(struct lower *l, const struct expr *at,
			   const char *name, struct located *out)
{
	struct scope *s = l->probe->info->scope;

	vec_for(i, &s->args) {
		const struct argument *a = &s->args.v[i];

		if (strcmp(a->var.name, name + 1))
			continue;
		if (a->slot < 0)
			return lower_fail(l, at->loc, "'%s' of tracepoint %s "
					  "is not available: %s", name,
					  s->tp.name, a->why);
		*out = (struct located){ .kind = AT_VALUE,
					 .e = mk_argument(l, at, a->slot),
					 .type = a->var.type, .mod = s->mod,
					 .reg = -1 };
		return true;
	}
	if (!strcmp(name, "$$system"))
		return lower_fail(l, at->loc, "BTF does not tell the system of "
				  "tracepoint %s", s->tp.name);
	return lower_fail(l, at->loc, "tracepoint %s has no argument '%s' "
			  "(alternatives: %s)", s->tp.name, name + 1,
			  alternatives(l));
}

static const char *trace_text(const struct probe *p, const char *name)
{
	const struct scope *s = p->info->scope;

	if (!strcmp(name, "$$name"))
		return s->tp.name;
	return strcmp(name, "$$system") ? NULL : s->tp.system;
}

static const char *trace_module(const struct probe *p)
{
	return p->module;
}

const struct provider provider_tracepoint = {
	.name = "tracepoint",
	.patterns = patterns,
	.npatterns = ARRAY_SIZE(patterns),
	.derive = derive_trace,
	.variable = trace_variable,
	.variables = trace_variables,
	.text = trace_text,
	.module = trace_module,
};
