/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that the C of a script may see.  Self-contained: no header of the
 * kernel or of libc comes in, so a script compiles in milliseconds and the
 * same text serves every kernel and the user-space port.
 *
 * A script is data for the runtime: one struct stp_script that lists probes,
 * globals, formats and limits, and the functions that the probes run.
 *
 * Errors: a function that fails sets c->error (the first one stays) and
 * returns zero or ""; emitted code tests c->error after each call that may
 * fail and leaves the handler.  Nothing here sleeps or allocates while a
 * probe runs.
 */
#ifndef STAPX_SCRIPT_H
#define STAPX_SCRIPT_H

typedef signed long long stp_i64;
typedef unsigned long long stp_u64;
typedef unsigned int stp_u32;
typedef unsigned short stp_u16;
typedef unsigned char stp_u8;
typedef __SIZE_TYPE__ stp_size;

#define stp_likely(x) __builtin_expect(!!(x), 1)
#define stp_unlikely(x) __builtin_expect(!!(x), 0)
#define STP_INT64_MIN (-0x7fffffffffffffffLL - 1)

struct stp_map;		/* runtime/core/map.c */
struct stp_stat_var;	/* a scalar statistic, per CPU */
struct stp_probe_kind;
struct stp_probe_state;

/* A place in the script, for messages: "near TOKEN at FILE:L:C". */
struct stp_site {
	const char *token;
	const char *where;
};

/* ---- the context of one hit ---- */
struct stp_ctx {
	const char *error;		/* set: leave the handler */
	const struct stp_site *site;	/* where it happened, or the call */
	int actions;			/* statements left to run */
	int nesting;			/* calls left */
	char *frame, *frame_end;	/* strings of the running functions */
	const struct stp_probe *probe;
	void *regs;			/* struct pt_regs *, or NULL */
	stp_i64 *saved;			/* .return: what the entry kept; strings
					 * are kept in slots of MAXSTRINGLEN.
					 * Of a tracepoint: its arguments */
	stp_i64 retval;			/* .return: the ABI's return register */
	int cpu;
	stp_u8 user_regs;		/* regs are of user mode */
	stp_u8 in_return;		/* a .return probe */
	stp_u8 next_overload;		/* `next` in an overloaded function */
	char error_text[160];		/* storage for a composed message */
	void *priv;			/* the runtime's own part */
};

union stp_val {
	stp_i64 n;
	const char *s;
	const struct stp_stat *stat;
	const struct stp_hist *hist;
};

/* ---- failing ---- */
void stp_fail(struct stp_ctx *c, const char *msg, const struct stp_site *at);
/* Composes the message in c->error_text. */
void stp_failf(struct stp_ctx *c, const struct stp_site *at, const char *fmt,
	       ...) __attribute__((format(printf, 3, 4)));
/* For emitted code: n statements were run. */
#define stp_spend(c, n) stp_unlikely(((c)->actions -= (n)) < 0)
void stp_fail_actions(struct stp_ctx *c, const struct stp_site *at);
/*
 * try { … } catch (message): the state to come back to, kept before the block
 * runs, and what ends the error: the message goes to dst (size bytes, or
 * NULL), foreach loops and calls that the error left are closed.
 */
struct stp_try {
	char *frame;
	int nesting, iters;
};
struct stp_try stp_try_begin(struct stp_ctx *c);
void stp_catch(struct stp_ctx *c, const struct stp_try *t, char *dst,
	       stp_size size);

