// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Expressions.  Binary operators are read by their precedence in ops.def;
 * everything else is one function a rule, the rule in its comment.
 */
#include "parse/parser.h"

#define EXPR_NODES 4000 /* so that a walk over the tree has stack enough */

struct expr *new_expr(struct parser *p, enum expr_kind kind,
		      const struct token *t)
{
	struct expr *e = arena_new(p->a, struct expr);

	if (++p->nodes > EXPR_NODES)
		parse_fail(p, t, "expression is too long (over %d parts)",
			   EXPR_NODES);
	e->kind = kind;
	e->loc = t->loc;
	e->token = tok_describe(p->a, t);
	return e;
}

struct expr *new_symbol(struct parser *p, const struct token *t)
{
	struct expr *e = new_expr(p, EXPR_SYMBOL, t);

	e->symbol.name = t->s;
	return e;
}

/* keys := key {"," key} "]"
 * key := "*" | expr */
struct expr_vec parse_keys(struct parser *p)
{
	struct expr_vec keys = { 0 };

	do {
		const struct token *after = peek_after(p);
		struct expr *key = NULL;

		if (at_op(p, "*") && (tok_is(after, ",") || tok_is(after, "]")))
			take(p);
		else
			key = parse_expr(p);
		vec_push(p->a, &keys, key);
	} while (accept_op(p, ","));
	expect_op(p, "]");
	return keys;
}

struct expr *parse_literal(struct parser *p, const struct token *t)
{
	struct expr *e;

	if (t->kind == TOK_NUMBER) {
		e = new_expr(p, EXPR_NUMBER, t);
		e->type = TYPE_LONG;
		e->number.value = (int64_t)t->value;
		e->number.hex = t->hex;
		return e;
	}
	e = new_expr(p, EXPR_STRING, t);
	e->type = TYPE_STRING;
	e->string.s = t->s;
	e->string.len = t->len;
	return e;
}

static struct expr *parse_embedded(struct parser *p, const struct token *t)
{
	struct expr *e = new_expr(p, EXPR_EMBEDDED, t);

	if (!p->privileged)
		parse_fail(p, t, "embedded expression code in unprivileged "
				 "script; need stap -g");
	e->embedded.code = t->s;
	e->embedded.len = t->len;
	return e;
}

/* How many $ the name ends with, beyond those it begins with. */
static int pretty_suffix(const char *name, size_t *len)
{
	size_t start = strspn(name, "$"), n = strlen(name);
	int count = 0;

	while (n > start && count < 2 && name[n - 1] == '$') {
		n--;
		count++;
	}
	*len = n;
	return count;
}

static void add_pretty(struct parser *p, struct comp_vec *comps, int count,
		       struct loc at)
{
	struct component c = {
		.kind = count > 1 ? COMP_PRETTY_DEEP : COMP_PRETTY, .loc = at
	};

	if (count)
		vec_push(p->a, comps, c);
}

/* A $name: "$x", "$$vars", "$x$", "$$parms$$". */
static struct expr *parse_target_var(struct parser *p, const struct token *t)
{
	struct expr *e = new_expr(p, EXPR_TARGET, t);
	size_t len;
	int pretty = pretty_suffix(t->s, &len);

	if (!t->s[strspn(t->s, "$")])
		parse_fail(p, t, "expected the name of a target variable");
	e->target.kind = TARGET_VAR;
	e->target.name = intern_n(p->s->names, t->s, len);
	add_pretty(p, &e->target.comps, pretty, t->loc);
	return e;
}

/* call := NAME "(" [expr {"," expr}] ")" */
static struct expr *parse_call(struct parser *p, const struct token *t)
{
	struct expr *e = new_expr(p, EXPR_CALL, t);

	e->call.name = t->s;
	expect_op(p, "(");
	if (accept_op(p, ")"))
		return e;
	do {
		vec_push(p->a, &e->call.args, parse_expr(p));
	} while (accept_op(p, ","));
	expect_op(p, ")");
	return e;
}

/* word := NAME | NAME "[" keys | call | print | TARGET | at */
static struct expr *parse_word(struct parser *p, const struct token *t)
{
	struct expr *e;

