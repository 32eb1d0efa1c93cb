// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The library's index as a file.  Text, so that it can be looked at:
 *
 *	stapx library index 2 CHECKSUM
 *	F SIZE MTIME NANOSECONDS BYTES-OF-DEFINITIONS BYTES-OF-REFERENCES PATH
 *	f NAME		a function that others may use
 *	g NAME		a variable that others may use
 *	a A.B		the name of an alias, without arguments
 *	w NAME		refers to
 *	p A.B		a probe point, without arguments
 *
 * Nothing in it is trusted: it is read only as a whole that has its checksum.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "parse/index.h"

#define INDEX_HEAD "stapx library index 2 "
#define INDEX_MAX (64u << 20)
#define CHECKSUM_SEED 0x5175

static bool same_time(const struct lib_entry *e, const struct stat *st)
{
	return e->size == (long long)st->st_size &&
	       e->mtime_s == (long long)st->st_mtim.tv_sec &&
	       e->mtime_ns == st->st_mtim.tv_nsec;
}

/* ---- read ---- */

/* "F 12 3 4 5 6 /path\n": the entry, p moved behind its lines. */
static struct lib_entry *read_entry(struct arena *a, const char **p,
				    const char *end)
{
	struct lib_entry *e = arena_new(a, struct lib_entry);
	const char *nl = memchr(*p, '\n', (size_t)(end - *p));
	size_t defs = 0, refs = 0;
	int used = 0;

	if (!nl || sscanf(*p, "F %lld %lld %ld %zu %zu %n", &e->size,
			  &e->mtime_s, &e->mtime_ns, &defs, &refs,
			  &used) != 5 || !used || *p + used >= nl)
		return NULL;
	e->path = arena_strndup(a, *p + used, (size_t)(nl - *p) - (size_t)used);
	e->text = nl + 1;
	if (defs > (size_t)(end - e->text) ||
	    refs > (size_t)(end - e->text) - defs)
		return NULL;
	e->refs = e->text + defs;
	e->end = e->refs + refs;
	e->save = true;
	*p = e->end;
	return e;
}

static bool checksum_fits(const char *text, size_t n, const char **body)
{
	const char *nl = memchr(text, '\n', n);
	uint64_t sum;

	if (!nl || !str_starts(text, INDEX_HEAD))
		return false;
	sum = strtoull(text + strlen(INDEX_HEAD), NULL, 16);
	*body = nl + 1;
	return sum == hash_bytes(*body, n - (size_t)(*body - text),
				 CHECKSUM_SEED);
}

static void read_index(struct lib_index *ix)
{
	struct arena *a = &ix->s->arena;
	size_t n = 0;
	const char *text = file_read(a, ix->path, INDEX_MAX, &n), *p, *end;
	struct lib_entry *e;

	if (!text)
		return;
	if (!checksum_fits(text, n, &p)) {
		vlog(ix->s, 1, 2, "The library index \"%s\" is damaged and "
				  "will be made again\n", ix->path);
		return;
	}
	for (end = text + n; p < end && (e = read_entry(a, &p, end));)
		map_set(a, &ix->entries, e->path, e);
}

void lib_index_open(struct lib_index *ix, struct session *s,
		    uint64_t environment)
{
	*ix = (struct lib_index){ .s = s };
	if (s->opt.disable_cache || !s->state_dir)
		return;
	ix->path = arena_printf(&s->arena,
				"%s/cache/library/%016" PRIx64 ".index",
				s->state_dir, environment);
	if (!s->opt.poison_cache)
		read_index(ix);
}

struct lib_entry *lib_index_find(struct lib_index *ix, const char *path,
				 const struct stat *st)
{
	struct lib_entry *e = map_get(&ix->entries, path);

	if (!e || !same_time(e, st))
		return NULL;
	e->in_use = true;
	return e;
}

/* ---- make ---- */

static void add_line(struct buf *out, struct arena *a, struct map *seen,
		     char kind, const char *text)
{
	const char *key = arena_printf(a, "%c %s\n", kind, text);

	if (map_get(seen, key))
		return;
	map_set(a, seen, key, seen);
	buf_puts(out, key);
}

/* "kernel.function.return": names alone, which is what aliases go by. */
static const char *point_names(struct arena *a, const struct probe_point *p)
{
	struct buf b = { 0 };
	const char *text;

	vec_for(i, &p->comps)
		buf_printf(&b, "%s%s", i ? "." : "", p->comps.v[i].name);
	text = arena_strdup(a, buf_str(&b));
	buf_free(&b);
	return text;
}

static void definitions(struct buf *out, struct arena *a, const struct file *f)
{
	struct map seen = { 0 };

	vec_for(i, &f->funcs)
		if (!f->funcs.v[i]->is_private)
			add_line(out, a, &seen, 'f', f->funcs.v[i]->name);
	vec_for(i, &f->globals)
		if (!f->globals.v[i]->is_private)
			add_line(out, a, &seen, 'g', f->globals.v[i]->name);
	vec_for(i, &f->aliases) {
		const struct point_vec *names = &f->aliases.v[i]->names;

		vec_for(k, names)
			add_line(out, a, &seen, 'a', point_names(a, names->v[k]));
	}
}

struct collector {
	struct visitor v;
	struct buf *out;
	struct arena *a;
	struct map seen;
};

static void collect_word(struct collector *c, const char *name)
{
	if (name)
		add_line(c->out, c->a, &c->seen, 'w', name);
}

