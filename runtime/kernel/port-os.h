/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The header part of the port to the kernel; core/port.h says what it owes.
 * Everything here may be used in any context.
 */
#ifndef STAPX_PORT_OS_H
#define STAPX_PORT_OS_H

#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/sched/task_stack.h>
#include <linux/string.h>
#include <linux/types.h>

#define stp_vsnprintf vsnprintf

static inline int stp_cas(int *p, int was, int now)
{
	return cmpxchg_acquire(p, was, now) == was;
}
static inline int stp_add(int *p, int n)
{
	return atomic_add_return(n, (atomic_t *)p);
}
static inline int stp_load(const int *p)
{
	return smp_load_acquire(p);
}
static inline void stp_store(int *p, int v)
{
	smp_store_release(p, v);
}
static inline void stp_relax(void)
{
	cpu_relax();
}
static inline void stp_barrier(void)
{
	barrier();
}

/* Stacks of interrupts and exceptions are entered empty and not measured. */
static inline int stp_port_stack_left(void)
{
	unsigned long left = current_stack_pointer -
			     (unsigned long)task_stack_page(current);

	return left < THREAD_SIZE ? (int)left : (int)THREAD_SIZE;
}

#endif
