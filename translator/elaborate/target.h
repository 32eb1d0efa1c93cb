/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Target variables on their way to plain expressions: a place with a type,
 * narrowed by ->member and [index], then read, stored to or printed.
 */
#ifndef STAPX_TARGET_H
#define STAPX_TARGET_H

#include "debuginfo/debuginfo.h"
#include "elaborate/provider/provider.h"

enum located_kind {
	AT_ADDRESS,	/* e is the address of the object */
	AT_VALUE,	/* e is 64 bits that hold it from bit_offset on */
	AT_PIECES,	/* scattered; see place */
	AT_POINTER,	/* a pointer without a value; see place */
};
struct located {
	enum located_kind kind;
	struct expr *e;
	const struct place *place;
	const struct dbg_type *type;
	struct sysmod *mod;
	unsigned bit_offset, bit_size; /* bit_size 0: the type's whole size */
	int reg;	/* AT_VALUE, a whole register: its number; else -1 */
};

/* Sets l->why and gives false (NULL). */
bool lower_fail(struct lower *l, struct loc at, const char *fmt, ...)
	PRINTF(3, 4);

/* ---- lower.c ---- */
/* What a PLACE_ENTRY_REG or _PARAM says, as it was when the function was
 * entered: now, kept since then, or told by the caller; NULL: l->why. */
struct expr *lower_at_entry(struct lower *l, const struct expr *at,
			    const struct place_op *what);

/* ---- locate.c: places of the debug information as expressions ---- */
bool locate_place(struct lower *l, const struct expr *at, struct sysmod *mod,
		  const struct dbg_type *type, const struct place *place,
		  struct located *out);
struct expr *locate_reg(struct lower *l, const struct expr *at, unsigned n);
/* What a PLACE_VALUE works out; NULL: l->why. */
struct expr *locate_value(struct lower *l, const struct expr *at,
			  struct sysmod *mod, const struct place *place);
/* Where a section of a module is; "": how far the kernel was moved. */
struct expr *locate_section(struct lower *l, const struct expr *at,
			    struct sysmod *mod, const char *section);
/* What the ABI's return register holds, in a .return probe. */
bool locate_result(struct lower *l, const struct expr *at, struct sysmod *mod,
		   const struct dbg_type *type, struct located *out);
/* Bits [from, from + n) of scattered pieces, zero-extended; NULL: l->why. */
struct expr *locate_pieces(struct lower *l, const struct expr *at,
			   struct sysmod *mod, const struct place *place,
			   unsigned from, unsigned n);

/* ---- callers.c ---- */
/* What a PLACE_ENTRY_REG or _PARAM of a place at pc was; NULL: l->why. */
struct expr *caller_value(struct lower *l, const struct expr *at,
			  struct sysmod *mod, const struct dbg_inst *inst,
			  uint64_t pc, const struct place_op *what);
/* Is there something of caller_value() in an expression? */
bool asks_caller(const struct elab *e, struct expr *x);

/* ---- target.c ---- */
/* The object that a target expression names, without its last $ or $$. */
bool target_locate(struct lower *l, const struct expr *e, struct located *out);
bool target_comps(struct lower *l, const struct expr *e, struct located *x);
struct expr *target_read(struct lower *l, const struct expr *at,
			 const struct located *x);
/* The lower or upper 64 bits of an integer that has 128. */
struct expr *target_half(struct lower *l, const struct expr *at,
			 const struct located *x, bool high);
struct expr *target_address(struct lower *l, const struct expr *at,
			    const struct located *x);
struct expr *target_store(struct lower *l, const struct expr *at,
			  const struct located *x, struct expr *value);
bool target_member(struct lower *l, struct loc at, struct located *x,
		   const char *name);
/* From a pointer to what it points to. */
bool target_deref(struct lower *l, const struct expr *at, struct located *x);

/* ---- pretty.c ---- */
/* $x$ and $x$$. */
struct expr *pretty_print(struct lower *l, const struct expr *at,
			  const struct located *x, bool deep);
/* $$vars, $$parms, $$locals, $$return and the same with $ and $$. */
bool is_pretty_group(const char *name);
struct expr *pretty_group(struct lower *l, const struct expr *e);

#endif
