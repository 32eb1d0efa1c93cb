// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows that every message comes out of a frame as it went in, that a frame
 * is only taken when it is whole, and that sizes, names and strings beyond
 * their limits are refused.
 */
#include <errno.h>

#include "remote/wire/wire.h"
#include "tests/unit/check.h"

/* The first frame of the queue, which must be whole. */
static struct wire_frame first(const struct wire_queue *q)
{
	struct wire_frame f = { 0 };

	IS(1, wire_take(wire_queue_bytes(q), wire_queued(q), &f) > 0);
	return f;
}

static void hello(void)
{
	struct wire_hello in = { .version = 7, .program = "staprun x",
				 .machine = "aarch64", .release = "6.1.0-56" };
	struct wire_hello out;
	struct wire_queue q = { 0 };
	struct wire_frame f;

	wire_put_hello(&q, &in);
	f = first(&q);
	IS(WIRE_HELLO, f.type);
	IS(0, wire_get_hello(&f, &out));
	IS(7, out.version);
	SAYS("staprun x", out.program);
	SAYS("aarch64", out.machine);
	SAYS("6.1.0-56", out.release);
	for (f.n--; f.n; f.n--)		/* cut off anywhere: refused */
		IS(-EPROTO, wire_get_hello(&f, &out));
	wire_queue_free(&q);
}

static int file_named(const char *name, uint64_t size, uint32_t mode)
{
	struct wire_file in = { .size = size, .mode = mode }, out;
	struct wire_queue q = { 0 };
	struct wire_frame f;
	int err;

	snprintf(in.name, sizeof(in.name), "%s", name);
	memset(in.digest, 0xa5, sizeof(in.digest));
	wire_put_file(&q, &in);
	f = first(&q);
	err = wire_get_file(&f, &out);
	if (!err) {
		SAYS(name, out.name);
		IS((long long)size, (long long)out.size);
		IS(0, memcmp(in.digest, out.digest, sizeof(in.digest)));
	}
	wire_queue_free(&q);
	return err;
}

static void files(void)
{
	IS(0, file_named("stap_12ab.ko", 4096, 0600));
	IS(0, file_named("a", WIRE_FILE_MAX, 0));
	IS(-EPROTO, file_named("a", WIRE_FILE_MAX + 1, 0600));
	IS(-EPROTO, file_named("../x", 1, 0600));
	IS(-EPROTO, file_named("a/b", 1, 0600));
	IS(-EPROTO, file_named("..", 1, 0600));
	IS(-EPROTO, file_named(".x", 1, 0600));
	IS(-EPROTO, file_named("-x", 1, 0600));
	IS(-EPROTO, file_named("", 1, 0600));
	IS(-EPROTO, file_named("a", 1, 04755));
}

static void options(void)
{
	struct wire_option in[] = { { "module", "m.ko" }, { "set", "a=1" },
				    { "set", "b=" }, { "", "" } };
	static struct wire_run out;
	struct wire_queue q = { 0 };
	struct wire_frame f;
	char *big;

	IS(0, wire_put_run(&q, in, 4));
	f = first(&q);
	IS(0, wire_get_run(&f, &out));
	IS(4, (long long)out.n);
	SAYS("m.ko", wire_run_get(&out, "module"));
	SAYS("a=1", out.options[1].value);
	SAYS("b=", out.options[2].value);
	SAYS(NULL, wire_run_get(&out, "pid"));
	wire_run_free(&out);
	for (f.n--; f.n; f.n--)
		IS(-EPROTO, wire_get_run(&f, &out));
	wire_queue_free(&q);

	big = calloc(1, WIRE_STRING_MAX + 2);
	memset(big, 'x', WIRE_STRING_MAX + 1);
	in[0].value = big;
	IS(-E2BIG, wire_put_run(&q, in, 1));
	IS(-E2BIG, wire_put_run(&q, in, WIRE_OPTIONS_MAX + 1));
	IS(0, (long long)wire_queued(&q));
	free(big);
}

