// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A hit from entry to end: who may run, with which locks, and what it costs.
 * Any context, NMI included; the CPU does not change between enter and leave.
 */
#include "lock.h"

/* For regs: no hit, so it need not be RUNNING. */
#define NO_HIT ((void *)1)

struct stp_session stp_session;

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

/*
 * The guard asks the clock for a random one of so many hits at most; that one
 * stands for those before it.  Reading it twice costs as much as all the
 * rest of an empty probe.  A long hit, for which the reading costs nothing,
 * stands for itself, since it may be a hypervisor that was away for a while;
 * in case it is not, every one of the next hits is timed.
 */
#define SAMPLE_MAX 32
#define LONG_NS 10000
#define WATCHED 64

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
	stp_compose(t->report, sizeof(t->report),
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
	t->interval_used += took < LONG_NS ? took * (stp_u32)t->weight : took;
	t->watched = took < LONG_NS ? t->watched - !!t->watched : WATCHED;
	t->weight = 1;
	if (!s->timing && !t->watched)
		t->weight += (int)(stp_port_random() % SAMPLE_MAX);
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

/* What each handler and each condition finds. */
static inline void begin(struct stp_cpu *t, const struct stp_probe *p)
{
	const struct stp_limits *l = &stp_session.script->limits;
	struct stp_ctx *c = &t->ctx;

	c->error = 0;
	c->site = 0;
	c->actions = l->maxaction;
	c->nesting = l->maxnesting;
	c->frame = t->frames;
	c->probe = p;
}

static void leave_context(struct stp_cpu *t)
{
	stp_barrier();
	t->busy = 0;
}

STP_RARE int stp_condition_now(const struct stp_probe *p, int cpu)
{
	struct stp_cpu *t = stp_session.cpus[cpu];
	struct stp_ctx *c = &t->ctx;
	int holds = -1;

	if (t->busy)
		return -1;
	t->busy = 1;
	stp_barrier();
	begin(t, p);
	if (lock(p->condition_locks, p->ncondition_locks)) {
		holds = p->condition(c);
		if (stp_session.ncpus > 1)
			unlock(p->condition_locks, p->ncondition_locks);
	}
	leave_context(t);
	return holds;
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
struct stp_ctx *stp_enter(const struct stp_probe *p, int cpu, void *regs)
{
	const struct stp_limits *l = &stp_session.script->limits;
	struct stp_cpu *t = stp_session.cpus[cpu];
	struct stp_ctx *c = &t->ctx;

	if (stp_unlikely(!stp_load(&stp_session.running)) && regs != NO_HIT)
		return 0;
	if (stp_unlikely(t->busy))
		return enter_skipped(t, STP_SKIP_BUSY);
	t->busy = 1;
	stp_barrier();
	if (stp_unlikely(stp_port_stack_left() < l->minstackspace))
		return enter_skipped(t, STP_SKIP_STACK);
	begin(t, p);
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

STP_RARE struct stp_ctx *stp_enter_always(const struct stp_probe *p, int cpu)
{
	struct stp_ctx *c = stp_enter(p, cpu, NO_HIT);

	if (c)
		c->regs = 0;
	return c;
}

static STP_RARE void leave_more(struct stp_cpu *t)
{
	const struct stp_probe *p = t->ctx.probe;

	if (stp_unlikely(t->ctx.error != 0))
		stp_soft_error(&t->ctx);
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
