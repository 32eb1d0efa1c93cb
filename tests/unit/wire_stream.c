// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows that a trace stream becomes the text that the script printed: merged
 * by time up to the watermark, in any pieces, of either byte order; that loss
 * is counted and told; and that damaged streams are refused, not believed.
 */
#include <errno.h>

#include "remote/stream/names.h"
#include "remote/stream/stream.h"
#include "tests/unit/check.h"

/* ---- making streams ---- */
struct bytes {
	unsigned char p[65536];
	size_t n;
};

static int add(void *arg, const void *p, size_t n)
{
	struct bytes *b = arg;

	if (n > sizeof(b->p) - b->n)
		abort();
	memcpy(b->p + b->n, p, n);
	b->n += n;
	return 0;
}

static struct bytes made;
static const struct stream_writer writer = { .write = add, .arg = &made };

static void begin(void)
{
	static const char defs[] = "\2\0\0\0%d %s\n\0ds\0plain\n\0\0";

	made.n = 0;
	stream_put_head(&writer);
	stream_put(&writer, STREAM_DEFS, defs, sizeof(defs) - 1);
}

static size_t record(unsigned char *to, int type, int format, uint64_t time,
		     uint32_t seq, int64_t n, const char *s)
{
	struct stp_record r = { .type = type, .format = format, .time = time,
				.seq = seq };
	uint16_t len = strlen(s);
	size_t at = sizeof(r);

	if (type == STP_REC_PRINT && format == 0) {
		memcpy(to + at, &n, 8);
		at += 8;
	}
	if (type != STP_REC_PRINT || format == 0) {
		memcpy(to + at, &len, 2);
		memcpy(to + at + 2, s, len);
		at += 2 + len;
	}
	while (at % 8)
		to[at++] = 0;
	r.len = at;
	memcpy(to, &r, sizeof(r));
	return at;
}

static void print(int cpu, uint64_t time, uint32_t seq, int64_t n)
{
	unsigned char rec[256];

	stream_put_records(&writer, cpu, rec,
			   record(rec, STP_REC_PRINT, 0, time, seq, n, "x"));
}

static void message(int type, uint64_t time, uint32_t seq, const char *text)
{
	unsigned char rec[256];

	stream_put_records(&writer, 0, rec,
			   record(rec, type, 0, time, seq, 0, text));
}

static void watermark(uint64_t time)
{
	struct stream_watermark w = { .time = time };

	stream_put(&writer, STREAM_WATERMARK, &w, sizeof(w));
}

static void finish(void)
{
	struct stream_end e = { .status = 0 };

	stream_put(&writer, STREAM_END, &e, sizeof(e));
}

/* ---- reading them ---- */
static char out[65536], err[65536];
static struct stream_finder finder;

static int show(size_t piece)
{
	FILE *o = fmemopen(out, sizeof(out), "w");
	FILE *e = fmemopen(err, sizeof(err), "w");
	struct text_view *v = text_view_new(o, e, NULL);
	struct stream *s = stream_open(&stream_text_view, v);
	int rc = 0;

	text_view_finder(v, finder.find ? &finder : NULL);
	for (size_t at = 0; at < made.n && !rc; at += piece) {
		size_t n = made.n - at < piece ? made.n - at : piece;

		rc = stream_feed(s, made.p + at, n);
	}
	if (!rc)
		rc = stream_finish(s);
	fputc('\0', o);
	fputc('\0', e);
	fclose(o);
	fclose(e);
	if (rc == -EPROTO)
		snprintf(err, sizeof(err), "%s", stream_why(s));
	stream_close(s);
	text_view_free(v);
	return rc;
}

/* Records of two CPUs, those of one even out of order. */
static void merged(void)
{
	for (size_t piece = 1; piece < 200; piece += 7) {
		begin();
		print(0, 100, 0, 1);
		print(0, 400, 1, 4);
		print(1, 300, 0, 3);
		print(1, 200, 1, 2);
		print(0, 500, 2, 5);
		finish();
		IS(0, show(piece));
		SAYS("1 x\n2 x\n3 x\n4 x\n5 x\n", out);
		SAYS("", err);
	}
}

/* What is older than the watermark is shown when the watermark comes. */
static char seen[64];
static void seen_record(void *v, const struct stream *s,
			const struct stream_record *r)
{
	char *to = seen + strlen(seen);

	snprintf(to, 8, "%c", (char)r->time);
}

