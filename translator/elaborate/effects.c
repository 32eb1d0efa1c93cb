// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Effects: which variables are read and written, and what changes nothing
 * that can be seen.  x++ and x += 1 as statements write x and do not read it,
 * so that a counter nobody looks at is known for what it is.
 */
#include "elaborate/effects.h"

/* ---- purity ---- */

static void find_impure(struct visitor *v, struct expr **pe)
{
	if (!expr_is_pure(*pe))
		*(bool *)v->arg = false;
}

static bool parts_are_pure(const struct expr *x)
{
	bool pure = true;
	struct visitor v = { .expr = find_impure, .arg = &pure };

	ast_walk_expr(&v, (struct expr *)x);
	return pure;
}

static bool calls_are_pure(const struct func *f)
{
	for (; f; f = f->next_overload)
		if (!f->pure)
			return false;
	return true;
}

bool expr_is_pure(const struct expr *x)
{
	switch (x->kind) {
	case EXPR_ASSIGN:
	case EXPR_INCDEC:
	case EXPR_STORE:
		return false;
	case EXPR_CALL:
		return calls_are_pure(x->call.func) && parts_are_pure(x);
	case EXPR_PRINT:
		return x->print.to_string && parts_are_pure(x);
	case EXPR_EMBEDDED:
		return x->embedded.func && x->embedded.func->pure;
	case EXPR_BINARY:
		return !x->binary.keeps_match && parts_are_pure(x);
	case EXPR_NUMBER:
	case EXPR_STRING:
	case EXPR_SYMBOL:
	case EXPR_INDEX:
	case EXPR_TARGET:
	case EXPR_UNARY:
	case EXPR_LOGICAL:
	case EXPR_TERNARY:
	case EXPR_IN:
	case EXPR_STAT:
	case EXPR_HIST:
	case EXPR_HIST_BUCKET:
	case EXPR_DEFINED:
	case EXPR_ENTRY:
	case EXPR_RAW:
	case EXPR_CONST:
	case EXPR_PERF:
	case EXPR_LOAD:
	case EXPR_REGISTER:
	case EXPR_ADDRESS:
	case EXPR_SAVED:
	case EXPR_CALLCTX:
		return parts_are_pure(x);
	}
	return false;
}

/* A function's body: writing its own variables is its own business. */
static bool writes_local(const struct expr *x)
{
	const struct expr *to = x->kind == EXPR_ASSIGN ? x->assign.lhs :
							 x->incdec.a;

	return to->kind == EXPR_SYMBOL && to->symbol.var &&
	       to->symbol.var->storage != VAR_GLOBAL;
}

static void body_expr(struct visitor *v, struct expr **pe)
{
	struct expr *x = *pe;
	bool *pure = v->arg;

	if (x->kind == EXPR_ASSIGN || x->kind == EXPR_INCDEC)
		*pure &= writes_local(x);
	else if (x->kind == EXPR_STORE)
		*pure = false;
	else if (x->kind == EXPR_CALL)
		*pure &= calls_are_pure(x->call.func);
	else if (x->kind == EXPR_PRINT)
		*pure &= x->print.to_string;
	else if (x->kind == EXPR_EMBEDDED)
		*pure &= x->embedded.func && x->embedded.func->pure;
	else if (x->kind == EXPR_BINARY)
		*pure &= !x->binary.keeps_match;
	if (*pure)
		ast_walk_expr(v, x);
}

static void body_stmt(struct visitor *v, struct stmt **ps)
{
	struct stmt *s = *ps;
	bool *pure = v->arg;

	if (s->kind == STMT_DELETE || s->kind == STMT_NEXT)
		*pure = false;
	else if (s->kind == STMT_EMBEDDED)
		*pure &= s->embedded.func && s->embedded.func->pure;
	if (*pure)
		ast_walk_stmt(v, s);
}

bool stmt_is_pure(const struct stmt *s)
{
	bool pure = true;
	struct visitor v = { .expr = body_expr, .stmt = body_stmt,
			     .arg = &pure };
	struct stmt *body = (struct stmt *)s;

	if (s)
		body_stmt(&v, &body);
	return pure;
}

/* All are taken to be pure until a body says otherwise: so recursion, which
 * by itself has no effect, does not count as one. */
void mark_pure_functions(struct program *p)
{
	bool changed = true;

	vec_for(i, &p->funcs)
		if (p->funcs.v[i]->body)
			p->funcs.v[i]->pure = true;
	while (changed) {
		changed = false;
		vec_for(i, &p->funcs) {
			struct func *f = p->funcs.v[i];

			if (!f->body || !f->pure || stmt_is_pure(f->body))
				continue;
			f->pure = false;
			changed = true;
		}
	}
}

/* ---- uses ---- */

struct uses {
	struct program *p;
	bool wanted;		/* the value of what is walked is used */
};

static void use_expr(struct visitor *v, struct expr **pe);
static void use_stmt(struct visitor *v, struct stmt **ps);

static void use_wanted(struct visitor *v, struct expr **pe, bool wanted)
{
	struct uses *u = v->arg;
	bool was = u->wanted;

	u->wanted = wanted;
	use_expr(v, pe);
	u->wanted = was;
}

static void use_keys(struct visitor *v, struct expr_vec *keys)
{
	vec_for(i, keys)
		if (keys->v[i])
			use_wanted(v, &keys->v[i], true);
}

