// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A source to a struct file.  Declarations are read one after the other; one
 * with an error is reported and left out, and reading goes on where the next
 * seems to begin.
 */
#include "parse/parser.h"

#define PARSE_DEPTH 600 /* rules inside one another: about 300 parentheses */

/* ---- tokens ---- */

const struct token *peek(struct parser *p)
{
	return &p->toks.v[p->i];
}

const struct token *peek_after(struct parser *p)
{
	return &p->toks.v[MIN(p->i + 1, p->toks.n - 1)];
}

const struct token *take(struct parser *p)
{
	const struct token *t = peek(p);

	if (t->kind != TOK_EOF)
		p->i++;
	return t;
}

bool at_op(struct parser *p, const char *op)
{
	return tok_is(peek(p), op);
}

bool at_word(struct parser *p, const char *word)
{
	return tok_is_name(peek(p), word);
}

bool accept_op(struct parser *p, const char *op)
{
	if (!at_op(p, op))
		return false;
	p->i++;
	return true;
}

bool accept_word(struct parser *p, const char *word)
{
	if (!at_word(p, word))
		return false;
	p->i++;
	return true;
}

void parse_fail(struct parser *p, const struct token *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	token_error(p->s, t, "%s", arena_vprintf(p->a, fmt, ap));
	va_end(ap);
	longjmp(p->escape, 1);
}

const struct token *expect_op(struct parser *p, const char *op)
{
	const struct token *t = peek(p);

	if (!tok_is(t, op))
		parse_fail(p, t, "expected '%s'", op);
	return take(p);
}

const char *expect_string(struct parser *p)
{
	const struct token *t = take(p);

	if (t->kind != TOK_STRING)
		parse_fail(p, t, "expected literal string");
	return t->s;
}

const struct token *expect_name(struct parser *p)
{
	const struct token *t = take(p);

	if (t->kind != TOK_IDENT || t->s[0] == '$' || t->s[0] == '@' ||
	    is_keyword(t->s))
		parse_fail(p, t, "expected identifier");
	return t;
}

int64_t expect_number(struct parser *p, bool *hex)
{
	bool minus = accept_op(p, "-");
	const struct token *t = take(p);

	if (t->kind != TOK_NUMBER)
		parse_fail(p, t, "expected number");
	if (hex)
		*hex = t->hex && !minus;
	if (minus && t->value > (uint64_t)INT64_MAX + 1)
		parse_fail(p, t, "number invalid or out of range");
	return (int64_t)(minus ? 0 - t->value : t->value);
}

void enter(struct parser *p)
{
	if (++p->depth > PARSE_DEPTH)
		parse_fail(p, peek(p), "nested too deeply");
}

void leave(struct parser *p)
{
	p->depth--;
}

/* ---- declarations ---- */

static const char *parse_embedded_code(struct parser *p, size_t *len)
{
	const struct token *t = take(p);

	if (!p->privileged)
		parse_fail(p, t, "embedded code in unprivileged script; need "
				 "stap -g");
	*len = t->len;
	return t->s;
}

static void parse_embed(struct parser *p)
{
	struct embedded_decl *d = arena_new(p->a, struct embedded_decl);

	d->loc = peek(p)->loc;
	d->file = p->file;
	d->code = parse_embedded_code(p, &d->len);
	vec_push(p->a, &p->file->embeds, d);
}

/* A value known now.
 * literal := STRING | ["-"] NUMBER */
static struct expr *parse_global_init(struct parser *p)
{
	const struct token *t = peek(p);
	struct expr *e;

	p->nodes = 0;
	if (t->kind != TOK_STRING && t->kind != TOK_NUMBER && !at_op(p, "-"))
		parse_fail(p, t, "expected literal string or number");
	e = new_expr(p, t->kind == TOK_STRING ? EXPR_STRING : EXPR_NUMBER, t);
	if (e->kind == EXPR_NUMBER) {
		e->type = TYPE_LONG;
		e->number.value = expect_number(p, &e->number.hex);
		return e;
	}
	e->type = TYPE_STRING;
	e->string.s = take(p)->s;
	e->string.len = t->len;
	return e;
}

static void parse_global_size(struct parser *p, struct global_decl *g)
{
	const struct token *t = peek(p);

	g->size = expect_number(p, NULL);
	if (g->size <= 0 || g->size > 100000000)
		parse_fail(p, t, "array size out of range");
	expect_op(p, "]");
}

