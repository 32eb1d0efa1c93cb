// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the core asks of a process besides records (stream.c).
 */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "user.h"

#define ALIGNMENT 64

void *stp_port_alloc(stp_size size)
{
	void *p;

	size = (size + ALIGNMENT - 1) & ~(stp_size)(ALIGNMENT - 1);
	p = aligned_alloc(ALIGNMENT, size ? size : ALIGNMENT);
	return p ? memset(p, 0, size) : NULL;
}

void stp_port_free(void *p)
{
	free(p);
}

stp_u64 stp_port_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (stp_u64)t.tv_sec * 1000000000ULL + (stp_u64)t.tv_nsec;
}

/* xorshift64*; one thread. */
stp_u32 stp_port_random(void)
{
	static stp_u64 state;

	if (!state)
		state = (stp_port_clock() ^ (stp_u64)getpid() << 32) | 1;
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (stp_u32)(state * 0x2545f4914f6cdd1dULL >> 32);
}

void stp_port_udelay(int us)
{
	usleep((useconds_t)us);
}

/* Nobody else polls: the loop looks at the state after every handler. */
void stp_port_wake(void)
{
}
