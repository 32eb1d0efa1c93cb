// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Functions with floating-point parameters and results, in the registers for
 * them.  The kernel's own code has none, and saves none at a hit, so this is
 * never loaded: truth.sh asks what is said of them.
 */
#include <linux/module.h>

#define noipa __attribute__((noipa))

struct pair { double x, y; };

long floats_sink;

noipa long f_mixed(int before, double real, int after, float less, char *last);
noipa long f_mixed(int before, double real, int after, float less, char *last)
{
	return floats_sink += before + (long)real + after + (long)less + *last;
}

noipa double f_result(struct pair pair, long n);
noipa double f_result(struct pair pair, long n)
{
	return pair.x + n;
}

noipa long double f_long(long double *to, long double wide);
noipa long double f_long(long double *to, long double wide)
{
	*to = wide;
	return wide;
}

MODULE_DESCRIPTION("never loaded");
MODULE_LICENSE("GPL");