static void up_to_watermark(void)
{
	static const struct stream_view view = { .record = seen_record };
	struct stream *s = stream_open(&view, NULL);
	size_t at;

	begin();
	print(0, 'c', 0, 0);
	print(1, 'a', 0, 0);
	print(1, 'd', 1, 0);
	watermark('c');
	stream_feed(s, made.p, made.n);
	SAYS("a", seen);		/* c may still have an equal before it */
	at = made.n;
	print(0, 'b', 1, 0);		/* late: shown, not dropped */
	watermark('d');
	stream_feed(s, made.p + at, made.n - at);
	SAYS("abc", seen);
	stream_finish(s);
	SAYS("abcd", seen);
	stream_close(s);
}

static void loss(void)
{
	struct stream_lost l = { .cpu = 2, .total = 7 };

	begin();
	print(0, 1, 2, 1);		/* 0 and 1 are missing */
	print(0, 2, 3, 2);
	print(0, 3, 5, 3);		/* and 4 */
	stream_put(&writer, STREAM_LOST, &l, sizeof(l));
	finish();
	IS(0, show(64));
	SAYS("WARNING: 3 records lost on cpu 0\n"
	     "WARNING: 7 records lost on cpu 2\n", err);

	begin();
	print(0, 1, 1, 1);
	print(0, 2, 0, 2);		/* it only came late */
	finish();
	IS(0, show(64));
	SAYS("", err);
}

static void messages(void)
{
	struct stream_status st = { .errors = 1, .skipped = 3,
				    .skipped_lock = 3 };

	begin();
	message(STP_REC_WARNING, 1, 0, "careful");
	message(STP_REC_WARNING, 2, 1, "careful");
	message(STP_REC_TEXT, 3, 2, "text, as it is");
	message(STP_REC_ERROR, 4, 3, "division by 0\n");
	stream_put(&writer, STREAM_STATUS, &st, sizeof(st));
	finish();
	IS(0, show(33));
	SAYS("text, as it is", out);
	SAYS("WARNING: careful\nERROR: division by 0\n"
	     "WARNING: Number of errors: 1, skipped probes: 3\n", err);
}

/* A writer of the other byte order. */
static void swap(size_t at, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		unsigned char c = made.p[at + i];

		made.p[at + i] = made.p[at + n - 1 - i];
		made.p[at + n - 1 - i] = c;
	}
}

static void other_order(void)
{
	size_t rec;

	made.n = 0;
	stream_put_head(&writer);
	stream_put(&writer, STREAM_DEFS, "\1\0\0\0%d %s\n\0ds", 14);
	rec = made.n;
	print(0, 5, 0, 0x0102030405060708);
	swap(8, 2);
	swap(10, 2);
	swap(16, 4);
	swap(20, 4);
	swap(24, 4);			/* DEFS: count */
	swap(rec, 4);
	swap(rec + 4, 4);
	swap(rec + 8, 4);		/* cpu */
	swap(rec + 16, 4);		/* len */
	swap(rec + 22, 2);
	swap(rec + 24, 8);
	swap(rec + 32, 4);
	swap(rec + 40, 8);		/* %d */
	swap(rec + 48, 2);		/* length of %s */
	IS(-EPIPE, show(17));
	SAYS("72623859790382856 x\n", out);
}

static void damage(void)
{
	unsigned char rec[64];
	size_t n;

	begin();
	made.p[0] = 'x';
	IS(-EPROTO, show(1000));
	SAYS("this is no trace stream", err);
	begin();
	made.p[10] = 9;
	IS(-EPROTO, show(1000));
	begin();
	made.p[20] = 0xff;		/* size of the first block */
	made.p[23] = 0xff;
	IS(-EPROTO, show(1000));
	begin();
	print(0, 1, 0, 1);
	IS(-EPIPE, show(1000));		/* cut: what came is shown */
	SAYS("1 x\n", out);
	begin();
	n = record(rec, STP_REC_PRINT, 0, 1, 0, 1, "x");
	rec[0] = 200;			/* longer than the block */
	stream_put(&writer, STREAM_DATA, "\0\0\0\0\0\0\0\0", 8);
	stream_put(&writer, STREAM_DATA, rec, n);
	IS(-EPROTO, show(1000));
	begin();
	finish();
	print(0, 1, 0, 1);
	IS(-EPROTO, show(1000));
	SAYS("bytes after the end", err);
}

