// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Types of statements, and the walks over the whole program.
 */
#include "elaborate/effects.h"
#include "elaborate/typer.h"

/* A walk settles at least one slot or is the last; this is only a guard. */
#define ROUNDS_MAX 1000
#define ROUNDS_BEFORE_UNIFY 5

static void child_expr(struct visitor *v, struct expr **pe)
{
	infer_expr(v->arg, pe, TYPE_UNKNOWN);
}

static void child_stmt(struct visitor *v, struct stmt **ps)
{
	infer_stmt(v->arg, ps);
}

static void infer_parts(struct typer *t, struct stmt *s)
{
	struct visitor v = { .expr = child_expr, .stmt = child_stmt, .arg = t };

	ast_walk_stmt(&v, s);
}

static void settle_var(struct typer *t, struct var *v, enum type have,
		       struct loc at)
{
	if (v->type != TYPE_UNKNOWN || (have != TYPE_LONG &&
					have != TYPE_STRING))
		return;
	v->type = have;
	v->type_loc = at;
	t->changed = true;
}

static void infer_foreach_key(struct typer *t, struct stmt *s, size_t i)
{
	struct var *arr = s->foreach.var;
	enum type *key = &arr->key_types[i], have;

	if ((int)i >= arr->nkeys)
		return;
	have = infer_from(t, &s->foreach.keys.v[i], *key, arr->key_locs[i]);
	if (*key == TYPE_UNKNOWN && (have == TYPE_LONG ||
				     have == TYPE_STRING)) {
		*key = have;
		arr->key_locs[i] = s->foreach.keys.v[i]->loc;
		t->changed = true;
	}
}

static void infer_foreach_value(struct typer *t, struct stmt *s)
{
	struct var *arr = s->foreach.var;
	struct expr *value = s->foreach.value;
	enum type have;

	if (arr->type == TYPE_STATS) {
		if (t->report)
			diag_semantic(&t->e->s->diag, value->loc, value->token,
				      "the values of '%s' are statistics and "
				      "cannot be copied; use @count(%s[…])",
				      arr->name, arr->name);
		return;
	}
	have = infer_expr(t, &s->foreach.value, arr->type);
	settle_var(t, arr, have, value->loc);
	if (value->kind == EXPR_SYMBOL && value->symbol.var &&
	    !value->symbol.var->ptype && arr->ptype) {
		value->symbol.var->ptype = arr->ptype;
		value->symbol.var->pmodule = arr->pmodule;
		t->changed = true;
	}
}

static void want_order(struct typer *t, struct stmt *s)
{
	struct expr at = { .kind = EXPR_SYMBOL, .loc = s->loc,
			   .token = s->token };
	struct expr *stat = &at;
	struct expr op = { .kind = EXPR_STAT, .loc = s->loc,
			   .token = s->token };

	if (!s->foreach.order.by_stat)
		return;
	at.symbol.name = s->foreach.array;
	at.symbol.var = s->foreach.var;
	op.stat.op = s->foreach.order.stat;
	op.stat.stat = stat;
	infer_stat(t, &op);
}

static void infer_foreach(struct typer *t, struct stmt *s)
{
	struct var *arr = s->foreach.var;

	if (s->foreach.limit)
		infer_expr(t, &s->foreach.limit, TYPE_LONG);
	if (s->foreach.hist) {
		infer_hist(t, s->foreach.hist);
		vec_for(i, &s->foreach.keys)
			infer_expr(t, &s->foreach.keys.v[i], TYPE_LONG);
		if (s->foreach.value)
			infer_expr(t, &s->foreach.value, TYPE_LONG);
	} else if (arr) {
		vec_for(i, &s->foreach.keys)
			infer_foreach_key(t, s, i);
		vec_for(i, &s->foreach.slice)
			if (s->foreach.slice.v[i] && (int)i < arr->nkeys)
				infer_from(t, &s->foreach.slice.v[i],
					   arr->key_types[i],
					   arr->key_locs[i]);
		want_order(t, s);
		if (s->foreach.value)
			infer_foreach_value(t, s);
	}
	infer_stmt(t, &s->foreach.body);
}

static void infer_return(struct typer *t, struct stmt *s)
{
	struct func *f = t->func;
	enum type have;

	if (!f || !s->expr.e)
		return;
	have = infer_from(t, &s->expr.e,
			  f->type == TYPE_VOID ? TYPE_UNKNOWN : f->type,
			  f->type_loc);
	if (f->type == TYPE_UNKNOWN && (have == TYPE_LONG ||
					have == TYPE_STRING)) {
		f->type = have;
		f->type_loc = s->expr.e->loc;
		t->changed = true;
	}
	if (have == TYPE_STATS && t->report)
		diag_semantic(&t->e->s->diag, s->expr.e->loc,
			      s->expr.e->token,
			      "a function cannot return a statistic");
	if (!f->ptype && s->expr.e->ptype) {
		f->ptype = s->expr.e->ptype;
		f->pmodule = s->expr.e->pmodule;
		t->changed = true;
	}
}

static void infer_if(struct typer *t, struct stmt **ps)
{
	struct stmt *s = *ps;
	bool truth, asks = expr_has(s->if_.cond, EXPR_DEFINED);

	infer_expr(t, &s->if_.cond, TYPE_LONG);
	if (asks && fold_truth(t->e->a, &s->if_.cond, &truth)) {
		struct stmt *taken = truth ? s->if_.then : s->if_.otherwise;

		*ps = taken ? taken : mk_stmt(t->e->a, s->loc, STMT_NULL);
		t->changed = true;
		infer_stmt(t, ps);
		return;
	}
	infer_stmt(t, &s->if_.then);
	if (s->if_.otherwise)
		infer_stmt(t, &s->if_.otherwise);
}

