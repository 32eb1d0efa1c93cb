/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modules of a sysroot's kernel, as libkmod sees them inside it: nothing
 * of this machine's own modules or modprobe.d counts.
 */
#ifndef STAPX_SYSROOT_MODULES_H
#define STAPX_SYSROOT_MODULES_H

#include "sysroots/sysroot.h"

struct sysroot_module {
	const char *name;  /* as the kernel shows it: '_' for '-' */
	const char *ko;	   /* absolute; NULL when built into the kernel */
	const char *debug; /* file with its DWARF (may be ko), or NULL */
};
struct module_list { VEC(struct sysroot_module) list; };

/* Looks a name or an alias up.  0, -ENOENT, -errno; *ko is NULL when the
 * module is built in, *debug when there is no debug information. */
int sysroot_module_path(struct arena *a, const struct sysroot *s,
			const char *name, const char **ko, const char **debug);
/* The module and all it needs, in the order to load them; what is built in
 * is left out.  0, -ENOENT, -errno. */
int sysroot_module_deps(struct arena *a, const struct sysroot *s,
			const char *name, struct module_list *out);
/* Every loadable module whose name matches (NULL: all), by name.  '-' and
 * '_' in the pattern are the same. */
int sysroot_modules_list(struct arena *a, const struct sysroot *s,
			 const char *glob, struct module_list *out);
/* "ext4" of …/kernel/fs/ext4/ext4.ko.xz; '-' becomes '_'. */
const char *sysroot_module_name(struct arena *a, const char *path);
/* The folder lib/modules/RELEASE of the sysroot. */
const char *sysroot_modules_dir(struct arena *a, const struct sysroot *s);

#endif
