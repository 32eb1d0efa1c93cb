// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Output of handlers: arguments become a record (record.h) in this CPU's
 * stream.  The size is known before room is asked for, so nothing is copied
 * twice.  The text is made by whoever reads.
 */
#include "core.h"
#include "render.h"
#include "words.h"

#define HIST_HEAD (4 + 3 * 8)

static inline STP_OVERREAD stp_u32 text_length(const char *s)
{
	stp_u32 n = 0;
	stp_u64 zero;

	while (stp_likely(stp_word_safe(s + n))) {
		zero = stp_word_zero(stp_word_load(s + n));
		if (zero)
			return n + ((stp_u32)__builtin_ctzll(zero) >> 3);
		n += 8;
	}
	return n + (stp_u32)strlen(s + n);
}

static STP_RARE stp_u32 memory_length(const char *blob)
{
	stp_u16 n;

	memcpy(&n, blob, 2);
	return n;
}

/* Bytes of the arguments; strings' lengths go to len.  Above STP_RECORD_MAX
 * when they are too many. */
static stp_u32 args_size(const char *letters, const union stp_val *args,
			 stp_u16 *len)
{
	stp_u32 size = 0, n;
	int i;

	for (i = 0; letters[i]; i++) {
		if (i == STP_ARGS_MAX || size > STP_RECORD_MAX)
			return STP_RECORD_MAX + 1;
		if (stp_likely(letters[i] <= 'd')) {	/* STP_ADDRESSES, d */
			size += 8;
		} else if (letters[i] == 'h') {
			size += HIST_HEAD + args[i].hist->desc->buckets * 8;
		} else {
			n = letters[i] != 's' ? memory_length(args[i].s)
					      : text_length(args[i].s);
			if (n > 0xffff)
				return STP_RECORD_MAX + 1;
			len[i] = (stp_u16)n;
			size += 2 + n;
		}
	}
	return size;
}

static inline char *put_bytes(char *p, const char *from, stp_u32 n)
{
	stp_u32 i;

	if (n >= 8) {
		memcpy(p, from, n);
		return p + n;
	}
	for (i = 0; i < n; i++)
		p[i] = from[i];
	return p + n;
}

static inline char *put_i64(char *p, stp_i64 v)
{
	__builtin_memcpy(p, &v, 8);
	return p + 8;
}

/* Kind and elision, width, number of buckets (2 bytes), low, high, step, the
 * buckets. */
static STP_RARE char *put_hist(char *p, const struct stp_hist *h)
{
	const struct stp_stat_desc *d = h->desc;
	stp_u16 n = (stp_u16)d->buckets;

	*p++ = (char)(d->hist | d->elision << 2);
	*p++ = (char)d->width;
	__builtin_memcpy(p, &n, 2);
	p = put_i64(p + 2, d->low);
	p = put_i64(p, d->high);
	p = put_i64(p, d->step);
	if (h->stat)
		memcpy(p, h->stat->bucket, (stp_size)n * 8);
	else
		memset(p, 0, (stp_size)n * 8);
	return p + (stp_size)n * 8;
}

static char *put_args(char *p, const char *letters, const union stp_val *args,
		      const stp_u16 *len)
{
	int i;

	for (i = 0; letters[i]; i++) {
		if (stp_likely(letters[i] <= 'd')) {
			p = put_i64(p, args[i].n);
		} else if (letters[i] == 'h') {
			p = put_hist(p, args[i].hist);
		} else {
			__builtin_memcpy(p, &len[i], 2);
			p = put_bytes(p + 2,
				      args[i].s + (letters[i] != 's' ? 2 : 0),
				      len[i]);
		}
	}
	return p;
}

/* The last 8 bytes of a record are zero but for what is written later. */
static struct stp_record *reserve(int cpu, stp_u32 size, stp_u32 format)
{
	stp_u32 len = (stp_u32)(sizeof(struct stp_record) + size + 7) & ~7u;
	struct stp_record *r = stp_port_reserve(cpu, len);

	if (stp_unlikely(!r))
		return 0;
	r->type = STP_REC_PRINT;
	r->reserved = 0;
	r->format = (stp_u16)format;
	r->reserved2 = 0;
	if (size)
		put_i64((char *)r + len - 8, 0);
	return r;
}

void stp_print(struct stp_ctx *c, stp_u32 format, const union stp_val *args)
{
	const char *letters = stp_session.script->formats[format].args;
	stp_u16 len[STP_ARGS_MAX] STP_UNINITIALIZED;
	struct stp_record *r;
	stp_u32 size;

	size = args_size(letters, args, len);
	if (stp_unlikely(size > STP_RECORD_MAX - sizeof(*r) - 8)) {
		stp_fail(c, "output of one print is too long", 0);
		return;
	}
	r = reserve(c->cpu, size, format);
	if (stp_unlikely(!r))
		return;		/* the port has counted it */
	put_args((char *)(r + 1), letters, args, len);
	stp_port_commit(c->cpu, r);
}
