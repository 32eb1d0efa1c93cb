// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Probes that are armed while their condition holds.
 *
 * In: handlers say that a global was written which some condition reads; any
 * context, NMI included.  Out: soon after, in process context, the conditions
 * are asked anew and the probes whose answer changed are armed or disarmed.
 * What a probe in the path of a workqueue writes asks for the next look from
 * within this one, so between two of them some time passes.
 */
#include <linux/irq_work.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/workqueue.h>
#include "kernel.h"

#define PAUSE (HZ / 100 + 1)	/* jiffies between two looks */

static void look_later(struct irq_work *work);
static void look_work(struct work_struct *work);
static struct irq_work later = IRQ_WORK_INIT(look_later);
static DECLARE_DELAYED_WORK(worker, look_work);
static DEFINE_MUTEX(looking);
static int active;		/* between the first look and stop */
static int asked;		/* a look is on its way */
static unsigned long earliest;	/* jiffies */

void stp_rearm(void)
{
	if (!stp_load(&active) || stp_load(&asked))
		return;
	stp_store(&asked, 1);
	irq_work_queue(&later);
}

static void queue(void)
{
	long wait = (long)(earliest - jiffies);

	queue_delayed_work(system_wq, &worker, clamp_t(long, wait, 0, PAUSE));
}

static void look_later(struct irq_work *work)
{
	if (stp_load(&active))
		queue();
}

/* -1: cannot be asked now. */
static int ask(const struct stp_probe *p)
{
	unsigned long flags;
	int holds;

	local_irq_save(flags);
	holds = stp_condition_now(p, raw_smp_processor_id());
	local_irq_restore(flags);
	return holds;
}

/* False: some could not be asked. */
static bool ask_all(void)
{
	const struct stp_arming *a = stp_script.arming;
	bool all = true;
	u32 i;

	for (i = 0; i < a->n && stp_load(&active); i++) {
		struct stp_switched *s = &a->v[i];
		int holds = ask(s->probe);

		all &= holds >= 0;
		if (holds >= 0 && s->off == holds) {
			s->off = !holds;
			s->how->turn(s->probe, holds);
		}
		cond_resched();
	}
	return all;
}

static void look(void)
{
	mutex_lock(&looking);
	stp_store(&active, 1);
	stp_store(&asked, 0);
	ask_all();
	mutex_unlock(&looking);
}

static void look_work(struct work_struct *work)
{
	bool all;

	mutex_lock(&looking);
	/* Before the questions: what is written from here on asks again. */
	stp_store(&asked, 0);
	all = ask_all();
	earliest = jiffies + PAUSE;
	mutex_unlock(&looking);
	if (!all && stp_load(&active))
		queue();
}

static void stop(void)
{
	stp_store(&active, 0);
	irq_work_sync(&later);
	cancel_delayed_work_sync(&worker);
}

static void set(bool on)
{
	if (on)
		look();
	else
		stop();
}

const struct stp_arming_calls stp_arming_calls = { set };
