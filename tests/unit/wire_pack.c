// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows that packed records come out as they went in, whatever their kind,
 * order, times, gaps and CPU, in a reader of either byte order; that those
 * that repeat take two bytes; and that damaged blocks are refused.
 */
#include <errno.h>

#include "remote/stream/pack.h"
#include "tests/unit/check.h"

/* ---- blocks on their way ---- */
static unsigned char came[1 << 20];	/* records, unpacked */
static size_t ncame, nsent, blocks;
static struct pack_table table;
static unsigned char block[1 << 20];
static size_t nblock;

static const char *unpack_block(void)
{
	struct stream_block b;
	struct stream_packed head;
	const char *why;

	memcpy(&b, block, sizeof(b));
	memcpy(&head, block + sizeof(b), sizeof(head));
	IS(STREAM_PACKED, b.type);
	if (head.size > sizeof(came) - ncame)
		abort();
	why = unpack(&table, &head, false, block + sizeof(b) + sizeof(head),
		     b.size - sizeof(head), came + ncame);
	ncame += head.size;
	return why;
}

static int take(void *arg, const void *p, size_t n)
{
	struct stream_block b;

	if (n > sizeof(block) - nblock)
		abort();
	memcpy(block + nblock, p, n);
	nblock += n;
	memcpy(&b, block, sizeof(b));
	if (nblock < sizeof(b) || nblock < sizeof(b) + (b.size + 7) / 8 * 8)
		return 0;
	SAYS("", unpack_block() ?: "");
	blocks++;
	nsent += nblock;
	nblock = 0;
	return 0;
}

static const struct stream_writer writer = { .write = take };
static struct packer packer;

static void begin(void)
{
	packer_free(&packer);
	IS(0, packer_init(&packer));
	memset(&table, 0, sizeof(table));
	ncame = nsent = blocks = nblock = 0;
}

static void send(uint32_t cpu, const void *records, size_t n)
{
	IS(0, packer_put(&packer, &writer, cpu, records, n));
}

/* ---- records ---- */
static uint64_t seed = 1;
static unsigned int dice(unsigned int n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (seed >> 33) % n;
}

static struct stp_record *make(uint64_t *room, uint32_t len, int format,
			       uint64_t time, uint32_t seq, uint16_t cpu)
{
	struct stp_record *r = (struct stp_record *)room;

	*r = (struct stp_record){ .len = len, .type = STP_REC_PRINT,
				  .format = format, .time = time, .seq = seq,
				  .cpu = cpu };
	return r;
}

static uint64_t sent[sizeof(came) / 8 + 1];

static void all_kinds(void)
{
	static uint64_t room[STP_RECORD_MAX / 8];
	uint32_t seq[3] = { 0, 7, 0xfffffff0 };
	uint64_t time = 1ull << 60;
	size_t n = 0, from = 0, words;

	begin();
	while (n < sizeof(came) - STP_RECORD_MAX) {
		static int cpu;
		struct stp_record *r;

		if (!dice(100)) {	/* a run of one CPU is over */
			send(cpu, sent + from, n - 8 * from);
			from = n / 8;
			cpu = dice(3);
		}
		words = dice(400) ? dice(8) : dice(STP_RECORD_MAX / 8 - 2);
		/* Back in time, too; numbers left out, and round the end. */
		time += dice(20) ? dice(5000) : -(uint64_t)dice(100000);
		seq[cpu] += dice(30) ? 1 : dice(1 << 20);
		r = make(room, 24 + 8 * words, dice(3), time, seq[cpu], cpu);
		for (size_t i = 0; i < words; i++)
			if (!dice(3))
				room[3 + i] = (uint64_t)dice(1000) << dice(64);
		memcpy(sent + n / 8, r, r->len);
		n += r->len;
	}
	IS(1, blocks > 3);
	IS((long long)from * 8, (long long)ncame);
	IS(0, memcmp(sent, came, ncame));
}

/* As many records as there are, one after the other. */
static void send_all(int n, int words, void (*fill)(uint64_t *args, int i))
{
	uint64_t *at = sent;

	begin();
	for (int i = 0; i < n; i++, at += 3 + words) {
		make(at, 24 + 8 * words, 1, 5000 + 2500 * i, i, 0);
		memset(at + 3, 0, 8 * words);
		fill(at + 3, i);
	}
	send(0, sent, 8 * (at - sent));
	IS(8 * (at - sent), (long long)ncame);
	IS(0, memcmp(sent, came, ncame));
}

static void fill_same(uint64_t *args, int i)
{
	args[0] = 0x6464;
}

