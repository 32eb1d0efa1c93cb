// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads a trace stream.  In: bytes from a target or a file, in pieces, none
 * of them trusted.  Out: a view's calls, records in order of time, loss said.
 * Must hold: no size is used before it was compared with what is there, and
 * memory stays below a block and merge.h's limit.
 */
#include "remote/stream/merge.h"
#include "remote/stream/names.h"
#include "remote/stream/pack.h"
#include "remote/stream/places.h"
#include "remote/stream/stream.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define LOST_REPORT_NS 1000000000ull /* loss is told at most so often */

struct cpu_state {
	uint32_t next_seq;
	uint64_t gaps;		/* records that the sequence misses */
	uint64_t counted;	/* what the ring says it lost */
	uint64_t told;
};

struct stream {
	const struct stream_view *view;
	void *view_arg;
	unsigned char *buf;	/* bytes of a block not yet whole */
	size_t n, cap;
	bool have_head, swapped, ended, failed;
	int end_status;
	char why[128];
	char *defs;		/* the text the formats point into */
	struct stream_format *formats;
	size_t nformats;
	struct cpu_state *cpus;
	size_t ncpus;
	uint64_t watermark, lost_told_at;
	struct pack_table *table; /* once there are packed records */
	struct stream_kernel kernel;
	bool have_kernel;
	struct names symbols;
	struct places places;
	struct merge merge;
};

static int wrong(struct stream *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static int wrong(struct stream *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->why, sizeof(s->why), fmt, ap);
	va_end(ap);
	s->failed = true;
	return -EPROTO;
}

/* ---- numbers in the writer's order ---- */
static uint16_t get16(const struct stream *s, const void *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return s->swapped ? __builtin_bswap16(v) : v;
}

static uint32_t get32(const struct stream *s, const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return s->swapped ? __builtin_bswap32(v) : v;
}

static uint64_t get64(const struct stream *s, const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return s->swapped ? __builtin_bswap64(v) : v;
}

#define GET32(s, base, type, field) get32(s, (base) + offsetof(type, field))
#define GET64(s, base, type, field) get64(s, (base) + offsetof(type, field))

/* A name field: at most n bytes, made to end in a NUL. */
static void get_name(char *dst, const unsigned char *src, size_t n)
{
	memcpy(dst, src, n);
	dst[n - 1] = '\0';
}

/* ---- loss ---- */
static struct cpu_state *cpu_of(struct stream *s, uint32_t cpu)
{
	if (cpu >= STREAM_CPUS_MAX)
		return NULL;
	if (cpu >= s->ncpus) {
		size_t n = cpu + 1;
		struct cpu_state *p = realloc(s->cpus, n * sizeof(*p));

		if (!p)
			return NULL;
		memset(p + s->ncpus, 0, (n - s->ncpus) * sizeof(*p));
		s->cpus = p;
		s->ncpus = n;
	}
	return &s->cpus[cpu];
}

/* A record that comes after a younger one was counted as missing before. */
static void count_gap(struct cpu_state *c, uint32_t seq)
{
	int32_t ahead = seq - c->next_seq;

	if (ahead >= 0) {
		c->gaps += ahead;
		c->next_seq = seq + 1;
	} else if (c->gaps) {
		c->gaps--;
	}
}

static void tell_loss(struct stream *s)
{
	for (size_t i = 0; i < s->ncpus; i++) {
		struct cpu_state *c = &s->cpus[i];
		uint64_t lost = c->gaps > c->counted ? c->gaps : c->counted;

		if (lost <= c->told)
			continue;
		if (s->view->lost)
			s->view->lost(s->view_arg, i, lost - c->told);
		c->told = lost;
	}
	s->lost_told_at = s->watermark;
}

/* ---- records ---- */
static void show_until(struct stream *s, uint64_t limit)
{
	struct merge_item item;

	while (merge_next(&s->merge, limit, &item)) {
		if (s->view->record)
			s->view->record(s->view_arg, s, &item.r);
		merge_done(&s->merge, &item);
	}
}

