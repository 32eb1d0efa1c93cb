// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What scripts/families.stp looks at: memory, signals and a child, each in
 * a way that has one answer; says what that is.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGES 12288

static void on_signal(int sig)
{
	(void)sig;
}

static void memory(void)
{
	volatile char *p = mmap(NULL, PAGES, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned long at = ((unsigned long)sbrk(0) + 4095) & ~4095ul;

	p[4096] = 1;
	printf("fact map=%lu\nfact brk=%lu\n", (unsigned long)p, at);
	fflush(stdout);
	if (brk((char *)at + 8192))
		printf("brk failed\n");
	if (!fork()) {
		p[4096] = 2;
		_exit(3);
	}
	wait(NULL);
	munmap((void *)p, PAGES);
}

static void signals(void)
{
	struct sigaction act = { .sa_handler = on_signal };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigaction(SIGUSR1, &act, NULL);
	printf("fact handler=%lu\n", (unsigned long)on_signal);
	fflush(stdout);
	kill(getpid(), SIGUSR1);
	syscall(SYS_tkill, (int)syscall(SYS_gettid), SIGURG);
	syscall(SYS_tgkill, getpid(), (int)syscall(SYS_gettid), SIGWINCH);
	kill(1, 99);
}

int main(void)
{
	printf("fact pid=%d\n", (int)getpid());
	memory();
	signals();
	return 0;
}
