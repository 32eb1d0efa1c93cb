// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Types.  In: a program whose names are resolved.  Out: every variable,
 * function and expression is long, string or stats, and every use agrees
 * with it; what a pointer points to is known where $variables and @cast say
 * so, and v->member has become a plain read.
 *
 * One walk passes down what the surroundings want and passes up what the
 * expression is; a variable takes the first type that it meets.  Walks are
 * repeated until nothing changes, then once more to report what does not
 * agree.  Nothing is reported twice.
 */
#include "elaborate/typer.h"

/* ---- what is known, what is wanted ---- */

static void mismatch(struct typer *t, const struct expr *e, enum type want,
		     enum type have, struct loc first)
{
	struct diag *d = &t->e->s->diag;
	enum type other = have;

	if (!t->report)
		return;
	/* A literal is what it is: what wants another type came first. */
	if (!first.src) {
		first = t->origin;
		other = want;
	}
	diag_semantic(d, e->loc, e->token, "type mismatch (%s vs. %s)",
		      type_text(want), type_text(have));
	if (first.src)
		diag_also(d, first, "type was first inferred here (%s)",
			  type_text(other));
}

static bool is_known(enum type t)
{
	return t == TYPE_LONG || t == TYPE_STRING || t == TYPE_STATS;
}

/* Gives a slot its type, or finds that it has another. */
static void settle(struct typer *t, const struct expr *e, enum type *slot,
		   struct loc *first, enum type want)
{
	if (!is_known(want))
		return;
	if (!is_known(*slot)) {
		*slot = want;
		if (first)
			*first = e->loc;
		t->changed = true;
	} else if (*slot != want) {
		mismatch(t, e, want, *slot, first ? *first : (struct loc){ 0 });
	}
}

/* An expression whose type is its own. */
static enum type fixed(struct typer *t, struct expr *e, enum type is,
		       enum type want)
{
	if (e->type != is) {
		e->type = is;
		t->changed = true;
	}
	if (is_known(want) && want != is)
		mismatch(t, e, want, is, (struct loc){ 0 });
	return is;
}

static void pass_pointer(struct typer *t, const void **to,
			 const struct sysmod **to_mod, const struct expr *from)
{
	if (*to || !from->ptype)
		return;
	*to = from->ptype;
	*to_mod = from->pmodule;
	t->changed = true;
}

/* A value of v, or of one of its elements. */
static enum type typed_var(struct typer *t, struct expr *e, struct var *v,
			   enum type want)
{
	if (!v)
		return e->type;
	settle(t, e, &v->type, &v->type_loc, want);
	if (v->type == TYPE_STATS && v->storage != VAR_GLOBAL && t->report &&
	    !v->complained) {
		diag_semantic(&t->e->s->diag, e->loc, e->token,
			      "a statistic must be a global");
		v->complained = true;
	}
	e->type = v->type;
	if (!e->ptype && v->ptype) {
		e->ptype = v->ptype;
		e->pmodule = v->pmodule;
		t->changed = true;
	}
	return e->type;
}

/* Where the type of e came from, when it is a variable's or a function's. */
static struct loc origin_of(const struct expr *e)
{
	if (e->kind == EXPR_SYMBOL && e->symbol.var)
		return e->symbol.var->type_loc;
	if (e->kind == EXPR_INDEX && e->index.var)
		return e->index.var->type_loc;
	if (e->kind == EXPR_CALL && e->call.func)
		return e->call.func->type_loc;
	return (struct loc){ 0 };
}

/* Both sides get what either has. */
static enum type same_type(struct typer *t, struct expr **a, struct expr **b,
			   enum type want)
{
	enum type have = infer_expr(t, a, want);

	if (!is_known(want))
		want = have;
	have = infer_from(t, b, want, origin_of(*a));
	if (!is_known(want) && is_known(have))
		want = infer_expr(t, a, have);
	return want;
}

/* ---- expressions ---- */

enum type infer_from(struct typer *t, struct expr **pe, enum type want,
		     struct loc origin)
{
	struct loc outer = t->origin;
	enum type have;

	t->origin = origin;
	have = infer_expr(t, pe, want);
	t->origin = outer;
	return have;
}

