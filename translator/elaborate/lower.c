// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Target variables out, plain expressions in.  In: the bodies of a probe or a
 * function as parsed.  Out: no $variable, @cast, @var, @defined or @entry is
 * left, but v->member, which waits for v's type (types.c).
 *
 * @defined decides at once: the branch it rules out is cut before anything in
 * it is looked at, so that a script can ask before it uses.
 *
 * In a .return probe a parameter is what it was at the entry: the expression
 * is evaluated there and kept (probe->saved).
 */
#include "elaborate/target.h"

static void lower_expr(struct visitor *v, struct expr **pe);
static void lower_stmt(struct visitor *v, struct stmt **ps);

static struct visitor visitor_of(struct lower *l)
{
	return (struct visitor){ .expr = lower_expr, .stmt = lower_stmt,
				 .arg = l };
}

/* ---- failing ---- */

/* Which statement has the variable that this one has not. */
static void add_nearest(struct lower *l)
{
	const struct provider *pr = l->probe ? l->probe->info->provider : NULL;
	const char *where = l->missing && pr && pr->nearest ?
				    pr->nearest(l, l->missing) : NULL;

	if (where)
		l->why = arena_printf(l->e->a, "%s; the nearest statement "
				      "that has it is at %s", l->why, where);
	l->missing = NULL;
}

static struct expr *report(struct lower *l, const struct expr *e)
{
	struct session *s = l->e->s;
	struct loc at = l->why_at.src ? l->why_at : e->loc;
	bool here = at.line == e->loc.line && at.col == e->loc.col;

	add_nearest(l);
	if (s->opt.skip_badvars)
		diag_warn(&s->diag, at, "%s reads as 0: %s",
			  e->token ? e->token : "it", l->why);
	else
		diag_semantic(&s->diag, at, here ? e->token : NULL, "%s",
			      l->why);
	return mk_number(l->e->a, e->loc, 0);
}

/* ---- values kept from the entry ---- */

const char *expr_text(struct arena *a, const struct expr *e)
{
	struct text_stream t;

	ast_print_expr(text_open(&t), e);
	return text_close(&t, a);
}

static struct expr *mk_saved(struct lower *l, const struct expr *at, int slot,
			     const struct expr *value)
{
	struct expr *e = arena_new(l->e->a, struct expr);

	e->kind = EXPR_SAVED;
	e->type = value->type;
	e->loc = at->loc;
	e->token = at->token;
	e->ptype = value->ptype;
	e->pmodule = value->pmodule;
	e->saved.slot = slot;
	return e;
}

static struct expr *find_saved(struct lower *l, const struct expr *at,
			       const char *key)
{
	struct probe *p = l->probe;

	vec_for(i, &p->saved)
		if (p->info->saved_keys.v[i].file == l->file &&
		    !strcmp(p->info->saved_keys.v[i].text, key))
			return mk_saved(l, at, (int)i, p->saved.v[i].e);
	return NULL;
}

static struct expr *save(struct lower *l, const struct expr *at,
			 const char *key, struct expr *value)
{
	struct probe *p = l->probe;

	if (value->kind == EXPR_NUMBER || value->kind == EXPR_STRING)
		return value;
	vec_push(l->e->a, &p->saved,
		 (struct saved_value){ value, value->type });
	vec_push(l->e->a, &p->info->saved_keys,
		 (struct saved_key){ key, l->file });
	return mk_saved(l, at, (int)p->saved.n - 1, value);
}

static bool is_return(const struct lower *l)
{
	const struct provider *pr = l->probe ? l->probe->info->provider : NULL;

	return pr && pr->is_return && pr->is_return(l->probe);
}

/* In a .return probe, its entry handler keeps it. */
static struct expr *kept_register(struct lower *l, const struct expr *at,
				  unsigned n)
{
	const char *key = arena_printf(l->e->a, "register %u", n);
	struct expr *saved = find_saved(l, at, key);

	return saved ? saved : save(l, at, key, locate_reg(l, at, n));
}

struct expr *lower_at_entry(struct lower *l, const struct expr *at,
			    const struct place_op *what)
{
	const struct provider *pr = l->probe ? l->probe->info->provider : NULL;

	if (what->code == PLACE_ENTRY_REG && l->at_entry)
		return locate_reg(l, at, (unsigned)what->n);
	if (what->code == PLACE_ENTRY_REG && is_return(l))
		return kept_register(l, at, (unsigned)what->n);
	if (pr && pr->from_caller)
		return pr->from_caller(l, at, what);
	lower_fail(l, at->loc, "it is known only when the function is entered");
	return NULL;
}

