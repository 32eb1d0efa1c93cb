// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A hit from entry to end: who may run, with which locks, and what becomes of
 * errors, skips and time.  Any context, NMI included; the CPU does not change
 * between enter and leave.
 */
#include "lock.h"

/* Out of the way of what runs at every hit. */
#define STP_RARE __attribute__((__noinline__, __cold__))

struct stp_session stp_session;

#define MESSAGE_SKIPPED                                                       \
	"Skipped too many probes, check MAXSKIPPED or try again with stap -t" \
	" for more details."

/* ---- the state ---- */

void stp_set_state(int state)
{
	struct stp_session *s = &stp_session;
	int was;

	do {
		was = stp_load(&s->state);
		if (state <= was)
			return;
	} while (!stp_cas(&s->state, was, state));
	stp_store(&s->running, state == STP_STATE_RUNNING &&
				       !stp_load(&s->exit_requested));
	stp_port_wake();
}

static void end_requested(void)
{
	stp_store(&stp_session.exit_requested, 1);
	stp_store(&stp_session.running, 0);
}

void stp_exit(struct stp_ctx *c)
{
	struct stp_record *r;

	if (!stp_cas(&stp_session.exit_requested, 0, 1))
		return;
	end_requested();
	r = stp_port_reserve(c->cpu, sizeof(*r));
	if (r) {
		r->type = STP_REC_EXIT;
		r->format = 0;
		stp_port_commit(c->cpu, r);
	}
	stp_port_wake();
}

void stp_session_fail(int cpu, const char *message)
{
	struct stp_session *s = &stp_session;
	int was;

	end_requested();
	do {
		was = stp_load(&s->state);
		if (was >= STP_STATE_ERROR)
			return;
	} while (!stp_cas(&s->state, was, STP_STATE_ERROR));
	if (message)
		stp_emit_text(cpu, STP_REC_ERROR, message);
	stp_port_wake();
}

/* ---- errors ---- */

void stp_fail(struct stp_ctx *c, const char *msg, const struct stp_site *at)
{
	if (c->error)
		return;
	c->error = msg;
	if (at)
		c->site = at;
}

