// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Characters to tokens.  In: the text of one source.  Out: a token list that
 * ends with TOK_EOF.  Script arguments are put in here, as characters, where
 * a token would begin; a place inside them is the place of the $1.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "parse/token.h"

#define TOKEN_MAX (1u << 20) /* bytes of one token */

struct lexer {
	struct session *s;
	const struct source *src;
	const char *p, *end;
	uint32_t line, col;
	const char *paste, *paste_end; /* rest of a script argument */
	struct loc paste_loc;
	struct buf text;	       /* the token being read */
	const char *message;	       /* why it is junk, or NULL */
};

/* The character k places ahead; -1 at the end. */
static int lex_peek(const struct lexer *lx, size_t k)
{
	size_t pasted = (size_t)(lx->paste_end - lx->paste);

	if (k < pasted)
		return (unsigned char)lx->paste[k];
	k -= pasted;
	if (k >= (size_t)(lx->end - lx->p))
		return -1;
	return (unsigned char)lx->p[k];
}

static int lex_next(struct lexer *lx)
{
	int c = lex_peek(lx, 0);

	if (lx->paste < lx->paste_end) {
		lx->paste++;
		return c;
	}
	if (c < 0)
		return c;
	lx->p++;
	if (c == '\n') {
		lx->line++;
		lx->col = 1;
	} else {
		lx->col++;
	}
	return c;
}

static void lex_take(struct lexer *lx)
{
	buf_putc(&lx->text, (char)lex_next(lx));
}

static bool is_name_start(int c)
{
	return isalpha(c) || c == '_' || c == '$' || c == '@';
}

static bool is_name_char(int c)
{
	return isalnum(c) || c == '_' || c == '$';
}

/* ---- white space and comments ---- */

static void skip_line(struct lexer *lx)
{
	int c;

	while ((c = lex_peek(lx, 0)) >= 0 && c != '\n')
		lex_next(lx);
}

static void skip_block_comment(struct lexer *lx)
{
	lex_next(lx);
	lex_next(lx);
	while (lex_peek(lx, 0) >= 0) {
		if (lex_peek(lx, 0) == '*' && lex_peek(lx, 1) == '/') {
			lex_next(lx);
			lex_next(lx);
			return;
		}
		lex_next(lx);
	}
}

/* True when something was skipped. */
static bool skip_space(struct lexer *lx)
{
	bool any = false;

	for (;; any = true) {
		int c = lex_peek(lx, 0);

		if (c >= 0 && isspace(c))
			lex_next(lx);
		else if (c == '#')
			skip_line(lx);
		else if (c == '/' && lex_peek(lx, 1) == '/')
			skip_line(lx);
		else if (c == '/' && lex_peek(lx, 1) == '*')
			skip_block_comment(lx);
		else
			return any;
	}
}

/* ---- one function a kind of token; text collects what was read ---- */

static enum token_kind lex_name(struct lexer *lx)
{
	lex_take(lx);
	while (is_name_char(lex_peek(lx, 0)))
		lex_take(lx);
	return TOK_IDENT;
}

static enum token_kind lex_number(struct lexer *lx, struct token *t)
{
	int base = 10;
	char *end;

	while (isalnum(lex_peek(lx, 0)))
		lex_take(lx);
	if (lx->text.s[0] == '0')
		base = tolower((unsigned char)lx->text.s[1]) == 'x' ? 16 : 8;
	t->hex = base == 16;
	errno = 0;
	t->value = strtoull(lx->text.s, &end, base);
	if (*end || errno || (t->hex && lx->text.n < 3)) {
		lx->message = errno == ERANGE ? "number invalid: out of range"
					      : "number invalid";
		return TOK_JUNK;
	}
	return TOK_NUMBER;
}

/* After "\x": any number of hex digits would be C; two are meant here. */
static void lex_hex_escape(struct lexer *lx)
{
	int value = 0, digits = 0;

	while (digits < 2 && isxdigit(lex_peek(lx, 0))) {
		int c = tolower(lex_next(lx));

		value = value * 16 + (isdigit(c) ? c - '0' : c - 'a' + 10);
		digits++;
	}
	if (digits)
		buf_putc(&lx->text, (char)value);
	else
		buf_puts(&lx->text, "x");
}

static void lex_octal_escape(struct lexer *lx)
{
	int value = 0;

	for (int i = 0; i < 3; i++) {
		int c = lex_peek(lx, 0);

		if (c < '0' || c > '7')
			break;
		value = value * 8 + (lex_next(lx) - '0');
	}
	buf_putc(&lx->text, (char)value);
}

