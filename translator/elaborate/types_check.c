// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is wrong although the types agree.  In: a program whose types are
 * known.  Out: the same, or errors: a condition that does more than look, a
 * variable of which no use says what it is.
 */
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
