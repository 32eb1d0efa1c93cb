// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One of each system call of the library, with known arguments and results.
 * Prints what only it can know: its numbers and addresses.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATH "/tmp/stapx-calls"

static pid_t child_execve(void)
{
	/* Written to, so that they are in memory when execve is entered. */
	static char missing[] = "/tmp/stapx-missing", there[] = "/bin/true",
		    name[] = "true", one[] = "a b", two[] = "q\"";
	static char *argv[] = { name, one, two, NULL };
	char *env[] = { NULL };
	pid_t pid = fork();

	if (!pid) {
		missing[0] = there[0] = '/';
		execve(missing, argv, env);
		execve(there, argv, env);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
	return pid;
}

static pid_t child_exit(void)
{
	pid_t pid = fork();

	if (!pid)
		syscall(SYS_exit, 7);
	waitpid(pid, NULL, 0);
	return pid;
}

int main(void)
{
	static char text[] = "hello\n", back[100];
	int fd;

	signal(SIGUSR1, SIG_IGN);
#ifdef SYS_open
	fd = syscall(SYS_open, PATH, O_RDWR | O_CREAT | O_TRUNC, 0640);
#else
	fd = syscall(SYS_openat, AT_FDCWD, PATH, O_RDWR | O_CREAT | O_TRUNC,
		     0640);
#endif
	syscall(SYS_write, fd, text, 6);
	syscall(SYS_close, fd);
	fd = syscall(SYS_openat, AT_FDCWD, PATH, O_RDONLY | O_CLOEXEC);
	syscall(SYS_read, fd, back, 100);
	syscall(SYS_read, fd, (void *)16, 100);
	syscall(SYS_close, fd);
	syscall(SYS_close, 1234);
	syscall(SYS_openat, 77, "stapx-nowhere", O_WRONLY | O_APPEND);
	syscall(SYS_openat, AT_FDCWD, (void *)16, O_RDONLY);
	syscall(SYS_kill, getpid(), SIGUSR1);
	syscall(SYS_kill, getpid(), 99);
	syscall(SYS_unlinkat, AT_FDCWD, PATH, 0);
	syscall(SYS_unlinkat, AT_FDCWD, PATH, 0);
	printf("fact fd=%d\nfact self=%d\nfact execs=%d\nfact exits=%d\n", fd,
	       getpid(), child_execve(), child_exit());
	printf("fact text=%#lx\nfact back=%#lx\n", (long)text, (long)back);
	fflush(stdout);
	syscall(SYS_exit_group, 3);
	return 0;
}
