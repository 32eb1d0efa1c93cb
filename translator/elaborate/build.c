// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * New nodes, with the type they have.
 */
#include "elaborate/elab.h"

static struct expr *mk_expr(struct arena *a, struct loc at, enum expr_kind kind,
			    enum type type)
{
	struct expr *e = arena_new(a, struct expr);

	e->kind = kind;
	e->type = type;
	e->loc = at;
	return e;
}

struct expr *mk_number(struct arena *a, struct loc at, int64_t n)
{
	struct expr *e = mk_expr(a, at, EXPR_NUMBER, TYPE_LONG);

	e->number.value = n;
	e->token = arena_printf(a, "number '%lld'", (long long)n);
	return e;
}

struct expr *mk_string(struct arena *a, struct loc at, const char *s)
{
	struct expr *e = mk_expr(a, at, EXPR_STRING, TYPE_STRING);

	e->string.s = s;
	e->string.len = strlen(s);
	e->token = "string";
	return e;
}

struct expr *mk_binary(struct arena *a, struct loc at, enum op op,
		       struct expr *x, struct expr *y)
{
	struct expr *e = mk_expr(a, at, EXPR_BINARY, TYPE_LONG);

	e->binary.op = op;
	e->binary.a = x;
	e->binary.b = y;
	e->token = arena_printf(a, "operator '%s'", op_text(op));
	return e;
}

struct expr *mk_unary(struct arena *a, struct loc at, enum op op,
		      struct expr *x)
{
	struct expr *e = mk_expr(a, at, EXPR_UNARY, TYPE_LONG);

	e->unary.op = op;
	e->unary.a = x;
	e->token = arena_printf(a, "operator '%s'", op_text(op));
	return e;
}

struct expr *mk_load(struct arena *a, struct loc at, const char *token,
		     struct expr *addr, int size, bool is_signed)
{
	struct expr *e = mk_expr(a, at, EXPR_LOAD, TYPE_LONG);

	e->token = token;
	e->load.addr = addr;
	e->load.size = size;
	e->load.is_signed = is_signed;
	return e;
}

struct expr *mk_symbol(struct arena *a, struct loc at, struct var *v)
{
	struct expr *e = mk_expr(a, at, EXPR_SYMBOL, v->type);

	e->symbol.name = v->name;
	e->symbol.var = v;
	e->ptype = v->ptype;
	e->pmodule = v->pmodule;
	e->token = arena_printf(a, "identifier '%s'", v->name);
	return e;
}

struct expr *mk_call(struct arena *a, struct loc at, const char *name,
		     struct func *f)
{
	struct expr *e = mk_expr(a, at, EXPR_CALL, f ? f->type : TYPE_UNKNOWN);

	e->call.name = name;
	e->call.func = f;
	e->token = arena_printf(a, "identifier '%s'", name);
	return e;
}

struct stmt *mk_stmt(struct arena *a, struct loc at, enum stmt_kind kind)
{
	struct stmt *s = arena_new(a, struct stmt);

	s->kind = kind;
	s->loc = at;
	return s;
}

struct stmt *mk_expr_stmt(struct arena *a, struct expr *e)
{
	struct stmt *s = mk_stmt(a, e->loc, STMT_EXPR);

	s->token = e->token;
	s->expr.e = e;
	return s;
}
