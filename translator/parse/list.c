// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the library offers: a line a function or alias, sorted.
 */
#include <stdlib.h>

#include "parse/parse.h"

static int line_cmp(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void print_sorted(FILE *out, struct str_vec *lines)
{
	if (lines->n)
		qsort(lines->v, lines->n, sizeof *lines->v, line_cmp);
	vec_for(i, lines)
		if (!i || strcmp(lines->v[i], lines->v[i - 1]))
			fprintf(out, "%s\n", lines->v[i]);
}

static void add_type(struct buf *b, enum type t)
{
	if (t == TYPE_LONG || t == TYPE_STRING)
		buf_printf(b, ":%s", type_text(t));
}

/* The comments in embedded C that say where a function may be used. */
static void add_markers(struct buf *b, const char *code)
{
	static const char *const markers[] = {
		"/* guru */", "/* unprivileged */", "/* myproc-unprivileged */",
	};

	for (size_t i = 0; code && i < ARRAY_SIZE(markers); i++)
		if (strstr(code, markers[i]))
			buf_printf(b, " %s", markers[i]);
}

static const char *function_line(struct arena *a, const struct func_decl *f)
{
	struct buf b = { 0 };
	const char *line;

	buf_puts(&b, f->name);
	add_type(&b, f->type);
	buf_puts(&b, " (");
	vec_for(i, &f->params) {
		buf_printf(&b, "%s%s", i ? ", " : "", f->params.v[i].name);
		add_type(&b, f->params.v[i].type);
	}
	buf_putc(&b, ')');
	add_markers(&b, f->code);
	line = arena_strdup(a, b.s);
	buf_free(&b);
	return line;
}

static const char *alias_line(struct arena *a, const struct alias_decl *d,
			      const struct probe_point *name)
{
	struct buf b = { 0 };
	const char *line;

	buf_printf(&b, "%s %s ", point_text(a, name),
		   d->epilogue ? "+=" : "=");
	vec_for(i, &d->points)
		buf_printf(&b, "%s%s", i ? ", " : "",
			   point_text(a, d->points.v[i]));
	line = arena_strdup(a, b.s);
	buf_free(&b);
	return line;
}

static void add_functions(struct session *s, const struct file *f, bool hidden,
			  struct str_vec *lines)
{
	vec_for(i, &f->funcs) {
		const struct func_decl *d = f->funcs.v[i];

		if (!d->is_private && (hidden || d->name[0] != '_'))
			vec_push(&s->arena, lines,
				 function_line(&s->arena, d));
	}
}

static void add_aliases(struct session *s, const struct file *f, bool hidden,
			struct str_vec *lines)
{
	vec_for(i, &f->aliases) {
		const struct alias_decl *d = f->aliases.v[i];

		vec_for(k, &d->names) {
			const struct probe_point *name = d->names.v[k];

			if (hidden || name->comps.v[0].name[0] != '_')
				vec_push(&s->arena, lines,
					 alias_line(&s->arena, d, name));
		}
	}
}

bool parse_list_library(struct session *s, FILE *out)
{
	bool hidden = s->opt.verbose[0] > 0;
	struct str_vec functions = { 0 }, aliases = { 0 };

	vec_for(i, &s->library) {
		const struct file *f = s->library.v[i];

		if (s->opt.dump_functions)
			add_functions(s, f, hidden, &functions);
		if (s->opt.dump_aliases)
			add_aliases(s, f, hidden, &aliases);
	}
	print_sorted(out, &functions);
	print_sorted(out, &aliases);
	return true;
}
