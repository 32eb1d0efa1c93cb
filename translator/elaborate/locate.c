// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a place, as debuginfo/ describes it, to expressions of the script.
 * In: a postfix program.  Out: a tree of registers, loads and arithmetic.
 */
#include "elaborate/provider/kprobe_site.h"

bool lower_fail(struct lower *l, struct loc at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	l->why = arena_vprintf(l->e->a, fmt, ap);
	va_end(ap);
	l->why_at = at;
	l->missing = NULL;
	return false;
}

struct expr *locate_reg(struct lower *l, const struct expr *at, unsigned n)
{
	struct expr *e = arena_new(l->e->a, struct expr);

	e->kind = EXPR_REGISTER;
	e->type = TYPE_LONG;
	e->loc = at->loc;
	e->token = at->token;
	e->reg.dwarf_reg = (int)n;
	return e;
}

static struct expr *mk_address(struct lower *l, const struct expr *at,
			       struct sysmod *mod, uint64_t addr)
{
	struct expr *e = arena_new(l->e->a, struct expr);
	const char *section = NULL;
	uint64_t offset = addr;

	site_anchor(l->e, mod);
	e->kind = EXPR_ADDRESS;
	e->type = TYPE_LONG;
	e->loc = at->loc;
	e->token = at->token;
	e->address.module = mod->name;
	if (debuginfo_facts(mod->di)->is_module) {
		if (!debuginfo_section(mod->di, addr, &section, &offset))
			return NULL;
		e->address.section = section;
	}
	e->address.addr = offset;
	return e;
}

struct expr *locate_section(struct lower *l, const struct expr *at,
			    struct sysmod *mod, const char *section)
{
	struct expr *e = arena_new(l->e->a, struct expr);

	site_anchor(l->e, mod);
	e->kind = EXPR_ADDRESS;
	e->type = TYPE_LONG;
	e->loc = at->loc;
	e->token = at->token;
	e->address.module = mod->name;
	e->address.section = *section ? section : NULL;
	return e;
}

/* Where each CPU's copy of the per-CPU variables is, from the first one. */
#define OFFSETS "__per_cpu_offset"
#define PER_CPU ".data..percpu"
#define ZERO_BASED UINT32_MAX /* x86 links them to zero, which nothing moves */

static struct expr *mk_cpu_offset(struct lower *l, const struct expr *at)
{
	struct sysmod *kernel = sysmod_get(l->e, "kernel");
	struct arena *a = l->e->a;
	struct expr *cpu = mk_call(a, at->loc, "cpu", NULL), *table;
	struct dbg_sym sym;

	if (!kernel->di || !debuginfo_sym(kernel->di, OFFSETS, &sym))
		return NULL;
	cpu->type = TYPE_LONG;
	table = mk_address(l, at, kernel, sym.addr);
	return mk_load(a, at->loc, at->token,
		       mk_binary(a, at->loc, OP_ADD, table,
				 mk_binary(a, at->loc, OP_MUL, cpu,
					   mk_number(a, at->loc, 8))),
		       8, false);
}

static const enum op binary_ops[] = {
	[PLACE_ADD] = OP_ADD, [PLACE_SUB] = OP_SUB, [PLACE_MUL] = OP_MUL,
	[PLACE_DIV] = OP_DIV, [PLACE_MOD] = OP_MOD, [PLACE_AND] = OP_AND,
	[PLACE_OR] = OP_OR,   [PLACE_XOR] = OP_XOR, [PLACE_SHL] = OP_SHL,
	[PLACE_SHR] = OP_LSHR, [PLACE_SAR] = OP_SHR, [PLACE_EQ] = OP_EQ,
	[PLACE_NE] = OP_NE,   [PLACE_LT] = OP_LT,   [PLACE_LE] = OP_LE,
	[PLACE_GT] = OP_GT,   [PLACE_GE] = OP_GE,
};

struct stack {
	struct expr *v[PLACE_MAX_OPS];
	size_t n;
};

static bool run_binary(struct lower *l, const struct expr *at, struct stack *s,
		       enum place_code code)
{
	struct expr *b;

	if (s->n < 2)
		return false;
	b = s->v[--s->n];
	s->v[s->n - 1] = mk_binary(l->e->a, at->loc, binary_ops[code],
				   s->v[s->n - 1], b);
	return true;
}

static struct expr *mk_select(struct lower *l, const struct expr *at,
			      struct expr *cond, struct expr *x,
			      struct expr *y)
{
	struct expr *e = arena_new(l->e->a, struct expr);

	e->kind = EXPR_TERNARY;
	e->type = TYPE_LONG;
	e->loc = at->loc;
	e->token = at->token;
	e->ternary.cond = cond;
	e->ternary.a = x;
	e->ternary.b = y;
	return e;
}

