// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rings as their reader sees them: memory for all CPUs, mapped into the
 * reader, and waking it.
 *
 * In: a budget in bytes; what writers put in (ring.c).  Out: a ring for each
 * possible CPU; a reader that sleeps until there is something to do.
 */
#include <linux/cpumask.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>
#include "compat/timer.h"
#include "ring.h"

#define RING_MIN (64 << 10)		/* bytes of one CPU */
/* By default the rings take this part of what memory is free, and no more
 * than so much; a target that prints a lot is given more with -s. */
#define TOTAL_PART 32
#define TOTAL_MAX (16ULL << 20)
#define TOTAL_LIMIT (64ULL << 30)	/* when asked for */
#define WAKE_DELAY msecs_to_jiffies(10)

static void wake_expired(struct timer_list *t);
static void wake_work_fn(struct irq_work *work);

struct stp_reader stp_reader = {
	.queue = __WAIT_QUEUE_HEAD_INITIALIZER(stp_reader.queue),
	.timer = __TIMER_INITIALIZER(wake_expired, 0),
	.work = { .func = wake_work_fn },
};

/* CPU numbers may have holes: those have no page. */
#define for_each_ring(r, reader)                                              \
	for ((r) = (reader)->rings;                                           \
	     (r) < (reader)->rings + smp_load_acquire(&(reader)->nrings);     \
	     (r)++)                                                           \
		if ((r)->page)

/* ---- waking the reader ---- */
static noinline void wake_now(struct stp_reader *reader)
{
	WRITE_ONCE(reader->waiting, STP_WAIT_NOT);
	wake_up_interruptible(&reader->queue);
}

/* Bytes that wait in the fullest ring. */
static noinline u64 fullest(const struct stp_reader *reader)
{
	struct stp_ring *r;
	u64 most = 0;

	for_each_ring(r, reader)
		most = max(most, stp_ring_used(r));
	return most;
}

static bool is_much(const struct stp_reader *reader, u64 used)
{
	return used && used >= READ_ONCE(reader->size) / STP_WAKE_PART;
}

static void wake_later(struct stp_reader *reader)
{
	mod_timer(&reader->timer, jiffies + WAKE_DELAY);
}

static void wake_expired(struct timer_list *t)
{
	struct stp_reader *reader = container_of(t, struct stp_reader, timer);

	WRITE_ONCE(reader->ready, 1);
	if (fullest(reader) || READ_ONCE(reader->state_changed))
		wake_now(reader);
}

/* In interrupt context, which records are not always written in. */
static void wake_work_fn(struct irq_work *work)
{
	struct stp_reader *reader = container_of(work, struct stp_reader, work);

	if (READ_ONCE(reader->state_changed) ||
	    is_much(reader, fullest(reader))) {
		wake_now(reader);
	} else if (READ_ONCE(reader->waiting) == STP_WAIT_DATA) {
		WRITE_ONCE(reader->waiting, STP_WAIT_TIMER);
		wake_later(reader);
	}
}

void stp_port_wake(void)
{
	struct stp_reader *reader = stp_base(&stp_reader);

	WRITE_ONCE(reader->state_changed, 1);
	irq_work_queue(&reader->work);
}

__poll_t stp_rings_poll(struct file *file, poll_table *wait)
{
	struct stp_reader *reader = stp_base(&stp_reader);
	u64 used;

	poll_wait(file, &reader->queue, wait);
	if (READ_ONCE(reader->state_changed))
		return EPOLLIN | EPOLLRDNORM;
	used = fullest(reader);
	if (is_much(reader, used) || (used && xchg(&reader->ready, 0)))
		return EPOLLIN | EPOLLRDNORM;
	/* What is there already, and a writer that has no barrier and does
	 * not see this yet, are found by the timer. */
	if (cmpxchg(&reader->waiting, STP_WAIT_NOT, STP_WAIT_DATA) ==
	    STP_WAIT_NOT)
		wake_later(reader);
	return 0;
}

/* ---- making and unmaking, process context ---- */
/* The reader finds ring n at n * stride by counting up to the last CPU. */
static u64 size_of_one(u64 total, u32 n)
{
	if (!total)
		total = min_t(u64, TOTAL_MAX, ((u64)si_mem_available()
					       << PAGE_SHIFT) / TOTAL_PART);
	total = max_t(u64, div_u64(min(total, TOTAL_LIMIT), n),
		      RING_MIN);
	return max_t(u64, rounddown_pow_of_two((unsigned long)total),
		     PAGE_SIZE);
}

