/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The records of all CPUs in order of time.  In: runs of decoded records, in
 * any order.  Out: the oldest, while older than the watermark.
 */
#ifndef STAPX_MERGE_H
#define STAPX_MERGE_H

#include "remote/stream/stream.h"

/* Pending bytes above which the oldest are shown without waiting for a
 * watermark: order suffers, memory does not. */
#define MERGE_PENDING_MAX ((size_t)64 << 20)

struct merge_chunk;		/* the bytes some pending records stand in */
struct merge_item {
	struct stream_record r;
	struct merge_chunk *chunk;
};
struct merge {
	struct merge_item *heap;
	size_t n, cap;
	size_t bytes;		/* of all chunks */
};

/* n bytes that merge_add's records may point into, once filled in; released
 * with merge_chunk_put and by the last of its records.  NULL: no memory. */
struct merge_chunk *merge_chunk_new(struct merge *m, size_t n);
unsigned char *merge_chunk_bytes(struct merge_chunk *c);
void merge_chunk_put(struct merge *m, struct merge_chunk *c);
int merge_add(struct merge *m, struct merge_chunk *c,
	      const struct stream_record *r); /* 0 or -ENOMEM */
/* The oldest record, when older than before; hand it to merge_done. */
bool merge_next(struct merge *m, uint64_t before, struct merge_item *out);
void merge_done(struct merge *m, struct merge_item *item);
void merge_free(struct merge *m);

#endif
