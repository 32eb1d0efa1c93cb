// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What all kinds of probes do with a hit.
 *
 * In: a probe and the registers, in any context: task, interrupt, NMI.  Out:
 * its handler has run, or the core counted why not.  Interrupts stay off
 * meanwhile, so that a probe in an interrupt's path does not find this CPU's
 * context taken; a handler is short, MAXACTION sees to that.
 */
#include <linux/irqflags.h>
#include <linux/ptrace.h>
#include <linux/smp.h>
#include "kernel.h"

void stp_hit(const struct stp_probe *p, struct pt_regs *regs)
{
	unsigned long flags;
	struct stp_ctx *c;

	raw_local_irq_save(flags);
	c = stp_enter(p, raw_smp_processor_id(), regs);
	if (likely(c)) {
		p->handler(c);
		stp_leave(c);
	}
	raw_local_irq_restore(flags);
}

void stp_hit_arguments(const struct stp_probe *p, stp_i64 *args)
{
	unsigned long flags;
	struct stp_ctx *c;

	raw_local_irq_save(flags);
	c = stp_enter(p, raw_smp_processor_id(), NULL);
	if (likely(c)) {
		c->saved = args;
		p->handler(c);
		stp_leave(c);
	}
	raw_local_irq_restore(flags);
}
