// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * @probewrite.  In: the bodies that a probe is joined from, none of them
 * resolved.  Out: the same with each @probewrite(x) replaced by 1 where the
 * script's own body writes x, else by 0: neither what an alias puts before or
 * behind it counts, nor what a function that is called does.
 */
#include "elaborate/elab.h"

struct writes {
	struct arena *a;
	const struct stmt *own;
	bool collected;
	struct names names;	/* what own writes, as text */
};

static void collect_expr(struct visitor *v, struct expr **pe)
{
	struct writes *w = v->arg;
	struct expr *e = *pe;

	if (e->kind == EXPR_ASSIGN)
		vec_push(w->a, &w->names, expr_text(w->a, e->assign.lhs));
	else if (e->kind == EXPR_INCDEC)
		vec_push(w->a, &w->names, expr_text(w->a, e->incdec.a));
	ast_walk_expr(v, e);
}

static void walk_stmt(struct visitor *v, struct stmt **s)
{
	ast_walk_stmt(v, *s);
}

static bool is_written(struct writes *w, const struct expr *e)
{
	const char *text = expr_text(w->a, e);
	struct visitor collect = { collect_expr, walk_stmt, w };

	if (!w->collected)
		ast_walk_stmt(&collect, ast_clone_stmt(w->a, w->own));
	w->collected = true;
	vec_for(i, &w->names)
		if (!strcmp(w->names.v[i], text))
			return true;
	return false;
}

static void settle_expr(struct visitor *v, struct expr **pe)
{
	struct writes *w = v->arg;
	struct expr *e = *pe;

	if (e->kind == EXPR_DEFINED && e->defined.probewrite)
		*pe = mk_number(w->a, e->loc, is_written(w, e->defined.e));
	else
		ast_walk_expr(v, e);
}

void settle_probewrites(struct arena *a, struct probe_info *info,
			const struct stmt *own)
{
	struct writes w = { .a = a, .own = own };
	struct visitor settle = { settle_expr, walk_stmt, &w };

	vec_for(i, &info->bodies)
		ast_walk_stmt(&settle, info->bodies.v[i].stmt);
}
