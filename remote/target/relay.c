// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Moves records from the module's rings to the stream.  In: the mapped rings.
 * Out: PACKED blocks of whole records, the SYMBOLs they need, LOST, WATERMARK.
 *
 * The watermark: a writer takes its time after it has reserved its place.  So
 * when a ring had committed == reserved at a moment, every record that comes
 * later is younger than that moment.  A ring that was not so keeps its older
 * mark, and holds back the watermark, which is the least mark of all.
 */
#include "remote/target/target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The kernel's clock for probes may lag behind clock_gettime by a tick of its
 * bookkeeping; the watermark stays behind by as much. */
#define CLOCK_LAG_NS 2000000ull
#define QUIET_TRIES 3
#define COMMAND_MAX 4096
#define PIECE (128u << 10)	/* moved before the outlet is asked again */

uint64_t relay_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

int relay_init(struct relay *r, const struct stream_writer *out,
	       unsigned char *const *pages, unsigned int n,
	       uint64_t size)
{
	long page = sysconf(_SC_PAGESIZE);

	r->out = out;
	r->n = n;
	r->watermark = r->moved = 0;
	r->rings = calloc(n, sizeof(*r->rings));
	if (!r->rings || packer_init(&r->packer))
		return -ENOMEM;
	for (unsigned int i = 0; i < n; i++) {
		struct ring *ring = &r->rings[i];

		if (!pages[i])
			continue;
		ring->page = (struct stp_ring_page *)pages[i];
		ring->data = pages[i] + page;
		ring->size = size;
	}
	return 0;
}

void relay_free(struct relay *r)
{
	free(r->rings);
	packer_free(&r->packer);
	r->rings = NULL;
}

/* The command in a record of system(). */
static void run_command(struct relay *r, const unsigned char *args, size_t n)
{
	char cmd[COMMAND_MAX];
	uint16_t len = 0;

	if (n >= 2)
		memcpy(&len, args, 2);
	if (!r->command || !len || len > n - 2 || len >= sizeof(cmd))
		return;
	memcpy(cmd, args + 2, len);
	cmd[len] = '\0';
	r->command(r->arg, cmd);
}

/* The length of the record at p, where n bytes are left; 0: it is none. */
static inline uint32_t record_at(const unsigned char *p, size_t n,
				 unsigned char *type)
{
	uint32_t len;

	memcpy(&len, p, sizeof(len));
	*type = p[offsetof(struct stp_record, type)];
	if (len < 8 || len % 8 || len > n ||
	    (*type != STP_REC_PAD &&
	     (len < sizeof(struct stp_record) || len > STP_RECORD_MAX)))
		return 0;
	return len;
}

/* Sends whole records from the n bytes at p, up to a padding or a piece's
 * size, and hands commands on; the bytes that are done with, or -errno. */
static ssize_t move(struct relay *r, unsigned int cpu, const unsigned char *p,
		    size_t n)
{
	uint32_t len = 0;
	unsigned char type;
	size_t at;
	int err = 0;

	for (at = 0; at < n && at < PIECE; at += len) {
		len = record_at(p + at, n - at, &type);
		if (!len)
			return -EPROTO;
		if (type == STP_REC_PAD)
			break;
		if (type == STP_REC_SYSTEM)
			run_command(r, p + at + sizeof(struct stp_record),
				    len - sizeof(struct stp_record));
		else if (r->symbols && (err = symbols_record(r->symbols, p + at,
							     len)))
			return err;
	}
	if (at)
		err = packer_put(&r->packer, r->out, cpu, p, at);
	if (at < n && at < PIECE)	/* the padding */
		at += len;
	return err ? err : (ssize_t)at;
}

static int tell_lost(struct relay *r, unsigned int cpu)
{
	struct ring *ring = &r->rings[cpu];
	uint64_t lost = __atomic_load_n(&ring->page->lost, __ATOMIC_RELAXED);
	struct stream_lost block = { .cpu = cpu, .total = lost };

	if (lost == ring->lost)
		return 0;
	ring->lost = lost;
	return stream_put(r->out, STREAM_LOST, &block, sizeof(block));
}

/* committed, and whether nothing was being written at that moment: reserved
 * only grows, so equal when read later means equal then. */
static uint64_t look(struct ring *ring, bool *quiet)
{
	uint64_t committed = 0;

	*quiet = false;
	for (int i = 0; i < QUIET_TRIES && !*quiet; i++) {
		committed = __atomic_load_n(&ring->page->committed,
					    __ATOMIC_ACQUIRE);
		*quiet = __atomic_load_n(&ring->page->reserved,
					 __ATOMIC_ACQUIRE) == committed;
	}
	return committed;
}

/* Moves records up to committed, while there is room; 0 or -errno. */
static int empty_ring(struct relay *r, unsigned int cpu, uint64_t committed)
{
	struct ring *ring = &r->rings[cpu];
	uint64_t tail = __atomic_load_n(&ring->page->tail, __ATOMIC_RELAXED);

	if (committed - tail > ring->size)
		return -EPROTO;
	while (tail != committed && (!r->room || r->room(r->arg))) {
		size_t at = tail & (ring->size - 1);
		size_t n = ring->size - at;
		ssize_t moved;

		if (n > committed - tail)
			n = committed - tail;
		moved = move(r, cpu, ring->data + at, n);
		if (moved < 0)
			return moved;
		tail += moved;
		__atomic_store_n(&ring->page->tail, tail, __ATOMIC_RELEASE);
	}
	return 0;
}

static ssize_t pump_ring(struct relay *r, unsigned int cpu)
{
	struct ring *ring = &r->rings[cpu];
	uint64_t before = relay_clock();
	uint64_t tail = __atomic_load_n(&ring->page->tail, __ATOMIC_RELAXED);
	bool quiet;
	uint64_t committed = look(ring, &quiet);
	int err = empty_ring(r, cpu, committed);
	uint64_t now = __atomic_load_n(&ring->page->tail, __ATOMIC_RELAXED);

	if (err)
		return err;
	if (quiet && now == committed && before > CLOCK_LAG_NS)
		ring->mark = before - CLOCK_LAG_NS;
	err = tell_lost(r, cpu);
	return err ? err : (ssize_t)(now - tail);
}

static int put_watermark(struct relay *r)
{
	struct stream_watermark w = { .time = UINT64_MAX };

	for (unsigned int i = 0; i < r->n; i++)
		if (r->rings[i].page && r->rings[i].mark < w.time)
			w.time = r->rings[i].mark;
	if (w.time <= r->watermark || r->watermark > r->moved)
		return 0;
	r->watermark = w.time;
	return stream_put(r->out, STREAM_WATERMARK, &w, sizeof(w));
}

ssize_t relay_pump(struct relay *r)
{
	ssize_t moved = 0;
	int err;

	for (unsigned int i = 0; i < r->n; i++) {
		ssize_t n = r->rings[i].page ? pump_ring(r, i) : 0;

		if (n < 0)
			return n;
		moved += n;
	}
	if (moved)
		r->moved = relay_clock();
	err = put_watermark(r);
	return err ? err : moved;
}

bool relay_empty(const struct relay *r)
{
	for (unsigned int i = 0; i < r->n; i++) {
		const struct ring *ring = &r->rings[i];

		if (ring->page && ring->page->tail !=
		    __atomic_load_n(&ring->page->committed, __ATOMIC_ACQUIRE))
			return false;
	}
	return true;
}
