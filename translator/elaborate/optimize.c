// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The optimiser.  In: a typed program.  Out: the same without functions that
 * nothing calls, variables that nothing reads, branches that are never taken
 * and expressions without effect; what went is listed in program->removed.
 * What the script prints, writes to memory or fails with stays the same.
 */
#include "elaborate/effects.h"
#include "elaborate/optimize.h"

#define ROUNDS_MAX 16

void opt_removed(struct opt *o, const char *what, const char *name,
		 struct loc at)
{
	struct arena *a = o->e->a;

	o->changed = true;
	vec_push(a, &o->e->p->removed,
		 arena_printf(a, "%s%s%s%s at %s", what, name ? " '" : "",
			      name ? name : "", name ? "'" : "",
			      loc_str(a, at)));
}

/* Told of the script as it stands: the library may well compute what nobody
 * asks for, and later rounds find what the first one left behind. */
static bool is_told(const struct opt *o, struct loc at)
{
	return !o->round && at.src && at.src->kind == SOURCE_USER;
}

/* ---- expressions ---- */

static bool keys_are_pure(const struct expr_vec *keys)
{
	vec_for(i, keys)
		if (keys->v[i] && !expr_is_pure(keys->v[i]))
			return false;
	return true;
}

/* The variable that x would write although nobody reads it. */
static struct var *unread(const struct expr *x)
{
	struct var *v = NULL;

	if (x->kind == EXPR_SYMBOL)
		v = x->symbol.var;
	else if (x->kind == EXPR_INDEX && keys_are_pure(&x->index.keys))
		v = x->index.var;
	return v && !v->read ? v : NULL;
}

static void drop_writes(struct opt *o, struct expr **px)
{
	struct expr *x = *px;
	struct var *v;

	if (x->kind == EXPR_ASSIGN) {
		v = unread(x->assign.lhs);
		if (!v)
			return;
		*px = x->assign.rhs;
	} else if (x->kind == EXPR_INCDEC) {
		v = unread(x->incdec.a);
		if (!v)
			return;
		*px = mk_number(o->e->a, x->loc, 0);
	} else {
		return;
	}
	opt_removed(o, "assignment to", v->name, x->loc);
	if (is_told(o, x->loc))
		diag_warn_token(&o->e->s->diag, x->loc, x->token,
				"Eliding assignment to '%s'", v->name);
	o->left = *px;
}

static void opt_expr(struct visitor *v, struct expr **px)
{
	struct opt *o = v->arg;

	ast_walk_expr(v, *px);
	if (fold_expr(o, px))
		o->changed = true;
	drop_writes(o, px);
}

/* ---- statements ---- */

static void opt_stmt(struct visitor *v, struct stmt **ps);

static struct stmt *nothing(struct opt *o, const struct stmt *s)
{
	return mk_stmt(o->e->a, s->loc, STMT_NULL);
}

static bool is_nothing(const struct stmt *s)
{
	return !s || s->kind == STMT_NULL ||
	       (s->kind == STMT_BLOCK && !s->block.stmts.n);
}

static bool leaves(const struct stmt *s)
{
	return s->kind == STMT_RETURN || s->kind == STMT_NEXT ||
	       s->kind == STMT_BREAK || s->kind == STMT_CONTINUE;
}

static void opt_block(struct opt *o, struct stmt *s)
{
	struct stmt_vec *list = &s->block.stmts;
	bool left = false;
	size_t kept = 0;

	vec_for(i, list) {
		if (is_nothing(list->v[i]))
			continue;
		if (left) {
			opt_removed(o, "statements that are never reached",
				    NULL, list->v[i]->loc);
			break;
		}
		left = leaves(list->v[i]);
		list->v[kept++] = list->v[i];
	}
	if (kept != list->n)
		o->changed = true;
	list->n = kept;
}

