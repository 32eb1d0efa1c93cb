// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Floating-point numbers as decimal text, exact both ways but for the one
 * rounding that is asked for.  Every loop is bounded by BIG_WORDS or by the
 * digits that count.
 */
#include "core.h"
#include "fp.h"
#include "render.h"

#define BIG_WORDS 48		/* 10^350 and the digits on top of it fit */
#define DIGITS_MAX 40		/* of the text that count */
#define PRECISION_MAX 40
#define EXPONENT_MAX 350	/* decimal; beyond it is 0 or infinite */

struct big {
	stp_u32 w[BIG_WORDS];	/* the lowest first */
};

static void big_set(struct big *b, stp_u64 v)
{
	memset(b, 0, sizeof(*b));
	b->w[0] = (stp_u32)v;
	b->w[1] = (stp_u32)(v >> 32);
}

/* b = b * by + plus */
static void big_scale(struct big *b, stp_u32 by, stp_u32 plus)
{
	stp_u64 carry = plus;
	int i;

	for (i = 0; i < BIG_WORDS; i++) {
		carry += (stp_u64)b->w[i] * by;
		b->w[i] = (stp_u32)carry;
		carry >>= 32;
	}
}

/* b /= 10; what remains. */
static int big_digit(struct big *b)
{
	stp_u32 rest = 0, half;
	int i;

	/* In halves of a word: no division of 64 bits on 32-bit CPUs. */
	for (i = BIG_WORDS - 1; i >= 0; i--) {
		half = rest << 16 | b->w[i] >> 16;
		rest = half % 10 << 16 | (b->w[i] & 0xffff);
		b->w[i] = half / 10 << 16 | rest / 10;
		rest %= 10;
	}
	return (int)rest;
}

static int big_bit(const struct big *b, int n)
{
	return n >= 0 && n < 32 * BIG_WORDS && (b->w[n / 32] >> n % 32 & 1);
}

static int big_bits(const struct big *b)
{
	int i = BIG_WORDS - 1;

	while (i > 0 && !b->w[i])
		i--;
	return b->w[i] ? 32 * i + 32 - __builtin_clz(b->w[i]) : 0;
}

static void big_left(struct big *b, int n)
{
	int i, words = n / 32, bits = n % 32;

	for (i = BIG_WORDS - 1; i >= 0; i--) {
		stp_u64 v = i >= words ? (stp_u64)b->w[i - words] << 32 : 0;

		if (i > words)
			v |= b->w[i - words - 1];
		b->w[i] = (stp_u32)(v << bits >> 32);
	}
}

/* b >>= n, to the nearest, ties to even. */
static void big_right(struct big *b, int n)
{
	int half = big_bit(b, n - 1), low = 0, i, words = n / 32, bits = n % 32;

	for (i = 0; i < n - 1 && !low && i < 32 * BIG_WORDS; i++)
		low = big_bit(b, i);
	for (i = 0; i < BIG_WORDS; i++) {
		stp_u64 v = i + words < BIG_WORDS ? b->w[i + words] : 0;

		if (i + words + 1 < BIG_WORDS)
			v |= (stp_u64)b->w[i + words + 1] << 32;
		b->w[i] = (stp_u32)(v >> bits);
	}
	big_scale(b, 1, (stp_u32)(half && (low || (b->w[0] & 1))));
}

static int big_less(const struct big *a, const struct big *b)
{
	int i;

	for (i = BIG_WORDS - 1; i > 0 && a->w[i] == b->w[i]; i--)
		;
	return a->w[i] < b->w[i];
}

static void big_take(struct big *a, const struct big *b)
{
	stp_u64 borrow = 0, v;
	int i;

	for (i = 0; i < BIG_WORDS; i++) {
		v = (stp_u64)a->w[i] - b->w[i] - borrow;
		a->w[i] = (stp_u32)v;
		borrow = v >> 63;
	}
}

/* ---- to text ---- */

static void put_digits(struct stp_out *o, struct big *b, int precision)
{
	char digits[32 * BIG_WORDS / 3 + 2];
	int n = 0;

	while (n <= precision || big_bits(b))
		digits[n++] = (char)('0' + big_digit(b));
	while (n-- > 0) {
		stp_out_char(o, digits[n]);
		if (n == precision && n)
			stp_out_char(o, '.');
	}
}