/* global := NAME ["%"] ["[" NUMBER "]"] ["=" literal] */
static void parse_one_global(struct parser *p, bool is_private)
{
	const struct token *t = expect_name(p);
	struct global_decl *g = arena_new(p->a, struct global_decl);

	vec_for(i, &p->file->globals)
		if (p->file->globals.v[i]->name == t->s)
			parse_fail(p, t, "duplicate global name");
	g->loc = t->loc;
	g->name = t->s;
	g->is_private = is_private;
	g->file = p->file;
	g->wrap = accept_op(p, "%");
	if (accept_op(p, "["))
		parse_global_size(p, g);
	t = peek(p);
	if (accept_op(p, "=")) {
		if (g->size)
			parse_fail(p, t, "only scalar globals can be "
					 "initialized");
		g->init = parse_global_init(p);
	}
	vec_push(p->a, &p->file->globals, g);
}

/* globals := global {"," global} {";"} */
static void parse_globals(struct parser *p, bool is_private)
{
	do {
		parse_one_global(p, is_private);
	} while (accept_op(p, ","));
	while (accept_op(p, ";"))
		;
}

/* type := ":" ("long" | "string") */
static enum type parse_type(struct parser *p)
{
	if (!accept_op(p, ":"))
		return TYPE_UNKNOWN;
	if (accept_word(p, "long"))
		return TYPE_LONG;
	if (accept_word(p, "string"))
		return TYPE_STRING;
	parse_fail(p, peek(p), "expected 'string' or 'long'");
}

/* params := "(" [NAME [type] {"," NAME [type]}] ")" */
static void parse_params(struct parser *p, struct func_decl *f)
{
	expect_op(p, "(");
	if (accept_op(p, ")"))
		return;
	do {
		const struct token *t = expect_name(p);

		vec_for(i, &f->params)
			if (f->params.v[i].name == t->s)
				parse_fail(p, t, "duplicate parameter name");
		vec_push(p->a, &f->params,
			 (struct param){ t->s, parse_type(p), t->loc });
	} while (accept_op(p, ","));
	expect_op(p, ")");
}

/* function := "function" NAME [type] params [":" NUMBER] (block | EMBEDDED) */
static void parse_function(struct parser *p, bool is_private)
{
	struct func_decl *f = arena_new(p->a, struct func_decl);
	const struct token *t;

	take(p);
	t = expect_name(p);
	f->loc = t->loc;
	f->name = t->s;
	f->file = p->file;
	f->is_private = is_private;
	f->priority = p->file->src->kind == SOURCE_TAPSET;
	f->type = parse_type(p);
	parse_params(p, f);
	if (accept_op(p, ":")) {
		t = peek(p);
		f->priority = expect_number(p, NULL);
		if (f->priority <= 0)
			parse_fail(p, t, "specified priority must be > 0");
	}
	if (peek(p)->kind == TOK_EMBEDDED) {
		f->code = parse_embedded_code(p, &f->code_len);
	} else {
		p->in_function = true;
		f->body = parse_block(p);
		p->in_function = false;
	}
	vec_push(p->a, &p->file->funcs, f);
}

/* One name of an alias; t is what shows that it is one. */
static void add_alias_name(struct parser *p, struct point_vec *names,
			   const struct point_vec *point,
			   const struct token *t)
{
	const struct probe_point *n = point->v[0];

	if (point->n > 1)
		parse_fail(p, t, "expected probe point specifier; an alias is "
				 "one name, without ',' and braces");
	if (n->optional || n->condition)
		parse_fail(p, t, "the name of an alias takes no '?', "
				 "'!' or condition");
	vec_for(k, &n->comps)
		if (has_wildcard(n->comps.v[k].name))
			parse_fail(p, t, "the name of an alias takes no "
					 "wildcard");
	vec_push(p->a, names, point->v[0]);
}

static bool at_alias(struct parser *p)
{
	return at_op(p, "=") || at_op(p, "+=");
}

/* alias := path ("=" | "+=") {path ("=" | "+=")} points block ["," block] */
static void parse_alias(struct parser *p, struct point_vec points,
			struct loc loc)
{
	struct alias_decl *d = arena_new(p->a, struct alias_decl);
	const struct token *t;

