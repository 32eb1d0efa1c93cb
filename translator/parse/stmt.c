// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Statements.  A semicolon ends an expression statement but need not be
 * there; one that ends nothing is an empty statement.
 */
#include "parse/parser.h"

static struct stmt *parse_stmt(struct parser *p);

static struct stmt *new_stmt(struct parser *p, enum stmt_kind kind,
			     const struct token *t)
{
	struct stmt *s = arena_new(p->a, struct stmt);

	s->kind = kind;
	s->loc = t->loc;
	s->token = tok_describe(p->a, t);
	return s;
}

/* An expression that is no part of another: its size is counted afresh. */
static struct expr *parse_whole_expr(struct parser *p)
{
	p->nodes = 0;
	return parse_expr(p);
}

static void end_simple(struct parser *p)
{
	accept_op(p, ";");
}

/* block := "{" {stmt} "}" */
struct stmt *parse_block(struct parser *p)
{
	const struct token *t = expect_op(p, "{");
	struct stmt *s = new_stmt(p, STMT_BLOCK, t);

	enter(p);
	while (!at_op(p, "}")) {
		if (peek(p)->kind == TOK_EOF)
			parse_fail(p, peek(p), "expected statement or '}'");
		vec_push(p->a, &s->block.stmts, parse_stmt(p));
	}
	s->block.end = take(p)->loc;
	leave(p);
	return s;
}

/* A chain of them is a loop.
 * if := "if" "(" expr ")" stmt ["else" stmt] */
static struct stmt *parse_if(struct parser *p)
{
	struct stmt *first = NULL, **slot = &first;

	for (;;) {
		struct stmt *s = new_stmt(p, STMT_IF, take(p));

		*slot = s;
		expect_op(p, "(");
		s->if_.cond = parse_whole_expr(p);
		expect_op(p, ")");
		s->if_.then = parse_stmt(p);
		if (!accept_word(p, "else"))
			return first;
		slot = &s->if_.otherwise;
		if (!at_word(p, "if")) {
			*slot = parse_stmt(p);
			return first;
		}
		/* Each link is a level of the tree; leave() comes below. */
		enter(p);
	}
}

/* while := "while" "(" expr ")" stmt */
static struct stmt *parse_while(struct parser *p)
{
	struct stmt *s = new_stmt(p, STMT_WHILE, take(p));

	expect_op(p, "(");
	s->loop.cond = parse_whole_expr(p);
	expect_op(p, ")");
	s->loop.body = parse_stmt(p);
	return s;
}

/* for := "for" "(" [expr] ";" [expr] ";" [expr] ")" stmt */
static struct stmt *parse_for(struct parser *p)
{
	struct stmt *s = new_stmt(p, STMT_FOR, take(p));

	expect_op(p, "(");
	if (!at_op(p, ";"))
		s->loop.init = parse_whole_expr(p);
	expect_op(p, ";");
	if (!at_op(p, ";"))
		s->loop.cond = parse_whole_expr(p);
	expect_op(p, ";");
	if (!at_op(p, ")"))
		s->loop.step = parse_whole_expr(p);
	expect_op(p, ")");
	s->loop.body = parse_stmt(p);
	return s;
}

/* One in a foreach.
 * order := "+" | "-" */
static void parse_order(struct parser *p, struct sort_order *o, int key)
{
	const struct token *t = peek(p);

	if (!at_op(p, "+") && !at_op(p, "-"))
		return;
	if (o->direction)
		parse_fail(p, t, "multiple sort directives");
	take(p);
	o->direction = t->s[0] == '+' ? 1 : -1;
	o->key = key;
}

/* A "v =" comes first when a '=' follows the name and its order. */
static bool at_foreach_value(struct parser *p)
{
	size_t i = p->i;

	if (p->toks.v[i].kind != TOK_IDENT)
		return false;
	i++;
	if (tok_is(&p->toks.v[i], "+") || tok_is(&p->toks.v[i], "-"))
		i++;
	return tok_is(&p->toks.v[i], "=");
}

static void foreach_key(struct parser *p, struct stmt *s)
{
	vec_push(p->a, &s->foreach.keys, new_symbol(p, expect_name(p)));
	parse_order(p, &s->foreach.order, (int)s->foreach.keys.n);
}

/* names := [NAME [order] "="] (one | "[" one {"," one} "]")
 * one := NAME [order] */
static void foreach_names(struct parser *p, struct stmt *s)
{
	if (at_foreach_value(p)) {
		s->foreach.value = new_symbol(p, expect_name(p));
		parse_order(p, &s->foreach.order, 0);
		expect_op(p, "=");
	}
	if (!accept_op(p, "[")) {
		foreach_key(p, s);
		return;
	}
	do {
		foreach_key(p, s);
	} while (accept_op(p, ","));
	expect_op(p, "]");
}

