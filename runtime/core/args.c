// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The arguments of a record, taken apart.  In: bytes that nobody vouches for.
 * Out: values that lie in the caller's memory, or -1; never a read outside of
 * the bytes.
 */
#include "port.h"
#include "render.h"

struct bytes {
	const stp_u8 *p;
	stp_size left;
	int swap;
};

struct memory {
	char *p;
	stp_size left;
};

static int get_u16(struct bytes *b, stp_u16 *v)
{
	if (b->left < 2)
		return -1;
	memcpy(v, b->p, 2);
	if (b->swap)
		*v = (stp_u16)(*v << 8 | *v >> 8);
	b->p += 2;
	b->left -= 2;
	return 0;
}

static int get_i64(struct bytes *b, stp_i64 *v)
{
	stp_u64 u;

	if (b->left < 8)
		return -1;
	memcpy(&u, b->p, 8);
	if (b->swap)
		u = __builtin_bswap64(u);
	*v = (stp_i64)u;
	b->p += 8;
	b->left -= 8;
	return 0;
}

/* n bytes, aligned to 8. */
static void *take(struct memory *m, stp_size n)
{
	void *p = m->p;

	n = (n + 7) & ~(stp_size)7;
	if (n > m->left)
		return 0;
	m->p += n;
	m->left -= n;
	return p;
}

/* head: bytes kept before the text for its length (%m). */
static int get_text(struct bytes *b, struct memory *m, union stp_val *v,
		    stp_size head)
{
	stp_u16 n;
	char *to;

	if (get_u16(b, &n) || b->left < n)
		return -1;
	to = take(m, head + n + 1);
	if (!to)
		return -1;
	memcpy(to, &n, head);
	memcpy(to + head, b->p, n);
	to[head + n] = 0;
	b->p += n;
	b->left -= n;
	v->s = to;
	return 0;
}

static int get_hist(struct bytes *b, struct memory *m, struct stp_args *a)
{
	struct stp_stat_desc *d = &a->desc[a->n];
	struct stp_stat *s;
	stp_u8 kind, width, elision;
	stp_u16 n, i;

	if (b->left < 2)
		return -1;
	kind = b->p[0] & 3;
	elision = b->p[0] >> 2;
	width = b->p[1];
	b->p += 2;
	b->left -= 2;
	memset(d, 0, sizeof(*d));
	if (get_u16(b, &n) || get_i64(b, &d->low) || get_i64(b, &d->high) ||
	    get_i64(b, &d->step))
		return -1;
	if (kind == STP_HIST_LOG ? n != STP_HIST_LOG_BUCKETS
				 : kind != STP_HIST_LINEAR || n < 2)
		return -1;
	if (n > STP_HIST_BUCKETS_MAX || b->left / 8 < n)
		return -1;
	s = take(m, sizeof(*s) + n * sizeof(stp_i64));
	if (!s)
		return -1;
	memset(s, 0, sizeof(*s));
	for (i = 0; i < n; i++)
		get_i64(b, &s->bucket[i]);
	d->hist = kind;
	d->width = width;
	d->elision = elision;
	d->buckets = n;
	a->hist[a->n].desc = d;
	a->hist[a->n].stat = s;
	a->v[a->n].hist = &a->hist[a->n];
	return 0;
}

int stp_args_decode(struct stp_args *a, const char *letters, const void *data,
		    stp_size len, int swap, void *mem, stp_size mem_size)
{
	struct bytes b = { data, len, swap };
	struct memory m = { mem, mem_size };
	int err;

	for (a->n = 0; letters[a->n]; a->n++) {
		if (a->n == STP_ARGS_MAX)
			return -1;
		switch (letters[a->n]) {
		case 'A':
		case 'B':
		case 'C':
		case 'a':
		case 'b':
		case 'd':
			err = get_i64(&b, &a->v[a->n].n);
			break;
		case 's':
			err = get_text(&b, &m, &a->v[a->n], 0);
			break;
		case 'i':
		case 'j':
		case 'k':
		case 'l':
		case 'n':
		case 'm':
			err = get_text(&b, &m, &a->v[a->n], 2);
			break;
		case 'h':
			err = get_hist(&b, &m, a);
			break;
		default:
			err = -1;
		}
		if (err)
			return -1;
	}
	return 0;
}
