// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a function's parameters are when it is entered, by the CPU's calling
 * convention.  In: the types, in order.  Out: a place for each.
 *
 * This is what there is without DWARF, and what holds at a function's first
 * instruction where DWARF tells of the stack slot that the next ones fill.
 * Kernel code passes no floating point, so a type with some of it has no
 * place here.
 */
#include "debuginfo/internal.h"

#define REGS_MAX 8
#define WORD 8
#define DEPTH_MAX 16
#define PARTS_MAX 4096 /* of a parameter, looked at */

struct passing {
	int machine;
	unsigned reg[REGS_MAX], nregs; /* DWARF numbers */
	unsigned sp;
	unsigned stack; /* of the first one in memory, from sp at the entry */
	bool by_reference; /* what is over 16 bytes comes as an address */
	bool pairs_aligned; /* of 16-byte alignment: from an even register on */
	bool fills_up; /* once one goes to the stack, all later ones do */
	bool result_takes_reg; /* where a large result goes: the first one */
};

/* x86-64 psABI 3.2.3; AAPCS64 6.8.2 */
static const struct passing passings[] = {
	{.machine = EM_X86_64,
	 .reg = {5, 4, 1, 2, 8, 9}, /* rdi rsi rdx rcx r8 r9 */
	 .nregs = 6,
	 .sp = 7,
	 .stack = 8, /* above the return address */
	 .result_takes_reg = true},
	{.machine = EM_AARCH64,
	 .reg = {0, 1, 2, 3, 4, 5, 6, 7},
	 .nregs = 8,
	 .sp = 31,
	 .by_reference = true,
	 .pairs_aligned = true,
	 .fills_up = true},
};

struct passed {
	struct debuginfo *di;
	const struct passing *by;
	unsigned next;	/* register */
	uint64_t stack; /* offset from sp */
};

/* ---- what a type is made of ---- */

static bool is_aggregate(const struct dbg_type *t)
{
	return t->kind == DBG_STRUCT || t->kind == DBG_UNION;
}

static const struct dbg_type *scalar_of(const struct dbg_type *t)
{
	for (int i = 0; i < DEPTH_MAX && t && t->kind == DBG_ARRAY; i++)
		t = dbg_type_target(t);
	return t;
}

struct content {
	bool floats, unaligned;
	unsigned align;
	unsigned looked; /* at so many parts */
};

static void look_into(const struct dbg_type *t, uint64_t offset, int depth,
		      struct content *c)
{
	dbg_members m = {0};

	t = scalar_of(t);
	if (!t || depth > DEPTH_MAX || ++c->looked > PARTS_MAX)
		return;
	if (!is_aggregate(t)) {
		if (t->kind == DBG_FLOAT || t->kind == DBG_OTHER)
			c->floats = true;
		if (t->size && offset % MIN(t->size, (uint64_t)16))
			c->unaligned = true;
		c->align = MAX(c->align, (unsigned)MIN(t->size, (uint64_t)16));
		return;
	}
	dbg_type_members(t, true, &m);
	vec_for(i, &m)
		if (!m.v[i].bit_size)
			look_into(m.v[i].type, offset + m.v[i].offset,
				  depth + 1, c);
}

static struct content content_of(const struct dbg_type *t)
{
	struct content c = {.align = 1};

	look_into(t, 0, 0, &c);
	return c;
}

bool abi_is_unaligned(const struct dbg_type *t)
{
	return content_of(t).unaligned;
}

/* ---- places ---- */

static struct place in_reg(struct passed *p, enum place_kind kind)
{
	struct place_op *op = arena_new(p->di->a, struct place_op);

	*op = (struct place_op){.code = PLACE_REG,
				.n = p->by->reg[p->next++]};
	return (struct place){.kind = kind, .ops = op, .nops = 1};
}

static struct place in_regs(struct passed *p, uint64_t size)
{
	unsigned n = (size + WORD - 1) / WORD;
	struct place_piece *pieces;

	if (n == 1)
		return in_reg(p, PLACE_VALUE);
	pieces = arena_array(p->di->a, n, struct place_piece);
	for (unsigned i = 0; i < n; i++)
		pieces[i] = (struct place_piece){
			.place = in_reg(p, PLACE_VALUE),
			.bit_size = 8 * MIN(size - i * WORD, (uint64_t)WORD)};
	return (struct place){
		.kind = PLACE_PIECES, .pieces = pieces, .npieces = n};
}

