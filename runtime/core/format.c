// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * printf.  In: a format, a letter for each argument, the arguments.  Out:
 * text.  Shared by sprintf in a probe and by whoever reads records, so
 * everything is taken as foreign: widths and precisions are cut, letters
 * decide what an argument is, and a conversion without one writes nothing.
 */
#include "port.h"
#include "render.h"

#define SPEC_MAX 65535		/* of widths and precisions */

struct spec {
	int left, plus, space, alt, zero;
	int width, precision;	/* precision -1: none given */
	char conv;
};

struct format_args {
	const char *letter;
	const union stp_val *v;
};

/* The next argument if it is of that letter. */
static const union stp_val *take(struct format_args *a, char letter)
{
	if (*a->letter != letter)
		return 0;
	a->letter++;
	return a->v++;
}

static int clip(stp_i64 n)
{
	return n > SPEC_MAX ? SPEC_MAX : n < -SPEC_MAX ? -SPEC_MAX : (int)n;
}

static const char *parse_flags(const char *p, struct spec *s)
{
	for (;; p++) {
		if (*p == '-')
			s->left = 1;
		else if (*p == '+')
			s->plus = 1;
		else if (*p == ' ')
			s->space = 1;
		else if (*p == '#')
			s->alt = 1;
		else if (*p == '0')
			s->zero = 1;
		else
			return p;
	}
}

static const char *parse_number(const char *p, struct format_args *a, int *to)
{
	const union stp_val *v;
	stp_i64 n = 0;

	if (*p == '*') {
		v = take(a, 'd');
		*to = v ? clip(v->n) : 0;
		return p + 1;
	}
	for (; *p >= '0' && *p <= '9'; p++)
		if (n <= SPEC_MAX)
			n = n * 10 + (*p - '0');
	*to = clip(n);
	return p;
}

/* p is behind the %. */
static const char *parse_spec(const char *p, struct format_args *a,
			      struct spec *s)
{
	memset(s, 0, sizeof(*s));
	s->precision = -1;
	p = parse_flags(p, s);
	p = parse_number(p, a, &s->width);
	if (s->width < 0) {
		s->left = 1;
		s->width = -s->width;
	}
	if (*p == '.')
		p = parse_number(p + 1, a, &s->precision);
	if (s->precision < -1)
		s->precision = -1;
	while (*p == 'l' || *p == 'h' || *p == 'z' || *p == 'j' || *p == 't')
		p++;
	s->conv = *p;
	return *p ? p + 1 : p;
}

/* n bytes, padded to the width with blanks. */
static void put_padded(struct stp_out *o, const struct spec *s,
		       const char *text, stp_size n)
{
	stp_i64 pad = (stp_i64)s->width - (stp_i64)n;

	if (!s->left)
		stp_out_fill(o, ' ', pad);
	stp_out_bytes(o, text, n);
	if (s->left)
		stp_out_fill(o, ' ', pad);
}

static void put_string(struct stp_out *o, const struct spec *s,
		       const char *text)
{
	stp_size n = 0;

	while (text[n] && (s->precision < 0 || n < (stp_size)s->precision))
		n++;
	put_padded(o, s, text, n);
}

/* Digits of u, into the end of buf, which has 24 bytes; how many. */
static int digits_of(char *buf, stp_u64 u, char conv)
{
	const char *set = conv == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	int n = 0;

	while (u) {
		if (conv == 'o') {
			buf[23 - n++] = set[u & 7];
			u >>= 3;
		} else if (conv == 'x' || conv == 'X' || conv == 'p') {
			buf[23 - n++] = set[u & 15];
			u >>= 4;
		} else {
			buf[23 - n++] = set[u % 10];
			u /= 10;
		}
	}
	return n;
}

static const char *number_prefix(const struct spec *s, stp_i64 v)
{
	switch (s->conv) {
	case 'd':
	case 'i':
		return v < 0 ? "-" : s->plus ? "+" : s->space ? " " : "";
	case 'p':
		return "0x";
	case 'x':
		return s->alt && v ? "0x" : "";
	case 'X':
		return s->alt && v ? "0X" : "";
	}
	return "";
}