static bool is_result(const struct expr *e)
{
	return str_starts(e->target.name, "$return") ||
	       str_starts(e->target.name, "$$return");
}

static bool indices_are_constant(const struct expr *e)
{
	vec_for(i, &e->target.comps) {
		const struct component *c = &e->target.comps.v[i];

		if (c->kind == COMP_INDEX && c->index->kind != EXPR_NUMBER)
			return false;
	}
	return true;
}

/* ---- one target expression ---- */

static enum component_kind last_comp(const struct expr *e)
{
	size_t n = e->target.comps.n;

	return n ? e->target.comps.v[n - 1].kind : COMP_MEMBER;
}

static struct expr *use_located(struct lower *l, const struct expr *e,
				const struct located *x)
{
	enum component_kind last = last_comp(e);

	if (last == COMP_PRETTY || last == COMP_PRETTY_DEEP)
		return pretty_print(l, e, x, last == COMP_PRETTY_DEEP);
	/* The address of what a cast points to is the pointer itself. */
	if (e->target.address_of && (e->target.kind != TARGET_CAST ||
				     e->target.comps.n))
		return target_address(l, e, x);
	return target_read(l, e, x);
}

/* $$name and others that are texts known now; NULL: it is none. */
static const char *provider_text(const struct lower *l, const struct expr *e)
{
	const struct provider *pr = l->probe ? l->probe->info->provider : NULL;

	if (e->target.kind != TARGET_VAR || !pr || !pr->text ||
	    !str_starts(e->target.name, "$$"))
		return NULL;
	return pr->text(l->probe, e->target.name);
}

static struct expr *value_now(struct lower *l, const struct expr *e)
{
	struct located x;
	const char *text;

	if (e->target.kind == TARGET_VAR && is_pretty_group(e->target.name))
		return pretty_group(l, e);
	text = provider_text(l, e);
	if (text)
		return mk_string(l->e->a, e->loc, text);
	if (!target_locate(l, e, &x))
		return NULL;
	return use_located(l, e, &x);
}

/* $x[i] in a .return probe: x from the entry, i as it is now. */
static struct expr *value_mixed(struct lower *l, const struct expr *e)
{
	struct expr base = *e;
	struct located x;
	const char *key;
	bool ok;

	base.target.comps.n = 0;
	base.target.address_of = false;
	l->at_entry = true;
	ok = target_locate(l, &base, &x);
	l->at_entry = false;
	if (!ok)
		return NULL;
	if (x.kind == AT_PIECES || x.kind == AT_POINTER) {
		lower_fail(l, e->loc, "it is not in memory; use a constant "
			   "index");
		return NULL;
	}
	key = arena_printf(l->e->a, "place of %s", expr_text(l->e->a, &base));
	x.e = save(l, e, key, x.e);
	return target_comps(l, e, &x) ? use_located(l, e, &x) : NULL;
}

static struct expr *value_of(struct lower *l, const struct expr *e)
{
	bool entry = e->target.kind == TARGET_VAR && is_return(l) &&
		     !l->at_entry && !is_result(e);
	struct expr *value;
	const char *key;

	if (!entry)
		return value_now(l, e);
	if (!indices_are_constant(e))
		return value_mixed(l, e);
	key = expr_text(l->e->a, e);
	value = find_saved(l, e, key);
	if (value)
		return value;
	l->at_entry = true;
	value = value_now(l, e);
	l->at_entry = false;
	return value ? save(l, e, key, value) : NULL;
}

static struct expr *lowered(struct lower *l, const struct expr *e)
{
	struct expr *value = value_of(l, e);

	if (!value)
		return report(l, e);
	return value;
}

static bool is_waiting(const struct expr *e)
{
	return e->kind == EXPR_TARGET && e->target.kind == TARGET_AUTOCAST;
}

/* ---- stores ---- */

static enum op plain_op(enum op op)
{
	static const struct { enum op assign, plain; } table[] = {
		{ OP_ADD_ASSIGN, OP_ADD }, { OP_SUB_ASSIGN, OP_SUB },
		{ OP_MUL_ASSIGN, OP_MUL }, { OP_DIV_ASSIGN, OP_DIV },
		{ OP_MOD_ASSIGN, OP_MOD }, { OP_SHL_ASSIGN, OP_SHL },
		{ OP_SHR_ASSIGN, OP_SHR }, { OP_AND_ASSIGN, OP_AND },
		{ OP_XOR_ASSIGN, OP_XOR }, { OP_OR_ASSIGN, OP_OR },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].assign == op)
			return table[i].plain;
	return OP_NONE;
}

