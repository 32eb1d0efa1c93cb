/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What those who write to the rings (ring.c) and those who make, map and wait
 * on them (rings.c) share.
 */
#ifndef STAPX_RING_H
#define STAPX_RING_H

#include <linux/irq_work.h>
#include <asm/local.h>
#include <asm/local64.h>
#include "kernel.h"

/* A waiting reader is woken at once when this part of a ring is full, and
 * for less after a moment, so that a steady trickle costs no wake-up each. */
#define STP_WAKE_PART 4

struct stp_ring {
	struct stp_ring_page *page;	/* shared with the reader */
	char *data;			/* shared; behind the page */
	u64 size;
	local64_t reserved;		/* bytes handed out */
	local_t writers;		/* between reserve and commit */
	u64 committed;			/* the outermost writer's */
	u32 published;			/* records in committed; also its */
	local64_t lost;
} ____cacheline_aligned;

enum stp_waiting { STP_WAIT_NOT, STP_WAIT_DATA, STP_WAIT_TIMER };

/* The reader's side of all of them. */
struct stp_reader {
	int waiting;		/* enum stp_waiting */
	int ready;		/* the delay for little data is over */
	int state_changed;	/* and the reader has not asked since */
	struct stp_ring *rings;	/* a CPU each; NULL: none yet */
	int nrings;
	u64 size, stride;	/* of a ring's data, and with its page */
	wait_queue_head_t queue;
	struct timer_list timer;
	struct irq_work work;
};
extern struct stp_reader stp_reader;

static inline u64 stp_ring_used(const struct stp_ring *r)
{
	u64 used = READ_ONCE(r->committed) - READ_ONCE(r->page->tail);

	return used > r->size ? r->size : used;
}

#endif
