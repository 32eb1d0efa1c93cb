/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What pass 2 makes: every name resolved, every type known, every probe point
 * an address or an event.  Pass 3 reads it and nothing else.
 */
#ifndef STAPX_PROGRAM_H
#define STAPX_PROGRAM_H

#include "ast/ast.h"
#include "regex/regex.h"

struct session;

enum storage { VAR_GLOBAL, VAR_LOCAL, VAR_PARAM };

struct var {
	const char *name;	/* as in the script */
	struct loc loc;		/* of the declaration or first use */
	enum storage storage;
	enum type type;		/* of the value */
	int id;			/* number within its owner (program, function, probe) */
	bool read, written;
	bool complained;	/* pass 2: an error about it was reported */
	bool untyped;		/* pass 2: no use said what it is */
	bool guessed;		/* pass 2: its type is what is left then */
	struct type_class *same, **key_same; /* pass 2: types_unify.c */
	struct loc type_loc;	/* what made its type known, for messages */

	/* globals */
	int nkeys;		/* 0: a scalar */
	struct loc arity_loc;	/* the use that made it so, for messages */
	enum type *key_types;	/* nkeys of them */
	struct loc *key_locs;	/* what made each known, for messages */
	int64_t max_entries;	/* arrays; 0: MAXMAPENTRIES */
	bool wrap;
	struct expr *init;	/* number or string or NULL */
	const struct global_decl *decl;
	/* statistics: what is asked of them anywhere */
	bool want_variance, want_minmax, want_sum;
	int variance_shift;
	enum hist_kind hist;
	int64_t hist_low, hist_high, hist_step;
	const void *ptype;	/* pointer target for autocast */
	const struct sysmod *pmodule;
};
struct var_vec { struct var **v; size_t n, cap; };

struct func {
	const char *name;
	const struct func_decl *decl; /* NULL: synthesized */
	struct loc loc;
	int id;			/* number within the program */
	struct var_vec params, locals;
	enum type type;		/* TYPE_VOID when it gives nothing */
	struct loc type_loc;
	const void *ptype;	/* what its value points to, for autocast */
	const struct sysmod *pmodule;
	bool pointer_asked;	/* pass 2: its C was looked at for that */
	struct type_class *same;/* pass 2: types_unify.c */
	struct stmt *body;	/* NULL: embedded */
	const char *code;	/* embedded C or NULL */
	size_t code_len;
	/* Embedded C of our own library needs only script.h and goes into
	 * the script's C file; any other goes into the second file. */
	bool builtin;
	/* Markers in embedded C; pure is found out of any other body. */
	bool pure, stable, unprivileged, myproc_unprivileged, guru;
	struct func *next_overload; /* tried when this one does `next` */
	bool may_next;		/* holds a `next` that falls to the overload */
	bool recursive;		/* on a cycle of the call graph */
	int depth;		/* longest call chain below it; recursion counted once */
};

enum probe_kind {
	PROBE_BEGIN, PROBE_END, PROBE_ERROR, PROBE_NEVER,
	PROBE_TIMER,		/* interval in ns, high resolution */
	PROBE_TIMER_JIFFIES,	/* interval in jiffies */
	PROBE_KPROBE,		/* at an address of kernel or module */
	PROBE_KRETPROBE,	/* when a function returns */
	PROBE_TRACEPOINT,	/* of the kernel or a module */
	PROBE_DATA,		/* an access to data of the kernel */
};

struct saved_value {		/* what a .return probe keeps from the entry */
	struct expr *e;		/* evaluated in the entry handler */
	enum type type;
};

struct lock {
	struct var *var;
	bool write;
};
struct lock_vec { struct lock *v; size_t n, cap; };

