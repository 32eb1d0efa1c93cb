// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A 32-bit program for x86 or ARM, with no library: calls that do no harm, by their
 * numbers there, and, on its standard output, what a trace of them is to show.  The
 * texts are written by hand, from the manual pages.
 */
typedef unsigned int word;

#define AT_FDCWD ((word)-100)
#define LOW 410065408u		/* of 9000000000 */
#define HIGH 2u
#define AT(p) ((word)(p))	/* an address, as an argument */

#ifdef __arm__
#define NR(x86, arm) (arm)
#define PAIR_AT_4(low, high) 0, low, high
#define PAIR_AT_2(low, high) 0, low, high

static int call(word nr, word a, word b, word c, word d, word e, word f)
{
	register word r7 __asm__("r7") = nr, r0 __asm__("r0") = a,
		r1 __asm__("r1") = b, r2 __asm__("r2") = c,
		r3 __asm__("r3") = d, r4 __asm__("r4") = e,
		r5 __asm__("r5") = f;

	__asm__ volatile("svc #0" : "+r"(r0)
			 : "r"(r7), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5)
			 : "memory");
	return (int)r0;
}
#else
#define NR(x86, arm) (x86)
#define PAIR_AT_4(low, high) low, high, 0
#define PAIR_AT_2(low, high) low, high, 0

static int call(word nr, word a, word b, word c, word d, word e, word f)
{
	const word v[] = { a, b, c, d, e, f }, *at = v;
	word r = nr;

	/* The sixth is in ebp, which the compiler does not give away. */
	__asm__ volatile("push %%ebx\n\tpush %%ebp\n\t"
			 "mov (%%edi), %%ebx\n\tmov 4(%%edi), %%ecx\n\t"
			 "mov 8(%%edi), %%edx\n\tmov 12(%%edi), %%esi\n\t"
			 "mov 20(%%edi), %%ebp\n\tmov 16(%%edi), %%edi\n\t"
			 "int $0x80\n\tpop %%ebp\n\tpop %%ebx"
			 : "+a"(r), "+D"(at) : : "ecx", "edx", "esi", "memory");
	return (int)r;
}
#endif

static const char *const words[] = { "a", "b c", 0 }, *const vars[] = { "X=1", 0 };

static const char none[] = "/proc/none", abc[] = "abc";

#define DO(text, result, nr, ...)                                              \
	do {                                                                   \
		const word v[6] = { __VA_ARGS__ };                             \
		call(nr, v[0], v[1], v[2], v[3], v[4], v[5]);                  \
		say("32 " text "\n");                                          \
		say_name("32 " text);                                          \
		say(" = " result "\n");                                        \
	} while (0)

static char out[4096];
static word len;

static void say(const char *s)
{
	while (*s && len < sizeof(out))
		out[len++] = *s++;
}

static void say_name(const char *s)
{
	while (*s && *s != '(' && len < sizeof(out))
		out[len++] = *s++;
}

static void files(void)
{
	DO("mkdirat(AT_FDCWD, \"/proc/none\", 0751)", "-2 (ENOENT)", NR(296, 323), AT_FDCWD, AT(none), 0751);
	DO("openat(AT_FDCWD, \"/proc/none\", O_RDWR|O_CLOEXEC)", "-2 (ENOENT)", NR(295, 322), AT_FDCWD, AT(none), 02000002);
	DO("open(\"/proc/none\", O_WRONLY|O_CREAT, 0640)", "-2 (ENOENT)", 5, AT(none), 0101, 0640);
	DO("stat(\"/proc/none\", 0x10)", "-2 (ENOENT)", 195, AT(none), 16);
	DO("lseek(77, -5, SEEK_CUR)", "-9 (EBADF)", 19, 77, (word)-5, 1);
	DO("llseek(77, 1, 2, 0x10, SEEK_SET)", "-9 (EBADF)", 140, 77, 1, 2, 16, 0);
	DO("readv(79, 0xfffffff0, 2)", "-9 (EBADF)", 145, 79, 0xfffffff0, 2);
	DO("pread(78, 0x10, 20, 9000000000)", "-9 (EBADF)", 180, 78, 16, 20, PAIR_AT_4(LOW, HIGH));
	DO("pwrite(78, \"abc\", 3, 9000000000)", "-9 (EBADF)", 181, 78, AT(abc), 3, PAIR_AT_4(LOW, HIGH));
	DO("preadv(78, 0x10, 3, 9000000000)", "-9 (EBADF)", NR(333, 361), 78, 16, 3, LOW, HIGH);
	DO("ftruncate(79, 9000000000)", "-9 (EBADF)", 194, 79, PAIR_AT_2(LOW, HIGH));
	DO("truncate(\"/proc/none\", 9000000000)", "-2 (ENOENT)", 193, AT(none), PAIR_AT_2(LOW, HIGH));
	DO("fallocate(86, FALLOC_FL_KEEP_SIZE, 9000000000, 4294967296)", "-9 (EBADF)", NR(324, 352), 86, 1, LOW, HIGH, 0, 1);
	DO("fanotify_mark(87, 0x1, 0x218711a00, AT_FDCWD, \"/proc/none\")", "-22 (EINVAL)", NR(339, 368), 87, 1, LOW, HIGH, AT_FDCWD, AT(none));
	DO("fcntl(82, F_SETFD, 1)", "-9 (EBADF)", 221, 82, 2, 1);
	DO("ioctl(92, 21523, 0xfffffff0)", "-9 (EBADF)", 54, 92, 21523, 0xfffffff0);
	DO("chown16(\"/proc/none\", 1, 2)", "-2 (ENOENT)", 182, AT(none), 1, 2);
}

static void others(void)
{
	DO("execve(\"/proc/none\", [\"a\", \"b c\"])", "-2 (ENOENT)", 11, AT(none), AT(words), AT(vars));
	DO("mmap2(0, 0, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 5)", "-22 (EINVAL)", 192, 0, 0, 1, 0x22, (word)-1, 5);
	DO("nanosleep(0, 0)", "-14 (EFAULT)", 162, 0, 0);
	DO("clock_gettime(CLOCK_MONOTONIC, 0)", "-14 (EFAULT)", NR(265, 263), 1, 0);
	DO("futex(0x60, FUTEX_WAKE|FUTEX_PRIVATE_FLAG, 1, 0, 0, 0)", "0", 240, 96, 0x81, 1, 0, 0, 0);
	DO("wait4(-1, 0, WNOHANG|__WALL, 0)", "-10 (ECHILD)", 114, (word)-1, 0, 0x40000001, 0);
	DO("kill(-99999, 99)", "-3 (ESRCH)", 37, (word)-99999, 99);
	DO("rt_sigaction(99, 0, 0, 8)", "-22 (EINVAL)", 174, 99, 0, 0, 8);
	DO("setns(103, CLONE_NEWNET)", "-9 (EBADF)", NR(346, 375), 103, 0x40000000);
	DO("getuid()", "0", 199, 0);
	DO("getuid()", "0", 24, 0);
}

/* What is not in memory yet, a probe does not see. */
static void touch(void)
{
	extern const char __executable_start[], _end[];

	for (const char *p = __executable_start; p < _end; p += 64)
		(void)*(const volatile char *)p;
}

void _start(void)
{
	touch();
	files();
	others();
	call(4, 1, AT(out), len, 0, 0, 0);
	call(1, 0, 0, 0, 0, 0, 0);
	for (;;)
		;
}
