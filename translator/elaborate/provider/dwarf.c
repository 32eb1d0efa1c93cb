// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kernel.function, module(…).function and .statement: by the names, files and
 * lines of the debug information.  A function without suffix stands for its
 * code wherever that is, inlined copies too; .call and .return for the
 * function proper.  $variables are those of the source at that place.
 */
#include "elaborate/provider/callee.h"
#include "elaborate/provider/kprobe_site.h"
#include "elaborate/provider/point_spec.h"
#include "sysroots/modules.h"

#define ALTERNATIVES_MAX 40
#define MAXACTIVE_MAX 16384
#define LINE_LAST 0x7fffffffu
#define CALLEE_DEPTH_MAX 30	/* the runtime sees 32 frames of a stack */
#define PLACES_SHOWN 5
#define CALLEES_MAX 2000	/* places that .callees(n) may come to */

enum form {
	FORM_CALL = 1, FORM_INLINE = 2, FORM_EXPORTED = 4, FORM_RETURN = 8,
	FORM_STATEMENT = 16, FORM_NEAREST = 32, FORM_ABSOLUTE = 64,
	FORM_LABEL = 128, FORM_CALLEE = 256,
};

/* Of the kernel and of a module: the same forms. */
#define FORMS(M)                                                               \
	{ M ".function(string)", 0 },                                          \
	{ M ".function(string).call", FORM_CALL },                             \
	{ M ".function(string).exported", FORM_EXPORTED },                     \
	{ M ".function(string).exported.call", FORM_EXPORTED },                \
	{ M ".function(string).exported.return",                               \
	  FORM_EXPORTED | FORM_RETURN },                                       \
	{ M ".function(string).inline", FORM_INLINE },                         \
	{ M ".function(string).return", FORM_RETURN },                         \
	{ M ".function(string).return.maxactive(number)", FORM_RETURN },       \
	{ M ".function(string).label(string)", FORM_LABEL },                   \
	{ M ".function(string).callee(string)", FORM_CALLEE },                 \
	{ M ".function(string).callee(string).call", FORM_CALLEE },            \
	{ M ".function(string).callee(string).return",                         \
	  FORM_CALLEE | FORM_RETURN },                                         \
	{ M ".function(string).callees", FORM_CALLEE },                        \
	{ M ".function(string).callees(number)", FORM_CALLEE },                \
	{ M ".function(number)", 0 },                                          \
	{ M ".function(number).call", FORM_CALL },                             \
	{ M ".function(number).exported", FORM_EXPORTED },                     \
	{ M ".function(number).inline", FORM_INLINE },                         \
	{ M ".function(number).return", FORM_RETURN },                         \
	{ M ".function(number).return.maxactive(number)", FORM_RETURN },       \
	{ M ".statement(string)", FORM_STATEMENT },                            \
	{ M ".statement(string).nearest", FORM_STATEMENT | FORM_NEAREST },     \
	{ M ".statement(number)", FORM_STATEMENT },                            \
	{ M ".statement(number).nearest", FORM_STATEMENT | FORM_NEAREST }
static const struct pattern patterns[] = {
	FORMS("kernel"),
	{ "kernel.statement(number).absolute",
	  FORM_STATEMENT | FORM_ABSOLUTE },
	FORMS("module(string)"),
};
#undef FORMS

struct scope {			/* where the $variables of a probe live */
	struct sysmod *mod;
	struct dbg_func func;
	struct dbg_inst inst;
	uint64_t pc;
	bool is_return;
};

/* ---- a probe at a place ---- */

struct site {
	const struct derivation *d;
	const struct match *m;
	struct sysmod *mod;
	enum form form;
	int maxactive;
	bool wild;		/* one of several that a pattern found */
	unsigned found, refused;
	const char *why;	/* of the last refusal */
	const char *within;	/* the label or callee, as -l shows it */
	/* Of a callee: the calls that lead to it, the depth that is left. */
	const struct call_chain *chain;
	int64_t depth;
	VEC(uint64_t) places;	/* that whoever calls comes to */
};

