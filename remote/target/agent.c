// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * staprun --agent: the outlet that speaks frames to a host on standard input
 * and output.  First files, then how to run, then one session.  The host's
 * silence, or the end of its stream, ends the session; then, as always, the
 * module and this run's folder with this very program in it are removed.
 */
#include "remote/target/target.h"
#include "remote/wire/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

/* What waits for a slow link beside the rings: a part of the memory that is
 * free at the start.  Above it the rings wait. */
#define QUEUE_PART 16
#define QUEUE_MIN ((size_t)256 << 10)
#define QUEUE_MAX ((size_t)12 << 20)
#define STUCK_MS 60000	/* a host whose output is full may pause so long */
/* So much of a pause between two looks counts as silence: a target that was
 * itself stopped for a while hears the host again before it gives up. */
#define SILENCE_STEP_MS 250

struct upload {
	struct wire_file file;
	struct sha256 sum;
	uint64_t got;
	int fd;			/* -1: none under way */
	unsigned int count;
};

struct agent {
	struct outlet outlet;
	const char *folder;
	struct wire_queue out;
	unsigned char in[WIRE_HEAD + WIRE_PAYLOAD_MAX];
	size_t n;
	struct upload upload;
	struct wire_run run;
	bool have_run, greeted;
	bool lost;		/* no host any more */
	int stop;		/* OUTLET_… */
	int verbose;
	size_t queue_room;
	int64_t spoke_at, looked_at;
	int silence_ms, silence_max;
	int silence_armed;	/* its limit while probes are armed */
};

/* ---- the link ---- */
static void lose(struct agent *a)
{
	a->lost = true;
	a->stop = OUTLET_GONE;
}

static void refuse(struct agent *a, const char *text)
{
	wire_put_error(&a->out, text);
}

static void send_some(struct agent *a)
{
	while (wire_queued(&a->out) && !a->lost) {
		ssize_t n = write(1, wire_queue_bytes(&a->out),
				  wire_queued(&a->out));

		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			lose(a);
		else
			wire_queue_sent(&a->out, n);
	}
}

static void keep_alive(struct agent *a)
{
	int64_t now = now_ms(), pause = now - a->looked_at;

	a->looked_at = now;
	a->silence_ms += pause < SILENCE_STEP_MS ? pause : SILENCE_STEP_MS;
	if (a->silence_ms > a->silence_max)
		lose(a);
	if (now - a->spoke_at < WIRE_KEEPALIVE_MS || !a->greeted)
		return;
	a->spoke_at = now;
	if (!wire_queued(&a->out))
		wire_put_empty(&a->out, WIRE_KEEPALIVE);
}

/* ---- files ---- */
static void upload_failed(struct agent *a, int err)
{
	struct upload *u = &a->upload;
	struct statvfs fs = { 0 };
	char text[512];

	statvfs(a->folder, &fs);
	snprintf(text, sizeof(text), err == ENOSPC || err == EDQUOT ?
		 "not enough space in \"%s\" on the target for \"%s\" (%llu "
		 "bytes, %llu are free): make room there" :
		 "cannot write to \"%s\" on the target: \"%s\" (%llu bytes, "
		 "%llu are free)", a->folder, u->file.name,
		 (unsigned long long)u->file.size,
		 (unsigned long long)fs.f_bavail * fs.f_frsize);
	refuse(a, text);
	if (u->fd >= 0)
		close(u->fd);
	u->fd = -1;
	a->stop = OUTLET_STOP_FAST;
}

static void upload_end(struct agent *a)
{
	struct upload *u = &a->upload;
	unsigned char digest[SHA256_SIZE];
	int err = close(u->fd) < 0 ? errno : 0;

	u->fd = -1;
	if (err) {
		upload_failed(a, err);
		return;
	}
	sha256_end(&u->sum, digest);
	if (!memcmp(digest, u->file.digest, SHA256_SIZE))
		return;
	refuse(a, "a file changed on its way to the target (its digest does "
	       "not match)");
	a->stop = OUTLET_STOP_FAST;
}

