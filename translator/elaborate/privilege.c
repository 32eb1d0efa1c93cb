// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a script may use.  Embedded C in a script needs guru mode, and so does
 * a call of library code marked "guru"; library code itself is presumed to
 * call such functions safely.  A member of stapusr only (--privilege=stapusr)
 * gets the probes that touch nobody else, library code marked "unprivileged",
 * and no look at the kernel's memory.  What is marked "myproc-unprivileged"
 * would need a look at the process at each hit, and is refused.
 */
#include "elaborate/elab.h"

bool privilege_is_user(const struct session *s)
{
	return s->opt.privilege && !strcmp(s->opt.privilege, "stapusr");
}

/* ---- the comments in embedded C ---- */

bool has_marker(const struct func *f, const char *name)
{
	const char *p = f->code;
	size_t n = strlen(name);

	while (p && (p = strstr(p, "/*")) != NULL) {
		p += 2 + strspn(p + 2, " \t");
		if (!strncmp(p, name, n) &&
		    !strncmp(p + n + strspn(p + n, " \t"), "*/", 2))
			return true;
	}
	return false;
}

static void read_markers(struct func *f)
{
	f->pure = has_marker(f, "pure");
	f->stable = has_marker(f, "stable");
	f->unprivileged = has_marker(f, "unprivileged");
	f->myproc_unprivileged = has_marker(f, "myproc-unprivileged");
	f->guru = has_marker(f, "guru");
}

static void check_stable(struct elab *e, const struct func *f)
{
	struct diag *d = &e->s->diag;

	if (f->stable && !f->pure)
		diag_semantic(d, f->loc, "embedded-code",
			      "stable function must also be /* pure */");
	if (f->stable && f->params.n)
		diag_semantic(d, f->loc, "embedded-code",
			      "stable function must take no parameters: its "
			      "value would depend on them");
}

/* Which file the code goes to, and whether it may be there at all. */
void privilege_code(struct elab *e, struct func *f, const struct file *file)
{
	bool user = !file || file->src->kind == SOURCE_USER;

	read_markers(f);
	check_stable(e, f);
	f->builtin = file && file->src->builtin;
	if (!f->builtin)
		e->p->needs_embedded_file = true;
	if (user && !e->s->opt.guru)
		diag_semantic(&e->s->diag, f->loc, NULL,
			      "embedded code in unprivileged script; need stap -g");
}

/* ---- calls ---- */

static const char *refusal(const struct elab *e, const struct func *f,
			   const struct file *caller)
{
	bool user = !caller || caller->src->kind == SOURCE_USER;

	if (!f->code)
		return NULL;
	if (f->guru && user && !e->s->opt.guru)
		return "function may not be used unless -g is specified";
	if (!privilege_is_user(e->s) || f->unprivileged)
		return NULL;
	if (f->myproc_unprivileged)
		return "function may not be used when --privilege=stapusr is "
		       "specified: it is for hits in one's own processes, and "
		       "whose process is hit is known only when it is";
	return "function may not be used when --privilege=stapusr is specified";
}

void privilege_call(struct elab *e, const struct expr *call,
		    const struct file *caller)
{
	for (const struct func *f = call->call.func; f; f = f->next_overload) {
		const char *why = refusal(e, f, caller);

		if (!why)
			continue;
		diag_semantic(&e->s->diag, call->loc, call->token, "%s", why);
		diag_also_token(&e->s->diag, f->loc, call->token,
				"'%s' is defined here", f->name);
	}
}

/* ---- probe points ---- */

bool privilege_point(const struct derivation *d, bool allowed)
{
	if (allowed || !privilege_is_user(d->e->s))
		return true;
	derive_cause(d, d->point->comps.v[0].loc, "probe point is not allowed "
		     "for --privilege=stapusr; it may use begin, end, error, "
		     "never and timers");
	return false;
}

/* ---- the kernel's memory ---- */

static void memory_expr(struct visitor *v, struct expr **pe)
{
	struct elab *e = v->arg;
	const struct expr *x = *pe;
	bool kernel = (x->kind == EXPR_LOAD && !x->load.user) ||
		      (x->kind == EXPR_STORE && !x->store.user) ||
		      (x->kind == EXPR_REGISTER && !x->reg.user) ||
		      (x->kind == EXPR_RAW && (x->raw.kind == RAW_KDEREF ||
					       x->raw.kind == RAW_KREGISTER));

	if (kernel)
		diag_semantic(&e->s->diag, x->loc, x->token, "the kernel's "
			      "memory may not be looked at when "
			      "--privilege=stapusr is specified");
	else
		ast_walk_expr(v, *pe);
}

static void memory_stmt(struct visitor *v, struct stmt **ps)
{
	ast_walk_stmt(v, *ps);
}

bool privilege_memory(struct elab *e)
{
	struct visitor v = { .expr = memory_expr, .stmt = memory_stmt,
			     .arg = e };
	int before = e->s->diag.errors;

	if (!privilege_is_user(e->s))
		return true;
	vec_for(i, &e->p->probes)
		ast_walk_stmt(&v, e->p->probes.v[i]->body);
	vec_for(i, &e->p->funcs)
		if (e->p->funcs.v[i]->body)
			ast_walk_stmt(&v, e->p->funcs.v[i]->body);
	return e->s->diag.errors == before;
}
