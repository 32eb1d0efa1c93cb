// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Archives from a stranger.  The first byte chooses: the rest is the packed
 * archive as it is, or the tar in it, packed here so that the reader behind
 * the check sums is reached.  What was taken lies within the bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "remote/wire/archive.h"
#include "remote/wire/inflate.h"

static void put32(unsigned char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> (8 * i));
}

/* One stored block; n is below 65536. */
static size_t store(const uint8_t *p, size_t n, unsigned char *out)
{
	static const unsigned char head[] = {
		0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1,
	};

	memcpy(out, head, sizeof(head));
	put32(out + sizeof(head), (uint32_t)n | (uint32_t)~n << 16);
	memcpy(out + sizeof(head) + 4, p, n);
	put32(out + sizeof(head) + 4 + n, crc32_of(p, n));
	put32(out + sizeof(head) + 8 + n, (uint32_t)n);
	return sizeof(head) + 12 + n;
}

static void read_one(const void *p, size_t n)
{
	struct package a;
	char why[256] = "", value[128];

	if (package_read(p, n, &a, why, sizeof(why))) {
		if (!*why || a.bytes)
			abort();
		return;
	}
	if (!package_module(&a))
		abort();
	for (size_t i = 0; i < a.nmembers; i++)
		if (a.members[i].size && a.members[i].data < a.bytes)
			abort();
	package_value(&a, "release", value, sizeof(value));
	package_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static unsigned char packed[70000];

	if (!n || n > 65000)
		return 0;
	if (p[0] & 1)
		read_one(p + 1, n - 1);
	else
		read_one(packed, store(p + 1, n - 1, packed));
	return 0;
}
