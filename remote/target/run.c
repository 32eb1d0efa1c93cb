// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One session: from the module's file to a target as it was before.  In: the
 * options and an outlet.  Out: the stream, messages and an exit status.
 *
 * Must hold: the child and the guardian are made before the control file is
 * opened; nothing is loaded before everything was checked; whatever fails,
 * what was made is undone in reverse.
 */
#include "remote/target/target.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/signalfd.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define POLL_MS 200		/* at most so long without a look */
#define SETTLE_MS 10		/* after data: the watermark still has to pass */
#define REMOVE_MS 3000
#define COMMANDS_MS 2000	/* at the end, for the output of system() */
#define OUTLET_FDS 8

struct run {
	const struct run_options *opt;
	struct outlet *o;
	struct why why;
	struct facts facts;
	struct image image;
	struct child child;
	struct commands commands;
	struct guardian guardian;
	struct device device;
	struct relay relay;
	struct symbols symbols;
	struct stream_writer writer;
	char folder[512];	/* made here; "" none */
	bool guarded, inserted, relaying;
	int signals;
	int stop;		/* OUTLET_… */
	int64_t deadline;	/* of --timeout; 0: none */
	int64_t status_at;
	bool settling;
	int failed;		/* of the stream or the rings: -errno */
};

void outlet_log(struct outlet *o, int level, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	o->kind->log(o, level, text);
}

void outlet_warning(struct outlet *o, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	o->kind->warning(o, text);
}

void outlet_error(struct outlet *o, const char *text)
{
	o->kind->error(o, text);
}

/* ---- signals ---- */
int signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int signals_take(int fd)
{
	struct signalfd_siginfo info;

	return read(fd, &info, sizeof(info)) == sizeof(info) ?
		(int)info.ssi_signo : 0;
}

static void want_stop(struct run *r, int how)
{
	if (how > r->stop)
		r->stop = how;
}

/* The first asks for a proper end, the next for a fast one. */
static void take_signals(struct run *r)
{
	int sig;

	while ((sig = signals_take(r->signals)))
		if (sig != SIGCHLD)
			want_stop(r, r->stop ? OUTLET_STOP_FAST : OUTLET_STOP);
}

/* ---- the child ---- */
static void forward(struct run *r, int *fd, int as)
{
	char buf[16384];
	ssize_t n;

	if (*fd < 0)
		return;
	fcntl(*fd, F_SETFL, O_NONBLOCK);
	while ((n = read(*fd, buf, sizeof(buf))) > 0)
		r->o->kind->child(r->o, as, buf, n);
	if (!n) {
		close(*fd);
		*fd = -1;
	}
}

static void tend_child(struct run *r)
{
	forward(r, &r->child.out, 1);
	forward(r, &r->child.err, 2);
	for (int i = 0; i < 2; i++)
		forward(r, &r->commands.from[i], i + 1);
	if (child_reap(&r->child))
		want_stop(r, OUTLET_STOP);
}

static void run_system(void *arg, const char *command)
{
	struct run *r = arg;

	int err = command_run(&r->commands, command, r->o->kind->captures);

	if (err)
		outlet_warning(r->o, "system(\"%s\") does not start: %s",
			       command, strerror(-err));
	else
		outlet_log(r->o, 2, "running \"%s\"", command);
}

/* ---- one turn of the loop ---- */
static void look_at_status(struct run *r)
{
	struct stp_status st;

	if (now_ms() < r->status_at)
		return;
	r->status_at = now_ms() + SETTLE_MS;
	if (!device_status(&r->device, &st) && st.exit_requested)
		want_stop(r, OUTLET_STOP);
}

static void pump(struct run *r)
{
	ssize_t moved = relay_pump(&r->relay);

	r->settling = moved > 0 || r->relay.watermark <= r->relay.moved;
	if (moved >= 0)
		return;
	r->failed = moved;
	want_stop(r, OUTLET_STOP_FAST);
	if (moved == -EPROTO)
		outlet_error(r->o, "the trace buffers of the module are "
			     "damaged; the session ends");
}

static int wait_ms(const struct run *r, bool room)
{
	int64_t ms = r->opt->poll_ms ? r->opt->poll_ms : POLL_MS;

	if (r->settling && room)
		ms = SETTLE_MS;
	if (r->deadline && !r->stop) {
		int64_t left = r->deadline - now_ms();

		ms = left < 0 ? 0 : left < ms ? left : ms;
	}
	return ms;
}

static void guardian_died(struct run *r)
{
	close(r->guardian.fd);
	r->guardian.fd = -1;
	outlet_error(r->o, "the guardian process was killed, so the session "
		     "ends: nothing would clean up after staprun");
	r->failed = -ECHILD;
	want_stop(r, OUTLET_STOP);
}

