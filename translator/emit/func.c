// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Functions and handlers: each body is emitted first, which tells what locals
 * and temporaries it needs; declarations and the way in and out go around it.
 *
 * Strings live in the context's frames: a function pushes one and pops it at
 * `out`.  A handler's frame is no call and takes no level of nesting.
 */
#include <inttypes.h>
#include <stdio.h>

#include "emit/emit.h"

/* ---- what a body writes ---- */
struct write_scan {
	const struct var *var;
	bool found;
};

static bool is_var(const struct expr *e, const struct var *var)
{
	return e && e->kind == EXPR_SYMBOL && e->symbol.var == var;
}

static void scan_expr(struct visitor *v, struct expr **ep)
{
	struct write_scan *w = v->arg;
	struct expr *e = *ep;

	if ((e->kind == EXPR_ASSIGN && is_var(e->assign.lhs, w->var)) ||
	    (e->kind == EXPR_INCDEC && is_var(e->incdec.a, w->var)))
		w->found = true;
	ast_walk_expr(v, e);
}

static void scan_stmt(struct visitor *v, struct stmt **sp)
{
	struct write_scan *w = v->arg;
	struct stmt *s = *sp;

	if (s->kind == STMT_FOREACH) {
		vec_for(i, &s->foreach.keys)
			w->found |= is_var(s->foreach.keys.v[i], w->var);
		w->found |= is_var(s->foreach.value, w->var);
	}
	if ((s->kind == STMT_TRY && is_var(s->try_.msg, w->var)) ||
	    (s->kind == STMT_DELETE && is_var(s->expr.e, w->var)))
		w->found = true;
	ast_walk_stmt(v, s);
}

static bool writes(struct stmt *body, const struct var *var)
{
	struct write_scan w = { .var = var };
	struct visitor v = { .expr = scan_expr, .stmt = scan_stmt, .arg = &w };

	scan_stmt(&v, &body);
	return w.found;
}

/* ---- declarations ---- */
static const char *c_type(enum type t)
{
	switch (t) {
	case TYPE_STRING:
		return "const char *";
	case TYPE_LONG:
	case TYPE_UNKNOWN:
	case TYPE_STATS:
	case TYPE_VOID:
		break;
	}
	return "stp_i64 ";
}

static size_t frame_strings(const struct fn *f)
{
	size_t n = (size_t)f->most[TEMP_BUF];

	vec_for(i, &f->locals)
		n += str_starts(f->locals.v[i]->text, "f->");
	return n;
}

static void put_frame(const struct fn *f, struct buf *out)
{
	buf_puts(out, "\tstruct {\n");
	vec_for(i, &f->locals) {
		const char *t = f->locals.v[i]->text;

		if (str_starts(t, "f->"))
			buf_printf(out, "\t\tchar %s[MAXSTRINGLEN];\n", t + 3);
	}
	for (int i = 0; i < f->most[TEMP_BUF]; i++)
		buf_printf(out, "\t\tchar b%d[MAXSTRINGLEN];\n", i);
	buf_puts(out, "\t} *f;\n");
}

static void put_temps(const struct fn *f, struct buf *out, enum temp_kind kind,
		      const char *type, const char *star, const char *prefix)
{
	if (!f->most[kind])
		return;
	buf_printf(out, "\t%s", type);
	for (int i = 0; i < f->most[kind]; i++)
		buf_printf(out, "%s %s%s%d", i ? "," : "", star, prefix, i);
	buf_puts(out, ";\n");
}

static void put_locals(const struct fn *f, struct buf *out)
{
	vec_for(i, &f->locals) {
		const struct local *l = f->locals.v[i];

		if (!l->is_param && !l->iter && !str_starts(l->text, "f->"))
			buf_printf(out, "\tstp_i64 %s = 0;\n", l->text);
	}
	put_temps(f, out, TEMP_LONG, "stp_i64", "", "t");
	put_temps(f, out, TEMP_SLOT, "stp_i64", "*", "e");
	put_temps(f, out, TEMP_PTR, "const char", "*", "q");
	put_temps(f, out, TEMP_TEXT, "char", "*", "d");
	put_temps(f, out, TEMP_ITER, "struct stp_iter", "", "it");
	put_temps(f, out, TEMP_TRY, "struct stp_try", "", "try");
}

