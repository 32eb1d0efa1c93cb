// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Takes packed records apart (pack.h).  In: bytes from outside, none of them
 * trusted, and the table as the records before have left it.  Out: records.
 * Must hold: no byte is read behind the block's end or written behind the
 * size that its head tells, whatever the bytes say.
 */
#include "remote/stream/pack.h"

#include <string.h>

/* bad stays set once something does not fit; all later values are zero. */
struct input {
	const unsigned char *at, *end;
	bool bad;
};

static unsigned int take_byte(struct input *in)
{
	if (in->at == in->end) {
		in->bad = true;
		return 0;
	}
	return *in->at++;
}

static uint64_t take_varint(struct input *in)
{
	uint64_t v = 0;
	unsigned int byte, shift = 0;

	do {
		byte = take_byte(in);
		v |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80 && shift < 64);
	if (byte & 0x80)
		in->bad = true;
	return v;
}

static bool take_bytes(struct input *in, void *to, size_t n)
{
	if (in->bad || (size_t)(in->end - in->at) < n) {
		in->bad = true;
		return false;
	}
	memcpy(to, in->at, n);
	in->at += n;
	return true;
}

/* Of the n words of arguments those that differ. */
static void take_changes(struct input *in, uint64_t *args, size_t n)
{
	unsigned int words = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char *p = (unsigned char *)&args[i];
		unsigned int bytes;

		words = i % 8 ? words >> 1 : take_byte(in);
		bytes = words & 1 ? take_byte(in) : 0;
		for (int j = 0; bytes; j++, bytes >>= 1)
			if (bytes & 1)
				p[j] = take_byte(in);
	}
}

static uint32_t length_of(uint64_t key, bool swapped)
{
	uint32_t len;

	memcpy(&len, &key, sizeof(len));
	return swapped ? __builtin_bswap32(len) : len;
}

static bool length_valid(uint32_t len)
{
	return len % 8 == 0 && len >= sizeof(struct stp_record) &&
	       len <= STP_RECORD_MAX;
}

/* The record's head at out; its time and sequence number move on. */
static void put_head(unsigned char *out, uint64_t key, bool swapped,
		     uint32_t cpu, uint64_t time, uint32_t seq)
{
	struct stp_record r = {
		.time = swapped ? __builtin_bswap64(time) : time,
		.seq = swapped ? __builtin_bswap32(seq) : seq,
		.cpu = swapped ? __builtin_bswap16(cpu) : cpu,
	};

	memcpy(&r, &key, sizeof(key));
	memcpy(out, &r, sizeof(r));
}

struct state {
	struct input in;
	struct pack_place *last; /* of the record before; NULL: none */
	uint64_t time;
	uint32_t seq, cpu;
	bool swapped;
	unsigned char *out;
	size_t left;		/* bytes at out */
};

/* The record of length len stands at out, complete. */
static void done(struct state *s, uint32_t len)
{
	s->seq++;
	s->out += len;
	s->left -= len;
}

/* Each returns what is wrong, or NULL. */
static const char *take_whole(struct state *s, struct pack_table *t)
{
	unsigned char *args = s->out + sizeof(struct stp_record);
	unsigned int place = take_byte(&s->in);
	uint64_t key = 0;
	uint32_t len;
	size_t n;

	take_bytes(&s->in, &key, sizeof(key));
	s->time += take_varint(&s->in);
	len = length_of(key, s->swapped);
	if (place > PACK_NOWHERE || !length_valid(len) || len > s->left)
		return "a packed record does not fit";
	n = len - sizeof(struct stp_record);
	if (!take_bytes(&s->in, args, n))
		return "a packed record is cut off";
	put_head(s->out, key, s->swapped, s->cpu, s->time, s->seq);
	s->last = place < PACK_PLACES ? &t->place[place] : NULL;
	if (s->last && n > sizeof(s->last->args))
		return "a packed record is too long for its place";
	if (s->last) {
		s->last->key = key;
		memcpy(s->last->args, args, n);
	}
	done(s, len);
	return NULL;
}

static const char *take_like(struct state *s, struct pack_place *kept,
			     uint64_t time, bool other)
{
	uint32_t len = kept ? length_of(kept->key, s->swapped) : 0;
	size_t n;

	if (!kept || !kept->key || len > s->left)
		return "a packed record is like none before, or does not fit";
	n = len - sizeof(struct stp_record);
	s->time += time;
	s->last = kept;
	if (other)
		take_changes(&s->in, kept->args, n / 8);
	put_head(s->out, kept->key, s->swapped, s->cpu, s->time, s->seq);
	memcpy(s->out + sizeof(struct stp_record), kept->args, n);
	done(s, len);
	return NULL;
}

static const char *take_record(struct state *s, struct pack_table *t)
{
	unsigned int first = take_byte(&s->in), low = first & PACK_LOW;
	bool other = first & PACK_OTHER;

	if (first < PACK_LIKE)
		return take_like(s, s->last, other ?
				 take_varint(&s->in) << PACK_LOW_BITS | low :
				 low, false);
	if (first == PACK_WHOLE)
		return take_whole(s, t);
	if (low < PACK_PLACES)
		return take_like(s, &t->place[low], take_varint(&s->in), other);
	if (first != PACK_GAP)
		return "a packed record of an unknown kind";
	s->seq += take_varint(&s->in);
	return NULL;
}

const char *unpack(struct pack_table *t, const struct stream_packed *head,
		   bool swapped, const unsigned char *p, size_t n,
		   unsigned char *out)
{
	struct state s = { .in = { .at = p, .end = p + n }, .out = out,
			   .time = head->time, .seq = head->seq,
			   .cpu = head->cpu, .left = head->size,
			   .swapped = swapped };

	while (s.left && !s.in.bad) {
		const char *why = take_record(&s, t);

		if (why)
			return why;
	}
	if (s.in.bad)
		return "a packed record is cut off";
	return s.in.at == s.in.end ? NULL : "bytes behind packed records";
}