static void opt_expr_stmt(struct opt *o, struct stmt **ps)
{
	struct stmt *s = *ps;

	if (!expr_is_pure(s->expr.e))
		return;
	/* What an assignment left behind was reported with it. */
	if (s->expr.e != o->left) {
		opt_removed(o, "expression without effect", NULL,
			    s->expr.e->loc);
		if (is_told(o, s->expr.e->loc))
			diag_warn_token(&o->e->s->diag, s->expr.e->loc,
					s->expr.e->token, "Eliding "
					"side-effect-free expression");
	}
	*ps = nothing(o, s);
	o->changed = true;
}

static void opt_if(struct opt *o, struct stmt **ps)
{
	struct stmt *s = *ps;

	if (s->if_.cond->kind == EXPR_NUMBER) {
		struct stmt *taken = s->if_.cond->number.value ?
					     s->if_.then : s->if_.otherwise;

		opt_removed(o, "branch that is never taken", NULL, s->loc);
		*ps = taken ? taken : nothing(o, s);
		return;
	}
	if (is_nothing(s->if_.otherwise) && s->if_.otherwise) {
		s->if_.otherwise = NULL;
		o->changed = true;
	}
	if (is_nothing(s->if_.then) && !s->if_.otherwise) {
		*ps = mk_expr_stmt(o->e->a, s->if_.cond);
		o->changed = true;
	}
}

static void opt_loop(struct opt *o, struct stmt **ps)
{
	struct stmt *s = *ps;

	if (!s->loop.cond || s->loop.cond->kind != EXPR_NUMBER ||
	    s->loop.cond->number.value)
		return;
	opt_removed(o, "loop that is never entered", NULL, s->loc);
	*ps = s->loop.init ? mk_expr_stmt(o->e->a, s->loop.init) :
			     nothing(o, s);
}

static void opt_names(struct opt *o, struct expr **slot)
{
	struct expr *x = *slot;

	if (!x || x->kind != EXPR_SYMBOL || !unread(x) ||
	    x->symbol.var->storage == VAR_GLOBAL)
		return;
	*slot = NULL;
	o->changed = true;
}

static void opt_try(struct opt *o, struct stmt **ps)
{
	struct stmt *s = *ps;

	opt_names(o, &s->try_.msg);
	if (is_nothing(s->try_.body)) {
		*ps = nothing(o, s);
		o->changed = true;
	}
}

/* The loop variables are left alone: they are written, not evaluated. */
static void walk_foreach(struct visitor *v, struct stmt *s)
{
	if (s->foreach.limit)
		opt_expr(v, &s->foreach.limit);
	vec_for(i, &s->foreach.slice)
		if (s->foreach.slice.v[i])
			opt_expr(v, &s->foreach.slice.v[i]);
	opt_stmt(v, &s->foreach.body);
	opt_names(v->arg, &s->foreach.value);
}

static void opt_stmt(struct visitor *v, struct stmt **ps)
{
	struct opt *o = v->arg;
	struct stmt *s = *ps;

	if (s->kind == STMT_FOREACH) {
		walk_foreach(v, s);
		return;
	}
	ast_walk_stmt(v, s);
	switch (s->kind) {
	case STMT_BLOCK:
		opt_block(o, s);
		return;
	case STMT_EXPR:
		opt_expr_stmt(o, ps);
		return;
	case STMT_IF:
		opt_if(o, ps);
		return;
	case STMT_WHILE:
	case STMT_FOR:
		opt_loop(o, ps);
		return;
	case STMT_TRY:
		opt_try(o, ps);
		return;
	case STMT_FOREACH:
	case STMT_NULL:
	case STMT_RETURN:
	case STMT_NEXT:
	case STMT_BREAK:
	case STMT_CONTINUE:
	case STMT_DELETE:
	case STMT_EMBEDDED:
		return;
	}
}

/* ---- functions and variables ---- */

struct reach {
	struct program *p;
	bool *live;
};

static void reach_func(struct visitor *v, const struct func *f);

