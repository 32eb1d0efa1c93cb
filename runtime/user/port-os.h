/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The header part of the port to user space; core/port.h says what it owes.
 */
#ifndef STAPX_PORT_OS_H
#define STAPX_PORT_OS_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define stp_vsnprintf vsnprintf

static inline int stp_cas(int *p, int was, int now)
{
	return __atomic_compare_exchange_n(p, &was, now, 0, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}
static inline int stp_add(int *p, int n)
{
	return __atomic_add_fetch(p, n, __ATOMIC_SEQ_CST);
}
static inline int stp_load(const int *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}
static inline void stp_store(int *p, int v)
{
	__atomic_store_n(p, v, __ATOMIC_RELEASE);
}
static inline void stp_relax(void)
{
}
static inline void stp_barrier(void)
{
	__asm__ __volatile__("" ::: "memory");
}
/* A process grows its stack as it likes. */
static inline int stp_port_stack_left(void)
{
	return 1 << 20;
}

#endif