static int upload_begin(struct agent *a, const struct wire_frame *f)
{
	struct upload *u = &a->upload;
	char path[4096];

	if (u->fd >= 0 || u->count++ >= WIRE_FILES_MAX || a->have_run ||
	    wire_get_file(f, &u->file))
		return -EPROTO;
	snprintf(path, sizeof(path), "%s/%s", a->folder, u->file.name);
	u->got = 0;
	sha256_init(&u->sum);
	u->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		     u->file.mode & 0700);
	if (u->fd < 0)
		upload_failed(a, errno);
	else if (!u->file.size)
		upload_end(a);
	return 0;
}

static int upload_data(struct agent *a, const struct wire_frame *f)
{
	struct upload *u = &a->upload;
	const unsigned char *p = f->payload;
	size_t left = f->n;

	if (a->stop)		/* it has failed; the rest is on its way */
		return 0;
	if (u->fd < 0 || f->n > u->file.size - u->got)
		return -EPROTO;
	sha256_add(&u->sum, p, f->n);
	u->got += f->n;
	while (left) {
		ssize_t n = write(u->fd, p, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			upload_failed(a, n < 0 ? errno : ENOSPC);
			return 0;
		}
		p += n;
		left -= n;
	}
	if (u->got == u->file.size)
		upload_end(a);
	return 0;
}

/* ---- frames from the host ---- */
static int take_hello(struct agent *a, const struct wire_frame *f)
{
	struct wire_hello hello;
	char text[256];

	if (wire_get_hello(f, &hello))
		return -EPROTO;
	if (hello.version == WIRE_VERSION)
		return 0;
	snprintf(text, sizeof(text), "staprun on the target speaks version %d "
		 "of the protocol, the host version %u: install matching ones",
		 WIRE_VERSION, hello.version);
	refuse(a, text);
	a->stop = OUTLET_STOP_FAST;
	return 0;
}

static int take_stop(struct agent *a, const struct wire_frame *f)
{
	enum wire_stop how;
	int stop;

	if (wire_get_stop(f, &how))
		return -EPROTO;
	stop = how == WIRE_STOP_FAST ? OUTLET_STOP_FAST : OUTLET_STOP;
	if (stop > a->stop)
		a->stop = stop;
	return 0;
}

static int take_run(struct agent *a, const struct wire_frame *f)
{
	int err;

	if (a->have_run || a->upload.fd >= 0)
		return -EPROTO;
	err = wire_get_run(f, &a->run);
	a->have_run = !err;
	return err;
}

static int take_frame(struct agent *a, const struct wire_frame *f)
{
	switch (f->type) {
	case WIRE_HELLO:
		return take_hello(a, f);
	case WIRE_FILE:
		return upload_begin(a, f);
	case WIRE_FILE_DATA:
		return upload_data(a, f);
	case WIRE_RUN:
		return take_run(a, f);
	case WIRE_STOP:
		return take_stop(a, f);
	}
	return 0;		/* KEEPALIVE, and what a newer host may add */
}

static void take_frames(struct agent *a)
{
	struct wire_frame f;
	size_t at = 0;
	ssize_t n;

	while ((n = wire_take(a->in + at, a->n - at, &f)) > 0) {
		if (take_frame(a, &f) < 0)
			n = -EPROTO;
		if (n < 0)
			break;
		at += n;
	}
	if (n < 0) {
		refuse(a, "staprun on the target received bytes that are no "
		       "frames");
		a->stop = OUTLET_STOP_FAST;
		at = a->n;
	}
	memmove(a->in, a->in + at, a->n - at);
	a->n -= at;
}

static void receive(struct agent *a)
{
	ssize_t n = read(0, a->in + a->n, sizeof(a->in) - a->n);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		lose(a);
		return;
	}
	a->n += n;
	a->silence_ms = 0;
	take_frames(a);
}