void stp_fp_to_string(struct stp_ctx *c, char *dst, stp_i64 x,
		      stp_i64 precision)
{
	struct stp_out o = {
		dst, (stp_size)stp_session.script->limits.maxstringlen, 0
	};
	struct stp_fp f = stp_fp_unpack((stp_u64)x);
	struct big b;
	int i, p = precision < 0 ? 0 : precision > PRECISION_MAX ?
		   PRECISION_MAX : (int)precision;

	(void)c;
	if (f.sign && f.kind != STP_FP_NAN)
		stp_out_char(&o, '-');
	if (f.kind == STP_FP_INF || f.kind == STP_FP_NAN) {
		stp_out_bytes(&o, f.kind == STP_FP_INF ? "inf" : "nan", 3);
	} else {
		big_set(&b, f.m >> 11);
		for (i = 0; i < p; i++)
			big_scale(&b, 10, 0);
		if (f.exp >= 52)
			big_left(&b, f.exp - 52);
		else
			big_right(&b, 52 - f.exp);
		put_digits(&o, &b, p);
	}
	stp_out_end(&o);
}

/* ---- from text ---- */

/* Digits into b; *scale: of how many places they are to be moved. */
static const char *read_digits(const char *s, struct big *b, int *scale)
{
	int n = 0, point = 0, taken;

	big_set(b, 0);
	for (;; s++) {
		if (*s == '.' && !point) {
			point = 1;
			continue;
		}
		if (*s < '0' || *s > '9')
			return s;
		taken = n < DIGITS_MAX;
		if (taken)
			big_scale(b, 10, (stp_u32)(*s - '0'));
		n += taken && (n || *s != '0');
		*scale += !taken - point;
	}
}

static int read_exponent(const char *s)
{
	int n = 0, negative;

	if (*s != 'e' && *s != 'E')
		return 0;
	s++;
	negative = *s == '-';
	s += negative || *s == '+';
	for (; *s >= '0' && *s <= '9' && n < 10000; s++)
		n = n * 10 + (*s - '0');
	return negative ? -n : n;
}

/* The highest 64 bits; the lowest of them stands for the rest, too. */
static stp_u64 round_big(const struct big *b, int sign, int exp, int rest)
{
	struct stp_fp f = { .kind = STP_FP_FINITE, .sign = sign };
	int n = big_bits(b), i;

	for (i = 0; i < 64; i++)
		f.m = f.m << 1 | (stp_u64)big_bit(b, n - 1 - i);
	for (i = 0; i < n - 64 && !rest; i++)
		rest = big_bit(b, i);
	f.m |= rest != 0;
	f.exp = n - 1 + exp;
	return stp_fp_pack(&f);
}

/* b / 10^scale by long division: 66 bits and whether there are more. */
static stp_u64 divided(struct big *b, int sign, int scale)
{
	struct big by, q;
	int i, up;

	big_set(&by, 1);
	for (i = 0; i < scale; i++)
		big_scale(&by, 10, 0);
	big_set(&q, 0);
	up = big_bits(&by) - big_bits(b);
	if (up > 0)
		big_left(b, up);
	else
		big_left(&by, -up);
	for (i = 0; i < 66; i++) {
		big_scale(&q, 2, 0);
		if (!big_less(b, &by)) {
			big_take(b, &by);
			q.w[0] |= 1;
		}
		big_left(b, 1);
	}
	return round_big(&q, sign, -65 - up, big_bits(b) != 0);
}

stp_i64 stp_string_to_fp(const char *s)
{
	int sign, scale = 0, i;
	struct big b;

	while (*s == ' ' || *s == '\t')
		s++;
	sign = *s == '-';
	s += sign || *s == '+';
	s = read_digits(s, &b, &scale);
	scale += read_exponent(s);
	if (!big_bits(&b) || scale < -EXPONENT_MAX)
		return sign ? STP_INT64_MIN : 0;
	if (scale > EXPONENT_MAX - DIGITS_MAX) {
		struct stp_fp inf = { .kind = STP_FP_INF, .sign = sign };

		return (stp_i64)stp_fp_pack(&inf);
	}
	if (scale < 0)
		return (stp_i64)divided(&b, sign, -scale);
	for (i = 0; i < scale; i++)
		big_scale(&b, 10, 0);
	return (stp_i64)round_big(&b, sign, 0, 0);
}
