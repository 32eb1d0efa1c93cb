// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Expressions: each gives the statements it needs, in the order in which the
 * language evaluates, and a value.  Operands that a later operand may change
 * are held first.
 */
#include "emit/emit.h"

static struct val empty_value(const struct expr *e)
{
	return (struct val){ .text = e->type == TYPE_STRING ? "\"\"" : "0",
			     .atom = true };
}

void unsupported(struct fn *f, const struct expr *e, const char *what)
{
	diag_semantic(&f->e->s->diag, e->loc, e->token,
		      "%s cannot be translated here", what);
}

struct val emit_read(struct fn *f, const struct var *v)
{
	struct local *l;

	if (v->storage == VAR_GLOBAL)
		return val_text(global_of(f->e, v), READS_GLOBAL);
	l = local_of(f, v);
	l->read = true;
	return val_text(l->text, READS_LOCAL);
}

struct val *emit_list(struct fn *f, const struct expr_vec *list)
{
	struct val *v = arena_array(f->e->arena, list->n + 1, struct val);

	vec_for(i, list) {
		if (!list->v[i])
			continue;
		v[i] = emit_expr(f, list->v[i]);
		v[i] = hold_from(f, v[i], list->v[i]->type,
				 effects_after(list, i + 1));
	}
	return v;
}

/* ---- operators ---- */
static struct val emit_unary(struct fn *f, const struct expr *e)
{
	struct arena *a = f->e->arena;
	struct val v = emit_expr(f, e->unary.a);
	struct val r;

	if (e->unary.op == OP_PLUS)
		return v;
	if (e->unary.op == OP_NEG && v.constant)
		return val_number(f, (int64_t)-(uint64_t)v.number);
	if (e->unary.op == OP_NOT) {
		r = val_text(arena_printf(a, v.boolean ? "(!%s)" : "(%s == 0)",
					  v.text), v.reads);
		r.boolean = true;
		return r;
	}
	return val_text(arena_printf(a, e->unary.op == OP_NEG ?
				     "(stp_i64)-(stp_u64)%s" : "(~%s)",
				     as_number(f, v)), v.reads);
}

/* Operators that cannot fail, as C text of two operands. */
static const char *plain_operator(enum op op)
{
	static const char *const text[OP_COUNT] = {
		[OP_ADD] = "(stp_i64)((stp_u64)%s + %s)",
		[OP_SUB] = "(stp_i64)((stp_u64)%s - %s)",
		[OP_MUL] = "(stp_i64)((stp_u64)%s * %s)",
		/* Compilers warn of (x | 1) != 0; scripts may say it. */
		[OP_AND] = "stp_num(%s & %s)",
		[OP_OR] = "stp_num(%s | %s)",
		[OP_XOR] = "stp_num(%s ^ %s)",
		[OP_SHL] = "stp_shl(%s, %s)",
		[OP_SHR] = "stp_shr(%s, %s)",
		[OP_LSHR] = "stp_lshr(%s, %s)",
	};

	return text[op];
}

static struct val divide(struct fn *f, enum op op, struct val a, struct val b,
			 const struct expr *at)
{
	struct arena *ar = f->e->arena;
	bool div = op == OP_DIV;
	const char *t;

	if (b.constant && b.number != 0 && b.number != -1)
		return val_text(arena_printf(ar, "((stp_i64)%s %s %s)",
					     as_number(f, a), div ? "/" : "%",
					     b.text), a.reads);
	t = temp_new(f, TEMP_LONG);
	line(f, "%s = %s(c, %s, %s, %s);", t, div ? "stp_div" : "stp_mod",
	     as_number(f, a), as_number(f, b), expr_site(f, at));
	check_error(f);
	return val_temp(t);
}

/* The format's two %s filled in. */
static const char *fill_operator(struct fn *f, const char *fmt, const char *a,
				 const char *b)
{
	const char *first = strstr(fmt, "%s"), *second = strstr(first + 2, "%s");

	return arena_printf(f->e->arena, "%.*s%s%.*s%s%s", (int)(first - fmt),
			    fmt, a, (int)(second - first - 2), first + 2, b,
			    second + 2);
}

struct val binary_long(struct fn *f, enum op op, struct val a, struct val b,
		       const struct expr *at)
{
	const char *fmt = plain_operator(op);

	if (!fmt)
		return divide(f, op, a, b, at);
	return val_text(fill_operator(f, fmt, as_number(f, a),
				      as_number(f, b)), a.reads | b.reads);
}

static bool is_comparison(enum op op)
{
	return op == OP_EQ || op == OP_NE || op == OP_LT || op == OP_GT ||
	       op == OP_LE || op == OP_GE;
}

