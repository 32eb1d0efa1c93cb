// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timer.{s,ms,us,ns,hz}: an hrtimer each.  Handlers run in hard interrupt
 * context on the CPU that armed them, with no registers.
 */
#include <linux/math64.h>
#include "compat/hrtimer.h"
#include "kernel.h"

#define INTERVAL_MIN 50000	/* ns: less leaves the machine no time */

struct timer {
	struct hrtimer hrtimer;
	const struct stp_probe *probe;
	bool armed;
	bool off;		/* for its condition */
};
static struct timer *timers;
static u32 ntimers;

/* The interval ± randomize. */
static ktime_t next_interval(const struct stp_timer_arg *arg)
{
	s64 ns = arg->interval;

	if (arg->randomize > 0)
		ns += (s64)mul_u64_u32_shr(2 * arg->randomize,
					   stp_port_random(), 32) -
		      arg->randomize;
	return ns_to_ktime(max_t(s64, ns, INTERVAL_MIN));
}

static enum hrtimer_restart timer_expired(struct hrtimer *hrtimer)
{
	struct timer *t = container_of(hrtimer, struct timer, hrtimer);

	stp_hit(t->probe, NULL);
	hrtimer_forward_now(hrtimer, next_interval(t->probe->arg));
	return HRTIMER_RESTART;
}

static int timer_prepare(void)
{
	struct stp_probe *p;

	timers = stp_port_alloc(stp_count_probes(&stp_kind_timer) *
				sizeof(*timers));
	if (!timers)
		return -ENOMEM;
	stp_for_each_probe(p, &stp_kind_timer) {
		struct timer *t = &timers[ntimers++];

		t->probe = p;
		stp_hrtimer_setup(&t->hrtimer, timer_expired, CLOCK_MONOTONIC,
				  HRTIMER_MODE_REL_HARD);
	}
	return 0;
}

static void arm_one(struct timer *t)
{
	t->armed = true;
	if (!t->off)
		hrtimer_start(&t->hrtimer, next_interval(t->probe->arg),
			      HRTIMER_MODE_REL_HARD);
}

static int timer_arm(void)
{
	u32 i;

	for (i = 0; i < ntimers; i++)
		arm_one(&timers[i]);
	return 0;
}

static void timer_disarm(void)
{
	u32 i;

	for (i = 0; i < ntimers; i++)
		hrtimer_cancel(&timers[i].hrtimer);
}

static void timer_turn(const struct stp_probe *p, bool on)
{
	struct timer *t = timers;

	while (t->probe != p)
		t++;
	t->off = !on;
	if (!on)
		hrtimer_cancel(&t->hrtimer);
	else if (t->armed)
		arm_one(t);
}

static void timer_release(void)
{
	stp_port_free(timers);
	timers = NULL;
	ntimers = 0;
}

const struct stp_switch stp_switch_timer = { timer_turn };

const struct stp_probe_kind stp_kind_timer = {
	.name = "timer",
	.prepare = timer_prepare,
	.arm = timer_arm,
	.disarm = timer_disarm,
	.release = timer_release,
};
