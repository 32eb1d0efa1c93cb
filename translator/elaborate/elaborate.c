// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pass 2.  In: parsed files.  Out: a program in which every name is resolved,
 * every type known and every probe point an address or an event.
 */
#include "elaborate/effects.h"
#include "elaborate/limits.h"

#define SIMILAR_MAX 5

struct program *program_new(struct session *s)
{
	struct program *p = arena_new(&s->arena, struct program);
	struct elab *e = arena_new(&s->arena, struct elab);

	e->s = s;
	e->p = p;
	e->a = &s->arena;
	e->arch = s->sysroot ? arch_find(s->sysroot->arch) : NULL;
	p->elab = e;
	library_index(e);
	return p;
}

static bool expand_file(struct elab *e, struct file *f)
{
	bool ok = true;

	vec_for(i, &f->probes)
		ok &= alias_expand(e, f->probes.v[i]);
	return ok;
}

static bool any_probes(struct session *s, const struct program *p)
{
	if (p->probes.n || p->elab->listing)
		return true;
	diag_semantic(&s->diag, (struct loc){ 0 }, NULL, "no probes found");
	return false;
}

bool elaborate_aliases(struct session *s, struct program *p)
{
	bool ok = true;

	if (s->user)
		ok = expand_file(p->elab, s->user);
	vec_for(i, &s->extra)
		ok &= expand_file(p->elab, s->extra.v[i]);
	return ok && any_probes(s, p);
}

bool elaborate_targets(struct session *s, struct program *p)
{
	struct elab *e = p->elab;
	int before = s->diag.errors;

	for (; e->lowered < p->probes.n; e->lowered++)
		lower_probe(e, p->probes.v[e->lowered]);
	return s->diag.errors == before;
}

static void renumber_vars(struct var_vec *list)
{
	vec_for(i, list)
		list->v[i]->id = (int)i;
}

void renumber(struct program *p)
{
	renumber_vars(&p->globals);
	vec_for(i, &p->funcs) {
		p->funcs.v[i]->id = (int)i;
		renumber_vars(&p->funcs.v[i]->params);
		renumber_vars(&p->funcs.v[i]->locals);
	}
	vec_for(i, &p->probes) {
		p->probes.v[i]->id = (int)i;
		renumber_vars(&p->probes.v[i]->locals);
	}
}

/* ---- warnings ---- */

/* Names in sight that the writer may have meant. */
static const char *similar_vars(struct elab *e, const struct var *v,
				const struct var_vec *locals)
{
	const struct var_vec *both[] = { &e->p->globals, locals };
	VEC(const char *) names = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(both); i++)
		for (size_t j = 0; both[i] && j < both[i]->n; j++)
			if (both[i]->v[j] != v && both[i]->v[j]->written)
				vec_push(e->a, &names, both[i]->v[j]->name);
	return nearest_names(e->a, v->name, names.v, names.n, SIMILAR_MAX);
}

static bool is_set_by_user(const struct session *s, const char *name)
{
	size_t n = strlen(name);

	vec_for(i, &s->opt.globals)
		if (!strncmp(s->opt.globals.v[i], name, n) &&
		    s->opt.globals.v[i][n] == '=')
			return true;
	return false;
}

static void warn_var(struct elab *e, const struct var *v, const char *kind,
		     const struct var_vec *locals)
{
	const char *similar;

	if (v->written || !v->read || v->init || !v->loc.src ||
	    v->loc.src->kind != SOURCE_USER || is_set_by_user(e->s, v->name))
		return;
	similar = similar_vars(e, v, locals);
	diag_warn_token(&e->s->diag, v->loc,
			arena_printf(e->a, "identifier '%s'", v->name),
			"never-assigned %s variable '%s'%s%s%s", kind, v->name,
			*similar ? " (similar: " : "", similar,
			*similar ? ")" : "");
}

static void warn_unwritten(struct elab *e)
{
	struct program *p = e->p;

	mark_uses(p);
	vec_for(i, &p->globals)
		warn_var(e, p->globals.v[i], "global", NULL);
	vec_for(i, &p->probes)
		vec_for(j, &p->probes.v[i]->locals)
			warn_var(e, p->probes.v[i]->locals.v[j], "local",
				 &p->probes.v[i]->locals);
	vec_for(i, &p->funcs)
		vec_for(j, &p->funcs.v[i]->locals)
			warn_var(e, p->funcs.v[i]->locals.v[j], "local",
				 &p->funcs.v[i]->locals);
}

bool pass_elaborate(struct session *s)
{
	struct program *p = program_new(s);
	bool ok = limits_read(s, &p->limits) && elaborate_aliases(s, p);

	s->program = p;
	ok = elaborate_targets(s, p) && ok;
	ok = elaborate_symbols(s, p) && ok;
	ok = ok && check_iterations(p->elab);
	if (ok) {
		warn_unwritten(p->elab);
		ok = elaborate_types(s, p) && elaborate_display(s, p);
	}
	if (ok) {
		elaborate_optimize(s, p);
		ok = any_probes(s, p) && privilege_memory(p->elab) &&
		     elaborate_locks(s, p);
	}
	return ok && !s->diag.errors;
}

void elaborate_close(struct program *p)
{
	sysmod_close_all(p->elab);
}