static struct val compare(struct fn *f, const struct expr *e, struct val a,
			  struct val b)
{
	struct arena *ar = f->e->arena;
	const char *op = op_text(e->binary.op);
	struct val r;

	if (e->binary.a->type == TYPE_STRING) {
		r = val_text(arena_printf(ar, "(stp_strcmp(%s, %s) %s 0)",
					  a.text, b.text, op),
			     a.reads | b.reads);
	} else {
		if (!strcmp(a.text, b.text)) /* warned about in C */
			a = hold(f, a, TYPE_LONG);
		if (!strcmp(a.text, b.text)) {
			const char *t = temp_new(f, TEMP_LONG);

			line(f, "%s = %s;", t, b.text);
			b = val_temp(t);
		}
		r = val_text(arena_printf(ar, "(%s %s %s)",
					  as_number(f, a), op,
					  as_number(f, b)),
			     a.reads | b.reads);
	}
	r.boolean = true;
	return r;
}

/* a . b . c: all operands in order, then one copy. */
static void concat_operands(struct arena *a, const struct expr *e,
			    struct expr_vec *list)
{
	if (e->kind == EXPR_BINARY && e->binary.op == OP_CAT) {
		concat_operands(a, e->binary.a, list);
		concat_operands(a, e->binary.b, list);
		return;
	}
	vec_push(a, list, (struct expr *)e);
}

static struct val emit_concat(struct fn *f, const struct expr *e,
			      const char *dst)
{
	struct expr_vec list = { 0 };
	struct val *v;

	concat_operands(f->e->arena, e, &list);
	v = emit_list(f, &list);
	if (!dst)
		dst = temp_new(f, TEMP_BUF);
	line(f, "stp_strcpy(%s, %s, MAXSTRINGLEN);", dst, v[0].text);
	for (size_t i = 1; i < list.n; i++)
		line(f, "stp_strcat(%s, %s, MAXSTRINGLEN);", dst, v[i].text);
	return val_temp(dst);
}

static struct val emit_binary(struct fn *f, const struct expr *e)
{
	struct val a, b;

	if (e->binary.op == OP_CAT)
		return emit_concat(f, e, NULL);
	if (e->binary.op == OP_MATCH || e->binary.op == OP_NMATCH)
		return emit_match(f, e);
	a = emit_expr(f, e->binary.a);
	a = hold_from(f, a, e->binary.a->type, effects(e->binary.b));
	b = emit_expr(f, e->binary.b);
	if (is_comparison(e->binary.op))
		return compare(f, e, a, b);
	return binary_long(f, e->binary.op, a, b, e);
}

/* ---- parts that may not run ---- */

/* Emits e into text, one level deeper. */
static struct val emit_apart(struct fn *f, const struct expr *e,
			     struct buf *text)
{
	struct buf *out = f->out;
	struct val v;

	f->out = text;
	f->indent++;
	v = emit_expr(f, e);
	f->indent--;
	f->out = out;
	return v;
}

static void put_apart(struct fn *f, struct buf *text)
{
	buf_write(f->out, buf_str(text), text->n);
}

static struct val emit_logical(struct fn *f, const struct expr *e)
{
	bool and = e->logical.op == OP_ANDAND;
	struct val a = emit_expr(f, e->logical.a), b, r;
	struct buf text = { 0 };
	const char *t, *cond = as_condition(f, a);

	b = emit_apart(f, e->logical.b, &text);
	if (!text.n) {
		r = val_text(arena_printf(f->e->arena, "((%s) %s (%s))", cond,
					  and ? "&&" : "||",
					  as_condition(f, b)),
			     a.reads | b.reads);
		r.boolean = true;
		return r;
	}
	t = temp_new(f, TEMP_LONG);
	line(f, "%s = %d;", t, !and);
	line(f, and ? "if (%s) {" : "if (!(%s)) {", cond);
	put_apart(f, &text);
	buf_free(&text);
	f->indent++;
	line(f, "%s = %s;", t, as_condition(f, b));
	f->indent--;
	line(f, "}");
	return val_temp(t);
}

static struct val ternary_value(struct fn *f, const struct expr *e,
				const char *cond, struct val a, struct val b,
				struct buf *ta, struct buf *tb)
{
	bool text = e->type == TYPE_STRING;
	const char *t = temp_new(f, text ? TEMP_PTR : TEMP_LONG);
	struct val r = val_temp(t);

	line(f, "if (%s) {", cond);
	put_apart(f, ta);
	f->indent++;
	line(f, "%s = %s;", t, a.text);
	f->indent--;
	line(f, "} else {");
	put_apart(f, tb);
	f->indent++;
	line(f, "%s = %s;", t, b.text);
	f->indent--;
	line(f, "}");
	if (text && (a.reads | b.reads)) {	/* a pointer to a variable */
		r.reads = a.reads | b.reads;
		r.atom = false;
	}
	return r;
}

