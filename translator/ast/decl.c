// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A file's declarations as script text: embedded C, globals, functions,
 * aliases, probes.  The parser makes an equal file of it.
 */
#include "ast/quote.h"

static void print_arg(FILE *out, const struct expr *e)
{
	if (e->kind == EXPR_NUMBER && !e->number.hex && e->number.value < 0 &&
	    e->number.value != INT64_MIN)
		fprintf(out, "%lld", (long long)e->number.value);
	else
		ast_print_expr(out, e);
}

static void print_point(FILE *out, const struct probe_point *p)
{
	vec_for(i, &p->comps) {
		const struct point_component *c = &p->comps.v[i];

		fprintf(out, "%s%s", i ? "." : "", c->name);
		if (c->arg) {
			fputc('(', out);
			print_arg(out, c->arg);
			fputc(')', out);
		}
	}
	if (p->sufficient)
		fputc('!', out);
	else if (p->optional)
		fputc('?', out);
	if (p->condition) {
		fputs(" if (", out);
		ast_print_expr(out, p->condition);
		fputc(')', out);
	}
}

const char *point_text(struct arena *a, const struct probe_point *p)
{
	struct text_stream t;

	print_point(text_open(&t), p);
	return text_close(&t, a);
}

static void print_points(FILE *out, const struct point_vec *points)
{
	vec_for(i, points) {
		fputs(i ? ",\n  " : "", out);
		print_point(out, points->v[i]);
	}
}

static void print_type(FILE *out, enum type t)
{
	if (t == TYPE_LONG || t == TYPE_STRING)
		fprintf(out, ":%s", type_text(t));
}

static void print_global(FILE *out, const struct global_decl *g)
{
	fprintf(out, "%sglobal %s", g->is_private ? "private " : "", g->name);
	if (g->wrap)
		fputc('%', out);
	if (g->size)
		fprintf(out, "[%lld]", (long long)g->size);
	if (g->init) {
		fputs(" = ", out);
		print_arg(out, g->init);
	}
	fputc('\n', out);
}

static void print_func(FILE *out, const struct func_decl *f)
{
	bool library = f->file->src->kind == SOURCE_TAPSET;

	fprintf(out, "%sfunction %s", f->is_private ? "private " : "",
		f->name);
	print_type(out, f->type);
	fputs(" (", out);
	vec_for(i, &f->params) {
		fprintf(out, "%s%s", i ? ", " : "", f->params.v[i].name);
		print_type(out, f->params.v[i].type);
	}
	fputc(')', out);
	if (f->priority != library)
		fprintf(out, ":%lld", (long long)f->priority);
	fputc('\n', out);
	if (f->body)
		ast_print_stmt(out, f->body, 0);
	else
		fprintf(out, "%%{%.*s%%}\n", (int)f->code_len, f->code);
}

static void print_alias(FILE *out, const struct alias_decl *d)
{
	fputs("probe ", out);
	vec_for(i, &d->names) {
		print_point(out, d->names.v[i]);
		fputs(d->epilogue ? " += " : " = ", out);
	}
	print_points(out, &d->points);
	fputc('\n', out);
	ast_print_stmt(out, d->body, 0);
	if (d->epilogue_body) {
		fputs(",\n", out);
		ast_print_stmt(out, d->epilogue_body, 0);
	}
}

void ast_print_file(FILE *out, const struct file *f)
{
	vec_for(i, &f->embeds)
		fprintf(out, "%%{%.*s%%}\n", (int)f->embeds.v[i]->len,
			f->embeds.v[i]->code);
	vec_for(i, &f->globals)
		print_global(out, f->globals.v[i]);
	vec_for(i, &f->funcs)
		print_func(out, f->funcs.v[i]);
	vec_for(i, &f->aliases)
		print_alias(out, f->aliases.v[i]);
	vec_for(i, &f->probes) {
		fputs("probe ", out);
		print_points(out, &f->probes.v[i]->points);
		fputc('\n', out);
		ast_print_stmt(out, f->probes.v[i]->body, 0);
	}
}
