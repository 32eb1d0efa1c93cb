// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Macros and conditions.  In: tokens as read.  Out: tokens without @define,
 * each use of a macro replaced by its body, each condition by the arm that
 * holds; the other arm is not looked at, so it defines nothing.  A body is
 * scanned again, so it may use other macros; the arguments of a use belong to
 * the place of the use: they never see the parameters of the macro they are
 * passed to.  Bodies and arms are balanced, so each is a span of its list.
 */
#include "parse/token.h"

#define EXPANSION_DEPTH 100
#define EXPANSION_MAX (1u << 20) /* tokens handled for one source */

/* A stretch of tokens being read: the source, a body, or an argument. */
struct span {
	const struct token *v;
	size_t n, i;
};

/* What a parameter stands for during one use. */
struct binding {
	const char *name;
	struct token_vec tokens; /* already expanded at the place of use */
};
struct bindings {
	VEC(struct binding) list;
};

struct expander {
	struct session *s;
	struct arena *a; /* of the lists */
	struct map *own;
	struct token_vec *out;
	size_t handled; /* tokens put out so far, arguments counted too */
	bool ok, full;
};

/* Names that the parser understands itself. */
static const char *const builtin_ops[] = {
	"@define", "@cast",	  "@defined",	"@entry",     "@var",
	"@avg",	   "@count",	  "@sum",	"@min",	      "@max",
	"@hist_linear", "@hist_log", "@variance", "@perf",    "@const",
	"@enum",   "@probewrite", "@kderef",	"@uderef",    "@kregister",
	"@uregister",
};

static bool is_builtin_op(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(builtin_ops); i++)
		if (!strcmp(name, builtin_ops[i]))
			return true;
	return false;
}

static void expand_error(struct expander *x, const struct token *t,
			 const char *what)
{
	token_error(x->s, t, "%s", what);
	x->ok = false;
}

/* Stands where something reported should have come, so that the parser does
 * not report its lack again. */
static void emit_reported(struct expander *x, const struct token *at)
{
	struct token t = { .kind = TOK_JUNK, .s = "", .message = "",
			   .loc = at->loc };

	x->ok = false;
	vec_push(x->a, x->out, t);
}

static const struct token *span_peek(const struct span *in)
{
	/* Every span but the source's ends without one. */
	static const struct token eof = { .kind = TOK_EOF, .s = "" };

	return in->i < in->n ? &in->v[in->i] : &eof;
}

static void emit(struct expander *x, const struct token *t)
{
	if (x->handled++ >= EXPANSION_MAX) {
		if (!x->full) {
			expand_error(x, t, "macros expand to too much text");
			emit_reported(x, t);
		}
		x->full = true;
		return;
	}
	vec_push(x->a, x->out, *t);
}

/* ---- definitions ---- */

/* @define name[(p, …)] %( body %): the names in parentheses. */
static bool define_params(struct expander *x, struct span *in, struct macro *m)
{
	in->i++;
	m->has_params = true;
	if (tok_is(span_peek(in), ")")) {
		in->i++;
		return true;
	}
	for (;; in->i++) {
		const struct token *t = span_peek(in);
		const char *name;

		if (t->kind != TOK_IDENT) {
			expand_error(x, t, "expected identifier");
			return false;
		}
		name = intern(x->s->names,
			      arena_printf(&x->s->arena, "@%s", t->s));
		vec_push(&x->s->arena, &m->params, name);
		in->i++;
		if (tok_is(span_peek(in), ")"))
			break;
		if (!tok_is(span_peek(in), ",")) {
			expand_error(x, span_peek(in), "expected ',' or ')'");
			return false;
		}
	}
	in->i++;
	return true;
}

static bool define_body(struct expander *x, struct span *in, struct macro *m)
{
	int depth = 1;

	if (!tok_is(span_peek(in), "%(")) {
		expand_error(x, span_peek(in), "expected '%('");
		return false;
	}
	in->i++;
	m->body = in->v + in->i;
	for (; in->i < in->n; in->i++) {
		const struct token *t = &in->v[in->i];

		if (t->kind == TOK_EOF)
			break;
		if (tok_is_name(t, "@define")) {
			expand_error(x, t, "attempt to define a macro inside "
					   "a macro");
			return false;
		}
		depth += tok_is(t, "%(") - tok_is(t, "%)");
		if (!depth) {
			m->nbody = (size_t)(t - m->body);
			in->i++;
			return true;
		}
	}
	expand_error(x, span_peek(in), "expected '%)'");
	return false;
}

static void check_redefinition(struct expander *x, const struct macro *m,
			       const struct token *name)
{
	if (map_get(x->own, m->name)) {
		token_error(x->s, name, "attempted redefinition of macro '%s'",
			    m->name);
		x->ok = false;
	} else if (is_builtin_op(m->name)) {
		diag_warn(&x->s->diag, name->loc,
			  "macro '%s' redefines a built-in operator", m->name);
	}
}

