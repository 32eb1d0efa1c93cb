// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Target expressions.  In: $x->f[1], @cast(…)->f, @var(…), v->f and where the
 * base is.  Out: the object they name as a place with a type, and from it a
 * value, an address or a store.  Arrays and structures have no value: an
 * array is its address, a structure must be narrowed to a member.
 */
#include "elaborate/target.h"

#define SIMILAR_MAX 12
#define MEMBERS_SHOWN 32

static struct expr *add_offset(struct lower *l, struct loc at, struct expr *e,
			       uint64_t n)
{
	struct arena *a = l->e->a;

	if (!n)
		return e;
	/* One addition for a chain of members. */
	if (e->kind == EXPR_BINARY && e->binary.op == OP_ADD &&
	    e->binary.b->kind == EXPR_NUMBER) {
		n += (uint64_t)e->binary.b->number.value;
		e = e->binary.a;
	}
	return mk_binary(a, at, OP_ADD, e, mk_number(a, at, (int64_t)n));
}

static unsigned whole_bits(const struct located *x)
{
	return x->bit_size ? x->bit_size : (unsigned)x->type->size * 8;
}

/* ---- reading ---- */

/* The bits [from, from + n) of a 64-bit value, extended to 64. */
static struct expr *extract(struct lower *l, const struct expr *at,
			    struct expr *e, unsigned from, unsigned n,
			    bool is_signed)
{
	struct arena *a = l->e->a;

	if (n >= 64)
		return e;
	if (is_signed) {
		if (from + n < 64)
			e = mk_binary(a, at->loc, OP_SHL, e,
				      mk_number(a, at->loc, 64 - from - n));
		return mk_binary(a, at->loc, OP_SHR, e,
				 mk_number(a, at->loc, 64 - n));
	}
	if (from)
		e = mk_binary(a, at->loc, OP_LSHR, e,
			      mk_number(a, at->loc, from));
	return mk_binary(a, at->loc, OP_AND, e,
			 mk_number(a, at->loc,
				   (int64_t)((UINT64_C(1) << n) - 1)));
}

static struct expr *read_scalar(struct lower *l, const struct expr *at,
				const struct located *x)
{
	uint64_t size = x->type->size;
	struct expr *e;

	if (size != 1 && size != 2 && size != 4 && size != 8) {
		lower_fail(l, at->loc, "'%s' has %llu bytes, which no value "
			   "holds; print it with $", x->type->name,
			   (unsigned long long)size);
		return NULL;
	}
	switch (x->kind) {
	case AT_ADDRESS:
		e = mk_load(l->e->a, at->loc, at->token, x->e, (int)size,
			    x->type->is_signed);
		e->load.bit_offset = (int)x->bit_offset;
		e->load.bit_size = (int)x->bit_size;
		return e;
	case AT_VALUE:
		if (x->bit_offset + whole_bits(x) > 64)
			break;
		return extract(l, at, x->e, x->bit_offset, whole_bits(x),
			       x->type->is_signed);
	case AT_PIECES:
		e = locate_pieces(l, at, x->mod, x->place, x->bit_offset,
				  whole_bits(x));
		return e ? extract(l, at, e, 0, whole_bits(x),
				   x->type->is_signed) : NULL;
	case AT_POINTER:
		lower_fail(l, at->loc, "it has no value: what it points to is "
			   "not in memory here, but can be read through it");
		return NULL;
	}
	lower_fail(l, at->loc, "its location holds only a part of it");
	return NULL;
}

struct expr *target_half(struct lower *l, const struct expr *at,
			 const struct located *x, bool high)
{
	struct located y = *x;

	y.type = debuginfo_type(x->mod->di, "long unsigned int");
	y.reg = -1;
	if (!y.type || x->bit_size) {
		lower_fail(l, at->loc, "it cannot be read");
		return NULL;
	}
	if (high && y.kind == AT_ADDRESS)
		y.e = add_offset(l, at->loc, ast_clone_expr(l->e->a, y.e), 8);
	else if (high)
		y.bit_offset += 64;
	return read_scalar(l, at, &y);
}

static struct expr *with_pointee(struct expr *e, const struct located *x,
				 const struct dbg_type *to)
{
	/* A void pointer says nothing; another assignment may say more. */
	if (!e || !to || to->kind == DBG_VOID)
		return e;
	e->ptype = to;
	e->pmodule = x->mod;
	return e;
}

