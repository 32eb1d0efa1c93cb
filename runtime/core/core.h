/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine, as a port sees it.  One session a module or process: it is made
 * from the script's descriptor, settings are put into its globals, begin
 * probes run, then hits come in through stp_enter and stp_leave, and at the
 * end the end or error probes run.
 */
#ifndef STAPX_CORE_H
#define STAPX_CORE_H

#include "port.h"
#include "../uapi.h"

#define STP_CACHE_LINE 64
#define STP_MESSAGE_MAX 512
#define STP_ITER_DEPTH 16	/* nested foreach that a probe may have open */

/* Why a hit did not run its handler. */
enum stp_skip {
	STP_SKIP_BUSY,		/* the CPU's context was in use */
	STP_SKIP_LOCK,		/* a global stayed locked */
	STP_SKIP_STACK,		/* MINSTACKSPACE */
	STP_SKIP_MISSED,	/* the kernel's own count (nmissed) */
	STP_SKIP_OVERLOAD,
	STP_SKIP_KINDS
};

/* -t: what a probe cost on one CPU. */
struct stp_times {
	stp_u64 hits, min, max, sum;	/* ns */
};

/* An element of a sorted foreach; next links them in order. */
struct stp_item {
	stp_i64 key;
	stp_u32 entry, next;
};

/* The last match that keeps its groups; start -1: the group took no part. */
struct stp_extent {
	int start, end;
};
struct stp_match {
	char *text;		/* what was matched; maxstringlen */
	stp_u16 *states;	/* that led through it; maxstringlen of them */
	int groups;		/* with the whole; 0: no match */
	struct stp_extent group[];
};

/* One CPU's part; only that CPU writes it. */
struct stp_cpu {
	struct stp_ctx ctx;	/* ctx.priv is this struct */
	int busy;		/* a handler runs */
	int countdown;		/* hits until one is timed: then 0 or less;
				 * stays at 1 when none is */
	int weight;		/* hits that it stands for */
	int watched;		/* hits to be timed each, after a long one */
	stp_u64 entered;	/* clock, when the hit is timed */
	stp_u64 interval_start, interval_used;	/* overload guard */
	char *frames;		/* script->frame_size bytes */
	struct stp_stat *scratch; /* the last merged statistic */
	struct stp_item *items;	/* stack of the sorted foreach loops */
	stp_u32 items_used;
	int iters;		/* open foreach loops */
	struct {
		struct stp_map *map;
		stp_u32 items;	/* items_used before it */
	} iter[STP_ITER_DEPTH];
	struct stp_times *times; /* of each probe, or NULL */
	char *tokens;		/* what tokenize() has left; maxstringlen */
	char *token_at;
	struct stp_match *match; /* NULL: no =~ keeps its groups */
	char message[STP_MESSAGE_MAX];	/* what error() was given */
	char report[STP_MESSAGE_MAX];	/* the same with where it happened */
} __attribute__((aligned(STP_CACHE_LINE)));

struct stp_session {
	struct stp_script *script;
	int ncpus;
	int state;		/* enum stp_state */
	int running;		/* hits are let in: RUNNING, and no exit() yet */
	int exit_requested;
	int failed;		/* ended by an error */
	int clocked;		/* -t or the overload guard wants the time */
	int errors;
	int skipped[STP_SKIP_KINDS];
	int skipped_all;
	stp_i64 target;		/* target() */
	stp_u64 memory;		/* bytes held by this struct's parts */
	stp_u32 items_max;	/* of each CPU */
	int *locks;		/* a global each: -1 written, n readers */
	struct stp_cpu **cpus;	/* ncpus of them */
	void **blocks;		/* everything allocated, for the end */
	stp_u32 nblocks, blocks_cap;
};
extern struct stp_session stp_session;

/* A port defines struct stp_probe_kind; its first member is this. */
struct stp_kind_head {
	const char *name;	/* as probe_type() gives it */
};

/* ---- life of a session: process context ---- */
/* Allocates everything probes will need and runs script->init: 0, -ENOMEM,
 * -EINVAL (a descriptor this runtime does not know).  fini may follow either. */