static void infer_keys(struct typer *t, struct expr_vec *keys, struct var *v)
{
	vec_for(i, keys) {
		enum type want = TYPE_UNKNOWN, have;
		bool inside = v && (int)i < v->nkeys;
		struct loc first = { 0 };

		if (!keys->v[i])
			continue;
		if (inside) {
			want = v->key_types[i];
			first = v->key_locs[i];
		}
		have = infer_from(t, &keys->v[i], want, first);
		if (have == TYPE_STATS && t->report)
			mismatch(t, keys->v[i], TYPE_LONG, have,
				 (struct loc){ 0 });
		if (inside && !is_known(want) && is_known(have)) {
			v->key_types[i] = have;
			v->key_locs[i] = keys->v[i]->loc;
			t->changed = true;
		}
	}
}

static void check_slice(struct typer *t, const struct expr *e)
{
	bool ok = t->slice_ok;

	t->slice_ok = false;
	vec_for(i, &e->index.keys)
		if (!e->index.keys.v[i] && !ok && t->report) {
			diag_semantic(&t->e->s->diag, e->loc, e->token,
				      "wildcard not allowed in array index; "
				      "'*' is for 'in', delete and foreach");
			return;
		}
}

static enum type infer_binary(struct typer *t, struct expr *e, enum type want)
{
	struct expr **a = &e->binary.a, **b = &e->binary.b;

	switch (infer_class(e->binary.op)) {
	case CLASS_STRING:
		infer_expr(t, a, TYPE_STRING);
		infer_expr(t, b, TYPE_STRING);
		return fixed(t, e, TYPE_STRING, want);
	case CLASS_COMPARE:
		same_type(t, a, b, TYPE_UNKNOWN);
		if ((*a)->type == TYPE_STATS)
			mismatch(t, *a, TYPE_LONG, TYPE_STATS,
				 (struct loc){ 0 });
		return fixed(t, e, TYPE_LONG, want);
	case CLASS_MATCH:
		infer_expr(t, a, TYPE_STRING);
		infer_expr(t, b, TYPE_STRING);
		if (t->report)
			check_pattern(t->e, e);
		return fixed(t, e, TYPE_LONG, want);
	case CLASS_LONG:
		break;
	}
	infer_expr(t, a, TYPE_LONG);
	infer_expr(t, b, TYPE_LONG);
	return fixed(t, e, TYPE_LONG, want);
}

static enum type infer_ternary(struct typer *t, struct expr **pe,
			       enum type want)
{
	struct expr *e = *pe;
	bool truth, asks = expr_has(e->ternary.cond, EXPR_DEFINED);

	infer_expr(t, &e->ternary.cond, TYPE_LONG);
	if (asks && fold_truth(t->e->a, &e->ternary.cond, &truth)) {
		*pe = truth ? e->ternary.a : e->ternary.b;
		t->changed = true;
		return infer_expr(t, pe, want);
	}
	e->type = same_type(t, &e->ternary.a, &e->ternary.b, want);
	pass_pointer(t, &e->ptype, &e->pmodule, e->ternary.a);
	pass_pointer(t, &e->ptype, &e->pmodule, e->ternary.b);
	return e->type;
}

static void aggregate(struct typer *t, struct expr *e)
{
	infer_expr(t, &e->assign.lhs, TYPE_STATS);
	infer_expr(t, &e->assign.rhs, TYPE_LONG);
}

static struct var *var_of(const struct expr *e)
{
	if (e->kind == EXPR_SYMBOL)
		return e->symbol.var;
	if (e->kind == EXPR_INDEX)
		return e->index.var;
	return NULL;
}

static enum type infer_assign(struct typer *t, struct expr **pe,
			      enum type want)
{
	struct expr *e = *pe, **lhs = &e->assign.lhs, **rhs = &e->assign.rhs;
	struct var *v;

