// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Children that take minutes.  Each runs in a group of its own: a signal that
 * comes to us is passed to all of it once, so that a make and its compilers
 * end together and can clean up.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sysroots/child.h"

#define LINE_MAX_BYTES 65536
#define CHILDREN_MAX 4

static void ending_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

int signals_begin(void)
{
	sigset_t set;

	ending_signals(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

void signals_end(int fd)
{
	sigset_t set;

	if (fd >= 0)
		close(fd);
	ending_signals(&set);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* In the child: its own group, its end with ours, plain signals. */
static void detach(struct child *c, int out)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(out, 1);
	if (c->with_stderr)
		dup2(out, 2);
}

/* 0 in the child, its pid in the parent, -errno. */
static pid_t start(struct child *c)
{
	int fds[2];

	c->out = -1;
	c->status = 127;
	c->line = (struct buf){ 0 };
	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	fflush(NULL);
	c->pid = fork();
	if (c->pid == 0) {
		detach(c, fds[1]);
		return 0;
	}
	close(fds[1]);
	if (c->pid < 0) {
		close(fds[0]);
		return -EAGAIN;
	}
	setpgid(c->pid, c->pid);
	c->out = fds[0];
	return c->pid;
}

int child_start(struct child *c, char *const argv[], const char *dir)
{
	pid_t pid = start(c);

	if (pid)
		return pid < 0 ? pid : 0;
	if (dir && chdir(dir))
		_exit(127);
	execvp(argv[0], argv);
	_exit(127);
}

int child_fork(struct child *c, int (*fn)(void *arg, FILE *out), void *arg)
{
	pid_t pid = start(c);
	int status;

	if (pid)
		return pid < 0 ? pid : 0;
	status = fn(arg, stdout);
	fflush(NULL);
	_exit(status);
}

static void take_lines(struct child *c, const char *block, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (block[i] != '\n') {
			if (c->line.n < LINE_MAX_BYTES)
				buf_putc(&c->line, block[i]);
			continue;
		}
		if (c->on_line)
			c->on_line(c->arg, buf_str(&c->line));
		buf_free(&c->line);
		c->line = (struct buf){ 0 };
	}
}

static void reap(struct child *c)
{
	int st = 0;

	close(c->out);
	c->out = -1;
	if (c->line.n)
		take_lines(c, "\n", 1);
	while (waitpid(c->pid, &st, 0) < 0)
		if (errno != EINTR)
			return;
	c->status = WIFSIGNALED(st) ? 128 + WTERMSIG(st) : WEXITSTATUS(st);
}

/* Reads what there is; true when that was the end and the child is reaped. */
static bool drain(struct child *c)
{
	char block[4096];
	ssize_t n = read(c->out, block, sizeof block);

	if (n > 0)
		take_lines(c, block, (size_t)n);
	if (n > 0 || (n < 0 && errno == EINTR))
		return false;
	reap(c);
	return true;
}

static void end_all(struct child *const c[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (c[i]->out >= 0)
			kill(-c[i]->pid, SIGTERM);
}

static bool any_open(struct child *const c[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (c[i]->out >= 0)
			return true;
	return false;
}

int children_wait(struct child *const c[], size_t n, int signals)
{
	struct pollfd p[CHILDREN_MAX + 1];
	struct signalfd_siginfo si;
	int result = 0;

	n = MIN(n, (size_t)CHILDREN_MAX);
	while (any_open(c, n)) {
		for (size_t i = 0; i < n; i++)
			p[i] = (struct pollfd){ .fd = c[i]->out,
						.events = POLLIN };
		p[n] = (struct pollfd){ .fd = signals, .events = POLLIN };
		if (poll(p, n + 1, -1) < 0)
			continue;
		if (p[n].revents &&
		    read(signals, &si, sizeof si) == sizeof si) {
			result = 128 + (int)si.ssi_signo;
			end_all(c, n);
		}
		for (size_t i = 0; i < n; i++) {
			if (!p[i].revents || !drain(c[i]) || !c[i]->status)
				continue;
			if (!result)
				result = c[i]->status;
			end_all(c, n);
		}
	}
	return result;
}
