/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the embedded C of a user's script may see: the headers of the kernel
 * that such code commonly wants, and the names that SystemTap gives to the
 * context of a call.  The emitted text defines MAXSTRINGLEN before it
 * includes this, and around each function STAP_RETURN.
 *
 * In a function: CONTEXT is its context; STAP_ARG_name are its parameters;
 * STAP_RETVALUE is a number, or a text of MAXSTRINGLEN bytes; the label out
 * stands at its end.
 */
#ifndef STAPX_EMBEDDED_H
#define STAPX_EMBEDDED_H

#ifdef __KERNEL__
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/hashtable.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/jiffies.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/pid.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/time.h>
#include <linux/types.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>
#include <linux/version.h>
#else
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#endif

#include "script.h"

/* What STAP_COMPAT_VERSION, the language's version, is compared with. */
#define STAP_VERSION(major, minor) (((major) << 8) + (minor))

/* Leaves the call to the next function of this name. */
#define STAP_NEXT                                                             \
	do {                                                                  \
		CONTEXT->next_overload = 1;                                   \
		goto out;                                                     \
	} while (0)

/* Names that older scripts use. */
#define _stp_printf(...) stp_printf(CONTEXT, __VA_ARGS__)
#define _stp_print(text) stp_print_text(CONTEXT, text)
#define _stp_warn(...) stp_embedded_warn(CONTEXT, __VA_ARGS__)

static inline __attribute__((unused, format(printf, 2, 3))) void
stp_embedded_warn(struct stp_ctx *c, const char *fmt, ...)
{
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	stp_warn(c, text);
}

/* ---- memory that may not be there: a fault is an error, and zero ---- */
#define kderef(size, addr) \
	stp_kread(CONTEXT, (stp_u64)(unsigned long)(addr), size, CONTEXT->site)
#define uderef(size, addr) \
	stp_uread(CONTEXT, (stp_u64)(unsigned long)(addr), size, CONTEXT->site)
#define kread(pointer)                                                        \
	((__typeof__(*(pointer)))(__typeof__(                                 \
		__builtin_choose_expr(sizeof(*(pointer)) == 8, 0ULL, 0UL)))   \
		 kderef(sizeof(*(pointer)), pointer))
#define uread(pointer)                                                        \
	((__typeof__(*(pointer)))(__typeof__(                                 \
		__builtin_choose_expr(sizeof(*(pointer)) == 8, 0ULL, 0UL)))   \
		 uderef(sizeof(*(pointer)), pointer))
#define kwrite(pointer, value)                                                \
	stp_kwrite(CONTEXT, (stp_u64)(unsigned long)(pointer),                \
		   sizeof(*(pointer)), (stp_u64)(value), CONTEXT->site)
#define CATCH_DEREF_FAULT() do { } while (0)

/* Gone from the kernel in 6.8, and the commonest way to fill a result. */
static inline __attribute__((unused)) stp_size
stp_embedded_strlcpy(char *dst, const char *src, stp_size size)
{
	stp_strcpy(dst, src, size);
	return strlen(src);
}
#undef strlcpy
#define strlcpy stp_embedded_strlcpy
#ifndef __KERNEL__
static inline __attribute__((unused)) stp_size
stp_embedded_strlcat(char *dst, const char *src, stp_size size)
{
	stp_size n = strlen(dst) + strlen(src);

	stp_strcat(dst, src, size);
	return n;
}
#undef strlcat
#define strlcat stp_embedded_strlcat
#endif

#endif