struct expr *target_address(struct lower *l, const struct expr *at,
			    const struct located *x)
{
	if (x->kind != AT_ADDRESS) {
		lower_fail(l, at->loc, "it has no address: it is kept in a "
			   "register at this point");
		return NULL;
	}
	if (x->bit_size) {
		lower_fail(l, at->loc, "a bit field has no address");
		return NULL;
	}
	return with_pointee(ast_clone_expr(l->e->a, x->e), x, x->type);
}

/* As the bits of a double, which the library's fp_…() take. */
static struct expr *read_float(struct lower *l, const struct expr *at,
			       const struct located *x)
{
	struct expr *bits, *call;

	if (x->type->size != 4 && x->type->size != 8) {
		lower_fail(l, at->loc, "'%s' is a floating-point type of "
			   "another size than float and double", x->type->name);
		return NULL;
	}
	bits = read_scalar(l, at, x);
	if (!bits || x->type->size == 8)
		return bits;
	call = mk_call(l->e->a, at->loc, "fp32_to_fp64", NULL);
	call->type = TYPE_LONG;
	vec_push(l->e->a, &call->call.args, bits);
	return call;
}

struct expr *target_read(struct lower *l, const struct expr *at,
			 const struct located *x)
{
	const struct dbg_type *t = x->type;

	switch (t->kind) {
	case DBG_INT:
	case DBG_UINT:
	case DBG_BOOL:
	case DBG_CHAR:
	case DBG_ENUM:
		return read_scalar(l, at, x);
	case DBG_POINTER:
		return with_pointee(read_scalar(l, at, x), x,
				    dbg_type_target(t));
	case DBG_ARRAY:
		return with_pointee(target_address(l, at, x), x,
				    dbg_type_target(t));
	case DBG_FUNCTION:
		return target_address(l, at, x);
	case DBG_STRUCT:
	case DBG_UNION:
		lower_fail(l, at->loc, "'%s' is accessed as a whole; name a "
			   "member with ->, take its address with &, or print "
			   "it with $", t->name);
		return NULL;
	case DBG_FLOAT:
		return read_float(l, at, x);
	case DBG_VOID:
	case DBG_OTHER:
		lower_fail(l, at->loc, "a value of type '%s' cannot be read",
			   t->name);
		return NULL;
	}
	return NULL;
}

/* ---- storing ---- */

struct expr *target_store(struct lower *l, const struct expr *at,
			  const struct located *x, struct expr *value)
{
	uint64_t size = x->type->size;
	struct expr *e;

	if (!l->e->s->opt.guru) {
		lower_fail(l, at->loc, "a target variable is written; need "
			   "stap -g");
		return NULL;
	}
	if (x->type->kind == DBG_FLOAT) {
		lower_fail(l, at->loc, "'%s' is a floating-point type; scripts "
			   "have only the bits of one", x->type->name);
		return NULL;
	}
	if (x->type->kind == DBG_STRUCT || x->type->kind == DBG_UNION ||
	    x->type->kind == DBG_ARRAY || !size || size > 8 ||
	    (size & (size - 1))) {
		lower_fail(l, at->loc, "'%s' cannot be set as a whole",
			   x->type->name);
		return NULL;
	}
	if (x->kind != AT_ADDRESS && (x->reg < 0 || x->bit_offset)) {
		lower_fail(l, at->loc, "it cannot be set: it is not kept in "
			   "memory or in a register of its own here");
		return NULL;
	}
	e = arena_new(l->e->a, struct expr);
	e->kind = EXPR_STORE;
	e->type = TYPE_LONG;
	e->loc = at->loc;
	e->token = at->token;
	e->store.addr = x->kind == AT_ADDRESS ?
				ast_clone_expr(l->e->a, x->e) :
				locate_reg(l, at, (unsigned)x->reg);
	e->store.value = value;
	e->store.size = (int)size;
	e->store.bit_offset = (int)x->bit_offset;
	e->store.bit_size = (int)x->bit_size;
	e->store.to_reg = x->kind != AT_ADDRESS;
	return e;
}

/* ---- narrowing ---- */

