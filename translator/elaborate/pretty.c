// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Target variables as text.  $x$ shows a structure's members, $x$$ those of
 * the structures within it too, and of an array the first element; $$vars and
 * friends show every variable in sight as name=value, "?" for one that is not
 * available here.
 *
 * What is in memory is printed by a function made for its type: what cannot
 * be read turns its text into ERROR and does not end the handler.
 */
#include "elaborate/target.h"

#define ARGS_PER_PRINT 16	/* one sprintf's; longer text is joined */
#define MEMBERS_MAX 256		/* of all structures in one text */
#define DEPTH_MAX 8
#define POINTERS_MAX 8		/* followed from $x$ to what it shows */

/* Text being put together: a format with its arguments, in runs. */
struct text {
	struct lower *l;
	const struct expr *at;
	struct buf literal;
	struct expr *print;	/* the sprintf being filled */
	struct expr *all;	/* what is complete */
	size_t members;
	bool deep;
};

static struct expr *mk_sprintf(struct text *t)
{
	struct expr *e = arena_new(t->l->e->a, struct expr);

	e->kind = EXPR_PRINT;
	e->type = TYPE_STRING;
	e->loc = t->at->loc;
	e->token = t->at->token;
	e->print.to_string = true;
	e->print.has_format = true;
	e->print.name = "sprintf";
	return e;
}

static void flush_literal(struct text *t)
{
	struct arena *a = t->l->e->a;

	if (!t->print)
		t->print = mk_sprintf(t);
	if (!t->literal.n)
		return;
	vec_push(a, &t->print->print.format,
		 (struct format_part){
		 .text = arena_strdup(a, buf_str(&t->literal)),
		 .len = t->literal.n, .width = -1, .precision = -1 });
	t->literal.n = 0;
}

static void finish_run(struct text *t)
{
	struct arena *a = t->l->e->a;
	struct expr *joined;

	flush_literal(t);
	if (t->all) {
		joined = mk_binary(a, t->at->loc, OP_CAT, t->all, t->print);
		joined->type = TYPE_STRING;
		t->all = joined;
	} else {
		t->all = t->print;
	}
	t->print = NULL;
}

static void put_part(struct text *t, struct format_part p, struct expr *e)
{
	p.precision = -1;
	flush_literal(t);
	vec_push(t->l->e->a, &t->print->print.format, p);
	vec_push(t->l->e->a, &t->print->print.args, e);
	if (t->print->print.args.n == ARGS_PER_PRINT)
		finish_run(t);
}

static void put_arg(struct text *t, char conv, bool alt, struct expr *e)
{
	put_part(t, (struct format_part){ .conv = conv, .alt = alt,
					  .width = -1 }, e);
}

static struct expr *take_text(struct text *t)
{
	finish_run(t);
	buf_free(&t->literal);
	return t->all;
}

/* ---- values ---- */

static bool put_value(struct text *t, struct located *x, int depth);

static struct expr *mk_text_call(struct lower *l, const struct expr *at,
				 struct expr *addr, uint64_t n);

/* Of C's integer types, those of one byte are letters. */
static bool is_letter(const struct dbg_type *t)
{
	return t && t->size == 1 && (t->kind == DBG_CHAR ||
				     t->kind == DBG_INT || t->kind == DBG_UINT);
}

static bool is_text(const struct dbg_type *t)
{
	return (t->kind == DBG_POINTER || t->kind == DBG_ARRAY) &&
	       is_letter(dbg_type_target(t));
}

static bool is_struct(const struct dbg_type *t)
{
	return t->kind == DBG_STRUCT || t->kind == DBG_UNION;
}

static bool put_text(struct text *t, struct located *x)
{
	struct expr *addr = target_read(t->l, t->at, x);
	struct func_list have = { 0 };
	uint64_t n = 0;

	if (!addr)
		return false;
	if (x->type->kind == DBG_ARRAY)
		dbg_type_count(x->type, &n);
	library_funcs(t->l->e, "kernel_string", 1, NULL, &have);
	if (have.n)
		put_arg(t, 's', false, mk_text_call(t->l, t->at, addr, n));
	else
		put_arg(t, 'p', false, addr);
	return true;
}

