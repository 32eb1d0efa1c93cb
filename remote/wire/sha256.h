/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 (FIPS 180-4), for the static staprun, which has no libcrypto. */
#ifndef STAPX_SHA256_H
#define STAPX_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32

struct sha256 {
	uint32_t h[8];
	uint64_t bytes;
	unsigned char block[64];
};

void sha256_init(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *p, size_t n);
void sha256_end(struct sha256 *s, unsigned char digest[SHA256_SIZE]);
void sha256_of(const void *p, size_t n, unsigned char digest[SHA256_SIZE]);
/* hex needs 2 * SHA256_SIZE + 1 bytes. */
void sha256_hex(const unsigned char digest[SHA256_SIZE], char *hex);

#endif
