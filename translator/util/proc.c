// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Child processes: arguments go as they are, never through a shell.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* pipe2 */
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/util.h"

static NORETURN void child_exec(char *const argv[], const char *dir, int flags,
				int out)
{
	int null = -1;

	if (flags & PROC_QUIET)
		null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null >= 0) {
		dup2(null, 1);
		dup2(null, 2);
	}
	if (flags & PROC_CAPTURE_OUT)
		dup2(out, 1);
	if (flags & PROC_CAPTURE_ERR)
		dup2(out, 2);
	if (dir && chdir(dir))
		_exit(127);
	execvp(argv[0], argv);
	_exit(127);
}

static void drain(int fd, struct buf *b)
{
	char block[16384];
	ssize_t n;

	while ((n = read(fd, block, sizeof block)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		buf_write(b, block, (size_t)n);
	}
}

static int wait_status(pid_t pid)
{
	int st;

	while (waitpid(pid, &st, 0) < 0)
		if (errno != EINTR)
			return 127;
	if (WIFSIGNALED(st))
		return 128 + WTERMSIG(st);
	return WEXITSTATUS(st);
}

struct proc_result proc_run(char *const argv[], const char *dir, int flags)
{
	struct proc_result r = { .status = 127 };
	bool capture = flags & (PROC_CAPTURE_OUT | PROC_CAPTURE_ERR);
	int fds[2] = { -1, -1 };
	pid_t pid;

	if (capture && pipe2(fds, O_CLOEXEC))
		return r;
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		child_exec(argv, dir, flags, fds[1]);
	if (capture)
		close(fds[1]);
	if (pid > 0 && capture)
		drain(fds[0], &r.out);
	if (capture)
		close(fds[0]);
	if (pid > 0)
		r.status = wait_status(pid);
	return r;
}
