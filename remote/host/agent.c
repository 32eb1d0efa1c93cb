// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's side of one session: sends the module and how to run it, shows
 * the trace as it comes, passes on the user's wish to stop, and notices when
 * nobody answers.  In: frames, none of them trusted.  Never blocks.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "remote/host/target.h"

#define QUEUE_ROOM ((size_t)256 << 10)	/* more of the module is queued below */
#define COMPLAINT_MAX 1024
#define READS_A_TURN 8
#define LINGER_MS 3000		/* after STATUS, until staprun has gone */
#define STATUS_LINK_LOST 255	/* of staprun --agent */
#define CONTROL_SAFE '?'	/* shown for control characters of messages */

struct agent {
	struct arena *a;
	const char *name;
	struct link *link;
	struct agent_job job;
	FILE *out, *err;
	struct text_view *view;
	struct stream *stream;
	struct wire_queue queue;
	unsigned char in[WIRE_HEAD + WIRE_PAYLOAD_MAX];
	size_t n;		/* bytes in it */
	size_t sent;		/* of the module */
	bool run_sent, greeted, over, gone, failed;
	uint64_t bytes;		/* of the trace, so far */
	bool more;		/* to be read at once, without waiting */
	bool told;		/* the user knows why it failed */
	int stop;		/* enum wire_stop sent, 0: none */
	struct wire_status status;
	bool have_status;
	int64_t heard_at, spoke_at, linger_until;
	char complaint[COMPLAINT_MAX]; /* on standard error, before HELLO */
	size_t ncomplaint;
};

/* ---- words to the user ---- */
static void put_clean(FILE *f, const char *s)
{
	for (; *s; s++)
		fputc((unsigned char)*s < ' ' && *s != '\t' ? CONTROL_SAFE : *s,
		      f);
}

static void say(struct agent *g, const char *kind, const char *text)
{
	fflush(g->out);
	fputs(kind, g->err);
	if (g->name)
		fprintf(g->err, "%s: ", g->name);
	put_clean(g->err, text);
	fputc('\n', g->err);
	fflush(g->err);
}

static void complain(struct agent *g, const char *text)
{
	g->failed = g->told = true;
	say(g, "ERROR: ", text);
}

/* ---- the beginning ---- */
static void queue_beginning(struct agent *g)
{
	struct wire_hello hello = { .version = WIRE_VERSION };
	struct wire_file file = { .size = g->job.module_size, .mode = 0600 };

	snprintf(hello.program, sizeof(hello.program), "stap (stapx) %s",
		 STAPX_VERSION);
	snprintf(file.name, sizeof(file.name), "%s", g->job.module_name);
	sha256_of(g->job.module, g->job.module_size, file.digest);
	wire_put_hello(&g->queue, &hello);
	wire_put_file(&g->queue, &file);
}

/* The module in pieces, so that it is not held twice; then how to run it. */
static void queue_more(struct agent *g)
{
	while (g->sent < g->job.module_size &&
	       wire_queued(&g->queue) < QUEUE_ROOM) {
		size_t n = MIN(g->job.module_size - g->sent,
			       (size_t)WIRE_PAYLOAD_MAX);

		wire_put_bytes(&g->queue, WIRE_FILE_DATA,
			       g->job.module + g->sent, n);
		g->sent += n;
	}
	if (g->run_sent || g->sent < g->job.module_size)
		return;
	g->run_sent = true;
	if (wire_put_run(&g->queue, g->job.options.v, g->job.options.n)) {
		complain(g, "too many or too long options for a remote run");
		g->over = true;
	}
}

struct agent *agent_new(struct arena *a, const char *name, struct link *link,
			const struct agent_job *job, FILE *out, FILE *err,
			const char *prefix)
{
	struct agent *g = arena_new(a, struct agent);

	g->a = a;
	g->name = name;
	g->link = link;
	g->job = *job;
	g->out = out;
	g->err = err;
	g->view = text_view_new(out, err, prefix);
	g->stream = stream_open(&stream_text_view, g->view);
	if (!g->view || !g->stream)
		fatal("no memory for the trace");
	text_view_verbose(g->view, job->verbose > 0);
	text_view_quiet(g->view, job->quiet);
	text_view_finder(g->view, job->finder);
	if (job->several)
		text_view_name(g->view, name);
	g->heard_at = g->spoke_at = clock_ms();
	queue_beginning(g);
	return g;
}