/* First values of strings; and no warning for what is only ever set. */
static void put_starts(const struct fn *f, struct buf *out)
{
	vec_for(i, &f->locals) {
		const struct local *l = f->locals.v[i];

		if (l->iter)
			continue;
		if (str_starts(l->text, "f->") && l->is_param)
			buf_printf(out, "\tstp_strcpy(%s, p_%s, "
				   "MAXSTRINGLEN);\n", l->text, l->text + 5);
		else if (str_starts(l->text, "f->"))
			buf_printf(out, "\t%s[0] = 0;\n", l->text);
		else if (!l->is_param && !l->read)
			buf_printf(out, "\t(void)%s;\n", l->text);
	}
}

static void put_body(const struct fn *f, const struct buf *body,
		     struct buf *out)
{
	put_starts(f, out);
	buf_write(out, buf_str(body), body->n);
	if (f->out_used)
		buf_puts(out, "out:\n");
}

/* ---- functions of the script ---- */
static const char *param_name(struct fn *f, const struct func *func,
			      const struct var *p)
{
	struct local *l = local_of(f, p);

	l->is_param = true;
	l->read = true;
	if (p->type != TYPE_STRING)
		return l->text;
	if (writes(func->body, p))
		return arena_printf(f->e->arena, "p_%s", l->text + 5);
	l->text += 3;	/* the caller's string as it is */
	return l->text;
}

/* Parameters are a0, a1 … unless f names those of a body, or the function is
 * embedded C, which has its own names for them. */
static const char *signature(struct emit *e, const struct func *func,
			     const char *name, struct fn *f, bool embedded)
{
	bool writable = embedded && !func->builtin;
	struct buf b = { 0 };
	const char *text;

	/* Embedded C may have a variable `c` of its own. */
	buf_printf(&b, "%s%s(struct stp_ctx *%s",
		   func->type == TYPE_LONG ? "stp_i64 " : "void ", name,
		   embedded ? "stp_context" : "c");
	if (func->type == TYPE_STRING)
		buf_printf(&b, ", char *%s", embedded ? "STAP_RETVALUE" : "ret");
	vec_for(i, &func->params) {
		const struct var *p = func->params.v[i];

		buf_printf(&b, ", %s", writable && p->type == TYPE_STRING ?
			   "char *" : c_type(p->type));
		if (embedded)
			buf_printf(&b, "STAP_ARG_%s", p->name);
		else if (f)
			buf_puts(&b, param_name(f, func, p));
		else
			buf_printf(&b, "a%zu", i);
	}
	buf_putc(&b, ')');
	text = arena_strdup(e->arena, buf_str(&b));
	buf_free(&b);
	return text;
}

static void put_comment(struct emit *e, const char *what, struct loc at,
			struct buf *out)
{
	buf_printf(out, "/* %s%s%s */\n", c_comment(e->arena, what),
		   at.src ? " at " : "",
		   at.src ? c_comment(e->arena, loc_str(e->arena, at)) : "");
}

static void write_function(struct emit *e, struct emitted_func *ef)
{
	const struct func *func = ef->func;
	struct buf body = { 0 };
	struct fn f = { .e = e, .out = &body, .func = func,
			.ret = func->type };
	const char *sig = signature(e, func, ef->name, &f, false);
	size_t strings;

	emit_body(&f, func->body);
	strings = frame_strings(&f);
	put_comment(e, func->name, func->loc, &e->code);
	buf_printf(&e->code, "static %s\n{\n", sig);
	if (strings)
		put_frame(&f, &e->code);
	else
		buf_puts(&e->code, "\tchar *f;\n");
	if (func->type == TYPE_LONG)
		buf_puts(&e->code, "\tstp_i64 ret = 0;\n");
	put_locals(&f, &e->code);
	buf_printf(&e->code, "\n%s\tf = (void *)stp_frame_push(c, %s, "
		   "c->site);\n\tif (!f)\n\t\treturn%s;\n",
		   func->type == TYPE_STRING ? "\tret[0] = 0;\n" : "",
		   strings ? "sizeof *f" : "0",
		   func->type == TYPE_LONG ? " 0" : "");
	put_body(&f, &body, &e->code);
	buf_printf(&e->code, "\tstp_frame_pop(c, (char *)f);\n%s}\n\n",
		   func->type == TYPE_LONG ? "\treturn ret;\n" : "");
	buf_free(&body);
	ef->frame = strings * (uint64_t)e->strlen_max;
	ef->calls.v = f.calls.v;
	ef->calls.n = f.calls.n;
	ef->call_sorts.v = f.call_sorts.v;
	ef->sorts = f.sorts;
}