/* ---- calls: strings live in frames of the context ---- */
static inline char *stp_frame_push(struct stp_ctx *c, stp_size size,
				   const struct stp_site *at)
{
	char *p = c->frame;

	if (stp_unlikely((stp_size)(c->frame_end - p) < size ||
			 c->nesting <= 0)) {
		stp_fail(c, "MAXNESTING exceeded", at);
		return 0;
	}
	c->frame = p + size;
	c->nesting--;
	return p;
}
static inline void stp_frame_pop(struct stp_ctx *c, char *p)
{
	c->frame = p;
	c->nesting++;
}
/* The strings of a handler: no call, so it takes no level of nesting. */
static inline char *stp_frame_open(struct stp_ctx *c, stp_size size)
{
	char *p = c->frame;

	if (stp_unlikely((stp_size)(c->frame_end - p) < size)) {
		stp_fail(c, "MAXNESTING exceeded", 0);
		return 0;
	}
	c->frame = p + size;
	return p;
}
static inline void stp_frame_close(struct stp_ctx *c, char *p)
{
	c->frame = p;
}

/* ---- arithmetic with an edge; wrap-around elsewhere is plain C on u64 ---- */
stp_i64 stp_div(struct stp_ctx *c, stp_i64 a, stp_i64 b,
		const struct stp_site *at);
stp_i64 stp_mod(struct stp_ctx *c, stp_i64 a, stp_i64 b,
		const struct stp_site *at);
/* Shift counts are taken modulo 64. */
static inline stp_i64 stp_shl(stp_i64 a, stp_i64 b)
{
	return (stp_i64)((stp_u64)a << (b & 63));
}
static inline stp_i64 stp_shr(stp_i64 a, stp_i64 b) { return a >> (b & 63); }
/* A truth value as an operand: compilers warn of (a < b) + 1. */
static inline stp_i64 stp_num(stp_i64 v) { return v; }
static inline stp_i64 stp_lshr(stp_i64 a, stp_i64 b)
{
	return (stp_i64)((stp_u64)a >> (b & 63));
}

/* ---- strings: size counts the NUL; dst is always terminated ---- */
void stp_strcpy(char *dst, const char *src, stp_size size);
void stp_strcat(char *dst, const char *src, stp_size size);
int stp_strcmp(const char *a, const char *b);

/* ---- regular expressions ---- */
#include "pattern.h"
int stp_regex_test(const struct stp_regex *r, const char *s); /* 0 or 1 */
/* The same, and keeps what matched for matched() and ngroups(). */
int stp_regex_match(struct stp_ctx *c, const struct stp_regex *r,
		    const char *s);
void stp_match_forget(struct stp_ctx *c);	/* as a handler begins */

/* ---- statistics ---- */
enum stp_stat_op { STP_COUNT, STP_SUM, STP_MIN, STP_MAX, STP_AVG, STP_VARIANCE };
enum stp_hist_kind { STP_HIST_NONE, STP_HIST_LINEAR, STP_HIST_LOG };
#define STP_HIST_LOG_BUCKETS 128

/* What a script asks of a statistic; a constant of the script. */
struct stp_stat_desc {
	stp_u8 hist;		/* enum stp_hist_kind */
	stp_u8 variance;	/* wanted */
	stp_u8 shift;		/* @variance's bit shift */
	stp_u8 width;		/* of a histogram's bars; 0: 50 */
	stp_u8 elision;		/* 1 + empty rows kept at each end of a stretch
				 * that is cut; 0: as 2; STP_HIST_ALL: no cut */
#define STP_HIST_ALL 63
	stp_i64 low, high, step;/* of a linear histogram */
	/* Linear: (high - low) / step + 3, the first for what is below low, the
	 * last for what is above high.  Log: STP_HIST_LOG_BUCKETS. */
	stp_u32 buckets;
};
/* One statistic, merged or of one CPU; buckets follow it in memory. */
struct stp_stat {
	stp_i64 count, sum, min, max;
	stp_i64 mean_s, m2;	/* Welford's, shifted (core/stat.c) */
	stp_i64 bucket[];
};
/* A histogram to be printed. */
struct stp_hist {
	const struct stp_stat_desc *desc;
	const struct stp_stat *stat;
};

void stp_stat_add(struct stp_ctx *c, struct stp_stat_var *v, stp_i64 value);
/* Merged over CPUs; the result lives until the next call that merges. */
const struct stp_stat *stp_stat_get(struct stp_ctx *c, struct stp_stat_var *v);
void stp_stat_reset(struct stp_ctx *c, struct stp_stat_var *v);
/* @min and friends of nothing are an error ("empty aggregate"); @count and
 * @sum give 0. */