/* n bytes behind where a pointer without a value points. */
static bool follow(struct lower *l, const struct expr *at, struct located *x,
		   const struct dbg_type *to, uint64_t n)
{
	const struct provider *pr = l->probe ? l->probe->info->provider : NULL;
	const struct place *p = x->place;

	if (!pr || !pr->pointee || !to)
		return lower_fail(l, at->loc, "what it points to is not known");
	if (!pr->pointee(l, at, p, to, x))
		return false;
	n += (uint64_t)p->offset;
	if (n > UINT16_MAX || (n && x->kind == AT_POINTER))
		return lower_fail(l, at->loc, "what is there is optimised "
				  "away");
	if (x->kind == AT_ADDRESS)
		x->e = add_offset(l, at->loc, x->e, n);
	else
		x->bit_offset = (unsigned)n * 8;
	if (n)
		x->reg = -1;
	return true;
}

bool target_deref(struct lower *l, const struct expr *at, struct located *x)
{
	const struct dbg_type *to = dbg_type_target(x->type);
	struct expr *e;

	if (x->kind == AT_POINTER)
		return follow(l, at, x, to, 0);
	e = read_scalar(l, at, x);
	if (!e)
		return false;
	if (!to)
		return lower_fail(l, at->loc, "what '%s' points to is not "
				  "known", x->type->name);
	*x = (struct located){ .kind = AT_ADDRESS, .e = e, .type = to,
			       .mod = x->mod, .reg = -1 };
	return true;
}

/* The nearest names, or the first ones when none is near. */
static const char *other_members(struct lower *l, const struct dbg_type *t,
				 const char *name)
{
	const char *text = dbg_type_similar_members(t, name, SIMILAR_MAX);
	dbg_members list = { 0 };

	if (*text)
		return text;
	dbg_type_members(t, true, &list);
	for (size_t i = 0; i < list.n && i < MEMBERS_SHOWN; i++)
		text = arena_printf(l->e->a, "%s%s%s", text, i ? ", " : "",
				    list.v[i].name);
	return list.n > MEMBERS_SHOWN ? arena_printf(l->e->a, "%s, …", text) :
					text;
}

static bool no_member(struct lower *l, struct loc at, const struct located *x,
		      const char *name)
{

	if (x->type->kind != DBG_STRUCT && x->type->kind != DBG_UNION)
		return lower_fail(l, at, "'%s' has no members; ->%s needs a "
				  "structure or a pointer to one; say "
				  "@cast(…, \"type\") to give it one",
				  x->type->name, name);
	if (x->type->is_incomplete)
		return lower_fail(l, at, "'%s' is only declared, never defined",
				  x->type->name);
	return lower_fail(l, at, "unable to find member '%s' for %s "
			  "(alternatives: %s)", name, x->type->name,
			  other_members(l, x->type, name));
}

bool target_member(struct lower *l, struct loc at, struct located *x,
		   const char *name)
{
	const struct expr where = { .loc = at, .token =
		arena_printf(l->e->a, "identifier '%s'", name) };
	struct dbg_member m;

	if (x->type->kind == DBG_POINTER && !target_deref(l, &where, x))
		return false;
	if (!dbg_type_member(x->type, name, &m))
		return no_member(l, at, x, name);
	if (x->kind == AT_ADDRESS) {
		x->e = add_offset(l, at, x->e, m.offset);
		x->bit_offset = m.bit_size ? m.bit_offset : 0;
	} else {
		x->bit_offset += (unsigned)m.offset * 8 +
				 (m.bit_size ? m.bit_offset : 0);
		x->reg = -1;
	}
	x->bit_size = m.bit_size;
	x->type = m.type;
	return true;
}

/* An element of an array that is kept in registers. */
static bool index_value(struct lower *l, const struct component *c,
			const struct dbg_type *elem, struct located *x)
{
	uint64_t i = (uint64_t)c->index->number.value;

	if (c->index->kind != EXPR_NUMBER || i > UINT16_MAX)
		return lower_fail(l, c->loc, "it is kept in registers at this "
				  "point; use a constant index");
	x->bit_offset += (unsigned)(i * elem->size * 8);
	x->bit_size = 0;
	x->type = elem;
	x->reg = -1;
	return true;
}

static bool target_index(struct lower *l, const struct component *c,
			 struct located *x)
{
	const struct expr where = { .loc = c->loc, .token = "operator '['" };
	const struct dbg_type *elem = dbg_type_target(x->type);
	struct arena *a = l->e->a;
	struct expr *base, *offset;
	uint64_t n;

