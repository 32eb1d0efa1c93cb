// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Inflate.  In: bytes that may be hostile.  Out: what they unpack to, bounded
 * by the caller.  Reading past the end gives zero bits and is noticed at the
 * end of each block; every length and distance is checked before it is used.
 */
#include "remote/wire/inflate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BITS_MAX 15		/* of a code */
#define LITERALS 288
#define DISTANCES 30
#define FIRST_CAPACITY 65536

struct source {
	const unsigned char *at, *end;
	uint32_t hold;		/* bits not taken yet, the next one lowest */
	int held;
	int short_of;		/* bytes asked for beyond the end */
};

struct sink {
	unsigned char *p;
	size_t n, cap, limit;
	int err;
};

/* ---- output ---- */
static int sink_room(struct sink *o, size_t more)
{
	size_t cap = o->cap ? o->cap : FIRST_CAPACITY;
	unsigned char *p;

	if (o->err || more > o->limit - o->n) {
		o->err = o->err ? o->err : -EFBIG;
		return o->err;
	}
	while (cap < o->n + more)
		cap *= 2;
	if (cap == o->cap)
		return 0;
	p = realloc(o->p, cap);
	if (!p)
		return o->err = -ENOMEM;
	o->p = p;
	o->cap = cap;
	return 0;
}

static void put(struct sink *o, unsigned char byte)
{
	if (!sink_room(o, 1))
		o->p[o->n++] = byte;
}

static void repeat(struct sink *o, size_t distance, size_t length)
{
	if (distance > o->n)
		o->err = o->err ? o->err : -EBADMSG;
	if (sink_room(o, length))
		return;
	for (size_t i = 0; i < length; i++, o->n++)
		o->p[o->n] = o->p[o->n - distance];
}

/* ---- input ---- */
static unsigned take(struct source *s, int bits)
{
	unsigned v;

	while (s->held < bits) {
		uint32_t byte = 0;

		if (s->at < s->end)
			byte = *s->at++;
		else
			s->short_of++;
		s->hold |= byte << s->held;
		s->held += 8;
	}
	v = s->hold & ((1u << bits) - 1);
	s->hold >>= bits;
	s->held -= bits;
	return v;
}

/* ---- codes (RFC 1951 3.2.2) ---- */
struct code {
	uint16_t count[BITS_MAX + 1];	/* codes of each length */
	uint16_t symbol[LITERALS];	/* in the order of their codes */
};

/* False: more codes than the lengths leave room for. */
static int code_make(struct code *c, const unsigned char *lengths, int n)
{
	uint16_t next[BITS_MAX + 2] = { 0 };
	int left = 1;

	memset(c, 0, sizeof(*c));
	for (int i = 0; i < n; i++)
		c->count[lengths[i]]++;
	c->count[0] = 0;
	for (int len = 1; len <= BITS_MAX; len++) {
		left = left * 2 - c->count[len];
		if (left < 0)
			return 0;
		next[len + 1] = (uint16_t)(next[len] + c->count[len]);
	}
	for (int i = 0; i < n; i++)
		if (lengths[i])
			c->symbol[next[lengths[i]]++] = (uint16_t)i;
	return 1;
}

/* The next symbol, -1: no such code. */
static int decode(struct source *s, const struct code *c)
{
	int code = 0, first = 0, index = 0;

	for (int len = 1; len <= BITS_MAX; len++) {
		code |= (int)take(s, 1);
		if (code - first < c->count[len])
			return c->symbol[index + code - first];
		index += c->count[len];
		first = (first + c->count[len]) * 2;
		code *= 2;
	}
	return -1;
}

/* ---- blocks ---- */
static const uint16_t length_base[] = {
	3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51,
	59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
};
static const unsigned char length_bits[] = {
	0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4,
	5, 5, 5, 5, 0,
};
static const uint16_t distance_base[] = {
	1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385,
	513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385,
	24577,
};

static int copy_match(struct source *s, struct sink *o, int symbol,
		      const struct code *distances)
{
	size_t i = (size_t)symbol - 257, length, distance;
	int d;

	if (i >= sizeof(length_bits))
		return -EBADMSG;
	length = length_base[i] + take(s, length_bits[i]);
	d = decode(s, distances);
	if (d < 0 || d >= DISTANCES)
		return -EBADMSG;
	distance = distance_base[d] + take(s, d < 2 ? 0 : d / 2 - 1);
	repeat(o, distance, length);
	return o->err;
}

static int coded_block(struct source *s, struct sink *o,
		       const struct code *literals,
		       const struct code *distances)
{
	for (;;) {
		int symbol = decode(s, literals), err = 0;

		if (symbol < 0 || s->short_of > 4)
			return -EBADMSG;
		if (symbol == 256)
			return 0;
		if (symbol < 256)
			put(o, (unsigned char)symbol);
		else
			err = copy_match(s, o, symbol, distances);
		if (err || o->err)
			return err ? err : o->err;
	}
}

static int stored_block(struct source *s, struct sink *o)
{
	unsigned n, check;

	take(s, s->held % 8);	/* to the next byte */
	n = take(s, 16);
	check = take(s, 16);
	if (n != (~check & 0xffff))
		return -EBADMSG;
	while (n--) {
		if (s->short_of)
			return -EBADMSG;
		put(o, (unsigned char)take(s, 8));
		if (o->err)
			return o->err;
	}
	return 0;
}

