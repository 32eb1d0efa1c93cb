/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a variable is at one program counter, as a small program.
 *
 * DWARF's stack machine is run here on symbols instead of numbers, so what is
 * left is plain postfix: operands, then the operator.  No op duplicates,
 * swaps or drops; frame base and CFA are already written out in registers.
 * Whoever walks ops[] with a stack of C texts gets one C expression.
 */
#ifndef STAPX_DEBUGINFO_PLACE_H
#define STAPX_DEBUGINFO_PLACE_H

#include "util/util.h"
#include <elfutils/libdw.h>

enum place_code {
	PLACE_REG,	 /* push DWARF register n as it is at the probe */
	PLACE_ENTRY_REG, /* push register n as it was at the function's entry */
	PLACE_ENTRY_PARAM, /* push what the parameter whose DIE is at n was
			      given by the caller */
	PLACE_CONST,	   /* push n */
	PLACE_ADDR,	   /* push n, an address of the file: slide it */
	PLACE_DEREF,	   /* pop an address, push size bytes read there, zero-
			      extended (sign-extended when is_signed) */
	PLACE_ADD,
	PLACE_SUB,
	PLACE_MUL,
	PLACE_DIV, /* signed; a zero divisor is the reader's error */
	PLACE_MOD, /* signed; the same */
	PLACE_AND,
	PLACE_OR,
	PLACE_XOR,
	PLACE_SHL,
	PLACE_SHR,
	PLACE_SAR, /* count >= 64: 0, 0, sign */
	PLACE_NEG,
	PLACE_NOT,
	PLACE_ABS,
	PLACE_EQ,
	PLACE_NE,
	PLACE_LT,
	PLACE_LE,
	PLACE_GT,
	PLACE_GE,     /* signed */
	PLACE_SELECT, /* three operands c, a, b: c ? a : b; only the one
			 chosen may be worked out (the other may fault) */
};

struct place_op {
	enum place_code code;
	uint8_t size;	/* PLACE_DEREF: 1, 2, 4 or 8 */
	bool is_signed; /* PLACE_DEREF */
	uint64_t n;	/* register, constant, address */
};

enum place_kind {
	PLACE_NONE,    /* not available; why says so */
	PLACE_ADDRESS, /* the program computes the address in memory */
	PLACE_VALUE,   /* the program computes the value itself.  One op,
			  PLACE_REG: it lives in that register (assignable) */
	PLACE_PIECES,  /* put together from parts, lowest byte first */
	PLACE_POINTER, /* a pointer without a value: what it points to has one
			  (a variable, or a constant, that is not in memory) */
};

/* Most ops of one program; a longer one is PLACE_NONE. */
#define PLACE_MAX_OPS 512
/* Most pieces of one place. */
#define PLACE_MAX_PIECES 64

struct place {
	enum place_kind kind;
	bool at_entry; /* uses PLACE_ENTRY_REG: can be read at the function's
			  entry (a kretprobe saves it there), or where the
			  caller says what it was: dbg_entry_value() */
	const struct place_op *ops;
	size_t nops;
	const struct place_piece *pieces;
	size_t npieces;
	uint64_t die;	 /* PLACE_POINTER: of what it points to … */
	int64_t offset;	 /* … and how far into it, bytes */
	const char *why; /* PLACE_NONE: "optimised away; lives at …" */
};

struct place_piece {
	struct place place; /* never PLACE_PIECES or PLACE_POINTER */
	unsigned bit_size;
	unsigned bit_offset; /* within the place, from its lowest bit */
};

/* What an expression may refer to outside itself.  Any member may be NULL or
 * zero: an op that needs it makes the place PLACE_NONE. */
struct place_env {
	const Dwarf_Op *frame_base; /* DW_AT_frame_base at this pc */
	size_t nframe_base;
	const Dwarf_Op *cfa; /* the CFA's rule at this pc */
	size_t ncfa;
	unsigned addr_size; /* 4 or 8 */
	bool big_endian;
	bool at_entry;	/* pc is the function's entry: entry registers are
			   the registers */
	bool is_cfa;	/* the expression is itself a CFA rule */
	/* The expression is the caller's: its registers are where unwind says,
	 * a location in the frame of callee. */
	const struct place_env *callee;
	bool (*unwind)(void *ctx, unsigned n, const Dwarf_Op **ops,
		       size_t *nops);
	void *ctx;
	/* Expression inside a DW_OP_entry_value. */
	bool (*nested)(void *ctx, const Dwarf_Op *op, const Dwarf_Op **ops,
		       size_t *n);
	/* Bytes of a DW_OP_implicit_value. */
	bool (*bytes)(void *ctx, const Dwarf_Op *op, const uint8_t **p,
		      size_t *n);
	/* DW_OP_addrx, DW_OP_constx: the entry in .debug_addr. */
	bool (*addrx)(void *ctx, const Dwarf_Op *op, uint64_t *value);
	/* DW_OP_call2, DW_OP_call4: the expression of the DIE called. */
	bool (*call)(void *ctx, const Dwarf_Op *op, const Dwarf_Op **ops,
		     size_t *n);
	/* DW_OP_GNU_parameter_ref, DW_OP_implicit_pointer: the DIE. */
	bool (*die)(void *ctx, const Dwarf_Op *op, uint64_t *die);
	/* DW_OP_convert and the other typed ops: size and signedness of the
	 * base type; *size zero is the generic type. */
	bool (*base_type)(void *ctx, const Dwarf_Op *op, unsigned *size,
			  bool *is_signed);
};

/* Turns an expression (as libdw decodes it) into a place.  Pure: reads only
 * ops and what env's callbacks give.  Never fails otherwise than by
 * PLACE_NONE with a reason. */
struct place place_eval(struct arena *a, const Dwarf_Op *ops, size_t n,
			const struct place_env *env);

/* The value an expression leaves (a call site's); what is at a location, a
 * word of it.  PLACE_VALUE or PLACE_NONE. */
struct place place_eval_value(struct arena *a, const Dwarf_Op *ops, size_t n,
			      const struct place_env *env);
struct place place_eval_contents(struct arena *a, const Dwarf_Op *ops, size_t n,
				 const struct place_env *env);

/* Bytes that are nowhere but in the debug information. */
struct place place_of_bytes(struct arena *a, const uint8_t *p, size_t n,
			    bool big_endian);

/* The same program, and so the same place. */
bool place_equal(const struct place *a, const struct place *b);

struct place place_none(struct arena *a, const char *fmt, ...) PRINTF(2, 3);

/* For -vv: "*(%rdi + 16)", "%rsi", "[8 bytes %rax; …]".  reg names register
 * n, NULL: "reg5". */
const char *place_str(struct arena *a, const struct place *p,
		      const char *(*reg)(unsigned n));

/* How many values an op takes from the stack; each leaves one. */
unsigned place_operands(enum place_code code);

/* What an op of two operands makes of them; false: a zero divisor, or it is
 * no such op. */
bool place_compute(enum place_code code, uint64_t a, uint64_t b, uint64_t *v);

/* Runs an ADDRESS or VALUE program: for tests, and to fold constants.  The
 * callbacks return false for what cannot be read. */
struct place_machine {
	void *ctx;
	bool (*reg)(void *ctx, unsigned n, bool at_entry, uint64_t *value);
	bool (*read)(void *ctx, uint64_t addr, unsigned size, uint64_t *value);
	uint64_t slide;
};
bool place_run(const struct place *p, const struct place_machine *m,
	       uint64_t *value);

#endif