/* Asking vmalloc for more than there is would set the kernel killing. */
static bool fits_memory(u64 bytes)
{
	return bytes >> PAGE_SHIFT < si_mem_available() / 4 * 3;
}

static int ring_make(const struct stp_reader *reader, struct stp_ring *r)
{
	struct stp_ring_page *page = vmalloc_user(reader->stride);

	if (!page)
		return -ENOMEM;
	memset(r, 0, sizeof(*r));
	r->page = page;
	r->size = page->size = reader->size;
	r->data = (char *)page + PAGE_SIZE;
	return 0;
}

static void drop(struct stp_ring *rings, u32 n)
{
	u32 i;

	for (i = 0; rings && i < n; i++)
		stp_port_free(rings[i].page);
	stp_port_free(rings);
}

static struct stp_ring *make(const struct stp_reader *reader, u32 n)
{
	struct stp_ring *rings = NULL;
	u32 i;
	int err = 0;

	if (fits_memory(reader->stride * n))
		rings = stp_port_alloc(n * sizeof(*rings));
	for (i = 0; rings && i < n && !err; i++)
		if (cpu_possible(i))
			err = ring_make(reader, &rings[i]);
	if (!err)
		return rings;
	drop(rings, n);
	return NULL;
}

int stp_rings_make(u64 total_bytes)
{
	struct stp_reader *reader = stp_base(&stp_reader);
	u32 n = stp_session.ncpus;

	if (reader->rings)
		return total_bytes ? -EBUSY : 0;
	reader->size = size_of_one(total_bytes, n);
	reader->stride = reader->size + PAGE_SIZE;
	reader->rings = make(reader, n);
	if (!reader->rings)
		return -ENOMEM;
	smp_store_release(&reader->nrings, n);
	return 0;
}

/* No writer and no mapping may be left: a mapping holds the file open, and
 * that holds the module. */
void stp_rings_free(void)
{
	struct stp_reader *reader = stp_base(&stp_reader);
	struct stp_ring *rings = reader->rings;
	u32 n = reader->nrings;

	reader->nrings = 0;
	reader->rings = NULL;
	irq_work_sync(&reader->work);
	stp_timer_stop(&reader->timer);
	drop(rings, n);
}

/* By page number: the pages stay the rings', and are not counted a second time
 * as memory of the reader, as inserted pages would be.  Refuses a private
 * mapping. */
static int map(struct vm_area_struct *vma, const char *page)
{
	unsigned long at;
	int err = 0;

	for (at = vma->vm_start; at < vma->vm_end && !err; at += PAGE_SIZE)
		err = remap_pfn_range(vma, at,
				      vmalloc_to_pfn(page + at - vma->vm_start),
				      PAGE_SIZE, vma->vm_page_prot);
	return err;
}

/* The whole of one ring at its offset. */
int stp_rings_mmap(struct vm_area_struct *vma)
{
	const struct stp_reader *reader = stp_base(&stp_reader);
	u64 offset = (u64)vma->vm_pgoff << PAGE_SHIFT;
	u64 cpu, rest;

	if (!reader->rings)
		return -EINVAL;
	cpu = div64_u64_rem(offset, reader->stride, &rest);
	if (rest || cpu >= reader->nrings || !reader->rings[cpu].page ||
	    vma->vm_end - vma->vm_start != reader->stride)
		return -EINVAL;
	return map(vma, (const char *)reader->rings[cpu].page);
}

void stp_rings_sizes(u64 *size, u64 *stride)
{
	const struct stp_reader *reader = stp_base(&stp_reader);

	*size = reader->size;
	*stride = reader->stride;
}

void stp_rings_status(u64 *lost, u64 *memory)
{
	struct stp_reader *reader = stp_base(&stp_reader);
	struct stp_ring *r;

	WRITE_ONCE(reader->state_changed, 0);
	*lost = *memory = 0;
	for_each_ring(r, reader) {
		*lost += local64_read(&r->lost);
		*memory += reader->stride;
	}
}
