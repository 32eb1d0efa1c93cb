// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The operators that look like calls: @cast, @var, the statistics, raw
 * access and so on, and the print family.  A row a name.
 */
#include "parse/parse.h"
#include "parse/parser.h"

typedef struct expr *at_rule(struct parser *p, const struct token *t, int arg);

/* cast := "@cast" "(" expr "," STRING ["," STRING] ")" */
static struct expr *at_cast(struct parser *p, const struct token *t, int arg)
{
	struct expr *e = new_expr(p, EXPR_TARGET, t);

	(void)arg;
	e->target.kind = TARGET_CAST;
	e->target.name = t->s;
	e->target.base = parse_expr(p);
	expect_op(p, ",");
	e->target.type_name = expect_string(p);
	if (accept_op(p, ","))
		e->target.module = expect_string(p);
	return e;
}

/* var := "@var" "(" STRING ["," STRING] ")" */
static struct expr *at_var(struct parser *p, const struct token *t, int arg)
{
	struct expr *e = new_expr(p, EXPR_TARGET, t);

	(void)arg;
	e->target.kind = TARGET_GLOBAL;
	e->target.name = expect_string(p);
	if (accept_op(p, ","))
		e->target.module = expect_string(p);
	return e;
}

/* defined := "@defined" "(" expr ")" | "@probewrite" "(" NAME ")" */
static struct expr *at_defined(struct parser *p, const struct token *t,
			       int probewrite)
{
	struct expr *e = new_expr(p, EXPR_DEFINED, t);

	e->defined.probewrite = probewrite;
	if (probewrite && peek(p)->kind != TOK_IDENT)
		parse_fail(p, peek(p), "expected identifier");
	if (probewrite && !tok_is(peek_after(p), ")"))
		parse_fail(p, peek_after(p), "expected ')'; @probewrite takes "
					     "the name of a variable");
	e->defined.e = parse_expr(p);
	return e;
}

/* entry := "@entry" "(" expr ")" */
static struct expr *at_entry(struct parser *p, const struct token *t, int arg)
{
	struct expr *e = new_expr(p, EXPR_ENTRY, t);

	(void)arg;
	e->entry.e = parse_expr(p);
	return e;
}

/* perf := "@perf" "(" STRING ")" */
static struct expr *at_perf(struct parser *p, const struct token *t, int arg)
{
	struct expr *e = new_expr(p, EXPR_PERF, t);

	(void)arg;
	e->perf.counter = expect_string(p);
	return e;
}

static void require_guru(struct parser *p, const struct token *t)
{
	if (!p->privileged)
		parse_fail(p, t, "using %s operator not permitted; need "
				 "stap -g", t->s);
}

/* const := ("@const" | "@enum") "(" STRING ")" */
static struct expr *at_const(struct parser *p, const struct token *t, int kind)
{
	struct expr *e = new_expr(p, EXPR_CONST, t);

	if (kind == CONST_C)
		require_guru(p, t);
	e->constant.kind = (enum const_kind)kind;
	e->constant.text = expect_string(p);
	return e;
}

/* raw := ("@kderef" | "@uderef") "(" NUMBER "," expr ")"
 *        | ("@kregister" | "@uregister") "(" NUMBER ")" */
static struct expr *at_raw(struct parser *p, const struct token *t, int kind)
{
	struct expr *e = new_expr(p, EXPR_RAW, t);

	if (kind == RAW_KDEREF || kind == RAW_KREGISTER)
		require_guru(p, t);
	e->raw.kind = (enum raw_kind)kind;
	if (peek(p)->kind != TOK_NUMBER)
		parse_fail(p, peek(p), "expected number");
	e->raw.arg = parse_literal(p, take(p));
	if (kind == RAW_KDEREF || kind == RAW_UDEREF) {
		expect_op(p, ",");
		e->raw.size = e->raw.arg;
		e->raw.arg = parse_expr(p);
	}
	return e;
}

/* The number is for @variance only.
 * stat := STATISTIC "(" expr ["," ["-"] NUMBER] ")" */