static struct val emit_ternary(struct fn *f, const struct expr *e)
{
	struct val cond = emit_expr(f, e->ternary.cond), a, b, r;
	struct buf ta = { 0 }, tb = { 0 };
	const char *ctext = as_condition(f, cond);

	a = emit_apart(f, e->ternary.a, &ta);
	b = emit_apart(f, e->ternary.b, &tb);
	if (!ta.n && !tb.n)
		r = val_text(arena_printf(f->e->arena, "((%s) ? %s : %s)", ctext,
					  e->type == TYPE_STRING ? a.text :
					  as_number(f, a),
					  e->type == TYPE_STRING ? b.text :
					  as_number(f, b)),
			     cond.reads | a.reads | b.reads);
	else
		r = ternary_value(f, e, ctext, a, b, &ta, &tb);
	if (!ta.n && !tb.n && e->type != TYPE_STRING)
		r.text = arena_printf(f->e->arena, "stp_num%s", r.text);
	buf_free(&ta);
	buf_free(&tb);
	return r;
}

/* ---- calls ---- */
struct emitted_func *func_of(struct emit *e, const struct func *func)
{
	vec_for(i, &e->funcs)
		if (e->funcs.v[i]->func == func)
			return e->funcs.v[i];
	return NULL;
}

static bool is_embedded(const struct func *func)
{
	return !func->body;
}

/* Embedded C of the library that never touches the context cannot fail. */
static bool may_fail(const struct func *func)
{
	if (func->next_overload || !is_embedded(func) || !func->builtin)
		return true;
	return strstr(func->code, "CONTEXT") || strstr(func->code, "STAP_ERROR");
}

/* User C may write to its copy of a string; so may that of a candidate that
 * is tried later. */
static bool wants_copies(const struct func *func)
{
	for (; func; func = func->may_next ? func->next_overload : NULL)
		if (is_embedded(func) && !func->builtin)
			return true;
	return false;
}

/* A string argument as the callee may have it. */
static const char *string_argument(struct fn *f, struct val v,
				   const struct func *callee)
{
	bool reads_only = is_embedded(callee) && callee->builtin &&
			  !callee->may_next;
	const char *t;

	if (wants_copies(callee) && strncmp(v.text, "f->b", 4)) {
		t = temp_new(f, TEMP_BUF);
		line(f, "stp_strcpy(%s, %s, MAXSTRINGLEN);", t, v.text);
		return t;
	}
	if (v.reads & READS_GLOBAL && !reads_only)
		return hold(f, v, TYPE_STRING).text;
	return v.text;
}

static void call_arguments(struct fn *f, const struct expr *e,
			   const struct func *callee, struct buf *args)
{
	struct val *v = emit_list(f, &e->call.args);

	vec_for(i, &e->call.args) {
		const struct expr *arg = e->call.args.v[i];

		buf_printf(args, ", %s", arg->type == TYPE_STRING ?
			   string_argument(f, v[i], callee) :
			   as_number(f, v[i]));
	}
}

static void note_call(struct fn *f, const struct func *func)
{
	for (; func; func = func->may_next ? func->next_overload : NULL) {
		vec_push(f->e->arena, &f->calls, func_of(f->e, func));
		vec_push(f->e->arena, &f->call_sorts, f->sorts_open);
	}
}

struct val emit_call(struct fn *f, const struct expr *e, const char *dst,
		     bool want)
{
	const struct func *func = e->call.func;
	struct emitted_func *ef = func_of(f->e, func);
	struct val r = empty_value(e);
	struct buf args = { 0 };
	const char *name = ef->name;

	if (func->may_next && func->next_overload)
		name = arena_printf(f->e->arena, "any_%s", name);
	call_arguments(f, e, func, &args);
	note_call(f, func);
	if (may_fail(func))
		line(f, "c->site = %s;", expr_site(f, e));
	if (func->type == TYPE_STRING) {
		r = val_temp(dst ? dst : temp_new(f, TEMP_BUF));
		line(f, "%s(c, %s%s);", name, r.text, buf_str(&args));
	} else if (func->type == TYPE_LONG && want) {
		r = val_temp(temp_new(f, TEMP_LONG));
		line(f, "%s = %s(c%s);", r.text, name, buf_str(&args));
	} else {
		line(f, "%s(c%s);", name, buf_str(&args));
	}
	buf_free(&args);
	if (may_fail(func))
		check_error(f);
	return r;
}

