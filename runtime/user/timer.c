// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Timer probes: the times at which they are due, looked at by the loop in
 * main.c.  A timer that is late by a whole interval does not catch up.
 */
#include <stdlib.h>

#include "user.h"

#define INTERVAL_MIN 1000	/* ns */

const struct stp_probe_kind stp_kind_timer = { "timer" };
const struct stp_probe_kind stp_kind_timer_jiffies = { "timer.jiffies" };

static stp_u64 *due;		/* of each probe; 0: not a timer, or stopped */

static int is_timer(const struct stp_probe *p)
{
	return p->kind == &stp_kind_timer || p->kind == &stp_kind_timer_jiffies;
}

/* ns to the next hit: the interval, more or less up to randomize. */
static stp_u64 next_interval(const struct stp_probe *p)
{
	const struct stp_timer_arg *arg = p->arg;
	stp_i64 unit = p->kind == &stp_kind_timer ? 1 :
						    1000000000LL / stp_hz();
	stp_i64 ns = arg->interval * unit, range = arg->randomize * unit;

	if (range > 0)
		ns += (stp_i64)(((stp_u64)stp_port_random() << 32 |
				 stp_port_random()) %
				(2 * (stp_u64)range + 1)) - range;
	return (stp_u64)(ns < INTERVAL_MIN ? INTERVAL_MIN : ns);
}

void user_timers_start(void)
{
	const struct stp_script *s = stp_session.script;
	stp_u64 now = stp_port_clock();
	stp_u32 i;

	due = stp_session_alloc((s->nprobes + 1) * sizeof(*due));
	for (i = 0; due && i < s->nprobes; i++)
		if (is_timer(&s->probes[i]))
			due[i] = now + next_interval(&s->probes[i]);
	user_look(1);
}

static void timer_turn(const struct stp_probe *p, int on)
{
	stp_u32 i = (stp_u32)(p - stp_session.script->probes);

	if (due)
		due[i] = on ? stp_port_clock() + next_interval(p) : 0;
}

const struct stp_switch stp_switch_timer = { timer_turn };
const struct stp_switch stp_switch_timer_jiffies = { timer_turn };

static void run_due(const struct stp_probe *p, stp_u64 *at, stp_u64 now)
{
	stp_u64 interval = next_interval(p);

	*at = *at + interval > now ? *at + interval : now + interval;
	user_hit(p);	/* may stop it, or start it anew */
}

stp_i64 user_timers_run(void)
{
	const struct stp_script *s = stp_session.script;
	stp_u64 now = stp_port_clock(), first = 0;
	stp_u32 i;

	for (i = 0; due && i < s->nprobes; i++) {
		if (!due[i])
			continue;
		if (due[i] <= now && stp_load(&stp_session.running))
			run_due(&s->probes[i], &due[i], now);
		if (!first || due[i] < first)
			first = due[i];
	}
	now = stp_port_clock();
	return !first ? -1 : first > now ? (stp_i64)(first - now) : 0;
}