	if (e->assign.op == OP_AGGREGATE) {
		aggregate(t, e);
		return fixed(t, e, TYPE_LONG, want);
	}
	if ((*lhs)->kind == EXPR_TARGET) {
		infer_expr(t, rhs, TYPE_LONG);
		infer_store(t, pe);
		return fixed(t, *pe, TYPE_LONG, want);
	}
	if (e->assign.op == OP_CAT_ASSIGN)
		want = is_known(want) ? want : TYPE_STRING;
	else if (e->assign.op != OP_ASSIGN)
		want = is_known(want) ? want : TYPE_LONG;
	if (e->assign.op == OP_CAT_ASSIGN)
		infer_expr(t, lhs, TYPE_STRING);
	else if (e->assign.op != OP_ASSIGN)
		infer_expr(t, lhs, TYPE_LONG);
	e->type = same_type(t, lhs, rhs, want);
	if (e->type == TYPE_STATS && (*rhs)->type == TYPE_STATS && t->report)
		diag_semantic(&t->e->s->diag, e->loc, e->token,
			      "a statistic cannot be copied; use @count and "
			      "the like");
	v = var_of(*lhs);
	if (e->assign.op == OP_ASSIGN && v)
		pass_pointer(t, &v->ptype, &v->pmodule, *rhs);
	pass_pointer(t, &e->ptype, &e->pmodule, *rhs);
	return e->type;
}

static enum type infer_incdec(struct typer *t, struct expr **pe,
			      enum type want)
{
	struct expr *e = *pe;

	if (e->incdec.a->kind == EXPR_TARGET) {
		infer_store(t, pe);
		return fixed(t, *pe, TYPE_LONG, want);
	}
	infer_expr(t, &e->incdec.a, TYPE_LONG);
	return fixed(t, e, TYPE_LONG, want);
}

static void infer_args(struct typer *t, struct expr *e, struct func *f)
{
	vec_for(i, &e->call.args) {
		struct var *v = f->params.v[i];
		struct expr **a = &e->call.args.v[i];
		enum type have;

		if (var_of(*a) && var_of(*a)->type == TYPE_STATS) {
			if (t->report)
				diag_semantic(&t->e->s->diag, (*a)->loc,
					      (*a)->token, "a statistic "
					      "cannot be passed to a function; "
					      "pass @count and the like");
			continue;
		}
		have = infer_from(t, a, v->type, v->type_loc);
		if (!is_known(v->type) && have != TYPE_STATS)
			settle(t, *a, &v->type, &v->type_loc, have);
		pass_pointer(t, &v->ptype, &v->pmodule, *a);
	}
}

static enum type infer_call(struct typer *t, struct expr *e, enum type want)
{
	struct func *f = e->call.func;

	if (!f)
		return e->type;
	for (; f; f = f->next_overload) {
		infer_args(t, e, f);
		infer_pointer(t, f);
		settle(t, e, &f->type, &f->type_loc, want);
		if (!is_known(want))
			want = f->type;
		if (!e->ptype && f->ptype) {
			e->ptype = f->ptype;
			e->pmodule = f->pmodule;
			t->changed = true;
		}
	}
	e->type = e->call.func->type;
	return e->type;
}

static bool is_raw_size(const struct expr *e)
{
	int64_t n = e->kind == EXPR_NUMBER ? e->number.value : 0;

	return n == 1 || n == 2 || n == 4 || n == 8;
}

static enum type infer_raw(struct typer *t, struct expr *e, enum type want)
{
	bool deref = e->raw.kind == RAW_KDEREF || e->raw.kind == RAW_UDEREF;

	if (e->raw.size)
		infer_expr(t, &e->raw.size, TYPE_LONG);
	if (e->raw.arg)
		infer_expr(t, &e->raw.arg, TYPE_LONG);
	if (t->report && deref && !is_raw_size(e->raw.size))
		diag_semantic(&t->e->s->diag, e->loc, e->token,
			      "the size must be the number 1, 2, 4 or 8");
	return fixed(t, e, TYPE_LONG, want);
}

static void infer_children(struct visitor *v, struct expr **pe)
{
	infer_expr(v->arg, pe, TYPE_LONG);
}

/* Nodes made by lower.c: all their parts are numbers. */
static enum type infer_lowered(struct typer *t, struct expr *e, enum type want)
{
	struct visitor v = { .expr = infer_children, .arg = t };

	ast_walk_expr(&v, e);
	return fixed(t, e, TYPE_LONG, want);
}

static enum type infer_saved(struct typer *t, struct expr *e, enum type want)
{
	struct saved_value *s;