static void use_written(struct visitor *v, struct expr *to, bool read_too)
{
	struct var *var = NULL;

	if (to->kind == EXPR_SYMBOL) {
		var = to->symbol.var;
	} else if (to->kind == EXPR_INDEX) {
		var = to->index.var;
		use_keys(v, &to->index.keys);
	} else {
		use_wanted(v, &to, true);
	}
	if (!var)
		return;
	var->written = true;
	var->read |= read_too;
}

static void use_call(struct expr *x)
{
	for (struct func *f = x->call.func; f; f = f->next_overload)
		vec_for(i, &f->params)
			f->params.v[i]->written = true;
}

static void use_expr(struct visitor *v, struct expr **pe)
{
	struct uses *u = v->arg;
	struct expr *x = *pe;
	bool was = u->wanted;

	if (x->kind == EXPR_ASSIGN) {
		use_written(v, x->assign.lhs,
			    was && x->assign.op != OP_ASSIGN);
		use_wanted(v, &x->assign.rhs, true);
		return;
	}
	if (x->kind == EXPR_INCDEC) {
		use_written(v, x->incdec.a, was);
		return;
	}
	if (x->kind == EXPR_SYMBOL && x->symbol.var)
		x->symbol.var->read = true;
	else if (x->kind == EXPR_INDEX && x->index.var)
		x->index.var->read = true;
	else if (x->kind == EXPR_IN && x->in.var)
		x->in.var->read = true;
	else if (x->kind == EXPR_CALL)
		use_call(x);
	u->wanted = true;
	ast_walk_expr(v, x);
	u->wanted = was;
}

static void use_foreach(struct visitor *v, struct stmt *s)
{
	if (s->foreach.var)
		s->foreach.var->read = true;
	if (s->foreach.limit)
		use_wanted(v, &s->foreach.limit, true);
	if (s->foreach.hist)
		use_wanted(v, &s->foreach.hist, true);
	use_keys(v, &s->foreach.slice);
	vec_for(i, &s->foreach.keys)
		use_written(v, s->foreach.keys.v[i], false);
	if (s->foreach.value)
		use_written(v, s->foreach.value, false);
	use_stmt(v, &s->foreach.body);
}

static void use_stmt(struct visitor *v, struct stmt **ps)
{
	struct stmt *s = *ps;

	switch (s->kind) {
	case STMT_EXPR:
		use_wanted(v, &s->expr.e, false);
		return;
	case STMT_FOR:
	case STMT_WHILE:
		if (s->loop.init)
			use_wanted(v, &s->loop.init, false);
		if (s->loop.cond)
			use_wanted(v, &s->loop.cond, true);
		if (s->loop.step)
			use_wanted(v, &s->loop.step, false);
		use_stmt(v, &s->loop.body);
		return;
	case STMT_FOREACH:
		use_foreach(v, s);
		return;
	case STMT_DELETE:
		/* Counts as a look at it: who empties a global by hand does
		 * not want it printed at the end. */
		use_written(v, s->expr.e, true);
		return;
	case STMT_TRY:
		use_stmt(v, &s->try_.body);
		if (s->try_.msg)
			use_written(v, s->try_.msg, false);
		if (s->try_.handler)
			use_stmt(v, &s->try_.handler);
		return;
	case STMT_NULL:
	case STMT_BLOCK:
	case STMT_IF:
	case STMT_RETURN:
	case STMT_NEXT:
	case STMT_BREAK:
	case STMT_CONTINUE:
	case STMT_EMBEDDED:
		ast_walk_stmt(v, s);
		return;
	}
}

/* "pragma:read:x" and "pragma:write:x" in embedded C. */
bool code_names_global(const struct func *f, const char *what,
		       const char *name)
{
	size_t n = strlen(name), m = strlen(what);

	for (const char *p = f->code; p && (p = strstr(p, what)); p += m)
		if (!strncmp(p + m, name, n) &&
		    strchr(" \t\n*/,", p[m + n]))
			return true;
	return false;
}

static void use_code(struct program *p, const struct func *f)
{
	if (!f->code || !strstr(f->code, "pragma:"))
		return;
	vec_for(i, &p->globals) {
		struct var *v = p->globals.v[i];

		v->read |= code_names_global(f, "pragma:read:", v->name);
		v->written |= code_names_global(f, "pragma:write:", v->name);
	}
}

static void forget(struct var_vec *list)
{
	vec_for(i, list)
		list->v[i]->read = list->v[i]->written = false;
}

static void forget_all(struct program *p)
{
	forget(&p->globals);
	vec_for(i, &p->probes)
		forget(&p->probes.v[i]->locals);
	vec_for(i, &p->funcs) {
		forget(&p->funcs.v[i]->locals);
		forget(&p->funcs.v[i]->params);
	}
}

void mark_uses(struct program *p)
{
	struct uses u = { .p = p, .wanted = true };
	struct visitor v = { .expr = use_expr, .stmt = use_stmt, .arg = &u };

	forget_all(p);
	vec_for(i, &p->probes) {
		struct probe *pr = p->probes.v[i];

		if (pr->condition)
			use_wanted(&v, &pr->condition, true);
		vec_for(j, &pr->saved)
			use_wanted(&v, &pr->saved.v[j].e, true);
		use_stmt(&v, &pr->body);
	}
	vec_for(i, &p->funcs) {
		if (p->funcs.v[i]->body)
			use_stmt(&v, &p->funcs.v[i]->body);
		use_code(p, p->funcs.v[i]);
	}
}