/* ---- the outlet ---- */
static int agent_stream(struct outlet *o, const void *p, size_t n)
{
	struct agent *a = (struct agent *)o;

	if (a->lost)
		return 0;
	/* Small blocks travel together in one frame. */
	wire_put_joined(&a->out, WIRE_STREAM, p, n);
	return a->out.failed ? -ENOMEM : 0;
}

static void agent_log(struct outlet *o, int level, const char *text)
{
	struct agent *a = (struct agent *)o;

	if (a->verbose >= level)
		wire_put_log(&a->out, level, text);
}

static void agent_error(struct outlet *o, const char *text)
{
	refuse((struct agent *)o, text);
}

static void agent_warning(struct outlet *o, const char *text)
{
	struct agent *a = (struct agent *)o;

	wire_put_log(&a->out, 0, text);
}

static void agent_child(struct outlet *o, int fd, const void *p, size_t n)
{
	struct agent *a = (struct agent *)o;

	if (!a->lost)
		wire_put_bytes(&a->out, fd == 1 ? WIRE_STDOUT : WIRE_STDERR, p,
			       n);
}

/* Long begin and end probes hold a CPU, and perhaps its network card, so the
 * host is given more time to be heard then. */
static void agent_running(struct outlet *o, bool on)
{
	struct agent *a = (struct agent *)o;

	a->silence_max = on ? a->silence_armed : WIRE_SILENCE_MS;
	a->silence_ms = 0;
	if (on)
		wire_put_empty(&a->out, WIRE_RUNNING);
}

static bool agent_room(struct outlet *o)
{
	struct agent *a = (struct agent *)o;

	return a->lost || wire_queued(&a->out) < a->queue_room;
}

static int agent_prepare(struct outlet *o, struct pollfd *p, int max)
{
	struct agent *a = (struct agent *)o;

	send_some(a);
	p[0] = (struct pollfd){ .fd = a->lost ? -1 : 0, .events = POLLIN };
	p[1] = (struct pollfd){ .fd = wire_queued(&a->out) && !a->lost ? 1 : -1,
				.events = POLLOUT };
	return 2;
}

static int agent_handle(struct outlet *o, const struct pollfd *p, int n)
{
	struct agent *a = (struct agent *)o;

	if (p[0].revents)
		receive(a);
	keep_alive(a);
	send_some(a);
	return a->stop;
}

static const struct outlet_kind agent_kind = {
	.stream = agent_stream,
	.log = agent_log,
	.error = agent_error,
	.warning = agent_warning,
	.child = agent_child,
	.running = agent_running,
	.room = agent_room,
	.prepare = agent_prepare,
	.handle = agent_handle,
	.captures = true,
};

/* ---- the whole ---- */
static size_t queue_room(void)
{
	struct sysinfo info = { 0 };
	uint64_t part;

	sysinfo(&info);
	part = (uint64_t)info.freeram * info.mem_unit / QUEUE_PART;
	return part < QUEUE_MIN ? QUEUE_MIN : part > QUEUE_MAX ? QUEUE_MAX :
		(size_t)part;
}

static void turn(struct agent *a, int ms)
{
	struct pollfd p[2];
	int n = agent_prepare(&a->outlet, p, 2);

	poll(p, n, ms);
	agent_handle(&a->outlet, p, n);
}

static void greet(struct agent *a)
{
	struct wire_hello hello = { .version = WIRE_VERSION };
	struct utsname u;

	uname(&u);
	snprintf(hello.program, sizeof(hello.program), STAPRUN_PROGRAM,
		 WIRE_VERSION);
	snprintf(hello.machine, sizeof(hello.machine), "%.31s", u.machine);
	snprintf(hello.release, sizeof(hello.release), "%s", u.release);
	wire_put_hello(&a->out, &hello);
	a->greeted = true;
}

struct session_options {
	struct run_options run;
	char module[4096];
	const char *sets[WIRE_OPTIONS_MAX];
};

