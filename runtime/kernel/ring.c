// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records on their way out: a ring for each CPU, mapped by the reader.
 *
 * In: records that handlers reserve and commit, from any context; a handler
 * interrupted by another writer on its CPU (an NMI) is fine.  Out: the bytes
 * between the reader's tail and page->committed.  Only a ring's own CPU
 * writes to it, and only the outermost writer moves page->committed, so that
 * the reader never meets a record that is half written.
 *
 * The reader can write to all of the mapping.  What the kernel needs to stay
 * whole it keeps in struct ring and only copies out; the tail and the records
 * themselves are checked as bytes from outside are.
 */
#include <linux/irq_work.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/ktime.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>
#include <asm/local.h>
#include <asm/local64.h>
#include "compat/timer.h"
#include "kernel.h"

#define RING_MIN (64 << 10)		/* bytes */
#define RING_MAX (4 << 20)		/* of one CPU, by default */
#define TOTAL_MAX (256ULL << 20)	/* of all, by default */
#define TOTAL_LIMIT (64ULL << 30)	/* of all, when asked for */
/* A waiting reader is woken at once when this part of a ring is full, and
 * for less after a moment, so that a steady trickle costs no wake-up each. */
#define WAKE_PART 4
#define WAKE_DELAY msecs_to_jiffies(10)

struct ring {
	struct stp_ring_page *page;	/* shared with the reader */
	char *data;			/* shared; behind the page */
	u64 size;
	local64_t reserved;		/* bytes handed out */
	local_t writers;		/* between reserve and commit */
	u64 committed;			/* the outermost writer's */
	u32 published;			/* records in committed; also its */
	local64_t lost;
} ____cacheline_aligned;

static DEFINE_PER_CPU(struct ring, rings);
static u64 ring_size, ring_stride;

/* ---- waking the reader ---- */
enum { WAIT_NOT, WAIT_DATA, WAIT_TIMER };
static int waiting;		/* one of the above */
static int ready;		/* the delay for little data is over */
static int state_changed;	/* and the reader has not asked since */
static DECLARE_WAIT_QUEUE_HEAD(wait_queue);

static void wake_now(void)
{
	WRITE_ONCE(waiting, WAIT_NOT);
	wake_up_interruptible(&wait_queue);
}

static u64 ring_used(const struct ring *r)
{
	u64 used = READ_ONCE(r->committed) - READ_ONCE(r->page->tail);

	return used > r->size ? r->size : used;
}

/* Bytes that wait in the fullest ring. */
static u64 fullest(void)
{
	u64 most = 0;
	int cpu;

	if (!READ_ONCE(ring_size))
		return 0;
	for_each_possible_cpu(cpu)
		most = max(most, ring_used(per_cpu_ptr(&rings, cpu)));
	return most;
}

static u64 wake_part(void)
{
	return max_t(u64, READ_ONCE(ring_size) / WAKE_PART, 1);
}

static void wake_expired(struct timer_list *t)
{
	WRITE_ONCE(ready, 1);
	if (fullest() || READ_ONCE(state_changed))
		wake_now();
}
static DEFINE_TIMER(wake_timer, wake_expired);

/* In interrupt context, which records are not always written in. */
static void wake_work_fn(struct irq_work *work)
{
	if (READ_ONCE(state_changed) || fullest() >= wake_part()) {
		wake_now();
	} else if (READ_ONCE(waiting) == WAIT_DATA) {
		WRITE_ONCE(waiting, WAIT_TIMER);
		mod_timer(&wake_timer, jiffies + WAKE_DELAY);
	}
}
static struct irq_work wake_work = { .func = wake_work_fn };

void stp_port_wake(void)
{
	WRITE_ONCE(state_changed, 1);
	irq_work_queue(&wake_work);
}

static void wake_for_data(const struct ring *r)
{
	if (READ_ONCE(waiting) == WAIT_DATA ||
	    ring_used(r) >= r->size / WAKE_PART)
		irq_work_queue(&wake_work);
}

