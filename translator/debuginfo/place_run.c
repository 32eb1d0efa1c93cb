// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A place worked out: what each operation takes and does, and a whole program
 * run on given registers and memory.  In: a place; callbacks that may refuse.
 */
#include "debuginfo/place.h"

unsigned place_operands(enum place_code code)
{
	switch (code) {
	case PLACE_REG:
	case PLACE_ENTRY_REG:
	case PLACE_ENTRY_PARAM:
	case PLACE_CONST:
	case PLACE_ADDR:
		return 0;
	case PLACE_DEREF:
	case PLACE_NEG:
	case PLACE_NOT:
	case PLACE_ABS:
		return 1;
	case PLACE_ADD:
	case PLACE_SUB:
	case PLACE_MUL:
	case PLACE_DIV:
	case PLACE_MOD:
	case PLACE_AND:
	case PLACE_OR:
	case PLACE_XOR:
	case PLACE_SHL:
	case PLACE_SHR:
	case PLACE_SAR:
	case PLACE_EQ:
	case PLACE_NE:
	case PLACE_LT:
	case PLACE_LE:
	case PLACE_GT:
	case PLACE_GE:
		return 2;
	case PLACE_SELECT:
		return 3;
	}
	return 0;
}

bool place_compute(enum place_code code, uint64_t a, uint64_t b, uint64_t *v)
{
	int64_t sa = a, sb = b;

	switch (code) {
	case PLACE_ADD:
		*v = a + b;
		return true;
	case PLACE_SUB:
		*v = a - b;
		return true;
	case PLACE_MUL:
		*v = a * b;
		return true;
	case PLACE_DIV:
		if (!b)
			return false;
		*v = sb == -1 ? -a : (uint64_t)(sa / sb);
		return true;
	case PLACE_MOD:
		if (!b)
			return false;
		*v = sb == -1 ? 0 : (uint64_t)(sa % sb);
		return true;
	case PLACE_AND:
		*v = a & b;
		return true;
	case PLACE_OR:
		*v = a | b;
		return true;
	case PLACE_XOR:
		*v = a ^ b;
		return true;
	case PLACE_SHL:
		*v = b < 64 ? a << b : 0;
		return true;
	case PLACE_SHR:
		*v = b < 64 ? a >> b : 0;
		return true;
	case PLACE_SAR:
		*v = sa >> MIN(b, (uint64_t)63);
		return true;
	case PLACE_EQ:
		*v = a == b;
		return true;
	case PLACE_NE:
		*v = a != b;
		return true;
	case PLACE_LT:
		*v = sa < sb;
		return true;
	case PLACE_LE:
		*v = sa <= sb;
		return true;
	case PLACE_GT:
		*v = sa > sb;
		return true;
	case PLACE_GE:
		*v = sa >= sb;
		return true;
	case PLACE_REG:
	case PLACE_ENTRY_REG:
	case PLACE_ENTRY_PARAM:
	case PLACE_CONST:
	case PLACE_ADDR:
	case PLACE_DEREF:
	case PLACE_NEG:
	case PLACE_NOT:
	case PLACE_ABS:
	case PLACE_SELECT:
		break;
	}
	return false;
}

static uint64_t extend(uint64_t v, const struct place_op *op)
{
	unsigned shift = 64 - 8 * op->size;

	if (!shift)
		return v;
	v <<= shift;
	return op->is_signed ? (uint64_t)((int64_t)v >> shift) : v >> shift;
}

static bool run_operand(const struct place_machine *m,
			const struct place_op *op, uint64_t *v)
{
	if (op->code == PLACE_ENTRY_PARAM)
		return false;
	if (op->code == PLACE_CONST || op->code == PLACE_ADDR) {
		*v = op->n + (op->code == PLACE_ADDR ? m->slide : 0);
		return true;
	}
	return m->reg && m->reg(m->ctx, op->n, op->code == PLACE_ENTRY_REG, v);
}

static bool run_unary(const struct place_machine *m, const struct place_op *op,
		      uint64_t *v)
{
	if (op->code == PLACE_DEREF) {
		if (!m->read || !m->read(m->ctx, *v, op->size, v))
			return false;
		*v = extend(*v, op);
	} else if (op->code == PLACE_NOT) {
		*v = ~*v;
	} else if (op->code == PLACE_NEG || (int64_t)*v < 0) {
		*v = -*v;
	}
	return true;
}

/* One op on the stack of numbers.  The two branches of a SELECT are both
 * worked out here, so a read that fails in the one not taken fails it all:
 * good enough for tests, not for a target. */
static bool run_step(const struct place_machine *m, uint64_t *st, size_t *n,
		     const struct place_op *op)
{
	unsigned operands = place_operands(op->code);
	uint64_t *at;

	if (*n < operands)
		return false;
	at = st + *n - operands;
	*n = *n - operands + 1;
	switch (operands) {
	case 0:
		return run_operand(m, op, at);
	case 1:
		return run_unary(m, op, at);
	case 2:
		return place_compute(op->code, at[0], at[1], at);
	}
	*at = at[0] ? at[1] : at[2];
	return true;
}

bool place_run(const struct place *p, const struct place_machine *m,
	       uint64_t *value)
{
	uint64_t st[PLACE_MAX_OPS + 1];
	size_t n = 0;

	if ((p->kind != PLACE_ADDRESS && p->kind != PLACE_VALUE) ||
	    p->nops > PLACE_MAX_OPS)
		return false;
	for (size_t i = 0; i < p->nops; i++)
		if (!run_step(m, st, &n, &p->ops[i]))
			return false;
	if (n != 1)
		return false;
	*value = st[0];
	return true;
}
