// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Floating point of the script library.  In and out: IEEE 754 numbers of 64
 * bits, carried as integers.  Handlers may not use the CPU's own, so all of it
 * is integer arithmetic; results are rounded to nearest, ties to even.
 */
#include "core.h"
#include "fp.h"

#define NAN_BITS 0x7ff8000000000000ULL
#define INF_BITS 0x7ff0000000000000ULL
#define SIGN_BIT (1ULL << 63)

struct stp_fp stp_fp_unpack(stp_u64 v)
{
	struct stp_fp f = { .sign = (int)(v >> 63), .kind = STP_FP_FINITE };
	int e = (int)(v >> 52 & 0x7ff), zeros;
	stp_u64 fraction = v & (~0ULL >> 12);

	if (e == 0x7ff) {
		f.kind = fraction ? STP_FP_NAN : STP_FP_INF;
	} else if (e) {
		f.m = (fraction | 1ULL << 52) << 11;
		f.exp = e - 1023;
	} else if (fraction) {
		zeros = __builtin_clzll(fraction);
		f.m = fraction << zeros;
		f.exp = -1011 - zeros;
	} else {
		f.kind = STP_FP_ZERO;
	}
	return f;
}

/* m >> n; what falls out stays in the lowest bit. */
static stp_u64 shift_sticky(stp_u64 m, int n)
{
	if (n == 0)
		return m;
	if (n >= 64)
		return m != 0;
	return m >> n | ((m << (64 - n)) != 0);
}

static stp_u64 special(const struct stp_fp *f)
{
	stp_u64 sign = f->sign ? SIGN_BIT : 0;

	if (f->kind == STP_FP_NAN)
		return NAN_BITS;
	return f->kind == STP_FP_INF ? sign | INF_BITS : sign;
}

stp_u64 stp_fp_pack(const struct stp_fp *f)
{
	stp_u64 sign = f->sign ? SIGN_BIT : 0, m = f->m, rest;
	int e = f->exp + 1023;

	if (f->kind != STP_FP_FINITE)
		return special(f);
	if (e < 1) {
		m = shift_sticky(m, 1 - e);
		e = 1;
	}
	rest = m & 0x7ff;
	m >>= 11;
	m += rest > 0x400 || (rest == 0x400 && (m & 1));
	/* One above the exponent is the leading bit, or a carry. */
	if (e >= 0x7ff || (e == 0x7fe && m >> 53))
		return sign | INF_BITS;
	return sign | (((stp_u64)(e - 1) << 52) + m);
}

static stp_u64 make(int kind, int sign)
{
	struct stp_fp f = { .kind = kind, .sign = sign };

	return special(&f);
}

/* Of a number whose leading bit may be anywhere. */
static stp_u64 normalised(struct stp_fp *f)
{
	int zeros;

	if (!f->m)
		return make(STP_FP_ZERO, f->sign);
	zeros = __builtin_clzll(f->m);
	f->m <<= zeros;
	f->exp -= zeros;
	return stp_fp_pack(f);
}

static stp_u64 add_finite(struct stp_fp a, struct stp_fp b)
{
	struct stp_fp t;

	if (a.exp < b.exp || (a.exp == b.exp && a.m < b.m)) {
		t = a;
		a = b;
		b = t;
	}
	a.m >>= 1;	/* the bit is empty: doubles fill 53 of 64 */
	b.m = shift_sticky(b.m, a.exp - b.exp + 1);
	a.exp++;
	if (a.sign == b.sign) {
		a.m += b.m;
		return normalised(&a);
	}
	a.m -= b.m;
	if (!a.m)
		a.sign = 0;
	return normalised(&a);
}

stp_i64 stp_fp_add(stp_i64 x, stp_i64 y)
{
	struct stp_fp a = stp_fp_unpack((stp_u64)x);
	struct stp_fp b = stp_fp_unpack((stp_u64)y);

	if (a.kind == STP_FP_NAN || b.kind == STP_FP_NAN ||
	    (a.kind == STP_FP_INF && b.kind == STP_FP_INF && a.sign != b.sign))
		return (stp_i64)NAN_BITS;
	if (a.kind == STP_FP_INF || b.kind == STP_FP_ZERO)
		return a.kind == STP_FP_ZERO ? x & y : x;
	if (b.kind == STP_FP_INF || a.kind == STP_FP_ZERO)
		return y;
	return (stp_i64)add_finite(a, b);
}

stp_i64 stp_fp_sub(stp_i64 x, stp_i64 y)
{
	return stp_fp_add(x, (stp_i64)((stp_u64)y ^ SIGN_BIT));
}