static void infer_loop(struct typer *t, struct stmt *s)
{
	if (s->loop.init)
		infer_expr(t, &s->loop.init, TYPE_UNKNOWN);
	if (s->loop.cond)
		infer_expr(t, &s->loop.cond, TYPE_LONG);
	if (s->loop.step)
		infer_expr(t, &s->loop.step, TYPE_UNKNOWN);
	infer_stmt(t, &s->loop.body);
}

static void infer_try(struct typer *t, struct stmt *s)
{
	infer_stmt(t, &s->try_.body);
	if (s->try_.msg)
		infer_expr(t, &s->try_.msg, TYPE_STRING);
	if (s->try_.handler)
		infer_stmt(t, &s->try_.handler);
}

/* An array may be named as a whole, an element as usual. */
static void infer_delete(struct typer *t, struct stmt *s)
{
	struct expr *e = s->expr.e;

	if (e->kind != EXPR_SYMBOL && e->kind != EXPR_INDEX) {
		if (t->report)
			diag_semantic(&t->e->s->diag, e->loc, e->token,
				      "delete wants a variable, an array or "
				      "an element of one");
		return;
	}
	t->slice_ok = e->kind == EXPR_INDEX;
	infer_expr(t, &s->expr.e, TYPE_UNKNOWN);
}

void infer_stmt(struct typer *t, struct stmt **ps)
{
	struct stmt *s = *ps;

	switch (s->kind) {
	case STMT_IF:
		infer_if(t, ps);
		return;
	case STMT_WHILE:
	case STMT_FOR:
		infer_loop(t, s);
		return;
	case STMT_FOREACH:
		infer_foreach(t, s);
		return;
	case STMT_RETURN:
		infer_return(t, s);
		return;
	case STMT_DELETE:
		infer_delete(t, s);
		return;
	case STMT_TRY:
		infer_try(t, s);
		return;
	case STMT_NULL:
	case STMT_BLOCK:
	case STMT_EXPR:
	case STMT_NEXT:
	case STMT_BREAK:
	case STMT_CONTINUE:
	case STMT_EMBEDDED:
		infer_parts(t, s);
		return;
	}
}

/* ---- the program ---- */

static void walk_probe(struct typer *t, struct probe *p)
{
	t->probe = p;
	t->func = NULL;
	if (p->condition) {
		infer_expr(t, &p->condition, TYPE_LONG);
		check_condition(t, p->condition);
	}
	vec_for(i, &p->saved) {
		struct saved_value *s = &p->saved.v[i];
		enum type have = infer_expr(t, &s->e, s->type);

		if (s->type == TYPE_UNKNOWN && have != TYPE_UNKNOWN) {
			s->type = have;
			t->changed = true;
		}
	}
	infer_stmt(t, &p->body);
	t->probe = NULL;
}

static void walk_program(struct typer *t)
{
	struct program *p = t->e->p;

	vec_for(i, &p->probes)
		walk_probe(t, p->probes.v[i]);
	vec_for(i, &p->funcs) {
		t->func = p->funcs.v[i];
		if (t->func->body)
			infer_stmt(t, &t->func->body);
		t->func = NULL;
	}
}

/* A walk carries a type one step where the use stands before what decides
 * it; if that does not come to an end soon, unification is the shorter way. */
static void until_settled(struct typer *t)
{
	for (int i = 0; i < ROUNDS_MAX; i++) {
		t->changed = false;
		walk_program(t);
		if (!t->changed)
			return;
		if (i == ROUNDS_BEFORE_UNIFY)
			unify_program(t->e);
	}
}

static void default_var(struct typer *t, struct var *v)
{
	bool unset = v->read && !v->written && !v->init &&
		     v->storage != VAR_PARAM;

	for (int i = 0; v->storage == VAR_GLOBAL && i < v->nkeys; i++)
		if (v->key_types[i] == TYPE_UNKNOWN)
			v->key_types[i] = TYPE_LONG;
	if (v->type != TYPE_UNKNOWN)
		return;
	if (unset)
		diag_semantic(&t->e->s->diag, v->loc,
			      arena_printf(t->e->a, "identifier '%s'", v->name),
			      "unresolved type: '%s' is never given a value",
			      v->name);
	v->complained = unset;
	v->guessed = true;
	v->untyped = v->read && v->written && v->storage != VAR_PARAM;
	v->type = TYPE_LONG;
}

static void default_vars(struct typer *t, struct var_vec *list)
{
	vec_for(i, list)
		default_var(t, list->v[i]);
}

/* What no use decides is a number; a function that returns nothing is void. */
static void set_defaults(struct typer *t)
{
	struct program *p = t->e->p;

	mark_uses(p);
	default_vars(t, &p->globals);
	vec_for(i, &p->probes)
		default_vars(t, &p->probes.v[i]->locals);
	vec_for(i, &p->funcs) {
		struct func *f = p->funcs.v[i];

		default_vars(t, &f->params);
		default_vars(t, &f->locals);
		if (f->type == TYPE_UNKNOWN)
			f->type = TYPE_VOID;
	}
}

bool infer_program(struct elab *e)
{
	struct typer t = { .e = e };
	int before = e->s->diag.errors;

	until_settled(&t);
	t.last_chance = true;
	until_settled(&t);
	set_defaults(&t);
	until_settled(&t);
	t.report = true;
	walk_program(&t);
	if (e->s->diag.errors == before)
		check_unresolved(e);
	return e->s->diag.errors == before;
}

bool elaborate_types(struct session *s, struct program *p)
{
	(void)s;
	return infer_program(p->elab);
}
