// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The load of tests/live/probes.sh: folders made and removed, writes of known
 * sizes, all in the current folder.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void)
{
	struct sched_param other = { 0 };
	char comm[32] = "";
	int fd;

	umask(0);
	mkdir("pt-a", 0755);
	mkdir("pt-b", 0711);
	mkdir("pt-a/inner", 0700);
	rmdir("pt-a");			/* ENOTEMPTY */
	rmdir("pt-a/inner");
	usleep(300000);			/* what this switches on is armed by then */
	rmdir("pt-a");
	sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &other);
	mkdir("pt-flag", 0700);
	rmdir("pt-flag");
	rmdir("pt-b");
	usleep(300000);			/* and what this does */

	fd = open("pt-file", O_RDWR | O_CREAT | O_TRUNC, 0600);
	for (int i = 1; i <= 7; i++)
		if (write(fd, "1234567", i) != i)
			return 1;
	close(fd);
	unlink("pt-file");

	/* What guru mode does to these: other modes, a refusal, a new name. */
	mkdir("pt-guru", 0755);
	printf("fact deny=%d\n", mkdir("pt-deny", 0755));
	fd = open("/proc/self/comm", O_RDONLY);
	if (fd >= 0 && read(fd, comm, sizeof(comm) - 1) > 0)
		printf("fact comm=%s", comm);
	return 0;
}
