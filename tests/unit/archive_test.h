/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes archives byte by byte, well-formed or not. */
#ifndef ARCHIVE_TEST_H
#define ARCHIVE_TEST_H

#include <stdlib.h>
#include <zlib.h>

#include "remote/wire/archive.h"
#include "remote/wire/sha256.h"
#include "tests/unit/check.h"

#define TAR_MAX (1 << 20)

struct tar {
	unsigned char p[TAR_MAX];
	size_t n;
};

static inline void tar_sum(unsigned char *h)
{
	unsigned sum = 0;

	memset(h + 148, ' ', 8);
	for (int i = 0; i < 512; i++)
		sum += h[i];
	snprintf((char *)h + 148, 8, "%06o", sum);
}

/* A member's header and contents; returns the header, to be spoilt. */
static inline unsigned char *tar_add(struct tar *t, const char *name,
				     char type, const void *data, size_t n)
{
	unsigned char *h = t->p + t->n;

	memset(h, 0, 512);
	snprintf((char *)h, 100, "%s", name);
	strcpy((char *)h + 100, "0000644");
	snprintf((char *)h + 124, 12, "%011o", (unsigned)n);
	strcpy((char *)h + 136, "00000000000");
	h[156] = (unsigned char)type;
	memcpy(h + 257, "ustar\00000", 8);
	tar_sum(h);
	t->n += 512;
	memset(t->p + t->n, 0, (n + 511) / 512 * 512);
	memcpy(t->p + t->n, data, n);
	t->n += (n + 511) / 512 * 512;
	return h;
}

static inline void tar_end(struct tar *t)
{
	memset(t->p + t->n, 0, 1024);
	t->n += 1024;
}

static inline size_t gzip_of(const void *p, size_t n, int level, int strategy,
			     unsigned char *out, size_t room)
{
	z_stream z = { .next_in = (void *)p, .avail_in = (unsigned)n,
		       .next_out = out, .avail_out = (unsigned)room };

	deflateInit2(&z, level, Z_DEFLATED, 31, 8, strategy);
	deflate(&z, Z_FINISH);
	deflateEnd(&z);
	return z.total_out;
}

static inline void digest_line(char *text, const char *name, const void *data,
			       size_t n)
{
	unsigned char d[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1];

	sha256_of(data, n, d);
	sha256_hex(d, hex);
	sprintf(text + strlen(text), "sha256.%s = %s\n", name, hex);
}

#endif