/* A record that does not fit its format is counted, the others are shown. */
static void misfit(void)
{
	unsigned char rec[64];

	begin();
	record(rec, STP_REC_PRINT, 1, 1, 0, 0, "");
	stream_put_records(&writer, 0, rec, sizeof(struct stp_record));
	rec[6] = 0;			/* now it should have two arguments */
	stream_put_records(&writer, 0, rec, sizeof(struct stp_record));
	finish();
	IS(0, show(1000));
	SAYS("plain\n", out);
	SAYS("WARNING: 1 damaged records are not shown\n", err);
}

/* Memory as it is and in hexadecimal: %m and %M. */
static void memory(void)
{
	static const char defs[] = "\1\0\0\0[%5m|%M]\n\0mm\0";
	struct stp_record r = { .type = STP_REC_PRINT, .time = 1 };
	unsigned char rec[64] = { 0 };

	made.n = 0;
	stream_put_head(&writer);
	stream_put(&writer, STREAM_DEFS, defs, sizeof(defs) - 1);
	r.len = sizeof(r) + 16;
	memcpy(rec, &r, sizeof(r));
	memcpy(rec + sizeof(r), "\3\0abc\2\0\xff\x01", 9);
	stream_put_records(&writer, 0, rec, r.len);
	finish();
	IS(0, show(1000));
	SAYS("[  abc|ff01]\n", out);
	SAYS("", err);
}

/* Addresses: by the stream's word, a finder's, or as numbers. */
static void define(uint64_t addr, const char *text)
{
	unsigned char block[128];

	memcpy(block, &addr, 8);
	memcpy(block + 8, text, strlen(text));
	stream_put(&writer, STREAM_SYMBOL, block, 8 + strlen(text));
}

static void begin_addresses(void)
{
	static const char defs[] = "\1\0\0\0<%s|%-6s|%s %d>\n\0abad\0";
	struct stream_info info = { .maxstringlen = 24 };
	struct stream_kernel k = { .anchor = 0x1000, .symbol = "anchor",
				   .build_id = "00" };

	made.n = 0;
	stream_put_head(&writer);
	stream_put(&writer, STREAM_INFO, &info, sizeof(info));
	stream_put(&writer, STREAM_DEFS, defs, sizeof(defs) - 1);
	stream_put(&writer, STREAM_KERNEL, &k, sizeof(k));
}

static void addresses_of(int type, uint64_t time, const uint64_t a[4])
{
	struct stp_record r = { .type = type, .time = time,
				.len = sizeof(r) + 32 };
	unsigned char rec[64];

	memcpy(rec, &r, sizeof(r));
	memcpy(rec + sizeof(r), a, 32);
	stream_put_records(&writer, 0, rec, r.len);
}

static bool found(void *arg, const struct stream_kernel *k, uint64_t addr,
		  char form, char *to, size_t size)
{
	if (strcmp(k->symbol, "anchor") || addr < k->anchor)
		return false;
	if (form == 'b')
		snprintf(to, size, "found+0x%llx/0x9 [kernel]",
			 (unsigned long long)(addr - k->anchor));
	else
		snprintf(to, size, "file %c", form);
	return true;
}

static void addresses(void)
{
	const uint64_t a[4] = { 0x20, 0x20, 0x30, 0x1005 };

	finder = (struct stream_finder){ .find = found };
	begin_addresses();
	define(0x20, "f+0x1/0x2 [m]");
	addresses_of(STP_REC_PRINT, 1, a);
	addresses_of(STP_REC_STACK, 2, a);
	finish();
	IS(0, show(11));
	SAYS("<f|f+0x1/0x2 [m]|0x30 4101>\n 0x20 : f+0x1/0x2 [m]\n"
	     " 0x20 : f+0x1/0x2 [m]\n 0x30 : 0x30\n"
	     " 0x1005 : found+0x5/0x9 [kernel]\n", out);
	/* A stream that says all: nobody is asked. */
	begin_addresses();
	made.p[made.n - 8] = 1;
	addresses_of(STP_REC_STACK, 2, a);
	finish();
	IS(0, show(11));
	SAYS(" 0x20 : 0x20\n 0x20 : 0x20\n 0x30 : 0x30\n 0x1005 : 0x1005\n",
	     out);
	finder.find = NULL;
}

