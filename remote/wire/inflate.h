/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gzip (RFC 1952, RFC 1951) without a library: the static staprun has none. */
#ifndef STAPX_INFLATE_H
#define STAPX_INFLATE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Unpacks one whole gzip member into *out (malloc's, the caller frees it) of
 * *out_n bytes, at most limit.  0, or -errno: -EBADMSG broken or cut short,
 * -EFBIG more than limit, -ENOMEM.
 */
int gunzip(const void *in, size_t n, size_t limit, unsigned char **out,
	   size_t *out_n);
uint32_t crc32_of(const void *p, size_t n);

#endif