static void reach_expr(struct visitor *v, struct expr **pe)
{
	if ((*pe)->kind == EXPR_CALL)
		reach_func(v, (*pe)->call.func);
	else if ((*pe)->kind == EXPR_EMBEDDED)
		reach_func(v, (*pe)->embedded.func);
	ast_walk_expr(v, *pe);
}

static void reach_stmt(struct visitor *v, struct stmt **ps)
{
	if ((*ps)->kind == STMT_EMBEDDED)
		reach_func(v, (*ps)->embedded.func);
	ast_walk_stmt(v, *ps);
}

static void reach_func(struct visitor *v, const struct func *f)
{
	struct reach *r = v->arg;

	for (; f; f = f->next_overload) {
		struct stmt *body = f->body;

		if (r->live[f->id])
			return;
		r->live[f->id] = true;
		if (body)
			reach_stmt(v, &body);
	}
}

static void drop_functions(struct opt *o)
{
	struct program *p = o->e->p;
	struct reach r = { .p = p };
	struct visitor v = { .expr = reach_expr, .stmt = reach_stmt,
			     .arg = &r };
	size_t kept = 0;

	renumber(p);
	r.live = arena_array(o->e->a, p->funcs.n + 1, bool);
	vec_for(i, &p->probes) {
		struct probe *pr = p->probes.v[i];

		if (pr->condition)
			reach_expr(&v, &pr->condition);
		vec_for(j, &pr->saved)
			reach_expr(&v, &pr->saved.v[j].e);
		reach_stmt(&v, &pr->body);
	}
	vec_for(i, &p->funcs) {
		struct func *f = p->funcs.v[i];

		if (r.live[i])
			p->funcs.v[kept++] = f;
		else
			opt_removed(o, "function that nothing calls", f->name,
				f->loc);
	}
	p->funcs.n = kept;
}

static void drop_vars(struct opt *o, struct var_vec *list)
{
	size_t kept = 0;

	vec_for(i, list) {
		struct var *v = list->v[i];

		if (v->read || v->written)
			list->v[kept++] = v;
		else
			opt_removed(o, "unused variable", v->name, v->loc);
	}
	list->n = kept;
}

static void drop_variables(struct opt *o)
{
	struct program *p = o->e->p;

	mark_uses(p);
	drop_vars(o, &p->globals);
	vec_for(i, &p->probes)
		drop_vars(o, &p->probes.v[i]->locals);
	vec_for(i, &p->funcs)
		drop_vars(o, &p->funcs.v[i]->locals);
}

/* A handler that only says "next" stays: that is how one asks for hits alone. */
static bool does_nothing(const struct stmt *s)
{
	if (s->kind == STMT_BLOCK && s->block.stmts.n == 1)
		return does_nothing(s->block.stmts.v[0]);
	return is_nothing(s);
}

static const char *decl_key(struct opt *o, const struct probe *pr)
{
	return arena_printf(o->e->a, "%p", (const void *)pr->info->decl);
}

/* Told once, and only of what the script has in vain: at some of the places
 * that a wildcard finds, @defined may well leave nothing to do. */
static void tell_dropped(struct opt *o, const struct probe *pr,
			 struct map *told)
{
	const char *key = decl_key(o, pr);

	if (!pr->loc.src || pr->loc.src->kind != SOURCE_USER ||
	    map_get(told, key))
		return;
	map_set(o->e->a, told, key, o);
	diag_warn_token(&o->e->s->diag, pr->loc, "keyword 'probe'",
			"Probe '%s' has been elided: it does nothing",
			pr->listed);
}