static bool is_wide(const struct dbg_type *t)
{
	return (t->kind == DBG_INT || t->kind == DBG_UINT) && t->size == 16;
}

/* 128 bits, which no value of a script holds: 32 hexadecimal digits. */
static bool put_wide(struct text *t, struct located *x)
{
	struct expr *high = target_half(t->l, t->at, x, true);
	struct expr *low = target_half(t->l, t->at, x, false);

	if (!high || !low)
		return false;
	buf_puts(&t->literal, "0x");
	put_part(t, (struct format_part){ .conv = 'x', .zero = true,
					  .width = 16 }, high);
	put_part(t, (struct format_part){ .conv = 'x', .zero = true,
					  .width = 16 }, low);
	return true;
}

static bool put_scalar(struct text *t, struct located *x)
{
	struct expr *e;

	if (is_wide(x->type))
		return put_wide(t, x);
	e = target_read(t->l, t->at, x);
	if (!e)
		return false;
	if (x->type->kind == DBG_POINTER || x->type->kind == DBG_FUNCTION) {
		put_arg(t, 'p', false, e);
	} else if (is_letter(x->type) && !x->bit_size) {
		buf_putc(&t->literal, '\'');
		put_arg(t, 'c', true, e);
		buf_putc(&t->literal, '\'');
	} else {
		put_arg(t, x->type->is_signed ? 'd' : 'u', false, e);
	}
	return true;
}

static bool put_member(struct text *t, const struct located *outer,
		       const struct dbg_member *m, int depth)
{
	struct located y = *outer;

	if (y.kind == AT_ADDRESS) {
		y.e = ast_clone_expr(t->l->e->a, outer->e);
		if (m->offset)
			y.e = mk_binary(t->l->e->a, t->at->loc, OP_ADD, y.e,
					mk_number(t->l->e->a, t->at->loc,
						  (int64_t)m->offset));
		y.bit_offset = 0;
	} else {
		y.bit_offset += (unsigned)m->offset * 8;
		y.reg = -1;
	}
	y.bit_offset += m->bit_size ? m->bit_offset : 0;
	y.bit_size = m->bit_size;
	y.type = m->type;
	return put_value(t, &y, depth + 1);
}

static bool put_members(struct text *t, struct located *x, int depth)
{
	dbg_members list = { 0 };

	dbg_type_members(x->type, false, &list);
	buf_putc(&t->literal, '{');
	vec_for(i, &list) {
		const struct dbg_member *m = &list.v[i];

		buf_puts(&t->literal, i ? ", " : "");
		if (t->members++ >= MEMBERS_MAX) {
			buf_puts(&t->literal, "...");
			break;
		}
		if (*m->name)
			buf_printf(&t->literal, ".%s=", m->name);
		else
			buf_puts(&t->literal, m->type->kind == DBG_UNION ?
				 "<union>=" : "<class>=");
		if (!put_member(t, x, m, depth))
			buf_putc(&t->literal, '?');
	}
	buf_putc(&t->literal, '}');
	return true;
}

/* The first one stands for all. */
static bool put_elements(struct text *t, struct located *x, int depth)
{
	struct dbg_member first = { .name = "", .type = x->type };
	uint64_t n = 0;
	bool one = dbg_type_count(x->type, &n) && n == 1;

	for (int i = 0; i < DEPTH_MAX && first.type &&
			first.type->kind == DBG_ARRAY; i++)
		first.type = dbg_type_target(first.type);
	if (!first.type || !first.type->size)
		return false;
	buf_putc(&t->literal, '[');
	if (!put_member(t, x, &first, depth))
		buf_putc(&t->literal, '?');
	buf_puts(&t->literal, one ? "]" : ", ...]");
	return true;
}