/* The upper half of a product; *low is the lower. */
static stp_u64 multiply(stp_u64 a, stp_u64 b, stp_u64 *low)
{
	stp_u64 al = (stp_u32)a, ah = a >> 32, bl = (stp_u32)b, bh = b >> 32;
	stp_u64 ll = al * bl, lh = al * bh, hl = ah * bl;
	stp_u64 middle = (ll >> 32) + (stp_u32)lh + (stp_u32)hl;

	*low = middle << 32 | (stp_u32)ll;
	return ah * bh + (lh >> 32) + (hl >> 32) + (middle >> 32);
}

stp_i64 stp_fp_mul(stp_i64 x, stp_i64 y)
{
	struct stp_fp a = stp_fp_unpack((stp_u64)x);
	struct stp_fp b = stp_fp_unpack((stp_u64)y);
	int zero = a.kind == STP_FP_ZERO || b.kind == STP_FP_ZERO;
	int inf = a.kind == STP_FP_INF || b.kind == STP_FP_INF;
	stp_u64 low;

	if (a.kind == STP_FP_NAN || b.kind == STP_FP_NAN || (zero && inf))
		return (stp_i64)NAN_BITS;
	a.sign ^= b.sign;
	if (zero || inf)
		return (stp_i64)make(zero ? STP_FP_ZERO : STP_FP_INF, a.sign);
	a.m = multiply(a.m, b.m, &low);
	a.m |= low != 0;
	a.exp += b.exp + 1;
	return (stp_i64)normalised(&a);
}

static stp_u64 divide(struct stp_fp a, struct stp_fp b)
{
	stp_u64 rest = a.m, q = 0;
	int i, over = 0;

	a.exp -= b.exp;
	for (i = 0; i < 64; i++) {
		q <<= 1;
		if (over || rest >= b.m) {
			rest -= b.m;
			q |= 1;
		}
		over = (int)(rest >> 63);
		rest <<= 1;
	}
	a.m = q | (rest != 0 || over);
	return normalised(&a);
}

stp_i64 stp_fp_div(stp_i64 x, stp_i64 y)
{
	struct stp_fp a = stp_fp_unpack((stp_u64)x);
	struct stp_fp b = stp_fp_unpack((stp_u64)y);

	if (a.kind == STP_FP_NAN || b.kind == STP_FP_NAN ||
	    (a.kind == b.kind && a.kind != STP_FP_FINITE))
		return (stp_i64)NAN_BITS;
	a.sign ^= b.sign;
	if (a.kind == STP_FP_ZERO || b.kind == STP_FP_INF)
		return (stp_i64)make(STP_FP_ZERO, a.sign);
	if (a.kind == STP_FP_INF || b.kind == STP_FP_ZERO)
		return (stp_i64)make(STP_FP_INF, a.sign);
	return (stp_i64)divide(a, b);
}

/* a - n b, where n is the whole number next to a / b.  A step for each bit
 * that their exponents differ by: 2,100 at most. */
static stp_u64 remainder_of(struct stp_fp a, const struct stp_fp *b)
{
	stp_u64 rest = a.m >> 1, m = b->m >> 1;	/* room for a carry */
	int odd = 0, n;

	if (a.exp < b->exp - 1)
		return stp_fp_pack(&a);
	for (n = a.exp - b->exp; n >= 0; n--) {
		odd = rest >= m;
		if (odd)
			rest -= m;
		if (n)
			rest <<= 1;
	}
	/* Half of b: 2 rest against m; a that is below b has its own scale. */
	if (a.exp < b->exp) {
		if (rest > m || (rest == m && odd)) {
			a.sign ^= 1;
			rest = 2 * m - rest;
		}
		a.exp = b->exp - 1;
	} else {
		if (2 * rest > m || (2 * rest == m && odd)) {
			a.sign ^= 1;
			rest = m - rest;
		}
		a.exp = b->exp;
	}
	a.m = rest;
	a.exp++;
	return normalised(&a);
}

stp_i64 stp_fp_rem(stp_i64 x, stp_i64 y)
{
	struct stp_fp a = stp_fp_unpack((stp_u64)x);
	struct stp_fp b = stp_fp_unpack((stp_u64)y);

	if (a.kind == STP_FP_NAN || b.kind == STP_FP_NAN ||
	    a.kind == STP_FP_INF || b.kind == STP_FP_ZERO)
		return (stp_i64)NAN_BITS;
	if (a.kind == STP_FP_ZERO || b.kind == STP_FP_INF)
		return x;
	return (stp_i64)remainder_of(a, &b);
}