stp_i64 stp_stat_extract(struct stp_ctx *c, const struct stp_stat *s,
			 const struct stp_stat_desc *d, enum stp_stat_op op,
			 const struct stp_site *at);
/* Bucket number i, 0 outside: an error "histogram index out of range". */
stp_i64 stp_hist_bucket(struct stp_ctx *c, const struct stp_hist *h, stp_i64 i,
			const struct stp_site *at);

/* ---- maps: keys and values are by the map's description ----
 *
 * Locks: a global's read lock is enough for get, has and foreach of plain
 * maps; what changes a map needs its write lock.  Statistics: <<< needs no
 * lock, since each CPU has its own; @count needs the read lock, delete and
 * foreach (which merges into one place) the write lock.
 */
enum stp_value { STP_LONG, STP_STRING, STP_STATS };
#define STP_KEYS_MAX 16

struct stp_map_desc {
	stp_u8 nkeys;
	stp_u8 key[STP_KEYS_MAX];	/* enum stp_value */
	stp_u8 value;			/* enum stp_value */
	stp_u8 wrap;			/* full: the oldest entry makes room */
	stp_u32 max_entries;
	const struct stp_stat_desc *stat; /* STP_STATS */
};

stp_i64 stp_map_get_long(struct stp_map *m, const union stp_val *k); /* 0: absent */
const char *stp_map_get_string(struct stp_map *m, const union stp_val *k); /* "" */
/* The element's value, made (zero, "") when absent.  Full without wrap: NULL
 * and an error ("Array overflow, check MAXMAPENTRIES").  Valid until the map changes. */
stp_i64 *stp_map_long(struct stp_ctx *c, struct stp_map *m,
		      const union stp_val *k, const struct stp_site *at);
char *stp_map_string(struct stp_ctx *c, struct stp_map *m,
		     const union stp_val *k, const struct stp_site *at);
void stp_map_stat_add(struct stp_ctx *c, struct stp_map *m,
		      const union stp_val *k, stp_i64 value,
		      const struct stp_site *at);
/* Merged over CPUs; NULL when absent; lives until the next that merges. */
const struct stp_stat *stp_map_stat_get(struct stp_ctx *c, struct stp_map *m,
					const union stp_val *k);
int stp_map_has(struct stp_map *m, const union stp_val *k);
void stp_map_delete(struct stp_ctx *c, struct stp_map *m,
		    const union stp_val *k, const struct stp_site *at);
void stp_map_clear(struct stp_ctx *c, struct stp_map *m,
		   const struct stp_site *at);
/* The same with any: bit i set, key i matches everything. */
int stp_map_has_any(struct stp_map *m, const union stp_val *k, stp_u32 any);
void stp_map_delete_any(struct stp_ctx *c, struct stp_map *m,
			const union stp_val *k, stp_u32 any,
			const struct stp_site *at);

/* foreach.  Between open and close the map may not change (an error at the
 * change: "cannot modify array during iteration"). */
struct stp_sort {
	stp_u8 direction;	/* 0 none (order of insertion), 1 up, 2 down */
	stp_u8 key;		/* 0: by value, else by that key (from 1) */
	stp_u8 stat;		/* value: by this enum stp_stat_op */
};
struct stp_iter {
	struct stp_map *map;
	stp_u32 at, left;
	stp_u32 any;		/* keys that match everything */
	const union stp_val *slice;
	const struct stp_stat *stat; /* of the element, STP_STATS */
	void *entry;
	struct stp_table *table; /* what is walked */
	int depth;		/* loops that were open before it */
	stp_u8 sorted;
};
/* limit < 0: all.  slice NULL: all; else keys whose bit in any is clear
 * must be equal (slice must outlive the loop). */
