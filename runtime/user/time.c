// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Clocks of the script library.  A process has no ticks and no cycle counter
 * of its own: jiffies are those of its HZ, cycles are nanoseconds.
 */
#include <time.h>
#include <unistd.h>

#include "user.h"

stp_i64 stp_gettimeofday_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (stp_i64)t.tv_sec * 1000000000LL + t.tv_nsec;
}

stp_i64 stp_ktime_ns(void)
{
	return (stp_i64)stp_port_clock();
}

stp_i64 stp_local_clock_ns(void)
{
	return stp_ktime_ns();
}

stp_i64 stp_cpu_clock_ns(stp_i64 cpu)
{
	return stp_ktime_ns();
}

stp_i64 stp_cycles(void)
{
	return stp_ktime_ns();
}

stp_i64 stp_hz(void)
{
	long hz = sysconf(_SC_CLK_TCK);

	return hz > 0 ? hz : 100;
}

stp_i64 stp_jiffies(void)
{
	return stp_ktime_ns() / (1000000000LL / stp_hz());
}
