// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes system calls, most of them with arguments that do no harm because they
 * are wrong, and prints what a trace of them is to show.  The text of each is
 * written out here by hand, from the manual pages.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static char out[65536];
static size_t len;

#define SAY(...) (len += (size_t)snprintf(out + len, sizeof(out) - len, __VA_ARGS__))

/* TEXT is "name(arguments)"; the result is the number and the error's name. */
static void done(const char *text, long r, const char *error)
{
	int n = (int)strcspn(text, "(");

	SAY("%s\n", text);
	if (r < 0)
		SAY("%.*s = -%d (%s)\n", n, text, errno, error);
	else
		SAY("%.*s = %ld\n", n, text, r);
}
#define CALL(text, error, ...) done(text, syscall(__VA_ARGS__), error)

static void files(void)
{
	CALL("openat(AT_FDCWD, \"/nowhere\", O_RDWR|O_CREAT|O_EXCL|O_CLOEXEC, 0640)", "EEXIST",
	     SYS_openat, AT_FDCWD, "/nowhere", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	unlink("/nowhere");
	len = 0;
	CALL("lseek(77, -5, SEEK_CUR)", "EBADF", SYS_lseek, 77, -5L, SEEK_CUR);
	CALL("pread(78, 0x10, 20, 9000000000)", "EBADF", SYS_pread64, 78, 16L, 20L, 9000000000L);
	CALL("pwrite(78, \"abc\", 3, 4)", "EBADF", SYS_pwrite64, 78, "abc", 3L, 4L);
	CALL("readv(79, 0x20, 2)", "EBADF", SYS_readv, 79, 32L, 2L);
	CALL("mkdirat(81, \"x\\ny\", 0750)", "EBADF", SYS_mkdirat, 81, "x\ny", 0750);
	CALL("faccessat(AT_FDCWD, \"/nowhere\", R_OK|X_OK)", "ENOENT", SYS_faccessat, AT_FDCWD, "/nowhere", 5);
	CALL("fcntl(82, F_SETFD, 1)", "EBADF", SYS_fcntl, 82, F_SETFD, 1L);
	CALL("flock(83, LOCK_EX|LOCK_NB)", "EBADF", SYS_flock, 83, 6);
	CALL("dup3(84, 85, O_RDONLY|O_CLOEXEC)", "EBADF", SYS_dup3, 84, 85, O_CLOEXEC);
	CALL("fallocate(86, FALLOC_FL_KEEP_SIZE, 1, 2)", "EBADF", SYS_fallocate, 86, 1, 1L, 2L);
	CALL("renameat2(87, \"a\", AT_FDCWD, \"b\", RENAME_NOREPLACE)", "EBADF", SYS_renameat2, 87, "a", AT_FDCWD, "b", 1);
	CALL("linkat(88, \"c\", 89, \"d\", AT_SYMLINK_FOLLOW)", "EBADF", SYS_linkat, 88, "c", 89, "d", AT_SYMLINK_FOLLOW);
	CALL("symlinkat(\"e\", 90, \"f\")", "EBADF", SYS_symlinkat, "e", 90, "f");
	CALL("fchownat(91, \"g\", 4294967295, 7, AT_EMPTY_PATH)", "EBADF", SYS_fchownat, 91, "g", -1, 7, AT_EMPTY_PATH);
	CALL("umount(\"/nowhere\", MNT_FORCE|MNT_DETACH)", "ENOENT", SYS_umount2, "/nowhere", 3);
	CALL("truncate(\"/nowhere\", 5)", "ENOENT", SYS_truncate, "/nowhere", 5L);
	CALL("ioctl(92, 21523, 0x30)", "EBADF", SYS_ioctl, 92, 21523, 48L);
	CALL("epoll_ctl(93, EPOLL_CTL_MOD, 94, 0)", "EFAULT", SYS_epoll_ctl, 93, 3, 94, 0L);
	CALL("splice(95, 0, 96, 0, 8, SPLICE_F_MOVE|SPLICE_F_MORE)", "EBADF", SYS_splice, 95, 0L, 96, 0L, 8L, 5);
	CALL("getdents64(97, 0x40, 100)", "EBADF", SYS_getdents64, 97, 64L, 100);
}

static void memory(void)
{
	CALL("mprotect(0x1000, 4096, PROT_READ|PROT_EXEC)", "ENOMEM", SYS_mprotect, 0x1000L, 4096L, 5L);
	CALL("madvise(0x1000, 4096, MADV_DONTNEED)", "ENOMEM", SYS_madvise, 0x1000L, 4096L, 4);
	CALL("munmap(0x1001, 5)", "EINVAL", SYS_munmap, 0x1001L, 5L);
	CALL("msync(0x1001, 1, MS_SYNC)", "EINVAL", SYS_msync, 0x1001L, 1L, 4);
	CALL("memfd_create(\"m\", MFD_CLOEXEC|MFD_ALLOW_SEALING|0x80000000)", "EINVAL", SYS_memfd_create, "m", 0x80000003);
}

static void others(void)
{
	CALL("socket(PF_INET6, SOCK_DGRAM|SOCK_NONBLOCK, 999)", "EINVAL", SYS_socket, 10, 2 | 04000, 999);
	CALL("connect(100, 0x50, 16)", "EBADF", SYS_connect, 100, 80L, 16);
	CALL("sendto(101, \"hi\", 2, MSG_DONTWAIT|MSG_NOSIGNAL, 0, 0)", "EBADF", SYS_sendto, 101, "hi", 2L, 0x4040, 0L, 0);
	CALL("shutdown(102, SHUT_WR)", "EBADF", SYS_shutdown, 102, 1);
	CALL("kill(0, 99)", "EINVAL", SYS_kill, 0, 99);
	CALL("tgkill(-1, -1, SIGTERM)", "EINVAL", SYS_tgkill, -1, -1, SIGTERM);
	CALL("rt_sigprocmask(SIG_BLOCK, 0, 0, 3)", "EINVAL", SYS_rt_sigprocmask, 0, 0L, 0L, 3L);
	CALL("futex(0x60, FUTEX_WAKE|FUTEX_PRIVATE_FLAG, 1, 0, 0, 0)", "EFAULT", SYS_futex, 96L, 0x81, 1, 0L, 0L, 0);
	CALL("clock_gettime(CLOCK_MONOTONIC, 0)", "EFAULT", SYS_clock_gettime, 1, 0L);
	CALL("wait4(-1, 0, WNOHANG|__WALL, 0)", "ECHILD", SYS_wait4, -1, 0L, 0x40000001, 0L);
	CALL("getpriority(PRIO_USER, 12345)", "ESRCH", SYS_getpriority, 2, 12345);
	CALL("prlimit64(-5, RLIMIT_NOFILE, 0, 0)", "ESRCH", SYS_prlimit64, -5, 7, 0L, 0L);
	CALL("unshare(CLONE_VM|CLONE_NEWNS|0x1)", "EINVAL", SYS_unshare, 0x20101L);
	CALL("sched_setscheduler(-3, SCHED_FIFO, 0)", "EINVAL", SYS_sched_setscheduler, -3, 1, 0L);
	CALL("setns(103, CLONE_NEWNET)", "EBADF", SYS_setns, 103, CLONE_NEWNET);
	CALL("getrusage(RUSAGE_CHILDREN, 0)", "EFAULT", SYS_getrusage, -1, 0L);
	CALL("sched_yield()", "", SYS_sched_yield);
	CALL("getuid()", "", SYS_getuid);
}

int main(void)
{
	files();
	memory();
	others();
	fwrite(out, 1, len, stdout);
	return 0;
}