/* ---- embedded functions ---- */

/* What the compiler says of a user's C names the script's line. */
static void put_user_code(struct emit *e, struct buf *out, struct loc at,
			  const char *code, size_t n)
{
	size_t lines = 1;

	if (at.src)
		buf_printf(out, "#line %u %s\n", at.line,
			   c_string(e->arena, at.src->name,
				    strlen(at.src->name)));
	buf_write(out, code, n);
	buf_putc(out, '\n');
	for (size_t i = 0; i < out->n; i++)
		lines += out->s[i] == '\n';
	buf_printf(out, "#line %zu \"embedded.c\"\n", lines + 1);
}

/* "unmangled": parameters and result as members of THIS, too. */
static void put_this(const struct func *func, struct buf *out)
{
	buf_puts(out, "\tstruct {\n");
	vec_for(i, &func->params)
		buf_printf(out, "\t\t%s%s;\n",
			   func->params.v[i]->type == TYPE_STRING ? "char *" :
			   "stp_i64 ", func->params.v[i]->name);
	if (func->type == TYPE_STRING)
		buf_puts(out, "\t\tchar *__retvalue;\n");
	else
		buf_puts(out, "\t\tstp_i64 __retvalue;\n");
	buf_puts(out, "\t} stp_this = {");
	vec_for(i, &func->params)
		buf_printf(out, " .%s = STAP_ARG_%s,",
			   func->params.v[i]->name, func->params.v[i]->name);
	if (func->type == TYPE_STRING)
		buf_puts(out, " .__retvalue = STAP_RETVALUE");
	else
		buf_puts(out, " .__retvalue = 0");
	buf_puts(out, " }, *THIS = &stp_this;\n\n\t(void)THIS;\n");
}

static void write_embedded(struct emit *e, const struct emitted_func *ef,
			   bool exported, struct buf *out)
{
	const struct func *func = ef->func;
	bool returns = strstr(func->code, "STAP_RETURN") != NULL;
	bool unmangled = exported && strstr(func->code, "/* unmangled */");

	put_comment(e, func->name, func->loc, out);
	if (returns && func->type == TYPE_STRING)
		buf_puts(out, "#define STAP_RETURN(v) do { stp_strcpy("
			 "STAP_RETVALUE, (v), MAXSTRINGLEN); goto out; "
			 "} while (0)\n");
	else if (returns && func->type == TYPE_LONG)
		buf_puts(out, "#define STAP_RETURN(v) do { STAP_RETVALUE = "
			 "(v); goto out; } while (0)\n");
	else if (returns)
		buf_puts(out, "#define STAP_RETURN() goto out\n");
	buf_printf(out, "%s%s\n{\n", exported ? "" : "static ",
		   signature(e, func, ef->name, NULL, true));
	if (unmangled)
		put_this(func, out);
	if (func->type == TYPE_STRING)
		buf_puts(out, "\tSTAP_RETVALUE[0] = 0;\n");
	else if (func->type == TYPE_LONG && !unmangled)
		buf_puts(out, "\tstp_i64 STAP_RETVALUE = 0;\n\n");
	else if (unmangled)
		buf_puts(out, "#define STAP_RETVALUE THIS->__retvalue\n");
	if (exported) {
		buf_puts(out, "\t{\n");
		put_user_code(e, out, func->loc, func->code, func->code_len);
		buf_puts(out, "\t}\nout: __attribute__((unused));\n");
	} else {
		buf_printf(out, "\t{%.*s}\nout: __attribute__((unused));\n",
			   (int)func->code_len, func->code);
	}
	if (func->type == TYPE_LONG)
		buf_puts(out, "\treturn STAP_RETVALUE;\n");
	buf_puts(out, "}\n");
	if (unmangled && func->type != TYPE_STRING)
		buf_puts(out, "#undef STAP_RETVALUE\n");
	if (returns)
		buf_puts(out, "#undef STAP_RETURN\n");
	buf_putc(out, '\n');
}

