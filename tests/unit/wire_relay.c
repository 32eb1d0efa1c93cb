// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows that staprun's relay moves every record of the rings once, in whole
 * records, over the ring's end; that a ring with a writer at work holds the
 * watermark back; that loss is told; and that a damaged ring is noticed.
 * The rings are memory here, written as a module would.
 */
#include "remote/target/relay.c"
#include "tests/unit/check.h"

#define RING 65536
#define CPUS 3

static unsigned char *memory[CPUS];
static uint64_t expected[CPUS], watermark;
static uint64_t lost_told[CPUS];
static struct pack_table table;
static int blocks, commands;
static char command[64];

/* ---- names of addresses: wire_symbols.c ---- */
static int named;

int symbols_record(struct symbols *s, const unsigned char *p, size_t len)
{
	struct stp_record r;

	memcpy(&r, p, sizeof(r));
	IS((long long)len, r.len);
	IS(0, blocks);		/* before the record is sent */
	named++;
	return s->on ? 0 : -EPIPE;
}

/* ---- the stream's reader ---- */
static void check_packed(const unsigned char *p, size_t n)
{
	static unsigned char records[STREAM_BLOCK_MAX];
	struct stream_packed d;
	struct stp_record r;

	memcpy(&d, p, sizeof(d));
	if (d.size > sizeof(records))
		abort();
	SAYS("", unpack(&table, &d, false, p + sizeof(d), n - sizeof(d),
			records) ?: "");
	for (size_t at = 0; at < d.size; at += r.len) {
		memcpy(&r, records + at, sizeof(r));
		IS(1, r.len >= sizeof(r) && r.len <= d.size - at);
		IS((long long)expected[d.cpu], r.seq);
		expected[d.cpu]++;
		if (!r.len)
			abort();
	}
}

static int take(void *arg, const void *p, size_t n)
{
	static unsigned char buf[1 << 21];
	static size_t have;
	struct stream_block b;

	memcpy(buf + have, p, n);
	have += n;
	while (have >= sizeof(b)) {
		size_t whole;

		memcpy(&b, buf, sizeof(b));
		whole = sizeof(b) + (b.size + 7) / 8 * 8;
		if (have < whole)
			break;
		blocks++;
		if (b.type == STREAM_PACKED)
			check_packed(buf + sizeof(b), b.size);
		if (b.type == STREAM_WATERMARK)
			memcpy(&watermark, buf + sizeof(b), 8);
		if (b.type == STREAM_LOST) {
			struct stream_lost l;

			memcpy(&l, buf + sizeof(b), sizeof(l));
			lost_told[l.cpu] = l.total;
		}
		memmove(buf, buf + whole, have - whole);
		have -= whole;
	}
	return 0;
}

/* ---- the module's side ---- */
static struct stp_ring_page *page(int cpu)
{
	return (struct stp_ring_page *)memory[cpu];
}

static unsigned char *place(int cpu, uint64_t at)
{
	return memory[cpu] + sysconf(_SC_PAGESIZE) + at % RING;
}

/* Writes a record of len bytes; false: no room. */
static bool put(int cpu, uint32_t len, uint32_t seq, int type)
{
	struct stp_ring_page *p = page(cpu);
	struct stp_record r = { .len = len, .type = type, .seq = seq,
				.cpu = cpu };
	uint64_t at = p->reserved, edge = RING - at % RING;

	if (edge < len) {
		uint32_t pad[2] = { edge, STP_REC_PAD };

		if (at + edge + len - p->tail > RING)
			return false;
		memcpy(place(cpu, at), pad, 8);
		at += edge;
	}
	if (at + len - p->tail > RING)
		return false;
	memcpy(place(cpu, at), &r, sizeof(r));
	p->reserved = p->committed = at + len;
	return true;
}

static void run_it(void *arg, const char *cmd)
{
	commands++;
	snprintf(command, sizeof(command), "%s", cmd);
}

static struct stream_writer writer = { .write = take };
static struct relay relay = { .command = run_it };

static void begin(void)
{
	for (int i = 0; i < CPUS; i++) {
		free(memory[i]);
		memory[i] = i == 1 ? NULL : aligned_alloc(4096,
						RING + sysconf(_SC_PAGESIZE));
		if (memory[i])
			memset(memory[i], 0, RING + sysconf(_SC_PAGESIZE));
		expected[i] = lost_told[i] = 0;
	}
	watermark = 0;
	memset(&table, 0, sizeof(table));
	relay_free(&relay);
	IS(0, relay_init(&relay, &writer, memory, CPUS, RING));
}

