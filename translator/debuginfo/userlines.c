// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the code of a file of user space was written.  In: a file of this
 * machine with DWARF (which may be compressed), addresses as it has them.
 * Out: file and line.  There is no index: each unit is looked at until one has
 * the address, which happens when somebody reads the output.
 */
#include "debuginfo/userfile.h"

#include <elfutils/libdw.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct userlines {
	int fd;
	Dwarf *dw;
};

struct userlines *userlines_open(struct arena *a, const char *path)
{
	struct userlines *u = arena_new(a, struct userlines);

	u->fd = open(path, O_RDONLY | O_CLOEXEC);
	u->dw = u->fd < 0 ? NULL : dwarf_begin(u->fd, DWARF_C_READ);
	return u;
}

void userlines_close(struct userlines *u)
{
	if (!u)
		return;
	dwarf_end(u->dw);
	if (u->fd >= 0)
		close(u->fd);
}

static bool unit_of(struct userlines *u, uint64_t addr, Dwarf_Die *die)
{
	Dwarf_CU *cu = NULL;
	Dwarf_Die sub;
	uint8_t type;

	if (dwarf_addrdie(u->dw, addr, die))
		return true;
	while (!dwarf_get_units(u->dw, cu, &cu, NULL, &type, die, &sub))
		if (dwarf_haspc(die, addr) > 0)
			return true;
	return false;
}

bool userlines_at(struct userlines *u, uint64_t addr, const char **file,
		  unsigned int *line)
{
	Dwarf_Die die;
	Dwarf_Line *l;
	int n;

	if (!u->dw || !unit_of(u, addr, &die))
		return false;
	l = dwarf_getsrc_die(&die, addr);
	if (!l || dwarf_lineno(l, &n))
		return false;
	*file = dwarf_linesrc(l, NULL, NULL);
	*line = n;
	return *file;
}