static struct expr *store_to(struct lower *l, const struct expr *at,
			     const struct expr *target, enum op op,
			     struct expr *value)
{
	struct located x;
	struct expr *old;

	if (target->target.kind == TARGET_VAR && is_return(l) &&
	    !is_result(target)) {
		lower_fail(l, target->loc, "a parameter cannot be set when "
			   "the function has returned");
		return NULL;
	}
	if (l->at_entry) {
		lower_fail(l, target->loc, "@entry may not change anything");
		return NULL;
	}
	if (!target_locate(l, target, &x))
		return NULL;
	if (op != OP_NONE) {
		old = target_read(l, target, &x);
		if (!old)
			return NULL;
		value = mk_binary(l->e->a, at->loc, op, old, value);
	}
	return target_store(l, target, &x, value);
}

static struct expr *lower_assign(struct lower *l, struct expr *e)
{
	enum op op = plain_op(e->assign.op);

	if (e->assign.op != OP_ASSIGN && op == OP_NONE) {
		lower_fail(l, e->loc, "'%s' cannot be used on a target "
			   "variable", op_text(e->assign.op));
		return NULL;
	}
	return store_to(l, e, e->assign.lhs, op, e->assign.rhs);
}

static struct expr *lower_incdec(struct lower *l, struct expr *e)
{
	struct arena *a = l->e->a;
	bool inc = e->incdec.op == OP_INC;
	struct expr *s = store_to(l, e, e->incdec.a, inc ? OP_ADD : OP_SUB,
				  mk_number(a, e->loc, 1));

	if (!s || e->incdec.prefix)
		return s;
	/* x++ is what x was. */
	return mk_binary(a, e->loc, inc ? OP_SUB : OP_ADD, s,
			 mk_number(a, e->loc, 1));
}

/* ---- @defined and @entry ---- */

static struct expr *lower_defined(struct lower *l, struct expr *e,
				  struct visitor *v)
{
	struct expr *inner = e->defined.e;
	struct diag *d = &l->e->s->diag;
	size_t kept = l->probe ? l->probe->saved.n : 0;
	bool is;

	/* What settle_probewrites left is in a function. */
	if (e->defined.probewrite)
		return mk_number(l->e->a, e->loc, 0);
	ast_walk_expr(v, inner);
	if (is_waiting(inner))
		return e;
	if (inner->kind == EXPR_CALL) {
		struct func_list list = { 0 };

		library_funcs(l->e, inner->call.name, inner->call.args.n,
			      l->file, &list);
		return mk_number(l->e->a, e->loc, list.n > 0);
	}
	if (inner->kind != EXPR_TARGET)
		return mk_number(l->e->a, e->loc, 1);
	d->muted++;
	is = value_of(l, inner) != NULL;
	d->muted--;
	/* What was made only to see whether it can be. */
	if (l->probe)
		l->probe->saved.n = l->probe->info->saved_keys.n = kept;
	return mk_number(l->e->a, e->loc, is);
}

static struct expr *lower_entry(struct lower *l, struct expr *e,
				struct visitor *v)
{
	const char *key = expr_text(l->e->a, e);
	struct expr *saved;

	if (!is_return(l)) {
		lower_fail(l, e->loc, "@entry is for .return probes");
		return NULL;
	}
	if (l->at_entry)
		return e->entry.e;
	saved = find_saved(l, e, key);
	if (saved)
		return saved;
	l->at_entry = true;
	lower_expr(v, &e->entry.e);
	l->at_entry = false;
	return save(l, e, key, e->entry.e);
}

/* ---- the walk ---- */

static bool is_target(const struct expr *e)
{
	return e->kind == EXPR_TARGET && !is_waiting(e);
}

static void lower_ternary(struct visitor *v, struct expr **pe)
{
	struct lower *l = v->arg;
	struct expr *e = *pe;
	bool truth, asks = expr_has(e->ternary.cond, EXPR_DEFINED);

	lower_expr(v, &e->ternary.cond);
	if (asks && fold_truth(l->e->a, &e->ternary.cond, &truth)) {
		*pe = truth ? e->ternary.a : e->ternary.b;
		lower_expr(v, pe);
		return;
	}
	lower_expr(v, &e->ternary.a);
	lower_expr(v, &e->ternary.b);
}

