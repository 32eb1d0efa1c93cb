// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the core asks of the kernel besides records (ring.c): memory, a clock,
 * random numbers, short waits.  All but memory may run in any context.
 */
#include <linux/delay.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/ktime.h>
#include <linux/vmalloc.h>
#include "kernel.h"

/* A script never takes more than half of what the machine has free: a request
 * beyond that fails here, before the kernel starts to kill for it. */
static bool too_much(stp_size size)
{
	return size >> PAGE_SHIFT > si_mem_available() / 2;
}

__cold void *stp_port_alloc(stp_size size)
{
	if (size <= PAGE_SIZE / 2)
		/* Powers of two are aligned to themselves. */
		return kzalloc(roundup_pow_of_two(max_t(stp_size, size, 64)),
			       GFP_KERNEL);
	if (too_much(size))
		return NULL;
	return __vmalloc(size, GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN |
				       __GFP_NORETRY);
}

void stp_port_free(void *p)
{
	kvfree(p);
}

stp_u64 stp_port_clock(void)
{
	return ktime_get_mono_fast_ns();
}

void stp_port_udelay(int us)
{
	udelay(us);
}

/* xorshift64*; the kernel's own generator takes locks that an NMI must not.
 * A race with another user costs a repeated number. */
stp_u32 stp_port_random(void)
{
	static u64 state;
	u64 x = READ_ONCE(state);

	if (unlikely(!x))
		x = ktime_get_mono_fast_ns() ^ (unsigned long)&state;
	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	WRITE_ONCE(state, x);
	return x * 0x2545f4914f6cdd1dULL >> 32;
}