	if (x->type->kind != DBG_ARRAY && x->type->kind != DBG_POINTER)
		return lower_fail(l, c->loc, "'%s' is neither an array nor a "
				  "pointer", x->type->name);
	if (!elem || !elem->size)
		return lower_fail(l, c->loc, "the size of what '%s' holds is "
				  "not known", x->type->name);
	if (c->index->kind == EXPR_NUMBER && x->type->kind == DBG_ARRAY &&
	    dbg_type_count(x->type, &n) && n &&
	    (uint64_t)c->index->number.value >= n)
		return lower_fail(l, c->loc, "index %lld is outside of '%s'",
				  (long long)c->index->number.value,
				  x->type->name);
	if (x->type->kind == DBG_ARRAY && x->kind != AT_ADDRESS)
		return index_value(l, c, elem, x);
	if (x->kind == AT_POINTER) {
		if (c->index->kind != EXPR_NUMBER)
			return lower_fail(l, c->loc, "what it points to is not "
					  "in memory; use a constant index");
		return follow(l, &where, x, elem,
			      (uint64_t)c->index->number.value * elem->size);
	}
	base = x->type->kind == DBG_ARRAY ? target_address(l, &where, x) :
					    read_scalar(l, &where, x);
	if (!base)
		return false;
	offset = ast_clone_expr(a, c->index);
	if (offset->kind == EXPR_NUMBER)
		base = add_offset(l, c->loc, base, (uint64_t)
				  offset->number.value * elem->size);
	else
		base = mk_binary(a, c->loc, OP_ADD, base,
				 elem->size == 1 ? offset :
				 mk_binary(a, c->loc, OP_MUL, offset,
					   mk_number(a, c->loc,
						     (int64_t)elem->size)));
	base->ptype = NULL;
	*x = (struct located){ .kind = AT_ADDRESS, .e = base, .type = elem,
			       .mod = x->mod, .reg = -1 };
	return true;
}

bool target_comps(struct lower *l, const struct expr *e, struct located *x)
{
	vec_for(i, &e->target.comps) {
		const struct component *c = &e->target.comps.v[i];

		switch (c->kind) {
		case COMP_MEMBER:
			if (!target_member(l, c->loc, x, c->member))
				return false;
			break;
		case COMP_INDEX:
			if (!target_index(l, c, x))
				return false;
			break;
		case COMP_PRETTY:
		case COMP_PRETTY_DEEP:
			break;
		}
	}
	return true;
}

/* ---- the base ---- */

static const char *default_module(const struct lower *l)
{
	const struct provider *pr = l->probe ? l->probe->info->provider : NULL;

	return pr && pr->module ? pr->module(l->probe) : "kernel";
}

/* The modules to look in: "a:b", a header in <> stands for the kernel. */
static const char *next_module(struct arena *a, const char **list)
{
	size_t n = strcspn(*list, ":");
	const char *name = arena_strndup(a, *list, n);

	*list += n + ((*list)[n] == ':');
	if (strchr(name, '<'))
		name = arena_strndup(a, name, strcspn(name, "<"));
	return *name ? name : "kernel";
}

static const struct dbg_type *find_type(struct lower *l, const struct expr *e,
					struct sysmod **mod)
{
	const char *list = e->target.module ? e->target.module :
					      default_module(l);
	const char *why = NULL, *all = list;

	do {
		const struct dbg_type *t = NULL;

		*mod = sysmod_dwarf(l->e, next_module(l->e->a, &list), &why);
		if (*mod)
			t = debuginfo_type((*mod)->di, e->target.type_name);
		if (t)
			return t;
	} while (*list);
	/* Modules use the kernel's types, whole or only declared. */
	if (!e->target.module && strcmp(all, "kernel")) {
		const struct dbg_type *t = NULL;

		*mod = sysmod_dwarf(l->e, "kernel", &why);
		if (*mod)
			t = debuginfo_type((*mod)->di, e->target.type_name);
		if (t)
			return t;
	}
	if (why)
		lower_fail(l, e->loc, "%s", why);
	else
		lower_fail(l, e->loc, "type definition '%s' not found in '%s'",
			   e->target.type_name, all);
	return NULL;
}

static bool locate_cast(struct lower *l, const struct expr *e,
			struct located *out)
{
	struct sysmod *mod;
	const struct dbg_type *t = find_type(l, e, &mod);

	if (!t)
		return false;
	if (t->kind != DBG_POINTER)
		t = dbg_type_pointer_to(t);
	*out = (struct located){ .kind = AT_VALUE, .e = e->target.base,
				 .type = t, .mod = mod, .reg = -1 };
	return true;
}