static struct expr *at_stat(struct parser *p, const struct token *t, int op)
{
	struct expr *e = new_expr(p, EXPR_STAT, t);

	e->stat.op = (enum stat_op)op;
	e->stat.stat = parse_expr(p);
	if (op == STAT_VARIANCE && accept_op(p, ",")) {
		const struct token *n = peek(p);

		e->stat.param = expect_number(p, NULL);
		e->stat.has_param = true;
		if (e->stat.param < 0 || e->stat.param > 62)
			parse_fail(p, n, "the shift of @variance is 0 to 62");
	}
	return e;
}

/* histogram := "@hist_log" "(" expr ")"
 *              | "@hist_linear" "(" expr "," int "," int "," int ")"
 * int := ["-"] NUMBER */
static struct expr *at_hist(struct parser *p, const struct token *t, int kind)
{
	struct expr *e = new_expr(p, EXPR_HIST, t);
	const struct token *step;

	e->hist.kind = (enum hist_kind)kind;
	e->hist.stat = parse_expr(p);
	if (kind == HIST_LOG)
		return e;
	expect_op(p, ",");
	e->hist.low = expect_number(p, NULL);
	expect_op(p, ",");
	e->hist.high = expect_number(p, NULL);
	expect_op(p, ",");
	step = peek(p);
	e->hist.step = expect_number(p, NULL);
	if (e->hist.step <= 0)
		parse_fail(p, step, "interval must be positive");
	if (e->hist.high <= e->hist.low)
		parse_fail(p, t, "upper bound must be greater than lower "
				 "bound");
	return e;
}

static const struct at_operator {
	const char *name;
	at_rule *rule;
	int arg;
} at_operators[] = {
	{ "@cast", at_cast, 0 },
	{ "@var", at_var, 0 },
	{ "@defined", at_defined, false },
	{ "@probewrite", at_defined, true },
	{ "@entry", at_entry, 0 },
	{ "@perf", at_perf, 0 },
	{ "@const", at_const, CONST_C },
	{ "@enum", at_const, CONST_ENUM },
	{ "@kderef", at_raw, RAW_KDEREF },
	{ "@uderef", at_raw, RAW_UDEREF },
	{ "@kregister", at_raw, RAW_KREGISTER },
	{ "@uregister", at_raw, RAW_UREGISTER },
	{ "@count", at_stat, STAT_COUNT },
	{ "@sum", at_stat, STAT_SUM },
	{ "@min", at_stat, STAT_MIN },
	{ "@max", at_stat, STAT_MAX },
	{ "@avg", at_stat, STAT_AVG },
	{ "@variance", at_stat, STAT_VARIANCE },
	{ "@hist_linear", at_hist, HIST_LINEAR },
	{ "@hist_log", at_hist, HIST_LOG },
};

static const struct at_operator *at_find(const struct token *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(at_operators); i++)
		if (tok_is_name(t, at_operators[i].name))
			return &at_operators[i];
	return NULL;
}

bool stat_op_of(const struct token *t, enum stat_op *op)
{
	const struct at_operator *o = at_find(t);

	if (!o || o->rule != at_stat)
		return false;
	*op = (enum stat_op)o->arg;
	return true;
}

bool at_histogram(struct parser *p)
{
	const struct at_operator *o = at_find(peek(p));

	return o && o->rule == at_hist;
}

/* A name nobody knows: most likely a macro that no .stpm file defines. */
static NORETURN void unknown_at(struct parser *p, const struct token *t)
{
	VEC(const char *) names = { 0 };
	const char *near;

	for (size_t i = 0; i < ARRAY_SIZE(at_operators); i++)
		vec_push(p->a, &names, at_operators[i].name);
	vec_for(i, &p->s->macros.entries)
		vec_push(p->a, &names, p->s->macros.entries.v[i].key);
	near = nearest_names(p->a, t->s, names.v, names.n, 5);
	if (*near)
		parse_fail(p, t, "unknown operator or macro '%s' (similar: "
				 "%s)", t->s, near);
	parse_fail(p, t, "unknown operator or macro '%s'", t->s);
}

/* at := cast | var | defined | entry | perf | const | raw | stat
 *       | histogram "[" expr "]" */
