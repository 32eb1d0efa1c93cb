/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of pass 2 share.  Pass 3 sees none of it.
 *
 * The way of a probe: alias.c expands the point as written down to points
 * that a provider knows; the provider makes probes (derive.c) and says where
 * their $variables live; lower.c puts plain expressions in the place of
 * those; resolve.c gives every name its variable or function and pulls in
 * what the library has of them; types.c infers; the rest tidies up.
 */
#ifndef STAPX_ELAB_H
#define STAPX_ELAB_H

#include "arch/arch.h"
#include "ast/ast.h"
#include "elaborate/program.h"
#include "session.h"

struct provider;
struct scope;
struct sysmod;

struct func_list { struct func_decl **v; size_t n, cap; };
struct global_list { struct global_decl **v; size_t n, cap; };
struct alias_list { struct alias_decl **v; size_t n, cap; };

/* Every declaration of every file, by name; aliases by first component. */
struct library {
	struct map funcs, globals, aliases;
	struct map alias_paths;	/* by the first two components */
};

/* A function that prints one type. */
struct dbg_type;
struct printer {
	struct func *func;
	const struct dbg_type *type;
	unsigned bit_offset;
	bool deep, by_address;
};

/* A function that finds out what its probe's function was called with. */
struct dbg_entry_value;
struct caller_func {
	struct func *func;
	const struct sysmod *mod;
	const struct dbg_entry_value *v; /* what it is made of */
	const char *name;	/* of the variable, for its message */
};

struct elab {
	struct session *s;
	struct program *p;
	struct arena *a;
	const struct arch *arch;	/* NULL: no kernel of a known CPU */
	struct library lib;
	VEC(struct sysmod *) mods;	/* opened so far */
	VEC(struct file *) pending;	/* library files whose probes are wanted */
	size_t resolved, resolved_funcs; /* how many are through resolve.c */
	size_t lowered;			/* probes that are through lower.c */
	int nsynthesized;		/* functions made for printing, callers */
	VEC(struct printer) printers;	/* those, see pretty.c */
	VEC(struct caller_func) callers; /* callers.c */
	struct func *unknown_caller;	/* which these call at last */
	/* Why the last point gave no probe. */
	const char *cause;
	struct loc cause_at;
	/* A function that was not there: names near it are looked for only
	 * when the cause is shown. */
	struct sysmod *cause_mod;
	const char *cause_name;
	/* -l: points are printed, not made into probes. */
	struct listing *listing;
};

/* ---- library.c: what is declared where ---- */
void library_index(struct elab *e);
bool library_is_user(const struct elab *e, const struct file *f);
/* Functions of that name and number of arguments that file may call, in the
 * order in which `next` tries them. */
void library_funcs(struct elab *e, const char *name, size_t nargs,
		   const struct file *file, struct func_list *out);
/* The global of that name that file may use; NULL: none. */
struct global_decl *library_global(struct elab *e, const char *name,
				   const struct file *file, bool user_too);
/* The first n (1 or 2) components of a point's name. */
const char *library_path(struct arena *a, const struct probe_point *p,
			 size_t n);
/* Something of f is used: its embedded C and its probes come along. */
void library_pull(struct elab *e, struct file *f);
const char *library_similar_funcs(struct elab *e, const char *name);
const char *library_similar_globals(struct elab *e, const char *name);

#define ALIAS_DEPTH_MAX 32	/* aliases within aliases */

/* ---- alias.c, derive.c: from a point as written to probes ---- */

/* One step down.  outer is the step above, NULL for the script's probe. */
struct derivation {
	struct elab *e;
	const struct derivation *outer;
	const struct alias_decl *alias;	/* whose point this is, or NULL */
	const char *name;		/* of it, as declared */
	const char *as;			/* the same with the point's suffix */
	const struct probe_decl *decl;
	const struct probe_point *point;
	bool optional;			/* no match is no error */
	int depth;
};

struct body {
	struct stmt *stmt;
	struct file *file;	/* whose names it may use */
};
struct condition {
	struct expr *e;
	struct file *file;
};
struct saved_key {
	const char *text;	/* of the expression, to save it once */
	struct file *file;
};
/* What pass 2 keeps of a probe. */
struct probe_info {
	const struct provider *provider;
	struct scope *scope;	/* the provider's, for $variables; or NULL */
	VEC(struct body) bodies;/* in the order of running */
	VEC(struct condition) conditions;
	const struct probe_decl *decl;
	const char *where;	/* "pc=_stext+0x10" for -p2, or NULL */
	VEC(struct saved_key) saved_keys; /* beside probe->saved */
};

/* Makes the probes of a script's probe; false when an error was reported. */
bool alias_expand(struct elab *e, const struct probe_decl *d);
/* Asks the providers; the number of probes made, *known when a provider
 * knows the form of the point at all. */
size_t derive_builtin(const struct derivation *d, bool *known);
/* For a provider: makes a probe of d's point.  resolved is the point as pp()
 * has it. */
struct probe *derive_probe(const struct derivation *d, enum probe_kind kind,
			   const char *resolved);