/* What pass 2 calls by itself where a target variable is printed whole. */
static void collect_pretty(struct collector *c, const struct expr *e)
{
	static const char *const calls[] = {
		"kernel_string", "kernel_string_n", "user_string_quoted",
		"user_string_n_quoted", "string_quoted",
	};
	const struct comp_vec *comps = &e->target.comps;
	enum component_kind last = comps->n ? comps->v[comps->n - 1].kind
					    : COMP_MEMBER;

	if (last != COMP_PRETTY && last != COMP_PRETTY_DEEP &&
	    !(e->target.name && str_starts(e->target.name, "$$")))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		collect_word(c, calls[i]);
}

static void collect_expr(struct visitor *v, struct expr **e)
{
	struct collector *c = v->arg;

	if ((*e)->kind == EXPR_CALL)
		collect_word(c, (*e)->call.name);
	else if ((*e)->kind == EXPR_SYMBOL)
		collect_word(c, (*e)->symbol.name);
	else if ((*e)->kind == EXPR_INDEX)
		collect_word(c, (*e)->index.name);
	else if ((*e)->kind == EXPR_IN)
		collect_word(c, (*e)->in.array);
	else if ((*e)->kind == EXPR_TARGET)
		collect_pretty(c, *e);
	ast_walk_expr(v, *e);
}

static void collect_stmt(struct visitor *v, struct stmt **s)
{
	struct collector *c = v->arg;

	if ((*s)->kind == STMT_FOREACH)
		collect_word(c, (*s)->foreach.array);
	ast_walk_stmt(v, *s);
}

/* Embedded C says in a comment which variables it reads and writes. */
static void collect_code(struct collector *c, const char *code, size_t len)
{
	static const char *const marks[] = { "pragma:read:", "pragma:write:" };
	const char *p;

	for (size_t i = 0; len && i < ARRAY_SIZE(marks); i++) {
		for (p = code; (p = strstr(p, marks[i]));) {
			p += strlen(marks[i]);
			collect_word(c, arena_strndup(c->a, p,
						      strcspn(p, " \t\n*/")));
		}
	}
}

static void collect_body(struct collector *c, struct stmt *s)
{
	if (s)
		collect_stmt(&c->v, &s);
}

static void collect_points(struct collector *c, const struct point_vec *points)
{
	vec_for(i, points) {
		struct probe_point *p = points->v[i];

		add_line(c->out, c->a, &c->seen, 'p', point_names(c->a, p));
		if (p->condition)
			collect_expr(&c->v, &p->condition);
	}
}

void lib_references(struct buf *out, struct arena *a, const struct file *f)
{
	struct collector c = { .out = out, .a = a };

	c.v = (struct visitor){ .expr = collect_expr, .stmt = collect_stmt,
				.arg = &c };
	vec_for(i, &f->funcs) {
		collect_body(&c, f->funcs.v[i]->body);
		collect_code(&c, f->funcs.v[i]->code, f->funcs.v[i]->code_len);
	}
	vec_for(i, &f->probes) {
		collect_points(&c, &f->probes.v[i]->points);
		collect_body(&c, f->probes.v[i]->body);
	}
	vec_for(i, &f->aliases) {
		collect_points(&c, &f->aliases.v[i]->points);
		collect_body(&c, f->aliases.v[i]->body);
		collect_body(&c, f->aliases.v[i]->epilogue_body);
	}
}

struct lib_entry *lib_index_add(struct lib_index *ix, const char *path,
				const struct stat *st, const struct file *f)
{
	struct arena *a = &ix->s->arena, scratch = { 0 };
	struct lib_entry *e = arena_new(a, struct lib_entry);
	struct buf b = { 0 };
	size_t defs;

	definitions(&b, &scratch, f);
	defs = b.n;
	lib_references(&b, &scratch, f);
	e->path = path;
	e->size = st->st_size;
	e->mtime_s = st->st_mtim.tv_sec;
	e->mtime_ns = st->st_mtim.tv_nsec;
	e->text = arena_strndup(a, buf_str(&b), b.n);
	e->refs = e->text + defs;
	e->end = e->text + b.n;
	e->save = !strchr(path, '\n');
	e->in_use = true;
	map_set(a, &ix->entries, path, e);
	ix->changed = true;
	buf_free(&b);
	arena_free(&scratch);
	return e;
}

/* ---- write ---- */

static void write_entry(struct buf *b, const struct lib_entry *e)
{
	buf_printf(b, "F %lld %lld %ld %zu %zu %s\n", e->size, e->mtime_s,
		   e->mtime_ns, (size_t)(e->refs - e->text),
		   (size_t)(e->end - e->refs), e->path);
	buf_write(b, e->text, (size_t)(e->end - e->text));
}

/* An index that cannot be kept is only made again. */
void lib_index_save(struct lib_index *ix)
{
	const char *dir;
	struct buf body = { 0 }, all = { 0 };
	int err;

	if (!ix->path || !ix->changed)
		return;
	vec_for(i, &ix->entries.entries) {
		const struct lib_entry *e = ix->entries.entries.v[i].value;

		if (e->save && e->in_use)
			write_entry(&body, e);
	}
	buf_printf(&all, INDEX_HEAD "%016" PRIx64 "\n",
		   hash_bytes(buf_str(&body), body.n, CHECKSUM_SEED));
	buf_write(&all, buf_str(&body), body.n);
	dir = arena_strndup(&ix->s->arena, ix->path,
			    (size_t)(strrchr(ix->path, '/') - ix->path));
	err = mkdir_p(dir, 0755);
	if (!err)
		err = file_replace(ix->path, all.s, all.n, 0644);
	if (err)
		vlog(ix->s, 1, 2, "The library index \"%s\" cannot be "
				  "written: %s\n", ix->path, strerror(-err));
	buf_free(&body);
	buf_free(&all);
}
