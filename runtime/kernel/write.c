// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writing to the target's memory, which scripts do in guru mode.  Any
 * context; what cannot be written is an error of the script.
 */
#include "memory.h"

#define STORE(type)                                                           \
	do {                                                                  \
		type v = value;                                               \
		__put_kernel_nofault((type *)(unsigned long)addr, &v, type,   \
				     fault);                                  \
	} while (0)

/* Guru mode only: the translator sees to that. */
void stp_kwrite(struct stp_ctx *c, stp_u64 addr, int size, stp_u64 value,
		const struct stp_site *at)
{
	if (!stp_is_kernel(addr, size))
		goto refuse;
	pagefault_disable();
	switch (size) {
	case 1:
		STORE(u8);
		break;
	case 2:
		STORE(u16);
		break;
	case 4:
		STORE(u32);
		break;
	case 8:
		STORE(u64);
		break;
	default:
		goto fault;
	}
	pagefault_enable();
	return;
fault:
	pagefault_enable();
refuse:
	stp_fail_access(c, "kernel write", addr, at);
}

/* The low bytes of value at to; false: no such size. */
static bool narrow(void *to, int size, u64 value)
{
	switch (size) {
	case 1:
		*(u8 *)to = value;
		return true;
	case 2:
		*(u16 *)to = value;
		return true;
	case 4:
		*(u32 *)to = value;
		return true;
	case 8:
		*(u64 *)to = value;
		return true;
	}
	return false;
}

void stp_uwrite(struct stp_ctx *c, stp_u64 addr, int size, stp_u64 value,
		const struct stp_site *at)
{
	u64 buf;

	if (!narrow(&buf, size, value) ||
	    copy_to_user_nofault((void __user *)(unsigned long)addr, &buf,
				 size))
		stp_fail_access(c, "user write", addr, at);
}
