// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Aliases.  In: a probe's points as written.  Out: probes, by way of the
 * providers.  An alias matches when its name is the start of the point;
 * what follows goes to the points it stands for (syscall.open + .return).
 * Wildcards match names of aliases component by component, and each alias
 * they find may fail by itself.  `?` makes a failure silent, `!` ends the
 * list once something was found.
 */
#include "elaborate/elab.h"

struct use {			/* an alias that matches the point */
	const struct alias_decl *alias;
	const char *name;	/* as declared */
	const char *as;		/* with what the point has beyond it */
	size_t taken;		/* components of the point */
};
struct uses { struct use *v; size_t n, cap; };

static bool derive_list(const struct derivation *outer, const struct use *u,
			size_t *made);

static const char *alias_name(struct arena *a, const struct probe_point *p)
{
	struct probe_point plain = *p;

	plain.condition = NULL;
	plain.optional = plain.sufficient = false;
	return point_text(a, &plain);
}

static bool arg_equal(const struct expr *x, const struct expr *y)
{
	if (!x || !y)
		return x == y;
	if (x->kind != y->kind)
		return false;
	if (x->kind == EXPR_NUMBER)
		return x->number.value == y->number.value;
	return !strcmp(x->string.s, y->string.s);
}

/* How many components of the point the alias's name takes; 0: no match. */
static size_t name_takes(struct arena *a, const struct probe_point *name,
			 const struct probe_point *point)
{
	vec_for(i, &point->comps)
		if (strstr(point->comps.v[i].name, "**"))
			return glob_match(alias_name(a, point),
					  alias_name(a, name)) ?
				       point->comps.n : 0;
	if (name->comps.n > point->comps.n)
		return 0;
	vec_for(i, &name->comps) {
		const struct point_component *n = &name->comps.v[i];
		const struct point_component *p = &point->comps.v[i];

		if (!glob_match(p->name, n->name) || !arg_equal(n->arg, p->arg))
			return 0;
	}
	return name->comps.n;
}

/* The alias's name, then what the point has beyond it. */
static const char *name_with_suffix(struct arena *a,
				    const struct probe_point *name,
				    const struct probe_point *point,
				    size_t taken)
{
	struct probe_point whole = *name;

	whole.comps.v = arena_dup(a, name->comps.v,
				  name->comps.n * sizeof *name->comps.v);
	whole.comps.cap = name->comps.n;
	for (size_t i = taken; i < point->comps.n; i++)
		vec_push(a, &whole.comps, point->comps.v[i]);
	return alias_name(a, &whole);
}

static void match_decl(struct elab *e, const struct alias_decl *d,
		       const struct probe_point *point, struct uses *out)
{
	vec_for(i, &d->names) {
		size_t n = name_takes(e->a, d->names.v[i], point);

		if (n)
			vec_push(e->a, out, (struct use){
				 d, alias_name(e->a, d->names.v[i]),
				 name_with_suffix(e->a, d->names.v[i], point,
						  n), n });
	}
}

static void match_list(struct elab *e, const char *path,
		       const struct probe_point *point, struct uses *out)
{
	const struct alias_list *l = map_get(&e->lib.alias_paths, path);

	for (size_t i = 0; l && i < l->n; i++)
		match_decl(e, l->v[i], point, out);
}

static void match_aliases(struct elab *e, const struct probe_point *point,
			  struct uses *out)
{
	const char *first = point->comps.v[0].name;
	const struct map *m = &e->lib.aliases;

	if (!has_wildcard(first) && (point->comps.n < 2 ||
				     !has_wildcard(point->comps.v[1].name))) {
		match_list(e, first, point, out);
		if (point->comps.n > 1)
			match_list(e, library_path(e->a, point, 2), point,
				   out);
		return;
	}
	vec_for(i, &m->entries) {
		const struct alias_list *l = m->entries.v[i].value;

		if (strcmp(m->entries.v[i].key, first) &&
		    (!has_wildcard(first) ||
		     !glob_match(first, m->entries.v[i].key)))
			continue;
		for (size_t j = 0; j < l->n; j++)
			match_decl(e, l->v[j], point, out);
	}
}