/* Waits for the next thing to happen and deals with it.  *done (-1: none) is
 * closed and set to -1 when the call aside is over. */
static void turn(struct run *r, int *done)
{
	bool room = r->o->kind->room(r->o);
	struct pollfd p[8 + OUTLET_FDS] = {
		{ .fd = r->signals, .events = POLLIN },
		{ .fd = r->guardian.fd, .events = POLLIN },
		{ .fd = room && r->relaying ? r->device.fd : -1,
		  .events = POLLIN },
		{ .fd = done ? *done : -1, .events = POLLIN },
		{ .fd = room ? r->child.out : -1, .events = POLLIN },
		{ .fd = room ? r->child.err : -1, .events = POLLIN },
		{ .fd = room ? r->commands.from[0] : -1, .events = POLLIN },
		{ .fd = room ? r->commands.from[1] : -1, .events = POLLIN },
	};
	int n = r->o->kind->prepare(r->o, p + 8, OUTLET_FDS);

	poll(p, 8 + n, wait_ms(r, room));
	if (p[0].revents)
		take_signals(r);
	if (p[1].revents)
		guardian_died(r);
	if (room && r->relaying)
		pump(r);
	if (room || r->child.pid)
		tend_child(r);
	look_at_status(r);
	want_stop(r, r->o->kind->handle(r->o, p + 8, n));
	if (r->deadline && now_ms() >= r->deadline)
		want_stop(r, OUTLET_STOP);
	if (p[3].revents) {
		close(*done);
		*done = -1;
	}
}

/* Turns until the call aside is over; its result. */
static int turn_until(struct run *r, struct device_call *call, int done)
{
	if (!call)
		return -EAGAIN;
	while (done >= 0)
		turn(r, &done);
	return device_joined(call);
}

/* ---- before anything is loaded ---- */
static int check_expected(struct run *r)
{
	const struct run_options *opt = r->opt;

	if (opt->release && strcmp(opt->release, r->facts.release))
		return because(&r->why, -ENOEXEC, "the script was built for "
			       "kernel \"%s\", this machine runs \"%s\"",
			       opt->release, r->facts.release);
	if (opt->build_id && *opt->build_id && r->facts.build_id[0] &&
	    strcasecmp(opt->build_id, r->facts.build_id))
		return because(&r->why, -ENOEXEC, "the script was built for "
			       "the kernel with build-id %s, this machine "
			       "runs %s", opt->build_id, r->facts.build_id);
	return 0;
}

static int check(struct run *r)
{
	int err = image_read(&r->image, r->opt->module, &r->why);

	facts_get(&r->facts);
	if (!err)
		err = facts_can_load(&r->why);
	if (!err)
		err = image_check(&r->image, &r->facts, &r->why);
	if (!err)
		err = check_expected(r);
	if (!err && !r->opt->keep_name)
		err = image_rename(&r->image, &r->why);
	return err;
}

/* The run's folder: the agent's own, or one for libkmod's sake. */
static const char *folder(struct run *r, int *err)
{
	*err = 0;
	if (r->opt->folder)
		return r->opt->folder;
#ifdef HAVE_LIBKMOD
	*err = folder_make(r->folder, sizeof(r->folder), &r->why);
	if (!*err)
		*err = folder_own(r->folder, &r->why);
#endif
	return r->folder;
}

static int guard(struct run *r)
{
	int err = guardian_start(&r->guardian, &r->why);
	const char *path;

	if (err)
		return err;
	r->guarded = true;
	path = folder(r, &err);
	if (*path)
		guardian_folder(&r->guardian, path);
	return err;
}

static int target_pid(struct run *r, int64_t *pid)
{
	*pid = r->opt->pid;
	if (r->opt->pid && kill(r->opt->pid, 0) < 0 && errno == ESRCH)
		outlet_warning(r->o, "there is no process %d on the target",
			       r->opt->pid);
	if (!r->opt->command)
		return 0;
	*pid = 0;
	if (child_prepare(&r->child, r->opt->command, r->o->kind->captures,
			  &r->why) < 0)
		return -1;
	*pid = r->child.pid;
	return 0;
}

/* ---- loading ---- */
static int insert_locked(struct run *r)
{
	int err;

	if (!r->opt->no_sweep)
		sweep(r->o);
	guardian_module(&r->guardian, r->image.name);
	outlet_log(r->o, 1, "loading module \"%s\" (%zu bytes)", r->image.name,
		   r->image.n);
	err = module_insert(&r->image, r->opt->folder ? r->opt->folder :
			    r->folder, &r->why);
	if (err) {
		guardian_module(&r->guardian, "");
		return err;
	}
	r->inserted = true;
	return device_open(&r->device, r->image.name, &r->why);
}

static int insert(struct run *r)
{
	int lock = load_lock(), err;

	err = insert_locked(r);
	if (lock >= 0)
		close(lock);
	return err;
}

