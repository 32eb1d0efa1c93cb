// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Types of the print family, whose formats are checked against the
 * arguments, and of what statistics are asked for.
 */
#include "elaborate/typer.h"

#define VARIANCE_SHIFT_MAX 62

enum op_class infer_class(enum op op)
{
	switch (op) {
	case OP_CAT:
	case OP_CAT_ASSIGN:
		return CLASS_STRING;
	case OP_EQ:
	case OP_NE:
	case OP_LT:
	case OP_GT:
	case OP_LE:
	case OP_GE:
		return CLASS_COMPARE;
	case OP_MATCH:
	case OP_NMATCH:
		return CLASS_MATCH;
	case OP_NONE:
	case OP_ASSIGN:
	case OP_ADD_ASSIGN:
	case OP_SUB_ASSIGN:
	case OP_MUL_ASSIGN:
	case OP_DIV_ASSIGN:
	case OP_MOD_ASSIGN:
	case OP_SHL_ASSIGN:
	case OP_SHR_ASSIGN:
	case OP_AND_ASSIGN:
	case OP_XOR_ASSIGN:
	case OP_OR_ASSIGN:
	case OP_AGGREGATE:
	case OP_OROR:
	case OP_ANDAND:
	case OP_OR:
	case OP_XOR:
	case OP_AND:
	case OP_IN:
	case OP_SHL:
	case OP_SHR:
	case OP_LSHR:
	case OP_ADD:
	case OP_SUB:
	case OP_MUL:
	case OP_DIV:
	case OP_MOD:
	case OP_NEG:
	case OP_NOT:
	case OP_BITNOT:
	case OP_PLUS:
	case OP_INC:
	case OP_DEC:
	case OP_COUNT:
		break;
	}
	return CLASS_LONG;
}

/* ---- print ---- */

/* The next argument, of the type that the format wants. */
static void format_arg(struct typer *t, struct expr *e, size_t n,
		       enum type want)
{
	if (n >= e->print.args.n)
		return;
	if (e->print.args.v[n]->kind == EXPR_HIST) {
		if (t->report)
			diag_semantic(&t->e->s->diag, e->print.args.v[n]->loc,
				      e->print.args.v[n]->token,
				      "a histogram can only be given to print");
		return;
	}
	infer_expr(t, &e->print.args.v[n], want);
}

static void infer_format(struct typer *t, struct expr *e)
{
	const struct format_vec *f = &e->print.format;
	size_t n = 0;

	vec_for(i, f) {
		const struct format_part *p = &f->v[i];

		if (!p->conv)
			continue;
		if (p->width_arg)
			format_arg(t, e, n++, TYPE_LONG);
		if (p->precision_arg)
			format_arg(t, e, n++, TYPE_LONG);
		format_arg(t, e, n++,
			   p->conv == 's' ? TYPE_STRING : TYPE_LONG);
	}
	if (n == e->print.args.n || !t->report)
		return;
	diag_semantic(&t->e->s->diag, e->loc, e->token,
		      n > e->print.args.n ?
			      "too few arguments for format string (%zu < %zu)" :
			      "too many arguments for format string (%zu > %zu)",
		      (size_t)e->print.args.n, n);
}

static void infer_plain(struct typer *t, struct expr *e)
{
	enum type want = e->print.is_char ? TYPE_LONG : TYPE_UNKNOWN;
	struct diag *d = &t->e->s->diag;

	vec_for(i, &e->print.args) {
		struct expr **a = &e->print.args.v[i];
		enum type have;

		if ((*a)->kind == EXPR_HIST) {
			infer_hist(t, *a);
			if (t->report && e->print.delimited)
				diag_semantic(d, (*a)->loc, (*a)->token,
					      "a histogram can only be given "
					      "to print and println");
			continue;
		}
		have = infer_expr(t, a, want);
		if (!t->report)
			continue;
		if (have == TYPE_STATS)
			diag_semantic(d, (*a)->loc, (*a)->token,
				      "a statistic cannot be printed; use "
				      "@count, @avg or print(@hist_log(…))");
		else if (have != TYPE_LONG && have != TYPE_STRING &&
			 (*a)->kind != EXPR_TARGET)
			diag_semantic(d, (*a)->loc, (*a)->token,
				      "unresolved type");
	}
}