/* definition := "@define" NAME ["(" [NAME {"," NAME}] ")"] "%(" {TOKEN} "%)" */
static bool read_define(struct expander *x, struct span *in, struct macro *m)
{
	const struct token *name = span_peek(in);

	if (name->kind != TOK_IDENT) {
		expand_error(x, name, "expected identifier");
		return false;
	}
	in->i++;
	m->loc = name->loc;
	m->name = intern(x->s->names,
			 arena_printf(&x->s->arena, "@%s", name->s));
	if (tok_is(span_peek(in), "(") && !define_params(x, in, m))
		return false;
	if (!define_body(x, in, m))
		return false;
	check_redefinition(x, m, name);
	return true;
}

/* Behind the body of a definition that is wrong, if it begins on its line:
 * what stands in it would be complained of again. */
static void skip_define(struct span *in, uint32_t line)
{
	struct span rest = *in;
	int depth = 0;

	while (span_peek(&rest)->loc.line == line &&
	       !tok_is(span_peek(&rest), "%("))
		rest.i++;
	if (!tok_is(span_peek(&rest), "%("))
		return;
	for (; rest.i < rest.n; rest.i++) {
		const struct token *t = &rest.v[rest.i];

		depth += tok_is(t, "%(") - tok_is(t, "%)");
		if (depth)
			continue;
		in->i = rest.i + 1;
		return;
	}
}

static void expand_define(struct expander *x, struct span *in)
{
	struct macro *m = arena_new(&x->s->arena, struct macro);
	uint32_t line = in->v[in->i].loc.line;

	in->i++;
	if (read_define(x, in, m))
		map_set(&x->s->arena, x->own, m->name, m);
	else
		skip_define(in, line);
}

/* ---- uses ---- */

static void expand_span(struct expander *x, struct span *in,
			const struct bindings *b, const struct loc *from,
			const char *what, int depth);

/* The tokens of one argument, up to a ',' or ')' outside brackets. */
static bool use_arg(struct expander *x, struct span *in, struct span *arg)
{
	int depth = 0;

	*arg = (struct span){ .v = in->v + in->i };
	for (; in->i < in->n; in->i++) {
		const struct token *t = &in->v[in->i];

		if (t->kind == TOK_EOF)
			break;
		if (!depth && (tok_is(t, ",") || tok_is(t, ")"))) {
			arg->n = (size_t)(t - arg->v);
			return true;
		}
		if (t->kind == TOK_OP && t->s[1] == 0)
			depth += (strchr("([{", t->s[0]) != NULL) -
				 (strchr(")]}", t->s[0]) != NULL);
	}
	expand_error(x, span_peek(in), "could not find matching closing ')' "
				       "of a macro's arguments");
	return false;
}

/* Expands arg where it stands, under the bindings of that place. */
static struct token_vec expand_arg(struct expander *x, struct span *arg,
				   const struct bindings *b,
				   const struct loc *from, const char *what,
				   int depth)
{
	struct token_vec list = { 0 }, *saved = x->out;

	x->out = &list;
	expand_span(x, arg, b, from, what, depth + 1);
	x->out = saved;
	return list;
}

static bool use_args(struct expander *x, struct span *in,
		     const struct macro *m, struct bindings *own,
		     const struct bindings *outer, const struct loc *from,
		     const char *what, int depth)
{
	const struct token *use = &in->v[in->i - 1];

	if (!tok_is(span_peek(in), "(")) {
		token_error(x->s, use, "expected '(' in invocation of macro "
				       "'%s' taking %zu parameter(s)",
			    m->name, m->params.n);
		x->ok = false;
		return false;
	}
	for (;;) {
		struct span arg;
		struct binding bind = { 0 };

		in->i++;
		if (!use_arg(x, in, &arg))
			return false;
		if (!arg.n && !own->list.n && !m->params.n &&
		    tok_is(span_peek(in), ")"))
			break;
		if (own->list.n < m->params.n)
			bind.name = m->params.v[own->list.n];
		bind.tokens = expand_arg(x, &arg, outer, from, what, depth);
		vec_push(x->a, &own->list, bind);
		if (tok_is(span_peek(in), ")"))
			break;
	}
	in->i++;
	if (own->list.n == m->params.n)
		return true;
	token_error(x->s, use, "too %s arguments in invocation of macro '%s' "
			       "(wanted %zu, got %zu)",
		    own->list.n < m->params.n ? "few" : "many", m->name,
		    m->params.n, own->list.n);
	x->ok = false;
	return false;
}

/* use := MACRO ["(" [argument {"," argument}] ")"]
 * argument := {TOKEN} */