static const char *resolved_text(const struct site *s, const char *where)
{
	const struct probe_point *p = s->m->point;
	struct arena *a = s->d->e->a;
	const char *text = "";

	vec_for(i, &p->comps) {
		const char *name = p->comps.v[i].name;
		const struct expr *arg = p->comps.v[i].arg;

		if (!strcmp(name, "callees"))
			name = "callee";
		text = arena_printf(a, "%s%s%s", text, i ? "." : "", name);
		if (!strcmp(name, "label") || !strcmp(name, "callee"))
			text = arena_printf(a, "%s(\"%s\")", text, s->within);
		else if (!strcmp(name, "function") || !strcmp(name, "statement"))
			text = arena_printf(a, str_starts(where, "0x") ?
					    "%s(%s)" : "%s(\"%s\")", text,
					    where);
		else if (!strcmp(name, "module"))
			text = arena_printf(a, "%s(\"%s\")", text,
					    s->mod->name);
		else if (arg)
			text = arena_printf(a, "%s(%lld)", text,
					    (long long)arg->number.value);
	}
	return text;
}

static void add_probe(struct site *s, const struct dbg_func *f,
		      const struct dbg_inst *inst, uint64_t pc,
		      const char *where)
{
	struct elab *e = s->d->e;
	bool is_return = s->form & FORM_RETURN;
	struct scope *scope;
	struct probe *p;

	s->found++;
	p = derive_probe(s->d, is_return ? PROBE_KRETPROBE : PROBE_KPROBE,
			 resolved_text(s, where));
	if (!p)
		return;
	scope = arena_new(e->a, struct scope);
	*scope = (struct scope){ s->mod, *f, *inst, pc, is_return };
	p->info->scope = scope;
	p->info->where = site_where(e, s->mod, pc);
	p->func = f->name;
	site_set(e, p, s->mod, pc);
	p->kp.maxactive = s->maxactive;
	p->kp.optional |= s->wild;
	p->kp.file = f->file;
	p->kp.line = (int)f->line;
	if (s->chain && !matches_all_callers(e))
		guard_callers(e, s->mod, p, s->chain, is_return,
			      inst->is_inline);
	vlog(e->s, 2, 2, "probe %s in %s, %s, at 0x%llx%s\n",
	     dbg_func_str(s->mod->di, f), s->mod->name, p->info->where,
	     (unsigned long long)pc, inst->is_inline ? ", inlined" : "");
}

static bool is_allowed(struct site *s, const struct dbg_func *f, uint64_t pc)
{
	if (site_allowed(s->d->e, s->mod, f->name, pc, &s->why))
		return true;
	s->refused++;
	return false;
}

static bool seen_pc(const uint64_t *pcs, size_t n, uint64_t pc)
{
	while (n--)
		if (pcs[n] == pc)
			return true;
	return false;
}

/* Which instances the form asks for: [first, last). */
static void instances(const struct site *s, const struct dbg_func *f,
		      unsigned *first, unsigned *last)
{
	*first = s->form & FORM_INLINE ? f->copies : 0;
	*last = s->form & (FORM_CALL | FORM_RETURN | FORM_EXPORTED) ?
			f->copies : f->copies + f->inlines;
}

/* For -l: one line a function, whatever the number of its instances. */
static bool list_func(struct site *s, const struct dbg_func *f, unsigned first,
		      unsigned last)
{
	struct elab *e = s->d->e;
	struct dbg_inst inst;

	if (!e->listing || listing_wants_probes(e->listing))
		return false;
	for (unsigned i = first; i < last; i++) {
		if (!dbg_func_inst(s->mod->di, f, i, &inst) ||
		    !is_allowed(s, f, inst.pc))
			continue;
		s->found++;
		derive_probe(s->d, PROBE_KPROBE,
			     resolved_text(s, dbg_func_str(s->mod->di, f)));
		break;
	}
	return true;
}

static void probe_func(struct site *s, const struct dbg_func *f)
{
	struct elab *e = s->d->e;
	unsigned first, last, n = 0;
	struct dbg_inst inst;
	uint64_t *pcs;

	/* To other files, not only to modules: as it always was. */
	if ((s->form & FORM_EXPORTED) && !(f->flags & DBG_EXTERNAL))
		return;
	instances(s, f, &first, &last);
	if (first >= last || list_func(s, f, first, last))
		return;
	pcs = arena_array(e->a, last - first, uint64_t);
	for (unsigned i = first; i < last; i++) {
		if (!dbg_func_inst(s->mod->di, f, i, &inst) ||
		    seen_pc(pcs, n, inst.pc) || !is_allowed(s, f, inst.pc))
			continue;
		pcs[n++] = inst.pc;
		add_probe(s, f, &inst, inst.pc, dbg_func_str(s->mod->di, f));
	}
}