/* @defined($x) && $x > 0: the right side is not looked at when false. */
static void lower_logical(struct visitor *v, struct expr **pe)
{
	struct lower *l = v->arg;
	struct expr *e = *pe;
	bool or = e->logical.op == OP_OROR, truth;
	bool asks = expr_has(e->logical.a, EXPR_DEFINED);

	lower_expr(v, &e->logical.a);
	if (asks && fold_truth(l->e->a, &e->logical.a, &truth) &&
	    truth == or) {
		*pe = mk_number(l->e->a, e->loc, or);
		return;
	}
	lower_expr(v, &e->logical.b);
}

static void replace(struct lower *l, struct expr **pe, struct expr *with)
{
	*pe = with ? with : report(l, *pe);
}

/* The indices and the base of a target that is written. */
static void lower_parts(struct visitor *v, struct expr *target)
{
	ast_walk_expr(v, target);
}

static void lower_expr(struct visitor *v, struct expr **pe)
{
	struct lower *l = v->arg;
	struct expr *e = *pe;

	if (e->kind == EXPR_DEFINED) {
		replace(l, pe, lower_defined(l, e, v));
	} else if (e->kind == EXPR_ENTRY) {
		replace(l, pe, lower_entry(l, e, v));
	} else if (e->kind == EXPR_TERNARY) {
		lower_ternary(v, pe);
	} else if (e->kind == EXPR_LOGICAL) {
		lower_logical(v, pe);
	} else if (e->kind == EXPR_ASSIGN && is_target(e->assign.lhs)) {
		lower_parts(v, e->assign.lhs);
		lower_expr(v, &e->assign.rhs);
		replace(l, pe, lower_assign(l, e));
	} else if (e->kind == EXPR_INCDEC && is_target(e->incdec.a)) {
		lower_parts(v, e->incdec.a);
		replace(l, pe, lower_incdec(l, e));
	} else {
		ast_walk_expr(v, e);
		if (is_target(e))
			*pe = lowered(l, e);
	}
}

static void lower_stmt(struct visitor *v, struct stmt **ps)
{
	struct lower *l = v->arg;
	struct stmt *s = *ps, *taken;
	bool truth, asks;

	if (s->kind != STMT_IF) {
		ast_walk_stmt(v, s);
		return;
	}
	asks = expr_has(s->if_.cond, EXPR_DEFINED);
	lower_expr(v, &s->if_.cond);
	if (asks && fold_truth(l->e->a, &s->if_.cond, &truth)) {
		taken = truth ? s->if_.then : s->if_.otherwise;
		*ps = taken ? taken : mk_stmt(l->e->a, s->loc, STMT_NULL);
		lower_stmt(v, ps);
		return;
	}
	lower_stmt(v, &s->if_.then);
	if (s->if_.otherwise)
		lower_stmt(v, &s->if_.otherwise);
}

void lower_probe(struct elab *e, struct probe *p)
{
	struct lower l = { .e = e, .probe = p };
	struct visitor v = visitor_of(&l);

	vec_for(i, &p->info->bodies) {
		struct body *b = &p->info->bodies.v[i];

		l.file = b->file;
		lower_stmt(&v, &b->stmt);
	}
	p->body = join_bodies(e->a, p->info);
}

void lower_func(struct elab *e, struct func *f)
{
	struct lower l = { .e = e, .file = f->decl ? f->decl->file : NULL };
	struct visitor v = visitor_of(&l);

	lower_stmt(&v, &f->body);
}

/* ---- v->member ---- */

struct expr *lower_autocast(struct elab *e, struct probe *p, struct expr *x,
			    bool quiet)
{
	struct lower l = { .e = e, .probe = p };
	struct expr *value = value_now(&l, x);

	if (!value && !quiet)
		report(&l, x);
	/* Printing a structure makes functions. */
	resolve_pending(e);
	return value;
}

struct expr *lower_autocast_store(struct elab *e, struct probe *p,
				  struct expr *x)
{
	struct lower l = { .e = e, .probe = p };
	struct expr *s = x->kind == EXPR_ASSIGN ? lower_assign(&l, x) :
						  lower_incdec(&l, x);

	return s ? s : report(&l, x);
}
