// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes records small (pack.h).  In: whole records in native order.  Out:
 * PACKED blocks.  It runs on the target for every record, so it is written to
 * cost less than the bytes it saves.
 */
#include "remote/stream/pack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_RECORDS ((size_t)192 << 10)	/* bytes, unpacked */
#define VARINT_MAX 10
/* All of a record but its arguments, and the padding of the block. */
#define HEAD_MAX (3 + 8 + 2 * VARINT_MAX + 8)

/* What n bytes of arguments take at most. */
static inline size_t worst(size_t n)
{
	return HEAD_MAX + n + n / 4;
}

int packer_init(struct packer *p)
{
	*p = (struct packer){ .cap = 2 * BLOCK_RECORDS };
	p->out = malloc(p->cap);
	return p->out ? 0 : -ENOMEM;
}

void packer_free(struct packer *p)
{
	free(p->out);
	p->out = NULL;
}

static inline unsigned char *put_varint(unsigned char *to, uint64_t v)
{
	while (v >= 0x80) {
		*to++ = v | 0x80;
		v >>= 7;
	}
	*to++ = v;
	return to;
}

/* Where a record is kept: those that repeat have the same key, and the same
 * first word, in which short names stand. */
static inline unsigned int place_of(uint64_t key, uint64_t first)
{
	uint64_t mix = (key ^ first * 0x9e3779b97f4a7c15ull) *
		       0xd6e8feb86659fd93ull;

	return (mix >> 32) * PACK_PLACES >> 32;
}

/* Byte i of the result is set when byte i of memory differs. */
static unsigned int changed_bytes(const unsigned char *a,
				  const unsigned char *b)
{
	unsigned int mask = 0;

	for (int i = 0; i < 8; i++)
		mask |= (a[i] != b[i]) << i;
	return mask;
}

static unsigned char *put_word(unsigned char *to, const uint64_t *was,
			       const uint64_t *is)
{
	const unsigned char *p = (const unsigned char *)is;
	unsigned int mask = changed_bytes((const unsigned char *)was, p);

	*to++ = mask;
	for (int i = 0; i < 8; i++)
		if (mask >> i & 1)
			*to++ = p[i];
	return to;
}

/* What differs from the kept arguments, which become these. */
static unsigned char *put_changes(unsigned char *to, uint64_t *kept,
				  const uint64_t *args, size_t n)
{
	unsigned char *mask = to;

	for (size_t i = 0; i < n; i++) {
		if (i % 8 == 0) {
			mask = to++;
			*mask = 0;
		}
		if (kept[i] == args[i])
			continue;
		*mask |= 1 << i % 8;
		to = put_word(to, &kept[i], &args[i]);
		kept[i] = args[i];
	}
	return to;
}

static inline bool same(const uint64_t *a, const uint64_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

static void begin(struct packer *p, uint32_t cpu, const struct stp_record *r)
{
	p->head = (struct stream_packed){ .cpu = cpu, .time = r->time,
					  .seq = r->seq };
	p->time = r->time;
	p->seq = r->seq;
	p->last = NULL;
}

static unsigned char *put_gap(unsigned char *to, uint32_t n)
{
	*to++ = PACK_GAP;
	return put_varint(to, n);
}

static inline unsigned char *put_again(unsigned char *to, uint64_t time)
{
	*to = time & PACK_LOW;
	time >>= PACK_LOW_BITS;
	if (!time)
		return to + 1;
	*to++ |= PACK_OTHER;
	return put_varint(to, time);
}

static unsigned char *put_like(unsigned char *to, unsigned int place,
			       uint64_t time, uint64_t *kept,
			       const uint64_t *args, size_t n)
{
	bool other = !same(kept, args, n);

	*to++ = PACK_LIKE | place | (other ? PACK_OTHER : 0);
	to = put_varint(to, time);
	return other ? put_changes(to, kept, args, n) : to;
}

static unsigned char *put_whole(unsigned char *to, unsigned int place,
				uint64_t time, const struct stp_record *r)
{
	size_t n = r->len - sizeof(*r);

	*to++ = PACK_WHOLE;
	*to++ = place;
	memcpy(to, r, 8);
	to = put_varint(to + 8, time);
	memcpy(to, r + 1, n);
	return to + n;
}

/* A record that is not just like the one before. */
static unsigned char *put_other(struct packer *p, unsigned char *to,
				const struct stp_record *r, uint64_t key,
				uint64_t time)
{
	const uint64_t *args = (const uint64_t *)(r + 1);
	size_t n = r->len - sizeof(*r);
	unsigned int place = place_of(key, n ? *args : 0);
	struct pack_place *kept = &p->table.place[place];

	p->last = kept;
	if (kept->key == key)
		return put_like(to, place, time, kept->args, args, n / 8);
	if (n > sizeof(kept->args)) {
		p->last = NULL;
		return put_whole(to, PACK_NOWHERE, time, r);
	}
	kept->key = key;
	memcpy(kept->args, args, n);
	return put_whole(to, place, time, r);
}

/* False: the block is full. */
static bool add(struct packer *p, uint32_t cpu, const struct stp_record *r)
{
	size_t n = r->len - sizeof(*r);
	unsigned char *to = p->out + p->n;
	uint64_t key, time;

	if (p->head.size + r->len > BLOCK_RECORDS || p->cap - p->n < worst(n))
		return false;
	if (!p->head.size)
		begin(p, cpu, r);
	if (r->seq != p->seq)
		to = put_gap(to, r->seq - p->seq);
	time = r->time - p->time;
	memcpy(&key, r, sizeof(key));
	if (p->last && p->last->key == key &&
	    same(p->last->args, (const uint64_t *)(r + 1), n / 8))
		to = put_again(to, time);
	else
		to = put_other(p, to, r, key, time);
	p->time = r->time;
	p->seq = r->seq + 1;
	p->head.size += r->len;
	p->n = to - p->out;
	return true;
}

static int put_block(struct packer *p, const struct stream_writer *w)
{
	struct stream_block block = { .type = STREAM_PACKED,
				      .size = sizeof(p->head) + p->n };
	int err;

	while ((sizeof(p->head) + p->n) % 8)
		p->out[p->n++] = 0;	/* the block's padding */
	err = w->write(w->arg, &block, sizeof(block));
	if (!err)
		err = w->write(w->arg, &p->head, sizeof(p->head));
	if (!err)
		err = w->write(w->arg, p->out, p->n);
	p->n = p->head.size = 0;
	return err;
}

int packer_put(struct packer *p, const struct stream_writer *w, uint32_t cpu,
	       const void *records, size_t n)
{
	const unsigned char *at = records, *end = at + n;
	int err = 0;

	p->n = p->head.size = 0;
	while (at < end && !err) {
		const struct stp_record *r = (const void *)at;

		if ((size_t)(end - at) < sizeof(*r) || r->len % 8 ||
		    r->len < sizeof(*r) || r->len > (size_t)(end - at) ||
		    r->len > STP_RECORD_MAX)
			return -EPROTO;
		if (add(p, cpu, r))
			at += r->len;
		else
			err = put_block(p, w);
	}
	return err || !p->head.size ? err : put_block(p, w);
}
