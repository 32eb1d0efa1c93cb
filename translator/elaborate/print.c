// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The listing of -p2: what the script came to.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "elaborate/elab.h"

static int by_name(const void *x, const void *y)
{
	const struct func *const *a = x, *const *b = y;
	int c = strcmp((*a)->name, (*b)->name);

	if (c)
		return c;
	return ((*a)->id > (*b)->id) - ((*a)->id < (*b)->id);
}

static void print_var(FILE *out, const struct var *v)
{
	fputs(v->name, out);
	if (v->max_entries)
		fprintf(out, "[%" PRId64 "]", v->max_entries);
	if (v->wrap)
		fputc('%', out);
	fprintf(out, ":%s", type_text(v->type));
	for (int i = 0; i < v->nkeys; i++)
		fprintf(out, "%s%s%s", i ? ", " : " [",
			type_text(v->key_types[i]),
			i + 1 == v->nkeys ? "]" : "");
}

static void print_globals(FILE *out, const struct program *p, bool verbose)
{
	if (p->globals.n)
		fputs("# globals\n", out);
	vec_for(i, &p->globals) {
		const struct var *v = p->globals.v[i];

		print_var(out, v);
		if (verbose && v->init) {
			fputs(" = ", out);
			ast_print_expr(out, v->init);
		}
		fputc('\n', out);
	}
}

static void print_locals(FILE *out, const struct var_vec *locals)
{
	if (locals->n)
		fputs("  # locals\n", out);
	vec_for(i, locals) {
		fputs("  ", out);
		print_var(out, locals->v[i]);
		fputc('\n', out);
	}
}

static void print_body(FILE *out, const struct stmt *body)
{
	bool block = body->kind == STMT_BLOCK;

	if (!block)
		fputs("{\n", out);
	ast_print_stmt(out, body, block ? 0 : 1);
	if (!block)
		fputs("}\n", out);
}

static void print_func(FILE *out, const struct func *f, bool verbose)
{
	fprintf(out, "%s:%s (", f->name, type_text(f->type));
	vec_for(i, &f->params) {
		fputs(i ? ", " : "", out);
		print_var(out, f->params.v[i]);
	}
	fputs(")\n", out);
	print_locals(out, &f->locals);
	if (!verbose)
		return;
	if (f->body)
		print_body(out, f->body);
	else
		fprintf(out, "%%{%.*s%%}\n", (int)f->code_len, f->code);
}

static void print_funcs(FILE *out, const struct program *p, bool verbose)
{
	struct func **sorted = xmalloc((p->funcs.n + 1) * sizeof *sorted);
	size_t n = 0;

	/* C that stands in a body is shown there. */
	vec_for(i, &p->funcs)
		if (p->funcs.v[i]->decl || p->funcs.v[i]->body)
			sorted[n++] = p->funcs.v[i];
	if (n) {
		qsort(sorted, n, sizeof *sorted, by_name);
		fputs("# functions\n", out);
	}
	for (size_t i = 0; i < n; i++)
		print_func(out, sorted[i], verbose);
	free(sorted);
}

static void print_probe(FILE *out, const struct probe *pr, bool verbose)
{
	fprintf(out, "%s%s", pr->point, pr->flag);
	if (pr->condition) {
		fputs(" if (", out);
		ast_print_expr(out, pr->condition);
		fputc(')', out);
	}
	if (pr->info->where)
		fprintf(out, " /* %s */", pr->info->where);
	vec_for(i, &pr->chain)
		fprintf(out, "%s%s%s", i ? "" : " /*", " <- ", pr->chain.v[i]);
	fputs(pr->chain.n ? " */\n" : "\n", out);
	print_locals(out, &pr->locals);
	if (verbose)
		vec_for(i, &pr->saved) {
			fprintf(out, "  # saved at entry %zu:%s = ", i,
				type_text(pr->saved.v[i].type));
			ast_print_expr(out, pr->saved.v[i].e);
			fputc('\n', out);
		}
	if (verbose)
		print_body(out, pr->body);
}

void program_print(FILE *out, const struct program *p, bool verbose)
{
	if (p->embeds.n)
		fputs("# global embedded code\n", out);
	vec_for(i, &p->embeds)
		fprintf(out, "%.*s\n", (int)p->embeds.v[i]->len,
			p->embeds.v[i]->code);
	print_globals(out, p, verbose);
	print_funcs(out, p, verbose);
	if (p->probes.n)
		fputs("# probes\n", out);
	vec_for(i, &p->probes)
		print_probe(out, p->probes.v[i], verbose);
}
