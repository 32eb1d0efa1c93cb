/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STAPX_MEMORY_H
#define STAPX_MEMORY_H

#include "kernel.h"

/* Copies size bytes (not 0) from an address that need not be one; false: not
 * read, and what is in to does not count.  Any context. */
bool stp_read_kernel(void *to, u64 addr, size_t size);
bool stp_read_user(void *to, u64 addr, size_t size);

/* A member of a kernel object whose address came from outside; false: it
 * cannot be read. */
#define stp_read_member(to, object, type, member)                          \
	stp_read_kernel(to,                                                \
			(object) + offsetof(type, member),                 \
			sizeof(((type *)0)->member))

#endif