static void lex_escape(struct lexer *lx)
{
	static const char from[] = "abtnvfr", to[] = "\a\b\t\n\v\f\r";
	int c = lex_peek(lx, 0);
	const char *p;

	if (c >= '0' && c <= '7') {
		lex_octal_escape(lx);
		return;
	}
	lex_next(lx);
	if (c == 'x') {
		lex_hex_escape(lx);
		return;
	}
	if (c == '\n') /* a line that goes on */
		return;
	p = c > 0 ? strchr(from, c) : NULL;
	buf_putc(&lx->text, p ? to[p - from] : (char)c);
}

static enum token_kind lex_string(struct lexer *lx)
{
	lex_next(lx);
	for (;;) {
		int c = lex_peek(lx, 0);

		if (c < 0 || c == '\n') {
			lx->message = "Could not find matching closing quote";
			return TOK_JUNK;
		}
		lex_next(lx);
		if (c == '"')
			return TOK_STRING;
		if (c == '\\' && lex_peek(lx, 0) >= 0)
			lex_escape(lx);
		else
			buf_putc(&lx->text, (char)c);
	}
}

static enum token_kind lex_embedded(struct lexer *lx)
{
	lex_next(lx);
	lex_next(lx);
	while (lex_peek(lx, 0) >= 0) {
		if (lex_peek(lx, 0) == '%' && lex_peek(lx, 1) == '}') {
			lex_next(lx);
			lex_next(lx);
			return TOK_EMBEDDED;
		}
		lex_take(lx);
	}
	buf_free(&lx->text);
	buf_puts(&lx->text, "%{");
	lx->message = "Could not find matching '%}' to close embedded function "
		      "block";
	return TOK_JUNK;
}

static enum token_kind lex_op(struct lexer *lx)
{
	/* Longest first. */
	static const char *const ops[] = {
		"<<<", "<<=", ">>=", ">>>", "==", "!=", "<=", ">=", "&&",
		"||",  "++",  "--",  "->",  "<<", ">>", "+=", "-=", "*=",
		"/=",  "%=",  "&=",  "^=",  "|=", ".=", "=~", "!~", "%(",
		"%?",  "%:",  "%)",  "%}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		size_t n = strlen(ops[i]), k = 0;

		while (k < n && lex_peek(lx, k) == ops[i][k])
			k++;
		if (k < n)
			continue;
		while (k--)
			lex_take(lx);
		return TOK_OP;
	}
	lex_take(lx);
	if (lx->text.s[0] && strchr("+-*/%=<>&|^!~.,;:?()[]{}", lx->text.s[0]))
		return TOK_OP;
	lx->message = "unexpected junk";
	return TOK_JUNK;
}

/* ---- script arguments ---- */

static const char *arg_at(struct lexer *lx, unsigned long n)
{
	const struct str_vec *args = &lx->s->opt.args;
	bool *used = lx->src->kind == SOURCE_USER ? lx->s->args_used :
						    lx->src->args_used;

	if (n < 1 || n > args->n) {
		lx->message = "command line argument out of range";
		return NULL;
	}
	if (used)
		used[n - 1] = true;
	return args->v[n - 1];
}

static void mark_all_args(struct lexer *lx)
{
	for (size_t i = 1; i <= lx->s->opt.args.n; i++)
		arg_at(lx, i);
}

/* The text of $* or @*: every argument, quoted ones with commas between. */
static const char *all_args(struct lexer *lx, bool quoted)
{
	const struct str_vec *args = &lx->s->opt.args;
	struct buf b = { 0 };
	const char *text;

	vec_for(i, args) {
		buf_puts(&b, i ? (quoted ? ", " : " ") : "");
		if (quoted)
			buf_putc(&b, '"');
		for (const char *p = args->v[i]; *p; p++) {
			if (quoted && (*p == '"' || *p == '\\'))
				buf_putc(&b, '\\');
			buf_putc(&b, *p);
		}
		if (quoted)
			buf_putc(&b, '"');
	}
	mark_all_args(lx);
	text = arena_strdup(&lx->s->arena, buf_str(&b));
	buf_free(&b);
	return text;
}

/* $1 @1 $# @# $* @* stand here. */
static bool at_script_arg(const struct lexer *lx)
{
	int c = lex_peek(lx, 0), d = lex_peek(lx, 1);

	return (c == '$' || c == '@') && (isdigit(d) || d == '#' || d == '*');
}