/* For functions of the library that are in the script or not. */
static void set_facts(struct run *r)
{
	char text[3][96] = { "" };
	time_t now = time(NULL);
	struct why ignored = { 0 };
	struct tm tm = { 0 };

	localtime_r(&now, &tm);
	snprintf(text[0], sizeof(text[0]), "_tz_gmtoff=%ld", -tm.tm_gmtoff);
	snprintf(text[1], sizeof(text[1]), "_tz_name=%.60s",
		 tm.tm_zone ? tm.tm_zone : "");
	snprintf(text[2], sizeof(text[2]), "_stp_pid=%d", (int)getpid());
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		device_set(&r->device, text[i], &ignored);
}

static int check_device(struct run *r)
{
	const struct stp_info *info = &r->device.info;

	if (info->build_id[0] && r->facts.build_id[0] &&
	    strcasecmp(info->build_id, r->facts.build_id))
		return because(&r->why, -ENOEXEC, "the module was built for "
			       "the kernel with build-id %s, this machine runs "
			       "%s", info->build_id, r->facts.build_id);
	set_facts(r);
	for (size_t i = 0; i < r->opt->nsets; i++) {
		int err = device_set(&r->device, r->opt->sets[i], &r->why);

		if (err)
			return err;
	}
	return device_map(&r->device, ((uint64_t)r->opt->buffer_mb << 20) *
			  info->ncpus, &r->why);
}

/* ---- the stream's beginning and end ---- */
static bool outlet_room(void *arg)
{
	struct run *r = arg;

	return r->o->kind->room(r->o);
}

static int write_stream(void *arg, const void *p, size_t n)
{
	struct run *r = arg;

	return r->o->kind->stream(r->o, p, n);
}

static int put_info(struct run *r)
{
	struct stream_info info = {
		.ncpus = r->device.info.ncpus,
		.maxstringlen = r->device.info.maxstringlen,
		.start_mono_ns = relay_clock(),
	};
	struct timespec real;

	clock_gettime(CLOCK_REALTIME, &real);
	info.start_real_ns = real.tv_sec * 1000000000ull + real.tv_nsec;
	snprintf(info.module, sizeof(info.module), "%s", r->image.name);
	snprintf(info.release, sizeof(info.release), "%.71s", r->facts.release);
	snprintf(info.machine, sizeof(info.machine), "%.31s", r->facts.machine);
	return stream_put(&r->writer, STREAM_INFO, &info, sizeof(info));
}

static int begin_stream(struct run *r)
{
	void *defs = NULL;
	size_t n;
	int err = device_defs(&r->device, &defs, &n, &r->why);

	r->writer = (struct stream_writer){ .write = write_stream, .arg = r };
	if (!err)
		err = stream_put_head(&r->writer);
	if (!err)
		err = put_info(r);
	if (!err)
		err = stream_put(&r->writer, STREAM_DEFS, defs, n);
	if (err) {
		free(defs);
		return err;
	}
	err = symbols_init(&r->symbols, &r->device, &r->writer, defs, n,
			   r->opt->image);
	if (err)
		return because(&r->why, err, "the beginning of the trace "
			       "cannot be made: %s", strerror(-err));
	err = relay_init(&r->relay, &r->writer, r->device.ring,
			 r->device.info.ncpus, r->device.ring_size);
	r->relay.symbols = r->symbols.on ? &r->symbols : NULL;
	r->relay.command = run_system;
	r->relay.room = outlet_room;
	r->relay.arg = r;
	r->relaying = !err;
	return err ? because(&r->why, err, "no memory") : 0;
}

static void put_reports(struct run *r)
{
	struct stp_report rep;

	for (uint32_t i = 0; device_report(&r->device, i, &rep); i++) {
		struct stream_report out = {
			.hits = rep.hits, .time_min = rep.time_min,
			.time_max = rep.time_max, .time_sum = rep.time_sum,
		};

		memcpy(out.name, rep.name, sizeof(out.name));
		memcpy(out.where, rep.where, sizeof(out.where));
		if (rep.hits)
			stream_put(&r->writer, STREAM_REPORT, &out,
				   sizeof(out));
	}
}

/* Counts of the session; its exit status. */
static int put_status(struct run *r)
{
	struct stp_status st = { 0 };
	struct stream_status out;

	if (device_status(&r->device, &st))
		return 1;
	out = (struct stream_status){
		.state = st.state, .exit_requested = st.exit_requested,
		.errors = st.errors, .skipped = st.skipped, .lost = st.lost,
		.memory = st.memory, .skipped_busy = st.skipped_busy,
		.skipped_lock = st.skipped_lock,
		.skipped_stack = st.skipped_stack,
		.skipped_missed = st.skipped_missed,
		.skipped_overload = st.skipped_overload,
	};
	stream_put(&r->writer, STREAM_STATUS, &out, sizeof(out));
	outlet_log(r->o, 1, "the session held %llu kB of memory",
		   (unsigned long long)st.memory / 1024);
	return st.failed ? 1 : 0;
}

