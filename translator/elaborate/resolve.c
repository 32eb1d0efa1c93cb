// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names.  In: probes whose bodies hold names.  Out: every name has its
 * variable or function; functions and globals that are used, of the script
 * and of the library, are part of the program, and so are the probes and the
 * top-level C of library files that something was taken from.  Runs until
 * nothing new comes in.
 *
 * A name is a parameter or local if one of that name was seen, else a global
 * that the file may use, else a new local.
 */
#include "elaborate/elab.h"

#define KEYS_MAX 16 /* of an array: STP_KEYS_MAX of the runtime */

struct resolver {
	struct elab *e;
	struct func *func;	/* in one of its bodies, or … */
	struct probe *probe;	/* … in a probe's */
	struct file *file;	/* whose text is being read; NULL: made up */
	struct map locals;	/* name → struct var, with the parameters */
	bool in_condition, in_entry;
};

static void resolve_expr(struct visitor *v, struct expr **pe);
static void resolve_stmt(struct visitor *v, struct stmt **ps);

static struct visitor visitor_of(struct resolver *r)
{
	return (struct visitor){
		.expr = resolve_expr, .stmt = resolve_stmt, .arg = r
	};
}

/* ---- variables ---- */

static struct var *find_local(const struct resolver *r, const char *name)
{
	if (r->in_condition || r->in_entry)
		return NULL;
	return map_get(&r->locals, name);
}

static void know_locals(struct resolver *r, const struct var_vec *list)
{
	vec_for(i, list)
		map_set(r->e->a, &r->locals, list->v[i]->name, list->v[i]);
}

static struct var *new_local(struct resolver *r, const char *name,
			     struct loc at)
{
	struct var_vec *list = r->probe ? &r->probe->locals : &r->func->locals;
	struct var *v = arena_new(r->e->a, struct var);

	v->name = name;
	v->loc = at;
	v->storage = VAR_LOCAL;
	v->id = (int)list->n;
	vec_push(r->e->a, list, v);
	map_set(r->e->a, &r->locals, name, v);
	return v;
}

static struct var *global_var(struct elab *e, struct global_decl *d)
{
	struct var *v;

	if (d->var)
		return d->var;
	v = d->var = arena_new(e->a, struct var);
	v->name = d->name;
	v->loc = d->loc;
	v->storage = VAR_GLOBAL;
	v->nkeys = -1;
	v->max_entries = d->size;
	v->wrap = d->wrap;
	v->init = d->init;
	v->decl = d;
	if (d->init) {
		v->type = d->init->type;
		v->type_loc = d->init->loc;
	}
	v->id = (int)e->p->globals.n;
	vec_push(e->a, &e->p->globals, v);
	return v;
}

static struct var *find_global(struct resolver *r, const char *name)
{
	struct elab *e = r->e;
	/* A library's function must not trip over a name of the script; the
	 * body of an alias runs in the script's probe and shares its names. */
	bool user_too = r->probe || !r->file || library_is_user(e, r->file);
	struct global_decl *d = library_global(e, name, r->file, user_too);

	if (!d)
		return NULL;
	if (!library_is_user(e, d->file))
		library_pull(e, d->file);
	return global_var(e, d);
}

static const char *name_token(const struct resolver *r, const char *name)
{
	return arena_printf(r->e->a, "identifier '%s'", name);
}

static const char *arity_hint(size_t was, size_t now)
{
	if (!was)
		return ": a scalar has no index";
	return now ? "" : ": an array is used by its elements";
}

static void set_arity(struct resolver *r, struct var *v, size_t n,
		      struct loc at)
{
	struct diag *d = &r->e->s->diag;
	const char *token = name_token(r, v->name);

