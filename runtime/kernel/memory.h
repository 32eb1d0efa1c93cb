/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STAPX_MEMORY_H
#define STAPX_MEMORY_H

#include <linux/uaccess.h>
#include "kernel.h"

/* Copies size bytes (not 0) from an address that need not be one; false: not
 * read, and what is in to does not count.  Any context. */
bool stp_read_kernel(void *to, u64 addr, size_t size);
bool stp_read_user(void *to, u64 addr, size_t size);

/* Neither half of the address space, nor a wrap around its end. */
static inline bool stp_is_kernel(u64 addr, u64 size)
{
	return addr >= TASK_SIZE_MAX && addr + size - 1 >= addr &&
	       (s64)addr < 0;
}
/* "WHAT fault at 0xADDR": "kernel read", "user write". */
void stp_fail_access(struct stp_ctx *c, const char *what, u64 addr,
		     const struct stp_site *at);

/* A member of a kernel object whose address came from outside; false: it
 * cannot be read. */
#define stp_read_member(to, object, type, member)                          \
	stp_read_kernel(to,                                                \
			(object) + offsetof(type, member),                 \
			sizeof(((type *)0)->member))

#endif
