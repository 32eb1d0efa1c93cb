/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sysroot.conf: "key = value" lines, '#' starts a comment line.
 */
#ifndef STAPX_CONF_H
#define STAPX_CONF_H

#include "util/util.h"

#define CONF_SIZE_MAX 65536

/* Reads path; calls set for every pair, in order.  set returns NULL, or what
 * is wrong with the value.  0 or -errno, the reason in *why. */
int conf_read(struct arena *a, const char *path,
	      const char *(*set)(void *arg, const char *key, const char *value),
	      void *arg, const char **why);
/* Adds a pair at the end of the file, replacing an older one of that key. */
int conf_put(struct arena *a, const char *path, const char *key,
	     const char *value);

#endif
