// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Probe points.  Braces are multiplied out here, first choice slowest:
 * a.{b,c}.{d,e} is a.b.d, a.b.e, a.c.d, a.c.e.
 */
#include "parse/parser.h"

#define POINTS_MAX 10000 /* that one written point may stand for */
#define COMPONENTS_MAX 100 /* of one point */

static struct point_vec parse_path(struct parser *p);

/* arg := "(" literal ")" */
static struct expr *parse_point_arg(struct parser *p)
{
	const struct token *t = peek(p);
	struct expr *e;

	p->nodes = 0;
	if (t->kind == TOK_STRING) {
		take(p);
		e = new_expr(p, EXPR_STRING, t);
		e->type = TYPE_STRING;
		e->string.s = t->s;
		e->string.len = t->len;
		return e;
	}
	if (t->kind != TOK_NUMBER && !at_op(p, "-"))
		parse_fail(p, t, "expected literal string or number");
	e = new_expr(p, EXPR_NUMBER, t);
	e->type = TYPE_LONG;
	e->number.value = expect_number(p, &e->number.hex);
	return e;
}

static bool is_name_piece(const struct token *t)
{
	return (t->kind == TOK_IDENT && t->s[0] != '@' && t->s[0] != '$') ||
	       t->kind == TOK_NUMBER || tok_is(t, "*");
}

/* Nothing stands between the parts of a name.
 * name := (NAME | "*") {NAME | "*" | NUMBER} */
static const char *parse_point_name(struct parser *p)
{
	const struct token *t = take(p);
	struct buf b = { 0 };
	const char *name;

	if (!is_name_piece(t) || t->kind == TOK_NUMBER)
		parse_fail(p, t, "expected identifier or '*'");
	buf_puts(&b, t->s);
	while (peek(p)->glued && is_name_piece(peek(p)))
		buf_puts(&b, take(p)->s);
	name = intern(p->s->names, buf_str(&b));
	buf_free(&b);
	return name;
}

/* Every point of a followed by every one of b. */
static struct point_vec multiply(struct parser *p, const struct point_vec *a,
				 const struct point_vec *b)
{
	struct point_vec out = { 0 };

	if (a->v[0]->comps.n >= COMPONENTS_MAX)
		parse_fail(p, peek(p), "a probe point of more than %d "
				       "components", COMPONENTS_MAX);
	if (a->n * b->n > POINTS_MAX)
		parse_fail(p, peek(p), "braces stand for more than %d probe "
				       "points", POINTS_MAX);
	vec_for(i, a) {
		vec_for(k, b) {
			struct probe_point *pt =
				arena_dup(p->a, a->v[i], sizeof *a->v[i]);

			/* Its list is shared until now. */
			pt->comps.cap = pt->comps.n;
			pt->optional |= b->v[k]->optional;
			pt->sufficient |= b->v[k]->sufficient;
			if (pt->condition && b->v[k]->condition)
				parse_fail(p, peek(p), "condition respecified");
			if (b->v[k]->condition)
				pt->condition = b->v[k]->condition;
			vec_for(c, &b->v[k]->comps)
				vec_push(p->a, &pt->comps,
					 b->v[k]->comps.v[c]);
			vec_push(p->a, &out, pt);
		}
	}
	return out;
}

/* suffix := "?" | "!" */
static void parse_suffix(struct parser *p, struct point_vec *points)
{
	bool sufficient = at_op(p, "!");

	if (!accept_op(p, "?") && !accept_op(p, "!"))
		return;
	vec_for(i, points) {
		points->v[i]->optional = true;
		points->v[i]->sufficient |= sufficient;
	}
}

static void parse_condition(struct parser *p, struct point_vec *points);

/* choice := "{" path [suffix] [cond] {"," path [suffix] [cond]} "}" */
static struct point_vec parse_choice(struct parser *p)
{
	struct point_vec out = { 0 };

	expect_op(p, "{");
	enter(p);
	do {
		struct point_vec one = parse_path(p);

		parse_suffix(p, &one);
		parse_condition(p, &one);
		vec_for(i, &one)
			vec_push(p->a, &out, one.v[i]);
		if (out.n > POINTS_MAX)
			parse_fail(p, peek(p), "braces stand for more than %d "
					       "probe points", POINTS_MAX);
	} while (accept_op(p, ","));
	leave(p);
	expect_op(p, "}");
	return out;
}

/* part := choice | name [arg] */
static struct point_vec parse_part(struct parser *p)
{
	struct point_component c = { .loc = peek(p)->loc };
	struct point_vec out = { 0 };
	struct probe_point *pt;

	if (at_op(p, "{"))
		return parse_choice(p);
	c.name = parse_point_name(p);
	if (accept_op(p, "(")) {
		c.arg = parse_point_arg(p);
		expect_op(p, ")");
	}
	pt = arena_new(p->a, struct probe_point);
	pt->loc = c.loc;
	vec_push(p->a, &pt->comps, c);
	vec_push(p->a, &out, pt);
	return out;
}

/* path := part {"." part} */
static struct point_vec parse_path(struct parser *p)
{
	struct point_vec out = parse_part(p);

	while (accept_op(p, ".")) {
		struct point_vec part = parse_part(p);

		out = multiply(p, &out, &part);
	}
	return out;
}

/* cond := "if" "(" expr ")" */
static void parse_condition(struct parser *p, struct point_vec *points)
{
	const struct token *t = peek(p);
	struct expr *condition;

	if (!accept_word(p, "if"))
		return;
	p->nodes = 0;
	expect_op(p, "(");
	condition = parse_expr(p);
	expect_op(p, ")");
	vec_for(i, points) {
		if (points->v[i]->condition)
			parse_fail(p, t, "condition respecified");
		points->v[i]->condition = condition;
	}
}

/* point := path [suffix] [cond] */
static void parse_point(struct parser *p, struct point_vec *out)
{
	struct point_vec points = parse_path(p);

	parse_suffix(p, &points);
	parse_condition(p, &points);
	vec_for(i, &points)
		vec_push(p->a, out, points.v[i]);
}

/* points := point {"," point} */
void parse_points(struct parser *p, struct point_vec *out)
{
	do {
		parse_point(p, out);
	} while (accept_op(p, ","));
}