static bool put_value(struct text *t, struct located *x, int depth)
{
	bool closed = depth > DEPTH_MAX || (depth > 0 && !t->deep);

	switch (x->type->kind) {
	case DBG_INT:
	case DBG_UINT:
	case DBG_BOOL:
	case DBG_ENUM:
	case DBG_CHAR:
		return put_scalar(t, x);
	case DBG_FUNCTION:
		buf_puts(&t->literal, "<function>:");
		return put_scalar(t, x);
	case DBG_POINTER:
		return is_text(x->type) ? put_text(t, x) : put_scalar(t, x);
	case DBG_ARRAY:
		if (closed) {
			buf_puts(&t->literal, "[...]");
			return true;
		}
		return is_text(x->type) ? put_text(t, x) :
					  put_elements(t, x, depth);
	case DBG_STRUCT:
	case DBG_UNION:
		if (closed) {
			buf_puts(&t->literal, "{...}");
			return true;
		}
		return put_members(t, x, depth);
	case DBG_FLOAT:
		buf_putc(&t->literal, '?');
		return true;
	case DBG_VOID:
	case DBG_OTHER:
		return false;
	}
	return false;
}

/* ---- the function that prints one type ---- */

static struct var *add_param(struct elab *e, struct func *f)
{
	struct var *v = arena_new(e->a, struct var);

	v->name = "__p";
	v->loc = f->loc;
	v->storage = VAR_PARAM;
	v->type = TYPE_LONG;
	v->type_loc = f->loc;
	vec_push(e->a, &f->params, v);
	return v;
}

static struct stmt *mk_return(struct elab *e, struct loc at,
			      struct expr *value)
{
	struct stmt *s = mk_stmt(e->a, at, STMT_RETURN);

	s->token = "keyword 'return'";
	s->expr.e = value;
	return s;
}

/* try { return text } catch { return "ERROR" } */
static struct func *mk_printer(struct elab *e, struct loc at)
{
	struct func *f = arena_new(e->a, struct func);

	f->name = arena_printf(e->a, "__pretty_%d", e->nsynthesized++);
	f->loc = f->type_loc = at;
	f->type = TYPE_STRING;
	f->body = mk_stmt(e->a, at, STMT_TRY);
	f->body->token = "keyword 'try'";
	f->body->try_.handler = mk_return(e, at, mk_string(e->a, at, "ERROR"));
	return f;
}

static struct expr *call_printer(struct lower *l, const struct expr *at,
				 struct func *f, struct expr *arg)
{
	struct elab *e = l->e;
	struct expr *call = mk_call(e->a, at->loc, f->name, f);

	vec_push(e->a, &call->call.args, arg);
	return call;
}

static struct func *find_printer(const struct elab *e, const struct located *x,
				 bool deep);

static void keep_printer(struct elab *e, struct func *f,
			 const struct located *x, bool deep)
{
	f->id = (int)e->p->funcs.n;
	vec_push(e->a, &e->p->funcs, f);
	if (!x->bit_size)
		vec_push(e->a, &e->printers,
			 (struct printer){ f, x->type, x->bit_offset, deep,
			 x->kind == AT_ADDRESS });
}

/* A call of a library function with the printer's own parameters. */
static struct expr *call_library(struct lower *l, const struct expr *at,
				 const char *name, struct func *f)
{
	struct expr *call = mk_call(l->e->a, at->loc, name, NULL);

	call->type = TYPE_STRING;
	vec_for(i, &f->params)
		vec_push(l->e->a, &call->call.args,
			 mk_symbol(l->e->a, at->loc, f->params.v[i]));
	return call;
}

/* "text" at a kernel address or, failing that, at one of the process; one
 * that cannot be read shows as a number. */