struct expr *parse_at_operator(struct parser *p, const struct token *t)
{
	const struct at_operator *o = at_find(t);
	struct expr *e, *bucket;
	size_t at = p->i;

	if (!o)
		unknown_at(p, t);
	expect_op(p, "(");
	e = o->rule(p, t, o->arg);
	expect_op(p, ")");
	if (e->kind != EXPR_HIST)
		return e;
	if (!accept_op(p, "[")) {
		if (p->hist_at != at)
			parse_fail(p, t, "base histogram operator where "
					 "expression expected");
		return e;
	}
	bucket = new_expr(p, EXPR_HIST_BUCKET, t);
	bucket->bucket.hist = e;
	bucket->bucket.index = parse_expr(p);
	expect_op(p, "]");
	return bucket;
}

/* ---- the print family ---- */

static const struct print_form {
	const char *name;
	bool to_string, newline, delimited, has_format, is_char;
} print_forms[] = {
	{ .name = "print" },
	{ .name = "println", .newline = true },
	{ .name = "printd", .delimited = true },
	{ .name = "printdln", .delimited = true, .newline = true },
	{ .name = "printf", .has_format = true },
	{ .name = "print_char", .is_char = true },
	{ .name = "sprint", .to_string = true },
	{ .name = "sprintln", .to_string = true, .newline = true },
	{ .name = "sprintd", .to_string = true, .delimited = true },
	{ .name = "sprintdln", .to_string = true, .delimited = true,
	  .newline = true },
	{ .name = "sprintf", .to_string = true, .has_format = true },
};

static const struct print_form *print_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(print_forms); i++)
		if (!strcmp(print_forms[i].name, name))
			return &print_forms[i];
	return NULL;
}

const char *print_word(size_t i)
{
	return i < ARRAY_SIZE(print_forms) ? print_forms[i].name : NULL;
}

bool is_print_word(const struct token *t)
{
	return print_find(t->s);
}

/* A histogram stands alone for all of them.
 * values := histogram | expr {"," expr} */
static void print_values(struct parser *p, struct expr *e)
{
	size_t start = p->i;
	struct expr *hist;

	if (!e->print.has_format && !e->print.delimited && at_histogram(p)) {
		p->hist_at = start + 1;
		hist = parse_at_operator(p, take(p));
		if (hist->kind == EXPR_HIST) {
			vec_push(p->a, &e->print.args, hist);
			return;
		}
		p->i = start; /* a bucket may be part of more */
	}
	do {
		vec_push(p->a, &e->print.args, parse_expr(p));
	} while (accept_op(p, ","));
}

/*
 * print := ("print" | "sprint" | "print_char") "(" values ")"
 *          | ("println" | "sprintln") "(" [values] ")"
 *          | ("printf" | "sprintf") "(" STRING {"," expr} ")"
 *          | ("printd" | "printdln" | "sprintd" | "sprintdln")
 *            "(" STRING "," expr "," expr {"," expr} ")"
 */
struct expr *parse_print(struct parser *p, const struct token *t)
{
	const struct print_form *f = print_find(t->s);
	struct expr *e;
	bool more;

	if (!f)
		return NULL;
	e = new_expr(p, EXPR_PRINT, t);
	e->print.name = f->name;
	e->print.to_string = f->to_string;
	e->print.newline = f->newline;
	e->print.delimited = f->delimited;
	e->print.has_format = f->has_format;
	e->print.is_char = f->is_char;
	expect_op(p, "(");
	more = !f->newline || !at_op(p, ")"); /* println() is a line */
	if (f->has_format) {
		const struct token *format = peek(p);

		expect_string(p);
		e->print.format = parse_format(p, format);
		more = accept_op(p, ",");
	} else if (f->delimited) {
		e->print.delimiter = expect_string(p);
		expect_op(p, ",");
	}
	if (more)
		print_values(p, e);
	if (f->delimited && e->print.args.n < 2)
		parse_fail(p, peek(p), "expected ','; '%s' takes a delimiter "
				       "and two values or more", f->name);
	expect_op(p, ")");
	return e;
}
