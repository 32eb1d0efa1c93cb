// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * foreach.  The iterator is open from before the loop to after it; whatever
 * leaves the loop closes it: the end, break and errors run into the one
 * close behind the loop, return and next close it on their way.
 */
#include "emit/emit.h"

/* The variable's element, bound for this round. */
static void bind_value(struct fn *f, const struct stmt *s, const char *iter)
{
	const struct var *v;
	struct local *l;

	if (!s->foreach.value)
		return;
	v = s->foreach.value->symbol.var;
	switch (s->foreach.var->type) {
	case TYPE_STATS:
		l = local_of(f, v);
		l->iter = iter;
		l->array = s->foreach.var;
		return;
	case TYPE_STRING:
		emit_write(f, v, val_text(arena_printf(f->e->arena,
			   "stp_iter_string(&%s)", iter), 0));
		return;
	case TYPE_LONG:
	case TYPE_UNKNOWN:
	case TYPE_VOID:
		emit_write(f, v, val_text(arena_printf(f->e->arena,
			   "stp_iter_long(&%s)", iter), 0));
	}
}

static void bind_keys(struct fn *f, const struct stmt *s, const char *iter)
{
	vec_for(i, &s->foreach.keys) {
		const struct expr *k = s->foreach.keys.v[i];
		bool text = s->foreach.var->key_types[i] == TYPE_STRING;

		if (!k)
			continue;
		emit_write(f, k->symbol.var, val_text(arena_printf(
			   f->e->arena, "stp_iter_key_%s(&%s, %zu)",
			   text ? "string" : "long", iter, i), 0));
	}
}

/* Below zero means "all" to the runtime, none to a script. */
static const char *limit_text(struct fn *f, const struct stmt *s)
{
	struct val v;
	const char *t;

	if (!s->foreach.limit)
		return "-1";
	v = emit_expr(f, s->foreach.limit);
	if (v.constant)
		return v.number < 0 ? "0" : v.text;
	t = temp_new(f, TEMP_LONG);
	line(f, "%s = %s;", t, v.text);
	return arena_printf(f->e->arena, "%s < 0 ? 0 : %s", t, t);
}

static const char *sort_text(struct fn *f, const struct stmt *s)
{
	const struct sort_order *o = &s->foreach.order;

	return arena_printf(f->e->arena, "(struct stp_sort){ %d, %d, %d }",
			    o->direction > 0 ? 1 : o->direction < 0 ? 2 : 0,
			    o->key, (int)o->stat);
}

static void foreach_map(struct fn *f, const struct stmt *s)
{
	const char *iter = temp_new(f, TEMP_ITER), *limit;
	struct keys slice = { .text = "0" };
	struct scope sc;

	limit = limit_text(f, s);
	if (s->foreach.slice.n) {	/* values must outlive the loop */
		slice = emit_keys(f, &s->foreach.slice, ~0u);
		line(f, "{");
		f->indent++;
		line(f, "const union stp_val *slice = %s;", slice.text);
		buf_putc(f->out, '\n');
		slice.text = "slice";
	}
	line(f, "if (!stp_iter_open(c, &%s, %s, %s, %s, %s, 0x%x, %s))", iter,
	     global_of(f->e, s->foreach.var), sort_text(f, s), limit,
	     slice.text, slice.any, stmt_site(f, s));
	f->indent++;
	line(f, "goto %s;", error_target(f));
	f->indent--;
	scope_push(f, &sc, SCOPE_FOREACH)->iter = iter;
	f->sorts_open += s->foreach.order.direction != 0;
	f->sorts = MAX(f->sorts, f->sorts_open);
	line(f, "while (stp_iter_next(c, &%s)) {", iter);
	f->indent++;
	spend(f, 1, s);
	bind_keys(f, s, iter);
	bind_value(f, s, iter);
	f->indent--;
	emit_body(f, s->foreach.body);
	line(f, "}");
	f->sorts_open -= s->foreach.order.direction != 0;
	scope_pop(f);
	if (sc.err_used)
		label(f, "done", sc.n);
	line(f, "stp_iter_close(c, &%s);", iter);
	if (sc.err_used)
		check_error(f);
	if (s->foreach.slice.n) {
		f->indent--;
		line(f, "}");
	}
}

/* The number of the bucket of round i. */
static const char *bucket_number(struct fn *f, const struct stmt *s,
				 const char *i, const char *desc)
{
	if (!s->foreach.order.key || s->foreach.order.direction > 0)
		return i;
	return arena_printf(f->e->arena, "(stp_i64)(%s)->buckets - 1 - %s",
			    desc, i);
}

/* Over the buckets of a histogram: the key is the bucket's number. */
static void foreach_buckets(struct fn *f, const struct stmt *s)
{
	const char *i = temp_new(f, TEMP_LONG), *limit = limit_text(f, s);
	const struct expr *hist = s->foreach.hist, *stat = hist->hist.stat;
	const struct var *v = stat->kind == EXPR_INDEX ? stat->index.var :
			      stat->symbol.var;
	struct expr bucket = { .kind = EXPR_HIST_BUCKET, .type = TYPE_LONG,
			       .loc = s->loc, .token = s->token };
	const char *desc = stat_desc_of(f->e, v);
	struct scope sc;

	if (s->foreach.order.direction && !s->foreach.order.key)
		unsupported(f, hist, "a loop over buckets in the order of "
			    "their counts");
	scope_push(f, &sc, SCOPE_FOREACH);
	line(f, "for (%s = 0; %s < (stp_i64)(%s)->buckets; %s++) {", i, i,
	     desc, i);
	f->indent++;
	if (s->foreach.limit) {
		line(f, "if (%s >= (%s))", i, limit);
		f->indent++;
		line(f, "break;");
		f->indent--;
	}
	spend(f, 1, s);
	if (s->foreach.keys.n && s->foreach.keys.v[0])
		emit_write(f, s->foreach.keys.v[0]->symbol.var,
			   val_text(bucket_number(f, s, i, desc), 0));
	if (s->foreach.value) {
		bucket.bucket.hist = (struct expr *)hist;
		bucket.bucket.index = s->foreach.keys.v[0];
		emit_write(f, s->foreach.value->symbol.var,
			   emit_bucket(f, &bucket));
	}
	f->indent--;
	emit_body(f, s->foreach.body);
	line(f, "}");
	scope_pop(f);
}

void emit_foreach(struct fn *f, const struct stmt *s)
{
	if (s->foreach.hist)
		foreach_buckets(f, s);
	else
		foreach_map(f, s);
}
