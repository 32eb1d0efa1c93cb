/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STAPX_COMPAT_TIMER_H
#define STAPX_COMPAT_TIMER_H

#include <linux/timer.h>
#include <linux/version.h>

/* The name with the subsystem in front came in 6.2; the old one left in 6.15. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define stp_timer_stop(t) del_timer_sync(t)
#else
#define stp_timer_stop(t) timer_delete_sync(t)
#endif

#endif
