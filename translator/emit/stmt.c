// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Statements.  The budget of actions is taken in one step for a run of
 * statements without a branch in it.  `goto` leads to where an error of the
 * place goes: the end of the innermost foreach (which closes its iterator),
 * a catch, or the end of the function.
 */
#include "emit/emit.h"

void spend(struct fn *f, int n, const struct stmt *at)
{
	const char *site;

	if (f->e->s->opt.suppress_time_limits)
		return;
	site = stmt_site(f, at);
	line(f, "if (stp_spend(c, %d)) {", n);
	f->indent++;
	line(f, "stp_fail_actions(c, %s);", site);
	line(f, "goto %s;", error_target(f));
	f->indent--;
	line(f, "}");
}

struct scope *scope_push(struct fn *f, struct scope *sc, enum scope_kind kind)
{
	*sc = (struct scope){ .kind = kind, .n = f->labels++, .up = f->scope };
	f->scope = sc;
	return sc;
}

void scope_pop(struct fn *f)
{
	f->scope = f->scope->up;
}

/* Of every foreach around this place, innermost first: the function is left. */
void close_iterators(struct fn *f)
{
	for (const struct scope *sc = f->scope; sc; sc = sc->up)
		if (sc->iter)
			line(f, "stp_iter_close(c, &%s);", sc->iter);
}

/* ---- branches and loops ---- */
static void emit_if(struct fn *f, const struct stmt *s)
{
	struct val cond = emit_expr(f, s->if_.cond);

	line(f, "if (%s) {", as_condition(f, cond));
	emit_body(f, s->if_.then);
	if (s->if_.otherwise) {
		line(f, "} else {");
		emit_body(f, s->if_.otherwise);
	}
	line(f, "}");
}

/* while and for. */
static void emit_loop(struct fn *f, const struct stmt *s)
{
	struct scope sc;
	struct temp_mark mark;
	struct val cond;

	if (s->loop.init)
		emit_effect(f, s->loop.init);
	line(f, "for (;;) {");
	scope_push(f, &sc, SCOPE_LOOP);
	f->indent++;
	spend(f, 1, s);
	mark = temp_mark(f);
	if (s->loop.cond) {
		cond = emit_expr(f, s->loop.cond);
		line(f, "if (!(%s))", as_condition(f, cond));
		f->indent++;
		line(f, "break;");
		f->indent--;
	}
	temp_release(f, mark);
	f->indent--;
	emit_body(f, s->loop.body);
	f->indent++;
	if (sc.cont_used)
		label(f, "step", sc.n);
	if (s->loop.step)
		emit_effect(f, s->loop.step);
	else if (sc.cont_used)
		line(f, ";");
	temp_release(f, mark);
	f->indent--;
	scope_pop(f);
	line(f, "}");
}

static struct scope *loop_scope(struct fn *f)
{
	struct scope *sc = f->scope;

	while (sc && sc->kind == SCOPE_TRY)
		sc = sc->up;
	return sc;
}

/* The C loops are the script's, so `break` is C's too; `continue` must not
 * miss the step of a for. */
static void emit_jump(struct fn *f, const struct stmt *s)
{
	struct scope *sc = loop_scope(f);

	if (!sc) {
		diag_semantic(&f->e->s->diag, s->loc, s->token,
			      "%s outside of a loop",
			      s->kind == STMT_BREAK ? "break" : "continue");
	} else if (s->kind == STMT_BREAK) {
		line(f, "break;");
	} else if (sc->kind == SCOPE_LOOP) {
		sc->cont_used = true;
		line(f, "goto step_%d;", sc->n);
	} else {
		line(f, "continue;");
	}
}

/* ---- leaving ---- */
static void leave(struct fn *f)
{
	close_iterators(f);
	line(f, "goto out;");
	f->out_used = true;
}

static void emit_return(struct fn *f, const struct stmt *s)
{
	const struct expr *e = s->expr.e;

	if (e && f->func && f->ret == TYPE_STRING) {
		if (!emit_string_into(f, e, "ret"))
			line(f, "stp_strcpy(ret, %s, MAXSTRINGLEN);",
			     emit_expr(f, e).text);
	} else if (e && f->func && f->ret == TYPE_LONG) {
		line(f, "ret = %s;", emit_expr(f, e).text);
	} else if (e) {
		emit_effect(f, e);
	}
	leave(f);
}

static void emit_next(struct fn *f, const struct stmt *s)
{
	if (f->func && f->func->next_overload) {
		line(f, "c->next_overload = 1;");
	} else if (f->func) {
		line(f, "stp_fail(c, \"all functions exhausted\", %s);",
		     stmt_site(f, s));
		line(f, "goto %s;", error_target(f));
		return;
	}
	leave(f);
}

