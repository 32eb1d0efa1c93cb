// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Types by unification.  In: a resolved program.  Out: every variable, key
 * and function that is bound by any chain of assignments, calls and
 * comparisons to something of a known type has that type.  One walk, in time
 * linear in the program, where types.c would carry a type one step a walk.
 * It reports nothing: what does not agree keeps the first type it met, and
 * types.c finds the other place.
 */
#include "elaborate/typer.h"

struct type_class {
	struct type_class *up;	/* NULL: speaks for all of them */
	enum type known;
};

/* What an expression is: a type, or the class that will know it. */
struct term {
	enum type known;
	struct type_class *same;
};

struct unifier {
	struct elab *e;
	struct func *func;
	int depth;
};

static struct term term_of(struct visitor *v, struct expr *e);

static const struct term a_long = { .known = TYPE_LONG };
static const struct term a_string = { .known = TYPE_STRING };
static const struct term a_stats = { .known = TYPE_STATS };
static const struct term anything = { 0 };

/* ---- classes ---- */

static struct type_class *speaker(struct type_class *c)
{
	while (c->up) {
		if (c->up->up)
			c->up = c->up->up;
		c = c->up;
	}
	return c;
}

static bool is_value(enum type t)
{
	return t == TYPE_LONG || t == TYPE_STRING || t == TYPE_STATS;
}

/* The term of a slot of that type. */
static struct term slot(struct unifier *u, enum type type,
			struct type_class **same)
{
	if (type != TYPE_UNKNOWN)
		return (struct term){ .known = type };
	if (!*same)
		*same = arena_new(u->e->a, struct type_class);
	return (struct term){ .same = speaker(*same) };
}

static void learn(struct type_class *c, enum type known)
{
	c = speaker(c);
	if (!is_value(c->known) && is_value(known))
		c->known = known;
}

static void unify(struct term a, struct term b)
{
	if (a.same && b.same) {
		struct type_class *x = speaker(a.same), *y = speaker(b.same);

		if (x == y)
			return;
		learn(x, y->known);
		y->up = x;
	} else if (a.same) {
		learn(a.same, b.known);
	} else if (b.same) {
		learn(b.same, a.known);
	}
}

static struct term var_term(struct unifier *u, struct var *var)
{
	return var ? slot(u, var->type, &var->same) : anything;
}

static struct term key_term(struct unifier *u, struct var *var, size_t i)
{
	if (!var || (int)i >= var->nkeys)
		return anything;
	if (!var->key_same)
		var->key_same = arena_array(u->e->a, (size_t)var->nkeys,
					    struct type_class *);
	return slot(u, var->key_types[i], &var->key_same[i]);
}

static struct term func_term(struct unifier *u, struct func *f)
{
	return slot(u, f->type, &f->same);
}

/* ---- expressions ---- */

static void is(struct visitor *v, struct expr *e, struct term what)
{
	if (e)
		unify(term_of(v, e), what);
}

static void keys_are(struct visitor *v, struct expr_vec *keys,
		     struct var *var)
{
	vec_for(i, keys)
		is(v, keys->v[i], key_term(v->arg, var, i));
}

static void child_expr(struct visitor *v, struct expr **pe)
{
	term_of(v, *pe);
}

static struct term binary_term(struct visitor *v, struct expr *e)
{
	switch (infer_class(e->binary.op)) {
	case CLASS_STRING:
		is(v, e->binary.a, a_string);
		is(v, e->binary.b, a_string);
		return a_string;
	case CLASS_COMPARE:
		is(v, e->binary.a, term_of(v, e->binary.b));
		return a_long;
	case CLASS_MATCH:
		is(v, e->binary.a, a_string);
		return a_long;
	case CLASS_LONG:
		break;
	}
	is(v, e->binary.a, a_long);
	is(v, e->binary.b, a_long);
	return a_long;
}

static struct term assign_term(struct visitor *v, struct expr *e)
{
	enum op op = e->assign.op;
	struct term both = op == OP_CAT_ASSIGN ? a_string : a_long;

	if (op == OP_ASSIGN) {
		both = term_of(v, e->assign.lhs);
		is(v, e->assign.rhs, both);
		return both;
	}
	is(v, e->assign.lhs, op == OP_AGGREGATE ? a_stats : both);
	is(v, e->assign.rhs, both);
	return both;
}

static struct term ternary_term(struct visitor *v, struct expr *e)
{
	struct term a;

	is(v, e->ternary.cond, a_long);
	a = term_of(v, e->ternary.a);
	is(v, e->ternary.b, a);
	return a;
}

static struct term call_term(struct visitor *v, struct expr *e)
{
	struct unifier *u = v->arg;
	struct term result = anything;

	for (struct func *f = e->call.func; f; f = f->next_overload) {
		vec_for(i, &e->call.args)
			is(v, e->call.args.v[i],
			   var_term(u, f->params.v[i]));
		if (f == e->call.func)
			result = func_term(u, f);
		else
			unify(result, func_term(u, f));
	}
	return result;
}

static void format_terms(struct visitor *v, struct expr *e)
{
	struct expr_vec *args = &e->print.args;
	size_t n = 0;

	vec_for(i, &e->print.format) {
		const struct format_part *p = &e->print.format.v[i];

		if (!p->conv)
			continue;
		if (p->width_arg && n < args->n)
			is(v, args->v[n++], a_long);
		if (p->precision_arg && n < args->n)
			is(v, args->v[n++], a_long);
		if (n < args->n)
			is(v, args->v[n++],
			   p->conv == 's' ? a_string : a_long);
	}
}