static void put_number(struct stp_out *o, const struct spec *s, stp_i64 v)
{
	char buf[24];
	int is_signed = s->conv == 'd' || s->conv == 'i';
	stp_u64 u = is_signed && v < 0 ? -(stp_u64)v : (stp_u64)v;
	const char *prefix = number_prefix(s, v);
	int n = digits_of(buf, u, s->conv);
	int want = s->precision < 0 ? 1 : s->precision;
	int len = (int)strlen(prefix), pad;

	if (s->conv == 'o' && s->alt && want <= n)
		want = n + 1;
	if (want < n)
		want = n;
	pad = s->width - len - want;
	if (pad > 0 && s->zero && !s->left && s->precision < 0) {
		want += pad;
		pad = 0;
	}
	if (!s->left)
		stp_out_fill(o, ' ', pad);
	stp_out_bytes(o, prefix, (stp_size)len);
	stp_out_fill(o, '0', want - n);
	stp_out_bytes(o, buf + 24 - n, (stp_size)n);
	if (s->left)
		stp_out_fill(o, ' ', pad);
}

/* %#c: what does not print is escaped. */
static void put_char(struct stp_out *o, const struct spec *s, stp_i64 v)
{
	char text[4];
	int n = 1;

	if (s->alt)
		n = stp_escape(text, (stp_u8)v);
	else
		text[0] = (char)v;
	put_padded(o, s, text, (stp_size)n);
}

/* %b: the number's bytes, in this machine's order. */
static void put_binary(struct stp_out *o, const struct spec *s, stp_i64 v)
{
	int n = s->width == 1 || s->width == 2 || s->width == 4 ? s->width : 8;
	const char *bytes = (const char *)&v;

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	bytes += 8 - n;
#endif
	stp_out_bytes(o, bytes, (stp_size)n);
}

/* %m and %M: a u16 length and so many bytes. */
static void put_memory(struct stp_out *o, const struct spec *s,
		       const char *blob)
{
	static const char hex[] = "0123456789abcdef";
	stp_u16 n;
	int i;

	memcpy(&n, blob, 2);
	blob += 2;
	if (s->conv != 'M') {
		put_padded(o, s, blob, n);
		return;
	}
	if (!s->left)
		stp_out_fill(o, ' ', s->width - 2 * n);
	for (i = 0; i < n; i++) {
		stp_out_char(o, hex[(stp_u8)blob[i] >> 4]);
		stp_out_char(o, hex[blob[i] & 15]);
	}
	if (s->left)
		stp_out_fill(o, ' ', s->width - 2 * n);
}

static void put_long(struct stp_out *o, struct spec *s, stp_i64 v)
{
	switch (s->conv) {
	case 'c':
		put_char(o, s, v);
		return;
	case 'b':
		put_binary(o, s, v);
		return;
	case 'd':
	case 'i':
	case 'u':
	case 'o':
	case 'x':
	case 'X':
	case 'p':
		break;
	default:		/* a number all the same: show it */
		s->conv = 'd';
	}
	put_number(o, s, v);
}

static void put_arg(struct stp_out *o, struct spec *s, struct format_args *a)
{
	const union stp_val *v;

	if ((v = take(a, 'd')))
		put_long(o, s, v->n);
	else if ((v = take(a, 's')))
		put_string(o, s, v->s);
	else if ((v = take(a, 'm')))
		put_memory(o, s, v->s);
	else if ((v = take(a, 'h')))
		stp_hist_render(o, v->hist);
}

stp_size stp_format_render(char *dst, stp_size size, const char *text,
			   const char *letters, const union stp_val *args)
{
	struct stp_out o = { dst, size, 0 };
	struct format_args a = { letters, args };
	const char *p = text, *from;
	struct spec s;

	while (*p) {
		for (from = p; *p && *p != '%'; p++)
			;
		stp_out_bytes(&o, from, (stp_size)(p - from));
		if (!*p)
			break;
		p = parse_spec(p + 1, &a, &s);
		if (s.conv == '%')
			stp_out_char(&o, '%');
		else if (s.conv)
			put_arg(&o, &s, &a);
	}
	stp_out_end(&o);
	return o.len;
}