static void probe_stmt(struct site *s, const struct dbg_func *f,
		       const struct dbg_inst *inst, const struct dbg_stmt *at,
		       unsigned shown)
{
	if (is_allowed(s, f, at->pc))
		add_probe(s, f, inst, at->pc,
			  arena_printf(s->d->e->a, "%s@%s:%u", f->name,
				       f->file, shown));
}

static void probe_range(struct site *s, const struct dbg_func *f,
			const struct dbg_inst *inst, unsigned first,
			unsigned last)
{
	bool nearest = s->form & FORM_NEAREST;
	const struct dbg_stmt *at;
	size_t n = dbg_inst_statements(s->mod->di, inst, f->file, first, last,
				       nearest, &at);

	for (size_t i = 0; i < n; i++)
		probe_stmt(s, f, inst, &at[i], nearest ? first : at[i].line);
}

static void probe_lines(struct site *s, const struct dbg_func *f,
			const struct point_spec *q)
{
	unsigned base = q->relative ? f->line : 0;
	struct dbg_inst inst;

	for (unsigned i = 0; i < f->copies + f->inlines; i++) {
		if (!dbg_func_inst(s->mod->di, f, i, &inst))
			continue;
		vec_for(j, &q->lines)
			probe_range(s, f, &inst, base + q->lines.v[j].first,
				    base + q->lines.v[j].last);
	}
}

/* ---- labels and callees of a function ---- */

static void probe_labels(struct site *s, const struct dbg_func *f,
			 const struct point_spec *q)
{
	const char *glob = match_string(s->m, "label");
	struct arena *a = s->d->e->a;
	dbg_labels labels = { 0 };
	struct dbg_inst inst;

	for (unsigned i = 0; i < f->copies + f->inlines; i++) {
		labels.n = 0;
		if (dbg_func_inst(s->mod->di, f, i, &inst))
			dbg_inst_labels(s->mod->di, &inst, &labels);
		for (size_t j = 0; j < labels.n; j++) {
			const struct dbg_label *l = &labels.v[j];

			if (!glob_match(glob, l->name) ||
			    !point_spec_has(q, f->line, l->line) ||
			    !is_allowed(s, f, l->pc))
				continue;
			s->within = l->name;
			add_probe(s, f, &inst, l->pc,
				  arena_printf(a, "%s@%s:%u", f->name, f->file,
					       l->line));
		}
	}
}

static bool callee_wanted(const struct point_spec *q, const struct dbg_func *f)
{
	return !q->name ||
	       (glob_match(q->name, f->name) &&
		(!q->file || dbg_file_matches(q->file, f->file)) &&
		point_spec_has(q, f->line, f->line));
}

/* The code of a function that is called. */
static void called_copies(struct site *s, const struct dbg_func *f,
			  dbg_insts *out)
{
	struct dbg_inst inst;

	for (unsigned i = 0; i < f->copies; i++)
		if (dbg_func_inst(s->mod->di, f, i, &inst))
			vec_push(s->d->e->a, out, inst);
}

/* Whoever calls: by how many ways a place was found, it is one. */
static bool seen_place(struct site *s, uint64_t pc)
{
	if (!matches_all_callers(s->d->e))
		return false;
	if (seen_pc(s->places.v, s->places.n, pc))
		return true;
	vec_push(s->d->e->a, &s->places, pc);
	return false;
}

static void probe_callee(struct site *s, const struct dbg_callee *c,
			 const dbg_insts *at, const char *caller)
{
	s->within = dbg_func_str(s->mod->di, &c->func);
	if (c->is_inline && (s->form & FORM_RETURN))
		return;
	vec_for(i, at)
		if (is_allowed(s, &c->func, at->v[i].pc) &&
		    !seen_place(s, at->v[i].pc))
			add_probe(s, &c->func, &at->v[i], at->v[i].pc, caller);
}

