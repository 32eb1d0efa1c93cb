/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locks of the engine: an int each, in every context, with bounded waits.
 * Holders never sleep and are never interrupted by another holder on their
 * CPU (its context is busy then), so a waiter waits for another CPU only.
 */
#ifndef STAPX_LOCK_H
#define STAPX_LOCK_H

#include "core.h"

/* Long against the longest time a lock is held: one CPU's map is merged. */
#define STP_SPIN_TRIES 10000000

static inline int stp_spin_wait(int *lock)
{
	int i;

	for (i = 0; i < STP_SPIN_TRIES; i++) {
		if (stp_load(lock) == 0 && stp_cas(lock, 0, 1))
			return 1;
		stp_relax();
	}
	return 0;
}

/* 1: taken. */
static inline int stp_spin_lock(int *lock)
{
	return stp_likely(stp_cas(lock, 0, 1)) || stp_spin_wait(lock);
}

static inline void stp_spin_unlock(int *lock)
{
	stp_store(lock, 0);
}

/* Of a global: -1 one writer, n readers. */
static inline int stp_rw_try(int *lock, int write)
{
	int v = stp_load(lock);

	if (write)
		return v == 0 && stp_cas(lock, 0, -1);
	return v >= 0 && stp_cas(lock, v, v + 1);
}

static inline void stp_rw_release(int *lock, int write)
{
	if (write)
		stp_store(lock, 0);
	else
		stp_add(lock, -1);
}

#endif