/* ---- addresses of user space ---- */
static void file(uint32_t number, const char *path)
{
	struct stream_file f = { .number = number, .size = 0x900,
				 .build_id = "1234" };
	unsigned char block[sizeof(f) + 64];

	memcpy(block, &f, sizeof(f));
	memcpy(block + sizeof(f), path, strlen(path));
	stream_put(&writer, STREAM_FILE, block, sizeof(f) + strlen(path));
}

static void place(uint64_t where, const char *text)
{
	unsigned char block[64];

	memcpy(block, &where, 8);
	memcpy(block + 8, text, strlen(text));
	stream_put(&writer, STREAM_PLACE, block, 8 + strlen(text));
}

static bool found_place(void *arg, const struct stream_file *f,
			const char *path, uint64_t offset, char form, char *to,
			size_t size)
{
	/* A call ends before the place it returns to. */
	if (offset != (form == 'n' ? 0x76 : 0x77) ||
	    strcmp(f->build_id, "1234"))
		return false;
	if (form == 'j')
		snprintf(to, size, "own+0x1/0x2");
	else
		snprintf(to, size, "%c.c:%llu", form,
			 (unsigned long long)f->size);
	return true;
}

#define IN(n) ((uint64_t)(n) << 48)

static void user_stack(unsigned int form)
{
	const uint64_t a[8] = { 0x7f01, IN(3) | 0x10, 0x7f02, IN(3) | 0x20,
				0x7f03, IN(9) | 0x10, 0x7f04, IN(3) | 0x77 };
	struct stp_record r = { .type = STP_REC_USTACK, .time = 1,
				.format = form, .len = sizeof(r) + sizeof(a) };
	unsigned char rec[sizeof(r) + sizeof(a)];

	memcpy(rec, &r, sizeof(r));
	memcpy(rec + sizeof(r), a, sizeof(a));
	begin_addresses();
	file(3, "/bin/\x1bx");
	place(IN(3) | 0x10, "f+0x1/0x2");
	stream_put_records(&writer, 0, rec, r.len);
	finish();
	IS(0, show(13));
}

static void user_stacks(void)
{
	finder = (struct stream_finder){ .find = found,
					 .find_place = found_place };
	user_stack(STP_USTACK_FULL);
	SAYS(" 0x7f01 : f+0x1/0x2 [/bin/?x]\n 0x7f02 [/bin/?x+0x20/0x900]\n"
	     " 0x7f03\n 0x7f04 : own+0x1/0x2 [/bin/?x]\n", out);
	user_stack(STP_USTACK_BRIEF);
	SAYS("f+0x1\n0x7f02\n0x7f03\nown+0x1\n", out);
	user_stack(STP_USTACK_LINES);
	SAYS(" 0x7f01 : f+0x1/0x2 [/bin/?x]\n 0x7f02 [/bin/?x+0x20/0x900]\n"
	     " 0x7f03\n 0x7f04 : own+0x1/0x2 at n.c:2304 [/bin/?x]\n", out);
	finder = (struct stream_finder){ 0 };
}

/* As arguments; one has no bytes, as when MAXSTRINGLEN has no room for them. */
static void user_names(void)
{
	static const char defs[] = "\1\0\0\0%s|%s|%s|%s\n\0ijnj\0";
	const uint64_t a[2] = { 0x7f01, IN(3) | 0x10 };
	const uint16_t sizes[4] = { 16, 16, 16, 0 };
	struct stp_record r = { .type = STP_REC_PRINT, .time = 1,
				.len = sizeof(r) + 56 };
	unsigned char rec[sizeof(r) + 56];
	size_t at = sizeof(r);

	memcpy(rec, &r, sizeof(r));
	for (int i = 0; i < 4; i++) {
		memcpy(rec + at, &sizes[i], 2);
		memcpy(rec + at + 2, a, sizes[i]);
		at += 2 + sizes[i];
	}
	IS(sizeof(rec), at);
	made.n = 0;
	stream_put_head(&writer);
	stream_put(&writer, STREAM_DEFS, defs, sizeof(defs) - 1);
	file(3, "/bin/x");
	place(IN(3) | 0x10, "f+0x1/0x2");
	stream_put_records(&writer, 0, rec, r.len);
	finish();
	IS(0, show(13));
	SAYS("f|f+0x1/0x2 [/bin/x]|0x7f01|\n", out);
}

