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

/* "KIND 'TEXT'"; every node gets one, so it is not left to printf. */
static const char *describe(struct arena *a, const char *kind, const char *text)
{
	size_t n = strlen(kind), m = strlen(text);
	char *s = arena_alloc(a, n + m + 4), *p = s;

	memcpy(p, kind, n);
	p += n;
	*p++ = ' ';
	*p++ = '\'';
	memcpy(p, text, m);
	p[m] = '\'';
	return s;
}

const char *tok_describe(struct arena *a, const struct token *t)
{
	switch (t->kind) {
	case TOK_EOF:
		return arena_printf(a, "%s EOF",
				    t->loc.src ? t->loc.src->name : "macro");
	case TOK_IDENT:
		return describe(a, is_keyword(t->s) ? "keyword" : "identifier",
				t->s);
	case TOK_NUMBER:
		return describe(a, "number", t->s);
	case TOK_STRING:
		return describe(a, "string", t->s);
	case TOK_OP:
		return describe(a, "operator", t->s);
	case TOK_EMBEDDED:
		return "embedded-code";
	case TOK_JUNK:
		break;
	}
	return describe(a, "junk", t->s);
}

void token_error(struct session *s, const struct token *t, const char *fmt, ...)
{
	struct loc at = t->loc;
	const char *msg;
	va_list ap;

	if (t->kind == TOK_JUNK && !*t->message)
		return;
	va_start(ap, fmt);
	msg = arena_vprintf(&s->arena, fmt, ap);
	va_end(ap);
	if (t->kind == TOK_JUNK)
		msg = t->message;
	if (t->kind == TOK_EOF)
		at = (struct loc){ 0 };
	diag_parse(&s->diag, at, tok_describe(&s->arena, t), "%s", msg);
}

/* Makes "a" "b" one literal, in place. */
static void glue_strings(struct session *s, struct token_vec *list)
{
	size_t n = 0;

	vec_for(i, list) {
		const struct token *t = &list->v[i];
		struct token *last = n ? &list->v[n - 1] : NULL;
		char *both;

		if (t->kind != TOK_STRING || !last ||
		    last->kind != TOK_STRING) {
			list->v[n++] = *t;
			continue;
		}
		both = arena_alloc(&s->arena, last->len + t->len + 1);
		memcpy(both, last->s, last->len);
		memcpy(both + last->len, t->s, t->len);
		last->s = both;
		last->len += t->len;
	}
	list->n = n;
}

bool tokenize(struct session *s, struct arena *a, const struct source *src,
	      struct map *own, struct token_vec *out)
{
	struct token_vec raw = lex_source(s, a, src);
	bool ok = preprocess(s, a, own, &raw, out);

	glue_strings(s, out);
	return ok;
}
