// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the program's own files: $STAPX_HOME (a source tree), else beside an
 * installed program (bin/ keeps together with share/ and libexec/, so that an
 * installation can be moved), else the sources a build tree came from, else
 * where `make install` would have put them.
 */
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "sysroots/places.h"

#ifndef STAPX_DATADIR
#define STAPX_DATADIR "/usr/local/share/stapx"
#endif
#ifndef STAPX_LIBEXECDIR
#define STAPX_LIBEXECDIR "/usr/local/libexec/stapx"
#endif
#ifndef STAPX_SRCDIR
#define STAPX_SRCDIR ""
#endif

static const char *place(struct arena *a, const char *name,
			 const char *installed, const char *in_source,
			 const char *fallback)
{
	const char *home = getenv("STAPX_HOME");
	const char *dir = program_folder(a), *end = strrchr(dir, '/');
	const char *p;

	if (home && *home)
		return arena_printf(a, "%s/%s%s", home, in_source, name);
	p = arena_printf(a, "%.*s/%s/stapx/%s", end ? (int)(end - dir) : 0,
			 dir, installed, name);
	if (path_exists(p))
		return p;
	p = arena_printf(a, "%s/%s%s", STAPX_SRCDIR, in_source, name);
	if (*STAPX_SRCDIR && path_exists(p))
		return p;
	return path_join(a, fallback, name);
}

const char *place_data(struct arena *a, const char *name)
{
	return place(a, name, "share", "", STAPX_DATADIR);
}

const char *place_helper(struct arena *a, const char *name)
{
	return place(a, name, "libexec", "sysroots/", STAPX_LIBEXECDIR);
}
