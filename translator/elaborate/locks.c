// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Locks and depth.  In: the final program.  Out: which globals each probe's
 * handler (with all it calls) must hold, by number, so that every CPU takes
 * them in the same order; which handlers write what some point's condition
 * reads; how deep functions nest.
 *
 * A global that nothing writes needs no lock.  `<<<` needs none either: the
 * runtime keeps statistics per CPU.  Reading a statistic merges the CPUs and
 * so excludes every other user.
 *
 * A body is walked once.  What it touches with all it calls is put together
 * once for all probes that touch and call the same.
 */
#include <stdlib.h>

#include "elaborate/effects.h"

enum access {
	ACCESS_READ = 1,
	ACCESS_WRITE = 2,
	ACCESS_MERGE = 4,	/* reads a statistic */
	ACCESS_ADD = 8,		/* <<< */
};
#define ACCESS_EXCLUSIVE (ACCESS_WRITE | ACCESS_MERGE)
#define ACCESS_CHANGE (ACCESS_WRITE | ACCESS_ADD)

struct touch {
	struct var *var;
	enum access how;
};

/* What a body does itself. */
struct summary {
	bool done;		/* of a function: it was walked */
	VEC(struct touch) touches;
	VEC(const struct func *) calls;
};

/* What it does with all it calls. */
struct outcome {
	struct lock_vec locks;
	bool rearms;
};

struct locker {
	struct arena *a;
	struct program *p;
	struct summary *own;	/* of the body that is walked */
	struct summary *funcs;	/* by number */
	bool *arming;		/* globals, by number: a condition reads it */
	unsigned char *globals;	/* enum access, by number */
	struct var_vec touched;	/* those with any */
	unsigned *seen;		/* functions, by number: the walk they were in */
	unsigned walk;
	struct map outcomes;	/* by what the probe's own body does */
};

static void lock_expr(struct visitor *v, struct expr **pe);
static void lock_stmt(struct visitor *v, struct stmt **ps);

static void touch(struct locker *l, const struct var *var, enum access how)
{
	if (var && var->storage == VAR_GLOBAL)
		vec_push(l->a, &l->own->touches,
			 (struct touch){ (struct var *)var, how });
}

/* Reading: a statistic is merged, which changes what it is kept in. */
static void touch_read(struct locker *l, const struct var *var)
{
	touch(l, var, var && var->type == TYPE_STATS ? ACCESS_MERGE :
						       ACCESS_READ);
}

static struct var *written_var(const struct expr *to)
{
	if (to->kind == EXPR_SYMBOL)
		return to->symbol.var;
	return to->kind == EXPR_INDEX ? to->index.var : NULL;
}

/* The target of a write: its keys are read, it is written. */
static void lock_written(struct visitor *v, struct expr *to, bool aggregate)
{
	touch(v->arg, written_var(to), aggregate ? ACCESS_ADD : ACCESS_WRITE);
	if (to->kind == EXPR_SYMBOL)
		return;
	if (to->kind == EXPR_INDEX)
		ast_walk_expr(v, to);
	else
		lock_expr(v, &to);
}

static void lock_code(struct locker *l, const struct func *f)
{
	if (!strstr(f->code, "pragma:"))
		return;
	vec_for(i, &l->p->globals) {
		const struct var *g = l->p->globals.v[i];

		if (code_names_global(f, "pragma:read:", g->name))
			touch_read(l, g);
		if (code_names_global(f, "pragma:write:", g->name))
			touch(l, g, ACCESS_WRITE);
	}
}

static void lock_call(struct locker *l, const struct func *f)
{
	for (; f; f = f->next_overload)
		vec_push(l->a, &l->own->calls, f);
}

static void lock_expr(struct visitor *v, struct expr **pe)
{
	struct locker *l = v->arg;
	struct expr *x = *pe;

	if (x->kind == EXPR_ASSIGN) {
		lock_written(v, x->assign.lhs, x->assign.op == OP_AGGREGATE);
		lock_expr(v, &x->assign.rhs);
		return;
	}
	if (x->kind == EXPR_INCDEC) {
		lock_written(v, x->incdec.a, false);
		return;
	}
	if (x->kind == EXPR_SYMBOL)
		touch_read(l, x->symbol.var);
	else if (x->kind == EXPR_INDEX)
		touch_read(l, x->index.var);
	else if (x->kind == EXPR_IN)
		touch_read(l, x->in.var);
	else if (x->kind == EXPR_CALL)
		lock_call(v->arg, x->call.func);
	else if (x->kind == EXPR_EMBEDDED)
		lock_call(v->arg, x->embedded.func);
	ast_walk_expr(v, x);
}

