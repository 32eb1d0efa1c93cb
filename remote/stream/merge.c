// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A heap over (time, cpu, sequence).  A CPU's records nearly come in order
 * but not quite: an interrupt may take a later time and an earlier place.
 */
#include "remote/stream/merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct merge_chunk {
	size_t n;
	size_t users;
	unsigned char bytes[];
};

struct merge_chunk *merge_chunk_new(struct merge *m, size_t n)
{
	struct merge_chunk *c = malloc(sizeof(*c) + n);

	if (!c)
		return NULL;
	c->n = n;
	c->users = 1;
	m->bytes += n;
	return c;
}

unsigned char *merge_chunk_bytes(struct merge_chunk *c)
{
	return c->bytes;
}

void merge_chunk_put(struct merge *m, struct merge_chunk *c)
{
	if (--c->users)
		return;
	m->bytes -= c->n;
	free(c);
}

static bool before(const struct merge_item *a, const struct merge_item *b)
{
	if (a->r.time != b->r.time)
		return a->r.time < b->r.time;
	if (a->r.cpu != b->r.cpu)
		return a->r.cpu < b->r.cpu;
	return (int32_t)(a->r.seq - b->r.seq) < 0;
}

static void sift_up(struct merge *m, size_t i)
{
	struct merge_item item = m->heap[i];

	while (i && before(&item, &m->heap[(i - 1) / 2])) {
		m->heap[i] = m->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	m->heap[i] = item;
}

static void sift_down(struct merge *m, size_t i)
{
	struct merge_item item = m->heap[i];

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= m->n)
			break;
		if (child + 1 < m->n &&
		    before(&m->heap[child + 1], &m->heap[child]))
			child++;
		if (!before(&m->heap[child], &item))
			break;
		m->heap[i] = m->heap[child];
		i = child;
	}
	m->heap[i] = item;
}

int merge_add(struct merge *m, struct merge_chunk *c,
	      const struct stream_record *r)
{
	if (m->n == m->cap) {
		size_t cap = m->cap ? 2 * m->cap : 256;
		void *p = realloc(m->heap, cap * sizeof(*m->heap));

		if (!p)
			return -ENOMEM;
		m->heap = p;
		m->cap = cap;
	}
	c->users++;
	m->heap[m->n] = (struct merge_item){ .r = *r, .chunk = c };
	sift_up(m, m->n++);
	return 0;
}

bool merge_next(struct merge *m, uint64_t limit, struct merge_item *out)
{
	if (!m->n)
		return false;
	if (m->heap[0].r.time >= limit && m->bytes <= MERGE_PENDING_MAX)
		return false;
	*out = m->heap[0];
	if (--m->n) {
		m->heap[0] = m->heap[m->n];
		sift_down(m, 0);
	}
	return true;
}

void merge_done(struct merge *m, struct merge_item *item)
{
	merge_chunk_put(m, item->chunk);
}

void merge_free(struct merge *m)
{
	while (m->n)
		merge_chunk_put(m, m->heap[--m->n].chunk);
	free(m->heap);
	*m = (struct merge){ 0 };
}