int stp_iter_open(struct stp_ctx *c, struct stp_iter *it, struct stp_map *m,
		  struct stp_sort sort, stp_i64 limit,
		  const union stp_val *slice, stp_u32 any,
		  const struct stp_site *at);	/* 0 and c->error on failure */
int stp_iter_next(struct stp_ctx *c, struct stp_iter *it); /* 0: done */
stp_i64 stp_iter_key_long(const struct stp_iter *it, int key);	/* from 0 */
const char *stp_iter_key_string(const struct stp_iter *it, int key);
stp_i64 stp_iter_long(const struct stp_iter *it);
const char *stp_iter_string(const struct stp_iter *it);
const struct stp_stat *stp_iter_stat(struct stp_ctx *c, struct stp_iter *it);
/* Also closes what was opened inside it and not closed. */
void stp_iter_close(struct stp_ctx *c, struct stp_iter *it);

/* ---- output ---- */
struct stp_format {
	const char *text;	/* printf format: conversions %d %s %x %c %p %b %m … */
	const char *args;	/* a letter each: d long, s string, h histogram,
				 * m memory (%m %M): .s is what stp_memory gave;
				 * i j k l n: .s is what stp_uplace gave;
				 * a b A B C: .n is an address, which the reader
				 * shows as symname(), symdata(), symfile(),
				 * symline(), symfileline() have it */
};
/* One record into this CPU's ring: format number and arguments. */
void stp_print(struct stp_ctx *c, stp_u32 format, const union stp_val *args);
/* Reads n bytes (at most size - 2) of the target's memory for %m: buf gets a
 * u16 length and the bytes. */
const char *stp_memory(struct stp_ctx *c, char *buf, stp_size size,
		       stp_u64 addr, stp_i64 n, int user,
		       const struct stp_site *at);
/* sprintf: the same formats, rendered here. */
void stp_sprint(struct stp_ctx *c, char *dst, stp_size size, const char *text,
		const char *arg_letters, const union stp_val *args,
		const struct stp_site *at);
void stp_warn(struct stp_ctx *c, const char *text);	/* "WARNING: text" */
void stp_print_text(struct stp_ctx *c, const char *text);
void stp_printf(struct stp_ctx *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));		/* for embedded C */
void stp_exit(struct stp_ctx *c);	/* the session ends after this handler */
void stp_abort(struct stp_ctx *c);	/* it ends, and this handler at once */

/* ---- the target's memory and registers ---- */
/* Fault-proof reads; size 1 2 4 8, zero-extended; a fault is an error. */
stp_u64 stp_kread(struct stp_ctx *c, stp_u64 addr, int size,
		  const struct stp_site *at);
stp_u64 stp_uread(struct stp_ctx *c, stp_u64 addr, int size,
		  const struct stp_site *at);
void stp_kwrite(struct stp_ctx *c, stp_u64 addr, int size, stp_u64 value,
		const struct stp_site *at);
void stp_uwrite(struct stp_ctx *c, stp_u64 addr, int size, stp_u64 value,
		const struct stp_site *at);
/* offset is the register's place in struct pt_regs, from the translator. */
static inline stp_u64 stp_reg(const struct stp_ctx *c, stp_u32 offset)
{
	return c->regs ? *(const unsigned long *)((char *)c->regs + offset) : 0;
}
static inline void stp_reg_set(struct stp_ctx *c, stp_u32 offset, stp_u64 v)
{
	if (c->regs)
		*(unsigned long *)((char *)c->regs + offset) = v;
}
/* The n-th return address on the kernel's stack, from 1; 0: there is none. */
stp_u64 stp_caller(struct stp_ctx *c, int n);
extern stp_i64 stp_slide;	/* run-time minus link-time address of the kernel */
static inline stp_u64 stp_kaddr(stp_u64 link_time)
{
	return link_time + (stp_u64)stp_slide;
}
/* Run-time address of offset in a section of a loaded module; 0: not loaded. */
stp_u64 stp_maddr(const char *module, const char *section, stp_u64 offset);

