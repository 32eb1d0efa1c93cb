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
	/* Of a larger one: its address comes back in reg[0], or was in this
	 * register at the entry (0: not known). */
	bool gives_address;
	unsigned address_reg;
};

static const struct convention conventions[] = {
	{EM_X86_64, 8, {0, 1}, 16, true, 0},  /* rax, rdx */
	{EM_AARCH64, 8, {0, 1}, 16, false, 8}, /* x0, x1; x8 */
	{EM_386, 4, {0, 2}, 0, true, 0},       /* eax, edx */
	{EM_ARM, 4, {0, 1}, 4, true, 0},       /* r0, r1 */
	{EM_RISCV, 8, {10, 11}, 16, false, 0}, /* a0, a1 */
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

/* What that register held when the function was entered. */
static struct place from_entry(struct debuginfo *di, unsigned reg)
{
	struct place_op *op = arena_new(di->a, struct place_op);

	*op = (struct place_op){.code = PLACE_ENTRY_REG, .n = reg};
	return (struct place){.kind = PLACE_ADDRESS,
			      .at_entry = true,
			      .ops = op,
			      .nops = 1};
}

static bool fits_registers(const struct convention *c,
			   const struct dbg_type *t)
{
	/* x86-64 psABI 3.2.3: a field that is not aligned sends it all to
	 * memory. */
	return t->size <= c->in_regs &&
	       !(c->machine == EM_X86_64 && abi_is_unaligned(t));
}

static struct place aggregate(struct debuginfo *di, const struct convention *c,
			      const struct dbg_type *t)
{
	struct place p;

	if (!t->size)
		return place_none(di->a, "its type is empty or not known");
	if (fits_registers(c, t))
		return in_registers(di, c, t->size);
	if (c->address_reg)
		return from_entry(di, c->address_reg);
	if (!c->gives_address)
		return place_none(di->a, "it is returned in memory whose "
					 "address is not kept");
	p = in_register(di, c->reg[0]);
	p.kind = PLACE_ADDRESS;
	return p;
}

static const struct convention *convention_of(const struct debuginfo *di)
{
	for (size_t i = 0; i < ARRAY_SIZE(conventions); i++)
		if (conventions[i].machine == di->f.machine)
			return &conventions[i];
	return NULL;
}

bool abi_result_in_memory(struct debuginfo *di, const struct dbg_type *t)
{
	const struct convention *c = convention_of(di);

	return c && (t->kind == DBG_STRUCT || t->kind == DBG_UNION) &&
	       t->size && !fits_registers(c, t);
}

struct place abi_result(struct debuginfo *di, const struct dbg_type *t)
{
	const struct convention *c = convention_of(di);

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

	if (di->btf) {
		t = btf_inst_result(di, inst);
		*place = abi_result(di, t);
		return t->kind == DBG_VOID ? NULL : t;
	}
	if (!debuginfo_die(di, inst->die, &die)) {
		*place = place_none(di->a, "its description cannot be read");
		return NULL;
	}
	t = debuginfo_type_of(di, &die);
	*place = abi_result(di, t);
	return t->kind == DBG_VOID ? NULL : t;
}
