/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A module on its way to targets, and the kernel that it was built for. */
#ifndef STAPX_HOST_CARGO_H
#define STAPX_HOST_CARGO_H

#include "remote/host/target.h"
#include "remote/wire/archive.h"

struct cargo {
	const unsigned char *module;
	size_t size;
	const char *name;	/* "NAME.ko" */
	const char *release, *arch, *build_id; /* built for */
	const struct sysroot *sysroot;	/* of that kernel, or NULL */
	struct host_symbols *symbols;	/* its names, or NULL */
	struct host_files *files;
	struct package archive;	/* it came from, when it did */
};

/* One a kernel, n in all, in the order of the sessions that built them; an
 * archive is one.  In the arena, but for the archive: package_free().  False:
 * reported. */
bool cargo_load(struct session *s, struct cargo *c, size_t n);
/* An archive may have been built for anything; false: reported. */
bool cargo_fits(struct session *s, const struct cargo *c,
		const struct target *t);

#endif