/* ---- overloads: the next candidate when one does `next` ---- */
static void put_attempt(struct emit *e, const struct func *func,
			struct buf *out)
{
	buf_puts(out, "\tc->next_overload = 0;\n\t");
	if (func->type == TYPE_LONG)
		buf_puts(out, "ret = ");
	buf_printf(out, "%s(c%s", func_of(e, func)->name,
		   func->type == TYPE_STRING ? ", ret" : "");
	vec_for(i, &func->params)
		buf_printf(out, ", %sa%zu", !func->body && !func->builtin &&
			   func->params.v[i]->type == TYPE_STRING ?
			   "(char *)" : "", i);
	buf_puts(out, ");\n");
}

static void write_dispatcher(struct emit *e, const struct emitted_func *ef)
{
	const struct func *func = ef->func;
	const char *name = arena_printf(e->arena, "any_%s", ef->name);
	bool value = func->type == TYPE_LONG;

	buf_printf(&e->code, "static __attribute__((unused)) %s\n{\n",
		   signature(e, func, name, NULL, false));
	if (value)
		buf_puts(&e->code, "\tstp_i64 ret;\n\n");
	for (; func; func = func->next_overload) {
		put_attempt(e, func, &e->code);
		if (!func->may_next || !func->next_overload)
			break;
		buf_printf(&e->code, "\tif (!c->next_overload || c->error)\n"
			   "\t\treturn%s;\n", value ? " ret" : "");
	}
	buf_puts(&e->code, value ? "\treturn ret;\n}\n\n" : "}\n\n");
}

static void put_prototype(struct emit *e, const struct emitted_func *ef)
{
	const char *sig = signature(e, ef->func, ef->name, NULL,
				    !ef->func->body);

	if (ef->second_file)
		buf_printf(&e->decls, "%s;\n", sig);
	else
		buf_printf(&e->decls, "static __attribute__((unused)) %s;\n",
			   sig);
}

void emit_functions(struct emit *e)
{
	vec_for(i, &e->funcs)
		put_prototype(e, e->funcs.v[i]);
	if (e->funcs.n)
		buf_putc(&e->decls, '\n');
	vec_for(i, &e->funcs) {
		struct emitted_func *ef = e->funcs.v[i];

		if (ef->func->body)
			write_function(e, ef);
		else if (!ef->second_file)
			write_embedded(e, ef, false, &e->code);
		if (ef->func->may_next && ef->func->next_overload)
			write_dispatcher(e, ef);
	}
}

void emit_embedded_file(struct emit *e, struct buf *out)
{
	unsigned major = 0, minor = 0;

	sscanf(language_version(e->s), "%u.%u", &major, &minor);
	buf_printf(out, "#define MAXSTRINGLEN %" PRId64 "\n"
		   "#define STAP_COMPAT_VERSION STAP_VERSION(%u, %u)\n"
		   "#include \"runtime/embedded.h\"\n\n", e->strlen_max,
		   major, minor);
	emit_global_access(e, true, out);
	vec_for(i, &e->p->embeds) {
		const struct embedded_decl *d = e->p->embeds.v[i];

		put_user_code(e, out, d->loc, d->code, d->len);
	}
	vec_for(i, &e->funcs)
		if (e->funcs.v[i]->second_file)
			buf_printf(out, "%s;\n",
				   signature(e, e->funcs.v[i]->func,
					     e->funcs.v[i]->name, NULL, true));
	buf_putc(out, '\n');
	vec_for(i, &e->funcs)
		if (e->funcs.v[i]->second_file)
			write_embedded(e, e->funcs.v[i], true, out);
}

/* ---- how much the calls below need ---- */
static void walk_calls(struct emit *e, struct emitted_func *ef)
{
	uint64_t below = 0;
	int depth = 0, sorts = ef->sorts;

	if (ef->depth)
		return;
	ef->pending = true;
	vec_for(i, &ef->calls) {
		struct emitted_func *to = ef->calls.v[i];

		if (to->pending) {
			e->recursive = true;
			continue;
		}
		walk_calls(e, to);
		below = MAX(below, to->chain);
		depth = MAX(depth, to->depth);
		sorts = MAX(sorts, ef->call_sorts.v[i] + to->sort_chain);
	}
	ef->pending = false;
	ef->chain = ef->frame + below;
	ef->sort_chain = sorts;
	ef->depth = depth + 1;
}