static int add_record(struct stream *s, struct merge_chunk *chunk,
		      struct cpu_state *c, uint32_t cpu,
		      const unsigned char *p, uint32_t len)
{
	struct stream_record r = {
		.type = p[offsetof(struct stp_record, type)],
		.format = get16(s, p + offsetof(struct stp_record, format)),
		.cpu = cpu,
		.seq = GET32(s, p, struct stp_record, seq),
		.time = GET64(s, p, struct stp_record, time),
		.args = p + sizeof(struct stp_record),
		.nargs = len - sizeof(struct stp_record),
	};

	count_gap(c, r.seq);
	if (merge_add(&s->merge, chunk, &r) < 0)
		return wrong(s, "no memory for the records");
	return 0;
}

static int add_records(struct stream *s, struct merge_chunk *chunk,
		       uint32_t cpu, const unsigned char *p, size_t n)
{
	struct cpu_state *c = cpu_of(s, cpu);

	if (!c)
		return wrong(s, "data of cpu %u: there is no such cpu", cpu);
	for (size_t at = 0; at < n;) {
		uint32_t len;
		bool pad;
		int err;

		if (n - at < 8)
			return wrong(s, "record is cut off");
		len = get32(s, p + at);
		pad = p[at + offsetof(struct stp_record, type)] == STP_REC_PAD;
		if (len % 8 || len < (pad ? 8 : sizeof(struct stp_record)) ||
		    (!pad && len > STP_RECORD_MAX) || len > n - at)
			return wrong(s, "record of %u bytes where %zu are left",
				     len, n - at);
		err = pad ? 0 : add_record(s, chunk, c, cpu, p + at, len);
		if (err)
			return err;
		at += len;
	}
	return 0;
}

/* The chunk is filled with n bytes of records; it is this function's to put. */
static int add_chunk(struct stream *s, struct merge_chunk *chunk, uint32_t cpu,
		     size_t n)
{
	int err = add_records(s, chunk, cpu, merge_chunk_bytes(chunk), n);

	merge_chunk_put(&s->merge, chunk);
	if (!err)	/* only when too much is pending */
		show_until(s, s->watermark);
	return err;
}

static int read_data(struct stream *s, const unsigned char *p, size_t n)
{
	struct merge_chunk *chunk;
	size_t records = n - sizeof(struct stream_data);

	if (n < sizeof(struct stream_data))
		return wrong(s, "DATA block of %zu bytes", n);
	chunk = merge_chunk_new(&s->merge, records);
	if (!chunk)
		return wrong(s, "no memory for the records");
	memcpy(merge_chunk_bytes(chunk), p + sizeof(struct stream_data),
	       records);
	return add_chunk(s, chunk, GET32(s, p, struct stream_data, cpu),
			 records);
}

static int unpack_into(struct stream *s, struct merge_chunk *chunk,
		       const struct stream_packed *head,
		       const unsigned char *p, size_t n)
{
	const char *why = unpack(s->table, head, s->swapped,
				 p + sizeof(*head), n - sizeof(*head),
				 merge_chunk_bytes(chunk));

	if (!why)
		return add_chunk(s, chunk, head->cpu, head->size);
	merge_chunk_put(&s->merge, chunk);
	return wrong(s, "%s", why);
}

static int read_packed(struct stream *s, const unsigned char *p, size_t n)
{
	struct stream_packed head;
	struct merge_chunk *chunk;

	if (n < sizeof(head))
		return wrong(s, "PACKED block of %zu bytes", n);
	head = (struct stream_packed){
		.cpu = GET32(s, p, struct stream_packed, cpu),
		.size = GET32(s, p, struct stream_packed, size),
		.time = GET64(s, p, struct stream_packed, time),
		.seq = GET32(s, p, struct stream_packed, seq),
	};
	if (head.size % 8 || head.size > STREAM_BLOCK_MAX)
		return wrong(s, "PACKED block of %u bytes of records",
			     head.size);
	if (!s->table)
		s->table = calloc(1, sizeof(*s->table));
	chunk = s->table ? merge_chunk_new(&s->merge, head.size) : NULL;
	if (!chunk)
		return wrong(s, "no memory for the records");
	return unpack_into(s, chunk, &head, p, n);
}

/* ---- definitions ---- */
static const char *take_string(const char **at, const char *end)
{
	const char *p = *at, *nul = memchr(p, '\0', end - p);

	if (!nul)
		return NULL;
	*at = nul + 1;
	return p;
}

