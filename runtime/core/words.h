/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text, eight bytes at a time.  A load may reach past the end of a string but
 * never into another page, so it cannot fault; the bytes behind the end are
 * masked before anything is made of them.
 */
#ifndef STAPX_WORDS_H
#define STAPX_WORDS_H

#include "port.h"

/* Address sanitizers see the bytes behind the end; nobody else does. */
#define STP_OVERREAD __attribute__((no_sanitize_address))

#define STP_PAGE_LAST8 (4096 - 8)
#define STP_WORD_ONES 0x0101010101010101ULL
#define STP_WORD_HIGH 0x8080808080808080ULL

/* In memory order from the low byte on, whatever the CPU's order. */
static inline STP_OVERREAD stp_u64 stp_word_load(const char *s)
{
	stp_u64 w;

	__builtin_memcpy(&w, s, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	w = __builtin_bswap64(w);
#endif
	return w;
}

static inline void stp_word_store(char *s, stp_u64 w)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	w = __builtin_bswap64(w);
#endif
	__builtin_memcpy(s, &w, 8);
}

static inline int stp_word_safe(const char *s)
{
	return ((stp_size)s & 4095) <= STP_PAGE_LAST8;
}

/* Nonzero if a byte of w is 0; its lowest set bit is in the first such byte. */
static inline stp_u64 stp_word_zero(stp_u64 w)
{
	return (w - STP_WORD_ONES) & ~w & STP_WORD_HIGH;
}

/* The first n bytes at s, n from 1 to 8, the rest zero. */
static inline STP_OVERREAD stp_u64 stp_word_first(const char *s, stp_u32 n)
{
	stp_u64 w = 0;
	stp_u32 i;

	if (stp_likely(stp_word_safe(s)))
		return stp_word_load(s) & (~0ULL >> (64 - 8 * n));
	for (i = 0; i < n; i++)
		w |= (stp_u64)(stp_u8)s[i] << (8 * i);
	return w;
}

#endif
