// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether a condition holds: what stands between "%(" and "%?", with macros
 * expanded.  It asks about the kernel, the CPU, the configuration, this
 * program, or compares literals (script arguments, mostly).
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strverscmp */
#endif
#include <stdlib.h>

#include "parse/token.h"

struct cond {
	struct session *s;
	const struct token_vec *in; /* ends with "%?", which stays */
	size_t i;
};

enum cmp { CMP_EQ, CMP_NE, CMP_LT, CMP_GT, CMP_LE, CMP_GE };

static const struct token *cond_peek(struct cond *x)
{
	return &x->in->v[x->i];
}

static const struct token *cond_take(struct cond *x)
{
	const struct token *t = cond_peek(x);

	if (x->i + 1 < x->in->n)
		x->i++;
	return t;
}

static bool cond_error(struct cond *x, const struct token *t,
		       const char *what)
{
	token_error(x->s, t, "%s", what);
	return false;
}

static bool cmp_holds(enum cmp cmp, int order)
{
	switch (cmp) {
	case CMP_EQ:
		return order == 0;
	case CMP_NE:
		return order != 0;
	case CMP_LT:
		return order < 0;
	case CMP_GT:
		return order > 0;
	case CMP_LE:
		return order <= 0;
	case CMP_GE:
		return order >= 0;
	}
	return false;
}

static bool cond_operator(struct cond *x, enum cmp *cmp)
{
	static const char *const text[] = {
		[CMP_EQ] = "==", [CMP_NE] = "!=", [CMP_LT] = "<",
		[CMP_GT] = ">",	 [CMP_LE] = "<=", [CMP_GE] = ">=",
	};
	const struct token *t = cond_take(x);

	for (size_t i = 0; i < ARRAY_SIZE(text); i++) {
		if (tok_is(t, text[i])) {
			*cmp = (enum cmp)i;
			return true;
		}
	}
	return cond_error(x, t, "expected comparison operator");
}

/* "6.1*" may be a pattern, but only where equality is asked. */
static bool compare_version(struct cond *x, const char *have,
			    const struct token *op, enum cmp cmp,
			    const char *want, bool *holds)
{
	if (cmp == CMP_EQ || cmp == CMP_NE)
		*holds = glob_match(want, have) == (cmp == CMP_EQ);
	else if (has_wildcard(want))
		return cond_error(x, op, "wildcard not allowed with order "
					 "comparison operators");
	else
		*holds = cmp_holds(cmp, strverscmp(have, want));
	return true;
}

static bool compare_names(struct cond *x, const char *have,
			  const struct token *op, enum cmp cmp,
			  const char *want, bool *holds)
{
	if (cmp != CMP_EQ && cmp != CMP_NE)
		return cond_error(x, op, "expected '==' or '!='");
	*holds = glob_match(want, have) == (cmp == CMP_EQ);
	return true;
}

static bool compare_numbers(enum cmp cmp, int64_t a, int64_t b)
{
	return cmp_holds(cmp, a < b ? -1 : a > b);
}

static const char *config_value(struct cond *x, const struct token *t)
{
	const char *v = map_get(&x->s->config, t->s);

	return v ? v : "";
}

static bool compare_config(struct cond *x, const struct token *a,
			   const struct token *op, enum cmp cmp,
			   const struct token *b, bool *holds)
{
	const char *have = config_value(x, a);

	if (b->kind == TOK_STRING)
		return compare_names(x, have, op, cmp, b->s, holds);
	if (b->kind == TOK_NUMBER) {
		/* One that is not set, or no number, is 0. */
		*holds = compare_numbers(cmp, strtoll(have, NULL, 0),
					 (int64_t)b->value);
		return true;
	}
	if (b->kind == TOK_IDENT && str_starts(b->s, "CONFIG_")) {
		*holds = cmp_holds(cmp, strcmp(have, config_value(x, b)));
		return true;
	}
	return cond_error(x, b, "expected string, number literal or other "
				"CONFIG_... as right side operand");
}

static const char *runtime_name(const struct session *s)
{
	return s->opt.runtime == RUNTIME_USER ? "user" : "kernel";
}

const char *language_version(const struct session *s)
{
	return s->opt.compatible ? s->opt.compatible : "5.2";
}

