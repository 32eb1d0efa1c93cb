/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The syntax tree: what pass 1 makes of a file, and the expression and
 * statement nodes that pass 2 resolves and pass 3 emits.
 *
 * A parsed file is never changed: pass 2 clones bodies (ast_clone_stmt) before
 * it resolves them, since each probe a body is attached to sees other
 * `$variables`.  Fields under "pass 2" are empty until then.
 */
#ifndef STAPX_AST_H
#define STAPX_AST_H

#include "util/diag.h"
#include "util/util.h"

struct var;  /* elaborate/program.h */
struct func;

/* What a value is. */
enum type {
	TYPE_UNKNOWN = 0,
	TYPE_LONG,   /* signed 64 bit */
	TYPE_STRING, /* NUL-terminated, at most MAXSTRINGLEN - 1 bytes */
	TYPE_STATS,  /* only globals and their elements */
	TYPE_VOID,   /* a function without a value */
};

/* ---- expressions ---- */
enum expr_kind {
	EXPR_NUMBER,	/* 42 0x2a */
	EXPR_STRING,	/* "text" */
	EXPR_SYMBOL,	/* name */
	EXPR_INDEX,	/* name[a, b]; a slot may be * (NULL) */
	EXPR_TARGET,	/* $x->f[1]  @cast(e, "t", "m")->f  @var("x@f","m")  v->f */
	EXPR_UNARY,	/* -a !a ~a +a */
	EXPR_BINARY,	/* a + b, a == b, a . b, a =~ b … (see ops.def) */
	EXPR_LOGICAL,	/* a && b, a || b */
	EXPR_TERNARY,	/* a ? b : c */
	EXPR_ASSIGN,	/* a = b, a += b, a <<< b … */
	EXPR_INCDEC,	/* ++a a++ --a a-- */
	EXPR_IN,	/* [a, b] in arr; a slot may be * (NULL) */
	EXPR_CALL,	/* f(a, b) */
	EXPR_PRINT,	/* print printf println printd printdln sprint… */
	EXPR_STAT,	/* @count(a) @sum @min @max @avg @variance */
	EXPR_HIST,	/* @hist_linear(a, lo, hi, step)  @hist_log(a) */
	EXPR_HIST_BUCKET, /* @hist_log(a)[i] */
	EXPR_DEFINED,	/* @defined(e) */
	EXPR_ENTRY,	/* @entry(e) */
	EXPR_EMBEDDED,	/* %{ C %} */
	EXPR_RAW,	/* @kderef(n, a) @uderef @kregister(n) @uregister(n) */
	EXPR_CONST,	/* @const("C")  @enum("X") */
	EXPR_PERF,	/* @perf("ctr") */
	/* Only after pass 2, in place of EXPR_TARGET and EXPR_ENTRY: */
	EXPR_LOAD,	/* read size bytes at an address of the target */
	EXPR_STORE,	/* write size bytes there (guru mode) */
	EXPR_REGISTER,	/* a register of the probed context */
	EXPR_ADDRESS,	/* a link-time address, slid at run time */
	EXPR_SAVED,	/* what the entry handler of a .return probe saved */
	EXPR_CALLCTX,	/* a fact of the hit: see enum callctx */
};

enum op {
#define OP(id, text, prec, right) OP_##id,
#include "ast/ops.def"
#undef OP
	OP_COUNT
};
const char *op_text(enum op op);
int op_precedence(enum op op); /* higher binds tighter */
bool op_right_assoc(enum op op);

enum stat_op { STAT_COUNT, STAT_SUM, STAT_MIN, STAT_MAX, STAT_AVG,
	       STAT_VARIANCE };
enum hist_kind { HIST_NONE, HIST_LINEAR, HIST_LOG };
enum raw_kind { RAW_KDEREF, RAW_UDEREF, RAW_KREGISTER, RAW_UREGISTER };
enum const_kind { CONST_C, CONST_ENUM };
enum callctx {
	CALLCTX_RETVAL,		/* ABI return register */
	CALLCTX_ARGUMENT,	/* of a tracepoint, by number */
	CALLCTX_CALLER,		/* return address on the stack, from 1 */
};

/* One step after a target variable: ->name, [index], or the last $ or $$. */
enum component_kind { COMP_MEMBER, COMP_INDEX, COMP_PRETTY, COMP_PRETTY_DEEP };
struct component {
	enum component_kind kind;
	struct loc loc;
	const char *member;
	struct expr *index;
};

enum target_kind {
	TARGET_VAR,	/* $name, also $$vars and friends, $return */
	TARGET_CAST,	/* @cast(expr, "type"[, "module"]) */
	TARGET_GLOBAL,	/* @var("name[@file]"[, "module"]) */
	TARGET_AUTOCAST,/* expr->member, expr[i] on a typed pointer */
};