/* ---- frames from the target ---- */
static int take_hello(struct agent *g, const struct wire_frame *f)
{
	struct wire_hello h;

	if (wire_get_hello(f, &h))
		return -EPROTO;
	g->greeted = h.version == WIRE_VERSION;
	if (g->greeted)
		return 0;
	complain(g, arena_printf(g->a, "staprun there (\"%s\") speaks version "
				 "%u of the protocol, stap version %d: install "
				 "matching ones", h.program, h.version,
				 WIRE_VERSION));
	g->over = true;
	return 0;
}

static int take_log(struct agent *g, const struct wire_frame *f)
{
	char text[WIRE_STRING_MAX];
	int level;

	if (wire_get_log(f, &level, text, sizeof(text)))
		return -EPROTO;
	if (!level && !g->job.quiet)
		say(g, "WARNING: ", text);
	else if (level && level <= g->job.verbose)
		say(g, "staprun: ", text);
	return 0;
}

static int take_error(struct agent *g, const struct wire_frame *f)
{
	char text[WIRE_STRING_MAX];

	if (wire_get_error(f, text, sizeof(text)))
		return -EPROTO;
	complain(g, text);
	return 0;
}

static int take_stream(struct agent *g, const struct wire_frame *f)
{
	g->bytes += f->n;
	if (g->job.save)
		fwrite(f->payload, 1, f->n, g->job.save);
	if (!stream_feed(g->stream, f->payload, f->n))
		return 0;
	complain(g, arena_printf(g->a, "the trace is damaged: %s",
				 stream_why(g->stream)));
	g->over = true;
	return 0;
}

static int take_status(struct agent *g, const struct wire_frame *f)
{
	if (wire_get_status(f, &g->status))
		return -EPROTO;
	g->have_status = true;
	g->linger_until = clock_ms() + LINGER_MS;
	return 0;
}

static int take_frame(struct agent *g, const struct wire_frame *f)
{
	if (!g->greeted && f->type != WIRE_HELLO)
		return -EPROTO;
	switch (f->type) {
	case WIRE_HELLO:
		return take_hello(g, f);
	case WIRE_STREAM:
		return take_stream(g, f);
	case WIRE_STDOUT:
		text_view_put(g->view, f->payload, f->n);
		return 0;
	case WIRE_STDERR:
		fflush(g->out);
		fwrite(f->payload, 1, f->n, g->err);
		fflush(g->err);
		return 0;
	case WIRE_LOG:
		return take_log(g, f);
	case WIRE_ERROR:
		return take_error(g, f);
	case WIRE_STATUS:
		return take_status(g, f);
	case WIRE_RUNNING:
		if (g->job.verbose > 1)
			say(g, "staprun: ", "the begin probes have run");
		return 0;
	}
	return 0;
}

static void take_frames(struct agent *g)
{
	struct wire_frame f;
	size_t at = 0;
	ssize_t n;

	while (!g->over && (n = wire_take(g->in + at, g->n - at, &f)) != 0) {
		if (n < 0 || take_frame(g, &f) < 0) {
			complain(g, "what it sends are no frames of staprun: "
				 "is another program called staprun there?");
			g->over = true;
			break;
		}
		at += n;
	}
	memmove(g->in, g->in + at, g->n - at);
	g->n -= at;
}

/* ---- the link ---- */
static void take_complaints(struct agent *g)
{
	char buf[512];
	ssize_t n = g->link->kind->read_err(g->link, buf, sizeof(buf));

	for (ssize_t i = 0; i < n; i++)
		if (g->ncomplaint < COMPLAINT_MAX - 1)
			g->complaint[g->ncomplaint++] = buf[i];
	if (n > 0)
		g->complaint[g->ncomplaint] = '\0';
}