__poll_t stp_rings_poll(struct file *file, poll_table *wait)
{
	u64 used;

	poll_wait(file, &wait_queue, wait);
	if (READ_ONCE(state_changed))
		return EPOLLIN | EPOLLRDNORM;
	used = fullest();
	if (used >= wake_part() || (used && xchg(&ready, 0)))
		return EPOLLIN | EPOLLRDNORM;
	/* What is there already, and a writer that has no barrier and does
	 * not see this yet, are found by the timer. */
	if (cmpxchg(&waiting, WAIT_NOT, WAIT_DATA) == WAIT_NOT)
		mod_timer(&wake_timer, jiffies + WAKE_DELAY);
	return 0;
}

void stp_rings_seen(void)
{
	WRITE_ONCE(state_changed, 0);
}

/* ---- writing ---- */
/* Bytes that a reader's doing may have changed: a length that cannot be
 * ends the walk. */
static bool whole_record(const struct ring *r, u64 pos, u64 end, u32 len)
{
	u64 to_edge = r->size - (pos & (r->size - 1));

	return len >= 8 && !(len & 7) && len <= end - pos && len <= to_edge;
}

/*
 * Everything up to end is written: numbers the records and hands them over.
 * reserve left in seq how many had been lost by then, so that each loss shows
 * as a gap where it happened.
 */
static void publish(struct ring *r, u64 end)
{
	u64 pos = r->committed;

	while (pos != end) {
		struct stp_record *rec =
			(void *)(r->data + (pos & (r->size - 1)));
		u32 len = READ_ONCE(rec->len);

		if (unlikely(!whole_record(r, pos, end, len)))
			break;
		if (READ_ONCE(rec->type) != STP_REC_PAD && len >= sizeof(*rec))
			rec->seq += r->published++;
		pos += len;
	}
	WRITE_ONCE(r->committed, end);
	WRITE_ONCE(r->page->seq, r->published + local64_read(&r->lost));
	WRITE_ONCE(r->page->reserved, end);
	smp_store_release(&r->page->committed, end);
}

/* A writer is through.  One that interrupts the outermost here leaves its
 * record to the second look. */
static void leave(struct ring *r)
{
	u64 end;

	do {
		barrier();
		end = local64_read(&r->reserved);
		if (local_read(&r->writers) == 1 && end != r->committed)
			publish(r, end);
		barrier();
		if (!local_dec_and_test(&r->writers))
			return;
		if (likely(local64_read(&r->reserved) == end))
			return;
		local_inc(&r->writers);
	} while (1);
}

static void pad(struct ring *r, u64 pos, u32 len)
{
	struct stp_record *rec = (void *)(r->data + (pos & (r->size - 1)));

	/* May be as short as these 8 bytes. */
	rec->len = len;
	rec->type = STP_REC_PAD;
	rec->reserved = 0;
	rec->format = 0;
}

struct stp_record *stp_port_reserve(int cpu, stp_u32 len)
{
	struct ring *r = per_cpu_ptr(&rings, cpu);
	struct stp_record *rec;
	u64 was, start, lost, to_edge;

	if (unlikely(!r->data))
		return NULL;
	local_inc(&r->writers);
	do {
		lost = local64_read(&r->lost);
		was = start = local64_read(&r->reserved);
		to_edge = r->size - (start & (r->size - 1));
		if (unlikely(to_edge < len))
			start += to_edge;
		if (unlikely(start + len - smp_load_acquire(&r->page->tail) >
			     r->size))
			goto full;
	} while (local64_cmpxchg(&r->reserved, was, start + len) != was);
	/* The reader holds its watermark back while this is ahead of
	 * committed, so it must be seen before the time is taken. */
	WRITE_ONCE(r->page->reserved, start + len);
	if (unlikely(start != was))
		pad(r, was, to_edge);
	rec = (void *)(r->data + (start & (r->size - 1)));
	rec->len = len;
	rec->time = ktime_get_mono_fast_ns();
	rec->seq = lost;
	rec->cpu = cpu;
	rec->reserved = 0;
	rec->reserved2 = 0;
	return rec;
full:
	lost = local64_add_return(1, &r->lost);
	WRITE_ONCE(r->page->lost, lost);
	WRITE_ONCE(r->page->seq, r->published + lost);
	leave(r);
	return NULL;
}