static bool locate_autocast(struct lower *l, const struct expr *e,
			    struct located *out)
{
	const struct expr *base = e->target.base;

	if (!base->ptype)
		return lower_fail(l, e->loc, "what this points to is not known");
	*out = (struct located){
		.kind = AT_VALUE,
		.e = ast_clone_expr(l->e->a, base),
		.type = dbg_type_pointer_to(base->ptype),
		.mod = (struct sysmod *)base->pmodule,
		.reg = -1,
	};
	return true;
}

/* Where the static variables of functions are, for who has to choose. */
static const char *statics_text(struct lower *l, const dbg_vars *all)
{
	const char *text = "";

	for (size_t i = 0; i < all->n && i < SIMILAR_MAX; i++)
		text = arena_printf(l->e->a, "%s%s%s:%u", text, i ? ", " : "",
				    all->v[i].file, all->v[i].line);
	return all->n > SIMILAR_MAX ? arena_printf(l->e->a, "%s, …", text) :
				      text;
}

/* No global has the name: a static variable of a function, if one in the
 * file does.  False with the reason in *why when it cannot be told which. */
static bool find_static(struct lower *l, struct sysmod *mod, const char *name,
			const char *file, struct dbg_var *v, const char **why)
{
	dbg_vars all = { 0 };

	debuginfo_statics(mod->di, name, file, &all);
	if (file && all.n == 1) {
		*v = all.v[0];
		return true;
	}
	if (all.n)
		*why = arena_printf(l->e->a, "'%s' is no global; %s (%s), %s",
				    name, all.n > 1 ?
				    "several functions have a static variable "
				    "of that name" :
				    "a function has a static variable of that "
				    "name", statics_text(l, &all),
				    all.n > 1 ?
				    arena_printf(l->e->a, "which is $%s where "
						 "it can be seen", name) :
				    arena_printf(l->e->a, "which is "
						 "@var(\"%s@%s\")", name,
						 all.v[0].file));
	return false;
}

/* "name@file" of "@var". */
static bool locate_global(struct lower *l, const struct expr *e,
			  struct located *out)
{
	const char *at = strchr(e->target.name, '@');
	const char *name = e->target.name, *file = NULL, *why = NULL;
	const char *list = e->target.module ? e->target.module :
					      default_module(l);
	struct place place;
	struct dbg_var v;

	if (at) {
		name = arena_strndup(l->e->a, name, (size_t)(at - name));
		file = at + 1;
	}
	do {
		struct sysmod *mod = sysmod_dwarf(l->e, next_module(l->e->a,
								    &list),
						  &why);

		if (!mod || (!debuginfo_global(mod->di, name, file, &v) &&
			     !find_static(l, mod, name, file, &v, &why)))
			continue;
		place = dbg_var_place(mod->di, NULL, &v, 0);
		return locate_place(l, e, mod, v.type, &place, out);
	} while (*list);
	if (why)
		return lower_fail(l, e->loc, "%s", why);
	return lower_fail(l, e->loc, "unable to find global '%s'%s%s%s", name,
			  file ? " in a file named '" : "", file ? file : "",
			  file ? "'" : "");
}

static bool locate_var(struct lower *l, const struct expr *e,
		       struct located *out)
{
	const struct provider *pr = l->probe ? l->probe->info->provider : NULL;
	const char *name = e->target.name;

	if (!l->probe)
		return lower_fail(l, e->loc, "target variables are known in "
				  "probes only; pass '%s' to the function as "
				  "an argument", name);
	if (!strcmp(name, "$return") && pr && pr->result)
		return pr->result(l, e, out);
	if (!pr || !pr->variable)
		return lower_fail(l, e->loc, "a probe of '%s' has no target "
				  "variables", l->probe->point);
	return pr->variable(l, e, name, out);
}

bool target_locate(struct lower *l, const struct expr *e, struct located *out)
{
	bool ok = false;

	l->why_at = e->loc;
	switch (e->target.kind) {
	case TARGET_VAR:
		ok = locate_var(l, e, out);
		break;
	case TARGET_CAST:
		ok = locate_cast(l, e, out);
		break;
	case TARGET_GLOBAL:
		ok = locate_global(l, e, out);
		break;
	case TARGET_AUTOCAST:
		ok = locate_autocast(l, e, out);
		break;
	}
	return ok && target_comps(l, e, out);
}
