// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a .return probe does with the entry and the return of a function: as
 * hit.c, with what the entry keeps for the return.
 */
#include <linux/irqflags.h>
#include <linux/ptrace.h>
#include <linux/smp.h>
#include "kernel.h"

bool stp_hit_entry(const struct stp_probe *p, struct pt_regs *regs,
		   void *saved)
{
	unsigned long flags;
	struct stp_ctx *c;
	bool wanted = false;

	raw_local_irq_save(flags);
	c = stp_enter(p, raw_smp_processor_id(), regs);
	if (likely(c)) {
		c->saved = saved;
		p->entry(c);
		wanted = !c->error;
		stp_leave(c);
	}
	raw_local_irq_restore(flags);
	return wanted;
}

void stp_hit_return(const struct stp_probe *p, struct pt_regs *regs,
		    void *saved)
{
	unsigned long flags;
	struct stp_ctx *c;

	raw_local_irq_save(flags);
	c = stp_enter(p, raw_smp_processor_id(), regs);
	if (likely(c)) {
		c->saved = saved;
		c->retval = regs_return_value(regs);
		c->in_return = 1;
		p->handler(c);
		stp_leave(c);
	}
	raw_local_irq_restore(flags);
}