/* What is called from the given code of one function, and from there on. */
static void probe_callees(struct site *s, const dbg_insts *from,
			  const char *caller, const struct point_spec *wanted)
{
	const struct call_chain *up = s->chain;
	dbg_callees all = { 0 };

	vec_for(i, from)
		dbg_inst_callees(s->mod->di, &from->v[i], &all);
	s->depth--;
	for (size_t i = 0; i < all.n && s->found <= CALLEES_MAX; i++) {
		const struct dbg_callee *c = &all.v[i];
		struct call_chain *link = arena_new(s->d->e->a,
						    struct call_chain);
		dbg_insts at = { 0 };

		*link = (struct call_chain){ c, up };
		s->chain = c->is_inline ? up : link;
		if (c->is_inline)
			vec_push(s->d->e->a, &at, c->inst);
		else
			called_copies(s, &c->func, &at);
		if (callee_wanted(wanted, &c->func))
			probe_callee(s, c, &at, caller);
		if (s->depth)
			probe_callees(s, &at, dbg_func_str(s->mod->di,
							   &c->func), wanted);
	}
	s->depth++;
	s->chain = up;
}

/* The function's code, inlined copies too. */
static void probe_calls_of(struct site *s, const struct dbg_func *f,
			   const struct point_spec *wanted)
{
	dbg_insts all = { 0 };
	struct dbg_inst inst;

	for (unsigned i = 0; i < f->copies + f->inlines; i++)
		if (dbg_func_inst(s->mod->di, f, i, &inst))
			vec_push(s->d->e->a, &all, inst);
	probe_callees(s, &all, dbg_func_str(s->mod->di, f), wanted);
	if (s->found > CALLEES_MAX)
		diag_semantic(&s->d->e->s->diag, match_loc(s->m, "callees"),
			      NULL, ".callees(%lld) of '%s' comes to more than "
			      "%d places; take a smaller depth",
			      (long long)s->depth, f->name, CALLEES_MAX);
}

static void probe_within(struct site *s, const struct dbg_func *f,
			 const struct point_spec *q)
{
	const char *text = match_string(s->m, "callee");
	struct point_spec callee = { 0 };

	if (s->form & FORM_LABEL)
		probe_labels(s, f, q);
	else if (!text || point_spec_parse(s->d->e->a, text, &callee))
		probe_calls_of(s, f, &callee);
	else
		derive_cause(s->d, match_loc(s->m, "callee"),
			     "'%s' is not NAME@FILE:LINE", text);
}

/* A function of that name that is declared in another file or line. */
static bool is_elsewhere(struct site *s, const struct point_spec *q,
			 struct loc at)
{
	struct arena *a = s->d->e->a;
	const char *asked, *text = "";
	dbg_funcs all = { 0 };

	if (!q->name || has_wildcard(q->name) || (!q->file && !q->lines.n))
		return false;
	debuginfo_funcs(s->mod->di, &(struct dbg_query){ .name = q->name },
			&all);
	asked = q->file ? q->file : "*";
	if (q->lines.n && q->lines.v[0].first)
		asked = arena_printf(a, "%s:%u", asked, q->lines.v[0].first);
	for (size_t i = 0; i < all.n && i < PLACES_SHOWN; i++)
		text = arena_printf(a, "%s%s%s:%u", text, i ? ", " : "",
				    all.v[i].file, all.v[i].line);
	if (all.n)
		derive_cause(s->d, at, "'%s' is not at '%s'; it is declared "
			     "at %s%s", q->name, asked, text,
			     all.n > PLACES_SHOWN ? ", …" : "");
	return all.n;
}

static void no_match(struct site *s, const struct point_spec *q, size_t nfuncs)
{
	const char *comp = s->form & FORM_STATEMENT ? "statement" : "function";
	struct loc at = match_loc(s->m, comp);

	if (s->refused && s->why) {
		derive_cause(s->d, at, "%s", s->why);
	} else if (nfuncs && (s->form & FORM_STATEMENT)) {
		derive_cause(s->d, at, "no code of '%s' on that line (try "
			     ".nearest)", q->name);
	} else if (nfuncs && (s->form & FORM_LABEL)) {
		derive_cause(s->d, at, "'%s' has no such label that has code "
			     "of its own", q->name);
	} else if (nfuncs && (s->form & FORM_CALLEE)) {
		derive_cause(s->d, at, "'%s' calls no such function by name",
			     q->name);
	} else if (nfuncs && (s->form & FORM_EXPORTED)) {
		derive_cause(s->d, at, "'%s' is not exported", q->name);
	} else if (nfuncs) {
		derive_cause(s->d, at, s->form & FORM_INLINE ?
			     "'%s' is not inlined anywhere" :
			     "'%s' has no code of its own, it is inlined "
			     "everywhere; leave out the suffix", q->name);
	} else if (!is_elsewhere(s, q, at)) {
		derive_cause(s->d, at, "no function '%s'%s%s%s in %s",
			     q->name, q->file ? " in a file named '" : "",
			     q->file ? q->file : "", q->file ? "'" : "",
			     s->mod->name);
		derive_similar(s->d, s->mod, q->name);
	}
}