struct probe {			/* elaborated; the parsed one is probe_decl */
	enum probe_kind kind;
	int id;
	const char *point;	/* resolved, as pp() gives it and -p2 prints */
	const char *listed;	/* as -l prints it */
	VEC(const char *) chain;/* what it derives from, nearest first */
	const char *flag;	/* "?" or "!" when its point says so, else "" */
	struct loc loc;		/* of the probe in the script */
	struct stmt *body;
	struct var_vec locals;
	struct expr *condition;	/* globals only; NULL: always armed */
	VEC(struct saved_value) saved;
	struct lock_vec locks;	/* by var->id, ascending */
	struct lock_vec condition_locks;
	bool rearms;		/* writes what a condition of some probe reads */
	struct probe_info *info;/* pass 2's own */
	const char *func;	/* probefunc(), or NULL */
	const char *module;	/* probemod(): "kernel" or the module's name */
	struct {		/* begin end error */
		int64_t priority;
	} seq;
	struct {
		int64_t interval;	/* ns, or jiffies */
		int64_t randomize;	/* same unit, 0: none */
	} timer;
	struct {
		const char *symbol;	/* NULL: go by address */
		uint64_t offset;	/* from the symbol */
		uint64_t address;	/* link time; of a module: within section */
		const char *section;	/* of a module, else NULL */
		bool absolute;		/* address is of the running kernel */
		int maxactive;		/* 0: the default */
		bool optional;		/* a failure to arm is no error */
		const char *file;	/* declaration, for -vv and -l */
		int line;
	} kp;
	struct {
		const char *name;
	} tracepoint;
	struct {
		uint64_t address;	/* link time */
		bool absolute;		/* or as it is in the running kernel */
		bool write_only;
		int length;		/* 1 2 4 8 */
	} data;
};

enum limit_source { LIMIT_DEFAULT, LIMIT_DEFINED };

/* -D settings that are data in the descriptor; all others only #define. */
struct limits {
	int64_t maxaction, maxnesting, maxstringlen, maxmapentries, maxerrors,
		maxskipped, maxtrylock, trylockdelay_us, maxbacktrace,
		overload_interval_ns, overload_threshold_ns, minstackspace;
	bool no_overload;
	int64_t hist_width, hist_elision; /* as struct stp_stat_desc has them */
	int64_t max_buckets;	/* of a linear histogram */
	bool maxnesting_set, maxaction_set;
};

struct print_format {
	const char *text;	/* a printf format */
	const char *args;	/* a letter each: d s h (histogram) */
};

struct program {
	struct var_vec globals;		/* ids are their places */
	VEC(struct func *) funcs;
	VEC(struct probe *) probes;
	VEC(const struct embedded_decl *) embeds;
	VEC(struct print_format) formats; /* print and printf to the stream */
	struct limits limits;
	bool needs_embedded_file;	/* some C wants kernel headers */
	/* For the slide: link-time address of a symbol the runtime can name. */
	uint64_t slide_anchor;		/* of "sprint_symbol"; 0: unknown */
	VEC(const char *) modules;	/* that must be loaded: probed modules */
	VEC(const char *) removed;	/* what the optimiser took out, for -vv */
	struct map regexes;		/* patterns that were compiled */
	struct elab *elab;		/* pass 2's own */
};

/* The parts of pass 2, in the order in which they run. */
bool elaborate_aliases(struct session *s, struct program *p);
bool elaborate_targets(struct session *s, struct program *p);
bool elaborate_symbols(struct session *s, struct program *p);
bool elaborate_types(struct session *s, struct program *p);
bool elaborate_display(struct session *s, struct program *p);
void elaborate_optimize(struct session *s, struct program *p);
bool elaborate_locks(struct session *s, struct program *p);
/* Closes the target's binaries; names in the program point into them. */
void elaborate_close(struct program *p);

/* The compiled pattern of a =~ or !~; NULL: it is no pattern, and *why (which
 * may be NULL) says why. */
const struct regex *program_regex(struct session *s, struct program *p,
				  const struct expr *e, struct regex_error *why);

/* The probe is armed while its condition holds, as far as the runtime sees in
 * time; of any other kind the condition is only looked at at each hit. */
bool probe_is_switched(const struct probe *p);

/* Some function asks what the last =~ matched. */
bool program_keeps_matches(const struct program *p);

/* -p2's listing, and -l / -L. */
void program_print(FILE *out, const struct program *p, bool verbose);
/* --dump-functions, --dump-probe-types */
void dump_functions(struct session *s, FILE *out);
void dump_probe_types(struct session *s, FILE *out);
/* Prints the matching points; the exit status (0: at least one). */
int list_probes(struct session *s);

#endif