	if (v->nkeys < 0) {
		v->nkeys = (int)n;
		v->key_types = arena_array(r->e->a, n + 1, enum type);
		v->key_locs = arena_array(r->e->a, n + 1, struct loc);
		v->arity_loc = at;
		if (n > KEYS_MAX)
			diag_semantic(d, at, token, "array '%s' has %zu keys, "
				      "%d are possible: join some in a string "
				      "with sprintf", v->name, n, KEYS_MAX);
		if (n || !v->max_entries)
			return;
		diag_semantic(d, at, token,
			      "array '%s' is used without an index", v->name);
		diag_also_token(d, v->loc, token, "its size is declared here");
	} else if ((size_t)v->nkeys != n) {
		diag_semantic(d, at, token, "inconsistent arity (%d vs %zu)%s",
			      v->nkeys, n, arity_hint((size_t)v->nkeys, n));
		diag_also_token(d, v->arity_loc, token,
				"arity %d first inferred here", v->nkeys);
	}
}

/* Scalars.  any: an array may stand here by its name alone. */
static void resolve_symbol(struct resolver *r, struct expr *e, bool any)
{
	struct var *v;

	if (e->symbol.var)
		return;
	v = find_local(r, e->symbol.name);
	if (!v)
		v = find_global(r, e->symbol.name);
	if (!v && r->in_condition) {
		diag_semantic(&r->e->s->diag, e->loc, e->token,
			      "a probe's condition may only use globals");
		return;
	}
	if (!v && r->in_entry) {
		diag_semantic(&r->e->s->diag, e->loc, e->token,
			      "a local has no value at the function's entry");
		return;
	}
	if (!v)
		v = new_local(r, e->symbol.name, e->loc);
	e->symbol.var = v;
	if (v->storage == VAR_GLOBAL && !any)
		set_arity(r, v, 0, e->loc);
}

/* The array of that name; NULL: reported. */
static struct var *resolve_array(struct resolver *r, const char *name,
				 size_t nkeys, struct loc at)
{
	struct diag *d = &r->e->s->diag;
	const char *token = name_token(r, name), *similar;
	struct var *v = find_local(r, name);

	if (!v)
		v = find_global(r, name);
	if (v && v->storage == VAR_GLOBAL) {
		set_arity(r, v, nkeys, at);
		return v;
	}
	if (v) {
		diag_semantic(d, at, token, "inconsistent arity (0 vs %zu): "
			      "'%s' is a %s, and only globals can be arrays",
			      nkeys, name, v->storage == VAR_PARAM ?
			      "parameter" : "local");
		diag_also_token(d, v->loc, token,
				"arity 0 first inferred here");
		return NULL;
	}
	similar = library_similar_globals(r->e, name);
	diag_semantic(d, at, token,
		      "unresolved arity-%zu array '%s', is \"global %s\" "
		      "missing?%s%s%s", nkeys, name, name,
		      *similar ? " (similar: " : "", similar,
		      *similar ? ")" : "");
	return NULL;
}

/* ---- functions ---- */

static void find_next(struct visitor *v, struct stmt **s)
{
	if ((*s)->kind == STMT_NEXT)
		*(bool *)v->arg = true;
	ast_walk_stmt(v, *s);
}

static bool holds_next(struct stmt *s)
{
	bool found = false;
	struct visitor v = { .stmt = find_next, .arg = &found };

	if (s)
		find_next(&v, &s);
	return found;
}

static struct func *new_func(struct elab *e, const char *name, struct loc at)
{
	struct func *f = arena_new(e->a, struct func);

	f->name = name;
	f->loc = at;
	f->id = (int)e->p->funcs.n;
	vec_push(e->a, &e->p->funcs, f);
	return f;
}

static void add_param(struct elab *e, struct func *f, const struct param *d)
{
	struct var *v = arena_new(e->a, struct var);

	v->name = d->name;
	v->loc = d->loc;
	v->storage = VAR_PARAM;
	v->type = d->type;
	v->type_loc = d->loc;
	v->id = (int)f->params.n;
	vec_push(e->a, &f->params, v);
}

static struct func *func_of(struct elab *e, struct func_decl *d)
{
	struct func *f = d->func;