static int read_defs(struct stream *s, const unsigned char *p, size_t n)
{
	uint32_t count;
	const char *at, *end;

	if (s->formats || n < 4)
		return wrong(s, "DEFS block is not the only one, or is cut off");
	count = get32(s, p);
	if (count > STREAM_FORMATS_MAX || count > (n - 4) / 2)
		return wrong(s, "DEFS block counts %u formats in %zu bytes",
			     count, n);
	s->defs = malloc(n);
	s->formats = calloc(count + 1, sizeof(*s->formats));
	if (!s->defs || !s->formats)
		return wrong(s, "no memory for the formats");
	memcpy(s->defs, p + 4, n - 4);
	at = s->defs;
	end = s->defs + n - 4;
	for (uint32_t i = 0; i < count; i++) {
		struct stream_format f = { .text = take_string(&at, end) };

		f.letters = f.text ? take_string(&at, end) : NULL;
		if (!f.letters || strspn(f.letters, STP_ADDRESSES STP_PLACES
					      "dshm") != strlen(f.letters))
			return wrong(s, "format %u of the DEFS block", i);
		s->formats[s->nformats++] = f;
	}
	return 0;
}

/* ---- the small blocks ---- */
static int read_info(struct stream *s, const unsigned char *p)
{
	struct stream_info info = {
		.ncpus = GET32(s, p, struct stream_info, ncpus),
		.maxstringlen = GET32(s, p, struct stream_info, maxstringlen),
		.start_mono_ns = GET64(s, p, struct stream_info, start_mono_ns),
		.start_real_ns = GET64(s, p, struct stream_info, start_real_ns),
	};

	get_name(info.module, p + offsetof(struct stream_info, module),
		 sizeof(info.module));
	get_name(info.release, p + offsetof(struct stream_info, release),
		 sizeof(info.release));
	get_name(info.machine, p + offsetof(struct stream_info, machine),
		 sizeof(info.machine));
	if (s->view->info)
		s->view->info(s->view_arg, &info);
	return 0;
}

static int read_watermark(struct stream *s, const unsigned char *p)
{
	uint64_t time = GET64(s, p, struct stream_watermark, time);

	if (time > s->watermark)
		s->watermark = time;
	show_until(s, s->watermark);
	if (s->watermark - s->lost_told_at >= LOST_REPORT_NS)
		tell_loss(s);
	if (s->view->flush)
		s->view->flush(s->view_arg);
	return 0;
}

static int read_lost(struct stream *s, const unsigned char *p)
{
	uint32_t cpu = GET32(s, p, struct stream_lost, cpu);
	uint64_t total = GET64(s, p, struct stream_lost, total);
	struct cpu_state *c = cpu_of(s, cpu);

	if (!c)
		return wrong(s, "loss of cpu %u: there is no such cpu", cpu);
	if (total > c->counted)
		c->counted = total;
	return 0;
}

static int read_status(struct stream *s, const unsigned char *p)
{
#define ST32(f) .f = GET32(s, p, struct stream_status, f)
#define ST64(f) .f = GET64(s, p, struct stream_status, f)
	struct stream_status st = {
		ST32(state), ST32(exit_requested), ST64(errors), ST64(skipped),
		ST64(lost), ST64(memory), ST32(skipped_busy),
		ST32(skipped_lock), ST32(skipped_stack), ST32(skipped_missed),
		ST32(skipped_overload),
	};

	if (s->view->status)
		s->view->status(s->view_arg, &st);
	return 0;
}

static int read_report(struct stream *s, const unsigned char *p)
{
	struct stream_report r = {
		.hits = GET64(s, p, struct stream_report, hits),
		.time_min = GET64(s, p, struct stream_report, time_min),
		.time_max = GET64(s, p, struct stream_report, time_max),
		.time_sum = GET64(s, p, struct stream_report, time_sum),
	};

	get_name(r.name, p + offsetof(struct stream_report, name),
		 sizeof(r.name));
	get_name(r.where, p + offsetof(struct stream_report, where),
		 sizeof(r.where));
	show_until(s, UINT64_MAX);
	if (s->view->report)
		s->view->report(s->view_arg, &r);
	return 0;
}

