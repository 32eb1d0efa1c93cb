/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STAPX_COMPAT_PERF_EVENT_H
#define STAPX_COMPAT_PERF_EVENT_H

#include <linux/err.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>

/*
 * A handler for accesses to data, on every CPU.  x86 calls it when the access
 * is done.  arm64 calls it before, and its kernel steps over the access only
 * where the event's handler is perf's own, or was before another took its
 * place: it has looked at that since is_default_overflow_handler is a macro.
 * Where it does neither, the access would be tried, and reported, for ever.
 */
#if !defined(CONFIG_ARM64)
static inline struct perf_event *__percpu *
stp_watch(struct perf_event_attr *attr, perf_overflow_handler_t handler,
	  void *context)
{
	return register_wide_hw_breakpoint(attr, handler, context);
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
#else
static inline struct perf_event *__percpu *
stp_watch(struct perf_event_attr *attr, perf_overflow_handler_t handler,
	  void *context)
{
	return (void __percpu __force *)ERR_PTR(-EOPNOTSUPP);
}
#endif

#endif
