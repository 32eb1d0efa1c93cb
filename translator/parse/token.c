// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Questions about a token, and the road from a source to the parser's list.
 */
#include "parse/token.h"

static const char *const keywords[] = {
	"probe",  "global",   "private", "function", "if",    "else",
	"for",	  "foreach",  "in",	 "limit",    "return", "delete",
	"while",  "break",    "continue", "next",    "string", "long",
	"try",	  "catch",
};

bool is_keyword(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (keywords[i][0] == name[0] && !strcmp(keywords[i], name))
			return true;
	return false;
}

bool tok_is(const struct token *t, const char *op)
{
	return t->kind == TOK_OP && t->s[0] == op[0] && !strcmp(t->s, op);
}

bool tok_is_name(const struct token *t, const char *name)
{
	return t->kind == TOK_IDENT && t->s[0] == name[0] &&
	       !strcmp(t->s, name);
}

const char *tok_describe(struct arena *a, const struct token *t)
{
	switch (t->kind) {
	case TOK_EOF:
		return arena_printf(a, "%s EOF",
				    t->loc.src ? t->loc.src->name : "macro");
	case TOK_IDENT:
		return arena_printf(a, "%s '%s'",
				    is_keyword(t->s) ? "keyword" : "identifier",
				    t->s);
	case TOK_NUMBER:
		return arena_printf(a, "number '%s'", t->s);
	case TOK_STRING:
		return arena_printf(a, "string '%s'", t->s);
	case TOK_OP:
		return arena_printf(a, "operator '%s'", t->s);
	case TOK_EMBEDDED:
		return "embedded-code";
	case TOK_JUNK:
		break;
	}
	return arena_printf(a, "junk '%s'", t->s);
}

void token_error(struct session *s, const struct token *t, const char *fmt, ...)
{
	struct loc at = t->loc;
	const char *msg;
	va_list ap;

	va_start(ap, fmt);
	msg = arena_vprintf(&s->arena, fmt, ap);
	va_end(ap);
	if (t->kind == TOK_JUNK)
		msg = t->message;
	if (t->kind == TOK_EOF)
		at = (struct loc){ 0 };
	diag_parse(&s->diag, at, tok_describe(&s->arena, t), "%s", msg);
}

/* Makes "a" "b" one literal. */
static void glue_strings(struct session *s, const struct token_vec *in,
			 struct token_vec *out)
{
	vec_for(i, in) {
		const struct token *t = &in->v[i];
		struct token *last = out->n ? &out->v[out->n - 1] : NULL;
		char *both;

		if (t->kind != TOK_STRING || !last ||
		    last->kind != TOK_STRING) {
			vec_push(&s->arena, out, *t);
			continue;
		}
		both = arena_alloc(&s->arena, last->len + t->len + 1);
		memcpy(both, last->s, last->len);
		memcpy(both + last->len, t->s, t->len);
		last->s = both;
		last->len += t->len;
	}
}

bool tokenize(struct session *s, const struct source *src, struct map *own,
	      struct token_vec *out)
{
	struct token_vec raw = lex_source(s, src);
	struct token_vec expanded = { 0 }, selected = { 0 };
	bool ok = macro_expand(s, own, &raw, &expanded);

	ok &= cond_select(s, &expanded, &selected);
	glue_strings(s, &selected, out);
	return ok;
}
