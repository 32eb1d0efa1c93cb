/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STAPX_COMPAT_PERF_EVENT_H
#define STAPX_COMPAT_PERF_EVENT_H

#include <linux/err.h>
#include <linux/filter.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <linux/version.h>

/*
 * A handler for accesses to data, on every CPU.  x86 calls it when the access
 * is done.  arm64 calls it before, and its kernel steps over the access only
 * where the event's handler is perf's own.  Where it did not, the access would
 * be tried, and reported, for ever.  So the handler comes to its event by the
 * way of a BPF program: before 6.10 (and since is_default_overflow_handler is a
 * macro) one whose program took the place of perf's own is stepped over as
 * well; from 6.10 on the program runs beside it.
 */
#if !defined(CONFIG_ARM64)
static inline struct perf_event *__percpu *
stp_watch(struct perf_event_attr *attr, perf_overflow_handler_t handler,
	  void *context)
{
	return register_wide_hw_breakpoint(attr, handler, context);
}

static inline void stp_unwatch(struct perf_event *__percpu *events)
{
	unregister_wide_hw_breakpoint(events);
}
#elif defined(CONFIG_BPF_SYSCALL) && defined(is_default_overflow_handler)
static inline struct perf_event *__percpu *
stp_watch(struct perf_event_attr *attr, perf_overflow_handler_t handler,
	  void *context)
{
	struct perf_event *__percpu *events;
	int cpu;

	attr->disabled = 1;
	events = register_wide_hw_breakpoint(attr, NULL, NULL);
	if (IS_ERR_OR_NULL((void __force *)events))
		return events;
	for_each_possible_cpu(cpu) {
		struct perf_event *event = *per_cpu_ptr(events, cpu);

		if (!event)
			continue;
		event->orig_overflow_handler = event->overflow_handler;
		event->overflow_handler_context = context;
		event->overflow_handler = handler;
		perf_event_enable(event);
	}
	return events;
}

static inline void stp_unwatch(struct perf_event *__percpu *events)
{
	unregister_wide_hw_breakpoint(events);
}
#elif defined(CONFIG_BPF_SYSCALL) && \
	LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
/* The one of all that are watched. */
static perf_overflow_handler_t stp_watch_handler;

/* In the place of a program's code; 0: perf's own handler need not run. */
static inline unsigned int stp_watch_run(const void *context,
					 const struct bpf_insn *code)
{
	const struct bpf_perf_event_data_kern *data = context;

	stp_watch_handler(data->event, data->data,
			  container_of(data->regs, struct pt_regs, user_regs));
	return 0;
}

static inline struct perf_event *__percpu *
stp_watch(struct perf_event_attr *attr, perf_overflow_handler_t handler,
	  void *context)
{
	struct bpf_prog *prog = bpf_prog_alloc(bpf_prog_size(1), 0);
	struct perf_event *__percpu *events;
	int cpu;

	if (!prog)
		return (void __percpu __force *)ERR_PTR(-ENOMEM);
	prog->type = BPF_PROG_TYPE_PERF_EVENT;
	prog->bpf_func = stp_watch_run;
	stp_watch_handler = handler;
	attr->disabled = 1;
	events = register_wide_hw_breakpoint(attr, NULL, NULL);
	if (IS_ERR_OR_NULL((void __force *)events)) {
		bpf_prog_free(prog);
		return events;
	}
	for_each_possible_cpu(cpu) {
		struct perf_event *event = *per_cpu_ptr(events, cpu);

		if (!event)
			continue;
		event->overflow_handler_context = context;
		event->prog = prog;
		perf_event_enable(event);
	}
	return events;
}

/* The kernel must not find a program that it never loaded, to release it. */
static inline void stp_unwatch(struct perf_event *__percpu *events)
{
	struct bpf_prog *prog = NULL;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct perf_event *event = *per_cpu_ptr(events, cpu);

		if (!event)
			continue;
		perf_event_disable(event);
		prog = event->prog;
		event->prog = NULL;
	}
	unregister_wide_hw_breakpoint(events);
	if (prog)
		bpf_prog_free(prog);
}
#else
static inline struct perf_event *__percpu *
stp_watch(struct perf_event_attr *attr, perf_overflow_handler_t handler,
	  void *context)
{
	return (void __percpu __force *)ERR_PTR(-EOPNOTSUPP);
}

static inline void stp_unwatch(struct perf_event *__percpu *events)
{
}
#endif

#endif
