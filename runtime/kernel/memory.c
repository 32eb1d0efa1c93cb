// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The target's memory: every access through a copy that survives a fault.
 *
 * In: addresses from the script, so any number at all.  A read of kernel
 * memory refuses user addresses and the reverse, so that what a process put
 * into a pointer never makes the kernel's memory answer for the user's.  Any
 * context; nothing here sleeps or brings a page in.
 */
#include "memory.h"

#define CHUNK 64	/* bytes of a string taken at once; divides a page */

bool stp_read_kernel(void *to, u64 addr, size_t size)
{
	return stp_is_kernel(addr, size) &&
	       !copy_from_kernel_nofault(to, (void *)(unsigned long)addr, size);
}

bool stp_read_user(void *to, u64 addr, size_t size)
{
	return !copy_from_user_nofault(
		to, (const void __user *)(unsigned long)addr, size);
}

void stp_fail_fault(struct stp_ctx *c, const char *what, stp_u64 addr)
{
	stp_failf(c, c->site, "%s at 0x%llx", what, addr);
}

void stp_fail_access(struct stp_ctx *c, const char *what, u64 addr,
		     const struct stp_site *at)
{
	stp_failf(c, at, "%s fault at 0x%016llx", what, addr);
}

/* The low bytes of a number where an object of size bytes lies. */
static u64 widen(const void *from, int size)
{
	switch (size) {
	case 1:
		return *(const u8 *)from;
	case 2:
		return *(const u16 *)from;
	case 4:
		return *(const u32 *)from;
	}
	return *(const u64 *)from;
}

static bool good_size(int size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

stp_u64 stp_uread(struct stp_ctx *c, stp_u64 addr, int size,
		  const struct stp_site *at)
{
	u64 buf;

	if (good_size(size) && stp_read_user(&buf, addr, size))
		return widen(&buf, size);
	stp_fail_access(c, "user read", addr, at);
	return 0;
}

/*
 * A string, in chunks that never cross a page: what lies behind its end may
 * not be there.
 */
static int read_string(char *dst, u64 addr, s64 len,
		       bool (*read)(void *, u64, size_t))
{
	s64 max = stp_script.limits.maxstringlen;
	s64 room = (len < 0 || len > max ? max : len) - 1, n, done = 0;

	while (done < room) {
		n = min_t(s64, CHUNK - (addr & (CHUNK - 1)), room - done);
		if (!read(dst + done, addr, n)) {
			dst[0] = 0;
			return -1;
		}
		if (strnlen(dst + done, n) < n)
			return 0;
		done += n;
		addr += n;
	}
	dst[done] = 0;
	return 0;
}

int stp_kernel_string(struct stp_ctx *c, char *dst, stp_u64 addr, stp_i64 len)
{
	return read_string(dst, addr, len, stp_read_kernel);
}

int stp_user_string(struct stp_ctx *c, char *dst, stp_u64 addr, stp_i64 len)
{
	return read_string(dst, addr, len, stp_read_user);
}
