/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From text to tokens, in two steps, each a list in and a list out:
 *
 *	lex_source()	characters; $1 @1 $# @# are replaced here
 *	preprocess()	@define taken out, @name(…) replaced by its body,
 *			%( … %? … %: … %) by the arm that holds
 *
 * Errors in text that a condition leaves out must not matter, so the first
 * step reports nothing: what it cannot read becomes a TOK_JUNK with the
 * message in it, and whoever consumes that reports it.
 *
 * The lists are in an arena of their own, which ends with the file's parse;
 * what a list's tokens point to is in the session's.
 */
#ifndef STAPX_TOKEN_H
#define STAPX_TOKEN_H

#include "session.h"

enum token_kind {
	TOK_EOF,
	TOK_IDENT,    /* name $name @name, keywords too */
	TOK_NUMBER,
	TOK_STRING,   /* escapes undone */
	TOK_OP,
	TOK_EMBEDDED, /* what stands between %{ and %} */
	TOK_JUNK,     /* s: the text; message: why */
};

struct token {
	enum token_kind kind;
	bool hex;	     /* number was written so */
	bool glued;	     /* nothing between it and the token before */
	uint32_t len;	     /* of s, which may hold NUL when a string */
	const char *s;	     /* interned, but for strings and embedded C */
	const char *message; /* TOK_JUNK; empty: it was reported already */
	uint64_t value;	     /* TOK_NUMBER */
	struct loc loc;
};
struct token_vec { struct token *v; size_t n, cap; };

bool tok_is(const struct token *t, const char *op);	 /* an operator */
bool tok_is_name(const struct token *t, const char *name); /* a word */
bool is_keyword(const char *name);
/* "operator '+'", "identifier 'x'", "keyword 'probe'": for messages. */
const char *tok_describe(struct arena *a, const struct token *t);

/* Ends with one TOK_EOF. */
struct token_vec lex_source(struct session *s, struct arena *a,
			    const struct source *src);

/* A macro: its body is kept as it was read. */
struct macro {
	const char *name; /* with the @ */
	struct loc loc;
	bool has_params;
	struct str_vec params; /* with the @ */
	const struct token *body;
	size_t nbody;
};
/* Definitions of a file go into own; those of s->macros (from .stpm files)
 * are used where own has none.  False when an error was reported; the list is
 * usable all the same. */
bool preprocess(struct session *s, struct arena *a, struct map *own,
		const struct token_vec *in, struct token_vec *out);
/* Decides "x == y && … %?", macros expanded; false when an error was
 * reported. */
bool cond_holds(struct session *s, const struct token_vec *cond, bool *holds);

/* Both.  String literals that touch one another become one. */
bool tokenize(struct session *s, struct arena *a, const struct source *src,
	      struct map *own, struct token_vec *out);

/* Reports what t is wrong with: its own message when it is junk. */
void token_error(struct session *s, const struct token *t, const char *fmt,
		 ...) PRINTF(3, 4);

#endif
