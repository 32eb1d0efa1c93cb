// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Deep copies.  A node is copied whole, then every child (walk.c knows them)
 * is replaced by its own copy; lists get storage of their own first.
 */
#include "ast/ast.h"

static void clone_list(struct arena *a, struct expr_vec *list)
{
	list->v = arena_dup(a, list->v, list->n * sizeof *list->v);
	list->cap = list->n;
}

/* Own storage for the lists of a copied node. */
static void clone_lists(struct arena *a, struct expr *e)
{
	struct comp_vec *comps = &e->target.comps;

	switch (e->kind) {
	case EXPR_INDEX:
		clone_list(a, &e->index.keys);
		return;
	case EXPR_IN:
		clone_list(a, &e->in.keys);
		return;
	case EXPR_CALL:
		clone_list(a, &e->call.args);
		return;
	case EXPR_PRINT:
		clone_list(a, &e->print.args);
		return;
	case EXPR_TARGET:
		comps->v = arena_dup(a, comps->v, comps->n * sizeof *comps->v);
		comps->cap = comps->n;
		return;
	case EXPR_NUMBER:
	case EXPR_STRING:
	case EXPR_SYMBOL:
	case EXPR_UNARY:
	case EXPR_BINARY:
	case EXPR_LOGICAL:
	case EXPR_TERNARY:
	case EXPR_ASSIGN:
	case EXPR_INCDEC:
	case EXPR_STAT:
	case EXPR_HIST:
	case EXPR_HIST_BUCKET:
	case EXPR_DEFINED:
	case EXPR_ENTRY:
	case EXPR_EMBEDDED:
	case EXPR_RAW:
	case EXPR_CONST:
	case EXPR_PERF:
	case EXPR_LOAD:
	case EXPR_STORE:
	case EXPR_REGISTER:
	case EXPR_ADDRESS:
	case EXPR_SAVED:
	case EXPR_CALLCTX:
		return;
	}
}

static void clone_expr_at(struct visitor *v, struct expr **e)
{
	*e = ast_clone_expr(v->arg, *e);
}

static void clone_stmt_at(struct visitor *v, struct stmt **s)
{
	*s = ast_clone_stmt(v->arg, *s);
}

struct expr *ast_clone_expr(struct arena *a, const struct expr *e)
{
	struct visitor v = { .expr = clone_expr_at, .arg = a };
	struct expr *c;

	if (!e)
		return NULL;
	c = arena_dup(a, e, sizeof *e);
	clone_lists(a, c);
	ast_walk_expr(&v, c);
	return c;
}

struct stmt *ast_clone_stmt(struct arena *a, const struct stmt *s)
{
	struct visitor v = {
		.expr = clone_expr_at, .stmt = clone_stmt_at, .arg = a
	};
	struct stmt *c;

	if (!s)
		return NULL;
	c = arena_dup(a, s, sizeof *s);
	if (c->kind == STMT_BLOCK) {
		struct stmt_vec *list = &c->block.stmts;

		list->v = arena_dup(a, list->v, list->n * sizeof *list->v);
		list->cap = list->n;
	} else if (c->kind == STMT_FOREACH) {
		clone_list(a, &c->foreach.keys);
		clone_list(a, &c->foreach.slice);
	}
	ast_walk_stmt(&v, c);
	return c;
}