	if (!t->probe || (size_t)e->saved.slot >= t->probe->saved.n)
		return e->type;
	s = &t->probe->saved.v[e->saved.slot];
	settle(t, e, &s->type, NULL, want);
	e->type = infer_expr(t, &s->e, s->type);
	if (is_known(e->type) && s->type != e->type) {
		s->type = e->type;
		t->changed = true;
	}
	pass_pointer(t, &e->ptype, &e->pmodule, s->e);
	return e->type;
}

static enum type infer_embedded(struct typer *t, struct expr *e,
				enum type want)
{
	return fixed(t, e, e->embedded.func ? e->embedded.func->type :
					      TYPE_LONG, want);
}

static enum type infer_kind(struct typer *t, struct expr **pe, enum type want)
{
	struct expr *e = *pe;

	switch (e->kind) {
	case EXPR_NUMBER:
		return fixed(t, e, TYPE_LONG, want);
	case EXPR_STRING:
		return fixed(t, e, TYPE_STRING, want);
	case EXPR_SYMBOL:
		return typed_var(t, e, e->symbol.var, want);
	case EXPR_INDEX:
		check_slice(t, e);
		infer_keys(t, &e->index.keys, e->index.var);
		return typed_var(t, e, e->index.var, want);
	case EXPR_TARGET:
		return infer_target(t, pe, want);
	case EXPR_UNARY:
		infer_expr(t, &e->unary.a, TYPE_LONG);
		return fixed(t, e, TYPE_LONG, want);
	case EXPR_BINARY:
		return infer_binary(t, e, want);
	case EXPR_LOGICAL:
		infer_expr(t, &e->logical.a, TYPE_LONG);
		infer_expr(t, &e->logical.b, TYPE_LONG);
		return fixed(t, e, TYPE_LONG, want);
	case EXPR_TERNARY:
		return infer_ternary(t, pe, want);
	case EXPR_ASSIGN:
		return infer_assign(t, pe, want);
	case EXPR_INCDEC:
		return infer_incdec(t, pe, want);
	case EXPR_IN:
		infer_keys(t, &e->in.keys, e->in.var);
		return fixed(t, e, TYPE_LONG, want);
	case EXPR_CALL:
		return infer_call(t, e, want);
	case EXPR_PRINT:
		return infer_print(t, e, want);
	case EXPR_STAT:
		infer_stat(t, e);
		return fixed(t, e, TYPE_LONG, want);
	case EXPR_HIST:
		infer_hist(t, e);
		return e->type;
	case EXPR_HIST_BUCKET:
		infer_hist(t, e->bucket.hist);
		infer_expr(t, &e->bucket.index, TYPE_LONG);
		return fixed(t, e, TYPE_LONG, want);
	case EXPR_DEFINED:
		return infer_defined(t, pe, want);
	case EXPR_ENTRY:
		return infer_expr(t, &e->entry.e, want);
	case EXPR_EMBEDDED:
		return infer_embedded(t, e, want);
	case EXPR_RAW:
		return infer_raw(t, e, want);
	case EXPR_CONST:
	case EXPR_PERF:
	case EXPR_REGISTER:
	case EXPR_ADDRESS:
	case EXPR_CALLCTX:
		return fixed(t, e, TYPE_LONG, want);
	case EXPR_LOAD:
	case EXPR_STORE:
		return infer_lowered(t, e, want);
	case EXPR_SAVED:
		return infer_saved(t, e, want);
	}
	return TYPE_UNKNOWN;
}

static bool has_parts(const struct expr *e)
{
	return e->kind != EXPR_NUMBER && e->kind != EXPR_STRING;
}

enum type infer_expr(struct typer *t, struct expr **pe, enum type want)
{
	struct loc origin;

	/* Deeper than any script by hand, shallower than the stack. */
	if (++t->depth > INFER_DEPTH_MAX) {
		if (t->report)
			diag_semantic(&t->e->s->diag, (*pe)->loc, (*pe)->token,
				      "expression nests too deeply");
		t->depth--;
		return TYPE_UNKNOWN;
	}
	origin = t->origin;
	if (has_parts(*pe))
		t->origin = (struct loc){ 0 };
	infer_kind(t, pe, want);
	t->origin = origin;
	t->depth--;
	return (*pe)->type;
}