/* An address of the file: of a per-CPU variable, this CPU's. */
static struct expr *mk_data_address(struct lower *l, const struct expr *at,
				    struct sysmod *mod, uint64_t addr)
{
	struct arena *a = l->e->a;
	const char *section = NULL;
	struct expr *base, *offset, *sum;

	if (!debuginfo_section(mod->di, addr, &section, NULL) ||
	    strcmp(section, PER_CPU))
		return mk_address(l, at, mod, addr);
	if (addr <= ZERO_BASED && !debuginfo_facts(mod->di)->is_module)
		base = mk_number(a, at->loc, (int64_t)addr);
	else
		base = mk_address(l, at, mod, addr);
	offset = mk_cpu_offset(l, at);
	if (!base || !offset)
		return NULL;
	/* Of a module that is not there, nothing is to be read. */
	sum = mk_binary(a, at->loc, OP_ADD, base, offset);
	return !debuginfo_facts(mod->di)->is_module ? sum :
	       mk_select(l, at, ast_clone_expr(a, base), sum,
			 mk_number(a, at->loc, 0));
}

static struct expr *mk_abs(struct lower *l, const struct expr *at,
			   struct expr *x)
{
	struct arena *a = l->e->a;

	return mk_select(l, at,
			 mk_binary(a, at->loc, OP_LT, x,
				   mk_number(a, at->loc, 0)),
			 mk_unary(a, at->loc, OP_NEG, ast_clone_expr(a, x)),
			 ast_clone_expr(a, x));
}

static bool run_select(struct lower *l, const struct expr *at, struct stack *s)
{
	if (s->n < 3)
		return false;
	s->n -= 2;
	s->v[s->n - 1] = mk_select(l, at, s->v[s->n - 1], s->v[s->n],
				   s->v[s->n + 1]);
	return true;
}

static bool run_unary(struct lower *l, const struct expr *at, struct stack *s,
		      const struct place_op *op)
{
	struct expr **top;

	if (!s->n)
		return false;
	top = &s->v[s->n - 1];
	if (op->code == PLACE_DEREF)
		*top = mk_load(l->e->a, at->loc, at->token, *top, op->size,
			       op->is_signed);
	else if (op->code == PLACE_ABS)
		*top = mk_abs(l, at, *top);
	else
		*top = mk_unary(l->e->a, at->loc,
				op->code == PLACE_NEG ? OP_NEG : OP_BITNOT,
				*top);
	return true;
}

static bool push(struct stack *s, struct expr *e)
{
	if (!e || s->n == ARRAY_SIZE(s->v))
		return false;
	s->v[s->n++] = e;
	return true;
}

static bool is_kept(struct lower *l, const struct expr *at, unsigned reg)
{
	const struct arch *arch = l->e->arch;

	if (!arch || arch_reg_offset(arch, reg) >= 0)
		return true;
	lower_fail(l, at->loc, "it is in the CPU's register %u by DWARF's "
		   "numbers, for floating-point values or alike, which the "
		   "kernel does not save at a probe", reg);
	return false;
}

static bool run_operand(struct lower *l, const struct expr *at,
			struct sysmod *mod, struct stack *s,
			const struct place_op *op)
{
	if (op->code == PLACE_REG)
		return is_kept(l, at, (unsigned)op->n) &&
		       push(s, locate_reg(l, at, (unsigned)op->n));
	if (op->code == PLACE_CONST)
		return push(s, mk_number(l->e->a, at->loc, (int64_t)op->n));
	if (op->code == PLACE_ADDR)
		return push(s, mk_data_address(l, at, mod, op->n));
	return push(s, lower_at_entry(l, at, op));
}

static bool run_op(struct lower *l, const struct expr *at, struct sysmod *mod,
		   struct stack *s, const struct place_op *op)
{
	switch (place_operands(op->code)) {
	case 0:
		return run_operand(l, at, mod, s, op);
	case 1:
		return run_unary(l, at, s, op);
	case 2:
		return run_binary(l, at, s, op->code);
	}
	return run_select(l, at, s);
}

static struct expr *run_place(struct lower *l, const struct expr *at,
			      struct sysmod *mod, const struct place *p)
{
	struct stack s = { .n = 0 };

	l->why = NULL;
	for (size_t i = 0; i < p->nops; i++)
		if (!run_op(l, at, mod, &s, &p->ops[i])) {
			if (!l->why)
				lower_fail(l, at->loc, "its location cannot "
					   "be written as an expression");
			return NULL;
		}
	if (s.n == 1)
		return s.v[0];
	lower_fail(l, at->loc, "its location is malformed");
	return NULL;
}