/* 20,000 records of many sizes through a small ring, in bursts. */
static void all_arrive(void)
{
	uint32_t seq[CPUS] = { 0 }, seed = 1;

	begin();
	while (seq[0] < 10000 || seq[2] < 10000) {
		int cpu = seed & 0x100 ? 0 : 2;
		uint32_t len = 24 + (seed >> 10) % 500 * 8;

		seed = seed * 1103515245 + 12345;
		if (put(cpu, len, seq[cpu], STP_REC_TEXT))
			seq[cpu]++;
		else
			IS(1, relay_pump(&relay) > 0);
	}
	IS(1, relay_pump(&relay) >= 0);
	IS(1, relay_empty(&relay));
	IS(seq[0], (long long)expected[0]);
	IS(seq[2], (long long)expected[2]);
}

static void largest_record(void)
{
	begin();
	IS(1, put(0, STP_RECORD_MAX, 0, STP_REC_TEXT));
	IS(STP_RECORD_MAX, relay_pump(&relay));
	IS(1, (long long)expected[0]);
}

static void watermark_waits(void)
{
	uint64_t before;

	begin();
	put(0, 24, 0, STP_REC_TEXT);
	relay_pump(&relay);
	IS(1, watermark > 0);
	before = watermark;
	page(2)->reserved += 48;	/* a writer has begun there */
	usleep(3000);
	put(0, 24, 1, STP_REC_TEXT);
	IS(24, relay_pump(&relay));
	IS(1, watermark < before + 1000000);
	IS(2, (long long)expected[0]);	/* the records do not wait */
	page(2)->reserved -= 48;
	relay_pump(&relay);
	IS(1, watermark > before + 1000000);
	IS(1, watermark < relay_clock());
}

static bool no_room(void *arg)
{
	return false;
}

/* Nobody takes anything: it stays in the ring, and holds the watermark. */
static void room_waits(void)
{
	begin();
	put(0, 24, 0, STP_REC_TEXT);
	relay.room = no_room;
	IS(0, relay_pump(&relay));
	IS(0, relay_empty(&relay));
	IS(0, (long long)watermark);
	relay.room = NULL;
	IS(24, relay_pump(&relay));
	IS(1, relay_empty(&relay));
	IS(1, watermark > 0);
}

static void told(void)
{
	begin();
	page(2)->lost = 5;
	relay_pump(&relay);
	IS(5, (long long)lost_told[2]);
	IS(0, (long long)lost_told[0]);
}

static void commands_run(void)
{
	struct stp_ring_page *p;

	begin();
	p = page(0);
	put(0, 32, 0, STP_REC_SYSTEM);
	memcpy(place(0, 24), "\4\0true", 6);
	relay_pump(&relay);
	IS(1, commands);
	SAYS("true", command);
	put(0, 32, 1, STP_REC_SYSTEM);	/* says that it is longer than it is */
	memcpy(place(0, p->committed - 8), "\377\0true", 6);
	relay_pump(&relay);
	IS(1, commands);
}

/* Each record is looked at for addresses; what fails there ends it. */
static void addresses(void)
{
	struct symbols symbols = { .on = true };

	begin();
	relay.symbols = &symbols;
	blocks = 0;
	put(0, 32, 0, STP_REC_STACK);
	put(0, 24, 1, STP_REC_TEXT);
	IS(56, relay_pump(&relay));
	IS(2, named);
	symbols.on = false;
	put(0, 32, 2, STP_REC_STACK);
	blocks = 0;
	IS(-EPIPE, relay_pump(&relay));
	relay.symbols = NULL;
}

static void damaged(void)
{
	begin();
	put(0, 24, 0, STP_REC_TEXT);
	memset(place(0, 0), 0, 4);
	IS(-EPROTO, relay_pump(&relay));
	begin();
	put(0, 24, 0, STP_REC_TEXT);
	memset(place(0, 0), 0xff, 4);
	IS(-EPROTO, relay_pump(&relay));
	begin();
	page(0)->committed = page(0)->reserved = RING + 8;
	IS(-EPROTO, relay_pump(&relay));
}

int main(void)
{
	all_arrive();
	largest_record();
	watermark_waits();
	room_waits();
	told();
	commands_run();
	addresses();
	damaged();
	relay_free(&relay);
	for (int i = 0; i < CPUS; i++)
		free(memory[i]);
	return check_report();
}