/*
 * ---- embedded C ----
 * A function's C has its arguments as STAP_ARG_name, its result as
 * STAP_RETVALUE (a stp_i64, or a buffer of MAXSTRINGLEN bytes), and a label
 * `out` at its end.  STAP_RETURN(value) is defined around each that uses it.
 */
#define CONTEXT stp_context
#define STAP_ERROR(...)                                                        \
	do {                                                                   \
		stp_failf(CONTEXT, CONTEXT->site, __VA_ARGS__);                \
		goto out;                                                      \
	} while (0)
#define STAP_PRINTF(...) stp_printf(CONTEXT, __VA_ARGS__)

/*
 * ---- what the script brings of files of user space (-d) ----
 * Places are addresses as the file has them, from its base on.
 */
enum { STP_URULE_NONE, STP_URULE_SP, STP_URULE_FP, STP_URULE_END };
/* Of a frame, from a place up to the next rule's. */
struct stp_urule {
	stp_u32 at;
	stp_u32 cfa;		/* one of the above, and, shifted by 2, the
				 * bytes from that register to the CFA */
	stp_u16 fp, ra;		/* how many words below the CFA the caller's
				 * frame pointer and the return address are; 0:
				 * in their registers */
};
struct stp_usym {
	stp_u32 at, size, name;	/* name: from names */
};
struct stp_usegment {
	stp_u64 offset, addr, size;
};
struct stp_ufile {
	const char *id;		/* its build-id, nid bytes */
	const struct stp_usegment *segments;
	const struct stp_urule *rules;
	const struct stp_usym *syms;
	const char *names, *path;
	stp_u64 base;
	stp_u32 nid, nsegments, nrules, nsyms;
};
#define STP_BUILD_ID_MAX 64
#define STP_UFILES_MAX 200
/* In a script that brings some. */
struct stp_ufiles {
	const struct stp_ufile *v;
	stp_u32 n;		/* at most STP_UFILES_MAX */
};
extern const struct stp_ufiles stp_user_files;

/* ---- the script, as the runtime sees it ---- */
/* Probes in modules: a script that has some names it, and so takes it in. */
struct stp_modules;
extern const struct stp_modules stp_modules;

enum stp_global_kind { STP_G_LONG, STP_G_STRING, STP_G_STAT, STP_G_MAP };
struct stp_global {
	const char *name;
	stp_u8 kind;
	/* LONG: stp_i64 *; STRING: char[maxstringlen]; STAT: struct
	 * stp_stat_var **; MAP: struct stp_map **.  The runtime fills the
	 * last two in before any probe runs. */
	void *storage;
	const struct stp_map_desc *map;		/* MAP */
	const struct stp_stat_desc *stat;	/* STAT */
};

struct stp_lock {
	stp_u16 global;		/* index into stp_script.globals */
	stp_u16 write;
};

/* Kind-specific data of a probe. */
struct stp_seq_arg {		/* begin end error */
	stp_i64 priority;
};
struct stp_timer_arg {
	stp_i64 interval;	/* ns; of stp_kind_timer_jiffies: jiffies */
	stp_i64 randomize;
};
struct stp_kprobe_arg {		/* kprobe and kretprobe */
	const char *symbol;	/* NULL: by address */
	const char *module;	/* NULL: the kernel */
	const char *section;	/* of the module */
	stp_u64 offset;		/* from symbol */
	stp_u64 address;	/* link time, or within the section */
	int maxactive;
	int optional;
	stp_u32 saved_size;	/* bytes an instance keeps from the entry */
	int absolute;		/* address is of the running kernel */
};

struct stp_tracepoint_arg {
	const char *name;
	const char *module;	/* NULL: the kernel */
	int optional;
};

struct stp_data_arg {
	stp_u64 address;	/* link time; absolute: of the running kernel */
	stp_u8 absolute, write_only, length, optional;
};