	if (t->s[0] == '$')
		return parse_target_var(p, t);
	if (t->s[0] == '@')
		return parse_at_operator(p, t);
	if (is_keyword(t->s))
		parse_fail(p, t, "expected literal string or number, or an "
				 "expression");
	if (at_op(p, "(") || is_print_word(t)) {
		e = parse_print(p, t);
		return e ? e : parse_call(p, t);
	}
	if (!accept_op(p, "["))
		return new_symbol(p, t);
	e = new_expr(p, EXPR_INDEX, t);
	e->index.name = t->s;
	e->index.keys = parse_keys(p);
	return e;
}

/* primary := NUMBER | STRING | EMBEDDED | "(" expr ")" | word */
static struct expr *parse_primary(struct parser *p)
{
	const struct token *t = take(p);
	struct expr *e;

	switch (t->kind) {
	case TOK_NUMBER:
	case TOK_STRING:
		return parse_literal(p, t);
	case TOK_EMBEDDED:
		return parse_embedded(p, t);
	case TOK_IDENT:
		return parse_word(p, t);
	case TOK_OP:
	case TOK_EOF:
	case TOK_JUNK:
		break;
	}
	if (tok_is(t, "(")) {
		e = parse_expr(p);
		expect_op(p, ")");
		return e;
	}
	parse_fail(p, t, "expected literal string or number, or an expression");
}

/* A value that can be a typed pointer, so that -> and [] may follow. */
static bool may_be_pointer(const struct expr *e)
{
	switch (e->kind) {
	case EXPR_NUMBER:
	case EXPR_STRING:
	case EXPR_IN:
	case EXPR_PRINT:
	case EXPR_STAT:
	case EXPR_HIST:
	case EXPR_HIST_BUCKET:
	case EXPR_DEFINED:
	case EXPR_CONST:
	case EXPR_PERF:
		return false;
	case EXPR_SYMBOL:
	case EXPR_INDEX:
	case EXPR_TARGET:
	case EXPR_UNARY:
	case EXPR_BINARY:
	case EXPR_LOGICAL:
	case EXPR_TERNARY:
	case EXPR_ASSIGN:
	case EXPR_INCDEC:
	case EXPR_CALL:
	case EXPR_ENTRY:
	case EXPR_EMBEDDED:
	case EXPR_RAW:
	case EXPR_LOAD:
	case EXPR_STORE:
	case EXPR_REGISTER:
	case EXPR_ADDRESS:
	case EXPR_SAVED:
	case EXPR_CALLCTX:
		return true;
	}
	return false;
}

static bool ends_in_pretty(const struct expr *e)
{
	const struct comp_vec *c = &e->target.comps;

	return c->n && (c->v[c->n - 1].kind == COMP_PRETTY ||
			c->v[c->n - 1].kind == COMP_PRETTY_DEEP);
}

static bool at_pretty(struct parser *p)
{
	const struct token *t = peek(p);

	return t->glued && (tok_is_name(t, "$") || tok_is_name(t, "$$"));
}

/* What a component is added to: the target itself, or a new autocast. */
static struct expr *as_target(struct parser *p, struct expr *base,
			      const struct token *t)
{
	struct expr *e;

	if (base->kind == EXPR_TARGET && !base->target.address_of)
		return base;
	e = new_expr(p, EXPR_TARGET, t);
	e->target.kind = TARGET_AUTOCAST;
	e->target.base = base;
	return e;
}

static void parse_member(struct parser *p, struct comp_vec *comps)
{
	const struct token *t = take(p);
	struct component c = { .kind = COMP_MEMBER, .loc = t->loc };
	size_t len;
	int pretty;

	if (t->kind != TOK_IDENT || t->s[0] == '@' || t->s[0] == '$')
		parse_fail(p, t, "expected identifier");
	pretty = pretty_suffix(t->s, &len);
	c.member = intern_n(p->s->names, t->s, len);
	vec_push(p->a, comps, c);
	add_pretty(p, comps, pretty, t->loc);
}

/* postfix := primary {"->" NAME | "[" expr "]"} ["$" | "$$"] */
static struct expr *parse_postfix(struct parser *p)
{
	struct expr *e = parse_primary(p);

