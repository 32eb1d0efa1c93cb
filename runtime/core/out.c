// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text written into a bounded buffer.  What does not fit is counted only, and
 * no loop is longer than the buffer.
 */
#include "port.h"
#include "render.h"

/* Bytes that can still be written, the NUL kept back. */
static stp_size room(const struct stp_out *o)
{
	return o->len + 1 < o->size ? o->size - 1 - o->len : 0;
}

void stp_out_char(struct stp_out *o, char c)
{
	if (room(o))
		o->dst[o->len] = c;
	o->len++;
}

void stp_out_fill(struct stp_out *o, char c, stp_i64 n)
{
	stp_size fits = room(o);

	if (n <= 0)
		return;
	if ((stp_u64)n < fits)
		fits = (stp_size)n;
	if (fits)
		memset(o->dst + o->len, c, fits);
	o->len += (stp_size)n;
}

void stp_out_bytes(struct stp_out *o, const char *s, stp_size n)
{
	stp_size fits = room(o);

	if (n < fits)
		fits = n;
	if (fits)
		memcpy(o->dst + o->len, s, fits);
	o->len += n;
}

void stp_out_number(struct stp_out *o, stp_i64 v)
{
	char digits[20];
	stp_u64 u = v < 0 ? -(stp_u64)v : (stp_u64)v;
	int n = 20;

	do {
		digits[--n] = (char)('0' + u % 10);
		u /= 10;
	} while (u);
	if (v < 0)
		stp_out_char(o, '-');
	stp_out_bytes(o, digits + n, (stp_size)(20 - n));
}

void stp_out_end(struct stp_out *o)
{
	if (o->size)
		o->dst[o->len < o->size ? o->len : o->size - 1] = 0;
}