static int fixed_block(struct source *s, struct sink *o)
{
	unsigned char lengths[LITERALS];
	struct code literals, distances;

	memset(lengths, 8, 144);
	memset(lengths + 144, 9, 112);
	memset(lengths + 256, 7, 24);
	memset(lengths + 280, 8, 8);
	code_make(&literals, lengths, LITERALS);
	memset(lengths, 5, DISTANCES);
	code_make(&distances, lengths, DISTANCES);
	return coded_block(s, o, &literals, &distances);
}

/* The lengths of both codes, packed by a third one (RFC 1951 3.2.7). */
static int read_lengths(struct source *s, const struct code *packed,
			unsigned char *lengths, int n)
{
	int i = 0;

	while (i < n) {
		int symbol = decode(s, packed), times, value = 0;

		if (symbol < 0 || s->short_of)
			return -EBADMSG;
		if (symbol < 16) {
			lengths[i++] = (unsigned char)symbol;
			continue;
		}
		if (symbol == 16 && !i)
			return -EBADMSG;
		if (symbol == 16)
			value = lengths[i - 1];
		times = symbol == 16 ? 3 + (int)take(s, 2) :
			symbol == 17 ? 3 + (int)take(s, 3) :
				       11 + (int)take(s, 7);
		if (times > n - i)
			return -EBADMSG;
		memset(lengths + i, value, (size_t)times);
		i += times;
	}
	return 0;
}

static int dynamic_block(struct source *s, struct sink *o)
{
	static const unsigned char order[] = {
		16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1,
		15,
	};
	unsigned char lengths[LITERALS + 32] = { 0 };
	struct code packed, literals, distances;
	int nlit = (int)take(s, 5) + 257, ndist = (int)take(s, 5) + 1;
	int npacked = (int)take(s, 4) + 4;

	if (nlit > 286 || ndist > DISTANCES)
		return -EBADMSG;
	for (int i = 0; i < npacked; i++)
		lengths[order[i]] = (unsigned char)take(s, 3);
	if (!code_make(&packed, lengths, sizeof(order)))
		return -EBADMSG;
	memset(lengths, 0, sizeof(lengths));
	if (read_lengths(s, &packed, lengths, nlit + ndist) ||
	    !code_make(&literals, lengths, nlit) ||
	    !code_make(&distances, lengths + nlit, ndist) || !lengths[256])
		return -EBADMSG;
	return coded_block(s, o, &literals, &distances);
}

static int inflate_blocks(struct source *s, struct sink *o)
{
	int last, err;

	do {
		last = (int)take(s, 1);
		switch (take(s, 2)) {
		case 0:
			err = stored_block(s, o);
			break;
		case 1:
			err = fixed_block(s, o);
			break;
		case 2:
			err = dynamic_block(s, o);
			break;
		default:
			err = -EBADMSG;
		}
		if (!err && s->short_of)
			err = -EBADMSG;
	} while (!err && !last);
	return err;
}

/* ---- gzip ---- */
uint32_t crc32_of(const void *p, size_t n)
{
	const unsigned char *s = p;
	uint32_t table[256], crc = 0xffffffff;

	for (uint32_t i = 0; i < 256; i++) {
		table[i] = i;
		for (int k = 0; k < 8; k++)
			table[i] = table[i] >> 1 ^
				   (table[i] & 1 ? 0xedb88320 : 0);
	}
	while (n--)
		crc = crc >> 8 ^ table[(crc ^ *s++) & 0xff];
	return ~crc;
}

static uint32_t le32(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

/* Skips a text that ends in NUL; NULL when it does not end. */
static const unsigned char *skip_text(const unsigned char *p,
				      const unsigned char *end)
{
	const unsigned char *nul = memchr(p, 0, (size_t)(end - p));

	return nul ? nul + 1 : NULL;
}

enum { FLAG_CRC = 2, FLAG_EXTRA = 4, FLAG_NAME = 8, FLAG_COMMENT = 16 };

/* Where the compressed blocks start; NULL: no gzip header. */
static const unsigned char *skip_header(const unsigned char *p,
					const unsigned char *end)
{
	unsigned char flags;

	if (end - p < 18 || p[0] != 0x1f || p[1] != 0x8b || p[2] != 8)
		return NULL;
	flags = p[3];
	p += 10;
	if (flags & FLAG_EXTRA) {
		size_t n = p[0] | (size_t)p[1] << 8;

		if ((size_t)(end - p) < n + 2)
			return NULL;
		p += n + 2;
	}
	if (flags & FLAG_NAME)
		p = skip_text(p, end);
	if (p && flags & FLAG_COMMENT)
		p = skip_text(p, end);
	if (p && flags & FLAG_CRC)
		p = end - p >= 2 ? p + 2 : NULL;
	return p;
}

int gunzip(const void *in, size_t n, size_t limit, unsigned char **out,
	   size_t *out_n)
{
	struct source s = { .end = (const unsigned char *)in + n };
	struct sink o = { .limit = limit };
	int err;

	s.at = skip_header(in, s.end);
	if (!s.at)
		return -EBADMSG;
	err = inflate_blocks(&s, &o);
	/* Whole bytes that were taken ahead of need belong to the trailer. */
	s.at -= s.held / 8;
	if (!err && (s.end - s.at != 8 || le32(s.at) != crc32_of(o.p, o.n) ||
		     le32(s.at + 4) != (uint32_t)o.n))
		err = -EBADMSG;
	if (err) {
		free(o.p);
		return err;
	}
	*out = o.p;
	*out_n = o.n;
	return 0;
}
