/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A DWARF expression being run on trees instead of numbers: the state that
 * place.c and its parts share.  Whoever cannot go on says why by tree_fail();
 * what is pushed and popped after that is of no account.
 */
#ifndef STAPX_PLACE_EVAL_H
#define STAPX_PLACE_EVAL_H

#include "debuginfo/place_tree.h"

#define EVAL_STACK_MAX 64
#define EVAL_NESTING_MAX 8 /* calls, entry values, frame base in CFA … */

/* What an expression has said so far about where, not how much. */
enum loc_kind {
	LOC_MEMORY,   /* top of stack is an address */
	LOC_REGISTER,
	LOC_VALUE,    /* DW_OP_stack_value */
	LOC_IMPLICIT, /* DW_OP_implicit_value: bytes */
	LOC_POINTER,  /* DW_OP_implicit_pointer: a DIE */
};

/* Of one expression, or of one way through it. */
struct state {
	const struct node *stack[EVAL_STACK_MAX];
	unsigned depth;
	enum loc_kind loc;
	const struct node *reg;	/* LOC_REGISTER */
	const uint8_t *bytes;	/* LOC_IMPLICIT: nbytes of the file's */
	size_t nbytes;
	uint64_t die;		/* LOC_POINTER: of what it points to … */
	int64_t offset;		/* … and how far into it, bytes */
	bool touched;		/* some op since the last piece */
};

/* Of one place, with all expressions that it takes. */
struct eval {
	struct trees t;
	const struct place_env *env;
	unsigned steps, nesting, forks;
	bool in_entry; /* inside DW_OP_entry_value */
	VEC(struct place_piece) pieces;
};

/* ---- place_stack.c ---- */
/* What is read at addr: size bytes, 1, 2, 4 or 8. */
const struct node *eval_deref(struct eval *e, const struct node *addr,
			      unsigned size, bool is_signed);
/* x cut to a type of size bytes (0: the generic type), and extended from it. */
const struct node *eval_into_type(struct eval *e, const struct node *x,
				  unsigned size, bool is_signed);
void eval_push(struct eval *e, struct state *s, const struct node *n);
/* Never NULL: a zero, once it failed. */
const struct node *eval_pop(struct eval *e, struct state *s);

/* ---- one op each; false: it is none of that kind ---- */
bool eval_stack(struct eval *e, struct state *s, const Dwarf_Op *op);
bool eval_operator(struct eval *e, struct state *s, const Dwarf_Op *op);
bool eval_operand(struct eval *e, struct state *s, const Dwarf_Op *op);
/* The operator of a typed value; reads its type from op. */
void eval_typed(struct eval *e, struct state *s, const Dwarf_Op *op);

/* ---- place_operand.c ---- */
/* DWARF register n, of the frame that env describes. */
const struct node *eval_reg(struct eval *e, uint64_t n);
/* The value that an expression of its own leaves: frame base, CFA, entry
 * value.  A register location stands for the register's contents. */
const struct node *eval_value(struct eval *e, const Dwarf_Op *ops, size_t n);
/* What is at a location, a word of it. */
const struct node *eval_contents(struct eval *e, const Dwarf_Op *ops,
				 size_t n);

/* ---- place.c ---- */
/* Runs n ops from the one at from on. */
void eval_run(struct eval *e, struct state *s, const Dwarf_Op *ops, size_t n,
	      size_t from);
/* All of them, one level deeper; false when that is too deep. */
bool eval_nested(struct eval *e, struct state *s, const Dwarf_Op *ops,
		 size_t n);

#endif
