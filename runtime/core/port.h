/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the core needs of the world it runs in, and nothing else: the files of
 * core/ include no header of libc or of the kernel.  A port is one header,
 * port-os.h, in kernel/ or user/, plus the functions declared below.
 *
 * port-os.h gives, as functions, static inlines or macros:
 *	memcpy memset memcmp strlen strncmp	as in C
 *	va_list va_start va_end, ENOMEM and the other error numbers
 *	int stp_vsnprintf(char *, stp_size, const char *, va_list)
 *
 *	int stp_cas(int *p, int was, int now)	1: swapped; acquires
 *	int stp_add(int *p, int n)		the new value; fully ordered
 *	int stp_load(const int *p)		acquires
 *	void stp_store(int *p, int v)		releases
 *	void stp_relax(void)			in a loop that waits
 *	void stp_barrier(void)			for the compiler only
 *	int stp_port_stack_left(void)		bytes, or a large number
 */
#ifndef STAPX_PORT_H
#define STAPX_PORT_H

#include "../script.h"
#include "../record.h"

#ifdef __KERNEL__
#include "../kernel/port-os.h"
#else
#include "../user/port-os.h"
#endif

/* Kernels may be built to clear every local variable; not these, which are
 * large and written before they are read. */
#if defined(__has_attribute)
#if __has_attribute(uninitialized)
#define STP_UNINITIALIZED __attribute__((uninitialized))
#endif
#endif
#ifndef STP_UNINITIALIZED
#define STP_UNINITIALIZED
#endif

/*
 * The address of a global of which several members are used.  Compilers would
 * name the global at each use, and in a module each of those is a relocation,
 * larger than the instruction.
 */
#define stp_base(p)                                                           \
	({                                                                    \
		__typeof__(p) base_ = (p);                                    \
		__asm__("" : "+r"(base_));                                    \
		base_;                                                        \
	})

/* Out of the way of what runs at every hit. */
#define STP_RARE __attribute__((__noinline__, __cold__))

/* Memory: only while a session starts or ends, in a context that may sleep.
 * Zeroed, aligned to 64 bytes; NULL when there is none. */
void *stp_port_alloc(stp_size size);
void stp_port_free(void *p);

/* ---- the rest may be called in any context, NMI included ---- */
stp_u64 stp_port_clock(void);		/* ns, monotonic, the same on all CPUs */
stp_u32 stp_port_random(void);
void stp_port_udelay(int us);

/*
 * The stream of one CPU.  len counts the header and is a multiple of 8.
 * reserve fills in len, time, seq and cpu of the header and returns NULL when
 * there is no room (the loss is the port's to count, in seq too); the caller
 * writes type, format and everything behind the header, then commits.  The
 * caller is that CPU and cannot move to another one in between.
 */
struct stp_record *stp_port_reserve(int cpu, stp_u32 len);
void stp_port_commit(int cpu, struct stp_record *r);

/* The state of the session changed: whoever polls should look. */
void stp_port_wake(void);

#endif
