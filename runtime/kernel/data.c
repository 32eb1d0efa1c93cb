// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kernel.data: a hardware breakpoint each, on all CPUs that are online.
 *
 * In: addresses, of link time or as they are.  Out: each for which a debug
 * register is free on every CPU is watched; the others are told to the user
 * with the cause.  Handlers run in the debug exception, as if in an NMI:
 * on x86 behind the access, on arm64 before it.  What a handler itself
 * accesses is not reported.
 */
#include <linux/kernel_stat.h>
#include <linux/percpu.h>
#include <linux/ptrace.h>
#include "compat/perf_event.h"
#include "kernel.h"

/* A CPU's last hit of a probe. */
struct last {
	struct pt_regs regs;
	unsigned long interrupts;	/* that it had served by then */
};
struct point {
	const struct stp_probe *probe;
	struct perf_event *__percpu *events;	/* NULL: not armed */
	struct last __percpu *last;		/* arm64 */
};
static struct point *points;
static u32 npoints;

/*
 * arm64 runs the access as a single step behind the handler.  An interrupt
 * that is waiting by then comes first and ends the step; behind it the access
 * is tried, and reported, once more: with the same registers.
 */
#ifdef CONFIG_ARM64
static bool comes_again(const struct point *p, const struct pt_regs *regs)
{
	struct last *last = this_cpu_ptr(p->last);
	unsigned long interrupts = kstat_cpu_irqs_sum(smp_processor_id());
	size_t size = offsetof(struct pt_regs, pstate);
	bool again = last->interrupts != interrupts &&
		     !memcmp(&last->regs, regs, size);

	memcpy(&last->regs, regs, size);
	last->interrupts = interrupts;
	return again;
}
#else
static bool comes_again(const struct point *p, const struct pt_regs *regs)
{
	return false;
}
#endif

static void data_hit(struct perf_event *event, struct perf_sample_data *data,
		     struct pt_regs *regs)
{
	const struct point *p = event->overflow_handler_context;

	if (!comes_again(p, regs))
		stp_hit(p->probe, regs);
}

static const char *why_not(int err)
{
	switch (err) {
	case -ENOSPC:
		return "no debug register is free";
	case -EOPNOTSUPP:
		return "this kernel does not step over what is watched: it "
		       "lacks CONFIG_BPF_SYSCALL, or is older than 6.10";
	case -ENODEV:
		return "this CPU or kernel has no data breakpoints";
	case -EINVAL:
		return "it forbids the address or the length";
	}
	return "the kernel refused it";
}

static int arm_one(struct point *p)
{
	const struct stp_data_arg *arg = p->probe->arg;
	struct perf_event *__percpu *events;
	struct perf_event_attr attr;

	hw_breakpoint_init(&attr);
	attr.bp_addr = arg->absolute ? arg->address : stp_kaddr(arg->address);
	attr.bp_len = arg->length;
	attr.bp_type = arg->write_only ? HW_BREAKPOINT_W : HW_BREAKPOINT_RW;
	events = stp_watch(&attr, data_hit, p);
	if (IS_ERR((void __force *)events))
		return PTR_ERR((void __force *)events);
	p->events = events;
	return events ? 0 : -ENODEV;
}

static int data_prepare(void)
{
	struct stp_probe *p;

	points = stp_port_alloc(stp_count_probes(&stp_kind_data) *
				sizeof(*points));
	if (!points)
		return -ENOMEM;
	stp_for_each_probe(p, &stp_kind_data) {
		struct point *at = &points[npoints++];

		at->probe = p;
		if (IS_ENABLED(CONFIG_ARM64))
			at->last = alloc_percpu(struct last);
		if (IS_ENABLED(CONFIG_ARM64) && !at->last)
			return -ENOMEM;
	}
	return 0;
}

static int data_arm(void)
{
	u32 i;

	for (i = 0; i < npoints; i++) {
		const struct stp_data_arg *arg = points[i].probe->arg;
		int err = arm_one(&points[i]);

		if (err && !arg->optional)
			stp_tell("probe %s is not armed: %s (%d)",
				 points[i].probe->name, why_not(err), err);
	}
	return 0;
}

static void data_disarm(void)
{
	u32 i;

	for (i = 0; i < npoints; i++) {
		/* Each CPU takes its own away, so none is in a handler then. */
		if (points[i].events)
			stp_unwatch(points[i].events);
		points[i].events = NULL;
	}
}

static void data_release(void)
{
	while (npoints)
		free_percpu(points[--npoints].last);
	stp_port_free(points);
	points = NULL;
}

const struct stp_probe_kind stp_kind_data = {
	.name = "data",
	.prepare = data_prepare,
	.arm = data_arm,
	.disarm = data_disarm,
	.release = data_release,
};