static void lock_stmt(struct visitor *v, struct stmt **ps)
{
	struct locker *l = v->arg;
	struct stmt *s = *ps;

	if (s->kind == STMT_DELETE) {
		lock_written(v, s->expr.e, false);
		return;
	}
	if (s->kind == STMT_EMBEDDED)
		lock_call(v->arg, s->embedded.func);
	if (s->kind == STMT_TRY && s->try_.msg)
		touch(l, written_var(s->try_.msg), ACCESS_WRITE);
	if (s->kind == STMT_FOREACH) {
		touch_read(l, s->foreach.var);
		vec_for(i, &s->foreach.keys)
			touch(l, written_var(s->foreach.keys.v[i]),
			      ACCESS_WRITE);
		if (s->foreach.value)
			touch(l, written_var(s->foreach.value), ACCESS_WRITE);
	}
	ast_walk_stmt(v, s);
}

/* ---- with all that is called ---- */

static const struct summary *summary_of(struct locker *l, const struct func *f)
{
	struct visitor v = { .expr = lock_expr, .stmt = lock_stmt, .arg = l };
	struct summary *own = &l->funcs[f->id];
	struct stmt *body = f->body;

	if (own->done)
		return own;
	own->done = true;
	l->own = own;
	if (body)
		lock_stmt(&v, &body);
	if (f->code)
		lock_code(l, f);
	return own;
}

static void add_touches(struct locker *l, const struct summary *own)
{
	vec_for(i, &own->touches) {
		struct var *var = own->touches.v[i].var;

		if (!l->globals[var->id])
			vec_push(l->a, &l->touched, var);
		l->globals[var->id] |= (unsigned char)own->touches.v[i].how;
	}
}

static void add_all(struct locker *l, const struct summary *own)
{
	VEC(const struct summary *) todo = { 0 };

	l->walk++;
	vec_push(l->a, &todo, own);
	vec_for(i, &todo) {
		own = todo.v[i];
		add_touches(l, own);
		vec_for(k, &own->calls) {
			const struct func *f = own->calls.v[k];

			if (l->seen[f->id] == l->walk)
				continue;
			l->seen[f->id] = l->walk;
			vec_push(l->a, &todo, summary_of(l, f));
		}
	}
}

static int by_id(const void *x, const void *y)
{
	const struct var *const *a = x, *const *b = y;

	return ((*a)->id > (*b)->id) - ((*a)->id < (*b)->id);
}

/* What the walk touched, in the order in which all take their locks. */
static void take_touched(struct locker *l, struct outcome *out)
{
	struct var_vec *touched = &l->touched;

	if (touched->n)
		qsort(touched->v, touched->n, sizeof *touched->v, by_id);
	vec_for(i, touched) {
		struct var *var = touched->v[i];
		int how = l->globals[var->id];

		if (var->written && how & (ACCESS_READ | ACCESS_EXCLUSIVE))
			vec_push(l->a, &out->locks,
				 (struct lock){ var, how & ACCESS_EXCLUSIVE });
		out->rearms |= l->arming[var->id] && how & ACCESS_CHANGE;
		l->globals[var->id] = 0;
	}
	touched->n = 0;
}

static const char *summary_key(struct arena *a, const struct summary *own)
{
	struct buf b = { 0 };
	const char *key;

	vec_for(i, &own->touches)
		buf_printf(&b, "%d:%d ", own->touches.v[i].var->id,
			   (int)own->touches.v[i].how);
	vec_for(i, &own->calls)
		buf_printf(&b, "f%d ", own->calls.v[i]->id);
	key = arena_strdup(a, buf_str(&b));
	buf_free(&b);
	return key;
}

static const struct outcome *outcome_of(struct locker *l,
					const struct summary *own)
{
	const char *key = summary_key(l->a, own);
	struct outcome *out = map_get(&l->outcomes, key);

	if (out)
		return out;
	out = arena_new(l->a, struct outcome);
	add_all(l, own);
	take_touched(l, out);
	map_set(l->a, &l->outcomes, key, out);
	return out;
}

/* ---- probes ---- */

static void start(struct arena *a, struct program *p, struct locker *l)
{
	*l = (struct locker){ .a = a, .p = p };
	l->globals = arena_array(a, p->globals.n + 1, unsigned char);
	l->arming = arena_array(a, p->globals.n + 1, bool);
	l->seen = arena_array(a, p->funcs.n + 1, unsigned);
	l->funcs = arena_array(a, p->funcs.n + 1, struct summary);
}

bool probe_is_switched(const struct probe *p)
{
	if (!p->condition)
		return false;
	switch (p->kind) {
	case PROBE_TIMER:
	case PROBE_TIMER_JIFFIES:
	case PROBE_KPROBE:
	case PROBE_KRETPROBE:
	case PROBE_TRACEPOINT:
		return true;
	case PROBE_BEGIN:
	case PROBE_END:
	case PROBE_ERROR:
	case PROBE_NEVER:
	case PROBE_DATA:
		break;
	}
	return false;
}

