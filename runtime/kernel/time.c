// SPDX-License-Identifier: GPL-2.0-or-later
/* Clocks for scripts; all of them may be read in any context. */
#include <linux/jiffies.h>
#include <linux/sched/clock.h>
#include <linux/ktime.h>
#include <linux/timex.h>
#include "kernel.h"

stp_i64 stp_gettimeofday_ns(void)
{
	return ktime_get_real_fast_ns();
}

stp_i64 stp_ktime_ns(void)
{
	return ktime_get_mono_fast_ns();
}

stp_i64 stp_local_clock_ns(void)
{
	return local_clock();
}

stp_i64 stp_cpu_clock_ns(stp_i64 cpu)
{
	return cpu >= 0 && cpu < nr_cpu_ids && cpu_possible(cpu)
		       ? cpu_clock(cpu)
		       : 0;
}

stp_i64 stp_cycles(void)
{
	return get_cycles();
}

stp_i64 stp_jiffies(void)
{
	return get_jiffies_64();
}

stp_i64 stp_hz(void)
{
	return HZ;
}
