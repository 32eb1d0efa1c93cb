// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values and temporaries.
 *
 * A value is C text without side effects.  When an operand that comes later
 * may change what the text reads, the value is held: copied to a temporary.
 * Temporaries are a stack: a statement gives back what it took, so the next
 * one uses the same storage.
 */
#include "emit/emit.h"

static const char *const temp_prefix[TEMP_KINDS] = {
	[TEMP_LONG] = "t", [TEMP_PTR] = "q", [TEMP_BUF] = "b",
	[TEMP_SLOT] = "e", [TEMP_TEXT] = "d", [TEMP_ITER] = "it",
	[TEMP_TRY] = "try",
};

struct val val_text(const char *text, unsigned reads)
{
	return (struct val){ .text = text, .reads = reads };
}

struct val val_number(struct fn *f, int64_t v)
{
	return (struct val){ .text = c_number(f->e->arena, v), .atom = true,
			     .constant = true, .number = v };
}

struct val val_temp(const char *text)
{
	return (struct val){ .text = text, .atom = true, .temp = true };
}

const char *temp_new(struct fn *f, enum temp_kind kind)
{
	int n = f->used[kind]++;

	f->most[kind] = MAX(f->most[kind], f->used[kind]);
	return arena_printf(f->e->arena, "%s%s%d",
			    kind == TEMP_BUF ? "f->" : "", temp_prefix[kind], n);
}

struct temp_mark temp_mark(const struct fn *f)
{
	struct temp_mark m;

	memcpy(m.used, f->used, sizeof m.used);
	return m;
}

void temp_release(struct fn *f, struct temp_mark m)
{
	memcpy(f->used, m.used, sizeof f->used);
}

/* ---- effects ---- */
static unsigned written_by(const struct expr *target)
{
	if (target->kind == EXPR_SYMBOL && target->symbol.var &&
	    target->symbol.var->storage != VAR_GLOBAL)
		return READS_LOCAL;
	return READS_GLOBAL;
}

static void effects_of(struct visitor *v, struct expr **ep)
{
	unsigned *mask = v->arg;
	struct expr *e = *ep;

	if (e->kind == EXPR_ASSIGN)
		*mask |= written_by(e->assign.lhs);
	else if (e->kind == EXPR_INCDEC)
		*mask |= written_by(e->incdec.a);
	else if (e->kind == EXPR_STORE || e->kind == EXPR_EMBEDDED)
		*mask |= READS_GLOBAL;
	else if (e->kind == EXPR_CALL &&
		 !(e->call.func && e->call.func->pure &&
		   !e->call.func->next_overload))
		*mask |= READS_GLOBAL;
	ast_walk_expr(v, e);
}

unsigned effects(const struct expr *e)
{
	unsigned mask = 0;
	struct visitor v = { .expr = effects_of, .arg = &mask };
	struct expr *root = (struct expr *)e;

	if (root)
		effects_of(&v, &root);
	return mask;
}

unsigned effects_after(const struct expr_vec *list, size_t from)
{
	unsigned mask = 0;

	for (size_t i = from; i < list->n; i++)
		mask |= effects(list->v[i]);
	return mask;
}

struct val hold(struct fn *f, struct val v, enum type t)
{
	const char *temp;

	if (v.atom)
		return v;
	if (t == TYPE_STRING) {
		temp = temp_new(f, TEMP_BUF);
		line(f, "stp_strcpy(%s, %s, MAXSTRINGLEN);", temp, v.text);
	} else {
		temp = temp_new(f, TEMP_LONG);
		line(f, "%s = %s;", temp, v.text);
	}
	return val_temp(temp);
}

struct val hold_from(struct fn *f, struct val v, enum type t, unsigned later)
{
	return v.reads & later ? hold(f, v, t) : v;
}

/* Compilers warn of arithmetic on truth values; scripts may do it. */
const char *as_number(struct fn *f, struct val v)
{
	if (v.boolean)
		return arena_printf(f->e->arena, "stp_num(%s)", v.text);
	return v.text;
}

/* The text without a pair of parentheses around all of it. */
static const char *unwrapped(struct arena *a, const char *text)
{
	size_t n = strlen(text);
	int depth = 0;

	if (*text != '(')
		return text;
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '"' || text[i] == '\'')
			return text;	/* may hold some that do not count */
		depth += (text[i] == '(') - (text[i] == ')');
		if (!depth && i + 1 < n)
			return text;
	}
	return arena_strndup(a, text + 1, n - 2);
}

const char *as_condition(struct fn *f, struct val v)
{
	if (v.boolean)
		return unwrapped(f->e->arena, v.text);
	return arena_printf(f->e->arena, "%s != 0", v.text);
}

/* A temporary that nothing reads would be warned about. */
void discard(struct fn *f, struct val v)
{
	if (v.temp)
		line(f, "(void)%s;", v.text);
}

const char *error_target(struct fn *f)
{
	for (struct scope *sc = f->scope; sc; sc = sc->up) {
		if (sc->kind == SCOPE_LOOP)
			continue;
		if (sc->kind == SCOPE_FOREACH && !sc->iter)
			continue;
		sc->err_used = true;
		return arena_printf(f->e->arena, "%s_%d",
				    sc->kind == SCOPE_TRY ? "caught" : "done",
				    sc->n);
	}
	f->out_used = true;
	return "out";
}

void check_error(struct fn *f)
{
	line(f, "if (stp_unlikely(c->error))");
	f->indent++;
	line(f, "goto %s;", error_target(f));
	f->indent--;
}

/* ---- variables ---- */
struct local *local_of(struct fn *f, const struct var *v)
{
	struct local *l;

	vec_for(i, &f->locals)
		if (f->locals.v[i]->var == v)
			return f->locals.v[i];
	l = arena_new(f->e->arena, struct local);
	l->var = v;
	l->text = c_name(f->e->arena, &f->local_names, "l_", v->name);
	if (v->type == TYPE_STRING)
		l->text = arena_printf(f->e->arena, "f->%s", l->text);
	vec_push(f->e->arena, &f->locals, l);
	return l;
}

const char *global_of(struct emit *e, const struct var *v)
{
	const char *id = arena_printf(e->arena, "%p", (const void *)v);
	const char *name = map_get(&e->global_names, id);

	if (!name) {
		name = c_name(e->arena, &e->names, "g_", v->name);
		map_set(e->arena, &e->global_names, id, (void *)name);
	}
	return name;
}

struct mention {
	const struct var *var;
	bool found;
};

static void mention_in(struct visitor *v, struct expr **ep)
{
	struct mention *m = v->arg;
	const struct expr *e = *ep;

	if (e->kind == EXPR_SYMBOL && e->symbol.var == m->var)
		m->found = true;
	ast_walk_expr(v, *ep);
}

bool mentions(const struct expr *e, const struct var *var)
{
	struct mention m = { .var = var };
	struct visitor v = { .expr = mention_in, .arg = &m };
	struct expr *root = (struct expr *)e;

	mention_in(&v, &root);
	return m.found;
}