static void count_frames(struct emit *e, const struct fn *f)
{
	uint64_t own = frame_strings(f) * (uint64_t)e->strlen_max, below = 0;

	vec_for(i, &f->calls) {
		walk_calls(e, f->calls.v[i]);
		below = MAX(below, f->calls.v[i]->chain);
		e->depth_max = MAX(e->depth_max, f->calls.v[i]->depth);
		e->sort_depth = MAX(e->sort_depth, f->call_sorts.v[i] +
				    f->calls.v[i]->sort_chain);
	}
	e->sort_depth = MAX(e->sort_depth, f->sorts);
	e->frame_max = MAX(e->frame_max, own + below);
}

/* ---- handlers ---- */

static void put_handler(struct fn *f, const struct buf *body, bool value,
			struct buf *out)
{
	size_t strings = frame_strings(f);
	const char *ret = value ? " ret" : "";

	buf_puts(out, "(struct stp_ctx *c)\n{\n");
	if (strings)
		put_frame(f, out);
	if (value)
		buf_puts(out, "\tint ret = 0;\n");
	put_locals(f, out);
	buf_putc(out, '\n');
	if (strings)
		buf_printf(out, "\tf = (void *)stp_frame_open(c, sizeof *f);\n"
			   "\tif (!f)\n\t\treturn%s;\n", ret);
	put_body(f, body, out);
	if (f->probe->rearms && !value)
		buf_puts(out, "\tstp_rearm();\n");
	if (strings)
		buf_puts(out, "\tstp_frame_close(c, (char *)f);\n");
	buf_printf(out, "\treturn%s;\n}\n\n", ret);
	count_frames(f->e, f);
}

static const struct handler_ref *emit_handler(struct emit *e,
					      const struct probe *p,
					      int *offsets)
{
	struct buf body = { 0 }, text = { 0 };
	struct fn f = { .e = e, .out = &body, .probe = p,
			.saved_offsets = offsets };

	if (program_keeps_matches(e->p))
		buf_puts(&body, "\tstp_match_forget(c);\n");
	emit_body(&f, p->body);
	put_handler(&f, &body, false, &text);
	buf_free(&body);
	return handler_place(e, "probe", "void ", p, &text);
}

static const struct handler_ref *emit_entry(struct emit *e,
					    const struct probe *p,
					    int *offsets)
{
	struct buf body = { 0 }, text = { 0 };
	struct fn f = { .e = e, .out = &body, .probe = p, .indent = 1,
			.saved_offsets = offsets };

	vec_for(i, &p->saved) {
		struct temp_mark mark = temp_mark(&f);
		struct val v = emit_expr(&f, p->saved.v[i].e);

		if (p->saved.v[i].type == TYPE_STRING)
			line(&f, "stp_strcpy((char *)(c->saved + %d), %s, "
			     "MAXSTRINGLEN);", offsets[i], v.text);
		else
			line(&f, "c->saved[%d] = %s;", offsets[i], v.text);
		temp_release(&f, mark);
	}
	put_handler(&f, &body, false, &text);
	buf_free(&body);
	return handler_place(e, "entry", "void ", p, &text);
}

static const struct handler_ref *emit_condition(struct emit *e,
						const struct probe *p)
{
	struct buf body = { 0 }, text = { 0 };
	struct fn f = { .e = e, .out = &body, .probe = p, .indent = 1 };
	struct val v = emit_expr(&f, p->condition);

	line(&f, "ret = %s;", as_condition(&f, v));
	put_handler(&f, &body, true, &text);
	buf_free(&body);
	return handler_place(e, "condition", "int ", p, &text);
}

struct probe_code emit_probe(struct emit *e, const struct probe *p)
{
	int *offsets = arena_array(e->arena, p->saved.n + 1, int);
	struct probe_code code = { 0 };

	code.saved_size = saved_layout(e, p, offsets);
	if (p->saved.n)
		code.entry = emit_entry(e, p, offsets);
	code.handler = emit_handler(e, p, offsets);
	if (p->condition)
		code.condition = emit_condition(e, p);
	return code;
}
