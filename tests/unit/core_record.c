// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows that what a handler prints arrives at the reader's end unchanged:
 * records are written through the user port, found in its stream, taken apart
 * and compared; and that a record cut or changed anywhere is refused or read
 * within its bounds.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "remote/stream/stream.h"
#include "runtime/user/user.h"
#include "tests/unit/core_test.h"

static const struct stp_stat_desc log_desc = { .hist = STP_HIST_LOG,
					.buckets = STP_HIST_LOG_BUCKETS };
static const struct stp_stat_desc linear_desc = { .hist = STP_HIST_LINEAR,
	.low = -5, .high = 5, .step = 1, .buckets = 13 };

static const struct stp_format formats[] = {
	{ "nothing", "" }, { "%d", "d" }, { "%s %d %d", "sdd" },
	{ "%s", "h" }, { "%s|%s", "sh" }, { "%m", "m" }, { "%s%s", "ss" },
};

static int fd;
static unsigned char stream[1 << 20];

/* What was written since the last call; records of DATA blocks, one behind
 * the other. */
static size_t records(unsigned char *to, size_t size)
{
	size_t n, at = 0, out = 0;
	struct stream_block b;
	ssize_t got;

	user_stream_flush();
	got = pread(fd, stream, sizeof(stream), 0);
	n = got > 0 ? (size_t)got : 0;
	if (n >= 8 && !memcmp(stream, STREAM_MAGIC, 8))
		at = sizeof(struct stream_head);
	while (at + sizeof(b) <= n) {
		memcpy(&b, stream + at, sizeof(b));
		at += sizeof(b);
		if (b.type == STREAM_DATA && b.size - 8 <= size - out) {
			memcpy(to + out, stream + at + 8, b.size - 8);
			out += b.size - 8;
		}
		at += (b.size + 7) & ~7u;
	}
	if (ftruncate(fd, 0) || lseek(fd, 0, SEEK_SET))
		exit(1);
	return out;
}

/* The record of one print, whole; NULL when there is not just one. */
static const struct stp_record *print(stp_u32 format,
				      const union stp_val *v)
{
	static unsigned char buf[STP_RECORD_MAX] __attribute__((aligned(8)));
	const struct stp_record *r = (const struct stp_record *)buf;
	size_t n;

	stp_print(cpu(0), format, v);
	n = records(buf, sizeof(buf));
	if (n < sizeof(*r) || r->len != n) {
		printf("format %u: %zu bytes came\n", format, n);
		wrong++;
		return NULL;
	}
	IS(STP_REC_PRINT, r->type);
	IS(format, r->format);
	IS(0, r->len % 8);
	return r;
}

static struct stp_args args;
static unsigned char memory[STP_DECODE_MEM(STP_RECORD_MAX)]
	__attribute__((aligned(8)));

static int decode(const struct stp_record *r, const char *letters)
{
	/* A copy of just so many bytes, so that a sanitizer sees more. */
	size_t n = r->len - sizeof(*r);
	void *copy = malloc(n);
	int err;

	memcpy(copy, r + 1, n);
	err = stp_args_decode(&args, letters, copy, n, 0, memory,
			      STP_DECODE_MEM(n));
	free(copy);
	return err;
}

static void simple(void)
{
	static const stp_i64 values[] = { 0, -1, 42, STP_INT64_MIN };
	union stp_val v[3];
	const struct stp_record *r;
	size_t i;

	r = print(0, v);
	HOLDS(r && r->len == sizeof(*r));
	for (i = 0; i < 4; i++) {
		v[0].n = values[i];
		r = print(1, v);
		HOLDS(r && !decode(r, "d"));
		IS(values[i], args.v[0].n);
	}
}

/* Strings of every length, numbers that are not aligned behind them. */
static void strings(void)
{
	const struct stp_record *r;
	union stp_val v[3];
	char text[2000];
	int len;

	for (len = 0; len < 2000; len = len < 70 ? len + 1 : len * 2) {
		memset(text, 'a' + len % 26, sizeof(text));
		text[len] = 0;
		v[0].s = text;
		v[1].n = len;
		v[2].n = -len;
		r = print(2, v);
		HOLDS(r && !decode(r, "sdd"));
		SAYS(text, args.v[0].s);
		IS(len, args.v[1].n);
		IS(-len, args.v[2].n);
	}
}

static void histograms(void)
{
	struct {
		struct stp_stat s;
		stp_i64 bucket[STP_HIST_LOG_BUCKETS];
	} stat;
	struct stp_hist h = { &log_desc, &stat.s };
	union stp_val v[2];
	const struct stp_record *r;
	int i;

	memset(&stat, 0, sizeof(stat));
	for (i = 0; i < STP_HIST_LOG_BUCKETS; i++)
		stat.s.bucket[i] = i * i;
	v[0].hist = &h;
	r = print(3, v);
	HOLDS(r && !decode(r, "h"));
	IS(STP_HIST_LOG, args.v[0].hist->desc->hist);
	for (i = 0; i < STP_HIST_LOG_BUCKETS; i++)
		IS(i * i, args.v[0].hist->stat->bucket[i]);
	h.desc = &linear_desc;
	h.stat = NULL;		/* of an element that is not there */
	v[0].s = "odd";
	v[1].hist = &h;
	r = print(4, v);
	HOLDS(r && !decode(r, "sh"));
	SAYS("odd", args.v[0].s);
	IS(13, args.v[1].hist->desc->buckets);
	IS(-5, args.v[1].hist->desc->low);
	IS(5, args.v[1].hist->desc->high);
	IS(1, args.v[1].hist->desc->step);
	IS(0, args.v[1].hist->stat->bucket[12]);
}

