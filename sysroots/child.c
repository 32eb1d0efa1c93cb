// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Children that take minutes.  They run in a group of their own: a signal
 * that comes to us is passed to all of it once, so that a make and its
 * compilers end together and can clean up.
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

static NORETURN void child_exec(char *const argv[], const char *dir, int flags,
				int out)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(out, 1);
	if (flags & CHILD_STDERR)
		dup2(out, 2);
	if (dir && chdir(dir))
		_exit(127);
	execvp(argv[0], argv);
	_exit(127);
}

int child_start(struct child *c, char *const argv[], const char *dir,
		int flags)
{
	int fds[2];

	*c = (struct child){ .out = -1 };
	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	fflush(NULL);
	c->pid = fork();
	if (c->pid == 0)
		child_exec(argv, dir, flags, fds[1]);
	close(fds[1]);
	if (c->pid < 0) {
		close(fds[0]);
		return -EAGAIN;
	}
	setpgid(c->pid, c->pid);
	c->out = fds[0];
	return 0;
}

static void lines(struct child *c, const char *block, size_t n,
		  void (*on_line)(void *arg, const char *line), void *arg)
{
	for (size_t i = 0; i < n; i++) {
		if (block[i] != '\n') {
			if (c->line.n < LINE_MAX_BYTES)
				buf_putc(&c->line, block[i]);
			continue;
		}
		if (on_line)
			on_line(arg, buf_str(&c->line));
		buf_free(&c->line);
		c->line = (struct buf){ 0 };
	}
}

static int status_of(pid_t pid)
{
	int st;

	while (waitpid(pid, &st, 0) < 0)
		if (errno != EINTR)
			return 127;
	return WIFSIGNALED(st) ? 128 + WTERMSIG(st) : WEXITSTATUS(st);
}

int child_wait(struct child *c, int signals,
	       void (*on_line)(void *arg, const char *line), void *arg)
{
	struct pollfd p[2] = { { .fd = c->out, .events = POLLIN },
			       { .fd = signals, .events = POLLIN } };
	struct signalfd_siginfo si;
	char block[4096];
	int stopped = 0, status;
	ssize_t n;

	for (;;) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			break;
		if (p[1].revents && read(signals, &si, sizeof si) ==
					    sizeof si) {
			stopped = 128 + (int)si.ssi_signo;
			kill(-c->pid, SIGTERM);
		}
		if (!p[0].revents)
			continue;
		n = read(c->out, block, sizeof block);
		if (n == 0 || (n < 0 && errno != EINTR))
			break;
		if (n > 0)
			lines(c, block, (size_t)n, on_line, arg);
	}
	close(c->out);
	status = status_of(c->pid);
	buf_free(&c->line);
	return stopped ? stopped : status;
}
