// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Patterns of =~ and !~: each is compiled once a program, and what is wrong
 * with one is said at its literal.  Groups are kept only where some function
 * of the program asks for them, which its C says by a pragma.
 */
#include "elaborate/elab.h"

bool program_keeps_matches(const struct program *p)
{
	vec_for(i, &p->funcs)
		if (p->funcs.v[i]->code && strstr(p->funcs.v[i]->code,
						  "pragma:tagged_dfa"))
			return true;
	return false;
}

const struct regex *program_regex(struct session *s, struct program *p,
				  const struct expr *e, struct regex_error *why)
{
	struct regex_error unused;
	const char *text = e->binary.b->string.s;
	const char *key = arena_printf(&s->arena, "%d%s",
				       e->binary.keeps_match, text);
	struct regex *re = map_get(&p->regexes, key);

	if (re)
		return re;
	re = (struct regex *)regex_compile(&s->arena, text,
					   e->binary.keeps_match,
					   why ? why : &unused);
	if (re)
		map_set(&s->arena, &p->regexes, key, re);
	return re;
}

void check_pattern(struct elab *e, struct expr *x)
{
	const struct expr *literal = x->binary.b;
	const char *where = "";
	struct regex_error why;

	if (literal->kind != EXPR_STRING) {
		diag_semantic(&e->s->diag, x->loc, x->token,
			      "the pattern of '%s' must be a string literal",
			      op_text(x->binary.op));
		return;
	}
	x->binary.keeps_match = program_keeps_matches(e->p);
	if (program_regex(e->s, e->p, x, &why))
		return;
	if (why.at != REGEX_ANYWHERE)
		where = arena_printf(e->a, " (at position %zu)", why.at);
	diag_semantic(&e->s->diag, literal->loc, literal->token,
		      "regex compilation error%s: %s", where, why.text);
}