static bool has_line(struct site *s, const struct dbg_func *f,
		     const struct point_spec *q)
{
	unsigned base = q->relative ? f->line : 0;
	const struct dbg_stmt *at;
	struct dbg_inst inst;

	for (unsigned i = 0; i < f->copies + f->inlines; i++) {
		if (!dbg_func_inst(s->mod->di, f, i, &inst))
			continue;
		vec_for(j, &q->lines)
			if (dbg_inst_statements(s->mod->di, &inst, f->file,
						base + q->lines.v[j].first,
						base + q->lines.v[j].last,
						false, &at))
				return true;
	}
	return false;
}

/* A line chooses the function declared there; where there is none, those
 * that have code on it. */
static void choose_by_line(struct site *s, const struct point_spec *q,
			   dbg_funcs *funcs)
{
	size_t n = 0;

	if (!q->lines.n || q->relative)
		return;
	vec_for(i, funcs)
		if (point_spec_has(q, 0, funcs->v[i].line))
			funcs->v[n++] = funcs->v[i];
	for (size_t i = 0; !n && i < funcs->n; i++)
		if (has_line(s, &funcs->v[i], q))
			funcs->v[n++] = funcs->v[i];
	funcs->n = n;
}

static void derive_named(struct site *s, const char *text)
{
	const char *comp = s->form & FORM_STATEMENT ? "statement" : "function";
	struct arena *a = s->d->e->a;
	struct point_spec q;
	dbg_funcs funcs = { 0 };

	if (!point_spec_parse(a, text, &q)) {
		derive_cause(s->d, match_loc(s->m, comp),
			     "'%s' is not NAME@FILE:LINE", text);
		return;
	}
	debuginfo_funcs(s->mod->di, &(struct dbg_query){
			.name = q.name, .file = q.file }, &funcs);
	if (!(s->form & (FORM_STATEMENT | FORM_LABEL)))
		choose_by_line(s, &q, &funcs);
	s->wild = funcs.n > 1;
	vec_for(i, &funcs) {
		if (s->form & (FORM_LABEL | FORM_CALLEE))
			probe_within(s, &funcs.v[i], &q);
		else if ((s->form & FORM_STATEMENT) && q.lines.n)
			probe_lines(s, &funcs.v[i], &q);
		else
			probe_func(s, &funcs.v[i]);
	}
	if (!s->found)
		no_match(s, &q, funcs.n);
}

static void derive_names(struct site *s, const char *text)
{
	struct names names = { 0 };

	expand_braces(s->d->e->a, text, &names);
	for (size_t i = 0; i < names.n; i++) {
		s->found = s->refused = 0;
		derive_named(s, names.v[i]);
	}
}

/* The start of the statement that an address is part of; what comes before
 * the first is the entry's. */
static uint64_t statement_of(struct site *s, const struct dbg_inst *inst,
			     uint64_t pc)
{
	const struct dbg_stmt *all;
	size_t n = dbg_inst_statements(s->mod->di, inst, NULL, 1, LINE_LAST,
				       false, &all);

	while (n--)
		if (all[n].pc <= pc)
			return all[n].pc;
	return inst->pc;
}

static void derive_address(struct site *s, uint64_t pc)
{
	struct elab *e = s->d->e;
	const char *comp = s->form & FORM_STATEMENT ? "statement" : "function";
	struct dbg_inst inst = { .pc = pc };
	struct dbg_func f = { .name = "?" };

	if (!debuginfo_func_at(s->mod->di, pc, s->form & FORM_STATEMENT, &f,
			       &inst)) {
		derive_cause(s->d, match_loc(s->m, comp),
			     "no function at 0x%llx", (unsigned long long)pc);
		return;
	}
	if (!(s->form & FORM_STATEMENT))
		pc = inst.pc;
	if (s->form & FORM_NEAREST)
		pc = statement_of(s, &inst, pc);
	if ((s->form & FORM_EXPORTED) && !(f.flags & DBG_EXTERNAL)) {
		derive_cause(s->d, match_loc(s->m, comp),
			     "'%s' is not exported", f.name);
		return;
	}
	if (is_allowed(s, &f, pc))
		add_probe(s, &f, &inst, pc,
			  arena_printf(e->a, "0x%llx", (unsigned long long)pc));
	else
		derive_cause(s->d, match_loc(s->m, comp), "%s", s->why);
}