/* One option of RUN; false: it is not known, or its value is no good. */
static bool set_option(struct agent *a, struct session_options *s,
		       const struct wire_option *o)
{
	struct run_options *run = &s->run;
	const char *key = o->key, *value = o->value;

	if (!strcmp(key, "module") && wire_name_valid(value)) {
		snprintf(s->module, sizeof(s->module), "%s/%s", a->folder,
			 value);
		run->module = s->module;
	} else if (!strcmp(key, "command"))
		run->command = value;
	else if (!strcmp(key, "pid"))
		run->pid = atoi(value);
	else if (!strcmp(key, "buffer_mb"))
		run->buffer_mb = atoi(value);
	else if (!strcmp(key, "timeout_ms"))
		run->timeout_s = atof(value) / 1000;
	else if (!strcmp(key, "silence_ms"))
		a->silence_armed = atoi(value);
	else if (!strcmp(key, "keep_name"))
		run->keep_name = true;
	else if (!strcmp(key, "release"))
		run->release = value;
	else if (!strcmp(key, "build_id"))
		run->build_id = value;
	else if (!strcmp(key, "image"))
		run->image = value;
	else if (!strcmp(key, "verbose"))
		a->verbose = atoi(value);
	else if (!strcmp(key, "set"))
		s->sets[run->nsets++] = value;
	else
		return false;
	return true;
}

static int run(struct agent *a, int *child)
{
	struct session_options s = { .run.folder = a->folder,
				     .run.sets = s.sets };
	char text[256];

	a->silence_armed = WIRE_ARMED_SILENCE_MS;
	for (size_t i = 0; i < a->run.n; i++) {
		if (set_option(a, &s, &a->run.options[i]))
			continue;
		snprintf(text, sizeof(text), "staprun on the target does not "
			 "know the option \"%.64s\"", a->run.options[i].key);
		refuse(a, text);
		return 1;
	}
	if (!s.run.module) {
		refuse(a, "no module was named to staprun on the target");
		return 1;
	}
	return run_session(&s.run, &a->outlet, child);
}

/* Errors that need no session are told as soon as the host listens. */
static bool prepare(struct agent *a)
{
	struct why why;

	if (chdir("/") < 0 || folder_own(a->folder, &why) < 0) {
		refuse(a, why.text);
		return false;
	}
	if (facts_can_load(&why) < 0) {
		refuse(a, why.text);
		return false;
	}
	return true;
}

static void finish(struct agent *a, int status, int child)
{
	struct wire_status st = { .status = status, .child = child };
	int64_t until = now_ms() + STUCK_MS;

	wire_put_status(&a->out, &st);
	a->silence_max = WIRE_SILENCE_MS;
	while (wire_queued(&a->out) && !a->lost && now_ms() < until) {
		size_t before = wire_queued(&a->out);

		turn(a, 100);
		if (wire_queued(&a->out) < before)
			until = now_ms() + STUCK_MS;
	}
}

int agent_main(const char *folder)
{
	static struct agent agent;
	struct agent *a = &agent;
	int status = 1, child = -1;

	a->outlet.kind = &agent_kind;
	a->folder = folder;
	a->upload.fd = -1;
	a->silence_max = WIRE_SILENCE_MS;
	a->queue_room = queue_room();
	a->looked_at = a->spoke_at = now_ms();
	fcntl(0, F_SETFL, O_NONBLOCK);
	fcntl(1, F_SETFL, O_NONBLOCK);
	close(signals_open());	/* blocks them; the session takes them */
	greet(a);
	if (prepare(a)) {
		while (!a->have_run && !a->stop)
			turn(a, WIRE_KEEPALIVE_MS / 2);
		if (a->have_run && !a->stop)
			status = run(a, &child);
	}
	if (!a->lost)
		finish(a, status, child);
	folder_remove(folder);
	wire_run_free(&a->run);
	wire_queue_free(&a->out);
	return a->lost ? 255 : status;
}