/* over := (NAME ["[" keys] | histogram) [[STATISTIC] order] ["limit" expr] */
static void foreach_over(struct parser *p, struct stmt *s)
{
	struct sort_order *o = &s->foreach.order;
	const struct token *t;

	if (at_histogram(p)) {
		t = take(p);
		p->hist_at = p->i;
		s->foreach.hist = parse_at_operator(p, t);
		if (s->foreach.hist->kind != EXPR_HIST)
			parse_fail(p, t, "expected a histogram, not one "
					 "bucket");
	} else {
		s->foreach.array_loc = peek(p)->loc;
		s->foreach.array = expect_name(p)->s;
		if (accept_op(p, "["))
			s->foreach.slice = parse_keys(p);
	}
	t = peek(p);
	if (stat_op_of(t, &o->stat)) {
		take(p);
		if (o->direction)
			parse_fail(p, t, "multiple sort directives");
		if (!at_op(p, "+") && !at_op(p, "-"))
			parse_fail(p, peek(p), "expected sort directive");
		o->by_stat = true;
	}
	parse_order(p, o, 0);
	if (accept_word(p, "limit"))
		s->foreach.limit = parse_expr(p);
}

/* foreach := "foreach" "(" names "in" over ")" stmt */
static struct stmt *parse_foreach(struct parser *p)
{
	struct stmt *s = new_stmt(p, STMT_FOREACH, take(p));

	p->nodes = 0;
	expect_op(p, "(");
	foreach_names(p, s);
	if (!accept_word(p, "in"))
		parse_fail(p, peek(p), "expected 'in'");
	foreach_over(p, s);
	expect_op(p, ")");
	s->foreach.body = parse_stmt(p);
	return s;
}

/* try := "try" block "catch" ["(" NAME ")"] block */
static struct stmt *parse_try(struct parser *p)
{
	struct stmt *s = new_stmt(p, STMT_TRY, take(p));

	s->try_.body = parse_block(p);
	if (!accept_word(p, "catch"))
		parse_fail(p, peek(p), "expected 'catch'");
	if (accept_op(p, "(")) {
		p->nodes = 0;
		s->try_.msg = new_symbol(p, expect_name(p));
		expect_op(p, ")");
	}
	s->try_.handler = parse_block(p);
	return s;
}

/* return := "return" [expr] [";"] */
static struct stmt *parse_return(struct parser *p)
{
	const struct token *t = take(p);
	struct stmt *s = new_stmt(p, STMT_RETURN, t);

	if (!p->in_function)
		parse_fail(p, t, "found 'return' not in function context; "
				 "'next' leaves a probe");
	if (!at_op(p, ";") && !at_op(p, "}"))
		s->expr.e = parse_whole_expr(p);
	end_simple(p);
	return s;
}

/* delete := "delete" expr [";"] */
static struct stmt *parse_delete(struct parser *p)
{
	const struct token *t = take(p);
	struct stmt *s = new_stmt(p, STMT_DELETE, t);

	s->expr.e = parse_whole_expr(p);
	if (s->expr.e->kind != EXPR_SYMBOL && s->expr.e->kind != EXPR_INDEX)
		parse_fail(p, t, "expected a variable, an array or an "
				 "array element after 'delete'");
	end_simple(p);
	return s;
}

/* jump := ("next" | "break" | "continue") [";"] */
static struct stmt *parse_jump(struct parser *p, enum stmt_kind kind)
{
	struct stmt *s = new_stmt(p, kind, take(p));

	end_simple(p);
	return s;
}

static struct stmt *parse_embedded_stmt(struct parser *p)
{
	const struct token *t = take(p);
	struct stmt *s = new_stmt(p, STMT_EMBEDDED, t);

	if (!p->privileged)
		parse_fail(p, t, "embedded statement code in unprivileged "
				 "script; need stap -g");
	s->embedded.code = t->s;
	s->embedded.len = t->len;
	return s;
}

/* simple := expr [";"] */
static struct stmt *parse_expr_stmt(struct parser *p)
{
	const struct token *t = peek(p);
	struct stmt *s = new_stmt(p, STMT_EXPR, t);

	if (t->kind == TOK_IDENT && is_keyword(t->s))
		parse_fail(p, t, "expected statement");
	s->expr.e = parse_whole_expr(p);
	end_simple(p);
	return s;
}

/* stmt := ";" | block | EMBEDDED | if | while | for | foreach | try | return
 *         | delete | jump | simple */
static struct stmt *parse_stmt_inner(struct parser *p)
{
	const struct token *t = peek(p);

	if (accept_op(p, ";"))
		return new_stmt(p, STMT_NULL, t);
	if (at_op(p, "{"))
		return parse_block(p);
	if (t->kind == TOK_EMBEDDED)
		return parse_embedded_stmt(p);
	if (at_word(p, "if"))
		return parse_if(p);
	if (at_word(p, "while"))
		return parse_while(p);
	if (at_word(p, "for"))
		return parse_for(p);
	if (at_word(p, "foreach"))
		return parse_foreach(p);
	if (at_word(p, "try"))
		return parse_try(p);
	if (at_word(p, "return"))
		return parse_return(p);
	if (at_word(p, "delete"))
		return parse_delete(p);
	if (at_word(p, "next"))
		return parse_jump(p, STMT_NEXT);
	if (at_word(p, "break"))
		return parse_jump(p, STMT_BREAK);
	if (at_word(p, "continue"))
		return parse_jump(p, STMT_CONTINUE);
	return parse_expr_stmt(p);
}

static struct stmt *parse_stmt(struct parser *p)
{
	struct stmt *s;
	int depth = p->depth;

	enter(p);
	s = parse_stmt_inner(p);
	/* Also what parse_if() entered for its chain. */
	p->depth = depth;
	return s;
}