	d->loc = loc;
	d->file = p->file;
	while (at_alias(p)) {
		t = take(p);
		d->epilogue |= tok_is(t, "+=");
		add_alias_name(p, &d->names, &points, t);
		points = (struct point_vec){ 0 };
		parse_points(p, &points);
	}
	d->points = points;
	d->body = parse_block(p);
	t = peek(p);
	if (accept_op(p, ",")) {
		if (d->epilogue)
			parse_fail(p, t, "combined prologue and epilogue "
					 "cannot be defined with '+='");
		d->epilogue_body = parse_block(p);
	}
	vec_push(p->a, &p->file->aliases, d);
}

/* probe := "probe" (points block | alias) */
static void parse_probe(struct parser *p)
{
	struct probe_decl *d = arena_new(p->a, struct probe_decl);
	struct point_vec points = { 0 };

	d->loc = take(p)->loc;
	parse_points(p, &points);
	if (at_alias(p)) {
		parse_alias(p, points, d->loc);
		return;
	}
	if (!at_op(p, "{"))
		parse_fail(p, peek(p), "expected one of '. , ( ? ! { = +='");
	d->points = points;
	d->file = p->file;
	d->body = parse_block(p);
	vec_push(p->a, &p->file->probes, d);
}

/* private := "private" (function | ["global"] globals) */
static void parse_private(struct parser *p)
{
	take(p);
	if (at_word(p, "function")) {
		parse_function(p, true);
		return;
	}
	accept_word(p, "global");
	parse_globals(p, true);
}

/* decl := probe | "global" globals | function | private | EMBEDDED */
static void parse_decl(struct parser *p)
{
	if (at_word(p, "probe"))
		parse_probe(p);
	else if (accept_word(p, "global"))
		parse_globals(p, false);
	else if (at_word(p, "function"))
		parse_function(p, false);
	else if (at_word(p, "private"))
		parse_private(p);
	else if (peek(p)->kind == TOK_EMBEDDED)
		parse_embed(p);
	else
		parse_fail(p, peek(p), "expected 'probe', 'global', "
				       "'private', 'function', or '%%{'");
}

/* Embedded C is a declaration only where a line begins with it: it also
 * stands inside expressions. */
static bool at_decl(struct parser *p)
{
	return at_word(p, "probe") || at_word(p, "global") ||
	       at_word(p, "function") || at_word(p, "private") ||
	       (peek(p)->kind == TOK_EMBEDDED && peek(p)->loc.col == 1);
}

/* After an error in what began at start. */
static void resynchronise(struct parser *p, size_t start)
{
	p->depth = 0;
	p->in_function = false;
	if (p->i == start)
		take(p);
	while (peek(p)->kind != TOK_EOF && !at_decl(p))
		take(p);
}

/* file := {decl} */
static bool parse_decls(struct parser *p)
{
	volatile bool ok = true;
	volatile size_t start = 0;

	if (setjmp(p->escape)) {
		ok = false;
		resynchronise(p, start);
	}
	while (peek(p)->kind != TOK_EOF) {
		start = p->i;
		parse_decl(p);
	}
	return ok;
}

struct file *parse_source(struct session *s, const struct source *src,
			  bool *ok)
{
	struct parser p = { .s = s, .a = &s->arena };
	struct arena scratch = { 0 };
	struct map macros = { 0 };

	p.file = arena_new(&s->arena, struct file);
	p.file->src = src;
	p.privileged = src->kind == SOURCE_TAPSET || s->opt.guru;
	*ok = tokenize(s, &scratch, src, &macros, &p.toks);
	*ok &= parse_decls(&p);
	arena_free(&scratch);
	return p.file;
}

bool parse_macro_library(struct session *s, const struct source *src)
{
	/* Bodies are read later on, so these lists stay. */
	struct token_vec raw = lex_source(s, &s->arena, src), rest = { 0 };
	struct map own = { 0 };
	bool ok = preprocess(s, &s->arena, &own, &raw, &rest);

	if (ok && rest.v[0].kind != TOK_EOF) {
		token_error(s, &rest.v[0],
			    "library macro file '%s' contains more than "
			    "@define", src->name);
		ok = false;
	}
	vec_for(i, &own.entries) {
		const struct map_entry *e = &own.entries.v[i];
		const struct macro *old = map_get(&s->macros, e->key);

		/* The first folder that defines one wins. */
		if (!old)
			map_set(&s->arena, &s->macros, e->key, e->value);
	}
	return ok;
}
