// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A link to a child process here: its standard input, output and error are
 * pipes.  It has a process group of its own, so that the terminal's interrupt
 * reaches only the host, which passes it on as a frame.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "remote/host/link.h"

#define END_MS 2000

struct local_link {
	struct link link;
	pid_t pid;
	int in, out, err;	/* our ends; -1 closed */
	int status;
	bool over;
};

int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

static ssize_t read_pipe(int fd, void *p, size_t n)
{
	ssize_t got = fd < 0 ? 0 : read(fd, p, n);

	if (got > 0)
		return got;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return got < 0 ? -errno : -EPIPE;
}

static ssize_t local_read(struct link *l, void *p, size_t n)
{
	return read_pipe(((struct local_link *)l)->out, p, n);
}

static ssize_t local_read_err(struct link *l, void *p, size_t n)
{
	return read_pipe(((struct local_link *)l)->err, p, n);
}

static ssize_t local_write(struct link *l, const void *p, size_t n)
{
	ssize_t sent = write(((struct local_link *)l)->in, p, n);

	if (sent >= 0)
		return sent;
	return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

static int local_poll(struct link *l, struct pollfd p[2], bool want_write)
{
	struct local_link *ll = (struct local_link *)l;

	p[0] = (struct pollfd){ .fd = ll->out, .events = POLLIN };
	p[1] = (struct pollfd){ .fd = want_write ? ll->in : -1,
				.events = POLLOUT };
	return 2;
}

static bool reap(struct local_link *ll)
{
	if (!ll->over && waitpid(ll->pid, &ll->status, WNOHANG) == ll->pid)
		ll->over = true;
	return ll->over;
}

static int local_status(struct link *l)
{
	struct local_link *ll = (struct local_link *)l;
	int64_t until = clock_ms() + END_MS;

	while (!reap(ll) && clock_ms() < until)
		usleep(5000);
	if (!ll->over)
		return -1;
	return WIFEXITED(ll->status) ? WEXITSTATUS(ll->status) :
		128 + WTERMSIG(ll->status);
}

/* Its input ends, so it ends by itself; one that does not is left to its own
 * guardian. */
static void local_close(struct link *l)
{
	struct local_link *ll = (struct local_link *)l;

	close(ll->in);
	local_status(l);
	close(ll->out);
	close(ll->err);
}

static const struct link_kind local_kind = {
	.read = local_read,
	.read_err = local_read_err,
	.write = local_write,
	.poll = local_poll,
	.status = local_status,
	.close = local_close,
};

static void become(char *const argv[], int in, int out, int err)
{
	sigset_t none;

	dup2(in, 0);
	dup2(out, 1);
	dup2(err, 2);
	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execv(argv[0], argv);
	_exit(127);
}


struct link *local_start(struct arena *a, char *const argv[], const char **why)
{
	struct local_link *l = arena_new(a, struct local_link);
	int in[2], out[2], err[2];

	if (access(argv[0], X_OK) < 0) {
		*why = arena_printf(a, "cannot run '%s': %s", argv[0],
				    strerror(errno));
		return NULL;
	}
	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) ||
	    pipe2(err, O_CLOEXEC) || (l->pid = fork()) < 0)
		fatal("cannot start '%s': %s", argv[0], strerror(errno));
	if (!l->pid)
		become(argv, in[0], out[1], err[1]);
	close(in[0]);
	close(out[1]);
	close(err[1]);
	l->in = in[1];
	l->out = out[0];
	l->err = err[0];
	fcntl(l->in, F_SETFL, O_NONBLOCK);
	fcntl(l->out, F_SETFL, O_NONBLOCK);
	fcntl(l->err, F_SETFL, O_NONBLOCK);
	l->link.kind = &local_kind;
	return &l->link;
}
