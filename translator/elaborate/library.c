// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is declared where.  In: the parsed files.  Out: tables by name, in the
 * order in which files take precedence (the script's first).  Nothing of a
 * library file is resolved before a name of it is used; then its top-level C
 * and its probes come along with the name.
 */
#include "elaborate/elab.h"
#include "parse/parse.h"

#define SIMILAR_MAX 5

static void index_funcs(struct elab *e, struct file *f)
{
	vec_for(i, &f->funcs) {
		struct func_decl *d = f->funcs.v[i];
		struct func_list *l = map_get(&e->lib.funcs, d->name);

		if (!l) {
			l = arena_new(e->a, struct func_list);
			map_set(e->a, &e->lib.funcs, d->name, l);
		}
		vec_push(e->a, l, d);
	}
}

static void index_globals(struct elab *e, struct file *f)
{
	vec_for(i, &f->globals) {
		struct global_decl *d = f->globals.v[i];
		struct global_list *l = map_get(&e->lib.globals, d->name);

		if (!l) {
			l = arena_new(e->a, struct global_list);
			map_set(e->a, &e->lib.globals, d->name, l);
		}
		vec_push(e->a, l, d);
	}
}

static void index_alias(struct elab *e, struct map *m, struct alias_decl *d,
			const char *key)
{
	struct alias_list *l = map_get(m, key);

	if (!l) {
		l = arena_new(e->a, struct alias_list);
		map_set(e->a, m, key, l);
	}
	if (!l->n || l->v[l->n - 1] != d)
		vec_push(e->a, l, d);
}

const char *library_path(struct arena *a, const struct probe_point *p,
			 size_t n)
{
	const char *first = p->comps.v[0].name;

	if (n < 2 || p->comps.n < 2)
		return first;
	return arena_printf(a, "%s.%s", first, p->comps.v[1].name);
}

static void index_aliases(struct elab *e, struct file *f)
{
	vec_for(i, &f->aliases) {
		struct alias_decl *d = f->aliases.v[i];

		vec_for(j, &d->names) {
			const struct probe_point *name = d->names.v[j];

			index_alias(e, &e->lib.aliases, d,
				    name->comps.v[0].name);
			index_alias(e, &e->lib.alias_paths, d,
				    library_path(e->a, name, 2));
		}
	}
}

static void index_file(struct elab *e, struct file *f)
{
	index_funcs(e, f);
	index_globals(e, f);
	index_aliases(e, f);
}

void library_index(struct elab *e)
{
	struct session *s = e->s;

	e->lib = (struct library){ 0 };
	if (s->user)
		index_file(e, s->user);
	vec_for(i, &s->extra)
		index_file(e, s->extra.v[i]);
	vec_for(i, &s->library)
		index_file(e, s->library.v[i]);
}

bool library_is_user(const struct elab *e, const struct file *f)
{
	if (f == e->s->user)
		return true;
	vec_for(i, &e->s->extra)
		if (e->s->extra.v[i] == f)
			return true;
	return false;
}

/* Stable: the table's order decides among equals. */
static void insert_by_priority(struct arena *a, struct func_list *out,
			       struct func_decl *d)
{
	size_t i;

	vec_push(a, out, d);
	for (i = out->n - 1; i && out->v[i - 1]->priority > d->priority; i--)
		out->v[i] = out->v[i - 1];
	out->v[i] = d;
}

void library_funcs(struct elab *e, const char *name, size_t nargs,
		   const struct file *file, struct func_list *out)
{
	const struct func_list *l = map_get(&e->lib.funcs, name);

	/* Pass 1 cannot foresee every name that pass 2 comes to call. */
	if (!l && library_load_func(e->s, name)) {
		library_index(e);
		l = map_get(&e->lib.funcs, name);
	}
	for (size_t i = 0; l && i < l->n; i++) {
		struct func_decl *d = l->v[i];

		if (d->params.n != nargs || (d->is_private && d->file != file))
			continue;
		insert_by_priority(e->a, out, d);
	}
}

struct global_decl *library_global(struct elab *e, const char *name,
				   const struct file *file, bool user_too)
{
	const struct global_list *l = map_get(&e->lib.globals, name);
	struct global_decl *found = NULL;

	for (size_t i = 0; l && i < l->n; i++) {
		struct global_decl *d = l->v[i];

		if (d->file == file)
			return d;
		if (d->is_private || found)
			continue;
		if (user_too || !library_is_user(e, d->file))
			found = d;
	}
	return found;
}

void library_pull(struct elab *e, struct file *f)
{
	if (f->used)
		return;
	f->used = true;
	vec_for(i, &f->embeds)
		vec_push(e->a, &e->p->embeds, f->embeds.v[i]);
	if (f->probes.n)
		vec_push(e->a, &e->pending, f);
	vlog(e->s, 2, 2, "pulled in library file \"%s\"\n", f->src->name);
}

static void names_of(struct elab *e, const struct file *f, char kind,
		     struct str_vec *out)
{
	for (size_t i = 0; kind == 'f' && i < f->funcs.n; i++)
		vec_push(e->a, out, f->funcs.v[i]->name);
	for (size_t i = 0; kind == 'g' && i < f->globals.n; i++)
		vec_push(e->a, out, f->globals.v[i]->name);
}

/* Of the library, what is not private.  words: further names, one each call
 * until NULL; or NULL. */
static const char *similar(struct elab *e, char kind,
			   const char *(*words)(size_t i), const char *name)
{
	struct str_vec known = { 0 }, names = { 0 };

	if (e->s->diag.muted)
		return "";
	if (e->s->user)
		names_of(e, e->s->user, kind, &known);
	vec_for(i, &e->s->extra)
		names_of(e, e->s->extra.v[i], kind, &known);
	library_names(e->s, kind, &known);
	vec_for(i, &known)
		if (!str_starts(known.v[i], "_") || *name == '_')
			vec_push(e->a, &names, known.v[i]);
	for (size_t i = 0; words && words(i); i++)
		vec_push(e->a, &names, words(i));
	return nearest_names(e->a, name, names.v, names.n, SIMILAR_MAX);
}

const char *library_similar_funcs(struct elab *e, const char *name)
{
	return similar(e, 'f', print_word, name);
}

const char *library_similar_globals(struct elab *e, const char *name)
{
	return similar(e, 'g', NULL, name);
}
