// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows that floating point in integers gives what the machine's own gives,
 * bit for bit: on the edges and on numbers by chance, of every size.
 */
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "tests/unit/core_test.h"

static char text[600];

static stp_i64 bits(double d)
{
	stp_i64 n;

	memcpy(&n, &d, 8);
	return n;
}

static double number(stp_i64 n)
{
	double d;

	memcpy(&d, &n, 8);
	return d;
}

static void same(double want, stp_i64 got, const char *what, double x, double y)
{
	if (isnan(want) ? isnan(number(got)) : bits(want) == got)
		return;
	printf("%s of %a and %a: wanted %a, got %a\n", what, x, y, want,
	       number(got));
	HOLDS(!"the same");
}

static void two(double x, double y)
{
	stp_i64 a = bits(x), b = bits(y);

	same(x + y, stp_fp_add(a, b), "sum", x, y);
	same(x - y, stp_fp_sub(a, b), "difference", x, y);
	same(x * y, stp_fp_mul(a, b), "product", x, y);
	same(x / y, stp_fp_div(a, b), "quotient", x, y);
	same(remainder(x, y), stp_fp_rem(a, b), "remainder", x, y);
	HOLDS((x == y) == stp_fp_eq(a, b));
	HOLDS((x < y) == stp_fp_lt(a, b));
	HOLDS((x <= y) == stp_fp_le(a, b));
}

static void rounded(double x, int how, int mode)
{
	stp_i64 want = STP_INT64_MIN;

	fesetround(mode);
	if (nearbyint(x) < 0x1p63 && nearbyint(x) >= -0x1p63)
		want = llrint(x);
	fesetround(FE_TONEAREST);
	IS(want, stp_fp_to_long(bits(x), how));
}

static void one(double x)
{
	char want[600];

	same(sqrt(x), stp_fp_sqrt(bits(x)), "root", x, x);
	rounded(x, STP_FP_NEAR_EVEN, FE_TONEAREST);
	rounded(x, STP_FP_TO_ZERO, FE_TOWARDZERO);
	rounded(x, STP_FP_DOWN, FE_DOWNWARD);
	rounded(x, STP_FP_UP, FE_UPWARD);
	if (!isfinite(x))
		return;
	snprintf(want, sizeof(want), "%.3f", x);
	stp_fp_to_string(cpu(0), text, bits(x), 3);
	SAYS(want, text);
	snprintf(want, sizeof(want), "%.17e", x);
	same(strtod(want, NULL), stp_string_to_fp(want), want, x, x);
	same((float)x, stp_fp_from_fp32(({ float f = (float)x; int n;
					   memcpy(&n, &f, 4); n; })),
	     "float", x, x);
}

static const double edges[] = {
	0, -0.0, 1, -1, 1.5, 2.5, 3.5, -2.5, 0.5, -0.5, 0.1, 1e-9, 1e22, 1e23,
	DBL_MAX, DBL_MIN, DBL_MIN / 2, 0x1p-1074, -0x1p-1074, 0x1.fffffffffffffp-1,
	0x1p63, -0x1p63, 0x1.fffffffffffffp62, 0x1p52, 0x1.8p52, 9007199254740993.0,
	INFINITY, -INFINITY, NAN, DBL_MAX / 2, 4503599627370495.5, 0x1.8p-1074,
};
#define EDGES (sizeof(edges) / sizeof(edges[0]))

static double chance(void)
{
	stp_u64 m = (stp_u64)lrand48() << 33 ^ (stp_u64)lrand48() << 11 ^
		    (stp_u64)lrand48();
	/* Near 1 as often as anywhere, so that sums meet. */
	stp_u64 e = lrand48() & 1 ? 1023 + (stp_u64)lrand48() % 64 - 32
				  : (stp_u64)lrand48() % 2047;

	if (lrand48() % 4 == 0)
		m &= ~0ULL << 40;
	return number((stp_i64)((m << 63) ^ (e << 52) ^ (m & ~0ULL >> 12)));
}

static void longs(void)
{
	static const stp_i64 n[] = { 0, 1, -1, 1LL << 53, (1LL << 53) + 1,
		(1LL << 54) + 2, (1LL << 54) + 6, INT64_MAX, STP_INT64_MIN };
	unsigned i;

	for (i = 0; i < sizeof(n) / sizeof(n[0]); i++)
		same((double)n[i], stp_fp_from_long(n[i]), "long", 0, 0);
	IS(3, stp_fp_to_long(bits(2.5), STP_FP_NEAR_AWAY));
	IS(-3, stp_fp_to_long(bits(-2.5), STP_FP_NEAR_AWAY));
	IS(3, stp_fp_to_long(bits(2.25), STP_FP_ODD));
	IS(3, stp_fp_to_long(bits(3.75), STP_FP_ODD));
}

static void read(const char *s, double want)
{
	same(want, stp_string_to_fp(s), s, 0, 0);
}

static void texts(void)
{
	read("", 0);
	read("abc", 0);
	read(" -12.5x", -12.5);
	read("+.5", .5);
	read("1e400", INFINITY);
	read("-1e-400", -0.0);
	read("0.000000000000000000000000000000000000000000001", 1e-45);
	read("123456789012345678901234567890123456789012345678901234567890",
	     123456789012345678901234567890123456789012345678901234567890.0);
	read("1.7976931348623157e308", DBL_MAX);
	read("4.9e-324", 0x1p-1074);
	stp_fp_to_string(cpu(0), text, bits(2.5), 0);
	SAYS("2", text);
	stp_fp_to_string(cpu(0), text, bits(0.001), -5);
	SAYS("0", text);
	stp_fp_to_string(cpu(0), text, bits(-0.05), 1);
	SAYS("-0.1", text);
	stp_fp_to_string(cpu(0), text, bits(NAN), 1);
	SAYS("nan", text);
}

int main(void)
{
	size_t i, j;

	test_script.limits.maxstringlen = sizeof(text);
	start(NULL, 0, 1);
	for (i = 0; i < EDGES; i++) {
		one(edges[i]);
		for (j = 0; j < EDGES; j++)
			two(edges[i], edges[j]);
	}
	for (i = 0; i < 20000; i++) {
		double x = chance();

		one(x);
		two(x, chance());
	}
	longs();
	texts();
	stp_session_fini();
	return check_report();
}
