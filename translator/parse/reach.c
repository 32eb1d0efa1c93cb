// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which library files a script can reach.  In: the index and the script's
 * files.  Out: marks in the index.  A name leads to every file that defines
 * it, a probe point to every alias whose name is its beginning; what those
 * files refer to leads on.  It may mark too much, never too little.
 */
#include "parse/index.h"

struct entry_list { VEC(struct lib_entry *) list; };

struct alias_name {
	const char *text;
	struct lib_entry *entry;
};

struct reach {
	struct arena a; /* of the tables */
	struct map names; /* function or variable → struct entry_list */
	struct map exact; /* alias → struct entry_list */
	VEC(struct alias_name) aliases;
	VEC(struct lib_entry *) queue;
};

char lib_index_line(struct arena *a, const char **p, const char *end,
		    const char **name)
{
	const char *line = *p;
	const char *nl = line < end ? memchr(line, '\n', (size_t)(end - line))
				    : NULL;

	if (!nl || nl - line < 3)
		return 0;
	*name = arena_strndup(a, line + 2, (size_t)(nl - line) - 2);
	*p = nl + 1;
	return *line;
}

static void add_definition(struct reach *r, struct map *m, const char *name,
			   struct lib_entry *e)
{
	struct entry_list *l = map_get(m, name);

	if (!l) {
		l = arena_new(&r->a, struct entry_list);
		map_set(&r->a, m, name, l);
	}
	vec_push(&r->a, &l->list, e);
}

static void add_entry(struct reach *r, struct lib_entry *e)
{
	const char *p = e->text, *name;
	char kind;

	while ((kind = lib_index_line(&r->a, &p, e->refs, &name))) {
		struct alias_name alias = { name, e };

		if (kind != 'a') {
			add_definition(r, &r->names, name, e);
			continue;
		}
		add_definition(r, &r->exact, name, e);
		vec_push(&r->a, &r->aliases, alias);
	}
}

static void reach_entry(struct reach *r, struct lib_entry *e)
{
	if (e->reached)
		return;
	e->reached = true;
	vec_push(&r->a, &r->queue, e);
}

static void reach_name(struct reach *r, const struct map *m, const char *name)
{
	const struct entry_list *l = map_get(m, name);

	for (size_t i = 0; l && i < l->list.n; i++)
		reach_entry(r, l->list.v[i]);
}

/* Does "sys*.open.return" begin like the alias "syscall.open"?  "**" stands
 * for any number of components, so nothing after it is looked at. */
static bool point_matches(struct arena *a, const char *point, const char *alias)
{
	for (;;) {
		size_t n = strcspn(point, "."), m = strcspn(alias, ".");
		const char *glob = arena_strndup(a, point, n);

		if (strstr(glob, "**"))
			return true;
		if (!glob_match(glob, arena_strndup(a, alias, m)))
			return false;
		if (!alias[m])
			return true;
		if (!point[n])
			return false;
		point += n + 1;
		alias += m + 1;
	}
}

static void reach_wildcards(struct reach *r, const char *point)
{
	size_t literal = strcspn(point, "*?[");

	vec_for(i, &r->aliases) {
		const struct alias_name *n = &r->aliases.v[i];

		if (!n->entry->reached && !strncmp(n->text, point, literal) &&
		    point_matches(&r->a, point, n->text))
			reach_entry(r, n->entry);
	}
}

/* Every beginning of "a.b.c" may be an alias. */
static void reach_point(struct reach *r, const char *point)
{
	if (has_wildcard(point)) {
		reach_wildcards(r, point);
		return;
	}
	for (size_t n = 0; point[n];) {
		n += strcspn(point + n, ".");
		reach_name(r, &r->exact, arena_strndup(&r->a, point, n));
		n += point[n] == '.';
	}
}

static void reach_references(struct reach *r, const char *p, const char *end)
{
	const char *name;
	char kind;

	while ((kind = lib_index_line(&r->a, &p, end, &name))) {
		if (kind == 'w')
			reach_name(r, &r->names, name);
		else
			reach_point(r, name);
	}
}

static void reach_file(struct reach *r, const struct file *f)
{
	struct buf b = { 0 };

	if (!f)
		return;
	lib_references(&b, &r->a, f);
	reach_references(r, buf_str(&b), buf_str(&b) + b.n);
	buf_free(&b);
}

static void reach_open(struct reach *r, const struct lib_index *ix)
{
	*r = (struct reach){ 0 };
	vec_for(i, &ix->entries.entries) {
		struct lib_entry *e = ix->entries.entries.v[i].value;

		if (e->in_use)
			add_entry(r, e);
	}
}

static void reach_close(struct reach *r)
{
	vec_for(i, &r->queue)
		reach_references(r, r->queue.v[i]->refs, r->queue.v[i]->end);
	arena_free(&r->a);
}

void lib_index_reach(struct lib_index *ix)
{
	struct session *s = ix->s;
	struct reach r;

	reach_open(&r, ix);
	reach_file(&r, s->user);
	vec_for(i, &s->extra)
		reach_file(&r, s->extra.v[i]);
	reach_close(&r);
}

/* The line "f NAME" among the definitions. */
static bool defines(const struct lib_entry *e, const char *line, size_t n)
{
	size_t len = (size_t)(e->refs - e->text);
	const char *p = memmem(e->text, len, line, n);

	while (p && p > e->text && p[-1] != '\n')
		p = memmem(p + 1, (size_t)(e->refs - p) - 1, line, n);
	return p;
}

bool lib_index_reach_func(struct lib_index *ix, const char *name)
{
	struct reach r;
	const char *line = arena_printf(&ix->s->arena, "f %s\n", name);
	size_t n = strlen(line);
	bool found = false;

	vec_for(i, &ix->entries.entries) {
		const struct lib_entry *e = ix->entries.entries.v[i].value;

		found |= e->in_use && !e->reached && defines(e, line, n);
	}
	if (!found)
		return false;
	reach_open(&r, ix);
	reach_name(&r, &r.names, name);
	reach_close(&r);
	return true;
}
