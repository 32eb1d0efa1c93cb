// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A place as text for people: the postfix program is walked with a stack of
 * texts.
 */
#include "debuginfo/place.h"

#include <inttypes.h>

static const char *const operators[] = {
	[PLACE_ADD] = "+", [PLACE_SUB] = "-", [PLACE_MUL] = "*",
	[PLACE_DIV] = "/", [PLACE_MOD] = "%", [PLACE_AND] = "&",
	[PLACE_OR] = "|", [PLACE_XOR] = "^", [PLACE_SHL] = "<<",
	[PLACE_SHR] = ">>>", [PLACE_SAR] = ">>", [PLACE_NEG] = "-",
	[PLACE_NOT] = "~", [PLACE_ABS] = "abs", [PLACE_EQ] = "==",
	[PLACE_NE] = "!=", [PLACE_LT] = "<", [PLACE_LE] = "<=",
	[PLACE_GT] = ">", [PLACE_GE] = ">=",
};

static const char *reg_text(struct arena *a, const struct place_op *op,
			    const char *(*reg)(unsigned n))
{
	const char *name = reg ? reg(op->n) : NULL;
	const char *at = op->code == PLACE_ENTRY_REG ? "@entry" : "";

	if (name)
		return arena_printf(a, "%%%s%s", name, at);
	return arena_printf(a, "%%reg%" PRIu64 "%s", op->n, at);
}

static const char *add_text(struct arena *a, const char *x, const char *y,
			    const struct place_op *last)
{
	if (last->code == PLACE_CONST && (int64_t)last->n < 0)
		return arena_printf(a, "(%s - %" PRIu64 ")", x, -last->n);
	return arena_printf(a, "(%s + %s)", x, y);
}

static const char *operand_text(struct arena *a, const struct place_op *op,
				const char *(*reg)(unsigned n))
{
	if (op->code == PLACE_ENTRY_PARAM)
		return arena_printf(a, "parameter@caller(%#" PRIx64 ")", op->n);
	if (op->code == PLACE_CONST)
		return arena_printf(a, "%" PRId64, (int64_t)op->n);
	if (op->code == PLACE_ADDR)
		return arena_printf(a, "%#" PRIx64, op->n);
	return reg_text(a, op, reg);
}

static const char *unary_text(struct arena *a, const char *x,
			      const struct place_op *op)
{
	if (op->code == PLACE_DEREF)
		return arena_printf(a, "*(%c%u)%s", op->is_signed ? 's' : 'u',
				    op->size * 8, x);
	return arena_printf(a, "%s(%s)", operators[op->code], x);
}

static const char *binary_text(struct arena *a, const char *x, const char *y,
			       const struct place_op *op)
{
	if (op->code == PLACE_ADD)
		return add_text(a, x, y, op - 1);
	return arena_printf(a, "(%s %s %s)", x, operators[op->code], y);
}

/* One operator or operand onto the stack of texts; the new depth. */
static size_t text_step(struct arena *a, const char **st, size_t n,
			const struct place_op *op,
			const char *(*reg)(unsigned n))
{
	const char **at = st + n - place_operands(op->code);

	switch (place_operands(op->code)) {
	case 0:
		*at = operand_text(a, op, reg);
		break;
	case 1:
		*at = unary_text(a, at[0], op);
		break;
	case 2:
		*at = binary_text(a, at[0], at[1], op);
		break;
	case 3:
		*at = arena_printf(a, "(%s ? %s : %s)", at[0], at[1], at[2]);
		break;
	}
	return at + 1 - st;
}

static const char *program_text(struct arena *a, const struct place *p,
				const char *(*reg)(unsigned n))
{
	const char **st = arena_array(a, p->nops + 1, const char *);
	size_t n = 0;

	for (size_t i = 0; i < p->nops; i++)
		n = text_step(a, st, n, &p->ops[i], reg);
	return n ? st[0] : "";
}

static const char *pieces_text(struct arena *a, const struct place *p,
			       const char *(*reg)(unsigned n))
{
	struct buf b = {0};
	const char *s;

	buf_puts(&b, "[");
	for (size_t i = 0; i < p->npieces; i++) {
		const struct place_piece *q = &p->pieces[i];

		buf_printf(&b, "%s%u bits", i ? "; " : "", q->bit_size);
		if (q->bit_offset)
			buf_printf(&b, " from bit %u", q->bit_offset);
		buf_printf(&b, ": %s", place_str(a, &q->place, reg));
	}
	buf_puts(&b, "]");
	s = arena_strdup(a, buf_str(&b));
	buf_free(&b);
	return s;
}

const char *place_str(struct arena *a, const struct place *p,
		      const char *(*reg)(unsigned n))
{
	switch (p->kind) {
	case PLACE_NONE:
		return arena_printf(a, "nowhere (%s)", p->why ? p->why : "");
	case PLACE_ADDRESS:
		return arena_printf(a, "*%s", program_text(a, p, reg));
	case PLACE_VALUE:
		return program_text(a, p, reg);
	case PLACE_PIECES:
		return pieces_text(a, p, reg);
	case PLACE_POINTER:
		return arena_printf(a, "&(%#" PRIx64 ") + %" PRId64, p->die,
				    p->offset);
	}
	return "";
}