static void small_ones(void)
{
	struct wire_status st = { .status = 1, .child = -1 }, got;
	struct wire_queue q = { 0 };
	struct wire_frame f;
	enum wire_stop how;
	char text[8];
	int level;

	wire_put_status(&q, &st);
	f = first(&q);
	IS(0, wire_get_status(&f, &got));
	IS(1, got.status);
	IS(-1, got.child);
	wire_queue_free(&q);

	wire_put_stop(&q, WIRE_STOP_FAST);
	f = first(&q);
	IS(0, wire_get_stop(&f, &how));
	IS(WIRE_STOP_FAST, how);
	((unsigned char *)f.payload)[0] = 9;
	IS(-EPROTO, wire_get_stop(&f, &how));
	wire_queue_free(&q);

	wire_put_log(&q, 2, "loading it");
	f = first(&q);
	IS(0, wire_get_log(&f, &level, text, sizeof(text)));
	IS(2, level);
	SAYS("loading", text);		/* cut, not refused */
	wire_queue_free(&q);
}

/* A NUL inside a string would hide what follows it. */
static void nul_in_string(void)
{
	struct wire_queue q = { 0 };
	struct wire_frame f;
	char text[64];

	wire_put_error(&q, "no space");
	f = first(&q);
	((unsigned char *)f.payload)[4] = 0;
	IS(-EPROTO, wire_get_error(&f, text, sizeof(text)));
	wire_queue_free(&q);
}

static void taking(void)
{
	unsigned char head[WIRE_HEAD] = { 'S', 'X', WIRE_STREAM, 0, 4 };
	unsigned char bytes[WIRE_HEAD + 4] = { 'S', 'X', WIRE_STREAM, 0, 4 };
	struct wire_frame f;

	for (size_t n = 0; n < sizeof(bytes); n++)
		IS(0, wire_take(bytes, n, &f));
	IS((long long)sizeof(bytes), wire_take(bytes, sizeof(bytes), &f));
	IS(4, (long long)f.n);
	head[6] = 2;			/* 128 kB */
	IS(-EPROTO, wire_take(head, sizeof(head), &f));
	head[6] = 0;
	head[0] = 's';
	IS(-EPROTO, wire_take(head, 1, &f));
	IS(-EPROTO, wire_take("SX\5\1", 4, &f));
}

/* Bytes of a stream: cut into frames, or joined to the last one. */
static void queueing(void)
{
	static unsigned char big[WIRE_PAYLOAD_MAX * 2 + 10];
	struct wire_queue q = { 0 };
	struct wire_frame f;
	size_t total = 0, frames = 0;

	wire_put_bytes(&q, WIRE_STREAM, big, sizeof(big));
	while (wire_queued(&q)) {
		f = first(&q);
		total += f.n;
		frames++;
		wire_queue_sent(&q, WIRE_HEAD + f.n);
	}
	IS(3, (long long)frames);
	IS((long long)sizeof(big), (long long)total);

	wire_put_joined(&q, WIRE_STREAM, "abc", 3);
	wire_put_joined(&q, WIRE_STREAM, "def", 3);
	f = first(&q);
	IS(6, (long long)f.n);
	IS(0, memcmp(f.payload, "abcdef", 6));
	wire_queue_sent(&q, 1);		/* it is on its way: left alone */
	wire_put_joined(&q, WIRE_STREAM, "ghi", 3);
	wire_queue_sent(&q, WIRE_HEAD + 6 - 1);
	f = first(&q);
	IS(3, (long long)f.n);
	wire_put_joined(&q, WIRE_STDOUT, "x", 1);
	f = first(&q);
	IS(3, (long long)f.n);
	wire_queue_free(&q);
}

int main(void)
{
	hello();
	files();
	options();
	small_ones();
	nul_in_string();
	taking();
	queueing();
	return check_report();
}