static void format_text(char *dst, stp_size size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void format_text(char *dst, stp_size size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	stp_vsnprintf(dst, size, fmt, ap);
	va_end(ap);
}

void stp_failf(struct stp_ctx *c, const struct stp_site *at, const char *fmt,
	       ...)
{
	va_list ap;

	if (c->error)
		return;
	va_start(ap, fmt);
	stp_vsnprintf(c->error_text, sizeof(c->error_text), fmt, ap);
	va_end(ap);
	stp_fail(c, c->error_text, at);
}

void stp_fail_actions(struct stp_ctx *c, const struct stp_site *at)
{
	stp_fail(c, "MAXACTION exceeded", at);
}

struct stp_try stp_try_begin(struct stp_ctx *c)
{
	struct stp_try t = { c->frame, c->nesting, stp_this(c)->iters };

	return t;
}

void stp_catch(struct stp_ctx *c, const struct stp_try *t, char *dst,
	       stp_size size)
{
	if (dst)
		stp_strcpy(dst, c->error ? c->error : "", size);
	c->error = 0;
	c->site = 0;
	c->frame = t->frame;
	c->nesting = t->nesting;
	if (stp_this(c)->iters > t->iters)
		stp_iters_reset(stp_this(c), t->iters);
}

/* "MSG near TOKEN at FILE:L:C" in the CPU's message buffer. */
static const char *report_text(struct stp_ctx *c)
{
	struct stp_cpu *t = stp_this(c);

	if (!c->site || !c->site->token || !c->site->where)
		return c->error;
	format_text(t->report, sizeof(t->report), "%s near %s at %s", c->error,
		    c->site->token, c->site->where);
	return t->report;
}

static void soft_error(struct stp_ctx *c)
{
	const struct stp_limits *l = &stp_session.script->limits;
	int n = stp_add(&stp_session.errors, 1);

	if (l->suppress_errors)
		return;
	stp_emit_text(c->cpu, STP_REC_ERROR, report_text(c));
	if (n > l->maxerrors)
		stp_session_fail(c->cpu, 0);
}

/* ---- skipped hits ---- */

void stp_skip(enum stp_skip why, int n, int cpu)
{
	const struct stp_limits *l = &stp_session.script->limits;
	int all;

	if (n <= 0)
		return;
	stp_add(&stp_session.skipped[why], n);
	all = stp_add(&stp_session.skipped_all, n);
	if (all > l->maxskipped && !l->suppress_errors)
		stp_session_fail(cpu, MESSAGE_SKIPPED);
}

/* ---- locks ---- */

static void unlock(const struct stp_lock *locks, int n)
{
	while (n-- > 0)
		stp_rw_release(&stp_session.locks[locks[n].global],
			       locks[n].write);
}

static int lock_one(const struct stp_lock *l)
{
	const struct stp_limits *limits = &stp_session.script->limits;
	int tries;

	for (tries = limits->maxtrylock;; tries--) {
		if (stp_rw_try(&stp_session.locks[l->global], l->write))
			return 1;
		if (tries <= 0)
			return 0;
		stp_port_udelay(limits->trylockdelay_us);
	}
}

/* In the order of the list, which is the same in all probes.  On one CPU the
 * busy contexts keep handlers apart already. */
static int lock(const struct stp_lock *locks, int n)
{
	int i;

	if (stp_session.ncpus == 1)
		return 1;
	for (i = 0; i < n; i++)
		if (stp_unlikely(!lock_one(&locks[i]))) {
			unlock(locks, i);
			return 0;
		}
	return 1;
}

/* ---- time: -t and the overload guard ---- */

/* The guard asks the clock for a random one of so many hits at most; that one
 * stands for those before it.  Reading it twice costs as much as all the
 * rest of an empty probe. */
#define SAMPLE_MAX 32

/* More than the threshold, and in a longer interval more in proportion. */
static int too_much(const struct stp_limits *l, stp_u64 used, stp_u64 length)
{
	stp_u64 interval = (stp_u64)l->overload_interval_ns >> 16;
	stp_u64 threshold = (stp_u64)l->overload_threshold_ns;

	return used > threshold &&
	       (used >> 16) * interval > (threshold >> 16) * (length >> 16);
}

static void overloaded(struct stp_cpu *t, stp_u64 length)
{
	const struct stp_limits *l = &stp_session.script->limits;

	stp_add(&stp_session.skipped[STP_SKIP_OVERLOAD], 1);
	format_text(t->report, sizeof(t->report),
		    "probe overhead (%llu ns) exceeded threshold (%lld ns) in "
		    "last %llu ns",
		    t->interval_used, l->overload_threshold_ns, length);
	stp_session_fail(t->ctx.cpu, t->report);
}

static void account(struct stp_cpu *t)
{
	const struct stp_script *s = stp_session.script;
	const struct stp_limits *l = &s->limits;
	stp_u64 now = stp_port_clock(), took = now - t->entered;
	struct stp_times *times;

	if (t->times) {
		times = &t->times[t->ctx.probe - s->probes];
		if (!times->hits || took < times->min)
			times->min = took;
		if (took > times->max)
			times->max = took;
		times->sum += took;
		times->hits++;
	}
	t->interval_used += took * (stp_u32)t->weight;
	t->weight = s->timing ? 1 : (int)(stp_port_random() % SAMPLE_MAX) + 1;
	t->countdown = t->weight;
	if (!l->overload_interval_ns)
		return;
	if (now - t->interval_start > (stp_u64)l->overload_interval_ns) {
		if (t->interval_start && too_much(l, t->interval_used,
						  now - t->interval_start))
			overloaded(t, now - t->interval_start);
		t->interval_start = now;
		t->interval_used = 0;
	}
}

/* ---- enter and leave ---- */

static int condition_holds(const struct stp_probe *p, struct stp_ctx *c)
{
	int holds;

	if (!lock(p->condition_locks, p->ncondition_locks))
		return 0;
	holds = p->condition(c);
	if (stp_session.ncpus > 1)
		unlock(p->condition_locks, p->ncondition_locks);
	return holds;
}

static void leave_context(struct stp_cpu *t)
{
	stp_barrier();
	t->busy = 0;
}

static STP_RARE struct stp_ctx *enter_skipped(struct stp_cpu *t,
					      enum stp_skip why)
{
	stp_skip(why, 1, t->ctx.cpu);
	if (why != STP_SKIP_BUSY)
		leave_context(t);
	return 0;
}

/* What an ordinary hit does not have: a condition, locks, the clock. */
static STP_RARE struct stp_ctx *enter_more(const struct stp_probe *p,
					   struct stp_cpu *t)
{
	if (p->condition && !condition_holds(p, &t->ctx)) {
		leave_context(t);
		return 0;
	}
	if (p->nlocks && stp_unlikely(!lock(p->locks, p->nlocks)))
		return enter_skipped(t, STP_SKIP_LOCK);
	if (t->countdown <= 0)
		t->entered = stp_port_clock();
	return &t->ctx;
}

/* This and stp_leave are all that an empty probe costs: no call that is not
 * their last act, so that no register is saved. */
static inline struct stp_ctx *enter(const struct stp_probe *p,
				    struct stp_cpu *t, void *regs)
{
	const struct stp_limits *l = &stp_session.script->limits;
	struct stp_ctx *c = &t->ctx;

	if (stp_unlikely(t->busy))
		return enter_skipped(t, STP_SKIP_BUSY);
	t->busy = 1;
	stp_barrier();
	if (stp_unlikely(stp_port_stack_left() < l->minstackspace))
		return enter_skipped(t, STP_SKIP_STACK);
	c->error = 0;
	c->site = 0;
	c->actions = l->maxaction;
	c->nesting = l->maxnesting;
	c->frame = t->frames;
	c->probe = p;
	c->regs = regs;
	c->saved = 0;
	c->retval = 0;
	c->user_regs = c->in_return = c->next_overload = 0;
	if (stp_session.clocked)
		t->countdown--;
	if (stp_unlikely(p->nlocks || p->condition || t->countdown <= 0))
		return enter_more(p, t);
	return c;
}

struct stp_ctx *stp_enter(const struct stp_probe *p, int cpu, void *regs)
{
	if (stp_unlikely(!stp_load(&stp_session.running)))
		return 0;
	return enter(p, stp_session.cpus[cpu], regs);
}

static STP_RARE void leave_more(struct stp_cpu *t)
{
	const struct stp_probe *p = t->ctx.probe;

	if (stp_unlikely(t->ctx.error != 0))
		soft_error(&t->ctx);
	if (stp_unlikely(t->iters))
		stp_iters_reset(t, 0);
	if (p->nlocks && stp_session.ncpus > 1)
		unlock(p->locks, p->nlocks);
	if (t->countdown <= 0)
		account(t);
	leave_context(t);
}

void stp_leave(struct stp_ctx *c)
{
	struct stp_cpu *t = stp_this(c);

	if (stp_unlikely(c->error || t->iters || c->probe->nlocks ||
			 t->countdown <= 0))
		leave_more(t);
	else
		leave_context(t);
}

/* ---- begin, end and error probes ---- */

/* The next one behind last (NULL: the first): by priority, then by place. */
static const struct stp_probe *next_in_order(const struct stp_probe_kind *kind,
					     const struct stp_probe *last)
{
	const struct stp_script *s = stp_session.script;
	const struct stp_probe *p, *best = 0;
	stp_i64 at, best_at = 0, last_at = 0;

	if (last)
		last_at = ((const struct stp_seq_arg *)last->arg)->priority;
	for (p = s->probes; p < s->probes + s->nprobes; p++) {
		if (p->kind != kind)
			continue;
		at = ((const struct stp_seq_arg *)p->arg)->priority;
		if (last && (at < last_at || (at == last_at && p <= last)))
			continue;
		if (!best || at < best_at) {
			best = p;
			best_at = at;
		}
	}
	return best;
}

void stp_run_probes(const struct stp_probe_kind *kind, int cpu)
{
	int state = stp_load(&stp_session.state);
	const struct stp_probe *p = 0;
	struct stp_ctx *c;

	while ((p = next_in_order(kind, p))) {
		if (state == STP_STATE_STARTING &&
		    stp_load(&stp_session.exit_requested))
			break;
		c = enter(p, stp_session.cpus[cpu], 0);
		if (!c)
			continue;
		p->handler(c);
		stp_leave(c);
	}
}