void stp_port_commit(int cpu, struct stp_record *rec)
{
	struct ring *r = per_cpu_ptr(&rings, cpu);

	leave(r);
	if (unlikely(READ_ONCE(waiting) != WAIT_NOT))
		wake_for_data(r);
}

/* ---- making and unmaking, process context ---- */
static u64 default_total(void)
{
	u64 total = (u64)si_mem_available() << PAGE_SHIFT;

	return min3(total / 8, TOTAL_MAX,
		    (u64)RING_MAX * num_possible_cpus());
}

/* The reader finds ring n at n * stride by counting up to the last CPU. */
static u64 size_of_one(u64 total)
{
	u64 share = min(total ? total : default_total(), TOTAL_LIMIT);

	share = max_t(u64, div_u64(share, num_possible_cpus()), RING_MIN);
	return rounddown_pow_of_two((unsigned long)share);
}

/* Asking vmalloc for more than there is would set the kernel killing. */
static bool fits_memory(u64 bytes)
{
	return bytes >> PAGE_SHIFT < si_mem_available() / 4 * 3;
}

static int ring_make(struct ring *r)
{
	r->page = vmalloc_user(ring_stride);
	if (!r->page)
		return -ENOMEM;
	r->size = ring_size;
	r->committed = 0;
	r->published = 0;
	local64_set(&r->reserved, 0);
	local64_set(&r->lost, 0);
	local_set(&r->writers, 0);
	r->page->size = ring_size;
	r->data = (char *)r->page + PAGE_SIZE;
	return 0;
}

int stp_rings_make(u64 total_bytes)
{
	int cpu;

	if (ring_size)
		return total_bytes ? -EBUSY : 0;
	ring_size = max_t(u64, size_of_one(total_bytes), PAGE_SIZE);
	ring_stride = ring_size + PAGE_SIZE;
	if (!fits_memory(ring_stride * num_possible_cpus())) {
		ring_size = 0;
		return -ENOMEM;
	}
	for_each_possible_cpu(cpu)
		if (ring_make(per_cpu_ptr(&rings, cpu))) {
			stp_rings_free();
			return -ENOMEM;
		}
	return 0;
}

/* No writer may be left.  Pages that a reader still maps live on with it. */
void stp_rings_free(void)
{
	int cpu;

	ring_size = 0;
	irq_work_sync(&wake_work);
	stp_timer_stop(&wake_timer);
	for_each_possible_cpu(cpu) {
		struct ring *r = per_cpu_ptr(&rings, cpu);

		r->data = NULL;
		vfree(r->page);
		r->page = NULL;
	}
}

/* The whole of one ring at its offset. */
int stp_rings_mmap(struct vm_area_struct *vma)
{
	u64 offset = (u64)vma->vm_pgoff << PAGE_SHIFT;
	u64 cpu, rest;

	if (!ring_size)
		return -EINVAL;
	cpu = div64_u64_rem(offset, ring_stride, &rest);
	if (rest || cpu >= nr_cpu_ids || !cpu_possible(cpu) ||
	    vma->vm_end - vma->vm_start != ring_stride)
		return -EINVAL;
	return remap_vmalloc_range(vma, per_cpu_ptr(&rings, cpu)->page, 0);
}

u64 stp_rings_size(void)
{
	return ring_size;
}

u64 stp_rings_stride(void)
{
	return ring_stride;
}

u64 stp_rings_memory(void)
{
	return ring_size ? ring_stride * num_possible_cpus() : 0;
}

u64 stp_rings_lost(void)
{
	u64 lost = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		lost += local64_read(&per_cpu_ptr(&rings, cpu)->lost);
	return lost;
}