/* The given address as it is in the running kernel, no questions asked. */
static void derive_absolute(struct site *s, uint64_t pc)
{
	struct elab *e = s->d->e;
	struct probe *p;

	if (!e->s->opt.guru) {
		derive_cause(s->d, match_loc(s->m, "absolute"),
			     "an absolute address is not checked; need stap -g");
		return;
	}
	p = derive_probe(s->d, PROBE_KPROBE, point_text(e->a, s->m->point));
	if (!p)
		return;
	p->module = "kernel";
	p->kp.address = pc;
	p->kp.absolute = true;
	p->info->where = arena_printf(e->a, "pc=0x%llx",
				      (unsigned long long)pc);
}

static void derive_in(const struct derivation *d, const struct match *m,
		      const char *module)
{
	struct site s = { .d = d, .m = m, .form = (enum form)m->pattern->tag };
	const char *comp = s.form & FORM_STATEMENT ? "statement" : "function";
	const char *text = match_string(m, comp), *why = NULL;
	int64_t n = 0;

	if (s.form & FORM_ABSOLUTE) {
		match_number(m, comp, &n);
		derive_absolute(&s, (uint64_t)n);
		return;
	}
	s.mod = sysmod_dwarf(d->e, module, &why);
	if (!s.mod) {
		derive_cause(d, m->point->loc, "%s", why);
		return;
	}
	site_anchor(d->e, sysmod_get(d->e, "kernel"));
	if (match_number(m, "maxactive", &n)) {
		if (n < 1 || n > MAXACTIVE_MAX) {
			derive_cause(d, match_loc(m, "maxactive"),
				     "maxactive(%lld) is not between 1 and %d",
				     (long long)n, MAXACTIVE_MAX);
			return;
		}
		s.maxactive = (int)n;
	}
	s.depth = 1;
	if (match_number(m, "callees", &s.depth) &&
	    (s.depth < 1 || s.depth > CALLEE_DEPTH_MAX)) {
		derive_cause(d, match_loc(m, "callees"),
			     "callees(%lld) is not between 1 and %d",
			     (long long)s.depth, CALLEE_DEPTH_MAX);
		return;
	}
	if (text)
		derive_names(&s, text);
	else if (match_number(m, comp, &n))
		derive_address(&s, (uint64_t)n);
}

static void derive_modules(const struct derivation *d, const struct match *m,
			   const char *glob)
{
	struct module_list all = { 0 };

	if (d->e->s->sysroot)
		sysroot_modules_list(d->e->a, d->e->s->sysroot, glob,
				     &all);
	vec_for(i, &all.list)
		derive_in(d, m, all.list.v[i].name);
	if (!all.list.n)
		derive_cause(d, match_loc(m, "module"),
			     "no module matches '%s'", glob);
}

static void derive_dwarf(const struct derivation *d, const struct match *m)
{
	const char *module = match_string(m, "module");

	if (module && has_wildcard(module))
		derive_modules(d, m, module);
	else
		derive_in(d, m, module ? module : "kernel");
}

/* ---- $variables ---- */

static bool is_visible(const dbg_vars *vars, size_t i)
{
	for (size_t j = i + 1; j < vars->n; j++)
		if (!strcmp(vars->v[j].name, vars->v[i].name))
			return false;
	return true;
}

static void dwarf_variables(struct lower *l, struct target_names *out)
{
	struct scope *s = l->probe->info->scope;
	dbg_vars vars = { 0 };

	if (!s)
		return;
	dbg_inst_vars(s->mod->di, &s->inst, s->pc, &vars);
	vec_for(i, &vars)
		if (is_visible(&vars, i))
			vec_push(l->e->a, out,
				 (struct target_name){ vars.v[i].name,
				 vars.v[i].is_param,
				 vars.v[i].type ? vars.v[i].type->name : "" });
}

static const char *alternatives(struct lower *l)
{
	struct target_names names = { 0 };
	const char *text = "";
	size_t n;

	dwarf_variables(l, &names);
	n = MIN(names.n, (size_t)ALTERNATIVES_MAX);
	for (size_t i = 0; i < n; i++)
		text = arena_printf(l->e->a, "%s%s$%s", text, i ? ", " : "",
				    names.v[i].name);
	return *text ? text : "there are none";
}