/* Two programs, a counter in each. */
static void fill_two(uint64_t *args, int i)
{
	args[0] = i & 1 ? 0x6464 : 0x7473;
	args[2] = i;
}

static void fill_changing(uint64_t *args, int i)
{
	for (int j = 0; j < 30; j++)
		args[j] = (uint64_t)i * 0x9e3779b97f4a7c15ull + j;
}

static void sizes(void)
{
	send_all(1000, 3, fill_same);
	IS(1, nsent < 2 * 1000 + 100);
	send_all(1000, 3, fill_two);
	IS(1, nsent < 7 * 1000 + 200);
	send_all(1000, 30, fill_changing); /* nothing to gain, little to lose */
	IS(1, nsent < 280 * 1000);
}

/* What a machine of the other byte order would have sent. */
static void other_order(void)
{
	static const unsigned char bytes[] = {
		PACK_WHOLE, 4, 0, 0, 0, 32, 1, 0, 0, 2, 0,
		0, 0, 0, 0, 0, 0, 0, 9, PACK_GAP, 3, 5,
	};
	struct stream_packed head = { .cpu = 1, .size = 64, .seq = 10,
				      .time = 0x0102030405060708 };
	unsigned char out[64], first[] = { 0, 0, 0, 32, 1, 0, 0, 2,
		1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 10, 0, 1, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 9 };
	struct pack_table t = { 0 };

	if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
		return;
	SAYS("", unpack(&t, &head, true, bytes, sizeof(bytes), out) ?: "");
	IS(0, memcmp(out, first, 32));
	first[15] += 5;			/* time */
	first[19] += 4;			/* number */
	IS(0, memcmp(out + 32, first, 32));
}

/* A block of three records, the last of them changed. */
static struct stream_packed three(const unsigned char **p, size_t *n)
{
	struct stream_packed head;
	struct stream_block b;

	begin();
	for (int i = 0; i < 3; i++) {
		make(sent + 6 * i, 48, 1, 900 * i, i, 0);
		sent[6 * i + 3] = sent[6 * i + 5] = 0;
		sent[6 * i + 4] = i / 2;
	}
	send(0, sent, 144);
	memcpy(&b, block, sizeof(b));
	memcpy(&head, block + sizeof(b), sizeof(head));
	IS(144, head.size);
	*p = block + sizeof(b) + sizeof(head);
	*n = b.size - sizeof(head);
	return head;
}

static void damage(void)
{
	const unsigned char *p;
	unsigned char out[64];
	size_t n;
	struct stream_packed head = three(&p, &n);

	for (size_t cut = 0; cut < n; cut++) {
		unsigned char *part = malloc(cut); /* so that asan sees */

		memset(&table, 0, sizeof(table));
		IS(1, !!unpack(&table, &head, false, memcpy(part, p, cut), cut,
			       came));
		free(part);
	}
	SAYS("bytes behind packed records",
	     unpack(&table, &head, false, p, n + 1, came));
	head.size = 96;			/* less than there is */
	SAYS("bytes behind packed records",
	     unpack(&table, &head, false, p, n, came));
	head.size = 40;			/* no whole record */
	IS(1, !!unpack(&table, &head, false, p, n, came));

	memset(&table, 0, sizeof(table));
	head.size = 24;
	SAYS("a packed record is like none before, or does not fit",
	     unpack(&table, &head, false, (void *)"\5", 1, out));
	SAYS("a packed record is like none before, or does not fit",
	     unpack(&table, &head, false, (void *)"\x85\5", 2, out));
	SAYS("a packed record of an unknown kind",
	     unpack(&table, &head, false, (void *)"\xff", 1, out));
	SAYS("a packed record does not fit", /* 0xfff8 bytes */
	     unpack(&table, &head, false,
		    (void *)"\xbf\1\xf8\xff\0\0\1\0\0\0\1", 11, out));
	SAYS("a packed record is cut off", /* a number of 11 bytes */
	     unpack(&table, &head, false, (void *)"\xbe\xff\xff\xff\xff\xff"
		    "\xff\xff\xff\xff\xff\xff\1", 13, out));
}

static void no_records(void)
{
	begin();
	make(sent, 48, 1, 0, 0, 0);
	IS(-EPROTO, packer_put(&packer, &writer, 0, sent, 40));
	make(sent, 20, 1, 0, 0, 0);
	IS(-EPROTO, packer_put(&packer, &writer, 0, sent, 20));
	make(sent, 0, 1, 0, 0, 0);
	IS(-EPROTO, packer_put(&packer, &writer, 0, sent, 48));
}

int main(void)
{
	all_kinds();
	sizes();
	no_records();
	other_order();
	damage();
	packer_free(&packer);
	return check_report();
}