	if (!may_be_pointer(e))
		return e;
	while (e->kind != EXPR_TARGET || !ends_in_pretty(e)) {
		const struct token *t = peek(p);
		struct component c = { .kind = COMP_INDEX, .loc = t->loc };

		if (accept_op(p, "->")) {
			e = as_target(p, e, t);
			parse_member(p, &e->target.comps);
		} else if (accept_op(p, "[")) {
			e = as_target(p, e, t);
			c.index = parse_expr(p);
			expect_op(p, "]");
			vec_push(p->a, &e->target.comps, c);
		} else if (e->kind == EXPR_TARGET && at_pretty(p)) {
			add_pretty(p, &e->target.comps,
				   (int)strlen(take(p)->s), t->loc);
		} else {
			break;
		}
	}
	return e;
}

static bool is_address(const struct expr *e)
{
	return e->kind == EXPR_TARGET && e->target.address_of;
}

/* &(a ? b : c) is a ? &b : &c: macros choose between kernels that way, some
 * arms being an address already.  Of what has no address pass 2 says so, once
 * it knows which arm holds. */
static struct expr *address_of(struct parser *p, struct expr *e,
			       const struct token *t)
{
	if (e->kind == EXPR_TERNARY) {
		struct expr **a = &e->ternary.a, **b = &e->ternary.b;

		*a = is_address(*a) ? *a : address_of(p, *a, t);
		*b = is_address(*b) ? *b : address_of(p, *b, t);
		return e;
	}
	if (is_address(e))
		parse_fail(p, t, "cannot take address more than once");
	e = as_target(p, e, t);
	e->target.address_of = true;
	return e;
}

/* addressed := ["&"] postfix */
static struct expr *parse_addressed(struct parser *p)
{
	const struct token *t = peek(p);

	if (accept_op(p, "&"))
		return address_of(p, parse_postfix(p), t);
	return parse_postfix(p);
}

static void require_lvalue(struct parser *p, const struct expr *e,
			   const struct token *op)
{
	if (e->kind != EXPR_SYMBOL && e->kind != EXPR_INDEX &&
	    e->kind != EXPR_TARGET)
		parse_fail(p, op, "operator '%s' needs a variable to change",
			   op->s);
}

static struct expr *new_incdec(struct parser *p, const struct token *t,
			       struct expr *a, bool prefix)
{
	struct expr *e = new_expr(p, EXPR_INCDEC, t);

	require_lvalue(p, a, t);
	e->incdec.op = t->s[0] == '+' ? OP_INC : OP_DEC;
	e->incdec.prefix = prefix;
	e->incdec.a = a;
	return e;
}

/* crement := ("++" | "--") addressed | addressed ["++" | "--"] */
static struct expr *parse_crement(struct parser *p)
{
	const struct token *t = peek(p);
	struct expr *e;

	if (tok_is(t, "++") || tok_is(t, "--")) {
		take(p);
		return new_incdec(p, t, parse_addressed(p), true);
	}
	e = parse_addressed(p);
	t = peek(p);
	if (tok_is(t, "++") || tok_is(t, "--")) {
		take(p);
		return new_incdec(p, t, e, false);
	}
	return e;
}

/* unary := ("+" | "-" | "!" | "~") unary | crement */
static struct expr *parse_unary(struct parser *p)
{
	static const struct {
		const char *text;
		enum op op;
	} ops[] = { { "-", OP_NEG }, { "!", OP_NOT },
		    { "~", OP_BITNOT }, { "+", OP_PLUS } };
	const struct token *t = peek(p);
	struct expr *e;

	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		if (!accept_op(p, ops[i].text))
			continue;
		e = new_expr(p, EXPR_UNARY, t);
		enter(p);
		e->unary.op = ops[i].op;
		e->unary.a = parse_unary(p);
		leave(p);
		return e;
	}
	return parse_crement(p);
}

/* The binary operator that t is; OP_NONE for what is none. */
static enum op binary_op(const struct token *t)
{
	if (t->kind != TOK_OP && !tok_is_name(t, "in"))
		return OP_NONE;
	for (enum op op = OP_OROR; op <= OP_MOD; op++)
		if (!strcmp(op_text(op), t->s))
			return op;
	return OP_NONE;
}

static enum op assign_op(const struct token *t)
{
	if (t->kind != TOK_OP)
		return OP_NONE;
	for (enum op op = OP_ASSIGN; op <= OP_AGGREGATE; op++)
		if (!strcmp(op_text(op), t->s))
			return op;
	return OP_NONE;
}

static struct expr *new_binary(struct parser *p, const struct token *t,
			       enum op op, struct expr *a, struct expr *b)
{
	bool logical = op == OP_OROR || op == OP_ANDAND;
	struct expr *e = new_expr(p, logical ? EXPR_LOGICAL : EXPR_BINARY, t);