static void lock_condition(struct locker *l, struct probe *pr)
{
	struct visitor v = { .expr = lock_expr, .stmt = lock_stmt, .arg = l };
	struct summary own = { 0 };

	pr->condition_locks.n = 0;
	if (!pr->condition)
		return;
	l->own = &own;
	lock_expr(&v, &pr->condition);
	vec_for(i, &own.touches)
		l->arming[own.touches.v[i].var->id] |= probe_is_switched(pr);
	pr->condition_locks = outcome_of(l, &own)->locks;
}

static void lock_body(struct locker *l, struct probe *pr)
{
	struct visitor v = { .expr = lock_expr, .stmt = lock_stmt, .arg = l };
	struct summary own = { 0 };
	const struct outcome *out;

	l->own = &own;
	vec_for(i, &pr->saved)
		lock_expr(&v, &pr->saved.v[i].e);
	lock_stmt(&v, &pr->body);
	out = outcome_of(l, &own);
	pr->locks = out->locks;
	pr->rearms = out->rearms;
}

/* ---- depth ---- */

enum visit { VISIT_NEW, VISIT_OPEN, VISIT_DONE };

struct depth {
	enum visit *state;
	int below;		/* deepest chain of calls seen in this body */
	bool recursive;
};

static int func_depth(struct depth *d, struct func *f);

static void depth_call(struct depth *d, struct func *f)
{
	for (; f; f = f->next_overload) {
		int n = func_depth(d, f);

		d->below = MAX(d->below, n + 1);
	}
}

static void depth_expr(struct visitor *v, struct expr **pe)
{
	if ((*pe)->kind == EXPR_CALL)
		depth_call(v->arg, (*pe)->call.func);
	else if ((*pe)->kind == EXPR_EMBEDDED)
		depth_call(v->arg, (*pe)->embedded.func);
	ast_walk_expr(v, *pe);
}

static void depth_stmt(struct visitor *v, struct stmt **ps)
{
	if ((*ps)->kind == STMT_EMBEDDED)
		depth_call(v->arg, (*ps)->embedded.func);
	ast_walk_stmt(v, *ps);
}

static int func_depth(struct depth *d, struct func *f)
{
	struct visitor v = { .expr = depth_expr, .stmt = depth_stmt, .arg = d };
	int outer = d->below;

	if (d->state[f->id] == VISIT_OPEN) {
		f->recursive = true;
		d->recursive = true;
		return 0;
	}
	if (d->state[f->id] == VISIT_DONE)
		return f->depth;
	d->state[f->id] = VISIT_OPEN;
	d->below = 0;
	if (f->body)
		depth_stmt(&v, &f->body);
	f->depth = d->below;
	d->below = outer;
	d->state[f->id] = VISIT_DONE;
	return f->depth;
}

static void set_nesting(struct session *s, struct program *p)
{
	struct depth d = { 0 };
	struct visitor v = { .expr = depth_expr, .stmt = depth_stmt,
			     .arg = &d };

	d.state = arena_array(&s->arena, p->funcs.n + 1, enum visit);
	vec_for(i, &p->probes) {
		struct probe *pr = p->probes.v[i];

		if (pr->condition)
			depth_expr(&v, &pr->condition);
		vec_for(j, &pr->saved)
			depth_expr(&v, &pr->saved.v[j].e);
		depth_stmt(&v, &pr->body);
	}
	vlog(s, 2, 2, "calls nest %d deep%s\n", d.below,
	     d.recursive ? ", and recurse" : "");
	if (!p->limits.maxnesting_set)
		p->limits.maxnesting = d.below + 1 + (d.recursive ? 10 : 0);
}

static void tell_locks(struct session *s, const struct probe *pr)
{
	if (s->opt.verbose[2] < 2 || !pr->locks.n)
		return;
	fprintf(stderr, "locks of %s:", pr->point);
	vec_for(i, &pr->locks)
		fprintf(stderr, " %s(%s)", pr->locks.v[i].var->name,
			pr->locks.v[i].write ? "write" : "read");
	fputc('\n', stderr);
}

bool elaborate_locks(struct session *s, struct program *p)
{
	struct locker l;

	renumber(p);
	start(&s->arena, p, &l);
	vec_for(i, &p->probes)
		lock_condition(&l, p->probes.v[i]);
	/* Outcomes so far did not know yet what conditions read. */
	l.outcomes = (struct map){ 0 };
	vec_for(i, &p->probes) {
		lock_body(&l, p->probes.v[i]);
		tell_locks(s, p->probes.v[i]);
	}
	set_nesting(s, p);
	return true;
}
