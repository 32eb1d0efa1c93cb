// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --runtime=user: the script is a program here.  Its stream comes through a
 * descriptor of its own and goes to the same views; its standard output is
 * that of a -c CMD.  An interrupt is passed on, so that end probes run.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "remote/host/target.h"
#include "session.h"

#define STREAM_FD 3
#define PIECE 65536
#define ARGS_MAX 600

struct user_run {
	struct session *s;
	pid_t pid;
	int in;			/* the stream */
	int signals_fd;
	int interrupts;
	int64_t deadline;	/* of -T; 0 none */
	struct stream *stream;
	FILE *save;		/* gets it, too; or NULL */
	bool damaged;
};

/* Runs in the child. */
static void become(struct session *s, int fd)
{
	const struct options *o = &s->opt;
	char *argv[ARGS_MAX], number[16];
	size_t n = 0;
	sigset_t none;

	argv[n++] = (char *)s->module_path;
	argv[n++] = (char *)"--fd";
	argv[n++] = (char *)"3";
	if (o->target_pid) {
		snprintf(number, sizeof(number), "%d", o->target_pid);
		argv[n++] = (char *)"-x";
		argv[n++] = number;
	}
	if (o->command) {
		argv[n++] = (char *)"-c";
		argv[n++] = (char *)o->command;
	}
	for (size_t i = 0; i < o->globals.n && n < ARGS_MAX - 1; i++)
		argv[n++] = (char *)o->globals.v[i];
	argv[n] = NULL;
	setpgid(0, 0);
	if (fd == STREAM_FD)
		fcntl(fd, F_SETFD, 0);
	else
		dup2(fd, STREAM_FD);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	execv(argv[0], argv);
	fprintf(stderr, "ERROR: cannot run \"%s\": %s\n", argv[0],
		strerror(errno));
	_exit(127);
}

static bool start(struct user_run *r)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0 || (r->pid = fork()) < 0) {
		diag_error(&r->s->diag, "cannot start '%s': %s",
			   r->s->module_path, strerror(errno));
		return false;
	}
	if (!r->pid)
		become(r->s, fds[1]);
	close(fds[1]);
	r->in = fds[0];
	return true;
}

static void interrupt(struct user_run *r)
{
	struct signalfd_siginfo info;

	while (read(r->signals_fd, &info, sizeof(info)) == sizeof(info))
		kill(r->pid, ++r->interrupts > 2 ? SIGKILL : SIGTERM);
}

/* False at the end of the stream. */
static bool take(struct user_run *r)
{
	char buf[PIECE];
	ssize_t n = read(r->in, buf, sizeof(buf));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n <= 0)
		return false;
	if (r->save)
		fwrite(buf, 1, n, r->save);
	if (!r->damaged && stream_feed(r->stream, buf, n)) {
		r->damaged = true;
		diag_error(&r->s->diag, "the trace is damaged: %s",
			   stream_why(r->stream));
		kill(r->pid, SIGTERM);
	}
	return true;
}

static int wait_ms(const struct user_run *r)
{
	int64_t left = r->deadline - clock_ms();

	return !r->deadline ? -1 : left < 0 ? 0 : (int)left;
}

static void loop(struct user_run *r)
{
	struct pollfd p[2] = { { .fd = r->in, .events = POLLIN },
			       { .fd = r->signals_fd, .events = POLLIN } };
	bool on = true;

	while (on) {
		poll(p, 2, wait_ms(r));
		interrupt(r);
		if (r->deadline && clock_ms() >= r->deadline) {
			r->deadline = 0;
			kill(r->pid, SIGTERM);
		}
		if (p[0].revents)
			on = take(r);
	}
}

/* The script's program may end later than its stream; its status counts. */
static int wait_for(struct user_run *r)
{
	int status = 0;

	while (waitpid(r->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status) ? 1 : 0;
	diag_error(&r->s->diag, "the script's program was ended by signal %d",
		   WTERMSIG(status));
	return 1;
}

static int show(struct user_run *r, FILE *out)
{
	struct text_view *v = text_view_new(out, stderr, NULL);
	int status;

	r->stream = v ? stream_open(&stream_text_view, v) : NULL;
	if (!r->stream)
		fatal("no memory for the trace");
	text_view_verbose(v, r->s->opt.verbose[5] > 0);
	text_view_quiet(v, r->s->opt.suppress_warnings);
	if (!start(r))
		return 1;
	if (r->s->opt.timeout_s > 0)
		r->deadline = clock_ms() +
			      (int64_t)(r->s->opt.timeout_s * 1000);
	loop(r);
	status = wait_for(r);
	if (stream_begun(r->stream) && stream_finish(r->stream))
		status = 1;
	if (text_view_errors(v))
		status = 1;
	close(r->in);
	stream_close(r->stream);
	text_view_free(v);
	return status;
}

int run_user(struct session *s)
{
	struct user_run r = { .s = s };
	FILE *out = s->opt.output ? output_open(s, s->opt.output) : stdout;
	sigset_t set, before;
	int status = 1;

	if (!out)
		return 1;
	r.save = s->opt.save ? output_open(s, s->opt.save) : NULL;
	fflush(stdout);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &before);
	r.signals_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (r.save || !s->opt.save)
		status = show(&r, out);
	interrupt(&r);
	close(r.signals_fd);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (out != stdout)
		status |= output_close(s, s->opt.output, out);
	return status | output_close(s, s->opt.save, r.save);
}