static void damaged_file(void)
{
	static const unsigned char many[sizeof(struct stream_file) +
					STREAM_PATH_MAX] = { 1 };

	begin_addresses();
	stream_put(&writer, STREAM_FILE, many, sizeof(struct stream_file) - 1);
	IS(-EPROTO, show(1000));
	begin_addresses();
	stream_put(&writer, STREAM_FILE, many, sizeof(many));
	IS(-EPROTO, show(1000));
	begin_addresses();
	stream_put(&writer, STREAM_PLACE, many, 7);
	IS(-EPROTO, show(1000));
	begin_addresses();
	file(0x7fffffff, "/none");
	finish();
	IS(0, show(1000));
}

/* Places in the source only the finder knows, also of a stream that has all
 * names. */
static void source_places(void)
{
	static const char defs[] = "\1\0\0\0%s %s %s %s\n\0ABCA\0";
	struct stream_kernel k = { .anchor = 0x1000, .symbol = "anchor",
				   .complete = 1 };
	const uint64_t a[4] = { 0x1001, 0x1001, 0x1001, 0x20 };

	finder = (struct stream_finder){ .find = found };
	made.n = 0;
	stream_put_head(&writer);
	stream_put(&writer, STREAM_DEFS, defs, sizeof(defs) - 1);
	stream_put(&writer, STREAM_KERNEL, &k, sizeof(k));
	define(0x1001, "f+0x1/0x2 [m]");
	addresses_of(STP_REC_PRINT, 1, a);
	finish();
	IS(0, show(1000));
	SAYS("file A file B file C 0x20\n", out);
	finder.find = NULL;
}

/* A string is cut at MAXSTRINGLEN, a line of a stack is not. */
static void long_name(void)
{
	const uint64_t a[4] = { 0x20, 0x20, 0x20, 1 };

	begin_addresses();
	define(0x20, "old");
	define(0x20, "abcdefghijklmnopqrstuvwxyz+0x1/0x2 [m]");
	addresses_of(STP_REC_PRINT, 1, a);
	finish();
	IS(0, show(1000));
	SAYS("<abcdefghijklmnopqrstuvw|abcdefghijklmnopqrstuvw|"
	     "abcdefghijklmnopqrstuvw 1>\n", out);
	begin_addresses();
	define(0x20, "abcdefghijklmnopqrstuvwxyz+0x1/0x2 [m]");
	addresses_of(STP_REC_STACK, 1, a);
	finish();
	IS(0, show(1000));
	IS(0, strncmp(out, " 0x20 : abcdefghijklmnopqrstuvwxyz+0x1/0x2 [m]\n",
		      47));
}

static void many_names(void)
{
	const uint64_t a[4] = { 7, 4999 << 4, 5000 << 4, 5 };
	struct names n = { 0 };
	char text[16];

	for (int i = 1; i <= 5000; i++) {
		snprintf(text, sizeof(text), "n%d", i);
		names_put(&n, (uint64_t)i << 4, text, strlen(text));
	}
	IS(5000, (long long)n.n);
	SAYS("n4999", names_text(&n, names_get(&n, a[1])));
	SAYS("n5000", names_text(&n, names_get(&n, a[2])));
	IS(1, !names_get(&n, a[0]));
	IS(1, !names_put(&n, 1, text, NAMES_BYTES_MAX));
	names_free(&n);
}

static void damaged_symbol(void)
{
	static const unsigned char many[8 + STREAM_NAME_MAX] = { 1 };

	begin_addresses();
	stream_put(&writer, STREAM_SYMBOL, "1234567", 7);
	IS(-EPROTO, show(1000));
	SAYS("SYMBOL block of 7 bytes", err);
	begin_addresses();
	stream_put(&writer, STREAM_SYMBOL, "12345678a\0b", 11);
	IS(-EPROTO, show(1000));
	begin_addresses();
	stream_put(&writer, STREAM_SYMBOL, many, sizeof(many));
	IS(-EPROTO, show(1000));
}

int main(void)
{
	merged();
	addresses();
	source_places();
	long_name();
	many_names();
	damaged_symbol();
	user_stacks();
	user_names();
	damaged_file();
	memory();
	up_to_watermark();
	loss();
	messages();
	other_order();
	damage();
	misfit();
	return check_report();
}
