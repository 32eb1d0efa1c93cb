// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows that our gunzip gives back what zlib packed, at every level and by
 * every way of coding, keeps to its limit, and takes nothing that is cut
 * short, goes on, or has another check sum.
 */
#include <errno.h>

#include "remote/wire/inflate.h"
#include "tests/unit/archive_test.h"

#define DATA_MAX 300000

static unsigned char data[DATA_MAX], packed[2 * DATA_MAX];

static void round_trip(size_t n, int level, int strategy)
{
	size_t k = gzip_of(data, n, level, strategy, packed, sizeof(packed));
	unsigned char *out = NULL;
	size_t out_n = 0;

	IS(0, gunzip(packed, k, DATA_MAX, &out, &out_n));
	HOLDS(out_n == n && (!n || !memcmp(out, data, n)));
	free(out);
	out = NULL;
	if (n) {
		IS(-EFBIG, gunzip(packed, k, n - 1, &out, &out_n));
		HOLDS(!out);
	}
	packed[k - 6] ^= 1;	/* CRC */
	HOLDS(gunzip(packed, k, DATA_MAX, &out, &out_n) < 0);
	packed[k - 6] ^= 1;
	packed[k - 2] ^= 1;	/* length */
	HOLDS(gunzip(packed, k, DATA_MAX, &out, &out_n) < 0);
	HOLDS(gunzip(packed, k - 1, DATA_MAX, &out, &out_n) < 0);
}

static void all_ways(size_t n)
{
	static const int strategies[] = {
		Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED,
	};

	for (int level = 0; level <= 9; level += 3)
		for (size_t i = 0; i < 5; i++)
			round_trip(n, level, strategies[i]);
}

static void fill_text(void)
{
	static const char word[] = "the quick brown fox ";

	for (size_t i = 0; i < DATA_MAX; i++)
		data[i] = (unsigned char)(word[i % 20] + (i % 997 == 0));
}

static void fill_noise(void)
{
	unsigned x = 12345;

	for (size_t i = 0; i < DATA_MAX; i++) {
		x = x * 1103515245 + 12345;
		data[i] = (unsigned char)(x >> 16);
	}
}

/* Each optional part of the header (RFC 1952 2.3). */
static void headers(void)
{
	static const unsigned char head[] = {
		0x1f, 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3,
		3, 0, 'a', 'b', 'c', 'n', 'a', 'm', 'e', 0, 'c', 0, 1, 2,
	};
	unsigned char buf[256], *out;
	size_t n = gzip_of("hello", 5, 6, Z_DEFAULT_STRATEGY, packed,
			   sizeof(packed)), out_n;

	memcpy(buf, head, sizeof(head));
	memcpy(buf + sizeof(head), packed + 10, n - 10);
	IS(0, gunzip(buf, sizeof(head) + n - 10, 100, &out, &out_n));
	HOLDS(out_n == 5 && !memcmp(out, "hello", 5));
	free(out);
	HOLDS(gunzip(buf, 18, 100, &out, &out_n) < 0);
	buf[2] = 7;
	HOLDS(gunzip(buf, sizeof(head) + n - 10, 100, &out, &out_n) < 0);
}

int main(void)
{
	all_ways(0);
	all_ways(1);
	fill_text();
	all_ways(1000);
	all_ways(DATA_MAX);
	fill_noise();
	all_ways(70000);
	headers();
	IS(0xcbf43926, crc32_of("123456789", 9));
	return check_report();
}
