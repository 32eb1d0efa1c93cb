// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The probe aliases that the library offers: a line each, sorted.
 */
#include <stdlib.h>

#include "parse/parse.h"

static int line_cmp(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void print_sorted_lines(FILE *out, struct str_vec *lines)
{
	if (lines->n)
		qsort(lines->v, lines->n, sizeof *lines->v, line_cmp);
	vec_for(i, lines)
		if (!i || strcmp(lines->v[i], lines->v[i - 1]))
			fprintf(out, "%s\n", lines->v[i]);
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

void parse_list_aliases(struct session *s, FILE *out)
{
	bool hidden = s->opt.verbose[0] > 0;
	struct str_vec lines = { 0 };

	vec_for(i, &s->library)
		add_aliases(s, s->library.v[i], hidden, &lines);
	print_sorted_lines(out, &lines);
}