	if (f)
		return f;
	if (!library_is_user(e, d->file))
		library_pull(e, d->file);
	f = d->func = new_func(e, d->name, d->loc);
	f->decl = d;
	f->type = d->type;
	f->type_loc = d->loc;
	vec_for(i, &d->params)
		add_param(e, f, &d->params.v[i]);
	if (d->body) {
		f->body = ast_clone_stmt(e->a, d->body);
		f->may_next = holds_next(f->body);
	} else {
		f->code = d->code;
		f->code_len = d->code_len;
		f->may_next = strstr(d->code, "STAP_NEXT") != NULL;
		privilege_code(e, f, d->file);
	}
	return f;
}

/* The functions of one name and arity, linked as far as `next` leads. */
static struct func *link_overloads(struct elab *e, const struct func_list *l)
{
	struct func *first = NULL, *last = NULL;

	for (size_t i = 0; i < l->n; i++) {
		struct func *f = func_of(e, l->v[i]);

		if (!first)
			first = f;
		if (last)
			last->next_overload = f;
		last = f;
		if (!f->may_next)
			break;
	}
	return first;
}

static void report_unresolved(struct resolver *r, const struct expr *e)
{
	struct elab *el = r->e;
	const struct func_list *any = map_get(&el->lib.funcs, e->call.name);
	const char *similar = library_similar_funcs(el, e->call.name);
	const struct func_decl *hidden = NULL;
	struct diag *d = &el->s->diag;

	for (size_t i = 0; any && i < any->n; i++) {
		const struct func_decl *f = any->v[i];

		if (f->is_private && f->file != r->file) {
			/* Of the library, only what is public is known. */
			if (library_is_user(el, f->file))
				hidden = f;
			continue;
		}
		diag_semantic(d, e->loc, e->token,
			      "unresolved function: '%s' takes %zu argument%s, "
			      "not %zu", f->name, (size_t)f->params.n,
			      f->params.n == 1 ? "" : "s",
			      (size_t)e->call.args.n);
		diag_also(d, f->loc, "'%s' is defined here", f->name);
		return;
	}
	if (hidden) {
		diag_semantic(d, e->loc, e->token, "unresolved function: '%s' "
			      "is private to its file", hidden->name);
		diag_also(d, hidden->loc, "'%s' is defined here",
			  hidden->name);
		return;
	}
	if (*similar)
		diag_semantic(d, e->loc, e->token,
			      "unresolved function (similar: %s)", similar);
	else
		diag_semantic(d, e->loc, e->token, "unresolved function");
}

static void resolve_call(struct resolver *r, struct expr *e)
{
	struct func_list list = { 0 };

	if (e->call.func)
		return;
	library_funcs(r->e, e->call.name, e->call.args.n, r->file, &list);
	if (!list.n) {
		report_unresolved(r, e);
		return;
	}
	e->call.func = link_overloads(r->e, &list);
	privilege_call(r->e, e, r->file);
}

/* %{ %} within a body: a function without parameters. */
static struct func *inline_code(struct resolver *r, struct loc at,
				const char *code, size_t len, bool is_expr)
{
	struct elab *e = r->e;
	struct func *f = new_func(e, arena_printf(e->a, "__embedded_%zu",
						  (size_t)e->p->funcs.n), at);

	f->code = code;
	f->code_len = len;
	privilege_code(e, f, r->file);
	f->type = TYPE_VOID;
	if (is_expr) {
		f->type = has_marker(f, "string") ? TYPE_STRING : TYPE_LONG;
		f->code = arena_printf(e->a, "STAP_RETURN((%.*s));", (int)len,
				       code);
		f->code_len = strlen(f->code);
	}
	f->type_loc = at;
	return f;
}

/* @const("X"): the compiler knows it, from the kernel's headers. */
static struct expr *constant(struct resolver *r, const struct expr *e)
{
	struct arena *a = r->e->a;
	struct expr *x = arena_new(a, struct expr);
	const char *text = e->constant.text;

	x->kind = EXPR_EMBEDDED;
	x->loc = e->loc;
	x->token = e->token;
	x->embedded.code = arena_printf(a, "/* pure */ (stp_i64)(%s)", text);
	x->embedded.len = strlen(x->embedded.code);
	x->embedded.func = inline_code(r, e->loc, x->embedded.code,
				       x->embedded.len, true);
	return x;
}

/* ---- the walk ---- */

