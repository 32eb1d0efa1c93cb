// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What there is for a script to use: the library's functions, with the types
 * that pass 2 finds for them, and the forms of probe points that the
 * providers know; a line each, sorted.
 */
#include "elaborate/provider/provider.h"
#include "parse/parse.h"

static void add_type(struct buf *b, enum type t)
{
	bool known = t == TYPE_LONG || t == TYPE_STRING;

	buf_printf(b, ":%s", known ? type_text(t) : "unknown");
}

/* The comments in embedded C that say where a function may be used. */
static void add_markers(struct buf *b, const struct func *f)
{
	if (!f->code)
		return;
	buf_puts(b, f->guru ? " /* guru */" : "");
	buf_puts(b, f->myproc_unprivileged ? " /* myproc-unprivileged */" : "");
	buf_puts(b, f->unprivileged ? " /* unprivileged */" : "");
}

static const char *function_line(struct arena *a, const struct func *f)
{
	struct buf b = { 0 };
	const char *line;

	buf_puts(&b, f->name);
	add_type(&b, f->type);
	buf_puts(&b, " (");
	vec_for(i, &f->params) {
		const struct var *v = f->params.v[i];

		buf_printf(&b, "%s%s", i ? ", " : "", v->name);
		add_type(&b, v->guessed ? TYPE_UNKNOWN : v->type);
	}
	buf_putc(&b, ')');
	add_markers(&b, f);
	line = arena_strdup(a, b.s);
	buf_free(&b);
	return line;
}

/* All of the library as a program of its own; what is wrong in it, or wants a
 * kernel that is not there, is for the script that uses it. */
static struct program *whole_library(struct session *s)
{
	struct program *p = program_new(s);

	s->diag.muted++;
	vec_for(i, &s->library) {
		struct file *f = s->library.v[i];

		vec_for(j, &f->funcs)
			resolve_decl(p->elab, f->funcs.v[j]);
	}
	resolve_pending(p->elab);
	settle_arity(p->elab);
	infer_program(p->elab);
	s->diag.muted--;
	return p;
}

static bool is_offered(const struct session *s, const struct func *f)
{
	return f->decl && !f->decl->is_private &&
	       f->decl->file->src->kind == SOURCE_TAPSET &&
	       (f->name[0] != '_' || s->opt.verbose[0] > 0);
}

void dump_functions(struct session *s, FILE *out)
{
	struct program *p = whole_library(s);
	struct str_vec lines = { 0 };

	vec_for(i, &p->funcs)
		if (is_offered(s, p->funcs.v[i]))
			vec_push(&s->arena, &lines,
				 function_line(&s->arena, p->funcs.v[i]));
	print_sorted_lines(out, &lines);
	sysmod_close_all(p->elab);
}

void dump_probe_types(struct session *s, FILE *out)
{
	struct str_vec lines = { 0 };

	for (size_t i = 0; i < nproviders; i++) {
		const struct provider *pr = providers[i];

		if (privilege_is_user(s) && !pr->unprivileged)
			continue;
		for (size_t j = 0; j < pr->npatterns; j++)
			vec_push(&s->arena, &lines, pr->patterns[j].text);
	}
	print_sorted_lines(out, &lines);
}
