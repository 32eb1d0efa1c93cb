// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programs whose stack is known: four functions, the innermost enters the
 * kernel by itself, then by libc.  Prints where they are.
 */
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NUMBER 424242

/* getpgid(NUMBER): no such process. */
static __attribute__((noinline)) long ustack_leaf(long number)
{
#ifdef FRAMES
	void *volatile frame = __builtin_frame_address(0);
#endif
	register long r asm(
#if defined(__x86_64__)
		"rax") = SYS_getpgid, a asm("rdi") = number;

	asm volatile("syscall" : "+r"(r) : "r"(a) : "rcx", "r11", "memory");
#else
		"x8") = SYS_getpgid;
	register long a asm("x0") = number;

	asm volatile("svc 0" : "+r"(a) : "r"(r) : "memory");
	r = a;
#endif
#ifdef FRAMES
	r += !frame;
#endif
	return r;
}

__attribute__((noinline)) long ustack_inner(long number)
{
	return ustack_leaf(number) + 1;
}

__attribute__((noinline)) long ustack_outer(long number)
{
	volatile char room[100];

	room[0] = 1;
	return ustack_inner(number) + room[0];
}

__attribute__((noinline)) long ustack_libc(long number)
{
	return getpgid(number) + 1;
}

int main(void)
{
	long r = ustack_outer(NUMBER);

	r += ustack_libc(NUMBER + 1);
	printf("fact leaf=%#lx\n", (unsigned long)ustack_leaf);
	return r == 0;
}