struct expr_vec { struct expr **v; size_t n, cap; };
struct comp_vec { struct component *v; size_t n, cap; };

/* A piece of a print format; text only when conv == 0. */
struct format_part {
	char conv;	  /* d i u x X o b p c s m M, 0: literal text */
	const char *text; /* literal, escapes resolved, %% undone */
	size_t len;
	bool minus, zero, plus, space, alt;
	int width, precision;	  /* -1: none */
	bool width_arg, precision_arg; /* '*': taken from the arguments */
	int modifier;		  /* 'l' is read and ignored */
};
struct format_vec { struct format_part *v; size_t n, cap; };

struct expr {
	enum expr_kind kind;
	enum type type;		/* pass 2 (number and string: pass 1) */
	struct loc loc;		/* of the operator or name */
	const char *token;	/* "identifier 'x'", "operator '+'": for messages */
	const void *ptype;	/* pass 2: struct dbg_type * a value points to, for autocast */
	const struct sysmod *pmodule; /* opaque: where ptype comes from */
	union {
		struct { int64_t value; bool hex; } number;
		struct { const char *s; size_t len; } string;
		struct { const char *name; struct var *var; } symbol;
		struct { const char *name; struct expr_vec keys;
			 struct var *var; } index;
		struct {
			enum target_kind kind;
			const char *name;	/* with its $; var: "name@file" */
			const char *type_name;	/* @cast */
			const char *module;	/* @cast, @var; NULL: the default */
			struct expr *base;	/* @cast, autocast */
			struct comp_vec comps;
			bool address_of;	/* &$x->y */
		} target;
		struct { enum op op; struct expr *a; } unary;
		struct { enum op op; struct expr *a, *b;
			 bool keeps_match; /* pass 2: =~ for matched() */
		} binary;
		struct { enum op op; struct expr *a, *b; } logical;
		struct { struct expr *cond, *a, *b; } ternary;
		struct { enum op op; struct expr *lhs, *rhs; } assign;
		struct { enum op op; bool prefix; struct expr *a; } incdec;
		struct { struct expr_vec keys; const char *array;
			 struct loc array_loc; struct var *var; } in;
		struct { const char *name; struct expr_vec args;
			 struct func *func;	/* pass 2: first that is tried */
		} call;
		struct {
			bool to_string;	  /* sprint… */
			bool newline;	  /* …ln */
			bool delimited;	  /* printd */
			bool has_format;  /* printf */
			bool is_char;	  /* print_char */
			const char *name; /* as written */
			const char *delimiter;
			struct format_vec format;
			struct expr_vec args;
			int format_id;	  /* pass 2: index into program->formats */
		} print;
		struct { enum stat_op op; struct expr *stat;
			 int64_t param;	  /* @variance's shift, else 0 */
			 bool has_param; } stat;
		struct { enum hist_kind kind; struct expr *stat;
			 int64_t low, high, step; } hist;
		struct { struct expr *hist, *index; } bucket;
		struct { struct expr *e;
			 bool probewrite; /* @probewrite(e) */ } defined;
		struct { struct expr *e; } entry;
		struct { const char *code; size_t len; struct func *func; } embedded;
		struct { enum raw_kind kind; struct expr *size, *arg; } raw;
		struct { enum const_kind kind; const char *text; } constant;
		struct { const char *counter; } perf;
		struct { struct expr *addr; int size; bool is_signed, user;
			 int bit_offset, bit_size; /* bit_size 0: whole */
			 bool big_string;  /* unused, zero */ } load;
		struct { struct expr *addr, *value; int size; bool user;
			 int bit_offset, bit_size;
			 bool to_reg;	/* addr is an EXPR_REGISTER: into it */
		} store;
		struct { int dwarf_reg; bool user; } reg;
		struct { uint64_t addr;		/* link time */
			 const char *module;	/* "kernel" or its name */
			 const char *section;	/* of a module, else NULL */
		} address;
		struct { int slot; } saved;	/* index into probe->saved */
		struct { enum callctx what; int n; } callctx;
	};
};

/* ---- statements ---- */
enum stmt_kind {
	STMT_NULL,	/* ; */
	STMT_BLOCK,	/* { … } */
	STMT_EXPR,	/* e */
	STMT_IF,	/* if (e) a else b */
	STMT_WHILE,	/* while (e) a */
	STMT_FOR,	/* for (init; cond; step) a */
	STMT_FOREACH,	/* foreach (v = [a, b] in arr[x, *]+ limit n) a */
	STMT_RETURN,	/* return e */
	STMT_NEXT,	/* next */
	STMT_BREAK,
	STMT_CONTINUE,
	STMT_DELETE,	/* delete arr[x] */
	STMT_TRY,	/* try { … } catch (msg) { … } */
	STMT_EMBEDDED,	/* %{ C %} as a statement */
};

struct stmt_vec { struct stmt **v; size_t n, cap; };

