/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pass 3: struct program in, C text out.  In the order of the work:
 *
 *	emit.c		the pass: texts, key, files
 *	text.c		lines, literals, names, places for messages
 *	value.c		values, temporaries, effects
 *	expr.c		operators, calls
 *	assign.c	assignments, ++ and --
 *	array.c		elements, membership, statistics
 *	regex.c		=~ and !~
 *	print.c		formats, print and sprint
 *	target.c	what a probe reads of its target
 *	stmt.c		statements; loop.c: foreach
 *	func.c		functions and handlers
 *	share.c		handlers that are the same, or nearly
 *	access.c	globals in embedded C
 *	tables.c	the data: globals, probes, formats, the script
 *	userfiles.c	what it carries of files of user space
 *
 * An expression is emitted as the statements it needs, in strict order from
 * left to right, and a C expression without side effects for its value.
 */
#ifndef STAPX_EMIT_H
#define STAPX_EMIT_H

#include "elaborate/program.h"
#include "session.h"

/* The texts of a script. */
struct emit_texts {
	struct buf script;	/* without the descriptor's name */
	struct buf embedded;	/* empty: no second file */
};
/* Both texts, ready to compile but for the module's name, which the compiler
 * gets as STP_MODULE_NAME.  False: reported. */
bool emit_program(struct session *s, struct emit_texts *out);
void emit_texts_free(struct emit_texts *t);

/* ---- inside the pass ---- */
struct emitted_func {
	const struct func *func;
	const char *name;	/* C name */
	bool second_file;	/* its C wants kernel headers */
	bool pending;		/* on the stack of a walk over calls */
	uint64_t frame;		/* bytes of its strings */
	uint64_t chain;		/* of the deepest chain from here; 0: unknown */
	int depth;		/* calls of that chain */
	VEC(struct emitted_func *) calls;
	VEC(int) call_sorts;	/* sorted loops open at each */
	int sorts;		/* most of its own, nested */
	int sort_chain;		/* with those of its calls */
};

struct emit {
	struct arena *arena;
	struct session *s;
	struct program *p;
	int64_t strlen_max;	/* MAXSTRINGLEN */
	VEC(struct emitted_func *) funcs;	/* by func->id where it fits */
	struct map names;	/* C names in use at file level */
	struct map global_names;/* "id" → C name */
	VEC(const char *) sites;/* "{ token, where }" rows */
	struct map site_ids;	/* row → 1 + number */
	struct map format_ids;	/* args\001text → 1 + number */
	struct buf decls, code;
	uint64_t frame_max;	/* of any handler, with its calls */
	int depth_max;		/* calls of the deepest chain */
	bool recursive;
	int sort_depth;		/* sorted loops of any handler, nested */
	struct map regex_ids;	/* compiled pattern → number */
	int nregexes;
	int match_groups;	/* most of a =~ that keeps them */
	struct handlers *handlers; /* share.c */
};

/* What a value reads that a later operand could change. */
enum { READS_LOCAL = 1, READS_GLOBAL = 2 };

struct val {
	const char *text;	/* C expression: used once unless atom */
	unsigned reads;
	bool atom;		/* a literal or a temporary: may be repeated */
	bool temp;		/* a temporary of ours: count its use */
	bool in_map;		/* points into a map */
	bool boolean;		/* a truth value: C's compilers treat it apart */
	bool constant;
	int64_t number;		/* of a constant */
};

enum temp_kind { TEMP_LONG, TEMP_PTR /* const char * */, TEMP_BUF,
		 TEMP_SLOT /* stp_i64 * */, TEMP_TEXT /* char * */,
		 TEMP_ITER, TEMP_TRY, TEMP_KINDS };

enum scope_kind { SCOPE_FOREACH, SCOPE_TRY, SCOPE_LOOP };
struct scope {
	enum scope_kind kind;
	int n;			/* of its labels */
	const char *iter;	/* of a map's foreach, else NULL */
	bool err_used, cont_used;
	struct scope *up;
};

struct local {
	const struct var *var;
	const char *text;	/* C name; of strings with the frame's prefix */
	bool is_param, written, read;
	const char *iter;	/* statistics bound by a foreach */
	const struct var *array;/* of that foreach */
};

/* One C function being written. */
struct fn {
	struct emit *e;
	struct buf *out;
	int indent;
	int used[TEMP_KINDS], most[TEMP_KINDS];
	VEC(struct local *) locals;
	struct map local_names;
	struct scope *scope;
	const struct func *func;
	const struct probe *probe;
	bool out_used;
	int labels;
	enum type ret;
	int *saved_offsets;	/* of a .return probe */
	VEC(struct emitted_func *) calls;
	VEC(int) call_sorts;	/* sorted loops open at each */
	int sorts_open, sorts;	/* now, and most of them */
};

/* text.c */
void line(struct fn *f, const char *fmt, ...) PRINTF(2, 3);
void label(struct fn *f, const char *name, int n);
const char *c_string(struct arena *a, const char *s, size_t n);
const char *c_comment(struct arena *a, const char *s);
const char *c_number(struct arena *a, int64_t v);
/* A C name from a script's, unlike any in the map. */
const char *c_name(struct arena *a, struct map *used, const char *prefix,
		   const char *name);
/* "&site[n]" */
const char *site_ref(struct emit *e, const char *token, struct loc at);
const char *expr_site(struct fn *f, const struct expr *e);
const char *stmt_site(struct fn *f, const struct stmt *s);

