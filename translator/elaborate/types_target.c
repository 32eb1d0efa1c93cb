// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What waits for types: v->member, where v's type says what it points to,
 * and @defined of such.
 */
#include "debuginfo/debuginfo.h"
#include "elaborate/typer.h"

#define POINTER_MARK "/* pragma:pointer:"

/* "pragma:pointer:task_struct": the value is the address of one of the
 * kernel's.  Looked up when a member is asked for and nothing else says of
 * what, so that scripts that only pass the number on need no kernel. */
void infer_pointer(struct typer *t, struct func *f)
{
	const char *mark, *why;
	struct sysmod *mod;

	if (!t->wants_pointers || f->ptype || f->pointer_asked || !f->code)
		return;
	f->pointer_asked = true;
	mark = strstr(f->code, POINTER_MARK);
	mod = mark ? sysmod_dwarf(t->e, "kernel", &why) : NULL;
	if (!mod)
		return;
	mark += strlen(POINTER_MARK);
	f->ptype = debuginfo_type(mod->di, arena_strndup(
				  t->e->a, mark, strcspn(mark, " */")));
	f->pmodule = mod;
	t->changed |= f->ptype != NULL;
}

/* Types of pointers are looked for from now on, and all is walked again. */
static void want_pointers(struct typer *t)
{
	t->changed |= !t->wants_pointers;
	t->wants_pointers = true;
}

enum type infer_target(struct typer *t, struct expr **pe, enum type want)
{
	struct expr *e = *pe, *plain;

	/* Others were dealt with by lower.c, or are reported already. */
	if (e->target.kind != TARGET_AUTOCAST)
		return e->type;
	infer_expr(t, &e->target.base, TYPE_LONG);
	if (!e->target.base->ptype) {
		want_pointers(t);
		if (t->report)
			diag_semantic(&t->e->s->diag, e->loc, e->token,
				      "what this points to is not known; say "
				      "@cast(…, \"type\")->…");
		return e->type;
	}
	plain = lower_autocast(t->e, t->probe, e, !t->report);
	if (!plain)
		return e->type;
	/* A cast of it says more than its own type. */
	if (e->ptype) {
		plain->ptype = e->ptype;
		plain->pmodule = e->pmodule;
	}
	*pe = plain;
	t->changed = true;
	return infer_expr(t, pe, want);
}

void infer_store(struct typer *t, struct expr **pe)
{
	struct expr *e = *pe, *plain;
	struct expr *target = e->kind == EXPR_ASSIGN ? e->assign.lhs :
						       e->incdec.a;

	if (target->target.kind != TARGET_AUTOCAST)
		return;
	infer_expr(t, &target->target.base, TYPE_LONG);
	if (!target->target.base->ptype) {
		want_pointers(t);
		if (t->report)
			diag_semantic(&t->e->s->diag, target->loc,
				      target->token,
				      "what this points to is not known; say "
				      "@cast(…, \"type\")->…");
		return;
	}
	plain = lower_autocast_store(t->e, t->probe, e);
	if (!plain)
		return;
	*pe = plain;
	t->changed = true;
}

enum type infer_defined(struct typer *t, struct expr **pe, enum type want)
{
	struct expr *e = *pe, *inner = e->defined.e;
	bool known = false, is = true;

	if (inner->kind == EXPR_TARGET &&
	    inner->target.kind == TARGET_AUTOCAST) {
		infer_expr(t, &inner->target.base, TYPE_LONG);
		known = inner->target.base->ptype != NULL;
		if (!known)
			want_pointers(t);
		is = known && lower_autocast(t->e, t->probe, inner, true);
	} else {
		infer_expr(t, &e->defined.e, TYPE_UNKNOWN);
		known = true;
	}
	if (known || t->last_chance) {
		*pe = mk_number(t->e->a, e->loc, is);
		t->changed = true;
		return infer_expr(t, pe, want);
	}
	e->type = TYPE_LONG;
	return TYPE_LONG;
}
