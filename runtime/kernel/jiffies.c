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
};
static struct timer *timers;
static u32 ntimers;
static int stopping;

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
	if (!stp_load(&stopping))
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

static int jiffies_arm(void)
{
	u32 i;

	stp_store(&stopping, 0);
	for (i = 0; i < ntimers; i++)
		mod_timer(&timers[i].wheel, next_expiry(timers[i].probe->arg));
	return 0;
}

static void jiffies_disarm(void)
{
	u32 i;

	stp_store(&stopping, 1);
	for (i = 0; i < ntimers; i++)
		stp_timer_stop(&timers[i].wheel);
}

static void jiffies_release(void)
{
	stp_port_free(timers);
	timers = NULL;
	ntimers = 0;
}

const struct stp_probe_kind stp_kind_timer_jiffies = {
	.name = "timer.jiffies",
	.prepare = jiffies_prepare,
	.arm = jiffies_arm,
	.disarm = jiffies_disarm,
	.release = jiffies_release,
};