int stp_session_init(struct stp_script *script, int ncpus);
void stp_session_fini(void);
/* VAR=value, before begin probes run; 0, -ENOENT (no such scalar global),
 * -EINVAL (not a number), -E2BIG. */
int stp_session_set(const char *name, const char *value);
/* The definitions (uapi.h, STP_IOC_DEFS): at most size bytes to buf (NULL:
 * none); returns how many there are in all. */
stp_u32 stp_session_defs(void *buf, stp_u32 size);
/* Runs the begin, end or error probes by priority, each once; the caller stays
 * on cpu.  begin probes stop at exit() or when the session fails. */
void stp_run_probes(const struct stp_probe_kind *kind, int cpu);
/* Forward only: a later STARTING or RUNNING does not undo an ERROR.  Hits are
 * let in while RUNNING and before exit(). */
void stp_set_state(int state);
void stp_get_status(struct stp_status *st);	/* all but lost and memory of rings */
/* Sum over CPUs of what probe n cost; 0 when timing is off. */
int stp_get_times(stp_u32 probe, struct stp_times *t);

/* ---- a hit: any context; the caller stays on cpu from enter to leave ---- */
/*
 * NULL: do not run the handler (not RUNNING, or skipped and counted).  With
 * a context: set saved, retval, user_regs, in_return as the kind needs,
 * call the handler, then leave.  regs may be NULL.
 */
struct stp_ctx *stp_enter(const struct stp_probe *p, int cpu, void *regs);
void stp_leave(struct stp_ctx *c);
void stp_skip(enum stp_skip why, int n, int cpu);

/* ---- conditions of points; how each port arms by them is its own ---- */
/* Does the condition of p hold?  -1: this CPU's context or a global is in use.
 * The caller stays on cpu, and no handler interrupts it. */
int stp_condition_now(const struct stp_probe *p, int cpu);

/* A record of one string from outside a handler. */
void stp_emit_text(int cpu, int type, const char *text);

/* ---- between the files of core/ ---- */
void *stp_session_alloc(stp_size size);	/* counted, freed by fini */
struct stp_map *stp_map_new(const struct stp_map_desc *d);	/* NULL: no memory */
struct stp_stat_var *stp_stat_new(const struct stp_stat_desc *d);
stp_size stp_stat_size(const struct stp_stat_desc *d);
void stp_stat_clear(struct stp_stat *s, const struct stp_stat_desc *d);
/* The variance's and the histogram's part of a value that was counted. */
void stp_stat_more(struct stp_stat *s, const struct stp_stat_desc *d,
		   stp_i64 value);
static inline void stp_stat_value(struct stp_stat *s,
				  const struct stp_stat_desc *d, stp_i64 value)
{
	s->count++;
	s->sum = (stp_i64)((stp_u64)s->sum + (stp_u64)value);
	if (value < s->min)
		s->min = value;
	if (value > s->max)
		s->max = value;
	if (d->variance | d->hist)
		stp_stat_more(s, d, value);
}
/* Adds one CPU's statistic to a merged one (which differs: core/stat.c). */
void stp_stat_merge(struct stp_stat *to, const struct stp_stat *from,
		    const struct stp_stat_desc *d);
/* Of a merged statistic; 0 of nothing. */
stp_i64 stp_stat_read(const struct stp_stat *s, const struct stp_stat_desc *d,
		      enum stp_stat_op op);
void stp_iters_reset(struct stp_cpu *t, int keep);
/* As stp_enter, in any state of the session. */
struct stp_ctx *stp_enter_always(const struct stp_probe *p, int cpu);
/* The handler that c is of ended with c->error. */
void stp_soft_error(struct stp_ctx *c);
void stp_compose(char *dst, stp_size size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Ends the session with an error. */
void stp_session_fail(int cpu, const char *message);

static inline struct stp_cpu *stp_this(const struct stp_ctx *c)
{
	return (struct stp_cpu *)c->priv;
}

#endif
