// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kprobe.function and kprobe.module(…).function: by the names of symbols, with
 * no debug information.  Arguments are read by int_arg() and the like.
 */
#include <elf.h>

#include "elaborate/provider/kprobe_site.h"

#define MAXACTIVE_MAX 16384

enum form { FORM_PLAIN, FORM_RETURN, FORM_ABSOLUTE };

#define FORMS(M)                                                               \
	{ M ".function(string)", FORM_PLAIN },                                 \
	{ M ".function(string).call", FORM_PLAIN },                            \
	{ M ".function(string).return", FORM_RETURN },                         \
	{ M ".function(string).return.maxactive(number)", FORM_RETURN }
static const struct pattern patterns[] = {
	FORMS("kprobe"),
	FORMS("kprobe.module(string)"),
	{ "kprobe.statement(number).absolute", FORM_ABSOLUTE },
};
#undef FORMS

static const char *resolved_text(const struct derivation *d,
				 const struct match *m, const char *name)
{
	struct probe_point p = *m->point;
	struct arena *a = d->e->a;

	p.comps.v = arena_dup(a, p.comps.v, p.comps.n * sizeof *p.comps.v);
	vec_for(i, &p.comps)
		if (!strcmp(p.comps.v[i].name, "function"))
			p.comps.v[i].arg = mk_string(a, p.loc, name);
	p.optional = p.sufficient = false;
	p.condition = NULL;
	return point_text(a, &p);
}

static void add_probe(const struct derivation *d, const struct match *m,
		      const char *name, struct sysmod *mod,
		      const struct dbg_sym *sym, bool wild)
{
	bool is_return = m->pattern->tag == FORM_RETURN;
	int64_t maxactive = 0;
	struct probe *p;

	if (match_number(m, "maxactive", &maxactive) &&
	    (maxactive < 1 || maxactive > MAXACTIVE_MAX)) {
		derive_cause(d, match_loc(m, "maxactive"),
			     "maxactive(%lld) is not between 1 and %d",
			     (long long)maxactive, MAXACTIVE_MAX);
		return;
	}
	p = derive_probe(d, is_return ? PROBE_KRETPROBE : PROBE_KPROBE,
			 resolved_text(d, m, name));
	if (!p)
		return;
	p->func = name;
	p->module = mod->name;
	p->kp.symbol = name;
	p->kp.maxactive = (int)maxactive;
	p->kp.optional |= wild;
	if (sym) {
		site_set(d->e, p, mod, sym->addr);
		p->kp.symbol = name;
		p->kp.offset = 0;
	}
	vlog(d->e->s, 2, 2, "probe symbol %s in %s\n", name, mod->name);
}

static bool is_code(const struct dbg_sym *sym)
{
	return sym->type == STT_FUNC || sym->type == STT_NOTYPE;
}

struct places { VEC(uint64_t) list; };

/* Of a list's names two may be one place: it is probed once. */
static bool is_new(const struct derivation *d, struct places *seen,
		   uint64_t addr)
{
	if (!seen)
		return true;
	vec_for(i, &seen->list)
		if (seen->list.v[i] == addr)
			return false;
	vec_push(d->e->a, &seen->list, addr);
	return true;
}

static void derive_symbols(const struct derivation *d, const struct match *m,
			   struct sysmod *mod, const char *glob,
			   struct places *seen)
{
	bool wild = has_wildcard(glob);
	const char *why = NULL;
	dbg_syms syms = { 0 };
	size_t made = 0;

	debuginfo_syms(mod->di, glob, &syms);
	vec_for(i, &syms) {
		const struct dbg_sym *sym = &syms.v[i];

		if (!is_code(sym) ||
		    (i && !strcmp(sym->name, syms.v[i - 1].name)) ||
		    !site_allowed(d->e, mod, sym->name, sym->addr, &why))
			continue;
		made++;
		if (is_new(d, seen, sym->addr))
			add_probe(d, m, sym->name, mod, sym, wild);
	}
	if (made)
		return;
	if (why)
		derive_cause(d, match_loc(m, "function"), "%s", why);
	else
		derive_cause(d, match_loc(m, "function"),
			     "no symbol '%s' in %s", glob, mod->name);
	if (!why)
		derive_similar(d, mod, glob);
}

static void derive_names(const struct derivation *d, const struct match *m,
			 struct sysmod *mod, const char *text)
{
	struct names names = { 0 };
	struct places seen = { 0 };

	expand_braces(d->e->a, text, &names);
	for (size_t i = 0; i < names.n; i++) {
		if (mod->di)
			derive_symbols(d, m, mod, names.v[i],
				       names.n > 1 && !has_wildcard(text) ?
				       &seen : NULL);
		else if (!has_wildcard(names.v[i]))
			/* No symbols to look in: the kernel will know. */
			add_probe(d, m, names.v[i], mod, NULL, names.n > 1);
		else
			derive_cause(d, m->point->loc, "%s", mod->why);
	}
}

static void derive_kprobe(const struct derivation *d, const struct match *m)
{
	const char *name = match_string(m, "function");
	struct sysmod *mod = sysmod_get(d->e, match_string(m, "module"));
	struct probe *p;
	int64_t n = 0;

	if (m->pattern->tag == FORM_ABSOLUTE) {
		match_number(m, "statement", &n);
		if (!d->e->s->opt.guru) {
			derive_cause(d, match_loc(m, "absolute"), "an absolute "
				     "address is not checked; need stap -g");
			return;
		}
		p = derive_probe(d, PROBE_KPROBE,
				 point_text(d->e->a, m->point));
		if (p) {
			p->module = "kernel";
			p->kp.address = (uint64_t)n;
			p->kp.absolute = true;
		}
		return;
	}
	if (!d->e->s->sysroot || !d->e->arch) {
		derive_cause(d, m->point->loc, "%s", mod->why);
		return;
	}
	site_anchor(d->e, mod);
	derive_names(d, m, mod, name);
}

static bool kprobe_is_return(const struct probe *p)
{
	return p->kind == PROBE_KRETPROBE;
}

static bool kprobe_variable(struct lower *l, const struct expr *at,
			    const char *name, struct located *out)
{
	(void)out;
	return lower_fail(l, at->loc, "'%s': a kprobe.function probe has no "
			  "debug information; use kernel.function(…), or "
			  "int_arg(1) and the like", name);
}

static bool kprobe_result(struct lower *l, const struct expr *at,
			  struct located *out)
{
	struct sysmod *mod = sysmod_get(l->e, "kernel");
	const struct dbg_type *type = NULL;

	if (!kprobe_is_return(l->probe) || l->at_entry)
		return lower_fail(l, at->loc, "$return is known in .return "
				  "probes only");
	if (mod->di)
		type = debuginfo_type(mod->di, "long int");
	if (!type)
		return lower_fail(l, at->loc, "$return needs debug "
				  "information here; use returnval()");
	return locate_result(l, at, mod, type, out);
}

const struct provider provider_kprobe = {
	.name = "kprobe",
	.patterns = patterns,
	.npatterns = ARRAY_SIZE(patterns),
	.derive = derive_kprobe,
	.variable = kprobe_variable,
	.result = kprobe_result,
	.is_return = kprobe_is_return,
};
