// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Moves records from the module's rings to the stream.  In: the mapped rings.
 * Out: DATA blocks of whole records, LOST, WATERMARK.
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
/* Moved at once; holds the largest record. */
#define PIECE (2 * STP_RECORD_MAX)

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
	if (!r->rings)
		return -ENOMEM;
	for (unsigned int i = 0; i < n; i++) {
		struct ring *ring = &r->rings[i];

		if (!pages[i])
			continue;
		ring->page = (struct stp_ring_page *)pages[i];
		ring->data = pages[i] + page;
		ring->size = size;
	}
	r->buf = malloc(PIECE);
	return r->buf ? 0 : -ENOMEM;
}

void relay_free(struct relay *r)
{
	free(r->rings);
	free(r->buf);
	r->rings = NULL;
	r->buf = NULL;
}

static void copy_out(struct ring *ring, uint64_t from, size_t n,
		     unsigned char *to)
{
	size_t at = from & (ring->size - 1);
	size_t first = n < ring->size - at ? n : ring->size - at;

	memcpy(to, ring->data + at, first);
	memcpy(to + first, ring->data, n - first);
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

/* Drops the padding from n bytes of records, hands commands on; the bytes
 * that are left, or -EPROTO.  used: bytes of whole records, more may follow. */
static ssize_t strip(struct relay *r, unsigned char *p, size_t n, size_t *used)
{
	struct stp_record rec = { 0 };
	size_t to = 0, at;

	for (at = 0; n - at >= 8; at += rec.len) {
		memcpy(&rec, p + at, n - at < sizeof(rec) ? 8 : sizeof(rec));
		if (rec.len < 8 || rec.len % 8 || rec.len > STP_RECORD_MAX)
			return -EPROTO;
		if (rec.len > n - at)
			break;
		if (rec.type == STP_REC_PAD)
			continue;
		if (rec.len < sizeof(rec))
			return -EPROTO;
		if (rec.type == STP_REC_SYSTEM)
			run_command(r, p + at + sizeof(rec),
				    rec.len - sizeof(rec));
		memmove(p + to, p + at, rec.len);
		to += rec.len;
	}
	*used = at;
	return at ? (ssize_t)to : -EPROTO;
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

/* Moves records up to committed; 0 or -errno. */
static int empty_ring(struct relay *r, unsigned int cpu, uint64_t committed)
{
	struct ring *ring = &r->rings[cpu];
	uint64_t tail = __atomic_load_n(&ring->page->tail, __ATOMIC_RELAXED);

	if (committed - tail > ring->size)
		return -EPROTO;
	while (tail != committed) {
		size_t n = committed - tail < PIECE ? committed - tail : PIECE;
		size_t used;
		ssize_t left;
		int err = 0;

		copy_out(ring, tail, n, r->buf);
		left = strip(r, r->buf, n, &used);
		if (left > 0)
			err = stream_put_records(r->out, cpu, r->buf, left);
		if (left < 0 || err)
			return left < 0 ? left : err;
		tail += used;
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

	if (err)
		return err;
	if (quiet && before > CLOCK_LAG_NS)
		ring->mark = before - CLOCK_LAG_NS;
	err = tell_lost(r, cpu);
	return err ? err : (ssize_t)(committed - tail);
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

int relay_finish(struct relay *r)
{
	ssize_t n;

	do
		n = relay_pump(r);
	while (n > 0);
	return n;
}