/* ---- try ---- */
static void emit_caught(struct fn *f, const struct stmt *s, const char *state)
{
	const struct var *msg = s->try_.msg ? s->try_.msg->symbol.var : NULL;
	const char *dst = "0";

	/* Out of actions, or abort(), is for good: no catch may hide it. */
	line(f, "if (c->actions < 0)");
	f->indent++;
	line(f, "goto %s;", error_target(f));
	f->indent--;
	if (msg && msg->storage == VAR_GLOBAL) {
		dst = global_of(f->e, msg);
	} else if (msg) {
		local_of(f, msg)->written = true;
		dst = local_of(f, msg)->text;
	}
	line(f, "stp_catch(c, &%s, %s, MAXSTRINGLEN);", state, dst);
}

static void emit_try(struct fn *f, const struct stmt *s)
{
	const char *state = temp_new(f, TEMP_TRY);
	struct scope sc;

	line(f, "%s = stp_try_begin(c);", state);
	line(f, "{");
	scope_push(f, &sc, SCOPE_TRY);
	emit_body(f, s->try_.body);
	scope_pop(f);
	line(f, "}");
	if (!sc.err_used) {	/* nothing in it can fail */
		line(f, "(void)%s;", state);
		return;
	}
	line(f, "if (0) {");
	label(f, "caught", sc.n);
	f->indent++;
	emit_caught(f, s, state);
	f->indent--;
	if (s->try_.handler)
		emit_body(f, s->try_.handler);
	line(f, "}");
}

/* ---- runs ---- */
static bool is_simple(const struct stmt *s)
{
	return s->kind == STMT_EXPR || s->kind == STMT_DELETE ||
	       s->kind == STMT_RETURN || s->kind == STMT_NEXT ||
	       s->kind == STMT_BREAK || s->kind == STMT_CONTINUE ||
	       s->kind == STMT_NULL || s->kind == STMT_EMBEDDED;
}

/* Statements from the first that run together, the branch at their end
 * counted in; loops take their own for each round. */
static int run_length(const struct stmt_vec *v, size_t from)
{
	int n = 0;

	for (size_t i = from; i < v->n; i++) {
		n += v->v[i]->kind != STMT_NULL && v->v[i]->kind != STMT_BLOCK;
		if (!is_simple(v->v[i]))
			break;
	}
	return n;
}

static void emit_run(struct fn *f, const struct stmt_vec *v)
{
	bool fresh = true;

	vec_for(i, v) {
		if (fresh) {
			int n = run_length(v, i);

			if (n)
				spend(f, n, v->v[i]);
		}
		emit_stmt(f, v->v[i]);
		fresh = !is_simple(v->v[i]);
	}
}

void emit_body(struct fn *f, const struct stmt *s)
{
	struct stmt *one[1] = { (struct stmt *)s };
	struct stmt_vec single = { .v = one, .n = 1, .cap = 1 };

	f->indent++;
	emit_run(f, s->kind == STMT_BLOCK ? &s->block.stmts : &single);
	f->indent--;
}

static void emit_embedded(struct fn *f, const struct stmt *s)
{
	struct expr call = { .kind = EXPR_CALL, .type = TYPE_VOID,
			     .loc = s->loc, .token = s->token };

	if (!s->embedded.func) {
		diag_semantic(&f->e->s->diag, s->loc, s->token,
			      "embedded code cannot be translated here");
		return;
	}
	call.call.func = s->embedded.func;
	emit_call(f, &call, NULL, false);
}

void emit_stmt(struct fn *f, const struct stmt *s)
{
	struct temp_mark mark = temp_mark(f);

	switch (s->kind) {
	case STMT_NULL:
		break;
	case STMT_BLOCK:
		emit_run(f, &s->block.stmts);
		break;
	case STMT_EXPR:
		emit_effect(f, s->expr.e);
		break;
	case STMT_IF:
		emit_if(f, s);
		break;
	case STMT_WHILE:
	case STMT_FOR:
		emit_loop(f, s);
		break;
	case STMT_FOREACH:
		emit_foreach(f, s);
		break;
	case STMT_RETURN:
		emit_return(f, s);
		break;
	case STMT_NEXT:
		emit_next(f, s);
		break;
	case STMT_BREAK:
	case STMT_CONTINUE:
		emit_jump(f, s);
		break;
	case STMT_DELETE:
		emit_delete(f, s);
		break;
	case STMT_TRY:
		emit_try(f, s);
		break;
	case STMT_EMBEDDED:
		emit_embedded(f, s);
		break;
	}
	temp_release(f, mark);
}