static struct func *mk_text_printer(struct lower *l, const struct expr *at,
				    bool counted)
{
	struct func *f = mk_printer(l->e, at->loc);
	struct expr *quoted = mk_call(l->e->a, at->loc, "string_quoted", NULL);

	add_param(l->e, f);
	if (counted)
		add_param(l->e, f);
	vec_push(l->e->a, &quoted->call.args,
		 call_library(l, at, counted ? "kernel_string_n" :
						"kernel_string", f));
	quoted->type = TYPE_STRING;
	f->body->try_.body = mk_return(l->e, at->loc, quoted);
	f->body->try_.handler = mk_return(l->e, at->loc,
		call_library(l, at, counted ? "user_string_n_quoted" :
					      "user_string_quoted", f));
	return f;
}

/* n: of an array, how many letters there are; 0: up to the NUL. */
static struct expr *mk_text_call(struct lower *l, const struct expr *at,
				 struct expr *addr, uint64_t n)
{
	const struct located any_text = { .kind = AT_VALUE };
	struct func *f = find_printer(l->e, &any_text, n > 0);
	struct expr *call;

	if (!f) {
		f = mk_text_printer(l, at, n > 0);
		keep_printer(l->e, f, &any_text, n > 0);
	}
	call = call_printer(l, at, f, addr);
	if (n)
		vec_push(l->e->a, &call->call.args,
			 mk_number(l->e->a, at->loc, (int64_t)n));
	return call;
}

static struct func *find_printer(const struct elab *e, const struct located *x,
				 bool deep)
{
	vec_for(i, &e->printers) {
		const struct printer *p = &e->printers.v[i];

		if (p->type == x->type && p->deep == deep &&
		    p->by_address == (x->kind == AT_ADDRESS) &&
		    p->bit_offset == x->bit_offset && !x->bit_size)
			return p->func;
	}
	return NULL;
}

/* Where a chain of pointers ends: at a structure, an array or a number.  Text
 * and functions are shown by their address. */
static bool follow_pointers(struct lower *l, const struct expr *at,
			    struct located *x)
{
	for (int i = 0; i < POINTERS_MAX; i++) {
		const struct dbg_type *to = x->type->kind == DBG_POINTER ?
						    dbg_type_target(x->type) :
						    NULL;

		if (!to || to->kind == DBG_VOID || is_letter(to) ||
		    (is_struct(to) && to->is_incomplete))
			return true;
		if (!target_deref(l, at, x))
			return false;
	}
	return true;
}

static struct expr *unshown(struct text *t, const struct located *x)
{
	if (!t->l->why)
		lower_fail(t->l, t->at->loc, "a value of type '%s' cannot be "
			   "shown", x->type->name);
	return NULL;
}

/* By a function for the type, which takes the address. */
static struct expr *print_memory(struct text *t, const struct located *place)
{
	struct lower *l = t->l;
	struct func *f = find_printer(l->e, place, t->deep);
	struct expr *arg = ast_clone_expr(l->e->a, place->e);
	struct located x = *place;

	if (f)
		return call_printer(l, t->at, f, arg);
	f = mk_printer(l->e, t->at->loc);
	x.e = mk_symbol(l->e->a, t->at->loc, add_param(l->e, f));
	x.e->ptype = NULL;
	if (!put_value(t, &x, 0)) {
		buf_free(&t->literal);
		return unshown(t, &x);
	}
	f->body->try_.body = mk_return(l->e, t->at->loc, take_text(t));
	keep_printer(l->e, f, &x, t->deep);
	return call_printer(l, t->at, f, arg);
}

struct expr *pretty_print(struct lower *l, const struct expr *at,
			  const struct located *place, bool deep)
{
	struct text t = { .l = l, .at = at, .deep = deep };
	struct located x = *place;

	if (!follow_pointers(l, at, &x))
		return NULL;
	if (x.kind == AT_ADDRESS)
		return print_memory(&t, &x);
	if (put_value(&t, &x, 0))
		return take_text(&t);
	buf_free(&t.literal);
	return unshown(&t, &x);
}

/* ---- $$vars ---- */