static void resolve_expr(struct visitor *v, struct expr **pe)
{
	struct resolver *r = v->arg;
	struct expr *e = *pe;

	if (e->kind == EXPR_SYMBOL) {
		resolve_symbol(r, e, false);
		return;
	}
	ast_walk_expr(v, e);
	if (e->kind == EXPR_INDEX && !e->index.var)
		e->index.var = resolve_array(r, e->index.name, e->index.keys.n,
					     e->loc);
	else if (e->kind == EXPR_IN && !e->in.var)
		e->in.var = resolve_array(r, e->in.array, e->in.keys.n,
					  e->in.array_loc);
	else if (e->kind == EXPR_CALL)
		resolve_call(r, e);
	else if (e->kind == EXPR_CONST)
		*pe = constant(r, e);
	else if (e->kind == EXPR_PERF)
		diag_semantic(&r->e->s->diag, e->loc, e->token,
			      "@perf wants a probe of perf with "
			      ".counter(\"%s\")", e->perf.counter);
	else if (e->kind == EXPR_EMBEDDED && !e->embedded.func)
		e->embedded.func = inline_code(r, e->loc, e->embedded.code,
					       e->embedded.len, true);
}

static void resolve_foreach(struct resolver *r, struct stmt *s)
{
	size_t nkeys = s->foreach.keys.n;

	if (s->foreach.hist || s->foreach.var)
		return;
	if (s->foreach.slice.n && s->foreach.slice.n != nkeys)
		diag_semantic(&r->e->s->diag, s->loc, s->token,
			      "foreach has %zu keys, its slice %zu", nkeys,
			      (size_t)s->foreach.slice.n);
	s->foreach.var = resolve_array(r, s->foreach.array, nkeys,
				       s->foreach.array_loc);
}

static void resolve_stmt(struct visitor *v, struct stmt **ps)
{
	struct resolver *r = v->arg;
	struct stmt *s = *ps;

	if (s->kind == STMT_DELETE && s->expr.e->kind == EXPR_SYMBOL) {
		resolve_symbol(r, s->expr.e, true);
		return;
	}
	if (s->kind == STMT_FOREACH)
		resolve_foreach(r, s);
	if (s->kind == STMT_EMBEDDED && !s->embedded.func)
		s->embedded.func = inline_code(r, s->loc, s->embedded.code,
					       s->embedded.len, false);
	ast_walk_stmt(v, s);
}

static void resolve_func(struct elab *e, struct func *f)
{
	struct resolver r = { .e = e, .func = f,
			      .file = f->decl ? f->decl->file : NULL };
	struct visitor v = visitor_of(&r);

	if (!f->body)
		return;
	lower_func(e, f);
	know_locals(&r, &f->params);
	know_locals(&r, &f->locals);
	resolve_stmt(&v, &f->body);
}

static void resolve_conditions(struct elab *e, struct probe *p)
{
	struct resolver r = { .e = e, .probe = p, .in_condition = true };
	struct visitor v = visitor_of(&r);

	vec_for(i, &p->info->conditions) {
		struct condition *c = &p->info->conditions.v[i];
		struct expr *both;

		r.file = c->file;
		if (expr_has(c->e, EXPR_TARGET) ||
		    expr_has(c->e, EXPR_DEFINED) ||
		    expr_has(c->e, EXPR_ENTRY)) {
			diag_semantic(&e->s->diag, c->e->loc, c->e->token,
				      "a probe's condition may only use "
				      "globals: it is looked at before the "
				      "probe is hit");
			continue;
		}
		resolve_expr(&v, &c->e);
		if (!p->condition) {
			p->condition = c->e;
			continue;
		}
		both = mk_binary(e->a, c->e->loc, OP_NONE, NULL, NULL);
		both->kind = EXPR_LOGICAL;
		both->logical.op = OP_ANDAND;
		both->logical.a = p->condition;
		both->logical.b = c->e;
		p->condition = both;
	}
}

static void resolve_saved(struct elab *e, struct probe *p)
{
	struct resolver r = { .e = e, .probe = p, .in_entry = true };
	struct visitor v = visitor_of(&r);

	vec_for(i, &p->saved) {
		r.file = p->info->saved_keys.v[i].file;
		resolve_expr(&v, &p->saved.v[i].e);
	}
}