struct expr *locate_value(struct lower *l, const struct expr *at,
			  struct sysmod *mod, const struct place *place)
{
	return run_place(l, at, mod, place);
}

/* ---- pieces ---- */

static struct expr *take_bits(struct lower *l, const struct expr *at,
			      struct expr *e, unsigned from, unsigned n)
{
	struct arena *a = l->e->a;

	if (from)
		e = mk_binary(a, at->loc, OP_LSHR, e,
			      mk_number(a, at->loc, from));
	if (from + n < 64)
		e = mk_binary(a, at->loc, OP_AND, e,
			      mk_number(a, at->loc,
					(int64_t)((UINT64_C(1) << n) - 1)));
	return e;
}

/* n bits of one piece, from bit `from` of the piece on. */
static struct expr *piece_bits(struct lower *l, const struct expr *at,
			       struct sysmod *mod,
			       const struct place_piece *p, unsigned from,
			       unsigned n)
{
	struct expr *e;

	if (p->place.kind != PLACE_VALUE && p->place.kind != PLACE_ADDRESS) {
		lower_fail(l, at->loc, "%s",
			   p->place.why ? p->place.why : "optimised away");
		return NULL;
	}
	e = run_place(l, at, mod, &p->place);
	if (!e)
		return NULL;
	from += p->bit_offset;
	if (p->place.kind == PLACE_VALUE)
		return from + n <= 64 ? take_bits(l, at, e, from, n) : NULL;
	if (from / 8)
		e = mk_binary(l->e->a, at->loc, OP_ADD, e,
			      mk_number(l->e->a, at->loc, from / 8));
	from %= 8;
	e = mk_load(l->e->a, at->loc, at->token, e,
		    from + n <= 8 ? 1 : from + n <= 16 ? 2 :
		    from + n <= 32 ? 4 : 8, false);
	return take_bits(l, at, e, from, n);
}

struct expr *locate_pieces(struct lower *l, const struct expr *at,
			   struct sysmod *mod, const struct place *place,
			   unsigned from, unsigned n)
{
	struct arena *a = l->e->a;
	struct expr *all = NULL;
	unsigned start = 0;

	if (n > 64) {
		lower_fail(l, at->loc, "it is scattered over %zu places",
			   place->npieces);
		return NULL;
	}
	for (size_t i = 0; i < place->npieces; i++) {
		const struct place_piece *p = &place->pieces[i];
		unsigned end = start + p->bit_size;
		unsigned lo = MAX(from, start), hi = MIN(from + n, end);
		struct expr *e;

		if (lo < hi) {
			e = piece_bits(l, at, mod, p, lo - start, hi - lo);
			if (!e)
				return NULL;
			if (lo > from)
				e = mk_binary(a, at->loc, OP_SHL, e,
					      mk_number(a, at->loc,
							lo - from));
			all = all ? mk_binary(a, at->loc, OP_OR, all, e) : e;
		}
		start = end;
	}
	if (!all)
		lower_fail(l, at->loc, "it is optimised away");
	return all;
}

bool locate_place(struct lower *l, const struct expr *at, struct sysmod *mod,
		  const struct dbg_type *type, const struct place *place,
		  struct located *out)
{
	*out = (struct located){ .type = type, .mod = mod, .reg = -1 };
	switch (place->kind) {
	case PLACE_NONE:
		return lower_fail(l, at->loc, "%s", place->why ? place->why :
				  "optimised away");
	case PLACE_ADDRESS:
		out->kind = AT_ADDRESS;
		break;
	case PLACE_VALUE:
		out->kind = AT_VALUE;
		if (place->nops == 1 && place->ops[0].code == PLACE_REG)
			out->reg = (int)place->ops[0].n;
		break;
	case PLACE_PIECES:
	case PLACE_POINTER:
		out->kind = place->kind == PLACE_PIECES ? AT_PIECES :
							  AT_POINTER;
		out->place = arena_dup(l->e->a, place, sizeof *place);
		return true;
	}
	out->e = run_place(l, at, mod, place);
	return out->e != NULL;
}

bool locate_result(struct lower *l, const struct expr *at, struct sysmod *mod,
		   const struct dbg_type *type, struct located *out)
{
	struct expr *e = arena_new(l->e->a, struct expr);

	e->kind = EXPR_CALLCTX;
	e->type = TYPE_LONG;
	e->loc = at->loc;
	e->token = at->token;
	e->callctx.what = CALLCTX_RETVAL;
	*out = (struct located){ .kind = AT_VALUE, .e = e, .type = type,
				 .mod = mod, .reg = l->e->arch->return_reg };
	return true;
}

struct located *located_new(struct arena *a)
{
	return arena_new(a, struct located);
}

const char *located_type(const struct located *x)
{
	return x->type->name;
}