/* The versions: NULL when name is none of them. */
static const char *version_of(const struct session *s, const char *name)
{
	if (!strcmp(name, "kernel_v"))
		return s->kernel_v ? s->kernel_v : "";
	if (!strcmp(name, "kernel_vr"))
		return s->release ? s->release : "";
	if (!strcmp(name, "systemtap_v"))
		return language_version(s);
	return NULL;
}

static const char *plain_name_of(const struct session *s, const char *name)
{
	if (!strcmp(name, "arch"))
		return s->arch ? s->arch : "";
	if (!strcmp(name, "runtime"))
		return runtime_name(s);
	if (!strcmp(name, "systemtap_privilege"))
		return s->opt.privilege ? s->opt.privilege : "stapdev";
	return NULL;
}

static bool compare_subject(struct cond *x, const struct token *a,
			    const struct token *op, enum cmp cmp,
			    const struct token *b, bool *holds)
{
	const char *have = version_of(x->s, a->s);

	if (str_starts(a->s, "CONFIG_"))
		return compare_config(x, a, op, cmp, b, holds);
	if (!strcmp(a->s, "guru_mode")) {
		if (b->kind != TOK_NUMBER)
			return cond_error(x, b, "expected number");
		if (cmp != CMP_EQ && cmp != CMP_NE)
			return cond_error(x, op, "expected '==' or '!='");
		*holds = compare_numbers(cmp, x->s->opt.guru,
					 (int64_t)b->value);
		return true;
	}
	if (have && b->kind == TOK_STRING) {
		return compare_version(x, have, op, cmp, b->s, holds);
	}
	if (have)
		return cond_error(x, b, "expected string literal");
	have = plain_name_of(x->s, a->s);
	if (have && b->kind == TOK_STRING)
		return compare_names(x, have, op, cmp, b->s, holds);
	if (have)
		return cond_error(x, b, "expected string literal");
	return cond_error(x, a, "expected 'arch', 'kernel_v', 'kernel_vr', "
				"'systemtap_v', 'runtime', "
				"'systemtap_privilege', 'guru_mode', "
				"'CONFIG_...', or comparison between strings "
				"or integers");
}

/* test := subject COMPARE value | STRING COMPARE STRING
 *         | NUMBER COMPARE NUMBER
 * subject := "kernel_v" | "kernel_vr" | "systemtap_v" | "arch" | "runtime"
 *            | "systemtap_privilege" | "guru_mode" | CONFIG
 * value := STRING | NUMBER | CONFIG */
static bool cond_comparison(struct cond *x, bool *holds)
{
	const struct token *a = cond_take(x), *op, *b;
	enum cmp cmp = CMP_EQ;

	if (a->kind != TOK_IDENT && a->kind != TOK_STRING &&
	    a->kind != TOK_NUMBER)
		return cond_error(x, a, "expected a condition");
	op = cond_peek(x);
	if (!cond_operator(x, &cmp))
		return false;
	b = cond_take(x);
	if (a->kind == TOK_IDENT)
		return compare_subject(x, a, op, cmp, b, holds);
	if (a->kind != b->kind)
		return cond_error(x, b, a->kind == TOK_STRING
						? "expected string literal"
						: "expected number");
	if (a->kind == TOK_STRING)
		*holds = cmp_holds(cmp, strcmp(a->s, b->s));
	else
		*holds = compare_numbers(cmp, (int64_t)a->value,
					 (int64_t)b->value);
	return true;
}

/* all := test {"&&" test} */
static bool cond_all(struct cond *x, bool *holds)
{
	bool one;

	if (!cond_comparison(x, holds))
		return false;
	while (tok_is(cond_peek(x), "&&")) {
		cond_take(x);
		if (!cond_comparison(x, &one))
			return false;
		*holds &= one;
	}
	return true;
}

/* condition := all {"||" all} */
static bool cond_any(struct cond *x, bool *holds)
{
	bool one;

	if (!cond_all(x, holds))
		return false;
	while (tok_is(cond_peek(x), "||")) {
		cond_take(x);
		if (!cond_all(x, &one))
			return false;
		*holds |= one;
	}
	return true;
}

bool cond_holds(struct session *s, const struct token_vec *cond, bool *holds)
{
	struct cond x = { .s = s, .in = cond };

	if (!cond_any(&x, holds))
		return false;
	if (x.i + 1 == cond->n)
		return true;
	return cond_error(&x, cond_peek(&x),
			  "expected '%?' marker for conditional");
}