static void resolve_probe(struct elab *e, struct probe *p)
{
	struct resolver r = { .e = e, .probe = p };
	struct visitor v = visitor_of(&r);

	resolve_conditions(e, p);
	know_locals(&r, &p->locals);
	vec_for(i, &p->info->bodies) {
		struct body *b = &p->info->bodies.v[i];

		r.file = b->file;
		resolve_stmt(&v, &b->stmt);
	}
	p->body = join_bodies(e->a, p->info);
	resolve_saved(e, p);
}

/* Library files that were pulled in bring their own probes. */
static void take_pending(struct elab *e)
{
	while (e->pending.n) {
		struct file *f = e->pending.v[--e->pending.n];

		vec_for(i, &f->probes)
			alias_expand(e, f->probes.v[i]);
	}
	for (; e->lowered < e->p->probes.n; e->lowered++)
		lower_probe(e, e->p->probes.v[e->lowered]);
}

bool resolve_pending(struct elab *e)
{
	int before = e->s->diag.errors;
	struct program *p = e->p;

	do {
		take_pending(e);
		for (; e->resolved < p->probes.n; e->resolved++)
			resolve_probe(e, p->probes.v[e->resolved]);
		for (; e->resolved_funcs < p->funcs.n; e->resolved_funcs++)
			resolve_func(e, p->funcs.v[e->resolved_funcs]);
	} while (e->pending.n || e->resolved < p->probes.n ||
		 e->resolved_funcs < p->funcs.n);
	return e->s->diag.errors == before;
}

void resolve_decl(struct elab *e, struct func_decl *d)
{
	struct func_list l = { 0 };

	library_funcs(e, d->name, d->params.n, d->file, &l);
	link_overloads(e, &l);
	func_of(e, d);
}

/* The script's own declarations count even if nothing uses them. */
static void take_user_decls(struct elab *e, struct file *f)
{
	if (!f)
		return;
	f->used = true;
	vec_for(i, &f->embeds)
		vec_push(e->a, &e->p->embeds, f->embeds.v[i]);
	vec_for(i, &f->globals) {
		struct global_decl *d = f->globals.v[i];

		for (size_t j = 0; j < i; j++)
			if (!strcmp(f->globals.v[j]->name, d->name)) {
				diag_semantic(&e->s->diag, d->loc,
					      arena_printf(e->a,
							   "identifier '%s'",
							   d->name),
					      "global '%s' is declared twice",
					      d->name);
				diag_also(&e->s->diag, f->globals.v[j]->loc,
					  "the first is here");
			}
		global_var(e, d);
	}
	vec_for(i, &f->funcs)
		resolve_decl(e, f->funcs.v[i]);
}

void settle_arity(struct elab *e)
{
	vec_for(i, &e->p->globals) {
		struct var *v = e->p->globals.v[i];

		if (v->nkeys >= 0)
			continue;
		/* Never indexed: a declared size says what it was to be. */
		v->nkeys = v->max_entries ? 1 : 0;
		v->key_types = arena_array(e->a, 2, enum type);
		v->key_locs = arena_array(e->a, 2, struct loc);
	}
}

static void check_embeds(struct elab *e)
{
	vec_for(i, &e->p->embeds) {
		const struct embedded_decl *d = e->p->embeds.v[i];

		e->p->needs_embedded_file |= !d->file->src->builtin;
		if (d->file->src->kind == SOURCE_USER && !e->s->opt.guru)
			diag_semantic(&e->s->diag, d->loc, NULL,
				      "embedded code in unprivileged script; "
				      "need stap -g");
	}
}

bool elaborate_symbols(struct session *s, struct program *p)
{
	struct elab *e = p->elab;
	int before = s->diag.errors;

	take_user_decls(e, s->user);
	vec_for(i, &s->extra)
		take_user_decls(e, s->extra.v[i]);
	resolve_pending(e);
	check_embeds(e);
	settle_arity(e);
	return s->diag.errors == before;
}