static struct term print_term(struct visitor *v, struct expr *e)
{
	if (e->print.has_format)
		format_terms(v, e);
	else
		ast_walk_expr(v, e);
	return e->print.to_string ? a_string : a_long;
}

static struct term saved_term(struct visitor *v, struct expr *e)
{
	(void)v;
	return (struct term){ .known = e->type };
}

static struct term kind_term(struct visitor *v, struct expr *e)
{
	struct unifier *u = v->arg;

	switch (e->kind) {
	case EXPR_STRING:
		return a_string;
	case EXPR_SYMBOL:
		return var_term(u, e->symbol.var);
	case EXPR_INDEX:
		keys_are(v, &e->index.keys, e->index.var);
		return var_term(u, e->index.var);
	case EXPR_IN:
		keys_are(v, &e->in.keys, e->in.var);
		return a_long;
	case EXPR_BINARY:
		return binary_term(v, e);
	case EXPR_TERNARY:
		return ternary_term(v, e);
	case EXPR_ASSIGN:
		return assign_term(v, e);
	case EXPR_CALL:
		return call_term(v, e);
	case EXPR_PRINT:
		return print_term(v, e);
	case EXPR_INCDEC:
		is(v, e->incdec.a, a_long);
		return a_long;
	case EXPR_UNARY:
		is(v, e->unary.a, a_long);
		return a_long;
	case EXPR_LOGICAL:
		is(v, e->logical.a, a_long);
		is(v, e->logical.b, a_long);
		return a_long;
	case EXPR_STAT:
		is(v, e->stat.stat, a_stats);
		return a_long;
	case EXPR_HIST:
		is(v, e->hist.stat, a_stats);
		return anything;
	case EXPR_SAVED:
		return saved_term(v, e);
	case EXPR_EMBEDDED:
		return (struct term){ .known = e->type };
	case EXPR_TARGET:
	case EXPR_ENTRY:
	case EXPR_DEFINED:
		ast_walk_expr(v, e);
		return anything;
	case EXPR_NUMBER:
	case EXPR_HIST_BUCKET:
	case EXPR_RAW:
	case EXPR_CONST:
	case EXPR_PERF:
	case EXPR_LOAD:
	case EXPR_STORE:
	case EXPR_REGISTER:
	case EXPR_ADDRESS:
	case EXPR_CALLCTX:
		ast_walk_expr(v, e);
		return a_long;
	}
	return anything;
}

static struct term term_of(struct visitor *v, struct expr *e)
{
	struct unifier *u = v->arg;
	struct term t = anything;

	if (++u->depth <= INFER_DEPTH_MAX)
		t = kind_term(v, e);
	u->depth--;
	return t;
}

/* ---- statements ---- */

static void unify_foreach(struct visitor *v, struct stmt *s)
{
	struct var *arr = s->foreach.var;

	is(v, s->foreach.limit, a_long);
	keys_are(v, &s->foreach.slice, arr);
	if (s->foreach.hist)
		vec_for(i, &s->foreach.keys)
			is(v, s->foreach.keys.v[i], a_long);
	else
		keys_are(v, &s->foreach.keys, arr);
	if (s->foreach.value)
		is(v, s->foreach.value, var_term(v->arg, arr));
}

static void unify_stmt(struct visitor *v, struct stmt **ps)
{
	struct unifier *u = v->arg;
	struct stmt *s = *ps;

	if (s->kind == STMT_FOREACH) {
		unify_foreach(v, s);
		unify_stmt(v, &s->foreach.body);
		return;
	}
	if (s->kind == STMT_RETURN && s->expr.e && u->func) {
		is(v, s->expr.e, func_term(u, u->func));
		return;
	}
	if (s->kind == STMT_IF)
		is(v, s->if_.cond, a_long);
	else if (s->kind == STMT_FOR || s->kind == STMT_WHILE)
		is(v, s->loop.cond, a_long);
	else if (s->kind == STMT_TRY)
		is(v, s->try_.msg, a_string);
	ast_walk_stmt(v, s);
}

/* ---- what was learnt ---- */

static void settle_slot(enum type *type, struct loc *first, struct loc at,
			struct type_class *same)
{
	enum type known = same ? speaker(same)->known : TYPE_UNKNOWN;

	if (*type != TYPE_UNKNOWN || !is_value(known))
		return;
	*type = known;
	*first = at;
}

static void settle_vars(struct var_vec *list)
{
	vec_for(i, list) {
		struct var *v = list->v[i];

		settle_slot(&v->type, &v->type_loc, v->loc, v->same);
		for (int k = 0; v->key_same && k < v->nkeys; k++)
			settle_slot(&v->key_types[k], &v->key_locs[k], v->loc,
				    v->key_same[k]);
	}
}

void unify_program(struct elab *e)
{
	struct unifier u = { .e = e };
	struct visitor v = { .expr = child_expr, .stmt = unify_stmt,
			     .arg = &u };
	struct program *p = e->p;

	vec_for(i, &p->probes)
		unify_stmt(&v, &p->probes.v[i]->body);
	vec_for(i, &p->funcs) {
		u.func = p->funcs.v[i];
		if (u.func->body)
			unify_stmt(&v, &u.func->body);
	}
	settle_vars(&p->globals);
	vec_for(i, &p->probes)
		settle_vars(&p->probes.v[i]->locals);
	vec_for(i, &p->funcs) {
		struct func *f = p->funcs.v[i];

		settle_vars(&f->params);
		settle_vars(&f->locals);
		settle_slot(&f->type, &f->type_loc, f->loc, f->same);
	}
}