enum type infer_print(struct typer *t, struct expr *e, enum type want)
{
	enum type is = e->print.to_string ? TYPE_STRING : TYPE_LONG;

	if (e->print.has_format)
		infer_format(t, e);
	else
		infer_plain(t, e);
	if (e->type != is)
		t->changed = true;
	e->type = is;
	if (t->report && want != TYPE_UNKNOWN && want != is)
		diag_semantic(&t->e->s->diag, e->loc, e->token,
			      "type mismatch (%s vs. %s)", type_text(want),
			      type_text(is));
	return is;
}

/* ---- statistics ---- */

/* The global that a statistic operator looks at; NULL: none. */
static struct var *stat_var(struct typer *t, struct expr **pe)
{
	struct expr *e = *pe;
	struct var *v = NULL;

	infer_expr(t, pe, TYPE_STATS);
	if (e->kind == EXPR_SYMBOL)
		v = e->symbol.var;
	else if (e->kind == EXPR_INDEX)
		v = e->index.var;
	else if (t->report)
		diag_semantic(&t->e->s->diag, e->loc, e->token,
			      "not a statistic: a global filled by <<< must "
			      "stand here");
	return v;
}

void infer_stat(struct typer *t, struct expr *e)
{
	struct var *v = stat_var(t, &e->stat.stat);

	if (!v)
		return;
	switch (e->stat.op) {
	case STAT_COUNT:
		return;
	case STAT_SUM:
	case STAT_AVG:
		v->want_sum = true;
		return;
	case STAT_MIN:
	case STAT_MAX:
		v->want_minmax = true;
		return;
	case STAT_VARIANCE:
		if (e->stat.param < 0 || e->stat.param > VARIANCE_SHIFT_MAX) {
			if (t->report)
				diag_semantic(&t->e->s->diag, e->loc, e->token,
					      "the shift must be from 0 to %d",
					      VARIANCE_SHIFT_MAX);
			return;
		}
		if (v->want_variance && v->variance_shift != e->stat.param) {
			if (t->report)
				diag_semantic(&t->e->s->diag, e->loc, e->token,
					      "conflicting bit shifts declared "
					      "(previously %d)",
					      v->variance_shift);
			return;
		}
		v->want_variance = v->want_sum = true;
		v->variance_shift = (int)e->stat.param;
		return;
	}
}

/* False, with the reason reported, when a linear histogram is impossible. */
static bool hist_possible(struct typer *t, const struct expr *e)
{
	struct diag *d = &t->e->s->diag;
	int64_t low = e->hist.low, high = e->hist.high, step = e->hist.step;
	uint64_t n, max = (uint64_t)t->e->p->limits.max_buckets;

	if (e->hist.kind != HIST_LINEAR)
		return true;
	if (step <= 0 || high <= low) {
		if (t->report)
			diag_semantic(d, e->loc, e->token,
				      "@hist_linear wants low < high and a "
				      "step above 0");
		return false;
	}
	n = ((uint64_t)high - (uint64_t)low) / (uint64_t)step + 1;
	if (n > max) {
		if (t->report)
			diag_semantic(d, e->loc, e->token,
				      "%llu buckets are more than %llu; use a "
				      "wider step, or -D STP_MAX_BUCKETS=N",
				      (unsigned long long)n,
				      (unsigned long long)max);
		return false;
	}
	return true;
}

void infer_hist(struct typer *t, struct expr *e)
{
	struct var *v = stat_var(t, &e->hist.stat);

	e->type = TYPE_VOID;
	if (!v || !hist_possible(t, e))
		return;
	if (v->hist != HIST_NONE &&
	    (v->hist != e->hist.kind || v->hist_low != e->hist.low ||
	     v->hist_high != e->hist.high || v->hist_step != e->hist.step)) {
		if (t->report)
			diag_semantic(&t->e->s->diag, e->loc, e->token,
				      "'%s' has a histogram of another form "
				      "already", v->name);
		return;
	}
	v->hist = e->hist.kind;
	v->hist_low = e->hist.low;
	v->hist_high = e->hist.high;
	v->hist_step = e->hist.step;
}
