/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STAPX_COMPAT_HRTIMER_H
#define STAPX_COMPAT_HRTIMER_H

#include <linux/hrtimer.h>
#include <linux/version.h>

/* 6.13: set-up takes the function, and hrtimer_init goes away. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
static inline void stp_hrtimer_setup(struct hrtimer *t,
				     enum hrtimer_restart (*f)(struct hrtimer *),
				     clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(t, clock, mode);
	t->function = f;
}
#else
#define stp_hrtimer_setup hrtimer_setup
#endif

#endif
