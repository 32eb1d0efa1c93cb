// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The current task: this process.
 */
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user.h"

#define COMM_MAX 16

static void give(char *dst, const char *s)
{
	stp_strcpy(dst, s, (stp_size)stp_session.script->limits.maxstringlen);
}

void stp_execname(struct stp_ctx *c, char *dst)
{
	char name[COMM_MAX] = "";

	prctl(PR_GET_NAME, name);
	give(dst, name);
}

void stp_pexecname(struct stp_ctx *c, char *dst)
{
	char path[64], name[COMM_MAX + 1];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/comm", getppid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, name, sizeof(name) - 1);
		close(fd);
	}
	if (n > 0 && name[n - 1] == '\n')
		n--;
	name[n > 0 ? n : 0] = 0;
	give(dst, name);
}

stp_i64 stp_pid(void)
{
	return getpid();
}

stp_i64 stp_tid(void)
{
	return syscall(SYS_gettid);
}

stp_i64 stp_ppid(void)
{
	return getppid();
}

stp_i64 stp_pgrp(void)
{
	return getpgrp();
}

stp_i64 stp_sid(void)
{
	return getsid(0);
}

stp_i64 stp_uid(void)
{
	return getuid();
}

stp_i64 stp_euid(void)
{
	return geteuid();
}

stp_i64 stp_gid(void)
{
	return getgid();
}

stp_i64 stp_egid(void)
{
	return getegid();
}

stp_i64 stp_user_mode(struct stp_ctx *c)
{
	return 1;
}

stp_i64 stp_in_irq(void)
{
	return 0;
}

stp_i64 stp_is_return(struct stp_ctx *c)
{
	return 0;
}

stp_i64 stp_is_compat(void)
{
	return sizeof(long) == 4;
}

stp_i64 stp_num_online_cpus(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN);
}

stp_i64 stp_page_size(void)
{
	return sysconf(_SC_PAGESIZE);
}