/* After the session: what the rings still hold, at the outlet's pace. */
static void drain(struct run *r)
{
	struct pollfd p[OUTLET_FDS];

	while (!r->failed && r->stop < OUTLET_STOP_FAST) {
		int n;

		pump(r);
		if (relay_empty(&r->relay))
			return;
		n = r->o->kind->prepare(r->o, p, OUTLET_FDS);
		poll(p, n, SETTLE_MS);
		want_stop(r, r->o->kind->handle(r->o, p, n));
	}
}

static int end_stream(struct run *r)
{
	struct stream_end end = { 0 };

	drain(r);
	put_reports(r);
	end.status = put_status(r);
	if (r->failed)
		end.status = 1;
	stream_put(&r->writer, STREAM_END, &end, sizeof(end));
	return end.status;
}

/* ---- the session ---- */
static int start_failed(struct run *r, int err)
{
	return because(&r->why, err, "the script's session does not start: "
		       "%s", err == -ENOMEM ? "the target has not enough "
		       "memory; ask for smaller buffers with -s MB" :
		       err == -ENOENT ? "a probed function does not exist in "
		       "this kernel" : strerror(-err));
}

static int session(struct run *r, int64_t target)
{
	struct device_call *call;
	int err, done = -1;

	outlet_log(r->o, 1, "starting the probes");
	call = device_begin(&r->device, target, &done);
	err = turn_until(r, call, done);
	if (err) {
		end_stream(r);
		return start_failed(r, err);
	}
	r->o->kind->running(r->o, true);
	child_go(&r->child);
	if (r->opt->timeout_s > 0)
		r->deadline = now_ms() + (int64_t)(r->opt->timeout_s * 1000);
	while (!r->stop)
		turn(r, NULL);
	r->o->kind->running(r->o, false);
	if (r->stop < OUTLET_STOP_FAST) {
		outlet_log(r->o, 1, "stopping the probes");
		call = device_end(&r->device, &done);
		turn_until(r, call, done);
	}
	return 0;
}

static int load_and_run(struct run *r, int *status)
{
	int64_t target;
	int err = check(r);

	if (!err)
		err = target_pid(r, &target);
	if (!err)
		err = guard(r);
	if (!err)
		err = insert(r);
	if (!err)
		err = check_device(r);
	if (!err)
		err = begin_stream(r);
	if (!err)
		err = session(r, target);
	if (!err)
		*status = end_stream(r);
	return err;
}

/* ---- afterwards ---- */
static int child_result(struct run *r)
{
	int status = r->child.status;

	if (!r->child.over)
		return 0;
	if (WIFSIGNALED(status))
		outlet_warning(r->o, "Child process exited with signal %d (%s)",
			       WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status))
		outlet_warning(r->o, "Child process exited with status %d",
			       WEXITSTATUS(status));
	return status ? 1 : 0;
}

/* What commands of system() still print comes, but nobody waits long. */
static void end_commands(struct run *r)
{
	int64_t until = now_ms() + COMMANDS_MS;
	struct commands *c = &r->commands;

	commands_last(c);
	r->relaying = false;
	while ((c->from[0] >= 0 || c->from[1] >= 0) && now_ms() < until &&
	       r->stop < OUTLET_STOP_FAST)
		turn(r, NULL);
}

static void undo(struct run *r)
{
	end_commands(r);
	relay_free(&r->relay);
	symbols_free(&r->symbols);
	device_close(&r->device);
	child_end(&r->child);
	commands_free(&r->commands);
	if (r->inserted) {
		int err = module_remove(r->image.name, REMOVE_MS);

		if (err)
			outlet_warning(r->o, "module \"%s\" cannot be removed: "
				       "%s; the next run tries again",
				       r->image.name, strerror(-err));
		else
			outlet_log(r->o, 1, "removed module \"%s\"",
				   r->image.name);
	}
	if (r->folder[0])
		folder_remove(r->folder);
	if (r->guarded)
		guardian_release(&r->guardian);
	image_free(&r->image);
	close(r->signals);
}

int run_session(const struct run_options *opt, struct outlet *o, int *child)
{
	struct run r = { .opt = opt, .o = o, .device.fd = -1,
			 .guardian.fd = -1, .child.go = -1, .child.out = -1,
			 .child.err = -1 };
	int status = 1;

	r.signals = signals_open();
	commands_init(&r.commands);
	if (load_and_run(&r, &status) < 0)
		outlet_error(o, r.why.text);
	*child = -1;
	if (child_result(&r))
		status = 1;
	if (r.child.over)
		*child = r.child.status;
	undo(&r);
	return status;
}
