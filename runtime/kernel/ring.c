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
 * whole it keeps in struct stp_ring and only copies out; the tail and the records
 * themselves are checked as bytes from outside are.
 */
#include <linux/ktime.h>
#include "ring.h"

/* Bytes that a reader's doing may have changed: a length that cannot be
 * ends the walk. */
static bool whole_record(const struct stp_ring *r, u64 pos, u64 end, u32 len)
{
	u64 to_edge = r->size - (pos & (r->size - 1));

	return len >= 8 && !(len & 7) && len <= end - pos && len <= to_edge;
}

/*
 * Everything up to end is written: numbers the records and hands them over.
 * reserve left in seq how many had been lost by then, so that each loss shows
 * as a gap where it happened.
 */
static void publish(struct stp_ring *r, u64 end)
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
static void leave(struct stp_ring *r)
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

static void pad(struct stp_ring *r, u64 pos, u32 len)
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
	struct stp_ring *r = stp_reader.rings;
	struct stp_record *rec;
	u64 was, start, lost, to_edge;

	if (unlikely(!r))
		return NULL;
	r += cpu;
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

static void wake_for_data(const struct stp_ring *r)
{
	struct stp_reader *reader = stp_base(&stp_reader);

	if (READ_ONCE(reader->waiting) == STP_WAIT_DATA ||
	    stp_ring_used(r) >= r->size / STP_WAKE_PART)
		irq_work_queue(&reader->work);
}

void stp_port_commit(int cpu, struct stp_record *rec)
{
	struct stp_ring *r = &stp_reader.rings[cpu];

	leave(r);
	if (unlikely(READ_ONCE(stp_reader.waiting) != STP_WAIT_NOT))
		wake_for_data(r);
}