static int read_kernel(struct stream *s, const unsigned char *p)
{
	struct stream_kernel *k = &s->kernel;

	k->anchor = GET64(s, p, struct stream_kernel, anchor);
	k->complete = GET32(s, p, struct stream_kernel, complete);
	get_name(k->symbol, p + offsetof(struct stream_kernel, symbol),
		 sizeof(k->symbol));
	get_name(k->build_id, p + offsetof(struct stream_kernel, build_id),
		 sizeof(k->build_id));
	s->have_kernel = true;
	return 0;
}

/* What finds no room any more is shown as a number. */
static int read_symbol(struct stream *s, const unsigned char *p, size_t n)
{
	if (n < 8 || n - 8 >= STREAM_NAME_MAX || memchr(p + 8, '\0', n - 8))
		return wrong(s, "SYMBOL block of %zu bytes", n);
	names_put(&s->symbols, get64(s, p), (const char *)p + 8, n - 8);
	return 0;
}

static int read_file(struct stream *s, const unsigned char *p, size_t n)
{
	struct stream_file f = { 0 };
	size_t path = n - sizeof(f);

	if (n < sizeof(f) || path >= STREAM_PATH_MAX ||
	    memchr(p + sizeof(f), '\0', path))
		return wrong(s, "FILE block of %zu bytes", n);
	f.number = GET32(s, p, struct stream_file, number);
	f.size = GET64(s, p, struct stream_file, size);
	get_name(f.build_id, p + offsetof(struct stream_file, build_id),
		 sizeof(f.build_id));
	places_file(&s->places, &f, (const char *)p + sizeof(f), path);
	return 0;
}

static int read_place(struct stream *s, const unsigned char *p, size_t n)
{
	if (n < 8 || n - 8 >= STREAM_NAME_MAX || memchr(p + 8, '\0', n - 8))
		return wrong(s, "PLACE block of %zu bytes", n);
	names_put(&s->places.symbols, get64(s, p), (const char *)p + 8, n - 8);
	return 0;
}

static int read_end(struct stream *s, const unsigned char *p)
{
	s->ended = true;
	s->end_status = (int)GET32(s, p, struct stream_end, status);
	return 0;
}

/* Blocks of fixed size; longer ones come from a newer writer. */
static const struct {
	enum stream_type type;
	size_t size;
	int (*read)(struct stream *s, const unsigned char *p);
} fixed_blocks[] = {
	{ STREAM_INFO, sizeof(struct stream_info), read_info },
	{ STREAM_WATERMARK, sizeof(struct stream_watermark), read_watermark },
	{ STREAM_LOST, sizeof(struct stream_lost), read_lost },
	{ STREAM_STATUS, sizeof(struct stream_status), read_status },
	{ STREAM_REPORT, sizeof(struct stream_report), read_report },
	{ STREAM_KERNEL, sizeof(struct stream_kernel), read_kernel },
	{ STREAM_END, sizeof(struct stream_end), read_end },
};

static int read_block(struct stream *s, uint32_t type, const unsigned char *p,
		      size_t n)
{
	if (s->ended)
		return wrong(s, "bytes after the end");
	if (type == STREAM_DATA)
		return read_data(s, p, n);
	if (type == STREAM_PACKED)
		return read_packed(s, p, n);
	if (type == STREAM_DEFS)
		return read_defs(s, p, n);
	if (type == STREAM_SYMBOL)
		return read_symbol(s, p, n);
	if (type == STREAM_FILE)
		return read_file(s, p, n);
	if (type == STREAM_PLACE)
		return read_place(s, p, n);
	for (size_t i = 0; i < sizeof(fixed_blocks) / sizeof(*fixed_blocks);
	     i++) {
		if (fixed_blocks[i].type != type)
			continue;
		if (n < fixed_blocks[i].size)
			return wrong(s, "block %u has %zu bytes, wanted %zu",
				     type, n, fixed_blocks[i].size);
		return fixed_blocks[i].read(s, p);
	}
	return 0;
}