/* One statement of a probe's bodies. */
struct stmt *join_bodies(struct arena *a, const struct probe_info *info);
/* No loop may change the array that it walks. */
bool check_iterations(struct elab *e);
/* own: the script's body among them. */
void settle_probewrites(struct arena *a, struct probe_info *info,
			const struct stmt *own);
const char *expr_text(struct arena *a, const struct expr *e);
/* For a provider: why there is none.  The first cause stays. */
void derive_cause(const struct derivation *d, struct loc at, const char *fmt,
		  ...) PRINTF(3, 4);
/* The cause just given is that mod has no function of this name. */
void derive_similar(const struct derivation *d, struct sysmod *mod,
		    const char *name);
/* The script's module can do nothing until this one is loaded. */
void program_need_module(struct elab *e, const char *name);
/* {a,b} in a name: every combination, in order. */
struct names { const char **v; size_t n, cap; };
void expand_braces(struct arena *a, const char *text, struct names *out);
/* "probe point mismatch" with what could stand there instead. */
void derive_mismatch(const struct derivation *d);

void cause_forget(struct elab *e);
const char *cause_text(struct elab *e);

/* ---- list.c ---- */
size_t listing_count(const struct listing *l);
void listing_add(struct listing *l, const char *line);
bool listing_wants_probes(const struct listing *l);	/* -L */

/* ---- sysmod.c: the kernel and modules that were opened ---- */
struct debuginfo;
struct dbg_type;
struct sysmod {
	const char *name;	/* "kernel" or the module's */
	const char *asked;	/* as the script has it: the name or a path */
	struct debuginfo *di;	/* NULL: why says so, with the cure */
	const char *why;
};
/* name NULL or "kernel": the kernel.  Never NULL. */
struct sysmod *sysmod_get(struct elab *e, const char *name);
/* The same where DWARF is needed; NULL with the reason in *why. */
struct sysmod *sysmod_dwarf(struct elab *e, const char *name,
			    const char **why);
void sysmod_close_all(struct elab *e);

/* ---- lower.c: $variables become plain expressions ---- */
struct lower {
	struct elab *e;
	struct probe *probe;		/* NULL: in a function */
	struct file *file;		/* whose text it is */
	bool at_entry;			/* evaluated by the entry handler */
	const char *why;		/* of the last failure */
	struct loc why_at;
	/* A variable that is not here: where it is, is looked up when shown. */
	const char *missing;
};
/* All of a probe's bodies and conditions. */
void lower_probe(struct elab *e, struct probe *p);
void lower_func(struct elab *e, struct func *f);
/* For types.c: v->member, once v's type is known.  NULL: reported. */
struct expr *lower_autocast(struct elab *e, struct probe *p, struct expr *x,
			    bool quiet);
struct expr *lower_autocast_store(struct elab *e, struct probe *p,
				  struct expr *x);
/* Folds what @defined left of a condition; true when that decides it. */
bool fold_truth(struct arena *a, struct expr **px, bool *value);
bool expr_has(const struct expr *x, enum expr_kind kind);

/* ---- resolve.c ---- */
/* Probes and functions that are not through yet, and what they need. */
bool resolve_pending(struct elab *e);
/* A function that nothing calls. */
void resolve_decl(struct elab *e, struct func_decl *d);
/* Globals that nothing uses are scalars, or arrays of one key. */
void settle_arity(struct elab *e);
/* Numbers globals, functions, probes and their variables from zero. */
void renumber(struct program *p);

/* ---- pattern.c ---- */
/* Says what is wrong with the pattern of a =~ or !~. */
void check_pattern(struct elab *e, struct expr *x);

/* ---- privilege.c: guru mode, --privilege and the marks in embedded C ---- */
bool privilege_is_user(const struct session *s);	/* stapusr */
bool has_marker(const struct func *f, const char *name);
void privilege_code(struct elab *e, struct func *f, const struct file *file);
void privilege_call(struct elab *e, const struct expr *call,
		    const struct file *caller);
/* False, with the cause told: the point is not for this user. */
bool privilege_point(const struct derivation *d, bool allowed);
/* Of the final program: no read of the kernel's memory. */
bool privilege_memory(struct elab *e);

/* ---- types.c ---- */
bool infer_program(struct elab *e);

/* ---- build.c: new nodes ---- */
struct expr *mk_number(struct arena *a, struct loc at, int64_t n);
struct expr *mk_string(struct arena *a, struct loc at, const char *s);
struct expr *mk_binary(struct arena *a, struct loc at, enum op op,
		       struct expr *x, struct expr *y);
struct expr *mk_unary(struct arena *a, struct loc at, enum op op,
		      struct expr *x);
struct expr *mk_load(struct arena *a, struct loc at, const char *token,
		     struct expr *addr, int size, bool is_signed);
struct expr *mk_symbol(struct arena *a, struct loc at, struct var *v);
struct expr *mk_call(struct arena *a, struct loc at, const char *name,
		     struct func *f);
struct stmt *mk_stmt(struct arena *a, struct loc at, enum stmt_kind kind);
struct stmt *mk_expr_stmt(struct arena *a, struct expr *e);

/* elaborate.c: an empty program, with pass 2's own part. */
struct program *program_new(struct session *s);

#endif