/* Hits of a probe that does nothing would only cost; -t counts them. */
static void drop_probes(struct opt *o)
{
	struct program *p = o->e->p;
	VEC(struct probe *) dropped = { 0 };
	struct map told = { 0 };
	size_t kept = 0;

	if (o->e->s->opt.timing)
		return;
	vec_for(i, &p->probes) {
		struct probe *pr = p->probes.v[i];

		if (does_nothing(pr->body))
			vec_push(o->e->a, &dropped, pr);
		else
			p->probes.v[kept++] = pr;
	}
	p->probes.n = kept;
	for (size_t i = 0; dropped.n && i < kept; i++)
		map_set(o->e->a, &told, decl_key(o, p->probes.v[i]), o);
	vec_for(i, &dropped) {
		struct probe *pr = dropped.v[i];

		opt_removed(o, "probe that does nothing", pr->point, pr->loc);
		tell_dropped(o, pr, &told);
	}
}

/* Values that a .return probe would keep although nothing reads them. */
struct slots {
	struct probe *p;
	bool *used;
	int *to;		/* new number; while renumbering */
};

static void slot_expr(struct visitor *v, struct expr **pe)
{
	struct slots *s = v->arg;

	if ((*pe)->kind == EXPR_SAVED) {
		s->used[(*pe)->saved.slot] = true;
		if (s->to)
			(*pe)->saved.slot = s->to[(*pe)->saved.slot];
		return;
	}
	ast_walk_expr(v, *pe);
}

static void slot_stmt(struct visitor *v, struct stmt **ps)
{
	ast_walk_stmt(v, *ps);
}

static void drop_saved(struct opt *o, struct probe *p)
{
	struct slots s = { .p = p };
	struct visitor v = { .expr = slot_expr, .stmt = slot_stmt, .arg = &s };
	size_t n = p->saved.n, kept = 0;
	int *to = arena_array(o->e->a, n + 1, int);

	if (!n)
		return;
	s.used = arena_array(o->e->a, n, bool);
	slot_stmt(&v, &p->body);
	for (size_t i = 0; i < n; i++) {
		if (!s.used[i])
			continue;
		p->saved.v[kept] = p->saved.v[i];
		p->info->saved_keys.v[kept] = p->info->saved_keys.v[i];
		to[i] = (int)kept++;
	}
	if (kept == n)
		return;
	p->saved.n = p->info->saved_keys.n = kept;
	s.used = arena_array(o->e->a, n, bool);
	s.to = to;
	slot_stmt(&v, &p->body);
	o->changed = true;
}

static void optimize_bodies(struct opt *o)
{
	struct program *p = o->e->p;
	struct visitor v = { .expr = opt_expr, .stmt = opt_stmt, .arg = o };

	vec_for(i, &p->probes) {
		struct probe *pr = p->probes.v[i];

		opt_stmt(&v, &pr->body);
		drop_saved(o, pr);
		vec_for(j, &pr->saved)
			opt_expr(&v, &pr->saved.v[j].e);
	}
	vec_for(i, &p->funcs)
		if (p->funcs.v[i]->body)
			opt_stmt(&v, &p->funcs.v[i]->body);
}

/* Whether C that needs the kernel's headers is left. */
static void recheck_embedded(struct program *p)
{
	p->needs_embedded_file = false;
	vec_for(i, &p->funcs)
		p->needs_embedded_file |= p->funcs.v[i]->code &&
					  !p->funcs.v[i]->builtin;
	vec_for(i, &p->embeds)
		p->needs_embedded_file |= !p->embeds.v[i]->file->src->builtin;
}

void elaborate_optimize(struct session *s, struct program *p)
{
	struct opt o = { .e = p->elab, .changed = true };

	mark_pure_functions(p);
	if (s->opt.unoptimized) {
		mark_uses(p);
		return;
	}
	for (; o.changed && o.round < ROUNDS_MAX; o.round++) {
		o.changed = false;
		drop_functions(&o);
		mark_pure_functions(p);
		mark_uses(p);
		optimize_bodies(&o);
		drop_variables(&o);
		drop_probes(&o);
		merge_functions(&o);
	}
	recheck_embedded(p);
	vec_for(i, &p->removed)
		vlog(s, 2, 2, "removed %s\n", p->removed.v[i]);
}