bool is_pretty_group(const char *name)
{
	static const char *const groups[] = { "$$vars", "$$parms", "$$locals",
					      "$$return" };

	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		if (!strcmp(name, groups[i]))
			return true;
	return false;
}

/* What only some callers tell: "?" for the others, the handler goes on. */
static struct expr *or_unknown(struct text *t, struct expr *text)
{
	struct elab *e = t->l->e;
	struct func *f = mk_printer(e, t->at->loc);

	f->body->try_.body = mk_return(e, t->at->loc, text);
	f->body->try_.handler = mk_return(e, t->at->loc,
					  mk_string(e->a, t->at->loc, "?"));
	f->id = (int)e->p->funcs.n;
	vec_push(e->a, &e->p->funcs, f);
	return mk_call(e->a, t->at->loc, f->name, f);
}

static void put_shown(struct text *t, struct expr *text)
{
	if (asks_caller(t->l->e, text))
		text = or_unknown(t, text);
	put_arg(t, 's', false, text);
}

static void put_number(struct text *t, struct expr *e)
{
	struct text own = { .l = t->l, .at = t->at };

	if (!asks_caller(t->l->e, e)) {
		put_arg(t, 'x', true, e);
		return;
	}
	put_arg(&own, 'x', true, e);
	put_arg(t, 's', false, or_unknown(t, take_text(&own)));
}

static bool put_var(struct text *t, struct located *x, bool pretty)
{
	struct expr *e;

	if (pretty) {
		e = pretty_print(t->l, t->at, x, t->deep);
		if (e)
			put_shown(t, e);
		return e != NULL;
	}
	if (is_struct(x->type) || x->type->kind == DBG_ARRAY) {
		buf_puts(&t->literal, is_struct(x->type) ? "{...}" : "[...]");
		return true;
	}
	if (is_wide(x->type))
		return put_wide(t, x);
	e = target_read(t->l, t->at, x);
	if (e)
		put_number(t, e);
	return e != NULL;
}

static void put_named(struct text *t, const char *name, bool pretty)
{
	struct expr e = *t->at;
	struct located x;

	e.target.comps.n = 0;
	e.target.name = arena_printf(t->l->e->a, "$%s", name);
	buf_printf(&t->literal, "%s=", name);
	if (!target_locate(t->l, &e, &x) || !put_var(t, &x, pretty))
		buf_putc(&t->literal, '?');
}

static bool group_has(const char *group, const struct target_name *n)
{
	if (!strcmp(group, "$$vars"))
		return true;
	return n->is_param == !strcmp(group, "$$parms");
}

/* A void function returns nothing to show. */
static void put_result(struct text *t, bool pretty)
{
	struct expr e = *t->at;
	struct located x;

	e.target.comps.n = 0;
	e.target.name = "$return";
	if (!target_locate(t->l, &e, &x))
		return;
	buf_puts(&t->literal, "return=");
	if (!put_var(t, &x, pretty))
		buf_putc(&t->literal, '?');
}

struct expr *pretty_group(struct lower *l, const struct expr *e)
{
	const struct provider *pr = l->probe ? l->probe->info->provider : NULL;
	struct text t = { .l = l, .at = e };
	struct target_names names = { 0 };
	bool pretty = e->target.comps.n > 0, first = true;

	if (!pr || !pr->variables) {
		lower_fail(l, e->loc, "there are no target variables here");
		return NULL;
	}
	if (pretty)
		t.deep = e->target.comps.v[0].kind == COMP_PRETTY_DEEP;
	if (!strcmp(e->target.name, "$$return")) {
		put_result(&t, pretty);
		return take_text(&t);
	}
	pr->variables(l, &names);
	for (size_t i = 0; i < names.n; i++) {
		if (!group_has(e->target.name, &names.v[i]))
			continue;
		if (!first)
			buf_putc(&t.literal, ' ');
		first = false;
		put_named(&t, names.v[i].name, pretty);
	}
	return take_text(&t);
}
