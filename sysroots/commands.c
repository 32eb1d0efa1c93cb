// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the commands of stap-sysroot share: complaints, and sysroots by the
 * words a user names them with.
 */
#include <stdarg.h>

#include "sysroots/commands.h"

int complain(const char *fmt, ...)
{
	va_list ap;

	fputs("stap-sysroot: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return 1;
}

struct sysroot *named_sysroot(struct arena *a, const char *name)
{
	struct sysroot_query q = { .release = name };
	struct sysroot *s;
	const char *why = NULL;

	if (!sysroot_find(a, &q, &s, &why))
		return s;
	complain("%s", why);
	return NULL;
}