	if (logical) {
		e->logical.op = op;
		e->logical.a = a;
		e->logical.b = b;
	} else {
		e->binary.op = op;
		e->binary.a = a;
		e->binary.b = b;
	}
	return e;
}

static struct expr *parse_binary(struct parser *p, int tight);

static bool is_match(enum op op)
{
	return op == OP_MATCH || op == OP_NMATCH;
}

/* comparison := shift {COMPARE shift} | shift ("=~" | "!~") STRING */
static struct expr *parse_comparison(struct parser *p)
{
	int tighter = op_precedence(OP_EQ) + 1;
	struct expr *a = parse_binary(p, tighter);
	const struct token *t = peek(p);
	enum op op = binary_op(t);

	if (is_match(op)) {
		take(p);
		if (peek(p)->kind != TOK_STRING)
			parse_fail(p, peek(p), "expected literal string on "
					       "the right of '%s'", t->s);
		return new_binary(p, t, op, a, parse_literal(p, take(p)));
	}
	while (op_precedence(op) == op_precedence(OP_EQ) && !is_match(op)) {
		take(p);
		a = new_binary(p, t, op, a, parse_binary(p, tighter));
		t = peek(p);
		op = binary_op(t);
	}
	return a;
}

/* membership := comparison ["in" NAME] | "[" keys "in" NAME */
static struct expr *parse_membership(struct parser *p)
{
	struct expr_vec keys = { 0 };
	const struct token *t;
	struct expr *e = NULL;

	if (accept_op(p, "["))
		keys = parse_keys(p);
	else
		e = parse_comparison(p);
	t = peek(p);
	if (!accept_word(p, "in")) {
		if (!e)
			parse_fail(p, t, "expected 'in'");
		return e;
	}
	if (e)
		vec_push(p->a, &keys, e);
	e = new_expr(p, EXPR_IN, t);
	e->in.keys = keys;
	e->in.array_loc = peek(p)->loc;
	e->in.array = expect_name(p)->s;
	return e;
}

/*
 * Operators that bind at least so tight; their precedence is in ops.def.
 * or := and {"||" and}
 * and := bitor {"&&" bitor}
 * bitor := bitxor {"|" bitxor}
 * bitxor := bitand {"^" bitand}
 * bitand := membership {"&" membership}
 * shift := concat {("<<" | ">>" | ">>>") concat}
 * concat := sum {"." sum}
 * sum := product {("+" | "-") product}
 * product := unary {("*" | "/" | "%") unary}
 */
static struct expr *parse_binary(struct parser *p, int tight)
{
	int in = op_precedence(OP_IN);
	struct expr *a;

	if (tight == in)
		return parse_membership(p);
	a = tight < in ? parse_membership(p) : parse_unary(p);
	for (;;) {
		const struct token *t = peek(p);
		int prec = op_precedence(binary_op(t));

		if (prec < tight || (tight < in && prec >= in))
			return a;
		take(p);
		a = new_binary(p, t, binary_op(t), a,
			       parse_binary(p, prec + 1));
	}
}

/* ternary := or ["?" expr ":" ternary] */
static struct expr *parse_ternary(struct parser *p)
{
	struct expr *cond, *e;
	const struct token *t;

	enter(p);
	cond = parse_binary(p, 1);
	t = peek(p);
	e = cond;
	if (accept_op(p, "?")) {
		e = new_expr(p, EXPR_TERNARY, t);
		e->ternary.cond = cond;
		e->ternary.a = parse_expr(p);
		expect_op(p, ":");
		e->ternary.b = parse_ternary(p);
	}
	leave(p);
	return e;
}

/* expr := ternary [ASSIGN expr] */
struct expr *parse_expr(struct parser *p)
{
	struct expr *lhs, *e;
	const struct token *t;
	enum op op;

	enter(p);
	lhs = parse_ternary(p);
	t = peek(p);
	op = assign_op(t);
	e = lhs;
	if (op != OP_NONE) {
		take(p);
		require_lvalue(p, lhs, t);
		e = new_expr(p, EXPR_ASSIGN, t);
		e->assign.op = op;
		e->assign.lhs = lhs;
		e->assign.rhs = parse_expr(p);
	}
	leave(p);
	return e;
}
