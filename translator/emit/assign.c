// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Assignments.  The right side is evaluated first, then the place is read
 * (of `a += b`), then written; keys of an element come before both.
 */
#include "emit/emit.h"

enum op op_of_assign(enum op op)
{
	static const enum op base[OP_COUNT] = {
		[OP_ADD_ASSIGN] = OP_ADD, [OP_SUB_ASSIGN] = OP_SUB,
		[OP_MUL_ASSIGN] = OP_MUL, [OP_DIV_ASSIGN] = OP_DIV,
		[OP_MOD_ASSIGN] = OP_MOD, [OP_SHL_ASSIGN] = OP_SHL,
		[OP_SHR_ASSIGN] = OP_SHR, [OP_AND_ASSIGN] = OP_AND,
		[OP_XOR_ASSIGN] = OP_XOR, [OP_OR_ASSIGN] = OP_OR,
		[OP_CAT_ASSIGN] = OP_CAT,
	};

	return base[op];
}

static bool in_try(const struct fn *f)
{
	for (const struct scope *sc = f->scope; sc; sc = sc->up)
		if (sc->kind == SCOPE_TRY)
			return true;
	return false;
}

void emit_write(struct fn *f, const struct var *v, struct val value)
{
	const char *place;

	if (v->storage == VAR_GLOBAL) {
		place = global_of(f->e, v);
	} else {
		struct local *l = local_of(f, v);

		l->written = true;
		place = l->text;
	}
	if (!strcmp(place, value.text))
		return;
	if (v->type != TYPE_STRING)
		line(f, "%s = %s;", place, value.text);
	else
		line(f, "stp_strcpy(%s, %s, MAXSTRINGLEN);", place,
		     value.text);
}

/* ---- scalars ---- */
static void assign_string(struct fn *f, const struct var *v,
			  const struct expr *rhs)
{
	if (v->storage != VAR_GLOBAL && !mentions(rhs, v) && !in_try(f)) {
		struct local *l = local_of(f, v);

		l->written = true;
		if (emit_string_into(f, rhs, l->text))
			return;
	}
	emit_write(f, v, emit_expr(f, rhs));
}

static void append_string(struct fn *f, const struct var *v,
			  const struct expr *rhs)
{
	struct val add = emit_expr(f, rhs), place = emit_read(f, v);

	if (!strcmp(add.text, place.text) || mentions(rhs, v))
		add = hold(f, add, TYPE_STRING);
	line(f, "stp_strcat(%s, %s, MAXSTRINGLEN);", place.text, add.text);
}

static struct val assign_scalar(struct fn *f, const struct expr *e)
{
	const struct var *v = e->assign.lhs->symbol.var;
	enum op op = op_of_assign(e->assign.op);
	struct val r;

	if (v->type == TYPE_STRING && op == OP_CAT) {
		append_string(f, v, e->assign.rhs);
	} else if (v->type == TYPE_STRING) {
		assign_string(f, v, e->assign.rhs);
	} else {
		r = emit_expr(f, e->assign.rhs);
		if (op != OP_NONE)
			r = binary_long(f, op, emit_read(f, v), r, e);
		emit_write(f, v, r);
	}
	if (v->storage == VAR_GLOBAL)
		return val_text(global_of(f->e, v), READS_GLOBAL);
	return val_text(local_of(f, v)->text, READS_LOCAL);
}

/* ---- elements ---- */
static const char *element(struct fn *f, const struct expr *e,
			   const char *keys)
{
	const struct var *v = e->index.var;
	bool text = v->type == TYPE_STRING;
	const char *p = temp_new(f, text ? TEMP_TEXT : TEMP_SLOT);

	line(f, "%s = %s(c, %s, %s, %s);", p,
	     text ? "stp_map_string" : "stp_map_long", global_of(f->e, v),
	     keys, expr_site(f, e));
	line(f, "if (stp_unlikely(!%s))", p);
	f->indent++;
	line(f, "goto %s;", error_target(f));
	f->indent--;
	return p;
}

static struct val element_string(struct fn *f, const struct expr *e,
				 const char *keys, struct val r)
{
	bool cat = op_of_assign(e->assign.op) == OP_CAT;
	const char *p;

	if (r.reads & READS_GLOBAL)	/* the map may move it */
		r = hold(f, r, TYPE_STRING);
	p = element(f, e->assign.lhs, keys);
	line(f, "%s(%s, %s, MAXSTRINGLEN);", cat ? "stp_strcat" : "stp_strcpy",
	     p, r.text);
	if (!cat)
		return r;
	return val_text(p, READS_GLOBAL);
}