/* value.c */
struct val val_text(const char *text, unsigned reads);
struct val val_number(struct fn *f, int64_t v);
struct val val_temp(const char *text);
const char *temp_new(struct fn *f, enum temp_kind kind);
struct temp_mark { int used[TEMP_KINDS]; };
struct temp_mark temp_mark(const struct fn *f);
void temp_release(struct fn *f, struct temp_mark m);
/* What evaluating e may change: READS_ bits. */
unsigned effects(const struct expr *e);
unsigned effects_after(const struct expr_vec *list, size_t from);
/* A value that stays as it is while `later` changes. */
struct val hold(struct fn *f, struct val v, enum type t);
struct val hold_from(struct fn *f, struct val v, enum type t, unsigned later);
void discard(struct fn *f, struct val v);
/* The text as an operand of arithmetic, and as a condition. */
const char *as_number(struct fn *f, struct val v);
const char *as_condition(struct fn *f, struct val v);
/* "if (c->error) goto …" to where an error of this place goes. */
void check_error(struct fn *f);
const char *error_target(struct fn *f);
struct local *local_of(struct fn *f, const struct var *v);
const char *global_of(struct emit *e, const struct var *v);
bool mentions(const struct expr *e, const struct var *v);

/* expr.c */
struct val emit_expr(struct fn *f, const struct expr *e);
void emit_effect(struct fn *f, const struct expr *e);
/* A string put into dst, a buffer of MAXSTRINGLEN no operand refers to. */
bool emit_string_into(struct fn *f, const struct expr *e, const char *dst);
struct val emit_read(struct fn *f, const struct var *v);
/* Values in order, each stable until the last is there. */
struct val *emit_list(struct fn *f, const struct expr_vec *list);
struct val binary_long(struct fn *f, enum op op, struct val a, struct val b,
		       const struct expr *at);
void unsupported(struct fn *f, const struct expr *e, const char *what);
struct val emit_call(struct fn *f, const struct expr *e, const char *dst,
		     bool want);
struct emitted_func *func_of(struct emit *e, const struct func *func);
enum op op_of_assign(enum op op);

/* assign.c */
struct val emit_assign(struct fn *f, const struct expr *e, bool want);
struct val emit_incdec(struct fn *f, const struct expr *e, bool want);
void emit_write(struct fn *f, const struct var *v, struct val value);

/* array.c */
struct val emit_index(struct fn *f, const struct expr *e);
struct val emit_in(struct fn *f, const struct expr *e);
struct val emit_stat(struct fn *f, const struct expr *e);
struct val emit_bucket(struct fn *f, const struct expr *e);
void emit_delete(struct fn *f, const struct stmt *s);
struct keys {
	const char *text;	/* "(union stp_val[]){ … }" */
	unsigned any;		/* bits of the '*' keys */
	unsigned reads;
};
/* later: what is evaluated between here and the use changes these. */
struct keys emit_keys(struct fn *f, const struct expr_vec *keys,
		      unsigned later);
const char *emit_hist(struct fn *f, const struct expr *e);
const char *stat_desc_of(struct emit *e, const struct var *v);

/* regex.c */
struct val emit_match(struct fn *f, const struct expr *e);

/* print.c */
void emit_formats(struct emit *e, struct buf *out);
struct val emit_print(struct fn *f, const struct expr *e, const char *dst,
		      bool want);

/* target.c */
struct val emit_load(struct fn *f, const struct expr *e);
struct val emit_store_mem(struct fn *f, const struct expr *e);
struct val emit_register(struct fn *f, int dwarf_reg, const struct expr *at);
struct val emit_address(struct fn *f, const struct expr *e);
struct val emit_saved(struct fn *f, const struct expr *e);
struct val emit_raw(struct fn *f, const struct expr *e);
uint32_t saved_layout(const struct emit *e, const struct probe *p,
		      int *offsets);

/* stmt.c, loop.c */
void emit_stmt(struct fn *f, const struct stmt *s);
void emit_body(struct fn *f, const struct stmt *s);
void emit_foreach(struct fn *f, const struct stmt *s);
void close_iterators(struct fn *f);
void spend(struct fn *f, int n, const struct stmt *at);
struct scope *scope_push(struct fn *f, struct scope *sc, enum scope_kind kind);
void scope_pop(struct fn *f);

struct handler_ref;

/* func.c */
void emit_functions(struct emit *e);
void emit_embedded_file(struct emit *e, struct buf *out);
struct probe_code {
	const struct handler_ref *handler, *entry, *condition; /* or NULL */
	uint32_t saved_size;
};
struct probe_code emit_probe(struct emit *e, const struct probe *p);

/* share.c */
struct handler_ref {
	const char *name;	/* in C; both are final after handlers_write */
	const char *own;	/* what c->probe->own is there; NULL: nothing */
};
/* Takes the text of a handler, from its parameter list on. */
const struct handler_ref *handler_place(struct emit *e, const char *prefix,
					const char *type, const struct probe *p,
					struct buf *text);
void handlers_write(struct emit *e);

/* access.c */
/* What the second file refers to is not static in the first. */
bool is_shared(const struct emit *e, const struct var *v);
void emit_global_access(struct emit *e, bool second, struct buf *out);

/* tables.c */
void emit_globals(struct emit *e, struct buf *out);
void emit_probe_tables(struct emit *e, const struct probe_code *codes,
		       struct buf *out);
void emit_user_files(struct emit *e, struct buf *out);
void emit_script(struct emit *e, struct buf *out);

#endif