struct stp_probe {
	const char *name;	/* pp() */
	const char *func;	/* probefunc() or NULL */
	const char *module;	/* probemod() or NULL */
	const char *where;	/* FILE:L:C */
	void (*handler)(struct stp_ctx *c);
	void (*entry)(struct stp_ctx *c);	/* fills c->saved; or NULL */
	int (*condition)(struct stp_ctx *c);	/* armed while true; or NULL */
	const void *own;	/* what a handler of many has of each; or NULL */
	const struct stp_probe_kind *kind;
	const void *arg;
	const struct stp_lock *locks;
	stp_u16 nlocks;
	const struct stp_lock *condition_locks;
	stp_u16 ncondition_locks;
	struct stp_probe_state *state;		/* the runtime's */
};
extern const struct stp_probe_kind stp_kind_begin, stp_kind_end, stp_kind_error,
	stp_kind_timer, stp_kind_timer_jiffies, stp_kind_kprobe,
	stp_kind_kretprobe, stp_kind_tracepoint, stp_kind_data;

/*
 * Probes whose points have a condition are armed while it holds.  A script
 * that has some names how their kinds are switched, and so takes that in.  Of
 * other kinds, and until a probe is switched, each hit asks the condition.
 */
struct stp_switch;
extern const struct stp_switch stp_switch_timer, stp_switch_timer_jiffies,
	stp_switch_kprobe, stp_switch_kretprobe, stp_switch_tracepoint;
struct stp_switched {
	const struct stp_probe *probe;
	const struct stp_switch *how;
	stp_u8 off;		/* the runtime's: is disarmed, or to be */
};
struct stp_arming_calls;
extern const struct stp_arming_calls stp_arming_calls;
struct stp_arming {
	const struct stp_arming_calls *calls;
	struct stp_switched *v;
	stp_u32 n;
};
/* The handler wrote what a condition reads. */
void stp_rearm(void);

struct stp_limits {
	int maxaction, maxnesting, maxstringlen, maxerrors, maxskipped,
		maxtrylock, trylockdelay_us, maxbacktrace, minstackspace;
	stp_i64 overload_interval_ns, overload_threshold_ns; /* 0: no guard */
	int suppress_errors;	/* count soft errors silently */
};

#define STP_SCRIPT_ABI 1
struct stp_script {
	stp_u32 abi;		/* STP_SCRIPT_ABI */
	const char *name;	/* of the module */
	const char *release;	/* UTS_RELEASE it was built for */
	const char *build_id;	/* hex, or "" */
	struct stp_limits limits;
	struct stp_probe *probes;
	stp_u32 nprobes;
	struct stp_global *globals;
	stp_u32 nglobals;
	const struct stp_format *formats;
	stp_u32 nformats;
	stp_u32 frame_size;	/* bytes of strings the deepest call chain needs */
	stp_u64 slide_anchor;	/* link-time address of sprint_symbol, or 0 */
	int timing;		/* -t */
	stp_u8 sort_depth;	/* sorted foreach loops, one in the other */
	stp_u8 match_groups;	/* most of any =~ that keeps them, or 0 */
	void (*init)(void);	/* puts initial values into the globals; or NULL */
	const struct stp_modules *modules; /* NULL: no probe lies in a module */
	void (*discard)(void);	/* frees what the above and the like keep */
	const struct stp_arming *arming; /* NULL: no probe is switched */
	const char *const *listed; /* pn() of each probe; NULL: none asks */
	/* For the reader (uapi.h, STP_IOC_SYMBOL): stp_symbol_text,
	 * stp_uspace_text where records hold addresses of user space, or NULL
	 * where they hold none. */
	void (*symbol_text)(stp_u64 *addr, char *text, stp_size size);
};
void stp_symbol_text(stp_u64 *addr, char *text, stp_size size);
void stp_uspace_text(stp_u64 *addr, char *text, stp_size size);
/* For discard. */
void stp_modules_discard(void);
void stp_uspace_discard(void);
extern struct stp_script stp_script;	/* in every script */

#include "tapset.h"

#endif
