// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a function's result is when it has just returned, by the CPU's
 * calling convention.  In: an instance.  Out: its result type and a place.
 * Kernel code has no floating point, so every class is integer or memory.
 */
#include "debuginfo/internal.h"

struct convention {
	int machine;
	unsigned word;	   /* bytes of a register */
	unsigned reg[2];   /* DWARF numbers: result, and its second half */
	unsigned in_regs;  /* largest struct returned in registers, bytes */
	bool gives_address; /* a larger one's address comes back in reg[0] */
};

static const struct convention conventions[] = {
	{EM_X86_64, 8, {0, 1}, 16, true},  /* rax, rdx */
	{EM_AARCH64, 8, {0, 1}, 16, false}, /* x0, x1; x8 is not kept */
	{EM_386, 4, {0, 2}, 0, true},	    /* eax, edx */
	{EM_ARM, 4, {0, 1}, 4, true},	    /* r0, r1 */
	{EM_RISCV, 8, {10, 11}, 16, false}, /* a0, a1 */
};

static const struct place_op *one_reg(struct debuginfo *di, unsigned reg)
{
	struct place_op *op = arena_new(di->a, struct place_op);

	*op = (struct place_op){.code = PLACE_REG, .n = reg};
	return op;
}

static struct place in_register(struct debuginfo *di, unsigned reg)
{
	return (struct place){.kind = PLACE_VALUE,
			      .ops = one_reg(di, reg),
			      .nops = 1};
}

static struct place in_registers(struct debuginfo *di,
				 const struct convention *c, uint64_t size)
{
	struct place_piece *p;

	if (size <= c->word)
		return in_register(di, c->reg[0]);
	p = arena_array(di->a, 2, struct place_piece);
	p[0] = (struct place_piece){.place = in_register(di, c->reg[0]),
				    .bit_size = 8 * c->word};
	p[1] = (struct place_piece){.place = in_register(di, c->reg[1]),
				    .bit_size = 8 * (size - c->word)};
	return (struct place){
		.kind = PLACE_PIECES, .pieces = p, .npieces = 2};
}

/* x86-64 psABI 3.2.3: a field that is not aligned sends it all to memory. */
static bool is_packed(const struct dbg_type *t)
{
	dbg_members m = {0};

	if (t->kind != DBG_STRUCT && t->kind != DBG_UNION)
		return false;
	dbg_type_members(t, true, &m);
	vec_for(i, &m) {
		const struct dbg_type *mt = m.v[i].type;

		if (m.v[i].bit_size || mt->kind == DBG_ARRAY ||
		    mt->kind == DBG_STRUCT || mt->kind == DBG_UNION)
			continue;
		if (mt->size && m.v[i].offset % mt->size)
			return true;
	}
	return false;
}

static struct place aggregate(struct debuginfo *di, const struct convention *c,
			      const struct dbg_type *t)
{
	struct place p;

	if (!t->size)
		return place_none(di->a, "its type is empty or not known");
	if (t->size <= c->in_regs &&
	    !(c->machine == EM_X86_64 && is_packed(t)))
		return in_registers(di, c, t->size);
	if (!c->gives_address)
		return place_none(di->a, "it is returned in memory whose "
					 "address is not kept");
	p = in_register(di, c->reg[0]);
	p.kind = PLACE_ADDRESS;
	return p;
}

static struct place result_place(struct debuginfo *di,
				 const struct dbg_type *t)
{
	const struct convention *c = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(conventions); i++)
		if (conventions[i].machine == di->f.machine)
			c = &conventions[i];
	if (!c)
		return place_none(di->a, "this CPU's calling convention is "
					 "not known");
	switch (t->kind) {
	case DBG_VOID:
		return place_none(di->a, "the function returns nothing");
	case DBG_INT:
	case DBG_UINT:
	case DBG_BOOL:
	case DBG_CHAR:
	case DBG_ENUM:
	case DBG_POINTER:
		if (t->size > 2 * c->word)
			break;
		return in_registers(di, c, t->size);
	case DBG_STRUCT:
	case DBG_UNION:
		return aggregate(di, c, t);
	case DBG_FLOAT:
	case DBG_ARRAY:
	case DBG_FUNCTION:
	case DBG_OTHER:
		break;
	}
	return place_none(di->a, "a result of type %s cannot be read", t->name);
}

const struct dbg_type *dbg_inst_return(struct debuginfo *di,
				       const struct dbg_inst *inst,
				       struct place *place)
{
	const struct dbg_type *t;
	Dwarf_Die die;

	if (!debuginfo_die(di, inst->die, &die)) {
		*place = place_none(di->a, "its description cannot be read");
		return NULL;
	}
	t = debuginfo_type_of(di, &die);
	*place = result_place(di, t);
	return t->kind == DBG_VOID ? NULL : t;
}