/* 60 bits of the root, a pair of the number's bits for each. */
static stp_u64 root_of(struct stp_fp f)
{
	stp_u64 from = f.exp & 1 ? f.m : f.m >> 1, root = 0, rest = 0;
	int i;

	for (i = 0; i < 60; i++) {
		rest = rest << 2 | from >> 62;
		from <<= 2;
		root <<= 1;
		if (rest >= 2 * root + 1) {
			rest -= 2 * root + 1;
			root |= 1;
		}
	}
	f.exp >>= 1;
	f.m = root << 4 | (rest != 0);
	return stp_fp_pack(&f);
}

stp_i64 stp_fp_sqrt(stp_i64 x)
{
	struct stp_fp f = stp_fp_unpack((stp_u64)x);

	if (f.kind == STP_FP_ZERO)
		return x;
	if (f.kind == STP_FP_NAN || f.sign)
		return (stp_i64)NAN_BITS;
	return f.kind == STP_FP_INF ? x : (stp_i64)root_of(f);
}

/* ---- comparison: nothing is true of what is no number ---- */

static int is_nan(stp_i64 x)
{
	return ((stp_u64)x & ~SIGN_BIT) > INF_BITS;
}

static stp_i64 in_order(stp_i64 x)
{
	return x < 0 ? (stp_i64)(SIGN_BIT - (stp_u64)x) : x;
}

int stp_fp_eq(stp_i64 x, stp_i64 y)
{
	return !is_nan(x) && !is_nan(y) && in_order(x) == in_order(y);
}

int stp_fp_lt(stp_i64 x, stp_i64 y)
{
	return !is_nan(x) && !is_nan(y) && in_order(x) < in_order(y);
}

int stp_fp_le(stp_i64 x, stp_i64 y)
{
	return !is_nan(x) && !is_nan(y) && in_order(x) <= in_order(y);
}

/* ---- conversion ---- */

stp_i64 stp_fp_from_long(stp_i64 n)
{
	struct stp_fp f = { .kind = STP_FP_FINITE, .sign = n < 0, .exp = 63 };

	f.m = n < 0 ? -(stp_u64)n : (stp_u64)n;
	return n ? (stp_i64)normalised(&f) : 0;
}

stp_i64 stp_fp_from_fp32(stp_i64 n)
{
	struct stp_fp f = { .kind = STP_FP_FINITE, .sign = (int)(n >> 31 & 1) };
	stp_u64 fraction = (stp_u64)n & 0x7fffff;
	int e = (int)(n >> 23 & 0xff);

	if (e == 0xff)
		return (stp_i64)make(fraction ? STP_FP_NAN : STP_FP_INF, f.sign);
	f.m = (e ? fraction | 1 << 23 : fraction) << 40;
	f.exp = (e ? e : 1) - 127;
	return (stp_i64)normalised(&f);
}

/* Whether the whole part goes up by one, by what is behind it: rest against
 * one half (2^63), and whether the whole part is odd. */
static int rounds_up(enum stp_fp_rounding how, int sign, int odd, stp_u64 rest)
{
	switch (how) {
	case STP_FP_NEAR_EVEN:
		return rest > SIGN_BIT || (rest == SIGN_BIT && odd);
	case STP_FP_DOWN:
		return sign && rest;
	case STP_FP_UP:
		return !sign && rest;
	case STP_FP_NEAR_AWAY:
		return rest >= SIGN_BIT;
	case STP_FP_ODD:
		return rest && !odd;
	case STP_FP_TO_ZERO:
		break;
	}
	return 0;
}

stp_i64 stp_fp_to_long(stp_i64 x, enum stp_fp_rounding how)
{
	struct stp_fp f = stp_fp_unpack((stp_u64)x);
	stp_u64 n, rest;

	if (f.kind == STP_FP_ZERO)
		return 0;
	if (f.kind != STP_FP_FINITE || f.exp > 63)
		return STP_INT64_MIN;
	n = f.exp < 0 ? 0 : f.m >> (63 - f.exp);
	rest = f.exp < 0 ? shift_sticky(f.m, -1 - f.exp)
			 : f.exp == 63 ? 0 : f.m << (f.exp + 1);
	n += (stp_u64)rounds_up(how, f.sign, (int)(n & 1), rest);
	if (n > SIGN_BIT - !f.sign)
		return STP_INT64_MIN;
	return (stp_i64)(f.sign ? -n : n);
}
