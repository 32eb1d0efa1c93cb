// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A place as text for people, and a place worked out on given registers and
 * memory (tests; constants).  Both walk the postfix program with a stack.
 */
#include "debuginfo/place.h"

#include <inttypes.h>

static const char *op_text(enum place_code code)
{
	switch (code) {
	case PLACE_ADD:
		return "+";
	case PLACE_SUB:
		return "-";
	case PLACE_MUL:
		return "*";
	case PLACE_DIV:
		return "/";
	case PLACE_MOD:
		return "%";
	case PLACE_AND:
		return "&";
	case PLACE_OR:
		return "|";
	case PLACE_XOR:
		return "^";
	case PLACE_SHL:
		return "<<";
	case PLACE_SHR:
		return ">>>";
	case PLACE_SAR:
		return ">>";
	case PLACE_EQ:
		return "==";
	case PLACE_NE:
		return "!=";
	case PLACE_LT:
		return "<";
	case PLACE_LE:
		return "<=";
	case PLACE_GT:
		return ">";
	case PLACE_GE:
		return ">=";
	case PLACE_NEG:
		return "-";
	case PLACE_NOT:
		return "~";
	case PLACE_ABS:
		return "abs";
	case PLACE_REG:
	case PLACE_ENTRY_REG:
	case PLACE_ENTRY_PARAM:
	case PLACE_CONST:
	case PLACE_ADDR:
	case PLACE_DEREF:
	case PLACE_SELECT:
		break;
	}
	return "?";
}

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

/* One operator or operand onto the stack of texts; the new depth. */
static size_t text_step(struct arena *a, const char **st, size_t n,
			const struct place_op *op,
			const char *(*reg)(unsigned n))
{
	switch (op->code) {
	case PLACE_REG:
	case PLACE_ENTRY_REG:
		st[n] = reg_text(a, op, reg);
		return n + 1;
	case PLACE_ENTRY_PARAM:
		st[n] = arena_printf(a, "parameter@caller(%#" PRIx64 ")",
				     op->n);
		return n + 1;
	case PLACE_CONST:
		st[n] = arena_printf(a, "%" PRId64, (int64_t)op->n);
		return n + 1;
	case PLACE_ADDR:
		st[n] = arena_printf(a, "%#" PRIx64, op->n);
		return n + 1;
	case PLACE_DEREF:
		st[n - 1] = arena_printf(a, "*(%c%u)%s",
					 op->is_signed ? 's' : 'u',
					 op->size * 8, st[n - 1]);
		return n;
	case PLACE_NEG:
	case PLACE_NOT:
	case PLACE_ABS:
		st[n - 1] = arena_printf(a, "%s(%s)", op_text(op->code),
					 st[n - 1]);
		return n;
	case PLACE_SELECT:
		st[n - 3] = arena_printf(a, "(%s ? %s : %s)", st[n - 3],
					 st[n - 2], st[n - 1]);
		return n - 2;
	case PLACE_ADD:
		st[n - 2] = add_text(a, st[n - 2], st[n - 1], op - 1);
		return n - 1;
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
		st[n - 2] = arena_printf(a, "(%s %s %s)", st[n - 2],
					 op_text(op->code), st[n - 1]);
		return n - 1;
	}
	return n;
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

/* ---- running ---- */

static bool compute(enum place_code code, uint64_t a, uint64_t b, uint64_t *v)
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

/* One op on the stack of numbers.  The two branches of a SELECT are both
 * worked out here, so a read that fails in the one not taken fails it all:
 * good enough for tests, not for a target. */
static bool run_step(const struct place_machine *m, uint64_t *st, size_t *n,
		     const struct place_op *op)
{
	uint64_t v;

	switch (op->code) {
	case PLACE_REG:
	case PLACE_ENTRY_REG:
		return m->reg && m->reg(m->ctx, op->n,
					op->code == PLACE_ENTRY_REG,
					&st[(*n)++]);
	case PLACE_ENTRY_PARAM:
		return false;
	case PLACE_CONST:
		st[(*n)++] = op->n;
		return true;
	case PLACE_ADDR:
		st[(*n)++] = op->n + m->slide;
		return true;
	case PLACE_DEREF:
		if (*n < 1 || !m->read ||
		    !m->read(m->ctx, st[*n - 1], op->size, &v))
			return false;
		st[*n - 1] = extend(v, op);
		return true;
	case PLACE_NEG:
	case PLACE_NOT:
	case PLACE_ABS:
		if (*n < 1)
			return false;
		v = st[*n - 1];
		if (op->code == PLACE_NOT)
			v = ~v;
		else if (op->code == PLACE_NEG || (int64_t)v < 0)
			v = -v;
		st[*n - 1] = v;
		return true;
	case PLACE_SELECT:
		if (*n < 3)
			return false;
		*n -= 2;
		st[*n - 1] = st[*n - 1] ? st[*n] : st[*n + 1];
		return true;
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
		if (*n < 2)
			return false;
		--*n;
		return compute(op->code, st[*n - 1], st[*n], &st[*n - 1]);
	}
	return false;
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