static int read_head(struct stream *s, const unsigned char *p)
{
	uint16_t order, version;

	if (memcmp(p, STREAM_MAGIC, 8))
		return wrong(s, "this is no trace stream");
	memcpy(&order, p + offsetof(struct stream_head, order), 2);
	if (order != STREAM_ORDER && order != __builtin_bswap16(STREAM_ORDER))
		return wrong(s, "unknown byte order");
	s->swapped = order != STREAM_ORDER;
	version = get16(s, p + offsetof(struct stream_head, version));
	if (version != STREAM_VERSION)
		return wrong(s, "trace stream of version %u, this program "
			     "reads %u", version, STREAM_VERSION);
	s->have_head = true;
	return 0;
}

/* Takes one head or block from the n bytes at p; how many bytes it took, 0:
 * not whole yet. */
static ssize_t take(struct stream *s, const unsigned char *p, size_t n)
{
	uint32_t type, size;
	size_t whole;
	int err;

	if (!s->have_head) {
		if (n < sizeof(struct stream_head))
			return 0;
		err = read_head(s, p);
		return err ? err : (ssize_t)sizeof(struct stream_head);
	}
	if (n < sizeof(struct stream_block))
		return 0;
	type = GET32(s, p, struct stream_block, type);
	size = GET32(s, p, struct stream_block, size);
	if (size > STREAM_BLOCK_MAX)
		return wrong(s, "block of %u bytes, the limit is %u", size,
			     STREAM_BLOCK_MAX);
	whole = sizeof(struct stream_block) + (size + 7) / 8 * 8;
	if (n < whole)
		return 0;
	err = read_block(s, type, p + sizeof(struct stream_block), size);
	return err ? err : (ssize_t)whole;
}

static int keep(struct stream *s, const unsigned char *p, size_t n)
{
	if (s->n + n > s->cap) {
		size_t cap = 2 * (s->n + n);
		void *buf = realloc(s->buf, cap);

		if (!buf)
			return wrong(s, "no memory for a block");
		s->buf = buf;
		s->cap = cap;
	}
	memcpy(s->buf + s->n, p, n);
	s->n += n;
	return 0;
}

int stream_feed(struct stream *s, const void *p, size_t n)
{
	size_t at = 0;

	if (s->failed)
		return -EPROTO;
	if (keep(s, p, n) < 0)
		return -EPROTO;
	for (;;) {
		ssize_t took = take(s, s->buf + at, s->n - at);

		if (took < 0)
			return took;
		if (!took)
			break;
		at += took;
	}
	memmove(s->buf, s->buf + at, s->n - at);
	s->n -= at;
	return 0;
}

int stream_finish(struct stream *s)
{
	show_until(s, UINT64_MAX);
	tell_loss(s);
	if (s->view->flush)
		s->view->flush(s->view_arg);
	if (s->view->end)
		s->view->end(s->view_arg, s->ended, s->end_status);
	if (s->failed)
		return -EPROTO;
	return s->ended ? 0 : -EPIPE;
}

struct stream *stream_open(const struct stream_view *view, void *view_arg)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (s) {
		s->view = view;
		s->view_arg = view_arg;
	}
	return s;
}

void stream_close(struct stream *s)
{
	if (!s)
		return;
	merge_free(&s->merge);
	free(s->buf);
	free(s->defs);
	free(s->formats);
	free(s->cpus);
	free(s->table);
	names_free(&s->symbols);
	places_free(&s->places);
	free(s);
}

const char *stream_why(const struct stream *s)
{
	return s->why;
}

bool stream_begun(const struct stream *s)
{
	return s->have_head;
}

bool stream_ended(const struct stream *s, int *status)
{
	if (s->ended && status)
		*status = s->end_status;
	return s->ended;
}

bool stream_swapped(const struct stream *s)
{
	return s->swapped;
}

const struct stream_format *stream_format(const struct stream *s,
					  uint32_t number)
{
	return number < s->nformats ? &s->formats[number] : NULL;
}

const struct stream_kernel *stream_kernel(const struct stream *s)
{
	return s->have_kernel ? &s->kernel : NULL;
}

const char *stream_symbol(const struct stream *s, uint64_t addr)
{
	const struct name *n = names_get(&s->symbols, addr);

	return n ? names_text(&s->symbols, n) : NULL;
}

const struct places *stream_places(const struct stream *s)
{
	return &s->places;
}
