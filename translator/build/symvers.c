// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Module.symvers: one exported symbol a line, in columns parted by tabs: CRC,
 * name, module ("vmlinux" or a path), how it is exported, namespace.
 */
#include <errno.h>
#include <stdlib.h>

#include "build/build.h"

#define SYMVERS_MAX (256u << 20)

/* Takes the next column out of *at, which ends at end. */
static char *column(char **at, char *end)
{
	char *start = *at, *tab = memchr(start, '\t', (size_t)(end - start));

	if (!tab)
		tab = end;
	*tab = 0;
	*at = tab < end ? tab + 1 : end;
	return start;
}

static bool take_line(struct arena *a, char *text, char *end,
		      const struct map *wanted, struct map *found)
{
	char *crc = column(&text, end), *name = column(&text, end), *stop;
	struct symver *v;

	if (!*name)
		return false;
	if (!map_get(wanted, name))
		return true;
	v = arena_new(a, struct symver);
	v->name = name;
	v->crc = strtoull(crc, &stop, 16);
	v->module = column(&text, end);
	column(&text, end);
	v->ns = column(&text, end);
	map_set(a, found, name, v);
	return stop > crc && *v->module;
}

bool symvers_read(struct arena *a, const char *path, const struct map *wanted,
		  struct map *found, const char **why)
{
	size_t n = 0;
	char *text = file_read(a, path, SYMVERS_MAX, &n), *end = text;
	int row = 1;

	if (!text) {
		*why = arena_printf(a, "cannot read '%s' (%s): the kernel's "
				    "build tree is not complete", path,
				    strerror(errno));
		return false;
	}
	for (char *p = text; p < text + n; p = end + 1, row++) {
		end = strchrnul(p, '\n');
		if (take_line(a, p, end, wanted, found))
			continue;
		*why = arena_printf(a, "'%s' line %d is no row of exported "
				    "symbols", path, row);
		return false;
	}
	return true;
}