/* %{ … %} as an expression: pass 2 made a function of it. */
static struct val emit_embedded(struct fn *f, const struct expr *e)
{
	struct expr call = { .kind = EXPR_CALL, .type = e->type, .loc = e->loc,
			     .token = e->token };

	if (!e->embedded.func) {
		unsupported(f, e, "embedded code");
		return empty_value(e);
	}
	call.call.func = e->embedded.func;
	return emit_call(f, &call, NULL, true);
}

/* ---- all kinds ---- */
static struct val emit_string(struct fn *f, const struct expr *e)
{
	size_t n = MIN(e->string.len, (size_t)(f->e->strlen_max - 1));

	return (struct val){ .text = c_string(f->e->arena, e->string.s, n),
			     .atom = true };
}

static struct val emit_missing(struct fn *f, const struct expr *e,
			       const char *what)
{
	unsupported(f, e, what);
	return empty_value(e);
}

static struct val emit_callctx(struct fn *f, const struct expr *e)
{
	switch (e->callctx.what) {
	case CALLCTX_RETVAL:
		return val_text("c->retval", 0);
	case CALLCTX_ARGUMENT:
		return val_text(arena_printf(f->e->arena, "c->saved[%d]",
					     e->callctx.n), 0);
	case CALLCTX_CALLER:
		break;
	}
	return val_text(arena_printf(f->e->arena,
				     "(stp_i64)stp_caller(c, %d)",
				     e->callctx.n), 0);
}

struct val emit_expr(struct fn *f, const struct expr *e)
{
	switch (e->kind) {
	case EXPR_NUMBER:
		return val_number(f, e->number.value);
	case EXPR_STRING:
		return emit_string(f, e);
	case EXPR_SYMBOL:
		return emit_read(f, e->symbol.var);
	case EXPR_INDEX:
		return emit_index(f, e);
	case EXPR_UNARY:
		return emit_unary(f, e);
	case EXPR_BINARY:
		return emit_binary(f, e);
	case EXPR_LOGICAL:
		return emit_logical(f, e);
	case EXPR_TERNARY:
		return emit_ternary(f, e);
	case EXPR_ASSIGN:
		return emit_assign(f, e, true);
	case EXPR_INCDEC:
		return emit_incdec(f, e, true);
	case EXPR_IN:
		return emit_in(f, e);
	case EXPR_CALL:
		return emit_call(f, e, NULL, true);
	case EXPR_PRINT:
		return emit_print(f, e, NULL, true);
	case EXPR_STAT:
		return emit_stat(f, e);
	case EXPR_HIST:
		return emit_missing(f, e, "a histogram");
	case EXPR_HIST_BUCKET:
		return emit_bucket(f, e);
	case EXPR_EMBEDDED:
		return emit_embedded(f, e);
	case EXPR_RAW:
		return emit_raw(f, e);
	case EXPR_LOAD:
		return emit_load(f, e);
	case EXPR_STORE:
		return emit_store_mem(f, e);
	case EXPR_REGISTER:
		return emit_register(f, e->reg.dwarf_reg, e);
	case EXPR_ADDRESS:
		return emit_address(f, e);
	case EXPR_SAVED:
		return emit_saved(f, e);
	case EXPR_CALLCTX:
		return emit_callctx(f, e);
	case EXPR_TARGET:
		return emit_missing(f, e, "a target variable");
	case EXPR_DEFINED:
		return emit_missing(f, e, "@defined");
	case EXPR_ENTRY:
		return emit_missing(f, e, "@entry");
	case EXPR_CONST:
		return emit_missing(f, e, "@const");
	case EXPR_PERF:
		return emit_missing(f, e, "@perf");
	}
	return empty_value(e);
}

void emit_effect(struct fn *f, const struct expr *e)
{
	if (e->kind == EXPR_ASSIGN)
		emit_assign(f, e, false);
	else if (e->kind == EXPR_INCDEC)
		emit_incdec(f, e, false);
	else if (e->kind == EXPR_CALL)
		emit_call(f, e, NULL, false);
	else if (e->kind == EXPR_PRINT)
		emit_print(f, e, NULL, false);
	else
		discard(f, emit_expr(f, e));
}

bool emit_string_into(struct fn *f, const struct expr *e, const char *dst)
{
	if (e->kind == EXPR_BINARY && e->binary.op == OP_CAT)
		emit_concat(f, e, dst);
	else if (e->kind == EXPR_CALL && e->call.func->type == TYPE_STRING)
		emit_call(f, e, dst, true);
	else if (e->kind == EXPR_PRINT && e->print.to_string)
		emit_print(f, e, dst, true);
	else
		return false;
	return true;
}