static struct val element_long(struct fn *f, const struct expr *e,
			       const char *keys, struct val r, bool want)
{
	enum op op = op_of_assign(e->assign.op);
	const char *p;

	if (r.reads & READS_GLOBAL)
		r = hold(f, r, TYPE_LONG);
	p = element(f, e->assign.lhs, keys);
	if (op != OP_NONE)
		r = binary_long(f, op,
				val_text(arena_printf(f->e->arena, "*%s", p),
					 READS_GLOBAL), r, e);
	if (want)
		r = hold(f, r, TYPE_LONG);
	line(f, "*%s = %s;", p, r.text);
	return r;
}

static struct val assign_element(struct fn *f, const struct expr *e, bool want)
{
	const struct expr *lhs = e->assign.lhs;
	struct keys keys = emit_keys(f, &lhs->index.keys,
				     effects(e->assign.rhs));
	struct val r = emit_expr(f, e->assign.rhs);

	if (keys.any)
		diag_semantic(&f->e->s->diag, lhs->loc, lhs->token,
			      "a '*' index cannot be assigned to");
	if (lhs->index.var->type == TYPE_STRING)
		return element_string(f, e, keys.text, r);
	return element_long(f, e, keys.text, r, want);
}

/* ---- statistics ---- */
static struct val aggregate(struct fn *f, const struct expr *e)
{
	const struct expr *lhs = e->assign.lhs;
	struct keys keys;
	struct val r;

	if (lhs->kind == EXPR_SYMBOL) {
		r = emit_expr(f, e->assign.rhs);
		line(f, "stp_stat_add(c, %s, %s);",
		     global_of(f->e, lhs->symbol.var), r.text);
		return r;
	}
	keys = emit_keys(f, &lhs->index.keys, effects(e->assign.rhs));
	r = emit_expr(f, e->assign.rhs);
	line(f, "stp_map_stat_add(c, %s, %s, %s, %s);",
	     global_of(f->e, lhs->index.var), keys.text, r.text,
	     expr_site(f, lhs));
	check_error(f);
	return r;
}

struct val emit_assign(struct fn *f, const struct expr *e, bool want)
{
	const struct expr *lhs = e->assign.lhs;

	if (e->assign.op == OP_AGGREGATE)
		return aggregate(f, e);
	if (lhs->kind == EXPR_SYMBOL)
		return assign_scalar(f, e);
	if (lhs->kind == EXPR_INDEX)
		return assign_element(f, e, want);
	unsupported(f, lhs, "an assignment to this");
	return val_number(f, 0);
}

/* ---- ++ and -- ---- */
static struct val step_place(struct fn *f, const struct expr *e,
			     struct val place, bool want)
{
	const char *sign = e->incdec.op == OP_INC ? "+" : "-";
	const char *old = place.text;
	struct val r = val_number(f, 0);

	if (want && !e->incdec.prefix) {
		r = val_temp(temp_new(f, TEMP_LONG));
		line(f, "%s = %s;", r.text, place.text);
		old = r.text;
	}
	line(f, "%s = (stp_i64)((stp_u64)%s %s 1);", place.text, old, sign);
	if (want && e->incdec.prefix) {
		r = val_temp(temp_new(f, TEMP_LONG));
		line(f, "%s = %s;", r.text, place.text);
	}
	return r;
}

struct val emit_incdec(struct fn *f, const struct expr *e, bool want)
{
	const struct expr *a = e->incdec.a;
	const char *p;

	if (a->kind == EXPR_SYMBOL) {
		if (a->symbol.var->storage != VAR_GLOBAL)
			local_of(f, a->symbol.var)->written = true;
		return step_place(f, e, emit_read(f, a->symbol.var), want);
	}
	if (a->kind != EXPR_INDEX) {
		unsupported(f, a, "++ or -- of this");
		return val_number(f, 0);
	}
	p = element(f, a, emit_keys(f, &a->index.keys, 0).text);
	return step_place(f, e, val_text(arena_printf(f->e->arena, "*%s", p),
					 READS_GLOBAL), want);
}
