/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the parser: tokens to a struct file, by recursive descent.  A rule
 * that fails reports and leaves through parse_fail(); the list of
 * declarations (parse.c) catches it and goes on with the next one.
 */
#ifndef STAPX_PARSER_H
#define STAPX_PARSER_H

#include <setjmp.h>

#include "parse/token.h"

struct parser {
	struct session *s;
	struct arena *a;
	struct token_vec toks;
	size_t i;	  /* the next token */
	struct file *file;
	bool privileged;  /* embedded C and raw access are allowed */
	bool in_function; /* so that "return" may stand */
	size_t hist_at;	  /* where a whole histogram may stand: in print() */
	int depth;	  /* rules being inside one another */
	unsigned nodes;	  /* of the expression being read */
	jmp_buf escape;	  /* where parse_fail() goes */
};

/* ---- tokens (parse.c) ---- */
const struct token *peek(struct parser *p);
const struct token *peek_after(struct parser *p); /* the one after peek() */
const struct token *take(struct parser *p);
bool at_op(struct parser *p, const char *op);
bool at_word(struct parser *p, const char *word);
bool accept_op(struct parser *p, const char *op);
bool accept_word(struct parser *p, const char *word);
const struct token *expect_op(struct parser *p, const char *op);
const char *expect_string(struct parser *p);
/* A name of the script's own: no keyword, no $ or @. */
const struct token *expect_name(struct parser *p);
/* [-] number, with hex told when asked. */
int64_t expect_number(struct parser *p, bool *hex);
void parse_fail(struct parser *p, const struct token *t, const char *fmt, ...)
	PRINTF(3, 4) NORETURN;
/* For rules that hold themselves: an error instead of a full stack. */
void enter(struct parser *p);
void leave(struct parser *p);

/* ---- expressions (expr.c, atop.c, format.c) ---- */
struct expr *new_expr(struct parser *p, enum expr_kind kind,
		      const struct token *t);
struct expr *new_symbol(struct parser *p, const struct token *t);
struct expr *parse_literal(struct parser *p, const struct token *t);
struct expr *parse_expr(struct parser *p);
/* What stands in [ ]: expressions or *, up to and with the ']'. */
struct expr_vec parse_keys(struct parser *p);
/* "@count" and so on; false when t is no statistic. */
bool stat_op_of(const struct token *t, enum stat_op *op);
bool at_histogram(struct parser *p);
/* @name(…), t being the name already taken. */
struct expr *parse_at_operator(struct parser *p, const struct token *t);
/* print(…) and its family; NULL when t is none of these. */
struct expr *parse_print(struct parser *p, const struct token *t);
bool is_print_word(const struct token *t);
struct format_vec parse_format(struct parser *p, const struct token *t);

/* ---- statements (stmt.c) ---- */
struct stmt *parse_block(struct parser *p);

/* ---- probe points (point.c) ---- */
/* points := point {"," point}; braces are multiplied out. */
void parse_points(struct parser *p, struct point_vec *out);

/* ---- a whole source (parse.c) ---- */
/* Never NULL; *ok is false when something was reported. */
struct file *parse_source(struct session *s, const struct source *src,
			  bool *ok);
/* A .stpm file: its macros go to s->macros. */
bool parse_macro_library(struct session *s, const struct source *src);

/* ---- the library (library.c) ---- */
bool library_macros(struct session *s);
bool library_scripts(struct session *s);

#endif
