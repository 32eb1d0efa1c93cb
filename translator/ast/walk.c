// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The direct children of a node, in the order in which they are evaluated.
 * The callback gets the child's address and may put another node there.
 * Slots that are empty (a '*' key, a missing else) are skipped.
 */
#include "ast/ast.h"

static void visit(struct visitor *v, struct expr **e)
{
	if (*e && v->expr)
		v->expr(v, e);
}

static void visit_all(struct visitor *v, struct expr_vec *list)
{
	vec_for(i, list)
		visit(v, &list->v[i]);
}

static void visit_stmt(struct visitor *v, struct stmt **s)
{
	if (*s && v->stmt)
		v->stmt(v, s);
}

static void walk_target(struct visitor *v, struct expr *e)
{
	visit(v, &e->target.base);
	vec_for(i, &e->target.comps)
		visit(v, &e->target.comps.v[i].index);
}

void ast_walk_expr(struct visitor *v, struct expr *e)
{
	switch (e->kind) {
	case EXPR_NUMBER:
	case EXPR_STRING:
	case EXPR_SYMBOL:
	case EXPR_EMBEDDED:
	case EXPR_CONST:
	case EXPR_PERF:
	case EXPR_REGISTER:
	case EXPR_ADDRESS:
	case EXPR_SAVED:
	case EXPR_CALLCTX:
		return;
	case EXPR_INDEX:
		visit_all(v, &e->index.keys);
		return;
	case EXPR_TARGET:
		walk_target(v, e);
		return;
	case EXPR_UNARY:
		visit(v, &e->unary.a);
		return;
	case EXPR_BINARY:
		visit(v, &e->binary.a);
		visit(v, &e->binary.b);
		return;
	case EXPR_LOGICAL:
		visit(v, &e->logical.a);
		visit(v, &e->logical.b);
		return;
	case EXPR_TERNARY:
		visit(v, &e->ternary.cond);
		visit(v, &e->ternary.a);
		visit(v, &e->ternary.b);
		return;
	case EXPR_ASSIGN:
		visit(v, &e->assign.lhs);
		visit(v, &e->assign.rhs);
		return;
	case EXPR_INCDEC:
		visit(v, &e->incdec.a);
		return;
	case EXPR_IN:
		visit_all(v, &e->in.keys);
		return;
	case EXPR_CALL:
		visit_all(v, &e->call.args);
		return;
	case EXPR_PRINT:
		visit_all(v, &e->print.args);
		return;
	case EXPR_STAT:
		visit(v, &e->stat.stat);
		return;
	case EXPR_HIST:
		visit(v, &e->hist.stat);
		return;
	case EXPR_HIST_BUCKET:
		visit(v, &e->bucket.hist);
		visit(v, &e->bucket.index);
		return;
	case EXPR_DEFINED:
		visit(v, &e->defined.e);
		return;
	case EXPR_ENTRY:
		visit(v, &e->entry.e);
		return;
	case EXPR_RAW:
		visit(v, &e->raw.size);
		visit(v, &e->raw.arg);
		return;
	case EXPR_LOAD:
		visit(v, &e->load.addr);
		return;
	case EXPR_STORE:
		visit(v, &e->store.addr);
		visit(v, &e->store.value);
		return;
	}
}

static void walk_foreach(struct visitor *v, struct stmt *s)
{
	visit(v, &s->foreach.limit);
	visit(v, &s->foreach.hist);
	visit_all(v, &s->foreach.slice);
	visit_all(v, &s->foreach.keys);
	visit(v, &s->foreach.value);
	visit_stmt(v, &s->foreach.body);
}

void ast_walk_stmt(struct visitor *v, struct stmt *s)
{
	switch (s->kind) {
	case STMT_NULL:
	case STMT_NEXT:
	case STMT_BREAK:
	case STMT_CONTINUE:
	case STMT_EMBEDDED:
		return;
	case STMT_BLOCK:
		vec_for(i, &s->block.stmts)
			visit_stmt(v, &s->block.stmts.v[i]);
		return;
	case STMT_EXPR:
	case STMT_RETURN:
	case STMT_DELETE:
		visit(v, &s->expr.e);
		return;
	case STMT_IF:
		visit(v, &s->if_.cond);
		visit_stmt(v, &s->if_.then);
		visit_stmt(v, &s->if_.otherwise);
		return;
	case STMT_WHILE:
	case STMT_FOR:
		visit(v, &s->loop.init);
		visit(v, &s->loop.cond);
		visit_stmt(v, &s->loop.body);
		visit(v, &s->loop.step);
		return;
	case STMT_FOREACH:
		walk_foreach(v, s);
		return;
	case STMT_TRY:
		visit_stmt(v, &s->try_.body);
		visit(v, &s->try_.msg);
		visit_stmt(v, &s->try_.handler);
		return;
	}
}
