// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What emitted code needs of strings and numbers.  Strings are terminated and
 * of any length; results are cut to fit.
 */
#include "port.h"
#include "words.h"

STP_OVERREAD void stp_strcpy(char *dst, const char *src, stp_size size)
{
	stp_size n = 0;

	if (!size)
		return;
	while (n + 8 < size && stp_word_safe(src + n)) {
		stp_u64 w = stp_word_load(src + n);

		if (stp_word_zero(w))
			break;
		stp_word_store(dst + n, w);
		n += 8;
	}
	for (; n < size - 1 && src[n]; n++)
		dst[n] = src[n];
	dst[n] = 0;
}

void stp_strcat(char *dst, const char *src, stp_size size)
{
	stp_size n = strlen(dst);

	if (n < size)
		stp_strcpy(dst + n, src, size - n);
}

int stp_strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (stp_u8)*a - (stp_u8)*b;
}

stp_i64 stp_div(struct stp_ctx *c, stp_i64 a, stp_i64 b,
		const struct stp_site *at)
{
	if (stp_unlikely(!b)) {
		stp_fail(c, "division by 0", at);
		return 0;
	}
	/* The smallest number by -1 has no quotient: it wraps to itself. */
	return b == -1 ? (stp_i64)(0 - (stp_u64)a) : a / b;
}

stp_i64 stp_mod(struct stp_ctx *c, stp_i64 a, stp_i64 b,
		const struct stp_site *at)
{
	if (stp_unlikely(!b)) {
		stp_fail(c, "division by 0", at);
		return 0;
	}
	return b == -1 ? 0 : a % b;
}
