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

int stp_escape(char to[4], stp_u8 c)
{
	static const char named[] = "a\ab\bt\tn\nv\vf\fr\r\\\\";
	int i;

	to[0] = '\\';
	for (i = 0; named[i]; i += 2)
		if ((stp_u8)named[i + 1] == c) {
			to[1] = named[i];
			return 2;
		}
	if (c >= 32 && c < 127) {
		to[0] = (char)c;
		return 1;
	}
	to[1] = (char)('0' + (c >> 6));
	to[2] = (char)('0' + ((c >> 3) & 7));
	to[3] = (char)('0' + (c & 7));
	return 4;
}

int stp_escape_quoted(char to[4], stp_u8 c)
{
	if (c != '"')
		return stp_escape(to, c);
	to[0] = '\\';
	to[1] = '"';
	return 2;
}

void stp_out_end(struct stp_out *o)
{
	if (o->size)
		o->dst[o->len < o->size ? o->len : o->size - 1] = 0;
}
