// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Arrays that change while foreach walks them.  In: a resolved program.  Out:
 * an error for each write to such an array within the loop, and for each call
 * there of a function that writes it.  Deleting a whole array is left to the
 * runtime, which refuses any change of an array that is being walked.
 */
#include "elaborate/elab.h"

struct iterating {
	struct elab *e;
	struct var_vec open;	/* arrays of the loops around */
	const struct expr *call;/* the call that led here, or NULL */
	unsigned *seen;		/* functions, by number: the loop it was for */
	unsigned loop, nloops;
};

static void look_expr(struct visitor *v, struct expr **pe);
static void look_stmt(struct visitor *v, struct stmt **ps);

static void look_write(struct iterating *it, const struct expr *to)
{
	const struct expr *at = it->call ? it->call : to;
	const struct var *var = to->kind == EXPR_INDEX ? to->index.var : NULL;

	for (size_t i = it->open.n; var && i-- > 0;) {
		if (it->open.v[i] != var)
			continue;
		diag_semantic(&it->e->s->diag, at->loc, at->token,
			      it->call ? "function call modifies var '%s' "
					 "during 'foreach' iteration" :
					 "variable '%s' modified during "
					 "'foreach' iteration", var->name);
		return;
	}
}

/* Each function once for a loop, however many paths lead to it. */
static void look_call(struct visitor *v, const struct expr *x)
{
	struct iterating *it = v->arg;
	const struct func *f = x->call.func;

	for (; f && it->open.n; f = f->next_overload) {
		const struct expr *was = it->call;
		struct stmt *body = f->body;

		if (!body || it->seen[f->id] == it->loop)
			continue;
		it->seen[f->id] = it->loop;
		it->call = was ? was : x;
		look_stmt(v, &body);
		it->call = was;
	}
}

static void look_expr(struct visitor *v, struct expr **pe)
{
	struct expr *x = *pe;

	if (x->kind == EXPR_ASSIGN)
		look_write(v->arg, x->assign.lhs);
	else if (x->kind == EXPR_INCDEC)
		look_write(v->arg, x->incdec.a);
	else if (x->kind == EXPR_CALL)
		look_call(v, x);
	ast_walk_expr(v, x);
}

static void look_foreach(struct visitor *v, struct stmt *s)
{
	struct iterating *it = v->arg;
	unsigned outer = it->loop;

	vec_push(it->e->a, &it->open, s->foreach.var);
	it->loop = ++it->nloops;
	ast_walk_stmt(v, s);
	it->loop = outer;
	it->open.n--;
}

static void look_stmt(struct visitor *v, struct stmt **ps)
{
	struct stmt *s = *ps;

	if (s->kind == STMT_DELETE)
		look_write(v->arg, s->expr.e);
	/* A loop of a function that is called in a loop was looked at there. */
	if (s->kind == STMT_FOREACH && s->foreach.var &&
	    !((struct iterating *)v->arg)->call)
		look_foreach(v, s);
	else
		ast_walk_stmt(v, s);
}

bool check_iterations(struct elab *e)
{
	struct iterating it = { .e = e };
	struct visitor v = { look_expr, look_stmt, &it };
	int before = e->s->diag.errors;

	renumber(e->p);
	it.seen = arena_array(e->a, e->p->funcs.n + 1, unsigned);
	vec_for(i, &e->p->probes)
		look_stmt(&v, &e->p->probes.v[i]->body);
	vec_for(i, &e->p->funcs)
		if (e->p->funcs.v[i]->body)
			look_stmt(&v, &e->p->funcs.v[i]->body);
	return e->s->diag.errors == before;
}