static struct place on_stack(struct passed *p, uint64_t size, unsigned align,
			     bool address)
{
	struct place_op *op = arena_array(p->di->a, 4, struct place_op);
	uint64_t base = p->by->stack;

	if (align > WORD)
		p->stack = (p->stack + align - 1) / align * align;
	op[0] = (struct place_op){.code = PLACE_REG, .n = p->by->sp};
	op[1] = (struct place_op){.code = PLACE_CONST, .n = base + p->stack};
	op[2] = (struct place_op){.code = PLACE_ADD};
	op[3] = (struct place_op){.code = PLACE_DEREF, .size = WORD};
	p->stack += (size + WORD - 1) / WORD * WORD;
	return (struct place){.kind = PLACE_ADDRESS,
			      .ops = op,
			      .nops = address ? 4 : 3};
}

static struct place pass_words(struct passed *p, uint64_t size, unsigned align)
{
	unsigned n = (size + WORD - 1) / WORD;

	if (align > WORD && p->by->pairs_aligned)
		p->next += p->next & 1;
	if (p->next + n <= p->by->nregs)
		return in_regs(p, size);
	if (p->by->fills_up)
		p->next = p->by->nregs;
	return on_stack(p, size, align, false);
}

/* The caller's copy, its address passed as a parameter is. */
static struct place pass_reference(struct passed *p)
{
	if (p->next < p->by->nregs)
		return in_reg(p, PLACE_ADDRESS);
	return on_stack(p, WORD, WORD, true);
}

static struct place pass(struct passed *p, const struct dbg_type *t)
{
	struct content c = content_of(t);

	if (c.floats || t->kind == DBG_VOID || t->kind == DBG_FUNCTION)
		return place_none(p->di->a, "a parameter of type %s has no "
				  "known place", t->name);
	if (!t->size && is_aggregate(t))
		return place_none(p->di->a, "it is empty");
	if (!is_aggregate(t))
		return pass_words(p, t->size, (unsigned)t->size);
	if (t->size > 2 * WORD && p->by->by_reference)
		return pass_reference(p);
	if (t->size > 2 * WORD || (c.unaligned && !p->by->by_reference))
		return on_stack(p, t->size, c.align, false);
	return pass_words(p, t->size, c.align);
}

bool abi_params(struct debuginfo *di, const struct dbg_type *result,
		const dbg_types *types, struct place *out)
{
	struct passed p = {.di = di};

	for (size_t i = 0; i < ARRAY_SIZE(passings); i++)
		if (passings[i].machine == di->f.machine)
			p.by = &passings[i];
	if (!p.by)
		return false;
	if (p.by->result_takes_reg && abi_result_in_memory(di, result))
		p.next++;
	vec_for(i, types)
		out[i] = pass(&p, types->v[i]);
	return true;
}

/* n: 0 when the address is the stack pointer's own. */
static bool is_from(const struct place *place, unsigned sp, int64_t *n)
{
	const struct place_op *op = place->ops;

	if (place->kind != PLACE_ADDRESS || !place->nops ||
	    op[0].code != PLACE_REG || op[0].n != sp)
		return false;
	*n = place->nops == 1 ? 0 : (int64_t)op[1].n;
	return place->nops == 1 ||
	       (place->nops == 3 && op[1].code == PLACE_CONST &&
		op[2].code == PLACE_ADD);
}

enum abi_slot abi_slot(const struct debuginfo *di, const struct place *place)
{
	int64_t n;

	for (size_t i = 0; i < ARRAY_SIZE(passings); i++)
		if (passings[i].machine == di->f.machine &&
		    is_from(place, passings[i].sp, &n))
			return n < (int64_t)passings[i].stack ? ABI_SLOT_OWN :
								ABI_SLOT_CALLER;
	return ABI_SLOT_NONE;
}

int abi_stack_reg(const struct debuginfo *di)
{
	for (size_t i = 0; i < ARRAY_SIZE(passings); i++)
		if (passings[i].machine == di->f.machine)
			return (int)passings[i].sp;
	return -1;
}