static void blobs(void)
{
	union stp_val v = { .s = "\4\0a\0b" };
	const struct stp_record *r = print(5, &v);

	HOLDS(r && !decode(r, "m"));
	HOLDS(r && !memcmp(args.v[0].s, "\4\0a\0b\0", 6));
}

static void too_long(void)
{
	unsigned char buf[64];
	static char text[40000];
	union stp_val v[2] = { { .s = text }, { .s = text } };
	struct stp_ctx *c = cpu(0);

	memset(text, 'x', sizeof(text) - 1);
	stp_print(c, 6, v);
	SAYS("output of one print is too long", c->error);
	IS(0, records(buf, sizeof(buf)));
}

static void texts(void)
{
	static unsigned char buf[STP_RECORD_MAX] __attribute__((aligned(8)));
	const struct stp_record *r = (const struct stp_record *)buf;

	stp_warn(cpu(0), "look out");
	HOLDS(records(buf, sizeof(buf)) == r->len);
	IS(STP_REC_WARNING, r->type);
	HOLDS(!decode(r, "s"));
	SAYS("look out", args.v[0].s);
	stp_printf(cpu(0), "%s %d", "embedded", 5);
	HOLDS(records(buf, sizeof(buf)) == r->len);
	IS(STP_REC_TEXT, r->type);
	HOLDS(!decode(r, "s"));
	SAYS("embedded 5", args.v[0].s);
}

/* Every shorter record is refused; every changed byte does no harm. */
static void damaged(void)
{
	static const char *const letters[] = { "sdd", "h", "ds", "ssss", "hd",
		"mmd", "x", "sdds" };
	unsigned char data[700];
	size_t n, i, l;
	int at;

	for (i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)(i * 37 % 11 ? 0 : i);
	for (l = 0; l < sizeof(letters) / sizeof(letters[0]); l++)
		for (n = 0; n < sizeof(data); n += 13)
			for (at = -1; at < 8; at++) {
				void *copy = malloc(n ? n : 1);
				int err;

				if (n)
					memcpy(copy, data, n);
				if (at >= 0 && (size_t)at < n)
					((unsigned char *)copy)[at] ^= 0xff;
				err = stp_args_decode(&args, letters[l], copy,
						      n, at & 1, memory,
						      STP_DECODE_MEM(n));
				HOLDS(err == 0 || err == -1);
				free(copy);
			}
	IS(-1, stp_args_decode(&args, "x", data, 100, 0, memory, 1000));
	IS(-1, stp_args_decode(&args, "d", data, 7, 0, memory, 1000));
	IS(-1, stp_args_decode(&args, "s", "\5\0abcd", 6, 0, memory, 1000));
	IS(0, stp_args_decode(&args, "s", "\4\0abcd", 6, 0, memory, 1000));
	IS(-1, stp_args_decode(&args, "s", "\4\0abcd", 6, 0, memory, 4));
	IS(0, stp_args_decode(&args, "s", "\0\4abcd", 6, 1, memory, 1000));
	SAYS("abcd", args.v[0].s);
	IS(0, stp_args_decode(&args, "d", "\1\2\3\4\5\6\7\10", 8, 0, memory,
			      1000));
	stp_i64 straight = args.v[0].n;

	IS(0, stp_args_decode(&args, "d", "\10\7\6\5\4\3\2\1", 8, 1, memory,
			      1000));
	IS(straight, args.v[0].n);
}

static void definitions(void)
{
	static const char want[] = "nothing\0\0%d\0d\0%s %d %d\0sdd";
	char buf[256];
	stp_u32 n = stp_session_defs(NULL, 0), count;

	IS(n, stp_session_defs(buf, sizeof(buf)));
	memcpy(&count, buf, 4);
	IS(7, count);
	HOLDS(!memcmp(buf + 4, want, sizeof(want)));
	memset(buf, '#', sizeof(buf));
	IS(n, stp_session_defs(buf, 10));
	HOLDS(buf[10] == '#');
}

int main(void)
{
	test_script.formats = formats;
	test_script.nformats = sizeof(formats) / sizeof(formats[0]);
	start(NULL, 0, 1);
	fd = memfd_create("records", 0);
	IS(0, user_stream_start(fd));
	records(stream, 0);
	simple();
	strings();
	histograms();
	blobs();
	too_long();
	texts();
	damaged();
	definitions();
	stp_session_fini();
	return check_report();
}
