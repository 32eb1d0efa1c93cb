// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timer.jiffies(n)[.randomize(m)]: a timer of the kernel's wheel each.
 * Handlers run in softirq context, with no registers.
 */
#include <linux/jiffies.h>
#include <linux/math64.h>
#include "compat/timer.h"
#include "kernel.h"

struct timer {
	struct timer_list wheel;
	const struct stp_probe *probe;
	bool armed;
	int off;		/* shall not start again */
};
static struct timer *timers;
static u32 ntimers;

static unsigned long next_expiry(const struct stp_timer_arg *arg)
{
	s64 n = arg->interval;

	if (arg->randomize > 0)
		n += (s64)mul_u64_u32_shr(2 * arg->randomize + 1,
					  stp_port_random(), 32) -
		     arg->randomize;
	return jiffies + clamp_t(s64, n, 1, MAX_JIFFY_OFFSET);
}

static void timer_expired(struct timer_list *wheel)
{
	struct timer *t = container_of(wheel, struct timer, wheel);

	stp_hit(t->probe, NULL);
	if (!stp_load(&t->off))
		mod_timer(wheel, next_expiry(t->probe->arg));
}

static int jiffies_prepare(void)
{
	struct stp_probe *p;

	timers = stp_port_alloc(stp_count_probes(&stp_kind_timer_jiffies) *
				sizeof(*timers));
	if (!timers)
		return -ENOMEM;
	stp_for_each_probe(p, &stp_kind_timer_jiffies) {
		struct timer *t = &timers[ntimers++];

		t->probe = p;
		timer_setup(&t->wheel, timer_expired, 0);
	}
	return 0;
}

static void arm_one(struct timer *t)
{
	t->armed = true;
	if (!stp_load(&t->off))
		mod_timer(&t->wheel, next_expiry(t->probe->arg));
}

static void disarm_one(struct timer *t)
{
	stp_store(&t->off, 1);
	stp_timer_stop(&t->wheel);
}

static int jiffies_arm(void)
{
	u32 i;

	for (i = 0; i < ntimers; i++)
		arm_one(&timers[i]);
	return 0;
}

static void jiffies_disarm(void)
{
	u32 i;

	for (i = 0; i < ntimers; i++)
		disarm_one(&timers[i]);
}

static void jiffies_turn(const struct stp_probe *p, bool on)
{
	struct timer *t = timers;

	while (t->probe != p)
		t++;
	if (!on) {
		disarm_one(t);
		return;
	}
	stp_store(&t->off, 0);
	if (t->armed)
		arm_one(t);
}

static void jiffies_release(void)
{
	stp_port_free(timers);
	timers = NULL;
	ntimers = 0;
}

const struct stp_switch stp_switch_timer_jiffies = { jiffies_turn };

const struct stp_probe_kind stp_kind_timer_jiffies = {
	.name = "timer.jiffies",
	.prepare = jiffies_prepare,
	.arm = jiffies_arm,
	.disarm = jiffies_disarm,
	.release = jiffies_release,
};
