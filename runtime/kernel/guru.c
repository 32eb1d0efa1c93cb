// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a script in guru mode may do to the machine.  Any context, but that
 * signals need a task and locks of its own that the probed code must not hold.
 */
#include <linux/kernel.h>
#include <linux/panic.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/sched/signal.h>
#include "kernel.h"

#define DELAY_MAX 1000000	/* us */

void stp_raise(struct stp_ctx *c, stp_i64 signo)
{
	int err;

	if (signo < 1 || signo > _NSIG) {
		stp_failf(c, c->site, "there is no signal %lld", signo);
		return;
	}
	if (in_nmi() || in_hardirq() || in_serving_softirq()) {
		stp_fail(c, "no task to send a signal to", c->site);
		return;
	}
	err = send_sig(signo, current, 1);
	if (err)
		stp_failf(c, c->site, "signal %lld cannot be sent (%d)", signo,
			  err);
}

void stp_panic(const char *text)
{
	panic("%s", text);
}

void stp_dump_stack(void)
{
	dump_stack();
}

void stp_delay(struct stp_ctx *c, stp_i64 us)
{
	if (us < 0 || us > DELAY_MAX) {
		stp_failf(c, c->site, "a delay of %lld us is not within 0 and %d",
			  us, DELAY_MAX);
		return;
	}
	for (; us > 1000; us -= 1000)
		stp_port_udelay(1000);
	stp_port_udelay(us);
}

void stp_ftrace(const char *text)
{
#ifdef CONFIG_TRACING
	__trace_puts(_THIS_IP_, text, strlen(text));
#endif
}
