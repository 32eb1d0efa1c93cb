// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is wrong although the types agree.  In: a program whose types are
 * known.  Out: the same, or errors: a condition that does more than look, a
 * foreach that changes the array it walks (which the runtime would refuse at
 * the first element), a variable of which no use says what it is.
 */
#include "elaborate/effects.h"
#include "elaborate/typer.h"

static const char *var_token(struct elab *e, const struct var *v)
{
	return arena_printf(e->a, "identifier '%s'", v->name);
}

/* ---- conditions ---- */

static void condition_expr(struct visitor *v, struct expr **pe)
{
	struct typer *t = v->arg;
	const struct expr *x = *pe;
	struct diag *d = &t->e->s->diag;

	if (x->kind == EXPR_ASSIGN || x->kind == EXPR_INCDEC)
		diag_semantic(d, x->loc, x->token, "probe condition must not "
			      "modify any variables");
	else if (x->kind == EXPR_CALL)
		diag_semantic(d, x->loc, x->token, "probe condition must not "
			      "reference function; it may only use globals");
	else
		ast_walk_expr(v, *pe);
}

void check_condition(struct typer *t, struct expr *e)
{
	struct visitor v = { .expr = condition_expr, .arg = t };

	if (t->report)
		condition_expr(&v, &e);
}

/* ---- foreach ---- */

struct walked {			/* an array that is being walked */
	const struct walked *outer;
	const struct var *array;
};

struct foreach_check {
	struct elab *e;
	const struct walked *open;
	unsigned *seen;		/* functions, by number: when looked at */
	unsigned now;
};

/* The array that x would change; NULL: none of those that are walked. */
static const struct var *changed(const struct foreach_check *c,
				 const struct expr *x)
{
	const struct var *v = NULL;

	if (x->kind == EXPR_SYMBOL)
		v = x->symbol.var;
	else if (x->kind == EXPR_INDEX)
		v = x->index.var;
	for (const struct walked *w = c->open; w; w = w->outer)
		if (w->array == v)
			return v;
	return NULL;
}

static const struct expr *written(const struct expr *x)
{
	if (x->kind == EXPR_ASSIGN)
		return x->assign.lhs;
	return x->kind == EXPR_INCDEC ? x->incdec.a : NULL;
}

/* What a called function changes: the first such array. */
struct callee {
	struct foreach_check *c;
	const struct var *found;
};

static void callee_stmt(struct visitor *v, struct stmt **ps);

static void callee_funcs(struct visitor *v, struct func *f)
{
	struct callee *k = v->arg;

	for (; f; f = f->next_overload) {
		if (k->c->seen[f->id] == k->c->now)
			return;
		k->c->seen[f->id] = k->c->now;
		if (f->body)
			callee_stmt(v, &f->body);
	}
}

static void callee_expr(struct visitor *v, struct expr **pe)
{
	struct callee *k = v->arg;
	const struct expr *to = written(*pe);

	if (to && !k->found)
		k->found = changed(k->c, to);
	if ((*pe)->kind == EXPR_CALL)
		callee_funcs(v, (*pe)->call.func);
	ast_walk_expr(v, *pe);
}

static void callee_stmt(struct visitor *v, struct stmt **ps)
{
	struct callee *k = v->arg;

	if ((*ps)->kind == STMT_DELETE && !k->found)
		k->found = changed(k->c, (*ps)->expr.e);
	ast_walk_stmt(v, *ps);
}

static void check_call(struct foreach_check *c, const struct expr *x)
{
	struct callee k = { .c = c };
	struct visitor v = { .expr = callee_expr, .stmt = callee_stmt,
			     .arg = &k };

	c->now++;
	callee_funcs(&v, x->call.func);
	if (k.found)
		diag_semantic(&c->e->s->diag, x->loc, x->token,
			      "function call modifies var '%s' during "
			      "'foreach' iteration", k.found->name);
}

static void check_write(struct foreach_check *c, const struct expr *to)
{
	const struct var *v = changed(c, to);

	if (v)
		diag_semantic(&c->e->s->diag, to->loc, to->token,
			      "variable '%s' modified during 'foreach' "
			      "iteration", v->name);
}

static void foreach_expr(struct visitor *v, struct expr **pe)
{
	struct foreach_check *c = v->arg;
	const struct expr *to = written(*pe);

	if (c->open && to)
		check_write(c, to);
	if (c->open && (*pe)->kind == EXPR_CALL)
		check_call(c, *pe);
	ast_walk_expr(v, *pe);
}

static void foreach_stmt(struct visitor *v, struct stmt **ps)
{
	struct foreach_check *c = v->arg;
	struct stmt *s = *ps;
	struct walked w = { .outer = c->open };

	if (s->kind == STMT_DELETE && c->open)
		check_write(c, s->expr.e);
	if (s->kind == STMT_FOREACH && s->foreach.var) {
		w.array = s->foreach.var;
		c->open = &w;
	}
	ast_walk_stmt(v, s);
	c->open = w.outer;
}

void check_foreach(struct elab *e)
{
	struct program *p = e->p;
	struct foreach_check c = { .e = e };
	struct visitor v = { .expr = foreach_expr, .stmt = foreach_stmt,
			     .arg = &c };

	renumber(p);
	c.seen = arena_array(e->a, p->funcs.n + 1, unsigned);
	vec_for(i, &p->probes)
		foreach_stmt(&v, &p->probes.v[i]->body);
	vec_for(i, &p->funcs)
		if (p->funcs.v[i]->body)
			foreach_stmt(&v, &p->funcs.v[i]->body);
}

/* ---- what nothing decides ---- */

static void check_vars(struct elab *e, const struct var_vec *list)
{
	vec_for(i, list) {
		struct var *v = list->v[i];

		if (v->untyped && !v->complained)
			diag_semantic(&e->s->diag, v->loc, var_token(e, v),
				      "unresolved type: nothing that '%s' is "
				      "given is a number or a string",
				      v->name);
		v->complained = v->untyped;
	}
}

void check_unresolved(struct elab *e)
{
	struct program *p = e->p;

	check_vars(e, &p->globals);
	vec_for(i, &p->probes)
		check_vars(e, &p->probes.v[i]->locals);
	vec_for(i, &p->funcs)
		check_vars(e, &p->funcs.v[i]->locals);
}