static const char *(*reg_namer(const struct lower *l))(unsigned)
{
	return l->e->arch ? l->e->arch->reg_name : NULL;
}

static bool dwarf_variable(struct lower *l, const struct expr *at,
			   const char *name, struct located *out)
{
	struct scope *s = l->probe->info->scope;
	struct place place;
	struct dbg_var v;

	if (!s)
		return lower_fail(l, at->loc, "there are no target variables "
				  "at an absolute address");
	if (!dbg_inst_var(s->mod->di, &s->inst, s->pc, name + 1, &v))
		return lower_fail(l, at->loc, "unable to find local '%s' in "
				  "%s, %s (alternatives: %s)", name + 1,
				  dbg_func_str(s->mod->di, &s->func),
				  l->probe->info->where, alternatives(l));
	place = dbg_var_place(s->mod->di, v.is_global ? NULL : &s->inst, &v,
			      s->pc);
	if (place.kind == PLACE_NONE) {
		lower_fail(l, at->loc, "'%s' is not available in %s, %s: %s",
			   name, dbg_func_str(s->mod->di, &s->func),
			   l->probe->info->where,
			   place.why ? place.why : "optimised away");
		l->missing = name;
		return false;
	}
	if (!l->e->s->diag.muted)
		vlog(l->e->s, 2, 2, "  %s:%s is %s\n", name,
		     v.type ? v.type->name : "void",
		     place_str(l->e->a, &place, reg_namer(l)));
	return locate_place(l, at, s->mod, v.type, &place, out);
}

static bool dwarf_pointee(struct lower *l, const struct expr *at,
			  const struct place *pointer,
			  const struct dbg_type *type, struct located *out)
{
	struct scope *s = l->probe->info->scope;
	struct place place = dbg_pointee_place(s->mod->di, &s->inst, pointer,
					       type, s->pc);

	if (place.kind == PLACE_NONE)
		return lower_fail(l, at->loc, "what it points to is %s",
				  place.why);
	return locate_place(l, at, s->mod, type, &place, out);
}

static const char *dwarf_nearest(struct lower *l, const char *name)
{
	struct scope *s = l->probe->info->scope;
	struct dbg_stmt near;
	struct dbg_var v;

	if (!s || !dbg_inst_var(s->mod->di, &s->inst, s->pc, name + 1, &v) ||
	    v.is_global || !dbg_var_nearest(s->mod->di, &s->inst, &s->func, &v,
					    s->pc, &near))
		return NULL;
	return arena_printf(l->e->a, "%s:%u", s->func.file, near.line);
}

static struct expr *dwarf_from_caller(struct lower *l, const struct expr *at,
				      const struct place_op *what)
{
	struct scope *s = l->probe->info->scope;

	return caller_value(l, at, s->mod, &s->inst, s->pc, what);
}

static bool dwarf_is_return(const struct probe *p)
{
	return p->kind == PROBE_KRETPROBE;
}

static bool dwarf_result(struct lower *l, const struct expr *at,
			 struct located *out)
{
	struct scope *s = l->probe->info->scope;
	const struct dbg_type *type;
	struct place place;

	if (!s || !s->is_return || l->at_entry)
		return lower_fail(l, at->loc, "$return is known in .return "
				  "probes only");
	type = dbg_inst_return(s->mod->di, &s->inst, &place);
	if (!type || type->kind == DBG_VOID)
		return lower_fail(l, at->loc, "'%s' returns nothing",
				  s->func.name);
	if (place.kind == PLACE_VALUE && place.nops == 1 &&
	    place.ops[0].code == PLACE_REG &&
	    (int)place.ops[0].n == l->e->arch->return_reg)
		return locate_result(l, at, s->mod, type, out);
	return locate_place(l, at, s->mod, type, &place, out);
}

static const char *dwarf_module(const struct probe *p)
{
	return p->module ? p->module : "kernel";
}

const struct provider provider_dwarf = {
	.name = "dwarf",
	.patterns = patterns,
	.npatterns = ARRAY_SIZE(patterns),
	.derive = derive_dwarf,
	.variable = dwarf_variable,
	.variables = dwarf_variables,
	.result = dwarf_result,
	.module = dwarf_module,
	.pointee = dwarf_pointee,
	.nearest = dwarf_nearest,
	.from_caller = dwarf_from_caller,
	.is_return = dwarf_is_return,
};
