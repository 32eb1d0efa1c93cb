// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A number in the kernel's memory: one load and a row of the exception table
 * for each size, so that it costs little where it does not fault.  Any
 * context.
 */
#include "memory.h"

/* The commonest read of all: one load, and the exception table behind it. */
#define LOAD(type)                                                            \
	do {                                                                  \
		type v;                                                       \
		__get_kernel_nofault(&v, (type *)(unsigned long)addr, type,   \
				     fault);                                  \
		value = v;                                                    \
	} while (0)

stp_u64 stp_kread(struct stp_ctx *c, stp_u64 addr, int size,
		  const struct stp_site *at)
{
	u64 value;

	if (unlikely(!stp_is_kernel(addr, size)))
		goto refuse;
	pagefault_disable();
	switch (size) {
	case 1:
		LOAD(u8);
		break;
	case 2:
		LOAD(u16);
		break;
	case 4:
		LOAD(u32);
		break;
	case 8:
		LOAD(u64);
		break;
	default:
		goto fault;
	}
	pagefault_enable();
	return value;
fault:
	pagefault_enable();
refuse:
	stp_fail_access(c, "kernel read", addr, at);
	return 0;
}