static void ended(struct agent *g)
{
	int status;

	g->over = g->gone = true;
	if (g->have_status || g->told)
		return;
	take_complaints(g);
	status = g->link->kind->status(g->link);
	if (g->complaint[0])
		g->complaint[strcspn(g->complaint, "\n")] = '\0';
	if (g->greeted && status == STATUS_LINK_LOST)
		complain(g, "it heard nothing from this host for a while, took "
			 "the link for lost and removed the module "
			 "(STAPX_LINK_TIMEOUT=SECONDS gives it more patience)");
	else if (g->greeted)
		complain(g, "staprun was killed there; its guardian removes "
			 "the module");
	else if (g->complaint[0])
		complain(g, arena_printf(g->a, "staprun does not start there: "
					 "%s", g->complaint));
	else
		complain(g, arena_printf(g->a, "staprun does not start there "
					 "(status %d)", status));
}

static void broken(struct agent *g, ssize_t err)
{
	if (err == -EPIPE) {
		ended(g);
		return;
	}
	g->over = g->gone = true;
	if (!g->have_status)
		complain(g, "the link was lost; the target removes the module "
			 "by itself");
}

/* So much in a turn that a busy target cannot keep us from speaking. */
static void receive(struct agent *g)
{
	ssize_t n;

	g->more = true;
	for (int i = 0; i < READS_A_TURN && !g->over; i++) {
		n = g->link->kind->read(g->link, g->in + g->n,
					sizeof(g->in) - g->n);
		if (n <= 0)
			g->more = false;
		if (n < 0)
			broken(g, n);
		if (n <= 0)
			return;
		g->heard_at = clock_ms();
		g->n += n;
		take_frames(g);
	}
}

static void transmit(struct agent *g)
{
	ssize_t n = 1;

	queue_more(g);
	while (n > 0 && wire_queued(&g->queue)) {
		n = g->link->kind->write(g->link, wire_queue_bytes(&g->queue),
					 wire_queued(&g->queue));
		if (n > 0) {
			wire_queue_sent(&g->queue, n);
			/* A module on its way opens the window: alive. */
			if (!g->run_sent)
				g->heard_at = clock_ms();
			queue_more(g);
		}
	}
	/* A write that fails shows as the end of what it says, too. */
}

static void keep_alive(struct agent *g, bool may_read)
{
	int64_t now = clock_ms();

	if (!may_read)
		g->heard_at = now;
	if (now - g->heard_at > WIRE_SILENCE_MS && !g->have_status) {
		agent_give_up(g, "it has not answered for 8 s, the link is "
			      "lost; the target removes the module by itself");
		return;
	}
	if (g->linger_until && now > g->linger_until)
		g->over = true;
	if (now - g->spoke_at >= WIRE_KEEPALIVE_MS) {
		g->spoke_at = now;
		if (!wire_queued(&g->queue))
			wire_put_empty(&g->queue, WIRE_KEEPALIVE);
	}
}

int agent_poll(struct agent *g, struct pollfd p[2], bool may_read)
{
	int n = g->link->kind->poll(g->link, p, wire_queued(&g->queue) > 0);

	for (int i = 0; i < n && !may_read; i++)
		p[i].events &= ~POLLIN;
	return n;
}

uint64_t agent_bytes(const struct agent *g)
{
	return g->bytes;
}

bool agent_has_more(const struct agent *g)
{
	return g->more && !g->over;
}

void agent_turn(struct agent *g, bool may_read)
{
	if (g->over)
		return;
	if (may_read)
		receive(g);
	take_complaints(g);
	if (g->over)
		return;
	keep_alive(g, may_read);
	if (!g->over)
		transmit(g);
}

void agent_stop(struct agent *g, enum wire_stop how)
{
	if (g->over || (int)how <= g->stop)
		return;
	g->stop = how;
	wire_put_stop(&g->queue, how);
	transmit(g);
}

void agent_give_up(struct agent *g, const char *reason)
{
	if (!g->over)
		complain(g, reason);
	g->over = g->gone = true;
}

bool agent_over(const struct agent *g)
{
	return g->over;
}

int agent_finish(struct agent *g, bool *greeted)
{
	int status = g->failed || !g->have_status || g->status.status;

	if (stream_begun(g->stream) && stream_finish(g->stream) && !g->told) {
		complain(g, "the trace was cut off");
		status = 1;
	}
	if (text_view_errors(g->view))
		status = 1;
	*greeted = g->greeted;
	g->link->kind->close(g->link);
	stream_close(g->stream);
	text_view_free(g->view);
	wire_queue_free(&g->queue);
	return status;
}
