/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a "newc" cpio archive, the form that a kernel unpacks at boot.
 * Archives can stand one behind the other in one file; a later one's files
 * come on top.
 */
#ifndef STAPX_CPIO_H
#define STAPX_CPIO_H

#include "util/util.h"

struct cpio {
	struct buf b; /* heap; cpio_free() */
	unsigned ino;
};

void cpio_dir(struct cpio *c, const char *name, mode_t mode);
void cpio_data(struct cpio *c, const char *name, mode_t mode, const void *data,
	       size_t n);
void cpio_link(struct cpio *c, const char *name, const char *to);
void cpio_node(struct cpio *c, const char *name, mode_t mode, unsigned major,
	       unsigned minor);
/* The content of a file on this machine; 0 or -errno. */
int cpio_file(struct cpio *c, struct arena *a, const char *name, mode_t mode,
	      const char *path);
void cpio_end(struct cpio *c); /* the trailer, padded */
void cpio_free(struct cpio *c);

#endif
