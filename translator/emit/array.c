// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Arrays and statistics.  Keys become one literal array of union stp_val; a
 * `*` slot is a bit in a mask, for the calls that know "any".
 */
#include "emit/emit.h"

struct keys emit_keys(struct fn *f, const struct expr_vec *keys,
		      unsigned later)
{
	struct val *v = emit_list(f, keys);
	struct buf b = { 0 };
	struct keys r = { 0 };

	buf_puts(&b, "(union stp_val[]){");
	vec_for(i, keys) {
		const struct expr *e = keys->v[i];

		if (i)
			buf_puts(&b, ", ");
		if (!e) {
			r.any |= 1u << i;
			buf_puts(&b, "{ 0 }");
			continue;
		}
		v[i] = v[i].in_map ? hold(f, v[i], e->type) :
				     hold_from(f, v[i], e->type, later);
		r.reads |= v[i].reads;
		buf_printf(&b, "{ .%s = %s }",
			   e->type == TYPE_STRING ? "s" : "n", v[i].text);
	}
	buf_puts(&b, "}");
	r.text = arena_strdup(f->e->arena, buf_str(&b));
	buf_free(&b);
	return r;
}

struct val emit_index(struct fn *f, const struct expr *e)
{
	const struct var *v = e->index.var;
	struct keys k = emit_keys(f, &e->index.keys, 0);
	bool text = v->type == TYPE_STRING;
	struct val r;

	if (k.any)
		unsupported(f, e, "a '*' index outside of delete, in and foreach");
	r = val_text(arena_printf(f->e->arena, "%s(%s, %s)",
				  text ? "stp_map_get_string" :
				  "stp_map_get_long",
				  global_of(f->e, v), k.text),
		     READS_GLOBAL | k.reads);
	r.in_map = text;
	return r;
}

struct val emit_in(struct fn *f, const struct expr *e)
{
	struct keys k = emit_keys(f, &e->in.keys, 0);
	const char *map = global_of(f->e, e->in.var);
	struct val r;

	if (k.any)
		r = val_text(arena_printf(f->e->arena,
					  "stp_map_has_any(%s, %s, 0x%x)",
					  map, k.text, k.any), 0);
	else
		r = val_text(arena_printf(f->e->arena, "stp_map_has(%s, %s)",
					  map, k.text), 0);
	r.reads = READS_GLOBAL | k.reads;
	return r;
}

/* ---- statistics ---- */
const char *stat_desc_of(struct emit *e, const struct var *v)
{
	return arena_printf(e->arena, "&stat_%s", global_of(e, v));
}

/* Where a statistic comes from: C text of a const struct stp_stat *, and the
 * variable that describes it. */
static struct val stat_source(struct fn *f, const struct expr *e,
			      const struct var **v)
{
	struct arena *a = f->e->arena;
	struct keys k;
	struct local *l;

	if (e->kind == EXPR_INDEX) {
		*v = e->index.var;
		k = emit_keys(f, &e->index.keys, 0);
		return val_text(arena_printf(a, "stp_map_stat_get(c, %s, %s)",
					     global_of(f->e, *v), k.text),
				READS_GLOBAL | k.reads);
	}
	*v = e->symbol.var;
	if ((*v)->storage == VAR_GLOBAL)
		return val_text(arena_printf(a, "stp_stat_get(c, %s)",
					     global_of(f->e, *v)),
				READS_GLOBAL);
	l = local_of(f, *v);
	if (!l->iter) {
		unsupported(f, e, "a statistic outside of its foreach");
		return val_text("0", 0);
	}
	*v = l->array;
	return val_text(arena_printf(a, "stp_iter_stat(c, &%s)", l->iter),
			READS_GLOBAL);
}

static bool is_statistic(struct fn *f, const struct expr *e)
{
	if (e->kind == EXPR_INDEX ||
	    (e->kind == EXPR_SYMBOL && e->type == TYPE_STATS))
		return true;
	unsupported(f, e, "a statistic of this");
	return false;
}

struct val emit_stat(struct fn *f, const struct expr *e)
{
	static const char *const ops[] = {
		[STAT_COUNT] = "COUNT", [STAT_SUM] = "SUM", [STAT_MIN] = "MIN",
		[STAT_MAX] = "MAX", [STAT_AVG] = "AVG",
		[STAT_VARIANCE] = "VARIANCE",
	};
	const struct var *v;
	struct val src;
	const char *text, *t;

	if (!is_statistic(f, e->stat.stat))
		return val_number(f, 0);
	src = stat_source(f, e->stat.stat, &v);
	text = arena_printf(f->e->arena,
			    "stp_stat_extract(c, %s, %s, STP_%s, %s)",
			    src.text, stat_desc_of(f->e, v), ops[e->stat.op],
			    expr_site(f, e));
	if (e->stat.op == STAT_COUNT || e->stat.op == STAT_SUM)
		return val_text(text, src.reads);
	t = temp_new(f, TEMP_LONG);
	line(f, "%s = %s;", t, text);
	check_error(f);
	return val_temp(t);
}

const char *emit_hist(struct fn *f, const struct expr *e)
{
	const struct var *v;
	struct val src;

	if (!is_statistic(f, e->hist.stat))
		return "0";
	src = stat_source(f, e->hist.stat, &v);
	return arena_printf(f->e->arena, "&(struct stp_hist){ %s, %s }",
			    stat_desc_of(f->e, v), src.text);
}

struct val emit_bucket(struct fn *f, const struct expr *e)
{
	const char *hist, *t;
	struct val i;

	i = emit_expr(f, e->bucket.index);
	hist = emit_hist(f, e->bucket.hist);
	t = temp_new(f, TEMP_LONG);
	line(f, "%s = stp_hist_bucket(c, %s, %s, %s);", t, hist, i.text,
	     expr_site(f, e));
	check_error(f);
	return val_temp(t);
}

/* ---- delete ---- */
static void delete_scalar(struct fn *f, const struct var *v)
{
	switch (v->type) {
	case TYPE_STRING:
		emit_write(f, v, val_text("\"\"", 0));
		return;
	case TYPE_STATS:
		line(f, "stp_stat_reset(c, %s);", global_of(f->e, v));
		return;
	case TYPE_LONG:
	case TYPE_UNKNOWN:
	case TYPE_VOID:
		emit_write(f, v, val_text("0", 0));
	}
}

void emit_delete(struct fn *f, const struct stmt *s)
{
	const struct expr *e = s->expr.e;
	struct keys k;

	if (e->kind == EXPR_SYMBOL && e->symbol.var->nkeys == 0) {
		delete_scalar(f, e->symbol.var);
		return;
	}
	if (e->kind == EXPR_SYMBOL) {
		line(f, "stp_map_clear(c, %s, %s);",
		     global_of(f->e, e->symbol.var), expr_site(f, e));
	} else if (e->kind == EXPR_INDEX) {
		k = emit_keys(f, &e->index.keys, 0);
		if (k.any)
			line(f, "stp_map_delete_any(c, %s, %s, 0x%x, %s);",
			     global_of(f->e, e->index.var), k.text, k.any,
			     expr_site(f, e));
		else
			line(f, "stp_map_delete(c, %s, %s, %s);",
			     global_of(f->e, e->index.var), k.text,
			     expr_site(f, e));
	} else {
		unsupported(f, e, "delete of this");
		return;
	}
	check_error(f);
}