static void paste(struct lexer *lx, const char *text, struct loc at)
{
	lx->paste_loc = at;
	lx->paste = text;
	lx->paste_end = text + strlen(text);
}

/*
 * Takes the argument that stands here.  True: it was pasted and lexing goes
 * on; false: it is a token, its kind in *kind.
 */
static bool lex_script_arg(struct lexer *lx, enum token_kind *kind,
			   struct token *t)
{
	bool nested = lx->paste < lx->paste_end;
	bool quoted = lex_peek(lx, 0) == '@';
	int d = lex_peek(lx, 1);
	const char *arg;

	lex_take(lx);
	lex_take(lx);
	while (isdigit(d) && isdigit(lex_peek(lx, 0)))
		lex_take(lx);
	*kind = TOK_JUNK;
	if (nested) {
		lx->message = "invalid nested substitution of command line "
			      "arguments";
		return false;
	}
	if (d == '#') {
		*kind = quoted ? TOK_STRING : TOK_NUMBER;
		buf_free(&lx->text);
		buf_printf(&lx->text, "%zu", lx->s->opt.args.n);
		t->value = lx->s->opt.args.n;
		return false;
	}
	if (d == '*') {
		arg = all_args(lx, quoted);
	} else {
		arg = arg_at(lx, strtoul(lx->text.s + 1, NULL, 10));
		if (!arg)
			return false;
	}
	buf_free(&lx->text);
	if (d != '*' && quoted) {
		*kind = TOK_STRING;
		buf_puts(&lx->text, arg);
		return false;
	}
	paste(lx, arg, t->loc);
	return true;
}

/* ---- the list ---- */

static enum token_kind lex_token(struct lexer *lx, struct token *t)
{
	int c = lex_peek(lx, 0);

	if (is_name_start(c))
		return lex_name(lx);
	if (isdigit(c))
		return lex_number(lx, t);
	if (c == '"')
		return lex_string(lx);
	if (c == '%' && lex_peek(lx, 1) == '{')
		return lex_embedded(lx);
	return lex_op(lx);
}

/* Names and operators are shared text; the rest is the token's own. */
static void token_text(struct lexer *lx, struct token *t)
{
	const char *s = buf_str(&lx->text);
	size_t n = MIN(lx->text.n, (size_t)TOKEN_MAX);

	if (lx->text.n > TOKEN_MAX) {
		t->kind = TOK_JUNK;
		lx->message = "a token of more than 1 MB";
		n = 32;
	}
	t->len = (uint32_t)n;
	t->message = lx->message;
	if (t->kind == TOK_STRING || t->kind == TOK_EMBEDDED) {
		char *copy = arena_alloc(&lx->s->arena, n + 1);

		memcpy(copy, s, n);
		t->s = copy;
	} else {
		t->s = intern_n(lx->s->names, s, n);
	}
}

static struct loc lex_loc(const struct lexer *lx)
{
	if (lx->paste < lx->paste_end)
		return lx->paste_loc;
	return (struct loc){ .src = lx->src, .line = lx->line,
			     .col = lx->col };
}

static struct token lex_one(struct lexer *lx)
{
	struct token t = { .kind = TOK_JUNK };
	bool glued = !skip_space(lx);

	for (;;) {
		t.loc = lex_loc(lx);
		t.glued = glued;
		buf_free(&lx->text);
		lx->message = NULL;
		if (lex_peek(lx, 0) < 0) {
			t.kind = TOK_EOF;
			t.s = "";
			return t;
		}
		if (!at_script_arg(lx)) {
			t.kind = lex_token(lx, &t);
			break;
		}
		if (!lex_script_arg(lx, &t.kind, &t))
			break;
		if (skip_space(lx))
			glued = false;
	}
	token_text(lx, &t);
	return t;
}

struct token_vec lex_source(struct session *s, struct arena *a,
			    const struct source *src)
{
	struct lexer lx = {
		.s = s, .src = src, .p = src->text,
		.end = src->text + src->size, .line = 1, .col = 1,
	};
	struct token_vec out = { 0 };

	paste(&lx, "", (struct loc){ 0 });
	do {
		vec_push(a, &out, lex_one(&lx));
	} while (out.v[out.n - 1].kind != TOK_EOF);
	buf_free(&lx.text);
	return out;
}