/* syscall.open + .return gives way to an alias named syscall.open.return. */
static bool is_shadowed(const struct uses *uses, const struct use *u,
			const struct probe_point *point)
{
	if (u->taken == point->comps.n)
		return false;
	for (size_t i = 0; i < uses->n; i++)
		if (uses->v[i].taken > u->taken &&
		    !strcmp(uses->v[i].as, u->as))
			return true;
	return false;
}

static bool is_open(const struct derivation *d, const struct alias_decl *alias)
{
	for (; d; d = d->outer)
		if (d->alias == alias)
			return true;
	return false;
}

static bool point_has_wildcard(const struct probe_point *p)
{
	vec_for(i, &p->comps)
		if (has_wildcard(p->comps.v[i].name))
			return true;
	return false;
}

static bool use_alias(const struct derivation *d, const struct use *u,
		      size_t *made)
{
	struct elab *e = d->e;

	if (is_open(d, u->alias) || d->depth >= ALIAS_DEPTH_MAX) {
		derive_cause(d, u->alias->loc,
			     "alias '%s' leads back to itself", u->as);
		return false;
	}
	if (!library_is_user(e, u->alias->file))
		library_pull(e, u->alias->file);
	return derive_list(d, u, made);
}

/* False: nothing was found and e->cause says why. */
static bool derive_point(const struct derivation *d, size_t *made)
{
	struct elab *e = d->e;
	bool wild = point_has_wildcard(d->point), known, ok = true;
	struct uses uses = { 0 };
	size_t n = 0;

	match_aliases(e, d->point, &uses);
	for (size_t i = 0; i < uses.n; i++) {
		bool first = !e->cause;

		if (is_shadowed(&uses, &uses.v[i], d->point))
			continue;
		if (use_alias(d, &uses.v[i], &n))
			continue;
		if (!wild)
			ok = false;
		else if (uses.n > 1 && first)
			cause_forget(e);
	}
	n += derive_builtin(d, &known);
	*made += n;
	if (!known && !uses.n)
		derive_mismatch(d);
	return ok && n;
}

/* A point of the alias with the suffix; flags and condition are its own. */
static struct probe_point *with_suffix(struct arena *a,
				       const struct probe_point *p,
				       const struct probe_point *suffix,
				       size_t skip)
{
	struct probe_point *q = arena_dup(a, p, sizeof *p);

	q->comps.v = arena_dup(a, p->comps.v, p->comps.n * sizeof *p->comps.v);
	q->comps.cap = p->comps.n;
	for (size_t i = skip; suffix && i < suffix->comps.n; i++)
		vec_push(a, &q->comps, suffix->comps.v[i]);
	return q;
}

static bool derive_list(const struct derivation *outer, const struct use *u,
			size_t *made)
{
	struct elab *e = outer->e;

	vec_for(i, &u->alias->points) {
		const struct probe_point *p = u->alias->points.v[i];
		struct derivation d = {
			.e = e, .outer = outer, .alias = u->alias,
			.name = u->name, .as = u->as, .decl = outer->decl,
			.point = with_suffix(e->a, p, outer->point, u->taken),
			.depth = outer->depth + 1,
		};
		size_t n = 0;
		bool ok;

		d.optional = p->optional || p->sufficient || outer->optional;
		if (!p->optional && !p->sufficient)
			cause_forget(e);
		ok = derive_point(&d, &n);
		*made += n;
		if (!ok && !p->optional && !p->sufficient)
			return false;
		if (n && p->sufficient)
			break;
	}
	return *made > 0;
}

static void report_point(struct elab *e, const struct probe_point *p)
{
	const struct point_component *c = &p->comps.v[0];

	diag_semantic(&e->s->diag, c->loc,
		      arena_printf(e->a, "identifier '%s'", c->name),
		      "while resolving probe point '%s'", alias_name(e->a, p));
	diag_also(&e->s->diag, e->cause ? e->cause_at : c->loc, "%s",
		  cause_text(e));
}

bool alias_expand(struct elab *e, const struct probe_decl *decl)
{
	bool all = true;

	vec_for(i, &decl->points) {
		const struct probe_point *p = decl->points.v[i];
		struct derivation d = {
			.e = e, .decl = decl, .point = p,
			.optional = p->optional || p->sufficient,
		};
		size_t made = 0;

		cause_forget(e);
		if (!derive_point(&d, &made) && !d.optional) {
			report_point(e, p);
			all = false;
		}
		if (made && p->sufficient)
			break;
	}
	return all;
}
