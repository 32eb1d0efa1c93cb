// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Functions that are the same.  In: a typed program.  Out: the same, with
 * every call of such a function going to the first of them; the others are
 * then called by nobody.  Two are the same when types, parameters and text
 * agree and each name in the text means the same.  Only text as a script has
 * it is compared: C and what target variables became are left alone, and so
 * are functions that `next` leads to or from.
 */
#include "elaborate/optimize.h"

struct identity {
	struct buf text;
	const struct func *self;
	bool plain;		/* nothing in it that its text does not tell */
};

static void put_names(struct visitor *v, struct expr **pe);

static void put_pointer(struct identity *id, const void *p)
{
	if (p)
		buf_printf(&id->text, " %p", p == id->self ? NULL : p);
}

static void put_var(struct identity *id, const struct var *v)
{
	if (v && v->storage == VAR_GLOBAL)
		put_pointer(id, v);
}

static void put_names(struct visitor *v, struct expr **pe)
{
	struct identity *id = v->arg;
	const struct expr *x = *pe;

	switch (x->kind) {
	case EXPR_SYMBOL:
		put_var(id, x->symbol.var);
		break;
	case EXPR_INDEX:
		put_var(id, x->index.var);
		break;
	case EXPR_IN:
		put_var(id, x->in.var);
		break;
	case EXPR_CALL:
		put_pointer(id, x->call.func);
		break;
	case EXPR_LOAD:
	case EXPR_STORE:
	case EXPR_REGISTER:
	case EXPR_ADDRESS:
	case EXPR_SAVED:
	case EXPR_CALLCTX:
	case EXPR_TARGET:
	case EXPR_EMBEDDED:
	case EXPR_CONST:
		id->plain = false;
		return;
	case EXPR_NUMBER:
	case EXPR_STRING:
	case EXPR_UNARY:
	case EXPR_BINARY:
	case EXPR_LOGICAL:
	case EXPR_TERNARY:
	case EXPR_ASSIGN:
	case EXPR_INCDEC:
	case EXPR_PRINT:
	case EXPR_STAT:
	case EXPR_HIST:
	case EXPR_HIST_BUCKET:
	case EXPR_DEFINED:
	case EXPR_ENTRY:
	case EXPR_RAW:
	case EXPR_PERF:
		break;
	}
	ast_walk_expr(v, *pe);
}

static void put_stmt(struct visitor *v, struct stmt **ps)
{
	struct identity *id = v->arg;

	if ((*ps)->kind == STMT_EMBEDDED)
		id->plain = false;
	if ((*ps)->kind == STMT_FOREACH)
		put_var(id, (*ps)->foreach.var);
	ast_walk_stmt(v, *ps);
}

/* What two functions must have in common; NULL: f is like no other. */
static const char *identity_of(struct arena *a, struct func *f)
{
	struct identity id = { .self = f, .plain = true };
	struct visitor v = { .expr = put_names, .stmt = put_stmt, .arg = &id };
	struct text_stream body;
	const char *key = NULL;

	buf_printf(&id.text, "%d(", (int)f->type);
	vec_for(i, &f->params)
		buf_printf(&id.text, "%s:%d ", f->params.v[i]->name,
			   (int)f->params.v[i]->type);
	put_stmt(&v, &f->body);
	if (id.plain) {
		ast_print_stmt(text_open(&body), f->body, 0);
		key = arena_printf(a, "%s%s", buf_str(&id.text),
				   text_close(&body, a));
	}
	buf_free(&id.text);
	return key;
}

struct merge {
	struct func **same;	/* by number: the one to call */
	bool any;
};

static void merge_expr(struct visitor *v, struct expr **pe)
{
	struct merge *m = v->arg;
	struct expr *x = *pe;

	if (x->kind == EXPR_CALL && x->call.func) {
		x->call.func = m->same[x->call.func->id];
		x->call.name = x->call.func->name;
	}
	ast_walk_expr(v, x);
}

static void merge_stmt(struct visitor *v, struct stmt **ps)
{
	ast_walk_stmt(v, *ps);
}

static void find_same(struct opt *o, struct merge *m, const bool *linked)
{
	struct program *p = o->e->p;
	struct map seen = { 0 };

	vec_for(i, &p->funcs) {
		struct func *f = p->funcs.v[i], *first;
		const char *key;

		m->same[i] = f;
		if (!f->body || linked[i] || !f->decl)
			continue;
		key = identity_of(o->e->a, f);
		first = key ? map_get(&seen, key) : NULL;
		if (first) {
			m->same[i] = first;
			m->any = true;
		} else if (key) {
			map_set(o->e->a, &seen, key, f);
		}
	}
}

void merge_functions(struct opt *o)
{
	struct program *p = o->e->p;
	struct merge m = { 0 };
	struct visitor v = { .expr = merge_expr, .stmt = merge_stmt,
			     .arg = &m };
	bool *linked = arena_array(o->e->a, p->funcs.n + 1, bool);

	renumber(p);
	m.same = arena_array(o->e->a, p->funcs.n + 1, struct func *);
	vec_for(i, &p->funcs)
		for (struct func *f = p->funcs.v[i]; f->next_overload;
		     f = f->next_overload)
			linked[f->id] = linked[f->next_overload->id] = true;
	find_same(o, &m, linked);
	if (!m.any)
		return;
	o->changed = true;
	vec_for(i, &p->probes)
		merge_stmt(&v, &p->probes.v[i]->body);
	vec_for(i, &p->funcs)
		if (p->funcs.v[i]->body)
			merge_stmt(&v, &p->funcs.v[i]->body);
}