/* foreach's order: by value (key == 0), by key number (from 1), or by a
 * statistic of the value. */
struct sort_order {
	int direction;	/* 0 none, 1 ascending '+', -1 descending '-' */
	int key;	/* 0: the value */
	bool by_stat;
	enum stat_op stat;
};

struct stmt {
	enum stmt_kind kind;
	struct loc loc;
	const char *token;
	union {
		struct { struct stmt_vec stmts; struct loc end; } block;
		struct { struct expr *e; } expr; /* also delete; return: or NULL */
		struct { struct expr *cond; struct stmt *then, *otherwise; } if_;
		struct { struct expr *init, *cond, *step; struct stmt *body; } loop;
		struct {
			struct expr_vec keys;	/* EXPR_SYMBOL each */
			struct expr *value;	/* EXPR_SYMBOL or NULL */
			const char *array;
			struct loc array_loc;
			struct var *var;	/* pass 2 */
			struct expr *hist;	/* over histogram buckets, or NULL */
			struct expr_vec slice;	/* NULL slot: *; empty: all */
			struct sort_order order;
			struct expr *limit;
			struct stmt *body;
		} foreach;
		struct { struct stmt *body, *handler;
			 struct expr *msg; /* EXPR_SYMBOL or NULL */ } try_;
		struct { const char *code; size_t len; struct func *func; } embedded;
	};
};

/* ---- probe points ---- */
struct point_component {
	const char *name;	/* "kernel", "function", may hold wildcards */
	struct expr *arg;	/* EXPR_NUMBER, EXPR_STRING or NULL */
	struct loc loc;
};
struct probe_point {
	VEC(struct point_component) comps;
	bool optional;		/* ? */
	bool sufficient;	/* ! */
	struct expr *condition;	/* if (…) or NULL */
	struct loc loc;
};
struct point_vec { struct probe_point **v; size_t n, cap; };
/* "kernel.function(\"x\").call?" in the arena; as the user would write it. */
const char *point_text(struct arena *a, const struct probe_point *p);

/* ---- declarations ---- */
struct global_decl {
	struct loc loc;
	const char *name;
	struct expr *init;	/* number, string or NULL */
	int64_t size;		/* [N], 0: the default */
	bool wrap;		/* % */
	bool is_private;
	struct file *file;
	struct var *var;	/* pass 2: what it became, or NULL */
};
struct param {
	const char *name;
	enum type type;
	struct loc loc;
};
struct func_decl {
	struct loc loc;
	const char *name;
	VEC(struct param) params;
	enum type type;
	struct stmt *body;	/* NULL when embedded */
	const char *code;	/* embedded C, NUL-terminated, or NULL */
	size_t code_len;
	int64_t priority;	/* as written or the default: 0 user, 1 library */
	bool is_private;
	struct file *file;
	struct func *func;	/* pass 2: what it became, or NULL */
};
struct probe_decl {
	struct loc loc;
	struct point_vec points;
	struct stmt *body;
	struct file *file;
};
struct alias_decl {
	struct loc loc;
	struct point_vec names;	  /* alias names, e.g. syscall.open */
	bool epilogue;		  /* += */
	struct point_vec points;  /* what it stands for */
	struct stmt *body;	  /* prologue, or epilogue when +=  */
	struct stmt *epilogue_body; /* { } , { } form: the second, or NULL */
	struct file *file;
};
struct embedded_decl {
	struct loc loc;
	const char *code;
	size_t len;
	struct file *file;
};

struct file {
	const struct source *src;
	VEC(struct global_decl *) globals;
	VEC(struct func_decl *) funcs;
	VEC(struct probe_decl *) probes;
	VEC(struct alias_decl *) aliases;
	VEC(struct embedded_decl *) embeds;
	bool used;		/* pass 2: something of it was pulled in */
};
struct file_vec { struct file **v; size_t n, cap; };

/* ---- clone, walk, print ---- */
struct expr *ast_clone_expr(struct arena *a, const struct expr *e);
struct stmt *ast_clone_stmt(struct arena *a, const struct stmt *s);

/* Calls fn on the address of every direct child expression / statement, in
 * evaluation order; fn may replace it. */
struct visitor {
	void (*expr)(struct visitor *v, struct expr **e);
	void (*stmt)(struct visitor *v, struct stmt **s);
	void *arg;
};
void ast_walk_expr(struct visitor *v, struct expr *e); /* its children */
void ast_walk_stmt(struct visitor *v, struct stmt *s); /* its children */

/* Script text, fully parenthesised; it parses again to an equal tree. */
void ast_print_file(FILE *out, const struct file *f);
void ast_print_expr(FILE *out, const struct expr *e);
void ast_print_stmt(FILE *out, const struct stmt *s, int indent);
const char *type_text(enum type t); /* "long" "string" "stats" "unknown" */

#endif
