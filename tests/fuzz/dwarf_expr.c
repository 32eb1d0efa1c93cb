// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the evaluator of DWARF expressions: any list of ops must end in a
 * place whose program runs on a stack that neither under- nor overflows, or
 * in a refusal with a reason.
 */
#include "debuginfo/place.h"

#include <dwarf.h>
#include <stdlib.h>

#define MAX_OPS 256

struct input {
	const uint8_t *p;
	size_t n;
	Dwarf_Op ops[MAX_OPS];
	size_t nops;
};

static uint64_t take(struct input *in, size_t n)
{
	uint64_t v = 0;

	n = MIN(n, in->n);
	memcpy(&v, in->p, n);
	in->p += n;
	in->n -= n;
	return v;
}

/* An op is a control byte, the operation and operands of the lengths that the
 * control byte says: short inputs reach every op with small operands. */
static void decode(struct input *in)
{
	uint64_t offset = 0;

	while (in->n && in->nops < MAX_OPS) {
		uint8_t control = take(in, 1);
		Dwarf_Op *op = &in->ops[in->nops++];

		op->atom = take(in, 1);
		op->number = take(in, (control & 15) % 9);
		op->number2 = take(in, control >> 4 & 7);
		op->offset = offset;
		offset += 1 + (control & 3);
	}
}

static bool give_ops(void *ctx, const Dwarf_Op *op, const Dwarf_Op **ops,
		     size_t *n)
{
	struct input *in = ctx;
	size_t from = op->number % MAX_OPS;

	if (from >= in->nops)
		return false;
	*ops = in->ops + from;
	*n = in->nops - from;
	return true;
}

static bool give_bytes(void *ctx, const Dwarf_Op *op, const uint8_t **p,
		       size_t *n)
{
	static const uint8_t bytes[1024];

	*p = bytes;
	*n = op->number % sizeof bytes;
	return true;
}

static bool give_address(void *ctx, const Dwarf_Op *op, uint64_t *value)
{
	*value = op->number;
	return op->number & 1;
}

static bool give_type(void *ctx, const Dwarf_Op *op, unsigned *size,
		      bool *is_signed)
{
	*size = op->number % 11;
	*is_signed = op->number2 & 1;
	return true;
}

static bool any_reg(void *ctx, unsigned n, bool at_entry, uint64_t *v)
{
	*v = n * 0x9e3779b97f4a7c15ull + at_entry;
	return true;
}

static bool any_read(void *ctx, uint64_t addr, unsigned size, uint64_t *v)
{
	if (size != 1 && size != 2 && size != 4 && size != 8)
		abort();
	*v = addr * 0xff51afd7ed558ccdull;
	return true;
}

static size_t operands(enum place_code c)
{
	if (c <= PLACE_ADDR)
		return 0;
	if (c == PLACE_DEREF || c == PLACE_NEG || c == PLACE_NOT ||
	    c == PLACE_ABS)
		return 1;
	return c == PLACE_SELECT ? 3 : 2;
}

/* Operands are there for each op, and one number is left at the end. */
static void check_program(const struct place *p)
{
	size_t depth = 0;

	if (!p->nops || p->nops > PLACE_MAX_OPS)
		abort();
	for (size_t i = 0; i < p->nops; i++) {
		enum place_code c = p->ops[i].code;

		if (c > PLACE_SELECT || depth < operands(c))
			abort();
		depth += 1 - operands(c);
	}
	if (depth != 1)
		abort();
}

static void check_place(struct arena *a, const struct place *p, int depth)
{
	struct place_machine m = {.reg = any_reg, .read = any_read};
	uint64_t v;

	switch (p->kind) {
	case PLACE_NONE:
		if (!p->why || !*p->why)
			abort();
		break;
	case PLACE_ADDRESS:
	case PLACE_VALUE:
		check_program(p);
		place_run(p, &m, &v);
		break;
	case PLACE_PIECES:
		if (depth || !p->npieces || p->npieces > PLACE_MAX_PIECES)
			abort();
		for (size_t i = 0; i < p->npieces; i++)
			check_place(a, &p->pieces[i].place, depth + 1);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const Dwarf_Op cfa[] = {{DW_OP_bregx, 7, 8, 0}};
	struct arena a = {0};
	struct input in = {.p = data, .n = size};
	struct place_env env = {
		.cfa = cfa,
		.ncfa = 1,
		.addr_size = 8,
		.ctx = &in,
		.nested = give_ops,
		.bytes = give_bytes,
		.addrx = give_address,
		.call = give_ops,
		.base_type = give_type,
	};
	uint8_t flags = take(&in, 1);
	struct place p;

	decode(&in);
	env.at_entry = flags & 1;
	env.big_endian = flags & 2;
	env.frame_base = flags & 4 ? in.ops : cfa;
	env.nframe_base = flags & 4 ? in.nops : 1;
	env.is_cfa = flags & 8;
	p = place_eval(&a, in.ops, in.nops, &env);
	check_place(&a, &p, 0);
	if (flags & 16)
		place_str(&a, &p, NULL);
	arena_free(&a);
	return 0;
}