static void expand_use(struct expander *x, struct span *in,
		       const struct macro *m, const struct token *use,
		       const struct bindings *outer, const struct loc *from,
		       const char *what, int depth)
{
	struct bindings own = { 0 };
	struct span body = { .v = m->body, .n = m->nbody };
	struct loc *at;

	in->i++;
	/* Arguments hold uses, too. */
	if (depth >= EXPANSION_DEPTH) {
		expand_error(x, use, "macros are nested too deeply; does one "
				     "use itself?");
		emit_reported(x, use);
		x->full = true;
		return;
	}
	if (m->has_params &&
	    !use_args(x, in, m, &own, outer, from, what, depth)) {
		emit_reported(x, use);
		return;
	}
	at = arena_new(&x->s->arena, struct loc);
	*at = use->loc;
	at->from = from;
	at->from_what = what;
	expand_span(x, &body, &own, at,
		    arena_printf(&x->s->arena,
				 "in expansion of macro: operator '%s'",
				 m->name),
		    depth + 1);
}

static const struct binding *find_binding(const struct bindings *b,
					  const char *name)
{
	for (size_t i = 0; b && i < b->list.n; i++)
		if (b->list.v[i].name == name)
			return &b->list.v[i];
	return NULL;
}

/* ---- conditions ---- */

/* The tokens up to a marker outside nested conditions; the marker stays. */
static struct span until_marker(struct span *in, bool condition)
{
	struct span out = { .v = in->v + in->i };
	int depth = 0;

	for (; in->i < in->n && in->v[in->i].kind != TOK_EOF; in->i++) {
		const struct token *t = &in->v[in->i];

		if (!depth && (tok_is(t, "%)") || tok_is(t, "%:") ||
			       (condition && tok_is(t, "%?"))))
			break;
		depth += tok_is(t, "%(") - tok_is(t, "%)");
	}
	out.n = (size_t)(in->v + in->i - out.v);
	return out;
}

static bool accept_marker(struct span *in, const char *marker)
{
	if (!tok_is(span_peek(in), marker))
		return false;
	in->i++;
	return true;
}

/* conditional := "%(" condition "%?" arm ["%:" arm] "%)"
 * arm := {TOKEN} */
static void expand_conditional(struct expander *x, struct span *in,
			       const struct bindings *b,
			       const struct loc *from, const char *what,
			       int depth)
{
	const struct token *start = &in->v[in->i];
	struct span cond, then, otherwise = { 0 }, *arm;
	const struct token *marker;
	struct token_vec list;
	bool holds = false;

	in->i++;
	cond = until_marker(in, true);
	marker = span_peek(in);
	if (!accept_marker(in, "%?")) {
		expand_error(x, marker, "expected '%?' marker for conditional");
		emit_reported(x, start);
		until_marker(in, false);
		accept_marker(in, "%)");
		return;
	}
	then = until_marker(in, false);
	if (accept_marker(in, "%:"))
		otherwise = until_marker(in, false);
	if (!accept_marker(in, "%)")) {
		expand_error(x, span_peek(in), "incomplete conditional: "
					       "expected '%)'");
		emit_reported(x, start);
		return;
	}
	if (depth >= EXPANSION_DEPTH) {
		expand_error(x, start, "conditions are nested too deeply");
		emit_reported(x, start);
		return;
	}
	list = expand_arg(x, &cond, b, from, what, depth);
	vec_push(x->a, &list, *marker);
	if (!cond_holds(x->s, &list, &holds)) {
		emit_reported(x, start);
		return;
	}
	arm = holds ? &then : &otherwise;
	expand_span(x, arm, b, from, what, depth + 1);
}

/* Copies in to the output, expanding what is a macro. */
static void expand_span(struct expander *x, struct span *in,
			const struct bindings *b, const struct loc *from,
			const char *what, int depth)
{
	while (in->i < in->n && !x->full) {
		struct token t = in->v[in->i];
		const struct binding *bind;
		const struct macro *m = NULL;

		if (tok_is(&t, "%(")) {
			expand_conditional(x, in, b, from, what, depth);
			continue;
		}
		if (t.kind == TOK_IDENT && t.s[0] == '@' && t.s[1]) {
			if (!strcmp(t.s, "@define")) {
				expand_define(x, in);
				continue;
			}
			bind = find_binding(b, t.s);
			if (bind) {
				vec_for(k, &bind->tokens)
					emit(x, &bind->tokens.v[k]);
				in->i++;
				continue;
			}
			m = map_get(x->own, t.s);
			if (!m)
				m = map_get(&x->s->macros, t.s);
		}
		if (from && !t.loc.from) {
			t.loc.from = from;
			t.loc.from_what = what;
		}
		if (m) {
			expand_use(x, in, m, &t, b, from, what, depth);
			continue;
		}
		emit(x, &t);
		in->i++;
	}
}

bool preprocess(struct session *s, struct arena *a, struct map *own,
		const struct token_vec *in, struct token_vec *out)
{
	struct expander x = { .s = s, .a = a, .own = own, .out = out,
			      .ok = true };
	struct span span = { .v = in->v, .n = in->n };

	expand_span(&x, &span, NULL, NULL, NULL, 0);
	/* An error that ran into the end must not have eaten it. */
	if (!out->n || out->v[out->n - 1].kind != TOK_EOF)
		vec_push(a, out, in->v[in->n - 1]);
	return x.ok;
}
